"""fit(): batches, history, validation, callbacks, divergence, and going on from where it stopped."""

import numpy as np
import pytest

from course_lib.initializers import normal
from course_lib.layers import Dense, Identity, Layer, ReLU, Tanh
from course_lib.losses import MSE, SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import SGD, Momentum
from course_lib.training import DivergenceError, accuracy, batches, fit


def data(n=23, inputs=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, inputs))
    return x, x @ rng.normal(size=(inputs, 1)) + 0.5


def network(seed=0, hidden=4, dtype=np.float64):
    layers = [Dense(3, hidden), Tanh(), Dense(hidden, 1)]
    return Network(layers, loss=MSE(), rng=np.random.default_rng(seed), dtype=dtype)


def train(net=None, opt=None, epochs=2, seed=0, **options):
    net, (x, y) = net or network(), data()
    options = {"batch_size": 5, "progress": False, **options}
    return net, fit(net, opt or SGD(0.1), x, y, epochs=epochs, rng=np.random.default_rng(seed), **options)


class Recorder(Identity):
    """Keeps each batch that goes through it in training."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def forward(self, x, train=False):
        if train:
            self.batches.append(x.copy())
        return x


def seen(epochs, rng, n=23, **options):
    """The numbers of the examples in each batch, in the order in which training saw them."""
    recorder = Recorder()
    net = Network([recorder, Dense(1, 1)], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    x = np.arange(n, dtype=float)[:, None] / n
    fit(net, SGD(1e-3), x, x, epochs=epochs, rng=rng, progress=False, **options)
    return [np.rint(n * batch.ravel()).astype(int).tolist() for batch in recorder.batches]


# --- batches ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("n", "size", "lengths"), [
    (10, 4, [4, 4, 2]), (10, 5, [5, 5]), (10, 10, [10]), (10, 99, [10]), (1, 1, [1]), (3, 1, [1, 1, 1])])
def test_batches_visit_each_example_once(n, size, lengths):
    for shuffle in (True, False):
        parts = batches(n, size, np.random.default_rng(0), shuffle)
        assert [len(part) for part in parts] == lengths
        assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    plain = batches(n, size, np.random.default_rng(0), shuffle=False)
    assert np.concatenate(plain).tolist() == list(range(n))


def test_each_epoch_sees_each_example_once_and_keeps_the_last_batch():
    got = seen(3, np.random.default_rng(0), batch_size=5)
    assert [len(batch) for batch in got] == 3 * [5, 5, 5, 5, 3]
    epochs = [np.concatenate(got[start:start + 5]).tolist() for start in (0, 5, 10)]
    assert all(sorted(epoch) == list(range(23)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_shuffling_is_decided_by_the_generator_alone():
    again = [seen(2, np.random.default_rng(seed), batch_size=5) for seed in (0, 0, 1)]
    assert again[0] == again[1] != again[2]
    expected = []
    rng = np.random.default_rng(0)
    for _ in range(2):
        expected += [part.tolist() for part in batches(23, 5, rng)]
    assert again[0] == expected


def test_no_shuffle_and_whole_batches_keep_the_order():
    assert seen(2, np.random.default_rng(0), batch_size=20, shuffle=False) == 2 * [
        list(range(20)), list(range(20, 23))]
    assert seen(2, np.random.default_rng(0), batch_size=None) == 2 * [list(range(23))]


def test_shuffling_spreads_evenly():
    first = [batches(4, 1, np.random.default_rng(seed))[0][0] for seed in range(400)]
    assert np.abs(np.bincount(first, minlength=4) - 100).max() < 45  # 5 standard deviations


def test_data_is_not_changed_nor_moved():
    x, y = data()
    kept = x.copy(), y.copy()
    fit(network(), SGD(0.1), x, y, epochs=3, batch_size=5, rng=np.random.default_rng(0), progress=False)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(y, kept[1])


# --- the loop against a loop by hand ----------------------------------------------------------------------

@pytest.mark.parametrize("batch_size", [1, 5, 23, None])
def test_fit_is_the_loop_one_would_write(batch_size):
    net, history = train(opt=Momentum(0.05), epochs=3, batch_size=batch_size)
    twin, opt, (x, y), rng, losses = network(), Momentum(0.05), data(), np.random.default_rng(0), []
    for _ in range(3):
        for index in [np.arange(23)] if batch_size is None else batches(23, batch_size, rng):
            losses.append(twin.loss_and_grad(x[index], y[index]))
            opt.step(twin.parameters.x, twin.parameters.g)
    np.testing.assert_array_equal(history.step_loss, losses)
    np.testing.assert_array_equal(net.parameters.x, twin.parameters.x)


def test_linear_regression_finds_the_least_squares_solution():
    x, y = data()
    net = Network([Dense(3, 1)], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    fit(net, SGD(0.3), x, y + np.sin(7 * x[:, :1]), epochs=400, batch_size=None,
        rng=np.random.default_rng(0), progress=False)
    design = np.hstack([x, np.ones((23, 1))])
    expected = np.linalg.lstsq(design, y + np.sin(7 * x[:, :1]), rcond=None)[0].ravel()
    np.testing.assert_allclose(net.parameters.x, expected, rtol=1e-8)


def test_integers_and_lists_are_data_too():
    net = network()
    history = fit(net, SGD(0.01), [[1, 2, 3], [4, 5, 6]], [[0], [1]], epochs=2, rng=np.random.default_rng(0),
                  progress=False)
    assert len(history.step_loss) == 2


# --- history ----------------------------------------------------------------------------------------------

def test_lengths_and_epoch_means():
    _, history = train(epochs=4, validation=data(9, seed=1), metric=lambda output, y: 1.0)
    assert history.step_loss.shape == history.lr.shape == (4 * 5,)
    for values in (history.loss, history.metric, history.validation_loss, history.validation_metric):
        assert values.shape == (4,)
    weights = np.array([5, 5, 5, 5, 3]) / 23  # the short batch counts less
    np.testing.assert_allclose(history.loss, history.step_loss.reshape(4, 5) @ weights, rtol=1e-13)


def test_what_was_not_asked_for_is_empty():
    _, history = train()
    assert all(values.shape == (0,) for values in (history.metric, history.validation_loss,
                                                   history.validation_metric))
    _, history = train(metric=lambda output, y: 2.0)
    assert history.metric.tolist() == [2, 2]
    assert history.validation_metric.size == 0
    _, history = train(validation=data())
    assert history.validation_loss.shape == (2,)
    assert history.validation_metric.size == 0


def test_lr_follows_the_schedule():
    _, history = train(opt=SGD(lambda t: 0.1 / (1 + t)), epochs=2)
    np.testing.assert_array_equal(history.lr, 0.1 / np.arange(1, 11))


def test_validation_and_metric_are_those_after_the_epoch():
    validation = data(9, seed=1)
    net, history = train(epochs=1, validation=validation,
                         metric=lambda output, y: float(np.abs(output - y).max()))
    x, y = data()
    assert history.validation_loss[-1] == pytest.approx(net.loss_value(*validation), rel=1e-14)
    assert history.metric[-1] == np.abs(net.predict(x) - y).max()
    assert history.validation_metric[-1] == np.abs(net.predict(validation[0]) - validation[1]).max()


def test_validation_changes_nothing():
    with_it = train(epochs=3, validation=data(9, seed=1), metric=lambda output, y: 0.0)[0]
    without = train(epochs=3)[0]
    np.testing.assert_array_equal(with_it.parameters.x, without.parameters.x)


def test_evaluation_runs_in_evaluation_mode():
    modes = []

    class Spy(Layer):
        def forward(self, x, train=False):
            modes.append(train)
            return x

        def backward(self, g):
            return g

    x, y = data()
    net = Network([Dense(3, 1), Spy()], loss=MSE(), rng=np.random.default_rng(0))
    fit(net, SGD(0.01), x, y, epochs=1, batch_size=None, validation=(x, y), metric=lambda o, y: 0.0,
        rng=np.random.default_rng(0), progress=False)
    assert modes == [True, False, False]


# --- callbacks --------------------------------------------------------------------------------------------

def test_callbacks_see_the_run_and_can_stop_it():
    lengths = []

    def watch(net, opt, history):
        lengths.append((len(history.loss), opt.t))

    def stop(net, opt, history):
        return len(history.loss) == 2

    _, history = train(epochs=10, callbacks=[stop, watch])
    assert lengths == [(1, 5), (2, 10)]  # watch is called in the last epoch too, though stop comes first
    assert history.loss.shape == (2,)
    assert history.step_loss.shape == (10,)


# --- divergence -------------------------------------------------------------------------------------------

def linear():
    return Network([Dense(3, 1)], loss=MSE(), rng=np.random.default_rng(0))


@pytest.mark.parametrize("batch_size", [5, None])
def test_divergence_says_where_and_after_what(batch_size):
    net, (x, y) = linear(), data()
    with pytest.raises(DivergenceError) as caught:
        fit(net, SGD(100.0), x, y, epochs=200, batch_size=batch_size, rng=np.random.default_rng(0),
            progress=False)
    error, history = caught.value, caught.value.history
    assert error.step == len(history.step_loss) + 1 == len(history.lr) + 1
    assert error.last_loss == history.step_loss[-1]
    assert np.isfinite(history.step_loss).all()
    assert history.step_loss[-1] > 1e6 * history.step_loss[0]
    assert error.lr == 100
    message = str(error)
    assert f"step {error.step};" in message
    assert f"{error.last_loss:.6g}" in message
    assert "learning rate 100" in message
    assert isinstance(error, ArithmeticError)


def test_divergence_before_any_step():
    net, (x, y) = linear(), data()
    net.parameters.x[:] = 3e38
    with pytest.raises(DivergenceError, match="at step 1; no step was taken before") as caught:
        fit(net, SGD(0.1), x, y, epochs=1, rng=np.random.default_rng(0), progress=False)
    assert caught.value.last_loss is None
    assert caught.value.lr == 0.1
    assert caught.value.history.loss.size == 0


def test_divergence_names_the_rate_that_led_there():
    net, (x, y) = linear(), data()
    with pytest.raises(DivergenceError) as caught:
        fit(net, SGD(lambda t: 1e30 if t == 2 else 1e-3), x, y, epochs=9, batch_size=None,
            rng=np.random.default_rng(0), progress=False)
    assert caught.value.lr == 1e30
    assert caught.value.step == 4


def test_weights_that_overflow_in_the_last_step_are_found():
    net, (x, y) = linear(), data()
    with pytest.raises(DivergenceError) as caught:
        fit(net, SGD(1e39), x, y, epochs=1, batch_size=None, rng=np.random.default_rng(0), progress=False)
    assert caught.value.step == 2
    assert caught.value.history.step_loss.shape == (1,)


@pytest.mark.parametrize("batch_size", [5, None])
def test_a_backward_pass_that_makes_nan_is_found(batch_size):
    class Broken(Identity):
        def backward(self, g):
            return g * np.nan

    x, y = data()
    net = Network([Dense(3, 1), Broken()], loss=MSE(), rng=np.random.default_rng(0))
    with pytest.raises(DivergenceError, match="no longer finite at step 2"):
        fit(net, SGD(0.1), x, y, epochs=1, batch_size=batch_size, rng=np.random.default_rng(0),
            progress=False)


# --- progress and going on --------------------------------------------------------------------------------

@pytest.mark.parametrize(("environment", "show", "visible"), [
    ({}, None, True), ({"CI": "true"}, None, False), ({"COURSE_LIB_PROGRESS": "0"}, None, False),
    ({"CI": "true"}, True, True), ({}, False, False), ({"COURSE_LIB_PROGRESS": "1"}, None, True)])
def test_progress_bar(environment, show, visible, monkeypatch, capsys):
    for name in ("CI", "COURSE_LIB_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    train(progress=show)
    captured = capsys.readouterr()
    assert ("training" in captured.err) == visible
    assert captured.out == ""


def test_two_calls_continue_one_run():
    rng, (x, y) = np.random.default_rng(5), data()
    net, opt = network(), Momentum(0.05)
    for _ in range(2):
        fit(net, opt, x, y, epochs=2, batch_size=5, rng=rng, progress=False)
    once = train(opt=Momentum(0.05), epochs=4, seed=5)[0]
    np.testing.assert_array_equal(net.parameters.x, once.parameters.x)
    assert opt.t == 20


def test_the_optimizer_must_fit_the_network():
    opt = Momentum(0.1)
    train(opt=opt)
    with pytest.raises(ValueError, match=r"call reset\(\) before a new run"):
        train(net=network(hidden=9), opt=opt)


def test_classification_learns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)  # no line separates the two classes
    net = Network([Dense(2, 16, weight=normal(1)), ReLU(), Dense(16, 2)], loss=SoftmaxCrossEntropy(), rng=rng)
    history = fit(net, Momentum(0.1), x, y, epochs=40, rng=rng, metric=accuracy, progress=False)
    assert history.metric[-1] > 0.95 > history.metric[0]
    assert accuracy(net.predict(x), y) == history.metric[-1]


def test_accuracy():
    output = np.array([[1.0, 2.0], [3.0, 0.0], [5.0, 5.0]])
    assert accuracy(output, [1, 0, 0]) == 1.0  # of equal outputs the first counts
    assert accuracy(output, np.array([0, 1, 1])) == 0.0
    assert accuracy(output, [1, 0, 1]) == pytest.approx(2 / 3)
    output[0, 0] = output[1] = np.nan  # whatever the label, that is no answer
    assert accuracy(output, [0, 0, 0]) == accuracy(output, [1, 1, 0]) == pytest.approx(1 / 3)


# --- growing batches ---------------------------------------------------------------------------------------

def test_batches_grow_by_the_step_and_visit_all_rows_once():
    _, history = train(opt=SGD(0.01), epochs=3, batch_size=lambda step: 1 + step)
    assert history.batch_size.sum() == 3 * 23
    # 1 + 2 + … + 6 = 21 rows, then the 2 that are left; the steps go on counting in the next epoch
    assert history.batch_size.tolist() == [1, 2, 3, 4, 5, 6, 2, 8, 9, 6, 11, 12]


def test_a_constant_function_is_the_number():
    nets = [train(opt=SGD(0.05), epochs=2, batch_size=size)[0] for size in (5, lambda step: 5)]
    np.testing.assert_array_equal(*(net.parameters.x for net in nets))
    assert train(opt=SGD(0.05), epochs=1, batch_size=5)[1].batch_size.tolist() == [5, 5, 5, 5, 3]


@pytest.mark.parametrize(("size", "message"), [
    (lambda step: 0, r"batch_size must be .* at least 1, got 0 \(from the function, at step 0\)"),
    (lambda step: 2.5, "batch_size must be a whole number of at least 1, got 2.5"),
    (lambda: 5, "batch_size must be a whole number, or a function of the step"),
])
def test_bad_batch_functions_are_named(size, message):
    with pytest.raises((ValueError, TypeError), match=message):
        train(opt=SGD(0.05), epochs=1, batch_size=size)


def test_divergence_with_one_rate_per_parameter_says_their_range():
    net = network()
    rates = np.full(net.parameters.size, 1e8)
    rates[0] = 1e6
    with pytest.raises(DivergenceError, match=r"the learning rate from 1e\+06 to 1e\+08\. Try") as caught:
        train(net, SGD(lr=rates), epochs=50)
    np.testing.assert_array_equal(caught.value.lr, rates)


def test_validation_is_looked_at_before_the_first_step():
    x, y = data()
    for validation in ((x, y[:-1]), (x[:, :2], y), (x, y[:, 0]), (np.nan * x, y)):
        net, opt = network(), SGD(0.1)
        with pytest.raises(ValueError, match=r"^validation\[[01]\]"):
            train(net, opt, validation=validation)
        assert opt.t == 0
    _, history = train(validation=(x.tolist(), y.tolist()))  # lists, as for x and y
    assert len(history.validation_loss) == 2


@pytest.mark.parametrize("value", [1, 2.5, np.float32(0.5), np.array(3.0), True, np.nan])
def test_a_metric_is_a_number_of_any_kind(value):
    _, history = train(metric=lambda output, y: value)
    np.testing.assert_array_equal(history.metric, [value] * 2)
