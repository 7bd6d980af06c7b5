# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 19 · Dropout
#
# They go with [lecture 19](../19_dropout.ipynb) and take about 40 minutes. Write your answer in place of each
# line `raise NotImplementedError`, then run the check below it. A check that fails says what is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.datasets import regression
from course_lib.exercises import lecture19 as exercise
from course_lib.studies import heaviside
from course_lib.studies.dropout import averaged_loss, trained_weights

# %% [markdown]
# ## 1 · Write dropout
#
# `x` is a batch, one example per row. The random numbers are given: `u` has the shape of `x` and lies in
# [0, 1). A number of `x` is dropped where `u < p`; what is kept is scaled so that the mean over all masks is
# `x`. Leave the arrays `x` and `u` as they are.

# %%
def dropout(x, u, p):
    """Return the layer's output in training."""
    ### BEGIN SOLUTION
    mask = (u >= p) / (1 - p)
    return (x * mask).astype(x.dtype)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_dropout(dropout)

# %% [markdown]
# ## 2 · Write its backward pass
#
# `g` is the gradient of the loss with respect to the layer's output. `u` and `p` are those of the forward
# pass.

# %%
def dropout_backward(g, u, p):
    """Return the gradient of the loss with respect to the layer's input."""
    ### BEGIN SOLUTION
    return dropout(g, u, p)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_dropout_backward(dropout_backward)

# %% [markdown]
# ## 3 · Predict
#
# A layer has 64 units, each of output 3 for some input, and dropout with $p = 0.2$ behind it. Without
# running anything: how many units are kept on the average? The 64 numbers behind the dropout are summed: what
# is the standard deviation of the sum? And: how many sub-networks has a network with two hidden layers of 5
# units, each with dropout behind it? Set `active`, `deviation` and `networks`.

# %%
### BEGIN SOLUTION
active = 0.8 * 64
deviation = np.sqrt(0.2 / 0.8 * 64 * 3**2)
networks = 2 ** (5 + 5)
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(active, deviation, networks)

# %% [markdown]
# Now look whether it is so, with your own function:

# %% tags=["nbval-check-output"]
u = np.random.default_rng(0).random((50_000, 64))
sums = dropout(np.full(u.shape, 3.0), u, 0.2).sum(axis=1)
print(f"mean {sums.mean():.0f}, deviation {sums.std():.0f}")

# %% [markdown]
# ## 4 · Dropout as a penalty
#
# In linear regression, dropout on the inputs minimizes, averaged over its masks,
# $\|y - Xw\|^2 + \frac{p}{1-p}\sum_j w_j^2 \sum_i x_{ij}^2$. Set the gradient to zero and solve for $w$.
# `x` is (n, features), `y` is (n, 1), $w$ is (features, 1).

# %%
def ridge_weights(x, y, p):
    """Return the weights that make the averaged loss smallest."""
    ### BEGIN SOLUTION
    gram = x.T @ x
    return np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), x.T @ y)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_ridge_weights(ridge_weights)

# %% [markdown]
# Your weights beside those that SGD finds with a dropout layer: which have the lower averaged loss?

# %% tags=["nbval-check-output"]
data = regression(60, 3, noise=0.5, condition=5.0, rng=np.random.default_rng(1))
yours = ridge_weights(data.x, data.y, 0.5)
found = trained_weights(data.x, data.y, 0.5, lr=0.02, epochs=1000, rng=np.random.default_rng(2))
losses = [averaged_loss(data.x, data.y, w, 0.5) for w in (yours, found)]
print("yours is lower:", losses[0] < losses[1], "by less than 2 %:", losses[1] < 1.02 * losses[0])

# %% [markdown]
# ## 5 · Break it
#
# The step from 0 to 1 without noise, two hidden layers. Raise the second number of `rates`, the chance to
# drop behind the last hidden layer, from 0 towards 1. What does the network learn in the end, and how large
# is its mean squared error?

# %%
rates = (0.25, 0.9)
runs = heaviside.train([0, 1], epochs=300, noise=0.0, dropout=rates)
grid = np.linspace(-1, 1, 201)
plt.plot(grid, runs.predict(grid).T)
plt.gca().set(xlabel="$x$", ylabel="output", title=f"rates {rates}: error {runs.error[-1].mean():.3f}")
show.figure(plt.gcf(), alt="Outputs of two networks over x: a step that is still there, but uneven.")

# %% [markdown]
# Say to which constant the output tends, and to which error:

# %%
### BEGIN SOLUTION
output = 0.5
error = 0.25
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_collapse(output, error)

# %% [markdown]
# Why is it this constant and not 0, although all units are dropped?

# %% [markdown] tags=["solution"]
# The penalty p/(1 - p) presses the weights behind the dropped units to zero, but the last bias is not
# dropped. It alone minimizes the mean squared error, and the best constant is the mean of the target.
