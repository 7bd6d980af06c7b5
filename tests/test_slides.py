"""The decks of the course, and that a broken deck is caught: each check against a deck broken on purpose."""

import inspect
import json
import os
import re
import shutil
import zipfile
from functools import partial
from xml.etree import ElementTree

import pytest

from course_lib.claims import MIME
from course_lib.layers import Dense, Tanh
from course_lib.network import Network
from course_lib.studies.shared import VARIABLE
from tools import slides as pipeline
from tools.deck_checks import check_deck, layout_faults
from tools.decks import DeckError, draw, find_decks, load_figures, prepare, put_claims, typeset
from tools.pptx import put_words, spoken

DECKS = find_decks(pipeline.SLIDES)
BROWSER = pipeline.find_browser()

needs_marp = pytest.mark.skipif(not pipeline.MARP.is_file(),
                                reason="Marp is not installed: python kit.py slides installs it")
needs_browser = pytest.mark.skipif(not BROWSER, reason="no Chrome, Chromium or Edge to measure slides with")


def convert(decks, out):
    """Prepare `decks` and turn them into HTML in one run of Marp; deck stem -> page."""
    out.mkdir()
    pages = {deck.stem: prepare(deck, out) for deck in decks}
    log = pipeline.marp(pages.values())
    for stem, page in pages.items():
        pages[stem] = page.with_suffix(".html")
        assert pages[stem].is_file(), log
        pipeline.replace_text(pages[stem], pipeline.inline_figures)
    return pages


# The decks of the course

@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The folder in which all decks were built, and the faults that were found.

    What the notebooks computed just before, in the same `kit.py test`, is not computed again.
    """
    out = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        if results := os.environ.get("NOTEBOOK_RESULTS"):
            patch.setenv(VARIABLE, results)
        return out, pipeline.build(DECKS, out, browser=BROWSER)


@needs_marp
@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.stem)
def test_deck_is_in_order(deck, course):
    faults = [fault for fault in course[1] if fault.startswith((deck.name, "the browser"))]
    assert not faults, "\n".join(faults)
    if not BROWSER:
        pytest.skip("in order, but without Chrome, Chromium or Edge its slides were not measured")


@needs_marp
@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.stem)
def test_figures_are_the_same_each_time(deck, course, tmp_path):
    target = re.search(r"figures/[\w.-]+", deck.read_text(encoding="utf-8"))
    if not target:
        pytest.skip("this deck shows no figure")
    draw(target[0], partial(load_figures, deck.parent), tmp_path, deck.name)
    assert (tmp_path / target[0]).read_bytes() == (course[0] / target[0]).read_bytes()


def test_code_of_the_library_on_a_slide_is_the_library_s():
    deck = (pipeline.SLIDES / "01_training_a_network.md").read_text(encoding="utf-8")
    code = re.search(r"## The library.*?```python\n(.*?)```", deck, re.DOTALL)[1]
    parts = re.split(r"^# (\w+)\n", code, flags=re.MULTILINE)[1:]
    assert parts[::2] == ["Dense", "Tanh", "Network"]
    for kind, lines in zip((Dense, Tanh, Network), parts[1::2], strict=True):
        source = inspect.getsource(kind.backward)
        assert [line for line in lines.split("\n") if line.strip() not in source] == [], kind


# A deck in order, and the same deck broken in one place

HEADER = """---
marp: true
theme: course
math: mathjax
paginate: true
title: NN · The sample
footer: Training and Optimization
---

<!-- _class: title -->

# NN · The sample
"""
FIRST = r"""
## A slide with a bit of everything

The rate is $\sqrt{\kappa}$, measured {{slope}}; see [the notebook](../notebooks/50_sample.ipynb).

<div class="columns">
<div>

![](figures/50_wave.svg)

</div>
<div>

$$ v \leftarrow \beta v + g $$

`opt.step(x, g)` costs `$0`.

</div>
</div>

