# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 01 · Training a network
#
# **The question.** What does "training" change inside a network, and how does it find out in which
# direction? And if I train twice, do I get the same network?
#
# ## Objectives
# After this lecture you can
# - write the training objective of a data set, and compute it
# - give the shape of every array in the forward and backward pass of a two-layer network
# - write the backward pass by hand, and get the same gradient from PyTorch and from Keras
# - find a mistake in a backward pass with a gradient check
# - say why linear regression has one minimum and a network has many
#
# **Builds on** derivatives and matrix products. **Time** 35 minutes to read, half a minute to run. **Goes
# with** the [slides](../slides/01_training_a_network.md) and the
# [exercises](exercises/01_training_a_network.ipynb).

# %%
import numpy as np

from course_lib import show
from course_lib.claims import Claims
from course_lib.datasets import noisy_sine
from course_lib.layers import ELU, Dense, ReLU, Sigmoid, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.show import lecture01 as pictures

# %% [markdown]
# ## 1 · The objective: an average of losses
#
# We have $n$ examples, each an input $x_i$ and a target $y_i$. A model $f_\theta$ with parameters $\theta$
# gives a prediction for each. A **loss** $\ell$ says how bad one prediction is. The **objective** is the
# mean of the losses (Goodfellow et al. 2016, eq. 8.3):
#
# $$J(\theta) = \frac{1}{n}\sum_{i=1}^{n} \ell\big(f_\theta(x_i),\, y_i\big)$$
#
# Training means: change $\theta$ until $J(\theta)$ is small. The data stay fixed.
#
# Our data are 100 points of a sine wave with noise. The loss is the squared error, $(f - y)^2$.

# %%
x, y = noisy_sine(100, noise=0.1, rng=np.random.default_rng(0))
guesses = {"a straight line": 0.3 * x, "the sine itself": np.sin(x)}
fig, alt = pictures.errors(x, y, guesses)
show.figure(fig, alt=alt)

# %% [markdown]
# Even the true sine does not reach zero: the noise has variance $0.1^2 = 0.01$. That is our **noise floor**.
# A network may end a little below it on these 100 points, by fitting their noise; on new points it cannot, on
# average.
#
# In the library a loss returns two things, its value and its gradient with respect to the model's output:

# %% tags=["nbval-check-output"]
show.source(MSE.__call__)
value, gradient = MSE()(guesses["a straight line"], y)
by_hand = sum((0.3 * x[i] - y[i]).item() ** 2 for i in range(100)) / 100
print("same as the average by hand:", np.isclose(value, by_hand, rtol=1e-12, atol=0))

# %% [markdown]
# ## 2 · One neuron
#
# A neuron weighs its inputs, adds a bias, and passes the sum $z$ through an **activation** $\varphi$:
#
# $$z = w_1 x_1 + w_2 x_2 + b, \qquad \text{output} = \varphi(z)$$
#
# **Predict first.** What happens to the picture if you double both weights and the bias?
#
# <details><summary>Answer</summary>
# The dashed line, where z = 0, stays where it is: 2z is zero in the same places. But the output changes
# more steeply across it. Most inputs then lie on the flat parts of tanh, where the slope is near 0.
# </details>

# %%
show.neuron_explorer()

# %%
show.figure(show.draw_neuron("tanh", w1=1.0, w2=-0.5, bias=0.5),
            alt="Left: tanh and its slope; at the input (1, 2) the neuron has z = 0.5, output 0.46 and slope "
                "0.79. Right: the output rises from -1 to 1 across a straight line.")

# %% [markdown]
# Without an activation, layers would be useless: a linear map of a linear map is a linear map. The slope
# of the activation decides how much of a gradient comes through on the way back.
#
# **Predict first.** What is the largest slope of the sigmoid $1/(1 + e^{-z})$? And of tanh?
#
# <details><summary>Answer</summary>
# Sigmoid: s(1 - s) is largest at s = 1/2, so the slope is at most 1/4. Tanh: at most 1, at z = 0.
# </details>

# %%
fig, alt = pictures.activations([Sigmoid(), Tanh(), ReLU(), ELU()])
slopes = [ax.lines[1].get_ydata().max() for ax in fig.axes]
show.figure(fig, alt=alt)

