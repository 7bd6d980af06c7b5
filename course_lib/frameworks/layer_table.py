"""The table of layers: the defaults of each framework, and the course_lib layer that has them.

One row for each layer of each framework whose defaults are worth knowing, as `table.py` has one for each
optimizer. `like("keras", "batch_norm", features=32)` and `layer_conventions_table` are made from these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from course_lib.frameworks.installed import FRAMEWORKS, LABELS
from course_lib.initializers import uniform, variance_scaling, xavier_uniform, zeros
from course_lib.layers import AlphaDropout, BatchNorm, Dense, Dropout, LayerNorm, LeakyReLU
from course_lib.tables import Table
from course_lib.validation import choice, integer


@dataclass(frozen=True)
class LayerConvention:
    """One row.

    framework, name : as `like` takes them
    call : the framework's class
    kind : the course_lib layer
    sizes : course_lib's arguments that have no default, such as ("features",)
    defaults : the framework's own arguments and defaults, by its own names; `required` stands for no default
    translate : course_lib's argument -> the framework's name and a function that gives course_lib's value
    flags : further arguments of the course_lib layer that reproduce the framework, from the sizes
    note : in words, what to know
    """

    framework: str
    name: str
    call: str
    kind: type
    sizes: tuple = ()
    defaults: dict = field(default_factory=dict)
    translate: dict = field(default_factory=dict)
    flags: Callable = lambda **sizes: {}
    flags_text: str = ""
    note: str = ""


def same(value):
    return value


def one_minus(value):
    return 1 - value


REQUIRED = "required"


# torch/nn/modules/linear.py, Linear.reset_parameters: kaiming_uniform_ with a = √5 is U(±1/√fan_in).
def torch_dense(fan_in, fan_out):
    return {"weight": variance_scaling(1 / 3, "fan_in", "uniform"), "bias": uniform(fan_in**-0.5)}


def keras_dense(fan_in, fan_out):
    return {"weight": xavier_uniform(), "bias": zeros()}


LAYER_TABLE = [
    LayerConvention(
        "pytorch", "dense", "torch.nn.Linear", Dense, ("fan_in", "fan_out"), flags=torch_dense,
        flags_text='weight=variance_scaling(1/3, "fan_in", "uniform"), bias=uniform(fan_in**-0.5)',
        note="weight and bias are drawn from U(±1/√fan_in), variance 1/(3·fan_in): a sixth of He's; "
             "the weight is kept as (fan_out, fan_in)"),
    LayerConvention(
        "keras", "dense", "keras.layers.Dense", Dense, ("fan_in", "fan_out"),
        {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}, flags=keras_dense,
        flags_text="weight=xavier_uniform(), bias=zeros()",
        note="the weight is drawn by Glorot and Bengio's rule (Xavier), uniform; the bias is 0"),
    LayerConvention(
        "pytorch", "batch_norm", "torch.nn.BatchNorm1d", BatchNorm, ("features",),
        {"momentum": 0.1, "eps": 1e-5}, {"momentum": ("momentum", same), "eps": ("eps", same)},
        lambda features: {"unbiased": True}, "unbiased=True",
        "momentum is the weight of the new batch; the running variance takes the unbiased variance, "
        "n/(n - 1) times that which normalizes the batch"),
    LayerConvention(
        "keras", "batch_norm", "keras.layers.BatchNormalization", BatchNorm, ("features",),
        {"momentum": 0.99, "epsilon": 1e-3}, {"momentum": ("momentum", one_minus), "eps": ("epsilon", same)},
        lambda features: {"unbiased": False}, "unbiased=False",
        "momentum is the weight of the old average, one minus PyTorch's: by default its statistics follow "
        "ten times more slowly; the running variance takes the biased variance; a batch of one is allowed"),
    LayerConvention(
        "pytorch", "layer_norm", "torch.nn.LayerNorm", LayerNorm, ("features",),
        {"eps": 1e-5}, {"eps": ("eps", same)}),
    LayerConvention(
        "keras", "layer_norm", "keras.layers.LayerNormalization", LayerNorm, ("features",),
        {"epsilon": 1e-3}, {"eps": ("epsilon", same)}),
    LayerConvention(
        "pytorch", "dropout", "torch.nn.Dropout", Dropout, (), {"p": 0.5}, {"p": ("p", same)},
        note="p is the chance to drop; the kept are divided by 1 - p in training"),
    LayerConvention(
        "keras", "dropout", "keras.layers.Dropout", Dropout, (), {"rate": REQUIRED}, {"p": ("rate", same)},
        note="rate is the chance to drop, too; it has no default"),
    LayerConvention(
        "pytorch", "alpha_dropout", "torch.nn.AlphaDropout", AlphaDropout, (), {"p": 0.5},
        {"p": ("p", same)}),
    LayerConvention(
        "keras", "alpha_dropout", "keras.layers.AlphaDropout", AlphaDropout, (), {"rate": REQUIRED},
        {"p": ("rate", same)}, note="the rate has no default"),
    LayerConvention(
        "pytorch", "leaky_relu", "torch.nn.LeakyReLU", LeakyReLU, (), {"negative_slope": 0.01},
        {"slope": ("negative_slope", same)}),
    LayerConvention(
        "keras", "leaky_relu", "keras.layers.LeakyReLU", LeakyReLU, (), {"negative_slope": 0.3},
        {"slope": ("negative_slope", same)}, note="the slope is 30 times PyTorch's"),
]
LAYERS = {(row.framework, row.name): row for row in LAYER_TABLE}
LAYER_NAMES = list(dict.fromkeys(row.name for row in LAYER_TABLE))


def layer_like(framework, name, **arguments):
    """The course_lib layer with a framework's defaults.

    framework : "pytorch" or "keras"
    name : "dense", "batch_norm", "layer_norm", "dropout", "alpha_dropout" or "leaky_relu"
    arguments : by course_lib's names and with its meaning (momentum is the weight of the new batch in both);
        what is not given takes the *framework's* default. Sizes must be given: fan_in and fan_out, features

    >>> layer = layer_like("keras", "batch_norm", features=32)
    >>> round(layer.momentum, 12), layer.eps, layer.unbiased
    (0.01, 0.001, False)
    >>> layer_like("pytorch", "dropout")
    Dropout(0.5)
    """
    choice("framework", framework, FRAMEWORKS)
    row = LAYERS[framework, choice("name", name, LAYER_NAMES)]
    values = {ours: value for ours, value in defaults_of(row).items() if value is not REQUIRED}
    sizes = {size: integer(size, arguments[size], 1) for size in row.sizes if size in arguments}
    missing = [size for size in [*row.sizes, *defaults_of(row)] if size not in values | arguments]
    if missing:
        raise TypeError(f"{', '.join(missing)} must be given for {LABELS[framework]}'s {name}, "
                        f"which has no default for it")
    flags = row.flags(**sizes)
    allowed = [*row.sizes, *row.translate, *flags, *(["rng"] if row.kind.draws else [])]
    unknown = [argument for argument in arguments if argument not in allowed]
    if unknown:
        raise ValueError(f"arguments of {framework} {name} must be among {', '.join(map(repr, allowed))}, "
                         f"got {', '.join(map(repr, unknown))}")
    return row.kind(**values | flags | arguments)


def defaults_of(row):
    """A row's defaults by course_lib's names and meaning."""
    return {ours: value if (value := row.defaults[theirs]) is REQUIRED else function(value)
            for ours, (theirs, function) in row.translate.items()}


def layer_conventions_table(*names):
    """The table of layers (default: all), for printing or `show.table(*…)`.

    >>> layer_conventions_table("dropout").rows[1][3]
    'rate (no default)'
    """
    for name in names:
        choice("name", name, LAYER_NAMES)
    headers = ["layer", "framework", "class", "defaults", "course_lib", "what to know"]
    rows = [_cells(LAYERS[framework, name]) for name in LAYER_NAMES if not names or name in names
            for framework in FRAMEWORKS]
    return Table(headers, rows)


def _cells(row):
    ours = [*row.sizes, *(f"{name}=" + ("…" if value is REQUIRED else f"{value:g}")
                          for name, value in defaults_of(row).items())]
    ours = ", ".join([*ours, *filter(None, [row.flags_text])])
    theirs = ", ".join(f"{name} (no default)" if value is REQUIRED else
                       f'{name}="{value}"' if isinstance(value, str) else f"{name}={value:g}"
                       for name, value in row.defaults.items())
    return [row.name, LABELS[row.framework], row.call, theirs, f"{row.kind.__name__}({ours})", row.note]
