# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 03 · Gradient descent
#
# They go with [lecture 03](../03_gradient_descent.ipynb) and take about 40 minutes. Write your answer in
# place of each line `raise NotImplementedError`, then run the check below it. A check that fails says what
# is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture03 as exercise
from course_lib.functions import quadratic, valley
from course_lib.studies import scaling

# %% [markdown]
# ## 1 · Write gradient descent
#
# Take `steps` steps from `x0`, each against the gradient at the present point, and return *all* points, the
# start first: an array of shape (steps + 1, n). `x0` is an array of n numbers, `gradient` a function of such
# a point. Take all the steps, also when the gradient has become small. Leave `x0` as it is.

# %%
def gradient_descent(gradient, x0, lr, steps):
    """Return the points, shape (steps + 1, n)."""
    ### BEGIN SOLUTION
    x, points = x0, [x0]
    for _ in range(steps):
        x = x - lr * gradient(x)
        points.append(x)
    return np.array(points)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_gradient_descent(gradient_descent)

# %% [markdown]
# Your function in a valley, with two rates. Which one is closer to the edge?

# %%
f = valley(10)
show.paths(f, {f"yours, lr {lr}": gradient_descent(f.gradient, f.start, lr, 30) for lr in (0.02, 0.09)})
show.figure(plt.gcf(), alt="With the small rate the path bends into the valley, with the large one it jumps.")

# %% [markdown]
# ## 2 · Predict
#
# $f(x, y) = 8x^2 + \frac12 y^2$. Without running anything: the learning rate `edge` beyond which gradient
# descent diverges; the rate `best` at which the slower of the two directions is fastest; the `factor` by
# which each step at this rate multiplies the size of the error; and the smallest number of `steps`, still at
# this rate, after which the *loss* is at most a millionth of that at the start.

# %%
### BEGIN SOLUTION
edge = 2 / 16  # the curvatures are the second derivatives, 16 and 1
best = 2 / (16 + 1)
factor = (16 - 1) / (16 + 1)
steps = 56  # the smallest k with factor**(2 * k) <= 1e-6
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(edge, best, factor, steps)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
bowl = quadratic(16)  # curvatures 1 and 16
points = gradient_descent(bowl.gradient, bowl.start, 2 / 17, 60)
print("steps to a millionth:", int(np.argmax(bowl(points) <= 1e-6 * bowl(points[0]))))

# %% [markdown]
# ## 3 · Scale the features
#
# Standardize: subtract each feature's mean and divide by its standard deviation (NumPy's default, `ddof=0`).
# `train` (n, features) is what the weights will be fitted to, `new` (m, features) comes later and must be
# given in the same units. Every feature varies in `train`. Leave both arrays as they are.

# %%
def standardize(train, new):
    """Return (train scaled, new scaled)."""
    ### BEGIN SOLUTION
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (new - mean) / std
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_standardize(standardize)

# %% [markdown]
# What it does to the condition number of the diabetes data of the lecture:

# %% tags=["nbval-check-output"]
features, target, names = scaling.diabetes()
train, new = standardize(features[:300], features[300:])
for name, x in (("as they come", features[:300]), ("yours", train)):
    curvatures = scaling.least_squares_modes(x, target[:300]).curvatures
    print(f"{name}: κ = {curvatures[-1] / curvatures[0]:.2g}")

# %% [markdown]
# ## 4 · Break it
#
# A quadratic with a full matrix as its Hessian. Change `lr` until the run just does not break. Then write the
# limit as a formula for any such matrix.

# %%
hessian = np.array([[3.0, 2.0], [2.0, 3.0]])
lr = 0.5
points = gradient_descent(lambda x: hessian @ x, np.array([1.0, 0.5]), lr, 100)
print("the loss falls" if points[-1] @ hessian @ points[-1] < points[0] @ hessian @ points[0] else "it grows")

# %%
def largest_stable_lr(hessian):
    """Return the learning rate beyond which gradient descent diverges.

    hessian : symmetric, of any shape (n, n), all its eigenvalues positive
    """
    ### BEGIN SOLUTION
    return 2 / np.linalg.eigvalsh(hessian)[-1]
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_largest_stable_lr(largest_stable_lr)

# %% [markdown]
# The same matrix, at 0.45, beyond the edge 0.4, but from the start (1, -1). Say what happens before you run
# it, and why.

# %%
points = gradient_descent(lambda x: hessian @ x, np.array([1.0, -1.0]), 0.45, 30)
show.loss_curves({"from (1, -1)": 0.5 * ((points @ hessian) * points).sum(axis=1)})
show.figure(plt.gcf(), alt="The loss falls in a straight line, although the rate is beyond the edge.")

# %% [markdown] tags=["solution"]
# (1, -1) is the eigenvector of the flat direction, of curvature 1. The steep direction, (1, 1), has no part
# in the start, and what is zero stays zero: the run converges. The edge is for *every* start; where rounding
# puts in a little of the steep direction, that little grows.
