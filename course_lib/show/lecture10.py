"""Figures that the notebook and the slides of lecture 10 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.landscapes import paths
from course_lib.show.legends import legend_above
from course_lib.show.plots import band, lines, loss_curves, panels, styles


def diagonal(f, runs, size=(8, 4)):
    """The ways of gradient descent and AdaGrad from a corner of the ravine."""
    fig, ax = plt.subplots(figsize=size)
    paths(f, runs, ax, every=1)
    return fig, ("Gradient descent jumps across the ravine and creeps along it. AdaGrad runs straight at the "
                 "minimum, along the diagonal, in steps that grow shorter.")


def turned(angles, steps, size=(6.5, 3.6)):
    """Steps against the angle of the valley: steps is a dict of method -> (angles, starts)."""
    fig, ax = plt.subplots(figsize=size)
    for method, values, style in styles(steps, "steps"):
        band(ax, angles, np.transpose(values), style, method)
    ax.set(xlabel="angle of the valley to the axes (degrees)", ylabel="steps to a millionth of the loss",
           ylim=(0, None), xticks=angles)
    ax.legend(title="line: median, band: 10–90 %")
    return fig, ("Gradient descent needs the same number of steps at each angle. AdaGrad needs very few "
                 "along the axes, and more than gradient descent when the valley is turned by 45 degrees.")


def falling(lengths, rates, size=(10, 3.7)):
    """Left: step lengths for a gradient that is always 1. Right: AdaGrad's rates on the ravine."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    loss_curves(lengths, left, ylabel="length of the step / lr", start=1)
    loss_curves(rates, right, ylabel="rate of each coordinate", start=1)
    left.set(title="gradient always 1", xscale="log")
    right.set(title="AdaGrad on the ravine", xscale="log")
    return fig, ("Left, for a constant gradient: AdaGrad's steps fall for ever like one over the root of the "
                 "step number; RMSProp's fall to lr and stay. Right: on the ravine AdaGrad's two rates fall "
                 "and then level out, one 25 times the other.")


def sparse(results, methods, size=(10, 4.2)):
    """Risk against the learning rate, a panel for each title -> {method: Tuned}; methods: name -> rates.

    The curve is the median of the tuning seeds, the bar at its lowest point the 10 to 90 % of the test seeds.
    """
    fig, pairs = panels(results, size, sharey=False)
    for ax, tuned in pairs:
        for name, result, style in styles(tuned, "methods"):
            ax.loglog(methods[name], result.curve, **style, markersize=4, label=name)
            low, high = np.quantile(result.risk, [0.1, 0.9])
            ax.plot([result.lr, result.lr], [low, high], color=style["color"], linewidth=5, alpha=0.4)
        best = min(np.min(result.curve) for result in tuned.values())
        ax.set(xlabel="learning rate", ylim=(best / 2, best * 100))
    fig.axes[0].set_ylabel("error of the prediction")
    legend_above(fig, fig.axes[0], ncols=3)
    return fig, ("With noise 1, RMSProp with ρ = 0.999 and a tuned decay is lowest, then AdaGrad and SGD "
                 "with a tuned decay, at some 0.6 times the error of plain SGD. With noise 0.1 SGD with "
                 "decay is lowest. RMSProp with ρ = 0.9 is highest in both.")


def cycle(runs, size=(7, 3.7)):
    """Losses on the ravine; a dict from name to loss."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(runs, ax)
    ax.set_ylim(1e-45, 1e3)
    legend_above(fig, ax, ncols=2)
    return fig, ("RMSProp's losses fall below 1e-30, rise again within some 50 steps, and then stay on a "
                 "floor, a hundred times higher for a rate ten times larger. AdaGrad's falls on and on.")


def hover(trace, bound, size=(7, 3.7)):
    """Adadelta's distance from the minimum in the steep direction, with the formula's growth."""
    fig, ax = plt.subplots(figsize=size)
    steps = np.arange(len(trace))
    shown = np.unique(np.geomspace(1, len(trace) - 1, 1500).astype(int))
    ax.loglog(steps[shown], np.maximum(np.abs(trace[shown]), 1e-12), label="Adadelta", linewidth=1.2)
    ax.loglog(steps[1:], bound[1:], "--", color="#D55E00", label=r"$\frac{1}{2}\sqrt{\epsilon\, k}$")
    ax.set(xlabel="step $k$", ylabel="distance $|w_2|$ from the minimum", ylim=(1e-5, 3))
    ax.legend()
    return fig, ("The distance falls in a few hundred steps, and then grows again along a straight line, "
                 "the root of epsilon times the step number.")


def saddles(rates, steps, size=(10, 3.9)):
    """Steps to leave the ridge against the learning rate; a panel for each title -> {method: (rates,)}."""
    fig, pairs = panels(steps, size)
    for ax, methods in pairs:
        for name, counts, style in styles(methods, "methods"):
            ax.loglog(rates, counts, **style, label=name)
        ax.set(xlabel="learning rate")
    fig.axes[0].set_ylabel("steps until 0.1 off the ridge")
    legend_above(fig, fig.axes[0], ncols=3)
    return fig, ("Left, the way down along an axis: RMSProp and AdaGrad leave the ridge in 1 to 17 steps, "
                 "gradient descent in 233 at rate 0.01 and 5 at rate 1. Right, the surface turned by 45 "
                 "degrees: gradient descent as before; at rate 0.01 RMSProp needs 100 steps, AdaGrad "
                 "6,805; at rate 1 all three need 5 to 7.")


def small_gradients(sizes, curves, size=(7, 3.8)):
    """Length of the first step, over lr, against the size of the gradient; name -> lengths."""
    fig, ax = plt.subplots(figsize=size)
    lines(ax, sizes, curves)
    ax.set(xlabel="size of the gradient", ylabel="first step / lr", ylim=(1e-8, 30))
    ax.legend()
    return fig, ("PyTorch's first steps do not depend on the gradient down to a size of 1e-7. Keras' "
                 "fall in proportion to it below 1e-3, those of its AdaGrad already below 0.3.")
