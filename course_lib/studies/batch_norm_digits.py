"""Lecture 08: deep networks on the digits with and without batch normalization, at many learning rates.

The setting is that of Ioffe & Szegedy (2015, section 4.1): layers of 100 units, batches of 60, plain SGD.
The runs take long, so their result is stored: `python -m course_lib.studies.batch_norm_digits` makes
data/batch_norm_digits.json again, in half an hour on one core. A test recomputes a part of it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from course_lib.datasets import load_digits
from course_lib.layers import BatchNorm
from course_lib.mnist import DATA
from course_lib.optimizers import SGD
from course_lib.studies.batch_normalization import deep_network
from course_lib.studies.parallel import run_all
from course_lib.studies.records import store
from course_lib.training import accuracy, batches
from course_lib.validation import boolean, choice, floats, integer, number

# Name -> hidden layers, activation, deviation of the first weights where it is not Xavier's or He's.
NETWORKS = {
    "3 sigmoid": (3, "sigmoid", None), "3 sigmoid, small weights": (3, "sigmoid", 0.05),
    "8 sigmoid": (8, "sigmoid", None), "8 tanh": (8, "tanh", None), "8 ReLU": (8, "ReLU", None),
    "20 ReLU": (20, "ReLU", None),
}
WAYS = {"without": False, "with": True}
RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
TUNING, REPORTED = range(3), range(100, 112)  # seeds that choose the rate, and seeds that are reported
TARGET, BATCH, LIMIT = 0.9, 60, 2000
DRAWN = 300  # steps of the curves that are kept
# After these steps the accuracy is looked at; the next is about 6 % later.
CHECKS = np.unique(np.append(np.round(1.06 ** np.arange(130)), LIMIT)).astype(int)
CURVE = CHECKS[CHECKS <= DRAWN][::2]  # of these the accuracies are kept
LONG = ("8 tanh", "8 ReLU")  # trained on for LONG_STEPS, both ways
LONG_STEPS = 1000
FILE = Path(DATA) / "batch_norm_digits.json"


def network(name, norm, seed):
    """One of NETWORKS, with batch normalization before each activation if `norm`.

    >>> network("3 sigmoid", True, seed=0).layers[:3]
    [Dense(64, 100), BatchNorm(100), Sigmoid()]
    """
    depth, activation, small = NETWORKS[choice("name", name, NETWORKS)]
    kind = BatchNorm if boolean("norm", norm) else None
    return deep_network(depth, activation, kind, small=small, seed=seed)


def train(name, norm, lr, seed, steps=LIMIT):
    """Train by SGD; returns the accuracies on the validation set, in evaluation mode, after each of CHECKS.

    The run ends after `steps` steps, after DRAWN once the target is reached, or when the loss diverges.

    >>> bool(train("3 sigmoid", True, 1.0, seed=0, steps=40).max() > 0.5)
    True
    """
    number("lr", lr, 0, open_low=True)
    integer("steps", steps, 1)
    net, (x, y) = network(name, norm, seed), load_digits().validation
    found = []
    for t in _training(net, SGD(lr=lr), seed, steps):
        if t == CHECKS[len(found)]:
            found.append(accuracy(net.predict(x), y))
            if t >= DRAWN and max(found) >= TARGET:
                break
    return np.array(found)


def long_run(name, norm, lr, seed, steps=LONG_STEPS):
    """Train for `steps` steps: (loss on the training set in evaluation mode, accuracy on the test set)."""
    net, (train_set, _, test) = network(name, norm, seed), load_digits()
    for _ in _training(net, SGD(lr=number("lr", lr, 0, open_low=True)), seed, integer("steps", steps, 1)):
        pass
    return net.loss_value(*train_set), accuracy(net.predict(test.x), test.y)


def _training(net, opt, seed, steps):
    """Take steps on shuffled batches of the digits, and yield their number; end if the loss diverges."""
    (x, y), rng = load_digits().train, np.random.default_rng([88, seed])
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            for index in batches(len(x), BATCH, rng):
                if opt.t == steps or not math.isfinite(net.loss_and_grad(x[index], y[index])):
                    return
                opt.step(net.parameters.x, net.parameters.g, check_finite=False)
                yield opt.t


def steps_to(accuracies, target=TARGET):
    """The first of CHECKS at which the accuracy reaches the target; inf if it never does.

    >>> steps_to([0.1, 0.5, 0.92, 0.88])
    3.0
    """
    accuracies = floats("accuracies", accuracies, (None,))
    reached = np.flatnonzero(accuracies >= number("target", target, 0, 1))
    return float(CHECKS[reached[0]]) if len(reached) else math.inf


def measure(name, norm, jobs=None):
    """All runs of one network, one way; the dict that `batch_norm_results.stored` describes.

    Rates beyond two in a row at which no run arrives any more are taken as hopeless, not tried.
    """
    steps, curves = [], []
    for lr in RATES:
        if np.isfinite(steps).any() and np.isinf(steps[-2:]).all():
            steps.append([math.inf] * len(TUNING))
            curves.append(np.full(len(CURVE), math.nan))
            continue
        runs = run_all(train, [(name, norm, lr, seed) for seed in TUNING], jobs=jobs,
                       description=f"{name}, {'with' if norm else 'without'}, lr {lr:g}")
        steps.append([steps_to(run) for run in runs])
        kept = [np.pad(run, (0, len(CHECKS)))[:len(CHECKS)][np.isin(CHECKS, CURVE)] for run in runs]
        curves.append(np.median(kept, axis=0).round(3))
    found = {"steps": np.array(steps), "curves": np.array(curves), "rate": None, "reported": np.array([])}
    best = np.median(steps, axis=1)
    if np.isfinite(best).any():
        found["rate"] = lr = RATES[int(best.argmin())]
        tasks = [(name, norm, lr, seed) for seed in REPORTED]
        found["reported"] = np.array([steps_to(run) for run in run_all(train, tasks, jobs=jobs)])
        if name in LONG:
            found["long"] = np.array(run_all(long_run, tasks, jobs=jobs)).round(5)
    return found


def main(file=FILE):
    """Make all runs, on all cores, and write the file and its sum."""
    lines = []
    for name in NETWORKS:
        ways = {way: {key: value if key == "rate" else value.tolist()
                      for key, value in measure(name, norm).items()} for way, norm in WAYS.items()}
        lines.append(f"{json.dumps(name)}: {json.dumps(ways)}")
    store(file, "{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