# %% [markdown]
# ## 3 · From a neuron to a network
#
# A **layer** is many neurons that see the same inputs. One matrix holds all their weights, one row per
# input and one column per neuron. A batch of examples, one per row, goes through in one product
# $XW + b$. Layers in a row make a multilayer perceptron, MLP.
#
# **Predict first.** How many parameters has an MLP with 1 input, 16 hidden neurons and 1 output?
#
# <details><summary>Answer</summary>
# 1·16 weights and 16 biases, then 16·1 weights and 1 bias: 49.
# </details>


# %% tags=["nbval-check-output"]
def make_net(seed, hidden=16, activation=Tanh):
    layers = [Dense(1, hidden), activation(), Dense(hidden, 1)]
    return Network(layers, loss=MSE(), rng=np.random.default_rng(seed), dtype=np.float64)


print(make_net(0).parameters)

# %% [markdown]
# All 49 numbers lie in one vector, $\theta$. A network's objective is simply a function of 49 numbers.
#
# ## 4 · Backpropagation by hand
#
# Gradient descent needs $\partial J/\partial\theta$ for all parameters. **Backpropagation** (Rumelhart,
# Hinton and Williams 1986) is the chain rule, from the last layer to the first. Each step takes the gradient
# of $J$ at a layer's output and turns it into the gradient at its input.
#
# To see the shapes, all sizes here differ: 5 examples, 2 inputs, 4 hidden neurons, 3 outputs.

# %%
rng = np.random.default_rng(1)
X, Y = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
W1, b1 = rng.normal(size=(2, 4)), rng.normal(size=4)
W2, b2 = rng.normal(size=(4, 3)), rng.normal(size=3)

A = X @ W1 + b1  # (5, 2) @ (2, 4) -> (5, 4)   weighted sums
H = np.tanh(A)  # (5, 4)                       hidden outputs
F = H @ W2 + b2  # (5, 4) @ (4, 3) -> (5, 3)   predictions
J = np.mean((F - Y) ** 2)  # one number: the mean over 15 entries

# %% [markdown]
# That is the forward pass: it computes the predictions and the objective; here $\ell$ is the mean over the 3
# outputs. On the way back, $G_F$ is the gradient of $J$ with respect to $F$:
# $(G_F)_{ij} = \partial J/\partial F_{ij}$. The other $G$ are named likewise.
#
# **Predict first.** Which shape has the gradient of $J$ with respect to `W1`?
#
# <details><summary>Answer</summary>
# (2, 4), the shape of W1. J is one number, so every parameter has exactly one derivative. A gradient
# always has the shape of what it belongs to. Often this alone tells you where the transpose goes.
# </details>
#
# | step | formula | why |
# |:--|:--|:--|
# | at the predictions | $G_F = \frac{2}{15}(F - Y)$ | derivative of the mean of squares |
# | weights 2 | $G_{W_2} = H^\top G_F$ | $W_2$ meets every example: sum over them |
# | bias 2 | $G_{b_2} = \sum_i (G_F)_i$ | $b_2$ is added to every row |
# | hidden outputs | $G_H = G_F\, W_2^\top$ | each hidden neuron feeds 3 outputs: sum over them |
# | weighted sums | $G_A = G_H \odot (1 - H^2)$ | times the slope of tanh, entry by entry |
# | weights 1, bias 1 | $G_{W_1} = X^\top G_A,\ G_{b_1} = \sum_i (G_A)_i$ | as for layer 2 |
#
# The second row entry by entry: $F_{ij} = \sum_k H_{ik} (W_2)_{kj} + (b_2)_j$, so $(W_2)_{kj}$ acts on
# $F_{ij}$ with the factor $H_{ik}$, in each example $i$. The chain rule adds these up:
#
# $$\frac{\partial J}{\partial (W_2)_{kj}} = \sum_i H_{ik}\, (G_F)_{ij} = (H^\top G_F)_{kj}$$

