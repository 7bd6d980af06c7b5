"""Momentum on a narrow valley: a picture for given settings, in words, and as a widget (lecture 09)."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.figure import Figure

from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum, Nesterov
from course_lib.show.valley import ValleyPlane
from course_lib.show.widgets import BLUE, Picture, dropdown, explore, labelled_slider, plain
from course_lib.validation import choice

METHODS = {
    "gradient descent": lambda lr, momentum: SGD(lr=lr),
    "momentum": lambda lr, momentum: Momentum(lr=lr, momentum=momentum),
    "Nesterov": lambda lr, momentum: Nesterov(lr=lr, momentum=momentum),
}
START = np.array([-4.0, 1.0])
STEPS = 80
LOWEST, HIGHEST = 1e-8, 1e3  # of the loss relative to the start


class MomentumPicture(Picture):
    """Left the path over the valley x² + κy², right the loss against the step."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.6), dpi=100, layout="constrained")
        plane, self.curve = fig.subplots(1, 2, width_ratios=[1.5, 1])
        self.plane = ValleyPlane(plane, START, STEPS, 3.1,
                                 r"path over $x^2 + \kappa y^2$")
        self.loss, = self.curve.semilogy([], [], color=BLUE, linestyle="-")
        self.curve.set(xlabel="step", ylabel="loss / loss at the start",
                       xlim=(0, STEPS), ylim=(LOWEST, HIGHEST))
        self.curve.set_title("loss")
        self.words = self.curve.text(0.97, 0.96, "", transform=self.curve.transAxes, ha="right", va="top")
        super().__init__(fig, [*self.plane.artists, self.loss, self.words])

    def update(self, *, method, lr, momentum, kappa):
        method = choice("method", method, METHODS, any_case=True)
        trace = momentum_trace(method, lr, momentum, kappa)
        self.plane.update(trace.x, kappa)
        # Far outside the axis there is no difference to see, and zero and 1e308 cannot be drawn.
        relative = np.clip(trace.loss / trace.loss[0], LOWEST**2, HIGHEST**2)
        self.loss.set_data(np.arange(len(relative)), relative)
        used = "" if method == "gradient descent" else f", momentum {momentum:g}"
        self.words.set_text(f"{method}\nlr {lr:.3g}{used}\nκ = {kappa:.3g}")
        return in_words(trace, method, lr, momentum, kappa)


def draw_momentum(method="momentum", lr=0.01, momentum=0.9, kappa=25.0):
    """80 steps of gradient descent, momentum or Nesterov on x² + κy² from (-4, 1), as a Figure.

    method : a key of METHODS, in any case

    >>> figure = draw_momentum("Nesterov", lr=0.02, momentum=0.8, kappa=10)
    """
    picture = MomentumPicture()
    picture.update(method=method, lr=lr, momentum=momentum, kappa=kappa)
    return picture.figure


def momentum_trace(method, lr, momentum, kappa):
    return minimize(valley(kappa), START, METHODS[method](lr, momentum), STEPS)


def describe_momentum(method="momentum", lr=0.01, momentum=0.9, kappa=25.0):
    """How the method moves along each axis of the valley, and where it is after 80 steps.

    Along an axis of curvature h (2 for x, 2κ for y) a step is a linear recursion, and its characteristic
    roots tell all (Polyak 1964; Goh 2017, "Why Momentum Really Works"): the largest modulus is the factor by
    which the error shrinks per step; complex roots swing, a negative root changes side at every step.

    >>> print(describe_momentum("gradient descent", lr=0.03, kappa=25))
    Along x (curvature 2) it creeps from one side, error × 0.940 per step. Along y (curvature 50) it zigzags \
from side to side, error × 0.500 per step. After 80 steps the loss is 2e-05 of that at the start.
    """
    method = choice("method", method, METHODS, any_case=True)
    return in_words(momentum_trace(method, lr, momentum, kappa), method, lr, momentum, kappa)


def in_words(trace, method, lr, momentum, kappa):
    text = ""
    for axis, curvature in (("x", 2), ("y", 2 * kappa)):
        factor, motion = motion_along(curvature, method, lr, momentum)
        text += f"Along {axis} (curvature {curvature:.3g}) it {motion}, error × {factor:.3f} per step"
        text += ". " if factor < 1 else ", so it diverges. " if factor > 1 else ", so it never arrives. "
    if trace.diverged:
        return text + f"The loss overflows after {trace.steps} steps."
    left = trace.loss[-1] / trace.loss[0]
    return text + f"After {STEPS} steps the loss is {plain(left, 1)} of that at the start."


def motion_along(curvature, method, lr, momentum):
    """The factor per step and the kind of motion, from the roots of the recursion's polynomial.

    >>> motion_along(2.0, "momentum", lr=0.1, momentum=0.81)
    (0.9, 'swings through the middle and back')
    """
    step = lr * curvature
    mu = 0.0 if method == "gradient descent" else momentum
    if method == "Nesterov":  # x' = (1 + mu)(1 - step) x - mu (1 - step) x_before
        polynomial = [1, -(1 + mu) * (1 - step), mu * (1 - step)]
    else:  # x' = (1 + mu - step) x - mu x_before
        polynomial = [1, -(1 + mu - step), mu]
    roots = np.roots(polynomial)
    largest = roots[np.argmax(np.abs(roots))]
    if abs(largest) < 1e-9:
        motion = "arrives in one step"
    elif abs(largest.imag) > 1e-9:
        motion = "swings through the middle and back"
    else:
        motion = "creeps from one side" if largest.real >= 0 else "zigzags from side to side"
    return float(round(abs(largest), 12)), motion


def momentum_explorer():
    """Widget for lecture 09: choose method, learning rate, momentum and the condition number κ.

    With gradient descent, which has no momentum, that control is greyed out.
    """
    controls = {
        "method": dropdown("method", METHODS, "momentum"),
        "lr": labelled_slider("learning rate", 0.001, 1, 0.01, log=True),
        "momentum": labelled_slider("momentum", 0, 0.99, 0.9, 0.01),
        "kappa": labelled_slider("κ, condition", 1, 100, 25, log=True),
    }
    traitlets.dlink((controls["method"], "value"), (controls["momentum"], "disabled"),
                    lambda name: name == "gradient descent")
    return explore(MomentumPicture(), controls,
                   alt="Left the path over the level lines of a narrow valley, right the loss per step.")
