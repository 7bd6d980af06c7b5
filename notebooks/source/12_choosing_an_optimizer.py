# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 12 · Choosing an optimizer
#
# **The question.** Eight methods, and each has a paper that shows it winning. Which one do I take, and how
# can I tell whether a comparison deserves my trust?
#
# ## Objectives
# After this lecture you can
# - compare optimizers fairly: own learning rates, equal work, several seeds;
# - say how a common learning rate decides a ranking before the first step;
# - recognise a best rate at the edge of its grid, and a difference that seeds do not bear out;
# - count the bytes that a step moves and what an optimizer remembers;
# - judge what slides and blogs claim about these methods.
#
# **Builds on** lectures 03, 04, 09, 10 and 11. **Time** 35 minutes to read, about a minute to run. **Goes
# with** the [slides](../slides/12_choosing_an_optimizer.md) and the
# [exercises](exercises/12_choosing_an_optimizer.ipynb).

# %%
import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.frameworks.comparison import bound
from course_lib.frameworks.conventions import frameworks_with
from course_lib.minimize import minimize
from course_lib.optimizers import OPTIMIZERS
from course_lib.show import lecture12 as pictures
from course_lib.studies import choosing, step_cost, surfaces
from course_lib.studies.momentum import roll
from course_lib.studies.surfaces import METHODS, SURFACES

# %% [markdown]
# ## 1 · The movies
#
# Everybody has seen them: coloured dots race down a surface, and the adaptive ones win. Usually all dots
# have the same learning rate. Here each method first looks for its own.
#
# Six surfaces, eight methods, 17 rates from 0.0001 to 20, 11 starts each. We count steps until the loss
# stays below a thousandth of its first value. The rate with the lowest median is the method's own.
#
# The saddle is $x^2 - y^2 + \frac12y^4$: near the middle it is $x^2 - y^2$, further out it bends up to two
# minima. On a saddle without end the largest rate always wins, so no rate would be the best.

# %%
sweeps = {name: surfaces.sweep(name, rng=np.random.default_rng(12)) for name in SURFACES}
own = {name: {method: surfaces.best(steps)[0] for method, steps in found.items()}
       for name, found in sweeps.items()}

# %% [markdown]
# **Predict first.** Which method is the first to arrive on Beale's function, which in the valley?
# <details><summary>Answer</summary>
# On Beale's, Nesterov and AdaGrad, close together. In the valley, AdaGrad, in four steps: the valley lies
# along the axes, and one rate per coordinate is all it takes. Adam is never the first.
# </details>

# %%
runs = {}
for name in ("Beale", "saddle", "valley", "Rosenbrock"):
    f, rates = SURFACES[name], own[name]
    runs[name] = f, {method: minimize(f, f.start, METHODS[method](lr=rates[method] or 1.0), 150)
                     for method in list(METHODS)[:7]}
pictures.movies(runs, alt="Seven methods run over four surfaces at their own rates. On Beale's function "
                "momentum swings widest; on Rosenbrock's only momentum and Nesterov get round the bend.")

# %% [markdown]
# On Beale's function momentum swings out, as in the well-known movie, and still arrives early. The median
# number of steps, each method at its own rate:

# %%
rows = [[method, *(np.median(surfaces.best(found[method])[1]) for found in sweeps.values())]
        for method in METHODS]
rows = [[method, *("never" if np.isinf(n) else int(n) for n in numbers)] for method, *numbers in rows]
show.table(["median steps", *SURFACES], rows)

# %% [markdown]
# Read it by columns. No method is first everywhere. AdaGrad, "the one that stops learning", is first three
# times, for nobody forced a small rate on it. Turn the valley by 45° and its advantage is gone: it scales
# coordinates, and the valley no longer runs along one. Gradient descent and momentum do not care about the
# turn.
#
# How wide is the window of good rates?

# %%
fig, alt = pictures.windows(sweeps["Beale"], surfaces.RATES, ylabel="median steps on Beale's function")
show.figure(fig, alt=alt)

# %% [markdown]
# The windows lie decades apart. **At one rate for all, a movie shows which windows that rate happens to
# hit.** At 0.01 momentum and Nesterov diverge here, Adam is slow but safe. At 0.002 they are the first.
#
# ## 2 · The wrong comparison and the fair one
#
# Now a network: 64-100-100-10 with ReLU on the digits, batches of 64, 190 gradients for everyone. `compare`
# works by these rules:
# 1. each method gets its own grid of rates; the best median on the tuning seeds wins;
# 2. only runs on *other* random numbers are reported, and all of them;
# 3. all methods take the same number of gradients, from the same first weights, in the same batches;
# 4. a run that diverged counts as infinitely bad;
# 5. a best rate at the edge of its grid gets a warning.
#
# With `use_mnist = True` the network is that of Kingma & Ba (2015), 784-1000-1000-10 with batches of 128, on
# MNIST: one epoch, half an hour on one core.

