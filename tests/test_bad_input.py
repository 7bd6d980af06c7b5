"""Every public function names the argument, what it was given, and what is allowed.

One table goes through all of them. A public name without a row fails the test, so a new function comes
with a row here. Public are the functions and classes of the modules right below course_lib and of
course_lib.studies, with their public methods and what they hand back to be called, what course_lib.show and
course_lib.frameworks export, and the checks of the exercises.
"""

import dataclasses
import importlib
import inspect
import pkgutil
from types import SimpleNamespace

import bad_input_lecture06
import bad_input_lecture07
import bad_input_lecture08
import bad_input_lecture18
import bad_input_lecture19
import bad_input_training
import numpy as np
import pytest

import course_lib
import course_lib.exercises
import course_lib.studies
from course_lib import (
    averaging,
    claims,
    datasets,
    functions,
    idx,
    initializers,
    layers,
    losses,
    mnist,
    optimizers,
    parameters,
    progress,
    schedules,
    tables,
    training,
    transforms,
    validation,
)
from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.exercises.base import WrongAnswer
from course_lib.functions import BEALE, RAVINE
from course_lib.layers import Dense, ReLU
from course_lib.losses import MSE
from course_lib.minimize import minimize
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.studies import (
    adam,
    adaptive,
    choosing,
    comparison,
    convergence,
    landscape,
    lr_schedules,
    minibatch,
    minibatch_fits,
    momentum,
    momentum_digits,
    noisy_descent,
    parallel,
    plateau,
    problems,
    records,
    scaling,
    settings,
    shared,
    sine_rates,
    snapshots,
    sparse_features,
    steepest,
    step_cost,
    stochastic,
    surfaces,
    two_piece,
    warmup,
)

NAN, INF = float("nan"), float("inf")
RNG = np.random.default_rng(0)
X, Y, ONE = np.ones((4, 3)), np.ones((4, 2)), np.ones((4, 1))
NO_PLACE = "no/such/place"


def net(**options):
    return Network([Dense(3, 2)], **{"loss": MSE(), "rng": np.random.default_rng(0), **options})


def bad_values(field):
    """Pairs (what is allowed, values that are not) for a hyper-parameter of an optimizer."""
    if field.type == "bool":
        return [("True or False", [0, None, "yes"])]
    if field.name not in optimizers.RANGES:
        return []
    low, high, *ends = optimizers.RANGES[field.name]
    beyond = [high] if ends else [] if high == INF else [high + 1]
    return [(f"[{low:g}, {high:g}{')' if ends or high == INF else ']'}", [*NUMBERS, low - 1, *beyond])]


def fit(**options):
    given = {"net": net(), "opt": SGD(), "x": X, "y": Y, "epochs": 1, "rng": RNG, "progress": False,
             **options}
    return training.fit(given.pop("net"), given.pop("opt"), given.pop("x"), given.pop("y"), **given)


def run(f=RAVINE, x0=(1.0, 1.0), opt=None, steps=1, **options):
    return minimize(f, x0, opt or SGD(), steps, **options)


def claim(**options):
    given = {"name": "a", "measured": 1, "value": 1, "within": 1, "text": "t", **options}
    return claims.Claims("09").about(given.pop("name"), **given)


def sweep_kappa(**options):
    return momentum.steps_against_kappa(**{"make_optimizer": momentum.proven, "kappas": [10.0], **options})


def noisy(**options):
    return momentum.noisy_runs(**{"opt": SGD(), "x0": 1.0, "steps": 2, "rng": RNG, **options})


def noisy_moments(**options):
    return stochastic.moments(**{"curvatures": [2.0, 4.0], "x0": [1.0, 1.0], "lr": 0.1, "steps": 3,
                                 **options})


def simulated(**options):
    return stochastic.simulate(**{"opt": SGD(), "x0": [1.0, 1.0], "steps": 3, "curvatures": [2.0, 4.0],
                                  "runs": 2, "rng": RNG, **options})


def streamed(**options):
    return minibatch.stream(**{"curvatures": [1.0], "average": TailAverage(), "lr": 0.1, "runs": 2,
                               "rng": RNG, "at": [3], **options})


def train_digits(**options):
    return momentum_digits.train_digits(
        **{"method": "momentum", "rate": 0.1, "seed": 0, "epochs": 1, "batch_size": None, **options})


def sweep_digits(rates=(0.1,), seeds=(0,), **options):
    return momentum_digits.sweep_digits(rates, seeds, **{"epochs": 1, "batch_size": None, **options})


def tuned_runs(losses, seeds=(0,), rates=(0.1, 0.2, 0.3)):
    return momentum_digits.tuned_runs(losses, seeds, rates=rates, epochs=1, batch_size=None)


def compare_two(**options):
    methods = {"a": ("sgd", {}, [0.1, 0.2]), "b": ("adam", {}, [0.1])}
    given = {"problem": problems.FunctionProblem(RAVINE), "methods": methods, "seeds": [0], "evaluations": 2,
             "jobs": 1, "progress": False, **options}
    return comparison.compare(given.pop("problem"), given.pop("methods"), **given)


def network_problem(**options):
    data = idx.Split(X, Y)
    return problems.NetworkProblem(**{"data": data, "widths": (3, 2), "loss": MSE(), **options})


NUMBERS = [None, "0.1", True, NAN, -1.0]  # what no rate, spread or scale may be

