"""The check of exercise 1 of lecture 06: a draw of weights, judged by its statistics."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.answers import WrongAnswer, call, expect_function
from course_lib.exercises.base import right
from course_lib.studies.weight_laws import moments_and_distances

SHAPES = [(200, 300), (300, 60)]
FAR = 0.012  # distance to a law; 60,000 draws of the law itself come near it in one of ten million cases

GROWING = "your weights grow with fan_in: divide by it"

# Standard deviations that typical mistakes give, as functions of fan_in and fan_out.
WRONG_STD = [
    ("you used the variance 2 / fan_in as the standard deviation: rng.normal wants σ, so take the root",
     lambda i, o: 2 / i),
    ("that is the fourth root: √(2 / fan_in) already is the standard deviation σ, do not take its root again",
     lambda i, o: (2 / i) ** 0.25),
    ("the 2 is missing: that is 1 / fan_in, LeCun's variance. ReLU cuts half of the square away",
     lambda i, o: i**-0.5),
    ("the 2 stands outside of the root: σ is √(2 / fan_in), not 2 / √fan_in", lambda i, o: 2 / i**0.5),
    ("the root is to be taken of fan_in, too: √(2 / fan_in), not √2 / fan_in", lambda i, o: 2**0.5 / i),
    ("you divided by fan_out: each unit sums fan_in inputs, and fan_in is shape[0]",
     lambda i, o: (2 / o) ** 0.5),
    ("that is Xavier's 2 / (fan_in + fan_out)", lambda i, o: (2 / (i + o)) ** 0.5),
    ("that is 2 over the mean of fan_in and fan_out: He divides by fan_in",
     lambda i, o: (4 / (i + o)) ** 0.5),
    ("that is PyTorch's default, 1 / (3 fan_in)", lambda i, o: (3 * i) ** -0.5),
    ("that is the σ of a uniform draw on ±√(2 / fan_in), a / √3 on ±a; draw from a normal distribution",
     lambda i, o: (2 / (3 * i)) ** 0.5),
    ("that is N(0, 1): the standard deviation does not depend on fan_in", lambda i, o: 1.0),
    ("√(6 / fan_in) is the limit of He's uniform draw, not the standard deviation of a normal one",
     lambda i, o: (6 / i) ** 0.5),
    ("that is 0.88 of σ, which is what a cut at two standard deviations leaves; draw without a cut",
     lambda i, o: 0.8796 * (2 / i) ** 0.5),
    (GROWING, lambda i, o: (2 * i) ** 0.5), (GROWING, lambda i, o: (i / 2) ** 0.5),
]


def check_he_normal(function):
    """Exercise 1: he_normal(shape, rng) -> weights of He's normal draw, of this shape (fan_in, fan_out)."""
    expect_function(function)
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
        _check_entries(w)
        _check_mean(w)
    _check_std(draws)
    _check_normal(draws[0])
    right("mean 0, variance 2 / fan_in, normal, and from the rng you were given.")


def _draw(function, shape, seed):
    expected = np.zeros(shape[::-1] if _transposed(function, shape, seed) else shape)
    weights, = call(function, (shape, np.random.default_rng(seed)), ["shape", "rng"], ("weights",),
                    (expected,))
    if weights.shape != shape:
        raise WrongAnswer(f"weights have shape {weights.shape}, expected {shape}: (fan_in, fan_out), as "
                          "x @ W needs it. PyTorch keeps the transpose.")
    return weights.astype(np.float64)


def _transposed(function, shape, seed):
    try:
        return np.shape(function(shape, np.random.default_rng(seed))) == shape[::-1]
    except Exception:  # reported by the call that follows
        return False


def he_std(shape):
    return (2 / shape[0]) ** 0.5


def _check_entries(w):
    if len(np.unique(w)) < 0.99 * w.size:  # float32 has a few equal draws by chance
        raise WrongAnswer("many of your weights are the same number: every entry needs a draw of its own, "
                          "neither rounded nor cut.")


def _check_mean(w):
    error = 6 * w.std() / math.sqrt(w.size)
    if abs(w.mean()) > error:
        first = abs(w.mean() - he_std(w.shape)) < error and abs(w.std() - 1) < 0.02
        hint = ", and their standard deviation 1: rng.normal wants the mean first, then σ" if first else ""
        raise WrongAnswer(f"the mean of your weights is {w.mean():.3g}, not 0{hint}.")


def _check_std(draws):
    measured, wanted = [w.std() for w in draws], [he_std(shape) for shape in SHAPES]
    roots = [np.sqrt(np.mean(w**2)) for w in draws]
    if any(np.allclose(sizes, wanted, rtol=1e-6, atol=0) for sizes in (measured, roots)):
        raise WrongAnswer("the weights you drew have the size √(2 / fan_in) exactly; independent entries "
                          "have it only nearly. Multiply by σ alone, not by what the draw measures.")
    if np.allclose(measured, wanted, rtol=0.02):
        return
    for message, std in WRONG_STD:
        if np.allclose(measured, [std(*shape) for shape in SHAPES], rtol=0.02):
            raise WrongAnswer(f"{message}.")
    if math.isclose(*measured, rel_tol=0.02):
        raise WrongAnswer(f"the standard deviation is {measured[0]:.3g} for every shape: it should be "
                          "√(2 / fan_in), and fan_in is shape[0].")
    raise WrongAnswer(f"for shape {SHAPES[0]} the standard deviation is {measured[0]:.4g}, expected is "
                      f"√(2 / {SHAPES[0][0]}) = {wanted[0]:.4g}.")


def _check_normal(w):
    """Raise WrongAnswer if the weights, of the right variance, follow another law than the normal one."""
    distances = moments_and_distances(w, he_std(w.shape))[2:]
    if np.argmin(distances) == 0 and distances[0] < FAR:
        return
    looks = ("", ": it looks like one cut at two standard deviations", ": it looks like a uniform one")
    raise WrongAnswer(f"the variance is right, but your draw is not normal{looks[np.argmin(distances)]}.")
