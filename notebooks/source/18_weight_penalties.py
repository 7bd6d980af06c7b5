# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 18 · Weight penalties
#
# **The question.** A network with thousands of weights can learn the noise of a hundred points. What does a
# price on the weights change? And is `weight_decay=1e-4` that price?
#
# ## Objectives
# After this lecture you can
# - say how far L2 shrinks each direction, and which prior that stands for;
# - explain why a subgradient of L1 never makes a weight zero, and write the step that does;
# - tell coupled from decoupled decay, and predict where each comes to rest;
# - translate a strength between a formula, PyTorch and Keras without a factor of 2;
# - judge on a noisy step which penalty helps, over seeds.
#
# **Builds on** gradient descent (lecture 03) and [Adam](11_adam_and_nadam.ipynb). **Time** 35 minutes to
# read, about half a minute to run. **Goes with** the [slides](../slides/18_weight_penalties.md) and the
# [exercises](exercises/18_weight_penalties.ipynb).

# %%
import numpy as np

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import load_digits
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam, Momentum
from course_lib.penalties import L1, L2, ElasticNet, MaxNorm, OnWeights, ridge
from course_lib.show import lecture18 as pictures
from course_lib.studies import heaviside, heaviside_runs
from course_lib.studies import penalties as study
from course_lib.studies.momentum_digits import digits_network
from course_lib.training import batches
from course_lib.transforms import l1, l2

# %% [markdown]
# ## 1 · L2 shrinks
#
# Add $\frac\alpha2\|w\|^2$ to the loss. Its gradient is $\alpha w$, so a step of gradient descent becomes
#
# $$w \leftarrow w - \eta\,(g + \alpha w) = (1 - \eta\alpha)\,w - \eta g.$$
#
# Each step first shrinks every weight by the same factor: hence the name *weight decay*. The ½ is there to
# cancel; a penalty $\alpha\|w\|^2$ without it shrinks twice as much.

# %% tags=["nbval-check-output"]
show.source(L2)

# %% [markdown]
# **Where does it end?** Near a minimum $w^*$ the loss is a quadratic with curvature $h_i$ along each
# eigenvector of its Hessian. Loss and penalty balance where $h_i(w_i - w^*_i) + \alpha w_i = 0$:
#
# $$w_i = \frac{h_i}{h_i + \alpha}\; w^*_i$$
#
# **Predict first.** Two directions, curvatures 10 and 0.5. Which does α = 1 take away?
# <details><summary>Answer</summary>
# The flat one: 0.5/1.5 leaves a third of it. Of the steep one 10/11 is left. What the data say little
# about, the penalty decides.
# </details>

# %%
curvatures, alphas = np.array([10.0, 0.5]), np.geomspace(0.01, 100, 81)
turn = np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])
x = np.sqrt(curvatures / 2)[:, None] * turn.T  # ‖x w - y‖² has these curvatures along the columns of turn
y = x @ [1.6, 0.8]
ways = {"L2": study.path("ridge", x, y, alphas), "L1": study.path("lasso", x, y, alphas)}
fig, alt = pictures.shrinkage((x, y), alphas, ways, curvatures)
show.figure(fig, alt=alt)
kept = (ways["L2"] @ turn) / (turn.T @ [1.6, 0.8])
shrinkage_error = np.abs(kept - curvatures / (curvatures + alphas[:, None])).max()

# %% [markdown]
# ### Ridge, with its factor
# For the error $\|Xw - y\|^2$ the gradient is $2X^\top(Xw-y) + \alpha w$. It is zero at
#
# $$w = \big(X^\top X + \tfrac\alpha2 I\big)^{-1} X^\top y \qquad\text{(Hoerl \& Kennard 1970).}$$
#
# A common slip puts α in place of α/2. Who is right? We ask gradient descent and
# scikit-learn, whose `Ridge(alpha=a)` means $\|Xw-y\|^2 + a\|w\|^2$.

# %% tags=["nbval-check-output"]
from sklearn.linear_model import ElasticNet as SklearnElasticNet
from sklearn.linear_model import Lasso, Ridge