# (public name, call, what the message must say)
ROWS = [
    # parameters
    ("parameters.Parameters", lambda: parameters.Parameters(3), "shapes dict 3"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": 3}), "shapes['w'] tuple 3"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (2.5,)}), "shapes['w'] whole (2.5,)"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (-1,)}), "shapes['w'] least 0 (-1,)"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (2,)}, "int64"),
     "dtype 'float32' 'float64' 'int64'"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (2,)}).views([1, 2]), "vector (2,) [1, 2]"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (2,)}).views(np.ones(3)),
     "vector (2,) (3,)"),
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (2,)})["0.bias"], "0.bias w"),
    *[("parameters.Parameters", lambda v=v: parameters.Parameters({"w": (2, 1)}).__setitem__("w", v),
       f"parameters['w'] {words}") for v, words in (
           (0.0, "(2, 1) ()"), ([1.0, 2.0], "(2, 1) (2,)"), (None, "float64 object"), (X, "(2, 1) (4, 3)"))],
    ("parameters.Parameters", lambda: parameters.Parameters({"w": (2,)}).__setitem__("b", 1), "b w"),
    *[("parameters.float_dtype", lambda v=v: parameters.float_dtype(v), f"dtype 'float32' 'float64' {v!r}")
      for v in (None, "float16", "nonsense", 7)],

    # schedules, transforms, initializers
    *[("schedules.constant", lambda v=v: schedules.constant(v), f"lr [0, inf) {v!r}") for v in NUMBERS],
    *[(f"schedules.{name}", lambda name=name, given=given, i=i, v=v:
       getattr(schedules, name)(*given[:i], v, *given[i + 1:]), f"{argument} [0, inf) {v!r}")
      for name, given, arguments in (
          ("inverse_time", [1, 1], ["lr", "decay"]), ("exponential", [1, 1], ["lr", "decay"]),
          ("power", [1, 1, 1], ["lr", "decay", "exponent"]))
      for i, argument in enumerate(arguments) for v in NUMBERS],
    ("schedules.rate_at", lambda: schedules.rate_at(3, 0), "schedule function 3"),
    *[("schedules.rate_at", lambda v=v: schedules.rate_at(lambda step: v, 5), f"lr [0, inf) {v!r} step 5")
      for v in NUMBERS],
    *[("transforms.l2", lambda v=v: transforms.l2(v), f"alpha [0, inf) {v!r}") for v in NUMBERS],
    *[("transforms.l1", lambda v=v: transforms.l1(v), f"alpha [0, inf) {v!r}") for v in NUMBERS],
    *[("transforms.clip_norm", lambda v=v: transforms.clip_norm(v), f"max_norm (0, inf) {v!r}")
      for v in [*NUMBERS, 0]],
    *[(f"initializers.{name}", lambda name=name, v=v: getattr(initializers, name)(v),
       f"{argument} [0, inf) {v!r}")
      for name, argument in (("normal", "std"), ("uniform", "limit"), ("orthogonal", "gain"))
      for v in NUMBERS],
    *[("initializers.fans", lambda v=v: initializers.fans(v), f"shape {v!r}")
      for v in (3, None, "ab", (3,), (2, 3, 4), (0, 3), (2.5, 3), (True, 3))],
    *[(f"initializers.{name}", lambda name=name: getattr(initializers, name)()((3,), RNG),
       "shape (fan_in, fan_out) (3,)")
      for name in ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "lecun_normal",
                   "orthogonal")],
    *[(f"initializers.{name}", lambda name=name, v=v: getattr(initializers, name)()((2, 3), v),
       f"rng Generator {v!r}")
      for name in ("normal", "uniform", "xavier_normal", "xavier_uniform", "he_normal", "he_uniform",
                   "lecun_normal", "orthogonal") for v in (0, None)],
    *[(f"initializers.{name}", lambda name=name: getattr(initializers, name)()("ab", RNG), "shape tuple 'ab'")
      for name in ("zeros", "normal", "uniform")],

    # layers
    *[("layers.Dense", lambda v=v: Dense(v, 1), f"fan_in at least 1 {v!r}")
      for v in (0, 2.5, True, "2", None)],
    *[("layers.Dense", lambda v=v: Dense(1, v), f"fan_out at least 1 {v!r}") for v in (-1, NAN)],
    ("layers.Dense", lambda: Dense(2, 1, weight=3), "weight initializer he_normal() 3"),
    ("layers.Dense", lambda: Dense(2, 1, bias=initializers.zeros), "bias initializer function zeros"),
    ("layers.Dense", lambda: Dense(3, 2).weight, "Dense(3, 2) weight Network"),
    ("layers.Dense", lambda: net().layers[0].forward(X[:, :2]), "x (batch, 3) Dense(3, 2) (4, 2)"),
    ("layers.Dense", lambda: net().layers[0].forward([1.0, 2.0, 3.0]), "x (batch, 3) (3,)"),
    *[("layers.LeakyReLU", lambda v=v: layers.LeakyReLU(v), f"slope [0, inf) {v!r}") for v in NUMBERS],
    *[("layers.ELU", lambda v=v: layers.ELU(v), f"alpha [0, inf) {v!r}") for v in NUMBERS],
    ("layers.Layer", lambda: layers.Layer().forward(X), "Layer forward(x, train)"),
    ("layers.Layer", lambda: layers.Layer().backward(X), "Layer backward(g)"),
    *[("layers.sigmoid", lambda v=v: layers.sigmoid(v), "x float32 float64 dtype")
      for v in ("a", None, [True])],

    # losses
    *[(f"losses.{name}", call, message) for name in ("MSE", "MAE", "BinaryCrossEntropy")
      for call, message in (
        (lambda name=name: getattr(losses, name)()(X, Y), "target (4, 3) (4, 2)"),
        (lambda name=name: getattr(losses, name)()(X[:, :1], X[:, 0]), "target (4, 1) (4,)"),
        (lambda name=name: getattr(losses, name)()("a", [1.0]), "output float64 <U1"),
        (lambda name=name: getattr(losses, name)()([1.0], None), "target float64 object"),
        (lambda name=name: getattr(losses, name)()([1.0], ["a"]), "target float64 <U1"),
        (lambda name=name: getattr(losses, name)()(X[:0], X[:0]), "output at least one entry (0, 3)"))],
    *[("losses.BinaryCrossEntropy", lambda v=v: losses.BinaryCrossEntropy()([[0.0]], [[v]]),
       f"target [0, 1] {v:g}") for v in (2, -0.5, NAN)],
    *[("losses.SoftmaxCrossEntropy", lambda v=v: losses.SoftmaxCrossEntropy()(np.zeros((2, 3)), v),
       f"target {message}") for v, message in (
           ([0, 3], "from 0 to 2 3"), ([-1, 0], "from 0 to 2 -1"), ([0.0, 1.0], "integer float64"),
           ([True, False], "integer bool"), (None, "integer object"), (["a", "b"], "integer <U1"),
           ([0], "(batch,) (1,) (2, 3)"), ([[0, 1, 0], [1, 0, 0]], "(batch,) (2, 3)"))],
    ("losses.SoftmaxCrossEntropy", lambda: losses.SoftmaxCrossEntropy()([0.0, 1.0], [0, 1]),
     "target (batch, classes) (2,)"),
    ("losses.SoftmaxCrossEntropy", lambda: losses.SoftmaxCrossEntropy()("a", [0]), "output float64 <U1"),
    ("losses.SoftmaxCrossEntropy", lambda: losses.SoftmaxCrossEntropy()(Y, [[0], [0, 1]]), "target uneven"),

    # network
    ("network.Network", lambda: Network(Dense(2, 1), loss=MSE(), rng=RNG), "layers list Dense(2, 1)"),
    ("network.Network", lambda: Network([], loss=MSE(), rng=RNG), "layers at least one empty"),
    ("network.Network", lambda: Network([Dense(2, 1), ReLU], loss=MSE(), rng=RNG), "layers[1] Layer ReLU"),
    *[("network.Network", lambda v=v: net(loss=v), "loss MSE() got") for v in (MSE, "mse", None)],
    *[("network.Network", lambda v=v: net(rng=v), f"rng Generator {v!r}") for v in (0, None)],
    *[("network.Network", lambda v=v: net(dtype=v), "dtype 'float32' 'float64' got")
      for v in ("int64", int, None)],
    ("network.Network", lambda: Network([Dense(2, 1, weight=lambda s, r: np.ones(5))], loss=MSE(), rng=RNG),
     "initializer 0.weight (2, 1) (5,)"),
    *[("network.Network", lambda v=v: net().forward(v), f"x (batch, inputs) {got}") for v, got in (
        (X[0], "(3,)"), ("abc", "<U3"), (None, "object"), (np.full((2, 3), "a"), "<U1"), (X > 0, "bool"))],
    ("network.Network", lambda: net().forward([[1, 2, 3], [1, 2]]), "x list uneven"),
    ("network.Network", lambda: net().predict(X[:, :2]), "x (batch, 3) Dense(3, 2) (4, 2)"),
    ("network.Network", lambda: net().backward(Y), "backward forward"),
    ("network.Network", lambda: (n := net(), n.forward(X), n.backward(Y[:3])), "g (4, 2) (3, 2)"),
    ("network.Network", lambda: net().loss_and_grad(X, Y[:3]), "target (4, 2) (3, 2)"),
    ("network.Network", lambda: net().loss_value(X, None), "target float64 object"),
    ("network.Network", lambda: net().gradient_check(X, Y, entries=0), "entries at least 1 0"),
    *[("network.Network", lambda v=v: net().gradient_check(X, Y, eps=v), f"eps (0, inf) {v!r}")
      for v in [*NUMBERS, 0]],
    ("network.Network", lambda: net().copy("float16"), "dtype 'float32' 'float64' 'float16'"),

    # optimizers
    *[(f"optimizers.{rule.__name__}", lambda rule=rule, v=v: rule(lr=v), f"lr [0, inf) {v!r}")
      for rule in (optimizers.Optimizer, *optimizers.OPTIMIZERS.values()) for v in NUMBERS],
    *[(f"optimizers.{rule.__name__}", call, message) for rule in optimizers.OPTIMIZERS.values()
      for call, message in (
        (lambda rule=rule: rule(lr=lambda: 0.1), "lr function of the step"),
        (lambda rule=rule: rule(transforms=transforms.l2(0.1)), "transforms list function"),
        (lambda rule=rule: rule(transforms=[transforms.l2]), "transforms l2(0.1) got"),
        (lambda rule=rule: rule(transforms=[3]), "transforms (x, g) 3"),
        (lambda rule=rule: rule().step([1.0], [1.0]), "x array float64 [1.0]"),
        (lambda rule=rule: rule().step(np.ones(2), None), "g array float64 None"),
        (lambda rule=rule: rule().step(np.ones(2), [1.0, 2.0]), "g array float64 [1.0, 2.0]"),
        (lambda rule=rule: rule().step(np.ones(2, int), np.ones(2, int)), "x float64 int64"),
        (lambda rule=rule: rule().step(np.ones(2, np.float16), np.ones(2, np.float16)), "x float32 float16"),
        (lambda rule=rule: rule().step(np.ones(2), np.ones((2, 1))), "x g (2,) (2, 1)"),
        (lambda rule=rule: rule().step(np.ones(2), np.ones(2, np.float32)), "x g float64 float32"),
        (lambda rule=rule: rule().step(np.ones(2), np.array([1.0, NAN])), "g finite 1 of 2 step 1"),
        (lambda rule=rule: rule().step(RAVINE.start, np.ones(2)), "x writeable x.copy()"))],
    ("optimizers.Optimizer", lambda: optimizers.Optimizer().step(np.ones(1), np.ones(1)),
     "Optimizer rule(g, lr,"),
    *[(f"optimizers.{rule.__name__}", lambda rule=rule, f=f, v=v: rule(**{f.name: v}),
       f"{f.name} {allowed} {v!r}")
      for rule in (optimizers.Optimizer, *optimizers.OPTIMIZERS.values()) for f in dataclasses.fields(rule)
      for allowed, values in bad_values(f) for v in values],
    *[("optimizers.SGD", lambda v=v: SGD(lr=v), f"lr {words}") for v, words in (
        (np.array([1.0, -1.0]), "[0, inf) -1"), (np.array([NAN]), "finite 1"),
        (np.array(["a"]), "dtype <U1"))],
    ("optimizers.SGD", lambda: SGD(lr=np.ones(3)).step(np.ones(2), np.ones(2)), "lr (2,) (3,)"),
    ("optimizers.SGD", lambda: SGD(averages=3), "averages TailAverage() 3"),
    ("optimizers.SGD", lambda: SGD(lr=10**400), "lr [0, inf) 1000"),
    *[(f"optimizers.{rule.__name__}", lambda rule=rule, name=name, v=v: setattr(rule(), name, v),
       f"{name} {words}")
      for rule in (optimizers.Optimizer, *optimizers.OPTIMIZERS.values()) for name, v, words in (
          ("lr", np.array([-1.0, NAN]), "finite 1"), ("lr", np.array([-1.0]), "[0, inf) -1"),
          ("lr", -1, "[0, inf) -1"), ("lr", lambda: 1, "function of the step"),
          ("weight_decay", NAN, "[0, inf) nan"), ("transforms", 3, "list 3"), ("averages", 3, "list 3"),
          ("proximal", 3, "list 3"))],
    *[(f"optimizers.{rule.__name__}", lambda rule=rule, f=f, v=v: setattr(rule(), f.name, v),
       f"{f.name} {allowed} {v!r}")
      for rule in optimizers.OPTIMIZERS.values() for f in dataclasses.fields(rule)
      for allowed, values in bad_values(f) for v in values],

    # averaging
    *[("averaging.TailAverage", lambda v=v: averaging.TailAverage(v), f"start at least 0 {v!r}")
      for v in (-1, 2.5, None, True)],
    ("averaging.TailAverage", lambda: averaging.TailAverage().update(["a"]), "x float64 <U1"),
    *[(f"averaging.{type(average).__name__}",
       lambda average=average: (average.update(X), average.update(Y)), "x (4, 3) (4, 2) reset()")
      for average in (TailAverage(), TailAverage(2), ExponentialAverage(0.5))],
    *[("averaging.ExponentialAverage", lambda v=v: averaging.ExponentialAverage(v), f"beta [0, 1) {v!r}")
      for v in [*NUMBERS, 1]],
    ("averaging.ExponentialAverage", lambda: averaging.ExponentialAverage(0.5, bias_correction=None),
     "bias_correction True False None"),
    ("averaging.ExponentialAverage", lambda: averaging.ExponentialAverage(0.5).update(None),
     "x float64 object"),

    # training, progress, minimize
    *[("training.accuracy", lambda a=a, b=b: training.accuracy(a, b), message) for a, b, message in (
        (Y, [1], "y (n,) output (n, classes) (1,) (4, 2)"), (1.0, [1], "y (n,) output (n, classes) (1,) ()"),
        (Y[:0], [1][:0], "y integer labels float64"), (Y[:0], ONE[:0].astype(int), "y output (0, 1) (0, 2)"),
        (Y, None, "y integer labels object"), (Y, ["a"] * 4, "y integer labels <U1"),
        (Y, [0.5] * 4, "y integer labels float64"), (Y, [[0], [0, 1]], "y list uneven"),
        ("a", [1], "output float64 <U1"))],
    *[("training.batches", lambda v=v: training.batches(v, 2, RNG), f"n at least 1 {v!r}")
      for v in (0, 2.5, True, None)],
    *[("training.batches", lambda v=v: training.batches(3, v, RNG), f"batch_size at least 1 {v!r}")
      for v in (0, 2.5, None)],
    ("training.batches", lambda: training.batches(3, 2, 0), "rng Generator 0"),
    ("training.batches", lambda: training.batches(3, 2, RNG, shuffle=1), "shuffle True or False 1"),
    *[("training.fit", lambda options=options: fit(**options), message) for options, message in (
        ({"net": None}, "net Network None"), ({"opt": SGD}, "opt SGD(lr=0.1) class"),
        ({"opt": "sgd"}, "opt 'sgd'"),
        ({"x": None}, "x (n, inputs) object"), ({"x": X[0]}, "x (n, inputs) (3,)"),
        ({"x": [[1, 2], [3]]}, "x list uneven"), ({"x": X[:0], "y": Y[:0]}, "x at least 1 (0, 3)"),
        ({"x": X[:, :2]}, "x (batch, 3) (4, 2)"), ({"x": X * NAN}, "x finite 12 (4, 3)"),
        ({"y": Y * INF}, "y finite 8 (4, 2)"), ({"y": Y[:2]}, "x y length (4, 3) (2, 2)"),
        ({"y": None}, "y (4, 3) ()"), ({"y": Y[:, 0]}, "target (4, 2) (4,)"),
        ({"epochs": 0}, "epochs at least 1 0"), ({"epochs": 1.5}, "epochs whole 1.5"),
        ({"epochs": True}, "epochs whole True"), ({"batch_size": 0}, "batch_size at least 1 0"),
        ({"batch_size": "all"}, "batch_size whole 'all'"), ({"rng": 0}, "rng Generator 0"),
        ({"shuffle": "no"}, "shuffle True or False 'no'"),
        ({"progress": "no"}, "progress True or False 'no'"),
        ({"validation": 3}, "validation (x, y) 3"), ({"validation": X}, "validation (x, y)"),
        ({"validation": (X, Y[:2])}, "validation[0] validation[1] length (4, 3) (2, 2)"),
        ({"validation": (None, None)}, "validation[0] (n, inputs) object"),
        ({"validation": (X * NAN, Y)}, "validation[0] finite 12"),
        ({"validation": (X, Y * NAN)}, "validation[1] finite 8"),
        ({"validation": (X[:, :2], Y)}, "validation[0] (n, 3) (4, 2)"),
        ({"validation": (X, Y[:, 0])}, "validation[1] (n, 2) (4,)"),
        *[({"metric": lambda output, y, v=v: v, **more}, f"metric number {words}")
          for v, words in ((None, "None"), (np.ones(2), "array([1., 1.])"), ("a", "'a'"),
                           ([1, [2]], "[1, [2]]"))
          for more in ({}, {"validation": (X, Y)})],
        ({"metric": "accuracy"}, "metric function 'accuracy'"),
        ({"metric": lambda output: 0}, "metric (output, y)"), ({"callbacks": print}, "callbacks list print"),
        ({"callbacks": [3]}, "callbacks (net, opt, history) 3"),
        ({"callbacks": [lambda net: 0]}, "callbacks (net, opt, history)"))],
    ("progress.progress", lambda: progress.progress(3, "x"), "iterable 3"),
    ("progress.progress", lambda: progress.progress([3], "x", show=1), "show True or False 1"),
    *[("minimize.minimize", lambda options=options: run(**options), message) for options, message in (
        ({"f": 3}, "f function 3"), ({"f": abs}, "gradient function None"),
        ({"gradient": 3}, "gradient function 3"),
        ({"x0": None}, "x0 float64 object"), ({"x0": "ab"}, "x0 float64 <U2"),
        ({"x0": [True]}, "x0 float64 bool"),
        ({"x0": np.ones((0, 2))}, "x0 at least one (0, 2)"), ({"x0": []}, "x0 at least one (0,)"),
        ({"x0": [[[1.0, 2.0]]]}, "x0 (n,) (runs, n) (1, 1, 2)"), ({"x0": [1.0, NAN]}, "x0 finite 1"),
        ({"x0": [1.0]}, "x0 (2,) (runs, 2) (1,)"), ({"opt": "sgd"}, "opt SGD(lr=0.1) 'sgd'"),
        ({"opt": SGD}, "opt SGD(lr=0.1) class"), ({"steps": -1}, "steps at least 0 -1"),
        ({"steps": 1.5}, "steps whole 1.5"), ({"steps": None}, "steps whole None"),
        ({"gradient": lambda x: np.ones(3)}, "gradient(x) (2,) (3,)"),
        ({"gradient": lambda x: None}, "gradient(x) float64 object"),
        ({"gradient": lambda x: x * NAN}, "gradient finite x0 nan"),
        ({"f": lambda x: x, "gradient": lambda x: x}, "f number [1. 1.]"),
        ({"f": lambda x: "a", "gradient": lambda x: x}, "f number 'a'"),
        ({"f": lambda x: None, "gradient": lambda x: x}, "f number None"))],

    # functions and data
    *[("functions.valley", lambda v=v: functions.valley(v), f"kappa [1, inf) {v!r}")
      for v in [*NUMBERS, 0.5]],
    *[("functions.quadratic", lambda v=v: functions.quadratic(v), f"kappa [1, inf) {v!r}") for v in NUMBERS],
    *[("functions.quadratic", lambda v=v: functions.quadratic(2, n=v), f"n at least 1 {v!r}")
      for v in (0, 1.5, None)],
    ("functions.quadratic", lambda: functions.quadratic(2, n=1), "kappa 1 n = 1 2"),
    ("functions.quadratic", lambda: functions.quadratic(2, n=3, rotation=0.5), "rotation Generator 0.5"),
    ("functions.quadratic", lambda: functions.quadratic(2, rotation="a"), "rotation number 'a'"),
    ("functions.Quadratic", lambda: functions.quadratic(2).equal_energy_start(0), "energy (0, inf) 0"),
    *[("functions.Function", lambda method=method, v=v: method(v), f"x {got}")
      for method in (BEALE, BEALE.gradient, BEALE.hessian) for v, got in (
          ([1.0, 2.0, 3.0], "(..., 2) Beale (3,)"), (1.0, "(..., 2) ()"), ("ab", "float64 <U2"),
          (None, "float64 object"), ([[1.0], [1.0, 2.0]], "list uneven"))],
    *[("functions.Function", lambda v=v: functions.Function("f", "x", *v), message) for v, message in (
        (((1, 2, 3), [1.0]), "formulas three functions value gradient Hessian (1, 2, 3)"),
        ((3, [1.0]), "formulas three functions 3"), (((abs, abs), [1.0]), "formulas three functions abs"),
        (((abs, abs, abs), "x"), "start float64 <U1"), (((abs, abs, abs), 1.0), "start (any,) ()"))],
    *[("datasets.noisy_sine", lambda options=options: datasets.noisy_sine(**{"rng": RNG, **options}), message)
      for options, message in (({"n": 1}, "n at least 2 1"), ({"n": 2.5}, "n whole 2.5"),
      ({"rng": 0}, "rng Generator 0"),
                               ({"noise": -1}, "noise [0, inf) -1"), ({"noise": "a"}, "noise 'a'"),
                               ({"dtype": "int32"}, "dtype 'float32' 'int32'"))],
    ("datasets.two_piece", lambda: datasets.two_piece(1), "n at least 2 1"),
    ("datasets.two_piece", lambda: datasets.two_piece(dtype="f2"), "dtype 'float32' 'float16'"),
    *[("datasets.regression", lambda options=options: datasets.regression(**{"rng": RNG, **options}), message)
      for options, message in (({"n": 2}, "n at least 3 2"), ({"features": 0}, "features at least 1 0"),
                               ({"noise": NAN}, "noise [0, inf) nan"),
                               ({"condition": 0.5}, "condition [1, inf) 0.5"),
                               ({"condition": 2, "features": 1}, "condition 1 2"),
                               ({"rng": None}, "rng None"))],
    ("datasets.load_digits", lambda: datasets.load_digits(NO_PLACE), f"digits {NO_PLACE} directory"),
    ("datasets.load_digits", lambda: datasets.load_digits(7), "directory path 7"),
    *[(f"mnist.{name}", lambda name=name: getattr(mnist, name)(7), "directory path 7")
      for name in ("load_mnist", "load_fashion_mnist", "mnist_available")],
    *[(f"mnist.{name}", lambda name=name: getattr(mnist, name)(NO_PLACE), f"directory {NO_PLACE}")
      for name in ("load_mnist", "load_fashion_mnist")],
    ("mnist.places", lambda: mnist.places("mnist", None), "directory path None"),
    *[(name, lambda call=call: call(""), "directory path ''") for name, call in (
        ("mnist.load_mnist", mnist.load_mnist), ("mnist.load_fashion_mnist", mnist.load_fashion_mnist),
        ("mnist.mnist_available", mnist.mnist_available), ("datasets.load_digits", datasets.load_digits))],
    *[("idx.read_idx", lambda v=v: idx.read_idx(NO_PLACE, v), f"ndim at least 1 {v!r}")
      for v in ("a", 0, 1.5, True)],
    ("idx.read_idx", lambda: idx.read_idx("."), "path IDX file directory ."),
    ("idx.read_idx", lambda: idx.read_idx(""), "path ''"),
    ("idx.write_idx", lambda: idx.write_idx("never-written", [[1], [1, 2]]), "array list uneven"),
    *[("idx.read_split", lambda v=v: idx.read_split(NO_PLACE, NO_PLACE, v), f"scale (0, inf) {v!r}")
      for v in [*NUMBERS, 0]],
    ("idx.read_idx", lambda: idx.read_idx(None), "path None"),
    ("idx.read_idx", lambda: idx.read_idx(NO_PLACE), NO_PLACE),
    ("idx.read_idx", lambda: idx.read_idx(__file__), "test_bad_input.py IDX zero bytes"),
    ("idx.write_idx", lambda: idx.write_idx(None, np.ones(2, np.uint8)), "path None"),
    ("idx.write_idx", lambda: idx.write_idx("never-written", [1.5]), "array uint8 float64"),
    ("idx.read_split", lambda: idx.read_split(NO_PLACE, NO_PLACE, 16), NO_PLACE),

    # claims, tables, validation
    *[("claims.Claims", lambda v=v: claims.Claims(v), f"lecture two digits {v!r}")
      for v in (9, None, "9", "x1")],
    *[("claims.Claims", lambda options=options: claim(**options), message) for options, message in (
        ({"name": "a b"}, "name letters 'a b'"), ({"measured": "x"}, "measured number 'x'"),
        ({"measured": []}, "measured at least one empty"), ({"value": None}, "value number None"),
        ({"within": -1}, "within [0, inf) -1"))],
    ("tables.text_table", lambda: tables.text_table(["a"], [["1", "2"]]), "rows[0] 1 2"),
    ("tables.markdown_table", lambda: tables.markdown_table(["a"], [["1"], ["1", "2"]]), "rows[1] 1 2"),
    ("validation.number", lambda: validation.number("a", 2, 0, 1), "a [0, 1] 2"),
    ("validation.integer", lambda: validation.integer("a", 2.0), "a whole 2.0"),
    ("validation.choice", lambda: validation.choice("a", "z", ["x", "y"]), "a 'x' 'y' 'z'"),
    ("validation.choice", lambda: validation.choice("a", X, ["x", "y"]), "a 'x' 'y' array([["),
    ("validation.choice", lambda: validation.choice("a", "xx", ["x"], any_case=True), "a 'x' 'xx'"),
    ("validation.floats", lambda: validation.floats("a", [NAN]), "a finite 1"),
    ("validation.returned", lambda: validation.returned("a", [1], ()), "a return number [1]"),
    *[("validation.as_path", lambda v=v: validation.as_path("a", v), f"a path {v!r}") for v in ("", 3, None)],
    ("validation.as_array", lambda: validation.as_array("a", [[1], [1, 2]]), "a list uneven"),
    ("validation.shape_tuple", lambda: validation.shape_tuple("a", 3), "a tuple 3"),
    ("validation.boolean", lambda: validation.boolean("a", 1), "a True or False 1"),
    ("validation.function", lambda: validation.function("a", 3, "a function"), "a function 3"),
    ("validation.generator", lambda: validation.generator(3, "a"), "a Generator 3"),

    # studies: landscape
    *[(f"studies.landscape.{f.__name__}", lambda f=f, a=a, b=b: f(a, b), message)
      for f in (landscape.line_fit, landscape.two_weight_network) for a, b, message in (
          (None, ONE, "x float64 object"), ("ab", ONE, "x float64 <U2"), (ONE[:, 0], ONE, "x (any, 1) (4,)"),
          (ONE * NAN, ONE, "x finite 4"), (ONE[:0], ONE[:0], "x at least one row (0, 1)"),
          (ONE, ONE[:2], "y (4, 1) (2, 1)"), (ONE, 3, "y (4, 1) ()"))],
    ("studies.landscape.line_fit", lambda: landscape.line_fit(ONE, ONE), "x two different 1"),
    *[("studies.landscape.two_weight_network", lambda v=v: landscape.two_weight_network(ONE, ONE, v),
       f"activation 'tanh' 'identity' {v!r}") for v in ("relu", None, 3)],
    *[(f"studies.landscape.{name}", call, message) for name, call, message in (
        ("objective", lambda: landscape.objective(3, X, Y), "net Network 3"),
        ("objective", lambda: landscape.objective(net(), X[:, :2], Y), "x (batch, 3) (4, 2)"),
        ("objective", lambda: landscape.objective(net(), X, None), "target float64 object"),
        ("objective", lambda: landscape.objective(net(), X, Y)(1.0), "theta (8,) ()"),
        ("loss_between", lambda: landscape.loss_between(None, X, Y, 0, 0), "net Network None"),
        ("loss_between", lambda: landscape.loss_between(net(), X, Y, 0, np.ones(8)), "start (8,) ()"),
        ("loss_between", lambda: landscape.loss_between(net(), X, Y, np.ones(8), "a"), "end float64 <U1"),
        ("loss_between", lambda: landscape.loss_between(net(), X, Y, np.ones(8), np.ones(8), 1),
         "points at least 2 1"),
        ("find_minimum", lambda: landscape.find_minimum("net", X, Y), "net Network 'net'"),
        ("find_minimum", lambda: landscape.find_minimum(net(), X, Y), "net float64 float32"),
        ("find_minimum", lambda: landscape.find_minimum(net(dtype="float64"), X, Y, tolerance=0),
         "tolerance (0, inf) 0"),
        ("find_minimum", lambda: landscape.find_minimum(net(dtype="float64"), X, Y, steps=0),
         "steps at least 1 0"))],

    # studies: convergence
    *[(f"studies.convergence.{name}", lambda call=call, values=values: call(*values), message)
      for name, call in (("exact_loss", lambda h, x, lr=0.1: convergence.exact_loss(h, x, lr, 1)),
                         ("exact_steps", lambda h, x, lr=0.1: convergence.exact_steps(h, x, lr)))
      for values, message in (
          (([], []), "curvatures at least 0 []"), (([-1.0], [1.0]), "curvatures at least 0 [-1.0]"),
          (([0.0], [1.0]), "curvatures not all 0 [0.0]"), (([1.0], [1.0, 2.0]), "x shape (1,) (2,)"),
          (([1.0], ["a"]), "x float64 <U1"), (([1.0], [1.0], "a"), "lr number 'a'"),
          (([1.0], [1.0], -1), "lr 0, -1"))],
    *[("studies.convergence.exact_loss", lambda v=v: convergence.exact_loss([1.0], [1.0], 0.1, v),
       f"steps whole least 0 {v!r}") for v in (-1, 1.5, "a", None, [1, -2])],
    ("studies.convergence.exact_steps", lambda: convergence.exact_steps([1.0], [[1.0]], 0.1),
     "x (1,) (1, 1)"),
    ("studies.convergence.exact_steps", lambda: convergence.exact_steps([1.0], [1.0], 2.0), "lr (0, 2) 2.0"),
    ("studies.convergence.exact_steps", lambda: convergence.exact_steps([1.0], [1.0], 0.1, 1.0),
     "tolerance (0, 1) 1.0"),
    ("studies.convergence.exact_steps", lambda: convergence.exact_steps([1.0], [0.0], 0.1), "x minimum 0"),
    *[("studies.convergence.contraction", lambda v=v: convergence.contraction(v, [1.0]), "opt SGD Momentum")
      for v in (3, None, SGD(weight_decay=0.1), SGD(lr=lambda t: 0.1))],
    ("studies.convergence.contraction", lambda: convergence.contraction(SGD(), [-1.0]),
     "curvatures at least 0 [-1.0]"),
    *[(f"studies.convergence.{name}", lambda name=name, values=values: getattr(convergence, name)(*values),
       message)
      for name in ("strongly_convex_bound", "nesterov_bound") for values, message in (
          ((2.0, 0.0, 1), "smallest (0, inf) 0.0"), ((1.0, 2.0, 1), "largest [2, inf) 1.0"),
          (("a", 1.0, 1), "largest 'a'"), ((2.0, 1.0, 1.5), "steps whole 1.5"),
          ((2.0, 1.0, 1, -1.0), "distance [0, inf) -1.0"))],
    ("studies.convergence.strongly_convex_bound", lambda: convergence.strongly_convex_bound(2, 1, 1, 1, -1),
     "lr [0, inf) -1"),
    *[("studies.convergence.convex_bound", lambda values=values: convergence.convex_bound(*values), message)
      for values, message in (((0.0, 1), "largest (0, inf) 0.0"), ((1.0, -1), "steps least 0 -1"),
                              ((1.0, 1, None), "distance None"))],
    *[("studies.convergence.promised_steps", lambda values=values: convergence.promised_steps(*values),
       message)
      for values, message in ((("a", 0.1), "bound function 'a'"), ((abs, 0.0), "goal (0, inf) 0.0"),
                              ((abs, 0.1, 0), "limit least 1 0"), ((np.cosh, 0.1, 5), "limit after 5 steps"),
                              ((str, 0.1), "bound number '0'"), ((lambda: 1, 0.1), "bound function lambda"))],
    *[("studies.convergence.measured_rate", lambda v=v: convergence.measured_rate(v), message)
      for v, message in (([1.0, 0.5], "loss 3 positive 0.5"), ([1.0, 0.0, 0.0], "loss positive 0."),
                         (3, "loss (any,) ()"))],

    # studies: scaling, sine_rates, steepest
    ("studies.scaling.scale", lambda: scaling.scale(X, "foo"), "how 'centred' 'foo'"),
    ("studies.scaling.scale", lambda: scaling.scale([1.0], "centred"), "x (any, any) (1,)"),
    ("studies.scaling.scale", lambda: scaling.scale(X, "standardized"), "x constant 3"),
    *[(f"studies.scaling.{name}", lambda name=name, values=values: getattr(scaling, name)(*values), message)
      for name in ("least_squares_modes", "regression_loss") for values, message in (
          ((np.ones((4, 2)), ONE), "x independent (4, 2)"), ((np.ones(4), ONE), "x any (4,)"),
          ((np.ones((4, 2)), X), "y (4, 1) (4, 3)"))],
    *[("studies.sine_rates.sine_problem", lambda v=v: sine_rates.sine_problem(v), f"seed least 0 {v!r}")
      for v in (-1, 0.5, None)],
    ("studies.sine_rates.largest_curvature", lambda: sine_rates.largest_curvature(3, X, Y, rng=RNG),
     "net Network 3"),
    ("studies.sine_rates.largest_curvature", lambda: sine_rates.largest_curvature(net(), X, Y, rng=0),
     "rng Generator 0"),
    ("studies.sine_rates.largest_curvature",
     lambda: sine_rates.largest_curvature(net(), X, Y, rng=RNG, rounds=0), "rounds least 1 0"),
    *[("studies.sine_rates.train_sine", lambda values=values: sine_rates.train_sine(*values), message)
      for values, message in (((0.0, 0), "lr (0, inf) 0.0"), ((0.1, -1), "seed least 0 -1"),
                              ((0.1, 0, 0), "steps least 1 0"), ((0.1, 0, 1, 0), "measure_every least 1 0"))],
    ("studies.sine_rates.train_sines", lambda: sine_rates.train_sines(0.1, 3), "seeds list 3"),
    *[("studies.steepest.around", lambda values=values: steepest.around(*values), message)
      for values, message in (
          ((3, [1.0, 1.0], 1.0), "f functions two 3"), ((RAVINE, [1.0], 1.0), "x (2,) (1,)"),
          ((functions.quadratic(2, n=3), [1.0] * 3, 1.0), "f two Quadratic"),
          ((RAVINE, [0.0, 0.0], 1.0), "x stationary"), ((RAVINE, [1.0, 1.0], 0.0), "radius (0, inf) 0.0"),
          ((RAVINE, [1.0, 1.0], 1.0, 2), "points least 3 2"))],

    # studies: momentum
    ("studies.momentum.best", lambda: momentum.best("adam", 2, 1), "method 'momentum' 'adam'"),
    *[("studies.momentum.best", lambda v=v: momentum.best("momentum", v, 1), f"largest [1, inf) {v!r}")
      for v in NUMBERS],
    *[("studies.momentum.proven", lambda v=v: momentum.proven(2, v), f"smallest (0, inf) {v!r}")
      for v in NUMBERS],
    ("studies.momentum.proven", lambda: momentum.proven(0.5, 1), "largest [1, inf) 0.5"),
    *[(f"studies.momentum.{name}", lambda call=call, values=values: call(*values), message)
      for name, call in (("run_modes", lambda opt, h, x: momentum.run_modes(opt, h, x, 2)),
                         ("steps_to", momentum.steps_to),
                         ("relative_loss", lambda opt, h, x: momentum.relative_loss(opt, h, x, 2)))
      for values, message in (
          (("sgd", [1.0], [[1.0]] if name != "relative_loss" else [1.0]), "opt SGD(lr=0.1) 'sgd'"),
          ((SGD(schedules.constant(0.1)), [1.0], [[1.0]] if name != "relative_loss" else [1.0]),
           "opt constant rate"),
          ((SGD(), 3, [[1.0]]), "curvatures (any,) ()"),
          ((SGD(), [0.0], [[1.0]]), "curvatures positive [0.0]"),
          ((SGD(), [], [[1.0]]), "curvatures one or more []"), ((SGD(), [1.0], 3), "x 1 got ()"),
          ((SGD(), [1.0], None), "x float64 object"))],
    ("studies.momentum.run_modes", lambda: momentum.run_modes(SGD(), [1.0], [[1.0]], -1), "steps least 0 -1"),
    ("studies.momentum.relative_loss", lambda: momentum.relative_loss(SGD(), [1.0], [1.0], 1.5),
     "steps whole 1.5"),
    ("studies.momentum.relative_loss", lambda: momentum.relative_loss(SGD(), [1.0], [0.0], 1), "x zeros"),
    *[("studies.momentum.steps_to", lambda v=v: momentum.steps_to(SGD(), [1.0], [[1.0]], v),
       f"tolerance (0, 1) {v!r}") for v in [*NUMBERS, 1]],
    ("studies.momentum.steps_to", lambda: momentum.steps_to(SGD(), [1.0], [[1.0]], limit=0),
     "limit at least 1 0"),
    ("studies.momentum.steps_to", lambda: momentum.steps_to(SGD(), [1.0], [[1.0]], limit=5),
     "limit larger 5 1e-06"),
    *[("studies.momentum.starts", lambda values=values: momentum.starts(*values), message)
      for values, message in ((("a", "equal"), "curvatures float64 <U1"),
                              (([1.0], "odd"), "energy 'equal' 'random' 'odd'"),
                              (([1.0], "random", 0), "count at least 1 0"),
                              (([1.0], "random", 1), "rng Generator None"))],
    *[("studies.momentum.steps_against_kappa", lambda options=options: sweep_kappa(**options), message)
      for options, message in (
          ({"make_optimizer": 3}, "make_optimizer function 3"),
          ({"make_optimizer": lambda largest, smallest: None}, "opt SGD(lr=0.1) None"),
          ({"kappas": 10}, "kappas (any,) ()"), ({"kappas": [0.5]}, "kappas at least 1 [0.5]"),
          ({"energy": 1}, "energy 'equal' 1"), ({"modes": 1}, "modes at least 2 1"),
          ({"count": 0}, "count at least 1 0"), ({"energy": "random", "rng": 0}, "rng Generator 0"),
          ({"tolerance": 2}, "tolerance (0, 1) 2"))],
    *[("studies.momentum.slope", lambda a=a, b=b: momentum.slope(a, b), message) for a, b, message in (
        (None, [1], "kappas float64 object"), ([10], [1], "kappas two different [10]"),
        ([1, 10], 3, "steps (..., 2) 3"), ([1, 10], [1, 0], "steps positive [1. 0.]"),
        ([1, 10], "a", "steps float64 <U1"))],
    *[("studies.momentum.bound_ratio", lambda values=values: momentum.bound_ratio(SGD(), *values), message)
      for values, message in (((2, 2, 1, X), "factor (0, 1] 2"), ((0.5, 1, 1, X), "kappa (1, inf) 1"),
                              ((0.5, 2, -1, X), "steps at least 0 -1"),
                              ((0.5, 2, 1, [1.0]), "x (any, any) (1,)"))],
    ("studies.momentum.bound_ratio", lambda: momentum.bound_ratio(3, 0.5, 2, 1, X), "opt SGD(lr=0.1) 3"),
    ("studies.momentum.bound_ratios", lambda: momentum.bound_ratios(3, RNG), "kappas (any,) ()"),
    ("studies.momentum.bound_ratios", lambda: momentum.bound_ratios([2], 0), "rng Generator 0"),
    *[("studies.momentum.noise_variance", lambda options=options: momentum.noise_variance(
        **{"lr": 0.1, "momentum": 0.5, **options}), message) for options, message in (
            ({"lr": 4}, "lr (0, 3) 4"), ({"lr": "a"}, "lr 'a'"), ({"momentum": None}, "momentum [0, 1) None"),
            ({"curvature": 0}, "curvature (0, inf) 0"), ({"noise": -1}, "noise [0, inf) -1"))],
    *[("studies.momentum.noisy_runs", lambda options=options: noisy(**options), message)
      for options, message in (
          ({"opt": SGD}, "opt SGD(lr=0.1) class"), ({"x0": None}, "x0 number None"),
          ({"steps": -1}, "steps at least 0 -1"), ({"curvature": -1}, "curvature (0, inf) -1"),
          ({"noise": "a"}, "noise 'a'"), ({"runs": 0}, "runs at least 1 0"),
          ({"rng": 0}, "rng Generator 0"))],
    *[("studies.momentum.roll", lambda values=values: momentum.roll(*values), message)
      for values, message in ((("sgd", [1.0]), "opt 'sgd'"), ((SGD(), 1.0), "x (any,) ()"),
                              ((SGD(), [1.0], 1.5), "steps whole 1.5"),
                              ((SGD(), [1.0], 1, "a"), "tilt 'a'"))],

    # studies: momentum_digits
    # studies: adam, two_piece
    *[("studies.adam.train_digits", lambda values=values: adam.train_digits(*values), message)
      for values, message in (((0, 0.9, True, 0), "lr (0, inf) 0"), ((0.1, 1, True, 0), "beta2 [0, 1) 1"),
                              ((0.1, 0.9, 1, 0), "bias_correction True or False 1"),
                              ((0.1, 0.9, True, -1), "seed at least 0 -1"),
                              ((0.1, 0.9, True, 0, 0), "epochs at least 1 0"))],
    *[("studies.adam.sweep_correction", lambda values=values: adam.sweep_correction(*values), message)
      for values, message in ((([], [0.9], [0]), "rates positive []"),
                              (([0.1], 0.9, [0]), "beta2s (any,) ()"), (([0.1], [0.9], 3), "seeds whole 3"),
                              (([0.1], [2.0], [0]), "beta2 [0, 1) 2.0"))],
    *[("studies.adam.valley_runs", lambda values=values: adam.valley_runs(*values), message)
      for values, message in ((("adam", [2], 0), "opt SGD(lr=0.1) 'adam'"),
                              ((SGD(), 2, 0), "kappas (any,) ()"),
                              ((SGD(), [0.5], 0), "kappa [1, inf) 0.5"),
                              ((SGD(), [2], "a"), "angle 'a'"))],
    *[("studies.adam.valley_steps", lambda o=o: adam.valley_steps(**{"kappas": [2], "angle": 0} | o), message)
      for o, message in (({"kappas": 2}, "kappas (any,) ()"), ({"kappas": [0.5]}, "kappa [1, inf) 0.5"),
                         ({"angle": "a"}, "angle 'a'"), ({"starts": 0}, "starts at least 1 0"),
                         ({"rates": 0}, "rates at least 1 0"))],
    *[("studies.adam.cycle", lambda v=v: adam.cycle(v, 3), f"peak (2, inf) {v!r}") for v in [*NUMBERS, 2]],
    ("studies.adam.cycle", lambda: adam.cycle(3, 0), "steps at least 1 0"),
    *[("studies.adam.projected", lambda values=values: adam.projected(*values), message)
      for values, message in ((("adam", [1.0]), "opt Adam() 'adam'"), ((SGD(), 3), "gradients (any,) ()"),
                              ((SGD(), [1.0], 2), "x0 [-1, 1] 2"))],
    ("studies.adam.drift", lambda: adam.drift(1, 0.5), "peak (2, inf) 1"),
    *[("studies.adam.drift", lambda v=v: adam.drift(3, v), f"beta2 [0, 1) {v!r}") for v in [*NUMBERS, 1]],
    ("studies.two_piece.network", lambda: two_piece.network(-1), "seed at least 0 -1"),
    ("studies.two_piece.network", lambda: two_piece.network(0, "f2"), "dtype 'float32' 'float16'"),
    *[("studies.two_piece.train", lambda values=values: two_piece.train(*values), message)
      for values, message in ((("adam", 0.1, 0), "method 'Adam' 'adam'"), (("Adam", 0, 0), "lr (0, inf) 0"),
                              (("Adam", 0.1, 0.5), "seed whole 0.5"), (("Adam", 0.1, 0, 5, 2), "epochs 2 5"),
                              (("Adam", 0.1, 0, -2, 2), "epochs at least 0 -2"),
                              (("Adam", 0.1, 0, 5, 0), "every at least 1 0"))],
    ("studies.two_piece.many", lambda: two_piece.many("Adam", 0.1, 3, 100), "seeds list 3"),
    ("studies.two_piece.many", lambda: two_piece.many("Adam", "a", [0], 100), "lr 'a'"),
    ("studies.two_piece.stored", lambda: two_piece.stored(NO_PLACE), f"file two_piece_rmse.csv {NO_PLACE}"),
    ("studies.two_piece.wins", lambda: two_piece.wins([1.0], [1.0]), "first (any, any) (1,)"),
    ("studies.two_piece.wins", lambda: two_piece.wins([[1.0]], [[1.0, 2.0]]), "second (1, 1) (1, 2)"),
    *[("studies.momentum_digits.digits_network", lambda v=v: momentum_digits.digits_network(v),
       f"seed at least 0 {v!r}") for v in (-1, None, 0.5)],
    *[("studies.momentum_digits.train_digits", lambda options=options: train_digits(**options), message)
      for options, message in (
          ({"method": "adam"}, "method 'momentum' 'adam'"), ({"rate": 0}, "rate (0, inf) 0"),
          ({"seed": "a"}, "seed whole 'a'"), ({"epochs": 0}, "epochs at least 1 0"),
          ({"batch_size": 0}, "batch_size at least 1 0"))],
    *[("studies.momentum_digits.sweep_digits", lambda options=options: sweep_digits(**options), message)
      for options, message in (
          ({"rates": 0.1}, "rates (any,) ()"), ({"rates": [0.1, -1]}, "rates positive [0.1, -1]"),
          ({"seeds": 3}, "seeds list 3"), ({"seeds": [-1]}, "seeds at least 0 -1"),
          ({"epochs": None}, "epochs whole None"), ({"batch_size": 0}, "batch_size at least 1 0"))],
    *[("studies.momentum_digits.tuned", lambda a=a, b=b: momentum_digits.tuned(a, b), message)
      for a, b, message in (
          ([], [], "rates one or more []"), ([1.0, 2.0], None, "losses float64 object"),
          ([1.0, 2.0], [[1.0]], "losses (2, any) (1, 1)"),
          ([1.0, 2.0], np.ones((2, 0)), "losses at least one seed (2, 0)"),
          ([1.0, 2.0], [[1.0], [0.5]], "rates further 2 edge"))],
    *[("studies.momentum_digits.tuned_runs", lambda values=values: tuned_runs(*values), message)
      for values, message in (
          ((3,), "losses dict 3"), (({"adam": [[1.0]]},), "losses 'momentum' 'adam'"),
          (({"momentum": [[1.0]]},), "losses (3, any) (1, 1)"), (({}, 3), "seeds list 3"))],

    # studies: choosing, step_cost, surfaces
    *[("studies.choosing.methods", lambda v=v: choosing.methods(v), message) for v, message in (
        (3, "rates dict 3"), ({"adam": [1]}, "rates 'Adam' 'adam'"))],
    ("studies.choosing.compare_pictures", lambda: choosing.compare_pictures(1, seeds=[0], tuning_seeds=[0]),
     "use_mnist True False 1"),
    ("studies.choosing.compare_pictures", lambda: choosing.compare_pictures(seeds=3, tuning_seeds=[0]),
     "seeds list 3"),
    ("studies.choosing.save", lambda: choosing.save(3), "comparison Comparison 3"),
    ("studies.choosing.stored", lambda: choosing.stored(NO_PLACE), f"path choosing_mnist.json {NO_PLACE}"),
    *[("studies.choosing.regression_epochs", lambda v=v, o=o: choosing.regression_epochs(*v, **o), message)
      for v, o, message in (
          (("adam", [0]), {}, "method 'Adam' 'adam'"), (("Adam", [-1]), {}, "seeds at least 0 -1"),
          (("Adam", [0]), {"rates": [0.0]}, "rates positive [0.0]"),
          (("Adam", [0]), {"epochs": 0}, "epochs at least 1 0"),
          (("Adam", [0]), {"batch_size": 0}, "batch_size at least 1 0"),
          (("Adam", [0]), {"excess": 0}, "excess (0, inf) 0"), (("Adam", 3), {}, "seeds list 3"))],
    *[("studies.step_cost.shapes_of", lambda v=v: step_cost.shapes_of(v), f"widths {v!r}")
      for v in (3, (4,))],
    ("studies.step_cost.shapes_of", lambda: step_cost.shapes_of((4, 0)), "widths at least 1 0"),
    ("studies.step_cost.remembered", lambda: step_cost.remembered("foo"), "name 'adam' 'foo'"),
    ("studies.step_cost.bytes_per_step", lambda: step_cost.bytes_per_step("foo"), "name 'adam' 'foo'"),
    ("studies.step_cost.step_functions", lambda: step_cost.step_functions("lion"), "name 'adam' 'lion'"),
    ("studies.step_cost.torch_optimizer", lambda: step_cost.torch_optimizer("lion", [], 0.1),
     "name 'adam' 'lion'"),
    ("studies.step_cost.time_steps", lambda: step_cost.time_steps("adam", (4, 3), repeats=0),
     "repeats at least 1 0"),
    ("studies.step_cost.gradient_seconds", lambda: step_cost.gradient_seconds(3, 4), "net Network 3"),
    ("studies.step_cost.gradient_seconds", lambda: step_cost.gradient_seconds(net(), 0), "batch_size 1 0"),
    ("studies.surfaces.rate_grid", lambda: surfaces.rate_grid(0, 1), "low (0, inf) 0"),
    ("studies.surfaces.rate_grid", lambda: surfaces.rate_grid(1, 0.1), "high [1, inf) 0.1"),
    ("studies.surfaces.starts", lambda: surfaces.starts("foo", 3, RNG), "surface 'Beale' 'foo'"),
    ("studies.surfaces.starts", lambda: surfaces.starts("Beale", 0, RNG), "count at least 1 0"),
    ("studies.surfaces.starts", lambda: surfaces.starts("Beale", 3, 0), "rng Generator 0"),
    *[("studies.surfaces.steps_to_goal", lambda v=v, o=o: surfaces.steps_to_goal(BEALE, *v, **o), message)
      for v, o, message in (
          (([1.0], "Adam", [1.0]), {}, "x0 (any, 2) (1,)"),
          (([[1, 1]], "foo", [1.0]), {}, "method 'Adam' 'foo'"),
          (([[1, 1]], "Adam", [0.0]), {}, "rates positive [0.0]"),
          (([[1, 1]], "Adam", [1.0]), {"limit": 0}, "limit at least 1 0"),
          (([[1, 1]], "Adam", [1.0]), {"tolerance": 0}, "tolerance (0, 1] 0"))],
    ("studies.surfaces.steps_to_goal", lambda: surfaces.steps_to_goal(3, [[1, 1]], "Adam", [1.0]),
     "f Function 3"),
    ("studies.surfaces.run", lambda: list(surfaces.run(3, BEALE, ONE, 1)), "opt SGD(lr=0.1) 3"),
    ("studies.surfaces.first_of", lambda: surfaces.first_of(3), "found dict methods 3"),
    ("studies.surfaces.first_of", lambda: surfaces.first_of({"foo": [1.0]}), "found 'Adam' 'foo'"),
    ("studies.surfaces.first_of", lambda: surfaces.first_of({"Adam": [[1.0]]}), "found (any,) (1, 1)"),
    ("studies.surfaces.sweep", lambda: surfaces.sweep("foo", rng=RNG), "surface 'Beale' 'foo'"),
    ("studies.surfaces.best", lambda: surfaces.best([1.0], [0.1]), "steps (1, any) (1,)"),
    ("studies.surfaces.own_rates", lambda: surfaces.own_rates(3), "found dict 3"),
    ("studies.surfaces.own_rates", lambda: surfaces.own_rates({"adam": [[1.0]]}), "found 'Adam' 'adam'"),
    ("studies.surfaces.at_own_rates", lambda: surfaces.at_own_rates("Beale", {"foo": 1.0}, rng=RNG),
     "own 'Adam' 'foo'"),
    ("studies.surfaces.at_own_rates", lambda: surfaces.at_own_rates("foo", {}, rng=RNG),
     "surface 'Beale' 'foo'"),
    ("studies.surfaces.race", lambda: surfaces.race("foo", {}), "surface 'Beale' 'foo'"),
    ("studies.surfaces.race", lambda: surfaces.race("Beale", [0.1]), "own dict [0.1]"),

    # studies: adaptive, sparse_features
    *[("studies.adaptive.steps_until", lambda v=v: adaptive.steps_until(v), "found True False trace.loss got")
      for v in (None, 3, [1.0, 2.0], [[True]])],
    *[("studies.adaptive.effective_rates", lambda v=v: adaptive.effective_rates(*v), message)
      for v, message in (((SGD(), run()), "opt AdaGrad SGD"), (("a", run()), "opt AdaGrad 'a'"),
                         ((optimizers.AdaGrad(), 3), "trace minimize int"),
                         ((optimizers.AdaGrad(), run(x0=Y)), "trace one run"))],
    *[("studies.adaptive.first_steps", lambda v=v: adaptive.first_steps(*v), message)
      for v, message in ((("a", [1.0]), "opt AdaGrad() 'a'"), ((SGD(), None), "g float64 object"),
                         ((SGD(), [NAN]), "g finite 1"))],
    *[("studies.adaptive.best_steps", lambda v=v: adaptive.best_steps(*v[:4], **dict(v[4:])), message)
      for v, message in (((3, [0.1], RAVINE, Y), "make_optimizer function 3"),
                         ((SGD, 0.1, RAVINE, Y), "rates (any,) ()"),
                           ((SGD, [0], RAVINE, Y), "rates positive"),
                         ((SGD, [0.1], RAVINE, [1.0, 1.0]), "starts (any, any) (2,)"),
                         ((SGD, [0.1], RAVINE, Y[:0]), "starts one or more 0"), ((SGD, [0.1], 3, Y), "f 3"),
                         ((SGD, [0.1], RAVINE, Y, ("tolerance", 1)), "tolerance (0, 1) 1"),
                         ((SGD, [0.1], RAVINE, Y, ("limit", 0)), "limit at least 1 0"))],
    *[("studies.adaptive.turned_valley", lambda o=o: adaptive.turned_valley(**o), message) for o, message in (
        ({"angles": 45}, "angles (any,) ()"), ({"starts": 0}, "starts at least 1 0"),
        ({"rates": 0}, "rates at least 1 0"))],
    ("studies.adaptive.ravine_rates", lambda: adaptive.ravine_rates(lr=-1), "lr [0, inf) -1"),
    *[("studies.adaptive.leave_saddles", lambda v=v: adaptive.leave_saddles(*v), message)
      for v, message in (((0.1,), "rates (any,) ()"), (([0],), "rates positive [0]"),
                         (([],), "rates one or more []"), (([0.1], 0), "limit at least 1 0"))],
    ("studies.adaptive.on_circle", lambda: adaptive.on_circle(0), "points at least 1 0"),
    *[("studies.sparse_features.frequencies", lambda v=v: sparse_features.frequencies(v),
       f"features at least 1 {v!r}") for v in (0, 2.5, None)],
    *[("studies.sparse_features.learn", lambda options=options: sparse_features.learn(
        **{"opt": SGD(), "rates": [0.1], "seeds": [0], "noise": 1, "steps": 1, "features": 2, **options}),
       message) for options, message in (
           ({"opt": "sgd"}, "opt SGD() 'sgd'"), ({"rates": [0]}, "rates positive [0.]"),
           ({"rates": []}, "rates one or more []"), ({"rates": "a"}, "rates float64"),
           ({"decays": [-1]}, "decays non-negative [-1.]"), ({"seeds": 3}, "seeds list 3"),
           ({"seeds": [-1]}, "seeds at least 0 -1"), ({"noise": -1}, "noise [0, inf) -1"),
           ({"steps": 0}, "steps at least 1 0"), ({"features": 0}, "features at least 1 0"))],
    *[(f"studies.sparse_features.{name}", lambda name=name, v=v: getattr(sparse_features, name)(v),
       "errors float64") for name in ("risk", "rare") for v in (None, "a")],
    *[("studies.sparse_features.compare", lambda v=v: sparse_features.compare(*v, steps=1), message)
      for v, message in (((-1,), "noise [0, inf) -1"), ((1, ["adam"]), "methods 'AdaGrad' 'adam'"),
                         ((1, "SGD"), "methods list 'SGD'"), ((1, 3), "methods list 3"))],

    # studies: stochastic
    *[("studies.stochastic.moments", lambda o=o: noisy_moments(**o), message) for o, message in (
        ({"curvatures": [0.0]}, "curvatures positive [0.0]"), ({"curvatures": []}, "curvatures one more []"),
        ({"x0": [1.0]}, "x0 (2,) (1,)"), ({"lr": -1}, "lr [0, inf) -1"), ({"lr": lambda k: NAN}, "lr nan"),
        ({"steps": -1}, "steps at least 0 -1"), ({"noise": -1.0}, "noise at least 0 -1"),
        ({"noise": [1.0, 1.0, 1.0]}, "noise 2 [1., 1., 1.]"), ({"noise": lambda: 1}, "noise lambda"),
        ({"average": 0.9}, "average TailAverage 0.9"),
        ({"average": ExponentialAverage(0.9, bias_correction=False)}, "average bias-corrected False"))],
    *[("studies.stochastic.simulate", lambda o=o: simulated(**o), message) for o, message in (
        ({"opt": 0.1}, "opt SGD(lr=0.1) 0.1"), ({"x0": 1.0}, "x0 (2,) ()"), ({"steps": 1.5}, "steps 1.5"),
        ({"curvatures": -1}, "curvatures (any,) ()"), ({"runs": 0}, "runs at least 1 0"),
        ({"rng": 0}, "rng Generator 0"), ({"at": [2, 1]}, "at increasing [2, 1]"),
        ({"at": [5]}, "at increasing steps = 3 [5]"), ({"noise": "a"}, "noise float64 <U1"))],
    *[("studies.stochastic.stationary_variance", lambda v=v: stochastic.stationary_variance([2.0], v),
       f"lr (0, 1) {v!r}") for v in [*NUMBERS, 1.0]],
    *[("studies.stochastic.averaged_variance", lambda v=v: stochastic.averaged_variance([2.0], 0.1, v),
       f"beta [0, 1) {v!r}") for v in [*NUMBERS, 1.0]],
    ("studies.stochastic.polyak_loss", lambda: stochastic.polyak_loss([1.0], 0), "steps at least 1 0"),
    ("studies.stochastic.polyak_loss", lambda: stochastic.polyak_loss([1.0], 1, noise=-1.0), "noise 0 -1"),
    ("studies.stochastic.local_slope", lambda: stochastic.local_slope([1.0], [1.0]), "steps values 2"),
    ("studies.stochastic.local_slope", lambda: stochastic.local_slope([1.0, 2.0], [1.0, 0.0]), "positive"),

    # studies: lecture 16
    *[("studies.lr_schedules.make_schedule", lambda v=v: lr_schedules.make_schedule(*v), message)
      for v, message in ((("zigzag", 0.1, 100), "name 'constant' 'zigzag'"),
                         (("step", -1, 100), "lr [0, inf) -1"), (("step", 0.1, 9), "steps at least 10 9"))],
    ("studies.lr_schedules.rates_of", lambda: lr_schedules.rates_of(0.1, 5), "schedule function 0.1"),
    ("studies.lr_schedules.rates_of", lambda: lr_schedules.rates_of(lambda k: 0.1, -1), "steps 0 -1"),
    ("studies.lr_schedules.final_loss", lambda: lr_schedules.final_loss(0.1), "rates (…, steps) ()"),
    ("studies.lr_schedules.final_loss", lambda: lr_schedules.final_loss([-0.1]), "rates at least 0 -0.1"),
    ("studies.lr_schedules.final_loss", lambda: lr_schedules.final_loss([0.1], noise=-1), "noise [0, -1"),
    ("studies.lr_schedules.best_rate", lambda: lr_schedules.best_rate("saw", 100), "name 'cosine' 'saw'"),
    *[("studies.lr_schedules.train_digits", lambda o=o: lr_schedules.train_digits(
        **{"names": ["step"], "batch_size": 4, "steps": 10, "rates": [0.1], "seeds": [0],
           "tuning_seeds": [0], **o}), message)
      for o, message in (({"names": "step"}, "names list 'step'"), ({"names": ["saw"]}, "names 'saw'"),
                         ({"steps": 0}, "steps at least 10 0"), ({"rates": []}, "rates positive []"),
                         ({"batch_size": 0}, "batch_size at least 1 0"), ({"seeds": 3}, "seeds list 3"))],
    ("studies.lr_schedules.fed_back", lambda: lr_schedules.fed_back(0.1, -1, 1, 5), "decay [0, inf) -1"),
    ("studies.lr_schedules.fed_back", lambda: lr_schedules.fed_back(0.1, 1, 1, -5), "steps at least 0 -5"),
    ("studies.lr_schedules.twice_the_base", lambda: lr_schedules.twice_the_base("a", 5), "lr 'a'"),
    ("studies.lr_schedules.twice_the_base", lambda: lr_schedules.twice_the_base(0.1, 0), "steps 1 0"),
    ("studies.lr_schedules.right_factor", lambda: lr_schedules.right_factor(0), "steps at least 1 0"),
    ("studies.snapshots.train", lambda: snapshots.train(-1), "seed at least 0 -1"),
    ("studies.snapshots.train", lambda: snapshots.train(0, lr=0), "lr (0, inf) 0"),
    ("studies.snapshots.judge", lambda: snapshots.judge(np.ones((2, 3, 10))), "probabilities 600 3"),
    ("studies.snapshots.judge", lambda: snapshots.judge(X), "probabilities (any, any, 10) (4, 3)"),
    ("studies.snapshots.disagreement", lambda: snapshots.disagreement(np.ones((1, 3, 10))), "at least two 1"),
    ("studies.snapshots.softmax", lambda: snapshots.softmax([1.0]), "logits (any, any) (1,)"),
    ("studies.warmup.deep_network", lambda: warmup.deep_network(1.5), "seed whole 1.5"),
    ("studies.warmup.schedule", lambda: warmup.schedule(0.1, 114), "warm_steps 0 to 113 114"),
    ("studies.warmup.train", lambda: warmup.train("adam", 0.1, 0, 0), "optimizer 'Adam' 'adam'"),
    ("studies.warmup.train", lambda: warmup.train("Adam", 0.0, 0, 0), "lr (0, inf) 0"),
    ("studies.warmup.sweep", lambda: warmup.sweep("SGD", [0.1], 0, 3), "rates seeds lists 3"),
    ("studies.warmup.sweep", lambda: warmup.sweep("SGD", ["a"], 0, [0]), "rates float64"),
    ("studies.warmup.first_steps", lambda: warmup.first_steps("SGD", 0.1, 0, 0, 0), "steps 1 to 114 0"),
    ("studies.plateau.run", lambda: plateau.run(-1), "seed at least 0 -1"),
    ("studies.plateau.run", lambda: plateau.run(0, factor=2.0), "factor (0, 1) 2.0"),
    ("studies.plateau.run", lambda: plateau.run(0, epochs=0), "epochs at least 1 0"),

    # studies: minibatch, minibatch_fits
    *[("studies.minibatch.example_gradients", lambda v=v: minibatch.example_gradients(*v), message)
      for v, message in (((3, X, Y), "net Network 3"), ((net(), 3, Y), "x (any, any) ()"),
                         ((net(), X, Y[:2]), "x y (4, 3) (2, 2)"))],
    *[("studies.minibatch.batch_noise", lambda v=v, o=o: minibatch.batch_noise(*v, **{"rng": RNG, **o}),
       message) for v, o, message in (
          ((ONE[:1], [1]), {}, "gradients at least two (1, 1)"), ((ONE, [5]), {}, "sizes from 1 to 4 5"),
          ((ONE, 3), {}, "sizes list 3"), ((ONE, [1]), {"draws": 0}, "draws at least 1 0"),
          ((ONE, [1]), {"rng": 0}, "rng Generator 0"), ((ONE, [1]), {"replace": 1}, "replace True 1"))],
    ("studies.minibatch.predicted_noise", lambda: minibatch.predicted_noise(ONE, [0]), "sizes from 1 to 4 0"),
    ("studies.minibatch.predicted_noise", lambda: minibatch.predicted_noise([1.0], [1]), "gradients (1,)"),
    *[("studies.minibatch.visit", lambda v=v: minibatch.visit(*v, rng=RNG), message) for v, message in (
        ((ONE, 0.1, 1, "shuffled each epoch"), "targets (any,) (4, 1)"), (([], 0.1, 1, "a"), "targets none"),
        (([1.0], 2, 1, "shuffled each epoch"), "lr (0, 2) 2"), (([1.0], 0.1, 1, "up"), "order 'up'"),
        (([1.0], 0.1, 0, "shuffled each epoch"), "epochs at least 1 0"))],
    *[("studies.minibatch.stream", lambda o=o: streamed(**o), message) for o, message in (
        ({"curvatures": [-1.0]}, "curvatures positive [-1.0]"), ({"average": 3}, "averages TailAverage() 3"),
        ({"lr": -1}, "lr [0, inf) -1"), ({"noise": -1}, "noise [0, inf) -1"), ({"runs": 0}, "runs 1 0"),
        ({"rng": 0}, "rng Generator 0"), ({"at": [1]}, "at at least 2 1"), ({"at": 3}, "at list 3"),
        ({"average": TailAverage(5), "at": [5]}, "at at least 6 5"))],
    *[("studies.minibatch_fits.train_passes", lambda v=v: minibatch_fits.train_passes(*v), message)
      for v, message in (((0, 0.1, 0, 1), "batch_size at least 1 0"), ((8, -1, 0, 1), "lr [0, inf) -1"),
                         ((8, 0.1, -1, 1), "seed at least 0 -1"), ((8, 0.1, 0, 0), "passes at least 1 0"))],
    ("studies.minibatch_fits.train_passes", lambda: minibatch_fits.train_passes(8, 0.1, 0, 1, by_class=1),
     "by_class True or False 1"),
    *[("studies.minibatch_fits.best_rate", lambda v=v: minibatch_fits.best_rate(8, *v, 1), message)
      for v, message in (((0.1, [0]), "rates (any,) ()"), (([0.1], [0]), "rates three [0.1]"),
                         (([1, 2, 3], 0), "seeds list 0"))],
    *[("studies.minibatch_fits.compare_sizes", lambda v=v: minibatch_fits.compare_sizes(*v), message)
      for v, message in ((([], [0], [0]), "settings dict []"), (({}, [0], 3), "seeds list 3"))],
    ("studies.minibatch_fits.noisy_fits", lambda: minibatch_fits.noisy_fits(-1), "seed at least 0 -1"),
    ("studies.minibatch_fits.noisy_fits", lambda: minibatch_fits.noisy_fits(0, 0), "passes at least 1 0"),

    # studies: noisy_descent
    ("studies.noisy_descent.three_passes", lambda: noisy_descent.three_passes(0, 0.1, 0), "size 1 to 100 0"),
    ("studies.noisy_descent.three_passes", lambda: noisy_descent.three_passes(1, -1, 0), "lr [0, inf) -1"),
    ("studies.noisy_descent.excess", lambda: noisy_descent.excess([1.0]), "points (..., 2) (1,)"),
    ("studies.noisy_descent.three_ways", lambda: noisy_descent.three_ways({1: 0.1}, -1), "seed 0 -1"),
    ("studies.noisy_descent.three_ends", lambda: noisy_descent.three_ends({0: 0.1}, [1]), "size 1 to 100 0"),
    ("studies.noisy_descent.noise_by_size", lambda: noisy_descent.noise_by_size(3, rng=RNG), "sizes list 3"),
    ("studies.noisy_descent.late_orders", lambda: noisy_descent.late_orders(rng=0), "rng Generator 0"),
    ("studies.noisy_descent.planned", lambda: noisy_descent.planned([2.0], [1.0], 0, rng=RNG), "runs 1 0"),
    *[(f"studies.noisy_descent.{name}", lambda name=name: getattr(noisy_descent, name)([-1.0], [1.0]),
       "curvatures positive [-1.0]") for name in ("cures", "averages")],
    ("studies.noisy_descent.inverse_rates", lambda: noisy_descent.inverse_rates(3), "curvatures (any,) ()"),

    # studies: comparison, ranking, problems, parallel
    *[("studies.comparison.compare", lambda options=options: compare_two(**options), message)
      for options, message in (
          ({"problem": 3}, "problem run(opt, rng, evaluations) 3"), ({"methods": {}}, "methods dict {}"),
          ({"methods": {"a": "sgd"}}, "methods['a'] (optimizer, hyper-parameters, learning rates) 'sgd'"),
          ({"methods": {"a": ("adm", {}, [1.0])}}, "methods['a'] 'adam' 'adm'"),
          ({"methods": {"a": ("sgd", None, [1.0])}}, "methods['a'] dict None"),
          ({"methods": {"a": ("sgd", {"lr": 1}, [1.0])}}, "methods['a'] without lr {'lr': 1}"),
          ({"methods": {"a": ("adam", {"beta1": 1}, [1.0])}}, "methods['a'] beta1 [0, 1) 1"),
          ({"methods": {"a": ("sgd", {"foo": 1}, [1.0])}}, "methods['a'] 'weight_decay' 'foo' 1"),
          ({"methods": {3: ("sgd", {}, [1.0])}}, "labels methods strings 3"),
          ({"problem": lambda opt, rng, n: []}, "problem at least one loss []"),
          ({"seeds": [0, np.int64(0)]}, "seeds different np.int64(0)"),
          *[({"methods": {"a": ("sgd", {}, v)}}, f"learning rates methods['a'] {word}")
            for v, word in (([], "positive"), (0.1, "(any,) ()"), ([0, 1], "positive"), ([2, 1], "rise"))],
          ({"seeds": 3}, "seeds list 3"), ({"seeds": []}, "seeds list []"), ({"seeds": [-1]}, "seeds 0 -1"),
          ({"tuning_seeds": ["a"]}, "tuning_seeds whole 'a'"), ({"evaluations": 0}, "evaluations 1 0"),
          ({"jobs": 0}, "jobs at least 1 0"), ({"score": 3}, "score function 3"),
          ({"progress": 1}, "progress True or False 1"))],
    *[("studies.comparison.first_below", lambda v=v: comparison.first_below(v), f"target {v!r}")
      for v in (None, "a", NAN)],
    *[("studies.ranking.Comparison", lambda v=v: compare_two().at_one_rate(v), f"rate {v!r}")
      for v in [*NUMBERS, 3]],
    ("studies.ranking.Comparison", lambda: compare_two().wins("a", "c"), "b 'a' 'c'"),
    *[("studies.problems.FunctionProblem", lambda v=v: problems.FunctionProblem(*v), message)
      for v, message in (((3,), "function RAVINE 3"), ((RAVINE, (1.0,)), "start (2,) (1,)"),
                         ((RAVINE, None, -1), "spread [0, inf) -1"),
                         ((RAVINE, None, 0, "a"), "noise 'a'"))],
    *[("studies.problems.NetworkProblem", lambda options=options: network_problem(**options), message)
      for options, message in (
          ({"data": 3}, "data Dataset 3"), ({"widths": 3}, "widths two 3"), ({"widths": (3,)}, "widths (3,)"),
          ({"widths": (3, 0)}, "widths at least 1 0"), ({"loss": 3}, "loss MSE() 3"),
          ({"batch_size": 0}, "batch_size at least 1 0"), ({"points": 1.5}, "points whole 1.5"),
          ({"measure": "all"}, "measure 'test' 'all'"), ({"measure": "test"}, "measure 'train' 'test'"),
          ({"metric": 3}, "metric function 3"), ({"activation": 3}, "activation ReLU 3"),
          ({"weight": 3}, "weight he_normal 3"), ({"floor": NAN}, "floor nan"),
          ({"dtype": "int8"}, "dtype 'float32' 'int8'"))],
    *[(f"studies.problems.{type(problem).__name__}", lambda problem=problem, options=options: problem.run(
        **{"opt": SGD(), "rng": RNG, "evaluations": 1, **options}), message)
      for problem in (network_problem(), problems.FunctionProblem(RAVINE, noise=1.0))
      for options, message in (
          ({"opt": "a"}, "opt optimizer 'a'"), ({"rng": 3}, "rng Generator 3"),
          ({"evaluations": -1}, "evaluations least 0 -1"), ({"evaluations": 2.5}, "evaluations whole 2.5"))],
    *[("studies.problems.NetworkProblem",
       lambda part=part: network_problem(data=lambda: idx.Split(X, ONE), measure=part).run(SGD(), RNG, 1),
       f"measure 'train' Split {part!r}") for part in ("validation", "test")],
    ("studies.problems.NetworkProblem", lambda: network_problem(data=lambda: 3).run(SGD(), RNG, 1),
     "data Dataset Split 3"),
    ("studies.problems.error_rate", lambda: problems.error_rate(X, X.astype(int)), "y (n,) (4, 3)"),
    *[("studies.problems.linear_regression", lambda options=options: problems.linear_regression(
        **{"rng": RNG, **options}), message) for options, message in (
            ({"n": 5}, "n at least 22 5"), ({"features": 0}, "features at least 1 0"),
            ({"noise": -1}, "noise [0, inf) -1"), ({"rng": 0}, "rng Generator 0"),
            ({"batch_size": 0}, "batch_size at least 1 0"))],
    *[("studies.parallel.run_all", lambda values=values, more=options: parallel.run_all(*values, **more),
       message) for values, options, message in (
           ((3, [(1,)]), {}, "function 3"), ((abs, 3), {}, "tasks list 3"), ((abs, []), {}, "tasks list []"),
           ((abs, [1]), {}, "tasks tuples [1]"), ((abs, [(1,)]), {"jobs": 0}, "jobs at least 1 0"),
           ((lambda a: a, [(1, 2)]), {}, "function tasks lambda"))],
    ("studies.records.store", lambda: records.store(3, ""), "file path 3"),
    ("studies.records.store", lambda: records.store("runs.csv", b""), "text string b''"),
    ("studies.records.store_curves", lambda: records.store_curves(3, ["lr", "seed"], [], []), "file path 3"),
    ("studies.records.store_rows", lambda: records.store_rows(3, []), "file path 3"),
    ("studies.records.read", lambda: records.read(3, "runs.csv"), "file path 3"),
    ("studies.records.read_curves", lambda: records.read_curves("runs.csv", "runs.csv", 1),
     "columns at least 2 1"),
    ("studies.records.rounded", lambda: records.rounded([1.0], 0), "digits at least 1 0"),
    ("studies.settings.seed_list", lambda: settings.seed_list("seeds", "1"), "seeds list whole numbers '1'"),
    ("studies.settings.seed_list", lambda: settings.seed_list("seeds", []), "seeds list whole numbers []"),
    ("studies.settings.seed_list", lambda: settings.seed_list("seeds", [0, -1]), "seeds at least 0 -1"),
    ("studies.settings.positive", lambda: settings.positive("rates", [1.0, -2.0]), "rates positive -2.0"),
    ("studies.shared.shared", lambda: shared.shared(3), "function rng 3"),
    ("studies.shared.shared", lambda: shared.shared(surfaces.sweep), "function rng sweep"),
]

