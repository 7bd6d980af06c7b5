"""Dropout: in training, units are left out at random; a new mask for each forward pass."""

from __future__ import annotations

import numpy as np

from course_lib.layers.activations import SELU_ALPHA, SELU_SCALE
from course_lib.layers.base import Layer
from course_lib.validation import generator, number


class Dropout(Layer):
    """Each number is set to 0 with chance p, the rest divided by 1 - p (Srivastava et al. 2014, section 10).

    This *inverted* scaling keeps the mean, so that in evaluation the layer does nothing.

    Parameters
    ----------
    p : chance to drop, in [0, 1); default 0.5. (Srivastava et al. call p the chance to keep.)
    rng : numpy Generator of the masks. By default the network gives the layer one that it spawns from its
        own rng, which leaves the draws of the weights and of the batches as they are without dropout

    mask : of the last forward pass in training, with entries 0 and 1/(1 - p); None in evaluation

    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> layer.forward(np.ones((2, 4)), train=True)
    array([[2., 2., 2., 0.],
           [0., 0., 0., 0.]])
    >>> layer.forward(np.ones((1, 4)))
    array([[1., 1., 1., 1.]])
    """

    draws = True
    keeps_width = True

    def __init__(self, p=0.5, rng=None):
        super().__init__()
        self.p = float(number("p", p, 0, 1, open_high=True))
        self.rng = None if rng is None else generator(rng)

    def forward(self, x, train=False):
        self.mask = self.kept(x) * x.dtype.type(1 / (1 - self.p)) if train else None
        return x * self.mask if train else x

    def backward(self, g):
        return g if self.mask is None else g * self.mask

    def kept(self, x):
        """A new mask for x: True with chance 1 - p."""
        if self.rng is None:
            raise RuntimeError(f"{self!r} has no rng yet: give it one, or a Network does")
        return self.rng.random(x.shape, dtype=np.float32) >= self.p

    def __repr__(self):
        return f"{type(self).__name__}({self.p:g})"


class AlphaDropout(Dropout):
    """Dropout for SELU: keeps mean 0 and variance 1 (Klambauer et al. 2017, section "New dropout technique").

    Dropped numbers become -scale·alpha of SELU, its limit at -∞, instead of 0; then a·x + b brings the mean
    back to 0 and the variance to 1. p and rng as for Dropout.

    >>> layer = AlphaDropout(0.2, rng=np.random.default_rng(0))
    >>> x = np.random.default_rng(1).standard_normal((1000, 1000))
    >>> y = layer.forward(x, train=True)
    >>> abs(round(float(y.mean()), 2)), round(float(y.var()), 2)
    (0.0, 1.0)
    """

    def forward(self, x, train=False):
        if not train:
            self.mask = None
            return x
        keep, limit = 1 - self.p, -SELU_SCALE * SELU_ALPHA
        a = (keep + limit**2 * keep * (1 - keep)) ** -0.5
        b = -a * (1 - keep) * limit
        kept = self.kept(x)
        self.mask = kept * x.dtype.type(a)  # the derivative
        return x * self.mask + np.where(kept, x.dtype.type(b), x.dtype.type(a * limit + b))
