"""Schedules of course_lib against PyTorch's and Keras' own, over 1,000 steps.

The rows of the table say how the arguments are translated. Differences are relative to the largest rate.

PyTorch: at most 1e-12. Most of its schedulers multiply the last rate instead of computing each from its step,
so that rounding of 1e-16 a step adds up: over 1,000 steps to 1e-13 at most; measured are 1e-14.
Keras: at most 1e-6. It computes in float32, where one operation rounds by up to 6e-8; measured are 2e-7. A
power multiplies the rounding of its base by the exponent, and restarts that of step/steps by its size, up to
ten times 6e-8 of a cycle: the periods drawn for these two are no shorter than 100 steps, and restarts are
held to 3e-6.
"""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from course_lib import schedules
from course_lib.frameworks import keras_schedule, load_keras, schedule_table, schedule_twins
from course_lib.frameworks.schedule_table import SCHEDULES
from course_lib.schedules import cosine, triangular

torch = pytest.importorskip("torch")
STEPS = 1000
LR = st.floats(-4, 0).map(lambda exponent: 10.0**exponent)
SHARE = st.floats(0.0, 0.5)  # what is left at the end


@pytest.fixture(scope="module")
def tf():
    pytest.importorskip("keras")
    pytest.importorskip("tensorflow", exc_type=ImportError)
    return load_keras()[0]


def with_end(cases):
    """Give an end rate as a share of lr."""
    return cases.map(lambda case: {name: value for name, value in case.items() if name != "share"}
                     | {"end": case["lr"] * case["share"]})


def case(**more):
    return st.fixed_dictionaries({"lr": LR, **more})


def geometric(case):
    boundaries, lr, factor = case
    return {"boundaries": boundaries, "rates": [lr * factor**i for i in range(len(boundaries) + 1)]}


