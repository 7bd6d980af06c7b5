"""The table of conventions, the twins of networks and losses, and life without a framework."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_lib import frameworks
from course_lib.averaging import TailAverage
from course_lib.frameworks import (
    available,
    contrast,
    contrast_rule,
    convention,
    conventions_table,
    differing_defaults,
    frameworks_with,
    from_keras,
    from_torch,
    keras_loss,
    like,
    load_keras,
    load_torch,
    make,
    to_keras,
    to_torch,
    torch_loss,
)
from course_lib.frameworks.comparison import Difference, bound
from course_lib.frameworks.table import DECAY, TABLE
from course_lib.layers import ELU, SELU, Dense, Identity, LayerNorm, LeakyReLU, ReLU, Sigmoid, Tanh
from course_lib.losses import MAE, MSE, BinaryCrossEntropy, SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, Nesterov, RMSProp
from course_lib.penalties import L1
from course_lib.transforms import clip_norm

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def torch():
    pytest.importorskip("torch")
    return load_torch()


@pytest.fixture(scope="module")
def tf():
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    pytest.importorskip("tensorflow", exc_type=ImportError)
    return load_keras()[0]


@pytest.fixture
def without(monkeypatch):
    """Make frameworks look as if they were not installed."""
    def hide(*packages):
        for package in packages:
            monkeypatch.setitem(sys.modules, package, None)
    return hide


def network(*hidden, loss=None, inputs=5, outputs=3, dtype=np.float64):
    layers = [Dense(inputs, 4), *hidden, Dense(4, outputs)]
    return Network(layers, loss=loss or SoftmaxCrossEntropy(), rng=np.random.default_rng(0), dtype=dtype)


def data(loss, n=12, inputs=5, outputs=3):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, inputs))
    x[0] = 0  # with zero biases, each activation is asked for its value and slope at exactly 0
    if isinstance(loss, SoftmaxCrossEntropy):
        return x, rng.integers(0, outputs, n)
    return x, rng.uniform(0, 1, (n, outputs))


# ---------------------------------------------------------------- conventions

def framework_class(row):
    module, _, name = row.call.rpartition(".")
    package, _, submodule = module.partition(".")
    return getattr(getattr(sys.modules[package], submodule), name)


def row_id(row):
    return f"{row.framework}-{row.name}"


@pytest.mark.parametrize("row", TABLE, ids=row_id)
def test_defaults_are_the_frameworks_own(row, torch, tf):
    parameters = inspect.signature(framework_class(row)).parameters
    assert list(row.defaults) == list(row.spelling)
    for name, spelled in row.spelling.items():
        argument, index = re.fullmatch(r"(\w+?)(?:\[(\d)\])?", spelled).groups()
        default = parameters[argument].default
        default = default[int(index)] if index else default
        assert row.defaults[name] == (0 if name == "weight_decay" and default is None else default), name
    assert set(row.fixed) <= set(parameters)
    assert row.decay in DECAY
    assert set(row.rounds) | set(row.positive) <= set(row.defaults)
    assert isinstance(like(row.framework, row.name), row.rule)


def test_a_framework_without_a_row_has_no_such_class(torch, tf):
    import keras

    assert {row.name for row in TABLE} <= set(OPTIMIZERS)
    assert len({(row.framework, row.name) for row in TABLE}) == len(TABLE)
    classes = {"pytorch": torch.optim, "keras": keras.optimizers}
    for name, rule in OPTIMIZERS.items():
        for framework in set(classes) - set(frameworks_with(name)):
            theirs = {thing.lower() for thing in dir(classes[framework])}
            assert rule.__name__.lower() not in theirs, f"{framework} has {name} now: add its row"
    assert frameworks_with("radam") == ("pytorch",)
    assert frameworks_with("lion") == ("keras",)


def test_like_gives_the_convention():
    assert like("pytorch", "sgd") == SGD(lr=1e-3)
    assert like("keras", "sgd") == SGD(lr=0.01)
    assert like("pytorch", "momentum", lr=0.1, momentum=0.9, dampening=0.5) == Momentum(
        lr=0.1, momentum=0.9, dampening=0.5, dampen_first_step=False)
    assert like("keras", "nesterov", momentum=0.5) == Nesterov(lr=0.01, momentum=0.5, lr_in_velocity=True)
    assert like("keras", "adam") == Adam(eps=1e-7, eps_hat=True)
    assert like("pytorch", "adam", beta1=0.5) == Adam(beta1=0.5)
    assert like("pytorch", "rmsprop") == RMSProp(lr=0.01, rho=0.99)
    assert like("keras", "adagrad") == AdaGrad(
        lr=1e-3, eps=1e-7, eps_inside_sqrt=True, initial_accumulator=0.1)
    assert like("pytorch", "radam").threshold == 5
    assert like("keras", "nadam").momentum_decay == 1
    assert (like("pytorch", "adamw").weight_decay, like("keras", "adamw").weight_decay) == (0.01, 0.004)


@pytest.mark.parametrize("row", [row for row in TABLE if row.flags], ids=row_id)
def test_each_flag_of_a_row_matters(row):
    """Without it the run differs, so that comparing with the framework to 1e-12 says whether it belongs."""
    telling = {"lr": lambda step: 0.1 / (1 + step), "momentum": 0.9, "dampening": 0.5, "eps": 0.1}
    hyper = row.defaults | {name: value for name, value in telling.items() if name in row.defaults}
    hyper = {name: value for name, value in hyper.items() if not name.endswith("weight_decay")}
    gradients = np.random.default_rng(0).standard_normal((20, 3))

    def end(flags):
        opt, x = row.rule(**hyper, **flags), np.zeros(3)
        for g in gradients:
            opt.step(x, g)
        return x

    for flag in row.flags:
        others = {name: value for name, value in row.flags.items() if name != flag}
        assert np.abs(end(others) - end(row.flags)).max() > 1e-6, flag


COUPLED, DECOUPLED = 2 - 0.5 * (1 + 0.1 * 2), 2 * (1 - 0.5 * 0.1) - 0.5


@pytest.mark.parametrize(("framework", "name", "more", "expected"), [
    ("pytorch", "sgd", {}, COUPLED),
    ("keras", "sgd", {}, DECOUPLED),
    # The first step of these is lr times the sign of the gradient, which x·weight_decay does not turn.
    ("pytorch", "adam", {"eps": 0}, 2 - 0.5),
    ("pytorch", "adamw", {"eps": 0}, DECOUPLED),
    ("pytorch", "radam", {}, COUPLED),
    ("pytorch", "radam", {"decoupled_weight_decay": True}, DECOUPLED),
    ("keras", "adam", {"eps": 0}, DECOUPLED),
    ("keras", "lion", {}, DECOUPLED),
])
def test_weight_decay_is_the_frameworks(framework, name, more, expected):
    x = np.array([2.0])
    like(framework, name, lr=0.5, weight_decay=0.1, **more).step(x, np.array([1.0]))
    assert x == pytest.approx(expected)


@pytest.mark.parametrize(("arguments", "hyper", "message"), [
    (("torch", "sgd"), {}, r"framework must be one of 'pytorch', 'keras', got 'torch'"),
    (("pytorch", "adamx"), {}, r"name must be one of 'sgd', 'momentum', 'nesterov', .* got 'adamx'"),
    (("pytorch", "lion"), {}, r"name must be an optimizer that PyTorch has, 'sgd', .* got 'lion'"),
    (("keras", "radam"), {}, r"name must be an optimizer that Keras has, 'sgd', .* got 'radam'"),
    (("keras", "SGD"), {}, r"name must be one of 'sgd', .* got 'SGD'"),
    (("keras", "adam"), {"betas": 1}, r"keras adam must be among 'lr', 'beta1', .*, got 'betas'"),
    (("keras", "momentum"), {"dampening": 0.5}, r"must be among 'lr', 'momentum', .* got 'dampening'"),
    (("keras", "adam"), {"weight_decay": -1}, r"weight_decay must be a number in \[0, inf\), got -1"),
    (("pytorch", "sgd"), {"weight_decay": -0.1}, r"weight_decay must be a number in \[0, inf\), got -0.1"),
    (("pytorch", "momentum"), {"momentum": 1.5}, r"momentum must be a number in \[0, 1\], got 1.5"),
    (("pytorch", "momentum"), {"dampening": 7}, r"dampening must be a number in \[0, 1\], got 7"),
    (("pytorch", "sgd"), {"lr": -1}, r"lr must be a number in \[0, inf\), got -1"),
])
def test_like_refuses(arguments, hyper, message):
    with pytest.raises(ValueError, match=message):
        like(*arguments, **hyper)
    with pytest.raises(ValueError, match=message):
        make(*arguments, [], **hyper)


def test_conventions_table():
    table = conventions_table()
    assert len(table.rows) == 2 * len(OPTIMIZERS)
    assert all(len(row) == len(table.headers) for row in table.rows)
    assert [row[0] for row in conventions_table("adam", "sgd").rows] == ["sgd", "sgd", "adam", "adam"]
    assert "torch.optim.SGD(nesterov=True)" in str(table)
    assert table._repr_markdown_().count("\n") == 2 * len(OPTIMIZERS) + 1
    none = ["none", "", "", ""]
    assert [row for row in table.rows if "none" in row] == [
        ["radam", "Keras", *none, "Keras has no RAdam"], ["lion", "PyTorch", *none, "PyTorch has no Lion"]]
    with pytest.raises(ValueError, match="name must be one of 'sgd'"):
        conventions_table("lionn")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_differing_defaults_are_those_that_differ(name):
    found = differing_defaults(name)
    assert all(len(set(values.values())) > 1 for values in found.values())
    assert all(set(values) <= {"course_lib", *frameworks_with(name)} for values in found.values())
    if name == "adamw":
        assert found["weight_decay"] == {"course_lib": 0.01, "pytorch": 0.01, "keras": 0.004}


def test_make_passes_every_hyper_parameter_on(torch, tf):
    x = torch.nn.Parameter(torch.zeros(2))
    adam = make("pytorch", "adam", [x], lr=0.1, beta1=0.5, beta2=0.6, eps=0.3, weight_decay=0.2)
    group = adam.param_groups[0]
    assert (group["lr"], group["betas"], group["eps"], group["weight_decay"]) == (0.1, (0.5, 0.6), 0.3, 0.2)
    group = make("pytorch", "momentum", [x], momentum=0.5, dampening=0.25).param_groups[0]
    assert (group["lr"], group["momentum"], group["dampening"], group["nesterov"]) == (1e-3, 0.5, 0.25, False)
    assert make("pytorch", "nesterov", [x], momentum=0.5).param_groups[0]["nesterov"]
    for exact in (True, False):
        adam = make("keras", "adam", exact=exact, lr=0.1, beta1=0.5, beta2=0.6, eps=0.3)
        assert (adam.beta_1, adam.beta_2, adam.epsilon) == (0.5, 0.6, 0.3)
        assert float(make("keras", "sgd", exact=exact, lr=0.25).learning_rate) == 0.25
        assert make("keras", "nesterov", exact=exact, momentum=0.5).nesterov
    with pytest.raises(TypeError, match="params must be the tensors to train"):
        make("pytorch", "sgd")
    with pytest.raises(ValueError, match="momentum must be above 0"):
        make("pytorch", "nesterov", [x])
    with pytest.raises(ValueError, match=r"beta1 must be above 0 for keras.optimizers.Lion\(\), got 0"):
        make("keras", "lion", beta1=0)
    with pytest.raises(TypeError, match=r"lr must be a number in .* got array"):
        make("keras", "sgd", lr=np.array([0.1, 0.2]))  # which course_lib's own take
    group = make("pytorch", "rmsprop", [x], rho=0.5, centered=True, momentum=0.25).param_groups[0]
    assert (group["alpha"], group["centered"], group["momentum"]) == (0.5, True, 0.25)
    assert make("pytorch", "amsgrad", [x]).param_groups[0]["amsgrad"]
    assert make("keras", "amsgrad").amsgrad
    assert make("keras", "sgd").weight_decay is None
    assert make("keras", "sgd", weight_decay=0.25).weight_decay == 0.25
    assert make("keras", "adamw", weight_decay=0).weight_decay == 0  # its default is not 0


@pytest.mark.parametrize("exact", [True, False])
def test_make_follows_a_schedule(torch, tf, exact):
    import keras

    rates = [0.5, 0.25, 0.125]
    x = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = make("pytorch", "sgd", [x], lr=lambda step: rates[step])
    variable = keras.Variable(np.zeros(1), dtype="float64")
    model = make("keras", "sgd", [variable], exact=exact, lr=lambda step: rates[step])
    for total in np.cumsum(rates):
        x.grad = -torch.ones(1, dtype=torch.float64)
        optimizer.step()
        model.apply([tf.constant([-1.0], tf.float64)], [variable])
        assert x.item() == total
        assert variable.numpy() == [total]


# ---------------------------------------------------------------- twins

LOSSES = [MSE, MAE, SoftmaxCrossEntropy, BinaryCrossEntropy]
HIDDEN = [Identity, ReLU, LeakyReLU, lambda: LeakyReLU(0.3), ELU, lambda: ELU(0.7), Tanh, Sigmoid, SELU,
          lambda: LayerNorm(4)]
IDS = ["identity", "relu", "leaky 0.01", "leaky 0.3", "elu 1", "elu 0.7", "tanh", "sigmoid", "selu",
       "layer norm"]


def agree(ours, theirs):
    return np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", HIDDEN, ids=IDS)
def test_torch_twin_has_the_same_outputs_loss_and_gradients(torch, hidden, loss):
    net = network(hidden(), loss=loss())
    x, y = data(net.loss)
    module = to_torch(net)
    output = module(torch.from_numpy(x))
    value = torch_loss(net.loss)(output, torch.from_numpy(y))
    value.backward()
    assert agree(net.forward(x), output.detach().numpy())
    assert agree(net.loss_and_grad(x, y), value.item())
    for (name, ours), parameter in zip(net.parameters.gradients.items(), module.parameters(), strict=True):
        theirs = parameter.grad.numpy()
        assert agree(ours, theirs.T if name.endswith("weight") else theirs), name


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", HIDDEN, ids=IDS)
def test_keras_twin_has_the_same_outputs_loss_and_gradients(tf, hidden, loss):
    net = network(hidden(), loss=loss())
    x, y = data(net.loss)
    if hidden is SELU:
        x, y = x[1:], y[1:]  # at exactly 0 TensorFlow takes its slope on the right, PyTorch that on the left
    model = to_keras(net)
    with tf.GradientTape() as tape:
        output = model(x)
        value = keras_loss(net.loss)(y, output)
    gradients = tape.gradient(value, model.trainable_variables)
    assert agree(net.forward(x), output.numpy())
    assert agree(net.loss_and_grad(x, y), float(value))
    for (name, ours), theirs in zip(net.parameters.gradients.items(), gradients, strict=True):
        assert agree(ours, theirs.numpy()), name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_both_ways(torch, tf, dtype):
    import keras

    net = network(ReLU(), dtype=dtype)
    net.parameters.x[:] = np.random.default_rng(2).standard_normal(net.parameters.size)
    before = net.parameters.x.copy()
    module, model = to_torch(net), to_keras(net)
    net.parameters.x[:] = 0  # the twins hold copies
    assert from_torch(module, net) is net
    np.testing.assert_array_equal(net.parameters.x, before)
    net.parameters.x[:] = 0
    assert from_keras(model, net) is net
    np.testing.assert_array_equal(net.parameters.x, before)

    name = np.dtype(dtype).name
    assert [p.dtype for p in module.parameters()] == [getattr(torch, name)] * 4
    assert [v.dtype for v in model.trainable_variables] == [name] * 4
    assert [n for n, _ in module.named_parameters()] == list(net.parameters)
    assert [layer.name for layer in model.layers] == ["dense_0", "relu_1", "dense_2"]
    assert keras.config.floatx() == "float32"


@pytest.mark.parametrize("hidden", HIDDEN, ids=IDS)
def test_another_dtype(torch, tf, hidden):
    net = network(hidden(), dtype=np.float64)
    x = data(net.loss)[0].astype(np.float32)
    assert to_torch(net, dtype=np.float32)(torch.from_numpy(x)).dtype == torch.float32
    assert to_keras(net, dtype="float32")(x).dtype == tf.float32
    np.testing.assert_allclose(to_keras(net, dtype="float32")(x), net.predict(x), rtol=1e-4, atol=1e-5)


def test_making_twins_draws_no_random_numbers(torch):
    torch.manual_seed(3)
    state = torch.get_rng_state()
    to_torch(network())
    assert torch.equal(torch.get_rng_state(), state)


def test_from_refuses_what_does_not_fit(torch, tf):
    net, other = network(ReLU()), network(ReLU(), inputs=6)
    layers = [Dense(5, 4), ReLU(), Dense(4, 4), Dense(4, 3)]
    deeper = Network(layers, loss=MSE(), rng=np.random.default_rng(0))
    before = net.parameters.x.copy()
    with pytest.raises(ValueError, match=r"'0.weight' of module must have the shape \(4, 5\).*got \(4, 6\)"):
        from_torch(to_torch(other), net)
    with pytest.raises(ValueError, match=r"must have the shape \(5, 4\) of net's '0.weight', got \(6, 4\)"):
        from_keras(to_keras(other), net)
    with pytest.raises(ValueError, match=r"module must have the parameters of net, \['0.weight', .*3.weight"):
        from_torch(to_torch(deeper), net)
    with pytest.raises(ValueError, match="model must have as many parameters as net"):
        from_keras(to_keras(deeper), net)
    np.testing.assert_array_equal(net.parameters.x, before)
    with pytest.raises(TypeError, match=r"module must be a torch.nn.Module"):
        from_torch(net, net)
    with pytest.raises(TypeError, match=r"model must be a keras.Model"):
        from_keras(net, net)
    for convert in (to_torch, to_keras):
        with pytest.raises(TypeError, match="net must be a course_lib Network, got 3"):
            convert(3)
        with pytest.raises(ValueError, match="dtype must be one of 'float32', 'float64', got 'int8'"):
            convert(net, dtype="int8")


def test_unknown_layers_and_losses_are_named(torch, tf):
    class Cube(Identity):
        pass

    for convert in (to_torch, to_keras):
        with pytest.raises(TypeError, match=r"layer must be one of Dense, .* to have a twin, got Cube\(\)"):
            convert(network(Cube()))
    for twin in (torch_loss, keras_loss):
        with pytest.raises(TypeError, match=r"loss must be one of MSE, MAE, .* to have a twin"):
            twin(abs)


# ---------------------------------------------------------------- contrast

def test_contrast_finds_a_difference(torch, tf, monkeypatch):
    """With a wrong convention the comparison must say so: Keras' rule taken for PyTorch's, and so on."""
    module = sys.modules["course_lib.frameworks.contrast"]
    monkeypatch.setattr(module, "like", lambda framework, name, **hyper: Momentum(
        lr=hyper["lr"], momentum=hyper["momentum"], dampening=0.5))
    net = network(Tanh())
    result = contrast(net, *data(net.loss), "momentum", {"lr": 0.1, "momentum": 0.9}, steps=20, batch_size=5,
                      rng=np.random.default_rng(0))
    assert min(result.parameter_difference.values()) > 1e-3
    assert min(result.loss_difference.values()) > 1e-3
    rule = contrast_rule("momentum", np.ones((20, 2)), np.zeros(2), {"lr": 0.1, "momentum": 0.9})
    assert min(rule.parameter_difference.values()) > 1e-3


def test_contrast_shows_what_it_measured(torch, tf):
    net = network(Tanh(), dtype=np.float32)
    before = net.parameters.x.copy()
    result = contrast(net, *data(net.loss), "momentum", {"lr": 0.1, "momentum": 0.9}, steps=20,
                      batch_size=None, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(net.parameters.x, before)
    assert list(result.losses) == ["course_lib", "PyTorch", "Keras"]
    assert all(losses.shape == (20,) for losses in result.losses.values())
    assert str(result.table()) == """\
