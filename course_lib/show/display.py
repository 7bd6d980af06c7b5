"""What a notebook shows besides text: figures with a description, and the library's own code."""

from __future__ import annotations

import ast
import base64
import html
import inspect
import io
import textwrap
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

LARGEST_PNG = 60_000  # bytes; a notebook with ten figures stays well under 1 MB


def use_style():
    """Make the course's style the default of every figure drawn from now on.

    `import course_lib.show` does this once. Call it again after `plt.rcdefaults()` or another style.

    >>> use_style()
    >>> plt.rcParams["figure.dpi"]
    100.0
    """
    plt.style.use(Path(__file__).with_name("style.mplstyle"))


class Output:
    """Something to display in several formats at once; without a notebook its text is printed."""

    def __init__(self, text, metadata=None, **formats):
        self.text = text
        self.data = {"text/plain": text}  # and image_png=… becomes "image/png"
        self.data |= {name.replace("_", "/", 1): value for name, value in formats.items()}
        self.metadata = metadata or {}

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.data, self.metadata


def check_alt(alt):
    """Return `alt` if it can stand for the picture: a full sentence, not a label.

    >>> check_alt("Loss")
    Traceback (most recent call last):
    ValueError: alt must say in at least one full sentence what the figure shows, got 'Loss'
    """
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a string that says what the figure shows, got {alt!r}")
    alt = " ".join(alt.split())
    if len(alt.split()) < 4 or alt[-1] not in ".!?":
        raise ValueError(f"alt must say in at least one full sentence what the figure shows, got {alt!r}")
    return alt


def description(alt):
    """The fold under a figure that holds its description.

    JupyterLab 4 and nbconvert's default template ignore the alternative text in an output's metadata.
    The fold reaches every reader in every viewer, by mouse, keyboard and screen reader.
    """
    fold = f"<details><summary>Figure in words</summary><p>{html.escape(alt, quote=False)}</p></details>"
    return Output(alt, text_html=fold)


def figure(fig, *, alt):
    """Display a figure as a PNG of 100 dpi with its description, and close it.

    `alt` says what there is to see, in a sentence or more, to someone who cannot see it. It goes into
    the output's metadata, where tools look for it, and into a fold "Figure in words" under the picture.
    A picture over 60 kB is reduced to 256 colours; a warning says so if it is still larger.

    >>> fig, ax = plt.subplots()
    >>> line = ax.plot([0, 1], [1, 0])
    >>> figure(fig, alt="The loss falls in a straight line from 1 to 0.")
    Figure: The loss falls in a straight line from 1 to 0.
    """
    if not isinstance(fig, Figure):
        raise TypeError("fig must be a matplotlib Figure (for axes `ax` pass ax.figure), got "
                        f"{type(fig).__name__}")
    alt = check_alt(alt)
    png = png_bytes(fig)
    plt.close(fig)
    if len(png) > LARGEST_PNG:
        warnings.warn(f"the figure takes {len(png) / 1000:.0f} kB, more than {LARGEST_PNG / 1000:.0f} kB: "
                      "draw fewer points or make it smaller", stacklevel=2)
    # nbconvert looks under the picture's type first, then at the top.
    metadata = {"image/png": {"alt": alt}, "alt": alt}
    display(Output(f"Figure: {alt}", metadata, image_png=base64.b64encode(png).decode()))
    display_only_in_notebook(description(alt))


def display_only_in_notebook(output):
    """Display what a plain script, which prints text, has already said."""
    from IPython.core.interactiveshell import InteractiveShell

    if InteractiveShell.initialized():
        display(output)


def png_bytes(fig, largest=LARGEST_PNG):
    """The figure as PNG at 100 dpi, in 256 colours if it would take more than `largest` bytes."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=100, metadata={"Software": None}, pil_kwargs={"optimize": True})
    if buffer.tell() > largest:
        picture = Image.open(buffer).convert("RGB")
        buffer = io.BytesIO()
        reduced = few_colours(picture)
        reduced.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def few_colours(picture):
    """An RGB picture in 256 colours: those of its large areas as they are, each other by its nearest.

    Pillow's own mapping to a palette is coarse: pale tints of neighbouring areas change places.
    """
    pixels = np.asarray(picture).astype(np.int32) @ [1 << 16, 1 << 8, 1]
    colours, where, count = np.unique(pixels, return_inverse=True, return_counts=True)
    colours = (colours[:, None] >> [16, 8, 0]) & 255
    # Of Pillow's palettes this one has the smallest largest error: small coloured marks keep their colour.
    others = picture.quantize(192, Image.Quantize.MAXCOVERAGE).getpalette()
    palette = np.concatenate([colours[np.argsort(count)[-64:]], np.reshape(others, (-1, 3))[:192]])
    nearest = [((palette - colour)**2).sum(axis=1).argmin() for colour in colours]
    reduced = Image.fromarray(np.array(nearest, np.uint8)[where].reshape(pixels.shape))
    reduced.putpalette(palette.astype(np.uint8).tobytes())
    return reduced


def source(*objects, docstring=False):
    """Display the code of functions, methods or classes as it stands in the library.

    A notebook that shows code this way cannot disagree with the code it runs. Docstrings are left out
    unless `docstring=True`.

    >>> from course_lib.validation import generator
    >>> source(generator)
    course_lib.validation.generator
    <BLANKLINE>
    def generator(rng, name="rng"):
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"{name} must be a numpy.random.Generator such as "
                            f"numpy.random.default_rng(0), got {rng!r}")
        return rng
    """
    if not objects:
        raise TypeError("source needs at least one function, method or class")
    for thing in objects:
        if not (inspect.isclass(thing) or inspect.isroutine(thing)):
            raise TypeError(f"source shows functions, methods and classes, got {thing!r} of type "
                            f"{type(thing).__name__}")
        try:
            code = textwrap.dedent(inspect.getsource(thing)).rstrip()
        except (OSError, TypeError):
            raise TypeError(f"source finds no Python code for {thing!r}, which is built in") from None
        if not docstring:
            code = without_docstrings(code)
        name = thing.__qualname__
        if thing.__module__ != "__main__":  # what the notebook itself defined has no home to name
            name = f"{thing.__module__}.{name}"
        display(Output(f"{name}\n\n{code}", text_markdown=f"`{name}`\n\n```python\n{code}\n```"))


def without_docstrings(code):
    """The code with the docstrings of its functions and classes removed, comments kept.

    >>> print(without_docstrings('def one():\\n    "Return one."\\n    return 1  # always'))
    def one():
        return 1  # always
    """
    lines = code.splitlines()
    removed = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or ast.get_docstring(node) is None:
            continue
        if len(node.body) == 1:  # the docstring is all there is
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno
        if last < len(lines) and not lines[last].strip():  # and the empty line after it
            last += 1
        removed.update(range(first, last + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in removed)
