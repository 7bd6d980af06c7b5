"""The accumulators of AdaGrad, RMSProp and Adadelta: a picture, in words, and as a widget (lecture 10)."""

from __future__ import annotations

from itertools import count

import numpy as np
import traitlets
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import Adadelta, AdaGrad, RMSProp
from course_lib.show.landscapes import near_window
from course_lib.show.legends import legend_above
from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider, mark
from course_lib.studies.adaptive import effective_rates
from course_lib.validation import choice, integer

METHODS = {
    "AdaGrad": lambda lr, rho: AdaGrad(lr=lr),
    "RMSProp": lambda lr, rho: RMSProp(lr=lr, rho=rho),
    "Adadelta": lambda lr, rho: Adadelta(lr=lr, rho=rho),
}
EVERY, TENTH = "every step", "w2 every tenth step"
START = np.array([-1.0, -0.5])
STEPS = 100
WINDOW = np.array([[-1.4, 1.4], [-0.9, 0.9]])
LOWEST, HIGHEST = 1e-4, 1e3  # of the accumulators shown; Adadelta's rates are smaller
LOWEST_RATE = 1e-8


class AccumulatorPicture(Picture):
    """The path, the roots of the accumulators with the gradients, and the rates, up to the chosen step."""

    def __init__(self):
        fig = Figure(figsize=(10, 3.6), dpi=100, layout="constrained")
        self.plane, self.sums, self.rates = fig.subplots(1, 3, width_ratios=[1.2, 1, 1])
        self.rings = LineCollection([], colors="#8FA3B3", linewidths=0.7)
        self.plane.add_collection(self.rings)
        self.path, = self.plane.plot([], [], color="black", linestyle="-", marker="o", markersize=3,
                                     linewidth=1)
        self.now = mark(self.plane, "white", "s")
        self.plane.plot(0, 0, marker="*", color="black", markersize=13, linestyle="none")
        self.plane.set(xlabel="$w_1$", ylabel="$w_2$", xlim=WINDOW[0], ylim=WINDOW[1],
                       title=r"path on $w_1^2 + \kappa w_2^2$")
        self.plane.grid(False)
        looks = {"w_1": (BLUE, "-"), "w_2": (VERMILLION, "--")}
        self.roots, self.steps_roots, self.gradients, self.lines = [], [], [], []
        for name, (color, line) in looks.items():
            self.roots += self.sums.semilogy([], [], color=color, linestyle=line,
                                             label=rf"$\sqrt{{s}}$, ${name}$")
            self.gradients += self.sums.plot([], [], ".", color=color, markersize=4, label=f"$|g|$, ${name}$")
            self.steps_roots += self.sums.plot([], [], color=color, linestyle=":", linewidth=1)
            self.lines += self.rates.semilogy([], [], color=color, linestyle=line, label=f"${name}$")
        self.cursors = [ax.axvline(1, color="#777777", linewidth=0.8) for ax in (self.sums, self.rates)]
        for ax, title in ((self.sums, "accumulators (dotted: √d)"), (self.rates, "rate of each coordinate")):
            ax.set(xlabel="step", xlim=(0, STEPS), ylim=(LOWEST, HIGHEST), title=title)
        legend_above(fig, self.sums, ncols=4)
        self.rates.legend(loc="upper right", ncols=2, columnspacing=1, handlelength=1.5)
        self.rates.set_ylim(LOWEST_RATE, HIGHEST)
        super().__init__(fig, [self.rings, self.path, self.now, *self.roots, *self.gradients,
                               *self.steps_roots, *self.lines, *self.cursors])

    def update(self, *, method, gradient, lr, rho, kappa, step):
        method = choice("method", method, METHODS, any_case=True)
        opt, trace = accumulator_run(method, gradient, lr, rho, kappa)
        step = min(integer("step", round(step), 1, STEPS), trace.steps)
        turn = np.linspace(0, 2 * np.pi, 121)
        ellipse = np.stack([np.cos(turn), np.sin(turn) / np.sqrt(kappa)], axis=-1)
        half_axes = 0.12 * np.arange(1, 4 + 5 * kappa ** (1 / 3)) ** 1.5
        self.rings.set_segments([half_axis * ellipse for half_axis in half_axes])
        points = near_window(trace.x[:step + 1], WINDOW)
        self.path.set_data(*points.T)
        self.now.set_data(*points[-1:].T)
        steps = np.arange(1, trace.steps + 1)
        # A logarithmic axis cannot show 0, the gradient of a step without one.
        shown = {"roots": np.sqrt(trace.state["s"][1:]), "gradients": np.abs(trace.g),
                 "steps_roots": np.sqrt(trace.state.get("d", np.zeros_like(trace.x))[1:]),
                 "lines": effective_rates(opt, trace)}
        for name, values in shown.items():
            for line, column in zip(getattr(self, name), values.T, strict=True):
                line.set_data(steps, np.where(column > 0, np.clip(column, LOWEST**2, HIGHEST**2), np.nan))
        for cursor in self.cursors:
            cursor.set_xdata([step, step])
        return in_words(opt, trace, method, step)


