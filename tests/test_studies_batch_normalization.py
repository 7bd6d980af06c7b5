"""The experiments of lecture 08 against theory, plain NumPy, and the stored runs."""

import hashlib
import math

import numpy as np
import pytest

from course_lib.datasets import load_digits
from course_lib.layers import BatchNorm, LayerNorm, Sigmoid
from course_lib.studies import batch_norm_digits as digits
from course_lib.studies import batch_norm_results as results
from course_lib.studies import batch_normalization as study
from course_lib.studies import norm_layer

# --- small experiments ------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
def test_both_ways_of_a_seed_start_with_the_same_weights(norm):
    plain, normed = (study.deep_network(3, "tanh", kind, seed=4) for kind in (None, norm))
    for i, j in ((0, 0), (2, 3), (4, 6), (6, 9)):
        np.testing.assert_array_equal(plain.layers[i].weight, normed.layers[j].weight)


def test_small_sets_the_deviation_of_the_hidden_layers():
    net = study.deep_network(2, "sigmoid", seed=0, small=0.05)
    assert net.layers[2].weight.std() == pytest.approx(0.05, rel=0.03)
    assert net.layers[4].weight.std() > 0.1  # the last layer keeps its own


def test_held_constant_lacks_what_the_long_form_adds():
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(2, 7, 3))
    right, wrong = BatchNorm(3), study.HeldConstant(3)
    for layer in (right, wrong):
        norm_layer.alone(layer).forward(x, train=True)
    np.testing.assert_allclose(wrong.backward(g), g / np.sqrt(x.var(axis=0) + 1e-5))
    right.backward(g)
    for name in ("gamma", "beta"):
        np.testing.assert_array_equal(right.gradients[name], wrong.gradients[name])
    projected = wrong.backward(g) - wrong.backward(g).mean(axis=0)
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    projected -= x_hat * np.mean(projected * x_hat, axis=0)
    np.testing.assert_allclose(right.backward(g), projected)


def test_relu_with_batch_norm_explodes_at_the_rate_of_theory():
    factor = study.per_layer(study.gradient_norms("ReLU", BatchNorm, depth=20, seeds=range(3)))
    np.testing.assert_allclose(factor, math.sqrt(math.pi / (math.pi - 1)), rtol=0.02)  # Yang et al. 2019


def test_gradient_norms_are_those_of_a_backward_pass_by_hand():
    (x, y), net = load_digits().train, study.deep_network(2, "sigmoid", seed=1, dtype=np.float64)
    _, g = net.loss(net.forward(x[:120], train=True), y[:120])
    g = g @ net.layers[4].weight.T
    expected = [np.linalg.norm(g)]
    out = net.layers[3].out
    expected.append(np.linalg.norm((g * out * (1 - out)) @ net.layers[2].weight.T))
    assert isinstance(net.layers[3], Sigmoid)
    np.testing.assert_allclose(study.gradient_norms("sigmoid", depth=2, seeds=[1]), [expected[::-1]])


def test_weights_have_no_scale_without_eps():
    change, gradient = study.scaled([0.1, 3.0, 100.0], eps=0.0).T
    assert change.max() < 1e-12
    np.testing.assert_allclose(gradient, [10, 1 / 3, 0.01], rtol=1e-10)


def test_weights_grow_as_pythagoras_says():
    norms, expected = study.weight_norms(1.0, 25, eps=0.0)
    assert norms.shape == expected.shape == (26,)
    assert (np.diff(norms) > 0).all()
    np.testing.assert_allclose(norms, expected, rtol=1e-12)


def test_companions_move_the_output_less_in_larger_batches_and_leave_the_network_alone():
    net = study.deep_network(2, "sigmoid", BatchNorm, seed=0)
    before = net.layers[1].running_mean.copy()
    small, large = study.companions(net, 3, [4, 64], 60, np.random.default_rng(0))
    assert small == pytest.approx(4 * large, rel=0.25)  # one over the root of the size
    np.testing.assert_array_equal(net.layers[1].running_mean, before)


def test_losses_and_accuracies_are_of_one_run():
    losses = study.step_losses(BatchNorm, 1.0, epochs=2, seeds=[0])
    assert losses.shape == (1, 40)
    found = study.evaluated(BatchNorm, 1.0, epochs=2, seeds=[0])
    assert found.shape == (1, 2)
    assert found[0, 1] > found[0, 0]


def test_the_run_of_a_layer_takes_steps_of_sgd_and_notes_each():
    rng = np.random.default_rng(0)
    inputs, g = rng.normal(2.0, 3.0, (2, 5, 6, 3))
    layer = BatchNorm(3, momentum=0.3)
    found = norm_layer.layer_run(layer, inputs, g, lr=0.1)
    np.testing.assert_allclose(layer.beta, -0.1 * np.sum(found["gradient of beta"], axis=0))
    np.testing.assert_allclose(layer.gamma, 1 - 0.1 * np.sum(found["gradient of gamma"], axis=0))
    np.testing.assert_allclose(found["running mean"][0], 0.3 * inputs[0].mean(axis=0))
    assert list(found) == [*norm_layer.NOTED, "output in evaluation"]
    moved = found | {"output": np.array(found["output"]) + 2}
    assert norm_layer.differences(found, moved)["output"] == pytest.approx(2)


# --- runs on the digits -----------------------------------------------------------------------------


