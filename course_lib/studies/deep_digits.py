"""Lecture 06: a network of 30 hidden layers on the digits, from many starts, each at its own learning rate.

The long runs are stored in data/deep_digits.json. `python -m course_lib.studies.deep_digits` makes the file
again: some 250 runs, about ten minutes on one core. The last digits depend on the machine, for float32
rounding grows during a run; a test recomputes a part of the file.
"""

from __future__ import annotations

import json
import math

import numpy as np

from course_lib.datasets import load_digits
from course_lib.initializers import fans, he_normal, lsuv, normal, orthogonal, uniform, xavier_normal
from course_lib.mnist import DATA
from course_lib.optimizers import SGD
from course_lib.studies.gradient_flow import plain_network
from course_lib.studies.parallel import run_all
from course_lib.studies.records import read, store
from course_lib.training import DivergenceError, accuracy, fit
from course_lib.validation import choice, integer, number

DEPTH, WIDTH, EPOCHS, BATCH = 30, 64, 15, 64
RATES, SEARCH, FINAL = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), range(2), range(10, 15)
FILE = DATA / "deep_digits.json"


def pytorch_default(shape, rng):
    """U(±1/√fan_in), for weights and, in a square layer, biases (torch.nn.Linear.reset_parameters)."""
    return uniform(fans(shape)[0] ** -0.5)(shape, rng)


# (activation, name of the start) -> initializer of the weights; LSUV starts from orthogonal matrices.
STARTS = {
    ("ReLU", "N(0, 1)"): normal(1.0),
    ("ReLU", "N(0, 0.01²)"): normal(0.01),
    ("ReLU", "PyTorch's default"): pytorch_default,
    ("ReLU", "Xavier"): xavier_normal(),
    ("ReLU", "He"): he_normal(),
    ("ReLU", "orthogonal"): orthogonal(math.sqrt(2)),
    ("ReLU", "LSUV"): orthogonal(),
    ("tanh", "N(0, 1)"): normal(1.0),
    ("tanh", "Xavier"): xavier_normal(),
    ("tanh", "orthogonal"): orthogonal(),
    ("sigmoid", "N(0, 1)"): normal(1.0),
    ("sigmoid", "Xavier"): xavier_normal(),
    ("sigmoid", "LSUV"): orthogonal(),
}


def images():
    """The digits with mean 0 and variance 1 over all pixels of the training set: (train, test)."""
    digits = load_digits()
    mean, std = digits.train.x.mean(), digits.train.x.std()
    return tuple(part._replace(x=(part.x - mean) / std) for part in (digits.train, digits.test))


def start_network(activation, start, seed, depth=DEPTH):
    """The network with its first weights; the seed decides them."""
    weight = STARTS[choice("activation and start", (activation, start), STARTS)]
    bias = uniform(WIDTH**-0.5) if start == "PyTorch's default" else None
    rng = np.random.default_rng([6, integer("seed", seed, 0)])
    net = plain_network(activation, weight, depth, WIDTH, rng, inputs=64, bias=bias)
    if start == "LSUV":
        lsuv(net, images()[0].x[:256], rng)
    return net


def train(activation, start, lr, seed, epochs=EPOCHS):
    """Plain SGD, batches of 64: mean loss of each epoch (epochs,), and accuracy on the test set at the end.

    A run that diverges has the loss inf from that epoch on, and accuracy 0.

    >>> losses, _ = train("tanh", "orthogonal", 0.03, seed=0, epochs=2)
    >>> losses.shape, bool(losses[1] < losses[0])
    ((2,), True)
    """
    training, test = images()
    net = start_network(activation, start, seed)
    opt = SGD(lr=number("lr", lr, 0, open_low=True))
    try:
        history = fit(net, opt, *training, epochs=integer("epochs", epochs, 1), batch_size=BATCH,
                      rng=np.random.default_rng([66, seed]), progress=False)
    except DivergenceError as error:
        done = error.history.loss
        return np.concatenate([done, np.full(epochs - len(done), math.inf)]), 0.0
    return history.loss, accuracy(net.predict(test.x), test.y)


def stored(file=FILE):
    """The long runs: dict of (activation, start) -> dict with "lr", "search", "loss" and "accuracy".

    lr : the rate with the lowest median loss in the last of 15 epochs over seeds 0 and 1
    search : these losses, (rates, seeds); loss : (seeds, epochs) of five further seeds at that rate;
    accuracy : (seeds,), on the test set

    >>> stored()["tanh", "orthogonal"]["loss"].shape
    (5, 15)
    """
    runs = {}
    for entry in json.loads(read(file, FILE.name))["runs"]:
        arrays = {name: np.array([[math.inf if v is None else v for v in row] for row in entry[name]])
                  for name in ("search", "loss")}
        runs[entry["activation"], entry["start"]] = {
            "lr": entry["lr"], "accuracy": np.array(entry["accuracy"]), **arrays}
    return runs


def main():
    """Train all runs, on all cores, and write the file and its sum."""
    grid = [(*key, lr, seed) for key in STARTS for lr in RATES for seed in SEARCH]
    last = [losses[-1] for losses, _ in run_all(train, grid, description="learning rates")]
    search = dict(zip(STARTS, np.reshape(last, (len(STARTS), len(RATES), len(SEARCH))), strict=True))
    best = {key: RATES[int(np.argmin(np.median(losses, axis=1)))] for key, losses in search.items()}
    final = run_all(train, [(*key, best[key], seed) for key in STARTS for seed in FINAL], description="runs")
    entries = []
    for i, (key, losses) in enumerate(search.items()):
        part = final[i * len(FINAL):(i + 1) * len(FINAL)]
        entries.append({"activation": key[0], "start": key[1], "lr": best[key], "search": _digits(losses),
                        "loss": _digits([curve for curve, _ in part]),
                        "accuracy": [round(float(value), 4) for _, value in part]})
    settings = {"depth": DEPTH, "width": WIDTH, "batch_size": BATCH, "rates": RATES}
    store(FILE, json.dumps({**settings, "runs": entries}, indent=1, ensure_ascii=False) + "\n")


def _digits(table):
    """Rows of numbers of five digits; JSON has no infinity, so it becomes null."""
    return [[float(f"{value:.5g}") if math.isfinite(value) else None for value in row] for row in table]


if __name__ == "__main__":
    main()
