"""Run an optimizer on an objective and keep the whole path, of one run or of many at once."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib.optimizers import Optimizer
from course_lib.validation import floats, integer, returned


@dataclass
class Trace:
    """The path of a minimization; k counts the steps taken.

    x : (steps + 1, n), the points, the start first
    loss : (steps + 1,), f at each point
    g : (steps, n), the gradient used at each step
    lr : (steps,), the learning rate of each step
    state : dict of slot name -> (steps + 1, n), the optimizer's state at each point, its start first
    diverged : True if the loss or the gradient stopped being finite; all arrays then end at the
        last point where both were finite

    Of many runs, each array has one axis more, after the first: x is (steps + 1, runs, n), loss
    (steps + 1, runs), lr (steps, runs), diverged (runs,). All runs are equally long then: from its
    divergence on, a run's rows are NaN.
    """

    x: np.ndarray
    loss: np.ndarray
    g: np.ndarray
    lr: np.ndarray
    state: dict
    diverged: bool | np.ndarray

    @property
    def steps(self):
        """The number of steps taken; of many runs, by the longest."""
        return len(self.lr)

    def run(self, i):
        """The Trace of run number i alone: what `minimize` gives for its start alone."""
        if self.loss.ndim == 1:
            raise ValueError("run(i) is for a trace of many runs, got the trace of one")
        integer("i", i, 0, self.loss.shape[1] - 1)
        points = int(np.isfinite(self.loss[:, i]).sum())
        return Trace(x=self.x[:points, i], loss=self.loss[:points, i], g=self.g[:points - 1, i],
                     lr=self.lr[:points - 1, i], diverged=bool(self.diverged[i]),
                     state={slot: value[:points, i] for slot, value in self.state.items()})


def minimize(f, x0, opt, steps, gradient=None):
    """Take `steps` steps with `opt` from `x0`; returns the Trace.

    Parameters
    ----------
    f : a course_lib.functions.Function, or any function x -> number if `gradient` is given
    x0 : start, shape (n,), or one start per run, shape (runs, n); it is not changed. f and its gradient
        are then called with points of shape (runs, n), as a Function can be. A learning rate for each
        run is an array of shape (runs, 1) given to the optimizer. Its transforms and proximal steps
        see one run at a time, so that a norm is that of one run. Each run then has the numbers that it has
        alone, bit by bit in float64; in float32 an array of rates may change the last bit.
    opt : an Optimizer; it is reset first, and left in its last state for you to look at
    steps : number of steps, at least 0
    gradient : function x -> gradient of x's shape; default f.gradient. It may be a noisy one.

    A run that overflows is no error but a lesson: the trace ends there and says so.

    >>> from course_lib.functions import RAVINE
    >>> from course_lib.optimizers import SGD
    >>> trace = minimize(RAVINE, RAVINE.start, SGD(lr=0.03), 100)
    >>> trace.x.shape, bool(trace.loss[-1] < 1e-5), trace.diverged
    ((101, 2), True, False)
    >>> rates = np.array([[0.03], [0.1]])
    >>> minimize(RAVINE, np.tile(RAVINE.start, (2, 1)), SGD(lr=rates), 1000).diverged
    array([False,  True])
    """
    gradient = _check_arguments(f, opt, gradient)
    integer("steps", steps, 0)
    x = floats("x0", x0).copy()
    if x.ndim not in (1, 2) or not x.size:
        raise ValueError(f"x0 must have shape (n,) or (runs, n), and hold at least one number, got {x.shape}")
    runs = x.shape[:-1]  # () for one run
    if isinstance(opt.lr, np.ndarray) and opt.lr.shape != (*runs, 1):
        raise ValueError(f"lr must be one rate per run, an array of shape {(*runs, 1)} for x0 of shape "
                         f"{x.shape}, got shape {opt.lr.shape}")
    if getattr(f, "n", x.shape[-1]) != x.shape[-1]:
        raise ValueError(f"x0 must have shape ({f.n},) or (runs, {f.n}) for this f, got {x.shape}")
    alive = np.ones(runs, bool)

    opt.reset()
    points, losses, gradients, rates, states, ended = [], [], [], [], [], []
    with np.errstate(over="ignore", invalid="ignore"), _run_by_run(opt) if runs else nullcontext():
        for k in range(steps + 1):
            loss = returned("f", f(x), runs).astype(np.float64)
            g = floats("gradient(x)", gradient(x), x.shape, finite=False)
            g = np.array(g, x.dtype)  # a copy: the function may return x itself, or one array each time
            alive = alive & np.isfinite(loss) & np.isfinite(g).all(axis=-1)
            if k == 0 and not alive.all():
                raise ValueError(f"f and its gradient must be finite at x0, got {loss} and {g} at {x}")
            if not alive.any():
                break
            x[~alive] = g[~alive] = 0  # a run that has left the range of numbers goes along, unseen
            points.append(x.copy())
            losses.append(loss)
            states.append([opt.state[slot].copy() if opt.state else np.full_like(x, opt.initial(slot))
                           for slot in opt.slots])
            gradients.append(g)
            rates.append(np.broadcast_to(opt.next_lr, (*runs, 1))[..., 0])
            ended.append(~alive)
            if k < steps:
                opt.step(x, g)

    ended = np.array(ended)
    state = {slot: _until(ended, [row[i] for row in states]) for i, slot in enumerate(opt.slots)}
    return Trace(x=_until(ended, points), loss=_until(ended, losses), g=_until(ended[1:], gradients),
                 lr=_until(ended[1:], rates), state=state, diverged=~alive if runs else not alive)


@contextmanager
def _run_by_run(opt):
    """Within it, the optimizer's transforms and proximal steps get one row of x and g at a time."""
    given = opt.transforms, opt.proximal
    opt.transforms = [partial(_transform_rows, transform) for transform in opt.transforms]
    opt.proximal = [_ProximalRows(penalty) for penalty in opt.proximal]
    try:
        yield
    finally:
        opt.transforms, opt.proximal = given


def _transform_rows(transform, x, g):
    return np.stack([transform(*row) for row in zip(x, g, strict=True)])


@dataclass
class _ProximalRows:
    penalty: object

    def proximal(self, x, lr):
        rates = lr if isinstance(lr, np.ndarray) else [lr] * len(x)
        return np.stack([self.penalty.proximal(*row) for row in zip(x, rates, strict=True)])


def _until(ended, records):
    """The first records as one array, NaN where a run has ended."""
    array = np.array(records)[:len(ended)]
    array[ended] = np.nan
    return array


def _check_arguments(f, opt, gradient):
    if not callable(f):
        raise TypeError(f"f must be a function x -> number, got {f!r}")
    if gradient is None:
        gradient = getattr(f, "gradient", None)
    if not callable(gradient):
        raise TypeError(f"gradient must be a function x -> gradient, needed for an f that has none, "
                        f"got {gradient!r}")
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be a course_lib optimizer such as SGD(lr=0.1), got {opt!r}")
    return gradient
