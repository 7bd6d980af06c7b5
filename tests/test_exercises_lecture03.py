"""The checks of lecture 03: each typical wrong answer gets its diagnosis, right ones pass in any style."""

from itertools import accumulate

import numpy as np
import pytest

from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture03 import (
    check_gradient_descent,
    check_largest_stable_lr,
    check_prediction,
    check_standardize,
)
from course_lib.exercises.lecture03_edge import hessians
from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD

# --- exercise 1: gradient descent -------------------------------------------------------------------


def with_a_list(gradient, x0, lr, steps):
    x, points = x0, [x0]
    for _ in range(steps):
        x = x - lr * gradient(x)
        points.append(x)
    return points


def with_an_array(gradient, x0, lr, steps):
    points = np.empty((steps + 1, len(x0)))
    points[0] = x0
    for k in range(steps):
        points[k + 1] = points[k] - lr * gradient(points[k])
    return points


def in_place_on_a_copy(gradient, x0, lr, steps):
    x = x0.copy()
    points = [x.copy()]
    while len(points) <= steps:
        x -= lr * gradient(x)
        points.append(x.copy())
    return np.stack(points)


def with_the_library(gradient, x0, lr, steps):
    return minimize(lambda x: 0.0, x0, SGD(lr=lr), steps, gradient=gradient).x


def with_accumulate(gradient, x0, lr, steps):
    return list(accumulate(range(steps), lambda x, _: x + -lr * gradient(x), initial=x0))


def with_recursion(gradient, x0, lr, steps):
    if not steps:
        return x0[None]
    points = with_recursion(gradient, x0, lr, steps - 1)
    return np.vstack([points, points[-1] - lr * gradient(points[-1])])


def with_plain_lists(gradient, x0, lr, steps):
    points = [tuple(x0)]
    for _ in range(steps):
        x = points[-1]
        points.append(tuple(a - lr * b for a, b in zip(x, gradient(np.array(x)), strict=True)))
    return points


@pytest.mark.parametrize("answer", [
    with_a_list, with_an_array, in_place_on_a_copy, with_the_library, with_accumulate, with_recursion,
    with_plain_lists])
def test_right_gradient_descent_in_any_style_is_accepted(answer, capsys):
    check_gradient_descent(answer)
    assert capsys.readouterr().out.startswith("Right")


def loop(step, steps_off=0):
    """An answer whose points are x + step(gradient, x, lr, x0, k)."""
    def answer(gradient, x0, lr, steps):
        x, points = x0, [x0]
        for k in range(steps + steps_off):
            x = x + step(gradient, x, lr, x0, k)
            points.append(x)
        return np.array(points)
    return answer


def aliased(gradient, x0, lr, steps):
    x = x0.copy()
    points = [x]
    for _ in range(steps):
        x -= lr * gradient(x)
        points.append(x)
    return np.array(points)


def moves_x0(gradient, x0, lr, steps):
    points = [x0.copy()]
    for _ in range(steps):
        x0 -= lr * gradient(x0)
        points.append(x0.copy())
    return np.array(points)


def always_from_x0(gradient, x0, lr, steps):
    return np.array([x0, *(x0 - lr * gradient(x0) for _ in range(steps))])


def without_the_start(gradient, x0, lr, steps):
    return with_an_array(gradient, x0, lr, steps)[1:]


def rounds(gradient, x0, lr, steps):
    return with_an_array(gradient, x0, lr, steps).astype(int)


def prints(gradient, x0, lr, steps):
    with_an_array(gradient, x0, lr, steps)


def stops_when_flat(gradient, x0, lr, steps):
    points = [x0]
    while len(points) <= steps and np.linalg.norm(gradient(points[-1])) > 1e-3:
        points.append(points[-1] - lr * gradient(points[-1]))
    return np.array(points)


def returns_in_the_loop(gradient, x0, lr, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - lr * gradient(points[-1]))
        return np.array(points)


def appends_first(gradient, x0, lr, steps):
    x, points = x0, [x0]
    for _ in range(steps):
        points.append(x)
        x = x - lr * gradient(x)
    return np.array(points)


def forgets_the_start(gradient, x0, lr, steps):
    points = np.zeros((steps + 1, len(x0)))
    for k in range(steps):
        points[k + 1] = points[k] - lr * gradient(points[k])
    return points


