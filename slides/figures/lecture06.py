"""Figures of the slides of lecture 06; the drawing is the notebook's, from course_lib.show.lecture06."""

import numpy as np

from course_lib.initializers import he_normal, lecun_normal, normal, orthogonal, xavier_normal
from course_lib.show import lecture06 as pictures
from course_lib.show.initialization import draw_initialization
from course_lib.studies import deep_digits, gradient_flow, mean_field, random_matrices


def products():
    logs = random_matrices.log_norms(100, 5, 10_000, np.random.default_rng(0))
    return pictures.products(logs, random_matrices.log_norm_theory(100, 5), size=(8.7, 3.3))


def sigmoid():
    runs = {f"width {n}": gradient_flow.flows("sigmoid", normal(1), 50, n, seeds=10)
            for n in (10, 30, 100, 300)}
    return pictures.flows(runs, size=(8.7, 3.3))


def hundred():
    settings = {"sigmoid, Xavier": ("sigmoid", xavier_normal()), "tanh, Xavier": ("tanh", xavier_normal()),
                "ReLU, Xavier": ("ReLU", xavier_normal()), "ReLU, He": ("ReLU", he_normal())}
    runs = {name: gradient_flow.flows(*setting, 100, 100, seeds=10) for name, setting in settings.items()}
    fig, alt = pictures.flows(runs, size=(8.7, 3.3), limits=(1e-40, 1e4))
    fig.axes[1].legend(loc="lower left", bbox_to_anchor=(0, 0.16), fontsize=9)  # between the lines
    return fig, alt


def propagation():
    wide = {}
    for name in mean_field.ACTIVATIONS:
        run, = gradient_flow.flows(name, lecun_normal(), 8, 1000, seeds=1)
        wide[name] = mean_field.variances(name, 1.0, 1.0, 8), run.variance
    return pictures.propagation(wide, size=(5, 3.6))


def gain_of_tanh():
    fig = draw_initialization("tanh", scale=1.67, depth=100)
    fig.set_size_inches(8.7, 3.3)
    fig.axes[0].set_ylabel("variance of the\npre-activations")
    fig.axes[1].set_ylabel("gradient norm /\nthat of the last layer")
    return fig, (
        "Tanh with gain 5/3: the variance stays near 1.2 in all 100 layers, while the gradient grows on its "
        "way back to some 10,000 times its size.")


def singular_values():
    kinds = {"Gaussian, variance 1/64": lecun_normal(), "orthogonal": orthogonal()}
    values = {name: random_matrices.product_singular_values(weight, 64, 50, np.random.default_rng(0))
              for name, weight in kinds.items()}
    return pictures.singular_values(values, size=(8.7, 3.15))


def training():
    fig, alt = pictures.training({key: entry["loss"] for key, entry in deep_digits.stored().items()},
                                 size=(8.7, 3.25))
    for ax in fig.axes:
        ax.legend(loc="lower left", fontsize=9, handlelength=2.2, labelspacing=0.3)
    return fig, alt


FIGURES = {
    "06_products": products, "06_sigmoid": sigmoid, "06_hundred": hundred, "06_propagation": propagation,
    "06_gain_of_tanh": gain_of_tanh, "06_singular_values": singular_values, "06_training": training,
}
