# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 07 · Data normalization
#
# **The question.** A thermometer may report kelvin or degrees Celsius: the facts are the same. Why should a
# network that learns from it care, and what should we do to the numbers first?
#
# ## Objectives
# After this lecture you can
# - centre, scale and whiten data, and check the result by its covariance;
# - predict how an offset or a unit changes the condition number, and with it the number of steps;
# - say when normalization decides whether a network learns, and when it does not matter;
# - find a leak of test data into the normalization, and say how large it is;
# - use the transforms of scikit-learn, PyTorch and Keras, and name where they differ.
#
# **Builds on** conditioning in [lecture 03](03_gradient_descent.ipynb). **Time** 30 minutes to read, half a
# minute to run. **Goes with** the [slides](../slides/07_data_normalization.md) and the
# [exercises](exercises/07_data_normalization.ipynb).

# %%
import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from course_lib import frameworks, show
from course_lib.claims import Claims
from course_lib.datasets import jump
from course_lib.frameworks.comparison import bound
from course_lib.layers import Dense, Tanh
from course_lib.losses import MSE
from course_lib.network import Network
from course_lib.normalization import PCAWhitening, Standardize, Transform, ZCAWhitening
from course_lib.optimizers import SGD
from course_lib.show import lecture07 as pictures
from course_lib.studies import jump_units, leak, scaled_digits, scaling
from course_lib.studies import normalization as study
from course_lib.training import batches

# %% [markdown]
# ## 1 · Centre and scale
#
# A toy cloud: 300 points, long and tilted, far from the origin. **Centring** subtracts the mean of each
# feature. **Scaling** then divides by its deviation:
#
# $$z = \frac{x - \bar x}{s}, \qquad \bar x = \frac1n\sum_i x_i, \quad s^2 = \frac1n\sum_i (x_i - \bar x)^2$$
#
# Both together are called standardizing (LeCun, Bottou, Orr & Müller 1998, section 4.3). The library learns
# $\bar x$ and $s$ in `fit`, and uses them in `transform`, for any data:

# %% tags=["nbval-check-output"]
show.source(Transform.transform, Standardize._learn, Standardize._forward)

# %%
x = study.cloud(mean=(5, 3), deviations=(2, 0.5), angle=15, rng=np.random.default_rng(7))
versions = study.versions(x)
fig, alt = pictures.clouds({name: versions[name] for name in ("raw", "centred", "scaled")}, size=(8, 3))
show.figure(fig, alt=alt)

# %% [markdown]
# The red lines are the mean ± 2 deviations of each feature. Follow the black point.
#
# **Predict first.** The covariance matrix of the raw cloud is about
# $\begin{pmatrix}3.75 & 0.94\\ 0.94 & 0.50\end{pmatrix}$. What is it after centring, and after scaling?
# <details><summary>Answer</summary>
# Centring changes nothing: a covariance is taken about the mean anyway. Scaling divides entry (i, j) by the
# deviations of i and j. So the diagonal is 1, and beside it stands the correlation, 0.94/√(3.75·0.50) = 0.68.
# </details>

# %% tags=["nbval-check-output"]
rows = []
for name, z in versions.items():
    mean, deviation, covariance = study.extent(z)
    numbers = [*mean, *deviation, covariance[0, 1]]
    rows.append([name, *(f"{value + 0.0:.2f}" for value in np.round(numbers, 9))])
show.table(["version", "mean 1", "mean 2", "deviation 1", "deviation 2", "covariance"], rows)

# %% [markdown]
# ## 2 · Whiten
#
# The scaled cloud is still tilted: its features say partly the same. **Whitening** removes that too. The
# covariance matrix is $U\Lambda U^\top$. Its eigenvectors, the columns of $U$, are the axes of the cloud; its
# eigenvalues are the variances along them.
#
# $$\text{PCA:}\quad z = \Lambda^{-1/2} U^\top (x - \bar x) \qquad\qquad
# \text{ZCA:}\quad z = U \Lambda^{-1/2} U^\top (x - \bar x)$$
#
# PCA whitening turns the cloud onto its axes and makes each of them equally long. ZCA then turns it back
# (Bell & Sejnowski 1997). Either way the covariance is the identity:
# $\Lambda^{-1/2} U^\top\,(U\Lambda U^\top)\,U\Lambda^{-1/2} = I$.

