"""minimize(): the trace belongs together, and divergence truncates it."""

import numpy as np
import pytest

from course_lib.functions import BEALE, RAVINE, ROSENBROCK, quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import OPTIMIZERS, SGD, Momentum, Nesterov


@pytest.mark.parametrize("steps", [0, 1, 7])
@pytest.mark.parametrize("rule", OPTIMIZERS.values())
def test_shapes(rule, steps):
    opt = rule(lr=1e-3)
    trace = minimize(BEALE, BEALE.start, opt, steps)
    assert trace.x.shape == (steps + 1, 2)
    assert trace.loss.shape == (steps + 1,)
    assert trace.g.shape == (steps, 2)
    assert trace.lr.shape == (steps,)
    assert set(trace.state) == set(opt.slots)
    assert all(value.shape == (steps + 1, 2) for value in trace.state.values())
    assert trace.steps == steps == opt.t
    assert not trace.diverged


def test_rows_belong_together():
    lr, mu = 1e-3, 0.9
    trace = minimize(BEALE, BEALE.start, Momentum(lambda t: lr / (1 + t), mu), 20)
    np.testing.assert_array_equal(trace.x[0], BEALE.start)
    np.testing.assert_array_equal(trace.loss, BEALE(trace.x))
    np.testing.assert_array_equal(trace.g, BEALE.gradient(trace.x[:-1]))
    np.testing.assert_array_equal(trace.lr, lr / np.arange(1, 21))
    v = trace.state["v"]
    np.testing.assert_array_equal(v[0], 0)
    np.testing.assert_allclose(v[1:], mu * v[:-1] + trace.g, rtol=1e-13)
    np.testing.assert_allclose(np.diff(trace.x, axis=0), -trace.lr[:, None] * v[1:], rtol=1e-9, atol=1e-15)


def test_it_is_the_loop_one_would_write():
    trace = minimize(ROSENBROCK, [-1.0, 1.0], Nesterov(1e-3), 50)
    x, opt = np.array([-1.0, 1.0]), Nesterov(1e-3)
    for _ in range(50):
        opt.step(x, ROSENBROCK.gradient(x))
    np.testing.assert_array_equal(trace.x[-1], x)


def test_start_stays_and_nothing_is_shared():
    start = np.array([-1.0, -1.0])
    opt = Momentum(0.01)
    trace = minimize(RAVINE, start, opt, 5)
    np.testing.assert_array_equal(start, -1)
    kept = trace.x.copy(), trace.state["v"].copy()
    opt.step(start, start)  # the optimizer lives on
    np.testing.assert_array_equal(trace.x, kept[0])
    np.testing.assert_array_equal(trace.state["v"], kept[1])


def test_a_read_only_start_serves():
    assert not RAVINE.start.flags.writeable
    assert minimize(RAVINE, RAVINE.start, SGD(0.01), 3).steps == 3


