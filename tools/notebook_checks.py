"""What a stored notebook must be: complete outputs, figures with their text, budgets, links that resolve.

Each check returns a list of faults in words; an empty list is a pass. `tools.notebooks.step_faults`
checks that notebook and source agree.
"""

from __future__ import annotations

import ast
import base64
import re
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from course_lib.claims import MIME
from tools.dependencies import python_only
from tools.notebooks import BEGIN, WIDGET, WIDGET_TEXT, parse, read_notebook, strip_solution

CODE_CELLS, MEDIAN_LINES, CELL_LINES, WORDS = 30, 6, 25, 2_200
FILE_BYTES, PNG_BYTES = 1_000_000, 60_000
CHECKED = "nbval-check-output"
HOME_OF_SOMEBODY = re.compile(r"(?<![\w.:/-])/(?:home|Users)/[\w.-]+|[A-Za-z]:\\+Users\\+")


def stored_faults(target):
    """All that is wrong with a stored notebook by itself."""
    if not target.path.exists():
        return [f"{target}: not rendered yet"]
    notebook = read_notebook(target.path)
    faults = size_faults(target.path)
    if target.kind == "exercise":
        faults += unexecuted_faults(notebook)
    else:
        faults += output_faults(notebook, target.root) + figure_faults(notebook)
    faults += link_faults(notebook, target.path.parent)
    if target.kind == "lecture":
        faults += budget_faults(notebook)
        if target.number != "00":
            faults += lecture_faults(notebook, target.stem)
    return [f"{target}: {fault}" for fault in faults]


def size_faults(path):
    size = path.stat().st_size
    return [f"takes {size / 1e6:.2f} MB, allowed are {FILE_BYTES / 1e6:.0f} MB"] if size >= FILE_BYTES else []


def code_cells(notebook):
    """(number of the cell counted from 1, cell) of each code cell."""
    return [(i, cell) for i, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]


def all_outputs(notebook):
    return [(i, cell, output) for i, cell in code_cells(notebook) for output in cell.outputs]


