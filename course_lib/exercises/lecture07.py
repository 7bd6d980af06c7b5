"""Checks for the exercises of lecture 07, data normalization."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right, run
from course_lib.normalization import PCAWhitening, Standardize, ZCAWhitening
from course_lib.studies.normalization import one_feature_kappa


def standardize(train, new):
    return Standardize().fit(train).transform(new)


def standardize_cases():
    """Arguments (train, new): other features, other numbers of rows, one new row, float32."""
    rng = np.random.default_rng(7)
    draw = lambda n, d: rng.normal(size=(n, d)) * rng.uniform(0.5, 5, d) + rng.normal(size=d)  # noqa: E731
    train = draw(20, 3)
    single = draw(9, 2).astype(np.float32), draw(4, 2).astype(np.float32)
    return [(train, train[:5] + 1), (draw(7, 2), draw(11, 2)), single, (draw(6, 4), draw(1, 4))]


OWN = ("for a single new row you divide by zero: that is the new data's own deviation. The transform belongs "
       "to the training data: take mean and deviation from train")
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
ROWS = Mistake(
    "you took the statistics along the rows. Features are columns: give axis=0",
    lambda t, x: (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True))
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

STANDARDIZE_MISTAKES = [OWN_MEAN, TOGETHER, OVER_N_MINUS_1, VARIANCE, NOT_CENTRED, NOT_SCALED, DIVIDED_FIRST,
                        BRACKETS, TIMES, PLUS, ONE_FOR_ALL, ROWS, RANGE, RANGE_MEAN, FLIPPED]


def check_standardize(function):
    """Exercise 1: standardize(train, new) -> new with the training data's mean and deviation."""
    cases = standardize_cases()
    if callable(function):
        look_at_single_row(function, cases[-1])
        for wrong in (SWAPPED, TRAINING):  # of another shape than the right answer
            look_at_other_shape(function, cases[1], wrong)
    check_function(function, reference=standardize, cases=cases, outputs=("new",),
                   mistakes=STANDARDIZE_MISTAKES)
    right("new data are scaled by the training data's numbers, one row or many.")


def look_at_single_row(function, case):
    """One row has the deviation 0: say whose it is, before the general check finds NaN or infinite values."""
    with np.errstate(all="ignore"):
        result = attempt(function, case)
    if result is not None and result.shape == case[1].shape and not np.isfinite(result).any():
        raise WrongAnswer(f"{OWN}.")


def look_at_other_shape(function, case, wrong):
    result, typical = attempt(function, case), wrong.result(*case)
    if result is not None and result.shape == typical.shape and np.allclose(result, typical):
        raise WrongAnswer(f"{wrong.message}.")


def attempt(function, case):
    """What the function returns, as an array; None if it fails, which the general check then explains."""
    try:
        return np.asarray(function(*(a.copy() for a in case)), float)
    except Exception:
        return None


def zca(x):
    return ZCAWhitening().fit(x).transform(x)


def zca_cases():
    rng = np.random.default_rng(8)
    return [(rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 3,) for n, d in ((30, 2), (50, 3), (20, 4))]


def power(x, exponent, *, centre=True, back=True, turn=True, ddof=0):
    """x in the axes of its covariance, each scaled by (variance ** exponent), and turned back."""
    c = x - x.mean(0)
    variances, axes = np.linalg.eigh(c.T @ c / (len(x) - ddof))
    z = (c if centre else x) @ (axes if turn else axes.T) * variances**exponent
    return z if not back else z @ (axes.T if turn else axes)


ZCA_MISTAKES = [
    Mistake("the data are not centred: subtract the mean first", lambda x: power(x, -0.5, centre=False)),
    Mistake("you multiplied by the deviations along the axes: divide by them", lambda x: power(x, 0.5)),
    Mistake("you divided by the variances: divide by their roots, the deviations",
            lambda x: power(x, -1.0)),
    Mistake("your covariance divides by n - 1, as np.cov does: here it is over n, np.cov(x.T, bias=True)",
            lambda x: power(x, -0.5, ddof=1)),
    Mistake("U and its transpose have changed places: np.linalg.eigh gives the axes as columns, so a row of "
            "data goes to the axes by x @ U and back by z @ U.T", lambda x: power(x, -0.5, turn=False)),
    Mistake("you scaled nothing: turned and turned back, the data are only centred", lambda x: power(x, 0.0)),
    Mistake("you scaled each feature by itself: that is standardizing, and the features stay correlated",
            lambda x: standardize(x, x)),
]


def check_zca(function):
    """Exercise 2: zca(x) -> x whitened by the symmetric matrix."""
    cases = zca_cases()
    if callable(function):
        for case in cases:
            look_at_turn(function, case)
    check_function(function, reference=zca, cases=cases, outputs=("z",), mistakes=ZCA_MISTAKES,
                   tolerance=1e-7)
    right("the covariance is the identity, and each feature stays where it was.")


