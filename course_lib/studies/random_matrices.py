"""Lecture 06: products of many random matrices, the simplest deep network: no activation, no bias."""

from __future__ import annotations

import math

import numpy as np

from course_lib.validation import function, generator, integer, number


def log_norms(count, size, runs, rng, std=1.0):
    """log10 |M_k … M_1 v| for k = 1, …, count and a unit vector v, in `runs` draws: (runs, count).

    The matrices M are size × size with independent entries from N(0, std²).

    >>> logs = log_norms(100, 5, 3, np.random.default_rng(0))
    >>> logs.shape, bool((logs[:, -1] > 20).all())
    ((3, 100), True)
    """
    count, size, runs = integer("count", count, 1), integer("size", size, 1), integer("runs", runs, 1)
    std = float(number("std", std, 0, open_low=True))
    rng = generator(rng)
    v = np.full((runs, size), size**-0.5)
    logs = np.empty((runs, count))
    for k in range(count):
        v = np.einsum("rij,rj->ri", std * rng.standard_normal((runs, size, size)), v)
        length = np.linalg.norm(v, axis=1, keepdims=True)
        logs[:, k] = np.log10(length[:, 0])
        v /= length  # so that no length overflows, however many matrices there are
    return logs.cumsum(axis=1)


def log_norm_theory(count, size, std=1.0):
    """Mean and standard deviation of log10 |M_count … M_1 v|, exact at every size (Newman 1986).

    M v has independent entries from N(0, std²) for *any* unit vector v. So log |M v| is the logarithm of a χ
    variable with `size` degrees of freedom, plus log std, and the logs of one factor after the other are
    independent: means and variances add up. ψ is the digamma function:
    mean ½ (ln 2 + ψ(size/2)) + ln std, variance ¼ ψ'(size/2), in natural logarithms and per factor.

    >>> mean, sd = log_norm_theory(100, 5)
    >>> round(mean, 1), round(sd, 1)
    (30.3, 1.5)
    """
    count, size = integer("count", count, 1), integer("size", size, 1)
    std = float(number("std", std, 0, open_low=True))
    from scipy.special import polygamma, psi

    mean = 0.5 * (math.log(2) + psi(size / 2)) + math.log(std)
    sd = 0.5 * math.sqrt(polygamma(1, size / 2))
    return float(count * mean / math.log(10)), float(math.sqrt(count) * sd / math.log(10))


def product_singular_values(weight, width, depth, rng):
    """Singular values of W_1 W_2 … W_k for k = 1, …, depth: (depth, width), in falling order.

    weight : an initializer (course_lib.initializers), which draws each width × width matrix

    >>> from course_lib.initializers import orthogonal
    >>> values = product_singular_values(orthogonal(), 4, 10, np.random.default_rng(0))
    >>> bool(abs(values - 1).max() < 1e-12)
    True
    """
    function("weight", weight, "an initializer such as orthogonal(), a function of shape and rng")
    width, depth, rng = integer("width", width, 1), integer("depth", depth, 1), generator(rng)
    product, values = np.eye(width), []
    for _ in range(depth):
        product = product @ weight((width, width), rng)
        values.append(np.linalg.svd(product, compute_uv=False))
    return np.array(values)
