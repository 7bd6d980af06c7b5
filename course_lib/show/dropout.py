"""Dropout's rate and its sub-networks: a picture for given settings, in words, a widget (lecture 19)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from course_lib.datasets import noisy_sine
from course_lib.initializers import he_normal, uniform
from course_lib.layers import Dense, Dropout, ReLU
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.optimizers import Adam
from course_lib.show.legends import legend_above
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider
from course_lib.training import fit
from course_lib.validation import choice, integer, number

TRAINED = {"rate 0": 0.0, "rate 0.1": 0.1, "rate 0.25": 0.25, "rate 0.5": 0.5, "rate 0.75": 0.75}
UNITS, STEPS, MOST, DRAWN = 50, 1000, 200, 25
GRID = np.linspace(-np.pi, np.pi, 101)[:, None]
LOWEST = 1e-3  # of the distances shown


class DropoutPicture(Picture):
    """Left the sub-networks and their average, right its distance from the scaled pass."""

    def __init__(self):
        fig = Figure(figsize=(9.5, 3.8), dpi=100, layout="constrained")
        self.plane, self.curve = fig.subplots(1, 2, width_ratios=[1.4, 1])
        x, y = data()
        self.plane.plot(x, y, ".", color="#555555", label="data")
        self.single = LineCollection([], colors="#999999", linewidths=0.6, alpha=0.6)
        self.plane.add_collection(self.single)
        self.mean, = self.plane.plot([], [], color=VERMILLION, linestyle="-", label="average")
        self.scaled, = self.plane.plot([], [], color=BLUE, linestyle="--", label="scaled pass")
        self.plane.set(xlabel="$x$", ylabel="output", xlim=(-np.pi, np.pi), ylim=(-2, 2))
        self.plane.set_title("sub-networks (grey) and their average")
        self.distance, = self.curve.loglog([], [], color=VERMILLION, linestyle="-", label="measured")
        self.theory, = self.curve.loglog([], [], color="black", linestyle=":", label="expected")
        self.now, = self.curve.loglog([], [], marker="s", color=VERMILLION, markeredgecolor="black")
        self.curve.set(xlabel="sub-networks averaged", ylabel="distance from the scaled pass",
                       xlim=(0.9, 1.1 * MOST), ylim=(LOWEST, 100))
        self.curve.set_title("root mean square over $x$")
        self.words = self.curve.text(0.5, 0.5, "", transform=self.curve.transAxes, ha="center", va="center")
        self.curve.legend(loc="upper right")
        legend_above(fig, self.plane, ncols=3)
        super().__init__(fig, [self.single, self.mean, self.scaled, self.distance, self.theory, self.now,
                               self.words])

    def update(self, *, trained, rate, networks):
        networks = round(networks)
        outputs, scaled, expected = subnetworks(trained, rate)
        count = np.arange(1, MOST + 1)
        means = np.cumsum(outputs, axis=0) / count[:, None]
        distances = rms(means - scaled)
        grid = GRID[:, 0]
        self.single.set_segments([np.stack([grid, out], axis=1) for out in outputs[:min(networks, DRAWN)]])
        self.mean.set_data(grid, means[networks - 1])
        self.scaled.set_data(grid, scaled)
        floor = LOWEST / 10  # zero cannot be drawn on a logarithmic axis
        self.distance.set_data(count, np.maximum(distances, floor))
        self.theory.set_data(count, np.maximum(expected / np.sqrt(count), floor))
        self.now.set_data([networks], np.maximum(distances[networks - 1:networks], floor))
        # A panel without a curve says why.
        words = f"All distances\nare below {LOWEST:g}." if rate else "Nothing is dropped:\nthe distance is 0."
        self.words.set_text(words if max(distances.max(), expected) < LOWEST else "")
        return in_words(trained, rate, networks, outputs, scaled, distances)


def draw_dropout(trained="rate 0.5", rate=0.5, networks=30):
    """Sub-networks of a network trained on a noisy sine, and their average, as a Figure.

    trained : a key of TRAINED, the rate in training; rate : of the masks now, in [0, 1)
    networks : how many are averaged, 1 to 200

    >>> figure = draw_dropout("rate 0.25", rate=0.5, networks=10)
    """
    check(trained, rate, networks)
    picture = DropoutPicture()
    picture.update(trained=trained, rate=rate, networks=networks)
    return picture.figure


def describe_dropout(trained="rate 0.5", rate=0.5, networks=30):
    """The same in words.

    >>> print(describe_dropout("rate 0.5", rate=0.0, networks=1))
    Trained with rate 0.5. Nothing is dropped, so every sub-network is the whole network.
    """
    check(trained, rate, networks)
    outputs, scaled, _ = subnetworks(trained, rate)
    means = np.cumsum(outputs, axis=0) / np.arange(1, MOST + 1)[:, None]
    return in_words(trained, rate, networks, outputs, scaled, rms(means - scaled))


def in_words(trained, rate, networks, outputs, scaled, distances):
    if rate == 0:
        return f"Trained with {trained}. Nothing is dropped, so every sub-network is the whole network."
    target = np.sin(GRID[:, 0])
    alone = np.sqrt(np.mean(rms(outputs - target) ** 2))
    many = "One sub-network is" if networks == 1 else f"The average of {networks} sub-networks is"
    return (f"Trained with {trained}, now {rate:.0%} of the units are dropped. A sub-network alone is "
            f"{alone:.2f} away from the sine, the scaled pass {rms(scaled - target):.2f}. "
            f"{many} {distances[networks - 1]:.3f} away from the scaled pass.")


def check(trained, rate, networks):
    choice("trained", trained, TRAINED)
    number("rate", rate, 0, 1, open_high=True)
    integer("networks", networks, 1, MOST)


def rms(values):
    return np.sqrt(np.mean(values**2, axis=-1))


def data():
    return noisy_sine(40, noise=0.1, rng=np.random.default_rng(19))


@cache
def trained_network(trained):
    """1-50-1 with ReLU and dropout, trained on 40 noisy points of a sine."""
    rng = np.random.default_rng(19)
    layers = [Dense(1, UNITS, weight=he_normal(), bias=uniform(2.0)), ReLU(), Dropout(TRAINED[trained]),
              Dense(UNITS, 1)]
    net = Network(layers, loss=MSE(), rng=rng, dtype=np.float64)
    fit(net, Adam(lr=0.01), *data(), epochs=STEPS, batch_size=None, rng=rng, progress=False)
    return net


def subnetworks(trained, rate):
    """Outputs (200, 101) of sub-networks, of the scaled pass (101,), and the expected distance of one."""
    net = trained_network(trained)
    scaled = net.predict(GRID)[:, 0]
    first, relu, _, last = net.layers
    hidden = relu.forward(first.forward(GRID))
    # The same draws for every rate: a unit that is dropped at a small rate is dropped at a larger one too.
    masks = (np.random.default_rng(19).random((MOST, UNITS)) >= rate) / (1 - rate)
    outputs = (masks * last.weight[:, 0]) @ hidden.T + last.bias
    variance = rate / (1 - rate) * ((hidden * last.weight[:, 0]) ** 2).sum(axis=1)
    return outputs, scaled, np.sqrt(variance.mean())


def dropout_explorer():
    """Widget for lecture 19: the rate in training, the rate now, and how many sub-networks are averaged."""
    controls = {
        "trained": dropdown("trained with", TRAINED, "rate 0.5"),
        "rate": labelled_slider("rate now", 0, 0.9, 0.5, 0.05),
        "networks": labelled_slider("sub-networks", 1, MOST, 30, 1, whole=True),
    }
    return explore(DropoutPicture(), controls,
                   alt="Left sub-networks and their average over x, right the average's distance from the "
                       "scaled pass against the number of sub-networks.")
