"""Data sets in the IDX format of MNIST (LeCun, Cortes & Burges): images and labels as unsigned bytes.

An IDX file is two zero bytes, a byte for the type (8: unsigned byte), a byte for the number of
dimensions, each dimension as a big-endian 32-bit number, then the values.
"""

from __future__ import annotations

import gzip
import math
import zlib
from typing import NamedTuple

import numpy as np

from course_lib.validation import as_array, as_path, integer, number

UNSIGNED_BYTE = 8
OTHER_TYPES = {9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}


class Split(NamedTuple):
    """Inputs x of shape (n, features) and targets y: labels (n,) or values (n, outputs)."""

    x: np.ndarray
    y: np.ndarray


class Dataset(NamedTuple):
    """Three splits: fit on `train`, choose settings on `validation`, look at `test` once."""

    train: Split
    validation: Split
    test: Split


def read_idx(path, ndim=None):
    """The array of unsigned bytes in the IDX file at `path`, gzipped or not (told by its content).

    `ndim`: the number of dimensions it must have, at least 1; None for any. A file that is damaged, cut
    short, too long or of another kind is a ValueError that names the file and what was found.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "labels-idx1-ubyte.gz"
    >>> write_idx(path, np.array([7, 2, 1], np.uint8))
    >>> read_idx(path)
    array([7, 2, 1], dtype=uint8)
    """
    path = as_path("path", path)
    if ndim is not None:
        integer("ndim", ndim, 1)
    if path.is_dir():
        raise ValueError(f"path must be an IDX file, got the directory {path}")
    content = _unzipped(path)
    if len(content) < 4 or content[:2] != b"\0\0":
        raise ValueError(f"{path} is not an IDX file (or one gzipped): it must start with two zero bytes, "
                         f"a type and a number of dimensions, but it has {len(content)} bytes "
                         f"and starts with {content[:4].hex(' ')!r}")
    kind, dimensions = content[2], content[3]
    if kind != UNSIGNED_BYTE:
        found = f"{kind} ({OTHER_TYPES.get(kind, 'no IDX type')})"
        raise ValueError(f"{path} must hold unsigned bytes (type {UNSIGNED_BYTE}), found type {found}")
    if dimensions == 0 or (ndim is not None and dimensions != ndim):
        raise ValueError(f"{path} must have {ndim or 'at least 1'} dimension(s), found {dimensions}")
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise ValueError(f"{path} is cut short: its header takes {header} bytes, found {len(content)}")
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", dimensions, offset=4))
    expected = header + math.prod(shape)
    if len(content) != expected:
        problem = "is cut short" if len(content) < expected else "has bytes after its end"
        raise ValueError(f"{path} {problem}: shape {shape} takes {expected} bytes, found {len(content)}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def write_idx(path, array):
    """Write an array of unsigned bytes (1 to 255 dimensions) as IDX; gzipped if `path` ends in .gz."""
    path, array = as_path("path", path), as_array("array", array)
    if array.dtype != np.uint8 or not 1 <= array.ndim <= 255:
        raise TypeError(f"array must hold uint8 in 1 to 255 dimensions, got {array.dtype} in {array.ndim}")
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    content = header + array.tobytes()
    if str(path).endswith(".gz"):
        content = gzip.compress(content, mtime=0)  # no time stamp: the same array makes the same file
    path.write_bytes(content)


def read_split(images, labels, scale, shape=None):
    """The Split of an image and a label file: x = pixels / `scale` as float32 (n, pixels), y int64 (n,).

    shape : of the image file, such as (60000, 28, 28); None takes any number of images of any size
    scale : above 0. Pixels must lie in 0..scale and labels in 0..9, one label per image.
    """
    number("scale", scale, 0, open_low=True)
    pixels, digits = read_idx(images, ndim=3), read_idx(labels, ndim=1)
    if shape is not None and pixels.shape != tuple(shape):
        raise ValueError(f"{images} must hold numbers of shape {tuple(shape)}, found {pixels.shape}")
    if len(pixels) != len(digits):
        raise ValueError(f"there must be one label per image, found {len(pixels)} images in {images} "
                         f"and {len(digits)} labels in {labels}")
    if digits.size and digits.max() > 9:
        raise ValueError(f"{labels} must hold labels from 0 to 9, found {digits.max()}")
    if pixels.size and pixels.max() > scale:
        raise ValueError(f"{images} must hold pixels from 0 to {scale}, found {pixels.max()}")
    x = np.divide(pixels.reshape(len(pixels), math.prod(pixels.shape[1:])), scale, dtype=np.float32)
    return Split(x, digits.astype(np.int64))


def _unzipped(path):
    content = path.read_bytes()
    if content[:2] != b"\x1f\x8b":  # the mark of gzip; a browser may unzip a file and keep the name .gz
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} is a damaged gzip file of {len(content)} bytes ({error}); "
                         f"put a complete copy in its place") from error
