"""Checks for the exercises of lecture 11, Adam and NAdam."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from course_lib.exercises.answers import run
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right
from course_lib.exercises.lecture11_adam import check_adam_step
from course_lib.studies.adam import drift

__all__ = ["check_adam_step", "check_adamw_step", "check_cycle_drift", "check_prediction"]


def adamw_step(x, step, lr, weight_decay):
    return (1 - lr * weight_decay) * x - step


DECAY_MISTAKES = [
    Mistake("no weight decays: shrink x by the factor 1 - lr * weight_decay",
            lambda x, step, lr, wd: x - step),
    Mistake("the decay lacks lr: shrink by 1 - lr * weight_decay. The step has its lr already",
            lambda x, step, lr, wd: (1 - wd) * x - step),
    Mistake("the weights grow: shrink x, with 1 - lr * weight_decay",
            lambda x, step, lr, wd: (1 + lr * wd) * x - step),
    Mistake("you shrank x after the step, so the step shrinks too. Decay the old x",
            lambda x, step, lr, wd: (1 - lr * wd) * (x - step)),
    Mistake("lr multiplies the step a second time: the step contains it",
            lambda x, step, lr, wd: (1 - lr * wd) * x - lr * step),
    Mistake("lr multiplies the step a second time: the step contains it",
            lambda x, step, lr, wd: x - lr * (step + wd * x)),
    Mistake("the step is added: subtract it", lambda x, step, lr, wd: (1 - lr * wd) * x + step),
    Mistake("you kept only the share lr * weight_decay of x: shrink by 1 minus that",
            lambda x, step, lr, wd: lr * wd * x - step),
    Mistake("that decays by half: the penalty (weight_decay / 2) x² has the gradient weight_decay * x",
            lambda x, step, lr, wd: (1 - lr * wd / 2) * x - step),
    Mistake("that decays twice as fast: the factor is 1 - lr * weight_decay",
            lambda x, step, lr, wd: (1 - 2 * lr * wd) * x - step),
    Mistake("that takes the same amount off each weight, whatever its size (an L1 penalty): the decay is in "
            "proportion to x", lambda x, step, lr, wd: x - lr * wd * np.sign(x) - step),
    Mistake("the step has been forgotten: subtract it too", lambda x, step, lr, wd: (1 - lr * wd) * x),
    Mistake("you divided x by 1 + lr * weight_decay, which is nearly the same for small rates: multiply it "
            "by 1 - lr * weight_decay", lambda x, step, lr, wd: x / (1 + lr * wd) - step),
    Mistake("you divided by 1 + lr * weight_decay, and the step with it (a proximal step): multiply the old "
            "x by 1 - lr * weight_decay, then subtract the step",
            lambda x, step, lr, wd: (x - step) / (1 + lr * wd)),
    Mistake("weight_decay is missing: the factor is 1 - lr * weight_decay",
            lambda x, step, lr, wd: (1 - lr) * x - step),
    Mistake("the decay lacks lr, and the step shrinks too: shrink only the old x, by 1 - lr * weight_decay",
            lambda x, step, lr, wd: (1 - wd) * (x - step)),
    Mistake("the weights grow, and by more than lr * weight_decay: shrink x, with 1 - lr * weight_decay",
            lambda x, step, lr, wd: (1 + wd) * x - step),
    Mistake("both signs are wrong: shrink x, with 1 - lr * weight_decay, and subtract the step",
            lambda x, step, lr, wd: (1 + lr * wd) * x + step),
    Mistake("x comes back as it was: shrink it and subtract the step", lambda x, step, lr, wd: x),
    Mistake("you returned the step: shrink x, and subtract the step from it", lambda x, step, lr, wd: step),
    Mistake("that takes the same amount off each weight, whatever its size and sign: the decay is in "
            "proportion to x", lambda x, step, lr, wd: x - lr * wd - step),
    Mistake("you shrank the step instead of x", lambda x, step, lr, wd: x - (1 - lr * wd) * step),
    Mistake("the decay is in proportion to the step: it must be in proportion to the old x",
            lambda x, step, lr, wd: x - (1 + lr * wd) * step),
    Mistake("the factor exp(-lr * weight_decay) is nearly the same for small rates: take "
            "1 - lr * weight_decay", lambda x, step, lr, wd: np.exp(-lr * wd) * x - step),
    Mistake("you returned the change of x, not the new x: add it to x",
            lambda x, step, lr, wd: -lr * wd * x - step),
    Mistake("you returned what is to be subtracted, not the new x: subtract it from x",
            lambda x, step, lr, wd: lr * wd * x + step),
    Mistake("the decay takes in the square of x: the penalty (weight_decay / 2) x² has the gradient "
            "weight_decay * x", lambda x, step, lr, wd: x - lr * wd * x**2 - step),
    Mistake("the decay takes in the square of x: the penalty (weight_decay / 2) x² has the gradient "
            "weight_decay * x", lambda x, step, lr, wd: x - lr * wd / 2 * x**2 - step),
]


def check_adamw_step(function):
    """Exercise 2: adamw_step(x, step, lr, weight_decay) -> new x."""
    rng = np.random.default_rng(12)
    cases = [(rng.normal(size=4), rng.normal(size=4), 0.1, 0.3),
             (rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), 0.02, 0.7),
             (rng.normal(size=3).astype(np.float32), rng.normal(size=3).astype(np.float32), 0.25, 0.5)]
    check_function(function, reference=adamw_step, cases=cases, outputs=("x",), mistakes=DECAY_MISTAKES)
    right("the old x shrinks by one factor, untouched by the gradient's size.")


def check_prediction(complete, simple, coupled):
    """Exercise 3: first step of both forms over lr, and the ratio of the coupled decays."""
    check_number("complete", complete, 1.0, mistakes=[
        Mistake("that is the gradient; its size is divided out", 200.0),
        Mistake("that is lr times the gradient, as in gradient descent", 2.0),
        Mistake("that is the step itself. In units of lr it is 100 times that", 0.01),
        Mistake("that is m without its correction", 20.0),
        Mistake("that is the simple form: the corrections divide by 0.1 and by the root of 0.0001", 10.0),
        Mistake("a length has no sign", -1.0),
        Mistake("that is the share of the gradient in m. The correction divides by the same 1 - beta1", 0.1)])
    check_number("simple", simple, 10.0, mistakes=[
        Mistake("that is the complete form. Without correction m and v are those of one gradient after zeros",
                1.0),
        Mistake("that is for beta2 = 0.999. Put beta2 = 0.9999 into (1 - beta1) / sqrt(1 - beta2)",
                0.1 / math.sqrt(0.001)),
        Mistake("the root is missing: the step is m / sqrt(v)", 1000.0),
        Mistake("the root is missing, and so the gradient does not cancel: the step is m / sqrt(v)", 5.0),
        Mistake("that is the step itself, or upside down: in units of lr the step is m / sqrt(v), with "
                "sqrt(v) in the denominator", 0.1),
        Mistake("that is m: divide it by sqrt(v)", 20.0),
        Mistake("that is sqrt(v), or gradient descent's step: here it is m / sqrt(v), in units of lr", 2.0),
        Mistake("a length has no sign", -10.0),
        Mistake("that is sqrt(1 - beta2): m is small too, it is 1 - beta1 of the gradient", 0.01),
        Mistake("sqrt(v) is a hundredth of the gradient. But m is a tenth of it", 100.0)])
    check_number("coupled", coupled, 100.0, mistakes=[
        Mistake("that is the decoupled decay, which is the same for both", 1.0),
        Mistake("the other way round: large gradients divide the decay away, so the ratio is above 1", 0.01),
        Mistake("the other way round, and without the root of v: the ratio is that of the gradients", 1e-4),
        Mistake("v is divided out through its root: the ratio is that of the gradients, not of their squares",
                10_000.0),
        Mistake("v holds squares, and its root has been taken: do not take the root again", 10.0)])
    right("one lr with correction, ten without; and coupled decay depends on the gradients.")


def cycle_drift(C, beta2):
    return drift(C, beta2)


def _cycle(C, beta2):
    """The three values of v in the long run, after C, after the first -1 and after the second."""
    last = (1 - beta2) * (1 + beta2 + beta2**2 * C**2) / (1 - beta2**3)
    first = beta2 * last + (1 - beta2) * C**2
    return first, beta2 * first + (1 - beta2), last


def _last_cycle(C, beta2, cycles, v=0.0, corrected=False):
    """The drift in the last of so many cycles, from this v."""
    moved = t = 0
    for _ in range(cycles):
        moved = 0.0
        for g in (C, -1.0, -1.0):
            v, t = beta2 * v + (1 - beta2) * g**2, t + 1
            moved -= g / math.sqrt(v / (1 - beta2**t) if corrected else v)
    return moved


def _all_cycles(cycles, C, beta2):
    """The way in so many cycles, from v = 0; after 50 each is the same as the last."""
    begun = sum(_last_cycle(C, beta2, k) for k in range(1, min(cycles, 50) + 1))
    return begun + max(0, cycles - 50) * drift(C, beta2)


def _mean_cycle(cycles, C, beta2):
    return _all_cycles(cycles, C, beta2) / cycles


def _memory(gradients, beta2, size=lambda g: g**2):
    """Pairs of a gradient of the cycle and the v after it, in the long run."""
    v, pairs = 0.0, []
    for _ in range(200):
        pairs = []
        for g in gradients:
            v = beta2 * v + (1 - beta2) * size(g)
            pairs.append((g, v))
    return pairs


COUNTS = (10, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000)  # of cycles that people run

DRIFT_MISTAKES = [
    Mistake("the sign is wrong: x moves *against* the gradient, so the step for C is -C / sqrt(v)",
            lambda C, b: -drift(C, b)),
    Mistake("the root is missing: the steps are g / sqrt(v)",
            lambda C, b: (lambda p, q, r: -C / p + 1 / q + 1 / r)(*_cycle(C, b))),
    Mistake("one -1 is missing: the cycle has three steps",
            lambda C, b: (lambda p, q, r: -C / math.sqrt(p) + 1 / math.sqrt(q))(*_cycle(C, b))),
    Mistake("only the last -1 counts: the cycle has three steps",
            lambda C, b: (lambda p, q, r: -C / math.sqrt(p) + 1 / math.sqrt(r))(*_cycle(C, b))),
    Mistake("each step uses the v of the step before: update v first, then step",
            lambda C, b: (lambda p, q, r: -C / math.sqrt(r) + 1 / math.sqrt(p) + 1 / math.sqrt(q))(
                *_cycle(C, b))),
    Mistake("all three steps use one v: v changes within the cycle",
            lambda C, b: (lambda p, q, r: (2 - C) / math.sqrt(r))(*_cycle(C, b))),
    Mistake("all three steps use one v, the mean of g²: that is the limit for beta2 near 1. v changes within "
            "the cycle", lambda C, b: (2 - C) / math.sqrt((C**2 + 2) / 3)),
    Mistake("that is gradient descent, without v", lambda C, b: 2.0 - C),
    Mistake("each step is ±1 only if v forgets everything: that is the limit for beta2 = 0",
            lambda C, b: 1.0),
    Mistake("that is the mean of the three steps: give their sum", lambda C, b: drift(C, b) / 3),
    Mistake("you started from v = 0 and took the first cycle. In the long run v comes back to the same three "
            "values: run more cycles",
            lambda C, b: _last_cycle(C, b, 1)),
    Mistake("beta2 and 1 - beta2 have changed places", lambda C, b: drift(C, 1 - b)),
    Mistake("your v is 1 / (1 - beta2) times too large: g**2 enters with its share 1 - beta2, and in the "
            "long run nothing is corrected", lambda C, b: drift(C, b) * math.sqrt(1 - b)),
    Mistake("v averages |g|: it must average g**2",
            lambda C, b: sum(-g / math.sqrt(v) for g, v in _memory((C, -1.0, -1.0), b, abs))),
    Mistake("your cycle has one -1: it is C, -1, -1",
            lambda C, b: sum(-g / math.sqrt(v) for g, v in _memory((C, -1.0), b))),
    Mistake("your cycle has three -1s: it is C, -1, -1",
            lambda C, b: sum(-g / math.sqrt(v) for g, v in _memory((C, -1.0, -1.0, -1.0), b))),
    Mistake("your cycle is C, 1, 1: the two small gradients are negative",
            lambda C, b: (lambda p, q, r: -C / math.sqrt(p) - 1 / math.sqrt(q) - 1 / math.sqrt(r))(
                *_cycle(C, b))),
    Mistake("the step after C is missing: add it to those after the -1s",
            lambda C, b: (lambda p, q, r: 1 / math.sqrt(q) + 1 / math.sqrt(r))(*_cycle(C, b))),
    Mistake("the sign is wrong, and you took the first cycle: x moves against the gradient, and v needs many "
            "cycles to come back to the same values", lambda C, b: -_last_cycle(C, b, 1)),
    Mistake("you added the g² up, as AdaGrad does: v is an average, with the shares beta2 and 1 - beta2",
            lambda C, b: -1 + 1 / math.sqrt(C**2 + 1) + 1 / math.sqrt(C**2 + 2)),
    Mistake("that is gradient descent with the wrong sign, without v", lambda C, b: C - 2.0),
    Mistake("the size of the drift alone is not enough: it is positive if x goes up, else negative",
            lambda C, b: abs(drift(C, b))),
    Mistake("that is the step after C alone: add the two steps after the -1s",
            lambda C, b: -C / math.sqrt(_cycle(C, b)[0])),
    Mistake("that is the last step of the cycle alone: add up all three",
            lambda C, b: 1 / math.sqrt(_cycle(C, b)[2])),
    Mistake("that is the first -1's step alone: add up all three",
            lambda C, b: 1 / math.sqrt(_cycle(C, b)[1])),
    Mistake("all three steps divide by the largest v, that after C: this is AMSGrad. Adam's v falls again "
            "within the cycle", lambda C, b: (2 - C) / math.sqrt(_cycle(C, b)[0])),
    Mistake("all three steps use one v, the sum of g². v is an average, and changes within the cycle",
            lambda C, b: (2 - C) / math.sqrt(C**2 + 2)),
    Mistake("you returned after the very first step, from v = 0: finish the cycle, and run many",
            lambda C, b: -1 / math.sqrt(1 - b)),
    Mistake("you took the first cycle, with corrections. In the long run v comes back to the same three "
            "values: run more cycles", lambda C, b: _last_cycle(C, b, 1, corrected=True)),
    *[Mistake(f"that is the sum over all {count:,} cycles that you ran: set the sum to 0 at the start of "
              "each cycle", partial(_all_cycles, count)) for count in COUNTS],
    *[Mistake(f"that is the mean of all {count:,} cycles that you ran. In the first ones v is not yet what "
              "it is in the long run: take the last", partial(_mean_cycle, count)) for count in COUNTS],
]


def _too_few(cycles, start, corrected=False):
    return Mistake(f"you stopped after cycle {cycles} or so, when v still changes from one to the next: "
                   "run more cycles, until v repeats itself",
                   lambda C, b: _last_cycle(C, b, cycles, start, corrected))


# After 50 cycles the drift is right to six digits, for each beta2 of the cases.
DRIFT_MISTAKES += [_too_few(cycles, start=0.0) for cycles in range(2, 50)]
DRIFT_MISTAKES += [_too_few(cycles, start=1.0) for cycles in range(1, 50)]
DRIFT_MISTAKES += [_too_few(cycles, start=0.0, corrected=True) for cycles in range(2, 50)]


def check_cycle_drift(function, failing_beta2):
    """Exercise 4: cycle_drift(C, beta2) and a beta2 with which Adam walks to the worst point for C = 4."""
    cases = [(3.0, 0.1), (3.0, 0.9), (5.0, 0.3), (2.5, 0.75), (10.0, 0.5)]
    check_function(function, reference=cycle_drift, cases=cases, outputs=("the drift",),
                   mistakes=DRIFT_MISTAKES, tolerance=1e-6)
    if failing_beta2 is None or failing_beta2 is Ellipsis:
        raise NotImplementedError("failing_beta2 has no value yet: write your number there.")
    if isinstance(failing_beta2, bool) or not isinstance(failing_beta2, int | float | np.number):
        raise WrongAnswer(f"failing_beta2 must be one number, got {failing_beta2!r}.")
    if not 0 <= failing_beta2 < 1:
        raise WrongAnswer(f"failing_beta2 = {failing_beta2:g} is no beta2: it must be in [0, 1).")
    (moved,) = run(function, (4.0, float(failing_beta2)), ["C", "beta2"], ("the drift",), (0.0,))
    if moved <= 0:
        raise WrongAnswer(f"with beta2 = {failing_beta2:g} the drift for C = 4 is {float(moved):.3f}: Adam "
                          "goes to the best point. A shorter memory forgets the 4 sooner.")
    right(f"with beta2 = {failing_beta2:g} Adam walks the wrong way on 4, -1, -1.")
