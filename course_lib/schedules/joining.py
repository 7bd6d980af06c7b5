"""Schedules made of schedules."""

from __future__ import annotations

from course_lib.schedules.contract import as_schedule, checked_step, rate_at
from course_lib.schedules.falling import linear, rising
from course_lib.validation import number


@checked_step
def join(schedules, boundaries):
    """One schedule after the other: each counts its own steps from 0.

    schedules : functions of the step, or numbers; boundaries : the step at which the second begins, the
        third, …, rising; one fewer than schedules

    >>> schedule = join([0.5, linear(1.0, steps=10)], [5])
    >>> schedule(4), schedule(5), schedule(10)
    (0.5, 1.0, 0.5)
    """
    if not isinstance(schedules, (list, tuple)):
        raise TypeError(f"schedules must be a list of schedules, got {schedules!r}")
    pieces = [as_schedule("schedules", piece) for piece in schedules]
    starts = [0, *rising("boundaries", boundaries)]
    if len(pieces) != len(starts):
        raise ValueError(f"schedules must hold one more schedule than boundaries, {len(starts)}, "
                         f"got {len(pieces)}")

    def schedule(step):
        start, piece = [pair for pair in zip(starts, pieces, strict=True) if step >= pair[0]][-1]
        return piece(step - start)

    return schedule


def warmup(schedule, steps, start=0.0):
    """A straight rise from `start` (default 0) to the schedule's first rate, then the schedule.

    schedule : a function of the step, which then counts from 0, or a number; steps : the rise takes so many,
        at least 1. Goyal et al. 2017, section 2.2: gradual warm-up.

    >>> schedule = warmup(0.4, steps=4)
    >>> [round(schedule(step), 2) for step in range(6)]
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.4]
    """
    schedule, start = as_schedule("schedule", schedule), number("start", start, 0)
    return join([linear(start, steps, rate_at(schedule, 0)), schedule], [steps])
