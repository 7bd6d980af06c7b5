"""Rows of tests/test_bad_input.py: the studies of lecture 08, and its part of course_lib.show."""

import numpy as np

from course_lib.layers import BatchNorm
from course_lib.studies import batch_norm_digits, batch_norm_results, batch_normalization, norm_layer

NO_PLACE = "/no/such/place"
RNG = np.random.default_rng(0)


def network():
    return batch_normalization.deep_network(1, "tanh", BatchNorm, seed=0, width=3)


def deep(**options):
    return batch_normalization.deep_network(**{"depth": 1, "activation": "tanh", "seed": 0, **options})


def companions(**options):
    given = {"net": network(), "row": 0, "sizes": [4], "draws": 3, "rng": RNG, **options}
    return batch_normalization.companions(**given)


ROWS = [
    *[("studies.batch_normalization.deep_network", lambda o=o: deep(**o), message) for o, message in (
        ({"depth": 0}, "depth at least 1 0"), ({"activation": "relu"}, "activation 'ReLU' 'relu'"),
        ({"norm": 3}, "norm BatchNorm 3"), ({"small": 0}, "small (0, inf) 0"), ({"seed": -1}, "seed 0 -1"),
        ({"width": 0}, "fan_out at least 1 0"), ({"dtype": "f2"}, "dtype 'float32' 'float16'"))],
    ("studies.batch_normalization.HeldConstant", lambda: batch_normalization.HeldConstant(0),
     "features at least 1 0"),
    *[(f"studies.batch_normalization.{name}", lambda f=f, o=o: f(**{"norm": None, "lr": 0.1, **o}), message)
      for name in ("step_losses", "evaluated") for f in [getattr(batch_normalization, name)]
      for o, message in (({"norm": 3}, "norm BatchNorm 3"), ({"lr": -1}, "lr [0, inf) -1"),
                         ({"epochs": 0}, "epochs at least 1 0"), ({"seeds": [-1]}, "seed at least 0 -1"))],
    *[("studies.batch_normalization.companions", lambda o=o: companions(**o), message) for o, message in (
        ({"net": 3}, "net Network 3"), ({"row": 2000}, "row 0 1196 2000"), ({"sizes": [1]}, "sizes 2 1"),
        ({"draws": 1}, "draws at least 2 1"), ({"rng": 0}, "rng Generator 0"))],
    *[("studies.batch_normalization.gradient_norms",
       lambda a=a, o=o: batch_normalization.gradient_norms(a, **o), message) for a, o, message in (
           ("relu", {}, "activation 'ReLU' 'relu'"), ("ReLU", {"depth": 0}, "depth at least 1 0"),
           ("ReLU", {"batch": 1}, "batch at least 2 1"), ("ReLU", {"norm": "batch"}, "norm 'batch'"))],
    *[("studies.batch_normalization.per_layer", lambda v=v: batch_normalization.per_layer(v), message)
      for v, message in ((3, "norms positive two"), ([1.0, 0.0], "norms positive 0."),
                         (None, "norms object"))],
    ("studies.batch_normalization.weight_norms", lambda: batch_normalization.weight_norms(-1, 3), "lr -1"),
    ("studies.batch_normalization.weight_norms", lambda: batch_normalization.weight_norms(0.1, 0),
     "steps at least 1 0"),
    ("studies.batch_normalization.scaled", lambda: batch_normalization.scaled(3), "factors (any,) ()"),
    ("studies.batch_normalization.scaled", lambda: batch_normalization.scaled([1.0], eps=-1), "eps -1"),
    ("studies.norm_layer.alone", lambda: norm_layer.alone(3), "layer BatchNorm(3) 3"),
    ("studies.norm_layer.layer_run", lambda: norm_layer.layer_run(BatchNorm(2), [1.0], [1.0]),
     "inputs (any, any, any) (1,)"),
    ("studies.norm_layer.layer_run",
     lambda: norm_layer.layer_run(BatchNorm(2), np.ones((1, 3, 2)), np.ones((1, 3, 1))),
     "gradients (1, 3, 2) (1, 3, 1)"),
    ("studies.norm_layer.note", lambda: norm_layer.note(3), "found dict 3"),
    ("studies.norm_layer.differences", lambda: norm_layer.differences(3, {}), "one dict 3"),
    ("studies.norm_layer.differences", lambda: norm_layer.differences({}, 3), "other dict 3"),
    ("studies.batch_norm_digits.network", lambda: batch_norm_digits.network("foo", True, 0), "name 'foo'"),
    ("studies.batch_norm_digits.network", lambda: batch_norm_digits.network("8 tanh", 1, 0), "norm True 1"),
    *[(f"studies.batch_norm_digits.{name}", lambda f=f, v=v: f(*v), message)
      for name in ("train", "long_run") for f in [getattr(batch_norm_digits, name)]
      for v, message in ((("foo", True, 0.1, 0), "name 'foo'"), (("8 tanh", True, 0, 0), "lr (0, inf) 0"),
                         (("8 tanh", True, 0.1, -1), "seed at least 0 -1"),
                         (("8 tanh", True, 0.1, 0, 0), "steps at least 1 0"))],
    ("studies.batch_norm_digits.steps_to", lambda: batch_norm_digits.steps_to(3), "accuracies (any,) ()"),
    ("studies.batch_norm_digits.steps_to", lambda: batch_norm_digits.steps_to([0.1], 2), "target [0, 1] 2"),
    ("studies.batch_norm_digits.measure", lambda: batch_norm_digits.measure("foo", True, 1), "name 'foo'"),
    ("studies.batch_norm_results.stored", lambda: batch_norm_results.stored(NO_PLACE),
     f"file batch_norm_digits.json {NO_PLACE}"),
    ("studies.batch_norm_results.ratios", lambda: batch_norm_results.ratios(3), "found stored() 3"),
    ("studies.batch_norm_results.summary", lambda: batch_norm_results.summary({}), "found stored() {}"),
    *[("studies.batch_norm_results.at_rate", lambda v=v: batch_norm_results.at_rate(*v), message)
      for v, message in ((({"a": 1}, "b", 0.1), "name 'a' 'b'"), (({"a": 1}, "a", 0.3), "rate 0.3"))],
    ("studies.batch_norm_results.spread", lambda: batch_norm_results.spread(3), "values (any,) ()"),
    ("studies.batch_norm_results.usable", lambda: batch_norm_results.usable([[1.0]], rates=[1, 2]),
     "steps (2, any) (1, 1)"),
    ("studies.batch_norm_results.usable", lambda: batch_norm_results.usable([[1.0]], 0.5, rates=[1]),
     "worse [1, inf) 0.5"),
]
EXEMPT = {"studies.batch_norm_digits.main": "only the file to write"}
SHOW = [(name, lambda lib, name=name, o=o: getattr(lib, name)(**o), message)
        for name in ("describe_batch_norm", "draw_batch_norm") for o, message in (
            ({"network": "foo"}, "network '8 ReLU' 'foo'"), ({"lr": 0}, "lr (0, inf) 0"),
            ({"lr": "a"}, "lr 'a'"))]
SHOW_EXEMPT = {"batch_norm_explorer": "no arguments"}
