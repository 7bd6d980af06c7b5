"""The checks of lecture 08: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import numpy as np
import pytest

from course_lib.datasets import load_digits
from course_lib.exercises import lecture08 as exercise
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture08 import batch_norm, update_running
from course_lib.exercises.lecture08_backward import batch_norm_backward
from course_lib.layers import BatchNorm
from course_lib.studies.batch_normalization import scaled
from course_lib.studies.norm_layer import alone

# --- exercise 1: forward ----------------------------------------------------------------------------


def plain(x, gamma, beta, eps):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var


def with_sums(x, gamma, beta, eps):
    n = len(x)
    mean = sum(x) / n
    var = np.sum(x * x, 0) / n - mean**2
    scale = gamma * (var + eps) ** -0.5
    return [x * scale + (beta - mean * scale), mean, var]


def unit_by_unit(x, gamma, beta, eps):
    y, mean, var = np.empty_like(x), np.empty(x.shape[1]), np.empty(x.shape[1])
    for j in range(x.shape[1]):
        mean[j], var[j] = np.mean(x[:, j]), np.mean((x[:, j] - np.mean(x[:, j])) ** 2)
        y[:, j] = (x[:, j] - mean[j]) / np.sqrt(var[j] + eps) * gamma[j] + beta[j]
    return y, mean, var


def by_the_library(x, gamma, beta, eps):
    layer = BatchNorm(x.shape[1], momentum=1.0, eps=eps, unbiased=False)
    net = alone(layer)
    layer.gamma[:], layer.beta[:] = gamma, beta
    return net.forward(x, train=True), layer.running_mean, layer.running_var


def column_lists(x, gamma, beta, eps):
    y = [(c - c.mean()) / (c.var() + eps) ** 0.5 * g + b for c, g, b in zip(x.T, gamma, beta, strict=True)]
    return np.array(y).T, [c.mean() for c in x.T], [c.var() for c in x.T]


def keeps_dimensions(x, gamma, beta, eps):
    mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean[0], np.squeeze(var)


def on_a_copy(x, gamma, beta, eps):
    y, mean = x.copy(), np.average(x, axis=0)
    y -= mean
    var = np.einsum("ij,ij->j", y, y) / len(y)
    y /= np.sqrt(var + eps)
    return np.add(np.multiply(gamma, y), beta), mean, var


def by_covariance(x, gamma, beta, eps):
    var = np.diag(np.cov(x.T)) * (len(x) - 1) / len(x)
    return (x - x.mean(0)) @ np.diag(gamma / np.sqrt(var + eps)) + beta, np.ones(len(x)) @ x / len(x), var


@pytest.mark.parametrize("answer", [
    plain, with_sums, unit_by_unit, by_the_library, column_lists, keeps_dimensions, on_a_copy, by_covariance,
    lambda *case: [result.tolist() for result in plain(*case)]])
def test_right_forward_in_any_style_is_accepted(answer, capsys):
    exercise.check_batch_norm(answer)
    assert capsys.readouterr().out.startswith("Right")


def divided_by(scale):
    return lambda x, c, b, eps: (c * (x - x.mean(0)) / scale(x, eps) + b, x.mean(0), x.var(0))


def unbiased(x, c, b, eps):
    var = x.var(0, ddof=1)
    return c * (x - x.mean(0)) / np.sqrt(var + eps) + b, x.mean(0), var


def with_variance(variance):
    return lambda x, c, b, e: (c * (x - x.mean(0)) / np.sqrt(variance(x) + e) + b, x.mean(0), variance(x))


def other_y(formula):
    """formula(x, gamma, beta, std, mean); mean and variance are right."""
    return lambda x, c, b, e: (formula(x, c, b, np.sqrt(x.var(0) + e), x.mean(0)), x.mean(0), x.var(0))


def over_units(x, c, b, eps):
    mean, var = x.mean(axis=1), x.var(axis=1)
    return c * (x - mean) / np.sqrt(var + eps) + b, mean, var


def layer_norm(x, c, b, eps):
    mean, var = x.mean(1), x.var(1)
    return c * (x - mean[:, None]) / np.sqrt(var[:, None] + eps) + b, mean, var


def in_place(x, c, b, eps):
    mean, var = x.mean(0), x.var(0)
    x -= mean
    return c * x / np.sqrt(var + eps) + b, mean, var


def forgets_to_return(x, c, b, eps):
    y = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
    y = c * y + b


class Remembers:
    seen = 0

    def __call__(self, x, gamma, beta, eps):
        self.seen += 1
        return *plain(x, gamma, beta, eps)[:2], x.var(axis=0) + self.seen


WRONG_FORWARD = {
    "sum of squares by n - 1": unbiased,
    "returned the unbiased variance": lambda x, c, b, e: (*plain(x, c, b, e)[:2], x.var(0, ddof=1)),
    "eps is missing": divided_by(lambda x, eps: x.std(0)),
    "eps stands outside the root": divided_by(lambda x, eps: x.std(0) + eps),
    "divided by the variance: take its root": divided_by(lambda x, eps: x.var(0) + eps),
    "only centred": divided_by(lambda x, eps: 1),
    "mean is not subtracted": lambda x, c, b, e: (c * x / np.sqrt(x.var(0) + e) + b, x.mean(0), x.var(0)),
    "gamma multiplies, beta is added": lambda x, c, b, e: plain(x, b, c, e),
    "gamma and beta are not used": lambda x, c, b, e: plain(x, 1, 0, e),
    "beta is not added": lambda x, c, b, e: plain(x, c, 0, e),
    "gamma is not used": lambda x, c, b, e: plain(x, 1, b, e),
    "multiplied by gamma too": lambda x, c, b, e: plain(x, c, c * b, e),
    "deviation in place of the variance": lambda x, c, b, e: (*plain(x, c, b, e)[:2], x.std(0)),
    r"var \+ eps in place": lambda x, c, b, e: (*plain(x, c, b, e)[:2], x.var(0) + e),
    "mean and variance have changed places": lambda x, c, b, e: (plain(x, c, b, e)[0], x.var(0), x.mean(0)),
    "used the deviation for the variance": with_variance(lambda x: x.std(0)),
    "normalized with the unbiased one": divided_by(lambda x, eps: np.sqrt(x.var(0, ddof=1) + eps)),
    "sum of squares: divide it by n": with_variance(lambda x: ((x - x.mean(0)) ** 2).sum(0)),
    "is the mean of x²": with_variance(lambda x: np.mean(x**2, axis=0)),
    "added eps to the deviation, and returned the deviation": lambda x, c, b, e: (
        divided_by(lambda x, eps: x.std(0) + eps)(x, c, b, e)[0], x.mean(0), x.std(0)),
    "of your own, 1e-5": divided_by(lambda x, eps: np.sqrt(x.var(0) + 1e-5)),
    "of your own, 1e-8": divided_by(lambda x, eps: np.sqrt(x.var(0) + 1e-8)),
    "std is the deviation already": divided_by(lambda x, eps: np.sqrt(x.std(0) + eps)),
    "you multiplied by": divided_by(lambda x, eps: 1 / np.sqrt(x.var(0) + eps)),
    "not mean - x": other_y(lambda x, c, b, std, mean: c * (mean - x) / std + b),
    "with x as it came": other_y(lambda x, c, b, std, mean: c * x + b),
    "brackets are missing": other_y(lambda x, c, b, std, mean: c * (x - mean / std) + b),
    r"beta is divided by sqrt\(var \+ eps\) too": other_y(
        lambda x, c, b, std, mean: (c * (x - mean) + b) / std),
    r"you returned sqrt\(var \+ eps\)": lambda x, c, b, e: (*plain(x, c, b, e)[:2], np.sqrt(x.var(0) + e)),
    "another order: return y, mean, var": lambda *case: (*plain(*case)[1:], plain(*case)[0]),
    "in another order": lambda *case: [plain(*case)[i] for i in (1, 0, 2)],
    "y is None": lambda *case: (None, None, None),
    r"mean has shape \(6, 3\), expected \(3,\): one number": lambda x, c, b, e: (x, x, x.var(0)),
    "you went over the units of each example, axis=1": over_units,
    "mean has one number for each example": layer_norm,
    "mean is one number": lambda x, c, b, e: (x - x.mean(), x.mean(), x.var()),
    r"var has shape \(1, 3\), expected \(3,\): leave": lambda x, c, b, e: (
        *plain(x, c, b, e)[:2], x.var(0, keepdims=True)),
    "must not keep anything": Remembers(),
    "leave out keepdims": lambda x, c, b, e: (x, x.mean(0, keepdims=True), x.var(0, keepdims=True)),
    "changed its argument x in place": in_place,
    "returned None": forgets_to_return,
    "returned one value, expected 3": lambda x, c, b, e: plain(x, c, b, e)[0],
    "y is exactly 2 times too large": lambda x, c, b, e: (2 * plain(x, c, b, e)[0], *plain(x, c, b, e)[1:]),
    "stopped with NameError": lambda x, c, b, e: (x - mu) / sigma,  # noqa: F821
    "pass the function itself": 1.0,
    "not right yet": lambda x, c, b, e: (plain(x, c, b, e)[0] + x, *plain(x, c, b, e)[1:]),
}


@pytest.mark.parametrize("diagnosis", WRONG_FORWARD)
def test_wrong_forward_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        exercise.check_batch_norm(WRONG_FORWARD[diagnosis])


# --- exercise 2: running averages -------------------------------------------------------------------


def step_towards(mean, var, x, m):
    return mean + m * (x.mean(0) - mean), var + m * (np.cov(x.T).diagonal() - var)


def as_pytorch(mean, var, x, m):
    torch = pytest.importorskip("torch")
    bn = torch.nn.BatchNorm1d(x.shape[1], momentum=m, dtype=torch.float64)
    bn.running_mean, bn.running_var = torch.from_numpy(mean.copy()), torch.from_numpy(var.copy())
    bn(torch.from_numpy(x))
    return bn.running_mean.numpy(), bn.running_var.numpy()


def on_copies(mean, var, x, m):
    mean, var = mean.copy(), var.copy()
    mean -= m * (mean - np.mean(x, axis=0))
    var -= m * (var - len(x) / (len(x) - 1) * x.var(0))
    return [mean, var]


def unit_lists(mean, var, x, m):
    means = [(1 - m) * old + m * sum(c) / len(c) for old, c in zip(mean, x.T, strict=True)]
    return means, [(1 - m) * old + m * np.sum((c - c.mean()) ** 2) / (len(c) - 1)
                   for old, c in zip(var, x.T, strict=True)]


def weighted(running_mean, running_var, x, momentum):
    weights = [1 - momentum, momentum]
    return tuple(np.average([old, new], axis=0, weights=weights) for old, new in (
        (running_mean, x.mean(0)), (running_var, np.var(x, axis=0, ddof=1))))


@pytest.mark.parametrize("answer", [
    step_towards, as_pytorch, on_copies, unit_lists, weighted, lambda *case: np.stack(update_running(*case)),
    lambda *case: [result.tolist() for result in update_running(*case)],
    lambda m, v, x, w: (m - w * m + w * x.mean(0), v + w * x.var(0, ddof=1) - w * v)])
def test_right_running_averages_are_accepted(answer):
    exercise.check_update_running(answer)


def average(share, batch_var=lambda x, old: x.var(0, ddof=1)):
    return lambda mean, var, x, m: ((1 - share(m)) * mean + share(m) * x.mean(0),
                                    (1 - share(m)) * var + share(m) * batch_var(x, mean))


def overwrites(mean, var, x, m):
    mean *= 1 - m
    mean += m * x.mean(0)
    return mean, (1 - m) * var + m * x.var(0, ddof=1)


WRONG_RUNNING = {
    "you gave it to the old one": average(lambda m: 1 - m),
    "Keras' rule altogether": average(lambda m: 1 - m, lambda x, old: x.var(0)),
    "keeps the unbiased variance": average(lambda m: m, lambda x, old: x.var(0)),
    "averaged deviations": average(lambda m: m, lambda x, old: x.std(0, ddof=1)),
    r"multiplied the variance by \(n - 1\)/n": average(
        lambda m: m, lambda x, old: x.var(0) * (len(x) - 1) / len(x)),
    "not around the running one": average(
        lambda m: m, lambda x, old: np.sum((x - old) ** 2, 0) / (len(x) - 1)),
    "old averages are forgotten": average(lambda m: 1),
    "nothing was updated": average(lambda m: 0),
    "old averages are kept whole": lambda mean, var, x, m: (mean + m * x.mean(0), var + m * x.var(0, ddof=1)),
    "changed places: return the mean first": lambda *case: update_running(*case)[::-1],
    "changed its argument running_mean in place": overwrites,
    "number of examples, x.shape": average(
        lambda m: m, lambda x, old: x.var(0) * x.shape[1] / (x.shape[1] - 1)),
    "unbiased already": lambda mean, var, x, m: (
        (1 - m) * mean + m * x.mean(0), ((1 - m) * var + m * x.var(0)) * len(x) / (len(x) - 1)),
    "running_var was not updated": lambda mean, var, x, m: (update_running(mean, var, x, m)[0], var),
    "each unit has its own mean": lambda mean, var, x, m: (
        (1 - m) * mean + m * x.mean(), (1 - m) * var + m * x.var(ddof=1)),
    "momentum is an argument": average(lambda m: 0.1),
    "and the variance is the biased one": average(lambda m: 1, lambda x, old: x.var(0)),
    "the step goes the wrong way": average(lambda m: -m),
    "both have the weight momentum": lambda mean, var, x, m: (
        m * (mean + x.mean(0)), m * (var + x.var(0, ddof=1))),
    "you went over the units": lambda mean, var, x, m: (
        (1 - m) * mean + m * x.mean(1), (1 - m) * var + m * x.var(1, ddof=1)),
    r"shape \(5, 3\), expected \(3,\): one number for each unit": lambda mean, var, x, m: (
        (1 - m) * mean + m * x.mean(1, keepdims=True), var),
    "leave out keepdims": lambda mean, var, x, m: (
        (1 - m) * mean + m * x.mean(0, keepdims=True), (1 - m) * var + m * x.var(0, ddof=1, keepdims=True)),
    "returned one value, expected 2": lambda *case: update_running(*case)[0],
    r"\(running_mean is right\)": average(lambda m: m, lambda x, old: ((x - x.mean(0)) ** 2).sum(0)),
    "running_mean is one number": lambda mean, var, x, m: ((1 - m) * mean.mean() + m * x.mean(), var),
}


@pytest.mark.parametrize("diagnosis", WRONG_RUNNING)
def test_wrong_running_averages_are_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        exercise.check_update_running(WRONG_RUNNING[diagnosis])


# --- exercise 3: backward ---------------------------------------------------------------------------


def node_by_node(g, x_hat, std, gamma):
    n, centred, down = len(g), x_hat * std, g * gamma
    grad_var = np.sum(down * centred, axis=0) * -0.5 * std**-3
    grad_mean = -np.sum(down / std, axis=0) + grad_var * -2 * centred.mean(axis=0)
    return down / std + grad_var * 2 * centred / n + grad_mean / n, np.sum(g * x_hat, 0), np.sum(g, 0)


def gradient_by_projection(g, h):
    g = g - np.average(g, axis=0)
    return g - h * np.einsum("ij,ij->j", g, h) / len(g)


def by_matrix(g, x_hat, std, gamma):
    """Each unit's Jacobian, written out."""
    n, grad = len(g), np.empty_like(g)
    for j in range(g.shape[1]):
        jacobian = (np.eye(n) - 1 / n - np.outer(x_hat[:, j], x_hat[:, j]) / n) * gamma[j] / std[j]
        grad[:, j] = jacobian.T @ g[:, j]
    return grad, np.einsum("ij,ij->j", g, x_hat), g.sum(axis=0)


