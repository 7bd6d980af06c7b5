"""The experiments of lecture 09 against closed forms, SciPy, and the library's own runs."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum, Nesterov
from course_lib.studies import momentum as study
from course_lib.studies import momentum_digits as digits


def iteration_matrix(opt, h):
    """The matrix that takes (x, v) to the next (x, v) on ½hx²."""
    columns = []
    for x, v in ((1.0, 0.0), (0.0, 1.0)):
        step, *new = opt.rule(np.array(h * x), opt.lr, 2, *[np.array(v) for _ in opt.slots])
        columns.append([x - step, *new])
    return np.array(columns[:1 + len(opt.slots)]).T


def radius(opt, h):
    return max(abs(np.linalg.eigvals(iteration_matrix(opt, h))))


RATES = {"gradient descent": lambda k: (k - 1) / (k + 1),
         "momentum": lambda k: (k**0.5 - 1) / (k**0.5 + 1),
         "Nesterov": lambda k: 1 - 2 / (3 * k + 1) ** 0.5}


@pytest.mark.parametrize("method", study.METHODS)
@pytest.mark.parametrize("kappa", [4.0, 100.0, 3000.0])
def test_best_has_the_rate_it_promises_and_no_neighbour_is_better(method, kappa):
    smallest = 0.5
    opt = study.best(method, smallest * kappa, smallest)
    curvatures = smallest * np.geomspace(1, kappa, 41)

    def worst(opt):
        return max(radius(opt, h) for h in curvatures)
    # the eigenvalues of a defective matrix carry the square root of the rounding error
    assert worst(opt) == pytest.approx(RATES[method](kappa), abs=1e-6)
    for change in ({"lr": 1.02}, {"lr": 0.98}, {"momentum": 0.99}, {"momentum": 1.005}):
        values = {name: getattr(opt, name) for name in ("lr", "momentum") if hasattr(opt, name)}
        if not change.keys() <= values.keys():
            continue
        values |= {name: values[name] * factor for name, factor in change.items()}
        assert worst(type(opt)(**values)) > worst(opt) - 1e-6


def test_many_modes_at_once_are_a_run_of_minimize():
    f = quadratic(30.0, n=4)
    for opt in (study.best("momentum", 30.0, 1.0), study.proven(30.0, 1.0), SGD(lr=0.05)):
        path = np.array([x[0] for x in study.run_modes(opt, f.eigenvalues, f.start[None], 25)])
        np.testing.assert_allclose(path, minimize(f, f.start, opt, 25).x, rtol=1e-12, atol=1e-15)


def test_steps_are_counted_until_the_loss_stays_below():
    assert study.steps_to(SGD(lr=0.5), np.array([1.0]), np.ones((2, 1)), tolerance=0.25**7).tolist() == [7, 7]
    opt, h = Momentum(lr=0.05, momentum=0.95), np.array([1.0])  # swings
    x = np.array([1.0])
    trace = minimize(lambda x: float(x @ x) / 2, x, opt, 2000, gradient=lambda x: x)
    above = np.flatnonzero(trace.loss > 1e-6 * trace.loss[0])
    first_below = np.flatnonzero(trace.loss <= 1e-6 * trace.loss[0])[0]
    counted = study.steps_to(opt, h, x[None])[0]
    assert counted == above[-1] + 1 > first_below
    with pytest.raises(ValueError, match="limit must be larger"):
        study.steps_to(opt, h, x[None], limit=50)


def test_equal_energy_is_equal_and_random_is_on_the_sphere():
    h = np.array([1.0, 4.0, 9.0])
    np.testing.assert_allclose(0.5 * h * study.starts(h, "equal")[0] ** 2, 1.0)
    x = study.starts(h, "random", 5, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), np.ones(5))
    with pytest.raises(ValueError, match="energy must be one of 'equal', 'random', got 'even'"):
        study.starts(h, "even")


def test_slope_of_a_power_law():
    kappas = np.array([10.0, 100.0, 1000.0])
    np.testing.assert_allclose(study.slope(kappas, np.array([kappas**0.5, 3 * kappas])), [0.5, 1.0])


def test_gradient_descent_grows_with_kappa_the_others_with_its_root():
    kappas = np.geomspace(100, 3000, 4)
    found = {method: study.slope(kappas, study.steps_against_kappa(
        lambda largest, smallest, method=method: study.best(method, largest, smallest), kappas)[0])
        for method in study.METHODS}
    assert found["gradient descent"] == pytest.approx(1, abs=0.01)
    assert found["momentum"] == pytest.approx(0.5, abs=0.07)
    assert found["Nesterov"] == pytest.approx(0.5, abs=0.03)


def test_bounds():
    kappa, modes = 50.0, 6
    x = np.vstack([np.eye(modes), np.ones((1, modes))])
    ratio = study.bound_ratio(study.proven(kappa, 1.0), 1 - kappa**-0.5, kappa, 80, x)
    assert ratio.shape == (81, 7)
    assert ratio.max() <= 1
    # the points of the proof, by the two lines of Nesterov (2004), eq. 2.2.11
    h, momentum = np.geomspace(1, kappa, modes), (kappa**0.5 - 1) / (kappa**0.5 + 1)
    theta = y = x[-1]
    for k in range(1, 4):
        new = y - h * y / kappa
        theta, y = new, new + momentum * (new - theta)
        bound = 0.5 * (kappa + 1) * (1 - kappa**-0.5) ** k * modes
        assert ratio[k, -1] == pytest.approx(0.5 * theta**2 @ h / bound)
    descent = study.bound_ratio(SGD(lr=2 / (kappa + 1)), ((kappa - 1) / (kappa + 1)) ** 2, kappa, 80, x)
    np.testing.assert_allclose(descent[:, modes - 1], kappa / (kappa + 1))


def test_bound_ratios():
    ratios = study.bound_ratios((10, 30), np.random.default_rng(0))
    np.testing.assert_allclose(ratios["gradient descent"], 1)
    assert (ratios["Nesterov"] < 1).all()
    assert ratios["momentum"][1] > 1


@pytest.mark.parametrize(("lr", "momentum", "h", "noise"), [
    (0.1, 0.0, 1.0, 1.0), (0.01, 0.9, 1.0, 2.0), (0.3, 0.5, 4.0, 0.1), (1.5, 0.7, 2.0, 1.0)])
def test_noise_variance_solves_the_covariance_equation(lr, momentum, h, noise):
    a = iteration_matrix(Momentum(lr=lr, momentum=momentum), h)
    b = np.array([-lr, 1.0]) * noise  # how a unit of noise in the gradient enters (x, v)
    covariance = solve_discrete_lyapunov(a, np.outer(b, b))
    assert study.noise_variance(lr, momentum, h, noise) == pytest.approx(covariance[0, 0], rel=1e-9)


def test_noisy_runs_have_that_variance():
    opt = Momentum(lr=0.05, momentum=0.8)
    path = study.noisy_runs(opt, 1.0, 400, runs=4000, rng=np.random.default_rng(1))
    assert path.shape == (401, 4000)
    assert path[200:].var() == pytest.approx(study.noise_variance(0.05, 0.8), rel=0.05)


def test_two_wells():
    wells = np.roots([4, 0, -4, 0.3])
    start = np.linspace(-1.9, 1.9, 41)
    ends = study.roll(SGD(lr=0.01), start)
    assert np.abs(ends[:, None] - wells).min(axis=1).max() < 1e-9
    np.testing.assert_array_equal(ends > 0, start > np.sort(wells)[1])  # gradient descent never crosses


def test_digits_runs_depend_on_the_seed_alone_and_report_divergence():
    settings = {"epochs": 1, "batch_size": 100}
    first = digits.train_digits("Nesterov", 0.2, 3, **settings)
    assert first == digits.train_digits("Nesterov", 0.2, 3, **settings)
    assert first != digits.train_digits("Nesterov", 0.2, 4, **settings)
    assert first[0] < 2.4
    loss, accuracy = digits.train_digits("gradient descent", 1e30, 0, **settings)
    assert loss == np.inf
    assert np.isnan(accuracy)


def test_sweep_and_tuned():
    found = digits.sweep_digits([0.01, 0.1], [0, 1], epochs=1, batch_size=200)
    assert {name: losses.shape for name, losses in found.items()} == dict.fromkeys(digits.METHODS, (2, 2))
    with pytest.raises(ValueError, match=r"the best is 0\.1, at the edge"):
        digits.tuned([0.01, 0.1], found["momentum"])


def test_tuned_runs_take_the_best_rate_of_the_sweep():
    losses = dict.fromkeys(digits.METHODS, np.array([[0.5], [0.2], [0.9]]))
    found = digits.tuned_runs(losses, [5, 6], rates=[0.01, 0.05, 0.1], epochs=1, batch_size=300)
    assert [rate for rate, _ in found.values()] == [0.05] * 3
    assert found["Nesterov"][1].shape == (2, 2)
    again = digits.train_digits("momentum", 0.05, 6, epochs=1, batch_size=300)
    assert tuple(found["momentum"][1][1]) == again


def test_the_rate_of_the_sweep_is_the_effective_one():
    for method, kind in (("gradient descent", SGD), ("momentum", Momentum), ("Nesterov", Nesterov)):
        opt = digits.OPTIMIZERS[method](0.5)
        assert type(opt) is kind
        assert opt.lr / (1 - getattr(opt, "momentum", 0.0)) == pytest.approx(0.5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("opt", [SGD(lr=3.0), Momentum(lr=10.0, momentum=0.5),
                                 Nesterov(lr=3.0, momentum=0.5)])
def test_steps_to_says_that_a_run_diverges(opt):
    with pytest.raises(ValueError, match=r"opt must have a rate .*lr=.* diverges: after \d+ steps"):
        study.steps_to(opt, [1, 2], [[1.0, 1.0], [0.0, 1.0]])