momentum, 20 steps                       course_lib  PyTorch          Keras
---------------------------------------  ----------  ---------------  --------------------
class                                    Momentum    torch.optim.SGD  keras.optimizers.SGD
largest relative difference, parameters              below 1e-12      below 1e-12
largest relative difference, losses                  below 1e-12      below 1e-12
default lr                               0.01        0.001            0.01
default momentum                         0.9         0                0"""
    assert "rounded to float32" in str(result)
    assert result._repr_markdown_().startswith("| momentum, 20 steps | course_lib | PyTorch | Keras |")
    assert result.timing().headers == ["time", "course_lib", "PyTorch", "Keras"]
    assert set(result.seconds_per_step) == {"course_lib", "pytorch", "keras"}
    assert result.defaults["lr"] == {"course_lib": 0.01, "pytorch": 1e-3, "keras": 0.01}
    with pytest.raises(ValueError, match="timing needs a run of contrast"):
        contrast_rule("sgd", np.ones((2, 1)), np.zeros(1), frameworks=()).timing()


def test_contrast_with_weight_decay(torch, tf):
    """course_lib's own weight_decay is decoupled, as Keras' is; PyTorch's Adam adds it to the gradient."""
    net = network(ReLU())
    result = contrast(net, *data(net.loss), "adam", {"weight_decay": 0.1, "eps": 1e-8}, steps=30,
                      rng=np.random.default_rng(0))
    assert max(result.parameter_difference.values()) < 1e-9
    apart = np.abs(result.losses["course_lib"] - result.losses["PyTorch"]).max()
    assert apart > 1e-4
    assert np.abs(result.losses["course_lib"] - result.losses["Keras"]).max() < apart / 10  # eps and eps_hat


