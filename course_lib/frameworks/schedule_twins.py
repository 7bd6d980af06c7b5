"""The same schedule in course_lib, PyTorch and Keras, run as a training loop would run it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from course_lib.frameworks.calls import Call, call_of
from course_lib.frameworks.installed import load_keras, load_torch
from course_lib.frameworks.keras_twin import compile_once
from course_lib.optimizers import SGD
from course_lib.schedules import rate_at
from course_lib.training import History
from course_lib.validation import floats, integer


@dataclass(frozen=True)
class ScheduleTwins:
    """One schedule: the calls of course_lib, PyTorch and Keras; None where a framework has none.

    lr : the learning rate that PyTorch's optimizer is made with, which its schedulers multiply
    note : in words, what to know

    >>> from course_lib.frameworks import schedule_twins
    >>> twins = schedule_twins("step", lr=0.1, every=30, factor=0.5)
    >>> twins.pytorch, twins.keras
    (StepLR(optimizer, step_size=30, gamma=0.5),
     ExponentialDecay(0.1, decay_steps=30, decay_rate=0.5, staircase=True))
    """

    lr: float
    course_lib: Call
    pytorch: Call | None
    keras: Call | None
    note: str = ""

    def rates(self, side, steps):
        """The learning rates of the first `steps` steps, by "course_lib", "pytorch" or "keras".

        Keras computes in float32. Returns a float64 array of shape (steps,).

        >>> from course_lib.frameworks import schedule_twins
        >>> schedule_twins("step", lr=1.0, every=2, factor=0.5).rates("course_lib", 5)
        array([1.  , 1.  , 0.5 , 0.5 , 0.25])
        """
        integer("steps", steps, 1)
        call = call_of(self, side, "a schedule")
        if side == "course_lib":
            schedule = call.make()
            return np.array([rate_at(schedule, step) for step in range(steps)])
        return _torch_rates(call, self.lr, steps) if side == "pytorch" else _keras_rates(call, steps)


def _torch_rates(call, lr, steps):
    torch = load_torch()
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler, rates = call.make(optimizer=optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates, np.float64)


def _keras_rates(call, steps):
    tf, _ = load_keras()
    schedule = call.make()
    ask = compile_once(lambda done: tf.map_fn(schedule, done, fn_output_signature=tf.float32))
    return ask(np.arange(steps)).numpy().astype(np.float64)


@dataclass(frozen=True)
class PlateauTwins(ScheduleTwins):
    """A rate that falls when the loss no longer does: it depends on the run, so `rates` asks for losses."""

    def rates(self, side, losses):
        """The learning rate of each epoch, if the epochs end with these losses; shape as losses, (epochs,).

        >>> from course_lib.frameworks import schedule_twins
        >>> twins = schedule_twins("reduce_on_plateau", lr=1.0, factor=0.5, patience=1)
        >>> twins.rates("course_lib", [3.0, 2.0, 2.0, 2.0, 2.0])
        array([1. , 1. , 1. , 1. , 0.5])
        """
        losses = floats("losses", losses, (None,))
        call = call_of(self, side, "a schedule")
        follow = {"course_lib": _course_lib_plateau, "pytorch": _torch_plateau, "keras": _keras_plateau}[side]
        return follow(call, self.lr, losses.tolist())


def _course_lib_plateau(call, lr, losses):
    callback, opt, history, rates = call.make(), SGD(lr=lr), History(), []
    for loss in losses:
        rates.append(opt.lr)
        history.loss.append(loss)
        callback(None, opt, history)
    return np.array(rates)


def _torch_plateau(call, lr, losses):
    torch = load_torch()
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler, rates = call.make(optimizer=optimizer), []
    for loss in losses:
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step(loss)
    return np.array(rates)


def _keras_plateau(call, lr, losses):
    _, keras = load_keras()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(lr), "mse")
    callback, rates = call.make(), []
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        rates.append(float(model.optimizer.learning_rate))
        with warnings.catch_warnings():  # Keras makes an array of the rate in a way that NumPy 2 warns of
            warnings.simplefilter("ignore", DeprecationWarning)
            callback.on_epoch_end(epoch, {"loss": loss})
    return np.array(rates)
