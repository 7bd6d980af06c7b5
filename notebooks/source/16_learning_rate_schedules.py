# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 16 · Learning-rate schedules
#
# **The question.** A large learning rate gets near the minimum fast, a small one gets close. Must we choose?
# And if the rate may change: when, how far, and along which curve?
#
# ## Objectives
# After this lecture you can
# - explain with the noise ball why a falling rate beats every constant one, and when it does not;
# - write the usual schedules as functions of the step, and find the common slips in others' code;
# - run a range test and say what it can and cannot find;
# - decide by measurement whether warm restarts or a warm-up pay;
# - use schedules in PyTorch and Keras, and name where their conventions differ.
#
# **Builds on** stochastic gradients (lecture 04) and, for one section, Adam (lecture 11). **Time** 40 minutes
# to read, about half a minute to run. **Goes with** the [slides](../slides/16_learning_rate_schedules.md)
# and the [exercises](exercises/16_learning_rate_schedules.ipynb).

# %%
import numpy as np

from course_lib import frameworks, schedules, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.frameworks.comparison import bound
from course_lib.optimizers import SGD
from course_lib.range_test import lr_range_test
from course_lib.show import lecture16 as pictures
from course_lib.studies import lr_schedules as study
from course_lib.studies import plateau, snapshots, warmup
from course_lib.studies.momentum_digits import digits_network
from course_lib.studies.stochastic import moments
from course_lib.training import batches

# %% [markdown]
# ## 1 · Why decay
#
# Lecture 04: with noise in the gradient, a constant rate $\eta$ ends in a ball whose loss is proportional to
# $\eta$. The distance to the minimum shrinks by $1-\eta h$ per step. So a large rate ends high, and a small
# one does not arrive.
#
# Again $f = x_1^2 + 2x_2^2$ from $(-5, -2.5)$ with noise 1, where the expected loss is exact. The budget is
# 200 steps, and each schedule has the base rate that is best for it.
#
# **Predict first.** How many times lower than the best constant rate does the best falling one end?
# <details><summary>Answer</summary>
# Nearly three times. The best constant rate must be small for a low floor, and then it hardly arrives.
# </details>

# %%
budget, curves = 200, {"constant 0.1": moments(study.CURVATURES, study.START, 0.1, 200).loss}
for name in ("constant", "power ½", "cosine", "exponential"):
    schedule = study.make_schedule(name, best := study.best_rate(name, budget)[0], budget)
    curves[f"{name}, from {best:.2g}"] = moments(study.CURVATURES, study.START, schedule, budget).loss
fig, alt = pictures.best_of_each(curves)
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
exact = {name: study.best_rate(name, budget) for name in study.FAMILY}
constant = exact["constant"][1]
rows = [[name, rate, loss, constant / loss] for name, (rate, loss) in exact.items()]
show.table(["schedule", "best base rate", "expected loss", "times lower than constant"],
           sorted(rows, key=lambda row: row[2]), formats=".2g")

# %% [markdown]
# All that fall win, some by little; the cycle that comes back to the full rate again and again gains nothing.
# The exponential one is best *because its time constant fits the budget*. The one of lecture 04, $e^{-0.1k}$
# over 2,500 steps, froze far from the minimum.
#
# ## 2 · A schedule is a function of the step
#
# It gets the number of steps done, 0 at first, and returns the rate. This is all of the cosine, the formula
# $\eta_k = \eta_\text{end} + \frac12(\eta_0-\eta_\text{end})(1+\cos\frac{\pi k}{K})$ (Loshchilov & Hutter
# 2017, eq. 5):

# %% tags=["nbval-check-output"]
show.source(schedules.cosine)
show.source(schedules.falling.half_wave)

# %%
family = {name: study.make_schedule(name, 1.0, 600) for name in study.FAMILY}
fig, alt = pictures.gallery(family, 600)
show.figure(fig, alt=alt)

