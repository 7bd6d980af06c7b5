"""What course_lib.show displays: figures with descriptions, code, tables, plots, animations."""

import base64
import inspect
import io
import json
import subprocess
import sys
from itertools import pairwise

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from course_lib import functions, layers, show
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum
from course_lib.show import display, landscapes, plots

ALT = "A straight line falls from one to zero."


@pytest.fixture
def shown(monkeypatch):
    """The mime bundles that were displayed, as in a notebook: list of (data, metadata)."""
    bundles = []

    def record(output):
        bundles.append(output._repr_mimebundle_())

    for module in (display, sys.modules["course_lib.show.tables"]):
        monkeypatch.setattr(module, "display", record)
    monkeypatch.setattr(display, "display_only_in_notebook", record)
    return bundles


def line_figure():
    fig, ax = plt.subplots()
    ax.plot([1, 0])
    return fig


def execute(*sources):
    """Run code cells in a real kernel; returns the notebook."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


# figure

def test_figure_carries_its_description_where_viewers_look(shown):
    show.figure(line_figure(), alt=ALT)
    (data, metadata), (fold, _) = shown
    assert data["text/plain"] == f"Figure: {ALT}"
    assert metadata == {"image/png": {"alt": ALT}, "alt": ALT}
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (700, 400)
    assert ALT in fold["text/html"]
    assert fold["text/plain"] == ALT
    assert not plt.get_fignums()


def test_figure_in_a_notebook_and_in_html():
    notebook = execute("from course_lib import show\nimport matplotlib.pyplot as plt\n"
                       "fig, ax = plt.subplots()\n"
                       f"ax.plot([1, 0])\nshow.figure(fig, alt={ALT!r})")
    picture, fold = notebook.cells[0].outputs  # and not the figure a second time
    assert picture.metadata["image/png"]["alt"] == ALT
    assert picture.output_type == fold.output_type == "display_data"
    assert "Figure in words" in fold.data["text/html"]
    assert f'alt="{ALT}"' in HTMLExporter(template_name="classic").from_notebook_node(notebook)[0]
    assert f"<p>{ALT}</p>" in HTMLExporter(template_name="lab").from_notebook_node(notebook)[0]


def test_the_picture_does_not_name_the_machine():
    def png():
        fig = line_figure()
        data = display.png_bytes(fig)
        plt.close(fig)
        return data

    first = png()
    assert first == png()
    assert b"tEXt" not in first


def test_large_pictures_are_reduced_and_keep_their_colours():
    rng = np.random.default_rng(0)
    curves = {name: np.exp(-rate * np.arange(200)) * (1 + 0.3 * rng.random((5, 200)))
              for name, rate in [("a", 0.01), ("b", 0.02), ("c", 0.03), ("d", 0.04)]}
    fig = show.loss_curves(curves).figure
    full, small = display.png_bytes(fig, largest=10**9), display.png_bytes(fig)
    assert len(full) > display.LARGEST_PNG > len(small)
    before, after = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int) for png in (full, small))
    assert np.abs(before - after).max() <= 25


def test_a_picture_that_stays_too_large_is_reported(shown):
    fig, ax = plt.subplots()
    ax.imshow(np.random.default_rng(0).random((400, 700, 3)))
    with pytest.warns(UserWarning, match=r"the figure takes \d+ kB, more than 60 kB"):
        show.figure(fig, alt=ALT)


@pytest.mark.parametrize("alt", ["", "Loss", "loss against the step", "  "])
def test_alt_must_be_a_sentence(alt):
    with pytest.raises(ValueError, match="alt must say"):
        show.figure(line_figure(), alt=alt)


def test_figure_rejects_what_is_not_a_figure():
    with pytest.raises(TypeError, match=r"pass ax\.figure"):
        show.figure(plt.gca(), alt=ALT)
    with pytest.raises(TypeError, match="alt must be a string"):
        show.figure(line_figure(), alt=None)


def test_description_escapes_markup():
    data, _ = display.description("The loss <b> is smaller & falls.")._repr_mimebundle_()
    assert "&lt;b&gt; is smaller &amp; falls." in data["text/html"]


# source

class Example:
    """A class to show."""

    factor = 2

    def double(self, x):
        """Return twice x.

        Over several lines.
        """
        # The comment stays.
        return self.factor * x

    def only_documented(self):
        """Nothing but this."""


@pytest.mark.parametrize("thing", [SGD, Momentum.rule, minimize, Example, Example.double, Example().double])
def test_source_is_the_code_itself_and_still_runs(shown, thing):
    show.source(thing)
    show.source(thing, docstring=True)
    (brief, _), (whole, _) = shown
    code = whole["text/markdown"].split("```python\n")[1].removesuffix("\n```")
    assert "".join(code.split()) == "".join(inspect.getsource(thing).split())
    short = brief["text/markdown"].split("```python\n")[1].removesuffix("\n```")
    compile(short, "shown", "exec")
    assert len(short) <= len(code)
    assert f"`{thing.__module__}.{thing.__qualname__}`" in brief["text/markdown"]


def test_source_without_docstrings_keeps_the_rest(shown):
    show.source(Example)
    code = shown[0][0]["text/plain"]
    assert "A class to show" not in code
    assert "Return twice" not in code
    assert "Over several" not in code
    assert "# The comment stays." in code
    assert "factor = 2" in code
    assert "Nothing but this" in code  # without it the method would have no body


def test_source_shows_several(shown):
    show.source(SGD, Momentum)
    assert len(shown) == 2


@pytest.mark.parametrize("thing", [3, "SGD", SGD(lr=0.1), len, functions.BEALE])
def test_source_rejects_what_has_no_code(thing):
    with pytest.raises(TypeError, match="source"):
        show.source(thing)


def test_source_rejects_nothing():
    with pytest.raises(TypeError, match="at least one"):
        show.source()


def test_source_of_what_the_notebook_defined():
    notebook = execute("from course_lib import show\ndef half(x):\n    return x / 2\nshow.source(half)")
    text = notebook.cells[0].outputs[0].data["text/markdown"]
    assert text == "`half`\n\n```python\ndef half(x):\n    return x / 2\n```"


# table

def test_table_in_markdown_and_text(shown):
    show.table(["method", "steps", "loss"], [["a|b", 12, 0.12345], ["c", None, np.float32(1.5)]],
               formats={"loss": ".2f"}, caption="Steps to the end")
    data, _ = shown[0]
    assert data["text/markdown"].splitlines() == [
        "**Steps to the end**", "", "| method | steps | loss |", "| :--- | ---: | ---: |",
        "| a\\|b | 12 | 0.12 |", "| c |  | 1.50 |"]
    assert data["text/plain"].splitlines()[2:] == [
        "method  steps  loss", "------  -----  ----", "a|b        12  0.12", "c              1.50"]


def test_table_formats_whole_numbers_whole(shown):
    show.table(["n", "x", "ok"], [[1234567, 1234.5678, True], [np.int64(2), 1e-9, False]])
    assert "| 1234567 | 1.23e+03 | True |" in shown[0][0]["text/markdown"]


def test_table_rejects_bad_rows_and_formats():
    with pytest.raises(ValueError, match=r"rows\[1\] must have 2 cells"):
        show.table(["a", "b"], [[1, 2], [3]])
    with pytest.raises(ValueError, match="formats must name headers"):
        show.table(["a"], [[1]], formats={"b": ".2f"})


# style

def test_colours_and_line_styles_are_all_different():
    show.use_style()
    looks = list(plt.rcParams["axes.prop_cycle"])
    assert len({look["color"] for look in looks}) == len({str(look["linestyle"]) for look in looks}) == 7


def test_grey_levels_or_line_styles_tell_neighbours_apart():
    """In black and white, two colours of like lightness must not have like line styles."""
    def lightness(color):
        return np.dot([0.2126, 0.7152, 0.0722], [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)])

    for one, other in pairwise(plt.rcParams["axes.prop_cycle"]):
        assert one["linestyle"] != other["linestyle"]
        assert lightness(one["color"]) < 0.75  # still visible on white


def test_style_is_active_after_import():
    assert plt.rcParams["axes.grid"]
    plt.rcdefaults()
    assert not plt.rcParams["axes.grid"]
    show.use_style()
    assert plt.rcParams["axes.grid"]
    assert plt.rcParams["figure.dpi"] == 100


def test_the_library_itself_does_not_load_matplotlib():
    code = "import sys, course_lib.minimize, course_lib.network; print('matplotlib' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


# loss_curves

def test_loss_curves_of_several_runs_show_median_and_quantiles():
    runs = np.random.default_rng(0).random((11, 20)) + 0.1
    ax = show.loss_curves({"method": runs}, start=1)
    x, y = ax.lines[0].get_data()
    assert x[0] == 1
    assert np.array_equal(y, np.sort(runs, axis=0)[5])  # the 6th of 11
    band = ax.collections[0].get_paths()[0].get_extents()
    assert band.y0 == pytest.approx(np.sort(runs, axis=0)[1].min())  # 10 % of 11 runs: the 2nd
    assert band.y1 == pytest.approx(np.sort(runs, axis=0)[9].max())
    assert "median of 11 runs" in ax.get_legend().get_title().get_text()


def test_each_curve_has_its_own_colour_and_line_style():
    ax = show.loss_curves({str(i): [1.0, 0.5] for i in range(7)})
    assert len({line.get_color() for line in ax.lines}) == 7
    assert [str(look["linestyle"]) for look in plt.rcParams["axes.prop_cycle"]][:4] == [
        line.get_linestyle() for line in ax.lines][:4]


def test_a_diverging_curve_ends_with_a_cross_and_says_so():
    ax = show.loss_curves({"fine": [1.0, 0.5, 0.2, 0.1], "too fast": [1.0, 9.0, np.inf, np.nan]})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["fine", "too fast (diverges)"]
    assert ax.lines[-1].get_marker() == "x"
    assert (ax.lines[-1].get_xdata()[0], ax.lines[-1].get_ydata()[0]) == (1, 9.0)


@pytest.mark.parametrize(("curves", "message"), [
    ({}, "curves must be a dict of 1 to 7 names"),
    ([1, 2], "curves must be a dict of 1 to 7 names"),
    ({str(i): [1.0] for i in range(8)}, "got 8 entries"),
    ({"a": [1.0, 0.0]}, "pass log=False"),
    ({"a": np.ones((2, 2, 2))}, r"curves\['a'\] must have shape"),
    ({"a": []}, "must have shape"),
    ({"a": [[1.0, np.nan]]}, r"curves\['a'\] must be finite"),
])
def test_loss_curves_name_what_is_wrong(curves, message):
    with pytest.raises(ValueError, match=message):
        show.loss_curves(curves)


# contour and paths

@pytest.mark.parametrize("f", [functions.BEALE, functions.ROSENBROCK, functions.HIMMELBLAU, functions.SADDLE,
                               functions.CUBIC_SADDLE, functions.RAVINE, functions.valley(10.0),
                               functions.quadratic(20.0, rotation=0.5)], ids=lambda f: f.name)
def test_contour_of_every_function(f):
    ax = show.contour(f)
    stars = [line for line in ax.lines if line.get_marker() == "*"]
    assert [tuple(line.get_xydata()[0]) for line in stars] == [tuple(point) for point in f.minima]
    assert np.allclose([ax.get_xlim(), ax.get_ylim()], f.window)
    assert ax.get_xlabel()
    assert len(display.png_bytes(ax.figure)) < display.LARGEST_PNG


def test_axes_are_named_as_in_the_formula():
    assert show.contour(functions.RAVINE).get_xlabel() == "$w_1$"
    assert show.contour(functions.BEALE).get_ylabel() == "$y$"
    assert show.contour(functions.quadratic(2.0)).get_ylabel() == "$x_2$"


def test_paths_show_the_points_the_start_and_the_end():
    f = functions.RAVINE
    traces = {"gradient descent": minimize(f, f.start, SGD(lr=0.03), 30),
              "momentum": minimize(f, f.start, Momentum(lr=0.01, momentum=0.9), 30)}
    ax = show.paths(f, traces)
    lines = {line.get_label(): line for line in ax.lines}
    for name, trace in traces.items():
        assert np.array_equal(lines[name].get_xydata(), trace.x)
    assert tuple(lines["start"].get_xydata()[0]) == tuple(f.start)
    large = [line.get_xydata()[0].tolist() for line in ax.lines if line.get_markersize() == 9]
    assert all(trace.x[-1].tolist() in large for trace in traces.values())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [*traces, "start", "end", "minimum"]


def test_paths_from_arrays_are_the_same():
    way = np.array([[1.0, 1.0], [0.5, 0.2]])
    ax = show.paths(functions.RAVINE, {"by hand": way})
    assert np.array_equal(ax.lines[1].get_xydata(), way)


def test_a_diverging_path_can_be_drawn_and_is_named():
    f = functions.BEALE
    trace = minimize(f, f.start, SGD(lr=0.1), 50)
    assert trace.diverged
    assert np.abs(trace.x).max() > 1e20
    ax = show.paths(f, {"gradient descent": trace})
    display.png_bytes(ax.figure)
    assert ax.get_legend().get_texts()[0].get_text() == "gradient descent (diverges)"
    assert np.allclose([ax.get_xlim(), ax.get_ylim()], f.window)


def test_a_step_far_outside_is_shortened_in_its_direction():
    window = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    points = np.array([[0.0, 0.0], [0.5, 0.0], [3e200, 1e200]])
    drawn = landscapes.near_window(points, window)
    assert np.array_equal(drawn[:2], points[:2])
    step = drawn[2] - points[1]
    assert step[0] / step[1] == pytest.approx(3)
    assert 100 <= np.abs(drawn[2]).max() <= 1000


@pytest.mark.parametrize(("call", "message"), [
    (lambda: show.contour(lambda x: x[..., 0]), "window must be given"),
    (lambda: show.contour(functions.BEALE, window=((1, 0), (0, 1))), "low < high"),
    (lambda: show.contour(functions.BEALE, window=(0, 1)), "window must have shape"),
    (lambda: show.contour(lambda x: x, window=((0, 1), (0, 1))), "f must map points"),
    (lambda: show.paths(functions.BEALE, {"a": [[1.0, 2.0, 3.0]]}), r"named\['a'\] must have shape"),
    (lambda: show.paths(functions.BEALE, {"a": np.empty((0, 2))}), "at least one point"),
    (lambda: show.paths(functions.BEALE, [[1.0, 2.0]]), "named must be a dict"),
    (lambda: show.paths(functions.BEALE, {"a": [[1.0, 2.0]]}, every=0), "every must be"),
    (lambda: show.contour(functions.BEALE, levels=[2.0, 1.0]), "levels must"),
    (lambda: show.contour(functions.BEALE, points=1), "points must"),
    (lambda: show.loglog_slope([1, 2], [1, 2, 3]), "same length"),
    (lambda: show.loglog_slope([1, 1], [1, 2]), "different values"),
    (lambda: show.loglog_slope([1, 2], [0, 2]), "positive"),
])
def test_plots_name_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# slope and activation

def test_slope_of_a_power_law():
    x = np.geomspace(10, 1e4, 5)
    assert show.loglog_slope(x, 3 * x**0.5) == pytest.approx(0.5)


ACTIVATIONS = [layers.Tanh(), layers.Sigmoid(), layers.ReLU(), layers.ELU(), layers.LeakyReLU()]


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=repr)
def test_activation_draws_the_derivative(layer):
    ax = show.activation(layer, low=-3.01, high=2.99)
    (z, value), (_, slope) = (line.get_data() for line in ax.lines)
    differences = np.diff(value) / np.diff(z)
    middle = (slope[1:] + slope[:-1]) / 2
    smooth = np.abs(z[1:]) > 0.02  # away from the kink
    assert np.allclose(differences[smooth], middle[smooth], atol=1e-3)


def test_activation_rejects_other_things():
    for wrong in (np.tanh, layers.Tanh, layers.Dense(1, 1)):  # the class is not a layer
        with pytest.raises(TypeError, match="layer must be an activation"):
            show.activation(wrong)


# animation

@pytest.fixture(scope="module")
def animation():
    f = functions.RAVINE
    traces = {"gradient descent": minimize(f, f.start, SGD(lr=0.037), 100),
              "momentum": minimize(f, f.start, Momentum(lr=0.01, momentum=0.9), 60)}
    return show.animate_paths(f, traces, frames=30, interval=80, alt="Two paths run down a ravine.")


def test_animation_is_a_small_gif_that_plays_once(animation):
    gif = Image.open(io.BytesIO(animation.gif))
    assert 15 < gif.n_frames <= 30  # frames in which nothing moves are merged
    assert "loop" not in gif.info
    seconds = 0
    for i in range(gif.n_frames):
        gif.seek(i)
        seconds += gif.info["duration"] / 1000
    assert seconds == pytest.approx(29 * 0.08 + 2)
    assert len(animation.gif) < 200_000


def test_animation_moves_and_ends_with_everything(animation):
    gif = Image.open(io.BytesIO(animation.gif))
    frames = []
    for i in (0, 10, gif.n_frames - 1):
        gif.seek(i)
        frames.append(np.asarray(gif.convert("RGB"), int))
    assert (frames[0] != frames[1]).any()
    still = np.asarray(Image.open(io.BytesIO(animation.still)).convert("RGB"), int)
    assert still.shape == frames[2].shape
    assert np.abs(frames[2] - still).mean() < 2


def test_animation_in_a_notebook_has_alt_and_a_still_picture(animation):
    data, metadata = animation._repr_mimebundle_()
    assert 'alt="Two paths run down a ravine."' in data["text/html"]
    assert "prefers-reduced-motion" in data["text/html"]
    assert metadata["image/png"]["alt"] == "Two paths run down a ravine."
    assert len(json.dumps(data)) < 400_000
    assert data["text/plain"] == "Animation: Two paths run down a ravine."


def test_animation_saves_by_ending(animation, tmp_path):
    for ending, start in (("gif", b"GIF89a"), ("html", b"<!doctype html>"), ("png", b"\x89PNG")):
        animation.save(tmp_path / f"ravine.{ending}")
        assert (tmp_path / f"ravine.{ending}").read_bytes().startswith(start)
    with pytest.raises(ValueError, match=r"path must end in \.gif, \.html, \.png"):
        animation.save(tmp_path / "ravine.mp4")


def test_animation_rejects_bad_input():
    way = {"a": [[0.0, 0.0], [1.0, 1.0]]}
    for wrong, message in [({"frames": 1}, "frames"), ({"interval": 5}, "interval"), ({"alt": "No"}, "alt")]:
        with pytest.raises(ValueError, match=f"{message} must"):
            show.animate_paths(functions.RAVINE, way, **{"alt": "A path over a ravine.", **wrong})


# the drawings of the widgets, without a widget

def test_drawings_are_figures_that_can_be_shown(shown):
    for fig in (show.draw_neuron(), show.draw_momentum()):
        assert isinstance(fig, Figure)
        show.figure(fig, alt=ALT)
    assert [list(data)[-1] for data, _ in shown] == ["image/png", "text/html"] * 2


def test_styles_are_paired_with_markers():
    looks = [look for _, _, look in plots.styles(dict.fromkeys("abcdefg"), "curves")]
    assert len({look["marker"] for look in looks}) == 7
