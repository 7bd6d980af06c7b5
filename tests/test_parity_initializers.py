"""Initializers of course_lib have the distributions of PyTorch's and Keras' own.

Each side draws 200,000 numbers from its own generator with a fixed seed: mean and variance must be what
theory says, and a Kolmogorov-Smirnov test must not tell the two sides apart. With fixed seeds this is
deterministic. Should a new version draw other numbers, a right initializer fails with chance 1e-4.
"""

import numpy as np
import pytest
from scipy import stats

from course_lib import initializers
from course_lib.frameworks import (
    initializer_table,
    initializer_twins,
    layer_like,
    like,
    load_keras,
    load_torch,
)
from course_lib.frameworks.initializer_table import INITIALIZERS
from course_lib.layers import Dense
from course_lib.losses import MSE
from course_lib.network import Network

SHAPE = (400, 500)
LIMIT = 1e-4  # the least p-value
SCALES = {"fan_in": 400, "fan_out": 500, "fan_avg": 450}
VARIANCES = {
    "normal": 0.05**2, "uniform": 0.05**2 / 3, "truncated_normal": (0.05 * initializers.TRUNCATED_STD)**2,
    "variance_scaling": 1 / 400, "xavier_normal": 1 / 450, "xavier_uniform": 1 / 450, "he_normal": 2 / 400,
    "he_uniform": 2 / 400, "lecun_normal": 1 / 400, "lecun_uniform": 1 / 400, "orthogonal": 1 / 500,
}
DISTRIBUTIONS = ["truncated_normal", "normal", "uniform"]


@pytest.fixture(scope="module", params=["pytorch", "keras"])
def framework(request):
    if request.param == "pytorch":
        pytest.importorskip("torch")
        load_torch()
    else:
        pytest.importorskip("keras")
        pytest.importorskip("tensorflow", exc_type=ImportError)
        load_keras()
    return request.param


@pytest.fixture
def torch():
    pytest.importorskip("torch")
    return load_torch()


def p_value(a, b):
    return stats.ks_2samp(a.ravel(), b.ravel()).pvalue


def check_moments(drawn, variance):
    """Mean and variance within five standard errors of 0 and `variance`."""
    n, x = drawn.size, drawn.ravel()
    assert abs(x.mean()) <= 5 * (variance / n) ** 0.5
    spread = (np.mean(x**4) / variance**2 - 1) ** 0.5  # of x² about the variance, in units of it
    assert abs(np.mean(x**2) / variance - 1) <= 5 * spread / n**0.5


def check_twins(framework, twins, variance):
    ours = twins.like(framework).make()(SHAPE, np.random.default_rng(1))
    theirs = twins.draw(framework, SHAPE, seed=2)
    assert ours.shape == theirs.shape == SHAPE
    check_moments(ours, variance)
    check_moments(theirs, variance)
    assert p_value(ours, theirs) > LIMIT


@pytest.mark.parametrize("name", INITIALIZERS)
def test_same_distribution(framework, name):
    twins = initializer_twins(name)
    if getattr(twins, framework) is None:
        pytest.skip(f"{framework} has none with these defaults")
    check_twins(framework, twins, VARIANCES[name])


@pytest.mark.parametrize("fan", SCALES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_variance_scaling(framework, fan, distribution):
    twins = initializer_twins("variance_scaling", scale=1.7, fan=fan, distribution=distribution)
    if framework == "pytorch" and (fan == "fan_avg" or distribution == "truncated_normal"):
        assert twins.pytorch is None
        return
    check_twins(framework, twins, 1.7 / SCALES[fan])


@pytest.mark.parametrize("cut", [1.0, 2.0, 3.0])
def test_another_cut_of_the_truncated_normal(cut):
    pytest.importorskip("torch")
    twins = initializer_twins("truncated_normal", std=0.3, cut=cut)
    assert (twins.keras is None) == (cut != 2)
    check_twins("pytorch", twins, stats.truncnorm.var(-cut, cut) * 0.3**2)


@pytest.mark.parametrize("gain", [1.0, 2**0.5])
@pytest.mark.parametrize("shape", [(30, 50), (50, 30), (40, 40)])
def test_orthogonal(framework, shape, gain):
    """QᵀQ = gain²·I for all, and the diagonals of many small ones are alike: no sign is preferred."""
    twins = initializer_twins("orthogonal", gain=gain)
    for side in ("course_lib", framework):
        q = twins.draw(side, shape, seed=3)
        q = q if shape[0] >= shape[1] else q.T
        np.testing.assert_allclose(q.T @ q, gain**2 * np.eye(min(shape)), atol=1e-12)


def small_diagonals(draw):
    return np.array([np.diag(draw(seed)) for seed in range(300)])


def test_all_orthogonal_matrices_are_equally_likely(framework):
    twins = initializer_twins("orthogonal")
    theirs = small_diagonals(lambda seed: twins.draw(framework, (3, 3), seed))
    ours = small_diagonals(lambda seed: twins.draw("course_lib", (3, 3), seed))
    assert p_value(ours, theirs) > LIMIT
    # a test with power: the QR factor with R's signs left in
    plain = small_diagonals(lambda seed: np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0])
    assert p_value(plain, theirs) < LIMIT


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains_are_pytorchs(torch, activation):
    assert initializers.gain(activation) == pytest.approx(torch.nn.init.calculate_gain(activation), rel=1e-15)
    slope = [0.3] if activation == "leaky_relu" else []
    assert initializers.gain(activation, *slope) == pytest.approx(
        torch.nn.init.calculate_gain(activation, *slope), rel=1e-15)
    assert initializers.gain("identity") == torch.nn.init.calculate_gain("linear") == 1


