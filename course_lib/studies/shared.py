"""One computation of a study for a notebook and its deck.

The figures of a deck show what its notebook measured, so both make the same calls. `python kit.py test` runs
both: it names a new directory in the environment variable COURSE_LIB_RESULTS, first while the notebooks are
executed, then while the decks are drawn, and deletes it at the end. So nothing in it is ever older than the
code. Without the variable nothing is kept.
"""

from __future__ import annotations

import os
import warnings
from functools import wraps
from inspect import isfunction, signature

VARIABLE = "COURSE_LIB_RESULTS"
HOW = {"jobs", "progress"}  # arguments that say how to compute, not what


def shared(function):
    """Keep what `function` returns for the same arguments, while COURSE_LIB_RESULTS names a directory.

    For functions of a module that depend on nothing but their arguments, of which none is an rng: a call
    would have to move that on. Arguments and result must be possible to pickle; `jobs` and `progress` do not
    count.

    >>> @shared
    ... def double(x):
    ...     return 2 * x
    >>> double(3)
    6
    """
    parameters = signature(function).parameters if isfunction(function) else {"rng"}
    if "rng" in parameters:
        raise TypeError(f"function must be a function of a module that takes no rng, got {function!r}")
    ignored = sorted(HOW & set(parameters))

    @wraps(function)
    def kept(*arguments, **options):
        directory = os.environ.get(VARIABLE)
        if not directory:
            return function(*arguments, **options)
        from joblib import Memory  # only here: it is needed in tests alone
        with warnings.catch_warnings():
            # On a busy disk: that the arguments took long to write. Nothing depends on it.
            warnings.filterwarnings("ignore", "Persisting input arguments took", UserWarning)
            return Memory(directory, verbose=0).cache(function, ignore=ignored)(*arguments, **options)

    return kept
