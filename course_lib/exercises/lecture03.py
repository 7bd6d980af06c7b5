"""Checks for exercises 1 and 2 of lecture 03, gradient descent.

That of exercise 3 is in lecture03_scaling, that of exercise 4 in lecture03_edge.
"""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, WrongAnswer, check_function, check_number, right
from course_lib.exercises.lecture03_edge import check_largest_stable_lr
from course_lib.exercises.lecture03_scaling import check_standardize

__all__ = ["check_gradient_descent", "check_largest_stable_lr", "check_prediction", "check_standardize"]

# --- exercise 1: gradient descent -------------------------------------------------------------------


def gradient_descent(gradient, x0, lr, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - lr * gradient(points[-1]))
    return np.array(points)


def walk(change):
    """What a loop gives whose step is change(gradient, x, lr, x0, k), for k = 0, 1, …"""
    def answer(gradient, x0, lr, steps):
        points = [x0]
        for k in range(steps):
            points.append(points[-1] + change(gradient, points[-1], lr, x0, k))
        return np.array(points)
    return answer


def unit(g):
    return g / np.linalg.norm(g)


def bent(x):
    """The gradient of a function that is not quadratic, with no symmetry that could hide a mistake."""
    a = np.array([[3.0, 1.0], [1.0, 2.0]])[:len(x), :len(x)]
    return a @ x + 0.3 * np.sin(x) + 0.2


def one_by_one(gradient, x, lr, x0, k):
    """The change of x if each coordinate moves before the gradient of the next is taken."""
    new = x.copy()
    for i in range(len(x)):
        new[i] -= lr * gradient(new)[i]
    return new - x


def old_gradient(gradient, x0, lr, steps):
    points = gradient_descent(gradient, x0, lr, min(steps, 1))
    for _ in range(steps - 1):
        points = np.vstack([points, points[-1] - lr * gradient(points[-2])])
    return points


def descent_cases():
    """Two coordinates and one; the last case arrives, and an answer that stops there is too short."""
    return [(bent, np.array([1.5, -0.7]), 0.1, 5), (bent, np.array([-0.4, 2.0]), 0.3, 3),
            (bent, np.array([0.9]), 0.3, 12)]


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
    Mistake("the gradient is one step old from the second step on: take it at the present point",
            old_gradient),
    Mistake("the coordinates move one after the other. Take the gradient once in each step, and move all of "
            "them with it", walk(one_by_one)),
    Mistake("the step alone became the new point: subtract it from the present point",
            walk(lambda f, x, lr, x0, k: -lr * f(x) - x)),
    Mistake("the first row is not x0: you started from 0", lambda f, x0, lr, steps: gradient_descent(
        f, 0 * x0, lr, steps)),
    Mistake("the start is there twice and the last point is missing: take the step, then append",
            lambda f, x0, lr, steps: np.vstack([x0, gradient_descent(f, x0, lr, steps - 1)])),
    Mistake("the last row is still 0: your loop takes one step too few",
            lambda f, x0, lr, steps: np.vstack([gradient_descent(f, x0, lr, steps - 1), 0 * x0])),
    Mistake("your learning rate shrinks like lr / √(k + 1): keep it constant",
            walk(lambda f, x, lr, x0, k: -lr / np.sqrt(k + 1) * f(x))),
    Mistake("that is lr = 0.1 in every case: use the argument lr", walk(lambda f, x, lr, x0, k: -0.1 * f(x))),
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
        if shape == (n,):
            raise WrongAnswer("you returned one point only; return all of them, the start first.")
        if shape == (n, steps + 1):
            raise WrongAnswer("put one point in each row: your array is turned over.")
        if len(shape) == 2 and shape[1] == n and shape[0] != steps + 1:
            raise WrongAnswer(f"{steps} steps give {steps + 1} points, you returned {shape[0]}"
                              f"{why(np.asarray(result), steps)}.")
        return result
    return checked


def why(points, steps):
    """What may explain a wrong number of points."""
    found = len(points)
    if found == 2 * (steps + 1) and np.array_equal(points[:steps + 1], points[steps + 1:]):
        return ": the same walk twice. Make the list inside the function, new at each call"
    if found < steps:
        return ": take all steps, without a return inside the loop and without stopping early"
    told = {steps: ": the start and the end both belong to them", steps + 2: ": one step too many"}
    return told.get(found, "")


