# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 10 · Adaptive learning rates
#
# **The question.** One learning rate must serve every parameter, the steep and the flat, the one that is
# trained in each batch and the one that is touched in one of a hundred. Can each parameter have its own rate,
# set by the gradients it has seen? And what is lost with it?
#
# ## Objectives
# After this lecture you can
# - write AdaGrad, RMSProp and Adadelta in a few lines and say what each accumulator holds;
# - predict the first step of each, and the step in the long run;
# - say when one rate per parameter helps, and when it does not: turned valleys, little noise, tuned decay;
# - name the hidden learning rate of Adadelta;
# - translate settings between PyTorch and Keras, whose defaults differ a thousandfold.
#
# **Builds on** lectures 03, 04 and 09. **Time** 35 minutes to read, about 40 seconds to run. **Goes with**
# the [slides](../slides/10_adaptive_learning_rates.md) and the
# [exercises](exercises/10_adaptive_learning_rates.ipynb).

# %%
import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.frameworks.comparison import bound
from course_lib.functions import CUBIC_SADDLE, RAVINE, SADDLE, valley
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adadelta, AdaGrad, Momentum, Nesterov, RMSProp
from course_lib.optimizers.adaptive import root
from course_lib.show import lecture10 as pictures
from course_lib.studies import adaptive, sparse_features
from course_lib.studies.adaptive import steps_until
from course_lib.studies.momentum_digits import digits_network
from course_lib.training import batches, fit

# %% [markdown]
# ## 1 · AdaGrad
#
# Each parameter adds up the squares of its gradients, and divides its step by the root of the sum:
#
# $$s \leftarrow s + g^2, \qquad x \leftarrow x - \frac{\eta}{\sqrt s + \epsilon}\, g
# \qquad\text{(Duchi, Hazan \& Singer 2011, eq. 1, diagonal form)}$$
#
# All operations are entry by entry. $s$ is the **accumulator**; $\epsilon$, tiny, only prevents 0/0.

# %% tags=["nbval-check-output"]
show.source(AdaGrad.rule, root)

# %% [markdown]
# **Predict first.** $f = w_1^2 + 25w_2^2$ from $(-1, -1)$, where the gradient is $(-2, -50)$. With `lr` 0.1,
# where does AdaGrad's first step lead?
# <details><summary>Answer</summary>
# To (-0.9, -0.9). In the first step s = g², so each coordinate moves by η in the direction of its sign,
# whatever the size of its gradient. Along the diagonal the gradients keep their ratio 25, and so do the roots
# of the sums: the whole path stays on the diagonal.
# </details>

# %%
ravine = minimize(RAVINE, RAVINE.start, AdaGrad(lr=0.1), 600)
runs = {"gradient descent, lr 0.037": minimize(RAVINE, RAVINE.start, SGD(lr=0.037), 30).x,
        "AdaGrad, lr 0.1": ravine.x[:31]}
fig, alt = pictures.diagonal(RAVINE, runs)
show.figure(fig, alt=alt)
first_step, off = ravine.x[1] - ravine.x[0], np.abs(np.diff(ravine.x, axis=1)).max()

# %% [markdown]
# The ravine is gone. Put 1,000 in place of 25: the path is the same. (At 0.1 AdaGrad is slow; at its best
# rate some five steps suffice, see the next figure.) But who says that a valley runs along an axis?
#
# **Predict first.** We turn the valley, 0 to 45 degrees. Each method gets its best rate of 30, from 40
# starts.
# <details><summary>Answer</summary>
# Gradient descent does not know where the axes are, so nothing changes. At 45 degrees both coordinates have
# the same gradients on average: AdaGrad has nothing to tell apart, and pays for its falling rate.
# </details>

# %%
angles = [0, 15, 30, 45]
turned = adaptive.turned_valley(angles)
fig, alt = pictures.turned(angles, turned)
show.figure(fig, alt=alt)

# %% [markdown]
# One rate per parameter is a diagonal matrix. It evens out curvatures that differ *along the axes*, no
# others.
#
# ### Does the rate die?
# The sum only grows, so the rate only falls. The usual conclusion: it stops learning. That depends on the
# gradients. If they stay 1, the step is $\eta/\sqrt t$. If they vanish, as they do on the way to a minimum,
# the sum has a limit, and so has the rate.

# %%
lengths = adaptive.slope_steps()
slow, rates = adaptive.ravine_rates(lr=0.02)
fig, alt = pictures.falling(lengths, rates)
show.figure(fig, alt=alt)

