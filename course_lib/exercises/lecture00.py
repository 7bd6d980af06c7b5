"""Checks for the exercises of lecture 00, start here."""

from __future__ import annotations

import math

import numpy as np

from course_lib.datasets import load_digits
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, expect_keys, right
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import batches

__all__ = ["FIRST", "check_other_order", "check_predictions", "check_share_right", "train"]

# --- exercise 1: the share that is right ------------------------------------------------------------


def share_right(output, labels):
    return float(np.mean(output.argmax(axis=1) == labels))


def scored(seed, ranks):
    """Outputs and labels: the label of a row has the largest output for rank 0, the smallest for rank 9.

    The largest of all stands in the first row, in the second row all are negative, and the largest of the
    third is the label itself: so no mistake gives the same shares as another.
    """
    output = np.random.default_rng(seed).normal(0.0, 2.0, (len(ranks), 10))
    places = np.argsort(-output, axis=1)
    labels = places[np.arange(len(ranks)), ranks]
    output[0, places[0, 0]] += 20
    output[1] -= output[1].max() + 0.5
    output[2] += labels[2] - output[2].max()
    output[2, places[2, 0]] = labels[2]
    return output, labels


def share_cases():
    """Most right, few right, all right; no number of rows is 10, the number of columns."""
    return [scored(0, [0, 0, 9, 0, 3, 0, 0]), scored(1, [9, 0, 1, 0, 9, 5, 2, 4, 0]),
            scored(2, [0, 0, 0, 0])]


def places_from_zero(output):
    """What a loop finds that starts with the best output 0 at place 0."""
    return np.where(output.max(axis=1) > 0, output.argmax(axis=1), 0)


def at_labels(output, labels):
    return output[np.arange(len(labels)), labels]


def among(rows, divisor=None):
    """The share among some rows only; or their number that is right, over another divisor."""
    def answer(output, labels):
        hits = (output.argmax(axis=1) == labels)[rows]
        return hits.mean() if divisor is None else hits.sum() / divisor(output)
    return answer


ALL = slice(None)
PERCENT = "that is in percent. A share lies between 0 and 1: leave out the factor 100"
SHARE_MISTAKES = [
    Mistake(PERCENT, lambda o, y: 100 * share_right(o, y)),
    Mistake(f"{PERCENT}, and do not round", lambda o, y: float(round(100 * share_right(o, y)))),
    Mistake("that is how many are right. Divide by the number of rows", among(ALL, lambda o: 1)),
    Mistake("that is the share of *wrong* answers. The right ones are 1 minus that",
            lambda o, y: 1 - share_right(o, y)),
    Mistake("you looked for the smallest output of each row. The network's answer is the place of the "
            "largest", lambda o, y: np.mean(o.argmin(axis=1) == y)),
    Mistake("you compared the largest outputs with the labels. Compare their *places*: argmax gives the "
            "place, max the output", lambda o, y: np.mean(o.max(axis=1) == y)),
    Mistake("you divided by the number of all outputs, ten for each row. Divide by the number of rows",
            among(ALL, np.size)),
    Mistake("you divided by 10, the number of digits. Divide by the number of rows",
            among(ALL, lambda o: 10)),
    Mistake("your share is rounded down to a whole number: // and int() do that. Divide with /",
            lambda o, y: float(int(share_right(o, y)))),
    *[Mistake(f"you rounded to {digits}. Return the number as it is; round when you print it",
              lambda o, y, k=k: round(share_right(o, y), k))
      for k, digits in enumerate(["a whole number", "1 digit", "2 digits", "3 digits", "4 digits"])],
    Mistake("the last row is missing. Python leaves out the end by itself: range(n) and [:n] reach all n "
            "rows", among(slice(-1))),
    Mistake("the last row is never looked at, although you divide by the number of all rows: range(n) ends "
            "at n - 1 by itself", among(slice(-1), len)),
    Mistake("the first row is missing: Python counts from 0", among(slice(1, None))),
    Mistake("the first row is never looked at, although you divide by the number of all rows: Python counts "
            "from 0", among(slice(1, None), len)),
    Mistake("your places are one too large. Python counts from 0, so the place *is* the digit",
            lambda o, y: np.mean(o.argmax(axis=1) + 1 == y)),
    Mistake("you looked for the place in the whole array. Each row has its own: axis=1",
            lambda o, y: np.mean(o.argmax() == y)),
    Mistake("you dropped the minus signs. An output of -5 is smaller than one of 1",
            lambda o, y: np.mean(np.abs(o).argmax(axis=1) == y)),
    Mistake("your search for the largest output begins with 0, but all outputs of a row can be negative: "
            "begin with the first output", lambda o, y: np.mean(places_from_zero(o) == y)),
    Mistake("you asked whether the output at the label's place is positive. It must be the largest of its "
            "row", lambda o, y: np.mean(at_labels(o, y) > 0)),
    Mistake("that is the mean of the largest outputs. Compare their places with the labels",
            lambda o, y: o.max(axis=1).mean()),
    Mistake("that is the mean of the outputs at the labels' places. Count how often that output is the "
            "largest of its row", lambda o, y: at_labels(o, y).mean()),
]


