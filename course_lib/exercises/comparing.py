"""How an answer is compared with the right result, and what differs between them, in words."""

from __future__ import annotations

import numpy as np

SHOWN = 6  # entries of an array that a message shows
SINGLE = 1e-5  # relative; what float32 allows after a few operations


def close(a, b, tolerance):
    """True if a is b up to the tolerance, relative to b's largest number; NaN and infinity are themselves."""
    a, b = np.asarray(a), np.asarray(b)
    if np.float32 in (a.dtype, b.dtype):
        tolerance = max(tolerance, SINGLE)
    scale = max(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)), 1e-12)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return bool(np.all((np.abs(a - b) <= tolerance * scale) | (a == b) | (np.isnan(a) & np.isnan(b))))


def numeric(value):
    return np.asarray(value).dtype.kind in "fiu"


def equal(got, want, tolerance):
    """True if there are as many results as wanted, each close to what is wanted of it; None: anything."""
    return len(got) == len(want) and all(
        w is None or (numeric(g) and np.shape(g) == np.shape(w) and close(g, w, tolerance))
        for g, w in zip(got, want, strict=True))


def wider(a, b):
    """True if a and b hold floats and a's have more digits."""
    a, b = np.asarray(a).dtype, np.asarray(b).dtype
    return a.kind == b.kind == "f" and a.itemsize > b.itemsize


def as_precise(got, want):
    """The results, those in a wider float type than the right ones rounded to theirs."""
    with np.errstate(over="ignore"):
        return tuple(g.astype(np.asarray(w).dtype) if wider(g, w) else g
                     for g, w in zip(got, want, strict=True))


def difference(given, wanted, outputs, tolerance):
    """What is wrong in words, when no typical mistake explains it."""
    for i, name in enumerate(outputs):
        pairs = [(g[i], w[i]) for g, w in zip(given, wanted, strict=True)]
        if all(close(g, w, tolerance) for g, w in pairs):
            continue
        if all(close(g, -w, tolerance) for g, w in pairs):
            return f"{name} has the wrong sign everywhere."
        factor = common_factor(pairs, tolerance)
        if factor and abs(factor - 1) > 1e-3:  # else it is a rounding, no factor
            return (f"{name} is exactly {factor:.4g} times too large." if factor > 1
                    else f"{name} is exactly {1 / factor:.4g} times too small.")
        g, w = next((g, w) for g, w in pairs if not close(g, w, tolerance))
        right_ones = [other for j, other in enumerate(outputs) if j != i and
                      all(close(g[j], w[j], tolerance) for g, w in zip(given, wanted, strict=True))]
        verb = "are" if len(right_ones) > 1 else "is"
        also = f" ({' and '.join(right_ones)} {verb} right)" if right_ones else ""
        place = ""
        if g.size > SHOWN:  # then the entry that differs most
            entry = np.unravel_index(np.argmax(np.abs(g - w)), g.shape)
            g, w, place = g[entry], w[entry], f" at [{', '.join(map(str, entry))}]"
        digits = next((d for d in (4, 8, 16) if short(g, d) != short(w, d)), 16)
        return (f"{name} is not right yet{also}: for the first example that differs you give "
                f"{short(g, digits)}{place}, expected is {short(w, digits)}.")
    raise AssertionError("difference() needs results that differ")


def common_factor(pairs, tolerance):
    """The one positive number by which all results differ from the right ones, or None."""
    got, want = (np.ravel(a) for a in pairs[0])
    largest = np.argmax(np.abs(want))
    if not want[largest]:
        return None
    factor = float(got[largest] / want[largest])
    return factor if factor > 0 and all(close(g, factor * w, tolerance) for g, w in pairs) else None


def short(array, digits=4):
    return np.array2string(np.asarray(array), precision=digits).removesuffix(".")
