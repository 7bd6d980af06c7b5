"""The table of schedules: the same learning rates in PyTorch and Keras, with the arguments translated."""

from __future__ import annotations

import itertools
import math

from course_lib.frameworks.calls import Call, twins_of, twins_table
from course_lib.frameworks.schedule_twins import PlateauTwins, ScheduleTwins


def ours(name, *args, **kwargs):
    return Call("course_lib.schedules", name, args, kwargs)


def torch(name, *args, **kwargs):
    return Call("torch.optim.lr_scheduler", name, args, kwargs, first=("optimizer",))


def keras(name, *args, **kwargs):
    return Call("keras.optimizers.schedules", name, args, kwargs)


def step(lr=0.1, every=30, factor=0.5):
    return ScheduleTwins(
        lr, ours("step", lr, every=every, factor=factor), torch("StepLR", step_size=every, gamma=factor),
        keras("ExponentialDecay", lr, decay_steps=every, decay_rate=factor, staircase=True),
        "compiled, Keras' drop can come a step late: TensorFlow then multiplies by a rounded 1/decay_steps")


def piecewise(boundaries=(30, 80), rates=(0.1, 0.01, 0.001)):
    course_lib = ours("piecewise", boundaries, rates)
    course_lib.make()  # checks both lists before they are worked with
    factors = [after / before for before, after in itertools.pairwise(rates)] if min(rates) > 0 else []
    one_factor = all(math.isclose(factor, factors[0]) for factor in factors)
    return ScheduleTwins(
        rates[0], course_lib,
        torch("MultiStepLR", milestones=boundaries, gamma=factors[0]) if factors and one_factor else None,
        keras("PiecewiseConstantDecay", [boundary - 1 for boundary in boundaries], rates),
        "a boundary is the first step of the new rate, in Keras the last of the old one; PyTorch has one "
        "factor for all boundaries")


def exponential(lr=0.1, decay=0.01):
    return ScheduleTwins(
        lr, ours("exponential", lr, decay), torch("ExponentialLR", gamma=math.exp(-decay)),
        # decay_steps=1 with decay_rate=exp(-decay) is the same, but float32 rounds the base of a large power
        keras("ExponentialDecay", lr, decay_steps=1 / decay, decay_rate=math.exp(-1)) if decay else None,
        "gamma is exp(-decay); Keras' decay_rate is the factor after decay_steps steps")


def inverse_time(lr=0.1, decay=0.01):
    return ScheduleTwins(
        lr, ours("inverse_time", lr, decay), torch("LambdaLR", ours("inverse_time", 1.0, decay)),
        keras("InverseTimeDecay", lr, decay_steps=1, decay_rate=decay),
        "LambdaLR wants the factor on the optimizer's rate, not the rate itself")


def power(lr=0.1, decay=0.01, exponent=0.5):
    return ScheduleTwins(
        lr, ours("power", lr, decay, exponent), torch("LambdaLR", ours("power", 1.0, decay, exponent)), None,
        "Keras has none")


def polynomial(lr=0.1, steps=100, end=0.0, exponent=2.0):
    return ScheduleTwins(
        lr, ours("polynomial", lr, steps, end=end, exponent=exponent),
        torch("PolynomialLR", total_iters=steps, power=exponent) if end == 0 else None,
        keras("PolynomialDecay", lr, steps, end_learning_rate=end, power=exponent), "PyTorch's ends at 0")


def linear(lr=0.1, steps=100, end=0.01):
    return ScheduleTwins(
        lr, ours("linear", lr, steps, end=end),
        torch("LinearLR", start_factor=1.0, end_factor=end / lr, total_iters=steps) if end <= lr else None,
        keras("PolynomialDecay", lr, steps, end_learning_rate=end, power=1.0),
        "PyTorch's factors multiply the optimizer's rate, and are at most 1")


def cosine(lr=0.1, steps=100, end=0.001):
    return ScheduleTwins(
        lr, ours("cosine", lr, steps, end=end), torch("CosineAnnealingLR", T_max=steps, eta_min=end),
        keras("CosineDecay", lr, steps, alpha=end / lr),
        "after T_max steps PyTorch's rate rises again; Keras' alpha is a share of lr")


def cosine_restarts(lr=0.1, steps=50, growth=2, end=0.001, shrink=1.0):
    return ScheduleTwins(
        lr, ours("cosine_restarts", lr, steps, growth=growth, end=end, shrink=shrink),
        torch("CosineAnnealingWarmRestarts", T_0=steps, T_mult=int(growth), eta_min=end)
        if shrink == 1 and growth == int(growth) else None,
        keras("CosineDecayRestarts", lr, steps, t_mul=float(growth), m_mul=shrink, alpha=end / lr),
        "PyTorch has no shrinking peaks, and growth in whole numbers only; Keras finds the cycle through "
        "logarithms in float32, which can miss a restart by a step")


