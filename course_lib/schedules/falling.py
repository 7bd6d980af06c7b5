"""Schedules that fall: for ever, in jumps, or from lr to `end` within a number of steps."""

from __future__ import annotations

import math

from course_lib.schedules.contract import checked_step
from course_lib.validation import as_array, integer, number


def inverse_time(lr, decay=1.0):
    """lr / (1 + decay·step): with decay 1 it is lr / k at the k-th step (Robbins & Monro 1951).

    >>> schedule = inverse_time(0.5)
    >>> schedule(0), schedule(1), schedule(4)
    (0.5, 0.25, 0.1)
    """
    return power(lr, decay, 1.0)


@checked_step
def power(lr, decay, exponent):
    """lr·(1 + decay·step)^(-exponent), for decay and exponent of at least 0.

    >>> power(1.0, 1.0, 0.5)(3)
    0.5
    """
    lr, decay = float(number("lr", lr, 0)), float(number("decay", decay, 0))
    exponent = float(number("exponent", exponent, 0))
    return lambda step: lr / (1 + decay * step) ** exponent


@checked_step
def exponential(lr, decay):
    """lr·exp(-decay·step), for decay of at least 0.

    The sum of all rates is finite, about lr / decay, and with it the way that x can go.

    >>> round(exponential(0.1, math.log(2))(3), 6)
    0.0125
    """
    lr, decay = float(number("lr", lr, 0)), float(number("decay", decay, 0))
    return lambda step: lr * math.exp(-decay * step)


@checked_step
def step(lr, every, factor=0.1):
    """lr·factor^⌊step / every⌋: a drop to `factor` times the rate (default 0.1) each `every` steps.

    factor : in [0, 1]

    >>> schedule = step(1.0, every=10, factor=0.5)
    >>> schedule(9), schedule(10), schedule(20)
    (1.0, 0.5, 0.25)
    """
    lr, every = float(number("lr", lr, 0)), integer("every", every, 1)
    factor = float(number("factor", factor, 0, 1))
    return lambda step: lr * factor ** (step // every)


@checked_step
def piecewise(boundaries, rates):
    """rates[0] before step boundaries[0], then rates[1] before boundaries[1], …; the last one for ever.

    boundaries : rising whole numbers of at least 1; rates : one more rate than boundaries

    >>> schedule = piecewise([100, 200], [0.1, 0.01, 0.001])
    >>> schedule(99), schedule(100), schedule(10_000)
    (0.1, 0.01, 0.001)
    """
    boundaries = rising("boundaries", boundaries)
    rates = [float(number("rates", rate, 0)) for rate in _listed("rates", rates)]
    if len(rates) != len(boundaries) + 1:
        raise ValueError(f"rates must hold one more number than boundaries, {len(boundaries) + 1}, "
                         f"got {len(rates)}")
    return lambda step: rates[sum(step >= boundary for boundary in boundaries)]


@checked_step
def polynomial(lr, steps, end=0.0, exponent=1.0):
    """end + (lr - end)·(1 - step/steps)^exponent until `steps`, then `end` (default 0).

    >>> schedule = polynomial(1.0, steps=10, exponent=2.0)
    >>> schedule(0), schedule(5), schedule(10), schedule(99)
    (1.0, 0.25, 0.0, 0.0)
    """
    lr, end, steps = _from_to(lr, end, steps)
    exponent = float(number("exponent", exponent, 0, open_low=True))
    return lambda step: blend(lr, end, (1 - min(step / steps, 1)) ** exponent)


def linear(lr, steps, end=0.0):
    """On a straight line from lr to `end` (default 0) in `steps` steps, then `end`. It may rise too.

    >>> schedule = linear(1.0, steps=4)
    >>> [schedule(step) for step in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    return polynomial(lr, steps, end, 1.0)


@checked_step
def cosine(lr, steps, end=0.0):
    """Half a cosine wave from lr to `end` (default 0) in `steps` steps, then `end`.

    Loshchilov & Hutter 2017, eq. 5, without restarts: flat at both ends, steepest in the middle.

    >>> schedule = cosine(1.0, steps=4)
    >>> [round(schedule(step), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    lr, end, steps = _from_to(lr, end, steps)
    return lambda step: blend(lr, end, half_wave(min(step / steps, 1)))


def blend(start, end, weight):
    """`start` at weight 1, `end` at weight 0, both exactly; in between their weighted mean."""
    return weight * start + (1 - weight) * end


def half_wave(progress):
    """Half a cosine wave, from 1 at progress 0 to 0 at progress 1."""
    return (1 + math.cos(math.pi * progress)) / 2


def rising(name, boundaries):
    """The boundaries as a list of ints, or an error unless they are whole, at least 1, and rise."""
    found = [integer(name, boundary, 1) for boundary in _listed(name, boundaries)]
    if found != sorted(set(found)):
        raise ValueError(f"{name} must rise from each to the next, got {found}")
    return found


def _listed(name, numbers):
    array = as_array(name, numbers)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a list of numbers, got {numbers!r}")
    return array.tolist()


def _from_to(lr, end, steps):
    return float(number("lr", lr, 0)), float(number("end", end, 0)), integer("steps", steps, 1)
