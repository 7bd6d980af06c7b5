"""Normalization and dropout layers against PyTorch's and Keras' own, in float64.

BatchNorm by either framework's convention: outputs, gradients and running statistics over 50 training steps,
at most 1e-12 apart, and the same in evaluation. Nowhere do Keras' layers round to float32: they take eps and
momentum as Python numbers into operations with float64 tensors. Whole networks: at most 1e-9.
"""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from course_lib.frameworks import (
    contrast,
    from_keras,
    from_torch,
    layer_conventions_table,
    layer_like,
    like,
    load_keras,
    load_torch,
    net_like,
    to_keras,
    to_torch,
)
from course_lib.frameworks.keras_twin import compile_once
from course_lib.frameworks.layer_table import LAYER_NAMES, LAYER_TABLE, LAYERS, REQUIRED, defaults_of
from course_lib.frameworks.twins import buffers
from course_lib.layers import SELU, AlphaDropout, BatchNorm, Dense, Dropout, LayerNorm, ReLU, Tanh
from course_lib.losses import MSE, SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import Momentum

STEPS = 50
FEW = {"deadline": None, "derandomize": True, "database": None, "phases": [Phase.generate]}


@pytest.fixture(scope="module")
def torch():
    pytest.importorskip("torch")
    return load_torch()


@pytest.fixture(scope="module")
def tf(torch):
    pytest.importorskip("keras")
    pytest.importorskip("tensorflow", exc_type=ImportError)
    return load_keras()[0]


def alone(layer, seed=0):
    """A network of one layer in float64, its gamma and beta drawn."""
    rng = np.random.default_rng(seed)
    net = Network([layer], loss=MSE(), rng=rng, dtype=np.float64)
    net.parameters.x[:] = rng.uniform(0.5, 2, net.parameters.size)
    return net


def relative(ours, theirs):
    return np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-300)


# ---------------------------------------------------------------- one layer, step by step

def torch_steps(torch, net):
    """A function (x, g, train) -> output, gradients of x, gamma, beta; and one that returns the buffers."""
    module = to_torch(net)

    def step(x, g, train):
        module.train(train)
        module.zero_grad()
        x = torch.tensor(x, requires_grad=True)
        out = module(x)
        out.backward(torch.tensor(g))
        gradients = [out.detach().numpy(), x.grad.numpy(), *[p.grad.numpy() for p in module.parameters()]]
        with torch.no_grad():
            for p in module.parameters():
                p -= 0.01 * p.grad
        return gradients

    return step, lambda: [v.numpy() for name, v in module.named_buffers() if name.rpartition(".")[2] != COUNT]


COUNT = "num_batches_tracked"  # PyTorch's third buffer


def keras_steps(tf, net):
    model = to_keras(net)

    def make(train):
        def step(x, g):
            with tf.GradientTape() as tape:
                tape.watch(x)
                out = model(x, training=train)
            gradients = tape.gradient(out, [x, *model.trainable_variables], output_gradients=g)
            for variable, gradient in zip(model.trainable_variables, gradients[1:], strict=True):
                variable.assign_sub(0.01 * gradient)
            return [out, *gradients]
        return compile_once(step)

    compiled = {True: make(True), False: make(False)}
    moving = [v for v in model.non_trainable_variables if "moving" in v.path]
    return lambda x, g, train: [t.numpy() for t in compiled[train](x, g)], lambda: [v.numpy() for v in moving]


def check_layer(net, steps, rows, seed, scale):
    """Train and evaluate `net`, a single layer, beside a framework's, on the same batches and gradients."""
    step, theirs_buffers = steps
    rng, layer = np.random.default_rng(seed), net.layers[0]
    ours, theirs = [], []
    for train in [True] * STEPS + [False] * 3:
        x = scale * (rng.standard_normal((rows, layer.features)) + rng.standard_normal(layer.features))
        g = rng.standard_normal(x.shape)
        out = layer.forward(x, train)
        grad = layer.backward(g)
        ours.append([out, grad, *[g.copy() for g in layer.gradients.values()],
                     *[b.copy() for b in layer.buffers.values()]])
        net.parameters.x -= 0.01 * net.parameters.g
        theirs.append([*step(x, g, train), *[b.copy() for b in theirs_buffers()]])
    for what, a, b in zip(range(6), zip(*ours, strict=True), zip(*theirs, strict=True), strict=False):
        for part in (slice(0, STEPS), slice(STEPS, None)):
            assert relative(np.array(a[part]), np.array(b[part])) <= 1e-12, what
    assert len(ours[0]) == len(theirs[0]) == 4 + len(layer.buffers)


