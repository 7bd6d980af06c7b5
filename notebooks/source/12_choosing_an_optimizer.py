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
# - judge what other lecture slides and blogs claim about these methods.
#
# **Builds on** lectures 03, 04, 09, 10 and 11. **Time** 35 minutes to read, about a minute to run. **Goes
# with** the [slides](../slides/12_choosing_an_optimizer.md) and the
# [exercises](exercises/12_choosing_an_optimizer.ipynb).

# %%
import numpy as np
from sklearn.datasets import make_regression

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
# Six surfaces, eight methods, 17 rates from 0.0001 to 20, 31 starts each. We count steps until the loss
# stays below a thousandth of its first value. The rate with the lowest median is the method's own; what we
# report are its runs from 100 *fresh* starts. Each run has 1,000 steps, on Rosenbrock's function 2,000.
#
# The saddle is $x^2 - y^2 + \frac12y^4$: near the middle it is $x^2 - y^2$, further out it bends up to two
# minima. On a saddle without end the largest rate always wins, so no rate would be the best.

# %%
sweeps = {name: surfaces.sweep(name, rng=np.random.default_rng(12)) for name in SURFACES}
own = {name: surfaces.own_rates(found) for name, found in sweeps.items()}
fresh = {name: surfaces.at_own_rates(name, own[name], rng=np.random.default_rng(13)) for name in SURFACES}

# %% [markdown]
# **Predict first.** Which method is the first to arrive on Beale's function, which in the valley?
# <details><summary>Answer</summary>
# AdaGrad on both, if it counts from how many starts a method arrives. Nesterov's median on Beale's is lower,
# but from about a fifth of the starts it fails. In the valley AdaGrad needs 4 to 6 steps: the valley lies
# along the axes, and one rate per coordinate is all it takes. Adam is never the first.
# </details>

# %%
titles = dict.fromkeys(("Beale", "saddle", "valley"), "") | {"Rosenbrock": ", without Adadelta"}
runs = {name + title: surfaces.race(name, own[name]) for name, title in titles.items()}
pictures.movies(runs, alt=pictures.WAYS)

# %% [markdown]
# Adadelta has no rate of its own on Rosenbrock's function: at none of the 17 does its median run arrive. In
# the valley AdaGrad arrives in 4 to 6 steps at every rate from 1 to 20. On such a plateau the starts decide
# which rate is its own, and the edge of the grid does not matter. At 20 the first step leaps from loss 10 to
# 9,830, but the sum of squared gradients is large from then on, and tames the rate.
#
# Median steps from the fresh starts; in brackets from how many of the 100 a method arrived, if not from all:

# %%
show.table(["median steps", *SURFACES], [
    [method, *(pictures.in_steps(name, fresh[name][method]) for name in SURFACES)] for method in METHODS])

# %% [markdown]
# Read it by columns. A median says nothing of the runs that fail, so we call first the lowest median among
# the methods that arrive from at least 98 starts. In numbers with a smaller bracket read no order: on
# Rosenbrock's function a fifth to two fifths of Adam's runs fail, so its median hangs on the starts drawn.
#
# No method is first everywhere: AdaGrad, "the one that stops learning", on four surfaces, Nesterov on two.
# Nobody forced a small rate on AdaGrad, and without noise its rate levels out.
#
# Now turn the valley by 45°, and its starts with it. Gradient descent, momentum and Nesterov take exactly
# the same steps. AdaGrad falls back from 4 steps to 59, RMSProp from 131 to 167: they scale coordinates, and
# the valley no longer runs along one. Adam hardly notices at this condition; lecture 11 has steeper valleys.
#
# How wide is the window of good rates? A line ends where the median run no longer arrives:

# %%
fig, alt = pictures.windows(sweeps["Beale"], surfaces.RATES, ylabel="median steps on Beale's function")
show.figure(fig, alt=alt)

