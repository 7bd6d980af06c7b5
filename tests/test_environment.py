"""The report on the environment says what is there and what is missing."""

import importlib.metadata

import numpy as np
import pytest

from course_lib import environment


def test_names_the_versions_that_are_there():
    assert f"NumPy {np.__version__}: found" in environment.describe_environment()


def test_says_what_is_missing_and_what_that_means(monkeypatch):
    def version(name):
        if name.startswith("tensorflow"):
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(importlib.metadata, "version", version)
    text = environment.describe_environment()
    assert "TensorFlow: MISSING; without it Keras columns stay empty" in text
    assert "PyTorch 1.0: found" in text


@pytest.mark.parametrize(("version", "word"), [((3, 9), "too old"), ((3, 12), "right"), ((3, 15), "newer")])
def test_verdict_on_the_python_version(version, word):
    assert word in environment._python_verdict(version)
