"""Checks for the exercises of lecture 04, stochastic gradients: here 2 to 5, and the way to 1."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import THREE_DIGITS, Mistake, WrongAnswer, check_function, check_number, right
from course_lib.exercises.lecture04_epoch import check_epoch

__all__ = ["check_epoch", "check_exponent", "check_prediction", "check_running_mean", "check_share_left"]


def running_mean(mean, x, count):
    return mean + (x - mean) / (count + 1)


BRACKETS = "the brackets are missing: … / count + 1 divides by count and then adds 1"

MEAN_MISTAKES = [
    Mistake("you divided by count: with x there are count + 1 points",
            lambda mean, x, count: mean + (x - mean) / count),
    Mistake("that is the sum, not the mean: divide by count + 1", lambda mean, x, count: count * mean + x),
    Mistake("the old mean stands for count points: multiply it by count before you add x",
            lambda mean, x, count: (mean + x) / (count + 1)),
    Mistake("that is halfway between the old mean and x: the newest point counts only 1 / (count + 1)",
            lambda mean, x, count: (mean + x) / 2),
    Mistake("the weights have changed places: x counts 1 / (count + 1), the old mean the rest",
            lambda mean, x, count: (mean + count * x) / (count + 1)),
    Mistake("the sign is wrong: the mean moves towards x",
            lambda mean, x, count: mean - (x - mean) / (count + 1)),
    Mistake("you divided by count + 2: count is the number of points before x",
            lambda mean, x, count: mean + (x - mean) / (count + 2)),
    Mistake("you divided the sum by count: with x there are count + 1 points",
            lambda mean, x, count: (count * mean + x) / count),
    Mistake(BRACKETS, lambda mean, x, count: (count * mean + x) / count + 1),
    Mistake(BRACKETS, lambda mean, x, count: mean + (x - mean) / count + 1),
    Mistake("only x is divided by count + 1: the whole sum has to be, so set brackets",
            lambda mean, x, count: count * mean + x / (count + 1)),
    Mistake("x is not divided by count + 1, as the old points are",
            lambda mean, x, count: count * mean / (count + 1) + x),
    Mistake("// cuts the decimals off: divide with /",
            lambda mean, x, count: (count * mean + x) // (count + 1)),
    Mistake("the old mean counts too much: in the new mean it has the weight count / (count + 1)",
            lambda mean, x, count: mean + x / (count + 1)),
    Mistake("that is an exponential average, with the same weight for every new point: it never settles",
            lambda mean, x, count: 0.9 * mean + 0.1 * x),
    Mistake("you returned the last point itself: it must be averaged with those before",
            lambda mean, x, count: x),
    Mistake("you returned only what changes: add it to the old mean",
            lambda mean, x, count: (x - mean) / (count + 1)),
    Mistake("you returned the old mean: x must be taken in", lambda mean, x, count: mean),
]


def check_running_mean(function):
    """Exercise 2: running_mean(mean, x, count) -> the mean of count + 1 points.

    The start, count 0, comes last: a division by 0 there would hide what is wrong for every other count.
    """
    rng = np.random.default_rng(4)
    cases = [(rng.normal(size=shape), rng.normal(size=shape), count)
             for shape, count in ((3, 4), ((2, 2), 9), (2, 1))]
    check_function(function, reference=running_mean, cases=cases, outputs=("the mean",),
                   mistakes=MEAN_MISTAKES)
    check_function(function, reference=running_mean, cases=[(np.zeros(3), rng.normal(size=3), 0)],
                   outputs=("the mean",), mistakes=[Mistake(
                       "with count 0 you returned the zeros in mean: x is the only point, so it is the mean",
                       lambda mean, x, count: mean)])
    right("the mean of all points, and none of them is kept.")


SQUARED_RATE = "the noise of one step adds η²σ² to the variance: the rate is squared there"


def check_prediction(variance, batch, average_loss):
    """Exercise 3: curvature 4, noise 1, rate 0.1; the average of 1,000 points."""
    check_number("variance", variance, 1 / 64, mistakes=[
        Mistake("that is the expected loss, ½·h·variance", 1 / 32),
        Mistake("that is η/2h, which holds for small rates only. The exact one is ησ²/(h(2 - ηh))", 1 / 80),
        Mistake("that is the deviation: the variance is its square", 1 / 8),
        Mistake("that is the noise of one step, η²σ². Later steps keep a part of it and add their own", 0.01),
        Mistake("that is for curvature 2", 1 / 36),
        Mistake("the curvature is missing: ησ²/(h(2 - ηh)) divides by h", 1 / 16),
        Mistake("that has 2 + ηh in the bracket, or the curvature 8: it is 2 - ηh, and h = 4",
                0.1 / (4 * 2.4)),
        Mistake("that is ησ²/h: the bracket 2 - ηh is missing. A variance is multiplied by (1 - ηh)², not by "
                "1 - ηh", 0.1 / 4),
        Mistake(SQUARED_RATE, 0.1 / 0.64), Mistake(SQUARED_RATE, 1 / 0.64),
        Mistake("1 - (1 - ηh)² is ηh(2 - ηh), not ηh(1 - ηh)", 0.1 / (4 * 0.6)),
        Mistake("that is the noise of the gradient. A step takes only lr times it", 1.0)])
    check_number("batch", batch, 10, tolerance=1e-9, mistakes=[
        Mistake("that would be for a deviation of a tenth: the variance itself is proportional to 1/b", 100),
        Mistake("the deviation falls like 1/√b, but the question is about the variance, which falls like 1/b",
                np.sqrt(10), within=THREE_DIGITS),
        Mistake("that is the square root, rounded up: the variance itself falls like 1/b", 4),
        Mistake("with 9 the variance is a ninth, which is more than a tenth", 9),
        Mistake("with 10 it is exactly a tenth, which is allowed", 11)])
    check_number("average_loss", average_loss, 0.000125, mistakes=[
        Mistake("the factor ½ is missing: it is 1/(2k)", 0.00025),
        Mistake("that multiplies by the curvature: H⁻¹ divides by it", 0.002),
        Mistake("you left the curvature out: tr(H⁻¹Σ) is 1/4 here", 0.0005),
        Mistake("that is the loss of the last point, ½·h·variance; averaging makes it smaller", 1 / 32),
        Mistake("that divides the last point's loss by k. The points are correlated: the average gains less",
                1 / 32000),
        Mistake("that is the last point's variance over k; use the formula, which knows that the points are "
                "correlated", 1 / 64000),
        Mistake("Σ is the covariance of the gradient's noise, 1 here, not the variance of x",
                1 / 64 / 4 / 2000),
        Mistake("that is for batches of 10; the batch size is 1 here", 0.0000125),
        Mistake("brackets are missing: … / 2 * k divides by 2 and then multiplies by k", 125),
        Mistake("the number of points is missing: divide by k = 1,000", 0.125)])
    right("batches shrink the ball in proportion to their cost; averaging goes on for ever.")


def share_left(curvature, rates):
    return np.prod(1 - curvature * rates)


NO_SUM = "the steps do not add up: each multiplies what the one before has left. Take a product"
NEGATIVE = "it may be negative: a large rate jumps to the other side of the minimum"

SHARE_MISTAKES = [
    Mistake("that is exp(-h Σ rates), which is nearly right for small rates. One step multiplies by "
            "1 - rate·h exactly", lambda h, rates: np.exp(-h * rates.sum())),
    Mistake(NO_SUM, lambda h, rates: 1 - h * rates.sum()),
    Mistake(NO_SUM, lambda h, rates: np.sum(1 - h * rates)),
    Mistake("only the first rate made a step: the return statement may stand inside the loop",
            lambda h, rates: 1 - h * rates[0]),
    Mistake("that is the last step alone: it multiplies what those before have left",
            lambda h, rates: 1 - h * rates[-1]),
    Mistake("you used the first rate for all steps", lambda h, rates: (1 - h * rates[0]) ** len(rates)),
    Mistake("you used the last rate for all steps", lambda h, rates: (1 - h * rates[-1]) ** len(rates)),
    Mistake("you used the mean rate for all steps: take each factor with its own rate",
            lambda h, rates: (1 - h * rates.mean()) ** len(rates)),
    Mistake("that is the share already covered: the share left is 1 minus this",
            lambda h, rates: 1 - np.prod(1 - h * rates)),
    Mistake("the curvature is missing: one step multiplies by 1 - rate·h",
            lambda h, rates: np.prod(1 - rates)),
    Mistake("the sign is wrong: one step multiplies by 1 - rate·h, with plus the run moves away",
            lambda h, rates: np.prod(1 + h * rates)),
    Mistake("the gradient of ½hx² is hx, without a factor 2", lambda h, rates: np.prod(1 - 2 * h * rates)),
    Mistake("the gradient of ½hx² is hx, not ½hx", lambda h, rates: np.prod(1 - h * rates / 2)),
    Mistake("that is x_0 / x_end: turn it over", lambda h, rates: 1 / np.prod(1 - h * rates)),
    Mistake("you squared it: that is the share of the loss that is left",
            lambda h, rates: np.prod(1 - h * rates) ** 2),
    Mistake("the last step is missing", lambda h, rates: np.prod(1 - h * rates[:-1])),
    Mistake("the first step is missing", lambda h, rates: np.prod(1 - h * rates[1:])),
    Mistake(NEGATIVE, lambda h, rates: abs(np.prod(1 - h * rates))),
    Mistake(NEGATIVE, lambda h, rates: max(0.0, np.prod(1 - h * rates))),
]


def check_share_left(function):
    """Exercise 4: share_left(curvature, rates) -> the share of the first distance that is left."""
    k = np.arange(40)
    cases = [(2.0, 0.1 * np.exp(-0.1 * k)), (4.0, 0.1 / (1 + 0.02 * k[:7])), (3.0, np.array([0.5, 0.1, 0.2])),
             (0.7, 1.0 / (k[:10] + 1.0))]
    refuse_path_or_logarithm(function)
    check_function(function, reference=share_left, cases=cases, outputs=("the share",),
                   mistakes=SHARE_MISTAKES)
    right("each step leaves the share 1 - rate·h of the one before.")


def refuse_path_or_logarithm(function):
    """Say what is wrong if a number comes back for each rate, or NaN where a factor is negative."""
    rates = np.array([0.1, 0.2, 0.3])
    try:
        with np.errstate(all="ignore"):
            small, large = (np.asarray(function(h, rates.copy()), float) for h in (2.0, 4.0))
    except Exception:  # the check itself will say what is wrong
        return
    if small.shape == rates.shape:
        raise WrongAnswer("you returned one number for each rate: return only the share that is left after "
                          "the last step.")
    if np.isfinite(small).all() and np.isnan(large).any():
        raise WrongAnswer("you get NaN when a rate is above 1 / curvature: then 1 - rate·h is negative and "
                          "has no real logarithm or root. Multiply the factors themselves.")


def exponent(curvature, c):
    return min(1.0, 2 * c * curvature)


MULTIPLY = "c and μ multiply: a larger c makes up for a smaller curvature"
POSITIVE = "p is positive here: the distance falls like k to the power -p"
TWICE = "the distance falls like k^-cμ. Its square falls twice as fast"

EXPONENT_MISTAKES = [
    Mistake("that is the start being forgotten. The noise falls like 1/k at best, so p is at most 1",
            lambda curvature, c: 2 * c * curvature),
    Mistake(TWICE, lambda curvature, c: min(1.0, c * curvature)),
    Mistake(TWICE, lambda curvature, c: 1.0 if c * curvature > 0.5 else c * curvature),
    Mistake("the distance falls like k^-cμ, its square twice as fast, and the noise allows no more than 1",
            lambda curvature, c: c * curvature),
    Mistake("that holds only if cμ > 1/2. Below that the start is forgotten too slowly",
            lambda curvature, c: 1.0),
    Mistake("the slower of the two parts decides, the start or the noise: take the minimum, not the maximum",
            lambda curvature, c: max(1.0, 2 * c * curvature)),
    Mistake("the constant c is missing: c/k on curvature μ is like 1/k on curvature cμ",
            lambda curvature, c: min(1.0, 2 * curvature)),
    Mistake("the curvature is missing: c/k on curvature μ is like 1/k on curvature cμ",
            lambda curvature, c: min(1.0, 2 * c)),
    Mistake(MULTIPLY, lambda curvature, c: min(1.0, 2 * curvature / c)),
    Mistake(MULTIPLY, lambda curvature, c: min(1.0, 2 * c / curvature)),
    Mistake("2cμ reaches 1 at cμ = ½: from there on p is 1, not only from cμ = 1",
            lambda curvature, c: 2 * c * curvature if c * curvature < 1 else 1.0),
    Mistake("whether p is 1 is decided by cμ, not by μ alone",
            lambda curvature, c: 1.0 if curvature > 0.5 else 2 * c * curvature),
    Mistake(POSITIVE, lambda curvature, c: -min(1.0, 2 * c * curvature)),
    Mistake(POSITIVE + "; and it is at most 1", lambda curvature, c: -2 * c * curvature),
    Mistake("p is at most 1 for the squared distance; ½ would be for the distance",
            lambda curvature, c: min(0.5, c * curvature)),
    Mistake("2cμ - 1 stands below the constant before 1/k; the exponent itself is 2cμ, and at most 1",
            lambda curvature, c: 2 * c * curvature - 1),
]


def check_exponent(function):
    """Exercise 5: exponent(curvature, c) -> p."""
    cases = [(0.1, 1.0), (0.3, 1.0), (3.0, 1.0), (0.1, 2.0), (0.1, 20.0), (4.0, 0.05), (0.35, 2.0),
             (0.22, 2.0)]
    check_function(function, reference=exponent, cases=cases, outputs=("p",),
                   mistakes=EXPONENT_MISTAKES, tolerance=1e-6)
    right("below cμ = 1/2 the start is forgotten more slowly than the noise.")
