"""Adam on a narrow valley: a picture for given settings, in words, and as a widget (lecture 11)."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import Adam
from course_lib.show.landscapes import near_window
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider, mark, plain
from course_lib.validation import choice

F = valley(25)
START = np.array([-4.0, 1.5])
STEPS = 100
CORRECTION = {"on": True, "off": False}
WINDOW = np.array([[-5, 5], [-3, 3]])


class AdamPicture(Picture):
    """Left the path over the valley x² + 25y², right the length of each step in learning rates."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.6), dpi=100, layout="constrained")
        self.plane, self.curve = fig.subplots(1, 2, width_ratios=[1.5, 1])
        turn = np.linspace(0, 2 * np.pi, 121)
        ellipse = np.stack([np.cos(turn), np.sin(turn) / 5], axis=-1)
        self.plane.add_collection(LineCollection([r * ellipse for r in 0.4 * np.arange(1, 20) ** 1.5],
                                                 colors="#8FA3B3", linewidths=0.7))
        self.path, = self.plane.plot([], [], color=BLUE, marker="o", markersize=3.5, linewidth=1.2)
        start, self.end = mark(self.plane, "white", "o"), mark(self.plane, VERMILLION, "s")
        star, = self.plane.plot(0, 0, marker="*", color="black", markersize=13, markeredgecolor="white",
                                linestyle="none")
        start.set_data(START[:1], START[1:])
        self.plane.set(xlabel="$x$", ylabel="$y$", xlim=WINDOW[0], ylim=WINDOW[1], aspect="equal")
        self.plane.set_title("path over $x^2 + 25y^2$")
        self.plane.grid(False)
        named = [(start, "start"), (self.end, f"after {STEPS} steps"), (star, "minimum")]
        self.plane.legend(*zip(*named, strict=True), loc="upper right", ncols=3, columnspacing=1,
                          handlelength=1)
        self.along, = self.curve.semilogy([], [], color=BLUE, linestyle="-", label="along x")
        self.across, = self.curve.semilogy([], [], color=VERMILLION, linestyle="--", label="along y")
        self.curve.axhline(1, color="black", linewidth=0.8, linestyle=(0, (1, 3)))
        self.curve.set(xlabel="step", ylabel="length of the step / lr", xlim=(0, STEPS), ylim=(0.002, 1e3))
        self.curve.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
        self.words = self.curve.text(0.97, 0.96, "", transform=self.curve.transAxes, ha="right", va="top")
        super().__init__(fig, [self.path, start, self.end, star, self.along, self.across, self.words])

    def update(self, *, lr, beta1, beta2, bias_correction):
        trace = adam_trace(lr, beta1, beta2, bias_correction)
        points = near_window(trace.x, WINDOW)
        self.path.set_data(*points.T)
        self.end.set_data(*points[-1:].T)
        lengths = np.abs(np.diff(trace.x, axis=0)) / lr
        for line, values in ((self.along, lengths[:, 0]), (self.across, lengths[:, 1])):
            line.set_data(np.arange(1, len(values) + 1), np.maximum(values, 1e-4))  # zero cannot be drawn
        self.words.set_text(f"lr {lr:.3g}, β₁ {beta1:g}, β₂ {beta2:g}\ncorrection {bias_correction}")
        return in_words(trace, lengths, beta1, beta2, bias_correction)


def adam_trace(lr, beta1, beta2, bias_correction):
    correct = CORRECTION[choice("bias_correction", bias_correction, CORRECTION)]
    return minimize(F, START, Adam(lr=lr, beta1=beta1, beta2=beta2, bias_correction=correct), STEPS)


def draw_adam(lr=0.1, beta1=0.9, beta2=0.999, bias_correction="on"):
    """100 steps of Adam on x² + 25y² from (-4, 1.5), as a Figure; bias_correction is "on" or "off".

    >>> figure = draw_adam(lr=0.2, beta2=0.9)
    """
    picture = AdamPicture()
    picture.update(lr=lr, beta1=beta1, beta2=beta2, bias_correction=bias_correction)
    return picture.figure


def describe_adam(lr=0.1, beta1=0.9, beta2=0.999, bias_correction="on"):
    """The first and the longest step, and where Adam is after 100 steps.

    >>> print(describe_adam(bias_correction="off"))
    The first step is 3.16 learning rates in each coordinate, since (1 - β₁)/√(1 - β₂) = 3.16. The longest \
is 5.6 along x and 4.7 along y. After 100 steps the loss is 7e-06 of that at the start.
    """
    trace = adam_trace(lr, beta1, beta2, bias_correction)
    return in_words(trace, np.abs(np.diff(trace.x, axis=0)) / lr, beta1, beta2, bias_correction)


def in_words(trace, lengths, beta1, beta2, bias_correction):
    first = 1.0 if bias_correction == "on" else (1 - beta1) / np.sqrt(1 - beta2)
    why = ("since the correction makes both averages those of one gradient" if bias_correction == "on"
           else f"since (1 - β₁)/√(1 - β₂) = {first:.3g}")
    x, y = lengths.max(axis=0)
    left = trace.loss[-1] / trace.loss[0]
    rates = "rate" if first == 1 else "rates"
    return (f"The first step is {first:.3g} learning {rates} in each coordinate, {why}. "
            f"The longest is {plain(x, 2)} along x and {plain(y, 2)} along y. "
            f"After {STEPS} steps the loss is {plain(left, 1)} of that at the start.")


def adam_explorer():
    """Widget for lecture 11: choose the learning rate, β₁, β₂ and the bias correction."""
    controls = {
        "lr": labelled_slider("learning rate", 0.01, 1, 0.1, log=True),
        "beta1": labelled_slider("β₁", 0, 0.99, 0.9, 0.01),
        "beta2": labelled_slider("β₂", 0, 0.999, 0.999, 0.001),
        "bias_correction": dropdown("bias correction", CORRECTION, "on"),
    }
    return explore(AdamPicture(), controls,
                   alt="Left the path over the level lines of a valley, right the length of each step.")
