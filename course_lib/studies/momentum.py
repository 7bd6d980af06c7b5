"""Experiments of lecture 09: condition number, bounds, gradient noise, two wells.

On ½ Σ hᵢ xᵢ² an optimizer treats each coordinate on its own, so a diagonal quadratic shows all there is
to see, and many starts run at once as rows of one array.
"""

from __future__ import annotations

import math

import numpy as np

from course_lib.optimizers import SGD, Momentum, Nesterov, Optimizer
from course_lib.validation import choice, floats, function, generator, integer, number

METHODS = ("gradient descent", "momentum", "Nesterov")


def best(method, largest, smallest):
    """The optimizer with the lr and momentum that are best for curvatures from `smallest` to `largest`.

    Best is the fastest guaranteed rate on quadratics (Lessard, Recht & Packard 2016, proposition 1):
    per step the error shrinks by (κ-1)/(κ+1) for gradient descent, (√κ-1)/(√κ+1) for momentum
    (Polyak 1964), and 1 - 2/√(3κ+1) for Nesterov, where κ = largest/smallest.

    >>> opt = best("momentum", 25.0, 1.0)
    >>> opt.lr == (2 / (5 + 1)) ** 2, opt.momentum == ((5 - 1) / (5 + 1)) ** 2
    (True, True)
    """
    choice("method", method, METHODS)
    number("smallest", smallest, 0, open_low=True)
    number("largest", largest, smallest)
    if method == "gradient descent":
        return SGD(lr=2 / (largest + smallest))
    if method == "momentum":
        root, other = math.sqrt(largest), math.sqrt(smallest)
        return Momentum(lr=(2 / (root + other)) ** 2, momentum=((root - other) / (root + other)) ** 2)
    root = math.sqrt(3 * largest / smallest + 1)
    return Nesterov(lr=4 / (3 * largest + smallest), momentum=(root - 2) / (root + 2))


def proven(largest, smallest):
    """Nesterov with the lr and momentum for which his bound is proven (Nesterov 2004, eq. 2.2.11)."""
    root = math.sqrt(number("largest", largest, number("smallest", smallest, 0, open_low=True)) / smallest)
    return Nesterov(lr=1 / largest, momentum=(root - 1) / (root + 1))


def run_modes(opt, curvatures, x, steps):
    """Yield x after 0, 1, … `steps` steps on ½ Σ hᵢ xᵢ², for many starts at once.

    opt : an optimizer with a constant learning rate; only its rule is used
    curvatures : (modes,), positive; x : (starts, modes)
    """
    curvatures = _curvatures(curvatures)
    x = floats("x", x, (None, len(curvatures)))
    return _points(_constant(opt), curvatures, x, integer("steps", steps, 0))


def _points(opt, curvatures, x, steps):
    # The generator itself, apart so that `run_modes` checks when it is called, not at the first point.
    state = [np.zeros_like(x) for _ in opt.slots]
    yield x
    for t in range(1, steps + 1):
        step, *state = opt.rule(curvatures * x, opt.lr, t, *state)
        x = x - step
        yield x


def starts(curvatures, energy, count=1, rng=None):
    """Starts (count, modes): "equal" energy ½hx² = 1 in each mode, or "random", uniform on the sphere."""
    curvatures, count = _curvatures(curvatures), integer("count", count, 1)
    if choice("energy", energy, ["equal", "random"]) == "equal":
        return np.sqrt(2 / curvatures)[None].repeat(count, axis=0)
    x = generator(rng).standard_normal((count, len(curvatures)))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def steps_to(opt, curvatures, x, tolerance=1e-6, limit=200_000):
    """The number of steps after which the loss stays at or below `tolerance` times that at the start.

    A method that swings may dip below and come back: the run ends only when the loss has stayed below
    for as many steps as it took to get there. Returns an integer array (starts,). A run that overflows is an
    error that says so.

    >>> int(steps_to(SGD(lr=0.5), np.array([1.0]), np.array([[1.0]]), tolerance=1e-3)[0])  # 4^-5 < 1e-3
    5
    """
    curvatures = _curvatures(curvatures)
    x = floats("x", x, (None, len(curvatures)))
    number("tolerance", tolerance, 0, 1, open_low=True, open_high=True)
    integer("limit", limit, 1)
    bound = tolerance * 0.5 * (x**2 @ curvatures)
    last = np.zeros(len(x), int)
    with np.errstate(over="ignore", invalid="ignore"):
        for k, point in enumerate(run_modes(opt, curvatures, x, limit)):
            if not np.isfinite(point).all():
                raise ValueError(f"opt must have a rate at which its run converges, got {opt!r}, which "
                                 f"diverges: after {k} steps x is no longer finite")
            above = 0.5 * (point**2 @ curvatures) > bound
            if above.any():
                last[above] = k + 1
            elif isinstance(opt, SGD) or k > 2 * last.max() + 10:  # stable gradient descent never comes back
                return last
    raise ValueError(f"limit must be larger: after {limit} steps the loss was not below the tolerance "
                     f"{tolerance:g} for good")


