"""The checks of lecture 06: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import numpy as np
import pytest

from course_lib import initializers
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture06 import check_gain, check_he_normal, check_prediction, check_twins
from course_lib.layers import ReLU
from course_lib.studies.mean_field import keeping_variance

# --- exercise 1: He's draw --------------------------------------------------------------------------

RIGHT_HE = [
    lambda shape, rng: rng.normal(0, np.sqrt(2 / shape[0]), shape),
    lambda shape, rng: rng.standard_normal(shape) * (2 / shape[0]) ** 0.5,
    lambda shape, rng: np.array([rng.normal(scale=(2 / shape[0]) ** 0.5, size=shape[1])
                                 for _ in range(shape[0])]),
    lambda shape, rng: rng.standard_normal(shape[::-1]).T * np.sqrt(2 / shape[0]),
    initializers.he_normal(),
]


@pytest.mark.parametrize("answer", RIGHT_HE)
def test_right_draw_in_any_style_is_accepted(answer, capsys):
    check_he_normal(answer)
    assert capsys.readouterr().out.startswith("Right")


def cut(shape, rng):
    return initializers.truncated_normal((2 / shape[0]) ** 0.5)(shape, rng)


def own_generator(shape, rng):
    return np.random.default_rng(0).normal(0, np.sqrt(2 / shape[0]), shape)


def own_unseeded(shape, rng):
    return np.random.default_rng().normal(0, np.sqrt(2 / shape[0]), shape)


def draw_with(std):
    return lambda shape, rng: std(*shape) * rng.standard_normal(shape)


WRONG_HE = {
    "used the variance 2 / fan_in as the standard deviation": draw_with(lambda i, o: 2 / i),
    "fourth root": draw_with(lambda i, o: (2 / i) ** 0.25),
    "the 2 is missing": draw_with(lambda i, o: i**-0.5),
    "stands outside of the root": draw_with(lambda i, o: 2 * i**-0.5),
    "divided by fan_out": draw_with(lambda i, o: (2 / o) ** 0.5),
    "that is Xavier's": initializers.xavier_normal(),
    "PyTorch's default": lambda shape, rng: rng.uniform(-1, 1, shape) / shape[0] ** 0.5,
    "uniform draw on ±a has": lambda shape, rng: rng.uniform(-1, 1, shape) * (2 / shape[0]) ** 0.5,
    "that is N\\(0, 1\\)": lambda shape, rng: rng.standard_normal(shape),
    "is the limit of He's uniform draw": draw_with(lambda i, o: (6 / i) ** 0.5),
    "leaves 0.88": cut,
    "grow with fan_in": draw_with(lambda i, o: (2 * i) ** 0.5),
    "standard deviation is 0.2.*expected": draw_with(lambda i, o: 2.5 * (2 / i) ** 0.5),
    "this is a uniform draw": initializers.he_uniform(),
    "a normal draw cut": initializers.variance_scaling(2.0),
    "not from np.random": own_unseeded,
    "different seeds give the same": own_generator,
    "all weights are equal": lambda shape, rng: np.full(shape, 0.1),
    "whole rows or columns": lambda shape, rng: np.tile(rng.normal(0, 0.1, (shape[0], 1)), (1, shape[1])),
    "mean of your weights": lambda shape, rng: np.abs(rng.normal(0, np.sqrt(2 / shape[0]), shape)),
    "PyTorch keeps the transpose": lambda shape, rng: rng.normal(0, 1, shape[::-1]),
    r"has shape \(200,\)": lambda shape, rng: rng.normal(0, 1, shape[0]),
    "returned None": lambda shape, rng: None,
    "stopped with TypeError": lambda shape: np.zeros(shape),
    "stopped with ValueError": lambda shape, rng: rng.normal(0, -1, shape),
    "pass the function itself": np.ones((3, 3)),
    "NaN or infinite": lambda shape, rng: np.full(shape, np.nan),
    "dtype float32": lambda shape, rng: rng.standard_normal(shape, dtype=np.float32),
}


@pytest.mark.parametrize("diagnosis", WRONG_HE)
def test_wrong_draw_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_he_normal(WRONG_HE[diagnosis])


# --- exercise 2: the gain ---------------------------------------------------------------------------


def gain(phi, u):
    return 1 / np.sqrt(np.mean(phi(u) ** 2))


def as_loop(phi, u):
    total = 0.0
    for value in u:
        total += phi(value) ** 2
    return (total / len(u)) ** -0.5


@pytest.mark.parametrize("answer", [
    gain, as_loop, lambda phi, u: np.sqrt(np.mean(u**2) / np.mean(phi(u) ** 2)),
    lambda phi, u: len(u) ** 0.5 / np.linalg.norm(phi(u)),
    lambda phi, u: float((phi(u) @ phi(u) / u.size) ** -0.5)])
def test_right_gain_is_accepted(answer):
    check_gain(answer)


def test_right_gain_is_the_theory():
    u = np.random.default_rng(0).standard_normal(1_000_000)
    assert gain(np.tanh, u) ** 2 == pytest.approx(keeping_variance("tanh"), rel=5e-3)
    assert gain(ReLU().forward, u) ** 2 == pytest.approx(2, rel=5e-3)


WRONG_GAIN = {
    "you used the variance of the outputs": lambda phi, u: 1 / phi(u).std(),
    "root is missing: 1 / E": lambda phi, u: 1 / (phi(u) ** 2).mean(),
    "and the mean was taken away": lambda phi, u: 1 / phi(u).var(),
    "undo it: divide 1 by it": lambda phi, u: (phi(u) ** 2).mean() ** 0.5,
    "and is a root": lambda phi, u: (phi(u) ** 2).mean(),
    "mean of \\|φ\\|": lambda phi, u: 1 / np.abs(phi(u)).mean(),
    "the mean first": lambda phi, u: 1 / abs(phi(u).mean()),
    "sum of the squares": lambda phi, u: 1 / np.linalg.norm(phi(u)),
    "gain of ReLU alone": lambda phi, u: 2**0.5,
    "PyTorch's number for tanh": lambda phi, u: 5 / 3,
    "φ\\(u\\)², not φ\\(u²\\)": lambda phi, u: phi(u**2).mean() ** -0.5,
    "apply phi to u first": lambda phi, u: (u**2).mean() ** -0.5,
    "gain is an array of shape": lambda phi, u: 1 / np.abs(phi(u)),
    "exactly 3 times too large": lambda phi, u: 3 * gain(phi, u),
    "wrong sign": lambda phi, u: -gain(phi, u),
    "returned None": lambda phi, u: print(end=""),
    "stopped with TypeError": lambda phi: 1.0,
    "pass the function itself": 1.41,
}


@pytest.mark.parametrize("diagnosis", WRONG_GAIN)
def test_wrong_gain_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_gain(WRONG_GAIN[diagnosis])


# --- exercise 3: predict ----------------------------------------------------------------------------


def test_right_prediction_is_what_a_product_gives():
    found = []
    for variance in (1 / 2, 1 / 6):
        layers = 0
        while variance ** (layers / 2) >= 1e-6:
            layers += 1
        found.append(layers)
    right_std, slip_std = (2 / 800) ** 0.5, (2 / 800) ** 0.25
    check_prediction(*found, slip_std / right_std)


@pytest.mark.parametrize(("given", "diagnosis"), [
    ((20, 16, 4.472), "½ is the factor of the variance"),
    ((6, 16, 4.472), "factor of 10 per layer"),
    ((39, 16, 4.472), "round up"),
    ((39.86, 16, 4.472), "layers_xavier = 39.8.*round up"),
    ((50, 16, 4.472), "layers_xavier = 50 is too large"),
    ((40, 8, 4.472), "1/6 is the factor of the variance"),
    ((40, 26, 4.472), "left out ReLU"),
    ((40, 13, 4.472), "1/3 for the signal"),
    ((40, 40, 4.472), "that is for Xavier"),
    ((40, 15, 4.472), "layers_default = 15.*round up"),
    ((40, 15.4, 4.472), "layers_default = 15.4.*round up"),
    ((40, 16, 20), "the factor of the variance"),
    ((40, 16, 5.318), "divide 800 by 2 first"),
    ((40, 16, 0.2236), "too large, so the signal grows.*wrong standard deviation"),
    ((40, 16, 0.05), "right standard deviation"),
    ((40, 16, 2.659), "not 100"),
    ((40, 16, 1), "no growth"),
    ((40, 16, "four"), "must be one number"),
    ((40, 16, float("inf")), "finite"),
])
def test_wrong_prediction_is_diagnosed(given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_prediction(*given)


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="layers_default has no value yet"):
        check_prediction(40, ..., 4.472)


# --- exercise 4: twins ------------------------------------------------------------------------------


def twins(w_in, w_out):
    w_in, w_out = w_in.copy(), w_out.copy()
    w_in[:, 1], w_out[1] = w_in[:, 0], w_out[0]
    return w_in, w_out


def by_index(w_in, w_out):
    order = np.arange(w_in.shape[1])
    order[1] = 0
    return w_in[:, order], w_out[order]


def averaged(w_in, w_out):
    w_in, w_out = w_in.copy(), w_out.copy()
    w_in[:, :2] = w_in[:, :2].mean(axis=1, keepdims=True)
    w_out[:2] = w_out[:2].mean(axis=0)
    return w_in, w_out


@pytest.mark.parametrize("answer", [twins, by_index, averaged])
def test_right_twins_are_accepted(answer):
    check_twins(answer)


def edited(edit):
    def answer(w_in, w_out):
        w_in, w_out = w_in.copy(), w_out.copy()
        edit(w_in, w_out)
        return w_in, w_out
    return answer


def columns_only(a, b):
    a[:, 1] = a[:, 0]


def rows_only(a, b):
    b[1] = b[0]


def wrong_axes(a, b):
    a[1], b[:, 1] = a[0], b[:, 0]


def swapped(a, b):
    a[:, [0, 1]], b[[0, 1]] = a[:, [1, 0]], b[[1, 0]]


def all_copies(a, b):
    a[:], b[:] = a[:, :1], b[:1]


def zeros(a, b):
    a[:, :2], b[:2] = 0, 0


def zero_out(a, b):
    a[:, 1], b[:2] = a[:, 0], 0


def all_zero(a, b):
    a[:], b[:] = 0, 0


def others_too(a, b):
    a[:, 1], b[1] = a[:, 0], b[0]
    a[:, 2] *= 2


def wrong_pair(a, b):
    a[:, 2], b[2] = a[:, 0], b[0]


def in_place(w_in, w_out):
    w_in[:, 1], w_out[1] = w_in[:, 0], w_out[0]
    return w_in, w_out


WRONG_TWINS = {
    "not those out of them": edited(columns_only),
    "not those into them": edited(rows_only),
    "made rows of w_in and columns of w_out equal": edited(wrong_axes),
    "differ in their weights in and": edited(swapped),
    "in their weights out": edited(wrong_pair),
    "all units are copies": edited(all_copies),
    "switched off rather": edited(zeros),
    "with zeros on one side": edited(zero_out),
    "as they were: units 0 and 1": edited(lambda a, b: None),
    "other units changed": edited(others_too),
    "changed its argument w_in in place": in_place,
    "returned one value, expected 2": lambda a, b: a,
    "returned None": lambda a, b: None,
    "w_in has shape": lambda a, b: (b, a),
    "pass the function itself": (1, 2),
}


@pytest.mark.parametrize("diagnosis", WRONG_TWINS)
def test_wrong_twins_are_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_twins(WRONG_TWINS[diagnosis])


def test_all_zero_is_refused_too():
    with pytest.raises(WrongAnswer):
        check_twins(edited(all_zero))


def test_placeholder_stays_a_placeholder():
    def stub(*args):
        raise NotImplementedError("Replace this line")
    for check in (check_he_normal, check_gain, check_twins):
        with pytest.raises(NotImplementedError):
            check(stub)