def forgets_the_end(gradient, x0, lr, steps):
    points = np.zeros((steps + 1, len(x0)))
    points[0] = x0
    for k in range(1, steps):
        points[k] = points[k - 1] - lr * gradient(points[k - 1])
    return points


def one_coordinate_at_a_time(gradient, x0, lr, steps):
    x, points = x0.copy(), [x0]
    for _ in range(steps):
        for i in range(len(x)):
            x[i] -= lr * gradient(x)[i]
        points.append(x.copy())
    return np.array(points)


def late_gradient(gradient, x0, lr, steps):
    g, points = gradient(x0), [x0]
    for _ in range(steps):
        points.append(points[-1] - lr * g)
        g = gradient(points[-2])
    return np.array(points)


def keeps_its_list(gradient, x0, lr, steps, points=[]):  # noqa: B006
    points.extend(with_a_list(gradient, x0, lr, steps))
    return np.array(points)


def ragged(gradient, x0, lr, steps):
    return [[1.0], [1.0, 2.0]]


WRONG_DESCENT = {
    "you climb": loop(lambda f, x, lr, x0, k: lr * f(x)),
    "taken at x0 in every step": loop(lambda f, x, lr, x0, k: -lr * f(x0)),
    "each step starts from x0 again": always_from_x0,
    "learning rate is missing": loop(lambda f, x, lr, x0, k: -f(x)),
    "divided the gradient by its length": loop(lambda f, x, lr, x0, k: -lr * f(x) / np.linalg.norm(f(x))),
    "only the sign of the gradient": loop(lambda f, x, lr, x0, k: -lr * np.sign(f(x))),
    r"shrinks like lr / \(k \+ 1\)": loop(lambda f, x, lr, x0, k: -lr / (k + 1) * f(x)),
    "grows with the step number": loop(lambda f, x, lr, x0, k: -lr * (k + 1) * f(x)),
    "every point is the last one": aliased,
    "exactly twice too long": loop(lambda f, x, lr, x0, k: -2 * lr * f(x)),
    "exactly half as long": loop(lambda f, x, lr, x0, k: -lr * f(x) / 2),
    "divided by the learning rate": loop(lambda f, x, lr, x0, k: -f(x) / lr),
    "wrong order: the start first": lambda *a: with_an_array(*a)[::-1],
    "you returned the gradients": lambda f, *a: np.array([f(x) for x in with_an_array(f, *a)]),
    "you returned one point only": lambda *a: with_an_array(*a)[-1],
    "5 steps give 6 points, you returned 5": without_the_start,
    "5 steps give 6 points, you returned 7": loop(lambda f, x, lr, x0, k: -lr * f(x), steps_off=1),
    "5 steps give 6 points, you returned 2: take all steps, without a return": returns_in_the_loop,
    "12 steps give 13 points, you returned 3: .* without stopping early": stops_when_flat,
    "the same walk twice. Make the list inside": keeps_its_list,
    r"5 steps give 6 points, you returned 31\.": lambda f, x0, lr, steps: with_an_array(f, x0, lr, 30),
    "start is there twice and the last point is missing": appends_first,
    "the first row is not x0": forgets_the_start,
    "the last row is still 0": forgets_the_end,
    "coordinates move one after the other": one_coordinate_at_a_time,
    "one step old": late_gradient,
    "the step alone became": loop(lambda f, x, lr, x0, k: -lr * f(x) - x),
    r"shrinks like lr / √\(k": loop(lambda f, x, lr, x0, k: -lr * f(x) / (k + 1) ** 0.5),
    "that is lr = 0.1 in every case": loop(lambda f, x, lr, x0, k: -0.1 * f(x)),
    "dtype float32, expected float64": lambda *a: with_an_array(*a).astype(np.float32),
    "returned 2 values, expected one value": lambda *a: (with_an_array(*a)[-1], with_an_array(*a)),
    "'function' object has no attribute 'gradient'": lambda f, *a: with_an_array(f.gradient, *a),
    "your array is turned over": lambda *a: with_an_array(*a).T,
    "changed its argument x0 in place": moves_x0,
    "returned None": prints,
    "rounded to whole numbers": rounds,
    "the array of points must be an array": ragged,
    r"the array of points has shape \(\)": lambda *a: 3.0,
    "pass the function itself": with_an_array(lambda x: x, np.ones(2), 0.1, 2),
    "stopped with TypeError": lambda gradient, x0: x0,
    "stopped with NameError": lambda gradient, x0, lr, steps: x - lr,  # noqa: F821
    "(?s)you give .* expected is": loop(lambda f, x, lr, x0, k: -lr * f(x) + 0.01),
}


