"""Adaptive learning rates: AdaGrad, RMSProp and Adadelta, one rate for each parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.optimizers.base import Optimizer, Schedule


@dataclass
class AdaGrad(Optimizer):
    """AdaGrad: s ← s + g², then x ← x - lr·g / (√s + eps) (Duchi, Hazan & Singer 2011, eq. 1, diagonal form).

    Parameters
    ----------
    eps : keeps the denominator from vanishing; default 1e-10
    eps_inside_sqrt : if True the denominator is √(s + eps), as in Keras
    initial_accumulator : what s starts from; default 0
    lr_decay : the rate of step t is lr / (1 + (t - 1)·lr_decay), as in PyTorch; default 0

    >>> x = np.array([1.0, 1.0])
    >>> AdaGrad(lr=0.1).step(x, np.array([0.001, 1000.0]))
    >>> x.round(5)  # the first step is lr in each coordinate, whatever the gradient's size
    array([0.9, 0.9])
    """

    eps: float = 1e-10
    eps_inside_sqrt: bool = False
    initial_accumulator: float = 0.0
    lr_decay: float = 0.0

    slots = ("s",)

    def initial(self, slot):
        return self.initial_accumulator

    def rule(self, g, lr, t, s):
        s = s + g**2
        lr = lr / (1 + (t - 1) * self.lr_decay)
        return lr * g / root(s, self.eps, self.eps_inside_sqrt), s


@dataclass
class RMSProp(Optimizer):
    """RMSProp: s ← rho·s + (1 - rho)·g², then x ← x - lr·g / (√s + eps) (Tieleman & Hinton 2012).

    Parameters
    ----------
    rho : averaging rate of the squared gradient, in [0, 1); default 0.9
    eps : keeps the denominator from vanishing; default 1e-8
    momentum : share of the velocity v ← momentum·v + g / (√s + eps) kept at each step; default 0
    centered : if True, s is replaced by s - m², the variance, with m an average of g (Graves 2013, eq.
        38-45). It cannot be negative, but where the gradient hardly changes its computed value is a mere
        rounding error, of either sign: here at least 0. PyTorch and Keras take the root as it is, maybe NaN
    eps_inside_sqrt : if True the denominator is √(s + eps), as in Keras
    lr_in_velocity : if True the velocity carries the learning rate, as in Keras

    >>> x = np.array([1.0, 1.0])
    >>> RMSProp(lr=0.1, rho=0.75).step(x, np.array([0.001, 1000.0]))
    >>> x.round(3)  # 1 - 0.1 / √(1 - 0.75)
    array([0.8, 0.8])
    """

    rho: float = 0.9
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    eps_inside_sqrt: bool = False
    lr_in_velocity: bool = False

    slots = ("s", "m", "v")

    def rule(self, g, lr, t, s, m, v):
        s = self.rho * s + (1 - self.rho) * g**2
        variance = s
        if self.centered:
            m = self.rho * m + (1 - self.rho) * g
            variance = np.maximum(s - m**2, 0)  # rounding could leave it just below 0
        step = g / root(variance, self.eps, self.eps_inside_sqrt)
        if self.lr_in_velocity:
            step, lr = lr * step, 1.0
        v = self.momentum * v + step
        return lr * v, s, m, v


@dataclass
class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012, algorithm 1): the step has the units of x, so that lr is a plain number.

    s ← rho·s + (1 - rho)·g² averages squared gradients, d squared steps; Δ = √(d + eps) / √(s + eps)·g,
    d ← rho·d + (1 - rho)·Δ², and x ← x - lr·Δ.

    Parameters
    ----------
    lr : a factor that the paper does not have; default 1
    rho : averaging rate of both averages, in [0, 1); default 0.95
    eps : starts the run, for at first d = 0, and keeps it going; default 1e-6

    >>> x = np.array([1.0])
    >>> Adadelta().step(x, np.array([2.0]))
    >>> x.round(6)  # the first step, √eps / √(0.05·4 + eps)·2, is very small
    array([0.995528])
    """

    lr: Schedule = 1.0
    rho: float = 0.95
    eps: float = 1e-6

    slots = ("s", "d")

    def rule(self, g, lr, t, s, d):
        s = self.rho * s + (1 - self.rho) * g**2
        step = np.sqrt(d + self.eps) / np.sqrt(s + self.eps) * g
        d = self.rho * d + (1 - self.rho) * step**2
        return lr * step, s, d


def root(s, eps, inside):
    """√s, kept from vanishing by eps, inside the root or outside."""
    return np.sqrt(s + eps) if inside else np.sqrt(s) + eps
