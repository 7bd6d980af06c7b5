"""Experiments of lecture 18: ridge and lasso on linear regression, a Gaussian prior, AdamW and noise."""

from __future__ import annotations

import numpy as np

from course_lib.datasets import Regression
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, AdamW
from course_lib.penalties import ElasticNet
from course_lib.transforms import l2
from course_lib.validation import boolean, choice, floats, generator, integer, number

SPARSE = np.array([3.0, 1.5, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0])  # Tibshirani 1996, section 7.2, example 1
DENSE = np.full(8, 0.85)                                     # and example 2
KINDS = {"ridge": 0.0, "elastic net": 0.5, "lasso": 1.0}     # the share of the L1 penalty
CORRELATION = 0.5 ** np.abs(np.arange(8)[:, None] - np.arange(8))


def eight_features(n=40, noise=3.0, weights=SPARSE, *, rng):
    """Linear regression with eight features, five of which do not matter (Tibshirani 1996, section 7.2).

    x is normal with correlation 0.5^|i-j| between columns i and j, y = x w + noise · N(0, 1). Returns a
    Regression: x (n, 8), y (n,), weights (8,).

    >>> data = eight_features(rng=np.random.default_rng(0))
    >>> data.x.shape, data.y.shape, int((data.weights == 0).sum())
    ((40, 8), (40,), 5)
    """
    integer("n", n, 9)
    rng, noise, weights = generator(rng), number("noise", noise, 0), floats("weights", weights, (8,))
    x = rng.standard_normal((n, 8)) @ np.linalg.cholesky(CORRELATION).T
    return Regression(x, x @ weights + noise * rng.standard_normal(n), weights)


def squared_error(x, y):
    """(f, gradient) of f(w) = ‖x w - y‖², for `minimize`.

    >>> f, gradient = squared_error(np.eye(2), [1.0, 2.0])
    >>> float(f(np.zeros(2))), gradient(np.zeros(2))
    (5.0, array([-2., -4.]))
    """
    x, y = _problem(x, y)
    return (lambda w: np.sum((x @ w - y) ** 2)), (lambda w: 2 * x.T @ (x @ w - y))


def lasso(x, y, alpha, l1_ratio=1.0, *, steps=2000):
    """The weights (features,) that minimize ‖x w - y‖² + ElasticNet(alpha, l1_ratio), by proximal steps.

    This is ISTA (Beck & Teboulle 2009, eq. 1.4): gradient descent at rate 1/curvature on the error, then the
    proximal step of the penalty. It starts at zero.

    >>> lasso(np.eye(3), [1.0, 0.2, -2.0], alpha=1.0)
    array([ 0.5,  0. , -1.5])
    """
    x, y = _problem(x, y)
    penalty = ElasticNet(alpha, l1_ratio)
    f, gradient = squared_error(x, y)
    lr = 0.5 / float(np.linalg.norm(x, 2)) ** 2  # the curvatures are twice the squared singular values
    opt = SGD(lr=lr, proximal=[penalty])
    return minimize(f, np.zeros(x.shape[1]), opt, integer("steps", steps, 1), gradient).x[-1]


def path(kind, x, y, alphas, steps=1000):
    """The weights at each strength of a penalty, (alphas, features); kind: "ridge", "elastic net" or "lasso".

    The same steps as in `lasso`, for all strengths at once: the proximal step of alpha·R at rate lr is that
    of R at rate lr·alpha. Ridge is exact. Many problems at once: x (problems, n, features), y (problems, n).

    >>> path("lasso", np.eye(2), [1.0, 2.0], [0.5, 3.0])
    array([[0.75, 1.75],
           [0.  , 0.5 ]])
    """
    choice("kind", kind, KINDS)
    x, y = _problem(x, y)
    alphas = floats("alphas", alphas, (None,))
    if alphas.size and alphas.min() < 0:
        raise ValueError(f"alphas must be at least 0, got {alphas.min():g} among them")
    gram = np.swapaxes(x, -1, -2) @ x
    moment = (np.swapaxes(x, -1, -2) @ y[..., None])[..., 0][..., None, :]
    curvature, basis = np.linalg.eigh(gram)
    if kind == "ridge":
        return (moment @ basis) / (curvature[..., None, :] + alphas[:, None] / 2) @ np.swapaxes(basis, -1, -2)
    lr = 0.5 / curvature[..., -1:, None]
    penalty, w = ElasticNet(1.0, KINDS[kind]), np.zeros((*x.shape[:-2], len(alphas), x.shape[-1]))
    for _ in range(integer("steps", steps, 1)):
        w = penalty.proximal(w - lr * 2 * (w @ gram - moment), lr * alphas[:, None])
    return w


def tuned_errors(kind, weights, alphas, *, draws=100, n=20, noise=3.0, rng):
    """The error of new predictions beyond the noise, (draws,), at the strength that was best on other draws.

    The error of weights w is (w - w_true)ᵀ C (w - w_true), C the correlation of the features. Returns
    (errors, strength).

    >>> errors, alpha = tuned_errors("ridge", DENSE, [1.0, 10.0], draws=20, rng=np.random.default_rng(0))
    >>> errors.shape, alpha
    ((20,), 10.0)
    """
    rng, alphas = generator(rng), floats("alphas", alphas, (None,))
    data = [eight_features(n, noise, weights, rng=rng) for _ in range(2 * integer("draws", draws, 1))]
    missed = path(kind, np.array([d.x for d in data]), np.array([d.y for d in data]), alphas) - weights
    errors = np.einsum("dai,ij,daj->da", missed, CORRELATION, missed)
    best = int(np.argmin(np.median(errors[:draws], axis=0)))
    return errors[draws:, best], float(alphas[best])


