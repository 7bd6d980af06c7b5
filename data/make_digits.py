"""Make the bundled digits from scikit-learn's copy: python data/make_digits.py (needs scikit-learn).

The order of the examples in the files is the split: 1,197 to train, 300 to validate, 300 to test,
30 of each digit in the last two. It was drawn once with a fixed generator and does not change.
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from course_lib.idx import write_idx

HERE = Path(__file__).resolve().parent
FILES = ("digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz")


def split_order(labels, per_class=30):
    """Indices of the training, validation and test examples, one after the other, each shuffled."""
    shuffled = np.random.default_rng(0).permutation(len(labels))
    rank = np.empty(len(labels), int)  # 0, 1, 2, … among the examples of the same digit
    for digit in range(10):
        members = shuffled[labels[shuffled] == digit]
        rank[members] = np.arange(len(members))
    part = np.select([rank < per_class, rank < 2 * per_class], [2, 1], 0)  # test, validation, training
    return shuffled[np.argsort(part[shuffled], kind="stable")]


def build():
    """The images (1797, 8, 8) and labels (1797,) as bytes, in the order of the split."""
    digits = load_digits()
    order = split_order(digits.target)
    return digits.images[order].astype(np.uint8), digits.target[order].astype(np.uint8)


def main():
    sums = HERE / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines(True) if line.split()[1] not in FILES]
    for file, array in zip(FILES, build(), strict=True):
        write_idx(HERE / file, array)
        lines.append(f"{hashlib.sha256((HERE / file).read_bytes()).hexdigest()}  {file}\n")
    sums.write_text("".join(lines), newline="\n")


if __name__ == "__main__":
    main()
