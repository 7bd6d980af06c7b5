# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 09 · Momentum and Nesterov
#
# **The question.** Gradient descent crawls along a narrow valley and jumps from wall to wall. Can a step
# that remembers the earlier ones do better, and what does the memory cost?
#
# ## Objectives
# After this lecture you can
# - say why one learning rate cannot suit a steep and a flat direction;
# - write momentum and Nesterov in a few lines, in each of their usual forms;
# - convert a learning rate between the classical and the averaged form;
# - predict how the number of steps grows with the condition number;
# - choose a fair comparison of two optimizers.
#
# **Builds on** gradient descent and its learning rate (lectures 01 and 03). **Time** 35 minutes to read,
# under a minute to run. **Goes with** the [slides](../slides/09_momentum_and_nesterov.md) and the
# [exercises](exercises/09_momentum_and_nesterov.ipynb).

# %%
from functools import partial

import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.frameworks.comparison import bound
from course_lib.functions import valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Momentum, Nesterov
from course_lib.show import lecture09 as pictures
from course_lib.studies import momentum as study
from course_lib.studies import momentum_digits as digits
from course_lib.training import batches

# %% [markdown]
# ## 1 · The zigzag
#
# The valley $f(x, y) = x^2 + 25y^2$ has curvature 2 along $x$ and 50 across it: its condition number, the
# largest curvature over the smallest, is $\kappa = 25$.
#
# **Predict first.** Two runs of 25 steps, one with learning rate 0.004, one with 0.037. What limits each?
# <details><summary>Answer</summary>
# One step multiplies a coordinate of curvature h by 1 - lr·h. At 0.004 that is 0.992 along x: it crawls. At
# 0.037 it is -0.85 across: it jumps from wall to wall. Beyond 2/50 = 0.04 the factor passes -1, and the run
# diverges.
# </details>

# %%
f = valley(25)
runs = {f"lr {lr}": minimize(f, f.start, SGD(lr=lr), 25) for lr in (0.004, 0.037)}
fig, alt = pictures.zigzag(f, runs)
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
rows = [[lr, 1 - lr * 2, 1 - lr * 50] for lr in (0.004, 0.02, 0.037, 0.041)]
show.table(["lr", "factor along x", "factor across"], rows, formats="+.3f")

# %% [markdown]
# The steep direction limits the learning rate; the flat one pays for it.
#
# ## 2 · Momentum
#
# **A ball** rolls down the surface. It keeps the share $\mu$ of its velocity and loses the rest to
# friction. Across the valley the pushes alternate and cancel; along it they add up.
#
# $$v \leftarrow \mu v + g, \qquad x \leftarrow x - \eta v \qquad\text{(Polyak 1964, eq. 9)}$$
#
# Here $g$ is the gradient at $x$, $\eta$ the learning rate `lr`, $\mu$ the `momentum`, often 0.9. (In
# lectures 03 and 04 $\mu$ is a curvature; here it is the momentum, and curvatures are $h$.) The library's
# rule returns the step to subtract, and the new velocity:

# %% tags=["nbval-check-output"]
show.source(Momentum.rule)

# %% [markdown]
# `dampening` and `lr_in_velocity` are conventions, explained below. By default the rule is the formula.
#
# **Predict first.** The zigzagging run again, with the same learning rate 0.037, and beside it one with
# momentum 0.5. What changes across the valley, and what along it?
# <details><summary>Answer</summary>
# Across, the old velocity opposes the new gradient: the zigzag dies sooner. Along, it agrees: the steps
# grow.
# </details>

# %%
runs = {"gradient descent": minimize(f, f.start, SGD(lr=0.037), 25),
        "momentum 0.5": minimize(f, f.start, Momentum(lr=0.037, momentum=0.5), 25)}
fig, alt = pictures.way_and_loss(f, runs)
show.figure(fig, alt=alt)
first_gain = runs["gradient descent"].loss[-1] / runs["momentum 0.5"].loss[-1]

