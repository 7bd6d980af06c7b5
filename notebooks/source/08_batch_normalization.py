# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 08 · Batch normalization
#
# **The question.** We normalize the data once, before training. But inside a deep network every layer's
# input changes with each step. Can we normalize there too, and what does it buy?
#
# ## Objectives
# After this lecture you can
# - write batch normalization forward and backward, and check both;
# - say what differs between training and evaluation, and how PyTorch and Keras differ in it;
# - explain why the weights before it have no scale, and what that does to the learning rate;
# - say for which networks it saves many steps, and for which it does not.
#
# **Builds on** gradient flow (lecture 06) and data normalization (lecture 07). **Time** 40 minutes to read,
# about half a minute to run. **Goes with** the [slides](../slides/08_batch_normalization.md) and the
# [exercises](exercises/08_batch_normalization.ipynb).

# %%
import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.frameworks.comparison import bound
from course_lib.layers import BatchNorm, LayerNorm
from course_lib.optimizers import SGD
from course_lib.show import lecture08 as pictures
from course_lib.studies import batch_norm_results as results
from course_lib.studies import batch_normalization as study
from course_lib.studies import norm_layer
from course_lib.training import fit

# %% [markdown]
# ## 1 · The algorithm
#
# Take one unit and its values $x_1, \dots, x_n$ over a mini-batch of $n$ examples (Ioffe & Szegedy 2015,
# algorithm 1):
#
# $$\mu = \frac1n\sum_i x_i,\quad \sigma^2 = \frac1n\sum_i (x_i - \mu)^2,\quad
# \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}},\quad y_i = \gamma \hat x_i + \beta$$
#
# Every unit has its own $\gamma$ and $\beta$, which are trained; they start at 1 and 0. The $\epsilon$, here
# $10^{-5}$, keeps a unit that never changes from dividing by zero. The library's forward pass:

# %% tags=["nbval-check-output"]
show.source(BatchNorm.forward)

# %%
rng = np.random.default_rng(8)
x = rng.normal([5, -3, 0], [1, 4, 0.1], size=(40, 3))
net = norm_layer.alone(BatchNorm(3))
layer = net.layers[0]
y = net.forward(x, train=True)
fig, alt = pictures.units(x, y)
show.figure(fig, alt=alt)

# %% [markdown]
# ### Can the network undo it?
# **Predict first.** For which $\gamma$ and $\beta$ is $y = x$ on this batch?
# <details><summary>Answer</summary>
# γ = √(σ² + ε) and β = μ: multiply by what was divided by, add what was subtracted. So nothing is lost; the
# network can learn the identity if that is best.
# </details>

# %% tags=["nbval-check-output"]
layer.beta[:] = x.mean(axis=0)
identity = {}
for name, gamma in {"√(σ² + ε)": np.sqrt(x.var(axis=0) + 1e-5), "σ": x.std(axis=0),
                    "√σ": np.sqrt(x.std(axis=0))}.items():
    layer.gamma[:] = gamma
    identity[name] = np.abs(net.forward(x, train=True) - x).max(axis=0)
show.table(["γ", *(f"largest error, unit {j}" for j in (1, 2, 3))],
           [[name, *(f"{e:.0e}" if e > 1e-12 else "rounding" for e in errors)]
            for name, errors in identity.items()])
layer.gamma[:], layer.beta[:] = 1, 0

# %% [markdown]
# Often written is $\gamma = \sqrt\sigma$; it is the root of the *variance*, with $\epsilon$ inside.
#
# ## 2 · Backward, twice
#
# $\mu$ and $\sigma^2$ depend on every $x_i$, so each output depends on each input of its batch. Node by
# node, from the output back, with $g$ the loss's gradient at $y$:

# %% tags=["nbval-check-output"]
show.source(BatchNorm.backward_long)

# %% [markdown]
# Put together, nearly everything cancels:
#
# $$\frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2+\epsilon}}
# \Big(g_i - \frac1n\sum_j g_j - \hat x_i\,\frac1n\sum_j g_j \hat x_j\Big)$$
#
# The mean of $g$ is taken out, and its part along $\hat x$. Of course: mean and width of $\hat x$ are fixed,
# so no push on them can change the loss. This is the form that the library runs:

# %% tags=["nbval-check-output"]
show.source(BatchNorm.backward)

