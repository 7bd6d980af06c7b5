"""Making notebooks and running them: only what changed, never half, and errors that say where."""

import asyncio
import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import nbformat
import pytest
from sample_project import ROOT, make_project, replace, write

from tools import execute as execution
from tools import render, run
from tools.dependencies import dependencies, imports_of, module_files
from tools.execute import ExecutionError, execute
from tools.notebooks import clean

EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A project whose notebooks are made; tests that change it put it back."""
    root = make_project(tmp_path_factory.mktemp("a project"))
    assert render.main(["-j", "2"], root) == 0
    return root


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


def notebook_texts(root):
    return {path: path.read_text(encoding="utf-8") for path in (root / "notebooks").rglob("*.ipynb")}


def test_all_three_notebooks_are_made(rendered):
    names = {path.relative_to(rendered).as_posix() for path in notebook_texts(rendered)}
    assert names == {f"notebooks/{folder}01_sample.ipynb" for folder in ("", "exercises/", "solutions/")}


def test_second_render_executes_nothing(rendered, monkeypatch, capsys):
    monkeypatch.setattr(render, "execute", None)
    assert render.main([], rendered) == 0
    assert "all 3 notebooks are up to date" in capsys.readouterr().out
    assert render.main(["--check"], rendered) == 0


def test_rendering_again_gives_the_same_bytes(rendered):
    before = notebook_texts(rendered)
    assert render.main(["1", "--all"], rendered) == 0
    assert notebook_texts(rendered) == before


def test_nothing_of_this_run_is_stored(rendered):
    text = (rendered / "notebooks" / "01_sample.ipynb").read_text(encoding="utf-8")
    assert str(rendered) not in text
    assert "iopub" not in text
    assert nbformat.reads(text, as_version=4).metadata.language_info.get("version") is None


@pytest.mark.parametrize(("path", "old", "new", "stale"), [
    ("notebooks/source/01_sample.py", "6 * 7", "42", ["notebooks/01_sample.ipynb"]),
    ("course_lib/validation.py", "import math", "import math  # used below", ["notebooks/01_sample.ipynb"]),
    ("course_lib/other.py", "1", "2", []),
    ("data/small.csv", "1,2", "1,3", ["notebooks/01_sample.ipynb", "notebooks/solutions/01_sample.ipynb"]),
    ("notebooks/source/exercises/01_sample.py", "2 * x", "x + x", ["notebooks/solutions/01_sample.ipynb"]),
])
def test_check_lists_what_a_change_makes_stale(rendered, path, old, new, stale, capsys):
    before = notebook_texts(rendered)
    replace(rendered / path, old, new)
    try:
        assert render.main(["--check"], rendered) == bool(stale)
    finally:
        replace(rendered / path, new, old)
    lines = capsys.readouterr().out.splitlines()
    assert {line.partition(":")[0] for line in lines if ".ipynb:" in line} == set(stale)
    assert notebook_texts(rendered) == before


def test_line_ends_of_windows_change_nothing(rendered):
    path = rendered / "data" / "small.csv"
    path.write_bytes(b"1,2\r\n")
    assert render.main(["--check"], rendered) == 0
    path.write_bytes(b"1,2\n")


def test_bytecode_of_a_script_beside_the_data_changes_nothing(rendered):
    bytecode = rendered / "data" / "__pycache__" / "make_small.cpython-313.pyc"
    bytecode.parent.mkdir()
    bytecode.write_bytes(b"1")
    assert render.main(["--check"], rendered) == 0
    bytecode.unlink()
    bytecode.parent.rmdir()


def test_dependencies_follow_all_ways_to_import(tmp_path):
    write(tmp_path / "course_lib" / "__init__.py", "")
    write(tmp_path / "course_lib" / "show" / "__init__.py", "from . import plots\n")
    write(tmp_path / "course_lib" / "show" / "plots.py", "def f():\n    from ..layers import Dense\n")
    write(tmp_path / "course_lib" / "show" / "style.mplstyle", "")
    write(tmp_path / "course_lib" / "layers.py",
          "import importlib\nimportlib.import_module('course_lib.late')\n")
    for name in ("late", "dotted", "unused"):
        write(tmp_path / "course_lib" / f"{name}.py", "")
    code = "%matplotlib inline\nimport course_lib\nfrom course_lib import show\ncourse_lib.dotted.value\n"
    found = {path.relative_to(tmp_path / "course_lib").as_posix() for path in dependencies(tmp_path, code)}
    assert found == {"__init__.py", "show/__init__.py", "show/plots.py", "show/style.mplstyle", "layers.py",
                     "late.py", "dotted.py"}


def test_modules_of_the_real_library_are_found():
    assert {"course_lib", "course_lib.claims", "course_lib.show"} <= module_files(ROOT).keys()


@pytest.mark.parametrize(("cell", "message"), [
    ("1 / 0", "ZeroDivisionError"),
    ("import warnings\nwarnings.warn('old')", "UserWarning: old"),
    ("import course_lib.noisy", "RuntimeWarning: divide by zero"),
    ("import sys\nprint('oh', file=sys.stderr)", "wrote to stderr"),
    ("import os\nos.write(2, b'from C')", "wrote to stderr"),
])
def test_failing_cell_is_named_and_the_old_notebook_stays(project, cell, message, capsys):
    write(project / "course_lib" / "noisy.py", "import numpy\nvalue = numpy.float64(1) / 0\n")
    write(project / "notebooks" / "source" / "02_fails.py", f"# %% [markdown]\n# # Fails\n\n# %%\n{cell}\n")
    write(project / "notebooks" / "02_fails.ipynb", EMPTY)
    before = notebook_texts(project)
    assert render.main(["02"], project) == 1
    said = capsys.readouterr().err
    assert "FAILED notebooks/02_fails.ipynb, cell 2" in said
    assert message in said
    assert "notebooks/02_fails.ipynb is unchanged" in said
    assert notebook_texts(project) == before


def test_deprecation_in_another_package_does_not_matter(project):
    code = """import types