@pytest.mark.parametrize(("name", "framework", "label"), [
    ("radam", "pytorch", "PyTorch"), ("lion", "keras", "Keras")])
def test_contrast_with_the_frameworks_that_have_the_rule(torch, tf, name, framework, label):
    net = network(ReLU())
    result = contrast(net, *data(net.loss), name, steps=5, rng=np.random.default_rng(0))
    assert result.frameworks == (framework,)
    assert list(result.losses) == ["course_lib", label]
    assert result.table().headers == [f"{name}, 5 steps", "course_lib", label]
    assert contrast_rule(name, np.ones((5, 2)), np.zeros(2)).frameworks == (framework,)
    both = {"pytorch", "keras"}
    missing, = both - {framework}
    with pytest.raises(ValueError, match=f"name must be an optimizer that .* has, .* got '{name}'"):
        contrast_rule(name, np.ones((5, 2)), np.zeros(2), frameworks=missing)


def test_contrast_with_a_switch_that_only_pytorch_has(torch):
    net = network(ReLU())
    result = contrast(net, *data(net.loss), "nadam", {"weight_decay": 0.1, "decoupled_weight_decay": True},
                      steps=20, rng=np.random.default_rng(0), frameworks="pytorch")
    assert result.parameter_difference["pytorch"] < 1e-9
    np.testing.assert_allclose(result.losses["course_lib"], result.losses["PyTorch"], rtol=1e-9)


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"net": None}, TypeError, "net must be a course_lib Network"),
    ({"optimizer": "lionn"}, ValueError, "optimizer must be one of 'sgd'"),
    ({"optimizer": "lion", "frameworks": "pytorch"}, ValueError, "must be an optimizer that PyTorch has"),
    ({"hyper": [0.1]}, TypeError, r"hyper must be a dict of hyper-parameters by name, got \[0.1\]"),
    ({"hyper": {"dampening": 0.1}}, ValueError, "keras momentum must be among 'lr', .* got 'damp"),
    ({"steps": 0}, ValueError, "steps must be a whole number of at least 1, got 0"),
    ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
    ({"rng": 0}, TypeError, "rng must be a numpy.random.Generator"),
    ({"frameworks": ("jax",)}, ValueError, "frameworks must be one of 'pytorch', 'keras', got 'jax'"),
    ({"y": np.zeros(3, int)}, ValueError, r"x and y must have one length"),
    ({"x": np.full((12, 5), np.nan)}, ValueError, "x must be finite"),
])
def test_contrast_refuses(change, error, message):
    net = network()
    x, y = data(net.loss)
    arguments = {"net": net, "x": x, "y": y, "optimizer": "momentum", "rng": np.random.default_rng(0)}
    with pytest.raises(error, match=message):
        contrast(**arguments | change)


