"""Each initializer against the distribution that its docstring states."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from course_lib import initializers as init

SHAPE = (150, 250)
FAN_IN, FAN_OUT, FAN_AVG = 150, 250, 200
CUT_AT_2 = stats.truncnorm(-2, 2).std()
DISTRIBUTIONS = {
    "normal": (init.normal(0.3), stats.norm(0, 0.3)),
    "uniform": (init.uniform(0.3), stats.uniform(-0.3, 0.6)),
    "xavier_normal": (init.xavier_normal(), stats.norm(0, math.sqrt(1 / FAN_AVG))),
    "xavier_uniform": (init.xavier_uniform(),
                       stats.uniform(-math.sqrt(3 / FAN_AVG), 2 * math.sqrt(3 / FAN_AVG))),
    "he_normal": (init.he_normal(), stats.norm(0, math.sqrt(2 / FAN_IN))),
    "he_uniform": (init.he_uniform(), stats.uniform(-math.sqrt(6 / FAN_IN), 2 * math.sqrt(6 / FAN_IN))),
    "truncated_normal": (init.truncated_normal(0.3), stats.truncnorm(-2, 2, scale=0.3)),
    "truncated_normal at 1": (init.truncated_normal(0.3, cut=1.0), stats.truncnorm(-1, 1, scale=0.3)),
    "lecun_uniform": (init.lecun_uniform(),
                      stats.uniform(-math.sqrt(3 / FAN_IN), 2 * math.sqrt(3 / FAN_IN))),
    **{f"variance_scaling {fan} {distribution}": (
        init.variance_scaling(1.7, fan, distribution), make(math.sqrt(1.7 / size)))
       for fan, size in (("fan_in", FAN_IN), ("fan_out", FAN_OUT), ("fan_avg", FAN_AVG))
       for distribution, make in (
           ("normal", lambda std: stats.norm(0, std)),
           ("uniform", lambda std: stats.uniform(-math.sqrt(3) * std, 2 * math.sqrt(3) * std)),
           ("truncated_normal", lambda std: stats.truncnorm(-2, 2, scale=std / CUT_AT_2)))},
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


def test_constants():
    np.testing.assert_array_equal(draw(init.constant(0.3), (2, 3)), np.full((2, 3), 0.3))
    np.testing.assert_array_equal(draw(init.ones(), (4,)), np.ones(4))


def test_the_spread_of_the_cut_normal_is_scipys():
    assert stats.truncnorm(-2, 2).std() == pytest.approx(init.TRUNCATED_STD, rel=1e-12)


def test_gains_are_those_of_torch():
    torch = pytest.importorskip("torch")
    names = {"identity": "linear", "elu": None}
    for name in ("identity", "sigmoid", "tanh", "relu", "selu", "elu"):
        theirs = names.get(name, name)
        if theirs:  # PyTorch has no gain for ELU
            assert init.gain(name) == pytest.approx(torch.nn.init.calculate_gain(theirs), rel=1e-15)
    for slope in (0.01, 0.3, 1.0):
        expected = torch.nn.init.calculate_gain("leaky_relu", slope)
        assert init.gain("leaky_relu", slope) == pytest.approx(expected, rel=1e-15)


def test_the_exact_gains_keep_the_mean_square():
    from course_lib.layers import LeakyReLU, ReLU

    x = np.random.default_rng(0).standard_normal((1000, 1000))
    for layer, gain in ((ReLU(), init.gain("relu")), (LeakyReLU(0.3), init.gain("leaky_relu", 0.3))):
        assert gain**2 * np.mean(layer.forward(x) ** 2) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("activation", ["Tanh", "ReLU", "Sigmoid"])
def test_lsuv_gives_each_layer_unit_spread_where_xavier_does_not(activation):
    from course_lib import layers
    from course_lib.losses import MSE
    from course_lib.network import Network

    rng = np.random.default_rng(0)
    stack = [layer for _ in range(10) for layer in (layers.Dense(40, 40), getattr(layers, activation)())]
    net = Network(stack, loss=MSE(), rng=rng, dtype=np.float64)
    x = 3 * rng.standard_normal((200, 40))

    def spreads():
        out, found = x, []
        for layer in net.layers:
            out = layer.forward(out)
            if "weight" in layer.shapes:
                found.append(out.std())
        return np.array(found)

    assert np.abs(spreads() - 1).max() > 0.3
    reached = init.lsuv(net, x, rng)
    np.testing.assert_allclose(spreads(), reached, rtol=1e-12)
    assert np.abs(reached - 1).max() <= 0.02
    w = net.parameters["4.weight"]
    np.testing.assert_allclose(w.T @ w, np.eye(40) * (w.T @ w)[0, 0], atol=1e-9)  # still orthogonal, scaled
