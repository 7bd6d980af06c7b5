"""Set-up that all tests use."""

import sys

import matplotlib
import pytest

matplotlib.use("agg")     # no windows on any system; not through the environment, which kernels inherit


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
