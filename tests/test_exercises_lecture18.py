"""The checks of lecture 18: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import numpy as np
import pytest

from course_lib.exercises import lecture18
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture18 import (
    check_largest_stable_alpha,
    check_prediction,
    check_proximal_step,
    check_ridge,
)
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.penalties import L2

# --- exercise 1: the proximal step ------------------------------------------------------------------


def soft(z, t):
    return np.sign(z) * np.maximum(np.abs(z) - t, 0)


def with_where(w, g, lr, alpha):
    z = w - lr * g
    return np.where(z > lr * alpha, z - lr * alpha, np.where(z < -lr * alpha, z + lr * alpha, 0 * z))


def two_ramps(w, g, lr, alpha):
    z = w - lr * g
    return np.maximum(z - lr * alpha, 0) - np.maximum(-z - lr * alpha, 0)


def minus_clip(w, g, lr, alpha):
    z = np.subtract(w, lr * g)
    return z - np.clip(z, -lr * alpha, lr * alpha)


def entry_by_entry(w, g, lr, alpha):
    out = w - lr * g
    for i in np.ndindex(out.shape):
        out[i] = 0 if abs(out[i]) <= lr * alpha else out[i] - np.copysign(lr * alpha, out[i])
    return out


def as_a_list(w, g, lr, alpha):
    out = []
    for i in range(len(w)):
        z = w[i] - lr * g[i]
        if z > lr * alpha:
            out.append(z - lr * alpha)
        else:
            out.append(z + lr * alpha if z < -lr * alpha else 0.0)
    return out


def by_a_factor(w, g, lr, alpha):
    z = w - lr * g
    return z * np.maximum(1 - lr * alpha / np.abs(z), 0)


def middle_of_three(w, g, lr, alpha):
    return np.median([0 * w, w - lr * (g + alpha), w - lr * (g - alpha)], axis=0)


def scaled_by_the_rate(w, g, lr, alpha):
    return lr * soft(w / lr - g, alpha)


@pytest.mark.parametrize("answer", [with_where, two_ramps, minus_clip, entry_by_entry, as_a_list, by_a_factor,
                                    middle_of_three, scaled_by_the_rate])
def test_right_proximal_step_in_any_style_is_accepted(answer, capsys):
    check_proximal_step(answer)
    assert "Right" in capsys.readouterr().out


def down_instead_of_up(w, g, lr, a):
    z = w - lr * g
    return np.where(z > lr * a, z - lr * a, np.where(z < -lr * a, z - lr * a, 0))


def stopped_where_it_crosses(w, g, lr, a):
    new = w - lr * g - lr * a * np.sign(w)
    return np.where(np.sign(new) == -np.sign(w), 0, new)


def in_place(w, g, lr, alpha):
    w -= lr * g
    return soft(w, lr * alpha)


WRONG_STEPS = {
    "that is the subgradient step": lambda w, g, lr, a: w - lr * g - lr * a * np.sign(w),
    "as if lr were 1": lambda w, g, lr, a: soft(w - lr * g, a),
    "the gradient step is missing": lambda w, g, lr, a: soft(w, lr * a),
    "shrink last": lambda w, g, lr, a: soft(w, lr * a) - lr * g,
    "plain gradient descent": lambda w, g, lr, a: w - lr * g,
    "the sign is lost": lambda w, g, lr, a: np.maximum(abs(w - lr * g) - lr * a, 0),
    "not of the old w": lambda w, g, lr, a: np.sign(w) * np.maximum(abs(w - lr * g) - lr * a, 0),
    "stop them at zero": lambda w, g, lr, a: np.sign(w - lr * g) * (abs(w - lr * g) - lr * a),
    "hard threshold": lambda w, g, lr, a: (w - lr * g) * (abs(w - lr * g) > lr * a),
    "negative weights became zero": lambda w, g, lr, a: np.maximum(w - lr * (g + a), 0),
    "what the step takes away": lambda w, g, lr, a: np.clip(w - lr * g, -lr * a, lr * a),
    "proximal step of the L2 penalty": lambda w, g, lr, a: (w - lr * g) / (1 + lr * a),
    "that is weight decay": lambda w, g, lr, a: w - lr * (g + a * w),
    "you climb": lambda w, g, lr, a: soft(w + lr * g, lr * a),
    "learning rate is missing in the gradient step": lambda w, g, lr, a: soft(w - g, lr * a),
    "half of": lambda w, g, lr, a: soft(w - lr * g, lr * a / 2),
    "you shrank by lr, as if alpha": lambda w, g, lr, a: soft(w - lr * g, lr),
    "in the gradient step and in the threshold": lambda w, g, lr, a: soft(w - g, a),
    "the penalty enters twice": lambda w, g, lr, a: soft(w - lr * g - lr * a * np.sign(w), lr * a),
    "stopped where it crosses zero": stopped_where_it_crosses,
    "you moved it down": down_instead_of_up,
    "subtracted lr \\* alpha everywhere": lambda w, g, lr, a: w - lr * (g + a),
    "not on the old w": lambda w, g, lr, a: (w - lr * g - lr * a * np.sign(w - lr * g)) * (abs(w) > lr * a),
    "wrong sign everywhere": lambda w, g, lr, a: -soft(w - lr * g, lr * a),
    "changed its argument w in place": in_place,
    "returned None": lambda w, g, lr, a: None,
    r"shape \(\), expected": lambda w, g, lr, a: float(np.sum(w)),
    "rounded to whole numbers": lambda w, g, lr, a: soft(w - lr * g, lr * a).astype(int),
    "w is not right yet": lambda w, g, lr, a: soft(w - lr * g, lr * a) + 0.1,
}


@pytest.mark.parametrize("message", WRONG_STEPS)
def test_wrong_proximal_steps_get_their_diagnosis(message):
    with pytest.raises(WrongAnswer, match=message):
        check_proximal_step(WRONG_STEPS[message])


def test_every_case_has_weights_that_become_zero_and_some_that_do_not():
    for case in lecture18.step_cases():
        zero = lecture18.proximal_step(*case) == 0
        assert zero.any()
        assert not zero.all()


# --- exercise 2: ridge ------------------------------------------------------------------------------


def stacked(x, y, alpha):
    """Ridge as least squares with rows of their own for the penalty."""
    rows = np.sqrt(alpha / 2) * np.eye(x.shape[1])
    return np.linalg.lstsq(np.vstack([x, rows]), np.concatenate([y, np.zeros(len(rows))]), rcond=None)[0]


def by_inverse(x, y, alpha):
    return np.linalg.inv(2 * x.T @ x + alpha * np.identity(x.shape[1])) @ (2 * x.T @ y)


def by_singular_values(x, y, alpha):
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return vt.T @ (s / (s**2 + alpha / 2) * (u.T @ y))


def by_descent(x, y, alpha):
    w, lr = np.zeros(x.shape[1]), 1 / (2 * np.linalg.norm(x, 2) ** 2 + alpha)
    for _ in range(1000):
        w = w - lr * (2 * x.T @ (x @ w - y) + alpha * w)
    return w


def by_examples(x, y, alpha):
    """One equation per example instead of one per feature."""
    return list(x.T @ np.linalg.solve(x @ x.T + alpha / 2 * np.eye(len(x)), y))


def by_search(x, y, alpha):
    optimize = pytest.importorskip("scipy.optimize")
    return optimize.minimize(lambda w: np.sum((x @ w - y) ** 2) + alpha / 2 * w @ w, np.ones(x.shape[1])).x


@pytest.mark.parametrize("answer", [stacked, by_inverse, by_singular_values, by_descent, by_examples,
                                    by_search])
def test_right_ridge_in_any_style_is_accepted(answer, capsys):
    check_ridge(answer)
    assert capsys.readouterr().out.startswith("Right")


def solve(x, y, added):
    return np.linalg.solve(x.T @ x + added, x.T @ y)


def with_column_of_ones(x, y, alpha):
    ones = np.hstack([np.ones((len(x), 1)), x])
    penalty = alpha / 2 * np.diag([0.0] + [1.0] * x.shape[1])
    return np.linalg.solve(ones.T @ ones + penalty, ones.T @ y)[1:]


def centred(x, y, strength):
    x = x - x.mean(axis=0)
    return np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ (y - y.mean()))


def first_is_free(x, y, alpha):
    penalty = alpha / 2 * np.eye(x.shape[1])
    penalty[0, 0] = 0
    return np.linalg.solve(x.T @ x + penalty, x.T @ y)


WRONG_RIDGES = {
    "divided by 2, the diagonal gets alpha / 2": lambda x, y, a: solve(x, y, a * np.eye(x.shape[1])),
    "you added 2 alpha": lambda x, y, a: solve(x, y, 2 * a * np.eye(x.shape[1])),
    "that is least squares": lambda x, y, a: solve(x, y, 0),
    "alpha / 2 to all entries": lambda x, y, a: solve(x, y, a / 2),
    "alpha to all entries": lambda x, y, a: solve(x, y, a),
    "mean squared error": lambda x, y, a: solve(x / len(x)**0.5, y / len(x)**0.5, a / 2 * np.eye(x.shape[1])),
    "wrong sign: it pushes": lambda x, y, a: solve(x, y, -a / 2 * np.eye(x.shape[1])),
    "all weights by one factor": lambda x, y, a: solve(x, y, 0) / (1 + a / 2),
    "enters as its square": lambda x, y, a: solve(x, y, a**2 / 4 * np.eye(x.shape[1])),
    "is linear in alpha": lambda x, y, a: solve(x, y, a**2 * np.eye(x.shape[1])),
    "you added alpha / 4": lambda x, y, a: solve(x, y, a / 4 * np.eye(x.shape[1])),
    "factor 1/2 of the penalty is lost too": lambda x, y, a: solve(x, y, len(x) * a * np.eye(x.shape[1])),
    "you divided alpha by n": lambda x, y, a: solve(x, y, a / 2 / len(x) * np.eye(x.shape[1])),
    "neither it nor the penalty": lambda x, y, a: solve(x, y, a / len(x) * np.eye(x.shape[1])),
    "directions in which x varies": lambda x, y, a: np.linalg.pinv(x) @ y / (1 + a),
    "an intercept too": with_column_of_ones,
    "or centred the data": lambda x, y, a: centred(x, y, a / 2),
    "And the diagonal gets alpha / 2": lambda x, y, a: centred(x, y, a),
    "the first weight has no penalty": first_is_free,
    "exactly 2 times too small": lambda x, y, a: by_inverse(x, y / 2, a),
    r"has shape \(3, 1\), expected \(3,\)": lambda x, y, a: solve(x, y[:, None], a / 2 * np.eye(x.shape[1])),
    "stopped with": lambda x, y, a: np.linalg.solve(x @ x, y),
}


@pytest.mark.parametrize("message", WRONG_RIDGES)
def test_wrong_ridges_get_their_diagnosis(message):
    with pytest.raises(WrongAnswer, match=message):
        check_ridge(WRONG_RIDGES[message])


# --- exercise 3: predict ----------------------------------------------------------------------------

RIGHT = (0.905, 0.819, 0.9, 0.999)


def test_right_prediction_is_accepted(capsys):
    check_prediction(*RIGHT)
    check_prediction(0.999**100, 0.998**100, 0.9, 0.99999**100)
    assert capsys.readouterr().out.count("Right") == 2


WRONG_PREDICTIONS = [
    (0, 0.99**100, "you left out lr"), (0, 0.0952, "give what is left"), (0, 0.999, "one step"),
    (0, 0.818567, "not 2α"), (0, 0.9, "the steps multiply"), (0, 0.9512, "the 1/2 cancels"),
    (0, 0.5, "too small"), (0, float("nan"), "finite"), (0, "much", "must be one number"),
    (1, 0.904792, "without the 1/2"), (1, 0.98**100, "you left out lr"), (1, 0.8, "the steps multiply"),
    (0, 1, "penalty or the decay does not"), (0, 0.998, "too large"), (0, 0.90, "give three digits"),
    (1, 0.18143, "give what is left"), (1, 1, "penalty or the decay does not"), (1, 0.998, "one step"),
    (2, 0.999, "that would be AdamW, or one step"), (2, 0.95, "too large"), (2, 0.1, "give what is left"),
    (2, 1, "penalty or the decay does not"), (2, 0.999**100, "each takes the same away"),
    (2, 0.2, "too small"), (3, 0.001, "give what is left"),
    (3, 0.9, "does not pass through"), (3, 0.902, "does not pass through"), (3, 0.998, "too small"),
    (3, 0.905, "the decay per step is 0.00001"), (3, 0.366, "multiplied by lr"),
    (3, 0.904792, "the decay per step is 0.00001"),
    (3, 0.99**100, "multiplied by lr"), (3, 0.0009995, "give what is left"), (3, 0.99999, "one step"),
    (3, 1, "penalty or the decay does not"), (3, 0.9999, "too large"), (3, 0.99905, "too large"),
]


@pytest.mark.parametrize(("place", "value", "message"), WRONG_PREDICTIONS)
def test_wrong_predictions_get_their_diagnosis(place, value, message):
    answer = [*RIGHT[:place], value, *RIGHT[place + 1:]]
    with pytest.raises(WrongAnswer, match=message):
        check_prediction(*answer)


def test_the_expected_numbers_are_pytorchs():
    torch = pytest.importorskip("torch")
    for expected, kind, lr in ((RIGHT[0], "SGD", 0.1), (RIGHT[2], "Adam", 0.001), (RIGHT[3], "AdamW", 0.001)):
        weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
        opt = getattr(torch.optim, kind)([weight], lr=lr, weight_decay=0.01)
        for _ in range(100):
            opt.zero_grad()
            (0 * weight).sum().backward()
            opt.step()
        assert weight.item() == pytest.approx(expected, rel=2e-3)


# --- exercise 4: break it ---------------------------------------------------------------------------

WRONG_EDGES = {
    "the loss has a curvature too": lambda lr, h: 2 / lr,
    "the edge is at -1": lambda lr, h: 1 / lr - h,
    "so less is left for it": lambda lr, h: 2 / lr + h,
    "so alpha counts fully": lambda lr, h: 4 / lr - 2 * h,
    "you took 2·alpha·w": lambda lr, h: 1 / lr - h / 2,
    "the two curvatures add up": lambda lr, h: 2 / (lr * h),
    "minus lr": lambda lr, h: 2 / h - lr,
    "that is 1 / lr": lambda lr, h: 1 / lr,
    "limit of lr without a penalty": lambda lr, h: 2 / h,
    "divide all of it by lr": lambda lr, h: 2 - lr * h,
    "Write a formula": lambda lr, h: 17,
    "returned None": lambda lr, h: None,
    "return one number": lambda lr, h: np.array([2 / lr - h]),
    "expected is": lambda lr, h: 4 / lr - h,
    "turned round": lambda lr, h: h - 2 / lr,
    "not half of it": lambda lr, h: 2 / lr - h / 2,
    "not twice that": lambda lr, h: 2 / lr - 2 * h,
}


@pytest.mark.parametrize("message", WRONG_EDGES)
def test_wrong_edges_get_their_diagnosis(message):
    with pytest.raises(WrongAnswer, match=message):
        check_largest_stable_alpha(WRONG_EDGES[message])


def by_bisection(lr, curvature):
    low, high = 0.0, 1e4
    for _ in range(60):
        alpha = (low + high) / 2
        low, high = (alpha, high) if abs(1 - lr * (curvature + alpha)) < 1 else (low, alpha)
    return low


def test_the_right_edge_is_accepted_and_is_where_runs_diverge(capsys):
    check_largest_stable_alpha(lambda lr, curvature: (2 - lr * curvature) / lr)
    check_largest_stable_alpha(lambda lr, curvature: max(0, 2 / lr - curvature))
    check_largest_stable_alpha(lambda lr, curvature: np.array(2 * lr**-1 - curvature))
    check_largest_stable_alpha(by_bisection)
    assert capsys.readouterr().out.count("Right") == 4
    for factor, shrinks in ((0.99, True), (1.01, False)):
        alpha = factor * lecture18.largest_stable_alpha(0.1, 3.0)
        run = minimize(lambda w: 1.5 * w @ w, [1.0], SGD(lr=0.1, transforms=[L2(alpha).transform]), 200,
                       gradient=lambda w: 3 * w)
        assert (abs(run.x[-1, 0]) < 1) == shrinks