# %%
G_F = 2 / F.size * (F - Y)  # (5, 3)
G_W2 = H.T @ G_F  # (4, 5) @ (5, 3) -> (4, 3)
G_b2 = G_F.sum(axis=0)  # (3,)
G_H = G_F @ W2.T  # (5, 3) @ (3, 4) -> (5, 4)
G_A = G_H * (1 - H**2)  # (5, 4)
G_W1 = X.T @ G_A  # (2, 5) @ (5, 4) -> (2, 4)
G_b1 = G_A.sum(axis=0)  # (4,)

# %% [markdown]
# The library does the same, but splits the work: each layer knows only its own part. `g` is the gradient
# that comes from behind.

# %% tags=["nbval-check-output"]
show.source(Dense.backward, Tanh.backward, Network.backward)

# %% [markdown]
# With our weights in a `Network`, its gradient must be ours:

# %% tags=["nbval-check-output"]
net = Network([Dense(2, 4), Tanh(), Dense(4, 3)], loss=MSE(), rng=rng, dtype=np.float64)
for name, weights in zip(net.parameters, [W1, b1, W2, b2], strict=True):
    net.parameters[name][:] = weights
net.loss_and_grad(X, Y)
rows, hand_error = [], 0.0
for (name, g), hand in zip(net.parameters.gradients.items(), [G_W1, G_b1, G_W2, G_b2], strict=True):
    hand_error = max(hand_error, np.abs(g - hand).max())
    rows.append([name, str(hand.shape), bool(np.abs(g - hand).max() < 1e-12)])
show.table(["parameter", "shape of its gradient", "by hand = library"], rows)

# %% [markdown]
# ## 5 · The same in PyTorch and in Keras
#
# The frameworks record the forward pass and run the chain rule for you. `to_torch` and `to_keras` copy our
# network with its weights. The calls below are the frameworks' own.

# %%
from course_lib.frameworks import available, contrast, to_keras, to_torch

have = available()
grads = {}
if have["pytorch"]:
    import torch

    module = to_torch(net)
    loss = torch.nn.functional.mse_loss(module(torch.from_numpy(X)), torch.from_numpy(Y))
    loss.backward()  # fills p.grad of every parameter
    grads["PyTorch"] = [p.grad.numpy() for p in module.parameters()]

# %% [markdown]
# Keras: the tape records what happens inside `with`.

# %%
if have["keras"]:
    import tensorflow as tf

    model = to_keras(net)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(tf.constant(X)) - tf.constant(Y)) ** 2)
    grads["Keras"] = [g.numpy() for g in tape.gradient(loss, model.trainable_variables)]

# %%
for name, (gw1, gb1, gw2, gb2) in grads.items():
    if name == "PyTorch":  # which stores each weight matrix as (outputs, inputs)
        gw1, gw2 = gw1.T, gw2.T
    pairs = zip([gw1, gb1, gw2, gb2], [G_W1, G_b1, G_W2, G_b2], strict=True)
    grads[name] = max(np.abs(a - b).max() for a, b in pairs)
    print(f"{name}: largest difference to our hands is below 1e-12:", grads[name] < 1e-12)

# %% [markdown]
# ## 6 · A gradient check, and a planted mistake
#
# How would you know that *your* backward pass is right, with no framework to compare? Ask the definition of
# the derivative. Move one parameter a little up and down, and compare:
#
# $$\frac{\partial J}{\partial\theta_i} \approx
# \frac{J(\theta + \epsilon e_i) - J(\theta - \epsilon e_i)}{2\epsilon}$$
#
# The error of this central difference shrinks with $\epsilon^2$ (Nocedal & Wright 2006, eq. 8.7). But too
# small an $\epsilon$ is no better: the two losses then agree in most of their digits, and rounding decides.
# The library takes $10^{-6}$, in float64, and reports a relative error for each parameter; we let errors
# below $10^{-6}$ pass. The check costs two forward passes per parameter: far too slow for training.

# %% tags=["nbval-check-output"]
show.source(Network._slope)


class WrongTanh(Tanh):
    def backward(self, g):
        return g * (1 - self.out)  # the square is missing


# %% [markdown]
# **Predict first.** We build a network with `WrongTanh` between its two layers. For which of its four
# parameters will the check report an error?
#
# <details><summary>Answer</summary>
# Only for those of the first layer. The gradient flows backwards: it meets the second layer before the
# mistake, and the first layer after it. So a check also tells you where to look: in the last layer that is
# wrong, or right behind it.
# </details>