data, alpha = study.eight_features(noise=2.0, rng=np.random.default_rng(1)), 20.0
f, gradient = study.squared_error(data.x, data.y)
descent = minimize(f, np.zeros(8), SGD(lr=0.004, transforms=[l2(alpha)]), 2000, gradient).x[-1]
theirs = Ridge(alpha=alpha / 2, fit_intercept=False).fit(data.x, data.y).coef_
half, whole = ridge(data.x, data.y, alpha), ridge(data.x, data.y, 2 * alpha)
oracles = {"gradient descent": descent, "scikit-learn, alpha / 2": theirs,
           "most probable weights": study.map_weights(data.x, data.y, tau=np.sqrt(0.4), sigma=2.0)}
show.table(["compared with", "α/2 on the diagonal", "α on the diagonal"], [
    [name, *("same" if np.abs(w - other).max() < 1e-5 else "different" for other in (half, whole))]
    for name, w in oracles.items()])

# %% [markdown]
# ### As a prior
# The third line of the table: suppose $y = Xw + $ noise of variance $\sigma^2$, and that the weights were
# drawn from $N(0, \tau^2)$. The most probable weights minimize $\frac{1}{2\sigma^2}\|Xw-y\|^2 +
# \frac{1}{2\tau^2}\|w\|^2$: ridge with $\alpha = 2\sigma^2/\tau^2$. We let SciPy search the highest
# posterior density (σ = 2, τ² = 0.4, so α = 20); it knows nothing of ridge.
#
# **Predict first.** Draw many weights from that prior, fit each with every α, and average the error.
# Where is its minimum?
# <details><summary>Answer</summary>
# At 2σ²/τ². If the prior is true, no other strength is better on average.
# </details>

# %%
strengths, rng = np.geomspace(0.05, 500, 33), np.random.default_rng(18)
settings = {"noise 1, prior 1": (1.0, 1.0), "noise 1, prior 0.5": (0.5, 1.0),
            "noise 2, prior 0.25": (0.25, 2.0)}
best = {name: 2 * sigma**2 / tau**2 for name, (tau, sigma) in settings.items()}
errors = {name: (strengths, study.prior_error(strengths, tau=tau, sigma=sigma, rng=rng))
          for name, (tau, sigma) in settings.items()}
fig, alt = pictures.prior(errors, best)
show.figure(fig, alt=alt)

# %% [markdown]
# ## 2 · L1 and zeros
#
# The penalty $\alpha\sum|w_i|$ pulls with the same force α however small the weight is. At zero it has a
# kink: any slope from -α to α is a *subgradient*. If the loss pulls with less than α, zero is the best
# place. Does gradient descent get there?
#
# **Predict first.** $f = \frac12(w - 0.5)^2$, α = 1, learning rate 0.1, from 1. Where is $w$ after 100
# steps?
# <details><summary>Answer</summary>
# Near zero, but never there: at each step the pull of L1 throws it across.
# </details>
#
# The **proximal step** cures that. After the plain gradient step it moves to the point that is best for
# the penalty and near: $\arg\min_z \alpha|z| + \frac{1}{2\eta}(z-w)^2$. That is the *soft threshold*:
# move toward zero by $\eta\alpha$ and stop there.

# %% tags=["nbval-check-output"]
show.source(L1.proximal)

# %%
pull = {"L1, subgradient": SGD(lr=0.1, transforms=[l1(1.0)]),
        "L1, proximal step": SGD(lr=0.1, proximal=[L1(1.0)]), "L2": SGD(lr=0.1, transforms=[l2(1.0)])}
curves = {name: minimize(lambda w: (w[0] - 0.5) ** 2 / 2, [1.0], opt, 100, lambda w: w - 0.5).x[:, 0]
          for name, opt in pull.items()}
fig, alt = pictures.one_weight({name: curve[:41] for name, curve in curves.items()})
show.figure(fig, alt=alt)

# %% [markdown]
# Gradient step, proximal step, again: on a squared error this is **ISTA** (Beck & Teboulle 2009), and its
# limit is the **lasso** (Tibshirani 1996). scikit-learn finds it another way, one coordinate at a time;
# its `Lasso(alpha=a)` divides the error by $2n$, so $a = \alpha/2n$. Eight features, five of which do not
# matter:

