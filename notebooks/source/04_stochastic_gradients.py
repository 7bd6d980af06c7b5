# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 04 · Stochastic gradients
#
# **The question.** Why compute the gradient over a million examples for one small step? A few examples give
# a rough gradient for a fraction of the work. How rough may it be, and how do we still arrive?
#
# ## Objectives
# After this lecture you can
# - say how the noise of a mini-batch gradient depends on its size, and on how it is drawn;
# - predict the noise ball in which a constant learning rate ends;
# - explain why a learning rate can fall too fast, and why 1/k can be too slow;
# - average the points of a run, and say what this can and cannot reach;
# - read and match the averaging of PyTorch and Keras.
#
# **Builds on** gradient descent (lecture 03). **Time** 35 minutes to read, about half a minute to run. **Goes
# with** the [slides](../slides/04_stochastic_gradients.md) and the
# [exercises](exercises/04_stochastic_gradients.ipynb).

# %%
import math

import numpy as np

from course_lib import frameworks, show
from course_lib.averaging import ExponentialAverage, TailAverage
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.frameworks.comparison import bound
from course_lib.optimizers import SGD
from course_lib.schedules import power
from course_lib.show import lecture04 as pictures
from course_lib.studies import minibatch, minibatch_fits, noisy_descent
from course_lib.studies import stochastic as study
from course_lib.studies.momentum_digits import digits_network
from course_lib.training import batches

# %% [markdown]
# ## 1 · The same data, in larger or smaller portions
#
# The objective is a mean over $n$ examples, and so is its gradient. **Batch** gradient descent takes all $n$
# for a step, **mini-batch** gradient descent $b$ of them, **stochastic** gradient descent a single one:
#
# $$x \leftarrow x - \eta\,\frac1b \sum_{i \in B} \nabla f_i(x), \qquad |B| = b$$
#
# We fit two weights to 100 examples. Each method may compute 300 gradients of single examples: three passes.
# Each has its own best rate: of nine from 0.001 to 0.1, the one with the lowest median loss at the end, over
# 50 orders of the examples. What follows are other orders.
#
# **Predict first.** That makes 3 steps, 30 steps, or 300. Which run ends with the lowest loss?
# <details><summary>Answer</summary>
# Not the batch: three exact steps do not suffice. In over four of five orders it ends at more than twice the
# others' loss above the least. Which of these ends lower depends on the order: single examples in about two
# of three.
# </details>

# %%
portion_rates = noisy_descent.portion_rates()
fig, alt = pictures.three_ways(*noisy_descent.three_ways(portion_rates))
show.figure(fig, alt=alt)
show.source(noisy_descent.three_passes)
passed = noisy_descent.three_ends(portion_rates, range(1000, 1200))
show.table(["per step", "rate", "loss above the least, 200 orders: median", "90 % quantile"],
           [[b, lr, *np.quantile(passed[b], [0.5, 0.9])] for b, lr in portion_rates.items()], formats=".2g")

# %% [markdown]
# Now a network, 64-32-10, on the 1,197 handwritten digits. Each batch size uses the learning rate that was
# best for it on other seeds. Left: equal numbers of gradients. Right: equal time.

# %%
compared = minibatch_fits.compare_sizes(minibatch_fits.SETTINGS, tuning_seeds=[0, 1, 2], seeds=[10, 11, 12])
fig, alt = pictures.passes_and_seconds(compared)
show.figure(fig, alt=alt)

# %% [markdown]
# Per gradient, small portions win by far: in three passes the full batch makes three steps. Per second,
# single examples lose, because a computer multiplies 32 rows almost as fast as one: a pass in single examples
# takes many times as long. Batches of 32 reach the lowest loss (on the way: the last may jump up) in a
# fraction of that time, and in not much more than the full batch's, whose step grows with $n$. "Single
# examples train faster", as is often written, is right per gradient only.
#
# ## 2 · The noise falls like 1/b
#
# Let $S$ be the covariance of the $n$ single gradients, with the divisor $n$. The error of a batch gradient
# has the mean square
#
# $$\mathrm{E}\,\|g_b - g\|^2 = \frac{\operatorname{tr} S}{b} \times \begin{cases} 1 & \text{drawn with
# replacement}\\ \dfrac{n-b}{n-1} & \text{without (Cochran 1977, theorem 2.2)}\end{cases}$$
#
# **Predict first.** From $b = 32$ to $b = 128$: how much smaller is the noise, as a length? At what cost?
# <details><summary>Answer</summary>
# A quarter of the mean square, so half the length, for four times the work.
# </details>
#
# 300 random batches of each size, for the network at its start:

# %%
digits, rng = load_digits().train, np.random.default_rng(4)
sizes = [1, 4, 16, 64, 256, 600, 900, 1197]
panels = noisy_descent.noise_by_size(sizes, rng=rng)
fig, alt = pictures.noise_and_batch(sizes, panels)
show.figure(fig, alt=alt)

# %% [markdown]
# The picture shows mean squares: ten times the batch leaves a tenth, as a length a third. For $b \ll n$ the
# two ways to draw are alike. At $b = n$, without replacement, the error is 0, which a logarithmic axis cannot
# show.
#
# ## 3 · Shuffling
#
# The simplest objective: the mean of $\frac12(x - c_i)^2$ over 50 numbers, one per step. We start *at* the
# minimum and watch how far each way of visiting the examples drives us away.
#
# **Predict first.** Draw anew each time, go through a fresh shuffle, or go through the sorted list. Which
# stays nearest?
# <details><summary>Answer</summary>
# The shuffle. Within an epoch each number comes exactly once, so errors cancel by its end. Sorted, the small
# numbers all pull first and the large ones after.
# </details>

# %%
late, floor = noisy_descent.late_orders(rng=rng)
fig, alt = pictures.orders(late, floor)
show.figure(fig, alt=alt)

# %% [markdown]
# On the network it is worse: with the digits sorted and never shuffled, it learns one class, then the next,
# and forgets. Batches of 32, eight passes:

# %%
sorted_loss = {}
for shuffle in (True, False):
    sorted_loss[shuffle] = [minibatch_fits.train_passes(
        32, 0.2, seed, 8, shuffle=shuffle, by_class=True).loss[-1] for seed in range(3)]
show.table(["digits sorted by class", "loss, seed 0", "seed 1", "seed 2"],
           [["shuffled" if shuffle else "not shuffled", *losses] for shuffle, losses in sorted_loss.items()])

# %% [markdown]
# ## 4 · A constant rate: the noise ball
#
# Take $f = \frac12\sum_i h_i x_i^2$ and a gradient with independent noise of deviation $\sigma$. One step
# multiplies the mean of $x_i$ by $1-\eta h_i$. Its variance shrinks by the square, and gets new noise:

# %%
def variance_after(steps, h, lr, noise=1.0):
    variance = 0.0
    for _ in range(steps):
        variance = (1 - lr * h) ** 2 * variance + lr**2 * noise**2
    return variance


# %% [markdown]
# It stands still at
#
# $$V = \frac{\eta\,\sigma^2}{h\,(2 - \eta h)}, \qquad\text{about } \frac{\eta\sigma^2}{2h}
# \text{ for a small } \eta.$$
#
# It is valid for $\eta < 2/h$; beyond, the variance grows without end. For small rates, half the rate halves
# the ball: its loss falls 2.47-fold from rate 0.2 to 0.1, 2.03-fold from 0.02 to 0.01. Twice the batch, with
# noise $\sigma^2/b$, halves it at any rate. Our example: $f = x_1^2 + 2x_2^2$, curvatures 2 and 4, noise 1,
# from $(-5, -2.5)$.

