"""Checks for the exercises of lecture 12, choosing an optimizer."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, expect_keys, right
from course_lib.exercises.lecture12_scores import check_fair_scores
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, Momentum

__all__ = ["check_choose_rate", "check_fair_scores", "check_prediction", "check_rigged", "check_sign_test",
           "contest"]

RATES = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.3])

# --- exercise 1: the edge of the grid ---------------------------------------------------------------


def choose_rate(rates, losses):
    medians = np.median(np.where(np.isnan(losses), np.inf, losses), axis=1)
    best = int(np.argmin(medians))
    if best == 0:
        return rates[best], -1
    return rates[best], int(best == len(rates) - 1)


def rate_cases():
    """Arguments (rates, losses): interior, both edges, runs that diverged, and one lucky seed."""
    inside = [[5.0, 6.0, 5.5], [3.0, 3.2, 2.9], [1.0, 1.2, 0.9], [1.1, 0.8, 1.4], [3.0, 2.0, 4.0],
              [7.0, 8.0, 9.0]]
    falling = [[6.0, 7.0, 6.5], [5.0, 5.1, 5.2], [4.0, 4.4, 4.1], [3.0, 3.3, 3.1], [2.0, 2.5, 2.1],
               [1.0, 1.3, 1.1]]
    nan = math.nan
    exploding = [[5.0, 6.0, 5.5], [3.0, 3.2, 2.9], [1.0, 1.2, 0.9], [0.4, nan, nan], [nan, nan, nan],
                 [nan, nan, nan]]
    lucky = [[5.0, 6.0, 5.5], [3.0, 3.2, 2.9], [2.0, 2.1, 1.9], [1.5, 1.6, 1.4], [9.0, 0.1, 9.5],
             [nan, nan, 30.0]]
    # Median, mean, first, worst and best run each prefer another rate.
    apart = [[9.0, 9.0, 9.0, 9.0, 9.0], [6.0, 2.0, 2.0, 2.0, 20.0], [5.0, 3.0, 3.0, 3.0, 4.0],
             [1.0, 8.0, 8.0, 8.0, 9.0], [4.2, 4.2, 4.2, 4.2, 4.2], [9.0, 9.0, 9.0, 9.0, 0.1]]
    return [(RATES, np.array(losses)) for losses in (inside, falling, falling[::-1], exploding, lucky, apart)]


def _choice(score, edge):
    """The rate with the lowest score of the losses' rows, and what `edge` makes of its number."""
    def chosen(rates, losses):
        with np.errstate(all="ignore"):
            best = int(np.argmin(score(losses)))
        return rates[best], edge(best, len(rates))
    return chosen


def _median(losses):
    return np.median(np.where(np.isnan(losses), np.inf, losses), axis=1)


def _edge(best, count):
    return -1 if best == 0 else int(best == count - 1)


RATE_MISTAKES = [
    Mistake("NaN marks a run that diverged, and np.argmin takes NaN for the smallest number: count such a "
            "run as infinitely bad, np.where(np.isnan(losses), np.inf, losses)",
            _choice(lambda losses: np.median(losses, axis=1), _edge)),
    Mistake("you left out the runs that diverged, as np.nanmedian does. A rate that explodes on two seeds of "
            "three is not a good one: count them as infinitely bad",
            _choice(lambda losses: _nan(np.nanmedian, losses), _edge)),
    Mistake("you left out the runs that diverged, as np.nanmean does. A rate that explodes on two seeds of "
            "three is not a good one: count them as infinitely bad",
            _choice(lambda losses: _nan(np.nanmean, losses), _edge)),
    Mistake("you took the best single run. One lucky seed does not make a good rate: take the median over "
            "the seeds", _choice(lambda losses: _nan(np.nanmin, losses), _edge)),
    Mistake("you took the first seed only: take the median over all seeds",
            _choice(lambda losses: _nan(lambda a, axis: a[:, 0], losses), _edge)),
    Mistake("you judged each rate by its worst run. Asked is the median over the seeds",
            _choice(lambda losses: np.where(np.isnan(losses), np.inf, losses).max(axis=1), _edge)),
    Mistake("you judged each rate by its mean over the seeds. One run of three decides it then: asked is the "
            "median", _choice(lambda losses: np.where(np.isnan(losses), np.inf, losses).mean(axis=1), _edge)),
    Mistake("the rate is right, but you never warn: at the first rate edge is -1, at the last +1",
            _choice(_median, lambda best, count: 0)),
    Mistake("the rate is right, but you warn with +1 at both ends: where the smallest rate is the best, the "
            "grid must go on to smaller ones, -1",
            _choice(_median, lambda best, count: int(best in (0, count - 1)))),
    Mistake("the rate is right, but the two signs have changed places: -1 asks for smaller rates, +1 for "
            "larger ones", _choice(_median, lambda best, count: -_edge(best, count))),
    Mistake("the rate is right, but the smallest rate is an edge too: there edge is -1",
            _choice(_median, lambda best, count: int(best == count - 1))),
    Mistake("you returned the rate's number in the grid, not the rate itself: rates[best]",
            lambda rates, losses: (float(np.argmin(_median(losses))),
                                   _edge(int(np.argmin(_median(losses))), len(rates)))),
    Mistake("you took the largest loss: the best rate has the lowest",
            _choice(lambda losses: -_median(losses), _edge)),
    Mistake("the two results have changed places: return the rate first, then edge",
            lambda rates, losses: choose_rate(rates, losses)[::-1]),
]


