"""Closed forms, counts and bounds of first-order methods, against runs, recursions and other functions."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize as scipy_minimize
from scipy.special import expit

from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum, Nesterov
from course_lib.studies import convergence as study


def test_exact_loss_is_exact_arithmetic():
    h, x = [Fraction(1), Fraction(3), Fraction(8)], [Fraction(2), Fraction(-1), Fraction(1, 4)]
    lr, at, losses = Fraction(1, 5), list(x), []
    for _ in range(12):
        losses.append(sum(hi * xi * xi for hi, xi in zip(h, at, strict=True)) / 2)
        at = [xi - lr * hi * xi for hi, xi in zip(h, at, strict=True)]
    found = study.exact_loss([float(v) for v in h], [float(v) for v in x], float(lr), np.arange(12))
    np.testing.assert_allclose(found, [float(v) for v in losses], rtol=1e-13)


@pytest.mark.parametrize("lr", [0.01, 0.05, 2 / 31, 0.07])
def test_exact_loss_is_the_optimizer_in_turned_axes(lr):
    f = quadratic(30.0, n=6, rotation=np.random.default_rng(1))
    x = study.starts(f.eigenvalues, "random", 5, np.random.default_rng(2))
    runs = minimize(f, x @ f.eigenvectors.T, SGD(lr=lr), 60).loss.T
    np.testing.assert_allclose(study.exact_loss(f.eigenvalues, x, lr, np.arange(61)), runs, rtol=1e-9)
    assert study.exact_loss(f.eigenvalues, x, lr, 3).shape == (5,)
    assert study.exact_loss(f.eigenvalues, x[0], lr, 3) == pytest.approx(runs[0, 3])


def test_a_rate_that_is_too_large_ends_in_infinity_without_a_warning():
    assert study.exact_loss([1.0], [1.0], 3.0, 10_000) == np.inf


@pytest.mark.parametrize("tolerance", [0.5, 1e-2, 1e-6])
def test_exact_steps_are_counted_steps(tolerance):
    h = np.geomspace(1, 40, 7)
    for x in study.starts(h, "random", 4, np.random.default_rng(5)):
        for lr in (1 / 40, 2 / 41):
            counted = study.steps_to(SGD(lr=lr), h, x[None], tolerance)[0]
            assert study.exact_steps(h, x, lr, tolerance) == counted


def test_flat_directions_do_not_count():
    assert study.exact_steps([0.0, 1.0], [5.0, 1.0], 0.5, 1e-3) == 5


@pytest.mark.parametrize("kappa", [4.0, 90.0])
@pytest.mark.parametrize("method", study.METHODS)
def test_contraction_is_the_rate_of_the_best_values_and_of_the_run(method, kappa):
    opt = study.best(method, kappa, 1.0)
    root = kappa**0.5
    rate = {"gradient descent": (kappa - 1) / (kappa + 1), "momentum": (root - 1) / (root + 1),
            "Nesterov": 1 - 2 / (3 * kappa + 1) ** 0.5}[method]
    # a double root carries the square root of the rounding error
    assert study.contraction(opt, [1.0, kappa]) == pytest.approx(rate, abs=1e-6)
    h = np.geomspace(1, kappa, 5)
    points = study.run_modes(opt, h, study.starts(h, "equal"), 400 if kappa > 10 else 60)
    loss = np.array([0.5 * float(point[0] ** 2 @ h) for point in points])
    # momentum's loss still carries a factor k, hence the wider margin
    assert study.measured_rate(loss) == pytest.approx(rate, abs=0.02)


@pytest.mark.parametrize("opt", [SGD(lr=2.1 / 9), Momentum(lr=2 * 1.9 / 9 * 1.01, momentum=0.9),
                                 Nesterov(lr=2 * 1.5 / (2 * 9) * 1.01, momentum=0.5)])
def test_contraction_above_one_diverges(opt):
    assert study.contraction(opt, [1.0, 9.0]) > 1
    f = quadratic(9.0)
    assert minimize(f, f.start, opt, 5000).loss[-1] > 1e6


def test_contraction_refuses_what_it_does_not_describe():
    for opt in (Momentum(dampening=0.5), SGD(lr=lambda t: 0.1), SGD(weight_decay=0.1),
                SGD(lr=np.array([[0.1]]))):
        with pytest.raises(TypeError, match="opt must be SGD, Momentum or Nesterov with one constant rate"):
            study.contraction(opt, [1.0])


@pytest.mark.parametrize("kappa", [1.0, 3.0, 30.0, 300.0])
def test_no_start_is_above_the_bound_and_the_steepest_is_on_it(kappa):
    h, k = np.geomspace(1, kappa, 9), np.arange(400)
    x = np.vstack([np.eye(9), study.starts(h, "random", 200, np.random.default_rng(0))])
    bound = study.strongly_convex_bound(kappa, 1.0, k)
    ratio = study.exact_loss(h, x, 2 / (1 + kappa), k)[:, bound > 0] / bound[bound > 0]
    assert ratio.max() <= 1 + 1e-12
    np.testing.assert_allclose(ratio[8], 1, rtol=1e-10)  # the steepest direction alone
    np.testing.assert_allclose(ratio[0], 1 / kappa, rtol=1e-10)  # the flattest: μ/2 in place of L/2


@pytest.mark.parametrize("lr", [0.02, 1 / 20, 2 / 21, 0.0995])
def test_bound_for_any_stable_rate(lr):
    h, k = np.geomspace(1, 20, 9), np.arange(200)
    x = study.starts(h, "random", 50, np.random.default_rng(0))
    bound = study.strongly_convex_bound(20, 1.0, k, lr=lr)
    assert (study.exact_loss(h, x, lr, k) <= bound * (1 + 1e-12)).all()
    assert (bound >= study.strongly_convex_bound(20, 1.0, k) * (1 - 1e-12)).all()  # 2/(L+μ) is the best


def logistic():
    """A ridge-penalized logistic regression: not a quadratic, its curvature between 0.02 and L."""
    rng = np.random.default_rng(8)
    a, sign = rng.normal(size=(40, 3)) * [1, 2, 4], rng.choice([-1.0, 1.0], size=40)
    mu = 0.02
    largest = np.linalg.eigvalsh(a.T @ a / 40)[-1] / 4 + mu

    def value(w):
        return np.logaddexp(0, -sign * (a @ w)).mean() + mu / 2 * w @ w

    def gradient(w):
        return -(expit(-sign * (a @ w)) * sign) @ a / 40 + mu * w
    least = scipy_minimize(value, np.zeros(3), jac=gradient, options={"gtol": 1e-12}).x
    return value, gradient, least, largest, mu


def test_both_bounds_hold_off_the_quadratics():
    value, gradient, least, largest, mu = logistic()
    assert np.abs(gradient(least)).max() < 1e-6
    x0, k = np.array([3.0, -2.0, 1.0]), np.arange(501)
    distance = float(np.linalg.norm(x0 - least))
    best = minimize(value, x0, SGD(lr=2 / (largest + mu)), 500, gradient=gradient).loss - value(least)
    assert (best <= study.strongly_convex_bound(largest, mu, k, distance)).all()
    safe = minimize(value, x0, SGD(lr=1 / largest), 500, gradient=gradient).loss - value(least)
    assert (safe <= study.convex_bound(largest, k, distance)).all()


@pytest.mark.parametrize("steps", [1, 5, 40])
def test_the_worst_convex_function_comes_within_half_of_its_bound(steps):
    edge = 1 / (2 * steps + 1)  # Drori & Teboulle (2014), theorem 3.2: L R² / (4k + 2) is attained

    def value(x):
        return float(edge * abs(x[0]) - edge**2 / 2 if abs(x[0]) >= edge else x[0] ** 2 / 2)
    run = minimize(value, [1.0], SGD(lr=1.0), steps, gradient=lambda x: np.clip(x, -edge, edge))
    assert run.loss[-1] == pytest.approx(1 / (4 * steps + 2))
    assert 0.3 < run.loss[-1] / study.convex_bound(1.0, steps) < 0.5


def flat_functions(rng):
    """Convex functions of three kinds, least at `least` with value 0, some with flat directions (μ = 0).

    Yields name, value, gradient, least, and L from the greatest curvature of each term.
    """
    n = int(rng.integers(1, 9))
    a = rng.normal(size=(int(rng.integers(1, 9)), n)) * np.geomspace(1, 10 ** rng.uniform(-3, 0), n)
    least, largest = rng.normal(size=n), np.linalg.norm(a, 2) ** 2
    width = 10 ** rng.uniform(-3, 0)
    # each is a sum of terms φ(aᵢ·(x - least)) with 0 ≤ φ'' ≤ 1, φ(0) = 0
    terms = {"quadratic": (lambda r: r**2 / 2, lambda r: r),
             "log cosh": (lambda r: np.logaddexp(r, -r) - np.log(2), np.tanh),
             "Huber": (lambda r: np.where(abs(r) < width, r**2 / 2, width * abs(r) - width**2 / 2),
                       lambda r: np.clip(r, -width, width))}
    for name, (phi, slope) in terms.items():
        yield (name, lambda x, phi=phi: phi(a @ (x - least)).sum(),
               lambda x, slope=slope: slope(a @ (x - least)) @ a, least, largest)


@pytest.mark.parametrize("seed", range(60))
def test_the_convex_bound_holds_step_by_step_on_random_convex_functions(seed):
    rng = np.random.default_rng([3, seed])
    for name, value, gradient, least, largest in flat_functions(rng):
        start = least + rng.normal(size=len(least)) * 10 ** rng.uniform(-1, 2)
        x, losses = start.copy(), []
        for _ in range(300):  # the rule in plain NumPy: neither the optimizer nor a closed form
            losses.append(value(x))
            x = x - gradient(x) / largest
        square = (start - least) @ (start - least)
        k = np.arange(1, 300)
        bound = study.convex_bound(largest, np.arange(300), np.sqrt(square))
        np.testing.assert_allclose(bound[1:], largest * square / (2 * k), rtol=1e-12)
        assert (losses <= bound * (1 + 1e-9)).all(), name


def test_no_constant_below_half_of_the_convex_bound_would_hold():
    # Huber's loss of width 1/(2k + 1) from distance 1 keeps its slope for k steps: Drori & Teboulle (2014)
    ratios = []
    for k in (1, 3, 10, 30, 100, 300):
        width, x = 1 / (2 * k + 1), 1.0
        for _ in range(k):
            x -= np.clip(x, -width, width)
        assert x > width  # still on the straight part
        ratios.append((width * x - width**2 / 2) / study.convex_bound(1.0, k))
        assert ratios[-1] == pytest.approx(k / (2 * k + 1))
    assert max(ratios) < 0.5
    assert ratios[-1] > 0.499  # a bound of half the size is nearly attained, so no smaller one is true


def test_nesterov_stays_below_his_bound():
    h = np.geomspace(1, 80, 9)
    x = study.starts(h, "random", 30, np.random.default_rng(4))
    bound = study.nesterov_bound(80.0, 1.0, np.arange(201))
    momentum, at, ahead = study.proven(80.0, 1.0).momentum, x, x
    for k in range(201):  # Nesterov (2004), eq. 2.2.11, at the points before the look-ahead
        assert (0.5 * at**2 @ h <= bound[k]).all()
        new = ahead - h * ahead / 80
        at, ahead = new, new + momentum * (new - at)


def test_promised_steps_is_the_first_step_below():
    for goal in (1e-1, 1e-5):
        k = study.promised_steps(lambda k: study.strongly_convex_bound(50, 1.0, k, 2.0), goal)
        before, at = study.strongly_convex_bound(50, 1.0, [k - 1, k], 2.0)
        assert at <= goal < before
    assert study.promised_steps(lambda k: 1.0, 2.0) == 0
    with pytest.raises(ValueError, match="limit must be larger: after 100 steps"):
        study.promised_steps(lambda k: 1.0, 0.5, limit=100)


def test_measured_rate_of_a_mixture_is_its_slowest():
    k = np.arange(401)
    assert study.measured_rate(0.9 ** (2 * k) + 0.5 ** (2 * k)) == pytest.approx(0.9)


def test_steps_grow_like_kappa_from_any_kind_of_start():
    kappas = np.array([30.0, 300.0, 3000.0])
    for energy in ("equal", "random"):
        steps = []
        for k in kappas:
            h = np.geomspace(1, k, 20)
            starts = study.starts(h, energy, 15, np.random.default_rng(0))
            steps.append(np.median([study.exact_steps(h, x, 2 / (k + 1)) for x in starts]))
        assert study.slope(kappas, np.array(steps)) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("method", [SGD, Momentum, Nesterov])
def test_contraction_refuses_a_proximal_step(method):
    from course_lib.penalties import L2

    with pytest.raises(TypeError, match=r"and no .* or proximal step, got .*L2\(alpha=5"):
        study.contraction(method(lr=0.1, proximal=[L2(5.0)]), [1.0, 2.0])


@pytest.mark.parametrize("limit", [1, 64, 99, 100, 101, 10**12])
def test_promised_steps_does_not_look_beyond_its_limit(limit):
    asked = []

    def bound(k):
        asked.append(k)
        return float(k < 100)
    if limit < 100:
        with pytest.raises(ValueError, match=f"limit must be larger: after {limit} steps"):
            study.promised_steps(bound, 0.5, limit)
    else:
        assert study.promised_steps(bound, 0.5, limit) == 100
    assert max(asked) <= limit


@pytest.mark.parametrize("value", ["a", None, [0.1, 0.2]])
def test_promised_steps_names_a_bound_that_is_none(value):
    with pytest.raises(TypeError, match="bound must return a number, got "):
        study.promised_steps(lambda k: value, 0.5)
    with pytest.raises(TypeError, match="bound must be a function of the number of steps, got <function"):
        study.promised_steps(lambda: value, 0.5)
