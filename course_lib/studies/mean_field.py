"""Lecture 06: how the variance of a signal changes from layer to layer in a very wide network.

In a wide layer a pre-activation is a sum of many independent terms, so it is nearly Gaussian, N(0, q). The
next layer's variance then is an integral over one Gaussian variable, and so is the factor for the gradient
(Poole et al. 2016, eq. 3; Schoenholz et al. 2017):

    q' = s E[φ(√q z)²]        gradient variance: times χ = s E[φ'(√q z)²] per layer,      z ~ N(0, 1)

where s = fan_in · Var(w) is the weight variance per input, and biases are zero.
"""

from __future__ import annotations

import math

import numpy as np

from course_lib.layers import ELU, SELU, Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from course_lib.validation import choice, floats, integer, number

ACTIVATIONS = {"identity": Identity, "sigmoid": Sigmoid, "tanh": Tanh, "ReLU": ReLU,
               "LeakyReLU": LeakyReLU, "ELU": ELU, "SELU": SELU}

# Gauss-Legendre nodes on both sides of 0, where ReLU and its family have their kink; beyond |z| = 10 the
# density is below 1e-22.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(100)
_Z = np.concatenate([5 * _NODES - 5, 5 * _NODES + 5])
_DENSITY = np.tile(5 * _WEIGHTS, 2) * np.exp(-(_Z**2) / 2) / math.sqrt(2 * math.pi)


def moments(activation, q):
    """E[φ(√q z)²] and E[φ'(√q z)²] for z ~ N(0, 1).

    activation : a key of ACTIVATIONS; q : variance of the pre-activation, at least 0

    >>> [round(value, 6) for value in moments("ReLU", 3.0)]  # half of q, half of the units
    [1.5, 0.5]
    """
    layer = ACTIVATIONS[choice("activation", activation, ACTIVATIONS)]()
    number("q", q, 0)
    value = layer.forward((math.sqrt(q) * _Z)[:, None], train=True)[:, 0]
    slope = layer.backward(np.ones((len(_Z), 1)))[:, 0]
    return float(_DENSITY @ value**2), float(_DENSITY @ slope**2)


def variances(activation, weight_variance, q, depth):
    """The variance of the pre-activations in layers 1, …, depth when that of layer 1 is q: (depth,).

    weight_variance : fan_in · Var(w); 1 is LeCun's start, and Xavier's for equal fans; 2 is He's

    >>> variances("ReLU", 2, 1.0, 4)
    array([1., 1., 1., 1.])
    """
    number("weight_variance", weight_variance, 0)
    path = [float(number("q", q, 0))]
    for _ in range(integer("depth", depth, 1) - 1):
        path.append(weight_variance * moments(activation, path[-1])[0])
    return np.array(path)


def gradient_factors(activation, weight_variance, variances):
    """√χ: by how much the gradient's norm grows when it goes back through one layer, for each variance q.

    The gradient at the pre-activations, in a network all of whose layers have the same width.

    >>> gradient_factors("tanh", 1.0, [1e-9]).round(6)  # tanh is the identity near 0
    array([1.])
    """
    number("weight_variance", weight_variance, 0)
    variances = floats("variances", variances, (None,))
    return np.array([math.sqrt(weight_variance * moments(activation, q)[1]) for q in variances])


def keeping_variance(activation, q=1.0):
    """The weight variance s = fan_in · Var(w) that keeps a pre-activation variance of q: q / E[φ(√q z)²].

    >>> round(keeping_variance("ReLU"), 6), round(keeping_variance("SELU"), 6)  # He; LeCun
    (2.0, 1.0)
    """
    number("q", q, 0, open_low=True)
    return q / moments(activation, q)[0]
