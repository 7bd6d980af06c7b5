"""Checks for the exercises of lecture 06, gradient flow and initialization: here 2 to 4, and the way to 1."""

from __future__ import annotations

import math

import numpy as np

from course_lib.exercises.answers import expect_function
from course_lib.exercises.answers import run as run_safely
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right
from course_lib.exercises.lecture06_draw import check_he_normal

__all__ = ["check_gain", "check_he_normal", "check_prediction", "check_twins"]

# --- exercise 2: the gain of an activation -----------------------------------------------------------


def gain(phi, u):
    return 1 / np.sqrt(np.mean(phi(u) ** 2))


def gain_cases():
    """(phi, u): u has mean 0 and mean square 1 exactly, so an answer may also divide by its deviation."""
    rng = np.random.default_rng(6)
    cases = []
    for phi, n in ((np.tanh, 1000), (relu, 1500), (shifted, 800)):
        u = rng.standard_normal(n)
        u -= u.mean()
        cases.append((phi, u / u.std()))
    return cases


def relu(z):
    return np.maximum(z, 0)


def shifted(z):
    return 0.5 * z + 2


GAIN_MISTAKES = [
    Mistake("you used the variance of the outputs; what the next layer sums is their mean square, with the "
            "mean left in", lambda phi, u: 1 / np.std(phi(u))),
    Mistake("the root is missing: 1 / E[φ²] is the weight variance s; the gain is its root",
            lambda phi, u: 1 / np.mean(phi(u) ** 2)),
    Mistake("the root is missing, and the mean was taken away: 1 / variance",
            lambda phi, u: 1 / np.var(phi(u))),
    Mistake("that is what the activation does; the gain has to undo it: divide 1 by it",
            lambda phi, u: np.sqrt(np.mean(phi(u) ** 2))),
    Mistake("that is what the activation does to the mean square; the gain has to undo it, and is a root",
            lambda phi, u: np.mean(phi(u) ** 2)),
    Mistake("that is the deviation of the outputs. The gain has to undo what the activation does, and counts "
            "the mean in: divide 1 by the root of the mean square", lambda phi, u: np.std(phi(u))),
    Mistake("you took the mean of |φ|; square first, then take the mean, then the root",
            lambda phi, u: 1 / np.mean(np.abs(phi(u)))),
    Mistake("you took the mean first and squared it then; square first",
            lambda phi, u: 1 / np.abs(np.mean(phi(u)))),
    Mistake("you took the sum of the squares in place of their mean",
            lambda phi, u: 1 / np.sqrt(np.sum(phi(u) ** 2))),
    Mistake("φ is not squared: take the mean of φ(u)²", lambda phi, u: np.abs(np.mean(phi(u))) ** -0.5),
    Mistake("√2 is the gain of ReLU alone", lambda phi, u: np.sqrt(2)),
    Mistake("5/3 is PyTorch's number for tanh alone, and does not keep a variance of 1",
            lambda phi, u: 5 / 3),
    Mistake("you squared the input, not the output: φ(u)², not φ(u²)",
            lambda phi, u: 1 / np.sqrt(np.mean(phi(u**2)))),
    Mistake("the activation is not used: apply phi to u first", lambda phi, u: 1 / np.sqrt(np.mean(u**2))),
]


def check_gain(function):
    """Exercise 2: gain(phi, u) -> the gain that keeps a variance of 1, from samples u of N(0, 1)."""
    check_function(function, reference=gain, cases=gain_cases(), outputs=("gain",), mistakes=GAIN_MISTAKES)
    right("1 / √E[φ(u)²]: about √2 for ReLU, 1.59 for tanh.")


# --- exercise 3: predict -----------------------------------------------------------------------------

ROUND_UP = "the signal is then still above a millionth: round up"
ONE_FEWER = "one layer fewer is enough"


def layers(factor):
    """Layers, not rounded, until a signal that each of them multiplies by `factor` is down to a millionth.

    >>> layers(0.1)
    6.0
    """
    return -6 / math.log10(factor)


