"""Lecture 12: many methods on functions of two variables, each at a whole grid of learning rates.

All rates and all starts of a method run at once, as rows of one array.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from course_lib.functions import BEALE, ROSENBROCK, Function, valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adadelta, AdaGrad, Adam, Momentum, NAdam, Nesterov, Optimizer, RMSProp
from course_lib.studies.settings import positive
from course_lib.studies.shared import shared
from course_lib.validation import choice, floats, generator, integer, number

# Everything but the learning rate stays as the papers have it.
METHODS = {
    "gradient descent": SGD, "momentum": Momentum, "Nesterov": Nesterov, "AdaGrad": AdaGrad,
    "RMSProp": RMSProp, "Adadelta": Adadelta, "Adam": Adam, "NAdam": NAdam,
}


def rate_grid(low, high):
    """The learning rates …, 0.1, 0.2, 0.5, 1, 2, 5, … from `low` to `high`.

    >>> rate_grid(0.01, 1)
    array([0.01, 0.02, 0.05, 0.1 , 0.2 , 0.5 , 1.  ])
    """
    number("low", low, 0, open_low=True)
    number("high", high, low)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    grid = np.array([float(f"{digit}e{power}") for power in powers for digit in (1, 2, 5)])
    return grid[(grid >= low * (1 - 1e-9)) & (grid <= high * (1 + 1e-9))]


RATES = rate_grid(1e-4, 20)


def _double_well(x):
    return x[..., 0] ** 2 - x[..., 1] ** 2 + x[..., 1] ** 4 / 2 + 0.5


def _double_well_gradient(x):
    return np.stack([2 * x[..., 0], 2 * x[..., 1] ** 3 - 2 * x[..., 1]], axis=-1)


def _double_well_hessian(x):
    zero = np.zeros_like(x[..., 0])
    return np.stack([np.stack([zero + 2, zero], axis=-1), np.stack([zero, 6 * x[..., 1] ** 2 - 2], axis=-1)],
                    axis=-1)


def _plateau(x, width):
    s = (x**2).sum(axis=-1) / width**2
    return s / (1 + s)


def _plateau_gradient(x, width):
    s = (x**2).sum(axis=-1, keepdims=True) / width**2
    return 2 * x / width**2 / (1 + s) ** 2


def _plateau_hessian(x, width):
    s = (x**2).sum(axis=-1)[..., None, None] / width**2
    outer = x[..., :, None] * x[..., None, :] / width**4
    return 2 / width**2 / (1 + s) ** 2 * np.eye(x.shape[-1]) - 8 * outer / (1 + s) ** 3


# Near (0, 0) this is the saddle x² - y². Further out it bends up to two minima, so that a run can arrive
# and a best learning rate exists; on the saddle without an end the largest rate always wins.
SADDLE = Function(
    "saddle between two minima", r"x^2 - y^2 + \frac{1}{2} y^4 + \frac{1}{2}",
    (_double_well, _double_well_gradient, _double_well_hessian),
    start=(1.0, 0.001), minima=((0.0, 1.0), (0.0, -1.0)), window=((-1.2, 1.2), (-1.5, 1.5)),
    levels=np.linspace(0.05, 2.2, 16))
PLATEAU = Function(
    "plateau", r"s / (1 + s), \quad s = x^2 + y^2",
    tuple(partial(part, width=1.0) for part in (_plateau, _plateau_gradient, _plateau_hessian)),
    start=(6.0, 3.0), minima=((0.0, 0.0),), window=((-2.0, 7.0), (-2.0, 4.5)),
    levels=np.array([0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98]))


def _turned(x, f, rotation):
    return f(x @ rotation)


def _turned_gradient(x, f, rotation):
    return f.gradient(x @ rotation) @ rotation.T


def _turned_hessian(x, f, rotation):
    return rotation @ f.hessian(x @ rotation) @ rotation.T


TURN = np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2)  # by 45°
VALLEY = valley(25)
# The same surface, seen from elsewhere: its value at TURN x is that of the valley at x.
TURNED = Function(
    "turned valley", r"\frac{1}{2} (x + y)^2 + \frac{25}{2} (y - x)^2",
    tuple(partial(part, f=VALLEY, rotation=TURN) for part in (_turned, _turned_gradient, _turned_hessian)),
    start=TURN @ VALLEY.start, minima=VALLEY.minima, window=((-2.4, 2.4), (-2.4, 2.4)), levels=VALLEY.levels)

SURFACES = {"Beale": BEALE, "saddle": SADDLE, "valley": VALLEY, "turned valley": TURNED,
            "Rosenbrock": ROSENBROCK, "plateau": PLATEAU}
LIMITS = dict.fromkeys(SURFACES, 1000) | {"Rosenbrock": 2000}
NEARLY_ALL = 0.98  # the share of starts from which a method must arrive to be called the first


def starts(surface, count, rng):
    """Starts (count, 2) around the surface's own: each coordinate plus 0.1·N(0, 1).

    On the saddle y is 0.001·N(0, 1): all of them next to the axis from which a run cannot escape. Those of
    the turned valley are those of the valley with the same `rng`, turned with it.
    """
    if surface == "turned valley":
        return starts("valley", count, rng) @ TURN.T
    f = SURFACES[choice("surface", surface, SURFACES)]
    draws = generator(rng).standard_normal((integer("count", count, 1), 2))
    if surface == "saddle":
        return np.array([1.0, 0.0]) + np.array([0.1, 0.001]) * draws
    return f.start + 0.1 * draws


@shared
def steps_to_goal(f, x0, method, rates, *, limit=1000, tolerance=1e-3):
    """Steps until f stays below `tolerance` times f(f.start): an array (rates, starts), inf if it does not.

    f : a Function with minimum value 0; x0 : starts (starts, 2); method : a name of METHODS
    rates : learning rates (rates,); limit : steps of each run

    >>> steps_to_goal(valley(25), [[-2.0, 0.5]], "gradient descent", [0.01, 0.03, 0.05])
    array([[148.],
           [ 49.],
           [ inf]])
    """
    if not isinstance(f, Function):
        raise TypeError(f"f must be a Function such as BEALE, got {f!r}")
    make = METHODS[choice("method", method, METHODS)]
    x0, rates = floats("x0", x0, (None, 2)), positive("rates", rates)
    integer("limit", limit, 1)
    number("tolerance", tolerance, 0, 1, open_low=True)
    x = np.tile(x0, (len(rates), 1))
    opt = make(lr=np.repeat(rates, len(x0))[:, None])
    goal = tolerance * f(np.asarray(f.start))
    with np.errstate(all="ignore"):  # some rates diverge; their loss is never below the goal
        above = ~(f(np.array(list(run(opt, f, x, limit)))) <= goal)
    steps = limit + 1.0 - above[::-1].argmax(axis=0)  # after the last step that was not below
    steps = np.where(above.any(axis=0), np.where(steps <= limit, steps, np.inf), 0.0)
    return steps.reshape(len(rates), len(x0))


def run(opt, f, x, steps):
    """Yield x (runs, n) after 0, 1, … `steps` steps of `opt`, which is reset first; a run may overflow.

    The points are those of `minimize`, in less than half its time, since little is checked and nothing kept.
    """
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be an optimizer such as SGD(lr=0.1), got {opt!r}")
    opt.reset()
    x = x.copy()
    yield x.copy()
    for _ in range(steps):
        opt.step(x, f.gradient(x), check_finite=False)
        yield x.copy()


def sweep(surface, *, count=31, rng, rates=RATES):
    """`steps_to_goal` of all methods from `count` starts: dict of method -> (rates, starts)."""
    x0 = starts(surface, count, rng)
    return {method: steps_to_goal(SURFACES[surface], x0, method, rates, limit=LIMITS[surface])
            for method in METHODS}


def own_rates(found, rates=RATES):
    """The best rate of each method of a `sweep`: dict of method -> rate, None where no rate is good.

    >>> own_rates({"Adam": [[9.0], [4.0]], "NAdam": [[np.inf], [np.inf]]}, [0.1, 0.2])
    {'Adam': 0.2, 'NAdam': None}
    """
    return {method: best(steps, rates)[0] for method, steps in _by_method("found", found).items()}


def at_own_rates(surface, own, *, count=100, rng):
    """Steps of each method at its rate in `own` (see `own_rates`): dict of method -> (count,).

    With another `rng` than that of the sweep the starts are fresh. A method without a rate has inf.
    """
    x0 = starts(surface, count, rng)
    return {method: np.full(count, np.inf) if rate is None else steps_to_goal(
        SURFACES[surface], x0, method, [rate], limit=LIMITS[surface])[0]
        for method, rate in _by_method("own", own).items()}


def first_of(found):
    """The method with the lowest median, of those that arrive from nearly all starts; None if none does.

    found : dict of method -> steps (starts,), as `at_own_rates` returns. A median alone would also put a
    method first that fails from many starts.

    >>> first_of({"Nesterov": [30.0, 31.0, np.inf], "Adam": [60.0, 61.0, 62.0], "NAdam": [70.0, 71.0, 72.0]})
    'Adam'
    """
    medians = {}
    for method, steps in _by_method("found", found).items():
        steps = floats("found", steps, (None,), finite=False)
        if np.isfinite(steps).mean() >= NEARLY_ALL:
            medians[method] = np.median(steps)
    return min(medians, key=medians.get, default=None)


def race(surface, own, steps=150):
    """(function, dict of method -> Trace) from the surface's start; a method without a rate is left out.

    >>> f, traces = race("valley", {"momentum": 0.01, "Adam": None}, steps=3)
    >>> list(traces), traces["momentum"].x.shape
    (['momentum'], (4, 2))
    """
    f = SURFACES[choice("surface", surface, SURFACES)]
    return f, {method: minimize(f, f.start, METHODS[method](lr=rate), steps)
               for method, rate in _by_method("own", own).items() if rate is not None}


def _by_method(name, given):
    if not isinstance(given, dict):
        raise TypeError(f"{name} must be a dict with methods as keys, got {given!r}")
    for method in given:
        choice(name, method, METHODS)
    return given


def best(steps, rates=RATES):
    """The rate with the lowest median of `steps` (rates, starts), and its row; (None, row of inf) if none.

    >>> best([[9.0, 11.0], [4.0, 5.0], [np.inf, 3.0]], [0.1, 0.2, 0.5])
    (0.2, array([4., 5.]))
    """
    steps = floats("steps", steps, (len(rates), None), finite=False)
    medians = np.median(steps, axis=1)
    row = int(np.argmin(medians))
    return (float(rates[row]) if np.isfinite(medians[row]) else None), steps[row]
