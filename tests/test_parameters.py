"""One vector of values, one of gradients, and views into them."""

import numpy as np
import pytest

from course_lib.parameters import Parameters, float_dtype

SHAPES = {"0.weight": (2, 3), "0.bias": (3,), "2.weight": (3, 1), "2.bias": (1,), "scale": ()}


def test_tensors_lie_end_to_end_in_the_order_given():
    p = Parameters(SHAPES, np.float64)
    p.x[:] = np.arange(p.size)
    assert p.size == 6 + 3 + 3 + 1 + 1
    np.testing.assert_array_equal(p["0.weight"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(p["0.bias"], [6, 7, 8])
    np.testing.assert_array_equal(p["2.weight"], [[9], [10], [11]])
    assert p["scale"] == 13
    assert list(p) == list(SHAPES)
    assert len(p) == 5


@pytest.mark.parametrize("name", SHAPES)
def test_views_share_memory_both_ways(name):
    p = Parameters(SHAPES)
    for views, vector in ((p.values, p.x), (p.gradients, p.g)):
        assert views[name].shape == SHAPES[name]
        assert np.shares_memory(views[name], vector)
        views[name][...] = 5
        assert (vector == 5).sum() == max(views[name].size, 1)
        vector[:] = 7
        assert (views[name] == 7).all()
    assert not np.shares_memory(p.x, p.g)
    assert p[name] is p.values[name]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32", np.dtype("float64")])
def test_dtype(dtype):
    p = Parameters({"w": (2,)}, dtype)
    assert p.x.dtype == p.g.dtype == p["w"].dtype == np.dtype(dtype) == float_dtype(dtype)


def test_views_of_another_vector():
    p = Parameters(SHAPES)
    other = np.arange(p.size)
    np.testing.assert_array_equal(p.views(other)["0.bias"], [6, 7, 8])
    with pytest.raises(ValueError, match=r"vector must be an array of shape \(14,\), got \(13,\)"):
        p.views(other[1:])


def test_unknown_name_lists_the_known():
    with pytest.raises(KeyError, match=r"'1\.weight'.*0\.weight, 0\.bias"):
        Parameters(SHAPES)["1.weight"]


def test_repr_tells_size_and_shapes():
    text = repr(Parameters(SHAPES))
    assert "14 float32 numbers" in text
    assert "0.weight (2, 3)" in text


@pytest.mark.parametrize("name", ["x", "g"])
def test_the_vectors_cannot_be_replaced_but_changed_in_place(name):
    p = Parameters(SHAPES, np.float64)
    vector, views = getattr(p, name), p.values if name == "x" else p.gradients
    with pytest.raises(AttributeError, match=rf"use parameters\.{name}\[:\] = \.\.\."):
        setattr(p, name, np.ones(p.size))
    p.x += 2
    p.g -= 3
    getattr(p, name)[:] += 1
    assert getattr(p, name) is vector
    np.testing.assert_array_equal(views["0.bias"], [3 if name == "x" else -2] * 3)


def test_a_tensor_that_is_assigned_is_copied_into_its_view():
    p = Parameters(SHAPES, np.float32)
    weight = np.arange(6.0).reshape(2, 3)
    p["0.weight"] = weight
    p["2.weight"] = [[7], [8], [9]]
    p["0.bias"] += 1
    p["scale"] = 5
    weight[:] = -1
    np.testing.assert_array_equal(p.x, [0, 1, 2, 3, 4, 5, 1, 1, 1, 7, 8, 9, 0, 5])
    assert all(np.shares_memory(p[name], p.x) for name in SHAPES)
    with pytest.raises(ValueError, match=r"parameters\['0\.bias'\] must have shape \(3,\), got \(1,\)"):
        p["0.bias"] = [1.0]
    with pytest.raises(KeyError, match=r"1\.weight"):
        p["1.weight"] = weight