# %% [markdown]
# On the ravine, AdaGrad converges with every $\eta$ we tried; a small one only takes long: 204 steps to a
# millionth of the loss with $\eta = 0.1$, 4,245 with 0.02. For small $\eta$ the limit of $\sqrt s$ is
# $h w_0^2/(4\eta)$ in a direction of curvature $h$, so that in the end a step shrinks the error by
# $4\eta^2/w_0^2$, whatever $h$.
#
# <details><summary>Why</summary>
# A step changes √s by about s'/(2√s) = h²w²/(2√s), and w² by about -2ηhw²/√s, which is -4η/h times as much.
# So w² + (4η/h)√s stays what it was, w₀² (nearly: s starts at 0). At the minimum w = 0, and √s = h·w₀²/(4η).
# </details>
#
# With noisy gradients the sum does not stop: then the rate falls like $1/\sqrt t$, which is what noise asks
# for (lecture 04).
#
# ## 2 · Sparse features
#
# Words in a text: the commonest is everywhere, the hundredth in one of a hundred. Here feature $i$ of 100 is
# 1 with probability $1/i$ (Zipf), else 0; the target is linear with noise; we see 4,000 examples once each. A
# weight whose feature is 0 has gradient 0: its accumulator waits, and its rate stays high until the feature
# comes.
#
# **Predict first.** Noise 1: plain SGD or AdaGrad? Noise 0.1? And SGD whose rate falls as $1/(1 + ct)$, with
# $c$ tuned too?
# <details><summary>Answer</summary>
# With much noise AdaGrad halves the error of SGD. With little it still wins on most seeds, though not on the
# rare weights. With a tuned decay SGD comes close to it, or passes it: most of the gain is that the rate
# falls at all.
# </details>

# %%
sparse = {f"noise {noise:g}": sparse_features.compare(noise) for noise in (1.0, 0.1)}
fig, alt = pictures.sparse(sparse, {name: rates for name, (_, rates, _) in sparse_features.METHODS.items()})
show.figure(fig, alt=alt)
show.table(["noise", "method", "best lr", "decay c", "error: 10 %", "median", "90 %", "rare weights"],
           [[title, name, r.lr, r.decay, *np.quantile(r.risk, [0.1, 0.5, 0.9]), np.median(r.rare)]
            for title, tuned in sparse.items() for name, r in tuned.items()])

# %% [markdown]
# Rates were chosen on five seeds; the table and the bars in the figure are from fifty others. "Error" is the
# expected squared error of a prediction, without the noise; "rare weights" that of the weights of features 51
# to 100.
#
# - With noise 1, AdaGrad beats plain SGD for each of these seeds.
# - With noise 0.1 it does on about three of four seeds, but SGD learns the rare weights better.
# - SGD *with* a tuned decay does about as well as AdaGrad: 1.2 times its error with noise 1, about 0.8
#   times with noise 0.1. But it has two settings to tune, AdaGrad one.
# - From noise 1 to 0.1 the best rate of plain SGD more than doubles. Those of AdaGrad and of RMSProp
#   without a decay hardly move: dividing by the gradient's size makes the rate independent of its scale
#   (section 1). With a decay SGD's first rate hardly moves either, but here $c$ falls to a third.
# - RMSProp, next, with $\rho = 0.9$ is about as bad as plain SGD with noise 1, and by far the worst with
#   noise 0.1: its rate does not fall, and its average forgets a rare feature before it comes again. With
#   $\rho = 0.999$ and noise 1 its error falls from 0.13 to 0.07; with a tuned decay too, to 0.04, below
#   AdaGrad's on nearly every seed.
#
# ## 3 · RMSProp
#
# Forget old gradients: an exponential average in place of the sum.
#
# $$s \leftarrow \rho s + (1-\rho) g^2, \qquad x \leftarrow x - \frac{\eta}{\sqrt s + \epsilon}\, g
# \qquad\text{(Tieleman \& Hinton 2012, lecture 6e)}$$
#
# Two variants: `centered` subtracts the squared average gradient, so that $s$ becomes a variance (Graves
# 2013, eq. 38–45); `momentum` puts the scaled gradient into a velocity.

# %% tags=["nbval-check-output"]
show.source(RMSProp.rule)

