"""Experiments of the lectures that are larger than a notebook cell; one module per lecture topic."""
