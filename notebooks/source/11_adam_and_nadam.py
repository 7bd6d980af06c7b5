# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 11 · Adam and NAdam
#
# **The question.** Momentum smooths the direction, RMSProp sizes the step of each coordinate. What happens
# when one rule does both? And which of the promises made for it hold?
#
# ## Objectives
# After this lecture you can
# - write Adam with and without bias correction, and derive the correction;
# - say how long a step is, and what changes it: noise, scale, rotation, $\epsilon$;
# - explain why AdamW is not Adam with an L2 penalty;
# - name what PyTorch and Keras do differently under the same name;
# - construct a problem on which Adam walks to the worst point.
#
# **Builds on** [momentum](09_momentum_and_nesterov.ipynb) and adaptive rates (lecture 10). **Time** 40
# minutes to read, about half a minute to run. **Goes with** the [slides](../slides/11_adam_and_nadam.md)
# and the [exercises](exercises/11_adam_and_nadam.ipynb).

# %%
from functools import partial

import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits, two_piece
from course_lib.frameworks.comparison import bound
from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, Adamax, AdamW, AMSGrad, Lion, NAdam, RAdam
from course_lib.schedules import power
from course_lib.show import lecture11 as pictures
from course_lib.studies import adam as study
from course_lib.studies import two_piece as long_study
from course_lib.studies.momentum_digits import digits_network
from course_lib.training import batches
from course_lib.transforms import l2

# %% [markdown]
# ## 1 · Two moments
#
# Adam (Kingma & Ba 2015, algorithm 1) keeps two moving averages for each coordinate: $m$ of the gradient,
# as averaged momentum does, and $v$ of its square, as RMSProp does.
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\,g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\,g^2$$
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat v = \frac{v}{1-\beta_2^t}, \qquad
#   x \leftarrow x - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}, \qquad t = 1, 2, \dots$$
#
# This is the **complete form**. The **simple form** leaves out the hats. In plain NumPy:

# %%
def adam_step(x, m, v, g, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v

# %% [markdown]
# The library takes both corrections into two numbers, which saves two passes over the arrays (section 2 of
# the paper). It is the same rule:

# %% tags=["nbval-check-output"]
show.source(Adam.rule, Adam.corrected)
f, opt = quadratic(25, rotation=0.5), Adam(lr=0.05)
x, m, v, points = f.eigenvectors @ np.ones(2), 0.0, 0.0, []
own = minimize(f, x, opt, 100)
for t in range(1, 101):
    x, m, v = adam_step(x, m, v, f.gradient(x), t, lr=0.05)
    points.append(x)
form_difference = np.abs(own.x[1:] - points).max()
print("same 100 points:", form_difference < 1e-12)

# %% [markdown]
# ### How long is a step?
# If the gradient stays $g$, then $\hat m/\sqrt{\hat v} = g/|g| = \pm 1$: **one learning rate, however large
# the gradient**. Noise makes it shorter. A *sudden* large gradient makes it longer: after many small ones the
# step is $(1-\beta_1)/\sqrt{1-\beta_2}$ = 3.2 learning rates, and if gradients grow by $\beta_2/\beta_1$ in
# each step, 7.3 in the end.
#
# **Predict first.** The gradient is 1 plus noise of deviation 0, 1, 10. How far does Adam move per step?
# <details><summary>Answer</summary>
# The average of g is 1, that of its square 1 + noise². So 1, 0.71 and 0.10 learning rates: the ratio of
# signal to root mean square. Where gradients disagree, Adam slows down by itself.
# </details>

# %%
rng, drifts = np.random.default_rng(11), {}
for noise in (0, 1, 10):
    run = minimize(lambda x: x[..., 0], np.zeros((400, 1)), Adam(lr=1), 2500,
                   gradient=lambda x, noise=noise: 1 + noise * rng.standard_normal(x.shape))
    drifts[noise] = (run.x[1000] - run.x[-1]).mean() / 1500
jumps = {"sudden": np.r_[np.full(5000, 0.01), 100],
         "growing": 1e-6 * np.r_[np.ones(5000), (0.999 / 0.9) ** np.arange(300)]}
last = {name: -np.diff(study.projected(Adam(lr=1e-6, eps=0), way)[-2:])[0] / 1e-6
        for name, way in jumps.items()}
show.table(["noise", "mean step / lr", "1 / √(1 + noise²)"],
           [[noise, drift, 1 / np.hypot(1, noise)] for noise, drift in drifts.items()], formats=".2f")

# %% [markdown]
# ## 2 · Bias correction
#
# Both averages start at zero. Unrolled, $m_t = (1-\beta_1)\sum_{i=1}^t \beta_1^{t-i} g_i$. If all gradients
# have the mean $\bar g$, then
#
# $$E[m_t] = \bar g\,(1-\beta_1)\sum_{i=1}^t \beta_1^{t-i} = \bar g\,(1-\beta_1^t)$$
#
# since the geometric sum is $(1-\beta_1^t)/(1-\beta_1)$. So $m_t$ is too small by the factor
# $1-\beta_1^t$, and dividing by it corrects that. The same holds for $v$, with $\beta_2$.

# %%
noisy = minimize(lambda x: x[0], [0.0], Adam(), 150, gradient=lambda x: 1 + rng.standard_normal(1))
fig, alt = pictures.moments(noisy, 0.9, 0.999)
show.figure(fig, alt=alt)

# %% [markdown]
# It is often said that the correction boosts $m$ and $v$ at the beginning. True, and yet:
#
# **Predict first.** Is the first *step* of the simple form too short or too long?
# <details><summary>Answer</summary>
# Too long. The step is m/√v. m is 10 times too small, √v is 32 times too small: the quotient is 3.2 times too
# large. It is v that matters, in the denominator.
# </details>

# %%
steps = {}
for name, correct in (("complete form", True), ("simple form", False)):
    run = minimize(lambda x: x[0], [0.0], Adam(lr=1, bias_correction=correct), 5000, gradient=np.ones_like)
    steps[name] = -np.diff(run.x[:, 0])
fig, alt = pictures.step_sizes(steps)
show.figure(fig, alt=alt)

# %% [markdown]
# So the simple form is the complete one with a hidden schedule, which begins at
# $(1-\beta_1)/\sqrt{1-\beta_2}$ learning rates. What does that do to training? The digits, 64-32-10:

# %%
rates, beta2s = [0.001, 0.003, 0.01, 0.03, 0.1], [0.99, 0.999, 0.9999]
grid = study.sweep_correction(rates, beta2s, seeds=range(3))
best = {form: np.array(rates)[np.median(losses, axis=2).argmin(axis=1)] for form, losses in grid.items()}
tested = {form: np.array([[study.train_digits(lr, beta2, form, seed) for seed in range(3, 23)]
                          for beta2, lr in zip(beta2s, best[form], strict=True)]) for form in best}
ratio = tested[False] / tested[True]
fig, alt = pictures.correction(rates, beta2s, grid)
show.figure(fig, alt=alt)

# %% [markdown]
# The correction makes the learning rate *mean the same* for every $\beta_2$. It does not make the best loss
# better: each at its best rate, on 20 other seeds, the simple form's is a little lower on most of them, by 10
# to 25 % in the median; at rate 0.001 and $\beta_2$ = 0.999 it has about a quarter of the loss. Its hidden
# schedule, long steps first, suits this short run.
#
# **Three slips.** (1) Counting $t$ from 0 divides by $1-\beta^0 = 0$. (2) Reading the exponent as the total
# number of steps $T$ corrects nothing. (3) With $m \leftarrow \beta_1 m - (1-\beta_1) g$ the step is
# *added*; mixed with the minus of the usual form, it climbs.

# %% tags=["nbval-check-output"]
with np.errstate(divide="ignore", invalid="ignore"):
    print("t from 0:", adam_step(1.0, 0.0, 0.0, np.array([1.0]), t=0)[0])

# %% [markdown]
# ## 3 · Scale, rotation and ε
#
# Multiply the loss by 1,000: $m$ grows 1,000 times, $\sqrt v$ too, the step stays. More than that: each
# coordinate may have a factor of its own.

# %% tags=["nbval-check-output"]
start = f.eigenvectors @ np.ones(2)
base = minimize(f, start, Adam(lr=0.05), 100)
scale = {c: np.abs(minimize(f, start, Adam(lr=0.05), 100, gradient=lambda x, c=c: c * f.gradient(x)).x
                   - base.x).max() for c in (1e6, 1e3, 1e-3, 1e-9)}
scale_rows = [[f"{c:g}", f"{d:.0e}"] for c, d in scale.items()]
show.table(["gradient times", "largest change of the path"], scale_rows)

# %% [markdown]
# Only when the gradient comes down to the size of $\epsilon$ does the path change.
#
# **Predict first.** A valley along the axes, and the same valley turned by 45°. On which does the condition
# number κ slow Adam down?
# <details><summary>Answer</summary>
# Only on the turned one. Along the axes each coordinate divides its curvature out. Turned, both coordinates
# see the same mixture of steep and flat, and there is nothing to divide out.
# </details>

# %%
kappas, angles = [1, 10, 100, 1000], {"along the axes": 0, "turned by 45°": np.pi / 4}
short = {title: study.valley_runs(Adam(lr=0.1), [25], angle, 100)[25] for title, angle in angles.items()}
panels = {title: (quadratic(25, rotation=angles[title]), {"Adam": run}) for title, run in short.items()}
fig, alt = pictures.valleys(panels)
show.figure(fig, alt=alt)

# %% [markdown]
# One start shows little: Adam runs past the minimum and comes back. So count the steps until the loss *stays*
# below 1e-4 of the first, from 40 starts, for each κ at the best of 30 rates:

# %%
needed = {title: [np.quantile(steps, [0.5, 0.9]) for steps in study.valley_steps(kappas, angle).values()]
          for title, angle in angles.items()}
show.table(["median (90 %) of the steps", *[f"κ = {kappa}" for kappa in kappas]],
           [[title, *[f"{middle:.0f} ({high:.0f})" for middle, high in counts]]
            for title, counts in needed.items()])

# %% [markdown]
# Along the axes κ changes nothing. Turned, a well-chosen rate hides κ = 100; at κ = 1,000 the typical start
# takes over one and a half times the steps, one start in ten over three times.
#
# ### Where ε stands
# Algorithm 1 adds $\epsilon$ to $\sqrt{\hat v}$, as PyTorch does. The faster form adds it to $\sqrt v$,
# before the correction: the paper's $\hat\epsilon$, and Keras's `epsilon`. It acts like
# $\hat\epsilon/\sqrt{1-\beta_2^t}$, which is 32 times larger in the first step. The step over lr:

# %% tags=["nbval-check-output"]
places = {"ε = 1e-8 (PyTorch)": Adam(lr=1), "ε̂ = 1e-7 (Keras)": Adam(lr=1, eps=1e-7, eps_hat=True)}
eps_rows = []
for g in (1e-4, 1e-6, 1e-7):
    runs = [minimize(lambda x: x[0], [0.0], opt, 3000, gradient=lambda x, g=g: np.full(1, g))
            for opt in places.values()]
    eps_rows.append([f"{g:g}", *[x[k - 1, 0] - x[k, 0] for x in (run.x for run in runs) for k in (1, 3000)]])
headers = ["gradient", *[f"{name}, step {k}" for name in places for k in (1, 3000)]]
show.table(headers, eps_rows, formats=".2f")

# %% [markdown]
# With usual gradients nobody notices. With tiny ones, the defaults of the two frameworks train differently.
#
# ## 4 · Weight decay: AdamW is not Adam with L2
#
# A penalty $\frac\alpha2\|x\|^2$ adds $\alpha x$ to the gradient. In gradient descent that is the same as
# shrinking $x$ by the factor $1-\eta\alpha$ in each step. In Adam, $\alpha x$ goes through $\sqrt v$ like
# the rest: **where gradients are large, the decay is divided away.** AdamW (Loshchilov & Hutter 2019) takes
# it out of the gradient: first $x \leftarrow (1-\eta\lambda)x$, then Adam's step.
#
# **Predict first.** Three weights start at 1. Their gradients are pure noise, of deviation 1, 10 and 100.
# Which ones does a decay of 1 shrink, coupled and decoupled?
# <details><summary>Answer</summary>
# Decoupled: all alike. Coupled: the decay is divided by the root mean square of the gradient, so the first
# shrinks, the third hardly moves.
# </details>

# %%
noises, decays = np.array([1.0, 10.0, 100.0]), {}
for name, opt in {"Adam, penalty in the gradient": Adam(lr=0.001, transforms=(l2(1.0),)),
                  "AdamW": AdamW(lr=0.001, weight_decay=1.0)}.items():
    run = minimize(lambda x: x[..., 0], np.ones((300, 3)), opt, 1000,
                   gradient=lambda x: noises * rng.standard_normal(x.shape))
    decays[name] = {f"noise {n:g}": mean for n, mean in zip(noises, run.x.mean(axis=1).T, strict=True)}
fig, alt = pictures.decay(decays, 0.001)
show.figure(fig, alt=alt)
coupled = minimize(f, start, SGD(lr=0.01, transforms=(l2(0.5),)), 100).x
sgd_difference = np.abs(coupled - minimize(f, start, SGD(lr=0.01, weight_decay=0.5), 100).x).max()

# %% [markdown]
# The name `weight_decay` hides this: in `torch.optim.Adam` it is the penalty, in `torch.optim.AdamW` and in
# all of Keras it is the decoupled decay.
#
# ## 5 · NAdam
#
# Dozat (2016) puts Nesterov's idea into Adam: look ahead with the *next* momentum, and count the newest
# gradient twice. With a momentum $\mu_t$ that may change:
#
# $$\hat m = \frac{\mu_{t+1}\, m_t}{1-\prod_{i=1}^{t+1}\mu_i} + \frac{(1-\mu_t)\,g_t}{1-\prod_{i=1}^{t}\mu_i},
#   \qquad \mu_t = \beta_1\big(1 - \tfrac12\, 0.96^{\,t\psi}\big)$$
#
# Here $m_t$ is averaged with $\beta_1$ as in Adam, which is what both frameworks do; the paper averages it
# with $\mu_t$ too (`average_with_mu=True`). PyTorch takes $\psi$ = 0.004 (`momentum_decay`), the paper's
# schedule. Keras takes $\psi$ = 1 and offers no choice. Two different methods under one name:

# %%
show.source(NAdam.rule)
t = np.arange(1, 30_001)
mus = {name: np.array([NAdam(momentum_decay=psi).momenta(int(k))[1] for k in t])
       for name, psi in {"ψ = 0.004 (PyTorch)": 0.004, "ψ = 1 (Keras)": 1.0}.items()}
fig, alt = pictures.schedules(mus)
show.figure(fig, alt=alt)

# %% [markdown]
# ## 6 · Adam against NAdam: one figure or forty seeds?
#
# Other lecture slides fit $5+\sum_{k=1}^4 \sin kx$ for $x<0$ and $\cos 10x$ for $x\ge0$ by a network of
# two layers of 100 tanh units with lr 0.001. They report an error of 0.281 for Adam, 0.394 for NAdam:
# "Adam always better". How often is that so? A small part now, and the long runs from a
# [stored file](../data/README.md) that the same function made:

# %%
live = {name: long_study.many(name, 0.001, range(4), epochs=300) for name in ("Adam", "NAdam")}
runs, epochs = long_study.stored()
off = max(np.abs(live[name] / runs[name, 0.001][:4, :4] - 1).max() for name in live)
named = {name: runs[name, 0.001] for name in long_study.METHODS}
fig, alt = pictures.budgets(two_piece(), epochs, named)
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
at = {int(e): i for i, e in enumerate(epochs) if e in (500, 1000, 2000, 3000, 5000)}
won = long_study.wins(named["Adam"], named["NAdam"])
show.table(["epochs", *[f"{name}, median" for name in named], "Adam better than NAdam, of 40"],
           [[e, *[np.median(values[:, i]) for values in named.values()], int(won[i])] for e, i in at.items()])

# %% [markdown]
# That figure is right, for 5,000 epochs. "Always" is not: at 1,000 epochs it is a coin toss. And 0.001 was
# nobody's best rate:

# %%
final = {name: np.array([runs[name, lr][:, -1] for lr in long_study.RATES]) for name in long_study.METHODS}
gap = {name: np.median(values, axis=1) / np.median(final["Adam"], axis=1) for name, values in final.items()}
beats = {name: np.array([long_study.wins(runs["Adam", lr], runs[name, lr]) for lr in long_study.RATES])
         for name in named}
fig, alt = pictures.final_errors(long_study.RATES, final)
show.figure(fig, alt=alt)

# %% [markdown]
# **The gap depends on the rate, and on ψ.** At 0.001 the errors of Adam and PyTorch's NAdam differ by about
# a third, at 0.01 by a factor of about 11. At the two larger rates Adam wins on most seeds from 500 epochs
# on. With $\psi$ = 1 NAdam's error there is two to four times lower: at 0.003 and 500 epochs it is ahead on
# nearly all seeds, and from 2,500 epochs on Adam is, on more than half. After 5,000, each at its best rate,
# Adam wins on nearly all. By how much, forty seeds hardly settle: NAdam's median at its best rate is 0.085,
# but 0.14 in one half of them and 0.07 in the other. Adam's best rate is in the median the largest tried; a
# larger one may be better. One target, one network: no ranking.
#
# ## 7 · Where Adam fails
#
# The gradients come in a cycle: 3, -1, -1, 3, -1, -1, … and $x$ is kept in $[-1, 1]$. Their sum is positive,
# so the best point is -1 (Reddi, Kale & Kumar 2018, theorem 1; $\beta_1 = 0$, lr $0.5/\sqrt t$).
#
# **Predict first.** With $\beta_2 = 0.1$, where does Adam go?
# <details><summary>Answer</summary>
# To +1, the worst point. Right after the 3, v is large, so this step is about one learning rate. Then v
# forgets, and two steps of up to one learning rate follow the other way. Adam heeds signs more than sizes.
# </details>

# %%
rate = power(0.5, decay=1.0, exponent=0.5)
methods = {"Adam, β₂ = 0.1": Adam(lr=rate, beta1=0, beta2=0.1), "Adam, β₂ = 0.999": Adam(lr=rate, beta1=0),
           "AMSGrad, β₂ = 0.1": AMSGrad(lr=rate, beta1=0, beta2=0.1), "gradient descent": SGD(lr=rate)}
ways = {name: study.projected(opt, study.cycle(3.0, 3000)) for name, opt in methods.items()}
fig, alt = pictures.failing(ways)
show.figure(fig, alt=alt)

# %% [markdown]
# AMSGrad divides by the largest $v$ so far: $v_{\max} \leftarrow \max(v_{\max}, v)$. It cannot forget the 3.
# But a longer memory, $\beta_2 = 0.999$, mends Adam as well. The theorem picks the gradients *after*
# $\beta_2$; for a given problem a $\beta_2$ close enough to 1 converges (Zhang et al. 2022).
#
# ### The family
# | | what it changes | source |
# |:--|:--|:--|
# | `Adamax` | $u \leftarrow \max(\beta_2 u, \vert g\vert)$ for $\sqrt v$ | Kingma & Ba 2015, section 7.1 |
# | `RAdam` | averaged gradient steps until $v$ can be trusted, a warm-up by formula | Liu et al. 2020 |
# | `Lion` | the *sign* of an average of momentum and gradient; no $v$ at all | Chen et al. 2023 |
#
# All four on the same ten gradients, 1 first and 0.1 ever after; step over lr:

# %% tags=["nbval-check-output"]
stream = np.r_[1.0, np.full(9, 0.1)]
family = {rule.__name__: study.projected(rule(lr=0.01), stream) for rule in (Adam, Adamax, RAdam, Lion)}
show.table(["", "step 1", "step 2", "step 5", "step 10"],
           [[name, *-np.diff(np.r_[0, x])[[0, 1, 4, 9]] / 0.01] for name, x in family.items()], formats=".2f")

# %% [markdown]
# ## 8 · The same in PyTorch and Keras
#
# Digits, the same first weights, the same 100 batches of 32, float64. Ours first, each as `like` says that
# PyTorch does it:

# %%
x, y = load_digits().train
x, first = x.astype(np.float64), digits_network(seed=0).copy(np.float64)
stream = [index for _ in range(3) for index in batches(len(x), 32, rng)][:100]
given, ours = {"lr": 0.005, "beta1": 0.9, "beta2": 0.99, "eps": 1e-6}, {}
lion = {"lr": 0.001, "beta1": 0.9, "beta2": 0.99}
names = {"pytorch": ["adam", "nadam", "adamw", "amsgrad", "adamax", "radam"],
         "keras": ["adam", "nadam", "adamw", "amsgrad", "adamax", "lion"]}
for framework in names:
    for name in names[framework]:
        opt = frameworks.like(framework, name, **lion if name == "lion" else given)
        net = first.copy()
        for index in stream:
            net.loss_and_grad(x[index], y[index])
            opt.step(net.parameters.x, net.parameters.g)
        ours[framework, name] = net.parameters.x

# %%
apart = {}
if frameworks.available()["pytorch"]:
    import torch

    kinds = {"adam": torch.optim.Adam, "nadam": torch.optim.NAdam, "adamw": torch.optim.AdamW,
             "amsgrad": partial(torch.optim.Adam, amsgrad=True), "adamax": torch.optim.Adamax,
             "radam": torch.optim.RAdam}
    for name, kind in kinds.items():
        module, loss = frameworks.to_torch(first), torch.nn.CrossEntropyLoss()
        optimizer = kind(module.parameters(), lr=0.005, betas=(0.9, 0.99), eps=1e-6)
        for index in stream:
            optimizer.zero_grad()
            loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
            optimizer.step()
        trained = frameworks.from_torch(module, first.copy()).parameters.x
        apart["PyTorch", name] = np.abs(trained - ours["pytorch", name]).max()

# %%
if frameworks.available()["keras"]:
    keras = frameworks.load_keras()[1]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    kinds = {"adam": keras.optimizers.Adam, "nadam": keras.optimizers.Nadam, "adamw": keras.optimizers.AdamW,
             "amsgrad": partial(keras.optimizers.Adam, amsgrad=True), "adamax": keras.optimizers.Adamax}
    kinds = {name: kind(learning_rate=0.005, beta_1=0.9, beta_2=0.99, epsilon=1e-6)
             for name, kind in kinds.items()}
    kinds["lion"] = keras.optimizers.Lion(learning_rate=0.001, beta_1=0.9, beta_2=0.99)
    for name, optimizer in kinds.items():
        model = frameworks.to_keras(first)
        model.compile(optimizer, loss)
        for index in stream:
            model.train_on_batch(x[index], y[index])
        trained = frameworks.from_keras(model, first.copy()).parameters.x
        apart["Keras", name] = np.abs(trained - ours["keras", name]).max()

# %% [markdown]
# To rounding with PyTorch, except that its NAdam keeps the product of all $\mu$ in float32; to that of
# float32 with Keras, which rounds `learning_rate` and both betas. In some runs a number whose sign counts,
# such as a ReLU's input, is so near zero that this rounding decides it; then the weights part further.
# `contrast_rule` feeds one stream of gradients to each of the family, in float64 where possible:

# %%
gradients = np.random.default_rng(1).normal(size=(200, 5))
rows = []
for name in ("adam", "adamw", "amsgrad", "nadam", "adamax", "radam", "lion"):
    result = frameworks.contrast_rule(name, gradients, np.ones(5))
    cells = {key: bound(difference) for key, difference in result.parameter_difference.items()}
    cells |= dict.fromkeys(result.missing, "not installed")
    rows.append([name, cells.get("pytorch", "has none"), cells.get("keras", "has none")])
show.table(["largest relative difference over 200 steps", "PyTorch", "Keras"], rows)

result = frameworks.contrast(first, x, y, "adam", {"lr": 0.005}, rng=np.random.default_rng(1))
show.table(*result.table())
show.table(*result.timing())

# %% [markdown]
# The conventions, in two tables. AMSGrad is an argument of Adam in both. Adamax adds ε to $|g|$, inside the
# maximum, in PyTorch, outside in Keras. PyTorch's RAdam trusts $v$ once ρ exceeds 5, the paper's 4; Keras has
# no RAdam, PyTorch no Lion.

# %% tags=["nbval-check-output"]
show.table(*frameworks.conventions_table("adam", "adamw", "amsgrad", "nadam"))
show.table(*frameworks.conventions_table("adamax", "radam", "lion"))

# %% [markdown]
# ## 9 · Explore
#
# Switch the bias correction off and watch the first steps. Then set β₂ to 0.9: does the correction still
# matter? Then β₁ to 0.

# %%
show.adam_explorer()

# %%
print(show.describe_adam(bias_correction="off"))
show.figure(show.draw_adam(bias_correction="off"),
            alt="Left: without correction Adam overshoots the minimum and spirals in. Right: its steps begin "
                "at 3.2 learning rates, rise to more than five, and fall in waves.")

# %% [markdown]
# ## 10 · What we measured
#
# Measured again whenever this notebook runs; a claim that fails stops it.

# %%
claims = Claims("11")
claims.below("forms", measured=form_difference, bound=1e-12, text="library's rule against algorithm 1")
claims.about("step_noise1", measured=drifts[1], value=0.71, within=0.01, text="mean step over lr, noise 1")
claims.about("step_noise10", measured=drifts[10], value=0.1, within=0.01, text="same, noise 10")
simple = steps["simple form"]
claims.about("first_simple", measured=simple[0], value=3.16, within=0.01,
             text="first step over lr, simple form", slides="correction boosts m and v")
claims.about("longest_simple", measured=simple.max(), value=6.57, within=0.01, text="longest, simple form")
claims.equal("longest_at", measured=simple.argmax() + 1, value=12, text="the step at which it is longest")
claims.about("correct_alike", measured=grid[True][:, :4] / grid[True][1, :4], value=1, within=0.15,
             text="digits, complete form: loss over that for β₂ = 0.999, each β₂, rate up to 0.03, seed of 3")
claims.equal("same_rate", measured=best[True], value=0.03, text="same: best rate, 3 seeds, each β₂")
claims.about("simple_best", measured=np.median(ratio, axis=1), value=0.82, within=0.08,
             text="best rate each: loss of simple over complete form, each β₂, median of 20 other seeds")
claims.above("simple_wins", measured=(ratio < 1).sum(axis=1), bound=12, text="of these 20, where it is lower")
claims.about("simple_early", measured=grid[False][1, 0] / grid[True][1, 0], value=0.27, within=0.08,
             text="same ratio, lr 0.001, β₂ = 0.999, each of 3 seeds")
claims.above("simple_spoils", measured=grid[False][2, 3] / grid[True][2, 3], bound=10,
             text="digits, β₂ = 0.9999, lr 0.03: loss of the simple over the complete form, each of 3 seeds")
claims.below("stored", measured=off, bound=1e-3, text="two-piece: live runs against the stored ones")
claims.below("scale", measured=[scale[1e3], scale[1e6]], bound=1e-6, text="path change, gradients × 1e3, 1e6")
claims.above("tiny", measured=scale[1e-9], bound=0.1, text="same, × 1e-9")
claims.about("eps_torch", measured=eps_rows[2][1], value=0.91, within=0.01,
             text="first step over lr, gradient 1e-7, PyTorch's ε")
claims.about("eps_keras", measured=eps_rows[2][3], value=0.03, within=0.005, text="same, Keras's ε̂")

# %%
claims.about("sudden", measured=last["sudden"], value=3.16, within=0.02, text="step over lr, sudden gradient")
claims.about("growing", measured=last["growing"], value=7.27, within=0.05, text="same, growing gradients")
axis, slanted = (np.transpose(counts) for counts in needed.values())
claims.about("aligned", measured=axis[0], value=80, within=3, text="steps along the axes, median, each κ")
claims.about("turned_mild", measured=slanted[0, :3], value=81, within=5, text="same, turned, κ up to 100")
claims.about("turned", measured=slanted[0, 3], value=128, within=5, text="same, turned, κ = 1,000")
claims.above("turned_ratio", measured=slanted[0, 3] / axis[0, 3], bound=1.5, text="that over along the axes")
claims.above("turned_tenth", measured=slanted[1, 3] / axis[0, 3], bound=3, text="same, 90 % of the starts")
coupled, decoupled = ([mean[-1] for mean in named.values()] for named in decays.values())
claims.about("adamw_left", measured=decoupled, value=0.37, within=0.01,
             text="weight left after 1,000 steps, AdamW, each of three noises")
claims.about("l2_small", measured=coupled[0], value=0.46, within=0.02, text="same, Adam with L2, noise 1")
claims.about("l2_large", measured=coupled[2], value=0.99, within=0.01, text="same, Adam with L2, noise 100")
claims.below("sgd_l2", measured=sgd_difference, bound=1e-12, text="gradient descent: L2 against decoupled")
mu_torch, mu_keras = mus.values()
claims.about("mu_torch", measured=mu_torch[4999], value=0.7, within=0.01, text="μ after 5,000 steps, PyTorch")
claims.about("mu_keras", measured=mu_keras[99], value=0.89, within=0.01, text="μ after 100 steps, Keras")
ends = {name: way[-100:] for name, way in ways.items()}
claims.above("adam_x", measured=ends["Adam, β₂ = 0.1"], bound=0.97, text="cycle: x, Adam, β₂ = 0.1")
claims.below("amsgrad_x", measured=ends["AMSGrad, β₂ = 0.1"], bound=-0.97, text="same, AMSGrad, β₂ = 0.1")
claims.below("long_x", measured=ends["Adam, β₂ = 0.999"], bound=-0.97, text="same, Adam, β₂ = 0.999")
for framework, limit in (("PyTorch", 1e-7), ("Keras", 1e-4)):
    measured = [difference for key, difference in apart.items() if key[0] == framework]
    claims.below(framework.lower(), measured=measured or None, bound=limit,
                 text=f"weights after these 100 steps, all six rules, {framework}")

# %%
expected = {"Adam": ("adam", 0.29, "0.281", 0.013, 0.002), "NAdam": ("nadam", 0.4, "0.394", 0.085, 0.02),
            "NAdam, ψ = 1": ("psi1", 0.37, None, 0.035, 0.005)}
for name, (key, value, slides, best_value, within) in expected.items():
    claims.about(f"rmse_{key}", measured=np.median(final[name][0]), value=value, within=0.03, slides=slides,
                 text=f"two-piece, lr 0.001, 5,000 epochs: median error of {name}, 40 seeds")
    claims.about(f"best_{key}", measured=np.median(final[name], axis=1).min(), value=best_value,
                 within=within, text=f"same, at the best of three rates: median error of {name}, 40 seeds")
for budget, count in ((500, 14), (1000, 17), (2000, 36), (5000, 40)):
    claims.equal(f"wins_{budget}", measured=won[at[budget]], value=count, slides="always",
                 text=f"lr 0.001, {budget} epochs: seeds of the 40 stored in which Adam beats NAdam")
claims.below("wins_early", measured=beats["NAdam, ψ = 1"][1, at[500]], bound=6, slides="always",
             text="lr 0.003, 500 epochs: seeds of 40 in which Adam beats NAdam with ψ = 1")

# %% tags=["nbval-check-output"]
for key, name, first, least in (("torch", "NAdam", 500, 28), ("psi1", "NAdam, ψ = 1", 2500, 24)):
    claims.above(f"seeds_{key}", measured=beats[name][1:, epochs >= first], bound=least,
                 text=f"lr 0.003 and 0.01, from epoch {first} on: seeds of 40 in which Adam beats {name}")
claims.about("psi_gain", measured=(gap["NAdam"] / gap["NAdam, ψ = 1"])[1:], value=3, within=1.2,
             text="lr 0.003 and 0.01, 5,000 epochs, 40 seeds: median of NAdam over that with ψ = 1")
claims.about("gap_0", measured=gap["NAdam"][0], value=1.35, within=0.1, text="same, over Adam's, lr 0.001")
claims.about("gap_2", measured=gap["NAdam"][2], value=11, within=3, text="same, lr 0.01")
halves = [np.median(half, axis=1).min() for half in np.split(final["NAdam"], 2, axis=1)]
for key, measured, value in zip(("first", "second"), halves, (0.14, 0.07), strict=True):
    claims.about(f"half_{key}", measured=measured, value=value, within=0.01,
                 text=f"best of three rates: median error of NAdam, {key} 20 seeds")
lowest = {name: values.min(axis=0) for name, values in final.items()}
claims.above("best_wins", measured=[(lowest["Adam"] < lowest[name]).sum() for name in list(named)[1:]],
             bound=37, text="5,000 epochs, best rate of each seed: seeds of 40 in which Adam wins, either ψ")
claims.equal("slow_best", measured=[(values.argmin(axis=0) == 0).sum() for values in final.values()], value=0,
             text="same: seeds of 40 for which 0.001 is the best of three rates, each method")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write Adam and AdamW, predict a first step, find where Adam fails](exercises/11_adam_and_nadam.ipynb).
