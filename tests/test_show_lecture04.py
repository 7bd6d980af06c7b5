"""The figures and the widget of lecture 04: they show what they are given and say what is true."""

import time

import numpy as np
import pytest

from course_lib import show
from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.show import lecture04 as pictures
from course_lib.show import stochastic as widget
from course_lib.show.display import check_alt
from course_lib.studies import noisy_descent
from course_lib.studies import stochastic as study
from course_lib.studies.minibatch_fits import Pass

STEPS = np.arange(1, 11)
FALLING = 1 / STEPS
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("drawn", [
    lambda: pictures.three_ways(np.eye(4, 2), np.arange(4.0), {"a": [[-1.0, 2.0], [0.0, 1.0]]}),
    lambda: pictures.passes_and_seconds(
        {"1": (0.1, [Pass(FALLING[:4], STEPS[:4])] * 2), "all": (0.2, [Pass(FALLING, STEPS * 0.1)] * 3)}),
    lambda: pictures.noise_and_batch([1, 2], {"without": (np.array([2, 1e-30]), np.array([2, 0.0]))}),
    lambda: pictures.orders({"sorted": FALLING, "shuffled": FALLING / 2}, 0.1),
    lambda: pictures.noise_balls({"rate 1": FALLING}, {"rate 1": 0.1}),
    lambda: pictures.clouds(*noisy_descent.planned([2.0, 4.0], [-5.0, -2.5], 5, rng=RNG)),
    lambda: pictures.schedules({"constant": FALLING}, {"constant": (STEPS, FALLING)}),
    lambda: pictures.cures({"constant": (STEPS, FALLING)}, (STEPS, FALLING)),
    lambda: pictures.inverse_rates({"curvature 1": FALLING}),
    lambda: pictures.fits({"a": np.ones((3, 4)), "b": np.full((3, 4), 0.1)}),
    lambda: pictures.plateaus({"last point": FALLING}),
    lambda: pictures.streams([3, 10], {"average": np.ones((2, 5))}, features=2),
], ids=lambda drawn: drawn.__code__.co_names[1])
def test_each_figure_is_drawn_and_described(drawn):
    fig, alt = drawn()
    assert check_alt(alt) == alt
    fig.canvas.draw()
    assert all(ax.get_xlabel() for ax in fig.axes)


def test_the_star_of_the_three_ways_is_the_least_squares_solution():
    x, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20.0)
    fig, _ = pictures.three_ways(x, y, {"a": [[0.0, 0.0], [1.0, 1.0]]})
    star = next(line for line in fig.axes[0].lines if line.get_label() == "minimum")
    np.testing.assert_allclose(np.ravel(star.get_data()), np.linalg.solve(x.T @ x, x.T @ y))


def test_noise_that_vanishes_is_left_out_of_a_logarithmic_picture():
    fig, _ = pictures.noise_and_batch([1, 2, 4], {"without": (np.array([2, 1, 0.0]), np.array([2, 1, 0.0]))})
    assert all((line.get_ydata() > 0).all() for line in fig.axes[0].lines)


# the widget

AVERAGE = {"none": None, "tail, from step 50": TailAverage(50), "exponential, 0.9": ExponentialAverage(0.9),
           "exponential, 0.99": ExponentialAverage(0.99)}


@pytest.mark.parametrize("average", widget.AVERAGES)
@pytest.mark.parametrize(("lr", "batch"), [(0.1, 1), (0.3, 16), (0.01, 256)])
def test_the_words_are_the_recursions(lr, batch, average):
    words = show.describe_stochastic(lr, batch, average)
    point = study.moments([2.0, 4.0], [-5.0, -2.5], lr, 400, noise=batch**-0.5).loss[-1]
    assert f"({400 * batch:,} gradients)" in words
    assert f"expected loss of {point:.3g};" in words
    if AVERAGE[average] is not None:
        mean = study.moments([2.0, 4.0], [-5.0, -2.5], lr, 400, noise=batch**-0.5, average=AVERAGE[average])
        assert f"is {mean.loss[-1]:.3g}, " in words
        assert ("times lower" in words) == bool(mean.loss[-1] < point)


def test_the_picture_shows_the_run_and_its_average():
    picture = widget.StochasticPicture()
    picture.update(lr=0.1, batch=4, average="tail, from step 50")
    path = np.transpose(picture.path.get_data())
    mean = np.transpose(picture.mean.get_data())
    assert path.shape == (401, 2)
    np.testing.assert_allclose(mean, [path[51:51 + k].mean(axis=0) for k in range(1, 351)])
    np.testing.assert_allclose(path[1], path[0] - 0.1 * ([2, 4] * path[0] + picture.noise[0] / 2))
    assert picture.averaged.get_xdata()[[0, -1]].tolist() == [4 * 51, 4 * 400]
    picture.update(lr=0.1, batch=4, average="none")
    assert len(picture.mean.get_xdata()) == len(picture.averaged.get_xdata()) == 0


def test_larger_batches_tremble_less_with_the_same_noise():
    picture, spread = widget.StochasticPicture(), []
    for batch in (1, 100):
        picture.update(lr=0.1, batch=batch, average="none")
        spread.append(np.transpose(picture.path.get_data())[100:].std(axis=0))
    np.testing.assert_allclose(spread[0] / spread[1], 10, rtol=1e-6)


def test_explorer_follows_every_control():
    explorer = show.stochastic_explorer()
    for name, value in [("lr", 0.3), ("batch", 20.0), ("average", "exponential, 0.9"), ("average", "none")]:
        before = explorer.image.value
        explorer.controls[name].value = value
        assert explorer.image.value != before
    assert "8,000 gradients" in explorer.note.value


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="average must be one of 'none'"):
        show.draw_stochastic(average="mean")
    with pytest.raises(ValueError, match=r"lr must be a number in \[0.001, 0.48\]"):
        show.draw_stochastic(lr=0.6)


def test_a_redraw_takes_well_under_a_tenth_of_a_second():
    explorer, seconds = show.stochastic_explorer(), []
    explorer.controls["average"].value = "tail, from step 50"
    for batch in range(2, 13):
        start = time.process_time()  # of this process, whatever else the machine does
        explorer.controls["batch"].value = float(batch)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1