# %% [markdown]
# The average starts at 0, so the first step is $\eta/\sqrt{1-\rho}$: 3.2 times $\eta$ for $\rho = 0.9$, 10
# times for 0.99 (the figure above). Lecture 11 corrects this.
#
# **Predict first.** The ravine, 2,000 steps. Where does RMSProp end?
# <details><summary>Answer</summary>
# It arrives, and is thrown out again. g shrinks faster than its average, so the loss falls below 1e-30. But
# √s goes on forgetting, and the rate η/√s grows. Once it exceeds 2/h, h the curvature, the point is driven
# away. At last each coordinate jumps between -η/2 and η/2: there g is always the same size, √s = abs(g), and
# a step of η leads to the other side.
# </details>

# %%
rms_rates = np.array([0.1, 0.01, 0.001])
rmsprop = minimize(RAVINE, np.tile(RAVINE.start, (3, 1)), RMSProp(lr=rms_rates[:, None]), 2000)
losses = {f"RMSProp, lr {lr:g}": loss for lr, loss in zip(rms_rates, rmsprop.loss.T, strict=True)}
fig, alt = pictures.cycle(losses | {"AdaGrad, lr 0.1": ravine.loss})
show.figure(fig, alt=alt)

# %% [markdown]
# AdaGrad converges, fast if $\eta$ is large enough; RMSProp needs a schedule. Which is better on a network is
# measured in lecture 12.
#
# And `centered`? On an endless slope the variance vanishes, and the steps grow like $\rho^{-t/2}$:

# %% tags=["nbval-check-output"]
variants = {"plain": RMSProp(lr=0.01), "centered": RMSProp(lr=0.01, centered=True),
            "momentum 0.9": RMSProp(lr=0.01, momentum=0.9)}
grown = {name: -np.diff(minimize(lambda x: x[0], [0.0], opt, 200, gradient=np.ones_like).x[:, 0])
         for name, opt in variants.items()}
show.table(["gradient always 1: length of step", "1", "2", "10", "100", "200"],
           [[name, *steps[[0, 1, 9, 99, 199]]] for name, steps in grown.items()], formats=".4f")

# %% [markdown]
# ## 4 · Adadelta
#
# **Units.** Let $x$ be in metres and $f$ in joules. The gradient is in joules per metre, so gradient descent
# subtracts J/m from m: $\eta$ must carry m²/J. AdaGrad and RMSProp divide g by its size: $\eta$ carries
# metres. Zeiler (2012) multiplies by the size of recent *steps*, which is in metres, and no $\eta$ is left:
#
# $$s \leftarrow \rho s + (1-\rho) g^2, \quad
# \Delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}}\, g, \quad
# d \leftarrow \rho d + (1-\rho)\Delta^2, \quad x \leftarrow x - \Delta \qquad\text{(algorithm 1)}$$

# %% tags=["nbval-check-output"]
show.source(Adadelta.rule)

# %% [markdown]
# **Predict first.** At first $d = 0$. How long is the first step? What happens when $\epsilon$ becomes 100
# times larger?
# <details><summary>Answer</summary>
# √(ε/(1-ρ)), which is 0.0045 with the paper's ε = 1e-6, in metres or in whatever x is measured. Ten times
# longer. ε is the learning rate.
# </details>

# %% tags=["nbval-check-output"]
named = {f"eps {eps:g}": Adadelta(eps=eps) for eps in (1e-8, 1e-6, 1e-4)}
named |= {f"{framework} defaults": frameworks.like(framework, "adadelta")
          for framework in ("pytorch", "keras")}
tried = {name: minimize(RAVINE, RAVINE.start, opt, 2500) for name, opt in named.items()}
to_percent = {name: steps_until(run.loss < 0.01 * run.loss[0]) for name, run in tried.items()}
show.table(["Adadelta on the ravine", "lr", "first step", "steps to 1 % of the loss"],
           [[name, opt.lr, tried[name].x[1, 0] + 1, to_percent[name] or "more than 2,500"]
            for name, opt in named.items()], formats={"lr": "g", "first step": ".1e"})

# %% [markdown]
# So "no learning rate" is not the end of it. Both frameworks multiply by one all the same: PyTorch's is 1.0,
# which is the paper's rule, Keras' is 0.001, and its $\epsilon$ is smaller too. Whoever takes Keras' defaults
# trains nothing. On the digits (five passes, median of five seeds) 1 is not the best either:

# %%
digits, adadelta_loss = load_digits(), {}
for lr in (0.001, 1.0, 8.0):
    adadelta_loss[lr] = np.array([
        fit(digits_network(seed), Adadelta(lr=lr), *digits.train, epochs=5, progress=False,
            rng=np.random.default_rng(seed)).loss[-1] for seed in range(5)])
