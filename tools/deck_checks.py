"""What a built deck is looked over for; each check returns a list of faults, empty when all is well."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bs4 import BeautifulSoup

SLIDES = (12, 25)          # as many as fit a lecture
MINUTES = (20, 30)         # of the speaker notes together
NOTE = re.compile(r"(\d+(?:\.\d+)?) min\b")


def check_deck(deck, page):
    """All faults of the deck (Markdown) that its built `page` (HTML) shows without a browser."""
    deck, page = Path(deck), Path(page)
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    slides = soup.select("svg[data-marpit-svg] section")
    faults = [*check_count(slides), *check_title(deck, soup, slides), *check_notes(soup, slides),
              *check_formulas(slides), *check_images(slides), *check_self_contained(soup),
              *check_placeholders(slides, soup), *check_links(soup, page.parent)]
    return [f"{deck.name}, {fault}" for fault in faults]


def check_count(slides):
    low, high = SLIDES
    return [] if low <= len(slides) <= high else [f"deck: {len(slides)} slides, should be {low} to {high}"]


def check_title(deck, soup, slides):
    """The title of the deck, of its first slide and of the lecture's notebook are the same."""
    notebook = deck.parent.parent / "notebooks" / f"{deck.stem}.ipynb"
    if not notebook.is_file():
        return [f"title: no notebook {notebook.name} goes with this deck"]
    faults = []
    lecture = notebook_title(notebook)
    first = slides[0].find("h1") if slides else None
    titles = {"title in the header": soup.title.get_text() if soup.title else "",
              "heading of the first slide": first.get_text() if first else ""}
    for where, title in titles.items():
        if plain_title(title) != plain_title(lecture):
            faults.append(f"title: the {where} is {title!r}, the notebook's is {lecture!r}")
        if not re.match(rf"\W*(lecture )?{deck.name[:2]}\b", title, re.IGNORECASE):
            faults.append(f"title: the {where} should start with {deck.name[:2]}, got {title!r}")
    return faults


def notebook_title(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if found := re.search(r"^# (.+)$", "".join(cell["source"]), re.MULTILINE):
            return found[1].strip() if cell["cell_type"] == "markdown" else ""
    return ""


def plain_title(title):
    """The words of a title, without the lecture's number.

    >>> plain_title("09 · Momentum and Nesterov")
    'momentum and nesterov'
    """
    return re.sub(r"^(lecture )?\d\d ", "", " ".join(re.findall(r"[^\W_]+", title.lower())))


def check_notes(soup, slides):
    """Every slide but the title has a note that starts with its minutes."""
    notes = {}
    for note in soup.select("div.bespoke-marp-note"):
        index = int(note["data-index"])
        notes[index] = f"{notes.get(index, '')} {note.get_text(' ')}".strip()
    faults, total = [], 0.0
    for index in range(len(slides)):
        minutes = NOTE.match(notes.get(index, ""))
        if minutes:
            total += float(minutes[1])
        elif index > 0:
            faults.append(f"slide {index + 1}: no speaker note that starts with minutes, <!-- 2 min. … -->")
    low, high = MINUTES
    if not low <= total <= high:
        faults.append(f"deck: the notes add up to {total:g} minutes, should be {low} to {high}")
    return faults


def check_formulas(slides):
    """MathJax marks an error as merror, draws an unknown command in red; a lone $ is left as it was.

    Each formula has its words as a label, for screen readers.
    """
    faults = []
    for number, slide in enumerate(slides, 1):
        for error in slide.select('[data-mml-node="merror"]'):
            message = error.get("data-mjx-error") or error.get("title") or "formula does not render"
            faults.append(f"slide {number}: formula: {message}")
        for error in slide.select('mjx-container [data-mml-node="mtext"][fill="red"]'):
            faults.append(f"slide {number}: formula: unknown command {drawn_text(error)}".rstrip())
        if slide.select("mjx-container svg:not([aria-label]), mjx-container svg[aria-label='']"):
            faults.append(f"slide {number}: formula without words for screen readers")
        text = "".join(part for part in slide.find_all(string=True)
                       if not part.find_parent(["mjx-container", "code", "pre", "style"]))
        if "$" in text or re.search(r"\\[A-Za-z(\[]", text):
            near = re.search(r".{0,20}(?:\$|\\[A-Za-z(\[]).{0,20}", text)[0].strip()
            faults.append(f"slide {number}: formula left as text near {near!r}")
    return faults


def drawn_text(element):
    """The letters MathJax drew, from their code points."""
    return "".join(chr(int(glyph["data-c"], 16)) for glyph in element.select("[data-c]"))


def check_images(slides):
    faults = []
    for number, slide in enumerate(slides, 1):
        for image in slide.find_all("img"):
            if len(image.get("alt", "").split()) < 3:
                faults.append(f"slide {number}: image without alt text (what does it show?), "
                              f"got {image.get('alt', '')!r}")
    return faults


def check_self_contained(soup):
    """Nothing is loaded from outside the file; ordinary links may lead anywhere."""
    faults = []
    loading = ["img", "script", "link", "iframe", "video", "audio", "source", "embed", "object"]
    for tag in soup.find_all(loading):
        for attribute in ("src", "href", "data", "srcset", "poster"):
            address = tag.get(attribute, "")
            if address and not address.startswith("data:"):
                faults.append(f"deck: <{tag.name}> loads {address[:80]}, should be in the file")
    styles = [style.get_text() for style in soup.find_all("style")]
    styles += [tag["style"] for tag in soup.find_all(style=True)]
    for style in styles:
        for address in re.findall(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s;]+)""", style):
            faults.append(f"deck: style loads {address[:80]}, should be in the file")
    return faults


def check_placeholders(slides, soup):
    faults = []
    texts = [(number, slide.get_text()) for number, slide in enumerate(slides, 1)]
    texts += [(int(note["data-index"]) + 1, note.get_text()) for note in soup.select("div.bespoke-marp-note")]
    for number, text in texts:
        if left := re.search(r"\{\{.{0,30}", text):
            faults.append(f"slide {number}: number not filled in: {left[0]!r}")
    return faults


def check_links(soup, folder):
    faults = []
    for link in soup.find_all("a", href=True):
        target = link["href"].split("#")[0]
        if target and not re.match(r"[a-z][a-z0-9+.-]*:", target) and not (folder / target).exists():
            faults.append(f"deck: link to {link['href']}, which does not exist")
    return faults


def layout_faults(deck, report):
    """The faults of one deck in the report of slides/measure.js."""
    faults = [f"{Path(deck).name}, {fault}" for fault in report["faults"]]
    return faults + [f"{Path(deck).name}, deck: fetches {address[:80]}" for address in report["fetched"]]
