"""Figures that the notebook and the slides of lecture 03 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.landscapes import contour, paths
from course_lib.show.legends import legend_above
from course_lib.show.plots import band, lines, loglog_slope, loss_curves, panels, styles, unmarked

GREY = "#555555"


def spheres(f, x, circles, size=(10, 4.2)):
    """Left the point x and circles around it; right the change of f along each, by direction.

    circles : dict of radius -> Circle of course_lib.studies.steepest
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=size, width_ratios=[1, 1.2])
    reach = 1.5 * max(circles)
    contour(f, left, window=[(x[0] - 0.75 * reach, x[0] + 1.25 * reach), (x[1] - reach, x[1] + 0.8 * reach)])
    left.set(title="", aspect="equal")
    for radius, circle, style in styles(circles, "circles"):
        color, line = style["color"], style["linestyle"]
        left.plot(*(x + radius * circle.directions).T, color=color, linestyle=line, linewidth=1.3)
        left.plot(*(x + radius * circle.steepest), marker="o", color=color, markersize=7, linestyle="none")
        left.plot(*(x + radius * circle.best), marker="D", color=color, markersize=7, linestyle="none",
                  markeredgecolor="black")
        slope = radius * circle.slope
        right.plot(circle.degrees, circle.change / slope, color=color, linestyle=line,
                   label=f"$f$, radius {radius:g}")
        lowest = np.argmin(circle.change)
        right.plot(circle.degrees[lowest], circle.change[lowest] / slope, marker="D", color=color,
                   markersize=7, markeredgecolor="black", linestyle="none")
    right.plot(circle.degrees, -np.cos(np.radians(circle.degrees)), color="black", linewidth=1,
               linestyle=":", label="its straight-line model")
    left.plot(*x, marker="o", color="white", markeredgecolor="black", markersize=8, linestyle="none")
    right.set(xlabel="angle to the negative gradient (degrees)", ylabel="change of $f$ / (radius · slope)",
              xticks=range(-180, 181, 60))
    right.legend()
    return fig, (
        "Left: circles around a point over level lines; on the small circle the lowest point lies in the "
        "direction of the negative gradient, on the larger ones it turns towards the minimum. Right: the "
        "change of f by direction; for a small radius it is the cosine of the straight-line model.")


def one_dimension(runs, size=(10, 3.4)):
    """Positions of gradient descent on ½x² at different rates, for name -> positions (steps + 1,)."""
    fig, pairs = panels(runs, size)
    grid = np.linspace(-1.6, 1.6, 101)
    for (ax, x), (_, _, style) in zip(pairs, styles(runs, "runs"), strict=True):
        ax.plot(grid, grid**2 / 2, color="#8FA3B3", linewidth=1, linestyle="-")
        x = np.array(x)
        ax.plot(x, x**2 / 2, color=style["color"], linewidth=1, linestyle="-", marker="o", markersize=4)
        ax.plot(x[0], x[0] ** 2 / 2, marker="o", color="white", markeredgecolor="black", linestyle="none")
        ax.set(xlabel="$x$", xlim=(-1.65, 1.65), ylim=(-0.05, 1.35))
    fig.axes[0].set_ylabel("$f(x)$")
    return fig, (
        "Five runs on a parabola. The first creeps down one side, the second arrives in one step, the third "
        "jumps from side to side and comes down, the fourth stays at its height, the last one climbs out.")


