"""Lecture 16: one family of schedules, what each reaches at its best rate, and mistakes in writing them.

Two problems judge a schedule. On x1² + 2x2² with noise in the gradient (lecture 04) the expected loss after
the last step is exact. On the digits, networks are trained with small or with large batches.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from course_lib import schedules
from course_lib.datasets import load_digits
from course_lib.optimizers import SGD
from course_lib.schedules import rate_at
from course_lib.studies.comparison import NetworkProblem, compare
from course_lib.studies.shared import shared
from course_lib.validation import choice, floats, integer, number

CURVATURES, START = np.array([2.0, 4.0]), np.array([-5.0, -2.5])  # lecture 04's quadratic and its start

# Each is made for a largest rate `lr` and a number of steps, the budget. Falls end at 0 or a hundredth.
FAMILY = {
    "constant": lambda lr, steps: schedules.constant(lr),
    "step": lambda lr, steps: schedules.step(lr, every=-(-steps // 3)),
    "exponential": lambda lr, steps: schedules.exponential(lr, math.log(100) / steps),
    "inverse time": lambda lr, steps: schedules.inverse_time(lr, 10 / steps),
    "power ½": lambda lr, steps: schedules.power(lr, 10 / steps, 0.5),
    "polynomial 2": lambda lr, steps: schedules.polynomial(lr, steps, exponent=2.0),
    "linear": lambda lr, steps: schedules.linear(lr, steps),
    "cosine": lambda lr, steps: schedules.cosine(lr, steps),
    "warm-up, cosine": lambda lr, steps: schedules.warmup(
        schedules.cosine(lr, steps - _tenth(steps)), _tenth(steps)),
    "warm restarts": lambda lr, steps: schedules.cosine_restarts(lr, -(-steps // 7), growth=2.0),
    "cyclic": lambda lr, steps: schedules.triangular(lr / 10, lr, -(-steps // 6)),
    "cyclic, halved": lambda lr, steps: schedules.triangular(
        lr / 10, lr, -(-steps // 6), mode="triangular2"),
    "cyclic, exp_range": lambda lr, steps: schedules.triangular(
        lr / 10, lr, -(-steps // 6), mode="exp_range", gamma=0.1 ** (1 / steps)),
    "one-cycle": lambda lr, steps: schedules.one_cycle(lr, steps),
}


def make_schedule(name, lr, steps):
    """The schedule of this name in FAMILY, for the largest rate lr and a budget of at least 10 steps.

    >>> make_schedule("linear", 0.5, 100)(50)
    0.25
    """
    choice("name", name, FAMILY)
    return FAMILY[name](number("lr", lr, 0), integer("steps", steps, 10))


def rates_of(schedule, steps):
    """The rates of the first `steps` steps, an array (steps,). Asking uses nothing up.

    >>> rates_of(schedules.linear(1.0, 4), 5).tolist()
    [1.0, 0.75, 0.5, 0.25, 0.0]
    """
    return np.array([rate_at(schedule, k) for k in range(integer("steps", steps, 0))])


def final_loss(rates, noise=1.0):
    """The expected loss of the noisy quadratic after the last step, exactly, for rates (…, steps) -> (…).

    The mean is multiplied by Π(1 - ηh). The noise of step k comes in times η_k, and is then multiplied by
    the factors of the steps after it. For one schedule `stochastic.moments` gives the loss of each step.

    >>> from course_lib.studies.stochastic import moments
    >>> exact = moments(CURVATURES, START, 0.1, 70).loss[-1]
    >>> bool(abs(final_loss(np.full(70, 0.1)) - exact) < 1e-12)
    True
    """
    rates, noise = floats("rates", rates), number("noise", noise, 0)
    if rates.ndim < 1 or not rates.shape[-1]:
        raise ValueError(f"rates must have shape (…, steps) with at least one step, got {rates.shape}")
    if (rates < 0).any():
        raise ValueError(f"rates must be at least 0, got {rates.min():g} among them")
    factors = 1 - rates[..., None] * CURVATURES
    up_to_the_end = np.cumprod(factors[..., ::-1, :], axis=-2)[..., ::-1, :]
    mean = up_to_the_end[..., 0, :] * START
    later = np.concatenate([up_to_the_end[..., 1:, :], np.ones_like(factors[..., :1, :])], axis=-2)
    variance = ((noise * rates[..., None] * later) ** 2).sum(axis=-2)
    return 0.5 * (mean**2 + variance) @ CURVATURES


CANDIDATES = np.geomspace(0.002, 0.49, 150)  # rates; at 0.5 = 2/4 the quadratic's steep direction diverges


def best_rate(name, steps, noise=1.0):
    """(rate, expected loss at the end): the largest rate of the schedule that is best for this budget.

    >>> rate, loss = best_rate("constant", 200)
    >>> round(rate, 3), round(loss, 4)
    (0.013, 0.0073)
    """
    shape = rates_of(make_schedule(name, 1.0, steps), steps)  # every schedule is proportional to its rate
    losses = final_loss(CANDIDATES[:, None] * shape, noise)
    best = int(losses.argmin())
    return float(CANDIDATES[best]), float(losses[best])


# Of FAMILY, those that are compared on the digits.
TRAINED = ["constant", "step", "exponential", "power ½", "linear", "cosine", "warm-up, cosine",
           "warm restarts", "cyclic", "one-cycle"]
# Batch size, steps and rates of the two comparisons on the digits. A factor of 2 between the rates would be
# too coarse for the large batches: cosine and linear are best between 0.8 and 1.6.
SETTINGS = {
    "4 images per step": {"batch_size": 4, "steps": 600, "rates": [0.07, 0.12, 0.2, 0.35, 0.6]},
    "64 images per step": {"batch_size": 64, "steps": 150, "rates": [0.5, 0.75, 1.1, 1.6, 2.4]},
}


@shared
def train_digits(names, *, batch_size, steps, rates, seeds, tuning_seeds, jobs=None, progress=None):
    """Train 64-32-10 on the digits under each schedule, with plain SGD; a Comparison.

    names : of FAMILY; the best of `rates` is chosen for each, on other runs than those reported
    """
    if not isinstance(names, (list, tuple)):
        raise TypeError(f"names must be a list of names of FAMILY, got {names!r}")
    names = [choice("names", name, FAMILY) for name in names]
    integer("steps", steps, 10)
    problem = NetworkProblem(load_digits, (64, 32, 10), batch_size=batch_size, points=1)  # the end counts
    methods = {name: (partial(_sgd, name, steps), {}, rates) for name in names}
    return compare(problem, methods, seeds=seeds, tuning_seeds=tuning_seeds, evaluations=steps, jobs=jobs,
                   progress=progress)


# Mistakes, as the lecture shows them.

def fed_back(lr, decay, exponent, steps):
    """The power decay with a slip: each rate is computed from the one before instead of from lr.

    >>> wrong = fed_back(0.8, 0.0008, 1.0, 101)
    >>> round(wrong[100], 4), round(schedules.power(0.8, 0.0008, 1.0)(100), 3)
    (0.0156, 0.741)
    """
    for name, value in (("lr", lr), ("decay", decay), ("exponent", exponent)):
        number(name, value, 0)
    rate, found = lr, []
    for k in range(integer("steps", steps, 0)):
        rate = rate / (1 + decay * k) ** exponent  # the slip: `rate` on the right should be lr
        found.append(rate)
    return found


def twice_the_base(lr, steps, exponent=0.5):
    """A factor for PyTorch's LambdaLR with two slips: it holds lr, which LambdaLR multiplies by its own,
    and the power of a negative number is complex past the last step.

    >>> factor = twice_the_base(0.01, 50)
    >>> factor(0), type(factor(51)).__name__
    (0.01, 'complex')
    """
    number("lr", lr, 0)
    number("exponent", exponent, 0)
    integer("steps", steps, 1)
    return lambda step: lr * (1 - step / steps) ** exponent


def right_factor(steps, exponent=0.5):
    """The same, repaired: from 1 to 0, and then 0.

    >>> factor = right_factor(50)
    >>> factor(0), factor(50), factor(51)
    (1.0, 0.0, 0.0)
    """
    return schedules.polynomial(1.0, steps, exponent=exponent)


def _sgd(name, steps, lr):
    return SGD(lr=make_schedule(name, lr, steps))


def _tenth(steps):
    return max(steps // 10, 1)
