"""Checks for exercises 1 and 2 of lecture 10: a step of AdaGrad, a step of RMSProp."""

from __future__ import annotations

from functools import partial

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right
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


def fixed_eps(fixed, x, s, g, lr, eps):
    return adagrad_step(x, s, g, lr, fixed)


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
    Mistake("eps is missing, or fixed at next to nothing: add the argument. Without it 0 / 0 is not a number",
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
    Mistake("you returned the change of x, not the new x: add it to x",
            lambda x, s, g, lr, eps: (-lr * g / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("s is right, but x comes back as it was: subtract the step from it",
            lambda x, s, g, lr, eps: (x, s + g**2)),
    Mistake("lr is missing: the step is lr * g / (√s + eps)",
            lambda x, s, g, lr, eps: (x - g / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("s never changes: it takes in g**2 before the step",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s) + eps), s)),
    Mistake("s takes in g without its square",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(np.abs(s + g)) + eps), s + g)),
    Mistake("the square takes in the old sum too: only g is squared",
            lambda x, s, g, lr, eps: (x - lr * g / (np.abs(s + g) + eps), (s + g)**2)),
    Mistake("eps has been added to s, and the next step would add it again: it belongs to the root, in the "
            "denominator only",
            lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(s + g**2 + eps), s + g**2 + eps)),
    Mistake("s takes in the mean square of g, one number for all entries. Each entry has its own sum",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + np.mean(g**2)) + eps), s + np.mean(g**2))),
    Mistake("s takes in the square of lr * g: it must take in that of g itself",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + (lr * g)**2) + eps), s + (lr * g)**2)),
    Mistake("eps is subtracted from the root: add it",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + g**2) - eps), s + g**2)),
    Mistake("the step has lost the sign of g: multiply by g itself, not by its size",
            lambda x, s, g, lr, eps: (x - lr * np.abs(g) / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("you added two roots: take the root of the sum s + g**2",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s) + np.abs(g) + eps), s + g**2)),
    Mistake("x is right, but you returned g**2 alone: add it to the old s",
            lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s + g**2) + eps), g**2)),
    Mistake("your step is exactly twice too large",
            lambda x, s, g, lr, eps: (x - 2 * lr * g / (np.sqrt(s + g**2) + eps), s + g**2)),
    Mistake("the root and eps are missing: divide by np.sqrt(s) + eps",
            lambda x, s, g, lr, eps: (x - lr * g / (s + g**2), s + g**2)),
    *[Mistake(f"your eps is fixed at {eps:g}: use the argument", partial(fixed_eps, eps))
      for eps in (1e-6, 1e-7, 1e-8)],
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
    Mistake("the average is right, but eps was taken away, or fixed at next to nothing, rather than put "
            "in its place",
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
    Mistake("lr is missing: the step is lr * g / (√s + eps)",
            lambda x, s, g, lr, rho, eps: (
                x - g / (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("you returned the step, not the new x: subtract the step from x",
            lambda x, s, g, lr, rho, eps: (
                lr * g / (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("s is right, but x comes back as it was: subtract the step from it",
            lambda x, s, g, lr, rho, eps: (x, averaged(s, g, rho))),
    Mistake("s never changes: average g**2 into it before the step",
            lambda x, s, g, lr, rho, eps: (x - lr * g / (np.sqrt(s) + eps), s)),
    Mistake("the old average is kept whole: rho is the share of it that is kept",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(s + (1 - rho) * g**2) + eps), s + (1 - rho) * g**2)),
    Mistake("the old average is forgotten: keep the share rho of it",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt((1 - rho) * g**2) + eps), (1 - rho) * g**2)),
    Mistake("the square takes in the share too: (1 - rho) * g**2, only g is squared",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(rho * s + ((1 - rho) * g)**2) + eps), rho * s + ((1 - rho) * g)**2)),
    Mistake("s averages the size of g: it must average its square",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(rho * s + (1 - rho) * np.abs(g)) + eps),
                rho * s + (1 - rho) * np.abs(g))),
    Mistake("the average is right, but eps was subtracted from x with the step. Put brackets around the "
            "denominator",
            lambda x, s, g, lr, rho, eps: (
                x - (lr * g / np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("the shares are still swapped, and eps was taken away rather than put in its place: rho is the "
            "share of the old s",
            lambda x, s, g, lr, rho, eps: (x - lr * g / np.sqrt(swapped(s, g, rho)), swapped(s, g, rho))),
    Mistake("you returned the change of x, not the new x: add it to x",
            lambda x, s, g, lr, rho, eps: (
                -lr * g / (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("eps is subtracted from the root: add it",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(averaged(s, g, rho)) - eps), averaged(s, g, rho))),
    Mistake("eps was added to the step, not to the root: a / b + eps divides first. Put brackets around the "
            "denominator",
            lambda x, s, g, lr, rho, eps: (
                x - lr * (g / np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("eps has been added to s, and the next step would add it again: it belongs to the root, in the "
            "denominator only",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / np.sqrt(averaged(s, g, rho) + eps), averaged(s, g, rho) + eps)),
    Mistake("x is right, but you returned the root of s: keep s itself",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(averaged(s, g, rho)) + eps), np.sqrt(averaged(s, g, rho)))),
    Mistake("that is plain gradient descent: divide the gradient by the root of s",
            lambda x, s, g, lr, rho, eps: (x - lr * g, averaged(s, g, rho))),
    Mistake("the gradient is missing in the step: the rate lr / (√s + eps) multiplies g",
            lambda x, s, g, lr, rho, eps: (
                x - lr / (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("you multiplied by the root of s: divide by it",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g * (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("your step is exactly twice too large",
            lambda x, s, g, lr, rho, eps: (
                x - 2 * lr * g / (np.sqrt(averaged(s, g, rho)) + eps), averaged(s, g, rho))),
    Mistake("both shares are 1 - rho: the old s keeps the share rho",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt((1 - rho) * (s + g**2)) + eps), (1 - rho) * (s + g**2))),
    Mistake("both shares are rho: g**2 enters with the share 1 - rho",
            lambda x, s, g, lr, rho, eps: (
                x - lr * g / (np.sqrt(rho * (s + g**2)) + eps), rho * (s + g**2))),
    *[Mistake("you took one average for all entries: each entry of g has its own",
              lambda x, s, g, lr, rho, eps, size=size: (
                  x - lr * g / (np.sqrt(rho * s + (1 - rho) * size(g**2)) + eps),
                  rho * s + (1 - rho) * size(g**2))) for size in (np.sum, np.mean)],
    Mistake("rho is fixed at 0.9 in your code: use the argument",
            lambda x, s, g, lr, rho, eps: rmsprop_step(x, s, g, lr, 0.9, eps)),
    Mistake("eps is fixed at 1e-8 in your code: use the argument",
            lambda x, s, g, lr, rho, eps: rmsprop_step(x, s, g, lr, rho, 1e-8)),
]


def check_rmsprop_step(function):
    """Exercise 2: rmsprop_step(x, s, g, lr, rho, eps) -> (new x, new s), eps outside the root."""
    check_function(function, reference=rmsprop_step, cases=rmsprop_cases(), outputs=("x", "s"),
                   mistakes=RMSPROP_MISTAKES)
    right("rho is the share of the old average, and eps stands in the denominator.")