def eps():
    return st.floats(-8, -1).map(lambda exponent: 10.0**exponent)


# Keras keeps 1 - momentum, in which 1e-16 is rounded away: of a tiny momentum that would be much.
BATCH_NORMS = st.fixed_dictionaries({
    "features": st.integers(1, 12), "momentum": st.just(0.0) | st.floats(1e-3, 1), "eps": eps()})
# Three rows at least: with two, x̂ is ±1 whatever x is, and the gradient of x a difference of equal numbers.
RUNS = st.tuples(st.integers(3, 40), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 30.0]))


def test_batch_norm_pytorch(torch):
    @settings(max_examples=20, **FEW)
    @given(BATCH_NORMS, RUNS)
    def check(arguments, run):
        net = alone(like("pytorch", "batch_norm", **arguments), run[1])
        check_layer(net, torch_steps(torch, net), *run)

    check()


def test_batch_norm_keras(tf):
    @settings(max_examples=5, **FEW)
    @given(BATCH_NORMS, RUNS)
    def check(arguments, run):
        net = alone(like("keras", "batch_norm", **arguments), run[1])
        check_layer(net, keras_steps(tf, net), *run)

    check()


def test_layer_norm(torch, tf):
    """Its rows are the features: again three at least."""
    @settings(max_examples=10, **FEW)
    @given(st.integers(3, 12), eps(), RUNS)
    def check_torch(features, eps, run):
        net = alone(LayerNorm(features, eps), run[1])
        check_layer(net, torch_steps(torch, net), *run)

    @settings(max_examples=2, **FEW)
    @given(st.integers(3, 12), eps(), RUNS)
    def check_keras(features, eps, run):
        net = alone(LayerNorm(features, eps), run[1])
        check_layer(net, keras_steps(tf, net), *run)

    check_torch()
    check_keras()


def test_the_conventions_of_the_running_variance_differ(torch, tf):
    """Each framework's buffers are not those of the other's convention: the comparison would tell."""
    x = np.random.default_rng(0).standard_normal((5, 3))
    for framework, steps in (("pytorch", torch_steps), ("keras", keras_steps)):
        net = alone(BatchNorm(3, unbiased=framework == "pytorch"))
        step, moving = steps({"pytorch": torch, "keras": tf}[framework], net)
        step(x, np.ones_like(x), True)
        for unbiased in (True, False):
            layer = alone(BatchNorm(3, unbiased=unbiased)).layers[0]
            layer.forward(x, train=True)
            same = relative(layer.running_var, moving()[1]) < 1e-12
            assert same == (unbiased == (framework == "pytorch"))
            assert relative(layer.running_mean, moving()[0]) < 1e-12


