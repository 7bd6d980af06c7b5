"""Lecture 19: dropout against the noise on the step function, long runs over seeds, and their file.

The runs are stored in data/dropout_heaviside.json. `python -m course_lib.studies.dropout_runs` makes the
file again, in about twenty minutes on one core. Last digits depend on the machine, for float32 rounding grows
during a run; a test recomputes the beginning of some runs.
"""

from __future__ import annotations

import json

import numpy as np

from course_lib.mnist import DATA
from course_lib.studies.heaviside import train
from course_lib.studies.parallel import run_all
from course_lib.studies.records import read, rounded, store_rows
from course_lib.validation import choice

FILE = DATA / "dropout_heaviside.json"
SEEDS, EPOCHS, EVERY = range(8), 10_000, 1000
CURVE = np.linspace(-1, 1, 161)  # where the outputs of the first network are kept
# Chances to DROP for 2 and for 3 hidden layers (None: not run), the epochs, and the learning rate. Other
# lecture slides give 0.75 and 0.01, and 0.75, 0.6 and 0.01, without saying whether to drop or to keep.
SETTINGS = {
    "none": ([0, 0], [0, 0, 0], EPOCHS, 0.01),
    "given rates, to drop": ([0.75, 0.01], [0.75, 0.6, 0.01], EPOCHS, 0.01),
    "given rates, to keep": ([0.25, 0.99], [0.25, 0.4, 0.99], 3000, 0.01),
    "given rates, reversed": ([0.01, 0.75], [0.01, 0.6, 0.75], EPOCHS, 0.01),
    "0.25 everywhere": ([0.25, 0.25], [0.25, 0.25, 0.25], EPOCHS, 0.01),
    "none, lr 0.003": ([0, 0], None, EPOCHS, 0.003),
    "to drop, lr 0.003": ([0.75, 0.01], None, EPOCHS, 0.003),
    "reversed, lr 0.003": ([0.01, 0.75], None, EPOCHS, 0.003),
}


def run(name, hidden, seeds=SEEDS, epochs=None):
    """Train one setting; a dict of plain numbers, for the file.

    name : a key of SETTINGS; hidden : 2 or 3 layers; epochs : default the setting's
    The errors and the losses have the shape (seeds, records).

    >>> found = run("given rates, to keep", 2, seeds=[0], epochs=200)
    >>> found["rates"], found["epochs"]
    ([0.25, 0.99], [0, 200])
    """
    choice("hidden", hidden, [2, 3])
    *both, usual, lr = SETTINGS[choice("name", name, SETTINGS)]
    rates, epochs = both[hidden - 2], usual if epochs is None else epochs
    if rates is None:
        raise ValueError(f"hidden must be 2 for {name!r}, got {hidden}")
    runs = train(seeds, hidden=hidden, epochs=epochs, every=min(EVERY, epochs), lr=lr, dropout=rates)
    return {"name": name, "rates": rates, "seeds": list(seeds), "epochs": runs.epochs.tolist(),
            "error": rounded(runs.error.T), "loss": rounded(runs.loss.T),
            "curve": rounded(runs.predict(CURVE)[:1])[0]}


def stored(file=FILE):
    """The long runs from the file: dict of (name, hidden layers) -> dict of arrays, as `run` returns them.

    >>> runs = stored()
    >>> runs["none", 2]["error"].shape
    (8, 11)
    """
    return {(row["name"], len(row["rates"])): {key: value if key == "name" else np.array(value)
                                              for key, value in row.items()}
            for row in json.loads(read(file, FILE.name))}


if __name__ == "__main__":
    store_rows(FILE, run_all(run, [(name, hidden) for name, (*both, _, _) in SETTINGS.items()
                                  for hidden, rates in zip((2, 3), both, strict=True) if rates]))
