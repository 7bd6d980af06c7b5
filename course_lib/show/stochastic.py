"""Noisy gradients on x1² + 2x2²: a picture for given settings, in words, and as a widget (lecture 04)."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider, mark, plain
from course_lib.studies.stochastic import moments, stationary_variance
from course_lib.validation import choice, number

CURVATURES, START, STEPS = np.array([2.0, 4.0]), np.array([-5.0, -2.5]), 400
AVERAGES = {
    "none": lambda: None,
    "tail, from step 50": lambda: TailAverage(start=50),
    "exponential, 0.9": lambda: ExponentialAverage(0.9),
    "exponential, 0.99": lambda: ExponentialAverage(0.99),
}
LOWEST, HIGHEST = 1e-5, 1e4  # of the loss axis, with room for the words
MOST = 0.48  # learning rate; beyond 0.5 = 2/4 the run diverges


class StochasticPicture(Picture):
    """Left one run and its average near the minimum, right its losses and the expected ones."""

    def __init__(self):
        # The same noise at every setting, so that only what the reader changes changes.
        self.noise = np.random.default_rng(4).standard_normal((STEPS, 2))
        fig = Figure(figsize=(9, 3.7), dpi=100, layout="constrained")
        self.plane, self.curve = fig.subplots(1, 2, width_ratios=[1.2, 1])
        turn = np.linspace(0, 2 * np.pi, 121)
        ellipse = np.stack([np.cos(turn), np.sin(turn) / np.sqrt(2)], axis=-1)
        rings = [radius * ellipse for radius in 0.15 * np.arange(1, 12) ** 1.3]
        self.plane.add_collection(LineCollection(rings, colors="#8FA3B3", linewidths=0.7))
        self.path, = self.plane.plot([], [], color=BLUE, linewidth=0.8, marker=".", markersize=3)
        self.mean, = self.plane.plot([], [], color=VERMILLION, linestyle="--", linewidth=2)
        self.last, self.end = mark(self.plane, BLUE, "o"), mark(self.plane, VERMILLION, "s")
        self.plane.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(-1.6, 1.6), ylim=(-1.1, 1.1), aspect="equal")
        self.plane.set_title("one run, near the minimum")
        self.plane.grid(False)
        self.plane.legend([self.last, self.end], ["last point", "average"], loc="upper right", ncols=2)
        self.run, = self.curve.loglog([], [], color=BLUE, linewidth=0.8, alpha=0.5)
        self.expected, = self.curve.loglog([], [], color=BLUE, linestyle="-")
        self.averaged, = self.curve.loglog([], [], color=VERMILLION, linestyle="--")
        self.curve.set(xlabel="gradients of single examples", ylabel="loss", xlim=(1, 1e5),
                       ylim=(LOWEST, HIGHEST))
        self.curve.set_title("loss: this run (thin), expected (thick)")
        self.words = self.curve.text(0.97, 0.96, "", transform=self.curve.transAxes, ha="right", va="top")
        super().__init__(fig, [self.path, self.mean, self.last, self.end, self.run, self.expected,
                               self.averaged, self.words])

    def update(self, *, lr, batch, average):
        batch, average_of = checked(lr, batch, average)
        kept = average_of()
        x, points, means = START, [START], []
        for noise in self.noise / np.sqrt(batch):
            x = x - lr * (CURVATURES * x + noise)
            points.append(x)
            if kept:
                kept.update(x)
                if kept.count:
                    means.append(np.copy(kept.x))
        points, means = np.array(points), np.array(means).reshape(-1, 2)
        gradients = batch * np.arange(1, STEPS + 1)
        self.path.set_data(*points.T)
        self.last.set_data(*points[-1:].T)
        self.mean.set_data(*means.T)
        self.end.set_data(*means[-1:].T)
        expected = moments(CURVATURES, START, lr, STEPS, noise=batch**-0.5).loss
        self.run.set_data(gradients, np.maximum(points[1:] ** 2 @ CURVATURES / 2, LOWEST**2))
        self.expected.set_data(gradients, expected[1:])
        after = None
        if kept:
            averaged = moments(CURVATURES, START, lr, STEPS, noise=batch**-0.5, average=kept).loss
            self.averaged.set_data(gradients[-len(means):], averaged[-len(means):])
            after = averaged[-1]
        else:
            self.averaged.set_data([], [])
        self.words.set_text(f"rate {lr:.3g}, batch {batch}\naverage: {average}")
        return in_words(lr, batch, average, expected[-1], after)


def checked(lr, batch, average):
    number("lr", lr, 0.001, MOST)
    number("batch", batch, 1, 256)
    return round(batch), AVERAGES[choice("average", average, AVERAGES)]


def draw_stochastic(lr=0.1, batch=1, average="none"):
    """400 noisy steps on x1² + 2x2² from (-5, -2.5), as a Figure; the noise of a batch b is 1/√b.

    >>> figure = draw_stochastic(lr=0.1, batch=4, average="exponential, 0.99")
    """
    picture = StochasticPicture()
    picture.update(lr=lr, batch=batch, average=average)
    return picture.figure


def describe_stochastic(lr=0.1, batch=1, average="none"):
    """The floor of the last point, and what the average has come to after 400 steps, exactly.

    >>> print(describe_stochastic(lr=0.1, batch=4))
    After 400 steps (1,600 gradients) the last point has an expected loss of 0.0148; its floor is 0.0148.
    """
    batch, average_of = checked(lr, batch, average)
    settings, kept = {"noise": batch**-0.5}, average_of()
    expected = moments(CURVATURES, START, lr, STEPS, **settings).loss[-1]
    after = moments(CURVATURES, START, lr, STEPS, **settings, average=kept).loss[-1] if kept else None
    return in_words(lr, batch, average, expected, after)


def in_words(lr, batch, average, expected, averaged):
    floor = stationary_variance(CURVATURES, lr, batch**-0.5) @ CURVATURES / 2
    text = (f"After {STEPS} steps ({STEPS * batch:,} gradients) the last point has an expected loss of "
            f"{expected:.3g}; its floor is {floor:.3g}.")
    if averaged is None:
        return text
    better = f"{plain(expected / averaged)} times lower" if averaged < expected else "higher"
    return f"{text} That of the average ({average}) is {averaged:.3g}, {better}."


def stochastic_explorer():
    """Widget for lecture 04: choose learning rate, batch size and average."""
    controls = {
        "lr": labelled_slider("learning rate", 0.001, MOST, 0.1, log=True),
        "batch": labelled_slider("batch size", 1, 256, 1, log=True, whole=True),
        "average": dropdown("average", AVERAGES, "none"),
    }
    return explore(StochasticPicture(), controls,
                   alt="Left a noisy run around the minimum with its average, right the loss against the "
                       "number of gradients.")
