r'''Notebook sources: how to write them, and how they become notebooks.

For authors
===========
A lecture is `notebooks/source/NN_topic.py`, an exercise `notebooks/source/exercises/NN_topic.py` (same
stem), both in jupytext's percent format. The source is what you edit and review; the notebooks are made
from it and are never edited by hand:

    python kit.py render            # everything whose source, library modules or data changed
    python kit.py render 09         # lecture 09 and its exercise, if changed
    python kit.py render 09 --all   # although nothing changed
    python kit.py render --check    # execute nothing, list what is stale
    python kit.py run 09            # execute in memory, write notebooks/build/NN_topic.html

(`python -m tools.render` and `python -m tools.run` do the same in an environment that is set up already.)
A source starts so, and goes on with cells:

    # ---
    # jupyter:
    #   kernelspec:
    #     display_name: Python 3 (ipykernel)
    #     language: python
    #     name: python3
    # ---

    # %% [markdown]
    # # Momentum and Nesterov
    # ## Objectives
    # - say why gradient descent zigzags in a narrow valley
    # - ...                            (3 to 5 items below a heading with the word "objectives")

    # %% tags=["nbval-check-output"]
    print(opt.t)

Code cells. At most 30, none over 25 lines, half of them at most 6 (empty lines do not count); about
2,000 words of Markdown, at most 2,200; the notebook under 1 MB.
    Tag `nbval-check-output`: the test run compares the cell's output with the stored one, text by text
    (pictures are not compared). Give it to each cell whose text is the same on every machine and in every
    run: counts, rounded numbers with a margin, tables, claims. No times, no last digits, and nothing that
    says which frameworks are installed.
    Nothing may reach stderr, and a warning raised by course_lib or by a cell is an error: mend its cause.
    End a plotting cell with a call, not with a matplotlib object: `<Axes at 0x7f…>` changes in each run.
    No output may hold a path of your machine.

Figures. `show.figure(fig, alt="One sentence that says what there is to see.")`, never a bare figure. Each
PNG has its alternative text in `metadata["image/png"]["alt"]` and takes at most 60 kB. A picture in
Markdown needs its text too: `![what there is to see](file.png)`.

Widgets. A stored notebook has no widget: the output becomes the line "(interactive: run this notebook to
move the sliders)". So put a static picture of the same thing in a cell below it, and do not tag the
widget's cell `nbval-check-output`.

Claims. In lectures 01 and up, one cell "What we measured", tagged `nbval-check-output`, asserts each
number that the text or the deck states and ends with `claims.show()`; see `course_lib.claims`. A claim that
needs PyTorch or Keras is made in a cell before that one, which is not tagged, with `measured=None` where
the framework is missing.

Links. Relative links must lead to a file of the repository. Lectures 01 and up link to their deck
(`../slides/NN_topic.md`) and to their exercise (`exercises/NN_topic.ipynb`).

Exercises. The solution stands in the source between nbgrader's markers:

    # %%
    def step(x, g, v, lr, momentum):
        """One step of momentum; returns the new x and v."""
        ### BEGIN SOLUTION
        v = momentum * v + g
        return x - lr * v, v
        ### END SOLUTION

`notebooks/solutions/NN_topic.ipynb` has the lines without the markers, executed.
`notebooks/exercises/NN_topic.ipynb` is not executed and has there, at the same indentation,

        # Your code here, in place of the next line.
        raise NotImplementedError("Replace this line by your solution, then run the check below.")

Run from the top, it must stop there first: with NotImplementedError, not with another error. The check
follows in a cell of its own. An answer in words ("predict what happens") is a Markdown cell tagged
`solution`: it stands in the solution, and in the exercise a place for the student's own answer.
Markers are for code cells only. A solution line must not stand elsewhere in the exercise.

A note on JupyterLab: jupytext.toml pairs lectures with their sources, so editing a lecture there updates
the source too; render it afterwards, because what is stored must come from a clean run. Exercises are not
paired; edit their source.
'''

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat

from tools import dependencies

ROOT = Path(__file__).resolve().parent.parent
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGET_TEXT = "(interactive: run this notebook to move the sliders)"
STUB = ("# Your code here, in place of the next line.",
        'raise NotImplementedError("Replace this line by your solution, then run the check below.")')
