# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 19 · Dropout
#
# **The question.** In training, dropout deletes half of a network's units at random, others at every step.
# Why does the network still learn, and when is it better for it?
#
# ## Objectives
# After this lecture you can
# - write dropout forward and backward, and say what the factor $1/(1-p)$ is for;
# - compute the mean and the variance that dropout gives to a sum;
# - say in which networks one scaled pass is the average of all sub-networks, and in which nearly;
# - replace dropout by an L2 penalty in linear regression;
# - tell from an experiment whether dropout helps.
#
# **Builds on** networks (lecture 01), noise (04) and weight penalties (18). **Time** 35 minutes to read,
# about half a minute to run. **Goes with** the [slides](../slides/19_dropout.md) and the
# [exercises](exercises/19_dropout.ipynb).

# %%
import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits, regression
from course_lib.layers import AlphaDropout, Dropout, Identity, ReLU
from course_lib.penalties import ridge
from course_lib.show import lecture19 as pictures
from course_lib.studies import dropout as study
from course_lib.studies import dropout_digits, dropout_runs, heaviside
from course_lib.studies import subnetworks as sub
from course_lib.training import accuracy

# %% [markdown]
# ## 1 · A mask and a factor
#
# In training, every number $x_i$ that passes a dropout layer is multiplied by its own mask $m_i$:
#
# $$\tilde x_i = m_i x_i, \qquad m_i = \begin{cases} 0 & \text{with chance } p \\ \frac{1}{1-p} & \text{with
# chance } 1-p \end{cases}$$
#
# (Hinton et al. 2012; with the factor in training, as here, it is called *inverted*: Srivastava et al. 2014,
# section 10). Every example and every step draws a new mask. Backward, the gradient passes through the same
# mask. In evaluation the layer does nothing.

# %% tags=["nbval-check-output"]
show.source(Dropout.forward)

# %% [markdown]
# The mean is kept: $\mathrm{E}\,\tilde x_i = (1-p)\frac{x_i}{1-p} = x_i$. What is added is noise, of variance
#
# $$\mathrm{Var}\,\tilde x_i = \frac{p}{1-p}\,x_i^2.$$
#
# A unit of the next layer sees $\sum_i w_i \tilde x_i$: right on the average, with the variance
# $\frac{p}{1-p}\sum_i w_i^2 x_i^2$.
#
# **Predict first.** 100 units, each with the output 1, are summed. What are mean and deviation of the sum for
# $p = 0.5$, and for $p = 0.99$? And without the factor?
# <details><summary>Answer</summary>
# With it the mean is 100, the deviation √(100·1) = 10 and √(100·99) = 99.5: for p = 0.99 the noise is as
# large as the sum. Without it the means are 50 and 1, so evaluation, which drops nothing, would meet sums
# that the next layer never saw in training.
# </details>

