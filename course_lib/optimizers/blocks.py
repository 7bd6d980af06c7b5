"""Rules on long vectors: read once per step, then run block by block in memory that is used again.

Run as it stands, a formula makes a new array in each operation, and the new state must be copied over the
old. For a vector that does not fit into the processor's cache this costs more than the arithmetic. So the
update is called once with stand-ins, which note each operation. Then these operations run on one block after
the other, and each writes its result where a number lies that is no longer needed: over the old state, or in
one of a few blocks of scratch memory. They are the same operations in the same order, to the last bit, with
one exception: y + c·z with a number c, or y + c·m / d, ends in one operation of the BLAS, axpy, which goes
through memory once instead of twice and, on most processors, rounds once instead of twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# What may be noted: each entry of the result comes from the entries at the same place alone.
ELEMENTWISE = {np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.reciprocal, np.power,
               np.square, np.sqrt, np.exp, np.expm1, np.log, np.log1p, np.tanh, np.absolute, np.sign,
               np.maximum, np.minimum}
POWERS = {2: np.square, 0.5: np.sqrt, -1: np.reciprocal}  # what array**power calls for these
X, G, LR, STATE = 0, 1, 2, 3  # the order of what an update is given; the state has one or more places
JOINED = None, ()  # the note of a value that is computed within a later one


def axpy(y, z, c, out):
    """y ← y + c·z, in place; `out` must be y."""
    _blas_axpy(y.dtype)(z, out, a=c)


def minus_axpy(y, z, c, out):
    """y ← y - c·z, in place; `out` must be y."""
    _blas_axpy(y.dtype)(z, out, a=-c)


@lru_cache
def _blas_axpy(dtype):
    from scipy.linalg.blas import get_blas_funcs  # only long vectors need it: `import course_lib` stays quick

    return get_blas_funcs("axpy", dtype=dtype)


AXPY = {np.add: axpy, np.subtract: minus_axpy}


class StandIn(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array while a rule is read: an operation on it is noted, not done.

    notes : list shared by all stand-ins, with one item per value: None for an array given to the update,
        a float for a constant, (ufunc, operands) for the result of an operation on earlier values
    value : the value that this one stands for, an index of `notes`
    """

    def __init__(self, notes, value):
        self.notes, self.value = notes, value

    def __array_ufunc__(self, ufunc, method, *operands, out=None, **options):
        known = all(type(operand) in (StandIn, float, int) for operand in operands)
        if ufunc not in ELEMENTWISE or method != "__call__" or options or not known:
            return NotImplemented
        values = tuple([o.value if type(o) is StandIn else self._note(float(o)) for o in operands])
        result = out[0] if out else StandIn(self.notes, None)  # x -= step gives x itself a new value
        result.value = self._note((ufunc, values))
        return result

    def __pow__(self, power):
        ufunc = POWERS.get(power) if isinstance(power, (int, float)) else None
        return ufunc(self) if ufunc else super().__pow__(power)

    def _note(self, item):
        self.notes.append(item)
        return len(self.notes) - 1


@dataclass
class Program:
    """Operations on numbered places in memory: what the update is given, then constants, then scratch.

    operations : list of (ufunc, places of its operands, place of its result)
    scratch : number of places for results on the way
    constants : list of floats
    """

    operations: list
    scratch: int
    constants: list

    def run(self, blocks, size):
        """Do the operations on one block after the other: lists of x, g, lr and the state.

        size : the number of entries of the longest block
        """
        scratch = None
        for given in blocks:
            x = given[X]
            if scratch is None:
                scratch = np.empty((self.scratch, size), x.dtype)
                constants = [np.array(value, x.dtype) for value in self.constants]
            memory = [*given, *constants, *scratch[:, :x.size]]
            for ufunc, operands, target in self.operations:
                ufunc(*[memory[place] for place in operands], out=memory[target])


def cut(size, *arrays):
    """Lists of blocks of at most `size` entries of all arrays; what is no array goes along as it is.

    The last block comes first: it is the one that a look at all of g, just before, left in the cache.

    >>> [block.tolist() for block, _ in cut(2, np.arange(5), 0.1)]
    [[4], [2, 3], [0, 1]]
    """
    flat = [a.reshape(-1) if isinstance(a, np.ndarray) else a for a in arrays]
    slices = [slice(start, start + size) for start in reversed(range(0, flat[0].size, size))]
    return ([a[block] if isinstance(a, np.ndarray) else a for a in flat] for block in slices)


