"""Data sets: files read and refused, downloads from a server of our own, made-up problems."""

import gzip
import hashlib
import http.server
import importlib.util
import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from course_lib import datasets, idx, mnist
from course_lib.idx import read_idx, read_split, write_idx

ROOT = Path(__file__).resolve().parent.parent
REAL = os.environ.get("COURSE_LIB_DATA")


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch, tmp_path):
    """No test sees the reader's own settings or downloads, or needs the internet."""
    monkeypatch.delenv(mnist.VARIABLE, raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr(mnist, "_cache", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(mnist, "MIRRORS", {name: ("http://127.0.0.1:9/a/", "http://127.0.0.1:9/b/")
                                           for name in mnist.MIRRORS})


@pytest.fixture
def small(monkeypatch):
    """Pretend that the official files hold 6 and 3 images of 4 pixels."""
    for name, value in {"TRAIN": 4, "VALIDATION": 2, "TEST": 3, "IMAGE": (2, 2)}.items():
        monkeypatch.setattr(mnist, name, value)


def write_files(directory, train=6, test=3, labels=None, zipped=True):
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    arrays = []
    for n in (train, test):
        arrays += [rng.integers(0, 256, (n, 2, 2), dtype=np.uint8), rng.integers(0, 10, n, dtype=np.uint8)]
    if labels is not None:
        arrays[1] = np.array(labels, np.uint8)
    for file, array in zip(mnist.FILES, arrays, strict=True):
        write_idx(directory / (file if zipped else file.removesuffix(".gz")), array)
    return arrays


# --- digits


def test_digits_split():
    digits = datasets.load_digits()
    assert [len(split.x) for split in digits] == [1197, 300, 300]
    for split in digits:
        assert split.x.shape == (len(split.y), 64)
        assert split.x.dtype == np.float32
        assert split.y.dtype == np.int64
        assert split.x.min() == 0
        assert split.x.max() == 1
    assert (np.bincount(digits.validation.y) == 30).all()
    assert (np.bincount(digits.test.y) == 30).all()


def test_digits_equal_those_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.datasets").load_digits()
    digits = datasets.load_digits()
    x = np.concatenate([split.x for split in digits]) * 16
    y = np.concatenate([split.y for split in digits])
    ours, theirs = np.column_stack([x, y]), np.column_stack([sklearn.data, sklearn.target])
    np.testing.assert_array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


def test_make_digits_makes_the_bundled_files():
    pytest.importorskip("sklearn")
    spec = importlib.util.spec_from_file_location("make_digits", ROOT / "data" / "make_digits.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for file, array in zip(script.FILES, script.build(), strict=True):
        np.testing.assert_array_equal(read_idx(ROOT / "data" / file), array)
    assert script.FILES == datasets.DIGITS


def test_sums_of_the_bundled_files():
    lines = (ROOT / "data" / "SHA256SUMS").read_text().splitlines()
    assert {line.split()[1] for line in lines} >= set(datasets.DIGITS)
    for line in lines:
        digest, file = line.split()
        assert hashlib.sha256((ROOT / "data" / file).read_bytes()).hexdigest() == digest


def test_digits_without_the_data_directory(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "DATA", tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match=r"gone.*COURSE_LIB_DATA"):
        datasets.load_digits()
    monkeypatch.setenv(mnist.VARIABLE, str(ROOT / "data"))
    assert len(datasets.load_digits().train.x) == 1197
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path))
    shutil.copytree(ROOT / "data", tmp_path / "digits")
    assert len(datasets.load_digits().train.x) == 1197
    with pytest.raises(FileNotFoundError, match="nowhere"):
        datasets.load_digits(tmp_path / "nowhere")


def test_digits_cut_short(tmp_path):
    images, labels = datasets.DIGITS
    (tmp_path / images).write_bytes((ROOT / "data" / images).read_bytes()[:20_000])
    (tmp_path / labels).write_bytes((ROOT / "data" / labels).read_bytes())
    with pytest.raises(ValueError, match=f"{images} is a damaged gzip file of 20000 bytes"):
        datasets.load_digits(tmp_path)
    write_idx(tmp_path / images, np.zeros((5, 8, 8), np.uint8))
    write_idx(tmp_path / labels, np.zeros(5, np.uint8))
    with pytest.raises(ValueError, match=r"must hold numbers of shape \(1797, 8, 8\), found \(5, 8, 8\)"):
        datasets.load_digits(tmp_path)


# --- IDX files


@pytest.mark.parametrize("name", ["a.gz", "a"])
@pytest.mark.parametrize("shape", [(5,), (3, 2, 4), (0, 2, 2), (2, 1, 1, 3)])
def test_idx_round_trip(tmp_path, name, shape):
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    write_idx(tmp_path / name, array)
    np.testing.assert_array_equal(read_idx(tmp_path / name, ndim=len(shape)), array)


def test_idx_written_by_hand(tmp_path):
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
    (tmp_path / "plain").write_bytes(content)
    np.testing.assert_array_equal(read_idx(tmp_path / "plain"), [[1, 2, 3], [4, 5, 6]])
    (tmp_path / "unzipped by a browser.gz").write_bytes(content)
    np.testing.assert_array_equal(read_idx(tmp_path / "unzipped by a browser.gz"), [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(("content", "message"), [
    (b"", "not an IDX file.*0 bytes"),
    (b"PK\3\4", "not an IDX file.*50 4b 03 04"),
    (bytes([0, 0, 13, 1, 0, 0, 0, 0]), r"unsigned bytes \(type 8\), found type 13 \(float32\)"),
    (bytes([0, 0, 7, 1, 0, 0, 0, 0]), "found type 7.*no IDX type"),
    (bytes([0, 0, 8, 0]), "at least 1 dimension.*found 0"),
    (bytes([0, 0, 8, 3, 0, 0]), "header takes 16 bytes, found 6"),
    (bytes([0, 0, 8, 1, 0, 0, 0, 5, 1, 2]), r"cut short: shape \(5,\) takes 13 bytes, found 10"),
    (bytes([0, 0, 8, 1, 0, 0, 0, 1, 1, 2]), r"after its end: shape \(1,\) takes 9 bytes, found 10"),
    (bytes([0, 0, 8, 3, *[255] * 12]), "cut short"),  # a huge size must not be allocated
    (b"\x1f\x8bnonsense and more", "damaged gzip"),
    (gzip.compress(bytes(1000), mtime=0)[:-9], "damaged gzip"),
    (gzip.compress(bytes(1000), mtime=0)[:-8] + bytes(8), "damaged gzip.*CRC"),
])
def test_damaged_idx(tmp_path, content, message):
    (tmp_path / "bad-file").write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_idx(tmp_path / "bad-file")
    assert "bad-file" in str(error.value)


def test_idx_with_other_dimensions(tmp_path):
    write_idx(tmp_path / "labels", np.zeros(4, np.uint8))
    with pytest.raises(ValueError, match=r"must have 3 dimension.*found 1"):
        read_idx(tmp_path / "labels", ndim=3)
    with pytest.raises(TypeError, match=r"array must hold uint8.*int64"):
        write_idx(tmp_path / "labels", np.zeros(4, np.int64))


def test_read_split(tmp_path):
    images, labels = tmp_path / "images", tmp_path / "labels"
    pixels = np.array([[[0, 51], [102, 255]], [[1, 2], [3, 4]]], np.uint8)
    write_idx(images, pixels)
    write_idx(labels, np.array([9, 0], np.uint8))
    x, y = read_split(images, labels, scale=255)
    np.testing.assert_allclose(x[0], [0, 0.2, 0.4, 1], rtol=1e-7)
    assert (x.dtype, y.dtype, x.shape, y.tolist()) == (np.float32, np.int64, (2, 4), [9, 0])
    with pytest.raises(ValueError, match="pixels from 0 to 16, found 255"):
        read_split(images, labels, scale=16)
    write_idx(labels, np.array([10, 0], np.uint8))
    with pytest.raises(ValueError, match="labels from 0 to 9, found 10"):
        read_split(images, labels, scale=255)
    write_idx(labels, np.array([1, 2, 3], np.uint8))
    with pytest.raises(ValueError, match=r"one label per image, found 2 images.*3 labels"):
        read_split(images, labels, scale=255)


# --- MNIST from a directory


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("place", ["", "mnist"])
@pytest.mark.parametrize("by", ["argument", "text", "variable"])
def test_mnist_from_a_directory(small, monkeypatch, tmp_path, zipped, place, by):
    arrays = write_files(tmp_path / place, zipped=zipped)
    argument = {"argument": tmp_path, "text": str(tmp_path), "variable": None}[by]
    if by == "variable":
        assert not datasets.mnist_available()
        monkeypatch.setenv(mnist.VARIABLE, str(tmp_path))
    data = datasets.load_mnist(argument)
    assert datasets.mnist_available(argument)
    pixels, labels = arrays[0].reshape(6, 4) / 255, arrays[1]
    np.testing.assert_allclose(np.concatenate([data.train.x, data.validation.x]), pixels, rtol=1e-6)
    np.testing.assert_array_equal(np.concatenate([data.train.y, data.validation.y]), labels)
    assert [len(split.y) for split in data] == [4, 2, 3]
    np.testing.assert_array_equal(data.test.y, arrays[3])


def test_argument_goes_before_variable_and_nothing_is_searched_after_it(small, monkeypatch, tmp_path):
    write_files(tmp_path / "one")
    write_files(tmp_path / "two", labels=[1, 1, 1, 1, 1, 1])
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "one"))
    assert datasets.load_mnist(tmp_path / "two").train.y.tolist() == [1, 1, 1, 1]
    with pytest.raises(FileNotFoundError, match=r"none of them is in .*empty"):
        datasets.load_mnist(tmp_path / "empty")
    assert not datasets.mnist_available(tmp_path / "empty")


def test_both_data_sets_side_by_side(small, tmp_path):
    write_files(tmp_path / "mnist", labels=[1] * 6)
    write_files(tmp_path / "fashion-mnist", labels=[2] * 6)
    assert datasets.load_mnist(tmp_path).train.y[0] == 1
    assert datasets.load_fashion_mnist(tmp_path).train.y[0] == 2


def test_files_missing_or_no_directory(small, monkeypatch, tmp_path):
    write_files(tmp_path / "mnist")
    (tmp_path / "mnist" / mnist.FILES[2]).unlink()
    with pytest.raises(FileNotFoundError, match=r"directory must hold.*lacks t10k-images-idx3-ubyte\.gz$"):
        datasets.load_mnist(tmp_path)
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"directory in COURSE_LIB_DATA.*lacks t10k-images"):
        datasets.load_mnist()
    assert not datasets.mnist_available()
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "typo"))
    with pytest.raises(FileNotFoundError, match=r"COURSE_LIB_DATA.*typo"):
        datasets.load_mnist()
    with pytest.raises(TypeError, match="directory must be a path or None, got 3"):
        datasets.load_mnist(3)
    with pytest.raises(TypeError, match="directory must be a path or None, got 3"):
        datasets.mnist_available(3)


