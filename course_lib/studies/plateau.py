"""Lecture 16: linear regression with a rate that falls when the loss no longer does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.callbacks import ReduceOnPlateau
from course_lib.datasets import regression
from course_lib.layers import Dense
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.studies.shared import shared
from course_lib.training import fit
from course_lib.validation import integer, number


class PlateauRun(NamedTuple):
    """For each epoch the rate in it, and the loss after it above the least possible; (epochs,) each."""

    rate: np.ndarray
    loss: np.ndarray


@shared
def run(seed, *, lr=0.05, epochs=24, patience=1, factor=0.5):
    """1,000 examples with noise, batches of 4, plain SGD with ReduceOnPlateau; a PlateauRun.

    seed : decides data, batches and weights; patience, factor : as ReduceOnPlateau's; factor None keeps lr
    """
    rng = np.random.default_rng([16, integer("seed", seed, 0)])
    x, y, _ = regression(1000, 4, noise=1.0, condition=10.0, rng=rng)
    with_one = np.column_stack([x, np.ones(len(x))])
    least = np.mean((y - with_one @ np.linalg.lstsq(with_one, y)[0]) ** 2)
    net, opt = Network([Dense(4, 1)], loss=MSE(), rng=rng, dtype=np.float64), SGD(lr=number("lr", lr, 0))
    rates, losses = [], []

    def measure(net, opt, history):
        rates.append(history.lr[-1])
        losses.append(net.loss_value(x, y) - least)

    callbacks = [measure] if factor is None else [measure, ReduceOnPlateau(factor=factor, patience=patience)]
    fit(net, opt, x, y, epochs=integer("epochs", epochs, 1), batch_size=4, rng=rng, callbacks=callbacks,
        progress=False)
    return PlateauRun(np.array(rates), np.array(losses))
