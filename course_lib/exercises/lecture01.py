"""Checks for the exercises of lecture 01, training a network; those of exercise 4 are in lecture01_hidden."""

from __future__ import annotations

import copy

import numpy as np

from course_lib.exercises.base import (
    TOLERANCE,
    Mistake,
    WrongAnswer,
    check_function,
    check_number,
    equal,
    right,
)
from course_lib.exercises.lecture01_hidden import check_hidden_mistake
from course_lib.losses import SoftmaxCrossEntropy

__all__ = ["check_cross_entropy_gradient", "check_dense_backward", "check_hidden_mistake",
           "check_predictions"]


def diagnose_shapes(function, case, mistakes):
    """Raise the diagnosis of a typical mistake whose result has not even the right shape.

    `check_function` refuses such results before it looks for the mistake. Everything else is left to it.
    """
    if not callable(function):
        return
    try:
        got = function(*copy.deepcopy(case))
        got = tuple(np.asarray(part) for part in (got if isinstance(got, tuple | list) else (got,)))
    except Exception:  # check_function will tell
        return
    for mistake in mistakes:
        typical = mistake.result(*copy.deepcopy(case))
        typical = typical if isinstance(typical, tuple) else (typical,)
        if len(got) == len(typical) and all(part.dtype.kind in "fiu" for part in got) and equal(
                got, typical, TOLERANCE):
            raise WrongAnswer(f"{mistake.message}.")


# --- exercise 1: the backward pass of a dense layer -------------------------------------------------


def dense_backward(x, weight, g):
    return x.T @ g, g.sum(axis=0), g @ weight.T


def dense_cases():
    """Arguments (x, weight, g): sizes that all differ, equal inputs and outputs, one example, float32."""
    rng = np.random.default_rng(1)

    def draw(batch, inputs, outputs):
        shapes = (batch, inputs), (inputs, outputs), (batch, outputs)
        return tuple(rng.normal(size=shape) for shape in shapes)

    single = tuple(a.astype(np.float32) for a in draw(6, 2, 5))
    return [draw(5, 2, 3), draw(4, 3, 3), draw(1, 4, 2), single]


DENSE_SHAPES = [
    Mistake("g_weight is transposed: it must have the shape of weight, (inputs, outputs). Swap the two "
            "factors: x.T @ g", lambda x, w, g: (g.T @ x, g.sum(axis=0), g @ w.T)),
    Mistake("g_bias keeps one row per example. The bias is added to every example, so sum g over the batch, "
            "axis 0", lambda x, w, g: (x.T @ g, g, g @ w.T)),
    Mistake("g_bias is summed over the outputs (axis 1). Sum over the batch, axis 0",
            lambda x, w, g: (x.T @ g, g.sum(axis=1), g @ w.T)),
    Mistake("g_bias is one number: you summed over everything. Sum over the batch only, axis 0",
            lambda x, w, g: (x.T @ g, g.sum(), g @ w.T)),
    Mistake("g_bias has shape (1, outputs), the bias has (outputs,): leave keepdims out",
            lambda x, w, g: (x.T @ g, g.sum(axis=0, keepdims=True), g @ w.T)),
    Mistake("g_x is transposed: it must have the shape of x, (batch, inputs)",
            lambda x, w, g: (x.T @ g, g.sum(axis=0), w @ g.T)),
    Mistake("the results are in another order: return g_weight, g_bias, g_x",
            lambda x, w, g: (g @ w.T, x.T @ g, g.sum(axis=0))),
    Mistake("the results are in another order: return g_weight, g_bias, g_x",
            lambda x, w, g: (g @ w.T, g.sum(axis=0), x.T @ g)),
]