def warmup(lr=0.1, steps=100, warmup_steps=10, start=0.001):
    rest = cosine(lr, steps, 0.0)
    rise = torch("LinearLR", start_factor=start / lr, total_iters=warmup_steps)
    return ScheduleTwins(
        lr, ours("warmup", rest.course_lib, warmup_steps, start=start),
        torch("SequentialLR", [rise, rest.pytorch], milestones=[warmup_steps])
        if 0 < start <= lr else None,
        keras("CosineDecay", start, steps, warmup_target=lr, warmup_steps=warmup_steps),
        "here before a cosine; Keras' decay_steps begin after the warm-up; PyTorch cannot start from 0")


def triangular(low=0.001, high=0.1, half_cycle=50, mode="triangular", gamma=1.0):
    extra = {"gamma": gamma} if mode == "exp_range" else {}
    return ScheduleTwins(
        low, ours("triangular", low, high, half_cycle, mode=mode, **extra),
        torch("CyclicLR", base_lr=low, max_lr=high, step_size_up=half_cycle, mode=mode, **extra,
              cycle_momentum=False), None,
        "Keras has none; unless told not to, PyTorch's moves the momentum too")


def one_cycle(lr=0.1, steps=100, rise=0.3, start_divisor=25.0, end_divisor=1e4, anneal="cosine"):
    return ScheduleTwins(
        lr, ours("one_cycle", lr, steps, rise=rise, start_divisor=start_divisor, end_divisor=end_divisor,
                 anneal=anneal),
        torch("OneCycleLR", max_lr=lr, total_steps=steps, pct_start=rise, div_factor=start_divisor,
              final_div_factor=end_divisor, anneal_strategy={"cosine": "cos"}.get(anneal, anneal),
              cycle_momentum=False), None,
        "Keras has none; PyTorch's moves the momentum too unless told not to, and has no rate after its last "
        "step")


def join(lr=0.1, hold=50, steps=100):
    rest = cosine(lr, steps, 0.0)
    held = torch("ConstantLR", factor=1.0)
    return ScheduleTwins(
        lr, ours("join", [ours("constant", lr), rest.course_lib], [hold]),
        torch("SequentialLR", [held, rest.pytorch], milestones=[hold]), None, "Keras has none")


def reduce_on_plateau(lr=0.1, factor=0.5, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0,
                      relative=False):
    return PlateauTwins(
        lr, Call("course_lib.callbacks", "ReduceOnPlateau", (), {
            "factor": factor, "patience": patience, "threshold": threshold, "cooldown": cooldown,
            "min_lr": min_lr, "relative": relative}),
        torch("ReduceLROnPlateau", factor=factor, patience=patience, threshold=threshold,
              threshold_mode="rel" if relative else "abs", cooldown=cooldown, min_lr=min_lr, eps=0.0),
        None if relative else Call("keras.callbacks", "ReduceLROnPlateau", (), {
            "monitor": "loss", "factor": factor, "patience": patience + 1, "min_delta": threshold,
            "cooldown": cooldown + 1 if cooldown else 0, "min_lr": min_lr}),
        "PyTorch waits for more than patience bad epochs, Keras for patience of them, and its cooldown is an "
        "epoch shorter; Keras' threshold is absolute only; PyTorch's eps skips tiny changes of the rate")


SCHEDULES = {row.__name__: row for row in (
    step, piecewise, exponential, inverse_time, power, polynomial, linear, cosine, cosine_restarts, warmup,
    triangular, one_cycle, join, reduce_on_plateau)}


def schedule_twins(name, **arguments):
    """The calls of course_lib, PyTorch and Keras for one schedule, a ScheduleTwins.

    name : a key of the table, such as "cosine"
    arguments : course_lib's; what is not given takes the example of the table. "warmup" takes lr, steps and
        warmup_steps, "join" lr, hold and steps: both go on with a cosine
    """
    return twins_of(SCHEDULES, name, arguments)


def schedule_table(*names):
    """The table of schedules with an example of each (default: all), for printing or `show.table(*…)`.

    >>> schedule_table("cosine").rows[0][2]
    'CosineDecay(0.1, 100, alpha=0.01)'
    """
    headers = ["course_lib.schedules", "torch.optim.lr_scheduler", "keras.optimizers.schedules"]
    return twins_table(headers, SCHEDULES, names)