def test_contrast_rule_refuses_gradients_of_another_shape():
    with pytest.raises(ValueError, match=r"gradients must have shape \(any, 3\), got \(10, 2\)"):
        contrast_rule("sgd", np.ones((10, 2)), np.zeros(3))


def test_difference_is_over_the_whole_run_and_keeps_nan():
    difference = Difference()
    difference.add(np.array([1.0, 0.0]), np.array([1.5, 0.0]))
    difference.add(np.array([10.0, 1e-9]), np.array([10.0, 0.0]))
    assert difference.relative == 0.05
    difference.add(np.array([np.nan]), np.array([1.0]))
    difference.add(np.array([1.0]), np.array([1.0]))
    assert bound(difference.relative) == "not a number"
    assert Difference().relative == 0
    assert [bound(d) for d in (0, 2e-12, 0.5, 3)] == ["below 1e-12", "below 1e-09", "below 1", "1 or more"]


# ---------------------------------------------------------------- without a framework

def test_available_names_versions(torch, tf):
    import keras

    version = torch.__version__.partition("+")[0]  # without the build, such as +cu130
    assert (available()["pytorch"].partition("+")[0], available()["keras"]) == (version, keras.__version__)


@pytest.mark.parametrize("hidden", ["keras", "tensorflow"])
def test_without_keras(without, hidden):
    without(hidden)
    assert available()["keras"] is None
    net = network(ReLU())
    # Where both are missing anyway, as on Python 3.14, the message names both.
    message = (rf"Keras is needed here, but .*{hidden}.* cannot be found\. "
               r"Install with: python -m pip install keras tensorflow")
    for call in (load_keras, lambda: to_keras(net), lambda: from_keras(None, net),
                 lambda: keras_loss(net.loss), lambda: make("keras", "sgd")):
        with pytest.raises(ModuleNotFoundError, match=message):
            call()
    assert like("keras", "adam").eps_hat