# Why these need no row.
EXEMPT = {
    **dict.fromkeys(["datasets.Regression", "idx.Split", "idx.Dataset", "minimize.Trace",
                     "studies.landscape.Found", "studies.minibatch_fits.Pass",
                     "studies.plateau.PlateauRun", "studies.snapshots.Outputs",
                     "studies.ranking.Runs", "studies.sparse_features.Tuned", "studies.stochastic.Moments",
                     "studies.stochastic.Runs", "tables.Table", "training.History"],
                    "a record, filled by the library"),
    **dict.fromkeys(["studies.scaling.Modes", "studies.sine_rates.SineRun", "studies.steepest.Circle"],
                    "a record, filled by the library"),
    "studies.scaling.diabetes": "no arguments", "studies.choosing.torch_rates": "no arguments",
    "studies.adaptive.slope_steps": "no arguments",
    **dict.fromkeys(["studies.noisy_descent.two_weights", "studies.noisy_descent.portion_rates"],
                    "no arguments"),
    **dict.fromkeys(["optimizers.NonFiniteGradientError", "training.DivergenceError"], "an error itself"),
    **dict.fromkeys(["validation.all_finite", "validation.span"], "called on arrays that were checked"),
    **dict.fromkeys(["claims.array_of", "claims.failures", "claims.in_notebook", "claims.load_claims",
                     "claims.numbers_of", "claims.one_line", "claims.plain", "claims.same_decimals"],
                     "a part of Claims, tested there"),
    **dict.fromkeys(["studies.comparison.last", "studies.ranking.doubt"], "a part of compare, tested there"),
    "studies.snapshots.judging_images": "no arguments",
    "environment.describe_environment": "no arguments", "studies.two_piece.main": "no arguments",
}
LECTURES = [bad_input_lecture06, bad_input_lecture07, bad_input_lecture08, bad_input_lecture18,
            bad_input_lecture19]
