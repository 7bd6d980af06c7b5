# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 06 · Gradient flow and initialization
#
# They go with [lecture 06](../06_gradient_flow_and_initialization.ipynb) and take about 40 minutes. Write
# your answer in place of each line `raise NotImplementedError`, then run the check below it. A check that
# fails says what is wrong.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture06 as exercise
from course_lib.initializers import normal
from course_lib.optimizers import SGD
from course_lib.studies import deep_digits, gradient_flow
from course_lib.training import fit

# %% [markdown]
# ## 1 · Write He's draw
#
# A weight matrix of the given shape (fan_in, fan_out), with independent entries from a normal distribution
# of mean 0 and *variance* 2/fan_in. Draw with `rng`, a NumPy generator.

# %%
def he_normal(shape, rng):
    """Return an array of this shape."""
    ### BEGIN SOLUTION
    fan_in, fan_out = shape
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_he_normal(he_normal)

# %% [markdown]
# Your draw in 50 layers of 100 ReLU units, beside $N(0, 1)$. Which line do you expect to be level, but for
# chance?

# %%
def variance(weight):
    rng = np.random.default_rng(0)
    net = gradient_flow.plain_network("ReLU", weight, 50, 100, rng, dtype=np.float64)
    return gradient_flow.flow(net, rng.standard_normal((32, 100)), np.zeros(32, int)).variance


curves = {"yours": variance(he_normal), "N(0, 1)": variance(normal(1.0))}
show.loss_curves(curves, xlabel="layer", ylabel="variance", start=1)
show.figure(plt.gcf(), alt="The variance of your network wanders between 0.1 and 20, with no trend; that of "
                           "N(0, 1) grows to about 10⁸⁵.")

# %% [markdown]
# ## 2 · Write the gain of any activation
#
# Weights with standard deviation $\text{gain}/\sqrt{\text{fan\_in}}$ should keep a pre-activation variance
# of 1. You are given any activation `phi` and many draws `u` from $N(0, 1)$; estimate the gain from these
# draws.

# %%
def gain(phi, u):
    """Return one number."""
    ### BEGIN SOLUTION
    return 1 / np.sqrt(np.mean(phi(u) ** 2))
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_gain(gain)

# %% [markdown]
# And an activation that nobody has made a table for:

# %% tags=["nbval-check-output"]
u = np.random.default_rng(0).standard_normal(1_000_000)
for name, phi in {"sine": np.sin, "square": np.square, "|z|": np.abs}.items():
    print(f"{name}: gain {gain(phi, u):.2f}")

# %% [markdown]
# ## 3 · Predict
#
# A deep ReLU network, all layers equally wide. Without running anything: after how many layers is the
# signal (its standard deviation) below a millionth of what it was, with Xavier's variance 1/fan_in, and
# with PyTorch's default, variance 1/(3·fan_in), biases left aside? Give the smallest whole numbers:
# `layers_xavier`, `layers_default`.
#
# Someone wants He and writes `rng.normal(0, np.sqrt(np.sqrt(2 / fan_in)), …)`, for fan_in = 800. By which
# factor does the signal of the same network grow per layer (`slip_factor`)? Three digits are enough.

# %%
### BEGIN SOLUTION
layers_xavier = 40  # 2**(-k / 2) < 1e-6
layers_default = 16  # 6**(-k / 2) < 1e-6
slip_factor = (800 / 2) ** 0.25  # too large by this factor in each layer
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(layers_xavier, layers_default, slip_factor)

# %% [markdown]
# ## 4 · Break it
#
# A network 64-32-10 with tanh: `w_in` is (64, 32), `w_out` (32, 10). Change the first weights so that
# hidden unit 1 is a copy of unit 0 *and stays one, however long the network is trained*. Leave units 2, 3, …
# as they are, and do not change the arrays you were given.

# %%
def twins(w_in, w_out):
    """Return the new (w_in, w_out)."""
    ### BEGIN SOLUTION
    w_in, w_out = w_in.copy(), w_out.copy()
    w_in[:, 1] = w_in[:, 0]
    w_out[1] = w_out[0]
    return w_in, w_out
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_twins(twins)

# %% [markdown]
# Is it so? 20 epochs on the digits.

# %% tags=["nbval-check-output"]
net = gradient_flow.plain_network("tanh", normal(0.125), 1, 32, np.random.default_rng(0), inputs=64,
                                  dtype=np.float64)
w_in, w_out = net.parameters["0.weight"], net.parameters["2.weight"]
w_in[:], w_out[:] = twins(w_in, w_out)
train, _ = deep_digits.images()
history = fit(net, SGD(lr=0.1), *train, epochs=20, rng=np.random.default_rng(1), progress=False)
print("learned:", history.loss[-1] < 0.1 * history.loss[0])
print("different units:", gradient_flow.different_units(w_in), "of 32")

# %% [markdown]
# The network learned, and unit 1 did nothing that unit 0 did not do. Which change of the *training* could
# part the two, if you may not touch the first weights?

# %% [markdown] tags=["solution"]
# Anything that treats them differently: noise on the weights or gradients, or dropout, which switches off
# one and not the other (lecture 19). Another optimizer cannot: equal gradients give equal steps under every
# rule that works entry by entry.
