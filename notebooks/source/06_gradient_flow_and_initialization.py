# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 06 · Gradient flow and initialization
#
# **The question.** The same deep network learns from one draw of first weights and does not move from
# another. How large should the first weights be, and why does it matter so much more with depth?
#
# ## Objectives
# After this lecture you can
# - predict what a product of many random factors does, and how sure that is;
# - derive the variance of the first weights from both passes: Xavier and He;
# - compute the right scale for any activation by one integral;
# - explain why zero or equal weights cannot learn;
# - say which first weights PyTorch and Keras really draw.
#
# **Builds on** backpropagation (lecture 01). **Time** 40 minutes to read, about half a minute to run.
# **Goes with** the [slides](../slides/06_gradient_flow_and_initialization.md) and the
# [exercises](exercises/06_gradient_flow_and_initialization.ipynb).

# %%
import numpy as np

from course_lib import frameworks, initializers, show
from course_lib.claims import Claims
from course_lib.initializers import he_normal, lecun_normal, lsuv, normal, orthogonal, xavier_normal
from course_lib.optimizers import SGD
from course_lib.show import lecture06 as pictures
from course_lib.studies import deep_digits, gradient_flow, mean_field, random_matrices, weight_laws
from course_lib.training import batches, fit

# %% [markdown]
# ## 1 · A hundred random matrices
#
# The simplest deep network has no activation: it multiplies its input by one matrix after the other. We
# take 100 matrices of size 5×5 with entries from $N(0, 1)$ and a unit vector $v$.
#
# **Predict first.** How long is $M_{100}\cdots M_1 v$, and how much does that differ from draw to draw?
# <details><summary>Answer</summary>
# About 10³⁰, give or take one and a half powers of ten. One draw with entries of 10²⁸ to 10²⁹, as other
# lecture slides show, is an ordinary case.
# </details>

# %%
rng = np.random.default_rng(6)
logs = random_matrices.log_norms(100, 5, 10_000, rng)
theory = random_matrices.log_norm_theory(100, 5)
fig, alt = pictures.products(logs, theory)
show.figure(fig, alt=alt)

# %%
shares = [np.divide(*random_matrices.product_singular_values(normal(), 5, 100, rng)[-1, [1, 0]])
          for _ in range(200)]
low, middle, high = np.quantile(shares, [0.1, 0.5, 0.9])
print("second singular value over the first, 200 products:")
print(f"median {middle:.0e}, from {low:.0e} (10 %) to {high:.0e} (90 %)")

# %% [markdown]
# Lengths multiply, so their logarithms add. For any unit vector, $Mv$ has five independent normal entries,
# so $\ln|Mv|$ has mean $\frac12(\ln 2 + \psi(\frac52))$ and variance $\frac14\psi'(\frac52)$, with $\psi$
# the digamma function (Newman 1986). A hundred of them give $10^{30.3 \pm 1.5}$. Nothing is special about
# growth: divide each entry by 2, and the length is steady; by 4, and it is $10^{-30}$.
#
# A trap: dividing by $\sqrt5$ keeps the *mean square* of the length, yet the typical length falls to
# $10^{-4.6}$, for the mean is made by rare, huge draws. With 100×100 matrices, divided by 10, it falls only
# to $10^{-0.2}$. Wide layers are predictable, narrow ones are not.
#
# The product is also nearly of **rank one**: its second singular value is less than a millionth of the first
# in the median, less than a thousandth in nine of ten products. Whatever goes in, the same direction comes
# out.

# %% [markdown]
# ## 2 · Sigmoid and N(0, 1)
#
# Back to real networks. $z$ are a layer's pre-activations, $h = \varphi(z)$ its outputs. Often two habits of
# the time before 2010 are blamed, the sigmoid and weights from $N(0, 1)$: from input to output *the
# variance grows from layer to layer*, the sigmoid saturates in the deep layers, *the gradient vanishes*.
#
# **Predict first.** 50 layers, 10 to 300 units wide. In which of them does the variance grow with depth?
# Where does the gradient vanish?
# <details><summary>Answer</summary>
# In none: the variance jumps to about the number of inputs in the first layer, and falls to about half of
# that, or less, in the second. (Ten units fluctuate from layer to layer, about a lower level.) The gradient
# vanishes in narrow networks, survives at a width of 100, and explodes in wide ones.
# </details>

