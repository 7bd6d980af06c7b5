"""The networks on the noisy step against PyTorch, each run alone, and the stored file."""

import hashlib

import numpy as np
import pytest

from course_lib.studies import heaviside, heaviside_runs


@pytest.mark.parametrize("hidden", [2, 3])
@pytest.mark.parametrize("dropout", [None, 0.5])
def test_gradients_are_pytorchs(hidden, dropout):
    torch = pytest.importorskip("torch")
    sizes = (1, *[7] * hidden, 1)
    rngs = [np.random.default_rng(i) for i in range(3)]
    weights = np.array([heaviside._first_weights(sizes, rng) for rng in rngs])
    x, y = heaviside._data(11, 0.1, rngs)
    chances = heaviside._chances(dropout and [dropout] * hidden, hidden)
    masks = heaviside._draw_masks(rngs, chances, (11, 7), np.float64)
    gradient = np.empty_like(weights)
    heaviside._backward(heaviside._views(weights, sizes), x[:, None], y[:, :, None], masks,
                        heaviside._views(gradient, sizes))

    leaf = torch.tensor(weights, requires_grad=True)
    out, start = torch.tensor(x)[None, :, None].expand(3, -1, -1), 0
    for i in range(hidden + 1):
        fan_in, fan_out = sizes[i], sizes[i + 1]
        weight = leaf[:, start:start + fan_in * fan_out].reshape(3, fan_in, fan_out)
        start += fan_in * fan_out
        out = torch.bmm(out, weight) + leaf[:, None, start:start + fan_out]
        start += fan_out
        if i < hidden:
            out = torch.relu(out)
            out = out * torch.tensor(masks[i]) if dropout else out
    ((out[:, :, 0] - torch.tensor(y)) ** 2).mean(dim=1).sum().backward()
    assert start == weights.shape[1]
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("penalty", [{}, {"l2": 0.01}, {"l1": 0.01}, {"decoupled": 0.1},
                                     {"l2": 0.01, "lr": lambda step: 0.01 / (1 + step)}])
def test_training_is_pytorchs(penalty):
    torch = pytest.importorskip("torch")
    run = heaviside.train([3], epochs=40, width=6, n=20, dtype=np.float64, **penalty)
    rng = np.random.default_rng([18, 3])
    y = heaviside.step_function(run.x) + 0.1 * rng.normal(size=20)
    np.testing.assert_array_equal(run.y[0], y)
    first = heaviside._views(heaviside._first_weights(run.sizes, rng)[None], run.sizes)
    parameters = [torch.tensor(part[0], requires_grad=True) for part in first]
    l2, decoupled = penalty.get("l2", 0), penalty.get("decoupled", 0)
    kind, decay = (torch.optim.AdamW, decoupled) if decoupled else (torch.optim.Adam, l2)
    lr = penalty.get("lr", 0.01)
    opt = kind(parameters, lr=0.01, weight_decay=decay)
    x, y = torch.tensor(run.x)[:, None], torch.tensor(y)[:, None]
    for step in range(40):
        opt.param_groups[0]["lr"] = lr(step) if callable(lr) else lr
        opt.zero_grad()
        out = x
        for i in range(3):
            out = out @ parameters[2 * i] + parameters[2 * i + 1]
            out = torch.relu(out) if i < 2 else out
        loss = ((out - y) ** 2).mean() + penalty.get("l1", 0) * sum(p.abs().sum() for p in parameters)
        loss.backward()
        opt.step()
    found = np.concatenate([p.detach().numpy().ravel() for p in parameters])
    np.testing.assert_allclose(run.weights[0], found, rtol=0, atol=1e-9)


def test_a_seed_does_not_depend_on_its_neighbours():
    options = {"epochs": 30, "dropout": (0.5, 0.0), "proximal": 1e-4}
    alone, among = heaviside.train([5], **options), heaviside.train([2, 5, 9], **options)
    np.testing.assert_array_equal(alone.weights[0], among.weights[1])
    np.testing.assert_array_equal(alone.error[:, 0], among.error[:, 1])
    assert not np.array_equal(among.weights[0], among.weights[2])


def test_dropout_keeps_the_share_it_should_and_scales_the_rest():
    mask, none = heaviside._draw_masks([np.random.default_rng(0)], [0.25, 0.0], (100, 100), np.float32)
    assert none is None
    assert mask.dtype == np.float32
    np.testing.assert_allclose(np.unique(mask), [0, 1 / 0.75], rtol=1e-6)
    assert abs((mask == 0).mean() - 0.25) < 0.02


