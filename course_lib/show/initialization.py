"""Scale of the first weights against depth: a picture, in words, and as a widget (lecture 06)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from course_lib.show.legends import legend_above
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider
from course_lib.studies.mean_field import ACTIVATIONS, gradient_factors, variances
from course_lib.validation import choice, integer, number

WIDTHS = {"10 units": 10, "30 units": 30, "100 units": 100}
DEEPEST, BATCH = 100, 16
LOWEST, HIGHEST = 1e-12, 1e12


class InitializationPicture(Picture):
    """Left the variance forward, right the gradient backward, each measured and by theory."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.6), dpi=100, layout="constrained")
        self.axes = fig.subplots(1, 2)
        self.lines = []
        for ax, title, label in zip(
                self.axes, ("forward", "backward"),
                ("variance of the pre-activations", "gradient norm / that of the last layer"), strict=True):
            measured, = ax.semilogy([], [], color=BLUE, linestyle="-", marker="o", markersize=3,
                                    label="this network")
            theory, = ax.semilogy([], [], color=VERMILLION, linestyle="--", label="infinitely wide")
            ax.axhline(1, color="#666666", linewidth=1, linestyle=":")
            ax.set(xlabel="layer", ylabel=label, xlim=(0, DEEPEST + 1), ylim=(LOWEST, HIGHEST))
            ax.set_title(title)
            self.lines += [measured, theory]
        legend_above(fig, self.axes[0], ncols=2)
        super().__init__(fig, self.lines)

    def update(self, *, activation, scale, depth, width):
        depth = round(depth)  # the number box takes any number
        curves = run(activation, scale, depth, width)
        for line, values in zip(self.lines, curves, strict=True):
            line.set_data(np.arange(1, depth + 1), np.clip(values, LOWEST**2, HIGHEST**2))
        return in_words(curves, activation, scale, depth, width)


def run(activation, scale, depth, width):
    """Variance measured and by theory, gradient norm over the last measured and by theory; each (depth,)."""
    activation = choice("activation", activation, ACTIVATIONS, any_case=True)
    number("scale", scale, 0, open_low=True)
    integer("depth", depth, 1, DEEPEST)
    units = WIDTHS[choice("width", width, WIDTHS)]
    x, weights, g = draws(units)
    w = weights[:depth] * (scale / math.sqrt(units))
    layers, z = [], []
    for matrix in w:
        z.append(x @ matrix)
        layers.append(ACTIVATIONS[activation]())
        x = layers[-1].forward(z[-1], train=True)
    norms = []
    for layer, matrix in zip(reversed(layers), w[::-1], strict=True):
        g = layer.backward(g)
        norms.append(np.linalg.norm(g))
        g = g @ matrix.T
    measured = np.array([values.var() for values in z])
    norms = np.array(norms[::-1])
    with np.errstate(divide="ignore", invalid="ignore"):  # narrow ReLU layers can die out
        relative = np.where(norms > 0, norms / norms[-1], 0.0)
    theory = variances(activation, scale**2, scale**2, depth)
    factors = gradient_factors(activation, scale**2, theory[:-1])
    return measured, theory, relative, np.concatenate([factors[::-1].cumprod()[::-1], [1.0]])


@cache
def draws(units):
    """An input (batch, units), the weights of 100 layers before scaling, and a gradient at the end."""
    rng = np.random.default_rng([6, units])
    return (rng.standard_normal((BATCH, units)), rng.standard_normal((DEEPEST, units, units)),
            rng.standard_normal((BATCH, units)))


def draw_initialization(activation="tanh", scale=1.0, depth=50, width="100 units"):
    """Variance and gradient norm in each layer, for weights from N(0, scale²/fan_in), as a Figure.

    activation : its name, in any case

    >>> figure = draw_initialization("ReLU", scale=1.0, depth=100)
    """
    picture = InitializationPicture()
    picture.update(activation=activation, scale=scale, depth=depth, width=width)
    return picture.figure


def describe_initialization(activation="tanh", scale=1.0, depth=50, width="100 units"):
    """How the variance and the gradient change through the layers.

    activation : its name, in any case

    >>> print(describe_initialization("identity", scale=2.0, depth=11))
    identity, scale 2, 11 layers of 100 units: the variance goes from 3.62 to 4.66e+06. The gradient at the \
first layer is 1e+03 times that at the last, a factor of 2.00 per layer: it explodes.
    """
    return in_words(run(activation, scale, depth, width), activation, scale, depth, width)


def in_words(curves, activation, scale, depth, width):
    variance, _, gradient, _ = curves
    activation = choice("activation", activation, ACTIVATIONS, any_case=True)  # as it is spelled here
    text = (f"{activation}, scale {scale:.3g}, {depth} layer{'s'[:depth > 1]} of {width}: the variance goes "
            f"from {variance[0]:.3g} to {variance[-1]:.3g}. ")
    if not gradient[0] > 0:
        return text + "No gradient arrives at the first layer: all units of some layer are off."
    if depth == 1:
        return text + "With one layer there is nothing to vanish or to explode."
    factor = gradient[0] ** (1 / (depth - 1))
    verdict = ("vanishes" if gradient[0] < 0.01 else "explodes" if gradient[0] > 100 else
               "arrives at a size of the same order")
    return text + (f"The gradient at the first layer is {gradient[0]:.1g} times that at the last, a factor "
                   f"of {factor:.2f} per layer: it {verdict}.")


def initialization_explorer():
    """Widget for lecture 06: choose activation, scale of the weights, depth and width."""
    controls = {
        "activation": dropdown("activation", ACTIVATIONS, "tanh"),
        "scale": labelled_slider("scale, σ√fan_in", 0.1, 10, 1, log=True),
        "depth": labelled_slider("layers", 1, DEEPEST, 50, 1, whole=True),
        "width": dropdown("width", WIDTHS, "100 units"),
    }
    return explore(InitializationPicture(), controls,
                   alt="Left the variance of the pre-activations in each layer, right the gradient's norm in "
                       "each layer; dots for a network, a dashed line for the theory of wide networks.")