# %%
sigmoid = {f"width {n}": gradient_flow.flows("sigmoid", normal(1), 50, n, seeds=10)
           for n in (10, 30, 100, 300)}
fig, alt = pictures.flows(sigmoid)
show.figure(fig, alt=alt)

# %%
rows = [[name, *np.median([run.variance[[0, 1, -1]] for run in runs], axis=0),
         *np.median([100 * run.extreme[[0, -1]] for run in runs], axis=0),
         np.median([run.factor() for run in runs])] for name, runs in sigmoid.items()]
show.table(["sigmoid, N(0, 1)", "variance, layer 1", "layer 2", "layer 50",
            "% within 0.01 of 0 or 1, layer 1", "layer 50", "gradient's factor per layer"], rows)

# %% [markdown]
# So none of this holds as it stands. A sum of $n$ inputs of variance 1 has variance $n$ at once, and it is
# the *first* layer that saturates most (up to 100 units, chance may lift a single later one above it). From
# then on the inputs are sigmoids, $E[h^2] < \frac12$, and the variance is lower. (That of one unit over the
# examples falls even more: in narrow networks all inputs end at the same output.) And the gradient's factor
# grows with the width $n$: it is the root of $n\,E[\varphi'(z)^2]$. At every width it vanishes with *small*
# weights, as we see next.
#
# ## 3 · Both passes
#
# Weights are independent with mean 0, biases 0. Forward, $z_j = \sum_i h_i w_{ij}$ has `fan_in` terms;
# backward, the gradient at $h_i$ is $\sum_j w_{ij}\, g_j$ with `fan_out` terms:
#
# $$\mathrm{Var}(z) = \text{fan\_in}\,\mathrm{Var}(w)\;E[h^2] \qquad
# \mathrm{Var}(g_\text{in}) = \text{fan\_out}\,\mathrm{Var}(w)\;\mathrm{Var}(g_\text{out})$$
#
# **Xavier** (Glorot & Bengio 2010, eq. 12). Near 0 tanh is the identity, so $E[h^2] = \mathrm{Var}(z)$ of
# the layer before. Forward asks for $1/\text{fan\_in}$, backward for $1/\text{fan\_out}$. The compromise:
# $\mathrm{Var}(w) = 1/\text{fan\_avg} = 2/(\text{fan\_in} + \text{fan\_out})$.
#
# **He** (He et al. 2015, eq. 10). ReLU sets half of a symmetric $z$ to zero, so $E[h^2]$ is only half of
# $\mathrm{Var}(z)$. Backward, half of the gradients are blocked: the same ½. So
# $\mathrm{Var}(w) = 2/\text{fan\_in}$.

# %% tags=["nbval-check-output"]
show.source(initializers.variance_scaling)

# %% [markdown]
# ### σ or σ²?
# Often written is $N(0, \sqrt{2/\text{fan\_in}})$. That is right if the second place is the standard
# deviation $\sigma$, as in `rng.normal(0, σ)`, and wrong if it is the variance $\sigma^2$, as in most
# books. Who takes the root for the variance draws weights $(\text{fan\_in}/2)^{1/4}$ times too large:

# %% tags=["nbval-check-output"]
slip = [[n, (2 / n) ** 0.5, (2 / n) ** 0.25, (n / 2) ** 0.25] for n in (32, 100, 1000)]
show.table(["fan_in", "right σ", "slip: √ taken for σ²", "signal's factor per layer"], slip)

# %% [markdown]
# **Predict first.** 100 layers of 100 units. Sigmoid, tanh and ReLU with Xavier, ReLU with He. Which
# gradients survive?
# <details><summary>Answer</summary>
# Sigmoid with Xavier keeps less than a quarter per layer, for φ' is at most ¼. ReLU with Xavier loses √½
# per layer: nothing is left. ReLU with He stays within a factor of about ten. Tanh with Xavier keeps about a
# tenth over all 100 layers, by the draw 3 to 30 %, and survives.
# </details>

# %%
settings = {"sigmoid, Xavier": ("sigmoid", xavier_normal()), "tanh, Xavier": ("tanh", xavier_normal()),
            "ReLU, Xavier": ("ReLU", xavier_normal()), "ReLU, He": ("ReLU", he_normal())}