def look_at_turn(function, case):
    """White, and not ZCA: PCA whitening, whose axes have any order and sign, or another turn."""
    z, (x,) = attempt(function, case), case
    if z is None or z.shape != x.shape or np.allclose(np.abs(z), np.abs(zca(x)), atol=1e-7):
        return
    white = np.allclose(z.T @ z / len(x), np.eye(x.shape[1]), atol=1e-7)
    if white and np.allclose(z.mean(axis=0), 0, atol=1e-7):
        overlap = np.abs(z.T @ PCAWhitening().fit(x).transform(x) / len(x))
        if np.allclose(overlap, overlap.round(), atol=1e-6):
            raise WrongAnswer("that is PCA whitening: the covariance is the identity, but the data are "
                              "turned onto their axes. Turn them back: multiply by U.T.")
        raise WrongAnswer("the covariance is the identity, but the data are turned in a way that is "
                          "neither PCA nor ZCA: turn back by the transpose of what turned them.")


def check_prediction(kappa_offset, kappa_centred, kappa_small, steps_factor):
    """Exercise 3: κ with mean 20; centred; centred with deviation 0.1; how many times the steps."""
    offset, small = one_feature_kappa(20.0, 1.0), one_feature_kappa(0.0, 0.1)
    check_number("kappa_offset", kappa_offset, offset, tolerance=0.01, mistakes=[
        Mistake("that is the largest eigenvalue, or m². The smallest is about 1 / m²: take the ratio", 402.0),
        Mistake("that is the offset itself: κ grows with its fourth power", 20.0),
        Mistake("that is m³: κ grows with the fourth power", 8000.0),
        Mistake("that is (1 + m)⁴. The eigenvalues have the sum 1 + m² + s² and the product s²", 21.0**4)])
    check_number("kappa_centred", kappa_centred, 1.0, tolerance=0.01, mistakes=[
        Mistake("κ is largest over smallest: at least 1. Both eigenvalues are 1 here", 0.0),
        Mistake("that is the sum of the eigenvalues, 1 and 1: take their ratio", 2.0),
        Mistake("centring removes the offset, so κ must change", offset)])
    check_number("kappa_small", kappa_small, small, tolerance=0.01, mistakes=[
        Mistake("the eigenvalue is s², not s: square the deviation", 10.0),
        Mistake("κ is largest over smallest: the bias has 1, the feature 0.01", 0.01),
        Mistake("κ is largest over smallest: the bias has 1, the feature s² = 0.01", 0.1),
        Mistake("κ is not 1: the bias column still has length 1, the feature only 0.1", 1.0),
        Mistake("without an offset κ goes with the square of the deviation, not its fourth power", 10_000.0)])
    check_number("steps_factor", steps_factor, 0.5**4, tolerance=0.04, mistakes=[
        Mistake("that is the factor of the offset: κ, and so the steps, go with its fourth power", 0.5),
        Mistake("that is the square: κ, and so the steps, go with the fourth power of the offset", 0.25),
        Mistake("fewer steps, not more: the offset is halved", 16.0),
        Mistake("the steps go with κ, not with its root", 0.5**8)])
    right("an offset costs its fourth power, a unit its square.")


def check_blind_spot(function):
    """Exercise 4: blind_spot(x) -> other data that become the same when scaled by their own statistics."""
    rng = np.random.default_rng(9)
    for n, d in ((12, 3), (30, 2)):
        x = rng.normal(size=(n, d)) * 2 + 1
        z, = run(function, (x,), ["x"], ("the new data",), (x,))
        own = standardize(x, x)
        if np.abs(z - x).max() < 0.5:
            raise WrongAnswer("the new data are (nearly) the old ones: change some value by 0.5 at least.")
        if np.ptp(z, axis=0).min() < 1e-9:
            raise WrongAnswer("a column of the new data is constant: its deviation is 0, and it cannot be "
                              "scaled.")
        theirs = standardize(z, z)
        same = [np.allclose(theirs[:, i], own[:, i], atol=1e-7) for i in range(d)]
        if all(same):
            continue
        i = same.index(False)
        if np.allclose(theirs[:, i], -own[:, i], atol=1e-7):
            raise WrongAnswer(f"column {i} becomes its mirror image: a negative factor turns the sign, a "
                              "positive one does not show.")
        if np.allclose(np.sort(theirs[:, i]), np.sort(own[:, i]), atol=1e-7):
            raise WrongAnswer("the rows have another order: the scaled values are the same, at other places.")
        raise WrongAnswer("scaled by their own statistics, the new data differ from the old ones in column "
                          f"{i}, by up to {np.abs(theirs - own).max():.3g}. What do the mean and the "
                          "deviation remove?")
    right("an offset and a positive factor vanish: own statistics are blind to them.")
