"""Figures that the notebook and the slides of lecture 18 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.lecture16 import few_ticks
from course_lib.show.plots import loss_curves, styles
from course_lib.studies.heaviside import step_function


def shrinkage(problem, alphas, ways, curvatures, size=(10, 4)):
    """Left the ways of the penalized minimum over the loss, right the factor that L2 leaves of a direction.

    problem : (x, y) of two features; ways : name -> weights (alphas, 2); curvatures : of the loss
    """
    x, y = problem
    fig, (left, right) = plt.subplots(1, 2, figsize=size, width_ratios=[1.2, 1])
    grid = np.linspace(-0.4, 2.6, 200), np.linspace(-0.9, 1.6, 200)
    points = np.stack(np.meshgrid(*grid), axis=-1)
    loss = ((points @ x.T - y) ** 2).sum(axis=-1)
    left.contour(*grid, loss, levels=np.geomspace(0.05, loss.max(), 9), colors="#8FA3B3", linewidths=0.7)
    for name, way, style in styles(ways, "ways"):
        left.plot(*way.T, label=name, **{key: style[key] for key in ("color", "linestyle")})
        left.plot(*way[::8].T, linestyle="none", marker=style["marker"], color=style["color"], markersize=5)
    left.plot(*np.linalg.solve(x.T @ x, x.T @ y), "k*", markersize=13, label="no penalty")
    left.axhline(0, color="black", linewidth=0.6)
    left.axvline(0, color="black", linewidth=0.6)
    left.set(xlabel="weight $w_1$", ylabel="weight $w_2$", title="minimum of loss plus penalty",
             aspect="equal")
    left.legend(loc="lower left")
    factors = {f"curvature {h:g}": h / (h + alphas) for h in curvatures}
    for name, values, style in styles(factors, "curvatures"):
        right.semilogx(alphas, values, label=name, color=style["color"], linestyle=style["linestyle"])
    right.set(xlabel="strength α", ylabel="share of the weight that is left", title="L2, in each direction")
    right.legend()
    return fig, (
        "Left: as the penalty grows, the L2 minimum leaves along the flat direction and bends to the origin; "
        "the L1 minimum meets an axis and follows it. Right: the share left falls from 1 to 0 around the "
        "strength that equals the curvature.")


def prior(errors, best, size=(7, 3.8)):
    """errors : label -> (alphas, mean errors); best : label -> the strength that Bayes' rule names."""
    fig, ax = plt.subplots(figsize=size)
    for name, (alphas, error), style in styles(errors, "errors"):
        look = {key: style[key] for key in ("color", "linestyle")}
        ax.loglog(alphas, error, label=name, **look)
        ax.axvline(best[name], color=style["color"], linestyle=":", linewidth=1.2)
    ax.set(xlabel="strength α", ylabel="mean of ‖w - true w‖²")
    ax.legend(title="dotted: 2 noise² / prior²")
    return fig, ("Mean error of ridge against its strength: three curves with a minimum each, and each "
                 "minimum lies at the dotted line, twice the noise variance over the prior's.")


def one_weight(curves, size=(7, 3.6)):
    """The weight after each step, name -> (steps + 1,)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, log=False, ylabel="weight $w$")
    ax.axhline(0, color="black", linewidth=0.6)
    return fig, ("With the L1 subgradient the weight falls and then jumps to and fro across zero for ever. "
                 "With the proximal step it stops at zero. With L2 it settles above zero.")


def coefficient_paths(alphas, paths, weights, size=(10, 4)):
    """One panel for each penalty of `paths`, name -> (alphas, features); true zeros are dashed."""
    fig, axes = plt.subplots(1, len(paths), figsize=size, sharey=True, squeeze=False)
    for ax, (name, path) in zip(axes[0], paths.items(), strict=True):
        path_lines(ax, alphas, path, weights)
        ax.set_title(name)
        if ax is not axes[0, 0]:
            ax.get_legend().remove()
    low, high = min(map(np.min, paths.values())), max(map(np.max, paths.values()))
    axes[0, 0].set(ylabel="weight", ylim=(1.3 * low - 0.1, 1.5 * high))  # with room for the legend
    return fig, (
        "Eight weights against the strength. With ridge all shrink smoothly and none is zero. With lasso "
        "they reach zero one after the other; the three that matter last longest.")


def path_lines(ax, alphas, path, weights):
    """The weights against the strength, those that matter in colour and named; returns the lines."""
    colors = iter(plt.rcParams["axes.prop_cycle"].by_key()["color"])
    lines = []
    for j, values in enumerate(path.T):
        matters = weights[j] != 0
        look = ({"color": next(colors), "linestyle": "-", "label": f"$w_{j + 1}$, truly {weights[j]:g}"}
                if matters else {"color": "#707070", "linestyle": "--", "linewidth": 1})
        lines.append(ax.semilogx(alphas, values, **look)[0])
    lines[-1].set_label("the others, truly 0")
    ax.axhline(0, color="black", linewidth=0.6)
    ax.set(xlabel="strength α")
    ax.legend()
    return lines


def rest(noises, measured, fine, predicted, size=(7, 3.8)):
    """Where Adam rests against the gradient's noise; measured : name -> (noises,), predicted on `fine`."""
    fig, ax = plt.subplots(figsize=size)
    for name, values, style in styles(measured, "measured"):
        ax.plot(noises, values, linestyle="none", marker=style["marker"], color=style["color"], label=name)
    for name, values, style in styles(predicted, "predicted"):
        ax.plot(fine, values, color=style["color"], linestyle=style["linestyle"], label=name)
    ax.set(xlabel="deviation of the gradient's noise", ylabel="where $w$ comes to rest", ylim=(0, 1.05))
    ax.legend()
    return fig, ("Adam with the penalty in its gradient rests at one place whatever the noise. AdamW rests "
                 "near 1 without noise and ever closer to 0 with more, as predicted.")


