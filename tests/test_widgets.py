"""The widgets without a browser: controls in step, pictures that change, sentences that are true."""

import io
import math
import time
from itertools import product

import numpy as np
import pytest
from PIL import Image

from course_lib import show
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.show import momentum as lecture09
from course_lib.show import neuron as lecture01


def picture(widget):
    return np.asarray(Image.open(io.BytesIO(widget.image.value)).convert("RGB"), int)


# controls

@pytest.mark.parametrize("log", [False, True])
def test_slider_and_number_box_hold_the_same_value(log):
    control = show.labelled_slider("learning rate", 0.01, 1, 0.1, log=log)
    assert control.slider.value == control.box.value == control.value == 0.1
    stop = 0.2 if log else 0.208
    control.slider.value = stop
    assert control.box.value == control.value == stop
    control.box.value = 0.123456
    assert control.slider.value == control.value == 0.123456
    control.value = 0.5
    assert control.slider.value == control.box.value == 0.5


@pytest.mark.parametrize(("log", "stop"), [(False, 0.12), (True, 0.126)])
def test_a_browser_that_snaps_the_slider_changes_nothing(log, stop):
    control = show.labelled_slider("learning rate", 0.01, 1.01, 0.5, 0.05 if log else 0.01, log=log)
    control.value = 0.1234
    control.slider.value = stop + 1e-9  # what the browser reports: its nearest stop, inexactly
    assert control.box.value == control.value == 0.1234
    written = []
    control.slider.observe(lambda change: written.append(change.new), "value")
    control.slider.value = 0.2 - 1e-9  # what it reports when the reader moves it
    assert control.box.value == control.value == 0.2
    assert written == [0.2 - 1e-9]  # an answer from here would pull back a slider that moves on


def test_both_parts_are_labelled():
    control = show.labelled_slider("momentum", 0, 0.99, 0.9)
    assert control.slider.description == "momentum"
    assert "momentum" in control.box.description
    assert not control.slider.readout  # the box shows the number


def test_a_control_is_disabled_as_a_whole():
    control = show.labelled_slider("momentum", 0, 0.99, 0.9)
    assert not control.slider.disabled
    assert not control.box.disabled
    control.disabled = True
    assert control.slider.disabled
    assert control.box.disabled


def test_the_number_box_keeps_to_the_range():
    control = show.labelled_slider("learning rate", 0.01, 1, 0.1, log=True)
    control.box.value = 7
    assert control.value == 1


def test_whole_numbers_only():
    control = show.labelled_slider("batch size", 1, 256, 1, log=True, whole=True)
    control.slider.value = 10**0.4  # 2.51, a stop of the slider
    assert control.value == control.box.value == 3
    control.value = 7.6
    assert control.value == control.box.value == 8
    control.box.value = 2.6
    assert control.value == control.box.value == 3
    control.box.value = 300
    assert control.value == control.box.value == 256


def test_log_slider_covers_its_range_in_powers():
    slider = show.labelled_slider("learning rate", 0.001, 10, 0.1, log=True).slider
    assert (slider.base**slider.min, slider.base**slider.max) == pytest.approx((0.001, 10))


@pytest.mark.parametrize(("arguments", "log", "message"), [
    (("", 0, 1, 0.5), False, "label must be"),
    (("a", 1, 0, 0.5), False, "high must be"),
    (("a", 0, 1, 2), False, r"value must be a number in \[0, 1\]"),
    (("a", 0, 1, 0.5), True, "low must be"),
    (("a", 0, 1, 0.5, -1), False, "step must be"),
    (("a", 0, 1, math.nan), False, "value must be"),
])
def test_slider_names_what_is_wrong(arguments, log, message):
    with pytest.raises(ValueError, match=message):
        show.labelled_slider(*arguments, log=log)


def test_dropdown_names_what_is_wrong():
    with pytest.raises(ValueError, match="value must be one of"):
        show.dropdown("method", ["a", "b"], "c")


# explore

class Line(show.Picture):
    def __init__(self):
        from matplotlib.figure import Figure

        fig = Figure(figsize=(3, 2), dpi=50, layout="constrained")
        ax = fig.subplots()
        self.line, = ax.plot([0, 1], [0, 0])
        ax.set(ylim=(-1, 1))
        super().__init__(fig, [self.line])

    def update(self, *, slope):
        self.line.set_ydata([0, slope])
        return f"The slope is {slope:g} <now>."


def test_explore_redraws_and_says_what_is_seen():
    control = show.labelled_slider("slope", -1, 1, 0.5)
    widget = show.explore(Line(), {"slope": control}, alt="A line with the slope chosen.")
    assert widget.image.layout.max_width == "150px"  # its own size: wider, it would blur
    before = widget.image.value
    assert "The slope is 0.5 &lt;now&gt;." in widget.note.value
    assert 'role="status"' in widget.note.value
    assert widget.image.tooltip == "A line with the slope chosen."
    control.slider.value = -0.5
    assert widget.image.value != before
    assert "The slope is -0.5" in widget.note.value
    control.slider.value = 0.5
    assert widget.image.value == before  # nothing is left of what was drawn between


