"""Rows of tests/test_bad_input.py: the studies of lecture 06, and its part of course_lib.show."""

import numpy as np

from course_lib.initializers import he_normal, normal
from course_lib.layers import Dense
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.studies import deep_digits, gradient_flow, mean_field, random_matrices, weight_laws

NO_PLACE = "/no/such/place"
RNG = np.random.default_rng(0)
NAN = float("nan")


def log_norms(**options):
    return random_matrices.log_norms(**{"count": 2, "size": 3, "runs": 2, "rng": RNG, **options})


def products(**options):
    return random_matrices.product_singular_values(
        **{"weight": normal(), "width": 3, "depth": 2, "rng": RNG, **options})


def plain(**options):
    return gradient_flow.plain_network(
        **{"activation": "tanh", "weight": normal(), "depth": 1, "width": 3, "rng": RNG, **options})


def small():
    return Network([Dense(3, 2)], loss=SoftmaxCrossEntropy(), rng=np.random.default_rng(0))


ROWS = [
    *[("studies.random_matrices.log_norms", lambda o=o: log_norms(**o), message) for o, message in (
        ({"count": 0}, "count at least 1 0"), ({"size": 2.5}, "size whole 2.5"), ({"runs": 0}, "runs 1 0"),
        ({"std": 0}, "std (0, inf) 0"), ({"rng": 0}, "rng Generator 0"))],
    *[("studies.random_matrices.log_norm_theory", lambda v=v: random_matrices.log_norm_theory(*v), message)
      for v, message in (((0, 5), "count at least 1 0"), ((5, None), "size whole None"),
                         ((5, 5, -1), "std (0, inf) -1"))],
    *[("studies.random_matrices.product_singular_values", lambda o=o: products(**o), message)
      for o, message in (({"weight": normal}, "weight orthogonal() function normal"),
                         ({"width": 0}, "width at least 1 0"), ({"depth": "a"}, "depth whole 'a'"),
                         ({"rng": 0}, "rng Generator 0"))],
    *[("studies.mean_field.moments", lambda v=v: mean_field.moments(*v), message) for v, message in (
        (("relu", 1), "activation 'ReLU' 'relu'"), (("ReLU", -1), "q [0, inf) -1"),
        (("ReLU", NAN), "q [0, inf) nan"))],
    *[("studies.mean_field.variances", lambda v=v: mean_field.variances(*v), message) for v, message in (
        (("relu", 1, 1, 2), "activation 'ReLU' 'relu'"), (("ReLU", -1, 1, 2), "weight_variance [0, inf) -1"),
        (("ReLU", 1, "a", 2), "q 'a'"), (("ReLU", 1, 1, 0), "depth at least 1 0"))],
    *[("studies.mean_field.gradient_factors", lambda v=v: mean_field.gradient_factors(*v), message)
      for v, message in ((("relu", 1, [1.0]), "activation 'ReLU' 'relu'"),
                         (("ReLU", None, [1.0]), "weight_variance None"),
                         (("ReLU", 1, 1.0), "variances (any,) ()"), (("ReLU", 1, [-1.0]), "q [0, inf) -1"))],
    *[("studies.mean_field.keeping_variance", lambda v=v: mean_field.keeping_variance(*v), message)
      for v, message in ((("relu",), "activation 'ReLU' 'relu'"), (("ReLU", 0), "q (0, inf) 0"))],
    *[("studies.gradient_flow.plain_network", lambda o=o: plain(**o), message) for o, message in (
        ({"activation": "relu"}, "activation 'ReLU' 'relu'"), ({"weight": 3}, "weight he_normal() 3"),
        ({"weight": he_normal}, "weight function he_normal"), ({"depth": 0}, "depth at least 1 0"),
        ({"width": 0}, "width at least 1 0"), ({"rng": 0}, "rng Generator 0"),
        ({"inputs": 0}, "fan_in at least 1 0"), ({"outputs": "a"}, "fan_out whole 'a'"),
        ({"dtype": "f2"}, "dtype 'float32' 'float16'"))],
    ("studies.gradient_flow.flow", lambda: gradient_flow.flow(3, np.ones((2, 3)), [0, 1]), "net Network 3"),
    ("studies.gradient_flow.flow", lambda: gradient_flow.flow(small(), np.ones((2, 4)), [0, 1]),
     "x (batch, 3) Dense(3, 2) (2, 4)"),
    ("studies.gradient_flow.flow", lambda: gradient_flow.flow(small(), np.ones((2, 3)), [0.5, 1]),
     "target integer float64"),
    *[("studies.gradient_flow.flows", lambda v=v: gradient_flow.flows(*v), message) for v, message in (
        (("relu", normal(), 2, 3), "activation 'ReLU' 'relu'"), (("tanh", 3, 2, 3), "weight he_normal() 3"),
        (("tanh", normal(), 2, 3, 0), "seeds at least 1 0"))],
    *[("studies.gradient_flow.different_units", lambda v=v: gradient_flow.different_units(*v), message)
      for v, message in ((([1.0],), "weight (any, any) (1,)"), ((np.eye(2), -1), "tolerance [0, inf) -1"))],
    *[("studies.weight_laws.moments_and_distances",
       lambda v=v: weight_laws.moments_and_distances(*v), message) for v, message in (
           (("a", 1), "weights float64 <U1"), (([1.0], 1), "weights at least two 1"),
           (([1.0, 2.0], 0), "std (0, inf) 0"))],
    *[("studies.deep_digits.pytorch_default", lambda v=v: deep_digits.pytorch_default(*v), message)
      for v, message in ((((3, 2), 0), "rng Generator 0"), ((3, RNG), "shape 3"))],
    *[("studies.deep_digits.start_network", lambda v=v: deep_digits.start_network(*v), message)
      for v, message in ((("tanh", "He", 0), "start 'Xavier' 'He'"), (("tanh", "Xavier", -1), "seed 0 -1"),
                         (("tanh", "Xavier", 0, 0), "depth at least 1 0"))],
    *[("studies.deep_digits.train", lambda v=v: deep_digits.train(*v), message) for v, message in (
        (("tanh", "He", 0.1, 0), "start 'Xavier' 'He'"), (("tanh", "Xavier", 0, 0), "lr (0, inf) 0"),
        (("tanh", "Xavier", 0.1, "a"), "seed whole 'a'"),
        (("tanh", "Xavier", 0.1, 0, 0), "epochs at least 1 0"))],
    ("studies.deep_digits.stored", lambda: deep_digits.stored(NO_PLACE), f"file deep_digits.json {NO_PLACE}"),
]
EXEMPT = {"studies.gradient_flow.Flow": "a record, filled by flow",
          "studies.deep_digits.images": "no arguments", "studies.deep_digits.main": "only the file to write"}
SHOW = [(name, lambda lib, name=name, o=o: getattr(lib, name)(**o), message)
        for name in ("describe_initialization", "draw_initialization") for o, message in (
            ({"activation": "sine"}, "activation 'ReLU' 'sine'"), ({"scale": 0}, "scale (0, inf) 0"),
            ({"depth": 101}, "depth from 1 to 100 101"), ({"width": 10}, "width '10 units' 10"))]
SHOW_EXEMPT = {"initialization_explorer": "no arguments"}
