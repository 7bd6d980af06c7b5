# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 04 · Stochastic gradients
#
# They go with [lecture 04](../04_stochastic_gradients.ipynb) and take about 40 minutes. Write your answer in
# place of each line `raise NotImplementedError`, then run the check below it. A check that fails says what is
# wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.datasets import regression
from course_lib.exercises import lecture04 as exercise
from course_lib.studies.stochastic import moments

# %% [markdown]
# ## 1 · Write an epoch
#
# Linear regression: the loss of a batch is the mean of $(x\cdot w - y)^2$ over its examples. Go once through
# the examples in the order given by the index array `order`, `batch_size` at a time, and take one step of
# gradient descent with each batch. The last batch may be shorter; it counts too, with its own mean. `x` has
# shape (n, features), `y` shape (n,), and `order` holds the indices 0 to n - 1. Return the new `w`, and leave
# the array `w` that you were given as it is.

# %%
def epoch(w, x, y, order, batch_size, lr):
    """Return w after one pass over the examples."""
    ### BEGIN SOLUTION
    for start in range(0, len(order), batch_size):
        index = order[start:start + batch_size]
        error = x[index] @ w - y[index]
        w = w - lr * 2 * x[index].T @ error / len(index)
    return w
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_epoch(epoch)

# %% [markdown]
# Your epochs, 20 of them, with three batch sizes and one rate. Which one do you expect to end nearest to the
# least-squares solution, and which to tremble most?

# %%
x, y, _ = regression(200, 3, noise=1.0, condition=5.0, rng=np.random.default_rng(4))
y, best, rng = y[:, 0], np.linalg.lstsq(x, y[:, 0])[0], np.random.default_rng(0)
curves = {}
for batch_size in (1, 20, 200):
    w, distances = np.zeros(3), []
    for _ in range(20):
        w = epoch(w, x, y, rng.permutation(200), batch_size, lr=0.01)
        distances.append(np.sum((w - best) ** 2))
    curves[f"{batch_size} per step"] = distances
show.loss_curves(curves, ylabel="squared distance", xlabel="epoch", start=1)
show.figure(plt.gcf(), alt="Single examples tremble at some distance from early on. Batches of 20 come "
                           "nearer. The full batch comes slowly and steadily.")

# %% [markdown]
# ## 2 · Write a running mean
#
# The tail average keeps no points. `mean` is the mean of the first `count` points, `x` the next one. Return
# the mean of all `count + 1`. (With `count` 0, `mean` holds zeros that stand for no point; return `x`.)

# %%
def running_mean(mean, x, count):
    """Return the mean with x taken in."""
    ### BEGIN SOLUTION
    return mean + (x - mean) / (count + 1)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_running_mean(running_mean)

# %% [markdown]
# ## 3 · Predict
#
# $f = \frac12 h x^2$ with $h = 4$, gradient noise of deviation 1, constant rate 0.1, batch size 1. Without
# running anything, as exact numbers or to three digits:
#
# - `variance`: the variance of $x$ in the long run;
# - `batch`: the smallest batch size with which it is at most a tenth of that;
# - `average_loss`: the expected loss of the average of 1,000 points, by $\operatorname{tr}(H^{-1}\Sigma)/2k$.

# %%
### BEGIN SOLUTION
variance = 0.1 / (4 * (2 - 0.1 * 4))
batch = 10  # the variance is proportional to 1/b
average_loss = (1 / 4) / (2 * 1000)
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(variance, batch, average_loss)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
for size in (1, 9, 10):
    found = moments([4.0], [1.0], 0.1, 500, noise=size**-0.5).variance[-1, 0]
    print(f"batch {size}: variance {found:.5f}")

# %% [markdown]
# ## 4 · Freeze it
#
# A rate that falls too fast stops before it arrives. Take $f = \frac12 h x^2$ without noise, and let the
# rates be those in the array `rates`, one for each step. Write the share of the first distance that is left
# after the last step, $x_\text{end}/x_0$ (it may be negative).

# %%
def share_left(curvature, rates):
    """Return x_end / x_0 after one step with each of the rates."""
    ### BEGIN SOLUTION
    return np.prod(1 - curvature * rates)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_share_left(share_left)

# %% [markdown]
# Break it: with `decay` 0.1 the run stops with a sixth of the way left. Change `decay` until less than a
# hundredth is left, and then until hardly anything moves. Does a larger first rate help?

# %%
decay = 0.1
steps = np.arange(5000)
print(f"exponential: {share_left(2.0, 0.1 * np.exp(-decay * (steps + 2))):.4f} of the way is left")
print(f"1/k:         {share_left(2.0, 1 / (steps + 3)):.1e} of the way is left")

# %% [markdown]
# The rate $1/k$ also falls to 0. Why does it arrive all the same, and why would $1/k^2$ not?

# %% [markdown] tags=["solution"]
# The rates 1/k add up to infinity, so the product of the factors $1 - h/k$ goes to 0 whatever the start. The
# sum of $1/k^2$ is finite (1.64), like that of an exponential: the product keeps away from 0, unless one of
# its factors happens to be 0.

# %% [markdown]
# ## 5 · How fast is 1/k?
#
# With the rate $c/k$ on curvature $\mu$ and with noise, the mean squared distance falls like $k^{-p}$. Write
# $p$ for any positive $c$ and $\mu$ with $c\mu \neq \frac12$.

# %%
def exponent(curvature, c):
    """Return p, so that the mean squared distance falls like k to the power -p."""
    ### BEGIN SOLUTION
    return min(1.0, 2 * c * curvature)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_exponent(exponent)