def test_the_fast_picture_is_the_slow_picture():
    for fast, values in [
        (lecture09.MomentumPicture(), {"method": "momentum", "lr": 0.01, "momentum": 0.9, "kappa": 25}),
        (lecture01.NeuronPicture(), {"activation": "tanh", "w1": 1.0, "w2": 0.5, "bias": 0.0}),
    ]:
        fast.update(**values)
        one = np.asarray(fast.image(), int)
        buffer = io.BytesIO()
        fast.figure.savefig(buffer, format="png", dpi=100)
        other = np.asarray(Image.open(buffer).convert("RGB"), int)
        assert one.shape == other.shape
        assert np.mean(np.abs(one - other).max(axis=-1) > 30) < 0.01  # only what covers what may differ


@pytest.mark.parametrize(("replaced", "error", "message"), [
    ({"alt": "Line"}, ValueError, "alt must say"),
    ({"picture": None}, TypeError, "picture must be"),
    ({"controls": {}}, TypeError, "controls must be"),
])
def test_explore_names_what_is_wrong(replaced, error, message):
    arguments = {"picture": Line(), "controls": {"slope": show.labelled_slider("slope", 0, 1, 0.5)},
                 "alt": "A line with the slope chosen.", **replaced}
    with pytest.raises(error, match=message):
        show.explore(arguments["picture"], arguments["controls"], alt=arguments["alt"])


def test_a_picture_without_update_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="must define update"):
        show.Picture.update(Line())


# lecture 01

def test_neuron_explorer_follows_every_control():
    widget = show.neuron_explorer()
    changes = [("w1", -2.0), ("w2", 1.5), ("bias", -1.0), ("activation", "ReLU"), ("activation", "tanh")]
    for name, value in changes:
        before = widget.image.value
        widget.controls[name].value = value
        assert widget.image.value != before


@pytest.mark.parametrize("activation", lecture01.ACTIVATIONS)
def test_what_the_neuron_note_says_is_true(activation):
    layer = lecture01.ACTIVATIONS[activation]()
    z, output, slope = lecture01.neuron_at_input(layer, 0.7, -0.4, 0.3)
    assert z == pytest.approx(0.7 * 1 - 0.4 * 2 + 0.3)
    nearby = [lecture01.neuron_at_input(layer, 0.7, -0.4, 0.3 + h)[1] for h in (-1e-6, 1e-6)]
    assert slope == pytest.approx((nearby[1] - nearby[0]) / 2e-6, rel=1e-6)
    # the gradient of the output with respect to w2 is the slope times x2 = 2
    nearby = [lecture01.neuron_at_input(layer, 0.7, -0.4 + h, 0.3)[1] for h in (-1e-6, 1e-6)]
    text = show.describe_neuron(activation, 0.7, -0.4, 0.3)
    assert f"{(nearby[1] - nearby[0]) / 2e-6:.3f} for w2" in text
    assert f"output {output:.3f}" in text


def test_the_neuron_note_warns_of_saturation():
    assert "saturated" in show.describe_neuron("sigmoid", 3, 3, 0)
    assert "switched off" in show.describe_neuron("ReLU", -1, -1, 0)
    assert "saturated" not in show.describe_neuron("leaky ReLU", -1, -1, 0)


def test_the_border_is_where_z_is_zero():
    drawing = lecture01.NeuronPicture()
    drawing.update(activation="tanh", w1=2.0, w2=-1.0, bias=0.5)
    assert np.allclose(drawing.border.get_xydata() @ [2.0, -1.0] + 0.5, 0)
    assert np.allclose(drawing.arrow.get_offsets() @ [2.0, -1.0] + 0.5, 0)
    drawing.update(activation="tanh", w1=0.0, w2=0.0, bias=0.5)  # no border without weights
    assert not drawing.border.get_visible()
    drawing.png()


@pytest.mark.parametrize("activation", lecture01.ACTIVATIONS)
def test_the_neurons_marks_stay_in_the_picture(activation):
    widget, drawing = lecture01.neuron_explorer(), lecture01.NeuronPicture()
    ends = [(widget.controls[name].box.min, widget.controls[name].box.max) for name in ("w1", "w2", "bias")]
    for w1, w2, bias in [*product(*ends), (1.0, -0.5, 0.5), (-3.0, 0.0, -1.5)]:
        drawing.update(activation=activation, w1=w1, w2=w2, bias=bias)
        drawing.png()
        axes = drawing.curve.get_window_extent()
        for point in drawing.marks:
            (x, y), radius = drawing.curve.transData.transform(point.get_xydata()[0]), 6  # pixels
            assert axes.x0 + radius < x < axes.x1 - radius
            assert axes.y0 + radius < y < axes.y1 - radius
            assert not drawing.curve.get_legend()  # that would hide a mark: it stands above the panels
        curve, left, right = drawing.value.get_xdata(), *drawing.curve.get_xlim()
        assert (curve[0], curve[-1]) == (left, right)  # the curve reaches as far
    drawing.update(activation=activation, w1=1.0, w2=-0.5, bias=0.5)
    assert drawing.curve.get_xlim() == (-8, 8)  # and the axes come back


