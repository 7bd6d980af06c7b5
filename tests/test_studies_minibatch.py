"""The experiments of lecture 04 on data: exact where they can be, and the same numbers each time."""

import math
from itertools import combinations, product

import numpy as np
import pytest

from course_lib.averaging import TailAverage
from course_lib.datasets import load_digits
from course_lib.studies import minibatch as study
from course_lib.studies import minibatch_fits as fits
from course_lib.studies.momentum_digits import digits_network


def test_example_gradients_have_the_batch_gradient_as_their_mean():
    x, y = (part[:40] for part in load_digits().train)
    net = digits_network(0)
    gradients = study.example_gradients(net, x, y)
    double = net.copy(np.float64)
    double.loss_and_grad(x, y)
    np.testing.assert_allclose(gradients.mean(axis=0), double.parameters.g, rtol=1e-10, atol=1e-14)
    assert not net.parameters.g.any()  # the network given is left alone


@pytest.mark.parametrize(("replace", "choose"), [(False, combinations),
                                                 (True, lambda items, b: product(items, repeat=b))])
def test_predicted_noise_is_the_mean_over_every_possible_batch(replace, choose):
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    sizes = [1, 2, 3, 4]
    squares = [np.mean([np.sum((gradients[list(batch)].mean(axis=0) - gradients.mean(axis=0)) ** 2)
                        for batch in choose(range(6), b)]) for b in sizes]
    np.testing.assert_allclose(study.predicted_noise(gradients, sizes, replace=replace), squares, rtol=1e-12)


@pytest.mark.parametrize("replace", [False, True])
def test_measured_noise_is_the_predicted(replace):
    rng = np.random.default_rng(1)
    gradients = rng.normal(size=(50, 20))
    measured = study.batch_noise(gradients, [1, 7, 40, 50], replace=replace, draws=3000, rng=rng)
    predicted = study.predicted_noise(gradients, [1, 7, 40, 50], replace=replace)
    np.testing.assert_allclose(measured, predicted, rtol=0.04, atol=1e-25)
    assert (measured[-1] < 1e-25) is np.bool_(not replace)


def test_visits_end_where_theory_says():
    rng, lr, n = np.random.default_rng(2), 0.05, 40
    targets = rng.standard_normal(n)
    end = {order: study.visit(targets, lr, 40, order, runs=4000, rng=rng)[-1] - targets.mean()
           for order in study.ORDERS}
    variance = targets.var()
    assert np.mean(end["drawn anew each time"] ** 2) == pytest.approx(lr * variance / (2 - lr), rel=0.08)
    # a shuffled epoch adds lr Σ (1-lr)ʲ c_π(j), a sum over a sample of all n without replacement
    w = (1 - lr) ** np.arange(n)
    added = lr**2 * variance * n / (n - 1) * ((w**2).sum() - w.sum() ** 2 / n)
    shuffled = added / (1 - (1 - lr) ** (2 * n))
    assert np.mean(end["shuffled each epoch"] ** 2) == pytest.approx(shuffled, rel=0.08)
    # a fixed order runs into its own cycle
    cycle = lr * (w[::-1] @ (targets - targets.mean())) / (1 - (1 - lr) ** n)
    np.testing.assert_allclose(end["always as it is"], cycle, rtol=1e-9)


def test_every_epoch_of_a_visit_sees_each_example_once():
    path = study.visit([1.0, 2.0, 4.0], 1.0, 5, "shuffled each epoch", runs=6, rng=np.random.default_rng(0))
    for epoch in range(5):  # with rate 1 the point is the example just seen
        assert (np.sort(path[1 + 3 * epoch:4 + 3 * epoch], axis=0).T == [1.0, 2.0, 4.0]).all()


def test_passes_are_measured_from_the_start_and_repeat():
    runs = [fits.train_passes(64, 0.2, 3, 2) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].loss, runs[1].loss)
    assert runs[0].loss.shape == runs[0].seconds.shape == (3,)
    assert runs[0].loss[0] == digits_network(3).loss_value(*load_digits().train)
    assert (np.diff(runs[0].loss) < 0).all()
    assert (np.diff(runs[0].seconds) > 0).all()
    wild = fits.train_passes(None, 1e30, 3, 40)
    assert len(wild.loss) == len(wild.seconds) == 41
    assert math.isinf(wild.loss[-1])


def test_growing_batches_and_sorted_digits_are_passed_on():
    growing = fits.train_passes(lambda step: 32 * (step + 1), 0.2, 0, 2)
    assert growing.loss[-1] < growing.loss[0]
    shuffled, fixed = (fits.train_passes(32, 0.2, 0, 3, shuffle=shuffle, by_class=True).loss[-1]
                       for shuffle in (True, False))
    assert fixed > 3 * shuffled


def test_best_rate_stops_at_the_edge():
    with pytest.raises(ValueError, match=r"for batches of 64 is 0\.03, the largest .* as 0\.045"):
        fits.best_rate(64, [0.01, 0.03, 0.02], [0], 1)
    with pytest.raises(ValueError, match=r"for batches of all is 0\.5, the smallest .* as 0\.05"):
        fits.best_rate(None, [0.5, 5.0, 50.0], [0], 2)
    settings = {"64": {"batch_size": 64, "rates": [0.05, 0.8, 50.0], "passes": 2}}
    (rate, runs), = fits.compare_sizes(settings, [0], [1, 2]).values()
    assert rate == 0.8
    assert len(runs) == 2


@pytest.mark.parametrize("name", fits.SETTINGS)
def test_the_grids_of_the_lecture_do_not_stop_on_another_seed(name):
    setting = fits.SETTINGS[name]
    fits.best_rate(setting["batch_size"], setting["rates"], [16], setting["passes"])


def test_cures_of_noise_on_real_examples():
    found = fits.noisy_fits(7)
    assert list(found) == list(fits.FITS)
    plain = found.pop("constant rate")
    for losses in found.values():
        assert losses[0] == plain[0]
        assert 0 < losses[-1] < 0.3 * plain[-1]


def test_least_squares_on_a_stream_is_as_good_as_statistics_says():
    at = [50, 400]
    found = study.stream([1.0, 0.5, 2.0], TailAverage(20), lr=0.05, runs=2000, at=at,
                         rng=np.random.default_rng(3))
    # Gaussian inputs: E ½(ŵ-w)ᵀH(ŵ-w) = d / 2(k - d - 1), exactly (the inverse Wishart's mean)
    expected = [3 / (2 * (k - 4)) for k in at]
    np.testing.assert_allclose(found["least squares"].mean(axis=1), expected, rtol=0.06)
    assert found["average"].shape == (2, 2000)
    assert found["average"][1].mean() < found["last point"][1].mean()
    exact = study.stream([1.0, 0.5], TailAverage(), lr=0.05, noise=0.0, runs=3, rng=np.random.default_rng(0),
                         at=[10])
    assert exact["least squares"].max() < 1e-20
