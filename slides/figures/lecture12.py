"""Figures of the slides of lecture 12; the drawing is the notebook's, from course_lib.show.lecture12."""

from functools import cache

import numpy as np

from course_lib import show
from course_lib.show import lecture12 as pictures
from course_lib.studies import choosing, step_cost, surfaces
from course_lib.studies.surfaces import METHODS, SURFACES


@cache
def sweeps():
    return {name: surfaces.sweep(name, rng=np.random.default_rng(12)) for name in SURFACES}


def own_rates():
    return {name: surfaces.own_rates(found) for name, found in sweeps().items()}


@cache
def digits():
    return choosing.compare_pictures(seeds=range(6), tuning_seeds=range(4), progress=False)


def ways():
    four, runs = ("gradient descent", "momentum", "AdaGrad", "Adam"), {}  # eight are too many for one slide
    for name in ("Beale", "saddle", "valley", "Rosenbrock"):
        f, traces = surfaces.race(name, own_rates()[name])
        runs[name] = f, {method: traces[method] for method in four}
    fig, _ = pictures.ways(runs, size=(8.7, 4.05))
    for ax in fig.axes[:2]:
        ax.set_xlabel("")    # the same as below; the panels are higher without
    return fig, (
        "Four surfaces with the ways of gradient descent, momentum, AdaGrad and Adam, each at its own rate. "
        "On Beale's function momentum swings far down before it turns to the minimum; AdaGrad's first step "
        "leaves the picture. In the valley AdaGrad's first step overshoots the minimum. On Rosenbrock's "
        "function only momentum and Adam get round the bend at the rates drawn.")


def steps():
    fresh = {name: surfaces.at_own_rates(name, own, rng=np.random.default_rng(13))
             for name, own in own_rates().items()}
    return pictures.steps_table(fresh, size=(8.7, 3.3))


def windows():
    return pictures.windows(sweeps()["Beale"], surfaces.RATES, ylabel="median steps", size=(8.7, 3.15))


def rankings():
    found = digits()
    columns = {f"all {rate:g}": found.at_one_rate(rate) for rate in found.common_rates()}
    fig, alt = show.rankings(columns | {"own rate": found}, size=(8.7, 3.5))
    fig.axes[0].set_xlim(-1.3, 5.2)  # room for the longest name
    return fig, alt


def fair():
    return show.comparison(digits(), score="training loss at the end", size=(8.7, 3.15))


def mnist():
    return show.comparison(choosing.stored(), ylabel="test loss", score="test loss after one epoch",
                           size=(8.7, 3.2))


def regression():
    epochs = {method: choosing.regression_epochs(method, range(3)) for method in METHODS}
    return pictures.windows(epochs, choosing.REGRESSION_RATES, ylabel="epochs to 5 %\nof the optimum",
                            marks=choosing.torch_rates(), size=(8.7, 3.3))


def costs():
    times = {name: step_cost.time_steps(name, repeats=5) for name in pictures.RULES}
    return pictures.costs(times, size=(5, 3.8))


FIGURES = {
    "12_ways": ways, "12_steps": steps, "12_windows": windows, "12_rankings": rankings, "12_fair": fair,
    "12_mnist": mnist, "12_regression": regression, "12_costs": costs,
}
