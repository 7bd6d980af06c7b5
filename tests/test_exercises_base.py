"""What all exercise checks share: values are judged before the float type, and messages show a difference."""

import numpy as np
import pytest

from course_lib.exercises import (
    lecture01,
    lecture07,
    lecture09,
    lecture10,
    lecture18,
    lecture19,
)
from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, run

HALF = np.array([1.5, -2.5], np.float32), np.array([0.3, 7.0])
TWICE = {"reference": lambda x: 2 * x, "cases": [(x,) for x in HALF], "outputs": ("y",)}


def in_float64(function):
    """The same function, computed in float64 whatever it is given."""
    def answer(*arguments):
        return function(*(a.astype(np.float64) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
                          for a in arguments))
    return answer


@pytest.mark.parametrize(("check", "right"), [
    (lecture01.check_dense_backward, lecture01.dense_backward),
    (lecture01.check_cross_entropy_gradient, lecture01.cross_entropy_gradient),
    (lecture07.check_standardize, lambda train, new: (new - train.mean(0)) / train.std(0)),
    (lecture09.check_momentum_step, lecture09.momentum_step),
    (lecture09.check_nesterov_step, lecture09.nesterov_step),
    (lecture10.check_adagrad_step, lecture10.adagrad_step),
    (lecture18.check_proximal_step, lecture18.proximal_step),
    (lecture19.check_dropout, lecture19.dropout),
], ids=lambda value: getattr(value, "__name__", ""))
def test_right_values_in_float64_are_right(check, right, capsys):
    check(in_float64(right))
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Remark: for arguments of dtype float32")
    assert said[-1].startswith("Right")


def test_a_mistake_in_float64_is_diagnosed_all_the_same():
    mistakes = [Mistake("you added 2", lambda x: x + 2)]
    with pytest.raises(WrongAnswer, match=r"^you added 2\.$"):
        check_function(lambda x: x + np.array([2.0, 2.0]), mistakes=mistakes, **TWICE)
    with pytest.raises(WrongAnswer, match="exactly 4 times too large"):
        check_function(lambda x: 8 * x.astype(float), mistakes=mistakes, **TWICE)


def test_float64_arguments_are_compared_as_closely_as_ever():
    check_function(lambda x: x * (2.0 + 1e-12), **TWICE)
    with pytest.raises(WrongAnswer, match=r"expected is \[ 0\.6 14\. \]"):
        check_function(lambda x: 2.0 * x + 1e-7 * np.array([1, 0]), **TWICE)


def test_digits_that_are_lost_are_named_after_the_mistakes():
    with pytest.raises(WrongAnswer, match=r"^y has dtype float32, expected float64, that of the arg"):
        check_function(lambda x: np.float32(2 * x), **TWICE)
    mistakes = [Mistake("you added 2", lambda x: x + 2)]
    with pytest.raises(WrongAnswer, match="you added 2"):
        check_function(lambda x: np.float32(x + 2), mistakes=mistakes, **TWICE)
    with pytest.raises(WrongAnswer, match="y has dtype float32"):
        run(np.float32, (HALF[1],), ["x"], ("y",), (HALF[1],))


def test_a_number_needs_no_remark(capsys):
    check_function(lambda x: float(x.sum()), reference=lambda x: x.sum(), cases=[(HALF[0],)], outputs=("y",))
    assert capsys.readouterr().out == ""


def test_the_two_numbers_of_a_message_differ():
    with pytest.raises(WrongAnswer, match=r"you give 0\.333333, expected is 0\.33333333"):
        check_function(lambda x: round(x / 3, 6), reference=lambda x: x / 3, cases=[(1.0,)], outputs=("y",),
                       mistakes=[])


def test_a_mistake_may_be_given_rounded():
    mistakes = [Mistake("round up", 44.8906, within=1e-3)]
    for value in (44.89, 44.9):
        with pytest.raises(WrongAnswer, match=f"n = {value}: round up"):
            check_number("n", value, 45, tolerance=1e-9, mistakes=mistakes)
    with pytest.raises(WrongAnswer, match=r"n = 44\.5 is too small"):
        check_number("n", 44.5, 45, tolerance=1e-9, mistakes=mistakes)
