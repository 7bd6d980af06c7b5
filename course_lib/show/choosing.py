"""Any method on any surface, from any start: a picture, in words, and as a widget (lecture 12)."""

from __future__ import annotations

import base64
import html

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from course_lib.optimizers import OPTIMIZERS
from course_lib.show.display import check_alt
from course_lib.show.landscapes import contour, near_window, window_of
from course_lib.show.plots import first
from course_lib.show.widgets import BLUE, VERMILLION, WIDE, Picture, dropdown, labelled_slider, mark
from course_lib.studies.surfaces import METHODS, SURFACES, run
from course_lib.validation import choice, number

STEPS = 200
GOAL = 1e-3  # of the loss at the surface's own start
FARTHEST = 10.0  # a start may lie this far out
LOWEST, HIGHEST = 1e-8, 1e3
# All rules of the library, and a rate for each that takes it down Beale's function.
RULES = METHODS | {kind.__name__: kind for kind in OPTIMIZERS.values() if kind not in METHODS.values()}
RATES = dict.fromkeys(RULES, 0.1) | {
    "gradient descent": 0.02, "momentum": 0.002, "Nesterov": 0.002, "AdaGrad": 1.0, "RMSProp": 0.02,
    "Adadelta": 20.0, "Adamax": 0.5, "RAdam": 0.01, "Lion": 0.02}

# What a click does: it puts the point under the mouse into a hidden box, as if it were typed. One box for
# both numbers: two would report one after the other, and each report would draw a picture.
CLICK = """
const d = this.dataset, box = this.getBoundingClientRect();
const u = (event.clientX - box.left) / box.width, v = (event.clientY - box.top) / box.height;
const x = +d.x0 + (u - d.left) / (d.right - d.left) * (d.x1 - d.x0);
const y = +d.y0 + (v - d.bottom) / (d.top - d.bottom) * (d.y1 - d.y0);
if (u < +d.left || u > +d.right || v > +d.bottom || v < +d.top) return;
const input = this.closest('.course-choosing').querySelector('.course-clicked input');
input.value = x.toFixed(3) + ' ' + y.toFixed(3);
input.dispatchEvent(new Event('change', {bubbles: true}));
"""


class ChoosingPicture(Picture):
    """Left the path over the surface, right the loss against the step."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.9), dpi=100, layout="constrained")
        self.plane, self.curve = fig.subplots(1, 2, width_ratios=[1.3, 1])
        self.path, = self.plane.plot([], [], color=BLUE, linestyle="-", marker="o", markersize=3.5,
                                     linewidth=1.2)
        self.start, self.end = mark(self.plane, "white", "o"), mark(self.plane, VERMILLION, "s")
        star = Line2D([], [], marker="*", color="black", markersize=13, markeredgecolor="white",
                      linestyle="none")  # as `contour` draws it
        marks = [(self.start, "start"), (self.end, f"after {STEPS} steps"), (star, "minimum")]
        self.plane.legend(*zip(*marks, strict=True), loc="lower left", bbox_to_anchor=(0, 1), ncols=3,
                          columnspacing=1, handlelength=1, frameon=False)
        self.loss, = self.curve.semilogy([], [], color=BLUE, linestyle="-")
        self.curve.axhline(GOAL, color="#666666", linewidth=1, linestyle=":")
        self.curve.text(STEPS, GOAL, " goal", va="center", color="#444444")  # beside the curve
        self.curve.set(xlabel="step", ylabel="loss / loss at the surface's start", xlim=(0, STEPS),
                       ylim=(LOWEST, HIGHEST))
        super().__init__(fig, [self.path, self.start, self.end, self.loss])

    def show_surface(self, name):
        """Put the contour lines of another surface under the path."""
        if name == self.scene:
            return
        self.scene = name
        if name in self.backgrounds:  # drawn already: only the axes must fit
            (x0, x1), (y0, y1) = window_of(SURFACES[name], None)
            self.plane.set(xlim=(x0, x1), ylim=(y0, y1))
            return
        for artist in [*self.plane.collections, *[a for a in self.plane.lines if a not in self.moving]]:
            artist.remove()
        contour(SURFACES[name], self.plane, points=121)
        self.plane.set_title("")

    def update(self, *, surface, method, lr, x, y):
        surface, method = named(surface, method)
        trace = choosing_trace(surface, method, lr, x, y)
        self.show_surface(surface)
        points, losses, _ = trace
        points = near_window(points, window_of(SURFACES[surface], None))
        self.path.set_data(*points.T)
        self.start.set_data(*points[:1].T)
        self.end.set_data(*points[-1:].T)
        relative = np.clip(losses / _scale(surface), LOWEST**2, HIGHEST**2)
        self.loss.set_data(np.arange(len(relative)), relative)
        return in_words(trace, surface, method, lr)

    def extents(self):
        """Where the plane is, in shares of the picture's size from the top left, and its limits."""
        box = self.plane.get_position()
        (x0, x1), (y0, y1) = self.plane.get_xlim(), self.plane.get_ylim()
        return {"left": box.x0, "right": box.x1, "top": 1 - box.y1, "bottom": 1 - box.y0,
                "x0": x0, "x1": x1, "y0": y0, "y1": y1}


