"""Initializers: functions (shape, rng) -> float64 array of first weights.

A weight matrix has the shape (fan_in, fan_out): a layer computes x @ W + b. `fans` is the
one place that reads the two numbers off a shape. Most initializers are one idea, *variance
scaling*: zero mean and a variance that depends on the fans, so that signals neither grow
nor shrink from layer to layer.
"""

from __future__ import annotations

import numpy as np

from course_lib.validation import choice, floats, generator, integer, number, shape_tuple


def fans(shape):
    """(fan_in, fan_out) of a weight of this shape: inputs and outputs of one unit's layer.

    >>> fans((784, 100))
    (784, 100)
    """
    pair = shape_tuple("shape", shape)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"shape must be (fan_in, fan_out) with both at least 1, got {shape}")
    return pair


def zeros():
    """All zeros: right for biases; for weights every unit of a layer would stay the same.

    >>> zeros()((2,), np.random.default_rng(0))
    array([0., 0.])
    """
    return lambda shape, rng: np.zeros(shape_tuple("shape", shape))


def constant(value):
    """The same number everywhere.

    >>> constant(0.5)((2,), np.random.default_rng(0))
    array([0.5, 0.5])
    """
    value = float(number("value", value))
    return lambda shape, rng: np.full(shape_tuple("shape", shape), value)


def ones():
    """All ones, such as the first scales of a normalization layer.

    >>> ones()((2,), np.random.default_rng(0))
    array([1., 1.])
    """
    return constant(1.0)


def normal(std=1.0):
    """Independent draws from N(0, std²); `std` is the standard deviation, not the variance.

    >>> normal(0.01)((3, 2), np.random.default_rng(0)).shape
    (3, 2)
    """
    std = float(number("std", std, 0))
    return lambda shape, rng: std * generator(rng).standard_normal(shape_tuple("shape", shape))


def uniform(limit=1.0):
    """Independent draws from U(-limit, limit), whose variance is limit²/3.

    >>> bool(abs(uniform(0.5)((9, 9), np.random.default_rng(0))).max() < 0.5)
    True
    """
    limit = float(number("limit", limit, 0))
    return lambda shape, rng: generator(rng).uniform(-limit, limit, shape_tuple("shape", shape))


def truncated_normal(std=1.0, cut=2.0):
    """Draws from N(0, std²), drawn again until they are within ±cut·std (default cut 2).

    `std` is the standard deviation before the cut; with cut 2 it is 0.88 times that after it
    (torch.nn.init.trunc_normal_ and keras.initializers.TruncatedNormal mean it so too).

    >>> bool(abs(truncated_normal(0.1)((99, 99), np.random.default_rng(0))).max() <= 0.2)
    True
    """
    std, cut = float(number("std", std, 0)), float(number("cut", cut, 0, open_low=True))

    def draw(shape, rng):
        drawn = generator(rng).standard_normal(shape_tuple("shape", shape))
        while (outside := np.abs(drawn) > cut).any():
            drawn[outside] = rng.standard_normal(np.count_nonzero(outside))
        return std * drawn

    return draw


def variance_scaling(scale=1.0, fan="fan_in", distribution="truncated_normal"):
    """Zero mean and variance scale / fan: the idea behind all the named initializers below.

    scale : at least 0; default 1. `gain(activation)**2` keeps the variance through an activation
    fan : "fan_in" (keeps it forward; default), "fan_out" (backward) or "fan_avg" (the mean of both)
    distribution : "truncated_normal" (cut at two standard deviations and widened so that the variance
        is as asked; default), "normal" or "uniform"

    >>> draw = variance_scaling(2.0, "fan_out", "uniform")
    >>> round(float(draw((500, 200), np.random.default_rng(0)).var()), 3)  # 2/200
    0.01
    """
    scale = float(number("scale", scale, 0))
    choice("fan", fan, ["fan_in", "fan_out", "fan_avg"])
    from_std = DISTRIBUTIONS[choice("distribution", distribution, DISTRIBUTIONS)]

    def draw(shape, rng):
        fan_in, fan_out = fans(shape)
        size = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[fan]
        return from_std((scale / size) ** 0.5)(shape, rng)

    return draw


# The draws of each distribution with a given standard deviation. A standard normal variable cut at ±2 has the
# standard deviation 0.8796; a uniform one on ±a has a/√3.
TRUNCATED_STD = 0.87962566103423978
DISTRIBUTIONS = {"truncated_normal": lambda std: truncated_normal(std / TRUNCATED_STD), "normal": normal,
                 "uniform": lambda std: uniform(3**0.5 * std)}


def xavier_normal():
    """Variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12), normal.

    >>> round(float(xavier_normal()((300, 500), np.random.default_rng(0)).std()), 2)  # √(2/800)
    0.05
    """
    return variance_scaling(1.0, "fan_avg", "normal")


