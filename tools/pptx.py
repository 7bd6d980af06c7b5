"""Words for the slides of a PPTX, which Marp makes of pictures: a title and an alternative text for each."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from bs4 import BeautifulSoup

PICTURE = re.compile(r'<p:bg>.*?r:embed="(\w+)".*?</p:bg>', re.DOTALL)
SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
SIZE = re.compile(r'<p:sldSz cx="(\d+)" cy="(\d+)"')
# The title stands above the slide's edge: programs read it out and list it, the picture shows it already.
SHAPES = """<p:sp><p:nvSpPr><p:cNvPr id="2" name="Title"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>\
<p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="-{title_height}"/>\
<a:ext cx="{width}" cy="{title_height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>\
<p:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="en-US" sz="1800"/><a:t>{title}</a:t></a:r></a:p></p:txBody>\
</p:sp>\
<p:pic><p:nvPicPr><p:cNvPr id="3" name="Slide" descr={words}/><p:cNvPicPr>\
<a:picLocks noChangeAspect="1" noMove="1" noResize="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>\
<p:blipFill><a:blip r:embed="{image}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>\
<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>\
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>"""


def spoken(page):
    """(title, words) of each slide of a built deck (HTML), with figures and formulas as their words."""
    soup = BeautifulSoup(Path(page).read_text(encoding="utf-8"), "html.parser")
    slides = []
    for slide in soup.select("svg[data-marpit-svg] section"):
        for footer in slide.find_all("footer"):
            footer.decompose()
        for formula in slide.select("mjx-container"):
            formula.replace_with(formula.svg.get("aria-label", ""))
        for image in slide.find_all("img"):
            image.replace_with(f"Figure: {image.get('alt', '')}")
        for text in slide.find_all(string=re.compile("\n")):
            if not text.find_parent("pre"):
                text.replace_with(text.replace("\n", " "))  # a line of the source is none of the slide
        heading = slide.find(["h1", "h2"])
        title = heading.extract().get_text() if heading else ""
        for row in slide.find_all("tr"):
            row.string = ", ".join(cell.get_text() for cell in row.find_all(["th", "td"]))
        for block in slide.find_all(["p", "li", "tr", "pre"]):
            block.insert_before("\n")
            block.insert_after("\n")
        lines = [" ".join(line.split()) for line in slide.get_text().split("\n")]
        slides.append((" ".join(title.split()), "\n".join(filter(None, lines))))
    return slides


def put_words(path, slides):
    """Make each slide's background a picture with an alternative text, and give the slide its title.

    slides : (title, words) of each slide, in order

    Raises ValueError, and changes nothing, if there are more or fewer slides or one is not a picture.
    """
    path = Path(path)
    with zipfile.ZipFile(path) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    width, height = SIZE.search(files["ppt/presentation.xml"].decode("utf-8")).groups()
    numbers = {name: int(found[1]) for name in files if (found := SLIDE.fullmatch(name))}
    if len(numbers) != len(slides):
        raise ValueError(f"slides must be the {len(numbers)} slides of {path.name}, got {len(slides)}")
    for name, number in numbers.items():
        xml = files[name].decode("utf-8")
        if not (image := PICTURE.search(xml)):
            raise ValueError(f"slide {number} of {path.name} must have a picture as its background, as Marp "
                             f"makes it, and has none")
        title, words = slides[number - 1]
        shapes = SHAPES.format(title=escape(title), words=quoteattr(words), image=image[1], width=width,
                               height=height, title_height=int(height) // 8)
        xml = PICTURE.sub("", xml).replace("</p:spTree>", shapes + "</p:spTree>")
        files[name] = xml.encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