for part in [bad_input_training, *LECTURES]:
    ROWS += part.ROWS
    EXEMPT |= part.EXEMPT


def trace():
    return run(steps=3)


def empty_figure():
    return importlib.import_module("matplotlib.figure").Figure()


ALT = "A full sentence that says what the picture shows."

# As above; the calls get course_lib.show and course_lib.frameworks, which take long to import, as `lib`.
SHOW = [
    ("describe_accumulators", lambda lib: lib.describe_accumulators("foo"), "method 'AdaGrad' 'foo'"),
    ("describe_accumulators", lambda lib: lib.describe_accumulators(step=0), "step from 1 to 100 0"),
    ("describe_accumulators", lambda lib: lib.describe_accumulators(kappa="a"), "kappa 'a'"),
    ("draw_accumulators", lambda lib: lib.draw_accumulators(lr=-1), "lr [0, inf) -1"),
    ("draw_accumulators", lambda lib: lib.draw_accumulators(gradient=3), "gradient 'every step' 3"),
    ("activation", lambda lib: lib.activation(3), "layer Tanh() 3"),
    ("activation", lambda lib: lib.activation(ReLU), "layer Tanh() class"),
    ("activation", lambda lib: lib.activation(layers.Tanh(), low=3, high=1), "high (3, inf) 1"),
    ("activation", lambda lib: lib.activation(layers.Tanh(), low="a"), "low number 'a'"),
    ("animate_paths", lambda lib: lib.animate_paths(RAVINE, {"a": trace()}, alt=""), "alt sentence ''"),
    ("animate_paths", lambda lib: lib.animate_paths(RAVINE, {}, alt=ALT), "dict 1 to 7 0"),
    *[("contour", lambda lib, v=v: lib.contour(v), f"f function {v!r}") for v in (3, None, "a")],
    ("contour", lambda lib: lib.contour(functions.quadratic(2, n=3)), "window ((x_low, x_high)"),
    ("contour", lambda lib: lib.contour(RAVINE, points=1), "points at least 2 1"),
    ("contour", lambda lib: lib.contour(RAVINE, window=3), "window (2, 2) ()"),
    ("describe_stochastic", lambda lib: lib.describe_stochastic(lr=0.5), "lr [0.001, 0.48] 0.5"),
    ("describe_stochastic", lambda lib: lib.describe_stochastic(batch=0), "batch [1, 256] 0"),
    ("draw_stochastic", lambda lib: lib.draw_stochastic(average="mean"), "average 'none' 'mean'"),
    ("describe_schedule", lambda lib: lib.describe_schedule(lr=0.5), "lr [0.001, 0.48] 0.5"),
    ("describe_schedule", lambda lib: lib.describe_schedule(noise=0), "noise [0.1, 3] 0"),
    ("draw_schedule", lambda lib: lib.draw_schedule("saw"), "shape 'cosine' 'saw'"),
    ("draw_schedule", lambda lib: lib.draw_schedule(warm=0.9), "warm [0, 0.5] 0.9"),
    ("describe_adam", lambda lib: lib.describe_adam(bias_correction=True),
     "bias_correction 'on' 'off' True"),
    ("describe_choosing", lambda lib: lib.describe_choosing("foo"), "surface 'Beale' 'foo'"),
    ("describe_choosing", lambda lib: lib.describe_choosing(method="foo"), "method 'Adam' 'foo'"),
    ("describe_choosing", lambda lib: lib.describe_choosing(x=11), "x [-10, 10] 11"),
    ("draw_choosing", lambda lib: lib.draw_choosing(lr=-1), "lr [0, inf) -1"),
    ("draw_choosing", lambda lib: lib.draw_choosing(y=NAN), "y nan"),
    ("describe_adam", lambda lib: lib.describe_adam(beta1=1), "beta1 [0, 1) 1"),
    ("draw_adam", lambda lib: lib.draw_adam(lr=-1), "lr [0, inf) -1"),
    ("describe_momentum", lambda lib: lib.describe_momentum("foo"), "method 'momentum' 'foo'"),
    ("describe_momentum", lambda lib: lib.describe_momentum(lr=-1), "lr [0, inf) -1"),
    ("draw_momentum", lambda lib: lib.draw_momentum("foo"), "method 'momentum' 'foo'"),
    ("draw_momentum", lambda lib: lib.draw_momentum(kappa="a"), "kappa 'a'"),
    *[(name, lambda lib, name=name, options=options: getattr(lib, name)(**options), message)
      for name in ("describe_rate", "draw_rate") for options, message in (
          ({"lr": -1}, "lr [0, inf) -1"), ({"kappa": "a"}, "kappa 'a'"),
          ({"kappa": 0.5}, "kappa [1, inf) 0.5"))],
    *[(name, lambda lib, name=name, v=v: getattr(lib, name)(v), f"result Comparison {v!r}")
      for name in ("comparison", "learning_rates") for v in (None, 3)],
    *[("rankings", lambda lib, v=v: lib.rankings(v), f"results dict {v!r}") for v in (3, {}, {"a": 1})],
    ("rankings", lambda lib: lib.rankings({"a": 1, "b": 2}), "result Comparison 1"),
    ("describe_neuron", lambda lib: lib.describe_neuron("foo"), "activation 'tanh' 'foo'"),
    ("describe_neuron", lambda lib: lib.describe_neuron(w1="a"), "w1 number 'a'"),
    ("draw_neuron", lambda lib: lib.draw_neuron("foo"), "activation 'tanh' 'foo'"),
    ("draw_neuron", lambda lib: lib.draw_neuron(bias=None), "bias number None"),
    ("dropdown", lambda lib: lib.dropdown("", ["a"], "a"), "label text ''"),
    ("dropdown", lambda lib: lib.dropdown("x", ["a"], "b"), "value 'a' 'b'"),
    ("explore", lambda lib: lib.explore(3, {}, alt=""), "alt sentence ''"),
    ("figure", lambda lib: lib.figure(3, alt=ALT), "fig Figure int"),
    ("labelled_slider", lambda lib: lib.labelled_slider("", 0, 1, 0.5), "label text ''"),
    ("labelled_slider", lambda lib: lib.labelled_slider("x", 1, 0, 0.5), "high (1, inf) 0"),
    ("labelled_slider", lambda lib: lib.labelled_slider("x", 0, 1, 5), "value [0, 1] 5"),
    ("labelled_slider", lambda lib: lib.labelled_slider("x", 0, 1, 0.5, log=True), "low (0, inf) 0"),
    ("loglog_slope", lambda lib: lib.loglog_slope([1, 2], [1]), "x y 2 1"),
    ("loglog_slope", lambda lib: lib.loglog_slope([-1, 2], [1, 1]), "x y positive"),
    ("loss_curves", lambda lib: lib.loss_curves(3), "curves dict int"),
    ("loss_curves", lambda lib: lib.loss_curves({"a": "b"}), "curves['a'] float64 <U1"),
    ("paths", lambda lib: lib.paths(RAVINE, {"a": np.ones((3, 3))}), "named['a'] (any, 2) (3, 3)"),
    ("paths", lambda lib: lib.paths(RAVINE, {}), "named dict 0"),
    ("paths", lambda lib: lib.paths(RAVINE, minimize(RAVINE, RAVINE.start, SGD(), 2)), "named dict Trace"),
    *[(name, lambda lib, call=call: call(lib, "ax"), "ax matplotlib axes 'ax'") for name, call in (
        ("paths", lambda lib, ax: lib.paths(RAVINE, {"a": np.ones((3, 2))}, ax)),
        ("contour", lambda lib, ax: lib.contour(RAVINE, ax)),
        ("loss_curves", lambda lib, ax: lib.loss_curves({"a": [1.0]}, ax)),
        ("loglog_slope", lambda lib, ax: lib.loglog_slope([1, 2], [1, 2], ax)),
        ("activation", lambda lib, ax: lib.activation(ReLU(), ax)))],
    ("loss_curves", lambda lib: lib.loss_curves({"a": [1.0]}, start="a"), "start number 'a'"),
    *[("animate_paths", lambda lib, v=v: lib.animate_paths(RAVINE, {"a": np.ones((3, 2))}, alt=ALT, size=v),
       f"size {words}") for v, words in ((3, "(2,) ()"), ((1, 0), "above 0 [1. 0.]"), ("a", "float64 <U1"))],
    ("animate_paths", lambda lib: lib.animations.Animation(b"", b"", ALT).save(None), "path None"),

    ("paths", lambda lib: lib.paths(3, {"a": np.ones((3, 2))}), "f function 3"),
    ("Picture", lambda lib: lib.Picture(3, 4), "figure Figure 3"),
    *[("Picture", lambda lib, v=v: lib.Picture(empty_figure(), v), f"moving list artists {v!r}")
      for v in (4, None, [4])],
    ("source", lambda lib: lib.source(3), "functions classes 3 int"),
    ("source", lambda lib: lib.source(), "at least one function"),
    ("table", lambda lib: lib.table(["a"], [["1", "2"]]), "rows[0] 1 2"),
    *[("table", lambda lib, v=v: lib.table(v, []), f"headers list {v!r}") for v in ("a", 3, None)],
    *[("table", lambda lib, v=v: lib.table(["a"], v), f"rows list {v!r}") for v in ("a", 3, None)],
    ("table", lambda lib: lib.table(["a"], [3]), "rows[0] list 3"),
    ("table", lambda lib: lib.table(["a"], [[1.5]], formats=3), "formats '.3g' 3"),
    *[("table", lambda lib, v=v: lib.table(["a"], [[1.5]], formats=v), f"formats '.3g' {got} 1.5 'a'")
      for v, got in (("zz", "'zz'"), ({"a": 3}, "3"), ({"a": "d"}, "'d'"))],
]
SHOW_EXEMPT = {
    "adam_explorer": "no arguments", "choosing_explorer": "no arguments",
    "accumulator_explorer": "no arguments",
    "use_style": "no arguments", "momentum_explorer": "no arguments",
    "rate_explorer": "no arguments", "neuron_explorer": "no arguments",
    "stochastic_explorer": "no arguments", "schedule_designer": "no arguments",
}
for part in LECTURES:
    SHOW += part.SHOW
    SHOW_EXEMPT |= part.SHOW_EXEMPT
