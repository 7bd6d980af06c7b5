"""The runs behind lecture 04's figures, against single runs, closed forms and each other."""

from itertools import pairwise

import numpy as np
import pytest

from course_lib.studies import noisy_descent, stochastic

H, X0 = np.array([2.0, 4.0]), np.array([-5.0, -2.5])


def test_each_of_the_three_ways_makes_three_passes():
    x, y, ways = noisy_descent.three_ways({100: 0.05, 10: 0.03, 1: 0.005})
    assert [len(way) for way in ways.values()] == [4, 31, 301]
    batch = next(iter(ways.values()))
    for point, after in pairwise(batch):  # the whole batch: plain gradient descent
        np.testing.assert_allclose(after, point - 0.05 * 2 / 100 * x.T @ (x @ point - y))
    ends = noisy_descent.excess([way[-1] for way in ways.values()])
    assert max(ends[1:]) < ends[0] < noisy_descent.excess(batch[0]) / 100


def test_several_rates_at_once_are_the_single_runs():
    rates = np.array([0.002, 0.01])
    both = noisy_descent.three_passes(10, rates[:, None], seed=3)
    for i, rate in enumerate(rates):
        np.testing.assert_allclose(both[:, i], noisy_descent.three_passes(10, rate, seed=3))


def test_excess_is_the_distance_to_the_least_squares_solution_in_the_hessian():
    x, y, _ = noisy_descent.two_weights()
    away = np.array([[0.3, -2.0], [0.0, 0.0]])
    points = np.linalg.solve(x.T @ x, x.T @ y) + away
    np.testing.assert_allclose(noisy_descent.excess(points), ((away @ x.T) ** 2).mean(axis=1), atol=1e-12)


def test_the_rate_of_each_portion_is_the_best_of_the_grid():
    rates = np.array(noisy_descent.PORTION_RATES)[:, None]
    for size, rate in noisy_descent.portion_rates().items():
        ends = [noisy_descent.excess(noisy_descent.three_passes(size, rates, seed)[-1]) for seed in range(50)]
        assert rate == rates[np.median(ends, axis=0).argmin(), 0]


def test_ends_are_those_of_the_ways():
    rates = {10: 0.03, 1: 0.005}
    found = noisy_descent.three_ends(rates, [4, 7])
    for way, ends in zip(noisy_descent.three_ways(rates, seed=7)[2].values(), found.values(), strict=True):
        assert ends[1] == pytest.approx(noisy_descent.excess(way[-1]))


def test_noise_falls_with_the_batch_and_vanishes_for_all_examples():
    found = noisy_descent.noise_by_size([1, 10, 1197], draws=30, rng=np.random.default_rng(0))
    for measured, predicted in found.values():
        np.testing.assert_allclose(measured[:2], predicted[:2], rtol=0.5)
        assert predicted[0] / predicted[1] == pytest.approx(10, rel=0.01)
    assert found["without"][0][2] < 1e-20 < found["with replacement"][0][2]


def test_orders_stand_to_the_formula_as_the_lecture_says():
    late, floor = noisy_descent.late_orders(runs=300, rng=np.random.default_rng(1))
    assert all(values.shape == (150,) for values in late.values())
    assert late["with replacement"].mean() == pytest.approx(floor, rel=0.15)
    assert late["shuffled"][-1] < 0.3 * floor
    assert late["sorted, never shuffled"].max() > 4 * floor


def test_plans_are_those_of_the_lecture_and_runs_follow_them():
    rates = {name: plan[0] for name, plan in noisy_descent.PLANS.items()}
    assert rates["exponential"](0) == pytest.approx(0.1 * np.exp(-0.2))
    assert rates["polynomial"](48) == pytest.approx(0.1 / np.sqrt(2))
    exact, simulated = noisy_descent.planned(H, X0, 2000, rng=np.random.default_rng(2))
    for name, (_, steps) in noisy_descent.PLANS.items():
        assert simulated[name].steps[-1] == steps == len(exact[name].loss) - 1
        assert (simulated[name].x[-1] ** 2 @ H / 2).mean() == pytest.approx(exact[name].loss[-1], rel=0.1)


def test_cures_fall_below_the_floor_and_count_gradients():
    curves = noisy_descent.cures(H, X0)
    floor = stochastic.stationary_variance(H, 0.1) @ H / 2
    assert curves.pop("constant rate")[1][-1] == pytest.approx(floor)
    assert all(losses[-1] < 0.2 * floor for _, losses in curves.values())
    assert all(len(gradients) == len(losses) for gradients, losses in curves.values())
    gradients, losses = curves["batch + 1 each step"]
    assert gradients[-1] == 140 * 141 / 2
    by_hand = stochastic.moments(H, X0, 0.1, 140, noise=lambda k: (k + 1) ** -0.5)
    np.testing.assert_allclose(losses, by_hand.loss[1:])


def test_averages_share_the_last_point_and_the_cure():
    lines = noisy_descent.averages(H, X0)
    np.testing.assert_allclose(lines["last point"][-1], stochastic.stationary_variance(H, 0.1) @ H / 2)
    np.testing.assert_array_equal(lines["tail, from step 50"][1:],
                                  noisy_descent.cures(H, X0)["average from step 50"][1])
    assert lines["exponential, β 0.999"][-1] < lines["exponential, β 0.9"][-1] < lines["last point"][-1]


def test_the_rate_1_over_k_forgets_the_start_like_a_power_of_k():
    (name, squares), = noisy_descent.inverse_rates([0.1]).items()
    assert name == "curvature 0.1"
    assert stochastic.local_slope([3000.0, 10_000.0], squares[[2999, 9999]]) == pytest.approx(-0.2, abs=0.02)
