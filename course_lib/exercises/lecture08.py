"""Checks for the exercises of lecture 08, batch normalization: here 1 and 2, and the way to the others."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, right
from course_lib.exercises.lecture08_backward import (
    accuracies,
    check_batch_norm_backward,
    check_breaking_batch,
    check_prediction,
    trained_network,
)

__all__ = ["accuracies", "check_batch_norm", "check_batch_norm_backward", "check_breaking_batch",
           "check_prediction", "check_update_running", "trained_network"]


def batch_norm(x, gamma, beta, eps):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var


def _batches():
    """Arguments (x, gamma, beta, eps); eps is large, so that its place shows."""
    rng = np.random.default_rng(8)
    cases = []
    for n, units, eps in ((6, 3, 0.1), (9, 4, 0.5), (2, 2, 0.01)):
        gamma, beta = rng.normal(size=(2, units))
        cases.append((rng.normal(2.0, 1.5, (n, units)), gamma, beta, eps))
    return cases


def _normalized(scale):
    """A wrong forward pass: scale(x, eps) is what x - mean is divided by."""
    return lambda x, gamma, beta, eps: (gamma * (x - x.mean(axis=0)) / scale(x, eps) + beta, x.mean(axis=0),
                                        x.var(axis=0))


def _unbiased(x, gamma, beta, eps):
    var = x.var(axis=0, ddof=1)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + eps) + beta, x.mean(axis=0), var


def _changed(change):
    """A wrong answer made from the right one: change(x, gamma, beta, eps, y, mean, var) -> (y, mean, var)."""
    return lambda x, gamma, beta, eps: change(x, gamma, beta, eps, *batch_norm(x, gamma, beta, eps))


FORWARD_MISTAKES = [
    Mistake("you divided the sum of squares by n - 1. Batch norm normalizes with the biased variance, "
            "divided by n", _unbiased),
    Mistake("y is right, but you returned the unbiased variance, divided by n - 1: return that which you "
            "normalized with", _changed(lambda x, c, b, e, y, m, v: (y, m, x.var(axis=0, ddof=1)))),
    Mistake("eps is missing: a unit that never changes would divide by zero",
            _normalized(lambda x, eps: x.std(axis=0))),
    Mistake("eps stands outside the root. It is added to the variance, inside: sqrt(var + eps)",
            _normalized(lambda x, eps: x.std(axis=0) + eps)),
    Mistake("you divided by the variance: take its root", _normalized(lambda x, eps: x.var(axis=0) + eps)),
    Mistake("y is only centred: divide by sqrt(var + eps)", _normalized(lambda x, eps: 1.0)),
    Mistake("the mean is not subtracted", lambda x, gamma, beta, eps: (
        gamma * x / np.sqrt(x.var(axis=0) + eps) + beta, x.mean(axis=0), x.var(axis=0))),
    Mistake("gamma and beta have changed places: gamma multiplies, beta is added",
            lambda x, gamma, beta, eps: batch_norm(x, beta, gamma, eps)),
    Mistake("gamma and beta are not used", lambda x, gamma, beta, eps: batch_norm(x, 1.0, 0.0, eps)),
    Mistake("beta is not added", lambda x, gamma, beta, eps: batch_norm(x, gamma, 0.0, eps)),
    Mistake("gamma is not used", lambda x, gamma, beta, eps: batch_norm(x, 1.0, beta, eps)),
    Mistake("beta is multiplied by gamma too: y = gamma * x_hat + beta",
            lambda x, gamma, beta, eps: batch_norm(x, gamma, gamma * beta, eps)),
    Mistake("y is right, but you returned the deviation in place of the variance",
            _changed(lambda x, c, b, e, y, m, v: (y, m, np.sqrt(v)))),
    Mistake("y is right, but you returned var + eps in place of the variance",
            _changed(lambda x, c, b, e, y, m, v: (y, m, v + e))),
    Mistake("y is right, but mean and variance have changed places",
            _changed(lambda x, c, b, e, y, m, v: (y, v, m))),
]


def check_batch_norm(function):
    """Exercise 1: batch_norm(x, gamma, beta, eps) -> (y, mean, var)."""
    _check_axis(function, _batches()[0])
    check_function(function, reference=batch_norm, cases=_batches(), outputs=("y", "mean", "var"),
                   mistakes=FORWARD_MISTAKES)
    right("each unit has its mean and its variance over the batch.")


def _check_axis(function, case):
    """Say what is wrong with a mean over the wrong axis, before its shape is called wrong."""
    if not callable(function):
        return
    try:
        mean = np.asarray(function(*case)[1])
    except Exception:  # the check after this one says what happened
        return
    n, units = case[0].shape
    if mean.shape in ((n,), (n, 1)):
        raise WrongAnswer("you took the mean over the units of each example (axis=1): that is layer norm. "
                          "Batch norm takes it over the examples of the batch, axis=0, for each unit.")
    if mean.shape in ((), (1,), (1, 1)):
        raise WrongAnswer("you took one mean over the whole array. Each unit has its own: axis=0.")
    if mean.shape == (1, units):
        raise WrongAnswer(f"mean has shape (1, {units}), expected ({units},): leave out keepdims.")


def update_running(running_mean, running_var, x, momentum):
    new = x.mean(axis=0), x.var(axis=0, ddof=1)
    return tuple((1 - momentum) * old + momentum * n for old, n in zip((running_mean, running_var), new,
                                                                       strict=True))


def _running_cases():
    rng = np.random.default_rng(88)
    return [(rng.normal(size=units), rng.uniform(0.5, 2.0, units), rng.normal(1.0, 2.0, (n, units)), momentum)
            for n, units, momentum in ((5, 3, 0.1), (8, 2, 0.3))]


def _running(mean=lambda x, old: x.mean(axis=0), var=lambda x, old: x.var(axis=0, ddof=1), share=lambda m: m):
    """A wrong update: other batch statistics, or another share of the new value."""
    return lambda running_mean, running_var, x, momentum: (
        (1 - share(momentum)) * running_mean + share(momentum) * mean(x, running_mean),
        (1 - share(momentum)) * running_var + share(momentum) * var(x, running_mean))


RUNNING_MISTAKES = [
    Mistake("momentum is the weight of the new value here, as in PyTorch; you gave it to the old one, as "
            "Keras does", _running(share=lambda m: 1 - m)),
    Mistake("that is Keras' rule altogether: momentum on the old value, and the biased variance",
            _running(var=lambda x, old: x.var(axis=0), share=lambda m: 1 - m)),
    Mistake("the running mean is right, but PyTorch keeps the unbiased variance: divide by n - 1",
            _running(var=lambda x, old: x.var(axis=0))),
    Mistake("the running mean is right, but you averaged deviations: running_var holds variances",
            _running(var=lambda x, old: x.std(axis=0, ddof=1))),
    Mistake("the running mean is right, but you multiplied the variance by (n - 1)/n: the unbiased one is "
            "n/(n - 1) times the biased", _running(var=lambda x, old: x.var(axis=0) * (len(x) - 1) / len(x))),
    Mistake("the running mean is right, but the variance is that around the batch's own mean, not around the "
            "running one", _running(var=lambda x, old: np.sum((x - old) ** 2, axis=0) / (len(x) - 1))),
    Mistake("you returned the batch's own statistics: the old averages are forgotten",
            _running(share=lambda m: 1.0)),
    Mistake("nothing was updated", _running(share=lambda m: 0.0)),
    Mistake("the old averages are kept whole: give them the weight 1 - momentum",
            lambda mean, var, x, momentum: (mean + momentum * x.mean(axis=0),
                                            var + momentum * x.var(axis=0, ddof=1))),
    Mistake("the two results have changed places: return the mean first",
            lambda *case: update_running(*case)[::-1]),
]


def check_update_running(function):
    """Exercise 2: update_running(running_mean, running_var, x, momentum) -> (new mean, new var)."""
    check_function(function, reference=update_running, cases=_running_cases(),
                   outputs=("running_mean", "running_var"), mistakes=RUNNING_MISTAKES)
    right("these are PyTorch's buffers.")