def draw_choosing(surface="Beale", method="Adam", lr=0.1, x=1.0, y=1.5):
    """200 steps of a method on a surface from (x, y), as a Figure.

    surface : a key of SURFACES, method : a key of RULES, in any case

    >>> figure = draw_choosing("saddle", "momentum", lr=0.1, x=1.0, y=0.001)
    """
    picture = ChoosingPicture()
    picture.update(surface=surface, method=method, lr=lr, x=x, y=y)
    return picture.figure


def named(surface, method):
    """Surface and method as they are spelled here, whatever case they are given in."""
    return (choice("surface", surface, SURFACES, any_case=True),
            choice("method", method, RULES, any_case=True))


def choosing_trace(surface, method, lr, x, y):
    """The points (steps + 1, 2), cut where the loss overflows, the losses there, and whether it did."""
    opt, f = RULES[method](lr=lr), SURFACES[surface]
    start = [[number("x", x, -FARTHEST, FARTHEST), number("y", y, -FARTHEST, FARTHEST)]]
    # Twice as fast as `minimize`, which checks and keeps more.
    with np.errstate(all="ignore"):
        points = np.concatenate(list(run(opt, f, np.array(start, float), STEPS)))
        losses = f(points)
    end = first(~np.isfinite(losses))
    return points[:end], losses[:end], end <= STEPS


def describe_choosing(surface="Beale", method="Adam", lr=0.1, x=1.0, y=1.5):
    """Whether and when the run comes to the goal, a thousandth of the loss at the surface's own start.

    >>> print(describe_choosing("valley", "gradient descent", lr=0.03, x=-2, y=0.5))
    Gradient descent with rate 0.03 on the valley: below the goal from step 49 on.
    """
    surface, method = named(surface, method)
    return in_words(choosing_trace(surface, method, lr, x, y), surface, method, lr)


def in_words(trace, surface, method, lr):
    where = surface if surface in ("Beale", "Rosenbrock") else f"the {surface}"
    text = f"{method[0].upper()}{method[1:]} with rate {lr:.3g} on {where}: "
    _, losses, diverged = trace
    if diverged:
        return text + f"it diverges; the loss overflows after {len(losses)} steps."
    below = losses <= GOAL * _scale(surface)
    arrived = len(below) - first(~below[::-1])
    if arrived < len(below):
        return text + f"below the goal from step {arrived} on."
    left = losses[-1] / _scale(surface)
    if below.any():
        return text + "it reaches the goal, and leaves it again."
    return text + f"not at the goal after {STEPS} steps; the loss is {left:.1g} of the surface's first."


def _scale(surface):
    f = SURFACES[surface]
    return float(f(f.start))


def choosing_explorer():
    """Widget for lecture 12: any rule on any surface, from where you click or what you type.

    Choosing a method also sets a rate that suits it on Beale's function.
    """
    picture = ChoosingPicture()
    f = SURFACES["Beale"]
    controls = {
        "surface": dropdown("surface", SURFACES, "Beale"),
        "method": dropdown("method", RULES, "Adam"),
        "lr": labelled_slider("learning rate", 0.0001, 20, 0.1, log=True),
        "x": start_box("x", f.start[0]), "y": start_box("y", f.start[1]),
    }
    image, note = ipywidgets.HTML(), ipywidgets.HTML()
    alt = check_alt("Left the path over the contour lines of the surface, right the loss per step. "
                    "A click into the left picture starts there.")

    def redraw(change=None):
        if box.moving:
            return
        text = picture.update(**{name: control.value for name, control in controls.items()})
        png = base64.b64encode(picture.png()).decode()
        data = " ".join(f'data-{name}="{value:.6g}"' for name, value in picture.extents().items())
        image.value = (f'<img alt="{alt}" {data} style="cursor: crosshair; max-width: 100%" '
                       f'onclick="{html.escape(CLICK)}" src="data:image/png;base64,{png}">')
        note.value = f'<div role="status" style="max-width: 60em; line-height: 1.4">{html.escape(text)}</div>'

    def put(values):
        box.moving = True  # one new picture, not one for each number
        for name, value in values.items():
            controls[name].value = float(value)
        box.moving = False
        redraw()

    def start_there(change):
        if change.new:
            clicked.value = ""  # so that a second click on the same point is a change, too
            put(dict(zip("xy", change.new.split(), strict=True)))

    clicked = ipywidgets.Text(layout={"display": "none"})
    clicked.add_class("course-clicked")
    clicked.observe(start_there, "value")
    where = ipywidgets.HBox([controls["x"], controls["y"], clicked])
    box = ipywidgets.VBox([controls["surface"], controls["method"], controls["lr"], where, image, note])
    box.add_class("course-choosing")
    box.controls, box.image, box.note, box.moving, box.clicked = controls, image, note, False, clicked
    # To three digits, as after a click: the boxes hold no more.
    controls["surface"].observe(lambda change: put(dict(zip("xy", np.round(SURFACES[change.new].start, 3),
                                                            strict=True))), "value")
    controls["method"].observe(lambda change: put({"lr": RATES[change.new]}), "value")
    for name in ("lr", "x", "y"):
        controls[name].observe(redraw, "value")
    for name in SURFACES:  # all backgrounds now, so that no choice has to wait
        picture.show_surface(name)
        picture.image()
    redraw()
    return box


def start_box(name, value):
    return ipywidgets.BoundedFloatText(value=float(value), min=-FARTHEST, max=FARTHEST, step=None,
                                       description=f"start {name}", style=WIDE,
                                       layout=ipywidgets.Layout(width="16em"))
