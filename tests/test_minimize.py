"""minimize(): the trace belongs together, and divergence truncates it."""

import numpy as np
import pytest

from course_lib.functions import BEALE, RAVINE, ROSENBROCK, quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import OPTIMIZERS, SGD, Momentum, Nesterov
from course_lib.penalties import L1, L2, MaxNorm
from course_lib.transforms import clip_norm, l1, l2


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


# --- many runs at once -------------------------------------------------------------------------------------

STARTS = np.random.default_rng(0).uniform(-2, 2, (6, 2))
RATES = np.array([[1e-3], [1e-2], [0.1], [0.5], [1.0], [3.0]])  # some of them diverge with some rules


@pytest.mark.parametrize("f", [ROSENBROCK, BEALE, quadratic(30.0, rotation=0.3)], ids=lambda f: f.name)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_runs_give_the_numbers_of_each_alone(name, f):
    trace = minimize(f, STARTS, OPTIMIZERS[name](lr=RATES), 60)
    assert trace.x.shape[1:] == (6, 2)
    for i in range(6):
        alone, among = minimize(f, STARTS[i], OPTIMIZERS[name](lr=RATES[i, 0]), 60), trace.run(i)
        assert (alone.steps, alone.diverged) == (among.steps, among.diverged)
        for array in ("x", "loss", "g", "lr"):
            np.testing.assert_array_equal(getattr(alone, array), getattr(among, array))
        for slot in alone.state:
            np.testing.assert_array_equal(alone.state[slot], among.state[slot])


@pytest.mark.parametrize("more", [
    {"transforms": [clip_norm(0.5)]}, {"transforms": [l2(0.1), clip_norm(0.5), l1(0.01)]},
    {"proximal": [L1(0.1)]}, {"proximal": [L2(0.3), MaxNorm(0.7)]}, {"weight_decay": 0.1}],
    ids=["clip", "three transforms", "L1", "L2 and max-norm", "decay"])
@pytest.mark.parametrize("lr", [0.003, RATES, lambda step: 0.003 / (1 + step)],
                         ids=["one", "each", "falling"])
def test_no_run_feels_another_in_transforms_and_proximal_steps(more, lr):
    opt = Momentum(lr=lr, **more)
    trace = minimize(BEALE, STARTS, opt, 40)
    for i in range(6):
        alone = minimize(BEALE, STARTS[i], Momentum(lr=lr[i, 0] if lr is RATES else lr, **more), 40)
        np.testing.assert_array_equal(alone.x, trace.run(i).x)
        np.testing.assert_array_equal(alone.state["v"], trace.run(i).state["v"])
    assert opt.transforms == tuple(more.get("transforms", ()))
    assert opt.proximal == tuple(more.get("proximal", ()))


def test_the_optimizer_keeps_its_transforms_if_a_run_fails():
    opt = SGD(0.1, transforms=[lambda x, g: g[:1]])
    with pytest.raises(ValueError, match="the transformed gradient must have one shape"):
        minimize(BEALE, STARTS, opt, 3)
    assert opt.transforms[0](None, [1, 2]) == [1]


def test_rows_after_a_divergence_are_nan():
    trace = minimize(RAVINE, np.tile(RAVINE.start, (2, 1)), SGD(lr=np.array([[0.03], [0.1]])), 1000)
    assert trace.diverged.tolist() == [False, True]
    assert trace.x.shape == (1001, 2, 2)
    assert np.isfinite(trace.x[:, 0]).all()
    alone = minimize(RAVINE, RAVINE.start, SGD(lr=0.1), 1000)
    assert np.isnan(trace.x[alone.steps + 1:, 1]).all()
    assert np.isnan(trace.g[alone.steps:, 1]).all()
    assert np.isnan(trace.lr[alone.steps:, 1]).all()
    assert not trace.run(0).diverged


def test_when_all_runs_have_diverged_the_trace_ends():
    trace = minimize(RAVINE, np.tile(RAVINE.start, (2, 1)), SGD(lr=np.array([[0.1], [0.2]])), 10_000)
    assert trace.steps == minimize(RAVINE, RAVINE.start, SGD(lr=0.1), 10_000).steps < 10_000


def test_one_rate_serves_all_runs_and_a_schedule_too():
    for lr in (0.01, lambda step: 0.01 / (1 + step)):
        trace = minimize(RAVINE, STARTS, Momentum(lr), 5)
        alone = minimize(RAVINE, STARTS[0], Momentum(lr), 5)
        np.testing.assert_array_equal(trace.lr, np.tile(alone.lr[:, None], 6))


def test_run_of_one_run_and_of_none():
    with pytest.raises(ValueError, match="for a trace of many runs"):
        minimize(RAVINE, RAVINE.start, SGD(0.01), 2).run(0)
    with pytest.raises(ValueError, match="i must be a whole number from 0 to 5, got 6"):
        minimize(RAVINE, STARTS, SGD(0.01), 2).run(6)


def test_rates_that_do_not_fit_the_runs():
    for shape in ((3, 1), (6,), (6, 2), (1, 1)):
        with pytest.raises(ValueError, match=r"lr must be one rate per run, an array of shape \(6, 1\)"):
            minimize(RAVINE, STARTS, SGD(lr=np.ones(shape)), 2)
    with pytest.raises(ValueError, match=r"lr must broadcast against x of shape \(2,\), got shape \(3,\)"):
        SGD(lr=np.ones(3)).step(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match=r"lr must hold numbers in .*, got -1 among them"):
        SGD(lr=np.array([1.0, -1.0]))
    with pytest.raises(TypeError, match=r"f must return an array of shape \(6,\)"):
        minimize(lambda x: 0.0, STARTS, SGD(0.1), 2, gradient=lambda x: x)
