"""Lecture 11: Adam against NAdam on the two-piece target, over seeds, learning rates and budgets.

The long runs are stored in data/two_piece_rmse.csv. `python -m course_lib.studies.two_piece` makes the file
again: 360 runs of 5,000 epochs, some twenty minutes on one core. The last digits depend on the machine, for
float32 rounding grows during a run; a test recomputes a part of the file.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from course_lib.datasets import two_piece
from course_lib.initializers import uniform
from course_lib.layers import Dense, Tanh
from course_lib.losses import MSE
from course_lib.mnist import DATA
from course_lib.network import Network
from course_lib.optimizers import Adam, NAdam
from course_lib.progress import progress
from course_lib.studies.parallel import run_all
from course_lib.studies.records import read_curves, store_curves
from course_lib.studies.settings import seed_list
from course_lib.validation import choice, floats, integer, number

# NAdam twice: with the schedule that is PyTorch's default, and with Keras's.
METHODS = {"Adam": Adam, "NAdam": NAdam, "NAdam, ψ = 1": partial(NAdam, momentum_decay=1.0)}
RATES, SEEDS = (0.001, 0.003, 0.01), range(40)
EPOCHS, EVERY = 5000, 100
FILE, COLUMNS = DATA / "two_piece_rmse.csv", ["method", "lr", "seed"]


def network(seed, dtype=np.float32):
    """Two hidden layers of 100 tanh units, started as PyTorch does by default.

    Weights and biases are uniform in ± 1/√fan_in (torch.nn.Linear.reset_parameters).
    """
    def dense(fan_in, fan_out):
        start = uniform(1 / math.sqrt(fan_in))
        return Dense(fan_in, fan_out, weight=start, bias=start)

    layers = [dense(1, 100), Tanh(), dense(100, 100), Tanh(), dense(100, 1)]
    rng = np.random.default_rng([11, integer("seed", seed, 0)])
    return Network(layers, loss=MSE(), rng=rng, dtype=dtype)


def train(method, lr, seed, epochs=EPOCHS, every=EVERY, dtype=np.float32):
    """The root of the mean squared error after 0, `every`, 2·`every`, … epochs, each of one step on all data.

    method : a key of METHODS; lr : learning rate; seed : of the first weights, at least 0
    epochs : a multiple of every

    >>> rmse = train("Adam", 0.001, seed=0, epochs=20, every=10)
    >>> rmse.shape, bool(rmse[2] < rmse[0])
    ((3,), True)
    """
    choice("method", method, METHODS)
    number("lr", lr, 0, open_low=True)
    integer("every", every, 1)
    if integer("epochs", epochs, 0) % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, got {epochs}")
    x, y = two_piece(dtype=dtype)
    net, opt = network(seed, dtype), METHODS[method](lr=lr)
    found = []
    for epoch in range(epochs + 1):
        loss = net.loss_and_grad(x, y)
        if epoch % every == 0:
            found.append(math.sqrt(loss))
        opt.step(net.parameters.x, net.parameters.g)
    return np.array(found)


def many(method, lr, seeds, epochs, every=EVERY):
    """`train` for each of the seeds: array (seeds, epochs // every + 1)."""
    return np.array([train(method, lr, seed, epochs, every)
                     for seed in progress(seed_list("seeds", seeds), f"{method}, lr {lr}")])


def stored(file=FILE):
    """The long runs from the file: dict of (method, learning rate) -> RMSE (40 seeds, 51 epochs), and epochs.

    >>> runs, epochs = stored()
    >>> runs["Adam", 0.001].shape, epochs[[0, 1, -1]].tolist()
    ((40, 51), [0, 100, 5000])
    """
    return read_curves(file, FILE.name, len(COLUMNS))


def wins(first, second):
    """In how many of the seeds the first has the lower error, for arrays (seeds, epochs).

    >>> wins([[0.1, 0.5], [0.2, 0.3]], [[0.4, 0.4], [0.3, 0.4]])
    array([2, 1])
    """
    first = floats("first", first, (None, None))
    return (first < floats("second", second, first.shape)).sum(axis=0)


def main():
    """Train all runs, on all cores, and write the file and its sum."""
    jobs = [(method, lr, seed) for method in METHODS for lr in RATES for seed in SEEDS]
    runs = list(zip(jobs, run_all(train, jobs), strict=True))
    store_curves(FILE, COLUMNS, runs, range(0, EPOCHS + 1, EVERY))


if __name__ == "__main__":
    main()