def rate_sweep(rates, factors, losses, marks, size=(10, 3.8)):
    """Left the factor per step of each curvature, right the loss, both against lr · L.

    rates : lr · L (n,); factors : name -> (n,); losses : (n,), over that at the start; marks : name -> lr · L
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    lines(left, rates, {name: np.abs(factor) for name, factor in factors.items()}, "factors", log=False)
    left.axhline(1, color=GREY, linewidth=1, linestyle="-")
    left.set(ylabel="|factor per step|", ylim=(0, 1.7), yticks=np.linspace(0, 1.2, 7))
    left.legend(loc="upper left")  # above the lines: below them it would hide where they touch 0
    right.semilogy(rates, losses, color="black", linestyle="-")
    right.axhline(1, color=GREY, linewidth=1, linestyle="-")
    right.set(ylabel="loss after 50 steps\n/ loss at the start", ylim=(1e-10, 1e3))
    for ax, height in ((left, 1.16), (right, 30)):
        ax.set(xlabel="learning rate × $L$")
        for name, place in marks.items():
            ax.axvline(place, color=GREY, linewidth=1, linestyle=":")
            ax.text(place, height, f" {name}", ha="left" if place < 1.5 else "right", fontsize=10)
    return fig, (
        "Left: the factor of the flat direction falls slowly with the rate, that of the steep direction "
        "falls to 0 at 1/L and rises to 1 at 2/L; they meet at 2/(L + μ). Right: the loss after 50 steps is "
        "lowest at 2/(L + μ), and above 1 from 2/L on.")


def three_rates(losses, size=(8, 4)):
    """Losses on the noisy sine, for name -> (seeds, steps + 1); infinite after a divergence."""
    fig, ax = plt.subplots(figsize=size)
    steps = np.arange(next(iter(losses.values())).shape[1])
    for name, values, style in styles(losses, "losses"):
        if np.isfinite(values).all():
            band(ax, steps, values, unmarked(style), name)
        else:
            for i, run in enumerate(values):
                ax.plot(steps, np.where(np.isfinite(run), run, 1e9), label="_" if i else name, linewidth=1,
                        **unmarked(style))
    ax.axhline(0.01, color=GREY, linewidth=1, linestyle=":")
    ax.text(0, 0.0095, "variance of the noise", ha="left", va="top", color=GREY)
    ax.set(yscale="log", ylim=(0.006, 100), xlabel="step", ylabel="training loss")
    ax.legend(title=f"line: median of {len(values)} runs\nband: 10–90 %", loc="upper right")
    return fig, (
        "With the small rate the loss falls slowly for the whole run, with the middle one it comes near the "
        "variance of the noise, with the large one every run leaves the picture within a few steps.")


def edge(runs, size=(8, 3.8)):
    """The largest curvature along runs on the noisy sine, for lr -> list of SineRun."""
    fig, ax = plt.subplots(figsize=size)
    for lr, several, style in styles(runs, "runs"):
        for i, run in enumerate(several):
            ax.plot(run.measured, run.curvature, **unmarked(style), linewidth=1.2,
                    label="_" if i else f"lr {lr}")
        if 2 / lr < 70:
            ax.axhline(2 / lr, color=style["color"], linestyle="-", linewidth=0.8)
            ax.text(1, 2 / lr, f" 2/{lr}", va="center", color=style["color"],
                    transform=ax.get_yaxis_transform())
    ax.set(xlabel="step", ylabel="largest curvature $L$", ylim=(0, 65))
    ax.legend(loc="upper left", ncols=len(runs))
    return fig, (
        "The largest curvature starts between 12 and 28. With rate 0.05 it rises to about 2/0.05 = 40 and "
        "stays near it, with rate 0.1 it settles on 2/0.1 = 20, with rate 0.01 it rises slowly, and ends "
        "between 26 and 40.")


def two_features(functions, runs, names, size=(10, 4)):
    """The loss over two weights and the way of gradient descent, for title -> Function and -> Trace.

    Open circle: the start, both weights 0. Star: the minimum.
    """
    fig, pairs = panels(functions, size, sharey=False)
    for ax, f in pairs:
        title = ax.get_title()
        paths(f, {title: runs[title]}, ax, every=1)
        ax.get_legend().remove()
        ax.set(title=title, xlabel=f"weight of {names[0]}", ylabel=f"weight of {names[1]}")
    return fig, (
        "Left, in the units of the clinic: narrow ellipses, and after the first steps the path zigzags along "
        "the valley. Right, standardized: nearly round level lines, and the path is at the minimum at once.")


def scaled_losses(steps, losses, size=(8, 4)):
    """Excess loss over that at the start against the step, both logarithmic, for name -> (steps,)."""
    fig, ax = plt.subplots(figsize=size)
    lines(ax, steps, losses, "losses")
    ax.axhline(1e-6, color=GREY, linewidth=1, linestyle=":")
    ax.set(xlabel="step", ylabel="excess loss / excess at the start", ylim=(1e-8, 2))
    legend_above(fig, ax, ncols=3)
    return fig, (
        "With standardized features the loss reaches a millionth after about a thousand steps, with centred "
        "ones after a hundred times as many, with the features as they come after more than a hundred "
        "million.")


def loss_and_bound(bound, named, size=(8, 4)):
    """Losses and the bound over them; `named` as for `loss_curves`."""
    fig, ax = plt.subplots(figsize=size)
    ax.plot(bound, color="#BBBBBB", linewidth=6, linestyle="-", label="the bound")
    loss_curves(named, ax, ylabel="loss")
    ax.legend(title=ax.get_legend().get_title().get_text())
    return fig, (
        "All losses lie below the straight line of the bound. From the steepest direction the loss lies on "
        "it; from random starts it is tens of times lower and runs parallel to it.")


def steps_and_kappa(kappas, named, size=(7, 4)):
    """Steps against the condition number, for name -> (kappas,)."""
    fig, ax = plt.subplots(figsize=size)
    for name, steps in named.items():
        loglog_slope(kappas, steps, ax, label=name)
    ax.set(xlabel="condition number κ", ylabel="steps to a millionth of the loss")
    return fig, "The steps grow with the condition number along straight lines of slope 1."


def two_guarantees(steps, losses, bounds, size=(8, 4.2)):
    """Losses (thick) and their bounds (thin, in the colour and style of the run) on logarithmic axes.

    losses : name of the run -> (steps,); bounds : name of the run -> (label, values (steps,))
    """
    fig, ax = plt.subplots(figsize=size)
    for name, values, style in styles(losses, "losses"):
        label, bound = bounds[name]
        ax.loglog(steps, values, label=name, linewidth=2.2, **unmarked(style))
        ax.loglog(steps, bound, label=label, linewidth=0.9, **unmarked(style))
    ax.set(xlabel="step", ylabel="excess loss / excess at the start", ylim=(1e-7, 30))
    legend_above(fig, ax, ncols=2)
    return fig, (
        "The rate 1/L is below a hundredth of the loss within ten steps; the rate 2/(L + μ) needs hundreds, "
        "and overtakes only late. Each bound, a thin line, lies above the curve of its rate, often a "
        "hundredfold.")
