"""Checks for exercise 4 of lecture 01: a mistake that only the gradient check finds."""

from __future__ import annotations

import inspect
import math
from contextlib import contextmanager

import numpy as np

from course_lib.datasets import noisy_sine
from course_lib.exercises.base import WrongAnswer, right
from course_lib.layers import Dense, Layer, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import DivergenceError, fit

ALLOWED, NEEDED = 1.25, 0.01  # final loss over the right network's; error in the gradient check


def check_hidden_mistake(layer):
    """Exercise 4: a subclass of Tanh whose backward is wrong, but trains well."""
    if isinstance(layer, Layer):
        raise WrongAnswer("pass the class itself, HiddenMistake without brackets.")
    if not (inspect.isclass(layer) and issubclass(layer, Layer)):
        raise WrongAnswer(f"pass a class that inherits from Tanh, got {layer!r}.")
    with _errors_told():
        _check_one_pass(layer)
    with _errors_told("in a network with 16 neurons and 100 examples, "):
        error = _check_training(layer)
    right(f"the gradient check reports an error of {error:.2f}, and the loss curve shows nothing.")


@contextmanager
def _errors_told(where=""):
    """Turn an error that the student's layer causes into a WrongAnswer."""
    try:
        yield
    except (WrongAnswer, NotImplementedError):
        raise
    except Exception as error:
        raise WrongAnswer(f"{where}your layer stopped with {type(error).__name__}: {error}.") from error


def _check_one_pass(layer):
    """Forward must be tanh still, and backward return an array of g's shape and leave g alone."""
    z, g = np.linspace(-2, 2, 6).reshape(3, 2), np.linspace(1, 2, 6).reshape(3, 2)
    own, given = layer(), g.copy()
    out = own.forward(z.copy(), train=True)
    if out is None or np.shape(out) != z.shape or not np.allclose(out, np.tanh(z)):
        raise WrongAnswer("forward no longer computes tanh. Change backward only.")
    result = own.backward(given)
    if result is None:
        raise WrongAnswer("backward returned None: does it end with a return statement?")
    if np.shape(result) != g.shape:
        raise WrongAnswer(f"backward returned shape {np.shape(result)}, expected {g.shape}, that of g.")
    result = np.array(result)
    if result.dtype.kind not in "fiu":
        raise WrongAnswer(f"backward must return real numbers, got dtype {result.dtype}.")
    if not np.array_equal(given, g):
        raise WrongAnswer("backward changed g in place: make a new array.")
    if not np.isfinite(result).all():
        raise WrongAnswer("backward returned NaN or infinite values.")
    if np.any(result) and np.allclose(result, own.backward(-g / 1000)):
        raise WrongAnswer("backward returns the same whatever g is: g, the gradient that comes from behind, "
                          "is not in it. That is a mistake, but not a small one.")


def _check_training(layer):
    """The gradient check must find the mistake, and the loss must not show it; return the check's error."""
    x, y = noisy_sine(100, rng=np.random.default_rng(0))
    errors = _network(layer, 0).gradient_check(x, y)
    error = max(errors.values())
    if error < 1e-6:
        raise WrongAnswer("the gradient check passes: your backward is right. Plant a mistake.")
    if error <= NEEDED:
        raise WrongAnswer(f"the gradient check reports {error:.1e}, wanted is more than {NEEDED}: a larger "
                          f"mistake.")
    ratio = np.median([_final_loss(layer, seed, x, y) / _final_loss(Tanh, seed, x, y) for seed in range(3)])
    if not math.isfinite(ratio):
        raise WrongAnswer("with this mistake training diverges: anyone would notice.")
    if ratio > ALLOWED:
        raise WrongAnswer(f"the gradient check finds it, but so does a look at the loss: after 1,000 steps "
                          f"it is {ratio:.1f} times that of the right network, at most {ALLOWED} is "
                          "allowed. Keep closer to the right slope: at most 1, near 0 where tanh is flat, "
                          "and the same for x and -x.")
    return error


def _network(layer, seed):
    return Network([Dense(1, 16), layer(), Dense(16, 1)], loss=MSE(), rng=np.random.default_rng(seed),
                   dtype=np.float64)


def _final_loss(layer, seed, x, y):
    net, rng = _network(layer, seed), np.random.default_rng(seed)
    try:
        return fit(net, SGD(lr=0.05), x, y, epochs=1000, batch_size=None, rng=rng, progress=False).loss[-1]
    except DivergenceError:
        return math.inf
