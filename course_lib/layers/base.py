"""What all layers share, and the fully connected layer."""

from __future__ import annotations

from functools import lru_cache, wraps

import numpy as np

from course_lib.initializers import xavier_uniform, zeros
from course_lib.validation import floats, function, integer


class Layer:
    """What all layers share. A subclass defines `forward` and `backward`; their argument is checked here.

    `forward` takes any array of float32, float64 or whole numbers, `backward` one of the shape of the last
    output. In a network both are converted to its dtype. Else it is a TypeError or ValueError that says what
    was given, and a RuntimeError if there was no forward pass before `backward`.

    Attributes
    ----------
    shapes : dict of parameter name -> (shape, initializer); empty for most layers
    values, gradients : dict of parameter name -> view into the network's vectors
    buffers : dict of name -> array that the layer keeps up to date by itself, in training; no gradient
    rng : numpy Generator of a layer that draws, or None
    needs_input_gradient : False for the first layer of a network, whose input is data
    widths : (inputs, outputs) of a layer that fixes them, else None
    keeps_width : True for a layer whose output has the width of its input, whatever that is
    """

    shapes: dict = {}  # noqa: RUF012 - never changed; a layer with parameters sets its own
    needs_input_gradient = True
    draws = False  # True for a layer that needs an rng
    rng = None
    owned = False  # True once a network has it: two networks must not share what a layer remembers
    widths = None
    keeps_width = False
    dtype = None  # the network's; without a network, float32 and float64 are taken as they are
    output_shape = None  # of the last forward pass

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        for name, checked in (("forward", _checked_forward), ("backward", _checked_backward),
                              ("backward_long", _checked_backward)):
            if name in vars(cls):
                setattr(cls, name, checked(vars(cls)[name]))

    def __init__(self):
        self.values, self.gradients, self.buffers = _NoneYet(self), {}, {}

    def forward(self, x, train=False):
        raise NotImplementedError(f"{type(self).__name__} must define forward(x, train)")

    def backward(self, g):
        raise NotImplementedError(f"{type(self).__name__} must define backward(g)")

    def __repr__(self):
        return f"{type(self).__name__}()"


class _NoneYet(dict):
    """The parameters' values of a layer that no network holds: to ask for one is a RuntimeError."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def __missing__(self, name):
        raise RuntimeError(f"{self.layer!r} has no {name} yet: a Network gives it one")


def _checked_forward(forward):
    @wraps(forward)
    def checked(self, x, train=False):
        if type(x) is not np.ndarray or x.dtype is not self.dtype:
            x = _converted(self, "x", x)
        out = forward(self, x, train)
        self.output_shape = out.shape  # if called by a subclass's own forward, that will set it anew
        return out

    return checked


def _checked_backward(backward):
    name = backward.__name__

    @wraps(backward)
    def checked(self, g):
        if type(g) is not np.ndarray or g.dtype is not self.dtype:
            g = _converted(self, "g", g)
        # not if called by a subclass's own, which checked what it was given
        if g.shape != self.output_shape and getattr(type(self), name) is checked:
            _refuse_gradient(self, name, g)
        return backward(self, g)

    return checked


def _converted(layer, name, value):
    array = floats(name, value, finite=False)
    return array if layer.dtype is None else array.astype(layer.dtype, copy=False)


def _refuse_gradient(layer, name, g):
    if layer.output_shape is None:
        raise RuntimeError(f"{name} of {layer!r} needs a forward pass before it")
    raise ValueError(f"g must have the shape of the last output of {layer!r}, {layer.output_shape}, "
                     f"got {g.shape}")


class Dense(Layer):
    """Fully connected layer: x @ W + b, with W of shape (fan_in, fan_out).

    Parameters
    ----------
    fan_in, fan_out : numbers of inputs and outputs, at least 1
    weight, bias : initializers; default Xavier uniform and zeros

    >>> from course_lib.network import Network
    >>> from course_lib.losses import MSE
    >>> layer = Dense(2, 1)
    >>> net = Network([layer], loss=MSE(), rng=np.random.default_rng(0))
    >>> layer.weight[:] = [[1.0], [10.0]]
    >>> net.predict([[3.0, 4.0]])
    array([[43.]], dtype=float32)
    """

    def __init__(self, fan_in, fan_out, weight=None, bias=None):
        super().__init__()
        self.fan_in = integer("fan_in", fan_in, 1)
        self.fan_out = integer("fan_out", fan_out, 1)
        self.widths = self.fan_in, self.fan_out
        self.shapes = {
            "weight": ((self.fan_in, self.fan_out), _initializer("weight", weight, xavier_uniform())),
            "bias": ((self.fan_out,), _initializer("bias", bias, zeros())),
        }

    @property
    def weight(self):
        return self.values["weight"]

    @property
    def bias(self):
        return self.values["bias"]

    def forward(self, x, train=False):
        check_width(self, x, self.fan_in)
        self.x = x
        # x.dot(W) is the matrix product x @ W; unlike @ it is fast for a single column too.
        out = x.dot(self.values["weight"])
        out += self.values["bias"]
        return out

    def backward(self, g):
        self.x.T.dot(g, out=self.gradients["weight"])
        row_of_ones(len(g), g.dtype).dot(g, out=self.gradients["bias"])  # the sum over the batch
        return g.dot(self.values["weight"].T) if self.needs_input_gradient else None

    def __repr__(self):
        return f"Dense({self.fan_in}, {self.fan_out})"


@lru_cache(maxsize=16)
def row_of_ones(size, dtype):
    """For sums over rows or columns: as products with it they are faster than sum(axis=…)."""
    ones = np.ones(size, dtype)
    ones.flags.writeable = False
    return ones


def _initializer(name, given, default):
    if given is None:
        return default
    return function(name, given, "an initializer such as he_normal(), a function of shape and rng")


def check_width(layer, x, width):
    """Raise ValueError unless x has the shape (batch, width)."""
    if x.ndim != 2 or x.shape[1] != width:
        raise ValueError(f"x must have shape (batch, {width}) for {layer!r}, got {x.shape}")
