"""The checks of lecture 19: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import numpy as np
import pytest

from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture19 import (
    check_collapse,
    check_dropout,
    check_dropout_backward,
    check_prediction,
    check_ridge_weights,
    dropout_cases,
)
from course_lib.layers import Dropout
from course_lib.studies import heaviside, subnetworks
from course_lib.studies.dropout import averaged_loss

# --- exercises 1 and 2: forward and backward ----------------------------------------------------------


def by_where(x, u, p):
    return np.where(u < p, 0.0, x / (1 - p)).astype(x.dtype)


def by_index(x, u, p):
    out = x / x.dtype.type(1 - p)
    out[u < p] = 0
    return out


def entry_by_entry(x, u, p):
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        if u[i] >= p:
            out[i] = x[i] / (1 - p)
    return out


def through_the_library(x, u, p):
    class Given:
        def random(self, shape, dtype):
            return u
    layer = Dropout(p, rng=np.random.default_rng(0))
    layer.rng = Given()
    return layer.forward(x, train=True)


def row_by_row(x, u, p):
    out = []
    for i in range(x.shape[0]):
        out.append([x[i, j] / (1 - p) if u[i, j] >= p else 0.0 for j in range(x.shape[1])])
    return out


def by_floor(x, u, p):
    return x * np.floor(u + (1 - p)) / (1 - p)


def not_dropped(x, u, p):
    return (1 - (u < p)) * x * (1 - p) ** -1


def by_step_function(x, u, p):
    return x * np.heaviside(u - p, 1) / (1 - p)


@pytest.mark.parametrize("answer", [by_where, by_index, entry_by_entry, through_the_library, row_by_row,
                                    by_floor, not_dropped, by_step_function])
def test_right_dropout_in_any_style_is_accepted(answer, capsys):
    check_dropout(answer)
    check_dropout_backward(answer)
    assert capsys.readouterr().out.count("Right") == 2


def kept(x, mask):
    return np.where(mask, x, 0).astype(x.dtype)


def in_place(x, u, p):
    x[u < p] = 0
    return x / (1 - p)


def draws_again(x, u, p):
    return kept(x / (1 - p), np.random.default_rng().random(x.shape) >= p)


def on_the_edge(x, u, p):
    return x * (u > p) / (1 - p)


def by_its_share(x, u, p):
    return kept(x, u >= p) / x.dtype.type(np.mean(u >= p))


BOTH_WRONG = {
    "you kept what should be dropped": lambda x, u, p: kept(x / (1 - p), u < p),
    "you read p as the chance to keep": lambda x, u, p: kept(x / p, u < p),
    "the factor is missing": lambda x, u, p: kept(x, u >= p),
    "multiplied by 1 - p: divide": lambda x, u, p: kept(x * (1 - p), u >= p),
    "DROP, so .* Also, the factor is missing": lambda x, u, p: kept(x, u < p),
    "DROP, so .* Also, .* is multiplied by 1 - p": lambda x, u, p: kept(x * (1 - p), u < p),
    "you keep where u < 1 - p": lambda x, u, p: kept(x / (1 - p), u < 1 - p),
    "has the right chance, .* Also, the factor is missing": lambda x, u, p: kept(x, u < 1 - p),
    "has the right chance, .* Also, .* divided by p": lambda x, u, p: kept(x / p, u < 1 - p),
    "mask of the first example": lambda x, u, p: kept(x / (1 - p), np.broadcast_to(u[:1] >= p, x.shape)),
    "the first example.* Also, the factor is missing": lambda x, u, p: (x * (u[0] >= p)).astype(x.dtype),
    "^nothing is dropped: set it to 0 where u < p.$": lambda x, u, p: x / x.dtype.type(1 - p),
    "nothing is dropped.* Also, .* multiplied by 1 - p": lambda x, u, p: (x * (1 - p)).astype(x.dtype),
    "the factor is applied twice": lambda x, u, p: kept(x / (1 - p) ** 2, u >= p),
    "/ 1 - p divides by 1": lambda x, u, p: x * (u >= p) / 1 - p,
    "subtracts p: write": lambda x, u, p: x * ((u >= p) / 1 - p),
    "it is u that decides": lambda x, u, p: kept(x / (1 - p), x >= p),
    "by u itself, not by a mask of": lambda x, u, p: (x * u / (1 - p)).astype(x.dtype),
    "by u itself, not by a mask, and": lambda x, u, p: x * u,
    "you returned the mask: ": lambda x, u, p: (u >= p).astype(x.dtype),
    "You drop it where u equals p too": on_the_edge,
    "the numbers whose u is 0": lambda x, u, p: np.where(u <= p, 0, x / (1 - p)),
    "wrong sign everywhere": lambda x, u, p: -by_where(x, u, p),
    r"has shape \(10,\), expected \(3, 5\)": lambda x, u, p: x[u >= p] / (1 - p),
    "is not right yet": lambda x, u, p: np.where(u < p, x, x / (1 - p)),
    "NaN": lambda x, u, p: np.where(u < p, np.nan, x / (1 - p)),
    "divided by p, the chance to drop": lambda x, u, p: kept(x / p, u >= p),
    "the share that this mask happens to keep": by_its_share,
    "you returned the mask": lambda x, u, p: ((u >= p) / (1 - p)).astype(x.dtype),
    "changed its argument x in place": in_place,
    "two different results": draws_again,
    "returned None": lambda x, u, p: None,
    r"has shape \(\)": lambda x, u, p: np.float64(1.0),
    "pass the function itself": 3.0,
    "stopped with TypeError": lambda x, p: x,
}
FORWARD_WRONG = BOTH_WRONG | {
    "that is x without dropout": lambda x, u, p: x,
    "you compared x with p": lambda x, u, p: kept(x / (1 - p), x >= p),
    "exactly 2 times too large": lambda x, u, p: 2 * by_where(x, u, p),
}
BACKWARD_WRONG = {name: answer for name, answer in BOTH_WRONG.items() if "argument x" not in name} | {
    "changed its argument g in place": in_place,
    "the gradient passes through everywhere": lambda g, u, p: g,
    "you compared g with p": lambda g, u, p: kept(g / (1 - p), g >= p),
    "you averaged over the batch": lambda g, u, p: by_where(g, u, p) / len(g),
}


def test_every_row_keeps_some_and_drops_some():
    """Or a mistake about the mask of one row would be none, or divide by zero."""
    for _, u, p in dropout_cases():
        for kept in (u >= p, u < 1 - p):
            assert (kept.any(axis=1) & ~kept.all(axis=1)).all()


@pytest.mark.parametrize("diagnosis", FORWARD_WRONG)
def test_wrong_dropout_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_dropout(FORWARD_WRONG[diagnosis])


@pytest.mark.parametrize("diagnosis", BACKWARD_WRONG)
def test_wrong_backward_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_dropout_backward(BACKWARD_WRONG[diagnosis])


# --- exercise 3: predict ----------------------------------------------------------------------------


def test_right_prediction_is_what_the_library_does():
    layer = Dropout(0.2, rng=np.random.default_rng(0))
    out = layer.forward(np.full((200_000, 64), 3.0, np.float32), train=True)
    assert (out > 0).sum(axis=1).mean() == pytest.approx(51.2, rel=1e-3)
    assert out.sum(axis=1).std() == pytest.approx(12.0, rel=0.01)
    chances, _ = subnetworks.ensemble(subnetworks.small_network((5, 5), 0.2, 0, epochs=0), np.zeros((1, 64)))
    check_prediction(51.2, 12, len(chances))


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((12.8, 12, 1024), "how many are dropped"),
    ((51, 12, 1024), "need not be a whole number"),
    ((40, 12, 1024), "active = 40 is too small"),
    ((64, 12, 1024), "that is all of them"),
    ((0.8, 12, 1024), "that is the share"),
    ((51.2, 144, 1024), "that is the variance"),
    ((51.2, 9.6, 1024), "without the factor"),
    ((51.2, 1.5, 1024), "deviation of one unit"),
    ((51.2, 96, 1024), "variances add up"),
    ((51.2, 4, 1024), "units of output 1"),
    ((51.2, 48, 1024), "check three things"),
    ((51.2, 24, 1024), "that is √64 · 3"),
    ((51.2, 3.2, 1024), "number of units kept"),
    ((51.2, 6.93, 1024), "with the square of x"),
    ((51.2, 10.73, 1024), "not p·x²"),
    ((51.2, 15, 1024), "too large"),
    ((51.2, 12, 10), "number of units"),
    ((51.2, 12, 64), "multiply 32 by 32"),
    ((51.2, 12, 32), "one layer's"),
    ((51.2, 12, 100), "not 10 squared"),
    ((51.2, 12, 1023), "network without any unit counts"),
    ((51.2, 12, 31**2), "layer without any unit counts"),
    ((51.2, 12, 2**25), "not single weights"),
    ((51.2, 12, 512), "too small"),
    ((float("nan"), 12, 1024), "finite"),
    (("many", 12, 1024), "one number"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


# --- exercise 4: the penalty ------------------------------------------------------------------------


def normal_equations(x, y, p):
    gram = x.T @ x
    return np.linalg.inv(gram + p / (1 - p) * np.diag(np.diag(gram))) @ (x.T @ y)


def extra_rows(x, y, p):
    rows = np.sqrt(p / (1 - p)) * np.diag(np.sqrt(np.sum(x**2, axis=0)))
    return np.linalg.lstsq(np.vstack([x, rows]), np.vstack([y, np.zeros((len(rows), 1))]), rcond=None)[0]


def on_scaled_features(x, y, p):
    scale = np.sqrt(np.sum(x**2, axis=0))
    z = x / scale
    return np.linalg.solve(z.T @ z + p / (1 - p) * np.eye(x.shape[1]), z.T @ y) / scale[:, None]


def times_the_chance_to_keep(x, y, p):
    gram = x.T @ x
    return np.linalg.solve((1 - p) * gram + p * gram * np.eye(len(gram)), (1 - p) * x.T @ y).tolist()


def sum_by_sum(x, y, p):
    n, features = x.shape
    left = [[sum(x[i, j] * x[i, k] for i in range(n)) / (1 if j != k else 1 - p) for k in range(features)]
            for j in range(features)]
    return np.linalg.solve(left, x.T @ y)


def by_search(x, y, p):
    optimize = pytest.importorskip("scipy.optimize")
    squares = p / (1 - p) * np.sum(x**2, axis=0)
    return optimize.minimize(lambda w: np.sum((y[:, 0] - x @ w) ** 2) + squares @ w**2,
                             np.zeros(x.shape[1])).x.reshape(-1, 1)


@pytest.mark.parametrize("answer", [normal_equations, extra_rows, on_scaled_features, sum_by_sum, by_search,
                                    times_the_chance_to_keep])
def test_right_weights_are_accepted(answer):
    check_ridge_weights(answer)


def test_no_other_weights_have_a_lower_averaged_loss():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(15, 4)), rng.normal(size=(15, 1))
    best = normal_equations(x, y, 0.4)
    lowest = averaged_loss(x, y, best, 0.4)
    for _ in range(20):
        assert averaged_loss(x, y, best + 0.01 * rng.normal(size=best.shape), 0.4) > lowest


def with_strength(make):
    def weights(x, y, p):
        gram = x.T @ x
        return np.linalg.solve(gram + make(gram, len(x), p), x.T @ y)
    return weights


def diagonal(gram):
    return np.diag(np.diag(gram))


def without_the_factor(x, y, p):
    """What minimizes the mean over masks of zeros and ones."""
    gram = x.T @ x
    return np.linalg.solve((1 - p) ** 2 * gram + p * (1 - p) * diagonal(gram), (1 - p) * x.T @ y)


def with_deviations(x, y, p):
    squares = np.sum((x - x.mean(axis=0)) ** 2, axis=0)
    return np.linalg.solve(x.T @ x + p / (1 - p) * np.diag(squares), x.T @ y)


WRONG_WEIGHTS = {
    "least squares without the penalty": with_strength(lambda gram, n, p: 0 * gram),
    "a common L2 penalty": with_strength(lambda gram, n, p: p / (1 - p) * np.eye(len(gram))),
    r"p instead of p/\(1 - p\)": with_strength(lambda gram, n, p: p * diagonal(gram)),
    r"p\(1 - p\), which is for": with_strength(lambda gram, n, p: p * (1 - p) * diagonal(gram)),
    "p for the chance to keep": with_strength(lambda gram, n, p: (1 - p) / p * diagonal(gram)),
    "counts the squared error's own diagonal": with_strength(lambda gram, n, p: diagonal(gram) / (1 - p)),
    "only its diagonal counts": lambda x, y, p: np.linalg.lstsq(x, y, rcond=None)[0] * (1 - p),
    "not their mean": with_strength(lambda gram, n, p: p / (1 - p) * diagonal(gram) / n),
    "twice too large": with_strength(lambda gram, n, p: 2 * p / (1 - p) * diagonal(gram)),
    "no ½ in it": with_strength(lambda gram, n, p: p / (1 - p) * diagonal(gram) / 2),
    "adding it changes all entries": lambda x, y, p: np.linalg.inv(
        x.T @ x + p / (1 - p) * np.sum(x**2, axis=0)) @ x.T @ y,
    "not of all features together": with_strength(
        lambda gram, n, p: p / (1 - p) * np.trace(gram) * np.eye(len(gram))),
    r"lacks p/\(1 - p\)": with_strength(lambda gram, n, p: diagonal(gram)),
    "enters as its square": with_strength(lambda gram, n, p: (p / (1 - p)) ** 2 * diagonal(gram)),
    "penalty has the wrong sign": with_strength(lambda gram, n, p: -p / (1 - p) * diagonal(gram)),
    r"dropout without the factor 1/\(1 - p\): the right": without_the_factor,
    "subtracted each feature's mean": with_deviations,
    "exactly 2 times too small": lambda x, y, p: normal_equations(x, y / 2, p),
    "root of the sums": with_strength(lambda gram, n, p: p / (1 - p) * np.sqrt(diagonal(gram))),
    "returned None": lambda x, y, p: None,
    r"has shape \(3,\)": lambda x, y, p: normal_equations(x, y, p)[:, 0],
    "wrong sign": lambda x, y, p: -normal_equations(x, y, p),
}


@pytest.mark.parametrize("diagnosis", WRONG_WEIGHTS)
def test_wrong_weights_are_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_ridge_weights(WRONG_WEIGHTS[diagnosis])


# --- exercise 5: too much dropout -------------------------------------------------------------------


def test_the_network_collapses_to_what_the_check_says():
    runs = heaviside.train([0], epochs=300, width=30, noise=0.0, dropout=(0.25, 0.99))
    output = runs.predict(np.linspace(-1, 1, 100)).mean()
    assert output == pytest.approx(0.5, abs=0.05)
    assert runs.error[-1, 0] == pytest.approx(0.25, abs=0.02)
    check_collapse(0.5, 0.25)
    check_collapse(0.496, 0.2503)


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((0, 0.25), "the last bias is not dropped"),
    ((1, 0.25), "one constant must serve both"),
    ((0.3, 0.25), "output = 0.3 is too small"),
    ((0.5, 0.5), "the error is its square"),
    ((0.5, 0.125), "has no ½ here"),
    (("half", 0.25), "one number"),
    ((0.5, 0), "cannot be right on both sides"),
    ((0.5, 0.7), "error = 0.7 is too large"),
])
def test_wrong_collapse_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_collapse(*given)
