"""Checks for exercises 3 to 5 of lecture 08: the backward pass, predictions, a batch that breaks it."""

from __future__ import annotations

from functools import cache

import numpy as np

from course_lib.datasets import load_digits
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right
from course_lib.layers import BatchNorm
from course_lib.optimizers import SGD
from course_lib.studies.batch_normalization import deep_network
from course_lib.training import accuracy, fit


def batch_norm_backward(g, x_hat, std, gamma):
    centred = g - g.mean(axis=0) - x_hat * np.mean(g * x_hat, axis=0)
    return gamma / std * centred, np.sum(g * x_hat, axis=0), g.sum(axis=0)


def _backward_cases():
    """Arguments (g, x_hat, std, gamma), x_hat normalized with eps, as in a real layer."""
    rng, cases = np.random.default_rng(888), []
    for n, units, eps in ((6, 3, 0.1), (9, 4, 0.5)):
        x, g = rng.normal(0.3, 1.5, (2, n, units))
        std = np.sqrt(x.var(axis=0) + eps)
        cases.append((g, (x - x.mean(axis=0)) / std, std, rng.normal(size=units)))
    return cases


def _grad(formula):
    """A wrong gradient of the input: formula(g, x_hat, std, gamma); those of gamma and beta are right."""
    return lambda g, x_hat, std, gamma: (formula(g, x_hat, std, gamma), np.sum(g * x_hat, axis=0),
                                         g.sum(axis=0))


def _others(formula):
    """Wrong gradients of gamma and beta: formula(g, x_hat); that of the input is right."""
    return lambda g, x_hat, std, gamma: (batch_norm_backward(g, x_hat, std, gamma)[0], *formula(g, x_hat))


def _mean(a):
    return a.mean(axis=0)


BACKWARD_MISTAKES = [
    Mistake("you held the mean and the variance constant. They depend on every x of the batch: take the mean "
            "of g out, and its part along x_hat", _grad(lambda g, h, s, c: c / s * g)),
    Mistake("the part along x_hat is missing: you held the variance constant",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g)))),
    Mistake("the mean of g is missing: you held the batch's mean constant",
            _grad(lambda g, h, s, c: c / s * (g - h * _mean(g * h)))),
    Mistake("gamma is missing in the gradient of x",
            _grad(lambda g, h, s, c: (g - _mean(g) - h * _mean(g * h)) / s)),
    Mistake("you multiplied by std: the forward pass divides by it, and so does the backward pass",
            _grad(lambda g, h, s, c: c * s * (g - _mean(g) - h * _mean(g * h)))),
    Mistake("the division by std is missing",
            _grad(lambda g, h, s, c: c * (g - _mean(g) - h * _mean(g * h)))),
    Mistake("std is already sqrt(var + eps): do not take its root", _grad(
        lambda g, h, s, c: c / np.sqrt(s) * (g - _mean(g) - h * _mean(g * h)))),
    Mistake("you subtracted sums where means belong: divide both by n",
            _grad(lambda g, h, s, c: c / s * (g - g.sum(axis=0) - h * np.sum(g * h, axis=0)))),
    Mistake("the sign of the part along x_hat is wrong: it is subtracted",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) + h * _mean(g * h)))),
    Mistake("the last part must be multiplied by x_hat again: it points along x_hat",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) - _mean(g * h)))),
    Mistake("the gradient of x is right. Those of gamma and beta have changed places",
            _others(lambda g, h: (g.sum(axis=0), np.sum(g * h, axis=0)))),
    Mistake("the gradient of x is right. Those of gamma and beta are sums over the batch, not means: g "
            "already holds the 1/n of a mean loss", _others(lambda g, h: (_mean(g * h), _mean(g)))),
    Mistake("the gradient of gamma is the sum of g * x_hat: y = gamma * x_hat + beta",
            _others(lambda g, h: (g.sum(axis=0), g.sum(axis=0)))),
]