def check_prediction(layers_xavier, layers_default, slip_factor):
    """Exercise 3: layers until the signal is below a millionth (Xavier, PyTorch), factor per layer (slip)."""
    check_number("layers_xavier", layers_xavier, 40, tolerance=1e-9, mistakes=[
        Mistake("½ is the factor of the variance. The signal's size is its root: √½ per layer", layers(1 / 2),
                within=5e-3),
        Mistake("that is for a factor of 10 per layer", 6),
        Mistake(ROUND_UP, 39), Mistake(ROUND_UP, layers(0.5**0.5), within=3e-3), Mistake(ONE_FEWER, 41)])
    check_number("layers_default", layers_default, 16, tolerance=1e-9, mistakes=[
        Mistake("1/6 is the factor of the variance. The signal's size is its root", layers(1 / 6),
                within=0.04),
        Mistake("you left out ReLU, which takes another half: 1/3 · 1/2", layers(3**-0.5), within=0.035),
        Mistake("that is 1/3 for the signal itself: its variance falls by 1/6", layers(1 / 3), within=0.035),
        Mistake("that is for Xavier", 40),
        Mistake("ReLU halves the square, not the signal", layers(12**-0.5), within=0.08),
        Mistake(ROUND_UP, 15), Mistake(ROUND_UP, layers(6**-0.5), within=3e-3), Mistake(ONE_FEWER, 17)])
    check_number("slip_factor", slip_factor, 400**0.25, mistakes=[
        Mistake("that is the factor of the variance; the signal's is its root", 20),
        Mistake("ReLU halves the square: divide 800 by 2 first", 800**0.25),
        Mistake("the weights are too large, so the signal grows: turn it over. Or, if that is the wrong "
                "standard deviation itself, (2/800)^¼: ask by how much it is too large", 400**-0.25),
        Mistake("that is the right standard deviation, √(2/800)", 0.05),
        Mistake("you left out ReLU, which halves the square: (800·√(2/800))^½ is without it", 40**0.5),
        Mistake("that is the factor of the variance, and without ReLU, which halves it", 40),
        Mistake("fan_in is 800 here, not 100", 50**0.25),
        Mistake("that would be no growth at all, which is He's own variance", 1.0)])
    right("a factor per layer, to the power of the depth.")


# --- exercise 4: break it ----------------------------------------------------------------------------


def check_twins(function):
    """Exercise 4: twins(w_in, w_out) -> new weights in which unit 1 is for ever a copy of unit 0."""
    expect_function(function)
    rng = np.random.default_rng(6)
    for sizes in ((5, 4, 3), (7, 6, 2)):
        case = rng.standard_normal(sizes[:2]), rng.standard_normal(sizes[1:])
        _check_twins(case, *run_safely(function, case, ["w_in", "w_out"], ("w_in", "w_out"), case))
    right("equal weights in and out: equal gradients, at every step, for ever.")


def _check_twins(case, w_in, w_out):
    same_in, same_out = np.array_equal(w_in[:, 0], w_in[:, 1]), np.array_equal(w_out[0], w_out[1])
    if np.array_equal(w_in, case[0]) and np.array_equal(w_out, case[1]):
        raise WrongAnswer("you returned the weights as they were: units 0 and 1 still differ.")
    if not (same_in and same_out):
        raise WrongAnswer(_what_differs(w_in, w_out, same_in, same_out))
    if np.ptp(w_in, axis=1).max() == 0 and np.ptp(w_out, axis=0).max() == 0:
        raise WrongAnswer("all units are copies now; units 2, 3, … should stay as they were.")
    for where, w in (("into", w_in[:, :2]), ("out of", w_out[:2])):
        if not w.any():
            raise WrongAnswer(f"the weights {where} units 0 and 1 are all 0 now, so unit 0 is lost. Unit 1 "
                              "should be what unit 0 was.")
    if not (np.array_equal(w_in[:, 2:], case[0][:, 2:]) and np.array_equal(w_out[2:], case[1][2:])):
        raise WrongAnswer("units 0 and 1 are equal, but other units changed as well.")


def _what_differs(w_in, w_out, same_in, same_out):
    """What is wrong, in words, with units 0 and 1 that are not equal."""
    if np.array_equal(w_in[0], w_in[1]) and np.array_equal(w_out[:, 0], w_out[:, 1]):
        return ("you made rows of w_in and columns of w_out equal. w_in is (inputs, units): the weights into "
                "a unit are a column of w_in, those out of it a row of w_out.")
    if same_in:
        return ("the weights into units 0 and 1 are equal, but not those out of them. The loss pulls them "
                "apart in the first step: copy the row of w_out, too.")
    if same_out:
        return ("the weights out of units 0 and 1 are equal, but not those into them, so they compute "
                "different things: copy the column of w_in, too.")
    if np.array_equal(w_in[:, 1], w_in[:, 2]) and np.array_equal(w_out[1], w_out[2]):
        return "units 1 and 2 are equal now. Units are counted from 0: units 0 and 1 should be."
    return "units 0 and 1 differ in their weights in and in their weights out."
