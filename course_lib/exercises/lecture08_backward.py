"""Checks for exercises 3 and 4 of lecture 08: the backward pass of batch normalization, and predictions."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.exercises.lecture08_shapes import look_at_shapes


def batch_norm_backward(g, x_hat, std, gamma):
    centred = g - g.mean(axis=0) - x_hat * np.mean(g * x_hat, axis=0)
    return gamma / std * centred, np.sum(g * x_hat, axis=0), g.sum(axis=0)


def _backward_cases():
    """Arguments (g, x_hat, std, gamma), x_hat normalized with eps, as in a real layer."""
    rng, cases = np.random.default_rng(888), []
    for n, units, eps in ((6, 3, 0.1), (9, 4, 0.5), (4, 4, 0.2)):
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
    Mistake("the part along x_hat is half of what it should be: is the 2 of a square's derivative missing?",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) - h * _mean(g * h) / 2))),
    Mistake("the part along x_hat is twice what it should be: is the 1/2 of a root's derivative missing?",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) - 2 * h * _mean(g * h)))),
    Mistake("std is the root already: (var + eps) ** -1.5 is std ** -3, not std ** -1.5",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g)) - c * np.sqrt(s) * h * _mean(g * h))),
    Mistake("you divided the part along x_hat by the sum of x_hat ** 2. With eps that is a little less than "
            "n: divide by n", _grad(lambda g, h, s, c: c / s * (
                g - _mean(g) - h * np.sum(g * h, axis=0) / np.sum(h * h, axis=0)))),
    Mistake("you took one mean over the whole array. Each unit has its own: axis=0",
            _grad(lambda g, h, s, c: c / s * (g - np.mean(g) - h * np.mean(g * h)))),
    Mistake("the means in the gradient of x are over the units of each example, as in layer norm: take them "
            "over the batch, axis=0", _grad(lambda g, h, s, c: c / s * (
                g - g.mean(axis=1, keepdims=True) - h * np.mean(g * h, axis=1, keepdims=True)))),
    Mistake("you divided by the number of units: n is the number of examples, len(g)",
            _grad(lambda g, h, s, c: c / s * (g - (g.sum(axis=0) + h * np.sum(g * h, axis=0)) / g.shape[1]))),
    Mistake("you divided by n - 1: the forward pass takes mean and variance over n",
            _grad(lambda g, h, s, c: c / s * (
                g - (g.sum(axis=0) + h * np.sum(g * h, axis=0)) / (len(g) - 1)))),
    Mistake("brackets are missing: gamma / std multiplies all three parts",
            _grad(lambda g, h, s, c: c / s * g - _mean(g) - h * _mean(g * h))),
    Mistake("gamma multiplies all three parts, not g alone",
            _grad(lambda g, h, s, c: (c * g - _mean(g) - h * _mean(g * h)) / s)),
    Mistake("gamma is in the gradient of x twice",
            _grad(lambda g, h, s, c: c**2 / s * (g - _mean(g) - h * _mean(g * h)))),
    Mistake("you divided by the square of std: divide by std",
            _grad(lambda g, h, s, c: c / s**2 * (g - _mean(g) - h * _mean(g * h)))),
    Mistake("the gradient of x is n times too large: in the form n * g - sum - …, all of it is divided by n",
            _grad(lambda g, h, s, c: len(g) * c / s * (g - _mean(g) - h * _mean(g * h)))),
    Mistake("the gradient of x is n times too small: g already holds the 1/n of a mean loss",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) - h * _mean(g * h)) / len(g))),
    Mistake("all three are divided by n: g already holds the 1/n of a mean loss",
            lambda *case: tuple(grad / len(case[0]) for grad in batch_norm_backward(*case))),
    Mistake("the sign of the part along x_hat is wrong: it is subtracted",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) + h * _mean(g * h)))),
    Mistake("the sign of the mean of g is wrong: it is subtracted",
            _grad(lambda g, h, s, c: c / s * (g + _mean(g) - h * _mean(g * h)))),
    Mistake("the mean of g and the part along x_hat are both subtracted, not added",
            _grad(lambda g, h, s, c: c / s * (g + _mean(g) + h * _mean(g * h)))),
    Mistake("the last part must be multiplied by x_hat again: it points along x_hat",
            _grad(lambda g, h, s, c: c / s * (g - _mean(g) - _mean(g * h)))),
    Mistake("the gradient of x is right. Those of gamma and beta have changed places",
            _others(lambda g, h: (g.sum(axis=0), np.sum(g * h, axis=0)))),
    Mistake("the gradient of x is right. Those of gamma and beta are sums over the batch, not means: g "
            "already holds the 1/n of a mean loss", _others(lambda g, h: (_mean(g * h), _mean(g)))),
    Mistake("the gradient of x is right. That of gamma is a sum over the batch, not a mean, as that of beta",
            _others(lambda g, h: (_mean(g * h), g.sum(axis=0)))),
    Mistake("gamma does not belong into its own gradient: y = gamma * x_hat + beta",
            lambda g, h, s, c: (batch_norm_backward(g, h, s, c)[0], np.sum(c * g * h, axis=0),
                                g.sum(axis=0))),
    Mistake("gamma does not belong into its own gradient, nor into that of beta: y = gamma * x_hat + beta",
            lambda g, h, s, c: (batch_norm_backward(g, h, s, c)[0], np.sum(c * g * h, axis=0),
                                np.sum(c * g, axis=0))),
    Mistake("the gradient of gamma is the sum of g * x_hat: y = gamma * x_hat + beta",
            _others(lambda g, h: (g.sum(axis=0), g.sum(axis=0)))),
]


def check_batch_norm_backward(function):
    """Exercise 3: batch_norm_backward(g, x_hat, std, gamma) -> gradients of (x, gamma, beta)."""
    cases, outputs = _backward_cases(), ("the gradient of x", "that of gamma", "that of beta")
    look_at_shapes(function, batch_norm_backward, (cases[0], cases[2]), outputs,
                   over_units=(2, lambda g, *_: g.sum(axis=1)))
    check_function(function, reference=batch_norm_backward, cases=cases, outputs=outputs,
                   mistakes=BACKWARD_MISTAKES)
    right("this is the compact form, as the library runs it.")


def check_prediction(running_pytorch, running_keras, gradient_factor, rate_factor):
    """Exercise 4: the running mean after ten steps in both frameworks; weights four times larger."""
    check_number("running_pytorch", running_pytorch, 5 * (1 - 0.9**10), mistakes=[
        Mistake("that is what is missing, 5 * 0.9**10. The start was 0", 5 * 0.9**10),
        Mistake("that is the share of the way: the mean is 5", 1 - 0.9**10),
        Mistake("that is the weight that the start still has: asked is the running mean", 0.9**10),
        Mistake("that is after one step", 0.5),
        Mistake("that is after nine steps", 5 * (1 - 0.9**9)),
        Mistake("that is after eleven steps", 5 * (1 - 0.9**11)),
        Mistake("the average has not arrived yet: each step goes a tenth of what is *left*, so its start, 0, "
                "still has the weight 0.9**10", 5.0),
        Mistake("that is Keras' default", 5 * (1 - 0.99**10))])
    check_number("running_keras", running_keras, 5 * (1 - 0.99**10), mistakes=[
        Mistake("that is PyTorch's default. Keras' momentum of 0.99 is the weight of the old value",
                5 * (1 - 0.9**10)),
        Mistake("you gave 0.99 to the new value. In Keras it is the weight of the old one", 5.0),
        Mistake("that is what is missing, 5 * 0.99**10", 5 * 0.99**10),
        Mistake("that is the share of the way: the mean is 5", 1 - 0.99**10),
        Mistake("that is the weight that the start still has: asked is the running mean", 0.99**10),
        Mistake("that is after nine steps", 5 * (1 - 0.99**9)),
        Mistake("that is after eleven steps", 5 * (1 - 0.99**11)),
        Mistake("ten steps of 0.01 are nearly that, but each goes a hundredth of what is *left*", 0.5),
        Mistake("that is after one step", 0.05)])
    check_number("gradient_factor", gradient_factor, 0.25, mistakes=[
        Mistake("the output does not change, but the gradient does: the same step turns longer weights less",
                1.0),
        *(Mistake("it is the other way round: a step of the same length turns longer weights less", factor)
          for factor in (4.0, 16.0)),
        Mistake("that is the factor of the turn per step, gradient over length. The question is the "
                "gradient's", 1 / 16)])
    check_number("rate_factor", rate_factor, 16.0, mistakes=[
        Mistake("that makes up for the smaller gradient alone. The weights are also four times longer, so "
                "the step must be too", 4.0),
        Mistake("the gradient is four times smaller and the weights four times longer: the same rate turns "
                "them less", 1.0),
        Mistake("the two factors, for the smaller gradient and for the longer weights, are multiplied, not "
                "added", 8.0),
        *(Mistake("it is the other way round: the rate must grow", factor) for factor in (1 / 16, 0.25))])
    right("only lr / norm² of the weights counts.")