# %%
use_mnist = False
fair = choosing.compare_pictures(use_mnist, seeds=range(6), tuning_seeds=range(2))

# %% [markdown]
# First the wrong comparison, from the same runs: one rate for all.
#
# **Predict first.** Where is plain gradient descent at rate 0.01, where at 0.3?
# <details><summary>Answer</summary>
# Near the end at 0.01, first at 0.3. It has not changed; the others have left their windows.
# </details>

# %%
columns = {f"all {rate:g}": fair.at_one_rate(rate) for rate in fair.common_rates()} | {"own rate": fair}
fig, alt = show.rankings(columns, size=(10, 4.2))
fig.axes[0].set_xlim(-1.2, len(columns) + 0.2)  # room for the longest name
show.figure(fig, alt=alt)

# %% [markdown]
# Four rates, four rankings. Whoever chooses the rate chooses the winner. An author need not even mean to:
# the rate that suits the author's own method is the one at hand.
#
# Now each at its own:

# %%
fig, alt = show.comparison(fair, score="training loss at the end")
show.figure(fig, alt=alt)

# %%
fair

# %% [markdown]
# Look at the bars before you look at the order: most of them overlap. Gradient descent is behind, and for
# the rest another set of seeds gives another order. Adam is not the best on every seed, nor on most.
#
# ### MNIST and the network of Kingma & Ba
# The same comparison at full size takes half an hour, so its result is stored in `data/` (`python -m
# course_lib.studies.choosing` makes it again). One epoch, three seeds, loss on the test set. Rates were
# chosen by the validation set, on one seed:

# %%
mnist = choosing.stored()
fig, alt = show.comparison(mnist, ylabel="test loss", score="test loss after one epoch")
show.figure(fig, alt=alt)

# %% [markdown]
# From the first to the last it is a factor of 1.4, and Adam, whose figure made this network known, is in the
# middle. Momentum is last with rate 0.2. Is it the worst method? On the single tuning seed, 0.2 was better
# than 0.1 by less than 1 %, within the noise of a seed:

# %% tags=["nbval-check-output"]
momentum = mnist.runs["momentum"]
show.table(["rate of momentum", "validation loss, tuning seed"],
           list(zip(momentum.rates, momentum.grid_scores[:, 0], strict=True)), formats=".3g")

# %% [markdown]
# One tuning seed is too few to separate neighbouring rates. Our own table shows it.
#
# ## 3 · Linear regression
#
# scikit-learn's `make_regression`: 1,000 examples, 20 features, noise 10. How many epochs until the loss is
# within 5 % of the least-squares solution? Bars at the foot mark the usual default rates (0.01 for the first
# three and AdaGrad, 0.001 for RMSProp, Adam and NAdam, 1 for Adadelta).

# %%
epochs = {method: choosing.regression_epochs(method, range(3)) for method in METHODS}
defaults = dict.fromkeys(METHODS, 0.01) | dict.fromkeys(("RMSProp", "Adam", "NAdam"), 0.001) | {"Adadelta": 1}
fig, alt = pictures.windows(epochs, choosing.REGRESSION_RATES, ylabel="epochs to 5 % of the optimum",
                            marks=defaults)
show.figure(fig, alt=alt)

# %% [markdown]
# Six of the eight need two to five epochs, if they may choose. Adam's rate is then 2, two thousand times its
# default. Its step is about `lr` per coordinate, and the weights are tens of units away: at 0.001 it would
# need tens of thousands of steps. That Adam needs no tuning is true where the weights are of order one and
# the features scaled, as in the networks it was made for.
#
# RMSProp and Adadelta are slow at any constant rate: near the solution their steps do not get smaller.
#
# ## 4 · What a step costs
#
# A step does little arithmetic on a lot of memory. It must read the gradient, and read and write the
# parameters and each array that the method remembers. In float32:

# %% tags=["nbval-check-output"]
size = sum(int(np.prod(shape)) for shape in step_cost.shapes_of(step_cost.WIDTHS))
show.table(["rule", "arrays remembered", "bytes moved per parameter", "MB remembered, 1.8 M parameters"],
           [[name, arrays, step_cost.bytes_per_step(name), 4 * arrays * size / 1e6]
            for name, arrays in step_cost.REMEMBERED.items()], formats=".1f")