def accumulator_run(method, gradient, lr, rho, kappa):
    """The optimizer and its Trace of 100 steps from (-1, -0.5)."""
    opt = METHODS[method](lr, rho)
    f, calls = valley(kappa), count()
    sparse = choice("gradient", gradient, [EVERY, TENTH], any_case=True) == TENTH

    def seen(x):
        """The gradient, without that of w2 except in each tenth step."""
        return f.gradient(x) * [1.0, float(next(calls) % 10 == 0 or not sparse)]

    return opt, minimize(f, START, opt, STEPS, gradient=seen)


def in_words(opt, trace, method, step):
    pair = lambda values: "({:.3g}, {:.3g})".format(*(values + 0.0))  # noqa: E731 - + 0.0 makes 0 of -0
    rates = effective_rates(opt, trace)[step - 1]
    larger, smaller = ("w1", "w2") if rates[0] > rates[1] else ("w2", "w1")
    roots = np.sqrt(trace.state["s"][step])
    text = f"{method}, step {step}: gradient {pair(trace.g[step - 1])}, √s {pair(roots)}"
    if "d" in trace.state:
        text += f", √d before it {pair(np.sqrt(trace.state['d'][step - 1]))}"
    ratio = rates.max() / rates.min()
    text += f". The rates are {pair(rates)}, that of {larger} {ratio:.3g} times that of {smaller}."
    moved = trace.x[step] - trace.x[step - 1]
    return text + f" The step is {pair(moved)} and leads to {pair(trace.x[step])}."


def describe_accumulators(method="AdaGrad", gradient=EVERY, lr=0.1, rho=0.9, kappa=25.0, step=20):
    """What the accumulators hold after `step` steps, the rates that follow, and the step taken.

    method : "AdaGrad", "RMSProp" or "Adadelta"; gradient : "every step" or "w2 every tenth step"; each in
        any case

    >>> print(describe_accumulators("AdaGrad", lr=0.1, step=1))
    AdaGrad, step 1: gradient (-2, -25), √s (2, 25). The rates are (0.05, 0.004), that of w1 12.5 times that \
of w2. The step is (0.1, 0.1) and leads to (-0.9, -0.4).
    """
    method = choice("method", method, METHODS, any_case=True)
    opt, trace = accumulator_run(method, gradient, lr, rho, kappa)
    return in_words(opt, trace, method, min(integer("step", step, 1, STEPS), trace.steps))


def draw_accumulators(method="AdaGrad", gradient=EVERY, lr=0.1, rho=0.9, kappa=25.0, step=20):
    """100 steps on w1² + κ·w2² from (-1, -0.5) with the accumulators and rates, as a Figure.

    method, gradient : as in `describe_accumulators`, in any case

    >>> figure = draw_accumulators("Adadelta", lr=1.0)
    """
    picture = AccumulatorPicture()
    integer("step", step, 1, STEPS)
    picture.update(method=method, gradient=gradient, lr=lr, rho=rho, kappa=kappa, step=step)
    return picture.figure


def accumulator_explorer():
    """Widget for lecture 10: choose the method, how often w2 has a gradient, lr, ρ, κ, and move the step.

    With AdaGrad, which has no ρ, that control is greyed out.
    """
    controls = {
        "method": dropdown("method", METHODS, "AdaGrad"),
        "gradient": dropdown("gradient", [EVERY, TENTH], EVERY),
        "lr": labelled_slider("learning rate", 0.001, 10, 0.1, log=True),
        "rho": labelled_slider("averaging ρ", 0, 0.99, 0.9, 0.01),
        "kappa": labelled_slider("κ, condition", 1, 100, 25, log=True),
        "step": labelled_slider("step", 1, STEPS, 20, 1, whole=True),
    }
    method, rho = controls["method"], controls["rho"]
    # AdaGrad sums and does not average: it has no ρ.
    traitlets.dlink((method, "value"), (rho, "disabled"), lambda name: name == "AdaGrad")
    return explore(AccumulatorPicture(), controls,
                   alt="Left the path over the ravine, in the middle the roots of the accumulators beside "
                       "the gradients, right the learning rate of each coordinate.")
