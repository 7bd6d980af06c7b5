# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 09 · Momentum and Nesterov
#
# They go with [lecture 09](../09_momentum_and_nesterov.ipynb) and take about 40 minutes. Write your answer
# in place of each line `raise NotImplementedError`, then run the check below it. A check that fails says
# what is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture09 as exercise
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import Momentum

# %% [markdown]
# ## 1 · Write momentum
#
# One step of the classical form, as in the lecture: the velocity keeps the share `momentum` of itself and
# takes in the whole gradient `g`; then `x` moves against it by `lr` times the *new* velocity. Return the
# new `x` and the new `v`, and leave the arrays you were given as they are.

# %%
def momentum_step(x, v, g, lr, momentum):
    """Return (new x, new v)."""
    ### BEGIN SOLUTION
    v = momentum * v + g
    return x - lr * v, v
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_momentum_step(momentum_step)

# %% [markdown]
# ## 2 · Write Nesterov, re-arranged
#
# Now `x` is the look-ahead point, as in PyTorch and Keras, and `g` is the gradient there. The velocity is
# updated as before; only the direction of the step differs.

# %%
def nesterov_step(x, v, g, lr, momentum):
    """Return (new x, new v)."""
    ### BEGIN SOLUTION
    v = momentum * v + g
    return x - lr * (g + momentum * v), v
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_nesterov_step(nesterov_step)

# %% [markdown]
# Your two functions on the valley. Which one do you expect to swing less across it?

# %%
def run(step, f, lr, momentum, steps):
    x, v = f.start, np.zeros(2)
    points = [x]
    for _ in range(steps):
        x, v = step(x, v, f.gradient(x), lr, momentum)
        points.append(x)
    return np.array(points)


f = valley(25)
show.paths(f, {"yours, momentum": run(momentum_step, f, 0.02, 0.8, 60),
               "yours, Nesterov": run(nesterov_step, f, 0.02, 0.8, 60)}, every=1)
show.figure(plt.gcf(), alt="Momentum swings across the valley; after two steps Nesterov runs straight.")

# %% [markdown]
# ## 3 · Predict
#
# The gradient is 1 at every step, as on an endless slope. `lr` is 0.01, `momentum` is 0.95, the first
# velocity 0. Without running anything: how long is a step in the long run, in the classical form and in the
# averaged form? And after how many steps has the velocity come to at least 90 % of its final value? Set
# `step_classical`, `step_averaged` and `steps_to_90` to your numbers.

# %%
### BEGIN SOLUTION
step_classical = 0.01 / (1 - 0.95)
step_averaged = 0.01
steps_to_90 = 45  # the smallest k with 1 - 0.95**k >= 0.9
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(step_classical, step_averaged, steps_to_90)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
slope = minimize(lambda x: x[0], [0.0], Momentum(lr=0.01, momentum=0.95), 400, gradient=np.ones_like)
velocity = slope.state["v"][:, 0]
print(f"last step {0.01 * velocity[-1]:.3f}, velocity above 90 % from step {np.argmax(velocity >= 0.9 * 20)}")

# %% [markdown]
# ## 4 · Break it
#
# Gradient descent on $\frac12 h x^2$ diverges beyond the learning rate $2/h$. Does momentum bear more, or
# less? Change `factor` until the loss just falls, for a few values of `momentum`. Then write the limit as a
# formula.

# %%
curvature, momentum, factor = 50.0, 0.5, 1.4
opt = Momentum(lr=factor * 2 / curvature, momentum=momentum)
trace = minimize(lambda x: curvature / 2 * x @ x, [1.0], opt, 300, gradient=lambda x: curvature * x)
print("the loss falls" if trace.loss[-1] < trace.loss[0] else "the loss grows")

# %%
def largest_stable_lr(curvature, momentum):
    """Return the learning rate beyond which momentum diverges on a function of this curvature."""
    ### BEGIN SOLUTION
    return 2 * (1 + momentum) / curvature
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_largest_stable_lr(largest_stable_lr)

# %% [markdown]
# What happens with `momentum=1`? Say it before you run the cell, and why.

# %% [markdown] tags=["solution"]
# Without friction no energy is ever lost. The ball swings for ever, as high as it started, and never comes
# to rest. Momentum must be less than 1.

# %%
opt = Momentum(lr=0.01, momentum=1.0)
trace = minimize(f, f.start, opt, 100)
show.loss_curves({"momentum 1": trace.loss}, log=False)
show.figure(plt.gcf(), alt="The loss swings up and down for 100 steps and does not become smaller.")
