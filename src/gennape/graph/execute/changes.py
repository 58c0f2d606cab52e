"""Reshapes and repetitions, which must know where the batch is."""

from collections.abc import Sequence
from math import prod
from typing import Any

import torch

from gennape.graph.execute.dimensions import Dimensions, reshaped, unsqueezed
from gennape.graph.node import Node


def reshape(node: Node, x: Any, known: Dimensions) -> tuple[Any, Dimensions]:
    """The same elements in other dimensions; a node that does not state them flattens."""
    elements = prod(known.sizes)
    shape = node.details.get("shape")
    if shape is None:
        if node.output_shape[1:] != (1, 1) and known.sizes[0] == 1:
            raise KeyError("shape")
        sizes = (known.sizes[0], elements // known.sizes[0])
    else:
        sizes = (elements // max(prod(shape), 1), *shape)
    inserted = node.details.get("inserted")
    after = reshaped(known, sizes) if inserted is None else unsqueezed(known, sizes, inserted)
    if after is None:
        raise ValueError("mixes the samples of a batch")
    wanted = [-1 if axis == after.batch else size for axis, size in enumerate(sizes)]
    return x.reshape(*wanted), after


def expand(node: Node, x: Any, known: Dimensions) -> tuple[Any, Dimensions]:
    """Repeated elements."""
    a: Any = node.attributes
    if a.repeats is not None:
        repeats = (*(1,) * (known.rank - len(a.repeats)), *a.repeats)
        sizes = (*(1,) * (len(repeats) - known.rank), *known.sizes)
        grown = tuple(n * times for n, times in zip(sizes, repeats, strict=True))
        return x.repeat(*repeats), _kept(known, grown, repeats)
    if a.axis is not None:
        repeats = tuple(a.times if axis == a.axis else 1 for axis in range(known.rank))
        grown = tuple(n * times for n, times in zip(known.sizes, repeats, strict=True))
        return torch.repeat_interleave(x, a.times, a.axis), _kept(known, grown, repeats)
    sizes = (prod(node.output_shape) // max(prod(a.shape), 1), *a.shape)
    new = len(sizes) - known.rank
    if known.batch is not None and sizes[known.batch + new] != known.sizes[known.batch]:
        raise ValueError("mixes the samples of a batch")
    batch = None if known.batch is None else known.batch + new
    wanted = [-1 if axis == batch else size for axis, size in enumerate(sizes)]
    return x.expand(*wanted), Dimensions(sizes, batch, known.outer)


def _kept(known: Dimensions, sizes: Sequence[int], repeats: Sequence[int]) -> Dimensions:
    """Dimensions after repeats along other axes than that of the batch."""
    batch = None if known.batch is None else known.batch + len(sizes) - known.rank
    if batch is not None and repeats[batch] != 1:
        raise ValueError("mixes the samples of a batch")
    return Dimensions(tuple(sizes), batch, known.outer)
