"""The set-up: kit.py with its installs replaced by fakes, and the files that say what is installed."""

import ast
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement

from tools import check

ROOT = Path(__file__).resolve().parent.parent
LINUX = "linux-x86_64"


# --- kit.py -------------------------------------------------------------------------------------------------

class Calls:
    """Takes the place of subprocess.call: notes each step, makes .venv as a step would, fails on demand."""

    def __init__(self, kit):
        self.kit, self.steps, self.states, self.fail_on, self.interrupt_on = kit, [], [], None, None

    def __call__(self, arguments, cwd, env, close_fds):
        line = " ".join(arguments)
        known = {"-m venv": "venv", "requirements.txt": "packages", "--editable": "course_lib",
                 " ci ": "slides"}
        name = next(name for part, name in known.items() if part in line)
        self.steps.append(name)
        self.states.append(self.kit.read_stamp().get("state"))
        if name == self.interrupt_on:
            raise KeyboardInterrupt
        if name == self.fail_on:
            return 1
        if name == "venv":
            self.kit.venv_python().parent.mkdir(parents=True)
            self.kit.venv_python().touch()
        if name == "slides":
            (self.kit.SLIDES / "node_modules").mkdir(exist_ok=True)
        return 0


def load(folder):
    spec = importlib.util.spec_from_file_location("kit_under_test", folder / "kit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """kit.py in a project of its own; `kit.calls` holds the steps and `kit.started` the verbs it ran."""
    folder = tmp_path / "a kit"
    (folder / "slides").mkdir(parents=True)
    shutil.copy(ROOT / "kit.py", folder)
    for name in ("requirements.txt", "pyproject.toml", "slides/package-lock.json"):
        (folder / name).write_text("first version")
    return with_fakes(load(folder), monkeypatch)


def with_fakes(kit, monkeypatch):
    kit.calls, kit.started = Calls(kit), []
    monkeypatch.setattr(kit.subprocess, "call", kit.calls)
    monkeypatch.setattr(kit, "start", lambda arguments: kit.started.append(arguments) or 0)
    return kit


ALL_STEPS = ["venv", "packages", "course_lib", "slides"]


def test_old_pythons_can_read_kit_py():
    source = (ROOT / "kit.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import)
                for alias in node.names}
    imported |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names - {"__future__"}


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 4), (3, 15, 0)])
def test_wrong_python_is_named(kit, version):
    problem = kit.python_problem(version, LINUX)
    assert "needs Python 3.11 to 3.13, this is {}.{}.{}".format(*version) in problem


def test_another_python_is_offered_only_if_it_runs(kit, monkeypatch):
    monkeypatch.setattr(kit.shutil, "which", lambda name: name)
    codes = {"python3.13": 127, "python3.12": 0, "python3.11": 0}
    monkeypatch.setattr(kit.subprocess, "run",
                        lambda command, **options: SimpleNamespace(returncode=codes[command[0]]))
    assert "try `python3.12 kit.py`" in kit.python_problem((3, 10, 4), LINUX)
    codes.update(dict.fromkeys(codes, 1))
    assert "python.org" in kit.python_problem((3, 10, 4), LINUX)


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_right_python_is_accepted(kit, minor):
    assert kit.python_problem((3, minor, 0), LINUX) is None
    assert bool(kit.notes((3, minor, 0), LINUX)) == (minor == 14)


def test_wrong_machine_is_named(kit):
    assert "64-bit" in kit.python_problem((3, 12, 0), "win32")
    assert kit.python_problem((3, 12, 0), "win-amd64") is None
    assert "Intel" in kit.notes((3, 12, 0), "macosx-10.13-x86_64")[0]
    assert kit.notes((3, 12, 0), "macosx-11.0-arm64") == []


def test_wrong_python_installs_nothing(kit, monkeypatch, capsys):
    monkeypatch.setattr(kit, "python_problem", lambda version, system: "needs another Python")
    assert kit.main(["lab"]) == 1
    assert "needs another Python" in capsys.readouterr().err
    assert not kit.calls.steps
    assert not kit.started
    assert not kit.VENV.exists()


def test_help_explains_each_command_in_a_line(kit, capsys):
    assert kit.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for verb in ("lab", "run", "test", "render", "slides", "bench"):
        assert [line for line in lines if re.match(rf"  {verb}\s+\w.{{20,}}", line)]


def test_unknown_command(kit, capsys):
    assert kit.main(["lob"]) == 2
    message = capsys.readouterr().err
    assert "'lob'" in message
    assert "bench" in message


def test_first_call_installs_then_starts(kit, capsys):
    assert kit.main(["run", "09", "--verbose"]) == 0
    assert kit.calls.steps == ALL_STEPS
    assert kit.calls.states == ["installing"] * 3 + ["ready"]      # the slide tools come after the packages
    assert kit.started == [[str(kit.venv_python()), "-m", "tools.run", "09", "--verbose"]]
    output = capsys.readouterr().out
    assert all(f"[{number}/4]" in output for number in (1, 2, 3, 4))


def test_second_call_installs_nothing(kit):
    kit.main(["test"])
    kit.calls.steps.clear()
    kit.main(["test"])
    kit.main(["lab"])
    assert kit.calls.steps == []
    assert len(kit.started) == 3


@pytest.mark.parametrize("failing", ["venv", "packages", "course_lib"])
def test_failed_step_is_named_and_not_trusted(kit, capsys, failing):
    kit.calls.fail_on = failing
    assert kit.main(["lab"]) == 1
    output = capsys.readouterr()
    number = ALL_STEPS.index(failing) + 1
    title = ["making .venv", "requirements.txt", "installing course_lib"][number - 1]
    assert re.search(rf"step {number} of 4, .*{re.escape(title)}.*, failed", output.err)
    assert "command: " in output.err
    assert "GB of disk free" in output.err
    assert not kit.started
    leftover = kit.VENV / "leftover"
    leftover.touch()
    kit.calls.fail_on = None
    kit.calls.steps.clear()
    assert kit.main(["lab"]) == 0
    assert kit.calls.steps == ALL_STEPS
    assert not leftover.exists()


def test_interrupted_set_up_is_not_trusted(kit, capsys):
    kit.calls.interrupt_on = "packages"
    assert kit.main(["lab"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert kit.read_stamp()["state"] == "installing"
    kit.calls.interrupt_on = None
    kit.calls.steps.clear()
    assert kit.main(["lab"]) == 0
    assert kit.calls.steps == ALL_STEPS


def test_interrupted_removal_is_finished(kit, monkeypatch):
    kit.main(["lab"])
    monkeypatch.setattr(kit, "python_version", lambda: "3.99")
    with monkeypatch.context() as patch:
        patch.setattr(kit.shutil, "rmtree", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        assert kit.main(["lab"]) == 130
    assert kit.DISCARDED.exists()
    assert kit.main(["lab"]) == 0
    assert not kit.DISCARDED.exists()


@pytest.mark.parametrize("contents", ["", "{", "[]", "{}", '{"state": "ready"}'])
def test_damaged_stamp_is_not_trusted(kit, contents):
    kit.main(["lab"])
    (kit.VENV / "kit.json").write_text(contents)
    kit.calls.steps.clear()
    assert kit.main(["lab"]) == 0
    assert kit.calls.steps == ALL_STEPS


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_changed_pins_are_installed_on_top(kit, name):
    kit.main(["lab"])
    (kit.ROOT / name).write_text("second version")
    kit.calls.steps.clear()
    kit.calls.states.clear()
    kit.main(["lab"])
    assert kit.calls.steps == ["packages", "course_lib"]
    assert kit.calls.states == ["installing"] * 2
    assert kit.read_stamp()["state"] == "ready"


def test_other_slide_tools_are_installed_when_needed(kit):
    kit.main(["lab"])
    (kit.SLIDES / "package-lock.json").write_text("second version")
    kit.calls.steps.clear()
    kit.main(["lab"])
    assert kit.calls.steps == []
    kit.main(["slides"])
    kit.main(["slides"])
    assert kit.calls.steps == ["slides"]


def test_students_can_work_without_the_slide_tools(kit, capsys):
    kit.calls.fail_on = "slides"
    assert kit.main(["lab"]) == 0
    assert "step 4 of 4, installing the slide tools, failed" in capsys.readouterr().out
    assert kit.main(["lab"]) == 0
    assert kit.calls.steps == ALL_STEPS             # the second call did not try again
    assert kit.main(["slides"]) == 1                # here they are needed
    assert "step 1 of 1" in capsys.readouterr().err
    assert len(kit.started) == 2


def test_without_slides_there_is_no_step_for_them(kit):
    (kit.SLIDES / "package-lock.json").unlink()
    kit.main(["test"])
    assert kit.calls.steps == ALL_STEPS[:3]


def test_a_venv_of_someone_else_is_left_alone(kit, capsys):
    kit.VENV.mkdir()
    theirs = kit.VENV / "pyvenv.cfg"
    theirs.write_text("precious")
    assert kit.main(["lab"]) == 1
    assert "was not made by kit.py" in capsys.readouterr().err
    assert theirs.read_text() == "precious"
    assert not kit.calls.steps


def test_moved_project_gets_a_new_venv(kit, monkeypatch, capsys):
    kit.main(["lab"])
    moved = kit.ROOT.with_name("another place")
    kit.ROOT.rename(moved)
    again = with_fakes(load(moved), monkeypatch)
    assert again.main(["lab"]) == 0
    assert again.calls.steps == ALL_STEPS[:3]       # the slide tools can be moved
    assert "another directory" in capsys.readouterr().out


def test_other_python_gets_a_new_venv(kit, monkeypatch, capsys):
    kit.main(["lab"])
    kit.calls.steps.clear()
    monkeypatch.setattr(kit, "python_version", lambda: "3.99")
    kit.main(["lab"])
    assert kit.calls.steps[:2] == ALL_STEPS[:2]
    assert "this is 3.99" in capsys.readouterr().out


def test_missing_ensurepip_is_named(kit, monkeypatch, capsys):
    monkeypatch.setattr(kit.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    assert kit.main(["lab"]) == 1
    assert "apt install python3-venv" in capsys.readouterr().err


def test_one_set_up_at_a_time(kit):
    with open(kit.ROOT / ".kit.lock", "a") as file:
        with kit.only_one_at_a_time():
            assert not kit.lock(file)
        assert kit.lock(file)


def test_indexes_and_proxies_are_the_users_own(kit, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://pypi.example/simple")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    environment = kit.verb_environment()
    assert environment["PIP_INDEX_URL"] == "https://pypi.example/simple"
    assert "PYTHONPATH" not in environment
    assert not re.search(r"index-url|--isolated|pypi\.org", (ROOT / "kit.py").read_text(encoding="utf-8"))


def test_lab_opens_the_first_notebook(kit):
    python = str(kit.venv_python())
    lab = [python, "-m", "jupyterlab", f"--ServerApp.root_dir={kit.ROOT}"]
    assert kit.command("lab", []) == lab
    first = kit.ROOT / "notebooks/00_start_here.ipynb"
    first.parent.mkdir()
    first.touch()
    opens = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
    assert kit.command("lab", ["--no-browser"]) == [*lab, opens, "--no-browser"]


@pytest.mark.skipif(os.name == "nt", reason="makes a .venv out of a symbolic link")
def test_real_start_from_another_directory(kit, tmp_path):
    """Runs kit.py as a program: arguments, exit code, directory with a space, its own time."""
    kit.main(["test"])
    kit.venv_python().unlink()
    kit.venv_python().symlink_to(sys.executable)
    (kit.ROOT / "tools").mkdir()
    (kit.ROOT / "tools/check.py").write_text(
        "import json, os, sys\n"
        "print(json.dumps([os.getcwd(), sys.argv[1:], os.environ['VIRTUAL_ENV']]))\n"
        "sys.exit(3)")
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        done = subprocess.run([sys.executable, kit.ROOT / "kit.py", "test", "-k", "a b"], cwd=tmp_path,
                              capture_output=True, text=True, check=False)
        seconds.append(time.perf_counter() - began)
    assert json.loads(done.stdout) == [str(kit.ROOT), ["-k", "a b"], str(kit.VENV)]
    assert done.returncode == 3
    assert min(seconds) < 1


# --- what is installed --------------------------------------------------------------------------------------

MACHINES = {
    "Linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
    "Linux on ARM": {"sys_platform": "linux", "platform_machine": "aarch64", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
    "Mac": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
    "Mac with Intel": {"sys_platform": "darwin", "platform_machine": "x86_64", "os_name": "posix"},
}
FRAMEWORKS = {"torch", "keras", "tensorflow", "tensorflow-cpu"}
EVERYWHERE = [(machine, python) for machine in MACHINES for python in ("3.11", "3.12", "3.13", "3.14")]


def environment_of(machine, python):
    return {**default_environment(), **MACHINES[machine], "python_version": python,
            "python_full_version": f"{python}.9", "implementation_version": f"{python}.9"}


def read(name):
    """The requirements in a file, by package: one package may have a version for each range of Pythons."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        line = re.sub(r"(^|\s+)#.*", "", line)
        if line:
            requirement = Requirement(line)
            found.setdefault(requirement.name.lower(), []).append(requirement)
    return found


def on(machine, python, requirements):
    """{package: requirement} of what is installed on that machine."""
    environment = environment_of(machine, python)
    chosen = {}
    for name, candidates in requirements.items():
        fits = [r for r in candidates if r.marker is None or r.marker.evaluate(environment)]
        assert len(fits) <= 1, f"{name} has two versions on {machine}, Python {python}"
        if fits:
            chosen[name] = fits[0]
    return chosen


def pin(requirement):
    (specifier,) = requirement.specifier
    assert specifier.operator == "=="
    assert "*" not in specifier.version
    return specifier.version


def test_every_package_has_one_exact_version():
    for candidates in read("requirements.txt").values():
        assert all(pin(requirement) for requirement in candidates)
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"^-|file:", text, re.MULTILINE)        # no options, no path of one machine


