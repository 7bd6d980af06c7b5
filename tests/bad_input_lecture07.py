"""Rows of tests/test_bad_input.py for lecture 07: normalization, its studies and its widget."""

import numpy as np

from course_lib import normalization
from course_lib.studies import jump_units, leak, scaled_digits
from course_lib.studies import normalization as study

NAN = float("nan")
RNG = np.random.default_rng(0)
GOOD = np.random.default_rng(1).normal(size=(8, 3))
TRANSFORMS = ("Standardize", "PCAWhitening", "ZCAWhitening")

ROWS = [
    # normalization
    *[(f"normalization.{name}", lambda name=name, v=v: getattr(normalization, name)().fit(v), message)
      for name in TRANSFORMS for v, message in (
          (3, "x (any, any) ()"), ([1.0, 2.0], "x (any, any) (2,)"), ("ab", "x float64 <U2"),
          ([[1.0, 2.0]], "x two rows (1, 2)"), (np.ones((4, 0)), "x feature (4, 0)"),
          ([[1.0], [NAN]], "x finite 1 NaN"), ([[1.0, 5.0], [2.0, 5.0]], "x constant column [1] 2 rows"))],
    *[(f"normalization.{name}", lambda name=name: getattr(normalization, name)(unbiased=1).fit(GOOD),
       "unbiased True or False 1") for name in TRANSFORMS],
    *[(f"normalization.{name}", lambda name=name, method=method: getattr(
        getattr(normalization, name)().fit(GOOD), method)(np.ones((2, 2))), f"{argument} (any, 3) (2, 2)")
      for name in TRANSFORMS for method, argument in (("transform", "x"), ("inverse", "z"))],
    ("normalization.Standardize", lambda: normalization.Standardize(scale=0).fit(GOOD),
     "scale True or False 0"),
    *[(f"normalization.{name}", lambda name=name: getattr(normalization, name)().fit(GOOD[:3]),
       "x spread 1 of 3 rows too few") for name in TRANSFORMS[1:]],
    ("normalization.Transform", lambda: normalization.Standardize().transform(GOOD), "fit Standardize"),

    # studies: normalization
    ("studies.normalization.transform_named", lambda: study.transform_named("foo"), "name 'raw' 'foo'"),
    ("studies.normalization.versions", lambda: study.versions([1.0]), "x (any, any) (1,)"),
    ("studies.normalization.versions", lambda: study.versions(GOOD, ["foo"]), "name 'raw' 'foo'"),
    *[("studies.normalization.cloud", lambda o=o: study.cloud(**{"rng": RNG, **o}), message)
      for o, message in (({"n": 2}, "n at least 3 2"), ({"mean": 3}, "mean (2,) ()"),
                         ({"deviations": (1.0, 0.0)}, "deviations positive 0.0"),
                         ({"angle": "a"}, "angle 'a'"), ({"rng": 0}, "rng Generator 0"))],
    ("studies.normalization.extent", lambda: study.extent(3), "x (any, any) ()"),
    ("studies.normalization.conditioning", lambda: study.conditioning(GOOD, GOOD), "y (8, 1) (8, 3)"),
    ("studies.normalization.conditioning", lambda: study.conditioning(GOOD, GOOD[:, :1], 0), "tolerance 0"),
    ("studies.normalization.one_feature_kappa", lambda: study.one_feature_kappa("a", 1.0), "offset <U1"),
    ("studies.normalization.one_feature_kappa", lambda: study.one_feature_kappa(0.0, -1.0),
     "deviation positive -1"),
    ("studies.normalization.random_problems", lambda: study.random_problems(0, RNG), "count at least 1 0"),
    ("studies.normalization.random_problems", lambda: study.random_problems(1, 0), "rng Generator 0"),

    # studies: leak
    *[("studies.leak.leak_errors", lambda v=v: leak.leak_errors(*v), message) for v, message in (
        (("foo", 12, 12), "name 'raw' 'foo'"), (("scaled", 1, 12), "train at least 2 1"),
        (("scaled", 12, 0), "test at least 1 0"), (("scaled", 400, 42), "test from 1 to 41 42"),
        (("scaled", 12, 12, 0), "splits at least 1 0"))],
    *[("studies.leak.own_statistics", lambda v=v: leak.own_statistics(*v), message) for v, message in (
        ((3, [1]), "train indices 3"), (([1, 442], [1]), "train from 0 to 441 442"),
        ((list(range(20)), [0.5]), "test indices 0.5"))],
    ("studies.leak.ridge_line", lambda: leak.ridge_line(GOOD, GOOD), "y (8, 1) (8, 3)"),
    ("studies.leak.ridge_line", lambda: leak.ridge_line(GOOD, GOOD[:, :1], -1), "smoothing [0, inf) -1"),
    ("studies.leak.root_error", lambda: leak.root_error([1.0], [1.0, 2.0]), "y (1,) (2,)"),

    # studies: jump_units, scaled_digits
    ("studies.jump_units.network", lambda: jump_units.network("foo", 0), "activation 'tanh' 'foo'"),
    ("studies.jump_units.network", lambda: jump_units.network("tanh", -1), "seed at least 0 -1"),
    ("studies.jump_units.data", lambda: jump_units.data("foo"), "units 'x + 10' 'normalized' 'foo'"),
    *[("studies.jump_units.learn", lambda v=v: jump_units.learn(*v), message) for v, message in (
        (("foo", "tanh", 0.1, 0, 1), "units 'foo'"), (("x + 10", "foo", 0.1, 0, 1), "activation 'foo'"),
        (("x + 10", "tanh", 0, 0, 1), "lr (0, inf) 0"), (("x + 10", "tanh", 0.1, 0.5, 1), "seed whole 0.5"),
        (("x + 10", "tanh", 0.1, 0, 0), "epochs at least 1 0"))],
    *[("studies.jump_units.train", lambda v=v: jump_units.train("x + 10", "tanh", 0.1, 0, *v), message)
      for v, message in (((5, 2), "epochs 2 5"), ((-2, 2), "epochs at least 0 -2"),
                         ((5, 0), "every at least 1 0"))],
    ("studies.jump_units.stored", lambda: jump_units.stored("no/such/place"),
     "file jump_units.csv no/such/place"),
    ("studies.jump_units.final", lambda: jump_units.final([1.0, 2.0]), "runs 5 (2,)"),
    *[("studies.jump_units.best", lambda v=v: jump_units.best(v), f"runs dict {v!r}") for v in (3, {})],
    ("studies.jump_units.unscale", lambda: jump_units.unscale("a"), "prediction <U1"),
    ("studies.scaled_digits.pixels", lambda: scaled_digits.pixels("foo"), "version '0 to 1' 'foo'"),
    *[("studies.scaled_digits.train", lambda v=v: scaled_digits.train(*v), message) for v, message in (
        (("foo", 0.1, 0), "version 'foo'"), (("0 to 1", 0, 0), "lr (0, inf) 0"),
        (("0 to 1", 0.1, -1), "seed at least 0 -1"), (("0 to 1", 0.1, 0, 0), "epochs at least 1 0"))],
    ("studies.scaled_digits.tuned", lambda: scaled_digits.tuned("foo"), "version 'foo'"),
    ("studies.scaled_digits.tuned", lambda: scaled_digits.tuned("0 to 1", 3), "tuning_seeds list 3"),
    ("studies.scaled_digits.tuned", lambda: scaled_digits.tuned("0 to 1", [0], []), "seeds list []"),
]

EXEMPT = {
    **dict.fromkeys(["studies.normalization.Conditioning", "studies.leak.Errors"],
                    "a record, filled by the library"),
    "studies.jump_units.main": "no arguments",
}

SHOW = [
    *[(name, lambda lib, name=name, o=o: getattr(lib, name)(**o), message)
      for name in ("describe_whitening", "draw_whitening") for o, message in (
          ({"version": "foo"}, "name 'raw' 'foo'"), ({"offset": -1}, "offset [0, inf) -1"),
          ({"ratio": 0.5}, "ratio [1, inf) 0.5"), ({"angle": "a"}, "angle 'a'"))],
]

SHOW_EXEMPT = {"whitening_explorer": "no arguments"}