# %% tags=["nbval-check-output"]
g = rng.normal(size=x.shape)
net.forward(x, train=True)
compact, long = layer.backward(g), layer.backward_long(g)
forms = np.abs(compact - long).max() / np.abs(compact).max()
start = study.deep_network(2, "tanh", BatchNorm, seed=0, width=20)
images, labels = load_digits().train
errors = start.gradient_check(images[:40], labels[:40])
start.copy(np.float64).loss_and_grad(images[:40], labels[:40])
print("long and compact form agree:", forms < 1e-12)
print("gradients agree with central differences:", max(errors.values()) < 1e-7)
print("sum over the batch is zero:", np.abs(compact.sum(axis=0)).max() < 1e-10)

# %% [markdown]
# That last line makes the **bias** of the layer before useless: its gradient is this sum, zero. $\mu$ takes
# any bias out again, and $\beta$ does its job. Leave it out (`bias=False`, `use_bias=False`) and save
# memory.
#
# ### A common slip
# Take $\mu$ and $\sigma^2$ for constants, and the backward pass is one factor, $g\,\gamma/\sqrt{\sigma^2 +
# \epsilon}$. The network: 64 pixels, three sigmoid layers of 100 units, ten classes. We take 120 steps at
# each of several rates.
#
# **Predict first.** Does it still learn, only slower?
# <details><summary>Answer</summary>
# That depends on the rate. Each step also pushes mean and width, and the next forward pass takes that back.
# At small rates little is lost, and nobody notices the slip. From rate 1 on, where the right pass learns
# fastest, the loss stays high.
# </details>

# %%
rates = (0.03, 0.1, 0.3, 0.7, 1.0, 3.0, 10.0)
kinds = {"right backward pass": BatchNorm, "μ and σ² held constant": study.HeldConstant}
ends = {name: np.array([study.step_losses(kind, lr)[:, -20:].mean(axis=1) for lr in rates])
        for name, kind in kinds.items()}
fig, alt = pictures.slip(rates, ends)
show.figure(fig, alt=alt)

# %% [markdown]
# So a falling loss is no proof that a backward pass is right. Central differences are.

# %% [markdown]
# ## 3 · Training and evaluation
#
# In use there may be one image, not a batch, and its answer must not depend on other images. So training
# keeps **running averages** of $\mu$ and $\sigma^2$, and evaluation uses these:
#
# $$\text{running} \leftarrow (1 - m)\,\text{running} + m\,\text{batch}, \qquad m = \texttt{momentum} = 0.1$$
#
# Two conventions to know. PyTorch's `momentum` is $m$, the weight of the *new* value, default 0.1. Keras's
# is the weight of the *old* one, default 0.99: that is $m = 0.01$. And PyTorch keeps the unbiased variance
# ($n - 1$ below), as the paper's algorithm 2 says, Keras the biased one. Both normalize by the biased one.
#
# **Predict first.** Three sigmoid layers, 20 steps per epoch. After which epoch does evaluation find 90 % of
# the validation images, with $m = 0.1$ and with $m = 0.01$?
# <details><summary>Answer</summary>
# The start has weight (1 - m)^t: after 50 steps 0.5 % with 0.1, but 61 % with 0.01. So two to four epochs
# with 0.1. With 0.01 the same weights, which do well in training, look much worse for the first three, and
# need ten or so.
# </details>

# %%
shares, accuracies = {}, {}
for name, m in (("m = 0.1, PyTorch's default", 0.1), ("m = 0.01, Keras's default", 0.01)):
    shares[name] = (1 - m) ** np.arange(101)
    accuracies[name] = study.evaluated(lambda width, m=m: BatchNorm(width, momentum=m), lr=1.0)
fig, alt = pictures.lag(shares, accuracies)
show.figure(fig, alt=alt)

# %% [markdown]
# ### A batch of one
# **Predict first.** What is $\hat x$ for a batch of one? For a batch of two?
# <details><summary>Answer</summary>
# One: x - μ = 0, so y = β whatever the image: nothing can be learned. Two: one value is above the mean and
# one below, so x̂ is +1 and -1 (but for ε), whatever their distance.
# </details>

# %% tags=["nbval-check-output"]
print(norm_layer.alone(BatchNorm(2)).forward([[0.0, 1.0], [7.0, 1.5]], train=True).round(3))
try:
    net.forward(x[:1], train=True)
