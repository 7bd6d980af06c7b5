"""The network: gradients against torch, views that survive copies, and a gradient check that can fail."""

import copy
import pickle
from itertools import pairwise

import numpy as np
import pytest

from course_lib.initializers import normal
from course_lib.layers import ELU, Dense, Identity, Layer, LeakyReLU, ReLU, Sigmoid, Tanh
from course_lib.losses import MAE, MSE, BinaryCrossEntropy, SoftmaxCrossEntropy
from course_lib.network import PREDICT_ROWS, Network
from course_lib.optimizers import SGD, Momentum

ACTIVATIONS = [Identity, ReLU, LeakyReLU, Tanh, Sigmoid, ELU]
LOSSES = [MSE, MAE, SoftmaxCrossEntropy, BinaryCrossEntropy]


def network(activation=Tanh, loss=MSE, widths=(3, 5, 2), dtype=np.float64, seed=0):
    layers = []
    for fan_in, fan_out in pairwise(widths):
        layers += [Dense(fan_in, fan_out, bias=normal(0.5)), activation()]
    return Network(layers[:-1], loss=loss(), rng=np.random.default_rng(seed), dtype=dtype)


def batch(loss=MSE, n=6, inputs=3, outputs=2, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, inputs))
    if loss is SoftmaxCrossEntropy:
        return x, rng.integers(0, outputs, n)
    return x, rng.uniform(0, 1, (n, outputs))


def assert_views(net):
    """Layers, parameters and vectors are one memory."""
    assert net.parameters.size == sum(value.size for layer in net.layers for value in layer.values.values())
    for index, layer in enumerate(net.layers):
        for name in layer.shapes:
            for views, vector in ((layer.values, net.parameters.x), (layer.gradients, net.parameters.g)):
                assert np.shares_memory(views[name], vector)
            assert np.shares_memory(layer.values[name], net.parameters[f"{index}.{name}"])
    kept = net.parameters.x.copy()
    x = np.ones((1, net.layers[0].fan_in))
    before = net.forward(x)
    net.parameters.x *= 2
    assert not np.array_equal(net.forward(x), before)
    net.parameters.x[:] = kept


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_check_passes_for_each_layer_and_loss(activation, loss):
    errors = network(activation, loss).gradient_check(*batch(loss))
    assert list(errors) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert max(errors.values()) < 1e-7


@pytest.mark.parametrize("n", [1, 6])
@pytest.mark.parametrize("widths", [(1, 1), (3, 2), (3, 4, 2), (1, 7, 5, 1)])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_agree_with_torch(widths, n, loss):
    torch = pytest.importorskip("torch")
    net = network(Tanh, loss, widths)
    x, y = batch(loss, n, widths[0], widths[-1])
    layers = []
    for layer in net.layers:
        if isinstance(layer, Dense):
            layers.append(torch.nn.Linear(layer.fan_in, layer.fan_out, dtype=torch.float64))
            with torch.no_grad():
                layers[-1].weight[:] = torch.from_numpy(layer.weight.T)
                layers[-1].bias[:] = torch.from_numpy(layer.bias)
        else:
            layers.append(torch.nn.Tanh())
    twin, functional = torch.nn.Sequential(*layers), torch.nn.functional
    value = {MSE: functional.mse_loss, MAE: functional.l1_loss, SoftmaxCrossEntropy: functional.cross_entropy,
             BinaryCrossEntropy: functional.binary_cross_entropy_with_logits}[loss](
                 twin(torch.from_numpy(x)), torch.from_numpy(y))
    value.backward()
    assert net.loss_and_grad(x, y) == pytest.approx(value.item(), rel=1e-12)
    for index, layer in enumerate(net.layers):
        if isinstance(layer, Dense):
            for ours, theirs in ((net.parameters.gradients[f"{index}.weight"].T, twin[index].weight.grad),
                                 (net.parameters.gradients[f"{index}.bias"], twin[index].bias.grad)):
                np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-15)


class WrongFactor(Tanh):
    def backward(self, g):
        return 1.01 * super().backward(g)


class WrongSign(Tanh):
    def backward(self, g):
        return -super().backward(g)


class ForgottenDerivative(Tanh):
    def backward(self, g):
        return g


class DerivativeOfTheOutput(Tanh):
    def backward(self, g):
        return g * (1 - self.out)


class Transposed(Dense):
    def backward(self, g):
        out = super().backward(g)
        self.gradients["weight"][...] = self.gradients["weight"].T.copy()
        return out


class MeanBias(Dense):
    def backward(self, g):
        out = super().backward(g)
        self.gradients["bias"][...] = g.mean(axis=0)
        return out


class ForgottenBias(Dense):
    def backward(self, g):
        out = super().backward(g)
        self.gradients["bias"][...] = 0
        return out


class StaleInput(Dense):
    def forward(self, x, train=False):
        out = super().forward(x, train)
        self.x = np.roll(x, 1, axis=0)
        return out