FRAMEWORKS = [
    ("convention", lambda lib: lib.convention("jax", "sgd"), "framework 'pytorch' 'keras' 'jax'"),
    ("convention", lambda lib: lib.convention("keras", "foo"), "name 'sgd' 'foo'"),
    ("convention", lambda lib: lib.convention("keras", "radam"), "name Keras 'sgd' 'radam'"),
    *[(name, lambda lib, name=name: getattr(lib, name)("foo"), "name 'sgd' 'foo'")
      for name in ("conventions_table", "differing_defaults", "frameworks_with")],
    ("like", lambda lib: lib.like("jax", "sgd"), "framework 'pytorch' 'keras' 'jax'"),
    ("like", lambda lib: lib.like("pytorch", "foo"), "name 'sgd' 'foo'"),
    ("like", lambda lib: lib.like("pytorch", "momentum", beta=1), "pytorch momentum 'dampening' 'beta'"),
    ("like", lambda lib: lib.like("pytorch", "momentum", lr=-1), "lr [0, inf) -1"),
    *[("like", lambda lib, values=values: lib.like(*values[:2], **{values[2]: 1}), f"'{values[2]}' {words}")
      for *values, words in (
          ("pytorch", "sgd", "momentum", 'name "momentum" or "nesterov"'),
          ("keras", "sgd", "nesterov", 'name "nesterov"'), ("pytorch", "adam", "amsgrad", 'name "amsgrad"'),
          ("pytorch", "adam", "betas", "beta1 and beta2"), ("keras", "adam", "learning_rate", "called lr"),
          ("pytorch", "sgd", "learning_rate", "called lr"), ("pytorch", "rmsprop", "alpha", "called rho"),
          ("keras", "adam", "epsilon", "called eps"))],
    *[("like", lambda lib, name=name: lib.like("pytorch", "adam", weight_decay=0.1, **{name: 3}),
       f"{name} list 3") for name in ("transforms", "proximal", "averages")],
    ("like", lambda lib: lib.like("pytorch", "momentum", momentum=True), "momentum [0, 1] True"),
    *[("like", lambda lib, name=name, hyper=hyper: lib.like("pytorch", name, **hyper), message)
      for name, hyper, message in (
          ("rmsprop", {"rho": 1}, "rho [0, 1) 1"), ("rmsprop", {"centered": 1}, "centered True False 1"),
          ("adadelta", {"eps": "a"}, "eps 'a'"), ("adagrad", {"lr_decay": -1}, "lr_decay [0, inf) -1"),
          ("adagrad", {"initial_accumulator": NAN}, "initial_accumulator nan"),
          ("adamw", {"weight_decay": None}, "weight_decay None"), ("adamax", {"beta2": 1}, "beta2 [0, 1) 1"),
          ("nadam", {"momentum_decay": -1}, "momentum_decay -1"), ("radam", {"threshold": 4}, "'threshold'"),
          ("radam", {"decoupled_weight_decay": 1}, "decoupled_weight_decay True False 1"))],
    ("like", lambda lib: lib.like("keras", "batch_norm"), "features must be given Keras batch_norm"),
    ("like", lambda lib: lib.like("keras", "he_normal", std=1), "he_normal 'std'"),
    ("layer_like", lambda lib: lib.layer_like("jax", "dense"), "framework 'pytorch' 'keras' 'jax'"),
    ("layer_like", lambda lib: lib.layer_like("keras", "foo"), "name 'dense' 'batch_norm' 'foo'"),
    ("layer_like", lambda lib: lib.layer_like("pytorch", "dense", fan_in=0, fan_out=1), "fan_in 1 0"),
    ("layer_like", lambda lib: lib.layer_like("keras", "layer_norm", features=3, eps=-1), "eps [0, inf) -1"),
    ("layer_like", lambda lib: lib.layer_like("pytorch", "dropout", rate=0.5), "pytorch dropout 'p' 'rate'"),
    ("net_like", lambda lib: lib.net_like("jax", net()), "framework 'pytorch' 'keras' 'jax'"),
    ("net_like", lambda lib: lib.net_like("keras", 3), "net Network 3"),
    *[(name, lambda lib, name=name: getattr(lib, name)("foo"), f"name {first} 'foo'")
      for name, first in (("layer_conventions_table", "'dense'"), ("initializer_table", "'normal'"),
                          ("initializer_twins", "'normal'"), ("schedule_table", "'step'"),
                          ("schedule_twins", "'step'"))],
    ("initializer_twins", lambda lib: lib.initializer_twins("normal", std="a"), "std number 'a'"),
    ("initializer_twins", lambda lib: lib.initializer_twins("normal", std=-1), "std [0, inf) -1"),
    ("initializer_twins", lambda lib: lib.initializer_twins("normal").draw("jax", (2, 3)), "side 'jax'"),
    ("initializer_twins", lambda lib: lib.initializer_twins("normal").draw("course_lib", 3), "shape 3"),
    ("initializer_twins", lambda lib: lib.initializer_twins("normal").like("jax"), "framework 'keras' 'jax'"),
    ("schedule_twins", lambda lib: lib.schedule_twins("step", lr=0), "lr (0, inf) 0"),
    ("schedule_twins", lambda lib: lib.schedule_twins("cosine", steps=2.5), "steps whole 2.5"),
    ("schedule_twins", lambda lib: lib.schedule_twins("step", gamma=1), "step 'factor' 'gamma'"),
    ("schedule_twins", lambda lib: lib.schedule_twins("step").rates("course_lib", 0), "steps 1 0"),
    ("schedule_twins", lambda lib: lib.schedule_twins("power").rates("keras", 3), "side 'keras' has none"),
    ("keras_schedule", lambda lib: lib.keras_schedule("a"), "schedule 'a'"),
    ("keras_schedule", lambda lib: lib.keras_schedule(-1), "schedule [0, inf) -1"),
    ("make", lambda lib: lib.make("jax", "sgd"), "framework 'pytorch' 'keras' 'jax'"),
    ("make", lambda lib: lib.make("pytorch", "sgd"), "params None"),
    ("make", lambda lib: lib.make("pytorch", "sgd", lr=-1), "lr [0, inf) -1"),
    ("make", lambda lib: lib.make("pytorch", "sgd", lr=np.ones(2)), "lr number array"),
    ("make", lambda lib: lib.make("pytorch", "nesterov", momentum=0), "momentum above 0 nesterov=True"),
    *[("make", lambda lib, f=f: lib.make(f, "momentum", 3), "params list 3") for f in ("pytorch", "keras")],
    ("make", lambda lib: lib.make("pytorch", "sgd", exact="no"), "exact True or False 'no'"),
    ("make", lambda lib: lib.make("pytorch", "sgd", averages=[]), "pytorch sgd 'lr' 'averages'"),
    *[(name, call, words) for frameworks, exact, words in (
        (3, True, "frameworks 'pytorch' 'keras' None 3"), ((), "no", "exact True or False 'no'"))
      for name, call in (
        ("contrast", lambda lib, f=frameworks, e=exact: lib.contrast(
            net(), X, Y, frameworks=f, exact=e, rng=RNG)),
        ("contrast_rule", lambda lib, f=frameworks, e=exact: lib.contrast_rule(
            "sgd", np.ones((2, 3)), np.ones(3), frameworks=f, exact=e)))],
    ("contrast_rule", lambda lib: lib.contrast_rule("nesterov", np.ones((2, 3)), np.ones(3)),
     "momentum above 0 PyTorch's default give"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, "nesterov", rng=RNG), "momentum above 0 PyTorch's"),
    *[("contrast", lambda lib, x=x, y=y: lib.contrast(net(), x, y, rng=RNG), words) for x, y, words in (
        (3, Y, "x (n, inputs) ()"), (X, 3, "x y length (4, 3) ()"), (X, Y.astype(str), "y float64 <U32"),
        (X * NAN, Y, "x finite 12"), (X, Y[:2], "x y length (4, 3) (2, 2)"), (None, Y, "x object"))],
    ("contrast", lambda lib: lib.contrast(3, X, Y, rng=RNG), "net Network 3"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, "foo", rng=RNG), "optimizer 'sgd' 'foo'"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, "lion", rng=RNG, frameworks="pytorch"),
     "name PyTorch 'sgd' 'lion'"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, "adam", 3, rng=RNG), "hyper dict 3"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, rng=0), "rng Generator 0"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, steps=0, rng=RNG), "steps at least 1 0"),
    ("contrast", lambda lib: lib.contrast(net(), X, Y, frameworks=("jax",), rng=RNG),
     "frameworks 'pytorch' 'keras' 'jax'"),
    ("contrast_rule", lambda lib: lib.contrast_rule("foo", np.ones((2, 3)), np.ones(3)), "name 'sgd' 'foo'"),
    ("contrast_rule", lambda lib: lib.contrast_rule("sgd", np.ones((2, 3)), np.ones(4)),
     "gradients (any, 4) (2, 3)"),
    ("to_torch", lambda lib: lib.to_torch(3), "net Network 3"),
    ("to_torch", lambda lib: lib.to_torch(net(), dtype="int8"), "dtype 'float32' 'int8'"),
    ("from_torch", lambda lib: lib.from_torch(3, net()), "module torch.nn.Module 3"),
    ("torch_loss", lambda lib: lib.torch_loss(3), "loss MSE 3"),
    ("to_keras", lambda lib: lib.to_keras(3), "net Network 3"),
    ("from_keras", lambda lib: lib.from_keras(3, net()), "model keras.Model 3"),
    ("keras_loss", lambda lib: lib.keras_loss(3), "loss MSE 3"),
    ("keras_loss", lambda lib: lib.keras_loss(MSE(), dtype="int8"), "dtype 'float32' 'int8'"),
]
FRAMEWORKS_EXEMPT = {
    "torch_train_step": "takes the framework's own objects", "keras_train_step": "as torch_train_step",
    "Contrast": "a record, filled by contrast", "available": "no arguments", "load_keras": "no arguments",
    "load_torch": "no arguments",
}


