r"""Toy objectives: small functions with gradient, Hessian, a start and a plotting window.

    f = BEALE
    f(x), f.gradient(x), f.hessian(x)

x has shape (..., n), so one point, a path of points and a whole contour grid are the same call.
The derivatives are worked out by hand in course_lib.formulas; the tests hold them against finite
differences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib import formulas
from course_lib.initializers import orthogonal
from course_lib.validation import floats, integer, number


@dataclass(frozen=True, eq=False)
class Function:
    """An objective f: Rⁿ → R with its derivatives.

    name : what to call it in a legend
    formula : LaTeX, without dollar signs
    formulas : the functions (value, gradient, Hessian) that the three methods below call
    start : (n,), where the lectures start
    minima : the points (n,) of all minima; empty for a saddle
    window : ((x_low, x_high), (y_low, y_high)) for a contour plot; None unless n = 2
    levels : increasing contour levels for that window; None unless n = 2

    Arrays kept here are read-only. x is float32 or float64 and its dtype is kept (integers become
    float64). Where x has overflowed, the value is infinite or NaN, without an error or a warning:
    a run that diverges is a lesson.

    >>> BEALE([3, 0.5]), RAVINE.gradient([1.0, 1.0])
    (np.float64(0.0), array([ 2., 50.]))
    >>> SADDLE.hessian(np.zeros((5, 2))).shape
    (5, 2, 2)
    >>> BEALE([1.0, 2.0, 3.0])
    Traceback (most recent call last):
    ValueError: x must have shape (..., 2) for Beale, got (3,)
    """

    name: str
    formula: str
    formulas: tuple[Callable, Callable, Callable]
    start: np.ndarray
    minima: tuple = ()
    window: tuple | None = None
    levels: np.ndarray | None = None

    def __post_init__(self):
        given = self.formulas
        if not isinstance(given, (tuple, list)) or len(given) != 3 or not all(map(callable, given)):
            raise TypeError(f"formulas must be three functions: value, gradient and Hessian; got {given!r}")
        object.__setattr__(self, "start", _fixed(floats("start", self.start, (None,))))
        if self.levels is not None:
            object.__setattr__(self, "levels", _fixed(floats("levels", self.levels, (None,))))
        object.__setattr__(self, "minima", tuple(_fixed(point) for point in self.minima))

    @property
    def n(self):
        """Number of variables."""
        return len(self.start)

    @property
    def minimum(self):
        """The (first) minimum, shape (n,), or None for a saddle."""
        return self.minima[0] if self.minima else None

    def __call__(self, x):
        """f at x: shape (..., n) → (...)."""
        return self._evaluate(0, x)

    def gradient(self, x):
        """The vector of first derivatives: shape (..., n) → (..., n)."""
        return self._evaluate(1, x)

    def hessian(self, x):
        """The matrix of second derivatives: shape (..., n) → (..., n, n)."""
        return self._evaluate(2, x)

    def _evaluate(self, order, x):
        x = floats("x", x, finite=False)
        if x.ndim == 0 or x.shape[-1] != self.n:
            raise ValueError(f"x must have shape (..., {self.n}) for {self.name}, got {x.shape}")
        # NumPy rounds powers of a single number otherwise than those in an array: always use arrays, so that
        # many points at once give the very numbers of one at a time.
        points = x[None] if x.ndim == 1 else x
        with np.errstate(all="ignore"):  # inf and NaN say it already; a diverging run should not also warn
            values = self.formulas[order](points)
        return values[0] if x.ndim == 1 else values


@dataclass(frozen=True, eq=False)
class Quadratic(Function):
    """f(x) = ½ xᵀAx with A = VΛVᵀ: `matrix` A, `eigenvalues` (n,) rising, `eigenvectors` V in columns."""

    matrix: np.ndarray | None = None
    eigenvalues: np.ndarray | None = None
    eigenvectors: np.ndarray | None = None

    def __post_init__(self):
        super().__post_init__()
        for field in ("matrix", "eigenvalues", "eigenvectors"):
            object.__setattr__(self, field, _fixed(getattr(self, field)))

    def equal_energy_start(self, energy=1.0):
        """The point where every eigendirection i adds the same ½ λᵢ cᵢ² = `energy` to f; shape (n,).

        From here no mode is favoured, so the slowest decides the rate as the theory says.

        >>> f = quadratic(100.0, n=5)
        >>> float(f(f.equal_energy_start(2.0))).__round__(12)
        10.0
        """
        return _equal_energy(self.eigenvalues, self.eigenvectors, number("energy", energy, 0, open_low=True))


def valley(kappa):
    """The narrow valley x² + κy², whose Hessian has condition number κ >= 1 (float).

    >>> valley(10.0)([1.0, 2.0])
    np.float64(41.0)
    """
    kappa = float(number("kappa", kappa, 1))
    return Function("valley", f"x^2 + {kappa:g}\\,y^2",
                    _parts("bowl", a=1.0, b=kappa),
                    start=(-2.0, 0.5), minima=((0.0, 0.0),), window=((-2.4, 2.4), (-1.0, 1.0)),
                    levels=np.geomspace(0.05, kappa + 6, 12))


def quadratic(kappa, n=2, rotation=0.0):
    """½ xᵀAx with eigenvalues log-spaced from 1 to `kappa`; returns a Quadratic.

    kappa : condition number of A, at least 1 (and 1 if n = 1)
    n : number of variables
    rotation : angle in radians by which the axes are turned (n = 2), or a numpy Generator, which
        draws orthonormal eigenvectors uniformly for any n. 0: the eigenvectors are the axes.

    `start` is `equal_energy_start(1.0)`.

    >>> quadratic(100.0, n=3).eigenvalues
    array([  1.,  10., 100.])
    >>> quadratic(4.0, rotation=np.pi / 4).matrix.round(12)
    array([[ 2.5, -1.5],
           [-1.5,  2.5]])
    """
    kappa, n = float(number("kappa", kappa, 1)), integer("n", n, 1)
    if n == 1 and kappa != 1:
        raise ValueError(f"kappa must be 1 for n = 1, which has one eigenvalue, got {kappa}")
    eigenvalues = np.geomspace(1.0, kappa, n)
    vectors = _eigenvectors(n, rotation)
    matrix = (vectors * eigenvalues) @ vectors.T
    matrix = (matrix + matrix.T) / 2  # exactly symmetric in spite of rounding
    plane = {}
    if n == 2:
        plane = {"window": ((-2.4, 2.4), (-2.4, 2.4)), "levels": np.geomspace(0.05, 3 * kappa, 12)}
    return Quadratic("quadratic", r"\frac{1}{2}\, x^\top A x", _parts("quadratic", matrix=matrix),
                     start=_equal_energy(eigenvalues, vectors, 1.0), minima=(np.zeros(n),), **plane,
                     matrix=matrix, eigenvalues=eigenvalues, eigenvectors=vectors)


def _eigenvectors(n, rotation):
    if isinstance(rotation, np.random.Generator):
        return orthogonal()((n, n), rotation)
    angle = float(number("rotation", rotation))
    if angle == 0:
        return np.eye(n)
    if n != 2:
        raise ValueError(f"rotation must be 0 or a numpy Generator for n = {n}, got the angle {angle}")
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _equal_energy(eigenvalues, eigenvectors, energy):
    return eigenvectors @ np.sqrt(2 * energy / eigenvalues)


def _fixed(values):
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)  # minimizing from f.start must not move it
    return array


def _parts(name, **constants):
    """The three formulas called `name`, with their constants filled in."""
    rules = (getattr(formulas, name + part) for part in ("", "_gradient", "_hessian"))
    return tuple(partial(rule, **constants) for rule in rules)


BEALE = Function(
    "Beale", r"(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
    _parts("beale"),
    start=(1.0, 1.5), minima=((3.0, 0.5),), window=((-0.5, 4.5), (-2.2, 2.0)),
    levels=np.geomspace(0.05, 800, 14))
ROSENBROCK = Function(
    "Rosenbrock", r"(1 - x)^2 + 100\,(y - x^2)^2",
    _parts("rosenbrock"),
    start=(-1.2, 1.0), minima=((1.0, 1.0),), window=((-1.8, 1.8), (-0.8, 2.2)),
    levels=np.geomspace(0.1, 1500, 14))
HIMMELBLAU = Function(
    "Himmelblau", r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    _parts("himmelblau"),
    start=(0.0, 0.0), window=((-5.0, 5.0), (-5.0, 5.0)),
    levels=np.geomspace(1, 800, 14),
    minima=((3.0, 2.0), (-2.805118086952745, 3.131312518250573),  # all but the first are roots of cubics
            (-3.779310253377747, -3.283185991286170), (3.584428340330492, -1.848126526964404)))
SADDLE = Function(
    "saddle", "x^2 - y^2",
    _parts("bowl", a=1.0, b=-1.0),
    start=(1.0, 0.001), window=((-1.5, 1.5), (-1.5, 1.5)),
    levels=np.linspace(-2, 2, 17))
CUBIC_SADDLE = Function(
    "cubic saddle", "w_1^3 + w_2^2", _parts("cubic"),
    start=(-0.01, -1.0), window=((-1.2, 0.8), (-1.2, 1.2)),
    levels=np.linspace(-1.5, 1.5, 16))
RAVINE = Function(
    "ravine", r"w_1^2 + 25\,w_2^2",
    _parts("bowl", a=1.0, b=25.0),
    start=(-1.0, -1.0), minima=((0.0, 0.0),), window=((-1.4, 1.4), (-1.2, 1.2)),
    levels=np.geomspace(0.05, 35, 12))