hundred = {name: gradient_flow.flows(*setting, 100, 100, seeds=10) for name, setting in settings.items()}
fig, alt = pictures.flows(hundred, limits=(1e-40, 1e4))
show.figure(fig, alt=alt)
widths = {name: [np.median([run.factor() for run in gradient_flow.flows(*setting, 100, n, seeds=2)])
                 for n in (30, 300)] for name, setting in settings.items()}
show.table(["gradient's factor per layer", "30 units", "300 units"],
           [[name, *factors] for name, factors in widths.items()], formats=".2f")

# %% [markdown]
# Here is the vanishing gradient: the sigmoid with weights of a "sensible" size. The width hardly matters now,
# for the variance is divided by it; only narrow networks lose a few percent per layer by chance (section 1).
#
# ## 4 · Any activation
#
# In a wide layer $z$ is a sum of many terms, so it is nearly $N(0, q)$. Then the next variance, and the
# factor of the gradient's variance, are integrals over one normal variable (Poole et al. 2016, eq. 3;
# Schoenholz et al. 2017). With $s = \text{fan\_in}\,\mathrm{Var}(w)$ and $u \sim N(0,1)$:
#
# $$q' = s\,E[\varphi(\sqrt q\,u)^2] \qquad \chi = s\,E[\varphi'(\sqrt q\,u)^2]$$

# %% tags=["nbval-check-output"]
show.source(mean_field.moments)

# %% [markdown]
# Does it describe a real network? Seven activations, $s = 1$, 1,000 units, eight layers:

# %%
wide = {}
for name in mean_field.ACTIVATIONS:
    run, = gradient_flow.flows(name, lecun_normal(), 8, 1000, seeds=1)
    wide[name] = mean_field.variances(name, 1.0, 1.0, 8), run.variance
fig, alt = pictures.propagation(wide)
show.figure(fig, alt=alt)

# %% [markdown]
# Turned round: the gain $\sqrt s$ that *keeps* a variance of 1 is $1/\sqrt{E[\varphi(u)^2]}$. ReLU's is √2,
# He once more. But what does it do to the gradient? Beside it the usual gains, those of
# `torch.nn.init.calculate_gain` (it has none for ELU: 1):

# %% tags=["nbval-check-output"]
gain_rows, named = [], {"LeakyReLU": "leaky_relu"}
for name in mean_field.ACTIVATIONS:
    s = mean_field.keeping_variance(name)
    theirs = initializers.gain(named.get(name, name.lower()))
    q = mean_field.variances(name, theirs**2, 1.0, 100)[[-1]]
    gain_rows.append([name, s**0.5, *mean_field.gradient_factors(name, s, [1.0]),
                      theirs, *q, *mean_field.gradient_factors(name, theirs**2, q)])
show.table(["activation", "gain for variance 1", "gradient's factor", "usual gain", "variance, layer 100",
            "gradient's factor there"], gain_rows)

# %% [markdown]
# - **Sigmoid**: forward and backward cannot both be served. What keeps the variance leaves 0.39 of the
#   gradient.
# - **Tanh**: with gain 5/3 the variance is steady and the gradient grows by a tenth per layer. With gain 1
#   the variance falls slowly, like one over the depth, and the gradient like one over its root.
# - **SELU**: gain 1 by construction (Klambauer et al. 2017); ¾ lets the signal fade.
#
# ## 5 · Zero and equal
#
# **Predict first.** A network 64-32-10 with tanh. Which of the starts in the next cell can use its 32
# units?
# <details><summary>Answer</summary>
# Two units with the same weights in *and* out get the same gradients and stay the same for ever. If only
# the weights in are equal, even all zero, the different weights out part them in the first step.
# </details>

# %%
train, test = deep_digits.images()
draw = np.random.default_rng(6).standard_normal
one_in, one_out, random_in, random_out = (draw(n) / 8 for n in [(64, 1), (1, 10), (64, 32), (32, 10)])
starts = {"zero in, zero out": (0, 0), "all 0.1": (0.1, 0.1), "equal in, equal out": (one_in, one_out),
          "equal in, random out": (one_in, random_out), "zero in, random out": (0, random_out),
          "random": (random_in, random_out)}