# %%
alphas = np.geomspace(0.1, 10_000, 101)
paths = {kind: study.path(kind, data.x, data.y, alphas) for kind in ("ridge", "lasso")}
fig, alt = pictures.coefficient_paths(alphas, paths, data.weights)
show.figure(fig, alt=alt)

# %%
oracle_error, sparsity = [], []
for a in (3.0, 30.0, 100.0, 300.0):
    options = {"alpha": a / 80, "fit_intercept": False, "tol": 1e-14, "max_iter": 100_000}
    for ratio, model in ((1.0, Lasso(**options)), (0.5, SklearnElasticNet(l1_ratio=0.5, **options))):
        found, theirs = study.lasso(data.x, data.y, a, ratio), model.fit(data.x, data.y).coef_
        oracle_error.append(np.abs(found - theirs).max())
        sparsity.append(((found == 0) == (theirs == 0)).all())
found_right = study.right_features(np.geomspace(10, 300, 25), rng=np.random.default_rng(7))
print(f"the right three features and no other, at some strength: in {found_right:.0%} of 100 such problems")

# %% [markdown]
# Is the lasso better, then? It depends on the truth. Twenty examples, 100 problems, each penalty at the
# strength that was best on 100 other problems:

# %%
truths = {"3 of 8 features matter": study.SPARSE, "all 8 matter alike": study.DENSE}
grid = np.geomspace(1.5, 50, 9)
wins = {truth: {kind: study.tuned_errors(kind, weights, grid, noise=1.5, rng=np.random.default_rng(5))[0]
                for kind in ("ridge", "lasso")} for truth, weights in truths.items()}
show.table(["truth", "penalty", "10 %", "median", "90 %"], [[truth, kind, *np.quantile(w, [0.1, 0.5, 0.9])]
    for truth, kinds in wins.items() for kind, w in kinds.items()], caption="error of new predictions")

# %% [markdown]
# ### Two relatives
# **Elastic net** mixes both: $\alpha\,(r\sum|w_i| + \frac{1-r}2\|w\|^2)$. Of two equal columns the lasso
# may keep either; the elastic net splits the weight. **Max-norm** sets a limit instead of a price: the
# incoming weights of each unit stay in a ball. Its proximal step is the projection onto it.

# %% tags=["nbval-check-output"]
twins = np.repeat(data.x[:, :1], 2, axis=1)
split = study.lasso(twins, data.y, 10.0, 0.5)
print("elastic net, two equal columns: equal weights:", abs(split[0] - split[1]) < 1e-9)
print("max-norm 1 on a column (3, 4):", MaxNorm(1.0).proximal(np.array([[3.0], [4.0]]), lr=0.1).ravel())
moved = ElasticNet(1.0, 0.5).proximal(np.array([3.0, 0.4]), lr=1.0)
print("elastic net, proximal step on (3, 0.4) at lr 1:", moved.round(3))

# %% [markdown]
# ## 3 · Coupled and decoupled
#
# **Coupled** decay adds $\alpha w$ to the gradient, which then goes through the rule. **Decoupled** decay
# (Loshchilov & Hutter 2019) shrinks $w$ by $1-\eta\lambda$ beside the rule. (The paper's own λ is not
# multiplied by the rate: it is our $\eta\lambda$.) We run both with α = λ on a quadratic:

# %% tags=["nbval-check-output"]
gap, start = {}, [1.0, -2.0]
for rule in (SGD, Momentum, Adam):
    pair = rule(lr=0.01, transforms=[l2(0.5)]), rule(lr=0.01, weight_decay=0.5)
    ways = [minimize(lambda w: 5 * (w - 1) @ (w - 1), start, o, 100, lambda w: 10 * (w - 1)).x for o in pair]
    gap[rule.__name__] = np.abs(ways[0] - ways[1]).max()
show.table(["rule", "both forms"], [[n, "same" if g < 1e-12 else "different"] for n, g in gap.items()])

# %% [markdown]
# Only plain gradient descent does not care. Lecture 11 showed how *fast* Adam's two forms decay. Where do
# they **come to rest**? We take $\frac12(w-1)^2$ with a noisy gradient, and a decay of 0.5. The minimum
# of loss plus penalty is at $1/1.5 = 0.67$.
#
# **Predict first.** Which form rests there? And what happens without noise?
# <details><summary>Answer</summary>
# The coupled form, whatever the noise: its mean step is zero where gradient plus αw is. AdamW is at rest
# where g/√v = -λw. Without noise √v is |g|, and g/√v is ±1 until g is nearly zero: AdamW goes to 1, as if
# there were no decay. With noise of deviation s it is about where g + λsw = 0: the noise sets the
# strength.
# </details>

