"""The bench runs and prints what it promises; how fast it is here is not a test."""

from types import SimpleNamespace

import pytest

from course_lib.optimizers import OPTIMIZERS
from course_lib.studies.step_cost import FUSED
from tools import bench

pytest.importorskip("torch")


@pytest.fixture
def tiny(monkeypatch):
    """Small networks, and no second process: this one may use as many threads as it likes."""
    import torch

    for name in bench.ONE_THREAD:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("COURSE_LIB_PROGRESS", "0")
    monkeypatch.setattr(bench, "SMALL", (1, 4, 4, 1))
    monkeypatch.setattr(bench, "LARGE", (6, 5, 5, 3))
    monkeypatch.setattr(bench, "HUGE", (8, 9, 9, 3))
    monkeypatch.setattr(bench, "LAYER_SHAPE", (8, 20))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_quick_prints_every_promised_row(tiny, capsys):
    assert bench.main(["--quick", "--report"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for rule in ("sgd", "momentum", "adam"):
        for net in ("6-5-5-3 ReLU, batch 128", "1-4-4-1 tanh, full batch of 100"):
            row = next(line for line in lines if line.startswith(f"train {net}, {rule} "))
            assert ">=" in row
        assert any(f"batch 128, {rule}, DataLoader" in line for line in lines)
    for rule in OPTIMIZERS:
        assert sum(f", {rule}, time over foreach " in line for line in lines) == 3 * (rule != "lion")
        assert sum(f", {rule}, time over fused " in line for line in lines) == 3 * (rule in FUSED)
    assert sum("time over foreach, one tensor" in line for line in lines) == 3
    for name, passes in bench.LAYER_PROMISES:
        assert any(line.startswith(f"{name} at (8, 20), {passes} ") for line in lines)


def test_every_rule_that_pytorch_has_is_timed():
    rules = {rule for rule, *_ in bench.step_rows()}
    assert rules == set(OPTIMIZERS) - {"lion"}
    assert set(FUSED) <= rules
    assert set(bench.STEP_PROMISES) <= set(bench.step_rows())


def test_the_table_has_headings(tiny, capsys, monkeypatch):
    monkeypatch.setattr(bench, "step_rows", list)
    monkeypatch.setattr(bench, "layer_rows", list)
    bench.main(["--quick", "--report"])
    lines = capsys.readouterr().out.splitlines()
    assert "promised" in lines[0]


def test_a_broken_promise_fails_unless_only_reported(tiny, capsys, monkeypatch):
    monkeypatch.setattr(bench, "PROMISES", {("small", "sgd", "whole"): 1e9})
    monkeypatch.setattr(bench, "step_rows", list)
    monkeypatch.setattr(bench, "layer_rows", list)
    assert bench.main(["--quick"]) == 1
    assert "NOT HELD" in capsys.readouterr().out
    assert bench.main(["--quick", "--report"]) == 0
    monkeypatch.setattr(bench, "PROMISES", {("small", "sgd", "whole"): 1e-9})
    assert bench.main(["--quick"]) == 0
    assert "NOT HELD" not in capsys.readouterr().out.splitlines()[-1]


def test_without_one_thread_it_starts_itself_anew(monkeypatch):
    calls = []
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def run(command, env, check):
        calls.append((command, env))
        return SimpleNamespace(returncode=7)

    monkeypatch.setattr(bench.subprocess, "run", run)
    assert bench.main(["--quick"]) == 7
    command, env = calls[0]
    assert command[1:] == ["-m", "tools.bench", "--quick"]
    assert all(env[name] == "1" for name in bench.ONE_THREAD)


def test_ratios_are_theirs_over_ours_in_pairs(monkeypatch):
    clock = iter([0, 1, 4, 10, 11, 13, 20, 22, 23])
    monkeypatch.setattr(bench.time, "process_time", lambda: next(clock))
    calls = []
    ratios = bench.compare(lambda: calls.append("ours"), lambda: calls.append("theirs"), 2)
    assert ratios == [2, 0.5]  # the first pair warms up
    assert calls == ["ours", "theirs"] * 3


def test_both_sides_train_the_same_problem():
    import torch

    x, y = bench.make_data("large", (6, 5, 3), steps=2)
    assert x.shape == (2 * bench.BATCH, 6)
    assert x.dtype == "float32"
    history = bench.our_training("large", (6, 5, 3), "sgd", x, y, 2)()
    assert history.step_loss.shape == (2,)
    torch.manual_seed(0)
    assert bench.torch_training("large", (6, 5, 3), "sgd", x, y, 2, "by index")() is None


@pytest.mark.parametrize(("ratios", "promised", "less", "held"), [
    ([1, 2, 3], 2, False, True), ([1, 1.9, 3], 2, False, False), ([1], None, False, True),
    ([1, 2, 3], 2, True, True), ([1, 2.1, 3], 2, True, False), ([1], None, True, True)])
def test_the_median_decides(ratios, promised, less, held):
    row = bench.Row("x", ratios, promised, less)
    assert row.held == held
    assert ("NOT HELD" in str(row)) == (not held)
