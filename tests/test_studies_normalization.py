"""The experiments of lecture 07 against theory, NumPy, scikit-learn and the stored file."""

import hashlib

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from course_lib.datasets import jump
from course_lib.studies import jump_units, leak, scaled_digits, scaling
from course_lib.studies import normalization as study

# --- clouds and condition numbers -------------------------------------------------------------------


def test_cloud_is_exactly_what_was_asked_for():
    x = study.cloud(50, mean=(-2, 7), deviations=(3, 0.1), angle=60, rng=np.random.default_rng(0))
    np.testing.assert_allclose(x.mean(axis=0), [-2, 7], atol=1e-12)
    values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    np.testing.assert_allclose(values, [0.01, 9], rtol=1e-9)
    assert abs(vectors[:, 1] @ [0.5, np.sqrt(0.75)]) == pytest.approx(1)  # the long axis, at 60 degrees


def test_extent_is_numpys():
    x = np.random.default_rng(1).normal(size=(30, 3))
    mean, deviation, covariance = study.extent(x)
    np.testing.assert_allclose(covariance, np.cov(x.T, bias=True), rtol=1e-12)
    np.testing.assert_allclose(deviation, x.std(axis=0), rtol=1e-12)
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-12)


def test_versions_do_what_they_say():
    x = study.cloud(angle=20, rng=np.random.default_rng(2))
    versions = study.versions(x)
    assert list(versions) == list(study.VERSIONS)
    np.testing.assert_array_equal(versions["raw"], x)
    np.testing.assert_allclose(study.extent(versions["centred"])[2], study.extent(x)[2], rtol=1e-9)
    np.testing.assert_allclose(np.diag(study.extent(versions["scaled"])[2]), 1)
    for name in ("PCA-whitened", "ZCA-whitened"):
        np.testing.assert_allclose(study.extent(versions[name])[2], np.eye(2), atol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 0.3, 20.0])
@pytest.mark.parametrize("deviation", [0.1, 1.0, 30.0])
def test_one_feature_kappa_is_that_of_the_gram_matrix(offset, deviation):
    gram = np.array([[1, offset], [offset, offset**2 + deviation**2]])
    assert study.one_feature_kappa(offset, deviation) == pytest.approx(np.linalg.cond(gram), rel=1e-8)


def test_steps_are_those_of_a_run():
    rng = np.random.default_rng(3)
    x = study.cloud(40, mean=(1, 0.5), rng=rng)
    y = x @ [[1.0], [-2.0]] + rng.normal(size=(40, 1))
    kappa, steps = study.conditioning(x, y)
    a = np.column_stack([np.ones(40), x])
    hessian = 2 * a.T @ a / 40
    assert kappa == pytest.approx(np.linalg.cond(hessian), rel=1e-8)
    values = np.linalg.eigvalsh(hessian)
    least, w, count = np.linalg.lstsq(a, y, rcond=None)[0], np.zeros((3, 1)), 0

    def excess(w):
        return float(((a @ (w - least)) ** 2).mean())

    first = excess(w)
    while excess(w) > 1e-6 * first:
        w, count = w - 2 / (values[0] + values[-1]) * hessian @ (w - least), count + 1
    assert abs(count - steps) <= 1


def test_random_problems_stay_below_the_theory():
    kappa, steps = study.random_problems(20, np.random.default_rng(4))
    assert (steps <= kappa / 4 * np.log(1e6) * 1.01 + 2).all()
    assert kappa.max() / kappa.min() > 1e4


# --- the leak ---------------------------------------------------------------------------------------


def test_ridge_is_sklearns():
    rng = np.random.default_rng(5)
    x, y, new = rng.normal(size=(30, 4)) + 2, rng.normal(size=(30, 1)), rng.normal(size=(7, 4))
    theirs = Ridge(alpha=30 * 0.1).fit(x, y).predict(new)
    np.testing.assert_allclose(leak.ridge_line(x, y, 0.1)(new)[:, 0], theirs.ravel(), rtol=1e-9)


