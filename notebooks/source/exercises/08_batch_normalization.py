# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 08 · Batch normalization
#
# They go with [lecture 08](../08_batch_normalization.ipynb) and take about 45 minutes. Write your answer in
# place of each line `raise NotImplementedError`, then run the check below it. A check that fails says what is
# wrong.

# %%
import numpy as np

from course_lib.datasets import load_digits
from course_lib.exercises import lecture08 as exercise
from course_lib.layers import BatchNorm
from course_lib.studies import norm_layer
from course_lib.studies.batch_normalization import scaled

# %% [markdown]
# ## 1 · Forward, in training
#
# `x` has shape (batch, units); `gamma` and `beta` hold one number for each unit. Normalize each unit over the
# batch, with `eps` as in the lecture and the variance divided by n. Then scale by `gamma` and shift by
# `beta`. Return `y`, and the mean and that variance (without `eps`), both of shape (units,). Leave `x` as it
# is.

# %%
def batch_norm(x, gamma, beta, eps):
    """Return (y, mean, var)."""
    ### BEGIN SOLUTION
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, mean, var
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_batch_norm(batch_norm)

# %% [markdown]
# ## 2 · The running averages
#
# Update both by PyTorch's convention: `momentum` is the weight of the new value, and the variance of the
# batch `x` (batch, units) enters unbiased, divided by n - 1. Leave the arrays that you were given as they
# are.

# %%
def update_running(running_mean, running_var, x, momentum):
    """Return (new running_mean, new running_var)."""
    ### BEGIN SOLUTION
    mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
    var = (1 - momentum) * running_var + momentum * x.var(axis=0, ddof=1)
    return mean, var
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_update_running(update_running)

# %% [markdown]
# ## 3 · Backward
#
# `g` is the gradient of the loss at `y`; the forward pass kept `x_hat` and `std`, which is
# $\sqrt{\sigma^2+\epsilon}$. Return the gradients of the loss at `x`, `gamma` and `beta`, each of the shape
# of what it belongs to. The loss may be a mean over the batch: then `g` already holds the 1/n. The compact
# form takes three lines; you may derive it node by node instead.

# %%
def batch_norm_backward(g, x_hat, std, gamma):
    """Return (gradient of x, gradient of gamma, gradient of beta)."""
    ### BEGIN SOLUTION
    grad_gamma, grad_beta = np.sum(g * x_hat, axis=0), np.sum(g, axis=0)
    grad_x = gamma / std * (g - grad_beta / len(g) - x_hat * grad_gamma / len(g))
    return grad_x, grad_gamma, grad_beta
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_batch_norm_backward(batch_norm_backward)

# %% [markdown]
# Your function in a real layer: compare it with finite differences of the loss $\sum_{ij} g_{ij} y_{ij}$.

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(8)
x, g = rng.normal(size=(2, 6, 3))
gamma, beta = rng.normal(size=(2, 3))
mean, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-5)
yours = batch_norm_backward(g, (x - mean) / std, std, gamma)[0]
move = np.zeros_like(x)
move[2, 1] = 1e-6
losses = [np.sum(g * batch_norm(x + sign * move, gamma, beta, 1e-5)[0]) for sign in (1, -1)]
print("agrees with finite differences:", abs((losses[0] - losses[1]) / 2e-6 - yours[2, 1]) < 1e-6)

# %% [markdown]
# ## 4 · Predict
#
# Without running anything:
#
# - A unit's mean is 5 in every batch; its running mean starts at 0. What is it after ten training steps with
#   PyTorch's default momentum, 0.1, and with Keras's, 0.99? Set `running_pytorch` and `running_keras`.
# - The weights before a batch norm are multiplied by 4. By which factor does the gradient at these weights
#   change (`gradient_factor`)? And by which factor must the learning rate change so that a step turns the
#   weights by the same angle as before (`rate_factor`)?

# %%
### BEGIN SOLUTION
running_pytorch = 5 * (1 - 0.9**10)
running_keras = 5 * (1 - 0.99**10)
gradient_factor = 1 / 4
rate_factor = 4 * 4  # a gradient four times smaller must turn weights four times longer
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(running_pytorch, running_keras, gradient_factor, rate_factor)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
for momentum in (0.1, 0.01):
    net = norm_layer.alone(BatchNorm(1, momentum=momentum))
    for _ in range(10):
        net.forward([[4.0], [6.0]], train=True)
    print(f"running mean {net.layers[0].running_mean[0]:.3f}")
print(f"gradient times {scaled([4.0])[0, 1]:.3f}")

# %% [markdown]
# ## 5 · Break it
#
# Somebody forgot to switch to evaluation (`model.eval()` in PyTorch). The network below finds over 90 % of
# the test images, and nobody noticed: on a random batch the two modes agree. Find 20 to 30 test images for
# which training mode gets less than half of the answers right, although evaluation mode knows at least 80 %
# of them. All go through the network as one batch.

# %%
labels = load_digits().test.y
for name, index in {"all 300": np.arange(300), "the first 30": np.arange(30)}.items():
    evaluated, trained = exercise.accuracies(index)
    print(f"{name}: {evaluated:.0%} right in evaluation mode, {trained:.0%} in training mode")


# %%
def breaking_batch(labels):
    """Return 20 to 30 different indices of test images, given their labels."""
    ### BEGIN SOLUTION
    return np.flatnonzero(labels == 3)
    ### END SOLUTION


# %%
exercise.check_breaking_batch(breaking_batch)

# %% [markdown]
# Why does it break? And what would happen if the network went on to *train* on such batches, one digit after
# the other?

# %% [markdown] tags=["solution"]
# In training mode a batch of threes is shifted and stretched so that each unit has mean 0 and variance 1 over
# it: what all threes have in common, which is what makes them threes, is subtracted. Training on one digit
# after the other would teach the network to tell threes from threes, and the running averages would follow
# the digit seen last, so evaluation would fail too. Batches must be like the data: shuffle.
