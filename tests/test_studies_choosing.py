"""The experiments of lecture 12 against the library's own runs, closed forms and the stored result."""

import dataclasses

import numpy as np
import pytest

from course_lib.minimize import minimize
from course_lib.mnist import mnist_available
from course_lib.optimizers import OPTIMIZERS, SGD, Adam
from course_lib.studies import choosing, step_cost, surfaces
from course_lib.studies.problems import NetworkProblem
from course_lib.studies.surfaces import METHODS, SURFACES

# --- surfaces ---------------------------------------------------------------------------------------


def test_rate_grid_has_three_rates_in_each_power_of_ten():
    assert surfaces.rate_grid(0.02, 5).tolist() == [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
    assert len(surfaces.RATES) == 17


@pytest.mark.parametrize("name", ["saddle", "plateau"])
def test_derivatives_of_the_own_surfaces_are_those_of_finite_differences(name):
    f, h = SURFACES[name], 1e-5
    x = np.random.default_rng(0).normal(size=(20, 2))
    for i, e in enumerate(h * np.eye(2)):
        np.testing.assert_allclose(f.gradient(x)[:, i], (f(x + e) - f(x - e)) / (2 * h), atol=1e-8)
        slope = (f.gradient(x + e) - f.gradient(x - e)) / (2 * h)
        np.testing.assert_allclose(f.hessian(x)[:, i], slope, atol=1e-8)
    for minimum in f.minima:
        assert f(minimum) == 0
        np.testing.assert_allclose(f.gradient(minimum), 0, atol=1e-15)


def test_the_saddle_is_the_well_known_one_near_its_middle():
    np.testing.assert_allclose(SURFACES["saddle"].hessian(np.zeros(2)), [[2, 0], [0, -2]])


@pytest.mark.parametrize("method", METHODS)
def test_steps_are_those_of_minimize(method):
    f, rates = SURFACES["valley"], [0.01, 0.05]
    x0 = surfaces.starts("valley", 2, np.random.default_rng(0))
    steps = surfaces.steps_to_goal(f, x0, method, rates, limit=120)
    for i, lr in enumerate(rates):
        for j, start in enumerate(x0):
            loss = minimize(f, start, METHODS[method](lr=lr), 120).loss
            above = np.flatnonzero(loss > 1e-3 * f(f.start))
            arrived = above[-1] + 1 if len(loss) == 121 and above[-1] < 120 else np.inf
            assert steps[i, j] == arrived


def test_a_run_that_starts_at_the_goal_needs_no_step():
    assert surfaces.steps_to_goal(SURFACES["valley"], [[0.0, 0.0]], "Adam", [0.001], limit=5) == [[0]]


def test_best_takes_the_median_and_says_when_no_rate_arrives():
    rate, row = surfaces.best([[1.0, 50.0, 50.0], [20.0, 30.0, np.inf]], [0.1, 0.2])
    assert rate == 0.2
    assert row.tolist() == [20.0, 30.0, np.inf]
    assert surfaces.best([[np.inf], [np.inf]], [0.1, 0.2])[0] is None


def test_the_turned_valley_is_the_valley():
    c = np.sqrt(0.5)
    turn = np.array([[c, -c], [c, c]])  # what a rotation by 45° does to a column
    x = np.random.default_rng(0).normal(size=(20, 2))
    valley, turned = SURFACES["valley"], SURFACES["turned valley"]
    u, v = c * (x[:, 0] + x[:, 1]), c * (x[:, 1] - x[:, 0])
    np.testing.assert_allclose(turned(x), u**2 + 25 * v**2)
    np.testing.assert_allclose(turned.start, turn @ valley.start)
    np.testing.assert_allclose(np.linalg.eigvalsh(turned.hessian(x[0])), [2, 50])
    np.testing.assert_allclose(turned.gradient(x), x @ turned.hessian(x[0]), rtol=1e-12)
    starts = [surfaces.starts(name, 7, np.random.default_rng(3)) for name in ("valley", "turned valley")]
    np.testing.assert_allclose(starts[1], starts[0] @ turn.T)


def test_gradient_descent_does_not_notice_a_turn_and_adagrad_does():
    found = {}
    for name in ("valley", "turned valley"):
        x0 = surfaces.starts(name, 5, np.random.default_rng(1))
        found[name] = {method: surfaces.steps_to_goal(SURFACES[name], x0, method, surfaces.RATES, limit=300)
                       for method in ("gradient descent", "momentum", "Nesterov", "AdaGrad")}
    turned, valley = found["turned valley"], found["valley"]
    for method in ("gradient descent", "momentum", "Nesterov"):
        np.testing.assert_array_equal(turned[method], valley[method])
    best = [np.median(surfaces.best(steps["AdaGrad"])[1]) for steps in (turned, valley)]
    assert best[0] > 8 * best[1]


def test_own_rates_are_reported_from_fresh_starts():
    found = {method: surfaces.steps_to_goal(SURFACES["valley"], [[-2.0, 0.5]], method, [0.01, 0.02])
             for method in ("momentum", "Nesterov")} | {"Adam": np.full((2, 1), np.inf)}
    own = surfaces.own_rates(found, [0.01, 0.02])
    assert own["Adam"] is None
    steps = surfaces.at_own_rates("valley", own, count=4, rng=np.random.default_rng(8))
    x0 = surfaces.starts("valley", 4, np.random.default_rng(8))
    for method in ("momentum", "Nesterov"):
        np.testing.assert_array_equal(steps[method], surfaces.steps_to_goal(
            SURFACES["valley"], x0, method, [own[method]])[0])
    assert steps["Adam"].tolist() == [np.inf] * 4
    f, traces = surfaces.race("valley", own, steps=5)
    assert list(traces) == ["momentum", "Nesterov"]
    np.testing.assert_array_equal(traces["Nesterov"].x, minimize(
        f, f.start, METHODS["Nesterov"](lr=own["Nesterov"]), 5).x)


def test_the_first_arrives_from_nearly_all_starts():
    some, all_but_one = np.full(100, 10.0), np.full(100, 20.0)
    some[:20], all_but_one[:1] = np.inf, np.inf
    found = {"Nesterov": some, "Adam": all_but_one, "AdaGrad": np.full(100, 30.0)}
    assert surfaces.first_of(found) == "Adam"
    assert surfaces.first_of({"Nesterov": some}) is None


def test_starts_on_the_saddle_lie_next_to_the_axis():
    x0 = surfaces.starts("saddle", 200, np.random.default_rng(0))
    assert np.abs(x0[:, 1]).max() < 0.005
    assert abs(x0[:, 0].mean() - 1) < 0.05


# --- networks and regression ------------------------------------------------------------------------


def test_a_comparison_survives_the_file(tmp_path):
    kinds = choosing.methods({"Adam": [0.01, 0.001], "gradient descent": [0.1]})
    problem = NetworkProblem(choosing.load_digits, (64, 8, 10), points=2)
    before = choosing.compare(problem, kinds, seeds=[0, 1], evaluations=10, jobs=1, progress=False)
    choosing.save(before, tmp_path / "found.json")
    after = choosing.stored(tmp_path / "found.json")
    assert str(after) == str(before)
    assert after.evaluations.tolist() == [0, 5, 10]
    np.testing.assert_allclose(after.runs["Adam"].curves, before.runs["Adam"].curves, rtol=1e-5)
    assert "found.json" in (tmp_path / "SHA256SUMS").read_text()


def test_every_method_is_tried_at_each_common_rate_and_beyond():
    rates = {name: choosing.COMMON + choosing.OWN.get(name, ()) for name in METHODS}
    assert all(len(set(given)) == len(given) for given in rates.values())
    assert choosing.OWN.keys() | {"AdaGrad"} == METHODS.keys()


def test_stored_result_is_that_of_the_settings():
    found = choosing.stored()
    assert list(found.runs) == list(choosing.MNIST_RATES)
    for name, runs in found.runs.items():
        assert tuple(runs.rates) == choosing.MNIST_RATES[name]
        assert runs.rate == runs.rates[np.argmin(runs.grid_scores[:, 0])]
        np.testing.assert_array_equal(runs.scores, runs.curves[:, -1])
        assert runs.grid_scores.shape == (len(runs.rates), 1)
        assert runs.scores.shape == (3,)
    assert found.evaluations[-1] == choosing.MNIST_STEPS


@pytest.mark.skipif(not mnist_available(), reason="MNIST is not on this machine")
def test_the_beginning_of_a_stored_run_is_found_again():
    found = choosing.stored()
    first = int(found.evaluations[1].round())
    problem = dataclasses.replace(choosing.MNIST, points=1)
    runs = found.runs["gradient descent"]
    losses = problem.run(SGD(lr=runs.rate), np.random.default_rng([1, 0]), first)
    np.testing.assert_allclose(losses, runs.curves[0, :2], rtol=5e-3)  # float32, another order of sums


def test_regression_epochs_are_those_of_a_plain_loop():
    make_regression = pytest.importorskip("sklearn.datasets").make_regression
    x, y = make_regression(n_samples=1000, n_features=20, noise=10.0, random_state=3)
    x = np.column_stack([x, np.ones(1000)])
    least = np.linalg.lstsq(x, y, rcond=None)[1][0] / 1000
    w, rng = np.zeros(21), np.random.default_rng([12, 3])
    opt, arrived = Adam(lr=2.0), np.inf
    for epoch in range(1, 6):
        order = rng.permutation(1000)
        for start in range(0, 1000, 32):
            index = order[start:start + 32]
            opt.step(w, 2 * x[index].T @ (x[index] @ w - y[index]) / len(index))
        if np.mean((x @ w - y) ** 2) <= 1.05 * least:
            arrived = min(arrived, epoch)
    found = choosing.regression_epochs("Adam", [3], rates=[0.001, 2.0], epochs=5)
    assert found.tolist() == [[np.inf], [arrived]]
    assert np.isfinite(arrived)


def test_regression_takes_other_hyper_parameters():
    default, short, longer = (choosing.regression_epochs("RMSProp", [0], rates=[0.2, 0.5], **hyper)
                              for hyper in ({}, {"rho": 0.9}, {"rho": 0.99}))
    np.testing.assert_array_equal(default, short)
    assert longer.min() < short.min()


def test_default_rates_are_those_of_the_installed_pytorch():
    torch = pytest.importorskip("torch")
    kinds = dict.fromkeys(("gradient descent", "momentum", "Nesterov"), torch.optim.SGD) | {
        "AdaGrad": torch.optim.Adagrad, "RMSProp": torch.optim.RMSprop, "Adadelta": torch.optim.Adadelta,
        "Adam": torch.optim.Adam, "NAdam": torch.optim.NAdam}
    weights = [torch.nn.Parameter(torch.ones(1))]
    assert choosing.torch_rates() == {method: kind(weights).defaults["lr"] for method, kind in kinds.items()}


# --- what a step costs ------------------------------------------------------------------------------


# The arrays in the papers' algorithms.
ARRAYS = {"sgd": "", "momentum": "v", "nesterov": "v", "adagrad": "s", "rmsprop": "s", "adadelta": "sd",
          "adam": "mv", "adamw": "mv", "amsgrad": "mvV", "nadam": "mv", "adamax": "mu", "radam": "mv",
          "lion": "m"}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_remembered_arrays_are_those_of_the_papers(name):
    assert step_cost.remembered(name) == len(ARRAYS[name])
    assert step_cost.bytes_per_step(name) == 4 * (3 + 2 * len(ARRAYS[name]))
    # RMSProp keeps room for its variants: an average that stays zero, and the step as a velocity.
    assert len(OPTIMIZERS[name].slots) == len(ARRAYS[name]) + 2 * (name == "rmsprop")


def test_all_ways_of_a_step_do_take_one():
    functions = step_cost.step_functions("adam", (4, 3, 2))
    assert list(functions)[:2] == ["blocks", "whole arrays"]
    times = step_cost.time_steps("momentum", (4, 3, 2), repeats=1)
    assert times.keys() <= {"blocks", "whole arrays", "for", "foreach", "fused"}
    assert all(value > 0 for value in times.values())


def test_blocks_and_whole_arrays_give_the_same_numbers():
    opt, x, g = Adam(lr=0.1), np.ones(7, np.float32), np.arange(7, dtype=np.float32)
    step, *_ = Adam(lr=0.1).rule(g, 0.1, 1, np.zeros(7, np.float32), np.zeros(7, np.float32))
    opt.step(x, g)
    np.testing.assert_array_equal(x, np.ones(7, np.float32) - step)


def test_gradient_seconds_is_a_time():
    net = NetworkProblem(choosing.load_digits, (6, 4, 3)).network(np.random.default_rng(0))
    assert 0 < step_cost.gradient_seconds(net, 5, repeats=2) < 1