def by_normalized(g, x_hat, std, gamma):
    """By way of the gradient at x_hat, as many texts have it."""
    n, down = len(g), g * gamma
    grad = (n * down - down.sum(axis=0) - x_hat * (down * x_hat).sum(axis=0)) / (n * std)
    return grad, np.diag(x_hat.T @ g), np.ones(n) @ g


def entry_by_entry(g, x_hat, std, gamma):
    n, units = g.shape
    beta = [sum(g[i, j] for i in range(n)) for j in range(units)]
    scale = [sum(g[i, j] * x_hat[i, j] for i in range(n)) for j in range(units)]
    grad = [[gamma[j] / std[j] * (g[i, j] - beta[j] / n - x_hat[i, j] * scale[j] / n) for j in range(units)]
            for i in range(n)]
    return [grad, scale, beta]


def with_every_node(g, x_hat, std, gamma):
    n, centred, down = len(g), x_hat * std, g * gamma
    grad_var = 0.5 / std * -(down * centred).sum(0) / std**2
    grad_centred = down / std + 2 / n * centred * grad_var
    return grad_centred - grad_centred.mean(0), (g * x_hat).sum(0), g.sum(0)


@pytest.mark.parametrize("answer", [
    node_by_node, by_matrix, by_normalized, entry_by_entry, with_every_node,
    lambda g, x_hat, std, gamma: tuple(batch_norm_backward(gamma=gamma, std=std, x_hat=x_hat, g=g)),
    lambda *case: [result.tolist() for result in batch_norm_backward(*case)],
    lambda g, h, s, c: (gradient_by_projection(g, h) * (c / s), (g * h).T.sum(1), g.T.sum(1))])
