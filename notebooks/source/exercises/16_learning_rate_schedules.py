# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 16 · Learning-rate schedules
#
# They go with [lecture 16](../16_learning_rate_schedules.ipynb) and take about 40 minutes. Write your answer
# in place of each line `raise NotImplementedError`, then run the check below it. A check that fails says
# what is wrong.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from course_lib import schedules, show
from course_lib.exercises import lecture16 as exercise
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.schedules import exponential

# %% [markdown]
# ## 1 · Write warm-up with a cosine
#
# A pure function of the step; the first step has the number 0. The rate rises from 0, at step 0, on a
# straight line and reaches `lr` at step `warm_steps`. From there it falls along half a cosine wave and is 0
# at step `steps`, where 0 < `warm_steps` < `steps`. Later it stays 0.

# %%
def warm_cosine(step, lr, warm_steps, steps):
    """Return the learning rate."""
    ### BEGIN SOLUTION
    if step < warm_steps:
        return lr * step / warm_steps
    share = min((step - warm_steps) / (steps - warm_steps), 1)
    return lr * (1 + math.cos(math.pi * share)) / 2
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_warm_cosine(warm_cosine)

# %% [markdown]
# ## 2 · Write the triangles
#
# From `low` at step 0 on a straight line up to `high` at step `half_cycle`, down to `low` at `2 *
# half_cycle`, and so on for ever.

# %%
def triangle(step, low, high, half_cycle):
    """Return the learning rate."""
    ### BEGIN SOLUTION
    position = step % (2 * half_cycle)
    rise = min(position, 2 * half_cycle - position) / half_cycle
    return low + (high - low) * rise
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_triangle(triangle)

# %% [markdown]
# Both, and both once more after they were drawn. What would have happened with a scheduler object?

# %%
drawn = {"warm_cosine": [warm_cosine(k, 0.5, 20, 150) for k in range(200)],
         "triangle": [triangle(k, 0.05, 0.5, 25) for k in range(200)]}
show.loss_curves(drawn, log=False, ylabel="learning rate")
show.figure(plt.gcf(), alt="One rate rises for 20 steps and falls in a half wave to 0; the other runs up and "
                           "down in triangles.")
print("as before:", drawn["triangle"] == [triangle(k, 0.05, 0.5, 25) for k in range(200)])

# %% [markdown]
# ## 3 · Predict
#
# The rate starts at 0.1, and `StepLR(optimizer, step_size=10, gamma=0.1)` was meant *per epoch*, for 30
# epochs of 40 batches: after each `step_size` calls of its `step()` the rate is multiplied by `gamma`. But
# `scheduler.step()` stands inside the loop over the batches, as its last line. Without running anything:
#
# - `second_epoch`: the rate at the first batch of the second epoch;
# - `way_meant`: the sum of the rates of all 1,200 steps as it was meant;
# - `way_made`: the sum that the loop really makes.

# %%
### BEGIN SOLUTION
second_epoch = 0.1 * 0.1**4  # 40 calls: four drops
way_meant = 400 * (0.1 + 0.01 + 0.001)
way_made = 10 * 0.1 / (1 - 0.1)  # ten steps at each rate
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(second_epoch, way_meant, way_made)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
per_call = schedules.step(0.1, every=10)
meant, made = [per_call(k // 40) for k in range(1200)], [per_call(k) for k in range(1200)]
print(f"{made[40]:.0e}, {sum(meant):.1f}, {sum(made):.3f}")

# %% [markdown]
# ## 4 · Break it: freeze a run
#
# Gradient descent on $\frac12 h x^2$ without noise, with the rate $\eta_0 e^{-\lambda k}$. All rates together
# make about $\eta_0/\lambda$, so the distance shrinks to about $e^{-h\eta_0/\lambda}$ of the first, and no
# further. Raise `decay` until the run freezes above a hundredth of its start.

# %%
curvature, lr, decay = 2.0, 0.1, 0.02
trace = minimize(lambda x: curvature / 2 * x @ x, [1.0], SGD(lr=exponential(lr, decay)), 3000,
                 gradient=lambda x: curvature * x)
print(f"left of the distance: {trace.x[-1, 0]:.4f}")

# %% [markdown]
# Now solve the formula above, $e^{-h\eta_0/\lambda}$: the largest `decay` with which, by it, no more than the
# share `share` of the first distance is left.

# %%
def largest_decay(lr, curvature, share):
    """Return the decay."""
    ### BEGIN SOLUTION
    return lr * curvature / np.log(1 / share)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_largest_decay(largest_decay)

# %% [markdown]
# The measured distance is a little below the formula's. Say why, and when the formula is good.

# %% [markdown] tags=["solution"]
# The sum of the rates is $\eta_0/(1-e^{-\lambda})$, a little more than $\eta_0/\lambda$, and $1-\eta h$ is a
# little less than $e^{-\eta h}$. Both vanish for small $\eta_0 h$ and $\lambda$.
