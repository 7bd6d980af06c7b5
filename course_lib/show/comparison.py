"""Figures of a fair comparison of optimizers (course_lib.studies.comparison)."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from course_lib.studies.ranking import Comparison

# The style has seven looks; comparisons often need one more.
EIGHTH = {"color": "#882255", "linestyle": (0, (3, 1, 1, 1, 1, 1))}


def comparison(result, *, ylabel="loss", score="loss at the end", size=(10, 4.2)):
    """Left the median loss against gradient evaluations, right the score of each method, the best at the top.

    Large dots are medians too; bars go from the 10 % to the 90 % quantile over the seeds, small dots are the
    seeds. Returns the figure and its description.

    >>> from course_lib.functions import RAVINE
    >>> from course_lib.studies.comparison import FunctionProblem, compare
    >>> result = compare(FunctionProblem(RAVINE, spread=0.1), {"sgd": ("sgd", {}, [0.01, 0.03, 0.035])},
    ...                  seeds=range(3), evaluations=20, jobs=1, progress=False)
    >>> fig, alt = comparison(result)
    >>> alt.splitlines()[0]
    'Loss against gradient evaluations and loss at the end of 1 method, median and spread of 3 runs, each \
method at its own learning rate. From best to worst: sgd.'
    >>> plt.close(fig)
    """
    _check(result)
    fig, (left, right) = plt.subplots(1, 2, figsize=size, width_ratios=[1.35, 1])
    # A run on its way to infinity leaves the picture at ten times the losses at the start and at the end.
    lowest, highest = _limits([runs.curves for runs in result.runs.values()],
                              cap=[10 * runs.curves[:, [0, -1]] for runs in result.runs.values()])
    for (label, runs), look in zip(result.runs.items(), _looks(), strict=False):
        _, middle, _ = _quantiles(runs.curves, lowest, highest)
        end = np.isfinite(np.median(runs.curves, axis=0)).sum()
        left.plot(result.evaluations[:end], middle[:end], label=label, **look)
    left.set(xlabel="gradient evaluations", ylabel=ylabel, yscale="log" if lowest > 0 else "linear",
             ylim=(None, 1.2 * highest) if lowest > 0 else None)
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)

    order = result.ranking()
    _dots(right, result, order)
    right.set(xlabel=score, ylabel="method, learning rate")
    count = len(next(iter(result.runs.values())).scores)
    methods, runs = f"{len(order)} method{'s'[:len(order) > 1]}", f"{count} run{'s'[:count > 1]}"
    rates = {runs.rate for runs in result.runs.values()}
    rate = "its own learning rate" if any(len(r.rates) > 1 for r in result.runs.values()) or len(
        rates) > 1 else f"the same learning rate, {rates.pop():g}"
    return fig, (f"{ylabel.capitalize()} against gradient evaluations and {score} of {methods}, median and "
                 f"spread of {runs}, each method at {rate}. From best to worst: {', '.join(order)}.")


def learning_rates(result, *, score="loss at the end", size=(7, 4.2)):
    """The median score of each method against the learning rate, the chosen rates marked.

    These are the runs that chose the rates. Returns the figure and its description.
    """
    _check(result)
    fig, ax = plt.subplots(figsize=size)
    # At a rate too large a loss may end at 1e30: show up to ten times the losses at the start.
    starts = [10 * runs.curves[:, 0] for runs in result.runs.values()
              if np.array_equal(runs.scores, runs.curves[:, -1])]  # scores of another kind need no limit
    lowest, highest = _limits([runs.grid_scores for runs in result.runs.values()], cap=starts)
    for (label, runs), look in zip(result.runs.items(), _looks(), strict=False):
        low, middle, high = _quantiles(runs.grid_scores.T, lowest, highest)
        ax.fill_between(runs.rates, low, high, color=look["color"], alpha=0.12, linewidth=0)
        arrived = np.isfinite(np.median(runs.grid_scores, axis=1))
        ax.plot(runs.rates, np.where(arrived, middle, np.nan), label=label, **look)
        chosen = np.flatnonzero(runs.rates == runs.rate)
        ax.plot(runs.rates[chosen], middle[chosen], "o", color=look["color"], markersize=8)
    ax.set(xlabel="learning rate", ylabel=score, xscale="log", yscale="log" if lowest > 0 else "linear",
           ylim=(None, 1.2 * highest) if lowest > 0 else None)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    chosen = ", ".join(f"{label} {runs.rate:.3g}" for label, runs in result.runs.items())
    return fig, (f"{score.capitalize()} against the learning rate, median and spread, one curve for each "
                 f"method. A dot marks the rate with the best median: {chosen}.")


def rankings(results, *, size=(7, 4.2)):
    """How the ranking of the same methods changes: a dict of title -> Comparison, one column for each.

    Returns the figure and its description.
    """
    if not isinstance(results, dict) or len(results) < 2:
        raise TypeError(f"results must be a dict of at least two titles -> Comparison, got {results!r}")
    orders = {title: _check(result).ranking() for title, result in results.items()}
    labels = list(next(iter(results.values())).runs)
    for title, order in orders.items():
        if set(order) != set(labels):
            raise ValueError(f"results must compare the same methods, got {sorted(labels)} and, for "
                             f"{title!r}, {sorted(order)}")
    fig, ax = plt.subplots(figsize=size)
    for label, look in zip(labels, _looks(), strict=False):
        places = [order.index(label) + 1 for order in orders.values()]
        ax.plot(range(len(orders)), places, marker="o", markersize=7, **look)
        ax.annotate(f"{label} ", (0, places[0]), ha="right", va="center", xytext=(-8, 0),
                    textcoords="offset points")
        ax.annotate(f" {label}", (len(orders) - 1, places[-1]), ha="left", va="center", xytext=(8, 0),
                    textcoords="offset points")
    ax.set(xticks=range(len(orders)), xticklabels=list(orders), ylabel="place", xlim=(-1, len(orders)),
           yticks=range(1, len(labels) + 1))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    return fig, "Places of the methods, best first. " + " ".join(
        f"{title}: {', '.join(order)}." for title, order in orders.items())


def _dots(ax, result, order):
    """One row for each method: median, quantiles, and a small dot for each seed."""
    looks = dict(zip(result.runs, _looks(), strict=False))
    scores = {label: result.runs[label].scores for label in order}
    lowest, highest = _limits(list(scores.values()))
    names = []
    for row, label in enumerate(order):
        runs, color = result.runs[label], looks[label]["color"]
        low, middle, high = _quantiles(runs.scores, lowest, highest)
        ax.plot([low, high], [row, row], color=color, linewidth=3, alpha=0.4, linestyle="-")
        finite = runs.scores[np.isfinite(runs.scores)]
        ax.plot(np.maximum(finite, lowest), np.full(len(finite), row), ".", color=color, markersize=4)
        if np.isfinite(np.median(runs.scores)):
            ax.plot(middle, row, "o", color=color, markersize=8)
        note = f"\n{runs.diverged} of {len(runs.scores)} diverged" if runs.diverged else ""
        names.append(f"{label}, {runs.rate:.3g}{' *' if runs.at_edge else ''}{note}")
    ax.set(yticks=range(len(order)), yticklabels=names, ylim=(len(order) - 0.5, -0.5))
    # The limits are fixed, so that a bar to infinity goes through the edge.
    if lowest > 0 and highest > 3 * lowest:
        ax.set(xscale="log", xlim=(lowest / 1.3, 1.3 * highest))
        if highest < 100 * lowest:  # few powers of ten, so more marks, and no others
            ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
            ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
    elif highest > lowest:
        margin = 0.1 * (highest - lowest)
        ax.set_xlim(lowest - margin, highest + margin)
    ax.grid(axis="y", visible=False)


def _looks():
    """Colour and line style for each of up to 64 methods: after 8, the colours meet other line styles."""
    looks = [*plt.rcParams["axes.prop_cycle"], EIGHTH]
    for round_ in range(len(looks)):
        for i, look in enumerate(looks):
            yield {"color": look["color"], "linestyle": looks[(i + round_) % len(looks)]["linestyle"]}


def _limits(arrays, cap=()):
    """The smallest and largest number to draw; the smallest is positive if a logarithmic axis can be used.

    The largest is at most that of `cap`.
    """
    values, top = (np.concatenate([[], *map(np.ravel, many)]) for many in (arrays, cap))
    values, top = values[np.isfinite(values)], top[np.isfinite(top)]
    if not len(values):
        return 1.0, 1.0
    positive = values[values > 0]
    lowest = values.min() if values.min() < 0 or not len(positive) else positive.min()
    return float(lowest), float(min([values.max(), *([top.max()] if len(top) else [])]))


def _quantiles(values, lowest, highest):
    """10 %, 50 % and 90 % over the first axis, no further outside the picture than needed."""
    found = [np.quantile(values, 0.1, axis=0, method="lower"), np.median(values, axis=0),
             np.quantile(values, 0.9, axis=0, method="higher")]
    return [np.clip(value, lowest, highest + 10 * (highest - lowest)) for value in found]


def _check(result):
    if not isinstance(result, Comparison):
        raise TypeError(f"result must be a Comparison, as compare() returns, got {result!r}")
    return result
