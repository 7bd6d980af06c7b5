"""Figures of the slides of lecture 10; the drawing is the notebook's, from course_lib.show.lecture10."""


from course_lib.functions import RAVINE
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, AdaGrad, RMSProp
from course_lib.show import lecture10 as pictures
from course_lib.studies import adaptive, sparse_features


def diagonal():
    runs = {"gradient descent, lr 0.037": minimize(RAVINE, RAVINE.start, SGD(lr=0.037), 30),
            "AdaGrad, lr 0.1": minimize(RAVINE, RAVINE.start, AdaGrad(lr=0.1), 30)}
    return pictures.diagonal(RAVINE, runs, size=(7.4, 3.2))


def turned():
    angles = [0, 15, 30, 45]
    return pictures.turned(angles, adaptive.turned_valley(angles), size=(5, 3.9))


def falling():
    return pictures.falling(adaptive.slope_steps(), adaptive.ravine_rates(lr=0.02)[1], size=(8.7, 3.3))


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
    rates = [0.01, 0.03, 0.1, 0.3, 0.5, 1]
    return pictures.saddles(rates, adaptive.leave_saddles(rates), size=(8.7, 3.2))


FIGURES = {"10_diagonal": diagonal, "10_turned": turned, "10_falling": falling, "10_sparse": sparse,
           "10_cycle": cycle, "10_saddles": saddles}
