"""Checks for the exercises of lecture 03, gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right

# --- exercise 1: gradient descent -------------------------------------------------------------------


def gradient_descent(gradient, x0, lr, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - lr * gradient(points[-1]))
    return np.array(points)


def walk(change, steps_off=0):
    """What a loop gives whose step is change(gradient, x, lr, x0, k), for k = 0, 1, …"""
    def answer(gradient, x0, lr, steps):
        points = [x0]
        for k in range(steps + steps_off):
            points.append(points[-1] + change(gradient, points[-1], lr, x0, k))
        return np.array(points)
    return answer


def unit(g):
    return g / np.linalg.norm(g)


def bent(x):
    """The gradient of a function that is not quadratic, with no symmetry that could hide a mistake."""
    a = np.array([[3.0, 1.0], [1.0, 2.0]])[:len(x), :len(x)]
    return a @ x + 0.3 * np.sin(x) + 0.2


def descent_cases():
    return [(bent, np.array([1.5, -0.7]), 0.1, 5), (bent, np.array([-0.4, 2.0]), 0.3, 3),
            (bent, np.array([0.9]), 0.05, 4)]


DESCENT_MISTAKES = [
    Mistake("you climb: subtract lr times the gradient", walk(lambda f, x, lr, x0, k: lr * f(x))),
    Mistake("the gradient is taken at x0 in every step. Take it anew at the present point",
            walk(lambda f, x, lr, x0, k: -lr * f(x0))),
    Mistake("each step starts from x0 again: start from the point before",
            lambda f, x0, lr, steps: np.array([x0] + [x0 - lr * f(x0)] * steps)),
    Mistake("the learning rate is missing", walk(lambda f, x, lr, x0, k: -f(x))),
    Mistake("you divided the gradient by its length, so every step has length lr. Gradient descent takes "
            "long steps where it is steep", walk(lambda f, x, lr, x0, k: -lr * unit(f(x)))),
    Mistake("you used only the sign of the gradient", walk(lambda f, x, lr, x0, k: -lr * np.sign(f(x)))),
    Mistake("your learning rate shrinks like lr / (k + 1): keep it constant",
            walk(lambda f, x, lr, x0, k: -lr / (k + 1) * f(x))),
    Mistake("your learning rate grows with the step number: keep it constant",
            walk(lambda f, x, lr, x0, k: -lr * (k + 1) * f(x))),
    Mistake("every point is the last one: x -= … changes the array that is already in your list. Write "
            "x = x - …, or append x.copy()",
            lambda f, x0, lr, steps: np.array([gradient_descent(f, x0, lr, steps)[-1]] * (steps + 1))),
    Mistake("your step is exactly twice too long", walk(lambda f, x, lr, x0, k: -2 * lr * f(x))),
    Mistake("your step is exactly half as long as it should be",
            walk(lambda f, x, lr, x0, k: -0.5 * lr * f(x))),
    Mistake("you divided by the learning rate: multiply", walk(lambda f, x, lr, x0, k: -f(x) / lr)),
    Mistake("the points come in the wrong order: the start first",
            lambda f, x0, lr, steps: gradient_descent(f, x0, lr, steps)[::-1]),
    Mistake("you returned the gradients, not the points",
            lambda f, x0, lr, steps: np.array([f(x) for x in gradient_descent(f, x0, lr, steps)])),
]


def shape_of_points(function):
    """The student's function, with a diagnosis when the number of points is wrong."""
    def checked(gradient, x0, lr, steps):
        result = function(gradient, x0, lr, steps)
        try:
            shape = np.shape(result)
        except ValueError:
            return result
        n = len(x0)
        told = {
            (n,): "you returned one point only; return all of them, the start first",
            (steps, n): f"{steps} steps give {steps + 1} points, you returned {steps}: the start and the end "
                        f"both belong to them",
            (steps + 2, n): f"{steps} steps give {steps + 1} points, you returned {steps + 2}: one step too "
                            "many",
            (n, steps + 1): "put one point in each row: your array is turned over"}
        if shape != (steps + 1, n) and shape in told:
            raise WrongAnswer(f"{told[shape]}.")
        return result
    return checked


def check_gradient_descent(function):
    """Exercise 1: gradient_descent(gradient, x0, lr, steps) -> points (steps + 1, n)."""
    if callable(function):
        try:
            _descent(shape_of_points(function))
        except WrongAnswer as error:
            # run() wraps what stops inside the function; the diagnosis made there is the message.
            if isinstance(error.__cause__, WrongAnswer):
                raise error.__cause__ from None
            raise
    else:
        _descent(function)
    right("every step goes against the gradient at the point where you are.")


def _descent(function):
    check_function(function, reference=gradient_descent, cases=descent_cases(),
                   outputs=("the array of points",), mistakes=DESCENT_MISTAKES)


