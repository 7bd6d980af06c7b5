"""Layers: what each computes forward, and the chain rule backward.

`forward(x)` takes and returns arrays of shape (batch, units). `backward(g)` takes the
gradient of the loss with respect to the layer's output, writes the gradients of the layer's
own parameters, and returns the gradient with respect to its input. A layer remembers from
the last forward pass what its backward pass needs.
"""

from __future__ import annotations

import numpy as np

from course_lib.initializers import xavier_uniform, zeros
from course_lib.validation import floats, function, integer, number


class Layer:
    """What all layers share. A subclass defines `forward` and `backward`.

    Attributes
    ----------
    shapes : dict of parameter name -> (shape, initializer); empty for most layers
    values, gradients : dict of parameter name -> view into the network's vectors
    needs_input_gradient : False for the first layer of a network, whose input is data
    """

    shapes: dict = {}  # noqa: RUF012 - never changed; a layer with parameters sets its own
    needs_input_gradient = True
    owned = False  # True once a network has it: two networks must not share what a layer remembers

    def __init__(self):
        self.values, self.gradients = {}, {}

    def forward(self, x, train=False):
        raise NotImplementedError(f"{type(self).__name__} must define forward(x, train)")

    def backward(self, g):
        raise NotImplementedError(f"{type(self).__name__} must define backward(g)")

    def __repr__(self):
        return f"{type(self).__name__}()"


class Dense(Layer):
    """Fully connected layer: x @ W + b, with W of shape (fan_in, fan_out).

    Parameters
    ----------
    fan_in, fan_out : numbers of inputs and outputs, at least 1
    weight, bias : initializers; default Xavier uniform and zeros

    >>> from course_lib.network import Network
    >>> from course_lib.losses import MSE
    >>> layer = Dense(2, 1)
    >>> net = Network([layer], loss=MSE(), rng=np.random.default_rng(0))
    >>> layer.weight[:] = [[1.0], [10.0]]
    >>> net.predict([[3.0, 4.0]])
    array([[43.]], dtype=float32)
    """

    def __init__(self, fan_in, fan_out, weight=None, bias=None):
        super().__init__()
        self.fan_in = integer("fan_in", fan_in, 1)
        self.fan_out = integer("fan_out", fan_out, 1)
        self.shapes = {
            "weight": ((self.fan_in, self.fan_out), _initializer("weight", weight, xavier_uniform())),
            "bias": ((self.fan_out,), _initializer("bias", bias, zeros())),
        }

    @property
    def weight(self):
        return self._value("weight")

    @property
    def bias(self):
        return self._value("bias")

    def forward(self, x, train=False):
        if np.shape(x)[1:] != (self.fan_in,):
            raise ValueError(f"x must have shape (batch, {self.fan_in}) for {self!r}, got {np.shape(x)}")
        self.x = x
        # np.dot is the matrix product x @ W; unlike @ it is fast for a single column too.
        out = np.dot(x, self.weight)
        out += self.bias
        return out

    def backward(self, g):
        np.dot(self.x.T, g, out=self.gradients["weight"])
        np.dot(np.ones(len(g), g.dtype), g, out=self.gradients["bias"])  # the sum over the batch
        return np.dot(g, self.weight.T) if self.needs_input_gradient else None

    def _value(self, name):
        if name not in self.values:
            raise RuntimeError(f"{self!r} has no {name} yet: a Network gives it one")
        return self.values[name]

    def __repr__(self):
        return f"Dense({self.fan_in}, {self.fan_out})"


class Identity(Layer):
    """Returns its input. Derivative 1."""

    def forward(self, x, train=False):
        return x

    def backward(self, g):
        return g


class ReLU(Layer):
    """max(0, x). Derivative 1 for x > 0, else 0 (the choice at 0 is a convention)."""

    def forward(self, x, train=False):
        self.out = np.clip(x, 0, np.inf)  # max(0, x), in less than half the time of np.maximum
        return self.out

    def backward(self, g):
        return g * (self.out > 0)


class LeakyReLU(Layer):
    """x for x > 0, else slope·x (Maas et al. 2013). Derivative 1 or slope; default slope 0.01."""

    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = float(number("slope", slope, 0))

    def forward(self, x, train=False):
        self.factor = np.where(x > 0, x.dtype.type(1), x.dtype.type(self.slope))
        return x * self.factor

    def backward(self, g):
        return g * self.factor

    def __repr__(self):
        return f"LeakyReLU({self.slope:g})"


class ELU(Layer):
    """x for x > 0, else alpha·(exp(x) - 1) (Clevert et al. 2016, eq. 15); default alpha 1."""

    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = float(number("alpha", alpha, 0))

    def forward(self, x, train=False):
        negative = self.alpha * np.expm1(np.minimum(x, 0))  # expm1 keeps the digits near 0
        self.factor = np.where(x > 0, x.dtype.type(1), negative + self.alpha)
        return np.where(x > 0, x, negative)

    def backward(self, g):
        return g * self.factor

    def __repr__(self):
        return f"ELU({self.alpha:g})"


class Tanh(Layer):
    """tanh(x). Derivative 1 - tanh(x)²."""

    def forward(self, x, train=False):
        self.out = np.tanh(x)
        return self.out

    def backward(self, g):
        return g * (1 - self.out * self.out)


class Sigmoid(Layer):
    """1 / (1 + exp(-x)). Derivative s·(1 - s), at most 1/4."""

    def forward(self, x, train=False):
        self.out = sigmoid(x)
        return self.out

    def backward(self, g):
        return g * (self.out * (1 - self.out))


def sigmoid(x):
    """1 / (1 + exp(-x)), through tanh so that no exponential can overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return 0.5 * (np.tanh(0.5 * floats("x", x, finite=False)) + 1)


def _initializer(name, given, default):
    if given is None:
        return default
    return function(name, given, "an initializer such as he_normal(), a function of shape and rng")
