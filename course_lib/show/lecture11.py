"""Figures that the notebook and the slides of lecture 11 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

from course_lib.show.landscapes import paths
from course_lib.show.legends import legend_above
from course_lib.show.plots import band, loss_curves, panels, styles, unmarked


def moments(trace, beta1, beta2, size=(10, 3.6)):
    """The two averages of one noisy gradient with and without correction, from a Trace of one number."""
    t = np.arange(1, trace.steps + 1)
    g, m, v = trace.g[:, 0], trace.state["m"][1:, 0], trace.state["v"][1:, 0]
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    left.plot(t, g, ".", color="#999999", markersize=3, label="gradient g")
    right.plot(t, np.abs(g), ".", color="#999999", markersize=3, label="|g|")
    panels = [(left, "first moment", m, m / (1 - beta1**t), "m", r"\hat m"),
              (right, "root of the second moment", np.sqrt(v), np.sqrt(v / (1 - beta2**t)), r"\sqrt{v}",
               r"\sqrt{\hat v}")]
    for ax, title, raw, corrected, name, hat in panels:
        ax.plot(t, raw, linestyle="--", color="#D55E00", label=f"${name}$")
        ax.plot(t, corrected, linestyle="-", color="#0072B2", label=f"${hat}$")
        low, high = ax.get_ylim()
        ax.set(title=title, xlabel="step", ylim=(low, high + 0.2 * (high - low)))  # room for the legend
        ax.legend(loc="upper center", ncols=3, handlelength=1.5, columnspacing=1)
    return fig, (
        "Left: m starts at zero and climbs to the level of the gradients; corrected, it scatters around that "
        "level from the first step. Right: the root of v has come less than half of the way after 150 steps; "
        "corrected, it scatters around the right level at first and settles there.")


def step_sizes(curves, size=(7, 3.6)):
    """Step over learning rate for a gradient that stays the same, by name."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, log=False, ylabel="step / learning rate", start=1)
    ax.set(xscale="log", ylim=(0, None))
    return fig, (
        "With correction the step is always one learning rate. Without, it starts at 3.2, rises to 6.6 at "
        "step 12, and comes down to 1 only after thousands of steps.")


def correction(rates, beta2s, losses, size=(10, 3.8)):
    """Loss on the digits against the rate: dict of corrected or not -> losses (beta2s, rates, seeds)."""
    fig, pairs = panels({"with correction" if corrected else "without": grid
                         for corrected, grid in losses.items()}, size)
    for ax, grid in pairs:
        named = {f"β₂ = {beta2:g}": values for beta2, values in zip(beta2s, grid, strict=True)}
        for name, values, style in styles(named, "beta2s"):
            band(ax, rates, np.transpose(values), style, name)
        ax.set(xlabel="learning rate", xscale="log", yscale="log")
    fig.axes[0].set_ylabel("training loss, third epoch")
    fig.axes[0].yaxis.set_minor_formatter(NullFormatter())
    fig.axes[0].legend(title="median of 3 seeds,\nband: 10–90 %")
    return fig, (
        "Left, with bias correction: the three curves for the three values of β₂ coincide. Right, without: "
        "the closer β₂ is to 1, the smaller is the learning rate at which the loss is lowest and at which it "
        "rises again. The lowest points on the right are a little below those on the left.")


def valleys(runs, size=(9.5, 3.9)):
    """Ways of Adam in a valley along the axes and in a turned one: title -> (function, named traces)."""
    fig, pairs = panels(runs, size, sharey=False)
    for (ax, (f, named)), title in zip(pairs, runs, strict=True):
        paths(f, named, ax, every=1, window=((-1.9, 1.9), (-1.3, 1.7)))
        legend = ax.get_legend()
        handles, labels = legend.legend_handles, [text.get_text() for text in legend.get_texts()]
        legend.remove()
        ax.set(aspect="equal", title=title)
    fig.legend(handles, labels, loc="outside lower center", ncols=4)
    return fig, (
        "Left, valley along the axes: Adam runs straight down the diagonal, a little past the minimum and "
        "back. Right, the same valley turned by 45 degrees: it swings across the valley and crawls along it.")


