"""PyTorch and Keras beside course_lib: the only place that knows the frameworks.

`like` gives the course_lib optimizer that does what a framework does, `make` the framework's own;
`to_torch` and `to_keras` build the same network with the same weights, `from_torch` and
`from_keras` bring weights back; `contrast` trains all of them on the same batches. A framework is
imported when it is first needed. One that is not installed raises ModuleNotFoundError with the
command that installs it, and all else works.
"""

from course_lib.frameworks.comparison import Contrast
from course_lib.frameworks.contrast import contrast, contrast_rule
from course_lib.frameworks.conventions import (
    convention,
    conventions_table,
    differing_defaults,
    frameworks_with,
    like,
    make,
)
from course_lib.frameworks.installed import available, load_keras, load_torch, prepare_environment
from course_lib.frameworks.keras_twin import from_keras, keras_loss, to_keras
from course_lib.frameworks.torch_twin import from_torch, to_torch, torch_loss

__all__ = [
    "Contrast", "available", "contrast", "contrast_rule", "convention", "conventions_table",
    "differing_defaults", "frameworks_with", "from_keras", "from_torch", "keras_loss", "like", "load_keras",
    "load_torch", "make", "to_keras", "to_torch", "torch_loss",
]

# Before any notebook cell says `import tensorflow` or `import keras`, which read it.
prepare_environment()
