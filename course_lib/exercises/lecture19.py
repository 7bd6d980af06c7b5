"""Checks for the exercises of lecture 19, dropout."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.studies import dropout as study

SEARCHED = 1e-4  # relative; weights found by a search for the minimum are right up to its own tolerance


def dropout(x, u, p):
    return np.where(u < p, 0, x / (1 - p)).astype(x.dtype)


def dropout_cases():
    """Arguments (x, u, p): batches in float64 and float32, several rates. Each row keeps some, drops some."""
    rng = np.random.default_rng(191)
    double = [(*rng.random((2, *shape)), p) for shape, p in (((3, 5), 0.25), ((4, 6), 0.6))]
    single = [(*rng.random((2, 2, 9), dtype=np.float32), p) for p in (0.4, 0.75)]
    return [(4 * x - 2, u, p) for x, u, p in double + single]


def edge_cases():
    """A draw equal to p. With p = 0 nothing is dropped, whatever is drawn."""
    x, u = np.array([[1.5, -2.5, 0.5], [2.0, 3.0, -0.7]]), np.array([[0.25, 0.1, 0.9], [0.0, 0.25, 0.6]])
    return [(x, u, 0.25), (x, u, 0.0)]


def first_row(u):
    """The draws of the first example for all examples."""
    return np.broadcast_to(u[:1], u.shape)


# Which numbers are kept, and by what they are multiplied. An answer may be wrong in both.
MASKS = [
    ("", lambda u, p: u >= p),
    ("you kept what should be dropped: p is the chance to DROP, so a number is dropped where u < p",
     lambda u, p: u < p),
    ("you keep where u < 1 - p. That has the right chance, but the numbers with u < p are to be dropped",
     lambda u, p: u < 1 - p),
    ("the whole batch has the mask of the first example: every number has its own",
     lambda u, p: first_row(u) >= p),
    ("nothing is dropped: set it to 0 where u < p", lambda u, p: np.full(u.shape, True)),
]
FACTORS = [
    ("", lambda kept, p: 1 / (1 - p)),
    ("the factor is missing: {} kept is divided by 1 - p", lambda kept, p: 1),
    ("{} kept is multiplied by 1 - p: divide by it. Multiplying belongs to evaluation, in the form of "
     "dropout that does not scale in training", lambda kept, p: 1 - p),
    ("{} kept is divided by p, the chance to drop: divide by the chance to keep, 1 - p",
     lambda kept, p: 1 / p),
    ("the factor is applied twice: {} kept is divided by 1 - p once", lambda kept, p: 1 / (1 - p) ** 2),
    ("you divided by the share that this mask happens to keep. The factor is 1/(1 - p), from the chance: "
     "then it is the mean over masks that is right", lambda kept, p: 1 / np.mean(kept)),
]


def masked(mask, factor):
    """The layer's output with that mask and that factor, as a function of x, u and p."""
    def output(x, u, p):
        kept = mask(u, p)
        return (x * kept * factor(kept, p)).astype(x.dtype)
    return output


def masks_and_factors(what):
    """All mistakes in the mask, in the factor, and in both. `what` is multiplied: "what is", say."""
    return [Mistake(". Also, ".join(filter(None, [mask_message, factor_message.format(what)])),
                    masked(mask, factor))
            for mask_message, mask in MASKS for factor_message, factor in FACTORS
            if mask_message or factor_message]


def other_mistakes(x):
    """What else goes wrong, forward and backward. `x` is the name of the array that is masked."""
    precedence = "/ 1 - p divides by 1, and then subtracts p: write / (1 - p)"
    mask = f"you returned the mask: multiply {x} by it"
    return [
        Mistake(mask, lambda x, u, p: ((u >= p) / (1 - p)).astype(x.dtype)),
        Mistake(mask, lambda x, u, p: (u >= p).astype(x.dtype)),
        Mistake(f"you compared {x} with p: it is u that decides, whatever {x} is",
                lambda x, u, p: np.where(x < p, 0, x / (1 - p)).astype(x.dtype)),
        Mistake("you multiplied by u itself, not by a mask of zeros and ones",
                lambda x, u, p: (x * u / (1 - p)).astype(x.dtype)),
        Mistake("you multiplied by u itself, not by a mask, and the factor is missing",
                lambda x, u, p: x * u),
        Mistake(precedence, lambda x, u, p: (x * (u >= p) / 1 - p).astype(x.dtype)),
        Mistake(precedence, lambda x, u, p: (x * ((u >= p) / 1 - p)).astype(x.dtype)),
    ]


KEEP = Mistake("you read p as the chance to keep, in the mask and in the factor. As in PyTorch and Keras, p "
               "is the chance to DROP", masked(lambda u, p: u < p, lambda kept, p: 1 / p))
