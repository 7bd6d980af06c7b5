"""fit(): mini-batches, history, a progress bar, and a clear stop when the loss explodes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

import numpy as np

from course_lib.network import Network
from course_lib.optimizers import Optimizer
from course_lib.progress import progress as progress_bar
from course_lib.validation import (
    all_finite,
    as_array,
    boolean,
    floats,
    function,
    generator,
    integer,
    returned,
    span,
)


@dataclass
class History:
    """What was measured during a run; all are arrays once `fit` returns.

    step_loss, lr, batch_size : loss of each mini-batch before its step, the rate of that step, and the
        number of examples in it
    loss : mean of the step losses of each epoch, each example counted once
    metric : on the whole training set after each epoch, if a metric was given
    validation_loss, validation_metric : on the validation set after each epoch, if given
    """

    step_loss: list = field(default_factory=list)
    lr: list = field(default_factory=list)
    batch_size: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    metric: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_metric: list = field(default_factory=list)

    def as_arrays(self):
        return History(*(np.array(getattr(self, f.name)) for f in fields(self)))


class DivergenceError(ArithmeticError):
    """The loss or a weight stopped being finite.

    Attributes: step (at which it was found, from 1), last_loss (the finite loss before, or None),
    lr (of the step that led there; an array if it is one), history (up to there).
    """

    def __init__(self, step, last_loss, lr, history):
        before = "no step was taken before" if last_loss is None else f"the loss before was {last_loss:.6g}"
        super().__init__(f"the loss or a weight is no longer finite at step {step}; {before}, the learning "
                         f"rate {span(lr)}. Try a smaller learning rate, or look for very large inputs.")
        self.step, self.last_loss, self.lr, self.history = step, last_loss, lr, history


def accuracy(output, y):
    """The share of rows whose largest output is at the label's place. A row with NaN counts as wrong.

    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    output, y = floats("output", output, finite=False), as_array("y", y)
    if y.dtype.kind not in "iu":
        raise TypeError(f"y must hold integer labels, got dtype {y.dtype}")
    if output.ndim != 2 or y.shape != output.shape[:1] or not len(y):
        raise ValueError(f"y must have shape (n,) for output of shape (n, classes), "
                         f"got {y.shape} for {output.shape}")
    return float(np.mean((output.argmax(axis=1) == y) & ~np.isnan(output).any(axis=1)))


def batches(n, batch_size, rng, shuffle=True, first_step=0):
    """Index arrays that visit 0 … n - 1 once, `batch_size` at a time; the last may be shorter.

    batch_size may be a function of the step, which is `first_step` for the first batch.

    >>> [len(index) for index in batches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    >>> [len(index) for index in batches(10, lambda step: 2**step, np.random.default_rng(0))]
    [1, 2, 4, 3]
    """
    integer("n", n, 1)
    _check_batch_size(batch_size)
    boolean("shuffle", shuffle)
    integer("first_step", first_step, 0)
    order = generator(rng).permutation(n) if shuffle else np.arange(n)
    found, start = [], 0
    while start < n:
        size = _size_at(batch_size, first_step + len(found))
        found.append(order[start:start + size])
        start += size
    return found


def fit(net, opt, x, y, *, epochs, batch_size=32, rng, shuffle=True, validation=None,
        metric=None, callbacks=(), progress=None):
    """Train `net` on x, y with `opt`; returns the History.

    Parameters
    ----------
    net, opt : a Network and an Optimizer. Training goes on from their present state:
        call opt.reset() for a fresh optimizer.
    x, y : inputs (n, inputs), and targets as the network's loss wants them, n of each
    epochs : how often to go through the data, at least 1
    batch_size : examples per step, default 32; the last, shorter batch is kept. None: all at once,
        in the order given. A function of the step (opt.t: 0 for the first) lets the batches grow.
    rng : numpy Generator that shuffles the data, anew in each epoch unless shuffle=False
    validation : (x, y) measured after each epoch, of the same form as x and y
    metric : function (output, y) -> number, for example `accuracy`
    callbacks : functions (net, opt, history) called after each epoch; a true value returned
        stops the training
    progress : True or False to force the progress bar on or off

    Raises DivergenceError when the loss of a batch is no longer finite (before its step is taken) or,
    looked at after each epoch, a weight.

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> from course_lib.optimizers import SGD
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 1))
    >>> net = Network([Dense(1, 1)], loss=MSE(), rng=rng, dtype=np.float64)
    >>> history = fit(net, SGD(lr=0.1), x, 3 * x - 1, epochs=40, batch_size=10, rng=rng, progress=False)
    >>> net.parameters.x.round(3)
    array([ 3., -1.])
    """
    x, y = check_run(net, opt, x, y)
    n = len(x)
    integer("epochs", epochs, 1)
    generator(rng)
    boolean("shuffle", shuffle)
    if progress is not None:
        boolean("progress", progress)
    if validation is not None:
        validation = _check_validation(validation, x, y)
    _check_extras(metric, callbacks)
    whole = batch_size is None  # one batch of everything needs no order and no copy
    if not whole:
        _check_batch_size(batch_size)
    history = History()
    with np.errstate(over="ignore", invalid="ignore"):  # an exploding loss raises DivergenceError instead
        for _ in progress_bar(range(epochs), "training", show=progress):
            if whole:
                mean = _step(net, opt, x, y, history)
            else:
                order = batches(n, batch_size, rng, shuffle, first_step=opt.t)
                mean = sum(len(i) * _step(net, opt, x[i], y[i], history) for i in order) / n
            if not all_finite(net.parameters.x):
                raise _divergence(history, history.lr[-1])
            history.loss.append(mean)
            _measure(net, x, y, validation, metric, history)
            if callbacks and any([callback(net, opt, history) for callback in callbacks]):  # each is called
                break
    return history.as_arrays()


