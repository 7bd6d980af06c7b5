"""Normalization of data: centre, scale, whiten.

Each transform learns its numbers from the training data with `fit`, and then treats any data alike with
`transform`, a test set or a single new example too. `inverse` goes back.

    scaler = Standardize().fit(x_train)
    net.predict(scaler.transform(x_new))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.validation import boolean, floats


class Transform:
    """What the transforms share: z = (x - mean) matrix, and back. `fit` sets `mean` and the rest."""

    mean = None  # (features,), once fitted

    def fit(self, x):
        """Learn from x (n, features), the training data; returns the transform itself."""
        boolean("unbiased", self.unbiased)
        x = floats("x", x, (None, None)).astype(np.float64, copy=False)
        if len(x) < 2 or not x.shape[1]:
            raise ValueError(f"x must have two rows or more, and a feature, got shape {x.shape}")
        constant = np.flatnonzero(x.min(axis=0) == x.max(axis=0))
        if self.needs_spread and len(constant):
            raise ValueError(f"x must have no constant column, got column(s) {constant.tolist()} with one "
                             f"value for all {len(x)} rows: leave them out, they tell nothing")
        self.mean = x.mean(axis=0)
        self._learn(x - self.mean, len(x) - self.unbiased)
        return self

    def transform(self, x):
        """x (n, features) in the new coordinates, in float32 if x is."""
        x = self._checked("x", x)
        return self._forward(x - self.mean).astype(x.dtype, copy=False)

    def inverse(self, z):
        """z (n, features), in the new coordinates, back in the old ones."""
        z = self._checked("z", z)
        return (self._back(z.astype(np.float64, copy=False)) + self.mean).astype(z.dtype, copy=False)

    def _checked(self, name, values):
        if self.mean is None:
            raise RuntimeError(f"fit {type(self).__name__} to the training data before you use it")
        return floats(name, values, (None, len(self.mean)))


@dataclass
class Standardize(Transform):
    """Centre and scale each feature: z = (x - mean) / deviation.

    The mean is (1/n) Σ xᵢ, the variance (1/n) Σ (xᵢ - mean)², and the deviation its root (LeCun, Bottou, Orr
    & Müller 1998, *Efficient BackProp*, section 4.3). A constant column is an error: it has deviation 0.

    scale : False only centres
    unbiased : True divides by n - 1, as torch.Tensor.std does; False (default) by n, as NumPy, scikit-learn
        and Keras do

    >>> x = np.array([[1.0, 10.0], [3.0, 50.0]])
    >>> scaler = Standardize().fit(x)
    >>> scaler.mean, scaler.deviation
    (array([ 2., 30.]), array([ 1., 20.]))
    >>> scaler.transform([[2.0, 40.0]])
    array([[0. , 0.5]])
    >>> scaler.inverse([[0.0, 0.5]])
    array([[ 2., 40.]])
    """

    scale: bool = True
    unbiased: bool = False

    @property
    def needs_spread(self):
        return boolean("scale", self.scale)

    def _learn(self, centred, count):
        variance = (centred**2).sum(axis=0) / count
        self.deviation = np.sqrt(variance) if self.scale else np.ones(len(variance))

    def _forward(self, centred):
        return centred / self.deviation

    def _back(self, z):
        return z * self.deviation


@dataclass
class PCAWhitening(Transform):
    """Turn the data to the principal axes and give each of them variance 1: z = Λ^(-1/2) Uᵀ (x - mean).

    The covariance matrix is U Λ Uᵀ; its eigenvectors, the columns of U, are the principal axes. The
    covariance of z is the identity. An axis has no sign of its own: here its largest entry is positive.

    unbiased : True divides the covariance by n - 1, as scikit-learn's PCA(whiten=True); False (default) by n

    After `fit`: `variances` (features,), falling, and `axes` (features, features), one column each. Data
    that do not spread in every direction are an error, so there must be more rows than features.

    >>> x = np.array([[1.0, 1.0], [-1.0, -1.0], [0.5, -0.5], [-0.5, 0.5]])
    >>> whitening = PCAWhitening().fit(x)
    >>> whitening.variances
    array([1.  , 0.25])
    >>> z = whitening.transform(x)
    >>> (z.T @ z / 4).round(12)
    array([[1., 0.],
           [0., 1.]])
    """

    unbiased: bool = False
    needs_spread = True

    def _learn(self, centred, count):
        # centred = L diag(s) Uᵀ, so the covariance is U diag(s² / count) Uᵀ. This way is more exact than by
        # the covariance matrix, whose condition number is the square of that of the data.
        _, singular, rows = np.linalg.svd(centred, full_matrices=False)
        flat = int((singular <= 1e-12 * singular[0]).sum()) + centred.shape[1] - len(singular)
        if flat:
            raise ValueError(f"x must spread in every direction, got variance 0 in {flat} of "
                             f"{centred.shape[1]}: features depend on each other, or the {len(centred)} rows "
                             "are too few")
        largest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
        self.axes, self.variances = (rows * np.sign(largest)[:, None]).T, singular**2 / count

    def _forward(self, centred):
        return centred @ self.axes / np.sqrt(self.variances)

    def _back(self, z):
        return z * np.sqrt(self.variances) @ self.axes.T


@dataclass
class ZCAWhitening(PCAWhitening):
    """Whiten, then turn back: z = U Λ^(-1/2) Uᵀ (x - mean).

    Of all matrices that whiten, this symmetric one keeps the data nearest to where they were, in the mean
    square (Bell & Sejnowski 1997; Kessy, Lewin & Strimmer 2018, eq. 12 and table 1). Each new feature
    still belongs to an old one; a whitened image still looks like one. Else as PCAWhitening.

    >>> x = np.array([[1.0, 1.0], [-1.0, -1.0], [0.5, -0.5], [-0.5, 0.5]])
    >>> ZCAWhitening().fit(x).transform(x)
    array([[ 1.,  1.],
           [-1., -1.],
           [ 1., -1.],
           [-1.,  1.]])
    """

    def _forward(self, centred):
        return super()._forward(centred) @ self.axes.T

    def _back(self, z):
        return super()._back(z @ self.axes)
