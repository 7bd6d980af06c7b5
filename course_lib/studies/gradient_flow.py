"""Lecture 06: one pass forward and one backward through a deep plain network, layer by layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.layers import Dense
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.statistics import record_statistics
from course_lib.studies.mean_field import ACTIVATIONS
from course_lib.validation import choice, floats, function, generator, integer, number


class Flow(NamedTuple):
    """What one pass shows at the pre-activations of each hidden layer; each of shape (depth,).

    variance : of all entries, units and examples together
    spread : variance of a unit over the examples, mean of all units; what is left of the input's differences
    extreme : share of activations within 1 % of the lowest or highest value of tanh or sigmoid
    gradient : Frobenius norm of the gradient of the loss at the pre-activations
    """

    variance: np.ndarray
    spread: np.ndarray
    extreme: np.ndarray
    gradient: np.ndarray

    def factor(self):
        """By how much the gradient's norm grows per layer on its way back, the mean of all layers.

        >>> none = np.zeros(3)
        >>> Flow(none, none, none, np.array([0.01, 0.1, 1.0])).factor()  # a tenth is left in each layer
        0.1
        """
        return float(round((self.gradient[0] / self.gradient[-1]) ** (1 / (len(self.gradient) - 1)), 12))


def plain_network(activation, weight, depth, width, rng, *, inputs=None, outputs=10, bias=None,
                  dtype=np.float32):
    """A network of `depth` hidden layers of `width` units in a row, with softmax cross entropy.

    activation : a key of mean_field.ACTIVATIONS
    weight, bias : initializers of all layers; no bias means zeros
    inputs : default `width`

    >>> from course_lib.initializers import he_normal
    >>> net = plain_network("ReLU", he_normal(), 2, 32, np.random.default_rng(0), inputs=64)
    >>> net.layers
    [Dense(64, 32), ReLU(), Dense(32, 32), ReLU(), Dense(32, 10)]
    """
    kind = ACTIVATIONS[choice("activation", activation, ACTIVATIONS)]
    function("weight", weight, "an initializer such as he_normal(), a function of shape and rng")
    depth, width = integer("depth", depth, 1), integer("width", width, 1)
    layers, fan_in = [], width if inputs is None else inputs
    for _ in range(depth):
        layers += [Dense(fan_in, width, weight, bias), kind()]
        fan_in = width
    layers.append(Dense(width, outputs, weight, bias))
    return Network(layers, loss=SoftmaxCrossEntropy(), rng=generator(rng), dtype=dtype)


def flow(net, x, y):
    """Run the batch x, y through `net` once, forward and backward, and return the Flow.

    >>> from course_lib.initializers import he_normal
    >>> rng = np.random.default_rng(0)
    >>> net = plain_network("ReLU", he_normal(), 5, 100, rng, dtype=np.float64)
    >>> flow(net, rng.standard_normal((20, 100)), np.zeros(20, int)).variance.shape
    (5,)
    """
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    with record_statistics(net) as stats:
        net.loss_and_grad(x, y)
    hidden = [i for i, layer in enumerate(net.layers) if isinstance(layer, Dense)][:-1]
    out, spread = floats("x", x, (None, None)).astype(net.parameters.dtype), []
    for index, layer in enumerate(net.layers):
        out = layer.forward(out)
        if index in hidden:
            spread.append(out.var(axis=0).mean())
    return Flow(stats.activation_std[0, hidden] ** 2, np.array(spread),
                stats.saturated[0, [i + 1 for i in hidden]], stats.gradient_norm[0, hidden])


def flows(activation, weight, depth, width, seeds=3):
    """A list of Flow: plain networks from `seeds` draws of the weights, on 32 inputs from N(0, 1).

    In float64, for float32 cannot hold a gradient of 1e-60.

    >>> from course_lib.initializers import xavier_normal
    >>> [run.gradient.shape for run in flows("tanh", xavier_normal(), 4, 10, seeds=2)]
    [(4,), (4,)]
    """
    found = []
    for seed in range(integer("seeds", seeds, 1)):
        rng = np.random.default_rng([6, seed])
        net = plain_network(activation, weight, depth, width, rng, dtype=np.float64)
        found.append(flow(net, rng.standard_normal((32, width)), rng.integers(0, 10, 32)))
    return found


def different_units(weight, tolerance=1e-6):
    """How many different units a layer has: columns of its weights, not counting copies of an earlier one.

    weight : (fan_in, fan_out); tolerance : largest difference of two entries that counts as equal, for equal
    units differ by rounding once they were trained

    >>> different_units(np.array([[1.0, 1.0, 2.0], [3.0, 3.0, 3.0]]))
    2
    """
    number("tolerance", tolerance, 0)
    kept = []
    for column in floats("weight", weight, (None, None)).T:
        if not any(np.abs(column - other).max() <= tolerance for other in kept):
            kept.append(column)
    return len(kept)
