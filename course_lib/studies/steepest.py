"""Lecture 03: in which direction a step of a given length decreases a function of two variables most."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.functions import Function
from course_lib.validation import floats, integer, number


class Circle(NamedTuple):
    """A function on a circle around x, by the angle to the negative gradient.

    degrees (n,), directions (n, 2) of length 1, change (n,) = f(x + radius·direction) - f(x);
    steepest (2,) the direction of the negative gradient, best (2,) that of the least value found,
    slope the length of the gradient.
    """

    degrees: np.ndarray
    directions: np.ndarray
    change: np.ndarray
    steepest: np.ndarray
    best: np.ndarray
    slope: float

    @property
    def turn(self):
        """The angle in degrees between the best direction and the negative gradient."""
        return abs(float(self.degrees[np.argmin(self.change)]))


def around(f, x, radius, points=3601):
    """f on the circle of this radius around x (2,), at `points` angles from -180 to 180 degrees.

    The straight-line model f(x) + gᵀd is least on it at d = -radius·g/‖g‖ (Cauchy-Schwarz).

    >>> from course_lib.functions import valley
    >>> around(valley(1.0), [1.0, 0.0], 0.5).turn  # a round bowl: straight to the minimum
    0.0
    """
    if not isinstance(f, Function) or f.n != 2:
        raise TypeError(f"f must be one of course_lib.functions of two variables, got {f!r}")
    x = floats("x", x, (2,))
    number("radius", radius, 0, open_low=True)
    degrees = np.linspace(-180, 180, integer("points", points, 3))
    g = f.gradient(x)
    slope = float(np.linalg.norm(g))
    if slope == 0:
        raise ValueError(f"x must not be a stationary point, whose gradient has no direction, got {x}")
    steepest = -g / slope
    across = np.array([-steepest[1], steepest[0]])
    angle = np.radians(degrees)[:, None]
    directions = np.cos(angle) * steepest + np.sin(angle) * across
    change = f(x + radius * directions) - f(x)
    return Circle(degrees, directions, change, steepest, directions[np.argmin(change)], slope)
