"""Checks for the exercises of lecture 19, dropout."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.studies import dropout as study


def dropout(x, u, p):
    return np.where(u < p, 0, x / (1 - p)).astype(x.dtype)


def dropout_cases():
    """Arguments (x, u, p): a batch, a vector, float32; several rates, and one that drops nothing."""
    rng = np.random.default_rng(19)
    x, u = rng.normal(size=(2, 3, 5))
    y, v = rng.normal(size=(2, 20)).astype(np.float32)
    return [(x, rng.random(x.shape), 0.25), (u, rng.random(u.shape), 0.6),
            (y, rng.random(20, dtype=np.float32), 0.4), (v, rng.random(20, dtype=np.float32), 0.75)]


def first_row(u):
    """The mask of the first example for all, a typical mistake; for a vector the first number's."""
    return np.broadcast_to(u[:1], u.shape)


# Each is what the mistake computes: (x, u, p) -> the layer's output (or gradient, with g in place of x).
DIRECTIONS = [
    Mistake("you kept what should be dropped: p is the chance to DROP, so a number is dropped where u < p",
            lambda x, u, p: np.where(u < p, x / (1 - p), 0).astype(x.dtype)),
    Mistake("you read p as the chance to keep, in the mask and in the factor. As in PyTorch and Keras, p "
            "is the "
            "chance to DROP", lambda x, u, p: np.where(u < p, x / p, 0).astype(x.dtype)),
    Mistake("the mask drops where u >= p and the factor is 1/p: p is the chance to DROP, so it is u < p "
            "that is "
            "dropped, and the factor is 1/(1 - p)",
            lambda x, u, p: np.where(u < 1 - p, x / (1 - p), 0).astype(x.dtype)),
]


def scalings(what):
    return [
        Mistake(f"the factor is missing: {what} kept is divided by 1 - p",
                lambda x, u, p: np.where(u < p, 0, x).astype(x.dtype)),
        Mistake(f"{what} kept is multiplied by 1 - p: divide by it. Multiplying belongs to evaluation, in "
                "the form "
                "of dropout that does not scale in training",
                lambda x, u, p: np.where(u < p, 0, x * (1 - p)).astype(x.dtype)),
        Mistake(f"{what} kept is divided by p, the chance to drop: divide by the chance to keep, 1 - p",
                lambda x, u, p: np.where(u < p, 0, x / p).astype(x.dtype)),
        Mistake("you divided by the share that this mask happens to keep. The factor is 1/(1 - p), from "
                "the chance: "
                "then it is the mean over masks that is right",
                lambda x, u, p: (np.where(u < p, 0, x) / np.mean(u >= p)).astype(x.dtype)),
    ]


DROPOUT_MISTAKES = [
    *DIRECTIONS, *scalings("what is"),
    Mistake("you returned the mask: multiply x by it",
            lambda x, u, p: (np.where(u < p, 0, 1) / (1 - p)).astype(x.dtype)),
    Mistake("that is x without dropout: in training numbers are set to 0 where u < p", lambda x, u, p: x),
    Mistake("x is scaled, but nothing is dropped: set it to 0 where u < p",
            lambda x, u, p: (x / (1 - p)).astype(x.dtype)),
    Mistake("the whole batch has the mask of the first example: every number has its own",
            lambda x, u, p: np.where(first_row(u) < p, 0, x / (1 - p)).astype(x.dtype)),
    Mistake("you compared x with p: it is u that decides, whatever x is",
            lambda x, u, p: np.where(x < p, 0, x / (1 - p)).astype(x.dtype)),
    Mistake("you multiplied by u itself, not by a mask of zeros and ones",
            lambda x, u, p: (x * u / (1 - p)).astype(x.dtype)),
]


def check_dropout(function):
    """Exercise 1: dropout(x, u, p) -> the layer's output in training."""
    check_function(function, reference=dropout, cases=dropout_cases(), outputs=("the output",),
                   mistakes=DROPOUT_MISTAKES)
    right("kept numbers are scaled, the others 0, each by its own draw.")


def dropout_backward(g, u, p):
    return dropout(g, u, p)


BACKWARD_MISTAKES = [
    *DIRECTIONS, *scalings("the gradient of what was"),
    Mistake("the gradient passes through everywhere: where the forward pass dropped a number, the output "
            "does not "
            "depend on it, and its gradient is 0", lambda g, u, p: g),
    Mistake("you applied the mask's factor twice: the derivative of x/(1 - p) is 1/(1 - p)",
            lambda g, u, p: np.where(u < p, 0, g / (1 - p) ** 2).astype(g.dtype)),
    Mistake("the sign is wrong: the derivative of x/(1 - p) is +1/(1 - p)",
            lambda g, u, p: -dropout(g, u, p)),
    Mistake("you returned the mask: multiply g by it",
            lambda g, u, p: (np.where(u < p, 0, 1) / (1 - p)).astype(g.dtype)),
]