@pytest.mark.parametrize(("machine", "python"), EVERYWHERE)
def test_each_machine_gets_the_frameworks_that_exist_for_it(machine, python):
    expected = {"torch", "keras", "tensorflow-cpu" if machine in ("Linux", "Windows") else "tensorflow"}
    if python == "3.14":
        expected = {"torch"}
    if machine == "Mac with Intel":
        expected = set()
    pins = on(machine, python, read("requirements.txt"))
    assert set(pins) & FRAMEWORKS == expected
    if "torch" in expected:
        assert pin(pins["torch"]) == "2.13.0"


@pytest.mark.parametrize(("machine", "python"), EVERYWHERE)
def test_pins_are_what_requirements_in_asks_for(machine, python):
    pins = on(machine, python, read("requirements.txt"))
    for name, wanted in on(machine, python, read("requirements.in")).items():
        assert wanted.specifier.contains(pin(pins[name])), name


def test_numbers_come_from_the_same_versions_on_every_python():
    for name in ("numpy", "scipy", "matplotlib", "torch", "keras"):
        assert len(read("requirements.txt")[name]) == 1


def test_conda_environment_installs_the_same():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, section = environment["dependencies"]
    assert python.removeprefix("python=") in ("3.11", "3.12", "3.13")
    assert pip == "pip"
    assert [line for line in section["pip"] if line.startswith("-")] == [
        "--extra-index-url https://download.pytorch.org/whl/cpu", "-c requirements.txt", "-e ."]
    listed = [Requirement(line) for line in section["pip"] if not line.startswith("-")]
    pins = read("requirements.txt")
    names = {requirement.name for requirement in listed}
    assert names == set(read("requirements.in"))
    for requirement in listed:
        assert [requirement] == pins[requirement.name]
    assert {"jupyterlab", "numpy", "matplotlib", "ipywidgets", "nbval", *FRAMEWORKS} <= names


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared():
    """What course_lib asks for, extras included."""
    extras = project()["optional-dependencies"]
    assert set(extras) == {"torch", "tensorflow", "cluster", "notebooks", "test"}
    return [Requirement(line) for lines in (project()["dependencies"], *extras.values()) for line in lines]


