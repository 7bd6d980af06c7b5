"""Each rule against its paper, written out number by number, and against its relatives.

The functions below follow the papers line by line, with the papers' names, for a single parameter and in
plain Python: no arrays, nothing shared with the library. Each yields the parameter after steps 1, 2, …
"""

from math import sqrt

import numpy as np
import pytest

from course_lib import optimizers
from course_lib.averaging import TailAverage
from course_lib.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    AdaGrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    RAdam,
    RMSProp,
)
from course_lib.transforms import l2

STEPS = 200


def robbins_monro_1951(grad, x, a):
    while True:
        x = x - a * grad(x)
        yield x


def polyak_1964(grad, x, alpha, beta):
    """Equation 9, in positions alone."""
    before = x
    while True:
        x, before = x - alpha * grad(x) + beta * (x - before), x
        yield x


def sutskever_2013(grad, theta, eps, mu):
    """Equations 3 and 4. What it yields is the look-ahead point θ + μv, where the next gradient is taken."""
    v = 0.0
    while True:
        v = mu * v - eps * grad(theta + mu * v)
        theta = theta + v
        yield theta + mu * v


def duchi_2011(grad, x, eta, delta):
    """Figure 1, diagonal: H = δ + the norm of all gradients so far."""
    gradients = []
    while True:
        g = grad(x)
        gradients.append(g)
        norm = sqrt(sum(each * each for each in gradients))
        x = x - eta * g / (delta + norm)
        yield x


def tieleman_hinton_2012(grad, w, rate, decay):
    """Lecture 6e: MeanSquare(t) = 0.9 MeanSquare(t-1) + 0.1 g²; no epsilon."""
    mean_square = 0.0
    while True:
        g = grad(w)
        mean_square = decay * mean_square + (1 - decay) * g * g
        w = w - rate * g / sqrt(mean_square)
        yield w


def graves_2013(grad, w, aleph, beth, gimel, daleth):
    """Equations 38 to 45: the centered form, with momentum."""
    n = g_bar = delta = 0.0
    while True:
        e = grad(w)
        n = aleph * n + (1 - aleph) * e * e
        g_bar = aleph * g_bar + (1 - aleph) * e
        delta = beth * delta - gimel * e / sqrt(n - g_bar * g_bar + daleth)
        w = w + delta
        yield w


def zeiler_2012(grad, x, rho, eps):
    """Algorithm 1."""
    mean_g2 = mean_dx2 = 0.0
    while True:
        g = grad(x)
        mean_g2 = rho * mean_g2 + (1 - rho) * g * g
        dx = -sqrt(mean_dx2 + eps) / sqrt(mean_g2 + eps) * g
        mean_dx2 = rho * mean_dx2 + (1 - rho) * dx * dx
        x = x + dx
        yield x


def kingma_ba_2015(grad, theta, alpha, beta1, beta2, eps):
    """Algorithm 1."""
    m = v = 0.0
    t = 0
    while True:
        t = t + 1
        g = grad(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        theta = theta - alpha * m_hat / (sqrt(v_hat) + eps)
        yield theta


def kingma_ba_2015_section_2(grad, theta, alpha, beta1, beta2, eps_hat):
    """The reordered form at the end of section 2."""
    m = v = 0.0
    t = 0
    while True:
        t = t + 1
        g = grad(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        alpha_t = alpha * sqrt(1 - beta2**t) / (1 - beta1**t)
        theta = theta - alpha_t * m / (sqrt(v) + eps_hat)
        yield theta


def adamax_2015(grad, theta, alpha, beta1, beta2):
    """Kingma & Ba, algorithm 2; no epsilon."""
    m = u = 0.0
    t = 0
    while True:
        t = t + 1
        g = grad(theta)
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g))
        theta = theta - (alpha / (1 - beta1**t)) * m / u
        yield theta


def reddi_2018(grad, x, alpha, beta1, beta2):
    """Algorithm 2: no bias correction, no epsilon."""
    m = v = v_hat = 0.0
    while True:
        g = grad(x)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        v_hat = max(v_hat, v)
        x = x - alpha * m / sqrt(v_hat)
        yield x


