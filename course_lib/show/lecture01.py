"""Figures that the notebook and the slides of lecture 01 share.

Each takes what was computed and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from course_lib.show.landscapes import paths
from course_lib.show.plots import activation, loss_curves
from course_lib.validation import floats

OFF_THE_PICTURE = 100  # a loss above this ends a curve: the run has exploded


def errors(x, y, guesses, size=(9, 3.3)):
    """Data (n, 1) and, one panel for each of `guesses`, predictions (n, 1) with their errors as sticks.

    >>> x = np.array([[0.0], [1.0]])
    >>> fig, description = errors(x, x, {"half": x / 2})
    >>> description
    'The data with vertical sticks for the errors of a model. J = 0.125 for half.'
    >>> plt.close(fig)
    """
    fig, axes = plt.subplots(1, len(guesses), figsize=size, sharey=True, squeeze=False)
    found = []
    for ax, (name, guess) in zip(axes[0], guesses.items(), strict=True):
        guess = floats(f"guesses[{name!r}]", guess, np.shape(x))
        found.append(f"J = {np.mean((guess - y)**2):.3f}")
        ax.vlines(x[:, 0], guess[:, 0], y[:, 0], color="C1", label="error")
        ax.plot(x, y, "k.", markersize=4, label="data")
        ax.plot(x, guess, "C0-", label="model")
        ax.set(xlabel="input x", title=f"{name}: {found[-1]}")
    axes[0, 0].set(ylabel="target y")
    axes[0, 0].legend()
    values = ", ".join(f"{j} for {name}" for j, name in zip(found, guesses, strict=True))
    return fig, f"The data with vertical sticks for the errors of a model. {values}."


def activations(layers, size=(11, 2.8)):
    """Activation layers with their derivatives side by side, each with its largest slope on -4 to 4."""
    fig, axes = plt.subplots(1, len(layers), figsize=size, squeeze=False)
    for ax, layer in zip(axes[0], layers, strict=True):
        activation(layer, ax)
        ax.set(title=f"{type(layer).__name__}: slope ≤ {ax.lines[1].get_ydata().max():g}", ylabel="")
        ax.get_legend().remove()
    fig.legend(axes[0, 0].lines, ["activation", "its derivative"], loc="outside lower center", ncols=2)
    titles = "; ".join(ax.get_title() for ax in axes[0])
    return fig, f"Activations with their derivatives. {titles}. Where the activation is flat, the slope is 0."


def two_gradients(right, wrong, floor, size=(7, 3.8)):
    """Loss curves of runs with the right and with the wrong gradient, each (runs, steps)."""
    fig, ax = plt.subplots(figsize=size)
    draw_curves(ax, {"right gradient": right, "square missing": wrong}, floor)
    ends = [f"{np.median(runs[:, -1]):.2f}" for runs in (wrong, right)]
    return fig, (f"Two loss curves. With the wrong gradient the loss falls too, but only to about {ends[0]}; "
                 f"with the right one to about {ends[1]}.")


def learning(x, y, curves, fits, floor, size=(10.5, 4.2)):
    """Left: loss curves over the step, on logarithmic axes. Right: the data (n, 1) and some fits.

    curves : dict as for `loss_curves`; fits : dict from the name of a curve to predictions (n, 1)
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    draw_curves(left, curves, floor)
    left.set(xscale="log")
    lines, labels = left.get_legend_handles_labels()
    left.set_title(left.get_legend().get_title().get_text().replace("\n", ", "), fontsize=10)
    left.get_legend().remove()
    fig.legend(lines, labels, loc="outside lower center", ncols=len(labels))
    right.plot(x, y, "k.", markersize=4)
    for name, fit in fits.items():
        line = lines[labels.index(name)]
        right.plot(x, fit, color=line.get_color(), linestyle=line.get_linestyle())
    right.set_xlabel("input x")
    right.set_ylabel("target y", labelpad=0)
    right.set_title("the data, and two fits after the last step", fontsize=10)
    return fig, (
        "Left: loss curves for four learning rates. 0.001 is slow, 0.05 comes near the noise floor, 0.1 ends "
        "in wild peaks, 0.5 diverges within ten steps. Right: after 2,000 steps the network trained with "
        "0.05 follows the sine, the one with 0.001 is still too flat.")


def two_landscapes(line, network, line_ways, network_ways, size=(9, 3.9)):
    """Contours of the objective of a line and of a two-weight network with ways, dicts of name -> Trace."""
    fig, axes = plt.subplots(1, 2, figsize=size)
    levels = np.geomspace(0.09, 60, 12)
    for ax, f, ways in [(axes[0], line, line_ways), (axes[1], network, network_ways)]:
        paths(f, ways, ax, window=((-3, 3), (-2.2, 2.2)), levels=levels, every=10**6).get_legend().remove()
    axes[0].set(xlabel="$w$", ylabel="$b$", title="line $wx + b$: one place")
    axes[1].set(xlabel="$w$", ylabel="$v$", title="network $v$ tanh$(wx)$: two places")
    return fig, (
        "Contour lines with six ways of gradient descent from open circles. For the line all end at one "
        "point. For the network they end at two points, opposite each other.")


def walks(line_walk, network_walks, size=(9, 3.3)):
    """Loss along straight lines: line_walk (points,), network_walks a list of arrays (points,)."""
    fig, axes = plt.subplots(1, 2, figsize=size)
    share = np.linspace(0, 1, len(line_walk))
    axes[0].plot(share, line_walk)
    axes[0].set(title="line: between two equal fits", xlabel="share of the way", ylabel="loss")
    axes[0].set_ylim(0)
    axes[1].plot(share, np.transpose(network_walks), color="C1", linestyle="-", linewidth=0.6)
    axes[1].set(title=f"network: to each of its {len(network_walks)} twins", xlabel="share of the way",
                ylabel="loss (log scale)", yscale="log")
    return fig, (
        "Loss along straight lines. For the line fit the loss sinks between two equally bad fits. For the "
        "network, on a logarithmic scale, it rises between all pairs of twins, mostly more than tenfold.")


def bad_minima(x, y, best, minima, size=(7, 3.8)):
    """The data with the fits of networks at minima of the objective; `best` and `minima` are of `Found`."""
    fig, ax = plt.subplots(figsize=size)
    ax.plot(x, y, ".", color="0.6", markersize=4, label="data")
    ax.plot(x, best.net.predict(x), "k:", label=f"J = {best.loss:.4f}, the best")
    for minimum, style in zip(minima, ["C0-", "C1--", "C2-.", "C3-"], strict=False):
        ax.plot(x, minimum.net.predict(x), style, label=f"J = {minimum.loss:.3f}")
    ax.set(xlabel="input x", ylabel="target y")
    ax.legend(loc="upper left")
    return fig, (
        "The noisy sine with fits by one network of two hidden neurons. The best follows the whole sine. "
        "One minimum has learned only its right half, one only its left half, one only the step between.")


def draw_curves(ax, curves, floor):
    """Loss curves from step 1 on with the noise floor; a single run is cut where it has exploded."""
    cut = {}
    for name, losses in curves.items():
        losses = np.asarray(losses)
        cut[name] = losses if losses.ndim == 2 else np.where(losses < OFF_THE_PICTURE, losses, np.inf)
    loss_curves(cut, ax, start=1).set(ylim=(0.7 * floor, None))
    ax.axhline(floor, color="0.4", linewidth=1, linestyle=":")
    ax.text(1, 1.05 * floor, "noise floor", color="0.3", fontsize=9)