@pytest.mark.parametrize("diagnosis", WRONG_DESCENT)
def test_wrong_gradient_descent_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_gradient_descent(WRONG_DESCENT[diagnosis])


def test_the_diagnosis_is_not_wrapped_in_another():
    with pytest.raises(WrongAnswer) as caught:
        check_gradient_descent(without_the_start)
    assert str(caught.value).startswith("5 steps give 6 points")


# --- exercise 2: predict ----------------------------------------------------------------------------

RIGHT = (0.125, 2 / 17, 15 / 17, 56)


def test_right_prediction_is_what_the_library_does(capsys):
    f = quadratic(16)
    trace = minimize(f, f.start, SGD(lr=2 / 17), 100)
    factor = float((trace.loss[10] / trace.loss[9]) ** 0.5)
    steps = int(np.argmax(trace.loss <= 1e-6 * trace.loss[0]))
    rates = np.arange(0.12, 0.13, 1e-5)[:, None]
    many = minimize(f, np.tile(f.start, (len(rates), 1)), SGD(lr=rates), 300)
    edge = float(rates[np.argmax(many.loss[-1] > many.loss[0]), 0])
    check_prediction(round(edge, 4), 2 / 17, factor, steps)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(("place", "given", "diagnosis"), [
    (0, 1 / 16, "that is 1/L"),
    (0, 0.25, "16 for 8 x², not 8"),
    (0, 2.0, "over the smallest curvature"),
    (0, 2 / 17, "that is the best rate"),
    (0, 2 / 8.5, "best rate, for curvatures 8 and 1/2"),
    (0, 16, "that is L, the largest"),
    (0, 8.0, "not L/2"),
    (0, 0.12, "if you rounded it"),
    (0, 0.2, "edge = 0.2 is too large"),
    (1, 1 / 16, "keeps the factor 0.9375"),
    (1, 0.125, "that is the edge"),
    (1, 2 / 8.5, "not 8 and 1/2"),
    (1, 1 / 17, "at twice that"),
    (1, 2 / 15, "the sum belongs there"),
    (1, 1, "that is 1/μ"),
    (1, 8.5, "the wrong way round"),
    (2, 15 / 16, "the factor at 1/L"),
    (2, 0.938, "the factor at 1/L, 1 - 1/κ"),
    (2, 16 / 17, r"the factor at 1/\(L \+ μ\)"),
    (2, 0.94, "factor = 0.94 is too large"),
    (2, 2 / 17, "the best rate itself"),
    (2, (15 / 17) ** 2, "that is the loss's, its square"),
    (2, -15 / 17, "without its sign"),
    (2, 0.6, "which momentum reaches"),
    (2, 0.875, "an approximation for large κ"),
    (2, 17 / 15, "less than 1"),
    (3, 111, "square of the factor"),
    (3, 110, "square of the factor"),
    (3, 110.4, "square of the factor"),
    (3, 57, "one step less"),
    (3, 58, "too large"),
    (3, 55, "one more"),
    (3, 55.19, "steps = 55.19.*whole: round up"),
    (3, 55.2, "whole: round up"),
    (3, 55.5, "too small"),
    (3, 108, "at the rate 1/L"),
    (3, 55.262, "Use the exact factor"),
    (3, 55.3, "Use the exact factor"),
    (3, 28, "a thousandth"),
    (3, "many", "must be one number"),
    (3, float("inf"), "finite"),
    (3, abs, "is a function"),
])
def test_wrong_prediction_is_diagnosed(place, given, diagnosis):
    answers = [*RIGHT[:place], given, *RIGHT[place + 1:]]
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*answers)


def test_three_digits_are_enough():
    check_prediction(0.125, 0.118, 0.882, 56)
    with pytest.raises(WrongAnswer, match=r"best = 0\.12 is too large: if you rounded it, give more digits"):
        check_prediction(0.125, 0.12, 0.882, 56)


