"""Long vectors: a rule read as a program gives the numbers of the rule, but for the rounding of axpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.optimizers import OPTIMIZERS, Optimizer, base, blocks
from course_lib.optimizers.blocks import read

SIZE = 11


def stepped(opt, block, monkeypatch, steps=4, dtype=np.float64):
    """x and the state after some steps with blocks of this size."""
    monkeypatch.setattr(base, "BLOCK", block)
    rng, x = np.random.default_rng(0), np.ones(SIZE, dtype)
    for _ in range(steps):
        opt.step(x, rng.standard_normal(SIZE).astype(dtype))
    return [x, *opt.state.values()]


def assert_blocks_change_nothing(make, monkeypatch):
    """To the last bit, with an axpy that rounds the product and the sum, as the formula does."""
    monkeypatch.setattr(blocks, "_blas_axpy", lambda dtype: lambda z, y, a: np.add(y, a * z, out=y))
    for dtype in (np.float32, np.float64):
        whole = stepped(make(), SIZE, monkeypatch, dtype=dtype)
        for block in (1, 4, SIZE - 1):
            for a, b in zip(stepped(make(), block, monkeypatch, dtype=dtype), whole, strict=True):
                np.testing.assert_array_equal(a, b)


def program_of(opt, lr=0.1):
    opt.t = 3
    return read(opt._update, lr, len(opt.slots))


def with_rule(rule, slots=("a", "b")):
    return type("Own", (Optimizer,), {"rule": lambda self, g, lr, t, *state: rule(g, lr, t, *state),
                                      "slots": slots})


@pytest.mark.parametrize("lr", [0.1, np.full(1, 0.1)], ids=["number", "array"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_of_the_library_is_read(name, lr):
    program = program_of(OPTIMIZERS[name](weight_decay=0.1), lr)
    assert program is not None
    assert program.scratch <= 2  # the state is written in place


@pytest.mark.parametrize(("name", "passes"), [
    ("sgd", 1),    # axpy
    ("momentum", 3),
    ("adam", 9),   # two for m, three for v, three for the quotient, one for x: none to copy, none twice
])
def test_no_pass_more_than_needed(name, passes):
    assert len(program_of(OPTIMIZERS[name]()).operations) == passes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_gives_its_numbers_but_for_rounding(name, dtype, monkeypatch):
    def make():
        return OPTIMIZERS[name](lr=0.01, weight_decay=0.1)

    whole = stepped(make(), SIZE, monkeypatch, dtype=dtype)
    for a, b in zip(stepped(make(), 4, monkeypatch, dtype=dtype), whole, strict=True):
        assert a.dtype == dtype
        np.testing.assert_allclose(a, b, rtol=20 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_axpy_works_in_place(dtype):
    rng = np.random.default_rng(0)
    z, before = rng.standard_normal((2, 1001)).astype(dtype)
    for operation, sign in ((blocks.axpy, 1), (blocks.minus_axpy, -1)):
        y = np.concatenate([before, before])  # a block is a part of a vector
        part = y[1001:]
        operation(part, z, np.array(0.3, dtype), out=part)
        np.testing.assert_array_equal(y[:1001], before)
        np.testing.assert_allclose(part, before + sign * dtype(0.3) * z, atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize(("rule", "joined"), [
    (lambda g, lr, t, a, b: (g, a + 0.1 * g, b), 1),
    (lambda g, lr, t, a, b: (g, 0.1 * g + a, b), 1),                       # on either side of the sum
    (lambda g, lr, t, a, b: (g, a - g * 0.1, b), 1),
    (lambda g, lr, t, a, b: (g, 0.1 * g - a, b), 0),                       # would end in the wrong place
    (lambda g, lr, t, a, b: (g, a + 0.1 * g, 0.1 * a), 0),                 # a is still needed
    (lambda g, lr, t, a, b: (g, b + 0.1 * a, b), 0),                       # 0.1·a can be made in a's place
    (lambda g, lr, t, a, b: (g, g + 0.1 * a * b, b), 0),                   # g belongs to the caller
    (lambda g, lr, t, a, b: (g, a + g * b, b), 0),                         # no number
    (lambda g, lr, t, a, b: (g, a + 0.1 * g / (1 + g**2), b), 1),
], ids=range(9))
def test_where_a_sum_becomes_one_operation(rule, joined, monkeypatch):
    make = with_rule(rule)
    operations = program_of(make()).operations[:-1]  # the last is x - step
    assert sum(operation[0] in blocks.AXPY.values() for operation in operations) == joined
    whole = stepped(make(lr=0.1), SIZE, monkeypatch)
    for a, b in zip(stepped(make(lr=0.1), 4, monkeypatch), whole, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("rule", [
    lambda g, lr, t, a, b: (lr * np.where(g > 0, g, 0), a, b),             # chooses between arrays
    lambda g, lr, t, a, b: (lr * np.clip(g, -1, 1), a, b),
    lambda g, lr, t, a, b: (lr * np.float64(0.5) * g, a, b),               # would change float32 to float64
    lambda g, lr, t, a, b: (lr * (g - np.ones(g.shape)), a, b),            # brings an array of its own
    lambda g, lr, t, a, b: (np.multiply(g, lr, where=g > 0, out=0 * g), a, b),
    lambda g, lr, t, a, b: (lr * (g if g.dtype == np.float64 else 2 * g), a, b),
], ids=["where", "clip", "float64", "array", "masked", "dtype"])
def test_what_is_no_chain_of_elementwise_operations_runs_as_it_stands(rule, monkeypatch):
    make = with_rule(rule)
    assert program_of(make()) is None
    assert_blocks_change_nothing(lambda: make(lr=0.1), monkeypatch)


@pytest.mark.parametrize("rule", [
    lambda g, lr, t, a, b: (lr * g, b, a),                                 # states change places
    lambda g, lr, t, a, b: (lr * g, b + g, a),
    lambda g, lr, t, a, b: (lr * g, g, g),
    lambda g, lr, t, a, b: (g, a + 1, a),                                  # a is needed to the end
    lambda g, lr, t, a, b: (a, g * b, (a + b) / (1 + g**2)),
    lambda g, lr, t, a, b: (a + b, a + g, a - g),
    lambda g, lr, t, a, b: (lr * t * g**3, -abs(g) ** 0.5, np.maximum(a, g) ** 2),
    lambda g, lr, t, a, b: (np.exp(-(g**2)) ** -1, 2 ** np.tanh(g), np.sign(a) * np.log1p(g**2)),
    lambda g, lr, t, a, b: (lr * g, b + 1, b),
    lambda g, lr, t, a, b: (lr * np.asarray(g), b, b),
], ids=range(10))
def test_results_end_in_their_places(rule, monkeypatch):
    make = with_rule(rule)
    with np.errstate(invalid="ignore"):
        assert program_of(make()) is not None
        assert_blocks_change_nothing(lambda: make(lr=0.1), monkeypatch)


def test_a_rule_may_keep_the_average_before_as_well(monkeypatch):
    make = with_rule(lambda g, lr, t, a, b: (lr * g, a + g, a))
    for block in (2, SIZE):
        monkeypatch.setattr(base, "BLOCK", block)
        opt = make(lr=0.1)
        for _ in range(3):
            opt.step(np.zeros(SIZE), np.ones(SIZE))
        np.testing.assert_array_equal(opt.state["a"], 3)
        np.testing.assert_array_equal(opt.state["b"], 2)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_chain_of_operations(data):
    """A random formula: each line combines two earlier values; any of them become the step and the state."""
    ufuncs = [np.add, np.subtract, np.multiply, np.maximum, np.minimum]
    lines = data.draw(st.lists(st.tuples(st.sampled_from(ufuncs), st.integers(0, 99), st.integers(0, 99),
                                         st.booleans()), max_size=12))
    picks = data.draw(st.tuples(*[st.integers(0, 99)] * 3))

    def rule(g, lr, t, a, b):
        values = [g, a, b]
        for ufunc, left, right, constant in lines:
            second = right / 64 if constant else values[right % len(values)]
            values.append(ufunc(values[left % len(values)], second))
        return tuple(values[pick % len(values)] for pick in picks)

    make = with_rule(rule)
    assert program_of(make()) is not None
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        assert_blocks_change_nothing(lambda: make(lr=0.1), patch)


@pytest.mark.parametrize(("rule", "error"), [
    (lambda g, lr, t, a, b: (lr * g, a), ValueError),                      # one state too few
    (lambda g, lr, t, a, b: (lr * g.no_such_thing, a, b), AttributeError),
    (lambda g, lr, t, a, b: (lr * missing, a, b), NameError)],  # noqa: F821
    ids=["too few", "attribute", "name"])
def test_mistakes_in_a_rule_are_told_as_for_short_vectors(rule, error, monkeypatch):
    monkeypatch.setattr(base, "BLOCK", 2)
    with pytest.raises(error):
        with_rule(rule)(lr=0.1).step(np.ones(SIZE), np.ones(SIZE))


def test_constants_are_those_of_this_step(monkeypatch):
    make = with_rule(lambda g, lr, t: (lr * t * g,), slots=())
    monkeypatch.setattr(base, "BLOCK", 2)
    opt, x = make(lr=lambda step: 1.0 + step), np.zeros(3)
    for expected in (-1.0, -5.0, -14.0):  # rates 1, 2, 3 times steps 1, 2, 3
        opt.step(x, np.ones(3))
        np.testing.assert_array_equal(x, expected)
