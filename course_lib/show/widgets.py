"""Widgets that redraw while a slider moves: labelled controls beside a picture.

A `Picture` separates what stands still (axes, labels, background), drawn once per scene, from what
moves, drawn every time. That takes a redraw from a tenth of a second to about a hundredth.
"""

from __future__ import annotations

import html
import io
import math

import ipywidgets
import numpy as np
import traitlets
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_lib.show.display import check_alt
from course_lib.validation import number

BLUE, VERMILLION = "#0072B2", "#D55E00"  # of the course's style
WIDE = {"description_width": "8em"}


class WholeText(ipywidgets.BoundedFloatText):
    """A number box that rounds. (The browser's part of BoundedIntText makes 305 of a typed 30.5.)"""

    @traitlets.validate("value")
    def _validate_value(self, proposal):
        return float(round(min(max(proposal["value"], self.min), self.max)))


class LabelledSlider(ipywidgets.HBox):
    """A slider and a number box for the same `value`. Made by `labelled_slider`.

    The slider stops at the values of `grid`, the box takes any, or any whole number. A browser moves a
    slider that is not at one of its stops to the nearest one and reports that; such a report does not
    change the value. `disabled` greys out both.
    """

    value = traitlets.Float()
    disabled = traitlets.Bool(False)

    def __init__(self, slider, box, grid):
        self.slider, self.box, self.grid = slider, box, grid
        super().__init__([slider, box])
        self.value = box.value
        traitlets.link((box, "value"), (self, "value"))
        for part in (slider, box):
            traitlets.link((self, "disabled"), (part, "disabled"))
        self.observe(self.move_slider, "value")
        slider.observe(self.read_slider, "value")

    @traitlets.validate("value")
    def rounded(self, proposal):
        whole = isinstance(self.box, WholeText)
        return float(round(proposal["value"])) if whole else proposal["value"]

    def move_slider(self, change):
        # Not when it stands there already: it may be moving on, and a late answer would pull it back.
        if self.nearest(self.slider.value) != self.nearest(self.value):
            self.slider.value = self.value

    def read_slider(self, change):
        stop = self.nearest(self.slider.value)
        if stop != self.nearest(self.value):
            self.value = stop

    def nearest(self, value):
        if isinstance(self.slider, ipywidgets.FloatLogSlider):
            return float(self.grid[np.argmin(np.abs(np.log(self.grid / value)))])
        return float(self.grid[np.argmin(np.abs(self.grid - value))])


def labelled_slider(label, low, high, value, step=None, *, log=False, whole=False):
    """A slider from `low` to `high` with its label and a number box for exact values.

    `step` is that of the slider, by default a hundredth of the range. With `log=True` (low > 0) the slider
    is logarithmic, and its step is a power of ten, by default a twentieth of one; it stops at values of
    three digits. The number box takes any value in the range; with `whole=True` both take whole numbers
    only. The control's `.value` can be read, set and observed.

    >>> control = labelled_slider("learning rate", 0.001, 1, 0.1, log=True)
    >>> control.value = 0.3
    >>> control.slider.value, control.box.value
    (0.3, 0.3)
    """
    check_label(label)
    number("low", low, 0 if log else -math.inf, open_low=log)
    number("high", high, low, open_low=True)
    number("value", value, low, high)
    first, last = (math.log10(low), math.log10(high)) if log else (low, high)
    step = step if step is not None else 0.05 if log else (high - low) / 100
    number("step", step, 0, last - first, open_low=True)
    grid = np.append(np.arange(first, last - step / 2, step), last)
    grid = np.array([float(f"{10**power:.3g}") for power in grid]) if log else grid.round(9)
    grid = grid.round() if whole else grid
    kind = ipywidgets.FloatLogSlider if log else ipywidgets.FloatSlider
    # Without a tooltip, the mouse over a label would show "null".
    slider = kind(value=value, min=first, max=last, step=step, description=label, tooltip=label, style=WIDE,
                  readout=False, layout=ipywidgets.Layout(width="24em"))
    # The box has the same label, for screen readers; its width of zero hides it from sight.
    kind = WholeText if whole else ipywidgets.BoundedFloatText
    box = kind(value=value, min=low, max=high, step=1 if whole else None if log else step,
               description=f"{label}, exact value", tooltip=label,
               style={"description_width": "0"}, layout=ipywidgets.Layout(width="7em"))
    return LabelledSlider(slider, box, grid)


