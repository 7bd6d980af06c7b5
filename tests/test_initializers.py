"""Each initializer against the distribution that its docstring states."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from course_lib import initializers as init

SHAPE = (150, 250)
FAN_IN, FAN_AVG = 150, 200
DISTRIBUTIONS = {
    "normal": (init.normal(0.3), stats.norm(0, 0.3)),
    "uniform": (init.uniform(0.3), stats.uniform(-0.3, 0.6)),
    "xavier_normal": (init.xavier_normal(), stats.norm(0, math.sqrt(1 / FAN_AVG))),
    "xavier_uniform": (init.xavier_uniform(),
                       stats.uniform(-math.sqrt(3 / FAN_AVG), 2 * math.sqrt(3 / FAN_AVG))),
    "he_normal": (init.he_normal(), stats.norm(0, math.sqrt(2 / FAN_IN))),
    "he_uniform": (init.he_uniform(), stats.uniform(-math.sqrt(6 / FAN_IN), 2 * math.sqrt(6 / FAN_IN))),
    "lecun_normal": (init.lecun_normal(), stats.norm(0, math.sqrt(1 / FAN_IN))),
}


def draw(initializer, shape=SHAPE, seed=0):
    return initializer(shape, np.random.default_rng(seed))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_kolmogorov_smirnov(name):
    initializer, distribution = DISTRIBUTIONS[name]
    assert stats.kstest(draw(initializer).ravel(), distribution.cdf).pvalue > 1e-3
    # The test must be able to fail: a spread wrong by 5 % is found in these 37,500 numbers.
    assert stats.kstest(1.05 * draw(initializer).ravel(), distribution.cdf).pvalue < 1e-3


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_moments_and_independence(name):
    initializer, distribution = DISTRIBUTIONS[name]
    w = draw(initializer)
    std, n = distribution.std(), w.size
    assert w.shape == SHAPE
    assert w.dtype == np.float64
    assert abs(w.mean()) < 4 * std / math.sqrt(n)
    assert abs(w.var() / std**2 - 1) < 6 / math.sqrt(n)
    neighbours = np.mean(w[:, 1:] * w[:, :-1]) / std**2
    assert abs(neighbours) < 4 / math.sqrt(n)


@pytest.mark.parametrize(("name", "limit"), [
    ("uniform", 0.3), ("xavier_uniform", math.sqrt(6 / 400)), ("he_uniform", math.sqrt(6 / 150))])
def test_uniform_bounds_are_reached_and_kept(name, limit):
    w = np.abs(draw(DISTRIBUTIONS[name][0]))
    assert 0.999 * limit < w.max() <= limit


@pytest.mark.parametrize("initializer",
                         [*(i for i, _ in DISTRIBUTIONS.values()), init.orthogonal(), init.zeros()])
def test_same_generator_same_draw(initializer):
    np.testing.assert_array_equal(draw(initializer, (4, 3)), draw(initializer, (4, 3)))
    rng = np.random.default_rng(0)
    first, second = initializer((4, 3), rng), initializer((4, 3), rng)
    assert np.array_equal(first, second) == (not first.any())


def test_spread_agrees_with_torch():
    torch = pytest.importorskip("torch")
    pairs = [(init.xavier_normal(), torch.nn.init.xavier_normal_),
             (init.he_normal(), torch.nn.init.kaiming_normal_),
             (init.xavier_uniform(), torch.nn.init.xavier_uniform_),
             (init.he_uniform(), torch.nn.init.kaiming_uniform_)]
    torch.manual_seed(0)
    for ours, theirs in pairs:
        w = torch.empty(SHAPE[::-1], dtype=torch.float64)  # torch's shape is (fan_out, fan_in)
        extra = {"nonlinearity": "relu"} if "kaiming" in theirs.__name__ else {}
        theirs(w, **extra)
        assert stats.ks_2samp(draw(ours).ravel(), w.numpy().ravel()).pvalue > 1e-3


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.1, 3))
def test_orthogonal_rows_or_columns(rows, columns, gain):
    w = draw(init.orthogonal(gain), (rows, columns))
    assert w.shape == (rows, columns)
    gram = w @ w.T if rows <= columns else w.T @ w
    np.testing.assert_allclose(gram, gain**2 * np.eye(min(rows, columns)), atol=1e-12 * gain**2)


def test_orthogonal_draws_are_uniform():
    # Under the uniform (Haar) distribution both signs of each entry, and both determinants, are equally
    # likely, and an entry of a 2 by 2 matrix is the cosine of a uniform angle. QR alone fails this.
    rng = np.random.default_rng(1)
    draws = np.array([init.orthogonal()((2, 2), rng) for _ in range(3000)])
    for entry in draws.reshape(3000, 4).T:
        assert stats.kstest(entry, stats.arcsine(-1, 2).cdf).pvalue > 1e-3
    positive = int((np.linalg.det(draws) > 0).sum())
    assert stats.binomtest(positive, 3000).pvalue > 1e-3
    raw = np.array([np.linalg.qr(rng.standard_normal((2, 2)))[0][0, 0] for _ in range(3000)])
    assert stats.kstest(raw, stats.arcsine(-1, 2).cdf).pvalue < 1e-3


@pytest.mark.parametrize(("fan_in", "fan_out"), [(784, 100), (1, 1), (3, 500)])
def test_fans(fan_in, fan_out):
    assert init.fans((fan_in, fan_out)) == (fan_in, fan_out)
    assert init.fans([fan_in, fan_out]) == (fan_in, fan_out)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (0, 3), (3, 0)])
@pytest.mark.parametrize("initializer",
                         [init.xavier_normal(), init.he_uniform(), init.lecun_normal(), init.orthogonal()])
def test_shapes_without_fans_are_refused(initializer, shape):
    with pytest.raises(ValueError, match=r"shape must be \(fan_in, fan_out\)"):
        draw(initializer, shape)


@pytest.mark.parametrize("initializer", [init.zeros(), init.normal(0.1), init.uniform(0.1)])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_biases_need_no_fans(initializer, shape):
    assert np.shape(draw(initializer, shape)) == shape


def test_zero_spread_is_allowed():
    assert not draw(init.normal(0)).any()
    assert not draw(init.uniform(0)).any()


def test_signal_keeps_its_power():
    # The reason for these variances: he keeps the mean square through ReLU layers, lecun through linear ones.
    pairs = [(init.he_normal(), lambda z: np.maximum(z, 0)), (init.lecun_normal(), lambda z: z)]
    for initializer, activation in pairs:
        rng = np.random.default_rng(0)
        z = rng.standard_normal((300, 400))
        for _ in range(10):
            z = activation(z) @ initializer((400, 400), rng)
        assert 0.7 < np.mean(z**2) < 1.4