symmetric = {}
for name, (w_in, w_out) in starts.items():
    net = gradient_flow.plain_network("tanh", normal(), 1, 32, rng, inputs=64, dtype=np.float64)
    net.parameters["0.weight"][...], net.parameters["2.weight"][...] = w_in, w_out
    history = fit(net, SGD(lr=0.1), *train, epochs=20, rng=np.random.default_rng(66), progress=False)
    symmetric[name] = history.loss[-1], gradient_flow.different_units(net.parameters["0.weight"])

# %% tags=["nbval-check-output"]
show.table(["first weights", "loss after 20 epochs", "different units"],
           [[name, *values] for name, values in symmetric.items()], formats=".1f")

# %% [markdown]
# With both zero, no gradient passes and only the last bias moves: the loss of guessing, $\ln 10 = 2.3$.
# Equal units are 32 copies of one (up to rounding). Random weights are there to *break this symmetry*;
# biases may start at zero, since the weights differ already.
#
# ## 6 · Orthogonal, and measured
#
# Xavier and He keep the *mean* square. A product of Gaussian matrices still stretches one direction and
# crushes another. An **orthogonal** matrix (Saxe et al. 2014) keeps every length, and so does any
# product:

# %%
kinds = {"Gaussian, variance 1/64": lecun_normal(), "orthogonal": orthogonal()}
singular = {name: random_matrices.product_singular_values(weight, 64, 50, np.random.default_rng(6))
            for name, weight in kinds.items()}
fig, alt = pictures.singular_values(singular)
show.figure(fig, alt=alt)

# %% [markdown]
# **LSUV** (Mishkin & Matas 2016) asks no theory: it sends a batch through, and divides the weights of one
# layer after the other by the standard deviation that it measures there.

# %% tags=["nbval-check-output"]
show.source(lsuv)

# %% [markdown]
# ## 7 · Thirty layers on digits
#
# Digits, 30 hidden layers of 64 units, plain SGD, 15 epochs, batches of 64. Every start gets seven learning
# rates; the best on two seeds is run on five others. That takes minutes, so the runs are stored, and we
# repeat the first two epochs of one seed of each.
#
# **Predict first.** ReLU from PyTorch's default, Xavier, He, orthogonal (gain √2), LSUV; tanh from
# $N(0,1)$, Xavier, orthogonal; sigmoid from $N(0, 1)$, Xavier, LSUV. Which learn anything?
# <details><summary>Answer</summary>
# ReLU from He, orthogonal and LSUV, tanh from Xavier and orthogonal. The figure shows how far.
# </details>

# %%
stored = deep_digits.stored()
fig, alt = pictures.training({key: entry["loss"] for key, entry in stored.items()})
show.figure(fig, alt=alt)

# %%
show.table(["activation", "first weights", "best rate", "loss: 10 %", "median", "90 %", "test accuracy"], [
    [*key, entry["lr"], *np.quantile(entry["loss"][:, -1], [0.1, 0.5, 0.9], method="nearest"),
     np.median(entry["accuracy"])] for key, entry in stored.items()])
again = {key: deep_digits.train(*key, entry["lr"], deep_digits.FINAL[0], epochs=2)[0]
         for key, entry in stored.items()}
# Left out: runs that diverge, and tanh from N(0, 1), where a rounding error grows until it decides the loss.
difference = max(np.abs(again[key] / entry["loss"][0, :2] - 1).max() for key, entry in stored.items()
                 if np.isfinite(entry["loss"]).all() and key != ("tanh", "N(0, 1)"))
print(f"largest relative difference to the stored runs: {difference:.0e}")

# %% [markdown]
# - **ReLU** needs He's factor two, and gains from orthogonal matrices or LSUV (which of the two is ahead is
#   chance). From small weights, PyTorch's default or Xavier it stays at the loss of guessing, 2.3, for 15
#   epochs at *every* rate.
# - **Tanh** learns from Xavier, and further from orthogonal matrices: 0.1 at Xavier's own rate, 0.03. At 0.1,
#   the best rate in the search, most runs get further still, a few do not, and one of these five breaks down.
# - **Sigmoid**: nothing with Xavier or LSUV. A variance of 1 forward does not help if backward 0.39 per
#   layer is left. From $N(0, 1)$, the start that is often blamed, some runs learn a little and others
#   nothing (1.9 to 2.3): at this width its gradient's factor is about 0.9.
#
# ## 8 · The same in PyTorch and Keras
#
# **What do they draw?** PyTorch keeps a weight as (fan_out, fan_in), Keras, like us, as (fan_in, fan_out).
# The last line of each cell is the *default* of a dense layer.

