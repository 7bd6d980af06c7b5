"""course_lib against PyTorch and Keras over 200 steps in float64.

*Rule parity*: one stream of gradients for all; relative difference at most 1e-12. The stream is what the rule
itself sees: where weight_decay adds alpha·x to the gradient, each program is handed the stream less alpha·x.
Otherwise x would feed back into the gradients, and a run that bounces enlarges any rounding error.
*Run parity*: each computes its own gradients on the same network and batches; at most 1e-9.
The rows of the table say what is compared, so that a new row is tested without a line here. The references
make the frameworks' classes from names and numbers, and step them with loops of their own.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.frameworks import (
    contrast,
    contrast_rule,
    convention,
    frameworks_with,
    keras_loss,
    like,
    load_keras,
    load_torch,
    make,
    to_keras,
    to_torch,
)
from course_lib.frameworks.keras_twin import keras_train_step
from course_lib.frameworks.table import TABLE
from course_lib.initializers import zeros
from course_lib.layers import Dense, ReLU, Tanh
from course_lib.losses import MSE, SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.optimizers import OPTIMIZERS
from course_lib.training import batches

torch = pytest.importorskip("torch")
STEPS = 200
TORCH_ROWS = [row for row in TABLE if row.framework == "pytorch"]
KERAS_ROWS = [row for row in TABLE if row.framework == "keras"]


def rows(which):
    return pytest.mark.parametrize("row", which, ids=[row.name for row in which])


@pytest.fixture(scope="module")
def tf():
    pytest.importorskip("keras")
    pytest.importorskip("tensorflow", exc_type=ImportError)
    return load_keras()[0]


@pytest.fixture
def exact_constants(tf, monkeypatch):
    """Keras' NAdam with its own constant 0.96 in float64: that one ops.cast, without the rounding."""
    from keras.src.optimizers import nadam

    class Ops:
        def __getattr__(self, name):
            return getattr(real, name)

        def cast(self, x, dtype):
            return real.cast(np.float64(x) if isinstance(x, float) and x == 0.96 else x, dtype)

    real = nadam.ops
    monkeypatch.setattr(nadam, "ops", Ops())


def halved_after_half(lr):
    return lambda step: lr if step < STEPS // 2 else lr / 2


def log_floats(low, high):
    return st.floats(np.log10(low), np.log10(high)).map(lambda exponent: 10.0**exponent)


RANGES = {
    "lr": log_floats(1e-4, 1.0),
    "momentum": st.floats(0.01, 0.99),
    "dampening": st.floats(0, 1),
    "weight_decay": st.sampled_from([0.0, 1e-3, 0.1]),
    "decoupled_weight_decay": st.booleans(),
    "rho": st.floats(0.5, 0.999),
    "centered": st.booleans(),
    "initial_accumulator": st.sampled_from([0.0, 0.1, 1.0]),
    "lr_decay": st.sampled_from([0.0, 1e-3, 0.1]),
    "beta1": st.floats(0.01, 0.99),
    "beta2": st.floats(0.5, 0.999),
    "momentum_decay": log_floats(1e-3, 1.0),
    "eps": log_floats(1e-10, 1e-2),
}
SHAPES = [(), (1,), (7,), (3, 4), (2, 3, 2)]


def cases(row):
    hyper = st.fixed_dictionaries({name: RANGES[name] for name in row.defaults})
    return st.tuples(hyper, st.sampled_from(SHAPES), st.integers(0, 2**32 - 1), st.booleans())


def draw_stream(shape, seed, steps=STEPS):
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape), rng.standard_normal((steps, *shape)) * 10.0 ** rng.uniform(-3, 3)


def relative(ours, theirs):
    return np.abs(ours - theirs).max() / np.abs(theirs).max()


def coupled(row, hyper):
    """The alpha of the alpha·x that the framework's weight_decay adds to the gradient."""
    decoupled = row.decay == "decoupled" or hyper.get("decoupled_weight_decay", False)
    return 0.0 if decoupled else hyper.get("weight_decay", 0.0)