def test_ranges_of_course_lib_hold_the_pins():
    pins = read("requirements.txt")
    for wanted in declared():
        assert "==" not in str(wanted.specifier)
        assert all(wanted.specifier.contains(pin(p)) for p in pins[wanted.name]), wanted.name


def imported_packages(folder):
    """The packages outside the standard library that the code in a folder imports, by their names on PyPI."""
    modules = set()
    for path in (path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add(node.module.split(".")[0])
    # Triton is PyTorch's business: the kit imports it if PyTorch has brought it.
    modules -= sys.stdlib_module_names | {"course_lib", "tools", "tests", "triton"}
    packages = importlib.metadata.packages_distributions()
    return {packages[name][0].lower().replace("_", "-") for name in modules if name in packages}


def test_course_lib_declares_what_it_imports():
    assert imported_packages("course_lib") <= {wanted.name for wanted in declared()}


@pytest.mark.parametrize("folder", ["course_lib", "tools", "tests", "notebooks/source", "slides"])
def test_what_the_kit_imports_is_pinned(folder):
    assert imported_packages(folder) <= set(read("requirements.txt"))


def test_import_of_course_lib_is_quick_and_loads_numpy_only():
    code = ("import sys, time; before = set(sys.modules); began = time.process_time(); import course_lib; "
            "seconds = time.process_time() - began; "
            "print(seconds, *{name.split('.')[0] for name in {*sys.modules} - before})")
    runs = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
            .stdout.split() for _ in range(5)]
    assert set(runs[0][1:]) - sys.stdlib_module_names <= {"course_lib", "numpy"}
    # Other tests run on the same cores: hence the processor's time, not the clock's, and the best of five.
    assert min(float(run[0]) for run in runs) < 0.3


