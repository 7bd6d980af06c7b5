"""A shared study is computed once while a directory is named, and each time otherwise."""

import warnings

import numpy as np
import pytest
from joblib.memory import MemorizedFunc

from course_lib.studies import lr_schedules
from course_lib.studies.shared import VARIABLE, shared

CALLS = []


@shared
def study(rate, seeds=(0, 1), *, scale=1.0, jobs=None, progress=None):
    """A study that counts its calls."""
    CALLS.append(rate)
    return {"loss": np.array([rate * seed * scale for seed in seeds])}


@pytest.fixture(autouse=True)
def no_calls():
    CALLS.clear()


def test_without_a_directory_each_call_computes(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    study(1.0)
    study(1.0)
    assert CALLS == [1.0, 1.0]


def test_with_a_directory_the_same_call_computes_once(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    first = study(2.0)
    again = study(2.0, (0, 1), scale=1.0)
    assert CALLS == [2.0]
    assert first["loss"].tolist() == again["loss"].tolist() == [0.0, 2.0]
    assert first["loss"] is not again["loss"]  # whoever changes one does not change the other


def test_other_arguments_compute_anew(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for options in ({}, {"seeds": (0, 2)}, {"scale": 2.0}):
        study(3.0, **options)
    study(4.0)
    assert CALLS == [3.0, 3.0, 3.0, 4.0]


def test_how_it_is_computed_does_not_count(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    study(5.0, jobs=1, progress=True)
    study(5.0, jobs=2)
    assert CALLS == [5.0]


def test_another_directory_computes_anew(monkeypatch, tmp_path):
    for name in ("one", "two"):
        monkeypatch.setenv(VARIABLE, str(tmp_path / name))
        study(6.0)
    assert CALLS == [6.0, 6.0]


def test_a_slow_disk_is_no_warning(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    persist = MemorizedFunc._persist_input
    monkeypatch.setattr(MemorizedFunc, "_persist_input",
                        lambda *arguments, **options: persist(*arguments, **options, this_duration_limit=-1))
    study(7.0)
    assert CALLS == [7.0]
    with pytest.warns(UserWarning, match="a warning of the study"):
        warn(1)


@shared
def warn(x):
    warnings.warn("a warning of the study", UserWarning, stacklevel=2)
    return x


def test_an_error_is_raised_each_time(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for _ in range(2):
        with pytest.raises(TypeError):
            study("no number", [0.5])
    assert len(CALLS) == 2


def test_a_real_study_comes_back_as_it_was(monkeypatch, tmp_path):
    setting = {"batch_size": 64, "steps": 10, "rates": [0.5, 1.0], "seeds": [0], "tuning_seeds": [0]}
    monkeypatch.delenv(VARIABLE, raising=False)
    computed = lr_schedules.train_digits(["constant", "linear"], **setting, jobs=1, progress=False)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    lr_schedules.train_digits(["constant", "linear"], **setting, jobs=1, progress=False)
    kept = lr_schedules.train_digits(["constant", "linear"], **setting)
    assert str(kept) == str(computed)
    assert all((kept.runs[name].curves == computed.runs[name].curves).all() for name in kept.runs)