def check_dropout_backward(function):
    """Exercise 2: dropout_backward(g, u, p) -> the gradient with respect to the layer's input."""
    check_function(function, reference=dropout_backward, cases=dropout_cases(),
                   outputs=("the gradient",), mistakes=BACKWARD_MISTAKES)
    right("the same mask and the same factor as forward.")


def check_prediction(active, deviation, networks):
    """Exercise 3: 64 units of output 3, dropped with p = 0.2, and a net with 5 and 5 dropped units."""
    check_number("active", active, 51.2, mistakes=[
        Mistake("that is how many are dropped: p is the chance to DROP", 12.8),
        Mistake("the mean is asked, which need not be a whole number", 51),
        Mistake("the mean is asked, which need not be a whole number", 52)])
    check_number("deviation", deviation, 12.0, mistakes=[
        Mistake("that is the variance: the deviation is its root", 144.0),
        Mistake("that is the deviation without the factor 1/(1 - p), by which the kept ones are "
                "multiplied", 9.6),
        Mistake("that is the deviation of one unit: the variances of 64 add up", 1.5),
        Mistake("variances add up, deviations do not: the root of 64 goes in, not 64", 96.0),
        Mistake("that is for units of output 1: the deviation grows with the output", 4.0),
        Mistake("you used (1 - p)/p: the noise grows with the chance to DROP, p/(1 - p)", 48.0),
        Mistake("the variance of one unit is p/(1 - p)·x², without another root of p", 24.0)])
    check_number("networks", networks, 1024, tolerance=1e-9, mistakes=[
        Mistake("that is the number of units: each is in or out, so the number doubles with each", 10),
        Mistake("each pair of a mask of the first and one of the second layer is a sub-network: multiply "
                "32 by 32",
                64),
        Mistake("that is one layer's: there are two", 32),
        Mistake("each unit is in or out: 2 to the power of 10, not 10 squared", 100),
        Mistake("the network without any unit counts too: its output is the last bias", 1023)])
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


RIDGE_MISTAKES = [
    Mistake("that is least squares without the penalty", solved(lambda gram, n, p: 0)),
    Mistake("that is a common L2 penalty, p/(1 - p) times the identity: with dropout each weight has the "
            "sum of "
            "squares of its own feature", solved(lambda gram, n, p: p / (1 - p) * np.eye(len(gram)))),
    Mistake("the penalty has p instead of p/(1 - p)", solved(lambda gram, n, p: p * diagonal(gram))),
    Mistake("the penalty has p(1 - p), which is for dropout without the factor 1/(1 - p)",
            solved(lambda gram, n, p: p * (1 - p) * diagonal(gram))),
    Mistake("you took p for the chance to keep: the penalty has p/(1 - p), which grows with the chance to "
            "DROP",
            solved(lambda gram, n, p: (1 - p) / p * diagonal(gram))),
    Mistake("the penalty has 1/(1 - p): that counts the squared error's own diagonal twice",
            solved(lambda gram, n, p: diagonal(gram) / (1 - p))),
    Mistake("that is 1 - p times least squares, from p/(1 - p) times the whole of xᵀx: masks of different "
            "features are independent, so only its diagonal counts",
            solved(lambda gram, n, p: p / (1 - p) * gram)),
    Mistake("the penalty is divided by n, but the error is a sum over the examples, not their mean",
            solved(lambda gram, n, p: p / (1 - p) * diagonal(gram) / n)),
    Mistake("the penalty is twice too large: the derivatives of w² and of the squared error both have the "
            "factor 2",
            solved(lambda gram, n, p: 2 * p / (1 - p) * diagonal(gram))),
    Mistake("the penalty is half as large as it should be: there is no ½ in it",
            solved(lambda gram, n, p: p / (1 - p) * diagonal(gram) / 2)),
    Mistake("you took the root of the sums of squares: the penalty has Σ x² itself",
            solved(lambda gram, n, p: p / (1 - p) * np.sqrt(diagonal(gram)))),
]


def check_ridge_weights(function):
    """Exercise 4: ridge_weights(x, y, p) -> the w (features, 1) of linear regression with dropout."""
    check_function(function, reference=ridge_weights, cases=ridge_cases(), outputs=("w",),
                   mistakes=RIDGE_MISTAKES, tolerance=1e-7)
    right("the same weights as the mean over all masks gives.")


def check_collapse(output, error):
    """Exercise 5: what a network learns of a step without noise when p is nearly 1."""
    check_number("output", output, 0.5, tolerance=0.02, mistakes=[
        Mistake("the last bias is not dropped, and it can follow the target's mean", 0.0),
        Mistake("that is the larger half of the target: one constant must serve both halves", 1.0)])
    check_number("error", error, 0.25, tolerance=0.02, mistakes=[
        Mistake("that is the distance from the target, everywhere ½, but the error is its square; an output "
                "of 0 or 1 has it too, so ½ is better", 0.5),
        Mistake("a constant cannot be right on both sides of the step", 0.0)])
    right("the mean of the target, and its variance as the error.")
