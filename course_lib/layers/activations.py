"""Activations: functions applied to each number by itself; their derivatives backward."""

from __future__ import annotations

import numpy as np

from course_lib.layers.base import Layer
from course_lib.validation import floats, number

# Klambauer et al. (2017), eq. 14: the fixed point of mean 0 and variance 1 (more digits: their code).
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


class Activation(Layer):
    """What all activations share: the output has the shape of the input."""

    keeps_width = True


class Identity(Activation):
    """Returns its input. Derivative 1."""

    def forward(self, x, train=False):
        return x

    def backward(self, g):
        return g


class ReLU(Activation):
    """max(0, x). Derivative 1 for x > 0, else 0 (the choice at 0 is a convention)."""

    def forward(self, x, train=False):
        self.out = x.clip(0, np.inf)  # max(0, x), in less than half the time of np.maximum
        return self.out

    def backward(self, g):
        return g * (self.out > 0)


class LeakyReLU(Activation):
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


class ELU(Activation):
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


class SELU(Activation):
    """scale·ELU(x) with the alpha and scale for which mean 0 and variance 1 are a stable fixed point.

    Klambauer et al. 2017, eq. 2; the weights need variance 1 / fan_in (`lecun_normal`).
    """

    def forward(self, x, train=False):
        negative = SELU_ALPHA * np.expm1(np.minimum(x, 0))
        self.factor = SELU_SCALE * np.where(x > 0, x.dtype.type(1), negative + SELU_ALPHA)
        return SELU_SCALE * np.where(x > 0, x, negative)

    def backward(self, g):
        return g * self.factor


class Tanh(Activation):
    """tanh(x). Derivative 1 - tanh(x)²."""

    def forward(self, x, train=False):
        self.out = np.tanh(x)
        return self.out

    def backward(self, g):
        return g * (1 - self.out * self.out)


class Sigmoid(Activation):
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
