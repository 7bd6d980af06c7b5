"""Design a schedule and see the loss it gives: a picture, in words, and as a widget (lecture 16).

The loss is that of x1² + 2x2² with noise in the gradient, over all runs, and exact.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from course_lib.schedules import warmup
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider, plain
from course_lib.studies.lr_schedules import CURVATURES, FAMILY, START, best_rate, make_schedule, rates_of
from course_lib.studies.stochastic import moments
from course_lib.validation import number

STEPS = 200
MOST = 0.48  # learning rate; beyond 0.5 = 2/4 a constant rate diverges
WARM = 0.5  # the largest share of warm-up
SHAPES = [name for name in FAMILY if name != "warm-up, cosine"]  # warm-up has its own slider
LOWEST, HIGHEST = 1e-5, 1e5  # of the loss axis, with room for the words


class DesignerPicture(Picture):
    """Left the rate, right the expected loss, each beside the best constant rate's."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.6), dpi=100, layout="constrained")
        self.left, self.right = fig.subplots(1, 2)
        look = {"color": VERMILLION, "linestyle": "--", "linewidth": 1.2}
        self.constant, = self.left.plot([], [], **look)
        self.rate, = self.left.plot([], [], color=BLUE)
        self.left.set(xlabel="step", ylabel="learning rate", xlim=(0, STEPS), ylim=(1e-5, 1), yscale="log")
        self.left.set_title("learning rate")
        self.floor, = self.right.semilogy([], [], **look)
        self.loss, = self.right.semilogy([], [], color=BLUE)
        self.right.set(xlabel="step", ylabel="expected loss", xlim=(0, STEPS), ylim=(LOWEST, HIGHEST))
        self.right.set_title("expected loss")
        fig.legend([self.loss, self.floor], ["your schedule", "best constant rate"],
                   loc="outside upper center", ncols=2, frameon=False)
        self.words = self.right.text(0.97, 0.96, "", transform=self.right.transAxes, ha="right", va="top")
        super().__init__(fig, [self.constant, self.rate, self.floor, self.loss, self.words])

    def update(self, *, shape, lr, warm, noise):
        schedule = designed(shape, lr, warm)
        rates = rates_of(schedule, STEPS)
        found = moments(CURVATURES, START, schedule, STEPS, noise=noise).loss
        best, _ = best_rate("constant", STEPS, noise)
        theirs = moments(CURVATURES, START, best, STEPS, noise=noise).loss
        steps = np.arange(STEPS + 1)
        self.rate.set_data(steps[:-1], np.maximum(rates, 1e-9))
        self.constant.set_data([0, STEPS], [best, best])
        self.loss.set_data(steps, np.clip(found, LOWEST**2, HIGHEST**2))
        self.floor.set_data(steps, np.clip(theirs, LOWEST**2, HIGHEST**2))
        self.words.set_text(f"{shape}\nlargest rate {lr:.3g}, warm-up {warm:.0%}\nnoise {noise:.3g}")
        return in_words(rates, found[-1], best, theirs[-1])


def designed(shape, lr, warm):
    """The schedule of the widget: warm-up for this share of the steps, then the shape in what is left."""
    number("lr", lr, 0.001, MOST)
    rise = round(number("warm", warm, 0, WARM) * STEPS)
    if shape not in SHAPES:
        raise ValueError(f"shape must be one of {', '.join(map(repr, SHAPES))}, got {shape!r}")
    schedule = make_schedule(shape, lr, STEPS - rise)
    return warmup(schedule, rise) if rise else schedule


def draw_schedule(shape="cosine", lr=0.03, warm=0.0, noise=1.0):
    """200 steps on x1² + 2x2² from (-5, -2.5) under a schedule, as a Figure.

    shape : one of FAMILY but "warm-up, cosine"; lr : its largest rate; warm : share of the steps that rise
    to it, at most 0.5; noise : standard deviation of the noise in each entry of the gradient, 0.1 to 3

    >>> figure = draw_schedule("linear", lr=0.05, warm=0.1)
    """
    picture = DesignerPicture()
    picture.update(shape=shape, lr=lr, warm=warm, noise=_noise(noise))
    return picture.figure


def describe_schedule(shape="cosine", lr=0.03, warm=0.0, noise=1.0):
    """The end of the schedule, the sum of its rates, and the loss beside that of the best constant rate.

    >>> print(describe_schedule("constant", lr=0.1))
    The last rate is 0.1, the sum of all rates 20. After 200 steps the expected loss is 0.059. The best \
constant rate, 0.0131, gives 0.0073: 8.1 times lower.
    """
    schedule, noise = designed(shape, lr, warm), _noise(noise)
    best, loss = best_rate("constant", STEPS, noise)
    found = moments(CURVATURES, START, schedule, STEPS, noise=noise).loss[-1]
    return in_words(rates_of(schedule, STEPS), found, best, loss)


def in_words(rates, loss, best, theirs):
    text = (f"The last rate is {rates[-1]:.2g}, the sum of all rates {rates.sum():.3g}. After {STEPS} steps "
            f"the expected loss is {loss:.2g}. The best constant rate, {best:.3g}, gives {theirs:.2g}")
    if loss > 1.005 * theirs:
        return f"{text}: {plain(loss / theirs, 2)} times lower."
    if theirs > 1.005 * loss:
        return f"{text}: {plain(theirs / loss, 2)} times higher."
    return f"{text}: the same."


def _noise(noise):
    return number("noise", noise, 0.1, 3)


def schedule_designer():
    """Widget for lecture 16: choose a schedule, its largest rate, a warm-up and the noise."""
    controls = {
        "shape": dropdown("schedule", SHAPES, "cosine"),
        "lr": labelled_slider("largest rate", 0.001, MOST, 0.03, log=True),
        "warm": labelled_slider("warm-up, share", 0, WARM, 0.0, 0.05),
        "noise": labelled_slider("noise", 0.1, 3, 1.0, 0.1),
    }
    return explore(DesignerPicture(), controls,
                   alt="Left the learning rate against the step, right the expected loss it gives, both "
                       "beside the best constant rate.")
