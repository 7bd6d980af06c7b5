"""Figures of the slides of lecture 19; the drawing is the notebook's, from course_lib.show.lecture19."""

import numpy as np

from course_lib.datasets import load_digits, regression
from course_lib.layers import AlphaDropout, Dropout
from course_lib.penalties import ridge
from course_lib.show import draw_dropout
from course_lib.show import lecture19 as pictures
from course_lib.studies import dropout as study
from course_lib.studies import dropout_digits, dropout_runs, heaviside
from course_lib.studies import subnetworks as sub


def moments():
    rng, ones = np.random.default_rng(0), np.ones((5000, 100))
    rates = np.array([0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    sums = np.array([Dropout(p, rng=rng).forward(ones, train=True).sum(axis=1) for p in rates])
    plain = sums * (1 - rates[:, None])
    return pictures.moments(rates, {"scaled": sums.mean(1), "not scaled": plain.mean(1)},
                            {"scaled": sums.std(1), "not scaled": plain.std(1)}, size=(8.7, 3.2))


def accuracies():
    found = sub.compare_averages(sub.small_network((10,), 0.5, 0), load_digits().test)
    return pictures.subnetwork_accuracies(found.each, found.chances, {
        name: found.accuracy[name] for name in ("arithmetic mean of all", "scaled pass")}, size=(5, 3.8))


def shrinkage():
    scales = np.array([0.1, 1.0, 10.0])
    flat = regression(60, 3, noise=0.0, rng=np.random.default_rng(3))
    x, true = flat.x * scales, flat.weights[:, 0] / scales
    strengths, alphas = np.linspace(0, 0.95, 20), np.geomspace(0.01, 1e5, 40)
    by_dropout = np.array([study.best_weights(x, flat.y, p)[:, 0] / true for p in strengths])
    by_ridge = np.array([ridge(x, flat.y, alpha)[:, 0] / true for alpha in alphas])
    return pictures.shrinkage(scales, (strengths, by_dropout), (alphas, by_ridge), size=(8.7, 3.3))


def steps():
    readings = {"no dropout": None, "0.75, 0.01 to drop": (0.75, 0.01), "0.75, 0.01 to keep": (0.25, 0.99)}
    live = {name: heaviside.train(range(3), epochs=1000, dropout=p) for name, p in readings.items()}
    return pictures.steps_learned({name: (run.x, run.y[0], run.predict(dropout_runs.CURVE))
                                   for name, run in live.items()}, size=(8.7, 3.2))


def errors():
    return pictures.final_errors(dropout_runs.stored(), size=(8.7, 3.3))


def digits():
    return pictures.digits(dropout_digits.at_the_end(dropout_digits.stored()), size=(8.7, 3.5))


def selu():
    panels = {kind.__name__: study.selu_moments(kind, 0.2, rng=np.random.default_rng(0))
              for kind in (Dropout, AlphaDropout)}
    return pictures.through_layers(panels, size=(8.7, 3.3))


def ensemble():
    fig = draw_dropout("rate 0.5", rate=0.5, networks=30)
    fig.set_size_inches(8.7, 3.4)
    fig.axes[1].set_ylabel("distance from\nthe scaled pass")
    return fig, (
        "Left: grey sub-networks scatter around a sine; their average is close to the scaled pass. Right: "
        "the distance falls like one over the root of their number.")


FIGURES = {
    "19_moments": moments, "19_accuracies": accuracies, "19_shrinkage": shrinkage, "19_steps": steps,
    "19_errors": errors, "19_digits": digits, "19_selu": selu, "19_ensemble": ensemble,
}