DROPOUT_MISTAKES = [
    KEEP,
    Mistake("that is x without dropout: in training numbers are set to 0 where u < p", lambda x, u, p: x),
    *masks_and_factors("what is"), *other_mistakes("x"),
]
BACKWARD_MISTAKES = [
    KEEP,
    Mistake("the gradient passes through everywhere: where the forward pass dropped a number, the output "
            "does not depend on it, and its gradient is 0", lambda g, u, p: g),
    *masks_and_factors("the gradient of what was"), *other_mistakes("g"),
    Mistake("you averaged over the batch: each example has its own gradient. g already has the loss's "
            "division by n, if there is one", lambda g, u, p: dropout(g, u, p) / len(g)),
]
EDGE = Mistake("a number is dropped where u < p. You drop it where u equals p too: then p = 0 drops the "
               "numbers whose u is 0", lambda x, u, p: np.where(u <= p, 0, x / (1 - p)))


def check_dropout(function):
    """Exercise 1: dropout(x, u, p) -> the layer's output in training."""
    _check_masked(function, dropout, "output", DROPOUT_MISTAKES)
    right("kept numbers are scaled, the others 0, each by its own draw.")


def _check_masked(function, reference, output, mistakes):
    """Draws at the edge come last: an answer that differs there only is told so."""
    check_function(function, reference=reference, cases=dropout_cases(), outputs=(output,), mistakes=mistakes)
    check_function(function, reference=reference, cases=edge_cases(), outputs=(output,), mistakes=[EDGE])


def dropout_backward(g, u, p):
    return dropout(g, u, p)


def check_dropout_backward(function):
    """Exercise 2: dropout_backward(g, u, p) -> the gradient with respect to the layer's input."""
    _check_masked(function, dropout_backward, "gradient", BACKWARD_MISTAKES)
    right("the same mask and the same factor as forward.")


def check_prediction(active, deviation, networks):
    """Exercise 3: 64 units of output 3, dropped with p = 0.2, and a net with 5 and 5 dropped units."""
    check_number("active", active, 51.2, mistakes=[
        Mistake("that is the share that is kept: give the number of units", 0.8),
        Mistake("that is all of them: on the average the share p is dropped", 64),
        Mistake("that is how many are dropped: p is the chance to DROP", 12.8),
        Mistake("the mean is asked, which need not be a whole number", 51),
        Mistake("the mean is asked, which need not be a whole number", 52)])
    check_number("deviation", deviation, 12.0, mistakes=[
        Mistake("that is the variance: the deviation is its root", 144.0),
        Mistake("that is the deviation without the factor 1/(1 - p), by which the kept ones are "
                "multiplied", 9.6),
        Mistake("that is the deviation of the number of units kept. Each of them adds 3/0.8 to the sum", 3.2),
        Mistake("that is the deviation of one unit: the variances of 64 add up", 1.5),
        Mistake("variances add up, deviations do not: the root of 64 goes in, not 64", 96.0),
        Mistake("that is for units of output 1: the deviation grows with the output", 4.0),
        Mistake("check three things: p/(1 - p) and not its inverse, x² and not x, and the root at the end",
                48.0),
        Mistake("that is √64 · 3. The variance of one unit is not x², but p/(1 - p)·x²", 24.0),
        Mistake("the variance of one unit is p/(1 - p)·x², with the square of x", 48**0.5),
        Mistake("the variance of one unit is p/(1 - p)·x², not p·x²", 115.2**0.5)])
    check_number("networks", networks, 1024, tolerance=1e-9, mistakes=[
        Mistake("that is the number of units: each is in or out, so the number doubles with each", 10),
        Mistake("each pair of a mask of the first and one of the second layer is a sub-network: multiply "
                "32 by 32", 64),
        Mistake("that is one layer's: there are two", 32),
        Mistake("each unit is in or out: 2 to the power of 10, not 10 squared", 100),
        Mistake("the network without any unit counts too: its output is the last bias", 1023),
        Mistake("a layer without any unit counts too: the biases behind it remain", 961),
        Mistake("dropout drops units, not single weights: there are 10 units", 2**25)])
    right("a sum of 192 with a deviation of 12, and 1,024 networks in one.")


def ridge_weights(x, y, p):
    return study.best_weights(x, y, p)