def test_a_batch_of_one(torch, tf):
    """PyTorch refuses it in training, as course_lib does; Keras gives beta."""
    net, x = alone(BatchNorm(3)), np.array([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="x must have at least 2 rows in training"):
        net.forward(x, train=True)
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        to_torch(net)(torch.from_numpy(x))
    net = net_like("keras", net)
    np.testing.assert_allclose(to_keras(net)(x, training=True)[0], net.layers[0].beta, rtol=1e-12)


# ---------------------------------------------------------------- dropout

class Imposed(np.random.Generator):
    """A generator that "draws" what keeps the given entries and drops the others, whatever p is."""

    def __init__(self, kept):
        super().__init__(np.random.PCG64(0))
        self.kept = kept

    def random(self, size=None, dtype=np.float64, out=None):
        assert self.kept.shape == size
        return np.where(self.kept, dtype(1 - 2**-20), dtype(0))


SHAPES = st.tuples(st.integers(1, 20), st.integers(1, 20))


def check_dropout(kind, p, x, g, theirs):
    """`theirs`: output in training, gradient of x, output in evaluation, and where numbers were kept."""
    train, grad, evaluated, kept = theirs
    layer = kind(p, rng=Imposed(kept))
    assert relative(layer.forward(x, train=True), train) <= 1e-12
    assert np.abs(layer.backward(g) - grad).max() <= 1e-12 * np.abs(g).max()
    np.testing.assert_array_equal(layer.forward(x), evaluated)
    np.testing.assert_array_equal(x, evaluated)


@pytest.mark.parametrize("kind", [Dropout, AlphaDropout])
def test_dropout_pytorch(torch, kind):
    @settings(max_examples=20, **FEW)
    @given(st.floats(0, 0.99), SHAPES, st.integers(0, 2**32 - 1))
    def check(p, shape, seed):
        rng = np.random.default_rng(seed)
        x, g = rng.standard_normal((2, *shape))
        module = to_torch(Network([kind(p)], loss=MSE(), rng=rng))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            leaf = torch.tensor(x, requires_grad=True)
            out = module(leaf)
        out.backward(torch.tensor(g))
        kept = leaf.grad.numpy() != 0  # its gradient is g times the mask
        check_dropout(kind, p, x, g,
                      (out.detach().numpy(), leaf.grad.numpy(), module.eval()(leaf).detach().numpy(), kept))

    check()


@pytest.mark.parametrize("kind", [Dropout, AlphaDropout])
def test_dropout_keras(tf, kind):
    @settings(max_examples=5, **FEW)
    @given(st.floats(0, 0.99), SHAPES, st.integers(0, 2**32 - 1))
    def check(p, shape, seed):
        rng = np.random.default_rng(seed)
        x, g = rng.standard_normal((2, *shape))
        layer = to_keras(Network([Dense(shape[1], shape[1]), kind(p)], loss=MSE(), rng=rng,
                                 dtype=np.float64)).layers[1]
        leaf = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(leaf)
            out = layer(leaf, training=True)
        grad = tape.gradient(out, leaf, output_gradients=tf.constant(g)).numpy()
        check_dropout(kind, p, x, g, (out.numpy(), grad, layer(leaf).numpy(), grad != 0))

    check()


# ---------------------------------------------------------------- whole networks

def problem():
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((120, 6)), rng.integers(0, 4, 120)
    layers = [Dense(6, 12), BatchNorm(12, momentum=0.2, eps=1e-3), ReLU(), Dense(12, 8), LayerNorm(8), SELU(),
              Dense(8, 4), BatchNorm(4), Tanh()]
    return Network(layers, loss=SoftmaxCrossEntropy(), rng=rng, dtype=np.float64), x, y


# A bias before a BatchNorm has the gradient 0, of which rounding leaves 1e-18. Adam divides it by √v + eps,
# some 1e-8, and so takes steps of 1e-10·lr there; AdaGrad with PyTorch's eps of 1e-10 takes larger ones.
@pytest.mark.parametrize(("name", "hyper"), [
    ("sgd", {"lr": 0.1}), ("momentum", {"lr": 0.05, "momentum": 0.9}), ("adam", {"lr": 0.01})])
def test_run_parity(torch, tf, name, hyper):
    net, x, y = problem()
    before = {key: value.copy() for key, value in buffers(net).items()}
    result = contrast(net, x, y, name, hyper, steps=STEPS, batch_size=32, rng=np.random.default_rng(6))
    for framework in ("pytorch", "keras"):
        assert result.parameter_difference[framework] <= 1e-9
        assert result.loss_difference[framework] <= 1e-9
        assert result.buffer_difference[framework] <= 1e-9
    assert result.losses["course_lib"][-1] < result.losses["course_lib"][0]
    assert "largest relative difference, running statistics" in str(result)
    for key, value in buffers(net).items():
        np.testing.assert_array_equal(value, before[key])


def test_run_parity_and_evaluation_in_a_visible_pytorch_loop(torch):
    net, x, y = problem()
    module, opt = to_torch(net), Momentum(lr=0.05, momentum=0.9)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9)
    loss, rng = torch.nn.CrossEntropyLoss(), np.random.default_rng(7)
    for _ in range(STEPS):
        index = rng.permutation(120)[:32]
        net.loss_and_grad(x[index], y[index])
        opt.step(net.parameters.x, net.parameters.g)
        optimizer.zero_grad()
        loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
        optimizer.step()
    module.eval()
    assert relative(net.predict(x), module(torch.from_numpy(x)).detach().numpy()) <= 1e-9


