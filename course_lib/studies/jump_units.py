"""Lecture 07: one target in many units and offsets, learned as it comes and normalized.

The long runs are stored in data/jump_units.csv. `python -m course_lib.studies.jump_units` makes the file
again: 432 runs of 3,000 epochs, some twenty minutes on two cores. The last digits depend on the machine, for
float32 rounding grows during a run; a test recomputes a part of the file.
"""

from __future__ import annotations

import math

import numpy as np

from course_lib.datasets import jump
from course_lib.initializers import uniform
from course_lib.layers import Dense, ReLU, Tanh
from course_lib.losses import MSE
from course_lib.mnist import DATA
from course_lib.network import Network
from course_lib.normalization import Standardize
from course_lib.optimizers import Adam
from course_lib.studies.parallel import run_all
from course_lib.studies.records import read_curves, store_curves
from course_lib.studies.shared import shared
from course_lib.training import fit
from course_lib.validation import choice, floats, integer, number

# name -> factor and offset of x, factor and offset of y. Normalized, all of these are the same data.
UNITS = {
    "x and y as they are": (1, 0, 1, 0),
    "100 x": (100, 0, 1, 0), "x / 100": (0.01, 0, 1, 0), "x + 10": (1, 10, 1, 0),
    "50 x + 300": (50, 300, 1, 0),
    "100 y": (1, 0, 100, 0), "y / 100": (1, 0, 0.01, 0), "y + 10": (1, 0, 1, 10),
}
NORMALIZED = "normalized"
ACTIVATIONS = {"tanh": Tanh, "ReLU": ReLU}
RATES, SEEDS = (0.001, 0.003, 0.01), range(8)
EPOCHS, EVERY = 3000, 200
FILE, COLUMNS = DATA / "jump_units.csv", ["units", "activation", "lr", "seed"]


def network(activation, seed):
    """Two hidden layers of 100 units, weights and biases uniform in ± 1/√fan_in (as torch.nn.Linear).

    activation : "tanh" or "ReLU". The biases spread the kinks of ReLU over x, whatever its range.
    """
    kind = ACTIVATIONS[choice("activation", activation, ACTIVATIONS)]

    def dense(fan_in, fan_out):
        start = uniform(1 / math.sqrt(fan_in))
        return Dense(fan_in, fan_out, weight=start, bias=start)

    layers = [dense(1, 100), kind(), dense(100, 100), kind(), dense(100, 1)]
    return Network(layers, loss=MSE(), rng=np.random.default_rng([7, integer("seed", seed, 0)]))


def data(units):
    """The target `jump` in these units: x and y (200, 1); or normalized, whatever the units were.

    >>> x, y = data("50 x + 300")
    >>> float(x.min()), float(x.max())
    (250.0, 350.0)
    """
    choice("units", units, [*UNITS, NORMALIZED])
    x, y = jump()
    if units == NORMALIZED:
        return Standardize().fit(x).transform(x), Standardize().fit(y).transform(y)
    factor_x, offset_x, factor_y, offset_y = UNITS[units]
    return factor_x * x + offset_x, factor_y * y + offset_y


@shared
def learn(units, activation, lr, seed, epochs):
    """Train for some epochs of one step on all data each: the network, its History, and x and y as given.

    units : "normalized" or a key of UNITS; activation : "tanh" or "ReLU"; lr : learning rate of Adam
    seed : of the first weights, at least 0

    >>> net, history, x, y = learn("x + 10", "tanh", 0.001, seed=0, epochs=5)
    >>> history.loss.shape, x.shape
    ((5,), (200, 1))
    """
    x, y = data(units)
    net = network(activation, seed)
    history = fit(net, Adam(lr=number("lr", lr, 0, open_low=True)), x, y.astype(np.float32), epochs=epochs,
                  batch_size=None, rng=np.random.default_rng(0), progress=False)
    return net, history, x, y


def train(units, activation, lr, seed, epochs=EPOCHS, every=EVERY):
    """The unexplained share of y's variance after 0, `every`, 2·`every`, … epochs; arguments as for `learn`.

    1 is the error of the mean, 0 a perfect fit; the unit of y has no influence on it.

    every : of which epochs is a multiple

    >>> share = train("normalized", "tanh", 0.001, seed=0, epochs=20, every=10)
    >>> share.shape, bool(share[2] < share[0])
    ((3,), True)
    """
    integer("every", every, 1)
    if integer("epochs", epochs, 0) % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, got {epochs}")
    _, history, _, y = learn(units, activation, lr, seed, epochs + 1)  # a loss is measured before its step
    return history.loss[::every] / y.var()


def stored(file=FILE):
    """The long runs: dict of (units, activation, learning rate) -> (8 seeds, 16 epochs), and the epochs.

    >>> runs, epochs = stored()
    >>> runs["x + 10", "tanh", 0.001].shape, epochs[[0, 1, -1]].tolist()
    ((8, 16), [0, 200, 3000])
    """
    return read_curves(file, FILE.name, len(COLUMNS))


def final(runs):
    """One number for each run of (…, epochs): the median of the last five measurements.

    A single one may fall on a spike of Adam.

    >>> final([[9.0, 1.0, 1.0, 50.0, 2.0, 2.0]])
    array([2.])
    """
    runs = np.asarray(runs, float)
    if runs.ndim < 1 or runs.shape[-1] < 5:
        raise ValueError(f"runs must have shape (..., epochs) with 5 epochs or more, got {runs.shape}")
    return np.median(runs[..., -5:], axis=-1)


def best(runs):
    """For each (units, activation) the best of the stored learning rates, and `final` of its runs (seeds,).

    Best is the lowest median over the seeds. The runs that choose are those reported; the rates are few,
    and the differences between units large.

    >>> lr, shares = best(stored()[0])["normalized", "tanh"]
    >>> lr in RATES, bool((shares < 0.1).all())
    (True, True)
    """
    if not isinstance(runs, dict) or not runs:
        raise TypeError(f"runs must be a dict as `stored` returns, got {runs!r}")
    found = {}
    for (units, activation, lr), shares in runs.items():
        shares = final(shares)
        if (units, activation) not in found or np.median(shares) < np.median(found[units, activation][1]):
            found[units, activation] = lr, shares
    return found


def unscale(prediction):
    """A prediction (n,) or (n, 1) of the normalized target in the target's own units.

    >>> round(float(unscale(np.zeros(1))[0]), 3)  # the mean of y
    0.499
    """
    prediction = floats("prediction", prediction)
    return Standardize().fit(jump().y).inverse(prediction.reshape(-1, 1)).reshape(prediction.shape)


def main():
    """Train all runs, on all cores, and write the file and its sum."""
    jobs = [(units, activation, lr, seed) for units in [NORMALIZED, *UNITS] for activation in ACTIVATIONS
            for lr in RATES for seed in SEEDS]
    runs = list(zip(jobs, run_all(train, jobs), strict=True))
    store_curves(FILE, COLUMNS, runs, range(0, EPOCHS + 1, EVERY))


if __name__ == "__main__":
    main()