@pytest.mark.parametrize("by", ["argument", "variable"])
def test_a_directory_below_home(small, monkeypatch, tmp_path, by):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # Windows
    write_files(tmp_path / "data")
    if by == "variable":
        monkeypatch.setenv(mnist.VARIABLE, "~/data")
    argument = "~/data" if by == "argument" else None
    assert datasets.mnist_available(argument)
    assert len(datasets.load_mnist(argument).train.x) == 4
    write_idx("~/labels.gz", np.array([1, 2], np.uint8))
    assert read_idx(tmp_path / "labels.gz").tolist() == [1, 2]


def test_an_empty_name_is_not_the_working_directory(small, monkeypatch, tmp_path):
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    for load in (datasets.load_mnist, datasets.mnist_available):
        assert load(".")
        with pytest.raises(ValueError, match="directory must be a path or None, got ''"):
            load("")


def test_other_sizes_than_the_official_ones(tmp_path):
    write_files(tmp_path)
    with pytest.raises(ValueError, match=r"must hold numbers of shape \(60000, 28, 28\), found \(6, 2, 2\)"):
        datasets.load_mnist(tmp_path)


def test_one_data_set_taken_for_the_other(monkeypatch, small, tmp_path):
    monkeypatch.setattr(mnist, "TRAIN", 8)
    write_files(tmp_path, train=10, labels=mnist.FIRST_LABELS["mnist"])
    assert len(datasets.load_mnist(tmp_path).train.y) == 8
    with pytest.raises(ValueError, match="must hold fashion-mnist, but its labels are those of mnist"):
        datasets.load_fashion_mnist(tmp_path)


