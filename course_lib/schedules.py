"""Learning-rate schedules: plain functions from the step to the learning rate.

The contract, for every schedule here and every one you write:

- it is called with the number of steps already taken: 0 for the first step, then 1, 2, …
- it returns the learning rate, a finite number that is at least 0;
- it is *pure*: the same step always gives the same rate, in whatever order it is asked.
  A plot of a schedule therefore uses nothing up.

Wherever an optimizer takes `lr`, it takes a number or such a function.
"""

from __future__ import annotations

from course_lib.validation import number


def constant(lr):
    """The same learning rate at each step.

    >>> schedule = constant(0.1)
    >>> schedule(0), schedule(1000)
    (0.1, 0.1)
    """
    lr = float(number("lr", lr, 0))
    return lambda step: lr


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
