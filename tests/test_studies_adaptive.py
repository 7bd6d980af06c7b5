"""What lecture 10 measures on AdaGrad, RMSProp and Adadelta, against the runs themselves and theory."""

import numpy as np
import pytest

from course_lib.functions import RAVINE, SADDLE, quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adadelta, AdaGrad, RMSProp
from course_lib.studies import adaptive


def test_steps_until():
    assert adaptive.steps_until(np.array([False, False, True, False])) == 2
    assert adaptive.steps_until(np.array([False, False])) is None


@pytest.mark.parametrize("opt", [
    AdaGrad(lr=0.1), AdaGrad(lr=0.1, eps=0.1, eps_inside_sqrt=True, initial_accumulator=0.1, lr_decay=0.2),
    RMSProp(lr=0.05), RMSProp(lr=0.05, rho=0.5, eps=0.1, eps_inside_sqrt=True), Adadelta(), Adadelta(lr=0.5),
    AdaGrad(lr=lambda t: 0.1 / (1 + t))])
def test_effective_rates_are_what_the_steps_show(opt):
    trace = minimize(RAVINE, [-1.0, 0.7], opt, 30)
    assert np.allclose(adaptive.effective_rates(opt, trace), -np.diff(trace.x, axis=0) / trace.g, rtol=1e-9)


@pytest.mark.parametrize("opt", [SGD(), RMSProp(momentum=0.9), RMSProp(centered=True)])
def test_effective_rates_refuses_what_has_none(opt):
    with pytest.raises(TypeError, match="opt must be an AdaGrad"):
        adaptive.effective_rates(opt, minimize(RAVINE, RAVINE.start, opt, 3))


def test_first_steps_are_first_steps():
    opt = RMSProp(lr=0.1, rho=0.99, eps=1e-3)
    sizes = np.geomspace(1e-6, 10, 9)
    for g, length in zip(sizes, adaptive.first_steps(opt, sizes), strict=True):
        x = np.zeros(1)
        opt.reset()
        opt.step(x, np.array([g]))
        assert length == pytest.approx(-x[0])


def test_turned_saddle_is_the_saddle():
    c = np.sqrt(0.5)
    turn = np.array([[c, -c], [c, c]])
    points = np.random.default_rng(0).normal(size=(5, 2))
    assert np.allclose(adaptive.TURNED_SADDLE(points @ turn.T), SADDLE(points))
    assert np.allclose(adaptive.TURNED_SADDLE.gradient(points @ turn.T), SADDLE.gradient(points) @ turn.T)
    assert np.allclose(adaptive.TURNED_SADDLE.hessian(points)[3], turn @ np.diag([2, -2]) @ turn.T)


def test_best_steps_is_the_best_of_single_runs():
    valley, starts, rates = quadratic(9.0, rotation=0.3), np.array([[1.0, 0.2], [-0.5, 0.9], [0.1, 1.0]]), [
        0.3, 1.0, 3.0]
    counts = []
    for start in starts:
        row = []
        for lr in rates:
            loss = minimize(valley, start, AdaGrad(lr=lr), 200).loss
            above = np.flatnonzero(loss > 1e-6 * loss[0])
            row.append(min(above[-1] + 1, 201))
        counts.append(row)
    best = np.argmin(np.median(counts, axis=0))
    rate, steps = adaptive.best_steps(AdaGrad, rates, valley, starts, limit=200)
    assert rate == rates[best]
    assert steps.tolist() == [row[best] for row in counts]


def test_best_steps_marks_what_never_arrives():
    rate, steps = adaptive.best_steps(SGD, [1e-6, 10.0], RAVINE, [[1.0, 1.0]], limit=20)
    assert steps.tolist() == [21]
    assert rate == 1e-6


