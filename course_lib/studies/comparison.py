"""Compare optimizers by rule: every method at its own tuned rate, with equal work, on the same seeds.

1. Each method runs at each learning rate of its own grid. The rate with the best median score wins.
2. With that rate it runs again, and only these runs are reported. They draw from other random streams than
   those that chose the rate, so no method profits from having been tried more often.
3. All methods take the same number of gradient evaluations, and with one seed they see the same start and
   the same batches. Median and spread over the seeds are shown, never the best run.
4. A run that diverged counts as infinitely bad. It is never dropped.
5. Where the best rate is the smallest or largest of its grid, a better one may lie outside: a note says so.

On a problem without randomness the two kinds of runs are one and the same, and the spread is zero.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import partial
from numbers import Real

import numpy as np

from course_lib.optimizers import OPTIMIZERS, Optimizer
from course_lib.studies.parallel import run_all
from course_lib.studies.problems import FunctionProblem, NetworkProblem, error_rate, linear_regression
from course_lib.studies.ranking import Comparison, Runs, doubt
from course_lib.studies.settings import seed_list
from course_lib.validation import boolean, choice, floats, function, integer, number

__all__ = ["Comparison", "FunctionProblem", "NetworkProblem", "Runs", "compare", "error_rate", "first_below",
           "last", "linear_regression"]

TUNING, REPORTED = 0, 1  # the first number of each seed: two streams that have nothing in common


def last(evaluations, losses):
    """The default score: the loss after the last evaluation."""
    return losses[-1]


def first_below(target):
    """A score: the number of evaluations until the loss is first at or below `target`; inf if it never is.

    >>> first_below(0.5)([0, 10, 20], [1.0, 0.4, 0.6])
    10.0
    """
    target = float(number("target", target))

    def score(evaluations, losses):
        below = np.flatnonzero(np.asarray(losses) <= target)
        return float(evaluations[below[0]]) if len(below) else np.inf

    return score


def compare(problem, methods, *, seeds, evaluations, jobs=None, tuning_seeds=None, score=last,
            progress=None):
    """Compare optimizers fairly; see the rules at the top of this module.

    Parameters
    ----------
    problem : a FunctionProblem, a NetworkProblem, or anything with run(opt, rng, evaluations) -> losses
        (see course_lib.studies.problems), or such a function itself. It must be possible to pickle it.
    methods : dict of label (a string) -> (optimizer, fixed hyper-parameters, learning rates): a name of
        OPTIMIZERS or a class, a dict, and the rising grid to choose from. A grid of one rate is not tuned,
        as a note says.
    seeds : list of whole numbers of at least 0, one reported run each
    evaluations : gradient evaluations of each run, at least 1
    jobs : processes on this machine; None: one per core, or the Dask cluster at DASK_SCHEDULER_ADDRESS
    tuning_seeds : runs at each rate of a grid; default as `seeds`. The same number in both lists still
        means two different streams of random numbers.
    score : function (evaluations, losses) -> number, lower is better: `last` (default), first_below(target)
    progress : True or False to force the progress bars on or off

    The numbers are the same, bit for bit, whatever jobs is.

    >>> from course_lib.functions import RAVINE
    >>> methods = {"gradient descent": ("sgd", {}, [0.01, 0.03, 0.1]),
    ...            "momentum": ("momentum", {"momentum": 0.6}, [0.01, 0.03, 0.1])}
    >>> result = compare(FunctionProblem(RAVINE), methods, seeds=[0], evaluations=50, jobs=1, progress=False)
    >>> result
    method            learning rate  median    10 %      90 %      diverged
    ----------------  -------------  --------  --------  --------  --------
    momentum          0.03           2.32e-10  2.32e-10  2.32e-10  0 of 1
    gradient descent  0.03           0.00205   0.00205   0.00205   0 of 1
    >>> result.at_one_rate(0.01).ranking()
    ['momentum', 'gradient descent']
    """
    function("problem", getattr(problem, "run", problem),
             "a problem with run(opt, rng, evaluations), or such a function", arguments=3)
    grids = _methods(methods)
    seeds = _seeds("seeds", seeds)
    tuning_seeds = seeds if tuning_seeds is None else _seeds("tuning_seeds", tuning_seeds)
    integer("evaluations", evaluations, 1)
    function("score", score, "a function (evaluations, losses) -> number")
    if progress is not None:
        boolean("progress", progress)

    def measure(kind, rates, seeds, description):
        """For each label its scores (rates, seeds) and curves (rates, seeds, points)."""
        tasks = [(make(lr), [kind, seed]) for label, (make, _) in grids.items()
                 for lr in rates[label] for seed in seeds]
        curves = run_all(_run, tasks, shared=(problem, kind, int(evaluations)), jobs=jobs,
                         description=description, show=progress)
        if len({len(curve) for curve in curves}) > 1:
            raise ValueError(f"problem must return as many losses in each run, got "
                             f"{sorted({len(curve) for curve in curves})}")
        rest = iter(curves)
        found = {label: np.array([[next(rest) for _ in seeds] for _ in rates[label]]) for label in grids}
        return {label: (_scores(score, evaluations, c), c) for label, c in found.items()}

    tuned = measure(TUNING, {label: rates for label, (_, rates) in grids.items()}, tuning_seeds, "tuning")
    best = {label: rates[np.median(tuned[label][0], axis=1).argmin()] for label, (_, rates) in grids.items()}
    reported = measure(REPORTED, {label: [rate] for label, rate in best.items()}, seeds, "measuring")
    runs = {}
    for label, (_, rates) in grids.items():
        (scores,), (curves,) = reported[label]
        runs[label] = Runs(rates, *tuned[label], float(best[label]), scores, curves)
    notes = tuple(note for label, found in runs.items() if (note := doubt(label, found)))
    return Comparison(_axis(evaluations, curves), runs, notes)


def _run(problem, kind, evaluations, opt, seed):
    """One run, wherever it is computed: its losses, inf from the first that is not finite."""
    run = getattr(problem, "run", problem)
    if kind == TUNING:
        run = getattr(problem, "tune", run)
    losses = floats("the problem's losses", run(opt, np.random.default_rng(seed), evaluations), (None,),
                    finite=False)
    if not len(losses):
        raise ValueError(f"problem must return at least one loss in each run, got {losses}")
    return np.where(np.logical_or.accumulate(~np.isfinite(losses)), np.inf, losses)


def _axis(evaluations, curves):
    return np.linspace(0, evaluations, curves.shape[-1])


def _scores(score, evaluations, curves):
    """The score of each curve, inf for those that diverged: (rates, seeds, points) -> (rates, seeds)."""
    at = _axis(evaluations, curves)
    return np.array([[_score(score, at, curve) for curve in row] for row in curves])


def _score(score, at, curve):
    if not np.isfinite(curve[-1]):
        return np.inf
    value = score(at, curve)
    if not isinstance(value, Real) or np.isnan(value):
        raise TypeError(f"score must return a number, got {value!r} for a run that did not diverge")
    return float(value)


def _methods(methods):
    """{label: (function lr -> optimizer, rates)}."""
    if not isinstance(methods, dict) or not methods:
        raise TypeError(f"methods must be a dict of label -> (optimizer, hyper-parameters, learning rates), "
                        f"got {methods!r}")
    grids = {}
    for label, given in methods.items():
        name = f"methods[{label!r}]"
        if not isinstance(label, str):
            raise TypeError(f"the labels of methods must be strings, got {label!r}")
        if not isinstance(given, (tuple, list)) or len(given) != 3:
            raise TypeError(f"{name} must be (optimizer, hyper-parameters, learning rates), got {given!r}")
        kind, fixed, rates = given
        if isinstance(kind, str):
            kind = OPTIMIZERS[choice(f"the optimizer of {name}", kind, OPTIMIZERS)]
        if not callable(kind) or not isinstance(fixed, dict) or "lr" in fixed:
            raise TypeError(f"{name} must begin with a name or class of an optimizer and a dict of its "
                            f"hyper-parameters without lr, got {kind!r} and {fixed!r}")
        rates = floats(f"the learning rates of {name}", rates, (None,))
        if not len(rates) or rates[0] <= 0 or (np.diff(rates) <= 0).any():
            raise ValueError(f"the learning rates of {name} must be positive and rise, got {rates}")
        grids[label] = partial(_make, name, kind, fixed), rates
        grids[label][0](rates[0])  # says now, not in a worker, if a hyper-parameter does not fit
    return grids


def _make(name, kind, fixed, lr):
    try:
        opt = kind(lr=float(lr), **fixed)
    except (TypeError, ValueError) as error:
        takes = [field.name for field in fields(kind) if field.name != "lr"] if is_dataclass(kind) else kind
        raise type(error)(f"the hyper-parameters of {name} must be what its optimizer takes, {takes}, "
                          f"got {fixed!r}: {error}") from error
    if not isinstance(opt, Optimizer):
        raise TypeError(f"methods must make course_lib optimizers, got {opt!r} from {kind!r}")
    return opt


def _seeds(name, seeds):
    found = seed_list(name, seeds)
    if len(set(found)) < len(found):
        raise TypeError(f"{name} must be a list of different whole numbers of at least 0, got {seeds!r}")
    return found
