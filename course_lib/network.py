"""A network: layers in a row over one parameter vector, with a loss at the end."""

from __future__ import annotations

import copy

import numpy as np

from course_lib.layers import Layer
from course_lib.parameters import Parameters
from course_lib.validation import as_array, function, generator, integer, number

PREDICT_ROWS = 4096  # rows pushed through at once, so that a large data set needs little memory


class Network:
    """Layers in a row, trained by gradient descent on a loss.

    Parameters
    ----------
    layers : list of layers (course_lib.layers); parameters are named "<index>.<name>"
    loss : a loss (course_lib.losses)
    rng : numpy Generator that draws the first weights
    dtype : numpy.float32 (default) or numpy.float64; inputs are converted to it

    >>> from course_lib.layers import Dense, ReLU
    >>> from course_lib.losses import SoftmaxCrossEntropy
    >>> net = Network([Dense(64, 32), ReLU(), Dense(32, 10)], loss=SoftmaxCrossEntropy(),
    ...               rng=np.random.default_rng(0))
    >>> list(net.parameters)
    ['0.weight', '0.bias', '2.weight', '2.bias']
    >>> net.predict(np.zeros((5, 64))).shape
    (5, 10)
    """

    def __init__(self, layers, *, loss, rng, dtype=np.float32):
        if not isinstance(layers, (list, tuple)):
            raise TypeError(f"layers must be a list of layers, got {layers!r}")
        self.layers = list(layers)
        self.loss = function("loss", loss, "a loss such as MSE(), called with output and target")
        self.hooks = []  # called with what passes through each layer (course_lib.statistics)
        generator(rng)
        for index, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{index}] must be a Layer such as Dense(2, 1), got {layer!r}")
            if layer.owned or layer in self.layers[:index]:
                raise ValueError(f"layers[{index}], {layer!r}, already belongs to a network; "
                                 f"make a new layer")
        if not self.layers:
            raise ValueError("layers must hold at least one layer, got an empty list")
        _check_widths(self.layers)
        self._allocate(dtype)
        for index, layer in enumerate(self.layers):
            for name, (shape, initializer) in layer.shapes.items():
                drawn = initializer(shape, rng)
                if np.shape(drawn) != shape:
                    raise ValueError(f"the initializer of {index}.{name} must return an array of shape "
                                     f"{shape}, got {np.shape(drawn)}")
                self.parameters[f"{index}.{name}"][...] = drawn
            if layer.draws and layer.rng is None:
                layer.rng = rng.spawn(1)[0]  # a stream of its own: rng's other draws stay as they are

    def forward(self, x, train=False):
        """The output for a batch x of shape (batch, inputs)."""
        out = self._batch(x)
        for layer in self.layers:
            out = layer.forward(out, train)
            for hook in self.hooks:
                hook.forward(self.layers.index(layer), layer, out, train)
        return out

    def backward(self, g):
        """Fill `parameters.g` from g, the loss's gradient at the output of the last forward pass."""
        for layer in reversed(self.layers):
            grad_output = g
            g = layer.backward(g)
            for hook in self.hooks:
                hook.backward(self.layers.index(layer), layer, grad_output)

    def loss_and_grad(self, x, y):
        """The mean loss over a batch, a float; its gradient is then in `parameters.g`."""
        value, g = self.loss(self.forward(x, train=True), y)
        self.backward(g)
        return value

    def predict(self, x):
        """The output for all rows of x, in evaluation mode, some thousand rows at a time."""
        x = self._batch(x)
        parts = [self.forward(x[i:i + PREDICT_ROWS]) for i in range(0, max(len(x), 1), PREDICT_ROWS)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def loss_value(self, x, y):
        """The mean loss over x and y in evaluation mode, a float; no gradient."""
        return self.loss(self.predict(x), y)[0]

    def gradient_check(self, x, y, *, entries=100, eps=1e-6):
        """Compare backpropagation with central differences, in float64.

        At most `entries` numbers of each parameter are moved by ±eps. Returns a dict of
        parameter name -> relative error ‖a - n‖ / (‖a‖ + ‖n‖) of the analytic gradient a and
        the numeric one n: below about 1e-7 when the backward pass is right. A kink between
        the two moved points (ReLU at 0) spoils the numeric side: use other inputs then.
        """
        integer("entries", entries, 1)
        number("eps", eps, 0, open_low=True)
        net = self.copy(np.float64)
        drawn = [(layer.rng, layer.rng.bit_generator.state) for layer in net.layers if layer.rng is not None]
        loss = abs(net.loss_and_grad(x, y))
        analytic = {name: g.ravel().copy() for name, g in net.parameters.gradients.items()}
        errors = {}
        for name, value in net.parameters.values.items():
            flat = value.reshape(-1)
            picked = np.unique(np.linspace(0, flat.size - 1, min(entries, flat.size)).astype(int))
            numeric = np.array([net._slope(flat, i, x, y, eps, drawn) for i in picked])
            a = analytic[name][picked]
            # A gradient that is exactly zero meets differences that carry rounding noise of the
            # loss, in each entry: the floor keeps that noise from looking like an error of 100 %.
            floor = 1e-3 * loss * len(picked) ** 0.5
            scale = max(np.linalg.norm(a) + np.linalg.norm(numeric), floor, 1e-300)
            errors[name] = float(np.linalg.norm(a - numeric) / scale)
        return errors

    def copy(self, dtype=None):
        """An independent network with the same layers, weights, buffers and random streams.

        dtype : numpy.float32 or numpy.float64; default the same
        """
        twin = copy.copy(self)
        twin.hooks = []
        twin.layers = [copy.copy(layer) for layer in self.layers]
        streams = {}  # two layers that share one rng share one in the copy
        for layer in twin.layers:
            layer.rng = copy.deepcopy(layer.rng, streams)
        twin._allocate(dtype or self.parameters.dtype)
        twin.parameters.x[:] = self.parameters.x
        return twin

    def _allocate(self, dtype):
        """Make the vectors and hand each layer its views."""
        self.parameters = Parameters(
            {f"{index}.{name}": shape
             for index, layer in enumerate(self.layers) for name, (shape, _) in layer.shapes.items()}, dtype)
        for index, layer in enumerate(self.layers):
            layer.values = {name: self.parameters.values[f"{index}.{name}"] for name in layer.shapes}
            layer.gradients = {name: self.parameters.gradients[f"{index}.{name}"] for name in layer.shapes}
            layer.buffers = {name: value.astype(dtype) for name, value in layer.buffers.items()}
            layer.needs_input_gradient, layer.owned = index > 0, True
            layer.dtype = self.parameters.dtype

    def _slope(self, flat, i, x, y, eps, drawn):
        """(loss(θ + eps·e_i) - loss(θ - eps·e_i)) / (2 eps)."""
        kept, losses = flat[i], []
        for moved in (kept + eps, kept - eps):
            flat[i] = moved
            for rng, state in drawn:
                rng.bit_generator.state = state
            losses.append(self.loss(self.forward(x, train=True), y)[0])
        flat[i] = kept
        return (losses[0] - losses[1]) / (2 * eps)

    def _batch(self, x):
        if type(x) is np.ndarray and x.ndim == 2 and x.dtype is self.parameters.dtype:
            return x  # the usual case, without delay
        x = as_array("x", x)
        if x.ndim != 2 or x.dtype.kind not in "fiu":
            raise ValueError(f"x must be numbers of shape (batch, inputs), "
                             f"got shape {x.shape}, dtype {x.dtype}")
        return x.astype(self.parameters.dtype, copy=False)

    # Views do not survive pickling or deep copies as views: store the vector, rebuild the views. And
    # initializers, functions inside functions, cannot be pickled; they have done their work.
    def __getstate__(self):
        state = self.__dict__.copy()
        state["hooks"] = []  # these belong to whoever watches this network
        state["layers"] = [copy.copy(layer) for layer in self.layers]
        for layer in state["layers"]:
            layer.values, layer.gradients = {}, {}
            layer.shapes = {name: (shape, None) for name, (shape, _) in layer.shapes.items()}
        state["parameters"] = (self.parameters.dtype, self.parameters.x, self.parameters.g)
        return state

    def __setstate__(self, state):
        dtype, x, g = state.pop("parameters")
        self.__dict__.update(state)
        self._allocate(dtype)
        self.parameters.x[:], self.parameters.g[:] = x, g

    def __repr__(self):
        return f"Network([{', '.join(map(repr, self.layers))}], loss={type(self.loss).__name__}())"


def _check_widths(layers):
    """Raise ValueError where a layer cannot take what comes out of the one before, as far as both say."""
    before = None  # the last layer that says how wide its output is, by its index
    for index, layer in enumerate(layers):
        if layer.widths is None:
            before = before if layer.keeps_width else None
            continue
        if before is not None and layers[before].widths[1] != layer.widths[0]:
            raise ValueError(f"layers[{index}] must take the {layers[before].widths[1]} outputs of "
                             f"layers[{before}], {layers[before]!r}, got {layer!r}")
        before = index
