"""Lecture 04: gradient descent with a noisy gradient on a quadratic, where every expectation is exact.

The objective is ½ Σ hᵢ xᵢ², its gradient at step k comes with independent noise of mean 0:

    x ← x - η_k (h x + noise),   so   mean ← (1 - η_k h) · mean
                                 and  variance ← (1 - η_k h)² · variance + η_k² · noise².

`moments` iterates these two lines for any rate schedule, any noise schedule, and for an average of the
points; `simulate` makes the runs themselves, thousands at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.optimizers import Optimizer
from course_lib.schedules import constant, rate_at
from course_lib.validation import floats, function, generator, integer, number


class Moments(NamedTuple):
    """Expectations over all runs after 0, 1, … steps.

    mean, variance : (steps + 1, n), of each coordinate; loss : (steps + 1,), the expected ½ Σ hᵢ xᵢ²
    """

    mean: np.ndarray
    variance: np.ndarray
    loss: np.ndarray


class Runs(NamedTuple):
    """What `simulate` kept: after `steps` (kept,) steps the points x (kept, runs, n), and for each
    average of the optimizer its points (kept, runs, n), in the list `averages`."""

    steps: np.ndarray
    x: np.ndarray
    averages: list


def moments(curvatures, x0, lr, steps, *, noise=1.0, average=None):
    """The exact mean, variance and expected loss after each step of gradient descent with noise.

    curvatures : hᵢ, positive, shape (n,); x0 : the start of all runs, shape (n,)
    lr : learning rate, a number or a function of the step (0 for the first)
    noise : standard deviation of the gradient's noise: a number, one per coordinate (n,), or a function
        of the step that gives one of these (σ/√b for a batch of b that changes)
    average : None for the points themselves, or a TailAverage or ExponentialAverage (with its bias
        corrected): then the moments are those of the average, and of the points until it begins

    >>> exact = moments([2.0, 4.0], [-5.0, -2.5], 0.1, 70)
    >>> exact.variance[-1].round(4), [round(1 / 36, 4), round(1 / 64, 4)]
    (array([0.0278, 0.0156]), [0.0278, 0.0156])
    """
    h = _curvatures(curvatures)
    mean = floats("x0", x0, h.shape).astype(np.float64)
    schedule = lr if callable(lr) else constant(lr)
    deviation = _noise(noise, h.shape)
    old_share = _old_share(average)
    variance = np.zeros_like(mean)
    means, variances = [mean], [variance]
    a_mean, a_variance, covariance = mean, variance, variance  # of the average, and of average and point
    for k in range(integer("steps", steps, 0)):
        rate = rate_at(schedule, k)
        factor = 1 - rate * h
        mean = factor * mean
        variance = factor**2 * variance + (rate * deviation(k)) ** 2
        p = old_share(k + 1)  # new average = p · old average + (1 - p) · new point
        if p == 0:  # the point itself
            a_mean, a_variance, covariance = mean, variance, variance
            means.append(mean)
            variances.append(variance)
            continue
        a_mean = p * a_mean + (1 - p) * mean
        a_variance = p**2 * a_variance + 2 * p * (1 - p) * factor * covariance + (1 - p) ** 2 * variance
        covariance = p * factor * covariance + (1 - p) * variance
        means.append(a_mean)
        variances.append(a_variance)
    means, variances = np.array(means), np.array(variances)
    return Moments(means, variances, 0.5 * (means**2 + variances) @ h)


def simulate(opt, x0, steps, *, curvatures, noise=1.0, runs, rng, at=None):
    """Runs of any optimizer on ½ Σ hᵢ xᵢ² with a noisy gradient, all runs at once.

    opt : an Optimizer, perhaps with averages; it is reset first
    x0 : start of all runs (n,); runs : their number; curvatures and noise as in `moments`
    at : which steps to keep, whole numbers from 0 to `steps`, increasing; default all

    Returns Runs. An average that has not begun is NaN.

    >>> from course_lib.optimizers import SGD
    >>> found = simulate(SGD(lr=0.1), [-5.0, -2.5], 70, curvatures=[2.0, 4.0], runs=10_000, at=[70],
    ...                  rng=np.random.default_rng(0))
    >>> found.x.shape, np.abs(found.x[0].var(axis=0) * [36, 64] - 1).max() < 0.05
    ((1, 10000, 2), np.True_)
    """
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be an optimizer such as SGD(lr=0.1), got {opt!r}")
    h = _curvatures(curvatures)
    start = floats("x0", x0, h.shape).astype(np.float64)
    deviation, rng = _noise(noise, h.shape), generator(rng)
    at = _steps(at, integer("steps", steps, 0))
    x = np.tile(start, (integer("runs", runs, 1), 1))
    opt.reset()
    points, averages = [], [[] for _ in opt.averages]
    for k in range(at[-1] + 1):
        if k == at[len(points)]:
            points.append(x.copy())
            for kept, average in zip(averages, opt.averages, strict=True):
                kept.append(np.full_like(x, np.nan) if average.x is None else average.x.copy())
        if k < at[-1]:
            opt.step(x, h * x + deviation(k) * rng.standard_normal(x.shape))
    return Runs(at, np.array(points), [np.array(kept) for kept in averages])


def stationary_variance(curvatures, lr, noise=1.0):
    """The variance in the long run at a constant rate: η σ² / (h (2 - η h)), for each curvature.

    It is where `variance ← (1 - ηh)² · variance + η²σ²` stands still. Half of h times it is the loss.

    >>> stationary_variance([2.0, 4.0], 0.1).round(6)
    array([0.027778, 0.015625])
    """
    h = _curvatures(curvatures)
    lr = number("lr", lr, 0, 2 / h.max(), open_low=True, open_high=True)
    return lr * _deviation("noise", noise, h.shape) ** 2 / (h * (2 - lr * h))


def averaged_variance(curvatures, lr, beta, noise=1.0):
    """The variance in the long run of the exponential average with rate beta, at a constant lr.

    With a = 1 - ηh the points are correlated like aʲ, which gives the factor
    (1 - β)(1 + aβ) / ((1 + β)(1 - aβ)) on `stationary_variance`. For β < 1 it is not 0: a plateau.

    >>> averaged_variance([1.0], 0.1, 0.0) == stationary_variance([1.0], 0.1)
    array([ True])
    """
    variance = stationary_variance(curvatures, lr, noise)
    beta = number("beta", beta, 0, 1, open_high=True)
    a = 1 - lr * _curvatures(curvatures)
    return variance * (1 - beta) * (1 + a * beta) / ((1 + beta) * (1 - a * beta))


def polyak_loss(curvatures, steps, noise=1.0):
    """tr(H⁻¹Σ) / 2k: the expected loss of the average of k points, for large k (Polyak & Juditsky 1992).

    steps : k, a number or an array of them, at least 1

    >>> polyak_loss([1.0, 2.0], 100)  # (1/1 + 1/2) / 200
    np.float64(0.0075)
    """
    h = _curvatures(curvatures)
    k = np.asarray(floats("steps", steps))
    if (k < 1).any():
        raise ValueError(f"steps must be at least 1, got {steps!r}")
    return (_deviation("noise", noise, h.shape) ** 2 / h).sum() / (2 * k)


def local_slope(steps, values):
    """The slope of log values against log steps between the first and the last of them.

    >>> round(local_slope([10, 1000], [0.5, 0.005]), 6)
    -1.0
    """
    steps, values = floats("steps", steps, (None,)), floats("values", values, (None,))
    if len(steps) < 2 or len(steps) != len(values) or not (steps[-1] > steps[0] > 0 and values.min() > 0):
        raise ValueError("steps and values must be positive and of one length of at least 2, steps "
                         f"increasing, got {steps!r} and {values!r}")
    return float(np.log(values[-1] / values[0]) / np.log(steps[-1] / steps[0]))


def _old_share(average):
    """The function k -> share of the old average in the new one, after step k = 1, 2, …"""
    if average is None:
        return lambda k: 0.0
    if isinstance(average, TailAverage):
        return lambda k: max(0.0, 1 - 1 / max(k - average.start, 1))
    if isinstance(average, ExponentialAverage) and average.bias_correction:
        # From a_k = e_k / (1 - βᵏ) with e_k = β e_{k-1} + (1 - β) x_k.
        return lambda k: 1 - (1 - average.beta) / (1 - average.beta**k)
    raise TypeError("average must be None, a TailAverage or a bias-corrected ExponentialAverage, "
                    f"got {average!r}")


def _curvatures(values):
    h = floats("curvatures", values, (None,))
    if len(h) == 0 or (h <= 0).any():
        raise ValueError(f"curvatures must be one or more positive numbers, got {values!r}")
    return h


def _deviation(name, value, shape):
    value = floats(name, value)
    if value.shape not in ((), shape) or (value < 0).any():
        raise ValueError(f"{name} must be a number of at least 0, or {shape[0]} of them, one per curvature, "
                         f"got {value!r}")
    return value


def _noise(noise, shape):
    """The noise's deviation as a function of the step."""
    if callable(noise):
        function("noise", noise, "a number, an array (n,), or a function of the step", arguments=1)
        return lambda k: _deviation("noise", noise(k), shape)
    value = _deviation("noise", noise, shape)
    return lambda k: value


def _steps(at, steps):
    if at is None:
        return np.arange(steps + 1)
    at = np.asarray(at)
    if at.ndim != 1 or at.dtype.kind not in "iu" or not len(at) or (np.diff(at) <= 0).any() \
            or at[0] < 0 or at[-1] > steps:
        raise ValueError(f"at must be increasing whole numbers from 0 to steps = {steps}, got {at!r}")
    return at