ANSWER = "*Your answer (double-click here to write it):*"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MARKER = re.compile(r"^\s*(?:#\s+)?(#+\s*(begin|end)\s+solutions?\b.*)$", re.IGNORECASE)
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python",
            "codemirror_mode": {"name": "ipython", "version": 3}, "pygments_lexer": "ipython3"}


class SourceError(ValueError):
    """A source that cannot become a notebook; the message names file and line."""


@dataclass(frozen=True)
class Target:
    """One notebook that is made from a source. `kind` is "lecture", "solution" or "exercise"."""

    root: Path
    kind: str
    stem: str

    @property
    def source(self):
        folder = self.root / "notebooks" / "source"
        return (folder if self.kind == "lecture" else folder / "exercises") / f"{self.stem}.py"

    @property
    def path(self):
        folder = {"lecture": "", "solution": "solutions", "exercise": "exercises"}[self.kind]
        return self.root / "notebooks" / folder / f"{self.stem}.ipynb"

    @property
    def number(self):
        return self.stem[:2]

    @property
    def executed(self):
        return self.kind != "exercise"

    def __str__(self):
        return self.path.relative_to(self.root).as_posix()


def targets(root=ROOT, numbers=(), kinds=("lecture", "solution", "exercise")):
    """The notebooks to make, in lecture order; `numbers` ("9", "09" or a stem) chooses some of them."""
    folder = Path(root) / "notebooks" / "source"
    found = [Target(Path(root), kind, path.stem) for kind in kinds
             for path in (folder if kind == "lecture" else folder / "exercises").glob("[0-9][0-9]_*.py")]
    known = sorted({target.stem for target in found})
    chosen = set()
    for given in numbers:
        number = given.zfill(2) if given.isdigit() else given
        stems = {stem for stem in known if number in (stem, stem[:2])}
        if not stems:
            raise SourceError(f"no lecture {given!r}; there is {', '.join(known) or 'none yet'}")
        chosen |= stems
    order = sorted(found, key=lambda target: (target.stem, kinds.index(target.kind)))
    return [target for target in order if not numbers or target.stem in chosen]


def orphans(root=ROOT):
    """Notebooks, as paths relative to the root, whose source does not exist."""
    made = {target.path for target in targets(root)}
    folders = [Path(root) / "notebooks" / name for name in ("", "exercises", "solutions")]
    return [path.relative_to(root).as_posix() for folder in folders for path in sorted(folder.glob("*.ipynb"))
            if path not in made]


# --- from source to notebook ------------------------------------------------------------------------


def read_source(target):
    """The notebook, without outputs, that the target's source stands for."""
    text = target.source.read_text(encoding="utf-8")
    name = target.source.relative_to(target.root).as_posix()
    notebook = parse(target.source)
    if target.kind == "lecture":
        if line := next((n for n, line in enumerate(text.splitlines(), 1) if MARKER.match(line)), None):
            raise SourceError(f"{name}:{line}: solution markers belong in notebooks/source/exercises")
        return notebook
    check_markers(text, name)
    return with_solution(notebook) if target.kind == "solution" else without_solution(notebook)