BOUNDARIES = st.lists(st.integers(1, STEPS - 1), min_size=1, max_size=5, unique=True).map(sorted)
LONG = st.integers(2, STEPS)
# For each row what is drawn. (1 - step/steps)^exponent near its zero takes float32's rounding to that power,
# which for exponents below 1 is far more than the rounding itself: these are left out.
CASES = {
    "step": case(every=st.integers(100, STEPS), factor=st.floats(0.1, 1)),
    "piecewise": st.tuples(BOUNDARIES, LR, st.floats(0.1, 1)).map(geometric),
    "exponential": case(decay=st.floats(1e-4, 0.05)),
    "inverse_time": case(decay=st.floats(0, 1)),
    "power": case(decay=st.floats(0, 1), exponent=st.floats(0, 2)),
    "polynomial": case(steps=LONG, exponent=st.floats(1, 3)),
    "linear": with_end(case(steps=LONG, share=SHARE)),
    "cosine": with_end(case(steps=st.just(STEPS), share=SHARE)),
    "cosine_restarts": with_end(case(steps=st.integers(100, 300), growth=st.integers(1, 3), share=SHARE)),
    "warmup": case(steps=st.just(STEPS), warmup_steps=st.integers(1, 100), start=st.just(1e-5)),
    "triangular": st.fixed_dictionaries({
        "low": st.floats(0, 0.01), "high": st.floats(0.02, 1), "half_cycle": st.integers(1, 400),
        "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]), "gamma": st.floats(0.99, 1)}),
    "one_cycle": case(steps=st.integers(STEPS, 2 * STEPS), rise=st.floats(0.01, 0.99),
                      start_divisor=st.floats(1, 100), end_divisor=st.floats(1, 1e5),
                      anneal=st.sampled_from(["cosine", "linear"])),
    "join": case(hold=st.integers(1, 500), steps=st.just(STEPS)),
}
KERAS = [name for name in CASES if schedule_twins(name).keras]


def relative(ours, theirs):
    return np.abs(ours - theirs).max() / np.abs(theirs).max()


def test_each_row_is_compared():
    assert set(SCHEDULES) == {*CASES, "reduce_on_plateau"}
    functions = set(schedules.__all__) - {"rate_at", "constant"}  # a check, and a number
    assert functions | {"reduce_on_plateau"} == set(SCHEDULES)


@pytest.mark.parametrize("name", CASES)
def test_pytorch(name):
    @settings(max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(CASES[name])
    def check(arguments):
        twins = schedule_twins(name, **arguments)
        assert relative(twins.rates("course_lib", STEPS), twins.rates("pytorch", STEPS)) <= 1e-12

    check()


@pytest.mark.parametrize("name", KERAS)
def test_keras(tf, name):
    @settings(max_examples=4, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(CASES[name])
    def check(arguments):
        twins = schedule_twins(name, **arguments)
        apart = np.abs(twins.rates("course_lib", STEPS) - twins.rates("keras", STEPS))
        apart /= twins.rates("course_lib", 1)[0] if name != "warmup" else arguments["lr"]
        if name == "cosine_restarts":  # found by logarithms in float32: one may come a step early or late
            apart[restarts(arguments["steps"], arguments["growth"])] = 0
        if name == "step":  # see test_a_drop_may_come_late_in_a_compiled_keras_step
            apart[::arguments["every"]] = 0
        assert apart.max() <= (3e-6 if name == "cosine_restarts" else 1e-6)

    check()


def restarts(steps, growth):
    """The steps around each restart, which Keras may take for those before or after it."""
    found, start, length = [], steps, steps * growth
    while start < STEPS:
        found += [start - 1, start]
        start, length = start + length, length * growth
    return [step for step in found if step < STEPS]


def test_keras_has_shrinking_restarts_and_growth_between_whole_numbers(tf):
    twins = schedule_twins("cosine_restarts", lr=1.0, steps=100, growth=1.5, end=0.2, shrink=0.5)
    assert twins.pytorch is None
    apart = np.abs(twins.rates("course_lib", STEPS) - twins.rates("keras", STEPS))
    assert np.delete(apart, [99, 100, 249, 250, 474, 475, 812, 813]).max() <= 1e-6


@pytest.mark.parametrize("mode", ["triangular", "triangular2", "exp_range"])
def test_each_mode_of_the_cycle(mode):
    twins = schedule_twins("triangular", low=0.01, high=1.0, half_cycle=70, mode=mode, gamma=0.995)
    ours = twins.rates("course_lib", STEPS)
    assert relative(ours, twins.rates("pytorch", STEPS)) <= 1e-12
    assert ours[70] == pytest.approx(0.01 + 0.99 * (0.995**70 if mode == "exp_range" else 1))
    assert ours[210] == pytest.approx({"triangular": 1.0, "triangular2": 0.505,
                                       "exp_range": 0.01 + 0.99 * 0.995**210}[mode])


@pytest.mark.parametrize("name", ["step", "cosine", "warmup", "one_cycle"])
def test_another_schedule_is_not_taken_for_the_same(name):
    """A step more or a rate 0.001 % higher must be seen."""
    twins = schedule_twins(name)
    theirs = twins.rates("pytorch", 100)
    assert relative(schedule_twins(name, lr=0.100001).rates("course_lib", 100), theirs) > 1e-6
    assert relative(twins.rates("course_lib", 101)[1:], theirs) > 1e-6


# ---------------------------------------------------------------- where the frameworks' own differ

def test_a_boundary_is_the_last_step_of_the_old_rate_in_keras(tf):
    import keras

    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([100], [1.0, 0.5])
    ours = schedules.piecewise([100], [1.0, 0.5])
    assert [float(schedule(step)) for step in (99, 100, 101)] == [1.0, 1.0, 0.5]
    assert [ours(step) for step in (99, 100, 101)] == [1.0, 0.5, 0.5]


def test_a_drop_may_come_late_in_a_compiled_keras_step(tf):
    """tf.function turns a division by 218 into a product with 1/218, a little less than 1 at step 218."""
    schedule = schedule_twins("step", lr=1.0, every=218, factor=0.5).keras.make()
    assert float(schedule(218)) == 0.5
    assert float(tf.function(schedule)(tf.constant(218))) == 1.0
    assert float(tf.function(schedule)(tf.constant(219))) == 0.5


def test_after_the_end_pytorch_rises_again_and_the_others_stay(tf):
    twins = schedule_twins("cosine", lr=1.0, steps=100, end=0.1)
    assert twins.rates("pytorch", 201)[200] == pytest.approx(1.0)
    assert twins.rates("course_lib", 201)[100:].tolist() == [0.1] * 101
    np.testing.assert_allclose(twins.rates("keras", 201)[100:], 0.1, rtol=1e-6)


def test_after_its_end_pytorchs_one_cycle_refuses():
    with pytest.raises(ValueError, match="Tried to step 101 times"):
        schedule_twins("one_cycle", steps=100).rates("pytorch", 101)
    assert len(schedule_twins("one_cycle", steps=100).rates("course_lib", 101)) == 101


def test_lambda_lr_multiplies_the_base_rate():
    """The whole schedule, given to LambdaLR instead of its factor, is multiplied by the rate once more."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    torch.optim.lr_scheduler.LambdaLR(optimizer, schedules.inverse_time(0.1, 0.01))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01)


def test_what_a_framework_lacks():
    for name, arguments in {"linear": {"end": 0.2}, "polynomial": {"end": 0.01}, "warmup": {"start": 0.0},
                            "piecewise": {"rates": [0.1, 0.05, 0.04]}, "cosine_restarts": {"shrink": 0.5},
                            }.items():
        assert schedule_twins(name, **arguments).pytorch is None
    assert set(SCHEDULES) - set(KERAS) == {"power", "triangular", "one_cycle", "join", "reduce_on_plateau"}
    with pytest.raises(ValueError, match="side must be one that has such a schedule, got 'keras': Keras has"):
        schedule_twins("triangular").rates("keras", 10)
    with pytest.raises(ValueError, match="side must be one of 'course_lib', 'pytorch', 'keras', got 'jax'"):
        schedule_twins("step").rates("jax", 10)


# ---------------------------------------------------------------- reduce on plateau

def noisy_losses(seed, epochs=STEPS):
    rng = np.random.default_rng(seed)
    return np.exp(-np.arange(epochs) / 100) + 0.05 * rng.standard_normal(epochs) + 1


PLATEAU = st.fixed_dictionaries({
    "factor": st.floats(0.3, 0.95), "patience": st.integers(0, 12), "cooldown": st.integers(0, 12),
    "threshold": st.sampled_from([0, 1e-4, 0.02]), "min_lr": st.sampled_from([0.0, 1e-3]),
    "relative": st.booleans()})


@settings(max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(PLATEAU, st.integers(0, 1000))
def test_plateau_pytorch(arguments, seed):
    twins, losses = schedule_twins("reduce_on_plateau", **arguments), noisy_losses(seed)
    ours = twins.rates("course_lib", losses)
    assert len(set(ours)) > 2
    np.testing.assert_allclose(ours, twins.rates("pytorch", losses), rtol=1e-12)


@settings(max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(PLATEAU.map(lambda arguments: arguments | {"relative": False}), st.integers(0, 1000))
def test_plateau_keras(tf, arguments, seed):
    """Keras keeps the rate in float32, so that each reduction rounds; and it compares losses in float32."""
    losses = noisy_losses(seed, 300)
    twins = schedule_twins("reduce_on_plateau", **arguments)
    np.testing.assert_allclose(twins.rates("course_lib", losses), twins.rates("keras", losses), rtol=1e-5,
                               atol=1e-30)  # there float32 has few digits left


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_conventions_of_plateau_differ(tf):
    """Two epochs of no progress with patience 1; a cooldown of 1 which in Keras is none."""
    import keras

    flat = [1.0] * 8
    ours = schedule_twins("reduce_on_plateau", lr=1.0, factor=0.5, patience=1, cooldown=1)
    assert ours.rates("course_lib", flat).tolist() == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    callback = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, cooldown=1, min_delta=1e-4)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(flat):
        rates.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {"loss": loss})
    assert rates == [1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]


# ---------------------------------------------------------------- our schedules in Keras

def test_keras_schedule_follows_any_of_ours(tf):
    import keras

    cycle = triangular(0.0, 1.0, half_cycle=4)
    schedule = keras_schedule(cycle)
    assert isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
    assert [float(schedule(step)) for step in (6, 3, 3, 0)] == [cycle(step) for step in (6, 3, 3, 0)]
    assert schedule(0).dtype == tf.float64
    variable = keras.Variable(np.zeros(1), dtype="float64")
    optimizer = keras.optimizers.SGD(keras_schedule(cosine(0.3, 5)))
    optimizer.build([variable])
    step = tf.function(lambda: optimizer.apply([tf.constant([-1.0], tf.float64)], [variable]))
    for _ in range(7):
        step()
    assert variable.numpy()[0] == pytest.approx(sum(cosine(0.3, 5)(k) for k in range(7)), rel=1e-12)
    assert float(keras_schedule(0.1)(3)) == 0.1
    with pytest.raises(NotImplementedError, match="cannot be saved"):
        schedule.get_config()


# ---------------------------------------------------------------- the table

def test_schedule_table():
    table = schedule_table()
    assert len(table.rows) == len(SCHEDULES)
    assert all(len(row) == len(table.headers) == 4 for row in table.rows)
    assert schedule_table("piecewise").rows[0][:3] == [
        "piecewise([30, 80], [0.1, 0.01, 0.001])",
        "MultiStepLR(optimizer, milestones=[30, 80], gamma=0.1)",
        "PiecewiseConstantDecay([29, 79], [0.1, 0.01, 0.001])"]
    with pytest.raises(ValueError, match="name must be one of 'step'"):
        schedule_table("steps")


@pytest.mark.parametrize(("name", "arguments", "message"), [
    ("foo", {}, "name must be one of 'step', .* got 'foo'"),
    ("step", {"end": 1}, "arguments of step must be one of 'lr', 'every', 'factor', got 'end'"),
    ("step", {"every": 0}, "every must be a whole number of at least 1, got 0"),
    ("piecewise", {"rates": [0.1, -1, 1]}, "rates must be a number in .* got -1"),
    ("piecewise", {"boundaries": [3, 2]}, "boundaries must rise"),
    ("cosine", {"lr": 0}, r"lr must be a number in \(0, inf\), got 0"),
    ("one_cycle", {"anneal": "step"}, "anneal must be one of"),
])
def test_schedule_twins_refuse(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        schedule_twins(name, **arguments)
