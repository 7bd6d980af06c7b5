"""Checks for the exercises of lecture 00, start here; those of exercise 1 are in lecture00_share."""

from __future__ import annotations

import math

import numpy as np

from course_lib.datasets import load_digits
from course_lib.exercises.base import Mistake, WrongAnswer, check_number, expect_keys, right
from course_lib.exercises.lecture00_share import check_share_right
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import batches

__all__ = ["FIRST", "check_other_order", "check_predictions", "check_share_right", "train"]

# --- exercise 2: predict ----------------------------------------------------------------------------


MEASURED = 2.2774, 2.3520, 2.2445  # lecture: first batch, all training pictures; exercise 3: first batch


def check_predictions(parameters, steps, first_loss):
    """Exercise 2: numbers that are changed in training, steps in one pass, loss when nothing is known.

    >>> check_predictions(2410, 37, 2.3)
    Traceback (most recent call last):
    course_lib.exercises.answers.WrongAnswer: steps = 37: the last batch is shorter, but a step too: round up.
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
    course_lib.exercises.answers.WrongAnswer: you changed the learning rate. Then only the first losses are
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
