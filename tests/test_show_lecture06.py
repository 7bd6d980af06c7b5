"""The figures of lecture 06 and its widget: drawn for any input, and what they say is true."""

import time
from itertools import product

import numpy as np
import pytest

from course_lib import show
from course_lib.show import initialization
from course_lib.show import lecture06 as pictures
from course_lib.show.display import check_alt
from course_lib.studies.gradient_flow import Flow

FALLING = np.geomspace(1, 0.01, 6)
FLOW = Flow(FALLING, FALLING, FALLING, FALLING[::-1])


def test_every_figure_is_drawn_with_its_description():
    logs = np.random.default_rng(0).normal(3, 1, (50, 4)).cumsum(axis=1)
    losses = np.array([FALLING, 2 * FALLING])
    for fig, alt in [
        pictures.products(logs, (12.0, 2.0)),
        pictures.flows({"one": FLOW, "many": [FLOW, FLOW]}),
        pictures.propagation({"tanh": (FALLING, FALLING)}),
        pictures.singular_values({"a": np.ones((5, 3)), "b": np.ones((5, 3))}),
        pictures.training({("tanh", "a"): losses, ("ReLU", "a"): losses, ("ReLU", "b"): losses * np.inf}),
    ]:
        check_alt(alt)
        fig.canvas.draw()


def test_flows_draw_the_gradient_relative_to_the_last_layer():
    fig, alt = pictures.flows({"one": FLOW})
    forward, backward = (ax.lines[0].get_ydata() for ax in fig.axes)
    np.testing.assert_allclose(forward, FALLING)
    np.testing.assert_allclose(backward, FALLING[::-1] / FALLING[0])
    assert "gradient at the first layer 0.01 of that at the last" in alt


def test_training_draws_a_diverged_start_in_the_legend_only():
    fig, alt = pictures.training({("ReLU", "a"): np.ones((2, 3)), ("ReLU", "b"): np.full((2, 3), np.inf)})
    assert [text.get_text() for text in fig.axes[0].get_legend().get_texts()] == ["a", "b (diverges)"]
    assert "ReLU, b: inf" in alt


# the widget

def test_initialization_explorer_follows_every_control():
    widget = show.initialization_explorer()
    for name, value in [("activation", "ReLU"), ("scale", 1.41), ("depth", 100.0), ("width", "10 units")]:
        before = widget.image.value, widget.note.value
        widget.controls[name].value = value
        assert widget.image.value != before[0]
        assert widget.note.value != before[1]


def test_every_corner_of_the_controls_can_be_drawn():
    picture = initialization.InitializationPicture()
    for activation, scale, depth, width in product(
            ["ReLU", "sigmoid", "SELU"], [0.1, 10.0], [1, 100], ["10 units", "100 units"]):
        assert picture.update(activation=activation, scale=scale, depth=depth, width=width)
        assert picture.png()


def test_the_note_tells_vanishing_from_exploding():
    assert "vanishes" in show.describe_initialization("ReLU", 1.0, 50)
    assert "explodes" in show.describe_initialization("ReLU", 2.0, 50)
    assert "same order" in show.describe_initialization("tanh", 1.0, 50)
    assert "nothing to vanish" in show.describe_initialization("tanh", 1.0, 1)


@pytest.mark.parametrize(("activation", "scale"), [("tanh", 1.0), ("ReLU", 2**0.5), ("sigmoid", 1.0)])
def test_the_network_follows_the_theory(activation, scale):
    variance, theory, gradient, expected = initialization.run(activation, scale, 10, "100 units")
    np.testing.assert_allclose(variance, theory, rtol=0.4)
    np.testing.assert_allclose(gradient, expected, rtol=0.4)


def test_a_network_whose_units_are_all_off_is_told():
    none = np.zeros(3)
    text = initialization.in_words((none, none, none, none), "ReLU", 1.0, 3, "10 units")
    assert "all units of some layer are off" in text


def test_a_redraw_takes_well_under_a_tenth_of_a_second():
    widget, seconds = show.initialization_explorer(), []
    widget.controls["depth"].value = 100.0
    for value in np.geomspace(0.5, 3, 9):
        start = time.process_time()  # of this process, whatever else the machine does
        widget.controls["scale"].value = float(value)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1


def test_bad_values_are_named():
    with pytest.raises(ValueError, match=r"activation must be one of 'identity'.*got 'sine'"):
        show.draw_initialization("sine")
    with pytest.raises(ValueError, match="depth must be a whole number from 1 to 100, got 101"):
        show.draw_initialization(depth=101)
