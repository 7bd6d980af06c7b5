"""Which frameworks are installed, and importing them in the right order without noise."""

from __future__ import annotations

import importlib.util
import os
from contextlib import suppress

FRAMEWORKS = ("pytorch", "keras")
LABELS = {"pytorch": "PyTorch", "keras": "Keras"}  # as plots and tables write them

# What each framework needs to be importable; the first gives the version.
PACKAGES = {"pytorch": ("torch",), "keras": ("keras", "tensorflow")}
INSTALL = {
    "pytorch": "python -m pip install torch",
    "keras": "python -m pip install keras tensorflow",
}


def available():
    """The installed version of each framework, or None. Imports nothing.

    >>> sorted(available())
    ['keras', 'pytorch']
    """
    return {framework: None if _missing(framework) else _version(PACKAGES[framework][0])
            for framework in FRAMEWORKS}


def load_torch():
    """Import and return torch, or raise ModuleNotFoundError that says how to install it."""
    _require("pytorch")
    import torch

    return torch


def load_keras():
    """Import and return (tensorflow, keras), or raise ModuleNotFoundError that says how to install them.

    torch, if installed, is imported first: loaded after TensorFlow it crashes on some systems.
    """
    _require("keras")
    if not _missing("pytorch"):
        load_torch()
    prepare_environment()
    import tensorflow  # noqa: I001 - before keras, which would import it without its own messages off
    import keras

    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(f"Keras must run on TensorFlow here, but runs on {keras.backend.backend()!r}; "
                           "set the environment variable KERAS_BACKEND=tensorflow before Python starts")
    return tensorflow, keras


def prepare_environment():
    """What must be done before TensorFlow is imported, by whomever, so that it works and prints nothing.

    Its C++ messages (processor, missing GPU) are kept off the screen, and Keras on TensorFlow; what the
    environment already sets is left alone. Triton, which PyTorch's CUDA builds bring, is imported, if it is
    there: PyTorch does so with its first optimizer, and after TensorFlow that is a segmentation fault.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with suppress(ImportError):
        import triton  # noqa: F401


def _missing(framework):
    return [name for name in PACKAGES[framework] if importlib.util.find_spec(name) is None]


def _require(framework):
    missing = _missing(framework)
    if missing:
        raise ModuleNotFoundError(
            f"{LABELS[framework]} is needed here, but {' and '.join(missing)} cannot be found. Install with: "
            f"{INSTALL[framework]}  (everything else in course_lib works without it)", name=missing[0])


def _version(package):
    from importlib import metadata  # slow to import, and needed only here

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"
