"""The sides that `contrast` compares: each trains its own copy of a network, or takes given gradients.

A side of `contrast` is a pair: a function (x, y) -> loss that takes a step, and one that returns a network of
course_lib with the parameters and buffers as they are then. A side of `contrast_rule` is a function of the
gradient that takes a step and returns x.
"""

from __future__ import annotations

from course_lib.frameworks.conventions import make
from course_lib.frameworks.installed import load_keras, load_torch
from course_lib.frameworks.keras_twin import compile_once, from_keras, keras_loss, keras_train_step, to_keras
from course_lib.frameworks.torch_twin import from_torch, to_torch, torch_loss, torch_train_step


def course_lib_side(start, opt):
    net = start.copy()

    def step(x, y):
        loss = net.loss_and_grad(x, y)
        opt.step(net.parameters.x, net.parameters.g)
        return loss

    return step, lambda: net


def torch_side(start, name, hyper, exact):
    module, seen = to_torch(start), start.copy()
    optimizer = make("pytorch", name, module.parameters(), exact=exact, **hyper)
    step = torch_train_step(module, torch_loss(start.loss), optimizer)
    return step, lambda: from_torch(module, seen)


def keras_side(start, name, hyper, exact):
    model, seen = to_keras(start), start.copy()
    step = keras_train_step(model, keras_loss(start.loss), make("keras", name, exact=exact, **hyper))
    return step, lambda: from_keras(model, seen)


def torch_rule(name, x0, hyper, exact):
    torch = load_torch()
    x = torch.nn.Parameter(torch.tensor(x0))
    optimizer = make("pytorch", name, [x], exact=exact, **hyper)

    def step(g):
        x.grad = torch.tensor(g)  # a copy: the foreach form of Nesterov changes it in place
        optimizer.step()
        return x.detach().numpy()

    return step


def keras_rule(name, x0, hyper, exact):
    _, keras = load_keras()
    x = keras.Variable(x0, dtype="float64")
    optimizer = make("keras", name, [x], exact=exact, **hyper)
    apply = compile_once(lambda g: optimizer.apply([g], [x]))

    def step(g):
        apply(g)
        return x.numpy()

    return step


TWINS = {"pytorch": torch_side, "keras": keras_side}
RULES = {"pytorch": torch_rule, "keras": keras_rule}
