"""Figures that the notebook and the slides of lecture 10 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.landscapes import paths
from course_lib.show.plots import band, lines, loss_curves, panels, styles


def diagonal(f, runs, size=(8, 4)):
    """The ways of gradient descent and AdaGrad from a corner of the ravine."""
    fig, ax = plt.subplots(figsize=size)
    paths(f, runs, ax, every=1)
    return fig, ("Gradient descent jumps across the ravine and creeps along it. AdaGrad runs straight to the "
                 "minimum, along the diagonal.")


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


def sparse(results, methods, size=(10, 3.9)):
    """Risk against the learning rate, a panel for each title -> {method: Tuned}; methods: name -> rates."""
    fig, pairs = panels(results, size, sharey=False)
    for ax, tuned in pairs:
        for name, result, style in styles(tuned, "methods"):
            ax.loglog(methods[name], result.curve, **style, markersize=4, label=name)
        best = min(np.min(result.curve) for result in tuned.values())
        ax.set(xlabel="learning rate", ylim=(best / 1.5, best * 100))
    fig.axes[0].set_ylabel("error of the prediction, noise-free")
    fig.axes[0].legend()
    return fig, ("With noise 1 the lowest errors are those of AdaGrad and of SGD with a tuned decay, about "
                 "half that of plain SGD. With noise 0.1 SGD with decay is lowest. RMSProp is highest in "
                 "both.")


def cycle(runs, size=(7, 3.7)):
    """Losses on the ravine; a dict from name to loss."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(runs, ax)
    ax.set_ylim(1e-10, 100)
    return fig, ("RMSProp's losses fall and then stay on a floor, a hundred times higher for a rate ten "
                 "times larger. AdaGrad's falls on and on.")


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


def saddles(distances, size=(10, 3.7)):
    """Distance from the ridge against the step; a panel for each title -> {method: distances}."""
    fig, pairs = panels(distances, size)
    for ax, curves in pairs:
        loss_curves(curves, ax, ylabel="distance from the ridge")
        ax.set(xscale="symlog", xlim=(0, None), ylim=(5e-4, 3))
        ax.axhline(0.1, color="#777777", linewidth=0.8)
        ax.label_outer()
    return fig, ("Left, ways down along an axis: RMSProp and AdaGrad leave the ridge within 20 steps, "
                 "gradient descent after about 200. Right, the same surface turned by 45 degrees: RMSProp "
                 "needs about 100 steps and AdaGrad stays near the ridge.")


def small_gradients(sizes, curves, size=(7, 3.8)):
    """Length of the first step, over lr, against the size of the gradient; name -> lengths."""
    fig, ax = plt.subplots(figsize=size)
    lines(ax, sizes, curves)
    ax.set(xlabel="size of the gradient", ylabel="first step / lr", ylim=(1e-8, 30))
    ax.legend()
    return fig, ("PyTorch's first steps do not depend on the gradient down to a size of 1e-7. Keras' "
                 "fall in proportion to it below 1e-3, those of its AdaGrad already below 0.3.")