show.table(["Adadelta's lr", "training loss"], [[lr, np.median(loss)] for lr, loss in adadelta_loss.items()])

# %% [markdown]
# ### Near the minimum
# When gradients and steps are far below $\sqrt\epsilon$, the fraction is 1: Adadelta *is* gradient descent
# with learning rate 1. It is stable only if the curvature is below 2. Where the curvature $h$ is larger, the
# point is driven away again, slower and slower: $w^2 \approx \frac{\epsilon}{4}\big(1 - \frac{4}{h^2}\big)k$
# after $k$ steps.

# %%
away = minimize(RAVINE, RAVINE.start, Adadelta(), 10_000).x[:, 1]
fig, alt = pictures.hover(away, 0.5 * np.sqrt(1e-6 * np.arange(len(away))))
show.figure(fig, alt=alt)

# %% [markdown]
# ## 5 · Saddles
#
# $w_1^3 + w_2^2$ has no minimum; from $(-0.01, -1)$ the way down starts with a slope of 0.0003. Steps until
# $w_1 < -0.1$:

# %% tags=["nbval-check-output"]
methods = {"gradient descent, lr 0.01": SGD(lr=0.01), "momentum 0.9, lr 0.01": Momentum(lr=0.01),
           "Nesterov 0.9, lr 0.01": Nesterov(lr=0.01), "AdaGrad, lr 0.01": AdaGrad(lr=0.01),
           "RMSProp, lr 0.01": RMSProp(lr=0.01), "Adadelta, lr 1": Adadelta(),
           "gradient descent, lr 0.9": SGD(lr=0.9)}
escape = {name: steps_until(minimize(CUBIC_SADDLE, CUBIC_SADDLE.start, opt, 3100).x[:, 0] < -0.1)
          for name, opt in methods.items()}
show.table(["method", "steps"], list(escape.items()))

# %% [markdown]
# The adaptive step does not depend on the gradient's size, so a tiny slope is as good as a large one. (The
# gap was also one of rates: gradient descent bears 0.9.) Do adaptive methods *avoid* saddles, then? Three
# tests on $x^2 - y^2$, whose ridge is $y = 0$, at six rates each:
#
# **Predict first.** Start exactly on the ridge. Start beside it, at $y = 0.001$. Then turn the surface by 45
# degrees and start beside the ridge again.
# <details><summary>Answer</summary>
# On the ridge the gradient across is exactly 0, and 0 over anything is 0: nobody leaves. Beside it, RMSProp
# and AdaGrad are fast at every rate. Turned, both coordinates have large gradients; the small difference
# between them, which leads down, is not enlarged. RMSProp forgets the large gradients, AdaGrad does not.
# </details>

# %%
ridge = [minimize(SADDLE, [1.0, 0.0], make(lr=0.01), 1000).x[:, 1] for make in (SGD, AdaGrad, RMSProp)]
saddle_rates = [0.01, 0.03, 0.1, 0.3, 0.5, 1]
leaves = adaptive.leave_saddles(saddle_rates)
fig, alt = pictures.saddles(saddle_rates, leaves)
show.figure(fig, alt=alt)

# %% [markdown]
# "Adaptive methods avoid saddle points" holds where the way down runs along an axis: there one step of 0.1 is
# enough. Turned by 45 degrees, both walk down to the saddle first. There AdaGrad keeps its low rate: 6,805
# steps at 0.01, against 233 of gradient descent. RMSProp's grows again as the gradients shrink: 100 steps,
# and up to a rate of 0.3 about half as many as gradient descent. At its best rate each leaves in 5 to 7
# steps: the advantage is gone. (Turned by 30 degrees, at 0.01: RMSProp 19 steps, AdaGrad 194.)
#
# ## 6 · Where ε stands
#
# Inside the root or outside: one finds both in print, and in the frameworks. It matters for small
# gradients: $10^{-7}$ inside the root acts like $3\cdot 10^{-4}$ outside. The first step, with each
# framework's defaults:

# %%
sizes, reach = np.geomspace(1e-10, 1e2, 121), {}
for name, label in (("adagrad", "AdaGrad"), ("rmsprop", "RMSProp")):
    for framework, words in (("pytorch", "PyTorch"), ("keras", "Keras")):
        reach[f"{label}, {words}"] = adaptive.first_steps(frameworks.like(framework, name, lr=1.0), sizes)
fig, alt = pictures.small_gradients(sizes, reach)
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
show.table(*frameworks.conventions_table("adagrad", "rmsprop", "adadelta"))

