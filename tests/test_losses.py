"""Losses against central differences, SciPy and torch, in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, log_softmax, softmax

from course_lib.losses import MAE, MSE, BinaryCrossEntropy, SoftmaxCrossEntropy

RNG = np.random.default_rng(0)
SHAPES = [(1, 1), (1, 4), (6, 1), (5, 3)]


def case(loss, shape, scale=2.0):
    output = scale * RNG.normal(size=shape)
    if isinstance(loss, SoftmaxCrossEntropy):
        return output, RNG.integers(0, shape[1], shape[0])
    if isinstance(loss, BinaryCrossEntropy):
        return output, RNG.choice([0.0, 0.3, 1.0], shape)
    return output, RNG.normal(size=shape)


def torch_value(torch, loss, output, target):
    functional = torch.nn.functional
    function = {MSE: functional.mse_loss, MAE: functional.l1_loss,
                SoftmaxCrossEntropy: functional.cross_entropy,
                BinaryCrossEntropy: functional.binary_cross_entropy_with_logits}[type(loss)]
    leaf = torch.from_numpy(output.copy()).requires_grad_()
    value = function(leaf, torch.from_numpy(target))
    value.backward()
    return value.item(), leaf.grad.numpy()


ALL = [MSE(), MAE(), SoftmaxCrossEntropy(), BinaryCrossEntropy()]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", ALL, ids=lambda loss: type(loss).__name__)
def test_gradient_against_central_differences(loss, shape):
    output, target = case(loss, shape)
    numeric, eps = np.empty_like(output), 1e-6
    for index in np.ndindex(shape):
        moved = output.copy()
        moved[index] += eps
        up = loss(moved, target)[0]
        moved[index] -= 2 * eps
        numeric[index] = (up - loss(moved, target)[0]) / (2 * eps)
    value, gradient = loss(output, target)
    assert type(value) is float
    assert gradient.shape == output.shape
    # One class: the loss is constantly zero, and only rounding is left to compare.
    scale = max(np.linalg.norm(gradient) + np.linalg.norm(numeric), 1e-3)
    assert np.linalg.norm(gradient - numeric) < 1e-7 * scale


@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize("shape", [*SHAPES, (200, 10)])
@pytest.mark.parametrize("loss", ALL, ids=lambda loss: type(loss).__name__)
def test_value_and_gradient_against_torch(loss, shape, scale):
    torch = pytest.importorskip("torch")
    output, target = case(loss, shape, scale)
    value, gradient = loss(output, target)
    expected, expected_gradient = torch_value(torch, loss, output, target)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-12, atol=1e-15)


@given(arrays(np.float64, (4, 3), elements=st.floats(-1e4, 1e4)))
@settings(deadline=None)
def test_softmax_against_scipy_at_any_logits(logits):
    labels = np.array([0, 1, 2, 0])
    value, gradient = SoftmaxCrossEntropy()(logits, labels)
    expected = -log_softmax(logits, axis=1)[range(4), labels].mean()
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradient, (softmax(logits, axis=1) - np.eye(3)[labels]) / 4, atol=1e-14)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


@given(arrays(np.float64, (5,), elements=st.floats(-1e4, 1e4)),
       arrays(np.float64, (5,), elements=st.floats(0, 1)))
@settings(deadline=None)
def test_binary_against_logaddexp_at_any_logits(z, y):
    value, gradient = BinaryCrossEntropy()(z, y)
    # -y·log σ(z) - (1-y)·log(1-σ(z)), with -log σ(z) = log(e⁰ + e^-z)
    expected = np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))
    np.testing.assert_allclose(value, expected, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(gradient, (expit(z) - y) / 5, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sign", [1, -1])
def test_extreme_logits_give_the_exact_linear_loss(dtype, sign):
    z = np.full((2, 1), sign * 1e4, dtype)
    for y in (0.0, 1.0):
        value, gradient = BinaryCrossEntropy()(z, np.full((2, 1), y))
        assert value == (1e4 if (sign > 0) != (y == 1) else 0)
        assert np.isfinite(gradient).all()
    value, gradient = SoftmaxCrossEntropy()(np.array([[sign * 1e4, 0.0]], dtype), np.array([0]))
    assert value == (0 if sign > 0 else 1e4)
    np.testing.assert_array_equal(gradient, [[0, 0]] if sign > 0 else [[-1, 1]])


@pytest.mark.parametrize("loss", ALL, ids=lambda loss: type(loss).__name__)
def test_float32_stays_and_arguments_are_not_changed(loss):
    output, target = case(loss, (5, 3))
    output = output.astype(np.float32)
    kept = output.copy(), target.copy()
    value, gradient = loss(output, target)
    assert type(value) is float
    assert gradient.dtype == np.float32
    np.testing.assert_array_equal(output, kept[0])
    np.testing.assert_array_equal(target, kept[1])
    assert not np.shares_memory(gradient, output)


@pytest.mark.parametrize("loss", ALL, ids=lambda loss: type(loss).__name__)
def test_any_memory_order(loss):
    output, target = case(loss, (5, 3))
    value, gradient = loss(output, target)
    other = loss(np.asfortranarray(output), np.asfortranarray(target))
    np.testing.assert_allclose(other[0], value, rtol=1e-14)
    np.testing.assert_allclose(other[1], gradient, rtol=1e-14)


def test_values_by_hand():
    assert MSE()(np.array([1.0, 3.0]), [0, 0])[0] == 5
    assert MAE()(np.array([1.0, -3.0]), [0, 0])[0] == 2
    np.testing.assert_array_equal(MAE()(np.array([0.0, -3.0]), [0, 0])[1], [0, -0.5])
    assert SoftmaxCrossEntropy()(np.zeros((1, 8)), [3])[0] == pytest.approx(np.log(8))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_labels_of_any_integer_type(dtype):
    logits = RNG.normal(size=(3, 4))
    expected = SoftmaxCrossEntropy()(logits, np.array([0, 3, 1]))
    value, gradient = SoftmaxCrossEntropy()(logits, np.array([0, 3, 1], dtype))
    assert value == expected[0]
    np.testing.assert_array_equal(gradient, expected[1])


def test_a_column_of_targets_against_a_row_is_refused():
    with pytest.raises(ValueError, match=r"target must have the output's shape \(5, 1\), got \(5,\)"):
        MSE()(np.zeros((5, 1)), np.zeros(5))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("z", "y", "value", "slope"), [
    (np.inf, 1, 0, 0), (-np.inf, 0, 0, 0),  # sure, and right
    (np.inf, 0, np.inf, 1), (-np.inf, 1, np.inf, -1), (np.inf, 0.5, np.inf, 0.5)])
def test_binary_at_an_infinite_logit(dtype, z, y, value, slope):
    loss, gradient = BinaryCrossEntropy()(np.array([[z]], dtype), np.array([[y]], dtype))
    assert (loss, gradient.item()) == (value, slope)
    assert gradient.dtype == dtype
    loss, gradient = BinaryCrossEntropy()(np.array([z, 0.3], dtype), np.array([y, 1], dtype))
    assert loss == pytest.approx((value + np.logaddexp(0, -0.3)) / 2)
    np.testing.assert_allclose(gradient, [slope / 2, (expit(0.3) - 1) / 2], rtol=1e-6)


@pytest.mark.parametrize("y", [0.0, 0.5, 1.0])
def test_binary_does_not_hide_a_logit_that_is_not_a_number(y):
    loss, gradient = BinaryCrossEntropy()(np.array([np.nan, 1.0]), np.array([y, 1.0]))
    assert np.isnan(loss)
    assert np.isnan(gradient[0])
