"""Callbacks for `fit`: objects called as callback(net, opt, history) after each epoch."""

from __future__ import annotations

import math

from course_lib.validation import boolean, choice, integer, number

WATCHED = ("loss", "validation_loss", "metric", "validation_metric")


class ReduceOnPlateau:
    """Multiply opt.lr by `factor` when what is watched has stopped improving.

    Not a schedule: it depends on the run, so it is no function of the step.

    Parameters
    ----------
    factor : in (0, 1); default 0.1
    patience : epochs without improvement that are let pass; the next one reduces the rate; default 10
    threshold : an epoch is an improvement if it is better than the best one so far by more than this
        share of it (relative=True, the default), or by more than this amount (relative=False)
    cooldown : epochs after a reduction in which nothing is counted; default 0
    min_lr : the rate never falls below it; default 0
    monitor : "loss" (default) or "validation_loss", for which less is better, "metric" or
        "validation_metric", for which more is

    With these defaults it is torch.optim.lr_scheduler.ReduceLROnPlateau. Keras's callback of that name counts
    its patience and its cooldown one epoch shorter, and its threshold, min_delta, is an amount.

    `reset()` forgets what was seen; opt.lr must be a number. `reductions` counts.

    >>> from types import SimpleNamespace
    >>> opt, reduce = SimpleNamespace(lr=1.0), ReduceOnPlateau(factor=0.5, patience=1)
    >>> for epoch in range(1, 4):
    ...     reduce(None, opt, SimpleNamespace(loss=[3.0] * epoch))
    >>> opt.lr
    0.5
    """

    def __init__(self, factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0, monitor="loss",
                 relative=True):
        self.factor = float(number("factor", factor, 0, 1, open_low=True, open_high=True))
        self.patience = integer("patience", patience, 0)
        self.threshold = float(number("threshold", threshold, 0))
        self.cooldown = integer("cooldown", cooldown, 0)
        self.min_lr = float(number("min_lr", min_lr, 0))
        self.monitor = choice("monitor", monitor, WATCHED)
        self.relative = boolean("relative", relative)
        self.reset()

    def reset(self):
        self.best, self.bad_epochs, self.resting, self.reductions = None, 0, 0, 0

    def __call__(self, net, opt, history):
        watched = getattr(history, self.monitor)
        if not len(watched):
            raise ValueError(f"monitor must be something that fit measures, got {self.monitor!r}; give fit "
                             f"validation=(x, y) or metric=accuracy")
        if callable(opt.lr) or not math.isfinite(opt.lr):
            raise TypeError(f"opt.lr must be a number for ReduceOnPlateau, got {opt.lr!r}")
        value = float(watched[-1])
        if self._improves(value):
            self.best, self.bad_epochs = value, 0
        else:
            self.bad_epochs += 1
        if self.resting:
            self.resting, self.bad_epochs = self.resting - 1, 0
        if self.bad_epochs > self.patience:
            reduced = max(opt.lr * self.factor, self.min_lr)
            self.reductions += reduced < opt.lr
            opt.lr, self.resting, self.bad_epochs = min(reduced, opt.lr), self.cooldown, 0

    def _improves(self, value):
        if self.best is None:
            return True
        better = -1 if self.monitor.endswith("loss") else 1  # the direction in which it improves
        margin = self.threshold * (abs(self.best) if self.relative else 1)
        return better * (value - self.best) > margin
