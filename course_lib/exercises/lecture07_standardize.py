"""The check for exercise 1 of lecture 07: scale new data by the training data's numbers."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.answers import as_array, attempt
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, right
from course_lib.exercises.comparing import numeric
from course_lib.normalization import Standardize


def standardize(train, new):
    return Standardize().fit(train).transform(new)


def standardize_cases():
    """Arguments (train, new): other features, other numbers of rows, one new row, float32."""
    rng = np.random.default_rng(7)
    draw = lambda n, d: rng.normal(size=(n, d)) * rng.uniform(0.5, 5, d) + rng.normal(size=d)  # noqa: E731
    train = draw(20, 3)
    single = draw(9, 2).astype(np.float32), draw(4, 2).astype(np.float32)
    return [(train, train[:5] + 1), (draw(7, 2), draw(11, 2)), single, (draw(6, 4), draw(1, 4))]


OWN_SPREAD = [Mistake(
    "you divided by the new data's own spread, which is 0 for a single new row. The transform belongs to the "
    "training data: take mean and deviation from train", result) for result in (
        lambda t, x: (x - x.mean(0)) / x.std(0),
        lambda t, x: (x - t.mean(0)) / x.std(0),
        lambda t, x: (x - x.mean(0)) / x.std(0, ddof=1),
        lambda t, x: (x - x.min(0)) / np.ptp(x, axis=0))]
OWN_MEAN = Mistake(
    "the mean is that of the new data: use the training data's",
    lambda t, x: (x - x.mean(0)) / t.std(0))
TOGETHER = Mistake(
    "you took the statistics of both sets together: that is the leak. New data must not influence them",
    lambda t, x: (x - np.vstack([t, x]).mean(0)) / np.vstack([t, x]).std(0))
OVER_N_MINUS_1 = Mistake(
    "your deviation divides by n - 1, as torch.std and ddof=1 do. Here the variance is the mean of the "
    "squares, over n",
    lambda t, x: (x - t.mean(0)) / t.std(0, ddof=1))
ROOT_TWICE = Mistake("you took the root twice: std is already the deviation",
                     lambda t, x: (x - t.mean(0)) / np.sqrt(t.std(0)))
NOT_ABOUT_MEAN = Mistake(
    "your mean square is that of the values themselves. A deviation is about the mean: subtract it from "
    "train before you square",
    lambda t, x: (x - t.mean(0)) / np.sqrt((t**2).mean(0)))
SUM = Mistake(
    "you divided by the root of the sum of squares, which grows with the number of rows: take their mean, "
    "over n",
    lambda t, x: (x - t.mean(0)) / np.sqrt(((t - t.mean(0)) ** 2).sum(0)))
VARIANCE = Mistake(
    "you divided by the variance: take its root, the deviation, so that the result has no unit",
    lambda t, x: (x - t.mean(0)) / t.var(0))
NOT_CENTRED = Mistake("the mean is not subtracted: subtract first, then divide", lambda t, x: x / t.std(0))
NOT_SCALED = Mistake("that only centres: divide by the deviation too", lambda t, x: x - t.mean(0))
DIVIDED_FIRST = Mistake(
    "you divided before you subtracted, so the mean subtracted has the wrong unit: use brackets, "
    "(new - mean) / deviation",
    lambda t, x: x / t.std(0) - t.mean(0))
BRACKETS = Mistake(
    "brackets are missing: new - mean / deviation divides only the mean",
    lambda t, x: x - t.mean(0) / t.std(0))
TIMES = Mistake("you multiplied by the deviation: divide", lambda t, x: (x - t.mean(0)) * t.std(0))
PLUS = Mistake("the mean is added: subtract it", lambda t, x: (x + t.mean(0)) / t.std(0))
ONE_FOR_ALL = Mistake(
    "you used one mean and one deviation for all features: each column has its own, so give axis=0",
    lambda t, x: (x - t.mean()) / t.std())
ONE_DEVIATION = Mistake("you divided all features by one deviation: each column has its own, so give axis=0",
                        lambda t, x: (x - t.mean(0)) / t.std())
ROWS = Mistake(
    "you took the statistics along the rows. Features are columns: give axis=0",
    lambda t, x: (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True))
TRAINING_ROWS = Mistake(ROWS.message, lambda t, x: (x - t.mean(1)) / t.std(1))
TRAINING_ROWS_KEPT = Mistake(
    ROWS.message, lambda t, x: (x - t.mean(1, keepdims=True)) / t.std(1, keepdims=True))
RANGE = Mistake(
    "that scales by the range, from 0 to 1. Use mean and deviation",
    lambda t, x: (x - t.min(0)) / (t.max(0) - t.min(0)))
RANGE_MEAN = Mistake(
    "you divided by the range: divide by the deviation",
    lambda t, x: (x - t.mean(0)) / (t.max(0) - t.min(0)))
SWAPPED = Mistake(
    "train and new have changed places: you returned the training data scaled by the new data's numbers",
    lambda t, x: (t - x.mean(0)) / x.std(0))
TRAINING = Mistake("you returned the training data: transform new", lambda t, x: (t - t.mean(0)) / t.std(0))
FLIPPED = Mistake("the sign is wrong: it is new - mean, not mean - new",
                  lambda t, x: (t.mean(0) - x) / t.std(0))

PADDED = [Mistake(
    "you added a small number to the deviation or the variance, which changes every result a little. No "
    "column is constant: leave it out", result) for small in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7) for result in (
        lambda t, x, e=small: (x - t.mean(0)) / (t.std(0) + e),
        lambda t, x, e=small: (x - t.mean(0)) / np.sqrt(t.var(0) + e))]

STANDARDIZE_MISTAKES = [
    OWN_MEAN, TOGETHER, OVER_N_MINUS_1, ROOT_TWICE, NOT_ABOUT_MEAN, SUM, VARIANCE, NOT_CENTRED, NOT_SCALED,
    DIVIDED_FIRST, BRACKETS, TIMES, PLUS, ONE_FOR_ALL, ONE_DEVIATION, ROWS, RANGE, RANGE_MEAN, FLIPPED,
    *PADDED]


def check_standardize(function):
    """Exercise 1: standardize(train, new) -> new with the training data's mean and deviation.

    The tolerance lets an answer pass that adds 1e-8 to the deviation, as many do against a division by zero.
    """
    cases = standardize_cases()
    square = cases[0][0][:3], cases[0][1][:3]  # as many rows as columns: a wrong axis does not stop the code
    if callable(function):
        look(function, cases[1], [*OWN_SPREAD, SWAPPED, TRAINING])
        look(function, square, [TRAINING_ROWS, TRAINING_ROWS_KEPT])
    check_function(function, reference=standardize, cases=cases, outputs=("new",),
                   mistakes=STANDARDIZE_MISTAKES, tolerance=1e-7)
    right("new data are scaled by the training data's numbers, one row or many.")


def look(function, case, mistakes):
    """Raise the one of `mistakes` that the function's result for this case is.

    For mistakes that the general check cannot see: their results have another shape than the right one, or
    are NaN for some other case, or the code stops there.
    """
    result = as_array(attempt(function, case))
    for mistake in mistakes:
        typical = mistake.result(*case)
        if numeric(result) and result.shape == typical.shape and np.allclose(result, typical):
            raise WrongAnswer(f"{mistake.message}.")