def path(framework, name, x, gradients, hyper):
    opt, x, points = like(framework, name, **hyper), np.array(x), []
    alpha = coupled(convention(framework, name), hyper)
    for g in gradients:
        opt.step(x, np.array(g - alpha * x))
        points.append(x.copy())
    return np.array(points)


def torch_path(row, x, gradients, hyper):
    x, hyper = torch.nn.Parameter(torch.tensor(x)), dict(hyper)
    schedule = hyper["lr"] if callable(hyper["lr"]) else None
    arguments = {row.spelling[key]: value for key, value in hyper.items() if key != "lr"}
    if "betas[0]" in arguments:
        arguments["betas"] = (arguments.pop("betas[0]"), arguments.pop("betas[1]"))
    arguments["lr"] = schedule(0) if schedule else hyper["lr"]
    optimizer = getattr(torch.optim, row.call.split(".")[-1])([x], **arguments, **row.fixed)
    points = []
    for step, g in enumerate(gradients):
        if schedule:
            optimizer.param_groups[0]["lr"] = schedule(step)
        x.grad = torch.tensor(g - coupled(row, hyper) * x.detach().numpy())
        optimizer.step()
        points.append(x.detach().numpy().copy())
    return np.array(points)


def in_float64(path, *arguments):
    """path(*arguments) with PyTorch's default dtype float64, the dtype of NAdam's product of momenta."""
    torch.set_default_dtype(torch.float64)
    try:
        return path(*arguments)
    finally:
        torch.set_default_dtype(torch.float32)


def keras_path(tf, row, x, gradients, hyper, kind=np.float64, compiled=True):
    """`kind` float: plain Python numbers, as a user writes them."""
    import keras

    class Schedule(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            rates = [hyper["lr"](k) if callable(hyper["lr"]) else hyper["lr"] for k in range(len(gradients))]
            return tf.gather(tf.constant(rates, tf.float64), step)

    def number(name, value):
        if isinstance(value, bool) or name == "rho":
            return value  # Adadelta would compute np.float64(rho) * variable in NumPy
        return kind(value)

    arguments = {row.spelling[name]: number(name, value) for name, value in hyper.items() if name != "lr"}
    arguments["learning_rate"] = hyper["lr"] if kind is float else Schedule()
    optimizer = getattr(keras.optimizers, row.call.split(".")[-1])(**arguments, **row.fixed)
    variable, points = keras.Variable(x, dtype="float64"), []
    optimizer.build([variable])

    def step(g):
        optimizer.apply([g], [variable])

    if compiled:
        step = tf.function(step)
    for g in gradients:
        step(tf.constant(g))
        points.append(variable.numpy())
    return np.array(points)


# ---------------------------------------------------------------- rule parity

@rows(TORCH_ROWS)
def test_rule_parity_pytorch(row):
    @settings(max_examples=15, deadline=None, derandomize=True, database=None)
    @given(cases(row))
    def check(case):
        hyper, shape, seed, changing = case
        x, gradients = draw_stream(shape, seed)
        if changing:
            hyper = hyper | {"lr": halved_after_half(hyper["lr"])}
        theirs = in_float64(torch_path, row, x, gradients, hyper)
        assert relative(path("pytorch", row.name, x, gradients, hyper), theirs) <= 1e-12

    check()


@rows(KERAS_ROWS)
def test_rule_parity_keras(tf, exact_constants, row):
    @settings(max_examples=4, deadline=None, derandomize=True, database=None)
    @given(cases(row))
    def check(case):
        hyper, shape, seed, changing = case
        x, gradients = draw_stream(shape, seed)
        if changing:
            hyper = hyper | {"lr": halved_after_half(hyper["lr"])}
        theirs = keras_path(tf, row, x, gradients, hyper)
        assert relative(path("keras", row.name, x, gradients, hyper), theirs) <= 1e-12

    check()


def test_where_the_rate_stands_matters_when_it_changes(tf):
    """The two frameworks' momentum agree at a constant rate, and differ once it changes."""
    x, gradients = draw_stream((5,), 0)
    for lr, apart in ((0.1, False), (halved_after_half(0.1), True)):
        hyper = {"lr": lr, "momentum": 0.9}
        torchs = torch_path(convention("pytorch", "momentum"), x, gradients, hyper)
        kerass = keras_path(tf, convention("keras", "momentum"), x, gradients, hyper)
        assert (relative(kerass, torchs) > 1e-3) == apart
        assert (relative(path("keras", "momentum", x, gradients, hyper), torchs) > 1e-3) == apart


def test_pytorch_ignores_dampening_without_momentum():
    x, gradients = draw_stream((3,), 1)
    hyper = {"lr": 0.1, "momentum": 0.0, "dampening": 0.5}
    assert relative(path("pytorch", "momentum", x, gradients, hyper),
                    torch_path(convention("pytorch", "momentum"), x, gradients, hyper)) <= 1e-12


def test_foreach_nesterov_agrees_too():
    x0, gradients = draw_stream((6,), 2)
    x = torch.nn.Parameter(torch.tensor(x0))
    optimizer = torch.optim.SGD([x], lr=0.1, momentum=0.9, nesterov=True, foreach=True)
    ours = path("pytorch", "nesterov", x0, gradients, {"lr": 0.1, "momentum": 0.9})
    for g, point in zip(gradients, ours, strict=True):
        x.grad = torch.tensor(g)
        optimizer.step()
        assert relative(point, x.detach().numpy()) <= 1e-12


# ---------------------------------------------------------------- where float32 comes in

def test_keras_rounds_where_we_say(tf):
    """base_optimizer.py makes the rate a variable of floatx(); tf.cast reads a Python float as float32."""
    import keras

    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    optimizer.build([keras.Variable(np.zeros(2), dtype="float64")])
    assert keras.config.floatx() == "float32"
    assert float(optimizer.learning_rate.numpy()) == float(np.float32(0.1)) != 0.1
    assert float(keras.ops.cast(0.9, "float64")) == float(np.float32(0.9)) != 0.9
    assert float(keras.ops.cast(np.float64(0.9), "float64")) == 0.9


# Numbers that float32 does not hold, and the same rounded to float32.
INEXACT = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "rho": 0.9, "centered": False, "beta1": 0.9,
           "beta2": 0.999, "eps": 1e-7, "initial_accumulator": 0.1}
