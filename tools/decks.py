"""Decks before Marp: find them, draw their figures, put the claimed numbers in.

A deck is slides/NN_topic.md. Its figures are functions in slides/figures/lectureNN.py, its numbers the
claims of notebooks/NN_topic.ipynb. `prepare` writes both into slides/build/, where Marp takes over.
"""

from __future__ import annotations

import importlib.util
import os
import re
from functools import cache, partial
from html import escape
from pathlib import Path

from matplotlib.text import Text

from course_lib.claims import load_claims

PIXELS_PER_INCH = 132      # of a figure on a slide of 1280 pixels: 11 point text is then 20 pixels high
PLACEHOLDER = re.compile(r"\{\{\s*(?:(\d\d)\.)?([A-Za-z_]\w*)\s*\}\}")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"(?<!!)(\[[^\]]*\]\()(\.\.?/[^)\s]+)(\))")
SIZE = re.compile(r"\b([wh]):(\d+)\b")
SIDES = {"w": "width", "h": "height"}


class DeckError(Exception):
    """A deck that cannot be built; the message names the deck and the line."""


def find_decks(slides, lectures=()):
    """The decks in the directory `slides`, in order; given `lectures` ("9" or "09"), only theirs."""
    decks = sorted(Path(slides).glob("[0-9][0-9]_*.md"))
    if not lectures:
        return decks
    known = {deck.name[:2] for deck in decks}
    wanted = [str(lecture).zfill(2) for lecture in lectures]
    if unknown := [lecture for lecture in wanted if lecture not in known]:
        raise DeckError(f"no deck for lecture {', '.join(unknown)}; "
                        f"decks: {', '.join(deck.stem for deck in decks) or 'none yet'}")
    return [deck for deck in decks if deck.name[:2] in wanted]


def prepare(deck, out):
    """Write `out`/NN_topic.md with numbers and alt texts in, and its figures to `out`/figures/."""
    deck, out = Path(deck), Path(out)
    text = put_claims(deck.read_text(encoding="utf-8"), deck)
    text = put_figures(text, deck, out)
    text = LINK.sub(lambda m: m[1] + relative(deck.parent / m[2], out) + m[3], text)
    page = out / deck.name
    page.write_text(text, encoding="utf-8")
    return page


def put_claims(text, deck):
    """Replace {{name}} and {{NN.name}} by the numbers that the lecture's notebook claimed and checked."""
    known = {}

    def number(match):
        lecture, name = match[1] or deck.name[:2], match[2]
        where = f"{deck.name}, line {line_of(text, match)}"
        if lecture not in known:
            known[lecture] = claims_of(lecture, deck, where)
        if name not in known[lecture]:
            raise DeckError(f"{where}: unknown claim {match[0]}; lecture {lecture} claims "
                            f"{', '.join(sorted(known[lecture])) or 'nothing'}")
        return typeset(known[lecture][name]["number"])

    return PLACEHOLDER.sub(number, text)


def typeset(number):
    """A claimed number as a slide's text shows it: commas from 1,000 on, and a minus at which no line breaks.

    >>> typeset("184888"), typeset("-0.5"), typeset("1e-12")
    ('184,888', '−0.5', '1e−12')
    """
    if re.fullmatch(r"-?\d{4,}", number):
        number = f"{int(number):,}"
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", number)


def claims_of(lecture, deck, where):
    notebooks = sorted((deck.parent.parent / "notebooks").glob(f"{lecture}_*.ipynb"))
    if len(notebooks) != 1:
        found = ", ".join(notebook.name for notebook in notebooks) or "none"
        raise DeckError(f"{where}: takes its numbers from notebooks/{lecture}_*.ipynb, found {found}")
    return load_claims(notebooks[0])