except ValueError as error:
    print(error)

# %% [markdown]
# So mind the last batch: 1,197 images in batches of 13 leave a single one.
#
# Between one and all, the output for an image depends on its random companions. How much? We put one image
# of a trained network into 200 random batches of each size, in training mode.

# %%
trained, sizes = study.deep_network(3, "sigmoid", BatchNorm, seed=0), np.array([4, 8, 16, 32, 64, 128])
fit(trained, SGD(lr=0.5), images, labels, epochs=5, batch_size=60, rng=rng, progress=False)
deviations = study.companions(trained, 0, sizes, 200, rng)
fig, alt = pictures.spread(sizes, deviations)
show.figure(fig, alt=alt)

# %% [markdown]
# The noise falls like $1/\sqrt n$. It is why batch norm is said to regularize, and why small batches hurt.
#
# ## 4 · Does it help?
#
# Ioffe and Szegedy needed up to 14 times fewer steps on ImageNet. Their first experiment is small: three
# sigmoid layers of 100 units, batches of 60. We do it with the digits, at rate 1:

# %%
plain, normed = study.step_losses(None, 1.0), study.step_losses(BatchNorm, 1.0)
fig, alt = pictures.losses({"without batch norm": plain, "with batch norm": normed})
show.figure(fig, alt=alt)

# %% [markdown]
# Convincing, and unfair: one rate for both. So here are six networks, each way at 13 rates with 3 seeds:
# steps until 90 % of the validation images are found, in evaluation mode. (These runs take half an hour;
# `course_lib.studies.batch_norm_digits` made them, and their result is stored.)
#
# **Predict first.** For which networks is the gain largest, and is batch norm ever slower?
# <details><summary>Answer</summary>
# Largest where the plain network is badly conditioned: sigmoid, and more so with a poor initialization.
# With many ReLU layers and the right initialization, batch norm is slower at small rates. It wins by bearing
# larger ones.
# </details>

# %%
found = results.stored()
fig, alt = pictures.sweep(found)
show.figure(fig, alt=alt)

# %% [markdown]
# Then each way at its own best rate, on twelve other seeds. A rate counts as usable if it needs at most twice
# the steps of the best one:

# %% tags=["nbval-check-output"]
ratios = results.ratios(found)
show.table(results.HEADERS, results.summary(found))
finals = {name: [np.median(found[name][way]["long"], axis=0) for way in ("without", "with")]
          for name in ("8 tanh", "8 ReLU")}
show.table(["after 1,000 steps", "training loss without", "with", "test accuracy without", "with"],
           [[name, *np.transpose(values).ravel()] for name, values in finals.items()], formats=".3g")

# %% [markdown]
# Three sigmoid layers gain some 30 times, with smaller first weights 40, and eight sigmoid layers
# everything: without batch norm they arrive at none of the rates. Here "14 times" is no exaggeration.
# Networks that start well gain less: eight tanh layers 3 to 4 times, ReLU 6 to 7 times with eight layers
# and 3 with twenty. The usable rates span 2 to 10 times without batch norm and 4 to 100 times or more with
# it, most for sigmoid. And at rates of 0.005 and 0.01 twenty ReLU layers are *slower* with batch norm, 2 to
# 3 times; with eight layers the difference is small. At one common rate you can prove what you like.
#
# Does it also regularize? The second table goes on to 1,000 steps. The tanh network gains one or two points
# in the test, but it also fits the training set better: that is training, not regularization. The ReLU
# network gains one to four images in 300 (in the median of twelve seeds; some lose) and fits the training
# set about as well. Weak evidence.
#
# ## 5 · Gradient flow
#
# Thirty hidden layers before any training. We record the norm of the gradient at each layer's output.
#
# **Predict first.** Sigmoid without batch norm vanishes (lecture 06). What does batch norm do for sigmoid,
# and for ReLU with He's initialization, which needs no help?
# <details><summary>Answer</summary>
# Sigmoid: level, cured. ReLU: it now *grows* towards the first layer, 1.21 times per layer.
# </details>

