"""What each layer of a network costs."""

from dataclasses import dataclass

import numpy as np

from gennape.graph import ComputationGraph, Op
from gennape.graph.draw.blocks import blocks_of
from gennape.graph.draw.labels import resolution
from gennape.utils.array_types import IntArray

_ACTIVATIONS = frozenset({Op.CONV, Op.CONV_TRANSPOSE, Op.LINEAR, Op.MATMUL})
"""Whose results count as activations, as those of `fvcore` and of the RegNet paper do."""


@dataclass(frozen=True)
class LayerCost:
    """A box of the drawing: a layer and what belongs to it, such as its norm and activation.

    Attributes:
        name: What it is, such as `conv 3×3, 64 · BN · ReLU`.
        resolution: Height and width of its result, or its tokens.
        category: That which colours it in the drawing.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        activations: Numbers that its convolutions, linear layers and matrix products put out.
    """

    name: str
    resolution: str
    category: str
    macs: int
    parameters: int
    activations: int


def layer_costs(graph: ComputationGraph) -> list[LayerCost]:
    """Return the layers of a network, in topological order."""
    blocks, _ = blocks_of(graph)
    activations = activations_of(graph)
    layers = []
    for block in blocks:
        nodes = [node.index for node in block.nodes]
        layers.append(
            LayerCost(
                " · ".join(line.text for line in block.lines),
                resolution(block.nodes[-1]),
                block.category,
                int(graph.node_macs[nodes].sum()),
                int(graph.node_parameters[nodes].sum()),
                int(activations[nodes].sum()),
            )
        )
    return layers


def activations_of(graph: ComputationGraph) -> IntArray:
    """Return the numbers that each convolution, linear layer and matrix product puts out.

    Returns:
        `(nodes,)`, 0 for all other nodes.
    """
    outputs = graph.output_shape.astype(np.int64).prod(axis=1)
    return np.where(graph.is_in(_ACTIVATIONS), outputs, 0)
