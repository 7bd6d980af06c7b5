"""A call of a library function as data: shown as a line of code in tables, and made in tests and plots.

The tables of initializers and of schedules are dicts of name -> a function of course_lib's arguments, which
returns the calls of course_lib, PyTorch and Keras. Its defaults are the example that the table shows.
"""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass, field

import numpy as np

from course_lib.frameworks.installed import load_keras, load_torch
from course_lib.tables import Table
from course_lib.validation import choice, number

SIDES = ("course_lib", "pytorch", "keras")


@dataclass(frozen=True, repr=False)
class Call:
    """One call; printed, it is the code, with numbers rounded to four digits.

    module, name : where the function or class is, and what it is called
    args, kwargs : its arguments; these may hold calls themselves
    first : names of the objects that it needs before these arguments, such as ("optimizer",)

    >>> call = Call("math", "pow", (2.0, Call("math", "sqrt", (9.0,))))
    >>> call, call.make()
    (pow(2, sqrt(9)), 8.0)
    """

    module: str
    name: str
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    first: tuple = ()

    def make(self, **given):
        """The call's result; `given` has the objects named by `first`, here and in calls inside."""
        if self.module.startswith("torch"):
            load_torch()
        elif self.module.startswith("keras"):
            load_keras()
        function = getattr(importlib.import_module(self.module), self.name)
        return function(*[given[name] for name in self.first], *[_made(a, given) for a in self.args],
                        **{name: _made(a, given) for name, a in self.kwargs.items()})

    def __str__(self):
        named = (f"{name}={_text(value)}" for name, value in self.kwargs.items())
        return f"{self.name}({', '.join([*self.first, *map(_text, self.args), *named])})"

    __repr__ = __str__


def _made(value, given):
    if isinstance(value, (list, tuple)):
        return [_made(item, given) for item in value]
    return value.make(**given) if isinstance(value, Call) else value


def _text(value):
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        return repr(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def call_of(twins, side, what):
    """The call of one side, or an error if that framework has none."""
    call = getattr(twins, choice("side", side, SIDES))
    if call is None:
        raise ValueError(f"side must be one that has such {what}, got {side!r}: {twins.note}")
    return call


def twins_of(rows, name, arguments):
    """The row `name` of a table for these arguments, checked: numbers here, their ranges by course_lib."""
    row = rows[choice("name", name, rows)]
    example = {key: parameter.default for key, parameter in inspect.signature(row).parameters.items()}
    for argument, value in arguments.items():
        choice(f"arguments of {name}", argument, example)
        if isinstance(example[argument], (float, int)) and not isinstance(example[argument], bool):
            # a rate of 0 has no twin that multiplies it
            number(argument, value, *([0] if argument == "lr" else []), open_low=argument == "lr")
    twins = row(**arguments)
    twins.course_lib.make()
    return twins


def twins_table(headers, rows, names):
    """The examples of the named rows (default: all) as a Table, with their notes."""
    cells = []
    for name in names or rows:
        twins = twins_of(rows, name, {})
        calls = [getattr(twins, side) for side in SIDES]
        cells.append(["none" if call is None else str(call) for call in calls] + [twins.note])
    return Table([*headers, "what to know"], cells)
