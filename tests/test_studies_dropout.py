"""The experiments of lecture 19 against enumeration, random masks, ridge regression, stored runs."""

import numpy as np
import pytest

from course_lib.datasets import Split, load_digits, regression
from course_lib.layers import AlphaDropout, Dense, Dropout, Identity
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.penalties import ridge
from course_lib.studies import dropout as study
from course_lib.studies import dropout_digits, dropout_runs
from course_lib.studies import subnetworks as sub

RNG = np.random.default_rng(0)


def test_mean_loss_of_random_masks_is_what_the_formula_says():
    x, y, w = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 1)), RNG.normal(size=(3, 1))
    masks = (RNG.random((200_000, 8, 3)) >= 0.3) / 0.7
    drawn = (((y - (x * masks) @ w) ** 2).sum(axis=(1, 2))).mean()
    formula = ((y - x @ w) ** 2).sum() + study.penalty(x, w, 0.3)
    assert drawn == pytest.approx(formula, rel=0.01)
    assert study.averaged_loss(x, y, w, 0.3) == pytest.approx(formula, rel=1e-12)


def test_best_weights_are_ridge_regression_on_features_of_unit_size():
    x, y, p = RNG.normal(size=(30, 4)) * [0.1, 1, 5, 20], RNG.normal(size=(30, 1)), 0.35
    size = np.sqrt((x**2).sum(axis=0))
    scaled = ridge(x / size, y, 2 * p / (1 - p))  # the penalty there is alpha/2
    np.testing.assert_allclose(study.best_weights(x, y, p)[:, 0], scaled[:, 0] / size, rtol=1e-9)
    np.testing.assert_allclose(study.best_weights(x, y, 0.0), np.linalg.lstsq(x, y, rcond=None)[0], rtol=1e-9)


def test_uncorrelated_weights_shrink_by_one_minus_p():
    data = regression(40, 3, noise=0.0, rng=np.random.default_rng(1))
    x = data.x * [0.01, 1, 100]
    np.testing.assert_allclose(study.best_weights(x, data.y, 0.7), 0.3 * study.best_weights(x, data.y, 0.0))


def test_training_with_dropout_comes_to_the_closed_form_and_not_to_least_squares():
    data = regression(60, 3, noise=0.5, condition=5.0, rng=np.random.default_rng(1))
    found = study.trained_weights(data.x, data.y, 0.5, lr=0.02, epochs=2000, rng=np.random.default_rng(0))
    exact, plain = study.best_weights(data.x, data.y, 0.5), study.best_weights(data.x, data.y, 0.0)
    assert np.linalg.norm(found - exact) < 0.06 * np.linalg.norm(exact)
    assert np.linalg.norm(plain - exact) > 0.3 * np.linalg.norm(exact)


def test_alpha_dropout_keeps_the_moments_and_dropout_does_not():
    rng = np.random.default_rng(0)
    alpha = study.selu_moments(AlphaDropout, 0.2, depth=6, width=300, batch=300, rng=rng)
    plain = study.selu_moments(Dropout, 0.2, depth=6, width=300, batch=300, rng=rng)
    assert np.abs(alpha - [0, 1]).max() < 0.03
    assert plain[0, 1] == pytest.approx(1 / np.sqrt(0.8), abs=0.02)  # a unit variance over 1 - p
    assert plain[-1, 1] > 1.3


# --- sub-networks -----------------------------------------------------------------------------------


def test_masks_are_all_there_once_and_their_chances_add_up():
    masks = sub.all_masks(5)
    assert len(np.unique(masks, axis=0)) == 32
    assert sub.chance(masks, 0.3).sum() == pytest.approx(1)
    assert sub.chance(masks, 0.3) @ masks == pytest.approx(np.full(5, 0.7))


def test_each_sub_network_is_the_layers_own_output_with_this_mask():
    net, x = sub.small_network((3, 2), 0.4, 0, epochs=0).copy(np.float64), RNG.normal(size=(4, 64))
    chances, outputs = sub.ensemble(net, x)
    for mask, chance, out in zip(sub.all_masks(5), chances, outputs, strict=True):
        first, second = mask[:3] / 0.6, mask[3:] / 0.6
        hidden = np.maximum(x @ net.parameters["0.weight"] + net.parameters["0.bias"], 0) * first
        hidden = np.maximum(hidden @ net.parameters["3.weight"] + net.parameters["3.bias"], 0) * second
        np.testing.assert_allclose(out, hidden @ net.parameters["6.weight"] + net.parameters["6.bias"])
        assert chance == pytest.approx(0.6 ** mask.sum() * 0.4 ** (5 - mask.sum()))