# %% tags=["nbval-check-output"]
show.source(PCAWhitening._learn, PCAWhitening._forward, ZCAWhitening._forward)

# %%
fig, alt = pictures.clouds({name: versions[name] for name in ("centred", "PCA-whitened", "ZCA-whitened")},
                           size=(8, 3))
show.figure(fig, alt=alt)

# %% [markdown]
# A white cloud, turned, is still white: there are endlessly many ways to whiten.
#
# **Predict first.** We turn the PCA-whitened cloud by any angle. At which is it nearest to the centred cloud?
# <details><summary>Answer</summary>
# Where ZCA puts it. ZCA moves the points least, in the mean square (Kessy, Lewin & Strimmer 2018). That is
# why a ZCA-whitened image still looks like one.
# </details>

# %% tags=["nbval-check-output"]
def distance(z):
    return ((z - versions["centred"]) ** 2).sum(axis=1).mean()


angles = np.radians(np.arange(360))
turned = [versions["PCA-whitened"] @ [[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]] for a in angles]
nearest = min(map(distance, turned))
print(f"nearest of 360 turns {nearest:.3f}, ZCA {distance(versions['ZCA-whitened']):.3f}")

# %% [markdown]
# Is our code right? scikit-learn's `PCA` divides the covariance by $n - 1$, which is our `unbiased=True`:

# %% tags=["nbval-check-output"]
scaler, pca = StandardScaler().fit(x), PCA(whiten=True).fit(x)
white, theirs = PCAWhitening(unbiased=True).fit(x).transform(x), pca.transform(x)
theirs *= np.sign((white * theirs).sum(axis=0))  # an axis has no sign
oracle = {"standardize": np.abs(versions["scaled"] - scaler.transform(x)).max(),
          "PCA whitening": np.abs(white - theirs).max()}
identity = max(np.abs(study.extent(versions[name])[2] - np.eye(2)).max()
               for name in ("PCA-whitened", "ZCA-whitened"))
print({name: bound(difference) for name, difference in oracle.items()}, "covariance - I:", bound(identity))

# %% [markdown]
# ## 3 · What it buys: the condition number
#
# Linear regression with a bias has the Hessian $\frac2n A^\top A$, where $A$ is the data with a column of
# ones. $A^\top A$ is the **Gram matrix**. Its condition number $\kappa$ decides how many steps gradient
# descent needs (lecture 03). With one feature of mean $m$ and deviation $s$,
#
# $$\frac1n A^\top A = \begin{pmatrix} 1 & m \\ m & m^2 + s^2 \end{pmatrix}.$$
#
# Its eigenvalues have the sum $1 + m^2 + s^2$ and the product $s^2$.
#
# **Predict first.** The offset $m$ grows from 10 to 100, with $s = 1$. By which factor does $\kappa$ grow?
# And if instead $m = 0$ and $s$ grows from 10 to 100?
# <details><summary>Answer</summary>
# The largest eigenvalue is about the sum, m², so the other is about s²/m². κ is about m⁴/s²: it grows
# 10,000 times. Without an offset the eigenvalues are 1 and s²: κ grows 100 times. An offset costs more
# than a unit.
# </details>

# %%
values = np.geomspace(10, 1000, 7)
by_property = {"offset (deviation 1)": study.one_feature_kappa(values, 1.0),
               "deviation (offset 0)": study.one_feature_kappa(0.0, values)}
fig, alt = pictures.offset_and_scale(values, by_property)
show.figure(fig, alt=alt)

# %% [markdown]
# Now real data: ten features of 442 diabetes patients, in the units of the clinic. Lecture 03 centred and
# scaled them; what was left came from blood values that say nearly the same. Whitening removes that too.
# Each run has its own best rate $2/(L+\mu)$; the steps come from lecture 03's closed form.

# %% tags=["nbval-check-output"]
patients, target, _ = scaling.diabetes()
patient_versions = study.versions(patients)
diabetes = {name: study.conditioning(z, target) for name, z in patient_versions.items()}
show.table(["features", "κ", "steps to a millionth"],
           [[name, f"{c.kappa:.3g}", f"{c.steps:.4g}"] for name, c in diabetes.items()])

# %% [markdown]
# From 180 million steps to one. With $\kappa = 1$ the level lines of the loss are circles, and the negative
# gradient points at the minimum. In lecture 03 a large κ took about $\frac{\kappa}{4}\ln 10^6 = 3.5\,\kappa$
# steps. Is that so for other data? We take 60 random clouds with random targets:

# %%
clouds = study.random_problems(60, np.random.default_rng(7))
named = {f"diabetes, {name}": diabetes[name] for name in ("raw", "centred", "scaled")}
fig, alt = pictures.steps_and_kappa(clouds, named)
show.figure(fig, alt=alt)

# %% [markdown]
# Mostly 3.3 to 3.5 steps for each unit of κ, now and then fewer, over seven powers of ten. Normalization
# does not change which line is best: solved exactly, raw and scaled features give the same predictions. It
# changes how long the way is.
#
# So whiten everything? To whiten takes the same work as solving the regression outright. In a network only
# the first layer sees the data. And whitening blows up directions that may hold nothing but noise. In
# practice one centres and scales, and whitens rarely.
#
# ## 4 · A network: when it matters, and when not
#
# The target: fast waves, and a jump in the middle.
#
# $$y = \tfrac{1}{10}\,x \sin 20x + [x > 0], \qquad -1 \le x \le 1$$
#
# 200 points, two hidden layers of 100 units, Adam. We change nothing but the units: $x + 10$, or
# $100\,x$, or $y/100$. Normalized, all of these are the *same* data, so they give the same run. The error is
# the **unexplained share** of the variance of $y$: a straight line leaves 0.25, the jump without the waves
# 0.0064.
#
# **Predict first.** Which hurts more, $100\,x$ or $x + 10$?
# <details><summary>Answer</summary>
# The offset, by far. 100 x can even help: see below.
# </details>

# %%
learned, live = {}, {}
for activation in ("tanh", "ReLU"):
    learned[activation] = {}
    for units in ("normalized", "x + 10", "100 x"):
        net, history, given, y = jump_units.learn(units, activation, 0.003, seed=0, epochs=1000)
        live[units, activation] = history.loss / y.var()
        fitted = net.predict(given)[:, 0]
        learned[activation][units] = fitted if units != "normalized" else jump_units.unscale(fitted)
jump_x, jump_y = jump()
line = np.polyval(np.polyfit(jump_x[:, 0], jump_y[:, 0], 1), jump_x)
fig, alt = pictures.fits(jump_x, jump_y, learned)
show.figure(fig, alt=alt)

# %% [markdown]
# 1,000 epochs with lr 0.003. The longer runs are stored: 3,000 epochs, three learning rates, eight seeds for
# each unit. Each unit is shown at the best of its three rates; points are medians, lines go from 10 to 90 %.

# %%
runs, epochs = jump_units.stored()
best = jump_units.best(runs)
panels = {a: {u: best[u, a][1] for u in jump_units.UNITS} for a in jump_units.ACTIVATIONS}
fig, alt = pictures.shares(panels, {a: best["normalized", a][1] for a in panels})
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
rows = []
for units in ["normalized", *jump_units.UNITS]:
    pairs = [(best[units, a][1], jump_units.final(runs[units, a, 0.001])) for a in jump_units.ACTIVATIONS]
    rows.append([units, *(100 * np.median(values) for pair in pairs for values in pair)])
show.table(["unexplained, %", "tanh, best lr", "tanh, lr 0.001", "ReLU, best lr", "ReLU, lr 0.001"], rows,
           formats=".2g")

# %% [markdown]
# - **A large offset of x is the worst.** 50 x + 300 is a temperature in kelvin. With it tanh learns no more
#   than a straight line, and ReLU not even that. Adam does not cure it: the offset ties each weight to its
#   bias.
# - **Small units are bad too.** For x/100 the network first has to grow large weights. For y/100 the
#   steps of Adam, whose size does not follow the unit, are too coarse for the last layer.
# - **Large units are milder.** 100 x gets the jump at once, because it starts with steep functions. At rate
#   0.001 tanh does *better* with it than with normalized data. But it never learns the waves.
# - **It hardly matters** for ReLU with x and y as they are: from -1 to 1 the data are nearly normalized,
#   and at its best rate the network learns jump and waves either way. (Tanh learns the waves only from
#   normalized data.)
#
# So normalization is no magic. It puts the data where the usual first weights, and the usual learning rates,
# expect them. Other lecture slides show one run with and one without, not saying in which units: that
# decides.
#
# ### Real pictures
# Pixels come from 0 to 1: a mild case. The digits with 32 hidden units, five epochs, each version at
# the best rate of its own grid, twelve seeds:

# %%
digits = {version: scaled_digits.tuned(version, seeds=range(10, 22)) for version in scaled_digits.RATES}
show.table(["pixels", "best lr", "training loss: 10 %", "median", "90 %", "test accuracy"],
           [[version, lr, *np.quantile(losses, [0.1, 0.5, 0.9]), np.median(correct)]
            for version, (lr, losses, correct) in digits.items()])

# %% [markdown]
# In the median, standardized pixels learn faster than those from 0 to 1. Whitening lowers the training loss
# further, by a factor that differs much from seed to seed, but does not help the test accuracy. An offset
# of 10 stops the learning. (Three pixels are never inked in training. A constant column has deviation 0,
# and `Standardize` refuses it; we leave them out.)
#
# ## 5 · A leak
#
# The transform is part of the model: fit it to the *training* data, then use the same numbers for test
# data. A common slip is to normalize first and split later. Then the training has seen the test set's
# statistics.
#
# **Predict first.** How much better does the test error look with this leak?
# <details><summary>Answer</summary>
# It depends on how much the statistics depend on the test data: hardly at all with hundreds of patients and
# two numbers per feature, a lot with a dozen patients and a whole covariance matrix.
# </details>
#
# Ridge regression on the diabetes data, 200 random splits. The other patients are *new*: no one has seen
# them.

# %%
settings = {"scaled, 200 patients": ("scaled", 200, 100), "scaled, 12 patients": ("scaled", 12, 12),
            "whitened, 20 patients": ("PCA-whitened", 20, 20),
            "whitened, 12 patients": ("PCA-whitened", 12, 12)}
errors = {name: leak.leak_errors(*setting) for name, setting in settings.items()}
ratios = {name: e["leaking"].test / e["honest"].test for name, e in errors.items()}
fig, alt = pictures.leaks(ratios)
show.figure(fig, alt=alt)

# %% tags=["nbval-check-output"]
show.table(["RMSE, median of 200 splits", "honest: test", "new patients", "leak: test", "new patients"],
           [[name, *(np.median(values) for kind in e.values() for values in kind)]
            for name, e in errors.items()], formats=".0f")

# %% [markdown]
# With 200 patients the leak has no consequence. With 12, whitened, it nearly halves the reported error.
# Look at the new patients, though: most of that gain is *real*. A covariance matrix of ten features needs
# more than 12 patients, and the test patients lent theirs. But what is reported is still too good: new
# patients do worse than the test patients say. To keep to the rule costs nothing. So keep it always.
#
# ### A second slip: each set by its own statistics
# The test set scaled with its own mean and deviation. Train on the 330 lighter patients, test on the 112
# with the largest body mass index:

# %% tags=["nbval-check-output"]
by_weight = np.argsort(patients[:, 2], kind="stable")
shifted = leak.own_statistics(by_weight[:330], by_weight[330:])
shuffles = [np.random.default_rng(seed).permutation(442) for seed in range(50)]
shuffled = np.array([leak.own_statistics(order[:330], order[330:]) for order in shuffles])
show.table(["RMSE on the test patients", "training set's numbers", "their own numbers"],
           [["heaviest quarter", *shifted], ["random quarter, median", *np.median(shuffled, axis=0)]],
           formats=".0f")

# %% [markdown]
# Their own mean turns the heaviest patients into average ones: what set them apart is gone. A single new
# patient would become all zeros.
#
# ## 6 · The same in scikit-learn, PyTorch and Keras
#
# 342 patients train a network 10-20-1 with tanh: same first weights, same 200 batches of 32, float64. First
# ours:

# %%
order = np.random.default_rng(7).permutation(442)
x_train, y_train = patients[order[:342]], target[order[:342]]
y_train = Standardize().fit(y_train).transform(y_train)
rng = np.random.default_rng(8)
start = Network([Dense(10, 20), Tanh(), Dense(20, 1)], loss=MSE(), rng=rng, dtype=np.float64)
stream = [index for _ in range(20) for index in batches(342, 32, rng)][:200]
ours = Standardize().fit(x_train)
net, opt, z = start.copy(), SGD(lr=0.1), ours.transform(x_train)
for index in stream:
    net.loss_and_grad(z[index], y_train[index])
    opt.step(net.parameters.x, net.parameters.g)

