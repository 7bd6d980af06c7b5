"""The studies of lecture 16: exact losses against runs, schedules against their budget, equal cost."""

import numpy as np
import pytest

from course_lib import schedules
from course_lib.datasets import load_digits
from course_lib.studies import lr_schedules, plateau, snapshots, warmup
from course_lib.studies.comparison import NetworkProblem
from course_lib.studies.stochastic import moments

STEPS = 60


@pytest.mark.parametrize("name", lr_schedules.FAMILY)
def test_every_schedule_keeps_to_its_largest_rate_and_is_pure(name):
    schedule = lr_schedules.make_schedule(name, 0.5, STEPS)
    rates = lr_schedules.rates_of(schedule, STEPS)
    assert rates.max() == pytest.approx(0.5, rel=0.02 if "exp_range" not in name else 0.5)
    assert rates.max() <= 0.5 + 1e-15
    assert [schedule(k) for k in reversed(range(STEPS))][::-1] == rates.tolist()
    if name not in ("constant", "cyclic", "power ½", "inverse time"):
        assert rates[-5:].max() < 0.25  # low at the end of the budget
    twice = lr_schedules.rates_of(lr_schedules.make_schedule(name, 1.0, STEPS), STEPS)
    assert twice == pytest.approx(2 * rates, rel=1e-12)  # which best_rate relies on


@pytest.mark.parametrize("name", ["constant", "cosine", "warm restarts", "one-cycle"])
def test_final_loss_is_that_of_the_recursion(name):
    schedule = lr_schedules.make_schedule(name, 0.2, STEPS)
    exact = moments(lr_schedules.CURVATURES, lr_schedules.START, schedule, STEPS, noise=1.5).loss[-1]
    rates = lr_schedules.rates_of(schedule, STEPS)
    assert lr_schedules.final_loss(rates, noise=1.5) == pytest.approx(exact, rel=1e-12)
    assert lr_schedules.final_loss(np.tile(rates, (2, 3, 1))).shape == (2, 3)


def test_the_best_rate_is_better_than_its_neighbours():
    best, loss = lr_schedules.best_rate("linear", STEPS)
    for other in (0.8 * best, 1.25 * best):
        rates = lr_schedules.rates_of(schedules.linear(other, STEPS), STEPS)
        assert lr_schedules.final_loss(rates) > loss


def test_the_slip_is_a_product_and_the_repair_pytorchs_polynomial():
    wrong = lr_schedules.fed_back(0.8, 0.01, 0.5, 50)
    k = np.arange(50)
    assert wrong == pytest.approx(0.8 * np.cumprod((1 + 0.01 * k) ** -0.5), rel=1e-12)
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_schedules.right_factor(20))
    for step in range(30):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(
            schedules.polynomial(0.01, 20, exponent=0.5)(step), abs=1e-15)
        optimizer.step()
        scheduler.step()


def test_one_network_of_the_comparison_is_the_problems_own():
    found = lr_schedules.train_digits(["linear"], batch_size=16, steps=20, rates=[0.2, 0.4], seeds=[0],
                                      tuning_seeds=[0], jobs=1, progress=False).runs["linear"]
    from course_lib.optimizers import SGD
    problem = NetworkProblem(load_digits, (64, 32, 10), batch_size=16, points=15)
    again = problem.run(SGD(lr=schedules.linear(found.rate, 20)), np.random.default_rng([1, 0]), 20)
    assert found.scores[0] == again[-1]


@pytest.fixture
def small(monkeypatch):
    for name, value in {"IMAGES": 30, "CYCLES": 2, "CYCLE": 4, "HIDDEN": 3}.items():
        monkeypatch.setattr(snapshots, name, value)


@pytest.mark.usefixtures("small")
def test_snapshots_are_the_points_of_one_run():
    found = snapshots.train(0)
    assert [part.shape for part in found] == [(1, 600, 10), (2, 600, 10), (2, 600, 10)]
    assert np.concatenate(found).sum(axis=2) == pytest.approx(1, abs=1e-5)
    again = snapshots.train(0)
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))
    assert not np.array_equal(found.short[0], found.short[1])  # two starts
    one, several = snapshots.judge(found.snapshots[:1]), snapshots.judge(np.repeat(found.snapshots[:1], 3, 0))
    assert one == pytest.approx(several)


def test_ensembles_are_judged_by_their_mean():
    y = snapshots.judging_images()[1]
    sure = np.eye(10)[y][None]
    wrong = np.eye(10)[(y + 1) % 10][None]
    assert snapshots.judge(sure) == (1.0, 0.0)
    accuracy, loss = snapshots.judge(np.concatenate([sure, sure, wrong]))
    assert (accuracy, loss) == (1.0, pytest.approx(np.log(1.5)))
    assert snapshots.disagreement(np.concatenate([sure, sure, wrong])) == pytest.approx(2 / 3)


def test_warm_up_starts_at_zero_and_ends_with_the_budget():
    rates = lr_schedules.rates_of(warmup.schedule(0.3, 30), warmup.STEPS + 1)
    assert rates[[0, 30, -1]].tolist() == [0.0, 0.3, 0.0]
    lengths = warmup.first_steps("SGD", 0.1, 30, seed=0, steps=3)
    assert lengths[0] == 0 < lengths[1] < lengths[2]


def test_adams_first_step_is_the_rate_in_every_weight():
    length = warmup.first_steps("Adam", 0.01, 0, seed=0, steps=1)[0]
    net = warmup.deep_network(0)
    moved = 0.01 * np.sqrt(net.parameters.x.size) / np.linalg.norm(net.parameters.x)
    assert 0.7 * moved < length <= 1.001 * moved  # a few weights of dead units have no gradient


def test_a_warm_up_sweep_has_a_loss_for_each_rate_and_seed(monkeypatch):
    monkeypatch.setattr(warmup, "EPOCHS", 1)
    losses = warmup.sweep("SGD", [0.1, 1e6], 0, range(2))
    assert losses.shape == (2, 2)
    assert (losses[0] < 3).all()
    assert not (losses[1] < 3).any()


def test_the_plateau_halves_the_rate_and_keeps_it_without_a_factor():
    found = plateau.run(0, epochs=12)
    ratios = found.rate[1:] / found.rate[:-1]
    assert set(ratios.round(9)) == {0.5, 1.0}
    assert found.loss.min() >= 0
    assert set(plateau.run(0, epochs=3, factor=None).rate) == {0.05}
