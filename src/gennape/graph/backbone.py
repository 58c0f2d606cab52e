"""The backbone of a network that is no classifier, made one: what a detector sees with."""

from math import inf, prod

from gennape.graph.builder import GraphBuilder
from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.node import Node, nodes_of
from gennape.graph.operations import ACTIVATIONS, Op
from gennape.graph.validation import GraphError

CLASSES = 1000
"""Outputs of the classifier that is put on a backbone."""

_FOLLOWING = ACTIVATIONS | {Op.BATCH_NORM, Op.ADD, Op.MUL, Op.DROPOUT, Op.IDENTITY}
"""What belongs to a convolution before it, where shapes stay."""


def backbone(network: ComputationGraph) -> ComputationGraph:
    """Cut a detector or a segmentation network after its backbone, and put a classifier on it.

    The backbone ends with the last convolution of the most channels, and the norm, activation
    and sums behind it, among the nodes that every output needs and that come before any map is
    enlarged: necks and heads have fewer channels than the last stage, or enlarge it first. Global
    pooling and a linear layer of 1,000 outputs follow, as in a classifier for ImageNet.

    Args:
        network: Any network with convolutions.

    Raises:
        GraphError: No convolution is needed by all outputs.
    """
    nodes = nodes_of(network)
    common = _needed_by_all_outputs(nodes)
    reduced = _before_enlargement(nodes)
    convolutions = [node for node in nodes if node.op is Op.CONV and node.index in common & reduced]
    if not convolutions:
        name = network.name or "the network"
        raise GraphError(f"{name} has no backbone: all outputs need no convolution in common")
    last = max(convolutions, key=lambda node: (node.output_shape[0], node.index))
    return _classifier(nodes, _end_of_stage(nodes, common, last.index), network.name)


def _needed_by_all_outputs(nodes: list[Node]) -> set[int]:
    outputs = [node.index for node in nodes if node.op is Op.OUTPUT]
    return set.intersection(*(_needed_by(nodes, output) for output in outputs))


def _needed_by(nodes: list[Node], last: int) -> set[int]:
    """The node and all nodes before it that it depends on."""
    needed = {last}
    for node in reversed(nodes[: last + 1]):
        if node.index in needed:
            needed.update(node.arguments)
    return needed


def _before_enlargement(nodes: list[Node]) -> set[int]:
    """Nodes whose map is as small as all maps before, from the first convolution on.

    Single pixels do not count: they are gates, which are spread over the map again.
    """
    smallest: list[float] = []
    for node in nodes:
        before = min((smallest[argument] for argument in node.arguments), default=inf)
        area = prod(node.output_shape[1:])
        counts = area > 1 and (node.op is Op.CONV or before < inf)
        smallest.append(min(before, area) if counts else before)
    return {node.index for node in nodes if prod(node.output_shape[1:]) <= smallest[node.index]}


def _end_of_stage(nodes: list[Node], common: set[int], end: int) -> int:
    """Follow norm, activation and sums behind a convolution."""
    for node in nodes[end + 1 :]:
        is_next = end in node.arguments and node.op in _FOLLOWING and node.index in common
        if is_next and node.output_shape == nodes[end].output_shape:
            end = node.index
    return end


def _classifier(nodes: list[Node], last: int, name: str) -> ComputationGraph:
    """Copy what leads to a node, and put a classifier on it."""
    needed = _needed_by(nodes, last)
    build, place = GraphBuilder(), dict[int, int]()
    for node in nodes[: last + 1]:
        if node.index in needed:
            place[node.index] = build.copy_node(node, [place[one] for one in node.arguments])
    pooled = build.flatten(build.global_avg_pool(place[last]))
    build.output(build.linear(pooled, CLASSES))
    return build.build(name)