DENSE_MISTAKES = [
    Mistake("all gradients are divided by the batch size. g has the loss's 1/n in it already: sum, do not "
            "average",
            lambda x, w, g: (x.T @ g / len(x), g.mean(axis=0), g @ w.T / len(x))),
    Mistake("the gradients of weight and bias are divided by the batch size. g has the loss's 1/n in it "
            "already: sum, do not average", lambda x, w, g: (x.T @ g / len(x), g.mean(axis=0), g @ w.T)),
    Mistake("g_bias is the mean over the batch. It must be the sum: g has the loss's 1/n in it already",
            lambda x, w, g: (x.T @ g, g.mean(axis=0), g @ w.T)),
    Mistake("g_weight is divided by the batch size, g_bias is not. g has the loss's 1/n in it already",
            lambda x, w, g: (x.T @ g / len(x), g.sum(axis=0), g @ w.T)),
    Mistake("all signs are wrong. These are gradients; the minus comes with the step",
            lambda x, w, g: (-x.T @ g, -g.sum(axis=0), -g @ w.T)),
    Mistake("g_bias is taken from the first example only. Sum over the batch",
            lambda x, w, g: (x.T @ g, g[0], g @ w.T)),
    Mistake("g_x passes through weight, not through its transpose",
            lambda x, w, g: (x.T @ g, g.sum(axis=0), g @ w if w.shape[0] == w.shape[1] else g @ w.T)),
    Mistake("you returned updated parameters. The layer returns gradients; the optimizer takes the step",
            lambda x, w, g: (w - x.T @ g, -g.sum(axis=0), g @ w.T)),
]


def check_dense_backward(function):
    """Exercise 1: dense_backward(x, weight, g) -> (g_weight, g_bias, g_x)."""
    cases = dense_cases()
    diagnose_shapes(function, cases[0], DENSE_SHAPES)
    check_function(function, reference=dense_backward, cases=cases, outputs=("g_weight", "g_bias", "g_x"),
                   mistakes=DENSE_MISTAKES)
    right("this is the library's Dense.backward, for any batch and both float types.")


# --- exercise 2: predictions ------------------------------------------------------------------------

# name: (the answer, the relative tolerance: a count is exact, a factor may be rounded to 0.00098, mistakes)
PREDICTIONS = {
    "parameters": (2410, 1e-9, [
        Mistake("you left out the biases, one per neuron", 64 * 32 + 32 * 10),
        Mistake("you left out the biases of the hidden neurons", 2410 - 32),
        Mistake("you left out the biases of the outputs", 2410 - 10),
        Mistake("that is the number of inputs and neurons. Each weight joins two of them", 64 + 32 + 10),
        Mistake("the inputs have no bias, only neurons do", 2410 + 64),
    ]),
    "best_factor": (0.25**5, 5e-3, [
        Mistake("that would be tanh, whose slope is at most 1. The sigmoid's is at most s(1 - s) = 1/4", 1.0),
        Mistake("1/2 is the sigmoid's value at 0, not its slope there", 0.5**5),
        Mistake("that is one layer. The slopes of five layers multiply", 0.25),
        Mistake("the slopes multiply, they do not add", 5 * 0.25),
        Mistake("that is four layers", 0.25**4),
        Mistake("that is six layers", 0.25**6),
    ]),
    "twins": (384, 1e-9, [
        Mistake("you counted the orders, 4!. Each neuron may also flip its signs", 24),
        Mistake("you counted the flips, 2 for each of 4 neurons. The neurons may also change places", 16),
        Mistake("each order can go with each choice of flips: multiply, do not add", 24 + 16),
        Mistake("each neuron flips by itself: that makes 2**4 choices, not 2", 48),
        Mistake("each neuron flips by itself, 2**4 choices, and 4 neurons have 4! orders", 8),
        Mistake("count the network itself too", 383),
    ]),
    "different_neurons": (1, 1e-9, [
        Mistake("that many differ if the start is random. Equal neurons compute the same and receive the "
                "same gradient: what can make them differ?", 8),
        Mistake("there are neurons, so there is at least one kind of them", 0),
        Mistake("equal neurons receive equal gradients, at every step: nothing can split them", 2),
    ]),
}


def check_predictions(parameters, best_factor, twins, different_neurons):
    """Exercise 2: four numbers."""
    given = {"parameters": parameters, "best_factor": best_factor, "twins": twins,
             "different_neurons": different_neurons}
    for name, (expected, tolerance, mistakes) in PREDICTIONS.items():
        check_number(name, given[name], expected, mistakes=mistakes, tolerance=tolerance)
    right("2,410 parameters, a factor of at most 0.00098, 384 twins, and one neuron eight times over.")


