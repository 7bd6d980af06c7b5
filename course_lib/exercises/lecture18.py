"""Checks for the exercises of lecture 18, weight penalties."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import THREE_DIGITS, Mistake, check_function, check_number, right
from course_lib.optimizers import SGD, Adam, AdamW
from course_lib.penalties import L1
from course_lib.penalties import ridge as library_ridge
from course_lib.transforms import l2

SEARCHED = 1e-4  # relative; weights found by a search for the minimum are right up to its own tolerance


def proximal_step(w, g, lr, alpha):
    return L1(alpha).proximal(w - lr * g, lr)


def step_cases():
    """Arguments (w, g, lr, alpha): vectors, one pair in float32; each has weights that land on zero.

    In the last the gradient step takes some weights across zero.
    """
    rng = np.random.default_rng(18)
    draw = lambda n: rng.normal(size=(2, n))  # noqa: E731
    single = draw(6).astype(np.float32)
    return [(*draw(8), 0.1, 3.0), (*draw(12), 0.3, 2.0), (*single, 0.25, 1.5), (*draw(9), 2.0, 0.2)]


def soft(z, threshold):
    return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)


def subgradient(w, g, lr, alpha):
    return w - lr * (g + alpha * np.sign(w))


# Each typical mistake is the rule that it amounts to: (w, g, lr, alpha) -> w.
STEP_MISTAKES = [
    Mistake("that is the subgradient step, w - lr * (g + alpha * sign(w)): a weight near zero jumps over it "
            "and never stops there. Step along g alone, then shrink what you have and stop at zero",
            subgradient),
    Mistake("that is the subgradient step, stopped where it crosses zero. But if the gradient alone carries "
            "a weight across, the penalty does not stop it: step along g alone, then shrink what you have",
            lambda w, g, lr, a: np.where(w * subgradient(w, g, lr, a) < 0, 0, subgradient(w, g, lr, a))),
    Mistake("the penalty enters twice, in the gradient and in the shrinking: step along g alone",
            lambda w, g, lr, a: soft(subgradient(w, g, lr, a), lr * a)),
    Mistake("the threshold is lr * alpha: you shrank by alpha, as if lr were 1",
            lambda w, g, lr, a: soft(w - lr * g, a)),
    Mistake("the threshold is lr * alpha: you shrank by lr, as if alpha were 1",
            lambda w, g, lr, a: soft(w - lr * g, lr)),
    Mistake("the gradient step is missing: first z = w - lr * g, then shrink z",
            lambda w, g, lr, a: soft(w, lr * a)),
    Mistake("you shrank before the gradient step. Then the gradient moves the zeros away again: shrink last",
            lambda w, g, lr, a: soft(w, lr * a) - lr * g),
    Mistake("the shrinking is missing: that is plain gradient descent", lambda w, g, lr, a: w - lr * g),
    Mistake("the sign is lost: all your weights are positive. Give back the sign of z = w - lr * g",
            lambda w, g, lr, a: np.maximum(np.abs(w - lr * g) - lr * a, 0)),
    Mistake("the sign must be that of z = w - lr * g, not of the old w: the gradient may have moved it "
            "across zero", lambda w, g, lr, a: np.sign(w) * np.maximum(np.abs(w - lr * g) - lr * a, 0)),
    Mistake("weights smaller than the threshold go through zero to the other side: stop them at zero",
            lambda w, g, lr, a: (w - lr * g) - lr * a * np.sign(w - lr * g)),
    Mistake("a z below -lr * alpha must move up, toward zero: you moved it down, away from zero",
            lambda w, g, lr, a: soft(w - lr * g, lr * a) - 2 * lr * a * (w - lr * g < -lr * a)),
    Mistake("you subtracted lr * alpha everywhere: that moves negative weights away from zero, and no weight "
            "stops at zero", lambda w, g, lr, a: w - lr * g - lr * a),
    Mistake("whether a weight becomes zero depends on z = w - lr * g, not on the old w",
            lambda w, g, lr, a: np.where(np.abs(w) <= lr * a, 0, w - lr * g - lr * a * np.sign(w - lr * g))),
    Mistake("that is the hard threshold: it removes small weights and leaves the others as they are. The "
            "proximal step of L1 also moves the others toward zero by lr * alpha",
            lambda w, g, lr, a: np.where(np.abs(w - lr * g) > lr * a, w - lr * g, 0)),
    Mistake("negative weights became zero: shrink the absolute value, then give the sign back",
            lambda w, g, lr, a: np.maximum(w - lr * g - lr * a, 0)),
    Mistake("you kept the part that should go: z clipped to ± the threshold is what the step takes away",
            lambda w, g, lr, a: np.clip(w - lr * g, -lr * a, lr * a)),
    Mistake("that is the proximal step of the L2 penalty, which divides: no weight becomes zero",
            lambda w, g, lr, a: (w - lr * g) / (1 + lr * a)),
    Mistake("that is weight decay, the step of the L2 penalty: the pull of L1 does not depend on w's size",
            lambda w, g, lr, a: (1 - lr * a) * w - lr * g),
    Mistake("the gradient step has the wrong sign: you climb. z = w - lr * g",
            lambda w, g, lr, a: soft(w + lr * g, lr * a)),
    Mistake("the learning rate is missing in the gradient step: z = w - lr * g",
            lambda w, g, lr, a: soft(w - g, lr * a)),
    Mistake("the learning rate is missing, in the gradient step and in the threshold lr * alpha",
            lambda w, g, lr, a: soft(w - g, a)),
    Mistake("your threshold is half of lr * alpha: the factor 1/2 belongs to the L2 penalty",
            lambda w, g, lr, a: soft(w - lr * g, lr * a / 2)),
]


def check_proximal_step(function):
    """Exercise 1: proximal_step(w, g, lr, alpha) -> new w, for the penalty alpha·Σ|w|."""
    check_function(function, reference=proximal_step, cases=step_cases(), outputs=("w",),
                   mistakes=STEP_MISTAKES)
    right("gradient step, then the soft threshold lr * alpha, which stops at zero.")


def ridge(x, y, alpha):
    return library_ridge(x, y, alpha)


def ridge_cases():
    rng = np.random.default_rng(180)
    draw = lambda n, d: (rng.normal(size=(n, d)), rng.normal(size=n))  # noqa: E731
    return [(*draw(9, 3), 0.7), (*draw(12, 5), 4.0), (*draw(6, 2), 2.5)]


def solve(x, y, added):
    return np.linalg.solve(x.T @ x + added, x.T @ y)


def diagonal(strength):
    """The weights if `strength`, a function of alpha and n, is what the diagonal gets."""
    return lambda x, y, a: solve(x, y, strength(a, len(x)) * np.eye(x.shape[1]))


def with_intercept(strength):
    """The same for centred x and y, as if there were an intercept too."""
    return lambda x, y, a: diagonal(strength)(x - x.mean(axis=0), y - y.mean(), a)


def without_first(x, y, alpha):
    return solve(x, y, alpha / 2 * np.diag(np.arange(x.shape[1]) > 0))


MEAN_ERROR = "that is the ridge for the mean squared error. Here the error is the sum, without 1 / n"
INTERCEPT = "you fitted an intercept too, or centred the data: the error is ‖x w - y‖² for x and y as given"
DIVIDED = "you divided alpha by n: the error is a sum here, and neither it nor the penalty is divided by n"
ONE_FACTOR = ("you shrank all weights by one factor. Each direction has its own: directions in which x "
              "varies little shrink most")
SQUARE = "alpha enters as its square: the gradient of (alpha/2)·‖w‖² is linear in alpha"
RIDGE_MISTAKES = [
    Mistake("you added alpha to the diagonal. The gradient of the error is 2 xᵀ(x w - y), that of the "
            "penalty alpha·w: divided by 2, the diagonal gets alpha / 2. Some slides have this slip",
            diagonal(lambda a, n: a)),
    Mistake("you added 2 alpha: the gradient of the error carries the factor 2, that of the penalty does "
            "not, so it is alpha / 2", diagonal(lambda a, n: 2 * a)),
    Mistake("that is least squares: the penalty is missing", diagonal(lambda a, n: 0)),
    Mistake("you added alpha / 2 to all entries of xᵀx. It belongs on the diagonal: np.eye(x.shape[1])",
            lambda x, y, a: solve(x, y, a / 2)),
    Mistake("you added alpha to all entries of xᵀx. alpha / 2 belongs on the diagonal: np.eye(x.shape[1])",
            lambda x, y, a: solve(x, y, a)),
    Mistake(MEAN_ERROR, diagonal(lambda a, n: n * a / 2)),
    Mistake(f"{MEAN_ERROR}. The factor 1/2 of the penalty is lost too", diagonal(lambda a, n: n * a)),
    Mistake(DIVIDED, diagonal(lambda a, n: a / 2 / n)),
    Mistake(DIVIDED, diagonal(lambda a, n: a / n)),
    Mistake("the penalty has the wrong sign: it pushes the weights away from zero",
            diagonal(lambda a, n: -a / 2)),
    Mistake(ONE_FACTOR, lambda x, y, a: solve(x, y, 0) / (1 + a / 2)),
    Mistake(ONE_FACTOR, lambda x, y, a: solve(x, y, 0) / (1 + a)),
    Mistake(SQUARE, diagonal(lambda a, n: (a / 2) ** 2)),
    Mistake(SQUARE, diagonal(lambda a, n: a**2)),
    Mistake("you added alpha / 4: the factor 1/2 enters once", diagonal(lambda a, n: a / 4)),
    Mistake(INTERCEPT, with_intercept(lambda a, n: a / 2)),
    Mistake(f"{INTERCEPT}. And the diagonal gets alpha / 2, not alpha", with_intercept(lambda a, n: a)),
    Mistake("the first weight has no penalty: that is for a column of ones, and x has none", without_first),
]


def check_ridge(function):
    """Exercise 2: ridge(x, y, alpha) -> the w that minimizes ‖x w - y‖² + (alpha/2)‖w‖²."""
    check_function(function, reference=ridge, cases=ridge_cases(), outputs=("w",), mistakes=RIDGE_MISTAKES,
                   tolerance=SEARCHED)
    right("the normal equations with alpha / 2 on the diagonal.")


def left_over(opt, steps=100):
    """What is left of a weight 1 after so many steps without any gradient but the penalty's."""
    w = np.ones(1)
    for _ in range(steps):
        opt.step(w, np.zeros(1))
    return float(w[0])