# %% [markdown]
# ### Momentum as a sum
# Unrolled, $v = g_t + \mu g_{t-1} + \mu^2 g_{t-2} + \dots$: a decaying *sum*. If the gradient stays $g$, it
# grows to the terminal velocity $g/(1-\mu)$. So with $\mu = 0.9$ the steps become ten times those of
# gradient descent, and $\eta/(1-\mu)$ is the **effective learning rate**.
#
# ### Momentum as an average
# The averaged form $v \leftarrow \mu v + (1-\mu) g$ has weights that add up to one. Then $v$ *is* a moving
# average, and its steps are $1-\mu$ times smaller. The two forms are one method if
# $\eta_\text{averaged} = \eta_\text{classical}/(1-\mu)$:

# %% tags=["nbval-check-output"]
classical = minimize(f, f.start, Momentum(lr=0.01, momentum=0.9), 100)
averaged = minimize(f, f.start, Momentum(lr=0.1, momentum=0.9, dampening=0.9), 100)
form_difference = np.abs(classical.x - averaged.x).max()
print("same 100 points:", form_difference < 1e-12)

# %% [markdown]
# The classical velocity is often called a moving average of the gradients. With $\mu = 0.9$ it is ten
# times that. Who copies a learning rate from one form to the other is wrong by this factor.
#
# ### Where the learning rate stands
# PyTorch multiplies by the rate at the end, $x \leftarrow x - \eta v$. Keras puts it into the velocity,
# $v \leftarrow \mu v + \eta g$, $x \leftarrow x - v$. With a constant rate these are the same. Here the
# gradient is always 1 and the rate falls from 0.1 to 0.01 at step 50:

# %%
lengths = {}
for framework, name in (("pytorch", "PyTorch"), ("keras", "Keras")):
    opt = frameworks.like(framework, "momentum", lr=lambda t: 0.1 if t < 50 else 0.01, momentum=0.9)
    ramp = minimize(lambda x: x[0], [0.0], opt, 100, gradient=np.ones_like)
    lengths[name] = -np.diff(ramp.x[:, 0])
fig, alt = pictures.step_lengths(lengths)
show.figure(fig, alt=alt)

# %% [markdown]
# With the rate inside, the old, larger steps live on in the velocity. A schedule tuned in one framework
# acts differently in the other.
#
# ## 3 · From κ to √κ
#
# On a quadratic with curvatures from $h_\min$ to $h_\max = \kappa h_\min$, the best constant values and the
# factor by which the error shrinks per step are known (Lessard, Recht & Packard 2016, prop. 1; momentum's
# from Polyak 1964):
#
# | | lr | momentum | error per step, about |
# |:--|:--|:--|:--|
# | gradient descent | $2/(h_\max + h_\min)$ | | $1 - 2/\kappa$ |
# | momentum | $4/(\sqrt{h_\max} + \sqrt{h_\min})^2$ | $(r-1)^2/(r+1)^2,\ r = \sqrt\kappa$ | $1 - 2/r$ |
# | Nesterov | $4/(3h_\max + h_\min)$ | $(r-2)/(r+2),\ r = \sqrt{3\kappa+1}$ | $1 - 2/r$ |
#
# **Predict first.** κ grows from 100 to 10,000. How many times more steps does each method need?
# <details><summary>Answer</summary>
# Gradient descent 100 times, the other two about 10 times. On double logarithmic axes the lines have slopes
# 1 and 1/2.
# </details>
#
# Every direction starts with the same energy $\frac12 h_i x_i^2$. We count steps until the loss stays below
# a millionth of its start.

# %%
kappas, rng = np.geomspace(10, 10_000, 7), np.random.default_rng(9)
steps = {name: study.steps_against_kappa(partial(study.best, name), kappas)[0] for name in study.METHODS}
even = study.steps_against_kappa(study.proven, kappas)[0]
uneven = study.steps_against_kappa(study.proven, kappas, energy="random", count=40, rng=rng)
random_start = {"equal energy": even, "random starts (median)": np.median(uneven, axis=0)}
panels = {"best values, equal energy": steps, "Nesterov, lr 1/h_max": random_start}
fig, alt = pictures.steps_and_kappa(kappas, panels)
show.figure(fig, alt=alt)

