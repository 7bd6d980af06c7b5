"""Lecture 04: training by `fit` with batches of different sizes, and with each cure for the noise."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

from course_lib.averaging import TailAverage
from course_lib.datasets import load_digits, regression
from course_lib.layers import Dense
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.progress import progress
from course_lib.schedules import inverse_time
from course_lib.studies.momentum_digits import digits_network
from course_lib.studies.settings import seed_list
from course_lib.studies.shared import shared
from course_lib.training import DivergenceError, fit
from course_lib.validation import boolean, floats, integer


class Pass(NamedTuple):
    """A run on the digits: the training loss after 0, 1, … passes, and the seconds spent until then."""

    loss: np.ndarray
    seconds: np.ndarray


def train_passes(batch_size, lr, seed, passes, *, shuffle=True, by_class=False):
    """The loss on all 1,197 training digits after each pass of plain gradient descent; a Pass.

    batch_size : examples per step, a function of the step, or None for all of them
    by_class : sort the images by their digit first (with shuffle=False they stay so)

    A run that diverges goes on with loss inf.
    """
    x, y = load_digits().train
    order = np.argsort(y, kind="stable") if boolean("by_class", by_class) else slice(None)
    net, opt = digits_network(seed), SGD(lr=lr)
    losses, seconds = [net.loss_value(x, y)], [0.0]
    begun = time.perf_counter()

    def measure(net, opt, history):
        nonlocal begun
        seconds.append(seconds[-1] + time.perf_counter() - begun)
        losses.append(net.loss_value(x, y))
        begun = time.perf_counter()

    try:
        fit(net, opt, x[order], y[order], epochs=integer("passes", passes, 1), batch_size=batch_size,
            rng=np.random.default_rng([4, seed]), shuffle=shuffle, callbacks=[measure], progress=False)
    except DivergenceError:
        losses += [math.inf] * (passes + 1 - len(losses))
        seconds += [math.nan] * (passes + 1 - len(seconds))
    return Pass(np.array(losses), np.array(seconds))


def best_rate(batch_size, rates, seeds, passes):
    """The rate with the lowest median loss after `passes` passes; ValueError at the edge of `rates`."""
    rates, seeds = np.sort(floats("rates", rates, (None,))), seed_list("seeds", seeds)
    if len(rates) < 3:
        raise ValueError(f"rates must be at least three, so that the best can lie inside, got {rates}")
    batches = f"batches of {batch_size or 'all'}"
    medians = [np.median([train_passes(batch_size, lr, seed, passes).loss[-1] for seed in seeds])
               for lr in progress(rates, f"rates for {batches}")]
    chosen = int(np.argmin(medians))
    if chosen in (0, len(rates) - 1):
        edge, more, inner = ("smallest", "smaller", 1) if chosen == 0 else ("largest", "larger", -2)
        raise ValueError(f"rates must reach further: the best for {batches} is {rates[chosen]:g}, the {edge} "
                         f"given. Add {more} ones, such as {rates[chosen] ** 2 / rates[inner]:.2g}")
    return float(rates[chosen])


# Batch sizes of the lecture, each with rates to choose from and the passes it may take. For any three
# of the seeds 0 to 49 the best lies inside: 0.02 or 0.06 for 1, 0.2 to 0.8 for 32, 0.8 or 1.6 for all.
SETTINGS = {
    "1": {"batch_size": 1, "rates": [0.006, 0.02, 0.06, 0.2], "passes": 3},
    "32": {"batch_size": 32, "rates": [0.1, 0.2, 0.4, 0.8, 1.6], "passes": 12},
    "all 1,197": {"batch_size": None, "rates": [0.2, 0.4, 0.8, 1.6, 3.2], "passes": 120},
}


@shared
def compare_sizes(settings, tuning_seeds, seeds):
    """Each batch size at its own best rate: dict of name -> (rate, list of Pass, one for each seed).

    The rate is chosen on `tuning_seeds`, the runs are those of other `seeds`.
    """
    if not isinstance(settings, dict):
        raise TypeError(f"settings must be a dict like SETTINGS, got {settings!r}")
    seeds, found = seed_list("seeds", seeds), {}
    for name, setting in settings.items():
        rate = best_rate(setting["batch_size"], setting["rates"], tuning_seeds, setting["passes"])
        runs = [train_passes(setting["batch_size"], rate, seed, setting["passes"]) for seed in seeds]
        found[name] = rate, runs
    return found


LR, SMALL = 0.02, 8  # of `noisy_fits`; the curvatures of its loss are 2 to 20
FITS = {
    "constant rate": (lambda: SGD(lr=LR), SMALL),
    "rate falling like 1/k": (lambda: SGD(lr=inverse_time(LR, 0.01)), SMALL),
    "growing batches": (lambda: SGD(lr=LR), lambda step: math.ceil(SMALL * 1.026**step)),
    "average of the points": (lambda: SGD(lr=LR, averages=[TailAverage(start=125)]), SMALL),
}


def noisy_fits(seed, passes=10):
    """Linear regression of 2,000 noisy examples by `fit`, with four ways to treat the gradient's noise.

    Returns a dict of name (as in FITS) -> loss above the least possible after 0, 1, … passes.
    """
    rng = np.random.default_rng([40, integer("seed", seed, 0)])
    x, y, _ = regression(2000, 4, noise=1.0, condition=10.0, rng=rng)
    with_one = np.column_stack([x, np.ones(len(x))])
    least = np.mean((y - with_one @ np.linalg.lstsq(with_one, y)[0]) ** 2)
    found = {}
    for name, (make, batch_size) in FITS.items():
        net = Network([Dense(4, 1)], loss=MSE(), rng=np.random.default_rng(seed), dtype=np.float64)
        opt = make()
        losses = [net.loss_value(x, y) - least]

        def measure(net, opt, history, losses=losses):
            judged = net.copy()
            if opt.averages:
                judged.parameters.x[:] = opt.averages[0].x
            losses.append(judged.loss_value(x, y) - least)

        fit(net, opt, x, y, epochs=integer("passes", passes, 1), batch_size=batch_size,
            rng=np.random.default_rng([4, seed]), callbacks=[measure], progress=False)
        found[name] = np.array(losses)
    return found
