"""Legends that cover no curve."""

from __future__ import annotations


def legend_above(fig, ax, names=None, **options):
    """The legend of `ax` above the figure, instead of one among the curves; each name once.

    names : which entries, in this order; default all. options : those of `Figure.legend`, such as ncols

    >>> import matplotlib.pyplot as plt
    >>> fig, ax = plt.subplots()
    >>> _ = ax.plot([1, 2], label="a"), ax.plot([2, 1], label="b")
    >>> [text.get_text() for text in legend_above(fig, ax, ncols=2).get_texts()]
    ['a', 'b']
    >>> plt.close(fig)
    """
    if ax.get_legend():
        ax.get_legend().remove()
    entries = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    names = list(entries) if names is None else names
    return fig.legend([entries[name] for name in names], names, loc="outside upper center", frameon=False,
                      **options)
