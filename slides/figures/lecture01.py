"""Figures of the slides of lecture 01, from the same runs as the notebook."""

from functools import cache
from itertools import permutations, product

import numpy as np

from course_lib import show
from course_lib.datasets import noisy_sine
from course_lib.initializers import normal
from course_lib.layers import ELU, Dense, ReLU, Sigmoid, Tanh
from course_lib.losses import MSE
from course_lib.minimize import minimize
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.show import lecture01 as pictures
from course_lib.studies.landscape import find_minimum, line_fit, loss_between, two_weight_network
from course_lib.training import DivergenceError, fit

X, Y = noisy_sine(100, noise=0.1, rng=np.random.default_rng(0))
FLOOR = 0.01
STARTS = [(2.4, 0.8), (0.6, 1.9), (-1.8, 1.6), (-2.4, -0.7), (-0.4, -1.8), (1.9, -1.7)]


class WrongTanh(Tanh):
    def backward(self, g):
        return g * (1 - self.out)


def make_net(seed, hidden=16, activation=Tanh):
    layers = [Dense(1, hidden), activation(), Dense(hidden, 1)]
    return Network(layers, loss=MSE(), rng=np.random.default_rng(seed), dtype=np.float64)


@cache
def train(lr, seed, activation=Tanh):
    """A trained network and its losses over 2,000 steps."""
    net, rng = make_net(seed, activation=activation), np.random.default_rng(seed)
    try:
        history = fit(net, SGD(lr=lr), X, Y, epochs=2000, batch_size=None, rng=rng, progress=False)
    except DivergenceError as error:
        return net, np.append(error.history.step_loss, np.inf)
    return net, history.step_loss


def losses(lr, activation=Tanh):
    return np.array([train(lr, seed, activation)[1] for seed in range(5)])


def errors():
    guesses = {"a straight line": 0.3 * X, "the sine itself": np.sin(X)}
    return pictures.errors(X, Y, guesses, size=(8.7, 2.75))


def neuron():
    fig = show.draw_neuron("tanh", w1=1.0, w2=-0.5, bias=0.5)
    fig.set_size_inches(8.7, 3.3)
    return fig, ("Left: tanh and its slope, with the place of the neuron on them. Right: the output of the "
                 "neuron rises from -1 to 1 across a straight line.")


def activations():
    return pictures.activations([Sigmoid(), Tanh(), ReLU(), ELU()], size=(8.7, 2.5))


def wrong_gradient():
    return pictures.two_gradients(losses(0.03), losses(0.03, WrongTanh), FLOOR, size=(5, 3.7))


def learning():
    curves = {f"lr {lr}": losses(lr) for lr in (0.001, 0.05)}
    curves |= {f"lr {lr}, one run": train(lr, 0)[1] for lr in (0.1, 0.5)}
    fits = {f"lr {lr}": train(lr, 0)[0].predict(X) for lr in (0.001, 0.05)}
    return pictures.learning(X, Y, curves, fits, FLOOR, size=(8.7, 3.2))


def landscapes():
    bowl, network = line_fit(X, Y), two_weight_network(X, Y)
    traces = [minimize(f, STARTS, SGD(lr=lr), 3000) for f, lr in [(bowl, 0.05), (network, 0.2)]]
    ways = [{str(start): trace.run(i) for i, start in enumerate(STARTS)} for trace in traces]
    return pictures.two_landscapes(bowl, network, *ways, size=(8.7, 3.3))


def walks():
    net, rng = make_net(7, hidden=3), np.random.default_rng(1)
    fit(net, SGD(lr=0.05), X, Y, epochs=2000, batch_size=None, rng=rng, progress=False)
    ways = [loss_between(net, X, Y, net.parameters.x, twin(net, list(order), np.array(signs)))
            for order in permutations(range(3)) for signs in product((1, -1), repeat=3)]
    best = line_fit(X, Y).minimum
    line = Network([Dense(1, 1)], loss=MSE(), rng=rng, dtype=np.float64)
    line_way = loss_between(line, X, Y, best * [0, 1], best * [2, 1])
    return pictures.walks(line_way, ways[1:], size=(8.7, 2.2))


def twin(net, order, signs):
    """The parameters with hidden neurons in another order, some with their weights' signs flipped."""
    p, other = net.parameters, net.copy()
    other.parameters["0.weight"][:] = p["0.weight"][:, order] * signs
    other.parameters["0.bias"][:] = p["0.bias"][order] * signs
    other.parameters["2.weight"][:] = p["2.weight"][order] * signs[:, None]
    return other.parameters.x


def bad_minima():
    def two_neurons(seed):
        layers = [Dense(1, 2, weight=normal(1), bias=normal(1)), Tanh(), Dense(2, 1)]
        return Network(layers, loss=MSE(), rng=np.random.default_rng(seed), dtype=np.float64)

    found = sorted((find_minimum(two_neurons(seed), X, Y) for seed in range(30)), key=lambda m: m.loss)
    kinds = {round(m.loss, 3): m for m in found
             if m.gradient < 1e-6 and m.curvature > 1e-6 and m.loss > 0.02}
    return pictures.bad_minima(X, Y, found[0], kinds.values(), size=(5, 3.7))


FIGURES = {"01_errors": errors, "01_neuron": neuron, "01_activations": activations,
           "01_wrong_gradient": wrong_gradient, "01_learning": learning, "01_landscapes": landscapes,
           "01_walks": walks, "01_bad_minima": bad_minima}
