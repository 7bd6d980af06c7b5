"""What every schedule keeps to: see the package's own text. A function of the step that returns a rate."""

from __future__ import annotations

from functools import wraps

from course_lib.validation import function, number


def checked_step(make):
    """Decorates a function that makes schedules: they then refuse a step that is no number of at least 0."""

    @wraps(make)
    def made(*args, **options):
        rate = make(*args, **options)

        def schedule(step):
            if type(step) is not int or step < 0:
                number("step", step, 0)
            return rate(step)

        return schedule

    return made


@checked_step
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


def as_schedule(name, value):
    """`value` as a schedule: a function of the step as it is, a number as `constant(value)`."""
    if callable(value):
        return function(name, value, "a learning rate or a function of the step", arguments=1)
    return constant(number(name, value, 0))
