"""The figures and the widget of lecture 03 show what they are given."""

import numpy as np
import pytest

from course_lib import show
from course_lib.functions import quadratic, valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.show import lecture03 as pictures
from course_lib.show.display import check_alt
from course_lib.show.rate import RatePicture
from course_lib.studies import scaling
from course_lib.studies.sine_rates import SineRun
from course_lib.studies.steepest import around


def drawn(figure_and_alt):
    fig, alt = figure_and_alt
    check_alt(alt)
    fig.canvas.draw()
    return fig


def test_spheres_mark_the_best_direction():
    f, x = valley(5), np.array([-1.5, 0.6])
    circles = {0.1: around(f, x, 0.1), 1.0: around(f, x, 1.0)}
    fig = drawn(pictures.spheres(f, x, circles))
    diamonds = [line for line in fig.axes[1].lines if line.get_marker() == "D"]
    assert [abs(line.get_xdata()[0]) for line in diamonds] == [c.turn for c in circles.values()]


def test_one_dimension_draws_each_run():
    runs = {f"lr {lr}": minimize(quadratic(1, n=1), [1.2], SGD(lr=lr), 4).x[:, 0] for lr in (0.1, 2.0)}
    fig = drawn(pictures.one_dimension(runs))
    assert [ax.get_title() for ax in fig.axes] == ["lr 0.1", "lr 2.0"]
    np.testing.assert_allclose(fig.axes[1].lines[1].get_xdata(), [1.2, -1.2, 1.2, -1.2, 1.2])


def test_rate_sweep_has_its_marks():
    rates = np.linspace(0.1, 2, 5)
    fig = drawn(pictures.rate_sweep(rates, {"flat": 1 - rates / 10}, rates, {"1/L": 1, "2/L": 2}))
    assert [text.get_text().strip() for text in fig.axes[0].texts] == ["1/L", "2/L"]


def test_three_rates_lets_a_diverging_run_leave_the_picture():
    wild = np.array([[1.0, 50.0, np.inf], [1.0, np.inf, np.inf]])
    fig = drawn(pictures.three_rates({"small": np.full((2, 3), 0.1), "large": wild}))
    highest = fig.axes[0].get_ylim()[1]
    gone = [line.get_ydata() for line in fig.axes[0].lines if line.get_color() == "#D55E00"]
    assert [(y > highest).tolist() for y in gone] == [[False, False, True], [False, True, True]]


def test_edge_has_a_line_at_two_over_the_rate():
    run = SineRun(np.ones(3), np.array([0, 2]), np.array([10.0, 20.0]))
    fig = drawn(pictures.edge({0.01: [run], 0.1: [run, run]}))
    assert [text.get_text().strip() for text in fig.axes[0].texts] == ["2/0.1"]


def test_the_other_pictures_are_drawn():
    rng = np.random.default_rng(0)
    f = scaling.regression_loss(rng.normal(size=(9, 2)), rng.normal(size=(9, 1)))
    drawn(pictures.two_features({"a": f, "b": f}, dict.fromkeys("ab", minimize(f, f.start, SGD(lr=0.1), 5)),
                                ["age", "sex"]))
    steps, values = np.arange(1, 6), 0.5 ** np.arange(5)
    drawn(pictures.scaled_losses(steps, {"a": values}))
    drawn(pictures.loss_and_bound(values, {"one": values / 2, "many": np.array([values, values / 3])}))
    fig = drawn(pictures.two_guarantees(steps, {"a": values, "b": values}, {
        name: (f"bound {name}", 2 * values) for name in "ab"}))
    run, bound, other, _ = fig.axes[0].lines
    assert run.get_color() == bound.get_color() != other.get_color()
    assert run.get_linestyle() == bound.get_linestyle() != other.get_linestyle()
    fig = drawn(pictures.steps_and_kappa(np.array([1.0, 10.0, 100.0]), {"a": np.array([2.0, 20.0, 200.0])}))
    assert "slope 1.00" in fig.axes[0].get_legend().get_texts()[0].get_text()


# --- the widget -------------------------------------------------------------------------------------


def test_the_widget_follows_both_controls():
    widget = show.rate_explorer()
    first, note = widget.image.value, widget.note.value
    widget.controls["lr"].value = 0.09
    assert widget.image.value != first
    assert "diverges" in widget.note.value
    assert note != widget.note.value
    widget.controls["kappa"].value = 4
    assert "diverges" not in widget.note.value


def test_words_at_the_edge():
    assert "diverges" in show.describe_rate(lr=0.0801, kappa=25)
    assert "never arrives" in show.describe_rate(lr=0.08, kappa=25)
    assert "diverges" not in show.describe_rate(lr=0.0799, kappa=25)
    assert "overflows" in show.describe_rate(lr=2.5, kappa=1000)


def test_the_dots_sit_on_the_factor_line_and_the_loss_below_its_bound():
    picture = RatePicture()
    picture.update(lr=0.07, kappa=25)
    for dot, place in ((picture.flat, 0.07), (picture.steep, 1.75)):
        assert [*dot.get_xdata(), *dot.get_ydata()] == pytest.approx([place, 1 - place])
    assert (picture.loss.get_ydata() <= picture.bound.get_ydata() * (1 + 1e-12)).all()
    trace = minimize(quadratic(25), [-4.0, 1.5], SGD(lr=0.07), 100)
    np.testing.assert_allclose(picture.loss.get_ydata(), trace.loss / trace.loss[0])


@pytest.mark.parametrize("lr", [0.001, 0.05, 2.5])
@pytest.mark.parametrize("kappa", [1, 25, 1000])
def test_every_corner_can_be_drawn(lr, kappa):
    picture = RatePicture()
    assert picture.update(lr=lr, kappa=kappa)
    assert len(picture.png()) > 1000