def test_right_backward_is_accepted(answer):
    exercise.check_batch_norm_backward(answer)


def test_reference_backward_is_that_of_finite_differences():
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(2, 5, 2))
    gamma, beta = rng.normal(size=(2, 2))
    std = np.sqrt(x.var(axis=0) + 0.1)
    grad = batch_norm_backward(g, (x - x.mean(axis=0)) / std, std, gamma)[0]
    numeric = np.empty_like(x)
    for i in np.ndindex(x.shape):
        move = np.zeros_like(x)
        move[i] = 1e-6
        high, low = (np.sum(g * batch_norm(x + s * move, gamma, beta, 0.1)[0]) for s in (1, -1))
        numeric[i] = (high - low) / 2e-6
    np.testing.assert_allclose(grad, numeric, atol=1e-8)


def grad_x(formula):
    return lambda g, h, s, c: (formula(g, h, s, c), np.sum(g * h, 0), np.sum(g, 0))


def others(formula):
    return lambda g, h, s, c: (batch_norm_backward(g, h, s, c)[0], *formula(g, h))


def core(g, h):
    return g - g.mean(0) - h * np.mean(g * h, 0)


WRONG_BACKWARD = {
    "held the mean and the variance constant": grad_x(lambda g, h, s, c: g * c / s),
    "you held the variance constant": grad_x(lambda g, h, s, c: (g - g.mean(0)) * c / s),
    "you held the batch's mean constant": grad_x(lambda g, h, s, c: (g - h * np.mean(g * h, 0)) * c / s),
    "gamma is missing": grad_x(lambda g, h, s, c: core(g, h) / s),
    "you multiplied by std": grad_x(lambda g, h, s, c: core(g, h) * c * s),
    "division by std is missing": grad_x(lambda g, h, s, c: core(g, h) * c),
    "do not take its root": grad_x(lambda g, h, s, c: core(g, h) * c / np.sqrt(s)),
    "sums where means belong": grad_x(lambda g, h, s, c: (g - g.sum(0) - h * np.sum(g * h, 0)) * c / s),
    "the part along x_hat is wrong": grad_x(
        lambda g, h, s, c: (g - g.mean(0) + h * np.mean(g * h, 0)) * c / s),
    "multiplied by x_hat again": grad_x(lambda g, h, s, c: (g - g.mean(0) - np.mean(g * h, 0)) * c / s),
    "Those of gamma and beta have changed places": others(lambda g, h: (g.sum(0), np.sum(g * h, 0))),
    "sums over the batch, not means": others(lambda g, h: (np.mean(g * h, 0), g.mean(0))),
    r"the sum of g \* x_hat": others(lambda g, h: (g.sum(0), g.sum(0))),
    "half of what it should be": grad_x(lambda g, h, s, c: (g - g.mean(0) - h * (g * h).mean(0) / 2) * c / s),
    "twice what it should be": grad_x(lambda g, h, s, c: (g - g.mean(0) - 2 * h * (g * h).mean(0)) * c / s),
    r"is std \*\* -3, not": grad_x(lambda g, h, s, c: (
        g * c / s - np.sum(g * c * h * s, 0) * s**-1.5 * h * s / len(g) - np.mean(g * c / s, 0))),
    r"by the sum of x_hat \*\* 2": grad_x(
        lambda g, h, s, c: (g - g.mean(0) - h * np.sum(g * h, 0) / np.sum(h * h, 0)) * c / s),
    "one mean over the whole array": grad_x(lambda g, h, s, c: (g - g.mean() - h * np.mean(g * h)) * c / s),
    "means in the gradient of x are over the units": grad_x(lambda g, h, s, c: c / s * (
        g - g.mean(1, keepdims=True) - h * (g * h).mean(1, keepdims=True))),
    "divided by the number of units": grad_x(
        lambda g, h, s, c: c / s * (g - (g.sum(0) + h * (g * h).sum(0)) / g.shape[1])),
    "divided by n - 1": grad_x(
        lambda g, h, s, c: c / s * (g - (g.sum(0) + h * (g * h).sum(0)) / (len(g) - 1))),
    "brackets are missing": grad_x(lambda g, h, s, c: c / s * g - g.mean(0) - h * (g * h).mean(0)),
    "not g alone": grad_x(lambda g, h, s, c: (c * g - g.mean(0) - h * (g * h).mean(0)) / s),
    "gamma is in the gradient of x twice": grad_x(lambda g, h, s, c: core(g * c, h) * c / s),
    "the square of std": grad_x(lambda g, h, s, c: core(g, h) * c / s**2),
    "n times too large": grad_x(
        lambda g, h, s, c: c / s * (len(g) * g - g.sum(0) - h * (g * h).sum(0))),
    "the gradient of x is n times too small": grad_x(lambda g, h, s, c: core(g, h) * c / s / len(g)),
    "all three are divided by n": lambda g, *rest: tuple(
        grad / len(g) for grad in batch_norm_backward(g, *rest)),
    "the sign of the mean of g": grad_x(lambda g, h, s, c: c / s * (g + g.mean(0) - h * (g * h).mean(0))),
    "both subtracted": grad_x(lambda g, h, s, c: c / s * (g + g.mean(0) + h * (g * h).mean(0))),
    "a sum over the batch, not a mean, as that of beta": others(lambda g, h: ((g * h).mean(0), g.sum(0))),
    "into its own gradient: y": lambda g, h, s, c: (core(g, h) * c / s, (g * c * h).sum(0), g.sum(0)),
    "nor into that of beta": lambda g, h, s, c: (core(g, h) * c / s, (g * c * h).sum(0), (g * c).sum(0)),
    "another order: return the gradient of x": lambda *case: batch_norm_backward(*case)[::-1],
    "leave out keepdims": others(lambda g, h: ((g * h).sum(0, keepdims=True), g.sum(0, keepdims=True))),
    "that of gamma has one number for each example": others(lambda g, h: ((g * h).sum(1), g.sum(1))),
    "that of gamma is one number": others(lambda g, h: (np.sum(g * h), np.sum(g))),
    "you went over the units": lambda g, h, s, c: (
        c / s * (g - g.mean(1) - h * (g * h).mean(1)), (g * h).sum(1), g.sum(1)),
    "changed its argument g in place": lambda g, h, s, c: batch_norm_backward(g.__imul__(c), h, s, 1),
    r"that of gamma has shape \(6, 3\), expected \(3,\): one": others(lambda g, h: (g * h, g.sum(0))),
    r"that of gamma has shape \(3, 3\)": others(lambda g, h: (g.T @ h, g.sum(0))),
    "wrong sign everywhere": grad_x(lambda g, h, s, c: -core(g, h) * c / s),
    "returned one value, expected 3": lambda g, h, s, c: core(g, h) * c / s,
}