# --- exercise 2: predict ----------------------------------------------------------------------------


def check_prediction(edge, best, factor, steps):
    """Exercise 2: f(x, y) = 8 x² + y²/2: edge, best rate, its factor, steps to a millionth."""
    check_number("edge", edge, 0.125, mistakes=[
        Mistake("that is 1/L, where the steep direction arrives in one step. It diverges only beyond twice "
                "that", 1 / 16),
        Mistake("the curvature is the second derivative: 16 for 8 x², not 8", 0.25),
        Mistake("that is 2 over the smallest curvature. The largest decides", 2.0),
        Mistake("that is the best rate, 2/(L + μ). The edge is a little further", 2 / 17),
        Mistake("the edge is 2/L, not L/2", 8.0)])
    check_number("best", best, 2 / 17, mistakes=[
        Mistake("that is 1/L: the steep direction arrives at once, the flat one keeps the factor 0.9375. A "
                "larger rate lets both shrink alike", 1 / 16),
        Mistake("that is the edge, where the steep direction never arrives", 0.125),
        Mistake("the curvatures are 16 and 1, the second derivatives, not 8 and 1/2", 2 / 8.5),
        Mistake("that is 1/(L + μ): at twice that both directions shrink alike", 1 / 17),
        Mistake("that is 2/(L - μ), beyond the edge: the sum belongs there", 2 / 15)])
    check_number("factor", factor, 15 / 17, mistakes=[
        Mistake("that is the factor at 1/L, 1 - 1/κ", 15 / 16),
        Mistake("the factor of the error is wanted; that is the loss's, its square", (15 / 17) ** 2),
        Mistake("the size of the factor is wanted, without its sign", -15 / 17),
        Mistake("that is (√κ - 1)/(√κ + 1), which momentum reaches (lecture 09)", 3 / 5),
        Mistake("that is 1 - 2/κ, an approximation for large κ. Here κ is 16: be exact", 7 / 8),
        Mistake("the wrong way round: it must be less than 1", 17 / 15)])
    check_number("steps", steps, 56, tolerance=1e-9, mistakes=[
        Mistake("the loss shrinks by the square of the factor in each step, so half of that is enough", 111),
        Mistake("after 55 steps the loss is at 1.05 millionths: one more", 55),
        Mistake("a number of steps is whole: round up", np.log(1e-6) / (2 * np.log(15 / 17))),
        Mistake("that is at the rate 1/L", 108),
        Mistake("a quarter of κ ln 10⁶ is the approximation for large κ. Use the exact factor",
                float(np.round(4 * np.log(1e6)))),
        Mistake("that reaches a thousandth; a millionth takes twice as many", 28)])
    right("two curvatures tell how fast gradient descent can be.")


# --- exercise 3: standardize ------------------------------------------------------------------------


def standardize(train, new):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (new - mean) / std


def own(x, **options):
    return (x - x.mean(axis=0)) / x.std(axis=0, **options)


def by_range(train, new):
    low, high = train.min(axis=0), train.max(axis=0)
    return (train - low) / (high - low), (new - low) / (high - low)


def together(train, new):
    both = np.vstack([train, new])
    mean, std = both.mean(axis=0), both.std(axis=0)
    return (train - mean) / std, (new - mean) / std


def scaled(shift, divide):
    """Both arrays minus shift(train), over divide(train)."""
    return lambda train, new: tuple((x - shift(train)) / divide(train) for x in (train, new))


def mean0(x):
    return x.mean(axis=0)


def std0(x):
    return x.std(axis=0)


def scaling_cases():
    rng = np.random.default_rng(3)
    cases = []
    for n, m, features in ((7, 4, 3), (5, 5, 2)):
        units, offset = 10.0 ** np.arange(features), rng.normal(size=features) * 20 + 5
        cases.append((rng.normal(size=(n, features)) * units + offset,
                      1.5 * rng.normal(size=(m, features)) * units + offset + 1))
    return cases