# %% tags=["nbval-check-output"]
h, x0, rates = np.array([2.0, 4.0]), np.array([-5.0, -2.5]), (0.2, 0.1, 0.05, 0.02)
late_variance = {lr: variance_after(2000, h, lr) for lr in rates}
rows = [[lr, *late_variance[lr], *study.stationary_variance(h, lr)] for lr in rates]
show.table(["rate", "x1: after 2,000 steps", "x2", "x1: formula", "x2: formula"], rows, formats=".4f")
balls = {f"rate {lr}": study.moments(h, x0, lr, 200).loss for lr in rates}
floors = {f"rate {lr}": study.stationary_variance(h, lr) @ h / 2 for lr in rates}
fig, alt = pictures.noise_balls(balls, floors)
show.figure(fig, alt=alt)

# %% [markdown]
# A constant rate buys speed with a floor. It does not *converge*, however long it runs.
#
# ## 5 · Falling rates: too fast, and right
#
# Two falling rates: exponential, $0.1\,e^{-0.1k}$, and polynomial, $0.1\,(1+0.02k)^{-1/2}$, both from $k = 2$
# on.
#
# **Predict first.** After 2,500 steps, which ends nearer to the minimum?
# <details><summary>Answer</summary>
# The polynomial one. The exponential rate is a ten-thousandth of its start after 92 steps: the run freezes
# wherever it then is.
# </details>
#
# The same two lines as above, now with $\eta_k$, give mean and variance exactly; beside them 10,000 runs:

# %%
plans = noisy_descent.PLANS
exact, simulated = noisy_descent.planned(h, x0, runs=10_000, rng=rng)
fig, alt = pictures.clouds(exact, simulated)
show.figure(fig, alt=alt)
measured = {name: (found.steps, (found.x**2 @ h / 2).mean(axis=1)) for name, found in simulated.items()}
fig, alt = pictures.schedules({name: found.loss for name, found in exact.items()}, measured)
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
rows = [[f"{name}, {k:,} steps", *exact[name].mean[k].round(4) + 0.0, *exact[name].variance[k],
         exact[name].loss[k]]
        for name, k in (("constant", 70), ("exponential", 2500), ("polynomial", 25), ("polynomial", 2500))]
show.table(["rate", "mean x1", "mean x2", "variance x1", "variance x2", "loss"], rows, formats=".4f")

# %% [markdown]
# The mean is multiplied by $\prod_k (1-\eta_k h)$. It stays above 0 when $\sum\eta_k$ is finite. The
# exponential rates add up to only 0.86, so a sixth of the way in $x_1$ is never made, noise or not. That it
# has "less variance", as is often written, is true; it is just far away. One run, which ends at (-0.79,
# -0.07) on other lecture slides, cannot tell this from bad luck.
#
# The rates must add up to infinity, else the run freezes. With a fixed batch size, and if we keep the last
# point, they must fall to 0, else the noise stays. Robbins & Monro (1951) prove convergence if also
# $\sum\eta_k^2 < \infty$. That is enough, but not needed: the squares of the polynomial rate add up to
# infinity, and here it converges all the same, only slowly.
#
# ## 6 · Three cures
#
# 1. **Let the rate fall like 1/k.** 2. **Let the batch grow.** 3. **Average the points** at a constant rate.
#
# Each at equal numbers of single gradients, from the exact recursion:

# %%
curves, k = noisy_descent.cures(h, x0), np.arange(10, 10_001)
fig, alt = pictures.cures(curves, (k, study.polyak_loss(h, k)))
show.figure(fig, alt=alt)
show.source(noisy_descent.cures)

# %% [markdown]
# The rate 1/k begins with 1, beyond $2/h = \frac12$ of the steep direction, and leaps first. Batches must
# grow by a *factor*: adding one example each step halves the slope (Friedlander & Schmidt 2012). But they
# must not grow faster than the error shrinks, here by $0.8^2$ in a step: doubling them gives the slope -0.64.
#
# **Predict first.** $\eta_k = 1/k$, but the curvature is only 0.1. How fast does the distance fall?
# <details><summary>Answer</summary>
# The product of (1 - h/k) falls like k^-h, so the squared distance like k^-2h = k^-0.2: 100,000 times the
# steps for one digit.
# </details>

# %%
squares = noisy_descent.inverse_rates([0.1, 0.3, 1.0, 3.0])
fig, alt = pictures.inverse_rates(squares)
show.figure(fig, alt=alt)

