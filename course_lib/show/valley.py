"""The plane of a valley x² + κy² with one path: what several widgets draw on their left side."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from course_lib.show.landscapes import near_window
from course_lib.show.widgets import BLUE, VERMILLION, mark


class ValleyPlane:
    """Level lines, path, start, end and minimum on a matplotlib Axes.

    plane : the Axes; start : (2,); steps : number of steps of the path; height : the y-axis reaches from
    -height to height; title : of the Axes
    """

    def __init__(self, plane, start, steps, height, title):
        self.window = np.array([[-5, 5], [-height, height]])
        self.rings = LineCollection([], colors="#8FA3B3", linewidths=0.7)
        plane.add_collection(self.rings)
        self.path, = plane.plot([], [], color=BLUE, linestyle="-", marker="o", markersize=3.5, linewidth=1.2)
        self.start, self.end = mark(plane, "white", "o"), mark(plane, VERMILLION, "s")
        self.minimum, = plane.plot(0, 0, marker="*", color="black", markersize=13, markeredgecolor="white",
                                   linestyle="none")
        self.start.set_data(start[:1], start[1:])
        plane.set(xlabel="$x$", ylabel="$y$", xlim=self.window[0], ylim=self.window[1], aspect="equal")
        plane.set_title(title)
        plane.grid(False)
        named = [(self.start, "start"), (self.end, f"after {steps} steps"), (self.minimum, "minimum")]
        plane.legend(*zip(*named, strict=True), loc="upper right", ncols=3, columnspacing=1, handlelength=1)
        self.artists = [self.rings, self.path, self.start, self.end, self.minimum]

    def update(self, points, kappa):
        """Show these points, of shape (n, 2), over the valley of this κ."""
        # The level lines are ellipses, so no grid is needed; wider apart where the valley is steep.
        turn = np.linspace(0, 2 * np.pi, 121)
        ellipse = np.stack([np.cos(turn), np.sin(turn) / np.sqrt(kappa)], axis=-1)
        half_axes = 0.4 * np.arange(1, 4 + 5 * kappa ** (1 / 3)) ** 1.5
        self.rings.set_segments([half_axis * ellipse for half_axis in half_axes])
        points = near_window(points, self.window)
        self.path.set_data(*points.T)
        self.end.set_data(*points[-1:].T)
