"""Lecture 08: what batch normalization does to signals, gradients and weights, in small experiments."""

from __future__ import annotations

import numpy as np

from course_lib.datasets import load_digits
from course_lib.initializers import he_normal, normal, xavier_normal
from course_lib.layers import BatchNorm, Dense, ReLU, Sigmoid, Tanh
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.statistics import record_statistics
from course_lib.studies.shared import shared
from course_lib.training import accuracy, batches, fit
from course_lib.validation import choice, floats, function, generator, integer, number

# Activation -> its layer and the initializer that suits it.
ACTIVATIONS = {"sigmoid": (Sigmoid, xavier_normal()), "tanh": (Tanh, xavier_normal()),
               "ReLU": (ReLU, he_normal())}


class HeldConstant(BatchNorm):
    """A common slip: a backward pass that takes the batch's mean and variance for constants."""

    def backward(self, g):
        super().backward(g)  # the gradients of gamma and beta are right
        return g * (self.gamma * self.inv_std)


def deep_network(depth, activation, norm=None, *, seed, small=None, width=100, dtype=np.float32):
    """A network for the digits with `depth` hidden layers of `width` units.

    activation : "sigmoid", "tanh" (Xavier's normal initialization) or "ReLU" (He's)
    norm : a function of the width that makes a layer, such as BatchNorm or LayerNorm, put before each
        activation; None (default) for no normalization. The first weights are the same either way.
    small : another deviation of the hidden layers' first weights

    >>> deep_network(1, "tanh", BatchNorm, seed=0)
    Network([Dense(64, 100), BatchNorm(100), Tanh(), Dense(100, 10)], loss=SoftmaxCrossEntropy())
    """
    kind, weight = ACTIVATIONS[choice("activation", activation, ACTIVATIONS)]
    if small is not None:
        weight = normal(number("small", small, 0, open_low=True))
    if norm is not None:
        function("norm", norm, "a function of the width that makes a layer, such as BatchNorm", arguments=1)
    layers, units = [], 64
    for _ in range(integer("depth", depth, 1)):
        layers += [Dense(units, width, weight=weight), *([norm(width)] if norm else []), kind()]
        units = integer("width", width, 1)
    return Network([*layers, Dense(units, 10)], loss=SoftmaxCrossEntropy(), dtype=dtype,
                   rng=np.random.default_rng([8, integer("seed", seed, 0)]))


@shared
def step_losses(norm, lr, *, epochs=6, seeds=range(3)):
    """Losses of the batches of three sigmoid layers on the digits, trained by SGD: (seeds, 20 per epoch).

    norm : as in `deep_network`
    """
    return np.array([_fit(norm, lr, epochs, seed).step_loss for seed in seeds])


def evaluated(norm, lr, *, epochs=12, seeds=range(3)):
    """Accuracy on the validation set, in evaluation mode, after each epoch of the same: (seeds, epochs)."""
    return np.array([_fit(norm, lr, epochs, seed).validation_metric for seed in seeds])


def _fit(norm, lr, epochs, seed):
    digits = load_digits()
    net = deep_network(3, "sigmoid", norm, seed=seed)
    return fit(net, SGD(lr=lr), *digits.train, epochs=epochs, batch_size=60, progress=False, metric=accuracy,
               rng=np.random.default_rng([88, seed]), validation=digits.validation)


def companions(net, row, sizes, draws, rng):
    """How much the output for one image depends, in training mode, on the others of its batch.

    net : a network with BatchNorm; row : an image of the digits' training set; sizes : batch sizes from 2 on
    Returns for each size the deviation of the ten outputs over `draws` random batches, as a root mean square.
    """
    x = load_digits().train.x
    if not isinstance(net, Network):
        raise TypeError(f"net must be a Network with BatchNorm layers, got {net!r}")
    net = net.copy()
    others = np.delete(np.arange(len(x)), integer("row", row, 0, len(x) - 1))
    generator(rng)
    integer("draws", draws, 2)
    found = []
    for size in sizes:
        integer("sizes", size, 2, len(x))
        picked = [rng.choice(others, size - 1, replace=False) for _ in range(draws)]
        outputs = [net.forward(x[[row, *rest]], train=True)[0] for rest in picked]
        found.append(np.sqrt(np.mean(np.var(outputs, axis=0))))
    return np.array(found)


