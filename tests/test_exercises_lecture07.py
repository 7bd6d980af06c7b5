"""The checks of lecture 07: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import numpy as np
import pytest

from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture07 import (
    check_blind_spot,
    check_prediction,
    check_standardize,
    check_zca,
)
from course_lib.normalization import PCAWhitening, Standardize, ZCAWhitening
from course_lib.studies.normalization import one_feature_kappa

# --- exercise 1: standardize ------------------------------------------------------------------------


def by_columns(train, new):
    out = np.empty_like(new)
    for j in range(new.shape[1]):
        mean = sum(train[:, j]) / len(train)
        out[:, j] = (new[:, j] - mean) / np.sqrt(np.mean((train[:, j] - mean) ** 2))
    return out


def with_numpy(train, new):
    return np.divide(np.subtract(new, np.mean(train, axis=0)), np.std(train, axis=0))


def two_steps(train, new):
    mean, variance = np.average(train, axis=0), np.var(train, axis=0, keepdims=True)
    return (new - mean) * variance ** -0.5


def nested_lists(train, new):
    columns = [(column.mean(), column.std()) for column in train.T]
    return [[(v - m) / s for v, (m, s) in zip(row, columns, strict=True)] for row in new]


class Scaler:
    def __call__(self, train, new):
        mean = np.ones(len(train)) @ train / len(train)
        return np.sqrt(len(train)) * (new - mean) / np.linalg.norm(train - mean, axis=0)


@pytest.mark.parametrize("answer", [
    by_columns, with_numpy, two_steps, nested_lists, Scaler(), lambda t, x: Standardize().fit(t).transform(x),
    lambda train, new: new / train.std(0) - train.mean(0) / train.std(0),
    lambda t, x: (x - t.mean(0)) / np.sqrt((t**2).mean(0) - t.mean(0) ** 2),
    lambda t, x: (x - t.mean(0)) / np.sqrt(np.diag(np.cov(t.T, bias=True))),
    lambda t, x: (x - t.mean(0)) / (t.std(0, ddof=1) * np.sqrt(1 - 1 / len(t))),
    lambda t, x: (x - t.mean(0)) / (t.std(0) + 1e-8),
    lambda t, x: (x - t.mean(0)) / np.sqrt(t.var(0) + 1e-8)])
def test_right_standardizing_in_any_style_is_accepted(answer, capsys):
    check_standardize(answer)
    assert "Right" in capsys.readouterr().out


def in_place(train, new):
    new -= train.mean(axis=0)
    new /= train.std(axis=0)
    return new


def nothing(train, new):
    new = (new - train.mean(axis=0)) / train.std(axis=0)


def own_of_many(train, new):
    known = new if len(new) > 1 else train
    return (new - known.mean(0)) / known.std(0)


def both(t, x):
    return np.vstack([t, x])


WRONG_STANDARDIZE = {
    "divided by the new data's own spread, which is 0": lambda t, x: (x - x.mean(0)) / x.std(0),
    "you divided by the new data's own spread": lambda t, x: (x - t.mean(0)) / x.std(0),
    "by the new data's own spread": lambda t, x: (x - x.mean(0)) / x.std(0, ddof=1),
    "the new data's own spread": lambda t, x: (x - x.min(0)) / (x.max(0) - x.min(0)),
    "new data's own spread": lambda t, x: (x - x.mean(0)) / (x.std(0) + 1e-8),
    "own spread, which": own_of_many,
    "holds NaN": lambda t, x: x * np.nan,
    "took the root twice": lambda t, x: (x - t.mean(0)) / np.sqrt(t.std(0)),
    "is that of the values themselves": lambda t, x: (x - t.mean(0)) / np.sqrt((t**2).mean(0)),
    "root of the sum of squares": lambda t, x: (x - t.mean(0)) / np.linalg.norm(t - t.mean(0), axis=0),
    "all features by one deviation": lambda t, x: (x - t.mean(0)) / t.std(),
    "Features are columns": lambda t, x: (x - t.mean(1)) / t.std(1),
    "columns: give axis=0": lambda t, x: (x - t.mean(1, keepdims=True)) / t.std(1, keepdims=True),
    "added a small number": lambda t, x: (x - t.mean(0)) / (t.std(0) + 1e-5),
    "a small number to the deviation or": lambda t, x: (x - t.mean(0)) / np.sqrt(t.var(0) + 1e-3),
    "dtype int64": lambda t, x: ((x - t.mean(0)) / t.std(0)).astype(np.int64),
    "returned 2 values, expected one value": lambda t, x: (t - t.mean(0), x - t.mean(0)),
    "mean is that of the new data": lambda t, x: (x - x.mean(0)) / t.std(0),
    "that is the leak": lambda t, x: (x - both(t, x).mean(0)) / both(t, x).std(0),
    "divides by n - 1": lambda t, x: (x - t.mean(0)) / t.std(0, ddof=1),
    "divided by the variance": lambda t, x: (x - t.mean(0)) / t.var(0),
    "mean is not subtracted": lambda t, x: x / t.std(0),
    "only centres": lambda t, x: x - t.mean(0),
    "use brackets": lambda t, x: x / t.std(0) - t.mean(0),
    "brackets are missing": lambda t, x: x - t.mean(0) / t.std(0),
    "multiplied by the deviation": lambda t, x: (x - t.mean(0)) * t.std(0),
    "mean is added": lambda t, x: (x + t.mean(0)) / t.std(0),
    "one mean and one deviation for all": lambda t, x: (x - t.mean()) / t.std(),
    "along the rows": lambda t, x: (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True),
    "scales by the range, from 0 to 1": lambda t, x: (x - t.min(0)) / np.ptp(t, axis=0),
    "divided by the range": lambda t, x: (x - t.mean(0)) / np.ptp(t, axis=0),
    "have changed places": lambda t, x: (t - x.mean(0)) / x.std(0),
    "returned the training data": lambda t, x: (t - t.mean(0)) / t.std(0),
    "not mean - new": lambda t, x: (t.mean(0) - x) / t.std(0),
    "changed its argument new in place": in_place,
    "returned None": nothing,
    "exactly 2 times too large": lambda t, x: 2 * (x - t.mean(0)) / t.std(0),
    r"shape \(\), expected": lambda t, x: np.mean((x - t.mean(0)) / t.std(0)),
    "^you divided by the variance": lambda t, x: (x - np.float64(t.mean(0))) / t.var(0).astype(float),
    "stopped with TypeError": lambda t: t,
    "pass the function itself": np.ones((2, 2)),
    "(?s)you give .* expected is": lambda t, x: (x - np.median(t, axis=0)) / t.std(0),
}


@pytest.mark.parametrize("diagnosis", WRONG_STANDARDIZE)
def test_wrong_standardizing_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_standardize(WRONG_STANDARDIZE[diagnosis])


# --- exercise 2: ZCA --------------------------------------------------------------------------------


def zca_by_svd(x):
    c = x - x.mean(axis=0)
    left, _, right = np.linalg.svd(c, full_matrices=False)
    return np.sqrt(len(x)) * left @ right


def zca_by_matrix(x):
    values, u = np.linalg.eigh(np.cov(x.T, bias=True))
    return (x - x.mean(axis=0)) @ (u @ np.diag(1 / np.sqrt(values)) @ u.T)


def zca_by_svd_of_the_covariance(x):
    u, variances, v = np.linalg.svd(np.cov(x, rowvar=False, ddof=0))
    return (x - x.mean(0)) @ u @ np.diag(variances**-0.5) @ v


def zca_row_by_row(x):
    c, values, u = eigen(x)
    return [u @ ((row @ u) / np.sqrt(values)) for row in c]


def zca_axis_by_axis(x):
    c, values, u = eigen(x)
    return sum(np.outer(c @ axis, axis) / value**0.5 for value, axis in zip(values, u.T, strict=True))


def zca_of_columns(x):
    """As many textbooks have it, one example in each column."""
    c, values, u = eigen(x)
    return (u @ np.diag(1 / np.sqrt(values)) @ u.T @ c.T).T


@pytest.mark.parametrize("answer", [
    zca_by_svd, zca_by_matrix, zca_by_svd_of_the_covariance, zca_row_by_row, zca_axis_by_axis, zca_of_columns,
    lambda x: ZCAWhitening().fit(x).transform(x), lambda x: zca_by_svd(x).tolist(),
    lambda x: zca_by_svd(x[:, ::-1])[:, ::-1]])
def test_right_zca_in_any_style_is_accepted(answer):
    check_zca(answer)


def with_power(x, power, ddof=0, centred=True):
    c = x - x.mean(axis=0)
    values, u = np.linalg.eigh(c.T @ c / (len(x) - ddof))
    return (c if centred else x) @ u * values**power @ u.T


def eigen(x):
    c = x - x.mean(axis=0)
    return c, *np.linalg.eigh(c.T @ c / len(x))


def from_raw(x, centred):
    values, u = np.linalg.eigh(x.T @ x / len(x))
    return (x - x.mean(0) if centred else x) @ u / np.sqrt(values) @ u.T


def divided_at_the_end(x):
    c, values, u = eigen(x)
    return c @ u @ u.T / np.sqrt(values)


def divided_at_the_start(x):
    c, values, u = eigen(x)
    return c @ (u / np.sqrt(values)[:, None]) @ u.T


def matrix_only(x):
    _, values, u = eigen(x)
    return u / np.sqrt(values) @ u.T


def with_epsilon(x, epsilon):
    c, values, u = eigen(x)
    return c @ u / np.sqrt(values + epsilon) @ u.T


def swapped(x):
    c, values, u = eigen(x)
    return c @ u.T / np.sqrt(values) @ u


def forward_twice(x):
    c, values, u = eigen(x)
    return c @ u / np.sqrt(values) @ u


def turned_whitening(x):
    d = x.shape[1]
    turn, _ = np.linalg.qr(np.arange(1.0, d * d + 1).reshape(d, d) + np.eye(d))
    return PCAWhitening().fit(x).transform(x) @ turn


WRONG_ZCA = {
    "that is PCA whitening": lambda x: PCAWhitening().fit(x).transform(x),
    "PCA whitening: the covariance": lambda x: eigen(x)[0] @ eigen(x)[2] / np.sqrt(eigen(x)[1]),
    "not centred": lambda x: with_power(x, -0.5, centred=False),
    "multiplied by the deviations": lambda x: with_power(x, 0.5),
    "divided by the variances": lambda x: with_power(x, -1.0),
    "divides by n - 1": lambda x: with_power(x, -0.5, ddof=1),
    "U and its transpose have changed places": swapped,
    "sums over the rows": lambda x: zca_by_svd(x) / np.sqrt(len(x)),
    "the covariance is about the mean": lambda x: from_raw(x, centred=True),
    "nothing is centred": lambda x: from_raw(x, centred=False),
    "added the mean again": lambda x: zca_by_svd(x) + x.mean(0),
    "between the two turns": divided_at_the_end,
    "Divide while the data are turned": divided_at_the_start,
    "only turned the data": lambda x: eigen(x)[0] @ eigen(x)[2],
    "scaled each feature before you whitened": lambda x: zca_by_svd((x - x.mean(0)) / x.std(0)),
    "that is the matrix that whitens": matrix_only,
    "rows and columns have changed places": lambda x: zca_by_svd(x).T,
    "small number to the variances": lambda x: with_epsilon(x, 1e-5),
    "the covariance is not quite the identity": lambda x: with_epsilon(x, 0.1),
    "stopped with ValueError": lambda x: x @ np.linalg.eigh(np.cov(x))[1],
    "neither PCA nor ZCA: turn": lambda x: (x - x.mean(0)) @ np.linalg.cholesky(
        np.linalg.inv(np.cov(x.T, bias=True))),
    "changed its argument x in place": lambda x: zca_by_svd(x.__isub__(x.mean(0))),
    "neither PCA nor ZCA": forward_twice,
    "turn back by the transpose": turned_whitening,
    "scaled nothing": lambda x: x - x.mean(axis=0),
    "that is standardizing": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
    "returned None": lambda x: None,
    "wrong sign everywhere": lambda x: -zca_by_svd(x),
    "exactly 2 times too small": lambda x: zca_by_svd(x) / 2,
    "stopped with LinAlgError": lambda x: np.linalg.inv(np.zeros((2, 2))),
    "z has shape": lambda x: np.cov(x.T),
}


@pytest.mark.parametrize("diagnosis", WRONG_ZCA)
def test_wrong_zca_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_zca(WRONG_ZCA[diagnosis])


# --- exercise 3: predict ----------------------------------------------------------------------------


def kappa(x):
    a = np.column_stack([np.ones(len(x)), x])
    return np.linalg.cond(a.T @ a)


@pytest.mark.parametrize("given", [
    (402**2, 1, 100, 1 / 16), (160_000, 1.0, 1 / 0.1**2, 0.06), (401**2, np.float32(1), 100, 102**2 / 402**2),
    (np.array(161_602.0), 1, 100.0, 0.0644), (1.6e5, 1, 100, 0.063)])
def test_right_prediction_may_be_rounded_as_asked(given):
    check_prediction(*given)


def test_right_prediction_is_what_data_give():
    base = Standardize().fit(np.arange(10.0)[:, None]).transform(np.arange(10.0)[:, None])
    assert one_feature_kappa(20.0, 1.0) == pytest.approx(kappa(base + 20), rel=1e-6)
    check_prediction(kappa(base + 20), kappa(base), kappa(0.1 * base), kappa(base + 10) / kappa(base + 20))


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((402, 1, 100, 1 / 16), "that is the largest eigenvalue"),
    ((400, 1, 100, 1 / 16), "or m²"),
    ((20, 1, 100, 1 / 16), "the offset itself"),
    ((8000, 1, 100, 1 / 16), "that is m³"),
    ((21**4, 1, 100, 1 / 16), "the sum 1"),
    ((1e7, 1, 100, 1 / 16), "kappa_offset = 1e.07 is too large"),
    ((1 / 402**2, 1, 100, 1 / 16), "smallest over largest"),
    ((800, 1, 100, 1 / 16), "too small"),
    ((402**2, 0, 100, 1 / 16), "at least 1"),
    ((402**2, 2, 100, 1 / 16), "take their ratio"),
    ((402**2, 402**2, 100, 1 / 16), "removes the offset"),
    ((402**2, 1, 10, 1 / 16), "square the deviation"),
    ((402**2, 1, 0.01, 1 / 16), "largest over smallest"),
    ((402**2, 1, 1, 1 / 16), "still has length 1"),
    ((402**2, 1, 10_000, 1 / 16), "not its fourth power"),
    ((402**2, 1, 101, 1 / 16), "sum over product"),
    ((402**2, 1, 1.01, 1 / 16), "sum of the eigenvalues"),
    ((402**2, 1, 99, 1 / 16), "too small"),
    ((402**2, 1, 100, 1 / 2), "the factor of the offset"),
    ((402**2, 1, 100, 1 / 4), "that is the square"),
    ((402**2, 1, 100, 1 / 8), "that is the third power"),
    ((402**2, 1, 100, 16), "fewer steps"),
    ((402**2, 1, 100, 4), "not more"),
    ((402**2, 1, 100, 2), "the offset is halved"),
    ((402**2, 1, 100, 1 / 256), "not with its square"),
    ((402**2, 1, 100, "a sixteenth"), "must be one number"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


# --- exercise 4: the blind spot ---------------------------------------------------------------------


@pytest.mark.parametrize("answer", [
    lambda x: x + 1, lambda x: 7 * x, lambda x: x * np.arange(1, x.shape[1] + 1) - 9, lambda x: 0.01 * x,
    lambda x: (x - x.mean(0)) / x.std(0) + 5, lambda x: x + 0.5, lambda x: 1e-10 * x, lambda x: 1e12 * x,
    lambda x: x + 1e10, lambda x: x - x.mean(0), lambda x: (x - x.mean()) / x.std(),
    lambda x: (2 * x).tolist(), lambda x: np.column_stack([x[:, 0] + 10, x[:, 1:]]),
    lambda x: (x - x.min(0)) / np.ptp(x, axis=0), lambda x: x.astype(np.longdouble) + 1,
    lambda x: [[1.8 * v + 32 for v in row] for row in x]])
def test_right_blind_spot_is_accepted(answer):
    check_blind_spot(answer)


def other_if_small(x):
    return 2 * x if x.shape == (12, 3) else x**2


def one_more(x):
    x = x.copy()
    x[0, 0] += 0.5
    return x


def one_column(x):
    x = x.copy()
    x[:, 1] = x[:, 1] ** 3
    return x


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (lambda x: x, r"the old ones"),
    (lambda x: x + 0.01, r"by 0\.5 at least"),
    (lambda x: -x, "mirror image"),
    (lambda x: x[::-1] + 0, "column 0 the scaled values are the same, but in another order"),
    (lambda x: np.sort(x, axis=0), "another order"),
    (lambda x: x * np.array([1, -2, 3][:x.shape[1]]), "column 1 becomes its mirror image"),
    (lambda x: x[:, ::-1] + 0, "What do the mean and the deviation"),
    (lambda x: x * np.arange(1.0, len(x) + 1)[:, None], "in column 0"),
    (lambda x: np.abs(x), "differ from the old ones"),
    (one_more, "in column 0, by up to"),
    (other_if_small, "What do the mean and the deviation"),
    (lambda x: x.__iadd__(1), "changed its argument x in place"),
    (lambda x: (x, 2 * x), "returned 2 values"),
    (np.ones((3, 3)), "pass the function itself"),
    (lambda x: x - x + x.mean(0), "is constant"),
    (lambda x: np.zeros_like(x), "is constant"),
    (lambda x: x**3, "What do the mean and the deviation"),
    (one_column, "in column 1"),
    (lambda x: x + np.arange(len(x))[:, None], "differ from the old ones in column 0"),
    (lambda x: x[:3], "shape"),
    (lambda x: None, "returned None"),
    (lambda x: x + np.inf, "NaN or infinite"),
    (lambda x: undefined * x, "NameError"),  # noqa: F821
])
def test_wrong_blind_spot_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_blind_spot(answer)
