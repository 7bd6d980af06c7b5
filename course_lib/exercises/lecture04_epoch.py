"""The check of exercise 1 of lecture 04: one pass over the examples in batches."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right


def in_order(order, size):
    """The batches of the examples `order`, the last of which may be shorter."""
    return [order[start:start + size] for start in range(0, len(order), size)]


def epoch(w, x, y, order, batch_size, lr):
    return pass_over(w, x, y, order, batch_size, lr)


def pass_over(w, x, y, order, batch_size, lr, *, batches=in_order, divide=lambda index, size, n: len(index),
              factor=2.0, at_first=False, one_slope=False):
    """The epoch with its typical variations; the defaults are right."""
    first = w
    for index in batches(order, batch_size):
        error = x[index] @ (first if at_first else w) - y[index]
        slope = x[index].T @ error / divide(index, batch_size, len(order))
        w = w - lr * factor * (slope.mean() if one_slope else slope)
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
    Mistake("the factor 2 of the derivative is missing, and the mean: divide by the number of examples in "
            "the batch", varied(factor=1.0, divide=lambda index, size, n: 1)),
    Mistake("you divided by batch_size. The last batch is shorter: divide by the number of examples it has",
            varied(divide=lambda index, size, n: size)),
    Mistake("you divided by the number of all examples: the batch's mean divides by its own number",
            varied(divide=lambda index, size, n: n)),
    Mistake("you took the mean over the features, too: the gradient has one number for each of them",
            varied(one_slope=True)),
    Mistake("every gradient is taken at the w of the beginning: use the w that the last step has made",
            varied(at_first=True)),
    Mistake("the last, shorter batch is left out: it counts too",
            varied(batches=lambda order, b: [i for i in in_order(order, b) if len(i) == b])),
    Mistake("every step uses all examples: use those of its batch only",
            varied(batches=lambda order, b: [order for _ in in_order(order, b)])),
    Mistake("you made one step with all examples: make one for each batch",
            varied(batches=lambda order, b: [order])),
    Mistake("you took the examples as they lie in x and y: follow `order`",
            varied(batches=lambda order, b: in_order(np.arange(len(order)), b))),
    Mistake("x follows `order`, but y does not: the example in x[i] belongs to y[i]",
            lambda w, x, y, order, b, lr: pass_over(w, x[order], y, np.arange(len(order)), b, lr)),
    Mistake("y follows `order`, but x does not: the example in x[i] belongs to y[i]",
            lambda w, x, y, order, b, lr: pass_over(w, x, y[order], np.arange(len(order)), b, lr)),
    Mistake("only the first batch made a step: the return statement may stand inside the loop",
            varied(batches=lambda order, b: in_order(order, b)[:1])),
    Mistake("you went through the examples one at a time: take batch_size of them for each step",
            varied(batches=lambda order, b: in_order(order, 1))),
    Mistake("you went through the examples backwards: the first batch is order[:batch_size]",
            varied(batches=lambda order, b: in_order(order[::-1], b))),
    Mistake("batch_size is the number of examples in a batch, not the number of batches",
            varied(batches=np.array_split)),
    Mistake("your batches have nearly equal sizes: all but the last should have batch_size examples",
            varied(batches=lambda order, b: np.array_split(order, len(in_order(order, b))))),
    Mistake("your batches lack their last example: order[i:j] ends before place j",
            varied(batches=lambda order, b: [order[s:s + b - 1] for s in range(0, len(order), b)])),
    Mistake("you started from zeros, not from the w that you were given",
            lambda w, x, y, order, b, lr: pass_over(0 * w, x, y, order, b, lr)),
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
