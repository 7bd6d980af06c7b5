"""Lecture 16: ensembles of snapshots from one run with warm restarts, beside others of the same cost.

300 of the digits train a network with 12 hidden units, the 600 of the validation and the test set judge it.
Everything costs CYCLES · CYCLE steps: one long run, one run with restarts, or a short run for each of CYCLES
networks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.datasets import load_digits
from course_lib.initializers import he_normal
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.schedules import cosine, cosine_restarts
from course_lib.studies.shared import shared
from course_lib.training import batches
from course_lib.validation import as_array, floats, integer, number

IMAGES, BATCH, HIDDEN, CYCLES, CYCLE, LR = 300, 15, 12, 5, 150, 0.4


class Outputs(NamedTuple):
    """Probabilities on the judging images, (networks, images, 10), of each way to spend the same steps."""

    one_long: np.ndarray
    snapshots: np.ndarray
    short: np.ndarray


@shared
def train(seed, lr=LR):
    """The Outputs for a seed, which decides first weights and batches; the images are always the same."""
    integer("seed", seed, 0)
    number("lr", lr, 0, open_low=True)
    steps = CYCLES * CYCLE
    return Outputs(
        _run(cosine(lr, steps), steps, steps, [16, seed]),
        _run(cosine_restarts(lr, CYCLE), steps, CYCLE, [16, seed]),
        np.concatenate([_run(cosine(lr, CYCLE), CYCLE, CYCLE, [16, seed, k]) for k in range(CYCLES)]))


def judge(probabilities):
    """(accuracy, mean cross-entropy) of the average of the networks' probabilities (networks, images, 10)."""
    mean = floats("probabilities", probabilities, (None, None, 10)).mean(axis=0)
    x, y = judging_images()
    if len(mean) != len(x):
        raise ValueError(f"probabilities must be of the {len(x)} judging images, got {len(mean)}")
    return float(np.mean(mean.argmax(axis=1) == y)), float(-np.log(mean[np.arange(len(y)), y] + 1e-30).mean())


def disagreement(probabilities):
    """How often two networks, on average over all pairs, name different digits: a share of the images.

    >>> disagreement([[[0.9, 0.1], [0.2, 0.8]], [[0.6, 0.4], [0.7, 0.3]]])
    0.5
    """
    named = floats("probabilities", probabilities, (None, None, None)).argmax(axis=2)
    if len(named) < 2:
        raise ValueError(f"probabilities must be of at least two networks, got {len(named)}")
    pairs = [(i, j) for i in range(len(named)) for j in range(i)]
    return float(np.mean([np.mean(named[i] != named[j]) for i, j in pairs]))


def judging_images():
    """(x, y) of the validation and the test set together."""
    digits = load_digits()
    return tuple(np.concatenate(parts) for parts in zip(digits.validation, digits.test, strict=True))


def softmax(logits):
    """Probabilities from logits (n, classes).

    >>> softmax([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """
    logits = floats("logits", as_array("logits", logits), (None, None))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _run(schedule, steps, every, seed):
    """Train a fresh network; its probabilities after each `every` steps, (steps / every, images, 10)."""
    rng = np.random.default_rng(seed)
    net = Network([Dense(64, HIDDEN, weight=he_normal()), ReLU(), Dense(HIDDEN, 10)],
                  loss=SoftmaxCrossEntropy(), rng=rng)
    opt, found = SGD(lr=schedule), []
    x, y = (part[:IMAGES] for part in load_digits().train)
    while True:
        for index in batches(IMAGES, BATCH, rng):
            net.loss_and_grad(x[index], y[index])
            opt.step(net.parameters.x, net.parameters.g)
            if opt.t % every == 0:
                found.append(softmax(net.predict(judging_images()[0])))
            if opt.t == steps:
                return np.array(found)