module = types.ModuleType("elsewhere")
exec("import warnings; warnings.warn('theirs', DeprecationWarning)", module.__dict__)
print("on")"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    execute(notebook, project, project, name="sample")
    assert notebook.cells[0].outputs[0].text == "on\n"


def test_unknown_lecture_names_the_known(project, capsys):
    for verb in (render, run):
        assert verb.main(["07"], project) == 1
        assert "no lecture '07'; there is 01_sample" in capsys.readouterr().err


def test_syntax_error_in_a_source_is_named(project, capsys):
    replace(project / "notebooks" / "source" / "01_sample.py", "print(6 * 7)", "print(6 *")
    write(project / "notebooks" / "01_sample.ipynb", EMPTY)
    assert render.main(["--check"], project) == 1
    assert "01_sample.py" in capsys.readouterr().err


def test_notebook_without_a_source_is_reported(project, capsys):
    write(project / "notebooks" / "08_gone.ipynb", "{}")
    assert render.main(["--check"], project) == 1
    assert "notebooks/08_gone.ipynb: has no source" in capsys.readouterr().out


def test_ids_of_cells_survive_a_new_cell():
    cells = [nbformat.v4.new_code_cell(source) for source in ("a = 1", "b = 2", "a = 1")]
    first = [cell.id for cell in clean(nbformat.v4.new_notebook(cells=cells)).cells]
    second = [cell.id for cell in clean(nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("new"), *cells])).cells]
    assert second[1:] == first
    assert len(set(second)) == 4


# --- run --------------------------------------------------------------------------------------------


def test_run_writes_html_and_leaves_the_notebook(project, capsys):
    assert run.main(["1"], project) == 0
    page = (project / "notebooks" / "build" / "01_sample.html").read_text(encoding="utf-8")
    assert """<img alt='A black "square".' src="data:image/png;base64,""" in page
    assert 'href="../../slides/01_sample.md"' in page
    assert "(interactive: run this notebook" in page
    assert not notebook_texts(project)
    table = capsys.readouterr().out
    assert "lecture    seconds  peak MB  result" in table
    assert "01_sample" in table


