"""Claims: the numbers a lecture states, asserted where they are measured and read back by the slides.

A claim is a number that the text or a slide says. The notebook measures it again each time it runs, and
stops if the measurement does not bear it out. What is displayed and stored is the *claimed* value, never
the digits just measured, so the table is the same on every machine.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np

from course_lib.tables import markdown_table, text_table
from course_lib.validation import number

MIME = "application/vnd.course.claims+json"


class Claims:
    """The claims of one lecture, in the order they are made.

    `lecture` is the lecture's number in two digits. Each claim has a `name` (a-z, 0-9 and _, unique),
    what was `measured` (one number, or an array such as one number per random seed: all must hold), and
    a `text` that says what the number is. `slides` is what other lecture slides say about it, as text.

    `measured=None` says that this machine cannot measure it, for want of an optional package: the claim is
    listed all the same, and a line on stderr says so. Make such a claim in a cell that is not compared.

    A claim that does not hold raises an AssertionError which says what was measured.

    >>> claims = Claims("09")
    >>> claims.about("gd_slope", measured=[0.985, 0.991, 0.997], value=0.99, within=0.02,
    ...              text="slope of log steps against log κ", slides="1")
    >>> claims.equal("steps", measured=112, value=112, text="steps of momentum to 1e-6")
    >>> claims.below("difference", measured=3e-15, bound=1e-12, text="largest difference to PyTorch")
    >>> claims.show()
    name        what we measured                  claimed      other slides
    ----------  --------------------------------  -----------  ------------
    gd_slope    slope of log steps against log κ  0.99 ± 0.02  1
    steps       steps of momentum to 1e-6         112
    difference  largest difference to PyTorch     < 1e-12
    Each claim measured in this run held.
    >>> claims.above("speed", measured=[1.7, 0.9], bound=1.05, text="speed relative to PyTorch")
    Traceback (most recent call last):
    AssertionError: claim 'speed' does not hold (speed relative to PyTorch): claimed > 1.05, measured \
