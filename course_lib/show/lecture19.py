"""Figures that the notebook and the slides of lecture 19 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.legends import legend_above
from course_lib.show.plots import MARKERS, loss_curves, styles
from course_lib.studies.dropout_runs import CURVE
from course_lib.studies.heaviside import step_function


def moments(rates, means, deviations, size=(9, 3.4)):
    """Mean and deviation of a sum against the rate, name -> (rates,) each, beside the theory."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    fine = np.linspace(0, rates.max(), 100)
    for ax, values, title in ((left, means, "mean"), (right, deviations, "standard deviation")):
        for name, value, style in styles(values, "values"):
            ax.plot(rates, value, label=name, **style | {"linestyle": "none"})
        ax.set(xlabel="chance to drop p", title=f"{title} of the sum of 100 units")
    left.plot(fine, np.full(100, 100.0), color="#0072B2", linestyle="-", linewidth=1)
    left.plot(fine, 100 * (1 - fine), color="#D55E00", linestyle="--", linewidth=1)
    right.plot(fine, 10 * np.sqrt(fine / (1 - fine)), color="#0072B2", linestyle="-", linewidth=1)
    right.plot(fine, 10 * np.sqrt(fine * (1 - fine)), color="#D55E00", linestyle="--", linewidth=1)
    left.set_ylim(0, 120)
    left.legend()
    return fig, (
        "Left: with scaling the mean of the sum stays 100 at every rate; without, it falls in a straight "
        "line. Right: with scaling the deviation grows without end toward rate 1; lines are the theory.")


def subnetwork_accuracies(accuracies, chances, marks, size=(7, 3.4)):
    """Histogram of the test accuracy of all sub-networks; marks : name -> accuracy of an average."""
    fig, ax = plt.subplots(figsize=size)
    ax.hist(accuracies, bins=30, weights=100 * chances, color="#BBBBBB", label="sub-networks")
    for _, (name, value, style) in zip(range(3), styles(marks, "marks"), strict=False):
        ax.axvline(value, color=style["color"], linestyle=style["linestyle"], label=name)
    ax.set(xlabel="test accuracy", ylabel="% of the sub-networks")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=10)
    return fig, (
        "The accuracies of the sub-networks spread widely, most far below the lines of the scaled pass and "
        "of the average, which lie together at the right.")


