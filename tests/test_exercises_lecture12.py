"""The checks of lecture 12: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import inspect
import math
import statistics
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from course_lib.exercises import lecture12, lecture12_rates, lecture12_scores
from course_lib.exercises.answers import as_tuple
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture12 import (
    check_choose_rate,
    check_fair_scores,
    check_prediction,
    check_rigged,
    check_sign_test,
    contest,
)

# --- exercise 1: the edge of the grid ---------------------------------------------------------------


def median_of(losses):
    return np.median(np.where(np.isnan(losses), np.inf, losses), axis=1)


def edge_of(best, rates):
    return {0: -1, len(rates) - 1: 1}.get(best, 0)


def by_hand(rates, losses):
    best, lowest = None, math.inf
    for i, row in enumerate(losses):
        middle = statistics.median([math.inf if math.isnan(value) else value for value in row])
        if middle < lowest:
            best, lowest = i, middle
    return [float(rates[best]), (best == len(rates) - 1) - (best == 0)]


def with_numpy(rates, losses):
    filled = np.nan_to_num(losses, nan=np.inf)
    order = np.argsort(np.median(filled, axis=-1), kind="stable")
    return rates[order[0]], np.sign(np.searchsorted([1, len(rates) - 1], order[0], side="right") - 1)


def in_two_lines(rates, losses):
    best = median_of(losses).argmin()
    return rates[best], edge_of(best, rates)


def in_one_array(rates, losses):
    return np.array(in_two_lines(rates, losses))


def by_the_rates_themselves(rates, losses):
    middles = {float(rate): middle for rate, middle in zip(rates, median_of(losses), strict=True)}
    best = min(middles, key=middles.get)
    return best, int(best == rates.max()) - int(best == rates.min())


def with_a_large_number(rates, losses):
    best = np.median(np.nan_to_num(losses, nan=1e9), axis=1).argmin()
    return np.array(rates[best]), float(edge_of(best, rates))


def by_sorting_each_row(rates, losses):
    rows = [sorted(row) for row in infinite(losses)]
    middles = [(row[(len(row) - 1) // 2] + row[len(row) // 2]) / 2 for row in rows]
    best = middles.index(min(middles))
    return rates[best], 0 if 0 < best < len(rates) - 1 else 1 if best else -1


@pytest.mark.parametrize("answer", [by_hand, with_numpy, in_two_lines, in_one_array, by_the_rates_themselves,
                                    with_a_large_number, by_sorting_each_row])
def test_right_choice_in_any_style_is_accepted(answer, capsys):
    check_choose_rate(answer)
    assert capsys.readouterr().out.startswith("Right")


def choice(score, edge=edge_of):
    def answer(rates, losses):
        with np.errstate(all="ignore"):
            best = int(np.argmin(score(losses)))
        return rates[best], edge(best, rates)
    return answer


def choice_of(best, rates):
    return rates[best], edge_of(int(best), rates)


def nan_aware(reduce, empty=np.inf):
    def score(losses):
        rows = [row[~np.isnan(row)] for row in losses]
        return np.array([reduce(row) if len(row) else empty for row in rows])
    return score


def fills_in_place(rates, losses):
    losses[np.isnan(losses)] = 99.0
    return rates[0], 0


def infinite(losses):
    return np.where(np.isnan(losses), np.inf, losses)


WRONG_CHOICES = {
    "takes NaN for the smallest number": choice(lambda x: np.median(x, axis=1)),
    "as np.nanmedian does": choice(nan_aware(np.median)),
    "as np.nanmean does": choice(nan_aware(np.mean)),
    "best single run": choice(nan_aware(np.min)),
    "first seed only": choice(lambda x: infinite(x)[:, 0]),
    "worst run": choice(lambda x: infinite(x).max(axis=1)),
    "mean over the seeds": choice(lambda x: infinite(x).mean(axis=1)),
    "you never warn": choice(median_of, lambda best, rates: 0),
    r"\+1 at both ends": choice(median_of, lambda best, rates: int(best in (0, len(rates) - 1))),
    "signs have changed places": choice(median_of, lambda best, rates: -edge_of(best, rates)),
    "the smallest rate is an edge too": choice(median_of, lambda best, rates: int(best == len(rates) - 1)),
    "the rate's number": lambda r, x: (float(median_of(x).argmin()), edge_of(median_of(x).argmin(), r)),
    "as a loss of 0": choice(lambda x: np.median(np.nan_to_num(x), axis=1)),
    "dropped each rate at which": lambda r, x: choice_of(np.nanargmin(np.median(x, axis=1)), r),
    "dropped each rate": choice(lambda x: np.where(np.isnan(x).any(axis=1), np.inf, median_of(x))),
    "np.nanmedian": choice(nan_aware(np.median, np.nan)),
    "np.nanmean": choice(nan_aware(np.mean, np.nan)),
    "best single run. One lucky": choice(nan_aware(np.min, np.nan)),
    "over the rates, axis 0": choice(lambda x: np.median(infinite(x), axis=0)),
    "took the upper one": choice(lambda x: np.sort(infinite(x), axis=1)[:, x.shape[1] // 2]),
    "-1 at both ends": choice(median_of, lambda best, rates: -int(best in (0, len(rates) - 1))),
    "the largest rate is an edge too": choice(median_of, lambda best, rates: -1 if best == 0 else 0),
    "took rate number 5, 0.3, for the": choice(median_of, lambda best, rates: {0: -1, 5: 1}.get(best, 0)),
    "not in every grid": choice(median_of, lambda best, rates: {0.001: -1, 0.3: 1}.get(rates[best], 0)),
    "lowest median loss": lambda r, x: (median_of(x).min(), edge_of(median_of(x).argmin(), r)),
    "rate is not right yet": choice(lambda x: np.median(np.nan_to_num(x, nan=10), axis=1)),
    "you give 0.05": choice(lambda x: -np.bincount(infinite(x).argmin(axis=0), minlength=len(x))),
    "you give 0.2, expected is 0.3": choice(lambda x: np.median(np.nan_to_num(x, nan=np.nanmax(x)), axis=1)),
    "two things: the median over the seeds was": choice(lambda x: x.mean(axis=1)),
    "you give 0.01, expected is 0.003": choice(lambda x: np.sort(infinite(x), axis=1)[:, 1:-1].mean(axis=1)),
    "edge must hold real numbers, got bool": choice(median_of, lambda best, rates: best == 0),
    "edge is None": choice(median_of, lambda best, rates: edge_of(best, rates) or None),
    "took the largest loss": choice(lambda x: -median_of(x)),
    "changed places: return the rate first": lambda r, x: choice(median_of)(r, x)[::-1],
    "returned one value, expected 2": lambda r, x: r[median_of(x).argmin()],
    "changed its argument losses in place": fills_in_place,
    "stopped with IndexError": lambda r, x: (r[len(r)], 0),
    "pass the function itself": 0.01,
}


@pytest.mark.parametrize("diagnosis", WRONG_CHOICES)
def test_wrong_choice_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_choose_rate(WRONG_CHOICES[diagnosis])


# --- exercise 2: repair a comparison ----------------------------------------------------------------


def in_loops(tuning, test):
    scores = []
    for method_tuning, method_test in zip(tuning, test, strict=True):
        middles = [statistics.median(row) for row in method_tuning]
        scores.append(statistics.median(method_test[middles.index(min(middles))]))
    return scores


def taken(tuning, test):
    best = np.median(tuning, axis=-1).argmin(axis=-1)
    return np.median(np.take_along_axis(test, best[:, None, None], axis=1)[:, 0], axis=-1)


def by_a_mask(tuning, test):
    middles = np.median(tuning, axis=2)
    return np.median(test, axis=2)[middles == middles.min(axis=1, keepdims=True)]


def in_one_line(tuning, test):
    return tuple(min(zip(np.median(a, axis=1), np.median(b, axis=1), strict=True))[1]
                 for a, b in zip(tuning, test, strict=True))


def on_the_diagonal(tuning, test):
    return np.median(test[:, np.median(tuning, axis=2).argmin(axis=1)], axis=2).diagonal()


@pytest.mark.parametrize("answer", [in_loops, taken, by_a_mask, in_one_line, on_the_diagonal])
def test_fair_scores_in_any_style_are_accepted(answer):
    check_fair_scores(answer)


def at_best(tuning, test, reduce=np.median):
    best = reduce(tuning, axis=2).argmin(axis=1)
    return test[np.arange(len(test)), best]


def at_common_rate(choose):
    return lambda tuning, test: np.median(test[:, choose(tuning)], axis=1)


def survivors(runs, axis):
    return np.nanmedian(np.where(np.isinf(runs), np.nan, runs), axis=axis)


WRONG_SCORES = {
    "the first of the grid": lambda a, b: np.median(b[:, 0], axis=1),
    "best on average": lambda a, b: np.median(b[:, np.median(a, axis=2).mean(axis=0).argmin()], axis=1),
    "reported the tuning runs": lambda a, b: np.median(a, axis=2).min(axis=1),
    "chose the rates on the test runs": lambda a, b: np.median(b, axis=2).min(axis=1),
    "best run of all": lambda a, b: b.min(axis=(1, 2)),
    "reported the best seed": lambda a, b: at_best(a, b).min(axis=1),
    "reported the worst seed": lambda a, b: at_best(a, b).max(axis=1),
    "reported the mean over the seeds": lambda a, b: at_best(a, b).mean(axis=1),
    "reported the first seed": lambda a, b: at_best(a, b)[:, 0],
    "by its best single tuning run": lambda a, b: np.median(at_best(a, b, np.min), axis=1),
    "by its mean over the tuning seeds": lambda a, b: np.median(at_best(a, b, np.mean), axis=1),
    "numbers of the best rates": lambda a, b: np.median(a, axis=2).argmin(axis=1) * 1.0,
    "argmin, not argmax": lambda a, b: np.median(at_best(-a, b), axis=1),
    "took the median over the rates": lambda a, b: np.median(b, axis=(1, 2)),
    "the median of all tuning and test runs": lambda a, b: np.median(both(a, b), axis=(1, 2)),
    "the best of all tuning and test runs": lambda a, b: both(a, b).min(axis=(1, 2)),
    "rates are right, but tuning runs are still": lambda a, b: np.median(own_rate(a, both(a, b)), axis=1),
    "chose the rates on tuning and test runs": lambda a, b: np.median(own_rate(both(a, b), b), axis=1),
    "one score for each method": lambda a, b: float(np.median(b)),
    r"shape \(\), expected \(3,\)": lambda a, b: int(np.median(at_best(a, b), axis=1).argmin()),
    r"shape \(2, 3\), expected \(3,\)": lambda a, b: (np.median(at_best(a, b), axis=1), b.max(axis=(1, 2))),
    "real numbers, got dict": lambda a, b: {m: float(np.median(row)) for m, row in enumerate(at_best(a, b))},
    "returned 2 values, expected one value": lambda a, b: (np.median(at_best(a, b), axis=1), 1),
    "pass the function itself": np.ones(3),
    r"Pair them: test\[np": lambda a, b: np.median(b[:, np.median(a, axis=2).argmin(axis=1)], axis=2),
    "numbers of the best": lambda a, b: np.median(a, axis=2).argmin(axis=1),
    "holds NaN or infinite values. A run that diverged": lambda a, b: a.mean(axis=(1, 2)),
    "each mean or maximum": lambda a, b: a.max(axis=(1, 2)),
    "of the most successful method": at_common_rate(lambda a: np.median(a, axis=2).argmin() % a.shape[1]),
    "best for the first method": at_common_rate(lambda a: np.median(a[0], axis=1).argmin()),
    "runs of all have": at_common_rate(lambda a: np.median(a, axis=(0, 2)).argmin()),
    "at which most tuning runs diverged": lambda a, b: np.median(at_best(a, b, survivors), axis=1),
    "left out the test runs that diverged": lambda a, b: survivors(at_best(a, b), axis=1),
    "left out the tuning and the test runs": lambda a, b: survivors(at_best(a, b, survivors), axis=1),
    "not right yet": lambda a, b: np.median(b.min(axis=1), axis=1),
    "returned None": lambda a, b: None,
}


@pytest.mark.parametrize("diagnosis", WRONG_SCORES)
def test_wrong_scores_are_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_fair_scores(WRONG_SCORES[diagnosis])


def unfair_scores(tuning, test):
    """The report that the exercise hands out."""
    everything = np.concatenate([tuning, test], axis=2)
    return everything[:, 0].min(axis=1)


def both(tuning, test):
    return np.concatenate([tuning, test], axis=2)


def own_rate(chosen_by, reported):
    """The runs (methods, seeds) that are reported of each method, at the rate these runs choose."""
    return reported[np.arange(len(reported)), np.median(chosen_by, axis=2).argmin(axis=1)]


ONE_RATE, ON_TEST = "one rate for all methods", "rates chosen on the test runs"
BY_BEST = "rates chosen by the best single tuning run"
BY_MEAN = "rates chosen by the mean over the tuning seeds"
ON_BOTH = "rates chosen on tuning and test runs together"
POOLED, TUNING_ONLY = "tuning runs among the reported ones", "only tuning runs reported"
BEST, MEAN = "the best run in place of the median", "the mean in place of the median"


@pytest.mark.parametrize(("answer", "unfair"), [
    (unfair_scores, (ONE_RATE, POOLED, BEST)),
    (lambda a, b: np.median(both(a, b)[:, 0], axis=1), (ONE_RATE, POOLED)),
    (lambda a, b: b[:, 0].min(axis=1), (ONE_RATE, BEST)),
    (lambda a, b: b[:, 0].mean(axis=1), (ONE_RATE, MEAN)),
    (lambda a, b: np.median(a[:, 0], axis=1), (ONE_RATE, TUNING_ONLY)),
    (lambda a, b: own_rate(a, both(a, b)).min(axis=1), (POOLED, BEST)),
    (lambda a, b: own_rate(a, both(a, b)).mean(axis=1), (POOLED, MEAN)),
    (lambda a, b: own_rate(a, a).min(axis=1), (TUNING_ONLY, BEST)),
    (lambda a, b: own_rate(b, b).min(axis=1), (ON_TEST, BEST)),
    (lambda a, b: at_best(a, b, np.min).min(axis=1), (BY_BEST, BEST)),
    (lambda a, b: at_best(a, b, np.mean).mean(axis=1), (BY_MEAN, MEAN)),
    (lambda a, b: np.median(own_rate(b, a), axis=1), (ON_TEST, TUNING_ONLY)),
    (lambda a, b: np.median(both(a, b), axis=2).min(axis=1), (ON_BOTH, POOLED)),
    (lambda a, b: own_rate(both(a, b), both(a, b)).min(axis=1), (ON_BOTH, POOLED, BEST)),
])
def test_all_that_is_unfair_is_named(answer, unfair):
    with pytest.raises(WrongAnswer) as refused:
        check_fair_scores(answer)
    count = {2: "two", 3: "three"}[len(unfair)]
    assert str(refused.value) == f"{count} things are unfair: {'; '.join(unfair)}."


def test_the_report_is_that_of_the_exercise():
    source = Path(__file__).parent.parent / "notebooks/source/exercises/12_choosing_an_optimizer.py"
    lines = inspect.getsource(unfair_scores).splitlines()
    assert "\n".join([lines[0], *lines[2:]]) in source.read_text(encoding="utf-8")


# --- exercise 3: the sign test ----------------------------------------------------------------------


def with_scipy(a, b):
    wins, ties = np.sum(a < b), np.sum(a == b)
    return wins, binomtest(int(wins), len(a) - int(ties)).pvalue


def by_counting(a, b):
    signs = [math.copysign(1, y - x) for x, y in zip(a, b, strict=True) if x != y]
    wins = signs.count(1.0)
    rows = [1]
    for _ in signs:
        rows = [x + y for x, y in zip([0, *rows], [*rows, 0], strict=True)]
    tail = sum(rows[max(wins, len(signs) - wins):]) / 2 ** len(signs)
    return wins, tail * 2 if tail < 0.5 else 1


def over_all_outcomes(a, b):
    signs = np.sign(b - a)[a != b]
    tosses = [abs(bin(k).count("1") - len(signs) / 2) for k in range(2 ** len(signs))]
    return float((signs > 0).sum()), np.mean(np.array(tosses) >= abs(signs.sum()) / 2)


def by_the_lower_tail(a, b):
    wins, losses = (sum(x < y for x, y in zip(*pair, strict=True)) for pair in ((a, b), (b, a)))
    n = wins + losses
    return [wins, min(2 * sum(math.comb(n, i) * 0.5**n for i in range(min(wins, losses) + 1)), 1)]


@pytest.mark.parametrize("answer", [with_scipy, by_counting, lambda a, b: np.array(by_counting(a, b)),
                                    over_all_outcomes, by_the_lower_tail])
def test_right_sign_tests_are_accepted(answer):
    check_sign_test(answer)


def tail(k, n):
    return sum(math.comb(n, i) for i in range(k, n + 1)) / 2**n


def signs(result):
    return lambda a, b: result(int((a < b).sum()), int((a > b).sum()), len(a))


def p_up_to(last, first, n):
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(first, last + 1)) / 2**n)


def p_of(w, k):
    return min(1.0, 2 * tail(max(w, k), w + k))


WRONG_SIGNS = {
    r"a is \*lower\*": signs(lambda w, k, n: (k, p_of(w, k))),
    "for one side only": signs(lambda w, k, n: (w, tail(max(w, k), w + k))),
    "only exactly this many": signs(lambda w, k, n: (w, min(1, 2 * math.comb(w + k, w) / 2 ** (w + k)))),
    "counts more wins than there were": signs(lambda w, k, n: (w, min(1.0, 2 * tail(max(w, k) + 1, w + k)))),
    "even where b won more often": signs(lambda w, k, n: (w, min(1.0, 2 * tail(w, w + k)))),
    "still counts as a seed": signs(lambda w, k, n: (w, min(1.0, 2 * tail(max(w, k), n)))),
    "a tie is not a win": signs(lambda w, k, n: (n - k, min(1.0, 2 * tail(max(n - k, k), n)))),
    "cannot exceed 1": signs(lambda w, k, n: (w, 2 * tail(max(w, k), w + k))),
    "returned 1 - p": signs(lambda w, k, n: (w, 1 - p_of(w, k))),
    "ends before n": signs(lambda w, k, n: (w, p_up_to(w + k - 1, max(w, k), w + k))),
    "p is 1 every time": signs(lambda w, k, n: (w, min(1.0, 2 * tail(min(w, k), w + k)))),
    r"divided by 2\*\*n before": signs(lambda w, k, n: (w, max(1, p_of(w, k)))),
    r"not divided by 2\*\*n": signs(lambda w, k, n: (w, 2 * tail(max(w, k), w + k) * 2 ** (w + k))),
    "and is for one side": signs(lambda w, k, n: (w, tail(w, w + k))),
    "counts as a win of b": signs(lambda w, k, n: (w, min(1.0, 2 * tail(max(w, n - w), n)))),
    "in p the tie counts": signs(lambda w, k, n: (w, min(1.0, 2 * tail(max(w, n - w), w + k)))),
    "tie is not a win": signs(lambda w, k, n: (n - k, p_of(w, k))),
    "not half a win": signs(lambda w, k, n: (w + (n - w - k) / 2, p_of(w, k))),
    "wins is the larger": signs(lambda w, k, n: (max(w, k), p_of(w, k))),
    "returned the share of wins": signs(lambda w, k, n: (w / (w + k), p_of(w, k))),
    "but p is the share": signs(lambda w, k, n: (w, w / (w + k))),
    "exactly 100 times too large": signs(lambda w, k, n: (w, 100 * p_of(w, k))),
    r"p is not right yet \(wins is right\)": signs(lambda w, k, n: (w, round(p_of(w, k), 3))),
    r"array of shape \(8,\): return one number": lambda a, b: (np.flatnonzero(a < b), by_counting(a, b)[1]),
    "share of wins, not their number": signs(lambda w, k, n: (w / n, p_of(w, k))),
    "p is the share of wins": signs(lambda w, k, n: (w, w / n)),
    "compare them in pairs": lambda a, b: (sum(int(x < y) for x in a for y in b), by_counting(a, b)[1]),
    "changed places: return wins first": lambda a, b: by_counting(a, b)[::-1],
    "returned one value": signs(lambda w, k, n: w),
}


@pytest.mark.parametrize("diagnosis", WRONG_SIGNS)
def test_wrong_sign_tests_are_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_sign_test(WRONG_SIGNS[diagnosis])


def test_what_the_check_says_about_eight_of_ten():
    assert 1 / 9.5 < binomtest(8, 10).pvalue < 1 / 8.5


# --- exercise 4: predict ----------------------------------------------------------------------------


def test_right_predictions():
    check_prediction(60_000, 80, 0.01)
    check_prediction(np.float64(59_990), 80.0, 1 / 100)


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((6_000, 80, 0.01), "for rate 0.01"), ((60, 80, 0.01), "gradient 1 and lr 1"),
    ((0.06, 80, 0.01), "divide by it"), ((600_000, 80, 0.01), "bias correction"),
    ((30_000, 80, 0.01), "too small"), ((60_000, 40, 0.01), "that is one array"),
    ((60_000, 120, 0.01), "counts the weights too"), ((60_000, 160, 0.01), "weights and gradient too"),
    ((60_000, 160, 0.01), "or it is in float64"), ((60_000, 20, 0.01), "each takes 4 bytes"),
    ((60_000, 80e6, 0.01), "in bytes"), ((60_000, 80e3, 0.01), "in kilobytes"),
    ((60_000, 0.08, 0.01), "in gigabytes"), ((60_000, 640, 0.01), "in bits"),
    ((60_000, 10, 0.01), "number of weights"), ((1_000, 80, 0.01), "a distance of 1"),
    ((60_000, 80, 100), r"\*smaller\* rate"), ((60_000, 80, 1), "that is Adam"),
    ((60_000, 80, 0.1), "not the root"), ((60_000, 80, 1e-4), "ten thousandfold"),
    ((60_000, 80, "0.01 or so"), "must be one number"),
])
def test_wrong_predictions_are_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


# --- exercise 5: rig a benchmark --------------------------------------------------------------------

RIGHT = {"gradient descent": 0.03, "momentum": 0.005, "Adam": 0.2}


OTHERS = {"Adam": 1, "momentum": np.float64(0.01), "gradient descent": 0.035}


@pytest.mark.parametrize("rates", [RIGHT, OTHERS])
def test_rigged_rates_are_accepted(rates):
    check_rigged(rates)


def test_contest_marks_what_diverges_as_infinite():
    assert contest(1e6)["gradient descent"] == math.inf


@pytest.mark.parametrize(("given", "diagnosis"), [
    (0.01, "must be a dict"), ({"Adam": 0.1}, "gradient descent is missing; momentum is missing"),
    (RIGHT | {"adam": 0.1}, "'adam' is none of them"), (RIGHT | {"Adam": "large"}, "must be one number"),
    (RIGHT | {"Adam": -0.1}, "positive"), (RIGHT | {"Adam": math.nan}, "positive"),
    (RIGHT | {"Adam": 0.01}, "there momentum wins, with a loss of"),
    (RIGHT | {"momentum": 0.1}, "there Adam wins, and momentum runs away"),
    (RIGHT | {"gradient descent": 0.01}, "there momentum wins"),
    (RIGHT | {"gradient descent": 0.2}, "gradient descent runs away: its rate must be smaller"),
    (RIGHT | {"Adam": 1e6}, "all three run away"), (RIGHT | {"Adam": 10**400}, "positive number below 1e300"),
    (RIGHT | {"gradient descent": 1e-20}, "exactly the same loss, 10.25; nobody wins"),
    (RIGHT | {"momentum": True}, "must be one number"),
])
def test_wrong_rates_are_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_rigged(given)


def test_a_missing_rate_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="has no value yet"):
        check_rigged(RIGHT | {"Adam": ...})


def test_placeholders_stay_placeholders():
    def stub(*arguments):
        raise NotImplementedError("Replace this line")
    for check in (check_choose_rate, check_fair_scores, check_sign_test):
        with pytest.raises(NotImplementedError):
            check(stub)


@pytest.mark.parametrize(("cases", "mistakes"), [
    (lecture12_rates.rate_cases, lecture12_rates.RATE_MISTAKES),
    (lecture12.sign_cases, lecture12.SIGN_MISTAKES),
    (lecture12_scores.score_cases, lecture12_scores.SCORE_MISTAKES),
    (lecture12_scores.diverged_cases, lecture12_scores.LEFT_OUT)], ids=["rate", "sign", "scores", "diverged"])
def test_no_two_mistakes_look_alike(cases, mistakes):
    """Each mistake of a bank gives its own results, so the first that fits is the only one."""
    found = []
    for mistake in mistakes:
        with np.errstate(all="ignore"):
            results = [as_tuple(mistake.result(*case)) for case in cases()]
        found.append(np.concatenate([np.ravel(part) for result in results for part in result]))
    for i, one in enumerate(found):
        for j, other in enumerate(found[i + 1:], i + 1):
            assert len(one) != len(other) or not np.allclose(one, other, equal_nan=True), (i, j)
