"""What all exercise checks share: values are judged before the float type, and messages show a difference."""

import inspect
import sys

import numpy as np
import pytest

from course_lib.exercises import (
    lecture01,
    lecture03,
    lecture04,
    lecture06,
    lecture07,
    lecture08_backward,
    lecture09,
    lecture09_steps,
    lecture10,
    lecture10_steps,
    lecture11,
    lecture12,
    lecture16,
    lecture18,
    lecture19,
)
from course_lib.exercises.answers import run
from course_lib.exercises.base import THREE_DIGITS, Mistake, WrongAnswer, check_function, check_number

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
    (lecture09.check_momentum_step, lecture09_steps.momentum_step),
    (lecture09.check_nesterov_step, lecture09_steps.nesterov_step),
    (lecture10.check_adagrad_step, lecture10_steps.adagrad_step),
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
    with pytest.raises(WrongAnswer, match=r"^y has dtype float32, expected float64: half of the digits"):
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


def test_a_rounded_number_is_right_unless_a_mistake_is_nearer():
    mistakes = [Mistake("the mean need not be whole", 51)]
    for value in (51.2, 51.18, 51.4):
        check_number("n", value, 51.2, mistakes=mistakes)
    for value in (51, 51.05, 50.9):
        with pytest.raises(WrongAnswer, match="need not be whole"):
            check_number("n", value, 51.2, mistakes=mistakes)


def test_a_number_rounded_too_much_is_told_so():
    check_number("n", 0.118, 2 / 17)
    with pytest.raises(WrongAnswer, match=r"n = 0\.12 is too large: if you rounded it, give more digits\."):
        check_number("n", 0.12, 2 / 17)
    with pytest.raises(WrongAnswer, match=r"n = 0\.13 is too large\."):
        check_number("n", 0.13, 2 / 17)


def numbers_of(check, monkeypatch):
    """What a check asks for: (name, expected, keywords of check_number) of each number."""
    asked = []
    monkeypatch.setattr(sys.modules[check.__module__], "check_number",
                        lambda name, value, expected, **how: asked.append((name, expected, how)))
    check(*[0.0] * len(inspect.signature(check).parameters))
    assert asked
    return asked


ASK_NUMBERS = [lecture01.check_predictions, lecture19.check_collapse] + [
    lecture.check_prediction for lecture in (lecture03, lecture04, lecture06, lecture07, lecture08_backward,
                                             lecture09, lecture10, lecture11, lecture12, lecture16, lecture18,
                                             lecture19)]


@pytest.mark.parametrize("check", ASK_NUMBERS, ids=lambda check: f"{check.__module__}.{check.__name__}")
def test_each_mistaken_number_is_told_apart_and_three_digits_do(check, monkeypatch):
    for name, expected, how in numbers_of(check, monkeypatch):
        check_number(name, expected, expected, **how)
        if how.get("tolerance", THREE_DIGITS) >= THREE_DIGITS:
            check_number(name, float(f"{expected:.3g}"), expected, **how)
        for mistake in how["mistakes"]:
            with pytest.raises(WrongAnswer) as refused:
                check_number(name, mistake.result, expected, **how)
            assert mistake.message in str(refused.value), (name, mistake)


TWO = {"reference": lambda x: (2 * x, x + 3), "outputs": ("y", "z")}


@pytest.mark.parametrize("x", [1.5, np.array([1.5, -2.5]), np.array([[1.5], [-2.5]])], ids=np.shape)
def test_several_results_may_come_in_one_array(x):
    check_function(lambda x: np.array([2 * x, x + 3]), cases=[(x,)], **TWO)
    with pytest.raises(WrongAnswer, match="z has the wrong sign"):
        check_function(lambda x: np.array([2 * x, -x - 3]), cases=[(x,)], **TWO)
    with pytest.raises(WrongAnswer, match="returned one value, expected 2 values: return y, z"):
        check_function(lambda x: np.array([2 * x, x + 3, x]), cases=[(x,)], **TWO)


@pytest.mark.parametrize("shape", [(1,), (3,), (1, 1)])
def test_one_number_is_no_array(shape):
    with pytest.raises(WrongAnswer) as refused:
        check_function(lambda x: np.full(shape, 2 * x), reference=lambda x: 2 * x, cases=[(1.5,)],
                       outputs=("y",))
    assert str(refused.value) == f"y is an array of shape {shape}: return one number, not an array."


