"""What this machine has for the course, in words a beginner understands. Standard library only."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

# What the notebooks use, and what is lost without it. A package may come under one of several names.
PACKAGES = [
    ("NumPy", ["numpy"], "everything from scratch is written in it"),
    ("matplotlib", ["matplotlib"], "it draws the figures"),
    ("ipywidgets", ["ipywidgets"], "it makes the sliders"),
    ("PyTorch", ["torch"], "without it the PyTorch columns stay empty; all else works"),
    ("TensorFlow", ["tensorflow-cpu", "tensorflow"], "without it Keras columns stay empty; all else works"),
    ("Keras", ["keras"], "without it the Keras columns stay empty; all else works"),
]


def describe_environment():
    """One line for each thing the course uses: what is there, and what is missing and why it matters.

    Returns a string. Nothing is imported or changed.

    >>> print(describe_environment().splitlines()[-1][:9])
    Processor
    """
    lines = [f"Python {platform.python_version()}: {_python_verdict(sys.version_info)}"]
    for title, names, purpose in PACKAGES:
        version = _version(names)
        lines.append(f"{title} {version}: found" if version else f"{title}: MISSING; {purpose}")
    lines.append(f"Processor cores: {os.cpu_count()}; the notebooks are content with two")
    return "\n".join(lines)


def _python_verdict(version):
    if version[:2] < (3, 11):
        return "too old, the course needs 3.11 or newer"
    if version[:2] > (3, 13):
        return "newer than the course was tested with (3.11 to 3.13); TensorFlow may have no package for it"
    return "right for the course"


def _version(names):
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None
