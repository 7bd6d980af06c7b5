"""Gradient descent and momentum: one learning rate for all parameters."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.optimizers.base import Optimizer


@dataclass
class SGD(Optimizer):
    """Gradient descent: x ← x - lr·g (Robbins & Monro 1951, when g is a noisy gradient).

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0])
    >>> SGD(lr=0.5).step(x, np.array([1.0, 1.0]))
    >>> x
    array([0.5, 1.5])
    """

    def rule(self, g, lr, t):
        return (lr * g,)


@dataclass
class Momentum(Optimizer):
    """Momentum: v ← momentum·v + (1 - dampening)·g, then x ← x - lr·v (Polyak 1964, eq. 9).

    Parameters
    ----------
    momentum : share of the velocity kept at each step, in [0, 1]; default 0.9
    dampening : 0 (default) gives the classical form, a decaying *sum* of gradients;
        dampening = momentum gives the averaged form, whose steps are 1/(1 - momentum) times smaller
    lr_in_velocity : if True, v ← momentum·v + lr·(1 - dampening)·g and x ← x - v, as Keras does;
        the two differ only when the learning rate changes during the run
    dampen_first_step : if False, the first gradient enters whole, as in PyTorch

    >>> import numpy as np
    >>> x = np.array([1.0])
    >>> opt = Momentum(lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     opt.step(x, np.array([1.0]))
    >>> opt.state["v"]  # 1, then 0.5·1 + 1
    array([1.5])
    """

    momentum: float = 0.9
    dampening: float = 0.0
    lr_in_velocity: bool = False
    dampen_first_step: bool = True

    slots = ("v",)

    def rule(self, g, lr, t, v):
        if self.dampening and (t > 1 or self.dampen_first_step):
            g = (1 - self.dampening) * g
        if self.lr_in_velocity:
            g, lr = lr * g, 1.0
        v = self.momentum * v + g
        return lr * v, v


@dataclass
class Nesterov(Optimizer):
    """Nesterov's momentum, v ← momentum·v + g, then x ← x - lr·(g + momentum·v).

    Written for x = the look-ahead point, so that g is the gradient *at x*, as both frameworks
    do (Sutskever et al. 2013, eq. 3-4, re-arranged by Bengio et al. 2013, eq. 7).

    Parameters
    ----------
    momentum : share of the velocity kept at each step, in [0, 1]; default 0.9
    lr_in_velocity : if True the velocity carries the learning rate, as in Keras

    >>> import numpy as np
    >>> x = np.array([1.0])
    >>> Nesterov(lr=0.1, momentum=0.5).step(x, np.array([1.0]))
    >>> x  # 1 - 0.1·(1 + 0.5·1)
    array([0.85])
    """

    momentum: float = 0.9
    lr_in_velocity: bool = False

    slots = ("v",)

    def rule(self, g, lr, t, v):
        if self.lr_in_velocity:
            g, lr = lr * g, 1.0
        v = self.momentum * v + g
        return lr * (g + self.momentum * v), v