def dozat_2015(grad, theta, eta, mu, nu, eps, psi):
    """The report's Nadam with its schedule μₜ = μ(1 - ½·0.96^(tψ)): m at the constant rate μ."""
    m = n = 0.0
    t = 0
    while True:
        t = t + 1
        schedule = [mu * (1 - 0.5 * 0.96 ** (i * psi)) for i in range(1, t + 2)]
        product = 1.0
        for each in schedule[:-1]:
            product = product * each
        g = grad(theta)
        g_hat = g / (1 - product)
        m = mu * m + (1 - mu) * g
        m_hat = m / (1 - product * schedule[t])
        n = nu * n + (1 - nu) * g * g
        n_hat = n / (1 - nu**t)
        m_bar = (1 - schedule[t - 1]) * g_hat + schedule[t] * m_hat
        theta = theta - eta * m_bar / (sqrt(n_hat) + eps)
        yield theta


def dozat_2016(grad, theta, alpha, mus, nu, eps):
    """The workshop paper's algorithm 2, mus(t) its μₜ; n̂ has a factor ν in the numerator."""
    m = n = 0.0
    t = 0
    product = 1.0
    while True:
        t = t + 1
        product = product * mus(t)
        g = grad(theta)
        m = mus(t) * m + (1 - mus(t)) * g
        n = nu * n + (1 - nu) * g * g
        m_hat = mus(t + 1) * m / (1 - product * mus(t + 1)) + (1 - mus(t)) * g / (1 - product)
        n_hat = nu * n / (1 - nu**t)
        theta = theta - alpha / (sqrt(n_hat) + eps) * m_hat
        yield theta


