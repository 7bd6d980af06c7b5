"""The check for exercise 4 of lecture 03: the largest learning rate at which gradient descent converges."""

from __future__ import annotations

import numpy as np

from course_lib.exercises.base import Mistake, check_function, right


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
    Mistake("that uses the largest entry of the diagonal, which is the largest of the matrix. The steepest "
            "direction need not be an axis: use the largest eigenvalue", lambda h: 2 / np.diag(h).max()),
    Mistake("that uses the first eigenvalue of np.linalg.eig, which gives them in no order. Use the largest",
            lambda h: 2 / np.linalg.eigvals(h)[0]),
    Mistake("that uses the last eigenvalue of np.linalg.eig, which gives them in no order. Use the largest",
            lambda h: 2 / np.linalg.eigvals(h)[-1]),
    Mistake("that uses the second smallest eigenvalue: the largest is the last one, whatever n is",
            lambda h: 2 / eigenvalues(h)[1]),
    Mistake("that is the edge of the matrix shown: write a formula for any hessian", lambda h: 0.4),
    Mistake("that uses the sum of the first two entries. It is an eigenvalue of the matrix shown, but not of "
            "every one: use the largest eigenvalue", lambda h: 2 / h[0, :2].sum()),
    Mistake("that uses the largest row sum. It is an eigenvalue of the matrix shown, but not of every one: "
            "use the largest eigenvalue", lambda h: 2 / h.sum(axis=1).max()),
    Mistake("that uses the first two rows and columns only: the matrix may have any size n",
            lambda h: 2 / eigenvalues(h[:2, :2])[-1]),
    Mistake("that is 1/μ: the largest eigenvalue decides, and the edge is 2/L",
            lambda h: 1 / eigenvalues(h)[0]),
    Mistake("that uses L²: eigenvalues of h @ h, or singular values squared. The edge is 2/L",
            lambda h: 2 / eigenvalues(h)[-1]**2),
    Mistake("that uses the trace, the sum of all eigenvalues: only the largest counts",
            lambda h: 2 / np.trace(h)),
    Mistake("that uses the Frobenius norm, the default of np.linalg.norm. Use the largest eigenvalue, or "
            "ord=2", lambda h: 2 / np.linalg.norm(h)),
    Mistake("that uses the determinant, the product of all eigenvalues: only the largest counts",
            lambda h: 2 / np.linalg.det(h)),
    Mistake("that uses the mean of the eigenvalues: the largest decides",
            lambda h: 2 / eigenvalues(h).mean()),
    Mistake("that is L/2: the edge is 2/L", lambda h: eigenvalues(h)[-1] / 2),
    Mistake("that is 2 L: the edge is 2/L", lambda h: 2 * eigenvalues(h)[-1]),
    Mistake("that is L itself: the edge is 2/L", lambda h: eigenvalues(h)[-1]),
    Mistake("that is the condition number", lambda h: eigenvalues(h)[-1] / eigenvalues(h)[0]),
    Mistake("that uses the largest row sum of sizes, which is at least L: safe, but short of the edge",
            lambda h: 2 / np.linalg.norm(h, np.inf)),
    Mistake("that is twice the edge", lambda h: 4 / eigenvalues(h)[-1]),
]


def hessians():
    """Symmetric, with axes that are not the eigenvectors.

    The second is the first with its axes swapped, so that np.linalg.eig gives the largest eigenvalue once
    first and once last; the last one has two large eigenvalues, which ten power iterations do not tell apart.
    """
    rng = np.random.default_rng(33)
    cases = []
    for values in ([1.0, 7.0], [0.5, 3.0, 20.0], [2.0, 2.5, 4.0, 11.0], [1.0, 9.0, 10.0]):
        q, _ = np.linalg.qr(rng.normal(size=(len(values), len(values))))
        h = q * values @ q.T
        cases.append(((h + h.T) / 2,))
    cases.insert(1, (cases[0][0][::-1, ::-1].copy(),))
    return cases


def check_largest_stable_lr(function):
    """Exercise 4: largest_stable_lr(hessian) -> the rate beyond which gradient descent diverges."""
    check_function(function, reference=largest_stable_lr, cases=hessians(), outputs=("the edge",),
                   mistakes=EDGE_MISTAKES, tolerance=1e-6)
    right("just below it the loss falls, just above it grows without end.")
