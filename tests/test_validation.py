"""Each check names the argument, what was given and what is allowed."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from course_lib.validation import (
    all_finite,
    as_array,
    boolean,
    choice,
    floats,
    function,
    generator,
    integer,
    number,
    shape_tuple,
)


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.5), np.float64(1), np.int64(1), Fraction(1, 2)])
def test_numbers_in_range(value):
    assert number("a", value, 0, 1) is value


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), -float("inf"), np.float64("nan")])
def test_numbers_out_of_range(value):
    with pytest.raises(ValueError, match=r"^a must be a number in \[0, 1\], got ") as error:
        number("a", value, 0, 1)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("value", [None, "1", True, np.True_, 1j, [1], np.array(1.0), Decimal(1), object])
def test_what_is_no_number(value):
    with pytest.raises(TypeError, match=r"^a must be a number in \(-inf, inf\), got "):
        number("a", value)


def test_open_ends():
    assert number("a", 0.5, 0, 1, open_low=True, open_high=True) == 0.5
    for value in (0, 1):
        with pytest.raises(ValueError, match=r"\(0, 1\)"):
            number("a", value, 0, 1, open_low=True, open_high=True)
    with pytest.raises(ValueError, match=r"\[0, inf\), got -1"):
        number("a", -1, 0)


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3)])
def test_integers(value):
    result = integer("n", value, 1, 5)
    assert result == 3
    assert type(result) is int


@pytest.mark.parametrize("value", [True, np.False_, 3.0, "3", None, [3], 1e3])
def test_what_is_no_integer(value):
    with pytest.raises(TypeError, match=r"^n must be a whole number of at least 1, got "):
        integer("n", value, 1)


@pytest.mark.parametrize(("low", "high", "text"), [
    (1, None, "of at least 1"), (1, 5, "from 1 to 5"), (None, 5, "of at most 5")])
def test_integers_out_of_range(low, high, text):
    with pytest.raises(ValueError, match=rf"^n must be a whole number {text}, got "):
        integer("n", 9 if high else -9, low, high)


def test_choice():
    assert choice("kind", "a", ["a", "b"]) == "a"
    assert choice("kind", "b", {"a": 1, "b": 2}) == "b"
    for value in ("c", None, 1):
        with pytest.raises(ValueError, match=r"kind must be one of 'a', 'b', got "):
            choice("kind", value, ["a", "b"])


@pytest.mark.parametrize("value", [[1, 2], (1.0, 2.0), np.array([1, 2], "i1"), np.array([1, 2], "f4")])
def test_floats(value):
    array = floats("x", value, (None,))
    assert array.dtype in (np.float32, np.float64)
    np.testing.assert_array_equal(array, [1, 2])


def test_floats_are_not_copied():
    for dtype in (np.float32, np.float64):
        x = np.ones(3, dtype)
        assert floats("x", x) is x


@pytest.mark.parametrize("value", [None, [None], "one", ["a"], [True], np.ones(2, "f2"), np.ones(2, "c8")])
def test_arrays_of_something_else(value):
    with pytest.raises(TypeError, match=r"x must hold float32 or float64 numbers, or integers, got dtype "):
        floats("x", value)


def test_ragged_lists_shapes_and_nan():
    with pytest.raises(ValueError, match=r"x must be an array of numbers, got a list whose rows have uneven"):
        floats("x", [[1.0], [1.0, 2.0]])
    for shape, text in (((2,), r"\(2,\)"), ((None, 2), r"\(any, 2\)"), ((), r"\(\)")):
        with pytest.raises(ValueError, match=rf"x must have shape {text}, got \(3,\)"):
            floats("x", np.ones(3), shape)
    with pytest.raises(ValueError, match=r"x must be finite, got 2 value.* shape \(3,\)"):
        floats("x", [1.0, np.nan, np.inf])
    assert floats("x", [np.nan], finite=False).shape == (1,)


def test_generator():
    rng = np.random.default_rng(0)
    assert generator(rng) is rng
    for value in (None, 0, np.random, np.random.RandomState(0), np.random.PCG64(0)):
        with pytest.raises(TypeError, match=r"^noise must be a numpy\.random\.Generator"):
            generator(value, "noise")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 4)])
def test_all_finite(shape, dtype):
    for value in (0, 1, np.finfo(dtype).max, -np.finfo(dtype).max):  # the squares of the last two overflow
        assert all_finite(np.full(shape, value, dtype))
    array = np.ones(shape, dtype)
    for bad in (np.nan, np.inf, -np.inf):
        if array.size:
            array.reshape(-1)[-1] = bad
            assert not all_finite(array)


@pytest.mark.parametrize("shape", [(), (2,), [2, 0], (np.int64(3),), np.array([1, 2])])
def test_shapes(shape):
    result = shape_tuple("shape", shape)
    assert result == tuple(shape)
    assert all(type(n) is int for n in result)


@pytest.mark.parametrize("shape", [3, "ab", (2.5,), (-1,), (True,), None, [[1]]])
def test_what_is_no_shape(shape):
    with pytest.raises((TypeError, ValueError),
                       match=r"^s must be a tuple of whole numbers of at least 0, got "):
        shape_tuple("s", shape)


def test_booleans():
    assert boolean("b", True) is True
    for value in (1, 0, None, "yes", np.True_):
        with pytest.raises(TypeError, match=r"^b must be True or False, got "):
            boolean("b", value)


def test_functions_by_the_number_of_their_arguments():
    for good in (lambda a, b: a, lambda *rest: rest, lambda a, b, c=0: a, np.maximum, max):
        assert function("f", good, "a function of two things") is good
    for bad in (lambda a: a, lambda a, b, c: a, lambda: 0, 3, None, "max", print.__class__):
        with pytest.raises(TypeError, match=r"^f must be a function of two things, got "):
            function("f", bad, "a function of two things")
    with pytest.raises(TypeError, match=r"^f must be one, got "):
        function("f", lambda a, b: a, "one", arguments=1)


def test_as_array():
    x = np.ones(2)
    assert as_array("x", x) is x
    assert as_array("x", "text").dtype.kind == "U"
