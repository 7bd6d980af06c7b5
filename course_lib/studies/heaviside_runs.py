"""Lecture 18: penalties against the noise on the step function, long runs over seeds, and their file.

The runs of 30,000 epochs are stored in data/heaviside_penalties.json. It is made again by
`python -m course_lib.studies.heaviside_runs`, in about half an hour on one core. Last digits depend on the
machine, for float32 rounding grows during a run; a test recomputes the beginning of some runs.
"""

from __future__ import annotations

import json

import numpy as np

from course_lib.mnist import DATA
from course_lib.studies.heaviside import train
from course_lib.studies.parallel import run_all
from course_lib.studies.records import read, rounded, store
from course_lib.validation import choice, integer, number

FILE = DATA / "heaviside_penalties.json"
METHODS = {"none": None, "L2": "l2", "L1": "l1", "AdamW": "decoupled", "L1, proximal": "proximal"}
ALPHA, EPOCHS, EVERY = 1e-4, 30_000, 1000
ALL = {method: [ALPHA] for method in METHODS}
LADDER = [1e-5, 3e-5, 3e-4, 1e-3, 1e-2]  # and ALPHA, from the runs of two layers
# What was run: name -> (hidden layers, noise, epochs, seeds, {method: strengths}).
STUDIES = {
    "2 layers": (2, 0.1, EPOCHS, range(8), ALL),
    "3 layers": (3, 0.1, EPOCHS, range(4), ALL),
    "strengths": (2, 0.1, 10_000, range(4), {
        "L2": LADDER, "L1": LADDER, "L1, proximal": LADDER, "AdamW": [1e-2, 1e-1, 0.3, 1.0, 3.0, 10.0]}),
    "no noise": (2, 0.0, 10_000, range(4), ALL),
}
LIMITS = (0.0, 1e-4, 1e-3, 1e-2)  # of the sizes of weights that are counted
CURVE = np.linspace(-1, 1, 161)   # where the outputs of the first network are kept


def job(method, alpha, hidden, noise, epochs, seeds, every=EVERY):
    """Train the seeds with one penalty and strength; a dict of plain numbers with four digits, for the file.

    method : a key of METHODS; the other arguments are those of `course_lib.studies.heaviside.train`. error
    and loss have a row for each seed, small a row for each limit of LIMITS; curve is the first network's.

    >>> found = job("L2", 1e-4, 2, 0.1, 20, [0, 1], every=10)
    >>> len(found["error"]), len(found["error"][0]), len(found["small"])
    (2, 3, 4)
    """
    name = METHODS[choice("method", method, METHODS)]
    penalty = {name: number("alpha", alpha, 0)} if name else {}
    runs = train(seeds, hidden=hidden, epochs=epochs, every=every, noise=noise, **penalty)
    return {"method": method, "alpha": alpha, "hidden": hidden, "noise": noise, "seeds": list(seeds),
            "epochs": runs.epochs.tolist(), "error": rounded(runs.error.T), "loss": rounded(runs.loss.T),
            "small": rounded([runs.share_small(limit) for limit in LIMITS]),
            "norm": rounded(np.linalg.norm(runs.weights, axis=1)), "curve": rounded(runs.predict(CURVE)[0])}


def stored(file=FILE):
    """The runs from the file: dict of study -> {(method, alpha): record}, a record as `job` makes it.

    Its lists are arrays again: error and loss (seeds, records), small (limits, seeds), curve (161,).

    >>> runs = stored()["2 layers"]["L1", 1e-4]
    >>> runs["error"].shape, runs["epochs"][[0, 1, -1]].tolist()
    ((8, 31), [0, 1000, 30000])
    """
    studies = json.loads(read(file, FILE.name))
    return {study: {(r["method"], r["alpha"]):
                    {key: np.array(value) if isinstance(value, list) else value for key, value in r.items()}
                    for r in records} for study, records in studies.items()}


def by_strength(epochs=10_000, file=FILE):
    """Each penalty's error at each of its strengths, two layers: (method -> (alphas, errors), reference).

    errors (alphas, 4 seeds) after so many epochs, a multiple of 1,000 up to 10,000; reference (4,) without
    a penalty.

    >>> found, reference = by_strength()
    >>> found["L2"][0].tolist(), found["L2"][1].shape, reference.shape
    ([1e-05, 3e-05, 0.0001, 0.0003, 0.001, 0.01], (6, 4), (4,))
    """
    if integer("epochs", epochs, 0, 10_000) % EVERY:
        raise ValueError(f"epochs must be a multiple of {EVERY}, got {epochs}")
    studies, found = stored(file), {}
    for (method, alpha), run in (studies["2 layers"] | studies["strengths"]).items():
        found.setdefault(method, {})[alpha] = run["error"][:4, epochs // EVERY]
    reference = found.pop("none")[ALPHA]
    return {method: (np.array(sorted(errors)), np.array([errors[alpha] for alpha in sorted(errors)]))
            for method, errors in found.items()}, reference


def _write(studies):
    lines = [f'"{study}": [\n' + ",\n".join(json.dumps(record) for record in records) + "\n]"
             for study, records in studies.items()]
    store(FILE, "{\n" + ",\n".join(lines) + "\n}\n")


def main():
    """Train all runs, on all cores, and write the file and its sum."""
    jobs = [(study, (method, alpha, hidden, noise, epochs, list(seeds)))
            for study, (hidden, noise, epochs, seeds, methods) in STUDIES.items()
            for method, strengths in methods.items() for alpha in strengths]
    results = run_all(job, [arguments for _, arguments in jobs], description="penalties")
    _write({name: [record for (study, _), record in zip(jobs, results, strict=True) if study == name]
            for name in STUDIES})


if __name__ == "__main__":
    main()