def steps_against_kappa(make_optimizer, kappas, *, energy="equal", modes=20, count=1, rng=None,
                        tolerance=1e-6):
    """Steps to `tolerance` for each condition number; an array (count, kappas).

    make_optimizer : function (largest, smallest curvature) -> optimizer, such as `proven`
    modes : number of curvatures, log-spaced from 1 to κ; count : number of starts (see `starts`)
    """
    function("make_optimizer", make_optimizer, "a function (largest, smallest curvature) -> optimizer")
    integer("modes", modes, 2)
    columns = []
    for kappa in _kappas(kappas):
        curvatures = np.geomspace(1.0, kappa, modes)
        x = starts(curvatures, energy, count, rng)
        columns.append(steps_to(make_optimizer(kappa, 1.0), curvatures, x, tolerance))
    return np.array(columns).T


def slope(kappas, steps):
    """The slope of log steps against log κ, over the last axis of `steps`."""
    if len(np.unique(_kappas(kappas))) < 2:
        raise ValueError(f"kappas must hold at least two different numbers, got {kappas!r}")
    steps = floats("steps", steps)
    if steps.shape[-1:] != (len(kappas),) or (steps <= 0).any():
        raise ValueError(f"steps must be positive, of shape (..., {len(kappas)}) like kappas, got {steps!r}")
    kappas = np.log(kappas) - np.log(kappas).mean()
    return np.log(steps) @ kappas / (kappas @ kappas)


def bound_ratio(opt, factor, kappa, steps, x):
    """Loss divided by the bound ½(κ + 1)·factor^k·‖x₀‖² after k = 0 … steps steps; shape (steps + 1, starts).

    Smallest curvature 1, largest κ, as many log-spaced modes as x (starts, modes) has columns. factor
    1 - 1/√κ is Nesterov's (2004, theorem 2.2.3, for `proven`, at the points before the look-ahead).
    """
    number("kappa", kappa, 1, open_low=True)
    number("factor", factor, 0, 1, open_low=True)
    x = floats("x", x, (None, None))
    curvatures = np.geomspace(1.0, kappa, x.shape[1])
    scale = 0.5 * (kappa + 1) * (x**2).sum(axis=1)
    ratios, before = [], x
    for k, point in enumerate(run_modes(opt, curvatures, x, steps)):
        at = point
        if isinstance(opt, Nesterov) and k:
            # The rule's points look ahead; the proof is about the points before that.
            at = before - opt.lr * curvatures * before
        ratios.append(0.5 * (at**2 @ curvatures) / (scale * factor**k))
        before = point
    return np.array(ratios)