def framework_dense(framework):
    """Weight (fan_in, fan_out) and bias of the framework's own dense layer, as it makes it."""
    if framework == "pytorch":
        torch = load_torch()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            layers = [torch.nn.Linear(*SHAPE) for _ in range(20)]
        return layers[0].weight.detach().numpy().T, np.array([la.bias.detach().numpy() for la in layers])
    _, keras = load_keras()
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(SHAPE[1]) for _ in range(20)]
    for layer in layers:
        layer.build((None, SHAPE[0]))
    return layers[0].kernel.numpy(), np.array([layer.bias.numpy() for layer in layers])


def test_default_dense(framework):
    layers = [layer_like(framework, "dense", fan_in=SHAPE[0], fan_out=SHAPE[1]) for _ in range(20)]
    for layer in layers:
        Network([layer], loss=MSE(), rng=np.random.default_rng(layers.index(layer)), dtype=np.float64)
    weight, bias = framework_dense(framework)
    assert p_value(layers[0].weight, weight) > LIMIT
    check_moments(layers[0].weight, 1 / 1200 if framework == "pytorch" else 2 / 900)
    ours = np.array([layer.bias for layer in layers])
    assert p_value(ours, bias) > LIMIT
    assert bias.any() == ours.any() == (framework == "pytorch")
    # the layer of course_lib without a framework's name is not PyTorch's
    plain = Dense(*SHAPE)
    Network([plain], loss=MSE(), rng=np.random.default_rng(1), dtype=np.float64)
    assert (p_value(plain.weight, weight) > LIMIT) == (framework == "keras")


# ---------------------------------------------------------------- power

@pytest.mark.parametrize("name", VARIANCES)
def test_a_standard_deviation_off_by_four_percent_is_found(framework, name):
    twins = initializer_twins(name)
    if getattr(twins, framework) is None:
        pytest.skip(f"{framework} has none with these defaults")
    ours = twins.like(framework).make()(SHAPE, np.random.default_rng(1)) * 1.04
    assert p_value(ours, twins.draw(framework, SHAPE, seed=2)) < LIMIT
    with pytest.raises(AssertionError):
        check_moments(ours, VARIANCES[name])


@pytest.mark.parametrize("name", ["xavier_normal", "he_normal", "lecun_normal"])
def test_keras_normal_is_truncated(name):
    """The same variance, and yet not course_lib's or PyTorch's distribution: the test tells."""
    pytest.importorskip("tensorflow", exc_type=ImportError)
    twins = initializer_twins(name)
    theirs = twins.draw("keras", SHAPE, seed=2)
    assert p_value(twins.draw("course_lib", SHAPE, seed=1), theirs) < LIMIT
    check_moments(theirs, VARIANCES[name])
    assert p_value(like("keras", name)(SHAPE, np.random.default_rng(1)), theirs) > LIMIT


def test_the_default_limits_of_pytorchs_truncated_normal_cut_nothing(torch):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        weight = torch.nn.init.trunc_normal_(torch.empty(SHAPE), std=0.05).numpy()
    assert np.abs(weight).max() > 0.15  # three standard deviations; ±2 itself is the limit


# ---------------------------------------------------------------- the table

def test_initializer_table():
    table = initializer_table()
    assert len(table.rows) == len(INITIALIZERS) == len(VARIANCES)
    assert all(len(row) == len(table.headers) == 4 for row in table.rows)
    assert initializer_table("normal").rows[0][:3] == [
        "normal(0.05)", "normal_(weight, std=0.05)", "RandomNormal(stddev=0.05)"]
    with pytest.raises(ValueError, match=r"name must be one of 'normal', .* got 'foo'"):
        initializer_table("foo")


@pytest.mark.parametrize(("arguments", "options", "message"), [
    (("foo",), {}, "name must be one of 'normal', .* got 'foo'"),
    (("normal",), {"gain": 1}, "arguments of normal must be one of 'std', got 'gain'"),
    (("normal",), {"std": -1}, r"std must be a number in \[0, inf\), got -1"),
    (("variance_scaling",), {"fan": "in"}, "fan must be one of 'fan_in', .* got 'in'"),
])
def test_initializer_twins_refuse(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        initializer_twins(*arguments, **options)


def test_draw_refuses():
    twins = initializer_twins("variance_scaling")
    with pytest.raises(ValueError, match="side must be one that has such an initializer, got 'pytorch'"):
        twins.draw("pytorch", SHAPE)
    with pytest.raises(ValueError, match="side must be one that has such an initializer, got 'pytorch'"):
        like("pytorch", "variance_scaling")
    with pytest.raises(ValueError, match="side must be one of 'course_lib', 'pytorch', 'keras', got 'jax'"):
        twins.draw("jax", SHAPE)
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got -1"):
        twins.draw("course_lib", SHAPE, seed=-1)


def test_drawing_leaves_pytorchs_generator_alone(torch):
    state = torch.get_rng_state()
    initializer_twins("he_normal").draw("pytorch", (3, 4), seed=1)
    assert torch.equal(torch.get_rng_state(), state)