def test_contrast_refuses_dropout():
    layers = [Dense(3, 3), Dropout(0.5), Dense(3, 2)]
    net = Network(layers, loss=MSE(), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"net must have no layer that draws, got Dropout\(0.5\) as layer 1"):
        contrast(net, np.ones((4, 3)), np.ones((4, 2)), rng=np.random.default_rng(0))


# ---------------------------------------------------------------- copies, both ways

def trained(framework):
    net, x, y = problem()
    net = net_like(framework, net)
    for _ in range(5):
        net.loss_and_grad(x, y)
        net.parameters.x -= 0.1 * net.parameters.g
    return net, x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_and_buffers_both_ways(torch, tf, dtype):
    for framework, there, back in (("pytorch", to_torch, from_torch), ("keras", to_keras, from_keras)):
        net, x = trained(framework)
        net = net.copy(dtype)
        twin, kept = there(net), net.copy()
        output = twin.eval()(torch.from_numpy(x.astype(dtype))).detach().numpy() if framework == "pytorch" \
            else twin(x.astype(dtype)).numpy()
        assert relative(net.predict(x), output) <= (1e-5 if dtype is np.float32 else 1e-12)
        net.parameters.x[:] = 0
        for value in buffers(net).values():
            value[:] = 7
        assert back(twin, net) is net
        np.testing.assert_array_equal(net.parameters.x, kept.parameters.x)
        for name, value in buffers(net).items():
            np.testing.assert_array_equal(value, buffers(kept)[name])
        np.testing.assert_array_equal(net.predict(x), kept.predict(x))


def test_settings_are_copied_to_the_twins(torch, tf):
    layers = [BatchNorm(3, momentum=0.3, eps=0.02), LayerNorm(3, eps=0.04), Dropout(0.2), AlphaDropout(0.1)]
    net = Network(layers, loss=MSE(), rng=np.random.default_rng(0))
    batch, layer, drop, alpha = to_torch(net)
    assert (batch.momentum, batch.eps, layer.eps, drop.p, alpha.p) == (0.3, 0.02, 0.04, 0.2, 0.1)
    assert [n for n, _ in to_torch(net).named_parameters()] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    batch, layer, drop, alpha = to_keras(net_like("keras", net)).layers
    assert (batch.momentum, batch.epsilon, layer.epsilon) == (0.7, 0.02, 0.04)
    assert (drop.rate, alpha.rate) == (0.2, 0.1)


def test_what_has_no_twin_is_refused_by_name(torch, tf):
    net, _, _ = problem()
    with pytest.raises(ValueError, match="unbiased must be False in a BatchNorm to have a twin in Keras"):
        to_keras(net)
    with pytest.raises(ValueError, match="unbiased must be True in a BatchNorm to have a twin in PyTorch"):
        to_torch(net_like("keras", net))
    with pytest.raises(ValueError, match="framework must be one of 'pytorch', 'keras', got 'jax'"):
        net_like("jax", net)


@pytest.mark.parametrize(("framework", "layer", "message"), [
    ("pytorch", BatchNorm(3, eps=0.1), "eps of net's BatchNorm.* of layer 0 of module, 0.02, got 0.1"),
    ("pytorch", BatchNorm(3, eps=0.02, momentum=0.5), "momentum of net's BatchNorm.* module, 0.3, got 0.5"),
    ("pytorch", BatchNorm(3, 0.3, 0.02, unbiased=False), "unbiased must be True"),
    ("keras", BatchNorm(3, 0.3, 0.1, unbiased=False), "eps of net's BatchNorm.* of model, 0.02, got 0.1"),
    ("keras", BatchNorm(3, 0.5, 0.02, unbiased=False), "momentum of net's BatchNorm.* model, 0.3, got 0.5"),
    ("keras", BatchNorm(3, 0.3, 0.02), "unbiased must be False"),
])
def test_from_refuses_other_settings(torch, tf, framework, layer, message):
    there, back = {"pytorch": (to_torch, from_torch), "keras": (to_keras, from_keras)}[framework]
    twin = there(alone(like(framework, "batch_norm", features=3, momentum=0.3, eps=0.02)))
    net = Network([type(layer)(3, layer.momentum, layer.eps, layer.unbiased)], loss=MSE(),
                  rng=np.random.default_rng(0))
    before = net.parameters.x.copy()
    with pytest.raises(ValueError, match=message):
        back(twin, net)
    np.testing.assert_array_equal(net.parameters.x, before)


