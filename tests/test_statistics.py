import numpy as np
import pytest

from course_lib.layers import BatchNorm, Dense, Dropout, ReLU, Sigmoid, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.statistics import record_statistics
from course_lib.training import fit


def network(*layers):
    return Network(list(layers), loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)


def data(n=40, seed=1):
    x = np.random.default_rng(seed).standard_normal((n, 3))
    return x, x[:, :1]


def test_each_number_against_its_definition():
    net, (x, y) = network(Dense(3, 20), Tanh(), Dense(20, 1)), data()
    with record_statistics(net) as stats:
        net.loss_and_grad(x, y)
    hidden = x @ net.parameters["0.weight"] + net.parameters["0.bias"]
    outputs = [hidden, np.tanh(hidden)]
    outputs.append(outputs[1] @ net.parameters["2.weight"] + net.parameters["2.bias"])
    g_out = 2 * (outputs[2] - y) / len(x)
    g_tanh = g_out @ net.parameters["2.weight"].T
    grads = [g_tanh * (1 - outputs[1] ** 2), g_tanh, g_out]
    close = {"rtol": 1e-12}
    np.testing.assert_allclose(stats.activation_mean[0], [out.mean() for out in outputs], rtol=1e-9)
    np.testing.assert_allclose(stats.activation_std[0], [out.std() for out in outputs], **close)
    sizes = [np.sqrt((out**2).mean()) for out in outputs]
    np.testing.assert_allclose(stats.activation_norm[0], sizes, **close)
    np.testing.assert_allclose(stats.gradient_norm[0], [np.linalg.norm(g) for g in grads], **close)
    own = [np.hypot(np.linalg.norm(net.parameters.gradients[f"{i}.weight"]),
                    np.linalg.norm(net.parameters.gradients[f"{i}.bias"])) for i in (0, 2)]
    np.testing.assert_allclose(stats.parameter_gradient_norm[0, [0, 2]], own, **close)
    assert np.isnan(stats.parameter_gradient_norm[0, 1])
    assert np.isnan(stats.dead).all()
    assert stats.layers == ["0 Dense(3, 20)", "1 Tanh()", "2 Dense(20, 1)"]


def test_dead_units_are_those_that_are_zero_for_the_whole_batch():
    net, (x, y) = network(Dense(3, 10), ReLU(), Dense(10, 1)), data()
    net.parameters["0.bias"][:4] = -100
    with record_statistics(net) as stats:
        net.loss_and_grad(x, y)
    assert stats.dead[0, 1] == 4
    assert np.isnan(stats.dead[0, [0, 2]]).all()


@pytest.mark.parametrize("layer", [Tanh, Sigmoid])
def test_saturation_grows_with_the_scale_of_the_weights(layer):
    shares = []
    for scale in (0.01, 1, 100):
        net, (x, y) = network(Dense(3, 50), layer(), Dense(50, 1)), data()
        net.parameters["0.weight"][:] *= scale
        with record_statistics(net) as stats:
            net.loss_and_grad(x, y)
        shares.append(stats.saturated[0, 1])
    assert shares[0] == 0
    assert shares[2] > 0.8
    assert shares == sorted(shares)


def test_during_fit_every_so_many_passes():
    net, (x, y) = network(Dense(3, 8), BatchNorm(8), ReLU(), Dropout(0.2), Dense(8, 1)), data()
    plain = net.copy()
    with record_statistics(net, every=3) as stats:
        fit(net, SGD(lr=0.01), x, y, epochs=2, batch_size=8, rng=np.random.default_rng(0), validation=(x, y),
            progress=False)
    assert stats.step.tolist() == [0, 3, 6, 9]
    for column in stats.COLUMNS:
        assert getattr(stats, column).shape == (4, 5)
    assert np.isfinite(stats.gradient_norm).all()
    fit(plain, SGD(lr=0.01), x, y, epochs=2, batch_size=8, rng=np.random.default_rng(0), progress=False)
    np.testing.assert_array_equal(net.parameters.x, plain.parameters.x)  # watching changes nothing


def test_evaluation_is_not_recorded_and_the_hook_is_taken_away():
    net, (x, y) = network(Dense(3, 1)), data()
    with record_statistics(net) as stats:
        net.predict(x)
        net.backward(y)
    assert stats.step.tolist() == []
    assert net.hooks == []
    with pytest.raises(ZeroDivisionError), record_statistics(net):
        raise ZeroDivisionError
    assert net.hooks == []


def test_a_copy_and_a_pickle_are_not_watched():
    import pickle

    net, (x, y) = network(Dense(3, 1)), data()
    with record_statistics(net) as stats:
        for twin in (net.copy(), pickle.loads(pickle.dumps(net))):
            twin.loss_and_grad(x, y)
    assert len(stats.step) == 0
