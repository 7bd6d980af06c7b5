"""Lecture 03's experiments: circles, scaling, the noisy sine, each against an independent computation."""

import numpy as np
import pytest

from course_lib.functions import BEALE, valley
from course_lib.optimizers import SGD
from course_lib.studies import scaling, sine_rates
from course_lib.studies.convergence import exact_loss, exact_steps
from course_lib.studies.steepest import around


def test_small_circles_have_the_steepest_direction_and_large_ones_turn():
    x = np.array([1.0, 1.5])
    turns = [around(BEALE, x, radius).turn for radius in (1e-4, 1e-2)]
    assert turns[0] <= 0.2
    circle = around(BEALE, x, 1e-4)
    g = BEALE.gradient(x)
    np.testing.assert_allclose(circle.steepest, -g / np.linalg.norm(g))
    model = -1e-4 * circle.slope * np.cos(np.radians(circle.degrees))
    np.testing.assert_allclose(circle.change, model, atol=1e-2 * 1e-4 * circle.slope)


def test_the_best_point_of_a_circle_solves_the_trust_region_problem():
    f, x, radius = valley(5), np.array([-1.5, 0.6]), 1.0
    h, g = f.hessian(x), f.gradient(x)
    low, high = 0.0, 1e3  # (H + shift) d = -g with |d| = radius (Moré & Sorensen 1983)
    for _ in range(200):
        shift = (low + high) / 2
        d = np.linalg.solve(h + shift * np.eye(2), -g)
        low, high = (shift, high) if np.linalg.norm(d) > radius else (low, shift)
    np.testing.assert_allclose(radius * around(f, x, radius).best, d, atol=2e-3)
    with pytest.raises(ValueError, match="stationary"):
        around(f, [0.0, 0.0], 1.0)


def test_scaling_is_scikit_learns():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x, _, names = scaling.diabetes()
    assert x.shape == (442, 10)
    assert names[:4] == ["age", "sex", "bmi", "bp"]
    theirs = preprocessing.StandardScaler().fit_transform(x)
    np.testing.assert_allclose(scaling.scale(x, "standardized"), theirs)
    np.testing.assert_allclose(scaling.scale(x, "centred").mean(axis=0), 0, atol=1e-12)
    assert scaling.scale(x, "as they come") is x
    with pytest.raises(ValueError, match="constant feature, got 1"):
        scaling.scale([[1.0, 2.0], [1.0, 3.0]], "standardized")


@pytest.mark.parametrize("how", ["centred", "standardized"])
def test_the_modes_are_those_of_gradient_descent_on_the_data(how):
    x, y, _ = scaling.diabetes()
    x = scaling.scale(x, how)
    h, start, distance = scaling.least_squares_modes(x, y)
    a, w = np.hstack([np.ones((442, 1)), x]), np.zeros((11, 1))
    least = np.linalg.lstsq(a, y, rcond=None)[0]
    assert distance == pytest.approx(np.linalg.norm(least))
    np.testing.assert_allclose(h, np.linalg.eigvalsh(2 * a.T @ a / 442), rtol=1e-8)
    excess = []
    for _ in range(40):
        excess.append(np.mean((a @ w - y) ** 2) - np.mean((a @ least - y) ** 2))
        w = w - 1.9 / h[-1] * 2 / 442 * a.T @ (a @ w - y)
    np.testing.assert_allclose(exact_loss(h, start, 1.9 / h[-1], np.arange(40)), excess, rtol=1e-9)


def test_standardizing_saves_steps():
    x, y, _ = scaling.diabetes()
    steps = []
    for how in scaling.SCALINGS:
        h, start, _ = scaling.least_squares_modes(scaling.scale(x, how), y)
        steps.append(exact_steps(h, start, 2 / (h[0] + h[-1])))
    assert steps[0] > 500 * steps[1] > 50_000 * steps[2]


def test_regression_loss_is_the_mean_squared_error_less_its_least_value():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)) * [1, 5], rng.normal(size=(30, 1))
    f = scaling.regression_loss(x, y)
    least = np.mean((x @ f.minimum[:, None] - y) ** 2)
    w = rng.normal(size=(4, 5, 2))
    direct = ((np.einsum("ni,abi->abn", x, w) - y[:, 0]) ** 2).mean(axis=-1)
    np.testing.assert_allclose(f(w), direct - least, rtol=1e-10, atol=1e-12)
    step = 1e-6
    for i in range(2):
        e = step * np.eye(2)[i]
        np.testing.assert_allclose(f.gradient(w)[..., i], (f(w + e) - f(w - e)) / (2 * step), rtol=1e-6)
    assert f.hessian(w).shape == (4, 5, 2, 2)


def test_dependent_features_are_refused():
    x = np.ones((5, 2)) * np.arange(5)[:, None]
    for function in (scaling.least_squares_modes, scaling.regression_loss):
        with pytest.raises(ValueError, match="independent features"):
            function(x, np.ones((5, 1)))


def test_largest_curvature_is_the_hessians_largest_eigenvalue():
    net, x, y = sine_rates.sine_problem(0)
    point = net.parameters.x.copy()

    def gradient(at):
        net.parameters.x[:] = at
        net.loss_and_grad(x, y)
        return net.parameters.g.copy()

    steps = 1e-5 * np.eye(len(point))
    hessian = np.array([(gradient(point + e) - gradient(point - e)) / 2e-5 for e in steps])
    net.parameters.x[:] = point
    largest = np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    found = sine_rates.largest_curvature(net, x, y, rng=np.random.default_rng(0))
    assert found == pytest.approx(largest, rel=1e-3)
    np.testing.assert_array_equal(net.parameters.x, point)


def test_a_sine_run_is_plain_gradient_descent_and_depends_on_the_seed():
    run = sine_rates.train_sine(0.03, 1, 20, measure_every=8)
    net, x, y = sine_rates.sine_problem(1)
    losses, opt = [], SGD(lr=0.03)
    for _ in range(21):
        losses.append(net.loss_and_grad(x, y))
        opt.step(net.parameters.x, net.parameters.g)
    np.testing.assert_array_equal(run.loss, losses)
    assert run.measured.tolist() == [0, 8, 16, 20]
    assert run.curvature.shape == (4,)
    assert sine_rates.train_sines(0.03, [1, 2], 20)[1, 0] != losses[0]


def test_a_run_that_diverges_is_infinite_from_there():
    run = sine_rates.train_sine(0.5, 0, 100, measure_every=50)
    assert np.isinf(run.loss[-1])
    assert np.isfinite(run.loss[:3]).all()
    assert run.measured.tolist() == [0]


def test_gradient_descent_settles_where_the_curvature_is_two_over_the_rate():
    run = sine_rates.train_sine(0.1, 5, 1000, measure_every=1000)
    assert 0.1 * run.curvature[-1] == pytest.approx(2, abs=0.1)