def dropdown(label, options, value):
    """A labelled choice among `options`.

    >>> dropdown("activation", ["tanh", "ReLU"], "tanh").value
    'tanh'
    """
    check_label(label)
    options = list(options)
    if value not in options:
        raise ValueError(f"value must be one of {options}, got {value!r}")
    return ipywidgets.Dropdown(description=label, options=options, value=value, style=WIDE,
                               layout=ipywidgets.Layout(width="24em"))


class Picture:
    """A figure of which only some artists move.

    `moving` lists them in drawing order. A subclass gives `update(**values)`, which moves them and returns
    a sentence about what is now to be seen. When `update` changes something that is not among `moving`
    (say, an axis range), it sets `scene` to a name for the new background, each drawn only once.
    """

    def __init__(self, figure, moving):
        if not isinstance(figure, Figure):
            raise TypeError(f"figure must be a matplotlib Figure, got {figure!r}")
        if not isinstance(moving, list | tuple) or not all(isinstance(artist, Artist) for artist in moving):
            raise TypeError(f"moving must be a list of artists such as ax.plot returns, got {moving!r}")
        self.figure, self.moving, self.scene = figure, moving, None
        self.canvas = FigureCanvasAgg(figure)
        for artist in moving:
            artist.set_animated(True)  # left out of the background, but drawn by savefig
        self.backgrounds = {}

    def update(self, **values):
        raise NotImplementedError(f"{type(self).__name__} must define update(**values)")

    def image(self):
        """The figure as it is now, as a Pillow image."""
        if self.scene not in self.backgrounds:
            self.canvas.draw()
            self.figure.set_layout_engine("none")  # from now on nothing shifts
            legends = [ax.get_legend().get_window_extent() for ax in self.figure.axes if ax.get_legend()]
            # Legends stand above what moves: their places are put back after it is drawn.
            self.backgrounds[self.scene] = [self.canvas.copy_from_bbox(box)
                                            for box in (self.figure.bbox, *legends)]
        background, *legends = self.backgrounds[self.scene]
        self.canvas.restore_region(background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        for legend in legends:
            self.canvas.restore_region(legend)
        size = self.canvas.get_width_height(physical=True)
        return Image.frombuffer("RGBA", size, self.canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")

    def png(self):
        """The figure as it is now, as PNG bytes, packed for speed."""
        buffer = io.BytesIO()
        self.image().save(buffer, format="png", compress_level=1)
        return buffer.getvalue()


class TitledImage(ipywidgets.Image):
    """An image whose tooltip is its accessible name.

    The browser's part of ipywidgets 8.1 looks for a description before it sets a tooltip, and fails on
    an image, which has none.
    """

    description = traitlets.Unicode("").tag(sync=True)


def explore(picture, controls, *, alt):
    """A widget: controls, the picture, and a line that says what is to be seen, also to screen readers.

    `controls` is a dict from argument of `picture.update` to a control (`labelled_slider`, `dropdown`).
    `alt` describes the picture in general. The widget's `.controls`, `.image` and `.note` can be read.
    """
    alt = check_alt(alt)
    if not isinstance(picture, Picture):
        raise TypeError(f"picture must be a course_lib.show.Picture, got {type(picture).__name__}")
    if not isinstance(controls, dict) or not controls:
        raise TypeError(f"controls must be a dict from argument name to control, got {controls!r}")
    width = picture.canvas.get_width_height()[0]
    image = TitledImage(format="png", tooltip=alt, layout={"max_width": f"{width}px"})  # wider, it would blur
    note = ipywidgets.HTML()

    def redraw(change=None):
        text = picture.update(**{name: control.value for name, control in controls.items()})
        image.value = picture.png()
        note.value = f'<div role="status" style="max-width: 60em; line-height: 1.4">{html.escape(text)}</div>'

    redraw()
    for control in controls.values():
        control.observe(redraw, "value")
    box = ipywidgets.VBox([*controls.values(), image, note])
    box.controls, box.image, box.note = controls, image, note
    return box


def check_label(label):
    if not isinstance(label, str) or not label.strip():
        raise ValueError(f"label must be a text that names the value, got {label!r}")


def plain(value, digits=3):
    """A number to so many digits, below a million not as a power of ten.

    >>> plain(1594.3), plain(0.0123456), plain(3e-7, 1)
    ('1,590', '0.0123', '3e-07')
    """
    return f"{float(f'{value:.{digits}g}'):,g}"


def mark(ax, color, marker):
    """A mark with a black edge, put in its place later by set_data."""
    return ax.plot([], [], marker=marker, color=color, markersize=9, markeredgecolor="black",
                   linestyle="none")[0]
