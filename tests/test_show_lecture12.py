"""The figures, the animation and the widget of lecture 12."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_lib import show
from course_lib.minimize import minimize
from course_lib.optimizers import OPTIMIZERS
from course_lib.show import choosing, lecture12
from course_lib.show.display import check_alt
from course_lib.studies.surfaces import METHODS, SURFACES, race


def few_runs(steps=12):
    found = {}
    for name in ("Beale", "saddle", "valley", "Rosenbrock"):
        f = SURFACES[name]
        found[name] = f, {method: minimize(f, f.start, METHODS[method](lr=lr), steps)
                          for method, lr in (("momentum", 0.001), ("Adam", 0.1))}
    return found


def test_every_method_has_its_own_look():
    assert list(lecture12.LOOKS) == list(METHODS)
    for part in range(3):
        assert len({str(look[part]) for look in lecture12.LOOKS.values()}) == len(METHODS)


def test_a_method_keeps_its_look_where_another_is_missing():
    runs = few_runs(3)
    runs["Rosenbrock"][1].pop("momentum")
    fig, _ = lecture12.ways(runs)
    for ax in fig.axes:
        lines = {line.get_label(): line for line in ax.lines}
        assert lines["Adam"].get_color() == lecture12.LOOKS["Adam"][0]
        assert ("momentum" in lines) == (ax is not fig.axes[3])
    assert [text.get_text() for text in fig.legends[0].get_texts()][:2] == ["momentum", "Adam"]


def test_all_eight_methods_can_be_drawn():
    own = dict.fromkeys(METHODS, 0.01)
    fig, _ = lecture12.ways({name: race(name, own, steps=2) for name in list(SURFACES)[:4]})
    looks = {line.get_label(): line.get_color() for line in fig.axes[0].lines}
    for method, (color, *_) in lecture12.LOOKS.items():
        assert looks[method] == color


def test_movies_end_as_the_still_picture_does():
    movie = lecture12.movies(few_runs(), alt="Two ways over each of four surfaces.", frames=5, size=(5, 4))
    gif = Image.open(io.BytesIO(movie.gif))
    assert gif.n_frames == 5
    gif.seek(gif.n_frames - 1)
    still = np.asarray(Image.open(io.BytesIO(movie.still)).convert("RGB"), int)
    last = np.asarray(gif.convert("RGB"), int)
    assert still.shape == last.shape
    assert np.mean(np.abs(still - last).max(axis=-1) > 40) < 0.01  # apart from their palettes
    assert len(movie.still) < 60_000
    assert not gif.info.get("loop")


def test_what_does_not_change_in_a_movie_is_left_out():
    pictures = [Image.new("RGB", (40, 30), "white") for _ in range(2)]
    pictures[1].putpixel((7, 5), (200, 0, 0))
    palette = pictures[1].quantize(lecture12.COLOURS)
    gif = Image.open(io.BytesIO(lecture12.small_gif(pictures, palette, 100)))
    gif.seek(1)
    shown = np.asarray(gif.convert("RGB"), int)
    assert shown[5, 7].tolist() == [200, 0, 0]
    assert (np.delete(shown.reshape(-1, 3), 5 * 40 + 7, axis=0) == 255).all()


def test_figures_are_drawn_and_described():
    steps = {method: np.array([[np.inf, 9.0], [5.0, 6.0]]) for method in METHODS}
    found = dict.fromkeys(SURFACES, dict.fromkeys(METHODS, np.full(3, 7.0)) | {"Adam": np.full(3, np.inf)})
    times = {"sgd": {"blocks": 0.001, "fused": 0.002}, "adam": {"blocks": 0.003, "foreach": 0.004}}
    for fig, alt in [lecture12.ways(few_runs()), lecture12.costs(times), lecture12.steps_table(found),
                     lecture12.windows(steps, np.array([0.1, 1.0]), ylabel="steps", marks={"Adam": 0.5})]:
        check_alt(alt)
        fig.canvas.draw()
        plt.close(fig)


def test_table_of_steps_puts_first_who_arrives_from_nearly_all_starts():
    found = {"Beale": {"Nesterov": np.where(np.arange(50) < 40, 30.0, np.inf), "AdaGrad": np.full(50, 40.0),
                       "Adam": np.where(np.arange(50) < 49, 35.0, np.inf)},
             "saddle": dict.fromkeys(("Nesterov", "AdaGrad", "Adam"), np.full(50, np.inf))}
    fig, alt = lecture12.steps_table(found)
    bold = {text.get_text(): text.get_fontweight() == "bold" for text in fig.axes[0].texts}
    assert bold == {"30 (40)": False, "40": False, "35 (49)": True, "not in 1,000": False}
    assert "Beale Adam, saddle none." in alt
    assert alt.endswith("Lower, but from fewer starts: Nesterov on Beale, 30 (40).")
    plt.close(fig)


# --- the widget -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("surface", ["Beale", "plateau"])
def test_the_widgets_run_is_that_of_minimize(surface, method):
    points, losses, diverged = choosing.choosing_trace(surface, method, 0.02, 1.0, 1.5)
    trace = minimize(SURFACES[surface], [1.0, 1.5], METHODS[method](lr=0.02), choosing.STEPS)
    assert diverged == trace.diverged
    np.testing.assert_allclose(points, trace.x[:len(points)], rtol=1e-9)
    np.testing.assert_allclose(losses, trace.loss[:len(losses)], rtol=1e-9)


def test_the_widget_offers_every_rule_at_a_rate_that_goes_down():
    assert {*choosing.RULES.values()} == {*OPTIMIZERS.values()}
    assert choosing.RATES.keys() == choosing.RULES.keys()
    for method, lr in choosing.RATES.items():
        _, losses, diverged = choosing.choosing_trace("Beale", method, lr, 1.0, 1.5)
        assert not diverged
        assert losses[-1] < 0.15 * losses[0]


def test_description_says_what_happens():
    tell = show.describe_choosing
    assert tell("Beale", "momentum", lr=0.5).startswith("Momentum with rate 0.5 on Beale: it diverges")
    assert "leaves it again" in tell("Beale", "RMSProp", lr=0.1)
    assert "not at the goal after 200 steps" in tell("plateau", "gradient descent", lr=0.1, x=6, y=3)
    assert "below the goal from step 0 on" in tell("valley", "Adam", lr=0.0001, x=0, y=0)


def test_method_and_surface_are_taken_in_any_case():
    assert show.describe_choosing("beale", "ADAM", lr=0.1) == show.describe_choosing("Beale", "Adam", lr=0.1)
    typed, listed = (choosing.ChoosingPicture() for _ in range(2))
    words = [typed.update(surface="Saddle", method="Gradient Descent", lr=0.1, x=1.0, y=0.001),
             listed.update(surface="saddle", method="gradient descent", lr=0.1, x=1.0, y=0.001)]
    assert words[0] == words[1]
    assert typed.png() == listed.png()
    with pytest.raises(ValueError, match=r"method must be one of .*got 'adams'"):
        show.draw_choosing("Beale", "adams")


def test_widget_redraws_when_a_value_is_typed():
    widget = show.choosing_explorer()
    before = widget.image.value
    widget.controls["x"].value = 2.0
    assert widget.image.value != before
    assert "Adam with rate 0.1 on Beale" in widget.note.value
    widget.controls["method"].value = "Nesterov"
    assert "Nesterov with rate 0.002 on Beale" in widget.note.value
    widget.controls["lr"].value = 0.001
    assert "Nesterov with rate 0.001 on Beale" in widget.note.value


def test_another_surface_brings_its_start_and_one_new_picture():
    widget = show.choosing_explorer()
    seen = []
    widget.image.observe(lambda change: seen.append(change.new), "value")
    widget.controls["surface"].value = "Rosenbrock"
    assert [widget.controls[name].value for name in "xy"] == [-1.2, 1.0]
    assert len(seen) == 1
    limits = dict(re.findall(r'data-(x0|x1|y0|y1)="([^"]+)"', seen[0]))
    assert [float(limits[name]) for name in ("x0", "x1", "y0", "y1")] == [-1.8, 1.8, -0.8, 2.2]


def test_a_click_finds_its_box_by_its_name():
    widget = show.choosing_explorer()
    assert "course-choosing" in widget._dom_classes
    assert "course-clicked" in widget.clicked._dom_classes
    assert "'.course-clicked input'" in choosing.CLICK
    for name in "xy":
        assert widget.controls[name].description == f"start {name}"


def test_a_click_brings_both_numbers_and_one_new_picture():
    widget, seen = show.choosing_explorer(), []
    widget.image.observe(lambda change: seen.append(change.new), "value")
    widget.clicked.value = "2.500 -1.250"
    assert [widget.controls[name].value for name in "xy"] == [2.5, -1.25]
    assert len(seen) == 1
    widget.controls["x"].value = 1.0
    widget.clicked.value = "2.500 -1.250"  # the same point again
    assert [widget.controls[name].value for name in "xy"] == [2.5, -1.25]
    assert len(seen) == 3
    assert seen[0] == seen[2]


def test_extents_are_where_the_plane_is_drawn():
    picture = choosing.ChoosingPicture()
    picture.update(surface="valley", method="Adam", lr=0.1, x=-2.0, y=0.5)
    picture.image()
    at = picture.extents()
    width, height = picture.canvas.get_width_height()
    box = picture.plane.get_window_extent()
    np.testing.assert_allclose([at["left"] * width, at["right"] * width], [box.x0, box.x1])
    np.testing.assert_allclose([(1 - at["bottom"]) * height, (1 - at["top"]) * height], [box.y0, box.y1])
