"""What `contrast` measured, and how: differences over a whole run, shown as a table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from course_lib.frameworks.conventions import convention, differing_defaults
from course_lib.frameworks.installed import LABELS
from course_lib.frameworks.table import DECAY
from course_lib.optimizers import OPTIMIZERS
from course_lib.tables import Table

BOUNDS = (1e-12, 1e-9, 1e-6, 1e-3, 1.0)


class Difference:
    """The relative difference of two runs, max |a - b| / max |b|, each maximum over the *whole* run.

    a is course_lib's, b the framework's. Dividing by the largest entry, not entry by entry, keeps a weight
    that passes through zero from making rounding look like disagreement.

    >>> difference = Difference()
    >>> difference.add(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    >>> difference.add(np.array([0.0, 5.0]), np.array([0.0, 5.0]))
    >>> difference.relative
    0.1
    """

    def __init__(self):
        self.largest = self.size = 0.0

    def add(self, a, b):
        # np.maximum hands a NaN on, which max() might drop
        self.largest = np.maximum(self.largest, np.abs(a - b).max(initial=0))
        self.size = np.maximum(self.size, np.abs(b).max(initial=0))

    @property
    def relative(self):
        return 0.0 if self.largest == 0 else float(self.largest / self.size) if self.size else float("inf")


def bound(difference):
    """A difference as a bound, in words that are the same on each machine.

    >>> bound(3.1e-15), bound(2e-8), bound(7.0)
    ('below 1e-12', 'below 1e-06', '1 or more')
    """
    if np.isnan(difference):
        return "not a number"
    return next((f"below {b:g}" for b in BOUNDS if difference < b), f"{BOUNDS[-1]:g} or more")


@dataclass(repr=False)
class Contrast:
    """What `contrast` and `contrast_rule` return; displayed, it is its `table()` with notes.

    Attributes
    ----------
    optimizer, steps, frameworks, exact : what was run
    parameter_difference : dict of framework -> relative difference of all parameters over the run
    loss_difference : the same for the loss of each step; empty after `contrast_rule`
    buffer_difference : the same for the running means and variances; empty if the network has none
    losses : dict of "course_lib", "PyTorch", "Keras" -> (steps,) array, the loss before each step
    seconds_per_step : dict of "course_lib", "pytorch", "keras" -> median time of a step
    missing : the frameworks that are not installed
    """

    optimizer: str
    steps: int
    frameworks: tuple
    exact: bool = True
    parameter_difference: dict = field(default_factory=dict)
    loss_difference: dict = field(default_factory=dict)
    buffer_difference: dict = field(default_factory=dict)
    losses: dict = field(default_factory=dict)
    seconds_per_step: dict = field(default_factory=dict)

    @property
    def missing(self):
        return tuple(f for f in self.frameworks if f not in self.parameter_difference)

    @property
    def defaults(self):
        """Hyper-parameters whose defaults differ: name -> {"course_lib" or framework: default}."""
        return differing_defaults(self.optimizer)

    def table(self):
        """Differences as bounds, and defaults that differ: the same text on each machine."""
        rows = [["class", OPTIMIZERS[self.optimizer].__name__,
                 *[convention(f, self.optimizer).call for f in self.frameworks]],
                self._row("largest relative difference, parameters", self.parameter_difference, bound)]
        if self.losses:
            rows.append(self._row("largest relative difference, losses", self.loss_difference, bound))
        if self.buffer_difference:
            rows.append(self._row("largest relative difference, running statistics", self.buffer_difference,
                                  bound))
        for name, values in self.defaults.items():
            cells = [f"{values[key]:g}" if key in values else "" for key in ("course_lib", *self.frameworks)]
            rows.append([f"default {name}", *cells])
        return Table(self._headers(f"{self.optimizer}, {self.steps} steps"), rows)

    def timing(self):
        """Seconds per step: the median, so without compilation. This differs from machine to machine."""
        times = self.seconds_per_step
        if not times:
            raise ValueError("timing needs a run of contrast(); contrast_rule() measures no times")
        row = self._row("milliseconds per step", times, lambda seconds: f"{1000 * seconds:.3g}")
        row[1] = f"{1000 * times['course_lib']:.3g}"
        return Table(self._headers("time"), [row])

    def notes(self):
        """What differs, in words: one line for each framework."""
        here = "Here it was given them in float64." if self.exact else "So it was here."
        notes = []
        for framework in self.frameworks:
            row = convention(framework, self.optimizer)
            words = "; ".join(filter(None, [row.note, DECAY[row.decay]]))
            rounding = f" {row.rounding}. {here}" if row.rounding else ""
            notes.append(f"{LABELS[framework]}: {words}.{rounding}")
        return notes

    def _headers(self, first):
        return [first, "course_lib", *[LABELS[f] for f in self.frameworks]]

    def _row(self, name, values, text):
        cells = ["not installed" if f in self.missing else text(values[f]) for f in self.frameworks]
        return [name, "", *cells]

    def __str__(self):
        return "\n".join([str(self.table()), "", *self.notes()])

    __repr__ = __str__

    def _repr_markdown_(self):
        return "\n".join([self.table()._repr_markdown_(), "", *[f"- {note}" for note in self.notes()]])
