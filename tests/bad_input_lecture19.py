"""Rows of tests/test_bad_input.py: the studies of lecture 19, and its part of course_lib.show."""

import numpy as np

from course_lib.layers import Dense, Dropout
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.studies import dropout, dropout_digits, dropout_runs
from course_lib.studies import subnetworks as sub

NO_PLACE = "/no/such/place"
RNG = np.random.default_rng(0)
X, Y, W = np.ones((4, 2)), np.ones((4, 1)), np.ones((2, 1))
HALVES = np.full((2, 3, 2), 0.5)


def net(*layers):
    return Network([Dense(2, 17), *layers, Dense(17, 1)], loss=MSE(), rng=RNG)


def moments(kind, p, **options):
    return dropout.selu_moments(kind, p, **{"rng": RNG, **options})


ROWS = [
    *[("studies.dropout.penalty", lambda v=v: dropout.penalty(*v), message) for v, message in (
        ((3, W, 0.5), "x (any, any) ()"), ((X, Y, 0.5), "w (2, 1) (4, 1)"), ((X, W, 1), "p [0, 1) 1"))],
    *[("studies.dropout.averaged_loss", lambda v=v: dropout.averaged_loss(*v), message) for v, message in (
        ((X, W, W, 0.5), "y (4, 1) (2, 1)"), ((X, Y, W, -1), "p [0, 1) -1"),
        ((np.ones((4, 17)), Y, np.ones((17, 1)), 0.5), "n from 1 to 16 17"))],
    *[("studies.dropout.best_weights", lambda v=v: dropout.best_weights(*v), message) for v, message in (
        ((X, W, 0.5), "y (4, 1) (2, 1)"), ((X, Y, 1), "p [0, 1) 1"), ((3, Y, 0.5), "x (any, any) ()"))],
    *[("studies.dropout.trained_weights", lambda v=v, o=o: dropout.trained_weights(*v, **{"rng": RNG, **o}),
       message) for v, o, message in (
           ((X, Y, 1), {}, "p [0, 1) 1"), ((X, Y, 0.5), {"epochs": 1}, "epochs at least 2 1"),
           ((X, Y, 0.5), {"lr": -1}, "lr [0, inf) -1"), ((X, Y, 0.5), {"rng": 0}, "rng Generator 0"))],
    *[("studies.dropout.selu_moments", lambda v=v, o=o: moments(*v, **o), message) for v, o, message in (
        ((Dense, 0.5), {}, "kind Dropout AlphaDropout Dense"), ((Dropout, 1), {}, "p [0, 1) 1"),
        ((Dropout, 0.5), {"depth": 0}, "depth at least 1 0"),
        ((Dropout, 0.5), {"width": 0, "depth": 1}, "fan_in at least 1 0"),
        ((Dropout, 0.5), {"rng": 0}, "rng Generator 0"))],

    *[("studies.subnetworks.all_masks", lambda v=v: sub.all_masks(v), f"n from 1 to 16 {v!r}")
      for v in (0, 17, 1.5, None)],
    ("studies.subnetworks.chance", lambda: sub.chance(sub.all_masks(2), 2), "p [0, 1] 2"),
    ("studies.subnetworks.chance", lambda: sub.chance(X, 0.5), "masks True False (4, 2) float64"),
    *[("studies.subnetworks.ensemble", lambda v=v: sub.ensemble(*v), message) for v, message in (
        ((3, X), "net Network 3"), ((net(), X), "net Dropout Network"),
        ((net(Dropout(0.5)), X), "net at most 16 17"), ((net(Dropout(0.5)), 3), "x (any, any) ()"))],
    *[("studies.subnetworks.monte_carlo", lambda v=v, rng=rng: sub.monte_carlo(*v, rng=rng), message)
      for v, rng, message in (
          ((3, X, 1), RNG, "net Network 3"), ((net(Dropout(0.5)), X, 0), RNG, "count at least 1 0"),
          ((net(Dropout(0.5)), X, 1), 0, "rng Generator 0"))],
    ("studies.subnetworks.softmax", lambda: sub.softmax("a"), "logits float64 <U1"),
    ("studies.subnetworks.arithmetic_mean", lambda: sub.arithmetic_mean(3, HALVES), "chances (any,) ()"),
    ("studies.subnetworks.arithmetic_mean", lambda: sub.arithmetic_mean([1.0], HALVES),
     "outputs (1, any, any) (2, 3, 2)"),
    ("studies.subnetworks.geometric_mean", lambda: sub.geometric_mean([1.0], HALVES),
     "logits (1, any, any) (2, 3, 2)"),
    ("studies.subnetworks.compare_averages", lambda: sub.compare_averages(3, None), "net Network 3"),
    ("studies.subnetworks.distance", lambda: sub.distance(X, Y), "b (4, 2) (4, 1)"),
    *[("studies.subnetworks.small_network", lambda v=v, o=o: sub.small_network(*v, **o), message)
      for v, o, message in (
          ((5, 0.5, 0), {}, "hidden tuple 5"), (((5,), 1, 0), {}, "p [0, 1) 1"),
          (((5,), 0.5, -1), {}, "seed at least 0 -1"),
          (((5,), 0.5, 0), {"epochs": -1}, "epochs at least 0 -1"))],

    ("studies.dropout_digits.network", lambda: dropout_digits.network(0, 0.5, RNG), "fan_out at least 1 0"),
    ("studies.dropout_digits.network", lambda: dropout_digits.network(5, 1, RNG), "p [0, 1) 1"),
    ("studies.dropout_digits.network", lambda: dropout_digits.network(5, 0.5, 0), "rng Generator 0"),
    ("studies.dropout_digits.training_data", lambda: dropout_digits.training_data("few", RNG),
     "case '100 images' 'few'"),
    ("studies.dropout_digits.training_data", lambda: dropout_digits.training_data("100 images", 0),
     "rng Generator 0"),
    *[(f"studies.dropout_digits.{name}",
       lambda name=name, v=v: getattr(dropout_digits, name)(*v), message)
      for name in ("train", "trained_network") for v, message in (
          (("few", 16, "none", 0, 0.1, 0), "case '100 images' 'few'"),
          (("100 images", 17, "none", 0, 0.1, 0), "width 16 17"),
          (("100 images", 16, "weight decay", 0, 0.1, 0), "method 'dropout' 'weight decay'"),
          (("100 images", 16, "dropout", 1, 0.1, 0), "p [0, 1) 1"),
          (("100 images", 16, "none", 0, -1, 0), "lr [0, inf) -1"),
          (("100 images", 16, "none", 0, 0.1, -1), "seed at least 0 -1"),
          (("100 images", 16, "none", 0, 0.1, 0, 0), "steps at least 1 0"))],
    *[(f"studies.dropout_digits.{name}", lambda name=name, v=v: getattr(dropout_digits, name)(*v), message)
      for name in ("tune", "study") for v, message in (
          (("few", 16, "none"), "case '100 images' 'few'"), (("100 images", 17, "none"), "width 16 17"),
          (("100 images", 16, "l2"), "method 'dropout' 'l2'"))],
    ("studies.dropout_digits.stored", lambda: dropout_digits.stored(NO_PLACE), f"file {NO_PLACE}"),
    ("studies.dropout_digits.at_the_end", lambda: dropout_digits.at_the_end({}, "loss"),
     "name 'test_accuracy' 'loss'"),
    *[("studies.dropout_runs.run", lambda v=v: dropout_runs.run(*v), message) for v, message in (
        (("some", 2), "name 'none' 'some'"), (("none", 4), "hidden 2, 3 4"),
        (("none", 2, 3), "seeds list 3"), (("none", 2, [0], 0), "epochs at least 1 0"))],
    ("studies.dropout_runs.stored", lambda: dropout_runs.stored(NO_PLACE), f"file {NO_PLACE}"),
]
EXEMPT = {"studies.subnetworks.Averages": "a record, filled by the library"}
SHOW = [(name, lambda lib, name=name, o=o: getattr(lib, name)(**o), message)
        for name in ("draw_dropout", "describe_dropout") for o, message in (
            ({"trained": "half"}, "trained 'rate 0.5' 'half'"), ({"rate": 1}, "rate [0, 1) 1"),
            ({"networks": 201}, "networks from 1 to 200 201"))]
SHOW_EXEMPT = {"dropout_explorer": "no arguments"}
