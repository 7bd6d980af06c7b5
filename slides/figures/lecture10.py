"""Figures of the slides of lecture 10; the drawing is the notebook's, from course_lib.show.lecture10."""

import numpy as np

from course_lib.functions import RAVINE, SADDLE, quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, AdaGrad, RMSProp
from course_lib.show import lecture10 as pictures
from course_lib.studies import adaptive, sparse_features
from course_lib.studies.adaptive import TURNED_SADDLE


def diagonal():
    runs = {"gradient descent, lr 0.037": minimize(RAVINE, RAVINE.start, SGD(lr=0.037), 60),
            "AdaGrad, lr 0.1": minimize(RAVINE, RAVINE.start, AdaGrad(lr=0.1), 60)}
    return pictures.diagonal(RAVINE, runs, size=(7.4, 3.2))


def turned():
    angles, turn = [0, 15, 30, 45], np.random.default_rng(10).uniform(0, 2 * np.pi, 40)
    circle, steps = np.stack([np.cos(turn), np.sin(turn)], axis=1), {"gradient descent": [], "AdaGrad": []}
    for angle in angles:
        valley = quadratic(25, rotation=np.radians(angle))
        starts = circle @ valley.eigenvectors.T
        for name, make, rates in (("gradient descent", SGD, np.geomspace(0.02, 0.08, 30)),
                                  ("AdaGrad", AdaGrad, np.geomspace(0.1, 20, 30))):
            steps[name].append(adaptive.best_steps(make, rates, valley, starts)[1])
    return pictures.turned(angles, steps, size=(5, 3.9))


def falling():
    lengths = {}
    for name, opt in {"AdaGrad": AdaGrad(lr=1), "RMSProp, ρ = 0.9": RMSProp(lr=1),
                      "RMSProp, ρ = 0.99": RMSProp(lr=1, rho=0.99)}.items():
        slope = minimize(lambda x: x[0], [0.0], opt, 2000, gradient=np.ones_like)
        lengths[name] = -np.diff(slope.x[:, 0])
    opt = AdaGrad(lr=0.02)
    rates = adaptive.effective_rates(opt, minimize(RAVINE, RAVINE.start, opt, 5000)).T
    return pictures.falling(lengths, dict(zip(["$w_1$", "$w_2$"], rates, strict=True)), size=(8.7, 3.3))


def sparse():
    results = {f"noise {noise:g}": sparse_features.compare(noise) for noise in (1.0, 0.1)}
    rates = {name: lrs for name, (_, lrs, _) in sparse_features.METHODS.items()}
    return pictures.sparse(results, rates, size=(8.7, 3.3))


def cycle():
    losses = {f"RMSProp, lr {lr}": minimize(RAVINE, RAVINE.start, RMSProp(lr=lr), 2000).loss
              for lr in (0.1, 0.01, 0.001)}
    losses["AdaGrad, lr 0.1"] = minimize(RAVINE, RAVINE.start, AdaGrad(lr=0.1), 600).loss
    return pictures.cycle(losses, size=(5, 3.9))


def saddles():
    beside, between = {}, {}
    for name, opt in {"gradient descent": SGD(lr=0.01), "AdaGrad": AdaGrad(lr=0.01),
                      "RMSProp": RMSProp(lr=0.01)}.items():
        beside[name] = np.abs(minimize(SADDLE, [1.0, 0.001], opt, 2000).x[:, 1])
        x = minimize(TURNED_SADDLE, [0.7, 0.7 + 0.001 * np.sqrt(2)], opt, 2000).x
        between[name] = np.abs(x[:, 1] - x[:, 0]) / np.sqrt(2)
    return pictures.saddles({"along an axis": beside, "turned by 45°": between}, size=(8.7, 3.3))


FIGURES = {"10_diagonal": diagonal, "10_turned": turned, "10_falling": falling, "10_sparse": sparse,
           "10_cycle": cycle, "10_saddles": saddles}
