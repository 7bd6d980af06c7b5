"""The checks of lecture 01: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture01 import (
    check_cross_entropy_gradient,
    check_dense_backward,
    check_hidden_mistake,
    check_predictions,
)
from course_lib.exercises.lecture01_predict import PREDICTIONS
from course_lib.layers import Dense, Sigmoid, Tanh
from course_lib.losses import MSE
from course_lib.network import Network

# --- exercise 1 -------------------------------------------------------------------------------------


def with_einsum(x, weight, g):
    return [np.einsum("ni,no->io", x, g), np.einsum("no->o", g), np.einsum("no,io->ni", g, weight)]


def transposed_twice(x, weight, g):
    return (g.T @ x).T, g.T.sum(axis=1), (weight @ g.T).T


def example_by_example(x, weight, g):
    g_weight, g_bias, g_x = np.zeros_like(weight), np.zeros_like(g[0]), np.zeros_like(x)
    for i in range(len(x)):
        g_weight += np.outer(x[i], g[i])
        g_bias += g[i]
        g_x[i] = weight @ g[i]
    return g_weight, g_bias, g_x


def as_library(x, weight, g):
    return np.dot(x.T, g), np.ones(len(g), g.dtype) @ g, np.dot(g, weight.T)


def with_a_column_of_ones(x, weight, g):
    both = np.hstack([x, np.ones((len(x), 1), x.dtype)]).T @ g
    return both[:-1], both[-1], np.tensordot(g, weight, axes=(1, 1))


def with_outer_products(x, weight, g):
    g_bias = g.mean(axis=0, keepdims=True).ravel() * len(g)
    return (x[:, :, None] * g[:, None, :]).sum(axis=0), g_bias, (g[:, None, :] * weight).sum(axis=2)


def with_a_list_for_the_bias(x, weight, g):
    return np.matmul(x.T, g), [sum(column) for column in g.T], np.inner(g, weight)


@pytest.mark.parametrize("answer", [
    with_einsum, transposed_twice, example_by_example, as_library, with_a_column_of_ones, with_outer_products,
    with_a_list_for_the_bias])
def test_right_backward_in_any_style_is_accepted(answer, capsys):
    check_dense_backward(answer)
    assert capsys.readouterr().out.startswith("Right")


def in_sums_of_float64(x, weight, g):
    g_weight, g_bias = np.zeros(weight.shape), np.zeros(len(weight.T))
    for row, back in zip(x, g, strict=True):
        g_weight += np.outer(row, back)
        g_bias += back
    return g_weight, g_bias, g @ weight.T


def test_sums_in_float64_are_right_and_remarked_upon(capsys):
    check_dense_backward(in_sums_of_float64)
    remark, right = capsys.readouterr().out.splitlines()
    assert remark.startswith("Remark: for arguments of dtype float32, your g_weight has dtype float64.")
    assert right.startswith("Right")


def test_nested_lists_are_right_and_remarked_upon(capsys):
    check_dense_backward(lambda x, w, g: [part.tolist() for part in as_library(x, w, g)])
    assert [line[:5] for line in capsys.readouterr().out.splitlines()] == ["Remar", "Right"]


def keeps_the_last_example(x, weight, g):
    for one, back in zip(x, g, strict=True):
        g_weight, g_bias = np.outer(one, back), back
    return g_weight, g_bias, g @ weight.T


def returns_in_the_loop(x, weight, g):
    g_weight, g_bias = np.zeros_like(weight), np.zeros_like(g[0])
    for one, back in zip(x, g, strict=True):
        g_weight, g_bias = g_weight + np.outer(one, back), g_bias + back
        return g_weight, g_bias, g @ weight.T


class KeepsItsSum:
    g_weight = 0.0

    def __call__(self, x, weight, g):
        self.g_weight = x.T @ g + (self.g_weight if np.shape(self.g_weight) == weight.shape else 0)
        return self.g_weight, g.sum(axis=0), g @ weight.T


def in_place(x, weight, g):
    g /= 1.0 + len(g)
    return x.T @ g, g.sum(axis=0), g @ weight.T


def nothing(x, weight, g):
    g_weight = x.T @ g  # noqa: F841
    g_bias = g.sum(axis=0)  # noqa: F841


WRONG_BACKWARD = {
    "g_weight is transposed": lambda x, w, g: (g.T @ x, g.sum(axis=0), g @ w.T),
    "keeps one row per example": lambda x, w, g: (x.T @ g, g, g @ w.T),
    r"over the outputs \(axis 1\)": lambda x, w, g: (x.T @ g, g.sum(axis=1), g @ w.T),
    "summed over everything": lambda x, w, g: (x.T @ g, np.sum(g), g @ w.T),
    "leave keepdims out": lambda x, w, g: (x.T @ g, g.sum(axis=0, keepdims=True), g @ w.T),
    "g_x is transposed": lambda x, w, g: (x.T @ g, g.sum(axis=0), w @ g.T),
    "return g_weight, g_bias, g_x": lambda x, w, g: (g @ w.T, x.T @ g, g.sum(axis=0)),
    "in another order": lambda x, w, g: (g @ w.T, g.sum(axis=0), x.T @ g),
    "the results are in another order": lambda x, w, g: (x.T @ g, g @ w.T, g.sum(axis=0)),
    "^the results are in another": lambda x, w, g: (g.sum(axis=0), x.T @ g, g @ w.T),
    "^the results are in another order: ret": lambda x, w, g: (g.sum(axis=0), g @ w.T, x.T @ g),
    r"mean over the outputs \(axis 1\)": lambda x, w, g: (x.T @ g, g.mean(axis=1), g @ w.T),
    "^g_weight is transposed": lambda x, w, g: (g.T @ x, g.sum(axis=0), w @ g.T),
    "^g_weight is transposed: it": lambda x, w, g: (g.T @ x, g.mean(axis=0), g @ w.T),
    "g_weight has the right shape, but.*reshape": lambda x, w, g: (
        (g.T @ x).reshape(w.shape), g.sum(axis=0), g @ w.T),
    "g_x has the right shape, but.*reshape": lambda x, w, g: (
        x.T @ g, g.sum(axis=0), (w @ g.T).reshape(x.shape)),
    "g_weight comes from the last example": keeps_the_last_example,
    "g_weight comes from the first example": returns_in_the_loop,
    "g_bias is taken from the last example": lambda x, w, g: (x.T @ g, g[-1], g @ w.T),
    "g_weight is x alone": lambda x, w, g: (x, 1, w),
    "^g_weight is x alone": lambda x, w, g: (x.T, np.ones(len(x)), w.T),
    "g_x is weight alone": lambda x, w, g: (x.T @ g, g.sum(axis=0), w.T),
    "g_x is divided by the batch size": lambda x, w, g: (x.T @ g, g.sum(axis=0), g @ w.T / len(g)),
    "g_x has the wrong sign": lambda x, w, g: (x.T @ g, g.sum(axis=0), -g @ w.T),
    "must not keep anything between calls": KeepsItsSum(),
    "g_weight has dtype int64: it was rounded": lambda x, w, g: (
        (x.T @ g).astype(np.int64), g.sum(axis=0), g @ w.T),
    "returned one value, expected 3": lambda x, w, g: {"g_weight": x.T @ g},
    "changed its argument weight in place": lambda x, w, g: (
        np.subtract(w, x.T @ g, out=w), g.sum(axis=0), g @ w.T),
    "all gradients are divided": lambda x, w, g: (x.T @ g / len(g), g.mean(axis=0), g @ w.T / len(g)),
    "weight and bias are divided": lambda x, w, g: (x.T @ g / len(g), g.mean(axis=0), g @ w.T),
    "g_bias is the mean": lambda x, w, g: (x.T @ g, g.mean(axis=0), g @ w.T),
    "g_bias is not": lambda x, w, g: (x.T @ g / len(g), g.sum(axis=0), g @ w.T),
    "all signs are wrong": lambda x, w, g: (-(x.T @ g), -g.sum(axis=0), -(g @ w.T)),
    "first example only": lambda x, w, g: (x.T @ g, g[0], g @ w.T),
    "returned updated parameters": lambda x, w, g: (w - x.T @ g, -g.sum(axis=0), g @ w.T),
    r"expected 3 values: return g_weight": lambda x, w, g: (x.T @ g, g.sum(axis=0)),
    r"stopped with ValueError: matmul": lambda x, w, g: (x @ g, g.sum(axis=0), g @ w.T),
    "changed its argument g in place": in_place,
    "returned None": nothing,
    "g_x is None": lambda x, w, g: (x.T @ g, g.sum(axis=0), None),
    "NaN or infinite": lambda x, w, g: (x.T @ g * np.nan, g.sum(axis=0), g @ w.T),
    "dtype float32, expected float64": lambda x, w, g: (np.float32(x.T @ g), g.sum(axis=0), g @ w.T),
    "g_bias is the mean over": lambda x, w, g: (x.T @ g, g.mean(axis=0, dtype=float), g @ w.T),
    r"g_weight is exactly 2 times too large": lambda x, w, g: (2 * x.T @ g, g.sum(axis=0), g @ w.T),
    "pass the function itself": 3,
}


@pytest.mark.parametrize("diagnosis", WRONG_BACKWARD)
def test_wrong_backward_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_dense_backward(WRONG_BACKWARD[diagnosis])


def test_weight_without_transpose_fails_for_square_layers():
    def answer(x, weight, g):
        return x.T @ g, g.sum(axis=0), g @ (weight if weight.shape[0] == weight.shape[1] else weight.T)
    with pytest.raises(WrongAnswer, match="not through its transpose"):
        check_dense_backward(answer)


def test_the_stub_stays_a_stub():
    def stub(x, weight, g):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError, match="Replace this line"):
        check_dense_backward(stub)


# --- exercise 2 -------------------------------------------------------------------------------------

RIGHT = {name: expected for name, (expected, *_) in PREDICTIONS.items()}


def test_right_predictions_are_accepted(capsys):
    check_predictions(**RIGHT)
    for factor in (1 / 1024, 0.00098, 0.000977, 0.0009766, 9.77e-4, np.float32(4.0**-5)):
        check_predictions(np.int64(2410), factor, 384.0, np.array(1))
    assert capsys.readouterr().out.count("Right") == 7


@pytest.mark.parametrize(("name", "value", "diagnosis"), [
    ("parameters", 2368, "left out the biases, one per neuron"),
    ("parameters", 2378, "biases of the hidden"),
    ("parameters", 2400, "biases of the outputs"),
    ("parameters", 106, "Each weight joins two"),
    ("parameters", 2474, "inputs have no bias"),
    ("parameters", 2464, "neuron that receives"),
    ("parameters", 2370, "each neuron has its own bias"),
    ("parameters", 2080, "hidden layer alone"),
    ("parameters", 20480, "do not multiply"),
    ("parameters", 2410.1, "too large"),
    ("parameters", [2410], "must be one number"),
    ("best_factor", 1, "would be tanh"),
    ("best_factor", 0.03125, "value at 0"),
    ("best_factor", 0.0312, "value at 0"),
    ("best_factor", 0.001, "if you rounded it"),
    ("best_factor", 0.00196, "too large"),
    ("best_factor", 1024, "the wrong way round"),
    ("best_factor", "1/1024", "must be one number"),
    ("best_factor", 0.00097, "too small"),
    ("best_factor", 0.25, "one layer"),
    ("best_factor", 1.25, "do not add"),
    ("best_factor", 0.00390625, "four layers"),
    ("twins", 24, "flip its signs"),
    ("twins", 16, "change places"),
    ("twins", 40, "multiply"),
    ("twins", 48, "not 2"),
    ("twins", 64, "24 orders, not 4"),
    ("twins", 8, "2..4 choices"),
    ("twins", 6144, "flip together"),
    ("twins", 383, "itself"),
    ("different_neurons", 8, "if the start is random"),
    ("different_neurons", 0, "at least one"),
    ("different_neurons", 2, "nothing can split them"),
    ("different_neurons", 3, "nothing can split them"),
    ("different_neurons", 500, "too large"),
    ("different_neurons", float("nan"), "finite"),
])
def test_wrong_predictions_are_diagnosed(name, value, diagnosis):
    with pytest.raises(WrongAnswer, match=f"^{name}.*{diagnosis}"):
        check_predictions(**{**RIGHT, name: value})


def test_missing_prediction_says_which():
    with pytest.raises(NotImplementedError, match="twins has no value"):
        check_predictions(**{**RIGHT, "twins": ...})


def test_the_predictions_are_what_happens():
    from course_lib.datasets import noisy_sine
    from course_lib.optimizers import SGD
    from course_lib.training import fit

    rng = np.random.default_rng(0)
    net = Network([Dense(64, 32), Tanh(), Dense(32, 10)], loss=MSE(), rng=rng)
    assert net.parameters.size == RIGHT["parameters"]
    assert Sigmoid().forward(np.zeros((1, 1))) == 0.5
    equal = Network([Dense(1, 8), Tanh(), Dense(8, 1)], loss=MSE(), rng=rng, dtype=np.float64)
    equal.parameters.x[:] = 0.5
    fit(equal, SGD(lr=0.05), *noisy_sine(100, rng=rng), epochs=500, batch_size=None, rng=rng, progress=False)
    assert np.ptp(equal.parameters["0.weight"]) < 1e-9
    assert np.ptp(equal.parameters["2.weight"]) < 1e-9
    assert not np.isclose(equal.parameters["0.weight"][0, 0], 0.5)


# --- exercise 3 -------------------------------------------------------------------------------------


def with_scipy(logits, labels):
    return (softmax(logits, axis=1) - np.eye(logits.shape[1], dtype=logits.dtype)[labels]) / len(labels)


def with_log_softmax(logits, labels):
    gradient = np.exp(log_softmax(logits, axis=1))
    for i, label in enumerate(labels):
        gradient[i, label] -= 1
    return gradient / len(logits)


def with_eye_in_float64(z, y):
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return (p - np.eye(z.shape[1])[y]) / len(y)


def in_lists(logits, labels):
    gradient = []
    for row, label in zip(logits, labels, strict=True):
        exp = [np.exp(z - max(row)) for z in row]
        gradient.append([(e / sum(exp) - (k == label)) / len(labels) for k, e in enumerate(exp)])
    return gradient


def with_differences(z, y):
    with np.errstate(over="ignore"):
        p = 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)
    return (p - (np.arange(z.shape[1]) == y[:, None])) / y.size


def n_in_both_places(z, y):
    gradient = softmax(z, axis=-1) / len(z)
    np.subtract.at(gradient, (np.arange(len(y)), y), 1 / len(z))
    return gradient


def over_columns(z, y):
    exp = np.exp(z.T - z.max(axis=1))
    return ((exp / exp.sum(axis=0)).T - eye(z, y)) / len(z)


def with_a_tiny_number_below(z, y):
    exp = np.exp(z - z.max(axis=1)[:, None])
    return (exp / (exp.sum(axis=1)[:, None] + 1e-8) - eye(z, y)) / len(z)


@pytest.mark.parametrize("answer", [
    with_scipy, with_log_softmax, with_eye_in_float64, in_lists, with_differences, n_in_both_places,
    over_columns, with_a_tiny_number_below])
def test_right_cross_entropy_in_any_style_is_accepted(answer, capsys):
    check_cross_entropy_gradient(answer)
    said = capsys.readouterr().out.splitlines()
    assert said[-1].startswith("Right")
    assert [line[:7] for line in said[:-1]] == ["Remark:"] * (answer is with_eye_in_float64)


def plain(z, axis=1):
    exp = np.exp(z)
    return exp / exp.sum(axis=axis, keepdims=axis is not None)


def eye(z, y):
    return np.eye(z.shape[1], dtype=z.dtype)[y]


def shifts_in_place(z, y):
    z -= z.max(axis=1, keepdims=True)
    return (plain(z) - eye(z, y)) / len(z)


def shifts_by_the_whole(z, y):
    shifted = np.exp(np.clip(z, -50, 50))
    return (shifted / shifted.sum(axis=1, keepdims=True) - eye(z, y)) / len(z)


def onehot64(z, y):
    return np.eye(z.shape[1])[y]


def shifted_by(shift):
    """Right for small logits; shift(z) is subtracted from them."""
    return lambda z, y: (plain(z - shift(z)) - eye(z, y)) / len(z)


def whole_columns(z, y):
    p = plain(z)
    p[:, y] -= 1
    return p / len(z)


def from_one(z, y):
    p = plain(z)
    p[np.arange(len(y)), y - 1] -= 1
    return p / len(z)


def with_math(z, y):
    exp = np.array([[math.exp(number) for number in row] for row in z])
    return (exp / exp.sum(axis=1, keepdims=True) - eye(z, y)) / len(z)


def losses(z, y):
    return -np.log(plain(z)[np.arange(len(y)), y])


WRONG_CROSS_ENTROPY = {
    "^the factor 1/n is missing": lambda z, y: plain(z) - onehot64(z, y),
    "^the sign is wrong: it is": lambda z, y: (onehot64(z, y) - plain(z)) / len(z),
    "^you subtracted the label's number": lambda z, y: (plain(z) - y[:, None] * 1.0) / len(z),
    "1/n is missing": lambda z, y: plain(z) - eye(z, y),
    "sign is wrong: it is": lambda z, y: (eye(z, y) - plain(z)) / len(z),
    "sign is wrong, and": lambda z, y: eye(z, y) - plain(z),
    "that is p / n": lambda z, y: plain(z) / len(z),
    "that is p itself": lambda z, y: plain(z),
    "number of entries": lambda z, y: (plain(z) - eye(z, y)) / z.size,
    "number of classes": lambda z, y: (plain(z) - eye(z, y)) / z.shape[1],
    "multiplies only p": lambda z, y: plain(z) / len(z) - eye(z, y),
    r"over the batch \(axis 0\)": lambda z, y: (plain(z, axis=0) - eye(z, y)) / len(z),
    "over all entries": lambda z, y: (plain(z, axis=None) - eye(z, y)) / len(z),
    "apply softmax first": lambda z, y: (z - eye(z, y)) / len(z),
    "label's number": lambda z, y: (plain(z) - y[:, None].astype(z.dtype)) / len(z),
    "respect to the probabilities": lambda z, y: -eye(z, y) / plain(z) / len(z),
    "exp overflows": lambda z, y: (plain(z) - eye(z, y)) / len(z),
    "for logits near 1000 you give wrong numbers": shifts_by_the_whole,
    "for logits near 1000 your function stops with OverflowError": with_math,
    "near 1000 in one row and near -1000 in another": shifted_by(np.max),
    "from -1000 to 1000 in one row you": shifted_by(lambda z: z.min(axis=1, keepdims=True)),
    "from -1000 to 1000 in one row": shifted_by(lambda z: z.mean(axis=1, keepdims=True)),
    "sigmoid of each logit": lambda z, y: (1 / (1 + np.exp(-z)) - eye(z, y)) / len(z),
    "applied twice": lambda z, y: (plain(plain(z)) - eye(z, y)) / len(z),
    "only the entries at the labels": lambda z, y: (plain(z) - 1) * eye(z, y) / len(z),
    "from whole columns": whole_columns,
    "labels count from 0": from_one,
    "that is the loss. Its gradient": lambda z, y: losses(z, y).mean(),
    "the loss of each example": losses,
    "averaged the examples' gradients": lambda z, y: (plain(z) - eye(z, y)).mean(axis=0),
    "exactly 2 times too large": lambda z, y: 2 * with_scipy(z, y),
    "returned 2 values, expected one value": lambda z, y: (losses(z, y).mean(), with_scipy(z, y)),
    "changed its argument labels in place": lambda z, y: with_scipy(z, np.clip(y, 0, 1, out=y)),
    "dtype float32, expected float64": lambda z, y: with_scipy(z, y).astype(np.float32),
    "changed its argument logits in place": shifts_in_place,
    r"has shape \(5,\)": lambda z, y: (plain(z) - eye(z, y)).sum(axis=1),
    "returned None": lambda z, y: None,
}


@pytest.mark.parametrize("diagnosis", WRONG_CROSS_ENTROPY)
def test_wrong_cross_entropy_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_cross_entropy_gradient(WRONG_CROSS_ENTROPY[diagnosis])


# --- exercise 4 -------------------------------------------------------------------------------------


def planted(backward):
    return type("HiddenMistake", (Tanh,), {"backward": backward})


@pytest.mark.parametrize("backward", [
    lambda self, g: g * (1 - np.abs(self.out)),
    lambda self, g: 1.3 * g * (1 - self.out**2),
    lambda self, g: g * (1 - self.out**4),
    lambda self, g: 1.2 * Tanh.backward(self, g),
    lambda self, g: g * (1 - self.out**2)**2,
    lambda self, g: g * (1 - np.tanh(self.out)**2),
    lambda self, g: np.clip(g, -0.01, 0.01) * (1 - self.out**2),
    lambda self, g: (g * (1 - np.abs(self.out))).tolist(),
])
def test_hidden_mistakes_are_accepted(backward, capsys):
    check_hidden_mistake(planted(backward))
    assert capsys.readouterr().out.startswith("Right")


def changes_g(self, g):
    g *= 1 - np.abs(self.out)
    return g


WRONG_MISTAKES = {
    "the gradient check passes": lambda: planted(lambda self, g: g * (1 + self.out) * (1 - self.out)),
    "a larger mistake": lambda: planted(lambda self, g: 1.001 * g * (1 - self.out**2)),
    "so does a look at the loss": lambda: planted(lambda self, g: g * (1 - self.out)),
    "training diverges|look at the loss": lambda: planted(lambda self, g: -g * (1 - self.out**2)),
    "so does a look at": lambda: planted(lambda self, g: g),
    "after 1,000 steps": lambda: planted(lambda self, g: g * self.out * (1 - self.out)),
    "returns the same whatever g is": lambda: planted(lambda self, g: 1 - self.out**2),
    "g, the gradient that comes from behind, is not": lambda: planted(lambda self, g: 1 - np.abs(self.out)),
    "gradient check passes": lambda: planted(
        lambda self, g: np.multiply(g, 1 - self.out**2, out=self.out)),
    "real numbers, got dtype complex": lambda: planted(lambda self, g: g * (1 - self.out**2) + 1j),
    "100 examples, your layer stopped with ValueError": lambda: planted(
        lambda self, g: g * (1 - np.abs(self.out)) * np.ones((3, 2))),
    "returned None": lambda: planted(lambda self, g: None),
    r"returned shape \(\)": lambda: planted(lambda self, g: np.sum(g)),
    "changed g in place": lambda: planted(changes_g),
    "NaN or infinite": lambda: planted(lambda self, g: g * np.nan),
    "stopped with AttributeError": lambda: planted(lambda self, g: g * self.output),
    "no longer computes tanh": lambda: type("Half", (Tanh,), {"forward": Sigmoid.forward}),
    "without brackets": lambda: Tanh(),
    "inherits from Tanh": lambda: np.tanh,
}


@pytest.mark.parametrize("diagnosis", WRONG_MISTAKES)
def test_unfit_mistakes_are_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_hidden_mistake(WRONG_MISTAKES[diagnosis]())


def test_the_stub_of_exercise_4_stays_a_stub():
    def backward(self, g):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError):
        check_hidden_mistake(planted(backward))
