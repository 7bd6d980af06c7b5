"""The figures and the widget of lecture 08."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import show
from course_lib.show import batch_normalization, lecture08
from course_lib.show.display import check_alt
from course_lib.studies import batch_norm_results as results
from course_lib.studies.batch_norm_digits import NETWORKS, RATES


def drawn():
    rng = np.random.default_rng(0)
    curves = {"a": rng.uniform(1, 2, (3, 20)), "b": rng.uniform(1, 2, (3, 20))}
    norms = {lr: np.linspace(5, 6, 10) for lr in (0.1, 1.0)}
    found, ends = results.stored(), {"a": np.ones((2, 3)), "b": np.full((2, 3), 2.0)}
    return [lecture08.units(rng.normal(size=(9, 3)), rng.normal(size=(9, 3))), lecture08.losses(curves),
            lecture08.slip([0.1, 1.0], ends), lecture08.lag(curves, curves),
            lecture08.spread([2, 4], [1.0, 0.7]),
            lecture08.sweep(found), lecture08.sweep(found, list(found)[:2], columns=2),
            lecture08.gains({"a": np.array([2.0, 3.0])}), lecture08.flow({"ReLU": curves, "tanh": curves}),
            lecture08.growth(norms), lecture08.axes_of()]


def test_figures_are_drawn_and_described():
    for fig, alt in drawn():
        check_alt(alt)
        fig.canvas.draw()
        plt.close(fig)


def test_sweep_shows_the_stored_medians():
    found = results.stored()
    fig, _ = lecture08.sweep(found)
    panel = fig.axes[list(found).index("8 ReLU")]
    without, with_norm = (line.get_ydata() for line in panel.lines[:2])
    for shown, way in ((without, "without"), (with_norm, "with")):
        medians = np.median(found["8 ReLU"][way]["steps"], axis=1)
        np.testing.assert_array_equal(shown, np.where(np.isfinite(medians), medians, np.nan))


# --- the widget -------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", NETWORKS)
def test_description_is_that_of_the_stored_runs(network):
    text = show.describe_batch_norm(network, lr=0.02)
    for steps in results.at_rate(results.stored(), network, 0.02):
        assert (f"{steps:.0f} steps" if np.isfinite(steps) else "never (in 2,000 steps)") in text


def test_the_nearest_stored_rate_is_shown():
    assert [RATES[batch_normalization.nearest(lr)] for lr in (0.001, 0.03, 0.04, 7.0, 100)] == [
        0.005, 0.02, 0.05, 5.0, 50.0]
    assert "learning rate 0.05" in show.describe_batch_norm(lr=0.06)


def test_picture_marks_the_rate():
    picture = batch_normalization.NormPicture()
    picture.update(network="8 ReLU", lr=0.05)
    without, _ = results.at_rate(results.stored(), "8 ReLU", 0.05)
    assert picture.marks["without"].get_data() == ([0.05], [without])
    np.testing.assert_array_equal(picture.curves["with"].get_ydata(),
                                  results.stored()["8 ReLU"]["with"]["curves"][RATES.index(0.05)])


def test_widget_redraws_when_a_value_is_typed():
    widget = show.batch_norm_explorer()
    before = widget.image.value
    widget.controls["lr"].value = 0.1
    assert widget.image.value != before
    assert "3 sigmoid, learning rate 0.1" in widget.note.value
    widget.controls["network"].value = "8 sigmoid"
    assert "8 sigmoid" in widget.note.value
