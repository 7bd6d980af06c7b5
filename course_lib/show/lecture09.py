"""Figures that the notebook and the slides of lecture 09 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.landscapes import paths
from course_lib.show.plots import loglog_slope, loss_curves, panels, styles


def zigzag(f, runs, size=(8, 4)):
    """The ways of gradient descent with a small and with a large learning rate."""
    fig, ax = plt.subplots(figsize=size)
    paths(f, runs, ax, every=1)
    return fig, (
        "With the small learning rate the path drops to the valley floor and crawls. With the large one "
        "it jumps from wall to wall on its way to the minimum.")


def way_and_loss(f, runs, size=(10, 3.8)):
    """Left the ways over the contour lines, right the losses, of `runs`, a dict from name to Trace."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size, width_ratios=[1.3, 1])
    paths(f, runs, left, every=1)
    loss_curves({name: run.loss for name, run in runs.items()}, right).set(title="loss")
    return fig, (
        "Left: momentum swings less across the valley than gradient descent and advances faster along it. "
        "Right: after 25 steps its loss is hundreds of times lower.")


def step_lengths(lengths, size=(7, 3.6)):
    """Length of each step when the learning rate falls at step 50."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(lengths, ax, ylabel="length of the step", start=1).set(ylim=(0.05, 1.3))
    ax.legend(loc=(0.2, 0.2))  # below the plateau, left of the drop
    return fig, (
        "Both step lengths rise to 1. With the rate outside the velocity the step falls to 0.1 at once; "
        "with the rate inside it takes some 40 steps to get there.")


def steps_and_kappa(kappas, steps, size=(10, 4)):
    """Steps against the condition number, one panel for each title -> {name: steps (kappas,)}."""
    fig, pairs = panels(steps, size)
    for ax, methods in pairs:
        for name, values in methods.items():
            loglog_slope(kappas, values, ax, label=name)
        ax.set_xlabel("condition number κ")
    fig.axes[0].set_ylabel("steps to a millionth of the loss")
    alt = ("Steps against condition number: a steep line for gradient descent and two flatter ones, of slope "
           "about one half, for momentum and Nesterov.")
    return fig, alt + (" In a second panel, random starts give a smaller slope." if len(steps) > 1 else "")


def first_rise(curves, size=(7, 3.8)):
    """Losses relative to the first, κ = 100, from the steepest direction."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, ylabel="loss / loss at the start")
    return fig, (
        "Momentum's loss first rises more than tenfold and then falls fastest. Nesterov's rises only to "
        "twice its start. Gradient descent falls slowly in a straight line.")


def swings(positions, size=(10, 3.6)):
    """Positions against the step, one panel for each title -> {name: positions (steps + 1,)}."""
    fig, pairs = panels(positions, size)
    for ax, curves in pairs:
        loss_curves(curves, ax, log=False, ylabel="position (minimum at 0)").label_outer()
    return fig, (
        "Left, in a flat direction, both methods run on alike. Right, in a steep one, momentum swings to "
        "and fro for 40 steps while Nesterov is back at the minimum after about eight.")


def noise_floor(floors, size=(7, 3.8)):
    """Mean losses of many noisy runs."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(floors, ax, ylabel="mean loss of 10,000 runs")
    return fig, (
        "The curves of gradient descent with rate 0.1 and of momentum with rate 0.01 settle on the same "
        "floor. Momentum with rate 0.1 settles about ten times higher.")


def sweep(rates, losses, size=(10, 4)):
    """Final loss against effective rate, for title -> {method: losses (rates, seeds)} and title -> rates.

    The line is the median of the seeds, each seed a faint dot.
    """
    fig, pairs = panels(losses, size)
    for ax, methods in pairs:
        for method, values, style in styles(methods, "methods"):
            ax.loglog(rates[ax.get_title()], np.median(values, axis=1), **style, label=method)
            ax.plot(rates[ax.get_title()], values, linestyle="", marker="o", markersize=4, alpha=0.4,
                    color=style["color"], markeredgewidth=0)
        ax.set(xlabel="effective rate lr / (1 - momentum)", ylim=(0.003, 4))
    seeds = next(iter(methods.values())).shape[1]
    fig.axes[0].set_ylabel(f"final training loss, median of {seeds} seeds")
    fig.axes[0].legend(loc="lower left")
    return fig, (
        "Left, all images: the curves coincide up to rate 0.8, where gradient descent turns up; momentum "
        "and Nesterov go on to a loss ten times lower. Right, 8 images: all three are close. Dots of single "
        "seeds lie near their lines, except at the largest rates.")
