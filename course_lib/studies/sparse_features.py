"""Lecture 10: one pass over sparse examples, with frequent and rare features, by many learning rates at once.

Feature i is 1 in the share 1/i of the examples and 0 in the rest (Zipf's law, as for words in a text). The
target is x·w plus noise; each example is seen once. A weight can be learned only from the examples in
which its feature occurs: of 4,000 examples all for the first feature, about 40 for the hundredth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from course_lib.optimizers import SGD, AdaGrad, Optimizer, RMSProp
from course_lib.studies.settings import seed_list
from course_lib.studies.shared import shared
from course_lib.validation import choice, floats, integer, number

# Method -> (rule, learning rates, decays). The rate of step t = 0, 1, … is lr / (1 + decay·t).
METHODS = {
    "SGD": (SGD(), np.geomspace(0.004, 0.5, 12), [0.0]),
    "SGD, tuned decay": (SGD(), np.geomspace(0.03, 0.6, 8), [0.0003, 0.001, 0.003, 0.01]),
    "AdaGrad": (AdaGrad(), np.geomspace(0.06, 1.5, 10), [0.0]),
    "RMSProp, ρ = 0.9": (RMSProp(), np.geomspace(0.001, 0.08, 10), [0.0]),
    "RMSProp, ρ = 0.999": (RMSProp(rho=0.999), np.geomspace(0.001, 0.08, 10), [0.0]),
    "ρ = 0.999, tuned decay": (RMSProp(rho=0.999), np.geomspace(0.01, 0.2, 6), [0.001, 0.003, 0.01]),
}
TUNING, TEST = range(5), range(10, 60)  # seeds
CHUNK = 500  # examples drawn at a time


@dataclass(frozen=True)
class Tuned:
    """One method at the rate that was best on the tuning seeds.

    lr, decay : that rate
    risk, rare : (test seeds,), see `risk` and `rare`, at that rate
    curve : (rates,), the median risk on the tuning seeds, for each rate at its best decay
    """

    lr: float
    decay: float
    risk: np.ndarray
    rare: np.ndarray
    curve: np.ndarray


def frequencies(features=100):
    """In which share of the examples each feature occurs: 1, 1/2, 1/3, … (Zipf 1935).

    >>> frequencies(4).round(2)
    array([1.  , 0.5 , 0.33, 0.25])
    """
    return 1 / np.arange(1, integer("features", features, 1) + 1)


def learn(opt, rates, seeds, *, noise, steps=4000, features=100, decays=0.0):
    """What is wrong with the weights after one pass, w - w_true, of shape (rates, seeds, features).

    opt : an optimizer; one like it is used, with the rates below
    rates, decays : arrays that broadcast to (rates,): the rate of step t = 0, 1, … is rate / (1 + decay·t)
    seeds : list of whole numbers; each decides the true weights, N(0, 1), and the examples
    noise : deviation of the noise in the targets; steps : number of examples, one per step

    A rate too large gives infinite or NaN errors.

    >>> learn(SGD(), [0.05, 0.1], [0, 1, 2], noise=0.1, steps=50, features=4).shape
    (2, 3, 4)
    """
    if not isinstance(opt, Optimizer):
        raise TypeError(f"opt must be an optimizer such as SGD(), got {opt!r}")
    rates, decays = _positive("rates", rates, open_low=True), _positive("decays", decays)
    return _learn([(opt, rates, decays)], seeds, noise, steps, features)[0]


def _learn(runs, seeds, noise, steps, features=100):
    """`learn` for each (opt, rates, decays) of `runs`, all on the same examples, which are drawn once."""
    number("noise", noise, 0)
    integer("steps", steps, 1)
    p = frequencies(features)
    rngs = [np.random.default_rng([10, seed]) for seed in seed_list("seeds", seeds)]
    true = np.array([rng.standard_normal(features) for rng in rngs])
    started = []
    for opt, rates, decays in runs:
        rates, decays = np.broadcast_arrays(rates[:, None], decays[:, None])
        w = np.zeros((len(rngs), len(rates), features))
        started.append((replace(opt, lr=rates), rates, decays, w))  # a new one: the one given stays as it is
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            if t % CHUNK == 0:
                x = np.stack([(rng.random((CHUNK, features)) < p) * 1.0 for rng in rngs], axis=1)
                y = (x * true).sum(axis=-1)
                y += noise * np.stack([rng.standard_normal(CHUNK) for rng in rngs], axis=1)
            now, target = x[t % CHUNK], y[t % CHUNK][:, None, None]
            for opt, rates, decays, w in started:
                residual = np.matmul(w, now[:, :, None]) - target
                opt.lr[:] = rates / (1 + decays * t)
                opt.step(w, residual * now[:, None], check_finite=False)
    return [(w - true[:, None]).swapaxes(0, 1) for *_, w in started]


def risk(errors):
    """The expected squared error of a prediction, without the noise: E[(x·e)²] for errors e (..., features).

    Exact, since the features are independent: the variance of x·e plus the square of its mean.

    >>> float(risk([0.0, 1.0]))  # the second feature occurs in half of the examples
    0.5
    """
    errors = floats("errors", errors, finite=False)
    p = frequencies(errors.shape[-1])
    return (p * (1 - p) * errors**2).sum(axis=-1) + (p * errors).sum(axis=-1) ** 2


def rare(errors):
    """The mean squared error of the weights of the rarer half of the features, for errors (..., features).

    >>> float(rare([9.0, 9.0, 0.5, 0.5]))
    0.25
    """
    errors = floats("errors", errors, finite=False)
    return (errors[..., errors.shape[-1] // 2:] ** 2).mean(axis=-1)


@shared
def compare(noise, methods=tuple(METHODS), *, steps=4000):
    """Each method at its own best rate, chosen on five seeds and measured on fifty others: name -> Tuned.

    Raises ValueError if a best rate lies at the edge of its grid.
    """
    if isinstance(methods, str) or not np.iterable(methods):
        raise TypeError(f"methods must be a list of names among {', '.join(METHODS)}, got {methods!r}")
    methods = [choice("methods", name, METHODS) for name in methods]
    tried = {name: [(lr, decay) for lr in METHODS[name][1] for decay in METHODS[name][2]] for name in methods}
    chosen, curves = {}, {}
    for name, errors in _by_method(tried, TUNING, noise, steps).items():
        medians, lrs = np.median(_risk_or_inf(errors), axis=1), METHODS[name][1]
        chosen[name] = lr, _ = tried[name][int(np.argmin(medians))]
        if lr in (lrs[0], lrs[-1]):
            raise ValueError(f"rates must reach further: the best of {name} is {lr:.3g}, at the edge")
        curves[name] = medians.reshape(len(lrs), -1).min(axis=1)
    tested = _by_method({name: [pair] for name, pair in chosen.items()}, TEST, noise, steps)
    return {name: Tuned(*map(float, chosen[name]), _risk_or_inf(errors[0]), rare(errors[0]), curves[name])
            for name, errors in tested.items()}


def _risk_or_inf(errors):
    """`risk`, infinite after a divergence."""
    return np.where(np.isfinite(errors).all(axis=-1), risk(np.nan_to_num(errors)), np.inf)


def _by_method(pairs, seeds, noise, steps):
    """`learn` for each method -> [(lr, decay), …]; methods with the same rule run side by side."""
    groups = {}
    for name in pairs:
        groups.setdefault(repr(METHODS[name][0]), []).append(name)
    runs = [(METHODS[names[0]][0], *np.array([pair for name in names for pair in pairs[name]]).T)
            for names in groups.values()]
    found = {}
    for names, errors in zip(groups.values(), _learn(runs, seeds, noise, steps), strict=True):
        ends = np.cumsum([len(pairs[name]) for name in names])[:-1]
        found |= zip(names, np.split(errors, ends), strict=True)
    return {name: found[name] for name in pairs}


def _positive(name, values, open_low=False):
    values = np.atleast_1d(floats(name, values))
    if values.ndim != 1 or values.size == 0 or (values < 0).any() or (open_low and (values == 0).any()):
        kind = "positive" if open_low else "non-negative"
        raise ValueError(f"{name} must be one or more {kind} numbers, got {values}")
    return values