# --- kit.py test and continuous integration -----------------------------------------------------------------

def test_counts_come_from_the_test_reports(tmp_path):
    report = tmp_path / "results.xml"
    report.write_text('<testsuites><testsuite errors="1" failures="2" skipped="3" tests="10"/></testsuites>')
    assert check.read_counts(report) == {"passed": 4, "failed": 2, "errors": 1, "skipped": 3}
    assert check.read_counts(tmp_path / "none.xml") == {"errors": 1}


def test_sources_without_notebooks_are_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert check.notebooks(tmp_path)[1]
    (tmp_path / "notebooks/source").mkdir(parents=True)
    (tmp_path / "notebooks/source/01_one.py").touch()
    assert not check.notebooks(tmp_path)[1]


def test_solutions_run_and_exercises_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "ROOT", tmp_path)
    for name in ("01_one", "solutions/01_one", "exercises/01_one"):
        path = tmp_path / f"notebooks/{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [Path(name).as_posix() for name in check.notebook_files()] == [
        "notebooks/01_one.ipynb", "notebooks/solutions/01_one.ipynb"]


def test_exit_code_tells_of_any_failed_step(capsys):
    row = ("step", 1.0, check.Counter(passed=2), True)
    assert check.report([row]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 0 failed"
    assert check.report([(*row[:3], False)]) == 1


def test_continuous_integration_runs_the_command_of_the_readme():
    script = ROOT / ".ci/run"
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "python3 kit.py test"
    assert os.name == "nt" or os.access(script, os.X_OK)
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert len(job["strategy"]["matrix"]["os"]) == 3
    # With the keys of one of the combinations, so that this one is changed and none is added.
    cuda, = job["strategy"]["matrix"]["include"]
    assert all(cuda[key] in job["strategy"]["matrix"][key] for key in ("os", "python"))
    assert any(step.get("run") == "python kit.py test" for step in job["steps"])
    assert workflow["permissions"] == {"contents": "read"}
