"""BatchNorm and LayerNorm against central differences, torch, and themselves in another form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import BatchNorm, Dense, LayerNorm, ReLU, Sigmoid
from course_lib.losses import MSE, SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import fit


def alone(layer, seed=0, dtype=np.float64):
    """A layer in a network of its own, with a gamma and beta that are not 1 and 0."""
    rng = np.random.default_rng(seed)
    Network([layer], loss=MSE(), rng=rng, dtype=dtype)
    layer.gamma[:] = rng.uniform(0.5, 2, layer.features)
    layer.beta[:] = rng.normal(size=layer.features)
    return layer


def data(batch, features, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(3, 2, (batch, features)), rng.normal(size=(batch, features))


def relative(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-300)


def differences(function, x, eps=1e-6):
    out = np.empty_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + eps
        up = function()
        x[index] = kept - eps
        out[index] = (up - function()) / (2 * eps)
        x[index] = kept
    return out


@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("shape", [(2, 1), (2, 3), (7, 1), (6, 4)])
@pytest.mark.parametrize("kind", [BatchNorm, LayerNorm])
def test_gradients_against_central_differences(kind, shape, train):
    layer, (x, g) = alone(kind(shape[1], eps=0.1)), data(*shape)

    def loss():
        return np.sum(g * layer.forward(x, train))

    loss()
    grads = {"x": layer.backward(g), **{name: layer.gradients[name].copy() for name in layer.shapes}}
    for name, array in {"x": x, "gamma": layer.gamma, "beta": layer.beta}.items():
        numeric = differences(loss, array)
        assert np.linalg.norm(grads[name] - numeric) <= 1e-7 * max(np.linalg.norm(numeric), 1e-2), name


@settings(deadline=None)
@given(batch=st.integers(2, 20), features=st.integers(1, 6), eps=st.floats(1e-8, 1.0),
       seed=st.integers(0, 99))
def test_the_long_backward_form_is_the_compact_one(batch, features, eps, seed):
    layer, (x, g) = alone(BatchNorm(features, eps=eps), seed), data(batch, features, seed)
    layer.forward(x, train=True)
    compact = layer.backward(g)
    gradients = {name: value.copy() for name, value in layer.gradients.items()}
    # For a batch of two all parts of the gradient nearly cancel: the error is measured by those parts.
    scale = np.linalg.norm(g * layer.gamma * layer.inv_std)
    assert np.linalg.norm(layer.backward_long(g) - compact) <= 1e-12 * scale
    for name, value in layer.gradients.items():
        np.testing.assert_array_equal(value, gradients[name])


@pytest.mark.parametrize("kind", ["BatchNorm1d", "LayerNorm"])
@pytest.mark.parametrize("batch", [2, 3, 50])
def test_against_torch(kind, batch):
    torch = pytest.importorskip("torch")
    layer = alone(BatchNorm(4) if kind == "BatchNorm1d" else LayerNorm(4))
    twin = getattr(torch.nn, kind)(4, dtype=torch.float64)
    with torch.no_grad():
        twin.weight.copy_(torch.from_numpy(layer.gamma))
        twin.bias.copy_(torch.from_numpy(layer.beta))
    x, g = data(batch, 4)
    leaf = torch.from_numpy(x).requires_grad_()
    out = twin(leaf)
    out.backward(torch.from_numpy(g))
    assert relative(layer.forward(x, train=True), out.detach().numpy()) < 1e-12
    scale = np.linalg.norm(g * layer.gamma * layer.inv_std)
    assert np.linalg.norm(layer.backward(g) - leaf.grad.numpy()) < 1e-12 * scale
    assert relative(layer.gradients["gamma"], twin.weight.grad.numpy()) < 1e-12
    assert relative(layer.gradients["beta"], twin.bias.grad.numpy()) < 1e-12
    if kind == "BatchNorm1d":
        assert relative(layer.running_mean, twin.running_mean.numpy()) < 1e-12
        assert relative(layer.running_var, twin.running_var.numpy()) < 1e-12
    twin.eval()
    assert relative(layer.forward(x), twin(leaf).detach().numpy()) < 1e-12


def test_batch_norm_gives_mean_beta_and_spread_gamma():
    layer = alone(BatchNorm(5, eps=0.0))
    out = layer.forward(data(40, 5)[0], train=True)
    np.testing.assert_allclose(out.mean(axis=0), layer.beta, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=0), layer.gamma, atol=1e-12)


def test_layer_norm_looks_at_one_row_at_a_time():
    layer = alone(LayerNorm(5))
    x = data(6, 5)[0]
    whole = layer.forward(x, train=True)
    for i in range(6):
        np.testing.assert_allclose(layer.forward(x[i:i + 1]), whole[i:i + 1], rtol=1e-12)


@pytest.mark.parametrize("unbiased", [True, False])
def test_running_statistics_are_the_exponential_averages_they_say(unbiased):
    layer = alone(BatchNorm(3, momentum=0.25, unbiased=unbiased))
    mean, var = np.zeros(3), np.ones(3)
    for seed in range(5):
        x = data(7, 3, seed)[0]
        layer.forward(x, train=True)
        mean = 0.75 * mean + 0.25 * x.mean(axis=0)
        var = 0.75 * var + 0.25 * x.var(axis=0, ddof=int(unbiased))
    np.testing.assert_allclose(layer.running_mean, mean, rtol=1e-12)
    np.testing.assert_allclose(layer.running_var, var, rtol=1e-12)
    before = layer.running_mean.copy()
    layer.forward(x)
    np.testing.assert_array_equal(layer.running_mean, before)  # evaluation changes nothing


def test_a_batch_of_one_changes_nothing_in_training_and_is_fine_in_evaluation():
    layer = alone(BatchNorm(3))
    with pytest.raises(ValueError, match="at least 2 rows"):
        layer.forward(np.ones((1, 3)), train=True)
    np.testing.assert_array_equal(layer.running_var, 1)
    assert layer.forward(np.ones((1, 3))).shape == (1, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_network_is_kept_everywhere(dtype):
    net = Network([Dense(4, 6), BatchNorm(6), ReLU(), LayerNorm(6), Dense(6, 3)], loss=SoftmaxCrossEntropy(),
                  rng=np.random.default_rng(0), dtype=dtype)
    x = np.random.default_rng(1).standard_normal((8, 4))
    net.loss_and_grad(x, np.arange(8) % 3)
    assert net.forward(x).dtype == net.forward(x, train=True).dtype == dtype
    assert {buffer.dtype for layer in net.layers for buffer in layer.buffers.values()} == {np.dtype(dtype)}
    assert net.layers[1].backward(np.ones((8, 6), dtype)).dtype == dtype
    assert net.layers[3].backward(np.ones((8, 6), dtype)).dtype == dtype


def test_gradient_check_of_a_network_with_both():
    net = Network([Dense(4, 6), BatchNorm(6), Sigmoid(), LayerNorm(6), Dense(6, 3)],
                  loss=SoftmaxCrossEntropy(), rng=np.random.default_rng(0))
    errors = net.gradient_check(np.random.default_rng(1).standard_normal((9, 4)), np.arange(9) % 3)
    assert list(errors) == ["0.weight", "0.bias", "1.gamma", "1.beta", "3.gamma", "3.beta",
                            "4.weight", "4.bias"]
    assert max(errors.values()) < 1e-7


def test_training_learns_and_prediction_uses_the_running_statistics():
    rng = np.random.default_rng(0)
    x = rng.normal(50, 20, (300, 2))  # far from 0: hopeless for this rate without normalization
    y = (x[:, :1] > 50).astype(float)
    net = Network([BatchNorm(2), Dense(2, 8), ReLU(), Dense(8, 1)], loss=MSE(), rng=rng, dtype=np.float64)
    history = fit(net, SGD(lr=0.1), x, y, epochs=40, batch_size=20, rng=rng, progress=False)
    assert history.loss[-1] < 0.1  # a constant has 0.25
    assert net.loss_value(x, y) < 1.5 * history.loss[-1]
    np.testing.assert_allclose(net.layers[0].running_mean, x.mean(axis=0), rtol=0.1)


def test_a_copy_and_a_pickle_have_buffers_of_their_own():
    import pickle

    net = Network([BatchNorm(2)], loss=MSE(), rng=np.random.default_rng(0))
    x = np.random.default_rng(1).normal(5, 1, (10, 2))
    net.forward(x, train=True)
    for twin in (net.copy(), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(twin.predict(x), net.predict(x))
        twin.forward(10 * x, train=True)
        assert abs(twin.layers[0].running_mean - net.layers[0].running_mean).min() > 1
    assert net.copy(np.float64).layers[0].running_mean.dtype == np.float64
