"""Problems for `course_lib.studies.comparison`: a toy function, a network on data, a linear regression.

A problem says what one run is. `run(opt, rng, evaluations)` takes that many gradient evaluations with the
optimizer `opt`, draws all that is random from `rng`, and returns the losses after evenly spaced numbers of
evaluations, from the start (0) to the end. A run that diverges is infinite from there on. A problem may
also have `tune`, with the same arguments, which measures what learning rates are chosen by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from course_lib.functions import Function
from course_lib.idx import Dataset, Split
from course_lib.initializers import he_normal
from course_lib.layers import Dense, ReLU
from course_lib.losses import MSE, SoftmaxCrossEntropy
from course_lib.minimize import minimize
from course_lib.network import Network
from course_lib.optimizers import Optimizer
from course_lib.parameters import float_dtype
from course_lib.training import accuracy, batches
from course_lib.validation import choice, floats, function, generator, integer, number


@dataclass(frozen=True)
class FunctionProblem:
    """Minimize a toy function (course_lib.functions), one gradient per step.

    Parameters
    ----------
    function : a Function
    start : (n,); default function.start
    spread : standard deviation of N(0, 1) noise added to the start, another for each seed; default 0
    noise : standard deviation of N(0, 1) noise added to each gradient; default 0

    With neither spread nor noise all seeds give the same run.

    >>> from course_lib.functions import RAVINE
    >>> from course_lib.optimizers import SGD
    >>> FunctionProblem(RAVINE).run(SGD(lr=0.02), np.random.default_rng(0), 3).round(2)
    array([26.  ,  0.92,  0.85,  0.78])
    """

    function: Function
    start: tuple | None = None
    spread: float = 0.0
    noise: float = 0.0

    def __post_init__(self):
        if not isinstance(self.function, Function):
            raise TypeError(f"function must be a Function such as RAVINE, got {self.function!r}")
        if self.start is not None:
            floats("start", self.start, (self.function.n,))
        number("spread", self.spread, 0)
        number("noise", self.noise, 0)

    def run(self, opt, rng, evaluations):
        """The loss after 0, 1, … evaluations: (evaluations + 1,)."""
        integer("evaluations", evaluations, 0)
        if self.spread or self.noise:
            generator(rng)
        start = floats("start", self.function.start if self.start is None else self.start)
        if self.spread:
            start = start + self.spread * rng.standard_normal(start.shape)
        gradient = self.function.gradient
        if self.noise:
            def gradient(x):
                return self.function.gradient(x) + self.noise * rng.standard_normal(x.shape)
        trace = minimize(self.function, start, opt, evaluations, gradient)
        losses = np.full(evaluations + 1, np.inf)
        losses[:len(trace.loss)] = trace.loss
        return losses


@dataclass(frozen=True)
class NetworkProblem:
    """Train a network of Dense layers on mini-batches; an evaluation is the gradient of one mini-batch.

    The seed decides first weights and batches, and they are the same for every method.

    Parameters
    ----------
    data : a Dataset or Split (then all of it is the training set), or a function that returns one, such as
        load_digits; the function is called once in each process, which saves sending large data
    widths : of the layers, inputs first, for example (64, 100, 10)
    loss : default SoftmaxCrossEntropy()
    batch_size : default 32
    measure : what `run` measures, "train" (default), "validation" or "test": the loss on that whole part.
        Rates are chosen by the same, but for "test": then by "validation", so the test set chooses nothing.
    metric : function (output, y) -> number, lower is better, such as `error_rate`; default the loss
    points : measurements in a run, after the one at its start; evenly spaced, to the nearest step; default 20
    activation, weight : the activation layer and the initializer's maker; default ReLU, he_normal
    floor : the lowest possible loss, if known: it is subtracted
    dtype : default "float32"

    >>> from course_lib.datasets import load_digits
    >>> from course_lib.optimizers import SGD
    >>> problem = NetworkProblem(load_digits, (64, 32, 10), points=2)
    >>> losses = problem.run(SGD(lr=0.1), np.random.default_rng(0), 100)
    >>> losses.shape, bool(losses[-1] < losses[0])
    ((3,), True)
    """

    data: object
    widths: tuple
    loss: object = SoftmaxCrossEntropy()
    batch_size: int = 32
    measure: str = "train"
    metric: object = None
    points: int = 20
    activation: type = ReLU
    weight: object = he_normal
    floor: float = 0.0
    dtype: str = "float32"

    def __post_init__(self):
        if not isinstance(self.data, (Dataset, Split)):
            function("data", self.data, "a Dataset, a Split, or a function that returns one", arguments=0)
        if not isinstance(self.widths, (tuple, list)) or len(self.widths) < 2:
            raise TypeError(f"widths must be a tuple of at least two widths, got {self.widths!r}")
        for width in self.widths:
            integer("widths", width, 1)
        function("loss", self.loss, "a loss such as MSE(), called with output and target")
        choice("measure", self.measure, ["train", "validation", "test"])
        self._check_parts(self.data)
        if self.metric is not None:
            function("metric", self.metric, "a function (output, y) -> number")
        function("activation", self.activation, "an activation layer's class such as ReLU", arguments=0)
        function("weight", self.weight, "a function that makes an initializer such as he_normal", arguments=0)
        number("floor", self.floor)
        float_dtype(self.dtype)
        for name in ("batch_size", "points"):
            integer(name, getattr(self, name), 1)

    def _check_parts(self, data):
        if isinstance(data, Split) and self.measure != "train":
            raise ValueError(f"measure must be 'train' for a Split, which has one part, got {self.measure!r}")

    def network(self, rng):
        """The network before training."""
        layers = []
        for fan_in, fan_out in pairwise(self.widths):
            layers += [Dense(fan_in, fan_out, weight=self.weight()), self.activation()]
        return Network(layers[:-1], loss=self.loss, rng=rng, dtype=self.dtype)

    def run(self, opt, rng, evaluations):
        """The measured losses, at most points + 1 of them."""
        return self._train(opt, rng, evaluations, self.measure)

    def tune(self, opt, rng, evaluations):
        """The losses that the learning rate is chosen by."""
        return self._train(opt, rng, evaluations, "validation" if self.measure == "test" else self.measure)

    def _train(self, opt, rng, evaluations, part):
        if not isinstance(opt, Optimizer):
            raise TypeError(f"opt must be a course_lib optimizer such as SGD(lr=0.1), got {opt!r}")
        integer("evaluations", evaluations, 0)
        data = self.data if isinstance(self.data, (Dataset, Split)) else _loaded(self.data)
        self._check_parts(data)
        train, measured = (data, data) if isinstance(data, Split) else (data.train, getattr(data, part))
        net, order = self.network(rng), _endless(len(train.x), self.batch_size, rng)
        stops = np.linspace(0, evaluations, min(self.points, evaluations) + 1).round().astype(int)
        losses = np.full(len(stops), np.inf)
        with np.errstate(over="ignore", invalid="ignore"):
            losses[0] = self._measured(net, measured)
            for i, (begin, end) in enumerate(pairwise(stops), start=1):
                for _ in range(begin, end):
                    index = next(order)
                    if not math.isfinite(net.loss_and_grad(train.x[index], train.y[index])):
                        return losses
                    opt.step(net.parameters.x, net.parameters.g, check_finite=False)
                losses[i] = self._measured(net, measured)
        return losses

    def _measured(self, net, data):
        output = net.predict(data.x)
        value = self.loss(output, data.y)[0] if self.metric is None else self.metric(output, data.y)
        return value - self.floor


def error_rate(output, y):
    """The share of rows that are classified wrongly: 1 - accuracy.

    >>> error_rate(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    return 1 - accuracy(output, y)


def linear_regression(n=500, features=20, noise=10.0, *, rng, **options):
    """A NetworkProblem: one Dense layer on scikit-learn's make_regression, float64, mean squared error.

    n, features, noise : as make_regression's n_samples, n_features and noise (standard deviation)
    options : as NetworkProblem's

    The losses are those above the least-squares solution, so they can fall to 0.

    >>> problem = linear_regression(100, 3, rng=np.random.default_rng(0))
    >>> problem.widths, problem.data.y.shape
    ((3, 1), (100, 1))
    """
    from sklearn.datasets import make_regression

    number("noise", noise, 0)
    integer("features", features, 1)
    x, y = make_regression(integer("n", n, features + 2), features, noise=noise,
                           random_state=int(generator(rng).integers(2**31)))
    y = y[:, None]
    line = np.hstack([x, np.ones((n, 1))])
    floor = np.mean((y - line @ np.linalg.lstsq(line, y, rcond=None)[0])**2)
    return NetworkProblem(Split(x, y), (features, 1), loss=MSE(), dtype="float64",
                          floor=float(floor), **options)


@lru_cache(maxsize=2)
def _loaded(load):
    data = load()
    if not isinstance(data, (Dataset, Split)):
        raise TypeError(f"data must return a Dataset or a Split, got {data!r} from {load!r}")
    return data


def _endless(n, batch_size, rng):
    """The batches of one epoch after the other."""
    while True:
        yield from batches(n, batch_size, rng)
