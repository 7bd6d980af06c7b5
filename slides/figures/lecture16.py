"""Figures of the slides of lecture 16; the drawing is the notebook's, from course_lib.show.lecture16."""

from functools import cache

import numpy as np

from course_lib import schedules
from course_lib.datasets import load_digits
from course_lib.optimizers import SGD
from course_lib.range_test import lr_range_test
from course_lib.show import lecture16 as pictures
from course_lib.studies import lr_schedules as study
from course_lib.studies import plateau, snapshots, warmup
from course_lib.studies.momentum_digits import digits_network
from course_lib.studies.stochastic import moments


def decay():
    curves = {"constant 0.1": moments(study.CURVATURES, study.START, 0.1, 200).loss}
    for name in ("constant", "cosine", "exponential"):
        best, _ = study.best_rate(name, 200)
        schedule = study.make_schedule(name, best, 200)
        curves[f"{name}, from {best:.2g}"] = moments(study.CURVATURES, study.START, schedule, 200).loss
    return pictures.best_of_each(curves, size=(5, 4))


def gallery():
    return pictures.gallery({name: study.make_schedule(name, 1.0, 600) for name in study.FAMILY}, 600,
                            size=(8.7, 4))


def slips():
    twice, once = study.twice_the_base(0.01, 50), study.right_factor(50)
    return pictures.slips(study.fed_back(0.8, 0.0008, 1.0, 200),
                          study.rates_of(schedules.power(0.8, 0.0008, 1.0), 200),
                          [0.01 * twice(k) for k in range(51)], [0.01 * once(k) for k in range(51)],
                          size=(8.7, 3.3))


@cache
def compared():
    return {title: study.train_digits(study.TRAINED, **setting, seeds=range(6), tuning_seeds=range(3),
                                      progress=False) for title, setting in study.SETTINGS.items()}


def trained():
    fig, alt = pictures.trained(compared(), size=(8.7, 3.3))
    fig.get_layout_engine().set(w_pad=0.1)
    return fig, alt


def range_test():
    tests = {title: [lr_range_test(digits_network(seed), SGD(), *load_digits().train, low=1e-3, high=10.0,
                                   batch_size=setting["batch_size"], rng=np.random.default_rng([16, seed]))
                     for seed in range(6)] for title, setting in study.SETTINGS.items()}
    tuned = {title: study.train_digits(["constant"], **setting | {"rates": setting["rates"][1:4]}, seeds=[0],
                                       tuning_seeds=range(12), progress=False).runs["constant"].rate
             for title, setting in study.SETTINGS.items()}
    return pictures.range_tests(tests, tuned, size=(8.7, 3.3))


def cycles():
    low_high = {"triangular": schedules.triangular(0.1, 1.0, 100),
                "triangular2": schedules.triangular(0.1, 1.0, 100, mode="triangular2"),
                "exp_range": schedules.triangular(0.1, 1.0, 100, mode="exp_range", gamma=0.997),
                "one-cycle": schedules.one_cycle(1.0, 600)}
    return pictures.gallery(low_high, 600, columns=4, size=(8.7, 2.2))


def ensembles():
    runs = [snapshots.train(seed) for seed in range(10)]
    ways = {"one long run": [run.one_long for run in runs],
            "all five snapshots": [run.snapshots for run in runs],
            "five short runs": [run.short for run in runs],
            "five long (5 × cost)": [np.concatenate([runs[(i + k) % 10].one_long for k in range(5)])
                                     for i in range(10)]}
    scores = {name: np.array([snapshots.judge(found)[0] for found in founds])
              for name, founds in ways.items()}
    rates = study.rates_of(schedules.cosine_restarts(snapshots.LR, snapshots.CYCLE), 750)
    return pictures.snapshots(rates, snapshots.CYCLE, scores, size=(8.7, 3.3))


def warm_up():
    warm = {"no warm-up": 0, "30 steps of warm-up": 30}
    lengths = {name: warmup.first_steps("Adam", 0.03, count, seed=0, steps=40)
               for name, count in warm.items()}
    sweeps = {kind: {name: warmup.sweep(kind, rates, count, range(4)) for name, count in warm.items()}
              for kind, rates in warmup.SETTINGS.items()}
    fig, alt = pictures.warm_ups(lengths, sweeps, warmup.SETTINGS, size=(8.7, 3.3))
    fig.axes[1].tick_params(axis="x", labelsize=10)    # five rates side by side
    return fig, alt


def on_plateau():
    runs = {f"seed {seed}": plateau.run(seed) for seed in range(3)}
    return pictures.plateaus(runs | {"seed 0, constant": plateau.run(0, factor=None)}, size=(8.7, 3.3))


FIGURES = {
    "16_decay": decay, "16_gallery": gallery, "16_slips": slips, "16_trained": trained,
    "16_range_test": range_test, "16_cycles": cycles, "16_ensembles": ensembles, "16_warm_up": warm_up,
    "16_on_plateau": on_plateau,
}
