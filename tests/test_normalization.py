"""Standardizing and whitening against scikit-learn, and against what they promise."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from course_lib.normalization import PCAWhitening, Standardize, ZCAWhitening

TRANSFORMS = [Standardize(), Standardize(scale=False), Standardize(unbiased=True), PCAWhitening(),
              PCAWhitening(unbiased=True), ZCAWhitening(), ZCAWhitening(unbiased=True)]
WHITENINGS = [PCAWhitening, ZCAWhitening]


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    scales = np.array([1.0, 100.0, 1e-3, 1.0])
    return rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4)) * scales + [0, 1e3, 5, -1]


@pytest.fixture
def new():
    return np.random.default_rng(1).normal(size=(5, 4)) * [3, 300, 3e-3, 3] + [0, 1e3, 5, -1]


def covariance(z):
    z = z - z.mean(axis=0)
    return z.T @ z / len(z)


def test_standardize_is_sklearns(data, new):
    ours, theirs = Standardize().fit(data), StandardScaler().fit(data)
    np.testing.assert_allclose(ours.transform(new), theirs.transform(new), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.deviation, theirs.scale_, rtol=1e-13)
    centred, theirs = Standardize(scale=False).fit(data), StandardScaler(with_std=False).fit(data)
    np.testing.assert_allclose(centred.transform(new), theirs.transform(new), rtol=1e-12, atol=1e-12)


def test_pca_whitening_is_sklearns_up_to_signs(data, new):
    ours, theirs = PCAWhitening(unbiased=True).fit(data), PCA(whiten=True, svd_solver="full").fit(data)
    np.testing.assert_allclose(ours.variances, theirs.explained_variance_, rtol=1e-10)
    signs = np.sign((ours.axes * theirs.components_.T).sum(axis=0))
    np.testing.assert_allclose(ours.transform(new), theirs.transform(new) * signs, rtol=1e-7, atol=1e-8)


def test_zca_is_the_inverse_root_of_the_covariance(data, new):
    """By another way than the SVD: scipy's matrix square root."""
    from scipy.linalg import inv, sqrtm

    scaled = data / [1, 100, 1e-3, 1]  # sqrtm loses digits where the condition is large
    matrix = inv(sqrtm(covariance(scaled)).real)
    expected = (new / [1, 100, 1e-3, 1] - scaled.mean(axis=0)) @ matrix
    ours = ZCAWhitening().fit(scaled).transform(new / [1, 100, 1e-3, 1])
    np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("whitening", WHITENINGS)
@pytest.mark.parametrize("unbiased", [False, True])
def test_white_data_have_the_identity_as_covariance(whitening, unbiased, data):
    z = whitening(unbiased=unbiased).fit(data).transform(data)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-9)
    n = len(data)
    np.testing.assert_allclose(covariance(z) * (n / (n - 1) if unbiased else 1), np.eye(4), atol=1e-9)


def test_of_all_whitenings_zca_moves_the_data_least(data):
    centred = data - data.mean(axis=0)
    zca = ZCAWhitening().fit(data).transform(data)
    pca = PCAWhitening().fit(data).transform(data)
    least = ((zca - centred) ** 2).sum()
    rng = np.random.default_rng(2)
    for _ in range(50):
        turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
        assert ((pca @ turn - centred) ** 2).sum() > least


def test_zca_keeps_what_is_white_already():
    z = PCAWhitening().fit(np.random.default_rng(3).normal(size=(40, 3)))
    white = z.transform(np.random.default_rng(3).normal(size=(40, 3)))
    np.testing.assert_allclose(ZCAWhitening().fit(white).transform(white), white, atol=1e-12)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_inverse_goes_back(transform, data, new):
    fitted = transform.fit(data)
    np.testing.assert_allclose(fitted.inverse(fitted.transform(new)), new, rtol=1e-9)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_units_and_offsets_vanish(transform, data):
    """Scaled data do not depend on units; white data (up to turns) on no invertible change of features."""
    if not getattr(transform, "scale", True):
        pytest.skip("centring keeps units")
    z = transform.fit(data).transform(data)
    other = data * [2, 0.1, 50, 7] + [1, -3, 0, 9]
    w = transform.fit(other).transform(other)
    np.testing.assert_allclose(w @ w.T, z @ z.T, atol=1e-8)  # inner products do not see turns


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_new_data_do_not_change_the_transform(transform, data, new):
    fitted = transform.fit(data)
    alone = np.vstack([fitted.transform(row[None]) for row in new])
    np.testing.assert_allclose(fitted.transform(new), alone, rtol=1e-12, atol=1e-12)
    before = fitted.mean.copy()
    fitted.transform(new + 100)
    np.testing.assert_array_equal(fitted.mean, before)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_float32_stays_and_nothing_is_changed_in_place(transform, data):
    single = data.astype(np.float32)
    kept = single.copy()
    fitted = transform.fit(single)
    z = fitted.transform(single)
    assert z.dtype == np.float32
    assert fitted.inverse(z).dtype == np.float32
    assert fitted.mean.dtype == np.float64  # the statistics are taken in double precision
    np.testing.assert_array_equal(single, kept)


def test_an_offset_of_a_million_keeps_its_digits():
    x = np.random.default_rng(4).normal(size=(100, 1)).astype(np.float32)
    shifted = x.astype(np.float64) + 1e6
    z = Standardize().fit(shifted).transform(shifted)
    np.testing.assert_allclose(z, Standardize().fit(x).transform(x), atol=1e-6)


@pytest.mark.parametrize("transform", [Standardize(), *(w() for w in WHITENINGS)], ids=repr)
def test_a_constant_column_is_named(transform, data):
    data[:, 2] = 0.1
    with pytest.raises(ValueError, match=r"constant column, got column\(s\) \[2\] with one value for all 60"):
        transform.fit(data)
    Standardize(scale=False).fit(data)  # to centre it is no trouble


@pytest.mark.parametrize("whitening", WHITENINGS)
def test_whitening_refuses_data_without_spread(whitening, data):
    with pytest.raises(ValueError, match=r"variance 0 in 1 of 5.*depend on each other"):
        whitening().fit(np.column_stack([data, data.sum(axis=1)]))
    with pytest.raises(ValueError, match=r"variance 0 in 1 of 4.*the 4 rows are too few"):
        whitening().fit(data[:4])


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_a_refused_fit_leaves_nothing_half_done(transform, data):
    fresh = type(transform)()
    with pytest.raises(ValueError, match="x must be finite"):
        fresh.fit(data * np.nan)
    with pytest.raises(RuntimeError, match="fit"):
        fresh.transform(data)


def test_keras_normalization(data, new):
    frameworks = pytest.importorskip("course_lib.frameworks")
    if not frameworks.available()["keras"]:
        pytest.skip("Keras is not installed")
    _, keras = frameworks.load_keras()
    layer = keras.layers.Normalization(axis=-1, dtype="float64")
    layer.adapt(data)
    np.testing.assert_allclose(np.asarray(layer(new)), Standardize().fit(data).transform(new), rtol=1e-9)


def test_torch_by_hand(data, new):
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(data)
    for correction in (0, 1):
        theirs = ((torch.from_numpy(new) - x.mean(0)) / x.std(0, correction=correction)).numpy()
        ours = Standardize(unbiased=correction == 1).fit(data).transform(new)
        np.testing.assert_allclose(ours, theirs, rtol=1e-10)
