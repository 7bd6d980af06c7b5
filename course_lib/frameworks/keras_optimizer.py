"""The optimizer of a row of conventions in Keras, and a schedule of course_lib in Keras."""

from __future__ import annotations

import numpy as np

from course_lib.frameworks.installed import load_keras
from course_lib.schedules import rate_at
from course_lib.schedules.contract import as_schedule


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
    arguments["learning_rate"] = keras_schedule(lr) if exact or callable(lr) else float(lr)
    optimizer = getattr(keras.optimizers, row.call.rpartition(".")[2])(**arguments, **row.fixed)
    if variables is not None:
        for variable in (variables := list(variables)):
            if not isinstance(variable, keras.Variable):
                raise TypeError(f"params must be a list of Keras variables or None, got {variable!r} in it")
        optimizer.build(variables)
    return optimizer


def keras_schedule(schedule):
    """A keras.optimizers.schedules.LearningRateSchedule that follows a schedule of course_lib, in float64.

    schedule : a function of the step, or a number. The result is what a Keras optimizer takes as
        learning_rate; it counts the steps from 0, as Keras does. Its numbers come from Python, so that it
        cannot be saved with a model.
    """
    follow = as_schedule("schedule", schedule)
    tf, keras = load_keras()

    class CourseSchedule(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            if not callable(schedule):
                return tf.constant(schedule, tf.float64)
            done = tf.convert_to_tensor(step)
            rate = tf.py_function(lambda done: rate_at(follow, int(done.numpy())), [done], tf.float64)
            return tf.ensure_shape(rate, ())

        def get_config(self):
            raise NotImplementedError("a schedule of course_lib cannot be saved with a Keras optimizer")

    return CourseSchedule()
