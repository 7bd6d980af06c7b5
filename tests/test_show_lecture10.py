"""The figures of lecture 10 and its widget: drawn for any input, and what they say is true."""

import re
import time
from itertools import product

import numpy as np
import pytest

from course_lib import show
from course_lib.functions import RAVINE
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, AdaGrad
from course_lib.show import accumulators
from course_lib.show import lecture10 as pictures
from course_lib.show.display import check_alt
from course_lib.studies.sparse_features import Tuned


def test_every_figure_is_drawn_with_its_description():
    runs = {"gradient descent": minimize(RAVINE, RAVINE.start, SGD(lr=0.03), 5),
            "AdaGrad": minimize(RAVINE, RAVINE.start, AdaGrad(lr=0.1), 5)}
    tuned = Tuned(0.1, 0.0, np.ones(3), np.ones(3), np.array([2.0, 1.0, np.inf]))
    falling = np.geomspace(1, 0.1, 20)
    for fig, alt in [
        pictures.diagonal(RAVINE, runs),
        pictures.turned([0, 45], {"a": np.ones((2, 5)), "b": [[1, 2, 3], [4, 5, 6]]}),
        pictures.falling({"a": falling}, {"w1": falling, "w2": falling / 25}),
        pictures.sparse({"noise 1": {"a": tuned}, "noise 0.1": {"a": tuned}}, {"a": [0.1, 0.2, 0.4]}),
        pictures.cycle({"a": falling}),
        pictures.hover(falling, falling),
        pictures.saddles([0.1, 1], {"one": {"a": [5, 2]}, "two": {"a": [9, 3]}}),
        pictures.small_gradients(falling, {"a": falling}),
    ]:
        check_alt(alt)
        fig.canvas.draw()


def test_the_sparse_panels_show_each_methods_curve():
    tuned = Tuned(0.1, 0.0, np.ones(3), np.ones(3), np.array([2.0, 1.0, 4.0]))
    fig, _ = pictures.sparse({"noise 1": {"SGD": tuned}}, {"SGD": [0.1, 0.2, 0.4]})
    line = fig.axes[0].lines[0]
    assert line.get_xdata().tolist() == [0.1, 0.2, 0.4]
    assert line.get_ydata().tolist() == [2.0, 1.0, 4.0]


# the widget

def test_accumulator_explorer_follows_every_control():
    widget = show.accumulator_explorer()
    for name, value in [("lr", 0.5), ("kappa", 5.0), ("step", 60.0), ("method", "RMSProp"), ("rho", 0.5),
                        ("gradient", accumulators.TENTH), ("method", "Adadelta")]:
        before = widget.image.value
        widget.controls[name].value = value
        assert widget.image.value != before, name


def test_rho_is_disabled_for_the_method_that_has_none():
    widget = show.accumulator_explorer()
    for method in ["AdaGrad", "RMSProp", "Adadelta", "AdaGrad"]:
        widget.controls["method"].value = method
        for rho in (0.1, 0.9):
            widget.controls["rho"].value = rho
            if rho == 0.1:
                before = widget.image.value
        assert widget.controls["rho"].disabled == (widget.image.value == before)


def test_every_corner_of_the_controls_can_be_drawn():
    drawing = accumulators.AccumulatorPicture()
    corners = product(accumulators.METHODS, [accumulators.EVERY, accumulators.TENTH], [0.001, 10.0],
                      [0.0, 0.99], [1, 100], [1, 100])
    for method, gradient, lr, rho, kappa, step in corners:
        assert drawing.update(method=method, gradient=gradient, lr=lr, rho=rho, kappa=kappa, step=step)
    drawing.png()


def numbers(text, words):
    """The pair of numbers after these words."""
    return [float(n) for n in re.search(re.escape(words) + r" \(([^,]+), ([^)]+)\)", text).groups()]


@pytest.mark.parametrize("method", accumulators.METHODS)
@pytest.mark.parametrize("step", [1, 11, 37])
def test_what_the_note_says_is_what_the_optimizer_does(method, step):
    """Gradients, sums and steps again, by the formulas written out."""
    x, lr, rho = np.array([-1.0, -0.5]), 0.1, 0.8
    s, d = np.zeros(2), np.zeros(2)
    for t in range(step):
        g = np.array([2 * x[0], 50 * x[1] * (t % 10 == 0)])
        s = s + g**2 if method == "AdaGrad" else rho * s + (1 - rho) * g**2
        size = np.sqrt(d + 1e-6) / np.sqrt(s + 1e-6) if method == "Adadelta" else 1 / (np.sqrt(s) + 1e-9)
        before = d
        d = rho * d + (1 - rho) * (size * g) ** 2
        x = x - lr * size * g
    text = show.describe_accumulators(method, accumulators.TENTH, lr=lr, rho=rho, kappa=25, step=step)
    assert numbers(text, "gradient") == pytest.approx(g, rel=6e-3)
    assert numbers(text, "√s") == pytest.approx(np.sqrt(s), rel=6e-3)
    assert numbers(text, "The rates are") == pytest.approx(lr * size, rel=6e-3)
    assert numbers(text, "leads to") == pytest.approx(x, rel=6e-3)
    if method == "Adadelta":
        assert numbers(text, "√d before it") == pytest.approx(np.sqrt(before), rel=6e-3)


def test_a_redraw_takes_well_under_a_tenth_of_a_second():
    widget, seconds = show.accumulator_explorer(), []
    for value in range(5, 50, 4):
        start = time.process_time()
        widget.controls["step"].value = float(value)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1


def test_names_are_taken_in_any_case():
    """And the note and the picture show them as they are spelled."""
    picture = accumulators.AccumulatorPicture()
    settings = {"lr": 0.1, "rho": 0.9, "kappa": 25.0, "step": 12}
    for method, gradient in product(accumulators.METHODS, [accumulators.EVERY, accumulators.TENTH]):
        text = show.describe_accumulators(method, gradient, **settings)
        for spelled in (str.lower, str.upper):
            names = {"method": spelled(method), "gradient": spelled(gradient)}
            assert show.describe_accumulators(**names, **settings) == text
            assert picture.update(**names, **settings) == text
    assert show.draw_accumulators("adadelta", accumulators.TENTH.upper(), lr=1.0)


def test_accumulators_reject_bad_values():
    with pytest.raises(ValueError, match="method must be one of"):
        show.draw_accumulators("Adam")
    with pytest.raises(ValueError, match="gradient must be one of"):
        show.draw_accumulators(gradient="sometimes")
    with pytest.raises(ValueError, match="step must be a whole number from 1 to 100"):
        show.describe_accumulators(step=0)
    with pytest.raises(ValueError, match="rho must be"):
        show.describe_accumulators("RMSProp", rho=1.0)
