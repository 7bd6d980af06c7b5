"""The figures of lecture 16 and its widget: drawn for any input, and what they say is true."""

import re
import time
from itertools import product

import numpy as np
import pytest

from course_lib import schedules, show
from course_lib.range_test import RangeTest
from course_lib.show import designer
from course_lib.show import lecture16 as pictures
from course_lib.show.display import check_alt
from course_lib.studies.lr_schedules import CURVATURES, START
from course_lib.studies.ranking import Comparison, Runs
from course_lib.studies.stochastic import simulate


def comparison():
    runs = {name: Runs(np.array([0.1, 0.2]), np.ones((2, 1)), np.ones((2, 1, 3)), 0.1, np.array(scores),
                       np.ones((3, 3))) for name, scores in (("a", [1.0, 2.0, 3.0]), ("b", [0.1, 0.2, 0.3]))}
    return Comparison(np.arange(3), runs)


def test_every_figure_is_drawn_with_its_description():
    falling = np.geomspace(1, 0.1, 20)
    found = RangeTest(falling[::-1], falling, falling, 0.1, False)
    two = {"a": np.ones((3, 4)), "b": np.full((3, 4), np.inf)}
    for fig, alt in [
        pictures.best_of_each({"a": falling, "b": 2 * falling}),
        pictures.gallery({str(k): schedules.constant(k) for k in range(7)}, 20),
        pictures.slips(falling, falling, falling, 1 - falling),
        pictures.trained({"one": comparison(), "two": comparison()}),
        pictures.range_tests({"one": [found, found]}, {"one": 0.3}),
        pictures.momentum_cycle(falling, 1 - falling),
        pictures.snapshots(falling, 5, {"a": falling, "b": 1 - falling}),
        pictures.warm_ups({"a": falling}, {"Adam": two, "SGD": two},
                          {"Adam": [0.1, 1.0, 2.0], "SGD": [1.0, 2.0, 3.0]}),
        pictures.plateaus({"a": (falling, falling)}),
    ]:
        check_alt(alt)
        fig.canvas.draw()


def test_trained_schedules_stand_with_the_best_at_the_top():
    fig, alt = pictures.trained({"one": comparison()})
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["a (0.1)", "b (0.1)"]
    assert "b, a" in alt  # the best first
    assert fig.axes[0].lines[-1].get_xdata() == pytest.approx([0.2])  # the diamond of the upper row


# the widget

def test_schedule_designer_follows_every_control():
    widget = show.schedule_designer()
    for name, value in [("lr", 0.2), ("warm", 0.25), ("noise", 2.0), ("shape", "step")]:
        before = widget.image.value
        widget.controls[name].value = value
        assert widget.image.value != before, name


def test_every_corner_of_the_controls_can_be_drawn():
    drawing = designer.DesignerPicture()
    for shape, lr, warm, noise in product(designer.SHAPES, [0.001, designer.MOST], [0.0, designer.WARM],
                                          [0.1, 3.0]):
        assert drawing.update(shape=shape, lr=lr, warm=warm, noise=noise)
    drawing.png()


@pytest.mark.parametrize(("shape", "lr", "warm"), [("cosine", 0.03, 0.0), ("step", 0.1, 0.2)])
def test_what_the_note_says_is_what_runs_do(shape, lr, warm):
    """Expected losses again, from 20,000 simulated runs of the optimizer."""
    text = show.describe_schedule(shape, lr, warm)
    told, best, theirs = (float(n) for n in re.search(
        r"expected loss is (\S+)\. The best constant rate, ([^,]+), gives (\S+?):", text).groups())
    from course_lib.optimizers import SGD
    for rate, loss in ((designer.designed(shape, lr, warm), told), (best, theirs)):
        ends = simulate(SGD(lr=rate), START, 200, curvatures=CURVATURES, runs=20_000, at=[200],
                        rng=np.random.default_rng(0)).x[0]
        assert (ends**2 @ CURVATURES / 2).mean() == pytest.approx(loss, rel=0.06)


def test_the_best_constant_rate_is_not_beaten_by_itself():
    best = float(re.search(r"rate, (\S+), gives", show.describe_schedule()).group(1))
    assert show.describe_schedule("constant", lr=best).endswith("the same.")


def test_a_redraw_takes_well_under_a_tenth_of_a_second():
    widget, seconds = show.schedule_designer(), []
    for value in np.linspace(0.01, 0.4, 11):
        start = time.process_time()
        widget.controls["lr"].value = float(value)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1


def test_the_designer_rejects_bad_values():
    with pytest.raises(ValueError, match="shape must be one of"):
        show.draw_schedule("zigzag")
    with pytest.raises(ValueError, match=r"lr must be a number in \[0.001, 0.48\], got 0.5"):
        show.describe_schedule(lr=0.5)
    with pytest.raises(ValueError, match="warm must be"):
        show.draw_schedule(warm=0.9)
    with pytest.raises(ValueError, match="noise must be"):
        show.describe_schedule(noise=0)
