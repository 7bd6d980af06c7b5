# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 03 · Gradient descent
#
# **The question.** Which way is down, how far may one step go, and how many steps will it take?
#
# ## Objectives
# After this lecture you can
# - say in which sense the negative gradient is the steepest way down, and when it is not;
# - find the largest stable learning rate $2/L$ and the best constant one, $2/(L + \mu)$;
# - explain why scaling the features of a linear regression saves millions of steps;
# - state the convergence bound of gradient descent and test it;
# - say what such a bound does not tell you.
#
# **Builds on** [lecture 01](01_training_a_network.ipynb). **Time** 35 minutes to read, half a minute to run.
# **Goes with** the [slides](../slides/03_gradient_descent.md) and the
# [exercises](exercises/03_gradient_descent.ipynb).

# %%
from functools import partial

import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.frameworks.comparison import bound
from course_lib.functions import ROSENBROCK, quadratic, valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD
from course_lib.show import lecture03 as pictures
from course_lib.studies import convergence, scaling, sine_rates
from course_lib.studies.steepest import around

# %% [markdown]
# ## 1 · The steepest way down
#
# Close to $x$, a smooth function is nearly a straight slope:
# $f(x + d) \approx f(x) + g^\top d$, with $g$ the gradient at $x$. Which step $d$ of length at most $r$
# makes this model least? The one against the gradient, $d = -r\,g/\|g\|$, because a scalar product is least
# when its vectors are opposed. With $r = \eta\|g\|$ this is **gradient descent** (Cauchy 1847):
#
# $$x \leftarrow x - \eta\, g$$
#
# $\eta$ is the learning rate, `lr` in the code. The library's rule returns the step to subtract:

# %% tags=["nbval-check-output"]
show.source(SGD.rule)

# %% [markdown]
# So "steepest" is a statement about a *small sphere* around $x$.
#
# **Predict first.** We let the circle grow. Is the negative gradient still the best direction on it?
# <details><summary>Answer</summary>
# No. On a large circle the straight-line model is wrong, and the best direction turns towards the minimum.
# </details>

# %%
f, x = valley(5), np.array([-1.5, 0.6])
circles = {radius: around(f, x, radius) for radius in (0.1, 0.5, 1.0)}
fig, alt = pictures.spheres(f, x, circles)
show.figure(fig, alt=alt)

# %% [markdown]
# Dots: along the negative gradient. Diamonds: the lowest point of the circle.
#
# How good is the model along the step itself? It promises a decrease of $\eta\|g\|^2$. On Rosenbrock's
# function:

# %% tags=["nbval-check-output"]
x, small = ROSENBROCK.start, 10.0 ** -np.arange(4, 8)
g = ROSENBROCK.gradient(x)
promised, decrease = small * (g @ g), ROSENBROCK(x) - ROSENBROCK(x - small[:, None] * g)
error = np.abs(decrease - promised)
show.table(["lr", "decrease", "promised", "error of the promise"],
           np.transpose([small, decrease, promised, error]).tolist(), formats=".2e")

# %% [markdown]
# The error shrinks with $\eta^2$, the decrease with $\eta$: some rate is small enough to go down. How
# small? If the curvature is nowhere, and in no direction, more than $L$ (Nesterov 2004, lemma 1.2.3),
#
# $$f(x - \eta g) \;\le\; f(x) - \eta\,\big(1 - \tfrac{1}{2}\eta L\big)\,\|g\|^2 ,$$
#
# a decrease for every $\eta < 2/L$.
#
# ## 2 · Too small, right, too large
#
# On $\frac12 h x^2$ a step gives $x - \eta h x = (1 - \eta h)\,x$. The factor $1 - \eta h$ says it all.
#
# **Predict first.** $h = 1$. What do the runs with rate 0.1, 1, 1.8, 2 and 2.1 look like?
# <details><summary>Answer</summary>
# The factors are 0.9, 0, -0.8, -1 and -1.1: it creeps, arrives in one step, zigzags in, bounces for ever,
# and diverges.
# </details>

# %%
parabola = quadratic(1, n=1)
runs = {f"lr {lr}": minimize(parabola, [1.2], SGD(lr=lr), 8).x[:, 0] for lr in (0.1, 1.0, 1.8, 2.0, 2.1)}
fig, alt = pictures.one_dimension(runs)
show.figure(fig, alt=alt)

