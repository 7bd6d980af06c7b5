"""What the twins of both frameworks share: the settings and the buffers of a network's layers."""

from __future__ import annotations

import math

from course_lib.frameworks.installed import FRAMEWORKS, LABELS
from course_lib.layers import BatchNorm, LayerNorm
from course_lib.network import Network
from course_lib.validation import choice

UNBIASED = {"pytorch": True, "keras": False}  # what each framework's running variance takes


def net_like(framework, net):
    """A copy of `net` whose BatchNorm layers keep their running variance as a framework does.

    framework : "pytorch" (unbiased=True) or "keras" (unbiased=False). momentum and eps stay as they are: both
    frameworks have them. Only such a network has a twin.

    >>> import numpy as np
    >>> from course_lib.losses import MSE
    >>> net = Network([BatchNorm(2)], loss=MSE(), rng=np.random.default_rng(0))
    >>> net_like("keras", net).layers[0].unbiased, net.layers[0].unbiased
    (False, True)
    """
    choice("framework", framework, FRAMEWORKS)
    twin = check_net(net).copy()
    for layer in twin.layers:
        if isinstance(layer, BatchNorm):
            layer.unbiased = UNBIASED[framework]
    return twin


def check_net(net):
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    return net


def known_twin(what, thing, twins):
    """The entry of `twins` (dict from type) for `thing`, or an error that names the known types."""
    if type(thing) not in twins:
        known = ", ".join(kind.__name__ for kind in twins)
        raise TypeError(f"{what} must be one of {known} to have a twin, got {thing!r}")
    return twins[type(thing)]


def check_unbiased(framework, layer):
    """Raise ValueError for a BatchNorm whose running variance the framework has no setting for."""
    if isinstance(layer, BatchNorm) and layer.unbiased != UNBIASED[framework]:
        raise ValueError(
            f"unbiased must be {UNBIASED[framework]} in a BatchNorm to have a twin in {LABELS[framework]}, "
            f"whose running variance is so, got {layer.unbiased} in {layer!r}: "
            f"net_like({framework!r}, net) makes a network that has one")


def check_settings(layer, name, **theirs):
    """Raise ValueError unless the settings of `layer` are those of the framework's layer, called `name`.

    Copying weights between layers of different eps would give other outputs without a word.
    """
    for setting, value in theirs.items():
        own = getattr(layer, setting)
        if value is None or not math.isclose(own, value, rel_tol=1e-12):
            raise ValueError(f"{setting} of net's {layer!r} must be that of {name}, "
                             f"{value if value is None else format(value, 'g')}, got {own:g}")


def normalizations(net):
    """Pairs (index, layer) of the normalization layers."""
    return [(i, layer) for i, layer in enumerate(net.layers) if isinstance(layer, (BatchNorm, LayerNorm))]


def buffers(net):
    """dict of "<layer index>.<name>" -> the array that the layer keeps up to date, such as 1.running_mean."""
    return {f"{index}.{name}": value for index, layer in enumerate(net.layers)
            for name, value in layer.buffers.items()}