def test_an_unrounded_count_is_told_to_round_up():
    with pytest.raises(WrongAnswer, match="whole: round up"):
        check_prediction(*RIGHT[:3], np.log(1e-6) / (2 * np.log(15 / 17)))


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="factor has no value yet"):
        check_prediction(0.125, 2 / 17, ..., 56)


# --- exercise 3: standardize ------------------------------------------------------------------------


def plain(train, new):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (new - mean) / std


def by_hand(train, new):
    mean = train.sum(axis=0) / len(train)
    deviation = (((train - mean) ** 2).sum(axis=0) / len(train)) ** 0.5
    return [(x - mean) / deviation for x in (train, new)]


def column_by_column(train, new):
    train, new = train.copy(), new.copy()
    for j in range(train.shape[1]):
        mean, std = np.mean(train[:, j]), np.std(train[:, j])
        new[:, j] = (new[:, j] - mean) / std
        train[:, j] = (train[:, j] - mean) / std
    return train, new


def with_scikit_learn(train, new):
    scaler = pytest.importorskip("sklearn.preprocessing").StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(new)


def with_an_affine_map(train, new):
    scale = 1 / np.sqrt(np.diag(np.cov(train.T, bias=True)))
    shift = -np.average(train, axis=0) * scale
    return train * scale + shift, new * scale + shift


def with_one_split(train, new):
    deviation = np.sqrt((train**2).mean(axis=0) - train.mean(axis=0) ** 2)
    return np.split((np.vstack([train, new]) - train.mean(axis=0)) / deviation, [len(train)])


def in_lists(train, new):
    return [part.tolist() for part in plain(train, new)]


def with_a_tiny_number_below(train, new):
    return tuple((x - train.mean(axis=0, keepdims=True)) / (train.std(axis=0) + 1e-8) for x in (train, new))


@pytest.mark.parametrize("answer", [
    plain, by_hand, column_by_column, with_scikit_learn, with_an_affine_map, with_one_split, in_lists,
    with_a_tiny_number_below])
def test_right_scaling_in_any_style_is_accepted(answer, capsys):
    check_standardize(answer)
    assert capsys.readouterr().out.startswith("Right")


def m(x):
    return x.mean(axis=0)


def s(x):
    return x.std(axis=0)


def in_place(train, new):
    mean, std = m(train), s(train)
    train -= mean
    return train / std, (new - mean) / std


def by(shift, divide):
    """Both arrays minus shift(train), over divide(train)."""
    return lambda t, n: tuple((x - shift(t)) / divide(t) for x in (t, n))


def after_train_is_overwritten(train, new):
    train = (train - m(train)) / s(train)
    return train, (new - m(train)) / s(train)


def deviation_of_the_scaled(train, new):
    mean = m(train)
    train, new = train - mean, new - mean
    train = train / s(train)
    return train, new / s(train)


