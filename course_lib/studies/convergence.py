"""How fast first-order methods converge: what a run needs beside what the theory promises.

For gradient descent on a quadratic there is a closed form: with curvatures hᵢ, the coordinate along
eigenvector i after k steps is (1 - lr·hᵢ)ᵏ xᵢ. So losses and counts of steps are known without a run, a
hundred million steps included. `best`, `proven`, `run_modes`, `starts`, `steps_to`, `steps_against_kappa`
and `slope`, which run gradient descent, momentum and Nesterov on quadratics, are those of
course_lib.studies.momentum.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from course_lib.optimizers import SGD, Momentum, Nesterov
from course_lib.studies.momentum import (
    METHODS,
    best,
    proven,
    run_modes,
    slope,
    starts,
    steps_against_kappa,
    steps_to,
)
from course_lib.validation import floats, function, integer, number, returned

__all__ = ["METHODS", "best", "contraction", "convex_bound", "exact_loss", "exact_steps", "measured_rate",
           "nesterov_bound", "promised_steps", "proven", "run_modes", "slope", "starts",
           "steps_against_kappa", "steps_to", "strongly_convex_bound"]


def exact_loss(curvatures, x, lr, steps):
    """½ Σ hᵢ (1 - lr·hᵢ)²ᵏ xᵢ², the loss of gradient descent after k steps, without a run.

    curvatures : (modes,), at least 0; x : (modes,) or (starts, modes), the start in the eigenvectors'
    coordinates; steps : the number k, or several of shape (counts,). Returns a number or (counts,), for
    several starts (starts,) or (starts, counts).

    >>> exact_loss([1.0, 4.0], [1.0, 1.0], lr=0.25, steps=[0, 1, 2])
    array([2.5       , 0.28125   , 0.15820312])
    """
    curvatures, x = _modes(curvatures, x)
    lr, steps = number("lr", lr, 0), _counts(steps)
    energy = 0.5 * curvatures * x**2
    with np.errstate(over="ignore", under="ignore"):  # a rate that is too large ends in inf, which is right
        return energy @ ((1 - lr * curvatures) ** (2 * steps[..., None])).T


def exact_steps(curvatures, x, lr, tolerance=1e-6):
    """The number of steps in which gradient descent brings the loss to `tolerance` times that at the start.

    Found without a run, for one start x (modes,); lr must be below 2 / max(curvatures).

    >>> exact_steps([1.0], [1.0], lr=0.5, tolerance=1e-3)  # 4^-5 < 1e-3
    5
    >>> exact_steps([1.0, 1e7], [1.0, 1e-7], lr=1e-7)
    69077549
    """
    curvatures, x = _modes(curvatures, x)
    floats("x", x, curvatures.shape)
    number("lr", lr, 0, 2 / curvatures.max(), open_low=True, open_high=True)
    number("tolerance", tolerance, 0, 1, open_low=True, open_high=True)
    goal = tolerance * exact_loss(curvatures, x, lr, 0)
    if goal == 0:
        raise ValueError("x must not be a minimum itself, got a start of loss 0")
    return promised_steps(partial(exact_loss, curvatures, x, lr), goal, limit=10**18)


def contraction(opt, curvatures):
    """The factor by which the error shrinks per step in the slowest mode, in the long run.

    It is the largest root of the modes' recursions (Polyak 1964). Above 1 the run diverges.
    opt : SGD, Momentum or Nesterov with a constant rate, in its plain form.

    >>> round(contraction(SGD(lr=0.1), [1.0, 16.0]), 3)
    0.9
    >>> round(contraction(best("momentum", 16.0, 1.0), [1.0, 16.0]), 3)  # (4 - 1) / (4 + 1)
    0.6
    """
    if type(opt) not in (SGD, Momentum, Nesterov) or not np.isscalar(opt.lr) or (
            opt.weight_decay or opt.transforms or opt.proximal or getattr(opt, "dampening", 0)):
        raise TypeError("opt must be SGD, Momentum or Nesterov with one constant rate and no dampening, "
                        f"weight decay, transform or proximal step, got {opt!r}")
    curvatures, _ = _modes(curvatures, np.zeros(np.shape(curvatures)))
    mu = getattr(opt, "momentum", 0.0)
    largest = 0.0
    for h in curvatures:
        keep = 1 - opt.lr * h
        # x' = sum · x - product · x_before, of which sum and product of the roots are read off
        total, product = ((1 + mu) * keep, mu * keep) if type(opt) is Nesterov else (mu + keep, mu)
        largest = max(largest, *np.abs(np.roots([1, -total, product])))
    return float(largest)


def strongly_convex_bound(largest, smallest, steps, distance=1.0, lr=None):
    """(L/2) q²ᵏ ‖x₀ - x*‖² with q = max(|1 - lr·μ|, |1 - lr·L|): gradient descent's loss is at most this.

    For every function whose curvature is between μ = `smallest` and L = `largest` everywhere: each step then
    brings x nearer to x* by the factor q at least. The default lr = 2/(L + μ) gives the least q,
    (κ - 1)/(κ + 1) (Nesterov 2004, theorem 2.1.15).

    steps : the numbers k, shape (...); distance : ‖x₀ - x*‖. Returns shape (...).

    >>> strongly_convex_bound(3.0, 1.0, [0, 1, 2])
    array([1.5    , 0.375  , 0.09375])
    """
    largest, smallest = _range(largest, smallest)
    lr = 2 / (largest + smallest) if lr is None else number("lr", lr, 0)
    q = max(abs(1 - lr * smallest), abs(1 - lr * largest))
    with np.errstate(over="ignore", under="ignore"):
        return largest / 2 * q ** (2.0 * _counts(steps)) * number("distance", distance, 0) ** 2


def convex_bound(largest, steps, distance=1.0):
    """L‖x₀ - x*‖²/(2k): gradient descent's loss at lr = 1/L, if the curvature is between 0 and L.

    It needs no smallest curvature (Nesterov 2004, corollary 2.1.2, in the constant of Beck & Teboulle
    2009, theorem 3.1). After 0 steps it is L‖x₀ - x*‖²/2.

    >>> convex_bound(2.0, [0, 1, 10])
    array([1. , 1. , 0.1])
    """
    number("largest", largest, 0, open_low=True)
    return largest * number("distance", distance, 0) ** 2 / (2 * np.maximum(_counts(steps), 1.0))


def nesterov_bound(largest, smallest, steps, distance=1.0):
    """(L + μ)/2 · (1 - 1/√κ)ᵏ ‖x₀ - x*‖² for Nesterov as in `proven` (Nesterov 2004, theorem 2.2.3).

    It holds for the points before the look-ahead.

    >>> nesterov_bound(4.0, 1.0, [0, 1, 2])
    array([2.5  , 1.25 , 0.625])
    """
    largest, smallest = _range(largest, smallest)
    shrink = 1 - math.sqrt(smallest / largest)
    return (largest + smallest) / 2 * shrink ** (1.0 * _counts(steps)) * number("distance", distance, 0) ** 2


def promised_steps(bound, goal, limit=10**12):
    """The first k at which a bound is at most `goal`, by bisection; `bound` is a function of k that falls.

    limit : the largest k to look at

    >>> promised_steps(lambda k: convex_bound(2.0, k), 1e-3)
    1000
    """
    number("goal", goal, 0, open_low=True)
    limit = integer("limit", limit, 1)
    function("bound", bound, "a function of the number of steps", arguments=1)

    def reached(k):
        return returned("bound", bound(k)) <= goal

    if reached(0):
        return 0
    above, below = 0, 1
    while not reached(below):
        if below == limit:
            raise ValueError(f"limit must be larger: after {limit} steps the bound is not yet below {goal:g}")
        above, below = below, min(2 * below, limit)
    while below - above > 1:
        middle = (above + below) // 2
        above, below = (above, middle) if reached(middle) else (middle, below)
    return below


def measured_rate(loss):
    """The factor by which the error shrank per step, over the second half of a loss curve (steps + 1,).

    The error is the distance to the minimum, so its factor is the root of the loss's. The loss must be
    measured from the minimum's, and positive.

    >>> round(measured_rate(exact_loss([1.0, 9.0], [1.0, 1.0], 0.2, range(51))), 3)
    0.8
    """
    loss = floats("loss", loss, (None,))
    if len(loss) < 3 or (loss <= 0).any():
        raise ValueError(f"loss must be 3 or more positive numbers, got {loss}")
    half = len(loss) // 2
    return float((loss[-1] / loss[half]) ** (0.5 / (len(loss) - 1 - half)))


def _modes(curvatures, x):
    values = floats("curvatures", curvatures, (None,))
    if len(values) == 0 or (values < 0).any() or not values.any():
        raise ValueError(f"curvatures must be numbers of at least 0, not all 0, got {curvatures!r}")
    x = floats("x", x)
    if x.ndim not in (1, 2) or x.shape[-1] != len(values):
        raise ValueError(f"x must have shape ({len(values)},) or (starts, {len(values)}), one coordinate for "
                         f"each curvature, got {x.shape}")
    return values, x


def _counts(steps):
    values = np.asarray(steps)
    if values.dtype.kind not in "iu" or (values < 0).any():
        raise ValueError(f"steps must be whole numbers of at least 0, got {steps!r}")
    return values


def _range(largest, smallest):
    number("smallest", smallest, 0, open_low=True)
    return number("largest", largest, smallest), smallest
