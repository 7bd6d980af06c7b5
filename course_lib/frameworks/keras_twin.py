"""The same network, loss and optimizer in Keras, on TensorFlow."""

from __future__ import annotations

import numpy as np

from course_lib import layers, losses
from course_lib.frameworks.installed import load_keras
from course_lib.frameworks.torch_twin import check_net, known_twin
from course_lib.parameters import float_dtype
from course_lib.schedules import rate_at


def to_keras(net, dtype=None):
    """A keras.Sequential with the layers and weights of `net`, in its dtype unless another is given.

    Weights are copied: training one leaves the other alone. Each layer has its dtype, so that
    Keras' global float type stays what it was. Order of the parameters: as in net.parameters.
    """
    _, keras = load_keras()
    dtype = float_dtype(check_net(net).parameters.dtype if dtype is None else dtype).name
    inputs = next((layer.fan_in for layer in net.layers if isinstance(layer, layers.Dense)), None)
    model = keras.Sequential([
        keras.Input((inputs,), dtype=dtype),
        *[_layer(keras, index, layer, dtype) for index, layer in enumerate(net.layers)],
    ], name="network")
    for value, variable in zip(net.parameters.values.values(), model.trainable_variables, strict=True):
        variable.assign(value.astype(dtype))
    return model


def from_keras(model, net):
    """Copy the weights of a model such as `to_keras` makes into `net`, and return `net`.

    Raises ValueError, before anything is copied, if their number or shapes do not fit.
    """
    if not isinstance(model, load_keras()[1].Model):
        raise TypeError(f"model must be a keras.Model such as to_keras(net), got {model!r}")
    variables = model.trainable_variables
    if len(variables) != len(check_net(net).parameters):
        raise ValueError(f"model must have as many parameters as net, {list(net.parameters)}, "
                         f"got {[variable.path for variable in variables]}")
    for name, variable in zip(net.parameters, variables, strict=True):
        if tuple(variable.shape) != net.parameters[name].shape:
            raise ValueError(f"the parameter {variable.path!r} of model must have the shape "
                             f"{net.parameters[name].shape} of net's {name!r}, got {tuple(variable.shape)}")
    for name, variable in zip(net.parameters, variables, strict=True):
        net.parameters[name][...] = variable.numpy()
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


def keras_optimizer(row, variables, values, exact):
    """The keras optimizer of a row of conventions, for course_lib's names -> values."""
    _, keras = load_keras()
    def given(name, value):
        if isinstance(value, bool):
            return value
        # np.float64 is a Python float, which Keras asks for, but tf.cast does not round it to float32.
        return np.float64(value) if exact and name in row.rounds else float(value)

    arguments = {row.spelling[name]: given(name, value) for name, value in values.items() if name != "lr"}
    if values["weight_decay"] == row.defaults["weight_decay"] == 0:
        del arguments["weight_decay"]  # with 0, instead of its default None, Keras would subtract 0·x
    lr = values["lr"]
    # A schedule may return float64; a number becomes a float32 variable.
    arguments["learning_rate"] = _schedule(lr) if exact or callable(lr) else float(lr)
    optimizer = getattr(keras.optimizers, row.call.rpartition(".")[2])(**arguments, **row.fixed)
    if variables is not None:
        optimizer.build(variables)
    return optimizer


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

    twins = {
        layers.Dense: lambda: named("Dense", layer.fan_out, kernel_initializer="zeros"),
        layers.Identity: lambda: named("Identity"),
        layers.ReLU: lambda: named("ReLU"),
        layers.LeakyReLU: lambda: _leaky_relu(keras, named, layer.slope, dtype),
        layers.ELU: lambda: named("ELU", alpha=layer.alpha),
        layers.Tanh: lambda: named("Activation", "tanh"),
        layers.Sigmoid: lambda: named("Activation", "sigmoid"),
    }
    return known_twin("layer", layer, twins)()


def _leaky_relu(keras, named, slope, dtype):
    if dtype == "float32":
        return named("LeakyReLU", negative_slope=slope)
    # TensorFlow keeps the slope of its operation as float32 even for float64 inputs: 2e-8 of it is lost.
    return named("Activation", lambda x: keras.ops.where(x > 0, x, slope * x))


def _schedule(lr):
    """A Keras schedule that gives the learning rate in float64, from a number or a function of the step."""
    tf, keras = load_keras()

    class Float64Schedule(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):  # Keras too counts from 0
            if not callable(lr):
                return tf.constant(lr, tf.float64)
            done = tf.convert_to_tensor(step)
            rate = tf.py_function(lambda done: rate_at(lr, int(done.numpy())), [done], tf.float64)
            return tf.ensure_shape(rate, ())

        def get_config(self):
            raise NotImplementedError("a schedule of course_lib cannot be saved with a Keras optimizer")

    return Float64Schedule()
