"""A cloud, its normalized versions, and how fast a regression on it is learned (lecture 07)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from course_lib.show.widgets import BLUE, VERMILLION, Picture, dropdown, explore, labelled_slider, plain
from course_lib.studies.convergence import exact_loss, exact_steps
from course_lib.studies.normalization import VERSIONS, cloud, extent, versions
from course_lib.studies.scaling import least_squares_modes
from course_lib.validation import number

LONG = 1.5  # the deviation along the long axis
STEPS = np.unique(np.geomspace(1, 1e6, 120).astype(int))
LOWEST = 1e-8  # of the excess loss relative to the start
WINDOW = 8.0


class WhiteningPicture(Picture):
    """Left the cloud, right the excess loss of a linear regression on it, by gradient descent."""

    def __init__(self):
        fig = Figure(figsize=(9, 3.8), dpi=100, layout="constrained")
        plane, curve = fig.subplots(1, 2, width_ratios=[1, 1.3])
        plane.axhline(0, color="#8FA3B3", linewidth=0.8, linestyle="-")
        plane.axvline(0, color="#8FA3B3", linewidth=0.8, linestyle="-")
        self.points, = plane.plot([], [], marker="o", markersize=2, linestyle="none", color=BLUE)
        self.extents = [plane.plot([], [], color=VERMILLION, linestyle="-", linewidth=2.5)[0]
                        for _ in range(2)]
        plane.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(-WINDOW, WINDOW), ylim=(-WINDOW, WINDOW),
                  aspect="equal", title="the data (red: mean ± 2 deviations)")
        self.raw, = curve.loglog([], [], color="#8FA3B3", linestyle="--", label="raw")
        self.loss, = curve.loglog([], [], color=BLUE, linestyle="-", label="this version")
        curve.set(xlabel="step of gradient descent", ylabel="excess loss / excess at the start",
                  # with room above 1, the start, for the legend and the words
                  xlim=(0.8, STEPS[-1]), ylim=(LOWEST, 3e3), title="linear regression with a bias, best rate")
        curve.axhline(1e-6, color="#555555", linewidth=1, linestyle=":")
        curve.legend(loc="upper right")
        self.words = curve.text(0.03, 0.96, "", transform=curve.transAxes, va="top")
        super().__init__(fig, [self.points, *self.extents, self.raw, self.loss, self.words])

    def update(self, *, version, offset, ratio, angle):
        found = regression(version, offset, ratio, angle)
        x = found["data"]
        self.points.set_data(*x.T)
        mean, deviation, _ = extent(x)
        for axis, line in enumerate(self.extents):
            ends = np.tile(mean, (2, 1))
            ends[:, axis] += np.array([-2, 2]) * deviation[axis]
            line.set_data(*ends.T)
        for line, losses in ((self.raw, found["raw losses"]), (self.loss, found["losses"])):
            # Far below the axis there is no difference to see, and zero cannot be drawn.
            line.set_data(np.append(0.8, STEPS), np.append(1, np.maximum(losses, LOWEST**2)))
        self.words.set_text(f"κ = {plain(found['kappa'])}\n{counted(found['steps'])} to a millionth")
        return in_words(version, found)


def regression(version, offset, ratio, angle):
    """Data, κ, losses and steps of the regression on one version of the cloud."""
    number("offset", offset, 0)
    number("ratio", ratio, 1)
    rng = np.random.default_rng(7)
    raw = cloud(200, mean=(offset, 0.6 * offset), deviations=(LONG, LONG / ratio), angle=angle, rng=rng)
    y = raw @ [[1.0], [-2.0]] + 0.5 * rng.standard_normal((200, 1))
    data = versions(raw, [version])[version]
    found = {"data": data}
    for name, x in (("raw losses", raw), ("losses", data)):
        curvatures, start, _ = least_squares_modes(x, y)
        lr = 2 / (curvatures[0] + curvatures[-1])
        found[name] = exact_loss(curvatures, start, lr, STEPS) / exact_loss(curvatures, start, lr, 0)
    found |= {"kappa": curvatures[-1] / curvatures[0], "steps": exact_steps(curvatures, start, lr)}
    return found


def draw_whitening(version="raw", offset=3.0, ratio=4.0, angle=30.0):
    """A toy cloud in one version and the regression on it, as a Figure.

    version : "raw", "centred", "scaled", "PCA-whitened" or "ZCA-whitened"
    offset : mean of the first feature, at least 0; that of the second is 0.6 times as large
    ratio : long over short axis of the cloud, at least 1; angle : of the long axis, in degrees

    >>> figure = draw_whitening("scaled", offset=3, ratio=5, angle=30)
    """
    picture = WhiteningPicture()
    picture.update(version=version, offset=offset, ratio=ratio, angle=angle)
    return picture.figure


def describe_whitening(version="raw", offset=3.0, ratio=4.0, angle=30.0):
    """The mean, deviations and correlation of the data, κ, and the steps that gradient descent needs.

    Arguments as for `draw_whitening`.

    >>> print(describe_whitening("PCA-whitened"))
    PCA-whitened: means 0.00 and 0.00, deviations 1.00 and 1.00, correlation 0.00. The Gram matrix with the \
bias has κ = 1, and gradient descent needs 1 step to a millionth of the excess loss.
    """
    return in_words(version, regression(version, offset, ratio, angle))


def in_words(version, found):
    mean, deviation, covariance = extent(found["data"])
    correlation = covariance[0, 1] / deviation.prod()
    *mean, correlation = np.round([*mean, correlation], 9) + 0.0  # no "-0.00"
    return (f"{version}: means {mean[0]:.2f} and {mean[1]:.2f}, deviations {deviation[0]:.2f} and "
            f"{deviation[1]:.2f}, correlation {correlation:.2f}. The Gram matrix with the bias has κ = "
            f"{plain(found['kappa'])}, and gradient descent needs {counted(found['steps'])} to a millionth "
            "of the excess loss.")


def counted(steps):
    return "1 step" if steps == 1 else f"{steps:,} steps"


def whitening_explorer():
    """Widget for lecture 07: choose the version, and the cloud's offset, shape and angle."""
    controls = {
        "version": dropdown("version", VERSIONS, "raw"),
        "offset": labelled_slider("offset", 0, 5, 3, 0.1),
        "ratio": labelled_slider("long : short", 1, 20, 4, 0.1),
        "angle": labelled_slider("angle (degrees)", 0, 90, 30, 1),
    }
    return explore(WhiteningPicture(), controls,
                   alt="Left a cloud of points and the extent of each feature, right how the excess loss of "
                       "a linear regression falls, for this version and for the raw data.")