# %%
shape = fan_in, fan_out = 400, 600
drawn = {"xavier_normal()": xavier_normal()(shape, rng), "he_normal()": he_normal()(shape, rng)}
if frameworks.available()["pytorch"]:
    import torch

    generator, w = torch.Generator().manual_seed(6), torch.empty(fan_out, fan_in)
    drawn["torch xavier_normal_"] = torch.nn.init.xavier_normal_(w.clone(), generator=generator).numpy()
    he = torch.nn.init.kaiming_normal_(w.clone(), nonlinearity="relu", generator=generator)
    drawn["torch kaiming_normal_ (He)"] = he.numpy()
    drawn["torch Linear, default"] = torch.nn.Linear(fan_in, fan_out).weight.detach().numpy()

# %%
if frameworks.available()["keras"]:
    keras = frameworks.load_keras()[1]
    drawn["keras GlorotNormal (Xavier)"] = keras.initializers.GlorotNormal(seed=6)(shape).numpy()
    drawn["keras HeNormal"] = keras.initializers.HeNormal(seed=6)(shape).numpy()
    layer = keras.layers.Dense(fan_out)
    layer.build((None, fan_in))
    drawn["keras Dense, default"] = layer.kernel.numpy()

# %% [markdown]
# Moments, and the Kolmogorov–Smirnov distance to three laws of the theoretical $\sigma$. For 240,000
# numbers *of* a law it is about 0.002.

# %%
xavier, he, default = (2 / (fan_in + fan_out)) ** 0.5, (2 / fan_in) ** 0.5, (3 * fan_in) ** -0.5
laws = {}
for name, w in drawn.items():
    sigma = default if "Linear" in name else he if "he_" in name or "He" in name else xavier
    laws[name] = sigma, *weight_laws.moments_and_distances(w, sigma)
distances = [f"to {law}" for law in weight_laws.LAWS]
headers = ["drawn by", "σ, theory", "measured / theory", "largest / σ", *distances]
show.table(headers, [[name, *values] for name, values in laws.items()])

# %% [markdown]
# All have the variance they promise. But Keras cuts its normal distributions at two standard deviations
# (and widens what is left). And the two *defaults* differ. Below them, the names that correspond:

# %% tags=["nbval-check-output"]
show.table(*frameworks.layer_conventions_table("dense"))
rows = [["PyTorch's Linear", (1 / 6) ** 0.5, (1 / 6) ** 15], ["Keras' Dense", 0.5**0.5, 0.5**15],
        ["He", 1, 1]]
show.table(["default, ReLU, equal widths", "signal's factor per layer", "after 30 layers"], rows)
names = ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "lecun_normal", "orthogonal")
show.table(*frameworks.initializer_table(*names))

# %% [markdown]
# Neither default suits a deep plain ReLU network. (In practice normalization layers and shortcuts hide it:
# lecture 08.) Set it yourself: `torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")`,
# `keras.layers.Dense(64, kernel_initializer="he_normal")`.
#
# **One run from the same weights.** Ten tanh layers from orthogonal matrices, copied into both, 100 steps
# of SGD on the same batches, float64:

# %%
start = gradient_flow.plain_network("tanh", orthogonal(), 10, 64, np.random.default_rng(6), dtype=np.float64)
stream = [index for _ in range(6) for index in batches(len(train.x), 64, rng)][:100]
net, opt = start.copy(), SGD(lr=0.03)
for index in stream:
    net.loss_and_grad(train.x[index], train.y[index])
    opt.step(net.parameters.x, net.parameters.g)

