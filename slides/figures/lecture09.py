"""Figures of the slides of lecture 09; the drawing is the notebook's, from course_lib.show.lecture09."""

from functools import partial

import numpy as np

from course_lib.frameworks import like
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum
from course_lib.show import lecture09 as pictures
from course_lib.studies import momentum as study
from course_lib.studies.momentum_digits import SETTINGS, sweep_digits

F = valley(25)


def zigzag():
    runs = {f"lr {lr}": minimize(F, F.start, SGD(lr=lr), 25) for lr in (0.004, 0.037)}
    return pictures.zigzag(F, runs, size=(7.6, 3.45))


def momentum():
    runs = {"gradient descent": minimize(F, F.start, SGD(lr=0.037), 25),
            "momentum 0.5": minimize(F, F.start, Momentum(lr=0.037, momentum=0.5), 25)}
    return pictures.way_and_loss(F, runs, size=(8.7, 3.2))


def step_lengths():
    lengths = {}
    for framework, name in (("pytorch", "PyTorch"), ("keras", "Keras")):
        opt = like(framework, "momentum", lr=lambda t: 0.1 if t < 50 else 0.01, momentum=0.9)
        run = minimize(lambda x: x[0], [0.0], opt, 100, gradient=np.ones_like)
        lengths[name] = -np.diff(run.x[:, 0])
    return pictures.step_lengths(lengths, size=(5, 3.8))


def kappa():
    kappas = np.geomspace(10, 10_000, 7)
    steps = {name: study.steps_against_kappa(partial(study.best, name), kappas)[0] for name in study.METHODS}
    return pictures.steps_and_kappa(kappas, {"best values, equal energy": steps}, size=(5, 4))


def first_rise():
    curves = {name: study.relative_loss(study.best(name, 100, 1), [1, 100], x=[0, 1], steps=120)
              for name in study.METHODS}
    return pictures.first_rise(curves, size=(5, 4))


def swings():
    def go(bend, look_ahead):
        """The two lines of the rule, from the minimum with velocity."""
        x, v, points = 0.0, -1.0, [0.0]
        for _ in range(40):
            v = 0.9 * v + bend * (x - 0.9 * v if look_ahead else x)
            x = x - v
            points.append(x)
        return np.array(points)
    return pictures.swings({f"lr·h = {bend}": {"momentum": go(bend, False), "Nesterov": go(bend, True)}
                            for bend in (0.02, 0.5)}, size=(8.7, 2.9))


def noise_floor():
    rng = np.random.default_rng(0)
    opts = {"gradient descent, lr 0.1": SGD(lr=0.1), "momentum, lr 0.1": Momentum(lr=0.1, momentum=0.9),
            "momentum, lr 0.01": Momentum(lr=0.01, momentum=0.9)}
    return pictures.noise_floor(
        {name: (study.noisy_runs(opt, 5.0, 200, runs=10_000, rng=rng) ** 2).mean(axis=1) / 2
         for name, opt in opts.items()}, size=(5, 4))


def digits():
    sweeps = {name: sweep_digits(seeds=[0, 1, 2], **setting) for name, setting in SETTINGS.items()}
    rates = {name: setting["rates"] for name, setting in SETTINGS.items()}
    return pictures.sweep(rates, sweeps, size=(8.7, 3.25))


FIGURES = {
    "09_zigzag": zigzag, "09_momentum": momentum, "09_step_lengths": step_lengths, "09_kappa": kappa,
    "09_first_rise": first_rise, "09_swings": swings, "09_noise_floor": noise_floor, "09_digits": digits,
}
