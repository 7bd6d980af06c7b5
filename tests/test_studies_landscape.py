"""studies.landscape against finite differences, NumPy's least squares, and known landscapes."""

import numpy as np
import pytest

from course_lib.datasets import noisy_sine
from course_lib.initializers import normal
from course_lib.layers import Dense, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.studies.landscape import (
    find_minimum,
    line_fit,
    loss_between,
    objective,
    two_weight_network,
)

DATA = noisy_sine(30, rng=np.random.default_rng(0))
FUNCTIONS = {"line": line_fit(*DATA), "tanh": two_weight_network(*DATA),
             "identity": two_weight_network(*DATA, activation="identity")}


def small_net(seed=0, hidden=2):
    rng = np.random.default_rng(seed)
    return Network([Dense(1, hidden, weight=normal(1), bias=normal(1)), Tanh(), Dense(hidden, 1)],
                   loss=MSE(), rng=rng, dtype=np.float64)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_match_finite_differences(name):
    f = FUNCTIONS[name]
    points, h = np.random.default_rng(1).normal(size=(4, 5, 2)), 1e-6
    gradient = np.stack([(f(points + h * e) - f(points - h * e)) / (2 * h) for e in np.eye(2)], axis=-1)
    hessian = np.stack([(f.gradient(points + h * e) - f.gradient(points - h * e)) / (2 * h)
                        for e in np.eye(2)], axis=-1)
    np.testing.assert_allclose(f.gradient(points), gradient, atol=1e-7)
    np.testing.assert_allclose(f.hessian(points), hessian, atol=1e-7)


def test_two_weights_are_the_library_network_without_biases():
    net = Network([Dense(1, 1), Tanh(), Dense(1, 1)], loss=MSE(), rng=np.random.default_rng(3),
                  dtype=np.float64)
    w, v = net.parameters["0.weight"].item(), net.parameters["2.weight"].item()
    assert FUNCTIONS["tanh"]([w, v]) == pytest.approx(net.loss_value(*DATA), rel=1e-12)


def test_line_minimum_is_least_squares():
    np.testing.assert_allclose(FUNCTIONS["line"].minimum, np.polyfit(DATA.x[:, 0], DATA.y[:, 0], 1))
    with pytest.raises(ValueError, match="two different"):
        line_fit(np.ones((3, 1)), np.ones((3, 1)))


def test_objective_leaves_the_network_alone():
    net = small_net()
    before = net.parameters.x.copy()
    loss, gradient = objective(net, *DATA)(before + 1)
    assert (net.parameters.x == before).all()
    net.parameters.x[:] += 1
    assert loss == net.loss_and_grad(*DATA)
    assert (gradient == net.parameters.g).all()
    with pytest.raises(TypeError, match="net must be a course_lib Network"):
        objective(None, *DATA)


def test_loss_between_starts_and_ends_at_its_ends():
    net = small_net()
    a, b = np.zeros(7), net.parameters.x
    losses = loss_between(net, *DATA, a, b, points=3)
    assert losses.shape == (3,)
    assert losses[0] == pytest.approx(np.mean(DATA.y**2))
    assert losses[2] == pytest.approx(net.loss_value(*DATA))
    with pytest.raises(ValueError, match=r"end must have shape \(7,\)"):
        loss_between(net, *DATA, a, b[:3])


def test_find_minimum_finds_one():
    net = small_net(seed=3, hidden=1)
    before = net.parameters.x.copy()
    found = find_minimum(net, *DATA)
    assert (net.parameters.x == before).all()
    assert found.gradient < 1e-6
    assert found.curvature > 0
    f = objective(net, *DATA)
    nearby = np.random.default_rng(0).normal(size=(50, 4))
    steps = 1e-2 * nearby / np.linalg.norm(nearby, axis=1, keepdims=True)
    assert all(f(found.net.parameters.x + step)[0] > found.loss for step in steps)


def test_find_minimum_wants_float64():
    with pytest.raises(ValueError, match="float64"):
        find_minimum(small_net().copy(np.float32), *DATA)
