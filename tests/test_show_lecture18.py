"""The figures and the widget of lecture 18 show what they are given, and say what is true."""

import time
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import show
from course_lib.penalties import ridge
from course_lib.show import lecture18 as pictures
from course_lib.show import penalty_path as widget18
from course_lib.show.display import check_alt
from course_lib.studies.penalties import KINDS, SPARSE, lasso


def test_figures_are_drawn_and_described():
    alphas, curve = np.geomspace(0.1, 10, 20), np.linspace(1, 0.5, 20)
    way, seeds = np.stack([curve, curve], axis=1), np.full((3, 4), 0.1)
    for fig, alt in [
        pictures.shrinkage((np.eye(2), np.ones(2)), alphas, {"L2": way, "L1": way}, [1.0, 2.0]),
        pictures.prior({"a": (alphas, curve), "b": (alphas, 2 * curve)}, {"a": 1.0, "b": 2.0}),
        pictures.one_weight({"a": curve, "b": -curve}),
        pictures.coefficient_paths(alphas, {"ridge": curve[:, None] * SPARSE}, SPARSE),
        pictures.rest([0.0, 1.0], {"a": [0.1, 0.2]}, alphas, {"b": curve}),
        pictures.fits({"2 layers": {"none": (alphas, curve)}}, alphas, curve),
        pictures.errors({"2 layers": {"none": seeds}}, np.arange(4)),
        pictures.strengths({"L2": (alphas[:3], seeds)}, seeds[0]),
    ]:
        check_alt(alt)
        fig.canvas.draw()


def test_errors_leave_out_the_start_and_draw_the_median():
    values = np.array([[9.0, 1.0, 2.0], [9.0, 3.0, 4.0], [9.0, 2.0, 9.0]])
    fig, _ = pictures.errors({"2 layers": {"none": values}}, np.array([0, 1000, 2000]))
    line = fig.axes[0].lines[0]
    assert line.get_xdata().tolist() == [1000, 2000]
    assert line.get_ydata().tolist() == [2.0, 4.0]


def test_path_lines_name_what_matters():
    fig, ax = plt.subplots()
    lines = pictures.path_lines(ax, np.array([1.0, 10.0]), np.ones((2, 1)) * SPARSE, SPARSE)
    assert len(lines) == 8
    assert [line.get_linestyle() for line in lines] == ["-" if weight else "--" for weight in SPARSE]
    assert len(ax.get_legend().get_texts()) == 4
    fig.canvas.draw()


# the widget

def test_explorer_follows_every_control():
    widget = show.path_explorer()
    for name, value in [("alpha", 10.0), ("penalty", "ridge"), ("penalty", "elastic net"), ("alpha", 1000.0)]:
        before = widget.image.value, widget.note.value
        widget.controls[name].value = value
        assert widget.image.value != before[0]
        assert widget.note.value != before[1]


def test_weights_are_those_of_ridge_and_lasso():
    x, y = widget18.DATA.x, widget18.DATA.y
    np.testing.assert_allclose(widget18.weights_at("ridge", 20.0), ridge(x, y, 20.0), rtol=1e-9)
    np.testing.assert_allclose(widget18.weights_at("lasso", 75.0), lasso(x, y, 75.0), atol=1e-9)


def test_the_words_count_the_zeros():
    assert "0 of 8 weights are exactly zero" in show.describe_path("ridge", 100.0)
    assert "5 of 8 weights are exactly zero, 5 of them truly" in show.describe_path("lasso", 75.0)
    assert "8 of 8 weights are exactly zero, 5 of them truly" in show.describe_path("lasso", 10_000.0)
    error = np.mean((widget18.DATA.x @ widget18.weights_at("lasso", 75.0) - widget18.DATA.y) ** 2)
    assert f"{error:.1f} on the 40 training examples" in show.describe_path("lasso", 75.0)


def test_the_picture_shows_the_weights():
    drawing = widget18.PathPicture()
    for kind, alpha in product(KINDS, (0.1, 75.0, 10_000.0)):
        assert drawing.update(penalty=kind, alpha=alpha)
        weights = widget18.weights_at(kind, alpha)
        np.testing.assert_allclose([bar.get_height() for bar in drawing.bars], weights)
        assert drawing.zeros.get_xdata().tolist() == np.flatnonzero(weights == 0).tolist()
        assert drawing.png()


def test_no_mark_has_the_colour_of_a_path():
    drawing = widget18.PathPicture()
    drawing.update(penalty="lasso", alpha=75.0)
    assert drawing.zeros.get_color() not in [line.get_color() for line in drawing.lines]
    _, right = drawing.figure.axes
    legend = right.get_legend()
    shown = dict(zip([text.get_text() for text in legend.get_texts()], legend.legend_handles, strict=True))
    assert shown["exactly zero"].get_color() == drawing.zeros.get_color()
    assert shown["exactly zero"].get_marker() == drawing.zeros.get_marker()


def test_a_redraw_takes_well_under_a_tenth_of_a_second():
    widget, seconds = show.path_explorer(), []
    for value in np.geomspace(1, 1000, 9):
        start = time.process_time()  # of this process, whatever else the machine does
        widget.controls["alpha"].value = float(value)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1


def test_bad_values_are_named():
    with pytest.raises(ValueError, match="penalty must be one of 'ridge', 'elastic net', 'lasso', got 'l1'"):
        show.draw_path("l1")