def bound_ratios(kappas, rng):
    """The largest `bound_ratio` after 1 to 500 steps, for each κ: dict of method -> (kappas,).

    From the 20 eigenvectors and 100 random starts. Gradient descent at its best rate is held to
    ½κ((κ-1)/(κ+1))^2k‖x₀‖²; `proven` Nesterov, and momentum at its best values, to Nesterov's bound.
    """
    def largest(opt, factor, kappa, x):
        return bound_ratio(opt, factor, kappa, 500, x)[1:].max()

    found = {method: [] for method in METHODS}
    for kappa in _kappas(kappas):
        x = np.vstack([np.eye(20), starts(np.ones(20), "random", 100, rng)])
        descent, nesterov = ((kappa - 1) / (kappa + 1)) ** 2, 1 - kappa**-0.5
        ratio = largest(best("gradient descent", kappa, 1), descent, kappa, x)
        found["gradient descent"].append(ratio * (kappa + 1) / kappa)
        found["momentum"].append(largest(best("momentum", kappa, 1), nesterov, kappa, x))
        found["Nesterov"].append(largest(proven(kappa, 1), nesterov, kappa, x))
    return {method: np.array(values) for method, values in found.items()}


def relative_loss(opt, curvatures, x, steps):
    """The loss over that at the start, for one start x (modes,); shape (steps + 1,).

    >>> relative_loss(SGD(lr=0.5), [1.0], [1.0], 2)
    array([1.    , 0.25  , 0.0625])
    """
    curvatures = _curvatures(curvatures)
    x = floats("x", x, curvatures.shape)[None]
    if not x.any():
        raise ValueError("x must not be the minimum itself, got zeros only")
    losses = np.array([float(point[0] ** 2 @ curvatures) for point in run_modes(opt, curvatures, x, steps)])
    return losses / losses[0]


def noise_variance(lr, momentum, curvature=1.0, noise=1.0):
    """The variance of x in the long run on ½·curvature·x², the gradient having noise of this deviation.

    The solution of the recursion's covariance equation, here for independent noise at each step.
    (Mandt, Hoffman & Blei 2017, section 4, treat the limit of a small lr.)

    >>> round(noise_variance(0.1, 0.0), 4), round(noise_variance(0.01, 0.9), 4)
    (0.0526, 0.0501)
    """
    number("momentum", momentum, 0, 1, open_high=True)
    number("curvature", curvature, 0, open_low=True)
    number("noise", noise, 0)
    number("lr", lr, 0, 2 * (1 + momentum) / curvature, open_low=True, open_high=True)
    return (lr * noise**2 * (1 + momentum)
            / (curvature * (1 - momentum) * (2 * (1 + momentum) - lr * curvature)))


def noisy_runs(opt, x0, steps, *, curvature=1.0, noise=1.0, runs=2000, rng):
    """Many runs on ½·curvature·x² with gradient noise N(0, noise²): x of shape (steps + 1, runs)."""
    number("curvature", curvature, 0, open_low=True)
    number("noise", noise, 0)
    generator(rng)
    x = np.full(integer("runs", runs, 1), float(number("x0", x0)))
    state = [np.zeros(runs) for _ in _constant(opt).slots]
    path = [x]
    for t in range(1, integer("steps", steps, 0) + 1):
        g = curvature * x + noise * rng.standard_normal(runs)
        step, *state = opt.rule(g, opt.lr, t, *state)
        x = x - step
        path.append(x)
    return np.array(path)


def roll(opt, x, steps=3000, tilt=0.3):
    """Where runs from many points x (n,) end on the two wells (x² - 1)² + tilt·x; the left is deeper."""
    x = floats("x", x, (None,))
    number("tilt", tilt)
    state = [np.zeros_like(x) for _ in _constant(opt).slots]
    for t in range(1, integer("steps", steps, 0) + 1):
        step, *state = opt.rule(4 * x * (x**2 - 1) + tilt, opt.lr, t, *state)
        x = x - step
    return x


def _constant(opt):
    if not isinstance(opt, Optimizer) or callable(opt.lr):
        raise TypeError(f"opt must be an optimizer with a constant rate, such as SGD(lr=0.1), got {opt!r}")
    return opt


def _curvatures(values):
    curvatures = floats("curvatures", values, (None,))
    if len(curvatures) == 0 or (curvatures <= 0).any():
        raise ValueError(f"curvatures must be one or more positive numbers, got {values!r}")
    return curvatures


def _kappas(kappas):
    values = floats("kappas", kappas, (None,))
    if len(values) == 0 or (values < 1).any():
        raise ValueError(f"kappas must be one or more numbers of at least 1, got {kappas!r}")
    return kappas