# %% [markdown]
# ## 7 · The same in PyTorch and Keras
#
# Same first weights, same 200 batches of 32, float64; what is not given is the framework's default.

# %%
x, y = load_digits().train
x, start = x.astype(np.float64), digits_network(seed=0).copy(np.float64)
rng = np.random.default_rng(0)
stream = [index for _ in range(6) for index in batches(len(x), 32, rng)][:200]
given = {"adagrad": {"lr": 0.05}, "rmsprop": {"lr": 0.001, "rho": 0.9}, "adadelta": {"lr": 1.0}}


def course_lib_weights(framework, name):
    net, opt = start.copy(), frameworks.like(framework, name, **given[name])
    for index in stream:
        net.loss_and_grad(x[index], y[index])
        opt.step(net.parameters.x, net.parameters.g)
    return net.parameters.x

# %%
apart = {}
if frameworks.available()["pytorch"]:
    import torch

    classes = {"adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05),
               "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.9),
               "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0)}
    for name, make in classes.items():
        module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
        optimizer = make(module.parameters())
        for index in stream:
            optimizer.zero_grad()
            loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
            optimizer.step()
        trained = frameworks.from_torch(module, start.copy()).parameters.x
        apart["PyTorch", name] = np.abs(trained - course_lib_weights("pytorch", name)).max()

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    classes = {"adagrad": keras.optimizers.Adagrad(learning_rate=0.05),
               "rmsprop": keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9),
               "adadelta": keras.optimizers.Adadelta(learning_rate=1.0)}
    for name, optimizer in classes.items():
        model = frameworks.to_keras(start)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
        optimizer.build(model.trainable_variables)

        @tf.function(reduce_retracing=True)
        def step(x, y, model=model, loss=loss, optimizer=optimizer):
            with tf.GradientTape() as tape:
                value = loss(y, model(x))
            optimizer.apply(tape.gradient(value, model.trainable_variables))

        for index in stream:
            step(tf.constant(x[index]), tf.constant(y[index]))
        trained = frameworks.from_keras(model, start.copy()).parameters.x
        apart["Keras", name] = np.abs(trained - course_lib_weights("keras", name)).max()

# %% [markdown]
# PyTorch agrees to rounding, Keras to that of float32, to which it rounds `learning_rate`. `contrast` hands
# Keras its numbers in float64 and compares every step:

# %%
results = {name: frameworks.contrast(start, x, y, name, hyper, steps=200, rng=np.random.default_rng(1))
           for name, hyper in given.items()}
results["rmsprop, centered, momentum 0.9"] = frameworks.contrast(
    start, x, y, "rmsprop", given["rmsprop"] | {"centered": True, "momentum": 0.9},
    rng=np.random.default_rng(1))
rows = []
for name, result in results.items():
    cells = {framework: bound(d) for framework, d in result.parameter_difference.items()}
    cells |= dict.fromkeys(result.missing, "not installed")
    rows.append([name, cells["pytorch"], cells["keras"]])
show.table(["largest relative difference over 200 steps", "PyTorch", "Keras"], rows)

# %%
results["rmsprop"].timing()

# %% [markdown]
# ## 8 · Explore
#
# The accumulators, live. Move `step` and watch $\sqrt s$ and the rates. Then let $w_2$'s gradient come only
# every tenth step: which method keeps its rate for it, which forgets?

# %%
show.accumulator_explorer()

# %%
print(show.describe_accumulators("RMSProp", "w2 every tenth step", lr=0.02, step=31))
show.figure(show.draw_accumulators("RMSProp", "w2 every tenth step", lr=0.02, step=31),
            alt="Left the path over the ravine; in the middle the accumulators, where that of w2 jumps up "
                "every tenth step and decays between; right the rates, which mirror them.")

# %% [markdown]
# ## 9 · What we measured
#
# Each number below is measured again whenever this notebook runs; a claim that fails stops it.

# %%
claims = Claims("10")
claims.about("first_step", measured=first_step, value=0.1, within=1e-9, slides="η in each coordinate",
             text="AdaGrad's first step on the ravine, lr 0.1, both coordinates")
claims.below("off_diagonal", measured=off, bound=1e-9, slides="diagonal direction",
             text="largest distance of AdaGrad's 600 points from the diagonal")
steeper = minimize(valley(1000), RAVINE.start, AdaGrad(lr=0.1), 600).x
claims.below("steeper", measured=np.abs(steeper - ravine.x).max(), bound=1e-9,
             text="largest change of these points when the curvature 25 becomes 1,000")
