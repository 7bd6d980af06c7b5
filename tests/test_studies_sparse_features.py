"""Sparse features against one run at a time and against sampling; conclusions of the lecture."""

import numpy as np
import pytest

from course_lib.optimizers import SGD, AdaGrad, RMSProp
from course_lib.studies import sparse_features as study


def test_frequencies_are_zipfs():
    assert np.allclose(study.frequencies(5), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])


@pytest.mark.parametrize("make", [SGD, AdaGrad, RMSProp])
def test_many_runs_are_single_runs(make):
    """The same examples, one optimizer stepping one weight vector."""
    features, steps, seed, lr, decay, noise = 6, 40, 3, 0.07, 0.02, 0.3
    rng = np.random.default_rng([10, seed])
    true = rng.standard_normal(features)
    x = (rng.random((study.CHUNK, features)) < study.frequencies(features)) * 1.0
    y = x @ true + noise * rng.standard_normal(study.CHUNK)
    w, opt = np.zeros(features), make(lr=lambda t: lr / (1 + decay * t))
    for t in range(steps):
        opt.step(w, (w @ x[t] - y[t]) * x[t])
    many = study.learn(make(), [0.01, lr], [1, seed], noise=noise, steps=steps, features=features,
                       decays=[0.0, decay])
    assert many.shape == (2, 2, features)
    assert np.allclose(many[1, 1], w - true, rtol=1e-10)


def test_risk_is_the_expected_squared_prediction():
    rng = np.random.default_rng(0)
    errors = rng.standard_normal(20)
    x = (rng.random((200_000, 20)) < study.frequencies(20)) * 1.0
    squares = (x @ errors) ** 2
    assert abs(squares.mean() - study.risk(errors)) < 5 * squares.std() / np.sqrt(len(x))


def test_rare_is_the_rarer_half():
    errors = np.arange(6.0)
    assert study.rare(errors) == pytest.approx((9 + 16 + 25) / 3)


def test_a_rate_too_large_diverges_quietly():
    assert not np.isfinite(study.learn(SGD(), [50.0], [0], noise=1.0, steps=400)).all()


def test_a_single_decay_serves_all_rates():
    one = study.learn(SGD(), [0.1, 0.2], [0], noise=0.1, steps=20, decays=0.01)
    two = study.learn(SGD(), [0.1, 0.2], [0], noise=0.1, steps=20, decays=[0.01, 0.01])
    assert np.array_equal(one, two)


def test_adagrad_beats_sgd_when_the_noise_is_large():
    tuned = study.compare(1.0, ["SGD", "AdaGrad"], steps=1500)
    assert np.median(tuned["SGD"].risk / tuned["AdaGrad"].risk) > 1.2
    for name, result in tuned.items():
        assert result.risk.shape == result.rare.shape == (len(study.TEST),)
        assert len(result.curve) == len(study.METHODS[name][1])


@pytest.mark.parametrize("methods", [["SGD", "SGD, tuned decay", "AdaGrad"], ["SGD, tuned decay"],
                                     ["ρ = 0.999, tuned decay", "RMSProp, ρ = 0.999"]])
def test_compare_is_learn_at_each_methods_best_rate(methods):
    """Methods run side by side, at many rates or at one, are runs of `learn`."""
    for name, tuned in study.compare(1.0, methods, steps=300).items():
        opt, lrs, decays = study.METHODS[name]
        tried = {(lr, decay): study.learn(opt, [lr], study.TUNING, noise=1.0, steps=300, decays=[decay])[0]
                 for lr in lrs for decay in decays}
        medians = {pair: np.nan_to_num(np.median(study.risk(errors)), nan=np.inf)
                   for pair, errors in tried.items()}
        assert (tuned.lr, tuned.decay) == min(medians, key=medians.get)
        curve = [min(medians[lr, decay] for decay in decays) for lr in lrs]
        assert np.allclose(tuned.curve, curve, rtol=1e-9)
        errors = study.learn(opt, [tuned.lr], study.TEST, noise=1.0, steps=300, decays=[tuned.decay])[0]
        assert np.allclose(tuned.risk, study.risk(errors), rtol=1e-9)
        assert np.allclose(tuned.rare, study.rare(errors), rtol=1e-9)


def test_tuning_and_test_seeds_are_apart():
    assert not set(study.TUNING) & set(study.TEST)