# %% [markdown]
# | | falls | formula | useful when |
# |:--|:--|:--|:--|
# | step, piecewise | in jumps | $\eta_0 c^{\lfloor k/m \rfloor}$ | you watched an earlier run |
# | exponential | by a factor per step | $\eta_0 e^{-\lambda k}$ | the end is known |
# | inverse time, power | ever more slowly | $\eta_0(1+\beta k)^{-\alpha}$ | the end is not known |
# | polynomial, linear, cosine | to the end in $K$ steps | $(1-k/K)^p$, half a wave | the budget is fixed |
# | restarts, cyclic | and rises again | sections 6, 7 | no end is planned, snapshots |
# | one-cycle | rises, then falls | section 6 | short trainings |
#
# ## 3 · Trained: when does decay help?
#
# The digits, network 64-32-10, plain gradient descent, ten of the schedules. Each gets a grid of base rates,
# chooses on three seeds, and is shown on six others; all make equally many steps.
#
# **Predict first.** 600 steps with 4 images, then 150 steps with 64. Does decay help in both?
# <details><summary>Answer</summary>
# With 4 images noise is the obstacle, and falling to 0 wins. With 64 there is little noise. Then what counts
# is the way made, and no schedule gains on the constant rate.
# </details>

# %%
trained = {title: study.train_digits(study.TRAINED, **setting, seeds=range(6), tuning_seeds=range(3))
           for title, setting in study.SETTINGS.items()}
fig, alt = pictures.trained(trained)
show.figure(fig, alt=alt)

# %% [markdown]
# Left, cosine, linear and one-cycle end well below the best constant rate, and their seeds mostly lie closer
# together. The exponential, best on the quadratic, ends far above these three: it gives the way away too
# early. Whether it gains anything on the constant rate depends on the seeds.
# Right, no schedule is clearly better than constant, and those whose rates add up to little, step and
# exponential, are clearly worse; with other seeds it can happen that single constant runs fail, and all look
# better. A schedule is a cure for noise. Where there is little, it wastes way.
#
# ## 4 · Slips
#
# Five slips, most of them from the code of other lecture slides. None stops with an error where it is made.
#
# **1. A decay fed with its own output.** The formula wants the *first* rate divided by $(1+\beta k)^\alpha$.
# A common slip divides the *last* one:
#
# ```python
# lr = lr / (1 + decay * epoch) ** alpha      # should be initial_lr / (1 + decay * epoch) ** alpha
# ```
#
# **2. A factor that contains the rate.** PyTorch's `LambdaLR` *multiplies* the optimizer's rate by the
# factor. If the factor already contains the rate, it counts twice.
#
# **Predict first.** Rate 0.8, decay 0.0008: what is left at epoch 100, by formula and by slip? And which rate
# does LambdaLR set first, if both the optimizer and the factor have 0.01?
# <details><summary>Answer</summary>
# 0.8/1.08 = 0.741; the slip divides by 1.0008 · 1.0016 · … · 1.08, about 51. LambdaLR sets 0.0001.
# </details>

# %%
wrong = study.fed_back(0.8, 0.0008, 1.0, 200)
formula = study.rates_of(schedules.power(0.8, 0.0008, 1.0), 200)
twice = [0.01 * study.twice_the_base(0.01, 50)(k) for k in range(51)]
once = [0.01 * study.right_factor(50)(k) for k in range(51)]
fig, alt = pictures.slips(wrong, formula, twice, once)
show.figure(fig, alt=alt)

# %% [markdown]
# **3. Past the end.** The same factor is $(1-k/K)^{1/2}$, and Python's power of a negative number is
# *complex*. PyTorch sets it as the rate, and fails one step later. Ours stays at 0.
#
# **4. A schedule used up by a plot.** PyTorch's schedulers have a state, which `step()` moves on. Step one
# 200 times for a picture, and the training after it begins at the last rate:

# %%
x, y = (part.astype(kind) for part, kind in zip(load_digits().train, (np.float64, np.int64), strict=True))
start = digits_network(seed=0).copy(np.float64)
stream = [index for _ in range(6) for index in batches(len(x), 32, np.random.default_rng(16))][:200]
consumed = {}
if frameworks.available()["pytorch"]:
    import torch
    from torch.optim import lr_scheduler

    for plotted in (False, True):
        module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
        scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.001 ** (1 / 200))
        for _ in range(200 * plotted):  # for a plot
            optimizer.step()
            scheduler.step()
        for index in stream:
            optimizer.zero_grad()
            loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
            optimizer.step()
            scheduler.step()
        consumed[plotted] = frameworks.from_torch(module, start.copy()).loss_value(x, y)
    print(f"loss {consumed[False]:.3f}; after a plot {consumed[True]:.3f}")

# %% [markdown]
# Ours cannot be used up: a pure function has nothing that could change. Here it is asked backwards, and
# twice.

# %% tags=["nbval-check-output"]
fall, backwards = schedules.exponential(0.5, np.log(1000) / 200), range(199, -1, -1)
asked = [[fall(k) for k in backwards][::-1], study.rates_of(fall, 200).tolist()]
pure = asked[0] == asked[1]
print("the same rates:", pure)
past = study.twice_the_base(0.01, 50)(51)
print("the wrong factor one step past its end:", f"{past:.5f}; repaired:", study.right_factor(50)(51))

# %% [markdown]
# **5. A function where Keras wants a schedule.** Keras takes any callable as `learning_rate`, and calls it
# *without an argument*. With four arguments that is an error. With a default it is worse: a constant rate,
# silently.

# %%
errors = {}
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    def poly(base_lr, step, max_steps, power):
        return base_lr * (1 - step / max_steps) ** power
    def halving(step=0):
        return 0.1 * 0.5**step
    try:
        print(keras.optimizers.SGD(learning_rate=poly).learning_rate)
    except TypeError as error:
        errors["keras"] = str(error)
    optimizer, w = keras.optimizers.SGD(learning_rate=halving), keras.Variable([1.0])
    for _ in range(3):
        optimizer.apply([keras.ops.ones(1)], [w])
    errors["silent"] = 1 - float(w.numpy()[0])
    print(errors["keras"], f"\nway of three steps: {errors['silent']:.3f}, not 0.1 + 0.05 + 0.025 = 0.175")

# %% [markdown]
# ## 5 · The range test
#
# Train briefly while the rate rises exponentially, and look where the loss is least and where it explodes
# (Smith 2017, section 3.3). A common advice is a rate "slightly lower" than this turn. We make 20 tests, draw
# six, and compare with the best of three constant rates, now chosen on twelve seeds.

# %%
tests = {title: [lr_range_test(digits_network(seed), SGD(), *load_digits().train, low=1e-3, high=10.0,
                               batch_size=setting["batch_size"], rng=np.random.default_rng([16, seed]))
                 for seed in range(20)] for title, setting in study.SETTINGS.items()}
tuned = {title: study.train_digits(["constant"], **setting | {"rates": setting["rates"][1:4]}, seeds=[0],
                                   tuning_seeds=range(12)).runs["constant"].rate
         for title, setting in study.SETTINGS.items()}

# %%
fig, alt = pictures.range_tests({title: found[:6] for title, found in tests.items()}, tuned)
show.figure(fig, alt=alt)

# %% [markdown]
# For 64 images the turn is near the best rate. For 4 it lies above it: the test is too short to feel the
# noise ball. So a range test finds the edge of stability, from which you go down: a little for large batches,
# by several times for small ones. The library's suggestion, a tenth of the turn, is on the safe side. With 4
# images make several tests: the largest turn of our 20 is over three times the smallest.
#
# ## 6 · Up again: cyclic rates and one-cycle
#
# **Cyclic** rates run between two bounds for ever (Smith 2017): equal triangles, each half as high as the one
# before ("triangular2"), or shrinking with each step ("exp_range"). **One-cycle** is something else (Smith &
# Topin 2018): *one* rise, one fall to far below the start. Often the first is called by the name of
# the second. In PyTorch `CyclicLR` ignores the optimizer's rate, and cycles the *momentum* too unless told
# `cycle_momentum=False`:

# %%
cycled = np.zeros((2, 0))
if frameworks.available()["pytorch"]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5, momentum=0.9)
    scheduler = lr_scheduler.CyclicLR(optimizer, base_lr=0.0001, max_lr=0.001, step_size_up=3)
    group, seen = optimizer.param_groups[0], []
    for _ in range(25):
        seen.append((group["lr"], group["momentum"]))
        optimizer.step()
        scheduler.step()
    cycled = np.array(seen).T
    fig, alt = pictures.momentum_cycle(*cycled)
    show.figure(fig, alt=alt)

# %% [markdown]
# For cycles it is often said that a high rate leaves one local minimum for another. If it does, the minima
# along one run differ, and their average should be better than each.
#
# ## 7 · Warm restarts and snapshot ensembles
#
# Cosine falls with restarts; the network at the end of each is kept, and all vote: **five networks for the
# price of one** (Huang et al. 2017). We ask at *equal cost*, 750 steps: one long cosine fall, five snapshots
# of one run, or five networks with 150 steps each. And, at five times the cost, five long runs (five of our
# ten, in turn: these ensembles share members, so their dots lie closer than those of independent ones).
#
# **Predict first.** Which wins? Which networks disagree most?
# <details><summary>Answer</summary>
# Five long runs win. At equal cost nothing clearly beats the one long run here: snapshots of one run mostly
# agree, and short runs disagree but are weak.
# </details>

# %%
runs = [snapshots.train(seed) for seed in range(10)]
ways = {"one long run": [run.one_long for run in runs],
        "last snapshot": [run.snapshots[-1:] for run in runs],
        "last three snapshots": [run.snapshots[-3:] for run in runs],
        "all five snapshots": [run.snapshots for run in runs],
        "five short runs": [run.short for run in runs],
        "five long runs (5 × cost)": [np.concatenate([runs[(i + k) % 10].one_long for k in range(5)])
                                      for i in range(10)]}
scores = {name: np.array([snapshots.judge(found) for found in founds]) for name, founds in ways.items()}
rates = study.rates_of(schedules.cosine_restarts(snapshots.LR, snapshots.CYCLE), 750)
fig, alt = pictures.snapshots(rates, snapshots.CYCLE, {n: score[:, 0] for n, score in scores.items()})
show.figure(fig, alt=alt)

# %%
agree = {"snapshots": [snapshots.disagreement(run.snapshots[-3:]) for run in runs],
         "short runs": [snapshots.disagreement(run.short) for run in runs],
         "long runs": [snapshots.disagreement(found) for found in ways["five long runs (5 × cost)"]]}
show.table(["pairs of", "name different digits, % of images"],
           [[name, 100 * np.median(found)] for name, found in agree.items()], formats=".1f")

# %% [markdown]
# The later snapshots agree on nearly all images, so their vote adds little. What an ensemble needs is
# *different* and *good* networks. Huang et al. gained on deep networks and CIFAR, with cycles long enough for
# that. Test it at equal cost before you believe it.
#
# ## 8 · Warm-up
#
# Adam's first steps have the full length $\eta$ in *every* weight, since $\hat m/\sqrt{\hat v} = \pm1$ after
# one gradient. In a deep network at a large rate that is a leap. A **warm-up** raises the rate from 0. Six
# layers, 114 steps, with a linear fall; warm-up takes 30 of them.
#
# **Predict first.** Where does it help: at small or at large rates, for Adam or for SGD?
# <details><summary>Answer</summary>
# For Adam at large rates: the range of usable rates grows. At its best rate it gains less, and plain SGD,
# whose steps are as small as the gradient, gains nothing.
# </details>