# %%
rng = np.random.default_rng(19)
rates = np.array([0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
layers = [Dropout(p, rng=rng) for p in rates]
sums = np.array([layer.forward(np.ones((20_000, 100)), train=True).sum(axis=1) for layer in layers])

# %%
plain = sums * (1 - rates[:, None])
fig, alt = pictures.moments(rates, {"scaled by 1/(1 - p)": sums.mean(1), "not scaled": plain.mean(1)},
                            {"scaled by 1/(1 - p)": sums.std(1), "not scaled": plain.std(1)})
show.figure(fig, alt=alt)

# %% [markdown]
# ### Training and evaluation are two functions
# A digits network, two hidden layers of 128 units with $p = 0.5$, here trained on images of which 40 % have a
# random label (as in section 5).
#
# **Predict first.** After training, is the loss on the training batch larger with dropout or without? What
# happens to the test accuracy if one forgets to switch dropout off?
# <details><summary>Answer</summary>
# The loss with dropout is the larger one, so a training curve with dropout must not be compared with a
# validation curve without. Left on, dropout makes the predictions random: some accuracy is lost.
# </details>

# %%
digits = load_digits()
net = dropout_digits.trained_network("40 % random labels", 128, "dropout", 0.5, lr=0.001, seed=0, steps=400)
x, y = dropout_digits.training_data("40 % random labels", np.random.default_rng([19, 0]))
modes = {train: (net.loss(net.forward(x, train=train), y)[0],
                 accuracy(net.forward(digits.test.x, train=train), digits.test.y)) for train in (True, False)}
show.table(["", "loss on the training images", "test accuracy"],
           [["dropout on", *modes[True]], ["dropout off", *modes[False]]])

# %% [markdown]
# ## 2 · An average over sub-networks
#
# A mask on $N$ units picks one of $2^N$ sub-networks, which share their weights. Training visits a few of
# them; the scaled pass of evaluation is said to be their average. For a small $N$ we can run *all* of them.
#
# **Predict first.** In which of these is the scaled pass exactly the mean of all outputs: a linear network
# with two dropout layers, ReLU with dropout before the last layer, ReLU with two dropout layers?
# <details><summary>Answer</summary>
# Of the logits: in the first two. The output is linear in each mask, the masks are independent, and each
# has the mean one. With ReLU between two masks it is not, for the mean of ReLU(z) is not ReLU of the mean.
# </details>

# %%
few = digits.test.x[:100]
gaps = {}
for name, hidden, activation in (("linear, two dropout layers", (5, 5), Identity),
                                 ("ReLU, dropout before the last layer", (10,), ReLU),
                                 ("ReLU, two dropout layers", (5, 5), ReLU)):
    nets = [sub.small_network(hidden, 0.2, seed, activation=activation) for seed in range(3)]
    means = [sub.arithmetic_mean(*sub.ensemble(net, few)) for net in nets]
    gaps[name] = [np.abs(mean - net.predict(few)).max() for mean, net in zip(means, nets, strict=True)]
show.table(["mean logits of 1,024 sub-networks minus scaled pass", "largest difference, 3 networks"],
           [[name, max(gap)] for name, gap in gaps.items()], formats=".1g")

# %% [markdown]
# ### Behind a softmax: the geometric mean
# Classes get shares through a softmax. The mean of the logits becomes the *geometric* mean of the shares,
# $\prod_k s_k^{P(k)}$, divided by its sum. So where the mean of the logits is exact, the scaled pass *is*
# the normalized geometric mean of all sub-networks (Hinton et al. 2012; Baldi & Sadowski 2013). The
# arithmetic mean is another number.

# %%
averages = {name: [sub.compare_averages(sub.small_network(hidden, p, seed), digits.test) for seed in range(3)]
            for name, hidden, p in (("one layer, p = 0.5", (10,), 0.5), ("two layers, p = 0.2", (5, 5), 0.2))}
names = ["a sub-network alone", "arithmetic mean of all", "geometric mean of all", "scaled pass"]

# %%
rows = [["distance, scaled pass to geometric mean", *([a.geometric for a in v] for v in averages.values())],
        ["distance, scaled pass to arithmetic mean", *([a.arithmetic for a in v] for v in averages.values())],
        *([f"test accuracy: {name}", *([a.accuracy[name] for a in v] for v in averages.values())]
          for name in names)]
show.table(["median of 3 networks", *averages],
           [[name, *(np.median(values) for values in cells)] for name, *cells in rows], formats=".2g")

# %% [markdown]
# The distance is the share of probability that would have to move, on the average over the test images.
# With one layer it is rounding. With ReLU and two layers the scaled pass is only near the geometric mean,
# still much nearer to it than to the arithmetic one.

# %%
first = averages["one layer, p = 0.5"][0]
fig, alt = pictures.subnetwork_accuracies(first.each, first.chances, {
    name: first.accuracy[name] for name in ("arithmetic mean of all", "scaled pass")})
show.figure(fig, alt=alt)

# %% [markdown]
# A sub-network by itself is mostly poor: fewer than one in ten come within five points of the average. One
# cheap pass does as well as 1,024. Some average a
# number of random passes at evaluation all the same, and take their spread as a measure of doubt
# (*Monte-Carlo dropout*, Gal & Ghahramani 2016). That tends to the arithmetic mean. The widget of section 8
# shows how fast.
#
# ## 3 · In linear regression: an L2 penalty
#
# Dropout on the inputs of least squares. Mean and variance from section 1 give the loss averaged over masks
# (Srivastava et al. 2014, section 9.1; Wager et al. 2013):
#
# $$\mathrm{E}\,\|y - \tilde X w\|^2 = \|y - X w\|^2 + \frac{p}{1-p}\sum_j w_j^2 \sum_i x_{ij}^2$$
#
# a penalty whose strength for each weight is measured by its feature's sum of squares. Its minimum:
# $\big(X^\top X + \frac{p}{1-p}\,\mathrm{diag}(X^\top X)\big)\,w = X^\top y$. We check the loss by counting
# out all masks, and the minimum by training with a dropout layer and SGD.

# %%
data = regression(60, 4, noise=0.5, condition=10.0, rng=np.random.default_rng(3))
w = rng.normal(size=(20, 4, 1))
formula = [np.sum((data.y - data.x @ v) ** 2) + study.penalty(data.x, v, 0.5) for v in w]
counted = [study.averaged_loss(data.x, data.y, v, 0.5) for v in w]

# %%
exact = study.best_weights(data.x, data.y, 0.5)
trained = np.array([study.trained_weights(data.x, data.y, 0.5, lr=0.02, epochs=3000,
                                          rng=np.random.default_rng(seed)) for seed in range(3)])
least_squares = study.best_weights(data.x, data.y, 0.0)
rows = [["least squares", *least_squares[:, 0]], ["closed form, p = 0.5", *exact[:, 0]],
        ["SGD with dropout, p = 0.5", *np.median(trained, axis=0)[:, 0]]]
show.table(["", *(f"w{j}" for j in range(1, 5))], rows, formats=".2f")

# %% [markdown]
# **Predict first.** Three uncorrelated features of scales 0.1, 1 and 10. By which factor does dropout with
# rate $p$ shrink each of the three weights? And a common L2 penalty?
# <details><summary>Answer</summary>
# Both terms grow with the square of the feature, so the scale cancels: (1 + p/(1-p)) w = w_LS, every weight
# shrinks by 1 - p. With one common α the weight of the smallest feature goes first.
# </details>

# %%
scales = np.array([0.1, 1.0, 10.0])
flat = regression(60, 3, noise=0.0, rng=np.random.default_rng(3))
x, y = flat.x * scales, flat.y
strengths, alphas = np.linspace(0, 0.95, 20), np.geomspace(0.01, 1e5, 40)
true = flat.weights[:, 0] / scales

# %%
by_dropout = np.array([study.best_weights(x, y, p)[:, 0] / true for p in strengths])
by_ridge = np.array([ridge(x, y, alpha)[:, 0] / true for alpha in alphas])
fig, alt = pictures.shrinkage(scales, (strengths, by_dropout), (alphas, by_ridge))
show.figure(fig, alt=alt)

# %% [markdown]
# So dropout on the inputs is L2 *after scaling all features to unit size*. This holds for linear
# regression; in a deep network the penalty depends on all weights together, and no fixed α does the same.
#
# ## 4 · Drop or keep?
#
# The step from 0 to 1, 100 points with noise 0.1, hidden layers of 100 ReLU units, Adam with lr 0.01
# (lecture 18). Other lecture slides give the rates 0.75 and 0.01 for two layers and 0.75, 0.6, 0.01 for
# three. They define $p$ as the chance to *keep* a unit, and call it the dropout *rate*, which in PyTorch
# and Keras is the chance to *drop*. Which one is meant?
#
# **Predict first.** What would the network learn if 0.01 were the chance to keep a unit of the last layer?
# <details><summary>Answer</summary>
# One unit of 100 is left, multiplied by 100: by the formula the penalty p/(1-p) is 99. All weights behind
# it are pressed to zero, and the output is the bias, the mean ½ of the target. The error is its variance,
# 1/4.
# </details>

# %%
readings = {"no dropout": None, "0.75, 0.01 to drop": (0.75, 0.01), "0.75, 0.01 to keep": (0.25, 0.99)}
live = {name: heaviside.train(range(3), epochs=1000, dropout=p) for name, p in readings.items()}
fig, alt = pictures.steps_learned({name: (run.x, run.y[0], run.predict(dropout_runs.CURVE))
                                   for name, run in live.items()})
show.figure(fig, alt=alt)

# %% [markdown]
# Only one reading works: the rates must be chances to drop. Now the stored long runs, 10,000 epochs with
# eight seeds (3,000 for the reading as keep; `python -m course_lib.studies.dropout_runs` makes them again).

# %%
runs = dropout_runs.stored()
fig, alt = pictures.final_errors(runs)
show.figure(fig, alt=alt)

# %% [markdown]
# With the rates as chances to drop, the median error is about half of that without dropout with two layers,
# and a quarter with three. All eight seeds gain; a rare other one may not. 0.25 everywhere does as well, so
# the particular rates matter little. Their order does: a rate of 0.75 behind the *last* hidden layer
# ("reversed") gains nothing that one could rely on: with the learning rates 0.01 and 0.003 its median error
# is near that of no dropout, above it or below it by the seeds, while the given order makes most seeds better
# there too. Three layers have a lower median than two, but not for every seed. Without dropout the error is
# lowest early and then rises, as the noise is learned: with two layers, stopping after 1,000 epochs is nearly
# as good as dropout.
#
# ## 5 · When it helps and when it does not
#
# Digits, two hidden layers. Each method chooses its strength and its learning rate by the validation
# accuracy on three seeds; below are eight others, at 1,200 steps each. *Stopped early* is the plain network
# at the step with the best validation accuracy. In the third case each label is replaced by a random one
# with a chance of 40 %. First, how the third case goes: the wide networks epoch by epoch, and one seed live.

# %%
stored = dropout_digits.stored()
noisy = "40 % random labels", 128
again = {method: dropout_digits.train(*noisy, method, strength, 0.001, seed=10)["test_accuracy"]
         for method, strength in (("none", 0.0), ("dropout", 0.5))}
curves = {method: stored[*noisy, method]["test_accuracy"] for method in ("none", "dropout", "weight decay")}
fig, alt = pictures.during(curves, again)
show.figure(fig, alt=alt)

# %% [markdown]
# Without dropout the accuracy rises fast, and falls again when the network begins to learn the random labels.
# With dropout it rises more slowly, and stays. Now all cases at the end:

# %%
found = dropout_digits.at_the_end(stored)
fig, alt = pictures.digits(found)
show.figure(fig, alt=alt)
show.table(["case", "units", "method", "best strength", "median test accuracy"], [
    [case, width, method, stored[case, width, method.split(",")[0]]["strength"], np.median(values)]
    for (case, width, method), values in found.items()])

# %% [markdown]
# With correct labels dropout gains nothing here, for 100 images as for all, and the narrow network has no
# units to spare: its best rate is the smallest one of the grid. With random labels the wide network learns
# these too; dropout prevents it, and gains about 6 percentage points, in the median of eight seeds 4 to 8. So
# do others: stopping early most of it, weight decay nearly all of it. It is often said that dropout is more
# effective than weight decay; tuned on equal terms, the difference is about one point at most, three images.
#
# ## 6 · With SELU: AlphaDropout
#
# SELU networks keep mean 0 and variance 1 from layer to layer (lecture 06). A zero is not the
# mean-preserving "off" there, and the noise adds variance. `AlphaDropout` sets a dropped number to SELU's
# lower limit instead and then shifts and scales all numbers so that mean and variance stay (Klambauer et
# al. 2017).

# %%
panels = {kind.__name__: study.selu_moments(kind, 0.2, rng=np.random.default_rng(0))
          for kind in (Dropout, AlphaDropout)}
fig, alt = pictures.through_layers(panels)
show.figure(fig, alt=alt)

# %% [markdown]
# ## 7 · The same in PyTorch and Keras
#
# Each draws its masks from its own generator, so they cannot be equal. But the mask can be read from an
# output (no input is zero), and ours must then give the same output and gradient.

# %%
p, x, g = 0.3, rng.normal(size=(200, 500)), rng.normal(size=(200, 500))
apart, kept = {}, {}
ours = Dropout(p, rng=rng)


def compare(name, out, gradient):
    ours.mask = (out != 0) / (1 - p)
    apart[name] = max(np.abs(out - x * ours.mask).max(), np.abs(gradient - ours.backward(g)).max())
    kept[name] = np.mean(out != 0)


compare("course_lib", ours.forward(x, train=True), ours.backward(g))

# %%
if frameworks.available()["pytorch"]:
    import torch

    layer, tensor = torch.nn.Dropout(p=p), torch.tensor(x, requires_grad=True)
    out = layer(tensor)  # a new module is in training mode
    out.backward(torch.from_numpy(g))
    compare("PyTorch", out.detach().numpy(), tensor.grad.numpy())
    layer.eval()
    assert torch.equal(layer(tensor), tensor)

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    layer, variable = keras.layers.Dropout(rate=p, seed=19, dtype="float64"), tf.Variable(x)
    with tf.GradientTape() as tape:
        out = layer(variable, training=True)  # without training=True it does nothing
    gradient = tape.gradient(out, variable, output_gradients=tf.constant(g))
    compare("Keras", out.numpy(), gradient.numpy())
    assert np.array_equal(layer(variable), x)

# %% [markdown]
# All three keep 70 % for $p = 0.3$, and with the same mask they agree to the last digit. What differs:

# %% tags=["nbval-check-output"]
show.table(["", "course_lib", "PyTorch", "Keras"], [
    ["layer", "Dropout(p=0.5)", "torch.nn.Dropout(p=0.5)", "keras.layers.Dropout(rate), no default"],
    ["p, rate", "chance to drop, [0, 1)", "chance to drop, [0, 1]", "chance to drop, [0, 1]"],
    ["factor 1/(1-p)", "in training", "in training", "in training"],
    ["a direct call", "evaluation", "training", "evaluation"],
    ["switch", "forward(x, train=True)", "net.train(), net.eval()", "call(x, training=True); fit sets it"],
    ["masks from", "rng of the layer", "the global generator", "seed of the layer"],
    ["whole channels", "no", "Dropout1d, 2d, 3d", "noise_shape, SpatialDropout1D, 2D, 3D"]])

# %% [markdown]
# Two traps. `torch.nn.functional.dropout(x, p)` is on by default, whatever the module's mode: pass
# `training=self.training`. And after `net.eval()` for validation, `net.train()` must follow.
#
# ## 8 · Explore
#
# A network 1-50-1 on 40 noisy points of a sine. Average more and more sub-networks. Then look at the
# network that was trained *without* dropout: what do its sub-networks do? Which training rate makes the
# scaled pass best?

# %%
show.dropout_explorer()

# %%
print(show.describe_dropout("rate 0.5", rate=0.5, networks=30))
show.figure(show.draw_dropout("rate 0.5", rate=0.5, networks=30),
            alt="Left: grey sub-networks scatter around a sine; their average is close to the scaled pass. "
                "Right: the distance falls like one over the root of the number of sub-networks.")

# %% [markdown]
# ## 9 · What we measured
#
# Each number below is measured again whenever this notebook runs (the long runs are read from their file,
# and a test repeats a part of them). The last column is what other lecture slides say.

# %%
claims = Claims("19")
spread = np.sqrt(100 * rates / (1 - rates))
claims.about("mean", measured=sums.mean(1) / 100, value=1, within=0.02,
             text="mean of a sum of 100 dropped units over its value without dropout, seven rates")
claims.about("deviation", measured=sums.std(1) / spread, value=1, within=0.03,
             text="its standard deviation over √(p/(1 - p)·Σ x²)")
extreme = Dropout(0.99, rng=np.random.default_rng(99)).forward(np.ones((20_000, 100)), train=True).sum(axis=1)
claims.about("deviation_99", measured=extreme.std(), value=99.5, within=3.0, text="same sum for p = 0.99")
claims.above("loss_on_off", measured=modes[True][0] - modes[False][0], bound=0.1,
             text="training loss with dropout minus the same without, after training")
claims.above("left_on", measured=modes[False][1] - modes[True][1], bound=0.1,
             text="test accuracy lost when dropout is left on")
exactly = [*gaps["linear, two dropout layers"], *gaps["ReLU, dropout before the last layer"]]
claims.below("logits", measured=exactly, bound=1e-4,
             text="scaled pass minus mean logits of all sub-networks: linear, or one dropout layer (float32)")
claims.above("logits_relu", measured=gaps["ReLU, two dropout layers"], bound=0.1,
             text="same, ReLU with two dropout layers", slides="an average")

# %%
one, two = averages.values()
claims.below("geometric", measured=[a.geometric for a in one], bound=1e-6,
             text="distance of the scaled pass from the geometric mean of all sub-networks, one layer")
claims.below("geometric_deep", measured=[a.geometric for a in two], bound=0.05, text="same, two ReLU layers")
claims.above("arithmetic", measured=[a.arithmetic for a in [*one, *two]], bound=0.05,
             text="distance of the scaled pass from the arithmetic mean, one and two layers")
claims.above("nearer", measured=[a.arithmetic / a.geometric for a in two], bound=2,
             text="two ReLU layers: distance from the arithmetic mean over that from the geometric mean")
claims.above("alone", measured=[a.accuracy["scaled pass"] - a.accuracy["a sub-network alone"] for a in one],
             bound=0.25, text="accuracy of the scaled pass minus that of a sub-network alone, one layer")
gained = [a.accuracy["arithmetic mean of all"] - a.accuracy["scaled pass"] for a in one]
near = [a.chances[a.each > a.accuracy["scaled pass"] - 0.05].sum() for a in one]
claims.below("near", measured=near, bound=0.1,
             text="share of the sub-networks that come within 5 points of the scaled pass, one layer")
claims.below("cheap", measured=gained, bound=0.03,
             text="accuracy of the arithmetic mean minus that of the scaled pass, one layer")
claims.below("ridge_loss", measured=np.abs(np.array(formula) / counted - 1), bound=1e-12,
             text="loss averaged over all masks against squared error plus penalty, 20 weights, relative")
claims.below("ridge_sgd", bound=0.02, text="SGD with dropout against the closed form, relative, 3 seeds",
             measured=np.linalg.norm(trained - exact, axis=(1, 2)) / np.linalg.norm(exact))
claims.above("ridge_moved", measured=np.linalg.norm(exact - least_squares) / np.linalg.norm(exact), bound=1,
             text="least squares against the same closed form: what dropout changes")
claims.below("shrink", measured=np.abs(by_dropout - (1 - strengths[:, None])), bound=1e-12,
             text="uncorrelated features of three scales: factor on each weight minus (1 - p)")

# %%
end = {key: run["error"][:, min(10, len(run["epochs"]) - 1)] for key, run in runs.items()}
none, drop, keep = ([end[name, hidden] for hidden in (2, 3)]
                    for name in ("none", "given rates, to drop", "given rates, to keep"))
claims.about("keep_two", measured=[*keep[0], *live["0.75, 0.01 to keep"].error[-1]], value=0.25, within=0.01,
             text="step, 0.75 and 0.01 as chances to keep, 2 layers: error", slides="p is the chance to keep")
claims.above("keep_three", measured=keep[1], bound=0.2, text="same with 0.75, 0.6 and 0.01, 3 layers")
medians = {f"{name}_{layers}": np.median(values[i]) for i, layers in enumerate(("two", "three"))
           for name, values in (("none", none), ("drop", drop))}
claims.about("none_two", measured=medians["none_two"], value=0.0047, within=0.0003,
             text="step, no dropout, 2 layers, 10,000 epochs: median error")
claims.about("none_three", measured=medians["none_three"], value=0.0064, within=0.0003, text="same, 3 layers")
claims.about("drop_two", measured=medians["drop_two"], value=0.0021, within=0.0002,
             text="step, 0.75 and 0.01 as chances to drop, 2 layers: median error")
claims.about("drop_three", measured=medians["drop_three"], value=0.0015, within=0.0002,
             text="same with 0.75, 0.6 and 0.01, 3 layers", slides="3 layers work better")
claims.about("half", measured=medians["drop_two"] / medians["none_two"], value=0.5, within=0.15,
             text="median error with dropout over that without, 2 layers")
claims.about("quarter_of_it", measured=medians["drop_three"] / medians["none_three"], value=0.25, within=0.1,
             text="same, 3 layers")
claims.above("drop_wins", measured=np.concatenate(none) / np.concatenate(drop), bound=1.3,
             text="error without dropout over that with, each of 8 seeds, 2 and 3 layers")
claims.equal("three_wins", measured=int(np.sum(drop[1] < drop[0])), value=6,
             text="of 8 seeds in which 3 layers are better than 2, with dropout", slides="all")

# %%
plain = np.array([medians["none_two"], medians["none_three"]])
claims.above("reversed", bound=0.9,
             measured=[np.median(end["given rates, reversed", h]) for h in (2, 3)] / plain,
             text="rates in the other order, 2 and 3 layers: median error over that without dropout",
             slides="increase the rate for the top layers")
claims.about("quarter", measured=np.median(end["0.25 everywhere", 2]) / medians["drop_two"], value=1,
             within=0.2, text="0.25 everywhere, 2 layers: median error over that with 0.75 and 0.01")
claims.below("early_step", bound=1.3,
             measured=np.median(runs["none", 2]["error"][:, 1]) / medians["drop_two"],
             text="2 layers: no dropout, 1,000 epochs, over dropout, 10,000: ratio of the median errors")
difference = {key: values - found[key[0], key[1], "none"] for key, values in found.items()}
claims.about("labels_gain", measured=100 * np.median(difference[*noisy, "dropout"]), value=6, within=2,
             text="random labels, 128 units: % test accuracy gained by dropout, median of 8 seeds")
claims.above("labels_wins", measured=difference[*noisy, "dropout"], bound=0, text="same gain, each seed")
claims.about("labels_early", measured=100 * np.median(difference[*noisy, "none, stopped early"]), value=5,
             within=1.3, text="same, by stopping early instead")
claims.about("labels_decay", measured=100 * np.median(difference[*noisy, "weight decay"]), value=5.5,
             within=1, text="same, by weight decay instead", slides="dropout is more effective")
clean = [np.median(difference[case, width, "dropout"]) for case in ("100 images", "1,197 images")
         for width in (16, 128)]
reached = {method: np.argmax(np.median(curves[method], axis=0) >= 0.9) + 1 for method in curves}
claims.above("slower", measured=reached["dropout"] / reached["none"], bound=1.5, slides="slows down",
             text="random labels: epochs to 90 % (median of 8) with dropout over those without")
claims.about("clean_gain", measured=100 * np.array(clean), value=0, within=1.5,
             text="correct labels, both sizes, both widths: % gained by dropout, medians", slides="2")

# %%
slow = {name: np.median(end[f"{name}, lr 0.003", 2]) for name in ("none", "to drop", "reversed")}
claims.above("reversed_slow", measured=slow["reversed"] / slow["none"], bound=0.7,
             text="learning rate 0.003, 2 layers: median error with reversed rates over that without dropout")
claims.above("drop_slow", bound=4, measured=np.sum(end["none, lr 0.003", 2] > end["to drop, lr 0.003", 2]),
             text="same: of 8 seeds, how many the rates in the given order make better")
claims.about("selu_alpha", measured=panels["AlphaDropout"][:, 1], value=1, within=0.02,
             text="AlphaDropout 0.2, ten SELU layers: deviation behind each")
claims.above("selu_dropout", measured=panels["Dropout"][-1, 1], bound=1.4,
             text="Dropout 0.2: deviation behind the last")
claims.above("live_gain", measured=again["dropout"][-1] - again["none"][-1], bound=0.02,
             text="random labels, 128 units: test accuracy gained by dropout, one seed, trained here")
claims.equal("narrow", measured=[stored[case, 16, "dropout"]["strength"] for case in dropout_digits.CASES],
             value=0.1, text="16 units: best rate of the grid from 0.1 to 0.75, each case")
claims.about("kept", measured=100 * np.array(list(kept.values())), value=70, within=1,
             text="% of the numbers kept with p = 0.3, in each library", slides="p is the chance to keep")
for name, key in (("PyTorch", "torch"), ("Keras", "keras")):
    claims.below(key, measured=apart.get(name), bound=1e-12,
                 text=f"{name}, the same mask: largest difference of outputs and gradients")

# %% tags=["nbval-check-output"]
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write dropout forward and backward, predict its noise, write its penalty, drop too
# much](exercises/19_dropout.ipynb).
#
# ## Recap
# 1. Dropout multiplies by 0 or $1/(1-p)$: the mean stays, the variance $\frac{p}{1-p}x^2$ is added.
# 2. In evaluation it is off. Training loss with it and validation loss without are not comparable.
# 3. The scaled pass is the mean of all sub-networks' logits if no curve is between masks; else nearly.
# 4. In linear regression it is an L2 penalty that ignores the features' scales.
# 5. It helps a network that is large enough to learn the noise. So do weight decay and stopping early.
#
# ## References
# - G. Hinton, N. Srivastava, A. Krizhevsky, I. Sutskever, R. Salakhutdinov (2012), *Improving neural networks
#   by preventing co-adaptation of feature detectors.* arXiv:1207.0580.
# - S. Wager, S. Wang, P. Liang (2013), *Dropout training as adaptive regularization.* NIPS.
# - P. Baldi, P. Sadowski (2013), *Understanding dropout.* NIPS.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov (2014), *Dropout: a simple way to
#   prevent neural networks from overfitting.* JMLR 15.
# - Y. Gal, Z. Ghahramani (2016), *Dropout as a Bayesian approximation.* ICML.
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter (2017), *Self-normalizing neural networks.* NIPS.
