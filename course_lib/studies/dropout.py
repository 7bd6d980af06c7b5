"""Lecture 19: what dropout adds to linear regression, and what it does to the numbers that pass through."""

from __future__ import annotations

import numpy as np

from course_lib.averaging import TailAverage
from course_lib.initializers import lecun_normal
from course_lib.layers import SELU, AlphaDropout, Dense, Dropout
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.studies.subnetworks import all_masks, chance
from course_lib.training import fit
from course_lib.validation import floats, generator, integer, number


def penalty(x, w, p):
    """p/(1 - p) · Σ_j w_j² Σ_i x_ij²: what dropout on the inputs adds to ‖y - x w‖² on the average.

    x : (n, features); w : (features, 1); p : chance to drop, in [0, 1)
    Srivastava et al. 2014, section 9.1; Wager et al. 2013.

    >>> penalty(np.array([[1.0, 2.0], [1.0, 0.0]]), np.array([[3.0], [1.0]]), 0.5)
    22.0
    """
    x, w, p = _problem(x, w, p)
    return float(p / (1 - p) * np.sum(w.T**2 * np.sum(x**2, axis=0)))


def averaged_loss(x, y, w, p):
    """The mean of ‖y - (x∘mask) w‖² over all masks with entries 0 and 1/(1 - p), each mask counted out.

    x : (n, features), at most 16 features; y : (n, 1); w : (features, 1)

    >>> x, w = np.array([[1.0, 2.0], [1.0, 0.0]]), np.array([[3.0], [1.0]])
    >>> averaged_loss(x, x @ w, w, 0.5)
    22.0
    """
    x, w, p = _problem(x, w, p)
    y = floats("y", y, (len(x), 1))
    masks = all_masks(x.shape[1])
    outputs = (x * w.T) @ masks.T / (1 - p)  # a column for each mask
    return float(((y - outputs) ** 2).sum(axis=0) @ chance(masks, p))


def best_weights(x, y, p):
    """The w that makes `averaged_loss` smallest: (xᵀx + p/(1-p)·diag(xᵀx)) w = xᵀy.

    x : (n, features); y : (n, 1); returns (features, 1). p = 0 is least squares.

    >>> x = np.array([[1.0, 0.0], [0.0, 10.0]])
    >>> best_weights(x, x @ [[4.0], [8.0]], 0.25).ravel()
    array([3., 6.])
    """
    x = floats("x", x, (None, None))
    x, _, p = _problem(x, np.zeros((x.shape[1], 1)), p)
    gram = x.T @ x
    return np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), x.T @ floats("y", y, (len(x), 1)))


def trained_weights(x, y, p, *, lr=0.01, epochs=2000, rng):
    """The weights (features, 1) that SGD finds with a Dropout layer before one Dense layer.

    All n examples at each step; the mean of the points of the last half of the steps (Polyak & Juditsky 1992)
    removes most of the noise that the masks make. The columns of x should have mean zero: then the bias does
    not change the weights.
    """
    x, _, p = _problem(x, np.zeros((np.shape(x)[1], 1)), p)
    net = Network([Dropout(p), Dense(x.shape[1], 1)], loss=MSE(), rng=generator(rng), dtype=np.float64)
    average = TailAverage(start=integer("epochs", epochs, 2) // 2)
    fit(net, SGD(lr=lr, averages=[average]), x, y, epochs=epochs, batch_size=None, rng=rng, progress=False)
    net.parameters.x[:] = average.x
    return net.parameters["1.weight"].copy()


def selu_moments(kind, p, *, depth=10, width=500, batch=500, rng):
    """Mean and standard deviation of the activations behind each layer of a SELU network in training.

    kind : Dropout or AlphaDropout, put behind every SELU; p : its rate
    Inputs are N(0, 1), weights N(0, 1/fan_in). Returns an array (depth, 2).
    """
    if kind not in (Dropout, AlphaDropout):
        raise ValueError(f"kind must be Dropout or AlphaDropout, got {kind!r}")
    layers = []
    for _ in range(integer("depth", depth, 1)):
        layers += [Dense(width, width, weight=lecun_normal()), SELU(), kind(p)]
    net = Network(layers, loss=MSE(), rng=generator(rng))
    found, out = [], rng.standard_normal((batch, width), dtype=np.float32)
    for layer in net.layers:
        out = layer.forward(out, train=True)
        if isinstance(layer, kind):
            found.append((out.mean(), out.std()))
    return np.array(found, dtype=np.float64)


def _problem(x, w, p):
    x = floats("x", x, (None, None))
    return x, floats("w", w, (x.shape[1], 1)), number("p", p, 0, 1, open_high=True)