def test_leak_errors_are_those_of_a_plain_script():
    errors = leak.leak_errors("scaled", 50, 40, splits=2)
    x, y, _ = scaling.diabetes()
    order = np.random.default_rng([7, 1]).permutation(442)
    train, test, new = order[:50], order[50:90], order[90:]
    for kind, used in (("honest", train), ("leaking", order[:90])):
        z = StandardScaler().fit(x[used]).transform(x)
        model = Ridge(alpha=5.0).fit(z[train], y[train])
        for part, found in zip((test, new), errors[kind], strict=True):
            expected = np.sqrt(np.mean((model.predict(z[part]).ravel() - y[part].ravel()) ** 2))
            assert found[1] == pytest.approx(expected, rel=1e-9)


def test_a_dozen_of_one_sex_is_fitted_without_that_column(monkeypatch):
    x, y, names = scaling.diabetes()
    x = x.copy()
    x[40:, 1] = 1.0  # so that most dozens are of one sex; in the data it is one in 2,000
    monkeypatch.setattr(leak, "diabetes", lambda: (x, y, names))
    scaled, whitened = (leak.leak_errors(name, 12, 12, splits=10) for name in ("scaled", "PCA-whitened"))
    met = set()
    for split in range(10):
        order = np.random.default_rng([7, split]).permutation(442)
        train, test, new = order[:12], order[12:24], order[24:]
        for kind, used in (("honest", train), ("leaking", order[:24])):
            met.add((kind, constant := bool(np.ptp(x[used, 1]) == 0)))
            z = StandardScaler().fit(x[used]).transform(x)
            model = Ridge(alpha=1.2).fit(z[train], y[train])
            kept = np.delete(x, 1, axis=1) if constant else x
            white = PCA(whiten=True).fit(kept[used]).transform(kept) * (len(used) / (len(used) - 1)) ** 0.5
            white_model = Ridge(alpha=1.2).fit(white[train], y[train])
            for part, name in ((test, "test"), (new, "new")):
                for predict, found in ((model.predict(z[part]), scaled),
                                       (white_model.predict(white[part]), whitened)):
                    expected = np.sqrt(np.mean((predict.ravel() - y[part].ravel()) ** 2))
                    assert getattr(found[kind], name)[split] == pytest.approx(expected, rel=1e-9)
    assert {("honest", True), ("honest", False), ("leaking", True)} <= met


def test_the_leak_is_small_with_many_patients_and_large_with_few():
    many, few = (leak.leak_errors("PCA-whitened", n, n, splits=40) for n in (150, 12))
    ratio = [np.median(e["leaking"].test / e["honest"].test) for e in (many, few)]
    assert ratio[0] == pytest.approx(1, abs=0.01)
    assert ratio[1] < 0.8


def test_own_statistics_do_not_see_an_offset(monkeypatch):
    x, y, names = scaling.diabetes()
    moved = x.copy()
    moved[330:] += 5  # all test patients: older, heavier, …
    own = []
    for data in (x, moved):
        monkeypatch.setattr(leak, "diabetes", lambda data=data: (data, y, names))
        own.append(leak.own_statistics(np.arange(330), np.arange(330, 442)))
    assert own[0][1] == pytest.approx(own[1][1], rel=1e-9)
    assert abs(own[0][0] - own[1][0]) > 1


# --- the jump in many units -------------------------------------------------------------------------


def test_data_are_the_jump_in_other_units():
    x, y = jump()
    for units, (factor, offset, factor_y, offset_y) in jump_units.UNITS.items():
        given, target = jump_units.data(units)
        np.testing.assert_allclose((given - offset) / factor, x, atol=1e-9)
        np.testing.assert_allclose((target - offset_y) / factor_y, y, atol=1e-9)
    given, target = jump_units.data("normalized")
    assert [given.mean(), given.std(), target.mean(), target.std()] == pytest.approx([0, 1, 0, 1], abs=1e-12)
    np.testing.assert_allclose(jump_units.unscale(target), y, atol=1e-12)


