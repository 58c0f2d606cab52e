"""The computation graph: one network as a graph of atomic operations."""

from gennape.graph.batch import GraphBatch
from gennape.graph.builder import GraphBuilder
from gennape.graph.cached_block import cached_block
from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.node_writer import Shape
from gennape.graph.operations import Op
from gennape.graph.passes import canonical, canonical_batches, fingerprints
from gennape.graph.validation import GraphError

__all__ = [
    "ComputationGraph",
    "GraphBatch",
    "GraphBuilder",
    "GraphError",
    "Op",
    "Shape",
    "cached_block",
    "canonical",
    "canonical_batches",
    "fingerprints",
]