# How far the rounding of all of them may move a run. Numbers off by at most 6e-8 move it by about as much,
# momentum 0.9 by up to ten times that. In the bias corrections 1 - beta2^t with beta2 = 0.999 is off by up to
# 3e-8 / 0.001, of which the square root takes half.
PRECISION = {"adam": 2e-5, "adamw": 2e-5, "amsgrad": 2e-5, "nadam": 2e-5, "momentum": 1e-6, "nesterov": 1e-6}


def rounded(hyper, names):
    return {name: float(np.float32(value)) if name in names else value for name, value in hyper.items()}


# Should a lower bound in these tests fail, Keras no longer rounds there: then correct its row in table.py.

@rows(KERAS_ROWS)
def test_keras_rounds_only_what_the_row_says(tf, exact_constants, row):
    hyper = {name: INEXACT[name] for name in row.defaults}
    x, gradients = draw_stream((5,), 3)
    plain = keras_path(tf, row, x, gradients, hyper, kind=float)
    difference = relative(path("keras", row.name, x, gradients, hyper), plain)
    assert 1e-12 < difference < PRECISION.get(row.name, 1e-7)
    # Numbers that float32 holds, but only those that the row names: the rule is the same to the last digits.
    hyper = rounded(hyper, row.rounds)
    plain = keras_path(tf, row, x, gradients, hyper, kind=float)
    assert relative(path("keras", row.name, x, gradients, hyper), plain) <= 1e-12