def check_gradient_descent(function):
    """Exercise 1: gradient_descent(gradient, x0, lr, steps) -> points (steps + 1, n)."""
    if callable(function):
        function = shape_of_points(function)
    check_function(function, reference=gradient_descent, cases=descent_cases(),
                   outputs=("the array of points",), mistakes=DESCENT_MISTAKES)
    right("every step goes against the gradient at the point where you are.")


# --- exercise 2: predict ----------------------------------------------------------------------------


def check_prediction(edge, best, factor, steps):
    """Exercise 2: f(x, y) = 8 x² + y²/2: edge, best rate, its factor, steps to a millionth."""
    check_number("edge", edge, 0.125, mistakes=[
        Mistake("that is 1/L, where the steep direction arrives in one step. It diverges only beyond twice "
                "that", 1 / 16),
        Mistake("the curvature is the second derivative: 16 for 8 x², not 8", 0.25),
        Mistake("that is 2 over the smallest curvature. The largest decides", 2.0),
        Mistake("that is the best rate, 2/(L + μ). The edge is a little further", 2 / 17),
        Mistake("that is the best rate, for curvatures 8 and 1/2. The second derivatives are 16 and 1, and "
                "the edge is a little further than the best rate", 2 / 8.5),
        Mistake("that is L, the largest curvature: the edge is 2/L", 16.0),
        Mistake("the edge is 2/L, not L/2", 8.0)])
    check_number("best", best, 2 / 17, mistakes=[
        Mistake("that is 1/L: the steep direction arrives at once, the flat one keeps the factor 0.9375. A "
                "larger rate lets both shrink alike", 1 / 16),
        Mistake("that is the edge, where the steep direction never arrives", 0.125),
        Mistake("the curvatures are 16 and 1, the second derivatives, not 8 and 1/2", 2 / 8.5),
        Mistake("that is 1/(L + μ): at twice that both directions shrink alike", 1 / 17),
        Mistake("that is 1/μ, beyond the edge: the steep direction grows without end", 1.0),
        Mistake("the wrong way round: it is 2/(L + μ)", 17 / 2),
        Mistake("that is 2/(L - μ), beyond the edge: the sum belongs there", 2 / 15)])
    check_number("factor", factor, 15 / 17, mistakes=[
        Mistake("that is the factor at 1/L, 1 - 1/κ", 15 / 16, within=1e-3),
        Mistake("that is the factor at 1/(L + μ), half the best rate", 16 / 17, within=1e-3),
        Mistake("that is the best rate itself. In a direction of curvature c a rate η makes the factor "
                "|1 - ηc|", 2 / 17),
        Mistake("the factor of the error is wanted; that is the loss's, its square", (15 / 17) ** 2),
        Mistake("the size of the factor is wanted, without its sign", -15 / 17),
        Mistake("that is (√κ - 1)/(√κ + 1), which momentum reaches (lecture 09)", 3 / 5),
        Mistake("that is 1 - 2/κ, an approximation for large κ. Here κ is 16: be exact", 7 / 8),
        Mistake("the wrong way round: it must be less than 1", 17 / 15)])
    check_number("steps", steps, 56, tolerance=1e-9, mistakes=[
        Mistake("the loss shrinks by the square of the factor in each step, so half of that is enough",
                np.log(1e-6) / np.log(15 / 17), within=6e-3),
        Mistake("one step less is enough already", 57),
        Mistake("after 55 steps the loss is at 1.05 millionths: one more", 55),
        Mistake("a number of steps is whole: round up", np.log(1e-6) / (2 * np.log(15 / 17)), within=1e-3),
        Mistake("that is at the rate 1/L", 108),
        Mistake("a quarter of κ ln 10⁶ is the approximation for large κ. Use the exact factor",
                4 * np.log(1e6), within=1e-3),
        Mistake("that reaches a thousandth; a millionth takes twice as many", 28)])
    right("two curvatures tell how fast gradient descent can be.")