def test_the_mean_is_the_scaled_pass_where_theory_says_so():
    x = RNG.normal(size=(5, 64))
    linear = sub.small_network((4, 4), 0.3, 1, activation=Identity, epochs=0).copy(np.float64)
    one = sub.small_network((8,), 0.3, 1, epochs=0).copy(np.float64)
    for net in (linear, one):
        np.testing.assert_allclose(sub.arithmetic_mean(*sub.ensemble(net, x)), net.predict(x), atol=1e-12)
    chances, logits = sub.ensemble(one, x)
    geometric = sub.geometric_mean(chances, logits)
    product = np.prod(sub.softmax(logits) ** chances[:, None, None], axis=0)
    np.testing.assert_allclose(geometric, product / product.sum(axis=1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(geometric, sub.softmax(one.predict(x)), atol=1e-12)
    deep = sub.small_network((4, 4), 0.3, 1, epochs=0).copy(np.float64)
    assert np.abs(sub.arithmetic_mean(*sub.ensemble(deep, x)) - deep.predict(x)).max() > 1e-3


def test_random_passes_tend_to_the_enumerated_mean_and_leave_the_network_alone():
    net, x = sub.small_network((4, 3), 0.3, 0, epochs=0), RNG.normal(size=(3, 64))
    before = net.layers[2].rng.bit_generator.state
    drawn = sub.monte_carlo(net, x, 4000, rng=np.random.default_rng(1))
    assert net.layers[2].rng.bit_generator.state == before
    error = np.abs(drawn.mean(axis=0) - sub.arithmetic_mean(*sub.ensemble(net, x)))
    assert (error < 5 * drawn.std(axis=0) / np.sqrt(4000) + 1e-6).all()


def test_compare_averages():
    few = Split(*(part[:50] for part in load_digits().test))
    found = sub.compare_averages(sub.small_network((5,), 0.3, 0, epochs=2), few)
    assert found.geometric < 1e-6 < found.arithmetic < 1
    assert found.accuracy["geometric mean of all"] == found.accuracy["scaled pass"]
    assert found.accuracy["a sub-network alone"] == pytest.approx(found.chances @ found.each)


def test_too_many_units_are_refused():
    net = Network([Dense(2, 17), Dropout(0.5), Dense(17, 1)], loss=MSE(), rng=RNG)
    with pytest.raises(ValueError, match="at most 16 units together, got 17"):
        sub.ensemble(net, np.ones((1, 2)))


# --- stored runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "hidden", "seed"), [
    ("given rates, to keep", 2, 3), ("given rates, to keep", 3, 0)])
def test_stored_runs_on_the_step_begin_as_they_do_here(name, hidden, seed):
    kept = dropout_runs.stored()[name, hidden]
    again = dropout_runs.run(name, hidden, seeds=[seed], epochs=1000)
    assert again["rates"] == kept["rates"].tolist()
    np.testing.assert_allclose(again["error"][0][0], kept["error"][seed, 0], rtol=1e-3)
    # After 1,000 epochs of float32 only what the run is about is the same on all machines.
    np.testing.assert_allclose(again["error"][0][1], kept["error"][seed, 1], rtol=0.1)


def test_stored_runs_have_what_was_asked_for():
    runs = dropout_runs.stored()
    assert list(runs) == [(name, hidden) for name, (*both, _, _) in dropout_runs.SETTINGS.items()
                          for hidden, rates in zip((2, 3), both, strict=True) if rates]
    for (name, hidden), run in runs.items():
        *rates, epochs, _ = dropout_runs.SETTINGS[name]
        assert run["rates"].tolist() == rates[hidden - 2]
        assert run["epochs"].tolist() == list(range(0, epochs + 1, dropout_runs.EVERY))
        assert run["error"].shape == run["loss"].shape == (len(dropout_runs.SEEDS), len(run["epochs"]))


def test_a_setting_with_another_learning_rate_uses_it():
    found = [dropout_runs.run(name, 2, seeds=[0], epochs=5) for name in ("none", "none, lr 0.003")]
    assert found[0]["error"][0][0] == found[1]["error"][0][0]
    assert found[0]["error"][0][1] != found[1]["error"][0][1]
    with pytest.raises(ValueError, match=r"hidden must be 2 for 'none, lr 0\.003', got 3"):
        dropout_runs.run("none, lr 0.003", 3)


def test_stored_digits_begin_as_they_do_here():
    runs = dropout_digits.stored()
    kept = runs["100 images", 16, "dropout"]
    again = dropout_digits.train("100 images", 16, "dropout", kept["strength"], kept["lr"],
                                 kept["seeds"][0])["test_accuracy"]
    assert len(again) == kept["test_accuracy"].shape[1]
    np.testing.assert_allclose(again[:5], kept["test_accuracy"][0, :5], atol=0.01)
    np.testing.assert_allclose(again[-1], kept["test_accuracy"][0, -1], atol=0.03)


def test_stored_digits_chose_the_best_of_the_grid():
    for (_, width, method), run in dropout_digits.stored().items():
        strengths = {strength for strength, _, _ in run["tuning"]}
        assert strengths == set(dropout_digits.METHODS[width][method])
        best = max(run["tuning"], key=lambda row: row[2])
        assert (run["strength"], run["lr"]) == tuple(best[:2])


def test_random_labels():
    x, y = dropout_digits.training_data("40 % random labels", np.random.default_rng(1))
    true = {image.tobytes(): label for image, label in zip(*load_digits().train, strict=True)}
    wrong = np.mean([true[image.tobytes()] != label for image, label in zip(x, y, strict=True)])
    assert len(x) == 1197
    assert wrong == pytest.approx(0.36, abs=0.04)  # one random label in ten is right