#
# ## Recap
# 1. Adam = averaged gradient over its root mean square: a step of about one lr while gradients agree, shorter
#    in noise, several on a sudden large gradient.
# 2. Bias correction makes lr mean the same for every β₂; without, the first steps are 3 to 7 times longer.
# 3. Blind to the scale of each coordinate, not to rotation; ε ends it, and stands elsewhere in Keras.
# 4. L2 in Adam is divided away where gradients are large; AdamW decays all weights alike.
# 5. NAdam is two methods, one per framework; Adam can fail if β₂ forgets rare large gradients.
#
# ## References
# - D. P. Kingma, J. Ba (2015), *Adam: a method for stochastic optimization.* ICLR.
# - T. Dozat (2016), *Incorporating Nesterov momentum into Adam.* ICLR workshop.
# - S. J. Reddi, S. Kale, S. Kumar (2018), *On the convergence of Adam and beyond.* ICLR.
# - I. Loshchilov, F. Hutter (2019), *Decoupled weight decay regularization.* ICLR.
# - L. Liu et al. (2020), *On the variance of the adaptive learning rate and beyond.* ICLR.
# - Y. Zhang et al. (2022), *Adam can converge without any modification on update rules.* NeurIPS.
# - X. Chen et al. (2023), *Symbolic discovery of optimization algorithms.* NeurIPS.
