"""What the checks of lecture 08 say of a wrong axis or order, before a shape is called wrong in general."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.answers import WrongAnswer, as_array, attempt
from course_lib.exercises.comparing import numeric

AXES = ("Layer norm takes its means there; batch norm goes over the examples of the batch, axis=0, for each "
        "unit.")


def look_at_shapes(function, reference, cases, outputs, over_units):
    """Raise WrongAnswer if results have an axis or the order wrong; else leave them to the general check.

    cases : two tuples of arguments, the first with more examples than units; the second with as many, so
        that numbers taken over the wrong axis do not stop the code
    outputs : the names of what is returned
    over_units : (i, f): for the second case, f(*arguments) is the i-th result if taken over the wrong axis
    """
    usual, square = cases
    wanted, results = reference(*usual), arrays(attempt(function, usual))
    if results is None:
        i, wrong = over_units
        results = arrays(attempt(function, square))
        if results is not None and len(results) == len(wanted) and agree(results[i], wrong(*square)):
            raise WrongAnswer(f"you went over the units of each example, axis=1. {AXES}")
        return
    if len(results) != len(wanted):
        return
    shapes, right_ones = [r.shape for r in results], [w.shape for w in wanted]
    if shapes != right_ones and sorted(shapes) == sorted(right_ones):
        raise WrongAnswer(f"the results are in another order: return {', '.join(outputs)}.")
    examples = next(len(a) for a in usual if np.ndim(a) == 2)
    for name, shape, right_one in zip(outputs, shapes, right_ones, strict=True):
        if len(right_one) == 1 and shape != right_one:
            raise WrongAnswer(one_per_unit(name, shape, right_one[0], examples))


def one_per_unit(name, shape, units, examples):
    """What is wrong with the shape of a result that has one number for each unit."""
    if shape in ((examples,), (examples, 1)):
        return f"{name} has one number for each example, as of axis=1. {AXES}"
    if shape == (1, units):
        return f"{name} has shape (1, {units}), expected ({units},): leave out keepdims."
    if shape in ((), (1,), (1, 1)):
        return f"{name} is one number. Each unit has its own: axis=0."
    return (f"{name} has shape {shape}, expected ({units},): one number for each unit, taken over the "
            "examples of the batch, axis=0.")


def arrays(returned):
    """The results as a list of arrays; None if there are none, or not of numbers."""
    if not isinstance(returned, tuple | list):
        return None
    found = [as_array(result) for result in returned]
    return found if all(map(numeric, found)) else None


def agree(a, b):
    return a.shape == b.shape and np.allclose(a, b)
