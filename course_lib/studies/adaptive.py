"""Lecture 10: what AdaGrad, RMSProp and Adadelta do to the rate of each coordinate, measured on runs."""

from __future__ import annotations

import numpy as np

from course_lib.functions import RAVINE, SADDLE, Function, quadratic
from course_lib.minimize import Trace, minimize
from course_lib.optimizers import SGD, Adadelta, AdaGrad, Optimizer, RMSProp
from course_lib.studies.settings import positive
from course_lib.studies.shared import shared
from course_lib.validation import as_array, floats, function, integer, number

# x² - y², turned by 45 degrees: the ways down and up lie between the axes.
TURNED_SADDLE = Function(
    "turned saddle", "2xy",
    (lambda p: 2 * p[..., 0] * p[..., 1], lambda p: 2 * p[..., ::-1],
     lambda p: np.broadcast_to(2 * np.eye(2, dtype=p.dtype)[::-1], (*p.shape, 2)).copy()),
    start=(0.7, 0.7), window=((-1.0, 1.0), (-1.0, 1.0)), levels=np.linspace(-2, 2, 17))


def steps_until(found):
    """The first index at which the array of True and False is True, or None.

    >>> steps_until(np.array([4.0, 2.0, 1.0]) < 3)
    1
    """
    found = as_array("found", found)
    if found.ndim != 1 or found.dtype != bool:
        raise TypeError(f"found must be an array (steps,) of True and False, such as trace.loss < 1, "
                        f"got {found!r}")
    return int(np.argmax(found)) if found.any() else None


def effective_rates(opt, trace):
    """What each coordinate of the gradient was multiplied by in each step: (steps, n), from the state.

    opt : the AdaGrad, RMSProp (without momentum and centering) or Adadelta of the run
    trace : its Trace, of one run

    >>> opt = AdaGrad(lr=0.5)
    >>> effective_rates(opt, minimize(lambda x: x[0], [0.0], opt, 2, gradient=np.ones_like)).round(4)
    array([[0.5   ],
           [0.3536]])
    """
    if not isinstance(trace, Trace) or trace.loss.ndim != 1:
        raise TypeError(f"trace must be the Trace of one run of minimize, got {type(trace).__name__}")
    lr = trace.lr[:, None]
    if isinstance(opt, Adadelta):
        return lr * np.sqrt(trace.state["d"][:-1] + opt.eps) / np.sqrt(trace.state["s"][1:] + opt.eps)
    plain = isinstance(opt, AdaGrad) or (isinstance(opt, RMSProp) and not (opt.momentum or opt.centered))
    if not plain:
        raise TypeError(f"opt must be an AdaGrad, a plain RMSProp or an Adadelta, got {opt!r}")
    lr = lr / (1 + np.arange(trace.steps)[:, None] * getattr(opt, "lr_decay", 0.0))
    s = trace.state["s"][1:]
    return lr / (np.sqrt(s + opt.eps) if opt.eps_inside_sqrt else np.sqrt(s) + opt.eps)


def first_steps(opt, g):
    """The length of the first step from each gradient in the array g, one coordinate each; `opt` is reset.

    >>> first_steps(AdaGrad(lr=0.1), [1e-6, 1.0, 1e6]).round(4)
    array([0.1, 0.1, 0.1])
    """
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be an optimizer such as AdaGrad(), got {opt!r}")
    g = floats("g", g)
    x = np.zeros_like(g)
    opt.reset()
    opt.step(x, g)
    return -x


def best_steps(make_optimizer, rates, f, starts, *, tolerance=1e-6, limit=500):
    """Steps to `tolerance` times the first loss, at the rate with the lowest median: (rate, steps (starts,)).

    make_optimizer : function lr -> optimizer, such as AdaGrad; here lr is an array, one rate per run
    rates : learning rates to try; starts : (starts, n); limit : a run that takes longer counts as limit + 1

    >>> from course_lib.functions import RAVINE
    >>> from course_lib.optimizers import SGD
    >>> rate, steps = best_steps(SGD, [0.01, 0.02, 0.03], RAVINE, [[1.0, 1.0], [1.0, 0.0]])
    >>> rate, steps.tolist()
    (0.03, [86, 112])
    """
    function("make_optimizer", make_optimizer, "a function lr -> optimizer", arguments=1)
    rates, starts = positive("rates", rates), floats("starts", starts, (None, None))
    if len(starts) == 0:
        raise ValueError("starts must be one or more points, got 0 points")
    number("tolerance", tolerance, 0, 1, open_low=True, open_high=True)
    integer("limit", limit, 1)
    lr = np.tile(rates, len(starts))[:, None]
    loss = minimize(f, np.repeat(starts, len(rates), axis=0), make_optimizer(lr), limit).loss
    above = ~(loss <= tolerance * loss[0])  # NaN, after a divergence, is not below
    steps = np.where(above[-1], limit + 1, len(above) - np.argmax(above[::-1], axis=0))  # below from there on
    steps = steps.reshape(len(starts), len(rates))
    best = int(np.argmin(np.median(steps, axis=0)))
    return float(rates[best]), steps[:, best]


