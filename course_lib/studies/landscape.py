"""The landscape of the objective: small ones to draw, and minima of real networks (lecture 01).

`line_fit` and `two_weight_network` are objectives of two numbers on given data, as `Function`s that can be
drawn and minimized. `find_minimum` starts from a network's present weights and goes down until the
gradient vanishes; the curvature there says whether it is a minimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.functions import Function
from course_lib.network import Network
from course_lib.validation import choice, floats, integer, number

# value, slope and curvature of the activations that `two_weight_network` knows
ACTIVATIONS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z)**2, lambda z: -2 * np.tanh(z) * (1 - np.tanh(z)**2)),
    "identity": (lambda z: z, np.ones_like, np.zeros_like),
}


def line_fit(x, y):
    """The mean squared error of the line w·x + b, as a Function of (w, b).

    x, y : (n, 1), with at least two different x. It is convex, and its minimum is the least-squares line.

    >>> f = line_fit(np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]]))
    >>> f.minimum.round(6), float(f([2.0, 0.0]))
    (array([2., 1.]), 1.0)
    """
    x, y = _column("x", x), _column("y", y, len(x))
    if np.ptp(x) == 0:
        raise ValueError(f"x must hold at least two different numbers, got only {x[0]:g}")
    features = np.stack([x, np.ones_like(x)], axis=1)
    hessian = 2 * features.T @ features / len(x)

    def value(p):
        return np.mean((p @ features.T - y)**2, axis=-1)

    def gradient(p):
        return 2 * (p @ features.T - y) @ features / len(x)

    best = np.linalg.lstsq(features, y, rcond=None)[0]
    return Function("line", "w x + b", (value, gradient, lambda p: np.broadcast_to(hessian, (*p.shape, 2))),
                    start=(0.0, 0.0), minima=(best,))


def two_weight_network(x, y, activation="tanh"):
    """The mean squared error of the network v·φ(w·x), as a Function of (w, v).

    x, y : (n, 1); activation: "tanh" or "identity" (two linear layers in a row). No minima are given:
    there are at least two, since (-w, -v) computes the same function as (w, v).

    >>> f = two_weight_network(np.array([[0.5], [1.0]]), np.array([[1.0], [2.0]]), "identity")
    >>> f([[1.0, 2.0], [-1.0, -2.0], [0.0, 0.0]])
    array([0. , 0. , 2.5])
    """
    phi, slope, curvature = ACTIVATIONS[choice("activation", activation, ACTIVATIONS)]
    x, y = _column("x", x), _column("y", y, len(x))

    def parts(p):
        w, v = p[..., :1], p[..., 1:]
        return w, v, v * phi(w * x) - y

    def value(p):
        return np.mean(parts(p)[2]**2, axis=-1)

    def gradient(p):
        w, v, error = parts(p)
        return 2 * np.stack([np.mean(error * v * slope(w * x) * x, axis=-1),
                             np.mean(error * phi(w * x), axis=-1)], axis=-1)

    def hessian(p):
        w, v, error = parts(p)
        ww = np.mean((v * slope(w * x) * x)**2 + error * v * curvature(w * x) * x**2, axis=-1)
        vw = np.mean(v * slope(w * x) * x * phi(w * x) + error * slope(w * x) * x, axis=-1)
        vv = np.mean(phi(w * x)**2, axis=-1)
        return 2 * np.stack([np.stack([ww, vw], axis=-1), np.stack([vw, vv], axis=-1)], axis=-2)

    return Function(f"two weights, {activation}", r"v\,\varphi(w x)", (value, gradient, hessian),
                    start=(0.5, 0.5))


def objective(net, x, y):
    """The loss of `net` on x, y as a plain function: parameters (size,) -> (loss, gradient (size,)).

    The network itself is not changed.

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> net = Network([Dense(1, 1)], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    >>> objective(net, np.array([[1.0]]), np.array([[3.0]]))(np.array([1.0, 0.0]))
    (4.0, array([-4., -4.]))
    """
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    own = net.copy()
    own.loss_value(x, y)  # says now, not at the first call, if x or y do not fit

    def loss_and_gradient(theta):
        own.parameters.x[:] = floats("theta", theta, (own.parameters.size,), finite=False)
        return own.loss_and_grad(x, y), own.parameters.g.copy()

    return loss_and_gradient


def loss_between(net, x, y, start, end, points=101):
    """The loss on the straight line from parameters `start` to `end`, both (size,); shape (points,)."""
    f = objective(net, x, y)
    size = net.parameters.size
    start, end = floats("start", start, (size,)), floats("end", end, (size,))
    share = np.linspace(0, 1, integer("points", points, 2))
    return np.array([f((1 - s) * start + s * end)[0] for s in share])


@dataclass(frozen=True)
class Found:
    """Where `find_minimum` arrived: the network there, its loss, the largest entry of the gradient, and the
    smallest eigenvalue of the Hessian. A small gradient and a positive curvature make it a minimum from
    which every direction goes up."""

    net: Network
    loss: float
    gradient: float
    curvature: float


def find_minimum(net, x, y, *, tolerance=1e-7, steps=200):
    """Go down from the present weights of `net` (float64) until no entry of the gradient exceeds `tolerance`.

    Uses SciPy's BFGS (Nocedal & Wright 2006, algorithm 6.1), which needs far fewer steps than gradient
    descent; at most `steps`. The Hessian is made of central differences of the gradient. `net` is not
    changed.

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> net = Network([Dense(1, 1)], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    >>> found = find_minimum(net, np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]]))
    >>> found.net.parameters.x.round(5), found.curvature > 0
    (array([2., 1.]), True)
    """
    from scipy.optimize import minimize

    f = objective(net, x, y)
    if net.parameters.dtype != np.float64:
        raise ValueError(f"net must have dtype float64 for a gradient this small, got {net.parameters.dtype}")
    number("tolerance", tolerance, 0, open_low=True)
    result = minimize(f, net.parameters.x.copy(), jac=True, method="BFGS",
                      options={"gtol": tolerance, "maxiter": integer("steps", steps, 1)})
    h = 1e-5
    columns = [(f(result.x + h * e)[1] - f(result.x - h * e)[1]) / (2 * h) for e in np.eye(len(result.x))]
    hessian = (np.array(columns) + np.array(columns).T) / 2
    loss, gradient = f(result.x)
    arrived = net.copy()
    arrived.parameters.x[:] = result.x
    return Found(arrived, float(loss), float(np.abs(gradient).max()), float(np.linalg.eigvalsh(hessian)[0]))


def _column(name, values, n=None):
    column = floats(name, values, (n, 1))[:, 0].astype(np.float64)
    if len(column) == 0:
        raise ValueError(f"{name} must have at least one row, got shape {np.shape(values)}")
    return column