def _one_number(function):
    """The student's function, with a diagnosis when it returns one thing for each row, or True or False."""
    def checked(output, labels):
        places = output.argmax(axis=1)
        result = function(output, labels)
        try:
            array = np.asarray(result)
        except ValueError:
            return result
        if array.dtype == bool and array.ndim:
            raise WrongAnswer("you returned True or False for each row. Take the mean of them: True counts "
                              "as 1, False as 0.")
        if array.dtype == bool:
            raise WrongAnswer(f"you returned {result}. Asked is a number between 0 and 1: in which share of "
                              "the rows is the answer right?")
        if np.array_equal(array, places):
            raise WrongAnswer("you returned the places of the largest outputs. That is half of it: now "
                              "compare them with the labels, and return the share that agrees.")
        return result
    return checked


def _refuse_columns(function):
    """Ten rows, so that the largest of each column can be compared with the labels by mistake."""
    cases = [scored(seed, [0, 0, 0, 4, 0, 0, 0, 9, 1, 0]) for seed in (9, 15)]
    try:
        shares = [float(function(output.copy(), labels.copy())) for output, labels in cases]
    except Exception:  # the check after this one says what happened
        return
    if np.allclose(shares, [np.mean(output.argmax(axis=0) == labels) for output, labels in cases]):
        raise WrongAnswer("you took the largest output of each column (axis=0). A picture is a row: axis=1.")


def check_share_right(function):
    """Exercise 1: share_right(output, labels) -> share of rows whose largest output is at the label's place.

    >>> check_share_right(lambda output, labels: sum(output.argmax(axis=1) == labels))
    Traceback (most recent call last):
    course_lib.exercises.base.WrongAnswer: that is how many are right. Divide by the number of rows.
    >>> check_share_right(lambda output, labels: np.mean(output.argmax(axis=1) == labels))
    Right: the largest output of a row is the network's answer.
    """
    if callable(function):
        _refuse_columns(function)
        function = _one_number(function)
    check_function(function, reference=share_right, cases=share_cases(), outputs=("the share",),
                   mistakes=SHARE_MISTAKES)
    right("the largest output of a row is the network's answer.")


# --- exercise 2: predict ----------------------------------------------------------------------------


MEASURED = 2.2774, 2.3520, 2.2445  # lecture: first batch, all training pictures; exercise 3: first batch