# %% [markdown]
# The rate 1/k is slow where the curvature $\mu$ is below $\frac12$: it still converges, but the squared
# distance falls only like $k^{-2\mu}$. With $c/k$ the product above falls like $k^{-c\mu}$, so the condition
# for $1/k$ is $c\mu > \frac12$, and nobody knows $\mu$. "$\alpha_k = 1/k$", as often written, leaves this
# out. A rate like $k^{-1/2}$ with averaging does not need $\mu$.
#
# On real examples, by `fit`, which takes a batch size that is a function of the step:

# %%
found = [minibatch_fits.noisy_fits(seed) for seed in range(5)]
fitted = {name: np.array([losses[name] for losses in found]) for name in minibatch_fits.FITS}
fig, alt = pictures.fits(fitted)
show.figure(fig, alt=alt)

# %% [markdown]
# ## 7 · Averaging
#
# The points tremble around the minimum; their mean trembles less. It costs one vector and one line:

# %% tags=["nbval-check-output"]
show.source(TailAverage.update)

# %% [markdown]
# Let $H$ be the Hessian at the minimum and $\Sigma$ the covariance of the gradient noise. For the average of
# $k$ points (Polyak & Juditsky 1992, theorem 1)
#
# $$\mathrm{E} f(\bar x_k) - f^* \approx \frac{1}{2k}\operatorname{tr}(H^{-1}\Sigma),$$
#
# on a quadratic, with noise that does not depend on $x$, for any constant rate below $2/L$. On other
# functions a constant rate leaves the average beside the minimum: let the rate fall, e.g. like $k^{-1/2}$, as
# in the stream below. Often $\theta_k$, the last point, is written here. That stays on its floor:

# %%
average, points = TailAverage(start=50), [1000, 3000, 10_000]
at = np.add(50, points)
averaged = study.moments(h, x0, 0.1, at[-1], average=average).loss[at]
runs = study.simulate(SGD(lr=0.1, averages=[average]), x0, at[-1], curvatures=h, runs=1000, rng=rng, at=at)
mean_loss = {"average": (runs.averages[0] ** 2 @ h / 2).mean(axis=1),
             "last point": (runs.x**2 @ h / 2).mean(axis=1)}
theory = study.polyak_loss(h, points)
rows = zip(points, theory, averaged, *mean_loss.values(), strict=True)
show.table(["points averaged", "theory", "average: exact", "1,000 runs", "last point: 1,000 runs"], rows)

# %% [markdown]
# The exponential average, $\bar x \leftarrow \beta\bar x + (1-\beta)x$, remembers about $1/(1-\beta)$ points,
# so it has a floor of its own:

# %%
lines = noisy_descent.averages(h, x0)
fig, alt = pictures.plateaus(lines)
show.figure(fig, alt=alt)

# %% [markdown]
# ### No log, and no way around
# **Predict first.** With an exact gradient, the error 0.01 takes gradient descent a few steps. How many more
# for 0.0001? And with a noisy gradient and averaging?
# <details><summary>Answer</summary>
# Exact: twice as many at most; every digit costs the same ("log 1/ε"). Noisy: a hundred times as many; every
# digit costs ten times the one before ("1/ε", no log).
# </details>

# %% tags=["nbval-check-output"]
descent = study.moments(h, x0, 1 / 3, 40, noise=0.0).loss
counts = [[eps, int(np.argmax(descent <= eps)), math.ceil(study.polyak_loss(h, 1) / eps)]
          for eps in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)]
show.table(["error", "steps, exact gradient", "noisy: points averaged (formula, start forgotten)"], counts,
           formats=".0e")

# %% [markdown]
# Can a cleverer method do better on the same examples? In linear regression the exact least-squares solution
# of $k$ examples is the best *linear* unbiased estimate (Gauss, Markov). With Gaussian noise, as here, it is
# the best of all unbiased ones (Cramér, Rao); with other noise it need not be: with Laplace noise the median
# beats the mean. Its error is about $\sigma^2 d/2k$: the same $\operatorname{tr}(H^{-1}\Sigma)/2k$. A stream
# of examples, each seen once, with a rate like $k^{-1/2}$:

# %%
at = [100, 300, 1000, 3000, 10_000]
streams = minibatch.stream([1.0, 0.5], TailAverage(start=50), lr=power(0.2, 0.02, 0.5), runs=500, rng=rng,
                           at=at)
fig, alt = pictures.streams(at, streams, features=2)
show.figure(fig, alt=alt)

# %% [markdown]
# SGD with averaging arrives at the error of least squares, without a matrix. This is about the long run;
# before it, the start must be forgotten, and there better methods do help.
#
# ## 8 · The same in PyTorch and Keras
#
# Same first weights, same 200 batches of 32, float64, and both averages kept during the run. The rate 0.125
# is exact in float32, to which Keras rounds it.

# %%
x, y = digits.x.astype(np.float64), digits.y
start = digits_network(seed=0).copy(np.float64)
stream = [index for _ in range(6) for index in batches(len(x), 32, rng)][:200]
mean, fading = TailAverage(), ExponentialAverage(0.99)
net, opt, first = start.copy(), SGD(lr=0.125, averages=[mean, fading]), None
for index in stream:
    net.loss_and_grad(x[index], y[index])
    opt.step(net.parameters.x, net.parameters.g)
    first = net.parameters.x.copy() if first is None else first
like_both = (1 - 0.99**200) * fading.x + 0.99**200 * first  # see below
apart = {}

# %%
if frameworks.available()["pytorch"]:
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.125)
    torch_mean = AveragedModel(module)
    torch_fading = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    for index in stream:
        optimizer.zero_grad()
        loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
        optimizer.step()
        torch_mean.update_parameters(module)
        torch_fading.update_parameters(module)
    trained = [frameworks.from_torch(m, start.copy()).parameters.x
               for m in (module, torch_mean.module, torch_fading.module)]
    differences = np.abs(np.subtract(trained, (net.parameters.x, mean.x, like_both))).max(axis=1)
    apart["PyTorch"] = [differences[0], differences[1:].max()]

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    model = frameworks.to_keras(start)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.125, use_ema=True, ema_momentum=0.99)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x))
        optimizer.apply(tape.gradient(value, model.trainable_variables))

    for index in stream:
        step(tf.constant(x[index]), tf.constant(y[index]))
    last = frameworks.from_keras(model, start.copy()).parameters.x
    optimizer.finalize_variable_values(model.trainable_variables)  # the average replaces the weights
    faded = frameworks.from_keras(model, start.copy()).parameters.x
    apart["Keras"] = [np.abs(last - net.parameters.x).max(), np.abs(faded - like_both).max()]

# %% [markdown]
# All agree to rounding: the plain average of PyTorch's `AveragedModel` is ours, and the two frameworks'
# exponential averages are one another's. Ours differs from these by its start:
#
# | | first average | after that | weights in use after training |
# |:--|:--|:--|:--|
# | `TailAverage`, `AveragedModel` | $x_1$ | the mean | you choose |
# | `ExponentialAverage` | $x_1$ | weights sum to 1 by dividing by $1-\beta^k$ | you choose |
# | PyTorch `get_ema_multi_avg_fn`, default 0.999 | $x_1$ | $x_1$ counts $1/(1-\beta)$-fold | you choose |
# | Keras `use_ema=True`, default 0.99 | $x_1$ | the same | the average, after `fit` |
#
# So theirs is $(1-\beta^k)$ times ours plus $\beta^k x_1$, as `like_both` computes. With $\beta = 0.999$ the
# first point still makes over a third of the average after 1,000 steps. Keras has no tail average. Its `fit`
# writes the average into the model at the end; in your own loop call `finalize_variable_values`.

# %% tags=["nbval-check-output"]
ours = [0.001 * 0.999 ** (k - 1) / (1 - 0.999**k) for k in (10, 100, 1000, 5000)]
theirs = [0.999 ** (k - 1) for k in (10, 100, 1000, 5000)]
show.table(["weight of the first point, β = 0.999", "k = 10", "100", "1,000", "5,000"],
           [["ours", *ours], ["PyTorch and Keras", *theirs]], formats=".4f")

