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

import numpy as np

from course_lib.exercises.comparing import as_precise, difference, equal, wider

TOLERANCE = 1e-9  # relative; rules that differ only in the order of operations agree far better
THREE_DIGITS = 5e-3  # relative; the most that rounding to three significant digits changes


class WrongAnswer(AssertionError):
    """An answer that is not right yet. The message is written for the student."""


@dataclass(frozen=True)
class Mistake:
    """A typical mistake: what to tell the student, and what it would have computed.

    `result` is a function of the same arguments as the exercise for `check_function`, or a number
    for `check_number`. There, `within` is the relative difference at which an answer still counts as this
    mistake, by default the check's tolerance: a logarithm may be given as 44.9 where a count is exact.
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
    course_lib.exercises.base.WrongAnswer: rates must have the keys sgd, adam; sgd is missing; 'SGD' is none
        of them.
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

    >>> double = lambda x: 2 * x
    >>> def wrong(x):
    ...     return 4 * x
    >>> check_function(wrong, reference=double, cases=[(np.array([1.5, 2.5]),)], outputs=("y",))
    Traceback (most recent call last):
    course_lib.exercises.base.WrongAnswer: y is exactly 2 times too large.
    """
    names = list(inspect.signature(reference).parameters)
    if not callable(function):
        raise WrongAnswer("pass the function itself to the check, without calling it; "
                          f"got {type(function).__name__}.")
    given, wanted = [], []
    for case in cases:
        want = as_tuple(reference(*copy.deepcopy(case)))
        got = call(function, case, names, outputs, want)
        same = call(function, case, names, outputs, want)
        if not equal(got, same, tolerance):
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
    course_lib.exercises.base.WrongAnswer: gain = 9: count the newest gradient too.
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


def run(function, case, names, outputs, want):
    """Call the student's function on copies; raise WrongAnswer if what comes back cannot be compared.

    Results in a narrower float type than those of `want` cannot.
    """
    got = call(function, case, names, outputs, want)
    refuse_narrower(got, want, outputs)
    return got


def call(function, case, names, outputs, want):
    """As `run`, but in any float type."""
    arguments = copy.deepcopy(case)
    try:
        result = function(*arguments)
    except (NotImplementedError, WrongAnswer):  # the exercise's own placeholder, or a diagnosis made there
        raise
    except Exception as error:
        called = ", ".join(f"{name} of shape {argument.shape}" if isinstance(argument, np.ndarray) else name
                           for name, argument in zip(names, case, strict=True))
        raise WrongAnswer(f"called with ({called}), your function stopped with "
                          f"{type(error).__name__}: {error}.") from error
    for name, before, after in zip(names, case, arguments, strict=True):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
            raise WrongAnswer(f"your function changed its argument {name} in place, so the caller's array "
                              f"is overwritten. Make a new array, {name} = … instead of {name} += … or "
                              f"{name}[…] = …, or work on {name}.copy().")
    if result is None:
        raise WrongAnswer("your function returned None: does it end with a return statement?")
    got = separate(result, want)
    if got is result and len(got) == 1 == len(outputs):
        raise WrongAnswer(f"your function returned a tuple with one value in it: return {outputs[0]} alone, "
                          "without a comma after it.")
    if len(got) != len(outputs):
        raise WrongAnswer(f"your function returned {count(len(got))}, expected {count(len(outputs))}: "
                          f"return {', '.join(outputs)}.")
    return tuple(comparable(name, g, w) for name, g, w in zip(outputs, got, want, strict=True))


def separate(result, want):
    """The results one by one, out of a tuple, a list or an array with one row for each of them."""
    if len(want) == 1:
        return result if isinstance(result, tuple) and not has_shape(result, np.shape(want[0])) else (result,)
    if isinstance(result, np.ndarray) and all(result.shape == (len(want), *np.shape(w)) for w in want):
        return tuple(result)
    return result if isinstance(result, tuple | list) else (result,)


def has_shape(values, shape):
    """True if the numbers in a tuple, or in tuples inside it, make an array of this shape."""
    try:
        return np.shape(values) == shape
    except ValueError:  # rows of uneven length
        return False


def comparable(name, got, want):
    """The returned value as an array of the expected shape and kind."""
    if got is None:
        raise WrongAnswer(f"{name} is None.")
    try:
        array = np.asarray(got)
    except ValueError:
        raise WrongAnswer(f"{name} must be an array, got {type(got).__name__}.") from None
    want = np.asarray(want)
    if array.dtype.kind not in "fiu":
        raise WrongAnswer(f"{name} must hold real numbers, got {type(got).__name__} of dtype {array.dtype}.")
    if array.ndim and not want.ndim:
        raise WrongAnswer(f"{name} is an array of shape {array.shape}: return one number, not an array.")
    if array.shape != want.shape:
        hint = ": the right number of entries, arranged in another way" if array.size == want.size else ""
        raise WrongAnswer(f"{name} has shape {array.shape}, expected {want.shape}{hint}.")
    if want.dtype.kind == "f" and array.dtype.kind != "f" and want.ndim:
        rounded = any(np.array_equal(array, to(want)) for to in (np.rint, np.trunc, np.floor, np.ceil))
        raise WrongAnswer(f"{name} has dtype {array.dtype}: "
                          f"{'it was rounded to whole numbers' if rounded else 'it can hold no fractions'}.")
    if not np.isfinite(array).all():
        raise WrongAnswer(f"{name} holds NaN or infinite values: look for a division by zero, "
                          "a root or logarithm of a negative number, or an overflow.")
    return array


def refuse_narrower(got, want, outputs):
    """Raise WrongAnswer if a result has fewer digits than the right one."""
    for name, g, w in zip(outputs, got, want, strict=True):
        if wider(w, g):
            raise WrongAnswer(f"{name} has dtype {g.dtype}, expected {np.asarray(w).dtype}: half of "
                              "the digits are lost.")


def remark_wider(given, wanted, outputs):
    """Tell the student once if arrays came back with more digits than the arguments have."""
    for got, want in zip(given, wanted, strict=True):
        for name, g, w in zip(outputs, got, want, strict=True):
            if g.ndim and wider(g, w):
                print(f"Remark: for arguments of dtype {w.dtype}, your {name} has dtype {g.dtype}. Its "
                      "values are right; code that returns the type it was given keeps networks fast.")
                return


def sentence(message):
    return message if message.endswith((".", "?", "!")) else f"{message}."


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def count(n):
    return "one value" if n == 1 else f"{n} values"
