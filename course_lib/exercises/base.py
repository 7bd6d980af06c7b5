"""What all exercise checks share: run a student's answer safely, and say what is wrong with it.

A check compares the answer with the right result and, if they differ, with the results of typical
mistakes. A mistake whose result is exactly the student's is the diagnosis. Otherwise the check looks
for a wrong sign or factor, and at last shows the numbers. The values are judged first: right values in
float64 for float32 arguments are right, and only remarked upon.

    def check_square(square):
        check_function(square, reference=lambda x: x**2, cases=[(3.0,), (np.array([1.0, -2.0]),)],
                       outputs=("y",), mistakes=[Mistake("you doubled x instead", lambda x: 2 * x)])
        right("square works")
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.exercises.answers import (
    WrongAnswer,
    as_tuple,
    expect_function,
    refuse_form,
    refuse_narrower,
    remark_wider,
    results,
)
from course_lib.exercises.comparing import as_precise, difference, equal, numeric

TOLERANCE = 1e-9  # relative; rules that differ only in the order of operations agree far better
THREE_DIGITS = 5e-3  # relative; the most that rounding to three significant digits changes


@dataclass(frozen=True)
class Mistake:
    """A typical mistake: what to tell the student, and what it would have computed.

    `result` is a function of the same arguments as the exercise for `check_function`, or a number
    for `check_number`. The function may return other shapes than asked, and None in place of one of several
    results says nothing of that one: it may be anything. For a number, `within` is the relative difference
    at which an answer still counts as this mistake, by default the check's tolerance: a logarithm may be
    given as 44.9 where a count is exact.
    """

    message: str
    result: Callable | float
    within: float | None = None


def right(message):
    """Tell the student that the answer is right.

    >>> right("the velocity decays")
    Right: the velocity decays
    """
    print(f"Right: {message}")


def expect_keys(name, given, wanted):
    """Raise WrongAnswer unless the student's dict `given` has exactly the keys that `wanted` has.

    >>> expect_keys("rates", {"adam": 0.1, "SGD": 1.0}, {"sgd": 1.0, "adam": 0.1})
    Traceback (most recent call last):
    course_lib.exercises.answers.WrongAnswer: rates must have the keys sgd, adam; sgd is missing; 'SGD' is
        none of them.
    """
    wrong = [f"{key} is missing" for key in wanted if key not in given]
    wrong += [f"{key!r} is none of them" for key in given if key not in wanted]
    if wrong:
        raise WrongAnswer(f"{name} must have the keys {', '.join(wanted)}; {'; '.join(wrong)}.")


def check_function(function, *, reference, cases, outputs, mistakes=(), tolerance=TOLERANCE):
    """Raise WrongAnswer with a diagnosis unless `function` gives what `reference` gives.

    function : the student's
    reference : the right one, with named arguments; a tuple is returned if there are several outputs
    cases : tuples of arguments; take at least two that have no zeros and ones, which hide mistakes
    outputs : names of what is returned, for the messages
    mistakes : list of Mistake; the first one that explains all cases is reported
    tolerance : largest relative difference that counts as equal, for float64; at least 1e-5 for float32

    An answer in float64 for float32 arguments is compared as float32, and remarked upon if it is right. One
    in float32 for float64 arguments has lost digits and is refused, after the mistakes.

    >>> import numpy as np
    >>> double = lambda x: 2 * x
    >>> def wrong(x):
    ...     return 4 * x
    >>> check_function(wrong, reference=double, cases=[(np.array([1.5, 2.5]),)], outputs=("y",))
    Traceback (most recent call last):
    course_lib.exercises.answers.WrongAnswer: y is exactly 2 times too large.
    """
    names = list(inspect.signature(reference).parameters)
    expect_function(function)
    given, wanted = [], []
    for case in cases:
        want = as_tuple(reference(*copy.deepcopy(case)))
        try:
            got, again = (results(function, case, names, outputs, want) for _ in range(2))
        except WrongAnswer:
            for earlier, earlier_want in zip(given, wanted, strict=True):  # a wrong form goes first
                refuse_form(earlier, earlier_want, outputs)
            raise
        if all(map(numeric, got + again)) and not equal(got, again, tolerance):
            raise WrongAnswer("called twice with the same arguments, your function gives two different "
                              "results: it must not keep anything between calls, nor draw random numbers.")
        given.append(got)
        wanted.append(want)
    compared = [as_precise(got, want) for got, want in zip(given, wanted, strict=True)]
    is_right = all(map(equal, compared, wanted, [tolerance] * len(cases)))
    if not is_right:
        for mistake in mistakes:
            typical = [as_tuple(mistake.result(*copy.deepcopy(case))) for case in cases]
            if all(map(equal, compared, typical, [tolerance] * len(cases))):
                raise WrongAnswer(sentence(mistake.message))
    for got, want in zip(given, wanted, strict=True):
        refuse_form(got, want, outputs)
        refuse_narrower(got, want, outputs)
    if not is_right:
        raise WrongAnswer(difference(compared, wanted, outputs, tolerance))
    remark_wider(given, wanted, outputs)


def check_number(name, value, expected, *, mistakes=(), tolerance=THREE_DIGITS):
    """Raise WrongAnswer with a diagnosis unless `value` is `expected` up to the relative tolerance.

    A value as near to a mistake as to `expected`, or nearer, is that mistake. Counts are exact: give them a
    small tolerance.

    >>> check_number("gain", 9.0, 10.0, mistakes=[Mistake("count the newest gradient too", 9.0)])
    Traceback (most recent call last):
    course_lib.exercises.answers.WrongAnswer: gain = 9: count the newest gradient too.
    """
    if value is None or value is Ellipsis:
        raise NotImplementedError(f"{name} has no value yet: write your number there.")
    if callable(value):
        raise WrongAnswer(f"{name} is a function; the check wants the number it returns.")
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise WrongAnswer(f"{name} must be one number, got {value!r}.") from None
    if not math.isfinite(value):
        raise WrongAnswer(f"{name} is {value}: it must be a finite number.")
    near = [mistake for mistake in mistakes if math.isclose(
        value, mistake.result, rel_tol=mistake.within or tolerance, abs_tol=1e-12)]
    nearest = min(near, key=lambda mistake: abs(value - mistake.result), default=None)
    if math.isclose(value, expected, rel_tol=tolerance, abs_tol=1e-12) and (
            nearest is None or abs(value - expected) < abs(value - nearest.result)):
        return
    if nearest is not None:
        raise WrongAnswer(sentence(f"{name} = {value:g}: {nearest.message}"))
    rounded = value == float(f"{expected:.2g}")
    raise WrongAnswer(f"{name} = {value:g} is too {'large' if value > expected else 'small'}"
                      f"{': if you rounded it, give more digits' if rounded else ''}.")


def sentence(message):
    return message if message.endswith((".", "?", "!")) else f"{message}."