# %% [markdown]
# Why does a random start show less? A random point has nearly all its loss in the steep directions, which a
# rate of $1/h_\max$ kills at once. The flat direction, the slow one, begins almost below the tolerance: the
# larger κ, the less is left to do.
#
# Momentum's slope is a little over ½ because its error first grows. See it start in the steepest direction:

# %%
curves = {name: study.relative_loss(study.best(name, 100, 1), [1, 100], x=[0, 1], steps=120)
          for name in study.METHODS}
fig, alt = pictures.first_rise(curves)
show.figure(fig, alt=alt)

# %% [markdown]
# Momentum at its best values is the fastest of the three in the end, and first multiplies the loss by 14.
# Where a function is quadratic only near its minimum, such a leap may not come back. Nesterov is a little
# slower and much calmer. Which of the two is faster depends on the start, the accuracy and the tuning.
#
# ### Are the bounds true at every step?
# Gradient descent at its best rate:
# $f_k \le \frac{h_\max}{2}\big(\frac{\kappa-1}{\kappa+1}\big)^{2k}\|x_0\|^2$. Nesterov with lr $1/h_\max$
# and momentum $\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$:
# $f_k \le \frac{h_\max+h_\min}{2}\big(1-\frac{1}{\sqrt\kappa}\big)^k\|x_0\|^2$ (Nesterov 2004, theorem
# 2.2.3). Other lecture slides have $h_\max$ in place of $\frac12(h_\max+h_\min)$: also true, and up to twice
# as loose. We divide the loss by the bound, for 120 starts and every step from the first on:

# %%
ratios = study.bound_ratios((10, 100, 1000), rng)
show.table(["largest loss / bound", "κ = 10", "κ = 100", "κ = 1000"], [[n, *r] for n, r in ratios.items()])

# %% [markdown]
# Gradient descent attains its bound exactly (ratio 1). Nesterov stays below a quarter of his. Momentum
# exceeds Nesterov's bound, at κ = 1000 more than 200 times: the bound is not for it.
#
# ## 4 · Nesterov: look ahead, then correct
#
# The velocity will carry us on by $-\eta\mu v$ in any case. So take the gradient *there* (Nesterov 1983; in
# this form Sutskever et al. 2013, eq. 3–4):

# %%
def roll(gradient, x, v, lr, momentum, steps, look_ahead):
    points = [x]
    for _ in range(steps):
        at = x - lr * momentum * v if look_ahead else x
        v = momentum * v + gradient(at)
        x = x - lr * v
        points.append(x)
    return np.array(points)

# %% [markdown]
# The line with `look_ahead` is the only difference to momentum.
#
# **Predict first.** The ball is at the minimum, but still has velocity. What does each method do next?
# <details><summary>Answer</summary>
# Momentum feels no gradient and runs on at full speed. Nesterov already feels the slope ahead: its first
# move is shorter by the factor 1 - lr·h. In a flat direction that is nothing, in a steep one a lot.
# </details>

# %%
panels = {}
for bend in (0.02, 0.5):
    go = partial(roll, partial(np.multiply, bend), x=0.0, v=-1.0, lr=1.0, momentum=0.9, steps=40)
    panels[f"lr·h = {bend}"] = {"momentum": go(look_ahead=False), "Nesterov": go(look_ahead=True)}
fig, alt = pictures.swings(panels)
show.figure(fig, alt=alt)

