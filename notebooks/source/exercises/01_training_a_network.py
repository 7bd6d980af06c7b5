# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 01 · Training a network
#
# Four exercises for [lecture 01](../01_training_a_network.ipynb), about 60 minutes. Write your answer in
# place of `raise NotImplementedError`, then run the check below it. A check tells you what is wrong, not
# only that something is. You may run it as often as you like.

# %%
import numpy as np

from course_lib.exercises import lecture01

# %% [markdown]
# ## 1 · Write the rule
#
# A dense layer computes `out = x @ weight + bias` for a batch: `x` has shape (batch, inputs), `weight`
# (inputs, outputs), `bias` (outputs,). On the way back it gets `g`, the gradient of the objective with
# respect to `out`, of shape (batch, outputs). Return the three gradients: with respect to the weight, the
# bias and the input.
#
# The loss has put its 1/n into `g` already. If you are stuck, write the shapes down: they leave little
# choice.


# %%
def dense_backward(x, weight, g):
    """The gradients (g_weight, g_bias, g_x)."""
    ### BEGIN SOLUTION
    g_weight = x.T @ g
    g_bias = g.sum(axis=0)
    g_x = g @ weight.T
    return g_weight, g_bias, g_x
    ### END SOLUTION


# %%
lecture01.check_dense_backward(dense_backward)

# %% [markdown]
# ## 2 · Predict
#
# Answer with pencil and paper, without running a network.
#
# 1. `parameters`: how many parameters has a network with 64 inputs, 32 hidden tanh neurons and 10 outputs?
# 2. `best_factor`: a gradient passes five sigmoid layers on its way back. Each multiplies it by the slope of
#    the sigmoid. What is the largest factor that the five slopes together can give?
# 3. `twins`: a 1-4-1 tanh network is given, no two of its hidden neurons alike and no weight 0. You may
#    reorder the hidden neurons and flip the signs of weights and biases, as long as the function stays the
#    same. How many parameter vectors can you reach so, the given one counted?
# 4. `different_neurons`: a 1-8-1 tanh network starts with *all* its weights and biases equal to 0.5 and is
#    trained for 500 steps. How many different hidden neurons has it then?

# %%
### BEGIN SOLUTION
parameters = 64 * 32 + 32 + 32 * 10 + 10
best_factor = 0.25**5
twins = 4 * 3 * 2 * 1 * 2**4
different_neurons = 1  # equal neurons get equal gradients, so they stay equal
### END SOLUTION

# %%
lecture01.check_predictions(parameters, best_factor, twins, different_neurons)

# %% [markdown]
# Why does nobody start with equal weights? Explain it in two sentences.

# %% [markdown] tags=["solution"]
# Neurons of a layer with equal weights compute the same and receive the same gradient, so no step can make
# them different: eight of them are worth one. Random first weights break this symmetry.

# %% [markdown]
# ## 3 · Write a loss
#
# For classification the last layer gives one number per class, the logits $z$. Softmax makes probabilities
# of them, $p_k = e^{z_k} / \sum_j e^{z_j}$, and the loss of one example is $-\log p_{\text{label}}$. The
# objective is the mean over the batch. Its gradient has a short form (Bishop 2006, eq. 4.109, has that for
# the weights: this one times the layer's input):
#
# $$\frac{\partial J}{\partial z_{ik}} = \frac{1}{n}\big(p_{ik} - [k = \text{label}_i]\big)$$
#
# The bracket $[\dots]$ is 1 if what it says is true, else 0. Write the gradient. `logits` has shape (batch,
# classes), `labels` holds whole numbers from 0 to classes - 1, shape (batch,). Mind large logits, of either
# sign: $e^{1000}$ is too large for a float, and $e^{-1000}$ becomes 0. Subtracting one number from all logits
# of a row does not change $p$.


# %%
def cross_entropy_gradient(logits, labels):
    """The gradient of the mean cross-entropy, shape (batch, classes)."""
    ### BEGIN SOLUTION
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = exp / exp.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)
    ### END SOLUTION


# %%
lecture01.check_cross_entropy_gradient(cross_entropy_gradient)

# %% [markdown]
# ## 4 · Break it
#
# In the lecture a wrong derivative of tanh made training worse. Plant a *better hidden* mistake: change
# `backward` so that the gradient check reports an error above 0.01, but the network learns the noisy sine as
# well as the right one does (its loss after 1,000 steps is at most a quarter higher). `self.out` is the
# layer's output, tanh(x).


# %%
from course_lib.layers import Tanh


class HiddenMistake(Tanh):
    def backward(self, g):
        """g times the slope of tanh, with a mistake."""
        ### BEGIN SOLUTION
        return g * (1 - np.abs(self.out))  # the square is missing, and nobody sees it
        ### END SOLUTION


# %%
lecture01.check_hidden_mistake(HiddenMistake)

# %% [markdown]
# What does this tell you about finding such mistakes in your own code?

# %% [markdown] tags=["solution"]
# A falling loss does not prove that the gradient is right: a direction that is only roughly right goes down
# too. So run a gradient check on every new layer, on a small network in float64, before you train anything
# with it.