def test_neuron_rejects_bad_values():
    with pytest.raises(ValueError, match="activation must be one of"):
        show.draw_neuron("swish")
    with pytest.raises(ValueError, match="w1 must be"):
        show.draw_neuron(w1=math.inf)


# lecture 09

def test_momentum_explorer_follows_every_control():
    widget = show.momentum_explorer()
    for name, value in [("lr", 0.02), ("momentum", 0.5), ("kappa", 10.0), ("method", "Nesterov"),
                        ("method", "gradient descent"), ("lr", 1.0)]:
        before = widget.image.value
        widget.controls[name].value = value
        assert widget.image.value != before
    assert "diverges" in widget.note.value


def test_momentum_is_disabled_for_gradient_descent_alone():
    widget = show.momentum_explorer()
    for method in lecture09.METHODS:
        widget.controls["method"].value = method
        assert widget.controls["momentum"].disabled == (method == "gradient descent")


@pytest.mark.parametrize("lr", [0.003, 0.02, 0.1, 0.6])
@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("method", lecture09.METHODS)
def test_the_factor_per_step_is_the_measured_one(method, mu, lr):
    """The roots of the recursion against the optimizer itself: the matrix of one step, by two starts."""
    optimizer = lecture09.METHODS[method](lr, mu)
    curvature = 2.0
    columns = []
    for x, v in [(1.0, 0.0), (0.0, 1.0)]:
        g = np.array([curvature * x])
        step, *state = optimizer.rule(g, lr, 2, *([np.array([v])] if optimizer.slots else []))
        columns.append([x - step[0], state[0][0] if state else 0.0])
    eigenvalues = np.linalg.eigvals(np.transpose(columns))
    factor, motion = lecture09.motion_along(curvature, method, lr, mu)
    largest = eigenvalues[np.argmax(np.abs(eigenvalues))]
    assert factor == pytest.approx(abs(largest), rel=1e-6)
    assert ("swings" in motion) == (abs(largest.imag) > 1e-6)
    assert ("zigzags" in motion) == (abs(largest.imag) <= 1e-6 and largest.real < 0)


def test_the_note_names_divergence():
    assert "diverges" in show.describe_momentum("gradient descent", lr=0.05, kappa=25)
    assert "never arrives" in show.describe_momentum("gradient descent", lr=0.04, kappa=25)
    assert "diverges" not in show.describe_momentum("gradient descent", lr=0.039, kappa=25)
    assert minimize(valley(100.0), lecture09.START, SGD(lr=1.0), 80).loss[-1] > 1e300 or \
        "overflows" in show.describe_momentum("gradient descent", lr=1.0, kappa=100)


def test_every_corner_of_the_controls_can_be_drawn():
    drawing = lecture09.MomentumPicture()
    corners = product(lecture09.METHODS, [0.001, 0.05, 1.0], [0.0, 0.99], [1, 25, 100])
    for method, lr, momentum, kappa in corners:
        assert drawing.update(method=method, lr=lr, momentum=momentum, kappa=kappa)
        assert drawing.png()


def test_momentum_rejects_bad_values():
    with pytest.raises(ValueError, match="method must be one of"):
        show.draw_momentum("adam")
    with pytest.raises(ValueError, match="lr must be"):
        show.draw_momentum(lr=-1)
    with pytest.raises(ValueError, match="kappa must be"):
        show.draw_momentum(kappa=0.5)


# speed

@pytest.mark.parametrize(("make", "name", "values"), [
    (show.neuron_explorer, "w1", np.linspace(-3, 3, 11)),
    (show.momentum_explorer, "lr", np.geomspace(0.002, 0.05, 11)),
    (show.momentum_explorer, "kappa", np.linspace(2, 90, 11)),
], ids=["neuron", "learning rate", "kappa"])
def test_a_redraw_takes_well_under_a_tenth_of_a_second(make, name, values):
    widget = make()
    seconds = []
    for value in values:
        start = time.process_time()  # of this process, whatever else the machine does
        widget.controls[name].value = float(value)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.1


def test_names_of_activations_and_methods_in_any_case():
    assert show.describe_neuron("relu", w1=2) == show.describe_neuron("ReLU", w1=2)
    assert show.describe_neuron("LEAKY relu", bias=-9) == show.describe_neuron("leaky ReLU", bias=-9)
    assert show.describe_momentum("nesterov") == show.describe_momentum("Nesterov")
    assert show.describe_initialization("RELU") == show.describe_initialization("ReLU")
    for draw, name, same in ((show.draw_neuron, "Sigmoid", "sigmoid"),
                             (show.draw_momentum, "nesterov", "Nesterov")):
        a, b = io.BytesIO(), io.BytesIO()
        for buffer, given in ((a, name), (b, same)):
            draw(given).savefig(buffer, format="rgba")
        assert a.getvalue() == b.getvalue()