def put_figures(text, deck, out):
    """Draw the figures that the deck shows; give each image its size and its alt text."""
    drawn = {}
    # Each lecture's figures are loaded once, so that they can share what they compute.
    figures_of = cache(partial(load_figures, deck.parent))

    def image(match):
        words, target = match[1].split(), match[2]
        where = f"{deck.name}, line {line_of(text, match)}"
        if "bg" in words[:1]:
            raise DeckError(f"{where}: a background image cannot be read aloud; use columns and an image")
        sizes = {SIDES[side]: pixels for side, pixels in SIZE.findall(match[1])}
        alt = " ".join(word for word in words if not SIZE.fullmatch(word))
        if target.startswith("figures/"):
            if target not in drawn:
                drawn[target] = draw(target, figures_of, out, where)
            width, own_alt = drawn[target]
            sizes, alt = sizes or {"width": width}, alt or own_alt
        # As HTML, since Marp takes words such as "contrast" in alt text for image effects.
        size = " ".join(f'{side}="{pixels}"' for side, pixels in sizes.items())
        return f'<img src="{escape(target)}" alt="{escape(alt)}" {size}>'

    return IMAGE.sub(image, text)


def draw(target, figures_of, out, where):
    """Draw figures/NN_name.svg (or .png); return its width on the slide in pixels and its alt text.

    figures_of : function of a lecture's number, such as "09" -> dict of name -> function that draws
    """
    import matplotlib.pyplot as plt

    from course_lib import show

    path = Path(target)
    figures = figures_of(path.name[:2])
    if path.stem not in figures or path.suffix not in (".svg", ".png"):
        raise DeckError(f"{where}: unknown figure {target} (.svg or .png); figures/lecture"
                        f"{path.name[:2]}.py draws {', '.join(sorted(figures)) or 'none'}")
    file = Path(out) / "figures" / path.name
    file.parent.mkdir(parents=True, exist_ok=True)
    before = set(plt.get_fignums())
    with plt.rc_context():
        show.use_style()
        plt.rcParams.update({"svg.hashsalt": "course", "svg.fonttype": "path",
                             "xtick.labelsize": 11, "ytick.labelsize": 11})    # exponents are smaller yet
        try:
            figure, alt = figures[path.stem]()
            date = {"Date": None} if path.suffix == ".svg" else {}    # the same bytes every day
            figure.savefig(file, dpi=192, metadata=date | {"Description": smallest_text(figure, path.stem)})
            width = round(figure.get_figwidth() * PIXELS_PER_INCH)
        except Exception as error:
            raise DeckError(f"{where}: drawing {target} failed: {type(error).__name__}: {error}") from error
        finally:
            for number in set(plt.get_fignums()) - before:
                plt.close(number)
    return width, " ".join(alt.split())


def smallest_text(figure, name):
    """The figure's name, its width and its smallest text, as slides/measure.js reads them in its file.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure(figsize=(5, 4))
    >>> _ = figure.text(0, 0, "the end", fontsize=6), figure.text(0, 1, "the start")
    >>> smallest_text(figure, "09_zigzag")
    '09_zigzag, 5 inches wide, smallest text 6 points: “the end”'
    """
    figure.draw_without_rendering()    # writes the tick labels
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    smallest = min(texts, key=Text.get_fontsize, default=Text(text="none", fontsize=99))
    words = " ".join(smallest.get_text().split())
    return (f"{name}, {figure.get_figwidth():g} inches wide, "
            f"smallest text {smallest.get_fontsize():g} points: “{words}”")


def load_figures(slides, lecture):
    """The dictionary FIGURES of slides/figures/lectureNN.py, name -> function; empty without that file."""
    file = Path(slides) / "figures" / f"lecture{lecture}.py"
    if not file.is_file():
        return {}
    spec = importlib.util.spec_from_file_location(f"figures_lecture{lecture}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FIGURES


def relative(path, start):
    return os.path.relpath(path, start).replace(os.sep, "/")


def line_of(text, match):
    return text.count("\n", 0, match.start()) + 1