def test_checks_are_dense_and_the_curve_is_part_of_them():
    assert digits.CHECKS[0] == 1
    assert digits.CHECKS[-1] == digits.LIMIT
    assert (np.diff(digits.CHECKS)[:-1] <= np.maximum(3, 0.08 * digits.CHECKS[:-2])).all()
    assert set(digits.CURVE) <= set(digits.CHECKS)
    assert digits.CURVE[-1] <= digits.DRAWN


def test_training_ends_when_the_loss_diverges():
    looks = np.sum(digits.CHECKS <= 30)
    assert len(digits.train("8 ReLU", False, 1e30, 0, steps=30)) < looks
    assert len(digits.train("8 ReLU", False, 0.01, 0, steps=30)) == looks


def test_usable_is_about_medians():
    steps = [[90, 90, math.inf], [50, 60, 70], [20, 30, math.inf], [math.inf] * 3]
    assert results.usable(steps, rates=[1, 2, 3, 4]) == (2, 3)
    assert results.usable([[math.inf]], rates=[1]) is None


def test_measure_reports_other_seeds_at_the_best_rate_and_gives_up_hopeless_ones(monkeypatch):
    asked = []

    def train(name, norm, lr, seed):
        asked.append((lr, seed))
        return np.where((10 if lr == 0.02 else 20) <= digits.CHECKS, 0.95, 0.1)[:40 if lr < 0.5 else 5]

    monkeypatch.setattr(digits, "train", train)
    monkeypatch.setattr(digits, "long_run", lambda *task: (0.25, 0.9))
    found = digits.measure("8 tanh", True, jobs=1)
    assert found["rate"] == 0.02
    assert found["reported"].tolist() == [10] * len(digits.REPORTED)
    assert found["long"].shape == (len(digits.REPORTED), 2)
    assert {lr for lr, seed in asked if seed in digits.TUNING} == {lr for lr in digits.RATES if lr <= 1}
    assert np.isinf(found["steps"][digits.RATES.index(0.5):]).all()
    assert np.isnan(found["curves"][-1]).all()
    assert not set(digits.TUNING) & set(digits.REPORTED)


def test_stored_result_is_that_of_the_settings():
    found = results.stored()
    assert list(found) == list(digits.NETWORKS)
    for name, ways in found.items():
        assert list(ways) == list(digits.WAYS)
        for runs in ways.values():
            assert runs["steps"].shape == (len(digits.RATES), len(digits.TUNING))
            assert runs["curves"].shape == (len(digits.RATES), len(digits.CURVE))
            medians = np.median(runs["steps"], axis=1)
            if runs["rate"] is None:
                assert np.isinf(medians).all()
                continue
            assert runs["rate"] == digits.RATES[medians.argmin()]
            assert digits.RATES[0] < runs["rate"] < digits.RATES[-1]
            assert runs["reported"].shape == (len(digits.REPORTED),)
            assert ("long" in runs) == (name in digits.LONG)


@pytest.mark.parametrize(("name", "norm", "lr"), [("3 sigmoid", True, 1.0), ("8 ReLU", False, 0.05)])
def test_the_beginning_of_stored_runs_is_found_again(name, norm, lr):
    found = results.stored()[name]["with" if norm else "without"]
    row, steps = digits.RATES.index(lr), 40
    shown = steps >= digits.CURVE
    at = np.isin(digits.CHECKS[steps >= digits.CHECKS], digits.CURVE)
    runs = [digits.train(name, norm, lr, seed, steps=steps)[at] for seed in digits.TUNING]
    # float32, another order of sums: single images of the 300 may fall on the other side
    np.testing.assert_allclose(np.median(runs, axis=0), found["curves"][row, shown], atol=0.05)


def test_sum_of_the_stored_file():
    lines = digits.FILE.with_name("SHA256SUMS").read_text().splitlines()
    sums = dict(line.split()[::-1] for line in lines)
    assert sums[digits.FILE.name] == hashlib.sha256(digits.FILE.read_bytes()).hexdigest()


def test_main_writes_what_stored_reads(monkeypatch, tmp_path):
    runs = {"steps": np.full((13, 3), np.inf), "curves": np.full((13, 33), np.nan), "rate": None,
            "reported": np.array([])}
    monkeypatch.setattr(digits, "measure", lambda name, norm: runs | ({"rate": 1.0} if norm else {}))
    (tmp_path / "SHA256SUMS").write_text("abc  other.gz\nold  found.json\n")
    digits.main(tmp_path / "found.json")
    found = results.stored(tmp_path / "found.json")
    assert found["8 tanh"]["with"]["rate"] == 1.0
    assert found["8 tanh"]["without"]["rate"] is None
    np.testing.assert_array_equal(found["20 ReLU"]["with"]["steps"], runs["steps"])
    other, own = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert other == "abc  other.gz"
    assert own.split()[0] == hashlib.sha256((tmp_path / "found.json").read_bytes()).hexdigest()


def test_summary_says_never():
    ways = {"without": {"steps": np.full((13, 3), np.inf), "rate": None, "reported": np.array([])},
            "with": {"steps": np.full((13, 3), 30.0), "rate": 0.1, "reported": np.array([30.0, 40.0])}}
    assert results.summary({"a": ways}) == [
        ["a", "never", "0.1", "never", "35", "never", "never", "never", "none", "0.005 to 50"]]
    assert np.isinf(results.ratios({"a": ways})["a"]).all()
    assert results.at_rate({"a": ways}, "a", 0.1) == (math.inf, 30.0)
