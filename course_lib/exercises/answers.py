"""Calling a student's function safely, and refusing what comes back in a form that cannot be compared."""

from __future__ import annotations

import copy

import numpy as np

from course_lib.exercises.comparing import wider


class WrongAnswer(AssertionError):
    """An answer that is not right yet. The message is written for the student."""


def expect_function(given):
    """Raise WrongAnswer unless a function was given to the check, and not what it returns."""
    if not callable(given):
        raise WrongAnswer("pass the function itself to the check, without calling it; "
                          f"got {type(given).__name__}.")


def attempt(function, case):
    """What the function returns for copies of the arguments; None if it fails, which the check then tells."""
    try:
        with np.errstate(all="ignore"):
            return function(*copy.deepcopy(case))
    except Exception:
        return None


def run(function, case, names, outputs, want):
    """Call the student's function on copies; raise WrongAnswer if what comes back cannot be compared.

    Results in a narrower float type than those of `want` cannot.
    """
    got = call(function, case, names, outputs, want)
    refuse_narrower(got, want, outputs)
    return got


def call(function, case, names, outputs, want):
    """As `run`, but in any float type."""
    got = results(function, case, names, outputs, want)
    refuse_form(got, want, outputs)
    return got


def results(function, case, names, outputs, want):
    """As `call`, but whatever comes back, as long as there is one of it for each output."""
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
    return tuple(map(as_array, got))


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


def as_array(result):
    """The array that a returned value makes; of rows of uneven length, an array of objects."""
    try:
        return np.asarray(result)
    except ValueError:
        return np.asarray(result, dtype=object)


def refuse_form(got, want, outputs):
    """Raise WrongAnswer unless the results are arrays of the expected shapes, with finite floats."""
    for name, g, w in zip(outputs, got, want, strict=True):
        refuse_one(name, g, np.asarray(w))


def refuse_one(name, array, want):
    if array.dtype == object and array.ndim:
        raise WrongAnswer(f"{name} must be an array of numbers, with rows of one length.")
    if array.dtype == object and array.item() is None:
        raise WrongAnswer(f"{name} is None.")
    if array.dtype.kind not in "fiu":
        given = f"an array of dtype {array.dtype}" if array.ndim else type(array.item()).__name__
        raise WrongAnswer(f"{name} must hold real numbers, got {given}.")
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


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def count(n):
    return "one value" if n == 1 else f"{n} values"
