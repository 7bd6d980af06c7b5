"""The same network and loss in Keras, on TensorFlow."""

from __future__ import annotations

from course_lib import layers, losses
from course_lib.frameworks.installed import load_keras
from course_lib.frameworks.twins import (
    buffers,
    check_net,
    check_settings,
    check_unbiased,
    known_twin,
    normalizations,
)
from course_lib.parameters import float_dtype


def to_keras(net, dtype=None):
    """A keras.Sequential with the layers, weights and buffers of `net`.

    dtype : default that of `net`. Each layer has it, and Keras' global float type stays what it was

    All are copied: training one leaves the other alone. Order of the parameters: as in net.parameters.

    Call it as model(x, training=True) in training, else it evaluates. Its Dropout layers draw their own masks
    (keras.utils.set_random_seed). Raises ValueError for a BatchNorm with unbiased=True, which Keras lacks.
    """
    _, keras = load_keras()
    dtype = float_dtype(check_net(net).parameters.dtype if dtype is None else dtype).name
    inputs = next((layer.widths[0] for layer in net.layers if layer.widths), None)
    model = keras.Sequential([
        keras.Input((inputs,), dtype=dtype),
        *[_layer(keras, index, layer, dtype) for index, layer in enumerate(net.layers)],
    ], name="network")
    for value, variable in zip(net.parameters.values.values(), model.trainable_variables, strict=True):
        variable.assign(value.astype(dtype))
    for value, variable in zip(buffers(net).values(), _moving(keras, model), strict=True):
        variable.assign(value.astype(dtype))
    return model


def from_keras(model, net):
    """Copy the weights and buffers of a model such as `to_keras` makes into `net`, and return `net`.

    Raises ValueError, before anything is copied, if their number or shapes do not fit, or the settings of a
    normalization layer.
    """
    _, keras = load_keras()
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model such as to_keras(net), got {model!r}")
    ours = check_net(net).parameters.values | buffers(net)
    variables = [*model.trainable_variables, *_moving(keras, model)]
    if len(variables) != len(ours):
        raise ValueError(f"model must have as many parameters as net, {list(ours)}, "
                         f"got {[variable.path for variable in variables]}")
    for (name, value), variable in zip(ours.items(), variables, strict=True):
        if tuple(variable.shape) != value.shape:
            raise ValueError(f"the parameter {variable.path!r} of model must have the shape "
                             f"{value.shape} of net's {name!r}, got {tuple(variable.shape)}")
    for (_, layer), theirs in zip(normalizations(net), _normalizations(keras, model), strict=True):
        check_unbiased("keras", layer)
        momentum = {"momentum": 1 - theirs.momentum} if hasattr(theirs, "momentum") else {}
        check_settings(layer, f"{theirs.name} of model", eps=theirs.epsilon, **momentum)
    for value, variable in zip(ours.values(), variables, strict=True):
        value[...] = variable.numpy()
    return net


def keras_loss(loss, dtype="float64"):
    """The keras loss that computes the same: call it as twin(target, output), Keras' order.

    A Keras loss converts to its own dtype, float32 unless it is told otherwise.
    """
    keras = load_keras()[1]
    dtype = float_dtype(dtype).name
    twins = {
        losses.MSE: lambda: keras.losses.MeanSquaredError(dtype=dtype),
        losses.MAE: lambda: keras.losses.MeanAbsoluteError(dtype=dtype),
        losses.SoftmaxCrossEntropy:
            lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype=dtype),
        losses.BinaryCrossEntropy: lambda: keras.losses.BinaryCrossentropy(from_logits=True, dtype=dtype),
    }
    return known_twin("loss", loss, twins)()


def keras_train_step(model, loss, optimizer):
    """A function (x, y) -> loss before the step, which takes one step; x and y are NumPy arrays.

    The step is compiled by tf.function; `model.fit` with one batch per call would cost some 60 ms.
    """
    tf, _ = load_keras()
    optimizer.build(model.trainable_variables)  # not within the compiled step, which may make no variables

    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return value

    compiled = compile_once(step, any_length=True)
    return lambda x, y: float(compiled(x, y))


def compile_once(function, *, any_length=False):
    """`function` of tensors, compiled at its first call, as a function of NumPy arrays.

    any_length : later calls may have another length than the first, as the last batch of an epoch has

    Calling the traced function itself, not the tf.function, avoids TensorFlow's warning about frequent
    tracing, which it gives when a notebook makes several short comparisons.
    """
    tf, _ = load_keras()
    compiled, traced = tf.function(function), []

    def call(*arrays):
        tensors = [tf.convert_to_tensor(array) for array in arrays]
        if not traced:
            specs = [tf.TensorSpec((None, *t.shape[1:]) if any_length else t.shape, t.dtype) for t in tensors]
            traced.append(compiled.get_concrete_function(*specs))
        return traced[0](*tensors)

    return call


def _layer(keras, index, layer, dtype):
    name = f"{type(layer).__name__.lower()}_{index}"

    def named(kind, *args, **kwargs):
        return getattr(keras.layers, kind)(*args, **kwargs, dtype=dtype, name=name)

    check_unbiased("keras", layer)
    twins = {
        layers.Dense: lambda: named("Dense", layer.fan_out, kernel_initializer="zeros"),
        layers.Identity: lambda: named("Identity"),
        layers.ReLU: lambda: named("ReLU"),
        layers.LeakyReLU: lambda: _leaky_relu(keras, named, layer.slope, dtype),
        layers.ELU: lambda: named("ELU", alpha=layer.alpha),
        layers.Tanh: lambda: named("Activation", "tanh"),
        layers.Sigmoid: lambda: named("Activation", "sigmoid"),
        # at exactly 0, TensorFlow takes the slope on the right; course_lib and PyTorch that on the left
        layers.SELU: lambda: named("Activation", "selu"),
        # Keras' momentum is the weight of the old average
        layers.BatchNorm: lambda: named("BatchNormalization", momentum=1 - layer.momentum, epsilon=layer.eps),
        layers.LayerNorm: lambda: named("LayerNormalization", epsilon=layer.eps),
        layers.Dropout: lambda: named("Dropout", layer.p),
        layers.AlphaDropout: lambda: named("AlphaDropout", layer.p),
    }
    return known_twin("layer", layer, twins)()


def _leaky_relu(keras, named, slope, dtype):
    if dtype == "float32":
        return named("LeakyReLU", negative_slope=slope)
    # TensorFlow keeps the slope of its operation as float32 even for float64 inputs: 2e-8 of it is lost.
    return named("Activation", lambda x: keras.ops.where(x > 0, x, slope * x))


def _normalizations(keras, model):
    kinds = keras.layers.BatchNormalization, keras.layers.LayerNormalization
    return [layer for layer in model.layers if isinstance(layer, kinds)]


def _moving(keras, model):
    """The moving means and variances of a model in the order of course_lib's buffers."""
    return [variable for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)
            for variable in (layer.moving_mean, layer.moving_variance)]