# %% [markdown]
# The differences after these 200 steps, and the whole run, step by step, by `contrast`:

# %%
rows = [[name, *map(bound, found)] for name, found in apart.items()]
show.table(["largest difference after 200 steps", "weights", "averages"], rows)
result = frameworks.contrast(start, x, y, "sgd", {"lr": 0.125}, steps=200, rng=np.random.default_rng(1))
show.table(*result.table())
show.table(*result.timing())

# %% [markdown]
# ## 9 · Explore
#
# Start with batch size 1 and no average, and find the rate with the lowest floor that still arrives. Then buy
# the same floor with a larger batch: what does it cost? And with an average?

# %%
show.stochastic_explorer()

# %%
print(show.describe_stochastic(lr=0.1, batch=1, average="tail, from step 50"))
show.figure(show.draw_stochastic(lr=0.1, batch=1, average="tail, from step 50"),
            alt="Left: the run trembles around the minimum, its average hardly moves. Right: the run's loss "
                "stays on its floor, that of the average falls in a straight line.")

# %% [markdown]
# ## 10 · What we measured
#
# Each number below is measured again whenever this notebook runs; a claim that fails stops it. The last
# column is what other lecture slides say.

# %%
claims = Claims("04")
claims.above("batch_short", measured=np.mean(passed[100] > 2 * np.maximum(passed[10], passed[1])), bound=0.8,
             text="loss above the least: share of 200 orders where 100 per step end over twice as high")
claims.above("batch_median", measured=[passed[100][0] / np.median(passed[b]) for b in (10, 1)], bound=8,
             text="same, 100 per step over the median of 10 and of 1 per step")
claims.about("single_wins", measured=np.mean(passed[1] < passed[10]), value=0.68, within=0.1,
             text="share of the orders in which single examples end lower than portions of 10")
digit_runs = {name: runs for name, (_, runs) in compared.items()}
low3, low = ({name: np.array([run.loss[:end].min() for run in runs]) for name, runs in digit_runs.items()}
             for end in (4, None))
pace = {name: min(np.diff(run.seconds).min() for run in runs) for name, runs in digit_runs.items()}
spent = {name: min(run.seconds[-1] for run in runs) for name, runs in digit_runs.items()}
claims.above("batch_loss", measured=low3["all 1,197"] / np.maximum(low3["1"], low3["32"]), bound=2,
             text="digits, lowest loss in three passes, full batch over batches of 1 and 32, each seed",
             slides="takes fewer steps to converge")
claims.above("single_time", measured=pace["1"] / pace["32"], bound=5,
             text="time of a pass, single examples over batches of 32", slides="faster than batch")
claims.below("lowest_32", measured=low["32"] / np.minimum(low["1"], low["all 1,197"]), bound=1,
             text="lowest loss of batches of 32 over that of single examples and full batch, each seed")
claims.below("share_32", measured=spent["32"] / spent["1"], bound=0.5,
             text="time of batches of 32, 12 passes, over single examples, 3 passes")
claims.below("even_32", measured=spent["32"] / spent["all 1,197"], bound=4,
             text="same, over the full batch, 120 passes")

# %%
inside = np.array(sizes) < len(digits.x)
ratios = {name: m[inside] / p[inside] for name, (m, p) in panels.items()}
claims.about("noise_ratio", measured=list(ratios.values()), value=1, within=0.15,
             text="noise of a batch gradient, measured over predicted, both ways to draw, b = 1 to 900")
claims.below("noise_full", measured=panels["without"][0][-1], bound=1e-20,
             text="noise of a batch of all examples, drawn without replacement")
claims.about("replaced_floor", measured=late["with replacement"].mean() / floor, value=1, within=0.06,
             text="drawn anew: mean squared distance over the formula")
claims.below("shuffled_floor", measured=late["shuffled"][-1] / floor, bound=0.15,
             text="shuffled: the same, at the end of an epoch", slides="shuffle at each epoch")
