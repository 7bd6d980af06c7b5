"""Fair comparison: the rules are kept, and where the runs are computed does not change a bit."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from course_lib.datasets import load_digits
from course_lib.functions import RAVINE, ROSENBROCK, quadratic
from course_lib.idx import Dataset, Split
from course_lib.layers import Tanh
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, Momentum
from course_lib.studies import parallel
from course_lib.studies.comparison import (
    FunctionProblem,
    NetworkProblem,
    compare,
    error_rate,
    first_below,
    linear_regression,
)
from course_lib.studies.parallel import run_all
from course_lib.studies.ranking import Runs
from course_lib.training import accuracy, fit
from course_lib.transforms import l2

DIGITS = NetworkProblem(load_digits, (64, 16, 10), batch_size=100, points=4)
GRID = [0.01, 0.1, 1.0, 10.0]


def here(problem, methods, seeds=(0,), evaluations=10, **options):
    return compare(problem, methods, seeds=seeds, evaluations=evaluations, **{"jobs": 1, "progress": False,
                                                                             **options})


def bowl(opt, rng, evaluations):
    """A problem whose best rate is 0.1, with noise."""
    return np.array([5.0, 1 + np.log10(opt.lr / 0.1) ** 2 + 0.1 * rng.random()])


def luck(opt, rng, evaluations):
    """A problem in which nothing but chance counts, another chance for each rate."""
    return np.array([1.0, rng.random(1000)[int(999 * opt.lr)]])


def cliff(opt, rng, evaluations):
    """Above 0.1 half of the runs diverge, above 1 all; the larger the rate, the better the others."""
    lucky = rng.random() < 0.5
    gone = opt.lr > 1 or (opt.lr > 0.1 and lucky)
    return np.array([1.0, np.nan if gone else 0.5, 0.1 / opt.lr])


# --- the rules --------------------------------------------------------------------------------------------

def test_the_best_median_of_the_grid_wins():
    found = here(bowl, {"a": ("sgd", {}, GRID), "b": (Momentum, {"momentum": 0.5}, [0.2, 0.3])}, range(5))
    a, b = found.runs["a"], found.runs["b"]
    assert (a.rate, b.rate) == (0.1, 0.2)
    assert a.grid_scores.shape == (4, 5)
    assert a.grid_curves.shape == (4, 5, 2)
    assert a.rate == a.rates[np.median(a.grid_scores, axis=1).argmin()]
    assert found.ranking() == ["a", "b"]
    assert found.evaluations.tolist() == [0, 10]


def test_what_is_reported_did_not_choose_the_rate():
    rates = np.linspace(0.01, 1, 30)
    runs = here(luck, {"a": ("sgd", {}, rates)}, range(20), tuning_seeds=[3]).runs["a"]
    assert runs.grid_scores.min() < 0.15  # the luckiest of thirty
    assert abs(runs.scores.mean() - 0.5) < 0.2  # but what is reported is not lucky
    opt = SGD(lr=runs.rate)  # each comes from a stream of its own
    for seed in range(20):
        assert runs.scores[seed] == luck(opt, np.random.default_rng([1, seed]), 10)[1]
    assert runs.grid_scores.min() == luck(opt, np.random.default_rng([0, 3]), 10)[1]


def test_all_methods_get_the_same_random_numbers():
    methods = {"a": ("sgd", {}, [0.1]), "b": ("adam", {}, [0.1])}
    found = here(luck, methods, range(4))
    np.testing.assert_array_equal(found.runs["a"].scores, found.runs["b"].scores)
    assert found.wins("a", "b") == 0.5
    moved = here(FunctionProblem(ROSENBROCK, spread=0.3), methods, [7])
    starts = [runs.curves[0, 0] for runs in moved.runs.values()]
    assert starts[0] == starts[1] != ROSENBROCK(ROSENBROCK.start)


def test_a_best_rate_at_the_edge_is_noted_and_starred():
    found = here(bowl, {"inside": ("sgd", {}, GRID), "low": ("sgd", {}, [0.3, 1]),
                        "high": ("sgd", {}, [0.01, 0.05]), "alone": ("sgd", {}, [0.5])}, range(3))
    assert found.notes == (
        "low: the best learning rate, 0.3, is the smallest of its grid; a smaller one may be better",
        "high: the best learning rate, 0.05, is the largest of its grid; a larger one may be better",
        "alone: its grid has one learning rate, so it was not tuned")
    stars = {row[0]: row[1] for row in found.table().rows}
    assert stars == {"inside": "0.1", "low": "0.3 *", "high": "0.05 *", "alone": "0.5"}
    for shown in (str(found), found._repr_markdown_()):
        assert all(f"* {note}" in shown for note in found.notes)


def test_diverged_runs_are_infinitely_bad_and_never_dropped():
    found = here(cliff, {"wild": ("sgd", {}, [0.5]), "tuned": ("sgd", {}, [0.05, 0.1, 0.5, 5.0]),
                         "gone": ("sgd", {}, [2.0, 5.0])}, range(21))
    wild, tuned, gone = (found.runs[label] for label in ("wild", "tuned", "gone"))
    assert len(wild.scores) == 21
    assert 5 < wild.diverged == np.isinf(wild.scores).sum() < 16
    np.testing.assert_array_equal(np.sort(wild.scores)[:3], 0.2)  # the others did well
    assert wild.summary[2] == np.inf
    assert gone.summary == (np.inf, np.inf, np.inf)
    assert np.isinf(gone.curves[:, 1:]).all()  # also after the first value that is not finite
    assert tuned.rate in (0.1, 0.5)
    assert found.ranking()[-1] == "gone"
    assert found.table().rows[-1] == ["gone", "2 *", "∞", "∞", "∞", "21 of 21"]
    assert "gone: at no learning rate of its grid did the median run arrive" in found.notes


@pytest.mark.parametrize(("scores", "expected"), [
    ([3, 1, 2, 5, 4], (3, 1, 5)), ([1, np.inf], (np.inf, 1, np.inf)), ([1, 2, np.inf], (2, 1, np.inf)),
    (list(range(21)), (10, 2, 18)), ([7], (7, 7, 7))])
def test_summary(scores, expected):
    assert Runs(*[None] * 4, scores=np.array(scores, float), curves=None).summary == expected


def test_a_score_of_ones_own():
    methods = {"slow": ("sgd", {}, [0.01, 0.02]), "fast": ("momentum", {"momentum": 0.6}, [0.02, 0.03])}
    found = here(FunctionProblem(RAVINE), methods, evaluations=200, score=first_below(1e-3))
    trace = minimize(RAVINE, RAVINE.start, Momentum(lr=0.03, momentum=0.6), 200)
    assert found.runs["fast"].scores[0] == np.argmax(trace.loss <= 1e-3)
    never = here(FunctionProblem(RAVINE), methods, evaluations=5, score=first_below(1e-9))
    assert never.ranking() == ["slow", "fast"]
    assert never.runs["fast"].summary[0] == np.inf
    assert never.runs["fast"].diverged == 0


def test_one_rate_for_all_uses_the_runs_of_the_grid():
    f = FunctionProblem(quadratic(100.0))
    found = here(f, {"sgd": ("sgd", {}, [0.005, 0.01, 0.019]),
                     "adam": ("adam", {}, [0.01, 0.1, 0.3])}, range(2), evaluations=100)
    assert found.common_rates() == [0.01]
    wrong = found.at_one_rate(0.01)
    assert {label: runs.rate for label, runs in wrong.runs.items()} == {"sgd": 0.01, "adam": 0.01}
    np.testing.assert_array_equal(wrong.runs["sgd"].scores, found.runs["sgd"].grid_scores[1])
    assert wrong.notes == ("one learning rate, 0.01, for all methods",)
    assert "*" not in str(wrong.table())
    with pytest.raises(ValueError, match=r"one of \[0\.01\], got 0\.1, which sgd did not try"):
        found.at_one_rate(0.1)


# --- the problems -----------------------------------------------------------------------------------------

def test_a_function_problem_is_minimize():
    problem = FunctionProblem(ROSENBROCK)
    expected = minimize(ROSENBROCK, ROSENBROCK.start, Adam(lr=0.1), 30).loss
    np.testing.assert_array_equal(problem.run(Adam(lr=0.1), None, 30), expected)
    np.testing.assert_array_equal(FunctionProblem(RAVINE, start=(1, 1)).run(SGD(), None, 0), [26.0])
    gone = FunctionProblem(ROSENBROCK).run(SGD(lr=1.0), None, 30)
    assert gone.shape == (31,)
    assert np.isfinite(gone[0])
    assert np.isinf(gone[-1])


def test_noise_in_the_gradient_has_the_size_asked_for():
    problem = FunctionProblem(quadratic(1.0), start=(0.0, 0.0), noise=0.5)
    first = [problem.run(SGD(lr=1.0), np.random.default_rng(seed), 1)[1] for seed in range(2000)]
    assert np.mean(first) == pytest.approx(0.25, rel=0.1)  # E ½(n1² + n2²) = 0.5²


def test_a_network_problem_is_fit():
    problem = NetworkProblem(load_digits, (64, 16, 10), batch_size=100, points=2, activation=Tanh)
    rng, digits = np.random.default_rng(4), load_digits()
    net = problem.network(rng)
    before = net.loss_value(*digits.train)
    fit(net, Momentum(lr=0.1), *digits.train, epochs=2, batch_size=100, rng=rng, progress=False)
    opt = Momentum(lr=0.1)
    losses = problem.run(opt, np.random.default_rng(4), 24)  # twelve batches in an epoch
    assert opt.t == 24
    assert losses.shape == (3,)
    assert (losses[0], losses[-1]) == (before, net.loss_value(*digits.train))
    test = NetworkProblem(load_digits, (64, 16, 10), batch_size=100, activation=Tanh, measure="test",
                          metric=error_rate)
    error = test.run(Momentum(lr=0.1), np.random.default_rng(4), 24)[-1]
    assert error == 1 - accuracy(net.predict(digits.test.x), digits.test.y)


def test_the_test_set_chooses_nothing():
    x, y = np.random.default_rng(0).random((30, 4)), np.arange(30) % 2
    data = Dataset(*(Split(x[i::3], y[i::3]) for i in range(3)))
    runs = {part: NetworkProblem(data, (4, 2), measure=part).run(SGD(lr=0.5), np.random.default_rng(0), 20)
            for part in ("train", "validation", "test")}
    problem = NetworkProblem(data, (4, 2), measure="test")
    np.testing.assert_array_equal(problem.tune(SGD(lr=0.5), np.random.default_rng(0), 20), runs["validation"])
    found = here(problem, {"a": ("sgd", {}, [0.5])}, evaluations=20).runs["a"]
    validation = NetworkProblem(data, (4, 2), measure="validation")
    np.testing.assert_array_equal(found.grid_curves[0, 0],
                                  validation.run(SGD(lr=0.5), np.random.default_rng([0, 0]), 20))
    np.testing.assert_array_equal(found.curves[0],
                                  problem.run(SGD(lr=0.5), np.random.default_rng([1, 0]), 20))
    assert len({losses[-1] for losses in runs.values()}) == 3


def test_a_network_that_explodes_is_infinite_to_the_end():
    losses = linear_regression(rng=np.random.default_rng(0)).run(SGD(lr=10.0), np.random.default_rng(0), 2000)
    assert np.isfinite(losses[0])
    assert np.isinf(losses[-1])
    assert (np.diff(np.isinf(losses).astype(int)) >= 0).all()


def test_few_evaluations_mean_few_points():
    assert DIGITS.run(SGD(lr=0.1), np.random.default_rng(0), 3).shape == (4,)
    assert DIGITS.run(SGD(lr=0.1), np.random.default_rng(0), 8).shape == (5,)


def test_linear_regression_is_measured_from_the_least_squares_solution():
    from sklearn.linear_model import LinearRegression

    problem = linear_regression(200, 5, noise=3.0, batch_size=200, rng=np.random.default_rng(1))
    x, y = problem.data
    best = np.mean((y - LinearRegression().fit(x, y).predict(x)) ** 2)
    assert problem.floor == pytest.approx(best, rel=1e-9)
    losses = problem.run(SGD(lr=0.2), np.random.default_rng(0), 400)  # all examples in each step
    assert losses[0] > 100
    assert abs(losses[-1]) < 1e-9


# --- where the runs are computed --------------------------------------------------------------------------

METHODS = {"SGD": ("sgd", {"transforms": [l2(1e-3)]}, [0.1, 0.5]), "Adam": ("adam", {}, [0.003, 0.01])}


def same(a, b):
    assert a.notes == b.notes
    for label, runs in a.runs.items():
        for name, value in vars(runs).items():
            np.testing.assert_array_equal(value, getattr(b.runs[label], name), strict=True)


def process(_):
    time.sleep(0.1)
    return os.getpid()


@pytest.fixture(scope="module")
def expected():
    return here(DIGITS, METHODS, range(3), 20)


def test_processes_on_this_machine_give_the_same_bits(expected, monkeypatch):
    same(here(DIGITS, METHODS, range(3), 20, jobs=2), expected)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    same(here(lambda *run: bowl(*run), METHODS, range(3), jobs=None), here(bowl, METHODS, range(3)))


def test_a_dask_cluster_gives_the_same_bits(expected, monkeypatch):
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", cluster.scheduler_address)
        same(here(DIGITS, METHODS, range(3), 20, jobs=None), expected)
        same(here(lambda *run: bowl(*run), METHODS, range(3), jobs=None), here(bowl, METHODS, range(3)))
        with Client(cluster, set_as_default=False) as client:
            workers = set(client.run(os.getpid).values())
        assert set(run_all(process, [(i,) for i in range(8)], show=False)) == workers
    assert len(workers - {os.getpid()}) == 2


def test_no_scheduler_at_the_address(monkeypatch):
    monkeypatch.setattr(parallel, "TIMEOUT", 0.2)
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
        with pytest.raises(ConnectionError, match=f"DASK_SCHEDULER_ADDRESS must be .*, got '{address}'"):
            run_all(pow, [(2, 3), (2, 4)], show=False)
    assert run_all(pow, [(2, 3), (2, 4)], jobs=2, show=False) == [8, 16]  # asked to stay here


def threads(_):
    np.ones((300, 300)) @ np.ones((300, 300))
    return {library["num_threads"] for library in threadpool_info()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_thread_for_each_run(jobs):
    assert run_all(threads, [(0,), (1,)], jobs=jobs, show=False) == [{1}, {1}]


def test_an_error_in_a_run_arrives():
    with pytest.raises(ZeroDivisionError):
        run_all(divmod, [(1, 1), (1, 0)], jobs=2, show=False)


def test_nothing_is_imported_before_it_is_needed():
    code = ("import sys, course_lib.studies.comparison; "
            "print({'joblib', 'dask', 'distributed', 'sklearn', 'matplotlib', 'torch'} & set(sys.modules))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


# --- what does not fit is said ----------------------------------------------------------------------------

@pytest.mark.parametrize(("change", "message"), [
    ({"score": lambda at, losses: np.nan}, "score must return a number, got nan"),
    ({"score": lambda at, losses: "good"}, "score must return a number, got 'good'"),
    ({"problem": lambda opt, rng, n: np.ones(1 + rng.integers(9))}, "problem must return as many losses"),
    ({"problem": lambda opt, rng, n: "bad"}, "the problem's losses must"),
    ({"methods": {"a": ("sgd", {"momentum": 1}, GRID)}}, "momentum"),
    ({"methods": {"a": ("sgdd", {}, GRID)}}, r"the optimizer of methods\['a'\] must be one of 'sgd'"),
    ({"methods": {"a": ("sgd", {}, [0.1, 0.1])}}, r"rates of methods\['a'\] must be positive and rise"),
    ({"methods": {"a": (dict, {}, GRID)}}, "methods must make course_lib optimizers"),
    ({"seeds": [1, 1]}, r"seeds must be a list of different whole numbers of at least 0, got \[1, 1\]")])
def test_refused(change, message):
    given = {"problem": bowl, "methods": {"a": ("sgd", {}, GRID)}, "seeds": range(3), **change}
    with pytest.raises((TypeError, ValueError), match=message):
        here(given.pop("problem"), given.pop("methods"), **given)


@pytest.mark.parametrize(("change", "message"), [
    ({"problem": lambda opt, rng, n: []}, r"problem must return at least one loss in each run, got \[\]"),
    ({"seeds": [0, np.int64(0)]}, r"seeds must be a list of different .*, got \[0, np\.int64\(0\)\]"),
    ({"tuning_seeds": [np.int64(2), 2]}, "tuning_seeds must be a list of different whole numbers"),
    ({"methods": {"a": ("sgd", {"foo": 1}, GRID)}},
     r"of methods\['a'\] must be what its optimizer takes, \['transforms', .*got {'foo': 1}: .*'foo'"),
    ({"methods": {"a": ("momentum", {"momentum": 2}, GRID)}},
     r"of methods\['a'\] must be .*: momentum must be a number in \[0, 1\], got 2"),
    ({"methods": {"a": (lambda lr: SGD(lr=lr), {"foo": 1}, GRID)}}, r"of methods\['a'\] must be .*lambda")])
def test_what_makes_no_fair_comparison_is_refused(change, message):
    given = {"problem": bowl, "methods": {"a": ("sgd", {}, GRID)}, "seeds": range(3), **change}
    with pytest.raises((TypeError, ValueError), match=message):
        here(given.pop("problem"), given.pop("methods"), **given)


def test_a_label_is_a_string_which_is_said_before_any_run():
    def never(opt, rng, evaluations):
        raise AssertionError("a run has begun")
    with pytest.raises(TypeError, match="labels of methods must be strings, got 3"):
        here(never, {"a": ("sgd", {}, GRID), 3: ("sgd", {}, GRID)})


def test_seeds_may_be_of_any_kind_of_whole_number():
    expected = here(bowl, {"a": ("sgd", {}, GRID)}, [0, 1])
    for seeds in (range(2), np.arange(2), [0, np.int64(1)], iter([0, 1])):
        same(here(bowl, {"a": ("sgd", {}, GRID)}, seeds), expected)


@pytest.mark.parametrize("run", ["run", "tune"])
@pytest.mark.parametrize("found", [3, None, (np.ones((2, 64)), np.zeros(2, int))])
def test_data_must_return_a_dataset_or_split(found, run):
    with pytest.raises(TypeError, match=r"(?s)data must return a Dataset or a Split, got .* from <function"):
        getattr(NetworkProblem(lambda: found, (64, 10)), run)(SGD(), np.random.default_rng(0), 2)


@pytest.mark.parametrize("problem", [DIGITS, FunctionProblem(RAVINE, noise=1.0),
                                     FunctionProblem(RAVINE, spread=1.0)])
@pytest.mark.parametrize(("change", "message"), [
    ({"opt": "a"}, "opt must be a course_lib optimizer such as .*, got 'a'"),
    ({"rng": None}, "rng must be a numpy.random.Generator .*, got None"),
    ({"rng": 3}, "rng must be a numpy.random.Generator .*, got 3"),
    ({"evaluations": -1}, "evaluations must be a whole number of at least 0, got -1"),
    ({"evaluations": 2.5}, "evaluations must be a whole number of at least 0, got 2.5")])
def test_a_run_names_what_it_was_given(problem, change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        problem.run(**{"opt": SGD(), "rng": np.random.default_rng(0), "evaluations": 3, **change})
