"""Figures that the notebook and the slides of lecture 08 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from course_lib.show.legends import legend_above
from course_lib.show.plots import band, loglog_slope, loss_curves, styles
from course_lib.studies.batch_norm_digits import RATES

WAYS = {"without": "without batch norm", "with": "with batch norm"}


def units(before, after, size=(9, 3.4)):
    """The values of each unit over a batch, arrays (batch, units), before and after normalization."""
    fig, axes = plt.subplots(1, 2, figsize=size)
    for ax, values, title in zip(axes, (before, after), ("before", "after"), strict=True):
        names = {f"unit {j + 1}": column for j, column in enumerate(values.T)}
        for j, (_, column, style) in enumerate(styles(names, "units")):
            ax.plot(column, np.full(len(column), j), linestyle="none", marker=style["marker"], markersize=5,
                    color=style["color"], alpha=0.5)
        ax.set(title=title, xlabel="value", yticks=range(len(names)), yticklabels=names,
               ylim=(len(names) - 0.5, -0.5))
    return fig, (
        "Left, the values of three units over a batch: each has its own centre and its own width. Right, "
        "after normalization: all three lie around zero with the same width.")


def losses(curves, size=(7, 3.8)):
    """Loss curves with and without batch normalization."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, ylabel="loss of the batch")
    return fig, (
        "With batch normalization the loss falls at once and is below 0.2 within 100 steps. Without it the "
        "loss stays near 2.3, that of guessing, for the whole picture.")


def slip(rates, ends, size=(7, 3.8)):
    """The loss at the end against the learning rate, for each backward pass: name -> (rates, seeds)."""
    fig, ax = plt.subplots(figsize=size)
    for name, losses, style in styles(ends, "ends"):
        band(ax, rates, np.transpose(losses), style, name)
    ax.axhline(np.log(10), color="#666666", linestyle=":", linewidth=1.2, label="guessing")
    ax.set(xlabel="learning rate", ylabel="loss of steps 101 to 120", xscale="log", yscale="log")
    legend_above(fig, ax, ncols=3)
    return fig, (
        "Loss against the learning rate. At small rates both backward passes end nearly alike. The right one "
        "gets better up to rates of 1 to 3. With mean and variance held constant the loss is lowest at 0.3 "
        "or 0.7; from rate 1 on it is not far from that of guessing.")