@pytest.mark.parametrize("diagnosis", WRONG_BACKWARD)
def test_wrong_backward_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        exercise.check_batch_norm_backward(WRONG_BACKWARD[diagnosis])


# --- exercise 4: predict ----------------------------------------------------------------------------

RIGHT = {"running_pytorch": 3.2566, "running_keras": 0.4781, "gradient_factor": 0.25, "rate_factor": 16}


def test_right_prediction_is_what_the_library_does():
    means = []
    for momentum in (0.1, 0.01):
        layer = BatchNorm(1, momentum=momentum)
        net = alone(layer)
        for _ in range(10):
            net.forward([[4.0], [6.0]], train=True)
        means.append(layer.running_mean[0])
    gradient = scaled([4.0], eps=0.0)[0, 1]
    exercise.check_prediction(*means, gradient, 4 / gradient)
    exercise.check_prediction(**RIGHT)
    exercise.check_prediction(3.26, 0.48, np.float32(0.25), 4**2)
    exercise.check_prediction(np.array(5 - 5 * 0.9**10), 5 - 5 * 0.99**10, 1 / 4, np.int64(16))


@pytest.mark.parametrize(("name", "given", "diagnosis"), [
    ("running_pytorch", 1.743, "that is what is missing"),
    ("running_pytorch", 0.5, "after one step"),
    ("running_pytorch", 5 * (1 - 0.9**9), "after nine steps"),
    ("running_pytorch", 5 * (1 - 0.9**11), "after eleven steps"),
    ("running_pytorch", 0.651, "share of the way"),
    ("running_pytorch", 0.349, "weight that the start still has"),
    ("running_pytorch", 3.3, "give more digits"),
    ("running_keras", 0.0956, "share of the way"),
    ("running_keras", 0.904, "weight that the start still has"),
    ("running_keras", 5 * (1 - 0.99**9), "after nine steps"),
    ("running_keras", 5 * (1 - 0.99**11), "after eleven steps"),
    ("running_pytorch", 5, "has not arrived yet"),
    ("running_pytorch", 0.478, "that is Keras' default"),
    ("running_pytorch", 4, "too large"),
    ("running_keras", 3.2566, "that is PyTorch's default"),
    ("running_keras", 5, "weight of the old one"),
    ("running_keras", 4.5219, "that is what is missing"),
    ("running_keras", 0.5, "what is \\*left\\*"),
    ("running_keras", 0.05, "after one step"),
    ("gradient_factor", 1, "the gradient does"),
    ("gradient_factor", 4, "the other way round"),
    ("gradient_factor", 1 / 16, "the turn per step"),
    ("gradient_factor", 16, "longer weights less"),
    ("gradient_factor", 0.5, "too large"),
    ("rate_factor", 8, "multiplied, not added"),
    ("rate_factor", 1 / 4, "other way round"),
    ("rate_factor", 64, "too large"),
    ("rate_factor", 4, "makes up for the smaller gradient alone"),
    ("rate_factor", 1, "the same rate turns them less"),
    ("rate_factor", 1 / 16, "the rate must grow"),
    ("rate_factor", "much", "must be one number"),
])
def test_wrong_prediction_is_diagnosed(name, given, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        exercise.check_prediction(**RIGHT | {name: given})


def test_missing_number_is_not_called_wrong():
    with pytest.raises(NotImplementedError, match="rate_factor has no value yet"):
        exercise.check_prediction(**RIGHT | {"rate_factor": None})


# --- exercise 5: break it ---------------------------------------------------------------------------


@pytest.mark.parametrize("digit", range(10))
def test_a_batch_of_one_digit_breaks_training_mode(digit):
    exercise.check_breaking_batch(lambda labels: np.flatnonzero(labels == digit))
    exercise.check_breaking_batch(lambda labels: np.flatnonzero(labels == digit)[:20].tolist())


@pytest.mark.parametrize("answer", [
    lambda labels: {int(i) for i in np.flatnonzero(labels == 3)},
    lambda labels: (i for i, label in enumerate(labels) if label == 3),
    lambda labels: [i for i, label in enumerate(labels) if label == 3],
    lambda labels: np.where(labels == 3)[0],
    lambda labels: tuple(np.flatnonzero(labels == 0)[:25]),
    lambda labels: np.argsort(labels, kind="stable")[:22],
    lambda labels: np.flatnonzero(labels == 1).astype(np.uint16),
    lambda labels: filter(lambda i: labels[i] == 5, range(len(labels))),
    lambda labels: np.random.default_rng().choice(np.flatnonzero(labels == 7), 20, replace=False)])
def test_right_batch_in_any_style_is_accepted(answer):
    exercise.check_breaking_batch(answer)


def known_wrong():
    """30 images that include all that the network gets wrong in evaluation mode."""
    x, y = load_digits().test
    wrong = exercise.trained_network().predict(x).argmax(axis=1) != y
    return np.argsort(~wrong, kind="stable")[:30]


WRONG_BATCHES = {
    "mean and the variance of the training set": lambda labels: np.arange(30),
    "choose images that the network knows": lambda labels: known_wrong(),
    "20 to 30 indices, got 1": lambda labels: [0],
    "something of everything": lambda labels: np.concatenate([
        np.flatnonzero(labels == digit)[:3] for digit in range(10)]),
    "20 to 30 indices, got 0": lambda labels: [],
    "20 to 30 indices, got 15": lambda labels: np.flatnonzero(labels == 3)[:15],
    r"shape \(1, 30\), as of np.where": lambda labels: np.where(labels == 3),
    r"shape \(30, 1\), as of": lambda labels: np.argwhere(labels == 3),
    "with no lists in it": lambda labels: (np.flatnonzero(labels == 3), 3),
    "are these labels": lambda labels: labels[labels == 3],
    "occur twice: take different images": lambda labels: np.repeat(np.flatnonzero(labels == 3)[:12], 2),
    "of dtype float64": lambda labels: np.append([], np.flatnonzero(labels == 3)),
    r"shape \(\) of dtype int64": lambda labels: np.argmax(labels),
    "0 to 299, yours from -25 to -1": lambda labels: np.arange(-25, 0),
    "stopped with NameError": lambda labels: (undefined for label in labels),  # noqa: F821
    "mask of True": lambda labels: [bool(label == 3) for label in labels],
    "20 to 30 indices, got 300": lambda labels: np.arange(300),
    "some indices occur twice": lambda labels: [77] * 25,
    "a mask of True and False": lambda labels: labels == 3,
    "from 0 to 299": lambda labels: np.arange(290, 320),
    "a list of whole numbers": lambda labels: labels / 2,
    "returned None": lambda labels: None,
    "stopped with TypeError": lambda: [1],
    "pass the function itself": np.arange(20),
}


@pytest.mark.parametrize("diagnosis", WRONG_BATCHES)
def test_wrong_batch_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        exercise.check_breaking_batch(WRONG_BATCHES[diagnosis])


def test_placeholder_stays_a_placeholder():
    def stub(labels):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError):
        exercise.check_breaking_batch(stub)


def test_looking_at_a_batch_does_not_change_the_network():
    before = exercise.trained_network().layers[1].running_mean.copy()
    exercise.accuracies(np.arange(20))
    np.testing.assert_array_equal(exercise.trained_network().layers[1].running_mean, before)
