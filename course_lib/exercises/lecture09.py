"""Checks for the exercises of lecture 09, momentum and Nesterov."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.optimizers import Momentum, Nesterov


def momentum_step(x, v, g, lr, momentum):
    step, v = Momentum(lr=lr, momentum=momentum).rule(g, lr, 1, v)
    return x - step, v


def nesterov_step(x, v, g, lr, momentum):
    step, v = Nesterov(lr=lr, momentum=momentum).rule(g, lr, 1, v)
    return x - step, v


def steps_cases():
    """Arguments (x, v, g, lr, momentum): vectors, a matrix, float32, and a first step with v = 0."""
    rng = np.random.default_rng(9)
    draw = lambda shape: [rng.normal(size=shape) for _ in range(3)]  # noqa: E731
    single = [a.astype(np.float32) for a in draw(4)]
    x, _, g = draw(3)
    return [(*draw(4), 0.1, 0.9), (*draw((2, 3)), 0.03, 0.7), (*single, 0.25, 0.5), (x, 0 * x, g, 0.1, 0.9)]


# Each typical mistake is the rule that it amounts to: (x, v, g, lr, momentum) -> (x, v).
SIGN_V = Mistake(
    "the sign of the gradient is wrong in the velocity: with x = x - lr * v, the velocity adds +g",
    lambda x, v, g, lr, m: (x - lr * (m * v - g), m * v - g))
SIGN_X = Mistake(
    "the step has the wrong sign: you climb. Subtract the step from x",
    lambda x, v, g, lr, m: (x + lr * (m * v + g), m * v + g))
AVERAGED = Mistake(
    "you used the averaged form, v = momentum * v + (1 - momentum) * g. The classical form adds the whole "
    "gradient; its steps are 1 / (1 - momentum) times larger",
    lambda x, v, g, lr, m: (x - lr * (m * v + (1 - m) * g), m * v + (1 - m) * g))
OLD_V = Mistake(
    "you stepped with the old velocity: update v first, then use the new v in the step",
    lambda x, v, g, lr, m: (x - lr * v, m * v + g))
NO_MEMORY = Mistake(
    "that is plain gradient descent: x moves by lr * g. Step along the velocity v instead",
    lambda x, v, g, lr, m: (x - lr * g, m * v + g))
FORGETS = Mistake(
    "the old velocity is forgotten: v = g. It must keep the share momentum of the old v",
    lambda x, v, g, lr, m: (x - lr * g, g))
SWAPPED = Mistake(
    "lr and momentum have changed places",
    lambda x, v, g, lr, m: (x - m * (lr * v + g), lr * v + g))
FRICTION = Mistake(
    "you kept the share 1 - momentum of the old velocity: momentum itself is the share that is kept",
    lambda x, v, g, lr, m: (x - lr * ((1 - m) * v + g), (1 - m) * v + g))
NO_FRICTION = Mistake(
    "the old velocity is added whole: multiply it by momentum",
    lambda x, v, g, lr, m: (x - lr * (v + g), v + g))
OLD_RETURNED = Mistake(
    "x is right, but you returned the old velocity: return the new one, or the next step knows nothing of "
    "this one",
    lambda x, v, g, lr, m: (x - lr * (m * v + g), v))
LR_INSIDE = Mistake(
    "x is right, but your velocity carries the learning rate, as in Keras. Here v = momentum * v + g and lr "
    "enters only in the step",
    lambda x, v, g, lr, m: (x - lr * (m * v + g), lr * (m * v + g)))
KERAS = Mistake(
    "your velocity carries the learning rate: v = momentum * v + lr * g, as in Keras. Here lr enters only in "
    "the step, x = x - lr * v",
    lambda x, v, g, lr, m: (x - (m * v + lr * g), m * v + lr * g))
KERAS_SIGN = Mistake(
    "your velocity carries the learning rate and a minus: v = momentum * v - lr * g and x = x + v, as in "
    "Keras. Here v = momentum * v + g and x = x - lr * v",
    lambda x, v, g, lr, m: (x + (m * v - lr * g), m * v - lr * g))
LR_TWICE = Mistake(
    "the learning rate enters twice, in the velocity and in the step",
    lambda x, v, g, lr, m: (x - lr * (m * v + lr * g), m * v + lr * g))
ORDER = Mistake(
    "the two results have changed places: return x first, then v",
    lambda x, v, g, lr, m: (m * v + g, x - lr * (m * v + g)))
TWICE = Mistake(
    "your step is exactly twice too large",
    lambda x, v, g, lr, m: (x - 2 * lr * (m * v + g), m * v + g))
STEP_ONLY = Mistake(
    "you returned the step, not the new x: subtract the step from x",
    lambda x, v, g, lr, m: (lr * (m * v + g), m * v + g))

NESTEROV = Mistake("that is Nesterov's rule (exercise 2): momentum steps along v alone", nesterov_step)

MOMENTUM_MISTAKES = [SIGN_V, SIGN_X, AVERAGED, OLD_V, FORGETS, NO_MEMORY, SWAPPED, FRICTION, NO_FRICTION,
                     OLD_RETURNED, LR_INSIDE, KERAS, KERAS_SIGN, LR_TWICE, ORDER, TWICE, STEP_ONLY,
                     NESTEROV]


def check_momentum_step(function):
    """Exercise 1: momentum_step(x, v, g, lr, momentum) -> (new x, new v)."""
    check_function(function, reference=momentum_step, cases=steps_cases(), outputs=("x", "v"),
                   mistakes=MOMENTUM_MISTAKES)
    right("x and v move as in the lecture, for vectors, matrices, float64 and float32.")


NESTEROV_MISTAKES = [
    Mistake("that is plain momentum, whose step is lr * v. Nesterov's is lr * (g + momentum * v) with the "
            "new v; with the old v in the bracket it is plain momentum again", momentum_step),
    Mistake("the factor momentum is missing in the step: it is g + momentum * v, not g + v",
            lambda x, v, g, lr, m: (x - lr * (g + m * v + g), m * v + g)),
    Mistake("the gradient is missing in the step: it is g + momentum * v, not momentum * v",
            lambda x, v, g, lr, m: (x - lr * m * (m * v + g), m * v + g)),
    Mistake("you returned g + momentum * v as the velocity. The velocity is momentum * (old v) + g; "
            "g + momentum * v is only the step's direction",
            lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + g)), g + m * (m * v + g))),
    Mistake("the step has the wrong sign: you climb. Subtract the step from x",
            lambda x, v, g, lr, m: (x + lr * (g + m * (m * v + g)), m * v + g)),
    Mistake("the sign of the gradient is wrong in the velocity: it adds +g",
            lambda x, v, g, lr, m: (x - lr * (g + m * (m * v - g)), m * v - g)),
    Mistake("you used the averaged form, v = momentum * v + (1 - momentum) * g. Here v adds the whole "
            "gradient",
            lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + (1 - m) * g)), m * v + (1 - m) * g)),
    Mistake("x is right, but you returned the old velocity: return the new one",
            lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + g)), v)),
    Mistake("your velocity carries the learning rate, as in Keras. Here lr enters only in the step",
            lambda x, v, g, lr, m: (x - (lr * g + m * (m * v + lr * g)), m * v + lr * g)),
    Mistake("you looked ahead by moving x first. In the re-arranged form x is already the look-ahead point, "
            "and g is the gradient there",
            lambda x, v, g, lr, m: (x - lr * m * v - lr * (m * v + g), m * v + g)),
    Mistake("the two results have changed places: return x first, then v",
            lambda x, v, g, lr, m: (m * v + g, x - lr * (g + m * (m * v + g)))),
    Mistake("your step is exactly twice too large",
            lambda x, v, g, lr, m: (x - 2 * lr * (g + m * (m * v + g)), m * v + g)),
]

def check_nesterov_step(function):
    """Exercise 2: nesterov_step(x, v, g, lr, momentum) -> (new x, new v), re-arranged."""
    check_function(function, reference=nesterov_step, cases=steps_cases(), outputs=("x", "v"),
                   mistakes=NESTEROV_MISTAKES)
    right("this is the form that PyTorch and Keras use.")


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
]


def check_largest_stable_lr(function):
    """Exercise 4: the largest learning rate with which Momentum does not diverge on ½·curvature·x².

    Answers that are rounded to three digits, or measured to that, count.
    """
    cases = [(2.0, 0.9), (50.0, 0.9), (50.0, 0.5), (7.0, 0.0), (3.0, 0.75)]
    check_function(function, reference=largest_stable_lr, cases=cases, outputs=("the limit",),
                   mistakes=EDGE_MISTAKES, tolerance=5e-3)
    right("just below it the loss falls, just above it grows without end.")
