"""Lecture 07: statistics of the test set that leak into the normalization, and what they do to its error.

Diabetes patients (lecture 03), ridge regression. In each split some patients train, some test, and all the
others are new: what a model is worth shows on those.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.normalization import Standardize
from course_lib.studies.normalization import transform_named
from course_lib.studies.scaling import diabetes
from course_lib.studies.shared import shared
from course_lib.validation import floats, integer, number

SMOOTHING = 0.1  # of ridge regression, relative to the features' variance of 1


class Errors(NamedTuple):
    """Root mean squared errors, one per split (splits,), on the test patients and on new ones."""

    test: np.ndarray
    new: np.ndarray


@shared
def leak_errors(name, train, test, splits=200):
    """Errors with the transform `name` fitted to the training patients, and to training and test patients.

    name : a version such as "scaled" or "PCA-whitened"; train, test : numbers of patients
    splits : how many random splits. Returns two Errors, "honest" and "leaking", in a dict; both see the
    same splits. A feature with one value for all patients that a transform is fitted to is left out there;
    with "scaled" the errors are then those with scikit-learn's StandardScaler, which divides it by 1.

    >>> errors = leak_errors("scaled", 200, 100, splits=3)
    >>> list(errors), errors["honest"].test.shape
    (['honest', 'leaking'], (3,))
    """
    transform_named(name)
    x, y, _ = diabetes()
    train, test = integer("train", train, 2), integer("test", test, 1)
    integer("test", test, 1, len(x) - train - 1)
    found = {"honest": [], "leaking": []}
    for split in range(integer("splits", splits, 1)):
        order = np.random.default_rng([7, split]).permutation(len(x))
        parts = order[:train], order[train:train + test], order[train + test:]
        for kind, used in (("honest", parts[0]), ("leaking", order[:train + test])):
            # About one dozen in 2,000 is of one sex: such a column tells nothing, and cannot be scaled.
            varied = np.compress(np.ptp(x[used], axis=0) > 0, x, axis=1)
            transform = transform_named(name)
            z = varied if transform is None else transform.fit(varied[used]).transform(varied)
            predict = ridge_line(z[parts[0]], y[parts[0]])
            found[kind].append([root_error(predict(z[part]), y[part]) for part in parts[1:]])
    return {kind: Errors(*np.array(values).T) for kind, values in found.items()}


def own_statistics(train, test):
    """Test errors of patients scaled by the training set's statistics and, wrongly, by their own.

    train, test : arrays of indices of patients. Returns the two errors.

    >>> x, _, _ = diabetes()
    >>> by_weight = np.argsort(x[:, 2], kind="stable")
    >>> [round(error) for error in own_statistics(by_weight[:330], by_weight[330:])]
    [60, 98]
    """
    x, y, _ = diabetes()
    train, test = _indices("train", train, len(x)), _indices("test", test, len(x))
    scaler = Standardize().fit(x[train])
    predict = ridge_line(scaler.transform(x[train]), y[train])
    own = Standardize().fit(x[test]).transform(x[test])
    return root_error(predict(scaler.transform(x[test])), y[test]), root_error(predict(own), y[test])


def ridge_line(x, y, smoothing=SMOOTHING):
    """The predictor of ridge regression with a bias: weights (XᵀX + n·smoothing)⁻¹ Xᵀ (y - mean of y).

    x : (n, features), y : (n, 1); X is x minus its mean. Returns a function x -> prediction (n, 1).

    >>> ridge_line([[0.0], [2.0]], [[1.0], [5.0]], smoothing=0.0)([[1.0], [3.0]])
    array([[3.],
           [7.]])
    """
    x = floats("x", x, (None, None))
    y = floats("y", y, (len(x), 1))
    number("smoothing", smoothing, 0)
    x_mean, y_mean = x.mean(axis=0), y.mean()
    centred = x - x_mean
    gram = centred.T @ centred + len(x) * smoothing * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (y - y_mean))
    return lambda new: (floats("x", new, (None, len(x_mean))) - x_mean) @ weights + y_mean


def root_error(prediction, y):
    """The root of the mean squared error.

    >>> root_error(np.array([[1.0], [1.0]]), np.array([[1.0], [3.0]])) ** 2
    2.0000000000000004
    """
    prediction = floats("prediction", prediction)
    return float(np.sqrt(np.mean((prediction - floats("y", y, prediction.shape)) ** 2)))


def _indices(name, values, n):
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind != "i" or not len(array) or array.min() < 0 or array.max() >= n:
        raise ValueError(f"{name} must be an array of indices from 0 to {n - 1}, got {values!r}")
    return array
