"""Checks for exercise 1 of lecture 00: the share of answers that is right."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, right


def share_right(output, labels):
    return float(np.mean(output.argmax(axis=1) == labels))


def scored(seed, ranks):
    """Outputs and labels: the label of a row has the largest output for rank 0, the smallest for rank 9.

    The largest of all stands in the first row, in the second row all are negative, and the largest of the
    third is the label itself: so no mistake gives the same shares as another.
    """
    output = np.random.default_rng(seed).normal(0.0, 2.0, (len(ranks), 10))
    places = np.argsort(-output, axis=1)
    labels = places[np.arange(len(ranks)), ranks]
    output[0, places[0, 0]] += 20
    output[1] -= output[1].max() + 0.5
    output[2] += labels[2] - output[2].max()
    output[2, places[2, 0]] = labels[2]
    return output, labels


def share_cases():
    """Most right, few right, all right; no number of rows is 10, the number of columns."""
    return [scored(0, [0, 0, 9, 0, 3, 0, 0]), scored(1, [9, 0, 1, 0, 9, 5, 2, 4, 0]),
            scored(2, [0, 0, 0, 0])]


def places_from_zero(output):
    """What a loop finds that starts with the best output 0 at place 0."""
    return np.where(output.max(axis=1) > 0, output.argmax(axis=1), 0)


def at_labels(output, labels):
    return output[np.arange(len(labels)), labels]


def among(rows, divisor=None):
    """The share among some rows only; or their number that is right, over another divisor."""
    def answer(output, labels):
        hits = (output.argmax(axis=1) == labels)[rows]
        return hits.mean() if divisor is None else hits.sum() / divisor(output)
    return answer


ALL = slice(None)
PERCENT = "that is in percent. A share lies between 0 and 1: leave out the factor 100"
SHARE_MISTAKES = [
    Mistake(PERCENT, lambda o, y: 100 * share_right(o, y)),
    Mistake(f"{PERCENT}, and do not round", lambda o, y: float(round(100 * share_right(o, y)))),
    Mistake("that is how many are right. Divide by the number of rows", among(ALL, lambda o: 1)),
    Mistake("that is the share of *wrong* answers. The right ones are 1 minus that",
            lambda o, y: 1 - share_right(o, y)),
    Mistake("you looked for the smallest output of each row. The network's answer is the place of the "
            "largest", lambda o, y: np.mean(o.argmin(axis=1) == y)),
    Mistake("you compared the largest outputs with the labels. Compare their *places*: argmax gives the "
            "place, max the output", lambda o, y: np.mean(o.max(axis=1) == y)),
    Mistake("you divided by the number of all outputs, ten for each row. Divide by the number of rows",
            among(ALL, np.size)),
    Mistake("you divided by 10, the number of digits. Divide by the number of rows",
            among(ALL, lambda o: 10)),
    Mistake("your share is rounded down to a whole number: // and int() do that. Divide with /",
            lambda o, y: float(int(share_right(o, y)))),
    *[Mistake(f"you rounded to {digits}. Return the number as it is; round when you print it",
              lambda o, y, k=k: round(share_right(o, y), k))
      for k, digits in enumerate(["a whole number", "1 digit", "2 digits", "3 digits", "4 digits"])],
    Mistake("the last row is missing. Python leaves out the end by itself: range(n) and [:n] reach all n "
            "rows", among(slice(-1))),
    Mistake("the last row is never looked at, although you divide by the number of all rows: range(n) ends "
            "at n - 1 by itself", among(slice(-1), len)),
    Mistake("the first row is missing: Python counts from 0", among(slice(1, None))),
    Mistake("the first row is never looked at, although you divide by the number of all rows: Python counts "
            "from 0", among(slice(1, None), len)),
    Mistake("your places are one too large. Python counts from 0, so the place *is* the digit",
            lambda o, y: np.mean(o.argmax(axis=1) + 1 == y)),
    Mistake("you looked for the place in the whole array. Each row has its own: axis=1",
            lambda o, y: np.mean(o.argmax() == y)),
    Mistake("you dropped the minus signs. An output of -5 is smaller than one of 1",
            lambda o, y: np.mean(np.abs(o).argmax(axis=1) == y)),
    Mistake("your search for the largest output begins with 0, but all outputs of a row can be negative: "
            "begin with the first output", lambda o, y: np.mean(places_from_zero(o) == y)),
    Mistake("you asked whether the output at the label's place is positive. It must be the largest of its "
            "row", lambda o, y: np.mean(at_labels(o, y) > 0)),
    Mistake("that is the mean of the largest outputs. Compare their places with the labels",
            lambda o, y: o.max(axis=1).mean()),
    Mistake("that is the mean of the outputs at the labels' places. Count how often that output is the "
            "largest of its row", lambda o, y: at_labels(o, y).mean()),
]


def _one_number(function):
    """The student's function, with a diagnosis when it returns one thing for each row, or True or False."""
    def checked(output, labels):
        places = output.argmax(axis=1)
        result = function(output, labels)
        try:
            array = np.asarray(result)
        except ValueError:
            return result
        if array.dtype == bool and array.ndim:
            raise WrongAnswer("you returned True or False for each row. Take the mean of them: True counts "
                              "as 1, False as 0.")
        if array.dtype == bool:
            raise WrongAnswer(f"you returned {result}. Asked is a number between 0 and 1: in which share of "
                              "the rows is the answer right?")
        if np.array_equal(array, places):
            raise WrongAnswer("you returned the places of the largest outputs. That is half of it: now "
                              "compare them with the labels, and return the share that agrees.")
        return result
    return checked


def _refuse_columns(function):
    """Ten rows, so that the largest of each column can be compared with the labels by mistake."""
    cases = [scored(seed, [0, 0, 0, 4, 0, 0, 0, 9, 1, 0]) for seed in (9, 15)]
    try:
        shares = [float(function(output.copy(), labels.copy())) for output, labels in cases]
    except Exception:  # the check after this one says what happened
        return
    if np.allclose(shares, [np.mean(output.argmax(axis=0) == labels) for output, labels in cases]):
        raise WrongAnswer("you took the largest output of each column (axis=0). A picture is a row: axis=1.")


def check_share_right(function):
    """Exercise 1: share_right(output, labels) -> share of rows whose largest output is at the label's place.

    >>> check_share_right(lambda output, labels: sum(output.argmax(axis=1) == labels))
    Traceback (most recent call last):
    course_lib.exercises.answers.WrongAnswer: that is how many are right. Divide by the number of rows.
    >>> check_share_right(lambda output, labels: np.mean(output.argmax(axis=1) == labels))
    Right: the largest output of a row is the network's answer.
    """
    if callable(function):
        _refuse_columns(function)
        function = _one_number(function)
    check_function(function, reference=share_right, cases=share_cases(), outputs=("the share",),
                   mistakes=SHARE_MISTAKES)
    right("the largest output of a row is the network's answer.")