# %% [markdown]
# On a quadratic, Nesterov *is* momentum with $\mu(1-\eta h)$ in place of $\mu$ in a direction of curvature
# $h$ (Sutskever et al. 2013, theorem 2.1): more friction where it is steep.
#
# ### The form in PyTorch and Keras
# A framework has the gradient at the current point, not ahead. So both store the look-ahead point
# $y = x - \eta\mu v$ *as* the parameters. Put this into the rule above, and $x$ drops out (Bengio et al.
# 2013, eq. 7):
#
# $$v \leftarrow \mu v + g(y), \qquad y \leftarrow y - \eta\,(g(y) + \mu v)$$
#
# <details><summary>The substitution</summary>
# With v' the new velocity and x = y + ημv, the new point is x' = x - ηv', and the new look-ahead point is
# y' = x' - ημv' = y + ημv - ηv' - ημv'. Since μv = v' - g, this is y - η(g + μv').
# </details>

# %% tags=["nbval-check-output"]
show.source(Nesterov.rule)

# %% tags=["nbval-check-output"]
x = roll(f.gradient, f.start, np.zeros(2), 0.01, 0.9, 100, look_ahead=True)
ahead = x[1:] + 0.9 * (x[1:] - x[:-1])
rearranged = minimize(f, f.start, Nesterov(lr=0.01, momentum=0.9), 100).x[1:]
ahead_difference = np.abs(rearranged - ahead).max()
print("the library's points are the look-ahead points:", ahead_difference < 1e-12)
print("and not the points x:", np.abs(rearranged - x[1:]).max() > 0.1)

# %% [markdown]
# So the weights that you read out of PyTorch or Keras during a run are one look-ahead further than $x$. At
# the end, with a small velocity, it makes no difference.
#
# ## 5 · A noisy gradient
#
# Momentum is said to reduce noise. Its velocity is smoother than the gradient: the
# averaged form has $\sqrt{(1-\mu)/(1+\mu)} = 0.23$ of the deviation. But are the *parameters* less noisy?
#
# **Predict first.** $f = \frac12x^2$, gradient noise of deviation 1. Gradient descent with lr 0.1, momentum
# 0.9 with lr 0.1, and momentum 0.9 with lr 0.01. Which floor is lowest?
# <details><summary>Answer</summary>
# Momentum with lr 0.1 has an effective rate of 1, and a floor ten times higher. With lr 0.01 it has the
# effective rate of gradient descent, and the same floor.
# </details>

# %%
noisy = {"gradient descent, lr 0.1": SGD(lr=0.1), "momentum, lr 0.1": Momentum(lr=0.1, momentum=0.9),
         "momentum, lr 0.01": Momentum(lr=0.01, momentum=0.9)}
floors = {name: (study.noisy_runs(opt, 5.0, 200, runs=10_000, rng=rng) ** 2).mean(axis=1) / 2
          for name, opt in noisy.items()}
fig, alt = pictures.noise_floor(floors)
show.figure(fig, alt=alt)

# %% [markdown]
# The exact variance in the long run is $\frac{\eta}{h(1-\mu)}\cdot\frac{1+\mu}{2(1+\mu)-\eta h}$ for unit
# noise. For a small $\eta$ only the effective rate $\eta/(1-\mu)$ counts. Momentum smooths the direction,
# not the place.
#
# ### Does it escape local minima?
# Two wells, $(x^2-1)^2 + 0.3x$, the left one deeper. We let 2,001 starts between -2 and 2 roll.

# %% tags=["nbval-check-output"]
points = np.linspace(-2, 2, 2001)
deep = study.roll(SGD(lr=0.01), points) < 0
shares = []
for name, opt in {"gradient descent": SGD(lr=0.01), "momentum": Momentum(lr=0.01, momentum=0.9)}.items():
    ends = study.roll(opt, points) < 0
    shares.append([name, 100 * ends[~deep].mean(), 100 * (~ends)[deep].mean()])
show.table(["method", "% that leave the shallow well", "% that leave the deep well"], shares, formats=".0f")