# %%
panels, factors = {}, {}
for activation in study.ACTIVATIONS:
    panels[activation] = {name: study.gradient_norms(activation, norm, seeds=range(5))
                          for name, norm in (("without", None), ("with batch norm", BatchNorm))}
    factors[activation] = {name: study.per_layer(norms) for name, norms in panels[activation].items()}
fig, alt = pictures.flow(panels)
show.figure(fig, alt=alt)

# %% [markdown]
# For ReLU the factor is known: $\sqrt{\pi/(\pi-1)} = 1.211$ (Yang et al. 2019). So "improves gradient flow"
# is true where the gradient vanishes; in a plain network that was in balance it brings an explosion, 30
# layers deep a factor of about 250. (tanh with Xavier: 1.10 per layer.)
#
# ## 6 · Weights without a scale
#
# **Predict first.** Multiply the weights before a batch norm by 10. What happens to the output, and to the
# gradient at these weights?
# <details><summary>Answer</summary>
# The output stays: mean and deviation grow tenfold too. The gradient is divided by 10, for a step of the
# same size now turns the weights ten times less.
# </details>

# %% tags=["nbval-check-output"]
change, gradient = study.scaled([0.1, 10, 100]).T
shown = zip(["0.1", "10", "100"], [f"{c:.0e}" for c in change], gradient, strict=True)
show.table(["weights times", "change of the output", "gradient times"], shown, formats=".2g")

# %% [markdown]
# (What changes is due to $\epsilon$.) As $W$ and $aW$ give the same loss, the gradient has no part along
# $W$: it is orthogonal to it. Then, by Pythagoras, each step of SGD makes the weights longer:
#
# $$\|W_{t+1}\|^2 = \|W_t\|^2 + \eta^2\|g_t\|^2$$

# %%
norms, pythagoras = {}, []
for lr in (0.1, 1.0, 5.0):
    norms[lr], expected = study.weight_norms(lr, 200)
    pythagoras.append(np.abs(norms[lr] / expected - 1).max())
fig, alt = pictures.growth(norms)
show.figure(fig, alt=alt)

# %% [markdown]
# Only the direction of $W$ matters, and a step turns it by about $\eta/\|W\|^2$. A rate that is too large
# stretches the weights once, and is too large no more. This brake is why batch norm bears large rates. And
# a weight penalty here does not make the function simpler; it keeps $\|W\|$ small and so the effective rate
# large (van Laarhoven 2017).
#
# ## 7 · Layer norm, for contrast
#
# The same formula over the *units* of one image (Ba et al. 2016). No running averages, training and
# evaluation alike, and a batch of one is no problem:

# %% tags=["nbval-check-output"]
fig, alt = pictures.axes_of()
show.figure(fig, alt=alt)
layer_normed = {lr: study.step_losses(LayerNorm, lr) for lr in (0.1, 0.3, 1.0)}
best_layer = min((curves[:, -20:].mean(axis=1) for curves in layer_normed.values()), key=np.median)
rows, probe = [], images[:60].astype(np.float64)
for kind in (BatchNorm, LayerNorm):
    net = norm_layer.alone(kind(64))
    together, first = net.forward(probe, train=True), net.forward(probe[:7], train=True)
    same = {True: "same", False: "other"}
    rows.append([kind.__name__, same[np.allclose(together[:7], first)],
                 same[np.allclose(together, net.predict(probe))]])
show.table(["layer", "output in a smaller batch", "output in evaluation"], rows)

# %% [markdown]
# It is no substitute here: on our sigmoid network, at the best of three rates, layer norm is far behind
# batch norm after six epochs. Its home is sequences and transformers, where batches are awkward.
#
# ## 8 · The same in PyTorch and Keras
#
# One layer, 50 training steps, the same inputs and output gradients for all; SGD moves $\gamma$ and $\beta$.
# Ours comes twice, with each framework's convention.

# %%
inputs = rng.normal([5, -3, 0, 1], [1, 4, 0.1, 2], size=(50, 60, 4))
upstream = rng.normal(size=inputs.shape)
ours = {"PyTorch": norm_layer.layer_run(BatchNorm(4, momentum=0.1, eps=1e-5), inputs, upstream),
        "Keras": norm_layer.layer_run(BatchNorm(4, momentum=0.01, eps=1e-3, unbiased=False),
                                      inputs, upstream)}
