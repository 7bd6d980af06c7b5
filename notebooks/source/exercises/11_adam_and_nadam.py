# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 11 · Adam and NAdam
#
# They go with [lecture 11](../11_adam_and_nadam.ipynb) and take about 45 minutes. Write your answer in
# place of each line `raise NotImplementedError`, then run the check below it. A check that fails says what
# is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture11 as exercise
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import Adam, AMSGrad
from course_lib.studies.adam import cycle, projected

# %% [markdown]
# ## 1 · Write Adam
#
# One step of the complete form: both averages take in the new gradient, both are corrected for their start
# at zero, `eps` is added outside the root. `t` is 1 in the first step. Return the new `x`, `m` and `v`, and
# leave the arrays you were given as they are.

# %%
def adam_step(x, m, v, g, t, lr, beta1, beta2, eps):
    """Return (new x, new m, new v)."""
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_adam_step(adam_step)

# %% [markdown]
# Your function on the valley $x^2 + 25y^2$. In which direction do you expect its first step to go?

# %%
f = valley(25)
x, m, v = np.array([-2.0, 0.75]), np.zeros(2), np.zeros(2)
points = [x]
for t in range(1, 101):
    x, m, v = adam_step(x, m, v, f.gradient(x), t, 0.1, 0.9, 0.999, 1e-8)
    points.append(x)
show.paths(f, {"yours": np.array(points)}, every=5)
show.figure(plt.gcf(), alt="Adam starts along the diagonal and then bends to the minimum in the middle.")

# %% [markdown]
# ## 2 · Write the decay of AdamW
#
# `step` is what Adam would subtract from `x`, learning rate and all. AdamW shrinks the *old* `x` by a factor
# first, and then subtracts the step.

# %%
def adamw_step(x, step, lr, weight_decay):
    """Return the new x."""
    ### BEGIN SOLUTION
    return (1 - lr * weight_decay) * x - step
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_adamw_step(adamw_step)

# %% [markdown]
# ## 3 · Predict
#
# The first gradient of a run is 200; `lr` is 0.01, `beta1` 0.9, `beta2` 0.9999, `eps` negligible. How long
# is the first step, in units of `lr`, in the complete form, and in the simple form without bias correction?
#
# Two weights of the same size have gradients of pure noise, of deviation 1 and 100. With a small L2 penalty
# in Adam's *gradient*, how many times faster does the first one shrink than the second?
#
# Set `complete`, `simple` and `coupled` to your numbers, without running anything.

# %%
### BEGIN SOLUTION
complete = 1
simple = (1 - 0.9) / np.sqrt(1 - 0.9999)
coupled = 100
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(complete, simple, coupled)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
for correct in (True, False):
    opt = Adam(lr=0.01, beta2=0.9999, bias_correction=correct)
    run = minimize(lambda x: 200 * x[0], [0.0], opt, 1, gradient=lambda x: np.full(1, 200.0))
    print(f"bias_correction={correct}: {-run.x[1, 0] / 0.01:.2f} learning rates")

# %% [markdown]
# ## 4 · Break it
#
# The gradients come in a cycle of three: C, -1, -1, with C > 2. Their sum is positive, so `x` should go down.
# Take Adam with `beta1` = 0 and `eps` = 0, in the long run, when the bias corrections are 1 and `v` takes
# the same three values in every cycle. How far does `x` move in one cycle, for `lr` = 1? Write it as a
# function: by a formula, or by running enough cycles. Then find a `beta2` for which Adam goes the wrong way
# with C = 4.

# %%
def cycle_drift(C, beta2):
    """Return the sum of the three steps of one cycle, positive if x goes up."""
    ### BEGIN SOLUTION
    v = 0.0
    for _ in range(1000):
        moved = 0.0
        for g in (C, -1.0, -1.0):
            v = beta2 * v + (1 - beta2) * g**2
            moved -= g / np.sqrt(v)
    return moved
    ### END SOLUTION


# %%
### BEGIN SOLUTION
failing_beta2 = 0.2
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_cycle_drift(cycle_drift, failing_beta2)

# %% [markdown]
# Watch it, beside AMSGrad with the same values; `x` is kept in [-1, 1]:

# %%
def rate(step):
    return 0.5 / np.sqrt(step + 1)


ways = {opt.__name__: projected(opt(lr=rate, beta1=0.0, beta2=failing_beta2), cycle(4.0, 1000))
        for opt in (Adam, AMSGrad)}
show.loss_curves(ways, log=False, ylabel="$x$", start=1)
show.figure(plt.gcf(), alt="Adam climbs to +1, the worst point, while AMSGrad goes down to -1.")

# %% [markdown]
# In practice Adam with $\beta_2 = 0.999$ rarely fails so. Why does a longer memory help? Say it before you
# try `beta2=0.999` above.

# %% [markdown] tags=["solution"]
# With a long memory v hardly changes within a cycle. All three steps are then divided by nearly the same
# number, and their sum has the sign of the sum of the gradients, as in gradient descent.