# %%
noises, fine = np.array([0.0, 0.1, 0.3, 1.0, 3.0]), np.linspace(0, 3, 61)
rest = {name: study.resting_place(noises, 0.5, coupled=coupled, rng=rng)
        for name, coupled in (("Adam, coupled", True), ("AdamW", False))}
lines = {"minimum of loss plus penalty": np.full(61, 1 / 1.5), "g/√v = -λw": study.predicted_rest(fine, 0.5)}
fig, alt = pictures.rest(noises, rest, fine, lines)
show.figure(fig, alt=alt)

# %% [markdown]
# So AdamW does not minimize "loss plus penalty". How hard it regularizes depends on the noise of the
# gradient, and so on the batch size. With full batches and a small λ it does next to nothing. Keep that
# in mind for the next experiment.
#
# ## 4 · A noisy step
#
# An experiment from other lecture slides: networks of 100 ReLU units per layer learn the Heaviside step,
# with Adam at 0.01 for 30,000 epochs on all points. They show one run each; we take several seeds, 100
# points with noise 0.1, and measure the error against the step *without* noise. All seeds train side by
# side. First 1,000 epochs, live:

# %%
live = {name: heaviside.train(range(3), epochs=1000, **penalty) for name, penalty in
        {"none": {}, "L2": {"l2": 1e-4}, "L1": {"l1": 1e-4}}.items()}
show.table(["penalty, α = 1e-4", "error, 3 seeds", "training loss"], [
    [name, f"{run.error[-1].min():.4f} to {run.error[-1].max():.4f}", np.median(run.loss[-1])]
    for name, run in live.items()])

# %% [markdown]
# So early L2 gains little or nothing, L1 about a quarter. **Predict first.** What do 29,000 more epochs do?
# <details><summary>Answer</summary>
# Without a penalty the network goes on to learn the noise: the training loss falls, the error more than
# doubles. With L2 and L1 it stays about where it was.
# </details>
#
# The long runs are stored; `python -m course_lib.studies.heaviside_runs` computes them again.

# %%
runs = heaviside_runs.stored()
final = {depth: {method: run["error"] for (method, _), run in runs[depth].items()}
         for depth in ("2 layers", "3 layers")}
fig, alt = pictures.errors(final, runs["2 layers"]["none", 1e-4]["epochs"])
show.figure(fig, alt=alt)

# %%
fits = {depth: {method: (heaviside_runs.CURVE, runs[depth][method, 1e-4]["curve"])
                for method in ("none", "L2", "L1")} for depth in final}
fig, alt = pictures.fits(fits, live["none"].x, live["none"].y[0])
show.figure(fig, alt=alt)

# %%
show.table(["penalty", "layers", "error: 10 %", "median", "90 %", "training loss"], [
    [method, depth[0], *np.quantile(run["error"][:, -1], [0.1, 0.5, 0.9]), np.median(run["loss"][:, -1])]
    for depth in final for (method, _), run in runs[depth].items()], caption="after 30,000 epochs, α = 1e-4")

# %% [markdown]
# "L1 works better here", say the other slides: true for all our seeds at this strength, though a rare other
# one may disagree. Two things they do not show: AdamW with the same α does nothing (full batches, section 3),
# and without a penalty, but stopped after 1,000 epochs, two layers are no worse than with L2.
#
# ### Each penalty at its own strength
# A common α is no fair comparison. Two layers, 10,000 epochs, four seeds, strengths a factor of about three
# apart near the best:

# %%
ladder, reference = heaviside_runs.by_strength()
fig, alt = pictures.strengths(ladder, reference)
show.figure(fig, alt=alt)

