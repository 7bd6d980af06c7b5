"""Lecture 12: all methods on pictures and on a linear regression, fairly and unfairly.

The network is that of Kingma & Ba (2015, figure 2), two hidden layers of ReLU; on MNIST with their 1,000
units each and batches of 128, on the digits with 100. The MNIST comparison takes long, so its result is
stored: `python -m course_lib.studies.choosing` makes data/choosing_mnist.json again.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from course_lib.datasets import load_digits, load_mnist
from course_lib.frameworks.conventions import convention
from course_lib.mnist import DATA
from course_lib.optimizers import OPTIMIZERS
from course_lib.studies.comparison import NetworkProblem, compare
from course_lib.studies.ranking import Comparison, Runs
from course_lib.studies.records import rounded, store
from course_lib.studies.settings import positive, seed_list
from course_lib.studies.shared import shared
from course_lib.studies.surfaces import METHODS, rate_grid
from course_lib.validation import boolean, choice, integer, number

DIGITS = NetworkProblem(load_digits, (64, 100, 100, 10), batch_size=64, points=10)
DIGITS_STEPS = 190  # ten epochs
# The measured part is the test set, so the learning rates are chosen by the validation set.
MNIST = NetworkProblem(load_mnist, (784, 1000, 1000, 10), batch_size=128, measure="test", points=6)
MNIST_STEPS = 391  # one epoch
STORED = Path(DATA) / "choosing_mnist.json"

COMMON = (0.01, 0.03, 0.1, 0.3)  # rates that every method tries, for the wrong comparison
OWN = {"gradient descent": (1.0,), "momentum": (0.003,), "Nesterov": (0.003,), "RMSProp": (0.001, 0.003),
       "Adadelta": (1.0, 3.0, 10.0), "Adam": (0.001, 0.003), "NAdam": (0.001, 0.003)}
MNIST_RATES = {
    "gradient descent": (0.2, 0.5, 1.0), "momentum": (0.05, 0.1, 0.2, 0.5), "Nesterov": (0.05, 0.1, 0.2),
    "AdaGrad": (0.005, 0.01, 0.02), "RMSProp": (2e-4, 5e-4, 1e-3, 2e-3), "Adadelta": (0.5, 1.0, 2.0, 5.0),
    "Adam": (5e-4, 1e-3, 2e-3, 5e-3), "NAdam": (5e-4, 1e-3, 2e-3),
}


def methods(rates):
    """What `compare` wants, from a dict of method -> learning rates.

    >>> methods({"Adam": [0.01, 0.001]})
    {'Adam': (<class 'course_lib.optimizers.adam.Adam'>, {}, [0.001, 0.01])}
    """
    if not isinstance(rates, dict):
        raise TypeError(f"rates must be a dict of method -> learning rates, got {rates!r}")
    for name in rates:
        choice("rates", name, METHODS)
    return {name: (METHODS[name], {}, sorted(given)) for name, given in rates.items()}


@shared
def compare_pictures(use_mnist=False, *, seeds, tuning_seeds, jobs=None, progress=None):
    """The Comparison on the digits, or on MNIST: half an hour on one core."""
    if boolean("use_mnist", use_mnist):
        problem, steps, rates = MNIST, MNIST_STEPS, MNIST_RATES
    else:
        problem, steps = DIGITS, DIGITS_STEPS
        rates = {name: COMMON + OWN.get(name, ()) for name in METHODS}
    return compare(problem, methods(rates), seeds=seeds, tuning_seeds=tuning_seeds, evaluations=steps,
                   jobs=jobs, progress=progress)


def save(comparison, path=STORED):
    """Write a Comparison as a small JSON file, its numbers to six digits, and its sum into SHA256SUMS."""
    if not isinstance(comparison, Comparison):
        raise TypeError(f"comparison must be a Comparison, as compare() returns, got {comparison!r}")
    found = {name: {key: rounded(getattr(runs, key), 6)
                    for key in ("rates", "grid_scores", "scores", "curves")} | {"rate": runs.rate}
             for name, runs in comparison.runs.items()}
    text = json.dumps({"evaluations": rounded(comparison.evaluations, 6), "runs": found,
                       "notes": list(comparison.notes)}, indent=1)
    store(path, text + "\n")


def stored(path=STORED):
    """The stored Comparison on MNIST; only the curves of the grids are not kept."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"path must be the stored result, choosing_mnist.json, but there is no "
                                f"{path}; `python -m course_lib.studies.choosing` makes it")
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    runs = {}
    for name, given in found["runs"].items():
        arrays = {key: np.array(given[key]) for key in ("rates", "grid_scores", "scores", "curves")}
        runs[name] = Runs(rate=given["rate"], grid_curves=arrays["grid_scores"][..., None], **arrays)
    return Comparison(np.array(found["evaluations"]), runs, tuple(found["notes"]))


REGRESSION_RATES = rate_grid(1e-4, 1000)


@shared
def regression_epochs(method, seeds, *, rates=REGRESSION_RATES, epochs=25, batch_size=32, excess=0.05,
                      **hyper):
    """Epochs until a linear model is within `excess` of the least-squares loss: an array (rates, seeds).

    Data: scikit-learn's make_regression, 1,000 examples, 20 features, noise of deviation 10, another set for
    each seed. Weights start at zero; the loss is the mean squared error. inf: not within `epochs`.
    hyper : other hyper-parameters of the method, such as rho=0.99
    """
    from sklearn.datasets import make_regression

    choice("method", method, METHODS)
    rates = positive("rates", rates)
    integer("epochs", epochs, 1)
    integer("batch_size", batch_size, 1)
    number("excess", excess, 0, open_low=True)
    found = []
    for seed in seed_list("seeds", seeds):
        x, y = make_regression(n_samples=1000, n_features=20, noise=10.0, random_state=seed)
        x = np.hstack([x, np.ones((len(x), 1))])
        least = np.mean((x @ np.linalg.lstsq(x, y, rcond=None)[0] - y) ** 2)
        rng = np.random.default_rng([12, seed])
        opt = METHODS[method](lr=rates[:, None], **hyper)
        losses = _regression_losses(opt, x, y, epochs, batch_size, rng)
        arrived = losses <= (1 + excess) * least
        found.append(np.where(arrived.any(axis=0), arrived.argmax(axis=0) + 1.0, np.inf))
    return np.array(found).T


def torch_rates():
    """PyTorch's default learning rate of each method, from the table of conventions.

    >>> torch_rates()["NAdam"]
    0.002
    """
    names = {kind: name for name, kind in OPTIMIZERS.items()}
    return {method: convention("pytorch", names[kind]).defaults["lr"] for method, kind in METHODS.items()}


def _regression_losses(opt, x, y, epochs, batch_size, rng):
    """The mean squared error after each epoch, one column for each rate; all rates see the same batches."""
    w = np.zeros((opt.lr.size, x.shape[1]))
    losses = []
    with np.errstate(all="ignore"):  # rates that are too large
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                index = order[start:start + batch_size]
                g = 2 / len(index) * (w @ x[index].T - y[index]) @ x[index]
                opt.step(w, g, check_finite=False)
            losses.append(np.mean((w @ x.T - y) ** 2, axis=1))
    return np.array(losses)


if __name__ == "__main__":
    result = compare_pictures(use_mnist=True, seeds=[0, 1, 2], tuning_seeds=[0])
    save(result)
    print(result)
