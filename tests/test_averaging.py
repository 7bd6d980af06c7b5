"""Averages of the points: means by definition, and with any optimizer."""

import numpy as np
import pytest

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.functions import RAVINE
from course_lib.layers import Dense
from course_lib.losses import MSE
from course_lib.minimize import minimize
from course_lib.network import Network
from course_lib.optimizers import OPTIMIZERS, SGD, Adam
from course_lib.training import fit

POINTS = np.random.default_rng(0).normal(size=(40, 3))


@pytest.mark.parametrize("start", [0, 1, 25, 39])
def test_tail_average_is_the_mean_of_the_tail(start):
    average = TailAverage(start)
    for point in POINTS:
        average.update(point)
    np.testing.assert_allclose(average.x, POINTS[start:].mean(axis=0), rtol=1e-13)
    assert average.count == 40 - start


def test_before_the_first_counted_point_there_is_none():
    average = TailAverage(start=2)
    average.update(POINTS[0])
    assert average.x is None
    assert average.count == 0
    assert ExponentialAverage(0.9).x is None


@pytest.mark.parametrize("corrected", [True, False])
def test_exponential_average_is_the_weighted_sum(corrected):
    beta = 0.8
    average = ExponentialAverage(beta, bias_correction=corrected)
    for point in POINTS:
        average.update(point)
    weights = (1 - beta) * beta ** np.arange(39, -1, -1)
    if corrected:
        weights /= weights.sum()
    np.testing.assert_allclose(average.x, weights @ POINTS, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_any_optimizer_keeps_its_averages(name):
    tail, ema = TailAverage(start=5), ExponentialAverage(0.5)
    opt = OPTIMIZERS[name](lr=1e-3, averages=[tail, ema])
    trace = minimize(RAVINE, RAVINE.start, opt, 20)
    np.testing.assert_allclose(tail.x, trace.x[6:].mean(axis=0), rtol=1e-13)
    assert (tail.count, ema.count) == (15, 20)
    opt.reset()
    assert tail.x is None
    assert ema.x is None


def test_the_point_is_copied():
    average, x = TailAverage(), np.array([1.0])
    opt = SGD(lr=1.0, averages=average)
    opt.step(x, np.array([0.5]))
    kept = average.x.copy()
    x[:] = 100
    np.testing.assert_array_equal(average.x, kept)


def test_in_fit_it_averages_the_weights():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 2)).astype(np.float32)
    net = Network([Dense(2, 1)], loss=MSE(), rng=rng)
    average, seen = TailAverage(), []
    fit(net, Adam(lr=0.01, averages=[average]), x, x[:, :1], epochs=4, batch_size=None, rng=rng,
        callbacks=[lambda net, opt, history: seen.append(net.parameters.x.copy())], progress=False)
    assert average.x.dtype == np.float32
    np.testing.assert_allclose(average.x, np.mean(seen, axis=0), rtol=1e-6)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: TailAverage(start=-1), "start must be a whole number of at least 0, got -1"),
    (lambda: TailAverage(start=1.5), "start must be a whole number of at least 0, got 1.5"),
    (lambda: ExponentialAverage(beta=1), r"beta must be a number in \[0, 1\), got 1"),
    (lambda: ExponentialAverage(0.9, bias_correction=1), "bias_correction must be True or False, got 1"),
    (lambda: SGD(averages=[0.9]), r"averages must be a list of averages such as TailAverage\(\), got 0.9"),
])
def test_bad_arguments_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_a_new_shape_needs_a_reset():
    for average in (TailAverage(), ExponentialAverage(0.5)):
        average.update(np.zeros(3))
        with pytest.raises(ValueError, match=r"the shape of the points before, \(3,\), got \(2,\)"):
            average.update(np.zeros(2))
        average.reset()
        average.update(np.zeros(2))


@pytest.mark.parametrize("make", [TailAverage, lambda: ExponentialAverage(0.5),
                                  lambda: ExponentialAverage(0.5, bias_correction=False)])
def test_an_average_that_was_read_is_not_changed_by_the_next_point(make):
    average = make()
    average.update(POINTS[0])
    first = average.x
    kept = first.copy()
    average.update(POINTS[1])
    np.testing.assert_array_equal(first, kept)
    now = average.x.copy()
    average.x[:] = 7  # nor is what it keeps by what is done to it
    np.testing.assert_array_equal(average.x, now)


def test_points_left_out_must_have_the_shape_too():
    average = TailAverage(2)
    average.update(np.ones(3))
    with pytest.raises(ValueError, match=r"shape of the points before, \(3,\), got \(2,\)"):
        average.update(np.ones(2))
    average.reset()
    average.update(np.ones(2))
