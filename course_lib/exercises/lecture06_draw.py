"""The check of exercise 1 of lecture 06: a draw of weights, judged by its statistics."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.base import WrongAnswer, right
from course_lib.exercises.base import run as run_safely
from course_lib.studies.weight_laws import moments_and_distances

SHAPES = [(200, 300), (300, 60)]

# Standard deviations that typical mistakes give, as functions of fan_in and fan_out.
WRONG_STD = [
    ("you used the variance 2 / fan_in as the standard deviation: rng.normal wants σ, so take the root",
     lambda i, o: 2 / i),
    ("that is the fourth root: √(2 / fan_in) already is the standard deviation σ, do not take its root again",
     lambda i, o: (2 / i) ** 0.25),
    ("the 2 is missing: that is 1 / fan_in, LeCun's variance. ReLU cuts half of the square away",
     lambda i, o: i**-0.5),
    ("the 2 stands outside of the root: σ is √(2 / fan_in), not 2 / √fan_in", lambda i, o: 2 / i**0.5),
    ("you divided by fan_out: each unit sums fan_in inputs, and fan_in is shape[0]",
     lambda i, o: (2 / o) ** 0.5),
    ("that is Xavier's 2 / (fan_in + fan_out)", lambda i, o: (2 / (i + o)) ** 0.5),
    ("that is PyTorch's default, 1 / (3 fan_in)", lambda i, o: (3 * i) ** -0.5),
    ("a uniform draw on ±a has the standard deviation a / √3; and He's normal draw is not uniform",
     lambda i, o: (2 / (3 * i)) ** 0.5),
    ("that is N(0, 1): the standard deviation does not depend on fan_in", lambda i, o: 1.0),
    ("√(6 / fan_in) is the limit of He's uniform draw, not the standard deviation of a normal one",
     lambda i, o: (6 / i) ** 0.5),
    ("cutting at two standard deviations leaves 0.88 of σ; draw without a cut",
     lambda i, o: 0.8796 * (2 / i) ** 0.5),
    ("your weights grow with fan_in: divide by it", lambda i, o: (2 * i) ** 0.5),
]


def check_he_normal(function):
    """Exercise 1: he_normal(shape, rng) -> weights of He's normal draw, of this shape (fan_in, fan_out)."""
    check_callable(function)
    draws = []
    for shape in SHAPES:
        w = _draw(function, shape, 6)
        if not np.array_equal(w, _draw(function, shape, 6)):
            raise WrongAnswer("two generators of the same seed give different weights: draw from the rng you "
                              "are given, not from np.random or a generator of your own.")
        if np.array_equal(w, _draw(function, shape, 7)):
            if np.ptp(w) == 0:
                raise WrongAnswer("all weights are equal: then all units of the layer stay equal. Draw them "
                                  "with rng.")
            raise WrongAnswer("generators of different seeds give the same weights: draw from the rng you "
                              "are given, or all layers start alike.")
        draws.append(w)
    for w in draws:
        if any(np.ptp(w, axis=axis).max() == 0 for axis in (0, 1)):
            raise WrongAnswer("whole rows or columns of your weights are equal: every entry needs a draw of "
                              "its own.")
        if abs(w.mean()) > 6 * w.std() / math.sqrt(w.size):
            raise WrongAnswer(f"the mean of your weights is {w.mean():.3g}, not 0.")
    _check_std(draws)
    distances = moments_and_distances(draws[0], (2 / SHAPES[0][0]) ** 0.5)[2:]
    nearest = int(np.argmin(distances))
    if nearest:
        kind = ("a normal draw cut at two standard deviations", "a uniform draw")[nearest - 1]
        raise WrongAnswer(f"the variance is right, but this is {kind}; the task asks for a normal one.")
    right("mean 0, variance 2 / fan_in, normal, and from the rng you were given.")


def check_callable(function):
    if not callable(function):
        raise WrongAnswer("pass the function itself to the check, without calling it; "
                          f"got {type(function).__name__}.")


def _draw(function, shape, seed):
    expected = np.zeros(shape[::-1] if _transposed(function, shape, seed) else shape)
    weights, = run_safely(function, (shape, np.random.default_rng(seed)), ["shape", "rng"], ("weights",),
                          (expected,))
    if weights.shape != shape:
        raise WrongAnswer(f"weights have shape {weights.shape}, expected {shape}: (fan_in, fan_out), as "
                          "x @ W needs it. PyTorch keeps the transpose.")
    return weights


def _transposed(function, shape, seed):
    try:
        return np.shape(function(shape, np.random.default_rng(seed))) == shape[::-1]
    except Exception:  # reported by the call that follows
        return False


def _check_std(draws):
    measured = [w.std() for w in draws]
    wanted = [(2 / fan_in) ** 0.5 for fan_in, _ in SHAPES]
    if np.allclose(measured, wanted, rtol=0.02):
        return
    for message, std in WRONG_STD:
        if np.allclose(measured, [std(*shape) for shape in SHAPES], rtol=0.02):
            raise WrongAnswer(f"{message}.")
    raise WrongAnswer(f"for shape {SHAPES[0]} the standard deviation is {measured[0]:.4g}, expected is "
                      f"√(2 / {SHAPES[0][0]}) = {wanted[0]:.4g}.")
