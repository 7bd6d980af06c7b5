"""Update rules: identities, shapes, state, checks, and the rates that theory gives."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import optimizers
from course_lib.optimizers import (
    OPTIMIZERS,
    SGD,
    AdaGrad,
    Adam,
    Adamax,
    Momentum,
    Nesterov,
    NonFiniteGradientError,
    Optimizer,
    RAdam,
    RMSProp,
)

VARIANTS = {
    "sgd": lambda lr: SGD(lr),
    "momentum": lambda lr: Momentum(lr, 0.8),
    "momentum dampened": lambda lr: Momentum(lr, 0.8, dampening=0.8, dampen_first_step=False),
    "momentum lr inside": lambda lr: Momentum(lr, 0.8, lr_in_velocity=True),
    "nesterov": lambda lr: Nesterov(lr, 0.8),
    "nesterov lr inside": lambda lr: Nesterov(lr, 0.8, lr_in_velocity=True),
    "adam": lambda lr: Adam(lr),
    "adam eps_hat": lambda lr: Adam(lr, eps_hat=True),
    "adam uncorrected": lambda lr: Adam(lr, bias_correction=False),
    "adagrad keras": lambda lr: AdaGrad(lr, 1e-7, eps_inside_sqrt=True, initial_accumulator=0.1),
    "adagrad lr_decay": lambda lr: AdaGrad(lr, lr_decay=0.1),
    "rmsprop centered": lambda lr: RMSProp(lr, centered=True, momentum=0.5),
    "rmsprop keras": lambda lr: RMSProp(lr, momentum=0.5, eps_inside_sqrt=True, lr_in_velocity=True),
    "adamax pytorch": lambda lr: Adamax(lr, eps_in_norm=True),
    "radam pytorch": lambda lr: RAdam(lr, threshold=5.0),
    "sgd decayed": lambda lr: SGD(lr, weight_decay=0.1),
    **{name: cls for name, cls in OPTIMIZERS.items() if name not in ("sgd", "momentum", "nesterov", "adam")},
}
ALL = pytest.mark.parametrize("make", VARIANTS.values(), ids=VARIANTS)


def stream(shape=(7,), steps=25, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal((steps, *shape)).astype(dtype)


def run(opt, gradients, x=None):
    """All points that `opt` visits when it is fed these gradients."""
    x = np.ones(gradients.shape[1:], gradients.dtype) if x is None else x
    points = []
    for g in gradients:
        opt.step(x, g)
        points.append(x.copy())
    return np.array(points)


# --- identities -------------------------------------------------------------------------------------------

def test_no_momentum_is_sgd_bit_for_bit():
    gradients = stream()
    expected = run(SGD(0.1), gradients)
    for opt in (Momentum(0.1, 0.0), Nesterov(0.1, 0.0), Momentum(0.1, 0.0, lr_in_velocity=True)):
        np.testing.assert_array_equal(run(opt, gradients), expected)


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 0.99), st.floats(1e-4, 1))
def test_averaged_form_is_the_classical_one_with_a_larger_rate(momentum, lr):
    gradients = stream()
    classical = run(Momentum(lr, momentum), gradients)
    averaged = run(Momentum(lr / (1 - momentum), momentum, dampening=momentum), gradients)
    np.testing.assert_allclose(averaged, classical, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("rule", [Momentum, Nesterov])
def test_lr_in_velocity_differs_only_when_the_rate_changes(rule):
    gradients = stream()
    constant = [run(rule(0.1, 0.9, lr_in_velocity=inside), gradients) for inside in (False, True)]
    np.testing.assert_allclose(*constant, rtol=1e-12)
    changing = [run(rule(lambda t: 0.1 / (1 + t), 0.9, lr_in_velocity=inside), gradients)
                for inside in (False, True)]
    np.testing.assert_array_equal(changing[0][0], changing[1][0])
    assert np.abs(changing[0][1:] - changing[1][1:]).min(axis=0).max() > 1e-3


def test_dampen_first_step_counts_once():
    gradients = stream(steps=2)
    late, early = Momentum(0.1, 0.5, 0.25, dampen_first_step=False), Momentum(0.1, 0.5, 0.25)
    for opt, first in ((late, 1.0), (early, 0.75)):
        run(opt, gradients)
        expected = 0.5 * first * gradients[0] + 0.75 * gradients[1]
        np.testing.assert_allclose(opt.state["v"], expected, rtol=1e-14)


def test_nesterov_is_the_look_ahead_form_moved():
    # Sutskever's form: gradient at θ + μv; in the re-arranged form x is that look-ahead point.
    curvature, lr, mu = np.array([1.0, 10.0]), 0.05, 0.9
    theta, v = np.array([1.0, -1.0]), np.zeros(2)
    x, opt = theta.copy(), Nesterov(lr, mu)
    for _ in range(30):
        v = mu * v - lr * curvature * (theta + mu * v)
        theta = theta + v
        opt.step(x, curvature * x)
        np.testing.assert_allclose(x, theta + mu * v, rtol=1e-11, atol=1e-14)


def test_adam_is_algorithm_1_of_the_paper():
    lr, beta1, beta2, eps = 0.01, 0.8, 0.95, 1e-3
    gradients, x, m, v = stream(), np.ones(7), 0, 0
    points = run(Adam(lr, beta1, beta2, eps), gradients)
    for t, (g, point) in enumerate(zip(gradients, points, strict=True), start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        x = x - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        np.testing.assert_allclose(point, x, rtol=1e-13)


def test_adam_eps_hat_enters_before_the_correction():
    # After the first step m = (1-β1) g and √v = √(1-β2) |g|.
    g, b1, b2, eps = np.array([2.0]), 0.9, 0.999, 0.1
    x = np.zeros(1)
    Adam(1.0, b1, b2, eps, eps_hat=True).step(x, g)
    np.testing.assert_allclose(-x, np.sqrt(1 - b2) * g / (np.sqrt((1 - b2) * g**2) + eps), rtol=1e-14)


LINEAR = ["sgd", "momentum", "momentum dampened", "momentum lr inside", "nesterov", "nesterov lr inside"]
# These start from an accumulator or a step in the units of g, or shrink x as well.
UNITS = ["adagrad keras", "adadelta", "radam", "radam pytorch", "sgd decayed", "adamw"]


@pytest.mark.parametrize("name", [name for name in VARIANTS if name not in UNITS])
def test_a_larger_loss_scale(name):
    # Linear rules scale with g; all others do not notice, but for eps.
    gradients, make = stream(), VARIANTS[name]
    a, b = run(make(0.1), gradients), run(make(0.1), 1024 * gradients)
    factor, close = (1024, 1e-9) if name in LINEAR else (1, 1e-3)
    np.testing.assert_allclose(b - 1, factor * (a - 1), rtol=close, atol=close)


# --- one rule, any shape ----------------------------------------------------------------------------------

@ALL
def test_flat_vector_is_separate_tensors(make):
    gradients = stream((10,))
    whole = run(make(0.1), gradients)
    np.testing.assert_array_equal(whole[:, :4], run(make(0.1), gradients[:, :4]))
    matrices = run(make(0.1), gradients[:, 4:].reshape(-1, 2, 3))
    np.testing.assert_array_equal(whole[:, 4:].reshape(-1, 2, 3), matrices)


@ALL
@pytest.mark.parametrize("block", [1, 3, 7, 8])
def test_blocks_are_the_whole_array(make, block, monkeypatch):
    gradients = stream()
    expected = run(make(0.1), gradients)
    monkeypatch.setattr(optimizers.base, "BLOCK", block)
    points = run(make(0.1), gradients)  # axpy rounds once where the formula rounds twice
    np.testing.assert_allclose(points, expected, rtol=4e-15, atol=1e-15)


@ALL
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3), (2, 0, 3), (2, 1, 3)])
def test_any_shape(make, shape):
    opt = make(0.1)
    points = run(opt, stream(shape))
    expected = run(make(0.1), stream(shape).reshape(25, -1)).reshape(points.shape)
    np.testing.assert_array_equal(points, expected)
    assert all(value.shape == shape for value in opt.state.values())


@ALL
def test_strided_arrays_are_updated_in_place(make):
    gradients = stream((3, 4))
    expected = run(make(0.1), gradients)
    base = np.ones((6, 8))
    reverse = np.ones((3, 4))[::-1, ::-1]
    for x in (base[::2, ::2], np.ones((4, 3)).T, reverse, np.ones((3, 4), order="F")):
        np.testing.assert_array_equal(run(make(0.1), gradients, x), expected)
    assert (base[1::2] == 1).all()
    np.testing.assert_array_equal(base[::2, ::2], expected[-1])
    strided_g = np.repeat(gradients, 2, axis=2)[:, :, ::2]
    assert not strided_g[0].flags.c_contiguous
    np.testing.assert_array_equal(run(make(0.1), strided_g), expected)


@ALL
def test_float32_stays_float32(make):
    opt = make(np.float64(0.1))
    points = run(opt, stream(dtype=np.float32))
    assert points.dtype == np.float32
    ones = np.ones(3, np.float32)
    step, *state = opt.rule(ones, opt.next_lr, 3, *[ones for _ in opt.slots])
    assert all(a.dtype == np.float32 for a in (step, *state, *opt.state.values()))
    np.testing.assert_allclose(points, run(make(0.1), stream(dtype=np.float32).astype(np.float64)), rtol=1e-4,
                               atol=1e-5)


@pytest.mark.parametrize("opt", [
    Momentum(0.1, np.float64(0.9), np.float64(0.1)), Nesterov(np.float64(0.1), np.float64(0.9)),
    Adam(np.float64(0.1), np.float64(0.9), np.float64(0.99), np.float64(1e-8)),
    SGD(lambda t: np.float64(0.1))], ids=lambda opt: type(opt).__name__)
def test_numpy_hyper_parameters_become_python_floats(opt):
    ones = np.ones(3, np.float32)
    out = opt.rule(ones, opt.next_lr, 1, *[ones for _ in opt.slots])
    assert all(a.dtype == np.float32 for a in out)
    assert not any(isinstance(value, np.generic) for value in vars(opt).values())


@ALL
def test_the_rule_is_pure(make):
    opt, rng = make(0.1), np.random.default_rng(0)
    g, *state = rng.uniform(0.1, 1, (1 + len(opt.slots), 5))
    kept, before = copy.deepcopy((g, state)), copy.deepcopy(vars(opt))
    first, second = opt.rule(g, 0.1, 3, *state), opt.rule(g, 0.1, 3, *state)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
        # A slot that the rule does not touch may come back as it is; no other memory is shared.
        assert not any(np.shares_memory(a, given) for given in (g, *state) if a is not given)
    np.testing.assert_array_equal(g, kept[0])
    np.testing.assert_array_equal(state, kept[1])
    assert vars(opt) == before


def test_arithmetic_on_a_point_of_shape_nothing():
    x, opt = np.array(3.0), SGD(lr=0.25)
    opt.step(x, 2 * x)  # a NumPy scalar, not an array
    assert x == 1.5
    opt.step(x, np.array(2.0))
    assert x == 1


@ALL
def test_step_does_not_change_the_gradient(make):
    g = np.arange(5.0)
    make(0.1).step(np.ones(5), g)
    np.testing.assert_array_equal(g, np.arange(5.0))


# --- state ------------------------------------------------------------------------------------------------

@ALL
def test_reset_makes_the_next_step_the_first(make):
    opt, gradients = make(0.1), stream()
    first = run(opt, gradients)
    assert opt.t == 25
    assert set(opt.state) == set(opt.slots)
    opt.reset()
    assert (opt.t, opt.state) == (0, {})
    np.testing.assert_array_equal(run(opt, gradients), first)


@ALL
def test_deep_copy_and_pickle_carry_the_state_on(make):
    opt, gradients = make(0.1), stream()
    x = run(opt, gradients[:10])[-1]
    twins = [copy.deepcopy(opt), pickle.loads(pickle.dumps(opt))]
    expected = run(opt, gradients[10:], x.copy())
    for twin in twins:
        np.testing.assert_array_equal(run(twin, gradients[10:], x.copy()), expected)


@ALL
def test_state_of_another_shape_or_dtype_is_refused(make):
    opt = make(0.1)
    opt.step(np.ones(3), np.ones(3))
    if not opt.slots:
        opt.step(np.ones(4), np.ones(4))  # nothing to mix up
        return
    for other in (np.ones(4), np.ones((3, 1)), np.ones(3, np.float32)):
        before = copy.deepcopy(opt.state)
        with pytest.raises(ValueError, match=r"call reset\(\) before a new run"):
            opt.step(other, other)
        assert (other == 1).all()
        assert opt.t == 1
        assert all((opt.state[slot] == before[slot]).all() for slot in opt.slots)
    opt.reset()
    opt.step(np.ones(4), np.ones(4))


@ALL
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_bad_gradient_changes_nothing(make, bad, monkeypatch):
    monkeypatch.setattr(optimizers.base, "BLOCK", 2)
    opt, x = make(0.1), np.ones(7)
    opt.step(x, np.ones(7))
    kept_x, kept_state = x.copy(), copy.deepcopy(opt.state)
    g = np.ones(7)
    g[-1] = bad
    with pytest.raises(NonFiniteGradientError, match=r"g must be finite, got 1 NaN or .*of 7 at step 2"):
        opt.step(x, g)
    np.testing.assert_array_equal(x, kept_x)
    assert opt.t == 1
    for slot in opt.slots:
        np.testing.assert_array_equal(opt.state[slot], kept_state[slot])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_finite_gradients_are_not_called_infinite(dtype):
    x, g = np.zeros(3, dtype), np.full(3, np.finfo(dtype).max / 2, dtype)  # the square overflows
    SGD(lr=1.0).step(x, g)
    np.testing.assert_array_equal(x, -g)


def test_the_check_can_be_left_to_the_caller():
    x = np.ones(2)
    SGD(lr=1.0).step(x, np.array([np.nan, 1.0]), check_finite=False)
    np.testing.assert_array_equal(x, [np.nan, 0])


# --- the base class ---------------------------------------------------------------------------------------

def test_the_table_holds_every_rule():
    rules = {cls for cls in vars(optimizers).values()
             if isinstance(cls, type) and issubclass(cls, Optimizer) and cls is not Optimizer}
    assert set(OPTIMIZERS.values()) == rules
    for name, cls in OPTIMIZERS.items():
        assert name == cls.__name__.lower()


def test_a_new_rule_is_one_class():
    class SignDescent(Optimizer):
        def rule(self, g, lr, t):
            return (lr * np.sign(g),)

    x = np.array([3.0, -2.0])
    SignDescent(lr=0.5).step(x, x.copy())
    np.testing.assert_array_equal(x, [2.5, -1.5])
    with pytest.raises(NotImplementedError, match="Optimizer must define rule"):
        Optimizer().step(np.ones(1), np.ones(1))


def test_read_only_arrays():
    x = np.ones(2)
    x.setflags(write=False)
    with pytest.raises(ValueError, match=r"x must be writeable.*x\.copy\(\)"):
        SGD().step(x, np.ones(2))
    g = np.ones(2)
    g.setflags(write=False)
    SGD().step(np.ones(2), g)


# --- theory -----------------------------------------------------------------------------------------------

def measured_rate(opt, curvature, steps):
    """The factor per step by which the distance to the minimum shrinks, late in the run."""
    x = np.ones(len(curvature))
    sizes = []
    for _ in range(steps):
        opt.step(x, curvature * x)
        sizes.append(np.linalg.norm(x))
    half = steps // 2
    return (sizes[-1] / sizes[half]) ** (1 / (steps - 1 - half))


@pytest.mark.parametrize("lr", [0.01, 0.05, 0.15, 0.19, 0.21, 0.3])
def test_gradient_descent_has_the_rate_of_its_worst_mode(lr):
    curvature = np.array([1.0, 4.0, 10.0])
    expected = np.abs(1 - lr * curvature).max()
    assert measured_rate(SGD(lr), curvature, 200) == pytest.approx(expected, rel=1e-3)
    assert (expected > 1) == (lr > 2 / 10)


@pytest.mark.parametrize("curvature", [0.5, 10.0, 1e3])
def test_gradient_descent_converges_below_two_over_l_and_not_above(curvature):
    for factor in (1.99, 2.01):
        x, opt = np.ones(1), SGD(factor / curvature)
        for _ in range(1000):
            opt.step(x, curvature * x)
        assert (abs(x[0]) < 1) == (factor < 2)


@pytest.mark.parametrize("kappa", [4.0, 25.0, 100.0])
def test_heavy_ball_at_its_optimum(kappa):
    # Polyak 1964: lr = 4 / (√L + √l)², momentum = ((√κ - 1) / (√κ + 1))² give the rate √momentum. The roots
    # are double at both ends of the spectrum, hence k·ρ^k: the measured rate approaches from above.
    root = np.sqrt(kappa)
    rho = (root - 1) / (root + 1)
    curvature = np.geomspace(1, kappa, 5)
    rate = measured_rate(Momentum(4 / (root + 1) ** 2, rho**2), curvature, 600 if kappa > 10 else 60)
    best_descent = (kappa - 1) / (kappa + 1)
    assert rho <= rate + 1e-3
    assert rate < rho + 0.25 * (best_descent - rho)
    assert measured_rate(SGD(2 / (1 + kappa)), curvature, 600 if kappa > 10 else 60) == pytest.approx(
        best_descent, rel=1e-3)


def test_heavy_ball_rate_in_one_mode_is_the_larger_root():
    # λ² - (1 + μ - lr·h) λ + μ = 0; both real and both complex roots.
    for h, lr, mu in ((1.0, 0.01, 0.5), (1.0, 0.5, 0.9), (10.0, 0.2, 0.81)):
        expected = np.abs(np.roots([1, -(1 + mu - lr * h), mu])).max()
        x, opt, sizes = np.ones(1), Momentum(lr, mu), []
        for _ in range(400):
            opt.step(x, h * x)
            sizes.append(np.hypot(x[0], opt.state["v"][0]))
        late = np.array(sizes[100:])
        assert np.polyfit(np.arange(300), np.log(late), 1)[0] == pytest.approx(np.log(expected), rel=0.02)


def test_first_steps_from_the_formulas():
    # f = |x|², x = (3, -4), lr 0.5: gradient descent is Newton's method, the others start otherwise.
    g, first = 2 * np.array([3.0, -4.0]), {}
    for name, make in VARIANTS.items():
        x = g / 2
        make(0.5).step(x, g)
        first[name] = x - g / 2
    sign = np.sign(g)
    expected = {
        "sgd": -g / 2, "momentum": -g / 2, "momentum lr inside": -g / 2, "sgd decayed": -0.05 * g / 2 - g / 2,
        "nesterov": -1.8 * g / 2, "nesterov lr inside": -1.8 * g / 2,  # lr·(1 + momentum)·g
        "adam": -0.5 * sign, "adam eps_hat": -0.5 * sign, "adamax": -0.5 * sign,
        "adamax pytorch": -0.5 * sign,
        "amsgrad": -0.5 * sign, "adagrad": -0.5 * sign, "adamw": -0.5 * (0.01 * g / 2 + sign),
        "adam uncorrected": -0.5 * 0.1 / np.sqrt(0.001) * sign, "rmsprop": -0.5 / np.sqrt(0.1) * sign,
        "rmsprop centered": -0.5 / np.sqrt(0.1 - 0.01) * sign,
        "adagrad keras": -0.5 * g / np.sqrt(g**2 + 0.1),
        "radam": -0.5 * g, "radam pytorch": -0.5 * g,
        "adadelta": -0.5 * np.sqrt(1e-6 / (0.05 * g**2 + 1e-6)) * g, "lion": -0.5 * sign,
    }
    for name, step in expected.items():
        np.testing.assert_allclose(first[name], step, rtol=1e-5, err_msg=name)


def test_hyper_parameters_set_later_are_checked_and_kept_as_at_first():
    opt = Momentum(lr=0.1)
    opt.lr, opt.momentum = np.float64(0.2), 0
    assert type(opt.lr) is type(opt.momentum) is float
    rates = np.array([0.1, 0.2])
    opt.lr = rates
    rates[:] = -1
    np.testing.assert_array_equal(opt.lr, [0.1, 0.2])
    opt.lr *= 2
    np.testing.assert_array_equal(opt.next_lr, [0.2, 0.4])
    for name, value in (("lr", np.array([-1.0, np.nan])), ("lr", -0.1), ("momentum", 2.0)):
        before = vars(opt).copy()
        with pytest.raises(ValueError, match=f"{name} must"):
            setattr(opt, name, value)
        assert vars(opt) == before
    opt.lr = lambda step: 0.5
    assert opt.next_lr == 0.5


@pytest.mark.parametrize("make", OPTIMIZERS.values())
def test_copies_take_new_hyper_parameters_and_check_them(make):
    opt = make(lr=0.1, weight_decay=0.2)
    opt.step(np.ones(2), np.ones(2))
    for twin in (copy.copy(opt), copy.deepcopy(opt), pickle.loads(pickle.dumps(opt))):
        assert (twin, twin.t) == (opt, 1)
        with pytest.raises(ValueError, match="weight_decay must"):
            twin.weight_decay = -1
    other = dataclasses.replace(opt, lr=0.3)
    assert (other.lr, other.weight_decay, other.t, opt.lr) == (0.3, 0.2, 0, 0.1)
    with pytest.raises(ValueError, match=r"lr must be a number in \[0, inf\), got -1"):
        dataclasses.replace(opt, lr=-1)
