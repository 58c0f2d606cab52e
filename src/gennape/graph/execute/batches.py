"""Results of functions, with the place of the batch in them."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from gennape.graph.execute.dimensions import Dimensions, Sizes, found_again, joint
from gennape.graph.execute.functions import ELEMENTWISE
from gennape.graph.node import Node
from gennape.graph.operations import Op

_BROADCAST = ELEMENTWISE | {Op.WHERE, Op.COMPARE}


def result_of(
    function: Callable[..., Any],
    node: Node,
    values: Sequence[Any],
    dimensions: Sequence[Dimensions],
) -> tuple[Any, Any]:
    """Apply a function to symbols, and find out where its result has the batch.

    Args:
        function: Called with a node, its attributes and its arguments.
        node: The node.
        values: The symbols.
        dimensions: Those of the arguments.

    Returns:
        The symbol of the result and its dimensions; a list of them where there are several.

    Raises:
        ValueError: Samples of a batch are mixed.
    """
    attributes = node.attributes
    result = function(node, attributes, *values)
    first = dimensions[0]
    if node.op in ELEMENTWISE and all(known == first for known in dimensions):
        return result, first
    one, two = (
        _sizes(function, node, attributes, [known.of_batch(n) for known in dimensions])
        for n in (1, 2)
    )
    argument = joint(dimensions)
    found = [found_again(argument, a, b) for a, b in zip(one, two, strict=True)]
    if None in found:
        raise ValueError("mixes the samples of a batch")
    return result, found[0] if len(found) == 1 else found


def _sizes(
    function: Callable[..., Any], node: Node, attributes: Any, arguments: Sequence[Sizes]
) -> list[Sizes]:
    """Dimensions of each result for arguments of some dimensions."""
    if node.op in _BROADCAST:
        shape: Sizes = torch.broadcast_shapes(*arguments)  # type: ignore[no-untyped-call]
        return [tuple(shape)]
    if node.op is Op.GATHER and len(arguments) > 1:
        return [tuple(arguments[1])]
    tensors = [torch.empty(sizes, device="meta") for sizes in arguments]
    results = function(node, attributes, *tensors)
    several = results if isinstance(results, tuple) else (results,)
    return [tuple(result.shape) for result in several]