def loshchilov_hutter_2019(grad, theta, alpha, beta1, beta2, eps, lamb, eta=lambda t: 1.0):
    """Algorithm 2 (AdamW); the schedule η multiplies the step and the decay."""
    m = v = 0.0
    t = 0
    while True:
        t = t + 1
        g = grad(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        theta = theta - eta(t) * (alpha * m_hat / (sqrt(v_hat) + eps) + lamb * theta)
        yield theta


def liu_2020(grad, theta, alpha, beta1, beta2):
    """Algorithm 2; no epsilon."""
    rho_inf = 2 / (1 - beta2) - 1
    m = v = 0.0
    t = 0
    while True:
        t = t + 1
        g = grad(theta)
        v = beta2 * v + (1 - beta2) * g * g
        m = beta1 * m + (1 - beta1) * g
        m_hat = m / (1 - beta1**t)
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
        if rho > 4:
            adaptive = sqrt((1 - beta2**t) / v)
            r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            theta = theta - alpha * r * m_hat * adaptive
        else:
            theta = theta - alpha * m_hat
        yield theta


def chen_2023(grad, theta, eta, beta1, beta2, lamb):
    """Algorithm 2 (Lion), with its weight decay λ."""
    m = 0.0
    while True:
        g = grad(theta)
        c = beta1 * m + (1 - beta1) * g
        sign = 1.0 if c > 0 else -1.0 if c < 0 else 0.0
        theta = theta - eta * (sign + lamb * theta)
        m = beta2 * m + (1 - beta2) * g
        yield theta


# What the paper's line by line version must agree with: (our optimizer, that version's arguments).
PAPERS = [
    (SGD(lr=0.02), robbins_monro_1951, (0.02,)),
    (Momentum(lr=0.02, momentum=0.8), polyak_1964, (0.02, 0.8)),
    (Momentum(lr=0.02, momentum=0.8, lr_in_velocity=True), polyak_1964, (0.02, 0.8)),
    (Nesterov(lr=0.02, momentum=0.8), sutskever_2013, (0.02, 0.8)),
    (Nesterov(lr=0.02, momentum=0.8, lr_in_velocity=True), sutskever_2013, (0.02, 0.8)),
    (AdaGrad(lr=0.3, eps=1e-2), duchi_2011, (0.3, 1e-2)),
    (RMSProp(lr=0.01, eps=0.0), tieleman_hinton_2012, (0.01, 0.9)),
    (RMSProp(lr=0.01, rho=0.95, eps=1e-4, momentum=0.9, centered=True, eps_inside_sqrt=True,
             lr_in_velocity=True), graves_2013, (0.95, 0.9, 0.01, 1e-4)),
    (Adadelta(), zeiler_2012, (0.95, 1e-6)),
    (Adadelta(rho=0.7, eps=1e-3), zeiler_2012, (0.7, 1e-3)),
    (Adam(lr=0.02), kingma_ba_2015, (0.02, 0.9, 0.999, 1e-8)),
    (Adam(lr=0.02, beta1=0.7, beta2=0.9, eps=0.01), kingma_ba_2015, (0.02, 0.7, 0.9, 0.01)),
    (Adam(lr=0.02, beta2=0.99, eps=0.01, eps_hat=True), kingma_ba_2015_section_2, (0.02, 0.9, 0.99, 0.01)),
    (AdamW(lr=0.02, weight_decay=0.5), loshchilov_hutter_2019, (0.02, 0.9, 0.999, 1e-8, 0.5 * 0.02)),
    (AdamW(lr=lambda step: 0.02 / (1 + step), weight_decay=0.5), loshchilov_hutter_2019,
     (0.02, 0.9, 0.999, 1e-8, 0.5 * 0.02, lambda t: 1 / t)),
    (AMSGrad(lr=0.02, beta2=0.9, eps=0.0, bias_correction=False), reddi_2018, (0.02, 0.9, 0.9)),
    (NAdam(lr=0.02), dozat_2015, (0.02, 0.9, 0.999, 1e-8, 0.004)),
    (NAdam(lr=0.02, beta1=0.8, beta2=0.9, eps=0.01, momentum_decay=1.0), dozat_2015,
     (0.02, 0.8, 0.9, 0.01, 1.0)),
    # With a constant μ the workshop paper's form is the report's, but for the ν on n̂.
    (NAdam(lr=0.02 / sqrt(0.99), beta2=0.99, eps=0.0, momentum_decay=1e6), dozat_2016,
     (0.02, lambda t: 0.9, 0.99, 0.0)),
    # With its schedule it differs: m is averaged with μₜ too.
    (NAdam(lr=0.02 / sqrt(0.999), eps=0.0, average_with_mu=True), dozat_2016,
     (0.02, lambda t: 0.9 * (1 - 0.5 * 0.96 ** (t / 250)), 0.999, 0.0)),
    (NAdam(lr=0.02 / sqrt(0.9), beta1=0.8, beta2=0.9, eps=0.01 / sqrt(0.9), momentum_decay=0.1,
           average_with_mu=True), dozat_2016,
     (0.02, lambda t: 0.8 * (1 - 0.5 * 0.96 ** (t * 0.1)), 0.9, 0.01)),
    (Adamax(lr=0.02, eps=0.0), adamax_2015, (0.02, 0.9, 0.999)),
    (Adamax(lr=0.02, beta1=0.5, beta2=0.7, eps=0.0), adamax_2015, (0.02, 0.5, 0.7)),
    (RAdam(lr=0.02, eps=0.0), liu_2020, (0.02, 0.9, 0.999)),
    (RAdam(lr=0.02, beta1=0.5, beta2=0.9, eps=0.0), liu_2020, (0.02, 0.5, 0.9)),
    (Lion(lr=0.01), chen_2023, (0.01, 0.9, 0.99, 0.0)),
    (Lion(lr=0.01, beta1=0.95, beta2=0.98, weight_decay=0.3), chen_2023, (0.01, 0.95, 0.98, 0.3)),
]


def problem(curvature, offset):
    """A noisy, not quite convex function of one number, the same each time: x -> gradient, and the start."""
    noise = np.random.default_rng(int(100 * offset)).standard_normal(STEPS + 1).tolist()
    calls = iter(noise)
    return lambda x: curvature * x + 2 * np.sin(3 * x).item() + 0.5 * next(calls)


COORDINATES = [(1.0, 0.3), (8.0, 0.7), (0.2, 1.9)]
START = [2.0, -1.0, 0.7]


@pytest.mark.parametrize(("opt", "paper", "arguments"), PAPERS,
                         ids=[f"{type(opt).__name__}-{paper.__name__}" for opt, paper, _ in PAPERS])
def test_the_rule_is_the_papers(opt, paper, arguments):
    expected = []
    for coordinate, start in zip(COORDINATES, START, strict=True):
        run = paper(problem(*coordinate), start, *arguments)
        expected.append([next(run) for _ in range(STEPS)])
    gradients = [problem(*coordinate) for coordinate in COORDINATES]
    x, found = np.array(START), []
    opt.reset()
    for _ in range(STEPS):
        opt.step(x, np.array([grad(number) for grad, number in zip(gradients, x.tolist(), strict=True)]))
        found.append(x.copy())
    np.testing.assert_allclose(found, np.transpose(expected), rtol=1e-9, atol=1e-12)
    assert np.abs(np.array(found)[-1] - START).max() > 0.05  # it went somewhere


# --- relatives --------------------------------------------------------------------------------------------

def stream(seed=0, steps=60, shape=(5,)):
    return np.random.default_rng(seed).standard_normal((steps, *shape)) + 0.3


def run(opt, gradients, start=1.0):
    """All points that `opt` visits when it is fed these gradients."""
    x, points = np.full(gradients.shape[1:], start), []
    for g in gradients:
        opt.step(x, g)
        points.append(x.copy())
    return np.array(points)


@pytest.mark.parametrize(("a", "b"), [
    (Momentum(0.1, 0.0), SGD(0.1)), (Nesterov(0.1, 0.0), SGD(0.1)),
    (Momentum(0.1, 0.0, lr_in_velocity=True), SGD(0.1)),
    (AdamW(0.1, weight_decay=0.0), Adam(0.1)), (AdamW(0.1), Adam(0.1, weight_decay=0.01)),
    (RMSProp(0.1, momentum=0.0, lr_in_velocity=True), RMSProp(0.1)),
    (AdaGrad(0.1, lr_decay=0.5), AdaGrad(lambda step: 0.1 / (1 + 0.5 * step))),
    (Adam(0.1, beta1=0.0, eps_hat=True, bias_correction=False), Adam(0.1, beta1=0.0, bias_correction=False)),
], ids=lambda opt: type(opt).__name__)
def test_equal_bit_for_bit(a, b):
    np.testing.assert_array_equal(run(a, stream()), run(b, stream()))


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.999])
def test_adam_without_momentum_is_rmsprop(rho):
    gradients = stream()
    rmsprop = run(RMSProp(0.1, rho=rho, eps=0.01), gradients)
    simple = run(Adam(0.1, beta1=0.0, beta2=rho, eps=0.01, bias_correction=False), gradients)
    np.testing.assert_allclose(simple, rmsprop, rtol=1e-12)
    # The bias correction of v is a learning rate that starts smaller, by the factor √(1 - rhoᵗ).
    smaller = RMSProp(lambda step: 0.1 * (1 - rho ** (step + 1)) ** 0.5, rho=rho, eps=0.0)
    corrected = run(Adam(0.1, beta1=0.0, beta2=rho, eps=0.0), gradients)
    np.testing.assert_allclose(corrected, run(smaller, gradients), rtol=1e-12)