# %% [markdown]
# L2 is at its best at 0.0001 to 0.0003, between which there is nothing to choose, and L1 at 0.0003, where its
# median error is the lowest and most seeds agree. AdamW's best is 0.3 to 1, thousands of times that of L2,
# and there it is no worse than L2. And when the data have no noise? Then there
# is nothing to gain: with each penalty and with none the error is below 0.0011 (stored too).
#
# ### Is L1 sparser?
# With Adam and the subgradient no weight is ever exactly zero: each is thrown across zero again and
# again, for Adam's steps do not shrink with the pull. L2 even has more *tiny* weights. The proximal step
# makes zeros, with a threshold scaled as Adam scales the step of that coordinate:
# $\eta\alpha/(\sqrt{\hat v}+\epsilon)$.

# %%
small = {method: [np.median(share) for share in run["small"]]
         for (method, _), run in runs["2 layers"].items()}
show.table(["penalty", "exactly 0", "at most 0.0001", "at most 0.01"],
           [[method, *(f"{share:.1%}" for share in (s[0], s[1], s[3]))] for method, s in small.items()],
           caption="share of the weights, 2 layers, median of 8 seeds")

# %% [markdown]
# ## 5 · The same in PyTorch and Keras
#
# Digits, 64-32-10, the same first weights, the same 200 batches of 32, float64. What does each call do:
# the penalty $(\alpha/2)\|w\|^2$, or decoupled decay? On all parameters, or on weights without biases?

# %%
x, y = load_digits().train
x, start, alpha = x.astype(np.float64), digits_network(seed=0).copy(np.float64), 0.01
stream = [index for _ in range(6) for index in batches(len(x), 32, rng)][:200]

def ours(opt):
    net = start.copy()
    for index in stream:
        net.loss_and_grad(x[index], y[index])
        opt.step(net.parameters.x, net.parameters.g)
    return net.parameters.x

meanings = {"(α/2)‖w‖² in the loss": {"transforms": [l2(alpha)]}, "decoupled": {"weight_decay": alpha},
            "α‖w‖² in the loss, weights only": {"transforms": [OnWeights(start, L2(2 * alpha)).transform]},
            "columns at most 1": {"proximal": [OnWeights(start, MaxNorm(1.0))]}}
RULES = {"SGD": (SGD, 0.1), "Adam": (Adam, 0.001)}
known = {(rule, meaning): ours(kind(lr=lr, **given)) for rule, (kind, lr) in RULES.items()
         for meaning, given in meanings.items()}
calls = {}

# %%
if frameworks.available()["pytorch"]:
    import torch

    def train_torch(make, penalty=lambda parameters: 0.0):
        module, loss = frameworks.to_torch(start), torch.nn.CrossEntropyLoss()
        optimizer = make(module.parameters())
        for index in stream:
            optimizer.zero_grad()
            value = loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index]))
            (value + penalty(module.parameters())).backward()
            optimizer.step()
        return frameworks.from_torch(module, start.copy()).parameters.x

    def half_square(parameters):
        return alpha / 2 * sum((p**2).sum() for p in parameters)

    calls |= {
        ("SGD", "torch SGD(weight_decay=α)"): train_torch(
            lambda p: torch.optim.SGD(p, 0.1, weight_decay=alpha)),
        ("Adam", "torch Adam(weight_decay=α)"): train_torch(
            lambda p: torch.optim.Adam(p, 0.001, weight_decay=alpha)),
        ("Adam", "torch Adam, (α/2)·sum(p²) in the loss"): train_torch(
            lambda p: torch.optim.Adam(p, 0.001), half_square),
        ("Adam", "torch AdamW(weight_decay=α)"): train_torch(
            lambda p: torch.optim.AdamW(p, 0.001, weight_decay=alpha))}

# %%
def train_keras(optimizer, **options):
    inner = keras.layers.Dense(32, activation="relu", dtype="float64", **options)
    outer = keras.layers.Dense(10, dtype="float64", **options)
    model = keras.Sequential([keras.Input((64,), dtype="float64"), inner, outer])
    model.set_weights(frameworks.to_keras(start).get_weights())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x)) + sum(model.losses)  # the penalties of all layers
        optimizer.apply(tape.gradient(value, model.trainable_variables))

    for index in stream:
        step(tf.constant(x[index]), tf.constant(y[index]))
    return frameworks.from_keras(model, start.copy()).parameters.x

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    optimizers, L2_keras = keras.optimizers, keras.regularizers.L2
    calls |= {
        ("SGD", "keras SGD(weight_decay=α)"): train_keras(optimizers.SGD(0.1, weight_decay=alpha)),
        ("Adam", "keras Adam(weight_decay=α)"): train_keras(
            optimizers.Adam(0.001, weight_decay=alpha, epsilon=1e-8)),
        ("SGD", "keras kernel_regularizer=L2(α)"): train_keras(
            optimizers.SGD(0.1), kernel_regularizer=L2_keras(alpha)),
        ("SGD", "keras kernel_constraint=MaxNorm(1)"): train_keras(
            optimizers.SGD(0.1), kernel_constraint=keras.constraints.MaxNorm(1.0, axis=0))}