@pytest.mark.parametrize("wrong", [WrongFactor, WrongSign, ForgottenDerivative, DerivativeOfTheOutput])
def test_gradient_check_catches_a_wrong_activation(wrong):
    errors = network(wrong).gradient_check(*batch())
    assert errors["0.weight"] > 1e-3  # below the mistake
    assert errors["0.bias"] > 1e-3
    assert errors["2.weight"] < 1e-7  # above it all is right
    assert errors["2.bias"] < 1e-7


@pytest.mark.parametrize(("wrong", "parameter"), [
    (Transposed, "weight"), (MeanBias, "bias"), (ForgottenBias, "bias"), (StaleInput, "weight")])
def test_gradient_check_catches_a_wrong_dense_layer(wrong, parameter):
    net = Network([Dense(3, 3), Tanh(), wrong(3, 3)], loss=MSE(), rng=np.random.default_rng(0))
    errors = net.gradient_check(*batch(outputs=3))
    assert errors.pop(f"2.{parameter}") > 1e-3
    assert max(errors.values()) < 1e-7


def test_gradient_check_catches_a_wrong_loss():
    class NoMean(MSE):
        def __call__(self, output, target):
            value, gradient = super().__call__(output, target)
            return value, gradient * output.size

    assert min(network(loss=NoMean).gradient_check(*batch()).values()) > 0.1


