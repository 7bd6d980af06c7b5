# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 12 · Choosing an optimizer
#
# They go with [lecture 12](../12_choosing_an_optimizer.ipynb) and take about 45 minutes. Write your answer
# in place of each line `raise NotImplementedError`, then run the check below it. A check that fails says
# what is wrong.

# %%
import math

import numpy as np

from course_lib.exercises import lecture12 as exercise

# %% [markdown]
# ## 1 · Choose a rate, and mind the edge
#
# `losses[i, s]` is the final loss at `rates[i]` on seed `s`, NaN if the run diverged; the rates are in rising
# order. Return the rate with the lowest median over the seeds, where a run that diverged counts as
# infinitely bad, and leave `losses` as it is. Return with it the number `edge`: -1 if this is the smallest
# rate of the grid, +1 if it is the largest, 0 if the grid reaches beyond it on both sides. At an edge, a
# better rate may lie outside.

# %%
def choose_rate(rates, losses):
    """Return (best rate, edge)."""
    ### BEGIN SOLUTION
    losses = np.where(np.isnan(losses), np.inf, losses)
    best = np.argmin(np.median(losses, axis=1))
    edge = -1 if best == 0 else 1 if best == len(rates) - 1 else 0
    return rates[best], edge
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_choose_rate(choose_rate)

# %% [markdown]
# ## 2 · Repair an unfair comparison
#
# A colleague ran several methods at several rates, `tuning[m, i, s]` and, on other seeds, `test[m, i, s]`:
# the final loss of method m at its rate number i on seed s, infinite if it diverged. The report reads:

# %%
def unfair_scores(tuning, test):
    everything = np.concatenate([tuning, test], axis=2)
    return everything[:, 0].min(axis=1)


# %% [markdown]
# How many rules does this break? Write the fair one: choose each method's rate by the median of its tuning
# runs, and report the median of its test runs at that rate. A run that diverged counts in both. Return one
# score per method.

# %%
def fair_scores(tuning, test):
    """Return an array (methods,)."""
    ### BEGIN SOLUTION
    best = np.median(tuning, axis=2).argmin(axis=1)
    return np.median(test[np.arange(len(test)), best], axis=1)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_fair_scores(fair_scores)

# %% [markdown] tags=["solution"]
# Four: one rate for all; the best run instead of the median; tuning runs among the reported ones; and so
# the more seeds, the better the score looks.

# %% [markdown]
# ## 3 · Read a ranking over seeds
#
# Two methods ran on the same seeds: losses `a` and `b`. On how many seeds is `a` lower? And if there were no
# difference, so that each seed were the toss of a fair coin: how likely would a count be at least as
# lopsided, in either direction? This is the sign test. A tie speaks for neither; leave it out.
#
# With n seeds that are not tied, of which the more successful method won k, the probability is
# $p = \min\big(1,\; 2\sum_{i=k}^{n}\binom{n}{i}/2^n\big)$. Python has `math.comb(n, i)`.

# %%
def sign_test(a, b):
    """Return (number of seeds on which a is lower, p)."""
    ### BEGIN SOLUTION
    wins, losses = int(np.sum(a < b)), int(np.sum(a > b))
    n, k = wins + losses, max(wins, losses)
    return wins, min(1.0, 2 * sum(math.comb(n, i) for i in range(k, n + 1)) / 2**n)
    ### END SOLUTION


# %% tags=["nbval-check-output"]
exercise.check_sign_test(sign_test)

# %% [markdown]
# How many seeds does a method have to win, without losing one, before you would believe it? Look:

# %% tags=["nbval-check-output"]
for n in (1, 3, 5, 6, 8, 10):
    print(f"{n:2d} of {n:2d}: p = {sign_test(np.zeros(n), np.ones(n))[1]:.3f}")

# %% [markdown] tags=["solution"]
# With fewer than six seeds, not even winning all of them brings p below 0.05. From three seeds one learns
# something only if the difference is much larger than their spread; the count of wins is not enough.

# %% [markdown]
# ## 4 · Predict
#
# Without running anything:
# - a weight has to travel from 0 to 60, and its gradient is about the same on the whole way. About how many
#   steps does Adam take at its default rate 0.001? Set `adam_steps`.
# - a network has 10 million weights in float32. How many megabytes (10⁶ bytes) does Adam remember beside
#   weights and gradient? Set `adam_megabytes`.
# - someone multiplies the loss by 100. By which factor must gradient descent's rate be multiplied, so that it
#   takes the same steps as before? Set `sgd_rate_factor`.

# %%
### BEGIN SOLUTION
adam_steps = 60 / 0.001
adam_megabytes = 2 * 4 * 10
sgd_rate_factor = 1 / 100
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_prediction(adam_steps, adam_megabytes, sgd_rate_factor)

# %% [markdown]
# ## 5 · Break it: rig a benchmark
#
# `contest(lr)` runs gradient descent, momentum and Adam from one start in the valley $x^2 + 25y^2$, 60 steps
# each, **all at the same rate**, and returns the final losses. Everything is equal, so it must be fair, must
# it not? Find for each of the three a rate at which it wins, and collect them in a dict `rates`. Its keys are
# the names that `contest` returns.

# %%
for lr in (0.001, 0.01, 0.05):
    print(lr, {name: f"{loss:.2g}" for name, loss in exercise.contest(lr).items()})

# %%
### BEGIN SOLUTION
rates = {"gradient descent": 0.03, "momentum": 0.005, "Adam": 0.2}
### END SOLUTION

# %% tags=["nbval-check-output"]
exercise.check_rigged(rates)

# %% [markdown]
# Which question would you ask the author of such a table first?

# %% [markdown] tags=["solution"]
# How each method's rate was chosen, and from which grid. Then: how many seeds, and where is their spread?