def check_prediction(sgd, keras, adam, adamw):
    """Exercise 3: what is left of a weight 1 after 100 steps, for four ways to give the penalty."""
    answers = {"sgd": SGD(lr=0.1, transforms=[l2(0.01)]), "keras": SGD(lr=0.1, transforms=[l2(0.02)]),
               "adam": Adam(lr=0.001, transforms=[l2(0.01)]), "adamw": AdamW(lr=0.001, weight_decay=0.01)}
    left = {name: left_over(opt) for name, opt in answers.items()}
    exact = 2e-4  # for numbers near one another: what rounding to four digits changes
    unchanged = Mistake("the loss leaves the weight alone, but the penalty or the decay does not", 1.0, 1e-6)
    check_number("sgd", sgd, left["sgd"], mistakes=[
        unchanged,
        Mistake("the decay per step is lr · weight_decay = 0.001; you left out lr", 0.99**100),
        Mistake("that is what is lost: give what is left", 1 - left["sgd"]),
        Mistake("that is one step. Take it 100 times", 0.999, exact),
        Mistake("weight_decay stands for (α/2)·‖w‖², whose gradient is α·w, not 2α·w", left["keras"]),
        Mistake("the steps multiply: 0.999 · 0.999 · …, not 1 - 100 · 0.001. If you rounded, give three "
                "digits", 0.9),
        Mistake("the gradient of (α/2)·‖w‖² is α·w: the 1/2 cancels", 0.9995**100)])
    check_number("keras", keras, left["keras"], mistakes=[
        unchanged,
        Mistake("that is one step. Take it 100 times", 0.998, exact),
        Mistake("keras.regularizers.L2(α) is α·‖w‖² without the 1/2: its gradient is 2α·w", left["sgd"]),
        Mistake("the decay per step is lr · 2α = 0.002; you left out lr", 0.98**100),
        Mistake("the steps multiply: 0.998 · 0.998 · …, not 1 - 100 · 0.002", 0.8),
        Mistake("that is what is lost: give what is left", 1 - left["keras"])])
    check_number("adam", adam, left["adam"], mistakes=[
        unchanged,
        Mistake("that would be AdamW, or one step of Adam instead of 100. torch.optim.Adam puts the penalty "
                "into the gradient, and Adam divides a gradient by its own size", left["adamw"], exact),
        Mistake("that is a factor of 0.999 at each step, as for SGD at rate 0.1. Adam's step does not depend "
                "on the gradient's size: each takes the same away", left["sgd"]),
        Mistake("that is what is lost: give what is left", 0.1)])
    check_number("adamw", adamw, left["adamw"], tolerance=2e-5, mistakes=[
        unchanged,
        Mistake("in AdamW the decay does not pass through Adam's division: each step multiplies by "
                "1 - lr · weight_decay = 0.99999", left["adam"], within=THREE_DIGITS),
        Mistake("lr is 0.001 here, so the decay per step is 0.00001", left["sgd"], within=THREE_DIGITS),
        Mistake("the decay is multiplied by lr: 1 - 0.001 · 0.01 per step", 0.99**100, within=THREE_DIGITS),
        Mistake("that is what is lost: give what is left", 1 - left["adamw"], within=THREE_DIGITS),
        Mistake("that is one step. Take it 100 times", 0.99999)])
    right("one name, four different shrinkages.")