# %% [markdown]
# **Exactly at the edge**, $\eta = 2/L$, it neither converges nor diverges. In exact arithmetic it bounces
# for ever; with these numbers the computer's arithmetic is exact:

# %% tags=["nbval-check-output"]
edge_run = minimize(parabola, [1.2], SGD(lr=2.0), 1001).x[:, 0]
ends = [minimize(parabola, [1.2], SGD(lr=lr), 1001).loss[-1] for lr in (1.98, 2.02)]
print("after 1,000 steps", edge_run[-2], "and after one more", edge_run[-1])
print("lr 1 % smaller: loss below 1e-8:", ends[0] < 1e-8, "| 1 % larger: above 1e8:", ends[1] > 1e8)

# %% [markdown]
# Other lecture slides put the edge at $1/L$. Between $1/L$ and $2/L$ the run changes sides at every step, and
# converges all the same.
#
# **In several dimensions** the second derivatives form a symmetric matrix, the **Hessian** $H$. Its
# eigenvectors are directions at right angles to each other; the eigenvalue of each is the curvature along it.
# On $\frac12 x^\top H x$ the gradient is $Hx$. Along an eigenvector with curvature $h$ a step multiplies the
# coordinate by $1 - \eta h$, and the directions do not mix.
#
# So with curvatures from $\mu$ to $L$ each direction has its own factor, and the worst counts. It is least
# where the two ends are equal, $1 - \eta\mu = -(1 - \eta L)$:
#
# $$\eta = \frac{2}{L + \mu}, \qquad \text{factor } \frac{L - \mu}{L + \mu} = \frac{\kappa - 1}{\kappa + 1},
# \qquad \kappa = \frac{L}{\mu}$$
#
# κ is the **condition number**. Here $\kappa = 10$. One call of `minimize` runs 220 rates at once:

# %%
f = quadratic(10)
relative = np.arange(0.01, 2.201, 0.01)
rates = relative / 10
trace = minimize(f, np.tile(f.start, (len(rates), 1)), SGD(lr=rates[:, None]), 50)
factors = {"flat direction, curvature μ": 1 - rates, "steep direction, curvature L": 1 - 10 * rates}
sweep = trace.loss[-1] / trace.loss[0]
fig, alt = pictures.rate_sweep(relative, factors, sweep, {"1/L": 1, "2/(L+μ)": 20 / 11, "2/L": 2})
show.figure(fig, alt=alt)

# %% [markdown]
# ## 3 · A network
#
# A network 1-16-16-1 with tanh learns a noisy sine, 100 points, all of them in every step. No formula gives
# us $L$, but we can measure it. How the gradient changes along a direction is the Hessian times that
# direction (Pearlmutter 1994), so the matrix is never formed. Multiplying again and again turns any direction
# towards the one of the largest curvature; this is called **power iteration**.

# %% tags=["nbval-check-output"]
show.source(sine_rates.largest_curvature)

# %% tags=["nbval-check-output"]
seeds = range(8)
first_L = [sine_rates.largest_curvature(*sine_rates.sine_problem(seed), rng=np.random.default_rng(0))
           for seed in seeds]
print(f"L from {min(first_L):.0f} to {max(first_L):.0f}")

# %% [markdown]
# So $2/L$ is about 0.1; from 0.07 to 0.2, with the start.
#
# **Predict first.** Learning rates 0.001, 0.03 and 0.5. Which is which?
# <details><summary>Answer</summary>
# 0.001 is a hundred times below the edge: too small. 0.03 is below it: right. 0.5 is far beyond: it
# diverges.
# </details>

# %%
three = {f"lr {lr}": sine_rates.train_sines(lr, seeds) for lr in (0.001, 0.03, 0.5)}
fig, alt = pictures.three_rates(three)
show.figure(fig, alt=alt)

# %% [markdown]
# All eight runs agree. So $2/L$ is a good guide. But a network's curvature is not constant: it changes as
# the weights move. We measure $L$ along the way.

# %%
along = {lr: [sine_rates.train_sine(lr, seed, 1500, measure_every=125) for seed in range(4)]
         for lr in (0.01, 0.05, 0.1)}
fig, alt = pictures.edge(along)
show.figure(fig, alt=alt)