# %% [markdown]
# **Predict first.** The library computes each formula on blocks of 131,072 numbers, not on the whole vector
# of 1.8 million. Why could that be faster, with the same arithmetic?
# <details><summary>Answer</summary>
# Each operation of the formula makes a temporary array. Of a block it stays in the processor's cache; of the
# whole vector it travels to memory and back, several times per step.
# </details>

# %%
times = {name: step_cost.time_steps(name, repeats=3) for name in ("sgd", "momentum", "adagrad", "adam")}
fig, alt = pictures.costs(times)
show.figure(fig, alt=alt)

# %% [markdown]
# These times are those of the machine that ran this notebook. PyTorch has three ways: tensor by tensor,
# `foreach` (one call for all tensors per operation) and `fused` (the whole rule in one compiled loop, which
# moves little more than the bytes in the table). `fused=True` is worth trying wherever it exists.
#
# And beside the gradient? One gradient of this network on a batch of 128, against one step of Adam:

# %%
gradient = step_cost.gradient_seconds(choosing.MNIST.network(np.random.default_rng(0)), batch_size=128)
print(f"gradient {1000 * gradient:.0f} ms, step of Adam {1000 * times['adam']['blocks']:.0f} ms")

# %% [markdown]
# The larger the batch, the less the step counts. That is why comparisons at equal *gradients* are fair
# enough here.
#
# ## 5 · The slides' claims
#
# **"Only Adam solves all of these problems"**: local minima, plateaus, saddle points, the choice of the
# rate. The table above has saddle and plateau: *every* method gets over both at its own rate. Two cases are
# left.
#
# *Exactly on the axis* of the saddle, $y = 0$, the gradient across is zero. No rule can make something of
# it:

# %%
f = SURFACES["saddle"]
stuck = {method: minimize(f, [1.0, 0.0], METHODS[method](lr=own["saddle"][method]), 1000).x[-1]
         for method in METHODS}
print("largest |y| after 1,000 steps from (1, 0):", max(abs(x[1]) for x in stuck.values()))

# %% [markdown]
# *Local minima.* Two wells, $(x^2-1)^2 + 0.3x$, the left one deeper; 401 starts between -2 and 2. Which share
# of the starts in the shallow well ends in the deep one, and the other way round?

# %%
points = np.linspace(-2, 2, 401)
deep = roll(METHODS["gradient descent"](lr=0.01), points) < 0
leave = {}
for method, lr in [("momentum", 0.01), ("Adam", 0.01), ("Adam", 0.1), ("Adam", 0.2), ("Adam", 1.0)]:
    ends = roll(METHODS[method](lr=lr), points, steps=1500) < 0
    leave[method, lr] = 100 * ends[~deep].mean(), 100 * (~ends)[deep].mean()
show.table(["method", "lr", "% that leave the shallow well", "% that leave the deep well"],
           [[*key, *shares] for key, shares in leave.items()], formats={"lr": "g"} | dict.fromkeys(
               ["% that leave the shallow well", "% that leave the deep well"], ".0f"))

# %% [markdown]
# Up to rate 0.2 Adam stays in the well it starts in, every time. At rate 1 its first steps are as long as
# the wells are wide, and it jumps out of both. That is the rate, not the method.
#
# ## 6 · The same in PyTorch and Keras
#
# One small network, all rules that PyTorch or Keras have, the same 60 batches, float64, each framework
# against the setting of our class that reproduces it. In PyTorch and Keras a line is
#
# ```python
# torch.optim.RAdam(module.parameters(), lr=0.001)
# keras.optimizers.Lion(learning_rate=0.001)
# ```

# %%
digits = load_digits().train
start = choosing.NetworkProblem(load_digits, (64, 16, 10), dtype="float64").network(np.random.default_rng(12))
results = {}
for name in OPTIMIZERS:
    hyper = {"lr": 0.01} | ({"momentum": 0.9} if name in ("momentum", "nesterov") else {})
    results[name] = frameworks.contrast(start, *digits, name, hyper, steps=60, rng=np.random.default_rng(1),
                                        frameworks=frameworks_with(name))

# %%
rows, sides = [], ("course_lib", "pytorch", "keras")
for name, result in results.items():
    cells = {framework: bound(d) for framework, d in result.parameter_difference.items()}
    cells |= dict.fromkeys(result.missing, "not installed")
    times = [f"{1000 * result.seconds_per_step[side]:.2g}" if side in result.seconds_per_step else ""
             for side in sides]
    rows.append([name, cells.get("pytorch", "none"), cells.get("keras", "none"), *times])
show.table(["rule", "PyTorch", "Keras", "ms per step: ours", "ms: PyTorch", "ms: Keras"], rows,
           caption="Largest relative difference of all weights over 60 steps, and median times")