def gradient_norms(activation, norm=None, *, depth=30, seeds=(0,), batch=120):
    """Norm of the loss's gradient at the output of each hidden layer, before training: (seeds, depth).

    The loss is that of the first `batch` digits; norm as in `deep_network`.
    """
    x, y = (part[:integer("batch", batch, 2)] for part in load_digits().train)
    found = []
    for seed in seeds:
        net = deep_network(depth, activation, norm, seed=seed, dtype=np.float64)
        with record_statistics(net) as statistics:
            net.loss_and_grad(x, y)
        kind = ACTIVATIONS[activation][0]
        hidden = [i for i, layer in enumerate(net.layers) if isinstance(layer, kind)]
        found.append(statistics.gradient_norm[0, hidden])
    return np.array(found)


def per_layer(norms):
    """The factor by which the norm changes from a layer to the one before it, along (..., depth).

    >>> float(per_layer(np.array([0.25, 0.5, 1.0])))
    0.5
    """
    norms = floats("norms", norms)
    if norms.ndim < 1 or norms.shape[-1] < 2 or (norms <= 0).any():
        raise ValueError(f"norms must be positive, of two layers or more, got {norms!r}")
    return (norms[..., 0] / norms[..., -1]) ** (1 / (norms.shape[-1] - 1))


@shared
def weight_norms(lr, steps, *, seed=0, eps=1e-5):
    """The norm of the first layer's weights during training with batch normalization, of shape (steps + 1,).

    Also what Pythagoras says it should be: each step is orthogonal to the weights, so that
    ‖W‖² grows by lr²·‖gradient‖² per step. Network: 3 sigmoid layers on the digits, batches of 60.
    """
    net = deep_network(3, "sigmoid", lambda width: BatchNorm(width, eps=eps), seed=seed, dtype=np.float64)
    opt, rng, (x, y) = SGD(lr=lr), np.random.default_rng([88, seed]), load_digits().train
    weight, gradient = net.layers[0].weight, net.layers[0].gradients["weight"]
    squares = [np.sum(weight**2)]
    predicted = [squares[0]]
    while opt.t < integer("steps", steps, 1):
        for index in batches(len(x), 60, rng)[:steps - opt.t]:
            net.loss_and_grad(x[index], y[index])
            predicted.append(predicted[-1] + lr**2 * np.sum(gradient**2))
            opt.step(net.parameters.x, net.parameters.g)
            squares.append(np.sum(weight**2))
    return np.sqrt(squares), np.sqrt(predicted)


def scaled(factors, *, seed=0, eps=1e-5):
    """What happens when the first layer's weights are multiplied by a factor before normalization.

    Returns for each factor two numbers: the largest change of the network's output in training mode, and
    the norm of the gradient at these weights over that without the factor.
    """
    x, y = (part[:60] for part in load_digits().train)
    net = deep_network(3, "sigmoid", lambda width: BatchNorm(width, eps=eps), seed=seed, dtype=np.float64)
    weight, gradient = net.layers[0].weight, net.layers[0].gradients["weight"]
    start, found = weight.copy(), []
    net.loss_and_grad(x, y)
    output, length = net.forward(x, train=True), np.linalg.norm(gradient)
    for factor in floats("factors", factors, (None,)):
        weight[:] = factor * start
        net.loss_and_grad(x, y)
        change = np.abs(net.forward(x, train=True) - output).max()
        found.append([change, np.linalg.norm(gradient) / length])
    return np.array(found)
