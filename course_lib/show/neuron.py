"""What one neuron computes: a picture of it for given weights, in words, and as a widget (lecture 01)."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from course_lib import layers
from course_lib.show.legends import legend_above
from course_lib.show.plots import activation_curve
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider, mark
from course_lib.validation import choice, number

ACTIVATIONS = {
    "tanh": layers.Tanh, "sigmoid": layers.Sigmoid, "ReLU": layers.ReLU, "leaky ReLU": layers.LeakyReLU,
    "ELU": layers.ELU, "identity": layers.Identity,
}
INPUT = np.array([1.0, 2.0])  # the example whose output and gradient are followed
# Light enough at its dark end for black lines to be seen on it.
SHADES = LinearSegmentedColormap.from_list("shades", colormaps["YlGnBu"](np.linspace(0, 0.72, 64)))
PLANE = 4.0  # inputs from -4 to 4
Z = 8.0  # activations drawn from -8 to 8, and farther when the neuron's z is


class NeuronPicture(Picture):
    """Left the activation with its slope at one input, right the output over all inputs."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.9), dpi=100, layout="constrained")
        self.curve, self.plane = fig.subplots(1, 2, width_ratios=[1.25, 1])
        self.value, = self.curve.plot([], [], color=BLUE, linestyle="-", label=r"activation $\varphi(z)$")
        self.slope, = self.curve.plot([], [], color=VERMILLION, linestyle="--",
                                      label=r"its slope $\varphi'(z)$")
        self.at_z, = self.curve.plot([], [], color="black", linestyle=":", linewidth=1.2)
        self.marks = [mark(self.curve, BLUE, "o"), mark(self.curve, VERMILLION, "s")]
        self.curve.set(xlabel="$z = w_1 x_1 + w_2 x_2 + b$", ylabel="value")
        self.curve.set_title("at the input $(x_1, x_2) = (1, 2)$")
        legend_above(fig, self.curve, ncols=2)

        grid = np.linspace(-PLANE, PLANE, 161)
        self.inputs = np.stack(np.meshgrid(grid, grid), axis=-1)
        self.field = self.plane.imshow(np.zeros((2, 2)), extent=(-PLANE, PLANE) * 2, interpolation="nearest",
                                       origin="lower", cmap=SHADES)
        self.border, = self.plane.plot([], [], color="black", linestyle="--", linewidth=1.5)
        self.arrow = self.plane.quiver([0], [0], [1], [1], angles="xy", scale_units="xy", scale=1,
                                       width=0.014)
        self.example = mark(self.plane, "white", "o")
        self.example.set_data(INPUT[:1], INPUT[1:])
        self.plane.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(-PLANE, PLANE), ylim=(-PLANE, PLANE))
        self.plane.set_title("output over all inputs")
        self.plane.grid(False)
        fig.colorbar(self.field, ax=self.plane, label="output", extend="both")
        super().__init__(fig, [self.value, self.slope, self.at_z, *self.marks,
                               self.field, self.border, self.arrow, self.example])

    def update(self, *, activation, w1, w2, bias):
        activation = choice("activation", activation, ACTIVATIONS, any_case=True)
        layer = ACTIVATIONS[activation]()
        z, output, slope = neuron_at_input(layer, w1, w2, bias)
        kind = activation if activation in ("tanh", "sigmoid") else "unbounded"
        low, high = (-1.5, 5.0) if kind == "unbounded" else (-1.3, 1.7)
        low, high, reach = stretched(low, output), stretched(high, output), stretched(Z, abs(z))
        curve_z, *curves = activation_curve(layer, -reach, reach)
        for line, values in zip((self.value, self.slope), curves, strict=True):
            line.set_data(curve_z, values)
        for point, here in zip(self.marks, (output, slope), strict=True):
            point.set_data([z], [here])
        self.at_z.set_data([z, z], [low, high])
        scene = kind, low, high, reach
        if scene != self.scene:  # other axis ranges: another background
            self.scene = scene
            self.curve.set(xlim=(-reach, reach), ylim=(low, high))
            self.field.set_clim({"tanh": (-1, 1), "sigmoid": (0, 1), "unbounded": (-1, 5)}[kind])

        planes = (self.inputs @ [w1, w2] + bias).reshape(-1, 1)
        self.field.set_data(layer.forward(planes).reshape(self.inputs.shape[:2]))
        weights, length = np.array([w1, w2]), np.hypot(w1, w2)
        visible = length > 0
        self.border.set_visible(visible)
        self.arrow.set_visible(visible)
        if visible:  # the line z = 0, and the weights as an arrow from its point nearest the origin
            foot = -bias * weights / length**2
            along = np.array([-w2, w1]) / length * 6 * PLANE
            self.border.set_data(*np.transpose([foot - along, foot + along]))
            self.arrow.set_offsets(foot)
            self.arrow.set_UVC(*weights)
        return describe_neuron(activation, w1, w2, bias)


