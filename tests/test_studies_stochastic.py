"""The exact recursions of lecture 04 against brute force, SciPy, and many runs."""

import math

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.optimizers import SGD, Momentum
from course_lib.schedules import exponential, inverse_time, power
from course_lib.studies import stochastic as study
from course_lib.studies.momentum import noise_variance

H, X0 = np.array([2.0, 4.0]), np.array([-5.0, -2.5])


def weights_by_hand(h, lr, noise, steps, average):
    """Row k: how x0 and each noise enter the k-th (averaged) point. Nothing of the recursion is used."""
    x = [np.eye(1, steps + 1)[0]]
    for k in range(steps):
        row = (1 - lr(k) * h) * x[-1]
        row[k + 1] -= lr(k) * noise(k)
        x.append(row)
    x, out = np.array(x), []
    for k in range(steps + 1):
        if average is None or k == 0:
            out.append(x[k])
        elif isinstance(average, TailAverage):
            out.append(x[average.start + 1:k + 1].mean(axis=0) if k > average.start else x[k])
        else:
            share = average.beta ** np.arange(k - 1, -1, -1.0)
            out.append(share @ x[1:k + 1] / share.sum())
    return np.array(out)


@pytest.mark.parametrize("average", [None, TailAverage(), TailAverage(7), ExponentialAverage(0.8),
                                     ExponentialAverage(0.0)])
@pytest.mark.parametrize("lr", [lambda k: 0.1, exponential(0.3, 0.05), power(0.2, 0.5, 0.6),
                                inverse_time(0.4)])
@pytest.mark.parametrize("noise", [lambda k: 1.0, lambda k: (k + 1) ** -0.5])
def test_moments_are_those_of_the_written_out_sum(average, lr, noise):
    exact = study.moments(H, X0, lr, 30, noise=noise, average=average)
    for i, h in enumerate(H):
        rows = weights_by_hand(h, lr, noise, 30, average)
        np.testing.assert_allclose(exact.mean[:, i], rows[:, 0] * X0[i], rtol=1e-12, atol=1e-14)
        variance = (rows[:, 1:] ** 2).sum(axis=1)
        np.testing.assert_allclose(exact.variance[:, i], variance, rtol=1e-11, atol=1e-16)
    expected = 0.5 * (H * (exact.mean**2 + exact.variance)).sum(axis=1)
    np.testing.assert_allclose(exact.loss, expected, rtol=1e-12)


@pytest.mark.parametrize("average", [TailAverage(20), ExponentialAverage(0.9)])
def test_ten_thousand_runs_agree_with_the_moments(average):
    lr, noise = power(0.2, 0.1, 0.5), lambda k: np.array([1.0, 0.5]) / math.sqrt(1 + k)
    runs = study.simulate(SGD(lr=lr, averages=[average]), X0, 60, curvatures=H, noise=noise, runs=10_000,
                          rng=np.random.default_rng(0), at=[0, 30, 60])
    for exact, found in ((study.moments(H, X0, lr, 60, noise=noise), runs.x),
                         (study.moments(H, X0, lr, 60, noise=noise, average=average), runs.averages[0])):
        for k, points in zip(runs.steps[1:], found[1:], strict=True):
            error = np.abs(points.mean(axis=0) - exact.mean[k]) / np.sqrt(exact.variance[k] / 10_000)
            assert (error < 4.5).all()
            np.testing.assert_allclose(points.var(axis=0), exact.variance[k], rtol=0.07)
    assert np.isnan(runs.averages[0][0]).all()
    assert runs.x.shape == (3, 10_000, 2)
    assert (runs.x[0] == X0).all()


def test_any_optimizer_can_be_simulated():
    opt = Momentum(lr=0.02, momentum=0.8)
    runs = study.simulate(opt, [0.0], 300, curvatures=[2.0], runs=10_000, at=[300],
                          rng=np.random.default_rng(1))
    assert runs.x[0].var() == pytest.approx(noise_variance(0.02, 0.8, 2.0), rel=0.06)