# %% [markdown]
# With rate 0.1, $L$ moves to $2/\eta = 20$ and then stays near it, at the "edge of stability" (Cohen et al.
# 2021); the loss no longer falls at every step. Runs that begin above this edge come down to it. With 0.05
# the edge is at 40 and $L$ comes near it; most runs, not all, then rise now and then. A low edge costs: over
# the last 500 steps every run's loss with 0.1 has a higher median than with 0.05. At 0.01 the edge is at 200;
# $L$ rises in nearly every run, but does not get there. A network is not a quadratic: its curvature depends
# on the rate.
#
# ## 4 · Conditioning, and why to scale the features
#
# Linear regression: 442 diabetes patients, ten features, from age to blood values, each in the units of the
# clinic (Efron et al. 2004). The loss is exactly quadratic, with Hessian $\frac2n A^\top A$, where $A$ is the
# table of features with a column of ones for the bias.
#
# **Predict first.** Does it matter to gradient descent whether blood pressure is in mmHg or in bar?
# <details><summary>Answer</summary>
# Yes. A feature ten times larger has a gradient ten times larger, and needs a weight ten times smaller:
# curvature a hundred times larger. "Steepest" depends on the units.
# </details>
#
# First two features and no bias, so that we see the loss:

# %%
features, target, names = scaling.diabetes()
functions, two = {}, {}
for how in ("centred", "standardized"):
    data = scaling.scale(features[:, [2, 3]], how)  # body mass index and blood pressure
    functions[how] = scaling.regression_loss(data, target - target.mean())
    f = functions[how]
    two[how] = minimize(f, f.start, SGD(lr=2 / np.linalg.eigvalsh(f.hessian(f.start)).sum()), 20)
fig, alt = pictures.two_features(functions, two, ["body mass index", "blood pressure"])
show.figure(fig, alt=alt)

# %% [markdown]
# Now all ten, and the bias. Three ways to give the features: as they come; **centred**, minus their mean;
# **standardized**, also divided by their deviation. Each run has its own best rate $2/(L + \mu)$. In the
# eigenvectors' coordinates, each step multiplies by a number, so the loss after $k$ steps is a formula
# and a hundred million steps need no run:

# %% tags=["nbval-check-output"]
show.source(convergence.exact_loss)

# %% tags=["nbval-check-output"]
modes = {how: scaling.least_squares_modes(scaling.scale(features, how), target) for how in scaling.SCALINGS}
counts = np.unique(np.geomspace(1, 4e8, 200).astype(int))
relative_losses, needed, kappa = {}, {}, {}
for how, (h, start, _) in modes.items():
    loss = partial(convergence.exact_loss, h, start, 2 / (h[0] + h[-1]))
    relative_losses[how], kappa[how] = loss(counts) / loss(0), h[-1] / h[0]
    needed[how] = convergence.exact_steps(h, start, 2 / (h[0] + h[-1]), 1e-6)
fig, alt = pictures.scaled_losses(counts, relative_losses)
show.figure(fig, alt=alt)
show.table(["features", "κ", "steps to a millionth"],
           [[how, f"{kappa[how]:.3g}", f"{needed[how]:.4g}"] for how in kappa])

# %% [markdown]
# From 180 million steps to 1,313, without a new method. Is the formula right? Here is gradient descent on the
# data themselves, for the last two:

# %% tags=["nbval-check-output"]
def count_steps(x, y, lr, tolerance=1e-6):
    a, w = np.column_stack([np.ones(len(x)), x]), np.zeros(x.shape[1] + 1)
    least = np.mean((a @ np.linalg.lstsq(a, y)[0] - y) ** 2)
    goal, steps = tolerance * (np.mean(y**2) - least), 0
    while True:
        residual = a @ w - y
        if residual @ residual / len(y) - least <= goal:
            return steps
        w = w - lr * (2 / len(y)) * (residual @ a)
        steps += 1


counted = {}
for how in ("centred", "standardized"):
    h = modes[how].curvatures
    counted[how] = count_steps(scaling.scale(features, how), target[:, 0], 2 / (h[0] + h[-1]))
print("formula and run agree to 1 step:", all(abs(counted[how] - needed[how]) <= 1 for how in counted))