def test_without_torch(without):
    without("torch")
    assert available()["pytorch"] is None
    net = network(ReLU())
    for call in (load_torch, lambda: to_torch(net), lambda: from_torch(None, net),
                 lambda: torch_loss(net.loss), lambda: make("pytorch", "sgd", [])):
        with pytest.raises(ModuleNotFoundError, match=r"PyTorch is needed here, but torch cannot be found\. "
                                                      r"Install with: python -m pip install torch"):
            call()
    assert like("pytorch", "sgd").lr == 1e-3


def test_contrast_without_any_framework_says_so(without):
    without("torch", "keras", "tensorflow")
    net = network(ReLU())
    result = contrast(net, *data(net.loss), "adam", steps=5, rng=np.random.default_rng(0))
    assert result.missing == ("pytorch", "keras")
    assert list(result.losses) == ["course_lib"]
    assert str(result).count("not installed") == 4
    assert str(result.timing()).count("not installed") == 2
    rule = contrast_rule("adam", np.ones((5, 2)), np.zeros(2))
    assert str(rule).count("not installed") == 2


def python(code):
    ours = ("TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND")
    clean = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean, text=True, capture_output=True,
                          check=False)


def test_importing_this_package_imports_no_framework():
    done = python("import sys, course_lib.frameworks as f; f.like('keras', 'adam'); f.available(); "
                  "print([m for m in ('torch', 'tensorflow', 'keras', 'matplotlib') if m in sys.modules])")
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_triton_is_imported_before_anyone_can_import_tensorflow(tmp_path, monkeypatch):
    # PyTorch's builds with CUDA bring it, and crash the process if TensorFlow is there first.
    (tmp_path / "triton.py").write_text("import sys; print('TensorFlow:', 'tensorflow' in sys.modules)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    done = python("import course_lib.frameworks")
    assert (done.stdout, done.stderr) == ("TensorFlow: False\n", "")


def test_importing_tensorflow_prints_nothing(torch, tf):
    done = python("import course_lib.frameworks; import tensorflow as tf; import keras; "
                  "print(float(tf.reduce_sum(tf.ones((2, 2)))), keras.backend.backend())")
    assert (done.stdout, done.stderr) == ("4.0 tensorflow\n", "")


def test_many_short_comparisons_print_no_warning(tf):
    done = python("""if True:
        import numpy as np
        from course_lib.frameworks import contrast, contrast_rule
        from course_lib.layers import Dense
        from course_lib.losses import MSE
        from course_lib.network import Network
        rng = np.random.default_rng(0)
        for _ in range(6):
            contrast_rule("sgd", np.ones((2, 2)), np.zeros(2), frameworks="keras")
            net = Network([Dense(2, 1)], loss=MSE(), rng=rng)
            contrast(net, np.ones((3, 2)), np.ones((3, 1)), "sgd", steps=4, batch_size=2, rng=rng,
                     frameworks="keras")""")
    assert (done.returncode, done.stderr) == (0, "")


def test_another_backend_of_keras_is_refused(tf, monkeypatch):
    import keras

    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match="Keras must run on TensorFlow here, but runs on 'torch'"):
        load_keras()


