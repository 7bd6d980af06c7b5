"""Figures that the notebook and the slides of lecture 04 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.functions import valley
from course_lib.show.landscapes import contour, paths
from course_lib.show.legends import legend_above
from course_lib.show.plots import loss_curves, panels, styles, unmarked

GUIDE = {"color": "#666666", "linewidth": 1.0, "linestyle": (0, (4, 3))}


def three_ways(x, y, ways, size=(7.5, 4.3)):
    """The ways, name -> (steps + 1, 2), over the mean squared error of two weights on x (n, 2), y (n,)."""
    fig, ax = plt.subplots(figsize=size)
    points = np.vstack([*ways.values()])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * (high - low)
    ax.plot(*np.linalg.lstsq(x, y)[0], marker="*", markersize=13, color="black", markeredgecolor="white",
            linestyle="none", label="minimum", zorder=4)
    paths(lambda w: np.mean((w @ x.T - y) ** 2, axis=-1), ways, ax,
          window=np.stack([low - margin, high + margin], axis=1))
    ax.set(xlabel="first weight", ylabel="second weight")
    return fig, (
        "From the same start, the way of the whole batch ends short of the minimum after three steps. That "
        "of the mini-batches and that of single examples arrive there and tremble around it.")


def passes_and_seconds(compared, passes=3, size=(10, 3.9)):
    """The loss after each pass and against the time, for name -> (rate, runs) of `compare_sizes`."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size, sharey=True)
    for name, (_, runs), style in styles(compared, "batch sizes"):
        losses = np.array([run.loss for run in runs])
        middle, seconds = np.median(losses, axis=0), np.median([run.seconds for run in runs], axis=0)
        left.semilogy(middle[:passes + 1], **style, label=name)
        left.fill_between(range(passes + 1), losses.min(axis=0)[:passes + 1], losses.max(axis=0)[:passes + 1],
                          color=style["color"], alpha=0.2, linewidth=0)
        right.loglog(seconds[1:], middle[1:], **style, markevery=max(1, len(seconds) // 12))
    left.set(xlabel="passes over the data (gradients / 1,197)", ylabel="training loss",
             title="equal gradient evaluations", xticks=range(passes + 1))
    right.set(xlabel="seconds on the machine that ran this", title="against time")
    legend_above(fig, left, ncols=len(compared),
                 title=f"batch size (line: median, band: range of {len(runs)} runs)")
    return fig, (
        "Left, per pass: single examples and batches of 32 both fall far below the full batch. Right, "
        "against time: batches of 32 come to the lowest loss; single examples lie far to the right.")


def noise_and_batch(sizes, panels, size=(8.5, 3.9)):
    """Measured (marks) and predicted (lines) noise; panels: name -> (measured, predicted), each (sizes,)."""
    fig, ax = plt.subplots(figsize=size)
    for name, (measured, predicted), style in styles(panels, "ways to draw"):
        positive = np.asarray(predicted) > 0
        ax.loglog(np.asarray(sizes)[positive], predicted[positive], **unmarked(style),
                  label=f"{name}: predicted")
        ax.loglog(np.asarray(sizes)[positive], measured[positive], color=style["color"], linestyle="none",
                  marker=style["marker"], label=f"{name}: measured")
    ax.set(xlabel="batch size b", ylabel="mean squared error of the gradient")
    ax.legend()
    return fig, (
        "On logarithmic axes the noise with replacement is a straight line of slope -1. Without replacement "
        "it follows that line at first, then falls below it: at b = n it is 0, which these axes cannot show.")


def orders(curves, floor, size=(8.5, 3.9)):
    """Mean squared distance from the minimum over the last three epochs; dict of name -> (steps,)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, ylabel="mean squared distance", xlabel="step of the last three epochs")
    ax.axhline(floor, label="formula, with replacement", **GUIDE)
    legend_above(fig, ax, ncols=2)
    return fig, (
        "Drawing with replacement stays on the line of the formula. Shuffled epochs hang in arcs below it, "
        "and are lowest at the end of each epoch. The sorted order swings from far above to 0 and back.")


def noise_balls(curves, floors, size=(7.5, 3.8)):
    """Expected loss at several constant rates with the floor of each; dicts with the same names."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, ylabel="expected loss")
    for floor in floors.values():
        ax.axhline(floor, **GUIDE)
    return fig, (
        "Each rate falls in a straight line and then stays on its own floor. The larger the rate, the sooner "
        "it gets there and the higher the floor.")


def clouds(exact, simulated, size=(10, 3.7), shown=1500):
    """End points over the contour lines of x1² + 2x2²: name -> Moments and -> Runs, as from `planned`."""
    fig, pairs = panels(simulated, size)
    for ax, runs in pairs:
        name = ax.get_title()
        contour(valley(2), ax, window=((-1.4, 0.8), (-0.65, 0.65)), levels=np.geomspace(0.01, 3, 9))
        ax.plot(*runs.x[-1, :shown].T, ".", color="#0072B2", markersize=2.5, alpha=0.35, rasterized=True,
                label="end points")
        ax.plot(*exact[name].mean[-1], marker="X", markersize=6, color="#D55E00", markeredgecolor="white",
                markeredgewidth=0.5, linestyle="none", zorder=5, label="exact mean")
        ax.set(title=f"{name}, {runs.steps[-1]:,} steps", xlabel="$x_1$", ylabel="$x_2$")
        ax.label_outer()
    legend = legend_above(fig, ax, ["end points", "exact mean", "minimum"], ncols=3)
    legend.legend_handles[0].set(markersize=7, alpha=1)  # one dot of the cloud would hardly be seen
    return fig, (
        "Three clouds of end points, their exact mean as a cross, the minimum as a star. Constant rate: "
        "wide, around the minimum. Exponential rate: small, and well to the left of the minimum. Polynomial: "
        "small, on the minimum.")


def schedules(exact, measured, size=(7.5, 3.9)):
    """Expected loss (lines) and the mean loss of many runs (dots: steps, losses), for each schedule."""
    fig, ax = plt.subplots(figsize=size)
    for name, loss, style in styles(exact, "schedules"):
        ax.loglog(np.arange(1, len(loss)), loss[1:], **unmarked(style), label=name)
        ax.loglog(*measured[name], color=style["color"], marker=style["marker"], linestyle="none")
    ax.set(xlabel="step", ylabel="loss: exact (lines), mean of runs (marks)")
    ax.legend()
    return fig, (
        "The constant rate ends on a floor, the polynomial one falls below it and goes on falling. The "
        "exponential one stops early, ten times above the floor. All marks lie on their lines.")


def cures(curves, limit, size=(8, 4.3)):
    """Expected loss against gradients: name -> (gradients, losses), and the straight line of the limit."""
    fig, ax = plt.subplots(figsize=size)
    for name, (gradients, losses), style in styles(curves, "cures"):
        ax.loglog(gradients, losses, **unmarked(style), label=name)
    ax.loglog(*limit, color="black", linewidth=1, linestyle=(0, (1, 2)), label=r"tr($H^{-1}\Sigma$) / 2k")
    ax.set(xlabel="gradients of single examples", ylabel="expected loss", ylim=(1e-5, 1e3))
    legend_above(fig, ax, ncols=2)
    return fig, (
        "The constant rate stays on its floor. Rate 1/k, growing batches and the average all fall with slope "
        "-1 in the end; the average lies on the dotted limit, the two others above it. Batches that grow by "
        "one each step fall with half that slope.")


def inverse_rates(squares, size=(6.5, 4)):
    """Mean squared distance after each step with rate 1/k, for each curvature: name -> (steps,)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(squares, ax, xlabel="step k", ylabel="mean squared distance", start=1)
    ax.set_xscale("log")
    return fig, (
        "Curvatures 1 and 3 fall with slope -1. Curvature 0.3 falls more slowly, and curvature 0.1 by less "
        "than one power of ten in ten thousand steps.")


def fits(curves, size=(7.5, 4)):
    """Loss above the least possible after each pass, name -> (seeds, passes + 1)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, ylabel="loss above the least", xlabel="passes over the data")
    return fig, (
        "The constant rate comes to a few hundredths and stays there. The falling rate and the growing "
        "batches end some hundred times lower, and the average of the points lower still.")


def plateaus(curves, size=(7.5, 4)):
    """Expected losses of the last point and of averages, name -> (steps + 1,)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves({name: losses[1:] for name, losses in curves.items()}, ax, ylabel="expected loss", start=1)
    ax.set_xscale("log")
    return fig, (
        "The last point and each exponential average come to a floor, lower the larger beta is. Only the "
        "plain average of the tail goes on falling, in a straight line of slope -1.")


def streams(at, found, features, size=(7.5, 4)):
    """Mean excess loss of many streams, name -> (at, runs), beside d / 2k."""
    fig, ax = plt.subplots(figsize=size)
    for name, losses, style in styles(found, "methods"):
        ax.loglog(at, losses.mean(axis=1), **style, label=name)
    ax.loglog(at, features / (2 * np.asarray(at)), color="black", linewidth=1, linestyle=(0, (1, 2)),
              label="d / 2k")
    ax.set(xlabel="examples seen", ylabel="expected loss above the least")
    ax.legend()
    return fig, (
        "The average of SGD's points comes down to the line of the exact least-squares solution, which lies "
        "on d / 2k. The last point stays far above, and falls more slowly.")
