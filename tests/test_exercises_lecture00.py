"""The checks of lecture 00: each typical wrong answer gets its diagnosis, right ones pass in any style."""

import math

import numpy as np
import pytest

from course_lib.datasets import load_digits
from course_lib.exercises import lecture00, lecture00_share
from course_lib.exercises.base import WrongAnswer
from course_lib.exercises.lecture00 import (
    FIRST,
    check_other_order,
    check_predictions,
    check_share_right,
    train,
)
from course_lib.layers import Dense, ReLU
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import Network
from course_lib.training import accuracy, batches

# --- exercise 1: the share that is right ------------------------------------------------------------


def plain(output, labels):
    return np.mean(np.argmax(output, axis=1) == labels)


def with_loops(output, labels):
    hits = 0
    for i in range(len(output)):
        best = 0
        for digit in range(10):
            if output[i][digit] > output[i][best]:
                best = digit
        if best == labels[i]:
            hits += 1
    return hits / len(output)


def with_a_list(output, labels):
    hits = [row.argmax() == label for row, label in zip(output, labels, strict=True)]
    return sum(hits) / len(hits)


def with_lists_only(output, labels):
    rows = output.tolist()
    return sum(row.index(max(row)) == label for row, label in zip(rows, labels, strict=True)) / len(rows)


def by_the_largest(output, labels):
    return np.mean(output[np.arange(len(labels)), labels] == output.max(axis=1))


def by_sorting(output, labels):
    return float((output.argsort(axis=1)[:, -1] == labels).sum()) / labels.size


def without_the_wrong(output, labels):
    return 1 - np.count_nonzero(output.argmax(axis=1) != labels) / len(labels)


def as_an_array(output, labels):
    return np.array(plain(output, labels))


@pytest.mark.parametrize("answer", [plain, with_loops, with_a_list, with_lists_only, by_the_largest,
                                    by_sorting, without_the_wrong, as_an_array, accuracy])
def test_right_share_in_any_style_is_accepted(answer, capsys):
    check_share_right(answer)
    assert capsys.readouterr().out.startswith("Right")


def hits(output, labels):
    return output.argmax(axis=1) == labels


def starts_with_zero(output, labels):
    right = 0
    for row, label in zip(output, labels, strict=True):
        best, place = 0, 0
        for digit in range(10):
            if row[digit] > best:
                best, place = row[digit], digit
        right += place == label
    return right / len(labels)


def short_loop(output, labels):
    return sum(output[i].argmax() == labels[i] for i in range(len(labels) - 1)) / len(labels)


def late_loop(output, labels):
    return sum(output[i].argmax() == labels[i] for i in range(1, len(labels))) / len(labels)


def in_place(output, labels):
    output -= output.max(axis=1, keepdims=True)
    return np.mean(output[np.arange(len(labels)), labels] == 0)


def prints(output, labels):
    print(plain(output, labels))


class Changing:
    def __init__(self):
        self.calls = 0

    def __call__(self, output, labels):
        self.calls += 1
        return plain(output, labels) / self.calls


WRONG_SHARE = {
    "in percent. A share lies between 0 and 1: leave out the factor 100\\.": lambda o, y: 100 * plain(o, y),
    "leave out the factor 100, and do not round": lambda o, y: round(100 * plain(o, y)),
    "that is how many are right": lambda o, y: sum(hits(o, y)),
    r"the share of \*wrong\* answers": lambda o, y: np.mean(o.argmax(axis=1) != y),
    "the smallest output of each row": lambda o, y: np.mean(o.argmin(axis=1) == y),
    "you compared the largest outputs with the labels": lambda o, y: np.mean(o.max(axis=1) == y),
    "of each column": lambda o, y: np.mean(o.argmax(axis=0) == y),
    "the number of all outputs": lambda o, y: hits(o, y).sum() / o.size,
    "divided by 10, the number of digits": lambda o, y: hits(o, y).sum() / o.shape[1],
    "rounded down to a whole number": lambda o, y: hits(o, y).sum() // len(y),
    "rounded to a whole number": lambda o, y: round(plain(o, y)),
    "rounded to 1 digit": lambda o, y: round(plain(o, y), 1),
    "rounded to 2 digits": lambda o, y: round(float(plain(o, y)), 2),
    "rounded to 3 digits": lambda o, y: float(f"{plain(o, y):.3f}"),
    "rounded to 4 digits": lambda o, y: np.round(plain(o, y), 4),
    "the last row is missing": lambda o, y: plain(o[:-1], y[:-1]),
    "the last row is never looked at": short_loop,
    "the first row is missing": lambda o, y: plain(o[1:], y[1:]),
    "the first row is never looked at": late_loop,
    "places are one too large": lambda o, y: np.mean(o.argmax(axis=1) + 1 == y),
    "the place in the whole array": lambda o, y: np.mean(np.argmax(o) == y),
    "dropped the minus signs": lambda o, y: plain(np.abs(o), y),
    "begins with 0": starts_with_zero,
    "at the label's place is positive": lambda o, y: np.mean(o[np.arange(len(y)), y] > 0),
    "the mean of the largest outputs": lambda o, y: o.max(axis=1).mean(),
    "the mean of the outputs at the labels' places": lambda o, y: np.mean(o[np.arange(len(y)), y]),
    "True or False for each row": hits,
    "(?s)True or False for each row.*mean": lambda o, y: list(hits(o, y)),
    "you returned False. Asked is a number": lambda o, y: np.all(hits(o, y)),
    "you returned True. Asked is a number": lambda o, y: any(hits(o, y)),
    "you returned the places of the largest outputs": lambda o, y: o.argmax(axis=1),
    "(?s)the places.*share that agrees": lambda o, y: [int(row.argmax()) for row in o],
    r"array of shape \(7,\): return one number": lambda o, y: hits(o, y).astype(float),
    "changed its argument output in place": in_place,
    "returned None: does it end with a return": prints,
    "must hold real numbers, got str": lambda o, y: f"{plain(o, y):.0%}",
    "must be an array": lambda o, y: [[1.0], [1.0, 2.0]],
    "exactly 2 times too small": lambda o, y: plain(o, y) / 2,
    "(?s)you give .* expected is": lambda o, y: 0.9,
    "stopped with TypeError": lambda output: 0.5,
    "stopped with IndexError": lambda o, y: sum(o[i].argmax() == y[i] for i in range(300)) / 300,
    "two different results": Changing(),
    "pass the function itself": 0.9,
}