# %% [markdown]
# What is left, $\kappa = 470$, comes from blood values that say nearly the same. Scaling each feature by
# itself cannot undo that. Scale with the mean and deviation of the *training* data, and use the same numbers
# for new data.
#
# ## 5 · The bound
#
# Curvature between $\mu$ and $L$ everywhere, $\eta = 2/(L+\mu)$. Then after $k$ steps (Nesterov 2004,
# theorem 2.1.15)
#
# $$f(x_k) - f(x^*) \;\le\; \frac{L}{2}\Big(\frac{\kappa-1}{\kappa+1}\Big)^{2k}\|x_0 - x^*\|^2$$
#
# The factor is that of section 2. The loss is at most $\frac L2$ times the squared distance, hence $2k$.
#
# **Predict first.** Can you find a start for which the bound is *attained*?
# <details><summary>Answer</summary>
# The steepest direction alone: there the loss is exactly L/2 times the squared distance, and the factor is
# exactly -(κ-1)/(κ+1).
# </details>
#
# We run 20 curvatures from 1 to κ, in axes turned at random, from each eigenvector and from 100 random
# starts, all at once, and divide each loss by the bound. The closed form, which knows nothing of the
# optimizer or the matrix, is our witness.

# %%
rng, steps = np.random.default_rng(3), np.arange(501)
ratios, apart = {}, {}
for k in (10, 100, 1000):
    f = quadratic(k, n=20, rotation=rng)
    starts = np.vstack([np.eye(20), convergence.starts(f.eigenvalues, "random", 100, rng)])
    lr = 2 / (k + 1)
    ratios[k] = minimize(f, starts @ f.eigenvectors.T, SGD(lr=lr), 500).loss.T
    exact = convergence.exact_loss(f.eigenvalues, starts, lr, steps)
    large = exact > 1e-12  # below, the rounding of the turned matrix shows
    apart[k] = np.abs(ratios[k][large] / exact[large] - 1).max()
    ratios[k] /= convergence.strongly_convex_bound(k, 1.0, steps)
many = convergence.starts(np.geomspace(1, 100, 20), "random", 2000, rng)  # for the median, κ = 100
many = convergence.exact_loss(np.geomspace(1, 100, 20), many, 2 / 101, steps)
many /= convergence.strongly_convex_bound(100, 1.0, steps)

# %% tags=["nbval-check-output"]
top = convergence.strongly_convex_bound(100, 1.0, steps)
fig, alt = pictures.loss_and_bound(top, {"steepest direction": ratios[100][19] * top,
                                         "100 random starts": ratios[100][20:] * top})
show.figure(fig, alt=alt)
show.table(["κ", "largest loss / bound", "same, random starts, from step 1"],
           [[k, f"{r.max():.6f}", f"{r[20:, 1:].max():.1f}"] for k, r in ratios.items()])

# %% [markdown]
# ### Steps grow like κ
# For a large κ, $\big(\frac{\kappa-1}{\kappa+1}\big)^2 \approx 1 - 4/\kappa$: from the worst start, the
# flattest direction alone, a millionth takes $\frac{\kappa}{4}\ln 10^6 = 3.45\,\kappa$ steps. Measured, from
# this start, from one with equal energy in each direction, and from random ones:

# %%
kappas = np.geomspace(10, 10_000, 7)
even = convergence.steps_against_kappa(partial(convergence.best, "gradient descent"), kappas)[0]
by_start = []
for k in kappas:
    h = np.geomspace(1, k, 20)
    from_random = convergence.starts(h, "random", 40, rng)
    by_start.append([convergence.exact_steps(h, x, 2 / (k + 1)) for x in [np.eye(20)[0], *from_random]])
worst, *by_start = np.array(by_start).T
middle = np.median(by_start, axis=0)
fig, alt = pictures.steps_and_kappa(kappas, {"flattest direction": worst, "equal energy": even,
                                             "random starts, median": middle})
show.figure(fig, alt=alt)

# %% [markdown]
# 2.88κ from equal energy, about 3κ from the random starts: less than from the worst, with the same slope.

# %% [markdown]
# ### Without a smallest curvature
# If there is a flat direction, $\mu = 0$ and κ is infinite. For a **convex** function, one whose curvature is
# nowhere negative, a slower guarantee remains with $\eta = 1/L$ (Beck & Teboulle 2009, theorem 3.1):
#
# $$f(x_k) - f(x^*) \;\le\; \frac{L\,\|x_0 - x^*\|^2}{2k}$$
#
# ### Too pessimistic?
# Back to the standardized diabetes data. The bound recommends $2/(L+\mu)$.
#
# **Predict first.** Rate $1/L$ against $2/(L+\mu)$, nearly twice as much: which reaches 1 % first?
# <details><summary>Answer</summary>
# 1/L, by far: 9 steps against 230. The steepest direction holds 7 % of the loss. At 2/(L+μ) its factor is
# -0.996, so these 7 % stay for long. At 1/L they are gone after one step.
# </details>

