"""The check for exercise 1 of lecture 12: choose a rate, and mind the edge of the grid."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right

RATES = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.3])
MORE_RATES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0])


def choose_rate(rates, losses):
    best = int(np.argmin(_median(losses)))
    return rates[best], _edge(best, len(rates))


def _infinite(losses):
    return np.where(np.isnan(losses), np.inf, losses)


def _median(losses):
    return np.median(_infinite(losses), axis=1)


def _edge(best, count):
    return -1 if best == 0 else int(best == count - 1)


def rate_cases():
    """Arguments (rates, losses): interior, both edges, runs that diverged, one lucky seed, other sizes."""
    inside = [[5.0, 6.0, 5.5], [3.0, 3.2, 2.9], [1.0, 1.2, 0.9], [1.1, 0.8, 1.4], [3.0, 2.0, 4.0],
              [7.0, 8.0, 9.0]]
    falling = [[6.0, 7.0, 6.5], [5.0, 5.1, 5.2], [4.0, 4.4, 4.1], [3.0, 3.3, 3.1], [2.0, 2.5, 2.1],
               [1.0, 1.3, 1.1]]
    nan = math.nan
    exploding = [[5.0, 6.0, 5.5], [3.0, 3.2, 2.9], [1.0, 1.2, 0.9], [0.4, nan, nan], [nan, nan, nan],
                 [nan, nan, nan]]
    lucky = [[5.0, 6.0, 5.5], [3.0, 3.2, 2.9], [2.0, 2.1, 1.9], [1.5, 1.6, 1.4], [9.0, 0.1, 9.5],
             [nan, nan, 30.0]]
    # Median, mean, first, worst and best run each prefer another rate; the mean of the middle three does too.
    apart = [[9.0, 9.0, 9.0, 9.0, 9.0], [6.5, 2.0, 2.0, 2.0, 20.0], [5.0, 3.0, 3.0, 3.0, 4.0],
             [1.0, 8.0, 8.0, 8.0, 9.0], [4.2, 4.2, 4.2, 4.2, 4.2], [9.0, 9.0, 9.0, 9.0, 0.1]]
    # Four seeds and large losses. At the best rate, 0.3, one run of four diverged; at 0.2 two of them did.
    # Without the rates with diverged runs, 0.01 were the best; by the upper of the middle runs, 0.1.
    large = [[4800, 4800, 5000, 5000], [5100, 5100, 5110, nan], [6000, 6100, 4000, 4100],
             [4950, 4950, 4950, 4950], [1, 2, nan, nan], [4600, 4700, 5000, nan], [4900, nan, nan, nan],
             [nan, nan, nan, nan]]
    return [*((RATES, np.array(losses)) for losses in
              (inside, falling, falling[::-1], exploding, lucky, apart)), (MORE_RATES, np.array(large))]


def _choice(score, edge=_edge):
    """The rate with the lowest score of the losses' rows, and what `edge` makes of its number."""
    def chosen(rates, losses):
        best = int(np.argmin(score(losses)))
        return rates[best], edge(best, len(rates))
    return chosen


def _survivors(reduce, empty=np.inf):
    """A score: `reduce` over the seeds that did not diverge; `empty` where all did."""
    def score(losses):
        rows = [row[~np.isnan(row)] for row in losses]
        return np.array([reduce(row) if len(row) else empty for row in rows])
    return score


def _left_out(name, reduce):
    """Two mistakes with one message: argmin also takes the NaN of a row without survivors, or it does not."""
    return [Mistake(f"you left out the runs that diverged, as np.{name} does. A rate that explodes on two "
                    "seeds of three is not a good one: count them as infinitely bad",
                    _choice(_survivors(reduce, empty))) for empty in (np.inf, -np.inf)]


def _wrong_edge(message, edge):
    return Mistake(f"the rate is right, but {message}", _choice(_median, edge))


