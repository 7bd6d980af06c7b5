"""Gradient transforms: what is done to a gradient before an update rule sees it.

A transform is a function (x, g) -> new gradient, of the same shape as g. It never changes
g in place. An optimizer applies its transforms in the order given:

>>> import numpy as np
>>> from course_lib.optimizers import SGD
>>> opt = SGD(lr=0.1, transforms=[l2(0.01), clip_norm(1.0)])
"""

from __future__ import annotations

import math

import numpy as np

from course_lib.penalties import L1, L2, ElasticNet
from course_lib.validation import floats, number


def l2(alpha):
    """Add the gradient of the penalty (alpha/2)·‖x‖², which is alpha·x.

    Under plain gradient descent this shrinks each weight by the factor 1 - lr·alpha per step.

    >>> l2(0.1)(np.array([2.0, -4.0]), np.array([1.0, 1.0]))
    array([1.2, 0.6])
    """
    return L2(alpha).transform


def l1(alpha):
    """Add a subgradient of the penalty alpha·Σ|x|, which is alpha·sign(x), with sign(0) = 0.

    >>> l1(0.1)(np.array([2.0, -4.0, 0.0]), np.array([1.0, 1.0, 1.0]))
    array([1.1, 0.9, 1. ])
    """
    return L1(alpha).transform


def elastic_net(alpha, l1_ratio=0.5):
    """Add a subgradient of alpha·(l1_ratio·Σ|x| + (1 - l1_ratio)/2·‖x‖²): both of the above, mixed.

    >>> elastic_net(0.1)(np.array([2.0, -4.0]), np.array([1.0, 1.0]))
    array([1.15, 0.75])
    """
    return ElasticNet(alpha, l1_ratio).transform


def clip_norm(max_norm):
    """Shorten the gradient to length `max_norm` if it is longer (Pascanu et al. 2013, algorithm 1).

    The direction stays, also where the sum of squares overflows. A gradient within the bound is returned as
    it is, and so is one that is not finite.

    >>> clip_norm(1.0)(None, np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """
    max_norm = float(number("max_norm", max_norm, 0, open_low=True))

    def clip(x, g):
        g = floats("g", g, finite=False)
        norm = _length(g)
        if math.isfinite(norm):
            return g if norm <= max_norm else g * (max_norm / norm)
        return _clip_large(g, max_norm)

    return clip


def _length(g):
    return float(np.sqrt(np.vdot(g, g)))  # unlike norm, vdot does not warn of an overflow


def _clip_large(g, max_norm):
    """The same by way of g / max |g|, whose length, between 1 and √size, cannot overflow."""
    largest = float(np.abs(g).max())
    if not math.isfinite(largest):
        return g
    direction = g / g.dtype.type(largest)
    norm = _length(direction)
    return g if largest * norm <= max_norm else direction * (max_norm / norm)
