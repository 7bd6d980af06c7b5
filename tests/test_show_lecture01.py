"""The figures of lecture 01 show what they are given and say so in their description."""

import numpy as np
import pytest

from course_lib.datasets import noisy_sine
from course_lib.layers import Sigmoid, Tanh
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.show import lecture01 as pictures
from course_lib.show.display import check_alt
from course_lib.studies.landscape import line_fit, two_weight_network

X, Y = noisy_sine(30, rng=np.random.default_rng(0))


def test_errors_names_each_objective():
    _, alt = pictures.errors(X, Y, {"nothing": 0 * X, "the data": Y})
    assert f"J = {np.mean(Y**2):.3f} for nothing, J = 0.000 for the data" in alt
    with pytest.raises(ValueError, match=r"guesses\['flat'\] must have shape \(30, 1\)"):
        pictures.errors(X, Y, {"flat": Y[:, 0]})


def test_activations_name_their_largest_slopes():
    _, alt = pictures.activations([Sigmoid(), Tanh()])
    assert "Sigmoid: slope ≤ 0.25; Tanh: slope ≤ 1." in alt


def test_an_exploding_run_is_cut_where_it_leaves_the_picture():
    curves = {"good": np.full((3, 5), 0.5), "wild": np.array([1.0, 10.0, 1e3, 1e300, np.inf])}
    fig, _ = pictures.learning(X, Y, curves, {"good": np.sin(X)}, floor=0.01)
    wild = next(line for line in fig.axes[0].lines if line.get_label() == "wild (diverges)")
    assert wild.get_ydata().tolist() == [1.0, 10.0]
    fit = fig.axes[1].lines[-1]
    assert fit.get_color() == fig.axes[0].lines[0].get_color()


def test_two_gradients_says_where_they_end():
    _, alt = pictures.two_gradients(np.full((2, 4), 0.25), np.full((2, 4), 0.75), floor=0.01)
    assert "only to about 0.75; with the right one to about 0.25" in alt


def test_landscapes_and_walks_are_drawn():
    functions = line_fit(X, Y), two_weight_network(X, Y)
    ways = [{"a": minimize(f, (1.0, 1.0), SGD(lr=0.05), 5)} for f in functions]
    for fig, alt in [pictures.two_landscapes(*functions, *ways),
                     pictures.walks(np.ones(5), [np.ones(5), np.arange(1.0, 6.0)])]:
        check_alt(alt)
        fig.canvas.draw()