# %%
apart = {}
if frameworks.available()["pytorch"]:
    module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
    with torch.no_grad():  # what to_torch did for each layer
        module[0].weight.copy_(torch.from_numpy(start.parameters["0.weight"].T))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.03)
    x, y = torch.from_numpy(train.x).double(), torch.from_numpy(train.y)
    for index in stream:
        optimizer.zero_grad()
        loss(module(x[index]), y[index]).backward()
        optimizer.step()
    trained = frameworks.from_torch(module, start.copy())
    apart["PyTorch"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %%
if frameworks.available()["keras"]:
    model = frameworks.to_keras(start)
    model.layers[0].kernel.assign(start.parameters["0.weight"])  # what to_keras did for each layer
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    step = frameworks.keras_train_step(model, loss, keras.optimizers.SGD(learning_rate=0.03))
    for index in stream:
        step(train.x[index].astype(np.float64), train.y[index])
    trained = frameworks.from_keras(model, start.copy())
    apart["Keras"] = np.abs(trained.parameters.x - net.parameters.x).max()
show.table(["largest difference of a weight after 100 steps", ""],
           [[name, f"{value:.0e}"] for name, value in apart.items()])

# %% [markdown]
# To rounding; with Keras to that of float32, in which it keeps the learning rate. So what differs between
# frameworks here is only the draw.
#
# ## 9 · Explore
#
# A network with weights from $N(0, \text{scale}^2/\text{fan\_in})$: 1 is Xavier's scale, √2 He's, and
# $N(0,1)$ is √fan_in. Find for each activation the scale at which 100 layers pass both signals. Then make
# it narrow.

# %%
show.initialization_explorer()

# %%
print(show.describe_initialization("tanh", scale=1.67, depth=100))
show.figure(show.draw_initialization("tanh", scale=1.67, depth=100),
            alt="Tanh with gain 5/3: the variance stays near 1.2 in all 100 layers, while the gradient grows "
                "on its way back to some 10,000 times its size.")

# %% [markdown]
# ## 10 · What we measured
#
# Measured again whenever this notebook runs; a claim that fails stops it. The last column is what
# other lecture slides say.

# %%
claims = Claims("06")
claims.about("log_mean", measured=[theory[0], logs[:, -1].mean()], value=30.3, within=0.1,
             text="log₁₀ of the length after 100 Gaussian 5×5 matrices: mean, theory and 10,000 draws",
             slides="entries of 1e28 to 1e29, one draw")
claims.about("log_sd", measured=[theory[1], logs[:, -1].std()], value=1.5, within=0.05,
             text="same, standard deviation")
typical = [random_matrices.log_norm_theory(100, n, n**-0.5)[0] for n in (5, 100)]
claims.about("typical_5", measured=typical[0], value=-4.6, within=0.05,
             text="same, entries divided by √5: mean of log₁₀")
claims.about("typical_100", measured=typical[1], value=-0.2, within=0.05,
             text="100×100 matrices, entries divided by 10: mean of log₁₀")
claims.below("rank_one", measured=middle, bound=1e-6,
             text="second singular value of the product over the first, median of 200 products")
claims.below("rank_one_most", measured=high, bound=1e-3, text="same, below this in nine of ten products")
claims.about("slip", measured=slip[1][3], value=2.66, within=0.01,
             text="factor per layer if √(2/100) is taken for the variance", slides="N(0, √(2/fan_in))")
falls = [np.median(run.variance[1:]) / run.variance[0] for runs in sigmoid.values() for run in runs]
claims.below("variance_falls", measured=falls, bound=0.7, slides="the variance grows from layer to layer",
             text="sigmoid, N(0, 1): variance in layers 2 to 50 (median) over layer 1, each width and seed")
second = [run.variance[1] / run.variance[0] for run in sigmoid["width 300"]]
claims.about("variance_second", measured=second, value=0.47, within=0.05, text="same, width 300, layer 2")
spread = [run.spread[-1] / run.spread[0] for runs in sigmoid.values() for run in runs]
claims.below("spread_falls", measured=spread, bound=0.3, slides="the variance grows from layer to layer",
             text="same, variance of a unit over the examples, layer 50 over layer 1, each width and seed")
claims.below("difference_lost", measured=spread[:20], bound=1e-8, text="same, widths 10 and 30")

# %%
later = [np.median(run.extreme[1:]) / run.extreme[0] for runs in sigmoid.values() for run in runs]
claims.below("saturates", measured=later, bound=0.95, slides="the deep layers saturate",
             text="same, saturated share in layers 2 to 50 (median) over layer 1, each width and seed")
for n, value, within in ((10, 0.5, 0.06), (30, 0.7, 0.09), (100, 0.98, 0.07), (300, 1.29, 0.04)):
    claims.about(f"sigmoid_{n}", measured=[run.factor() for run in sigmoid[f"width {n}"]], value=value,
                 within=within, slides="the gradient vanishes",
                 text=f"same, width {n}: gradient's factor per layer, each of 10 seeds")
expected = {"sigmoid, Xavier": ("sigmoid_xavier", 0.235, 0.005),
            "tanh, Xavier": ("tanh_xavier", 0.974, 0.015),
            "ReLU, Xavier": ("relu_xavier", 0.704, 0.015), "ReLU, He": ("relu_he", 0.995, 0.025)}
for name, (key, value, within) in expected.items():
    claims.about(key, measured=[run.factor() for run in hundred[name]], value=value, within=within,
                 text=f"100 layers of 100 units, {name}: gradient's factor per layer, each of 10 seeds")
q = mean_field.variances("sigmoid", 64, 64.0, 50)[-1:]
claims.about("sigmoid_64", measured=mean_field.gradient_factors("sigmoid", 64, q), value=0.9, within=0.02,
             text="sigmoid, N(0, 1), width 64, by the integral: gradient's factor per layer")
left = {name: [run.gradient[0] / run.gradient[-1] for run in runs] for name, runs in hundred.items()}
claims.about("tanh_left", measured=left["tanh, Xavier"], value=0.1, within=0.08,
             text="100 layers of 100 units, tanh, Xavier: gradient, first layer over last, each of 10 seeds")
claims.below("relu_xavier_left", measured=left["ReLU, Xavier"], bound=1e-14, text="same, ReLU, Xavier")
claims.below("relu_he_left", measured=np.abs(np.log10(left["ReLU, He"])), bound=1,
             text="same, ReLU, He: powers of ten between the two")
claims.below("integral", bound=0.4, measured=[np.abs(run / q - 1).max() for q, run in wide.values()],
             text="variance in 8 layers of 1,000 units against the integral: largest deviation, one run each")

# %%
gains = {row[0]: row[1:] for row in gain_rows}
claims.about("sigmoid_left", measured=gains["sigmoid"][1], value=0.39, within=0.005,
             text="sigmoid: gradient's factor per layer with the gain that keeps a variance of 1")
claims.about("tanh_53", measured=gains["tanh"][4], value=1.10, within=0.01,
             text="tanh, gain 5/3: gradient's factor per layer, deep inside")
claims.about("widths", measured=[narrow / wide for narrow, wide in widths.values()], value=0.97, within=0.06,
             text="100 layers: gradient's factor per layer at 30 units over that at 300, four settings")
claims.about("zero_loss", measured=symmetric["zero in, zero out"][0], value=2.3, within=0.05,
             text="all weights zero: loss after 20 epochs")
claims.equal("equal_units", measured=[symmetric[name][1] for name in list(starts)[:3]], value=1,
             text="zero, all 0.1, equal in and out: different units after training")
claims.equal("parted_units", measured=[symmetric[name][1] for name in list(starts)[3:]], value=32,
             text="random weights in or out: different units after training")
gaussian = singular["Gaussian, variance 1/64"][-1]
claims.above("gaussian_stretch", measured=np.log10(gaussian.max() / np.median(gaussian)), bound=6,
             text="product of 50 Gaussian matrices: powers of ten between largest and median singular value")
claims.below("orthogonal_stretch", measured=np.abs(singular["orthogonal"] - 1), bound=1e-12,
             text="same, orthogonal: distance of each singular value from 1")
claims.about("laws", measured=[values[1] for values in laws.values()], value=1, within=0.01,
             text="standard deviation of drawn weights over theory, ours, PyTorch, Keras")
cut = [values[2] for name, values in laws.items() if "keras" in name and "Dense" not in name]
claims.about("keras_cut", measured=cut or None, value=2.27, within=0.01,
             text="Keras' normal distributions: largest weight over σ")
for name, bound in (("PyTorch", 1e-9), ("Keras", 1e-4)):
    claims.below(name.lower(), measured=apart.get(name), bound=bound, text=f"weights after 100 steps, {name}")

# %% tags=["nbval-check-output"]
claims.below("stored", measured=difference, bound=0.05, text="digits: live epochs against the stored ones")
end = {key: entry["loss"][:, -1] for key, entry in stored.items()}
stuck = [("ReLU", "N(0, 0.01²)"), ("ReLU", "PyTorch's default"), ("ReLU", "Xavier"), ("sigmoid", "Xavier"),
         ("sigmoid", "LSUV")]
claims.about("stuck", measured=np.array([end[key] for key in stuck]), value=2.30, within=0.01,
             text="30 layers: loss; ReLU: small weights, PyTorch's default, Xavier; sigmoid: Xavier, LSUV")
claims.above("stuck_rates", measured=[stored[key]["search"].min() for key in stuck], bound=2.29,
             text="same: lowest loss at any of seven rates, two seeds")
claims.equal("diverge", measured=np.isinf(stored["ReLU", "N(0, 1)"]["search"]).mean(), value=1,
             text="same: share of runs that diverge, ReLU from N(0, 1), seven rates")
expected = {("ReLU", "He"): ("he_loss", 1.2, 0.3), ("ReLU", "orthogonal"): ("relu_orthogonal", 0.6, 0.3),
            ("ReLU", "LSUV"): ("relu_lsuv", 0.55, 0.2), ("tanh", "Xavier"): ("tanh_loss", 0.2, 0.1),
            ("tanh", "orthogonal"): ("tanh_orthogonal", 0.04, 0.03)}
for key, (name, value, within) in expected.items():
    claims.about(name, measured=np.median(end[key]), value=value, within=within,
                 text=f"same: loss after 15 epochs, {', '.join(key)}, median of 5 seeds")
claims.above("relu_gain", bound=1, text="same, ReLU: loss, He over orthogonal and LSUV, medians of 5 seeds",
             measured=[np.median(end["ReLU", "He"]) / np.median(end[key]) for key in list(expected)[1:3]])
claims.about("tanh_same_rate", value=0.1, within=0.03, text="same, tanh, orthogonal, rate 0.03: two seeds",
             measured=stored["tanh", "orthogonal"]["search"][deep_digits.RATES.index(0.03)])
claims.about("sigmoid_loss", measured=end["sigmoid", "N(0, 1)"], value=2.1, within=0.25,
             text="same, sigmoid, N(0, 1): each of 5 seeds")
claims.equal("breaks_down", measured=np.sum(end["tanh", "orthogonal"] > 1), value=1,
             text="same, tanh, orthogonal: seeds of 5 whose loss ends above 1")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write He's draw and a gain, predict a signal, keep units equal on
# purpose](exercises/06_gradient_flow_and_initialization.ipynb).
#
# ## Recap
# 1. Depth multiplies: a factor of 0.7 or 1.4 per layer is fatal after 50 layers, either way.
# 2. Xavier balances both passes for tanh; He's 2 makes up for the half that ReLU cuts. √ is σ, not σ².
# 3. $E[\varphi(\sqrt q u)^2]$ and $E[\varphi'(\sqrt q u)^2]$ give the scale for any activation; the
#    sigmoid cannot have both.
# 4. Equal units stay equal; random weights break the symmetry, zero biases are fine.
# 5. Defaults are not neutral: for a deep plain ReLU network PyTorch's and Keras' are both too small.
#
# ## References
# - C. M. Newman (1986), *The distribution of Lyapunov exponents: exact results for random matrices.* Comm.
#   Math. Phys. 103.
# - X. Glorot, Y. Bengio (2010), *Understanding the difficulty of training deep feedforward neural
#   networks.* AISTATS.
# - A. M. Saxe, J. L. McClelland, S. Ganguli (2014), *Exact solutions to the nonlinear dynamics of learning
#   in deep linear neural networks.* ICLR.
# - K. He, X. Zhang, S. Ren, J. Sun (2015), *Delving deep into rectifiers.* ICCV.
# - D. Mishkin, J. Matas (2016), *All you need is a good init.* ICLR.
# - B. Poole et al. (2016), *Exponential expressivity in deep neural networks through transient chaos.*
#   NeurIPS.
# - S. S. Schoenholz et al. (2017), *Deep information propagation.* ICLR.
# - G. Klambauer et al. (2017), *Self-normalizing neural networks.* NeurIPS.
