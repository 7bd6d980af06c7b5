"""Adam and its relatives: an averaged gradient, scaled in each coordinate."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from course_lib.optimizers.base import Optimizer, Schedule


@dataclass
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1): a step of about lr in each coordinate.

    Parameters
    ----------
    lr : default 0.001
    beta1, beta2 : averaging rates of the gradient and of its square, in [0, 1); 0.9 and 0.999
    eps : keeps the denominator from vanishing; default 1e-8
    eps_hat : if True, eps is added before the bias correction of v, as in the paper's
        faster form (section 2, ε̂) and in Keras
    bias_correction : False gives the simple form, whose averages start too close to zero

    >>> x = np.array([1.0, 1.0])
    >>> Adam(lr=0.1).step(x, np.array([0.001, 1000.0]))
    >>> x.round(5)
    array([0.9, 0.9])
    """

    lr: Schedule = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    eps_hat: bool = False
    bias_correction: bool = True

    slots = ("m", "v")

    def rule(self, g, lr, t, m, v):
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        lr, eps = self.corrected(lr, t)
        return lr * m / (np.sqrt(v) + eps), m, v

    def corrected(self, lr, t):
        """lr and eps with both bias corrections in them (section 2 of the paper).

        The step of algorithm 1 is lr·m̂ / (√v̂ + eps), with m̂ = m / (1 - beta1ᵗ) and v̂ = v / (1 - beta2ᵗ).
        With the corrections taken into two numbers it needs two passes fewer over the arrays.
        """
        if not self.bias_correction:
            return lr, self.eps
        root = math.sqrt(1 - self.beta2**t)
        return lr * (root / (1 - self.beta1**t)), self.eps if self.eps_hat else root * self.eps


@dataclass
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2).

    weight_decay : x shrinks to (1 - lr·weight_decay)·x before each step; default 0.01

    >>> x = np.array([1.0])
    >>> AdamW(lr=0.1, weight_decay=0.5).step(x, np.array([0.0]))
    >>> x
    array([0.95])
    """

    weight_decay: float = field(default=0.01, kw_only=True)


@dataclass
class AMSGrad(Adam):
    """Adam whose denominator never shrinks: v_max ← max(v_max, v) (Reddi, Kale & Kumar 2018, algorithm 2).

    The paper's own form has bias_correction=False; the frameworks correct, as Adam does.

    >>> x, opt = np.array([0.0]), AMSGrad()
    >>> for g in (10.0, 0.0, 0.0):
    ...     opt.step(x, np.array([g]))
    >>> bool(opt.state["v"] < opt.state["v_max"])
    True
    """

    slots = ("m", "v", "v_max")

    def rule(self, g, lr, t, m, v, v_max):
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        v_max = np.maximum(v_max, v)
        lr, eps = self.corrected(lr, t)
        return lr * m / (np.sqrt(v_max) + eps), m, v, v_max


@dataclass
class NAdam(Optimizer):
    """Adam with Nesterov's momentum (after Dozat 2016, algorithm 2).

    As in PyTorch and Keras, m is averaged with the constant beta1; the paper has μₜ there too.
    The step uses the momentum of the *next* step, μₜ₊₁, and the gradient itself with weight 1 - μₜ,
    each corrected for its start; μₜ = beta1·(1 - 0.5·0.96^(t·momentum_decay)).

    Parameters
    ----------
    lr, beta1, beta2, eps : as for Adam; default lr 0.002, as in the paper
    momentum_decay : how fast μₜ rises from about beta1 / 2 to beta1; default 0.004 (the paper's
        schedule, 250 steps for a factor 0.96). Keras has 1, so that μₜ is close to beta1 after 100 steps
    average_with_mu : if True, m is averaged with μₜ, as in the paper: m ← μₜ·m + (1 - μₜ)·g. Default
        False, as in both frameworks

    >>> x = np.array([1.0, 1.0])
    >>> NAdam(lr=0.1).step(x, np.array([0.001, 1000.0]))
    >>> bool(abs(x[0] - x[1]) < 1e-3)  # like Adam's, its step does not depend on the gradient's size
    True
    """

    lr: Schedule = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    momentum_decay: float = 0.004
    average_with_mu: bool = False

    slots = ("m", "v")

    def rule(self, g, lr, t, m, v):
        product, mu, mu_next = self.momenta(t)
        beta1 = mu if self.average_with_mu else self.beta1
        m = beta1 * m + (1 - beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        m_hat = mu_next / (1 - product * mu_next) * m + (1 - mu) / (1 - product) * g
        v_hat = v / (1 - self.beta2**t)
        return lr * m_hat / (np.sqrt(v_hat) + self.eps), m, v

    def momenta(self, t):
        """μ₁·…·μₜ, μₜ and μₜ₊₁."""
        upto = 1 << t.bit_length()  # the next power of two: the products are made anew only when t passes it
        mu, products = _momenta(self.beta1, self.momentum_decay, upto)
        return float(products[t - 1]), float(mu[t - 1]), float(mu[t])


@lru_cache(maxsize=8)
def _momenta(beta1, momentum_decay, steps):
    """μₜ for t = 1 … steps, and the products of the first t of them."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (np.arange(1, steps + 1) * momentum_decay))
    return mu, np.cumprod(mu)


