"""Set-up that all tests use."""

import sys

import matplotlib
import pytest

matplotlib.use("agg")     # no windows on any system; not through the environment, which kernels inherit

LONG = ["test_slides.py", "test_parity.py"]  # the longest first, so that no process waits for one at the end


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