# --- MNIST by download


class Server(http.server.ThreadingHTTPServer):
    """Serves a directory on 127.0.0.1 and keeps the paths asked for."""

    def __init__(self, directory):
        self.asked = []
        asked = self.asked

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(directory))

            def do_GET(self):
                asked.append(self.path)
                super().do_GET()

            def log_message(self, *arguments):
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"


@pytest.fixture
def server(small, monkeypatch, tmp_path):
    pytest.importorskip("pooch")
    site = tmp_path / "site"
    write_files(site / "good")
    sums = tuple(hashlib.sha256((site / "good" / file).read_bytes()).hexdigest() for file in mnist.FILES)
    monkeypatch.setattr(mnist, "SHA256", dict.fromkeys(mnist.MIRRORS, sums))
    with Server(site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def use_mirrors(monkeypatch, *mirrors):
    monkeypatch.setattr(mnist, "MIRRORS", dict.fromkeys(mnist.MIRRORS, mirrors))


def test_download_once_then_offline(server, monkeypatch):
    use_mirrors(monkeypatch, server.url + "good/", server.url + "unused/")
    assert not datasets.mnist_available()
    first = datasets.load_mnist()
    assert server.asked == ["/good/" + file for file in mnist.FILES]
    assert datasets.mnist_available()
    again = datasets.load_mnist()
    assert len(server.asked) == 4
    np.testing.assert_array_equal(first.train.x, again.train.x)


def test_files_put_into_the_cache_by_hand_are_used(small, tmp_path):
    write_files(tmp_path / "cache" / "mnist", labels=[3] * 6, zipped=False)
    assert datasets.mnist_available()
    assert datasets.load_mnist().train.y.tolist() == [3] * 4  # and the mirrors of this test do not answer


def test_variable_without_the_files_leads_to_the_download(server, monkeypatch, tmp_path):
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "mine"))
    use_mirrors(monkeypatch, server.url + "good/")
    assert len(datasets.load_fashion_mnist().train.y) == 4