SCALING_MISTAKES = [
    Mistake("new is scaled by its own mean and deviation. Use those of train: the weights were fitted to "
            "them, and a single new patient has no deviation", lambda t, n: (own(t), own(n))),
    Mistake("mean and deviation are taken over train and new together. Nothing of the new data may enter",
            together),
    Mistake("new has kept its units: it must go through the same scaling", lambda t, n: (own(t), n)),
    Mistake("you forgot to subtract the mean", scaled(lambda t: 0.0, std0)),
    Mistake("you only subtracted the mean: divide by the deviation as well", scaled(mean0, lambda t: 1.0)),
    Mistake("you divided by the variance: that is the deviation squared",
            scaled(mean0, lambda t: t.var(axis=0))),
    Mistake("you multiplied by the deviation: divide", scaled(mean0, lambda t: 1 / std0(t))),
    Mistake("you used one mean and one deviation for all features: take them along axis=0",
            scaled(np.mean, np.std)),
    Mistake("the mean is right per feature, but there is one deviation for all: use std(axis=0)",
            scaled(mean0, np.std)),
    Mistake("that scales to the range from 0 to 1, by minimum and maximum. Use mean and deviation", by_range),
    Mistake("you used std(ddof=1), which divides by n - 1. Here the deviation is NumPy's default, ddof=0",
            scaled(mean0, lambda t: t.std(axis=0, ddof=1))),
    Mistake("you divided by the mean: divide by the deviation", scaled(mean0, mean0)),
    Mistake("you divided by the largest value: divide by the deviation",
            scaled(mean0, lambda t: np.abs(t).max(axis=0))),
    Mistake("you divided before you subtracted the mean: (x - mean) / std needs the brackets",
            lambda t, n: tuple(x - mean0(t) / std0(t) for x in (t, n))),
    Mistake("you used the median: use the mean", scaled(lambda t: np.median(t, axis=0), std0)),
    Mistake("the sign is wrong: x - mean, not mean - x",
            lambda t, n: tuple((mean0(t) - x) / std0(t) for x in (t, n))),
    Mistake("that is each row scaled by itself. A feature is a column: axis=0, not axis=1",
            lambda t, n: tuple((x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
                               for x in (t, n))),
    Mistake("mean and deviation are those of new. Use those of train", lambda t, n: standardize(n, t)[::-1]),
]


def check_standardize(function):
    """Exercise 3: standardize(train, new) -> (train scaled, new scaled)."""
    check_function(function, reference=standardize, cases=scaling_cases(), outputs=("train", "new"),
                   mistakes=SCALING_MISTAKES)
    right("every feature now has mean 0 and deviation 1 in train, and new is in the same units.")


# --- exercise 4: the edge ---------------------------------------------------------------------------


def largest_stable_lr(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[-1]


def eigenvalues(hessian):
    return np.linalg.eigvalsh(hessian)


EDGE_MISTAKES = [
    Mistake("that is 1/L. Between 1/L and 2/L the run changes sides at every step, and still converges",
            lambda h: 1 / eigenvalues(h)[-1]),
    Mistake("that is 2/(L + μ), the best rate. The edge is a little further",
            lambda h: 2 / (eigenvalues(h)[0] + eigenvalues(h)[-1])),
    Mistake("that is 2 over the smallest eigenvalue. The largest decides; eigvalsh gives them in rising "
            "order", lambda h: 2 / eigenvalues(h)[0]),
    Mistake("that uses the largest entry of the diagonal. The steepest direction need not be an axis: use "
            "the largest eigenvalue", lambda h: 2 / np.diag(h).max()),
    Mistake("that uses the largest entry of the matrix: use the largest eigenvalue", lambda h: 2 / h.max()),
    Mistake("that uses the trace, the sum of all eigenvalues: only the largest counts",
            lambda h: 2 / np.trace(h)),
    Mistake("that uses the Frobenius norm, the default of np.linalg.norm. Use the largest eigenvalue, or "
            "ord=2", lambda h: 2 / np.linalg.norm(h)),
    Mistake("that uses the determinant, the product of all eigenvalues: only the largest counts",
            lambda h: 2 / np.linalg.det(h)),
    Mistake("that uses the mean of the eigenvalues: the largest decides",
            lambda h: 2 / eigenvalues(h).mean()),
    Mistake("that is L/2: the edge is 2/L", lambda h: eigenvalues(h)[-1] / 2),
    Mistake("that is L itself: the edge is 2/L", lambda h: eigenvalues(h)[-1]),
    Mistake("that is the condition number", lambda h: eigenvalues(h)[-1] / eigenvalues(h)[0]),
    Mistake("that uses the largest row sum, which is at least L: safe, but short of the edge",
            lambda h: 2 / np.linalg.norm(h, np.inf)),
    Mistake("that is twice the edge", lambda h: 4 / eigenvalues(h)[-1]),
]


def hessians():
    """Symmetric, with unlike diagonals, and axes that are not the eigenvectors."""
    rng = np.random.default_rng(33)
    cases = []
    for values in ([1.0, 7.0], [0.5, 3.0, 20.0], [2.0, 2.5, 4.0, 11.0]):
        q, _ = np.linalg.qr(rng.normal(size=(len(values), len(values))))
        h = q * values @ q.T
        cases.append(((h + h.T) / 2,))
    return cases


def check_largest_stable_lr(function):
    """Exercise 4: largest_stable_lr(hessian) -> the rate beyond which gradient descent diverges."""
    check_function(function, reference=largest_stable_lr, cases=hessians(), outputs=("the edge",),
                   mistakes=EDGE_MISTAKES, tolerance=1e-6)
    right("just below it the loss falls, just above it grows without end.")