WRONG_SCALING = {
    "by its own mean and deviation": lambda t, n: ((t - m(t)) / s(t), (n - m(n)) / s(n)),
    "over train and new together": lambda t, n: tuple(
        (x - m(np.vstack([t, n]))) / s(np.vstack([t, n])) for x in (t, n)),
    "new has kept its units: .* had before it was scaled": after_train_is_overwritten,
    "not divided by the deviation that train had before": deviation_of_the_scaled,
    "new is centred with its own mean": lambda t, n: (plain(t, n)[0], (n - m(n)) / s(t)),
    "new is divided by its own deviation": lambda t, n: (plain(t, n)[0], (n - m(t)) / s(n)),
    "train has kept its units": lambda t, n: (t, plain(t, n)[1]),
    "n - 1 and scaled new by its own": lambda t, n: tuple((x - m(x)) / x.std(axis=0, ddof=1) for x in (t, n)),
    "1e-5 is added to the variance": by(m, lambda t: np.sqrt(t.var(axis=0) + 1e-5)),
    "deviation is taken around 0": by(m, lambda t: (t**2).mean(axis=0) ** 0.5),
    "root of the sum of squares": by(m, lambda t: np.linalg.norm(t - m(t), axis=0)),
    "mean absolute deviation": by(m, lambda t: abs(t - m(t)).mean(axis=0)),
    "divided by the range": by(m, lambda t: t.max(axis=0) - t.min(axis=0)),
    "you added the mean": by(lambda t: -m(t), s),
    "new is exactly 3 times too large": lambda t, n: (plain(t, n)[0], 3 * plain(t, n)[1]),
    r"train has shape \(4, 3\), expected \(7, 3\)": lambda t, n: plain(t, n)[::-1],
    "expected 2 values: return train, new": lambda t, n: np.vstack(plain(t, n)),
    "train has dtype int64": lambda t, n: tuple(x.astype(np.int64) for x in plain(t, n)),
    "new is None": lambda t, n: (plain(t, n)[0], None),
    "new has kept its units": lambda t, n: ((t - m(t)) / s(t), n),
    "forgot to subtract the mean": lambda t, n: (t / s(t), n / s(t)),
    "only subtracted the mean": lambda t, n: (t - m(t), n - m(t)),
    "divided by the variance": lambda t, n: ((t - m(t)) / t.var(axis=0), (n - m(t)) / t.var(axis=0)),
    "multiplied by the deviation": lambda t, n: ((t - m(t)) * s(t), (n - m(t)) * s(t)),
    "one mean and one deviation for all": lambda t, n: ((t - t.mean()) / t.std(), (n - t.mean()) / t.std()),
    "one deviation for all": lambda t, n: ((t - m(t)) / t.std(), (n - m(t)) / t.std()),
    "by minimum and maximum": lambda t, n: tuple((x - t.min(axis=0)) / np.ptp(t, axis=0) for x in (t, n)),
    r"ddof=1": lambda t, n: tuple((x - m(t)) / t.std(axis=0, ddof=1) for x in (t, n)),
    "divided by the mean": lambda t, n: ((t - m(t)) / m(t), (n - m(t)) / m(t)),
    "divided by the largest": lambda t, n: tuple((x - m(t)) / abs(t).max(axis=0) for x in (t, n)),
    "needs the brackets": lambda t, n: (t - m(t) / s(t), n - m(t) / s(t)),
    "used the median": lambda t, n: tuple((x - np.median(t, axis=0)) / s(t) for x in (t, n)),
    "not mean - x": lambda t, n: ((m(t) - t) / s(t), (m(t) - n) / s(t)),
    "axis=0, not axis=1": lambda t, n: tuple(
        (x - x.mean(axis=1)[:, None]) / x.std(axis=1)[:, None] for x in (t, n)),
    "those of new": lambda t, n: ((t - m(n)) / s(n), (n - m(n)) / s(n)),
    "changed its argument train in place": in_place,
    "returned one value, expected 2": lambda t, n: (t - m(t)) / s(t),
    "train has shape": lambda t, n: (m(t), s(t)),
    "returned None": lambda t, n: None,
    "exactly 3 times too large": lambda t, n: (3 * (t - m(t)) / s(t), 3 * (n - m(t)) / s(t)),
}


@pytest.mark.parametrize("diagnosis", WRONG_SCALING)
def test_wrong_scaling_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_standardize(WRONG_SCALING[diagnosis])


# --- exercise 4: the edge ---------------------------------------------------------------------------


