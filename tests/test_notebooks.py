"""The stored notebooks: in step with their sources, complete, within their budgets.

The second half breaks a copy of a small rendered project on purpose and asks that each check sees it.
"""

import doctest
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupytext.config import find_jupytext_configuration_file, load_jupytext_configuration_file
from sample_project import ROOT, make_project, replace

from tools import dependencies, notebook_checks, notebooks, render
from tools.execute import kernel_environment
from tools.notebook_checks import stored_faults
from tools.notebooks import WIDGET, orphans, step_faults, targets


@pytest.mark.parametrize("target", targets(), ids=str)
def test_notebook_is_in_step_with_its_source(target):
    assert step_faults(target) == []


@pytest.mark.parametrize("target", targets(), ids=str)
def test_stored_notebook_is_complete_and_within_its_budgets(target):
    assert stored_faults(target) == []


def test_start_here_links_to_each_lecture():
    first, *others = [target for target in targets() if target.kind == "lecture"]
    assert first.number == "00"
    links = notebook_checks.link_targets(notebook_checks.markdown(notebooks.read_notebook(first.path)))
    beside = {link for link in links if link.endswith(".ipynb") and "/" not in link}  # not the exercises
    assert {target.path.name for target in others} == beside
    assert notebook_checks.link_faults(notebooks.read_notebook(first.path), first.path.parent) == []


def test_each_notebook_has_a_source():
    assert orphans() == []


def test_examples_in_docstrings():
    for module in (dependencies, notebook_checks, notebooks):
        result = doctest.testmod(module)
        assert result.attempted
        assert not result.failed


@pytest.mark.parametrize(("path", "paired"), [
    ("notebooks/01_a.ipynb", True), ("notebooks/source/01_a.py", True),
    ("notebooks/exercises/01_a.ipynb", False), ("notebooks/solutions/01_a.ipynb", False),
    ("notebooks/source/exercises/01_a.py", False), ("course_lib/optimizers.py", False),
])
def test_jupytext_pairs_lectures_only(path, paired):
    config = load_jupytext_configuration_file(find_jupytext_configuration_file(ROOT))
    assert (config.default_formats(str(ROOT / path)) is not None) == paired


# --- do the checks see what is wrong? ---------------------------------------------------------------


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    root = make_project(tmp_path_factory.mktemp("a project"))
    assert render.main([], root) == 0
    return root


@pytest.fixture
def project(rendered, tmp_path):
    """A copy to break."""
    return Path(shutil.copytree(rendered, tmp_path / "project"))


def faults(root):
    return "\n".join(fault for check in (step_faults, stored_faults) for target in targets(root)
                     for fault in check(target))


def edit(root, change, path="notebooks/01_sample.ipynb"):
    """Change a stored notebook; as far as its outputs' fingerprint goes, as if it had been rendered so."""
    notebook = nbformat.read(root / path, as_version=4)
    change(notebook)
    if "kit" in notebook.metadata:
        notebook.metadata.kit.outputs = notebooks.outputs_digest(notebook)
    (root / path).write_text(json.dumps(notebook), encoding="utf-8")


def test_rendered_project_has_no_faults(project):
    assert faults(project) == ""


def test_edited_output_is_seen_without_executing(project):
    replace(project / "notebooks" / "01_sample.ipynb", '"42\\n"', '"43\\n"')
    assert "outputs are not those that were rendered" in faults(project)


def test_changed_source_is_seen(project):
    replace(project / "notebooks" / "source" / "01_sample.py", "print(6 * 7)", "print(6 * 8)")
    found = faults(project)
    assert "cell 5 differs from the source in its source" in found
    assert "source, library or data changed" in found


def test_changed_tag_is_seen(project):
    replace(project / "notebooks" / "source" / "01_sample.py",
            '# %% tags=["nbval-check-output"]\nprint', "# %%\nprint")
    assert "cell 5 differs from the source in its metadata" in faults(project)


def test_notebook_edited_by_hand_is_seen(project):
    replace(project / "notebooks" / "01_sample.ipynb", "say what a slope is", "say what a slop is")
    assert "cell 1 differs from the source in its source" in faults(project)


def test_missing_notebook_and_missing_source_are_seen(project):
    (project / "notebooks" / "solutions" / "01_sample.ipynb").unlink()
    (project / "notebooks" / "source" / "01_sample.py").unlink()
    assert "notebooks/solutions/01_sample.ipynb: not rendered yet" in faults(project)
    assert orphans(project) == ["notebooks/01_sample.ipynb"]


def no_alt(notebook):
    notebook.cells[2].outputs[0].metadata = {}


def blank_alt(notebook):
    notebook.cells[2].outputs[0].metadata["image/png"]["alt"] = " "


def html_picture(notebook):
    notebook.cells[2].outputs[0].data["text/html"] = '<img alt="" src="data:image/gif;base64,R0lGOD">'


def markdown_picture(notebook):
    notebook.cells[0].source += "\n![](../slides/01_sample.md)"


def large_picture(notebook):
    notebook.cells[2].outputs[0].data["image/png"] = "A" * 90_000


def large_file(notebook):
    notebook.cells[4].outputs[0].text = "x" * 1_000_000