claims.above("sorted_peak", measured=late["sorted, never shuffled"].max() / floor, bound=5,
             text="sorted: the same, at its largest")
claims.above("sorted_loss", measured=np.divide(sorted_loss[False], sorted_loss[True]), bound=5,
             text="digits sorted by class: loss without shuffling over loss with it, each seed")
late_runs = {lr: study.simulate(SGD(lr=lr), x0, 400, curvatures=h, runs=4000, at=[400],
                                rng=np.random.default_rng(40)).x[0].var(axis=0) for lr in rates}
formula = {lr: study.stationary_variance(h, lr) for lr in rates}
claims.about("ball", measured=[late_variance[lr] / formula[lr] for lr in rates], value=1, within=1e-9,
             text="ball: variance after 2,000 steps over the formula, four rates, both coordinates")
claims.about("ball_runs", measured=[late_runs[lr] / formula[lr] for lr in rates], value=1, within=0.1,
             text="same, variance over 4,000 runs")
for name, lr, value in (("half_large", 0.2, 2.47), ("half_small", 0.02, 2.03)):
    loss = [study.stationary_variance(h, rate) @ h for rate in (lr, lr / 2)]
    claims.about(name, measured=loss[0] / loss[1], value=value, within=0.005,
                 text=f"loss of the ball, rate {lr} over half of it")

# %%
sampled = {name: (found.x[-1].mean(axis=0), found.x[-1].var(axis=0)) for name, found in simulated.items()}
claims.about("exact_variance", value=1, within=0.07,
             measured=[sampled[name][1] / exact[name].variance[-1] for name in plans],
             text="variance over 10,000 runs divided by the exact one, three schedules, both coordinates")
claims.below("exact_mean", bound=4.5, measured=[np.abs(sampled[name][0] - exact[name].mean[-1]) * 100
             / np.sqrt(exact[name].variance[-1]) for name in plans],
             text="mean over 10,000 runs minus the exact one, in standard errors")
frozen, floor2 = exact["exponential"], exact["constant"].loss[-1]
claims.about("frozen_x1", measured=frozen.mean[-1][0], value=-0.826, within=0.001,
             text="exponential rate: mean of x1 after 2,500 steps", slides="-0.79, one run")
claims.about("frozen_loss", measured=frozen.loss[-1] / floor2, value=11.8, within=0.1,
             text="same: loss over the floor of the constant rate", slides="fails to converge")
claims.about("rate_sum", measured=sum(plans["exponential"][0](k) for k in range(2500)), value=0.86,
             within=0.01, text="sum of all exponential rates")
claims.about("floor", measured=floor2, value=0.059, within=0.0005, text="floor of the constant rate 0.1")
claims.about("polynomial_25", measured=exact["polynomial"].loss[25] / floor2, value=0.82, within=0.01,
             text="polynomial rate, 25 steps: loss over that floor", slides="much less variance")
claims.about("polynomial_2500", measured=exact["polynomial"].loss[-1] / floor2, value=0.12, within=0.01,
             text="same, 2,500 steps")

# %%
ends = {}
for name, (gradients, losses) in curves.items():
    decade = gradients >= gradients[-1] / 10
    ends[name] = study.local_slope(gradients[decade].astype(float), losses[decade])
claims.about("cure_slopes", value=-1, within=0.05,
             measured=[ends[name] for name in ("rate 1/k", "batch × 1.2 each step", "average from step 50")],
             text="slope of log loss against log gradients: rate 1/k, growing batches, average")
claims.about("linear_growth", measured=ends["batch + 1 each step"], value=-0.5, within=0.03,
             text="same, batch + 1 each step", slides="slowly increase the batch")
doubled = study.moments(h, x0, 0.1, 20, noise=lambda k: 2 ** (-k / 2)).loss[10:]
claims.about("doubled_batches", measured=study.local_slope(2.0 ** np.arange(10, 21), doubled),
             value=-0.64, within=0.01, text="same, batches doubled in each step")
