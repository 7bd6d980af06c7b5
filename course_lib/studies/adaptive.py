"""Lecture 10: what AdaGrad, RMSProp and Adadelta do to the rate of each coordinate, measured on runs."""

from __future__ import annotations

import numpy as np

from course_lib.functions import Function
from course_lib.minimize import Trace, minimize
from course_lib.optimizers import Adadelta, AdaGrad, Optimizer, RMSProp
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
    """The length of the first step from each gradient in the array g, one coordinate each.

    >>> first_steps(AdaGrad(lr=0.1), [1e-6, 1.0, 1e6]).round(4)
    array([0.1, 0.1, 0.1])
    """
    if not isinstance(opt, Optimizer) or callable(opt.lr):
        raise TypeError(f"opt must be an optimizer with a constant rate, such as AdaGrad(), got {opt!r}")
    g = floats("g", g)
    state = [np.full_like(g, opt.initial(slot)) for slot in opt.slots]
    return opt.rule(g, opt.lr, 1, *state)[0]


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
    rates, starts = floats("rates", rates, (None,)), floats("starts", starts, (None, None))
    if rates.size == 0 or (rates <= 0).any() or len(starts) == 0:
        raise ValueError(f"rates must be one or more positive numbers and starts one or more points, got "
                         f"{rates} and {len(starts)} points")
    number("tolerance", tolerance, 0, 1, open_low=True, open_high=True)
    integer("limit", limit, 1)
    lr = np.tile(rates, len(starts))[:, None]
    loss = minimize(f, np.repeat(starts, len(rates), axis=0), make_optimizer(lr), limit).loss
    above = ~(loss <= tolerance * loss[0])  # NaN, after a divergence, is not below
    steps = np.where(above[-1], limit + 1, len(above) - np.argmax(above[::-1], axis=0))  # below from there on
    steps = steps.reshape(len(starts), len(rates))
    best = int(np.argmin(np.median(steps, axis=0)))
    return float(rates[best]), steps[:, best]
