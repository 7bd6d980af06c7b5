"""Layers against central differences and against torch's autograd, in float64."""

import numpy as np
import pytest

from course_lib.layers import ELU, SELU, Dense, Identity, LeakyReLU, ReLU, Sigmoid, Tanh, sigmoid
from course_lib.losses import MSE
from course_lib.network import Network

ACTIVATIONS = {
    "identity": (Identity, lambda torch: torch.nn.Identity()),
    "relu": (ReLU, lambda torch: torch.nn.ReLU()),
    "leaky": (LeakyReLU, lambda torch: torch.nn.LeakyReLU(0.01)),
    "leaky 0.3": (lambda: LeakyReLU(0.3), lambda torch: torch.nn.LeakyReLU(0.3)),
    "tanh": (Tanh, lambda torch: torch.nn.Tanh()),
    "sigmoid": (Sigmoid, lambda torch: torch.nn.Sigmoid()),
    "elu": (ELU, lambda torch: torch.nn.ELU()),
    "elu 0.5": (lambda: ELU(0.5), lambda torch: torch.nn.ELU(0.5)),
    "selu": (SELU, lambda torch: torch.nn.SELU()),
    "elu 0": (lambda: ELU(0), lambda torch: torch.nn.ELU(0.0)),
}
SHAPES = [(1, 1), (1, 5), (7, 1), (6, 4)]


def away_from_kinks(shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.05, 3, shape)


def dense(fan_in, fan_out, seed=0):
    """A Dense layer with weights and biases that are not zero."""
    rng = np.random.default_rng(seed)
    layer = Dense(fan_in, fan_out, bias=lambda shape, rng: rng.normal(size=shape))
    Network([layer], loss=MSE(), rng=rng, dtype=np.float64)
    layer.needs_input_gradient = True
    return layer


def differences(function, x, eps=1e-6):
    """The gradient of a scalar function of an array by central differences."""
    out = np.empty_like(x)
    for index in np.ndindex(x.shape):
        moved = x.copy()
        moved[index] += eps
        up = function(moved)
        moved[index] -= 2 * eps
        out[index] = (up - function(moved)) / (2 * eps)
    return out


def relative(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-300)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_against_central_differences(name, shape):
    layer, x = ACTIVATIONS[name][0](), away_from_kinks(shape)
    g = away_from_kinks(shape, seed=1)
    numeric = differences(lambda z: np.sum(g * layer.forward(z)), x)
    layer.forward(x, train=True)
    assert relative(layer.backward(g), numeric) < 1e-7


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_against_torch(name, shape):
    torch = pytest.importorskip("torch")
    ours, theirs = ACTIVATIONS[name]
    layer, x, g = ours(), away_from_kinks(shape), away_from_kinks(shape, seed=1)
    leaf = torch.from_numpy(x).requires_grad_()
    out = theirs(torch)(leaf)
    out.backward(torch.from_numpy(g))
    assert relative(layer.forward(x), out.detach().numpy()) < 1e-12
    assert relative(layer.backward(g), leaf.grad.numpy()) < 1e-12


@pytest.mark.parametrize(("batch", "fan_in", "fan_out"),
                         [(1, 1, 1), (1, 4, 3), (5, 1, 3), (5, 4, 1), (6, 3, 4)])
def test_dense_against_central_differences(batch, fan_in, fan_out):
    layer = dense(fan_in, fan_out)
    x, g = away_from_kinks((batch, fan_in)), away_from_kinks((batch, fan_out), seed=1)

    def loss_of(array):
        def loss(value):
            kept = array.copy()
            array[...] = value
            total = np.sum(g * layer.forward(x))
            array[...] = kept
            return total
        return loss

    numeric = [differences(loss_of(a), a.copy()) for a in (layer.weight, layer.bias, x)]
    layer.forward(x, train=True)
    analytic = [layer.gradients["weight"], layer.gradients["bias"], layer.backward(g)]
    for a, n in zip(analytic, numeric, strict=True):
        assert relative(a, n) < 1e-7


@pytest.mark.parametrize(("batch", "fan_in", "fan_out"),
                         [(1, 1, 1), (1, 4, 3), (5, 1, 3), (5, 4, 1), (64, 30, 20)])
def test_dense_against_torch(batch, fan_in, fan_out):
    torch = pytest.importorskip("torch")
    layer = dense(fan_in, fan_out)
    x, g = away_from_kinks((batch, fan_in)), away_from_kinks((batch, fan_out), seed=1)
    twin = torch.nn.Linear(fan_in, fan_out, dtype=torch.float64)
    with torch.no_grad():
        twin.weight[:], twin.bias[:] = torch.from_numpy(layer.weight.T), torch.from_numpy(layer.bias)
    leaf = torch.from_numpy(x).requires_grad_()
    out = twin(leaf)
    out.backward(torch.from_numpy(g))
    assert relative(layer.forward(x), out.detach().numpy()) < 1e-12
    assert relative(layer.backward(g), leaf.grad.numpy()) < 1e-12
    assert relative(layer.gradients["weight"].T, twin.weight.grad.numpy()) < 1e-12
    assert relative(layer.gradients["bias"], twin.bias.grad.numpy()) < 1e-12


