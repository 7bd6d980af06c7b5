import numpy as np
import pytest

from course_lib.optimizers import SGD
from course_lib.schedules import (
    constant,
    cosine,
    cosine_restarts,
    exponential,
    inverse_time,
    join,
    linear,
    one_cycle,
    piecewise,
    polynomial,
    power,
    rate_at,
    step,
    triangular,
    warmup,
)


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
    for t in (h, 1.0, 7.5):
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


# Every schedule, with settings in which steps 0 to 1,000 hold all its parts.
ALL = {
    "constant": constant(0.3),
    "exponential": exponential(0.3, 0.01),
    "inverse_time": inverse_time(0.3, 0.1),
    "power": power(0.3, 0.1, 0.5),
    "step": step(0.3, every=100, factor=0.5),
    "piecewise": piecewise([100, 500], [0.3, 0.1, 0.2]),
    "polynomial": polynomial(0.3, 700, end=0.1, exponent=2.5),
    "linear": linear(0.3, 700, end=0.1),
    "cosine": cosine(0.3, 700, end=0.1),
    "cosine_restarts": cosine_restarts(0.3, 90, growth=1.5, end=0.1, shrink=0.8),
    "warmup": warmup(cosine(0.3, 700), 50),
    "triangular": triangular(0.1, 0.3, 70),
    "triangular2": triangular(0.1, 0.3, 70, "triangular2"),
    "exp_range": triangular(0.1, 0.3, 70, "exp_range", 0.999),
    "one_cycle": one_cycle(0.3, 800),
    "one_cycle linear": one_cycle(0.3, 800, anneal="linear"),
    "join": join([0.1, linear(0.3, 100), step(0.2, 30)], [100, 300]),
}


def test_none_is_forgotten():
    from course_lib import schedules

    named = {name.split()[0] for name in ALL} | {"triangular"}
    assert set(schedules.__all__) - {"rate_at"} == named - {"triangular2", "exp_range"}


@pytest.mark.parametrize("name", ALL)
def test_pure_finite_and_not_negative(name):
    schedule, steps = ALL[name], list(range(1001))
    rates = [schedule(t) for t in steps]
    backwards = [schedule(t) for t in reversed(steps)]
    assert backwards[::-1] == rates
    assert [schedule(t) for t in steps] == rates
    assert all(type(rate) is float and 0 <= rate <= 0.3 for rate in rates)
    assert [rate_at(schedule, t) for t in (0, 10**6)] == [rates[0], schedule(10**6)]
    assert schedule(np.int64(7)) == rates[7]


@pytest.mark.parametrize(("name", "first", "last_step", "last"), [
    ("polynomial", 0.3, 700, 0.1), ("linear", 0.3, 700, 0.1), ("cosine", 0.3, 700, 0.1),
    ("warmup", 0.0, 750, 0.0), ("one_cycle", 0.3 / 25, 799, 0.3 / 25 / 1e4),
    ("one_cycle linear", 0.3 / 25, 799, 0.3 / 25 / 1e4)])
def test_the_ends_are_exact_and_stay(name, first, last_step, last):
    schedule = ALL[name]
    assert schedule(0) == first
    assert schedule(last_step) == last
    assert schedule(last_step + 1) == schedule(10**9) == last
    assert schedule(last_step - 1) > last


def test_steps_and_pieces_change_at_the_step_they_name():
    assert [ALL["step"](t) for t in (0, 99, 100, 199, 200)] == [0.3, 0.3, 0.15, 0.15, 0.075]
    assert [ALL["piecewise"](t) for t in (0, 99, 100, 499, 500, 10**9)] == [0.3, 0.3, 0.1, 0.1, 0.2, 0.2]
    joined = ALL["join"]
    assert [joined(t) for t in (0, 99, 100, 200, 299, 300, 329)] == [0.1, 0.1, 0.3, 0.0, 0.0, 0.2, 0.2]
    assert joined(330) == pytest.approx(0.02)


def test_cycles_begin_and_turn_where_they_say():
    schedule = cosine_restarts(1.0, 10, growth=2.0, end=0.2, shrink=0.5)
    assert [schedule(t) for t in (0, 10, 30)] == [1.0, pytest.approx(0.6), pytest.approx(0.4)]
    assert [schedule(t) for t in (5, 20)] == [pytest.approx(0.6), pytest.approx(0.4)]
    for mode, heights in (("triangular", [1, 1, 1]), ("triangular2", [1, 0.5, 0.25])):
        waves = triangular(0.0, 1.0, 7, mode)
        assert [waves(t) for t in (7, 21, 35)] == heights
        assert [waves(t) for t in (0, 14, 28)] == [0, 0, 0]
    assert triangular(0.0, 1.0, 7, "exp_range", 0.9)(21) == 0.9**21
    peak = one_cycle(1.0, 101, rise=0.5)
    assert max(range(101), key=peak) in (49, 50)
    assert peak(49.5) == 1.0


def test_a_single_step_long_schedule_and_equal_ends():
    assert [linear(0.5, 1)(t) for t in (0, 1)] == [0.5, 0.0]
    assert {cosine(0.25, 9, end=0.25)(t) for t in range(20)} == {0.25}


def test_a_number_stands_for_a_constant():
    assert [warmup(0.4, 2)(t) for t in range(4)] == [0.0, 0.2, 0.4, 0.4]
    assert [join([1, 2], [3])(t) for t in (2, 3)] == [1, 2]


def test_any_optimizer_follows_any_schedule():
    for schedule in ALL.values():
        opt, x = SGD(lr=schedule), np.zeros(1)
        for _ in range(30):
            opt.step(x, np.ones(1))
        assert x[0] == pytest.approx(-sum(schedule(t) for t in range(30)))
