"""Dropout and AlphaDropout: their masks, means and variances, and their gradients with the mask fixed."""

import copy
import pickle

import numpy as np
import pytest

from course_lib.layers import AlphaDropout, Dense, Dropout, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import fit

KINDS = pytest.mark.parametrize("kind", [Dropout, AlphaDropout])


def network(*layers, seed=0, dtype=np.float64):
    return Network(list(layers), loss=MSE(), rng=np.random.default_rng(seed), dtype=dtype)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
def test_mean_and_variance_of_the_mask(p):
    layer, x = Dropout(p, rng=np.random.default_rng(0)), np.ones((1000, 1000))
    out = layer.forward(x, train=True)
    assert set(np.unique(layer.mask)) <= {0, 1 / (1 - p)}
    sd = (p / (1 - p)) ** 0.5  # of one entry
    assert abs(out.mean() - 1) <= 4 * sd / 1000
    assert abs(out.var() - p / (1 - p)) <= 0.01 * p / (1 - p)
    neighbours = np.mean((out[:, 1:] - 1) * (out[:, :-1] - 1))
    assert abs(neighbours) <= 4 * sd**2 / 1000  # each number on its own


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5])
def test_alpha_dropout_keeps_mean_and_variance(p):
    layer = AlphaDropout(p, rng=np.random.default_rng(0))
    out = layer.forward(np.random.default_rng(1).standard_normal((2000, 500)), train=True)
    assert abs(out.mean()) < 0.01
    assert abs(out.var() - 1) < 0.02
    plain = Dropout(p, rng=np.random.default_rng(0)).forward(
        np.random.default_rng(1).standard_normal((2000, 500)), train=True)
    assert plain.var() > 1.04  # the inverted scaling does not keep the variance


@KINDS
def test_evaluation_and_p_0_do_nothing(kind):
    x = np.random.default_rng(0).standard_normal((5, 4))
    layer = kind(0.5, rng=np.random.default_rng(1))
    assert layer.forward(x) is x
    assert layer.backward(x) is x
    np.testing.assert_allclose(kind(0.0, rng=np.random.default_rng(1)).forward(x, train=True), x, rtol=1e-15)


@KINDS
def test_the_gradient_with_the_mask_fixed(kind):
    layer, rng = kind(0.4, rng=np.random.default_rng(0)), np.random.default_rng(1)
    x, g = rng.standard_normal((2, 6, 5))
    state = layer.rng.bit_generator.state

    def loss(z):
        layer.rng.bit_generator.state = state
        return np.sum(g * layer.forward(z, train=True))

    numeric = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        numeric[index] = (loss(x + step) - loss(x - step)) / 2e-6
    loss(x)
    np.testing.assert_allclose(layer.backward(g), numeric, rtol=1e-7, atol=1e-7)


@KINDS
def test_a_new_mask_each_time_and_the_same_ones_from_the_same_rng(kind):
    x = np.ones((20, 20))
    first, second = (kind(0.5, rng=np.random.default_rng(3)) for _ in range(2))
    a, b = first.forward(x, train=True), first.forward(x, train=True)
    assert (a != b).any()
    np.testing.assert_array_equal(second.forward(x, train=True), a)
    np.testing.assert_array_equal(second.forward(x, train=True), b)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@KINDS
def test_one_mask_for_both_dtypes_and_the_dtype_is_kept(kind, dtype):
    x = np.ones((30, 30), dtype)
    layer = kind(0.3, rng=np.random.default_rng(0))
    out = layer.forward(x, train=True)
    assert out.dtype == layer.backward(x).dtype == dtype
    twin = kind(0.3, rng=np.random.default_rng(0))
    twin.forward(x.astype(np.float64), train=True)
    np.testing.assert_array_equal(twin.mask > 0, layer.mask > 0)


def test_a_network_gives_its_layers_streams_of_their_own():
    plain = network(Dense(4, 50), Tanh(), Dense(50, 1), seed=5)
    net = network(Dense(4, 50), Dropout(0.5), Tanh(), Dropout(0.5), Dense(50, 1), seed=5)
    np.testing.assert_array_equal(net.parameters.x, plain.parameters.x)  # the weights as without dropout
    net.forward(np.ones((8, 4)), train=True)
    assert (net.layers[1].mask != net.layers[3].mask).any()
    again = network(Dense(4, 50), Dropout(0.5), Tanh(), Dropout(0.5), Dense(50, 1), seed=5)
    again.forward(np.ones((8, 4)), train=True)
    np.testing.assert_array_equal(again.layers[3].mask, net.layers[3].mask)


def test_batches_are_those_without_dropout():
    seen = []

    class Watch(Tanh):
        def forward(self, x, train=False):
            if train:
                seen.append(x.copy())
            return super().forward(x, train)

    x = np.arange(12.0)[:, None]
    for layers in ([Watch(), Dense(1, 1)], [Watch(), Dropout(0.5), Dense(1, 1)]):
        rng = np.random.default_rng(0)
        net = Network(layers, loss=MSE(), rng=rng, dtype=np.float64)
        fit(net, SGD(lr=0.0), x, x, epochs=2, batch_size=5, rng=rng, progress=False)
    half = len(seen) // 2
    for a, b in zip(seen[:half], seen[half:], strict=True):
        np.testing.assert_array_equal(a, b)


def test_copies_and_pickles_draw_the_same_but_on_their_own():
    net = network(Dense(3, 40), Dropout(0.5))
    x = np.ones((5, 3))
    twins = net.copy(), pickle.loads(pickle.dumps(net)), copy.deepcopy(net)
    expected = net.forward(x, train=True)
    for twin in twins:
        np.testing.assert_array_equal(twin.forward(x, train=True), expected)
    later = net.copy().forward(x, train=True)
    np.testing.assert_array_equal(net.forward(x, train=True), later)


def test_layers_that_share_an_rng_share_one_in_the_copy():
    rng = np.random.default_rng(0)
    net = network(Dense(3, 40), Dropout(0.5, rng=rng), Dropout(0.5, rng=rng))
    twin = net.copy()
    assert twin.layers[1].rng is twin.layers[2].rng
    assert twin.layers[1].rng is not rng


@KINDS
def test_gradient_check_replays_the_masks(kind):
    net = network(Dense(4, 30), Tanh(), kind(0.5), Dense(30, 2))
    errors = net.gradient_check(np.random.default_rng(1).standard_normal((6, 4)), np.ones((6, 2)))
    assert max(errors.values()) < 1e-7


def test_dropout_matches_torch_for_the_same_mask():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    x = torch.ones(50, 50, dtype=torch.float64)
    for p in (0.2, 0.75):  # p is the chance to drop on both sides
        theirs = torch.nn.Dropout(p)(x)
        ours = Dropout(p, rng=np.random.default_rng(0)).forward(x.numpy(), train=True)
        assert theirs.max().item() == pytest.approx(ours.max(), rel=1e-12)
        assert (ours == 0).mean() == pytest.approx((theirs == 0).double().mean().item(), abs=0.05)
