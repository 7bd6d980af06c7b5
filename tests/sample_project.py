"""A small project with one lecture and one exercise, on which the tests of the notebook pipeline work."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tools is run from the root, it is not installed

# A black square of 20 by 20 pixels.
PNG = ("iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAIAAAAC64paAAAAEklEQVR4nGNgGAWjYBSMgqELAATEAAE0eCSYAAAAAElFTkSuQmCC")

HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""

LECTURE = HEADER + f"""
# %% [markdown]
# # A sample
# ## Objectives
# - say what a slope is
# - compute $x^2$
# - find the mistake
#
# [Deck](../slides/01_sample.md), [exercise](exercises/01_sample.ipynb).

# %%
from IPython.display import display
from course_lib.claims import Claims
png = "{PNG}"

# %%
alt = {{"image/png": {{"alt": 'A black "square".'}}}}
display({{"image/png": png, "text/plain": "Figure: a square."}}, raw=True, metadata=alt)

# %%
import ipywidgets

@ipywidgets.interact(steps=(1, 5))
def draw(steps=2):
    print(steps)

# %% tags=["nbval-check-output"]
print(6 * 7)

# %% tags=["nbval-check-output"]
claims = Claims("01")
claims.about("slope", measured=[0.98, 1.0], value=0.99, within=0.02, text="the slope", slides="1")
claims.show()
"""

EXERCISE = HEADER + '''
# %% [markdown]
# # Double
# Back to the [lecture](../01_sample.ipynb).

# %%
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% tags=["nbval-check-output"]
print(double(2))

# %% [markdown] tags=["solution"]
# It is linear.
'''


def make_project(root):
    """Write the sample project, not yet rendered, into the folder `root`."""
    (root / "course_lib").mkdir(parents=True)
    for name in ("__init__.py", "claims.py", "memory.py", "tables.py", "validation.py"):
        shutil.copy(ROOT / "course_lib" / name, root / "course_lib" / name)
    (root / "course_lib" / "other.py").write_text("unused = 1\n", encoding="utf-8")
    write(root / "notebooks" / "source" / "01_sample.py", LECTURE)
    write(root / "notebooks" / "source" / "exercises" / "01_sample.py", EXERCISE)
    write(root / "slides" / "01_sample.md", "# A sample\n")
    write(root / "data" / "small.csv", "1,2\n")
    return root


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def replace(path, old, new):
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