theirs = {}
if frameworks.available()["pytorch"]:
    import torch

    bn, found_torch = torch.nn.BatchNorm1d(4, dtype=torch.float64), {}
    optimizer = torch.optim.SGD(bn.parameters(), lr=0.1)
    for batch, g in zip(inputs, upstream, strict=True):
        batch = torch.tensor(batch, requires_grad=True)
        out = bn(batch)
        optimizer.zero_grad()
        out.backward(torch.from_numpy(g))
        norm_layer.note(found_torch, *[t.detach().numpy() for t in (
            out, batch.grad, bn.weight.grad, bn.bias.grad, bn.running_mean, bn.running_var)])
        optimizer.step()
    theirs["PyTorch"] = found_torch | {
        "output in evaluation": bn.eval()(torch.from_numpy(inputs[-1])).detach().numpy()}

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    bn, found_keras = keras.layers.BatchNormalization(dtype="float64"), {}
    for batch, g in zip(inputs, upstream, strict=True):
        batch = tf.Variable(batch)
        with tf.GradientTape() as tape:
            out = bn(batch, training=True)
        grads = tape.gradient(out, [batch, bn.gamma, bn.beta], output_gradients=tf.constant(g))
        norm_layer.note(found_keras, out, *grads, bn.moving_mean, bn.moving_variance)
        bn.gamma.assign_sub(0.1 * grads[1])
        bn.beta.assign_sub(0.1 * grads[2])
    theirs["Keras"] = found_keras | {"output in evaluation": bn(inputs[-1], training=False).numpy()}

# %%
apart = {name: norm_layer.differences(ours[name], run) for name, run in theirs.items()}
show.table(["largest difference over 50 steps", "PyTorch", "Keras"], [
    [what, *(bound(apart[name][what]) if name in apart else "not installed" for name in ours)]
    for what in ours["Keras"]])

# %% [markdown]
# Outputs, gradients and buffers agree to rounding, *if* the conventions are matched. With each framework's
# own defaults the buffers differ. Here after these 50 steps, and below the conventions:

# %% tags=["nbval-check-output"]
rows = [[name, *run["running mean"][-1][:2], *run["running variance"][-1][:2]] for name, run in ours.items()]
rows.append(["the data", *inputs.mean(axis=(0, 1))[:2], *inputs.var(axis=(0, 1))[:2]])
show.table(["", "running mean, unit 1", "unit 2", "running variance, unit 1", "unit 2"], rows, formats=".2f")
show.table(*frameworks.layer_conventions_table("batch_norm", "layer_norm"))

# %% [markdown]
# A batch of one: PyTorch refuses, as we do. Keras returns $\beta$ without a word:

# %%
if "PyTorch" in theirs:
    try:
        torch.nn.BatchNorm1d(2)(torch.tensor([[3.0, 7.0]]))
    except ValueError as error:
        print("PyTorch:", error)
if "Keras" in theirs:
    print("Keras:", keras.layers.BatchNormalization()(np.array([[3.0, 7.0]]), training=True).numpy())

# %% [markdown]
# And whole networks, trained for 50 steps on the same batches from the same start:

# %%
start = study.deep_network(3, "sigmoid", BatchNorm, seed=0, width=30, dtype=np.float64)
whole = frameworks.contrast(start, images, labels, "sgd", {"lr": 0.5}, steps=50, rng=rng)
show.table(["largest relative difference", "weights", "loss", "running statistics"],
           [[name, *(bound(part[name]) for part in (whole.parameter_difference, whole.loss_difference,
                                                    whole.buffer_difference))]
            for name in whole.parameter_difference])

# %% [markdown]
# ## 9 · Explore
#
# Choose a network and move the rate. Where does the plain network stop to train, and where the other? At
# which rate is batch norm *slower*?

# %%
show.batch_norm_explorer()

# %%
print(show.describe_batch_norm("8 ReLU", lr=0.05))
show.figure(show.draw_batch_norm("8 ReLU", lr=0.05),
            alt="Left the accuracy per step with and without batch norm at rate 0.05. Right the steps to "
                "90 % against the rate, both curves, with this rate marked.")

# %% [markdown]
# ## 10 · What we measured
#
# The last column is what other lecture slides say.

# %%
claims = Claims("08")
claims.below("identity", measured=identity["√(σ² + ε)"], bound=1e-12,
             text="largest error of the identity, γ = √(σ² + ε), β = μ", slides="γ = √σ")
