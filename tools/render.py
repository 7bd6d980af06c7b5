"""render: make the notebooks from their sources, executing only what changed.

Each notebooks/source/NN_topic.py becomes notebooks/NN_topic.ipynb with its outputs; each
notebooks/source/exercises/NN_topic.py becomes a solution (executed) and an exercise (not executed).
How to write a source stands at the top of tools/notebooks.py.
"""

from __future__ import annotations

import argparse
import sys

from tqdm import tqdm

from tools.execute import ExecutionError, at_a_time, execute
from tools.notebook_checks import stored_faults
from tools.notebooks import (
    ROOT,
    SourceError,
    clean,
    digest,
    dumps,
    orphans,
    outputs_digest,
    read_source,
    replace_file,
    step_faults,
    targets,
)


def main(argv=None, root=ROOT):
    parser = argparse.ArgumentParser(prog="render", description=__doc__.strip(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lectures to render (default: all)")
    parser.add_argument("--all", action="store_true", help="execute also what did not change")
    parser.add_argument("--check", action="store_true",
                        help="execute nothing, list what is stale; exit code 1 if anything is")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N",
                        help="notebooks to execute at a time (default: 2)")
    given = parser.parse_args(argv)
    if given.jobs < 1:
        parser.error(f"-j must be at least 1, got {given.jobs}")
    try:
        chosen = targets(root, given.numbers)
        faults = {target: step_faults(target) for target in chosen}
    except SourceError as error:
        print(f"render: {error}", file=sys.stderr)
        return 1
    without_source = [] if given.numbers else [f"{path}: has no source; delete it" for path in orphans(root)]
    if given.check:
        return report_stale([fault for found in faults.values() for fault in found] + without_source)
    for message in without_source:
        print(f"render: {message}", file=sys.stderr)
    stale = [target for target in chosen if given.all or faults[target]]
    if not stale:
        print(f"render: all {len(chosen)} notebooks are up to date")
        return 0
    return render_all(stale, given.jobs)


def report_stale(faults):
    for fault in faults:
        print(fault)
    print("`python kit.py render` makes stale notebooks anew" if faults else "all notebooks are up to date")
    return 1 if faults else 0


def render_all(stale, jobs):
    """Render the targets, some at a time, with a bar; return the exit code."""
    failures = []
    with tqdm(total=len(stale), desc="notebooks", unit="", disable=None) as bar:
        for target, future in at_a_time(jobs, render, stale):
            try:
                tqdm.write(f"{target}: {future.result()}")
            except (ExecutionError, SourceError) as error:
                failures.append(target)
                tqdm.write(f"\nFAILED {error}\n{target} is unchanged.\n", file=sys.stderr)
            bar.update()
    for fault in (fault for target in stale if target not in failures for fault in stored_faults(target)):
        print(f"still to mend: {fault}")
    if failures:
        names = ", ".join(map(str, failures))
        print(f"render: {len(failures)} of {len(stale)} failed: {names}", file=sys.stderr)
    return 1 if failures else 0


def render(target):
    """Make one notebook; return a line about it. If it fails, the old notebook stays as it is."""
    notebook = read_source(target)
    message = "written"
    if target.executed:
        before = digest(target)
        total = sum(cell.cell_type == "code" for cell in notebook.cells)
        with tqdm(total=total, desc=f"  {target.path.name}", unit="cell", leave=False, disable=None) as bar:
            target.path.parent.mkdir(parents=True, exist_ok=True)
            seconds, memory = execute(notebook, target.path.parent, target.root, name=str(target),
                                      on_cell=lambda _: bar.update())
        notebook = clean(notebook)
        notebook.metadata["kit"] = {"digest": before, "outputs": outputs_digest(notebook)}
        message = f"{total} code cells, {seconds:.1f} s, {memory / 1e6:.0f} MB"
    replace_file(target.path, dumps(notebook))
    return message


if __name__ == "__main__":
    sys.exit(main())