def shrinkage(scales, dropout, ridge, size=(9, 3.4)):
    """Factor on each least-squares weight; dropout and ridge are (strengths, factors (strengths, scales))."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size, sharey=True)
    for ax, (strengths, factors), label in ((left, dropout, "chance to drop p"),
                                            (right, ridge, "penalty α")):
        # Wider lines below: where they coincide each can still be seen.
        named = {f"scale {scale:g}": factors[:, i] for i, scale in enumerate(scales)}
        for width, (name, values, style) in zip((7, 4.5, 2), styles(named, "scales"), strict=True):
            ax.plot(strengths, values, label=name, color=style["color"], linestyle=style["linestyle"],
                    linewidth=width if ax is left else 1.8)
        ax.set(xlabel=label, ylim=(-0.05, 1.05))
    right.set_xscale("log")
    left.set(ylabel="weight / least-squares weight", title="dropout")
    right.set(title="L2 penalty, the same α for all")
    right.legend(title="feature of")
    return fig, (
        "Left: with dropout the three weights shrink along one line, 1 - p, whatever the scale of their "
        "feature. Right: with a common L2 penalty the weight of the smallest feature vanishes first.")


def steps_learned(panels, size=(10, 3.4)):
    """What networks made of the noisy step: title -> (training x, y, outputs (networks, 161) at CURVE)."""
    fig, axes = plt.subplots(1, len(panels), figsize=size, sharey=True)
    for ax, (title, (x, y, outputs)) in zip(axes, panels.items(), strict=True):
        ax.plot(x, y, ".", color="#999999", markersize=4, label="data")
        ax.plot(CURVE, step_function(CURVE), color="black", linestyle=":", linewidth=1.2, label="step")
        for i, out in enumerate(outputs):
            ax.plot(CURVE, out, color="#D55E00", linestyle="-", linewidth=1.1, alpha=0.8,
                    label="" if i else "networks")
        ax.set(title=title, xlabel="$x$")
    axes[0].set_ylabel("output")
    legend_above(fig, axes[0], ncols=3)
    return fig, (
        "Without dropout the networks follow the noise around the step. With the rates read as chances to "
        "drop they are smoother. Read as chances to keep they are flat at one half.")


def final_errors(runs, epochs=10_000, size=(9, 4.3)):
    """Error of every seed at `epochs`, or at the end of a shorter run, for each setting of the long runs."""
    fig, ax = plt.subplots(figsize=size)
    names = list(dict.fromkeys(name for name, _ in runs))
    for hidden, color, marker, shift in ((2, "#0072B2", "o", 0.14), (3, "#D55E00", "s", -0.14)):
        for row, name in enumerate(names):
            if (name, hidden) not in runs:
                continue
            run = runs[name, hidden]
            record = min(np.searchsorted(run["epochs"], epochs), len(run["epochs"]) - 1)
            errors, y = run["error"][:, record], len(names) - 1 - row + shift
            ax.plot(errors, np.full(len(errors), y), marker, color=color, alpha=0.45, markersize=5,
                    linestyle="none", label="" if row else f"{hidden} layers")
            ax.plot(np.median(errors), y, marker="|", color="black", markersize=15, markeredgewidth=2)
    ax.set_yticks(range(len(names)), names[::-1])
    ax.set(xscale="log", xlabel="mean squared error against the step, one dot per seed, bar: median")
    ax.legend(loc="lower right")
    return fig, (
        "Error of eight networks for each setting. The settings that drop moderately lie below those without "
        "dropout; the reversed rates do not; the rates read as chances to keep lie far to the right, near "
        "0.25.")


def during(curves, again, size=(7, 3.6)):
    """Test accuracy after each epoch: method -> (seeds, epochs), and single runs, method -> (epochs,)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, log=False, xlabel="epoch", ylabel="test accuracy", start=1)
    for method, values in again.items():
        color = next(line.get_color() for line in ax.lines if line.get_label() == method)
        ax.plot(np.arange(1, len(values) + 1), values, ".", color=color, markersize=4)
    ax.set_ylim(0.7, 1)
    return fig, (
        "Random labels, 128 units. Without a regularizer the accuracy peaks early and falls; with dropout "
        "and with weight decay it stays at its height. Dots: one run made here.")


def digits(found, size=(10, 3.6)):
    """Test accuracy of each method, one panel per case; found : (case, width, method) -> accuracies."""
    cases = list(dict.fromkeys(case for case, *_ in found))
    fig, axes = plt.subplots(1, len(cases), figsize=size, sharey=True)
    rows = list(dict.fromkeys(key[1:] for key in found))
    for ax, case in zip(axes, cases, strict=True):
        for i, (width, method) in enumerate(rows):
            values, y = found[case, width, method], len(rows) - 1 - i
            style = dict(zip(("none", "none, stopped early", "dropout", "weight decay"), (
                ("#000000", MARKERS[0]), ("#777777", MARKERS[3]), ("#D55E00", MARKERS[1]),
                ("#0072B2", MARKERS[2])), strict=True))[method]
            ax.plot(values, np.full(len(values), y), style[1], color=style[0], alpha=0.4, markersize=5,
                    linestyle="none")
            ax.plot(np.median(values), y, marker="|", color="black", markersize=14, markeredgewidth=2)
        ax.set(title=case, xlabel="test accuracy")
    axes[0].set_yticks(range(len(rows)), [f"{width} units: {method}" for width, method in reversed(rows)])
    return fig, (
        "Test accuracies of eight seeds. With random labels and 128 units, dropout and weight decay lie well "
        "above no regularizer. In the other panels the methods lie close together.")


def through_layers(panels, size=(9, 3.4)):
    """Mean and deviation behind each layer: name -> array (depth, 2)."""
    fig, axes = plt.subplots(1, 2, figsize=size)
    for i, (ax, title) in enumerate(zip(axes, ("mean", "standard deviation"), strict=True)):
        for name, values, style in styles(panels, "panels"):
            ax.plot(np.arange(1, len(values) + 1), values[:, i], label=name, **style)
        ax.axhline(i, color="#777777", linewidth=0.8)
        ax.set(xlabel="layer", title=f"{title} of the activations")
    axes[0].legend()
    return fig, (
        "Behind ten SELU layers: with dropout mean and deviation drift upward from layer to layer; with "
        "AlphaDropout they stay at 0 and 1.")
