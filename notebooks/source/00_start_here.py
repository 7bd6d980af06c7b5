# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 00 · Start here
#
# **The question.** Does everything work on this computer? And do NumPy, PyTorch and Keras really train
# the same network, or only similar ones?
#
# ## Objectives
# After this notebook you can
# - run a cell, and say which parts of the course work on your computer
# - find a lecture on the map of the course
# - train one small network in NumPy, PyTorch and Keras, and check that the three runs agree
#
# **Builds on** nothing. **Time** 10 minutes to read, 15 seconds to run.
#
# To run a cell, click it and press Shift + Enter. Run the cells from top to bottom.

# %% [markdown]
# ## Does everything work?
#
# The next cell looks at this computer and says what it finds. A line that says MISSING also says what you
# lose without it. Nothing has to be repaired before you go on.

# %%
from course_lib.environment import describe_environment

print(describe_environment())

# %% [markdown]
# ## The map of the course
#
# - **Foundations:** [01 training a network](01_training_a_network.ipynb), 02 stationary points (planned),
#   [03 gradient descent](03_gradient_descent.ipynb),
#   [04 stochastic gradients](04_stochastic_gradients.ipynb), 05 under- and overfitting (planned)
# - **Making deep networks trainable:**
#   [06 gradient flow and initialization](06_gradient_flow_and_initialization.ipynb),
#   [07 data normalization](07_data_normalization.ipynb),
#   [08 batch normalization](08_batch_normalization.ipynb)
# - **First-order methods:** [09 momentum and Nesterov](09_momentum_and_nesterov.ipynb),
#   [10 adaptive learning rates](10_adaptive_learning_rates.ipynb),
#   [11 Adam and NAdam](11_adam_and_nadam.ipynb),
#   [12 choosing an optimizer](12_choosing_an_optimizer.ipynb)
# - **Second-order methods** (planned): 13 Newton, 14 quasi-Newton, 15 curvature matrices and K-FAC
# - **Practice:** [16 learning-rate schedules](16_learning_rate_schedules.ipynb), 17 least-squares gradient
#   descent (planned), [18 weight penalties](18_weight_penalties.ipynb), [19 dropout](19_dropout.ipynb)
# - **Understanding** (planned): 20 information bottleneck, 21 collapse of narrow ReLU networks, 22 capstone
#
# Each lecture with a link has a notebook, a deck of slides and exercises, under the same number. The
# notebooks run the course's own library, `course_lib`: every method in it is written from scratch in NumPy,
# so you can read all of it.

# %% [markdown]
# ## The data: handwritten digits
#
# The course brings 1,797 small pictures of digits. Each is 8 by 8 pixels, that is 64 numbers from
# 0 (paper) to 1 (ink), and comes with its label, the digit it shows. 1,197 pictures are there to train on,
# 300 to choose with, and 300 to test at the end.
#
# To use MNIST instead, with 28 by 28 pixels and 50,000 training pictures, set `use_mnist` to `True`. The
# first time, this downloads 12 MB. Everything below then works on MNIST, with 40 times as many steps: it
# takes minutes instead of seconds.

# %%
import numpy as np

from course_lib.datasets import load_digits, load_mnist

use_mnist = False
data = load_mnist() if use_mnist else load_digits()
print("training pictures and numbers per picture:", data.train.x.shape)

# %%
import matplotlib.pyplot as plt

from course_lib import show

side = int(np.sqrt(data.train.x.shape[1]))
fig, axes = plt.subplots(1, 10, figsize=(8, 1.3))
for digit, ax in enumerate(axes):
    picture = data.train.x[data.train.y == digit][0]
    ax.imshow(picture.reshape(side, side), cmap="gray_r")
    ax.set_title(str(digit))
    ax.axis("off")
show.figure(fig, alt="Ten small grey pictures in a row: handwritten digits from 0 to 9, labelled above.")

# %% [markdown]
# ## One network, three programs
#
# A network turns the numbers of a picture into ten scores, one for each digit. Training means to change the
# network's weights, a little at each step, so that the right digit gets the highest score. Lecture 01
# explains how. Here we only want to see three programs do it.
#
# We build the network once, in NumPy. `to_torch` and `to_keras` copy it, with its weights, into the two
# frameworks. All three then see the same pictures in the same order. Numbers are stored with 16 digits
# (float64), so that a real difference cannot hide behind rounding.

# %%
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network

rng = np.random.default_rng(0)
layers = [Dense(data.train.x.shape[1], 32), ReLU(), Dense(32, 10)]
net = Network(layers, loss=SoftmaxCrossEntropy(), rng=rng, dtype=np.float64)

# %% [markdown]
# The copies come first, before the weights of the original change.

# %%
from course_lib.frameworks import available, to_keras, to_torch

have = available()
torch_net = to_torch(net) if have["pytorch"] else None
keras_net = to_keras(net) if have["keras"] else None

# %% [markdown]
# Now the batches: ten passes through the training pictures, 32 pictures at a time, shuffled in each pass.

# %%
from course_lib.training import batches

