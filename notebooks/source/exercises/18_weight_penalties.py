# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 18 · Weight penalties
#
# They go with [lecture 18](../18_weight_penalties.ipynb) and take about 40 minutes. Write your answer
# in place of each line `raise NotImplementedError`, then run the check below it. A check that fails says
# what is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture18 as exercise
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.penalties import L2
from course_lib.studies.penalties import eight_features, squared_error

# %% [markdown]
# ## 1 · Write the step that makes zeros
#
# One step of ISTA for the penalty `alpha` times the sum of |w|: first a plain gradient step with `g`, the
# gradient of the loss alone; then the proximal step of the penalty at the rate `lr`. `w` and `g` are vectors
# of the same length. Return the new `w`, and leave the arrays you were given as they are.

# %%
def proximal_step(w, g, lr, alpha):
    """Return the new w."""
    ### BEGIN SOLUTION
    z = w - lr * g
    return np.sign(z) * np.maximum(np.abs(z) - lr * alpha, 0)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_proximal_step(proximal_step)

# %% [markdown]
# Your step on eight features, of which the first, the second and the fifth matter. Which weights do you
# expect to be zero?

# %% tags=["nbval-check-output"]
data = eight_features(noise=2.0, rng=np.random.default_rng(1))
gradient, w = squared_error(data.x, data.y)[1], np.zeros(8)
for _ in range(1000):
    w = proximal_step(w, gradient(w), lr=0.004, alpha=75.0)
print("weights that are not zero:", 1 + np.flatnonzero(w))

# %% [markdown]
# ## 2 · Write ridge
#
# Return the weights that make $\|Xw - y\|^2 + \frac\alpha2\|w\|^2$ smallest. Set its gradient to zero on
# paper first, and watch the factors. `np.linalg.solve(A, b)` solves $Aw = b$.

# %%
def ridge(x, y, alpha):
    """Return w of shape (features,), for x of shape (n, features) and y of shape (n,)."""
    ### BEGIN SOLUTION
    return np.linalg.solve(x.T @ x + alpha / 2 * np.eye(x.shape[1]), x.T @ y)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_ridge(ridge)

# %%
alphas = np.geomspace(0.1, 10_000, 60)
lengths = [np.linalg.norm(ridge(data.x, data.y, alpha)) for alpha in alphas]
plt.semilogx(alphas, lengths)
plt.gca().set(xlabel="strength α", ylabel="length of $w$")
show.figure(plt.gcf(), alt="The length of the ridge weights falls smoothly from about 4 to almost 0.")

# %% [markdown]
# ## 3 · Predict
#
# A weight is 1, and the loss does not depend on it. What is its value after 100 steps? Answer without
# running anything; three digits will do (five for the last one).
#
# - `sgd`: `torch.optim.SGD(…, lr=0.1, weight_decay=0.01)`
# - `keras`: `keras.optimizers.SGD(0.1)`, and the layer has `kernel_regularizer=keras.regularizers.L2(0.01)`
# - `adam`: `torch.optim.Adam(…, lr=0.001, weight_decay=0.01)`
# - `adamw`: `torch.optim.AdamW(…, lr=0.001, weight_decay=0.01)`

# %%
### BEGIN SOLUTION
sgd = (1 - 0.1 * 0.01) ** 100
keras = (1 - 0.1 * 2 * 0.01) ** 100  # L2(α) is α·w², without the ½
adam = 1 - 100 * 0.001  # the gradient is all penalty, and Adam makes steps of lr
adamw = (1 - 0.001 * 0.01) ** 100
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(sgd, keras, adam, adamw)

# %% [markdown]
# ## 4 · Break it
#
# More penalty is not always safer. The loss is $\frac12 h w^2$ with curvature $h = 3$. Raise `alpha`
# until the penalty that should shrink the weight makes it explode. Then write the limit as a formula for
# every `lr` and `curvature` with which gradient descent converges without a penalty.

# %%
lr, curvature, alpha = 0.1, 3.0, 5.0
coupled = SGD(lr=lr, transforms=[L2(alpha).transform])
trace = minimize(lambda w: curvature / 2 * w @ w, [1.0], coupled, 100, gradient=lambda w: curvature * w)
print("the weight shrinks" if abs(trace.x[-1, 0]) < 1 else "the weight grows")

# %%
def largest_stable_alpha(lr, curvature):
    """Return the strength beyond which gradient descent on loss plus (alpha/2)·w² diverges."""
    ### BEGIN SOLUTION
    return 2 / lr - curvature
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_largest_stable_alpha(largest_stable_alpha)

# %% [markdown]
# L2 has a proximal step too: it divides by $1 + \eta\alpha$. From which strength on does *that* diverge?
# Say it before you run the cell, and why.

# %% [markdown] tags=["solution"]
# Never. The gradient step subtracts a multiple of the weight, which overshoots when it is too large. The
# proximal step divides: a larger strength brings the weight closer to zero and never across.

# %%
for alpha in (5.0, 50.0, 5000.0):
    opt = SGD(lr=lr, proximal=[L2(alpha)])
    trace = minimize(lambda w: curvature / 2 * w @ w, [1.0], opt, 100, gradient=lambda w: curvature * w)
    print(f"alpha {alpha:g}: the weight {'shrinks' if abs(trace.x[-1, 0]) < 1 else 'grows'}")