def lag(shares, accuracies, size=(10, 3.6)):
    """Left the share of the start in the running averages, right the accuracy in evaluation mode."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    loss_curves(shares, left, log=False, ylabel="share of the first value")
    loss_curves(accuracies, right, log=False, xlabel="epoch", ylabel="accuracy in evaluation", start=1)
    right.set(ylim=(0, 1))
    return fig, (
        "Left: after 50 steps PyTorch's running average has forgotten its start; of Keras's more than half "
        "is still the start. Right: with PyTorch's value the accuracy in evaluation is above 0.9 after two "
        "or three epochs, with Keras's after some ten.")


def spread(sizes, deviations, size=(6, 3.8)):
    """How far the companions of an image move its output, against the batch size."""
    fig, ax = plt.subplots(figsize=size)
    loglog_slope(sizes, deviations, ax, label="one image's outputs")
    ax.set(xlabel="batch size", ylabel="deviation of the output")
    return fig, "The deviation falls along a straight line of slope -1/2: as one over the root of the size."


def sweep(found, names=None, size=(10, 5.6), columns=3):
    """Steps to 90 % against the learning rate, with and without, one panel for each network."""
    names = list(found) if names is None else names
    fig, axes = plt.subplots(-(-len(names) // columns), columns, figsize=size, sharex=True, sharey=True,
                             squeeze=False)
    for ax, name in zip(axes.flat, names, strict=True):
        for way, label, style in styles(WAYS, "ways"):
            steps = np.median(found[name][way]["steps"], axis=1)
            ax.loglog(RATES, np.where(np.isfinite(steps), steps, np.nan), label=label, markersize=5, **style)
            if not np.isfinite(steps).any():
                ax.text(0.5, 0.06, f"{label}: never", transform=ax.transAxes, ha="center", fontsize=10,
                        color=style["color"])
        ax.set(title=name, xlim=(RATES[0] / 1.3, RATES[-1] * 1.3), ylim=(8, 2500))
    for ax in axes[-1]:
        ax.set_xlabel("learning rate")
    for ax in axes[:, 0]:
        ax.set_ylabel("steps to 90 %")
    legend_above(fig, axes[0, 0], ncols=2, title="medians of three runs")
    return fig, (
        "Sigmoid networks: without batch norm hundreds to thousands of steps at a few rates, or never; with "
        "it a few dozen over a wide range. tanh: a few times fewer with it, at every rate. ReLU: the curves "
        "cross. At small rates the plain network needs fewer steps, with twenty layers clearly; batch norm "
        "wins at rates where the plain one no longer trains.")


def gains(ratios, size=(7, 3.6)):
    """The ratio of steps without over with, one row for each network, a dot for each seed."""
    fig, ax = plt.subplots(figsize=size)
    for row, (_, values, style) in enumerate(styles(ratios, "networks")):
        arrived = values[np.isfinite(values)]
        ax.plot(arrived, np.full(len(arrived), row), ".", color=style["color"], markersize=7, alpha=0.6)
        ax.plot(np.median(values), row, "|", color="black", markersize=20, markeredgewidth=2)
    for value, text in ((1, "equal"), (14, "14 times")):
        ax.axvline(value, color="#444444", linestyle=":", linewidth=1.2)
        ax.annotate(text, (value, -0.5), ha="center", va="bottom", color="#333333")
    ax.set(xscale="log", yticks=range(len(ratios)), yticklabels=ratios, ylim=(len(ratios) - 0.5, -0.5),
           xlabel="steps to 90 % without / with batch norm, each at its best rate")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.grid(axis="y", visible=False)
    return fig, (
        "Only the networks of three sigmoid layers gain more than fourteen times; tanh and ReLU networks "
        "gain a few times at most.")


def flow(panels, size=(10, 3.6)):
    """Gradient norm at each hidden layer, one panel for each activation -> {name: norms (seeds, depth)}."""
    fig, axes = plt.subplots(1, len(panels), figsize=size, squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        loss_curves(curves, ax, xlabel="hidden layer", ylabel="", start=1).set(title=title)
        ax.get_legend().remove()
    axes[0, 0].set_ylabel("gradient norm at its output")
    legend_above(fig, axes[0, 0], ncols=2)
    return fig, (
        "Sigmoid: without batch norm the gradient falls by some 18 powers of ten from the last layer to "
        "the first; with it, it stays level. tanh and ReLU: level without batch norm, or nearly, growing "
        "towards the first layer with it, most for ReLU.")


def growth(norms, size=(10, 3.6)):
    """Left the norm of the first weights, right the effective rate, for rate -> norms (steps + 1,)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    loss_curves({f"lr {lr:g}": values for lr, values in norms.items()}, left, ylabel="norm of the weights",
                log=False)
    loss_curves({f"lr {lr:g}": lr / values**2 for lr, values in norms.items()}, right,
                ylabel="lr / norm²").get_legend().remove()
    return fig, (
        "Left: the norm of the weights never falls; with the largest rate it about doubles in some "
        "steps, with the smallest it hardly moves. Right: so the effective rate falls by itself where it was "
        "large.")


def axes_of(size=(8, 3.4)):
    """Which numbers of a batch share a mean: a column for batch norm, a row for layer norm."""
    fig, axes = plt.subplots(1, 2, figsize=size)
    shades = np.random.default_rng(8).uniform(0.15, 0.55, (6, 8))
    for ax, title, box in ((axes[0], "batch norm: one unit, all images", (2, 0, 1, 6)),
                           (axes[1], "layer norm: one image, all units", (0, 2, 8, 1))):
        ax.imshow(shades, cmap="Blues", vmin=0, vmax=1, extent=(0, 8, 6, 0))
        x, y, width, height = box
        ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor="#D55E00", linewidth=3))
        ax.set(title=title, xlabel="unit", ylabel="image of the batch", xticks=[], yticks=[])
        ax.grid(False)
    return fig, (
        "A batch as a table, images down and units across. Batch norm takes mean and variance over a column, "
        "layer norm over a row.")