def test_second_mirror_is_used(server, monkeypatch):
    use_mirrors(monkeypatch, server.url + "not here/", server.url + "good/")
    assert len(datasets.load_mnist().train.y) == 4
    assert len(server.asked) == 8


def test_wrong_sum_is_refused(server, monkeypatch, tmp_path):
    write_files(tmp_path / "site" / "wrong", labels=[0] * 6)
    use_mirrors(monkeypatch, server.url + "wrong/", server.url + "good/")
    assert datasets.load_mnist().train.y.tolist() != [0] * 4
    for path in (tmp_path / "cache" / "mnist").iterdir():
        path.unlink()
    use_mirrors(monkeypatch, server.url + "wrong/", server.url + "wrong/")
    with pytest.raises(ConnectionError, match=r"wrong/train-labels.*hash"):
        datasets.load_mnist()
    assert not (tmp_path / "cache" / "mnist" / mnist.FILES[1]).exists()


def test_offline_says_what_was_tried(monkeypatch, tmp_path):
    pytest.importorskip("pooch")
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "mine"))
    with pytest.raises(ConnectionError) as error:
        datasets.load_mnist()
    message = str(error.value)
    for part in ("argument directory", "COURSE_LIB_DATA", str(tmp_path / "mine"), str(tmp_path / "cache"),
                 "http://127.0.0.1:9/a/train-images", "http://127.0.0.1:9/b/train-images", *mnist.FILES):
        assert part in message


