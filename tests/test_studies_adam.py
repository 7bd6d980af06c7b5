"""The experiments of lecture 11 against theory, PyTorch and the stored file."""

import hashlib
import math

import numpy as np
import pytest

from course_lib.functions import quadratic
from course_lib.minimize import minimize
from course_lib.optimizers import SGD, Adam
from course_lib.studies import adam as study
from course_lib.studies import two_piece
from course_lib.studies.adaptive import on_circle

# --- bias correction --------------------------------------------------------------------------------


def test_digits_runs_depend_on_the_seed_alone():
    first = study.train_digits(0.01, 0.999, True, 3, epochs=1)
    assert first == study.train_digits(0.01, 0.999, True, 3, epochs=1)
    assert first != study.train_digits(0.01, 0.999, True, 4, epochs=1)


def test_sweep_has_one_loss_per_beta2_rate_and_seed(monkeypatch):
    monkeypatch.setattr(study, "train_digits", lambda lr, beta2, correct, seed: lr + beta2 + correct + seed)
    found = study.sweep_correction([0.1, 0.2], [0.9], [5, 6, 7])
    assert found[True].shape == found[False].shape == (1, 2, 3)
    assert found[True][0, 1, 2] == pytest.approx(0.2 + 0.9 + 1 + 7)


# --- valleys ----------------------------------------------------------------------------------------


def test_adam_without_eps_does_not_see_the_curvature_along_the_axes():
    runs = study.valley_runs(Adam(lr=0.1, eps=0.0), [1, 1000], 0.0, 100)
    turned = study.valley_runs(Adam(lr=0.1, eps=0.0), [1, 1000], math.pi / 4, 100)
    np.testing.assert_allclose(runs[1.0].x, runs[1000.0].x, rtol=0, atol=1e-12)
    assert np.abs(turned[1.0].x - turned[1000.0].x).max() > 0.1
    for run in runs.values():
        np.testing.assert_allclose(run.x[:, 0], run.x[:, 1], rtol=0, atol=1e-12)  # the diagonal


def test_valley_steps_count_until_the_loss_stays_below():
    """With one rate: the runs themselves, up to the last step above."""
    found = study.valley_steps([10], 0.3, starts=5, rates=1)[10.0]
    f = quadratic(10, rotation=0.3)
    for start, steps in zip(on_circle(5), found, strict=True):
        loss = minimize(f, f.eigenvectors @ start, Adam(lr=0.01), 1000).loss
        assert steps == np.flatnonzero(loss > 1e-4 * loss[0])[-1] + 1


def test_only_a_turned_valley_slows_adam_down():
    along, turned = (study.valley_steps([1, 1000], angle, starts=8, rates=12) for angle in (0.0, math.pi / 4))
    assert np.median(along[1000.0]) < 1.2 * np.median(along[1.0])
    assert np.median(turned[1000.0]) > 1.4 * np.median(turned[1.0])


# --- the cycle of Reddi et al. ----------------------------------------------------------------------


@pytest.mark.parametrize(("peak", "beta2"), [(3.0, 0.1), (3.0, 0.3), (3.0, 0.6), (5.0, 0.3), (10.0, 0.99)])
def test_drift_is_what_the_optimizer_does(peak, beta2):
    opt = Adam(lr=1e-6, beta1=0.0, beta2=beta2, eps=0.0)
    path = study.projected(opt, study.cycle(peak, 9000))
    assert (path[-1] - path[-4]) / 1e-6 == pytest.approx(study.drift(peak, beta2), abs=1e-6)


def test_drift_at_the_ends_of_beta2():
    assert study.drift(3.0, 1e-12) == pytest.approx(1, abs=1e-5)  # v forgets at once: signs, -1 + 1 + 1
    assert study.drift(3.0, 1 - 1e-9) == pytest.approx(-1 / math.sqrt(11 / 3), rel=1e-6)  # one v for all


def test_the_theorem():
    """Reddi, Kale & Kumar 2018, theorem 1: C > 2, beta2 = 1 / (1 + C²): the iterates end up at +1."""
    for peak in (2.5, 3.0, 10.0):
        opt = Adam(lr=lambda k: 0.5 / math.sqrt(k + 1), beta1=0.0, beta2=1 / (1 + peak**2))
        assert study.projected(opt, study.cycle(peak, 3000))[2::3][-100:].min() > 0.99


def test_projected_stays_in_its_interval():
    path = study.projected(SGD(lr=10.0), study.cycle(3.0, 30), x0=0.5)
    assert path.min() == -1
    assert path.max() == 1


