"""MNIST and Fashion-MNIST: from a directory of yours, else downloaded once and checked.

Both come as the same four IDX files. They are looked for
1. in the directory given as argument, and only there;
2. else in the directory that the environment variable COURSE_LIB_DATA names;
3. else in the cache, where what is missing is downloaded: data/cache/ beside the package, or the
   user's own cache directory if the package is installed elsewhere than in the project.
A directory may hold the files themselves, or hold them in `mnist/` and `fashion-mnist/`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from course_lib.idx import Dataset, Split, read_split
from course_lib.validation import as_path

VARIABLE = "COURSE_LIB_DATA"
DATA = Path(__file__).resolve().parent.parent / "data"
FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
TRAIN, VALIDATION, TEST, IMAGE = 50_000, 10_000, 10_000, (28, 28)

MIRRORS = {
    "mnist": ("https://ossci-datasets.s3.amazonaws.com/mnist/",
              "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    "fashion-mnist": ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
}
SHA256 = {  # of the four gzipped files, in the order of FILES
    "mnist": ("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
              "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
              "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
              "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    "fashion-mnist": ("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
}
FIRST_LABELS = {"mnist": [5, 0, 4, 1, 9, 2, 1, 3, 1, 4], "fashion-mnist": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]}


def load_mnist(directory=None):
    """The handwritten digits of MNIST (LeCun, Cortes & Burges 1998): a Dataset of 28 by 28 images.

    `.train` (50,000), `.validation` (10,000, the last of the official training set) and `.test`
    (10,000): x float32 (n, 784) in [0, 1], y int64 (n,) in 0..9. `directory` holds the four files,
    gzipped or unzipped, or holds them in `mnist/`; without it see the top of this module.

    A missing file is a FileNotFoundError (a failed download a ConnectionError) that says what was
    tried; a file that is damaged or of another size than the official one is a ValueError.

    >>> load_mnist("no/such/place")
    Traceback (most recent call last):
    FileNotFoundError: directory must name one with the files of mnist, but there is no no/such/place
    """
    return _load("mnist", directory)


def load_fashion_mnist(directory=None):
    """Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): ten kinds of clothes in the form of `load_mnist`.

    The sub-directory is `fashion-mnist/`. Labels: 0 T-shirt/top, 1 trouser, 2 pullover, 3 dress,
    4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

    >>> load_fashion_mnist(7)
    Traceback (most recent call last):
    TypeError: directory must be a path or None, got 7
    """
    return _load("fashion-mnist", directory)


def mnist_available(directory=None):
    """True if `load_mnist(directory)` finds its four files without a download.

    >>> mnist_available("no/such/place")
    False
    """
    variable = os.environ.get(VARIABLE) if directory is None else directory
    searched = () if directory is None and not variable else places("mnist", variable)
    if directory is None:
        searched += (_cache("mnist"),)
    return any(len(_present(place)) == len(FILES) for place in searched)


def places(name, directory):
    """Where in `directory` the files of the data set `name` may be; ~ is the home directory."""
    directory = as_path("directory", directory, "a path or None")
    return directory / name, directory


def _load(name, directory):
    if directory is not None:
        place = _find(name, directory, "directory")
        if place is None:
            raise FileNotFoundError(
                f"directory must hold the files of {name} ({', '.join(FILES)}, or the same unzipped), "
                f"itself or in {name}/, but none of them is in {directory}")
    else:
        place = _from_variable(name) or _download(name, _cache(name))
    paths = [_present(place)[file] for file in FILES]
    official = _read(*paths[:2], TRAIN + VALIDATION)
    test = _read(*paths[2:], TEST)
    for other, labels in FIRST_LABELS.items():  # their files have the same names and sizes
        if other != name and np.array_equal(official.y[:10], labels):
            raise ValueError(f"{place} must hold {name}, but its labels are those of {other}")
    return Dataset(Split(official.x[:TRAIN], official.y[:TRAIN]),
                   Split(official.x[TRAIN:], official.y[TRAIN:]), test)


def _read(images, labels, n):
    return read_split(images, labels, scale=255, shape=(n, *IMAGE))


def _present(place):
    """Dict of official file name -> path, for the files in `place`; a file may be gzipped or not."""
    found = {}
    for file in FILES:
        for path in (place / file, place / file.removesuffix(".gz")):
            if path.is_file():
                found.setdefault(file, path)
    return found


def _find(name, directory, source):
    """The place with all four files, None if there is none of them; an error if only some are there."""
    if not any(place.is_dir() for place in places(name, directory)):
        raise FileNotFoundError(f"{source} must name one with the files of {name}, "
                                f"but there is no {directory}")
    for place in places(name, directory):
        found = _present(place)
        if len(found) == len(FILES):
            return place
        if found:
            missing = ", ".join(file for file in FILES if file not in found)
            raise FileNotFoundError(f"{source} must hold the four files of {name}, "
                                    f"but {place} lacks {missing}")
    return None


def _from_variable(name):
    directory = os.environ.get(VARIABLE)
    return _find(name, directory, f"directory in {VARIABLE}") if directory else None


def _cache(name):
    if (DATA / "SHA256SUMS").is_file():  # this is the project's data/, not another package's
        return DATA / "cache" / name
    return Path(_pooch().os_cache("course_lib")) / name


def _pooch():
    try:
        import pooch
    except ImportError:
        raise ImportError(f"pooch, which downloads the data, is not installed: install it, or put the files "
                          f"into a directory and name that in the environment variable {VARIABLE}") from None
    return pooch


def _download(name, cache):
    """Fetch what the cache lacks from the first mirror that gives the right bytes; returns the cache."""
    failures = []
    for file, digest in zip(FILES, SHA256[name], strict=True):
        if file in _present(cache):
            continue
        for mirror in MIRRORS[name]:
            try:
                _pooch().retrieve(mirror + file, f"sha256:{digest}", fname=file, path=cache,
                                  downloader=_pooch().HTTPDownloader(timeout=20))
                break
            except (OSError, ValueError) as error:  # no connection, no such page; or a wrong sum
                failures.append(f"{mirror + file}: {error}")
        else:
            raise ConnectionError(_not_found(name, cache, failures))
    return cache


def _not_found(name, cache, failures):
    variable = os.environ.get(VARIABLE)
    state = f"is {variable}, where none of the files are" if variable else "is not set"
    return "\n  ".join([
        f"{name} could not be found or downloaded. Tried:",
        "argument directory: not given",
        f"environment variable {VARIABLE}: {state}",
        f"cache: {cache}",
        *failures,
        f"To use it without a network, put {', '.join(FILES)} (gzipped or not) into {cache}, "
        f"or into a directory {name}/ inside one that {VARIABLE} names."])
