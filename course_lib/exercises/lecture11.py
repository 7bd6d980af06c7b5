"""Checks for the exercises of lecture 11, Adam and NAdam."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right, run
from course_lib.optimizers import Adam
from course_lib.studies.adam import drift


def adam_step(x, m, v, g, t, lr, beta1, beta2, eps):
    step, m, v = Adam(lr=lr, beta1=beta1, beta2=beta2, eps=eps).rule(g, lr, t, m, v)
    return x - step, m, v


def adam_cases():
    """Arguments (x, m, v, g, t, lr, beta1, beta2, eps): vectors, a matrix, a first step; eps not tiny.

    All float64: np.sqrt(1 - beta2**t) is np.float64 and would make float32 arrays float64, which is no
    mistake about Adam.
    """
    rng = np.random.default_rng(11)

    def draw(shape):
        x, m, g = (rng.normal(size=shape) for _ in range(3))
        return [x, m, rng.uniform(0.1, 2, size=shape), g]

    x, m, v, g = draw(3)
    return [(*draw(4), 3, 0.1, 0.9, 0.99, 0.05), (*draw((2, 3)), 7, 0.03, 0.8, 0.95, 0.02),
            (*draw(4), 2, 0.25, 0.7, 0.9, 0.1), (x, 0 * m, 0 * v, g, 1, 0.1, 0.9, 0.999, 0.01)]


def variant(*, sign=1.0, m_of=None, v_of=None, m_hat=None, v_hat=None, denominator=None, new_x=None):
    """Adam with one part of it replaced: what a typical mistake amounts to."""
    def rule(x, m, v, g, t, lr, beta1, beta2, eps):
        old_m, old_v = m, v
        m = m_of(m, g, beta1, beta2) if m_of else beta1 * m + (1 - beta1) * g
        v = v_of(v, g, beta1, beta2) if v_of else beta2 * v + (1 - beta2) * g**2
        top = m_hat(m, old_m, g, beta1, beta2, t) if m_hat else m / (1 - beta1**t)
        low = v_hat(v, old_v, beta1, beta2, t) if v_hat else v / (1 - beta2**t)
        with np.errstate(all="ignore"):
            below = denominator(low, v, eps, beta2, t) if denominator else np.sqrt(low) + eps
            x = new_x(x, lr, top, below, eps) if new_x else x - sign * lr * top / below
        return x, m, v
    return rule


ADAM_MISTAKES = [
    Mistake("the bias corrections are missing: that is the simple form. Divide m by 1 - beta1**t and v by "
            "1 - beta2**t",
            variant(m_hat=lambda m, old, g, b1, b2, t: m, v_hat=lambda v, old, b1, b2, t: v)),
    Mistake("v is not corrected in the step: divide it by 1 - beta2**t",
            variant(v_hat=lambda v, old, b1, b2, t: v)),
    Mistake("m is not corrected in the step: divide it by 1 - beta1**t",
            variant(m_hat=lambda m, old, g, b1, b2, t: m)),
    Mistake("the corrections lack the exponent t: 1 - beta**t, not 1 - beta",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b1),
                    v_hat=lambda v, old, b1, b2, t: v / (1 - b2))),
    Mistake("your corrections use t + 1: here t is 1 in the first step",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b1**(t + 1)),
                    v_hat=lambda v, old, b1, b2, t: v / (1 - b2**(t + 1)))),
    Mistake("you multiply by 1 - beta**t. The averages are too small, so divide by it",
            variant(m_hat=lambda m, old, g, b1, b2, t: m * (1 - b1**t),
                    v_hat=lambda v, old, b1, b2, t: v * (1 - b2**t))),
    Mistake("both corrections use beta1: that of v has beta2",
            variant(v_hat=lambda v, old, b1, b2, t: v / (1 - b1**t))),
    Mistake("eps stands inside the root: sqrt(v_hat) + eps, not sqrt(v_hat + eps)",
            variant(denominator=lambda low, v, eps, b2, t: np.sqrt(low + eps))),
    Mistake("you added eps before the correction, the paper's ε̂ and Keras's form. Here it is added to "
            "sqrt(v_hat)",
            variant(denominator=lambda low, v, eps, b2, t: (np.sqrt(v) + eps) / np.sqrt(1 - b2**t))),
    Mistake("eps is added to x instead of to the denominator: put sqrt(v_hat) + eps in brackets",
            variant(new_x=lambda x, lr, top, below, eps: x - lr * top / (below - eps) + eps)),
    Mistake("eps is subtracted from x instead of added to the denominator: put sqrt(v_hat) + eps in brackets",
            variant(new_x=lambda x, lr, top, below, eps: x - (lr * top / (below - eps) + eps))),
    Mistake("eps is missing in the denominator",
            variant(denominator=lambda low, v, eps, b2, t: np.sqrt(low))),
    Mistake("the root is missing: divide by sqrt(v_hat) + eps, not by v_hat + eps",
            variant(denominator=lambda low, v, eps, b2, t: low + eps)),
    Mistake("the square is missing in v: average g**2, not g",
            variant(v_of=lambda v, g, b1, b2: b2 * v + (1 - b2) * g,
                    denominator=lambda low, v, eps, b2, t: np.sqrt(np.abs(low)) + eps)),
    Mistake("v averages |g|: it must average g**2",
            variant(v_of=lambda v, g, b1, b2: b2 * v + (1 - b2) * np.abs(g))),
    Mistake("v squares the wrong thing: (1 - beta2) * g**2, only g is squared",
            variant(v_of=lambda v, g, b1, b2: b2 * v + ((1 - b2) * g)**2)),
    Mistake("m adds the whole gradient, as classical momentum does. Adam averages: (1 - beta1) * g",
            variant(m_of=lambda m, g, b1, b2: b1 * m + g)),
    Mistake("v adds the whole square: it is an average, so (1 - beta2) * g**2",
            variant(v_of=lambda v, g, b1, b2: b2 * v + g**2)),
    Mistake("beta1 and beta2 have changed places",
            lambda x, m, v, g, t, lr, b1, b2, eps: adam_step(x, m, v, g, t, lr, b2, b1, eps)),
    Mistake("you kept the share 1 - beta of each average: beta itself is the share that is kept",
            variant(m_of=lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
                    v_of=lambda v, g, b1, b2: (1 - b2) * v + b2 * g**2)),
    Mistake("the sign of the gradient in m is wrong: with x = x - step, m averages +g",
            variant(m_of=lambda m, g, b1, b2: b1 * m - (1 - b1) * g)),
    Mistake("the step has the wrong sign: you climb. Subtract the step from x", variant(sign=-1.0)),
    Mistake("the step uses g in place of m: that is RMSProp with a correction",
            variant(m_hat=lambda m, old, g, b1, b2, t: g)),
    Mistake("the step uses the old m and v: update them first",
            variant(m_hat=lambda m, old, g, b1, b2, t: old / (1 - b1**t),
                    v_hat=lambda v, old, b1, b2, t: old / (1 - b2**t))),
    Mistake("your step is exactly twice too large", variant(sign=2.0)),
    Mistake("you returned the step, not the new x: subtract the step from x",
            variant(new_x=lambda x, lr, top, below, eps: lr * top / below)),
    Mistake("x is right, but you returned m_hat and v_hat. Keep m and v themselves: corrected ones would be "
            "corrected again in the next step",
            lambda *a: (lambda x, m, v: (x, m / (1 - a[6]**a[4]), v / (1 - a[7]**a[4])))(*adam_step(*a))),
    Mistake("x is right, but you returned the old m and v: the next step then knows nothing of this one",
            lambda *a: (adam_step(*a)[0], a[1], a[2])),
    Mistake("the results have changed places: return x, m, v in this order",
            lambda *a: (lambda x, m, v: (m, v, x))(*adam_step(*a))),
    Mistake("the results have changed places: return x, then m, then v",
            lambda *a: (lambda x, m, v: (x, v, m))(*adam_step(*a))),
]


def check_adam_step(function):
    """Exercise 1: adam_step(x, m, v, g, t, lr, beta1, beta2, eps) -> (new x, new m, new v)."""
    check_function(function, reference=adam_step, cases=adam_cases(), outputs=("x", "m", "v"),
                   mistakes=ADAM_MISTAKES)
    right("x, m and v are those of algorithm 1, for vectors and matrices.")


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
        Mistake("that is the share of the gradient in m. The correction divides by the same 1 - beta1", 0.1)])
    check_number("simple", simple, 10.0, tolerance=2e-3, mistakes=[
        Mistake("that is the complete form. Without correction m and v are those of one gradient after zeros",
                1.0),
        Mistake("that is for beta2 = 0.999. Put beta2 = 0.9999 into (1 - beta1) / sqrt(1 - beta2)",
                0.1 / math.sqrt(0.001)),
        Mistake("the root is missing: the step is m / sqrt(v)", 1000.0),
        Mistake("the root is missing, and so the gradient does not cancel: the step is m / sqrt(v)", 5.0),
        Mistake("that is upside down: sqrt(v) is in the denominator", 0.1),
        Mistake("that is sqrt(1 - beta2): m is small too, it is 1 - beta1 of the gradient", 0.01),
        Mistake("sqrt(v) is a hundredth of the gradient. But m is a tenth of it", 100.0)])
    check_number("coupled", coupled, 100.0, mistakes=[
        Mistake("that is the decoupled decay, which is the same for both", 1.0),
        Mistake("the other way round: large gradients divide the decay away, so the ratio is above 1", 0.01),
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
            lambda C, b: _cycle_from_zero(C, b, 1)),
    Mistake("your numbers are those of the second cycle: run until v repeats itself",
            lambda C, b: _cycle_from_zero(C, b, 2)),
    Mistake("beta2 and 1 - beta2 have changed places", lambda C, b: drift(C, 1 - b)),
]


def _cycle_from_zero(C, beta2, cycles):
    v, moved = 0.0, 0.0
    for _ in range(cycles):
        moved = 0.0
        for g in (C, -1.0, -1.0):
            v = beta2 * v + (1 - beta2) * g**2
            moved -= g / math.sqrt(v)
    return moved


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
