"""Tables of text: for a terminal, and as Markdown for a notebook."""

from __future__ import annotations

import textwrap
from typing import NamedTuple


class Table(NamedTuple):
    """Headers and rows of text, which a notebook shows as Markdown and a terminal as text.

    >>> print(Table(["optimizer", "lr"], [["sgd", "0.01"]]))
    optimizer  lr
    ---------  ----
    sgd        0.01
    """

    headers: list
    rows: list

    def __str__(self):
        return text_table(*self)

    def _repr_markdown_(self):
        return markdown_table(*self)

    __repr__ = __str__


def text_table(headers, rows, *, right=(), width=None):
    """The table in columns; those numbered in `right` are set to the right.

    Cells longer than `width` characters go on in the next line.

    >>> rows = [["momentum", "7"], ["gradient descent", "12"]]
    >>> print(text_table(["name", "steps"], rows, right=[1], width=8))
    name      steps
    --------  -----
    momentum      7
    gradient     12
    descent
    """
    _check_rows(headers, rows)
    blocks = [[_lines(cell, width) for cell in row] for row in [headers, *rows]]
    widths = [max(len(line) for block in column for line in block) for column in zip(*blocks, strict=True)]

    def line(cells):
        placed = (cell.rjust(w) if i in right else cell.ljust(w)
                  for i, (cell, w) in enumerate(zip(cells, widths, strict=True)))
        return "  ".join(placed).rstrip()

    lines = [line(part[i] if i < len(part) else "" for part in block)
             for block in blocks for i in range(max(map(len, block)))]
    header_height = max(map(len, blocks[0]))
    lines.insert(header_height, line("-" * w for w in widths))
    return "\n".join(lines)


def markdown_table(headers, rows, *, right=()):
    """The table in Markdown; columns numbered in `right` are set to the right.

    >>> print(markdown_table(["name", "steps"], [["a|b", "7"]], right=[1]))
    | name | steps |
    | :--- | ---: |
    | a\\|b | 7 |
    """
    _check_rows(headers, rows)
    rule = ["---:" if i in right else ":---" for i in range(len(headers))]
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in [headers, *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in [escaped[0], rule, *escaped[1:]])


def _check_rows(headers, rows):
    for number, row in enumerate(rows):
        if len(row) != len(headers):
            raise ValueError(f"rows[{number}] must have {len(headers)} cells, one per header, got {len(row)}")


def _lines(cell, width):
    return (textwrap.wrap(cell, width) if width else [cell]) or [""]
