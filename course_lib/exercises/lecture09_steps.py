"""Checks for exercises 1 and 2 of lecture 09: a step of momentum, a step of Nesterov's method."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right
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
CHANGE_ONLY = Mistake(
    "you returned the change of x, not the new x: add it to x",
    lambda x, v, g, lr, m: (-lr * (m * v + g), m * v + g))
UNMOVED = Mistake(
    "v is right, but x comes back as it was: subtract lr * v from it",
    lambda x, v, g, lr, m: (x, m * v + g))
NO_LR = Mistake(
    "lr is missing in the step: x = x - lr * v",
    lambda x, v, g, lr, m: (x - (m * v + g), m * v + g))
WHOLE_BRACKET = Mistake(
    "momentum multiplies the gradient too: v = momentum * v + g, only the old v is multiplied",
    lambda x, v, g, lr, m: (x - lr * m * (v + g), m * (v + g)))
WRONG_FACTOR = Mistake(
    "momentum multiplies the gradient in place of the old velocity: v = momentum * v + g",
    lambda x, v, g, lr, m: (x - lr * (v + m * g), v + m * g))
STEP_FACTOR = Mistake(
    "v is right; the step has a factor momentum too many: it is lr * v",
    lambda x, v, g, lr, m: (x - lr * m * (m * v + g), m * v + g))
CLIMBS_LIKE_KERAS = Mistake(
    "you climb, and your velocity carries the learning rate: here v = momentum * v + g and x = x - lr * v",
    lambda x, v, g, lr, m: (x + m * v + lr * g, m * v + lr * g))
SIGN_OLD = Mistake(
    "the sign of the old velocity is wrong: v = momentum * v + g",
    lambda x, v, g, lr, m: (x - lr * (g - m * v), g - m * v))
BOTH_SIGNS = Mistake(
    "your velocity has the other sign, v = momentum * v - g and x = x + lr * v. Here v = momentum * v + g "
    "and x = x - lr * v",
    lambda x, v, g, lr, m: (x + lr * (m * v - g), m * v - g))
MINUS_V = Mistake(
    "x is right, but the velocity that you returned has the wrong sign",
    lambda x, v, g, lr, m: (x - lr * (m * v + g), -(m * v + g)))
MINUS_STEP = Mistake(
    "x is right, but you returned the change of x in place of the velocity",
    lambda x, v, g, lr, m: (x - lr * (m * v + g), -lr * (m * v + g)))
FROZEN_V = Mistake(
    "v never changes: v = momentum * v + g comes before the step",
    lambda x, v, g, lr, m: (x - lr * v, v))
FROZEN_GD = Mistake(
    "that is plain gradient descent, and v never changes: v = momentum * v + g, then x = x - lr * v",
    lambda x, v, g, lr, m: (x - lr * g, v))
G_TWICE = Mistake(
    "the gradient enters the step twice: v contains it, so the step is lr * v alone",
    lambda x, v, g, lr, m: (x - lr * (m * v + 2 * g), m * v + g))
FIXED = Mistake(
    "momentum is fixed at 0.9 in your code: use the argument",
    lambda x, v, g, lr, m: momentum_step(x, v, g, lr, 0.9))

NESTEROV = Mistake("that is Nesterov's rule (exercise 2): momentum steps along v alone", nesterov_step)

MOMENTUM_MISTAKES = [SIGN_V, SIGN_X, AVERAGED, OLD_V, FORGETS, NO_MEMORY, SWAPPED, FRICTION, NO_FRICTION,
                     OLD_RETURNED, LR_INSIDE, KERAS, KERAS_SIGN, LR_TWICE, ORDER, TWICE, STEP_ONLY,
                     CHANGE_ONLY, UNMOVED, NO_LR, WHOLE_BRACKET, WRONG_FACTOR, STEP_FACTOR,
                     CLIMBS_LIKE_KERAS, SIGN_OLD, BOTH_SIGNS, MINUS_V, MINUS_STEP, FROZEN_V, FROZEN_GD,
                     G_TWICE, FIXED, NESTEROV]


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
    Mistake("the factor momentum belongs to v, not to g: the step is g + momentum * v",
            lambda x, v, g, lr, m: (x - lr * (m * v + g + m * g), m * v + g)),
    Mistake("your step is v + momentum * v: its first part is the gradient g, not v",
            lambda x, v, g, lr, m: (x - lr * (1 + m) * (m * v + g), m * v + g)),
    Mistake("lr multiplies only one part of the step: put brackets around g + momentum * v",
            lambda x, v, g, lr, m: (x - lr * g + m * (m * v + g), m * v + g)),
    Mistake("lr multiplies only one part of the step: put brackets around g + momentum * v",
            lambda x, v, g, lr, m: (x - lr * g - m * (m * v + g), m * v + g)),
    Mistake("lr is missing in the step: x = x - lr * (g + momentum * v)",
            lambda x, v, g, lr, m: (x - (g + m * (m * v + g)), m * v + g)),
    Mistake("your velocity carries the learning rate and a minus, as in Keras. Here v = momentum * v + g, "
            "and lr enters only in the step",
            lambda x, v, g, lr, m: (x - lr * g + m * (m * v - lr * g), m * v - lr * g)),
    Mistake("the old velocity is forgotten: v = g. It must keep the share momentum of the old v",
            lambda x, v, g, lr, m: (x - lr * (1 + m) * g, g)),
    Mistake("the old velocity is added whole: multiply it by momentum",
            lambda x, v, g, lr, m: (x - lr * (g + m * (v + g)), v + g)),
    Mistake("you kept the share 1 - momentum of the old velocity: momentum itself is the share that is kept",
            lambda x, v, g, lr, m: (x - lr * (g + m * ((1 - m) * v + g)), (1 - m) * v + g)),
    Mistake("you returned the step, not the new x: subtract the step from x",
            lambda x, v, g, lr, m: (lr * (g + m * (m * v + g)), m * v + g)),
    Mistake("you returned the change of x, not the new x: add it to x",
            lambda x, v, g, lr, m: (-lr * (g + m * (m * v + g)), m * v + g)),
    Mistake("x is right, but your velocity carries the learning rate, as in Keras. Here v = momentum * v + g",
            lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + g)), lr * (m * v + g))),
    Mistake("the learning rate enters twice, in the velocity and in the step",
            lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + lr * g)), m * v + lr * g)),
    Mistake("lr and momentum have changed places",
            lambda x, v, g, lr, m: nesterov_step(x, v, g, m, lr)),
    Mistake("that is plain gradient descent: the step is lr * (g + momentum * v)",
            lambda x, v, g, lr, m: (x - lr * g, m * v + g)),
    Mistake("you stepped along the old velocity alone: the step is lr * (g + momentum * v), with the new v",
            lambda x, v, g, lr, m: (x - lr * v, m * v + g)),
    Mistake("the sign of the velocity in the step is wrong: g + momentum * v",
            lambda x, v, g, lr, m: (x - lr * (g - m * (m * v + g)), m * v + g)),
    Mistake("momentum is fixed at 0.9 in your code: use the argument",
            lambda x, v, g, lr, m: nesterov_step(x, v, g, lr, 0.9)),
    Mistake("v is right, but x comes back as it was: subtract lr * (g + momentum * v) from it",
            lambda x, v, g, lr, m: (x, m * v + g)),
]


def check_nesterov_step(function):
    """Exercise 2: nesterov_step(x, v, g, lr, momentum) -> (new x, new v), re-arranged."""
    check_function(function, reference=nesterov_step, cases=steps_cases(), outputs=("x", "v"),
                   mistakes=NESTEROV_MISTAKES)
    right("this is the form that PyTorch and Keras use.")