# %% tags=["nbval-check-output"]
right, wrong = make_net(0), make_net(0, activation=WrongTanh)
checks = [net.gradient_check(x, y) for net in (right, wrong)]
rows = [[name, *("passes" if check[name] < 1e-6 else "WRONG" for check in checks)] for name in checks[0]]
show.table(["parameter", "Tanh", "WrongTanh"], rows)

# %% [markdown]
# **Predict first.** Will the network with the wrong gradient learn anything?
#
# <details><summary>Answer</summary>
# Yes. The last layer's gradient is right. Before it, 1 - tanh is never negative, so for each *example* each
# hidden gradient keeps its sign. Their sum, a weight's gradient, may still point the wrong way: typically, at
# more than a fifth of the steps the loss rises a little, and in the end it is below a quarter. Without the
# right curve beside it you might be content.
# </details>

# %%
from course_lib.optimizers import SGD
from course_lib.training import DivergenceError, fit


def train(lr, seed, steps=2000, activation=Tanh):
    net, rng = make_net(seed, activation=activation), np.random.default_rng(seed)
    try:
        history = fit(net, SGD(lr=lr), x, y, epochs=steps, batch_size=None, rng=rng, progress=False)
    except DivergenceError as error:
        return net, np.append(error.history.step_loss, np.inf)
    return net, history.step_loss


runs = {kind: np.array([train(0.03, seed, activation=kind)[1] for seed in range(5)])
        for kind in (Tanh, WrongTanh)}
fig, alt = pictures.two_gradients(runs[Tanh], runs[WrongTanh], floor=0.01)
show.figure(fig, alt=alt)

# %% [markdown]
# ## 7 · Learning the noisy sine
#
# Gradient descent repeats one line, $\theta \leftarrow \theta - \eta\,\nabla J(\theta)$. The step size $\eta$
# is the **learning rate** (`lr`). Here is the library's rule and its training step:

# %% tags=["nbval-check-output"]
show.source(SGD.rule, Network.loss_and_grad)

# %% [markdown]
# **Predict first.** We try the rates 0.001, 0.05, 0.1 and 0.5. Which one would you trust for 2,000 steps?
# Will the loss go down at *every* step?
#
# <details><summary>Answer</summary>
# 0.05. With 0.001 the network is far from done, with 0.5 the loss explodes. And 0.1 is faster at first, then
# restless, after some 500 to 1,500 steps: the curvature has grown (lecture 03). From then on the loss rises
# at many steps, and how good the network is at the end is luck.
# </details>

# %% tags=["nbval-check-output"]
rates = (0.001, 0.05, 0.1, 0.5)
sine = {lr: [train(lr, seed) for seed in range(5)] for lr in rates}
curves = {f"lr {lr}": np.array([losses for _, losses in sine[lr]]) for lr in rates[:2]}
curves |= {f"lr {lr}, one run": sine[lr][0][1] for lr in rates[2:]}
fits = {f"lr {lr}": sine[lr][0][0].predict(x) for lr in rates[:2]}
fig, alt = pictures.learning(x, y, curves, fits, floor=0.01)
show.figure(fig, alt=alt)
rising = {lr: np.array([np.mean(np.diff(losses) > 0) for _, losses in sine[lr]]) for lr in rates[:3]}
show.table(["learning rate", "does the loss rise at some steps?"],
           [[f"{lr}", "in every run" if (share > 0).all() else "never"] for lr, share in rising.items()])

# %% [markdown]
# The gradient is the direction of steepest descent *at one point*. A step that is too long passes the bottom
# and climbs the other side. Lecture 03 says how long is too long.
#
# **The same in PyTorch and in Keras**, from the same weights, 500 steps:

# %%
if have["pytorch"]:
    module = to_torch(make_net(0))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05)
    for _ in range(500):
        optimizer.zero_grad()  # PyTorch adds gradients up unless told otherwise
        loss = torch.nn.functional.mse_loss(module(torch.from_numpy(x)), torch.from_numpy(y))
        loss.backward()
        optimizer.step()

