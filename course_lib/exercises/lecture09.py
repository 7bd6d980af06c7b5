"""Checks for the exercises of lecture 09, momentum and Nesterov; 1 and 2 are in lecture09_steps."""

from __future__ import annotations

import math

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.exercises.lecture09_steps import check_momentum_step, check_nesterov_step

__all__ = ["check_largest_stable_lr", "check_momentum_step", "check_nesterov_step", "check_prediction"]


def check_prediction(step_classical, step_averaged, steps_to_90):
    """Exercise 3: the gradient is 1 at every step, lr = 0.01, momentum = 0.95."""
    check_number("step_classical", step_classical, 0.2, mistakes=[
        Mistake("that is the first step. The velocity then grows, because each step adds the gradient again "
                "and loses only a twentieth of what was there", 0.01),
        Mistake("that is the velocity. A step is lr times the velocity", 20.0),
        Mistake("that is the gain for momentum 0.9. Here 1 / (1 - momentum) is larger", 0.1),
        Mistake("the sum is 1 + 0.95 + 0.95² + …: do not leave out the newest gradient", 0.19),
        Mistake("divide by 1 - momentum, the friction, not by momentum", 0.01 / 0.95),
        Mistake("that multiplies by the friction 1 - momentum: divide by it", 0.0005)])
    check_number("step_averaged", step_averaged, 0.01, mistakes=[
        Mistake("that is the classical form. The averaged form weights each gradient with 1 - momentum, so "
                "the weights add up to 1", 0.2),
        Mistake("that is the first step, 1 - momentum of the gradient. The average of ones grows to one",
                0.0005),
        Mistake("that is the velocity. A step is lr times the velocity", 1.0)])
    check_number("steps_to_90", steps_to_90, 45, tolerance=1e-9, mistakes=[
        Mistake("after 44 steps it is at 89.5 %: round up", 44),
        Mistake("the count is a whole number: round up", math.log(0.1) / math.log(0.95), within=3e-3),
        Mistake("that is for momentum 0.9", 22),
        Mistake("after 1 / (1 - momentum) steps it has come only to 64 %: solve 1 - momentum**k = 0.9", 20),
        Mistake("after 2 steps 10 % are reached, not 90 %: solve 1 - momentum**k = 0.9", 3),
        Mistake("after 2 steps 10 % are reached, not 90 %: solve 1 - momentum**k = 0.9", 2)])
    right("momentum multiplies the step by 1 / (1 - momentum), and needs time to get there.")


def largest_stable_lr(curvature, momentum):
    return 2 * (1 + momentum) / curvature


EDGE_MISTAKES = [
    Mistake("that is the limit of gradient descent. Momentum bears more: at the edge the point jumps from "
            "side to side, and then the old velocity opposes the gradient", lambda c, m: 2 / c),
    Mistake("that is Nesterov's limit, 2 (1 + momentum) / ((1 + 2 momentum) curvature). Measure with "
            "Momentum", lambda c, m: 2 * (1 + m) / ((1 + 2 * m) * c)),
    Mistake("that is 1 / curvature, the best rate of gradient descent in one dimension, far from the edge",
            lambda c, m: 1 / c),
    Mistake("that would make momentum less stable than gradient descent. The gain 1 / (1 - momentum) counts "
            "for a gradient that stays the same; at the edge it changes its sign at every step",
            lambda c, m: 2 * (1 - m) / c),
    Mistake("the gain 1 / (1 - momentum) counts for a gradient that stays the same; at the edge it changes "
            "its sign at every step", lambda c, m: 2 / ((1 - m) * c)),
    Mistake("the curvature is missing: a function twice as steep bears half the rate",
            lambda c, m: 2 * (1 + m)),
    Mistake("your limit grows with the curvature: a function twice as steep bears half the rate",
            lambda c, m: 2 * (1 + m) * c),
    Mistake("above this rate the point no longer swings but jumps from side to side, still shrinking. The "
            "edge is where it shrinks no more", lambda c, m: (1 + m**0.5) ** 2 / c),
    Mistake("this is half of the edge", lambda c, m: (1 + m) / c),
    Mistake("that is the limit for momentum near 1: with less of it the edge is lower", lambda c, m: 4 / c),
    Mistake("1 + momentum has come into the denominator: momentum bears more than gradient descent, not less",
            lambda c, m: 2 / ((1 + m) * c)),
    Mistake("below this rate the point creeps to the minimum without swinging. The edge lies far above: "
            "there it jumps from side to side and shrinks no more", lambda c, m: (1 - m**0.5) ** 2 / c),
    Mistake("your limit falls with the root of the curvature: a function twice as steep bears half the rate",
            lambda c, m: 2 * (1 + m) / c**0.5),
]


def check_largest_stable_lr(function):
    """Exercise 4: the largest learning rate with which Momentum does not diverge on ½·curvature·x².

    Answers that are rounded to three digits, or measured to that, count.
    """
    cases = [(2.0, 0.9), (50.0, 0.9), (50.0, 0.5), (7.0, 0.0), (3.0, 0.75)]
    check_function(function, reference=largest_stable_lr, cases=cases, outputs=("the limit",),
                   mistakes=EDGE_MISTAKES, tolerance=5e-3)
    right("just below it the loss falls, just above it grows without end.")
