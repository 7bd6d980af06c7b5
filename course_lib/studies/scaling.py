"""Lecture 03: linear regression on real data, with its features as they come and scaled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.functions import Function
from course_lib.validation import choice, floats

SCALINGS = ("as they come", "centred", "standardized")


class Modes(NamedTuple):
    """A quadratic loss in the coordinates of its eigenvectors, seen from the minimum.

    curvatures (n,), rising; start (n,), where all weights are 0; distance from the start to the minimum.
    """

    curvatures: np.ndarray
    start: np.ndarray
    distance: float


def diabetes():
    """442 patients: x (442, 10) in the units of the clinic, y (442, 1), names of the features.

    Efron, Hastie, Johnstone & Tibshirani (2004): age in years, sex as 1 or 2, body mass index, blood
    pressure, six blood values s1 … s6; y is how far the disease has gone on a year later. The data come
    with scikit-learn.
    """
    from sklearn.datasets import load_diabetes

    data = load_diabetes(scaled=False)
    return data.data, data.target[:, None], data.feature_names


def scale(x, how):
    """The features x (n, features) "as they come", "centred" (mean 0) or "standardized" (and deviation 1).

    >>> scale([[1.0, 10.0], [3.0, 30.0]], "standardized")
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    x = floats("x", x, (None, None))
    if choice("how", how, SCALINGS) == "as they come":
        return x
    x = x - x.mean(axis=0)
    if how == "centred":
        return x
    deviation = x.std(axis=0)
    if not deviation.all():
        raise ValueError(f"x must have no constant feature, got {int((deviation == 0).sum())} of deviation 0")
    return x / deviation


def least_squares_modes(x, y):
    """The Modes of the mean squared error of linear regression on x (n, features), y (n, 1).

    Its Hessian is 2 AᵀA/n, where A is x with a column of ones for the bias. The singular values of A give
    the eigenvalues more exactly than AᵀA does, whose condition number is the square.

    >>> least_squares_modes([[-1.0], [1.0]], [[2.0], [6.0]]).curvatures
    array([2., 2.])
    """
    x = floats("x", x, (None, None))
    y = floats("y", y, (len(x), 1))
    a = np.hstack([np.ones((len(x), 1)), x])
    _, singular, vectors = np.linalg.svd(a, full_matrices=False)
    if len(x) < a.shape[1] or singular[-1] <= 1e-12 * singular[0]:
        raise ValueError(f"x must have independent features, and more rows than those, got shape {x.shape}")
    weights = np.linalg.lstsq(a, y, rcond=None)[0][:, 0]
    order = np.argsort(singular)
    return Modes((2 * singular**2 / len(x))[order], (vectors @ -weights)[order],
                 float(np.linalg.norm(weights)))


def regression_loss(x, y):
    """The mean squared error of y (n, 1) = x w, x of shape (n, 2), minus its least value: a Function of w.

    Its `start` is w = 0; window and levels show the way from there to the minimum.

    >>> f = regression_loss([[1.0, 0.0], [0.0, 2.0]], [[1.0], [2.0]])
    >>> f.minimum, f(f.start)
    (array([1., 1.]), np.float64(2.5))
    >>> f.hessian(f.start)
    array([[1., 0.],
           [0., 4.]])
    """
    x = floats("x", x, (None, 2))
    y = floats("y", y, (len(x), 1))
    hessian = 2 * x.T @ x / len(x)
    if np.linalg.cond(hessian) > 1e12:
        raise ValueError(f"x must have independent features, got shape {x.shape}")
    least = np.linalg.lstsq(x, y, rcond=None)[0][:, 0]

    def gradient(w):
        return (w - least) @ hessian

    def value(w):
        return 0.5 * (gradient(w) * (w - least)).sum(axis=-1)

    reach = 1.3 * np.abs(least).max()
    return Function(
        "mean squared error", r"\frac{1}{n} \|Xw - y\|^2",
        (value, gradient, lambda w: np.broadcast_to(hessian, (*w.shape[:-1], 2, 2))),
        start=np.zeros(2), minima=(least,), window=tuple((m - reach, m + reach) for m in least),
        levels=float(value(np.zeros(2))) * np.array([0.003, 0.03, 0.1, 0.25, 0.5, 1, 1.7, 2.7, 4]))