claims.above("identity_slip", measured=identity["√σ"][1], bound=4, text="same, γ = √σ, unit of deviation 4")
claims.below("forms", measured=forms, bound=1e-12, text="backward: node by node against compact form")
claims.below("finite_differences", measured=max(errors.values()), bound=1e-7,
             text="gradients against central differences, relative")
claims.below("no_bias", measured=np.abs(compact.sum(axis=0)), bound=1e-10,
             text="gradient of a bias before batch norm")
right, held = ends.values()
claims.below("slip_small", measured=held[:3] / right[:3], bound=1.5,
             text="loss of steps 101 to 120, μ and σ² held constant over right, rates to 0.3, each seed")
claims.above("slip", measured=held[rates.index(1)], bound=2,
             text="same loss, μ and σ² held constant, rate 1, each seed")
claims.above("slip_larger", measured=held[-2:], bound=1.3, text="same, rates 3 and 10, each seed")
claims.below("normed_loss", measured=normed[:, -20:].mean(axis=1), bound=0.2,
             text="same, right backward pass, rate 1, each seed")
claims.about("plain_loss", measured=plain[:, -20:].mean(axis=1), value=2.3, within=0.1,
             text="same, without batch norm, rate 1, each seed")
claims.about("spread_slope", measured=np.polyfit(np.log(sizes), np.log(deviations), 1)[0], value=-0.5,
             within=0.07, text="slope of the log deviation of one image's outputs against the log batch size")

# %%
forgotten = [100 * share[50] for share in shares.values()]
claims.about("share_pytorch", measured=forgotten[0], value=0.5, within=0.1,
             text="% of the start in PyTorch's running average after 50 steps")
claims.about("share_keras", measured=forgotten[1], value=61, within=1, text="same, Keras")
early = [curves[:, 2] for curves in accuracies.values()]
claims.above("early_pytorch", measured=early[0], bound=0.78,
             text="accuracy in evaluation after 3 epochs, momentum of PyTorch, each seed")
claims.below("early_keras", measured=early[1], bound=0.7, text="same, momentum of Keras, each seed")
first = [1 + (curves >= 0.9).argmax(axis=1) for curves in accuracies.values()]
for key, name, epochs, value, within in (("ninety_pytorch", "PyTorch", first[0], 3, 1),
                                         ("ninety_keras", "Keras", first[1], 10, 3)):
    claims.about(key, measured=epochs, value=value, within=within,
                 text=f"first epoch with 90 % in evaluation, momentum of {name}, each seed")
for name, key in (("PyTorch", "torch"), ("Keras", "keras")):
    claims.below(key, measured=list(apart[name].values()) if name in apart else None, bound=1e-10,
                 text=f"outputs, gradients, buffers over 50 steps against {name}")
for key, name, value, within in (
        ("sigmoid_gain", "3 sigmoid", 31, 5), ("small_gain", "3 sigmoid, small weights", 42, 8),
        ("tanh_gain", "8 tanh", 3.3, 1.1), ("relu_gain", "8 ReLU", 6, 1),
        ("deep_relu_gain", "20 ReLU", 3.4, 0.8)):
    claims.about(key, measured=np.median(ratios[name]), value=value, within=within, slides="faster",
                 text=f"steps to 90 %, without over with, best rates, median of 12 seeds: {name}")

# %%
claims.above("sigmoid_each", measured=ratios["3 sigmoid"], bound=20, text="same, 3 sigmoid, each seed")
claims.below("relu_each", measured=[ratios["8 ReLU"], ratios["20 ReLU"], ratios["8 tanh"]], bound=10,
             text="same, 8 tanh, 8 and 20 ReLU, each seed")
claims.equal("eight_sigmoid", measured=str(found["8 sigmoid"]["without"]["rate"]), value="None",
             text="best rate of 8 sigmoid layers without batch norm")
wide = {name: [np.divide(*results.usable(runs["steps"])[::-1]) for way, runs in ways.items() if runs["rate"]]
        for name, ways in found.items()}
claims.about("usable_plain", measured=[w[0] for w in wide.values() if len(w) == 2], value=6, within=4,
             text="largest over smallest usable rate without batch norm, five networks")
