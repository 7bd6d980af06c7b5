"""Learning rate and batch normalization: a picture, in words, and as a widget (lecture 08)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from course_lib.show.legends import legend_above
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider
from course_lib.studies.batch_norm_digits import CURVE, LIMIT, NETWORKS, RATES, TARGET
from course_lib.studies.batch_norm_results import stored
from course_lib.validation import choice, number

LOOKS = {"without": ("without batch norm", BLUE, "-", "o"),
         "with": ("with batch norm", VERMILLION, "--", "s")}


class NormPicture(Picture):
    """Left the accuracy during training at one rate, right the steps to 90 % at all rates."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.7), dpi=100, layout="constrained")
        left, right = fig.subplots(1, 2)
        self.curves, self.steps, self.marks = {}, {}, {}
        for way, (label, color, line, marker) in LOOKS.items():
            self.curves[way], = left.plot([], [], color=color, linestyle=line, label=label)
            self.steps[way], = right.loglog([], [], color=color, linestyle=line, marker=marker, markersize=5)
            self.marks[way], = right.plot([], [], color=color, marker=marker, markersize=11,
                                          markeredgecolor="black", linestyle="none")
        left.axhline(TARGET, color="#666666", linewidth=1, linestyle=":")
        left.set(xlabel="step", ylabel="accuracy in evaluation", xlim=(0, CURVE[-1]), ylim=(0, 1),
                 title="at this rate")
        legend_above(fig, left, ncols=2)
        right.set(xlabel="learning rate", ylabel="steps to 90 %", title="at all rates",
                  xlim=(RATES[0] / 1.4, RATES[-1] * 1.4), ylim=(8, LIMIT * 1.3))
        self.line = right.axvline(RATES[0], color="#444444", linewidth=1, linestyle=":")
        super().__init__(fig, [*self.curves.values(), *self.steps.values(), *self.marks.values(), self.line])

    def update(self, *, network, lr):
        runs, row = stored_once()[choice("network", network, NETWORKS)], nearest(lr)
        for way, found in runs.items():
            steps = np.median(found["steps"], axis=1)
            steps = np.where(np.isfinite(steps), steps, np.nan)
            self.curves[way].set_data(CURVE, found["curves"][row])
            self.steps[way].set_data(RATES, steps)
            self.marks[way].set_data([RATES[row]], [steps[row]])
        self.line.set_xdata([RATES[row], RATES[row]])
        return in_words(runs, network, lr)


@cache
def stored_once():
    return stored()


def nearest(lr):
    """The place in RATES of the rate nearest to `lr`, by ratio.

    >>> RATES[nearest(0.06)]
    0.05
    """
    number("lr", lr, 0, open_low=True)
    return int(np.argmin(np.abs(np.log(np.divide(RATES, lr)))))


def in_words(runs, network, lr):
    row = nearest(lr)
    rate = f"{RATES[row]:g}"
    if not np.isclose(lr, RATES[row]):
        rate += f" (the stored one nearest to {lr:.3g})"

    def ends(way):
        if np.isnan(runs[way]["curves"][row]).all():
            return "not tried (it never arrived at two lower rates)"
        steps = np.median(runs[way]["steps"][row])
        return f"{steps:,.0f} steps" if np.isfinite(steps) else f"never (in {LIMIT:,} steps)"

    return (f"{network}, learning rate {rate}: 90 % without batch norm {ends('without')}, with it "
            f"{ends('with')}. Medians of 3 runs.")


def draw_batch_norm(network="3 sigmoid", lr=1.0):
    """Accuracy and steps with and without batch normalization at the stored rate nearest to `lr`, a Figure.

    >>> figure = draw_batch_norm("8 ReLU", lr=0.5)
    """
    picture = NormPicture()
    picture.update(network=network, lr=lr)
    return picture.figure


def describe_batch_norm(network="3 sigmoid", lr=1.0):
    """How many steps the network needs with and without batch normalization, in a sentence."""
    return in_words(stored_once()[choice("network", network, NETWORKS)], network, lr)


def batch_norm_explorer():
    """Widget for lecture 08: choose a network and a learning rate; the runs are stored."""
    controls = {
        "network": dropdown("network", NETWORKS, "3 sigmoid"),
        "lr": labelled_slider("learning rate", RATES[0], RATES[-1], 1.0, log=True),
    }
    return explore(NormPicture(), controls,
                   alt="Left the accuracy per step with and without batch norm, right the steps to 90 % "
                       "against the learning rate.")