@rows(KERAS_ROWS)
def test_keras_rounds_each_that_the_row_says(tf, exact_constants, row):
    """Three steps, with one number at a time that float32 does not hold."""
    x, gradients = draw_stream((5,), 3, steps=3)
    hyper = {name: INEXACT[name] for name in row.defaults}
    for name in row.rounds:
        if row.name == "lion" and name.startswith("beta"):
            continue  # they decide a sign, and next to never turn it
        one = rounded(hyper, set(row.rounds) - {name})
        plain = keras_path(tf, row, x, gradients, one, kind=float, compiled=False)
        assert relative(path("keras", row.name, x, gradients, one), plain) > 1e-12, name


def test_the_constant_that_keras_nadam_rounds(tf):
    """nadam.py, update_step, has ops.cast(0.96, …): float32 whatever it is given."""
    row = convention("keras", "nadam")
    hyper = {name: INEXACT[name] for name in row.defaults}
    x, gradients = draw_stream((5,), 3)
    theirs = keras_path(tf, row, x, gradients, hyper)
    assert 1e-12 < relative(path("keras", "nadam", x, gradients, hyper), theirs) < 1e-6


def test_the_product_that_pytorch_nadam_rounds():
    """nadam.py, _init_group, makes it a tensor of the default dtype; `make` starts it in float64."""
    row, hyper = convention("pytorch", "nadam"), {"lr": 0.1}
    x0, gradients = draw_stream((5,), 3)
    ours = path("pytorch", "nadam", x0, gradients, hyper)
    assert 1e-12 < relative(ours, torch_path(row, x0, gradients, hyper)) < 1e-7
    for exact in (True, False):
        x = torch.nn.Parameter(torch.tensor(x0))
        optimizer, points = make("pytorch", "nadam", [x], exact=exact, **hyper), []
        for g in gradients:
            x.grad = torch.tensor(g)
            optimizer.step()
            points.append(x.detach().numpy().copy())
        assert (relative(ours, np.array(points)) <= 1e-12) == exact


# ---------------------------------------------------------------- run parity

def classification():
    """120 pictures of 8x8 grey values in [0, 1] with labels, as the digits; a small ReLU network."""
    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 17, (120, 64)) / 16, rng.integers(0, 10, 120)
    layers = [Dense(64, 16), ReLU(), Dense(16, 10)]
    return Network(layers, loss=SoftmaxCrossEntropy(), rng=rng, dtype=np.float64), x, y


def regression():
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, (60, 3))
    y = np.sin(3 * x[:, :2])
    return Network([Dense(3, 12), Tanh(), Dense(12, 2)], loss=MSE(), rng=rng, dtype=np.float64), x, y


HYPER_OF_RUNS = {
    "sgd": {"lr": 0.1},
    "momentum": {"lr": 0.05, "momentum": 0.9},
    "nesterov": {"lr": 0.05, "momentum": 0.9},
    "adadelta": {"lr": 1.0},
    "lion": {"lr": 0.001},
}
# Measured over these and other networks, runs agree to some 1e-15, Keras' NAdam to 2e-7: it rounds 0.96.
RUN_PRECISION = {("keras", "nadam"): 1e-6}


@pytest.mark.parametrize(("name", "problem"), [
    *[(name, classification) for name in OPTIMIZERS],
    *[(name, regression) for name in ("sgd", "momentum", "nesterov", "adagrad", "adam")]])
def test_run_parity(tf, name, problem):
    net, x, y = problem()
    hyper = HYPER_OF_RUNS.get(name, {"lr": 0.01})
    result = contrast(net, x, y, name, hyper, steps=STEPS, batch_size=32, rng=np.random.default_rng(6))
    assert result.missing == ()
    assert set(result.parameter_difference) == set(frameworks_with(name))
    for framework, difference in result.parameter_difference.items():
        precision = RUN_PRECISION.get((framework, name), 1e-9)
        assert max(difference, result.loss_difference[framework]) <= precision
    assert result.losses["course_lib"][-1] < result.losses["course_lib"][0]


# What a run is drawn from: rates at which training is calm (a run that bounces from wall to wall enlarges any
# rounding error), and an eps above the size of rounding errors. What happens outside is tested further below.
RUN_RANGES = RANGES | {
    "lr": log_floats(1e-4, 1e-2),
    "momentum": st.floats(0.01, 0.95),
    "rho": st.floats(0.8, 0.999),
    "beta1": st.floats(0.01, 0.95),
    "beta2": st.floats(0.8, 0.999),
    "eps": log_floats(1e-6, 1e-2),
}