def stretched(limit, value):
    """The end of an axis, doubled until the value lies well within it.

    >>> stretched(8.0, 5.0), stretched(8.0, 13.0), stretched(-1.5, -5.0), stretched(-1.5, 5.0)
    (8.0, 16.0, -6.0, -1.5)
    """
    while value / limit > 0.9:  # a mark right at the end would be cut off
        limit *= 2
    return limit


def draw_neuron(activation="tanh", w1=1.0, w2=-0.5, bias=0.5):
    """What one neuron computes, as a Figure.

    Left: the activation and its slope, with the neuron's place on them at the input (1, 2). Right: the
    output for all inputs, the dashed line where z = 0, and the weights as an arrow at right angles to it.

    activation : a key of ACTIVATIONS, in any case

    >>> figure = draw_neuron("ReLU", w1=1, w2=1, bias=-1)
    """
    picture = NeuronPicture()
    picture.update(activation=activation, w1=w1, w2=w2, bias=bias)
    return picture.figure


def describe_neuron(activation="tanh", w1=1.0, w2=-0.5, bias=0.5):
    """The neuron's numbers in words.

    >>> print(describe_neuron("ReLU", w1=1, w2=1, bias=-4))
    At the input (1, 2): z = -1.00, output 0.000, slope 0.000. A gradient of 1 at the output becomes 0.000 \
for w1, 0.000 for w2 and 0.000 for the bias. The neuron is switched off here: it learns nothing from this \
input.
    """
    activation = choice("activation", activation, ACTIVATIONS, any_case=True)
    layer = ACTIVATIONS[activation]()
    z, output, slope = neuron_at_input(layer, w1, w2, bias)
    text = (f"At the input (1, 2): z = {z:.2f}, output {output:.3f}, slope {slope:.3f}. "
            f"A gradient of 1 at the output becomes {slope * INPUT[0]:.3f} for w1, "
            f"{slope * INPUT[1]:.3f} for w2 and {slope:.3f} for the bias.")
    if slope == 0:
        text += " The neuron is switched off here: it learns nothing from this input."
    elif slope < 0.05:
        why = "" if activation == "leaky ReLU" else " (it is saturated)"
        text += f" The slope is small here{why}: the neuron learns slowly from this input."
    return text


def neuron_at_input(layer, w1, w2, bias):
    """z, output and slope of the neuron at the input (1, 2)."""
    for name, value in (("w1", w1), ("w2", w2), ("bias", bias)):
        number(name, value)
    z = float(INPUT @ [w1, w2] + bias)
    output = layer.forward(np.array([[z]]), train=True).item()
    return z, output, layer.backward(np.ones((1, 1))).item()


def neuron_explorer():
    """Widget for lecture 01: choose activation, two weights and the bias of one neuron."""
    controls = {
        "activation": dropdown("activation", ACTIVATIONS, "tanh"),
        "w1": labelled_slider("weight w1", -3, 3, 1.0, 0.1),
        "w2": labelled_slider("weight w2", -3, 3, -0.5, 0.1),
        "bias": labelled_slider("bias b", -4, 4, 0.5, 0.1),
    }
    return explore(NeuronPicture(), controls,
                   alt="One neuron: left its activation and slope, right its output for all inputs.")
