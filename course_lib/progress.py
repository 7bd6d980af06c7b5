"""One progress bar for all long work; off where nobody watches."""

from __future__ import annotations

import os

from course_lib.validation import boolean


def progress(iterable, description, total=None, show=None):
    """Iterate over `iterable` behind a tqdm bar called `description`.

    The bar is off when the environment sets CI or COURSE_LIB_PROGRESS=0, unless `show`
    is True; `show=False` switches it off too.

    >>> list(progress([1, 2], "counting", show=False))
    [1, 2]
    """
    if not hasattr(iterable, "__iter__"):
        raise TypeError(f"iterable must be something to iterate over, got {iterable!r}")
    if show is not None:
        boolean("show", show)
    else:
        show = not os.environ.get("CI") and os.environ.get("COURSE_LIB_PROGRESS", "1") != "0"
    if not show:
        return iterable
    from tqdm.auto import tqdm

    return tqdm(iterable, desc=description, total=total)
