"""The checks of lecture 10: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest

from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture10 import (
    check_adagrad_step,
    check_prediction,
    check_rmsprop_step,
    check_steps_to_recover,
)
from course_lib.functions import RAVINE
from course_lib.minimize import minimize
from course_lib.optimizers import Adadelta, AdaGrad, RMSProp

# --- exercise 1: AdaGrad ----------------------------------------------------------------------------


def adagrad(x, s, g, lr, eps):
    s = s + g**2
    return x - lr * g / (np.sqrt(s) + eps), s


def in_other_words(x, s, g, lr, eps):
    total = np.add(s, np.square(g))
    rate = lr / (total**0.5 + eps)
    return [x + (-rate) * g, total]


def entry_by_entry(x, s, g, lr, eps):
    x, s = x.copy(), s.copy()
    for i in np.ndindex(x.shape):
        s[i] = s[i] + g[i] * g[i]
        x[i] = x[i] - lr / (math.sqrt(s[i]) + eps) * g[i]
    return x, s


@pytest.mark.parametrize("answer", [adagrad, in_other_words, entry_by_entry])
def test_right_adagrad_in_any_style_is_accepted(answer, capsys):
    check_adagrad_step(answer)
    assert capsys.readouterr().out.startswith("Right")


def in_place(x, s, g, lr, eps):
    s += g**2
    return x - lr * g / (np.sqrt(s) + eps), s


def new(s, g):
    return s + g**2


WRONG_ADAGRAD = {
    "eps stands inside the root": lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(new(s, g) + eps), new(s, g)),
    "with the old sum": lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(s) + eps), new(s, g)),
    "the root is missing": lambda x, s, g, lr, eps: (x - lr * g / (new(s, g) + eps), new(s, g)),
    "you climb": lambda x, s, g, lr, eps: (x + lr * g / (np.sqrt(new(s, g)) + eps), new(s, g)),
    "eps was added to x": lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(new(s, g)) + eps, new(s, g)),
    "eps was added to the step": lambda x, s, g, lr, eps: (
        x - lr * (g / np.sqrt(new(s, g)) + eps), new(s, g)),
    "eps was subtracted from x": lambda x, s, g, lr, eps: (
        x - (lr * g / np.sqrt(new(s, g)) + eps), new(s, g)),
    "eps is missing": lambda x, s, g, lr, eps: (x - lr * g / np.sqrt(new(s, g)), new(s, g)),
    "s takes in the size of g": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(s + abs(g)) + eps), s + abs(g)),
    "the old sum is forgotten": lambda x, s, g, lr, eps: (x - lr * g / (abs(g) + eps), g**2),
    "plain gradient descent": lambda x, s, g, lr, eps: (x - lr * g, new(s, g)),
    "one sum for all entries": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(s + (g**2).sum()) + eps), s + (g**2).sum()),
    "each entry has its own rate": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(new(s, g).sum()) + eps), new(s, g)),
    "you returned the old s": lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(new(s, g)) + eps), s),
    "you returned the root of s": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(new(s, g)) + eps), np.sqrt(new(s, g))),
    "the gradient is missing in the step": lambda x, s, g, lr, eps: (
        x - lr / (np.sqrt(new(s, g)) + eps), new(s, g)),
    "you multiplied by the root": lambda x, s, g, lr, eps: (
        x - lr * g * (np.sqrt(new(s, g)) + eps), new(s, g)),
    "changed places": lambda x, s, g, lr, eps: (new(s, g), x - lr * g / (np.sqrt(new(s, g)) + eps)),
    "you returned the step": lambda x, s, g, lr, eps: (lr * g / (np.sqrt(new(s, g)) + eps), new(s, g)),
    "that is RMSProp": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(0.9 * s + 0.1 * g**2) + eps), 0.9 * s + 0.1 * g**2),
    "you returned the change of x": lambda x, s, g, lr, eps: (
        -lr * g / (np.sqrt(new(s, g)) + eps), new(s, g)),
    "x comes back as it was": lambda x, s, g, lr, eps: (x, new(s, g)),
    "lr is missing": lambda x, s, g, lr, eps: (x - g / (np.sqrt(new(s, g)) + eps), new(s, g)),
    "s never changes": lambda x, s, g, lr, eps: (x - lr * g / (s**0.5 + eps), s),
    "without its square": lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(abs(s + g)) + eps), s + g),
    "takes in the old sum too": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt((s + g)**2) + eps), (s + g)**2),
    "the next step would add it again": lambda x, s, g, lr, eps: (
        x - lr * g / (new(s, g) + eps)**0.5, new(s, g) + eps),
    "mean square": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(s + (g * g).mean()) + eps), s + (g * g).mean()),
    r"square of lr \* g": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(new(s, lr * g)) + eps), new(s, lr * g)),
    "eps is subtracted from the root": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(new(s, g)) - eps), new(s, g)),
    "lost the sign of g": lambda x, s, g, lr, eps: (x - lr * abs(g) / (np.sqrt(new(s, g)) + eps), new(s, g)),
    "you added two roots": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(s) + np.sqrt(g**2) + eps), new(s, g)),
    r"you returned g\*\*2 alone": lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(new(s, g)) + eps), g * g),
    "exactly twice": lambda x, s, g, lr, eps: (x - lr * g / (np.sqrt(new(s, g)) + eps) * 2, new(s, g)),
    "the root and eps are missing": lambda x, s, g, lr, eps: (x - lr * g / new(s, g), new(s, g)),
    "your eps is fixed at 1e-08": lambda x, s, g, lr, eps: adagrad(x, s, g, lr, 1e-8),
    "your eps is fixed at 1e-06": lambda x, s, g, lr, eps: adagrad(x, s, g, lr, 1e-6),
    "changed its argument s in place": in_place,
    r"s is not right yet \(x is right\)": lambda x, s, g, lr, eps: (
        x - lr * g / (np.sqrt(new(s, g)) + eps), new(s, g) + 0.1),
    "returned one value, expected 2": lambda x, s, g, lr, eps: x - lr * g / (np.sqrt(new(s, g)) + eps),
    "stopped with TypeError": lambda x, s: (x, s),
}


@pytest.mark.parametrize("diagnosis", WRONG_ADAGRAD)
def test_wrong_adagrad_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_adagrad_step(WRONG_ADAGRAD[diagnosis])


# --- exercise 2: RMSProp ----------------------------------------------------------------------------


def rmsprop(x, s, g, lr, rho, eps):
    s = rho * s + (1 - rho) * g**2
    return x - lr * g / (np.sqrt(s) + eps), s


def rmsprop_by_difference(x, s, g, lr, rho, eps):
    s = s + (1 - rho) * (g * g - s)
    return x - lr / (s**0.5 + eps) * g, s


@pytest.mark.parametrize("answer", [rmsprop, rmsprop_by_difference])
def test_right_rmsprop_is_accepted(answer):
    check_rmsprop_step(answer)


def broken_step(x, s, g, lr, rho, eps):  # as the exercise prints it
    s = (1 - rho) * s + rho * g**2
    return x - lr * g / np.sqrt(s) + eps, s


def test_the_broken_code_is_that_of_the_notebook():
    from pathlib import Path

    source = Path(__file__).parents[1] / "notebooks/source/exercises/10_adaptive_learning_rates.py"
    lines = ["s = (1 - rho) * s + rho * g**2", "return x - lr * g / np.sqrt(s) + eps, s"]
    text = source.read_text(encoding="utf-8")
    assert all(f"    {line}\n" in text for line in lines)


def ave(s, g, rho):
    return rho * s + (1 - rho) * g**2


def swap(s, g, rho):
    return rho * g**2 + (1 - rho) * s


def rmsprop_of_mean(x, s, g, lr, rho, eps):
    s = rho * s + (1 - rho) * np.mean(g**2)
    return x - lr * g / (np.sqrt(s) + eps), s


WRONG_RMSPROP = {
    "both mistakes are still there": broken_step,
    "the average is right; eps is still added to x": lambda x, s, g, lr, rho, eps: (
        x - lr * g / np.sqrt(ave(s, g, rho)) + eps, ave(s, g, rho)),
    "eps is at its place; the shares are still swapped": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(swap(s, g, rho)) + eps), swap(s, g, rho)),
    "still swapped, and eps is inside": lambda x, s, g, lr, rho, eps: (
        x - lr * g / np.sqrt(swap(s, g, rho) + eps), swap(s, g, rho)),
    "but eps stands inside the root": lambda x, s, g, lr, rho, eps: (
        x - lr * g / np.sqrt(ave(s, g, rho) + eps), ave(s, g, rho)),
    "eps was taken away": lambda x, s, g, lr, rho, eps: (
        x - lr * g / np.sqrt(ave(s, g, rho)), ave(s, g, rho)),
    "decaying sum": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(rho * s + g**2) + eps), rho * s + g**2),
    "that is AdaGrad": lambda x, s, g, lr, rho, eps: adagrad(x, s, g, lr, eps),
    "with the old average": lambda x, s, g, lr, rho, eps: (x - lr * g / (np.sqrt(s) + eps), ave(s, g, rho)),
    "without its square": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(abs(rho * s + (1 - rho) * g)) + eps), rho * s + (1 - rho) * g),
    "the root is missing": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (ave(s, g, rho) + eps), ave(s, g, rho)),
    "you climb": lambda x, s, g, lr, rho, eps: (
        x + lr * g / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "you returned the old s": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(ave(s, g, rho)) + eps), s),
    "changed places": lambda x, s, g, lr, rho, eps: (
        ave(s, g, rho), x - lr * g / (np.sqrt(ave(s, g, rho)) + eps)),
    "you corrected s for its start": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(ave(s, g, rho) / (1 - rho)) + eps), ave(s, g, rho)),
    "lr is missing": lambda x, s, g, lr, rho, eps: (x - g / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "you returned the step": lambda x, s, g, lr, rho, eps: (
        lr * g / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "x comes back as it was": lambda x, s, g, lr, rho, eps: (x, ave(s, g, rho)),
    "s never changes": lambda x, s, g, lr, rho, eps: (x - lr * g / (np.sqrt(s) + eps), s),
    "kept whole": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(s + (1 - rho) * g * g) + eps), s + (1 - rho) * g * g),
    "the old average is forgotten": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(1 - rho) * abs(g) + eps), (1 - rho) * g**2),
    "the square takes in the share": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(rho * s + (g - rho * g)**2) + eps), rho * s + (g - rho * g)**2),
    "the size of g": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(rho * s + (1 - rho) * abs(g)) + eps), rho * s + (1 - rho) * abs(g)),
    "subtracted from x with the step": lambda x, s, g, lr, rho, eps: (
        x - (lr * g / np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "still swapped, and eps was taken away": lambda x, s, g, lr, rho, eps: (
        x - lr * g / np.sqrt(swap(s, g, rho)), swap(s, g, rho)),
    "you returned the change of x": lambda x, s, g, lr, rho, eps: (
        -lr * g / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "eps is subtracted from the root": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(ave(s, g, rho)) - eps), ave(s, g, rho)),
    "eps was added to the step": lambda x, s, g, lr, rho, eps: (
        x - lr * (g / np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "the next step would add it again": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (ave(s, g, rho) + eps)**0.5, ave(s, g, rho) + eps),
    "you returned the root of s": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)**0.5),
    "plain gradient descent": lambda x, s, g, lr, rho, eps: (x - lr * g, ave(s, g, rho)),
    "the gradient is missing": lambda x, s, g, lr, rho, eps: (
        x - lr / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "you multiplied by the root": lambda x, s, g, lr, rho, eps: (
        x - lr * (np.sqrt(ave(s, g, rho)) + eps) * g, ave(s, g, rho)),
    "exactly twice": lambda x, s, g, lr, rho, eps: (
        x - 2 * lr * g / (np.sqrt(ave(s, g, rho)) + eps), ave(s, g, rho)),
    "both shares are 1 - rho": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt((1 - rho) * new(s, g)) + eps), (1 - rho) * new(s, g)),
    "both shares are rho": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(rho * new(s, g)) + eps), rho * new(s, g)),
    "one average for all entries": lambda x, s, g, lr, rho, eps: (
        x - lr * g / (np.sqrt(ave(s, np.linalg.norm(g), rho)) + eps), ave(s, np.linalg.norm(g), rho)),
    "each entry of g has its own": rmsprop_of_mean,
    "rho is fixed at 0.9": lambda x, s, g, lr, rho, eps: rmsprop(x, s, g, lr, 0.9, eps),
    "eps is fixed at 1e-8": lambda x, s, g, lr, rho, eps: rmsprop(x, s, g, lr, rho, 1e-8),
    "returned None": lambda x, s, g, lr, rho, eps: None,
}


@pytest.mark.parametrize("diagnosis", WRONG_RMSPROP)
def test_wrong_rmsprop_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_rmsprop_step(WRONG_RMSPROP[diagnosis])


# --- exercise 3: predict ----------------------------------------------------------------------------


def lengths(opt, steps=1):
    trace = minimize(lambda x: 7 * x[0], [0.0], opt, steps, gradient=lambda x: np.full_like(x, 7))
    return -np.diff(trace.x[:, 0])


def test_right_prediction_is_what_the_library_does():
    check_prediction(minimize(RAVINE, RAVINE.start, AdaGrad(lr=0.1), 1).x[1, 1],
                     lengths(AdaGrad(lr=0.1), 100)[-1], lengths(RMSProp(lr=0.1, rho=0.99))[0],
                     lengths(Adadelta(rho=0.9))[0])


RIGHT = (-0.9, 0.01, 1.0, math.sqrt(1e-5))


@pytest.mark.parametrize(("place", "value", "diagnosis"), [
    (0, 0.1, "that is the step"), (0, -1.1, "away from the minimum"), (0, 4.0, "gradient descent"),
    (0, -0.998, "not by s"), (0, -0.996, "25 times smaller"), (0, -0.5, "too large"),
    (0, 0.9, "the sign is lost"),
    (1, 0.1, "first step"), (1, 0.001, "like the root"), (1, 0.07, "cancels"), (1, 0.01 / 7, "cancels"),
    (1, 0.7, "gradient descent"), (1, 0.1 / 99**0.5, "not 99"),
    (2, 0.1, "long run"), (2, 0.31623, "for rho = 0.9"), (2, 10, "take the root"), (2, 7, "cancels"),
    (2, 0.1 / 0.99**0.5, "divides by √rho"), (2, 0.7, "gradient descent"), (2, 0.01, "denominator"),
    (3, 0.0044721, "rho = 0.95"), (3, 0, "eps is added"), (3, 0.001, "that is √eps"),
    (3, 1e-5, "root of eps"),
    (3, 0.022136, "does not depend"), (3, 1, "only a factor"), (3, 3.1623, "RMSProp with lr 1"),
    (3, "small", "must be one number"),
])
def test_wrong_prediction_is_diagnosed(place, value, diagnosis):
    given = [*RIGHT]
    given[place] = value
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


# --- exercise 4: the shock --------------------------------------------------------------------------


def by_formula(shock, rho):
    excess = (1 - rho) * (shock**2 - 1)
    return 0 if excess <= 3 else math.ceil(math.log(3 / excess, rho))


def by_loop(shock, rho):
    s, k = rho + (1 - rho) * shock**2, 0
    while s > 4:
        s, k = rho * s + 1 - rho, k + 1
    return k


@pytest.mark.parametrize("answer", [by_formula, by_loop, lambda shock, rho: np.float64(by_loop(shock, rho))])
def test_right_recovery_is_accepted(answer):
    check_steps_to_recover(answer)


def test_the_formula_is_what_rmsprop_does():
    opt = RMSProp(rho=0.9)
    s = m = v = np.zeros(1)
    for t in range(1, 600):
        g = np.array([100.0 if t == 500 else 1.0])
        _, s, m, v = opt.rule(g, 0.01, t, s, m, v)
        if t >= 500 and np.sqrt(s[0]) <= 2:
            break
    assert t - 500 == by_formula(100.0, 0.9)


def loop(G, rho, before=1.0, after=1.0):
    s, k = rho * before + (1 - rho) * G**2, 0
    while s > 4:
        s, k = rho * s + (1 - rho) * after, k + 1
    return k


WRONG_RECOVERY = {
    "each step adds the share 1 - rho": lambda G, rho: loop(G, rho, after=0.0),
    "s was 1 before the shock": lambda G, rho: loop(G, rho, before=0.0),
    "only the share 1 - rho": lambda G, rho: max(0, math.ceil(math.log(3 / (G**2 - 1), rho))),
    "at most 4": lambda G, rho: max(0, math.ceil(math.log(1 / ((1 - rho) * (G**2 - 1)), rho))),
    "s returns to 1, not to 0": lambda G, rho: max(0, math.ceil(math.log(4 / ((1 - rho) * G**2), rho))),
    "enters s with its square": lambda G, rho: max(0, math.ceil(math.log(3 / ((1 - rho) * (G - 1)), rho))),
    "one step fewer": lambda G, rho: max(0, math.floor(math.log(3 / ((1 - rho) * (G**2 - 1)), rho))),
    "counted the step of the shock": lambda G, rho: by_loop(G, rho) + 1,
    "whole number": lambda G, rho: max(0.0, math.log(3 / ((1 - rho) * (G**2 - 1)), rho)),
    "not a negative number": lambda G, rho: math.ceil(math.log(3 / ((1 - rho) * (G**2 - 1)), rho)),
    "decay with 1 - rho": lambda G, rho: max(0, math.ceil(math.log(3 / (rho * (G**2 - 1)), 1 - rho))),
    "2 above its old value": lambda G, rho: max(0, math.ceil(math.log(8 / ((1 - rho) * (G**2 - 1)), rho))),
    "time constant": lambda G, rho: 1 / (1 - rho),
    "that is AdaGrad": lambda G, rho: G**2,
    "exactly 3 times too large": lambda G, rho: 3 * by_loop(G, rho),
    "stopped with ZeroDivisionError": lambda G, rho: 1 / 0,
}


@pytest.mark.parametrize("diagnosis", WRONG_RECOVERY)
def test_wrong_recovery_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_steps_to_recover(WRONG_RECOVERY[diagnosis])


@pytest.mark.parametrize("check", [check_adagrad_step, check_rmsprop_step, check_steps_to_recover])
def test_placeholder_stays_a_placeholder(check):
    def stub(*arguments):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError):
        check(stub)
