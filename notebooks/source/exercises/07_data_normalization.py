# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 07 · Data normalization
#
# They go with [lecture 07](../07_data_normalization.ipynb) and take about 40 minutes. Write your answer
# in place of each line `raise NotImplementedError`, then run the check below it. A check that fails says
# what is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture07 as exercise
from course_lib.normalization import Standardize
from course_lib.studies.normalization import cloud, conditioning, one_feature_kappa
from course_lib.studies.scaling import diabetes

# %% [markdown]
# ## 1 · Write standardize
#
# `train` (n, features) are the training data, `new` (m, features) any others, perhaps a single row. Return
# `new`, centred and scaled with the mean and the deviation of the training data. Each feature has its own.
# The deviation is the root of the mean squared distance from the mean, over n. No training column is
# constant. Leave the arrays you were given as they are.

# %%
def standardize(train, new):
    """Return new, scaled as the training data are."""
    ### BEGIN SOLUTION
    return (new - train.mean(axis=0)) / train.std(axis=0)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_standardize(standardize)

# %% [markdown]
# ## 2 · Write ZCA whitening
#
# Centre `x`, go to the axes of its covariance matrix, divide by the deviation along each, turn back. The
# covariance matrix is (features, features), over n. `np.linalg.eigh(covariance)` returns the variances along
# the axes, all above zero here, and the axes, one in each column. Leave `x` as it is.

# %%
def zca(x):
    """Return x (n, features), whitened by ZCA."""
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(x))
    return centred @ axes / np.sqrt(variances) @ axes.T
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_zca(zca)

# %% [markdown]
# Your two functions on a cloud. For which of the three has a linear regression a round loss?

# %%
x = cloud(angle=15, rng=np.random.default_rng(7))
fig, axes = plt.subplots(1, 3, figsize=(8, 2.8))
for ax, data in zip(axes, (x, standardize(x, x), zca(x)), strict=True):
    ax.plot(*data.T, ".", markersize=3)
    ax.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
for ax, title in zip(axes, ("raw", "yours, scaled", "yours, ZCA"), strict=True):
    ax.set_title(title)
show.figure(fig, alt="The raw cloud is long and tilted, the scaled one tilted, the whitened one round.")

# %% [markdown]
# ## 3 · Predict
#
# Linear regression with a bias on one feature of mean m and deviation s. Without running anything:
# - `kappa_offset`: the condition number of the Gram matrix for m = 20, s = 1 (to 1 %);
# - `kappa_centred`: the same after centring;
# - `kappa_small`: for m = 0 and s = 0.1;
# - `steps_factor`: from m = 20 to m = 10, both with s = 1, the number of steps of gradient descent is
#   multiplied by this factor, about.

# %%
### BEGIN SOLUTION
kappa_offset = 402**2  # sum 402, product 1: eigenvalues 402 and 1/402, nearly
kappa_centred = 1
kappa_small = 1 / 0.1**2
steps_factor = 1 / 16
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(kappa_offset, kappa_centred, kappa_small, steps_factor)

# %% [markdown]
# Now look whether it is so:

# %% tags=["nbval-check-output"]
for offset, deviation in ((20.0, 1.0), (10.0, 1.0), (0.0, 1.0), (0.0, 0.1)):
    kappa = one_feature_kappa(offset, deviation)
    steps = kappa / 4 * np.log(1e6)
    print(f"mean {offset:g}, deviation {deviation:g}: κ = {kappa:.6g}, at most about {steps:.0f} steps")

# %% [markdown]
# ## 4 · Break it
#
# A colleague scales each data set by its *own* mean and deviation, `standardize(x, x)`. Show what that
# cannot see: write a function that returns *other* data, some value changed by 0.5 at least. Scaled by their
# own mean and deviation, they must give the same as `x` scaled by its own.

# %%
def blind_spot(x):
    """Return other data of the same shape that the colleague cannot tell from x."""
    ### BEGIN SOLUTION
    return 3 * x + 100
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_blind_spot(blind_spot)

# %% [markdown]
# What does it mean for a test set, when a sensor begins to drift, or when patients become older?

# %% [markdown] tags=["solution"]
# The colleague's network does not notice: all patients ten years older look like the same patients. If the
# drift is in the sensor only, that may even help; if it is in the patients, the prediction is wrong. And a
# single new patient cannot be scaled at all.

# %%
patients, target, _ = diabetes()
raw = conditioning(patients, target)
scaled = conditioning(Standardize().fit(patients).transform(patients), target)
print(f"diabetes: {raw.steps / scaled.steps:,.0f} times fewer steps, by one line of code")
