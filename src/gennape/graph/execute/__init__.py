"""A graph as a trainable PyTorch module."""

from gennape.graph.execute.assembly import module_of

__all__ = ["module_of"]
