"""Exercise and solution notebooks: made from one source, stubs in place, no solution handed out."""

import nbformat
import pytest
from sample_project import EXERCISE, make_project, replace, write

from tools.execute import ExecutionError, execute
from tools.notebook_checks import stored_faults, stub_faults
from tools.notebooks import (
    BEGIN,
    END,
    STUB,
    SourceError,
    dumps,
    read_notebook,
    read_source,
    replace_file,
    step_faults,
    targets,
)

EXERCISES = targets(kinds=["exercise"])


@pytest.mark.parametrize("target", EXERCISES, ids=str)
def test_stubs_stand_for_the_solutions(target):
    assert stub_faults(target) == []


@pytest.mark.parametrize("target", EXERCISES, ids=str)
def test_untouched_exercise_stops_at_the_first_stub(target):
    assert first_error(target) == "NotImplementedError"


def first_error(target):
    """The name of the first error when the stored exercise is run from the top; None if it runs through."""
    notebook = read_notebook(target.path)
    try:
        execute(notebook, target.path.parent, target.root, name=str(target), strict=False)
    except ExecutionError:
        errors = [output for cell in notebook.cells for output in cell.get("outputs", [])
                  if output.output_type == "error"]
        return errors[0].ename
    return None


# --- on a sample ------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def exercise(project):
    """The sample's exercise, written."""
    (target,) = targets(project, kinds=["exercise"])
    replace_file(target.path, dumps(read_source(target)))
    return target


def test_solution_has_the_lines_and_no_markers(project):
    (target,) = targets(project, kinds=["solution"])
    text = dumps(read_source(target))
    assert "return 2 * x" in text
    assert "It is linear." in text
    assert "SOLUTION" not in text


def test_exercise_has_the_stub_and_no_solution(exercise):
    notebook = read_notebook(exercise.path)
    assert notebook.cells[1].source.split("\n")[2:] == [f"    {line}" for line in STUB]
    assert notebook.cells[3].source.startswith("*Your answer")
    text = exercise.path.read_text(encoding="utf-8")
    assert "2 * x" not in text
    assert "linear" not in text
    assert all(cell.execution_count is None and not cell.outputs
               for cell in notebook.cells if cell.cell_type == "code")
    assert stub_faults(exercise) == []
    assert step_faults(exercise) == []


def test_untouched_sample_stops_at_the_stub(exercise):
    assert first_error(exercise) == "NotImplementedError"


def test_exercise_that_stops_elsewhere_is_seen(exercise):
    replace(exercise.path, "def double(x):", "undefined\\ndef double(x):")
    assert first_error(exercise) == "NameError"


def test_stub_that_contains_the_solution_is_seen(exercise):
    replace(exercise.path, STUB[0], "return 2 * x")
    assert "gives away a line of the solution: 'return 2 * x'" in "\n".join(stub_faults(exercise))
    assert "cell 2 differs" in "\n".join(step_faults(exercise))


def test_stub_that_does_not_raise_is_seen(exercise):
    replace(exercise.path, 'raise NotImplementedError(', 'print(')
    assert "has 0 NotImplementedError where the source has 1" in "\n".join(stub_faults(exercise))


def test_executed_exercise_is_seen(exercise):
    notebook = read_notebook(exercise.path)
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="4")]
    replace_file(exercise.path, dumps(notebook))
    assert "cell 3 of an exercise is executed or has outputs" in "\n".join(stored_faults(exercise))
    assert "outside the cells' text" in "\n".join(step_faults(exercise))


@pytest.mark.parametrize(("old", "new", "message"), [
    (f"    {END}\n", "", r":16: ### BEGIN SOLUTION without ### END SOLUTION in the same cell"),
    (f"    {BEGIN}\n", "", r":17: ### END SOLUTION without"),
    (f"    {END}\n", f"    {BEGIN}\n", r":18: ### BEGIN SOLUTION inside a solution that began in line 16"),
    (BEGIN, "### begin solution", r":16: write the marker exactly as"),
    (BEGIN, "# BEGIN SOLUTION", r":16: write the marker exactly as"),
    ("    return 2 * x\n", "", r":17: the solution is empty"),
    ("# It is linear.", "# ### BEGIN SOLUTION\n# Yes.", r":24: a solution marker in a cell that is not"),
])
def test_markers_out_of_order_are_named_with_file_and_line(project, old, new, message):
    source = project / "notebooks" / "source" / "exercises" / "01_sample.py"
    replace(source, old, new)
    (target,) = targets(project, kinds=["exercise"])
    with pytest.raises(SourceError, match=f"^notebooks/source/exercises/01_sample.py{message}"):
        read_source(target)


def test_exercise_without_a_solution_and_lecture_with_one(project):
    folder = project / "notebooks" / "source"
    write(folder / "exercises" / "02_none.py", "# %%\nprint(1)\n")
    write(folder / "03_marked.py", EXERCISE)
    with pytest.raises(SourceError, match=r"02_none\.py:1: an exercise needs at least one"):
        read_source(targets(project, ["2"], kinds=["exercise"])[0])
    with pytest.raises(SourceError, match=r"03_marked\.py:16: solution markers belong in"):
        read_source(targets(project, ["3"], kinds=["lecture"])[0])
