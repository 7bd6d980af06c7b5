"""The same network, loss and optimizer in PyTorch."""

from __future__ import annotations

import itertools

from course_lib import layers, losses
from course_lib.frameworks.installed import load_torch
from course_lib.frameworks.twins import (
    buffers,
    check_net,
    check_settings,
    check_unbiased,
    known_twin,
    normalizations,
)
from course_lib.parameters import float_dtype
from course_lib.schedules import rate_at

SPELLING = {"gamma": "weight", "beta": "bias"}  # of the normalization layers' parameters


def to_torch(net, dtype=None):
    """A torch.nn.Sequential with the layers, weights and buffers of `net`.

    dtype : default that of `net`

    All are copied: training one leaves the other alone. torch keeps a weight as (fan_out, fan_in), the
    transpose of course_lib's, and calls gamma and beta weight and bias. Order: as in net.parameters.

    As every new module it is in training mode: call its eval() before evaluation. Its Dropout layers draw
    their own masks, from torch's global generator. Raises ValueError for a BatchNorm with unbiased=False,
    which PyTorch lacks.
    """
    torch = load_torch()
    dtype = float_dtype(check_net(net).parameters.dtype if dtype is None else dtype)
    module = torch.nn.Sequential(*[_layer(torch, layer, dtype) for layer in net.layers])
    with torch.no_grad():
        for (name, value), parameter in zip(net.parameters.values.items(), module.parameters(), strict=True):
            parameter.copy_(torch.from_numpy(value.T if name.endswith("weight") else value))
        theirs = dict(module.named_buffers())
        for name, value in buffers(net).items():
            theirs[name].copy_(torch.from_numpy(value))
    return module


def from_torch(module, net):
    """Copy the weights and buffers of a module such as `to_torch` makes into `net`, and return `net`.

    Raises ValueError, before anything is copied, if names or shapes do not fit, or the settings of a
    normalization layer.
    """
    if not isinstance(module, load_torch().nn.Module):
        raise TypeError(f"module must be a torch.nn.Module such as to_torch(net), got {module!r}")
    spelled = {name: _spelled(name) for name in check_net(net).parameters}
    tensors = dict(module.named_parameters())
    if list(tensors) != list(spelled.values()):
        raise ValueError(f"module must have the parameters of net, {list(spelled.values())}, "
                         f"got {list(tensors)}")
    tensors |= dict(module.named_buffers())
    pairs = [(spelled[name], value) for name, value in net.parameters.values.items()]
    pairs += list(buffers(net).items())
    for name, ours in pairs:
        shape = tuple(tensors[name].shape) if name in tensors else None
        if shape != ours.shape[::-1]:
            raise ValueError(f"the parameter {name!r} of module must have the shape {ours.shape[::-1]}, "
                             f"for net's {name!r} has {ours.shape}; got {shape}")
    for index, layer in normalizations(net):
        check_unbiased("pytorch", layer)
        theirs, settings = module.get_submodule(str(index)), ("eps", "momentum")
        check_settings(layer, f"layer {index} of module",
                       **{name: getattr(theirs, name) for name in settings if hasattr(layer, name)})
    for name, ours in pairs:
        ours[...] = tensors[name].detach().cpu().numpy().T
    return net


def _spelled(name):
    """torch's name of one of net.parameters: "1.gamma" is called 1.weight there."""
    index, _, own = name.partition(".")
    return f"{index}.{SPELLING.get(own, own)}"


def torch_loss(loss):
    """The torch.nn loss that computes the same: call it as twin(output, target), with tensors."""
    nn = load_torch().nn
    twins = {losses.MSE: nn.MSELoss, losses.MAE: nn.L1Loss,
             losses.SoftmaxCrossEntropy: nn.CrossEntropyLoss, losses.BinaryCrossEntropy: nn.BCEWithLogitsLoss}
    return known_twin("loss", loss, twins)()


def torch_optimizer(row, params, values, exact):
    """The torch optimizer of a row of conventions, for course_lib's names -> values."""
    torch = load_torch()
    schedule = values["lr"] if callable(values["lr"]) else None
    values = values | {"lr": rate_at(schedule, 0) if schedule else values["lr"]}
    arguments = {row.spelling[name]: value if isinstance(value, bool) else float(value)
                 for name, value in values.items()}
    if "betas[0]" in arguments:
        arguments["betas"] = (arguments.pop("betas[0]"), arguments.pop("betas[1]"))
    optimizer = getattr(torch.optim, row.call.rpartition(".")[2])(params, **arguments, **row.fixed)
    if schedule:
        _follow(optimizer, schedule)
    if exact and isinstance(optimizer, torch.optim.NAdam):
        _start_nadam(torch, optimizer)
    return optimizer


def torch_train_step(module, loss, optimizer):
    """A function (x, y) -> loss before the step, which takes one step; x and y are NumPy arrays."""
    torch = load_torch()

    def step(x, y):
        optimizer.zero_grad()
        value = loss(module(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        optimizer.step()
        return value.item()

    return step


def _layer(torch, layer, dtype):
    nn, kind = torch.nn, getattr(torch, dtype.name)
    check_unbiased("pytorch", layer)
    twins = {
        # skip_init: the weights are copied in anyway, and drawing them would move torch's global generator
        layers.Dense: lambda: nn.utils.skip_init(
            nn.Linear, layer.fan_in, layer.fan_out, dtype=kind),
        layers.Identity: nn.Identity,
        layers.ReLU: nn.ReLU,
        layers.LeakyReLU: lambda: nn.LeakyReLU(layer.slope),
        layers.ELU: lambda: nn.ELU(layer.alpha),
        layers.Tanh: nn.Tanh,
        layers.Sigmoid: nn.Sigmoid,
        layers.SELU: nn.SELU,
        layers.BatchNorm: lambda: nn.BatchNorm1d(layer.features, layer.eps, layer.momentum, dtype=kind),
        layers.LayerNorm: lambda: nn.LayerNorm(layer.features, layer.eps, dtype=kind),
        layers.Dropout: lambda: nn.Dropout(layer.p),
        layers.AlphaDropout: lambda: nn.AlphaDropout(layer.p),
    }
    return known_twin("layer", layer, twins)()


def _follow(optimizer, schedule):
    """Let the optimizer ask the schedule before each step, counting from 0 as course_lib does."""
    steps = itertools.count()

    def set_rate(optimizer, args, kwargs):
        lr = rate_at(schedule, next(steps))
        for group in optimizer.param_groups:
            group["lr"] = lr

    optimizer.register_step_pre_hook(set_rate)


def _start_nadam(torch, optimizer):
    """Give NAdam the state that its first step would, but the product of all mu in float64 (nadam.py)."""
    for group in optimizer.param_groups:
        for x in group["params"]:
            optimizer.state[x] = {"step": torch.tensor(0.0), "exp_avg": torch.zeros_like(x),
                                  "exp_avg_sq": torch.zeros_like(x),
                                  "mu_product": torch.tensor(1.0, dtype=torch.float64)}
