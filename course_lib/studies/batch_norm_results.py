"""Lecture 08: the stored runs of `batch_norm_digits`, and what follows from them."""

from __future__ import annotations

import json

import numpy as np

from course_lib.studies.batch_norm_digits import FILE, RATES
from course_lib.studies.records import read
from course_lib.validation import choice, floats, number

HEADERS = ["network", "best rate without", "with", "steps without", "with", "ratio: 10 %", "median", "90 %",
           "usable rates without", "with"]


def stored(file=FILE):
    """The stored runs: dict of network -> "without" or "with" -> dict of what was found:

    "steps" (rates, 3 seeds) to the target at each of RATES, "curves" (rates, checks) the medians of the
    accuracies after each of CURVE, "rate" the one with the fewest steps or None, "reported" (12 other seeds)
    the steps at that rate, and for the networks in LONG "long" (12 seeds, 2) from `long_run` at that rate.

    >>> stored()["8 ReLU"]["with"]["steps"].shape
    (13, 3)
    """
    found = json.loads(read(file, FILE.name))
    return {name: {way: {key: value if key == "rate" else np.array(value, float)
                         for key, value in runs.items()} for way, runs in ways.items()}
            for name, ways in found.items()}


def ratios(found):
    """Steps without batch norm over steps with it, each way at its best rate: dict of network -> (seeds,).

    inf where the network never arrives without it.
    """
    _check(found)
    return {name: (ways["without"]["reported"] if ways["without"]["rate"] else np.inf)
            / ways["with"]["reported"] for name, ways in found.items()}


def usable(steps, worse=2.0, rates=RATES):
    """The smallest and largest rate whose median of `steps` (rates, seeds) is at most `worse` times the best.

    None when no rate arrives.

    >>> usable([[50.0], [30.0], [np.inf]], rates=[0.1, 0.2, 0.5])
    (0.1, 0.2)
    """
    medians = np.median(floats("steps", steps, (len(rates), None), finite=False), axis=1)
    if not np.isfinite(medians).any():
        return None
    good = np.asarray(rates)[medians <= number("worse", worse, 1) * medians.min()]
    return float(good[0]), float(good[-1])


def spread(values):
    """The 10 % quantile, the median and the 90 % quantile; the outer ones are values that occur, maybe inf.

    >>> spread([1.0, 2.0, 4.0, np.inf])
    [1.0, 3.0, inf]
    """
    values = floats("values", values, (None,), finite=False)
    return [float(np.quantile(values, 0.1, method="lower")), float(np.median(values)),
            float(np.quantile(values, 0.9, method="higher"))]


def at_rate(found, name, rate):
    """Median steps without and with batch norm at one of RATES.

    >>> len(at_rate(stored(), "8 ReLU", 0.02))
    2
    """
    _check(found)
    choice("name", name, found)
    row = RATES.index(choice("rate", rate, RATES))
    return tuple(float(np.median(found[name][way]["steps"][row])) for way in ("without", "with"))


def summary(found):
    """Rows of a table with the columns HEADERS, one for each network; numbers to two digits, as text."""
    def text(value):
        return "never" if value is None or not np.isfinite(value) else f"{float(f'{value:.2g}'):g}"

    rows, gains = [], ratios(_check(found))
    for name, ways in found.items():
        steps = [np.median(runs["reported"]) if runs["rate"] else None for runs in ways.values()]
        gain = spread(gains[name]) if ways["without"]["rate"] else [None] * 3
        ranges = [usable(runs["steps"]) for runs in ways.values()]
        rows.append([name, *(text(runs["rate"]) for runs in ways.values()), *map(text, steps),
                     *map(text, gain), *("none" if r is None else f"{r[0]:g} to {r[1]:g}" for r in ranges)])
    return rows


def _check(found):
    if not isinstance(found, dict) or not found:
        raise TypeError(f"found must be the dict that stored() returns, got {found!r}")
    return found