def check(call, expected):
    """The call raises an error of the usual kinds, with every word of `expected` in its message."""
    with pytest.raises((TypeError, ValueError, KeyError, RuntimeError, FileNotFoundError,
                        NotImplementedError)) as caught:
        call()
    message = str(caught.value)
    missing = [word for word in expected.split() if word not in message]
    assert not missing, f"{caught.type.__name__} lacks {missing}: {message}"


def numbered(rows):
    """Test ids that say the public name, and how many rows of it came before."""
    seen = {}
    return [f"{name}-{seen.setdefault(name, []).append(0) or len(seen[name])}" for name, *_ in rows]


@pytest.mark.parametrize(("name", "call", "expected"), ROWS, ids=numbered(ROWS))
def test_the_error_names_argument_value_and_what_is_allowed(name, call, expected):
    check(call, expected)


@pytest.mark.parametrize(("name", "call", "expected"), SHOW, ids=numbered(SHOW))
def test_show(name, call, expected):
    pyplot = importlib.import_module("matplotlib.pyplot")
    check(lambda: call(importlib.import_module("course_lib.show")), expected)
    pyplot.close("all")


@pytest.mark.parametrize(("name", "call", "expected"), FRAMEWORKS, ids=numbered(FRAMEWORKS))
def test_frameworks(name, call, expected):
    for words, package in (("torch", "torch"), ("keras", "tensorflow")):
        if words in name or (package == "torch" and name in ("make", "contrast", "contrast_rule")):
            pytest.importorskip(package)
    check(lambda: call(importlib.import_module("course_lib.frameworks")), expected)