for lr, run, steps in (("01", ravine, 204), ("002", slow, 4245)):
    claims.equal(f"steps_{lr}", measured=steps_until(run.loss < 1e-6 * run.loss[0]), value=steps,
                 text=f"AdaGrad's steps to a millionth of the loss, lr 0.{lr[1:]}", slides="stops learning")
claims.about("limit", measured=np.sqrt(slow.state["s"][-1]) * 4 * 0.02 / [2, 50], value=1.06, within=0.01,
             text="√s in the end over h w0² / (4 lr), both coordinates, lr 0.02")
claims.about("root_of_t", measured=lengths["AdaGrad"] * np.sqrt(np.arange(1, 2001)), value=1, within=1e-6,
             text="AdaGrad's step, gradient always 1: times √t, each of 2,000 steps", slides="goes to zero")
medians = {name: np.median(steps, axis=1) for name, steps in turned.items()}
claims.about("turned_gd", measured=medians["gradient descent"], value=68, within=6,
             text="gradient descent's steps in the turned valley, each angle (median of starts)")
claims.about("aligned_adagrad", measured=medians["AdaGrad"][0], value=5, within=1,
             text="AdaGrad's, along the axes")
claims.above("turned_adagrad", measured=np.mean(turned["AdaGrad"][3] > turned["gradient descent"][3]),
             bound=0.8, text="share of starts from which AdaGrad is the slower at 45 degrees")

# %%
loud, quiet = ({name: (r.risk, r.rare, r.lr) for name, r in tuned.items()} for tuned in sparse.values())
claims.above("sparse_each", measured=loud["SGD"][0] / loud["AdaGrad"][0], bound=1,
             text="sparse, noise 1: error of SGD over AdaGrad, each of fifty seeds",
             slides="adaptive is better")
claims.about("sparse_gain", measured=np.median(loud["SGD"][0] / loud["AdaGrad"][0]), value=2, within=0.5,
             text="same, median")
claims.about("sparse_rare", measured=np.median(loud["SGD"][1] / loud["AdaGrad"][1]), value=1.5, within=0.2,
             text="same, rare weights, median, at the rates chosen here")
claims.about("sparse_decay", measured=np.median(loud["SGD, tuned decay"][0] / loud["AdaGrad"][0]), value=1.2,
             within=0.2, text="same, SGD with tuned decay over AdaGrad, median")
seeds = quiet["SGD"][0] / quiet["AdaGrad"][0]
claims.above("quiet_gain", measured=np.median(seeds), bound=1.1, slides="adaptive is better",
             text="sparse, noise 0.1: error of SGD over AdaGrad, median of fifty seeds")
claims.about("quiet_wins", measured=100 * np.mean(seeds > 1), value=75, within=17,
             text="same, percentage of seeds on which it is above 1")
claims.below("quiet_rare", measured=np.median(quiet["SGD"][1] / quiet["AdaGrad"][1]), bound=0.9,
             text="sparse, noise 0.1: rare weights, SGD over AdaGrad, median", slides="adaptive is better")
claims.about("quiet_decay", measured=np.median(quiet["SGD, tuned decay"][0] / quiet["AdaGrad"][0]),
             value=0.8, within=0.25, text="same: error of SGD with tuned decay over AdaGrad, median")
sgd, decayed, adagrad = ([np.median(case[name][0]) for case in (loud, quiet)]
                         for name in ("SGD", "SGD, tuned decay", "AdaGrad"))
claims.above("decay_share", measured=np.subtract(sgd, decayed) / np.subtract(sgd, adagrad), bound=0.7,
             text="sparse: gain of a tuned decay over that of AdaGrad (median errors), noise 1 and 0.1")

# %%
worse = [np.median(case["RMSProp, ρ = 0.9"][0] / case["SGD"][0]) for case in (loud, quiet)]
claims.about("rmsprop_loud", measured=worse[0], value=1.1, within=0.15, text="ρ = 0.9 over SGD, noise 1")
claims.above("sparse_rmsprop", measured=worse[1], bound=5, text="same, noise 0.1, median error")
for key, name, value, within in (("short", "RMSProp, ρ = 0.9", 0.13, 0.02),
                                 ("long", "RMSProp, ρ = 0.999", 0.07, 0.01),
                                 ("long_decay", "ρ = 0.999, tuned decay", 0.04, 0.01)):
    claims.about(f"rmsprop_{key}", measured=np.median(loud[name][0]), value=value, within=within,
                 text=f"sparse, noise 1: median error of RMSProp, {name.removeprefix('RMSProp, ')}")
