"""Lecture 09: gradient descent, momentum and Nesterov on the digits, each at many learning rates."""

from __future__ import annotations

import math

import numpy as np

from course_lib.datasets import load_digits
from course_lib.initializers import he_normal
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD, Momentum, Nesterov
from course_lib.progress import progress
from course_lib.studies.momentum import METHODS
from course_lib.studies.settings import positive, seed_list
from course_lib.studies.shared import shared
from course_lib.training import DivergenceError, accuracy, fit
from course_lib.validation import choice, floats, integer, number


def digits_network(seed):
    """The network of the comparison, 64-32-10 with ReLU; the seed decides its first weights."""
    return Network([Dense(64, 32, weight=he_normal()), ReLU(), Dense(32, 10)], loss=SoftmaxCrossEntropy(),
                   rng=np.random.default_rng([9, integer("seed", seed, 0)]))


MOMENTUM = 0.9
OPTIMIZERS = {
    "gradient descent": lambda rate: SGD(lr=rate),
    "momentum": lambda rate: Momentum(lr=rate * (1 - MOMENTUM), momentum=MOMENTUM),
    "Nesterov": lambda rate: Nesterov(lr=rate * (1 - MOMENTUM), momentum=MOMENTUM),
}


def train_digits(method, rate, seed, *, epochs, batch_size):
    """Train on the digits; returns (mean loss of the last epoch, accuracy on the test set).

    rate : the effective learning rate lr/(1 - momentum), with momentum 0.9, so lr is a tenth of it
    batch_size : None takes all images in one step, so that an epoch is a step

    A run that diverged has loss inf and accuracy NaN.
    """
    digits = load_digits()
    net = digits_network(seed)
    opt = OPTIMIZERS[choice("method", method, METHODS)](number("rate", rate, 0, open_low=True))
    try:
        history = fit(net, opt, *digits.train, epochs=epochs, batch_size=batch_size, progress=False,
                      rng=np.random.default_rng([99, seed]))
    except DivergenceError:
        return math.inf, math.nan
    return float(history.loss[-1]), accuracy(net.predict(digits.test.x), digits.test.y)


@shared
def sweep_digits(rates, seeds, *, epochs, batch_size):
    """The last loss of each method at each effective rate and seed: dict of method -> (rates, seeds)."""
    positive("rates", rates)
    seeds = seed_list("seeds", seeds)
    grid = progress([(method, rate) for method in METHODS for rate in rates], "learning rates")
    losses = {(method, rate): [train_digits(method, rate, seed, epochs=epochs, batch_size=batch_size)[0]
                               for seed in seeds] for method, rate in grid}
    return {method: np.array([losses[method, rate] for rate in rates]) for method in METHODS}


def tuned(rates, losses):
    """The rate with the lowest median of `losses` (rates, seeds); ValueError if it is the first or the last.

    >>> tuned([1.0, 2.0, 4.0], [[0.5], [0.3], [0.9]])
    2.0
    """
    rates = positive("rates", rates)
    losses = floats("losses", losses, (len(rates), None), finite=False)
    if losses.size == 0:
        raise ValueError(f"losses must have at least one seed, got shape {losses.shape}")
    chosen = int(np.argmin(np.median(losses, axis=1)))
    if chosen in (0, len(rates) - 1):
        raise ValueError(f"rates must reach further: the best is {rates[chosen]:g}, at the edge of the grid")
    return float(rates[chosen])


# The two settings of the lecture, as arguments of the functions above.
SETTINGS = {
    "all 1,197 images per step": {"rates": [0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6], "epochs": 100,
                                  "batch_size": None},
    "8 images per step": {"rates": [0.05, 0.1, 0.2, 0.4, 0.8, 1.6], "epochs": 4, "batch_size": 8},
}


def tuned_runs(losses, seeds, *, rates, epochs, batch_size):
    """Each method at the rate that was best in `losses`, from `sweep_digits`, on other seeds.

    Returns a dict of method -> (rate, array (seeds, 2) of last loss and test accuracy).
    """
    if not isinstance(losses, dict):
        raise TypeError(f"losses must be a dict of method -> (rates, seeds), got {losses!r}")
    for method in losses:
        choice("losses", method, METHODS)
    seeds = seed_list("seeds", seeds)
    best = {method: tuned(rates, losses[method]) for method in losses}
    return {method: (rate, np.array([train_digits(method, rate, seed, epochs=epochs, batch_size=batch_size)
                                     for seed in seeds])) for method, rate in best.items()}
