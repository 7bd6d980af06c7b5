"""Figures that the notebook and the slides of lecture 07 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.plots import loglog_slope, styles
from course_lib.show.widgets import BLUE, VERMILLION
from course_lib.studies.normalization import extent

GREY = "#555555"
SEEN = {
    "raw": "Raw, it is long, tilted and off the origin.",
    "centred": "Centred, it lies around the origin, as long and tilted as it was.",
    "scaled": "Scaled, its red extents are equally long, and it is still tilted.",
    "PCA-whitened": "PCA-whitened, it is round, turned so that its long axis has become the horizontal one.",
    "ZCA-whitened": "ZCA-whitened, it is round and not turned.",
}
LINE, JUMP = 0.255, 0.0064  # unexplained shares of the jump target: by a straight line, by the jump alone


def clouds(versions, size=(10, 2.8)):
    """Scatter plots side by side, for name -> (n, 2); red lines: mean ± 2 deviations of each feature."""
    fig, axes = plt.subplots(1, len(versions), figsize=size)
    far = next(iter(versions.values()))[:, 0].argmax()  # one point to follow
    for ax, (name, x) in zip(np.atleast_1d(axes), versions.items(), strict=True):
        ax.plot(*x.T, marker="o", markersize=2, linestyle="none", color=BLUE, alpha=0.5, rasterized=True)
        ax.plot(*x[far], marker="D", markersize=7, color="black", linestyle="none")
        mean, deviation, _ = extent(x)
        for axis in range(2):
            ends = np.tile(mean, (2, 1))
            ends[:, axis] += np.array([-2, 2]) * deviation[axis]
            ax.plot(*ends.T, color=VERMILLION, linestyle="-", linewidth=2.5, solid_capstyle="butt")
        low = -1 if name == "raw" else -6  # all panels are 12 wide: one scale
        ax.set(title=name, xlabel="$x_1$", xlim=(low, low + 12), ylim=(low, low + 12), aspect="equal")
    np.atleast_1d(axes)[0].set_ylabel("$x_2$")
    return fig, " ".join(["Scatter plots of one cloud.", *(SEEN[name] for name in versions)])


def offset_and_scale(values, panels, size=(9, 3.8)):
    """κ against one property of a feature, for title -> κ (n,); both axes logarithmic."""
    fig, axes = plt.subplots(1, len(panels), figsize=size, sharey=True)
    for ax, (title, kappas) in zip(axes, panels.items(), strict=True):
        loglog_slope(values, kappas, ax, label="κ")
        ax.set(xlabel=title)
    axes[0].set_ylabel("condition number κ")
    return fig, (
        "Two straight lines on logarithmic axes: κ grows with the fourth power of the offset and with the "
        "square of the deviation.")


def steps_and_kappa(clouds, named, size=(8, 4.2)):
    """Steps against κ: (κ, steps) of many random clouds as dots, and name -> (κ, steps) as marks."""
    fig, ax = plt.subplots(figsize=size)
    ax.loglog(*clouds, linestyle="none", marker=".", markersize=6, color="#8FA3B3",
              label="random clouds")
    for name, point, style in styles(named, "named"):
        ax.loglog(*point, linestyle="none", marker=style["marker"], markersize=9, color=style["color"],
                  markeredgecolor="black", label=name)
    line = np.array([1.0, 2 * max(np.max(clouds[0]), *(k for k, _ in named.values()))])
    ax.loglog(line, line * np.log(1e6) / 4, color=GREY, linestyle="--", linewidth=1,
              label=r"$(\kappa/4)\,\ln 10^6$")
    ax.set(xlabel="condition number κ", ylabel="steps to a millionth")
    ax.legend()
    return fig, (
        "Steps against the condition number on logarithmic axes. All dots, from κ of about 10 to hundreds of "
        "millions, lie on or somewhat below one straight line of slope 1; so do the marked data sets.")


def fits(x, y, learned, size=(10, 3.4)):
    """The jump target and what was learned, one panel for each title -> {name: prediction (n,)}."""
    fig, axes = plt.subplots(1, len(learned), figsize=size, sharey=True)
    for ax, (title, curves) in zip(axes, learned.items(), strict=True):
        ax.plot(x, y, color="#BBBBBB", linewidth=5, linestyle="-", label="target")
        for name, values, style in styles(curves, "curves"):
            ax.plot(x, values, color=style["color"], linestyle=style["linestyle"], label=name)
        ax.set(title=title, xlabel="$x$ as it was at first", xticks=[-1, -0.5, 0, 0.5, 1])
    axes[0].set_ylabel("$y$")
    axes[0].legend()
    return fig, (
        "The target wiggles around 0 on the left and around 1 on the right of its jump. The networks that "
        "saw normalized data have the jump, with ReLU also some of the waves; those that saw 100 x have the "
        "jump and two flat lines; those that saw x + 10 have a slow rise from 0 to 1.")


def shares(panels, normalized, size=(10, 4)):
    """Unexplained share by units: title -> {units: (seeds,)}, and title -> the normalized runs (seeds,)."""
    fig, axes = plt.subplots(1, len(panels), figsize=size, sharey=True, sharex=True)
    for ax, (title, runs) in zip(axes, panels.items(), strict=True):
        low, middle, high = np.quantile(normalized[title], [0.1, 0.5, 0.9])
        ax.axvspan(low, high, color=BLUE, alpha=0.2, linewidth=0)
        ax.axvline(middle, color=BLUE, linestyle="-", label="normalized")
        for name, share, line in (("jump, no waves", JUMP, "--"), ("straight line", LINE, ":")):
            ax.axvline(share, color=GREY, linestyle=line, linewidth=1.3, label=name)
        ranges(ax, runs, VERMILLION)
        ax.set(title=title, xscale="log", xlabel="unexplained share of the variance", xlim=(2e-5, 1.5))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig, (
        "For each unit of x and y the unexplained share after 3,000 epochs, beside a line for normalized "
        "data. 50 x + 300 lies at the mark of a straight line with tanh, beyond it with ReLU; x + 10, "
        "x / 100 and y / 100 lie between the marks of the jump and of the line; 100 x lies at the jump. "
        "For ReLU, x and y as they are come closest to the normalized data.")


def leaks(named, size=(8, 3)):
    """Measured test error with the leak over the honest one, for name -> (splits,)."""
    fig, ax = plt.subplots(figsize=size)
    ranges(ax, named, BLUE)
    ax.axvline(1, color=GREY, linestyle="-", linewidth=1)
    ax.set(xlabel="test error measured with the leak / honest one", xscale="log",
           xticks=[0.2, 0.5, 1], xticklabels=["0.2", "0.5", "1"])
    ax.minorticks_off()
    return fig, (
        "Ratios of the measured errors over the splits, median and 10 to 90 %. Scaled, 200 training "
        "patients: all 1. Scaled, 12: from a little below 1 to a little above. Whitened, 20: mostly below 1. "
        "Whitened, 12: from 0.2 to 0.9, median about a half.")


def ranges(ax, named, color):
    """One row for each name -> (runs,): a point at the median and a line from 10 % to 90 %."""
    for row, values in enumerate(named.values()):
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
        ax.plot([low, high], [row, row], color=color, linestyle="-", linewidth=2.5, alpha=0.5)
        ax.plot(middle, row, color=color, marker="o", markersize=7, linestyle="none")
    ax.set(yticks=range(len(named)), yticklabels=list(named), ylim=(len(named) - 0.5, -0.5))