# %%
def apart(w, other):
    return np.linalg.norm(w - other) / np.linalg.norm(other)

rows, fit, misfit = [], {}, []
for (rule, call), w in calls.items():
    gaps = {meaning: apart(w, known[rule, meaning]) for meaning in meanings}
    means = [meaning for meaning, g in gaps.items() if g < 1e-4]
    fit[call], misfit = min(gaps.values()), misfit + [g for g in gaps.values() if g >= 1e-4]
    rows.append([call, " = ".join(means)])
show.table(["call", "means"], rows)

# %% [markdown]
# One name, three meanings. `torch.optim.Adam` couples, all of Keras decouples; under plain SGD it makes
# no difference. `keras.regularizers.L2(α)` is $\alpha\|w\|^2$, **twice** the penalty of `weight_decay=α`;
# give it α/2. (`tf.nn.l2_loss` does have the ½.) And `weight_decay` acts on biases too, a
# `kernel_regularizer` does not.
#
# ## 6 · Explore
#
# Take the lasso and raise the strength until only the three true features are left. What has happened to
# their size? Then the same with ridge.

# %%
show.path_explorer()

# %%
print(show.describe_path("lasso", alpha=75.0))
show.figure(show.draw_path("lasso", alpha=75.0),
            alt="Left: the lasso's weights fall to zero one after the other. Right: at strength 75 five of "
                "the eight weights are exactly zero, the other three smaller than the true ones.")

# %% [markdown]
# ## 7 · What we measured
#
# Each number is measured again whenever this notebook runs; a claim that fails stops it. The long runs
# are read from their file.

# %%
claims = Claims("18")
claims.below("shrinkage", measured=shrinkage_error, bound=1e-12,
             text="ridge: share left of each direction against curvature / (curvature + α)")
claims.below("ridge", measured=[np.abs(half - w).max() for w in oracles.values()], bound=1e-5,
             text="ridge with α/2 on the diagonal against gradient descent, scikit-learn, SciPy's mode",
             slides="α on the diagonal")
nearest = [np.log10(strengths[np.argmin(error)] / best[name]) for name, (_, error) in errors.items()]
claims.about("prior", measured=nearest, value=0, within=0.2,
             text="log10 of the best strength over 2 noise² / prior², three settings")
claims.below("oracle", measured=oracle_error, bound=1e-9,
             text="ISTA against scikit-learn, lasso and elastic net, four strengths")
claims.equal("oracle_zeros", measured=np.array(sparsity).astype(int), value=1,
             text="same zeros as scikit-learn, in each of eight cases (1: yes)")
late = {name: np.sum(curve[50:] == 0) for name, curve in curves.items()}
claims.equal("subgradient_zeros", measured=late["L1, subgradient"], value=0,
             text="one weight, steps 50 to 100: times exactly zero, subgradient", slides="more sparse")
claims.equal("proximal_zeros", measured=late["L1, proximal step"], value=51, text="same, proximal step")
claims.about("right_features", measured=100 * found_right, value=78, within=12,
             text="% of problems in which the lasso finds the right three features")
ratio = {truth: np.median(kinds["lasso"]) / np.median(kinds["ridge"]) for truth, kinds in wins.items()}
claims.about("sparse_truth", measured=ratio["3 of 8 features matter"], value=0.7, within=0.15,
             text="error of lasso over ridge, tuned, 3 of 8 features matter")
claims.about("dense_truth", measured=ratio["all 8 matter alike"], value=1.8, within=0.3,
             text="same, all 8 matter alike")