# %%
warm = {"no warm-up": 0, "30 steps of warm-up": 30}
lengths = {name: warmup.first_steps("Adam", 0.03, count, seed=0, steps=40) for name, count in warm.items()}
sweeps = {kind: {name: warmup.sweep(kind, rates, count, range(4)) for name, count in warm.items()}
          for kind, rates in warmup.SETTINGS.items()}
fig, alt = pictures.warm_ups(lengths, sweeps, warmup.SETTINGS)
show.figure(fig, alt=alt)

# %% [markdown]
# ## 9 · Reduce on plateau
#
# `ReduceOnPlateau` halves the rate when the loss stops falling. It looks at the run, so it is *no* function
# of the step, but a callback of `fit`. Linear regression, three seeds, and one without it:

# %%
on_plateau = {f"seed {seed}": plateau.run(seed) for seed in range(3)}
kept = [plateau.run(seed, factor=None) for seed in range(3)]
fig, alt = pictures.plateaus(on_plateau | {"seed 0, constant": kept[0]})
show.figure(fig, alt=alt)

# %% [markdown]
# The runs that reduce end far below the one that keeps the rate (which is not the best constant one). No end
# needs to be known in advance. The price: a noisy loss triggers it early, another seed gets another
# schedule, and the best threshold is one more thing to tune.
#
# ## 10 · The same in PyTorch and Keras
#
# Each schedule here beside theirs, in their own calls, and the largest difference over 1,000 steps:

# %% tags=["nbval-check-output"]
names = ["step", "piecewise", "exponential", "inverse_time", "power", "polynomial", "linear", "cosine",
         "cosine_restarts", "warmup", "triangular", "one_cycle"]
show.table(*frameworks.schedule_table(*names))

# %%
longer, apart, rows = {"cosine": 1000, "warmup": 1000, "one_cycle": 1000}, {}, []
for name in names:
    twins, cells = frameworks.schedule_twins(name, **({"steps": longer[name]} if name in longer else {})), []
    own = twins.rates("course_lib", 1000)
    for framework in ("pytorch", "keras"):
        if getattr(twins, framework) is None:
            cells.append("has none")
        elif not frameworks.available()[framework]:
            cells.append("not installed")
        else:
            apart[framework, name] = np.abs(twins.rates(framework, 1000) - own).max() / own.max()
            cells.append(bound(apart[framework, name]))
    rows.append([name, *cells])
show.table(["largest difference / largest rate, 1,000 steps", "PyTorch", "Keras"], rows)

# %% [markdown]
# Keras computes its schedules in float32, hence $10^{-7}$. Past the end the conventions part, here for a
# cosine of 100 steps:

# %%
twins = frameworks.schedule_twins("cosine", lr=0.1, steps=100, end=0.0)
ends = {framework: twins.rates(framework, 201)[[50, 100, 150, 200]]
        for framework in ("course_lib", "pytorch", "keras")
        if framework == "course_lib" or frameworks.available()[framework]}
show.table(["cosine(0.1, 100)", "step 50", "step 100", "step 150", "step 200"],
           [[framework, *np.abs(found.round(6))] for framework, found in ends.items()], formats=".5f")

# %% [markdown]
# Keras has no cyclic schedule, and the add-on package that had one is no longer maintained. It is a short
# subclass, where `height` 0.5 gives "triangular2":

# %%
own_keras = []
if frameworks.available()["keras"]:
    class Triangular(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, low, high, half_cycle, height=1.0):
            self.low, self.high, self.half_cycle, self.height = low, high, half_cycle, height

        def __call__(self, step):
            cycles = keras.ops.cast(step, "float32") / (2 * self.half_cycle)
            whole = keras.ops.floor(cycles)
            rise = 1 - keras.ops.abs(2 * (cycles - whole) - 1)
            return self.low + (self.high - self.low) * rise * self.height**whole

        def get_config(self):
            return vars(self)

    for mode, height in (("triangular", 1.0), ("triangular2", 0.5)):
        theirs = np.array(Triangular(0.001, 0.1, 50, height)(np.arange(1000)))
        ours = study.rates_of(schedules.triangular(0.001, 0.1, 50, mode=mode), 1000)
        own_keras.append(np.abs(theirs - ours).max())

