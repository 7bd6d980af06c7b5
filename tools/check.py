"""`kit.py test`: style, every notebook executed again with its stored numbers compared, and the tests.

    python kit.py test                  everything
    python kit.py test --fast           without the notebooks
    python kit.py test -k momentum      only the tests whose name holds "momentum": goes to pytest
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
COUNTS = ("passed", "failed", "errors", "skipped")


def main(argv):
    if "--help" in argv or "-h" in argv:
        print(__doc__)
        return 0
    fast = "--fast" in argv
    to_pytest = [argument for argument in argv if argument != "--fast"]
    began = time.perf_counter()
    rows = [step("style (ruff)", ruff)]
    with tempfile.TemporaryDirectory() as results:  # of the notebooks' studies: their decks show the same
        if not fast and not to_pytest:
            rows.append(step("notebooks (nbval)", notebooks, results))
        rows.append(step("tests (pytest)", tests, to_pytest, results))
    rows.append(("all", time.perf_counter() - began, sum((row[2] for row in rows[1:]), Counter()),
                 all(row[3] for row in rows)))
    return report(rows)


def step(title, work, *args):
    """Run one step: (title, seconds, counts, whether it is all right)."""
    print(f"\n=== {title}", flush=True)
    began = time.perf_counter()
    counts, fine = work(*args)
    return title, time.perf_counter() - began, counts, fine


def ruff():
    return Counter(), run(["ruff", "check", "."]) == 0


def tests(arguments, results):
    return pytest(arguments, NOTEBOOK_RESULTS=results)


def notebooks(results):
    files = notebook_files()
    if not files:
        sources = list((ROOT / "notebooks" / "source").rglob("*.py"))
        print("There are no notebooks yet." if not sources else
              "notebooks/source has sources but there is no notebook: `python kit.py render` makes them.")
        return Counter(), not sources
    # The kernel is this Python, whatever kernels the machine has. A cell gets 5 minutes, for slow machines.
    return pytest(["-p", "tools.nbval_kernels", "--nbval-lax", "--nbval-current-env",
                   "--nbval-cell-timeout=300", "--tb=short", *files], COURSE_LIB_RESULTS=results)


def notebook_files():
    """The notebooks that run as they are: lectures and solutions. Exercises stop where students begin."""
    folder = ROOT / "notebooks"
    found = [*sorted(folder.glob("*.ipynb")), *sorted((folder / "solutions").glob("*.ipynb"))]
    return [str(path.relative_to(ROOT)) for path in found]


def pytest(arguments, **variables):
    """Run pytest in a few processes, a file or class on one of them; its counts and whether all is well.

    variables : more of the environment
    """
    processes = min(4, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        code = run(["pytest", "-q", "-p", "no:cacheprovider", "-n", str(processes), "--dist", "loadscope",
                    "--no-loadscope-reorder",  # files in their order: tests/conftest.py puts long ones first
                    "--durations=5", f"--junitxml={results}", *arguments], **variables)
        return read_counts(results), code == 0


def read_counts(results):
    """The counts in a JUnit file; one error if pytest did not come as far as writing it."""
    if not results.exists():
        return Counter(errors=1)
    total = Counter()
    for suite in ElementTree.parse(results).iter("testsuite"):
        tests, failed, errors, skipped = (
            int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
        passed = tests - failed - errors - skipped
        total += Counter(passed=passed, failed=failed, errors=errors, skipped=skipped)
    return total


def run(arguments, **variables):
    environment = dict(
        os.environ,
        **variables,
        CI="true",                                    # progress bars off, hypothesis without time limits
        # Processes run side by side; each with several threads of its own would only be slower.
        OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1",
        VECLIB_MAXIMUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1",
        LOKY_MAX_CPU_COUNT="1",                       # and studies need no processes of their own
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    return subprocess.call([sys.executable, "-m", *arguments], cwd=ROOT, env=environment)


def report(rows):
    """The closing table, then one line of counts; the exit code."""
    print(f"\n{'step':<20}{'seconds':>9}  result")
    for title, seconds, _, fine in rows:
        print(f"{title:<20}{seconds:9.1f}  {'ok' if fine else 'FAILED'}")
    _, _, counts, fine = rows[-1]
    print(", ".join(f"{counts[key]} {key}" for key in COUNTS if counts[key] or key in ("passed", "failed")))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