# %%
if have["keras"]:
    import keras

    model, optimizer = to_keras(make_net(0)), keras.optimizers.SGD(learning_rate=0.05)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(tf.constant(x)) - tf.constant(y)) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(500):
        step()

# %% [markdown]
# `contrast` runs such loops beside ours and compares parameters and losses at every step:

# %%
same = contrast(make_net(0), x, y, "sgd", {"lr": 0.05}, steps=500, batch_size=None,
                rng=np.random.default_rng(0))
print(same.timing())
same

# %% [markdown]
# ## 8 · One minimum, or many
#
# Two objectives of two parameters each, on the same data: a line $wx + b$, and a tiny network $v\tanh(wx)$.
#
# **Predict first.** From six different starts, in how many places will gradient descent end?
#
# <details><summary>Answer</summary>
# On the line's objective, in one. It is a bowl. Such functions are called **convex**: the straight line
# between two points of its graph never lies below the graph. On the network's, in two, since $(-w, -v)$ gives
# the same function as $(w, v)$. The signs cancel because tanh is odd.
# </details>

# %%
from course_lib.minimize import minimize
from course_lib.studies.landscape import find_minimum, line_fit, loss_between, two_weight_network

bowl, network = line_fit(x, y), two_weight_network(x, y)
starts = [(2.4, 0.8), (0.6, 1.9), (-1.8, 1.6), (-2.4, -0.7), (-0.4, -1.8), (1.9, -1.7)]
ways = []
for f, lr in [(bowl, 0.05), (network, 0.2)]:
    trace = minimize(f, starts, SGD(lr=lr), 3000)  # all six starts at once
    ways.append({str(start): trace.run(i) for i, start in enumerate(starts)})
fig, alt = pictures.two_landscapes(bowl, network, *ways)
show.figure(fig, alt=alt)

# %% [markdown]
# A real network has many more twins. Put the hidden neurons in another order, or flip the signs of a tanh
# neuron's weights in and out: the function stays exactly the same. With $h$ hidden neurons that makes
# $h!\cdot 2^h$ parameter vectors (Chen, Lu and Hecht-Nielsen 1993).

# %% tags=["nbval-check-output"]
from itertools import permutations, product


def twin(net, order, signs):
    """Hidden neurons in another order, some with the signs of their weights flipped."""
    other, order = net.copy(), list(order)
    other.parameters["0.weight"][:] = net.parameters["0.weight"][:, order] * signs
    other.parameters["0.bias"][:] = net.parameters["0.bias"][order] * signs
    other.parameters["2.weight"][:] = net.parameters["2.weight"][order] * np.array(signs)[:, None]
    return other


net = make_net(7, hidden=3)
fit(net, SGD(lr=0.05), x, y, epochs=2000, batch_size=None, rng=rng, progress=False)
twins = [twin(net, order, signs) for order in permutations(range(3)) for signs in product((1, -1), repeat=3)]
different = len({tuple(other.parameters.x) for other in twins})
twin_gap = max(abs(other.loss_value(x, y) - net.loss_value(x, y)) for other in twins)
print(different, "different parameter vectors, one loss:", twin_gap < 1e-15)

# %% [markdown]
# **Predict first.** Take two twins, and walk on the straight line from one to the other. They compute the
# same function. What does the loss do on the way?
#
# <details><summary>Answer</summary>
# It rises, mostly more than tenfold: in between, the weights are averages of unlike neurons. So the objective
# cannot be convex: in a convex function, no point on the way lies above both ends.
# </details>

# %%
walks = [loss_between(net, x, y, net.parameters.x, other.parameters.x) for other in twins[1:]]
line_net = Network([Dense(1, 1)], loss=MSE(), rng=rng, dtype=np.float64)
bowl_walk = loss_between(line_net, x, y, bowl.minimum * [0, 1], bowl.minimum * [2, 1])
fig, alt = pictures.walks(bowl_walk, walks)
show.figure(fig, alt=alt)

# %% [markdown]
# Twins are harmless: they are equally good. But there are also minima that are *not* equally good. We take a
# network with two hidden neurons and 30 random starts. To be sure that we stand in a minimum, we go down
# until no entry of the gradient exceeds $10^{-7}$, with a faster method than gradient descent, BFGS from
# SciPy. Then we ask whether the loss rises in every direction: the smallest eigenvalue of its second
# derivatives must be positive.

