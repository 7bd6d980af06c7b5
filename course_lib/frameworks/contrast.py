"""course_lib and the frameworks side by side: same start, same batches, each its own gradients.

What `contrast` does for PyTorch is, in the cells of a notebook, this:

    module = to_torch(net)                                   # the same layers and weights
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
    for index in stream:                                     # the same batches
        optimizer.zero_grad()
        value = loss(module(torch.from_numpy(x[index])), torch.from_numpy(y[index]))
        value.backward()
        optimizer.step()

and for Keras, where `tf.function` compiles the step:

    model = to_keras(net)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x))
        optimizer.apply(tape.gradient(value, model.trainable_variables))
        return value

    for index in stream:
        value = step(tf.constant(x[index]), tf.constant(y[index]))
"""

from __future__ import annotations

from time import perf_counter

import numpy as np

from course_lib.frameworks.comparison import Contrast, Difference
from course_lib.frameworks.conventions import frameworks_with, like, own_values
from course_lib.frameworks.installed import FRAMEWORKS, LABELS, available
from course_lib.frameworks.sides import RULES, TWINS, course_lib_side
from course_lib.frameworks.twins import buffers, check_net, net_like
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.optimizers import OPTIMIZERS
from course_lib.training import batches, check_data
from course_lib.validation import boolean, choice, floats, generator, integer


def contrast(net, x, y, optimizer="momentum", hyper=None, *, steps=200, batch_size=32, rng,
             frameworks=None, exact=True):
    """Train copies of `net` in course_lib and in each framework, in float64, and compare them at each step.

    Parameters
    ----------
    net : Network without Dropout, whose masks would differ; left as it is. With BatchNorm, each side keeps
        the running statistics as that framework does (`net_like`), and they are compared too
    x, y : inputs (n, inputs) and targets, as for `fit`
    optimizer : a key of OPTIMIZERS, such as "momentum"
    hyper : dict of hyper-parameters by course_lib's names, for all; for the rest, each side's own defaults.
        "nesterov" needs a momentum for PyTorch, whose class refuses its own default of 0
    steps : number of steps; batch_size : rows per step, None for all
    rng : numpy Generator that shuffles the batches
    frameworks : those to compare with, "pytorch", "keras" or both; None for all that have the optimizer
    exact : False gives Keras its hyper-parameters as Python numbers, which it rounds to float32 (see `make`)

    Returns a Contrast. Each framework is compared with course_lib's `like(framework, optimizer, **hyper)`;
    `losses["course_lib"]` is the plain course_lib optimizer, whose weight_decay is decoupled.
    """
    _check_no_draws(check_net(net))
    generator(rng)
    choice("optimizer", optimizer, OPTIMIZERS)
    frameworks, hyper = _check_choice(optimizer, hyper, frameworks)
    integer("steps", steps, 1)
    boolean("exact", exact)
    start = net.copy(np.float64)
    x, y = check_data(x, y)
    x = x.astype(np.float64, copy=False)
    if isinstance(net.loss, SoftmaxCrossEntropy) and y.dtype.kind in "iu":
        y = y.astype(np.int64, copy=False)  # the one loss whose targets are labels
    else:
        y = floats("y", y).astype(np.float64, copy=False)
    stream = _stream(len(x), len(x) if batch_size is None else batch_size, steps, rng)
    result = Contrast(optimizer, steps, frameworks, exact)
    plain = course_lib_side(start, _plain(optimizer, hyper))
    result.losses["course_lib"], result.seconds_per_step["course_lib"] = _run([plain], x, y, stream)[:2]
    for framework in frameworks:
        if not available()[framework]:
            continue
        twin = net_like(framework, start)
        own = course_lib_side(twin, like(framework, optimizer, **hyper))
        theirs = TWINS[framework](twin, optimizer, hyper, exact)
        losses, seconds, parameters, loss, statistics = _run([theirs, own], x, y, stream)
        result.losses[LABELS[framework]], result.seconds_per_step[framework] = losses, seconds
        result.parameter_difference[framework], result.loss_difference[framework] = parameters, loss
        if buffers(start):
            result.buffer_difference[framework] = statistics
    return result


def contrast_rule(name, gradients, x0, hyper=None, *, frameworks=None, exact=True):
    """Feed one stream of gradients to course_lib's rule and the frameworks', in float64.

    name : a key of OPTIMIZERS; gradients : (steps, …); x0 : start, of shape (…)
    hyper, frameworks, exact : as for `contrast`

    Returns a Contrast without losses and times.

    >>> result = contrast_rule("momentum", np.ones((50, 3)), np.zeros(3), frameworks=())
    >>> result.steps
    50
    """
    frameworks, hyper = _check_choice(name, hyper, frameworks)
    boolean("exact", exact)
    x0 = floats("x0", x0).astype(np.float64)
    gradients = floats("gradients", gradients, shape=(None, *x0.shape)).astype(np.float64)
    result = Contrast(name, len(gradients), frameworks, exact)
    for framework in frameworks:
        if not available()[framework]:
            continue
        opt, x, difference = like(framework, name, **hyper), x0.copy(), Difference()
        step = RULES[framework](name, x0, hyper, exact)
        for g in gradients:
            opt.step(x, g)
            difference.add(x, step(g))
        result.parameter_difference[framework] = difference.relative
    return result


def _run(sides, x, y, stream):
    """Losses and median seconds of the first side, its differences from the last, which is course_lib's."""
    losses, seconds = [[] for _ in sides], []
    parameters, loss, statistics = Difference(), Difference(), Difference()
    for index in stream:
        batch = x[index], y[index]
        for number, (step, _) in enumerate(sides):
            started = perf_counter()
            losses[number].append(step(*batch))
            if number == 0:
                seconds.append(perf_counter() - started)
        own, theirs = sides[-1][1](), sides[0][1]()
        parameters.add(own.parameters.x, theirs.parameters.x)
        for a, b in zip(buffers(own).values(), buffers(theirs).values(), strict=True):
            statistics.add(a, b)
    loss.add(np.array(losses[-1]), np.array(losses[0]))
    return (np.array(losses[0]), float(np.median(seconds)),
            parameters.relative, loss.relative, statistics.relative)


def _check_no_draws(net):
    for index, layer in enumerate(net.layers):
        if layer.draws:
            raise ValueError(f"net must have no layer that draws, got {layer!r} as layer {index}: each side "
                             f"would draw masks of its own, and the runs would differ by chance")


def _plain(name, hyper):
    own = dict(hyper)
    own.pop("decoupled_weight_decay", None)  # PyTorch's switch; course_lib's weight_decay always is
    return OPTIMIZERS[name](**own)


def _stream(n, batch_size, steps, rng):
    stream = []
    while len(stream) < steps:
        stream += batches(n, batch_size, rng)
    return stream[:steps]


def _check_choice(name, hyper, frameworks):
    has_it = frameworks_with(name)
    frameworks = has_it if frameworks is None else frameworks
    frameworks = (frameworks,) if isinstance(frameworks, str) else frameworks
    if not np.iterable(frameworks):
        raise TypeError(f"frameworks must be one of {' and '.join(map(repr, FRAMEWORKS))}, a list, or None, "
                        f"got {frameworks!r}")
    frameworks = tuple(frameworks)
    hyper = {} if hyper is None else hyper
    if not isinstance(hyper, dict):
        raise TypeError(f"hyper must be a dict of hyper-parameters by name, got {hyper!r}")
    for framework in frameworks:
        choice("frameworks", framework, FRAMEWORKS)
        own_values(framework, name, hyper)  # what one framework lacks is an error before any run
    return frameworks, hyper
