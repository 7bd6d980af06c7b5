"""All parameters of a network in one vector, all gradients in another.

Each layer's weights are *views* of these vectors: changing one changes the other.
An optimizer then needs one line, `opt.step(parameters.x, parameters.g)`, for a
toy function of two numbers and for a network of a million.
"""

from __future__ import annotations

import math

import numpy as np

from course_lib.validation import choice, floats, shape_tuple


class Parameters:
    """Named tensors laid end to end in one flat vector.

    Parameters
    ----------
    shapes : dict of name -> tuple
        The tensors in the order in which they lie in the vector.
    dtype : numpy.float32 (default) or numpy.float64

    Attributes
    ----------
    x, g : arrays of shape (size,)
        All values and all gradients. The tensors are views of these two arrays, so that other numbers go
        into them, `parameters.x[:] = …`; `parameters.x = …` is an AttributeError.
    values, gradients : dict of name -> array
        Views of `x` and `g` in the shape of each tensor.

    >>> p = Parameters({"0.weight": (2, 3), "0.bias": (3,)}, dtype=np.float64)
    >>> p["0.bias"] = [7.0, 7.0, 7.0]  # is copied into the view
    >>> p.x
    array([0., 0., 0., 0., 0., 0., 7., 7., 7.])
    """

    def __init__(self, shapes, dtype=np.float32):
        self.dtype = float_dtype(dtype)
        if not isinstance(shapes, dict):
            raise TypeError(f"shapes must be a dict of name -> tuple, got {shapes!r}")
        self.shapes = {name: shape_tuple(f"shapes[{name!r}]", shape) for name, shape in shapes.items()}
        self.size = sum(math.prod(shape) for shape in self.shapes.values())
        self._x = np.zeros(self.size, self.dtype)
        self._g = np.zeros(self.size, self.dtype)
        self.values = self.views(self.x)
        self.gradients = self.views(self.g)

    @property
    def x(self):
        return self._x

    @x.setter
    def x(self, vector):
        _only_in_place("x", vector, self._x)

    @property
    def g(self):
        return self._g

    @g.setter
    def g(self, vector):
        _only_in_place("g", vector, self._g)

    def views(self, vector):
        """The tensors that lie in `vector`, an array of shape (size,), as a dict of views."""
        if not isinstance(vector, np.ndarray) or vector.shape != (self.size,):
            given = vector.shape if isinstance(vector, np.ndarray) else repr(vector)
            raise ValueError(f"vector must be an array of shape ({self.size},), got {given}")
        views, start = {}, 0
        for name, shape in self.shapes.items():
            stop = start + math.prod(shape)
            views[name] = vector[start:stop].reshape(shape)
            start = stop
        return views

    def __getitem__(self, name):
        if name not in self.values:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self.values) or 'none'}")
        return self.values[name]

    def __setitem__(self, name, value):
        view = self[name]
        view[...] = floats(f"parameters[{name!r}]", value, view.shape, finite=False)

    def __iter__(self):
        return iter(self.values)

    def __len__(self):
        return len(self.values)

    def __repr__(self):
        tensors = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"Parameters({self.size} {self.dtype} numbers: {tensors})"


def _only_in_place(name, given, vector):
    if given is not vector:  # it is for `parameters.x -= step`, which has changed the vector itself
        raise AttributeError(f"{name} is the vector that the tensors are views of: "
                             f"use parameters.{name}[:] = ... to change its numbers")


def float_dtype(dtype):
    """`dtype` as a numpy dtype, if it is float32 or float64.

    >>> float_dtype("float16")
    Traceback (most recent call last):
    ValueError: dtype must be one of 'float32', 'float64', got 'float16'
    """
    try:
        name = None if dtype is None else np.dtype(dtype).name
    except TypeError:
        name = dtype
    return np.dtype(choice("dtype", name, ["float32", "float64"]))