def check_predictions(parameters, steps, first_loss):
    """Exercise 2: numbers that are changed in training, steps in one pass, loss when nothing is known.

    >>> check_predictions(2410, 37, 2.3)
    Traceback (most recent call last):
    course_lib.exercises.base.WrongAnswer: steps = 37: the last batch is shorter, but a step too: round up.
    """
    check_number("parameters", parameters, 2410, tolerance=1e-9, mistakes=[
        Mistake("those are the weights. Each neuron has a bias too, 32 + 10 of them", 2368),
        Mistake("the 32 biases of the hidden neurons are missing", 2378),
        Mistake("the 10 biases of the outputs are missing", 2400),
        Mistake("those are the biases only. Each neuron has a weight for each of its inputs too", 42),
        Mistake("that is the first layer. The second, from 32 to 10, has weights and biases too", 2080),
        Mistake("that is the first layer without its biases, and the second layer is missing", 2048),
        Mistake("that is the second layer. The first, from 64 to 32, has weights and biases too", 330),
        Mistake("the 64 inputs are the numbers of the picture: they have no biases", 2474),
        Mistake("you added the widths of the layers. A layer has a weight for each pair of an input and a "
                "neuron: multiply", 106),
        Mistake("you multiplied all three widths. Count each layer by itself, then add", 64 * 32 * 10),
        Mistake("a picture has 8 by 8 pixels, that is 64 inputs, not 8", 618),
        Mistake("that is for MNIST, whose pictures have 784 numbers. Here they have 64", 25_450)])
    check_number("steps", steps, 38, tolerance=1e-9, mistakes=[
        Mistake("the last batch is shorter, but a step too: round up", 37),
        Mistake("the number of steps is whole. The last batch is shorter, but a step too: round up",
                1197 / 32, within=1e-3),
        Mistake("that is for all ten passes. Asked is one", 380),
        Mistake("that is rounded down, and for all ten passes. Asked is one", 370),
        Mistake("that would be one picture at a time. A step takes 32", 1197),
        Mistake("that is the number of pictures in a step. Asked is how many such steps there are", 32),
        Mistake("that would be all pictures in one step. A step takes 32", 1),
        Mistake("that is for the 300 test pictures. Training goes through its own 1,197", 10),
        Mistake("that is for the 300 test pictures, and rounded down. Training goes through its own 1,197",
                9),
        Mistake("that is for all 1,797 pictures. 300 are kept to choose with and 300 to test", 57),
        Mistake("that is for all 1,797 pictures, and rounded down. 300 are kept to choose with and 300 to "
                "test", 56),
        Mistake("that counts the 300 pictures to choose with too. Training does not see them", 47),
        Mistake("that is for MNIST's 50,000 pictures. Here they are 1,197", 1563)])
    check_number("first_loss", first_loss, math.log(10), mistakes=[
        Mistake("that is the logarithm to base 10. The loss takes the natural one, np.log", 1.0),
        Mistake("that is the logarithm to base 2. The loss takes the natural one, np.log", math.log2(10)),
        Mistake("that is the probability of the right digit. The loss is minus its logarithm", 0.1),
        Mistake("that is the logarithm of 0.1. The loss is *minus* the logarithm", -math.log(10)),
        Mistake("that is the logarithm to base 10, without the minus. The loss is minus the natural one",
                -1.0),
        Mistake("that is the share of wrong answers when one guesses. The loss is -ln p", 0.9),
        Mistake("that is -ln 0.9. The right digit has the probability 0.1", -math.log(0.9)),
        Mistake("that is 1/p. The loss is its natural logarithm", 10.0),
        Mistake("that is for two classes. Here there are ten digits", math.log(2)),
        Mistake("you added it up over the ten digits. Only the right digit counts", 10 * math.log(10)),
        Mistake("you added it up over a batch. The loss of a batch is the mean", 32 * math.log(10)),
        Mistake("that is for 32 classes, but 32 is the batch. There are ten digits", math.log(32)),
        Mistake("that is for 64 classes, but 64 is the inputs. There are ten digits", math.log(64)),
        Mistake("that would be a network that is sure and right. This one knows nothing yet", 0.0),
        *[Mistake("that was measured. The first weights are random, so before training the ten digits are "
                  "only about equally likely. Asked is the loss when they are exactly so", loss, within=3e-3)
          for loss in MEASURED]])
    right("a network that knows nothing yet starts near ln 10.")