def test_all_names_exist():
    assert all(hasattr(frameworks, name) for name in frameworks.__all__)
    assert convention("pytorch", "nesterov").fixed == {"nesterov": True}


def test_like_takes_what_every_optimizer_takes():
    average, clip = TailAverage(), clip_norm(1.0)
    opt = like("pytorch", "adam", weight_decay=0.5, transforms=[clip], averages=[average], proximal=L1(0.1))
    assert opt.transforms[0] is clip
    assert opt.averages == (average,)
    assert opt.proximal == (L1(0.1),)
    x, g = np.array([2.0, 0.0]), np.array([30.0, 40.0])
    for transform in opt.transforms:
        g = transform(x, g)
    np.testing.assert_allclose(g, [0.6 + 1.0, 0.8])  # clipped, then weight_decay·x: PyTorch's order
    assert like("keras", "adam", transforms=[clip], weight_decay=0.5).transforms == (clip,)


def test_contrast_on_integer_targets_of_a_loss_without_labels():
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.integers(0, 2, (20, 1))
    net = Network([Dense(3, 1)], loss=BinaryCrossEntropy(), rng=rng)
    result = contrast(net, x, y, "momentum", {"lr": 0.1, "momentum": 0.9}, steps=10, batch_size=5, rng=rng)
    assert max(result.parameter_difference.values()) < 1e-12
    assert set(result.parameter_difference) == {"pytorch", "keras"}


def test_a_keras_optimizer_is_built_for_variables_only():
    pytest.importorskip("tensorflow")
    with pytest.raises(TypeError, match="params must be a list of Keras variables or None, got 3 in it"):
        make("keras", "sgd", [3])
