"""Values, gradients and Hessians of the toy objectives in course_lib.functions, by hand.

p is an array (..., 2) of points (x, y), or (..., n) for the quadratic form. Everything is computed
in the dtype of p: the constants are Python numbers, which NumPy 2 fits to the arrays they meet.
"""

from __future__ import annotations

import numpy as np


def _vector(p, x, y):
    out = np.empty_like(p)
    out[..., 0], out[..., 1] = x, y
    return out


def _symmetric(p, xx, xy, yy):
    out = np.empty((*p.shape, 2), p.dtype)
    out[..., 0, 0], out[..., 0, 1], out[..., 1, 0], out[..., 1, 1] = xx, xy, xy, yy
    return out


def quadratic(x, matrix):
    return 0.5 * np.sum(x * quadratic_gradient(x, matrix), axis=-1)


def quadratic_gradient(x, matrix):
    # A times each point by itself: one product for all would round otherwise than one for a single point.
    return (matrix.astype(x.dtype, copy=False) @ x[..., None])[..., 0]


def quadratic_hessian(x, matrix):
    return np.broadcast_to(matrix.astype(x.dtype, copy=False), (*x.shape, x.shape[-1])).copy()


def bowl(p, a, b):
    return a * p[..., 0] ** 2 + b * p[..., 1] ** 2


def bowl_gradient(p, a, b):
    return _vector(p, 2 * a * p[..., 0], 2 * b * p[..., 1])


def bowl_hessian(p, a, b):
    return _symmetric(p, 2 * a, 0, 2 * b)


def cubic(p):
    return p[..., 0] ** 3 + p[..., 1] ** 2


def cubic_gradient(p):
    return _vector(p, 3 * p[..., 0] ** 2, 2 * p[..., 1])


def cubic_hessian(p):
    return _symmetric(p, 6 * p[..., 0], 0, 2)


def _beale_residuals(p):
    """Beale is a sum of squares: the three residuals with their derivatives in x, y, xy and yy."""
    x, y = p[..., 0], p[..., 1]
    return (
        (1.5 - x + x * y, y - 1, x, 1, 0),
        (2.25 - x + x * y**2, y**2 - 1, 2 * x * y, 2 * y, 2 * x),
        (2.625 - x + x * y**3, y**3 - 1, 3 * x * y**2, 3 * y**2, 6 * x * y),
    )


def beale(p):
    return sum(r**2 for r, *_ in _beale_residuals(p))


def beale_gradient(p):
    residuals = _beale_residuals(p)
    return _vector(p, 2 * sum(r * rx for r, rx, *_ in residuals),
                   2 * sum(r * ry for r, _, ry, *_ in residuals))


def beale_hessian(p):
    residuals = _beale_residuals(p)
    return _symmetric(p, 2 * sum(rx**2 for _, rx, *_ in residuals),
                      2 * sum(rx * ry + r * rxy for r, rx, ry, rxy, _ in residuals),
                      2 * sum(ry**2 + r * ryy for r, _, ry, _, ryy in residuals))


def rosenbrock(p):
    x, y = p[..., 0], p[..., 1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def rosenbrock_gradient(p):
    x, y = p[..., 0], p[..., 1]
    return _vector(p, -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2))


def rosenbrock_hessian(p):
    x, y = p[..., 0], p[..., 1]
    return _symmetric(p, 2 - 400 * y + 1200 * x**2, -400 * x, 200)


def himmelblau(p):
    x, y = p[..., 0], p[..., 1]
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def himmelblau_gradient(p):
    x, y = p[..., 0], p[..., 1]
    a, b = x**2 + y - 11, x + y**2 - 7
    return _vector(p, 4 * x * a + 2 * b, 2 * a + 4 * y * b)


def himmelblau_hessian(p):
    x, y = p[..., 0], p[..., 1]
    return _symmetric(p, 12 * x**2 + 4 * y - 42, 4 * (x + y), 12 * y**2 + 4 * x - 26)
