"""Lecture 19: dropout as an average over sub-networks, all of them counted out.

A network with N units that may be dropped holds 2^N sub-networks, one for each mask. For a small N all can be
run, and their average compared with the one pass that evaluation makes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.datasets import load_digits
from course_lib.layers import AlphaDropout, Dense, Dropout, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import Adam
from course_lib.training import accuracy, fit
from course_lib.validation import floats, generator, integer, number, shape_tuple

MOST = 16  # units: 65,536 masks


def all_masks(n):
    """Every choice of n units, (2**n, n): True where a unit is kept; n from 1 to 16.

    >>> all_masks(2).astype(int).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    numbers = np.arange(2 ** integer("n", n, 1, MOST))
    return (numbers[:, None] >> np.arange(n)[::-1] & 1).astype(bool)


def chance(masks, p):
    """The chance of each mask, (masks,), when every unit is dropped with chance p.

    >>> chance(all_masks(2), 0.25)
    array([0.0625, 0.1875, 0.1875, 0.5625])
    """
    p, masks = number("p", p, 0, 1), np.asarray(masks)
    if masks.ndim != 2 or masks.dtype != bool:
        raise ValueError(f"masks must be True or False of shape (masks, units), got shape {masks.shape}, "
                         f"dtype {masks.dtype}")
    kept = masks.sum(axis=1)
    return (1 - p) ** kept * p ** (masks.shape[1] - kept)


def ensemble(net, x):
    """The outputs of all sub-networks for x (batch, inputs), and the chance of each.

    net : a Network with Dropout layers that drop at most 16 units together; x : (batch, inputs)
    Returns (chances (2**N,), outputs (2**N, batch, outputs)). The same mask acts on all rows of x.

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> net = Network([Dense(1, 3), Dropout(0.5), Dense(3, 1)], loss=MSE(), rng=np.random.default_rng(0))
    >>> chances, outputs = ensemble(net, [[1.0], [2.0]])
    >>> outputs.shape, bool(np.allclose(np.tensordot(chances, outputs, 1), net.predict([[1.0], [2.0]])))
    ((8, 2, 1), True)
    """
    x = floats("x", x, (None, None))
    masks = all_masks(sum(_dropped_units(net, x)))
    chances, start = np.ones(len(masks)), 0
    out = np.broadcast_to(x, (len(masks), *x.shape))
    for layer in net.layers:
        if isinstance(layer, Dropout):
            mask = masks[:, start:start + out.shape[-1]]
            start += out.shape[-1]
            chances *= chance(mask, layer.p)
            out = out * mask[:, None] / (1 - layer.p)
        else:  # the layers take one row per example: sub-networks and examples in one batch
            rows = layer.forward(out.reshape(-1, out.shape[-1]).astype(net.parameters.dtype))
            out = rows.reshape(*out.shape[:2], -1)
    return chances, out


def _dropped_units(net, x):
    """The number of units before each Dropout layer of net, for inputs x (batch, inputs)."""
    _check_dropout(net)
    units, out = [], np.asarray(x, net.parameters.dtype)
    for layer in net.layers:
        out = layer.forward(out)
        if isinstance(layer, Dropout):
            units.append(out.shape[1])
    if sum(units) > MOST:
        raise ValueError(f"net must drop at most {MOST} units together, got {sum(units)}: 2 to that power "
                         "are too many sub-networks to count out; draw some with monte_carlo")
    return units


def monte_carlo(net, x, count, *, rng):
    """The outputs of `count` training passes, (count, batch, outputs): a new mask for every row and pass.

    net : a Network with Dropout layers; it is left as it was
    """
    integer("count", count, 1)
    net = _check_dropout(net).copy()
    for layer in net.layers:
        if isinstance(layer, Dropout):
            layer.rng = generator(rng)
    return np.array([net.forward(x, train=True) for _ in range(count)])


def softmax(logits):
    """Chances of the classes, over the last axis.

    >>> softmax(np.array([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    logits = floats("logits", logits)
    powers = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def arithmetic_mean(chances, outputs):
    """Σ chance · output over the sub-networks: (2**N,) and (2**N, batch, outputs) give (batch, outputs)."""
    chances = floats("chances", chances, (None,))
    return np.tensordot(chances, floats("outputs", outputs, (len(chances), None, None)), 1)


def geometric_mean(chances, logits):
    """Π share^chance over the sub-networks, divided by its sum over the classes (Baldi & Sadowski 2013).

    The shares are softmax(logits). What softmax divides by is the same for all classes and cancels, so this
    is the softmax of the mean logits; unlike the product it stands a share that is rounded to 0.

    >>> geometric_mean([0.5, 0.5], np.log([[[0.9, 0.1]], [[0.5, 0.5]]])).round(2)
    array([[0.75, 0.25]])
    """
    chances = floats("chances", chances, (None,))
    return softmax(np.tensordot(chances, floats("logits", logits, (len(chances), None, None)), 1))


class Averages(NamedTuple):
    """What `compare_averages` found.

    geometric, arithmetic : mean distance of the shares of the scaled pass from each mean of the sub-networks'
        shares: the share of probability that would have to move, in [0, 1]
    accuracy : name of the average -> its accuracy
    each, chances : (2**N,), accuracy of each sub-network and its chance
    """

    geometric: float
    arithmetic: float
    accuracy: dict
    each: np.ndarray
    chances: np.ndarray


def compare_averages(net, split):
    """The scaled pass beside both means over all sub-networks of a classifier, on split.x and split.y."""
    chances, logits = ensemble(_check_dropout(net), split.x)
    shares, scaled = softmax(logits), softmax(net.predict(split.x))
    means = {"arithmetic mean of all": arithmetic_mean(chances, shares),
             "geometric mean of all": geometric_mean(chances, logits), "scaled pass": scaled}
    each = np.array([accuracy(one, split.y) for one in shares])
    return Averages(distance(scaled, means["geometric mean of all"]),
                    distance(scaled, means["arithmetic mean of all"]),
                    {"a sub-network alone": float(chances @ each),
                     **{name: accuracy(mean, split.y) for name, mean in means.items()}}, each, chances)


def distance(a, b):
    """Half the sum of |a - b| over the classes (total variation), averaged over the rows.

    >>> distance(np.array([[0.5, 0.5]]), np.array([[0.75, 0.25]]))
    0.25
    """
    a = floats("a", a, (None, None))
    return float(np.abs(a - floats("b", b, a.shape)).sum(axis=-1).mean() / 2)


def small_network(hidden, p, seed, *, activation=ReLU, epochs=15):
    """A small digits network with dropout behind its hidden layers, trained with Adam.

    hidden : units of each hidden layer, such as (5, 5); p : chance to drop; seed : a whole number
    activation : a class such as ReLU, or Identity for a linear network
    epochs : 0 for the network as it begins
    """
    rng, layers, fan_in = np.random.default_rng([19, integer("seed", seed, 0)]), [], 64
    for units in shape_tuple("hidden", hidden):
        layers += [Dense(fan_in, units), activation(), Dropout(p)]
        fan_in = units
    net = Network([*layers, Dense(fan_in, 10)], loss=SoftmaxCrossEntropy(), rng=rng)
    if integer("epochs", epochs, 0):
        fit(net, Adam(lr=0.01), *load_digits().train, epochs=epochs, rng=rng, progress=False)
    return net


def _check_dropout(net):
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    kinds = [type(layer) for layer in net.layers]
    if Dropout not in kinds or AlphaDropout in kinds:
        raise ValueError(f"net must have Dropout layers and no AlphaDropout, got {net!r}")
    return net
