"""The table of initializers: what PyTorch and Keras call each of course_lib's, and what they draw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from course_lib.frameworks.calls import SIDES, Call, call_of, twins_of, twins_table
from course_lib.frameworks.installed import load_torch
from course_lib.initializers import fans
from course_lib.validation import choice, integer


def ours(name, *args):
    return Call("course_lib.initializers", name, args)


def torch(name, **kwargs):
    return Call("torch.nn.init", name, (), kwargs, first=("weight",))


def keras(name, **kwargs):
    return Call("keras.initializers", name, (), kwargs)


@dataclass(frozen=True)
class InitializerTwins:
    """One initializer: the calls of course_lib, PyTorch and Keras; None where a framework has none.

    like_keras : the course_lib call with Keras' distribution, where it is not that of `course_lib`
    note : in words, what to know

    >>> twins = initializer_twins("lecun_normal")
    >>> twins.pytorch, twins.keras, twins.like("keras")
    (kaiming_normal_(weight, nonlinearity='linear'), LecunNormal(), variance_scaling(1, 'fan_in'))
    """

    course_lib: Call
    pytorch: Call | None
    keras: Call | None
    note: str = ""
    like_keras: Call | None = None

    def like(self, framework):
        """The course_lib call whose draws have the distribution of a framework's."""
        call_of(self, choice("framework", framework, SIDES), "an initializer")
        return self.like_keras if framework == "keras" and self.like_keras else self.course_lib

    def draw(self, side, shape, seed=0):
        """A float64 weight matrix of shape (fan_in, fan_out), drawn by "course_lib", "pytorch" or "keras".

        seed : a whole number; PyTorch's global generator is left as it was

        >>> initializer_twins("uniform", limit=0.5).draw("course_lib", (2, 3)).shape
        (2, 3)
        """
        fan_in, fan_out = fans(shape)
        integer("seed", seed, 0)
        call = call_of(self, side, "an initializer")
        if side == "course_lib":
            return call.make()((fan_in, fan_out), np.random.default_rng(seed))
        if side == "keras":
            call = replace(call, kwargs=call.kwargs | {"seed": seed})
            return np.array(call.make()((fan_in, fan_out), dtype="float64"))
        torch = load_torch()
        weight = torch.empty((fan_out, fan_in), dtype=torch.float64)  # the transpose of course_lib's
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            call.make(weight=weight)
        return weight.numpy().T


def normal(std=0.05):
    return InitializerTwins(ours("normal", std), torch("normal_", std=std), keras("RandomNormal", stddev=std))


def uniform(limit=0.05):
    return InitializerTwins(ours("uniform", limit), torch("uniform_", a=-limit, b=limit),
                            keras("RandomUniform", minval=-limit, maxval=limit))


def truncated_normal(std=0.05, cut=2.0):
    return InitializerTwins(
        ours("truncated_normal", std, cut), torch("trunc_normal_", std=std, a=-cut * std, b=cut * std),
        keras("TruncatedNormal", stddev=std) if cut == 2 else None,
        "PyTorch's a and b are the limits themselves, by default -2 and 2, far out for a small std; Keras "
        "cuts at two standard deviations; the result has 0.88 of the standard deviation asked for")


def variance_scaling(scale=1.0, fan="fan_in", distribution="truncated_normal"):
    # Only these of PyTorch's: gain² = 2 / (1 + a²) is the scale, at most 2.
    kaiming = {"normal": "kaiming_normal_", "uniform": "kaiming_uniform_"}.get(distribution)
    has_twin = kaiming and fan != "fan_avg" and 0 < scale <= 2
    mode = "untruncated_normal" if distribution == "normal" else distribution
    return InitializerTwins(
        ours("variance_scaling", scale, fan, distribution),
        torch(kaiming, a=(2 / scale - 1) ** 0.5, mode=fan) if has_twin else None,
        keras("VarianceScaling", scale=scale, mode=fan, distribution=mode),
        'Keras\' distribution="normal" is the truncated one; PyTorch has "normal" and "uniform" of fan_in or '
        "fan_out as kaiming_…, whose scale is 2/(1 + a²)")


def named(name, pytorch, keras_name, scale, fan):
    """A row of variance scaling under a person's name; those of Keras that are normal are truncated."""
    is_normal = name.endswith("normal")
    note = "the same variance, but Keras' normal distribution is cut at two standard deviations"
    return lambda: InitializerTwins(ours(name), pytorch, keras(keras_name), note if is_normal else "",
                                    ours("variance_scaling", scale, fan) if is_normal else None)


XAVIER, HE, LECUN = (1.0, "fan_avg"), (2.0, "fan_in"), (1.0, "fan_in")
INITIALIZERS = {
    "normal": normal, "uniform": uniform, "truncated_normal": truncated_normal,
    "variance_scaling": variance_scaling,
    "xavier_normal": named("xavier_normal", torch("xavier_normal_"), "GlorotNormal", *XAVIER),
    "xavier_uniform": named("xavier_uniform", torch("xavier_uniform_"), "GlorotUniform", *XAVIER),
    "he_normal": named("he_normal", torch("kaiming_normal_", nonlinearity="relu"), "HeNormal", *HE),
    "he_uniform": named("he_uniform", torch("kaiming_uniform_", nonlinearity="relu"), "HeUniform", *HE),
    "lecun_normal": named("lecun_normal", torch("kaiming_normal_", nonlinearity="linear"), "LecunNormal",
                          *LECUN),
    "lecun_uniform": named("lecun_uniform", torch("kaiming_uniform_", nonlinearity="linear"), "LecunUniform",
                           *LECUN),
    "orthogonal": lambda gain=1.0: InitializerTwins(
        ours("orthogonal", gain), torch("orthogonal_", gain=gain), keras("Orthogonal", gain=gain)),
}


def initializer_twins(name, **arguments):
    """The calls of course_lib, PyTorch and Keras for one initializer, an InitializerTwins.

    name : an initializer of course_lib, a key of the table; arguments : course_lib's, such as std=0.1
    """
    return twins_of(INITIALIZERS, name, arguments)


def initializer_table(*names):
    """The table of initializers (default: all), for printing or `show.table(*…)`.

    >>> initializer_table("he_uniform").rows[0][:3]
    ['he_uniform()', "kaiming_uniform_(weight, nonlinearity='relu')", 'HeUniform()']
    """
    headers = ["course_lib.initializers", "torch.nn.init", "keras.initializers"]
    return twins_table(headers, INITIALIZERS, names)
