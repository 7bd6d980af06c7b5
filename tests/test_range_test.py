import numpy as np
import pytest

from course_lib.datasets import load_digits
from course_lib.layers import Dense, ReLU
from course_lib.losses import MSE, SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD, Adam, Momentum
from course_lib.range_test import lr_range_test
from course_lib.training import fit


def linear(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((200, 3))
    return Network([Dense(3, 1)], loss=MSE(), rng=rng, dtype=np.float64), x, x.sum(axis=1, keepdims=True)


def test_nothing_given_is_changed():
    net, x, y = linear()
    opt = Momentum(lr=0.1)
    opt.step(net.parameters.x, np.ones(4))
    before, state = net.parameters.x.copy(), opt.state["v"].copy()
    lr_range_test(net, opt, x, y, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(net.parameters.x, before)
    np.testing.assert_array_equal(opt.state["v"], state)
    assert (opt.lr, opt.t) == (0.1, 1)


def test_the_rates_are_spaced_evenly_on_a_logarithmic_scale_and_used():
    net, x, y = linear()
    found = lr_range_test(net, SGD(), x, y, low=1e-4, high=1e-2, steps=3, batch_size=200,
                          rng=np.random.default_rng(0))
    np.testing.assert_allclose(found.lr, [1e-4, 1e-3, 1e-2], rtol=1e-12)
    assert not found.diverged
    for i, lr in enumerate([1e-4, 1e-3]):
        assert net.loss_value(x, y) == pytest.approx(found.loss[i], rel=1e-12)
        fit(net, SGD(lr=lr), x, y, epochs=1, batch_size=None, rng=np.random.default_rng(0), progress=False)


def test_it_ends_when_the_loss_explodes_near_the_edge_of_stability():
    net, x, y = linear()
    found = lr_range_test(net, SGD(), x, y, batch_size=200, steps=200, rng=np.random.default_rng(0))
    edge = 2 / (2 * np.linalg.eigvalsh(x.T @ x / len(x))[-1])  # 2/L for the mean squared error
    assert found.diverged
    assert edge < found.lr[-1] < 30 * edge  # the average needs some steps to rise
    assert edge / 30 < found.suggestion < edge
    assert len(found.lr) == len(found.loss) == len(found.smoothed)


def test_the_smoothed_loss_is_the_corrected_exponential_average():
    net, x, y = linear()
    found = lr_range_test(net, SGD(), x, y, steps=5, smoothing=0.5, rng=np.random.default_rng(0))
    weights = 0.5 ** np.arange(5)[::-1]
    assert found.smoothed[-1] == pytest.approx(weights @ found.loss / weights.sum(), rel=1e-12)


def test_an_infinite_loss_ends_it_without_a_warning():
    net, x, y = linear()
    found = lr_range_test(net, SGD(), 1e200 * x, y, low=1, high=10, rng=np.random.default_rng(0))
    assert found.diverged


@pytest.mark.parametrize("rule", [SGD, Adam])
def test_the_suggestion_trains_digits(rule):
    train = load_digits().train
    for seed in range(3):
        rng = np.random.default_rng(seed)
        net = Network([Dense(64, 32), ReLU(), Dense(32, 10)], loss=SoftmaxCrossEntropy(), rng=rng)
        found = lr_range_test(net, rule(), train.x, train.y, rng=rng)
        history = fit(net, rule(lr=found.suggestion), train.x, train.y, epochs=8, rng=rng, progress=False)
        assert history.loss[-1] < 0.5
