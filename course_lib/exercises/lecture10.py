"""Checks for the exercises of lecture 10, adaptive learning rates; 1 and 2 are in lecture10_steps."""

from __future__ import annotations

import math

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.exercises.lecture10_steps import check_adagrad_step, check_rmsprop_step

__all__ = ["check_adagrad_step", "check_prediction", "check_rmsprop_step", "check_steps_to_recover"]


def check_prediction(adagrad_w2, adagrad_100, rmsprop_first, adadelta_first):
    """Exercise 3: first steps on the ravine and for the gradient 7, lr = 0.1 (Adadelta: 1)."""
    check_number("adagrad_w2", adagrad_w2, -0.9, mistakes=[
        Mistake("that is the step. The coordinate was at -1 before", 0.1),
        Mistake("the sign is lost: the coordinate was at -1 before, and moves by 0.1", 0.9),
        Mistake("that is a step away from the minimum: the gradient is -50, so w2 grows", -1.1),
        Mistake("that is gradient descent, -1 + 0.1 · 50. AdaGrad divides by the root of 50²", 4.0),
        Mistake("the gradient is -50, and s = 2500: divide by the root of s, not by s", -1 + 0.1 * 50 / 2500),
        Mistake("that would need a rate 25 times smaller for w2: after the division by its own size each "
                "coordinate moves by lr", -1 + 0.1 / 25)])
    check_number("adagrad_100", adagrad_100, 0.01, mistakes=[
        Mistake("that is the first step. By step 100 the sum is 100 · 49", 0.1),
        Mistake("the step falls like the root of the number of steps, not like the number", 0.001),
        Mistake("the gradient cancels: 7 / √(100 · 49)", 0.01 / 7),
        Mistake("the gradient cancels: 7 / √(100 · 49)", 0.07),
        Mistake("that is gradient descent. Divide by √s = √(100 · 49)", 0.7),
        Mistake("in step 100 the newest gradient is already in the sum: 100 of them, not 99", 0.1 / 99**0.5)])
    check_number("rmsprop_first", rmsprop_first, 1.0, mistakes=[
        Mistake("that is the step in the long run. At first s holds only (1 - rho) g²: its root is a tenth "
                "of g", 0.1),
        Mistake("that is for rho = 0.9. Here 1 - rho is 0.01", 0.1 / 0.1**0.5),
        Mistake("take the root: lr / √(1 - rho)", 10.0),
        Mistake("that divides by √rho: s starts at 0, so only the share 1 - rho of g² is in it",
                0.1 / 0.99**0.5),
        Mistake("the gradient cancels: 7 / √(0.01 · 49)", 7.0),
        Mistake("that is gradient descent. Divide by √s = √(0.01 · 49)", 0.7),
        Mistake("√(1 - rho) stands in the denominator, not in the numerator", 0.01)])
    check_number("adadelta_first", adadelta_first, math.sqrt(1e-5), mistakes=[
        Mistake("that is for rho = 0.95. Here 1 - rho is 0.1", math.sqrt(1e-6 / 0.05)),
        Mistake("d is 0 at first, but eps is added to it: the step is √eps / √(0.1 · 49) · 7", 0.0),
        Mistake("that is √eps. The root of s is √(0.1 · 49), not 7", 1e-3),
        Mistake("take the root of eps / (1 - rho)", 1e-5),
        Mistake("the step does not depend on the size of the gradient, once that is far above √eps",
                7 * math.sqrt(1e-5)),
        Mistake("lr is only a factor of 1; √(d + eps) with d = 0 is the size of the step", 1.0),
        Mistake("that is the step of RMSProp with lr 1. Adadelta multiplies by √(d + eps), which is 0.001",
                1 / 0.1**0.5)])
    right("no first step depends on the size of the gradient; each has its own hidden factor.")


def steps_to_recover(shock, rho):
    return recover(3 / ((1 - rho) * (shock**2 - 1)), rho)


def recover(share, rho, rounding=math.ceil):
    """The number of steps until rho**k has fallen to this share."""
    return max(0, rounding(math.log(share) / math.log(rho))) if share > 0 else 0


RECOVER_MISTAKES = [
    Mistake("only the share 1 - rho of the shock enters s: the excess over 1 is (1 - rho)(shock² - 1)",
            lambda shock, rho: recover(3 / (shock**2 - 1), rho)),
    Mistake("√s at most 2 means s at most 4, so that the excess over 1 is at most 3",
            lambda shock, rho: recover(1 / ((1 - rho) * (shock**2 - 1)), rho)),
    Mistake("s returns to 1, not to 0: it is the excess over 1 that decays, from (1 - rho)(shock² - 1) to 3",
            lambda shock, rho: recover(4 / ((1 - rho) * shock**2), rho)),
    Mistake("s returns to 1, not to 0: after the shock each step adds the share 1 - rho of a gradient of 1",
            lambda shock, rho: recover(4 / (rho + (1 - rho) * shock**2), rho)),
    Mistake("s was 1 before the shock, not 0: it keeps the share rho of that",
            lambda shock, rho: recover(3 / max(3, (1 - rho) * shock**2 - 1), rho)),
    Mistake("the shock enters s with its square",
            lambda shock, rho: recover(3 / ((1 - rho) * (shock - 1)), rho)),
    Mistake("round up: after one step fewer √s is still above 2",
            lambda shock, rho: recover(3 / ((1 - rho) * (shock**2 - 1)), rho, math.floor)),
    Mistake("you counted the step of the shock too: count the steps after it",
            lambda shock, rho: 1 + steps_to_recover(shock, rho)),
    Mistake("the number of steps is a whole number: round up",
            lambda shock, rho: recover(3 / ((1 - rho) * (shock**2 - 1)), rho, float)),
    Mistake("when √s is at most 2 right after the shock, the answer is 0, not a negative number",
            lambda shock, rho: math.ceil(math.log(3 / ((1 - rho) * (shock**2 - 1))) / math.log(rho))),
    Mistake("each step multiplies the excess by rho; you let it decay with 1 - rho",
            lambda shock, rho: recover(3 / (rho * (shock**2 - 1)), 1 - rho)),
    Mistake("that is when √s is 2 above its old value; it is to be at most 2",
            lambda shock, rho: recover(8 / ((1 - rho) * (shock**2 - 1)), rho)),
    Mistake("that is the time constant 1 / (1 - rho). How long it takes depends on the size of the shock",
            lambda shock, rho: 1 / (1 - rho)),
    Mistake("that is AdaGrad, which does not forget: its sum grows to shock² of ones",
            lambda shock, rho: shock**2),
]


def check_steps_to_recover(function):
    """Exercise 4: steps with gradient 1 after a shock until RMSProp's √s is at most 2, from s = 1 before."""
    cases = [(100.0, 0.9), (1000.0, 0.99), (10.0, 0.8), (50.0, 0.5), (2.0, 0.9), (10.0, 0.9)]
    check_function(function, reference=steps_to_recover, cases=cases, outputs=("the number of steps",),
                   mistakes=RECOVER_MISTAKES, tolerance=1e-6)
    right("RMSProp forgets a shock at the rate rho, AdaGrad never.")
