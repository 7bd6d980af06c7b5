"""The learning-rate range test: one short run through all rates shows where the loss falls, and explodes."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np

from course_lib.averaging import ExponentialAverage
from course_lib.training import batches, check_run
from course_lib.validation import generator, integer, number

STOP = 4.0  # end when the averaged loss is so many times its least value


class RangeTest(NamedTuple):
    """lr, loss : of each step; smoothed : exponential average of the loss; diverged : it ended early.

    suggestion : a tenth of the rate at which the smoothed loss is least, a first guess of a good rate: the
        average lags behind, and at its least the rate is already too large (Howard & Gugger 2020)
    """

    lr: np.ndarray
    loss: np.ndarray
    smoothed: np.ndarray
    suggestion: float
    diverged: bool


def lr_range_test(net, opt, x, y, *, low=1e-5, high=10.0, steps=100, batch_size=32, rng, smoothing=0.9):
    """Train a copy of `net` while the rate rises from `low` to `high` (Smith 2017, section 3.3).

    net, opt : a Network and an Optimizer; copies are trained, both stay as they are
    x, y : training data, as for `fit`; batch_size : default 32; rng : shuffles the data
    low, high : the first and the last rate, of `steps` rates evenly spaced on a logarithmic scale
    smoothing : share of the old average of the loss in the new one, in [0, 1)

    It ends before `high` when the averaged loss is no longer finite, or more than four times the least so
    far. Returns a RangeTest.

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> from course_lib.network import Network
    >>> from course_lib.optimizers import SGD
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 3))
    >>> net = Network([Dense(3, 1)], loss=MSE(), rng=rng)
    >>> found = lr_range_test(net, SGD(), x, x.sum(axis=1, keepdims=True), rng=rng)
    >>> found.diverged, bool(0.001 < found.suggestion < 1)
    (True, True)
    """
    low = float(number("low", low, 0, open_low=True))
    high = float(number("high", high, low, open_low=True))
    steps = integer("steps", steps, 2)
    smoothing = float(number("smoothing", smoothing, 0, 1, open_high=True))
    x, y = check_run(net, opt, x, y)
    net, opt = net.copy(), copy.deepcopy(opt)
    opt.reset()
    rates = np.geomspace(low, high, steps)
    average, losses, averages = ExponentialAverage(smoothing), [], []
    with np.errstate(over="ignore", invalid="ignore"):  # an exploding loss ends the test instead
        for rate, index in zip(rates.tolist(), _endless(len(x), batch_size, generator(rng)), strict=False):
            opt.lr = rate
            losses.append(net.loss_and_grad(x[index], y[index]))
            average.update(np.array(losses[-1]))
            averages.append(float(average.x))
            if not averages[-1] <= STOP * min(averages):  # not finite, or far above the least
                break
            opt.step(net.parameters.x, net.parameters.g, check_finite=False)
    lr, loss, smoothed = rates[:len(losses)], np.array(losses), np.array(averages)
    return RangeTest(lr, loss, smoothed, float(lr[smoothed.argmin()] / 10), len(losses) < steps)


def _endless(n, batch_size, rng):
    """Index arrays of batches, epoch after epoch."""
    while True:
        yield from batches(n, batch_size, rng)
