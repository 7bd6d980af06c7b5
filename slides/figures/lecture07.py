"""Figures of the slides of lecture 07; the drawing is the notebook's, from course_lib.show.lecture07."""

import numpy as np

from course_lib.datasets import jump
from course_lib.show import lecture07 as pictures
from course_lib.studies import jump_units, leak, scaling
from course_lib.studies import normalization as study


def versions(*names):
    x = study.cloud(mean=(5, 3), deviations=(2, 0.5), angle=15, rng=np.random.default_rng(7))
    return study.versions(x, names)


def scaled():
    return pictures.clouds(versions("raw", "centred", "scaled"), size=(8.4, 2.9))


def whitened():
    fig, alt = pictures.clouds(versions("centred", "PCA-whitened", "ZCA-whitened"), size=(8.4, 3.1))
    for ax in fig.axes:
        ax.set_xticks([-5, 0, 5])
    return fig, alt


def offset():
    values = np.geomspace(10, 1000, 7)
    return pictures.offset_and_scale(values, {"offset (deviation 1)": study.one_feature_kappa(values, 1.0),
                                              "deviation (offset 0)": study.one_feature_kappa(0.0, values)},
                                     size=(5, 3.8))


def steps():
    patients, target, _ = scaling.diabetes()
    data = study.versions(patients, ["raw", "centred", "scaled"])
    named = {f"diabetes, {name}": study.conditioning(z, target) for name, z in data.items()}
    return pictures.steps_and_kappa(study.random_problems(60, np.random.default_rng(7)), named, size=(5, 4))


def fits():
    learned = {}
    for activation in jump_units.ACTIVATIONS:
        learned[activation] = {}
        for units in ("normalized", "x + 10", "100 x"):
            net, _, x, _ = jump_units.learn(units, activation, 0.003, seed=0, epochs=1000)
            y = net.predict(x)[:, 0]
            learned[activation][units] = jump_units.unscale(y) if units == "normalized" else y
    return pictures.fits(*jump(), learned, size=(8.7, 3.4))


def shares():
    best = jump_units.best(jump_units.stored()[0])
    panels = {a: {u: best[u, a][1] for u in jump_units.UNITS} for a in jump_units.ACTIVATIONS}
    return pictures.shares(panels, {a: best["normalized", a][1] for a in panels}, size=(8.7, 3.3))


def leaks():
    settings = {"scaled,\n200 patients": ("scaled", 200, 100), "scaled,\n12 patients": ("scaled", 12, 12),
                "whitened,\n20 patients": ("PCA-whitened", 20, 20),
                "whitened,\n12 patients": ("PCA-whitened", 12, 12)}
    errors = {name: leak.leak_errors(*setting) for name, setting in settings.items()}
    return pictures.leaks({name: e["leaking"].test / e["honest"].test for name, e in errors.items()},
                          size=(5, 3.6))


FIGURES = {
    "07_scaled": scaled, "07_whitened": whitened, "07_offset": offset, "07_steps": steps, "07_fits": fits,
    "07_shares": shares, "07_leaks": leaks,
}
