"""Figures of the slides of lecture 18; the drawing is the notebook's, from course_lib.show.lecture18."""

import numpy as np

from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.penalties import L1, L2
from course_lib.show import lecture18 as pictures
from course_lib.show.lecture16 import few_ticks
from course_lib.studies import heaviside_runs
from course_lib.studies import penalties as study
from course_lib.studies.heaviside import train


def shrinkage():
    curvatures, alphas = np.array([10.0, 0.5]), np.geomspace(0.01, 100, 81)
    turn = np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])
    x = np.sqrt(curvatures / 2)[:, None] * turn.T
    y = x @ [1.6, 0.8]
    ways = {"L2": study.path("ridge", x, y, alphas), "L1": study.path("lasso", x, y, alphas)}
    fig, alt = pictures.shrinkage((x, y), alphas, ways, curvatures, size=(8.7, 3.15))
    fig.axes[1].set_ylabel("share of the weight\nthat is left")
    return fig, alt


def prior():
    strengths, rng = np.geomspace(0.05, 500, 33), np.random.default_rng(0)
    settings = {"noise 1, prior 1": (1.0, 1.0), "noise 1, prior 0.5": (0.5, 1.0),
                "noise 2, prior 0.25": (0.25, 2.0)}
    best = {name: 2 * sigma**2 / tau**2 for name, (tau, sigma) in settings.items()}
    return pictures.prior({name: (strengths, study.prior_error(strengths, tau=tau, sigma=sigma, rng=rng))
                           for name, (tau, sigma) in settings.items()}, best, size=(5, 4))


def one_weight():
    pull = {"L1, subgradient": SGD(lr=0.1, transforms=[L1(1.0).transform]),
            "L1, proximal step": SGD(lr=0.1, proximal=[L1(1.0)]),
            "L2": SGD(lr=0.1, transforms=[L2(1.0).transform])}
    return pictures.one_weight({
        name: minimize(lambda w: (w[0] - 0.5) ** 2 / 2, [1.0], opt, 40, lambda w: w - 0.5).x[:, 0]
        for name, opt in pull.items()}, size=(5, 4))


def paths():
    data = study.eight_features(noise=2.0, rng=np.random.default_rng(1))
    alphas = np.geomspace(0.1, 10_000, 101)
    return pictures.coefficient_paths(
        alphas, {kind: study.path(kind, data.x, data.y, alphas) for kind in ("ridge", "lasso")},
        data.weights, size=(8.7, 3.5))


def rest():
    noises, fine = np.array([0.0, 0.1, 0.3, 1.0, 3.0]), np.linspace(0, 3, 61)
    measured = {name: study.resting_place(noises, 0.5, coupled=coupled, rng=np.random.default_rng(0))
                for name, coupled in (("Adam, coupled", True), ("AdamW", False))}
    lines = {"minimum of loss plus penalty": np.full(61, 1 / 1.5),
             "g/√v = -λw": study.predicted_rest(fine, 0.5)}
    return pictures.rest(noises, measured, fine, lines, size=(5, 4))


def depths():
    runs = heaviside_runs.stored()
    return {depth: runs[depth] for depth in ("2 layers", "3 layers")}


def errors():
    panels = {depth: {method: run["error"] for (method, _), run in found.items()}
              for depth, found in depths().items()}
    fig, alt = pictures.errors(panels, depths()["2 layers"]["none", 1e-4]["epochs"], size=(8.7, 3.3))
    fig.axes[0].set_ylabel("mean squared error,\nwithout noise")
    few_ticks(fig.axes[0].yaxis)
    for ax in fig.axes:
        ax.set_xticks([0, 10_000, 20_000, 30_000])
    return fig, alt


def fits():
    start = train([0], epochs=1)  # for its data
    panels = {depth: {method: (heaviside_runs.CURVE, found[method, 1e-4]["curve"])
                      for method in ("none", "L2", "L1")} for depth, found in depths().items()}
    return pictures.fits(panels, start.x, start.y[0], size=(8.7, 3.45))


def strengths():
    return pictures.strengths(*heaviside_runs.by_strength(), size=(5, 4))


FIGURES = {
    "18_shrinkage": shrinkage, "18_prior": prior, "18_one_weight": one_weight, "18_paths": paths,
    "18_rest": rest, "18_errors": errors, "18_fits": fits, "18_strengths": strengths,
}
