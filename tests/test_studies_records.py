"""A result on disk comes with its sum."""

import hashlib
import json

import numpy as np
import pytest

from course_lib.studies import (
    batch_norm_results,
    deep_digits,
    dropout_digits,
    dropout_runs,
    heaviside_runs,
    jump_units,
    two_piece,
)
from course_lib.studies.records import read, read_curves, rounded, store, store_curves, store_rows


def test_a_new_file_and_its_sum(tmp_path):
    store(tmp_path / "runs.csv", "κ,loss\n1,2\n")
    assert (tmp_path / "runs.csv").read_bytes() == "κ,loss\n1,2\n".encode()
    digest = hashlib.sha256((tmp_path / "runs.csv").read_bytes()).hexdigest()
    assert (tmp_path / "SHA256SUMS").read_text() == f"{digest}  runs.csv\n"


def test_other_sums_stay(tmp_path):
    (tmp_path / "SHA256SUMS").write_text("abc  other.gz\nold  runs.csv\nxyz  runs.csv.gz\n")
    store(str(tmp_path / "runs.csv"), "1\n")
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert lines[:2] == ["abc  other.gz", "xyz  runs.csv.gz"]
    assert lines[2].endswith("  runs.csv")
    assert len(lines) == 3


@pytest.mark.parametrize("study", [batch_norm_results, deep_digits, dropout_digits, dropout_runs,
                                   heaviside_runs, jump_units, two_piece], ids=lambda study: study.__name__)
def test_a_missing_file_is_named(study, tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{study.FILE.name} .* there is none at .*none"):
        study.stored(tmp_path / "none.txt")


def test_rows_come_back(tmp_path):
    store_rows(tmp_path / "runs.json", [{"ψ": 1}, {"a": [2.5]}])
    assert json.loads(read(tmp_path / "runs.json", "runs.json")) == [{"ψ": 1}, {"a": [2.5]}]


@pytest.mark.parametrize("study", [jump_units, two_piece], ids=lambda study: study.__name__)
def test_stored_curves_come_back_to_the_last_byte(study, tmp_path):
    runs, epochs = study.stored()
    rows = [((*key, seed), curve) for key, curves in runs.items() for seed, curve in enumerate(curves)]
    store_curves(tmp_path / "again.csv", study.COLUMNS, rows, epochs)
    assert (tmp_path / "again.csv").read_bytes() == study.FILE.read_bytes()
    again, _ = read_curves(tmp_path / "again.csv", "again.csv", len(study.COLUMNS))
    assert again.keys() == runs.keys()
    assert all(np.array_equal(again[key], runs[key]) for key in runs)


def test_rounded():
    assert rounded(np.array([[1 / 3, 2e-7 / 3], [12345.6, np.inf]])) == [[0.3333, 6.667e-8],
                                                                         [12350.0, np.inf]]
    assert rounded(1 / 3, 6) == 0.333333
