"""The checks of lecture 04: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import functools
import math

import numpy as np
import pytest

from course_lib.averaging import TailAverage
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture04 import (
    check_epoch,
    check_exponent,
    check_prediction,
    check_running_mean,
    check_share_left,
)
from course_lib.layers import Dense
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.schedules import inverse_time
from course_lib.studies.stochastic import moments, polyak_loss

# --- exercise 1: an epoch ---------------------------------------------------------------------------


def epoch(w, x, y, order, batch_size, lr):
    for start in range(0, len(order), batch_size):
        index = order[start:start + batch_size]
        w = w - lr * 2 * x[index].T @ (x[index] @ w - y[index]) / len(index)
    return w


def with_loops(w, x, y, order, batch_size, lr):
    w, batch = w.copy(), []
    for place, i in enumerate(order):
        batch.append(i)
        if len(batch) == batch_size or place == len(order) - 1:
            gradient = sum(2 * (x[j] @ w - y[j]) * x[j] for j in batch) / len(batch)
            w -= lr * gradient
            batch = []
    return w


def with_array_split(w, x, y, order, batch_size, lr):
    for index in np.array_split(order, range(batch_size, len(order), batch_size)):
        w = w - lr * np.mean(2 * (x[index] @ w - y[index])[:, None] * x[index], axis=0)
    return w


def with_the_library(w, x, y, order, batch_size, lr):
    net = Network([Dense(len(w), 1)], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    weight = net.parameters["0.weight"]
    weight[:, 0] = w
    for start in range(0, len(order), batch_size):
        net.parameters["0.bias"][:] = 0
        index = order[start:start + batch_size]
        net.loss_and_grad(x[index], y[index, None])
        SGD(lr=lr).step(net.parameters.x, net.parameters.g)
    return weight[:, 0].copy()


def rows_in_order_first(w, x, y, order, batch_size, lr):
    x, y = x[order], y[order]
    for k in range(math.ceil(len(y) / batch_size)):
        part = slice(k * batch_size, (k + 1) * batch_size)
        w = w + 2 * lr * np.average((y[part] - x[part] @ w) * x[part].T, axis=1)
    return list(w)


def by_recursion(w, x, y, order, batch_size, lr):
    if not len(order):
        return w
    index = np.sort(order[:batch_size])  # within a batch the order does not count
    slope = 2 * np.einsum("ij,i->j", x[index], x[index] @ w - y[index]) / len(index)
    return by_recursion(w - lr * slope, x, y, order[batch_size:], batch_size, lr)


def with_normal_equations(w, x, y, order, batch_size, lr):
    start = 0
    while start < len(order):
        a, b = x[order[start:start + batch_size]], y[order[start:start + batch_size]]
        w = w - 2 * lr * (a.T @ a @ w - a.T @ b) / len(b)
        start += batch_size
    return tuple(w)


@pytest.mark.parametrize("answer", [epoch, with_loops, with_array_split, with_the_library,
                                    rows_in_order_first, by_recursion, with_normal_equations])
def test_right_epoch_in_any_style_is_accepted(answer, capsys):
    check_epoch(answer)
    assert capsys.readouterr().out.startswith("Right")


def wrong_epoch(step="w - lr * 2 * x[i].T @ (x[i] @ w - y[i]) / len(i)", each="order[s:s + b]",
                before="first = w", end="return w", loop="range(0, len(order), b)"):
    """An epoch with one of its lines exchanged, written as a student would."""
    code = (f"def epoch(w, x, y, order, b, lr):\n    {before}\n    for s in {loop}:\n        i = {each}\n"
            f"        w = {step}\n    {end}\n")
    space = {"np": np}
    exec(code, space)
    return space["epoch"]


def with_an_empty_batch(*arguments):
    with np.errstate(all="ignore"):
        return wrong_epoch(loop="range(0, len(order) + 1, b)")(*arguments)


WRONG_EPOCH = {
    "you climb": wrong_epoch(step="w + lr * 2 * x[i].T @ (x[i] @ w - y[i]) / len(i)"),
    "factor 2 is missing": wrong_epoch(step="w - lr * x[i].T @ (x[i] @ w - y[i]) / len(i)"),
    "you summed over the batch": wrong_epoch(step="w - lr * 2 * x[i].T @ (x[i] @ w - y[i])"),
    "you divided by batch_size": wrong_epoch(step="w - lr * 2 * x[i].T @ (x[i] @ w - y[i]) / b"),
    "divided by the number of all": wrong_epoch(step="w - lr * 2 * x[i].T @ (x[i] @ w - y[i]) / len(x)"),
    "shorter batch is left out": wrong_epoch(loop="range(0, len(order) - b + 1, b)"),
    "w of the beginning": wrong_epoch(step="w - lr * 2 * x[i].T @ (x[i] @ first - y[i]) / len(i)"),
    "every step uses all examples": wrong_epoch(step="w - lr * 2 * x.T @ (x @ w - y) / len(x)"),
    "follow `order`": wrong_epoch(each="np.arange(len(x))[s:s + b]"),
    "may stand inside the loop": wrong_epoch(end="    return w"),
    "one at a time": wrong_epoch(each="[order[s]]", loop="range(len(order))"),
    "backwards": wrong_epoch(each="order[::-1][s:s + b]"),
    "the change of w": wrong_epoch(end="return w - first"),
    "forgot the learning rate": wrong_epoch(step="w - 2 * x[i].T @ (x[i] @ w - y[i]) / len(i)"),
    "factor 2 of the derivative is missing, and the mean": wrong_epoch(
        step="w - lr * x[i].T @ (x[i] @ w - y[i])"),
    "mean over the features": wrong_epoch(step="w - lr * np.mean(2 * (x[i] @ w - y[i])[:, None] * x[i])"),
    "one step with all examples": wrong_epoch(each="order", loop="[0]"),
    "x follows `order`, but y does not": wrong_epoch(
        step="w - lr * 2 * x[i].T @ (x[i] @ w - y[s:s + b]) / len(i)"),
    "y follows `order`, but x does not": wrong_epoch(
        step="w - lr * 2 * x[s:s + b].T @ (x[s:s + b] @ w - y[i]) / len(i)"),
    "not the number of batches": wrong_epoch(loop="np.array_split(order, b)", each="s"),
    "nearly equal sizes": wrong_epoch(loop="np.array_split(order, -(-len(order) // b))", each="s"),
    "lack their last example": wrong_epoch(each="order[s:s + b - 1]"),
    "started from zeros": wrong_epoch(before="w = np.zeros_like(w)"),
    "look for a division by zero": with_an_empty_batch,
    r"w has shape \(3, 1\)": wrong_epoch(before="w, y = w[:, None], y[:, None]"),
    "changed its argument w in place": wrong_epoch(before="w -= 0.1"),
    "changed its argument order in place": wrong_epoch(before="order.sort()"),
    "stopped with IndexError": wrong_epoch(each="order[s] + np.arange(b)"),
    "returned None": wrong_epoch(end="first = w"),
    r"w has shape \(\), expected \(3,\)": wrong_epoch(end="return float(w[0])"),
    "two different results": wrong_epoch(each="np.random.default_rng().permutation(order)[s:s + b]"),
    "w is not right yet": wrong_epoch(step="w - lr * 2 * x[i].T @ np.sign(x[i] @ w - y[i]) / len(i)"),
    "pass the function itself": 1.0,
}


@pytest.mark.parametrize("diagnosis", WRONG_EPOCH)
def test_wrong_epoch_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_epoch(WRONG_EPOCH[diagnosis])


# --- exercise 2: a running mean ---------------------------------------------------------------------


def as_the_library_does(mean, x, count):
    average = TailAverage()
    for _ in range(count):
        average.update(mean)
    average.update(x)
    return average.x


@pytest.mark.parametrize("answer", [
    lambda mean, x, count: mean + (x - mean) / (count + 1),
    lambda mean, x, count: (count * mean + x) / (1 + count),
    lambda mean, x, count: mean * (1 - 1 / (count + 1)) + x * (1 / (count + 1)),
    lambda mean, x, count: np.average([mean, x], axis=0, weights=[count, 1]),
    as_the_library_does,
    lambda mean, x, count: x if count == 0 else mean - (mean - x) / (1 + count),
    lambda mean, x, count: x - (x - mean) * count / (count + 1),
    lambda mean, x, count: np.mean([mean] * count + [x], axis=0),
    lambda mean, x, count: ((count * mean + x) / (count + 1)).tolist(),
])
def test_right_mean_in_any_style_is_accepted(answer):
    check_running_mean(answer)


def divides_by_zero(mean, x, count):
    with np.errstate(all="ignore"):
        return mean + (x - mean) / np.float64(count)


def nan_at_the_start(mean, x, count):
    with np.errstate(all="ignore"):
        return mean / (1 + 1 / np.float64(count)) * np.divide(count, count) + x / (count + 1)


def in_place(mean, x, count):
    mean += (x - mean) / (count + 1)
    return mean


def keeps_points():
    points = []

    def mean_of_all(mean, x, count):
        points.append(np.mean(x))
        return np.full_like(x, np.mean(points))
    return mean_of_all


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (divides_by_zero, "divided by count"),
    (lambda mean, x, count: x if count == 0 else mean + (x - mean) / count, "divided by count"),
    (nan_at_the_start, "division by zero"),
    (lambda mean, x, count: x if count == 0 else (count * mean + x) / count + 1, "brackets are missing"),
    (lambda mean, x, count: x if count == 0 else mean + (x - mean) / count + 1, "brackets are missing"),
    (lambda mean, x, count: count * mean + x / (count + 1), "only x is divided"),
    (lambda mean, x, count: count * mean / (count + 1) + x, "x is not divided"),
    (lambda mean, x, count: (count * mean + x) // (count + 1), "cuts the decimals off"),
    (lambda mean, x, count: mean + (x - mean) / (count + 1) if count else mean, "with count 0 you returned"),
    (lambda mean, x, count: (mean + (x - mean) / (count + 1), count + 1), "returned 2 values, expected one"),
    (lambda mean, x, count: mean + (x - mean) / max(count, 1), "divided by count"),
    (lambda mean, x, count: count * mean + x, "that is the sum"),
    (lambda mean, x, count: (mean + x) / (count + 1), "multiply it by count"),
    (lambda mean, x, count: 0.5 * (mean + x), "halfway"),
    (lambda mean, x, count: x + (mean - x) / (count + 1), "changed places"),
    (lambda mean, x, count: mean + (mean - x) / (count + 1), "sign is wrong"),
    (lambda mean, x, count: mean + (x - mean) / (count + 2), r"count \+ 2"),
    (lambda mean, x, count: (count * mean + x) / max(count, 1), "divided the sum by count"),
    (lambda mean, x, count: mean + x / (count + 1), "old mean counts too much"),
    (lambda mean, x, count: 0.9 * mean + 0.1 * x, "exponential average"),
    (lambda mean, x, count: x.copy(), "the last point itself"),
    (lambda mean, x, count: (x - mean) / (count + 1), "only what changes"),
    (lambda mean, x, count: mean.copy(), "x must be taken in"),
    (in_place, "changed its argument mean in place"),
    (keeps_points(), "two different results"),
    (lambda mean, x, count: np.mean([mean, x]), "has shape"),
    (lambda mean, x: x, "stopped with TypeError"),
])
def test_wrong_mean_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_running_mean(answer)


# --- exercise 3: predict ----------------------------------------------------------------------------


def test_right_prediction_is_what_the_recursion_gives():
    variance = moments([4.0], [1.0], 0.1, 500).variance[-1, 0]
    batch = next(b for b in range(1, 100) if moments([4.0], [1.0], 0.1, 500, noise=b**-0.5).variance[-1, 0]
                 <= variance / 10 * (1 + 1e-9))
    check_prediction(variance, batch, polyak_loss([4.0], 1000))
    check_prediction(0.0156, 10, 1.25e-4)


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((1 / 32, 10, 0.000125), "that is the expected loss"),
    ((1 / 80, 10, 0.000125), "small rates only"),
    ((1 / 8, 10, 0.000125), "that is the deviation"),
    ((0.01, 10, 0.000125), "noise of one step"),
    ((1 / 36, 10, 0.000125), "curvature 2"),
    ((1 / 16, 10, 0.000125), "curvature is missing"),
    ((0.1 / 9.6, 10, 0.000125), r"has 2 \+ ηh in the bracket, or the curvature 8"),
    ((0.01 / (1 - 0.6), 10, 0.000125), "the bracket 2 - ηh is missing"),
    ((0.1 / (1 - 0.6**2), 10, 0.000125), "rate is squared"),
    ((1 / (1 - 0.6**2), 10, 0.000125), "rate is squared"),
    ((0.1 / 2.4, 10, 0.000125), "not ηh\\(1 - ηh\\)"),
    ((1.0, 10, 0.000125), "noise of the gradient"),
    ((0.02, 10, 0.000125), "too large"),
    ((0.016, 10, 0.000125), "if you rounded it, give more digits"),
    ((1 / 64, 100, 0.000125), "deviation of a tenth"),
    ((1 / 64, math.sqrt(10), 0.000125), "falls like 1/b"),
    ((1 / 64, 3.16, 0.000125), "falls like 1/b"),
    ((1 / 64, 4, 0.000125), "square root, rounded up"),
    ((1 / 64, 9, 0.000125), "a ninth"),
    ((1 / 64, 11, 0.000125), "exactly a tenth"),
    ((1 / 64, 10, 0.00025), "½ is missing"),
    ((1 / 64, 10, 0.002), "divides by it"),
    ((1 / 64, 10, 0.0005), "left the curvature out"),
    ((1 / 64, 10, 1 / 32), "loss of the last point"),
    ((1 / 64, 10, 1 / 32000), "correlated"),
    ((1 / 64, 10, 0.125), "number of points"),
    ((1 / 64, 10, 1 / 4 / 2 * 1000), "brackets are missing"),
    ((1 / 64, 10, 1 / 64 / 1000), "the last point's variance over k"),
    ((1 / 64, 10, 1 / 64 / 4 / 2000), "not the variance of x"),
    ((1 / 64, 10, 0.0000125), "for batches of 10"),
    ((1 / 64, 10, "small"), "must be one number"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="batch has no value yet"):
        check_prediction(1 / 64, ..., 0.000125)


# --- exercise 4: freeze -----------------------------------------------------------------------------


def by_steps(curvature, rates):
    x = 1.0
    for rate in rates:
        x -= rate * curvature * x
    return x


def by_logarithms(curvature, rates):
    with np.errstate(all="ignore"):
        return np.exp(np.sum(np.log(1 - curvature * rates)))


@pytest.mark.parametrize("answer", [by_steps, lambda h, rates: np.prod(1 - h * rates),
                                    lambda h, rates: math.prod(1 - h * r for r in rates.tolist()),
                                    lambda h, rates: moments([h], [1.0], lambda k: rates[k], len(rates),
                                                             noise=0.0).mean[-1, 0],
                                    lambda h, rates: np.cumprod(1 - h * rates)[-1],
                                    lambda h, rates: np.array(np.multiply.reduce((1 - h * rates)[::-1])),
                                    lambda h, rates: functools.reduce(lambda x, r: x - r * h * x, rates, 1),
                                    lambda h, rates: np.prod(np.sign(1 - h * rates)) * np.exp(
                                        np.sum(np.log(np.abs(1 - h * rates))))])
def test_right_share_is_accepted(answer):
    check_share_left(answer)


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (lambda h, rates: math.exp(-h * sum(rates)), "nearly right for small rates"),
    (lambda h, rates: 1 - h * sum(rates), "do not add up"),
    (lambda h, rates: (1 - h * rates[0]) ** len(rates), "first rate for all"),
    (lambda h, rates: (1 - h * rates[-1]) ** len(rates), "last rate for all"),
    (lambda h, rates: (1 - h * np.mean(rates)) ** len(rates), "mean rate for all"),
    (lambda h, rates: 1 - np.prod(1 - h * rates), "already covered"),
    (lambda h, rates: np.prod(1 - rates), "curvature is missing"),
    (lambda h, rates: np.prod(1 + h * rates), "sign is wrong"),
    (lambda h, rates: np.prod(1 - 2 * h * rates), "without a factor 2"),
    (lambda h, rates: by_steps(h, rates) ** 2, "share of the loss"),
    (lambda h, rates: np.cumprod(1 - h * rates), "one number for each rate"),
    (lambda h, rates: 1 - h * rates, "one number for each rate"),
    (lambda h, rates: np.prod(1 - h * rates, keepdims=True), r"array of shape \(1,\): return one number"),
    (lambda h, rates: np.sum(1 - h * rates), "do not add up"),
    (lambda h, rates: 1 - h * rates[0], "may stand inside the loop"),
    (lambda h, rates: 1 - h * rates[-1], "the last step alone"),
    (lambda h, rates: np.prod(1 - 0.5 * h * rates), "is hx, not ½hx"),
    (lambda h, rates: 1 / by_steps(h, rates), "turn it over"),
    (lambda h, rates: max(0, by_steps(h, rates)), "may be negative"),
    (lambda h, rates: (1.0, by_steps(h, rates)), r"returned 2 values, expected one value"),
    (by_logarithms, "you get NaN when a rate is above 1 / curvature"),
    (lambda h, rates: math.exp(sum(math.log(1 - h * r) for r in rates)), "stopped with ValueError"),
    (lambda h, rates: math.nan, "holds NaN"),
    (lambda h, rates: by_steps(h, rates[:-1]), "last step is missing"),
    (lambda h, rates: by_steps(h, rates[1:]), "first step is missing"),
    (lambda h, rates: abs(by_steps(h, rates)), "may be negative"),
    (lambda h, rates: 5 * by_steps(h, rates), "exactly 5 times too large"),
    (lambda h, rates: None, "returned None"),
    (lambda h: 1.0, "stopped with TypeError"),
    (3.0, "pass the function itself"),
])
def test_wrong_share_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_share_left(answer)


def test_placeholder_stays_a_placeholder():
    def stub(curvature, rates):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError):
        check_share_left(stub)


# --- exercise 5: 1/k --------------------------------------------------------------------------------


def measured(curvature, c):
    """The exponent from the exact recursion, rounded as it has not quite settled."""
    exact = moments([curvature], [1.0], inverse_time(c), 20_000)
    squares = exact.mean[:, 0] ** 2 + exact.variance[:, 0]
    return -math.log(squares[20_000] / squares[10_000]) / math.log(2)


@pytest.mark.parametrize(("curvature", "c"), [(0.1, 1.0), (0.3, 1.0), (3.0, 1.0), (0.1, 2.0), (0.1, 20.0),
                                              (4.0, 0.05), (0.35, 2.0), (0.22, 2.0)])
def test_the_exponent_is_what_the_recursion_shows(curvature, c):
    within = 0.03 if abs(c * curvature - 0.5) > 0.1 else 0.05  # near ½ it settles slowly
    assert measured(curvature, c) == pytest.approx(min(1, 2 * c * curvature), abs=within)


@pytest.mark.parametrize("answer", [lambda mu, c: min(1, 2 * c * mu), lambda mu, c: 2 * c * mu if c * mu < 0.5
                                    else 1, lambda mu, c: np.minimum(1.0, 2 * c * mu),
                                    lambda mu, c: np.where(c * mu > 0.5, 1.0, 2 * c * mu),
                                    lambda mu, c: np.clip(2 * c * mu, 0, 1),
                                    lambda mu, c: (2 * c * mu + 1 - abs(2 * c * mu - 1)) / 2])
def test_right_exponent_is_accepted(answer):
    check_exponent(answer)


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (lambda mu, c: 2 * c * mu, "p is at most 1"),
    (lambda mu, c: min(1.0, c * mu), "Its square falls twice as fast"),
    (lambda mu, c: c * mu, "and the noise allows no more than 1"),
    (lambda mu, c: 1.0, r"only if cμ > 1/2"),
    (lambda mu, c: max(1.0, 2 * c * mu), "take the minimum"),
    (lambda mu, c: min(1.0, 2 * mu), "constant c is missing"),
    (lambda mu, c: min(1.0, 2 * c), "curvature is missing"),
    (lambda mu, c: min(1.0, 2 * mu / c), "c and μ multiply"),
    (lambda mu, c: -min(1.0, 2 * c * mu), "p is positive here"),
    (lambda mu, c: -2 * c * mu, "p is positive here.*and it is at most 1"),
    (lambda mu, c: 1 if c * mu > 0.5 else c * mu, "Its square falls twice as fast"),
    (lambda mu, c: min(1.0, 2 * c / mu), "c and μ multiply"),
    (lambda mu, c: 2 * c * mu if c * mu < 1 else 1, "not only from cμ = 1"),
    (lambda mu, c: 2 * c * mu if c * mu < 0.4 else 1, "p is not right yet"),
    (lambda mu, c: 2 * c * mu if mu < 0.5 else 1, "not by μ alone"),
    (lambda mu, c: min(0.5, c * mu), "½ would be for the distance"),
    (lambda mu, c: 2 * c * mu - 1, "constant before 1/k"),
    (lambda mu, c: np.array([min(1.0, 2 * c * mu)]), r"array of shape \(1,\): return one number"),
    (lambda mu, c: None, "returned None"),
])
def test_wrong_exponent_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_exponent(answer)