def edge(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[-1]


def power_iteration(times):
    def answer(hessian):
        x = np.ones(len(hessian))
        for _ in range(times):
            x = hessian @ x / np.linalg.norm(hessian @ x)
        return 2 / (x @ hessian @ x)
    return answer


def test_eig_gives_the_largest_eigenvalue_at_neither_end_of_all():
    places = [np.argmax(np.linalg.eigvals(h)) / (len(h) - 1) for (h,) in hessians()]
    assert min(places) < 1
    assert max(places) > 0


@pytest.mark.parametrize("answer", [
    edge, lambda h: 2 / np.linalg.norm(h, 2), lambda h: 2 / max(np.linalg.eigvals(h).real),
    lambda h: np.array(2 / np.linalg.svd(h)[1][0]), lambda h: min(2 / c for c in np.linalg.eigvalsh(h)),
    lambda h: 2 * np.linalg.eigvalsh(np.linalg.inv(h))[0], lambda h: 2 / np.linalg.eigh(h)[0].max(),
    lambda h: 2 / np.sqrt(np.linalg.eigvalsh(h @ h)[-1]), power_iteration(1000)])
def test_right_edge_is_accepted(answer):
    check_largest_stable_lr(answer)


@pytest.mark.parametrize("kappa", [2.0, 40.0])
def test_the_edge_is_where_the_library_stops_converging(kappa):
    f = quadratic(kappa, rotation=0.4)
    for share, falls in ((0.99, True), (1.01, False)):
        trace = minimize(f, f.start, SGD(lr=share * edge(f.matrix)), 1000)
        assert bool(trace.loss[-1] < 1e-3 * trace.loss[0]) is falls


def two_by_two(h):
    half, rest = (h[0, 0] + h[1, 1]) / 2, (h[0, 0] - h[1, 1]) / 2
    return 2 / (half + np.hypot(rest, h[0, 1]))


WRONG_EDGE = {
    "that is 1/L": lambda h: 1 / np.linalg.eigvalsh(h)[-1],
    "the best rate": lambda h: 2 / np.linalg.eigvalsh(h)[[0, -1]].sum(),
    "over the smallest eigenvalue": lambda h: 2 / np.linalg.eigvalsh(h)[0],
    "largest entry of the diagonal": lambda h: 2 / np.diag(h).max(),
    "which is the largest of the matrix": lambda h: 2 / abs(h).max(),
    "first eigenvalue of np.linalg.eig,": lambda h: 2 / np.linalg.eig(h)[0][0],
    "last eigenvalue of np.linalg.eig,": lambda h: 2 / np.linalg.eig(h)[0][-1],
    "second smallest eigenvalue": lambda h: 2 / np.linalg.eigvalsh(h)[1],
    "the edge of the matrix shown": lambda h: 2 / 5,
    "sum of the first two entries": lambda h: 2 / (h[0, 0] + h[0, 1]),
    "that uses the largest row sum. It": lambda h: 2 / h.sum(axis=0).max(),
    "first two rows and columns only": two_by_two,
    "that is 1/μ": lambda h: 1 / np.linalg.eigvalsh(h)[0],
    "that uses L²": lambda h: 2 / np.linalg.eigvalsh(h.T @ h)[-1],
    "that is 2 L:": lambda h: 2 * np.linalg.eigvalsh(h)[-1],
    "wrong sign": lambda h: -edge(h),
    "(?s)give 0.2.*expected is 0.2": power_iteration(10),
    "give 0.286, expected": lambda h: round(edge(h), 3),
    "give 0, expected": lambda h: int(edge(h)),
    r"array of shape \(2, 2\)": lambda h: 2 * np.linalg.inv(h),
    "the trace": lambda h: 2 / np.trace(h),
    "Frobenius": lambda h: 2 / np.linalg.norm(h),
    "the determinant": lambda h: 2 / np.linalg.det(h),
    "the mean of the eigenvalues": lambda h: 2 * len(h) / np.trace(h),
    "that is L/2": lambda h: np.linalg.eigvalsh(h)[-1] / 2,
    "that is L itself": lambda h: np.linalg.eigvalsh(h)[-1],
    "condition number": np.linalg.cond,
    "largest row sum": lambda h: 2 / abs(h).sum(axis=1).max(),
    "twice the edge": lambda h: 4 / np.linalg.eigvalsh(h)[-1],
    r"array of shape \(2,\): return one number": lambda h: 2 / np.linalg.eigvalsh(h),
    r"array of shape \(1,\): return one number": lambda h: 2 / np.linalg.eigvalsh(h)[-1:],
    "returned None": lambda h: None,
    "real numbers": lambda h: "2/L",
    "stopped with TypeError": lambda: 1.0,
    "exactly 5 times too small": lambda h: 0.4 / np.linalg.eigvalsh(h)[-1],
}


@pytest.mark.parametrize("diagnosis", WRONG_EDGE)
def test_wrong_edge_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_largest_stable_lr(WRONG_EDGE[diagnosis])


def test_placeholder_stays_a_placeholder():
    def stub(*arguments):
        raise NotImplementedError("Replace this line")
    for check in (check_gradient_descent, check_standardize, check_largest_stable_lr):
        with pytest.raises(NotImplementedError):
            check(stub)
