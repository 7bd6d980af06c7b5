"""Figures that the notebook and the slides of lecture 12 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter
from PIL import Image

from course_lib.show.animations import Animation
from course_lib.show.comparison import EIGHTH
from course_lib.show.display import check_alt
from course_lib.show.landscapes import near_window, paths, window_of
from course_lib.show.widgets import Picture
from course_lib.studies.surfaces import LIMITS, METHODS, NEARLY_ALL, first_of

CYCLE = plt.rcParams["axes.prop_cycle"].concat(plt.cycler(**{key: [value] for key, value in EIGHTH.items()}))
# One look for each method in all figures of the lecture: the seven of the style, and an eighth.
LOOKS = {method: (look["color"], look["linestyle"], marker) for method, look, marker in zip(
    METHODS, CYCLE, "os^DvPXh", strict=True)}
COLOURS = 255  # of an animation; one more stands for what has not changed since the frame before


def look(method):
    color, linestyle, marker = LOOKS[method]
    return {"color": color, "linestyle": linestyle, "marker": marker, "markersize": 5}


def ways(runs, size=(8.4, 7)):
    """Several surfaces, one beside the other, each with the ways of all methods.

    `runs` is a dict from title to (function, dict of method -> Trace), four of them.
    """
    fig, _ = _surfaces(runs, size)
    return fig, WAYS


# What `ways` and the end of `movies` show with the rates that the lecture finds.
WAYS = ("Four surfaces with the ways of eight methods, each at its own rate. On Beale's function momentum "
        "swings far down before it turns to the minimum, and AdaGrad's first step leaves the picture. In the "
        "valley AdaGrad's first step overshoots the minimum. On Rosenbrock's function, without Adadelta, "
        "only momentum, Nesterov and Adam get round the bend at the rates drawn.")


def _surfaces(runs, size):
    """The figure, and (line, end mark, points) of each way."""
    fig, axes = plt.subplots(2, 2, figsize=size, dpi=100)
    tracks, named = [], {}
    for ax, (title, (f, traces)) in zip(axes.flat, runs.items(), strict=True):
        with plt.rc_context({"axes.prop_cycle": CYCLE}):
            paths(f, traces, ax)
        ax.collections[0].remove()  # the pale tints, for which a movie has no colours to spare
        ax.get_legend().remove()
        ax.set_title(title)
        first = len(f.minima)  # `paths` drew the stars first, then line and end mark of each way
        for i, (method, trace) in enumerate(traces.items()):
            line, end = ax.lines[first + 2 * i], ax.lines[first + 2 * i + 1]
            line.set(**look(method))  # the same in all panels, even where a method is missing
            end.set(color=line.get_color(), marker=line.get_marker(), markeredgecolor="black")
            tracks.append((line, end, near_window(trace.x, window_of(f, None))))
        handles, labels = ax.get_legend_handles_labels()
        named |= dict(zip(labels, handles, strict=True))
    labels = sorted(named, key=[*METHODS, *named].index)
    fig.legend([named[label] for label in labels], labels, loc="outside upper center", ncols=5, frameon=False)
    return fig, tracks


def movies(runs, *, alt, frames=36, interval=130, size=(7.8, 6.5)):
    """The `ways` as an Animation, all runs moving at once.

    The first steps are shown one by one, later ones in growing strides; the step's number stands above.
    """
    check_alt(alt)
    fig, tracks = _surfaces(runs, size)
    words = fig.text(0.01, 0.005, "", ha="left")
    picture = Picture(fig, [*(artist for line, end, _ in tracks for artist in (line, end)), words])
    last = max(len(points) for _, _, points in tracks) - 1
    pictures = []
    for step in np.unique((last * np.linspace(0, 1, frames) ** 2).round().astype(int)):
        words.set_text(f"step {step}")
        for line, end, points in tracks:
            line.set_data(*points[:step + 1].T)
            end.set_data(*points[:step + 1][-1:].T)
        pictures.append(picture.image())
    plt.close(fig)
    palette = pictures[-1].quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    still = io.BytesIO()
    pictures[-1].quantize(96, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        still, format="png", optimize=True)
    return Animation(small_gif(pictures, palette, interval), still.getvalue(), alt)


def small_gif(pictures, palette, interval):
    """The pictures as a GIF that plays once; what does not change from frame to frame is left out."""
    colours = [*palette.getpalette()[:3 * COLOURS], 0, 0, 0]  # and one more, for "as before"
    frames, before = [], None
    for picture in pictures:
        now = np.asarray(picture.quantize(palette=palette, dither=Image.Dither.NONE))
        changed = now if before is None else np.where(now == before, COLOURS, now).astype(np.uint8)
        frame = Image.fromarray(changed)
        frame.putpalette(colours)
        frames.append(frame)
        before = now
    buffer = io.BytesIO()
    durations = [interval] * (len(frames) - 1) + [2000]
    frames[0].save(buffer, format="gif", save_all=True, append_images=frames[1:], duration=durations,
                   optimize=False, transparency=COLOURS, disposal=1)
    return buffer.getvalue()


def windows(steps, rates, *, ylabel, marks=None, size=(10, 3.9)):
    """Median steps (or epochs) against the learning rate, for a dict of method -> (rates, runs).

    Left the methods with one rate for all coordinates, right the others. A line ends where the median run no
    longer arrives. `marks`, a dict from method to learning rate, are drawn with the methods' own markers at
    the foot, one below the other.
    """
    fig, axes = plt.subplots(1, 2, figsize=size, sharey=True, sharex=True)
    for i, (method, values) in enumerate(steps.items()):
        ax = axes[0] if i < 3 else axes[1]
        style = look(method)
        ax.loglog(rates, np.median(values, axis=1), **style, label=method)
        if marks and method in marks:
            row = 0.045 * (1 + (i if i < 3 else i - 3))
            ax.plot(marks[method], row, **style | {"markersize": 8, "markeredgecolor": "black"},
                    transform=ax.get_xaxis_transform(), zorder=5)
    if marks:
        low, high = axes[0].get_ylim()
        axes[0].set_ylim(low / (high / low)**0.4, high)
    for ax in axes:
        ax.set(xlabel="learning rate")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    handles, labels = (first + second for first, second in zip(
        *(ax.get_legend_handles_labels() for ax in axes), strict=True))
    fig.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    axes[0].set_ylabel(ylabel)
    return fig, (
        "Each method arrives only in its own window of rates, and the windows lie decades apart: those of "
        "momentum and Nesterov lowest, those of AdaGrad and Adadelta highest.")


def steps_table(found, size=(8.7, 3.9)):
    """Median steps as a table of tinted numbers, for a dict of surface -> {method: steps (starts,)}.

    The limits are those of `surfaces.LIMITS`. Bold is the first of each column (`surfaces.first_of`), in
    italics what does not arrive from nearly all starts.
    """
    methods = list(next(iter(found.values())))
    values = np.array([[np.median(steps[method]) for steps in found.values()] for method in methods])
    fig, ax = plt.subplots(figsize=size)
    shade = np.log(np.where(np.isfinite(values), values, np.nanmax(values[np.isfinite(values)]) * 2))
    ax.imshow(shade, cmap="YlOrBr", aspect="auto", vmax=shade.max() * 1.3)
    firsts, lower = {surface: first_of(steps) for surface, steps in found.items()}, []
    for column, (surface, steps) in enumerate(found.items()):
        first = firsts[surface]
        for row, method in enumerate(methods):
            text, some = in_steps(surface, steps[method]), np.isfinite(steps[method]).mean() < NEARLY_ALL
            ax.text(column, row, text, ha="center", va="center", fontstyle="italic" if some else "normal",
                    fontweight="bold" if method == first else "normal")
            if first and some and values[row, column] < np.median(steps[first]):
                lower.append(f"{method} on {surface}, {text}")
    ax.set(xticks=range(len(found)), xticklabels=list(found), yticks=range(len(methods)), yticklabels=methods)
    ax.xaxis.tick_top()
    ax.grid(False)
    ax.tick_params(length=0)
    named = ", ".join(f"{surface} {first or 'none'}" for surface, first in firsts.items())
    alt = (f"Median steps to the goal of {len(methods)} methods on {len(found)} surfaces, each at its own "
           "rate; in brackets from how many starts a method arrives, if not from all. The first of each "
           f"column, of those that arrive from nearly all: {named}.")
    return fig, alt + (f" Lower, but from fewer starts: {'; '.join(lower)}." if lower else "")


def in_steps(surface, steps):
    """Median steps on a surface, and in brackets from how many starts a method arrived, if not from all.

    >>> in_steps("Beale", np.array([5.0, 6.0, np.inf])), in_steps("Beale", np.array([np.inf]))
    ('6 (2)', 'not in 1,000')
    """
    count, arrived = np.median(steps), np.isfinite(steps).sum()
    text = f"{count:.0f}" if np.isfinite(count) else not_in(surface)
    return text if arrived in (0, len(steps)) else f"{text} ({arrived})"


def not_in(surface):
    """What a table says of a run that does not arrive.

    >>> not_in("Rosenbrock")
    'not in 2,000'
    """
    return f"not in {LIMITS[surface]:,}"


# What the rules and ways of `step_cost` are called in a figure.
RULES = {"sgd": "gradient descent", "momentum": "momentum", "adagrad": "AdaGrad", "adam": "Adam"}
STEP_WAYS = {"blocks": "blocks, memory reused", "whole arrays": "whole arrays",
             "for": "PyTorch: tensor by tensor", "foreach": "PyTorch: foreach", "fused": "PyTorch: fused"}


def costs(times, size=(8, 3.8)):
    """Seconds per step for a dict of rule -> {way: seconds}, with the names of `step_cost.time_steps`."""
    fig, ax = plt.subplots(figsize=size)
    ways = list(dict.fromkeys(way for found in times.values() for way in found))
    for i, way in enumerate(ways):
        at = [row for row, found in enumerate(times.values()) if way in found]
        values = [1000 * found[way] for found in times.values() if way in found]
        ax.bar(np.array(at) + (i - (len(ways) - 1) / 2) / (len(ways) + 1), values, 1 / (len(ways) + 1),
               label=STEP_WAYS[way], color=list(LOOKS.values())[i][0], hatch=["", "//", "..", "xx", "--"][i],
               edgecolor="white")
    ax.set(xticks=range(len(times)), xticklabels=[RULES[rule].replace(" ", "\n") for rule in times],
           ylabel="milliseconds per step")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    return fig, (
        "Time of one step of four rules on 1.8 million parameters: here in blocks and on whole arrays, in "
        "PyTorch tensor by tensor, foreach and fused. In blocks Adam takes longer than gradient descent, and "
        "on whole arrays it takes longer than in blocks.")