# %% [markdown]
# The windows lie decades apart. **At one rate for all, a movie shows which windows that rate happens to
# hit.** At 0.01, momentum and Nesterov diverge from more than 15 of the 31 starts. Adam is safe there but
# slow: in 1,000 steps it arrives from half of them or somewhat more, in 5,000 from nearly all. At 0.002,
# momentum and Nesterov are the first.
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
# A sixth is up to us: equal effort of tuning. Here the grids are similar for all, three to seven rates.
# Momentum, β and ρ stay at their defaults, which is a choice too. Wilson et al. (2017) tuned rates and found
# adaptive methods worse on test sets; Choi et al. (2019) tuned β, ε and the schedule as well, and they were
# not. Schmidt et al. (2021) ran fifteen methods on eight problems: trying several at their defaults did about
# as well as tuning one.
#
# With `use_mnist = True` the network is that of Kingma & Ba (2015), 784-1000-1000-10 with batches of 128, on
# MNIST: one epoch, half an hour on one core.

# %%
use_mnist = False
fair = choosing.compare_pictures(use_mnist, seeds=range(6), tuning_seeds=range(4))

# %% [markdown]
# First the wrong comparison, from the runs that chose the rates, four seeds: one rate for all.
#
# **Predict first.** Where is plain gradient descent at rate 0.01, where at 0.3?
# <details><summary>Answer</summary>
# On each of the four seeds it is last but one at 0.01, and fifth or better at 0.3, ahead of Adam. It has
# not changed; the others have left their windows.
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
fair

# %% [markdown]
# Look at the bars before you look at the order: most of them overlap. Gradient descent is in the slower half
# on every seed. On these six seeds several methods are first; Adam is not the best on most.
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
# From the lowest median to the highest it is a factor of 1.4. Adam, whose figure made this network known, is
# first on none of the three seeds, and its own runs span 0.104 to 0.128: three seeds cannot rank
# neighbours. Momentum ran at rate 0.2. On the single tuning seed, 0.2 was better than 0.1 by less than 1 %:

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
# within 5 % of the least-squares solution? The marks at the foot are PyTorch's default rates, from the
# library's table of conventions.

# %%
epochs = {method: choosing.regression_epochs(method, range(3)) for method in METHODS}
longer = choosing.regression_epochs("RMSProp", range(3), rho=0.99)
fig, alt = pictures.windows(epochs, choosing.REGRESSION_RATES, ylabel="epochs to 5 % of the optimum",
                            marks=choosing.torch_rates())
show.figure(fig, alt=alt)

# %% [markdown]
# Six of the eight need at most six epochs, the median of three data sets, if they may choose. At PyTorch's
# defaults only momentum and Nesterov arrive at all within 25; the adaptive methods' default rates are far
# off. Adam's own rate is 2, two thousand times its default. Its step is about `lr` per coordinate, and the
# largest weight is more than 50 units away: at 0.001 that takes tens of thousands of steps. That Adam needs
# no tuning is true where the weights are of order one and the features scaled, as in the networks it was made
# for.
#
# RMSProp and Adadelta are slow here at the ρ they come with. RMSProp averages the squares of about ten
# gradients, ρ = 0.9, and needs more than 12 epochs. Of about a hundred, ρ = 0.99, it needs fewer than 11: a
# longer memory lets the steps shrink. A comparison at fixed ρ compares that choice as well.
#
# ## 4 · What a step costs
#
# A step does little arithmetic on a lot of memory. It must read the gradient, and read and write the
# parameters and each array that the method remembers. `remembered` counts the arrays whose content changes
# later steps. (Our RMSProp keeps room for two more, for its centred form and its form with momentum.) In
# float32:

# %% tags=["nbval-check-output"]
size = sum(int(np.prod(shape)) for shape in step_cost.shapes_of(step_cost.WIDTHS))
show.table(["rule", "arrays remembered", "bytes moved per parameter", "MB remembered, 1.8 M parameters"],
           [[name, step_cost.remembered(name), step_cost.bytes_per_step(name),
             4 * step_cost.remembered(name) * size / 1e6] for name in OPTIMIZERS], formats=".1f")

