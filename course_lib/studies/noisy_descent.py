"""Lecture 04: the runs that its notebook and its slides show, each in one place for both."""

from __future__ import annotations

import math

import numpy as np

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.datasets import load_digits, regression
from course_lib.optimizers import SGD
from course_lib.schedules import inverse_time
from course_lib.studies import minibatch, stochastic
from course_lib.studies.momentum_digits import digits_network
from course_lib.training import batches
from course_lib.validation import floats, generator

# Name -> (rate, steps). Other lecture slides count the steps from 2.
PLANS = {
    "constant": (0.1, 70),
    "exponential": (lambda k: 0.1 * math.exp(-0.1 * (k + 2)), 2500),
    "polynomial": (lambda k: 0.1 * (1 + 0.02 * (k + 2)) ** -0.5, 2500),
}
STEPS = 10_000  # of the cures and the averages


def three_ways():
    """Three passes over 100 examples in portions of 100, 10 and 1, fitting two weights.

    Returns x (100, 2), y (100,), and a dict of name -> the weights after each step (steps + 1, 2).

    >>> list(three_ways()[2])
    ['100 per step, 3 steps', '10 per step, 30 steps', '1 per step, 300 steps']
    """
    x, y, _ = regression(100, 2, noise=2.0, condition=10.0, rng=np.random.default_rng(4))
    y, ways = y[:, 0], {}
    for size, lr in ((100, 0.06), (10, 0.06), (1, 0.01)):
        w, opt, rng, points = np.array([-3.0, 3.0]), SGD(lr=lr), np.random.default_rng(0), [[-3.0, 3.0]]
        for index in [index for _ in range(3) for index in batches(100, size, rng)]:
            opt.step(w, 2 * x[index].T @ (x[index] @ w - y[index]) / size)
            points.append(w.copy())
        ways[f"{size} per step, {len(points) - 1} steps"] = np.array(points)
    return x, y, ways


def noise_by_size(sizes, draws=300, *, rng):
    """The noise of batch gradients of the digits' network at its start: name -> (measured, predicted).

    sizes : batch sizes; draws : random batches of each size
    """
    gradients = minibatch.example_gradients(digits_network(seed=0), *load_digits().train)
    return {name: (minibatch.batch_noise(gradients, sizes, replace=replace, draws=draws, rng=rng),
                   minibatch.predicted_noise(gradients, sizes, replace=replace))
            for name, replace in (("with replacement", True), ("without", False))}


def late_orders(runs=2000, *, rng):
    """Mean squared distance from the minimum in the last three epochs of 50 examples, for each order.

    Returns a dict of name -> (150,), and the formula's value for drawing with replacement.
    """
    targets, late = np.sort(generator(rng).standard_normal(50)), {}
    names = ("with replacement", "shuffled", "sorted, never shuffled")
    for name, order in zip(names, minibatch.ORDERS, strict=True):
        path = minibatch.visit(targets, 0.02, 60, order, runs=runs, rng=rng)
        late[name] = np.mean((path - targets.mean()) ** 2, axis=1)[-150:]
    return late, stochastic.stationary_variance([1.0], 0.02, noise=targets.std())[0]


def planned(h, x0, runs, *, rng):
    """The PLANS, exactly and by many runs: two dicts, of name -> Moments and of name -> Runs."""
    exact, simulated = {}, {}
    for name, (lr, steps) in PLANS.items():
        exact[name] = stochastic.moments(h, x0, lr, steps)
        at = [k for k in (1, 3, 10, 25, 70, 300, 2500) if k <= steps]
        simulated[name] = stochastic.simulate(SGD(lr=lr), x0, steps, curvatures=h, runs=runs, rng=rng, at=at)
    return exact, simulated


def cures(h, x0):
    """Ways below the floor of a constant rate: name -> (gradients of single examples, expected losses).

    >>> gradients, losses = cures([2.0, 4.0], [-5.0, -2.5])["batch + 1 each step"]
    >>> gradients[:4]
    array([ 1,  3,  6, 10])
    """
    def grown(size, steps):
        found = stochastic.moments(h, x0, 0.1, steps, noise=lambda k: size(k) ** -0.5)
        return np.cumsum([size(k) for k in range(steps)]), found.loss[1:]

    def steady(lr, average=None):
        return np.arange(1, STEPS + 1), stochastic.moments(h, x0, lr, STEPS, average=average).loss[1:]

    return {"constant rate": steady(0.1), "rate 1/k": steady(inverse_time(1.0)),
            "batch × 1.2 each step": grown(lambda k: math.ceil(1.2**k), 42),
            "batch + 1 each step": grown(lambda k: k + 1, 140),
            "average from step 50": steady(0.1, TailAverage(50))}


def inverse_rates(curvatures):
    """The mean squared distance after 1, 2, … steps with rate 1/k from distance 1: name -> (steps,)."""
    curvatures = floats("curvatures", curvatures, (None,))
    slow = stochastic.moments(curvatures, np.ones(len(curvatures)), inverse_time(1.0), STEPS)
    squares = (slow.mean**2 + slow.variance)[1:].T
    return {f"curvature {h:g}": square for h, square in zip(curvatures, squares, strict=True)}


def averages(h, x0):
    """Expected losses at rate 0.1 of the last point and of averages of the points: name -> (steps + 1,)."""
    kinds = {"last point": None,
             **{f"exponential, β {beta}": ExponentialAverage(beta) for beta in (0.9, 0.99, 0.999)},
             "tail, from step 50": TailAverage(50)}
    return {name: stochastic.moments(h, x0, 0.1, STEPS, average=average).loss
            for name, average in kinds.items()}
