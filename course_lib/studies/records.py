"""Results of long runs, kept in the project's data directory: each file with its sum."""

from __future__ import annotations

import hashlib

from course_lib.validation import as_path


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