exponents = [-study.local_slope([3000, 10_000], s[[2999, 9999]]) for s in squares.values()]
for i, (bend, value) in enumerate(((0.1, 0.2), (0.3, 0.6))):
    claims.about(f"exponent_0{bend * 10:.0f}", measured=exponents[i], value=value, within=0.02,
                 text=f"rate 1/k, curvature {bend}: squared distance falls like k to minus this",
                 slides="converges")
claims.about("exponent_1", measured=exponents[2:], value=1, within=0.02, text="same, curvatures 1 and 3")
last = {name: losses[:, -1] for name, losses in fitted.items()}
plain = last.pop("constant rate")
claims.below("fit_cured", measured=[values / plain for values in last.values()], bound=0.25,
             text="noisy regression: loss of each cure over that of the constant rate, each seed")
for framework in ("PyTorch", "Keras"):
    claims.below(framework.lower(), measured=apart.get(framework), bound=1e-12,
                 text=f"weights and averages after 200 steps, {framework}")

# %% tags=["nbval-check-output"]
claims.about("polyak", measured=averaged / theory, value=1, within=0.01,
             text="loss of the average over tr(H⁻¹Σ)/2k: exact, 1,000 to 10,000 points",
             slides="of the last point")
claims.about("polyak_runs", measured=mean_loss["average"] / theory, value=1, within=0.15,
             text="same, 1,000 runs")
claims.above("polyak_last", measured=mean_loss["last point"][-1] / theory[-1], bound=1000,
             text="same, last point, 10,000 steps", slides="1")
for beta, value, within in ((0.9, 0.0145, 0.0001), (0.99, 0.00182, 0.00001), (0.999, 0.000187, 0.000001)):
    claims.about(f"plateau_{str(beta)[2:]}", measured=lines[f"exponential, β {beta}"][-1], value=value,
                 within=within, text=f"floor of the exponential average, β = {beta}", slides="converges")
claims.equal("steps_exact", measured=counts[4][1] - counts[3][1], value=1, slides="log",
             text="steps from error 0.0001 to 0.00001, exact gradient")
claims.equal("steps_noisy", measured=counts[4][2] - counts[3][2], value=33_750, slides="no log",
             text="same, points averaged, by the formula")
last, mean, least = (losses[-1].mean() for losses in streams.values())
claims.about("stream_average", measured=mean / least, value=1.04, within=0.04, slides="none is better",
             text="10,000 examples: loss of averaged SGD over that of exact least squares")
claims.above("stream_last", measured=last / least, bound=20, text="same, last point")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write an epoch and a running mean, predict a noise ball, freeze a
# run](exercises/04_stochastic_gradients.ipynb).
#
# ## Recap
# 1. The noise of a batch gradient falls like $1/b$, its length like $1/\sqrt b$; without replacement faster.
# 2. A constant rate ends in a ball of variance $\eta\sigma^2/(h(2-\eta h))$.
# 3. The rates must add up to infinity, else the run freezes, and fall to 0, else the noise stays, unless
#    batches grow or points are averaged; 1/k is slow where the curvature is below ½.
# 4. The plain average reaches $\operatorname{tr}(H^{-1}\Sigma)/2k$, which with Gaussian noise no unbiased
#    method beats in the long run; an exponential average has a floor.
# 5. With noise every further digit costs ten times the work of the last.
#
# ## References
# - H. Robbins, S. Monro (1951), *A stochastic approximation method.* Ann. Math. Stat. 22(3).
# - W. G. Cochran (1977), *Sampling Techniques.* Wiley, 3rd edition.
# - C. R. Rao (1945), *Information and the accuracy attainable in the estimation of statistical parameters.*
#   Bull. Calcutta Math. Soc. 37.
# - H. Cramér (1946), *Mathematical Methods of Statistics.* Princeton.
# - B. T. Polyak, A. B. Juditsky (1992), *Acceleration of stochastic approximation by averaging.* SIAM J.
#   Control Optim. 30(4).
# - M. P. Friedlander, M. Schmidt (2012), *Hybrid deterministic-stochastic methods for data fitting.* SIAM J.
#   Sci. Comput. 34(3).
