"""The runs behind lecture 04's figures, against single runs, closed forms and each other."""

from itertools import pairwise

import numpy as np
import pytest

from course_lib.studies import noisy_descent, stochastic

H, X0 = np.array([2.0, 4.0]), np.array([-5.0, -2.5])


def test_each_of_the_three_ways_makes_three_passes():
    x, y, ways = noisy_descent.three_ways()
    minimum = np.linalg.lstsq(x, y, rcond=None)[0]
    loss = {name: np.mean((way @ x.T - y) ** 2, axis=1) for name, way in ways.items()}
    assert [len(way) for way in ways.values()] == [4, 31, 301]
    batch = next(iter(ways.values()))
    for point, after in pairwise(batch):  # the whole batch: plain gradient descent
        np.testing.assert_allclose(after, point - 0.06 * 2 / 100 * x.T @ (x @ point - y))
    least = np.mean((x @ minimum - y) ** 2)
    assert all(values[-1] < values[0] / 2 for values in loss.values())
    assert min(loss["10 per step, 30 steps"][-5:]) < least * 1.1


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
