"""The studies of lecture 06 against closed forms, SciPy, finite differences, and the library's own runs."""

import hashlib
import math

import numpy as np
import pytest
from scipy import integrate, stats

from course_lib.initializers import (
    he_normal,
    he_uniform,
    lecun_normal,
    normal,
    orthogonal,
    uniform,
    variance_scaling,
    xavier_normal,
)
from course_lib.layers import Dense
from course_lib.studies import deep_digits, gradient_flow, mean_field, random_matrices, weight_laws

# --- products of random matrices --------------------------------------------------------------------


@pytest.mark.parametrize(("count", "size", "std"), [(100, 5, 1.0), (30, 2, 0.5), (50, 1, 2.0)])
def test_lengths_are_as_the_theory_says(count, size, std):
    logs = random_matrices.log_norms(count, size, 4000, np.random.default_rng(1), std)[:, -1]
    mean, sd = random_matrices.log_norm_theory(count, size, std)
    assert abs(logs.mean() - mean) < 4 * sd / math.sqrt(len(logs))
    assert logs.std() == pytest.approx(sd, rel=0.05)


@pytest.mark.parametrize("size", [1, 2, 5, 64])
def test_theory_is_the_integral_over_the_chi_distribution(size):
    mean, sd = random_matrices.log_norm_theory(1, size)
    chi = stats.chi(size)
    first = chi.expect(np.log10, lb=1e-12)
    second = chi.expect(lambda r: np.log10(r) ** 2, lb=1e-12)
    assert mean == pytest.approx(first, abs=1e-5)
    assert sd == pytest.approx(math.sqrt(second - first**2), rel=1e-4)


def test_log_norms_are_those_of_the_product():
    logs = random_matrices.log_norms(6, 3, 1, np.random.default_rng(2))
    rng, v = np.random.default_rng(2), np.full(3, 3**-0.5)
    for log in logs[0]:
        v = rng.standard_normal((1, 3, 3))[0] @ v
        assert log == pytest.approx(math.log10(np.linalg.norm(v)), abs=1e-12)


def test_singular_values_multiply_to_the_determinant():
    values = random_matrices.product_singular_values(normal(), 4, 3, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    determinants = np.cumprod([abs(np.linalg.det(rng.standard_normal((4, 4)))) for _ in range(3)])
    np.testing.assert_allclose(values.prod(axis=1), determinants, rtol=1e-9)
    assert (np.diff(values, axis=1) <= 0).all()


# --- the integral -----------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", mean_field.ACTIVATIONS)
@pytest.mark.parametrize("q", [0.01, 1.0, 50.0])
def test_moments_against_adaptive_quadrature(activation, q):
    layer = mean_field.ACTIVATIONS[activation]()

    def value(u):
        return layer.forward(np.array([[math.sqrt(q) * u]]), train=True)[0, 0] ** 2 * stats.norm.pdf(u)

    def slope(u):
        value(u)
        return layer.backward(np.ones((1, 1)))[0, 0] ** 2 * stats.norm.pdf(u)

    expected = [sum(integrate.quad(f, *ends, limit=200)[0] for ends in ((-12, 0), (0, 12)))
                for f in (value, slope)]
    np.testing.assert_allclose(mean_field.moments(activation, q), expected, rtol=1e-6)


def test_closed_forms():
    assert mean_field.moments("ReLU", 3.0) == pytest.approx((1.5, 0.5))
    assert mean_field.moments("identity", 3.0) == pytest.approx((3, 1))
    slope = 0.01
    assert mean_field.moments("LeakyReLU", 2.0) == pytest.approx((1 + slope**2, (1 + slope**2) / 2))
    assert mean_field.moments("sigmoid", 0.0) == pytest.approx((0.25, 1 / 16))
    assert mean_field.keeping_variance("SELU") == pytest.approx(1, abs=1e-9)  # Klambauer et al.'s fixed point
    np.testing.assert_allclose(mean_field.variances("ReLU", 1, 1.0, 6), 0.5 ** np.arange(6), rtol=1e-12)


@pytest.mark.parametrize("activation", mean_field.ACTIVATIONS)
def test_what_keeps_the_variance_keeps_it(activation):
    for q in (0.3, 1.0, 4.0):
        s = mean_field.keeping_variance(activation, q)
        np.testing.assert_allclose(mean_field.variances(activation, s, q, 5), q, rtol=1e-9)


@pytest.mark.parametrize(("activation", "weight", "s"), [
    ("tanh", xavier_normal(), 1), ("ReLU", he_normal(), 2), ("ELU", orthogonal(1.2), 1.44),
    ("sigmoid", lecun_normal(), 1)])
def test_a_wide_network_follows_the_integral(activation, weight, s):
    run, = gradient_flow.flows(activation, weight, 6, 600, seeds=1)
    q = mean_field.variances(activation, s, s, 6)
    np.testing.assert_allclose(run.variance, q, rtol=0.15)
    factors = mean_field.gradient_factors(activation, s, q[:-1])
    np.testing.assert_allclose(run.gradient[:-1] / run.gradient[1:], factors, rtol=0.1)


# --- one pass through a network ---------------------------------------------------------------------


def test_flow_is_what_the_layers_do():
    rng = np.random.default_rng(0)
    net = gradient_flow.plain_network("tanh", normal(0.5), 3, 8, rng, inputs=5, outputs=3, dtype=np.float64)
    x, y = rng.standard_normal((10, 5)), rng.integers(0, 3, 10)
    flow = gradient_flow.flow(net, x, y)
    h, z = x, []
    for layer in net.layers[:-1]:
        if isinstance(layer, Dense):
            z.append(h @ layer.weight + layer.bias)
            h = np.tanh(z[-1])
    np.testing.assert_allclose(flow.variance, [values.var() for values in z], rtol=1e-12)
    np.testing.assert_allclose(flow.spread, [values.var(axis=0).mean() for values in z], rtol=1e-12)
    np.testing.assert_allclose(flow.extreme, [(np.abs(np.tanh(values)) > 0.98).mean() for values in z])
    # Moving all pre-activations of a layer by one number for each unit is moving its bias.
    for i, name in enumerate(("0.bias", "2.bias", "4.bias")):
        single = gradient_flow.flow(net, x[:1], y[:1])
        bias, numeric = net.parameters[name], []
        for j in range(8):
            losses = []
            for step in (1e-6, -1e-6):
                bias[j] += step
                losses.append(net.loss_value(x[:1], y[:1]))
                bias[j] -= step
            numeric.append((losses[0] - losses[1]) / 2e-6)
        assert single.gradient[i] == pytest.approx(np.linalg.norm(numeric), rel=1e-6)


def test_factor_is_the_geometric_mean():
    none = np.zeros(5)
    assert gradient_flow.Flow(none, none, none, 0.5 ** np.arange(5)[::-1]).factor() == pytest.approx(0.5)


def test_plain_network_has_the_given_weights():
    net = gradient_flow.plain_network("ReLU", normal(0.1), 4, 50, np.random.default_rng(0), inputs=20,
                                      bias=uniform(0.3))
    assert [layer.weight.shape for layer in net.layers if isinstance(layer, Dense)] == [
        (20, 50), (50, 50), (50, 50), (50, 50), (50, 10)]
    assert net.parameters["2.weight"].std() == pytest.approx(0.1, rel=0.1)
    assert 0.2 < np.abs(net.parameters["2.bias"]).max() < 0.3


def test_different_units_are_counted():
    assert gradient_flow.different_units(np.zeros((4, 6))) == 1
    assert gradient_flow.different_units(np.eye(5)) == 5
    rounded = np.ones((3, 4))
    rounded[0, 1] += 1e-9
    assert gradient_flow.different_units(rounded) == 1
    assert gradient_flow.different_units(rounded, tolerance=0.0) == 2


# --- which law --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weight", "law", "largest"), [
    (he_normal(), "normal", None), (he_uniform(), "uniform", 3**0.5),
    (variance_scaling(2.0), "truncated normal", 2 / 0.87962566)])
