"""Checks for the exercises of lecture 04, stochastic gradients."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import THREE_DIGITS, Mistake, WrongAnswer, check_function, check_number, right


def epoch(w, x, y, order, batch_size, lr):
    return pass_over(w, x, y, order, batch_size, lr)


def pass_over(w, x, y, order, batch_size, lr, *, divide=lambda index, size, n: len(index), factor=2.0,
              whole_only=False, at_first=False, everything=False):
    """The epoch with its typical variations; the defaults are right."""
    first = w
    for start in range(0, len(order), batch_size):
        index = order[start:start + batch_size]
        if whole_only and len(index) < batch_size:
            break
        if everything:
            index = order
        error = x[index] @ (first if at_first else w) - y[index]
        w = w - lr * factor * x[index].T @ error / divide(index, batch_size, len(order))
    return w


def varied(**how):
    return lambda w, x, y, order, batch_size, lr: pass_over(w, x, y, order, batch_size, lr, **how)


EPOCH_MISTAKES = [
    Mistake("you climb: the step has the wrong sign. Subtract lr times the gradient from w",
            varied(factor=-2.0)),
    Mistake("the factor 2 is missing: the derivative of the square (x·w - y)² is 2 (x·w - y) x",
            varied(factor=1.0)),
    Mistake("you summed over the batch where the loss is the mean: divide by the number of its examples",
            varied(divide=lambda index, size, n: 1)),
    Mistake("you divided by batch_size. The last batch is shorter: divide by the number of examples it has",
            varied(divide=lambda index, size, n: size)),
    Mistake("you divided by the number of all examples: the batch's mean divides by its own number",
            varied(divide=lambda index, size, n: n)),
    Mistake("the last, shorter batch is left out: it counts too", varied(whole_only=True)),
    Mistake("every gradient is taken at the w of the beginning: use the w that the last step has made",
            varied(at_first=True)),
    Mistake("every step uses all examples: use those of its batch only", varied(everything=True)),
    Mistake("you took the examples as they lie in x and y: follow `order`",
            lambda w, x, y, order, b, lr: pass_over(w, x, y, np.arange(len(order)), b, lr)),
    Mistake("only the first batch made a step: is the return statement inside the loop?",
            lambda w, x, y, order, b, lr: pass_over(w, x, y, order[:b], b, lr)),
    Mistake("you went through the examples one at a time: take batch_size of them for each step",
            lambda w, x, y, order, b, lr: pass_over(w, x, y, order, 1, lr)),
    Mistake("you went through the examples backwards: the first batch is order[:batch_size]",
            lambda w, x, y, order, b, lr: pass_over(w, x, y, order[::-1], b, lr)),
    Mistake("you returned the change of w, not the new w",
            lambda w, x, y, order, b, lr: pass_over(w, x, y, order, b, lr) - w),
    Mistake("you forgot the learning rate", lambda w, x, y, order, b, lr: pass_over(w, x, y, order, b, 1.0)),
]


def epoch_cases():
    """Arguments (w, x, y, order, batch_size, lr): a shorter last batch, whole batches, one of all."""
    rng = np.random.default_rng(4)
    cases = []
    for n, features, size, lr in ((10, 3, 4, 0.03), (12, 2, 5, 0.05), (7, 2, 3, 0.02)):
        x, y, w = (rng.normal(size=shape) for shape in ((n, features), n, features))
        cases.append((w, x, y, rng.permutation(n), size, lr))
    w, x, y, order, _, lr = cases[0]
    return [*cases, (w, x, y, order, 5, lr), (w, x, y, order, 10, lr)]


def check_epoch(function):
    """Exercise 1: epoch(w, x, y, order, batch_size, lr) -> new w."""
    check_function(function, reference=epoch, cases=epoch_cases(), outputs=("w",), mistakes=EPOCH_MISTAKES)
    right("every example counts once, the shorter last batch with its own mean.")


def running_mean(mean, x, count):
    return mean + (x - mean) / (count + 1)


MEAN_MISTAKES = [
    Mistake("you divided by count: with x there are count + 1 points",
            lambda mean, x, count: mean + (x - mean) / max(count, 1)),
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
            lambda mean, x, count: (count * mean + x) / max(count, 1)),
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
    """Exercise 2: running_mean(mean, x, count) -> the mean of count + 1 points."""
    rng = np.random.default_rng(4)
    cases = [(rng.normal(size=shape), rng.normal(size=shape), count)
             for shape, count in ((3, 4), ((2, 2), 9), (2, 1))]
    cases.append((np.zeros(3), rng.normal(size=3), 0))
    check_function(function, reference=running_mean, cases=cases, outputs=("the mean",),
                   mistakes=MEAN_MISTAKES)
    right("the mean of all points, and none of them is kept.")


def check_prediction(variance, batch, average_loss):
    """Exercise 3: curvature 4, noise 1, rate 0.1; the average of 1,000 points."""
    check_number("variance", variance, 1 / 64, mistakes=[
        Mistake("that is the expected loss, ½·h·variance", 1 / 32),
        Mistake("that is η/2h, which holds for small rates only. The exact one is ησ²/(h(2 - ηh))", 1 / 80),
        Mistake("that is the deviation: the variance is its square", 1 / 8),
        Mistake("that is the noise of one step, η²σ². Later steps keep a part of it and add their own", 0.01),
        Mistake("that is for curvature 2", 1 / 36),
        Mistake("the curvature is missing: ησ²/(h(2 - ηh)) divides by h", 1 / 16),
        Mistake("it is 2 - ηh in the bracket, not 2 + ηh", 0.1 / (4 * 2.4)),
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
        Mistake("the number of points is missing: divide by k = 1,000", 0.125)])
    right("batches shrink the ball in proportion to their cost; averaging goes on for ever.")


def share_left(curvature, rates):
    return np.prod(1 - curvature * rates)


SHARE_MISTAKES = [
    Mistake("that is exp(-h Σ rates), which is nearly right for small rates. One step multiplies by "
            "1 - rate·h exactly", lambda h, rates: np.exp(-h * rates.sum())),
    Mistake("the steps do not add up: each multiplies what the one before has left. Take a product",
            lambda h, rates: 1 - h * rates.sum()),
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
    Mistake("you squared it: that is the share of the loss that is left",
            lambda h, rates: np.prod(1 - h * rates) ** 2),
    Mistake("the last step is missing", lambda h, rates: np.prod(1 - h * rates[:-1])),
    Mistake("the first step is missing", lambda h, rates: np.prod(1 - h * rates[1:])),
    Mistake("it may be negative: a large rate jumps to the other side of the minimum",
            lambda h, rates: abs(np.prod(1 - h * rates))),
]


def check_share_left(function):
    """Exercise 4: share_left(curvature, rates) -> the share of the first distance that is left."""
    k = np.arange(40)
    cases = [(2.0, 0.1 * np.exp(-0.1 * k)), (4.0, 0.1 / (1 + 0.02 * k[:7])), (3.0, np.array([0.5, 0.1, 0.2])),
             (0.7, 1.0 / (k[:10] + 1.0))]
    check_function(one_number(function), reference=share_left, cases=cases, outputs=("the share",),
                   mistakes=SHARE_MISTAKES)
    right("each step leaves the share 1 - rate·h of the one before.")


def one_number(function):
    """The function, once it has shown that it does not return one number for each rate."""
    try:
        result = np.size(function(2.0, np.array([0.1, 0.2, 0.3])))
    except Exception:  # the check itself will say what is wrong
        return function
    if result > 1:
        raise WrongAnswer("you returned one number for each rate: only what is left after the last step is "
                          "wanted, the product of all factors.")
    return function


def exponent(curvature, c):
    return min(1.0, 2 * c * curvature)


EXPONENT_MISTAKES = [
    Mistake("that is the start being forgotten. The noise falls like 1/k at best, so p is at most 1",
            lambda curvature, c: 2 * c * curvature),
    Mistake("the distance falls like k^-cμ. Its square falls twice as fast",
            lambda curvature, c: min(1.0, c * curvature)),
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
    Mistake("c and μ multiply: a larger c makes up for a smaller curvature",
            lambda curvature, c: min(1.0, 2 * curvature / c)),
    Mistake("p is positive here: the distance falls like k to the power -p",
            lambda curvature, c: -min(1.0, 2 * c * curvature)),
    Mistake("p is at most 1 for the squared distance; ½ would be for the distance",
            lambda curvature, c: min(0.5, c * curvature)),
    Mistake("2cμ - 1 stands below the constant before 1/k; the exponent itself is 2cμ, and at most 1",
            lambda curvature, c: 2 * c * curvature - 1),
]


def check_exponent(function):
    """Exercise 5: exponent(curvature, c) -> p."""
    cases = [(0.1, 1.0), (0.3, 1.0), (3.0, 1.0), (0.1, 2.0), (0.1, 20.0), (4.0, 0.05)]
    check_function(function, reference=exponent, cases=cases, outputs=("p",),
                   mistakes=EXPONENT_MISTAKES, tolerance=1e-6)
    right("below cμ = 1/2 the start is forgotten more slowly than the noise.")