def right_features(alphas, *, draws=100, n=40, noise=2.0, rng):
    """The share of problems in which the lasso, at some alpha, finds just the three features that matter.

    >>> right_features([30.0, 75.0, 150.0], draws=20, rng=np.random.default_rng(0)) > 0.3
    True
    """
    data = [eight_features(n, noise, rng=generator(rng)) for _ in range(integer("draws", draws, 1))]
    found = path("lasso", np.array([d.x for d in data]), np.array([d.y for d in data]), alphas) != 0
    return float((found == (SPARSE != 0)).all(axis=-1).any(axis=-1).mean())


def prior_error(alphas, *, tau, sigma, n=20, features=10, draws=2000, rng):
    """Mean of ‖w - w_true‖² of ridge at each alpha, for true weights from N(0, tau²) and noise sigma.

    Bayes: the posterior's mode, which is its mean too, is the ridge with alpha = 2 sigma²/tau²; no estimate
    has a smaller expected error.

    >>> error = prior_error([0.2, 2.0, 20.0], tau=1.0, sigma=1.0, draws=200, rng=np.random.default_rng(0))
    >>> int(np.argmin(error))
    1
    """
    alphas, rng = floats("alphas", alphas, (None,)), generator(rng)
    number("tau", tau, 0, open_low=True)
    number("sigma", sigma, 0)
    integer("features", features, 1)
    total = np.zeros(len(alphas))
    for _ in range(integer("draws", draws, 1)):
        x = rng.standard_normal((integer("n", n, 1), features))
        w = tau * rng.standard_normal(features)
        y = x @ w + sigma * rng.standard_normal(n)
        curvature, basis = np.linalg.eigh(x.T @ x)  # one decomposition serves all strengths
        found = basis.T @ (x.T @ y) / (curvature + alphas[:, None] / 2)
        total += ((found - basis.T @ w) ** 2).sum(axis=1)
    return total / draws


def resting_place(noises, decay, *, coupled, lr=0.003, steps=6000, runs=200, rng):
    """Where Adam with weight decay comes to rest on ½(w - 1)², for gradient noise of each deviation.

    noises : (k,) deviations; decay : weight_decay; coupled : True adds decay·w to the gradient, False is
    AdamW. Returns the mean of w over the second half of the steps and all runs, (k,).

    >>> rng = np.random.default_rng(0)
    >>> resting_place([0.0, 1.0], 1.0, coupled=True, steps=2000, runs=20, rng=rng).round(1)
    array([0.5, 0.5])
    """
    noises, rng = floats("noises", noises, (None,)), generator(rng)
    number("decay", decay, 0)
    boolean("coupled", coupled)
    opt = Adam(lr=lr, transforms=[l2(decay)]) if coupled else AdamW(lr=lr, weight_decay=decay)
    w, mean = np.ones((integer("runs", runs, 1), len(noises))), 0.0
    for step in range(integer("steps", steps, 2)):
        opt.step(w, w - 1 + noises * rng.standard_normal(w.shape))
        if step >= steps // 2:
            mean += w.mean(axis=0) / (steps - steps // 2)
    return mean


def predicted_rest(noises, decay):
    """Where AdamW rests by a rule of thumb: the mean step is zero where (1 - w) / √v = decay·w.

    v is the mean squared gradient there, noise² + (1 - w)². Returns w, (noises,).

    >>> predicted_rest([0.0, 100.0], 0.5).round(3)
    array([1.  , 0.02])
    """
    noises, decay = floats("noises", noises, (None,)), number("decay", decay, 0, 1)
    low, high = np.zeros(len(noises)), np.ones(len(noises))
    for _ in range(60):  # bisection: the left side falls with w, the right side grows
        w = (low + high) / 2
        pulls_down = decay * w * np.hypot(noises, 1 - w) > 1 - w
        low, high = np.where(pulls_down, low, w), np.where(pulls_down, w, high)
    return w


def map_weights(x, y, *, tau, sigma):
    """The most probable weights for y = x w + N(0, sigma²) and a prior N(0, tau²), by SciPy's minimizer.

    It knows nothing of ridge: it searches the highest posterior density itself. For the comparison.

    >>> map_weights(np.eye(2), [1.0, 2.0], tau=1.0, sigma=1.0).round(6)
    array([0.5, 1. ])
    """
    from scipy.optimize import minimize as scipy_minimize
    from scipy.stats import norm

    x, y = _problem(x, y)
    number("tau", tau, 0, open_low=True)
    number("sigma", sigma, 0, open_low=True)

    def minus_log_posterior(w):
        return -norm.logpdf(y, x @ w, sigma).sum() - norm.logpdf(w, 0, tau).sum()

    return scipy_minimize(minus_log_posterior, np.zeros(x.shape[1]), method="BFGS", tol=1e-9).x


def _problem(x, y):
    x = floats("x", x)
    if x.ndim not in (2, 3):
        raise ValueError(f"x must have shape (n, features) or (problems, n, features), got {x.shape}")
    return x, floats("y", y, x.shape[:-1])
