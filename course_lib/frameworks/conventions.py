"""What each framework means by the name of an optimizer, made from the rows of `frameworks.table`.

The tests compare the rows' defaults with the signatures of the installed frameworks, and the rules
over hundreds of steps.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from course_lib.frameworks.initializer_table import INITIALIZERS, initializer_twins
from course_lib.frameworks.installed import FRAMEWORKS, LABELS
from course_lib.frameworks.layer_table import LAYER_NAMES, layer_like
from course_lib.frameworks.table import TABLE
from course_lib.optimizers import OPTIMIZERS
from course_lib.tables import Table
from course_lib.transforms import l2
from course_lib.validation import boolean, choice, number

SHARED = ("transforms", "proximal", "averages")  # what every optimizer of course_lib takes
CONVENTIONS = {(row.framework, row.name): row for row in TABLE}


def convention(framework, name):
    """The row of one optimizer.

    framework : "pytorch" or "keras"; name : a key of OPTIMIZERS that the framework has

    >>> convention("keras", "momentum").spelling["lr"]
    'learning_rate'
    >>> convention("keras", "momentum").decay
    'decoupled'
    """
    choice("framework", framework, FRAMEWORKS)
    choice("name", name, OPTIMIZERS)
    if (framework, name) not in CONVENTIONS:
        known = ", ".join(repr(row.name) for row in TABLE if row.framework == framework)
        raise ValueError(f"name must be an optimizer that {LABELS[framework]} has, {known}, got {name!r}")
    return CONVENTIONS[framework, name]


def frameworks_with(name):
    """The frameworks that have an optimizer.

    >>> frameworks_with("radam")
    ('pytorch',)
    """
    choice("name", name, OPTIMIZERS)
    return tuple(framework for framework in FRAMEWORKS if (framework, name) in CONVENTIONS)


def like(framework, name, **hyper):
    """The course_lib optimizer, layer or initializer that reproduces a framework's.

    framework : "pytorch" or "keras"
    name : a key of OPTIMIZERS that the framework has; or a layer (see `layer_like`) such as "batch_norm"; or
        an initializer (see `initializer_table`) such as "he_normal". Those take `hyper` as said there
    hyper : hyper-parameters by course_lib's names, those of `convention(framework, name).defaults`; what is
        not given takes the *framework's* default. lr may be a schedule. weight_decay does what it does there:
        coupled (all of PyTorch but AdamW) it adds weight_decay·x to the gradient, decoupled it shrinks x.
        An optimizer also takes what all of course_lib's do: transforms (applied before a coupled
        weight_decay, as clipping is in PyTorch), proximal and averages

    Raises ValueError for a framework, name or hyper-parameter that is not in the table.

    >>> like("pytorch", "rmsprop", lr=0.1).rho, like("keras", "rmsprop", lr=0.1).rho
    (0.99, 0.9)
    >>> like("keras", "adam").eps
    1e-07
    >>> like("keras", "batch_norm", features=32).eps
    0.001
    """
    choice("framework", framework, FRAMEWORKS)
    choice("name", name, [*OPTIMIZERS, *LAYER_NAMES, *INITIALIZERS])
    if name in LAYER_NAMES:
        return layer_like(framework, name, **hyper)
    if name in INITIALIZERS:
        return initializer_twins(name, **hyper).like(framework).make()
    row = convention(framework, name)
    shared = {key: hyper.pop(key) for key in SHARED if key in hyper}
    values = all_values(row, hyper)
    weight_decay = number("weight_decay", values.pop("weight_decay"), 0)
    decoupled = row.decay == "decoupled"
    if "decoupled_weight_decay" in values:
        decoupled = boolean("decoupled_weight_decay", values.pop("decoupled_weight_decay"))
    if values.get("momentum") == 0 and "dampening" in values:
        number("dampening", values["dampening"], 0, 1)
        values["dampening"] = 0.0  # PyTorch then keeps no velocity, so that there is nothing to dampen
    opt = row.rule(**values, **row.flags, **shared, weight_decay=weight_decay if decoupled else 0.0)
    if weight_decay and not decoupled:
        opt.transforms = (*opt.transforms, l2(weight_decay))
    return opt


def make(framework, name, params=None, *, exact=True, **hyper):
    """The framework's own optimizer, from the same names and hyper-parameters as `like`.

    params : PyTorch: the tensors to train, as its class takes them (needed). Keras: a list of variables,
        for which the optimizer is then built, or None
    exact : True keeps what the framework would round to float32 in float64, as far as it lets us: Keras gets
        its hyper-parameters in float64, instead of as Python numbers (a relative error of up to 6e-8, even
        if the variables are float64); PyTorch's NAdam gets its product of momenta in float64
    hyper : as for `like`. With a schedule for lr, the optimizer follows it by itself
    """
    boolean("exact", exact)
    row, values = convention(framework, name), own_values(framework, name, hyper)
    if params is not None and not np.iterable(params):
        raise TypeError(f"params must be a list of tensors or variables, such as module.parameters(), "
                        f"got {params!r}")
    # The twins are imported here, for they are made from these rows.
    if framework == "pytorch":
        from course_lib.frameworks.torch_twin import torch_optimizer

        if params is None:
            raise TypeError("params must be the tensors to train, such as module.parameters(), got None")
        return torch_optimizer(row, params, values, exact)
    from course_lib.frameworks.keras_optimizer import keras_optimizer

    return keras_optimizer(row, params, values, exact)


def own_values(framework, name, hyper):
    """The hyper-parameters of the framework's own optimizer by course_lib's names, each of them checked."""
    row = convention(framework, name)
    values = all_values(row, hyper)
    like(framework, name, **hyper)  # checks every value
    if not callable(values["lr"]):
        number("lr", values["lr"], 0)  # for course_lib's own it may be an array
    for zero in [name for name in row.positive if not values[name]]:
        default = "" if zero in hyper else f", {LABELS[framework]}'s default: give one"
        raise ValueError(f"{zero} must be above 0 for {row.call}({_arguments(row.fixed)}), got 0{default}")
    return values


def all_values(row, hyper):
    """The framework's defaults with `hyper` in their place, by course_lib's names."""
    unknown = [name for name in hyper if name not in row.defaults]
    if unknown:
        raise ValueError(f"hyper-parameters of {row.framework} {row.name} must be among "
                         f"{', '.join(map(repr, row.defaults))}, got {', '.join(map(repr, unknown))}"
                         f"{''.join(_hint(row, name) for name in unknown)}")
    return row.defaults | hyper


def _hint(row, given):
    """What an unknown name is called here, or which optimizers have it; "" if no row of the table says so.

    >>> _hint(convention("pytorch", "adam"), "betas"), _hint(convention("keras", "adam"), "amsgrad")
    ('; betas is called beta1 and beta2 here', '; amsgrad is for the name "amsgrad"')
    """
    ours = [name for name in row.defaults
            if any(other.spelling.get(name, "").partition("[")[0] == given for other in TABLE)]
    if ours:
        return f"; {given} is called {' and '.join(ours)} here"
    same_class = [other for other in TABLE if (other.framework, other.call) == (row.framework, row.call)]
    names = [f'"{other.name}"' for other in same_class if given in other.fixed | other.defaults]
    return f"; {given} is for the name {' or '.join(names)}" if names else ""


def differing_defaults(name):
    """The hyper-parameters whose defaults are not the same everywhere, as a nested dict.

    >>> differing_defaults("adam")
    {'eps': {'course_lib': 1e-08, 'pytorch': 1e-08, 'keras': 1e-07}}
    """
    rows = [convention(framework, name) for framework in frameworks_with(name)]
    own = {f.name: f.default for f in fields(OPTIMIZERS[name])}
    found = {}
    for hyper in dict.fromkeys(h for row in rows for h in row.defaults):
        values = {"course_lib": own[hyper]} if hyper in own else {}
        values |= {row.framework: row.defaults[hyper] for row in rows if hyper in row.defaults}
        if len(set(values.values())) > 1:
            found[hyper] = values
    return found


def conventions_table(*names):
    """The table of conventions of the named optimizers (default: all), for printing or `show.table(*…)`.

    >>> table = conventions_table("sgd", "radam")
    >>> table.rows[0][3]
    'lr=0.001, weight_decay=0'
    >>> table.rows[3]
    ['radam', 'Keras', 'none', '', '', '', 'Keras has no RAdam']
    """
    for name in names:
        choice("name", name, OPTIMIZERS)
    headers = ["optimizer", "framework", "class", "defaults", "course_lib", "weight_decay", "what to know"]
    rows = [_cells(framework, name) for name in OPTIMIZERS if not names or name in names
            for framework in FRAMEWORKS]
    return Table(headers, rows)


def _cells(framework, name):
    label = LABELS[framework]
    if framework not in frameworks_with(name):
        return [name, label, "none", "", "", "", f"{label} has no {OPTIMIZERS[name].__name__}"]
    row = convention(framework, name)
    return [name, label, f"{row.call}({_arguments(row.fixed)})", _arguments(row.defaults),
            f"{row.rule.__name__}({_arguments(row.flags)})", row.decay,
            ". ".join(filter(None, [row.note, row.rounding]))]


def _arguments(values):
    return ", ".join(f"{k}={v}" if isinstance(v, bool) else f"{k}={v:g}" for k, v in values.items())
