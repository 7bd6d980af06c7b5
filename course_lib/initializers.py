"""Initializers: functions (shape, rng) -> float64 array of first weights.

A weight matrix has the shape (fan_in, fan_out): a layer computes x @ W + b. `fans` is the
one place that reads the two numbers off a shape. Most initializers are one idea, *variance
scaling*: zero mean and a variance that depends on the fans, so that signals neither grow
nor shrink from layer to layer.
"""

from __future__ import annotations

import numpy as np

from course_lib.validation import generator, number, shape_tuple


def fans(shape):
    """(fan_in, fan_out) of a weight of this shape: inputs and outputs of one unit's layer.

    >>> fans((784, 100))
    (784, 100)
    """
    pair = shape_tuple("shape", shape)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"shape must be (fan_in, fan_out) with both at least 1, got {shape}")
    return pair


def zeros():
    """All zeros: right for biases; for weights every unit of a layer would stay the same.

    >>> zeros()((2,), np.random.default_rng(0))
    array([0., 0.])
    """
    return lambda shape, rng: np.zeros(shape_tuple("shape", shape))


def normal(std=1.0):
    """Independent draws from N(0, std²); `std` is the standard deviation, not the variance.

    >>> normal(0.01)((3, 2), np.random.default_rng(0)).shape
    (3, 2)
    """
    std = float(number("std", std, 0))
    return lambda shape, rng: std * generator(rng).standard_normal(shape_tuple("shape", shape))


def uniform(limit=1.0):
    """Independent draws from U(-limit, limit), whose variance is limit²/3.

    >>> bool(abs(uniform(0.5)((9, 9), np.random.default_rng(0))).max() < 0.5)
    True
    """
    limit = float(number("limit", limit, 0))
    return lambda shape, rng: generator(rng).uniform(-limit, limit, shape_tuple("shape", shape))


def xavier_normal():
    """Variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12), normal.

    >>> round(float(xavier_normal()((300, 500), np.random.default_rng(0)).std()), 2)  # √(2/800)
    0.05
    """
    return lambda shape, rng: normal(_std(shape, "fan_avg"))(shape, rng)


def xavier_uniform():
    """Variance 2 / (fan_in + fan_out), uniform on ±√(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16).

    >>> bool(xavier_uniform()((300, 300), np.random.default_rng(0)).max() < 0.1)
    True
    """
    return lambda shape, rng: uniform(3**0.5 * _std(shape, "fan_avg"))(shape, rng)


def he_normal():
    """Variance 2 / fan_in, normal (He et al. 2015, eq. 10): for ReLU, which halves the power.

    >>> round(float(he_normal()((200, 500), np.random.default_rng(0)).std()), 2)  # √(2/200)
    0.1
    """
    return lambda shape, rng: normal(2**0.5 * _std(shape, "fan_in"))(shape, rng)


def he_uniform():
    """Variance 2 / fan_in, uniform on ±√(6 / fan_in) (He et al. 2015, eq. 10).

    >>> bool(he_uniform()((600, 9), np.random.default_rng(0)).max() < 0.1)
    True
    """
    return lambda shape, rng: uniform(6**0.5 * _std(shape, "fan_in"))(shape, rng)


def lecun_normal():
    """Variance 1 / fan_in, normal (LeCun et al. 1998, eq. 16).

    >>> round(float(lecun_normal()((100, 500), np.random.default_rng(0)).std()), 2)  # √(1/100)
    0.1
    """
    return lambda shape, rng: normal(_std(shape, "fan_in"))(shape, rng)


def orthogonal(gain=1.0):
    """A random matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2014).

    The QR factor of a Gaussian matrix, with the signs of R's diagonal moved into Q so that all
    orthogonal matrices are equally likely (Mezzadri 2007).

    >>> q = orthogonal()((3, 5), np.random.default_rng(0))
    >>> np.allclose(q @ q.T, np.eye(3))
    True
    """
    gain = float(number("gain", gain, 0))

    def draw(shape, rng):
        rows, columns = fans(shape)
        tall = generator(rng).standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(tall)
        q *= np.sign(np.diag(r))
        return gain * (q if rows >= columns else q.T)

    return draw


def _std(shape, fan):
    """1 / √fan with fan the number of inputs ("fan_in") or the mean of both ("fan_avg")."""
    fan_in, fan_out = fans(shape)
    return {"fan_in": fan_in, "fan_avg": (fan_in + fan_out) / 2}[fan] ** -0.5
