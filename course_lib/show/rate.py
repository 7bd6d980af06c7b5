"""Gradient descent on a valley: a picture for a rate and κ, in words, and as a widget (lecture 03)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.show.momentum import motion_along
from course_lib.show.valley import ValleyPlane
from course_lib.show.widgets import BLUE, VERMILLION, Picture, explore, labelled_slider, mark, plain
from course_lib.studies.convergence import strongly_convex_bound

START = np.array([-4.0, 1.5])
STEPS = 100
LOWEST, HIGHEST = 1e-9, 1e4  # of the loss relative to the start
FARTHEST = 2.6  # the largest lr · curvature that the middle panel shows


class RatePicture(Picture):
    """The path over ½(x² + κy²); the factor of both directions; the loss and its bound."""

    def __init__(self):
        fig = Figure(figsize=(11, 3.6), dpi=100, layout="constrained")
        plane, self.line, self.curve = fig.subplots(1, 3, width_ratios=[1.5, 0.9, 1])
        self.plane = ValleyPlane(plane, START, STEPS, 3.3,
                                 r"path over $\frac{1}{2}(x^2 + \kappa y^2)$")

        reach = np.array([0, FARTHEST])
        self.line.axhspan(-1, 1, color="#E3EEF5")
        self.line.plot(reach, 1 - reach, color="#555555", linestyle="-", linewidth=1.2)
        self.line.set(xlabel="learning rate × curvature", ylabel="factor per step",
                      xlim=(-0.1, FARTHEST + 0.1), ylim=(-1.75, 1.25), title="within the band it converges")
        self.flat, self.steep = mark(self.line, BLUE, "o"), mark(self.line, VERMILLION, "D")
        self.line.legend([self.flat, self.steep], ["along $x$", "along $y$"], loc="lower left")

        self.loss, = self.curve.semilogy([], [], color=BLUE, linestyle="-", label="measured")
        self.bound, = self.curve.semilogy([], [], color="black", linestyle="--", label="bound")
        self.curve.set(xlabel="step", ylabel="loss / loss at the start", xlim=(0, STEPS),
                       ylim=(LOWEST, HIGHEST), title="loss")
        self.curve.legend(loc="upper right")
        self.words = self.curve.text(0.04, 0.04, "", transform=self.curve.transAxes)
        super().__init__(fig, [*self.plane.artists, self.flat, self.steep,
                               self.loss, self.bound, self.words])

    def update(self, *, lr, kappa):
        trace = rate_trace(lr, kappa)
        self.plane.update(trace.x, kappa)
        for dot, marker, curvature in ((self.flat, "o", 1.0), (self.steep, "D", kappa)):
            place = min(lr * curvature, FARTHEST)
            dot.set_data([place], [1 - place])
            dot.set_marker(marker if place < FARTHEST else ">")  # farther than the panel reaches
        # Far outside the axis there is no difference to see, and zero and 1e308 cannot be drawn.
        steps = np.arange(len(trace.loss))
        bound = strongly_convex_bound(kappa, 1.0, steps, float(np.linalg.norm(START)), lr)
        for line, values in ((self.loss, trace.loss), (self.bound, bound)):
            line.set_data(steps, np.clip(values / trace.loss[0], LOWEST**2, HIGHEST**2))
        edge, best = edge_and_best(kappa)
        self.words.set_text(f"lr {lr:.3g}, κ = {plain(kappa)}\nedge {edge}, best {best}")
        return in_words(trace, lr, kappa)


def draw_rate(lr=0.05, kappa=25.0):
    """100 steps of gradient descent on ½(x² + κy²) from (-4, 1.5), as a Figure.

    >>> figure = draw_rate(lr=0.1, kappa=10)
    """
    picture = RatePicture()
    picture.update(lr=lr, kappa=kappa)
    return picture.figure


def rate_trace(lr, kappa):
    return minimize(quadratic(kappa), START, SGD(lr=lr), STEPS)


def describe_rate(lr=0.05, kappa=25.0):
    """How gradient descent moves along each axis of ½(x² + κy²), and where it is after 100 steps.

    >>> print(describe_rate(lr=0.07, kappa=25))
    Along x (curvature 1) it creeps from one side, error × 0.930 per step. Along y (curvature 25) it zigzags \
from side to side, error × 0.750 per step. The edge is at lr 2/κ = 0.08, the best rate is \
2/(1 + κ) = 0.0769. After 100 steps the loss is 1e-07 of that at the start.
    """
    return in_words(rate_trace(lr, kappa), lr, kappa)


def in_words(trace, lr, kappa):
    text = ""
    for axis, curvature in (("x", 1.0), ("y", kappa)):
        factor, motion = motion_along(curvature, "gradient descent", lr, 0.0)
        text += f"Along {axis} (curvature {plain(curvature)}) it {motion}, error × {factor:.3f} per step"
        text += ". " if factor < 1 else ", so it diverges. " if factor > 1 else ", so it never arrives. "
    edge, best = edge_and_best(kappa)
    text += f"The edge is at lr 2/κ = {edge}, the best rate is 2/(1 + κ) = {best}. "
    if trace.diverged:
        return text + f"The loss overflows after {trace.steps} steps."
    left = trace.loss[-1] / trace.loss[0]
    return text + f"After {STEPS} steps the loss is {plain(left, 1)} of that at the start."


def edge_and_best(kappa):
    """Both rates in as many digits as tell them apart."""
    digits = 3 if kappa < 300 else 4
    return plain(2 / kappa, digits), plain(2 / (1 + kappa), digits)


def rate_explorer():
    """Widget for lecture 03: choose the learning rate and the condition number κ."""
    controls = {
        "lr": labelled_slider("learning rate", 0.001, 2.5, 0.05, log=True),
        "kappa": labelled_slider("κ, condition", 1, 1000, 25, log=True),
    }
    return explore(RatePicture(), controls,
                   alt="Left the path over the level lines of a valley, in the middle the factor per step of "
                       "both directions, right the loss per step and its bound.")
