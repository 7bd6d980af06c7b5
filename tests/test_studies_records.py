"""A result on disk comes with its sum."""

import hashlib

from course_lib.studies.records import store


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
