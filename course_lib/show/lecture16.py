"""Figures that the notebook and the slides of lecture 16 share.

Each takes what was measured and returns the figure with its description.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from course_lib.show.legends import legend_above
from course_lib.show.plots import loss_curves, styles
from course_lib.studies.lr_schedules import rates_of

GREY = {"color": "#666666", "linewidth": 1.2, "linestyle": (0, (4, 3))}


def best_of_each(curves, size=(7.5, 3.9)):
    """Expected loss against the step, name -> (steps + 1,)."""
    fig, ax = plt.subplots(figsize=size)
    loss_curves(curves, ax, ylabel="expected loss")
    return fig, (
        "With the large constant rate the loss falls fast and stays on a high floor. With the small one it "
        "is still falling late in the run. With falling rates it ends below both.")


def gallery(named, steps, columns=5, size=(10, 5.2)):
    """Each schedule, name -> function of the step, over `steps` steps, in a panel of its own."""
    rows = -(-len(named) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=size, sharex=True, sharey=True, squeeze=False)
    for ax, (name, schedule) in zip(axes.flat, named.items(), strict=False):
        ax.plot(rates_of(schedule, steps), linewidth=1.6)
        ax.set_title(name, fontsize=10)
    for ax in axes.flat[len(named):]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("rate")
    for ax in axes.flat[max(len(named) - columns, 0):len(named)]:
        ax.set_xlabel("step")
        ax.tick_params(labelbottom=True)
    return fig, (f"One panel for each schedule: {', '.join(named)}. All run over the "
                 f"same {steps} steps, on one scale of rates.")


def slips(fed_back, power, twice, once, size=(10, 3.6)):
    """Left the power decay wrong and right, right the rates of a LambdaLR wrong and right; each (steps,)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    loss_curves({"from the rate before": fed_back, "from the first rate": power}, left, ylabel="rate",
                xlabel="epoch")
    loss_curves({"factor contains lr": twice, "factor from 1 to 0": once}, right, ylabel="rate", log=False)
    left.set_title("power decay")
    right.set_title("LambdaLR")
    return fig, (
        "Left, the rate computed from the one before plunges by powers of ten, where the formula falls "
        "a little. Right, with lr in the factor the rate lies flat at zero, where it should start at 0.01.")


def trained(results, size=(10, 5.4)):
    """The scores of each schedule in each Comparison, title -> Comparison, best at the top."""
    fig, axes = plt.subplots(1, len(results), figsize=size, squeeze=False)
    for ax, (title, result) in zip(axes[0], results.items(), strict=True):
        order = result.ranking()[::-1]
        dots(ax, {f"{name} ({result.runs[name].rate:g})": result.runs[name].scores for name in order})
        ax.set(title=title, xlabel="training loss at the end", xscale="log")
        few_ticks(ax.xaxis)
    axes[0, 0].set_ylabel("schedule (its rate)")
    best = "; ".join(f"{title}: {', '.join(result.ranking())}" for title, result in results.items())
    return fig, f"Final losses of the runs of each schedule, at its own rate. From best to worst, {best}."


def dots(ax, rows):
    """One row for each name -> values: small dots, and a large one at the median."""
    for place, values in enumerate(rows.values()):
        ax.plot(values, np.full(len(values), place), "o", color="#0072B2", markersize=4, alpha=0.5)
        ax.plot(np.median(values), place, "D", color="#D55E00", markersize=7)
    ax.set_yticks(range(len(rows)), rows)
    ax.grid(axis="y", alpha=0.4)


