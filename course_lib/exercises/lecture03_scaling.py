"""The check for exercise 3 of lecture 03: standardize features, with the numbers of the training set."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right


def standardize(train, new):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (new - mean) / std


def own(x, **options):
    return (x - x.mean(axis=0)) / x.std(axis=0, **options)


def by_range(train, new):
    low, high = train.min(axis=0), train.max(axis=0)
    return (train - low) / (high - low), (new - low) / (high - low)


def together(train, new):
    both = np.vstack([train, new])
    mean, std = both.mean(axis=0), both.std(axis=0)
    return (train - mean) / std, (new - mean) / std


def scaled(shift, divide):
    """Both arrays minus shift(train), over divide(train)."""
    return lambda train, new: tuple((x - shift(train)) / divide(train) for x in (train, new))


def mean0(x):
    return x.mean(axis=0)


def std0(x):
    return x.std(axis=0)


def scaling_cases():
    rng = np.random.default_rng(3)
    cases = []
    for n, m, features in ((7, 4, 3), (5, 5, 2)):
        units, offset = 10.0 ** np.arange(features), rng.normal(size=features) * 20 + 5
        cases.append((rng.normal(size=(n, features)) * units + offset,
                      1.5 * rng.normal(size=(m, features)) * units + offset + 1))
    return cases


SCALING_MISTAKES = [
    Mistake("new is scaled by its own mean and deviation. Use those of train: the weights were fitted to "
            "them, and a single new patient has no deviation", lambda t, n: (own(t), own(n))),
    Mistake("mean and deviation are taken over train and new together. Nothing of the new data may enter",
            together),
    Mistake("new is centred with its own mean. Use the mean of train, as for the deviation",
            lambda t, n: (own(t), (n - mean0(n)) / std0(t))),
    Mistake("new is divided by its own deviation. Use the deviation of train, as for the mean",
            lambda t, n: (own(t), (n - mean0(t)) / std0(n))),
    Mistake("new has kept its units: it must go through the same scaling, with the mean and deviation that "
            "train had before it was scaled", lambda t, n: (own(t), n)),
    Mistake("new is centred, but not divided by the deviation that train had before it was scaled",
            lambda t, n: (own(t), n - mean0(t))),
    Mistake("train has kept its units: scale both", lambda t, n: (t, standardize(t, n)[1])),
    Mistake("you forgot to subtract the mean", scaled(lambda t: 0.0, std0)),
    Mistake("you only subtracted the mean: divide by the deviation as well", scaled(mean0, lambda t: 1.0)),
    Mistake("you divided by the variance: that is the deviation squared",
            scaled(mean0, lambda t: t.var(axis=0))),
    Mistake("1e-5 is added to the variance, as batch normalization does. Here every feature varies: add "
            "nothing", scaled(mean0, lambda t: np.sqrt(t.var(axis=0) + 1e-5))),
    Mistake("you multiplied by the deviation: divide", scaled(mean0, lambda t: 1 / std0(t))),
    Mistake("you used one mean and one deviation for all features: take them along axis=0",
            scaled(np.mean, np.std)),
    Mistake("the mean is right per feature, but there is one deviation for all: use std(axis=0)",
            scaled(mean0, np.std)),
    Mistake("that scales to the range from 0 to 1, by minimum and maximum. Use mean and deviation", by_range),
    Mistake("you used std(ddof=1), which divides by n - 1. Here the deviation is NumPy's default, ddof=0",
            scaled(mean0, lambda t: t.std(axis=0, ddof=1))),
    Mistake("you divided by n - 1 and scaled new by its own mean and deviation. The deviation is NumPy's "
            "default, ddof=0, and both numbers are those of train",
            lambda t, n: (own(t, ddof=1), own(n, ddof=1))),
    Mistake("the deviation is taken around 0: subtract the mean before you square",
            scaled(mean0, lambda t: np.sqrt((t**2).mean(axis=0)))),
    Mistake("you divided by the root of the sum of squares: take the root of their mean",
            scaled(mean0, lambda t: std0(t) * np.sqrt(len(t)))),
    Mistake("you divided by the mean absolute deviation: take the root of the mean square",
            scaled(mean0, lambda t: np.abs(t - mean0(t)).mean(axis=0))),
    Mistake("you divided by the range, maximum minus minimum: divide by the deviation",
            scaled(mean0, lambda t: np.ptp(t, axis=0))),
    Mistake("you divided by the mean: divide by the deviation", scaled(mean0, mean0)),
    Mistake("you divided by the largest value: divide by the deviation",
            scaled(mean0, lambda t: np.abs(t).max(axis=0))),
    Mistake("you divided before you subtracted the mean: (x - mean) / std needs the brackets",
            lambda t, n: tuple(x - mean0(t) / std0(t) for x in (t, n))),
    Mistake("you used the median: use the mean", scaled(lambda t: np.median(t, axis=0), std0)),
    Mistake("you added the mean: subtract it", scaled(lambda t: -mean0(t), std0)),
    Mistake("the sign is wrong: x - mean, not mean - x",
            lambda t, n: tuple((mean0(t) - x) / std0(t) for x in (t, n))),
    Mistake("that is each row scaled by itself. A feature is a column: axis=0, not axis=1",
            lambda t, n: tuple((x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
                               for x in (t, n))),
    Mistake("mean and deviation are those of new. Use those of train", lambda t, n: standardize(n, t)[::-1]),
]


def check_standardize(function):
    """Exercise 3: standardize(train, new) -> (train scaled, new scaled)."""
    check_function(function, reference=standardize, cases=scaling_cases(), outputs=("train", "new"),
                   mistakes=SCALING_MISTAKES, tolerance=1e-6)  # 1e-8 added to a deviation is right
    right("every feature now has mean 0 and deviation 1 in train, and new is in the same units.")
