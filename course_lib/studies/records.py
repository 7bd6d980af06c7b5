"""Results of long runs, kept in the project's data directory: each file with its sum."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import numpy as np

from course_lib.validation import as_path, integer


def store(file, text):
    """Write `text` into `file`, and the file's SHA-256 sum into SHA256SUMS beside it.

    Always UTF-8 with line ends of one character, so that the sum is the same on every system. The sums of
    other files stay as they are.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store(Path(folder) / "runs.csv", "seed,loss\\n")
    ...     (Path(folder) / "SHA256SUMS").read_text().split()[1]
    'runs.csv'
    """
    file = as_path("file", file)
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {text!r}")
    file.write_text(text, encoding="utf-8", newline="\n")
    sums = file.with_name("SHA256SUMS")
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    lines = [line for line in lines if line.split()[1] != file.name]
    lines.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}")
    sums.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read(file, name):
    """The text that `store` wrote; a FileNotFoundError if there is no such file.

    name : of the file that the project keeps, for that error

    >>> read("elsewhere/runs.csv", "runs.csv")
    Traceback (most recent call last):
    FileNotFoundError: file must be the stored runs, runs.csv of the project's data directory; there is none
        at elsewhere/runs.csv
    """
    file = as_path("file", file)
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(f"file must be the stored runs, {name} of the project's data directory; "
                                f"there is none at {file}") from None


def store_curves(file, columns, runs, epochs):
    """Write a table with a row for each run: what it was, then what was measured, with four digits.

    columns : names of what tells the runs apart, with "lr" and "seed" at the end
    runs : list of (values of these columns, what was measured after each of `epochs`)
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, *epochs])
    for run, measured in runs:
        writer.writerow([*run, *(f"{value:.4g}" for value in measured)])
    store(file, text.getvalue())


def read_curves(file, name, columns):
    """What `store_curves` wrote: dict of (values of the columns but the seed) -> (seeds, epochs), and epochs.

    name : as for `read`
    columns : their number; all values but the learning rate and the seed are strings

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "runs.csv"
    ...     store_curves(file, ["method", "lr", "seed"], [(("Adam", 0.1, 0), [2.0, 1.0])], [0, 100])
    ...     read_curves(file, "runs.csv", 3)
    ({('Adam', 0.1): array([[2., 1.]])}, array([  0, 100]))
    """
    integer("columns", columns, 2)
    header, *rows = csv.reader(read(file, name).splitlines())
    runs = {}
    for row in rows:
        *names, lr, _ = row[:columns]
        runs.setdefault((*names, float(lr)), []).append([float(value) for value in row[columns:]])
    return {key: np.array(values) for key, values in runs.items()}, np.array(header[columns:], int)


def store_rows(file, rows):
    """Write a list of dicts as JSON, one in each line; `json.loads(read(file, name))` gives it back."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    store(file, f"[\n{lines}\n]\n")


def rounded(values, digits=4):
    """Numbers, or nested lists of them, with so many digits: more would depend on the machine.

    >>> rounded([[0.123456, 12345.6]])
    [[0.1235, 12350.0]]
    """
    integer("digits", digits, 1)
    return [rounded(part, digits) for part in values] if np.ndim(values) else float(f"{values:.{digits}g}")
