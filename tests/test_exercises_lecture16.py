"""The checks of lecture 16: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest

from course_lib import schedules
from course_lib.exercises import lecture16
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


def with_where(step, lr, warm_steps, steps):
    k = np.asarray(step, float)
    share = np.clip((k - warm_steps) / (steps - warm_steps), 0, 1)
    return np.where(k < warm_steps, lr * k / warm_steps, lr * 0.5 * (1 + np.cos(np.pi * share)))


def what_remains(step, lr, warm_steps, steps):
    if step <= warm_steps:
        return step / warm_steps * lr
    if step > steps:
        return 0
    return lr * math.sin(math.pi / 2 * (steps - step) / (steps - warm_steps)) ** 2


def from_a_table(step, lr, warm_steps, steps):
    fall = lr / 2 + lr / 2 * np.cos(np.linspace(0, np.pi, steps - warm_steps + 1))
    table = [*np.linspace(0, lr, warm_steps, endpoint=False), *fall]
    return table[min(step, steps)]


@pytest.mark.parametrize("answer", [plain, with_numpy, by_the_square, from_the_library, with_where,
                                    what_remains, from_a_table])
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
    "the cosine alone": lambda k, lr, w, n: lr * half_wave((k - w) / (n - w)),
    "that is the cosine alone, at every step": lambda k, lr, w, n: lr * half_wave(k / n),
    "gets a negative share": rising(lambda k, lr, w, n: lr * half_wave((k - w) / (n - w))),
    "0 during the whole warm-up": rising(lambda k, lr, w, n: lr * (k // w)),
    "rises to 1": rising(lambda k, lr, w, n: k / w),
    "not by warm_steps - 1": rising(lambda k, lr, w, n: lr * k / (w - 1)),
    "whole schedule is one step ahead": lambda k, lr, w, n: plain(k + 1, lr, w, n),
    "your cosine is one step ahead": falling(half_wave, share=lambda k, w, n: (k + 1 - w) / (n - w)),
    "one step shorter": falling(half_wave, share=lambda k, w, n: min((k - w) / (n - w - 1), 1)),
    "one step longer": falling(half_wave, late=None, share=lambda k, w, n: min((k - w) / (n - w + 1), 1)),
    "run at the same time": lambda k, lr, w, n: lr * min(k / w, 1) * half_wave(min(k / n, 1)),
    "begins again": falling(half_wave, late=None, share=lambda k, w, n: (k - w) % (n - w) / (n - w)),
    "is lr again": lambda k, lr, w, n: plain(k, lr, w, n) if k < n else lr,
    "a whole wave": falling(lambda p: half_wave(2 * p)),
    "brackets": falling(lambda p: 0.5 * 1 + math.cos(math.pi * p)),
    "not right yet": falling(half_wave, share=lambda k, w, n: (k - w) / n - w),
    "the rate is not right": lambda k, lr, w, n: plain(k, lr, 10, 50),
    "must hold real numbers, got function": lambda k, lr, w, n: lambda step: plain(step, lr, w, n),
    r"array of shape \(\d+,\): return one number": lambda k, lr, w, n: [plain(i, lr, w, n) for i in range(n)],
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


def by_interpolation(step, low, high, half_cycle):
    return np.interp(step, [0, half_cycle, 2 * half_cycle], [low, high, low], period=2 * half_cycle)


def by_the_side(step, low, high, half_cycle):
    side, position = divmod(step, half_cycle)
    begin, end = (high, low) if side % 2 else (low, high)
    return begin + (end - begin) * position / half_cycle


def step_by_step(step, low, high, half_cycle):
    rate, slope = low, (high - low) / half_cycle
    for k in range(1, step + 1):
        rate += slope
        if k % half_cycle == 0:
            slope = -slope
    return rate


def from_one_cycle(step, low, high, half_cycle):
    up = list(np.linspace(low, high, half_cycle + 1))
    return (up + up[-2:0:-1])[step % (2 * half_cycle)]


@pytest.mark.parametrize("answer", [by_parts, by_the_paper, by_arcsine, by_interpolation, by_the_side,
                                    step_by_step, from_one_cycle])
def test_right_triangle_is_accepted(answer):
    check_triangle(answer)


def falls_early(position, low, high, half_cycle, up):
    way = (high - low) * position / half_cycle
    return low + way if up else high - way


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
    "brackets": lambda k, a, b, h: a + b - a * rise(k, h),
    "as if // had cut": lambda k, a, b, h: a + (b - a) * (min(k % (2 * h), 2 * h - k % (2 * h)) // h),
    "a side has half_cycle of them": lambda k, a, b, h: a + (b - a) * rise(k, 2 * h),
    "your falling side is too low": lambda k, a, b, h: falls_early(k % (2 * h), a, b, h, k % (2 * h) < h),
    "count its steps from there": lambda k, a, b, h: falls_early(k % (2 * h), a, b, h, k % (2 * h) <= h),
    "Every second side rises": lambda k, a, b, h: b - (b - a) * (k % h) / h,
    "sine wave": lambda k, a, b, h: a + (b - a) * abs(math.sin(math.pi * k / (2 * h))),
    "low, step half_cycle the rate high": lambda k, a, b, h: a + (b - a) * abs(k % (2 * h) / h - 1),
    "not right yet": lambda k, a, b, h: a + (b - a) * rise(k - 1, h),
    "is not right": lambda k, a, b, h: a + (b - a) * rise(k, 5),
    "wrong sign": lambda k, a, b, h: -a - (b - a) * rise(k, h),
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
    ((1e-4, 44.4, 1.111), "three drops, or the factor"),
    ((1e-6, 44.4, 1.111), "dropped five times"),
    ((0, 44.4, 1.111), "only 4 in an epoch"),
    ((3e-5, 44.4, 1.111), "second_epoch = 3e-05 is too large"),
    ((1e-5, 1.11, 1.111), "count batches"),
    ((1e-5, 40, 1.111), "first ten epochs only"),
    ((1e-5, 44.0, 1.111), "the last ten epochs"),
    ((1e-5, 120, 1.111), "without any decay"),
    ((1e-5, 1.111, 1.111), "way of the wrong loop"),
    ((1e-5, 44.44, 1.111), "only three rates"),
    ((1e-5, 44.4, 120), "way_made = 120: that is without any decay"),
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


def by_bisection(lr, curvature, share):
    slow, fast = 1e-9, 10.0
    for _ in range(100):
        middle = (slow + fast) / 2
        slow, fast = (slow, middle) if math.exp(-curvature * lr / middle) > share else (middle, fast)
    return slow


@pytest.mark.parametrize("answer", [
    decay, lambda lr, h, s: np.array(decay(lr, h, s)), by_bisection,
    lambda lr, h, s: lr * h * math.log(math.e, 1 / s), lambda lr, h, s: 1 / (np.log(1 / s) / (lr * h)),
    lambda lr, h, s: lr * h / abs(np.log(s)), lambda lr, h, s: lr * h / (math.log10(1 / s) * math.log(10))])
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
    (lambda lr, h, s: lr * h / math.log2(1 / s), "natural logarithm"),
    (lambda lr, h, s: lr * h / 2 / math.log(1 / s), "that is half of it"),
    (lambda lr, h, s: lr * h / math.log(1 / s**2), "not of its square"),
    (lambda lr, h, s: -lr * h / math.log(1 - s), "not what is covered"),
    (lambda lr, h, s: -np.log1p(-lr * h / np.log(1 / s)), "summed the rates exactly"),
    (lambda lr, h, s: lr * h / math.log(100), "not right yet"),
    (lambda lr, h, s: round(lr * h / math.log(1 / s), 3), "not right yet"),
    (lambda lr, h, s: [lr * h / math.log(1 / s)], "return one number"),
    (lambda lr, h, s: None, "returned None"),
])
def test_wrong_decay_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_largest_decay(answer)


@pytest.mark.parametrize(("cases", "mistakes"), [
    (lecture16.WARM_CASES, lecture16.WARM_MISTAKES), (lecture16.TRIANGLE_CASES, lecture16.TRIANGLE_MISTAKES),
    (lecture16.DECAY_CASES, lecture16.DECAY_MISTAKES)], ids=["warm", "triangle", "decay"])
def test_no_two_mistakes_look_alike(cases, mistakes):
    """Each mistake of a bank gives its own results, so the first that fits is the only one."""
    found = [np.array([mistake.result(*case) for case in cases]) for mistake in mistakes]
    for i, one in enumerate(found):
        for j, other in enumerate(found[i + 1:], i + 1):
            assert not np.allclose(one, other), (i, j)
