"""Draw the README's picture, slides/readme.png, with the library itself: `python -m tools.picture`."""

from __future__ import annotations

import sys

import matplotlib.pyplot as plt

from course_lib import show
from course_lib.functions import RAVINE
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum, Nesterov
from tools.notebooks import ROOT

PATH = ROOT / "slides" / "readme.png"


def draw():
    """The three methods in the narrow valley w1² + 25·w2², from the same start."""
    runs = {
        "gradient descent": SGD(lr=0.037),
        "momentum": Momentum(lr=0.02, momentum=0.7),
        "Nesterov": Nesterov(lr=0.02, momentum=0.7),
    }
    traces = {name: minimize(RAVINE, RAVINE.start, opt, steps=40) for name, opt in runs.items()}
    fig, ax = plt.subplots(figsize=(8, 3.6))
    show.paths(RAVINE, traces, ax, window=((-1.15, 0.4), (-1.1, 1.0)))
    return fig


def main():
    draw().savefig(PATH, metadata={"Software": None})
    print(f"wrote {PATH.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