def _step(net, opt, x, y, history):
    lr = opt.next_lr
    loss = net.loss_and_grad(x, y)
    if not math.isfinite(loss):
        raise _divergence(history, lr)
    # A gradient that is not finite shows in the next loss, and in the weights after the epoch.
    opt.step(net.parameters.x, net.parameters.g, check_finite=False)
    history.step_loss.append(loss)
    history.lr.append(lr)
    history.batch_size.append(len(x))
    return loss


def _check_batch_size(batch_size):
    if callable(batch_size):
        function("batch_size", batch_size, "a whole number, or a function of the step", arguments=1)
    else:
        integer("batch_size", batch_size, 1)


def _size_at(batch_size, step):
    if not callable(batch_size):
        return batch_size
    try:
        return integer("batch_size", batch_size(step), 1)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error} (from the function, at step {step})") from None


def _divergence(history, lr):
    last_lr = history.lr[-1] if history.lr else lr
    last_loss = history.step_loss[-1] if history.step_loss else None
    return DivergenceError(len(history.lr) + 1, last_loss, last_lr, history.as_arrays())


def _measure(net, x, y, validation, metric, history):
    if metric is not None:
        history.metric.append(_measured(metric, net.predict(x), y))
    if validation is not None:
        output = net.predict(validation[0])
        history.validation_loss.append(net.loss(output, validation[1])[0])
        if metric is not None:
            history.validation_metric.append(_measured(metric, output, validation[1]))


def _measured(metric, output, y):
    return returned("metric", metric(output, y)).item()


def check_run(net, opt, x, y):
    """x and y as arrays, or an error unless they are numbers of one length, and net and opt what they say."""
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be a course_lib optimizer such as SGD(lr=0.1), got {opt!r}")
    return check_data(x, y)


def check_data(x, y, x_name="x", y_name="y"):
    """Inputs and targets as arrays, or an error unless they are finite numbers of one length, at least 1."""
    x, y = as_array(x_name, x), as_array(y_name, y)
    if x.ndim != 2 or not len(x) or x.dtype.kind not in "fiu":
        raise ValueError(f"{x_name} must be numbers of shape (n, inputs) with n at least 1, "
                         f"got shape {x.shape}, dtype {x.dtype}")
    if y.ndim < 1 or len(y) != len(x):
        raise ValueError(f"{x_name} and {y_name} must have one length, got shapes {x.shape} and {y.shape}")
    for name, array in ((x_name, x), (y_name, y)):
        if array.dtype.kind == "f" and not all_finite(array):
            raise ValueError(f"{name} must be finite, got {int((~np.isfinite(array)).sum())} "
                             f"NaN or infinite value(s) in an array of shape {array.shape}")
    return x, y


def _check_validation(validation, x, y):
    """The validation pair as arrays, or an error unless its rows have the shapes of those of x and y."""
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(f"validation must be a pair (x, y), got {validation!r}")
    names = "validation[0]", "validation[1]"
    pair = check_data(*validation, *names)
    for name, array, like in zip(names, pair, (x, y), strict=True):
        if array.shape[1:] != like.shape[1:]:
            wanted = ", ".join(map(str, ("n", *like.shape[1:])))
            raise ValueError(f"{name} must have shape ({wanted}{',' if like.ndim == 1 else ''}), as in "
                             f"training, got {array.shape}")
    return pair


def _check_extras(metric, callbacks):
    if metric is not None:
        function("metric", metric, "a function (output, y) -> number")
    if not isinstance(callbacks, (list, tuple)):
        raise TypeError(f"callbacks must be a list of functions, got {callbacks!r}")
    for callback in callbacks:
        function("callbacks", callback, "functions (net, opt, history)", arguments=3)
