"""What each layer of a network costs."""

from dataclasses import dataclass

from gennape.graph import ComputationGraph
from gennape.graph.draw.blocks import blocks_of
from gennape.graph.draw.labels import resolution


@dataclass(frozen=True)
class LayerCost:
    """A box of the drawing: a layer and what belongs to it, such as its norm and activation.

    Attributes:
        name: What it is, such as `conv 3×3, 64 · BN · ReLU`.
        resolution: Height and width of its result, or its tokens.
        category: That which colours it in the drawing.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
        activations: Elements of the results of its nodes with MACs.
        part: The part of the network that it stands in, such as `layer1.0.conv1`; may be empty.
    """

    name: str
    resolution: str
    category: str
    macs: int
    parameters: int
    activations: int
    part: str = ""


def layer_costs(graph: ComputationGraph) -> list[LayerCost]:
    """Return the layers of a network, in topological order."""
    blocks, _ = blocks_of(graph)
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
                int(graph.node_activations[nodes].sum()),
                block.nodes[0].layer,
            )
        )
    return layers
