"""What passes through a network, layer by layer: sizes of signals and gradients, dead and saturated units."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np

from course_lib.layers import ReLU, Sigmoid, Tanh
from course_lib.network import Network
from course_lib.validation import integer

# An output counts as saturated within 1 % of the activation's range from a limit of it: (limits, range).
LIMITS = {Tanh: ((-1.0, 1.0), 2.0), Sigmoid: ((0.0, 1.0), 1.0)}
CLOSE = 0.01


class Statistics:
    """What `record_statistics` records: one row per recorded training pass, one column per layer.

    layers : names such as "0 Dense(64, 32)"; step : which pass a row is, 0 for the first
    activation_mean, activation_std : over all entries of the layer's output
    activation_norm : root mean square of the output
    gradient_norm : Euclidean norm of the gradient of the loss by the layer's output (all entries)
    parameter_gradient_norm : the same by the layer's parameters; NaN for a layer that has none
    dead : number of units of a ReLU layer that are 0 for the whole batch; NaN for other layers
    saturated : share of the outputs of Tanh or Sigmoid within 1 % of its range from a limit; NaN for others

    All but `layers` are arrays once recording has ended.
    """

    COLUMNS = ("activation_mean", "activation_std", "activation_norm", "dead", "saturated",
               "gradient_norm", "parameter_gradient_norm")

    def __init__(self, layers, every):
        self.layers = [f"{index} {layer!r}" for index, layer in enumerate(layers)]
        self.every = every
        self.passes, self.recording = 0, False
        self.step = []
        for column in self.COLUMNS:
            setattr(self, column, [])

    # The two methods that a Network calls for each layer.

    def forward(self, index, layer, out, train):
        if index == 0 and train:
            self.recording = self.passes % self.every == 0
            self.passes += 1
            if self.recording:
                self._new_row()
        if train and self.recording:
            self._put(index, activation_mean=out.mean(), activation_std=out.std(),
                      activation_norm=np.sqrt(np.mean(np.square(out))), dead=dead_units(layer, out),
                      saturated=saturated_share(layer, out))
        elif not train:
            self.recording = False  # a backward pass after it would belong to no training pass

    def backward(self, index, layer, g):
        if self.recording:
            own = [np.sum(np.square(gradient)) for gradient in layer.gradients.values()]
            self._put(index, gradient_norm=np.linalg.norm(g),
                      parameter_gradient_norm=np.sqrt(sum(own)) if own else np.nan)

    def as_arrays(self):
        for column in ("step", *self.COLUMNS):
            setattr(self, column, np.array(getattr(self, column)))

    def _new_row(self):
        self.step.append(self.passes - 1)
        for column in self.COLUMNS:
            getattr(self, column).append(np.full(len(self.layers), np.nan))

    def _put(self, index, **values):
        for column, value in values.items():
            getattr(self, column)[-1][index] = value


@contextmanager
def record_statistics(net, *, every=1):
    """Record, while the block runs, what each layer of `net` does in training passes; see Statistics.

    every : record one pass of so many, default all

    A training pass is a call of net.loss_and_grad, as `fit` makes for each batch.

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> rng = np.random.default_rng(0)
    >>> net = Network([Dense(2, 50), Tanh(), Dense(50, 1)], loss=MSE(), rng=rng)
    >>> x = rng.standard_normal((100, 2))
    >>> with record_statistics(net) as statistics:
    ...     loss = net.loss_and_grad(x, x[:, :1])
    >>> statistics.layers
    ['0 Dense(2, 50)', '1 Tanh()', '2 Dense(50, 1)']
    >>> statistics.activation_std.shape, bool(statistics.saturated[0, 1] < 0.1)
    ((1, 3), True)
    """
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    statistics = Statistics(net.layers, integer("every", every, 1))
    net.hooks.append(statistics)
    try:
        yield statistics
    finally:
        net.hooks.remove(statistics)
        statistics.as_arrays()


def dead_units(layer, out):
    """How many columns of a ReLU layer's output are 0 in all rows; NaN for other layers.

    >>> dead_units(ReLU(), np.array([[0.0, 1.0], [0.0, 0.0]]))
    1
    """
    return int(np.sum(~out.any(axis=0))) if isinstance(layer, ReLU) else np.nan


def saturated_share(layer, out):
    """The share of a Tanh or Sigmoid layer's outputs within 1 % of its range from a limit; NaN for others.

    >>> saturated_share(Sigmoid(), np.array([[0.001, 0.5, 0.995, 0.9]]))
    0.5
    """
    if type(layer) not in LIMITS:
        return np.nan
    (low, high), width = LIMITS[type(layer)]
    return float(np.mean((out < low + CLOSE * width) | (out > high - CLOSE * width)))