def test_run_uses_the_mathjax_of_the_slides(project):
    write(project / run.MATHJAX, "/* drawn here </script> */")
    assert run.main([], project) == 0
    page = (project / "notebooks" / "build" / "01_sample.html").read_text(encoding="utf-8")
    assert "drawn here <\\/script> */" in page
    assert 'src="http' not in page


def test_run_goes_on_after_a_failure_and_says_so(project, capsys):
    write(project / "notebooks" / "source" / "00_fails.py", "# %%\n1 / 0\n")
    assert run.main([], project) == 1
    said = capsys.readouterr()
    assert "ZeroDivisionError" in said.err
    assert [line.split()[-1] for line in said.out.splitlines()[1:3]] == ["FAILED", "ok"]


def test_peak_memory_sees_what_was_freed_and_what_children_use(project):
    code = ("import subprocess, sys\nbig = bytearray(200_000_000)\ndel big\n"
            "child = 'b = bytearray(300_000_000); import time; time.sleep(1)'\n"
            "done = subprocess.run([sys.executable, '-c', child])")
    alone = code.partition("child")[0]
    peaks = []
    for part in (alone, code):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(part)])
        peaks.append(execute(notebook, project, project, name="sample")[1])
    assert 200e6 < peaks[0] < 320e6
    assert 300e6 < peaks[1] < 500e6


def test_execute_names_a_cell_that_kills_the_kernel(project):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; os._exit(1)")])
    with pytest.raises(ExecutionError, match="sample, code cell 1"):
        execute(notebook, project, project, name="sample")


def waiting(monkeypatch, lost):
    """A channel whose first `lost` waits end in vain, with the list of the timeouts it was given."""
    given = []

    async def get_msg(self, timeout=None):
        given.append(timeout)
        await asyncio.sleep(timeout)
        if len(given) <= lost:
            raise Empty
        return "the answer"

    monkeypatch.setattr(execution.AsyncZMQSocketChannel, "get_msg", get_msg)
    return object.__new__(execution.LookingChannel), given


@pytest.mark.parametrize("timeout", [None, 1000])
def test_an_answer_that_nobody_tells_of_is_found_soon(monkeypatch, timeout):
    channel, given = waiting(monkeypatch, lost=2)
    assert asyncio.run(channel.get_msg(timeout)) == "the answer"
    assert given == [execution.LOOK_AGAIN] * 3


@pytest.mark.parametrize(("timeout", "looks"), [(0, 1), (0.05, 1), (0.3, 2)])
def test_without_an_answer_the_wait_is_as_long_as_asked(monkeypatch, timeout, looks):
    channel, given = waiting(monkeypatch, lost=9)
    with pytest.raises(Empty):
        asyncio.run(channel.get_msg(timeout))
    assert len(given) == looks
    assert sum(given) == pytest.approx(timeout, abs=0.1)


def test_kernels_meet_their_clients_at_files(monkeypatch, tmp_path):
    monkeypatch.setattr(execution.os, "name", "nt")  # Windows
    assert execution.connection(tmp_path) == {}
    monkeypatch.setattr(execution.os, "name", "posix")
    assert execution.connection(tmp_path) == {"transport": "ipc", "ip": str(tmp_path / "kernel")}


@pytest.fixture
def restless():
    """Threads take turns all the time, also while garbage is collected in the middle of a parse."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()

    def linger(phase, info):
        sum(range(300))

    gc.callbacks.append(linger)
    sys.setswitchinterval(1e-6)
    gc.set_threshold(200)
    yield
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)
    gc.callbacks.remove(linger)


def test_imports_are_read_in_several_threads_at_once(restless):
    modules = module_files(ROOT)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda name: imports_of(name, modules), modules))
    assert found == [imports_of(name, modules) for name in modules]