def fits(runs, x, y, size=(10, 3.8)):
    """The outputs of one network per penalty; runs : title -> {name: (points, outputs)}; x, y : its data."""
    fig, axes = plt.subplots(1, len(runs), figsize=size, sharey=True, squeeze=False)
    for ax, (title, named) in zip(axes[0], runs.items(), strict=True):
        ax.plot(x, y, linestyle="none", marker="o", markersize=3, color="#9AA5AE", label="data")
        ax.plot([-1, 0, 0, 1], step_function([-1, -1, 0, 1]), color="black", linewidth=0.8, label="step")
        for name, (points, outputs), style in styles(named, "runs"):
            ax.plot(points, outputs, label=name, color=style["color"], linestyle=style["linestyle"])
        ax.set(title=title, xlabel="$x$", xticks=[-1, -0.5, 0, 0.5, 1])
    axes[0, 0].set_ylabel("output")
    axes[0, -1].legend(loc="center left")
    return fig, ("Noisy points of a step and the outputs of trained networks. Without a penalty the curve "
                 "follows single points; with L2 less; with L1 it is flat on both sides of the step.")


def errors(panels, epochs, size=(10, 3.8)):
    """Error against the epoch; panels : title -> {name: (seeds, records)}; epochs (records,), the first 0."""
    fig, axes = plt.subplots(1, len(panels), figsize=size, sharey=True, squeeze=False)
    for ax, (title, named) in zip(axes[0], panels.items(), strict=True):
        for name, values, style in styles(named, "runs"):
            low, middle, high = np.quantile(values[:, 1:], [0.1, 0.5, 0.9], axis=0)
            ax.fill_between(epochs[1:], low, high, color=style["color"], alpha=0.15, linewidth=0)
            ax.semilogy(epochs[1:], middle, label=name, color=style["color"], linestyle=style["linestyle"])
        ax.set(title=title, xlabel="epoch")
    axes[0, 0].set_ylabel("mean squared error, without noise")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=len(ax.lines),
               title="line: median, band: 10–90 %")
    return fig, ("Error against the step itself: without a penalty and with AdamW it rises as the noise is "
                 "learned; with L2 it stays about half as large, with L1 smallest.")


def strengths(errors_by_strength, reference, size=(7, 4.5)):
    """errors_by_strength : name -> (alphas, errors (alphas, seeds)); reference : errors (seeds,) without."""
    fig, ax = plt.subplots(figsize=size)
    for name, (alphas, values), style in styles(errors_by_strength, "strengths"):
        ax.fill_between(alphas, values.min(axis=1), values.max(axis=1), color=style["color"], alpha=0.15,
                        linewidth=0)
        ax.loglog(alphas, np.median(values, axis=1), label=name, **style)
    ax.axhline(np.median(reference), color="black", linewidth=0.8, linestyle=":", label="no penalty")
    ax.set(xlabel="strength α", ylabel="mean squared error, without noise")
    few_ticks(ax.yaxis)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3,
               title="line: median, band: all seeds")
    return fig, ("Error against the strength: L2 is lowest at 0.0001, L1, by subgradient or proximal step, "
                 "at 0.0003. AdamW does nothing there and is at its best at 0.3. L1 at its best is lowest of "
                 "all.")