def widget_state(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def widget_view(notebook):
    notebook.cells[3].outputs[0].data[WIDGET] = {"model_id": "0123"}


def checked_widget(notebook):
    notebook.cells[3].metadata["tags"] = ["nbval-check-output"]


def not_executed(notebook):
    notebook.cells[4].execution_count = None


def wrong_order(notebook):
    notebook.cells[4].execution_count = 7


def stderr(notebook):
    notebook.cells[4].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="RuntimeWarning"))


def address(notebook):
    notebook.cells[4].outputs[0].text = "<Axes at 0x7f3a5c0d10>"


def temporary_path(notebook):
    notebook.cells[4].outputs[0].text = "saved /home/ada/run/loss.png"


def windows_path(notebook):
    notebook.cells[4].outputs[0].text = r"saved C:\Users\Ada\loss.png"


def many_cells(notebook):
    notebook.cells += [nbformat.v4.new_code_cell("1", execution_count=i) for i in range(6, 32)]


def long_cell(notebook):
    notebook.cells[1].source = "x = 1\n" * 26


def long_cells(notebook):
    for cell in notebook.cells[1:]:
        cell.source = "x = 1\n\n" * 7


def long_text(notebook):
    notebook.cells[0].source += " word" * 2_200


def no_objectives(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("Objectives", "Plan")


def two_objectives(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("- find the mistake\n", "")


def no_checked_cell(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)


def no_claims(notebook):
    notebook.cells[5].outputs = []


def unsure_claim(notebook):
    notebook.cells[5].source = 'claims.below("a", measured=apart.get("PyTorch"), bound=1)\nclaims.show()'


def broken_link(notebook):
    notebook.cells[0].source += "\n[next](02_next.ipynb#start)"


def no_deck(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("[Deck](../slides/01_sample.md), ", "")


@pytest.mark.parametrize(("change", "message"), [
    (no_alt, "cell 3 has a figure without alternative text"),
    (blank_alt, "cell 3 has a figure without alternative text"),
    (html_picture, "cell 3 has an HTML picture without alternative text"),
    (markdown_picture, "Markdown picture without alternative text"),
    (large_picture, "cell 3 has a figure of 67500 bytes"),
    (large_file, "takes 1.00 MB"),
    (widget_state, "stores widget state"),
    (widget_view, "cell 4 stores a widget"),
    (checked_widget, "cell 4 shows a widget, so it cannot be tagged"),
    (not_executed, "cell 5 has execution count None, expected 4"),
    (wrong_order, "cell 5 has execution count 7, expected 4"),
    (stderr, "cell 5 wrote to stderr: 'RuntimeWarning'"),
    (address, "cell 5 shows a memory address"),
    (temporary_path, "cell 5 shows a path of the machine it ran on: '/home/ada'"),
    (windows_path, "cell 5 shows a path of the machine"),
    (many_cells, "has 31 code cells"),
    (long_cell, "cell 2 has 26 lines of code"),
    (long_cells, "median of 7 lines"),
    (long_text, "words of text, allowed are 2200"),
    (no_objectives, 'needs a heading with the word "objectives"'),
    (two_objectives, "3 to 5 list items below it, found 2"),
    (no_checked_cell, "needs a cell tagged nbval-check-output"),
    (no_checked_cell, "cell 6 shows claims, so it must be tagged"),
    (no_claims, "needs a cell that ends with claims.show()"),
    (unsure_claim, "cell 6 makes a claim that is not measured where a framework is missing"),
    (broken_link, "links to 02_next.ipynb, which does not exist"),
    (no_deck, "needs a link to its deck, ../slides/01_sample.md"),
])
def test_broken_notebook_is_seen(project, change, message):
    edit(project, change)
    lecture = targets(project, kinds=["lecture"])[0]
    assert message in "\n".join(stored_faults(lecture))


def test_path_of_the_project_itself_is_seen(project):
    edit(project, lambda notebook: notebook.cells[4].outputs[0].update(text=f"in {project}/data"))
    assert "cell 5 shows a path of the machine" in faults(project)


def test_widget_output_is_a_line_of_text(project):
    notebook = nbformat.read(project / "notebooks" / "01_sample.ipynb", as_version=4)
    assert notebook.cells[3].outputs[0].data == {"text/plain": notebooks.WIDGET_TEXT}
    assert "widgets" not in notebook.metadata


def nbval(project):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env",
         f"--rootdir={project}", str(project / "notebooks" / "01_sample.ipynb")],
        env=kernel_environment(project) | {"PYTHONPATH": os.pathsep.join([str(project), str(ROOT)])},
        cwd=project, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    return done.returncode, done.stdout


def test_nbval_accepts_what_was_rendered(project):
    code, text = nbval(project)
    assert code == 0, text
    assert "5 passed" in text


def test_nbval_sees_changed_numbers_and_claims(project):
    def change(notebook):
        notebook.cells[4].outputs[0].text = "43\n"
        claims = notebook.cells[5].outputs[0].data["application/vnd.course.claims+json"]["claims"]
        claims["slope"]["number"] = "1.99"

    edit(project, change)
    code, text = nbval(project)
    assert code == 1
    assert "2 failed, 3 passed" in text


def test_nbval_sees_a_cell_whose_count_is_missing(project):
    edit(project, not_executed)
    code, text = nbval(project)
    assert code == 1
    assert "Unrun reference cell has outputs" in text