# --- exercise 3: break the agreement ----------------------------------------------------------------

FIRST = {"first_weights": 0, "order": 0, "batch_size": 32, "lr": 0.125, "hidden": 32}
APART = 0.1  # the largest difference of a run; of 60 other orders, each reached 0.3
CHANGED = {
    "hidden": "you changed the network: another network has other losses, whatever program trains it",
    "first_weights": "you changed the first weights, so the two start from different networks",
    "lr": "you changed the learning rate. Then only the first losses are equal, and every step has another "
          "length",
    "batch_size": "you changed the batch size. Then the steps cannot be compared one by one"}


def train(first_weights=0, order=0, batch_size=32, lr=0.125, hidden=32, passes=10):
    """The loss at each step of a run in NumPy like the lecture's.

    first_weights, order : whole numbers from which the draws of the weights and of the batches begin; the
        same number gives the same draws
    batch_size : pictures in a step
    lr : learning rate
    hidden : width of the hidden layer
    passes : how often to go through the training pictures

    >>> losses = train(passes=2)
    >>> len(losses), bool(np.all(losses == train(passes=2)))
    (76, True)
    """
    data = load_digits().train
    x, y = data.x.astype(np.float64), data.y
    net = Network([Dense(x.shape[1], hidden), ReLU(), Dense(hidden, 10)], loss=SoftmaxCrossEntropy(),
                  rng=np.random.default_rng(first_weights), dtype=np.float64)
    rng, opt, losses = np.random.default_rng(order), SGD(lr=lr), []
    for _ in range(passes):
        for index in batches(len(x), batch_size, rng):
            losses.append(net.loss_and_grad(x[index], y[index]))
            opt.step(net.parameters.x, net.parameters.g)
    return np.array(losses)


def check_other_order(second):
    """Exercise 3: settings of a second run with the same start and rate, whose losses differ all the same.

    >>> check_other_order(FIRST | {"lr": 0.25})
    Traceback (most recent call last):
    course_lib.exercises.base.WrongAnswer: you changed the learning rate. Then only the first losses are
        equal, and every step has another length. Find a cause that leaves network, start, rate and batch
        size alone.
    """
    if second is None or second is Ellipsis:
        raise NotImplementedError("second has no value yet: write your settings there.")
    if not isinstance(second, dict):
        raise WrongAnswer(f"second must be a dict of settings, like exercise.FIRST, got "
                          f"{type(second).__name__}.")
    _check_settings(second)
    changed = [name for name in FIRST if second[name] != FIRST[name]]
    if not changed:
        raise WrongAnswer("nothing is changed: the same start on the same batches gives the same losses, to "
                          "the last digit.")
    if len(changed) > 1:
        raise WrongAnswer(f"you changed {', '.join(changed[:-1])} and {changed[-1]}: then nobody can tell "
                          "which of them did it. Change one setting only.")
    if changed != ["order"]:
        raise WrongAnswer(f"{CHANGED[changed[0]]}. Find a cause that leaves network, start, rate "
                          "and batch size alone.")
    apart = np.abs(train(**FIRST) - train(**second)).max()
    if apart < APART:
        raise WrongAnswer(f"the losses differ by {apart:.2g} at most. Try another number for order.")
    right(f"the losses differ by up to {apart:.2f}, although one and the same program took both runs.")


def _check_settings(second):
    expect_keys("second", second, FIRST)
    for name, value in second.items():
        shown = f"second[{name!r}]"
        if value is None or value is Ellipsis:
            raise NotImplementedError(f"{shown} has no value yet.")
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if name == "lr":
            if not (whole or isinstance(value, (float, np.floating))) or not 0 < value < math.inf:
                raise WrongAnswer(f"{shown} must be a positive number, got {value!r}.")
            continue
        lowest = 0 if name in ("first_weights", "order") else 1
        if not whole or value < lowest:
            raise WrongAnswer(f"{shown} must be a whole number, {lowest} or more, got {value!r}.")
