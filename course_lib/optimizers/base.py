"""What all update rules share: hyper-parameters in range, blocks, state, checks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from course_lib.optimizers.blocks import cut, read
from course_lib.schedules import rate_at
from course_lib.validation import all_finite, boolean, floats, function, number, span

Schedule = float | Callable[[int], float] | np.ndarray

# Each hyper-parameter's range, in one place for all rules; "open" leaves out the upper end.
RANGES = {
    "weight_decay": (0, math.inf),
    "momentum": (0, 1),
    "dampening": (0, 1),
    "momentum_decay": (0, math.inf),
    "rho": (0, 1, "open"),
    "beta1": (0, 1, "open"),
    "beta2": (0, 1, "open"),
    "eps": (0, math.inf),
    "initial_accumulator": (0, math.inf),
    "lr_decay": (0, math.inf),
    "threshold": (4, math.inf),
}

# Vectors longer than this are updated in blocks of this many numbers, so that the results on the way stay
# in the processor's cache instead of travelling to memory and back.
BLOCK = 262144


class NonFiniteGradientError(ValueError):
    """A gradient with NaN or infinite entries was given to an optimizer."""


@dataclass
class Optimizer:
    """What all update rules share. A subclass gives `slots` and `rule`.

    The hyper-parameters may be set anew at any time, such as `opt.lr = 0.1` between two steps; they are
    checked then as at first. An array lr is copied; what is written into `opt.lr[…]` is not looked at again.

    Parameters
    ----------
    lr : a number of at least 0, a function of the step (0 for the first step), or an array of numbers
        that broadcasts against x, such as one rate per run, of shape (runs, 1)
    transforms : gradient transforms applied, in order, before the rule (course_lib.transforms)
    weight_decay : each step first shrinks x to (1 - lr·weight_decay)·x; default 0. This is the
        *decoupled* form (Loshchilov & Hutter 2019, algorithm 2), which no rule's scaling touches;
        the coupled form adds to the gradient: transforms=[l2(alpha)]
    proximal : penalties whose proximal step, with this step's learning rate, follows the rule
        (course_lib.penalties), in the order given
    averages : averages of x to keep up to date after each step (course_lib.averaging)

    Attributes
    ----------
    state : dict of slot name -> array of x's shape; empty before the first step
    t : the number of steps taken
    """

    lr: Schedule = 0.01
    transforms: tuple = field(default=(), kw_only=True)
    weight_decay: float = field(default=0.0, kw_only=True)
    proximal: tuple = field(default=(), kw_only=True)
    averages: tuple = field(default=(), kw_only=True, repr=False)

    slots: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self):
        self.reset()

    def __setattr__(self, name, value):
        field = self.__dataclass_fields__.get(name)  # None for the step number and the state
        object.__setattr__(self, name, value if field is None else _checked(name, field.type, value))

    def reset(self):
        """Forget all state: the next step is the first."""
        self.state = {}
        self.t = 0
        for average in self.averages:
            average.reset()

    @property
    def next_lr(self):
        """The learning rate that the next step will use: a float, or an array if `lr` is one."""
        return rate_at(self.lr, self.t) if callable(self.lr) else self.lr

    def initial(self, slot):
        """The number that a slot of the state holds before the first step."""
        return 0.0

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
        if isinstance(lr, np.ndarray):
            lr = _rates_like(lr, x)

        if self.slots and not self.state:
            self.state = {slot: np.full(x.shape, self.initial(slot), x.dtype) for slot in self.slots}
        self.t += 1
        # Slices of an array that is not contiguous would be copies: work on one copy, and write it back.
        contiguous = x if x.flags.c_contiguous else x.copy()
        self._run(contiguous, g, lr, *self.state.values())
        if contiguous is not x:
            x[...] = contiguous
        for penalty in self.proximal:
            x[...] = penalty.proximal(x, lr)
        for average in self.averages:
            average.update(x)

    def _run(self, x, g, lr, *state):
        """Update x and the state. A long x goes block by block, through a program if the rule has one."""
        if x.size <= BLOCK:
            if new := self._update(x, g, lr, *state):
                _overwrite(state, new)
        elif program := read(self._update, lr, len(state)):
            program.run(cut(BLOCK, x, g, lr, *state), BLOCK)
        else:
            for x_block, g_block, lr_block, *old in cut(BLOCK, x, g, lr, *state):
                _overwrite(old, self._update(x_block, g_block, lr_block, *old))

    def _update(self, x, g, lr, *state):
        """Apply the rule to x, in place, and return the new state."""
        step, *new = self.rule(g, lr, self.t, *state)
        if self.weight_decay:
            x *= 1 - lr * self.weight_decay
        x -= step
        return new

    def _check_state(self, x):
        for slot, value in self.state.items():
            if value.shape != x.shape or value.dtype != x.dtype:
                raise ValueError(
                    f"x has shape {x.shape} and dtype {x.dtype}, but the state {slot!r} of earlier steps "
                    f"has shape {value.shape} and dtype {value.dtype}; call reset() before a new run")


def _overwrite(old, new):
    """Put the new state into the arrays of the old one."""
    held = set(map(id, old))  # an old array may be another's new value, such as the m before: copy it first
    new = [value.copy() if id(value) in held else value for value in new]
    for array, value in zip(old, new, strict=True):
        array[...] = value


def _checked(name, kind, value):
    """The value of a hyper-parameter as it is kept, or an error that names it and what it may be."""
    if name == "lr":
        return _rate(value)
    if name in RANGES:
        low, high, *ends = RANGES[name]
        # np.float64(0.9) would turn float32 arrays into float64
        return float(number(name, value, low, high, open_high="open" in ends))
    if name == "transforms":
        return _functions(name, value, "functions (x, g) -> g such as l2(0.1)")
    if name == "proximal":
        return _objects(name, value, ["proximal"], "penalties such as L1(0.01)")
    if name == "averages":
        return _objects(name, value, ["update", "reset"], "averages such as TailAverage()")
    return boolean(name, value) if kind in ("bool", bool) else value


def _rate(lr):
    if callable(lr):
        return function("lr", lr, "a number, an array of numbers, or a function of the step", arguments=1)
    if not isinstance(lr, np.ndarray):
        return float(number("lr", lr, 0))
    lr = floats("lr", lr).copy()
    if lr.size and lr.min() < 0:
        raise ValueError(f"lr must hold numbers in [0, inf), got {lr.min():g} among them")
    return lr


def _rates_like(lr, x):
    try:
        return np.broadcast_to(lr.astype(x.dtype, copy=False), x.shape)
    except ValueError:
        raise ValueError(f"lr must broadcast against x of shape {x.shape}, got shape {lr.shape}") from None


def _functions(name, given, description):
    if not isinstance(given, (tuple, list)):
        raise TypeError(f"{name} must be a list of {description}, got {given!r}")
    for item in given:
        function(name, item, description)
    return tuple(given)


def _objects(name, given, methods, description):
    items = tuple(given) if isinstance(given, (tuple, list)) else (given,)
    for item in items:
        if isinstance(item, type) or not all(callable(getattr(item, method, None)) for method in methods):
            raise TypeError(f"{name} must be a list of {description}, got {item!r}")
    return items


def _check_pair(x, g, name="g"):
    if (isinstance(x, np.ndarray) and isinstance(g, np.ndarray) and x.dtype == g.dtype
            and x.dtype.char in "fd" and x.shape == g.shape and x.flags.writeable):
        return
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
            f"(learning rate {span(lr)}); nothing was updated")
