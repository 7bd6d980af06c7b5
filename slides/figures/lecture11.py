"""Figures of the slides of lecture 11; the drawing is the notebook's, from course_lib.show.lecture11."""

import numpy as np

from course_lib.datasets import two_piece
from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, AdamW, AMSGrad, NAdam
from course_lib.show import lecture11 as pictures
from course_lib.studies import adam as study
from course_lib.studies import two_piece as long_study
from course_lib.transforms import l2


def moments():
    rng = np.random.default_rng(0)
    run = minimize(lambda x: x[0], [0.0], Adam(), 150, gradient=lambda x: 1 + rng.standard_normal(1))
    return pictures.moments(run, 0.9, 0.999, size=(8.7, 3.3))


def step_sizes():
    curves = {}
    for name, correct in (("complete form", True), ("simple form", False)):
        run = minimize(lambda x: x[0], [0.0], Adam(lr=1, bias_correction=correct), 5000,
                       gradient=np.ones_like)
        curves[name] = -np.diff(run.x[:, 0])
    return pictures.step_sizes(curves, size=(5, 4))


def correction():
    rates, beta2s = [0.001, 0.003, 0.01, 0.03, 0.1], [0.99, 0.999, 0.9999]
    return pictures.correction(rates, beta2s, study.sweep_correction(rates, beta2s, range(3)),
                               size=(8.7, 3.3))


def valleys():
    panels = {}
    for title, angle in (("along the axes", 0), ("turned by 45°", np.pi / 4)):
        run = study.valley_runs(Adam(lr=0.1), [25], angle, 100)[25]
        panels[title] = quadratic(25, rotation=angle), {"Adam": run}
    fig, alt = pictures.valleys(panels, size=(8.7, 2.85))
    legend = fig.legends[0]
    legend.remove()    # to the right, where it takes no height from the valleys
    fig.legend(legend.legend_handles, [text.get_text() for text in legend.get_texts()],
               loc="outside right center")
    return fig, alt


def decay():
    rng, noises, curves = np.random.default_rng(0), np.array([1.0, 10.0, 100.0]), {}
    for name, opt in (("Adam, penalty in the gradient", Adam(lr=0.001, transforms=(l2(1.0),))),
                      ("AdamW", AdamW(lr=0.001, weight_decay=1.0))):
        run = minimize(lambda x: x[..., 0], np.ones((300, 3)), opt, 1000,
                       gradient=lambda x: noises * rng.standard_normal(x.shape))
        curves[name] = {f"noise {n:g}": mean for n, mean in zip(noises, run.x.mean(axis=1).T, strict=True)}
    return pictures.decay(curves, 0.001, size=(8.7, 2.95))


def schedules():
    t = np.arange(1, 30_001)
    curves = {name: np.array([NAdam(momentum_decay=psi).momenta(int(k))[1] for k in t])
              for name, psi in (("ψ = 0.004 (PyTorch)", 0.004), ("ψ = 1 (Keras)", 1.0))}
    return pictures.schedules(curves, size=(5, 3.8))


def budgets():
    runs, epochs = long_study.stored()
    named = {name: runs[name, 0.001] for name in long_study.METHODS}
    return pictures.budgets(two_piece(), epochs, named, size=(8.7, 3.2))


def final_errors():
    runs, _ = long_study.stored()
    rates = long_study.RATES
    named = {name: np.array([runs[name, lr][:, -1] for lr in rates]) for name in long_study.METHODS}
    return pictures.final_errors(rates, named, size=(5, 4))


def failing():
    def rate(step):
        return 0.5 / np.sqrt(step + 1)

    methods = {"Adam, β₂ = 0.1": Adam(lr=rate, beta1=0, beta2=0.1),
               "Adam, β₂ = 0.999": Adam(lr=rate, beta1=0),
               "AMSGrad, β₂ = 0.1": AMSGrad(lr=rate, beta1=0, beta2=0.1), "gradient descent": SGD(lr=rate)}
    ways = {name: study.projected(opt, study.cycle(3.0, 1000)) for name, opt in methods.items()}
    return pictures.failing(ways, size=(5, 4))


FIGURES = {
    "11_moments": moments, "11_step_sizes": step_sizes, "11_correction": correction, "11_valleys": valleys,
    "11_decay": decay, "11_schedules": schedules, "11_budgets": budgets, "11_final_errors": final_errors,
    "11_failing": failing,
}
