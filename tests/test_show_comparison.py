"""The figures of a comparison show what it found, diverged runs too."""

import numpy as np
import pytest

from course_lib.functions import RAVINE
from course_lib.show.comparison import comparison, learning_rates, rankings
from course_lib.show.display import check_alt
from course_lib.studies.comparison import FunctionProblem, compare


@pytest.fixture(scope="module")
def found():
    methods = {"sgd": ("sgd", {}, [0.01, 0.03, 0.05]),
               "momentum": ("momentum", {"momentum": 0.6}, [0.01, 0.02]), "wild": ("sgd", {}, [3.0])}
    return compare(FunctionProblem(RAVINE, spread=0.1), methods, seeds=range(3), evaluations=600, jobs=1,
                   progress=False)


def test_curves_and_dots(found):
    fig, alt = comparison(found)
    left, right = fig.axes
    middle = {line.get_label(): line for line in left.lines}["sgd"]
    np.testing.assert_allclose(middle.get_ydata(), np.median(found.runs["sgd"].curves, axis=0), rtol=1e-12)
    low, high = right.get_xlim()
    scores = np.concatenate([found.runs[label].scores for label in ("sgd", "momentum")])
    assert scores.min() / 2 < low < scores.min() < scores.max() < high < 2 * scores.max()
    rows = [label.get_text() for label in right.get_yticklabels()]
    assert rows == ["momentum, 0.02 *", "sgd, 0.03", "wild, 3\n3 of 3 diverged"]
    assert "From best to worst: momentum, sgd, wild." in check_alt(alt)
    assert "3 methods, median and spread of 3 runs, each method at its own learning rate" in alt
    fig.canvas.draw()


def test_the_wrong_comparison_says_so():
    methods = {name: (name, {}, [0.01, 0.03]) for name in ("sgd", "adam")}
    result = compare(FunctionProblem(RAVINE), methods, seeds=[0], evaluations=5, jobs=1, progress=False)
    assert "each method at the same learning rate, 0.01." in comparison(result.at_one_rate(0.01))[1]
    fig, alt = rankings({"one rate": result.at_one_rate(0.01), "own rate": result})
    assert alt.startswith("Places of the methods, best first. one rate: ")
    assert [label.get_text() for label in fig.axes[0].get_xticklabels()] == ["one rate", "own rate"]
    for line, label in zip(fig.axes[0].lines, result.runs, strict=True):
        places = [r.ranking().index(label) + 1 for r in (result.at_one_rate(0.01), result)]
        assert list(line.get_ydata()) == places


def test_learning_rates(found):
    fig, alt = learning_rates(found)
    (ax,) = fig.axes
    assert "momentum 0.02" in check_alt(alt)
    line = {line.get_label(): line for line in ax.lines}["sgd"]
    np.testing.assert_allclose(line.get_ydata()[:2], np.median(found.runs["sgd"].grid_scores, axis=1)[:2])
    assert line.get_ydata()[2] > 2 * ax.get_ylim()[1]  # out of the picture, which does not reach to 1e100
    assert ax.get_ylim()[1] < 1e4
    fig.canvas.draw()


def test_losses_below_zero_and_many_methods_can_be_drawn():
    methods = {f"sgd {i}": ("sgd", {}, [0.1 * i]) for i in range(1, 13)}
    result = compare(lambda opt, rng, n: np.array([1.0, -opt.lr]), methods, seeds=[0], evaluations=5, jobs=1,
                     progress=False)
    fig, _ = comparison(result)
    assert fig.axes[0].get_yscale() == "linear"
    looks = {(line.get_color(), str(line._unscaled_dash_pattern)) for line in fig.axes[0].lines}
    assert len(looks) == 12
    learning_rates(result)[0].canvas.draw()


def test_all_gone_can_be_drawn():
    result = compare(lambda opt, rng, n: np.array([np.nan]), {"a": ("sgd", {}, [1.0])}, seeds=[0],
                     evaluations=5, jobs=1, progress=False)
    comparison(result)[0].canvas.draw()
    learning_rates(result)[0].canvas.draw()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: comparison(3), "result must be a Comparison, as compare.. returns, got 3"),
    (lambda: learning_rates(None), "result must be a Comparison"),
    (lambda: rankings({"a": 1}), "results must be a dict of at least two titles")])
def test_refused(call, message):
    with pytest.raises(TypeError, match=message):
        call()
