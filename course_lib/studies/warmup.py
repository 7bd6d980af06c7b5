"""Lecture 16: does a warm-up help? A deep network on the digits, at many rates, with it and without."""

from __future__ import annotations

import math

import numpy as np

from course_lib.datasets import load_digits
from course_lib.initializers import he_normal
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD, Adam
from course_lib.progress import progress
from course_lib.schedules import linear, warmup
from course_lib.studies.shared import shared
from course_lib.training import DivergenceError, fit
from course_lib.validation import choice, floats, integer, number

EPOCHS, BATCH, STEPS = 6, 64, 114  # 19 batches of 64 an epoch
OPTIMIZERS = {"Adam": Adam, "SGD": SGD}
SETTINGS = {"Adam": [0.001, 0.003, 0.01, 0.03, 0.1], "SGD": [0.02, 0.06, 0.2, 0.6]}


def deep_network(seed):
    """Six Dense layers, 32 wide, ReLU, He's initialization."""
    layers = [Dense(64, 32, weight=he_normal()), ReLU()]
    for _ in range(4):
        layers += [Dense(32, 32, weight=he_normal()), ReLU()]
    return Network([*layers, Dense(32, 10)], loss=SoftmaxCrossEntropy(),
                   rng=np.random.default_rng([16, integer("seed", seed, 0)]))


def schedule(lr, warm_steps):
    """Linear decay to 0 over STEPS steps; with warm_steps > 0, after a rise of so many of them.

    >>> schedule(0.1, 30)(0), schedule(0.1, 30)(30), schedule(0.1, 0)(0)
    (0.0, 0.1, 0.1)
    """
    integer("warm_steps", warm_steps, 0, STEPS - 1)
    falling = linear(lr, STEPS - warm_steps)
    return warmup(falling, warm_steps) if warm_steps else falling


def train(optimizer, lr, warm_steps, seed):
    """The training loss at the end, inf if the run diverged."""
    opt = OPTIMIZERS[choice("optimizer", optimizer, OPTIMIZERS)](
        lr=schedule(number("lr", lr, 0, open_low=True), warm_steps))
    net, data = deep_network(seed), load_digits().train
    try:
        fit(net, opt, *data, epochs=EPOCHS, batch_size=BATCH, rng=np.random.default_rng([160, seed]),
            progress=False)
    except DivergenceError:
        return math.inf
    return net.loss_value(*data)


@shared
def sweep(optimizer, rates, warm_steps, seeds):
    """The losses of `train` at each rate and seed, (rates, seeds)."""
    rates = floats("rates", rates, (None,))
    if not np.iterable(seeds) or not len(seeds) or not len(rates):
        raise TypeError(f"rates and seeds must be lists of at least one, got {rates!r} and {seeds!r}")
    found = progress([(lr, seed) for lr in rates for seed in seeds], f"{optimizer}, warm-up {warm_steps}")
    losses = [train(optimizer, float(lr), warm_steps, seed) for lr, seed in found]
    return np.reshape(losses, (len(rates), -1))


def first_steps(optimizer, lr, warm_steps, seed, steps):
    """The length ‖step‖ / ‖weights‖ of each of the first steps, (steps,)."""
    opt = OPTIMIZERS[choice("optimizer", optimizer, OPTIMIZERS)](lr=schedule(lr, warm_steps))
    net, (x, y) = deep_network(seed), load_digits().train
    rng, lengths = np.random.default_rng([160, seed]), []
    for _ in range(integer("steps", steps, 1, STEPS)):
        before = net.parameters.x.copy()
        index = rng.choice(len(x), BATCH, replace=False)
        net.loss_and_grad(x[index], y[index])
        opt.step(net.parameters.x, net.parameters.g)
        lengths.append(np.linalg.norm(net.parameters.x - before) / np.linalg.norm(before))
    return np.array(lengths)
