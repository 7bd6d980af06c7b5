"""The checks of lecture 06: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import statistics

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
    lambda shape, rng: (rng.normal(size=shape) / np.sqrt(shape[0] / 2)).tolist(),
    lambda shape, rng: rng.normal(0, np.sqrt(2 / shape[0]), shape).astype(np.float32),
    lambda shape, rng: rng.standard_normal(shape, dtype=np.float32) * np.float32((2 / shape[0]) ** 0.5),
    lambda shape, rng: (rng.random((12, *shape)).sum(axis=0) - 6) * np.sqrt(2 / shape[0]),
    lambda shape, rng: rng.spawn(1)[0].normal(0, np.sqrt(2 / shape[0]), shape),
    lambda shape, rng: -rng.normal(0, np.sqrt(2 / shape[0]), shape[0] * shape[1]).reshape(shape),
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


def scaled_by_itself(shape, rng):
    w = rng.normal(size=shape)
    return (w - w.mean()) / w.std() * np.sqrt(2 / shape[0])


def orthogonal(shape, rng):
    return initializers.orthogonal()(shape, rng) * np.sqrt(2 / shape[0]) * max(shape) ** 0.5


def half_of_them_twice(shape, rng):
    half = rng.normal(0, np.sqrt(2 / shape[0]), (shape[0] // 2, shape[1]))
    return np.concatenate([half, half])


def clipped(shape, rng):
    std = np.sqrt(2 / shape[0])
    return np.clip(rng.normal(0, std, shape), -2 * std, 2 * std)


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
    "σ of a uniform draw on": lambda shape, rng: rng.uniform(-1, 1, shape) * (2 / shape[0]) ** 0.5,
    "that is N\\(0, 1\\)": lambda shape, rng: rng.standard_normal(shape),
    "is the limit of He's uniform draw": draw_with(lambda i, o: (6 / i) ** 0.5),
    "0.88 of σ": cut,
    "grow with fan_in": draw_with(lambda i, o: (2 * i) ** 0.5),
    "standard deviation is 0.2.*expected": draw_with(lambda i, o: 2.5 * (2 / i) ** 0.5),
    "not normal: it looks like a uniform one": initializers.he_uniform(),
    "not normal: it looks like one cut": initializers.variance_scaling(2.0),
    "not from np.random": own_unseeded,
    "different seeds give the same": own_generator,
    "all weights are equal": lambda shape, rng: np.full(shape, 0.1),
    "your draw is not normal.$": lambda shape, rng: rng.laplace(0, shape[0]**-0.5, shape),
    "many of your weights are the same": lambda shape, rng: np.tile(rng.normal(0, 0.1, (shape[0], 1)),
                                                                    (1, shape[1])),
    "the root is to be taken of fan_in, too": draw_with(lambda i, o: 2**0.5 / i),
    "the mean of fan_in and fan_out": draw_with(lambda i, o: (4 / (i + o)) ** 0.5),
    "deviation is 0.142 for every shape": draw_with(lambda i, o: (2 / 100) ** 0.5),
    "have the size .* exactly": scaled_by_itself,
    "rng.normal wants the mean first": lambda shape, rng: rng.normal(np.sqrt(2 / shape[0]), size=shape),
    "the mean of your weights is 0.05, not 0.$": lambda shape, rng: rng.random(shape) * (2 / shape[0]) ** 0.5,
    r"has shape \(\)": lambda shape, rng: rng.normal(0, np.sqrt(2 / shape[0])),
    "dtype int64": lambda shape, rng: rng.integers(-1, 2, shape),
    "mean of your weights": lambda shape, rng: np.abs(rng.normal(0, np.sqrt(2 / shape[0]), shape)),
    "PyTorch keeps the transpose": lambda shape, rng: rng.normal(0, 1, shape[::-1]),
    r"has shape \(200,\)": lambda shape, rng: rng.normal(0, 1, shape[0]),
    "returned None": lambda shape, rng: None,
    "stopped with TypeError": lambda shape: np.zeros(shape),
    "stopped with ValueError": lambda shape, rng: rng.normal(0, -1, shape),
    "pass the function itself": np.ones((3, 3)),
    "NaN or infinite": lambda shape, rng: np.full(shape, np.nan),
}


@pytest.mark.parametrize("diagnosis", WRONG_HE)
def test_wrong_draw_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_he_normal(WRONG_HE[diagnosis])


@pytest.mark.parametrize(("answer", "diagnosis"), [
    (half_of_them_twice, "many of your weights are the same"),
    (clipped, "many of your weights are the same"),
    (lambda shape, rng: rng.choice([-1, 1], shape) * (2 / shape[0]) ** 0.5, "many of your weights are the"),
    (orthogonal, "have the size .* exactly"),
    (draw_with(lambda i, o: (i / 2) ** 0.5), "grow with fan_in"),
    (lambda shape, rng: rng.logistic(0, 6**0.5 / np.pi / shape[0] ** 0.5, shape), "your draw is not normal"),
    (lambda shape, rng: 3 * rng.standard_normal(shape, dtype=np.float32), "for every shape"),
])
def test_entries_that_are_no_independent_normal_draws_are_seen(answer, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_he_normal(answer)


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
    lambda phi, u: float((phi(u) @ phi(u) / u.size) ** -0.5),
    lambda phi, u: np.std(u) / np.sqrt(np.mean(phi(u) ** 2)),
    lambda phi, u: np.array(np.sqrt(u.var() / np.square(phi(u)).mean())),
    lambda phi, u: 1 / np.sqrt(np.var(phi(u)) + np.mean(phi(u)) ** 2),
    lambda phi, u: statistics.fmean(float(phi(value)) ** 2 for value in u) ** -0.5])
def test_right_gain_is_accepted(answer):
    check_gain(answer)


def test_right_gain_is_the_theory():
    u = np.random.default_rng(0).standard_normal(1_000_000)
    assert gain(np.tanh, u) ** 2 == pytest.approx(keeping_variance("tanh"), rel=5e-3)
    assert gain(ReLU().forward, u) ** 2 == pytest.approx(2, rel=5e-3)


def scaled_in_place(phi, u):
    u /= np.std(u) * 2
    return gain(phi, 2 * u)


def test_deviations_in_both_places_leave_the_mean_out():
    with pytest.raises(WrongAnswer, match="with the mean left in"):
        check_gain(lambda phi, u: np.std(u) / np.std(phi(u)))


WRONG_GAIN = {
    "you used the variance of the outputs": lambda phi, u: 1 / phi(u).std(),
    "root is missing: 1 / E": lambda phi, u: 1 / (phi(u) ** 2).mean(),
    "and the mean was taken away": lambda phi, u: 1 / phi(u).var(),
    "undo it: divide 1 by it": lambda phi, u: (phi(u) ** 2).mean() ** 0.5,
    "and is a root": lambda phi, u: (phi(u) ** 2).mean(),
    "that is the deviation of the outputs": lambda phi, u: phi(u).std(),
    "φ is not squared": lambda phi, u: abs(phi(u).mean()) ** -0.5,
    "mean of \\|φ\\|": lambda phi, u: 1 / np.abs(phi(u)).mean(),
    "the mean first": lambda phi, u: 1 / abs(phi(u).mean()),
    "sum of the squares": lambda phi, u: 1 / np.linalg.norm(phi(u)),
    "gain of ReLU alone": lambda phi, u: 2**0.5,
    "PyTorch's number for tanh": lambda phi, u: 5 / 3,
    "φ\\(u\\)², not φ\\(u²\\)": lambda phi, u: phi(u**2).mean() ** -0.5,
    "apply phi to u first": lambda phi, u: (u**2).mean() ** -0.5,
    "gain is an array of shape": lambda phi, u: 1 / np.abs(phi(u)),
    "gain is not right yet": lambda phi, u: np.sqrt(1000 / np.sum(phi(u) ** 2)),
    "gain is exactly 1.414 times": lambda phi, u: 2**0.5 * gain(phi, u),
    r"returned 2 values, expected one value: return gain": lambda phi, u: (gain(phi, u), 1),
    "must hold real numbers": lambda phi, u: phi,
    "changed its argument u in place": scaled_in_place,
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
    ((41, 16, 4.472), "one layer fewer"),
    ((19.93, 16, 4.472), "½ is the factor of the variance"),
    ((40, 17, 4.472), "one layer fewer"),
    ((40, 7.71, 4.472), "1/6 is the factor of the variance"),
    ((40, 25.15, 4.472), "left out ReLU"),
    ((40, 12.58, 4.472), "1/3 for the signal"),
    ((40, 12, 4.472), "ReLU halves the square"),
    ((40, 11, 4.472), "ReLU halves the square"),
    ((40, 14, 4.472), "layers_default = 14 is too small"),
    ((40, 16, 40**0.5), "you left out ReLU"),
    ((40, 16, 40), "and without ReLU"),
    ((40, 16, 4.5), "if you rounded it, give more digits"),
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


def by_matrix(w_in, w_out):
    copy = np.eye(len(w_out))
    copy[:, 1] = copy[:, 0]
    return [w_in @ copy, copy.T @ w_out]


def in_halves(w_in, w_out):
    """Unit 0 in two halves: the network computes the same without the old unit 1."""
    w_in, w_out = w_in.copy(), w_out.copy()
    w_in[:, 1] = w_in[:, 0]
    w_out[0] /= 2
    w_out[1] = w_out[0]
    return w_in, w_out


def with_lists(w_in, w_out):
    w_out = w_out.tolist()
    return [[row[0], row[0], *row[2:]] for row in w_in.tolist()], [w_out[0], w_out[0], *w_out[2:]]


def the_other_way(w_in, w_out):
    return np.hstack([w_in[:, 1:2], w_in[:, 1:]]), np.vstack([w_out[1:2], w_out[1:]])


@pytest.mark.parametrize("answer", [twins, by_index, averaged, by_matrix, in_halves, with_lists,
                                    the_other_way])
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


def copies_in(a, b):
    a[:], b[1] = a[:, :1], b[0]


def constant(a, b):
    a[:], b[:] = 0.1, 0.1


def mirrored(a, b):
    a[:, 1], b[1] = -a[:, 0], -b[0]


def halved(a, b):
    a[:, 1], b[1] = a[:, 0], b[0] / 2


def counted_from_one(a, b):
    a[:, 2], b[2] = a[:, 1], b[1]


def zero_in(a, b):
    a[:, :2], b[1] = 0, b[0]


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
    "into units 0 and 1 are all 0": edited(zero_in),
    "so unit 0 is lost": edited(zeros),
    "out of units 0 and 1 are all 0": edited(zero_out),
    "Units are counted from 0": edited(counted_from_one),
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


@pytest.mark.parametrize(("edit", "diagnosis"), [
    (all_zero, "all units are copies"),
    (constant, "all units are copies"),
    (copies_in, "other units changed"),
    (mirrored, "differ in their weights in and"),
    (halved, "not those out of them"),
])
def test_other_ways_to_go_wrong_are_not_mistaken(edit, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_twins(edited(edit))


def test_placeholder_stays_a_placeholder():
    def stub(*args):
        raise NotImplementedError("Replace this line")
    for check in (check_he_normal, check_gain, check_twins):
        with pytest.raises(NotImplementedError):
            check(stub)
