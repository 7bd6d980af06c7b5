"""Losses: value and gradient together.

`loss(output, target)` returns the mean loss, a Python float, and its gradient with respect
to the output, an array of the output's shape and dtype.
"""

from __future__ import annotations

import numpy as np

from course_lib.layers import sigmoid
from course_lib.layers.base import row_of_ones
from course_lib.validation import all_finite, as_array, floats


class MSE:
    """Mean squared error, over all entries (no factor ½). Output and target: one shape.

    >>> MSE()(np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]]))
    (2.0, array([[0.],
           [2.]]))
    """

    def __call__(self, output, target):
        output, target = _same_shape(output, target)
        error = output - target
        return float(np.vdot(error, error)) / error.size, error * (2 / error.size)


class MAE:
    """Mean absolute error, over all entries. Its gradient at an error of exactly 0 is taken as 0.

    >>> MAE()(np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]]))[0]
    1.0
    """

    def __call__(self, output, target):
        output, target = _same_shape(output, target)
        error = output - target
        return float(np.mean(np.abs(error))), np.sign(error) * (1 / error.size)


class SoftmaxCrossEntropy:
    """-log softmax(logits)[label], mean over the batch.

    logits : (batch, classes); labels : (batch,) integers from 0 to classes - 1. The largest
    logit is subtracted first, so that no exponential overflows. Gradient: (softmax - onehot) / batch.

    >>> loss, gradient = SoftmaxCrossEntropy()(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(loss, 4), gradient  # log 2
    (0.6931, array([[ 0.5, -0.5]]))
    """

    def __call__(self, output, target):
        output, labels = floats("output", output, finite=False), as_array("target", target)
        _check_labels(output, labels)
        n = len(labels)
        true = np.arange(n), labels  # the place of each row's label
        shifted = output - output.max(axis=1, keepdims=True)
        gradient = np.exp(shifted)
        total = np.dot(gradient, row_of_ones(output.shape[1], output.dtype))  # of each row
        loss = float((np.log(total) - shifted[true]).sum()) / n
        gradient /= (total * n)[:, None]  # now the softmax / batch
        gradient[true] -= 1 / n
        return loss, gradient


class BinaryCrossEntropy:
    """-y·log σ(z) - (1 - y)·log(1 - σ(z)) for logits z, mean over all entries.

    Output and target have one shape; targets lie in [0, 1]. Computed as
    max(z, 0) - z·y + log(1 + exp(-|z|)), which no logit can overflow. An infinite logit costs 0 if its sign
    is right for a target of 0 or 1, else infinity. Gradient: (σ(z) - y) / entries.

    >>> loss, gradient = BinaryCrossEntropy()(np.array([[0.0]]), np.array([[1.0]]))
    >>> round(loss, 4), gradient
    (0.6931, array([[-0.5]]))
    """

    def __call__(self, output, target):
        output, target = _same_shape(output, target)
        if target.size and not (target.min() >= 0 and target.max() <= 1):
            raise ValueError(
                f"target must lie in [0, 1], got values from {target.min():g} to {target.max():g}")
        z = output
        loss = np.mean(_linear_part(z, target) + np.log1p(np.exp(-np.abs(z))))
        return float(loss), (sigmoid(z) - target) * (1 / z.size)


def _linear_part(z, y):
    """max(z, 0) - z·y, in which 0·inf is 0."""
    if all_finite(z):
        return np.maximum(z, 0) - z * y
    wrong = np.where(z > 0, 1 - y, y)  # the share of the target on the other side: the sum is |z|·wrong
    return np.multiply(np.abs(z), wrong, out=np.zeros_like(z), where=wrong > 0)


def _same_shape(output, target):
    # (n,) against (n, 1) would broadcast to (n, n) and train towards nonsense: refuse it.
    output = floats("output", output, finite=False)
    target = floats("target", target, finite=False)
    if target.dtype != output.dtype:
        target = target.astype(output.dtype)
    if target.shape != output.shape:
        raise ValueError(f"target must have the output's shape {output.shape}, got {target.shape}")
    if not output.size:
        raise ValueError(f"output must hold at least one entry, got shape {output.shape}")
    return output, target


def _check_labels(output, labels):
    if labels.dtype.kind not in "iu":
        raise TypeError(f"target must hold integer labels, got dtype {labels.dtype}")
    if output.ndim != 2 or labels.shape != output.shape[:1] or not output.size:
        raise ValueError(f"target must have shape (batch,) for logits of shape (batch, classes), "
                         f"got {labels.shape} for {output.shape}")
    classes = output.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"target must hold labels from 0 to {classes - 1}, "
                         f"got values from {labels.min()} to {labels.max()}")