# %% tags=["nbval-check-output"]
h, start, distance = modes["standardized"]
L, mu, first = h[-1], h[0], convergence.exact_loss(h, start, 0.0, 0)
lrs, counts = {"lr 1/L": 1 / L, "lr 2/(L+μ)": 2 / (L + mu)}, np.unique(np.geomspace(1, 3000, 150).astype(int))
losses = {name: convergence.exact_loss(h, start, lr, counts) / first for name, lr in lrs.items()}
strong = partial(convergence.strongly_convex_bound, L, mu, distance=distance)
smooth = partial(convergence.convex_bound, L, distance=distance)
bounds = {"lr 1/L": ("its bound, with 1/k", smooth(counts) / first),
          "lr 2/(L+μ)": ("its bound, with κ", strong(counts) / first)}
fig, alt = pictures.two_guarantees(counts, losses, bounds)
show.figure(fig, alt=alt)
rows = []
for goal in (1e-1, 1e-2, 1e-3, 1e-6):
    row = [convergence.exact_steps(h, start, lr, goal) for lr in lrs.values()]
    rows.append([f"{goal:g}", *row, convergence.promised_steps(strong, goal * first)])
show.table(["loss falls to", *lrs, "promised by the bound"], rows)

# %% [markdown]
# The bound must hold for the worst quadratic, from its worst start. It gives the long run right: the slope
# of its line. But the loss that matters often falls early, in steep directions that are no trouble; "best"
# means best in the worst case. And a network has no fixed $L$ and $\mu$ to put in. Choose a rate by
# experiment; let theory tell you where to look.
#
# ## 6 · The same in PyTorch and Keras
#
# Both call it SGD; with all data in each step it is gradient descent. The network of section 3, 200 steps.

# %%
net, x, y = sine_rates.sine_problem(0)
start_net, opt = net.copy(), SGD(lr=0.03)
for _ in range(200):
    net.loss_and_grad(x, y)
    opt.step(net.parameters.x, net.parameters.g)

