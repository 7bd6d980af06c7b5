"""Arrays that come and go at each step must not be fetched from the system anew, page by page."""

import os
import subprocess
import sys

import pytest

STEPS = """
import resource
import numpy as np
from course_lib.optimizers import Adam

x, g = np.ones((2, 1_000_000), np.float32)
opt = Adam(lr=1e-6)
for _ in range(3):
    opt.step(x, g)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    opt.step(x, g)
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts page faults as Linux does")
def test_a_step_of_adam_faults_hardly_any_page():
    # Dask sets such a variable for its workers, and leaves it behind: glibc then keeps to what it says.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    faults = subprocess.run([sys.executable, "-c", STEPS], env=environment, capture_output=True, text=True,
                            check=True).stdout
    assert float(faults) < 100  # without keep_freed_memory about 4,000
