"""Moving pictures small enough for a notebook: a GIF that plays once and rests on its last frame."""

from __future__ import annotations

import base64
import html
import io

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from course_lib.show.display import check_alt, png_bytes
from course_lib.show.landscapes import near_window, paths, points_of, window_of
from course_lib.show.plots import inches
from course_lib.show.widgets import Picture
from course_lib.validation import as_path, integer


class Animation:
    """A GIF with its description and its last frame as a still picture.

    As the last value of a cell it plays once and offers a button to play again. Readers who asked their
    system for less motion see the last frame instead. `save` writes .gif, .html or .png (the last frame).
    """

    def __init__(self, gif, still, alt):
        self.gif, self.still, self.alt = gif, still, alt

    def __repr__(self):
        return f"Animation: {self.alt}"

    def html(self):
        """One element with the pictures inside it; needs no other file and no network."""
        gif, still = (base64.b64encode(data).decode() for data in (self.gif, self.still))
        alt = html.escape(self.alt)
        again = "const p = this.parentNode.querySelector('img'); const s = p.src; p.src = ''; p.src = s"
        return (f'<div><picture><source media="(prefers-reduced-motion: reduce)" '
                f'srcset="data:image/png;base64,{still}"><img alt="{alt}" src="data:image/gif;base64,{gif}">'
                f'</picture><br><button onclick="{again}">Play again</button></div>')

    def save(self, path):
        """Write the animation; the format follows from the name's ending."""
        path = as_path("path", path)
        page = ('<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Animation</title>'
                f"{self.html()}</html>\n")
        contents = {".gif": self.gif, ".html": page.encode(), ".png": self.still}
        if path.suffix.lower() not in contents:
            raise ValueError(f"path must end in {', '.join(contents)}, got {str(path)!r}")
        path.write_bytes(contents[path.suffix.lower()])

    def _repr_mimebundle_(self, include=None, exclude=None):
        # Viewers that show no HTML take the last frame.
        data = {"text/plain": repr(self), "text/html": self.html(),
                "image/png": base64.b64encode(self.still).decode()}
        return data, {"image/png": {"alt": self.alt}, "alt": self.alt}


def animate_paths(f, named, *, alt, frames=60, interval=80, window=None, levels=None, size=(6.0, 4.2)):
    """Animate the ways of optimizers over the contour lines of a function; return an Animation.

    All paths advance together, one optimizer step after the other; a long run shows every k-th step so
    that there are at most `frames` frames. `interval` is the time per frame in milliseconds, `size`
    in inches at 100 dpi. `f`, `named`, `window` and `levels` are those of `paths`.

    >>> way = [[0.9, 0.5], [0.4, -0.3], [0.1, 0.1]]
    >>> bowl = lambda x: (x**2).sum(axis=-1)
    >>> box = ((-1, 1), (-1, 1))
    >>> animate_paths(bowl, {"by hand": way}, window=box, alt="A path to the middle of a bowl.")
    Animation: A path to the middle of a bowl.
    """
    alt = check_alt(alt)
    integer("frames", frames, 2)
    integer("interval", interval, 20, 5000)
    window, size = window_of(f, window), inches(size)
    fig, ax = plt.subplots(figsize=size, dpi=100)
    paths(f, named, ax, window=window, levels=levels)
    ways = [near_window(points_of(name, way), window) for name, way in named.items()]
    still = png_bytes(fig)

    # `paths` has drawn, for each way, its line and its end mark, after the stars of the minima.
    first = len(getattr(f, "minima", []))
    lines, ends = ([ax.lines[first + 2 * i + k] for i in range(len(ways))] for k in (0, 1))
    picture = Picture(fig, [*lines, *ends])
    last = max(map(len, ways)) - 1
    pictures = []
    for step in np.unique(np.linspace(0, last, min(frames, last + 1)).round().astype(int)):
        for line, end, points in zip(lines, ends, ways, strict=True):
            line.set_data(*points[:step + 1].T)
            end.set_data(*points[:step + 1][-1:].T)
        pictures.append(picture.image())
    plt.close(fig)
    return Animation(gif_bytes(pictures, interval), still, alt)


def gif_bytes(pictures, interval):
    """The pictures as a GIF that plays once, in the 256 colours of the last one, which shows everything."""
    palette = pictures[-1].quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    buffer = io.BytesIO()
    # The last frame rests for two seconds in viewers that repeat a GIF whatever it says.
    durations = [interval] * (len(frames) - 1) + [2000]
    frames[0].save(buffer, format="gif", save_all=True, append_images=frames[1:], duration=durations,
                   optimize=False)
    return buffer.getvalue()