def run_cases(row):
    hyper = st.fixed_dictionaries({name: RUN_RANGES[name] for name in row.defaults})
    sizes = st.tuples(st.integers(1, 9), st.integers(1, 12), st.integers(2, 6))
    return st.tuples(hyper, sizes, st.sampled_from([7, 16, None]), st.sampled_from([ReLU, Tanh]),
                     st.integers(0, 2**32 - 1))


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.framework}-{row.name}" for row in TABLE])
def test_run_parity_of_drawn_networks_and_hyper_parameters(tf, exact_constants, row):
    @settings(max_examples=6 if row.framework == "pytorch" else 2, deadline=None, derandomize=True,
              database=None)
    @given(run_cases(row))
    def check(case):
        hyper, (inputs, width, classes), batch_size, activation, seed = case
        rng = np.random.default_rng(seed)
        x, y = rng.uniform(0, 1, (40, inputs)), rng.integers(0, classes, 40)
        net = Network([Dense(inputs, width), activation(), Dense(width, classes)], loss=SoftmaxCrossEntropy(),
                      rng=rng, dtype=np.float64)
        result = contrast(net, x, y, row.name, hyper, steps=STEPS, batch_size=batch_size, rng=rng,
                          frameworks=row.framework)
        assert result.parameter_difference[row.framework] <= 1e-9
        assert result.loss_difference[row.framework] <= 1e-9

    check()


def stream(n):
    rng, indices = np.random.default_rng(7), []
    while len(indices) < STEPS:
        indices += batches(n, 32, rng)
    return indices[:STEPS]


def course_run(net, opt, x, y):
    net, losses = net.copy(), []
    for index in stream(len(x)):
        losses.append(net.loss_and_grad(x[index], y[index]))
        opt.step(net.parameters.x, net.parameters.g)
    return net, np.array(losses)


def test_run_parity_in_a_visible_pytorch_loop():
    net, x, y = classification()
    ours, losses = course_run(net, like("pytorch", "momentum", lr=0.05, momentum=0.9, dampening=0.3), x, y)
    module = to_torch(net)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, dampening=0.3)
    theirs = []
    for index in stream(len(x)):
        optimizer.zero_grad()
        value = loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index]))
        value.backward()
        optimizer.step()
        theirs.append(value.item())
    assert relative(losses, np.array(theirs)) <= 1e-9
    assert relative(ours.parameters["0.weight"], module[0].weight.detach().numpy().T) <= 1e-9


def test_run_parity_in_a_visible_keras_loop(tf):
    import keras

    net, x, y = classification()
    # Plain numbers, as in the notebooks; these two are exact in float32.
    ours, losses = course_run(net, like("keras", "nesterov", lr=0.0625, momentum=0.875), x, y)
    model = to_keras(net)
    optimizer = keras.optimizers.SGD(learning_rate=0.0625, momentum=0.875, nesterov=True)
    step = keras_train_step(model, keras_loss(net.loss), optimizer)
    theirs = [step(x[index], y[index]) for index in stream(len(x))]
    assert relative(losses, np.array(theirs)) <= 1e-9
    assert relative(ours.parameters["2.weight"], model.layers[2].kernel.numpy()) <= 1e-9


def test_run_with_a_schedule(tf):
    net, x, y = regression()
    result = contrast(net, x, y, "momentum", {"lr": halved_after_half(0.05), "momentum": 0.9},
                      rng=np.random.default_rng(8))
    assert max(result.parameter_difference.values()) <= 1e-9


# ---------------------------------------------------------------- where a run may differ by nature

