"""Figures of the slides of lecture 03; the drawing is the notebook's, from course_lib.show.lecture03."""

from functools import partial

import numpy as np

from course_lib.functions import quadratic, valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.show import lecture03 as pictures
from course_lib.studies import convergence, scaling, sine_rates
from course_lib.studies.steepest import around


def spheres():
    f, x = valley(5), np.array([-1.5, 0.6])
    return pictures.spheres(f, x, {radius: around(f, x, radius) for radius in (0.1, 0.5, 1.0)},
                            size=(8.7, 3.4))


def one_dimension():
    f = quadratic(1, n=1)
    runs = {f"lr {lr}": minimize(f, [1.2], SGD(lr=lr), 8).x[:, 0] for lr in (0.1, 1.0, 1.8, 2.0, 2.1)}
    return pictures.one_dimension(runs, size=(8.7, 3.1))


def sweep():
    f, relative = quadratic(10), np.arange(0.01, 2.201, 0.01)
    rates = relative / 10
    trace = minimize(f, np.tile(f.start, (len(rates), 1)), SGD(lr=rates[:, None]), 50)
    factors = {"flat direction, curvature μ": 1 - rates, "steep direction, curvature L": 1 - 10 * rates}
    return pictures.rate_sweep(relative, factors, trace.loss[-1] / trace.loss[0],
                               {"1/L": 1, "2/(L+μ)": 20 / 11, "2/L": 2}, size=(8.7, 2.85))


def three_rates():
    return pictures.three_rates({f"lr {lr}": sine_rates.train_sines(lr, range(8))
                                 for lr in (0.001, 0.03, 0.5)}, size=(5, 4))


def edge():
    return pictures.edge({lr: [sine_rates.train_sine(lr, seed, 1500, measure_every=125) for seed in range(4)]
                          for lr in (0.01, 0.05, 0.1)}, size=(5, 3.7))


def two_features():
    features, target, _ = scaling.diabetes()
    functions, runs = {}, {}
    for how in ("centred", "standardized"):
        f = scaling.regression_loss(scaling.scale(features[:, [2, 3]], how), target - target.mean())
        functions[how] = f
        runs[how] = minimize(f, f.start, SGD(lr=2 / np.linalg.eigvalsh(f.hessian(f.start)).sum()), 20)
    return pictures.two_features(functions, runs, ["body mass index", "blood pressure"], size=(8.7, 3.25))


def modes_of(how):
    features, target, _ = scaling.diabetes()
    return scaling.least_squares_modes(scaling.scale(features, how), target)


def scaled():
    counts, losses = np.unique(np.geomspace(1, 4e8, 200).astype(int)), {}
    for how in scaling.SCALINGS:
        h, start, _ = modes_of(how)
        loss = partial(convergence.exact_loss, h, start, 2 / (h[0] + h[-1]))
        losses[how] = loss(counts) / loss(0)
    return pictures.scaled_losses(counts, losses, size=(5, 3.6))


def bound():
    rng, steps, h = np.random.default_rng(0), np.arange(501), np.geomspace(1, 100, 20)
    starts = convergence.starts(h, "random", 100, rng)
    return pictures.loss_and_bound(convergence.strongly_convex_bound(100, 1.0, steps), {
        "steepest direction": convergence.exact_loss(h, np.eye(20)[19], 2 / 101, steps),
        "100 random starts": convergence.exact_loss(h, starts, 2 / 101, steps)}, size=(5, 3.7))


def kappa():
    kappas = np.geomspace(10, 10_000, 7)
    even = convergence.steps_against_kappa(partial(convergence.best, "gradient descent"), kappas)[0]
    worst = [convergence.exact_steps(np.geomspace(1, k, 20), np.eye(20)[0], 2 / (k + 1)) for k in kappas]
    return pictures.steps_and_kappa(kappas, {"flattest direction": worst, "equal energy": even},
                                    size=(5, 3.7))


def guarantees():
    h, start, distance = modes_of("standardized")
    L, mu, counts = h[-1], h[0], np.unique(np.geomspace(1, 3000, 150).astype(int))
    first = convergence.exact_loss(h, start, 0.0, 0)
    losses = {name: convergence.exact_loss(h, start, lr, counts) / first
              for name, lr in (("lr 1/L", 1 / L), ("lr 2/(L+μ)", 2 / (L + mu)))}
    strong = convergence.strongly_convex_bound(L, mu, counts, distance) / first
    bounds = {"lr 1/L": ("its bound, with 1/k", convergence.convex_bound(L, counts, distance) / first),
              "lr 2/(L+μ)": ("its bound, with κ", strong)}
    return pictures.two_guarantees(counts, losses, bounds, size=(5, 4))


FIGURES = {
    "03_spheres": spheres, "03_one_dimension": one_dimension, "03_sweep": sweep,
    "03_three_rates": three_rates, "03_edge": edge, "03_two_features": two_features, "03_scaled": scaled,
    "03_bound": bound, "03_kappa": kappa, "03_guarantees": guarantees,
}
