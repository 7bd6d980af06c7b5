"""Lecture 06: which law do a framework's first weights follow? Moments, and distances to three laws."""

from __future__ import annotations

import numpy as np

from course_lib.initializers import TRUNCATED_STD
from course_lib.validation import floats, number

LAWS = ("normal", "truncated normal", "uniform")


def moments_and_distances(weights, std):
    """(std of the weights / std, largest |weight| / std, Kolmogorov distance to each of LAWS).

    weights : array of any shape; std : the standard deviation that theory gives them

    The laws have mean 0 and standard deviation `std`; the truncated one is cut at two standard deviations of
    the normal variable before the cut. The distance is the largest difference of the distribution functions:
    for n weights of that law about 0.87/√n, and more than 1.36/√n in one case of twenty (Kolmogorov 1933).

    >>> from course_lib.initializers import he_uniform
    >>> w = he_uniform()((200, 500), np.random.default_rng(0))
    >>> ratio, largest, *distances = moments_and_distances(w, 0.1)
    >>> round(ratio, 2), round(largest, 2), LAWS[int(np.argmin(distances))]
    (1.0, 1.73, 'uniform')
    """
    weights = floats("weights", weights).ravel().astype(np.float64)
    number("std", std, 0, open_low=True)
    if len(weights) < 2:
        raise ValueError(f"weights must hold at least two numbers, got {len(weights)}")
    from scipy import stats

    scaled = weights / std
    laws = (stats.norm(), stats.truncnorm(-2, 2, scale=1 / TRUNCATED_STD), stats.uniform(-3**0.5, 2 * 3**0.5))
    distances = [float(stats.kstest(scaled, law.cdf, mode="asymp").statistic) for law in laws]
    return float(scaled.std()), float(np.abs(scaled).max()), *distances
