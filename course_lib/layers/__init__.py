"""Layers: what each computes forward, and the chain rule backward.

`forward(x)` takes and returns arrays of shape (batch, units). `backward(g)` takes the
gradient of the loss with respect to the layer's output, writes the gradients of the layer's
own parameters, and returns the gradient with respect to its input. A layer remembers from
the last forward pass what its backward pass needs.
"""

from course_lib.layers.activations import ELU, SELU, Identity, LeakyReLU, ReLU, Sigmoid, Tanh, sigmoid
from course_lib.layers.base import Dense, Layer
from course_lib.layers.dropout import AlphaDropout, Dropout
from course_lib.layers.normalization import BatchNorm, LayerNorm

__all__ = ["ELU", "SELU", "AlphaDropout", "BatchNorm", "Dense", "Dropout", "Identity", "Layer", "LayerNorm",
           "LeakyReLU", "ReLU", "Sigmoid", "Tanh", "sigmoid"]
