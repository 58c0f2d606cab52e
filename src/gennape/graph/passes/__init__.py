"""Canonical passes: what the estimator and the fingerprint see of a network.

Each pass is one rule in one file, a function from a batch of graphs to a batch of
graphs, that returns the very same batch where the rule has nothing to change.
`CANONICAL` names them in order; they run until none of them changes anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from typing import overload

from gennape.graph.batch import GraphBatch
from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.hashing import graph_hashes
from gennape.graph.passes.clear_attributes import clear_attributes
from gennape.graph.passes.drop_layout import drop_layout
from gennape.graph.passes.drop_scalar_arithmetic import drop_scalar_arithmetic
from gennape.graph.passes.drop_trivial import drop_trivial
from gennape.graph.passes.flatten_joins import flatten_joins
from gennape.graph.passes.fold_affine import fold_affine
from gennape.graph.passes.fold_batch_norm import fold_batch_norm
from gennape.graph.passes.fold_padding import fold_padding
from gennape.graph.passes.fuse_activations import fuse_activations, fuse_hard_sigmoid
from gennape.graph.passes.fuse_normalisations import (
    fuse_group_norm,
    fuse_layer_norm,
    fuse_unit_norms,
)
from gennape.graph.passes.fuse_roll import fuse_roll
from gennape.graph.passes.global_pooling import global_pooling
from gennape.graph.passes.linear_as_conv import linear_as_conv
from gennape.graph.passes.merge_duplicates import merge_duplicates
from gennape.graph.passes.merge_slices import merge_slices
from gennape.graph.passes.propagate_zero import propagate_zero
from gennape.graph.passes.rewrite import drop_unreachable

CANONICAL = (
    drop_unreachable,
    drop_layout,
    fold_padding,
    fuse_hard_sigmoid,  # reads the numbers that the next pass drops
    drop_scalar_arithmetic,
    propagate_zero,
    drop_trivial,
    merge_slices,
    fuse_activations,
    fuse_layer_norm,
    fuse_unit_norms,
    fuse_group_norm,
    fuse_roll,
    linear_as_conv,
    fold_batch_norm,
    fold_affine,
    global_pooling,
    flatten_joins,
    merge_duplicates,
    clear_attributes,
)

_AT_ONCE = 256
"""Graphs brought into canonical form together; more would only take more memory."""


@overload
def canonical(graph: ComputationGraph) -> ComputationGraph: ...
@overload
def canonical(graph: GraphBatch) -> GraphBatch: ...
def canonical(graph: ComputationGraph | GraphBatch) -> ComputationGraph | GraphBatch:
    """Bring networks into canonical form: equal for the same network from every source.

    Idempotent. On a batch every pass runs once over all graphs together.
    """
    if isinstance(graph, ComputationGraph):
        return canonical(GraphBatch.of([graph])).graph(0)
    if graph.layers:
        graph = replace(graph, layers=())  # passes join and remove nodes
    idle = 0
    for apply in cycle(CANONICAL):
        before, graph = graph, apply(graph)
        idle = idle + 1 if graph is before else 0
        if idle == len(CANONICAL):
            break
    return graph


def canonical_batches(graphs: Iterable[ComputationGraph]) -> Iterator[GraphBatch]:
    """Bring many graphs into canonical form, a few hundred at a time; of none, one empty batch."""
    if isinstance(graphs, GraphBatch):
        for start in range(0, max(len(graphs), 1), _AT_ONCE):
            yield canonical(graphs.take(range(start, min(start + _AT_ONCE, len(graphs)))))
        return
    rest = iter(graphs)
    yield canonical(GraphBatch.of(islice(rest, _AT_ONCE)))
    while chunk := list(islice(rest, _AT_ONCE)):
        yield canonical(GraphBatch.of(chunk))


def fingerprints(graphs: Iterable[ComputationGraph]) -> list[str]:
    """Name many networks by their fingerprints: hashes of their canonical forms."""
    return [found for forms in canonical_batches(graphs) for found in graph_hashes(forms)]