x, y = data.train.x.astype(np.float64), data.train.y
order = [index for _ in range(10) for index in batches(len(x), 32, rng)]
lr = 0.125  # a power of two: every program stores it exactly
losses = {"NumPy": [], "PyTorch": [], "Keras": []}
print(len(order), "steps in all")

# %% [markdown]
# **Predict first.** Three programs take these steps, from the same start on the same pictures. Will their
# loss curves lie on each other to the eye? Will they be equal in the last of 16 digits?
#
# <details><summary>Answer</summary>
# To the eye, yes: the three compute the same formulas. In the last digit, no: the programs add up the same
# numbers in different orders, and each order rounds differently. The plot at the end shows how little
# that matters.
# </details>
#
# **NumPy, with the course's library:**

# %%
from course_lib.optimizers import SGD

opt = SGD(lr=lr)
for index in order:
    losses["NumPy"].append(net.loss_and_grad(x[index], y[index]))
    opt.step(net.parameters.x, net.parameters.g)

# %% [markdown]
# **PyTorch:**

# %%
if have["pytorch"]:
    import torch

    torch_opt = torch.optim.SGD(torch_net.parameters(), lr=lr)
    for index in order:
        torch_opt.zero_grad()
        scores = torch_net(torch.from_numpy(x[index]))
        loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y[index]))
        loss.backward()
        torch_opt.step()
        losses["PyTorch"].append(loss.item())

# %% [markdown]
# **Keras**, which runs on TensorFlow. `tf.function` compiles the step once, which makes it fast.

# %%
if have["keras"]:
    import keras
    import tensorflow as tf

    keras_opt = keras.optimizers.SGD(learning_rate=lr)
    keras_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")

    @tf.function(reduce_retracing=True)
    def keras_step(x, y):
        with tf.GradientTape() as tape:
            loss = keras_loss(y, keras_net(x, training=True))
        gradients = tape.gradient(loss, keras_net.trainable_variables)
        keras_opt.apply(gradients, keras_net.trainable_variables)
        return loss

    for index in order:
        losses["Keras"].append(float(keras_step(tf.constant(x[index]), tf.constant(y[index]))))

# %% [markdown]
# ## Do the three agree?
#
# Left: the loss in each of the ten passes through the data, with larger marks below smaller ones. Right:
# the largest difference to NumPy in each pass, on a scale where each line is a hundred times the one below.

# %%
ran = {name: np.array(values).reshape(10, -1) for name, values in losses.items() if values}
apart = {name: np.abs(values - ran["NumPy"]) for name, values in ran.items() if name != "NumPy"}
looks = {"NumPy": ("C0o-", 13), "PyTorch": ("C1s--", 8), "Keras": ("C2^:", 4)}

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
for name, (look, size) in looks.items():
    if name in ran:
        left.plot(range(1, 11), ran[name].mean(axis=1), look, markersize=size, label=name)
    if name in apart:
        right.semilogy(range(1, 11), apart[name].max(axis=1), look, markersize=size, label=name)
left.set(xlabel="pass through the data", ylabel="mean loss", title="three programs, one curve")
right.set(xlabel="pass through the data", ylabel="largest difference to NumPy",
          title="what is left is rounding", ylim=(1e-17, 1e-7))
left.legend()
right.legend()
first, *_, last = ran["NumPy"].mean(axis=1)
largest = max((values.max() for values in apart.values()), default=0.0)
bound = 10 ** np.ceil(np.log10(max(largest, 1e-17)))
show.figure(fig, alt=f"Left: the mean loss falls from {first:.1f} in the first pass to {last:.1f} in the "
                     f"tenth, with the marks of {', '.join(ran)} on each other. Right: the "
                     f"differences to NumPy stay below {bound:.0e}.")

# %% [markdown]
# The trained network, on pictures that it has not seen:

# %% tags=["nbval-check-output"]
from course_lib.training import accuracy

share = accuracy(net.predict(data.test.x), data.test.y)
assert share > 0.9, share
assert largest < 1e-12, largest
print("digits read correctly: more than 90 %")
print("largest difference between the programs, over all steps: below 1e-12")

# %% [markdown]
# So when a later lecture shows a method in NumPy, you can trust that PyTorch and Keras do the same, and
# you can read how. Where a framework does something else under the same name, the lecture says so.
#
# ## Exercises
# [Write the measure, predict three numbers, break the agreement on purpose](exercises/00_start_here.ipynb).
# They take 20 minutes and also show how the exercises of this course work.
#
# ## Recap
# - `course_lib` has every method of the course from scratch; the notebooks show its code.
# - The same network, from the same weights, on the same batches, gives the same losses in all three programs.
# - What is left between them is rounding, below 1e-12 here.
# - From lecture 01 on, every number under "What we measured" is checked by a cell that fails when it stops
#   being true.
# - Go on with [01 Training a network](01_training_a_network.ipynb).
#
# ## References
# - E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine Learning
#   Repository: the digits.
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), *Gradient-based learning applied to document
#   recognition*, Proceedings of the IEEE 86(11): MNIST.
