"""Ridge, lasso and elastic net on eight features, at a strength to choose: a widget (lecture 18)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from course_lib.show.lecture18 import path_lines
from course_lib.show.legends import legend_above
from course_lib.show.widgets import BLUE, Picture, dropdown, explore, labelled_slider, mark, plain
from course_lib.studies.penalties import KINDS, SPARSE, eight_features, path
from course_lib.validation import choice, number

ALPHAS = np.geomspace(0.1, 10_000, 101)
NOISE = 2.0
PURPLE = "#CC79A7"  # of the course's style, and not the colour of a path
DATA = eight_features(noise=NOISE, rng=np.random.default_rng(1))
FRESH = eight_features(1000, NOISE, rng=np.random.default_rng(2))  # of the same kind, to test on


class PathPicture(Picture):
    """Left the weights against the strength with the chosen one marked, right the weights there."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.8), dpi=100, layout="constrained")
        self.left, right = fig.subplots(1, 2, width_ratios=[1.3, 1])
        self.paths = {kind: path(kind, DATA.x, DATA.y, ALPHAS) for kind in KINDS}
        self.lines = path_lines(self.left, ALPHAS, self.paths["lasso"], SPARSE)
        self.left.set(ylabel="weight", title="weights along the path", ylim=(-1.5, 4))
        legend_above(fig, self.left, ncols=4)
        self.mark = self.left.axvline(1, color="black", linewidth=1.2)
        places = np.arange(len(SPARSE))
        right.bar(places, SPARSE, color="none", edgecolor="black", label="true")
        self.bars = right.bar(places, SPARSE, width=0.5, color=BLUE, label="found")
        self.zeros = mark(right, PURPLE, "X")
        self.zeros.set_label("exactly zero")
        right.axhline(0, color="black", linewidth=0.6)
        right.set(xlabel="feature", ylim=(-1.5, 4), title="weights at this strength")
        right.set_xticks(places, [str(j + 1) for j in places])
        right.legend(loc="upper right")
        super().__init__(fig, [*self.lines, self.mark, *self.bars, self.zeros])

    def update(self, *, penalty, alpha):
        weights = weights_at(penalty, alpha)
        for line, values in zip(self.lines, self.paths[penalty].T, strict=True):
            line.set_ydata(values)
        self.mark.set_xdata([alpha, alpha])
        for bar, weight in zip(self.bars, weights, strict=True):
            bar.set_height(weight)
        places = np.flatnonzero(weights == 0)
        self.zeros.set_data(places, np.zeros(len(places)))
        return in_words(penalty, alpha, weights)


def weights_at(penalty, alpha):
    """The weights (8,) of the widget's data with one penalty and strength."""
    choice("penalty", penalty, KINDS)
    return path(penalty, DATA.x, DATA.y, [float(number("alpha", alpha, ALPHAS[0], ALPHAS[-1]))])[0]


def draw_path(penalty="lasso", alpha=100.0):
    """The weights along the path of a penalty and at one strength, from 0.1 to 10,000, as a Figure.

    >>> figure = draw_path("ridge", alpha=30.0)
    """
    picture = PathPicture()
    picture.update(penalty=penalty, alpha=alpha)
    return picture.figure


def describe_path(penalty="lasso", alpha=100.0):
    """How many weights are exactly zero, and the error on the training data and on 1,000 new examples.

    >>> print(describe_path("ridge", alpha=1.0).split(":")[0])
    ridge with strength 1
    """
    return in_words(penalty, alpha, weights_at(penalty, alpha))


def in_words(penalty, alpha, weights):
    mean_error = lambda data: np.mean((data.x @ weights - data.y) ** 2)  # noqa: E731
    zeros, right = int((weights == 0).sum()), int(((weights == 0) & (SPARSE == 0)).sum())
    found = f"{zeros} of 8 weights are exactly zero" + (f", {right} of them truly" if zeros else "")
    return (f"{penalty} with strength {plain(alpha)}: {found}. Mean squared error {mean_error(DATA):.1f} on "
            f"the 40 training examples, {mean_error(FRESH):.1f} on 1,000 new ones "
            f"(the noise alone gives {NOISE**2:g}).")


def path_explorer():
    """Widget for lecture 18: choose the penalty and its strength along the path."""
    controls = {"penalty": dropdown("penalty", list(KINDS), "lasso"),
                "alpha": labelled_slider("strength α", ALPHAS[0], ALPHAS[-1], 100.0, log=True)}
    return explore(PathPicture(), controls,
                   alt="Left eight weights against the strength of the penalty, right the weights at the "
                       "chosen strength beside the true ones.")
