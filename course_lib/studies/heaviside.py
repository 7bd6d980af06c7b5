"""Lectures 18 and 19: networks that learn a noisy step function, many seeds at once.

The target is the Heaviside step, 0 for x < 0 and 1 for x >= 0, seen at 100 points of [-1, 1] with noise of
deviation 0.1. Two or three hidden layers of 100 ReLU units have thousands of weights, far more than points,
so they can learn the noise as well. What keeps them from it? `train` trains one network for each seed, side
by side on an array axis, and compares them with the step itself, which has no noise.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from course_lib.optimizers import Adam
from course_lib.penalties import L1, L2
from course_lib.progress import progress
from course_lib.studies.settings import seed_list
from course_lib.studies.shared import shared
from course_lib.validation import choice, floats, integer, number


@dataclass(frozen=True)
class Runs:
    """What `train` found; the last axis of `error` and `loss` is the seed.

    epochs : (records,) at which was measured; the first is 0, the last the end
    error : (records, seeds), mean squared error against the step without noise, on 1,000 points of [-1, 1]
    loss : (records, seeds), mean squared error on the noisy training data, without penalty and dropout
    weights : (seeds, parameters), the networks in the end, a row each
    x, y : (n,), (seeds, n), the training data
    sizes : units in each layer, (1, 100, 100, 1) for two hidden layers
    """

    epochs: np.ndarray
    error: np.ndarray
    loss: np.ndarray
    weights: np.ndarray
    x: np.ndarray
    y: np.ndarray
    sizes: tuple

    def predict(self, x):
        """The outputs (seeds, n) of the trained networks at the points x (n,)."""
        return _predict(self.weights, self.sizes, floats("x", x, (None,)))

    def share_small(self, limit=0.0):
        """Share of the weights (not biases) of at most `limit` in size, for each seed; 0: exact zeros."""
        number("limit", limit, 0)
        matrices = _views(self.weights, self.sizes)[::2]
        small = sum((np.abs(weight) <= limit).sum(axis=(1, 2)) for weight in matrices)
        return small / sum(weight[0].size for weight in matrices)


def step_function(x):
    """0 for x < 0, 1 for x >= 0.

    >>> step_function(np.array([-0.5, 0.0, 0.5]))
    array([0., 1., 1.])
    """
    return (floats("x", x) >= 0).astype(float)


@shared
def train(seeds, *, hidden=2, epochs=1000, every=None, width=100, n=100, noise=0.1, lr=0.01, l2=0.0, l1=0.0,
          decoupled=0.0, proximal=0.0, dropout=None, dtype=np.float32, show=False):
    """Train one network per seed on the noisy step, with Adam on all data at each step; return `Runs`.

    Parameters
    ----------
    seeds : whole numbers of at least 0. A seed decides noise, first weights and dropout masks of its network,
        whatever other seeds are trained beside it.
    hidden : number of hidden layers, 2 or 3 (or any from 1), of `width` ReLU units each
    epochs : steps of Adam, each with the gradient on all n points; every : distance of two measurements,
        default: only at the beginning and at the end
    n, noise : training points on [-1, 1], and the deviation of the noise in their targets
    lr : learning rate of Adam, or a function of the step
    l2 : alpha of (alpha/2)·‖θ‖² added to the loss (coupled decay)
    l1 : alpha of alpha·Σ|θ| added to the loss, by its subgradient
    decoupled : weight_decay of AdamW; proximal : alpha of alpha·Σ|θ|, by a soft threshold after each step
        that is scaled like Adam's step in that coordinate, lr·alpha / (√v̂ + eps)
    dropout : chance to DROP a unit, one for each hidden layer, behind its ReLU, such as (0.5, 0.0);
        kept units are divided by 1 - chance. None: no dropout.
    dtype : numpy.float32 (default, twice as fast) or numpy.float64
    show : True for a progress bar

    All penalties act on weights and biases, as PyTorch's weight_decay does. The first weights and biases are
    uniform in ±1/√fan_in, as PyTorch's are.

    >>> runs = train([0, 1], epochs=200, every=100)
    >>> runs.error.shape, runs.epochs.tolist(), bool((runs.error[-1] < runs.error[0]).all())
    ((3, 2), [0, 100, 200], True)
    """
    seeds = seed_list("seeds", seeds)
    sizes = (1, *[integer("width", width, 1)] * integer("hidden", hidden, 1), 1)
    integer("epochs", epochs, 1)
    every = epochs if every is None else integer("every", every, 1)
    if epochs % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, got {epochs}")
    dtype = np.dtype(choice("dtype", np.dtype(dtype).name, ["float32", "float64"])).type
    dropout = _chances(dropout, hidden)

    rngs = [np.random.default_rng([18, seed]) for seed in seeds]
    x, y = _data(integer("n", n, 2), number("noise", noise, 0), rngs)
    weights = np.array([_first_weights(sizes, rng) for rng in rngs], dtype)
    gradient = np.empty_like(weights)
    layers, gradients = _views(weights, sizes), _views(gradient, sizes)
    inputs, targets = x.astype(dtype)[:, None], y.astype(dtype)[:, :, None]
    number("proximal", proximal, 0)
    pulls = [kind(alpha).transform for kind, alpha in ((L2, l2), (L1, l1)) if alpha != 0]
    opt = Adam(lr=lr, transforms=pulls, weight_decay=decoupled)
    errors, losses = [], []
    for epoch in progress(range(epochs + 1), "training", show=show):
        if epoch % every == 0:
            errors.append(_step_error(weights, sizes))
            losses.append(((_predict(weights, sizes, x) - y) ** 2).mean(axis=1))
        if epoch < epochs:
            masks = _draw_masks(rngs, dropout, (n, width), dtype)
            _backward(layers, inputs, targets, masks, gradients)
            rate = opt.next_lr
            opt.step(weights, gradient)
            if proximal:
                _proximal_step(weights, opt, rate, L1(proximal))
    return Runs(np.arange(0, epochs + 1, every), np.array(errors), np.array(losses), weights, x, y, sizes)


def _data(n, noise, rngs):
    """n evenly spaced points of [-1, 1], and for each generator the step there with its noise, (nets, n)."""
    x = np.linspace(-1, 1, n)
    return x, step_function(x) + noise * np.array([rng.normal(size=n) for rng in rngs])


def _predict(weights, sizes, x):
    """The outputs (nets, n) at the points x (n,)."""
    return _forward(_views(weights, sizes), x.astype(weights.dtype)[:, None])[-1][:, :, 0]


def _step_error(weights, sizes, points=1000):
    """Mean squared error of each network against the step without noise, at the middles of equal pieces."""
    x = (np.arange(points) + 0.5) * 2 / points - 1
    return ((_predict(weights, sizes, x) - step_function(x)) ** 2).mean(axis=1)


def _first_weights(sizes, rng):
    """All weights and biases of one network, uniform in ±1/√fan_in (torch.nn.Linear.reset_parameters)."""
    return np.concatenate([rng.uniform(-1, 1, size=fan_in * fan_out + fan_out) / math.sqrt(fan_in)
                           for fan_in, fan_out in itertools.pairwise(sizes)])


def _views(weights, sizes):
    """Weight and bias of each layer as views of the rows: (nets, fan_in, fan_out), (nets, 1, fan_out), …"""
    found, start = [], 0
    for fan_in, fan_out in itertools.pairwise(sizes):
        for rows in (fan_in, 1):
            stop = start + rows * fan_out
            found.append(weights[:, start:stop].reshape(len(weights), rows, fan_out))
            start = stop
    return found


def _forward(layers, x, masks=None):
    """x and the outputs of all layers, each (nets, n, units); the masks of hidden layers act behind ReLU."""
    outputs = [x]
    last = len(layers) // 2 - 1
    for i, (weight, bias) in enumerate(zip(layers[::2], layers[1::2], strict=True)):
        out = outputs[-1] @ weight
        out += bias
        if i < last:
            np.maximum(out, 0, out=out)
            if masks and masks[i] is not None:
                out *= masks[i]
        outputs.append(out)
    return outputs


def _backward(layers, x, y, masks, gradients):
    """Fill `gradients`, views as `layers`, with those of the mean squared error of each network."""
    outputs = _forward(layers, x, masks)
    g = outputs.pop() - y
    g *= 2 / y.shape[1]
    for i in reversed(range(len(outputs))):
        inputs = outputs[i]
        np.matmul(np.swapaxes(inputs, -1, -2), g, out=gradients[2 * i])
        g.sum(axis=1, keepdims=True, out=gradients[2 * i + 1])
        if i:
            g = g @ np.swapaxes(layers[2 * i], 1, 2)
            g *= inputs > 0  # a dropped unit is zero too
            if masks[i - 1] is not None:
                g *= masks[i - 1]


def _chances(dropout, hidden):
    """The checked chances to drop, one for each hidden layer; zeros for None."""
    if dropout is None:
        return [0.0] * hidden
    if np.ndim(dropout) != 1:
        raise ValueError(f"dropout must list the chances to drop, one for each hidden layer, got {dropout!r}")
    given = floats("dropout", dropout, (hidden,))
    return [number("dropout", float(p), 0, 1, open_high=True) for p in given]


def _draw_masks(rngs, dropout, shape, dtype):
    """For each hidden layer 0 or 1/(1 - p), of shape (nets, n, width); None where nothing is dropped."""
    return [np.array([rng.random(shape, np.float32) >= p for rng in rngs]) * dtype(1 / (1 - p)) if p else None
            for p in dropout]


def _proximal_step(weights, opt, lr, penalty):
    """The penalty's proximal step, with the rate that Adam's last step had in each coordinate."""
    v_hat = opt.state["v"] / (1 - opt.beta2**opt.t)
    weights[...] = penalty.proximal(weights, lr / (np.sqrt(v_hat) + opt.eps))