<!-- 2 min. The measured rate is {{50.slope}}. -->
"""
OTHER = "\n## A slide\n\n- with a point\n\n<!-- 2 min. Ask. -->\n"
FIGURES = '''
import matplotlib.pyplot as plt

def wave():
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.plot([0, 1, 0], label="loss")
    axes.legend()
    return figure, "The contrast: a loss that rises, then falls back ($50% each, \\"a_b\\")."

def whisper():
    figure, alt = wave()
    figure.axes[0].set_title("a loss", fontsize=6)
    return figure, alt

def silent():
    return wave()[0], ""

def broken():
    raise ValueError("no data")

FIGURES = {"50_wave": wave, "50_whisper": whisper, "50_silent": silent, "50_broken": broken}
'''


def swap(old, new):
    def change(text):
        assert old in text
        return text.replace(old, new, 1)
    return change


ELSEWHERE = "https://example.org/a.png"
# What is done to the deck, and the fault that must be reported
BROKEN = {
    "formula": (swap(r"\sqrt{\kappa}", r"\sqrt{\kappa"), "slide 2: formula: Missing close brace"),
    "command": (swap(r"\kappa", r"\kapa"), r"slide 2: formula: unknown command \kapa"),
    "lone_dollar": (swap("`$0`", "$0"), "slide 2: formula left as text"),
    "alt": (swap("50_wave", "50_silent"), "slide 2: image without alt text"),
    "http_image": (swap("figures/50_wave.svg", ELSEWHERE), f"<img> loads {ELSEWHERE}"),
    "http_style": (swap("\n## A slide with", f"\n<style scoped>h2 {{ background: url({ELSEWHERE}); }}</style>"
                        "\n\n## A slide with"), f"style loads {ELSEWHERE}"),
    "few_slides": (swap("---\n" + OTHER, ""), "deck: 11 slides, should be 12 to 25"),
    "no_minutes": (swap("2 min. Ask", "Ask"), "slide 3: no speaker note"),
    "late_minutes": (swap("2 min. Ask.", "Ask: why? 2 min."), "slide 3: no speaker note"),
    "long_talk": (swap("2 min. Ask", "20 min. Ask"), "deck: the notes add up to 40 minutes"),
    "title": (swap("# NN · The sample", "# NN · The example"), "title: the heading of the first slide"),
    "number": (swap("title: NN", "title: 51"), "title: the title in the header should start with"),
    "link": (swap("50_sample.ipynb", "nowhere.ipynb"), "deck: link to ../../notebooks/nowhere.ipynb"),
}
# The same for what only a browser sees
SPILLS = {
    "too_high": (swap("- with a point", "- with a point\n" * 12), "beyond the bottom edge"),
    "too_wide": (swap("- with a point", "```python\n" + "x = 1 + 2  " * 12 + "\n```"), "slide 3: <"),
    "over_neighbour": (swap(r"`opt.step(x, g)`", "```python\n" + "x = 1 + 2  " * 5 + "\n```\n\n"),
                       "wider than its place"),
    "wide_formula": (swap("$$ v", "$$ " + r"v + \beta v + " * 30 + "v"), "formula"),
    "tiny": (swap("- with", "<style scoped>li { font-size: 11px; }</style>\n\n- with"), "text 11 pixels"),
    "small_figure": (swap("![]", "![w:250]"), "figure 50_wave: text “loss” 8.7 pixels high, at least 16"),
    "small_words": (swap("50_wave", "50_whisper"), "slide 2: figure 50_whisper: text “a loss” 11.0 pixels"),
    "small_pixels": (swap("50_wave.svg", "50_whisper.png"), "slide 2: figure 50_whisper: text “a loss” 11.0"),
    "fetched": (BROKEN["http_image"][0], f"fetches {ELSEWHERE}"),
}


@pytest.fixture(scope="session")
def workshop(tmp_path_factory):
    """Decks 50 (in order) and 51, 52, … (broken), with figures and notebooks."""
    root = tmp_path_factory.mktemp("workshop")
    slides, notebooks = root / "slides", root / "notebooks"
    (slides / "figures").mkdir(parents=True)
    notebooks.mkdir()
    (slides / "figures" / "lecture50.py").write_text(FIGURES, encoding="utf-8")
    good = "\n---\n".join([HEADER, FIRST, *[OTHER] * 10])
    for number, (name, change) in enumerate([("sample", str), *cases()], 50):
        text = change(good).replace("NN ·", f"{number} ·").replace("{{slope}}", "{{50.slope}}")
        (slides / f"{number}_{name}.md").write_text(text, encoding="utf-8")
        claims = {"slope": {"value": "0.99 ± 0.02", "number": "0.99", "text": "slope", "slides": None}}
        notebook = {"cells": [
            {"cell_type": "markdown", "source": [f"# {number} · The sample\n", "text"]},
            {"cell_type": "code", "source": [], "outputs": [{"data": {MIME: {"claims": claims}}}]},
        ]}
        (notebooks / f"{number}_{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return slides


def cases():
    return [(name, change) for table in (BROKEN, SPILLS) for name, (change, _) in table.items()]


@pytest.fixture(scope="session")
def built(workshop):
    return convert(find_decks(workshop), workshop / "build")


@pytest.fixture(scope="session")
def layout(built):
    return pipeline.measure(built.values(), BROWSER)


def deck_named(slides, name):
    return next(slides.glob(f"[0-9][0-9]_{name}.md"))


@needs_marp
def test_sample_is_in_order(workshop, built):
    deck = deck_named(workshop, "sample")
    assert check_deck(deck, built[deck.stem]) == []
    html = built[deck.stem].read_text(encoding="utf-8")
    assert "measured 0.99;" in html
    assert '<svg aria-label="the square root of kappa"' in html
    assert "The measured rate is 0.99." in html
    assert 'alt="The contrast: a loss that rises, then falls back ($50% each, &quot;a_b&quot;)."' in html


@needs_marp
@needs_browser
def test_sample_fits(workshop, built, layout):
    deck = deck_named(workshop, "sample")
    assert layout[str(built[deck.stem])] == {"faults": [], "slides": 12, "fetched": []}


@needs_marp
@pytest.mark.parametrize("name", BROKEN)
def test_broken_deck_is_caught(name, workshop, built):
    deck = deck_named(workshop, name)
    faults = check_deck(deck, built[deck.stem])
    assert any(BROKEN[name][1] in fault for fault in faults), faults
    assert all(fault.startswith(deck.name) for fault in faults)


@needs_marp
def test_formula_that_cannot_be_read_aloud_is_caught(workshop, built, tmp_path):
    deck = deck_named(workshop, "sample")
    page = tmp_path / "sample.html"
    for mute in ("", ' aria-label=""'):
        html = built[deck.stem].read_text(encoding="utf-8")
        page.write_text(html.replace(' aria-label="the square root of kappa"', mute), encoding="utf-8")
        faults = [fault for fault in check_deck(deck, page) if "link to" not in fault]  # page is elsewhere
        assert faults == [f"{deck.name}, slide 2: formula without words for screen readers"]


# A formula, and how it is read aloud
WORDS = {
    r"v \leftarrow \mu v + g": "v left arrow mu v plus g",
    r"\frac{\eta}{\sqrt{s} + \epsilon}": "the fraction with numerator eta and denominator the square root "
                                         "of s plus epsilon",
    r"f(x + d) \approx f(x) + g^\top d": "f of open paren x plus d close paren almost equals f of x plus "
                                       "g transpose d",
    r"\tfrac12 h x^2": "one half h x squared",      # not "h of x"
    r"f(x_k) - f^*": "f of open paren x sub k close paren minus f star",
    r"\|x_0 - x^*\|^2": "the norm of x sub 0 minus x star squared",
    r"U \Lambda U^\top": "U Lambda U transpose",
    r"\Delta \perp \mathrm{E}\,\tilde x": "Delta is perpendicular to E x tilde",
    r"u \sim N(0, \sigma^2)": "u is distributed as N of open paren 0 comma sigma squared close paren",
    r"\text{loss} + \tfrac{\alpha}{2}": "loss plus alpha over 2",
    r"2/\text{fan\_in}": "2 divided by fan in",
    r"-\lambda w": "negative lambda w",
}


@needs_marp
def test_formulas_in_words():
    script = (f"import {{ words }} from {json.dumps((pipeline.SLIDES / 'spoken.mjs').as_uri())};"
              f"console.log(JSON.stringify({json.dumps(list(WORDS))}.map(words)));")
    result = pipeline.run_node(["--input-type=module", "--eval", script])
    assert dict(zip(WORDS, json.loads(result.stdout), strict=True)) == WORDS, result.stderr


@needs_marp
@needs_browser
@pytest.mark.parametrize("name", SPILLS)
def test_spilling_slide_is_caught(name, workshop, built, layout):
    deck = deck_named(workshop, name)
    faults = layout_faults(deck, layout[str(built[deck.stem])])
    assert any(SPILLS[name][1] in fault for fault in faults), faults


# Numbers and figures

@pytest.mark.parametrize(("text", "message"), [
    ("a\nb {{slop}}", r"50_sample.md, line 2: unknown claim {{slop}}; lecture 50 claims slope"),
    ("{{49.slope}}", r"50_sample.md, line 1: takes its numbers from notebooks/49_\*.ipynb, found none"),
])
def test_unknown_claim(text, message, workshop):
    with pytest.raises(DeckError, match=message):
        put_claims(text, workshop / "50_sample.md")


@pytest.mark.parametrize(("number", "shown"), [
    ("1000", "1,000"), ("-1234567", "−1,234,567"), ("999", "999"), ("0.000187", "0.000187"),
    ("1e-06", "1e−06"), ("-0.50", "−0.50"), ("none", "none"), ("one-cycle", "one-cycle")])
def test_numbers_are_set_for_reading(number, shown):
    assert typeset(number) == shown


@pytest.mark.parametrize(("figure", "message"), [
    ("50_wav.svg", "line 7: unknown figure figures/50_wav.svg .* draws 50_broken, 50_silent, 50_wave, 50_w"),
    ("50_wave.gif", "unknown figure figures/50_wave.gif"),
    ("99_wave.svg", "lecture99.py draws none"),
    ("50_broken.svg", "line 7: drawing figures/50_broken.svg failed: ValueError: no data"),
])
def test_unknown_or_failing_figure(figure, message, workshop, tmp_path):
    with pytest.raises(DeckError, match=message):
        draw(f"figures/{figure}", partial(load_figures, workshop), tmp_path, "50_sample.md, line 7")


def test_figures_are_reproducible(workshop, tmp_path):
    for kind in ("svg", "png"):
        for out in ("first", "second"):
            width, _ = draw(f"figures/50_wave.{kind}", partial(load_figures, workshop), tmp_path / out,
                            "here")
            assert width == 4 * 132
        figures = [tmp_path / out / f"figures/50_wave.{kind}" for out in ("first", "second")]
        assert figures[0].read_bytes() == figures[1].read_bytes()
    assert "<text" not in (tmp_path / "first/figures/50_wave.svg").read_text(encoding="utf-8")


def test_background_image_is_refused(tmp_path):
    deck = tmp_path / "50_sample.md"
    deck.write_text("![bg right](figures/50_wave.svg)", encoding="utf-8")
    with pytest.raises(DeckError, match="line 1: a background image"):
        prepare(deck, tmp_path)


# The verb

def test_unknown_lecture(workshop, capsys):
    assert pipeline.main(["3"], slides=workshop) == 1
    assert "no deck for lecture 03; decks: 50_sample, 51_formula" in capsys.readouterr().err


def test_no_decks(tmp_path, capsys):
    assert pipeline.main([], slides=tmp_path) == 0
    assert "no decks yet" in capsys.readouterr().out


@needs_marp
def test_without_a_browser(workshop, capsys, monkeypatch):
    monkeypatch.setattr(pipeline, "find_browser", lambda: None)
    assert pipeline.main(["50", "--html-only"], slides=workshop) == 0
    assert pipeline.main(["50"], slides=workshop) == 1
    assert "apt install chromium" in capsys.readouterr().err
    assert (workshop / "build" / "50_sample.html").is_file()


def test_browser_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROME_PATH", str(tmp_path / "nothing"))
    assert pipeline.find_browser() is None


@needs_marp
@needs_browser
def test_pdf_and_pptx(workshop):
    short = shutil.copytree(workshop / "figures", workshop.parent / "short" / "figures").parent
    deck, out = short / "50_sample.md", short / "build"
    slides = (workshop / deck.name).read_text(encoding="utf-8").split("\n---\n")
    deck.write_text("\n---\n".join(slides[:4]), encoding="utf-8")     # the first part is the header
    faults = pipeline.build([deck], out, ["pdf", "pptx"], BROWSER)
    assert [fault.partition(": ")[2] for fault in faults] == [
        "3 slides, should be 12 to 25", "the notes add up to 4 minutes, should be 20 to 30"]
    assert (out / "50_sample.pdf").read_bytes().startswith(b"%PDF-")
    with zipfile.ZipFile(out / "50_sample.pptx") as archive:
        names = archive.namelist()
        assert sum(bool(re.fullmatch(r"ppt/slides/slide\d+\.xml", name)) for name in names) == 3
        assert "The measured rate is 0.99." in archive.read("ppt/notesSlides/notesSlide2.xml").decode()
        slide = ElementTree.fromstring(archive.read("ppt/slides/slide2.xml"))
    assert "".join(slide.itertext()) == "A slide with a bit of everything"
    assert slide.find(".//{*}bg") is None
    assert slide.find(".//{*}pic//{*}cNvPr").get("descr").splitlines() == [
        "The rate is the square root of kappa, measured 0.99; see the notebook.",
        'Figure: The contrast: a loss that rises, then falls back ($50% each, "a_b").',
        "v left arrow beta v plus g",
        "opt.step(x, g) costs $0."]
    for slides, message in (([("", "")], "slides must be the 3 slides of 50_sample.pptx, got 1"),
                            ([("", "")] * 3, "slide 1 of 50_sample.pptx must have a picture as its backgr")):
        with pytest.raises(ValueError, match=message):
            put_words(out / "50_sample.pptx", slides)      # a second time: the pictures are in front now


def test_words_of_a_slide(tmp_path):
    page = tmp_path / "deck.html"
    page.write_text("""<svg data-marpit-svg><section><h2>Two
      lines</h2><ul><li>one</li><li>a
      <code>b</code><ul><li>below</li></ul></li></ul><table><tr><th>rate</th><th>steps</th></tr>
      <tr><td>0.1</td><td>3 &amp; 4</td></tr></table><pre><code>if x:
        y()</code></pre><footer>The course</footer></section></svg>
      <svg data-marpit-svg><section>no heading</section></svg>""", encoding="utf-8")
    assert spoken(page) == [("Two lines", "one\na b\nbelow\nrate, steps\n0.1, 3 & 4\nif x:\ny()"),
                            ("", "no heading")]


def test_colours_are_readable():
    """WCAG 2.1, level AA: text colours have a contrast of 4.5 or more on each ground of the theme."""
    theme = (pipeline.SLIDES / "theme.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme))
    question = re.search(r"section\.question \{ background: (#[0-9a-f]{6})", theme)[1]
    texts = [name for name in colours if name in ("ink", "quiet") or name.endswith("-text")]
    assert len(texts) == 6
    for text in texts:
        for ground in (colours["paper"], colours["shade"], question):
            bright, dark = sorted((luminance(ground), luminance(colours[text])), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_packages_are_pinned():
    pins = json.loads((pipeline.SLIDES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((pipeline.SLIDES / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values())
    assert all(lock[f"node_modules/{name}"]["version"] == version for name, version in pins.items())
    assert all("integrity" in package for name, package in lock.items() if name)
    assert not any("resolved" in package for package in lock.values())
    assert "node_modules/puppeteer" not in lock        # it would download a browser; puppeteer-core does not
