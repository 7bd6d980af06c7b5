"""Contour lines of a function of two parameters, and the ways of optimizers over them."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D

from course_lib.show.plots import first, new_axes, styles
from course_lib.validation import floats, function, integer

# Pale enough that every path colour stands out on it.
PALE = LinearSegmentedColormap.from_list("pale", ["#DCE6EE", "#F3F6F9", "#FFFFFF"])


def contour(f, ax=None, *, window=None, levels=None, points=201):
    """Draw the contour lines of a function of two parameters, with its minima as stars; return the axes.

    `f` is one of `course_lib.functions`, or any function of an array (..., 2) when `window`,
    ((x_low, x_high), (y_low, y_high)), is given. `levels` are the function's own unless given;
    without either they are 16 values, closer together where the function is low.

    >>> import matplotlib.pyplot as plt
    >>> ax = contour(lambda x: (x**2).sum(axis=-1), window=((-1, 1), (-1, 1)))
    >>> plt.close(ax.figure)
    """
    window = window_of(f, window)
    integer("points", points, 2)
    x, y = (np.linspace(low, high, points) for low, high in window)
    values = np.asarray(f(np.stack(np.meshgrid(x, y), axis=-1)))
    if values.shape != (points, points):
        raise ValueError("f must map points of shape (..., 2) to values of shape (...): for "
                         f"{(points, points, 2)} it gave {values.shape}")
    if levels is None:
        levels = getattr(f, "levels", None)
    if levels is None:
        levels = values.min() + (values.max() - values.min()) * np.linspace(0, 1, 17)[1:] ** 3
    levels = floats("levels", levels, (None,))
    if len(levels) == 0 or (np.diff(levels) <= 0).any():
        raise ValueError(f"levels must be one or more increasing numbers, got {levels}")
    ax = new_axes(ax)
    ax.grid(False)
    order = np.linspace(0, 1, len(levels) + 1)
    ax.contourf(x, y, values, [-np.inf, *levels, np.inf], colors=PALE(order), zorder=0)
    ax.contour(x, y, values, levels, colors="#8FA3B3", linewidths=0.7, linestyles="solid", zorder=1)
    for i, point in enumerate(getattr(f, "minima", [])):
        ax.plot(*point, marker="*", markersize=13, color="black", markeredgecolor="white", linestyle="none",
                label="_" if i else "minimum", zorder=4)
    xlabel, ylabel = axis_names(f)
    ax.set(xlim=window[0], ylim=window[1], xlabel=xlabel, ylabel=ylabel, title=getattr(f, "name", ""))
    return ax


def paths(f, named, ax=None, *, window=None, levels=None, every=None):
    """Draw the ways of optimizers over the contour lines of a function; return the axes.

    `named` is a dict from name to a Trace (its `.x`) or an array (steps + 1, 2). Markers every `every`
    steps (default: about 12 along each path) show direction and speed: they lie close where steps are
    short. The start is an open circle, the end a large marker. What leaves the window is cut off there.

    >>> import matplotlib.pyplot as plt
    >>> way = [[0.9, 0.5], [0.4, -0.3], [0.1, 0.1]]
    >>> ax = paths(lambda x: (x**2).sum(axis=-1), {"by hand": way}, window=((-1, 1), (-1, 1)))
    >>> plt.close(ax.figure)
    """
    if every is not None:
        integer("every", every, 1)
    window = window_of(f, window)
    ways = {name: points_of(name, way) for name, way, _ in styles(named, "named")}
    ax = contour(f, ax, window=window, levels=levels)
    for name, points, style in styles(ways, "named"):
        diverged = getattr(named[name], "diverged", False)
        points = near_window(points, window)
        ax.plot(*points.T, **style, label=f"{name} (diverges)" if diverged else name, linewidth=1.5,
                markersize=4.5, markevery=every or max(1, len(points) // 12), zorder=3)
        ax.plot(*points[-1], marker=style["marker"], color=style["color"], markersize=9,
                markeredgecolor="black", markeredgewidth=1.2, zorder=5)
    # One start is the rule; different starts are each marked.
    for i, point in enumerate(np.unique([points[0] for points in ways.values()], axis=0)):
        ax.plot(*point, marker="o", markersize=9, markerfacecolor="white", markeredgecolor="black",
                markeredgewidth=1.5, linestyle="none", label="_" if i else "start", zorder=6)
    ax.set_title("")  # the legend takes its place, so that it covers no path
    end = Line2D([], [], marker="s", markersize=9, color="#BBBBBB", markeredgecolor="black", linestyle="none")
    entries = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True)) | {"end": end}
    for name in ("start", "end", "minimum"):  # to the end of the legend, in this order
        if name in entries:
            entries[name] = entries.pop(name)
    ax.legend(entries.values(), entries.keys(), ncols=3 if len(ways) > 1 else 4, frameon=False,
              loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return ax


def window_of(f, window):
    """The part of the plane to draw: ((x_low, x_high), (y_low, y_high))."""
    function("f", f, "one of course_lib.functions, or a function of points (..., 2)", arguments=1)
    if window is None:
        window = getattr(f, "window", None)
    if window is None:
        raise ValueError("window must be given, as ((x_low, x_high), (y_low, y_high)), for a function "
                         "that has none of its own")
    box = floats("window", window, (2, 2))
    if (box[:, 0] >= box[:, 1]).any():
        raise ValueError(f"window must be ((x_low, x_high), (y_low, y_high)) with low < high, got {window}")
    return box


def points_of(name, way):
    """The points (steps + 1, 2) of a Trace or an array."""
    points = floats(f"named[{name!r}]", getattr(way, "x", way), (None, 2))
    if len(points) == 0:
        raise ValueError(f"named[{name!r}] must have at least one point")
    return points


def near_window(points, window):
    """The path up to where it is far outside, where the last step is cut short so that it can be drawn."""
    span = (window[:, 1] - window[:, 0]).max()
    far = np.abs(points - window.mean(axis=1)).max(axis=1) > 100 * span
    end = first(far)
    if end == len(points) or end == 0:
        return points[:max(end, 1)]
    step = points[end] - points[end - 1]
    return np.vstack([points[:end], points[end - 1] + step * (100 * span / np.abs(step).max())])


def axis_names(f):
    """w or x, as in the function's formula."""
    letter = "w" if "w" in getattr(f, "formula", "") else "x"
    return ("$x$", "$y$") if "y" in getattr(f, "formula", "") else (f"${letter}_1$", f"${letter}_2$")