# %% [markdown]
# The same name does not promise the same method:

# %%
rows = [[name, hyper, *(f"{values[side]:g}" if side in values else "" for side in sides)]
        for name, result in results.items() for hyper, values in result.defaults.items()]
show.table(["rule", "default of", "course_lib", "PyTorch", "Keras"], rows)

# %% [markdown]
# ## 7 · Explore
#
# Click into the picture, or type a start. Find a rate at which Adam loses to gradient descent on Beale's
# function. Then start on the plateau at (6, 3) with gradient descent: what does a step cost you there?

# %%
show.choosing_explorer()

# %%
print(show.describe_choosing("Rosenbrock", "momentum", lr=0.002, x=-1.2, y=1.0))
show.figure(show.draw_choosing("Rosenbrock", "momentum", lr=0.002, x=-1.2, y=1.0),
            alt="Left: momentum leaps across the curved valley and then follows its floor to the minimum. "
                "Right: the loss falls in waves below the goal.")

# %% [markdown]
# ## 8 · What we measured

# %%
claims = Claims("12")
medians = {name: [{method: np.median(surfaces.best(steps)[1][part]) for method, steps in found.items()}
                  for part in (slice(None), slice(0, 5), slice(5, None))] for name, found in sweeps.items()}
firsts = np.array([[min(part, key=part.get) == "Adam" for part in parts] for parts in medians.values()])
claims.equal("adam_first", measured=firsts.sum(axis=0), value=0,
             text="surfaces of six on which Adam is the first, all starts and two parts of them",
             slides="only Adam solves all")
claims.equal("unsolved", measured=sum(np.isinf(parts[0][m]) for parts in medians.values() for m in METHODS),
             value=1, text="pairs of method and surface, of 48, that never arrive at any rate")
claims.below("saddle_slowest", measured=list(medians["saddle"][0].values()), bound=300,
             text="steps past the saddle, the slowest of eight methods, own rates",
             slides="SGD, momentum and Nesterov struggle")
at = {rate: int(np.argmin(abs(surfaces.RATES - rate))) for rate in (0.002, 0.01)}
beale = {method: np.median(steps, axis=1) for method, steps in sweeps["Beale"].items()}
claims.equal("beale_diverge", measured=sum(np.isinf(beale[m][at[0.01]]) for m in ("momentum", "Nesterov")),
             value=2, text="of momentum and Nesterov, how many never arrive on Beale at rate 0.01",
             slides="led off-track")
claims.below("beale_momentum", measured=[beale[m][at[0.002]] for m in ("momentum", "Nesterov")], bound=200,
             text="their steps at rate 0.002")
claims.above("beale_adam", measured=beale["Adam"][at[0.002]], bound=900, text="Adam's steps there")

# %%
first = [min(parts[0], key=parts[0].get) for parts in medians.values()]
claims.above("adagrad_first", measured=first.count("AdaGrad"), bound=2,
             text="surfaces on which AdaGrad is the first", slides="too slow, stops learning")
quicker = sum(parts[0]["RMSProp"] < parts[0]["AdaGrad"] for parts in medians.values())
claims.equal("rmsprop_wins", measured=quicker, value=1,
             text="surfaces of six on which RMSProp is faster than AdaGrad", slides="faster than AdaGrad")
early = medians["Beale"][0]
claims.below("beale_nesterov", measured=[early["Nesterov"] / early[m] for m in ("Adam", "RMSProp")], bound=1,
             text="Beale: steps of Nesterov over those of Adam and of RMSProp", slides="adaptive ones first")
turn = [surfaces.best(sweeps[name]["AdaGrad"])[1] for name in ("valley", "turned valley")]
claims.about("adagrad_valley", measured=np.median(turn[0]), value=4, within=1,
             text="median steps of AdaGrad in the valley")
claims.about("adagrad_turned", measured=np.median(turn[1]), value=62, within=5,
             text="same, the valley turned by 45°")

# %%
winners = [min(METHODS, key=lambda m: np.median(fair.at_one_rate(r).runs[m].scores))
           for r in fair.common_rates()]
claims.above("winners", measured=len(set(winners)), bound=2,
             text="digits: different winners at four common rates")
spread = [np.divide(*np.quantile([np.median(r.scores) for r in c.runs.values()], [1, 0]))
          for c in [*list(columns.values())[:-1], fair]]
claims.above("spread_wrong", measured=spread[:-1], bound=20,
             text="digits: worst over best median loss, each common rate")
own_medians = sorted(np.median(runs.scores) for runs in fair.runs.values())
claims.below("spread_fair", measured=own_medians[6] / own_medians[0], bound=12,
             text="same at own rates, without the last")
