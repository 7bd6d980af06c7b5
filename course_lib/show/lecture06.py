"""Figures that the notebook and the slides of lecture 06 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.plots import band, lines, panels, styles, unmarked

ROUNDING = 1e-15  # a singular value below this share of the largest is rounding, not drawn


def products(logs, theory, size=(10, 3.8)):
    """Left log10 |M_k … M_1 v| against k, right its histogram at the end; theory is mean and sd there."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size, width_ratios=[1.3, 1])
    count, (mean, sd) = logs.shape[1], theory
    k = np.arange(1, count + 1)
    left.plot(k, logs[:30].T, color="#56B4E9", linewidth=0.6, linestyle="-", alpha=0.7)
    left.plot(k, mean * k / count, color="black", linestyle="--", label="theory, mean")
    left.set(xlabel="matrices multiplied", ylabel="log₁₀ of the length", title="30 draws")
    left.legend()
    right.hist(logs[:, -1], bins=40, density=True, color="#56B4E9", label=f"{len(logs):,} draws")
    z = np.linspace(mean - 4 * sd, mean + 4 * sd, 200)
    right.plot(z, np.exp(-(((z - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi)), color="black",
               linestyle="--", label="theory, normal")
    right.set(xlabel=f"log₁₀ of the length after {count}", ylabel="density", title="all draws",
              xlim=z[[0, -1]], ylim=(0, 0.52 / sd))
    right.legend(ncols=2, loc="upper center", fontsize=9)
    return fig, (
        f"Left: the lengths of 30 vectors grow along straight lines on a logarithmic scale, to about 10 to "
        f"the {mean:.0f} after {count} matrices. Right: the logarithms of the final lengths form a bell of "
        f"width {sd:.1f}, as the theory says.")


def flows(named, size=(10, 3.8), limits=(None, None)):
    """Variance of the pre-activations, and gradient norm over that of the last layer, against the layer.

    named : dict of name -> Flow, or a list of Flow for several seeds (then median and 10–90 % band)
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    for name, runs, style in styles(named, "named"):
        look = unmarked(style)
        runs = runs if isinstance(runs, list) else [runs]
        layers = np.arange(1, len(runs[0].variance) + 1)
        band(left, layers, np.array([run.variance for run in runs]), look)
        band(right, layers, np.array([run.gradient / run.gradient[-1] for run in runs]), look, name)
    left.set(title="forward", ylabel="variance of the pre-activations")
    right.set(title="backward", ylabel="gradient norm / that of the last layer")
    for ax in (left, right):
        ax.set(xlabel="layer", yscale="log", ylim=limits)
    right.legend(fontsize=9)
    ends = []
    for name, runs in named.items():
        runs = runs if isinstance(runs, list) else [runs]
        first, last = np.median([run.variance[[0, -1]] for run in runs], axis=0)
        left_over = np.median([run.gradient[0] / run.gradient[-1] for run in runs])
        ends.append(f"{name}: variance from {first:.2g} to {last:.2g}, gradient at the first layer "
                    f"{left_over:.1g} of that at the last")
    return fig, f"Variance and gradient norm of each layer, on logarithmic scales. {'; '.join(ends)}."


def propagation(named, size=(7, 4.2)):
    """Variance in each layer, theory as lines and a wide network as marks: name -> (theory, measured)."""
    fig, ax = plt.subplots(figsize=size)
    for name, (theory, measured), style in styles(named, "named"):
        layers = np.arange(1, len(theory) + 1)
        ax.plot(layers, theory, **unmarked(style))
        ax.plot(layers, measured, linestyle="none", marker=style["marker"], color=style["color"])
        ax.plot([], [], **style, label=name)
    ax.set(xlabel="layer", ylabel="variance of the pre-activations", yscale="log")
    ax.legend(title="line: integral, mark: network", loc="lower left", ncols=2, fontsize=9)
    return fig, (
        "Variance against layer for seven activations. The marks of a wide network lie on the lines of the "
        "integral. SELU and the identity stay at 1; the others fall, the sigmoid to a constant 0.26.")


def singular_values(named, size=(9, 3.8)):
    """Largest, median and smallest singular value of the product of k matrices: name -> (depth, width).

    The smallest is drawn until it is lost in the rounding of the largest.
    """
    fig, pairs = panels(named, size)
    for ax, values in pairs:
        k = np.arange(1, len(values) + 1)
        exact = np.logical_and.accumulate(values[:, -1] > ROUNDING * values[:, 0])
        lines(ax, k, {"largest": values[:, 0], "median": np.median(values, axis=1),
                      "smallest": np.where(exact, values[:, -1], np.nan)}, log=False)
        ax.set(xlabel="layers", yscale="log", ylim=(1e-16, 1e4))
    fig.axes[0].set_ylabel("singular value of the product")
    fig.axes[0].legend()
    return fig, (
        "Left, Gaussian matrices: the median singular value of the product falls straight on a logarithmic "
        "scale and the smallest so fast that rounding hides it after about ten layers, while the "
        "largest stays between one and a hundred. Right, orthogonal matrices: "
        "all three lie at one at every depth.")


def training(runs, size=(10.5, 4)):
    """Training loss against epoch, one panel per activation: (activation, start) -> (seeds, epochs)."""
    grouped = {}
    for (activation, start), losses in runs.items():
        grouped.setdefault(activation, {})[start] = losses
    fig, pairs = panels(grouped, size)
    for ax, starts in pairs:
        for start, losses, style in styles(starts, "starts"):
            finite = np.isfinite(losses).all()
            shown = losses if finite else np.full_like(losses, np.nan)
            epochs = np.arange(1, losses.shape[1] + 1)
            if finite:
                band(ax, epochs, shown, unmarked(style), start)
            else:
                ax.plot([], [], **unmarked(style), label=f"{start} (diverges)")
        ax.set(xlabel="epoch", yscale="log", xticks=range(1, losses.shape[1] + 1, 2))
        ax.legend(fontsize=8, loc="lower left")
    fig.axes[0].set_ylabel("training loss")
    last = "; ".join(f"{activation}, {start}: {np.median(losses[:, -1]):.2g}"
                     for (activation, start), losses in runs.items())
    return fig, ("Training loss against epoch, median and spread over seeds, each start at its own learning "
                 f"rate. Loss after the last epoch: {last}.")