def public_names():
    """module.name of each function and class defined in a module right below course_lib or in its studies."""
    modules = [info.name for info in pkgutil.iter_modules(course_lib.__path__) if not info.ispkg]
    modules.remove("formulas")  # functions.py checks before it calls the formulas
    modules += [f"studies.{info.name}" for info in pkgutil.iter_modules(course_lib.studies.__path__)]
    found = set()
    for path in modules:
        module = importlib.import_module(f"course_lib.{path}")
        found |= {f"{path}.{name}" for name, thing in vars(module).items()
                  if not name.startswith("_") and callable(thing) and hasattr(thing, "__module__")
                  and (inspect.isfunction(inspect.unwrap(thing)) or inspect.isclass(thing))
                  and thing.__module__ == module.__name__}
    found |= {f"{package.__name__.rpartition('.')[2]}.{name}"
              for package in (layers, optimizers, schedules) for name in package.__all__
              if inspect.isfunction(getattr(package, name)) or inspect.isclass(getattr(package, name))}
    return found


def test_every_public_name_has_a_row_or_a_reason():
    rows = {name for name, *_ in ROWS}
    assert public_names() - rows - set(EXEMPT) == set(), "add a row to ROWS, or a reason to EXEMPT"
    assert (rows | set(EXEMPT)) - public_names() == set(), "these names are gone"
    assert rows & set(EXEMPT) == set()


