"""Penalties against finite differences, against the definition of the proximal step, and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from course_lib.layers import BatchNorm, Dense, ReLU
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import OPTIMIZERS, SGD, Adam
from course_lib.penalties import L1, L2, ElasticNet, MaxNorm, OnWeights, ridge
from course_lib.transforms import elastic_net, l1, l2

SMOOTH_PARTS = {"L2": L2(0.3), "L1": L1(0.3), "ElasticNet": ElasticNet(0.3, 0.7)}


@pytest.mark.parametrize("name", SMOOTH_PARTS)
def test_gradient_against_central_differences(name):
    penalty = SMOOTH_PARTS[name]
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], (3, 4)) * rng.uniform(0.1, 2, (3, 4))
    numeric = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        numeric[index] = (penalty.value(x + step) - penalty.value(x - step)) / 2e-6
    np.testing.assert_allclose(penalty.gradient(x), numeric, rtol=1e-8)
    np.testing.assert_allclose(penalty.transform(x, 2 * x), 2 * x + numeric, rtol=1e-8)


@pytest.mark.parametrize("name", SMOOTH_PARTS)
@settings(deadline=None)
@given(x=st.floats(-3, 3), lr=st.floats(0.01, 5))
def test_the_proximal_step_is_the_minimizer_it_claims(name, x, lr):
    penalty = SMOOTH_PARTS[name]

    def objective(z):
        return penalty.value([z]) + (z - x) ** 2 / (2 * lr)

    found = minimize_scalar(objective, bounds=(-4, 4), method="bounded", options={"xatol": 1e-10})
    z = float(penalty.proximal(np.array([x]), lr)[0])
    assert objective(z) <= found.fun + 1e-12
    assert z == pytest.approx(found.x, abs=1e-4)


def test_only_the_proximal_step_of_l1_reaches_zero():
    x_sub, x_prox = np.full(1, 1.0), np.full(1, 1.0)
    by_gradient = SGD(lr=0.03, transforms=[L1(1.0).transform])
    by_step = SGD(lr=0.03, proximal=[L1(1.0)])
    for _ in range(200):
        by_gradient.step(x_sub, np.zeros(1))
        by_step.step(x_prox, np.zeros(1))
    assert x_prox[0] == 0
    assert 0 < abs(x_sub[0]) < 0.03  # it jumps from side to side


def test_max_norm_projects_columns_and_leaves_what_is_inside():
    rng = np.random.default_rng(0)
    w = rng.normal(size=(5, 30))
    projected = MaxNorm(2.0).proximal(w, 0.1)
    norms, after = np.linalg.norm(w, axis=0), np.linalg.norm(projected, axis=0)
    inside = norms <= 2
    assert 0 < inside.sum() < 30
    np.testing.assert_array_equal(projected[:, inside], w[:, inside])
    np.testing.assert_allclose(after[~inside], 2, rtol=1e-12)
    assert MaxNorm(2.0).value(w) == np.inf
    assert MaxNorm(2.1).value(projected) == 0
    assert not MaxNorm(0.0).proximal(w, 0.1).any()
    np.testing.assert_array_equal(MaxNorm(1.0).proximal(np.zeros((2, 2)), 0.1), 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("penalty", [L1(0.1), L2(0.1), ElasticNet(0.1), MaxNorm(0.5)])
def test_the_dtype_is_kept_and_nothing_is_changed_in_place(penalty, dtype):
    x = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    before = x.copy()
    assert penalty.gradient(x).dtype == penalty.proximal(x, 0.1).dtype == dtype
    assert isinstance(penalty.value(x), float)
    np.testing.assert_array_equal(x, before)


def test_transforms_are_the_same_gradients():
    x, g = np.array([2.0, -1.0, 0.0]), np.ones(3)
    for transform, penalty in ((l1(0.2), L1(0.2)), (l2(0.2), L2(0.2)),
                               (elastic_net(0.2, 0.3), ElasticNet(0.2, 0.3))):
        np.testing.assert_array_equal(transform(x, g), g + penalty.gradient(x))


def test_elastic_net_is_l1_or_l2_at_its_ends():
    x = np.array([2.0, -1.0, 0.01])
    for ratio, pure in ((1.0, L1(0.2)), (0.0, L2(0.2))):
        mixed = ElasticNet(0.2, ratio)
        assert mixed.value(x) == pytest.approx(pure.value(x), rel=1e-15)
        np.testing.assert_allclose(mixed.proximal(x, 0.5), pure.proximal(x, 0.5), rtol=1e-15)


def network(dtype=np.float64):
    return Network([Dense(3, 4), BatchNorm(4), ReLU(), Dense(4, 2)], loss=MSE(), rng=np.random.default_rng(0),
                   dtype=dtype)


def test_on_weights_leaves_biases_gammas_and_betas_free():
    net = network()
    rng = np.random.default_rng(1)
    net.parameters.x[:] = rng.normal(size=net.parameters.x.shape)
    x = net.parameters.x.copy()
    weights = [net.parameters["0.weight"], net.parameters["3.weight"]]
    for penalty in (L1(0.1), L2(0.1), MaxNorm(0.5)):
        on = OnWeights(net, penalty)
        assert on.value(x) == pytest.approx(sum(penalty.value(w) for w in weights))
        moved, gradient = net.parameters.views(on.proximal(x, 0.3)), net.parameters.views(on.gradient(x))
        for name, value in net.parameters.values.items():
            is_weight = name.endswith("weight")
            np.testing.assert_array_equal(moved[name], penalty.proximal(value, 0.3) if is_weight else value)
            np.testing.assert_array_equal(gradient[name], penalty.gradient(value) if is_weight else 0 * value)
    rates = np.full_like(x, 0.3)
    np.testing.assert_array_equal(OnWeights(net, L1(0.1)).proximal(x, rates),
                                  OnWeights(net, L1(0.1)).proximal(x, 0.3))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_takes_the_proximal_step_after_its_own(name):
    plain, with_step = OPTIMIZERS[name](lr=0.1), OPTIMIZERS[name](lr=0.1, proximal=[L1(0.5), L2(0.1)])
    x = np.array([1.0, -0.02, 0.3])
    y, g = x.copy(), np.array([0.1, 0.2, -0.3])
    plain.step(x, g)
    with_step.step(y, g)
    np.testing.assert_array_equal(y, L2(0.1).proximal(L1(0.5).proximal(x, 0.1), 0.1))
    for slot, value in plain.state.items():
        np.testing.assert_array_equal(with_step.state[slot], value)


def test_averages_see_the_point_after_the_proximal_step():
    from course_lib.averaging import TailAverage

    average = TailAverage()
    opt, x = SGD(lr=1.0, proximal=[L1(0.5)], averages=[average]), np.ones(1)
    opt.step(x, np.zeros(1))
    assert average.x[0] == x[0] == 0.5


def test_a_rate_per_run_reaches_the_proximal_step():
    opt, x = SGD(lr=np.array([[0.1], [0.2]]), proximal=[L1(1.0)]), np.ones((2, 3))
    opt.step(x, np.zeros((2, 3)))
    np.testing.assert_allclose(x, [[0.9] * 3, [0.8] * 3])


def test_proximal_gradient_descent_is_the_lasso():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 8))
    y = x[:, :2] @ [2.0, -1.0] + 0.1 * rng.normal(size=60)
    w, opt = np.zeros(8), SGD(lr=0.2, proximal=[ElasticNet(0.3, 0.8)])
    for _ in range(3000):
        opt.step(w, x.T @ (x @ w - y) / 60)
    oracle = linear_model.ElasticNet(alpha=0.3, l1_ratio=0.8, fit_intercept=False, tol=1e-12,
                                     max_iter=100_000).fit(x, y)
    np.testing.assert_allclose(w, oracle.coef_, atol=1e-7)
    assert (w == 0).sum() >= 4


@pytest.mark.parametrize("outputs", [(), (3,)])
def test_ridge_against_scikit_learn_and_its_own_gradient(outputs):
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 5)), rng.normal(size=(30, *outputs))
    w = ridge(x, y, 4.0)
    oracle = linear_model.Ridge(alpha=2.0, fit_intercept=False).fit(x, y)  # ‖xw - y‖² + 2·‖w‖²
    np.testing.assert_allclose(w, oracle.coef_.T, rtol=1e-10)
    np.testing.assert_allclose(2 * x.T @ (x @ w - y) + 4.0 * w, 0, atol=1e-10)


def test_gradient_descent_with_l2_ends_at_ridge():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
    net = Network([Dense(4, 1)], loss=MSE(), rng=rng, dtype=np.float64)
    opt = SGD(lr=0.2, transforms=[OnWeights(net, L2(0.5)).transform])
    for _ in range(2000):
        net.loss_and_grad(x, y)
        opt.step(net.parameters.x, net.parameters.g)
    centred = x - x.mean(axis=0)
    np.testing.assert_allclose(net.parameters["0.weight"], ridge(centred, y - y.mean(), 40 * 0.5), rtol=1e-9)


def test_coupled_and_decoupled_decay_are_equal_for_sgd_and_not_for_adam():
    g = np.random.default_rng(0).normal(size=(20, 3))
    for rule, equal in ((SGD, True), (Adam, False)):
        x, y = np.ones(3), np.ones(3)
        coupled, decoupled = rule(lr=0.1, transforms=[l2(0.3)]), rule(lr=0.1, weight_decay=0.3)
        for row in g:
            coupled.step(x, row)
            decoupled.step(y, row)
        assert np.allclose(x, y, rtol=1e-12) == equal
