"""Figures of the slides of lecture 04; the drawing is the notebook's, from course_lib.show.lecture04."""

import math

import numpy as np

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.datasets import load_digits, regression
from course_lib.optimizers import SGD
from course_lib.schedules import inverse_time, power
from course_lib.show import lecture04 as pictures
from course_lib.studies import minibatch, minibatch_fits
from course_lib.studies import stochastic as study
from course_lib.studies.momentum_digits import digits_network
from course_lib.training import batches

H, X0 = np.array([2.0, 4.0]), np.array([-5.0, -2.5])  # x1² + 2x2²


def rng():
    return np.random.default_rng(0)


def ways():
    x, y, _ = regression(100, 2, noise=2.0, condition=10.0, rng=np.random.default_rng(4))
    y, found = y[:, 0], {}
    for size, lr in ((100, 0.06), (10, 0.06), (1, 0.01)):
        w, opt, draw, points = np.array([-3.0, 3.0]), SGD(lr=lr), rng(), [[-3.0, 3.0]]
        for index in [index for _ in range(3) for index in batches(100, size, draw)]:
            opt.step(w, 2 * x[index].T @ (x[index] @ w - y[index]) / size)
            points.append(w.copy())
        found[f"{size} per step, {len(points) - 1} steps"] = np.array(points)
    return pictures.three_ways(x, y, found, size=(6.6, 3.7))


def passes():
    compared = minibatch_fits.compare_sizes(minibatch_fits.SETTINGS, tuning_seeds=[0, 1], seeds=[10, 11, 12])
    return pictures.passes_and_seconds(compared, size=(8.7, 3.2))


def noise():
    gradients = minibatch.example_gradients(digits_network(seed=0), *load_digits().train)
    sizes, panels, draw = [1, 4, 16, 64, 256, 600, 900, 1197], {}, rng()
    for name, replace in (("with replacement", True), ("without", False)):
        measured = minibatch.batch_noise(gradients, sizes, replace=replace, draws=300, rng=draw)
        panels[name] = measured, minibatch.predicted_noise(gradients, sizes, replace=replace)
    return pictures.noise_and_batch(sizes, panels, size=(5, 3.8))


def orders():
    draw, late = rng(), {}
    targets = np.sort(draw.standard_normal(50))
    names = ("with replacement", "shuffled", "sorted, never shuffled")
    for name, order in zip(names, minibatch.ORDERS, strict=True):
        path = minibatch.visit(targets, 0.02, 60, order, runs=2000, rng=draw)
        late[name] = np.mean((path - targets.mean()) ** 2, axis=1)[-150:]
    floor = study.stationary_variance([1.0], 0.02, noise=targets.std())[0]
    return pictures.orders(late, floor, size=(5.2, 3.9))


def balls():
    rates = (0.2, 0.1, 0.05, 0.02)
    return pictures.noise_balls(
        {f"rate {lr}": study.moments(H, X0, lr, 200).loss for lr in rates},
        {f"rate {lr}": study.stationary_variance(H, lr) @ H / 2 for lr in rates}, size=(5, 3.8))


def clouds():
    plans = {"constant": (0.1, 70), "exponential": (lambda k: 0.1 * math.exp(-0.1 * (k + 2)), 2500),
             "polynomial": (lambda k: 0.1 * (1 + 0.02 * (k + 2)) ** -0.5, 2500)}
    panels, draw = {}, rng()
    for name, (lr, steps) in plans.items():
        runs = study.simulate(SGD(lr=lr), X0, steps, curvatures=H, runs=1500, rng=draw, at=[steps])
        panels[f"{name}, {steps:,} steps"] = runs.x[-1], study.moments(H, X0, lr, steps).mean[-1]
    return pictures.clouds(panels, size=(8.7, 3.1))


def cures():
    def grown(size, steps):
        found = study.moments(H, X0, 0.1, steps, noise=lambda k: size(k) ** -0.5)
        return np.cumsum([size(k) for k in range(steps)]), found.loss[1:]

    k = np.arange(1, 10_001)
    curves = {"constant rate": (k, study.moments(H, X0, 0.1, 10_000).loss[1:]),
              "rate 1/k": (k, study.moments(H, X0, inverse_time(1.0), 10_000).loss[1:]),
              "batch × 1.2 each step": grown(lambda k: math.ceil(1.2**k), 42),
              "batch + 1 each step": grown(lambda k: k + 1, 140),
              "average from step 50": (
                  k, study.moments(H, X0, 0.1, 10_000, average=TailAverage(50)).loss[1:])}
    return pictures.cures(curves, (k[9:], study.polyak_loss(H, k[9:])), size=(5.2, 3.8))


def inverse_rates():
    bends = (0.1, 0.3, 1.0, 3.0)
    slow = study.moments(bends, np.ones(4), inverse_time(1.0), 10_000)
    squares = (slow.mean**2 + slow.variance)[1:].T
    return pictures.inverse_rates(np.arange(1, 10_001), {f"curvature {bend}": square for bend, square
                                                         in zip(bends, squares, strict=True)}, size=(5, 3.8))


def plateaus():
    lines = {"last point": study.moments(H, X0, 0.1, 10_000).loss}
    for beta in (0.9, 0.99, 0.999):
        lines[f"exponential, β {beta}"] = study.moments(H, X0, 0.1, 10_000,
                                                          average=ExponentialAverage(beta)).loss
    lines["tail, from step 50"] = study.moments(H, X0, 0.1, 10_000, average=TailAverage(50)).loss
    return pictures.plateaus(lines, size=(5, 3.9))


def streams():
    at = [100, 300, 1000, 3000, 10_000]
    found = minibatch.stream([1.0, 0.5], TailAverage(start=50), lr=power(0.2, 0.02, 0.5), runs=500, rng=rng(),
                             at=at)
    return pictures.streams(at, found, features=2, size=(5, 3.8))


FIGURES = {
    "04_ways": ways, "04_passes": passes, "04_noise": noise, "04_orders": orders, "04_balls": balls,
    "04_clouds": clouds, "04_cures": cures, "04_inverse_rates": inverse_rates, "04_plateaus": plateaus,
    "04_streams": streams,
}
