"""Learning-rate schedules: plain functions from the step to the learning rate.

The contract, for every schedule here and every one you write:

- it is called with the number of steps already taken: 0 for the first step, then 1, 2, …
- it returns the learning rate, a finite number that is at least 0;
- it is *pure*: the same step always gives the same rate, in whatever order it is asked.
  A plot of a schedule therefore uses nothing up.

Wherever an optimizer takes `lr`, it takes a number or such a function.
"""

from __future__ import annotations

import math

from course_lib.validation import number


def constant(lr):
    """The same learning rate at each step.

    >>> schedule = constant(0.1)
    >>> schedule(0), schedule(1000)
    (0.1, 0.1)
    """
    lr = float(number("lr", lr, 0))
    return lambda step: lr


def inverse_time(lr, decay=1.0):
    """lr / (1 + decay·step): with decay 1 it is lr / k at the k-th step (Robbins & Monro 1951).

    >>> schedule = inverse_time(0.5)
    >>> schedule(0), schedule(1), schedule(4)
    (0.5, 0.25, 0.1)
    """
    return power(lr, decay, 1.0)


def power(lr, decay, exponent):
    """lr·(1 + decay·step)^(-exponent), for decay and exponent of at least 0.

    >>> power(1.0, 1.0, 0.5)(3)
    0.5
    """
    lr, decay = float(number("lr", lr, 0)), float(number("decay", decay, 0))
    exponent = float(number("exponent", exponent, 0))
    return lambda step: lr / (1 + decay * step) ** exponent


def exponential(lr, decay):
    """lr·exp(-decay·step), for decay of at least 0.

    The sum of all rates is finite, about lr / decay, and with it the way that x can go.

    >>> round(exponential(0.1, math.log(2))(3), 6)
    0.0125
    """
    lr, decay = float(number("lr", lr, 0)), float(number("decay", decay, 0))
    return lambda step: lr * math.exp(-decay * step)


def rate_at(schedule, step):
    """The learning rate `schedule(step)` as a Python float; an error if it is no rate.

    A NumPy float64 scalar would turn float32 arrays into float64, hence the conversion.

    >>> rate_at(lambda step: 1 - step, 3)
    Traceback (most recent call last):
    ValueError: lr must be a number in [0, inf), got -2 (from the schedule, at step 3)
    """
    if not callable(schedule):
        raise TypeError(f"schedule must be a function of the step, got {schedule!r}")
    lr = schedule(step)
    try:
        return float(number("lr", lr, 0))
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error} (from the schedule, at step {step})") from None