# %% [markdown]
# Momentum crosses in *both* directions: it also rolls out of the better well. A run that starts at rest
# near a minimum stays there. That momentum escapes local minima is true of some starts, and no more.
#
# ## 6 · A network
#
# Handwritten digits, 64-32-10 with ReLU. Each method gets a grid of learning rates and, in each of two
# settings, the same work: 100 full steps, or four passes with 8 images per step.
#
# **Predict first.** We plot the final loss against the *effective* rate $\eta/(1-\mu)$. Where does momentum
# win?
# <details><summary>Answer</summary>
# Not where gradient descent is stable: there the curves coincide. With all images, momentum bears rates
# many times higher, and there it wins. With 8 images, noise limits the rate first, and little is gained.
# </details>

# %%
sweeps = {name: digits.sweep_digits(seeds=[0, 1, 2], **setting) for name, setting in digits.SETTINGS.items()}
fig, alt = pictures.sweep({name: setting["rates"] for name, setting in digits.SETTINGS.items()}, sweeps)
show.figure(fig, alt=alt)

# %% [markdown]
# Why does Nesterov diverge before momentum? At curvature $h$ a step multiplies $(x, v)$ by a matrix, whose
# eigenvalues $z$ solve
#
# $$z^2 - (1 + \mu - \eta h)\,z + \mu = 0 \ \text{(momentum)}, \qquad
# z^2 - (1+\mu)(1-\eta h)\,z + \mu(1-\eta h) = 0 \ \text{(Nesterov)}$$
#
# As $\eta$ grows, one leaves the unit circle at $z = -1$. Put in, this gives the limits
# $\eta = 2(1+\mu)/h$ for momentum and $2(1+\mu)/((1+2\mu)h)$ for Nesterov. With $\mu = 0.9$ they are $3.8/h$
# and $1.36/h$, the latter below even gradient descent's $2/h$. In effective rates momentum bears 19 times as
# much as gradient descent, Nesterov 6.8 times.
#
# Momentum's best rate is 12.8 on some seeds, 6.4 on others. So now 20 new seeds and, with all images, three
# rates; with 8, each method's best on seeds 0–2:

# %%
fresh, all_images, eight = range(10, 30), {"epochs": 100, "batch_size": None}, "8 images per step"
rates = {"gradient descent": [0.8], "momentum": [3.2, 6.4, 12.8], "Nesterov": [3.2, 6.4, 12.8]}
many = {(method, rate): np.array([digits.train_digits(method, rate, seed, **all_images) for seed in fresh])
        for method in rates for rate in rates[method]}
few = digits.tuned_runs(sweeps[eight], fresh, **digits.SETTINGS[eight])
groups = {"all 1,197 images": many, eight: {(method, rate): runs for method, (rate, runs) in few.items()}}
show.table(["", "method", "rate", "loss: 10 %", "median", "90 %", "test accuracy"], [
    [name, method, rate, *np.quantile(runs[:, 0], [0.1, 0.5, 0.9]), np.median(runs[:, 1])]
    for name, group in groups.items() for (method, rate), runs in group.items()])

# %% [markdown]
# With all images, curvature is the obstacle and momentum removes it: at 6.4 the medians are more than 7 times
# lower. But that is near the limit: Nesterov's losses differ more than 3 times, and nearly all its runs at
# 12.8 end above gradient descent's. So take half: still about 4 times lower, and every run beats gradient
# descent. With 8 images, noise is the obstacle, and momentum does little (as Shallue et al. 2019 found at
# scale). The test accuracy is the same to 2 points: a lower training loss is not yet a better network.
#
# ## 7 · The same in PyTorch and Keras
#
# Same first weights, same 200 batches of 32, float64.

# %%
x, y = load_digits().train
x, start = x.astype(np.float64), digits.digits_network(seed=0).copy(np.float64)
stream = [index for _ in range(6) for index in batches(len(x), 32, rng)][:200]
net, opt = start.copy(), Nesterov(lr=0.05, momentum=0.9)
for index in stream:
    net.loss_and_grad(x[index], y[index])
    opt.step(net.parameters.x, net.parameters.g)