def test_amsgrad_is_adam_while_the_gradients_grow_and_slower_after():
    growing = stream()[0] * 1.1 ** np.arange(60)[:, None]
    np.testing.assert_array_equal(run(AMSGrad(0.1, beta2=0.5), growing), run(Adam(0.1, beta2=0.5), growing))
    shrinking = np.abs(stream()) * 0.8 ** np.arange(60)[:, None]
    adam, amsgrad = run(Adam(0.1, beta2=0.5), shrinking), run(AMSGrad(0.1, beta2=0.5), shrinking)
    assert (amsgrad[-1] > adam[-1] + 0.5).all()  # both descend, AMSGrad less far


def test_adagrad_on_constant_gradients_is_a_rate_that_falls_as_the_root():
    gradients = np.tile([3.0, -0.001], (100, 1))
    expected = 1 - 0.1 * np.cumsum(1 / np.sqrt(np.arange(1, 101)))
    points = run(AdaGrad(0.1, eps=0.0), gradients)
    np.testing.assert_allclose(points[:, 0], expected, rtol=1e-12)
    np.testing.assert_allclose(points[:, 1], 2 - expected, rtol=1e-12)


def test_adamax_and_adam_take_the_rate_itself_on_constant_gradients():
    gradients = np.tile([3.0, -0.001], (50, 1))
    for opt in (Adam(0.1, eps=0.0), Adamax(0.1, eps=0.0), AMSGrad(0.1, eps=0.0), Lion(0.1)):
        steps = np.diff(run(opt, gradients), axis=0)
        np.testing.assert_allclose(steps, np.tile([-0.1, 0.1], (49, 1)), rtol=1e-9)