# %% [markdown]
# **Predict first.** On a long vector the library notes the formula's operations once per step, then runs them
# on blocks of 262,144 numbers, each result written into memory used before. Why is that faster?
# <details><summary>Answer</summary>
# Run as it stands, each operation makes a new array of 1.8 million numbers that travels to memory and back,
# and the new state must be copied. A block and its scratch memory stay in the cache, and the new state is
# written straight over the old. Where the formula adds a multiple, y + c·z with a number c, one call of the
# BLAS (axpy) does both.
# </details>

# %%
times = {name: step_cost.time_steps(name, repeats=5) for name in pictures.RULES}
fig, alt = pictures.costs(times)
show.figure(fig, alt=alt)

# %% [markdown]
# These times are those of the machine that ran this notebook; PyTorch may use all its cores, NumPy's
# elementwise operations use one. PyTorch has three ways: tensor by tensor, `foreach` (one call for all
# tensors per operation) and `fused` (the whole rule in one compiled loop). At best a step costs the bytes it
# moves, and only a fused loop can come near. Otherwise temporaries, roots and divisions cost more: momentum
# and AdaGrad move the same 20 bytes, but AdaGrad also takes a root and divides.
#
# And beside the gradient? One gradient of this network on a batch of 128, with one step of each rule:

# %%
gradient = step_cost.gradient_seconds(choosing.MNIST.network(np.random.default_rng(0)), batch_size=128)
show.table(["milliseconds", "gradient", "step", "both"],
           [[pictures.RULES[name], *(1000 * np.array([gradient, t["blocks"], gradient + t["blocks"]]))]
            for name, t in times.items()], formats=".1f")

# %% [markdown]
# So equal gradients are not quite equal time: compare the last column. The larger the batch, the less the
# step counts.
#
# ## 5 · Claims that are often made
#
# **"Only Adam solves all of these problems"**: local minima, plateaus, saddle points, the choice of the
# rate. The table of section 1 has saddle and plateau: the median run of *every* method gets over both at its
# own rate. Two cases are left.
#
# *Exactly on the axis* of the saddle, $y = 0$, the gradient across is zero. No rule can make something of
# it:

# %%
f = SURFACES["saddle"]
stuck = {method: list(surfaces.run(METHODS[method](lr=rate), f, np.array([[1.0, 0.0]]), 1000))[-1][0]
         for method, rate in own["saddle"].items()}
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
# One small network, float64, the same first weights and the same 60 batches. First "RMSprop with rate 0.01"
# by each framework's own calls:

# %%
digits = load_digits().train
start = choosing.NetworkProblem(load_digits, (64, 16, 10), dtype="float64").network(np.random.default_rng(12))
x, y = digits.x.astype(np.float64), digits.y
stream = [np.random.default_rng(i).choice(len(x), 32, replace=False) for i in range(60)]
ours = {framework: start.copy() for framework in ("pytorch", "keras")}
for framework, net in ours.items():
    opt = frameworks.like(framework, "rmsprop", lr=0.01)
    for index in stream:
        net.loss_and_grad(x[index], y[index])
        opt.step(net.parameters.x, net.parameters.g)

# %%
trained = {}
if frameworks.available()["pytorch"]:
    import torch

    module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.RMSprop(module.parameters(), lr=0.01)
    for index in stream:
        optimizer.zero_grad()
        loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
        optimizer.step()
    trained["pytorch"] = frameworks.from_torch(module, start.copy())