def on_circle(points, name="points"):
    """So many points of the unit circle, the same in each call: (points, 2). `name` is for the error.

    >>> on_circle(40).shape
    (40, 2)
    """
    turn = np.random.default_rng(10).uniform(0, 2 * np.pi, integer(name, points, 1))
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


@shared
def turned_valley(angles=(0, 15, 30, 45), *, starts=40, rates=30):
    """Steps in a valley of condition 25 turned by `angles` degrees, each method at its best of `rates` rates.

    Returns a dict of method -> list of arrays (starts,), one for each angle. The starts lie on the circle
    around the minimum, at the same places of the valley for each angle.
    """
    circle, steps = on_circle(starts, "starts"), {"gradient descent": [], "AdaGrad": []}
    for angle in floats("angles", angles, (None,)):
        f = quadratic(25, rotation=np.radians(angle))
        for name, make, low, high in (("gradient descent", SGD, 0.02, 0.08), ("AdaGrad", AdaGrad, 0.1, 20)):
            grid = np.geomspace(low, high, integer("rates", rates, 1))
            steps[name].append(best_steps(make, grid, f, circle @ f.eigenvectors.T)[1])
    return steps


def slope_steps():
    """The length of each of 2,000 steps, over lr, where the gradient is always 1: name -> (2000,)."""
    methods = {"AdaGrad": AdaGrad(lr=1), "RMSProp, ρ = 0.9": RMSProp(lr=1),
               "RMSProp, ρ = 0.99": RMSProp(lr=1, rho=0.99)}
    return {name: -np.diff(minimize(lambda x: x[0], [0.0], opt, 2000, gradient=np.ones_like).x[:, 0])
            for name, opt in methods.items()}


def ravine_rates(lr=0.02, steps=5000):
    """AdaGrad's run on the RAVINE, and its rate of each coordinate: a Trace, and name -> (steps,)."""
    opt = AdaGrad(lr=lr)
    trace = minimize(RAVINE, RAVINE.start, opt, steps)
    return trace, dict(zip(["$w_1$", "$w_2$"], effective_rates(opt, trace).T, strict=True))


@shared
def leave_saddles(rates, limit=8000):
    """Steps from 0.001 beside the ridge of x² - y² to 0.1 beside it: title -> method -> (rates,).

    Once the way down runs along an axis, once the surface is turned by 45 degrees. A run that takes longer
    than `limit` counts as limit + 1.

    >>> leave_saddles([0.1, 0.5])["along an axis"]["gradient descent"].tolist()
    [26, 7]
    """
    rates = positive("rates", rates)
    integer("limit", limit, 1)
    half = np.sqrt(0.5)
    surfaces = {"along an axis": (SADDLE, [1.0, 0.001], [0.0, 1.0]),
                "turned by 45°": (TURNED_SADDLE, [0.7, 0.7 + 0.001 / half], [-half, half])}
    found = {title: {} for title in surfaces}
    for title, (f, start, across) in surfaces.items():
        for name, make in {"gradient descent": SGD, "AdaGrad": AdaGrad, "RMSProp": RMSProp}.items():
            for steps in (min(1000, limit), limit):  # most leave soon
                x = minimize(f, np.tile(start, (len(rates), 1)), make(lr=rates[:, None]), steps).x
                left = np.abs(x @ np.array(across)) > 0.1
                if left.any(axis=0).all():
                    break
            found[title][name] = np.where(left.any(axis=0), left.argmax(axis=0), limit + 1)
    return found