def ridge_cases():
    """Arguments (x, y, p) with correlated features of different scales."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(12, 3)) @ rng.normal(size=(3, 3)) * [0.5, 1, 3]
    z = rng.normal(size=(20, 2)) + 1
    return [(x, rng.normal(size=(12, 1)), 0.3), (z, rng.normal(size=(20, 1)), 0.6)]


def solved(strength):
    """The weights for another penalty: `strength` is a function of the Gram matrix, n and p."""
    def weights(x, y, p):
        gram = x.T @ x
        return np.linalg.solve(gram + strength(gram, len(x), p), x.T @ y)
    return weights


def diagonal(gram):
    return np.diag(np.diag(gram))


def with_variances(x, y, p):
    return np.linalg.solve(x.T @ x + p / (1 - p) * len(x) * np.diag(x.var(axis=0)), x.T @ y)


RIDGE_MISTAKES = [
    Mistake("that is least squares without the penalty", solved(lambda gram, n, p: 0)),
    Mistake("that is a common L2 penalty, p/(1 - p) times the identity: with dropout each weight has the "
            "sum of squares of its own feature", solved(lambda gram, n, p: p / (1 - p) * np.eye(len(gram)))),
    Mistake("the penalty has p instead of p/(1 - p)", solved(lambda gram, n, p: p * diagonal(gram))),
    Mistake("the penalty has p(1 - p), which is for dropout without the factor 1/(1 - p)",
            solved(lambda gram, n, p: p * (1 - p) * diagonal(gram))),
    Mistake("you took p for the chance to keep: the penalty has p/(1 - p), which grows with the chance to "
            "DROP", solved(lambda gram, n, p: (1 - p) / p * diagonal(gram))),
    Mistake("the penalty has 1/(1 - p): that counts the squared error's own diagonal twice",
            solved(lambda gram, n, p: diagonal(gram) / (1 - p))),
    Mistake("that is 1 - p times least squares, from p/(1 - p) times the whole of xᵀx: masks of different "
            "features are independent, so only its diagonal counts",
            solved(lambda gram, n, p: p / (1 - p) * gram)),
    Mistake("the penalty is divided by n, but the error is a sum over the examples, not their mean",
            solved(lambda gram, n, p: p / (1 - p) * diagonal(gram) / n)),
    Mistake("the penalty is twice too large: the derivatives of w² and of the squared error both have the "
            "factor 2", solved(lambda gram, n, p: 2 * p / (1 - p) * diagonal(gram))),
    Mistake("the penalty is half as large as it should be: there is no ½ in it",
            solved(lambda gram, n, p: p / (1 - p) * diagonal(gram) / 2)),
    Mistake("the sums of squares belong on the diagonal. np.diag(xᵀx), or a sum over an axis, is a vector: "
            "adding it changes all entries", solved(lambda gram, n, p: p / (1 - p) * np.diag(gram))),
    Mistake("each weight has the sum of squares of its own feature, not of all features together",
            solved(lambda gram, n, p: p / (1 - p) * np.trace(gram) * np.eye(len(gram)))),
    Mistake("the penalty lacks p/(1 - p)", solved(lambda gram, n, p: diagonal(gram))),
    Mistake("p/(1 - p) enters as its square", solved(lambda gram, n, p: (p / (1 - p)) ** 2 * diagonal(gram))),
    Mistake("the penalty has the wrong sign: it is added to the error, and so to the diagonal",
            solved(lambda gram, n, p: -p / (1 - p) * diagonal(gram))),
    Mistake("these are the weights for dropout without the factor 1/(1 - p): the right ones divided by 1 - p",
            lambda x, y, p: ridge_weights(x, y, p) / (1 - p)),
    Mistake("you subtracted each feature's mean before squaring: the penalty has Σ x² itself",
            with_variances),
    Mistake("you took the root of the sums of squares: the penalty has Σ x² itself",
            solved(lambda gram, n, p: p / (1 - p) * np.sqrt(diagonal(gram)))),
]


def check_ridge_weights(function):
    """Exercise 4: ridge_weights(x, y, p) -> the w (features, 1) of linear regression with dropout."""
    check_function(function, reference=ridge_weights, cases=ridge_cases(), outputs=("w",),
                   mistakes=RIDGE_MISTAKES, tolerance=SEARCHED)
    right("the same weights as the mean over all masks gives.")


def check_collapse(output, error):
    """Exercise 5: what a network learns of a step without noise when p is nearly 1."""
    check_number("output", output, 0.5, tolerance=0.02, mistakes=[
        Mistake("the last bias is not dropped, and it can follow the target's mean", 0.0),
        Mistake("that is the larger half of the target: one constant must serve both halves", 1.0)])
    check_number("error", error, 0.25, tolerance=0.02, mistakes=[
        Mistake("that is half of it: the mean squared error has no ½ here", 0.125),
        Mistake("that is the distance from the target, everywhere ½, but the error is its square; an output "
                "of 0 or 1 has it too, so ½ is better", 0.5),
        Mistake("a constant cannot be right on both sides of the step", 0.0)])
    right("the mean of the target, and its variance as the error.")
