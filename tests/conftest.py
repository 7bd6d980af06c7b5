"""Set-up that all tests use."""

import matplotlib

matplotlib.use("agg")     # no windows on any system; not through the environment, which kernels inherit
