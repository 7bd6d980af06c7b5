"""Checks on what studies are given: the seeds of their runs, and the learning rates to try."""

from __future__ import annotations

import numpy as np

from course_lib.validation import floats, integer


def seed_list(name, seeds):
    """Return `seeds` as a list of ints if they are one or more whole numbers of at least 0.

    >>> seed_list("seeds", range(3))
    [0, 1, 2]
    >>> seed_list("seeds", 3)
    Traceback (most recent call last):
    TypeError: seeds must be a list of whole numbers of at least 0, got 3
    """
    given = list(seeds) if np.iterable(seeds) and not isinstance(seeds, str) else []
    if not given:
        raise TypeError(f"{name} must be a list of whole numbers of at least 0, got {seeds!r}")
    return [integer(name, seed, 0) for seed in given]


def positive(name, values):
    """One or more positive numbers as an array: learning rates, for example.

    >>> positive("rates", [])
    Traceback (most recent call last):
    ValueError: rates must be one or more positive numbers, got []
    """
    array = floats(name, values, (None,))
    if not len(array) or array.min() <= 0:
        raise ValueError(f"{name} must be one or more positive numbers, got {values!r}")
    return array
