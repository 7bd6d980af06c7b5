"""Learning-rate schedules: plain functions from the step to the learning rate.

The contract, for every schedule here and every one you write:

- it is called with the number of steps already taken: 0 for the first step, then 1, 2, …;
  those here refuse what is not a number of at least 0
- it returns the learning rate, a finite number that is at least 0;
- it is *pure*: the same step always gives the same rate, in whatever order it is asked.
  A plot of a schedule therefore uses nothing up.

Wherever an optimizer takes `lr`, it takes a number or such a function.
"""

from course_lib.schedules.contract import constant, rate_at
from course_lib.schedules.cycles import cosine_restarts, one_cycle, triangular
from course_lib.schedules.falling import (
    cosine,
    exponential,
    inverse_time,
    linear,
    piecewise,
    polynomial,
    power,
    step,
)
from course_lib.schedules.joining import join, warmup

__all__ = ["constant", "cosine", "cosine_restarts", "exponential", "inverse_time", "join", "linear",
           "one_cycle", "piecewise", "polynomial", "power", "rate_at", "step", "triangular", "warmup"]
