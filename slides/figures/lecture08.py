"""Figures of the slides of lecture 08; the drawing is the notebook's, from course_lib.show.lecture08."""

import numpy as np

from course_lib.datasets import load_digits
from course_lib.layers import BatchNorm
from course_lib.optimizers import SGD
from course_lib.show import lecture08 as pictures
from course_lib.studies import batch_norm_results as results
from course_lib.studies import batch_normalization as study
from course_lib.studies.norm_layer import alone
from course_lib.training import fit


def losses():
    curves = {"without batch norm": study.step_losses(None, 1.0),
              "with batch norm": study.step_losses(BatchNorm, 1.0)}
    return pictures.losses(curves, size=(5, 4))


def units():
    x = np.random.default_rng(0).normal([5, -3, 0], [1, 4, 0.1], size=(40, 3))
    return pictures.units(x, alone(BatchNorm(3)).forward(x, train=True), size=(8.7, 3.2))


def slip():
    rates = (0.03, 0.1, 0.3, 0.7, 1.0, 3.0, 10.0)
    ends = {name: np.array([study.step_losses(kind, lr)[:, -20:].mean(axis=1) for lr in rates])
            for name, kind in (("right", BatchNorm), ("μ and σ² held constant", study.HeldConstant))}
    return pictures.slip(rates, ends, size=(5, 4))


def lag():
    shares, accuracies = {}, {}
    for name, m in (("PyTorch's default", 0.1), ("Keras's default", 0.01)):
        shares[name] = (1 - m) ** np.arange(101)
        accuracies[name] = study.evaluated(lambda width, m=m: BatchNorm(width, momentum=m), lr=1.0)
    return pictures.lag(shares, accuracies, size=(8.7, 3.0))


def spread():
    net, sizes = study.deep_network(3, "sigmoid", BatchNorm, seed=0), np.array([4, 8, 16, 32, 64, 128])
    rng = np.random.default_rng(0)
    fit(net, SGD(lr=0.5), *load_digits().train, epochs=5, batch_size=60, rng=rng, progress=False)
    return pictures.spread(sizes, study.companions(net, 0, sizes, 200, rng), size=(5, 4))


def sweep():
    return pictures.sweep(results.stored(), size=(8.7, 3.9))


def gains():
    ratios = {name: values for name, values in results.ratios(results.stored()).items()
              if np.isfinite(np.median(values))}
    return pictures.gains(ratios, size=(8.7, 3.2))


def flow():
    panels = {activation: {name: study.gradient_norms(activation, norm, seeds=range(3))
                           for name, norm in (("without", None), ("with batch norm", BatchNorm))}
              for activation in study.ACTIVATIONS}
    return pictures.flow(panels, size=(8.7, 2.85))


def growth():
    return pictures.growth({lr: study.weight_norms(lr, 200)[0] for lr in (0.1, 1.0, 5.0)}, size=(8.7, 3.4))


def axes():
    return pictures.axes_of(size=(8, 3))


FIGURES = {
    "08_losses": losses, "08_units": units, "08_slip": slip, "08_lag": lag, "08_spread": spread,
    "08_sweep": sweep, "08_gains": gains, "08_flow": flow, "08_growth": growth, "08_axes": axes,
}
