"""The checks of lecture 16: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest

from course_lib import schedules
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture16 import (
    check_largest_decay,
    check_prediction,
    check_triangle,
    check_warm_cosine,
)
from course_lib.minimize import minimize
from course_lib.optimizers import SGD


def half_wave(share):
    return (1 + math.cos(math.pi * share)) / 2


# --- exercise 1: warm-up and cosine -------------------------------------------------------------------


def plain(step, lr, warm_steps, steps):
    if step < warm_steps:
        return lr * step / warm_steps
    return lr * half_wave(min((step - warm_steps) / (steps - warm_steps), 1))


def with_numpy(step, lr, warm_steps, steps):
    rise = np.clip(step / warm_steps, 0, 1)
    fall = np.clip((step - warm_steps) / (steps - warm_steps), 0, 1)
    return lr * rise * 0.5 * (1 + np.cos(np.pi * fall))


def by_the_square(step, lr, warm_steps, steps):
    share = max(0, min(1, (step - warm_steps) / (steps - warm_steps)))
    return min(step / warm_steps, 1) * lr * math.cos(math.pi * share / 2) ** 2


def from_the_library(step, lr, warm_steps, steps):
    pieces = [schedules.linear(0.0, warm_steps, lr), schedules.cosine(lr, steps - warm_steps)]
    return schedules.join(pieces, [warm_steps])(step)


@pytest.mark.parametrize("answer", [plain, with_numpy, by_the_square, from_the_library])
def test_right_warm_cosine_in_any_style_is_accepted(answer, capsys):
    check_warm_cosine(answer)
    assert capsys.readouterr().out.startswith("Right")


def falling(wave, late=0.0, share=lambda k, w, n: (k - w) / (n - w)):
    """The right warm-up, then another fall."""
    def rate(step, lr, warm_steps, steps):
        if step < warm_steps:
            return lr * step / warm_steps
        if step >= steps and late is not None:
            return late
        return lr * wave(share(step, warm_steps, steps))
    return rate


def rising(rise):
    """Another warm-up, then the right fall."""
    return lambda k, lr, w, n: rise(k, lr, w, n) if k < w else plain(k, lr, w, n)


class Stateful:
    rate = 1.0

    def __call__(self, step, lr, warm_steps, steps):
        self.rate *= 0.99
        return self.rate * lr


WRONG_WARM = {
    "there is no warm-up": lambda k, lr, w, n: lr * half_wave(min(k / n, 1)),
    "stays at lr during": rising(lambda k, lr, w, n: lr),
    "one step ahead": rising(lambda k, lr, w, n: lr * (k + 1) / w),
    "divide by warm_steps, not by steps": rising(lambda k, lr, w, n: lr * k / n),
    "Yours begins at step 0, so the rate jumps": falling(half_wave, share=lambda k, w, n: k / n),
    "does not arrive at 0 in time": falling(half_wave, late=None, share=lambda k, w, n: min((k - w) / n, 1)),
    "yours jumps to 0": falling(half_wave, share=lambda k, w, n: (k - w) / n),
    "the rate rises again": falling(half_wave, late=None),
    "the rate becomes negative": falling(lambda p: math.cos(math.pi * min(p, 1)), late=None),
    "cut off at the end": falling(lambda p: math.cos(math.pi * p)),
    "a quarter of a wave": falling(lambda p: math.cos(math.pi * p / 2)),
    "π is missing": falling(lambda p: (1 + math.cos(p)) / 2),
    "not degrees": falling(lambda p: (1 + math.cos(180 * p)) / 2),
    "begins at 2·lr": falling(lambda p: 1 + math.cos(math.pi * p)),
    "a straight line": falling(lambda p: 1 - p),
    "runs upwards": falling(lambda p: (1 - math.cos(math.pi * p)) / 2),
    "multiply it by lr": lambda k, lr, w, n: plain(k, 1.0, w, n),
    "lr enters twice": lambda k, lr, w, n: lr * plain(k, lr, w, n),
    "two different results": Stateful(),
    "real numbers": lambda k, lr, w, n: plain(k, lr, w, n) if k < n else (1 - k / n) ** 0.5,
    "exactly 3 times too large": lambda k, lr, w, n: 3 * plain(k, lr, w, n),
    "stopped with TypeError": lambda step: 0.1,
    "returned None": lambda k, lr, w, n: None,
    r"shape \(2,\)": lambda k, lr, w, n: np.array([k, lr]),
}


@pytest.mark.parametrize("diagnosis", WRONG_WARM)
def test_wrong_warm_cosine_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_warm_cosine(WRONG_WARM[diagnosis])


# --- exercise 2: triangles ----------------------------------------------------------------------------


def rise(k, half):
    return 1 - abs(k % (2 * half) / half - 1)


def by_parts(step, low, high, half_cycle):
    position = step % (2 * half_cycle)
    if position > half_cycle:
        position = 2 * half_cycle - position
    return low + (high - low) * position / half_cycle


def by_the_paper(step, low, high, half_cycle):
    cycle = np.floor(1 + step / (2 * half_cycle))
    x = np.abs(step / half_cycle - 2 * cycle + 1)
    return low + (high - low) * np.maximum(0, 1 - x)


def by_arcsine(step, low, high, half_cycle):
    return low + (high - low) * math.acos(math.cos(math.pi * step / half_cycle)) / math.pi


@pytest.mark.parametrize("answer", [by_parts, by_the_paper, by_arcsine])
def test_right_triangle_is_accepted(answer):
    check_triangle(answer)


WRONG_TRIANGLE = {
    "you took it for the whole cycle": lambda k, a, b, h: a + (b - a) * (1 - abs(2 * (k % h) / h - 1)),
    "starts at high": lambda k, a, b, h: b - (b - a) * rise(k, h),
    "climbs for a whole cycle": lambda k, a, b, h: a + (b - a) * (k % (2 * h)) / (2 * h),
    "climbs for half_cycle steps": lambda k, a, b, h: a + (b - a) * (k % h) / h,
    "first cycle is right: take": lambda k, a, b, h: a + (b - a) * max(1 - abs(k / h - 1), 0),
    "falls below low": lambda k, a, b, h: a + (b - a) * (1 - abs(k / h - 1)),
    "never comes down": lambda k, a, b, h: a + (b - a) * min(k / h, 1),
    "peaks are too high": lambda k, a, b, h: a + b * rise(k, h),
    "valleys are at 0: add low": lambda k, a, b, h: (b - a) * rise(k, h),
    "valleys are at 0 and not at low": lambda k, a, b, h: b * rise(k, h),
    "triangular2": lambda k, a, b, h: a + (b - a) * rise(k, h) * 0.5 ** (k // (2 * h)),
    "cosine wave": lambda k, a, b, h: a + (b - a) * (1 - math.cos(math.pi * k / h)) / 2,
    "one step ahead": lambda k, a, b, h: a + (b - a) * rise(k + 1, h),
    "the share of the way": lambda k, a, b, h: rise(k, h),
    "rounded|not right yet": lambda k, a, b, h: a + (b - a) * (k // h % 2),
    "stopped with ZeroDivisionError": lambda k, a, b, h: a / k,
    "pass the function itself": 0.1,
}


@pytest.mark.parametrize("diagnosis", WRONG_TRIANGLE)
def test_wrong_triangle_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_triangle(WRONG_TRIANGLE[diagnosis])


# --- exercise 3: predict ------------------------------------------------------------------------------


def test_right_prediction_is_what_the_schedule_does():
    schedule = schedules.step(0.1, every=10)
    check_prediction(schedule(40), sum(schedule(k // 40) for k in range(1200)),
                     sum(schedule(k) for k in range(1200)))


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((0.1, 44.4, 1.111), "that is the rate meant"),
    ((0.01, 44.4, 1.111), "one drop"),
    ((1e-9, 44.4, 1.111), "after the second epoch"),
    ((1e-4, 44.4, 1.111), "that is the factor"),
    ((3e-5, 44.4, 1.111), "second_epoch = 3e-05 is too large"),
    ((1e-5, 1.11, 1.111), "count batches"),
    ((1e-5, 40, 1.111), "first ten epochs only"),
    ((1e-5, 44.0, 1.111), "the last ten epochs"),
    ((1e-5, 120, 1.111), "without any decay"),
    ((1e-5, 44.4, 1.0), "first ten steps only"),
    ((1e-5, 44.4, 44.4), "that was meant"),
    ((1e-5, 44.4, 1 / 9), "counts for 10 steps"),
    ((1e-5, 44.4, 40 / 9), "with 40 steps at each rate"),
    ((1e-5, "much", 1.1), "must be one number"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="way_meant has no value yet"):
        check_prediction(1e-5, ..., 1.11)


# --- exercise 4: freeze -------------------------------------------------------------------------------


def decay(lr, curvature, share):
    return -lr * curvature / math.log(share)


@pytest.mark.parametrize("answer", [decay, lambda lr, h, s: np.array(decay(lr, h, s))])
def test_right_decay_is_accepted(answer):
    check_largest_decay(answer)


def test_the_decay_is_where_the_run_freezes_at_the_share():
    lr, curvature, share = 0.004, 2.0, 0.05
    opt = SGD(lr=schedules.exponential(lr, decay(lr, curvature, share)))
    trace = minimize(lambda x: float(x @ x), [1.0], opt, 6000, gradient=lambda x: curvature * x)
    assert trace.x[-1, 0] == pytest.approx(share, rel=0.01)


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (lambda lr, h, s: lr * h / math.log10(1 / s), "natural logarithm"),
    (lambda lr, h, s: lr * h / math.log(s), "is negative"),
    (lambda lr, h, s: math.log(1 / s) / (lr * h), "upside down"),
    (lambda lr, h, s: lr * h * math.log(1 / s), "must be divided"),
    (lambda lr, h, s: lr / math.log(1 / s), "curvature is missing"),
    (lambda lr, h, s: lr / (h * math.log(1 / s)), "curvature belongs above"),
    (lambda lr, h, s: h / math.log(1 / s), "the rate is missing"),
    (lambda lr, h, s: lr * h / (1 - s), "shrinks like exp"),
    (lambda lr, h, s: lr * h / s, "share itself"),
    (lambda lr, h, s: 2 * lr * h / math.log(1 / s), "square of the distance"),
    (lambda lr, h, s: 4 * lr * h / math.log(1 / s), "exactly 4 times too large"),
    (lambda lr, h, s: None, "returned None"),
])
def test_wrong_decay_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_largest_decay(answer)
