"""Canonical passes: what the estimator and the fingerprint see of a network.

Each pass is one rule in one file, a function from a batch of graphs to a batch of
graphs. `CANONICAL` names them in order.
"""

from typing import overload

from gennape.graph.batch import GraphBatch
from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.passes.fold_batch_norm import fold_batch_norm
from gennape.graph.passes.rewrite import drop_unreachable

CANONICAL = (drop_unreachable, fold_batch_norm)


@overload
def canonical(graph: ComputationGraph) -> ComputationGraph: ...
@overload
def canonical(graph: GraphBatch) -> GraphBatch: ...
def canonical(graph: ComputationGraph | GraphBatch) -> ComputationGraph | GraphBatch:
    """The canonical form: equal for the same network by every road.

    Idempotent. On a batch every pass runs once over all graphs together.
    """
    if isinstance(graph, ComputationGraph):
        return canonical(GraphBatch.of([graph])).graph(0)
    for apply in CANONICAL:
        graph = apply(graph)
    return graph