def test_each_law_is_nearest_to_itself(weight, law, largest):
    w = weight((200, 400), np.random.default_rng(0))
    std, most, *distances = weight_laws.moments_and_distances(w, 0.1)
    nearest = int(np.argmin(distances))
    assert weight_laws.LAWS[nearest] == law
    assert distances[nearest] < 1.36 / math.sqrt(w.size) < 0.005 < sorted(distances)[1]
    assert std == pytest.approx(1, abs=0.01)
    assert largest is None or most == pytest.approx(largest, rel=1e-3)


# --- the stored runs --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [("ReLU", "LSUV"), ("ReLU", "PyTorch's default"), ("tanh", "orthogonal")])
def test_a_part_of_the_stored_runs_is_computed_again(key):
    entry = deep_digits.stored()[key]
    losses, _ = deep_digits.train(*key, entry["lr"], deep_digits.FINAL[0], epochs=2)
    np.testing.assert_allclose(losses, entry["loss"][0, :2], rtol=5e-3)


def test_the_stored_rate_is_the_best_of_the_search():
    for entry in deep_digits.stored().values():
        assert entry["search"].shape == (len(deep_digits.RATES), len(deep_digits.SEARCH))
        assert entry["loss"].shape == (len(deep_digits.FINAL), deep_digits.EPOCHS)
        if np.isfinite(entry["search"]).any():
            medians = np.median(entry["search"], axis=1)  # of five digits, so the best may be a tie
            assert medians[deep_digits.RATES.index(entry["lr"])] <= medians.min() * (1 + 1e-4)


def test_a_run_that_diverges_ends_in_infinity():
    losses, accuracy = deep_digits.train("ReLU", "N(0, 1)", 0.001, 0, epochs=3)
    assert np.isinf(losses).all()
    assert accuracy == 0


def test_pytorch_default_is_pytorchs():
    torch = pytest.importorskip("torch")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        linear = torch.nn.Linear(64, 2000)
    net = deep_digits.start_network("ReLU", "PyTorch's default", 0, depth=3)
    for name, theirs in (("2.weight", linear.weight), ("2.bias", linear.bias)):
        ours, theirs = net.parameters[name], theirs.detach().numpy()
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.05)
        assert stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue > 0.001


def test_main_writes_what_stored_reads(monkeypatch, tmp_path):
    monkeypatch.setattr(deep_digits, "FILE", tmp_path / "runs.json")
    monkeypatch.setattr(deep_digits, "STARTS", {("tanh", "one"): None, ("ReLU", "two"): None})

    def run_all(function, tasks, description):
        return [(np.array([2.0, abs(math.log10(lr) + 2) + seed]) if activation == "tanh" else
                 np.array([2.0, math.inf]), 0.5) for activation, _, lr, seed in tasks]
    monkeypatch.setattr(deep_digits, "run_all", run_all)
    (tmp_path / "SHA256SUMS").write_text("abc  other.gz\nold  runs.json\n")
    deep_digits.main()
    runs = deep_digits.stored(tmp_path / "runs.json")
    assert runs["tanh", "one"]["lr"] == 0.01
    np.testing.assert_allclose(runs["tanh", "one"]["loss"], [[2, seed] for seed in deep_digits.FINAL])
    assert np.isinf(runs["ReLU", "two"]["search"]).all()
    other, own = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert other == "abc  other.gz"
    assert own.split()[0] == hashlib.sha256((tmp_path / "runs.json").read_bytes()).hexdigest()
