"""The check for exercise 2 of lecture 01: four numbers, predicted with pencil and paper."""

from __future__ import annotations

from course_lib.exercises.base import Mistake, check_number, right

# name: (the answer, the relative tolerance: a count is exact, a factor may be rounded to 0.00098, mistakes)
PREDICTIONS = {
    "parameters": (2410, 1e-9, [
        Mistake("you left out the biases, one per neuron", 64 * 32 + 32 * 10),
        Mistake("you left out the biases of the hidden neurons", 2410 - 32),
        Mistake("you left out the biases of the outputs", 2410 - 10),
        Mistake("that is the number of inputs and neurons. Each weight joins two of them", 64 + 32 + 10),
        Mistake("the inputs have no bias, only neurons do", 2410 + 64),
        Mistake("the bias belongs to the neuron that receives: 32 and 10 of them, not 64 and 32",
                64 * 32 + 64 + 32 * 10 + 32),
        Mistake("each neuron has its own bias, not each layer one", 64 * 32 + 32 * 10 + 2),
        Mistake("that is the hidden layer alone. The output layer has parameters too", 64 * 32 + 32),
        Mistake("the two layers' numbers add, they do not multiply", 64 * 32 * 10),
    ]),
    "best_factor": (0.25**5, 5e-3, [
        Mistake("that would be tanh, whose slope is at most 1. The sigmoid's is at most s(1 - s) = 1/4", 1.0),
        Mistake("1/2 is the sigmoid's value at 0, not its slope there", 0.5**5),
        Mistake("that is one layer. The slopes of five layers multiply", 0.25),
        Mistake("the slopes multiply, they do not add", 5 * 0.25),
        Mistake("that is four layers", 0.25**4),
        Mistake("that is six layers", 0.25**6),
        Mistake("the wrong way round: a product of five slopes below 1 is below 1", 4.0**5),
        Mistake("if you rounded it, give two digits or more", 0.001, within=1e-9),
    ]),
    "twins": (384, 1e-9, [
        Mistake("you counted the orders, 4!. Each neuron may also flip its signs", 24),
        Mistake("you counted the flips, 2 for each of 4 neurons. The neurons may also change places", 16),
        Mistake("each order can go with each choice of flips: multiply, do not add", 24 + 16),
        Mistake("each neuron flips by itself: that makes 2**4 choices, not 2", 48),
        Mistake("each neuron flips by itself, 2**4 choices, and 4 neurons have 4! orders", 8),
        Mistake("4 neurons have 4! = 24 orders, not 4", 4 * 2**4),
        Mistake("the weights into a neuron and out of it flip together: 2 choices for each of 4 neurons, not "
                "for each of 8 weights", 24 * 2**8),
        Mistake("count the network itself too", 383),
    ]),
    "different_neurons": (1, 1e-9, [
        Mistake("that many differ if the start is random. What can make neurons differ that compute the same "
                "and receive the same gradient? Nothing", 8),
        Mistake("there are neurons, so there is at least one kind of them", 0),
        *[Mistake("equal neurons receive equal gradients, at every step: nothing can split them", kinds)
          for kinds in range(2, 8)],
    ]),
}


def check_predictions(parameters, best_factor, twins, different_neurons):
    """Exercise 2: four numbers."""
    given = {"parameters": parameters, "best_factor": best_factor, "twins": twins,
             "different_neurons": different_neurons}
    for name, (expected, tolerance, mistakes) in PREDICTIONS.items():
        check_number(name, given[name], expected, mistakes=mistakes, tolerance=tolerance)
    right("2,410 parameters, a factor of at most 0.00098, 384 twins, and one neuron eight times over.")
