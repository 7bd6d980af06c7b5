"""The check for exercise 2 of lecture 12: repair an unfair comparison."""

from __future__ import annotations

import itertools

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, right


def fair_scores(tuning, test):
    best = np.median(tuning, axis=2).argmin(axis=1)
    return np.array([np.median(test[m, best[m]]) for m in range(len(tuning))])


def score_cases():
    """Arguments (tuning, test), each (methods, rates, seeds)."""
    rng = np.random.default_rng(12)
    cases = []
    for methods, rates, seeds in ((3, 5, 4), (2, 4, 7), (4, 6, 5), (3, 6, 6)):
        bowl = (np.arange(rates) - rng.integers(1, rates - 1, (methods, 1))) ** 2.0
        tuning, test = (bowl[..., None] + rng.gamma(2.0, 1.0, (methods, rates, seeds)) for _ in range(2))
        tuning[:, -1, 0] = np.inf
        tuning[0, 1, 1], test[0, -1, 0] = 0.01, 0.02  # lucky runs, far from the best rate
        cases.append((tuning[::-1], test[::-1]) if methods == 4 else (tuning, test))
    return cases


def diverged_cases():
    """Arguments (tuning, test): at one rate most tuning runs diverged, at the best one a test run did."""
    rng = np.random.default_rng(3)
    cases = []
    for best in (2, 1):
        tuning, test = (5.0 + rng.gamma(2.0, 1.0, (2, 4, 5)) for _ in range(2))
        tuning[:, best] -= 4.5
        tuning[:, 0, :3], tuning[:, 0, 3:] = np.inf, 0.1
        test[:, (0, best), 4] = np.inf
        cases.append((tuning, test))
    return cases


def _without_diverged(choose, report):
    """Scores where the runs that diverged are left out of the choice, of the report or of both."""
    def median(runs, left_out):
        kept = np.where(np.isinf(runs), np.nan, runs) if left_out else runs
        return np.nanmedian(kept, axis=-1)
    return lambda tuning, test: median(_runs_at(median(tuning, choose).argmin(axis=1), test), report)


LEFT_OUT = [
    Mistake("you left out the tuning and the test runs that diverged. They are infinitely bad, not missing: "
            "the median counts them", _without_diverged(choose=True, report=True)),
    Mistake("you chose a rate at which most tuning runs diverged, as if they were missing. They are "
            "infinitely bad: the median counts them", _without_diverged(choose=True, report=False)),
    Mistake("you left out the test runs that diverged. They are infinitely bad, not missing: the median "
            "counts them", _without_diverged(choose=False, report=True)),
]


SCORE_MISTAKES = [
    Mistake("one common rate for all methods, the first of the grid: choose for each method its own",
            lambda tuning, test: _at_common(0, test)),
    Mistake("one common rate for all methods, the one that is best on average: choose for each its own",
            lambda tuning, test: _at_common(np.median(tuning, axis=2).mean(axis=0).argmin(), test)),
    Mistake("one common rate for all methods, at which the runs of all have the lowest median: choose for "
            "each its own",
            lambda tuning, test: _at_common(np.median(tuning, axis=(0, 2)).argmin(), test)),
    Mistake("one common rate for all methods, that of the most successful method: choose for each its own, "
            "argmin along axis 1",
            lambda tuning, test: _at_common(np.median(tuning, axis=2).min(axis=0).argmin(), test)),
    Mistake("one common rate for all methods, the one that is best for the first method: choose for each its "
            "own", lambda tuning, test: _at_common(_best(tuning)[0], test)),
    Mistake("you reported the tuning runs. The rate was chosen because it did well on them, so they flatter "
            "it: report the test runs at that rate",
            lambda tuning, test: np.median(tuning, axis=2).min(axis=1)),
    Mistake("you chose the rates on the test runs, the very ones you report: choose them on the tuning runs",
            lambda tuning, test: np.median(test, axis=2).min(axis=1)),
    Mistake("you chose the rates on tuning and test runs together, so the test runs you report are among "
            "those that chose: choose on the tuning runs alone",
            lambda tuning, test: np.median(_runs_at(_best(_pooled(tuning, test)), test), axis=1)),
    Mistake("the rates are right, but tuning runs are still among the reported ones: report the median of "
            "the test runs alone",
            lambda tuning, test: np.median(_runs_at(_best(tuning), _pooled(tuning, test)), axis=1)),
    Mistake("that is the best run of all, over rates and seeds. A best run grows better the more one tries: "
            "report the median", lambda tuning, test: test.min(axis=(1, 2))),
    Mistake("that is the best of all tuning and test runs. A best run grows better the more one tries: "
            "report the median of the test runs alone",
            lambda tuning, test: _pooled(tuning, test).min(axis=(1, 2))),
    Mistake("the rates are right, but you reported the best seed: report the median",
            lambda tuning, test: _at_best(tuning, test).min(axis=1)),
    Mistake("the rates are right, but you reported the worst seed: report the median",
            lambda tuning, test: _at_best(tuning, test).max(axis=1)),
    Mistake("the rates are right, but you reported the mean over the seeds: report the median",
            lambda tuning, test: _at_best(tuning, test).mean(axis=1)),
    Mistake("the rates are right, but you reported the first seed only: report the median",
            lambda tuning, test: _at_best(tuning, test)[:, 0]),
    Mistake("you chose each rate by its best single tuning run: choose it by the median over the seeds",
            lambda tuning, test: _at_best(tuning, test, np.min)),
    Mistake("you chose each rate by its mean over the tuning seeds, which one infinite run spoils: choose it "
            "by the median", lambda tuning, test: _at_best(tuning, test, np.mean)),
    Mistake("you returned the numbers of the best rates, not the scores at them",
            lambda tuning, test: np.median(tuning, axis=2).argmin(axis=1).astype(float)),
    Mistake("you took the worst rate of each method: argmin, not argmax",
            lambda tuning, test: np.array([np.median(test[m, i]) for m, i in enumerate(
                np.median(tuning, axis=2).argmax(axis=1))])),
    Mistake("you also took the median over the rates: each method is to be judged at its best rate",
            lambda tuning, test: np.median(test, axis=(1, 2))),
    Mistake("that is the median of all tuning and test runs: each method is to be judged at its best rate, "
            "and on the test runs alone",
            lambda tuning, test: np.median(_pooled(tuning, test), axis=(1, 2))),
]


