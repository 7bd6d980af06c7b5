"""Checks for the exercises of lecture 07, data normalization: here 2 to 4, and the way to the first."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.answers import as_array, attempt, expect_function, run
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right
from course_lib.exercises.comparing import numeric
from course_lib.exercises.lecture07_standardize import check_standardize, look, standardize
from course_lib.normalization import PCAWhitening, ZCAWhitening
from course_lib.studies.normalization import one_feature_kappa

__all__ = ["check_blind_spot", "check_prediction", "check_standardize", "check_zca"]


def zca(x):
    return ZCAWhitening().fit(x).transform(x)


def zca_cases():
    rng = np.random.default_rng(8)
    return [(rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 3,) for n, d in ((30, 2), (50, 3), (20, 4))]


def power(x, exponent, *, centre=True, about_mean=True, turn=True, back=True, count=None, small=0.0):
    """x in the axes of its covariance, each scaled by (variance ** exponent), and turned back.

    about_mean=False takes the covariance of x as it is. Its sums are divided by `count`, by default n.
    """
    c = x - x.mean(0)
    around = c if about_mean else x
    variances, axes = np.linalg.eigh(around.T @ around / (count or len(x)))
    z = (c if centre else x) @ (axes if turn else axes.T) * (variances + small) ** exponent
    return z if not back else z @ (axes.T if turn else axes)


def whitening_matrix(x):
    variances, axes = np.linalg.eigh(np.cov(x.T, bias=True))
    return axes / np.sqrt(variances) @ axes.T


ZCA_MISTAKES = [
    Mistake("the data are not centred: subtract the mean first", lambda x: power(x, -0.5, centre=False)),
    Mistake("you multiplied by the deviations along the axes: divide by them", lambda x: power(x, 0.5)),
    Mistake("you divided by the variances: divide by their roots, the deviations",
            lambda x: power(x, -1.0)),
    Mistake("your covariance divides by n - 1, as np.cov does: here it is over n, np.cov(x.T, bias=True)",
            lambda x: power(x, -0.5, count=len(x) - 1)),
    Mistake("your variances are sums over the rows: the covariance is their mean, so divide by n",
            lambda x: power(x, -0.5, count=1)),
    Mistake("the covariance is about the mean: take it of the centred data",
            lambda x: power(x, -0.5, about_mean=False)),
    Mistake("nothing is centred, neither the data nor their covariance: subtract the mean first",
            lambda x: power(x, -0.5, centre=False, about_mean=False)),
    Mistake("you added the mean again: whitened data stay centred",
            lambda x: power(x, -0.5) + x.mean(0)),
    Mistake("you divided the features by the deviations along the axes. Divide while the data are turned "
            "onto the axes, between the two turns",
            lambda x: (x - x.mean(0)) / np.sqrt(np.linalg.eigh(np.cov(x.T, bias=True))[0])),
    Mistake("you only turned the data onto their axes: divide by the deviations, then turn back",
            lambda x: power(x, 0.0, back=False)),
    Mistake("U and its transpose have changed places: np.linalg.eigh gives the axes as columns, so a row of "
            "data goes to the axes by x @ U and back by z @ U.T", lambda x: power(x, -0.5, turn=False)),
    Mistake("you scaled nothing: turned and turned back, the data are only centred", lambda x: power(x, 0.0)),
    Mistake("you scaled each feature by itself: that is standardizing, and the features stay correlated",
            lambda x: standardize(x, x)),
    *(Mistake("you added a small number to the variances, so the covariance is not quite the identity. No "
              "variance is 0 here: leave it out", lambda x, e=small: power(x, -0.5, small=e))
      for small in (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
]
ZCA_OTHERWISE = [  # white in another way, or of another shape
    Mistake("you scaled each feature before you whitened. That is white, but not ZCA: take the covariance of "
            "the centred data", lambda x: zca(standardize(x, x))),
    Mistake("that is the matrix that whitens: multiply the centred data by it", whitening_matrix),
    Mistake("rows and columns have changed places: return (n, features)", lambda x: zca(x).T),
]


def check_zca(function):
    """Exercise 2: zca(x) -> x whitened by the symmetric matrix."""
    cases = zca_cases()
    if callable(function):
        look(function, cases[0], ZCA_OTHERWISE)
        for case in cases:
            look_at_turn(function, case)
    check_function(function, reference=zca, cases=cases, outputs=("z",), mistakes=ZCA_MISTAKES,
                   tolerance=1e-7)
    right("the covariance is the identity, and each feature stays where it was.")


def look_at_turn(function, case):
    """White, and not ZCA: PCA whitening, whose axes have any order and sign, or another turn."""
    z, (x,) = as_array(attempt(function, case)), case
    if not numeric(z) or z.shape != x.shape or np.allclose(np.abs(z), np.abs(zca(x)), atol=1e-7):
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
        Mistake("that is smallest over largest: κ is at least 1", 1 / offset),
        Mistake("that is the offset itself: κ grows with its fourth power", 20.0),
        Mistake("that is m³: κ grows with the fourth power", 8000.0),
        Mistake("that is (1 + m)⁴. The eigenvalues have the sum 1 + m² + s² and the product s²", 21.0**4)])
    check_number("kappa_centred", kappa_centred, 1.0, tolerance=0.01, mistakes=[
        Mistake("κ is largest over smallest: at least 1. Both eigenvalues are 1 here", 0.0),
        Mistake("that is the sum of the eigenvalues, 1 and 1: take their ratio", 2.0),
        Mistake("centring removes the offset, so κ must change", offset)])
    check_number("kappa_small", kappa_small, small, mistakes=[
        Mistake("that is the sum of the eigenvalues: take their ratio", 1.01),
        Mistake("that is sum over product. The eigenvalues are 1 and s²: take their ratio", 101.0),
        Mistake("the eigenvalue is s², not s: square the deviation", 10.0),
        Mistake("κ is largest over smallest: the bias has 1, the feature 0.01", 0.01),
        Mistake("κ is largest over smallest: the bias has 1, the feature s² = 0.01", 0.1),
        Mistake("κ is not 1: the bias column still has length 1, the feature only 0.1", 1.0),
        Mistake("without an offset κ goes with the square of the deviation, not its fourth power", 10_000.0)])
    check_number("steps_factor", steps_factor, 0.5**4, tolerance=0.05, mistakes=[
        Mistake("that is the factor of the offset: κ, and so the steps, go with its fourth power", 0.5),
        Mistake("that is the square: κ, and so the steps, go with the fourth power of the offset", 0.25),
        Mistake("that is the third power: the steps go with κ, the fourth power of the offset", 0.125),
        *(Mistake("fewer steps, not more: the offset is halved", factor) for factor in (2.0, 4.0, 16.0)),
        Mistake("the steps go with κ, not with its square", 0.5**8)])
    right("an offset costs its fourth power, a unit its square.")


def check_blind_spot(function):
    """Exercise 4: blind_spot(x) -> other data that become the same when scaled by their own statistics."""
    expect_function(function)
    rng = np.random.default_rng(9)
    for n, d in ((12, 3), (30, 2)):
        x = rng.normal(size=(n, d)) * 2 + 1
        z, = run(function, (x,), ["x"], ("the result",), (x,))
        look_at_blindness(x, z.astype(x.dtype))
    right("an offset and a positive factor vanish: own statistics are blind to them.")


def look_at_blindness(x, z):
    """Raise WrongAnswer unless z differs from x, and does not when each is scaled by its own statistics."""
    if np.abs(z - x).max() < 0.5:
        raise WrongAnswer("the new data are (nearly) the old ones: change some value by 0.5 at least.")
    if (np.ptp(z, axis=0) <= 1e-14 * np.abs(z).max(axis=0)).any():
        raise WrongAnswer("a column of the new data is constant: its deviation is 0, and it cannot be "
                          "scaled.")
    own, theirs = standardize(x, x), standardize(z, z)
    for i, (old, new) in enumerate(zip(own.T, theirs.T, strict=True)):
        if np.allclose(new, old, atol=1e-5):
            continue
        if np.allclose(new, -old, atol=1e-5):
            raise WrongAnswer(f"column {i} becomes its mirror image: a negative factor turns the sign, a "
                              "positive one does not show.")
        if np.allclose(np.sort(new), np.sort(old), atol=1e-5):
            raise WrongAnswer(f"in column {i} the scaled values are the same, but in another order.")
        raise WrongAnswer("scaled by their own statistics, the new data differ from the old ones in column "
                          f"{i}, by up to {np.abs(new - old).max():.3g}. What do the mean and the deviation "
                          "remove?")