# What does not come back as asked, and the message for it. The right answer is 2·x.
X = np.array([[1.5, -2.5, 0.25, 4.5], [3.5, 0.5, -1.25, 7.5]])
NOT_AS_ASKED = {
    "your function returned 2 values, expected one value: return y": lambda x: (2 * x, x > 0),
    "your function returned a tuple with one value in it: return y alone": lambda x: (2 * x,),
    r"y has shape \(4, 2\), expected \(2, 4\): the right number of entries, arr": lambda x: 2 * x.T,
    r"y has shape \(4,\), expected \(2, 4\)\.": lambda x: 2 * x[0],
    "y has dtype int64: it was rounded to whole numbers": lambda x: np.rint(2 * x).astype(np.int64),
    "y has dtype int8: it can hold no fractions": lambda x: (x > 0).astype(np.int8),
    "y has dtype float32, expected float64: half of the digits": lambda x: (2 * x).astype(np.float32),
    "y holds NaN or infinite values: .* a root or logarithm of a negative number": lambda x: x * np.nan,
    r"called with \(x of shape \(2, 4\)\), your function stopped with ZeroDivisionError": lambda x: 1 / 0,
    r"not right yet: .* you give -1\.25 at \[1, 2\], expected is -2\.5": lambda x: (
        np.where(x == -1.25, x, 2 * x)),
    "keep anything between calls, nor draw random numbers": lambda x: np.random.default_rng().random(x.shape),
}


@pytest.mark.parametrize("message", NOT_AS_ASKED)
def test_what_comes_back_otherwise_than_asked_is_told_so(message):
    with pytest.raises(WrongAnswer, match=message):
        check_function(NOT_AS_ASKED[message], reference=lambda x: 2 * x, cases=[(X,)], outputs=("y",))


def test_a_change_in_place_is_named_with_the_ways_to_avoid_it():
    def doubled(x):
        x[...] = 2 * x
        return x

    with pytest.raises(WrongAnswer, match=r"argument x in place.*x\[…\] = …, or work on x\.copy\(\)"):
        check_function(doubled, reference=lambda x: 2 * x, cases=[(X,)], outputs=("y",))


@pytest.mark.parametrize("values", [(3.0, -5.0), [3.0, -5.0]])
def test_a_vector_may_come_as_a_tuple_or_list(values):
    check_function(lambda x: values, reference=lambda x: 2 * x, cases=[(np.array([1.5, -2.5]),)],
                   outputs=("y",))


@pytest.mark.parametrize("said", ["why 3", "why 3.", "why 3?"])
def test_a_diagnosis_ends_with_one_stop(said):
    with pytest.raises(WrongAnswer, match=r"^y = 3: why 3[.?]$"):
        check_number("y", 3.0, 2.0, mistakes=[Mistake(said, 3.0)])


# Mistakes are looked for before a shape or a type is called wrong

SEEN_FIRST = [
    Mistake("you took the mean over all", lambda x: 2 * x.mean()),
    Mistake("your root has no value", lambda x: np.sqrt(np.where(x < 0, np.nan, x))),
]


@pytest.mark.parametrize(("message", "answer"), [
    ("you took the mean over all", lambda x: np.mean(2 * x)),
    ("your root has no value", lambda x: np.array([[a**0.5 if a > 0 else np.nan for a in row] for row in x])),
    (r"y has shape \(2,\), expected \(2, 4\)", lambda x: x.mean(axis=1)),
    ("y must hold real numbers, got an array of dtype bool", lambda x: x > 0),
    ("y must hold real numbers, got dict", lambda x: {}),
    ("y must be an array of numbers, with rows of one length", lambda x: [[1.0], [1.0, 2.0]]),
    ("y is None", lambda x: np.array(None)),
])
def test_mistakes_of_another_shape_are_told_first(message, answer):
    with pytest.raises(WrongAnswer, match=message):
        check_function(answer, reference=lambda x: 2 * x, cases=[(X,), (X[::-1],)], outputs=("y",),
                       mistakes=SEEN_FIRST)


def test_none_in_a_mistake_says_nothing_of_that_result():
    half = [Mistake("y is x itself", lambda x: (x, None))]
    for z in (5.0, "text", np.ones(3)):
        with pytest.raises(WrongAnswer, match=r"^y is x itself\.$"):
            check_function(lambda x, z=z: (x, z), cases=[(1.5,)], mistakes=half, **TWO)


def test_a_wrong_form_goes_before_an_error_in_a_later_case():
    def answer(x):
        return [1.0 / float(x[0] != 3.5)]

    with pytest.raises(WrongAnswer, match=r"y has shape \(1,\), expected \(4,\)"):
        check_function(answer, reference=lambda x: 2 * x, cases=[(X[0],), (X[1],)], outputs=("y",))