# %%
if frameworks.available()["keras"]:
    keras = frameworks.load_keras()[1]
    model = frameworks.to_keras(start)
    model.compile(keras.optimizers.RMSprop(learning_rate=0.01),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64"))
    for index in stream:
        model.train_on_batch(x[index], y[index])
    trained["keras"] = frameworks.from_keras(model, start.copy())
apart = {name: np.abs(net.parameters.x - ours[name].parameters.x).max() for name, net in trained.items()}
show.table(["", "largest difference to ours", "loss after 60 steps"], [
    [name, bound(apart[name]), net.loss_and_grad(x, y)] for name, net in trained.items()], formats=".3g")

# %% [markdown]
# Each agrees with ours as `like` sets it, up to the float32 numbers of Keras, and the two end at different
# losses: the same name does not promise the same method. Now all rules, with exact numbers on both sides:

# %%
results = {}
for name in OPTIMIZERS:
    hyper = {"lr": 0.01} | ({"momentum": 0.9} if name in ("momentum", "nesterov") else {})
    results[name] = frameworks.contrast(start, *digits, name, hyper, steps=60, rng=np.random.default_rng(1),
                                        frameworks=frameworks_with(name))
rows, sides = [], ("course_lib", "pytorch", "keras")
for name, result in results.items():
    cells = {framework: bound(d) for framework, d in result.parameter_difference.items()}
    cells |= dict.fromkeys(result.missing, "not installed")
    taken = [f"{1000 * result.seconds_per_step[side]:.2g}" if side in result.seconds_per_step else ""
             for side in sides]
    rows.append([name, cells.get("pytorch", "none"), cells.get("keras", "none"), *taken])
show.table(["rule", "PyTorch", "Keras", "ms per step: ours", "ms: PyTorch", "ms: Keras"], rows,
           caption="Largest relative difference of all weights over 60 steps, and median times")

# %% [markdown]
# And the defaults that differ:

# %%
rows = [[name, hyper, *(f"{values[side]:g}" if side in values else "" for side in sides)]
        for name, result in results.items() for hyper, values in result.defaults.items()]
show.table(["rule", "default of", "course_lib", "PyTorch", "Keras"], rows)

# %% [markdown]
# ## 7 · Explore
#
# Any rule of the library. Click into the picture, or type a start. Find a rate at which Adam loses to
# gradient descent on Beale's function. Then start on the plateau at (6, 3): how does gradient descent fare?

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
claims, parts = Claims("12"), (slice(None), slice(0, 50), slice(50, None))
first = np.array([[surfaces.first_of({m: found[m][part] for m in METHODS}) for part in parts]
                  for found in fresh.values()])
medians = {name: {m: np.median(steps) for m, steps in found.items()} for name, found in fresh.items()}
claims.equal("adam_first", measured=(first == "Adam").sum(axis=0), value=0, slides="only Adam solves all",
             text="surfaces of six on which Adam is the first, all fresh starts and two parts of them")
claims.equal("adagrad_first", measured=(first == "AdaGrad").sum(axis=0), value=4,
             text="surfaces on which AdaGrad is the first, the same parts", slides="too slow, stops learning")
claims.equal("nesterov_first", measured=(first == "Nesterov").sum(axis=0), value=2, text="same, Nesterov")
lost = sum(np.isinf(found[method]) for found in medians.values() for method in METHODS)
claims.below("unsolved", measured=lost, bound=3, text="pairs of method and surface, of 48, whose median run "
             "does not arrive at the method's own rate")
claims.equal("no_rate", measured=[m for m in METHODS if own["Rosenbrock"][m] is None], value="Adadelta",
             text="method with no good rate on Rosenbrock's function")
claims.below("saddle_slowest", measured=list(medians["saddle"].values()), bound=300,
             text="steps past the saddle, the slowest of eight methods, own rates",
             slides="SGD, momentum and Nesterov struggle")
quicker = sum(found["NAdam"] < found["Adam"] for found in medians.values())
claims.below("nadam_faster", measured=quicker, bound=3, slides="a bit faster than Adam",
             text="surfaces of six on which NAdam is faster than Adam")
quicker = sum(found["RMSProp"] < found["AdaGrad"] for found in medians.values())
claims.equal("rmsprop_wins", measured=quicker, value=1,
             text="surfaces of six on which RMSProp is faster than AdaGrad", slides="faster than AdaGrad")

# %%
early, gd = medians["Beale"], "gradient descent"
arrived = {name: {m: np.isfinite(steps).sum() for m, steps in found.items()} for name, found in fresh.items()}
claims.equal("beale_first", measured=first[0], value="AdaGrad", text="Beale: the first, the same parts")
steady = [arrived["Beale"][m] for m in (gd, "AdaGrad", "RMSProp", "Adam")]
claims.above("beale_all", measured=steady, bound=97,
             text="fresh starts of 100 from which gradient descent, AdaGrad, RMSProp and Adam arrive there")
claims.about("beale_nesterov", measured=arrived["Beale"]["Nesterov"], value=81, within=12, text="Nesterov")
claims.below("beale_lower", measured=early["Nesterov"] / early["AdaGrad"], bound=1,
             text="its median there over AdaGrad's, the runs that fail counted as slowest")
claims.above("beale_rmsprop", measured=early["RMSProp"] / early[gd], bound=1.5,
             text="steps of RMSProp there over gradient descent's", slides="adaptive ones head for the goal")
claims.about("bend_adam", measured=arrived["Rosenbrock"]["Adam"], value=66, within=12,
             text="Rosenbrock: fresh starts of 100 from which Adam arrives at its own rate")
race = {name.partition(",")[0]: traces for name, (_, traces) in runs.items()}
flat = np.median(sweeps["valley"]["AdaGrad"], axis=1)[surfaces.RATES >= 1]
claims.about("adagrad_flat", measured=flat, value=5, within=1,
             text="valley: AdaGrad's median steps, each rate from 1 to 20")
far = minimize(SURFACES["valley"], SURFACES["valley"].start, METHODS["AdaGrad"](lr=20.0), 1).loss
claims.about("overshoot", measured=far[1], value=9830, within=5, text="its loss after one step at rate 20")
claims.above("uphill", measured=race["valley"]["AdaGrad"].loss[1] / far[0], bound=1,
             text="the same at its own rate, over the loss at the start")
claims.equal("bend", measured=sum(trace.x[-1, 0] > 0 for trace in race["Rosenbrock"].values()), value=3,
             text="Rosenbrock: methods round the bend in 150 steps, at the rates drawn here")

# %%
x0, f = surfaces.starts("Beale", 31, np.random.default_rng(12)), SURFACES["Beale"]
lost = [minimize(f, x0, METHODS[m](lr=0.01), 1000).diverged.sum() for m in ("momentum", "Nesterov")]
claims.above("beale_diverge", measured=lost, bound=15, slides="led off-track",
             text="starts of 31 from which momentum and Nesterov diverge on Beale at rate 0.01")
late = surfaces.steps_to_goal(f, x0, "Adam", [0.01], limit=5000)
claims.about("beale_adam", measured=(late <= 1000).sum(), value=17, within=7,
             text="from which Adam arrives in 1,000")
claims.above("beale_adam_late", measured=np.isfinite(late).sum(), bound=29, text="in 5,000")
beale = {m: np.median(steps[surfaces.RATES == 0.002]) for m, steps in sweeps["Beale"].items()}
claims.below("beale_momentum", measured=[beale.pop(m) for m in ("momentum", "Nesterov")], bound=100,
             text="their median steps at rate 0.002")
claims.above("beale_others", measured=list(beale.values()), bound=500, text="the other six's there")
same = [fresh["turned valley"][m] - fresh["valley"][m] for m in ("gradient descent", "momentum", "Nesterov")]
claims.equal("turn_same", measured=same, value=0, text="steps that the turn of the valley costs gradient "
             "descent, momentum and Nesterov, each start")
dearer = sum(medians["turned valley"][m] > medians["valley"][m] for m in list(METHODS)[3:])
claims.equal("flattered", measured=dearer, value=5,
             text="of five methods with one rate per coordinate, how many are slower when it is turned")
for method, values in {"AdaGrad": (4, 59), "RMSProp": (131, 167), "Adam": (56, 60)}.items():
    for name, value, within in zip(("valley", "turned valley"), values, (4, 3), strict=True):
        claims.about(f"{method.lower()}_{name.split()[0]}", measured=medians[name][method], value=value,
                     within=1 if value < 5 else within, text=f"median steps of {method} in the {name}")

# %%
sizes = [len(runs.rates) for found in (fair, mnist) for runs in found.runs.values()]
claims.about("grids", measured=sizes, value=5, within=2, text="rates in a grid, digits and MNIST")
wrong = list(columns.values())[:-1]
claims.equal("rankings", measured=len({tuple(found.ranking()) for found in wrong}), value=4,
             text="digits: different rankings at four common rates")
claims.above("winners", measured=len({found.ranking()[0] for found in wrong}), bound=1, text="winners there")
spread = [np.divide(*np.quantile([np.median(r.scores) for r in found.runs.values()], [1, 0]))
          for found in columns.values()]
claims.above("spread_wrong", measured=spread[:-1], bound=20,
             text="digits: worst over best median loss of eight, each common rate")
claims.below("spread_fair", measured=spread[-1] / np.array(spread[:-1]), bound=1,
             text="that at own rates over that at each common rate")
low, high = ({m: columns[f"all {rate}"].runs[m].scores for m in METHODS} for rate in (0.01, 0.3))
claims.above("adam_beats_gd", measured=low[gd] / low["Adam"], bound=20,
             text="digits, all at 0.01: loss of gradient descent over Adam's, each seed")
claims.above("gd_beats_adam", measured=high["Adam"] / high[gd], bound=2,
             text="digits, all at 0.3: loss of Adam over gradient descent's, each seed")

# %%
place = [1 + sum(scores[m] < scores[gd] for m in METHODS) for scores in (low, high)]
claims.equal("gd_low", measured=place[0], value=7, text="place of gradient descent at 0.01, each seed")
claims.below("gd_high", measured=place[1], bound=6, text="same at 0.3")
seeds = np.array([runs.scores for runs in fair.runs.values()]).argsort(axis=0)
claims.above("seed_winners", measured=len({*seeds[0]}), bound=1,
             text="digits, own rates: different winners on six seeds", slides="Adam always better")
claims.below("adam_wins", measured=(seeds[0] == list(METHODS).index("Adam")).sum(), bound=4,
             text="seeds of six on which Adam is the best")
claims.above("gd_behind", measured=1 + np.argmax(seeds == list(METHODS).index(gd), axis=0), bound=4,
             text="place of gradient descent at own rates, each seed")
rates, rows = choosing.REGRESSION_RATES, {m: np.argmin(np.median(e, axis=1)) for m, e in epochs.items()}
chosen, slow = {m: np.median(epochs[m][row]) for m, row in rows.items()}, ("RMSProp", "Adadelta")
claims.below("regression_fast", bound=7, text="regression: median epochs of six methods at own rates",
             measured=[chosen[m] for m in METHODS if m not in slow])
claims.above("regression_slow", measured=[chosen[m] for m in slow], bound=6, text="RMSProp and Adadelta")
claims.above("rho_short", measured=chosen["RMSProp"], bound=12, text="RMSProp's epochs at own rate, ρ = 0.9")
claims.below("rho_long", measured=np.median(longer, axis=1).min(), bound=11, text="same, ρ = 0.99")
claims.equal("adam_rate", measured=rates[rows["Adam"]], value=2, text="regression: Adam's own rate",
             slides="the default 0.001 often does")
claims.above("adadelta_rate", measured=rates[rows["Adadelta"]], bound=40, text="same, Adadelta's",
             slides="none to choose")

# %%
arrives = {m: np.isfinite(epochs[m][rates == rate]).all() for m, rate in choosing.torch_rates().items()}
claims.equal("defaults", measured=sum(arrives.values()), value=2, slides="the defaults often do",
             text="regression: methods of eight that arrive in 25 epochs at PyTorch's default rate")
claims.equal("default_momenta", measured=[arrives["momentum"], arrives["Nesterov"]], value=1,
             text="whether momentum and Nesterov do")
far = [abs(make_regression(1000, 20, noise=10.0, coef=True, random_state=seed)[2]).max() for seed in range(3)]
claims.above("far", measured=far, bound=50, text="regression: largest weight, each data set")
wide = [max(found) / min(found) for found in (list(own["Beale"].values()), rates[list(rows.values())])]
claims.above("wide", measured=wide, bound=100, text="Beale, regression: largest own rate over the smallest")
block = {name: found["blocks"] for name, found in times.items()}
claims.above("whole_arrays", measured=times["adam"]["whole arrays"] / block["adam"], bound=1,
             text="time of Adam's step on whole arrays over that in blocks")
claims.above("adam_dearer", measured=block["adam"] / block["sgd"], bound=1,
             text="in blocks: time of Adam's step over gradient descent's")
claims.equal("bytes_sgd", measured=step_cost.bytes_per_step("sgd"), value=12,
             text="bytes moved per parameter and step, gradient descent, float32")
claims.below("pytorch", measured=apart.get("pytorch"), bound=1e-12,
             text="weights after 60 steps of RMSProp, ours and PyTorch's")
claims.below("keras", measured=apart.get("keras"), bound=1e-4, text="same, Keras's")
ends = [net.parameters.x for net in ours.values()]
claims.above("rmsprop_apart", measured=abs(ends[0] - ends[1]).max(), bound=0.1, text="the two frameworks'")

# %% tags=["nbval-check-output"]
claims.equal("on_axis", measured=[x[1] for x in stuck.values()], value=0,
             text="distance from the saddle's axis after 1,000 steps on it, eight methods",
             slides="adaptive methods avoid saddles")
claims.equal("adam_stays", measured=[leave["Adam", lr] for lr in (0.01, 0.1, 0.2)], value=0,
             text="% of starts that Adam takes out of either well, rates to 0.2",
             slides="avoids local minima")
claims.above("adam_jumps", measured=leave["Adam", 1.0], bound=50, text="same, rate 1, each well")
scores = {method: runs.scores for method, runs in mnist.runs.items()}
best = [min(scores, key=lambda m: scores[m][seed]) for seed in range(3)]
claims.equal("mnist_adam", measured=best.count("Adam"), value=0, slides="the first",
             text="MNIST, one epoch, own rates: stored runs of three on which Adam is first")
claims.about("mnist_low", measured=min(scores["Adam"]), value=0.104, within=0.001, text="Adam's best loss")
claims.about("mnist_high", measured=max(scores["Adam"]), value=0.128, within=0.001, text="Adam's worst")
middle = np.median(list(scores.values()), axis=1)
claims.about("mnist_spread", value=1.4, within=0.1, text="same, worst over best median test loss",
             measured=middle.max() / middle.min())
tried = mnist.runs["momentum"].grid_scores[1:3, 0]
claims.below("mnist_momentum", measured=100 * (tried[0] / tried[1] - 1), bound=1,
             text="same, momentum: by how many % rate 0.2 was better than 0.1 on the tuning seed")
one = [step_cost.bytes_per_step(m) for m in ("momentum", "nesterov", "adagrad", "rmsprop", "lion")]
claims.equal("bytes_one", measured=one, value=20, text="same, the five rules with one array")
claims.equal("bytes_adam", measured=[step_cost.bytes_per_step(m) for m in ("adam", "nadam", "adadelta")],
             value=28, text="same, Adam, NAdam and Adadelta")
claims.equal("bytes_amsgrad", measured=step_cost.bytes_per_step("amsgrad"), value=36, text="same, AMSGrad")
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
# 4. AdaGrad scales coordinates: strong where the valleys run along the axes, ordinary where not.
# 5. At best a step costs the bytes it moves. Start with Adam or Nesterov, tune the rate, then compare.
#
# ## References
# - D. P. Kingma, J. Ba (2015), *Adam: a method for stochastic optimization.* ICLR. Figure 2.
# - A. C. Wilson et al. (2017), *The marginal value of adaptive gradient methods in machine
#   learning.* NeurIPS.
# - D. Choi et al. (2019), *On empirical comparisons of optimizers for deep learning.* arXiv:1910.05446.
# - R. M. Schmidt, F. Schneider, P. Hennig (2021), *Descending through a crowded valley.* ICML.
# - S. Ruder (2016), *An overview of gradient descent optimization algorithms.* arXiv:1609.04747: the movies.