gd, adam = ([columns[f"all {rate}"].runs[m].scores for rate in (0.01, 0.3)] for m in
            ("gradient descent", "Adam"))
claims.above("adam_beats_gd", measured=gd[0] / adam[0], bound=20,
             text="digits, all at 0.01: loss of gradient descent over Adam's, each seed")
claims.above("gd_beats_adam", measured=adam[1] / gd[1], bound=5,
             text="digits, all at 0.3: loss of Adam over gradient descent's, each seed")

# %%
best_seed = [min(METHODS, key=lambda m: fair.runs[m].scores[seed]) for seed in range(6)]
claims.above("seed_winners", measured=len(set(best_seed)), bound=1,
             text="digits, own rates: different winners on six seeds", slides="Adam always better")
chosen = {method: found[np.argmin(np.median(found, axis=1))] for method, found in epochs.items()}
claims.below("regression_fast", bound=6, text="regression: epochs of six methods at own rates, each data set",
             measured=[chosen[m] for m in METHODS if m not in ("RMSProp", "Adadelta")])
claims.above("regression_slow", measured=[chosen[m] for m in ("RMSProp", "Adadelta")], bound=6,
             text="same, RMSProp and Adadelta", slides="Adadelta: no rate to choose")
rate = choosing.REGRESSION_RATES[np.argmin(np.median(epochs["Adam"], axis=1))]
claims.about("adam_rate", measured=rate, value=2, within=1, text="regression: Adam's own rate",
             slides="the default 0.001 often does")
rate = choosing.REGRESSION_RATES[np.argmin(np.median(epochs["Adadelta"], axis=1))]
claims.above("adadelta_rate", measured=rate, bound=40, text="same, Adadelta's", slides="none to choose")
claims.equal("bytes_sgd", measured=step_cost.bytes_per_step("sgd"), value=12,
             text="bytes moved per parameter and step, gradient descent, float32")
claims.equal("bytes_adam", measured=step_cost.bytes_per_step("adam"), value=28, text="same, Adam")

# %% tags=["nbval-check-output"]
claims.equal("on_axis", measured=[x[1] for x in stuck.values()], value=0,
             text="distance from the saddle's axis after 1,000 steps on it, eight methods",
             slides="adaptive methods avoid saddles")
claims.equal("adam_stays", measured=[leave["Adam", lr] for lr in (0.01, 0.1, 0.2)], value=0,
             text="% of starts that Adam takes out of either well, rates to 0.2",
             slides="avoids local minima")
claims.above("adam_jumps", measured=leave["Adam", 1.0], bound=50, text="same, rate 1, each well")
order = mnist.ranking()
claims.equal("mnist_adam", measured=order.index("Adam") + 1, value=5,
             text="MNIST, one epoch, own rates: Adam's place of eight (stored runs)", slides="the first")
claims.about("mnist_spread", value=1.4, within=0.1, text="same, worst over best median test loss",
             measured=np.median(mnist.runs[order[-1]].scores) / np.median(mnist.runs[order[0]].scores))
tried = mnist.runs["momentum"].grid_scores[1:3, 0]
claims.below("mnist_momentum", measured=tried[0] / tried[1] - 1, bound=0.01,
             text="same, momentum: how much rate 0.2 was better than 0.1 on the tuning seed")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Choose rates from a grid, repair a comparison, read a ranking over seeds, rig a
# benchmark](exercises/12_choosing_an_optimizer.ipynb).
#
# ## Recap
# 1. A common learning rate decides the ranking. Give each method its own, from a grid that reaches beyond it.
# 2. Equal work, same starts and batches, several seeds; choose on some, report on others, show the spread.
# 3. At its own rate nearly every method solves nearly every problem here; none is first everywhere.
# 4. AdaGrad and Adam scale coordinates: strong where the valleys run along the axes, ordinary where not.
# 5. A step costs the bytes it moves. Start with Adam or Nesterov, tune the rate, and only then compare.
#
# ## References
# - D. P. Kingma, J. Ba (2015), *Adam: a method for stochastic optimization.* ICLR. Figure 2.
# - A. C. Wilson et al. (2017), *The marginal value of adaptive gradient methods in machine
#   learning.* NeurIPS.
# - D. Choi et al. (2019), *On empirical comparisons of optimizers for deep learning.* arXiv:1910.05446.
# - R. M. Schmidt, F. Schneider, P. Hennig (2021), *Descending through a crowded valley.* ICML.
# - S. Ruder (2016), *An overview of gradient descent optimization algorithms.* arXiv:1609.04747: the movies.