claims.above("long_most", measured=np.mean(loud["ρ = 0.999, tuned decay"][0] < loud["AdaGrad"][0]),
             bound=0.85, text="same, share of seeds on which the last is below AdaGrad")
claims.above("rate_shift", measured=quiet["SGD"][2] / loud["SGD"][2], bound=2,
             text="SGD's best rate, noise 0.1 over noise 1")
claims.about("rate_stays", value=1, within=0.6, text="same, AdaGrad, SGD with decay, RMSProp without",
             measured=[quiet[n][2] / loud[n][2] for n in loud if n not in ("SGD", "ρ = 0.999, tuned decay")])
claims.about("decay_shift", value=3, within=0.1, text="SGD's best decay c, noise 1 over noise 0.1",
             measured=np.divide(*[tuned["SGD, tuned decay"].decay for tuned in sparse.values()]))
claims.about("floor", measured=rmsprop.loss[-1] / rms_rates**2, value=6.5, within=0.01, slides="converges",
             text="RMSProp's last loss on the ravine over lr², lr 0.1, 0.01 and 0.001")
lowest, runs_of = rmsprop.loss.argmin(axis=0), np.arange(3)
claims.below("arrives", measured=rmsprop.loss[lowest, runs_of], bound=1e-30, text="its lowest loss, each lr")
claims.about("visit", measured=(rmsprop.loss < 1e-10).sum(axis=0), value=54, within=7,
             text="steps it stays below 1e-10, each lr")
thrown = rms_rates[:, None] / np.sqrt(rmsprop.state["s"][lowest + 1, runs_of]) / [1, 1 / 25]
claims.about("thrown", measured=thrown, value=1.03, within=0.03,
             text="η/√s over 2/h where the loss is lowest, each lr and coordinate")

# %%
bias = [lengths["RMSProp, ρ = 0.9"][0] * np.sqrt(0.1), lengths["RMSProp, ρ = 0.99"][0] * np.sqrt(0.01)]
claims.about("bias", measured=bias, value=1, within=1e-6, text="RMSProp's first step over lr / √(1 - ρ)")
claims.about("centered", measured=grown["centered"][99] / grown["plain"][99], value=194, within=1,
             text="step 100 on an endless slope, centered RMSProp over plain")
first = [(tried[f"eps {eps:g}"].x[1] + 1) / np.sqrt(eps / 0.05) for eps in (1e-8, 1e-6)]
claims.about("eps_is_lr", measured=first, value=1, within=1e-3, slides="no learning rate",
             text="Adadelta's first step over √(ε / (1 - ρ))")
claims.equal("adadelta_steps", measured=to_percent["eps 1e-06"], value=316,
             text="Adadelta's steps to 1 % of the loss on the ravine")
claims.equal("adadelta_small", measured=to_percent["eps 1e-08"], value=1810, text="same, ε a hundredth")
claims.above("keras_adadelta", measured=tried["keras defaults"].loss[-1], bound=25,
             text="loss (26 at first) after 2,500 steps of Adadelta with Keras' defaults")
claims.about("hover", measured=away[4000:] ** 2 / (0.25e-6 * np.arange(4000, len(away))), value=0.9,
             within=0.06, text="Adadelta's w2² over ε k / 4, each step k from 4,000 on", slides="converges")
claims.above("keras_digits", measured=adadelta_loss[0.001], bound=2.2,
             text="digits: Adadelta's loss with Keras' lr, each seed (guessing: 2.3)")
claims.above("adadelta_eight", measured=adadelta_loss[1.0] / adadelta_loss[8.0], bound=1.5,
             text="digits: Adadelta's loss with lr 1 over lr 8, each seed", slides="no learning rate")
for framework, tolerance in (("PyTorch", 1e-9), ("Keras", 1e-4)):
    differences = [d for (f, _), d in apart.items() if f == framework]
    claims.below(framework.lower(), measured=differences or None, bound=tolerance,
                 text=f"weights after 200 steps, {framework}")

# %% tags=["nbval-check-output"]
named = {"gd": "gradient descent, lr 0.01", "momentum": "momentum 0.9, lr 0.01",
         "nesterov": "Nesterov 0.9, lr 0.01", "adagrad": "AdaGrad, lr 0.01", "rmsprop": "RMSProp, lr 0.01",
         "adadelta": "Adadelta, lr 1", "gd_fast": "gradient descent, lr 0.9"}
