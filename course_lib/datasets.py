"""Data sets: bundled digits, small made-up problems, and MNIST by name.

Images are float32 in [0, 1] with int64 labels, which is what networks use by default. The made-up
problems are float64, in columns (n, 1), unless `dtype` says otherwise. A Network converts what it is
given to its own dtype, so both fit any network.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np

from course_lib.idx import Dataset, Split, read_split
from course_lib.initializers import orthogonal
from course_lib.mnist import DATA, VARIABLE, load_fashion_mnist, load_mnist, mnist_available, places
from course_lib.validation import choice, generator, integer, number

__all__ = ["Dataset", "Regression", "Split", "heaviside", "jump", "load_digits", "load_fashion_mnist",
           "load_mnist", "mnist_available", "noisy_sine", "regression", "two_piece"]

DIGITS = ("digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz")


class Regression(NamedTuple):
    """Inputs x (n, features), targets y (n, 1), and the weights (features, 1) that made them."""

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray


def load_digits(directory=None):
    """The bundled handwritten digits (Alpaydin & Kaynak 1998): a Dataset of 8 by 8 images.

    `.train` (1,197), `.validation` (300) and `.test` (300): x float32 (n, 64) in [0, 1], row by row,
    y int64 (n,). The split is fixed, in the order of the file: validation and test hold 30 of each
    digit. The files are in the project's data/ directory; if the package is installed without it,
    they are looked for in `directory`, else where the environment variable COURSE_LIB_DATA says
    (there itself or in `digits/`).

    >>> digits = load_digits()
    >>> digits.train.x.shape, digits.train.x.dtype, digits.test.y[:5]
    ((1197, 64), dtype('float32'), array([6, 6, 6, 2, 5]))
    """
    images, labels = _digits_files(directory)
    x, y = read_split(images, labels, scale=16, shape=(1797, 8, 8))
    parts = slice(0, 1197), slice(1197, 1497), slice(1497, None)
    return Dataset(*(Split(x[part], y[part]) for part in parts))


def noisy_sine(n=100, noise=0.1, *, rng, dtype=np.float64):
    """y = sin x + noise · N(0, 1) at n evenly spaced x in [-π, π]; x and y of shape (n, 1).

    >>> x, y = noisy_sine(50, rng=np.random.default_rng(0))
    >>> x.shape, y.shape, bool(np.std(y - np.sin(x)) < 0.2)
    ((50, 1), (50, 1), True)
    """
    noise = float(number("noise", noise, 0))
    x = _column(n)
    y = np.sin(x) + noise * generator(rng).standard_normal(x.shape)
    return Split(*_as(dtype, x, y))


def two_piece(n=200, *, dtype=np.float64):
    """y = 5 + Σ_{k=1..4} sin kx for x < 0 and cos 10x for x >= 0, at n evenly spaced x in [-π, π].

    A target with a jump and two scales. x and y have shape (n, 1).

    >>> x, y = two_piece(3)
    >>> x.ravel().round(2), y.ravel().round(2)
    (array([-3.14,  0.  ,  3.14]), array([5., 1., 1.]))
    """
    x = _column(n)
    y = np.where(x < 0, 5 + sum(np.sin(k * x) for k in range(1, 5)), np.cos(10 * x))
    return Split(*_as(dtype, x, y))


def jump(n=200, *, dtype=np.float64):
    """y = x·sin(20x)/10, and 1 more for x > 0, at n evenly spaced x in [-1, 1]: a jump on fast waves.

    At x = 0, half way: y = 0.5. x and y have shape (n, 1).

    >>> x, y = jump(3)
    >>> x.ravel(), y.ravel().round(2)
    (array([-1.,  0.,  1.]), array([0.09, 0.5 , 1.09]))
    """
    x = _column(n, 1.0)
    y = x * np.sin(20 * x) / 10 + np.heaviside(x, 0.5)
    return Split(*_as(dtype, x, y))


def heaviside(n=100, noise=0.1, *, rng, dtype=np.float64):
    """y = 0 for x < 0 and 1 for x >= 0, plus noise · N(0, 1), at n evenly spaced x in [-1, 1].

    x and y have shape (n, 1).

    >>> x, y = heaviside(4, noise=0.0, rng=np.random.default_rng(0))
    >>> x.ravel().round(2), y.ravel()
    (array([-1.  , -0.33,  0.33,  1.  ]), array([0., 0., 1., 1.]))
    """
    noise = float(number("noise", noise, 0))
    x = _column(n, 1.0)
    y = np.heaviside(x, 1.0) + noise * generator(rng).standard_normal(x.shape)
    return Split(*_as(dtype, x, y))


def regression(n=100, features=2, noise=0.1, condition=1.0, *, rng, dtype=np.float64):
    """Linear regression y = x w + noise · N(0, 1) with w ~ N(0, 1) and a chosen condition number.

    n : number of examples, at least features + 1
    condition : the eigenvalues of the Gram matrix xᵀx / n are log-spaced from 1 to this number
        (at least 1; and 1 if features = 1). The mean squared error then has Hessian 2 xᵀx / n.

    The columns of x have mean zero, so a bias does not change the condition number.

    >>> data = regression(50, 3, noise=0.0, condition=100.0, rng=np.random.default_rng(0))
    >>> np.linalg.eigvalsh(data.x.T @ data.x / 50).round(6)
    array([  1.,  10., 100.])
    >>> np.allclose(data.x @ data.weights, data.y)
    True
    """
    features = integer("features", features, 1)
    n = integer("n", n, features + 1)
    noise, condition = float(number("noise", noise, 0)), float(number("condition", condition, 1))
    if features == 1 and condition != 1:
        raise ValueError(f"condition must be 1 for features = 1, which has one eigenvalue, got {condition}")
    rng = generator(rng)
    constant = np.ones((n, 1))
    basis, _ = np.linalg.qr(np.hstack([constant, rng.standard_normal((n, features))]))
    scales = np.sqrt(n * np.geomspace(1.0, condition, features))
    # columns 1, 2, … of the basis are orthonormal, and orthogonal to the constant: their mean is zero
    x = basis[:, 1:] * scales @ orthogonal()((features, features), rng)
    weights = rng.standard_normal((features, 1))
    y = x @ weights + noise * rng.standard_normal((n, 1))
    return Regression(*_as(dtype, x, y, weights))


def _digits_files(directory):
    if directory is not None:
        searched = places("digits", directory)
    else:
        variable = os.environ.get(VARIABLE)
        searched = (DATA, *(places("digits", variable) if variable else ()))
    for place in searched:
        paths = [place / file for file in DIGITS]
        if all(path.is_file() for path in paths):
            return paths
    raise FileNotFoundError(
        f"the digits ({' and '.join(DIGITS)}) were not found in {', '.join(map(str, searched))}; they are "
        f"in the data directory of the project: give that as directory, or in the environment variable "
        f"{VARIABLE}")


def _column(n, limit=np.pi):
    return np.linspace(-limit, limit, integer("n", n, 2))[:, None]


def _as(dtype, *arrays):
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = dtype
    choice("dtype", name, ["float32", "float64"])
    return [array.astype(name, copy=False) for array in arrays]
