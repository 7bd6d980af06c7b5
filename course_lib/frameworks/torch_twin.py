"""The same network, loss and optimizer in PyTorch."""

from __future__ import annotations

import itertools

from course_lib import layers, losses
from course_lib.frameworks.installed import load_torch
from course_lib.network import Network
from course_lib.parameters import float_dtype
from course_lib.schedules import rate_at


def to_torch(net, dtype=None):
    """A torch.nn.Sequential with the layers and weights of `net`, in its dtype unless another is given.

    Weights are copied: training one leaves the other alone. torch keeps a weight as
    (fan_out, fan_in), the transpose of course_lib's. Parameter names and order are net.parameters'.
    """
    torch = load_torch()
    dtype = float_dtype(check_net(net).parameters.dtype if dtype is None else dtype)
    module = torch.nn.Sequential(*[_layer(torch, layer, dtype) for layer in net.layers])
    with torch.no_grad():
        for (name, value), parameter in zip(net.parameters.values.items(), module.parameters(), strict=True):
            parameter.copy_(torch.from_numpy(value.T if name.endswith("weight") else value))
    return module


def from_torch(module, net):
    """Copy the weights of a module such as `to_torch` makes into `net`, and return `net`.

    Raises ValueError, before anything is copied, if names or shapes do not fit.
    """
    if not isinstance(module, load_torch().nn.Module):
        raise TypeError(f"module must be a torch.nn.Module such as to_torch(net), got {module!r}")
    values = {}
    for name, parameter in module.named_parameters():
        value = parameter.detach().cpu().numpy()
        values[name] = value.T if value.ndim == 2 else value
    if list(values) != list(check_net(net).parameters):
        raise ValueError(f"module must have the parameters of net, {list(net.parameters)}, "
                         f"got {list(values)}")
    for name, value in values.items():
        if value.shape != net.parameters[name].shape:
            shape = net.parameters[name].shape
            raise ValueError(f"the parameter {name!r} of module must have the shape {shape[::-1]}, for net's "
                             f"{name!r} has {shape}; got {value.T.shape}")
    for name, value in values.items():
        net.parameters[name][...] = value
    return net


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


def _layer(torch, layer, dtype):
    nn = torch.nn
    twins = {
        # skip_init: the weights are copied in anyway, and drawing them would move torch's global generator
        layers.Dense: lambda: nn.utils.skip_init(
            nn.Linear, layer.fan_in, layer.fan_out, dtype=getattr(torch, dtype.name)),
        layers.Identity: nn.Identity,
        layers.ReLU: nn.ReLU,
        layers.LeakyReLU: lambda: nn.LeakyReLU(layer.slope),
        layers.ELU: lambda: nn.ELU(layer.alpha),
        layers.Tanh: nn.Tanh,
        layers.Sigmoid: nn.Sigmoid,
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