# %% [markdown]
# ### One training run each
#
# Warm-up to 0.1 in 20 steps, then a cosine of 180, with momentum 0.9: same start, same 200 batches. Keras has
# the rate *inside* the velocity, PyTorch outside (lecture 09). For a constant rate that is one method. For a
# schedule it is two, so ours runs twice.

# %%
given = {"lr": schedules.warmup(schedules.cosine(0.1, 180), 20, start=0.01), "momentum": 0.9}
ends_at = {}
for framework in ("pytorch", "keras"):
    net, opt = start.copy(), frameworks.like(framework, "momentum", **given)
    for index in stream:
        net.loss_and_grad(x[index], y[index])
        opt.step(net.parameters.x, net.parameters.g)
    ends_at[framework] = net.parameters.x
differ = {"the two forms": np.abs(ends_at["pytorch"] - ends_at["keras"]).max()}
if frameworks.available()["pytorch"]:
    module = frameworks.to_torch(start)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
    scheduler = lr_scheduler.SequentialLR(optimizer, [
        lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=20),
        lr_scheduler.CosineAnnealingLR(optimizer, T_max=180)], milestones=[20])
    for index in stream:
        optimizer.zero_grad()
        loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index])).backward()
        optimizer.step()
        scheduler.step()
    trained_there = frameworks.from_torch(module, start.copy()).parameters.x
    differ["PyTorch"] = np.abs(trained_there - ends_at["pytorch"]).max()

# %%
if frameworks.available()["keras"]:
    model = frameworks.to_keras(start)
    keras_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    rate = keras.optimizers.schedules.CosineDecay(0.01, 180, warmup_target=0.1, warmup_steps=20)
    optimizer = keras.optimizers.SGD(learning_rate=rate, momentum=0.9)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = keras_loss(y, model(x))
        optimizer.apply(tape.gradient(value, model.trainable_variables))

    for index in stream:
        step(tf.constant(x[index]), tf.constant(y[index]))
    trained_there = frameworks.from_keras(model, start.copy()).parameters.x
    differ["Keras"] = np.abs(trained_there - ends_at["keras"]).max()

# %%
show.table(["largest difference of a weight after 200 steps", "is"],
           [[f"{name} and ours in its form", bound(differ[name])] for name in ("PyTorch", "Keras")
            if name in differ] + [["rate outside and inside the velocity", bound(differ["the two forms"])]])

# %% [markdown]
# Stepping differs too: in PyTorch *you* call `scheduler.step()`, after each batch or each epoch, whichever
# the numbers were made for. Forget it, and the rate is constant. Keras and this library count steps
# themselves.
#
# ## 11 · Explore
#
# Design a schedule for 200 steps. Can you end at less than half the loss of the best constant rate? What
# changes when the noise is 0.2, or 3? Does warm-up help here?

# %%
show.schedule_designer()

# %%
print(show.describe_schedule("exponential", lr=0.0745))
show.figure(show.draw_schedule("exponential", lr=0.0745),
            alt="Left the rate falls from 0.07 to below 0.001 in a straight line on the logarithmic axis. "
                "Right the expected loss falls below that of the best constant rate.")

# %% [markdown]
# ## 12 · What we measured
#
# Each number below is measured again whenever this notebook runs; a claim that fails stops it. The last
# column is what other lecture slides say.

# %%
claims = Claims("16")
for name, value in (("exponential", 2.8), ("cosine", 2.0), ("linear", 2.1), ("cyclic", 1.0)):
    claims.about(f"exact_{name}", measured=constant / exact[name][1], value=value, within=0.1,
                 text=f"noisy quadratic, 200 steps: best constant over best {name}, expected loss")