# %%
from course_lib.initializers import normal


def two_neurons(seed):
    layers = [Dense(1, 2, weight=normal(1), bias=normal(1)), Tanh(), Dense(2, 1)]
    return Network(layers, loss=MSE(), rng=np.random.default_rng(seed), dtype=np.float64)


found = sorted((find_minimum(two_neurons(seed), x, y) for seed in range(30)), key=lambda m: m.loss)
kinds = {round(m.loss, 3): m for m in found if m.gradient < 1e-6 and m.curvature > 1e-6 and m.loss > 0.02}

# %%
fig, alt = pictures.bad_minima(x, y, found[0], kinds.values())
show.figure(fig, alt=alt)

# %% [markdown]
# Three minima that are *not* good: one network has learned only the right half of the sine, one only the left
# half, one only the step between. No small change improves them, though the same two neurons could follow the
# whole curve. With 16 hidden neurons none of our five runs got stuck like this. The best fit found has
# $J = 0.0085$, below the floor and below the true sine: it has fitted some of the noise.
#
# ## 9 · What we measured
#
# First the gradients, then training and minima, and at last three sentences that are often written.

# %%
claims = Claims("01")
sine_loss = np.mean((np.sin(x) - y) ** 2)
claims.about("floor", measured=sine_loss, value=0.009, within=0.001,
             text="objective of the true sine on the noisy data")
claims.equal("parameters", measured=make_net(0).parameters.size, value=49, text="parameters, 1-16-1 network")
claims.about("sigmoid_slope", measured=slopes[0], value=0.25, within=1e-6,
             text="largest slope of the sigmoid")
claims.below("gradient_gap", measured=[hand_error, *grads.values()], bound=1e-12,
             text="largest difference of the gradients by hand, course_lib, PyTorch, Keras")
claims.below("run_gap", measured=[0, *same.parameter_difference.values(), *same.loss_difference.values()],
             bound=1e-12, text="largest relative difference to PyTorch and Keras over 500 steps")
claims.below("check_right", measured=list(checks[0].values()), bound=1e-6, text="gradient check, right tanh")
claims.above("check_wrong", measured=[checks[1]["0.weight"], checks[1]["0.bias"]], bound=0.05,
             text="gradient check, layer before the wrong tanh")
before, after = runs[WrongTanh][:, 0], runs[WrongTanh][:, -1]
claims.below("wrong_learns", measured=after / before, bound=0.7,
             text="wrong tanh: loss after over before, each of 5 runs")
claims.below("wrong_typical", measured=np.median(after / before), bound=0.25, text="same, median of 5 runs")
worse, rises = after / runs[Tanh][:, -1], np.mean(np.diff(runs[WrongTanh]) > 0, axis=1)
claims.above("wrong_loses", measured=worse, bound=1.5, text="final loss, wrong over right, each of 5")
claims.above("typical_loss", measured=np.median(worse), bound=2, text="same, median of 5 runs")
claims.above("wrong_rises", measured=np.median(rises), bound=0.2,
             text="wrong tanh: share of steps that raise J, median of 5 runs")

# %%
final = {lr: [losses[-1] for _, losses in sine[lr]] for lr in rates}
claims.above("slow", measured=final[0.001], bound=0.05, text="loss after 2,000 steps, lr 0.001",
             slides="too small")
claims.below("good", measured=final[0.05], bound=0.02, text="loss after 2,000 steps, lr 0.05")
claims.below("exploded", measured=[len(losses) for _, losses in sine[0.5]], bound=300,
             text="step at which lr 0.5 has overflowed", slides="too large")
claims.equal("rising_good", measured=rising[0.05], value=0, text="share of steps that raise J, lr 0.05")
claims.above("rising_large", measured=100 * rising[0.1], bound=2, text="% of steps that raise J, lr 0.1",
             slides="each step lowers it")
first_rise = [np.argmax(np.diff(losses) > 0) + 1 for _, losses in sine[0.1]]
claims.about("restless", measured=first_rise[0], value=800, within=20, text="the first of them, run shown")
claims.about("restless_all", measured=first_rise, value=1000, within=600, text="the same, each of 5 runs")
places = [len({tuple(way.x[-1].round(2)) for way in each.values()}) for each in ways]
claims.equal("line_ends", measured=places[0], value=1, text="places where 6 starts end, line",
             slides="1")
