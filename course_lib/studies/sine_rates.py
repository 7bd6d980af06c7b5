"""Lecture 03: gradient descent on a network that learns a noisy sine, and the curvature it meets."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from course_lib.datasets import noisy_sine
from course_lib.layers import Dense, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.studies.settings import seed_list
from course_lib.studies.shared import shared
from course_lib.validation import generator, integer, number


class SineRun(NamedTuple):
    """`loss` (steps + 1,), from the first that is not finite on inf; `curvature` at the `measured` steps."""

    loss: np.ndarray
    measured: np.ndarray
    curvature: np.ndarray


def sine_problem(seed):
    """A network 1-16-16-1 with tanh in float64, and 100 points of a noisy sine: (net, x, y).

    >>> net, x, y = sine_problem(0)
    >>> net.parameters.x.shape, x.shape
    ((321,), (100, 1))
    """
    integer("seed", seed, 0)
    layers = [Dense(1, 16), Tanh(), Dense(16, 16), Tanh(), Dense(16, 1)]
    net = Network(layers, loss=MSE(), rng=np.random.default_rng([3, seed]), dtype=np.float64)
    return net, *noisy_sine(100, noise=0.1, rng=np.random.default_rng([33, seed]))


def largest_curvature(net, x, y, *, rng, rounds=30):
    """L where the network is now: the largest eigenvalue of the loss's Hessian, by power iteration.

    The Hessian times a direction is how the gradient changes along it, so two gradients give it and the
    matrix is never formed (Pearlmutter 1994). `rounds` multiplications; the eigenvalue that is
    largest in size is found, near a minimum a positive one. The network is left as it was.

    >>> net, x, y = sine_problem(0)
    >>> 15 < largest_curvature(net, x, y, rng=np.random.default_rng(0)) < 25
    True
    """
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    integer("rounds", rounds, 1)
    net = net.copy(np.float64)
    point, step = net.parameters.x.copy(), 1e-5

    def gradient(at):
        net.parameters.x[:] = at
        net.loss_and_grad(x, y)
        return net.parameters.g.copy()

    v = generator(rng).standard_normal(point.shape)
    for _ in range(rounds):
        v /= np.linalg.norm(v)
        hessian_v = (gradient(point + step * v) - gradient(point - step * v)) / (2 * step)
        curvature, v = v @ hessian_v, hessian_v
    return float(curvature)


@shared
def train_sine(lr, seed, steps=1000, measure_every=None):
    """`steps` steps of gradient descent on all 100 points at once; returns a SineRun.

    lr : learning rate; seed : decides the first weights and the noise of the data
    measure_every : measure the largest curvature every so many steps, the start and the end included;
        default never. A run that diverges stops being measured there.
    """
    net, x, y = sine_problem(seed)
    opt = SGD(lr=number("lr", lr, 0, open_low=True))
    integer("steps", steps, 1)
    every = steps + 1 if measure_every is None else integer("measure_every", measure_every, 1)
    loss, measured, curvature = np.full(steps + 1, math.inf), [], []
    rng = np.random.default_rng(0)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps + 1):
            value = net.loss_and_grad(x, y)
            # far out tanh is flat, so the loss may settle at some huge value: as lost as an overflow
            if not value < 1e6:
                break
            loss[k] = value
            if measure_every is not None and (k % every == 0 or k == steps):
                measured.append(k)
                curvature.append(largest_curvature(net, x, y, rng=rng))
            opt.step(net.parameters.x, net.parameters.g)
    return SineRun(loss, np.array(measured, int), np.array(curvature))


@shared
def train_sines(lr, seeds, steps=1000):
    """The losses of `train_sine` for several seeds, (seeds, steps + 1)."""
    return np.array([train_sine(lr, seed, steps).loss for seed in seed_list("seeds", seeds)])
