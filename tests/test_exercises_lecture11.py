"""The checks of lecture 11: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest

from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture11 import (
    check_adam_step,
    check_adamw_step,
    check_cycle_drift,
    check_prediction,
)
from course_lib.minimize import minimize
from course_lib.optimizers import Adam, AdamW, NAdam
from course_lib.transforms import l2

# --- exercise 1: Adam -------------------------------------------------------------------------------


def textbook(x, m, v, g, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return x - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def as_list(x, m, v, g, t, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (np.square(g) - v)
    hat = np.sqrt(v) / math.sqrt(1 - beta2**t)
    return [x - lr / (1 - beta1**t) * m / (hat + eps), m, v]


def entry_by_entry(x, m, v, g, t, lr, beta1, beta2, eps):
    x, m, v = x.copy(), m.copy(), v.copy()
    for i in np.ndindex(x.shape):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2
        x[i] = x[i] - lr * (m[i] / (1 - beta1**t)) / ((v[i] / (1 - beta2**t)) ** 0.5 + eps)
    return x, m, v


def one_number(x, m, v, g, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
    root = np.sqrt(1 - beta2**t)
    return x - lr * root / (1 - beta1**t) * m / (np.sqrt(v) + root * eps), m, v


@pytest.mark.parametrize("answer", [textbook, as_list, entry_by_entry, one_number])
def test_right_adam_in_any_style_is_accepted(answer, capsys):
    check_adam_step(answer)
    assert capsys.readouterr().out.startswith("Right")


def wrong(top="m / (1 - b1**t)", low="np.sqrt(v / (1 - b2**t)) + eps", m="b1 * m + (1 - b1) * g",
          v="b2 * v + (1 - b2) * g**2", x="x - lr * top / low", returned="x, m, v"):
    """A wrong answer written as a student would, line by line."""
    def step(x, m, v, g, t, lr, beta1, beta2, eps):
        names = {"x": x, "m": m, "v": v, "g": g, "t": t, "lr": lr, "b1": beta1, "b2": beta2, "eps": eps,
                 "np": np, "old_m": m, "old_v": v, "old_x": x}
        with np.errstate(all="ignore"):
            for name, line in lines.items():
                names[name] = eval(line, {}, names)
        return eval(returned, {}, names)
    lines = {"m": m, "v": v, "top": top, "low": low, "x": x}
    return step


def in_place(x, m, v, g, t, lr, beta1, beta2, eps):
    m *= beta1
    m += (1 - beta1) * g
    return textbook(x, m, v, g, t, lr, beta1, beta2, eps)


def nadam(x, m, v, g, t, lr, beta1, beta2, eps):
    step, m, v = NAdam(lr=lr, beta1=beta1, beta2=beta2, eps=eps).rule(g, lr, t, m, v)
    return x - step, m, v


WRONG_ADAM = {
    "that is the simple form": wrong(top="m", low="np.sqrt(v) + eps"),
    "v is not corrected": wrong(low="np.sqrt(v) + eps"),
    "m is not corrected": wrong(top="m"),
    "lack the exponent t": wrong(top="m / (1 - b1)", low="np.sqrt(v / (1 - b2)) + eps"),
    "you multiply beta by t": wrong(top="m / (1 - b1 * t)", low="np.sqrt(v / (1 - b2 * t)) + eps"),
    r"use t \+ 1": wrong(top="m / (1 - b1**(t + 1))", low="np.sqrt(v / (1 - b2**(t + 1))) + eps"),
    "you multiply by 1 - beta": wrong(top="m * (1 - b1**t)", low="np.sqrt(v * (1 - b2**t)) + eps"),
    "both corrections use beta1": wrong(low="np.sqrt(v / (1 - b1**t)) + eps"),
    "eps stands inside the root": wrong(low="np.sqrt(v / (1 - b2**t) + eps)"),
    "added eps before the correction": wrong(low="(np.sqrt(v) + eps) / np.sqrt(1 - b2**t)"),
    "eps is added to x": wrong(low="np.sqrt(v / (1 - b2**t))", x="x - lr * top / low + eps"),
    "eps is subtracted from x": wrong(low="np.sqrt(v / (1 - b2**t))", x="x - (lr * top / low + eps)"),
    "eps is missing": wrong(low="np.sqrt(v / (1 - b2**t))"),
    "the root is missing": wrong(low="v / (1 - b2**t) + eps"),
    r"average g\*\*2, not g": wrong(v="b2 * v + (1 - b2) * g", low="np.sqrt(abs(v / (1 - b2**t))) + eps"),
    r"v averages \|g\|": wrong(v="b2 * v + (1 - b2) * abs(g)"),
    "squares the wrong thing": wrong(v="b2 * v + ((1 - b2) * g)**2"),
    "m adds the whole gradient": wrong(m="b1 * m + g"),
    "v adds the whole square": wrong(v="b2 * v + g**2"),
    "beta1 and beta2 have changed places": wrong(
        m="b2 * m + (1 - b2) * g", v="b1 * v + (1 - b1) * g**2", top="m / (1 - b2**t)",
        low="np.sqrt(v / (1 - b1**t)) + eps"),
    "beta itself is the share": wrong(m="(1 - b1) * m + b1 * g", v="(1 - b2) * v + b2 * g**2"),
    "sign of the gradient in m": wrong(m="b1 * m - (1 - b1) * g"),
    "you climb": wrong(x="x + lr * top / low"),
    "that is RMSProp": wrong(top="g"),
    "looks ahead": wrong(top="(b1 * m + (1 - b1) * g) / (1 - b1**t)"),
    r"looks ahead, with beta1 \* m": wrong(top="b1 * m / (1 - b1**(t + 1)) + (1 - b1) * g / (1 - b1**t)"),
    "that is NAdam": nadam,
    "uses the old m and v": wrong(top="old_m / (1 - b1**t)", low="np.sqrt(old_v / (1 - b2**t)) + eps"),
    "exactly twice too large": wrong(x="x - 2 * lr * top / low"),
    "you returned the step": wrong(x="lr * top / low"),
    "corrections have changed places": wrong(top="m / (1 - b2**t)", low="np.sqrt(v / (1 - b1**t)) + eps"),
    "both corrections use beta2": wrong(top="m / (1 - b2**t)"),
    "correction of m lacks the exponent": wrong(top="m / (1 - b1)"),
    "correction of v lacks the exponent": wrong(low="np.sqrt(v / (1 - b2)) + eps"),
    "raise the wrong number": wrong(top="m / (1 - b1)**t", low="np.sqrt(v / (1 - b2)**t) + eps"),
    r"divide by beta\*\*t": wrong(top="m / b1**t", low="np.sqrt(v / b2**t) + eps"),
    "root is taken before": wrong(low="np.sqrt(v) / (1 - b2**t) + eps"),
    "lr is missing": wrong(x="x - top / low"),
    "you returned the change": wrong(x="-lr * top / low"),
    "x comes back as it was": wrong(x="x"),
    r"v averages m\*\*2": wrong(v="b2 * v + (1 - b2) * m**2"),
    "that is AdaBelief": wrong(v="b2 * v + (1 - b2) * (g - m)**2"),
    "takes in the whole average": wrong(v="(b2 * v + (1 - b2) * g)**2"),
    "sum over all entries": wrong(v="b2 * v + (1 - b2) * (g**2).sum()"),
    "norm of all entries": wrong(low="np.linalg.norm(np.sqrt(v / (1 - b2**t))) + eps"),
    "uses the old m: update": wrong(top="old_m / (1 - b1**t)"),
    "uses the old v: update": wrong(low="np.sqrt(old_v / (1 - b2**t)) + eps"),
    "the old m is kept whole": wrong(m="m + (1 - b1) * g"),
    "the old v is kept whole": wrong(v="v + (1 - b2) * g**2"),
    "that is AMSGrad": wrong(low="np.sqrt(np.maximum(old_v, v) / (1 - b2**t)) + eps"),
    "v averages with beta1": wrong(v="b1 * v + (1 - b1) * g**2"),
    "v has beta1 in its average and": wrong(
        v="b1 * v + (1 - b1) * g**2", low="np.sqrt(v / (1 - b1**t)) + eps"),
    "m averages with beta2": wrong(m="b2 * m + (1 - b2) * g"),
    "m has beta2 in its average and": wrong(m="b2 * m + (1 - b2) * g", top="m / (1 - b2**t)"),
    "changed places in the averages": wrong(m="b2 * m + (1 - b2) * g", v="b1 * v + (1 - b1) * g**2"),
    "you multiply m by": wrong(top="m * (1 - b1**t)"),
    "you multiply v by": wrong(low="np.sqrt(v * (1 - b2**t)) + eps"),
    "m keeps the share 1 - beta1": wrong(m="(1 - b1) * m + b1 * g"),
    "v keeps the share 1 - beta2": wrong(v="(1 - b2) * v + b2 * g**2"),
    "the old m is forgotten": wrong(m="(1 - b1) * g"),
    "the old v is forgotten": wrong(v="(1 - b2) * g**2"),
    "m is the gradient alone": wrong(m="g"),
    "v is the square of g alone": wrong(v="g**2"),
    "eps is subtracted in the denominator": wrong(low="np.sqrt(v / (1 - b2**t)) - eps"),
    "two signs are wrong": wrong(m="b1 * m - (1 - b1) * g", x="x + lr * top / low"),
    "but you returned m_hat: keep m": wrong(returned="x, m / (1 - b1**t), v"),
    "but you returned v_hat: keep v": wrong(returned="x, m, v / (1 - b2**t)"),
    "you returned the root of v": wrong(returned="x, m, np.sqrt(v)"),
    "you returned the old m: return": wrong(returned="x, old_m, v"),
    "you returned the old v: return": wrong(returned="x, m, old_v"),
    "fixed at 0.9 and 0.999": lambda *a: textbook(*a[:6], 0.9, 0.999, a[8]),
    "eps is fixed at 1e-8": lambda *a: textbook(*a[:8], 1e-8),
    "fixed at next to nothing": lambda *a: textbook(*a[:8], 1e-12),
    "you returned m_hat and v_hat": wrong(returned="x, m / (1 - b1**t), v / (1 - b2**t)"),
    "you returned the old m and v": wrong(returned="x, old_m, old_v"),
    "return x, m, v in this order": wrong(returned="m, v, x"),
    "return x, then m, then v": wrong(returned="x, v, m"),
    "changed its argument m in place": in_place,
    "returned one value, expected 3": wrong(returned="x"),
    "returned None": lambda x, m, v, g, t, lr, beta1, beta2, eps: None,
    "stopped with TypeError": lambda x, m, v, g: (x, m, v),
    "NaN or infinite": wrong(top="m / (1 - b1**(t - t))"),
    "pass the function itself": 3.0,
    r"\(m and v are right\)": wrong(x="x - lr * top / low - 0.1"),
}


@pytest.mark.parametrize("diagnosis", WRONG_ADAM)
def test_wrong_adam_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_adam_step(WRONG_ADAM[diagnosis])


# --- exercise 2: AdamW ------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [
    lambda x, step, lr, weight_decay: x - lr * weight_decay * x - step,
    lambda x, step, lr, weight_decay: np.subtract(x * (1 - lr * weight_decay), step),
])
def test_right_decay_is_accepted(answer):
    check_adamw_step(answer)


def test_the_decay_is_that_of_the_library():
    x, g, opt = np.array([1.0, -2.0]), np.array([0.3, 0.7]), AdamW(lr=0.1, weight_decay=0.4)
    step = opt.rule(g, 0.1, 1, 0 * g, 0 * g)[0]
    expected = (1 - 0.1 * 0.4) * x - step
    opt.step(x, g)
    np.testing.assert_allclose(x, expected, rtol=1e-14)


WRONG_DECAY = {
    "no weight decays": lambda x, s, lr, wd: x - s,
    "the decay lacks lr": lambda x, s, lr, wd: x - (s + wd * x),
    "the weights grow": lambda x, s, lr, wd: x + lr * wd * x - s,
    "you shrank x after the step": lambda x, s, lr, wd: (x - s) * (1 - lr * wd),
    "lr multiplies the step a second time": lambda x, s, lr, wd: x - lr * (s + wd * x),
    "second time: the step contains it": lambda x, s, lr, wd: (1 - lr * wd) * x - lr * s,
    "the step is added": lambda x, s, lr, wd: (1 - lr * wd) * x + s,
    "kept only the share": lambda x, s, lr, wd: lr * wd * x - s,
    "decays by half": lambda x, s, lr, wd: x - lr * wd / 2 * x - s,
    "decays twice as fast": lambda x, s, lr, wd: x - 2 * lr * wd * x - s,
    "an L1 penalty": lambda x, s, lr, wd: x - lr * wd * np.sign(x) - s,
    r"you divided x by 1 \+ lr": lambda x, s, lr, wd: x / (1 + lr * wd) - s,
    "a proximal step": lambda x, s, lr, wd: (x - s) / (1 + lr * wd),
    "the step has been forgotten": lambda x, s, lr, wd: x - lr * wd * x,
    "weight_decay is missing": lambda x, s, lr, wd: x - lr * x - s,
    "lacks lr, and the step shrinks too": lambda x, s, lr, wd: (1 - wd) * (x - s),
    "by more than lr": lambda x, s, lr, wd: x + wd * x - s,
    "both signs are wrong": lambda x, s, lr, wd: x + lr * wd * x + s,
    "x comes back as it was": lambda x, s, lr, wd: x.copy(),
    "you returned the step": lambda x, s, lr, wd: s,
    "whatever its size and sign": lambda x, s, lr, wd: x - lr * wd - s,
    "you shrank the step instead": lambda x, s, lr, wd: x - (1 - lr * wd) * s,
    "in proportion to the step": lambda x, s, lr, wd: x - s - lr * wd * s,
    "the factor exp": lambda x, s, lr, wd: x * np.exp(-lr * wd) - s,
    "you returned the change": lambda x, s, lr, wd: -s - lr * wd * x,
    "what is to be subtracted": lambda x, s, lr, wd: s + lr * wd * x,
    "the square of x": lambda x, s, lr, wd: x - lr * wd * x * x - s,
    r"takes in the square of x: the penalty": lambda x, s, lr, wd: x - lr * (wd / 2) * x**2 - s,
    "x has shape": lambda x, s, lr, wd: float(np.sum(x)),
    "in place": lambda x, s, lr, wd: np.subtract(x, s, out=x),
}


@pytest.mark.parametrize("diagnosis", WRONG_DECAY)
def test_wrong_decay_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_adamw_step(WRONG_DECAY[diagnosis])


# --- exercise 3: predict ----------------------------------------------------------------------------


def test_right_prediction_is_what_the_library_does():
    found = []
    for correct in (True, False):
        opt = Adam(lr=0.01, beta2=0.9999, bias_correction=correct)
        run = minimize(lambda x: x[0], [0.0], opt, 1, gradient=lambda x: np.full(1, 200.0))
        found.append(-run.x[1, 0] / 0.01)
    rng, noises, alpha = np.random.default_rng(0), np.array([1.0, 100.0]), 1e-2
    # In the long run, and for the same noise with and without decay, so that the noise cancels.
    noise = noises * rng.standard_normal((20_000, 400, 2))
    ends = []
    for transforms in ((l2(alpha),), ()):
        opt, x = Adam(lr=1e-5, beta2=0.99, transforms=transforms), np.ones((400, 2))
        for g in noise[:2000]:
            opt.step(x, g)
        ends.append(x.mean(axis=0))
    shrunk = ends[1] - ends[0]
    assert shrunk[0] / shrunk[1] == pytest.approx(100, rel=0.05)
    check_prediction(*found, 100)


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((200, 10, 100), "its size is divided out"),
    ((2, 10, 100), "as in gradient descent"),
    ((0.01, 10, 100), "that is the step itself"),
    ((20, 10, 100), "m without its correction"),
    ((0.1, 10, 100), "divides by the same"),
    ((1.5, 10, 100), "complete = 1.5 is too large"),
    ((10, 10, 100), "that is the simple form"),
    ((-1, 10, 100), "complete = -1: a length has no sign"),
    ((1, 20, 100), "that is m: divide"),
    ((1, 2, 100), r"that is sqrt\(v\)"),
    ((1, -10, 100), "simple = -10: a length has no sign"),
    ((1, 10, 1e-4), "without the root of v"),
    ((1, 1, 100), "that is the complete form"),
    ((1, 3.1623, 100), "for beta2 = 0.999"),
    ((1, 1000, 100), "the root is missing: the step is m"),
    ((1, 5, 100), "does not cancel"),
    ((1, 0.1, 100), "upside down"),
    ((1, 0.01, 100), "m is small too"),
    ((1, 100, 100), "m is a tenth of it"),
    ((1, 10, 1), "the same for both"),
    ((1, 10, 0.01), "the other way round"),
    ((1, 10, 10_000), "not of their squares"),
    ((1, 10, 10), "do not take the root again"),
    ((1, "ten", 100), "must be one number"),
    ((1, 10, float("inf")), "finite"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="simple has no value yet"):
        check_prediction(1, ..., 100)


# --- exercise 4: the cycle --------------------------------------------------------------------------


def simulated(C, beta2, cycles=1000, forget=0.0, order="update first", root=True):
    v = forget
    for _ in range(cycles):
        moved = 0.0
        for g in (C, -1.0, -1.0):
            old = v
            v = beta2 * v + (1 - beta2) * g**2
            below = v if order == "update first" else old
            moved -= g / (below**0.5 if root else below)
    return moved


def steady(C, beta2):
    """v after each step of the cycle, in the long run."""
    weights = np.array([[1, beta2**2, beta2], [beta2, 1, beta2**2], [beta2**2, beta2, 1]])
    return (1 - beta2) / (1 - beta2**3) * weights @ np.array([C**2, 1.0, 1.0])


def by_formula(C, beta2):
    return float(np.sum(np.array([-C, 1, 1]) / np.sqrt(steady(C, beta2))))


@pytest.mark.parametrize("answer", [simulated, lambda C, b: simulated(C, b, cycles=50), by_formula,
                                    lambda C, b: np.float64(by_formula(C, b))])
def test_right_drift_is_accepted(answer, capsys):
    check_cycle_drift(answer, 0.1)
    assert "Adam walks the wrong way" in capsys.readouterr().out


def swept(C, beta2, cycles=300, gradients=None, share=None, size=np.square, corrected=False, exponent=False):
    """How far x moves in each cycle, as a student would compute it."""
    v, t, moves = 0.0, 0, []
    for _ in range(cycles):
        moved = 0.0
        for g in gradients or (C, -1.0, -1.0):
            t += 1
            v = beta2 * v + (share or 1 - beta2) * size(g)
            v_hat = v / (1 - beta2 ** (t if exponent else 1)) if corrected or exponent else v
            moved -= g / np.sqrt(v_hat)
        moves.append(moved)
    return moves


WRONG_DRIFT = {
    "the sign is wrong": lambda C, b: -by_formula(C, b),
    "the root is missing": lambda C, b: simulated(C, b, root=False),
    "each step uses the v of the step before": lambda C, b: simulated(C, b, forget=1.0, order="old"),
    "one -1 is missing": lambda C, b: by_formula(C, b) - 1 / np.sqrt(
        (1 - b) * (1 + b + b**2 * C**2) / (1 - b**3)),
    "limit for beta2 near 1": lambda C, b: (2 - C) / np.sqrt((C**2 + 2) / 3),
    "that is gradient descent": lambda C, b: 2 - C,
    "limit for beta2 = 0": lambda C, b: 1.0,
    "mean of the three steps": lambda C, b: by_formula(C, b) / 3,
    "took the first cycle": lambda C, b: simulated(C, b, cycles=1),
    "after cycle 2 or so": lambda C, b: simulated(C, b, cycles=2),
    "after cycle 10 or so": lambda C, b: simulated(C, b, cycles=10),
    "after cycle 30 or so": lambda C, b: simulated(C, b, cycles=30),
    "after cycle (39|40) or so": lambda C, b: simulated(C, b, cycles=40),
    "after cycle 1 or so": lambda C, b: simulated(C, b, cycles=1, forget=1.0),
    "after cycle 5 or so": lambda C, b: simulated(C, b, cycles=5, forget=1.0),
    "beta2 and 1 - beta2": lambda C, b: by_formula(C, 1 - b),
    r"g\*\*2 enters with its share": lambda C, b: swept(C, b, share=1.0)[-1],
    "nothing is corrected": lambda C, b: swept(C, b, corrected=True)[-1],
    r"v averages \|g\|": lambda C, b: swept(C, b, size=abs)[-1],
    "your cycle has one -1": lambda C, b: swept(C, b, gradients=(C, -1.0))[-1],
    "your cycle has three -1s": lambda C, b: swept(C, b, gradients=(C, -1.0, -1.0, -1.0))[-1],
    "your cycle is C, 1, 1": lambda C, b: swept(C, b, gradients=(C, 1.0, 1.0))[-1],
    "the step after C is missing": lambda C, b: steady(C, b)[1] ** -0.5 + steady(C, b)[2] ** -0.5,
    "wrong, and you took the first cycle": lambda C, b: -swept(C, b, cycles=1)[0],
    "as AdaGrad does": lambda C, b: -C / C + (C**2 + 1) ** -0.5 + (C**2 + 2) ** -0.5,
    "gradient descent with the wrong sign": lambda C, b: C - 2,
    "after cycle 3 or so": lambda C, b: swept(C, b, cycles=3, exponent=True)[-1],
    "the size of the drift alone": lambda C, b: abs(by_formula(C, b)),
    "the step after C alone": lambda C, b: -C / steady(C, b)[0] ** 0.5,
    "the first -1's step alone": lambda C, b: 1 / steady(C, b)[1] ** 0.5,
    "the last step of the cycle alone": lambda C, b: 1 / steady(C, b)[2] ** 0.5,
    "this is AMSGrad": lambda C, b: (2 - C) / max(steady(C, b)) ** 0.5,
    "the sum of g²": lambda C, b: (2 - C) / (C**2 + 2) ** 0.5,
    "after the very first step": lambda C, b: -C / ((1 - b) * C**2) ** 0.5,
    "the first cycle, with corrections": lambda C, b: swept(C, b, cycles=1, exponent=True)[-1],
    "sum over all 10 cycles": lambda C, b: sum(swept(C, b, cycles=10)),
    "sum over all 100 cycles": lambda C, b: sum(swept(C, b, cycles=100)),
    "sum over all 1,000 cycles": lambda C, b: sum(swept(C, b, cycles=1000)),
    "mean of all 100 cycles": lambda C, b: float(np.mean(swept(C, b, cycles=100))),
    "mean of all 10,000 cycles": lambda C, b: float(np.mean(swept(C, b, cycles=10_000))),
    "exactly 2 times too large": lambda C, b: 2 * by_formula(C, b),
    "NaN or infinite": lambda C, b: float("nan"),
    "returned None": lambda C, b: None,
}


@pytest.mark.parametrize("diagnosis", WRONG_DRIFT)
def test_wrong_drift_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_cycle_drift(WRONG_DRIFT[diagnosis], 0.1)


@pytest.mark.parametrize(("beta2", "diagnosis"), [
    (0.999, "Adam goes to the best point"), (1.0, r"must be in \[0, 1\)"), ("0.1", "one number")])
def test_a_beta2_that_does_not_fail_is_refused(beta2, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_cycle_drift(by_formula, beta2)


def test_missing_beta2_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="failing_beta2"):
        check_cycle_drift(by_formula, ...)