# %%
apart = {}
if frameworks.available()["pytorch"]:
    import torch

    module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, dampening=0, nesterov=True)
    for index in stream:
        optimizer.zero_grad()
        loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
        optimizer.step()
    trained = frameworks.from_torch(module, start.copy())
    apart["PyTorch"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    model = frameworks.to_keras(start)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x))
        optimizer.apply(tape.gradient(value, model.trainable_variables))

    for index in stream:
        step(tf.constant(x[index]), tf.constant(y[index]))
    trained = frameworks.from_keras(model, start.copy())
    apart["Keras"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %% [markdown]
# The weights agree with PyTorch's to rounding, with Keras's only to that of float32: Keras rounds
# `learning_rate` and `momentum` to float32, even in a float64 model. `contrast` gives it both in float64
# and compares the whole run:

# %%
given = {"lr": 0.05, "momentum": 0.9}
results = {name: frameworks.contrast(start, x, y, name, given, steps=200, rng=np.random.default_rng(1))
           for name in ("momentum", "nesterov")}
results["momentum, dampening 0.9 (PyTorch only)"] = frameworks.contrast(
    start, x, y, "momentum", given | {"dampening": 0.9}, rng=np.random.default_rng(1), frameworks="pytorch")
rows = []
for name, result in results.items():
    cells = {framework: bound(d) for framework, d in result.parameter_difference.items()}
    cells |= dict.fromkeys(result.missing, "not installed")
    rows.append([name, cells["pytorch"], cells.get("keras", "")])
show.table(["largest relative difference over 200 steps", "PyTorch", "Keras"], rows)
results["nesterov"].timing()

# %% [markdown]
# ### Conventions

# %% tags=["nbval-check-output"]
show.table(*frameworks.conventions_table("momentum", "nesterov"))

# %% [markdown]
# PyTorch's `dampening` is not quite the averaged form: it does not apply to the first gradient, so the
# velocity starts at full size. The steps for lr 1 and a gradient that is always 1:

# %% tags=["nbval-check-output"]
forms = {"classical": Momentum(lr=1), "averaged": Momentum(lr=1, dampening=0.9),
         "PyTorch, dampening=0.9": frameworks.like("pytorch", "momentum", lr=1, momentum=0.9, dampening=0.9)}
taken = {name: -np.diff(minimize(lambda x: x[0], [0.0], opt, 200, gradient=np.ones_like).x[:, 0])
         for name, opt in forms.items()}
show.table(["form", "step 1", "step 2", "step 3", "step 10", "step 200"],
           [[name, *s[[0, 1, 2, 9, 199]]] for name, s in taken.items()], formats=".3f")

# %% [markdown]
# ## 8 · Explore
#
# Start with gradient descent. Find the largest rate that converges. Then switch to momentum 0.9: how much
# further can you go? What does momentum 0.99 do?

# %%
show.momentum_explorer()

# %%
print(show.describe_momentum("momentum", lr=0.03, momentum=0.8, kappa=25))
show.figure(show.draw_momentum("momentum", lr=0.03, momentum=0.8, kappa=25),
            alt="Left: momentum's path swings around the valley floor and ends at the minimum. "
                "Right: the loss falls in waves by many orders of magnitude in 80 steps.")

# %% [markdown]
# ## 9 · What we measured
#
# Each number below is measured again whenever this notebook runs; a claim that fails stops it.

# %%
claims = Claims("09")
slope = {name: study.slope(kappas, count) for name, count in steps.items()}
claims.about("gd_slope", measured=slope["gradient descent"], value=1, within=0.02,
             text="slope of log steps against log κ, gradient descent", slides="1")
claims.about("momentum_slope", measured=slope["momentum"], value=0.55, within=0.02, text="same, momentum")
claims.about("nesterov_slope", measured=slope["Nesterov"], value=0.53, within=0.02, text="same, Nesterov",
             slides="1/2")
claims.about("random_slope", measured=np.median(study.slope(kappas, uneven)), value=0.45, within=0.04,
             text="same, Nesterov, lr 1/h_max, median of 40 random starts")
claims.about("steps_gd", measured=steps["gradient descent"][-1], value=28_800, within=100,
             text="steps at κ = 10,000, gradient descent")
claims.about("steps_momentum", measured=steps["momentum"][-1], value=630, within=10, text="same, momentum")
claims.about("steps_nesterov", measured=steps["Nesterov"][-1], value=650, within=10, text="same, Nesterov",
             slides="fewer than momentum")
claims.about("momentum_rise", measured=curves["momentum"].max(), value=14, within=1,
             text="highest loss over first loss, κ = 100, steepest direction, momentum")
claims.about("nesterov_rise", measured=curves["Nesterov"].max(), value=2, within=0.3, text="same, Nesterov")

# %%
claims.about("gd_bound", measured=ratios["gradient descent"], value=1, within=1e-6,
             text="largest loss over bound, gradient descent", slides="at most 1")
claims.below("nesterov_bound", measured=ratios["Nesterov"], bound=0.25,
             text="largest loss over Nesterov's bound, Nesterov", slides="at most 1, with a larger constant")
claims.above("momentum_bound", measured=ratios["momentum"][-1], bound=200,
             text="same, momentum at its best values, κ = 1,000")
claims.above("valley_gain", measured=first_gain, bound=300,
             text="valley, lr 0.037, 25 steps: loss without momentum over loss with momentum 0.5")
claims.below("forms", measured=form_difference, bound=1e-12,
             text="classical form against averaged form at 1/(1 - momentum) times the rate")
claims.below("look_ahead", measured=ahead_difference, bound=1e-12,
             text="the library's Nesterov iterates against the look-ahead points")
steep = panels["lr·h = 0.5"]
claims.about("first_move", measured=steep["Nesterov"][1] / steep["momentum"][1], value=0.5, within=0.01,
             text="first move from the minimum, Nesterov over momentum, lr · curvature = 0.5")
claims.below("torch", measured=apart.get("PyTorch"), bound=1e-9, text="weights after 200 steps, PyTorch")
claims.below("keras", measured=apart.get("Keras"), bound=1e-4, text="same, Keras with float32 rates")

# %%
limits = {Momentum: 2 * 1.9, Nesterov: 2 * 1.9 / 2.8}
below, beyond = ([study.relative_loss(rule(lr=share * limit, momentum=0.9), [1.0], [1.0], 500)[-1]
                  for rule, limit in limits.items()] for share in (0.99, 1.01))
claims.below("limits_hold", measured=below, bound=1e-6,
             text="momentum, Nesterov, lr 1 % below their limits: last loss over first")
claims.above("limits_end", measured=beyond, bound=1e6, text="same, 1 % above")
claims.about("momentum_bears", measured=limits[Momentum] / 0.1 / 2, value=19, within=0.01,
             text="largest effective rate over gradient descent's, momentum")
claims.about("nesterov_bears", measured=limits[Nesterov] / 0.1 / 2, value=6.8, within=0.02,
             text="same, Nesterov")
floor, same_lr, same_rate = (curve[100:].mean() for curve in floors.values())
claims.about("floor_same_lr", measured=same_lr / floor, value=9.8, within=0.5,
             text="noise floor of momentum over gradient descent, same lr", slides="less")
claims.about("floor_same_rate", measured=same_rate / floor, value=0.95, within=0.05,
             text="same, same effective rate", slides="less")
claims.about("leaves_shallow", measured=shares[1][1], value=21, within=1,
             text="% of starts that momentum takes out of the shallow well", slides="escapes local minima")
claims.about("leaves_deep", measured=shares[1][2], value=11, within=1, text="same, out of the deep well")
loss = {key: runs[:, 0] for key, runs in many.items()}
median, descent = {key: np.median(losses) for key, losses in loss.items()}, ("gradient descent", 0.8)
others, full = ("momentum", "Nesterov"), sweeps["all 1,197 images per step"]
claims.about("same_rate", measured=full["momentum"][:2] / full["gradient descent"][:2], value=1, within=0.2,
             text="digits, all images, rates 0.4 and 0.8: loss of momentum over gradient descent, 3 seeds")

# %% tags=["nbval-check-output"]
claims.about("best_rate", measured=np.mean(loss["momentum", 12.8] < loss["momentum", 6.4]), value=0.4,
             within=0.3, text="20 new seeds: share with momentum's loss lower at 12.8 than at 6.4")
claims.above("best_gain", measured=[median[descent] / median[name, 6.4] for name in others], bound=7,
             text="20 new seeds, median losses: gradient descent at 0.8 over the others at 6.4")
claims.above("far_apart", bound=3, text="highest over lowest loss, Nesterov at 6.4, momentum at 12.8",
             measured=[loss[key].max() / loss[key].min() for key in (("Nesterov", 6.4), ("momentum", 12.8))])
claims.above("nesterov_fails", measured=np.mean(loss["Nesterov", 12.8] > loss[descent]), bound=0.8,
             text="share of Nesterov's runs at 12.8 that end above gradient descent's")
claims.about("half_gain", measured=[median[descent] / median[name, 3.2] for name in others], value=4.3,
             within=0.5, text="20 new seeds, median losses: gradient descent at 0.8 over the others at 3.2")
claims.above("half_worst", measured=[loss[descent] / loss[name, 3.2] for name in others], bound=3,
             text="same, each of 20 seeds")
last, right = (np.array([np.median(runs[:, i]) for _, runs in few.values()]) for i in (0, 1))
claims.about("small_gain", measured=last[0] / last[1:], value=1.1, within=0.2,
             text="digits, 8 images, 20 new seeds: tuned gradient descent over tuned others, medians")
gain = [np.median(many[name, rate][:, 1]) - np.median(many[descent][:, 1])
        for name in others for rate in (3.2, 6.4)]
claims.about("accuracy_gain", measured=[*gain, *(right[1:] - right[0])], value=0, within=0.02,
             text="digits: median test accuracy minus gradient descent's, at 3.2 and 6.4, and with 8 images")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write both rules, predict a velocity, find where momentum
# diverges](exercises/09_momentum_and_nesterov.ipynb).
#
# ## Recap
# 1. Momentum keeps a share $\mu$ of the velocity: where gradients agree, steps grow up to $1/(1-\mu)$ times.
# 2. Compare methods each at its own tuned rate; plot against $\eta/(1-\mu)$; know your framework's form.
# 3. On quadratics, tuned, the steps grow like √κ instead of κ, for momentum and Nesterov alike.
# 4. Nesterov takes the gradient one look ahead; frameworks store the look-ahead point.
# 5. Momentum removes the obstacle of curvature, not that of noise; it does not seek better minima.
#
# ## References
# - B. T. Polyak (1964), *Some methods of speeding up the convergence of iteration methods.* USSR Comp.
#   Math. 4(5).
# - Y. Nesterov (1983), *A method of solving a convex programming problem with convergence rate O(1/k²).*
# - Y. Nesterov (2004), *Introductory Lectures on Convex Optimization.* Springer. Section 2.2.
# - I. Sutskever, J. Martens, G. Dahl, G. Hinton (2013), *On the importance of initialization and momentum in
#   deep learning.* ICML.
# - Y. Bengio, N. Boulanger-Lewandowski, R. Pascanu (2013), *Advances in optimizing recurrent networks.*
#   ICASSP.
# - L. Lessard, B. Recht, A. Packard (2016), *Analysis and design of optimization algorithms via integral
#   quadratic constraints.* SIAM J. Optim. 26(1).
# - G. Goh (2017), *[Why momentum really works](https://distill.pub/2017/momentum/).* Distill.
# - C. Shallue et al. (2019), *Measuring the effects of data parallelism on neural network training.* JMLR 20.
