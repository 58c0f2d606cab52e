"""What a graph holds, in words, for tests that compare graphs at a glance."""

from gennape.graph import ComputationGraph, Op


def operation_names(graph: ComputationGraph) -> list[str]:
    """The names of the operations in the order of the nodes."""
    return [Op(operation).name for operation in graph.operations.tolist()]


def edge_list(graph: ComputationGraph) -> list[tuple[int, int]]:
    """The edges as pairs of source and target."""
    return [(source, target) for source, target in graph.edges.T.tolist()]