def test_without_at_every_step_is_kept_and_the_start_is_not_changed():
    start = X0.copy()
    runs = study.simulate(SGD(lr=0.1), start, 4, curvatures=H, noise=0.0, runs=2,
                          rng=np.random.default_rng(0))
    assert runs.steps.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(runs.x[:, 0], X0 * (1 - 0.1 * H) ** np.arange(5)[:, None])
    assert (start == X0).all()
    assert runs.averages == []


def test_the_lecture_slides_example():
    constant = study.moments(H, X0, 0.1, 70)
    np.testing.assert_allclose(constant.variance[-1], [1 / 36, 1 / 64], rtol=1e-6)
    frozen = study.moments(H, X0, lambda k: 0.1 * math.exp(-0.1 * (k + 2)), 2500)
    product = np.prod(1 - 0.1 * np.exp(-0.1 * np.arange(2, 2502))[:, None] * H, axis=0)
    np.testing.assert_allclose(frozen.mean[-1], product * X0, rtol=1e-12)
    deviations = np.abs(frozen.mean[-1] - [-0.793612, -0.070806]) / np.sqrt(frozen.variance[-1])
    assert (deviations < 0.5).all()  # the one run that the slides show


@pytest.mark.parametrize("lr", [0.01, 0.1, 0.45])
def test_stationary_variances_solve_lyapunovs_equation(lr):
    for i, h in enumerate(H):
        a = 1 - lr * h
        np.testing.assert_allclose(study.stationary_variance(H, lr, 0.7)[i],
                                   solve_discrete_lyapunov([[a]], [[(0.7 * lr) ** 2]])[0, 0], rtol=1e-10)
        beta = 0.9  # (x, average) together
        step = np.array([[a, 0.0], [(1 - beta) * a, beta]])
        push = 0.7 * lr * np.array([1.0, 1 - beta])
        together = solve_discrete_lyapunov(step, np.outer(push, push))
        np.testing.assert_allclose(study.averaged_variance(H, lr, beta, 0.7)[i], together[1, 1], rtol=1e-9)
    np.testing.assert_allclose(study.moments(H, X0, lr, 3000).variance[-1], study.stationary_variance(H, lr))


def test_polyak_is_reached_whatever_the_rate_and_the_spread_of_curvatures():
    curvatures = np.geomspace(1.0, 30.0, 4)
    for lr in (0.01, 0.03, 0.06):
        exact = study.moments(curvatures, np.zeros(4), lr, 20_000, average=TailAverage()).loss[-1]
        assert exact / study.polyak_loss(curvatures, 20_000) == pytest.approx(1, abs=0.015)
    assert study.polyak_loss([2.0, 4.0], 100, noise=[1.0, 2.0]) == pytest.approx((1 / 2 + 4 / 4) / 200)


def test_rate_one_over_k_is_the_sample_mean_where_the_curvature_is_one():
    exact = study.moments([1.0], [7.0], inverse_time(1.0), 50)
    np.testing.assert_allclose(exact.variance[1:, 0], 1 / np.arange(1, 51), rtol=1e-12)
    assert (exact.mean[1:] == 0).all()


@pytest.mark.parametrize(("curvature", "power"), [(0.1, 0.2), (0.3, 0.6), (1.0, 1.0), (3.0, 1.0)])
def test_rate_one_over_k_needs_curvature(curvature, power):
    exact = study.moments([curvature], [1.0], inverse_time(1.0), 10_000)
    squares = (exact.mean**2 + exact.variance)[[3000, 10_000], 0]
    assert -study.local_slope([3000, 10_000], squares) == pytest.approx(power, abs=0.02)


def test_an_average_of_the_points_only_counts_from_its_start():
    points = study.moments(H, X0, 0.1, 40)
    tail = study.moments(H, X0, 0.1, 40, average=TailAverage(30))
    np.testing.assert_array_equal(tail.variance[:32], points.variance[:32])
    assert tail.loss[-1] < points.loss[-1]
