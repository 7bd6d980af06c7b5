"""Checks for the exercises of lecture 12, choosing an optimizer."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, expect_keys, right
from course_lib.exercises.lecture12_rates import check_choose_rate
from course_lib.exercises.lecture12_scores import check_fair_scores
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, Momentum

__all__ = ["check_choose_rate", "check_fair_scores", "check_prediction", "check_rigged", "check_sign_test",
           "contest"]

# --- exercise 3: read a ranking over seeds ----------------------------------------------------------


def sign_test(a, b):
    wins, losses = int((a < b).sum()), int((a > b).sum())
    return wins, _p(max(wins, losses), wins + losses)


def _ways(most, n):
    """In how many ways n coins fall so that at least `most` of them show heads."""
    return sum(math.comb(n, i) for i in range(most, n + 1))


def _p(most, n, sides=2):
    return min(1.0, sides * _ways(most, n) / 2**n)


def sign_cases():
    """Arguments (a, b): losses of two methods on the same seeds; in two pairs one seed is tied."""
    rng = np.random.default_rng(5)
    seeds = rng.gamma(2.0, 1.0, 10)
    a = seeds + np.array([-0.1, -0.2, -0.1, 0.05, -0.3, -0.1, -0.2, -0.1, -0.4, 0.1])
    tie = seeds.copy()
    tie[:7] += 0.2
    tie[8:] -= 0.1
    even = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.array([1.5, 1.8, 3.5, 3.8, 5.5, 5.8])
    return [(a, seeds), (seeds, tie), (tie, seeds), (seeds + 0.5, seeds), even]


# What to tell, and one or more results: of w, the seeds on which a is lower, k, on which b is, and all n.
SIGN_TABLE = [
    ("wins counts the seeds on which a is *lower*: a lower loss is better",
     lambda w, k, n: (k, _p(max(w, k), w + k))),
    ("wins is right, but p is for one side only: a difference as large the other way round would have "
     "surprised you just as much, so double it", lambda w, k, n: (w, _p(max(w, k), w + k, sides=1))),
    ("wins is right, but p counts only exactly this many wins: take as many *or more*",
     lambda w, k, n: (w, min(1.0, 2 * math.comb(w + k, max(w, k)) / 2**(w + k)))),
    ("wins is right, but p counts more wins than there were: as many or more",
     lambda w, k, n: (w, _p(max(w, k) + 1, w + k))),
    ("wins is right, but the sum for p ends before n: range(k, n) leaves n out",
     lambda w, k, n: (w, min(1.0, 2 * (_ways(max(w, k), w + k) - 1) / 2**(w + k)))),
    ("wins is right, but p starts from the wins of a even where b won more often: take the larger of the two "
     "counts", lambda w, k, n: (w, _p(w, w + k))),
    ("wins is right, but p starts from the wins of a even where b won more often, and is for one side only: "
     "start from the larger of the two counts, and double the sum",
     lambda w, k, n: (w, _p(w, w + k, sides=1))),
    ("wins is right, but the sum for p is not divided by 2**n, the number of ways in which n coins can fall",
     lambda w, k, n: (w, 2 * _ways(max(w, k), w + k))),
    ("wins is right, but p is 1 every time. The sum starts from the larger of the two counts, and is divided "
     "by 2**n before min(1, …) is taken", lambda w, k, n: (w, 1)),
    ("wins is right, but the tie still counts as a seed in p: a tie speaks for neither",
     lambda w, k, n: (w, _p(max(w, k), n))),
    ("wins is right, but in p the tie counts as a win of b: a tie speaks for neither",
     lambda w, k, n: (w, _p(max(w, n - w), n)), lambda w, k, n: (w, _p(max(w, n - w), w + k))),
    ("a tie is not a win: a must be strictly lower",
     lambda w, k, n: (n - k, _p(max(n - k, k), n)), lambda w, k, n: (n - k, _p(max(w, k), w + k))),
    ("p is right, but a tie is not half a win: leave it out",
     lambda w, k, n: ((w + n - k) / 2, _p(max(w, k), w + k))),
    ("wins is right, but a probability cannot exceed 1: take min(1, p)",
     lambda w, k, n: (w, 2 * _ways(max(w, k), w + k) / 2**(w + k))),
    ("wins is right, but you returned 1 - p: p is small when chance is a poor explanation",
     lambda w, k, n: (w, 1 - _p(max(w, k), w + k))),
    ("p is right, but wins is the larger of the two counts: asked is on how many seeds a is lower",
     lambda w, k, n: (max(w, k), _p(max(w, k), w + k))),
    ("you returned the share of wins, not their number, and p is right",
     lambda w, k, n: (w / n, _p(max(w, k), w + k)), lambda w, k, n: (w / (w + k), _p(max(w, k), w + k))),
    ("wins is right, but p is the share of wins: asked is how often a fair coin does as much",
     lambda w, k, n: (w, w / n), lambda w, k, n: (w, w / (w + k))),
]


def _of_counts(result):
    return lambda a, b: result(int((a < b).sum()), int((a > b).sum()), len(a))


SIGN_MISTAKES = [
    *(Mistake(message, _of_counts(result)) for message, *results in SIGN_TABLE for result in results),
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
        Mistake("that is the number of steps for a distance of 1. The weight travels 60", 1_000),
        Mistake("bias correction removes the slow start, so 1 / (1 - beta1) does not come in", 600_000)])
    check_number("adam_megabytes", adam_megabytes, 80, tolerance=0.05, mistakes=[
        Mistake("that is one array. Adam remembers two, m and v", 40),
        Mistake("that counts the weights too. Asked is what Adam remembers beside them", 120),
        Mistake("that is twice too much: it counts weights and gradient too, or it is in float64. Asked are "
                "m and v, in float32 with 4 bytes per number", 160),
        Mistake("that is the number of numbers, in millions: each takes 4 bytes", 20),
        Mistake("that is the number of weights, in millions: two numbers for each, of 4 bytes", 10),
        Mistake("that is in bits: a byte has eight", 640),
        Mistake("that is in bytes: a megabyte is a million of them", 80e6),
        Mistake("that is in kilobytes: a megabyte is a thousand of them", 80e3),
        Mistake("that is in gigabytes, a thousand megabytes each", 0.08)])
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
    if not 0 < lr < 1e300:
        raise WrongAnswer(f"rates[{name!r}] must be a positive number below 1e300.")
    scores = contest(float(lr))
    winner = min(scores, key=scores.get)
    if all(math.isinf(score) or score > 1e6 for score in scores.values()):
        raise WrongAnswer(f"rates[{name!r}] = {lr:g}: all three run away; nobody wins.")
    if list(scores.values()).count(scores[winner]) > 1:
        raise WrongAnswer(f"rates[{name!r}] = {lr:g}: two or more end with exactly the same loss, "
                          f"{scores[winner]:.4g}; nobody wins.")
    if winner == name:
        return
    text = f"rates[{name!r}] = {lr:g}: there {winner} wins"
    if math.isinf(scores[name]) or scores[name] > 1e3:
        raise WrongAnswer(f"{text}, and {name} runs away: its rate must be smaller.")
    raise WrongAnswer(f"{text}, with a loss of {scores[winner]:.3g} against {scores[name]:.3g} of {name}.")
