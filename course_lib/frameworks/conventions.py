"""What each framework means by the name of an optimizer: one table, from which all else here is made.

A row says which course_lib rule, with which flags, reproduces a framework's class, what the
framework calls each hyper-parameter, and its own defaults. The tests compare the defaults with
the signatures of the installed frameworks, and the rules over hundreds of steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from course_lib.frameworks.installed import FRAMEWORKS, LABELS
from course_lib.optimizers import OPTIMIZERS
from course_lib.tables import Table
from course_lib.transforms import l2
from course_lib.validation import choice, number


@dataclass(frozen=True)
class Convention:
    """One row.

    framework, name : as `like` takes them
    call : the framework's class
    spelling : course_lib's name of each hyper-parameter -> the framework's
    defaults : course_lib's name -> the framework's default
    note : in words, what differs from the plain rule or from the other framework
    flags : arguments of the course_lib class that reproduce the framework
    fixed : arguments of the framework's class that make it this optimizer
    """

    framework: str
    name: str
    call: str
    spelling: dict
    defaults: dict
    note: str
    flags: dict = field(default_factory=dict)
    fixed: dict = field(default_factory=dict)

    @property
    def rule(self):
        """The course_lib class."""
        return OPTIMIZERS[self.name]


# Keras keeps the learning rate in a variable of keras.config.floatx(), float32 unless changed
# (base_optimizer.py, BaseOptimizer.__init__). momentum (sgd.py, update_step) and beta_1, beta_2 in the bias
# correction (adam.py, update_step) go through ops.cast, that is tf.cast, which first makes a float32 tensor
# of a Python number. `make` therefore hands all of them over in float64 unless told exact=False.
ROUNDS_RATE = "Python numbers are rounded to float32: lr"
ROUNDS_MOMENTUM = f"{ROUNDS_RATE} and momentum"
ROUNDS_BETAS = f"{ROUNDS_RATE}, and beta1 and beta2 in the bias correction"

TABLE = [
    Convention(
        "pytorch", "sgd", "torch.optim.SGD",
        spelling={"lr": "lr", "weight_decay": "weight_decay"},
        defaults={"lr": 1e-3, "weight_decay": 0.0},
        note="weight_decay·x is added to the gradient"),
    Convention(
        "pytorch", "momentum", "torch.optim.SGD",
        spelling={"lr": "lr", "momentum": "momentum", "dampening": "dampening",
                  "weight_decay": "weight_decay"},
        defaults={"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0},
        flags={"dampen_first_step": False},
        note="lr multiplies the velocity outside; the first gradient is not dampened; "
             "weight_decay·x is added to the gradient"),
    Convention(
        "pytorch", "nesterov", "torch.optim.SGD",
        spelling={"lr": "lr", "momentum": "momentum", "weight_decay": "weight_decay"},
        defaults={"lr": 1e-3, "momentum": 0.0, "weight_decay": 0.0},
        fixed={"nesterov": True},
        note="lr multiplies the velocity outside; the class itself refuses momentum = 0; "
             "weight_decay·x is added to the gradient"),
    Convention(
        "pytorch", "adam", "torch.optim.Adam",
        spelling={"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps",
                  "weight_decay": "weight_decay"},
        defaults={"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0},
        note="eps is added after the bias correction; weight_decay·x is added to the gradient"),
    Convention(
        "keras", "sgd", "keras.optimizers.SGD",
        spelling={"lr": "learning_rate"},
        defaults={"lr": 0.01},
        note=ROUNDS_RATE),
    Convention(
        "keras", "momentum", "keras.optimizers.SGD",
        spelling={"lr": "learning_rate", "momentum": "momentum"},
        defaults={"lr": 0.01, "momentum": 0.0},
        flags={"lr_in_velocity": True},
        note=f"lr multiplies each gradient inside the velocity; no dampening. {ROUNDS_MOMENTUM}"),
    Convention(
        "keras", "nesterov", "keras.optimizers.SGD",
        spelling={"lr": "learning_rate", "momentum": "momentum"},
        defaults={"lr": 0.01, "momentum": 0.0},
        flags={"lr_in_velocity": True}, fixed={"nesterov": True},
        note=f"lr multiplies each gradient inside the velocity. {ROUNDS_MOMENTUM}"),
    Convention(
        "keras", "adam", "keras.optimizers.Adam",
        spelling={"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"},
        defaults={"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
        flags={"eps_hat": True},
        note=f"eps is added before the bias correction, the paper's ε̂. {ROUNDS_BETAS}"),
]
CONVENTIONS = {(row.framework, row.name): row for row in TABLE}


def convention(framework, name):
    """The row of one optimizer.

    framework : "pytorch" or "keras"; name : "sgd", "momentum", "nesterov" or "adam"

    >>> convention("keras", "momentum").spelling
    {'lr': 'learning_rate', 'momentum': 'momentum'}
    """
    choice("framework", framework, FRAMEWORKS)
    choice("name", name, [row.name for row in TABLE if row.framework == framework])
    return CONVENTIONS[framework, name]


def like(framework, name, **hyper):
    """The course_lib optimizer that reproduces a framework's.

    framework : "pytorch" or "keras"; name : "sgd", "momentum", "nesterov" or "adam"
    hyper : hyper-parameters by course_lib's names (lr, momentum, dampening, beta1, beta2, eps,
        weight_decay); what is not given takes the *framework's* default. lr may be a schedule.

    Raises ValueError for a framework, name or hyper-parameter that is not in the table.

    >>> like("pytorch", "momentum", lr=0.1, momentum=0.9).dampen_first_step
    False
    >>> like("keras", "adam").eps
    1e-07
    """
    row = convention(framework, name)
    values = all_values(row, hyper)
    weight_decay = number("weight_decay", values.pop("weight_decay", 0.0), 0)
    if values.get("momentum") == 0 and "dampening" in values:
        number("dampening", values["dampening"], 0, 1)
        values["dampening"] = 0.0  # PyTorch then keeps no velocity, so that there is nothing to dampen
    transforms = (l2(weight_decay),) if weight_decay else ()
    return row.rule(**values, **row.flags, transforms=transforms)


def make(framework, name, params=None, *, exact=True, **hyper):
    """The framework's own optimizer, from the same names and hyper-parameters as `like`.

    params : PyTorch: the tensors to train, as its class takes them (needed). Keras: a list of variables,
        for which the optimizer is then built, or None
    exact : only for Keras: True gives it the hyper-parameters in float64, False as Python numbers,
        which it rounds to float32 (a relative error of up to 6e-8) even if the variables are float64
    hyper : as for `like`. With a schedule for lr, the optimizer follows it by itself
    """
    row = convention(framework, name)
    like(framework, name, **hyper)  # checks every value
    values = all_values(row, hyper)
    # The twins are imported here, for they are made from this table.
    if framework == "pytorch":
        from course_lib.frameworks.torch_twin import torch_optimizer

        if params is None:
            raise TypeError("params must be the tensors to train, such as module.parameters(), got None")
        return torch_optimizer(row, params, values)
    from course_lib.frameworks.keras_twin import keras_optimizer

    return keras_optimizer(row, params, values, exact)


def all_values(row, hyper):
    """The framework's defaults with `hyper` in their place, by course_lib's names."""
    unknown = [name for name in hyper if name not in row.spelling]
    if unknown:
        allowed = ", ".join(map(repr, row.spelling))
        why = ""
        if row.framework == "keras" and "weight_decay" in unknown:
            why = ("; Keras' weight_decay shrinks the weights directly instead of adding to the gradient, "
                   "and no row reproduces that yet")
        raise ValueError(f"hyper-parameters of {row.framework} {row.name} must be among {allowed}, "
                         f"got {', '.join(map(repr, unknown))}{why}")
    return row.defaults | hyper


def differing_defaults(name):
    """The hyper-parameters whose defaults are not the same everywhere, as a nested dict.

    >>> differing_defaults("adam")
    {'eps': {'course_lib': 1e-08, 'pytorch': 1e-08, 'keras': 1e-07}}
    """
    rows = [convention(framework, name) for framework in FRAMEWORKS]
    own = {f.name: f.default for f in fields(OPTIMIZERS[name]) if f.name != "transforms"}
    found = {}
    for hyper in dict.fromkeys(h for row in rows for h in row.defaults):
        values = {"course_lib": own[hyper]} if hyper in own else {}
        values |= {row.framework: row.defaults[hyper] for row in rows if hyper in row.defaults}
        if len(set(values.values())) > 1:
            found[hyper] = values
    return found


def conventions_table(*names):
    """The table of conventions of the named optimizers (default: all), for printing or `show.table(*…)`.

    >>> print(Table(*conventions_table("sgd")).rows[0][3])
    lr=0.001, weight_decay=0
    """
    for name in names:
        choice("name", name, OPTIMIZERS)
    headers = ["optimizer", "framework", "class", "defaults", "course_lib", "what to know"]
    rows = []
    for row in sorted(TABLE, key=lambda row: list(OPTIMIZERS).index(row.name)):  # a stable sort
        if not names or row.name in names:
            rows.append([row.name, LABELS[row.framework], f"{row.call}({_arguments(row.fixed)})",
                         _arguments(row.defaults), f"{row.rule.__name__}({_arguments(row.flags)})", row.note])
    return Table(headers, rows)


def _arguments(values):
    return ", ".join(f"{k}={v}" if isinstance(v, bool) else f"{k}={v:g}" for k, v in values.items())