def test_the_optimizer_starts_afresh_and_keeps_its_last_state():
    opt = Momentum(0.01)
    first = minimize(RAVINE, RAVINE.start, opt, 10)
    np.testing.assert_array_equal(opt.state["v"], first.state["v"][-1])
    second = minimize(RAVINE, RAVINE.start, opt, 10)
    np.testing.assert_array_equal(first.x, second.x)
    other = minimize(quadratic(10.0, n=5), np.ones(5), opt, 10)
    assert other.x.shape == (11, 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_of_the_start(dtype):
    trace = minimize(RAVINE, np.array([1, 1], dtype), Momentum(0.01), 5)
    assert trace.x.dtype == trace.g.dtype == trace.state["v"].dtype == dtype


@pytest.mark.parametrize("rule", [SGD, Momentum, Nesterov])
def test_divergence_truncates_at_the_last_finite_point(rule):
    opt = rule(lr=1.0)
    trace = minimize(RAVINE, RAVINE.start, opt, 10_000)
    assert trace.diverged
    k = trace.steps
    assert 10 < k < 10_000
    assert trace.x.shape == (k + 1, 2)
    assert trace.loss.shape == (k + 1,)
    assert trace.g.shape == (k, 2)
    assert trace.lr.shape == (k,)
    assert all(value.shape == (k + 1, 2) for value in trace.state.values())
    for values in (trace.x, trace.loss, trace.g, trace.lr, *trace.state.values()):
        assert np.isfinite(values).all()
    assert trace.loss[-1] > 1e250
    # one step further and it would not have been finite
    with np.errstate(over="ignore", invalid="ignore"):
        twin, x = rule(lr=1.0), np.array(RAVINE.start)
        for _ in range(k + 1):
            twin.step(x, RAVINE.gradient(x))
        assert not np.isfinite(RAVINE(x))


def test_divergence_in_the_very_last_step():
    # x goes 1, 1e200, and x² is finite only at first
    trace = minimize(lambda x: float(x[0] ** 2), [1.0], SGD(1.0), 1, gradient=lambda x: np.array([-1e200]))
    assert trace.diverged
    assert trace.x.tolist() == [[1.0]]
    assert trace.steps == 0
    assert trace.g.shape == (0, 1)


def test_a_nan_gradient_at_a_finite_loss_counts_as_divergence():
    trace = minimize(lambda x: 0.0, [0.0], SGD(1.0), 5,
                     gradient=lambda x: np.array([1.0 if x[0] > -2 else np.nan]))
    assert trace.diverged
    assert trace.x.ravel().tolist() == [0, -1]


def test_a_noisy_gradient():
    rng = np.random.default_rng(0)
    calls = []

    def noisy(x):
        calls.append(x.copy())
        return RAVINE.gradient(x) + rng.normal(size=2)

    trace = minimize(RAVINE, RAVINE.start, SGD(0.01), 200, gradient=noisy)
    np.testing.assert_array_equal(trace.loss, RAVINE(trace.x))  # the loss is the true one
    difference = trace.g - RAVINE.gradient(trace.x[:-1])
    assert 0.8 < difference.std() < 1.2
    # each gradient that was drawn was used: one call per step
    assert len(calls) in (200, 201)
    np.testing.assert_allclose(np.diff(trace.x, axis=0), -0.01 * trace.g, rtol=1e-9, atol=1e-14)


def test_any_callable_with_a_gradient():
    trace = minimize(lambda x: np.sum(x**4), [1.0, -2.0, 0.5], SGD(0.02), 500, gradient=lambda x: 4 * x**3)
    assert trace.loss[-1] < 1e-2
    trace = minimize(lambda x: np.sum(x**2), [1.0], SGD(0.25), 1, gradient=lambda x: [2 * x[0]])
    assert trace.x[-1] == 0.5  # a list will do


def test_transforms_are_part_of_the_step_not_of_the_recorded_gradient():
    trace = minimize(RAVINE, RAVINE.start, SGD(0.1, transforms=[lambda x, g: 0 * g]), 3)
    np.testing.assert_array_equal(trace.x, np.tile(RAVINE.start, (4, 1)))
    np.testing.assert_array_equal(trace.g[0], RAVINE.gradient(RAVINE.start))


def test_a_start_where_f_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="f and its gradient must be finite at x0, got "):
        minimize(lambda x: np.inf, [1.0], SGD(0.1), 3, gradient=lambda x: x)


def test_a_gradient_function_may_hand_out_its_own_array_or_the_point():
    trace = minimize(lambda x: x @ x / 2, [1.0, 2.0], Momentum(0.1), 5, gradient=lambda x: x)
    np.testing.assert_array_equal(trace.g, trace.x[:-1])
    buffer = np.empty(2)
    trace = minimize(lambda x: x @ x / 2, [1.0, 2.0], SGD(0.1), 5,
                     gradient=lambda x: np.copyto(buffer, x) or buffer)
    np.testing.assert_array_equal(trace.g, trace.x[:-1])