def few_ticks(axis):
    """Plain numbers at 1, 2 and 5 of each power of ten, and no others."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def range_tests(found, tuned, size=(10, 3.8)):
    """Loss against the rate, title -> list of RangeTest; `tuned`: title -> best constant rate."""
    fig, axes = plt.subplots(1, len(found), figsize=size, sharey=True, squeeze=False)
    for ax, (title, tests) in zip(axes[0], found.items(), strict=True):
        for test in tests:
            ax.semilogx(test.lr, test.smoothed, color="#0072B2", alpha=0.6, linewidth=1.4)
            least = test.smoothed.argmin()
            ax.plot(test.lr[least], test.smoothed[least], "D", color="#D55E00", markersize=6)
        ax.axvline(tuned[title], **GREY)
        ax.annotate("best constant rate", (tuned[title], 4.1), xytext=(-4, 0), ha="right",
                    textcoords="offset points", fontsize=10)
        ax.set(title=title, xlabel="learning rate", ylim=(0, 4.4))
    axes[0, 0].set_ylabel("loss, averaged")
    return fig, (
        "The loss is flat at small rates, falls as the rate grows, and shoots up. With 64 images the lowest "
        "points lie around the best constant rate; with 4 images they lie to the right of it.")


def momentum_cycle(lr, momentum, size=(7, 3.4)):
    """What PyTorch's CyclicLR does to the rate and, unasked, to the momentum; each (steps,)."""
    fig, ax = plt.subplots(figsize=size)
    line, = ax.plot(lr, label="learning rate")
    ax.set(xlabel="step", ylabel="learning rate")
    other = ax.twinx()
    second, = other.plot(momentum, color="#D55E00", linestyle="--", label="momentum")
    other.set_ylabel("momentum")
    other.grid(False)
    ax.legend(handles=[line, second], loc="upper left", bbox_to_anchor=(0, 1.16), ncols=2)
    return fig, "The rate runs up and down in triangles, and the momentum down and up between 0.9 and 0.8."


def snapshots(rates, every, scores, size=(10, 3.9)):
    """Left the rate (steps,) with a mark at each snapshot, right accuracies: name -> (seeds,)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size, width_ratios=[1, 1.25])
    left.plot(rates, linewidth=1.6)
    ends = np.arange(every - 1, len(rates), every)
    left.plot(ends, rates[ends], "s", color="#D55E00", markersize=8)
    left.set(xlabel="step", ylabel="learning rate", title="warm restarts, squares: snapshots")
    dots(right, dict(reversed(scores.items())))
    right.set(xlabel="accuracy on 600 images", title="dots: seeds, diamonds: medians")
    medians = ", ".join(f"{name} {np.median(values):.3f}" for name, values in scores.items())
    return fig, f"Left five cosine falls with a snapshot at the end of each. Right accuracies: {medians}."


def warm_ups(lengths, sweeps, rates, size=(10.5, 3.6)):
    """Left the first steps' lengths, then a panel for each optimizer -> {name: losses (rates, seeds)}."""
    fig, axes = plt.subplots(1, 1 + len(sweeps), figsize=size)
    loss_curves(lengths, axes[0], ylabel="‖step‖ / ‖weights‖", start=1, log=False)
    axes[0].set_title("Adam, largest rate 0.03")
    legend_above(fig, axes[0], ncols=2)
    for ax, (optimizer, found) in zip(axes[1:], sweeps.items(), strict=True):
        for name, losses, style in styles(found, "ways"):
            low, middle, high = np.quantile(np.minimum(losses, 1e3), [0.1, 0.5, 0.9], axis=1)
            ax.fill_between(rates[optimizer], low, high, color=style["color"], alpha=0.15, linewidth=0)
            ax.loglog(rates[optimizer], middle, **style, label=name)
        ax.set(title=optimizer, xlabel="largest rate", ylabel="training loss at the end", ylim=(0.04, 4))
        ax.set_xticks(rates[optimizer], [f"{rate:g}" for rate in rates[optimizer]])
        ax.xaxis.set_minor_formatter(NullFormatter())
    return fig, (
        "Left, Adam's first step moves the weights by a tenth of their length; with warm-up the steps begin "
        "at 0. Middle, Adam: alike at small rates, and at the largest the loss is several times lower with "
        "warm-up. Right, plain SGD: warm-up gains nothing.")


def plateaus(runs, size=(10, 3.6)):
    """Rates and losses per epoch of runs with ReduceOnPlateau: name -> (rates, losses)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=size)
    loss_curves({name: rates for name, (rates, _) in runs.items()}, left, xlabel="epoch",
                ylabel="learning rate", start=1)
    for line in left.lines:
        line.set_drawstyle("steps-mid")
    few_ticks(left.yaxis)
    loss_curves({name: losses for name, (_, losses) in runs.items()}, right, xlabel="epoch",
                ylabel="training loss above the least", start=1)
    if right.get_legend():  # a single run has none
        right.get_legend().remove()
    legend_above(fig, left, ncols=4)
    return fig, (
        "Left, the rate falls in steps of one half, not at the same epochs in all runs. Right, with these "
        "falls the loss goes on falling; at the constant rate it stays high.")
