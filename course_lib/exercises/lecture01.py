"""Checks for exercises 1 and 3 of lecture 01, training a network.

That of exercise 2 is in lecture01_predict, that of exercise 4 in lecture01_hidden.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, right
from course_lib.exercises.lecture01_hidden import check_hidden_mistake
from course_lib.exercises.lecture01_predict import check_predictions
from course_lib.losses import SoftmaxCrossEntropy

__all__ = ["check_cross_entropy_gradient", "check_dense_backward", "check_hidden_mistake",
           "check_predictions"]

# --- exercise 1: the backward pass of a dense layer -------------------------------------------------


def dense_backward(x, weight, g):
    return x.T @ g, g.sum(axis=0), g @ weight.T


def in_order(order):
    """What an answer gives that returns the three gradients in this order."""
    return lambda x, w, g: tuple(dense_backward(x, w, g)[i] for i in order)


def dense_cases():
    """Arguments (x, weight, g): sizes that all differ, equal inputs and outputs, one example, float32."""
    rng = np.random.default_rng(1)

    def draw(batch, inputs, outputs):
        shapes = (batch, inputs), (inputs, outputs), (batch, outputs)
        return tuple(rng.normal(size=shape) for shape in shapes)

    single = tuple(a.astype(np.float32) for a in draw(6, 2, 5))
    return [draw(5, 2, 3), draw(4, 3, 3), draw(1, 4, 2), single]


# The mistakes of the whole answer first, then those of one of its parts.
DENSE_MISTAKES = [
    *[Mistake("the results are in another order: return g_weight, g_bias, g_x", in_order(order))
      for order in permutations(range(3)) if order != (0, 1, 2)],
    Mistake("all gradients are divided by the batch size. g has the loss's 1/n in it already: sum, do not "
            "average",
            lambda x, w, g: (x.T @ g / len(x), g.mean(axis=0), g @ w.T / len(x))),
    Mistake("the gradients of weight and bias are divided by the batch size. g has the loss's 1/n in it "
            "already: sum, do not average", lambda x, w, g: (x.T @ g / len(x), g.mean(axis=0), None)),
    Mistake("all signs are wrong. These are gradients; the minus comes with the step",
            lambda x, w, g: (-x.T @ g, -g.sum(axis=0), -g @ w.T)),
    Mistake("you returned updated parameters. The layer returns gradients; the optimizer takes the step",
            lambda x, w, g: (w - x.T @ g, -g.sum(axis=0), None)),

    Mistake("g_weight is divided by the batch size, g_bias is not. g has the loss's 1/n in it already",
            lambda x, w, g: (x.T @ g / len(x), g.sum(axis=0), None)),
    Mistake("g_weight is transposed: it must have the shape of weight, (inputs, outputs). Swap the two "
            "factors: x.T @ g", lambda x, w, g: (g.T @ x, None, None)),
    Mistake("g_weight has the right shape, but its numbers are in the wrong places: reshape is no transpose",
            lambda x, w, g: ((g.T @ x).reshape(w.shape), None, None)),
    Mistake("g_weight comes from the first example only. Add up those of all examples",
            lambda x, w, g: (np.outer(x[0], g[0]), None, None)),
    Mistake("g_weight comes from the last example only. Add up those of all examples",
            lambda x, w, g: (np.outer(x[-1], g[-1]), None, None)),
    Mistake("g_weight is x alone. By the chain rule g must be in it", lambda x, w, g: (x, None, None)),
    Mistake("g_weight is x alone. By the chain rule g must be in it", lambda x, w, g: (x.T, None, None)),

    Mistake("g_bias keeps one row per example. The bias is added to every example, so sum g over the batch, "
            "axis 0", lambda x, w, g: (None, g, None)),
    Mistake("g_bias is summed over the outputs (axis 1). Sum over the batch, axis 0",
            lambda x, w, g: (None, g.sum(axis=1), None)),
    Mistake("g_bias is the mean over the outputs (axis 1). Sum over the batch, axis 0",
            lambda x, w, g: (None, g.mean(axis=1), None)),
    Mistake("g_bias is one number: you summed over everything. Sum over the batch only, axis 0",
            lambda x, w, g: (None, g.sum(), None)),
    Mistake("g_bias has shape (1, outputs), the bias has (outputs,): leave keepdims out",
            lambda x, w, g: (None, g.sum(axis=0, keepdims=True), None)),
    Mistake("g_bias is the mean over the batch. It must be the sum: g has the loss's 1/n in it already",
            lambda x, w, g: (None, g.mean(axis=0), None)),
    Mistake("g_bias is taken from the first example only. Sum over the batch",
            lambda x, w, g: (None, g[0], None)),
    Mistake("g_bias is taken from the last example only. Sum over the batch",
            lambda x, w, g: (None, g[-1], None)),

    Mistake("g_x is transposed: it must have the shape of x, (batch, inputs)",
            lambda x, w, g: (None, None, w @ g.T)),
    Mistake("g_x has the right shape, but its numbers are in the wrong places: reshape is no transpose",
            lambda x, w, g: (None, None, (w @ g.T).reshape(x.shape))),
    Mistake("g_x is divided by the batch size. g has the loss's 1/n in it already",
            lambda x, w, g: (None, None, g @ w.T / len(x))),
    Mistake("g_x passes through weight, not through its transpose",
            lambda x, w, g: (None, None, g @ w if w.shape[0] == w.shape[1] else g @ w.T)),
    Mistake("g_x is weight alone. By the chain rule g must be in it", lambda x, w, g: (None, None, w)),
    Mistake("g_x is weight alone. By the chain rule g must be in it", lambda x, w, g: (None, None, w.T)),
]


def check_dense_backward(function):
    """Exercise 1: dense_backward(x, weight, g) -> (g_weight, g_bias, g_x)."""
    check_function(function, reference=dense_backward, cases=dense_cases(),
                   outputs=("g_weight", "g_bias", "g_x"), mistakes=DENSE_MISTAKES)
    right("this is the library's Dense.backward, for any batch and both float types.")


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
    Mistake("that is the sigmoid of each logit. Softmax divides the exponentials by the sum over their row",
            lambda z, y: (1 / (1 + np.exp(-z)) - onehot(z, y)) / len(z)),
    Mistake("softmax is applied twice", lambda z, y: (softmax(softmax(z)) - onehot(z, y)) / len(z)),
    Mistake("only the entries at the labels are filled. The others are p / n, because all logits of a row "
            "enter its softmax", lambda z, y: onehot(z, y) * (softmax(z) - 1) / len(z)),
    Mistake("1 is subtracted from whole columns: p[:, labels] takes them in every row. Row i needs it at "
            "[i, labels[i]] only", lambda z, y: (softmax(z) - onehot(z, y).max(axis=0)) / len(z)),
    Mistake("1 is subtracted one place too far left: labels count from 0, as NumPy's indices do",
            lambda z, y: (softmax(z) - onehot(z, y - 1)) / len(z)),
    Mistake("you subtracted the label's number, not 1 at the label's place",
            lambda z, y: (softmax(z) - y[:, None].astype(z.dtype)) / len(z)),
    Mistake("that is the gradient with respect to the probabilities. Go one step further back, through "
            "softmax",
            lambda z, y: -onehot(z, y) / softmax(z) / len(z)),
    Mistake("that is the loss. Its gradient is wanted, one number for each logit",
            lambda z, y: -np.log(softmax(z)[np.arange(len(y)), y]).mean()),
    Mistake("that is the loss of each example. Its gradient is wanted, one number for each logit",
            lambda z, y: -np.log(softmax(z)[np.arange(len(y)), y])),
    Mistake("you averaged the examples' gradients. Each example keeps its own row, divided by n",
            lambda z, y: (softmax(z) - onehot(z, y)).mean(axis=0)),
]


# where the logits lie: logits with labels 0 and 2
LARGE = {
    "near 1000": [[1000.0, 1001.0, 1002.0], [1003.0, 999.0, 1000.5]],
    "near -1000": [[-1000.0, -999.0, -998.0], [-997.0, -1001.0, -999.5]],
    "near 1000 in one row and near -1000 in another": [[1000.0, 1001.0, 1002.0], [-997.0, -1001.0, -999.5]],
    "from -1000 to 1000 in one row": [[-1000.0, 1000.0, 999.0], [1000.0, 0.0, -1000.0]],
}


def refuse_overflow(function):
    """Raise WrongAnswer if an answer that is right for small logits is not so for large ones."""
    for where, values in LARGE.items():
        logits, labels = np.array(values), np.array([0, 2])
        want = cross_entropy_gradient(logits, labels)
        try:
            with np.errstate(all="ignore"):
                got = np.asarray(function(logits.copy(), labels.copy()), dtype=float)
        except Exception as error:
            found = f"your function stops with {type(error).__name__}: {error}"
        else:
            if got.shape == want.shape and np.allclose(got, want, rtol=1e-6, atol=1e-9):
                continue
            found = ("you give wrong numbers" if np.isfinite(got).all() else
                     "you give NaN or infinity: exp overflows, or all of a row become 0")
        raise WrongAnswer(f"right for small logits, but for logits {where} {found}. Subtract the largest "
                          "logit of *each row* before exp; then nothing need be clipped or added.")


def check_cross_entropy_gradient(function):
    """Exercise 3: cross_entropy_gradient(logits, labels) -> gradient."""
    check_function(function, reference=cross_entropy_gradient, cases=cross_entropy_cases(),
                   outputs=("gradient",), mistakes=CROSS_ENTROPY_MISTAKES,
                   tolerance=1e-6)  # 1e-8 in a denominator is right
    refuse_overflow(function)
    right("softmax minus onehot, divided by n; and no exponential overflows.")