def parse(source):
    """The source as a notebook, with its solution markers."""
    return clean(jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent"))


def check_markers(text, name):
    """Raise a SourceError, with file and line, unless the solution markers of an exercise are in order."""
    opened, filled, code, seen = None, False, False, False
    for n, line in enumerate([*text.splitlines(), "# %% end"], 1):
        if re.match(r"# %%", line):
            if opened:
                raise SourceError(f"{name}:{opened}: {BEGIN} without {END} in the same cell")
            code = not re.search(r"\[(markdown|md|raw)\]", line)
        elif match := MARKER.match(line):
            marker = match[1].strip()
            if not code:
                raise SourceError(f"{name}:{n}: a solution marker in a cell that is not code "
                                  '(tag the Markdown cell "solution" instead)')
            if line.strip() not in (BEGIN, END):
                raise SourceError(f"{name}:{n}: write the marker exactly as {BEGIN} or {END}, got {marker!r}")
            if (marker == BEGIN) == bool(opened):
                problem = f"inside a solution that began in line {opened}" if opened else f"without {BEGIN}"
                raise SourceError(f"{name}:{n}: {marker} {problem}")
            if marker == END and not filled:
                raise SourceError(f"{name}:{n}: the solution is empty")
            opened, filled, seen = (n, False, True) if marker == BEGIN else (None, False, True)
        elif line.strip():
            filled = True
    if not seen:
        raise SourceError(f"{name}:1: an exercise needs at least one {BEGIN} … {END}")


def with_solution(notebook):
    for cell in notebook.cells:
        lines = cell.source.split("\n")
        cell.source = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
    return with_ids(notebook)


def without_solution(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "solution" in cell.metadata.get("tags", []):
            cell.source = ANSWER
            cell.metadata.tags = ["answer"]
        else:
            cell.source, _ = strip_solution(cell.source)
    return with_ids(notebook)


def strip_solution(code):
    """The code with its solutions replaced by the stub, and the lines of the solutions.

    >>> code = ["def one():", "    ### BEGIN SOLUTION", "    return 1", "    ### END SOLUTION"]
    >>> stub, solution = strip_solution("\\n".join(code))
    >>> print(stub)
    def one():
        # Your code here, in place of the next line.
        raise NotImplementedError("Replace this line by your solution, then run the check below.")
    >>> solution
    ['    return 1']
    """
    kept, solution, inside = [], [], False
    for line in code.split("\n"):
        if line.strip() == BEGIN:
            indent = line[: line.index("#")]
            kept += [indent + part for part in STUB]
            inside = True
        elif line.strip() == END:
            inside = False
        else:
            (solution if inside else kept).append(line)
    return "\n".join(kept), solution


def clean(notebook):
    """The notebook with everything removed or renamed that changes from run to run or machine to machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    kit = {"kit": notebook.metadata["kit"]} if "kit" in notebook.metadata else {}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE} | kit)
    for cell in notebook.cells:
        for key in ("execution", "lines_to_next_cell"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            if WIDGET in output.get("data", {}):
                output.data = nbformat.from_dict({"text/plain": WIDGET_TEXT})
                output.metadata = nbformat.from_dict({})
        if "outputs" in cell:
            cell.outputs = merge_streams(cell.outputs)
    return with_ids(notebook)


def merge_streams(outputs):
    """Neighbouring pieces of printed text as one: where the kernel cuts them depends on timing."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output.output_type == "stream" == last.get("output_type") and output.name == last["name"]:
            last["text"] += output.text
        else:
            merged.append(output)
    return merged


def with_ids(notebook):
    """Ids made from the cells' content, so that rendering again, or adding a cell, changes no other id."""
    seen = {}
    for cell in notebook.cells:
        name = sha(cell.cell_type + "\n" + cell.source)[:8]
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return notebook


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def dumps(notebook):
    """The text of the .ipynb file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def replace_file(path, text):
    """Write the whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


# --- are they in step? ------------------------------------------------------------------------------


def digest(target):
    """A fingerprint of the source and of everything else that decides what the outputs are."""
    code = "\n".join(cell.source for cell in read_source(target).cells if cell.cell_type == "code")
    try:
        return dependencies.digest(target.root, target.source, code)
    except SyntaxError as error:
        raise SourceError(f"{target.source.name}: {error.msg}: {(error.text or '').strip()!r}") from None


def outputs_digest(notebook):
    """A fingerprint of what is stored as outputs; it shows that they were edited by hand."""
    outputs = [[cell.execution_count, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
    return sha(json.dumps(outputs, sort_keys=True))[:16]


def read_notebook(path):
    return nbformat.read(path, as_version=4)


def step_faults(target):
    """Why the stored notebook is not what its source stands for; an empty list if it is."""
    if not target.path.exists():
        return [f"{target}: not rendered yet"]
    stored, expected = read_notebook(target.path), read_source(target)
    faults = cell_differences(stored, expected)
    if target.executed:
        kit = stored.metadata.get("kit", {})
        if kit.get("digest") != digest(target):
            faults.append("source, library or data changed since it was rendered")
        if kit.get("outputs") != outputs_digest(stored):
            faults.append("outputs are not those that were rendered")
    elif not faults and target.path.read_text(encoding="utf-8") != dumps(expected):
        faults.append("differs from what its source gives, outside the cells' text")
    return [f"{target}: {fault}" for fault in faults]


def cell_differences(stored, expected):
    faults = []
    if len(stored.cells) != len(expected.cells):
        faults.append(f"has {len(stored.cells)} cells, its source {len(expected.cells)}")
    for i, (have, want) in enumerate(zip(stored.cells, expected.cells, strict=False), 1):
        for what in ("cell_type", "source", "metadata"):
            if have[what] != want[what]:
                faults.append(f"cell {i} differs from the source in its {what}")
    return faults