claims.about("usable_norm", measured=[w[-1] for w in wide.values()], value=52, within=48,
             text="same, with batch norm, six networks", slides="allows higher learning rates")
slower = {name: [np.divide(*results.at_rate(found, name, lr)[::-1]) for lr in (0.005, 0.01)]
          for name in ("20 ReLU", "8 ReLU")}
claims.about("slower", measured=slower["20 ReLU"], value=2.3, within=0.7, slides="faster",
             text="20 ReLU, rates 0.005, 0.01: steps with over without batch norm, medians of 3 seeds")
claims.about("slower_eight", measured=slower["8 ReLU"][0], value=1.3, within=0.3,
             text="same, 8 ReLU, rate 0.005")
tests = {name: [way[1] for way in values] for name, values in finals.items()}
claims.about("test_plain", measured=tests["8 ReLU"][0], value=0.975, within=0.005,
             text="test accuracy after 1,000 steps, 8 ReLU, without, median of 12 seeds")
claims.about("test_norm", measured=tests["8 ReLU"][1], value=0.982, within=0.005, slides="regularizes",
             text="same, with batch norm")
claims.about("tanh_test_gain", measured=np.subtract(*tests["8 tanh"][::-1]), value=0.012, within=0.006,
             text="test accuracy with minus without batch norm, 8 tanh, medians of 12 seeds")

# %% tags=["nbval-check-output"]
for key, name, way, value, within in (
        ("flow_sigmoid", "sigmoid", "without", 0.23, 0.02), ("flow_relu", "ReLU", "without", 1, 0.05),
        ("flow_sigmoid_norm", "sigmoid", "with batch norm", 1.03, 0.03),
        ("flow_relu_norm", "ReLU", "with batch norm", 1.21, 0.02),
        ("flow_tanh_norm", "tanh", "with batch norm", 1.10, 0.02)):
    claims.about(key, measured=factors[name][way], value=value, within=within,
                 text=f"gradient's factor per layer, {name}, {way}, each seed")
claims.about("scale", measured=gradient * [0.1, 10, 100], value=1, within=0.01,
             text="weights × a: gradient times a")
claims.below("pythagoras", measured=pythagoras, bound=1e-4,
             text="norm of the weights against Pythagoras over 200 steps, rates 0.1, 1, 5, relative")
grown = [lengths[10] / lengths[0] for lengths, _ in (study.weight_norms(5.0, 10, seed=s) for s in range(20))]
claims.about("grown", measured=np.median(grown), value=2.1, within=0.3,
             text="rate 5: norm of the weights after 10 steps over that of the start, median of 20 seeds")
claims.above("grown_each", measured=grown, bound=1.3, text="same, each seed")
claims.above("layer_gap", measured=np.median(best_layer) / np.median(normed[:, -20:]), bound=3,
             text="loss of steps 101 to 120, layer norm at its best rate over batch norm, medians")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write both passes and the running averages, predict two of them, break training
# mode](exercises/08_batch_normalization.ipynb).
#
# ## Recap
# 1. Batch norm gives each unit mean 0 and variance 1 over the batch; γ and β can undo it.
# 2. Backward, the mean of the gradient and its part along $\hat x$ are taken out. No bias before it.
# 3. Evaluation uses running averages; `momentum` means the opposite in PyTorch and Keras.
# 4. It gains much where the plain network is badly conditioned, less elsewhere; deep ReLU
#    networks are slower with it at small rates.
# 5. Weights before it have no scale: they grow, and a rate that is too large brakes itself.
#
# ## References
# - S. Ioffe, C. Szegedy (2015), *[Batch normalization](https://arxiv.org/abs/1502.03167).* ICML.
# - J. L. Ba, J. R. Kiros, G. E. Hinton (2016), *[Layer normalization](https://arxiv.org/abs/1607.06450).*
# - T. van Laarhoven (2017), *[L2 regularization versus batch and weight
#   normalization](https://arxiv.org/abs/1706.05350).*
# - S. Santurkar, D. Tsipras, A. Ilyas, A. Madry (2018), *How does batch normalization help optimization?*
#   NeurIPS. The smoother loss, not the covariate shift of the first paper, as the reason.
# - G. Yang, J. Pennington, V. Rao, J. Sohl-Dickstein, S. Schoenholz (2019), *A mean field theory of batch
#   normalization.* ICLR.
