"""Lecture 07: the digits as they are, normalized, and with an offset, each at its own learning rate."""

from __future__ import annotations

import numpy as np

from course_lib.datasets import load_digits
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.normalization import PCAWhitening, Standardize
from course_lib.optimizers import SGD
from course_lib.studies.settings import seed_list
from course_lib.training import DivergenceError, accuracy, fit
from course_lib.validation import choice, integer, number

# Each version of the pixels with the learning rates to choose from; the best is never at an end.
RATES = {
    "0 to 1": (0.1, 0.3, 1.0, 3.0),
    "standardized": (0.1, 0.3, 1.0, 3.0),
    "PCA-whitened": (0.1, 0.3, 1.0, 3.0),
    "0 to 1, plus 10": (0.0001, 0.0003, 0.001, 0.003),
}


def pixels(version):
    """The training and the test images in this version: two arrays (n, pixels).

    Three pixels are never inked in training; standardized and whitened leave them out, for a constant
    column cannot be scaled.

    >>> [images.shape for images in pixels("standardized")]
    [(1197, 61), (300, 61)]
    """
    choice("version", version, RATES)
    digits = load_digits()
    both = digits.train.x, digits.test.x
    if version in ("standardized", "PCA-whitened"):
        inked = both[0].max(axis=0) > both[0].min(axis=0)
        both = tuple(x[:, inked] for x in both)
        transform = (Standardize() if version == "standardized" else PCAWhitening()).fit(both[0])
        return tuple(transform.transform(x) for x in both)
    return tuple(x + 10 for x in both) if version == "0 to 1, plus 10" else both


def train(version, lr, seed, epochs=5):
    """The training loss of the last epoch (inf if the run diverged) and the test accuracy, 32 ReLU units.

    >>> loss, correct = train("standardized", 0.3, seed=0, epochs=1)
    >>> loss < 1, correct > 0.8
    (True, True)
    """
    x, x_test = pixels(version)
    digits, rng = load_digits(), np.random.default_rng([7, integer("seed", seed, 0)])
    net = Network([Dense(x.shape[1], 32), ReLU(), Dense(32, 10)], loss=SoftmaxCrossEntropy(), rng=rng)
    opt = SGD(lr=number("lr", lr, 0, open_low=True))
    try:
        history = fit(net, opt, x, digits.train.y, epochs=epochs, batch_size=32, rng=rng, progress=False)
    except DivergenceError:
        return np.inf, 0.1
    return float(history.loss[-1]), accuracy(net.predict(x_test), digits.test.y)


def tuned(version, tuning_seeds=(0, 1), seeds=(10, 11, 12, 13), epochs=5):
    """The best rate of the version's grid by the median training loss, then new runs with it.

    Returns the rate, the training losses and the test accuracies, each (seeds,).

    >>> tuned("standardized", tuning_seeds=[0], seeds=[1], epochs=1)[0] in RATES["standardized"]
    True
    """
    choice("version", version, RATES)
    tuning_seeds, seeds = seed_list("tuning_seeds", tuning_seeds), seed_list("seeds", seeds)
    scores = [np.median([train(version, lr, seed, epochs)[0] for seed in tuning_seeds])
              for lr in RATES[version]]
    best = RATES[version][int(np.argmin(scores))]
    losses, correct = np.array([train(version, best, seed, epochs) for seed in seeds]).T
    return best, losses, correct
