"""What a comparison of optimizers found: runs, ranking, table, and how far to believe them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.tables import Table
from course_lib.validation import choice, number


@dataclass(frozen=True)
class Runs:
    """One method: its grid of rates, and its runs at the chosen one.

    rates : (rates,), the grid; grid_scores, grid_curves : (rates, seeds) and (rates, seeds, points), the
        runs that chose the rate
    rate : the chosen rate; scores, curves : (seeds,) and (seeds, points), the reported runs
    A score is inf for a run that diverged.
    """

    rates: np.ndarray
    grid_scores: np.ndarray
    grid_curves: np.ndarray
    rate: float
    scores: np.ndarray
    curves: np.ndarray

    @property
    def diverged(self):
        """The number of reported runs that diverged."""
        return int(np.isinf(self.curves[:, -1]).sum())

    @property
    def at_edge(self):
        """True if the chosen rate is the first or the last of the grid, which then should reach further."""
        return len(self.rates) > 1 and self.rate in (self.rates[0], self.rates[-1])

    @property
    def summary(self):
        """(median, low, high): low and high are the 10 % and 90 % quantiles, rounded outwards to a run."""
        low = np.quantile(self.scores, 0.1, method="lower")
        high = np.quantile(self.scores, 0.9, method="higher")
        return float(np.median(self.scores)), float(low), float(high)


@dataclass(frozen=True)
class Comparison:
    """What `compare` found.

    evaluations : (points,), the numbers of gradient evaluations at which the curves were measured
    runs : dict of label -> Runs
    notes : what to know before believing the table, such as a best rate at the edge of its grid
    """

    evaluations: np.ndarray
    runs: dict
    notes: tuple = ()

    def ranking(self):
        """The labels, lowest median score first; methods that never arrive are last."""
        return sorted(self.runs, key=lambda label: self.runs[label].summary)

    def wins(self, a, b):
        """The share of seeds on which `a` has a lower score than `b`; a tie is half a win."""
        for name, label in (("a", a), ("b", b)):
            choice(name, label, self.runs)
        first, second = self.runs[a].scores, self.runs[b].scores
        return float(np.mean((first < second) + 0.5 * (first == second)))

    def table(self):
        """A course_lib Table in the order of the ranking. A star marks a rate at the edge of its grid."""
        rows = []
        for label in self.ranking():
            runs = self.runs[label]
            star = " *" if runs.at_edge else ""
            rows.append([label, f"{runs.rate:.3g}{star}", *(_text(value) for value in runs.summary),
                         f"{runs.diverged} of {len(runs.scores)}"])
        return Table(["method", "learning rate", "median", "10 %", "90 %", "diverged"], rows)

    def common_rates(self):
        """The learning rates that are in the grid of every method, a list."""
        first, *others = [runs.rates for runs in self.runs.values()]
        return [float(rate) for rate in first if all(np.isclose(grid, rate, rtol=1e-6).any()
                                                     for grid in others)]

    def at_one_rate(self, rate):
        """The WRONG comparison: every method at the same learning rate, from the runs of the grids.

        Returns a Comparison. Shows how a ranking changes when the rate suits one method and not another.
        `rate` must be in every grid (see common_rates()). Nothing new is computed.
        """
        number("rate", rate, 0, open_low=True)
        runs = {}
        for label, r in self.runs.items():
            near = np.isclose(r.rates, rate, rtol=1e-6)
            if not near.any():
                raise ValueError(f"rate must be in the grid of every method, one of {self.common_rates()}, "
                                 f"got {rate}, which {label} did not try")
            i = int(np.argmax(near))
            runs[label] = Runs(r.rates[[i]], r.grid_scores[[i]], r.grid_curves[[i]], float(r.rates[i]),
                               r.grid_scores[i], r.grid_curves[i])
        axis = np.linspace(0, self.evaluations[-1], r.grid_curves.shape[-1])
        return Comparison(axis, runs, (f"one learning rate, {rate:g}, for all methods",))

    def __str__(self):
        return "\n".join([str(self.table()), *(f"* {note}" for note in self.notes)])

    __repr__ = __str__

    def _repr_markdown_(self):
        return "\n".join([self.table()._repr_markdown_(), "", *(f"* {note}" for note in self.notes)])


def doubt(label, runs):
    """What is wrong with the choice of the rate, or None; a sentence for Comparison.notes."""
    if np.isinf(np.median(runs.grid_scores, axis=1)).all():
        return f"{label}: at no learning rate of its grid did the median run arrive"
    if len(runs.rates) == 1:
        return f"{label}: its grid has one learning rate, so it was not tuned"
    if runs.at_edge:
        end, beyond = ("largest", "larger") if runs.rate == runs.rates[-1] else ("smallest", "smaller")
        return (f"{label}: the best learning rate, {runs.rate:.3g}, is the {end} of its grid; "
                f"a {beyond} one may be better")
    return None


def _text(value):
    return f"{value:.3g}" if np.isfinite(value) else "∞"