# %%
claims.below("sgd_forms", measured=gap["SGD"], bound=1e-12, text="coupled against decoupled, SGD")
claims.above("other_forms", measured=[gap["Momentum"], gap["Adam"]], bound=0.01,
             text="same, momentum and Adam")
claims.about("rest_coupled", measured=rest["Adam, coupled"], value=0.67, within=0.01,
             text="where Adam with the penalty rests, five noises")
claims.about("rest_quiet", measured=rest["AdamW"][0], value=1, within=0.01,
             text="where AdamW rests, no noise")
claims.about("rest_noisy", measured=rest["AdamW"][-1], value=0.4, within=0.02, text="same, noise 3")
claims.below("rest_predicted", measured=np.abs(rest["AdamW"] - study.predicted_rest(noises, 0.5)), bound=0.01,
             text="AdamW's resting place against g/√v = -λw")
end = {depth: {name: np.median(e[:, -1]) for name, e in errors.items()} for depth, errors in final.items()}
claims.above("l2_gain", measured=[e["none"] / e["L2"] for e in end.values()], bound=1.7,
             text="error without over with L2, medians of 8 and 4 seeds, 2 and 3 layers")
claims.above("l1_gain", measured=[e["none"] / e["L1"] for e in end.values()], bound=2.5, text="same, L1",
             slides="L1 seems to work better")
doing = np.concatenate([errors["none"][:, -1] / errors["AdamW"][:, -1] for errors in final.values()])
claims.about("adamw_gain", measured=np.median(doing), value=1, within=0.1,
             text="error without over with AdamW, median of 12 seeds")
claims.about("early", measured=1000 * np.median(final["2 layers"]["none"][:, 1]), value=2.3, within=0.1,
             text="1,000 × error without penalty after 1,000 epochs, 2 layers, median")
start = {method: np.median(e[:, 1]) for method, e in final["2 layers"].items()}
claims.about("start", measured=[start[name] / start["none"] for name in ("L2", "L1")], value=1.1, within=0.5,
             text="error after 1,000 epochs, 2 layers: with L2 and L1 over none, medians of 8 seeds")
claims.below("quiet", measured=[1000 * run["error"][:, -1] for run in runs["no noise"].values()], bound=1.1,
             text="1,000 × error without noise in the data, with and without penalties, each seed")

# %%
claims.below("live", measured=[run.error[-1] for run in live.values()], bound=0.01,
             text="noisy step, 1,000 epochs: error of none, L2 and L1, each seed")
growth = {method: [np.median(e[method][:, -1]) / np.median(e[method][:, 1]) for e in final.values()]
          for method in ("none", "L2", "L1")}
claims.above("growth", measured=growth["none"], bound=2,
             text="error after 30,000 epochs over that after 1,000, medians, 2 and 3 layers, none")
claims.about("growth_penalty", measured=[growth["L2"], growth["L1"]], value=1.1, within=0.3,
             text="same, L2 and L1")
claimed = {"2 layers": {"none": 6.2, "L2": 3.0, "L1": 1.8, "AdamW": 6.0, "L1, proximal": 1.9},
           "3 layers": {"none": 8.5, "L2": 3.3, "L1": 1.8, "AdamW": 8.6, "L1, proximal": 1.8}}
for depth, values in claimed.items():
    for method, value in values.items():
        claims.about("end_" + method.replace(", ", "_").lower() + depth[0], value=value, within=0.1,
                     measured=1000 * np.median(final[depth][method][:, -1]),
                     text=f"1,000 × error, 30,000 epochs, {depth}, {method}, median of seeds")
claims.above("l1_over_l2", measured=[e["L2"] / e["L1"] for e in end.values()], bound=1.3,
             text="error with L2 over error with L1, medians, 2 and 3 layers")
wins = np.concatenate([e["L2"][:, -1] > e["L1"][:, -1] for e in final.values()])
claims.above("l1_seeds", measured=wins.sum(), bound=9,
             text="of 12 seeds, how many have a lower error with L1 than with L2")
claims.below("frameworks", measured=list(fit.values()) or None, bound=1e-4,
             text="each framework call against its meaning, weights after 200 steps, relative")
claims.above("meanings", measured=misfit or None, bound=1e-3, text="same, against the other meanings")
claims.about("proximal_share", measured=100 * small["L1, proximal"][0], value=99.9, within=0.1,
             text="% of the weights that are exactly zero, L1 by proximal step, median of 8 seeds")

