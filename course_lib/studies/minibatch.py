"""Lecture 04: mini-batches: the noise of their gradients, the order of the examples, the best one can do."""

from __future__ import annotations

import numpy as np

from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.validation import as_array, boolean, choice, floats, generator, integer, number


def example_gradients(net, x, y):
    """The gradient of each example's loss alone, shape (n, parameters), float64.

    Their mean is the gradient of the whole set, if the loss is a mean over examples.
    """
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    x, y = floats("x", x, (None, None)), as_array("y", y)
    if y.ndim < 1 or len(y) != len(x):
        raise ValueError(f"x and y must have one length, got shapes {x.shape} and {y.shape}")
    net = net.copy(np.float64)
    gradients = np.empty((len(x), net.parameters.x.size))
    for i in range(len(x)):
        net.loss_and_grad(x[i:i + 1], y[i:i + 1])
        gradients[i] = net.parameters.g
    return gradients


def batch_noise(gradients, sizes, *, replace=False, draws=400, rng):
    """Measured E‖g_batch - g‖² for each batch size, over random batches; shape (sizes,).

    gradients : one per example, shape (n, parameters), as from `example_gradients`
    replace : True draws each example of a batch from all n, so that one may come twice
    """
    centred = _centred(gradients)
    n = len(centred)
    boolean("replace", replace)
    generator(rng)
    squares = []
    for b in _sizes(sizes, n, replace):
        # Row by row how often each example is in the batch: one matrix product then makes all means.
        counts = np.array([np.bincount(rng.choice(n, b, replace=replace, shuffle=False), minlength=n)
                           for _ in range(integer("draws", draws, 1))])
        squares.append(np.sum((counts / b @ centred) ** 2) / draws)
    return np.array(squares)


def predicted_noise(gradients, sizes, *, replace=False):
    """tr(S)/b with replacement; without, times the finite population factor (n - b)/(n - 1).

    S is the covariance of the gradients over the n examples (Cochran 1977, theorem 2.2).

    >>> predicted_noise([[1.0], [3.0]], [1, 2])
    array([1., 0.])
    """
    centred = _centred(gradients)
    n = len(centred)
    b = np.array(_sizes(sizes, n, boolean("replace", replace)))
    return (centred**2).sum() / n / b * (1.0 if replace else (n - b) / (n - 1))


ORDERS = ("drawn anew each time", "shuffled each epoch", "always as it is")


def visit(targets, lr, epochs, order, *, runs=1, rng):
    """x after each step on the mean of ½(x - cᵢ)², one example cᵢ per step, from its minimum mean(c).

    targets : c, shape (n,); order : one of ORDERS. Returns an array (epochs * n + 1, runs).

    >>> visit([0.0, 1.0], 0.5, 1, "always as it is", rng=np.random.default_rng(0)).ravel()
    array([0.5  , 0.25 , 0.625])
    """
    c = floats("targets", targets, (None,))
    if len(c) == 0:
        raise ValueError("targets must hold at least one number, got none")
    number("lr", lr, 0, 2, open_low=True, open_high=True)
    choice("order", order, ORDERS)
    generator(rng)
    n, shape = len(c), (len(c), integer("runs", runs, 1))
    x = np.full(runs, c.mean())
    path = [x]
    for _ in range(integer("epochs", epochs, 1)):
        if order == "drawn anew each time":
            index = rng.integers(n, size=shape)
        elif order == "shuffled each epoch":
            index = rng.permuted(np.tile(np.arange(n)[:, None], runs), axis=0)
        else:
            index = np.tile(np.arange(n)[:, None], runs)
        for row in index:
            x = x - lr * (x - c[row])
            path.append(x)
    return np.array(path)


def stream(curvatures, average, *, lr, noise=1.0, runs, rng, at):
    """Linear regression on a stream: each step sees one new example, once. Excess losses at steps `at`.

    x ~ N(0, diag(curvatures)), y = x·w + noise · N(0, 1) with all true weights 1, loss ½(x·w - y)²; SGD
    starts at 0. Returns a dict of name -> (at, runs): the last point of SGD, its `average` (such as
    TailAverage(start=100)), and the exact least-squares solution of the same examples.
    """
    h = floats("curvatures", curvatures, (None,))
    if len(h) == 0 or (h <= 0).any():
        raise ValueError(f"curvatures must be one or more positive numbers, got {curvatures!r}")
    number("noise", noise, 0)
    generator(rng)
    n, opt = len(h), SGD(lr=lr, averages=[average])
    least = max(n, getattr(average, "start", 0)) + 1
    if not np.iterable(at) or not len(at):
        raise TypeError(f"at must be a list of steps, each at least {least}, got {at!r}")
    at = [integer("at", k, least) for k in at]
    w = np.zeros((integer("runs", runs, 1), n))
    gram, moment = np.zeros((runs, n, n)), np.zeros((runs, n))
    found = {"last point": [], "average": [], "least squares": []}
    for k in range(1, max(at) + 1):
        x = rng.standard_normal((runs, n)) * np.sqrt(h)
        y = x.sum(axis=1, keepdims=True) + noise * rng.standard_normal((runs, 1))
        opt.step(w, x * ((x * w).sum(axis=1, keepdims=True) - y))
        gram += x[:, :, None] * x[:, None, :]
        moment += x * y
        if k in at:
            exact = np.linalg.solve(gram, moment[:, :, None])[:, :, 0]
            for name, point in zip(found, (w, average.x, exact), strict=True):
                found[name].append(0.5 * (point - 1) ** 2 @ h)
    return {name: np.array(losses) for name, losses in found.items()}


def _centred(gradients):
    gradients = floats("gradients", gradients, (None, None))
    if len(gradients) < 2:
        raise ValueError(f"gradients must hold at least two examples, got shape {gradients.shape}")
    return gradients - gradients.mean(axis=0)


def _sizes(sizes, n, replace):
    if not np.iterable(sizes):
        raise TypeError(f"sizes must be a list of whole numbers, got {sizes!r}")
    return [integer("sizes", b, 1, None if replace else n) for b in sizes]
