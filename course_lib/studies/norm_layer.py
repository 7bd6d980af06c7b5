"""Lecture 08: one normalization layer by itself, to be compared with the frameworks' layers."""

from __future__ import annotations

import numpy as np

from course_lib.layers import Layer
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.validation import floats

NOTED = ("output", "gradient at the input", "gradient of gamma", "gradient of beta", "running mean",
         "running variance")


def alone(layer, seed=0):
    """A network of this one layer, in float64: it gives the layer its parameters.

    >>> from course_lib.layers import BatchNorm
    >>> alone(BatchNorm(2)).layers[0].gamma
    array([1., 1.])
    """
    if not isinstance(layer, Layer):
        raise TypeError(f"layer must be a Layer such as BatchNorm(3), got {layer!r}")
    return Network([layer], loss=MSE(), rng=np.random.default_rng(seed), dtype=np.float64)


def layer_run(layer, inputs, gradients, lr=0.1):
    """Training steps of one normalization layer: each takes a batch and the loss's gradient at its output.

    inputs, gradients : arrays (steps, batch, features). SGD with rate lr moves gamma and beta.
    Returns what `note` collects: a dict of name -> array, the first axis being the step.
    """
    inputs = floats("inputs", inputs, (None, None, None))
    gradients = floats("gradients", gradients, inputs.shape)
    net, opt, found = alone(layer), SGD(lr=lr), {}
    for x, g in zip(inputs, gradients, strict=True):
        out = net.forward(x, train=True)
        grad = layer.backward(g)
        note(found, out, grad, layer.gradients["gamma"], layer.gradients["beta"], *layer.buffers.values())
        opt.step(net.parameters.x, net.parameters.g)
    return found | {"output in evaluation": net.predict(inputs[-1])}


def note(found, *arrays):
    """Append copies of the arrays to the lists of `found`, a dict, under the names NOTED.

    >>> found = {}
    >>> note(found, [1.0], [2.0])
    >>> found
    {'output': [array([1.])], 'gradient at the input': [array([2.])]}
    """
    _check_dict("found", found)
    for name, array in zip(NOTED, arrays, strict=False):
        found.setdefault(name, []).append(np.asarray(array).copy())


def differences(one, other):
    """Largest absolute difference of each array that both dicts hold: dict of name -> number.

    >>> differences({"output": [1.0, 2.0]}, {"output": [1.0, 2.5]})
    {'output': 0.5}
    """
    _check_dict("one", one)
    _check_dict("other", other)
    return {name: float(np.abs(np.array(one[name]) - np.array(other[name])).max())
            for name in one if name in other}


def _check_dict(name, value):
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be a dict of name -> array, got {value!r}")
