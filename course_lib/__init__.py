"""course_lib: how deep networks are trained, from scratch in NumPy.

Reading order: parameters, layers, losses, network, optimizers, training.
Importing the package loads NumPy only; PyTorch, TensorFlow and matplotlib are
imported by the modules that need them (`course_lib.frameworks`, `course_lib.show`).
"""

from course_lib.memory import keep_freed_memory

__version__ = "0.1.0"
keep_freed_memory()