def _pooled(tuning, test):
    return np.concatenate([tuning, test], axis=2)


def _at_common(rate, runs):
    return np.median(runs[:, rate], axis=1)


def _best(runs):
    return np.median(runs, axis=2).argmin(axis=1)


def _runs_at(chosen, runs):
    """The runs (methods, seeds) of each method at its chosen rate."""
    return runs[np.arange(len(runs)), chosen]


def _at_best(tuning, test, reduce=None):
    """The test runs (methods, seeds) at the chosen rates; their medians if `reduce` made the choice."""
    chosen = (reduce or np.median)(tuning, axis=2).argmin(axis=1)
    runs = _runs_at(chosen, test)
    return np.median(runs, axis=1) if reduce else runs


# Ways to choose the rates, the runs that are reported, and what is taken of them; None marks the fair one.
CHOICES = {None: lambda tuning, test: _best(tuning),
           "one rate for all methods": lambda tuning, test: np.zeros(len(tuning), int),
           "rates chosen on the test runs": lambda tuning, test: _best(test),
           "rates chosen on tuning and test runs together": lambda tuning, test: _best(_pooled(tuning, test)),
           "rates chosen by the best single tuning run":
               lambda tuning, test: tuning.min(axis=2).argmin(axis=1),
           "rates chosen by the mean over the tuning seeds":
               lambda tuning, test: tuning.mean(axis=2).argmin(axis=1)}
REPORTED = {None: lambda tuning, test: test,
            "tuning runs among the reported ones": _pooled,
            "only tuning runs reported": lambda tuning, test: tuning}
TAKEN = {None: np.median, "the best run in place of the median": np.min,
         "the mean in place of the median": np.mean}


def _several_at_once():
    """The mistakes with two or three unfair parts; those of the report that the exercise hands out too."""
    for choice, reported, taken in itertools.product(CHOICES, REPORTED, TAKEN):
        unfair = [part for part in (choice, reported, taken) if part]
        if len(unfair) > 1:
            yield Mistake(f"{'two' if len(unfair) == 2 else 'three'} things are unfair: {'; '.join(unfair)}",
                          _report(CHOICES[choice], REPORTED[reported], TAKEN[taken]))


def _report(choose, reported, take):
    return lambda tuning, test: take(_runs_at(choose(tuning, test), reported(tuning, test)), axis=1)


SCORE_MISTAKES += _several_at_once()


def _looked_at(function):
    """`function`, but a wrong shape and infinite scores are refused in this exercise's own words."""
    if not callable(function):
        return function

    def answer(tuning, test):
        result = function(tuning, test)
        try:
            scores = np.asarray(result)
        except ValueError:  # rows of different lengths: the check says so
            return result
        if scores.dtype.kind not in "fiu":
            return result
        if np.array_equal(scores, np.median(test[:, _best(tuning)], axis=2)):
            raise WrongAnswer("scores has a row and a column for each method: test[:, best] gives every "
                              "method all the best rates. Pair them: test[np.arange(len(test)), best].")
        if scores.shape != (len(test),):
            raise WrongAnswer(f"scores has shape {scores.shape}, expected ({len(test)},): one score for each "
                              "method.")
        if not np.isfinite(scores).all():
            raise WrongAnswer("scores holds NaN or infinite values. A run that diverged is infinite, and so "
                              "is each mean or maximum with it; the median at a good rate is not.")
        return scores.astype(float) if scores.dtype.kind in "iu" else scores
    return answer


def check_fair_scores(function):
    """Exercise 2: fair_scores(tuning, test) -> score of each method."""
    for cases, mistakes in ((score_cases(), SCORE_MISTAKES), (diverged_cases(), LEFT_OUT)):
        check_function(_looked_at(function), reference=fair_scores, cases=cases, outputs=("scores",),
                       mistakes=mistakes)
    right("own rates, chosen on one set of runs and judged on another, by the median.")
