"""The widget and the figures of lecture 19."""

import time

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import show
from course_lib.show import dropout as widget
from course_lib.show import lecture19 as pictures
from course_lib.studies import dropout_digits, dropout_runs


def test_the_average_over_all_masks_is_the_scaled_pass():
    outputs, scaled, expected = widget.subnetworks("rate 0.25", 0.5)
    assert outputs.shape == (200, 101)
    # The mean of 200 lies within a few expected deviations, at every x.
    assert widget.rms(outputs.mean(axis=0) - scaled) < 3 * expected / np.sqrt(200)
    assert np.sqrt(np.mean((outputs - scaled) ** 2)) == pytest.approx(expected, rel=0.2)


def test_sub_networks_of_a_network_trained_without_dropout_are_worse():
    spread = {trained: widget.subnetworks(trained, 0.5)[2] for trained in ("rate 0", "rate 0.5")}
    assert spread["rate 0"] > 3 * spread["rate 0.5"]


def test_the_words_say_what_the_picture_shows():
    text = show.describe_dropout("rate 0.5", rate=0.5, networks=30)
    assert "50% of the units are dropped" in text
    assert "The average of 30 sub-networks is" in text
    assert "One sub-network is" in show.describe_dropout("rate 0.1", rate=0.3, networks=1)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"trained": "rate 2"}, "trained must be one of"),
    ({"rate": 1.0}, r"rate must be a number in \[0, 1\)"),
    ({"networks": 0}, "networks must be a whole number from 1 to 200"),
])
def test_bad_settings_are_named(arguments, message):
    for function in (show.draw_dropout, show.describe_dropout):
        with pytest.raises(ValueError, match=message):
            function(**arguments)


def test_explorer_follows_its_controls_and_is_quick():
    box = show.dropout_explorer()
    before = box.image.value
    box.controls["networks"].value = 200
    box.controls["trained"].value = "rate 0"
    box.controls["rate"].value = 0
    assert box.image.value != before
    assert "Nothing is dropped" in box.note.value
    picture = widget.DropoutPicture()
    picture.update(trained="rate 0.5", rate=0.5, networks=30)
    picture.png()
    times = []
    for networks in (40, 50, 60, 70):
        start = time.perf_counter()
        picture.update(trained="rate 0.5", rate=0.5, networks=networks)
        picture.png()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.25  # a tenth of it on a machine that does nothing else


def test_an_empty_panel_says_why():
    picture = widget.DropoutPicture()
    for rate, words in [(0, "the distance is 0"), (0.5, ""), (1e-9, "are below 0.001"), (0.05, "")]:
        picture.update(trained="rate 0.5", rate=rate, networks=30)
        distances = np.concatenate([line.get_ydata() for line in (picture.distance, picture.theory)])
        assert (distances < picture.curve.get_ylim()[0]).all() == bool(words)
        assert words in picture.words.get_text()
        assert bool(picture.words.get_text()) == bool(words)


def test_figures_draw_and_describe():
    rates, line = np.array([0.1, 0.5]), np.array([1.0, 2.0])
    runs = dropout_runs.stored()
    found = dropout_digits.at_the_end(dropout_digits.stored())
    curves = np.array([runs["none", 2]["curve"]])
    drawn = [
        pictures.moments(rates, {"scaled": line, "not": line}, {"scaled": line, "not": line}),
        pictures.subnetwork_accuracies(line / 4, line / 3, {"mean": 0.5, "scaled": 0.6}),
        pictures.shrinkage([0.1, 1, 10], (rates, np.ones((2, 3))), (rates, np.ones((2, 3)))),
        pictures.steps_learned({"a": (line, line, curves), "b": (line, line, curves)}),
        pictures.final_errors(runs), pictures.digits(found),
        pictures.during({"none": np.full((2, 3), 0.8), "dropout": np.full((2, 3), 0.9)}, {"none": [0.8] * 3}),
        pictures.through_layers({"Dropout": np.ones((10, 2)), "AlphaDropout": np.zeros((10, 2))}),
    ]
    for fig, alt in drawn:
        fig.canvas.draw()
        assert len(alt) > 60
        assert all(ax.get_xlabel() for ax in fig.axes)
        plt.close(fig)


def test_every_dot_of_the_digits_is_drawn():
    found = dropout_digits.at_the_end(dropout_digits.stored())
    fig, _ = pictures.digits(found)
    dots = sum(len(line.get_xdata()) for ax in fig.axes for line in ax.lines if line.get_marker() != "|")
    assert dots == sum(map(len, found.values()))
    plt.close(fig)