RATE_MISTAKES = [
    Mistake("NaN marks a run that diverged, and np.argmin takes NaN for the smallest number: count such a "
            "run as infinitely bad, np.where(np.isnan(losses), np.inf, losses)",
            _choice(lambda losses: np.median(losses, axis=1))),
    Mistake("you counted a run that diverged as a loss of 0, as np.nan_to_num(losses) does: that is the best "
            "there is. Count it as infinitely bad",
            _choice(lambda losses: np.median(np.nan_to_num(losses), axis=1))),
    Mistake("you dropped each rate at which a run diverged. If that is one run of four, the median is finite "
            "and may still be the lowest: count the run, not the rate, as infinitely bad",
            _choice(lambda losses: np.where(np.isnan(losses).any(axis=1), np.inf, _median(losses)))),
    *_left_out("nanmedian", np.median),
    *_left_out("nanmean", np.mean),
    *[Mistake("you took the best single run. One lucky seed does not make a good rate: take the median over "
              "the seeds", _choice(_survivors(np.min, empty))) for empty in (np.inf, -np.inf)],
    Mistake("you took the first seed only: take the median over all seeds",
            _choice(lambda losses: _infinite(losses)[:, 0])),
    Mistake("you judged each rate by its worst run. Asked is the median over the seeds",
            _choice(lambda losses: _infinite(losses).max(axis=1))),
    Mistake("you judged each rate by its mean over the seeds. One run of three decides it then: asked is the "
            "median", _choice(lambda losses: _infinite(losses).mean(axis=1))),
    Mistake("two things: the median over the seeds was asked for, not the mean; and NaN, a run that "
            "diverged, is the smallest number to np.argmin, but should count as infinitely bad",
            _choice(lambda losses: losses.mean(axis=1))),
    Mistake("you took the median over the rates, axis 0: the seeds are axis 1",
            _choice(lambda losses: np.median(_infinite(losses), axis=0))),
    Mistake("of an even number of seeds the median is the mean of the two in the middle; you took the upper "
            "one", _choice(lambda losses: np.sort(_infinite(losses), axis=1)[:, losses.shape[1] // 2])),
    _wrong_edge("you never warn: at the first rate edge is -1, at the last +1", lambda best, count: 0),
    _wrong_edge("you warn with +1 at both ends: where the smallest rate is the best, the grid must go on to "
                "smaller ones, -1", lambda best, count: int(best in (0, count - 1))),
    _wrong_edge("you warn with -1 at both ends: where the largest rate is the best, the grid must go on to "
                "larger ones, +1", lambda best, count: -int(best in (0, count - 1))),
    _wrong_edge("the two signs have changed places: -1 asks for smaller rates, +1 for larger ones",
                lambda best, count: -_edge(best, count)),
    _wrong_edge("the smallest rate is an edge too: there edge is -1",
                lambda best, count: int(best == count - 1)),
    _wrong_edge("the largest rate is an edge too: there edge is +1. Its number is len(rates) - 1",
                lambda best, count: -int(best == 0)),
    _wrong_edge("you took rate number 5, 0.3, for the last one, which it is not in every grid: the last has "
                "the number len(rates) - 1",
                lambda best, count: _edge(best, len(RATES))),
    Mistake("you returned the rate's number in the grid, not the rate itself: rates[best]",
            lambda rates, losses: (float(np.argmin(_median(losses))), choose_rate(rates, losses)[1])),
    Mistake("you returned the lowest median loss, not the rate at which it was found: rates[best]",
            lambda rates, losses: (_median(losses).min(), choose_rate(rates, losses)[1])),
    Mistake("you took the largest loss: the best rate has the lowest",
            _choice(lambda losses: -_median(losses))),
    Mistake("the two results have changed places: return the rate first, then edge",
            lambda rates, losses: choose_rate(rates, losses)[::-1]),
]


def check_choose_rate(function):
    """Exercise 1: choose_rate(rates, losses) -> (best rate, edge)."""
    check_function(function, reference=choose_rate, cases=rate_cases(), outputs=("rate", "edge"),
                   mistakes=RATE_MISTAKES)
    right("the median decides, a run that diverged counts, and an edge is reported.")