claims.about("slip_decay", measured=wrong[100], value=0.0156, within=0.0001,
             text="rate at epoch 100 by the slip, lr 0.8, decay 0.0008", slides="power decay")
claims.about("formula_decay", measured=formula[100], value=0.741, within=0.001, text="same, by the formula")
claims.about("slip_lambda", measured=twice[0], value=1e-4, within=1e-9,
             text="first rate by LambdaLR, lr 0.01 in both places", slides="0.01")
claims.equal("past_the_end", measured=type(past).__name__, value="complex",
             text="kind of number of the wrong factor one step past its end", slides="a rate")
claims.equal("impure", measured=int(np.sum(np.not_equal(*asked))), value=0,
             text="of 200 rates of ours, how many change when asked backwards")
claims.above("consumed", measured=consumed[True] / consumed[False] if consumed else None, bound=3,
             text="PyTorch: loss after 200 steps with a scheduler used up by a plot over that without")
claims.about("cycled_momentum", measured=cycled[1].min() if cycled.size else None, value=0.8, within=1e-9,
             text="lowest momentum under CyclicLR with momentum 0.9", slides="not said")
claims.about("silent", measured=errors.get("silent"), value=0.3, within=1e-5,
             text="Keras: way of three steps of a function that should halve 0.1 each step")
claims.below("keras_triangular", measured=own_keras or None, bound=1e-6,
             text="our Keras subclass against triangular and triangular2, 1,000 steps")

# %%
few, many = ({name: np.median(r.scores) for name, r in found.runs.items()} for found in trained.values())
falling = [loss for name, (_, loss) in exact.items() if name not in ("constant", "cyclic")]
claims.above("all_falls", measured=constant / np.array(falling), bound=1.3,
             text="noisy quadratic: best constant over each schedule that falls, expected loss")
claims.above("few_gain", measured=[few["constant"] / few[name] for name in ("cosine", "linear", "one-cycle")],
             bound=1.2, text="4 images: final loss, constant over cosine, linear and one-cycle, medians")
claims.above("few_exponential", measured=few["exponential"] / few["cosine"], bound=1.4,
             text="same, exponential over cosine")
spread = {name: np.ptp(np.log(runs.scores)) for name, runs in trained["4 images per step"].runs.items()}
claims.below("few_spread", bound=1, text="same, six seeds: log(largest/least) of each over that of constant",
             measured=[spread[name] / spread["constant"] for name in ("cosine", "linear", "one-cycle")])
claims.above("many_loss", measured=[loss / many["constant"] for loss in many.values()], bound=0.9,
             text="64 images: final loss, each schedule over constant, medians")
claims.above("many_late", measured=[many[name] / many["constant"] for name in ("step", "exponential")],
             bound=1.5, text="same, step and exponential")
few_turns, many_turns = (np.array([test.lr[test.smoothed.argmin()] for test in found]) / tuned[title]
                         for title, found in tests.items())
claims.about("turn_many", measured=np.median(many_turns), value=1.2, within=0.4,
             text="64 images: turn of the range test over the best constant rate, median of 20 tests")
claims.above("turn_few", measured=np.median(few_turns), bound=2, text="same, 4 images",
             slides="slightly above")
claims.above("turn_spread", measured=few_turns.max() / few_turns.min(), bound=3,
             text="4 images: largest turn of 20 tests over the smallest")
claims.below("suggestion", measured=[np.median(few_turns) / 10, np.median(many_turns) / 10], bound=0.6,
             text="a tenth of the turn over the best constant rate, 4 and 64 images, medians of 20")

# %%
gain = {name: 100 * (np.mean(score[:, 0]) - np.mean(scores["one long run"][:, 0]))
        for name, score in scores.items()}
claims.about("snapshot_gain", measured=gain["all five snapshots"], value=-0.3, within=0.7,
             text="% accuracy: five snapshots minus one long run, same cost, mean of 10 seeds")
claims.about("short_gain", measured=gain["five short runs"], value=-1.8, within=0.8,
             text="same, five short runs")
