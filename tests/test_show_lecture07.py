"""The figures and the widget of lecture 07 show what they are given."""

import numpy as np
import pytest

from course_lib import show
from course_lib.show import lecture07 as pictures
from course_lib.show.display import check_alt
from course_lib.show.whitening import WhiteningPicture
from course_lib.studies import normalization as study


def drawn(figure_and_alt):
    fig, alt = figure_and_alt
    check_alt(alt)
    fig.canvas.draw()
    return fig


@pytest.fixture(scope="module")
def versions():
    return study.versions(study.cloud(40, angle=15, rng=np.random.default_rng(0)))


def test_clouds_have_one_panel_each_and_true_extents(versions):
    fig = drawn(pictures.clouds(versions))
    assert [ax.get_title() for ax in fig.axes] == list(study.VERSIONS)
    for ax, x in zip(fig.axes, versions.values(), strict=True):
        mean, deviation, _ = study.extent(x)
        flat, steep = ax.lines[-2:]
        np.testing.assert_allclose(flat.get_xdata(), mean[0] + np.array([-2, 2]) * deviation[0])
        np.testing.assert_allclose(steep.get_ydata(), mean[1] + np.array([-2, 2]) * deviation[1])
        for limits, axis in ((ax.get_xlim(), 0), (ax.get_ylim(), 1)):
            assert limits[0] < x[:, axis].min()
            assert limits[1] > x[:, axis].max()


def test_steps_and_kappa_has_the_line_of_the_theory():
    fig = drawn(pictures.steps_and_kappa((np.array([10.0, 1e4]), np.array([30.0, 3e4])), {"a": (100.0, 300)}))
    line = fig.axes[0].lines[-1]
    np.testing.assert_allclose(line.get_ydata() / line.get_xdata(), 3.4539, rtol=1e-4)


def test_shares_draw_medians_and_ranges():
    runs = {"a": np.array([0.01, 0.02, 0.4]), "b": np.array([0.1, 0.1, 0.1])}
    fig = drawn(pictures.shares({"tanh": runs, "ReLU": runs}, {"tanh": [0.001], "ReLU": [0.002]}))
    points = [line.get_xdata()[0] for line in fig.axes[0].lines if line.get_marker() == "o"]
    assert points == [0.02, 0.1]
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["a", "b"]


def test_the_levels_in_the_picture_are_those_of_the_target():
    from course_lib.datasets import jump

    x, y = jump()
    line = np.polyval(np.polyfit(x[:, 0], y[:, 0], 1), x)
    assert ((line - y) ** 2).mean() / y.var() == pytest.approx(pictures.LINE, abs=5e-4)
    assert ((y - (x > 0)) ** 2).mean() / y.var() == pytest.approx(pictures.JUMP, abs=5e-5)


def test_the_other_pictures_are_drawn():
    values = np.array([1.0, 10.0, 100.0])
    fig = drawn(pictures.offset_and_scale(values, {"offset": values**4, "deviation": values**2}))
    assert "slope 4.00" in fig.axes[0].get_legend().get_texts()[0].get_text()
    drawn(pictures.fits(values, values, {"tanh": {"a": values, "b": values}, "ReLU": {"a": values}}))
    drawn(pictures.leaks({"a": np.array([0.5, 1.0]), "b": np.array([1.0, 1.0])}))


# --- the widget -------------------------------------------------------------------------------------


def test_the_widget_follows_its_controls():
    widget = show.whitening_explorer()
    for control, value in (("version", "PCA-whitened"), ("offset", 0.0), ("version", "raw"), ("ratio", 12.0),
                           ("angle", 70.0)):
        before, note = widget.image.value, widget.note.value
        widget.controls[control].value = value
        if (control, value) != ("offset", 0.0):  # white data do not show what offset they had
            assert widget.image.value != before
            assert widget.note.value != note


def test_words_are_those_of_numpy():
    words = show.describe_whitening("centred", offset=2, ratio=5, angle=45)
    deviation = np.sqrt((1.5**2 + 0.3**2) / 2)
    assert f"deviations {deviation:.2f} and {deviation:.2f}" in words
    assert f"correlation {(1.5**2 - 0.3**2) / (1.5**2 + 0.3**2):.2f}" in words
    assert "κ = 25," in words  # the bias has 1, between the cloud's 2.25 and 0.09
    assert "-0.00" not in words


def test_at_45_degrees_scaling_does_nothing_for_the_shape_and_whitening_all():
    centred, scaled = (show.describe_whitening(v, offset=0, ratio=8, angle=45) for v in ("centred", "scaled"))
    assert "κ = 64," in centred
    assert "κ = 64," in scaled
    assert "κ = 1," in show.describe_whitening("ZCA-whitened", offset=5, ratio=20, angle=45)


def test_the_curve_passes_a_millionth_at_the_steps_that_are_named():
    picture = WhiteningPicture()
    words = picture.update(version="scaled", offset=3.0, ratio=4.0, angle=30.0)
    steps = int(words.split("needs ")[1].split(" step")[0])
    x, y = picture.loss.get_data()
    assert (y[x < steps] > 1e-6).all()
    assert (y[x >= steps] <= 1e-6).all()


@pytest.mark.parametrize(("version", "offset", "ratio", "angle"), [
    ("raw", 0, 1, 0), ("raw", 5, 20, 90), ("scaled", 5, 1, 45), ("PCA-whitened", 0, 20, 0)])
def test_every_corner_can_be_drawn(version, offset, ratio, angle):
    picture = WhiteningPicture()
    assert picture.update(version=version, offset=offset, ratio=ratio, angle=angle)
    assert len(picture.png()) > 1000