def test_gradients_are_replaced_not_added_up():
    layer, x, g = dense(3, 2), away_from_kinks((4, 3)), away_from_kinks((4, 2))
    for _ in range(2):
        layer.forward(x)
        layer.backward(g)
    np.testing.assert_allclose(layer.gradients["weight"], x.T @ g, rtol=1e-13)
    np.testing.assert_allclose(layer.gradients["bias"], g.sum(axis=0), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_are_stable_and_keep_dtype(name, dtype):
    layer = ACTIVATIONS[name][0]()
    x = np.array([[-1e4, -1e3, -1.0, 0.0, 1.0, 1e3, 1e4]], dtype)
    out = layer.forward(x)
    back = layer.backward(np.ones_like(x))
    assert out.dtype == back.dtype == dtype
    assert np.isfinite(out).all()
    assert np.isfinite(back).all()
    assert (back >= 0).all()
    assert (back <= (1.7581 if name == "selu" else 1)).all()
    assert (np.diff(out) >= 0).all()


def test_values_by_hand():
    x = np.array([[-2.0, 0.0, 3.0]])
    np.testing.assert_array_equal(ReLU().forward(x), [[0, 0, 3]])
    np.testing.assert_array_equal(LeakyReLU(0.1).forward(x), [[-0.2, 0, 3]])
    np.testing.assert_allclose(ELU(2.0).forward(x), [[2 * (np.exp(-2) - 1), 0, 3]], rtol=1e-15)
    np.testing.assert_allclose(Tanh().forward(x), np.tanh(x))
    np.testing.assert_allclose(sigmoid(x), 1 / (1 + np.exp(-x)), rtol=1e-15)


def test_derivative_at_zero_is_the_stated_convention():
    x, one = np.zeros((1, 1)), np.ones((1, 1))
    for layer, slope in ((ReLU(), 0), (LeakyReLU(0.2), 0.2), (ELU(0.7), 0.7), (Tanh(), 1), (Sigmoid(), 0.25)):
        layer.forward(x)
        assert layer.backward(one) == slope, layer


def test_relu_writes_plain_zeros():
    assert not np.signbit(ReLU().forward(np.array([[-1.0, -0.5]]))).any()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_input_and_incoming_gradient_are_not_changed(name):
    layer, x, g = ACTIVATIONS[name][0](), away_from_kinks((3, 4)), away_from_kinks((3, 4), 1)
    x0, g0 = x.copy(), g.copy()
    layer.forward(x)
    layer.backward(g)
    np.testing.assert_array_equal(x, x0)
    np.testing.assert_array_equal(g, g0)


@pytest.mark.parametrize("make", [lambda: dense(3, 2), ReLU, Tanh, Sigmoid, ELU, LeakyReLU])
def test_two_forward_passes_never_share_a_buffer(make):
    layer = make()
    first = layer.forward(away_from_kinks((4, 3)), train=True)
    kept = first.copy()
    second = layer.forward(away_from_kinks((4, 3), seed=5), train=True)
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("make", [lambda: dense(3, 2), ReLU, Tanh])
def test_columns_in_any_memory_order(make):
    x = away_from_kinks((6, 3))
    expected = make().forward(x)
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2], np.pad(x, 1)[1:-1, 1:-1]):
        layer = make()
        np.testing.assert_allclose(layer.forward(same), expected, rtol=1e-14)
        g = np.ones_like(expected)
        assert layer.backward(g).shape == x.shape


def test_dense_names_the_shape_it_wants():
    with pytest.raises(ValueError, match=r"x must have shape \(batch, 3\) for Dense\(3, 2\), got \(4, 2\)"):
        dense(3, 2).forward(np.ones((4, 2)))
    with pytest.raises(RuntimeError, match="has no weight yet"):
        _ = Dense(3, 2).weight


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_whole_numbers_and_lists_give_what_floats_give(name):
    for given in ([[-3, 0, 2]], np.array([[-3, 0, 2]], np.int8)):
        layer, twin = ACTIVATIONS[name][0](), ACTIVATIONS[name][0]()
        out, expected = layer.forward(given), twin.forward(np.array([[-3.0, 0.0, 2.0]]))
        np.testing.assert_array_equal(out, expected)
        assert out.dtype == np.float64
        np.testing.assert_array_equal(layer.backward([[1, 1, 1]]), twin.backward(np.ones((1, 3))))


def test_layers_of_a_network_work_in_its_dtype():
    layer, activation = Dense(3, 2), ReLU()
    Network([layer, activation], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float32)
    x = np.ones((4, 3))
    assert activation.forward(layer.forward(x)).dtype == np.float32
    for g in (np.ones((4, 2)), np.ones((4, 2), int), np.ones((4, 2)).tolist()):
        layer.backward(activation.backward(g))
        assert layer.gradients["bias"].sum() == (activation.out > 0).sum()


class Double(Dense):
    """Its own passes hand other shapes to those of Dense."""

    def forward(self, x, train=False):
        return np.hstack([super().forward(x, train)] * 2)

    def backward(self, g):
        n = g.shape[1] // 2
        return super().backward(g[:, :n] + g[:, n:])


def test_a_subclass_may_change_the_shapes_that_its_base_sees():
    layer = Double(3, 2)
    Network([layer], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    assert layer.forward(np.ones((4, 3))).shape == (4, 4)
    layer.backward(np.ones((4, 4)))
    np.testing.assert_array_equal(layer.gradients["bias"], [8, 8])
    with pytest.raises(ValueError, match=r"last output of Dense\(3, 2\), \(4, 4\), got \(4, 2\)"):
        layer.backward(np.ones((4, 2)))
