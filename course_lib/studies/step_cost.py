"""Lecture 12: what one step of an optimizer costs, in bytes and in time, here and in PyTorch."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from course_lib.frameworks.conventions import convention
from course_lib.network import Network
from course_lib.optimizers import OPTIMIZERS
from course_lib.validation import choice, integer

WIDTHS = (784, 1000, 1000, 10)
FUSED = ("sgd", "momentum", "nesterov", "adagrad", "adam", "adamw", "amsgrad")  # one compiled loop in PyTorch


def shapes_of(widths):
    """The shapes of weights and biases of a network with these widths, as a list."""
    if not isinstance(widths, (tuple, list)) or len(widths) < 2:
        raise TypeError(f"widths must be a tuple of at least two widths, got {widths!r}")
    for width in widths:
        integer("widths", width, 1)
    return [shape for pair in pairwise(widths) for shape in (pair, pair[1:])]


@lru_cache
def remembered(name):
    """How many arrays of the parameters' size the rule must remember, at its default settings.

    This is measured: an array of the state counts if other numbers in it would change a later step. Our
    RMSProp has three, two of them for its variants, the centred one and the one with momentum:

    >>> remembered("rmsprop"), OPTIMIZERS["rmsprop"].slots
    (1, ('s', 'm', 'v'))
    """
    make = OPTIMIZERS[choice("name", name, OPTIMIZERS)]
    gradients = np.random.default_rng(0).normal(size=(12, 5))

    def end(changed=None):
        opt, x = make(), np.ones(5)
        for t, g in enumerate(gradients):
            if changed and t == 3:
                opt.state[changed] += 1
            opt.step(x, g)
        return x

    return sum(not np.array_equal(end(slot), end()) for slot in make.slots)


def bytes_per_step(name, itemsize=4):
    """Bytes that one step must move for each parameter: read g, read and write x and each remembered array.

    >>> bytes_per_step("sgd"), bytes_per_step("momentum"), bytes_per_step("adam")
    (12, 20, 28)
    """
    return itemsize * (3 + 2 * remembered(name))


def torch_optimizer(name, parameters, lr, **options):
    """PyTorch's optimizer of this name, momentum 0.9 where it has one; `options` such as foreach=True."""
    row = convention("pytorch", name)
    import torch

    momentum = {"momentum": 0.9} if name in ("momentum", "nesterov") else {}
    kind = getattr(torch.optim, row.call.rpartition(".")[2])
    return kind(parameters, lr=lr, **row.fixed, **momentum, **options)


def step_functions(name, widths=WIDTHS, *, lr=1e-6):
    """Functions that take one float32 step each: dict of "blocks", "whole arrays", and PyTorch's ways.

    "blocks" is `Optimizer.step`: the rule's operations are noted once per step, then run block by block in
    memory that is used again, adding a multiple as one of them. "whole arrays" is the rule as it stands, on
    the whole vector at once, each operation making a new array. PyTorch's: a loop over tensors ("for"),
    "foreach" and "fused"; left out are those it has not, or all without PyTorch.
    """
    shapes = shapes_of(widths)
    size = sum(int(np.prod(shape)) for shape in shapes)
    x, g = np.random.default_rng(0).standard_normal((2, size), dtype=np.float32)
    make = convention("pytorch", name).rule
    opt, whole = make(lr=lr), make(lr=lr)
    state = [np.zeros_like(x) for _ in whole.slots]

    def on_whole_arrays():
        whole.t += 1
        step, *new = whole.rule(g, lr, whole.t, *state)
        x[...] -= step
        state[:] = new

    functions = {"blocks": lambda: opt.step(x, g, check_finite=False), "whole arrays": on_whole_arrays}
    try:
        import torch
    except ModuleNotFoundError:
        return functions
    ways = {"for": {"foreach": False}, "foreach": {"foreach": True}}
    if name in FUSED:
        ways["fused"] = {"fused": True}
    for way, options in ways.items():
        parameters = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
        for parameter in parameters:
            parameter.grad = torch.randn_like(parameter)
        functions[way] = torch_optimizer(name, parameters, lr, **options).step
    return functions


def time_steps(name, widths=WIDTHS, *, repeats=15):
    """Least seconds per step of each way in `repeats` turns: dict.

    All ways take turns, so a busy moment hits them alike; the least is what one core can do undisturbed.
    """
    integer("repeats", repeats, 1)
    functions = step_functions(name, widths)
    steps = max(1, 200_000 // sum(int(np.prod(shape)) for shape in shapes_of(widths)))
    times = {way: [] for way in functions}
    for function in functions.values():  # allocates, and loads the libraries whose threads are limited below
        function()
    with threadpool_limits(1):  # a thread that waits for a busy core would be timed too
        for _ in range(repeats):
            for way, function in functions.items():
                started = perf_counter()
                for _ in range(steps):
                    function()
                times[way].append((perf_counter() - started) / steps)
    return {way: min(values) for way, values in times.items()}


def gradient_seconds(net, batch_size, *, repeats=5):
    """Least seconds of one loss and gradient of a network on a batch of random inputs, labels all 0."""
    if not isinstance(net, Network):
        raise TypeError(f"net must be a course_lib Network, got {net!r}")
    x = np.random.default_rng(0).random((integer("batch_size", batch_size, 1), net.layers[0].fan_in))
    x, y, times = x.astype(np.float32), np.zeros(batch_size, int), []
    for _ in range(integer("repeats", repeats, 1) + 1):
        started = perf_counter()
        net.loss_and_grad(x, y)
        times.append(perf_counter() - started)
    return min(times[1:])
