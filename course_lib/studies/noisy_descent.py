"""Lecture 04: the runs that its notebook and its slides show, each in one place for both."""

from __future__ import annotations

import math

import numpy as np

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.datasets import load_digits, regression
from course_lib.optimizers import SGD
from course_lib.schedules import inverse_time
from course_lib.studies import minibatch, stochastic
from course_lib.studies.momentum_digits import digits_network, tuned
from course_lib.studies.shared import shared
from course_lib.training import batches
from course_lib.validation import floats, generator, integer

# Name -> (rate, steps). Other lecture slides count the steps from 2.
PLANS = {
    "constant": (0.1, 70),
    "exponential": (lambda k: 0.1 * math.exp(-0.1 * (k + 2)), 2500),
    "polynomial": (lambda k: 0.1 * (1 + 0.02 * (k + 2)) ** -0.5, 2500),
}
STEPS = 10_000  # of the cures and the averages


PORTION_RATES = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)


def two_weights():
    """100 examples of two features and a target, x (100, 2) and y (100,), and the least squared error."""
    x, y, _ = regression(100, 2, noise=2.0, condition=10.0, rng=np.random.default_rng(4))
    return x, y[:, 0], np.mean((y[:, 0] - x @ np.linalg.lstsq(x, y[:, 0])[0]) ** 2)


def three_passes(size, lr, seed):
    """Fit the two weights in portions of `size` examples, three passes: the weights (steps + 1, 2).

    size : examples per step, 1 to 100; seed : decides the portions
    lr : learning rate; an array (rates, 1) makes a run with each, (steps + 1, rates, 2)

    >>> three_passes(10, 0.03, seed=0).shape
    (31, 2)
    """
    integer("size", size, 1, 100)
    x, y, _ = two_weights()
    w = np.broadcast_to([-3.0, 3.0], (*np.shape(lr)[:-1], 2)).copy()
    opt, rng, points = SGD(lr=lr), np.random.default_rng(integer("seed", seed, 0)), [w.copy()]
    for index in [index for _ in range(3) for index in batches(100, size, rng)]:
        opt.step(w, 2 / size * (w @ x[index].T - y[index]) @ x[index])
        points.append(w.copy())
    return np.array(points)


def excess(points):
    """The mean squared error of weights (..., 2) on the examples, above the least possible; (...).

    >>> bool(excess(three_passes(100, 0.05, seed=0))[-1] < 3)
    True
    """
    x, y, least = two_weights()
    points = floats("points", points)
    if points.shape[-1:] != (2,):
        raise ValueError(f"points must have shape (..., 2), two weights each, got {points.shape}")
    return np.mean((points @ x.T - y) ** 2, axis=-1) - least


def portion_rates():
    """For portions of 100, 10 and 1 the rate of PORTION_RATES that is best in three passes: size -> rate.

    The best has the lowest median excess at the end, over seeds 0 to 49.

    >>> portion_rates()
    {100: 0.05, 10: 0.03, 1: 0.005}
    """
    rates = np.array(PORTION_RATES)
    ends = {size: [excess(three_passes(size, rates[:, None], seed)[-1]) for seed in range(50)]
            for size in (100, 10, 1)}
    return {size: tuned(rates, np.transpose(values)) for size, values in ends.items()}


@shared
def three_ways(rates, seed=1000):
    """The ways of three passes for size -> rate: x (100, 2), y (100,), name -> the weights (steps + 1, 2).

    >>> list(three_ways({100: 0.05, 1: 0.005})[2])
    ['100 per step, rate 0.05', '1 per step, rate 0.005']
    """
    x, y, _ = two_weights()
    return x, y, {f"{size} per step, rate {lr:g}": three_passes(size, lr, seed) for size, lr in rates.items()}


def three_ends(rates, seeds):
    """The excess at the end of three passes for size -> rate: size -> (seeds,)."""
    return {size: excess([three_passes(size, lr, seed)[-1] for seed in seeds]) for size, lr in rates.items()}


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


@shared
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


@shared
def averages(h, x0):
    """Expected losses at rate 0.1 of the last point and of averages of the points: name -> (steps + 1,)."""
    kinds = {"last point": None,
             **{f"exponential, β {beta}": ExponentialAverage(beta) for beta in (0.9, 0.99, 0.999)},
             "tail, from step 50": TailAverage(50)}
    return {name: stochastic.moments(h, x0, 0.1, STEPS, average=average).loss
            for name, average in kinds.items()}