claims.equal("network_ends", measured=places[1], value=2, text="the same, network of two weights")
claims.equal("twins", measured=different, value=48, text="twins of a network of 3 tanh neurons, with itself")
claims.below("twin_gap", measured=twin_gap, bound=1e-15, text="largest difference of their losses")
hills = [walk.max() / walk[0] for walk in walks]
claims.above("hill", measured=hills, bound=1, text="highest loss between two twins, over theirs, 47 ways")
claims.above("typical_hill", measured=np.median(hills), bound=10, text="the same, median")
claims.equal("bad_minima", measured=len(kinds), value=3, text="different minima above 0.02, two neurons")
claims.about("best_minimum", measured=found[0].loss, value=0.0085, within=0.0005,
             text="best J found, two neurons")
claims.below("best_over_sine", measured=found[0].loss / sine_loss, bound=1, text="same, over the true sine's")

# %% tags=["nbval-check-output"]
half = np.array([1.0, 0.3])  # two linear layers, v·w·x, without any activation
linear = two_weight_network(x, y, activation="identity")
claims.above("linear_hill", measured=linear(0 * half) / [linear(half), linear(-half)], bound=2,
             text="v·w·x: loss midway between two twins, over theirs", slides="convex without activation")
with np.errstate(all="ignore"):
    tanh = (np.exp(2 * 400.0) - 1) / (np.exp(2 * 400.0) + 1)
claims.equal("tanh_formula", measured=str(tanh), value="nan", slides="tanh x, so 1",
             text="(e^2x - 1)/(e^2x + 1) in float64 at x = 400")
claims.equal("detour", measured=2**2 / (1**2 + 1**2), value=2,
             text="squared error from 0 to 2, over 0 to 1 plus 1 to 2", slides="a distance, so at most 1")
claims.show()

# %% [markdown]
# Five sentences that are often written, right in the main and loose in places:
#
# - *The loss is a distance.* It need not be. The squared error breaks the triangle inequality: a detour makes
#   it smaller. What a loss needs is to be small when the prediction is good.
# - *Each small step is guaranteed to reduce the objective.* Only if the rate is small enough. With 0.1 the
#   loss rose at many steps, in every run.
# - *Nonlinearity makes the objective non-convex.* So does depth alone: two linear layers $v\cdot w\cdot x$,
#   without an activation, already have twins with a hill between them.
# - *The forward pass is $Wz + b$*, with one example per column. Here, in Keras and in data sets, examples are
#   rows: $XW + b$. The two weight matrices are transposes of each other. PyTorch stores that of $Wz + b$.
# - *$\tanh x = (e^{2x}-1)/(e^{2x}+1)$* is a right formula and wrong code: it overflows. Use `np.tanh`.
#
# ## Exercises
#
# [Write the backward pass of a layer, predict sizes and slopes, write the gradient of the cross-entropy, and
# hide a mistake that only a gradient check can find](exercises/01_training_a_network.ipynb).
#
# ## Recap
# - The objective is the mean loss over the data, one function of all parameters.
# - Backpropagation is the chain rule from the last layer to the first. Each gradient has its parameter's
#   shape.
# - By hand, in NumPy, PyTorch and Keras: the same gradient, to rounding.
# - A wrong gradient often still learns. A gradient check finds it, and says in or behind which layer.
# - Linear regression has one minimum (if no feature is a combination of others). A network has many: twins
#   that are equally good, and others that are not.
#
# ## References
# - D. Rumelhart, G. Hinton and R. Williams (1986), *Learning representations by back-propagating errors*,
#   Nature 323.
# - A. M. Chen, H. Lu and R. Hecht-Nielsen (1993), *On the geometry of feedforward neural network error
#   surfaces*, Neural Computation 5(6).
# - I. Goodfellow, Y. Bengio and A. Courville (2016), *Deep Learning*, MIT Press, chapters 6 and 8.
# - J. Nocedal and S. Wright (2006), *Numerical Optimization*, 2nd edition, Springer, section 8.1.
