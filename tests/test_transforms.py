import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.optimizers import SGD, NonFiniteGradientError
from course_lib.transforms import clip_norm, l1, l2

RNG = np.random.default_rng(0)
NONZERO = RNG.choice([-1, 1], 20) * RNG.uniform(0.1, 2, 20)


def slope(penalty, x, eps=1e-6):
    return np.array([(penalty(x + eps * e) - penalty(x - eps * e)) / (2 * eps) for e in np.eye(len(x))])


@pytest.mark.parametrize(("transform", "penalty"), [
    (l2(0.3), lambda x: 0.15 * np.sum(x**2)),
    (l1(0.3), lambda x: 0.3 * np.abs(x).sum()),
])
def test_penalty_gradients_against_central_differences(transform, penalty):
    g = RNG.normal(size=20)
    np.testing.assert_allclose(transform(NONZERO, g) - g, slope(penalty, NONZERO), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("transform", [l2(0.1), l1(0.1), clip_norm(0.1), clip_norm(100)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_dtype_and_shape_stay_and_nothing_changes_in_place(transform, dtype, shape):
    x, g = np.full(shape, 2, dtype), np.full(shape, 3, dtype)
    out = transform(x, g)
    assert out.dtype == dtype
    assert out.shape == shape
    assert (x == 2).all()
    assert (g == 3).all()


@pytest.mark.parametrize("transform", [l2, l1, clip_norm])
def test_numpy_hyper_parameters_do_not_upcast(transform):
    g = np.ones(3, np.float32)
    assert transform(np.float64(0.1))(g, g).dtype == np.float32


def test_weight_decay_shrinks_by_the_factor_of_the_docstring():
    x = np.array([2.0, -3.0])
    SGD(lr=0.1, transforms=[l2(0.5)]).step(x, np.zeros(2))
    np.testing.assert_allclose(x, np.array([2.0, -3.0]) * (1 - 0.1 * 0.5), rtol=1e-15)


@given(st.lists(st.floats(-1e10, 1e10), min_size=1, max_size=10), st.floats(1e-3, 1e3))
def test_clip_keeps_the_direction_and_the_bound(values, bound):
    g = np.array(values)
    clipped, norm = clip_norm(bound)(None, g), np.linalg.norm(g)
    assert np.linalg.norm(clipped) <= bound * (1 + 1e-12)
    if norm <= bound:
        np.testing.assert_array_equal(clipped, g)
    else:
        np.testing.assert_allclose(clipped, g * (bound / norm), rtol=1e-12)


def test_clip_agrees_with_torch():
    torch = pytest.importorskip("torch")
    g = RNG.normal(size=(4, 5))
    p = torch.nn.Parameter(torch.zeros(4, 5, dtype=torch.float64))
    p.grad = torch.from_numpy(g.copy())
    torch.nn.utils.clip_grad_norm_([p], 0.7)
    np.testing.assert_allclose(clip_norm(0.7)(None, g), p.grad.numpy(), rtol=1e-5)  # torch adds 1e-6


def test_order_matters_and_is_the_order_given():
    x, g = np.array([10.0]), np.array([0.0])
    for transforms, expected in (([l2(1.0), clip_norm(1.0)], 9.0), ([clip_norm(1.0), l2(1.0)], 0.0)):
        moved = x.copy()
        SGD(lr=1.0, transforms=transforms).step(moved, g)
        assert moved[0] == expected


def test_a_transform_that_breaks_the_gradient_is_caught_before_anything_changes():
    x = np.ones(3)
    for broken, error in ((lambda x, g: g[:2], ValueError), (lambda x, g: None, TypeError),
                          (lambda x, g: g.astype(np.float32), ValueError),
                          (lambda x, g: g * np.nan, ValueError)):
        opt = SGD(lr=1.0, transforms=[broken])
        with pytest.raises(error, match=r"gradient|g must be finite"):
            opt.step(x, np.ones(3))
        assert opt.t == 0
        np.testing.assert_array_equal(x, 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("share", [1e-6, 0.1, 0.9])  # of the largest number there is
def test_clipping_a_gradient_whose_sum_of_squares_overflows(dtype, share):
    largest = np.finfo(dtype).max
    g = largest * dtype(share) * np.array([[1.0, -0.5], [0.25, 0.0]], dtype)
    kept = g.copy()
    clipped = clip_norm(2.0)(None, g)
    exact = np.array([[1.0, -0.5], [0.25, 0.0]]) * 2 / np.sqrt(1 + 0.25 + 0.0625)
    np.testing.assert_allclose(clipped, exact, rtol=4 * np.finfo(dtype).eps)
    assert clipped.dtype == dtype
    np.testing.assert_array_equal(g, kept)


def test_a_large_bound_leaves_a_large_gradient_as_it_is():
    g = np.array([1e20, 1e20], np.float32)  # its length is 1.4e20, though its square is no float32
    assert clip_norm(1e30)(None, g) is g
    np.testing.assert_allclose(clip_norm(1e20)(None, g), g / np.sqrt(2), rtol=1e-6)
    np.testing.assert_allclose(clip_norm(1.0)(None, [3, 4]), [0.6, 0.8])  # whole numbers become float64


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_not_hidden(value):
    g = np.array([1.0, value])
    assert clip_norm(0.1)(None, g) is g
    with pytest.raises(NonFiniteGradientError, match=r"1 NaN or infinite value\(s\) of 2 at step 1"):
        SGD(transforms=[clip_norm(0.1)]).step(np.ones(2), g)