def xavier_uniform():
    """Variance 2 / (fan_in + fan_out), uniform on ±√(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16).

    >>> bool(xavier_uniform()((300, 300), np.random.default_rng(0)).max() < 0.1)
    True
    """
    return variance_scaling(1.0, "fan_avg", "uniform")


def he_normal():
    """Variance 2 / fan_in, normal (He et al. 2015, eq. 10): for ReLU, which halves the power.

    >>> round(float(he_normal()((200, 500), np.random.default_rng(0)).std()), 2)  # √(2/200)
    0.1
    """
    return variance_scaling(2.0, "fan_in", "normal")


def he_uniform():
    """Variance 2 / fan_in, uniform on ±√(6 / fan_in) (He et al. 2015, eq. 10).

    >>> bool(he_uniform()((600, 9), np.random.default_rng(0)).max() < 0.1)
    True
    """
    return variance_scaling(2.0, "fan_in", "uniform")


def lecun_normal():
    """Variance 1 / fan_in, normal (LeCun et al. 1998, eq. 16).

    >>> round(float(lecun_normal()((100, 500), np.random.default_rng(0)).std()), 2)  # √(1/100)
    0.1
    """
    return variance_scaling(1.0, "fan_in", "normal")


def lecun_uniform():
    """Variance 1 / fan_in, uniform on ±√(3 / fan_in) (LeCun et al. 1998, eq. 16).

    >>> bool(lecun_uniform()((300, 9), np.random.default_rng(0)).max() < 0.1)
    True
    """
    return variance_scaling(1.0, "fan_in", "uniform")


def gain(activation, slope=0.01):
    """The factor on the weights' standard deviation that an activation asks for: PyTorch's table, 1 for ELU.

    activation : "identity", "sigmoid", "tanh", "relu", "leaky_relu" (with its `slope`), "elu" or "selu"

    √2 for ReLU and √(2 / (1 + slope²)) for LeakyReLU keep E[x²] exactly (He et al. 2015, eq. 14). The others
    are conventions: 5/3 for tanh holds its variance near 0.4 through many layers, 1 is no correction.

    >>> gain("tanh"), round(gain("relu") ** 2, 12)
    (1.6666666666666667, 2.0)
    """
    slope = float(number("slope", slope))
    gains = {"identity": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": 2**0.5,
             "leaky_relu": (2 / (1 + slope**2)) ** 0.5, "elu": 1.0, "selu": 3 / 4}
    return gains[choice("activation", activation, gains)]


def orthogonal(gain=1.0):
    """A random matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2014).

    The QR factor of a Gaussian matrix, with the signs of R's diagonal moved into Q so that all
    orthogonal matrices are equally likely (Mezzadri 2007).

    >>> q = orthogonal()((3, 5), np.random.default_rng(0))
    >>> np.allclose(q @ q.T, np.eye(3))
    True
    """
    gain = float(number("gain", gain, 0))

    def draw(shape, rng):
        rows, columns = fans(shape)
        tall = generator(rng).standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(tall)
        q *= np.sign(np.diag(r))
        return gain * (q if rows >= columns else q.T)

    return draw


def lsuv(net, x, rng, *, tolerance=0.02, max_iterations=10):
    """Layer-sequential unit variance (Mishkin & Matas 2016, algorithm 1): first weights from the data.

    Gives each weight matrix of `net` an orthogonal one and then, layer by layer, divides it by the standard
    deviation of that layer's output on the batch x, until this is 1 within `tolerance` (default 0.02), at
    most `max_iterations` times (default 10).

    net : a Network, changed in place; x : inputs (n, inputs), some hundred rows; rng : draws the matrices

    Returns the standard deviations reached, one per weight matrix, from the input on. Raises ValueError if an
    output does not vary at all.

    >>> from course_lib.layers import Dense, ReLU
    >>> from course_lib.losses import MSE
    >>> from course_lib.network import Network
    >>> rng = np.random.default_rng(0)
    >>> net = Network([Dense(8, 50), ReLU(), Dense(50, 1)], loss=MSE(), rng=rng)
    >>> lsuv(net, 100 * rng.standard_normal((200, 8)), rng).round(2)
    array([1., 1.])
    """
    tolerance = float(number("tolerance", tolerance, 0, open_low=True))
    integer("max_iterations", max_iterations, 1)
    if not hasattr(net, "layers") or not hasattr(net, "parameters"):
        raise TypeError(f"net must be a Network, got {net!r}")
    generator(rng)
    out, reached = floats("x", x, (None, None)).astype(net.parameters.dtype), []
    for layer in net.layers:
        if "weight" in layer.shapes:
            weight = layer.values["weight"]
            weight[...] = orthogonal()(weight.shape, rng)
            for _ in range(max_iterations):
                std = float(layer.forward(out).std())
                if abs(std - 1) <= tolerance:
                    break
                if not std > 0:
                    raise ValueError(f"x must make the output of {layer!r} vary, got a standard deviation "
                                     f"of {std}")
                weight /= std
            reached.append(float(layer.forward(out).std()))
        out = layer.forward(out)
    return np.array(reached)