@pytest.mark.parametrize(("package", "rows", "exempt"), [
    ("show", SHOW, SHOW_EXEMPT), ("frameworks", FRAMEWORKS, FRAMEWORKS_EXEMPT)], ids=["show", "frameworks"])
def test_every_exported_name_has_a_row_or_a_reason(package, rows, exempt):
    exported = set(importlib.import_module(f"course_lib.{package}").__all__)
    named = {name for name, *_ in rows} | set(exempt)
    assert exported == named


def exercise_checks():
    """Each check_* function of the lectures' exercises, with its name."""
    for info in pkgutil.iter_modules(course_lib.exercises.__path__, "course_lib.exercises."):
        module = importlib.import_module(info.name)
        for name, thing in vars(module).items():
            if ".lecture" in info.name and name.startswith("check_") and thing.__module__ == info.name:
                yield pytest.param(thing, id=f"{info.name.rpartition('.')[2]}.{name}")


@pytest.mark.parametrize("value", [None, 1e6, "a string"])
@pytest.mark.parametrize("exercise", list(exercise_checks()))
def test_exercise_checks_diagnose_anything(exercise, value):
    with pytest.raises((WrongAnswer, NotImplementedError)) as caught:
        exercise(*[value] * len(inspect.signature(exercise).parameters))
    message = str(caught.value)
    shown = [repr(value), f"{value:g}" if value == 1e6 else "no value yet", type(value).__name__]
    assert any(text in message for text in shown), message


def test_the_table_can_fail():
    with pytest.raises(AssertionError, match=r"lacks \['sigma'\]"):
        check(lambda: initializers.normal(-1), "sigma -1")
    with pytest.raises(pytest.fail.Exception):
        check(lambda: initializers.normal(1), "std")
    with pytest.raises(AttributeError):  # an accident inside is no good error
        check(lambda: SimpleNamespace().x, "x")
