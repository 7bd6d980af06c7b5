# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 10 · Adaptive learning rates
#
# They go with [lecture 10](../10_adaptive_learning_rates.ipynb) and take about 40 minutes. Write your answer
# in place of each line `raise NotImplementedError`, then run the check below it. A check that fails says
# what is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture10 as exercise
from course_lib.functions import RAVINE
from course_lib.optimizers import AdaGrad, RMSProp

# %% [markdown]
# ## 1 · Write AdaGrad
#
# One step: the accumulator `s` takes in the square of the gradient `g`; then `x` moves against `g` by `lr`
# over the root of the *new* sum, with `eps` added *outside* the root. Everything is entry by entry. Return
# the new `x` and the new `s`, and leave the arrays you were given as they are.

# %%
def adagrad_step(x, s, g, lr, eps):
    """Return (new x, new s)."""
    ### BEGIN SOLUTION
    s = s + g**2
    return x - lr * g / (np.sqrt(s) + eps), s
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_adagrad_step(adagrad_step)

# %% [markdown]
# ## 2 · Mend RMSProp
#
# This code runs without an error, and the loss even falls for a while. It has two mistakes; both are seen in
# the wild.

# %%
def broken_step(x, s, g, lr, rho, eps):
    s = (1 - rho) * s + rho * g**2
    return x - lr * g / np.sqrt(s) + eps, s


# %% [markdown]
# Write it as it should be, with `eps` outside the root.

# %%
def rmsprop_step(x, s, g, lr, rho, eps):
    """Return (new x, new s)."""
    ### BEGIN SOLUTION
    s = rho * s + (1 - rho) * g**2
    return x - lr * g / (np.sqrt(s) + eps), s
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_rmsprop_step(rmsprop_step)

# %% [markdown]
# Your two functions on the ravine. Which one arrives for good, and which one is thrown out
# again and ends in a cycle?

# %%
def run(step, steps, **settings):
    x, s = RAVINE.start, np.zeros(2)
    losses = [RAVINE(x)]
    for _ in range(steps):
        x, s = step(x, s, RAVINE.gradient(x), **settings)
        losses.append(RAVINE(x))
    return losses


losses = {"your AdaGrad": run(adagrad_step, 300, lr=0.1, eps=1e-10),
          "your RMSProp": run(rmsprop_step, 300, lr=0.01, rho=0.9, eps=1e-8)}
show.loss_curves(losses)
show.figure(plt.gcf(), alt="AdaGrad's loss falls in a line. RMSProp's falls below 1e-30, rises again within "
                           "some 50 steps and stays on a floor.")

# %% [markdown]
# ## 3 · Predict
#
# Without running anything:
# - `adagrad_w2`: the second coordinate after *one* step of AdaGrad on $w_1^2 + 25w_2^2$ from $(-1, -1)$, with
#   `lr` 0.1;
# - `adagrad_100`: the length of AdaGrad's step number 100, with `lr` 0.1, when the gradient is always 7;
# - `rmsprop_first`: the length of RMSProp's first step with `lr` 0.1 and `rho` 0.99, for the gradient 7;
# - `adadelta_first`: the length of Adadelta's first step with `lr` 1, `rho` 0.9 and `eps` 1e-6, for the
#   gradient 7.

# %%
### BEGIN SOLUTION
adagrad_w2 = -1 + 0.1
adagrad_100 = 0.1 / 100**0.5
rmsprop_first = 0.1 / (1 - 0.99) ** 0.5
adadelta_first = (1e-6 / (1 - 0.9)) ** 0.5
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(adagrad_w2, adagrad_100, rmsprop_first, adadelta_first)

# %% [markdown]
# ## 4 · Break it with one bad batch
#
# The gradient has been 1 for long, so RMSProp's average is 1. Then one bad batch has a gradient of `shock`,
# and after it the gradient is 1 again. How are the steps after it?

# %%
def steps_after(opt, shock, before=200, after=200):
    state = [np.zeros(1) for _ in opt.slots]
    lengths = []
    for t in range(1, before + after + 2):
        g = np.array([shock if t == before + 1 else 1.0])
        step, *state = opt.rule(g, 0.01, t, *state)
        lengths.append(float(step[0]))
    return lengths


show.loss_curves({"AdaGrad": steps_after(AdaGrad(), 1000.0), "RMSProp": steps_after(RMSProp(), 1000.0)},
                 ylabel="length of the step", start=1)
show.figure(plt.gcf(), alt="At step 201 both jump up; at 202 they are 70 and 300 times shorter than before. "
                           "RMSProp's come back in about 100 steps, AdaGrad's do not.")

# %% [markdown]
# RMSProp forgets the shock. After how many steps with gradient 1, counted from the shock, is $\sqrt s$ at
# most 2, so that its steps are at least half as long as before? Write the formula, for `shock` of at least 1.
# (If it is so at once, right after the shock, the answer is 0.)

# %%
def steps_to_recover(shock, rho):
    """Return the whole number of steps after the shock until √s <= 2."""
    ### BEGIN SOLUTION
    excess = (1 - rho) * (shock**2 - 1)  # s - 1 right after the shock; each step multiplies it by rho
    if excess <= 3:
        return 0
    return int(np.ceil(np.log(3 / excess) / np.log(rho)))
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_steps_to_recover(steps_to_recover)

# %% [markdown]
# And AdaGrad: after how many steps in all is its step as short *without* any shock as it is right after a
# shock of 1,000? What would you do in practice?

# %% [markdown] tags=["solution"]
# After a million: √s = 1000 needs a million gradients of 1. One bad batch costs AdaGrad a million steps of
# its learning rate, for good. In practice: look at the batch, and clip gradients before the rule
# (`transforms=[clip_norm(…)]`).
