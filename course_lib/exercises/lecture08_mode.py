"""The check for exercise 5 of lecture 08: a batch that breaks training mode."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from course_lib.datasets import load_digits
from course_lib.exercises.answers import WrongAnswer, expect_function
from course_lib.exercises.base import right
from course_lib.layers import BatchNorm
from course_lib.optimizers import SGD
from course_lib.studies.batch_normalization import deep_network
from course_lib.training import accuracy, fit


@cache
def trained_network():
    """Three sigmoid layers with batch norm, ten epochs on the digits: what exercise 5 breaks."""
    net = deep_network(3, "sigmoid", BatchNorm, seed=8)
    fit(net, SGD(lr=0.5), *load_digits().train, epochs=10, batch_size=60, rng=np.random.default_rng(8),
        progress=False)
    return net


def accuracies(index):
    """Accuracy on these test images in evaluation mode, and in training mode as one batch."""
    net, (x, y) = trained_network().copy(), load_digits().test
    return tuple(accuracy(net.forward(x[index], train=train), y[index]) for train in (False, True))


def check_breaking_batch(function):
    """Exercise 5: breaking_batch(labels) -> the indices of 20 to 30 different test images."""
    evaluated, trained = accuracies(_indices(function, load_digits().test.y))
    if evaluated < 0.8:
        raise WrongAnswer(f"in evaluation mode, too, only {evaluated:.0%} are right: choose images that the "
                          "network knows, so that the mode alone makes the difference.")
    if trained >= 0.5:
        raise WrongAnswer(
            f"in training mode {trained:.0%} are right, and it should be less than half. A batch with "
            "something of everything has the mean and the variance of the training set. What if all images "
            "were of one kind?")
    right(f"{evaluated:.0%} are right in evaluation mode and {trained:.0%} in training mode, with the same "
          "weights.")


def _returned(function, labels):
    """What the student's function returns, as an array."""
    expect_function(function)
    try:
        index = function(labels.copy())
        if isinstance(index, Iterable) and not isinstance(index, np.ndarray):  # a set, a generator
            index = list(index)
    except NotImplementedError:  # the exercise's own placeholder says what to do
        raise
    except Exception as error:
        raise WrongAnswer(f"called with (labels), your function stopped with {type(error).__name__}: "
                          f"{error}.") from error
    if index is None:
        raise WrongAnswer("your function returned None: does it end with a return statement?")
    try:
        return np.asarray(index)
    except ValueError:  # lists of different length, one in the other
        raise WrongAnswer("return one list of whole numbers, with no lists in it.") from None


def _indices(function, labels):
    """What the student's function returns, if it is 20 to 30 different places in `labels`."""
    index = _returned(function, labels)
    if index.dtype == bool:
        raise WrongAnswer("you returned a mask of True and False: np.flatnonzero(mask) gives the indices.")
    if index.ndim == 2 and 1 in index.shape and index.dtype.kind in "iu":
        raise WrongAnswer(f"the indices are in an array of shape {index.shape}, as of np.where(…) or "
                          "np.argwhere(…): np.flatnonzero(…) gives them in a row.")
    if index.size and (index.ndim != 1 or index.dtype.kind not in "iu"):
        raise WrongAnswer(f"return a list of whole numbers, got shape {index.shape} of dtype {index.dtype}.")
    if not 20 <= index.size <= 30:
        raise WrongAnswer(f"return 20 to 30 indices, got {index.size}.")
    if index.min() < 0 or index.max() >= len(labels):
        raise WrongAnswer(f"indices must lie from 0 to {len(labels) - 1}, yours from {index.min()} to "
                          f"{index.max()}.")
    if len(np.unique(index)) < len(index):
        raise WrongAnswer("some indices occur twice: " + (
            "take different images." if index.max() > 9 else
            "are these labels? Return the places of the images in `labels`."))
    return index
