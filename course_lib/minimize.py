"""Run an optimizer on an objective and keep the whole path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.optimizers import Optimizer
from course_lib.validation import floats, integer


@dataclass
class Trace:
    """The path of a minimization; k counts the steps taken.

    x : (steps + 1, n), the points, the start first
    loss : (steps + 1,), f at each point
    g : (steps, n), the gradient used at each step
    lr : (steps,), the learning rate of each step
    state : dict of slot name -> (steps + 1, n), the optimizer's state at each point, zero at first
    diverged : True if the loss or the gradient stopped being finite; all arrays then end at the
        last point where both were finite
    """

    x: np.ndarray
    loss: np.ndarray
    g: np.ndarray
    lr: np.ndarray
    state: dict
    diverged: bool

    @property
    def steps(self):
        """The number of steps taken."""
        return len(self.lr)


def minimize(f, x0, opt, steps, gradient=None):
    """Take `steps` steps with `opt` from `x0`; returns the Trace.

    Parameters
    ----------
    f : a course_lib.functions.Function, or any function x -> number if `gradient` is given
    x0 : start, shape (n,); it is not changed
    opt : an Optimizer; it is reset first, and left in its last state for you to look at
    steps : number of steps, at least 0
    gradient : function x -> gradient of shape (n,); default f.gradient. It may be a noisy one.

    A run that overflows is no error but a lesson: the trace ends there and says so.

    >>> from course_lib.functions import RAVINE
    >>> from course_lib.optimizers import SGD
    >>> trace = minimize(RAVINE, RAVINE.start, SGD(lr=0.03), 100)
    >>> trace.x.shape, bool(trace.loss[-1] < 1e-5), trace.diverged
    ((101, 2), True, False)
    >>> minimize(RAVINE, RAVINE.start, SGD(lr=0.1), 1000).diverged
    True
    """
    if not callable(f):
        raise TypeError(f"f must be a function x -> number, got {f!r}")
    if gradient is None:
        gradient = getattr(f, "gradient", None)
    if not callable(gradient):
        raise TypeError(f"gradient must be a function x -> gradient, needed for an f that has none, "
                        f"got {gradient!r}")
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be a course_lib optimizer such as SGD(lr=0.1), got {opt!r}")
    integer("steps", steps, 0)
    x = floats("x0", x0, shape=(None,)).copy()

    opt.reset()
    zero = np.zeros_like(x)
    points, losses, gradients, rates, states, diverged = [], [], [], [], [], False
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps + 1):
            loss, g = _value(f(x)), floats("gradient(x)", gradient(x), x.shape, finite=False)
            g = np.array(g, x.dtype)  # a copy: the function may return x itself, or one array each time
            if not (np.isfinite(loss) and np.isfinite(g).all()):
                if k == 0:
                    raise ValueError(f"f and its gradient must be finite at x0, got {loss} and {g} at {x}")
                diverged = True
                for record in (gradients, rates):  # the step that led out of range is not kept
                    record.pop()
                break
            points.append(x.copy())
            losses.append(loss)
            states.append({slot: np.copy(opt.state.get(slot, zero)) for slot in opt.slots})
            if k < steps:
                gradients.append(g)
                rates.append(opt.next_lr)
                opt.step(x, g)
    n = len(x)
    return Trace(
        x=np.array(points), loss=np.array(losses), g=np.array(gradients).reshape(-1, n), lr=np.array(rates),
        state={slot: np.array([state[slot] for state in states]) for slot in opt.slots}, diverged=diverged)


def _value(loss):
    if isinstance(loss, (str, bytes)) or loss is None or np.shape(loss) != ():
        raise TypeError(f"f must return a number, got {loss!r}")
    return float(loss)