for (name, method), steps in zip(named.items(), (3003, 344, 340, 13, 3, 36, 36), strict=True):
    claims.equal(f"saddle_{name}", measured=escape[method], value=steps, text=f"saddle, steps: {method}")
claims.equal("on_ridge", measured=np.max(np.abs(ridge)), value=0,
             text="x² - y² from the ridge: largest distance from it", slides="adaptive methods avoid saddles")

# %% tags=["nbval-check-output"]
axis, turned_ridge = leaves.values()
claims.equal("turned_saddle_gd", measured=[way["gradient descent"][0] for way in leaves.values()], value=233,
             text="steps off the ridge, lr 0.01, gradient descent, along an axis and turned")
for name, steps in (("AdaGrad", 17), ("RMSProp", 4)):
    claims.equal(f"beside_{name.lower()}", measured=axis[name][0], value=steps, text=f"same, {name}, axis")
claims.equal("beside_fast", measured=[axis[name][2:].max() for name in ("AdaGrad", "RMSProp")], value=1,
             text="same, AdaGrad and RMSProp, lr from 0.1 on")
claims.about("turned_saddle_adagrad", measured=turned_ridge["AdaGrad"][0], value=6805, within=20,
             text="same, AdaGrad, lr 0.01, turned")
claims.about("turned_saddle_rmsprop", measured=turned_ridge["RMSProp"][0], value=100, within=2,
             text="same, RMSProp", slides="adaptive methods avoid saddles")
claims.above("turned_rmsprop_gain", measured=(turned_ridge["gradient descent"] / turned_ridge["RMSProp"])[:4],
             bound=1.5, text="turned: steps of gradient descent over RMSProp, lr 0.01, 0.03, 0.1, 0.3")
tilt = np.array([[np.sqrt(0.75), -0.5], [0.5, np.sqrt(0.75)]])  # by 30 degrees
for name, make, steps in (("AdaGrad", AdaGrad, 194), ("RMSProp", RMSProp, 19)):
    x = minimize(lambda p: SADDLE(p @ tilt), tilt @ [1, 0.001], make(lr=0.01), 250,
                 gradient=lambda p: tilt @ SADDLE.gradient(p @ tilt)).x @ tilt
    claims.about(f"tilted_{name.lower()}", measured=steps_until(np.abs(x[:, 1]) > 0.1), value=steps, within=1,
                 text=f"steps off the ridge, lr 0.01, turned by 30 degrees, {name}")
walk = minimize(adaptive.TURNED_SADDLE, [0.7, 0.7 + 0.001 * np.sqrt(2)], AdaGrad(lr=0.01), 6000).x
claims.below("walk", measured=np.abs(walk[-1].sum()), bound=0.01,
             text="AdaGrad after 6,000 of the 6,805: x + y, turned axes (1.4 at first, 0 at the saddle)")
claims.about("turned_best", measured=[counts.min() for counts in turned_ridge.values()], value=6, within=1,
             text="45 degrees: steps at the best rate, each method", slides="adaptive methods avoid saddles")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write AdaGrad, mend RMSProp, predict first steps, and break both with one bad
# batch](exercises/10_adaptive_learning_rates.ipynb).
#
# ## Recap
# 1. AdaGrad divides by the root of the sum of squares, RMSProp by that of an average, Adadelta also
#    multiplies by the size of its own steps.
# 2. The step no longer depends on the gradient's size: curvatures that differ along the axes are evened out,
#    turned valleys are not.
# 3. AdaGrad's rate falls as long as gradients come: right for noise, where SGD needs a tuned decay; too small
#    an $\eta$ takes long.
# 4. RMSProp at a constant rate ends in a cycle of width $\eta$; Adadelta's learning rate is hidden in
#    $\epsilon$.
# 5. Know your framework's ε, start value and rate before you compare.
#
# ## References
# - J. Duchi, E. Hazan, Y. Singer (2011), *Adaptive subgradient methods for online learning and stochastic
#   optimization.* JMLR 12.
# - T. Tieleman, G. Hinton (2012), *Lecture 6e: RMSProp.* Neural Networks for Machine Learning, Coursera.
# - M. D. Zeiler (2012), *[ADADELTA: an adaptive learning rate method](https://arxiv.org/abs/1212.5701).*
# - A. Graves (2013), *[Generating sequences with recurrent neural
#   networks](https://arxiv.org/abs/1308.0850).*
# - G. K. Zipf (1935), *The Psycho-Biology of Language.*