# %% tags=["nbval-check-output"]
best_at = {method: np.median(errors, axis=1).argmin() for method, (_, errors) in ladder.items()}
lowest = {method: 1000 * ladder[method][1][place] for method, place in best_at.items()}
for method, value, strength in (("L2", 2.7, 1e-4), ("L1", 1.5, 3e-4), ("AdamW", 2.4, 0.3)):
    claims.about(f"best_{method.lower()}", measured=np.median(lowest[method]), value=value, within=0.1,
                 text=f"1,000 × error, 10,000 epochs, 2 layers, {method} at its best strength, median of 4")
    claims.equal(f"at_{method.lower()}", measured=ladder[method][0][best_at[method]], value=strength,
                 text="that strength")
others = [lowest["L2"], lowest["AdamW"]]
claims.above("l1_best", measured=[np.median(other) / np.median(lowest["L1"]) for other in others], bound=1.1,
             text="error with L2 and with AdamW over that with L1, each at its best strength, medians of 4")
claims.above("l1_best_seeds", measured=[np.sum(other > lowest["L1"]) for other in others], bound=2,
             text="of these 4 seeds, how many are better with L1 than with L2, than with AdamW")
middle = {name: dict(zip(alphas.tolist(), np.median(errors, axis=1), strict=True))
          for name, (alphas, errors) in ladder.items()}
pairs = (("L2", 3e-4, 1e-4), ("AdamW", 1.0, 0.3))
claims.about("flat", measured=[middle[n][a] / middle[n][b] for n, a, b in pairs], value=1, within=0.3,
             text="median error: L2 at 0.0003 over 0.0001, AdamW at 1 over 0.3")
claims.below("adamw_l2", measured=np.median(lowest["AdamW"]) / np.median(lowest["L2"]), bound=1.1,
             text="error with AdamW over L2, each at its best strength, medians of 4")
claims.equal("exact_zeros", measured=[small["none"][0], small["L2"][0], small["L1"][0]], value=0,
             text="share of exactly zero weights: none, L2, L1 by subgradient", slides="L1 is more sparse")
claims.above("tiny", measured=small["L2"][1] / small["L1"][1], bound=10,
             text="weights of at most 0.0001: L2 over L1 by subgradient")
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write the step that makes zeros, write ridge, predict four decays, break a
# penalty](exercises/18_weight_penalties.ipynb).
#
# ## Recap
# 1. L2 leaves the share $h/(h+\alpha)$ of each direction: flat ones go first. It is ridge, with α/2 on the
#    diagonal, and a Gaussian prior with $\alpha = 2\sigma^2/\tau^2$.
# 2. L1 makes zeros only by its proximal step; a subgradient jumps across.
# 3. Coupled and decoupled decay agree under plain gradient descent alone. Adam with the penalty in the
#    gradient minimizes loss plus penalty; what AdamW does depends on the gradient's noise.
# 4. `weight_decay=α` is $(\alpha/2)\|w\|^2$ or decoupled, `keras.regularizers.L2(α)` is twice the
#    former: look it up.
# 5. On the noisy step penalties matter because training is long. L1 was best, each at its own strength: the
#    step is a function that few weights can make.
#
# ## References
# - A. E. Hoerl, R. W. Kennard (1970), *Ridge regression: biased estimation for nonorthogonal problems.*
#   Technometrics 12(1).
# - R. Tibshirani (1996), *Regression shrinkage and selection via the lasso.* J. R. Statist. Soc. B 58(1).
# - H. Zou, T. Hastie (2005), *Regularization and variable selection via the elastic net.* J. R. Statist. Soc.
#   B 67(2).
# - A. Beck, M. Teboulle (2009), *A fast iterative shrinkage-thresholding algorithm for linear inverse
#   problems.* SIAM J. Imaging Sci. 2(1).
# - N. Parikh, S. Boyd (2014), *Proximal algorithms.* Found. Trends Optim. 1(3).
# - N. Srivastava et al. (2014), *Dropout.* JMLR 15. Section 5.1 on max-norm.
# - I. Loshchilov, F. Hutter (2019), *Decoupled weight decay regularization.* ICLR.
