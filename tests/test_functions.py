"""Toy objectives against finite differences, SciPy, NumPy and known constants."""

import copy
import pickle
import warnings

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib import functions
from course_lib.functions import (
    BEALE,
    CUBIC_SADDLE,
    HIMMELBLAU,
    RAVINE,
    ROSENBROCK,
    SADDLE,
    quadratic,
    valley,
)

NAMED = [BEALE, ROSENBROCK, HIMMELBLAU, SADDLE, CUBIC_SADDLE, RAVINE]
ALL = [*NAMED, valley(7.0), quadratic(50.0), quadratic(50.0, rotation=0.4),
       quadratic(30.0, n=4, rotation=np.random.default_rng(0)), quadratic(1.0, n=1)]
IDS = [f"{f.name} {f.n}" for f in ALL]
POINTS = arrays(np.float64, 4, elements=st.floats(-3, 3, width=64))


def differences(f, x, step):
    """Central differences of f, an extra last axis running over the coordinates of x."""
    columns = [(f(x + e) - f(x - e)) / (2 * step) for e in step * np.eye(len(x))]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("f", ALL, ids=IDS)
@given(point=POINTS)
def test_gradient_and_hessian_against_central_differences(f, point):
    x = point[:f.n]
    # truncation of order step², rounding of order eps·|f|/step: both far below a wrong term
    np.testing.assert_allclose(f.gradient(x), differences(f, x, 1e-5), rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(f.hessian(x), differences(f.gradient, x, 1e-5), rtol=1e-6, atol=1e-4)
    np.testing.assert_array_equal(f.hessian(x), f.hessian(x).T)


@given(point=POINTS)
def test_rosenbrock_against_scipy(point):
    x = point[:2]
    np.testing.assert_allclose(ROSENBROCK(x), scipy.optimize.rosen(x), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ROSENBROCK.gradient(x), scipy.optimize.rosen_der(x), rtol=1e-12, atol=1e-11)
    np.testing.assert_allclose(ROSENBROCK.hessian(x), scipy.optimize.rosen_hess(x), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("f", ALL, ids=IDS)
def test_minima_are_minima(f):
    for point in f.minima:
        assert f(point) == pytest.approx(0, abs=1e-24)
        np.testing.assert_allclose(f.gradient(point), 0, atol=1e-12)
        assert np.linalg.eigvalsh(f.hessian(point)).min() > 0


@pytest.mark.parametrize("f", [f for f in ALL if f.minima], ids=lambda f: f"{f.name} {f.n}")
def test_scipy_finds_a_minimum_from_the_start(f):
    found = scipy.optimize.minimize(f, f.start, jac=f.gradient, options={"gtol": 1e-9}).x
    assert min(np.linalg.norm(found - point) for point in f.minima) < 1e-6


def test_known_constants():
    np.testing.assert_array_equal(BEALE.minimum, [3, 0.5])
    np.testing.assert_array_equal(ROSENBROCK.minimum, [1, 1])
    assert len(HIMMELBLAU.minima) == 4
    assert len({tuple(point.round(3)) for point in HIMMELBLAU.minima}) == 4
    # worked out by hand
    assert BEALE([0, 0]) == 1.5**2 + 2.25**2 + 2.625**2
    assert HIMMELBLAU([0, 0]) == 11**2 + 7**2
    assert RAVINE([2.0, 1.0]) == 29
    assert SADDLE([2.0, 3.0]) == -5
    assert CUBIC_SADDLE([2.0, 3.0]) == 17
    assert valley(9.0)([2.0, 1.0]) == 13
    starts = {BEALE: (1, 1.5), CUBIC_SADDLE: (-0.01, -1), RAVINE: (-1, -1), ROSENBROCK: (-1.2, 1)}
    for f, start in starts.items():
        np.testing.assert_array_equal(f.start, start)


@pytest.mark.parametrize("f", [SADDLE, CUBIC_SADDLE], ids=lambda f: f.name)
def test_saddles_have_no_minimum_and_a_stationary_origin(f):
    assert f.minimum is None
    assert f.minima == ()
    np.testing.assert_array_equal(f.gradient([0.0, 0.0]), 0)
    assert np.linalg.eigvalsh(f.hessian([0.0, 0.0])).min() <= 0
    values = f(np.random.default_rng(0).uniform(-0.1, 0.1, (1000, 2)))
    assert values.min() < 0 < values.max()


@pytest.mark.parametrize("kappa", [1.0, 3.0, 100.0, 1e4])
@pytest.mark.parametrize(("n", "rotation"), [(2, 0.0), (2, 0.7), (2, "rng"), (5, 0.0), (8, "rng")])
def test_quadratic_has_the_chosen_spectrum(kappa, n, rotation):
    f = quadratic(kappa, n, np.random.default_rng(1) if rotation == "rng" else rotation)
    assert f.eigenvalues[0] == 1
    assert f.eigenvalues[-1] == kappa
    np.testing.assert_allclose(np.diff(np.log(f.eigenvalues)), np.log(kappa) / (n - 1), atol=1e-12)
    np.testing.assert_allclose(np.linalg.eigvalsh(f.matrix), f.eigenvalues, atol=1e-12 * kappa)
    np.testing.assert_allclose(f.matrix @ f.eigenvectors, f.eigenvectors * f.eigenvalues, atol=1e-12 * kappa)
    np.testing.assert_allclose(f.eigenvectors.T @ f.eigenvectors, np.eye(n), atol=1e-14 * n)
    x = np.random.default_rng(2).standard_normal(n)
    assert f(x) == pytest.approx(0.5 * x @ f.matrix @ x)


def test_quadratic_rotation():
    np.testing.assert_array_equal(quadratic(9.0).matrix, np.diag([1.0, 9.0]))  # exactly diagonal
    turned = quadratic(9.0, rotation=np.pi / 6)
    np.testing.assert_allclose(turned.eigenvectors[:, 0], [np.sqrt(3) / 2, 0.5])
    one, again, other = (quadratic(9.0, 4, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.matrix, again.matrix)
    assert not np.allclose(one.matrix, other.matrix)


@given(kappa=st.floats(1, 1e6), energy=st.floats(1e-3, 1e3), n=st.integers(2, 6), seed=st.integers(0, 99))
def test_equal_energy(kappa, energy, n, seed):
    f = quadratic(kappa, n, np.random.default_rng(seed))
    coordinates = f.eigenvectors.T @ f.equal_energy_start(energy)
    np.testing.assert_allclose(0.5 * f.eigenvalues * coordinates**2, energy, rtol=1e-8)
    np.testing.assert_array_equal(f.start, f.equal_energy_start())


def test_valley_condition_number():
    for kappa in (1, 10, 1e4):
        f = valley(kappa)
        assert np.linalg.cond(f.hessian(f.start)) == kappa


@pytest.mark.parametrize("f", ALL, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_many_points_at_once_and_dtype_kept(f, dtype):
    points = np.random.default_rng(5).uniform(-2, 2, (3, 4, f.n)).astype(dtype)
    value, gradient, hessian = f(points), f.gradient(points), f.hessian(points)
    assert (value.shape, gradient.shape, hessian.shape) == ((3, 4), (3, 4, f.n), (3, 4, f.n, f.n))
    assert value.dtype == gradient.dtype == hessian.dtype == dtype
    one_by_one = {"rtol": 1e-5, "atol": 1e-3} if dtype == np.float32 else {"rtol": 1e-13, "atol": 1e-11}
    for i in np.ndindex(3, 4):
        assert f(points[i]).dtype == dtype
        np.testing.assert_allclose(value[i], f(points[i]), **one_by_one)
        np.testing.assert_allclose(gradient[i], f.gradient(points[i]), **one_by_one)
        np.testing.assert_allclose(hessian[i], f.hessian(points[i]), **one_by_one)
    assert f(points[:0]).shape == (0, 4)


@pytest.mark.parametrize("f", ALL, ids=IDS)
def test_arrays_are_read_only_and_results_are_not(f):
    fixed = [f.start, *f.minima, *(getattr(f, name) for name in
             ("levels", "matrix", "eigenvalues", "eigenvectors") if getattr(f, name, None) is not None)]
    for array in fixed:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    with pytest.raises(AttributeError):
        f.start = np.zeros(f.n)
    x = f.start.copy()
    f.gradient(x)[0] = 99.0
    f.hessian(x)[0] = 99.0
    np.testing.assert_array_equal(x, f.start)
    np.testing.assert_array_equal(f.hessian(x), f.hessian(f.start))  # results share no memory with f


@pytest.mark.parametrize("f", ALL, ids=IDS)
def test_overflow_is_silent_and_not_finite(f):
    huge = np.finfo(np.float64).max
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for bad in (np.full(f.n, huge), np.full(f.n, np.inf), np.full(f.n, np.nan)):
            f.gradient(bad), f.hessian(bad)
            assert not np.isfinite(f(bad))
        assert np.isfinite(f(np.stack([f.start, np.full(f.n, np.nan)]))).tolist() == [True, False]


@pytest.mark.parametrize("f", ALL, ids=IDS)
def test_plotting_fields(f):
    if f.n != 2:
        assert f.window is None
        assert f.levels is None
        return
    (left, right), (bottom, top) = f.window
    for x, y in (f.start, *f.minima):
        assert left <= x <= right
        assert bottom <= y <= top
    assert (np.diff(f.levels) > 0).all()
    grid = np.stack(np.meshgrid(np.linspace(left, right, 80), np.linspace(bottom, top, 80)), axis=-1)
    inside = (f.levels > f(grid).min()) & (f.levels < f(grid).max())
    assert inside.mean() > 0.7, "most contour levels must be seen in the window"
    assert "$" not in f.formula


def test_copies_and_pickles():
    f = quadratic(9.0, rotation=0.3)
    for other in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
        assert other(f.start) == f(f.start)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: BEALE(1.0), ValueError, r"x must have shape \(\.\.\., 2\) for Beale, got \(\)"),
    (lambda: BEALE.gradient(np.zeros((2, 3))), ValueError, r"x must have shape .* got \(2, 3\)"),
    (lambda: BEALE.hessian(np.zeros(2, complex)), TypeError, "x must hold float32 or float64.*complex128"),
    (lambda: BEALE(np.zeros(2, np.float16)), TypeError, "float16"),
    (lambda: BEALE([True, False]), TypeError, "bool"),
    (lambda: BEALE([[1.0], [1.0, 2.0]]), ValueError, "x must be an array of numbers"),
    (lambda: quadratic(4.0, n=3)(np.zeros(2)), ValueError, r"shape \(\.\.\., 3\)"),
    (lambda: valley(0.5), ValueError, "kappa must be a number in .*got 0.5"),
    (lambda: valley("2"), TypeError, "kappa"),
    (lambda: quadratic(np.inf), ValueError, "kappa"),
    (lambda: quadratic(2.0, n=0), ValueError, "n must be a whole number of at least 1, got 0"),
    (lambda: quadratic(2.0, n=2.0), TypeError, "n must be a whole number"),
    (lambda: quadratic(2.0, n=1), ValueError, "kappa must be 1 for n = 1"),
    (lambda: quadratic(2.0, n=3, rotation=0.1), ValueError, "rotation must be 0 or a numpy Generator"),
    (lambda: quadratic(2.0, rotation="left"), TypeError, "rotation"),
    (lambda: quadratic(2.0).equal_energy_start(0), ValueError, "energy"),
])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_every_public_name_is_documented():
    for name in ("Function", "Quadratic", "valley", "quadratic"):
        assert getattr(functions, name).__doc__