def decay(curves, rate, size=(10, 3.6)):
    """Mean weights under decay: title -> {gradient noise: mean of the weight (steps + 1,)}."""
    fig, pairs = panels(curves, size)
    for ax, named in pairs:
        loss_curves(named, ax, log=False, ylabel="mean weight").set_ylim(0, 1.05)
        steps = np.arange(len(next(iter(named.values()))))
        ax.plot(steps, (1 - rate) ** steps, color="black", linewidth=0.8, linestyle=(0, (1, 3)),
                label="(1 - lr·decay)ᵗ")
        ax.legend(loc="lower left")
        ax.label_outer()
    return fig, (
        "Left, the penalty in the gradient: the weight with the smallest gradients shrinks most, that with "
        "the largest hardly at all. Right, decoupled: all three shrink alike, to 0.37.")


def schedules(curves, beta1=0.9, size=(7, 3.4)):
    """NAdam's momentum against the step, by name of the schedule."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, log=False, ylabel="momentum $μ_t$", start=1)
    ax.axhline(beta1, color="black", linewidth=0.8, linestyle=(0, (1, 3)))
    ax.set(xscale="log", ylim=(0.4, 0.95))
    legend_above(fig, ax, ncols=2)
    return fig, (
        "Both start near 0.45. Keras's momentum is at 0.9 after 100 steps. PyTorch's is still at 0.7 after "
        "5,000 steps and arrives after some 20,000.")


def budgets(target, epochs, named, size=(10, 3.9)):
    """Left the target (x, y), right the RMSE of many seeds against the epoch: name -> (seeds, epochs)."""
    fig, (left, ax) = plt.subplots(1, 2, figsize=size, width_ratios=[1, 1.4])
    left.plot(*target, ".", color="black", markersize=3)
    left.set(title="target", xlabel="$x$", ylabel="$y$")
    for name, values, style in styles(named, "named"):
        band(ax, epochs[1:], values[:, 1:], unmarked(style), name)
    ax.set(title="error", xlabel="epoch", ylabel="root of the mean squared error", ylim=(0, None))
    ax.legend(title=f"median of {len(values)} seeds\nband: 10–90 %")
    return fig, (
        "Left: the target, a slow wave around 5 and, after a jump, a fast one around 0. Right: the curves of "
        "Adam and NAdam lie on each other for the first 1,500 epochs. Then Adam's falls faster; after 5,000 "
        "epochs the bands are apart.")


def final_errors(rates, named, size=(7, 3.8)):
    """Last RMSE against the learning rate: name -> (rates, seeds)."""
    fig, ax = plt.subplots(figsize=size)
    for name, values, style in styles(named, "named"):
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=1)
        ax.errorbar(rates, middle, yerr=[middle - low, high - middle], capsize=4, label=name, **style)
    ax.set(xscale="log", yscale="log", xlabel="learning rate",
           ylabel=f"error after 5,000 epochs, {values.shape[1]} seeds")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.legend(title="median, bar: 10–90 %")
    return fig, (
        "At rate 0.001 the three errors are close, with Adam's the lowest. At 0.003 Adam's is several times "
        "lower than NAdam's, at 0.01 about ten times; NAdam's with ψ = 1 lies between. Adam's median still "
        "falls at the largest rate. NAdam's bars are long at the two larger rates.")


def failing(named, size=(7, 3.6)):
    """x against the step on the cycle of gradients, by method."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(named, ax, log=False, ylabel="$x$", start=1)
    ax.axhline(-1, color="black", linewidth=0.8, linestyle=(0, (1, 3)))
    ax.text(1.1, -1.03, "best point", va="top", fontsize=9)
    ax.set(xscale="log", ylim=(-1.25, 1.08))
    legend_above(fig, ax, ncols=2)
    return fig, (
        "Adam with β₂ = 0.1 climbs to +1, the worst point. AMSGrad with the same values, Adam with "
        "β₂ = 0.999 and gradient descent all go to the best point, -1.")