# %% [markdown]
# PyTorch has no such layer; its users write two lines. Mind `correction=0`: by default `std` divides by
# $n - 1$.

# %%
apart = {}
if frameworks.available()["pytorch"]:
    import torch

    data, goal = torch.from_numpy(x_train), torch.from_numpy(y_train)
    mean, std = data.mean(dim=0), data.std(dim=0, correction=0)
    module, loss = frameworks.to_torch(start), torch.nn.MSELoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    for index in stream:
        optimizer.zero_grad()
        loss(module((data[index] - mean) / std), goal[index]).backward()
        optimizer.step()
    trained = frameworks.from_torch(module, start.copy())
    apart["PyTorch"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %% [markdown]
# Keras has a layer, which learns from the training data with `adapt`, and is saved with the model:

# %%
if frameworks.available()["keras"]:
    tf, keras = frameworks.load_keras()
    normalize = keras.layers.Normalization(axis=-1, dtype="float64")
    normalize.adapt(x_train)
    model, loss = frameworks.to_keras(start), keras.losses.MeanSquaredError(dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(normalize(x)))
        optimizer.apply(tape.gradient(value, model.trainable_variables))

    for index in stream:
        step(tf.constant(x_train[index]), tf.constant(y_train[index]))
    trained = frameworks.from_keras(model, start.copy())
    apart["Keras"] = np.abs(trained.parameters.x - net.parameters.x).max()

# %% [markdown]
# The weights agree with PyTorch's to rounding, with Keras's to that of its float32 learning rate. Where do
# they differ? In what they do to a column that was constant in training, when a new value is 1 more:

# %%
constant, new = np.full((5, 1), 3.0), np.array([[4.0]])
after = {"scikit-learn": StandardScaler().fit(constant).transform(new)[0, 0]}
if frameworks.available()["pytorch"]:
    column = torch.from_numpy(constant)
    after["PyTorch, by hand"] = ((torch.from_numpy(new) - column.mean()) / column.std()).item()
if frameworks.available()["keras"]:
    normalize = keras.layers.Normalization(axis=-1, dtype="float64")
    normalize.adapt(constant)
    after["Keras"] = float(normalize(new)[0, 0])
try:
    Standardize().fit(constant)
except ValueError as error:
    print(error)
show.table(["constant column: one more becomes", ""], list(after.items()), formats="g")

# %% [markdown]
# | | this library | scikit-learn | PyTorch | Keras |
# |:--|:--|:--|:--|:--|
# | standardize | `Standardize` | `StandardScaler` | by hand | `layers.Normalization` |
# | deviation over | $n$ | $n$ | $n - 1$, or $n$ with `correction=0` | $n$ |
# | constant column | an error | divided by 1 | NaN or infinite | divided by $10^{-7}$ |
# | whitening | PCA, ZCA, over $n$ | `PCA(whiten=True)`, over $n - 1$ | none | none |
# | back to the old units | `inverse` | `inverse_transform` | by hand | a layer with `invert=True` |
# | saved with the model | no | in a `Pipeline` | as buffers | yes |
#
# ## 7 · Explore
#
# Find the cloud for which scaling helps most. Find one for which it does nothing, and only whitening does.

# %%
show.whitening_explorer()

# %%
print(show.describe_whitening("scaled", offset=3, ratio=4, angle=30))
show.figure(show.draw_whitening("scaled", offset=3, ratio=4, angle=30),
            alt="Left: a tilted cloud around the origin, its two extents equally long. Right: the loss falls "
                "about ten times sooner than with the raw data.")

# %% [markdown]
# ## 8 · What we measured
#
# Each number below is measured again whenever this notebook runs; a claim that fails stops it. The stored
# runs are re-measured in part by the live ones.

# %%
claims = Claims("07")
claims.below("sklearn", measured=list(oracle.values()), bound=1e-12,
             text="our standardizing and PCA whitening against scikit-learn's")
claims.below("identity", measured=identity, bound=1e-12, text="covariance of the whitened cloud against I",
             slides="features decorrelated")
claims.about("correlation", measured=study.extent(versions["scaled"])[2][0, 1], value=0.68, within=0.01,
             text="covariance that is left after scaling", slides="equal deviations")
claims.about("zca_nearest", measured=distance(versions["ZCA-whitened"]) / nearest, value=1, within=0.001,
             text="ZCA's distance to the data over that of the nearest of 360 turns")
power = {name: np.polyfit(np.log(values), np.log(kappas), 1)[0] for name, kappas in by_property.items()}
claims.about("offset_power", measured=power["offset (deviation 1)"], value=4, within=0.02,
             text="power of the offset with which κ grows")
claims.about("unit_power", measured=power["deviation (offset 0)"], value=2, within=0.02,
             text="power of the deviation, no offset")

# %%
claims.about("kappa_raw", measured=diabetes["raw"].kappa / 1e6, value=52.4, within=0.1,
             text="diabetes, raw: κ in millions")
claims.about("steps_raw", measured=diabetes["raw"].steps / 1e6, value=179.6, within=0.1,
             text="diabetes, raw: million steps to a millionth")
for name, kappa, steps in (("centred", 76_300, 184_888), ("scaled", 470, 1313), ("whitened", 1, 1)):
    found = diabetes["PCA-whitened" if name == "whitened" else name]
    claims.about(f"kappa_{name}", measured=round(found.kappa, 6), value=kappa, within=kappa // 400,
                 text=f"diabetes, {name}: κ")
    claims.about(f"steps_{name}", measured=found.steps, value=steps, within=steps // 900,
                 text=f"diabetes, {name}: steps to a millionth")
solutions = [leak.ridge_line(z, target, 0.0)(z) for z in (patients, patient_versions["scaled"])]
claims.below("same_line", measured=np.abs(solutions[0] - solutions[1]).max(), bound=1e-6,
             text="exact least squares: predictions from raw against from scaled features")

# %%
kappas, counts = clouds
claims.about("steps_slope", measured=np.polyfit(np.log(kappas), np.log(counts), 1)[0], value=1, within=0.01,
             text="60 random clouds: slope of log steps against log κ")
claims.about("steps_per_kappa", measured=np.median(counts / kappas), value=3.4, within=0.1,
             text="steps over κ, median of the clouds", slides="faster convergence")
claims.below("steps_most", measured=counts / kappas, bound=3.6, text="same, each cloud")
claims.about("line", measured=np.mean((line - jump_y) ** 2) / jump_y.var(), value=0.255, within=0.001,
             text="jump target: share that a straight line leaves unexplained")
claims.about("no_waves", measured=np.mean((jump_x * np.sin(20 * jump_x) / 10) ** 2) / jump_y.var(),
             value=0.0064, within=0.0001, text="jump target: share of the waves")
claims.about("live", measured=[shares[200] / runs[(*key, 0.003)][0, 1] for key, shares in live.items()],
             value=1, within=0.1, text="live runs over the stored ones, epoch 200")
claims.above("digits_scaled", measured=digits["standardized"][2], bound=0.9,
             text="digits, standardized: test accuracy after five epochs, each of 12 seeds")
claims.above("digits_gain", measured=np.median(digits["0 to 1"][1]) / np.median(digits["standardized"][1]),
             bound=2, text="digits: training loss of pixels from 0 to 1 over standardized, medians")
whitened, scaled = digits["PCA-whitened"], digits["standardized"]
claims.below("digits_white", bound=0.005, measured=np.median(whitened[2]) - np.median(scaled[2]),
             text="digits: median test accuracy, whitened minus standardized")
claims.below("digits_white_loss", bound=0.8, measured=np.median(whitened[1]) / np.median(scaled[1]),
             text="digits: training loss, whitened over standardized, medians")
claims.below("digits_offset", measured=digits["0 to 1, plus 10"][2], bound=0.5,
             text="digits, plus 10: test accuracy, each seed")

# %%
percent = {  # lowest and highest: tanh at its best rate, tanh at rate 0.001, ReLU at its best rate
    "normalized": ("normalized", (0.002, 0.4), (0.7, 1), (0.004, 0.3)),
    "plain": ("x and y as they are", (0.6, 0.7), (0.9, 1.6), (0.005, 0.4)),
    "large": ("100 x", (0.6, 0.65), (0.6, 0.65), (0.6, 3)),
    "offset": ("x + 10", (3, 5), (5, 26), (5, 26)),
    "kelvin": ("50 x + 300", (24, 30), (24, 30), (50, 90)),
}
for name, (units, *ranges) in percent.items():
    slow = jump_units.final(runs[units, "tanh", 0.001])
    for column, shares, (low, high) in zip(("tanh_best", "tanh_slow", "relu_best"), (
            best[units, "tanh"][1], slow, best[units, "ReLU"][1]), ranges, strict=True):
        text = f"{units}, {column.replace('_', ', ')} rate: % unexplained, each of 8 seeds"
        claims.above(f"{column}_{name}", measured=100 * shares, bound=low, text=text)
        claims.below(f"{column}_{name}_most", measured=100 * shares, bound=high, text=text)
claims.above("waves", measured=[100 * best[units, "tanh"][1] for units in jump_units.UNITS], bound=0.5,
             text="all eight units, not normalized, tanh, best rate: % unexplained, each of 8 seeds")
late = [100 * runs["x + 10", a, 0.003][:, epochs == 1000] for a in jump_units.ACTIVATIONS]
claims.above("offset_1000", measured=late, bound=5,
             text="x + 10, rate 0.003: % unexplained after 1,000 epochs, tanh and ReLU, each of 8 seeds")
raw_wins = [jump_units.final(runs[units, "tanh", 0.001]) for units in ("100 x", "normalized")]
claims.below("raw_wins", measured=raw_wins[0] / raw_wins[1], bound=1,
             text="tanh, rate 0.001: 100 x over normalized, each seed", slides="normalizing helps")

# %%
same = [Standardize().fit(part).transform(part) - normal for units in jump_units.UNITS
        for part, normal in zip(jump_units.data(units), jump_units.data("normalized"), strict=True)]
claims.below("same_data", measured=np.abs(same).max(), bound=1e-9,
             text="all eight units, normalized: largest difference of the data")
claims.about("leak_large", measured=ratios["scaled, 200 patients"], value=1, within=0.03,
             text="leak, scaled, 200 patients: measured test error over honest one, each of 200 splits")
claims.about("leak_small", measured=np.median(ratios["whitened, 12 patients"]), value=0.57, within=0.07,
             text="leak, whitened, 12 patients: same, median of 200 splits")
honest, leaking = errors["whitened, 12 patients"].values()
for name, measured, value, within, text in (
        ("honest_test", honest.test, 155, 20, "honest, whitened, 12 patients: RMSE on the test patients"),
        ("leak_test", leaking.test, 85, 6, "same with the leak"),
        ("leak_new", leaking.new, 96, 6, "same with the leak, on new patients")):
    claims.about(name, measured=np.median(measured), value=value, within=within,
                 text=f"{text}, median of 200 splits")
claims.above("leak_gap", measured=np.median(leaking.new) / np.median(leaking.test), bound=1.05,
             text="same with the leak: new patients over test patients")
claims.about("shift_honest", measured=shifted[0], value=60, within=1,
             text="heaviest quarter: RMSE with the training set's statistics")
claims.about("shift_own", measured=shifted[1], value=98, within=1, text="same with their own statistics")
claims.about("shift_random", measured=np.divide(*np.median(shuffled, axis=0)), value=1, within=0.02,
             text="random quarter: RMSE, one over the other, medians of 50 splits")
claims.below("torch", measured=apart.get("PyTorch"), bound=1e-12, text="weights after 200 steps, PyTorch")
claims.below("keras", measured=apart.get("Keras"), bound=1e-5, text="same, Keras with a float32 rate")

# %% tags=["nbval-check-output"]
claims.show()

# %% [markdown]
# ## Exercises
#
# [Write standardizing and whitening, predict condition numbers, find a blind
# spot](exercises/07_data_normalization.ipynb).
#
# ## Recap
# 1. Centre, scale: mean 0, deviation 1. Whiten: covariance $I$; of all whitenings ZCA moves the data least.
# 2. κ grows with the fourth power of an offset and the square of a unit; the steps grow with κ.
# 3. In a network an offset may stop the learning; data between -1 and 1 are a mild case.
# 4. Fit to the training data only. A leak is as large as the statistics' dependence on the test data.
# 5. Know what your framework divides by, and what it does to a constant column.
#
# ## References
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller (1998), *Efficient BackProp.* In: Neural Networks: Tricks of the
#   Trade. Springer.
# - A. Bell, T. Sejnowski (1997), *The "independent components" of natural scenes are edge filters.* Vision
#   Research 37(23).
# - A. Kessy, A. Lewin, K. Strimmer (2018), *Optimal whitening and decorrelation.* The American Statistician
#   72(4).
# - B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004), *Least angle regression.* Annals of Statistics
#   32(2).
