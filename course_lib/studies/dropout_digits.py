"""Lecture 19: when dropout helps. Large and small networks on few, all, and wrongly labelled digits.

Each method (nothing, dropout, weight decay) gets its own strength and learning rate, chosen by the validation
accuracy on seeds that are not those of the test. The runs are stored in data/dropout_digits.json;
`python -m course_lib.studies.dropout_digits` makes the file again, in about ten minutes on one core.
"""

from __future__ import annotations

import json
import math

import numpy as np

from course_lib.datasets import load_digits
from course_lib.initializers import he_normal
from course_lib.layers import Dense, Dropout, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.mnist import DATA
from course_lib.network import Network
from course_lib.optimizers import Adam
from course_lib.studies.parallel import run_all
from course_lib.studies.records import read, rounded, store_rows
from course_lib.training import accuracy, fit
from course_lib.validation import choice, generator, integer

FILE = DATA / "dropout_digits.json"
STEPS, BATCH, RECORDS = 1200, 32, 40
CASES = {"100 images": (100, 0.0), "1,197 images": (1197, 0.0), "40 % random labels": (1197, 0.4)}
RATES = (0.001, 0.003)  # learning rates of Adam
DROPOUT, DECAY = [0.1, 0.25, 0.5, 0.75], [0.1, 0.3, 1.0, 3.0]
METHODS = {16: {"none": [0.0], "dropout": DROPOUT},  # width of the hidden layers -> method -> strengths
           128: {"none": [0.0], "dropout": DROPOUT, "weight decay": DECAY}}
TUNING, TEST = range(3), range(10, 18)  # seeds
MEASURED = ("validation_accuracy", "test_accuracy", "test_loss", "train_accuracy")


def network(width, p, rng):
    """64-width-width-10 with ReLU, and dropout of rate p behind each hidden layer; rng : numpy Generator.

    >>> len(network(16, 0.5, np.random.default_rng(0)).layers)
    7
    """
    def hidden(fan_in):
        return [Dense(fan_in, width, weight=he_normal()), ReLU(), Dropout(p)]

    layers = [*hidden(64), *hidden(width), Dense(width, 10)]
    return Network([layer for layer in layers if p or not isinstance(layer, Dropout)],
                   loss=SoftmaxCrossEntropy(), rng=rng)


def training_data(case, rng):
    """The training images x and labels y of a case; some random labels are right by luck."""
    n, share = CASES[choice("case", case, CASES)]
    x, y = load_digits().train
    index = generator(rng).permutation(len(x))[:n]
    x, y = x[index], y[index].copy()
    wrong = rng.random(n) < share
    y[wrong] = rng.integers(0, 10, wrong.sum())
    return x, y


def trained_network(case, width, method, strength, lr, seed, steps=STEPS, measure=None):
    """One trained network.

    case : a key of CASES; width : a key of METHODS; method : one of METHODS[width]
    strength : chance to drop, or weight_decay of AdamW; lr : learning rate
    seed : of images, labels, first weights, masks and batches; steps : about how many, in whole epochs
    measure : function of the network and of the number of epochs done, called after each epoch
    """
    choice("method", method, METHODS[choice("width", width, METHODS)])
    rng = np.random.default_rng([19, integer("seed", seed, 0)])
    x, y = training_data(case, rng)
    net = network(width, strength if method == "dropout" else 0, rng)
    opt = Adam(lr=lr, weight_decay=strength if method == "weight decay" else 0)
    epochs = _epochs_of(case, steps)

    def callback(net, opt, history):
        if measure:
            measure(net, len(history.loss))

    fit(net, opt, x, y, epochs=epochs, batch_size=BATCH, rng=rng, callbacks=[callback], progress=False)
    return net


def train(case, width, method, strength, lr, seed, steps=STEPS):
    """Train one network; returns a dict of MEASURED -> array (records,), about every fortieth of the steps.

    The arguments are those of `trained_network`.

    >>> found = train("100 images", 16, "dropout", 0.25, lr=0.003, seed=0, steps=200)
    >>> found["test_accuracy"].shape, bool(found["test_accuracy"][-1] > 0.5)
    ((25,), True)
    """
    epochs, digits = _epochs_of(case, steps), load_digits()
    every = math.ceil(epochs / RECORDS)
    x, y = training_data(case, np.random.default_rng([19, integer("seed", seed, 0)]))
    found = {name: [] for name in MEASURED}

    def measure(net, epoch):
        if epoch % every == 0 or epoch == epochs:
            output = net.predict(digits.test.x)
            values = (accuracy(net.predict(digits.validation.x), digits.validation.y),
                      accuracy(output, digits.test.y), net.loss(output, digits.test.y)[0],
                      accuracy(net.predict(x), y))
            for name, value in zip(MEASURED, values, strict=True):
                found[name].append(value)

    trained_network(case, width, method, strength, lr, seed, steps, measure)
    return {name: np.array(values) for name, values in found.items()}


def _epochs_of(case, steps):
    """The whole epochs that make at least this many steps."""
    return math.ceil(integer("steps", steps, 1) / math.ceil(CASES[choice("case", case, CASES)][0] / BATCH))


def tune(case, width, method, seeds=TUNING, steps=STEPS):
    """The (strength, learning rate) with the highest mean validation accuracy at the end, and all of them.

    Returns (best, {(strength, lr): accuracy}).
    """
    choice("method", method, METHODS[choice("width", width, METHODS)])
    means = {(strength, lr): float(np.mean([train(case, width, method, strength, lr, seed, steps)
                                            ["validation_accuracy"][-1] for seed in seeds]))
             for strength in METHODS[width][method] for lr in RATES}
    return max(means, key=means.get), means


def study(case, width, method):
    """Tune on three seeds, then train on eight others; a dict of plain values, for the file."""
    best, means = tune(case, width, method)
    runs = [train(case, width, method, *best, seed) for seed in TEST]
    return {"case": case, "width": width, "method": method, "strength": best[0], "lr": best[1],
            "tuning": [[*key, round(mean, 4)] for key, mean in means.items()], "seeds": list(TEST),
            **{name: rounded([run[name] for run in runs]) for name in MEASURED}}


def stored(file=FILE):
    """The runs from the file: dict of (case, width, method) -> dict with strength, lr, arrays (8, records).

    >>> runs = stored()
    >>> runs["100 images", 16, "none"]["test_accuracy"].shape[0]
    8
    """
    return {(row["case"], row["width"], row["method"]):
            row | {name: np.array(row[name]) for name in MEASURED}
            for row in json.loads(read(file, FILE.name))}


def at_the_end(runs, name="test_accuracy"):
    """(case, width, method) -> the last `name` of each seed; "none, stopped early" is one more method.

    It takes the record with the highest validation accuracy of each run without a regularizer.
    """
    choice("name", name, MEASURED)
    found = {}
    for (case, width, method), run in runs.items():
        found[case, width, method] = run[name][:, -1]
        if method == "none":
            best = run["validation_accuracy"].argmax(axis=1)
            found[case, width, "none, stopped early"] = run[name][np.arange(len(best)), best]
    return found


if __name__ == "__main__":
    store_rows(FILE, run_all(study, [(case, width, method) for case in CASES for width in METHODS
                                    for method in METHODS[width]]))