@pytest.mark.parametrize("lr", [0.02, 0.04])
def test_adagrads_limit_on_a_quadratic(lr):
    """√s tends to h·w0²/(4·lr) for small lr: derived in the lecture."""
    for curvature, start in ((2.0, 1.0), (50.0, 1.0), (2.0, 0.5)):
        opt = AdaGrad(lr=lr)
        trace = minimize(lambda x, h=curvature: h / 2 * x @ x, [start], opt, int(4 * start**2 / lr**2),
                         gradient=lambda x, h=curvature: h * x)
        root = np.sqrt(trace.state["s"][-1, 0])
        assert root == pytest.approx(curvature * start**2 / (4 * lr), rel=4 * lr / start)


@pytest.mark.parametrize("curvature", [6.0, 50.0])
def test_adadelta_is_driven_from_the_minimum(curvature):
    """w² grows like eps·(1 - 4/h²)·k/4 where the curvature h is above 2."""
    trace = minimize(lambda x: curvature / 2 * x @ x, [0.0005], Adadelta(eps=1e-4), 4000,
                     gradient=lambda x: curvature * x)
    steps = np.arange(1000, 4001)
    predicted = 1e-4 / 4 * (1 - 4 / curvature**2) * steps
    assert np.all(np.abs(trace.x[1000:, 0] ** 2 / predicted - 1) < 0.2)


def test_adadelta_stays_where_the_curvature_is_small():
    trace = minimize(lambda x: x @ x / 2, [0.0005], Adadelta(eps=1e-4), 1000, gradient=lambda x: x)
    assert abs(trace.x[-1, 0]) < 1e-12


def test_turning_the_valley_slows_adagrad_only():
    steps = adaptive.turned_valley([0, 45], starts=8, rates=10)
    descent, adagrad = ([np.median(row) for row in rows] for rows in steps.values())
    assert descent[0] == descent[1]
    assert adagrad[1] > 4 * adagrad[0]
    again = adaptive.turned_valley([45], starts=8, rates=10)
    assert np.array_equal(again["AdaGrad"][0], steps["AdaGrad"][1])


def test_steps_on_a_slope_follow_the_formulas():
    t, lengths = np.arange(1, 2001), adaptive.slope_steps()
    assert np.allclose(lengths["AdaGrad"], 1 / np.sqrt(t))
    for rho in (0.9, 0.99):
        assert np.allclose(lengths[f"RMSProp, ρ = {rho}"], 1 / np.sqrt(1 - rho**t))


def test_ravine_rates_keep_their_ratio():
    trace, rates = adaptive.ravine_rates(lr=0.02, steps=200)
    assert trace.steps == 200
    assert np.allclose(rates["$w_1$"] / rates["$w_2$"], 25)
    assert np.allclose(rates["$w_1$"] * trace.g[:, 0], -np.diff(trace.x[:, 0]))


def test_a_turned_saddle_holds_adagrad():
    along, turned = adaptive.leave_saddles([0.01, 0.3], limit=400).values()
    assert along["gradient descent"].tolist() == turned["gradient descent"].tolist() == [233, 10]
    assert along["AdaGrad"].tolist() == [17, 1]
    assert turned["AdaGrad"].tolist() == [401, 19]  # 401: not within the limit
    assert turned["RMSProp"].tolist() == [100, 6]  # its rate grows again near the saddle


def test_leave_saddles_is_a_run_of_each_rate():
    counts = adaptive.leave_saddles([0.05, 0.2], limit=300)["turned by 45°"]["RMSProp"]
    for lr, steps in zip([0.05, 0.2], counts, strict=True):
        x = minimize(adaptive.TURNED_SADDLE, [0.7, 0.7 + 0.001 * np.sqrt(2)], RMSProp(lr=lr), 300).x
        assert steps == adaptive.steps_until(np.abs(x[:, 1] - x[:, 0]) / np.sqrt(2) > 0.1)


def test_points_on_a_circle():
    points = adaptive.on_circle(7)
    assert np.allclose(np.hypot(*points.T), 1)
    assert np.array_equal(points[:3], adaptive.on_circle(3))
