"""The checks of lecture 09: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number
from course_lib.exercises.lecture09 import (
    check_largest_stable_lr,
    check_momentum_step,
    check_nesterov_step,
    check_prediction,
)
from course_lib.minimize import minimize
from course_lib.optimizers import Momentum

# --- exercise 1: momentum ---------------------------------------------------------------------------


def classical(x, v, g, lr, momentum):
    v = momentum * v + g
    return x - lr * v, v


def as_list(x, v, g, lr, momentum):
    new = g + v * momentum
    return [x + (-lr) * new, new]


def with_numpy(x, v, g, lr, momentum):
    velocity = np.add(np.multiply(v, momentum), g)
    position = x.copy()
    position -= lr * velocity
    return (position, velocity)


def entry_by_entry(x, v, g, lr, momentum):
    x, v = x.copy(), v.copy()
    for i in np.ndindex(x.shape):
        v[i] = momentum * v[i] + g[i]
        x[i] = x[i] - lr * v[i]
    return x, v


@pytest.mark.parametrize("answer", [classical, as_list, with_numpy, entry_by_entry])
def test_right_momentum_in_any_style_is_accepted(answer, capsys):
    check_momentum_step(answer)
    assert capsys.readouterr().out.startswith("Right")


def in_place(x, v, g, lr, momentum):
    v *= momentum
    v += g
    return x - lr * v, v


def in_place_x(x, v, g, lr, momentum):
    v = momentum * v + g
    x -= lr * v
    return x, v


def nothing(x, v, g, lr, momentum):
    v = momentum * v + g
    x = x - lr * v


def remembers():
    kept = []

    def step(x, v, g, lr, momentum):
        kept.append(1)
        return x - lr * (momentum * v + g) * len(kept), momentum * v + g
    return step


def rounds(x, v, g, lr, momentum):
    v = momentum * v + g
    return (x - lr * v).astype(int), v.astype(int)


def divides_by_norm(x, v, g, lr, momentum):
    v = momentum * v + g / np.linalg.norm(g)
    return x - lr * v, v


def divides_by_zero(x, v, g, lr, momentum):
    with np.errstate(all="ignore"):
        return x - lr * v / (v - v), v


WRONG_MOMENTUM = {
    "the sign of the gradient is wrong": lambda x, v, g, lr, m: (x - lr * (m * v - g), m * v - g),
    "you climb": lambda x, v, g, lr, m: (x + lr * (m * v + g), m * v + g),
    "averaged form": lambda x, v, g, lr, m: (x - lr * (m * v + (1 - m) * g), m * v + (1 - m) * g),
    "with the old velocity": lambda x, v, g, lr, m: (x - lr * v, m * v + g),
    "plain gradient descent": lambda x, v, g, lr, m: (x - lr * g, m * v + g),
    "velocity is forgotten": lambda x, v, g, lr, m: (x - lr * g, g),
    "lr and momentum have changed places": lambda x, v, g, lr, m: (x - m * (lr * v + g), lr * v + g),
    "momentum itself is the share": lambda x, v, g, lr, m: (x - lr * ((1 - m) * v + g), (1 - m) * v + g),
    "multiply it by momentum": lambda x, v, g, lr, m: (x - lr * (v + g), v + g),
    "you returned the old velocity": lambda x, v, g, lr, m: (x - lr * (m * v + g), v),
    "x is right, but your velocity carries": lambda x, v, g, lr, m: (x - lr * (m * v + g), lr * (m * v + g)),
    r"v = momentum \* v \+ lr \* g, as in Keras": lambda x, v, g, lr, m: (x - m * v - lr * g, m * v + lr * g),
    "a minus": lambda x, v, g, lr, m: (x + m * v - lr * g, m * v - lr * g),
    "enters twice": lambda x, v, g, lr, m: (x - lr * (m * v + lr * g), m * v + lr * g),
    "changed places: return x first": lambda x, v, g, lr, m: (m * v + g, x - lr * (m * v + g)),
    "exactly twice too large": lambda x, v, g, lr, m: (x - 2 * lr * (m * v + g), m * v + g),
    "you returned the step": lambda x, v, g, lr, m: (lr * (m * v + g), m * v + g),
    "you returned the change of x": lambda x, v, g, lr, m: (-lr * (m * v + g), m * v + g),
    "x comes back as it was": lambda x, v, g, lr, m: (x, m * v + g),
    "lr is missing": lambda x, v, g, lr, m: (x - m * v - g, m * v + g),
    "multiplies the gradient too": lambda x, v, g, lr, m: (x - lr * (m * v + m * g), m * (v + g)),
    "in place of the old velocity": lambda x, v, g, lr, m: (x - lr * (v + m * g), v + m * g),
    "a factor momentum too many": lambda x, v, g, lr, m: (x - m * lr * (m * v + g), m * v + g),
    "you climb, and your velocity": lambda x, v, g, lr, m: (x + (m * v + lr * g), m * v + lr * g),
    "sign of the old velocity": lambda x, v, g, lr, m: (x - lr * (g - m * v), g - m * v),
    "your velocity has the other sign": lambda x, v, g, lr, m: (x + lr * (m * v - g), m * v - g),
    "you returned has the wrong sign": lambda x, v, g, lr, m: (x - lr * (m * v + g), -m * v - g),
    "the change of x in place": lambda x, v, g, lr, m: (x - lr * (m * v + g), -lr * (m * v + g)),
    "v never changes: v": lambda x, v, g, lr, m: (x - lr * v, v),
    "and v never changes": lambda x, v, g, lr, m: (x - lr * g, v),
    "enters the step twice": lambda x, v, g, lr, m: (x - lr * (m * v + g) - lr * g, m * v + g),
    "fixed at 0.9": lambda x, v, g, lr, m: classical(x, v, g, lr, 0.9),
    "that is Nesterov": lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + g)), m * v + g),
    r"changed its argument v in place": in_place,
    r"changed its argument x in place": in_place_x,
    "returned None": nothing,
    "returned one value, expected 2": lambda x, v, g, lr, m: x - lr * (m * v + g),
    "returned 3 values, expected 2": lambda x, v, g, lr, m: (x, v, g),
    "v is None": lambda x, v, g, lr, m: (x - lr * (m * v + g), None),
    r"x has shape \(\), expected \(4,\)": lambda x, v, g, lr, m: (float(np.sum(x)), m * v + g),
    "^x is right, but you returned the old": lambda x, v, g, lr, m: (x - np.float64(lr) * (m * v + g), v),
    "x has dtype float32": lambda x, v, g, lr, m: (np.float32(x - lr * (m * v + g)), m * v + g),
    "rounded to whole numbers": rounds,
    "NaN or infinite": divides_by_zero,
    "two different results": remembers(),
    r"called with \(x of shape \(4,\), .*, momentum\), .* with TypeError": lambda x, v: (x, v),
    "stopped with NameError": lambda x, v, g, lr, m: (x - lr * velocity, v),  # noqa: F821
    "pass the function itself": 3.0,
    "v is exactly 3 times too large": lambda x, v, g, lr, m: (x - lr * (m * v + g), 3 * (m * v + g)),
    "v is exactly 2 times too small": lambda x, v, g, lr, m: (x - lr * (m * v + g), (m * v + g) / 2),
    "you give .* expected is": divides_by_norm,
    r"v is not right yet \(x is right\)": lambda x, v, g, lr, m: (x - lr * (m * v + g), m * v + g + 0.1),
}


@pytest.mark.parametrize("diagnosis", WRONG_MOMENTUM)
def test_wrong_momentum_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_momentum_step(WRONG_MOMENTUM[diagnosis])


# --- exercise 2: Nesterov ---------------------------------------------------------------------------


def nesterov(x, v, g, lr, momentum):
    v = momentum * v + g
    return x - lr * (g + momentum * v), v


def nesterov_in_one_line(x, v, g, lr, momentum):
    return x - lr * (1 + momentum) * g - lr * momentum**2 * v, momentum * v + g


@pytest.mark.parametrize("answer", [nesterov, nesterov_in_one_line])
def test_right_nesterov_is_accepted(answer):
    check_nesterov_step(answer)


WRONG_NESTEROV = {
    "that is plain momentum": classical,
    "with the old v in the bracket": lambda x, v, g, lr, m: (x - lr * (g + m * v), m * v + g),
    "factor momentum is missing": lambda x, v, g, lr, m: (x - lr * (g + m * v + g), m * v + g),
    "gradient is missing in the step": lambda x, v, g, lr, m: (x - lr * m * (m * v + g), m * v + g),
    "only the step's direction": lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + g)), g + m * (m * v + g)),
    "you climb": lambda x, v, g, lr, m: (x + lr * (g + m * (m * v + g)), m * v + g),
    "it adds \\+g": lambda x, v, g, lr, m: (x - lr * (g + m * (m * v - g)), m * v - g),
    "averaged form": lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + (1 - m) * g)), m * v + (1 - m) * g),
    "returned the old velocity": lambda x, v, g, lr, m: (x - lr * (g + m * (m * v + g)), v),
    "as in Keras": lambda x, v, g, lr, m: (x - lr * g - m * (m * v + lr * g), m * v + lr * g),
    "moving x first": lambda x, v, g, lr, m: (x - lr * m * v - lr * (m * v + g), m * v + g),
    "changed places": lambda x, v, g, lr, m: (m * v + g, x - lr * (g + m * (m * v + g))),
    "exactly twice": lambda x, v, g, lr, m: (x - 2 * lr * (g + m * (m * v + g)), m * v + g),
    "belongs to v, not to g": lambda x, v, g, lr, m: (x - lr * (m * v + g) - lr * m * g, m * v + g),
    r"your step is v \+ momentum \* v": lambda x, v, g, lr, m: (x - lr * (m * v + g) * (1 + m), m * v + g),
    "put brackets": lambda x, v, g, lr, m: (x - lr * g + m * (m * v + g), m * v + g),
    "only one part of the step": lambda x, v, g, lr, m: (x - (lr * g + m * (m * v + g)), m * v + g),
    "lr is missing": lambda x, v, g, lr, m: (x - g - m * (m * v + g), m * v + g),
    "a minus": lambda x, v, g, lr, m: (x + m * (m * v - lr * g) - lr * g, m * v - lr * g),
    "velocity is forgotten": lambda x, v, g, lr, m: (x - lr * (g + m * g), g),
    "added whole": lambda x, v, g, lr, m: (x - lr * (g + m * (v + g)), v + g),
    "momentum itself is the share": lambda x, v, g, lr, m: (
        x - lr * (g + m * ((1 - m) * v + g)), (1 - m) * v + g),
    "you returned the step": lambda x, v, g, lr, m: (lr * (g + m * (m * v + g)), m * v + g),
    "x comes back as it was": lambda x, v, g, lr, m: (x.copy(), m * v + g),
    "you returned the change of x": lambda x, v, g, lr, m: (-lr * (g + m * (m * v + g)), m * v + g),
    "x is right, but your velocity carries": lambda x, v, g, lr, m: (
        x - lr * (g + m * (m * v + g)), lr * (m * v + g)),
    "learning rate enters twice": lambda x, v, g, lr, m: (
        x - lr * (g + m * (m * v + lr * g)), m * v + lr * g),
    "lr and momentum have changed places": lambda x, v, g, lr, m: (
        x - m * (g + lr * (lr * v + g)), lr * v + g),
    "plain gradient descent": lambda x, v, g, lr, m: (x - lr * g, m * v + g),
    "the old velocity alone": lambda x, v, g, lr, m: (x - lr * v, m * v + g),
    "sign of the velocity in the step": lambda x, v, g, lr, m: (x - lr * (g - m * (m * v + g)), m * v + g),
    "fixed at 0.9": lambda x, v, g, lr, m: nesterov(x, v, g, lr, 0.9),
    "returned one value": lambda x, v, g, lr, m: x - lr * (g + m * (m * v + g)),
}


@pytest.mark.parametrize("diagnosis", WRONG_NESTEROV)
def test_wrong_nesterov_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_nesterov_step(WRONG_NESTEROV[diagnosis])


# --- exercise 3: predict ----------------------------------------------------------------------------


def test_right_prediction_is_what_the_library_does():
    rates = {}
    for name, dampening in (("classical", 0.0), ("averaged", 0.95)):
        opt = Momentum(lr=0.01, momentum=0.95, dampening=dampening)
        trace = minimize(lambda x: float(x[0]), [0.0], opt, 1000, gradient=np.ones_like)
        rates[name] = -np.diff(trace.x[:, 0])
    steps = int(np.argmax(rates["classical"] >= 0.9 * rates["classical"][-1])) + 1
    check_prediction(rates["classical"][-1], rates["averaged"][-1], steps)


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((0.01, 0.01, 45), "that is the first step"),
    ((20, 0.01, 45), "that is the velocity"),
    ((0.1, 0.01, 45), "the gain for momentum 0.9"),
    ((0.19, 0.01, 45), "do not leave out the newest gradient"),
    ((0.01 / 0.95, 0.01, 45), "the friction, not by momentum"),
    ((0.0005, 0.01, 45), "divide by it"),
    ((0.3, 0.01, 45), "step_classical = 0.3 is too large"),
    (("0.2 or so", 0.01, 45), "must be one number"),
    ((float("nan"), 0.01, 45), "finite"),
    ((0.2, 0.2, 45), "that is the classical form"),
    ((0.2, 0.0005, 45), "step_averaged = 0.0005: that is the first step"),
    ((0.2, 1.0, 45), "that is the velocity"),
    ((0.2, 0.01, 44), "round up"),
    ((0.2, 0.01, 44.89), "steps_to_90 = 44.89: the count is a whole number: round up"),
    ((0.2, 0.01, 44.9), "whole number: round up"),
    ((0.2, 0.01, 44.8906), "whole number: round up"),
    ((0.2, 0.01, 44.2), "too small"),
    ((0.2, 0.01, 20), "only to 64 %"),
    ((0.2, 0.01, 3), "not 90 %"),
    ((0.2, 0.01, 100), "too large"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="step_averaged has no value yet"):
        check_prediction(0.2, ..., 45)


# --- exercise 4: the edge ---------------------------------------------------------------------------


def edge(curvature, momentum):
    return (2 + 2 * momentum) / curvature


@pytest.mark.parametrize("answer", [edge, lambda c, m: 2 / c + 2 * m / c, lambda c, m: np.array(edge(c, m)),
                                    lambda c, m: round(edge(c, m), 4),
                                    lambda c, m: float(f"{edge(c, m):.3g}")])
def test_right_edge_is_accepted(answer):
    check_largest_stable_lr(answer)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_edge_is_where_momentum_stops_converging(momentum):
    curvature = 3.0
    opt = Momentum(lr=edge(curvature, momentum) * np.array([[0.999], [1.001]]), momentum=momentum)
    trace = minimize(lambda x: curvature / 2 * x[:, 0] ** 2, np.ones((2, 1)), opt, 20_000,
                     gradient=lambda x: curvature * x)
    assert (trace.loss[-1] < 1e-3).tolist() == [True, False]


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (lambda c, m: 2 / c, "limit of gradient descent"),
    (lambda c, m: 2 * (1 + m) / ((1 + 2 * m) * c), "Nesterov's limit"),
    (lambda c, m: 1 / c, "best rate of gradient descent"),
    (lambda c, m: 2 * (1 - m) / c, "less stable"),
    (lambda c, m: 2 / ((1 - m) * c), "changes its sign at every step"),
    (lambda c, m: 2 * (1 + m), "curvature is missing"),
    (lambda c, m: 2 * (1 + m) * c, "grows with the curvature"),
    (lambda c, m: (1 + m**0.5) ** 2 / c, "jumps from side to side"),
    (lambda c, m: (1 + m) / c, "half of the edge"),
    (lambda c, m: 4 / c, "for momentum near 1"),
    (lambda c, m: 2 / c / (1 + m), "come into the denominator"),
    (lambda c, m: (1 - math.sqrt(m)) ** 2 / c, "without swinging"),
    (lambda c, m: 2 * (1 + m) / math.sqrt(c), "the root of the curvature"),
    (lambda c, m: None, "returned None"),
    (lambda c, m: "2(1+m)/L", "real numbers"),
    (lambda c, m: 4 * 2 * (1 + m) / c, "exactly 4 times too large"),
    (lambda c: 2 / c, "stopped with TypeError"),
    (lambda c, m: edge(c, m) - 0.001, r"you give 0\.075, expected is 0\.076"),
])
def test_wrong_edge_is_diagnosed(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_largest_stable_lr(answer)


# --- the shared machinery ---------------------------------------------------------------------------


def test_placeholder_stays_a_placeholder():
    def stub(x, v, g, lr, momentum):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError):
        check_momentum_step(stub)


def test_an_unexplained_sign_is_named():
    with pytest.raises(WrongAnswer, match="y has the wrong sign everywhere"):
        check_function(lambda x: -x, reference=lambda x: x, cases=[(np.array([1.0, -2.0]),)], outputs=("y",))


def test_a_mistake_must_explain_every_case():
    halves = [Mistake("halved", lambda x: x / 2)]
    with pytest.raises(WrongAnswer, match="not right yet"):
        check_function(lambda x: np.where(x > 2, x / 2, x / 3), reference=lambda x: x,
                       cases=[(np.array([4.0]),), (np.array([1.0]),)], outputs=("y",), mistakes=halves)


def test_numbers():
    check_number("n", np.float32(0.5), 0.5)
    with pytest.raises(WrongAnswer, match="the check wants the number"):
        check_number("n", abs, 0.5)
    with pytest.raises(WrongAnswer, match=r"n = 0\.4 is too small"):
        check_number("n", 0.4, 0.5)