def test_stored_runs_are_complete():
    runs, epochs = jump_units.stored()
    names = ["normalized", *jump_units.UNITS]
    assert set(runs) == {(u, a, lr) for u in names for a in jump_units.ACTIVATIONS for lr in jump_units.RATES}
    assert epochs.tolist() == list(range(0, jump_units.EPOCHS + 1, jump_units.EVERY))
    assert {v.shape for v in runs.values()} == {(len(jump_units.SEEDS), len(epochs))}


@pytest.mark.parametrize(("units", "activation", "lr", "seed"), [
    ("normalized", "tanh", 0.001, 0), ("50 x + 300", "ReLU", 0.001, 1), ("y / 100", "tanh", 0.001, 2)])
def test_stored_runs_begin_as_runs_made_now(units, activation, lr, seed):
    runs, _ = jump_units.stored()
    found = jump_units.train(units, activation, lr, seed, epochs=200)
    np.testing.assert_allclose(found, runs[units, activation, lr][seed, :2], rtol=0.02)


def test_the_stored_file_has_its_sum():
    lines = (jump_units.DATA / "SHA256SUMS").read_text().splitlines()
    sums = {line.split()[1]: line.split()[0] for line in lines}
    assert sums[jump_units.FILE.name] == hashlib.sha256(jump_units.FILE.read_bytes()).hexdigest()


def test_main_writes_what_stored_reads(monkeypatch, tmp_path):
    monkeypatch.setattr(jump_units, "FILE", tmp_path / "runs.csv")
    monkeypatch.setattr(jump_units, "RATES", (0.01,))
    monkeypatch.setattr(jump_units, "SEEDS", range(2))
    monkeypatch.setattr(jump_units, "UNITS", {"x + 10": (1, 10, 1, 0)})
    monkeypatch.setattr(jump_units, "run_all", lambda train, jobs: [train(*job) for job in jobs])
    monkeypatch.setattr(jump_units, "train", lambda *job: np.full(16, 1 / 3 + job[3]))
    (tmp_path / "SHA256SUMS").write_text("0  other\n1  runs.csv\n")
    jump_units.main()
    runs, epochs = jump_units.stored(jump_units.FILE)
    assert set(runs) == {(u, a, 0.01) for u in ("normalized", "x + 10") for a in ("tanh", "ReLU")}
    np.testing.assert_allclose(runs["x + 10", "tanh", 0.01], [[0.3333] * 16, [1.333] * 16])
    assert len(epochs) == 16
    sums = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert [line.split()[1] for line in sums] == ["other", "runs.csv"]


def test_best_takes_the_lowest_median():
    runs = {("a", "tanh", 0.1): np.tile([[3.0], [3.0], [1.0]], 5), ("a", "tanh", 0.2): np.full((3, 5), 2.0)}
    lr, shares = jump_units.best(runs)["a", "tanh"]
    assert lr == 0.2
    assert shares.tolist() == [2, 2, 2]


# --- the digits -------------------------------------------------------------------------------------


def test_pixels_use_the_training_images_only():
    for version in ("standardized", "PCA-whitened"):
        x, x_test = scaled_digits.pixels(version)
        assert np.abs(x.mean(axis=0)).max() < 1e-5
        np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-4)
        assert np.abs(x_test.mean(axis=0)).max() > 0.05  # so the test images are not exactly centred
    plain, moved = (scaled_digits.pixels(v)[0] for v in ("0 to 1", "0 to 1, plus 10"))
    np.testing.assert_allclose(moved - plain, 10, atol=1e-5)


def test_a_diverging_run_counts_as_infinitely_bad():
    assert scaled_digits.train("0 to 1, plus 10", 1e30, seed=0, epochs=1)[0] == np.inf