@pytest.mark.parametrize("diagnosis", WRONG_SHARE)
def test_wrong_share_is_diagnosed(diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_share_right(WRONG_SHARE[diagnosis])


def test_no_two_mistakes_give_the_same_shares():
    found = {}
    for mistake in lecture00_share.SHARE_MISTAKES:
        shares = tuple(round(float(mistake.result(*case)), 9) for case in lecture00_share.share_cases())
        assert shares not in found, (mistake.message, found[shares])
        assert any(shares), mistake.message  # nothing but zeros has many causes
        found[shares] = mistake.message


def test_placeholder_stays_a_placeholder():
    def stub(output, labels):
        raise NotImplementedError("Replace this line")
    with pytest.raises(NotImplementedError):
        check_share_right(stub)


# --- exercise 2: predict ----------------------------------------------------------------------------

RIGHT = (2410, 38, math.log(10))


def test_right_predictions_are_what_the_library_does(capsys):
    data = load_digits().train
    rng = np.random.default_rng(0)
    net = Network([Dense(64, 32), ReLU(), Dense(32, 10)], loss=SoftmaxCrossEntropy(), rng=rng)
    loss = net.loss(np.zeros((len(data.y), 10)), data.y)[0]
    check_predictions(net.parameters.x.size, len(batches(len(data.x), 32, rng)), loss)
    assert capsys.readouterr().out.startswith("Right")


def test_the_measured_losses_are_measured():
    data = load_digits().train
    rng = np.random.default_rng(0)
    net = Network([Dense(64, 32), ReLU(), Dense(32, 10)], loss=SoftmaxCrossEntropy(), rng=rng,
                  dtype=np.float64)
    index = batches(len(data.x), 32, rng)[0]
    losses = [net.loss(net.predict(data.x[i]), data.y[i])[0] for i in (index, np.arange(len(data.y)))]
    assert [*losses, train(passes=1)[0]] == pytest.approx(lecture00.MEASURED, abs=1e-4)


@pytest.mark.parametrize("first_loss", [2.3, 2.303, 2.30259, np.float32(np.log(10)), -np.log(0.1)])
def test_three_digits_are_enough(first_loss):
    check_predictions(2410, np.int64(38), first_loss)


@pytest.mark.parametrize(("place", "given", "diagnosis"), [
    (0, 2368, "Each neuron has a bias too"),
    (0, 2378, "32 biases of the hidden neurons are missing"),
    (0, 2400, "10 biases of the outputs are missing"),
    (0, 42, "the biases only"),
    (0, 2080, "the first layer. The second"),
    (0, 2048, "without its biases, and the second layer is missing"),
    (0, 330, "the second layer. The first"),
    (0, 2474, "they have no biases"),
    (0, 64 + 32 + 10, "multiply"),
    (0, 64 * 32 * 10, "multiplied all three"),
    (0, 8 * 32 + 32 + 330, "64 inputs, not 8"),
    (0, 784 * 32 + 32 + 330, "for MNIST"),
    (0, 2411, "too large"),
    (0, "many", "must be one number"),
    (1, 37, "a step too: round up"),
    (1, 1197 / 32, "steps is whole"),
    (1, 37.4, "steps is whole"),
    (1, 380, "all ten passes"),
    (1, 370, "rounded down, and for all ten passes"),
    (1, 1197, "one picture at a time"),
    (1, 32, "how many such steps"),
    (1, 1, "all pictures in one step"),
    (1, 10, "300 test pictures. Training"),
    (1, 9, "300 test pictures, and rounded down"),
    (1, 57, "all 1,797 pictures. 300"),
    (1, 56, "all 1,797 pictures, and rounded down"),
    (1, 47, "to choose with too"),
    (1, 1563, "MNIST's 50,000"),
    (1, 39, "too large"),
    (2, math.log10(10), "to base 10. The loss takes the natural"),
    (2, math.log2(10), "to base 2"),
    (2, 0.1, "the probability of the right digit"),
    (2, math.log(0.1), r"is \*minus\* the logarithm"),
    (2, math.log10(0.1), "base 10, without the minus"),
    (2, 0.9, "share of wrong answers"),
    (2, 0.105, "-ln 0.9"),
    (2, 10, "that is 1/p"),
    (2, 0.693, "two classes"),
    (2, 23.03, "over the ten digits"),
    (2, 73.7, "over a batch"),
    (2, 3.466, "32 classes"),
    (2, 4.16, "64 classes"),
    (2, 0, "sure and right"),
    (2, 2.277, "that was measured"),
    (2, 2.352, "that was measured"),
    (2, 2.2445, "that was measured"),
    (2, 2.5, "too large"),
    (2, float("nan"), "finite"),
    (2, math.log, "is a function"),
])
def test_wrong_prediction_is_diagnosed(place, given, diagnosis):
    answers = [*RIGHT[:place], given, *RIGHT[place + 1:]]
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_predictions(*answers)


@pytest.mark.parametrize(("place", "name"), list(enumerate(["parameters", "steps", "first_loss"])))
def test_missing_number_is_not_called_wrong(place, name):
    answers = [*RIGHT[:place], ..., *RIGHT[place + 1:]]
    with pytest.raises(NotImplementedError, match=f"{name} has no value yet"):
        check_predictions(*answers)


# --- exercise 3: break the agreement ----------------------------------------------------------------


@pytest.mark.parametrize("second", [
    {"first_weights": 0, "order": 1, "batch_size": 32, "lr": 0.125, "hidden": 32},
    {"hidden": 32, "lr": 1 / 8, "batch_size": 32, "order": 2026, "first_weights": 0},
    FIRST | {"order": 7},
    dict(FIRST, order=np.int64(42)),
])
def test_another_order_is_accepted(second, capsys):
    check_other_order(second)
    assert capsys.readouterr().out.startswith("Right: the losses differ by up to 0.")


def changed(**settings):
    return FIRST | settings


@pytest.mark.parametrize(("second", "diagnosis"), [
    (dict(FIRST), "nothing is changed"),
    (changed(lr=1 / 8), "nothing is changed"),
    (changed(hidden=64), "you changed the network"),
    (changed(first_weights=1), "you changed the first weights"),
    (changed(lr=0.1), "you changed the learning rate"),
    (changed(lr=1e6), "you changed the learning rate"),
    (changed(batch_size=64), "you changed the batch size"),
    (changed(order=1, lr=0.1), "you changed order and lr: .* Change one setting only"),
    (changed(order=1, first_weights=1, hidden=8), "you changed first_weights, order and hidden"),
    (changed(first_weights=1, lr=1), "you changed first_weights and lr"),
    (changed(order=1.5), r"second\['order'\] must be a whole number, 0 or more, got 1.5"),
    (changed(order=-1), "whole number, 0 or more, got -1"),
    (changed(order=True), "whole number, 0 or more, got True"),
    (changed(order="shuffled"), "got 'shuffled'"),
    (changed(order=np.arange(3)), "got array"),
    (changed(batch_size=0), "whole number, 1 or more, got 0"),
    (changed(hidden=0), "whole number, 1 or more, got 0"),
    (changed(lr=0.0), r"second\['lr'\] must be a positive number, got 0.0"),
    (changed(lr=math.inf), "positive number, got inf"),
    (changed(lr="fast"), "positive number, got 'fast'"),
    ({"order": 1}, "first_weights is missing; batch_size is missing"),
    (changed(shuffle=1), "'shuffle' is none of them"),
    ({}, "must have the keys"),
    (train, "must be a dict of settings, like exercise.FIRST, got function"),
    ([0, 1, 32, 0.125, 32], "got list"),
])
def test_wrong_settings_are_diagnosed(second, diagnosis):
    with pytest.raises(WrongAnswer, match=diagnosis):
        check_other_order(second)


def test_settings_without_a_value_are_not_called_wrong():
    for second, name in ((None, "second"), (..., "second"), (changed(order=None), r"second\['order'\]")):
        with pytest.raises(NotImplementedError, match=f"{name} has no value yet"):
            check_other_order(second)


def test_an_order_that_breaks_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(lecture00, "train", lambda **settings: np.ones(3))
    with pytest.raises(WrongAnswer, match="differ by 0 at most"):
        check_other_order(changed(order=1))


def test_what_the_messages_and_the_solution_say_of_the_first_step():
    first, order, lr = (train(**settings, passes=1)
                        for settings in (FIRST, changed(order=1), changed(lr=0.1)))
    assert len(first) == 38
    assert abs(order[0] - first[0]) > 1e-3
    assert lr[0] == first[0]
    assert abs(lr[1] - first[1]) > 1e-3


def test_many_orders_break_the_agreement():
    first = train(passes=2)
    assert min(np.abs(train(order=k, passes=2) - first).max() for k in range(1, 15)) > lecture00.APART
