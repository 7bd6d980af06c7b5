"""Penalties on weights: value, gradient, gradient transform, and proximal step of each.

A penalty R(x) is added to the loss. There are two ways to train with it:

- through the gradient, as a transform: `SGD(lr=0.1, transforms=[L1(0.01).transform])`
- by a *proximal* step after each step of the optimizer, `SGD(lr=0.1, proximal=[L1(0.01)])`: x moves to the
  point z that makes R(z) + ‖z - x‖² / (2 lr) smallest (Parikh & Boyd 2014, eq. 1.1). Where R has a kink,
  as L1 has at 0, only this one reaches it exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.validation import floats, number


class Penalty:
    """What all penalties share. A subclass gives `value`, `gradient` and `proximal`.

    x is an array of any shape; nothing is changed in place.
    """

    def __post_init__(self):
        for name, value in vars(self).items():
            object.__setattr__(self, name, float(number(name, value, 0)))

    def value(self, x):
        """R(x), a float."""
        raise NotImplementedError(f"{type(self).__name__} must define value(x)")

    def gradient(self, x):
        """The gradient of R at x; at a kink the subgradient nearest to 0."""
        raise NotImplementedError(f"{type(self).__name__} must define gradient(x)")

    def proximal(self, x, lr):
        """The point z that makes R(z) + ‖z - x‖² / (2 lr) smallest. lr : a number, or one per entry of x."""
        raise NotImplementedError(f"{type(self).__name__} must define proximal(x, lr)")

    def transform(self, x, g):
        """g, of the shape of x, plus the gradient of R at x: a gradient transform (course_lib.transforms)."""
        x, g = floats("x", x, finite=False), floats("g", g, finite=False)
        if g.shape != x.shape:
            raise ValueError(f"g must have the shape of x, {x.shape}, got {g.shape}")
        return g + self.gradient(x)


@dataclass(frozen=True)
class L2(Penalty):
    """(alpha/2)·‖x‖²: weight decay, ridge. Its gradient pulls each weight back in proportion to it.

    >>> L2(0.1).value([3.0, 4.0]), L2(0.1).gradient(np.array([3.0, 4.0]))
    (1.25, array([0.3, 0.4]))
    >>> L2(1.0).proximal(np.array([3.0, 4.0]), lr=1.0)
    array([1.5, 2. ])
    """

    alpha: float

    def value(self, x):
        return self.alpha / 2 * float(np.sum(np.square(floats("x", x))))

    def gradient(self, x):
        return self.alpha * floats("x", x, finite=False)

    def proximal(self, x, lr):
        return floats("x", x, finite=False) / (1 + lr * self.alpha)


@dataclass(frozen=True)
class L1(Penalty):
    """alpha·Σ|x|: lasso. The pull is the same for small and large weights; its proximal step sets to 0.

    The proximal step is the soft threshold (Donoho 1995): what is within lr·alpha of 0 becomes 0, the rest
    moves towards it by as much.

    >>> L1(0.1).gradient(np.array([3.0, 0.0, -0.01]))
    array([ 0.1,  0. , -0.1])
    >>> L1(0.1).proximal(np.array([3.0, 0.0, -0.01]), lr=1.0)
    array([ 2.9,  0. , -0. ])
    """

    alpha: float

    def value(self, x):
        return self.alpha * float(np.sum(np.abs(floats("x", x))))

    def gradient(self, x):
        return self.alpha * np.sign(floats("x", x, finite=False))

    def proximal(self, x, lr):
        x = floats("x", x, finite=False)
        return np.sign(x) * np.maximum(np.abs(x) - lr * self.alpha, 0)


@dataclass(frozen=True)
class ElasticNet(Penalty):
    """alpha·(l1_ratio·Σ|x| + (1 - l1_ratio)/2·‖x‖²) (Zou & Hastie 2005, in scikit-learn's parametrization).

    alpha : at least 0; l1_ratio : share of L1, in [0, 1]; default 0.5

    >>> ElasticNet(0.1).value([2.0])  # 0.1·(0.5·2 + 0.25·4)
    0.2
    """

    alpha: float
    l1_ratio: float = 0.5

    def __post_init__(self):
        super().__post_init__()
        number("l1_ratio", self.l1_ratio, 0, 1)

    @property
    def parts(self):
        return L1(self.alpha * self.l1_ratio), L2(self.alpha * (1 - self.l1_ratio))

    def value(self, x):
        return sum(part.value(x) for part in self.parts)

    def gradient(self, x):
        return sum(part.gradient(x) for part in self.parts)

    def proximal(self, x, lr):
        l1, l2 = self.parts  # one after the other is exact here (Parikh & Boyd 2014, section 6.5.3)
        return l2.proximal(l1.proximal(x, lr), lr)


@dataclass(frozen=True)
class MaxNorm(Penalty):
    """The incoming weights w of each unit stay in a ball, ‖w‖ <= limit (Srivastava et al. 2014, section 5.1).

    In a weight matrix (fan_in, fan_out) these are the columns; any other array counts as one vector. As a
    penalty it is 0 inside and infinite outside; its proximal step is the projection, whatever lr is.

    >>> MaxNorm(1.0).proximal(np.array([[3.0, 0.3], [4.0, 0.4]]), lr=0.1)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """

    limit: float

    def value(self, x):
        return 0.0 if np.all(self._norms(floats("x", x)) <= self.limit) else np.inf

    def gradient(self, x):
        """Zero: inside the ball there is no pull. Use the proximal step."""
        return np.zeros_like(floats("x", x, finite=False))

    def proximal(self, x, lr):
        x = floats("x", x, finite=False)
        norms = self._norms(x)
        return x * np.where(norms > self.limit, self.limit / np.where(norms > 0, norms, 1), 1).astype(x.dtype)

    def _norms(self, x):
        return np.sqrt(np.sum(x * x, axis=0 if x.ndim == 2 else None, keepdims=True))


class OnWeights(Penalty):
    """A penalty on the weight matrices of a network only: biases, gammas and betas stay free.

    net : a Network, whose vector of parameters x then is; penalty : one of the above

    >>> from course_lib.layers import Dense
    >>> from course_lib.losses import MSE
    >>> from course_lib.network import Network
    >>> from course_lib.optimizers import SGD
    >>> net = Network([Dense(2, 1)], loss=MSE(), rng=np.random.default_rng(0))
    >>> penalty = OnWeights(net, L1(0.01))
    >>> opt = SGD(lr=0.1, proximal=[penalty])
    >>> penalty.gradient(np.ones(3))
    array([0.01, 0.01, 0.  ])
    """

    def __init__(self, net, penalty):
        if not hasattr(net, "parameters"):
            raise TypeError(f"net must be a Network, got {net!r}")
        if not isinstance(penalty, Penalty):
            raise TypeError(f"penalty must be a penalty such as L2(0.01), got {penalty!r}")
        places, start = [], 0
        for name, value in net.parameters.values.items():
            if name.endswith(".weight"):
                places.append((slice(start, start + value.size), value.shape))
            start += value.size
        self.penalty, self.places, self.size = penalty, places, start

    def value(self, x):
        return sum(self.penalty.value(part) for _, part in self._parts(x))

    def gradient(self, x):
        gradient = np.zeros_like(floats("x", x, finite=False))
        for place, part in self._parts(x):
            gradient[place] = self.penalty.gradient(part).reshape(-1)
        return gradient

    def proximal(self, x, lr):
        moved = floats("x", x, finite=False).copy()
        for place, part in self._parts(x):
            rate = lr[place].reshape(part.shape) if isinstance(lr, np.ndarray) else lr
            moved[place] = self.penalty.proximal(part, rate).reshape(-1)
        return moved

    def _parts(self, x):
        x = floats("x", x, (self.size,), finite=False)
        return [(place, x[place].reshape(shape)) for place, shape in self.places]


def ridge(x, y, alpha):
    """The weights w that make ‖x w - y‖² + (alpha/2)·‖w‖² smallest (Hoerl & Kennard 1970), without intercept.

    x : (n, features); y : (n,) or (n, outputs); alpha : at least 0. The gradient 2 xᵀ(x w - y) + alpha·w is
    zero where (xᵀx + (alpha/2)·I) w = xᵀy. For the mean of the squares, as the loss MSE has it, give n·alpha.

    Raises ValueError if alpha is 0 and the columns of x depend on each other: w is then not unique.

    >>> ridge([[1.0], [2.0]], [1.0, 2.0], alpha=10.0)  # 5 / (5 + 5)
    array([0.5])
    """
    x = floats("x", x, (None, None))
    y = floats("y", y)
    if y.ndim not in (1, 2) or len(y) != len(x):
        raise ValueError(f"y must have shape (n,) or (n, outputs) with the {len(x)} rows of x, got {y.shape}")
    alpha = float(number("alpha", alpha, 0))
    if alpha == 0 and np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError("alpha must be above 0 for columns of x that depend on each other, got 0")
    return np.linalg.solve(x.T @ x + alpha / 2 * np.eye(x.shape[1], dtype=x.dtype), x.T @ y)
