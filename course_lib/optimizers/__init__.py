"""First-order update rules in lecture order, each the formula of its paper.

A rule is pure: it takes the gradient g, the learning rate, the step number t = 1, 2, … and
the state, and returns the step to subtract and the new state. `Optimizer.step` does the
rest once for all rules, on a toy function of two numbers and on a network alike:

>>> import numpy as np
>>> x = np.array([4.0, -2.0])
>>> opt = Momentum(lr=0.1, momentum=0.9)
>>> for _ in range(3):
...     opt.step(x, 2 * x)  # the gradient of x1² + x2²
>>> opt.t, opt.state["v"].shape
(3, (2,))
"""

from course_lib.optimizers.adam import Adam, Adamax, AdamW, AMSGrad, Lion, NAdam, RAdam
from course_lib.optimizers.adaptive import Adadelta, AdaGrad, RMSProp
from course_lib.optimizers.base import BLOCK, RANGES, NonFiniteGradientError, Optimizer, Schedule
from course_lib.optimizers.descent import SGD, Momentum, Nesterov

# The one table of optimizers: tests, benchmarks and `frameworks.like` run over it.
OPTIMIZERS = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
    "amsgrad": AMSGrad,
    "nadam": NAdam,
    "adamax": Adamax,
    "radam": RAdam,
    "lion": Lion,
}

__all__ = ["BLOCK", "OPTIMIZERS", "RANGES", "SGD", "AMSGrad", "AdaGrad", "Adadelta", "Adam", "AdamW",
           "Adamax", "Lion", "Momentum", "NAdam", "Nesterov", "NonFiniteGradientError", "Optimizer", "RAdam",
           "RMSProp", "Schedule"]
