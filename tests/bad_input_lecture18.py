"""Rows of tests/test_bad_input.py: the studies of lecture 18, and its part of course_lib.show."""

import numpy as np

from course_lib.studies import heaviside, heaviside_runs, penalties

NO_PLACE = "/no/such/place"
RNG = np.random.default_rng(0)
X, Y = np.eye(3), np.ones(3)


def step(**options):
    return heaviside.train(**{"seeds": [0], "epochs": 2, "width": 3, "n": 4, **options})


def tuned(**options):
    given = {"kind": "lasso", "weights": penalties.SPARSE, "alphas": [1.0], "draws": 1, "rng": RNG, **options}
    return penalties.tuned_errors(given.pop("kind"), given.pop("weights"), given.pop("alphas"), **given)


def prior(**options):
    given = {"alphas": [1.0], "tau": 1.0, "sigma": 1.0, "draws": 1, "rng": RNG, **options}
    return penalties.prior_error(given.pop("alphas"), **given)


def rest(**options):
    given = {"noises": [1.0], "decay": 0.5, "coupled": True, "steps": 2, "runs": 1, "rng": RNG, **options}
    return penalties.resting_place(given.pop("noises"), given.pop("decay"), **given)


ROWS = [
    *[("studies.heaviside.train", lambda o=o: step(**o), message) for o, message in (
        ({"seeds": 3}, "seeds list 3"), ({"seeds": [-1]}, "seed at least 0 -1"),
        ({"hidden": 0}, "hidden at least 1 0"), ({"epochs": 0}, "epochs at least 1 0"),
        ({"every": 3}, "epochs multiple every = 3 2"), ({"width": 2.5}, "width whole 2.5"),
        ({"n": 1}, "n at least 2 1"), ({"noise": -1}, "noise [0, inf) -1"), ({"lr": -1}, "lr [0, inf) -1"),
        ({"l2": -1}, "alpha [0, inf) -1"), ({"l1": None}, "alpha None"),
        ({"decoupled": -1}, "weight_decay [0, inf) -1"), ({"proximal": -1}, "proximal [0, inf) -1"),
        ({"dropout": [0.5]}, "dropout (2,) (1,)"), ({"dropout": [0.5, 1]}, "dropout [0, 1) 1.0"),
        ({"dropout": 0.5}, "dropout one for each hidden layer 0.5"),
        ({"dtype": "f2"}, "dtype 'float32' 'float16'"), ({"show": 1}, "show True or False 1"))],
    ("studies.heaviside.Runs", lambda: step().predict([[1.0]]), "x (any,) (1, 1)"),
    ("studies.heaviside.Runs", lambda: step().share_small(-1), "limit [0, inf) -1"),
    ("studies.heaviside.step_function", lambda: heaviside.step_function("a"), "x float64 <U1"),
    *[("studies.heaviside_runs.job", lambda v=v: heaviside_runs.job(*v), message) for v, message in (
        (("l2", 1, 2, 0.1, 2, [0]), "method 'L2' 'l2'"), (("L2", -1, 2, 0.1, 2, [0]), "alpha [0, inf) -1"),
        (("L2", 1, 0, 0.1, 2, [0]), "hidden at least 1 0"))],
    *[("studies.heaviside_runs.by_strength", lambda v=v: heaviside_runs.by_strength(v), message)
      for v, message in ((500, "epochs multiple 1000 500"), (20_000, "epochs 0 10000 20000"))],
    ("studies.heaviside_runs.stored", lambda: heaviside_runs.stored(NO_PLACE),
     f"file heaviside_penalties.json {NO_PLACE}"),
    *[("studies.penalties.eight_features", lambda o=o: penalties.eight_features(**{"rng": RNG, **o}), message)
      for o, message in (({"n": 8}, "n at least 9 8"), ({"noise": -1}, "noise [0, inf) -1"),
                         ({"weights": [1.0]}, "weights (8,) (1,)"), ({"rng": 0}, "rng Generator 0"))],
    ("studies.penalties.squared_error", lambda: penalties.squared_error(X, [1.0]), "y (3,) (1,)"),
    ("studies.penalties.squared_error", lambda: penalties.squared_error(3, Y), "x (n, features) ()"),
    *[("studies.penalties.lasso", lambda v=v: penalties.lasso(X, Y, *v), message) for v, message in (
        ((-1,), "alpha [0, inf) -1"), ((1, 2), "l1_ratio [0, 1] 2"))],
    ("studies.penalties.lasso", lambda: penalties.lasso(X, Y, 1, steps=0), "steps at least 1 0"),
    *[("studies.penalties.path", lambda v=v: penalties.path(*v), message) for v, message in (
        (("l1", X, Y, [1.0]), "kind 'lasso' 'l1'"), (("lasso", X, [1.0], [1.0]), "y (3,) (1,)"),
        (("lasso", X, Y, 1.0), "alphas (any,) ()"), (("lasso", X, Y, [-1.0]), "alphas at least 0 -1"),
        (("lasso", X, Y, [1.0], 0), "steps at least 1 0"))],
    *[("studies.penalties.tuned_errors", lambda o=o: tuned(**o), message) for o, message in (
        ({"kind": "l1"}, "kind 'lasso' 'l1'"), ({"weights": [1.0]}, "weights (8,) (1,)"),
        ({"alphas": 3}, "alphas (any,) ()"), ({"draws": 0}, "draws at least 1 0"),
        ({"rng": 0}, "rng Generator 0"))],
    *[("studies.penalties.right_features",
       lambda o=o: penalties.right_features([1.0], **{"draws": 1, "rng": RNG, **o}), message)
      for o, message in (({"draws": 0}, "draws at least 1 0"), ({"n": 1}, "n at least 9 1"),
                         ({"rng": 0}, "rng Generator 0"))],
    *[("studies.penalties.prior_error", lambda o=o: prior(**o), message) for o, message in (
        ({"alphas": 3}, "alphas (any,) ()"), ({"tau": 0}, "tau (0, inf) 0"), ({"sigma": -1}, "sigma -1"),
        ({"n": 0}, "n at least 1 0"), ({"features": 0}, "features at least 1 0"),
        ({"draws": 0}, "draws at least 1 0"), ({"rng": 0}, "rng Generator 0"))],
    *[("studies.penalties.resting_place", lambda o=o: rest(**o), message) for o, message in (
        ({"noises": 3}, "noises (any,) ()"), ({"decay": -1}, "decay [0, inf) -1"),
        ({"coupled": 1}, "coupled True or False 1"), ({"lr": -1}, "lr [0, inf) -1"),
        ({"steps": 1}, "steps at least 2 1"), ({"runs": 0}, "runs at least 1 0"),
        ({"rng": 0}, "rng Generator 0"))],
    ("studies.penalties.predicted_rest", lambda: penalties.predicted_rest(3, 0.5), "noises (any,) ()"),
    ("studies.penalties.predicted_rest", lambda: penalties.predicted_rest([1.0], 2), "decay [0, 1] 2"),
    ("studies.penalties.map_weights", lambda: penalties.map_weights(X, Y, tau=0, sigma=1), "tau (0, inf) 0"),
    ("studies.penalties.map_weights", lambda: penalties.map_weights(X, Y, tau=1, sigma=-1), "sigma -1"),
]
EXEMPT = {"studies.heaviside_runs.main": "no arguments"}
SHOW = [
    *[(name, lambda lib, name=name: getattr(lib, name)("l1"), "penalty 'lasso' 'l1'")
      for name in ("draw_path", "describe_path")],
    *[(name, lambda lib, name=name, v=v: getattr(lib, name)("lasso", v), f"alpha [0.1, 10000] {v!r}")
      for name in ("draw_path", "describe_path") for v in (0.01, 1e6, None)],
]
SHOW_EXEMPT = {"path_explorer": "no arguments"}
