"""Rows of tests/test_bad_input.py: initializers, layers, schedules, penalties, and other aids to training."""

from types import SimpleNamespace

import numpy as np

from course_lib import callbacks, datasets, initializers, layers, penalties, range_test, schedules, statistics
from course_lib import transforms as transforms_module
from course_lib.layers import BatchNorm, Dense, Dropout, LayerNorm
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import OPTIMIZERS, SGD
from course_lib.penalties import L1, L2, OnWeights
from course_lib.training import check_data, check_run

NAN = float("nan")
RNG = np.random.default_rng(0)
X = np.ones((4, 3))
NUMBERS = [None, "0.1", True, NAN, -1.0]  # what no rate, spread or scale may be
COUNTS = [0, -1, 2.5, None, True]  # and no number of steps or units


def net():
    return Network([Dense(3, 2)], loss=MSE(), rng=np.random.default_rng(0))


def alone(layer):
    """A layer in a network of its own, as it must be before it can be used."""
    Network([layer], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    return layer


def after_forward(layer):
    layer.forward(X, train=True)
    return layer


# A new layer of each kind, for rows of three numbers.
LAYERS = {
    **{kind: kind for kind in (layers.Identity, layers.ReLU, layers.LeakyReLU, layers.ELU, layers.SELU,
                               layers.Tanh, layers.Sigmoid)},
    **{kind: lambda kind=kind: kind(rng=np.random.default_rng(0)) for kind in (Dropout, layers.AlphaDropout)},
    **{kind: lambda kind=kind: alone(kind(3)) for kind in (BatchNorm, LayerNorm)},
    Dense: lambda: alone(Dense(3, 3)),
}
# No arrays of numbers that a layer takes, and what the error says of each.
NO_FLOATS = [(None, "object"), ("abc", "<U3"), ([True, False], "bool"), (X.astype(np.float16), "float16"),
             ([[1, 2], [3]], "list uneven")]


def lsuv(**options):
    return initializers.lsuv(**{"net": net(), "x": np.eye(3), "rng": RNG, **options})


def range_of(**options):
    given = {"net": net(), "opt": SGD(), "x": X, "y": X[:, :2], "rng": RNG, "steps": 3, **options}
    first = [given.pop(name) for name in ("net", "opt", "x", "y")]
    return range_test.lr_range_test(*first, **given)


def plateau(**options):
    return callbacks.ReduceOnPlateau(**options)


SCHEDULES = {
    "constant": lambda: schedules.constant(1), "inverse_time": lambda: schedules.inverse_time(1),
    "power": lambda: schedules.power(1, 1, 1), "exponential": lambda: schedules.exponential(1, 1),
    "step": lambda: schedules.step(1, 2), "piecewise": lambda: schedules.piecewise([1], [1, 2]),
    "polynomial": lambda: schedules.polynomial(1, 2), "linear": lambda: schedules.linear(1, 2),
    "cosine": lambda: schedules.cosine(1, 2), "cosine_restarts": lambda: schedules.cosine_restarts(1, 2),
    "triangular": lambda: schedules.triangular(1, 2, 3), "one_cycle": lambda: schedules.one_cycle(1, 10),
    "join": lambda: schedules.join([1, 2], [1]), "warmup": lambda: schedules.warmup(1, 2),
}


def rows(name, make, good, arguments):
    """Rows for each argument in turn: `arguments` maps it to (what is allowed, values that are not)."""
    return [(name, lambda key=key, v=v: make(**{**good, key: v}), f"{key} {allowed} {v!r}")
            for key, (allowed, values) in arguments.items() for v in values]


RATE, STEPS = ("[0, inf)", NUMBERS), ("at least 1", COUNTS)
SHARE = ("(0, 1]", [*NUMBERS, 0, 1.5])

ROWS = [
    # initializers
    *rows("initializers.constant", initializers.constant, {},
          {"value": ("(-inf, inf)", [None, NAN, "1"])}),
    ("initializers.ones", lambda: initializers.ones()("ab", RNG), "shape tuple 'ab'"),
    *rows("initializers.truncated_normal", initializers.truncated_normal, {},
          {"std": RATE, "cut": ("(0, inf)", [*NUMBERS, 0])}),
    ("initializers.truncated_normal", lambda: initializers.truncated_normal()((2,), 0), "rng Generator 0"),
    *rows("initializers.variance_scaling", initializers.variance_scaling, {}, {
        "scale": RATE, "fan": ("'fan_in' 'fan_out' 'fan_avg'", ["in", None]),
        "distribution": ("'normal' 'uniform'", ["gauss", None])}),
    *[("initializers.lecun_uniform", lambda given=given: initializers.lecun_uniform()(*given), words)
      for given, words in ((((3,), RNG), "shape (fan_in, fan_out) (3,)"), (((2, 3), 0), "rng Generator 0"))],
    *rows("initializers.gain", initializers.gain, {"activation": "relu"}, {
        "activation": ("'relu' 'tanh'", ["ReLU", None]), "slope": ("(-inf, inf)", ["a", NAN])}),
    *[("initializers.lsuv", lambda options=options: lsuv(**options), words) for options, words in (
        ({"net": 3}, "net Network 3"), ({"x": [1.0]}, "x (any, any) (1,)"), ({"x": X * NAN}, "x finite 12"),
        ({"x": X[:, :2]}, "x (batch, 3) (4, 2)"), ({"x": 0 * X}, "x vary 0"), ({"rng": 0}, "rng Generator 0"),
        ({"tolerance": 0}, "tolerance (0, inf) 0"), ({"max_iterations": 0}, "max_iterations at least 1 0"))],

    # layers
    *rows("layers.BatchNorm", BatchNorm, {"features": 2}, {
        "features": STEPS, "momentum": ("[0, 1]", [*NUMBERS, 1.5]), "eps": RATE,
        "unbiased": ("True or False", [0, None])}),
    ("layers.BatchNorm", lambda: BatchNorm(3).gamma, "BatchNorm(3) gamma Network"),
    ("layers.BatchNorm", lambda: alone(BatchNorm(3)).forward(X[:1], train=True),
     "x at least 2 rows BatchNorm(3) 1"),
    ("layers.BatchNorm", lambda: alone(BatchNorm(2)).forward(X, train=True),
     "x (batch, 2) BatchNorm(2) (4, 3)"),
    ("layers.BatchNorm", lambda: (layer := alone(BatchNorm(3)), layer.forward(X), layer.backward_long(X)),
     "backward_long train=True"),
    *rows("layers.LayerNorm", LayerNorm, {"features": 2}, {"features": STEPS, "eps": RATE}),
    ("layers.LayerNorm", lambda: alone(LayerNorm(2)).forward(X), "x (batch, 2) LayerNorm(2) (4, 3)"),
    *[(f"layers.{kind.__name__}", lambda make=make, given=given: make().forward(given), f"x {words}")
      for kind, make in LAYERS.items() for given, words in NO_FLOATS],
    *[(f"layers.{kind.__name__}", lambda make=make, given=given: after_forward(make()).backward(given),
       f"g {words}") for kind, make in LAYERS.items() for given, words in NO_FLOATS],
    *[row for kind, make in LAYERS.items() for row in (
        (f"layers.{kind.__name__}", lambda make=make: make().backward(X),
         f"backward {kind.__name__}( forward pass before"),
        *((f"layers.{kind.__name__}", lambda make=make, g=g: after_forward(make()).backward(g),
           f"g {kind.__name__}( (4, 3) {g.shape}") for g in (X[:3], X[0], X[:, :1], np.float64(1))))],
    ("layers.BatchNorm", lambda: alone(BatchNorm(3)).backward_long(X), "backward_long BatchNorm(3) forward"),
    *[("network.Network", lambda layers=layers: Network(layers, loss=MSE(), rng=RNG), words)
      for layers, words in (
          ([Dense(3, 5), Dense(4, 2)], "layers[1] 5 layers[0] Dense(3, 5) Dense(4, 2)"),
          ([Dense(3, 5), layers.ReLU(), Dropout(), Dense(4, 2)], "layers[3] 5 layers[0] Dense(4, 2)"),
          ([Dense(3, 5), BatchNorm(4)], "layers[1] 5 Dense(3, 5) BatchNorm(4)"),
          ([LayerNorm(3), layers.Tanh(), Dense(4, 2)], "layers[2] 3 LayerNorm(3) Dense(4, 2)"))],
    *[("network.Network", lambda given=given: after_forward(net()).backward(given), f"g {words}")
      for given, words in NO_FLOATS],
    *[row for layer in (Dropout, layers.AlphaDropout) for row in (
        *rows(f"layers.{layer.__name__}", layer, {},
              {"p": ("[0, 1)", [*NUMBERS, 1]), "rng": ("Generator", [0, "a"])}),
        (f"layers.{layer.__name__}", lambda layer=layer: layer(0.5).forward(X, train=True),
         f"{layer.__name__}(0.5) rng Network"))],

    # schedules
    *[(f"schedules.{name}", lambda make=make, v=v: make()(v), f"step [0, inf) {v!r}")
      for name, make in SCHEDULES.items() for v in (-1, -0.5, NAN, None, "1")],
    *rows("schedules.step", schedules.step, {"lr": 1, "every": 2}, {
        "lr": RATE, "every": STEPS, "factor": ("[0, 1]", [*NUMBERS, 2])}),
    *[("schedules.piecewise", lambda given=given: schedules.piecewise(*given), words) for given, words in (
        (([2, 1], [1, 1, 1]), "boundaries rise [2, 1]"), (([0], [1, 1]), "boundaries at least 1 0"),
        (([1.5], [1, 1]), "boundaries whole 1.5"), (([1], [1]), "rates 2 1"), (([], []), "rates 1 0"),
        (([1], 3), "rates list 3"), ((3, [1, 2]), "boundaries list 3"),
        (([1], [1, -1]), "rates [0, inf) -1"), (([1], ["a", "b"]), "rates 'a'"))],
    *rows("schedules.polynomial", schedules.polynomial, {"lr": 1, "steps": 2}, {
        "lr": RATE, "steps": STEPS, "end": RATE, "exponent": ("(0, inf)", [*NUMBERS, 0])}),
    *[row for name in ("linear", "cosine") for row in rows(
        f"schedules.{name}", getattr(schedules, name), {"lr": 1, "steps": 2},
        {"lr": RATE, "steps": STEPS, "end": RATE})],
    *rows("schedules.cosine_restarts", schedules.cosine_restarts, {"lr": 1, "steps": 2}, {
        "lr": RATE, "steps": STEPS, "growth": ("[1, inf)", [*NUMBERS, 0.5]), "end": RATE, "shrink": SHARE}),
    *rows("schedules.triangular", schedules.triangular, {"low": 1, "high": 2, "half_cycle": 3}, {
        "low": RATE, "high": ("[1, inf)", [*NUMBERS, 0.5]), "half_cycle": STEPS,
        "mode": ("'triangular' 'triangular2' 'exp_range'", ["exp", None]), "gamma": SHARE}),
    *rows("schedules.one_cycle", schedules.one_cycle, {"lr": 1, "steps": 10}, {
        "lr": RATE, "steps": ("at least 2", [*COUNTS, 1]), "rise": ("(0, 1)", [*NUMBERS, 0, 1]),
        "start_divisor": ("[1, inf)", [*NUMBERS, 0.5]), "end_divisor": ("[1, inf)", [*NUMBERS, 0.5]),
        "anneal": ("'cosine' 'linear'", ["cos", None])}),
    ("schedules.one_cycle", lambda: schedules.one_cycle(1, 2), "rise·steps 0.3 2"),
    *[("schedules.join", lambda pieces=p, boundaries=b: schedules.join(pieces, boundaries), words)
      for p, b, words in ((3, [1], "schedules list 3"), ([1, 2], [1, 2], "schedules 3 2"),
                          ([1, None], [1], "schedules None"), ([1, lambda: 1], [1], "schedules step"),
                          ([1, 1, 1], [3, 3], "boundaries rise [3, 3]"))],
    *[("schedules.warmup", lambda given=given: schedules.warmup(*given), words)
      for given, words in ((("a", 3), "schedule 'a'"), ((1, 0), "steps at least 1 0"),
                           ((1, 2, -1), "start -1"), ((lambda step: -1, 2), "-1 step 0"))],

    # penalties, and transforms made of them
    *[row for name in ("L1", "L2")
      for row in rows(f"penalties.{name}", getattr(penalties, name), {}, {"alpha": RATE})],
    *[(f"penalties.{name}",
       lambda name=name, method=method, given=given: getattr(getattr(penalties, name)(1), method)(*given),
       "x float64 <U1") for name in ("L1", "L2", "ElasticNet", "MaxNorm")
      for method, *given in (("value", "a"), ("gradient", "a"), ("proximal", "a", 0.1))],
    *rows("penalties.ElasticNet", penalties.ElasticNet, {"alpha": 1},
          {"alpha": RATE, "l1_ratio": ("[0, ", [*NUMBERS, 1.5])}),
    *rows("penalties.MaxNorm", penalties.MaxNorm, {}, {"limit": RATE}),
    *[("penalties.Penalty", lambda method=method, more=more: getattr(penalties.Penalty(), method)(X, *more),
       f"Penalty {method}") for method, more in (("value", ()), ("gradient", ()), ("proximal", (0.1,)))],
    ("penalties.OnWeights", lambda: OnWeights(3, L1(0.1)), "net Network 3"),
    ("penalties.OnWeights", lambda: OnWeights(net(), L1), "penalty L2(0.01) class"),
    ("penalties.OnWeights", lambda: OnWeights(net(), L2(0.1)).value(X), "x (8,) (4, 3)"),
    *[("penalties.ridge", lambda given=given: penalties.ridge(*given), words) for given, words in (
        ((X, X[:, 0], 0), "alpha above 0 0"), ((X, X[:3, 0], 1), "y 4 (3,)"),
        ((X[0], X, 1), "x (any, any) (3,)"), ((X * NAN, X, 1), "x finite 12"),
        ((X, X, -1), "alpha [0, inf) -1"), ((X, 1.0, 1), "y ()"))],
    *rows("transforms.elastic_net", transforms_module.elastic_net, {"alpha": 1},
          {"alpha": RATE, "l1_ratio": ("[0, ", [*NUMBERS, 1.5])}),
    *[(f"transforms.{name}", lambda transform=transform, given=given: transform(*given), words)
      for name, transform in (("l1", transforms_module.l1(1)), ("l2", transforms_module.l2(1)),
                              ("elastic_net", transforms_module.elastic_net(1)))
      for given, words in (((np.ones(3), np.ones((2, 1))), "g (3,) (2, 1)"), ((X, X[0]), "g (4, 3) (3,)"),
                           ((None, X), "x float64 object"), ((X, "a"), "g float64 <U1"))],
    *[("transforms.clip_norm", lambda g=g: transforms_module.clip_norm(1)(None, g), f"g {words}")
      for g, words in NO_FLOATS],
    *[(f"optimizers.{rule.__name__}", lambda rule=rule, v=v: rule(proximal=v), f"proximal L1(0.01) {words}")
      for rule in OPTIMIZERS.values() for v, words in ((3, "3"), ([L1], "class"), ([abs], "abs"))],

    # callbacks, range test, statistics
    *rows("callbacks.ReduceOnPlateau", plateau, {}, {
        "factor": ("(0, 1)", [*NUMBERS, 0, 1]), "patience": ("at least 0", [-1, 2.5, None]),
        "threshold": RATE, "cooldown": ("at least 0", [-1, 2.5, None]), "min_lr": RATE,
        "monitor": ("'loss'", ["val_loss", None]), "relative": ("True or False", [1, None])}),
    ("callbacks.ReduceOnPlateau",
     lambda: plateau(monitor="metric")(None, SGD(), SimpleNamespace(metric=[])), "monitor 'metric' accuracy"),
    ("callbacks.ReduceOnPlateau",
     lambda: plateau()(None, SGD(lr=schedules.constant(1)), SimpleNamespace(loss=[1.0])), "opt.lr number"),
    *[("range_test.lr_range_test", lambda options=options: range_of(**options), words) for options, words in (
        ({"net": 3}, "net Network 3"), ({"opt": SGD}, "opt SGD(lr=0.1)"), ({"x": X[0]}, "x (n, inputs) (3,)"),
        ({"y": None}, "y ()"), ({"x": X * NAN}, "x finite 12"), ({"low": 0}, "low (0, inf) 0"),
        ({"low": 1, "high": 1}, "high (1, inf) 1"), ({"steps": 1}, "steps at least 2 1"),
        ({"rng": 0}, "rng 0"),
        ({"smoothing": 1}, "smoothing [0, 1) 1"), ({"batch_size": 0}, "batch_size at least 1 0"))],
    *[("training.check_run", lambda given=given: check_run(*given), words) for given, words in (
        ((3, SGD(), X, X), "net Network 3"), ((net(), 3, X, X), "opt SGD(lr=0.1) 3"),
        ((net(), SGD(), X[0], X), "x (n, inputs) (3,)"),
        ((net(), SGD(), X, X[:3]), "x y length (4, 3) (3, 3)"))],
    *[("training.check_data", lambda given=given: check_data(*given), words) for given, words in (
        ((X[0], X), "x (n, inputs) (3,)"), ((X, 3, "a", "b"), "a b length (4, 3) ()"),
        ((X, X * NAN, "a", "b"), "b finite 12"))],
    ("statistics.record_statistics", lambda: statistics.record_statistics(3).__enter__(), "net Network 3"),
    ("statistics.record_statistics", lambda: statistics.record_statistics(net(), every=0).__enter__(),
     "every at least 1 0"),

    # data
    *[(f"datasets.{name}", lambda name=name, options=options: getattr(datasets, name)(**options), words)
      for name, options, words in (
          ("jump", {"n": 1}, "n at least 2 1"), ("jump", {"dtype": "f2"}, "dtype 'float32' 'float16'"),
          ("heaviside", {"rng": 0}, "rng Generator 0"),
          ("heaviside", {"rng": RNG, "noise": -1}, "noise [0, inf) -1"),
          ("heaviside", {"rng": RNG, "n": 2.5}, "n whole 2.5"))],
]

EXEMPT = {
    "memory.keep_freed_memory": "takes no arguments",
    "range_test.RangeTest": "a result", "statistics.Statistics": "made by record_statistics",
    "statistics.dead_units": "called by the hooks of a network",
    "statistics.saturated_share": "called by the hooks of a network",
}
