"""PyTorch and Keras beside course_lib: the only place that knows the frameworks.

`like` gives the course_lib optimizer (or layer) that does what a framework does, `make` the framework's own
optimizer; `to_torch` and `to_keras` build the same network with the same weights, `from_torch` and
`from_keras` bring weights back; `contrast` trains all of them on the same batches. `conventions_table`,
`layer_conventions_table`, `initializer_table` and `schedule_table` say what each calls what. A framework is
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
from course_lib.frameworks.initializer_table import initializer_table, initializer_twins
from course_lib.frameworks.installed import available, load_keras, load_torch, prepare_environment
from course_lib.frameworks.keras_optimizer import keras_schedule
from course_lib.frameworks.keras_twin import from_keras, keras_loss, keras_train_step, to_keras
from course_lib.frameworks.layer_table import layer_conventions_table, layer_like
from course_lib.frameworks.schedule_table import schedule_table, schedule_twins
from course_lib.frameworks.torch_twin import from_torch, to_torch, torch_loss, torch_train_step
from course_lib.frameworks.twins import net_like

__all__ = [
    "Contrast", "available", "contrast", "contrast_rule", "convention", "conventions_table",
    "differing_defaults", "frameworks_with", "from_keras", "from_torch", "initializer_table",
    "initializer_twins", "keras_loss", "keras_schedule", "keras_train_step", "layer_conventions_table",
    "layer_like", "like", "load_keras", "load_torch", "make", "net_like", "schedule_table", "schedule_twins",
    "to_keras", "to_torch", "torch_loss", "torch_train_step",
]

# Before any notebook cell says `import tensorflow` or `import keras`, which read it.
prepare_environment()