@dataclass
class Adamax(Optimizer):
    """Adam in the maximum norm (Kingma & Ba 2015, algorithm 2): u ← max(beta2·u, |g|), step lr·m̂ / u.

    Parameters
    ----------
    lr, beta1, beta2 : as for Adam; default lr 0.002, as in the paper
    eps : added to u, which the paper does not do; default 1e-8
    eps_in_norm : if True, eps is added to |g| instead, as in PyTorch

    >>> x = np.array([1.0, 1.0])
    >>> Adamax(lr=0.1).step(x, np.array([0.001, 1000.0]))
    >>> x.round(5)
    array([0.9, 0.9])
    """

    lr: Schedule = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    eps_in_norm: bool = False

    slots = ("m", "u")

    def rule(self, g, lr, t, m, u):
        inside, outside = (self.eps, 0.0) if self.eps_in_norm else (0.0, self.eps)
        m = self.beta1 * m + (1 - self.beta1) * g
        u = np.maximum(self.beta2 * u, np.abs(g) + inside)
        return lr / (1 - self.beta1**t) * m / (u + outside), m, u


@dataclass
class RAdam(Optimizer):
    """Rectified Adam (Liu et al. 2020, algorithm 2): plain averaged steps until v can be trusted.

    ρₜ counts, roughly, the gradients that v averages. Up to `threshold` the step is lr·m̂; above it,
    lr·rₜ·m̂ / √v̂ with a factor rₜ that rises to 1.

    Parameters
    ----------
    lr, beta1, beta2 : as for Adam
    eps : added to √v, before its bias correction; default 1e-8
    threshold : at least 4; default 4 as in the paper; PyTorch has 5

    >>> x = np.array([1.0])
    >>> RAdam(lr=0.1).step(x, np.array([3.0]))  # the first steps are lr·m̂ = 0.1·3
    >>> x.round(9)
    array([0.7])
    """

    lr: Schedule = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    threshold: float = 4.0

    slots = ("m", "v")

    def rule(self, g, lr, t, m, v):
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        rho_end = 2 / (1 - self.beta2) - 1
        rho = rho_end - 2 * t * self.beta2**t / (1 - self.beta2**t)
        lr = lr / (1 - self.beta1**t)
        if rho <= self.threshold:
            return lr * m, m, v
        r = math.sqrt((rho - 4) * (rho - 2) * rho_end / ((rho_end - 4) * (rho_end - 2) * rho))
        return lr * r * math.sqrt(1 - self.beta2**t) * m / (np.sqrt(v) + self.eps), m, v


@dataclass
class Lion(Optimizer):
    """Lion: a step of lr in each coordinate, by the sign of an average (Chen et al. 2023, algorithm 2).

    The average that is stored forgets more slowly (beta2) than the one whose sign is taken (beta1).

    Parameters
    ----------
    lr : default 0.0001, as in the paper: a third to a tenth of Adam's
    beta1, beta2 : averaging rates, in [0, 1); default 0.9 and 0.99

    >>> x = np.array([1.0, 1.0, 1.0])
    >>> Lion(lr=0.1).step(x, np.array([0.001, 1000.0, 0.0]))
    >>> x
    array([0.9, 0.9, 1. ])
    """

    lr: Schedule = 1e-4
    beta1: float = 0.9
    beta2: float = 0.99

    slots = ("m",)

    def rule(self, g, lr, t, m):
        direction = np.sign(self.beta1 * m + (1 - self.beta1) * g)
        return lr * direction, self.beta2 * m + (1 - self.beta2) * g
