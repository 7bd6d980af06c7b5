"""Checks on arguments: each error names the argument, what was given and what is allowed."""

from __future__ import annotations

import inspect
import math
import numbers
import os
from collections.abc import Hashable
from pathlib import Path

import numpy as np

FLOATS = np.dtype(np.float32), np.dtype(np.float64)


def number(name, value, low=-math.inf, high=math.inf, *, open_low=False, open_high=False):
    """Return `value` if it is a finite real number in the range, else raise.

    `open_low` and `open_high` exclude the end point.

    >>> number("momentum", 0.9, 0, 1, open_high=True)
    0.9
    >>> number("momentum", 1.5, 0, 1, open_high=True)
    Traceback (most recent call last):
    ValueError: momentum must be a number in [0, 1), got 1.5
    """
    if type(value) is float and low < value < high:  # the usual case, without delay; NaN is in no range
        return value
    is_number = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    if is_number and _finite(value):
        above = value > low if open_low else value >= low
        below = value < high if open_high else value <= high
        if above and below:
            return value
    error = ValueError if is_number else TypeError
    raise error(f"{name} must be a number in {_interval(low, high, open_low, open_high)}, got {value!r}")


def _finite(value):
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def integer(name, value, low=None, high=None):
    """Return `value` as an int if it is a whole number with low <= value <= high.

    >>> integer("epochs", 0, 1)
    Traceback (most recent call last):
    ValueError: epochs must be a whole number of at least 1, got 0
    """
    allowed = "a whole number"
    if low is not None and high is not None:
        allowed += f" from {low} to {high}"
    elif low is not None:
        allowed += f" of at least {low}"
    elif high is not None:
        allowed += f" of at most {high}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be {allowed}, got {value!r}")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return int(value)


def choice(name, value, allowed, *, any_case=False):
    """Return `value` if it is one of `allowed`; with `any_case`, that one whose letters it has.

    >>> choice("activation", "relu", ["tanh", "ReLU"], any_case=True)
    'ReLU'

    >>> choice("framework", "jax", ["pytorch", "keras"])
    Traceback (most recent call last):
    ValueError: framework must be one of 'pytorch', 'keras', got 'jax'
    """
    if any_case and isinstance(value, str):
        value = {name.lower(): name for name in allowed}.get(value.lower(), value)
    if not isinstance(value, Hashable) or value not in list(allowed):  # an array has no one answer to `in`
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def floats(name, value, shape=None, *, finite=True):
    """Return `value` as a float32 or float64 array, unchanged if it is one already.

    `shape` is a tuple in which None stands for any length. Integers become float64.

    >>> floats("x", [1, 2])
    array([1., 2.])
    >>> floats("x", [1.0, 2.0], shape=(None, 3))
    Traceback (most recent call last):
    ValueError: x must have shape (any, 3), got (2,)
    """
    array = value
    if not isinstance(array, np.ndarray) or array.dtype not in FLOATS:  # else without delay
        array = as_array(name, value)
        if array.dtype.kind in "iu":
            array = array.astype(np.float64)
        if array.dtype not in FLOATS:
            raise TypeError(f"{name} must hold float32 or float64 numbers, or integers, "
                            f"got dtype {array.dtype}")
    if shape is not None:
        fits = len(shape) == array.ndim and all(
            want in (None, have) for want, have in zip(shape, array.shape, strict=True))
        if not fits:
            wanted = ", ".join("any" if n is None else str(n) for n in shape)
            wanted = f"({wanted},)" if len(shape) == 1 else f"({wanted})"
            raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    if finite and not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise ValueError(f"{name} must be finite, got {bad} value(s) that are NaN or infinite "
                         f"in an array of shape {array.shape}")
    return array


def as_array(name, value):
    """np.asarray(value), with an error that names the argument when its rows are of uneven length.

    >>> as_array("x", [[1, 2], [3]])
    Traceback (most recent call last):
    ValueError: x must be an array of numbers, got a list whose rows have uneven lengths
    """
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array of numbers, got a {type(value).__name__} "
                         f"whose rows have uneven lengths") from None


def returned(name, value, shape=()):
    """The numbers that a function `name` of the user's returned, as an array of this shape.

    >>> returned("metric", None)
    Traceback (most recent call last):
    TypeError: metric must return a number, got None
    """
    wanted = f"an array of shape {shape}" if shape else "a number"
    try:
        array = np.asarray(value)
        fits = array.shape == shape and array.dtype.kind in "fiub"
    except ValueError:
        fits = False
    if not fits:
        raise TypeError(f"{name} must return {wanted}, got {value!r}")
    return array


def as_path(name, value, description="a path"):
    """Return `value` as a Path, its ~ replaced by the home directory.

    >>> as_path("directory", "", "a path or None")
    Traceback (most recent call last):
    ValueError: directory must be a path or None, got ''
    """
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be {description}, got {value!r}")
    if not os.fspath(value):  # Path("") would be the working directory
        raise ValueError(f"{name} must be {description}, got {value!r}")
    return Path(value).expanduser()


def shape_tuple(name, shape):
    """Return `shape` as a tuple of ints of at least 0.

    >>> shape_tuple("shape", [2, 3])
    (2, 3)
    >>> shape_tuple("shape", 3)
    Traceback (most recent call last):
    TypeError: shape must be a tuple of whole numbers of at least 0, got 3
    """
    try:
        return tuple(integer(name, n, 0) for n in shape)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name} must be a tuple of whole numbers of at least 0, got {shape!r}") from None


def boolean(name, value):
    """Return `value` if it is True or False.

    >>> boolean("shuffle", 1)
    Traceback (most recent call last):
    TypeError: shuffle must be True or False, got 1
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def function(name, value, description, arguments=2):
    """Return `value` if it can be called with this number of arguments; `description` says what it is.

    This finds the forgotten brackets of a function that makes functions.

    >>> function("weight", float, "an initializer such as zeros(), a function of shape and rng")
    Traceback (most recent call last):
    TypeError: weight must be an initializer such as zeros(), a function of shape and rng, got <class 'float'>
    """
    try:
        inspect.signature(value).bind(*range(arguments))
    except TypeError:
        raise TypeError(f"{name} must be {description}, got {value!r}") from None
    except ValueError:  # some functions written in C tell no signature
        pass
    return value


def generator(rng, name="rng"):
    """Return `rng` if it is a numpy Generator.

    >>> generator(42)
    Traceback (most recent call last):
    TypeError: rng must be a numpy.random.Generator such as numpy.random.default_rng(0), got 42
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator such as "
                        f"numpy.random.default_rng(0), got {rng!r}")
    return rng


def all_finite(array):
    """True if no entry of a float array is NaN or infinite.

    >>> all_finite(np.array([1.0, np.inf]))
    False
    """
    # One dot product reads the array once; only if that sum overflows is each entry looked at. Unlike dot,
    # vdot does not warn of an overflow.
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def span(values):
    """A number as text; of an array, its smallest and largest.

    >>> span(0.1), span(np.array([0.1, 0.5]))
    ('0.1', 'from 0.1 to 0.5')
    """
    low, high = np.min(values), np.max(values)
    return f"{low:g}" if low == high else f"from {low:g} to {high:g}"


def _interval(low, high, open_low, open_high):
    left = "(" if open_low or low == -math.inf else "["
    right = ")" if open_high or high == math.inf else "]"
    return f"{left}{low:g}, {high:g}{right}"
