# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 00 · Start here
#
# Three exercises for [lecture 00](../00_start_here.ipynb), about 20 minutes. They also show how the exercises
# of this course work:
#
# 1. Write your answer in place of the line `raise NotImplementedError(...)`. Run the cell (Shift + Enter).
# 2. Run the check in the cell below it. It prints "Right", or it stops with a message that says *what* is
#    wrong. Python prints much else in between; the message is the last line.
# 3. Change your answer and run both cells again, as often as you like.
#
# A check that stops with `NotImplementedError` only says that there is no answer yet. The solutions are
# notebooks of the same name in the folder `notebooks/solutions`, if your teacher has not kept them back. Look
# there after you have tried.

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_lib import show
from course_lib.exercises import lecture00 as exercise

# %% [markdown]
# Such a message looks like this. Here the check gets a function that computes something, but does not return
# it. We print the last line only:


# %% tags=["nbval-check-output"]
def without_return(output, labels):
    np.mean(labels)  # computed, and forgotten


try:
    exercise.check_share_right(without_return)
except AssertionError as message:
    print(message)

# %% [markdown]
# ## 1 · Write a measure
#
# For each picture the network of the lecture gives ten outputs, one for each digit. Its answer is the digit
# with the largest output. The lecture ended with the share of pictures whose answer is right. Write the
# function that finds this share.
#
# - `output` is an array with one row for each picture and ten columns, for the digits 0 to 9 in this order.
# - `labels` has the right digit of each picture.
# - Return one number between 0 and 1, not rounded.
#
# If you are new to NumPy: `output[i]` is row `i`, `len(output)` is the number of rows, `labels[i]` the label
# of row `i`, and for an array `row`, `row.argmax()` is the *place* of its largest number, counted from 0. A
# loop is fine.


# %%
def share_right(output, labels):
    """The share of rows of `output` whose largest number is at the place that `labels` says."""
    ### BEGIN SOLUTION
    return np.mean(output.argmax(axis=1) == labels)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_share_right(share_right)

# %% [markdown]
# ## 2 · Predict
#
# The lecture's network takes the 64 numbers of a picture. They go to 32 hidden neurons, and these to 10
# outputs. Each neuron, hidden or output, has one weight for each number that comes in, and one bias, which
# is added. Training goes through 1,197 pictures, 32 in a step.
#
# Answer with pencil and paper, or with Python as a calculator, without running a network:
#
# 1. `parameters`: how many weights and biases does the network have in all?
# 2. `steps`: how many steps is one pass through the training pictures? The pictures that are left over at
#    the end make a last, smaller batch.
# 3. `first_loss`: from its outputs the network makes a probability for each digit. The loss of a picture is
#    $-\ln p$, where $p$ is the probability of the right digit and $\ln$ is the natural logarithm (`np.log`).
#    Before training, the network knows nothing. Which loss do you expect if all ten digits are equally
#    likely? Three digits are enough.

# %%
### BEGIN SOLUTION
parameters = 64 * 32 + 32 + 32 * 10 + 10
steps = 38  # 1197 / 32 is 37.4
first_loss = -np.log(1 / 10)
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_predictions(parameters, steps, first_loss)

# %% [markdown]
# Now compare with what is really there. `exercise.train` trains as the lecture does, in NumPy, and returns
# the loss at each step. The first weights are random, so the first loss is near your number, but not equal.

# %% tags=["nbval-check-output"]
losses = exercise.train(passes=1)
print(f"{len(losses)} steps; the first loss is {losses[0]:.1f}, the last {losses[-1]:.1f}")

# %% [markdown]
# ## 3 · Break it
#
# In the lecture three programs had the same losses, up to rounding. Somebody writes: "I trained the same
# network in Keras and in NumPy, from the same first weights, with the same learning rate, on the same
# pictures, 32 in a step. My losses differ by far more than rounding. So one of the programs computes
# something else." Show how this can happen although both compute the same.
#
# These are the settings of the first run. The numbers of `first_weights` and `order` say where the random
# draws of the weights and of the batches begin: the same number gives the same draws, another number
# others.

# %% tags=["nbval-check-output"]
print(exercise.FIRST)

# %% [markdown]
# Write the settings of the second run, all five as above, and call them `second`. Change **one** of them, so
# that all that is said above about the two runs is still true, and their losses differ all the same. The
# check runs the same NumPy program with both settings: then the difference cannot come from the program.

# %%
### BEGIN SOLUTION
second = {"first_weights": 0, "order": 1, "batch_size": 32, "lr": 0.125, "hidden": 32}
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_other_order(second)

# %%
fig, ax = plt.subplots(figsize=(7, 3))
ax.plot(range(1, 39), exercise.train(**exercise.FIRST, passes=1), "C0o-", markersize=4, label="first run")
ax.plot(range(1, 39), exercise.train(**second, passes=1), "C1s--", markersize=4, label="second run")
ax.set(xlabel="step", ylabel="loss", title="one program, one start, other batches")
ax.legend()
show.figure(fig, alt="The losses of two runs in the first pass: both fall from above 2 to about 1.5, but "
                     "their points do not lie on each other, from the first step on.")

# %% [markdown]
# The two runs start with the same weights. Why do their losses differ at step 1 already, before any weight
# has changed? And if you had changed `lr` instead, at which step would the losses part?

# %% [markdown] tags=["solution"]
# The loss of step 1 is the mean over the first batch, and the second run has other pictures in it. With
# another `lr`, weights and pictures of step 1 are the same, so its loss is too; the losses part at step 2,
# after the first weights have moved by another length. So when two programs disagree, look at the first loss:
# if it differs, the start or the data differ, or the loss; if it is equal, look at the step.
