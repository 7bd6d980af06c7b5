"""Plots against the step or the input: loss curves, slopes, activations."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_lib.layers import Layer
from course_lib.validation import floats, integer, number

MARKERS = ["o", "s", "^", "D", "v", "P", "X"]


def styles(named, what):
    """Pair each name with its own colour, line style and marker; as many as can be told apart.

    >>> [style["linestyle"] for name, value, style in styles({"sgd": 1, "momentum": 2}, "curves")]
    ['-', '--']
    """
    looks = list(plt.rcParams["axes.prop_cycle"])
    if not isinstance(named, dict) or not 0 < len(named) <= len(looks):
        got = f"{len(named)} entries" if isinstance(named, dict) else type(named).__name__
        raise ValueError(f"{what} must be a dict of 1 to {len(looks)} names, as many as the eye can tell "
                         f"apart, got {got}")
    return [(name, value, {"marker": marker, **look})
            for (name, value), look, marker in zip(named.items(), looks, cycle(MARKERS), strict=False)]


def unmarked(style):
    """The colour and the line style of a style, without its marker."""
    return {"color": style["color"], "linestyle": style["linestyle"]}


def panels(named, size, *, sharey=True):
    """A figure with a panel for each entry of a dict, titled with its name; and pairs of axes and entry.

    >>> fig, pairs = panels({"left": 1, "right": 2}, size=(8, 4))
    >>> [(ax.get_title(), value) for ax, value in pairs]
    [('left', 1), ('right', 2)]
    >>> plt.close(fig)
    """
    size = inches(size)
    fig, axes = plt.subplots(1, len(named), figsize=size, sharey=sharey, squeeze=False)
    for ax, title in zip(axes[0], named, strict=True):
        ax.set_title(title)
    return fig, list(zip(axes[0], named.values(), strict=True))


def lines(ax, x, named, what="curves", *, log=True):
    """Plot each of a dict of values against x, in a style of its own; `log`: both axes are logarithmic."""
    for name, values, style in styles(named, what):
        ax.plot(x, values, label=name, **unmarked(style))
    if log:
        ax.set(xscale="log", yscale="log")


def band(ax, x, runs, look, label=None):
    """The median of runs (runs, points) as a line, and a band from the 10 % to the 90 % quantile."""
    low, middle, high = np.quantile(runs, [0.1, 0.5, 0.9], axis=0)
    ax.fill_between(x, low, high, color=look["color"], alpha=0.2, linewidth=0)
    ax.plot(x, middle, label=label, **look)


def loss_curves(curves, ax=None, *, log=True, xlabel="step", ylabel="loss", start=0):
    """Plot loss curves, each in its own colour and line style; return the axes.

    `curves` is a dict from name to an array of shape (steps,), or (runs, steps) for several random runs:
    then the line is their median and the band goes from the 10 % to the 90 % quantile, as the legend says.
    `start` is the number of the first step (1 for a value per epoch). A single run that ends in values
    that are not finite is drawn up to the last finite one, which is marked with a cross.

    >>> ax = loss_curves({"one run": [1, 0.5, 0.25], "two runs": [[1, 0.4, 0.2], [1, 0.6, 0.3]]})
    >>> ax.get_yscale(), ax.get_legend().get_title().get_text()
    ('log', 'line: median of 2 runs\\nband: 10–90 %')
    >>> plt.close(ax.figure)
    """
    number("start", start)
    ax = new_axes(ax)
    runs = set()
    for name, values, style in styles(curves, "curves"):
        values = floats(f"curves[{name!r}]", values, finite=False)
        if values.ndim not in (1, 2) or values.size == 0:
            raise ValueError(f"curves[{name!r}] must have shape (steps,) or (runs, steps) and not be empty, "
                             f"got {values.shape}")
        if log and (values <= 0).any():
            raise ValueError(f"curves[{name!r}] has {(values <= 0).sum()} value(s) of zero or less, which a "
                             "logarithmic axis cannot show: pass log=False")
        x = np.arange(start, start + values.shape[-1])
        look = unmarked(style)
        if values.ndim == 2:
            band(ax, x, floats(f"curves[{name!r}]", values), look, name)
            runs.add(len(values))
        else:
            end = first(~np.isfinite(values))
            ax.plot(x[:end], values[:end], label=name if end == len(values) else f"{name} (diverges)", **look)
            if 0 < end < len(values):
                ax.plot(x[end - 1], values[end - 1], marker="x", color=look["color"], markersize=9,
                        markeredgewidth=2)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    many = " or ".join(str(n) for n in sorted(runs))
    if len(curves) > 1 or runs:
        ax.legend(title=f"line: median of {many} runs\nband: 10–90 %" if runs else None)
    return ax


def loglog_slope(x, y, ax=None, *, label="measured"):
    """Plot y against x on logarithmic axes with the straight line fitted to it; return its slope.

    A slope of p means that y grows like x to the power p.

    >>> fig, ax = plt.subplots()
    >>> print(f"{loglog_slope([1, 10, 100], [2, 200, 20000], ax):.2f}")
    2.00
    >>> plt.close(fig)
    """
    x, y = floats("x", x, (None,)), floats("y", y, (None,))
    if len(x) != len(y) or len(np.unique(x)) < 2:
        raise ValueError("x and y must have the same length, and x at least two different values, "
                         f"got lengths {len(x)} and {len(y)}")
    if (x <= 0).any() or (y <= 0).any():
        raise ValueError("x and y must be positive to be shown on logarithmic axes")
    slope, offset = np.polyfit(np.log(x), np.log(y), 1)
    ax = new_axes(ax)
    marker = MARKERS[len(ax.lines) // 2 % len(MARKERS)]  # two lines were drawn by each call before
    ends = np.array([x.min(), x.max()])
    line, = ax.loglog(ends, np.exp(offset) * ends**slope, linewidth=1.2, label=f"{label}: slope {slope:.2f}")
    ax.loglog(x, y, linestyle="none", marker=marker, markersize=6, color=line.get_color())
    ax.legend()
    return float(slope)


def activation(layer, ax=None, *, low=-4.0, high=4.0):
    """Plot an activation layer and its derivative, which is the layer's own backward pass; return the axes.

    >>> from course_lib.layers import Tanh
    >>> ax = activation(Tanh())
    >>> [line.get_label() for line in ax.lines]
    ['Tanh', 'its derivative']
    >>> plt.close(ax.figure)
    """
    z, value, slope = activation_curve(layer, low, high)
    ax = new_axes(ax)
    ax.plot(z, value, label=type(layer).__name__)
    ax.plot(z, slope, label="its derivative")
    ax.set(xlabel="input $z$", ylabel="value")
    ax.legend()
    return ax


def activation_curve(layer, low=-4.0, high=4.0, points=401):
    """The inputs z, the outputs of an activation layer and its derivatives there, each (points,)."""
    if not isinstance(layer, Layer) or layer.shapes:  # nothing with weights
        raise TypeError(f"layer must be an activation of course_lib.layers such as Tanh(), got {layer!r}")
    number("low", low)
    number("high", high, low, open_low=True)
    z = np.linspace(low, high, integer("points", points, 2))
    value = layer.forward(z[:, None], train=True)[:, 0].copy()
    return z, value, layer.backward(np.ones((points, 1)))[:, 0].copy()


def new_axes(ax):
    """The axes given, or new ones on a figure of the usual size."""
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib axes such as plt.subplots()[1], or None, got {ax!r}")
    return plt.subplots()[1] if ax is None else ax


def inches(size):
    """The size of a figure, (width, height), if both are numbers above 0."""
    size = floats("size", size, (2,))
    if (size <= 0).any():
        raise ValueError(f"size must be the width and the height in inches, above 0, got {size}")
    return tuple(size)


def first(condition):
    """The index of the first True, or the length when there is none."""
    return int(np.argmax(condition)) if np.any(condition) else len(condition)
