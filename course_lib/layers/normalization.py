"""Normalization layers: mean 0 and variance 1 over the batch (BatchNorm) or over the units (LayerNorm)."""

from __future__ import annotations

import numpy as np

from course_lib.initializers import ones, zeros
from course_lib.layers.base import Layer, check_width
from course_lib.validation import boolean, integer, number


class Normalization(Layer):
    """What both share: y = gamma·x̂ + beta, with one trained gamma and beta per unit."""

    def __init__(self, features, eps):
        super().__init__()
        self.features = integer("features", features, 1)
        self.widths = self.features, self.features
        self.eps = float(number("eps", eps, 0))
        self.shapes = {"gamma": ((self.features,), ones()), "beta": ((self.features,), zeros())}

    @property
    def gamma(self):
        return self.values["gamma"]

    @property
    def beta(self):
        return self.values["beta"]

    def __repr__(self):
        return f"{type(self).__name__}({self.features})"


class BatchNorm(Normalization):
    """Batch normalization (Ioffe & Szegedy 2015, algorithm 1): each unit over the batch.

    In training y = gamma·x̂ + beta with x̂ = (x - μ)/√(σ² + eps), where μ and σ² are the mean and the
    variance (divided by n) of the n rows of the batch. In evaluation, μ and σ² are the running averages
    kept in training.

    Parameters
    ----------
    features : number of units; x has the shape (batch, features)
    momentum : weight of the newest batch in the running averages, in [0, 1]; default 0.1:
        running = (1 - momentum)·running + momentum·batch. (Keras calls 1 - momentum momentum.)
    eps : added to the variance; default 1e-5
    unbiased : True (default) puts n/(n - 1)·σ² into the running variance, as PyTorch does and the paper
        (algorithm 2) says; False puts σ², as Keras does

    running_mean (0 at first) and running_var (1) are its buffers. Raises ValueError in training for a batch
    of one, which has no variance: its output would be beta, whatever x is.

    >>> from course_lib.network import Network
    >>> from course_lib.losses import MSE
    >>> layer = BatchNorm(1)
    >>> net = Network([layer], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    >>> net.forward([[1.0], [3.0]], train=True).round(3)
    array([[-1.],
           [ 1.]])
    >>> layer.running_mean, layer.running_var  # 0.9·0 + 0.1·2 and 0.9·1 + 0.1·2
    (array([0.2]), array([1.1]))
    """

    def __init__(self, features, momentum=0.1, eps=1e-5, unbiased=True):
        super().__init__(features, eps)
        self.momentum = float(number("momentum", momentum, 0, 1))
        self.unbiased = boolean("unbiased", unbiased)
        self.buffers = {"running_mean": np.zeros(self.features), "running_var": np.ones(self.features)}

    @property
    def running_mean(self):
        return self.buffers["running_mean"]

    @property
    def running_var(self):
        return self.buffers["running_var"]

    def forward(self, x, train=False):
        check_width(self, x, self.features)
        self.train = train
        if train:
            if len(x) < 2:
                raise ValueError(
                    f"x must have at least 2 rows in training for {self!r}, got {len(x)}: one row has no "
                    f"variance (choose a batch_size that leaves no single row at the end)")
            average = np.full(len(x), 1 / len(x), x.dtype)
            mean = np.dot(average, x)  # a matrix product sums the rows faster than x.mean(axis=0)
            self.centred = x - mean
            var = np.dot(average, self.centred * self.centred)
            self._update_running(mean, var, len(x))
        else:
            self.centred, var = x - self.running_mean, self.running_var
        self.inv_std = 1 / np.sqrt(var + self.eps)
        out = self.centred * (self.gamma * self.inv_std)  # gamma·x̂ in one pass over the batch
        out += self.beta
        return out

    def backward(self, g):
        """The compact form: the mean of g and its part along x̂ are taken out of g, for both are fixed."""
        self._parameter_gradients(g)
        if not self.train:  # μ and σ² are then constants
            return g * (self.gamma * self.inv_std)
        n = len(g)
        grad = self.centred * (self.inv_std * self.gradients["gamma"] / -n)
        grad += g
        grad -= self.gradients["beta"] / n
        grad *= self.gamma * self.inv_std
        return grad

    def backward_long(self, g):
        """The same as `backward`, node by node (Ioffe & Szegedy 2015, the equations after algorithm 1).

        Only after a forward pass in training.
        """
        if not self.train:
            raise RuntimeError("backward_long needs a forward pass with train=True before it")
        self._parameter_gradients(g)
        n, std, centred = len(g), 1 / self.inv_std, self.centred
        grad_x_hat = g * self.gamma                                       # y = gamma·x̂ + beta
        grad_var = np.sum(grad_x_hat * centred, axis=0) * -0.5 / std**3   # x̂ = (x - μ)·(σ² + eps)^(-1/2)
        grad_mean = -np.sum(grad_x_hat, axis=0) / std - 2 * grad_var * np.mean(centred, axis=0)
        return grad_x_hat / std + grad_var * 2 * centred / n + grad_mean / n

    def _parameter_gradients(self, g):
        np.dot(np.ones(len(g), g.dtype), g, out=self.gradients["beta"])
        np.einsum("ij,ij->j", g, self.centred, out=self.gradients["gamma"])
        self.gradients["gamma"] *= self.inv_std

    def _update_running(self, mean, var, n):
        if self.unbiased:
            var = var * (n / (n - 1))
        for running, new in ((self.running_mean, mean), (self.running_var, var)):
            running *= 1 - self.momentum
            running += self.momentum * new


class LayerNorm(Normalization):
    """Layer normalization (Ba et al. 2016, eq. 4): each row over its units, in training and evaluation alike.

    features : number of units; x has the shape (batch, features). eps : added to the variance; default 1e-5

    >>> from course_lib.network import Network
    >>> from course_lib.losses import MSE
    >>> net = Network([LayerNorm(2)], loss=MSE(), rng=np.random.default_rng(0), dtype=np.float64)
    >>> net.predict([[1.0, 3.0]]).round(3)
    array([[-1.,  1.]])
    """

    def __init__(self, features, eps=1e-5):
        super().__init__(features, eps)

    def forward(self, x, train=False):
        check_width(self, x, self.features)
        centred = x - x.mean(axis=1, keepdims=True)
        var = np.mean(centred * centred, axis=1, keepdims=True)
        self.inv_std = 1 / np.sqrt(var + self.eps)
        self.x_hat = centred * self.inv_std
        return self.gamma * self.x_hat + self.beta

    def backward(self, g):
        self.gradients["beta"][:] = g.sum(axis=0)
        self.gradients["gamma"][:] = (g * self.x_hat).sum(axis=0)
        grad = g * self.gamma
        along = np.mean(grad * self.x_hat, axis=1, keepdims=True)
        return (grad - grad.mean(axis=1, keepdims=True) - self.x_hat * along) * self.inv_std
