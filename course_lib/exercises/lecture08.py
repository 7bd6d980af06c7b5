"""Checks for the exercises of lecture 08, batch normalization: here 1 and 2, and the way to the others."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right
from course_lib.exercises.lecture08_backward import check_batch_norm_backward, check_prediction
from course_lib.exercises.lecture08_mode import accuracies, check_breaking_batch, trained_network
from course_lib.exercises.lecture08_shapes import look_at_shapes

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


def _with_variance(variance):
    """A wrong forward pass: variance(x) is used in y and returned."""
    return lambda x, gamma, beta, eps: (gamma * (x - x.mean(axis=0)) / np.sqrt(variance(x) + eps) + beta,
                                        x.mean(axis=0), variance(x))


def _changed(change):
    """A wrong answer made from the right one: change(x, gamma, beta, eps, y, mean, var) -> (y, mean, var)."""
    return lambda x, gamma, beta, eps: change(x, gamma, beta, eps, *batch_norm(x, gamma, beta, eps))


FORWARD_MISTAKES = [
    Mistake("you divided the sum of squares by n - 1. Batch norm normalizes with the biased variance, "
            "divided by n", _with_variance(lambda x: x.var(axis=0, ddof=1))),
    Mistake("you returned the right variance, but normalized with the unbiased one, divided by n - 1: use "
            "the same for both", _normalized(lambda x, eps: np.sqrt(x.var(axis=0, ddof=1) + eps))),
    Mistake("your variance is a sum of squares: divide it by n",
            _with_variance(lambda x: x.var(axis=0) * len(x))),
    Mistake("your variance is the mean of x²: a variance is about the mean, so subtract it before you square",
            _with_variance(lambda x: np.mean(x**2, axis=0))),
    Mistake("you used the deviation for the variance, and so took the root twice: var is std squared",
            _with_variance(lambda x: x.std(axis=0))),
    Mistake("y is right, but you returned the unbiased variance, divided by n - 1: return that which you "
            "normalized with", _changed(lambda x, c, b, e, y, m, v: (y, m, x.var(axis=0, ddof=1)))),
    Mistake("eps is missing: a unit that never changes would divide by zero",
            _normalized(lambda x, eps: x.std(axis=0))),
    Mistake("eps stands outside the root. It is added to the variance, inside: sqrt(var + eps)",
            _normalized(lambda x, eps: x.std(axis=0) + eps)),
    Mistake("you added eps to the deviation, and returned the deviation: eps is added to the variance, "
            "inside the root, and the variance is returned",
            lambda x, gamma, beta, eps: (gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta,
                                         x.mean(axis=0), x.std(axis=0))),
    Mistake("you used an eps of your own, 1e-5: take the argument",
            _normalized(lambda x, eps: np.sqrt(x.var(axis=0) + 1e-5))),
    Mistake("you used an eps of your own, 1e-8: take the argument",
            _normalized(lambda x, eps: np.sqrt(x.var(axis=0) + 1e-8))),
    Mistake("you took the root twice: std is the deviation already, eps is added to the variance",
            _normalized(lambda x, eps: np.sqrt(x.std(axis=0) + eps))),
    Mistake("you divided by the variance: take its root", _normalized(lambda x, eps: x.var(axis=0) + eps)),
    Mistake("y is only centred: divide by sqrt(var + eps)", _normalized(lambda x, eps: 1.0)),
    Mistake("you multiplied by sqrt(var + eps): divide",
            _normalized(lambda x, eps: 1 / np.sqrt(x.var(axis=0) + eps))),
    Mistake("the sign is wrong: it is x - mean, not mean - x",
            _normalized(lambda x, eps: -np.sqrt(x.var(axis=0) + eps))),
    Mistake("y is gamma * x + beta, with x as it came: use the normalized x",
            _changed(lambda x, c, b, e, y, m, v: (c * x + b, m, v))),
    Mistake("brackets are missing: x - mean / sqrt(var + eps) divides only the mean",
            _changed(lambda x, c, b, e, y, m, v: (c * (x - m / np.sqrt(v + e)) + b, m, v))),
    Mistake("beta is divided by sqrt(var + eps) too: add it at the end",
            _changed(lambda x, c, b, e, y, m, v: ((c * (x - m) + b) / np.sqrt(v + e), m, v))),
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
    Mistake("y is right, but you returned sqrt(var + eps) in place of the variance",
            _changed(lambda x, c, b, e, y, m, v: (y, m, np.sqrt(v + e)))),
    Mistake("y is right, but you returned var + eps in place of the variance",
            _changed(lambda x, c, b, e, y, m, v: (y, m, v + e))),
    Mistake("y is right, but mean and variance have changed places",
            _changed(lambda x, c, b, e, y, m, v: (y, v, m))),
]


def check_batch_norm(function):
    """Exercise 1: batch_norm(x, gamma, beta, eps) -> (y, mean, var)."""
    look_at_shapes(function, batch_norm, (_batches()[0], _batches()[2]), ("y", "mean", "var"),
                   over_units=(1, lambda x, *_: x.mean(axis=1)))
    check_function(function, reference=batch_norm, cases=_batches(), outputs=("y", "mean", "var"),
                   mistakes=FORWARD_MISTAKES)
    right("each unit has its mean and its variance over the batch.")


def update_running(running_mean, running_var, x, momentum):
    new = x.mean(axis=0), x.var(axis=0, ddof=1)
    return tuple((1 - momentum) * old + momentum * n for old, n in zip((running_mean, running_var), new,
                                                                       strict=True))


def _running_cases():
    rng = np.random.default_rng(88)
    return [(rng.normal(size=units), rng.uniform(0.5, 2.0, units), rng.normal(1.0, 2.0, (n, units)), momentum)
            for n, units, momentum in ((5, 3, 0.1), (8, 2, 0.3), (3, 3, 0.2))]


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
    Mistake("the running mean is right, but n is the number of examples, x.shape[0], not that of units",
            _running(var=lambda x, old: x.var(axis=0) * x.shape[1] / (x.shape[1] - 1))),
    Mistake("the running mean is right, but running_var is unbiased already: only the batch's variance needs "
            "the factor n/(n - 1)", lambda mean, var, x, momentum: (
                update_running(mean, var, x, momentum)[0],
                ((1 - momentum) * var + momentum * x.var(axis=0)) * len(x) / (len(x) - 1))),
    Mistake("the running mean is right, but running_var was not updated", lambda mean, var, x, momentum: (
        update_running(mean, var, x, momentum)[0], var)),
    Mistake("each unit has its own mean and variance: give axis=0", _running(
        mean=lambda x, old: x.mean(), var=lambda x, old: x.var(ddof=1))),
    Mistake("momentum is an argument: you used 0.1 whatever it is", _running(share=lambda m: 0.1)),
    Mistake("you returned the batch's own statistics: the old averages are forgotten",
            _running(share=lambda m: 1.0)),
    Mistake("you returned the batch's own statistics: the old averages are forgotten, and the variance is "
            "the biased one", _running(var=lambda x, old: x.var(axis=0), share=lambda m: 1.0)),
    Mistake("the step goes the wrong way: the batch's statistics minus the old ones, not the reverse",
            _running(share=lambda m: -m)),
    Mistake("both have the weight momentum: give the old ones 1 - momentum",
            lambda mean, var, x, momentum: (momentum * (mean + x.mean(axis=0)),
                                            momentum * (var + x.var(axis=0, ddof=1)))),
    Mistake("nothing was updated", _running(share=lambda m: 0.0)),
    Mistake("the old averages are kept whole: give them the weight 1 - momentum",
            lambda mean, var, x, momentum: (mean + momentum * x.mean(axis=0),
                                            var + momentum * x.var(axis=0, ddof=1))),
    Mistake("the two results have changed places: return the mean first",
            lambda *case: update_running(*case)[::-1]),
]


def check_update_running(function):
    """Exercise 2: update_running(running_mean, running_var, x, momentum) -> (new mean, new var)."""
    cases = _running_cases()
    look_at_shapes(function, update_running, (cases[0], cases[2]), ("running_mean", "running_var"),
                   over_units=(0, lambda mean, var, x, momentum:
                               (1 - momentum) * mean + momentum * x.mean(axis=1)))
    check_function(function, reference=update_running, cases=cases,
                   outputs=("running_mean", "running_var"), mistakes=RUNNING_MISTAKES)
    right("these are PyTorch's buffers.")