# %%
difference = {}
if frameworks.available()["pytorch"]:
    import torch

    module, loss = frameworks.to_torch(start_net), torch.nn.MSELoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.03)
    for _ in range(200):
        optimizer.zero_grad()
        loss(module(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimizer.step()
    trained = frameworks.from_torch(module, start_net.copy())
    difference["PyTorch"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    model, loss = frameworks.to_keras(start_net), keras.losses.MeanSquaredError(dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.03)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x))
        optimizer.apply(tape.gradient(value, model.trainable_variables))

    for _ in range(200):
        step(tf.constant(x), tf.constant(y))
    trained = frameworks.from_keras(model, start_net.copy())
    difference["Keras"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %% [markdown]
# Keras rounds `learning_rate` to float32 even in a float64 model, so its weights agree to that precision
# only. `contrast` gives it the rate in float64, and compares every step:

# %%
result = frameworks.contrast(start_net, x, y, "sgd", {"lr": 0.03}, steps=200, batch_size=None,
                             rng=np.random.default_rng(0))
apart_cells = {name: bound(d) for name, d in result.parameter_difference.items()}
apart_cells |= dict.fromkeys(result.missing, "not installed")
show.table(["largest difference, PyTorch", "Keras"], [[apart_cells["pytorch"], apart_cells["keras"]]])
result.timing()

# %% tags=["nbval-check-output"]
show.table(*frameworks.conventions_table("sgd"))

# %% [markdown]
# ## 7 · Explore
#
# $\frac12(x^2 + \kappa y^2)$: curvatures 1 and κ. Find the edge, then the best rate. Then let κ grow: what
# happens to the steps along $x$ at the best rate?

# %%
show.rate_explorer()

# %%
print(show.describe_rate(lr=0.07, kappa=25))
show.figure(show.draw_rate(lr=0.07, kappa=25),
            alt="Left: the path zigzags into the valley. Middle: the flat direction's factor is 0.93, the "
                "steep one's -0.75. Right: the loss falls below its bound.")

# %% [markdown]
# ## 8 · What we measured
#
# Each number below is measured again whenever this notebook runs; a claim that fails stops it. The last
# column is what other lecture slides say.

# %%
claims = Claims("03")
claims.below("small_circle", measured=circles[0.1].turn, bound=5,
             text="degrees between the best direction and -g, circle of radius 0.1")
claims.about("large_circle", measured=circles[1.0].turn, value=32, within=1, text="same, radius 1")
claims.about("model_order", measured=np.polyfit(np.log(small), np.log(error), 1)[0], value=2, within=0.01,
             text="order in lr of the straight-line model's error", slides="2")
claims.equal("edge", measured=np.abs(edge_run), value=1.2,
             text="distance from the minimum at lr = 2/L, at each of 1,001 steps")
off_edge = ~np.isclose(relative, 2)  # all rates but 2/L itself
tried, lowered = relative[off_edge].round(2), sweep[off_edge] < 1
claims.equal("below_edge", measured=tried[lowered].max(), value=1.99, slides="diverges beyond 1/L",
             text="κ = 10, 50 steps: largest rate times L that lowers the loss, of 0.01, 0.02, … but 2")
claims.equal("beyond_edge", measured=tried[~lowered].min(), value=2.01, text="same, smallest that raises it")
claims.about("best_rate", measured=relative[np.argmin(sweep)], value=1.82, within=0.02,
             text="best rate times L, κ = 10; 2L/(L + μ) is 1.82")
claims.about("first_curvature", measured=first_L, value=20, within=11,
             text="network: largest curvature before the first step, 8 seeds")
slow, good, wild = three.values()
claims.above("too_small", measured=slow[:, -1], bound=0.04, text="loss after 1,000 steps, lr 0.001, 8 seeds")
claims.about("right", measured=good[:, -1], value=0.017, within=0.008, text="same, lr 0.03")
claims.below("too_large", measured=np.argmin(np.isfinite(wild), axis=1), bound=30,
             text="step at which the loss passes a million, lr 0.5, 8 seeds")

# %%
runs = {lr: along[lr] + [sine_rates.train_sine(lr, seed, 1500, measure_every=1500) for seed in range(4, 20)]
        for lr in along}
last_L = {lr: np.array([run.curvature[-1] for run in runs[lr]]) for lr in runs}
begin_L = np.array([run.curvature[0] for run in runs[0.1]])
late = {lr: np.array([run.loss[1000:] for run in runs[lr]]) for lr in runs}
rises = {lr: np.mean(np.diff(late[lr]) > 0, axis=1) for lr in runs}
claims.about("edge_of_stability", measured=0.1 * last_L[0.1], value=2, within=0.1,
             text="lr 0.1, 20 seeds: lr times largest curvature after 1,500 steps")
claims.about("come_down", measured=0.1 * last_L[0.1][begin_L > 20], value=2, within=0.1,
             text="same, those that begin above the edge, at 20")
claims.above("uneven", measured=rises[0.1], bound=0.02,
             text="same, share of the last 500 steps in which the loss rises")
claims.equal("smooth_fall", measured=rises[0.01], value=0, text="same share, lr 0.01, 20 seeds")
claims.about("near_the_edge", measured=0.05 * last_L[0.05], value=2, within=0.35,
             text="lr 0.05, 20 seeds: lr times largest curvature after 1,500 steps")
claims.above("some_uneven", measured=np.sum(rises[0.05] > 0), bound=11,
             text="same, runs of 20 whose loss rises in any of the last 500 steps")
cost = np.median(late[0.1], axis=1) / np.median(late[0.05], axis=1)
claims.above("edge_costs", measured=cost, bound=1,
             text="median loss of the last 500 steps, lr 0.1 over lr 0.05, each of 20 seeds")
claims.about("typical_cost", measured=np.median(cost), value=1.65, within=0.15, text="same, median of 20")
claims.below("below_the_edge", measured=last_L[0.01], bound=50,
             text="lr 0.01, 20 seeds: largest curvature after 1,500 steps; the edge is at 200")
claims.above("still_rising", measured=np.sum(last_L[0.01] > begin_L), bound=17,
             text="same, runs of 20 in which it is larger than at the start")

# %%
claims.about("bound_attained", measured=[r.max() for r in ratios.values()], value=1, within=1e-6,
             text="largest loss over bound, κ = 10, 100, 1,000, 120 starts, 500 steps", slides="at most 1")
claims.below("oracle", measured=list(apart.values()), bound=1e-9,
             text="losses of the optimizer against the closed form, relative")
claims.below("random_ratio", measured=[r[20:, 1:].max() for r in ratios.values()], bound=0.6,
             text="largest loss over bound from 100 random starts, after the first step")
claims.about("random_median", measured=np.median(many[:, 100:], axis=0), value=0.03, within=0.01,
             text="same, median of 2,000 random starts, κ = 100, each step from 100 to 500")
large = kappas >= 100
claims.about("steps_worst", measured=(worst / kappas)[large], value=3.45, within=0.02,
             text="steps to a millionth over κ, flattest direction alone, κ = 100 to 10,000")
claims.about("steps_even", measured=(even / kappas)[large], value=2.88, within=0.02,
             text="same, equal energy")
claims.about("steps_random", measured=middle / kappas, value=3, within=0.5,
             text="same, median of 40 random starts, κ = 10 to 10,000")
claims.below("steps_most", measured=by_start / worst, bound=1.001,
             text="steps from any of these starts over those from the flattest direction")
claims.about("slope", measured=convergence.slope(kappas, even), value=1, within=0.02,
             text="slope of log steps against log κ, equal energy", slides="1")
claims.about("random_slope", measured=convergence.slope(kappas, middle), value=1, within=0.05,
             text="same, median of 40 random starts", slides="1")
claims.below("torch", measured=difference.get("PyTorch"), bound=1e-12,
             text="weights after 200 steps, PyTorch")
claims.below("keras", measured=difference.get("Keras"), bound=1e-5, text="same, Keras with a float32 rate")

# %% tags=["nbval-check-output"]
claims.about("kappa_raw", measured=kappa["as they come"] / 1e6, value=52.4, within=0.1,
             text="diabetes: κ in millions, features as they come")
claims.about("kappa_centred", measured=kappa["centred"], value=76_300, within=100, text="same, κ, centred")
claims.about("kappa_scaled", measured=kappa["standardized"], value=470, within=1, text="same, standardized")
claims.about("steps_raw", measured=needed["as they come"] / 1e6, value=179.6, within=0.1,
             text="million steps to a millionth of the excess loss, features as they come")
claims.about("steps_centred", measured=counted["centred"], value=184_888, within=20,
             text="steps to a millionth, centred")
claims.about("steps_scaled", measured=counted["standardized"], value=1313, within=1,
             text="same, standardized")
quick, best_rate = (convergence.exact_steps(h, start, lr, 0.01) for lr in lrs.values())
claims.about("steep_share", measured=50 * L * start[-1] ** 2 / first, value=7, within=0.1,
             text="diabetes, standardized: % of the first excess loss in the steepest direction")
claims.equal("one_percent_quick", measured=quick, value=9,
             text="same, steps to 1 %, lr 1/L")
claims.equal("one_percent_best", measured=best_rate, value=230, text="same, lr 2/(L + μ)")
claims.equal("one_percent_bound", measured=rows[1][-1], value=711, text="same, promised by the bound",
             slides="bounds are pessimistic")
claims.equal("millionth_quick", measured=rows[3][1], value=1585, text="same, steps to a millionth, lr 1/L")
claims.equal("millionth_bound", measured=rows[3][3], value=1793, text="same, promised by the bound")
claims.below("smooth", measured=losses["lr 1/L"] / bounds["lr 1/L"][1], bound=1,
             text="loss over the bound with 1/k, lr 1/L, standardized data")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write gradient descent, predict an edge, scale features, break a run](exercises/03_gradient_descent.ipynb).
#
# ## Recap
# 1. The negative gradient is the steepest way down on a small sphere, and depends on the units.
# 2. Stable up to $2/L$; $1/L$ kills the steepest direction; $2/(L+\mu)$ is best in the worst case.
# 3. The steps grow like $\kappa = L/\mu$. Scaling the features is the cheapest way to a smaller κ.
# 4. The bound is attained by the worst start and exact in its slope; most of the loss may fall long before.
# 5. A network's curvature moves: it tends to rise, up to $2/\eta$ if the run is long enough.
#
# ## References
# Cauchy (1847) · Nesterov (2004), *Introductory Lectures on Convex Optimization* · Beck & Teboulle (2009),
# *A fast iterative shrinkage-thresholding algorithm* · Pearlmutter (1994), *Fast exact multiplication by the
# Hessian* · Efron, Hastie, Johnstone & Tibshirani (2004), *Least angle regression* · Cohen, Kaur, Li, Kolter
# & Talwalkar (2021), *Gradient descent on neural networks typically occurs at the edge of stability*
