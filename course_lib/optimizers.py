"""First-order update rules in lecture order, each the formula of its paper.

A rule is pure: it takes the gradient g, the learning rate, the step number t = 1, 2, … and
the state, and returns the step to subtract and the new state. `Optimizer.step` does the
rest once for all rules, on a toy function of two numbers and on a network alike:

>>> import numpy as np
>>> x = np.array([4.0, -2.0])
>>> opt = Momentum(lr=0.1, momentum=0.9)
>>> for _ in range(3):
...     opt.step(x, 2 * x)  # the gradient of x1² + x2²
>>> opt.t, opt.state["v"].shape
(3, (2,))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import ClassVar

import numpy as np

from course_lib.schedules import rate_at
from course_lib.validation import all_finite, boolean, function, number

Schedule = float | Callable[[int], float]

# Each hyper-parameter's range, in one place for all rules; "open" leaves out the upper end.
RANGES = {
    "momentum": (0, 1),
    "dampening": (0, 1),
    "beta1": (0, 1, "open"),
    "beta2": (0, 1, "open"),
    "eps": (0, math.inf),
}

# Rules run on blocks of this many numbers, so that the temporaries of the readable formula
# stay in the processor's cache instead of travelling to memory and back.
BLOCK = 131072


class NonFiniteGradientError(ValueError):
    """A gradient with NaN or infinite entries was given to an optimizer."""


@dataclass
class Optimizer:
    """What all update rules share. A subclass gives `slots` and `rule`.

    Parameters
    ----------
    lr : a number of at least 0, or a function of the step (0 for the first step)
    transforms : gradient transforms applied, in order, before the rule (course_lib.transforms)

    Attributes
    ----------
    state : dict of slot name -> array of x's shape; empty before the first step
    t : the number of steps taken
    """

    lr: Schedule = 0.01
    transforms: tuple = field(default=(), kw_only=True)

    slots: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self):
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name in RANGES:
                low, high, *ends = RANGES[f.name]
                number(f.name, value, low, high, open_high="open" in ends)
                setattr(self, f.name, float(value))  # np.float64(0.9) would turn float32 arrays into float64
            elif f.type == "bool":
                boolean(f.name, value)
        if callable(self.lr):
            function("lr", self.lr, "a number, or a function of the step", arguments=1)
        else:
            self.lr = float(number("lr", self.lr, 0))
        if not isinstance(self.transforms, (tuple, list)):
            raise TypeError(f"transforms must be a list of functions (x, g) -> g, got {self.transforms!r}")
        self.transforms = tuple(self.transforms)
        for transform in self.transforms:
            function("transforms", transform, "functions (x, g) -> g such as l2(0.1)")
        self.reset()

    def reset(self):
        """Forget all state: the next step is the first."""
        self.state = {}
        self.t = 0

    @property
    def next_lr(self):
        """The learning rate that the next step will use."""
        return rate_at(self.lr, self.t) if callable(self.lr) else float(number("lr", self.lr, 0))

    def rule(self, g, lr, t, *state):
        """Return (step to subtract from x, new state …) for arrays of any one shape; changes nothing."""
        raise NotImplementedError(f"{type(self).__name__} must define rule(g, lr, t, *state)")

    def step(self, x, g, *, check_finite=True):
        """Take one step: update `x` in place from the gradient `g`, and the state with it.

        x, g : float32 or float64 arrays, of the same dtype and of the same, arbitrary shape.
        check_finite : look for NaN and infinity in g first; False saves one pass over a long vector
            for a caller who looks elsewhere, as `fit` does

        Raises TypeError or ValueError, before anything is changed, if they do not fit each
        other or the state, and NonFiniteGradientError if g is not finite.
        """
        if isinstance(g, np.generic):  # arithmetic with arrays of shape () makes NumPy scalars
            g = np.asarray(g)
        _check_pair(x, g)
        for transform in self.transforms:
            g = np.asarray(transform(x, g))
            _check_pair(x, g, "the transformed gradient")
        self._check_state(x)
        lr = self.next_lr
        if check_finite:
            _check_finite(g, self.t, lr)

        if not self.state:
            self.state = {slot: np.zeros(x.shape, x.dtype) for slot in self.slots}
        flat_x, flat_g = x.reshape(-1), g.reshape(-1)  # views, or copies if x or g is strided
        states = [self.state[slot].reshape(-1) for slot in self.slots]
        self.t += 1
        for start in range(0, flat_x.size, BLOCK):
            block = slice(start, start + BLOCK)
            step, *new = self.rule(flat_g[block], lr, self.t, *[s[block] for s in states])
            flat_x[block] -= step
            for old, value in zip(states, new, strict=True):
                old[block] = value
        if not x.flags.c_contiguous:
            x[...] = flat_x.reshape(x.shape)

    def _check_state(self, x):
        for slot, value in self.state.items():
            if value.shape != x.shape or value.dtype != x.dtype:
                raise ValueError(
                    f"x has shape {x.shape} and dtype {x.dtype}, but the state {slot!r} of earlier steps "
                    f"has shape {value.shape} and dtype {value.dtype}; call reset() before a new run")


@dataclass
class SGD(Optimizer):
    """Gradient descent: x ← x - lr·g (Robbins & Monro 1951, when g is a noisy gradient).

    >>> x = np.array([1.0, 2.0])
    >>> SGD(lr=0.5).step(x, np.array([1.0, 1.0]))
    >>> x
    array([0.5, 1.5])
    """

    def rule(self, g, lr, t):
        return (lr * g,)


@dataclass
class Momentum(Optimizer):
    """Momentum: v ← momentum·v + (1 - dampening)·g, then x ← x - lr·v (Polyak 1964, eq. 9).

    Parameters
    ----------
    momentum : share of the velocity kept at each step, in [0, 1]; default 0.9
    dampening : 0 (default) gives the classical form, a decaying *sum* of gradients;
        dampening = momentum gives the averaged form, whose steps are 1/(1 - momentum) times smaller
    lr_in_velocity : if True, v ← momentum·v + lr·(1 - dampening)·g and x ← x - v, as Keras does;
        the two differ only when the learning rate changes during the run
    dampen_first_step : if False, the first gradient enters whole, as in PyTorch

    >>> x = np.array([1.0])
    >>> opt = Momentum(lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     opt.step(x, np.array([1.0]))
    >>> opt.state["v"]  # 1, then 0.5·1 + 1
    array([1.5])
    """

    momentum: float = 0.9
    dampening: float = 0.0
    lr_in_velocity: bool = False
    dampen_first_step: bool = True

    slots = ("v",)

    def rule(self, g, lr, t, v):
        if self.dampening and (t > 1 or self.dampen_first_step):
            g = (1 - self.dampening) * g
        if self.lr_in_velocity:
            g, lr = lr * g, 1.0
        v = self.momentum * v + g
        return lr * v, v


@dataclass
class Nesterov(Optimizer):
    """Nesterov's momentum, v ← momentum·v + g, then x ← x - lr·(g + momentum·v).

    Written for x = the look-ahead point, so that g is the gradient *at x*, as both frameworks
    do (Sutskever et al. 2013, eq. 3-4, re-arranged by Bengio et al. 2013, eq. 7).

    Parameters
    ----------
    momentum : share of the velocity kept at each step, in [0, 1]; default 0.9
    lr_in_velocity : if True the velocity carries the learning rate, as in Keras

    >>> x = np.array([1.0])
    >>> Nesterov(lr=0.1, momentum=0.5).step(x, np.array([1.0]))
    >>> x  # 1 - 0.1·(1 + 0.5·1)
    array([0.85])
    """

    momentum: float = 0.9
    lr_in_velocity: bool = False

    slots = ("v",)

    def rule(self, g, lr, t, v):
        if self.lr_in_velocity:
            g, lr = lr * g, 1.0
        v = self.momentum * v + g
        return lr * (g + self.momentum * v), v


@dataclass
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1): a step of about lr in each coordinate.

    Parameters
    ----------
    lr : default 0.001
    beta1, beta2 : averaging rates of the gradient and of its square, in [0, 1); 0.9 and 0.999
    eps : keeps the denominator from vanishing; default 1e-8
    eps_hat : if True, eps is added before the bias correction of v, as in the paper's
        faster form (section 2, ε̂) and in Keras

    >>> x = np.array([1.0, 1.0])
    >>> Adam(lr=0.1).step(x, np.array([0.001, 1000.0]))
    >>> x.round(5)
    array([0.9, 0.9])
    """

    lr: Schedule = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    eps_hat: bool = False

    slots = ("m", "v")

    def rule(self, g, lr, t, m, v):
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        # The step is lr·m_hat / (√v_hat + eps) with m_hat = m / (1 - beta1ᵗ) and v_hat = v / (1 - beta2ᵗ).
        # As in section 2 of the paper, both corrections go into one number: two passes fewer over the arrays.
        correction = math.sqrt(1 - self.beta2**t)
        eps = self.eps if self.eps_hat else correction * self.eps
        return lr * correction / (1 - self.beta1**t) * m / (np.sqrt(v) + eps), m, v


# The one table of optimizers: tests, benchmarks and `frameworks.like` run over it.
OPTIMIZERS = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
}


def _check_pair(x, g, name="g"):
    for label, array in (("x", x), (name, g)):
        if not isinstance(array, np.ndarray) or array.dtype.char not in "fd":
            given = f"an array of {array.dtype}" if isinstance(array, np.ndarray) else repr(array)
            raise TypeError(f"{label} must be a NumPy array of float32 or float64, got {given}")
    if not x.flags.writeable:
        raise ValueError("x must be writeable, since the step updates it in place; pass x.copy()")
    if x.shape != g.shape or x.dtype != g.dtype:
        raise ValueError(f"x and {name} must have one shape and dtype, "
                         f"got {x.shape} {x.dtype} and {g.shape} {g.dtype}")


def _check_finite(g, t, lr):
    if not all_finite(g):
        bad = int((~np.isfinite(g)).sum())
        raise NonFiniteGradientError(
            f"g must be finite, got {bad} NaN or infinite value(s) of {g.size} at step {t + 1} "
            f"(learning rate {lr:g}); nothing was updated")
