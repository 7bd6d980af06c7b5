from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.callbacks import ReduceOnPlateau
from course_lib.layers import Dense
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import accuracy, fit


def rates(reduce, values, lr=1.0, monitor="loss"):
    """The learning rate after each epoch."""
    opt, seen = SimpleNamespace(lr=lr), []
    for i in range(len(values)):
        reduce(None, opt, SimpleNamespace(**{monitor: values[:i + 1]}))
        seen.append(opt.lr)
    return seen


def test_patience_threshold_and_cooldown_by_hand():
    reduce = ReduceOnPlateau(factor=0.5, patience=1, threshold=0.1, cooldown=2)
    losses = [1.0, 0.95, 0.92, 0.8, 0.79, 0.79, 0.79]
    #         best  bad   bad->  rest  rest  bad   bad->
    assert rates(reduce, losses) == [1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25]
    assert reduce.reductions == 2


def test_min_lr_is_a_floor_and_never_raises_the_rate():
    reduce = ReduceOnPlateau(factor=0.5, patience=0, min_lr=0.3)
    assert rates(reduce, [1.0] * 5) == [1.0, 0.5, 0.3, 0.3, 0.3]
    assert reduce.reductions == 2
    assert rates(ReduceOnPlateau(patience=0, min_lr=2.0), [1.0] * 3) == [1.0] * 3


def test_a_metric_should_rise():
    reduce = ReduceOnPlateau(factor=0.5, patience=0, monitor="metric")
    assert rates(reduce, [0.5, 0.6, 0.6, 0.5], monitor="metric") == [1.0, 1.0, 0.5, 0.25]


@settings(deadline=None)
@given(values=st.lists(st.floats(0.01, 2.0), min_size=1, max_size=60), factor=st.floats(0.1, 0.9),
       patience=st.integers(0, 5), threshold=st.floats(0, 0.2), cooldown=st.integers(0, 4),
       relative=st.booleans(), monitor=st.sampled_from(["loss", "metric"]))
def test_against_torch(values, factor, patience, threshold, cooldown, relative, monitor):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, "min" if monitor == "loss" else "max", factor, patience, threshold,
        "rel" if relative else "abs", cooldown, min_lr=1e-3, eps=0.0)
    expected = []
    for value in values:
        theirs.step(value)
        expected.append(optimizer.param_groups[0]["lr"])
    reduce = ReduceOnPlateau(factor, patience, threshold, cooldown, 1e-3, monitor, relative)
    np.testing.assert_allclose(rates(reduce, values, monitor=monitor), expected, rtol=1e-12)


def test_in_fit_it_lowers_the_rate_and_reset_forgets():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((64, 1))
    y = 2 * x + rng.standard_normal((64, 1))
    net, opt = Network([Dense(1, 1)], loss=MSE(), rng=rng, dtype=np.float64), SGD(lr=0.3)
    reduce = ReduceOnPlateau(factor=0.5, patience=3)
    history = fit(net, opt, x, y, epochs=60, batch_size=4, rng=rng, callbacks=[reduce], progress=False)
    assert opt.lr < 0.1
    assert history.lr[0] == 0.3
    assert history.lr[-1] == opt.lr or reduce.reductions
    assert opt.lr == 0.3 * 0.5**reduce.reductions
    reduce.reset()
    assert (reduce.best, reduce.reductions) == (None, 0)


@pytest.mark.parametrize("monitor", ["validation_loss", "validation_metric"])
def test_it_watches_the_validation_set(monitor):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 2)), rng.integers(0, 2, 20)
    from course_lib.losses import SoftmaxCrossEntropy

    net = Network([Dense(2, 2)], loss=SoftmaxCrossEntropy(), rng=rng)
    reduce = ReduceOnPlateau(factor=0.5, patience=0, monitor=monitor)
    fit(net, SGD(lr=1.0), x, y, epochs=10, rng=rng, validation=(x, y), metric=accuracy, callbacks=[reduce],
        progress=False)
    assert reduce.best is not None