def test_gradient_check_leaves_the_network_alone():
    net = network(dtype=np.float32)
    x, y = batch()
    net.loss_and_grad(x, y)
    kept = net.parameters.x.copy(), net.parameters.g.copy()
    assert max(net.gradient_check(x, y, entries=3).values()) < 1e-7
    np.testing.assert_array_equal(net.parameters.x, kept[0])
    np.testing.assert_array_equal(net.parameters.g, kept[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_of_everything(dtype):
    net = network(ReLU, dtype=dtype)
    x, y = batch()
    assert net.predict(x).dtype == net.parameters.x.dtype == net.parameters.g.dtype == dtype
    assert type(net.loss_and_grad(x, y)) is float
    assert net.predict(np.ones((2, 3), np.int64)).dtype == dtype
    assert net.predict([[1, 2, 3]]).shape == (1, 2)


def test_weights_come_from_the_generator_in_order():
    a, b, other = network(seed=3), network(seed=3), network(seed=4)
    np.testing.assert_array_equal(a.parameters.x, b.parameters.x)
    assert not np.array_equal(a.parameters.x, other.parameters.x)
    rng = np.random.default_rng(3)
    limit = np.sqrt(6 / 8)  # the default weight: Xavier uniform
    np.testing.assert_array_equal(a.parameters["0.weight"], rng.uniform(-limit, limit, (3, 5)))


@pytest.mark.parametrize("twin_of", [copy.deepcopy, copy.copy, lambda net: pickle.loads(pickle.dumps(net)),
                                     lambda net: net.copy(), lambda net: net.copy(np.float64)])
def test_copies_keep_views_and_are_independent(twin_of):
    net = network()
    x, y = batch()
    net.loss_and_grad(x, y)
    twin = twin_of(net)
    for each in (net, twin):
        assert_views(each)
    np.testing.assert_array_equal(twin.predict(x), net.predict(x))
    assert not np.shares_memory(twin.parameters.x, net.parameters.x)
    before = net.parameters.x.copy()
    for _ in range(5):
        twin.loss_and_grad(x, y)
        SGD(0.1).step(twin.parameters.x, twin.parameters.g)
    np.testing.assert_array_equal(net.parameters.x, before)
    assert twin.loss_value(x, y) < net.loss_value(x, y)
    assert max(twin.gradient_check(x, y).values()) < 1e-7


def test_pickle_carries_values_and_gradients():
    net = network(dtype=np.float32)
    net.loss_and_grad(*batch())
    twin = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(twin.parameters.x, net.parameters.x)
    np.testing.assert_array_equal(twin.parameters.g, net.parameters.g)
    assert twin.parameters.dtype == np.float32


def test_copy_to_another_dtype():
    net = network(dtype=np.float32)
    twin = net.copy(np.float64)
    assert twin.parameters.x.dtype == np.float64
    np.testing.assert_array_equal(twin.parameters.x, net.parameters.x)
    assert net.copy().parameters.dtype == np.float32
    assert net.copy("float64").parameters.dtype == np.float64


def test_copies_between_forward_and_backward_do_not_mix():
    net, (x, y) = network(), batch()
    out = net.forward(x, train=True)
    twin = net.copy()
    twin.forward(x[:2] + 1, train=True)  # must not disturb what net's layers remember
    net.backward(MSE()(out, y)[1])
    expected = net.copy()
    expected.loss_and_grad(x, y)
    np.testing.assert_array_equal(net.parameters.g, expected.parameters.g)


def test_a_layer_belongs_to_one_network():
    shared = Dense(3, 3)
    Network([shared], loss=MSE(), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"layers\[0\], Dense\(3, 3\), already belongs to a network"):
        Network([shared], loss=MSE(), rng=np.random.default_rng(0))
    layer, relu = Dense(3, 3), ReLU()
    for layers, index in (([layer, layer], 1), ([layer, relu, Dense(3, 3), relu], 3)):
        with pytest.raises(ValueError, match=rf"layers\[{index}\]"):
            Network(layers, loss=MSE(), rng=np.random.default_rng(0))


def test_a_refused_network_leaves_its_layers_free():
    layer = Dense(3, 3)
    with pytest.raises(TypeError, match=r"layers\[1\] must be a Layer"):
        Network([layer, "ReLU"], loss=MSE(), rng=np.random.default_rng(0))
    Network([layer], loss=MSE(), rng=np.random.default_rng(0))


def test_predict_in_parts_is_predict_at_once():
    net = network(widths=(3, 4, 2))
    x = np.random.default_rng(0).normal(size=(2 * PREDICT_ROWS + 3, 3))
    whole = net.forward(x)
    np.testing.assert_allclose(net.predict(x), whole, rtol=1e-12)
    assert net.predict(x[:0]).shape == (0, 2)
    y = np.zeros_like(whole)
    assert net.loss_value(x, y) == pytest.approx(np.mean(whole**2), rel=1e-12)


def test_what_predict_returns_stays():
    net = network()
    first = net.predict(np.ones((2, 3)))
    kept = first.copy()
    net.predict(np.zeros((2, 3)))
    np.testing.assert_array_equal(first, kept)


def test_loss_value_and_predict_leave_gradients_alone():
    net, (x, y) = network(), batch()
    net.loss_and_grad(x, y)
    kept = net.parameters.g.copy()
    net.loss_value(x[:2], y[:2])
    net.predict(x)
    np.testing.assert_array_equal(net.parameters.g, kept)


def test_the_first_layer_skips_the_gradient_of_the_data():
    net = network()
    assert [layer.needs_input_gradient for layer in net.layers] == [False, True, True]
    net.loss_and_grad(*batch())


def test_a_layer_of_ones_own_takes_part():
    class Scale(Layer):
        shapes = {"factor": ((1,), lambda shape, rng: np.full(shape, 2.0))}  # noqa: RUF012

        def forward(self, x, train=False):
            self.x = x
            return self.values["factor"] * x

        def backward(self, g):
            self.gradients["factor"][...] = np.sum(g * self.x)
            return self.values["factor"] * g

    net = Network([Dense(3, 2), Scale()], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    assert list(net.parameters) == ["0.weight", "0.bias", "1.factor"]
    assert max(net.gradient_check(*batch()).values()) < 1e-7


def test_a_network_without_parameters():
    net = Network([ReLU()], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    assert net.loss_and_grad(np.array([[2.0]]), np.array([[1.0]])) == 1
    Momentum(0.1).step(net.parameters.x, net.parameters.g)


def test_repr():
    assert repr(network(ReLU)) == "Network([Dense(3, 5), ReLU(), Dense(5, 2)], loss=MSE())"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_backward_converts_the_gradient_as_forward_does_the_input(dtype):
    net = network(dtype=dtype)
    x, y = batch()
    g = net.loss(net.forward(x), y)[1]
    net.backward(g)
    expected = net.parameters.g.copy()
    for given in (g.astype(np.float64), g.tolist(), g.astype(np.float32)):
        net.backward(given)
        np.testing.assert_allclose(net.parameters.g, expected, rtol=1e-5, atol=1e-7)
    net.backward(np.ones(g.shape, int))
    assert net.parameters.g.dtype == dtype


def test_a_loss_of_ones_own_may_return_float64():
    def squares(output, target):
        error = output.astype(np.float64) - target
        return float(np.mean(error**2)), 2 / error.size * error

    net, twin = network(dtype=np.float32), network(dtype=np.float32)
    net.loss = squares
    net.loss_and_grad(*batch())
    twin.loss_and_grad(*batch())
    np.testing.assert_allclose(net.parameters.g, twin.parameters.g, rtol=1e-5, atol=1e-7)


class First(Layer):
    """The first two columns: it neither fixes its widths nor keeps that of its input."""

    def forward(self, x, train=False):
        return x[:, :2]


def test_widths_are_compared_where_layers_fix_them():
    for layers in ([Dense(3, 5), Dense(5, 2)], [Dense(3, 5), First(), Dense(2, 1)],
                   [Tanh(), Dense(3, 4), ReLU(), Dense(4, 1)]):
        Network(layers, loss=MSE(), rng=np.random.default_rng(0))
    message = r"layers\[2\] must take the 5 outputs of layers\[0\], Dense\(3, 5\), got Dense\(4, 2\)"
    with pytest.raises(ValueError, match=message):
        Network([Dense(3, 5), Tanh(), Dense(4, 2)], loss=MSE(), rng=np.random.default_rng(0))


def test_a_layer_refused_for_its_width_is_still_free():
    layer = Dense(4, 2)
    with pytest.raises(ValueError, match="must take the 5 outputs"):
        Network([Dense(3, 5), layer], loss=MSE(), rng=np.random.default_rng(0))
    Network([layer], loss=MSE(), rng=np.random.default_rng(0))
