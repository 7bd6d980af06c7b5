import numpy as np
import pytest

from course_lib.optimizers import SGD
from course_lib.schedules import constant, rate_at


def test_constant_is_pure_and_a_python_float():
    schedule = constant(np.float64(0.1))
    assert [schedule(step) for step in (5, 0, 5, 10**9)] == [0.1] * 4
    assert type(schedule(0)) is float


def test_a_schedule_receives_zero_first_then_each_step_once():
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.5

    opt, x = SGD(lr=schedule), np.ones(2)
    for _ in range(3):
        opt.step(x, np.ones(2))
    assert asked == [0, 1, 2]
    opt.reset()
    opt.step(x, np.ones(2))
    assert asked == [0, 1, 2, 0]


def test_asking_for_the_next_rate_uses_nothing_up():
    opt, x = SGD(lr=lambda step: 1 / (1 + step)), np.zeros(1)
    assert opt.next_lr == opt.next_lr == 1.0
    opt.step(x, np.ones(1))
    assert opt.next_lr == 0.5
    opt.step(x, np.ones(1))
    assert x[0] == -1.5


@pytest.mark.parametrize("rate", [np.float64(0.1), np.float32(0.25), 1, np.int64(1), 0])
def test_any_real_rate_becomes_a_python_float(rate):
    value = rate_at(lambda step: rate, 0)
    assert type(value) is float
    assert value == rate


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf"), None, "0.1", True, 1j])
def test_what_is_no_rate_is_refused_with_its_step(rate):
    x = np.ones(2)
    with pytest.raises((TypeError, ValueError), match=r"lr must be .*from the schedule, at step 0"):
        SGD(lr=lambda step: rate).step(x, np.ones(2))
    np.testing.assert_array_equal(x, 1)


def test_an_error_inside_a_schedule_reaches_its_author():
    with pytest.raises(ZeroDivisionError):
        SGD(lr=lambda step: 1 / step).step(np.ones(1), np.ones(1))