claims.about("three_gain", measured=gain["last three snapshots"], value=0, within=0.7,
             text="same, last three snapshots")
claims.about("ensemble_gain", measured=gain["five long runs (5 × cost)"], value=1.2, within=0.7,
             text="same, five long runs at five times the cost")
share = {name: 100 * np.median(found) for name, found in agree.items()}
claims.below("agree_snapshots", measured=share["snapshots"], bound=3.5,
             text="% of images on which two of the last three snapshots disagree, median")
claims.above("agree_runs", measured=[share["long runs"], share["short runs"]], bound=4.5,
             text="same, two long runs; two short runs")
for framework, limit in (("pytorch", 1e-12), ("keras", 1e-6)):
    found = [d for (where, _), d in apart.items() if where == framework]
    claims.below(f"rates_{framework}", measured=found or None, bound=limit,
                 text=f"rates of all schedules over 1,000 steps, {framework}, relative difference")
for name, limit in (("PyTorch", 1e-9), ("Keras", 1e-3)):
    claims.below(f"weights_{name.lower()}", measured=differ.get(name), bound=limit,
                 text=f"weights after 200 steps under warm-up and cosine, {name}")
claims.above("two_forms", measured=differ["the two forms"], bound=1e-3,
             text="same, rate outside against inside the velocity")

# %% tags=["nbval-check-output"]
adam, sgd = ({name: np.median(losses, axis=1) for name, losses in found.items()} for found in sweeps.values())
before, after = warm
claims.about("first_step", measured=lengths[before][0], value=0.11, within=0.02,
             text="Adam, lr 0.03, six layers: first step, relative to the weights")
claims.above("warm_large", measured=(adam[before] / adam[after])[-1], bound=2,
             text="Adam, largest rate of the sweep: loss without over loss with warm-up, medians")
claims.about("warm_best", measured=adam[before].min() / adam[after].min(), value=1.6, within=0.5,
             text="same, each at its best rate, medians of 4 seeds")
claims.above("warm_sgd", measured=sgd[after].min() / sgd[before].min(), bound=0.7,
             text="plain SGD, each at its best rate: loss with over loss without warm-up")
claims.equal("plateau_schedules", measured=len({tuple(run.rate) for run in on_plateau.values()}), value=3,
             text="reduce on plateau: different schedules of 3 seeds")
claims.above("plateau_gain", bound=5, text="loss above the least: rate kept over reduced, each of 3 seeds",
             measured=[k.loss[-1] / run.loss[-1] for k, run in zip(kept, on_plateau.values(), strict=True)])
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write warm-up with cosine and the triangles, predict what a misplaced step() does, freeze a
# run](exercises/16_learning_rate_schedules.ipynb).
#
# ## Recap
# 1. A constant rate ends on a floor that grows with it; falling rates end below the best of them.
# 2. That holds where noise is the obstacle. Where it is not, a decay gains nothing, and an early one loses.
# 3. Write schedules as pure functions: no state, nothing to use up, nothing to feed back.
# 4. Range test, restarts, snapshots, warm-up: each helps somewhere. Compare at equal cost.
# 5. Know the conventions: who multiplies, what happens past the end, where momentum keeps the rate.
#
# ## References
# - H. Robbins, S. Monro (1951), *A stochastic approximation method.* Ann. Math. Stat. 22(3).
# - L. N. Smith (2017), *Cyclical learning rates for training neural networks.* WACV.
# - L. N. Smith, N. Topin (2018), *Super-convergence: very fast training of neural networks using large
#   learning rates.* arXiv:1708.07120.
# - I. Loshchilov, F. Hutter (2017), *SGDR: stochastic gradient descent with warm restarts.* ICLR.
# - G. Huang et al. (2017), *Snapshot ensembles: train 1, get M for free.* ICLR.
# - P. Goyal et al. (2017), *Accurate, large minibatch SGD.* arXiv:1706.02677. Section 2.2: warm-up.