def read(update, lr, slots):
    """The Program of `update(x, g, lr, *state)`, which changes x and returns the new state; or None.

    lr : the learning rate; slots : the number of arrays in the state. None if the update is not made of
    elementwise operations only: then it must be called with arrays.
    """
    notes = [None] * (STATE + slots)
    x, g, rates, *state = [StandIn(notes, value) for value in range(len(notes))]
    try:
        new = update(x, g, rates if isinstance(lr, np.ndarray) else lr, *state)
    except Exception:  # of whatever kind: called with arrays, the update works or tells its own error
        return None
    if len(new) != slots or not all(isinstance(item, StandIn) for item in new):
        return None
    constants = [note for note in notes if isinstance(note, float)]
    shape = tuple(float if isinstance(note, float) else note for note in notes)
    return Program(*_places(shape, (x.value, *(item.value for item in new))), constants)


def _join(notes, homes):
    """`notes` with y ± c·z as one operation, wherever y and c·z are needed for nothing else.

    A quotient counts as well: y ± c·m / d becomes y ± c·(m / d). homes : place that a result must end in ->
    that result; c·z stays as it is if the sum belongs into z's place, where c·z can be made.
    """
    notes = list(notes)
    operands = [operand for note in notes if isinstance(note, tuple) for operand in note[1]]
    uses = Counter([*homes.values(), *operands])

    def factor(value, total):
        """(c, z) if the value is c·z with a number c, for one use; its own operation is taken out."""
        if not isinstance(notes[value], tuple) or uses[value] != 1:
            return None
        ufunc, operands = notes[value]
        if ufunc is np.divide and (found := factor(operands[0], total)):
            notes[value] = np.divide, (found[1], operands[1])
            return found[0], value
        numbers = [operand for operand in operands if notes[operand] is float]
        if ufunc is not np.multiply or len(numbers) != 1:
            return None
        z = operands[1 - operands.index(numbers[0])]
        if homes.get(z) == total:
            return None
        notes[value] = JOINED
        return numbers[0], z

    for value, note in enumerate(notes):
        if not isinstance(note, tuple) or note[0] not in AXPY:
            continue
        ufunc, (first, second) = note
        for y, product in [(first, second), (second, first)][:2 if ufunc is np.add else 1]:
            writable = y not in (G, LR) and notes[y] is not float and uses[y] == 1
            if writable and (found := factor(product, value)):
                notes[value] = AXPY[ufunc], (y, found[1], found[0])
                break
    return notes


@lru_cache(maxsize=64)  # one step differs from the next in its constants only
def _places(notes, results):
    """The operations in `notes` with a place for each value, and how many places of scratch they need.

    results : values, of which the first must end in x's place and the others in those of the state
    """
    homes = dict(zip((X, *range(STATE, notes.count(None))), results, strict=True))
    notes = _join(notes, homes)
    ready = [value for value, note in enumerate(notes) if not isinstance(note, tuple)]
    place = {value: index for index, value in enumerate(ready)}
    holds = {index: index for index in homes}  # the value in each place that may be written
    read_last = {operand: value for value, note in enumerate(notes) if isinstance(note, tuple)
                 for operand in note[1]}
    read_last.update(dict.fromkeys(results, len(notes)))
    operations = []

    def scratch():
        new = len(ready) + len(holds) - len(homes)
        holds[new] = None
        return new

    for value, note in enumerate(notes):
        if value in place or note == JOINED:
            continue
        ufunc, operands = note
        free = [index for index, old in holds.items() if read_last.get(old, -1) <= value]
        home = [index for index, result in homes.items() if result == value]
        near = [place[operand] for operand in operands]  # these are in the cache
        best = [index for index in (*home, *near, *reversed(free)) if index in free]
        target = near[0] if ufunc in AXPY.values() else best[0] if best else scratch()
        operations.append((ufunc, near, target))
        place[value], holds[target] = target, value

    # A result that could not be made in its place is copied there once nothing else is needed.
    strays = [(place[value], scratch(), index) for index, value in homes.items() if place[value] != index]
    operations += [(np.positive, [start], between) for start, between, _ in strays]
    operations += [(np.positive, [between], end) for _, between, end in strays]
    return operations, len(holds) - len(homes)
