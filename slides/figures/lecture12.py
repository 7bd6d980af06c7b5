"""Figures of the slides of lecture 12; the drawing is the notebook's, from course_lib.show.lecture12."""

from functools import cache

import numpy as np

from course_lib import show
from course_lib.minimize import minimize
from course_lib.show import lecture12 as pictures
from course_lib.studies import choosing, step_cost, surfaces
from course_lib.studies.surfaces import METHODS, SURFACES


@cache
def sweeps():
    return {name: surfaces.sweep(name, rng=np.random.default_rng(12)) for name in SURFACES}


@cache
def digits():
    return choosing.compare_pictures(seeds=range(6), tuning_seeds=range(2), progress=False)


def ways():
    runs = {}
    for name in ("Beale", "saddle", "valley", "Rosenbrock"):
        f, found = SURFACES[name], sweeps()[name]
        runs[name] = f, {method: minimize(f, f.start, METHODS[method](
            lr=surfaces.best(found[method])[0] or 1.0), 150) for method in list(METHODS)[:7]}
    return pictures.ways(runs, size=(8.7, 4.05))


def steps():
    medians = {name: {method: np.median(surfaces.best(found)[1]) for method, found in sweep.items()}
               for name, sweep in sweeps().items()}
    return pictures.steps_table(medians, size=(8.7, 3.5))


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
    defaults = dict.fromkeys(METHODS, 0.01) | dict.fromkeys(("RMSProp", "Adam", "NAdam"), 0.001)
    return pictures.windows(epochs, choosing.REGRESSION_RATES, ylabel="epochs to 5 % of the optimum",
                            marks=defaults | {"Adadelta": 1}, size=(8.7, 3.3))


def costs():
    times = {name: step_cost.time_steps(name, repeats=5) for name in ("sgd", "momentum", "adagrad", "adam")}
    return pictures.costs(times, size=(5, 3.8))


FIGURES = {
    "12_ways": ways, "12_steps": steps, "12_windows": windows, "12_rankings": rankings, "12_fair": fair,
    "12_mnist": mnist, "12_regression": regression, "12_costs": costs,
}