def test_from_torch_without_running_statistics(torch):
    module = torch.nn.Sequential(torch.nn.BatchNorm1d(3, track_running_stats=False))
    with pytest.raises(ValueError, match=r"'0.running_mean' of module must have the shape .* got None"):
        from_torch(module, alone(BatchNorm(3)))


# ---------------------------------------------------------------- conventions

@pytest.mark.parametrize("row", LAYER_TABLE, ids=lambda row: f"{row.framework}-{row.name}")
def test_defaults_are_the_frameworks_own(row, torch, tf):
    import inspect

    import keras

    package = {"torch.nn": torch.nn, "keras.layers": keras.layers}[row.call.rpartition(".")[0]]
    parameters = inspect.signature(getattr(package, row.call.rpartition(".")[2])).parameters
    for name, value in row.defaults.items():
        default = parameters[name].default
        assert default is inspect.Parameter.empty if value is REQUIRED else default == value
    given = dict.fromkeys(row.sizes, 3) | {n: 0.2 for n, v in defaults_of(row).items() if v is REQUIRED}
    layer = like(row.framework, row.name, **given)
    assert type(layer) is row.kind
    for name, value in defaults_of(row).items():
        assert getattr(layer, name) == given.get(name, value)


def test_like_gives_layers():
    assert len(LAYERS) == len(LAYER_TABLE) == 2 * len(LAYER_NAMES)
    keras, pytorch = (layer_like(f, "batch_norm", features=4) for f in ("keras", "pytorch"))
    assert (pytorch.momentum, pytorch.eps, pytorch.unbiased) == (0.1, 1e-5, True)
    assert (keras.momentum, keras.eps, keras.unbiased) == (1 - 0.99, 1e-3, False)
    assert layer_like("keras", "batch_norm", features=4, unbiased=True).unbiased
    rng = np.random.default_rng(0)
    assert layer_like("keras", "dropout", p=0.3, rng=rng).rng is rng
    assert (like("pytorch", "leaky_relu").slope, like("keras", "leaky_relu").slope) == (0.01, 0.3)


@pytest.mark.parametrize(("arguments", "options", "error", "message"), [
    (("jax", "dense"), {}, ValueError, "framework must be one of 'pytorch', 'keras', got 'jax'"),
    (("keras", "foo"), {}, ValueError, r"name must be one of 'dense', .* got 'foo'"),
    (("keras", "dropout"), {}, TypeError, "p must be given for Keras's dropout, which has no default"),
    (("keras", "batch_norm"), {}, TypeError, "features must be given"),
    (("pytorch", "dense"), {"fan_in": 3}, TypeError, "fan_out must be given"),
    (("pytorch", "dense"), {"fan_in": 0, "fan_out": 3}, ValueError, "fan_in must be a whole number"),
    (("pytorch", "batch_norm"), {"features": 3, "rate": 1}, ValueError,
     r"pytorch batch_norm must be among 'features', 'momentum', 'eps', 'unbiased', got 'rate'"),
    (("pytorch", "batch_norm"), {"features": 3, "momentum": 2}, ValueError, "momentum must be a number in"),
])
def test_layer_like_refuses(arguments, options, error, message):
    with pytest.raises(error, match=message):
        layer_like(*arguments, **options)


def test_layer_conventions_table():
    table = layer_conventions_table()
    assert len(table.rows) == len(LAYER_TABLE)
    assert all(len(row) == len(table.headers) for row in table.rows)
    rows = layer_conventions_table("batch_norm").rows
    assert [row[3] for row in rows] == ["momentum=0.1, eps=1e-05", "momentum=0.99, epsilon=0.001"]
    assert rows[1][4] == "BatchNorm(features, momentum=0.01, eps=0.001, unbiased=False)"
    with pytest.raises(ValueError, match="name must be one of 'dense'"):
        layer_conventions_table("foo")
