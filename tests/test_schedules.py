import numpy as np
import pytest

from course_lib.optimizers import SGD
from course_lib.schedules import constant, exponential, inverse_time, power, rate_at


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


def test_inverse_time_is_one_over_k_at_the_kth_step():
    rates = [inverse_time(2.0)(k - 1) for k in range(1, 50)]
    np.testing.assert_allclose(rates, 2 / np.arange(1, 50), rtol=1e-15)
    assert inverse_time(2.0, decay=0.5)(4) == 2 / 3


def test_power_and_exponential_solve_their_differential_equations():
    # lr' = -decay·lr for the exponential, lr' = -exponent·decay·lr / (1 + decay·t) for the power.
    h, lr, decay, exponent = 1e-5, 0.3, 0.2, 0.7
    for t in (0.0, 1.0, 7.5):
        falling, slower = exponential(lr, decay), power(lr, decay, exponent)
        assert (falling(t + h) - falling(t - h)) / (2 * h) == pytest.approx(-decay * falling(t), rel=1e-6)
        assert (slower(t + h) - slower(t - h)) / (2 * h) == pytest.approx(
            -exponent * decay * slower(t) / (1 + decay * t), rel=1e-6)
    assert falling(0) == slower(0) == lr


def test_the_sum_of_exponential_rates_is_finite_and_that_of_inverse_time_is_not():
    assert sum(map(exponential(0.1, 0.1), range(10_000))) == pytest.approx(0.1 / (1 - np.exp(-0.1)))
    harmonic = np.log(1e5) + 0.5772157
    assert sum(map(inverse_time(0.1), range(100_000))) == pytest.approx(0.1 * harmonic, rel=1e-4)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: inverse_time(-1), "lr must be a number in .*, got -1"),
    (lambda: inverse_time(1, decay=-1), "decay must be a number in .*, got -1"),
    (lambda: power(1, 1, -0.5), "exponent must be a number in .*, got -0.5"),
    (lambda: exponential("fast", 1), "lr must be a number in .*, got 'fast'"),
])
def test_bad_schedules_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