def test_without_pooch(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pooch.*not installed.*COURSE_LIB_DATA"):
        datasets.load_mnist()


@pytest.mark.skipif(not REAL, reason="COURSE_LIB_DATA is not set")
def test_the_real_mnist():
    data = datasets.load_mnist(REAL)
    assert [split.x.shape for split in data] == [(50_000, 784), (10_000, 784), (10_000, 784)]
    for split in data:
        assert (split.x.dtype, split.y.dtype, split.x.min(), split.x.max()) == (np.float32, np.int64, 0, 1)
    labels = np.concatenate([data.train.y, data.validation.y])
    # counts published with the data set
    assert np.bincount(labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.train.x.mean() == pytest.approx(0.1307, abs=5e-4)  # the mean everyone normalizes with
    # the unzipped images, whoever zipped them: the sum that public copies list
    paths = mnist._present(mnist._find("mnist", REAL, "directory"))
    content = np.concatenate([data.train.x, data.validation.x]) * 255
    assert read_idx(paths[mnist.FILES[0]]).tobytes() == content.round().astype(np.uint8).tobytes()
    unzipped = idx._unzipped(paths[mnist.FILES[0]])
    assert hashlib.sha256(unzipped).hexdigest() == \
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"


# --- made-up problems


def test_noisy_sine():
    x, y = datasets.noisy_sine(5000, noise=0.3, rng=np.random.default_rng(0))
    assert x.shape == y.shape == (5000, 1)
    assert (x[0], x[-1]) == (-np.pi, np.pi)
    noise = y - np.sin(x)
    assert abs(noise.mean()) < 4 * 0.3 / np.sqrt(5000)
    assert noise.std() == pytest.approx(0.3, rel=0.05)
    exact = datasets.noisy_sine(7, noise=0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(exact.y, np.sin(exact.x))


def test_same_generator_same_data():
    for make in (datasets.noisy_sine, datasets.regression):
        one, again, other = (make(rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(one.y, again.y)
        assert not np.array_equal(one.y, other.y)


def test_two_piece():
    x, y = datasets.two_piece()
    assert x.shape == y.shape == (200, 1)
    np.testing.assert_allclose(np.diff(x, axis=0), 2 * np.pi / 199)
    for a, b in zip(x.ravel(), y.ravel(), strict=True):
        right = 5 + np.sin(a) + np.sin(2 * a) + np.sin(3 * a) + np.sin(4 * a) if a < 0 else np.cos(10 * a)
        assert b == pytest.approx(right, abs=1e-12)
    middle = datasets.two_piece(3)
    assert middle.y[1] == 1  # x = 0 belongs to the right piece


@pytest.mark.parametrize(("n", "features", "condition"),
                         [(100, 2, 1.0), (50, 6, 1e4), (4, 3, 10.0), (30, 1, 1.0)])
def test_regression(n, features, condition):
    data = datasets.regression(n, features, 0.0, condition, rng=np.random.default_rng(0))
    assert (data.x.shape, data.y.shape, data.weights.shape) == ((n, features), (n, 1), (features, 1))
    np.testing.assert_allclose(data.x @ data.weights, data.y)
    np.testing.assert_allclose(data.x.mean(axis=0), 0, atol=1e-12 * np.sqrt(condition))
    gram = data.x.T @ data.x / n
    assert np.linalg.cond(gram) == pytest.approx(condition, rel=1e-8)
    with_bias = np.hstack([data.x, np.ones((n, 1))])
    assert np.linalg.cond(with_bias.T @ with_bias) == pytest.approx(condition, rel=1e-8)
    noisy = datasets.regression(5000, features, 0.5, condition, rng=np.random.default_rng(0))
    assert (noisy.y - noisy.x @ noisy.weights).std() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("dtype", [np.float32, "float32", np.float64])
def test_dtype_of_made_up_problems(dtype):
    rng = np.random.default_rng(0)
    made = (datasets.noisy_sine(rng=rng, dtype=dtype), datasets.two_piece(dtype=dtype),
            datasets.regression(rng=rng, dtype=dtype))
    assert {array.dtype for data in made for array in data} == {np.dtype(dtype)}


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda rng: datasets.noisy_sine(1, rng=rng), ValueError, r"n must be .* at least 2, got 1"),
    (lambda rng: datasets.noisy_sine(10, -1, rng=rng), ValueError, "noise must be a number"),
    (lambda rng: datasets.noisy_sine(10, rng=0), TypeError, "rng must be a numpy.random.Generator"),
    (lambda rng: datasets.noisy_sine(10, rng=rng, dtype=int), ValueError, "dtype must be one of 'float32'"),
    (lambda rng: datasets.noisy_sine(10, rng=rng, dtype="float"), None, None),
    (lambda rng: datasets.noisy_sine(10, rng=rng, dtype="real"), ValueError, "dtype.*'real'"),
    (lambda rng: datasets.two_piece(2.5), TypeError, "n must be a whole number"),
    (lambda rng: datasets.regression(3, 3, rng=rng), ValueError, "n must be a whole number of at least 4"),
    (lambda rng: datasets.regression(10, 0, rng=rng), ValueError, "features"),
    (lambda rng: datasets.regression(10, 2, 0.1, 0.5, rng=rng), ValueError, "condition"),
    (lambda rng: datasets.regression(10, 1, 0.1, 2.0, rng=rng), ValueError, "condition must be 1 for"),
])
def test_bad_input(call, error, message):
    rng = np.random.default_rng(0)
    if error is None:
        call(rng)
        return
    with pytest.raises(error, match=message):
        call(rng)
