"""Schedules that rise again: warm restarts, triangular cycles, and the one-cycle policy."""

from __future__ import annotations

from course_lib.schedules.contract import checked_step
from course_lib.schedules.falling import blend, half_wave
from course_lib.validation import choice, integer, number


@checked_step
def cosine_restarts(lr, steps, growth=1.0, end=0.0, shrink=1.0):
    """Cosine falls from lr to `end`, again and again (Loshchilov & Hutter 2017, eq. 5: SGDR).

    steps : length of the first cycle; growth : each cycle is this many times as long as the one before it, at
        least 1; shrink : and its rate falls from this share of the height above `end`, in (0, 1]

    The last step of a cycle is still just above `end`: the next one is the restart.

    >>> schedule = cosine_restarts(1.0, steps=4, growth=2.0)
    >>> [round(schedule(step), 2) for step in (0, 2, 4, 8, 12)]
    [1.0, 0.5, 1.0, 0.5, 1.0]
    """
    lr, end, steps = float(number("lr", lr, 0)), float(number("end", end, 0)), integer("steps", steps, 1)
    growth, shrink = float(number("growth", growth, 1)), float(number("shrink", shrink, 0, 1, open_low=True))

    def schedule(step):
        cycle, start, length = cycle_of(step, steps, growth)
        return blend(lr, end, shrink**cycle * half_wave((step - start) / length))

    return schedule


def cycle_of(step, steps, growth):
    """(number, first step, length) of the cycle that a step is in, if the first is `steps` long.

    >>> cycle_of(7, 4, 2.0)
    (1, 4.0, 8.0)
    """
    if growth == 1:
        return step // steps, step // steps * steps, steps
    cycle, start, length = 0, 0.0, float(steps)
    while step >= start + length:
        cycle, start, length = cycle + 1, start + length, length * growth
    return cycle, start, length


MODES = {"triangular": lambda cycle, step, gamma: 1.0,
         "triangular2": lambda cycle, step, gamma: 0.5**cycle,
         "exp_range": lambda cycle, step, gamma: gamma**step}


@checked_step
def triangular(low, high, half_cycle, mode="triangular", gamma=1.0):
    """Up from `low` to `high` and down again, on straight lines of `half_cycle` steps each (Smith 2017).

    mode : "triangular" (default) all cycles reach `high`; "triangular2" each rises half as far as the one
        before it; "exp_range" the rise is multiplied by gamma^step, with gamma in (0, 1]

    >>> schedule = triangular(0.0, 1.0, half_cycle=2, mode="triangular2")
    >>> [schedule(step) for step in range(9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25, 0.0]
    """
    low, half_cycle = float(number("low", low, 0)), integer("half_cycle", half_cycle, 1)
    high = float(number("high", high, low))
    gamma = float(number("gamma", gamma, 0, 1, open_low=True))
    height = MODES[choice("mode", mode, MODES)]

    def schedule(step):
        cycle, position = divmod(step, 2 * half_cycle)
        rise = 1 - abs(position / half_cycle - 1)
        return blend(high, low, rise * height(cycle, step, gamma))

    return schedule


ANNEALS = {"cosine": half_wave, "linear": lambda progress: 1 - progress}  # from 1 down to 0


@checked_step
def one_cycle(lr, steps, rise=0.3, start_divisor=25.0, end_divisor=1e4, anneal="cosine"):
    """The one-cycle policy (Smith & Topin 2018): up to lr, then down far below where it began.

    lr : the highest rate; steps : of the whole cycle, at least 2; after it the rate stays
    rise : share of the steps that go up, in (0, 1); default 0.3
    start_divisor : the first rate is lr / start_divisor; default 25
    end_divisor : the last rate is that one / end_divisor; default 10⁴
    anneal : "cosine" (default) or "linear"

    PyTorch's OneCycleLR does the same for the rate; by default it also lowers the momentum while the rate
    is high, which is no part of a schedule here.

    >>> schedule = one_cycle(1.0, steps=11, rise=0.5)
    >>> [round(schedule(step), 2) for step in (0, 4.5, 10, 99)]
    [0.04, 1.0, 0.0, 0.0]
    """
    lr, steps = float(number("lr", lr, 0)), integer("steps", steps, 2)
    rise = float(number("rise", rise, 0, 1, open_low=True, open_high=True))
    first = lr / float(number("start_divisor", start_divisor, 1))
    last = first / float(number("end_divisor", end_divisor, 1))
    fall = ANNEALS[choice("anneal", anneal, ANNEALS)]
    top, bottom = rise * steps - 1, steps - 1
    if top <= 0:
        raise ValueError(f"rise·steps must be above 1, for the rise to take time, got {rise} · {steps}")

    def schedule(step):
        if step <= top:
            return blend(first, lr, fall(step / top))
        return blend(lr, last, fall(min((step - top) / (bottom - top), 1)))

    return schedule
