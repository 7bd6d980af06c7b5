"""Lecture 07: what centring, scaling and whitening do to a cloud, to a Gram matrix, and to the step count.

The loss of linear regression has the Hessian 2 AᵀA/n, where A is the features with a column of ones for the
bias; AᵀA is the Gram matrix. Its condition number κ decides how many steps gradient descent needs (lecture
03).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.normalization import PCAWhitening, Standardize, ZCAWhitening
from course_lib.studies.convergence import exact_steps
from course_lib.studies.scaling import least_squares_modes
from course_lib.validation import choice, floats, generator, integer, number

VERSIONS = ("raw", "centred", "scaled", "PCA-whitened", "ZCA-whitened")


class Conditioning(NamedTuple):
    """kappa, the condition number of the Gram matrix; steps to `tolerance` of the excess loss."""

    kappa: float
    steps: int


def transform_named(name):
    """A new transform for one of VERSIONS; None for "raw".

    >>> transform_named("centred")
    Standardize(scale=False, unbiased=False)
    """
    return {"raw": None, "centred": Standardize(scale=False), "scaled": Standardize(),
            "PCA-whitened": PCAWhitening(), "ZCA-whitened": ZCAWhitening()}[choice("name", name, VERSIONS)]


def versions(x, names=VERSIONS):
    """The data x (n, features) in these versions, each fitted to x itself: dict of name -> (n, features).

    >>> {name: z.mean() for name, z in versions(np.array([[1.0], [3.0]]), ["raw", "scaled"]).items()}
    {'raw': np.float64(2.0), 'scaled': np.float64(0.0)}
    """
    x = floats("x", x, (None, None))
    transforms = {name: transform_named(name) for name in names}
    return {name: x if t is None else t.fit(x).transform(x) for name, t in transforms.items()}


def cloud(n=300, *, mean=(5.0, 3.0), deviations=(2.0, 0.5), angle=35.0, rng):
    """A toy cloud (n, 2), normal around `mean`, long in the direction `angle`.

    deviations : along its long and its short axis, exactly; angle : of the long axis to the first feature,
    in degrees; n : at least 3

    >>> x = cloud(100, rng=np.random.default_rng(0))
    >>> x.mean(axis=0).round(6), np.linalg.eigvalsh(np.cov(x.T, bias=True)).round(6)
    (array([5., 3.]), array([0.25, 4.  ]))
    """
    deviations, mean = floats("deviations", deviations, (2,)), floats("mean", mean, (2,))
    if deviations.min() <= 0:
        raise ValueError(f"deviations must be two positive numbers, got {deviations.tolist()}")
    turn = np.radians(number("angle", angle))
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    draws = generator(rng).standard_normal((integer("n", n, 3), 2))
    # whitened draws have exactly mean 0 and covariance 1, so that the cloud is exactly what was asked for
    return PCAWhitening().fit(draws).transform(draws) * deviations @ axes + mean


def extent(x):
    """Mean (features,), deviation (features,) and covariance matrix (features, features) of x, all over n.

    >>> extent([[1.0, 0.0], [3.0, 0.0]])
    (array([2., 0.]), array([1., 0.]), array([[1., 0.],
           [0., 0.]]))
    """
    x = floats("x", x, (None, None))
    mean = x.mean(axis=0)
    covariance = (x - mean).T @ (x - mean) / len(x)
    return mean, np.sqrt(np.diag(covariance)), covariance


def conditioning(x, y, tolerance=1e-6):
    """The Conditioning of linear regression of y (n, 1) on x (n, features) with a bias.

    Gradient descent from weights 0 with its best rate 2/(L + μ), until the loss above its least value is
    `tolerance` times that at the start; the steps come from lecture 03's closed form, without a run.

    >>> kappa, steps = conditioning([[-1.0], [1.0]], [[2.0], [6.0]])
    >>> round(kappa, 6), steps
    (1.0, 1)
    """
    curvatures, start, _ = least_squares_modes(x, y)
    lr = 2 / (curvatures[0] + curvatures[-1])
    return Conditioning(float(curvatures[-1] / curvatures[0]), exact_steps(curvatures, start, lr, tolerance))


def one_feature_kappa(offset, deviation):
    """κ of the Gram matrix of a bias and one feature with this mean and deviation: of [[1, m], [m, m² + s²]].

    Its eigenvalues have the sum 1 + m² + s² and the product s². offset, deviation : numbers or arrays.

    >>> one_feature_kappa(0.0, 1.0), round(one_feature_kappa(10.0, 1.0))
    (1.0, 10402)
    """
    offset, deviation = floats("offset", offset), floats("deviation", deviation)
    if (deviation <= 0).any():
        raise ValueError(f"deviation must be positive, got {deviation.min()}")
    half = (1 + offset**2 + deviation**2) / 2
    largest = half + np.sqrt(half**2 - deviation**2)
    kappa = (largest / deviation) ** 2  # largest / (deviation² / largest)
    return float(kappa) if kappa.ndim == 0 else kappa


def random_problems(count, rng, n=100):
    """Conditioning of `count` regressions on clouds of random offset, scale and correlation.

    Offsets from 0.1 to 100, deviations from 0.1 to 10, the weights and the noise of y normal. Returns κ
    and steps, each (count,).

    >>> kappa, steps = random_problems(3, np.random.default_rng(0))
    >>> kappa.shape, bool((steps < 3.5 * kappa).all())
    ((3,), True)
    """
    generator(rng)
    found = []
    for _ in range(integer("count", count, 1)):
        mean = 10 ** rng.uniform(-1, 2, 2) * rng.choice([-1, 1], 2)
        x = cloud(n, mean=mean, deviations=10 ** rng.uniform(-1, 1, 2), angle=rng.uniform(0, 180), rng=rng)
        y = x @ rng.standard_normal((2, 1)) + rng.standard_normal((n, 1))
        found.append(conditioning(x, y))
    kappa, steps = np.array(found).T
    return kappa, steps
