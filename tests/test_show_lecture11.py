"""The figures and the widget of lecture 11 show what they are given, and say what is true."""

import time
from itertools import product

import numpy as np
import pytest

from course_lib import show
from course_lib.datasets import two_piece
from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import Adam
from course_lib.show import adam as widget11
from course_lib.show import lecture11 as pictures
from course_lib.show.display import check_alt


def test_moments_are_corrected_as_in_the_paper():
    run = minimize(lambda x: x[0], [0.0], Adam(beta1=0.8, beta2=0.9), 5, gradient=lambda x: np.full(1, 2.0))
    fig, alt = pictures.moments(run, 0.8, 0.9)
    check_alt(alt)
    for ax in fig.axes:  # a gradient that stays the same: the corrected average is that gradient at once
        raw, corrected = ax.lines[1:3]
        np.testing.assert_allclose(corrected.get_ydata(), 2.0)
        assert raw.get_ydata()[0] < 1


def test_figures_are_drawn_and_described():
    losses = np.array([[[0.5, 0.6], [0.3, 0.2]]])
    run = minimize(quadratic(25), [1.0, 1.0], Adam(lr=0.1), 20)
    series = {"a": np.linspace(1, 0.5, 30), "b": np.linspace(1, 0.2, 30)}
    for fig, alt in [
        pictures.step_sizes(series),
        pictures.correction([0.1, 0.2], [0.9], {True: losses, False: losses}),
        pictures.valleys({"one": (quadratic(25), {"Adam": run}), "two": (quadratic(25), {"Adam": run})}),
        pictures.decay({"left": series, "right": series}, 0.01),
        pictures.schedules(series),
        pictures.budgets(two_piece(20), np.arange(3), {"a": np.ones((4, 3)), "b": np.ones((4, 3))}),
        pictures.final_errors([0.1, 0.2], {"a": np.ones((2, 4))}),
        pictures.failing({name: values - 0.5 for name, values in series.items()}),
    ]:
        check_alt(alt)
        fig.canvas.draw()


def test_budgets_leave_out_the_start_and_draw_the_median():
    values = np.array([[9.0, 1.0, 2.0], [9.0, 3.0, 4.0], [9.0, 2.0, 9.0]])
    fig, _ = pictures.budgets(two_piece(20), np.array([0, 100, 200]), {"Adam": values})
    line = fig.axes[1].lines[0]
    assert line.get_xdata().tolist() == [100, 200]
    assert line.get_ydata().tolist() == [2.0, 4.0]


# the widget

def test_adam_explorer_follows_every_control():
    widget = show.adam_explorer()
    for name, value in [("lr", 0.3), ("beta1", 0.5), ("beta2", 0.9), ("bias_correction", "off"),
                        ("beta1", 0.0), ("bias_correction", "on")]:
        before = widget.image.value
        widget.controls[name].value = value
        assert widget.image.value != before


@pytest.mark.parametrize(("beta1", "beta2"), [(0.9, 0.999), (0.5, 0.9), (0.0, 0.0)])
@pytest.mark.parametrize("correction", ["on", "off"])
def test_the_first_step_is_as_the_note_says(beta1, beta2, correction):
    trace = widget11.adam_trace(0.1, beta1, beta2, correction)
    first = np.abs(trace.x[1] - trace.x[0]) / 0.1
    expected = 1.0 if correction == "on" else (1 - beta1) / np.sqrt(1 - beta2)
    np.testing.assert_allclose(first, expected, rtol=1e-6)
    assert f"The first step is {expected:.3g} learning rate" in widget11.describe_adam(
        0.1, beta1, beta2, correction)


def test_every_corner_of_the_controls_can_be_drawn():
    drawing = widget11.AdamPicture()
    for lr, beta1, beta2, correction in product([0.01, 1.0], [0.0, 0.99], [0.0, 0.999], ["on", "off"]):
        assert drawing.update(lr=lr, beta1=beta1, beta2=beta2, bias_correction=correction)
        assert drawing.png()


def test_a_redraw_takes_well_under_a_tenth_of_a_second():
    widget, seconds = show.adam_explorer(), []
    for value in np.linspace(0.1, 0.9, 9):
        start = time.process_time()  # of this process, whatever else the machine does
        widget.controls["beta1"].value = float(value)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1


def test_bad_values_are_named():
    with pytest.raises(ValueError, match="bias_correction must be one of 'on', 'off', got True"):
        show.draw_adam(bias_correction=True)
    with pytest.raises(ValueError, match=r"beta2 must be a number in \[0, 1\)"):
        show.draw_adam(beta2=1.0)