def _nan(reduce, losses):
    """`reduce` over the seeds with NaN left out; inf where all are NaN."""
    found = np.full(len(losses), np.inf)
    some = ~np.isnan(losses).all(axis=1)
    found[some] = reduce(losses[some], axis=1)
    return np.where(np.isnan(found), np.inf, found)


def check_choose_rate(function):
    """Exercise 1: choose_rate(rates, losses) -> (best rate, edge)."""
    check_function(function, reference=choose_rate, cases=rate_cases(), outputs=("rate", "edge"),
                   mistakes=RATE_MISTAKES)
    right("the median decides, a run that diverged counts, and an edge is reported.")


# --- exercise 3: read a ranking over seeds ----------------------------------------------------------


def sign_test(a, b):
    wins, losses = int((a < b).sum()), int((a > b).sum())
    n, most = wins + losses, max(wins, losses)
    tail = sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n
    return wins, min(1.0, 2 * tail)


def sign_cases():
    """Arguments (a, b): losses of two methods on the same seeds; one pair has a tie."""
    rng = np.random.default_rng(5)
    seeds = rng.gamma(2.0, 1.0, 10)
    a = seeds + np.array([-0.1, -0.2, -0.1, 0.05, -0.3, -0.1, -0.2, -0.1, -0.4, 0.1])
    tie = seeds.copy()
    tie[:7] += 0.2
    tie[8:] -= 0.1
    even = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.array([1.5, 1.8, 3.5, 3.8, 5.5, 5.8])
    return [(a, seeds), (seeds, tie), (seeds + 0.5, seeds), even]


def _p(most, n, sides=2, first=None):
    start = most if first is None else first
    return min(1.0, sides * sum(math.comb(n, k) for k in range(start, n + 1)) / 2**n)


def _signs(a, b):
    return int((a < b).sum()), int((a > b).sum()), len(a)


def _sign_mistake(message, result):
    return Mistake(message, lambda a, b: result(*_signs(a, b)))


SIGN_MISTAKES = [
    _sign_mistake("wins counts the seeds on which a is *lower*: a lower loss is better",
                  lambda w, k, n: (k, _p(max(w, k), w + k))),
    _sign_mistake("wins is right, but p is for one side only: a difference as large the other way round "
                  "would have surprised you just as much, so double it",
                  lambda w, k, n: (w, _p(max(w, k), w + k, sides=1))),
    _sign_mistake("wins is right, but p counts only exactly this many wins: take as many *or more*",
                  lambda w, k, n: (w, min(1.0, 2 * math.comb(w + k, max(w, k)) / 2**(w + k)))),
    _sign_mistake("wins is right, but p counts more wins than there were: as many or more",
                  lambda w, k, n: (w, _p(0, w + k, first=max(w, k) + 1))),
    _sign_mistake("wins is right, but p starts from the wins of a even where b won more often: take the "
                  "larger of the two counts", lambda w, k, n: (w, _p(w, w + k))),
    _sign_mistake("wins is right, but the tie still counts as a seed in p: a tie speaks for neither",
                  lambda w, k, n: (w, _p(max(w, k), n))),
    _sign_mistake("a tie is not a win: a must be strictly lower",
                  lambda w, k, n: (n - k, _p(max(n - k, k), n))),
    _sign_mistake("wins is right, but a probability cannot exceed 1: take min(1, p)",
                  lambda w, k, n: (w, 2 * sum(math.comb(w + k, i) for i in range(max(w, k), w + k + 1))
                                   / 2**(w + k))),
    _sign_mistake("wins is right, but you returned 1 - p: p is small when chance is a poor explanation",
                  lambda w, k, n: (w, 1 - _p(max(w, k), w + k))),
    _sign_mistake("you returned the share of wins, not their number, and p is right",
                  lambda w, k, n: (w / n, _p(max(w, k), w + k))),
    _sign_mistake("wins is right, but p is the share of wins: asked is how often a fair coin does as much",
                  lambda w, k, n: (w, w / n)),
    Mistake("you compared every run of a with every run of b. The runs with one seed belong together: "
            "compare them in pairs, a < b", lambda a, b: (int((a[:, None] < b).sum()), sign_test(a, b)[1])),
    Mistake("the two results have changed places: return wins first, then p",
            lambda a, b: sign_test(a, b)[::-1]),
]