0.9 in measurement 1 (1 of 2 outside; they run from 0.9 to 1.7)
    """

    def __init__(self, lecture):
        if not isinstance(lecture, str) or not re.fullmatch(r"\d\d", lecture):
            raise ValueError(f"lecture must be a string of two digits such as '09', got {lecture!r}")
        self.lecture = lecture
        self.claims = {}

    def about(self, name, *, measured, value, within, text, slides=None):
        """Claim that every measurement lies in value ± within."""
        value, within = number("value", value), number("within", within, 0)
        shown, tolerance = same_decimals(value, within)
        measured = numbers_of(measured)
        # A last-digit allowance, so that 1.1 counts as 1 ± 0.1 although 1.1 - 1 is a little over 0.1.
        slack = 1e-12 * max(abs(value), within)
        holds = np.abs(measured - value) <= within + slack
        self._add(name, measured, holds, f"{shown} ± {tolerance}", shown, text, slides)

    def equal(self, name, *, measured, value, text, slides=None):
        """Claim that every measurement is exactly `value`, a number or a string."""
        if isinstance(value, str):
            one_line("value", value)
            measured, shown = array_of(measured), value
        else:
            measured, shown = numbers_of(measured), plain(number("value", value))
        self._add(name, measured, measured == value, shown, shown, text, slides)

    def below(self, name, *, measured, bound, text, slides=None):
        """Claim that every measurement is less than `bound`."""
        shown, measured = plain(number("bound", bound)), numbers_of(measured)
        self._add(name, measured, measured < bound, f"< {shown}", shown, text, slides)

    def above(self, name, *, measured, bound, text, slides=None):
        """Claim that every measurement is greater than `bound`."""
        shown, measured = plain(number("bound", bound)), numbers_of(measured)
        self._add(name, measured, measured > bound, f"> {shown}", shown, text, slides)

    def _add(self, name, measured, holds, claimed, shown, text, slides):
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError("name must be lower-case letters, digits and _, starting with a letter, "
                             f"got {name!r}")
        if name in self.claims:
            raise ValueError(f"name must be new in lecture {self.lecture}, got {name!r} a second time")
        one_line("text", text)
        if slides is not None:
            one_line("slides", slides)
        holds = np.atleast_1d(holds)
        if not holds.size:
            print(f"claim {name!r} ({text}) was not measured in this run", file=sys.stderr)
        if not holds.all():
            raise AssertionError(f"claim {name!r} does not hold ({text}): claimed {claimed}, "
                                 f"measured {failures(np.atleast_1d(measured), holds)}")
        self.claims[name] = {"value": claimed, "number": shown, "text": text, "slides": slides}

    def show(self):
        """Display the table of claims and store them in the notebook for the slides."""
        if not self.claims:
            raise ValueError(f"claims.show(): lecture {self.lecture} has made no claim yet")
        headers = ["name", "what we measured", "claimed", "other slides"]
        rows = [[name, claim["text"], claim["value"], claim["slides"] or ""]
                for name, claim in self.claims.items()]
        if not any(row[3] for row in rows):
            headers, rows = headers[:3], [row[:3] for row in rows]
        in_code = [[f"`{name}`", *cells] for name, *cells in rows]
        data = {
            "text/plain": text_table(headers, rows, width=60) + "\nEach claim measured in this run held.",
            "text/markdown": markdown_table(headers, in_code) + "\n\nEach claim measured in this run held.",
            MIME: {"lecture": self.lecture, "claims": self.claims},
        }
        if in_notebook():
            from IPython.display import display

            display(data, raw=True)
        else:
            print(data["text/plain"])


def load_claims(notebook_path):
    """Read the claims stored in an executed notebook: name -> {"value", "number", "text", "slides"}.

    `value` is the claim as shown ("0.99 ± 0.02", "< 1e-12"), `number` its number alone ("0.99", "1e-12").
    A notebook without claims gives an empty dict. Claims made twice raise a ValueError.
    """
    path = Path(notebook_path)
    if not path.is_file():
        raise FileNotFoundError(f"notebook_path must be an existing notebook, got {str(notebook_path)!r}")
    claims = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(MIME, {}).get("claims", {})
            if twice := sorted(claims.keys() & found.keys()):
                raise ValueError(f"{path.name} makes these claims twice: {', '.join(twice)}")
            claims.update(found)
    return claims


def array_of(measured):
    """The measurements as an array, which is empty only for None: not measured on this machine."""
    if measured is None:
        return np.empty(0)
    array = np.asarray(measured)
    if array.size == 0:
        raise ValueError("measured must hold at least one measurement, got an empty array")
    return array


def numbers_of(measured):
    array = array_of(measured)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"measured must be a number or an array of numbers, got {measured!r}")
    return array.astype(np.float64) if array.dtype.kind == "f" else array.astype(np.int64)


def one_line(name, value):
    """Raise unless `value` is text that fits a table cell."""
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{name} must be text that says what the number is, got {value!r}")
    if "|" in value or "\n" in value:
        raise ValueError(f"{name} must not contain '|' or a line break, which would break the table "
                         rf"(write \vert in a formula), got {value!r}")


def plain(value):
    """The shortest text that is exactly this number.

    >>> plain(112), plain(0.5), plain(np.float64(3.0)), plain(1e-12), plain(30_000)
    ('112', '0.5', '3', '1e-12', '30000')
    """
    if float(value).is_integer() and abs(value) < 1e6:
        return str(int(value))
    if 1e-4 <= abs(value) < 1e6:
        return np.format_float_positional(float(value), trim="-")
    return np.format_float_scientific(float(value), trim="-", exp_digits=1)


def same_decimals(value, within):
    """The value and its tolerance with equally many decimals.

    >>> same_decimals(1, 0.05), same_decimals(112, 3)
    (('1.00', '0.05'), ('112', '3'))
    """
    texts = plain(value), plain(within)
    if any("e" in text for text in texts):
        return texts
    decimals = max(len(text.partition(".")[2]) for text in texts)
    return f"{value:.{decimals}f}", f"{within:.{decimals}f}"


def failures(measured, holds):
    """What was measured where the claim fails, for the error message."""
    first = np.unravel_index(np.argmin(holds), holds.shape)
    outside = measured[first].item()
    shown = repr(outside) if isinstance(outside, str) else f"{outside:.6g}"
    if measured.size == 1:
        return shown
    where = ", ".join(map(str, first))
    message = f"{shown} in measurement {where} ({(~holds).sum()} of {measured.size} outside"
    if measured.dtype.kind in "biuf":
        message += f"; they run from {measured.min():.6g} to {measured.max():.6g}"
    return message + ")"


def in_notebook():
    """True inside a running IPython; False in a plain script, where the table is printed."""
    try:
        from IPython.core.interactiveshell import InteractiveShell
    except ImportError:
        return False
    return InteractiveShell.initialized()