# A gradient that is 0 but for rounding: about 1e-17, and different in each framework. SGD moves x by lr times
# that; a rule that divides by the gradient's size makes it a step of lr·1e-17 / eps, and Lion, which takes
# its sign, a whole step of lr. An eps of 1e-10 (PyTorch's AdaGrad) thus costs seven digits.
@pytest.mark.parametrize(("framework", "name", "step"), [
    ("pytorch", "sgd", 1e-17), ("pytorch", "adadelta", 1e-17), ("pytorch", "adagrad", 1e-7),
    ("pytorch", "rmsprop", 1e-9), ("pytorch", "adam", 1e-9), ("pytorch", "adamax", 1e-9),
    ("pytorch", "radam", 1e-17), ("keras", "adagrad", 3.2e-17), ("keras", "rmsprop", 3.2e-14),
    ("keras", "adam", 3.2e-12), ("keras", "lion", 1.0)])
def test_what_a_rule_makes_of_a_rounding_error(framework, name, step):
    x = np.zeros(1)
    like(framework, name, lr=1.0).step(x, np.array([1e-17]))
    assert -x[0] == pytest.approx(step, rel=0.05)


# Centered RMSProp divides by the root of s - m². On a constant gradient that goes to 0 like rho^t, and what
# rounding leaves of it hangs on the last digit of the gradient, and on the processor: no parity of 1e-12 can
# be asked for. PyTorch's can be negative, and its steps then NaN.
@pytest.mark.parametrize(("centered", "agree"), [(False, True), (True, False)])
def test_a_variance_of_rounding_errors(centered, agree):
    hyper = {"lr": 0.01, "rho": 0.5, "eps": 1e-8, "centered": centered}
    gradients = np.tile([0.3, 0.6, 0.9], (STEPS, 1))
    ours = path("pytorch", "rmsprop", np.zeros(3), gradients, hyper)
    beside = path("pytorch", "rmsprop", np.zeros(3), np.nextafter(gradients, 1), hyper)
    theirs = torch_path(convention("pytorch", "rmsprop"), np.zeros(3), gradients, hyper)
    assert np.isfinite(ours).all()
    assert (relative(ours, beside) <= 1e-12) == agree
    assert relative(ours, theirs) <= 1e-12 or centered


def balanced():
    """Output weights 0 and as many examples of each class: the output bias has the gradient 0 at first."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((100, 8)), np.arange(100) % 10
    layers = [Dense(8, 16), Tanh(), Dense(16, 10, weight=zeros())]
    return Network(layers, loss=SoftmaxCrossEntropy(), rng=rng, dtype=np.float64), x, y


# Measured over three to five draws: AdaGrad 1e-6, Adam and its relatives 1e-9 to 5e-8, Lion 1e-2. RMSProp
# with rho = 0.9 goes further: once it bounces between two sides of a valley, any difference grows with each
# step, from 1e-15 to 5e-4 within 200. SGD, momentum, Adadelta and Keras' AdaGrad stay at 1e-14 or less.
@pytest.mark.parametrize(("framework", "name", "precision"), [
    ("pytorch", "sgd", 1e-12), ("pytorch", "adagrad", 1e-4), ("pytorch", "adam", 1e-6),
    ("keras", "lion", 0.1)])
def test_run_from_a_gradient_of_zero(tf, framework, name, precision):
    net, x, y = balanced()
    hyper = HYPER_OF_RUNS.get(name, {"lr": 0.01})
    result = contrast(net, x, y, name, hyper, steps=STEPS, batch_size=None, rng=np.random.default_rng(6),
                      frameworks=framework)
    assert result.parameter_difference[framework] <= precision
    assert result.loss_difference[framework] <= precision


# ---------------------------------------------------------------- contrast_rule itself

def test_contrast_rule(tf):
    x, gradients = draw_stream((4, 2), 9)
    result = contrast_rule("adamw", gradients, x, {"lr": 0.1})
    assert set(result.parameter_difference) == {"pytorch", "keras"}
    assert max(result.parameter_difference.values()) <= 1e-12
    plain = contrast_rule("adamw", gradients, x, {"lr": 0.1}, frameworks="keras", exact=False)
    assert 1e-12 < plain.parameter_difference["keras"] < 2e-5


def test_load_torch_returns_torch():
    assert load_torch() is torch