def test_error_is_measured_against_the_step_and_loss_against_the_data():
    run = heaviside.train([0, 1], epochs=10, every=5)
    fine = np.linspace(-1, 1, 20_001)
    error = ((run.predict(fine) - (fine >= 0)) ** 2).mean(axis=1)
    np.testing.assert_allclose(run.error[-1], error, rtol=5e-3)
    np.testing.assert_allclose(run.loss[-1], ((run.predict(run.x) - run.y) ** 2).mean(axis=1), rtol=1e-6)
    assert run.epochs.tolist() == [0, 5, 10]


def test_only_the_proximal_step_makes_zeros():
    zeros = {name: heaviside.train([0], epochs=300, **{name: 1e-3}).share_small()[0]
             for name in ("l2", "l1", "decoupled", "proximal")}
    assert zeros["proximal"] > 0.9
    assert zeros["l2"] == zeros["l1"] == zeros["decoupled"] == 0


def test_biases_are_not_counted_as_small():
    run = heaviside.train([0], epochs=1)
    run.weights[:] = 0
    heaviside._views(run.weights, run.sizes)[1][:] = 1
    assert run.share_small() == 1
    heaviside._views(run.weights, run.sizes)[2][:] = 0.5
    assert run.share_small(0.5) == 1
    assert run.share_small(0.4) == pytest.approx(200 / 10_200)


# --- the stored runs --------------------------------------------------------------------------------


def test_the_file_is_the_one_of_the_sums_and_holds_what_was_planned():
    sums = (heaviside_runs.DATA / "SHA256SUMS").read_text()
    digest = hashlib.sha256(heaviside_runs.FILE.read_bytes()).hexdigest()
    assert f"{digest}  {heaviside_runs.FILE.name}" in sums
    found = heaviside_runs.stored()
    assert list(found) == list(heaviside_runs.STUDIES)
    for name, (hidden, noise, epochs, seeds, methods) in heaviside_runs.STUDIES.items():
        assert list(found[name]) == [(method, alpha) for method in methods for alpha in methods[method]]
        for record in found[name].values():
            assert record["error"].shape == record["loss"].shape == (len(seeds), epochs // 1000 + 1)
            assert (record["hidden"], record["noise"]) == (hidden, noise)
            assert record["seeds"].tolist() == list(seeds)
            assert np.isfinite(record["error"]).all()
            assert record["small"].shape == (4, len(seeds))
            assert (np.diff(record["small"], axis=0) >= 0).all()


def test_the_beginning_of_some_runs_is_what_the_file_says():
    found = heaviside_runs.stored()
    for study, method in (("2 layers", "none"), ("3 layers", "L1"), ("no noise", "L2")):
        hidden, noise, *_ = heaviside_runs.STUDIES[study]
        start = heaviside.train([0, 1], hidden=hidden, noise=noise, epochs=1)
        np.testing.assert_allclose(start.error[0], found[study][method, 1e-4]["error"][:2, 0], rtol=1e-3)


def test_one_run_goes_on_as_the_file_says():
    found = heaviside_runs.stored()["2 layers"]["L1, proximal", 1e-4]
    again = heaviside.train([0], epochs=1000, proximal=1e-4)
    # Rounding grows during a run: the same path, not the same digits.
    assert again.error[-1, 0] == pytest.approx(found["error"][0, 1], rel=0.3)
    assert again.loss[-1, 0] == pytest.approx(found["loss"][0, 1], rel=0.1)


def test_writing_and_reading_gives_the_same(tmp_path, monkeypatch):
    record = heaviside_runs.job("L2", 1e-4, 2, 0.1, 4, [0, 1], every=2)
    monkeypatch.setattr(heaviside_runs, "FILE", tmp_path / "runs.json")
    (tmp_path / "SHA256SUMS").write_text("0  other\n1  runs.json\n")
    heaviside_runs._write({"a": [record]})
    found = heaviside_runs.stored(tmp_path / "runs.json")["a"]["L2", 1e-4]
    np.testing.assert_array_equal(found["error"], record["error"])
    assert (tmp_path / "SHA256SUMS").read_text().splitlines()[0] == "0  other"
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == 2
