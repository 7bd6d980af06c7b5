"""Averages of the points that an optimizer visits; they are often better than the last point.

Give them to any optimizer, and read `x` when the run is over:

>>> import numpy as np
>>> from course_lib.optimizers import SGD
>>> average = TailAverage(start=1)
>>> x, opt = np.array([1.0]), SGD(lr=1.0, averages=[average])
>>> for g in (0.5, 0.25, 0.125):
...     opt.step(x, np.array([g]))  # x is then 0.5, 0.25, 0.125
>>> average.x  # the mean of the last two
array([0.1875])
"""

from __future__ import annotations

from course_lib.validation import boolean, floats, integer, number


class TailAverage:
    """The plain mean of the points after step start + 1, start + 2, … (Polyak & Juditsky 1992, eq. 2).

    Parameters
    ----------
    start : number of first points to leave out, at least 0; default 0

    Attributes
    ----------
    x : the mean, a new array of the point's shape each time; None before the first counted point
    count : the number of points in it
    """

    def __init__(self, start=0):
        self.start = integer("start", start, 0)
        self.reset()

    def reset(self):
        """Forget all points."""
        self.mean, self.shape, self.seen = None, None, 0

    @property
    def x(self):
        return None if self.mean is None else self.mean.copy()

    @property
    def count(self):
        return max(self.seen - self.start, 0)

    def update(self, x):
        """Take in one more point."""
        x = _like("x", x, self.shape)
        self.shape = x.shape
        self.seen += 1
        if self.count == 1:
            self.mean = x.copy()
        elif self.count:
            self.mean += (x - self.mean) / self.count

    def __repr__(self):
        return f"TailAverage(start={self.start})"


class ExponentialAverage:
    """An average that forgets: a ← beta·a + (1 - beta)·x, from a = 0.

    Parameters
    ----------
    beta : share that is kept at each step, in [0, 1); about 1 / (1 - beta) points count
    bias_correction : True (default) divides by 1 - betaᵗ, so that the weights of all points sum to 1

    Attributes
    ----------
    x : the average, a new array of the point's shape each time; None before the first point
    count : the number of points seen

    >>> import numpy as np
    >>> average = ExponentialAverage(beta=0.5)
    >>> for value in (1.0, 4.0):
    ...     average.update(np.array([value]))
    >>> average.x  # (0.25·1 + 0.5·4) / 0.75
    array([3.])
    """

    def __init__(self, beta, bias_correction=True):
        self.beta = float(number("beta", beta, 0, 1, open_high=True))
        self.bias_correction = boolean("bias_correction", bias_correction)
        self.reset()

    def reset(self):
        """Forget all points."""
        self.sum, self.shape, self.count = None, None, 0

    @property
    def x(self):
        if self.sum is None:
            return None
        return self.sum / (1 - self.beta**self.count) if self.bias_correction else self.sum.copy()

    def update(self, x):
        """Take in one more point."""
        x = _like("x", x, self.shape)
        self.shape = x.shape
        self.count += 1
        self.sum = (1 - self.beta) * x if self.sum is None else self.beta * self.sum + (1 - self.beta) * x

    def __repr__(self):
        return f"ExponentialAverage(beta={self.beta:g}, bias_correction={self.bias_correction})"


def _like(name, x, shape):
    x = floats(name, x, finite=False)
    if shape is not None and x.shape != shape:
        raise ValueError(f"{name} must have the shape of the points before, {shape}, got {x.shape}; "
                         f"call reset() before a new run")
    return x