# --- the two-piece target ---------------------------------------------------------------------------


def test_stored_runs_are_complete():
    runs, epochs = two_piece.stored()
    assert set(runs) == {(method, lr) for method in two_piece.METHODS for lr in two_piece.RATES}
    assert {values.shape for values in runs.values()} == {(40, 51)}
    assert epochs.tolist() == list(range(0, 5001, 100))
    assert all(np.isfinite(values).all() and (values > 0).all() for values in runs.values())


# At the lowest rate: at 0.003 the rounding of another processor grows to 0.6 % within 200 epochs.
@pytest.mark.parametrize(("method", "lr", "seed"), [
    ("Adam", 0.001, 0), ("NAdam", 0.001, 27), ("NAdam, ψ = 1", 0.001, 39)])
def test_a_part_of_the_stored_runs_is_computed_again(method, lr, seed):
    runs, _ = two_piece.stored()
    found = two_piece.train(method, lr, seed, epochs=300)
    np.testing.assert_allclose(found, runs[method, lr][seed, :4], rtol=2e-3)


def test_sum_of_the_stored_file():
    lines = (two_piece.DATA / "SHA256SUMS").read_text().splitlines()
    sums = dict(line.split()[::-1] for line in lines)
    assert sums[two_piece.FILE.name] == hashlib.sha256(two_piece.FILE.read_bytes()).hexdigest()


def test_main_writes_what_stored_reads(monkeypatch, tmp_path):
    monkeypatch.setattr(two_piece, "FILE", tmp_path / "runs.csv")
    monkeypatch.setattr(two_piece, "RATES", (0.01,))
    monkeypatch.setattr(two_piece, "SEEDS", range(2))
    monkeypatch.setattr(two_piece, "run_all", lambda train, jobs: [train(*job) for job in jobs])
    monkeypatch.setattr(two_piece, "train", lambda method, lr, seed: np.full(51, len(method) + lr + seed))
    (tmp_path / "SHA256SUMS").write_text("abc  other.gz\nold  runs.csv\n")
    two_piece.main()
    runs, _ = two_piece.stored(tmp_path / "runs.csv")
    assert runs["NAdam", 0.01].shape == (2, 51)
    assert runs["NAdam", 0.01][1, 0] == pytest.approx(6.01)
    other, own = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert other == "abc  other.gz"
    assert own.split()[0] == hashlib.sha256((tmp_path / "runs.csv").read_bytes()).hexdigest()


def test_the_network_starts_as_in_pytorch():
    """Same mean squares as torch.nn.Linear's default, which is uniform in ± 1/√fan_in."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    nets = [two_piece.network(seed) for seed in range(30)]
    for layer, shape in ((0, (1, 100)), (2, (100, 100)), (4, (100, 1))):
        theirs = [torch.nn.Linear(*shape) for _ in range(30)]
        for name in ("weight", "bias"):
            ours = np.concatenate([net.parameters[f"{layer}.{name}"].ravel() for net in nets])
            other = np.concatenate([getattr(linear, name).detach().numpy().ravel() for linear in theirs])
            assert np.mean(ours**2) == pytest.approx(np.mean(other**2), rel=0.35 if ours.size < 100 else 0.1)
            assert np.abs(ours).max() <= 1 / math.sqrt(shape[0])


def test_a_run_is_that_of_pytorch():
    """The whole experiment, NAdam included, against torch in float64."""
    torch = pytest.importorskip("torch")
    frameworks = pytest.importorskip("course_lib.frameworks")
    x, y = (torch.from_numpy(a) for a in two_piece.two_piece())
    for method, kind in (("Adam", torch.optim.Adam), ("NAdam", torch.optim.NAdam)):
        module = frameworks.to_torch(two_piece.network(0, np.float64))
        optimizer, found = kind(module.parameters(), lr=0.001), []
        for epoch in range(101):
            optimizer.zero_grad()
            loss = ((module(x) - y) ** 2).mean()
            if epoch % 20 == 0:
                found.append(math.sqrt(loss.item()))
            loss.backward()
            optimizer.step()
        ours = two_piece.train(method, 0.001, 0, epochs=100, every=20, dtype=np.float64)
        np.testing.assert_allclose(ours, found, rtol=1e-6)


def test_many_and_wins():
    values = two_piece.many("Adam", 0.001, [0, 1], epochs=2, every=1)
    assert values.shape == (2, 3)
    assert two_piece.wins(values, values + 1).tolist() == [2, 2, 2]
    assert two_piece.wins(values, values).tolist() == [0, 0, 0]
