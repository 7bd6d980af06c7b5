"""Checks for the exercises of lecture 10, adaptive learning rates."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.optimizers import AdaGrad, RMSProp


def adagrad_step(x, s, g, lr, eps):
    step, s = AdaGrad(lr=lr, eps=eps).rule(g, lr, 1, s)
    return x - step, s


def rmsprop_step(x, s, g, lr, rho, eps):
    zero = np.zeros_like(x)
    step, s, *_ = RMSProp(lr=lr, rho=rho, eps=eps).rule(g, lr, 1, s, zero, zero)
    return x - step, s


def draw(rng, shape):
    """x, s, g: the accumulator is not negative."""
    return rng.normal(size=shape), rng.uniform(0.2, 3, size=shape), rng.normal(size=shape)


def adagrad_cases():
    """Arguments (x, s, g, lr, eps), with an eps that is seen: a vector, a matrix, float32, a first step."""
    rng = np.random.default_rng(10)
    single = [a.astype(np.float32) for a in draw(rng, 4)]
    x, s, g = draw(rng, 3)
    return [(*draw(rng, 4), 0.1, 0.05), (*draw(rng, (2, 3)), 0.03, 0.2), (*single, 0.25, 0.1),
            (x, 0 * s, g, 0.1, 0.01)]


def rmsprop_cases():
    """Arguments (x, s, g, lr, rho, eps)."""
    rhos = (0.9, 0.7, 0.8, 0.99)
    return [(x, s, g, lr, rho, eps) for (x, s, g, lr, eps), rho in zip(adagrad_cases(), rhos, strict=True)]


# Each typical mistake is the rule that it amounts to: (x, s, g, lr, eps) -> (x, s).
ADAGRAD_MISTAKES = [
    Mistake("eps stands inside the root, as in Keras. Here it is added to the root",
            lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(s + g**2 + eps), s + g**2)),
    Mistake("you stepped with the old sum: update s first, then use the new s in the step",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s) + eps), s + g**2)),
    Mistake("the root is missing: divide by np.sqrt(s) + eps, not by s + eps",
            lambda x, s, g, lr, eps: (x - lr * g / (s + g**2 + eps), s + g**2)),
    Mistake("the step has the wrong sign: you climb. Subtract the step from x",
            lambda x, s, g, lr, eps: (x + lr * g / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("eps was added to x, not to the root: a / b + eps divides first. Put brackets around the "
            "denominator", lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(s + g**2) + eps, s + g**2)),
    Mistake("eps was added to the step, not to the root: a / b + eps divides first. Put brackets around the "
            "denominator", lambda x, s, g, lr, eps: (x - lr * (g / np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("eps was subtracted from x with the step: a / b + eps divides first. Put brackets around the "
            "denominator", lambda x, s, g, lr, eps: (x - (lr * g / np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("eps is missing: without it 0 / 0 is not a number",
            lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(s + g**2), s + g**2)),
    Mistake("s takes in the size of g: it must take in its square",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + np.abs(g)) + eps), s + np.abs(g))),
    Mistake("the old sum is forgotten: s = g**2. Add it to the old s",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(g**2) + eps), g**2)),
    Mistake("that is plain gradient descent: divide the gradient by the root of s",
            lambda x, s, g, lr, eps: (x - lr * g, s + g**2)),
    Mistake("you took one sum for all entries. Each entry of g has its own sum of squares",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + np.sum(g**2)) + eps), s + np.sum(g**2))),
    Mistake("your step divides by the root of the sum of all entries: each entry has its own rate",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(np.sum(s + g**2)) + eps), s + g**2)),
    Mistake("x is right, but you returned the old s: return the new one, or the next step knows nothing of "
            "this one", lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + g**2) + eps), s)),
    Mistake("x is right, but you returned the root of s: the accumulator is the sum of squares itself",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + g**2) + eps), np.sqrt(s + g**2))),
    Mistake("the gradient is missing in the step: the rate lr / (√s + eps) multiplies g",
            lambda x, s, g, lr, eps: (x - lr / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("you multiplied by the root of s: divide by it",
            lambda x, s, g, lr, eps: (x - lr * g * (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("the two results have changed places: return x first, then s",
            lambda x, s, g, lr, eps: (s + g**2, x - lr * g / (np.sqrt(s + g**2) + eps))),
    Mistake("you returned the step, not the new x: subtract the step from x",
            lambda x, s, g, lr, eps: (lr * g / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("that is RMSProp with rho 0.9 (exercise 2): AdaGrad adds, it does not average",
            lambda x, s, g, lr, eps: rmsprop_step(x, s, g, lr, 0.9, eps)),
]


def check_adagrad_step(function):
    """Exercise 1: adagrad_step(x, s, g, lr, eps) -> (new x, new s), eps outside the root."""
    check_function(function, reference=adagrad_step, cases=adagrad_cases(), outputs=("x", "s"),
                   mistakes=ADAGRAD_MISTAKES)
    right("each entry divides its step by the root of its own sum of squares.")


def averaged(s, g, rho):
    return rho * s + (1 - rho) * g**2


def swapped(s, g, rho):
    return (1 - rho) * s + rho * g**2


RMSPROP_MISTAKES = [
    Mistake("both mistakes are still there: look at the shares of s and g**2, and at the brackets around the "
            "denominator",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / np.sqrt(swapped(s, g, rho)) + eps, swapped(s, g, rho))),
    Mistake("the average is right; eps is still added to x, for a / b + eps divides first. Put brackets "
            "around the denominator",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / np.sqrt(averaged(s, g, rho)) + eps, averaged(s, g, rho))),
    Mistake("eps is at its place; the shares are still swapped: rho is the share of the old s that is kept",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(swapped(s, g, rho)) + eps), swapped(s, g, rho))),
    Mistake("the shares are still swapped, and eps is inside the root: rho is the share of the old s, and "
            "eps is added to the root",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / np.sqrt(swapped(s, g, rho) + eps), swapped(s, g, rho))),
    Mistake("the average is right, but eps stands inside the root, as in Keras. Here it is added to the root",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / np.sqrt(averaged(s, g, rho) + eps), averaged(s, g, rho))),
    Mistake("the average is right, but eps was taken away rather than put in its place",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / np.sqrt(averaged(s, g, rho)), averaged(s, g, rho))),
    Mistake("that is a decaying sum: g**2 enters with the share 1 - rho, so that the shares add up to 1",
            lambda x, s, g, lr, rho, eps: (x - lr * g / (np.sqrt(rho * s + g**2) + eps), rho * s + g**2)),
    Mistake("that is AdaGrad, whose sum forgets nothing. RMSProp averages with rho and 1 - rho",
            lambda x, s, g, lr, rho, eps: adagrad_step(x, s, g, lr, eps)),
    Mistake("you stepped with the old average: update s first, then use the new s in the step",
            lambda x, s, g, lr, rho, eps: (x - lr * g / (np.sqrt(s) + eps), averaged(s, g, rho))),
    Mistake("g enters the average without its square",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(np.abs(rho * s + (1 - rho) * g)) + eps), rho * s + (1 - rho) * g)),
    Mistake("the root is missing: divide by np.sqrt(s) + eps, not by s + eps",
            lambda x, s, g, lr, rho, eps: (x - lr * g / (averaged(s, g, rho) + eps), averaged(s, g, rho))),
    Mistake("the step has the wrong sign: you climb. Subtract the step from x",
            lambda x, s, g, lr, rho, eps: (
                x + lr * g / (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("x is right, but you returned the old s: return the new one",
            lambda x, s, g, lr, rho, eps: (x - lr * g / (np.sqrt(averaged(s, g, rho)) + eps), s)),
    Mistake("the two results have changed places: return x first, then s",
            lambda x, s, g, lr, rho, eps: (
                averaged(s, g, rho), x - lr * g / (np.sqrt(averaged(s, g, rho)) + eps))),
    Mistake("you corrected s for its start, as Adam does (lecture 11). RMSProp does not",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(averaged(s, g, rho) / (1 - rho)) + eps), averaged(s, g, rho))),
]


def check_rmsprop_step(function):
    """Exercise 2: rmsprop_step(x, s, g, lr, rho, eps) -> (new x, new s), eps outside the root."""
    check_function(function, reference=rmsprop_step, cases=rmsprop_cases(), outputs=("x", "s"),
                   mistakes=RMSPROP_MISTAKES)
    right("rho is the share of the old average, and eps stands in the denominator.")


def check_prediction(adagrad_w2, adagrad_100, rmsprop_first, adadelta_first):
    """Exercise 3: first steps on the ravine and for the gradient 7, lr = 0.1 (Adadelta: 1)."""
    check_number("adagrad_w2", adagrad_w2, -0.9, mistakes=[
        Mistake("that is the step. The coordinate was at -1 before", 0.1),
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
    cases = [(100.0, 0.9), (1000.0, 0.99), (10.0, 0.8), (50.0, 0.5), (2.0, 0.9)]
    check_function(function, reference=steps_to_recover, cases=cases, outputs=("the number of steps",),
                   mistakes=RECOVER_MISTAKES, tolerance=1e-6)
    right("RMSProp forgets a shock at the rate rho, AdaGrad never.")
