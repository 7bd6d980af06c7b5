"""Experiments of lecture 11: bias correction, curvature and rotation, and a case where Adam fails."""

from __future__ import annotations

import numpy as np

from course_lib.datasets import load_digits
from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import Adam, Optimizer
from course_lib.progress import progress
from course_lib.studies.adaptive import best_steps, on_circle
from course_lib.studies.momentum_digits import digits_network
from course_lib.studies.settings import positive, seed_list
from course_lib.studies.shared import shared
from course_lib.training import fit
from course_lib.validation import boolean, floats, integer, number


def train_digits(lr, beta2, bias_correction, seed, epochs=3):
    """The mean training loss over the last of 3 epochs of Adam on the digits, 32 images per step.

    >>> bool(train_digits(0.01, 0.999, True, seed=0, epochs=1) < 2)
    True
    """
    number("lr", lr, 0, open_low=True)
    boolean("bias_correction", bias_correction)
    opt = Adam(lr=lr, beta2=beta2, bias_correction=bias_correction)
    rng = np.random.default_rng([11, integer("seed", seed, 0)])
    net = digits_network(seed=seed)
    return fit(net, opt, *load_digits().train, epochs=epochs, batch_size=32, rng=rng, progress=False).loss[-1]


@shared
def sweep_correction(rates, beta2s, seeds):
    """`train_digits` on a grid: dict of bias_correction (True, False) -> losses (beta2s, rates, seeds)."""
    rates, seeds = positive("rates", rates), seed_list("seeds", seeds)
    beta2s = floats("beta2s", beta2s, (None,))
    return {correct: np.array([[[train_digits(float(lr), float(beta2), correct, seed) for seed in seeds]
                                for lr in rates] for beta2 in progress(beta2s, "beta2")])
            for correct in (True, False)}


def valley_runs(opt, kappas, angle, steps=300):
    """Runs on ½(u² + κv²) from u = v = 1, the axes u, v turned by `angle`: dict of κ -> Trace."""
    found = {}
    for kappa in floats("kappas", kappas, (None,)):
        f = quadratic(float(kappa), rotation=float(number("angle", angle)))
        found[float(kappa)] = minimize(f, f.eigenvectors @ np.ones(2), opt, steps)
    return found


def valley_steps(kappas, angle, *, starts=40, rates=30):
    """Adam's steps to 1e-4 of the first loss, to stay below it, at the best of `rates` rates for each κ.

    The same valleys as in `valley_runs`, from `starts` points of the circle around the minimum. Returns
    a dict of κ -> steps (starts,).

    >>> {kappa: steps.shape for kappa, steps in valley_steps([1, 10], 0.0, starts=3, rates=4).items()}
    {1.0: (3,), 10.0: (3,)}
    """
    grid, found = np.geomspace(0.01, 3, integer("rates", rates, 1)), {}
    for kappa in floats("kappas", kappas, (None,)):
        f = quadratic(float(kappa), rotation=float(number("angle", angle)))
        points = on_circle(starts, "starts") @ f.eigenvectors.T
        _, found[float(kappa)] = best_steps(lambda lr: Adam(lr=lr), grid, f, points, tolerance=1e-4,
                                            limit=1000)
    return found


def cycle(peak, steps):
    """The gradients peak, -1, -1, peak, -1, -1, … of Reddi, Kale & Kumar (2018, theorem 1): (steps,).

    With peak > 2 their sum over a cycle is positive, so that the best x in [-1, 1] is -1.

    >>> cycle(3.0, 5)
    array([ 3., -1., -1.,  3., -1.])
    """
    number("peak", peak, 2, open_low=True)
    return np.where(np.arange(integer("steps", steps, 1)) % 3 == 0, float(peak), -1.0)


def projected(opt, gradients, x0=0.0):
    """x after each step of `opt` on the given gradients (steps,), brought back into [-1, 1] each time.

    >>> from course_lib.optimizers import SGD
    >>> projected(SGD(lr=0.5), cycle(3.0, 4))
    array([-1. , -0.5,  0. , -1. ])
    """
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be an optimizer such as Adam(), got {opt!r}")
    x, path = np.array([float(number("x0", x0, -1, 1))]), []
    opt.reset()
    for g in floats("gradients", gradients, (None,)):
        opt.step(x, np.array([g]))
        np.clip(x, -1, 1, out=x)
        path.append(x[0])
    return np.array(path)


def drift(peak, beta2):
    """How far Adam with beta1 = 0 moves in a cycle of `cycle(peak, …)` in the long run, in units of lr.

    v takes three values in turn, each a fixed point of the average over one cycle. A positive drift goes
    to +1, the worst point.

    >>> bool(drift(3.0, 0.1) > 0), bool(drift(3.0, 0.999) < 0)
    (True, True)
    """
    number("peak", peak, 2, open_low=True)
    number("beta2", beta2, 0, 1, open_high=True)
    after_second = (1 - beta2) * (1 + beta2 + beta2**2 * peak**2) / (1 - beta2**3)
    after_peak = beta2 * after_second + (1 - beta2) * peak**2
    after_first = beta2 * after_peak + (1 - beta2)
    return float(-peak / np.sqrt(after_peak) + 1 / np.sqrt(after_first) + 1 / np.sqrt(after_second))
