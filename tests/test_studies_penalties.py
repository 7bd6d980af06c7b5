"""The experiments of lecture 18 against SciPy, scikit-learn and theory."""

import numpy as np
import pytest

from course_lib.penalties import ridge
from course_lib.studies import penalties as study


@pytest.fixture(scope="module")
def data():
    return study.eight_features(noise=2.0, rng=np.random.default_rng(1))


def test_features_are_correlated_as_tibshirani_says():
    data = study.eight_features(20_000, 3.0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(data.x.T @ data.x / 20_000, study.CORRELATION, atol=0.03)
    assert np.std(data.y - data.x @ study.SPARSE) == pytest.approx(3, rel=0.02)


@pytest.mark.parametrize(("kind", "ratio"), [("lasso", 1.0), ("elastic net", 0.5)])
def test_lasso_and_path_are_scikit_learns(data, kind, ratio):
    models = pytest.importorskip("sklearn.linear_model")
    alphas = [5.0, 75.0, 400.0]
    found = study.path(kind, data.x, data.y, alphas)
    for alpha, weights in zip(alphas, found, strict=True):
        theirs = models.ElasticNet(alpha=alpha / 80, l1_ratio=ratio, fit_intercept=False, tol=1e-14,
                                   max_iter=100_000).fit(data.x, data.y).coef_
        np.testing.assert_allclose(weights, theirs, rtol=0, atol=1e-10)
        np.testing.assert_array_equal(weights == 0, theirs == 0)
        np.testing.assert_allclose(study.lasso(data.x, data.y, alpha, ratio, steps=1000), theirs, atol=1e-10)


def test_ridge_path_is_ridge_and_many_problems_are_each_alone(data):
    alphas = np.array([1.0, 50.0])
    np.testing.assert_allclose(study.path("ridge", data.x, data.y, alphas),
                               [ridge(data.x, data.y, float(a)) for a in alphas], rtol=1e-10)
    other = study.eight_features(rng=np.random.default_rng(4))
    x, y = np.array([data.x, other.x]), np.array([data.y, other.y])
    for kind in study.KINDS:
        both = study.path(kind, x, y, alphas, steps=50)
        for i in range(2):
            np.testing.assert_allclose(both[i], study.path(kind, x[i], y[i], alphas, steps=50), atol=1e-12)


def test_gradient_of_the_squared_error_is_right(data):
    f, gradient = study.squared_error(data.x, data.y)
    w, g = np.arange(8.0), np.empty(8)
    for j, step in enumerate(1e-4 * np.eye(8)):
        g[j] = (f(w + step) - f(w - step)) / 2e-4
    np.testing.assert_allclose(gradient(w), g, rtol=1e-7)


def test_the_most_probable_weights_are_ridge(data):
    for tau, sigma in ((1.0, 2.0), (0.3, 1.0)):
        found = study.map_weights(data.x, data.y, tau=tau, sigma=sigma)
        np.testing.assert_allclose(found, ridge(data.x, data.y, 2 * sigma**2 / tau**2), atol=1e-5)


def test_no_strength_is_better_than_the_priors():
    alphas = 2 * 4.0 / 0.25 * np.array([0.25, 0.5, 1.0, 2.0, 4.0])
    errors = study.prior_error(alphas, tau=0.5, sigma=2.0, draws=500, rng=np.random.default_rng(0))
    assert np.argmin(errors) == 2


def test_without_penalty_the_error_is_that_of_least_squares():
    # E‖w - w_true‖² = sigma² E tr (xᵀx)⁻¹ = sigma² features / (n - features - 1) for normal x
    error = study.prior_error([1e-12], tau=1.0, sigma=2.0, n=40, features=5, draws=3000,
                              rng=np.random.default_rng(0))
    assert error[0] == pytest.approx(4 * 5 / 34, rel=0.05)


def test_the_winner_depends_on_the_truth():
    grid, medians = np.geomspace(1.5, 50, 6), {}
    for truth in (study.SPARSE, study.DENSE):
        ridge_error, lasso_error = (
            np.median(study.tuned_errors(kind, truth, grid, noise=1.5, draws=40, rng=rng)[0])
            for kind, rng in (("ridge", np.random.default_rng(0)), ("lasso", np.random.default_rng(0))))
        medians[truth[0]] = lasso_error / ridge_error
    assert medians[3.0] < 0.9
    assert medians[0.85] > 1.3


def test_adam_rests_where_it_should():
    noises, rng = np.array([0.0, 0.5, 2.0]), np.random.default_rng(0)
    coupled = study.resting_place(noises, 0.5, coupled=True, steps=3000, runs=100, rng=rng)
    np.testing.assert_allclose(coupled, 2 / 3, atol=0.02)
    decoupled = study.resting_place(noises, 0.5, coupled=False, steps=3000, runs=100, rng=rng)
    np.testing.assert_allclose(decoupled, study.predicted_rest(noises, 0.5), atol=0.02)


def test_prediction_solves_its_equation():
    noises = np.array([0.0, 0.1, 1.0, 10.0])
    w = study.predicted_rest(noises, 0.5)
    np.testing.assert_allclose(0.5 * w * np.hypot(noises, 1 - w), 1 - w, atol=1e-12)