def check_sign_test(function):
    """Exercise 3: sign_test(a, b) -> (seeds on which a wins, two-sided p)."""
    check_function(function, reference=sign_test, cases=sign_cases(), outputs=("wins", "p"),
                   mistakes=SIGN_MISTAKES)
    right("eight wins of ten still happen to a fair coin once in nine times.")


# --- exercise 4: predict ----------------------------------------------------------------------------


def check_prediction(adam_steps, adam_megabytes, sgd_rate_factor):
    """Exercise 4: steps of Adam to travel 60 at lr 0.001; MB of its state for 10 million weights; scaling."""
    check_number("adam_steps", adam_steps, 60_000, tolerance=0.02, mistakes=[
        Mistake("that is for rate 0.01. Here lr is 0.001", 6_000),
        Mistake("that would be gradient descent with gradient 1 and lr 1: Adam's step is about lr", 60),
        Mistake("that is the distance times lr: divide by it", 0.06),
        Mistake("bias correction removes the slow start, so 1 / (1 - beta1) does not come in", 600_000)])
    check_number("adam_megabytes", adam_megabytes, 80, tolerance=0.05, mistakes=[
        Mistake("that is one array. Adam remembers two, m and v", 40),
        Mistake("that counts the weights too. Asked is what Adam remembers beside them", 120),
        Mistake("that is twice too much: it counts weights and gradient too, or it is in float64. Asked are "
                "m and v, in float32 with 4 bytes per number", 160),
        Mistake("that is the number of numbers, in millions: each takes 4 bytes", 20),
        Mistake("that is in bytes: a megabyte is a million of them", 80e6)])
    check_number("sgd_rate_factor", sgd_rate_factor, 0.01, tolerance=0.01, mistakes=[
        Mistake("the gradient grows a hundredfold too, yes, but so do the curvatures, and 2 / curvature is "
                "the limit: a larger loss needs a *smaller* rate", 100),
        Mistake("that is Adam, which does not notice the factor. Gradient descent's step is lr times the "
                "gradient", 1),
        Mistake("not the root: both the gradient and the curvature grow a hundredfold", 0.1),
        Mistake("the loss grows a hundredfold, not ten thousandfold, and so does its curvature", 1e-4)])
    right("know what a rate is measured in before you compare two of them.")


# --- exercise 5: rig a benchmark --------------------------------------------------------------------

CONTESTANTS = {"gradient descent": SGD, "momentum": Momentum, "Adam": Adam}


def contest(lr, steps=60):
    """Final losses on the valley x² + 25y², all three at one rate: dict of method -> loss, inf if diverged.

    >>> scores = contest(0.03)
    >>> min(scores, key=scores.get)
    'gradient descent'
    """
    f = valley(25)
    traces = {name: minimize(f, f.start, kind(lr=lr), steps) for name, kind in CONTESTANTS.items()}
    return {name: math.inf if trace.diverged else float(trace.loss[-1]) for name, trace in traces.items()}


def check_rigged(rates):
    """Exercise 5: a dict of method -> a common rate at which that method wins."""
    if not isinstance(rates, dict):
        raise WrongAnswer(f"rates must be a dict of method -> rate, got {type(rates).__name__}.")
    expect_keys("rates", rates, CONTESTANTS)
    for name, lr in rates.items():
        _check_one_rate(name, lr)
    right("one valley, one start, equal work, and three winners: the common rate decides.")


def _check_one_rate(name, lr):
    if lr is None or lr is Ellipsis:
        raise NotImplementedError(f"rates[{name!r}] has no value yet: write your rate there.")
    if isinstance(lr, bool) or not isinstance(lr, (int, float, np.integer, np.floating)):
        raise WrongAnswer(f"rates[{name!r}] must be one number, got {lr!r}.")
    if not math.isfinite(lr) or lr <= 0:
        raise WrongAnswer(f"rates[{name!r}] must be a positive number, got {lr:g}.")
    scores = contest(float(lr))
    winner = min(scores, key=scores.get)
    if all(math.isinf(score) or score > 1e6 for score in scores.values()):
        raise WrongAnswer(f"rates[{name!r}] = {lr:g}: all three run away; nobody wins.")
    if winner == name:
        return
    text = f"rates[{name!r}] = {lr:g}: there {winner} wins"
    if math.isinf(scores[name]) or scores[name] > 1e3:
        raise WrongAnswer(f"{text}, and {name} runs away: its rate must be smaller.")
    raise WrongAnswer(f"{text}, with a loss of {scores[winner]:.2g} against {scores[name]:.2g} of {name}.")