def largest_stable_alpha(lr, curvature):
    return 2 / lr - curvature


EDGE_MISTAKES = [
    Mistake("the loss has a curvature too: loss and penalty together have curvature + alpha, and that must "
            "stay below 2 / lr", lambda lr, h: 2 / lr + 0 * h),
    Mistake("the factor of one step is 1 - lr·(curvature + alpha). It is 0 at your value; the edge is at -1",
            lambda lr, h: 1 / lr - h),
    Mistake("the penalty adds to the curvature, so less is left for it: 2 / lr minus the curvature",
            lambda lr, h: 2 / lr + h),
    Mistake("the gradient of (alpha/2)·w² is alpha·w, so alpha counts fully",
            lambda lr, h: 2 * (2 / lr - h)),
    Mistake("the gradient of (alpha/2)·w² is alpha·w: you took 2·alpha·w", lambda lr, h: (2 / lr - h) / 2),
    Mistake("that divides by the curvature: the two curvatures add up",
            lambda lr, h: 2 / (lr * h)),
    Mistake("that is the edge of the learning rate minus lr. Solve lr·(curvature + alpha) = 2 for alpha",
            lambda lr, h: 2 / h - lr),
    Mistake("that is the limit of lr without a penalty. Solve lr·(curvature + alpha) = 2 for alpha",
            lambda lr, h: 2 / h),
    Mistake("alpha is multiplied by lr too. Solve lr·(curvature + alpha) = 2: divide all of it by lr",
            lambda lr, h: 2 - lr * h),
    Mistake("that is the number for lr = 0.1 and curvature = 3. Write a formula in lr and curvature",
            lambda lr, h: 17.0),
    Mistake("that is 1 / lr. The edge is where 1 - lr·(curvature + alpha) = -1",
            lambda lr, h: 1 / lr + 0 * h),
    Mistake("your sign is turned round: 2 / lr minus the curvature", lambda lr, h: h - 2 / lr),
    Mistake("the loss is ½·curvature·w²: its second derivative is the curvature, not half of it",
            lambda lr, h: 2 / lr - h / 2),
    Mistake("the loss is ½·curvature·w²: its second derivative is the curvature, not twice that",
            lambda lr, h: 2 / lr - 2 * h),
]


def check_largest_stable_alpha(function):
    """Exercise 4: the strength beyond which gradient descent on ½·curvature·w² + (alpha/2)·w² diverges."""
    cases = [(0.1, 3.0), (0.05, 7.0), (0.4, 1.5), (0.3, 0.25)]
    check_function(function, reference=largest_stable_alpha, cases=cases, outputs=("the limit",),
                   mistakes=EDGE_MISTAKES, tolerance=1e-6)
    right("a penalty is a curvature too, and takes its share of 2 / lr.")