def markdown(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


# --- outputs ----------------------------------------------------------------------------------------


def unexecuted_faults(notebook):
    """An exercise is handed out without outputs."""
    return [f"cell {i} of an exercise is executed or has outputs" for i, cell in code_cells(notebook)
            if cell.outputs or cell.execution_count is not None]


def output_faults(notebook, root):
    """Each cell executed, in order, without stderr, widgets, or traces of the machine it ran on."""
    faults = []
    for count, (i, cell) in enumerate(code_cells(notebook), 1):
        if cell.execution_count != count:
            faults.append(f"cell {i} has execution count {cell.execution_count}, expected {count}")
    if "widgets" in notebook.metadata:
        faults.append("stores widget state")
    for i, cell, output in all_outputs(notebook):
        if output.output_type == "stream" and output.name == "stderr":
            faults.append(f"cell {i} wrote to stderr: {output.text.strip()[:80]!r}")
        if WIDGET in output.get("data", {}):
            faults.append(f"cell {i} stores a widget")
        text = "\n".join(texts(output))
        if text == WIDGET_TEXT and CHECKED in cell.metadata.get("tags", []):
            faults.append(f"cell {i} shows a widget, so it cannot be tagged {CHECKED}")
        if match := re.search(r"\bat 0x[0-9a-fA-F]{6,}", text):
            faults.append(f"cell {i} shows a memory address, which changes in each run: {match[0]!r}")
        if path := machine_path(text, root):
            faults.append(f"cell {i} shows a path of the machine it ran on: {path!r}")
    return faults


def texts(output):
    """All text of an output: streams, tracebacks, and every format that is not a picture."""
    for value in [output.get("text"), output.get("evalue"), *output.get("traceback", []),
                  *(v for mime, v in output.get("data", {}).items() if not mime.startswith("image/"))]:
        if value is not None:
            yield value if isinstance(value, str) else str(value)


def machine_path(text, root):
    for folder in {str(root), str(Path.home()), sys.prefix, tempfile.gettempdir()}:
        if len(folder) > 2 and re.search(rf"(?<![\w.:/-]){re.escape(folder)}(?![\w-])", text):
            return folder
    match = HOME_OF_SOMEBODY.search(text)
    return match[0] if match else None


def figure_faults(notebook):
    """Each picture has its text and is small."""
    faults = []
    for i, _, output in all_outputs(notebook):
        for mime, value in output.get("data", {}).items():
            if mime.startswith("image/") and not output.metadata.get(mime, {}).get("alt", "").strip():
                faults.append(f"cell {i} has a figure without alternative text (use show.figure(fig, alt=…))")
            if mime == "image/png" and (size := len(base64.b64decode(value))) > PNG_BYTES:
                faults.append(f"cell {i} has a figure of {size} bytes, allowed are {PNG_BYTES}")
        for tag in re.findall(r"<img\b[^>]*>", output.get("data", {}).get("text/html", "")):
            if not re.search(r"""\balt=("[^"]*\w[^"]*"|'[^']*\w[^']*')""", tag):
                faults.append(f"cell {i} has an HTML picture without alternative text")
    if re.search(r"!\[\s*\]\(", markdown(notebook)):
        faults.append("has a Markdown picture without alternative text")
    return faults


# --- budgets and what a lecture must have -----------------------------------------------------------


def budget_faults(notebook):
    """Few and short code cells, and a text that can be read in one sitting."""
    faults = []
    lengths = [sum(bool(line.strip()) for line in cell.source.split("\n"))
               for _, cell in code_cells(notebook)]
    if len(lengths) > CODE_CELLS:
        faults.append(f"has {len(lengths)} code cells, allowed are {CODE_CELLS}")
    if lengths and (median := statistics.median(lengths)) > MEDIAN_LINES:
        faults.append(f"has code cells with a median of {median:g} lines, allowed are {MEDIAN_LINES}")
    for (i, _), length in zip(code_cells(notebook), lengths, strict=True):
        if length > CELL_LINES:
            faults.append(f"cell {i} has {length} lines of code, allowed are {CELL_LINES}")
    if (words := count_words(markdown(notebook))) > WORDS:
        faults.append(f"has {words} words of text, allowed are {WORDS}")
    return faults


def count_words(text):
    """Words a reader reads: a formula counts as one, comments and link targets do not count.

    >>> count_words("The [slope](a/b.md) is $1 + x$ now. <!-- unseen -->")
    5
    """
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " formula ", text, flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", text)
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def lecture_faults(notebook, stem):
    """Objectives, a checked output, claims, and links to deck and exercise."""
    faults = []
    objectives = [objective_count(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    if not any(3 <= count <= 5 for count in objectives):
        found = f", found {max(objectives)}" if any(objectives) else ""
        faults.append(f'needs a heading with the word "objectives" and 3 to 5 list items below it{found}')
    if not any(CHECKED in cell.metadata.get("tags", []) for _, cell in code_cells(notebook)):
        faults.append(f"needs a cell tagged {CHECKED}")
    claiming = [(i, cell) for i, cell, output in all_outputs(notebook) if MIME in output.get("data", {})]
    if not claiming:
        faults.append("needs a cell that ends with claims.show()")
    for i, cell in claiming:
        if CHECKED not in cell.metadata.get("tags", []):
            faults.append(f"cell {i} shows claims, so it must be tagged {CHECKED}")
    for i, cell in code_cells(notebook):  # a claim that is not measured says so on stderr
        unsure = re.search(r"\bmeasured=(.*(?:\.get\(|\bNone\b).*)", cell.source)
        if unsure and CHECKED in cell.metadata.get("tags", []):
            faults.append(f"cell {i} makes a claim that is not measured where a framework is missing, "
                          f"{unsure[1]!r}, so it cannot be tagged {CHECKED}")
    for what, place in (("deck", f"../slides/{stem}.md"), ("exercise", f"exercises/{stem}.ipynb")):
        if place not in link_targets(markdown(notebook)):
            faults.append(f"needs a link to its {what}, {place}")
    return faults


def objective_count(text):
    """How many list items follow a heading with the word "objectives"; 0 without such a heading.

    >>> objective_count("## Objectives" + "\\n" + "\\n".join(["- a", "  and on", "- b", "## Next", "- c"]))
    2
    """
    heading = re.search(r"^(?:#+ |\*\*).*\bobjectives\b.*$", text, re.IGNORECASE | re.MULTILINE)
    if not heading:
        return 0
    section = re.split(r"^#+ ", text[heading.end():], maxsplit=1, flags=re.MULTILINE)[0]
    return len(re.findall(r"^(?:[-*+]|\d+[.)]) ", section, re.MULTILINE))


def link_targets(text):
    """Where the relative links and pictures of a text lead, without #anchor.

    >>> link_targets("[a](b.md#c) ![d](e.png) [f](https://g.org) [h](#i)")
    ['b.md', 'e.png']
    """
    text = re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    found = re.findall(r"\]\(\s*<?([^)\s>]+)", text) + re.findall(r"""\b(?:href|src)=["']([^"']+)""", text)
    places = [place.partition("#")[0] for place in found if not re.match(r"[a-zA-Z][\w+.-]*:", place)]
    return [place for place in places if place]


def link_faults(notebook, folder):
    return [f"links to {place}, which does not exist" for place in link_targets(markdown(notebook))
            if not (folder / place).exists()]


# --- exercises --------------------------------------------------------------------------------------


def stub_faults(target):
    """Each solution of the source is a stub in the stored exercise, and no line of it leaks."""
    if not target.path.exists():
        return [f"{target}: not rendered yet"]
    marked, exercise = parse(target.source), read_notebook(target.path)
    faults = []
    handed_out = Counter(line.strip() for cell in exercise.cells for line in cell.source.split("\n"))
    outside, solutions = Counter(), Counter()
    for cell, stub in zip(marked.cells, exercise.cells, strict=False):
        kept, solution = strip_solution(cell.source) if cell.cell_type == "code" else (cell.source, [])
        outside.update(line.strip() for line in kept.split("\n"))
        solutions.update(line.strip() for line in solution if re.search(r"\w", line))
        blocks = cell.source.count(BEGIN) if cell.cell_type == "code" else 0
        if blocks and (raises := count_raises(stub.source)) < blocks:
            faults.append(f"has {raises} NotImplementedError where the source has {blocks} solutions")
    for line in solutions:
        if handed_out[line] > outside[line]:
            faults.append(f"gives away a line of the solution: {line!r}")
    return [f"{target}: {fault}" for fault in faults]


def count_raises(code):
    """How often the code, which must be valid Python, raises NotImplementedError."""
    return sum(isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
               for node in ast.walk(ast.parse(python_only(code))))