# --- exercise 3: the gradient of the cross-entropy --------------------------------------------------


def cross_entropy_gradient(logits, labels):
    return SoftmaxCrossEntropy()(logits, labels)[1]


def cross_entropy_cases():
    """Arguments (logits, labels): moderate logits, so that even a plain exp does not overflow."""
    rng = np.random.default_rng(2)
    cases = [(rng.normal(size=(n, k)), rng.integers(0, k, size=n)) for n, k in [(5, 3), (4, 6), (3, 2)]]
    return [*cases, (rng.normal(size=(6, 4)).astype(np.float32), rng.integers(0, 4, size=6))]


def softmax(z, axis=1):
    exp = np.exp(z - z.max())
    return exp / exp.sum(axis=axis, keepdims=axis is not None)


def onehot(z, labels):
    return np.eye(z.shape[1], dtype=z.dtype)[labels]


CROSS_ENTROPY_MISTAKES = [
    Mistake("the factor 1/n is missing: the objective is the mean over the batch",
            lambda z, y: softmax(z) - onehot(z, y)),
    Mistake("the sign is wrong: it is p - onehot. The minus of -log p is in it already",
            lambda z, y: (onehot(z, y) - softmax(z)) / len(z)),
    Mistake("the sign is wrong, and the factor 1/n is missing", lambda z, y: onehot(z, y) - softmax(z)),
    Mistake("that is p / n: subtract 1 at the place of each label", lambda z, y: softmax(z) / len(z)),
    Mistake("that is p itself: subtract 1 at the place of each label, and divide by n",
            lambda z, y: softmax(z)),
    Mistake("you divided by the number of entries, n times classes. The mean is over the n examples",
            lambda z, y: (softmax(z) - onehot(z, y)) / z.size),
    Mistake("you divided by the number of classes. The mean is over the n examples",
            lambda z, y: (softmax(z) - onehot(z, y)) / z.shape[1]),
    Mistake("1/n multiplies only p; it belongs to the whole difference",
            lambda z, y: softmax(z) / len(z) - onehot(z, y)),
    Mistake("your softmax sums over the batch (axis 0): the probabilities of one example, a row, must sum "
            "to 1",
            lambda z, y: (softmax(z, axis=0) - onehot(z, y)) / len(z)),
    Mistake("your softmax sums over all entries: the probabilities of each row must sum to 1",
            lambda z, y: (softmax(z, axis=None) - onehot(z, y)) / len(z)),
    Mistake("you used the logits where the probabilities belong: apply softmax first",
            lambda z, y: (z - onehot(z, y)) / len(z)),
    Mistake("you subtracted the label's number, not 1 at the label's place",
            lambda z, y: (softmax(z) - y[:, None].astype(z.dtype)) / len(z)),
    Mistake("that is the gradient with respect to the probabilities. Go one step further back, through "
            "softmax",
            lambda z, y: -onehot(z, y) / softmax(z) / len(z)),
]


def check_cross_entropy_gradient(function):
    """Exercise 3: cross_entropy_gradient(logits, labels) -> gradient."""
    check_function(function, reference=cross_entropy_gradient, cases=cross_entropy_cases(),
                   outputs=("gradient",), mistakes=CROSS_ENTROPY_MISTAKES)
    for shift in (1000.0, -1000.0):
        logits, labels = np.array([[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]]) + shift, np.array([0, 2])
        with np.errstate(all="ignore"):
            got = np.asarray(function(logits, labels))
        if not np.isfinite(got).all():
            raise WrongAnswer(f"right for small logits, but for logits near {shift:g} you return NaN or "
                              "infinity: exp overflows, or all of a row become 0. Subtract the largest "
                              "logit of each row first.")
        if not np.allclose(got, cross_entropy_gradient(logits, labels), rtol=1e-6, atol=1e-9):
            raise WrongAnswer(f"right for small logits, but not for logits near {shift:g}. Subtract the "
                              f"largest logit of *each row*, and clip or add nothing.")
    right("softmax minus onehot, divided by n; and no exponential overflows.")
