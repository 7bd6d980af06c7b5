"""The check for exercise 1 of lecture 11: one step of Adam, in its complete form."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, right
from course_lib.optimizers import Adam, NAdam


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


def nadam_step(x, m, v, g, t, lr, beta1, beta2, eps):
    step, m, v = NAdam(lr=lr, beta1=beta1, beta2=beta2, eps=eps).rule(g, lr, t, m, v)
    return x - step, m, v


LOOK_AHEAD = ("that is NAdam: its step looks ahead, with beta1 * m and the share 1 - beta1 of the newest g. "
              "Adam steps with m itself, corrected")

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
    Mistake("eps is missing in the denominator, or fixed at next to nothing: add the argument",
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
    Mistake(LOOK_AHEAD, variant(m_hat=lambda m, old, g, b1, b2, t: (b1 * m + (1 - b1) * g) / (1 - b1**t))),
    Mistake(LOOK_AHEAD, variant(m_hat=lambda m, old, g, b1, b2, t: (
        b1 * m / (1 - b1**(t + 1)) + (1 - b1) * g / (1 - b1**t)))),
    Mistake(LOOK_AHEAD, nadam_step),
    Mistake("the step uses the old m and v: update them first",
            variant(m_hat=lambda m, old, g, b1, b2, t: old / (1 - b1**t),
                    v_hat=lambda v, old, b1, b2, t: old / (1 - b2**t))),
    Mistake("your step is exactly twice too large", variant(sign=2.0)),
    Mistake("you returned the step, not the new x: subtract the step from x",
            variant(new_x=lambda x, lr, top, below, eps: lr * top / below)),
    Mistake("the corrections have changed places: m has beta1 and v has beta2",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b2**t),
                    v_hat=lambda v, old, b1, b2, t: v / (1 - b1**t))),
    Mistake("both corrections use beta2: that of m has beta1",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b2**t))),
    Mistake("the correction of m lacks the exponent t: 1 - beta1**t, not 1 - beta1",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b1))),
    Mistake("the correction of v lacks the exponent t: 1 - beta2**t, not 1 - beta2",
            variant(v_hat=lambda v, old, b1, b2, t: v / (1 - b2))),
    Mistake("your corrections raise the wrong number to the power t: 1 - beta**t, not (1 - beta)**t",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b1)**t,
                    v_hat=lambda v, old, b1, b2, t: v / (1 - b2)**t)),
    Mistake("your corrections divide by beta**t: the averages lack that share, so divide by 1 - beta**t",
            variant(m_hat=lambda m, old, g, b1, b2, t: m / b1**t,
                    v_hat=lambda v, old, b1, b2, t: v / b2**t)),
    Mistake("the root is taken before v is corrected: correct v, then take the root of v_hat",
            variant(denominator=lambda low, v, eps, b2, t: np.sqrt(v) / (1 - b2**t) + eps)),
    Mistake("lr is missing in the step", variant(new_x=lambda x, lr, top, below, eps: x - top / below)),
    Mistake("you returned the change of x, not the new x: add it to x",
            variant(new_x=lambda x, lr, top, below, eps: -lr * top / below)),
    Mistake("m and v are right, but x comes back as it was: subtract the step from it",
            variant(new_x=lambda x, lr, top, below, eps: x)),
    Mistake("v averages m**2: it must average g**2",
            lambda *a: variant(v_of=lambda v, g, b1, b2: b2 * v + (1 - b2) * (
                b1 * a[1] + (1 - b1) * g)**2)(*a)),
    Mistake("v averages (g - m)**2: that is AdaBelief. Adam averages g**2",
            lambda *a: variant(v_of=lambda v, g, b1, b2: b2 * v + (1 - b2) * (
                g - b1 * a[1] - (1 - b1) * g)**2)(*a)),
    Mistake("the square takes in the whole average v: only g is squared",
            variant(v_of=lambda v, g, b1, b2: (b2 * v + (1 - b2) * g)**2)),
    Mistake("v takes in the sum over all entries: each entry of g has its own average",
            variant(v_of=lambda v, g, b1, b2: b2 * v + (1 - b2) * np.sum(g**2))),
    Mistake("the step divides by the norm of all entries: each entry has its own denominator",
            variant(denominator=lambda low, v, eps, b2, t: np.sqrt(np.sum(low)) + eps)),
    Mistake("the step uses the old m: update it first",
            variant(m_hat=lambda m, old, g, b1, b2, t: old / (1 - b1**t))),
    Mistake("the step uses the old v: update it first",
            variant(v_hat=lambda v, old, b1, b2, t: old / (1 - b2**t))),
    Mistake("the old m is kept whole: beta1 is the share of it that is kept",
            variant(m_of=lambda m, g, b1, b2: m + (1 - b1) * g)),
    Mistake("the old v is kept whole: beta2 is the share of it that is kept",
            variant(v_of=lambda v, g, b1, b2: v + (1 - b2) * g**2)),
    Mistake("that is AMSGrad: it divides by the larger of the old and the new v. Adam takes the new one",
            variant(v_hat=lambda v, old, b1, b2, t: np.maximum(v, old) / (1 - b2**t))),
    Mistake("v averages with beta1: its share is beta2",
            variant(v_of=lambda v, g, b1, b2: b1 * v + (1 - b1) * g**2)),
    Mistake("v has beta1 in its average and in its correction: both have beta2",
            variant(v_of=lambda v, g, b1, b2: b1 * v + (1 - b1) * g**2,
                    v_hat=lambda v, old, b1, b2, t: v / (1 - b1**t))),
    Mistake("m averages with beta2: its share is beta1",
            variant(m_of=lambda m, g, b1, b2: b2 * m + (1 - b2) * g)),
    Mistake("m has beta2 in its average and in its correction: both have beta1",
            variant(m_of=lambda m, g, b1, b2: b2 * m + (1 - b2) * g,
                    m_hat=lambda m, old, g, b1, b2, t: m / (1 - b2**t))),
    Mistake("beta1 and beta2 have changed places in the averages: m has beta1 and v has beta2",
            variant(m_of=lambda m, g, b1, b2: b2 * m + (1 - b2) * g,
                    v_of=lambda v, g, b1, b2: b1 * v + (1 - b1) * g**2)),
    Mistake("you multiply m by 1 - beta1**t. The average is too small, so divide by it",
            variant(m_hat=lambda m, old, g, b1, b2, t: m * (1 - b1**t))),
    Mistake("you multiply v by 1 - beta2**t. The average is too small, so divide by it",
            variant(v_hat=lambda v, old, b1, b2, t: v * (1 - b2**t))),
    Mistake("m keeps the share 1 - beta1: beta1 itself is the share that is kept",
            variant(m_of=lambda m, g, b1, b2: (1 - b1) * m + b1 * g)),
    Mistake("v keeps the share 1 - beta2: beta2 itself is the share that is kept",
            variant(v_of=lambda v, g, b1, b2: (1 - b2) * v + b2 * g**2)),
    Mistake("the old m is forgotten: it keeps the share beta1",
            variant(m_of=lambda m, g, b1, b2: (1 - b1) * g)),
    Mistake("the old v is forgotten: it keeps the share beta2",
            variant(v_of=lambda v, g, b1, b2: (1 - b2) * g**2)),
    Mistake("m is the gradient alone: average it into the old m", variant(m_of=lambda m, g, b1, b2: g)),
    Mistake("v is the square of g alone: average it into the old v",
            variant(v_of=lambda v, g, b1, b2: g**2)),
    Mistake("eps is subtracted in the denominator: add it",
            variant(denominator=lambda low, v, eps, b2, t: np.sqrt(low) - eps)),
    Mistake("two signs are wrong, in m and in the step: m averages +g, and the step is subtracted",
            variant(m_of=lambda m, g, b1, b2: b1 * m - (1 - b1) * g, sign=-1.0)),
    Mistake("x and v are right, but you returned m_hat: keep m itself, or it is corrected again",
            lambda *a: (lambda x, m, v: (x, m / (1 - a[6]**a[4]), v))(*adam_step(*a))),
    Mistake("x and m are right, but you returned v_hat: keep v itself, or it is corrected again",
            lambda *a: (lambda x, m, v: (x, m, v / (1 - a[7]**a[4])))(*adam_step(*a))),
    Mistake("x and m are right, but you returned the root of v: keep v itself",
            lambda *a: (lambda x, m, v: (x, m, np.sqrt(v)))(*adam_step(*a))),
    Mistake("x and v are right, but you returned the old m: return the new one",
            lambda *a: (lambda x, m, v: (x, a[1], v))(*adam_step(*a))),
    Mistake("x and m are right, but you returned the old v: return the new one",
            lambda *a: (lambda x, m, v: (x, m, a[2]))(*adam_step(*a))),
    Mistake("beta1 and beta2 are fixed at 0.9 and 0.999 in your code: use the arguments",
            lambda x, m, v, g, t, lr, b1, b2, eps: adam_step(x, m, v, g, t, lr, 0.9, 0.999, eps)),
    Mistake("eps is fixed at 1e-8 in your code: use the argument",
            lambda x, m, v, g, t, lr, b1, b2, eps: adam_step(x, m, v, g, t, lr, b1, b2, 1e-8)),
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


# 1 - beta·t is negative for the betas of `adam_cases`, and its root no number: this mistake has its own case.
PRODUCT = Mistake("you multiply beta by t. The correction takes its power: 1 - beta**t, not 1 - beta * t",
                  variant(m_hat=lambda m, old, g, b1, b2, t: m / (1 - b1 * t),
                          v_hat=lambda v, old, b1, b2, t: v / (1 - b2 * t)))


def refuse_product(function):
    """Raise WrongAnswer if the function has 1 - beta * t for 1 - beta**t."""
    rng = np.random.default_rng(12)
    x, m, v, g = rng.uniform(0.5, 2, size=(4, 3))
    cases = [(x, m, v, g, 2, 0.1, 0.2, 0.3, 0.05), (g, v, m, x, 3, 0.2, 0.15, 0.25, 0.02)]
    try:
        check_function(function, reference=PRODUCT.result, cases=cases, outputs=("x", "m", "v"))
    except WrongAnswer:
        return
    raise WrongAnswer(f"{PRODUCT.message}.")


def check_adam_step(function):
    """Exercise 1: adam_step(x, m, v, g, t, lr, beta1, beta2, eps) -> (new x, new m, new v)."""
    refuse_product(function)
    check_function(function, reference=adam_step, cases=adam_cases(), outputs=("x", "m", "v"),
                   mistakes=ADAM_MISTAKES)
    right("x, m and v are those of algorithm 1, for vectors and matrices.")
