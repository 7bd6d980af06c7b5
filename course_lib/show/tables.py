"""Small tables, as text and as Markdown."""

from __future__ import annotations

import numbers

import numpy as np
from IPython.display import display

from course_lib.show.display import Output
from course_lib.tables import markdown_table, text_table


def table(headers, rows, *, formats=".3g", caption=None):
    """Display a small table, numbers to the right.

    `formats` is the format of all numbers that are not whole, or a dict from header to format.
    Text stays as it is; None becomes an empty cell.

    >>> table(["method", "steps", "loss"], [["momentum", 112, 0.03141], ["Nesterov", 98, 0.027]])
    method    steps    loss
    --------  -----  ------
    momentum    112  0.0314
    Nesterov     98   0.027
    """
    headers = [str(header) for header in listed("headers", headers)]
    rows = [listed(f"rows[{i}]", row) for i, row in enumerate(listed("rows", rows))]
    for i, row in enumerate(rows):
        if len(row) != len(headers):
            raise ValueError(f"rows[{i}] must have {len(headers)} cells, one per header, got {len(row)}")
    if not isinstance(formats, str | dict):
        raise TypeError(f"formats must be a format such as '.3g', or a dict from header to format, "
                        f"got {formats!r}")
    if isinstance(formats, dict) and not set(formats) <= set(headers):
        unknown = sorted(set(formats) - set(headers))
        raise ValueError(f"formats must name headers among {headers}, got {unknown}")
    formatted = [[cell_text(cell, formats, header) for cell, header in zip(row, headers, strict=True)]
                 for row in rows]
    right = [i for i in range(len(headers))
             if rows and all(row[i] is None or is_number(row[i]) for row in rows)]
    text = text_table(headers, formatted, right=right)
    markdown = markdown_table(headers, formatted, right=right)
    if caption:
        text, markdown = f"{caption}\n\n{text}", f"**{caption}**\n\n{markdown}"
    display(Output(text, text_markdown=markdown))


def listed(name, values):
    if isinstance(values, str) or not np.iterable(values):
        raise TypeError(f"{name} must be a list, got {values!r}")
    return list(values)


def is_number(cell):
    return isinstance(cell, numbers.Real) and not isinstance(cell, bool | np.bool_)


def cell_text(cell, formats, header):
    if cell is None:
        return ""
    if not is_number(cell):
        return str(cell)
    if isinstance(formats, dict):
        spec = formats.get(header)
    else:
        spec = None if isinstance(cell, numbers.Integral) else formats
    spec = spec or ("d" if isinstance(cell, numbers.Integral) else ".3g")
    try:
        return format(cell, spec)
    except (TypeError, ValueError):
        raise ValueError(f"formats must be formats of numbers such as '.3g', got {spec!r} for the cell "
                         f"{cell!r} below {header!r}") from None
