"""run: execute lectures without a browser and write them as HTML to notebooks/build/.

The stored notebooks stay as they are. A table of seconds and peak memory follows at the end. The HTML is
one file with its pictures in it. Formulas are drawn by MathJax: from the file itself if the packages of
the slides are installed (`python kit.py slides` does that), else from the network.
"""

from __future__ import annotations

import argparse
import html
import sys
import time

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from tqdm import tqdm

from tools.execute import ExecutionError, at_a_time, execute
from tools.notebooks import ROOT, SourceError, clean, read_source, replace_file, targets

MATHJAX = "slides/node_modules/mathjax-full/es5/tex-svg.js"
MATHJAX_SETTINGS = r"""MathJax = {
  tex: {inlineMath: [["$", "$"], ["\\(", "\\)"]], processEscapes: true, tags: "ams"},
  options: {skipHtmlTags: ["script", "noscript", "style", "textarea", "pre", "code"]}
};"""


def main(argv=None, root=ROOT):
    parser = argparse.ArgumentParser(prog="run", description=__doc__.strip(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lectures to run (default: all)")
    given = parser.parse_args(argv)
    try:
        chosen = targets(root, given.numbers, kinds=("lecture",))
    except SourceError as error:
        print(f"run: {error}", file=sys.stderr)
        return 1
    if not chosen:
        print("run: there are no lectures yet")
        return 0
    # One at a time, for honest times and memory.
    rows = [future.result() for _, future in at_a_time(1, run, chosen)]
    print_table(rows)
    return 1 if any(result != "ok" for *_, result in rows) else 0


def run(target):
    """Execute one lecture and write its HTML; return a row (stem, seconds, megabytes, result)."""
    start = time.perf_counter()
    try:
        notebook = read_source(target)
        total = sum(cell.cell_type == "code" for cell in notebook.cells)
        with tqdm(total=total, desc=target.stem, unit="cell", file=sys.stderr) as bar:
            seconds, memory = execute(notebook, target.path.parent, target.root, name=target.stem,
                                      on_cell=lambda _: bar.update())
    except (ExecutionError, SourceError) as error:
        print(f"\nFAILED {error}\n", file=sys.stderr)
        return target.stem, time.perf_counter() - start, float("nan"), "FAILED"
    page = target.root / "notebooks" / "build" / f"{target.stem}.html"
    replace_file(page, to_html(clean(notebook), target))
    print(f"  -> {page.relative_to(target.root).as_posix()}", file=sys.stderr)
    return target.stem, seconds, memory / 1e6, "ok"


def print_table(rows):
    width = max(len("lecture"), *(len(row[0]) for row in rows))
    print(f"{'lecture':<{width}}  {'seconds':>7}  {'peak MB':>7}  result")
    for stem, seconds, megabytes, result in rows:
        print(f"{stem:<{width}}  {seconds:7.1f}  {megabytes:7.0f}  {result}")
    if len(rows) > 1:
        print(f"{'total':<{width}}  {sum(row[1] for row in rows):7.1f}")


def to_html(notebook, target):
    """The notebook as one HTML page."""
    exporter = HTMLExporter(embed_images=True)
    exporter.require_js_url = ""  # only widgets need it, and they are not stored
    notebook = with_alternative_texts(notebook)
    resources = {"metadata": {"name": target.stem, "path": str(target.path.parent)}}
    page, _ = exporter.from_notebook_node(notebook, resources)
    soup = BeautifulSoup(page, "html.parser")
    for link in soup.select("a[href]"):  # the page lies one folder deeper than the notebook
        if not link["href"].startswith(("#", "/")) and ":" not in link["href"]:
            link["href"] = f"../{link['href']}"
    for script in soup.find_all("script"):
        if "mermaid" in script.get_text() or script.get("src") == "":
            script.decompose()
    mathjax = target.root / MATHJAX
    if mathjax.is_file():
        for script in soup.find_all("script"):
            if "mathjax" in (script.get("src") or script.get("type") or "").lower():
                script.decompose()
        for text in (MATHJAX_SETTINGS, mathjax.read_text(encoding="utf-8").replace("</script", r"<\/script")):
            script = soup.new_tag("script")
            script.string = text
            soup.head.append(script)
    return str(soup)


def with_alternative_texts(notebook):
    """A copy whose pictures are HTML with an alternative text, which nbconvert's page leaves out."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                alt = html.escape(output.metadata.get("image/png", {}).get("alt", ""), quote=True)
                source = "data:image/png;base64," + png.replace("\n", "")
                output.data = {"text/html": f'<img alt="{alt}" src="{source}">'}
    return notebook


if __name__ == "__main__":
    sys.exit(main())