def check_batch_norm_backward(function):
    """Exercise 3: batch_norm_backward(g, x_hat, std, gamma) -> gradients of (x, gamma, beta)."""
    check_function(function, reference=batch_norm_backward, cases=_backward_cases(),
                   outputs=("the gradient of x", "that of gamma", "that of beta"), mistakes=BACKWARD_MISTAKES)
    right("this is the compact form, as the library runs it.")


def check_prediction(running_pytorch, running_keras, gradient_factor, rate_factor):
    """Exercise 4: the running mean after ten steps in both frameworks; weights four times larger."""
    check_number("running_pytorch", running_pytorch, 5 * (1 - 0.9**10), mistakes=[
        Mistake("that is what is missing, 5 * 0.9**10. The start was 0", 5 * 0.9**10),
        Mistake("that is after one step", 0.5),
        Mistake("that is after nine steps", 5 * (1 - 0.9**9)),
        Mistake("the average has not arrived yet: its start, 0, still has the weight 0.9**10", 5.0),
        Mistake("ten steps of 0.1 are not the whole way: each goes a tenth of what is *left*", 5.5),
        Mistake("that is Keras' default", 5 * (1 - 0.99**10))])
    check_number("running_keras", running_keras, 5 * (1 - 0.99**10), mistakes=[
        Mistake("that is PyTorch's default. Keras' momentum of 0.99 is the weight of the old value",
                5 * (1 - 0.9**10)),
        Mistake("you gave 0.99 to the new value. In Keras it is the weight of the old one", 5.0),
        Mistake("that is what is missing, 5 * 0.99**10", 5 * 0.99**10),
        Mistake("ten steps of 0.01 are nearly that, but each goes a hundredth of what is *left*", 0.5),
        Mistake("that is after one step", 0.05)])
    check_number("gradient_factor", gradient_factor, 0.25, mistakes=[
        Mistake("the output does not change, but the gradient does: the same step turns longer weights less",
                1.0),
        Mistake("it is the other way round: a step of the same length turns longer weights less", 4.0),
        Mistake("that is the factor of the turn per step, gradient over length. The question is the "
                "gradient's", 1 / 16)])
    check_number("rate_factor", rate_factor, 16.0, mistakes=[
        Mistake("that makes up for the smaller gradient alone. The weights are also four times longer, so "
                "the step must be too", 4.0),
        Mistake("the gradient is four times smaller and the weights four times longer: the same rate turns "
                "them less", 1.0),
        Mistake("it is the other way round: the rate must grow", 1 / 16),
        Mistake("it is the other way round: the rate must grow", 0.25)])
    right("only lr / norm² of the weights counts.")


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


def _indices(function, labels):
    """What the student's function returns, if it is 20 to 30 different places in `labels`."""
    if not callable(function):
        raise WrongAnswer(f"pass the function itself to the check, got {type(function).__name__}.")
    try:
        index = function(labels.copy())
    except NotImplementedError:  # the exercise's own placeholder says what to do
        raise
    except Exception as error:
        raise WrongAnswer(f"called with (labels), your function stopped with {type(error).__name__}: "
                          f"{error}.") from error
    if index is None:
        raise WrongAnswer("your function returned None: does it end with a return statement?")
    index = np.asarray(index)
    if index.dtype == bool:
        raise WrongAnswer("you returned a mask of True and False: np.flatnonzero(mask) gives the indices.")
    if index.ndim != 1 or index.dtype.kind not in "iu":
        raise WrongAnswer(f"return a list of whole numbers, got shape {index.shape} of dtype {index.dtype}.")
    if not 20 <= len(index) <= 30:
        raise WrongAnswer(f"return 20 to 30 indices, got {len(index)}.")
    if index.min() < 0 or index.max() >= len(labels):
        raise WrongAnswer(f"indices must lie from 0 to {len(labels) - 1}, yours from {index.min()} to "
                          f"{index.max()}.")
    if len(np.unique(index)) < len(index):
        raise WrongAnswer("some indices occur twice: take different images.")
    return index