def test_radam_starts_as_averaged_momentum_and_ends_as_adam():
    gradients = stream(steps=4)
    averaged = Momentum(lambda step: 0.1 / (1 - 0.9 ** (step + 1)), 0.9, dampening=0.9)
    np.testing.assert_allclose(run(RAdam(0.1), gradients), run(averaged, gradients), rtol=1e-12)
    late, m, v = 100_000, np.array([0.3]), np.array([0.5])
    g = np.array([1.0])
    radam, adam = (cls(0.1, beta2=0.99).rule(g, 0.1, late, m, v)[0] for cls in (RAdam, Adam))
    np.testing.assert_allclose(radam, adam, rtol=1e-12)


def test_lion_without_memory_is_the_sign_of_the_gradient():
    gradients = stream()
    expected = 1 - 0.1 * np.cumsum(np.sign(gradients), axis=0)
    points = run(Lion(0.1, beta1=0.0, beta2=0.0), gradients)
    np.testing.assert_allclose(points, expected, rtol=1e-12, atol=1e-12)


def test_centered_rmsprop_divides_by_the_spread_alone():
    rng = np.random.default_rng(0)
    gradients = 5 + 0.1 * rng.standard_normal((20_000, 1))
    plain, centered = RMSProp(1e-3, rho=0.99), RMSProp(1e-3, rho=0.99, centered=True)
    run(plain, gradients)
    run(centered, gradients)
    s, m = centered.state["s"], centered.state["m"]
    assert np.sqrt(plain.state["s"][0]) == pytest.approx(5, rel=0.01)
    assert np.sqrt(s - m**2)[0] == pytest.approx(0.1, rel=0.3)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_mirrored_world_gives_mirrored_steps(name):
    gradients, make = stream(), OPTIMIZERS[name]
    np.testing.assert_array_equal(run(make(lr=0.1), -gradients, -1.0), -run(make(lr=0.1), gradients))


# --- one rate for each row --------------------------------------------------------------------------------

RATES = np.array([[1e-3], [0.02], [0.3], [0.0]])
KINDS = {**{name: cls for name, cls in OPTIMIZERS.items()},
         "rmsprop keras": lambda **o: RMSProp(momentum=0.5, eps_inside_sqrt=True, lr_in_velocity=True, **o),
         "momentum keras": lambda **o: Momentum(lr_in_velocity=True, **o),
         "nesterov keras": lambda **o: Nesterov(lr_in_velocity=True, **o)}


@pytest.mark.parametrize("block", [5, 131072])
@pytest.mark.parametrize("name", KINDS)
def test_rows_with_their_own_rates_are_separate_runs(name, block, monkeypatch):
    monkeypatch.setattr(optimizers.base, "BLOCK", block)
    for dtype in (np.float64, np.float32):
        gradients = stream(shape=(4, 3), steps=30).astype(dtype)
        together, x = rows_of(name, RATES), np.ones((4, 3), dtype)
        for g in gradients:
            together.step(x, g)
        assert x.dtype == dtype
        for row, lr in enumerate(RATES[:, 0].tolist()):
            alone, y = rows_of(name, lr), np.ones(3, dtype)
            for g in gradients[:, row]:
                alone.step(y, g)
            pairs = [(x[row], y), (together.averages[0].x[row], alone.averages[0].x),
                     *((together.state[slot][row], alone.state[slot]) for slot in alone.slots)]
            for ours, theirs in pairs:
                if dtype == np.float64:
                    np.testing.assert_array_equal(ours, theirs)
                else:  # a rate alone is a Python float, with more digits than an array of float32 holds
                    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def rows_of(name, lr):
    return KINDS[name](lr=lr, weight_decay=0.1, transforms=[l2(0.05)], averages=[TailAverage(start=10)])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rate_of_zero_moves_nothing_but_the_state(name):
    opt, x = OPTIMIZERS[name](lr=0.0), np.ones(5)
    for g in stream():
        opt.step(x, g)
    np.testing.assert_array_equal(x, 1.0)
    assert opt.t == 60


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_of_zero_is_no_accident(name):
    opt, x = OPTIMIZERS[name](lr=0.1), np.ones(3)
    opt.step(x, np.zeros(3))
    assert np.isfinite(x).all()
    np.testing.assert_allclose(x, 1 - 0.1 * opt.weight_decay, rtol=1e-15)
    opt.step(x, np.array([1.0, 0.0, -1.0]))
    assert np.isfinite(x).all()
