"""Features of the compute graph: a row of numbers a node.

The compute graph of a canonical graph keeps the operations that decide about information
flow (convolutions, matrix products, poolings, joins) and bypasses the element-wise ones
(norms, activations, scalings), which stand in another order in every family.

All sizes are relative: channels to the first convolution's, resolution to the input's,
cost to the network's. Absolute sizes do not transfer between families.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch, Op
from gennape.graph.operations import ACTIVATIONS, NORMALISATIONS
from gennape.graph.passes.rewrite import bypass
from gennape.graph.paths import path_depths
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

CATEGORIES: dict[str, frozenset[Op]] = {
    "convolution": frozenset({Op.CONV, Op.CONV_TRANSPOSE, Op.LINEAR}),
    "matrix product": frozenset({Op.MATMUL}),
    "pool": frozenset({Op.MAX_POOL, Op.AVG_POOL}),
    "global pool": frozenset({Op.GLOBAL_AVG_POOL, Op.GLOBAL_MAX_POOL}),
    "add": frozenset({Op.ADD, Op.SUB}),
    "multiply": frozenset({Op.MUL, Op.DIV}),
    "concat": frozenset({Op.CONCAT}),
    "input": frozenset({Op.INPUT}),
    "output": frozenset({Op.OUTPUT}),
}
LOCAL_FEATURES = (
    *CATEGORIES,
    "spatial kernel",
    "kernel size",
    "stride",
    "groups",
    "expansion",
    "width",
    "reduction",
    "cost share",
    "arguments",
    "uses",
)
PATH_FEATURES = (
    "longest path",
    "shortest path",
    "mean path",
    "position",
    "shortest to longest",
    "mean to longest",
)
FEATURES = LOCAL_FEATURES + PATH_FEATURES

MULTIPLYING = CATEGORIES["convolution"] | CATEGORIES["matrix product"]
_BYPASSED = (
    NORMALISATIONS
    | ACTIVATIONS
    | frozenset({Op.SLICE, Op.SCALE, Op.POWER, Op.CLIP, Op.RESHAPE, Op.TRANSPOSE, Op.EXPAND})
)


def compute_graph(batch: GraphBatch) -> GraphBatch:
    """Bypass the element-wise operations of canonical graphs."""
    return bypass(batch, batch.is_in(_BYPASSED) & (batch.in_degree > 0))


def node_features(batch: GraphBatch) -> FloatArray:
    """Compute a row of numbers for each node of compute graphs, `(nodes, features)`, float32."""
    multiplying = batch.is_in(MULTIPLYING)
    columns: list[npt.NDArray[Any]] = [
        batch.is_in(operations) for operations in CATEGORIES.values()
    ]
    columns += _size_features(batch, multiplying)
    columns += _path_features(batch, multiplying)
    return np.stack(columns, axis=1).astype(np.float32)


def _size_features(batch: GraphBatch, multiplying: BoolArray) -> list[npt.NDArray[np.float64]]:
    """Logarithms of sizes, each relative to the network's own; see `LOCAL_FEATURES`."""
    graph = batch.graph_index
    is_product = batch.operations == Op.MATMUL
    kernel = np.where(is_product, 1.0, np.sqrt(batch.kernel.prod(axis=1)))
    inputs, outputs = batch.input_shape.astype(float), batch.output_shape.astype(float)
    first = batch.node_offsets[:-1]
    stem = outputs[_first_in_each_graph(batch, multiplying), 0][graph]
    share = batch.node_macs / np.maximum(batch.macs, 1)[graph]
    return [
        multiplying & (kernel > 1),
        np.log2(kernel),
        np.log2(batch.stride.prod(axis=1)) / 2,
        multiplying * np.log2(batch.groups),
        multiplying * np.log2(outputs[:, 0] / inputs[:, 0]),
        np.log2(outputs[:, 0] / stem),
        np.log2(inputs[first, 1:].prod(axis=1)[graph] / outputs[:, 1:].prod(axis=1)) / 2,
        np.log10(share + 1e-4),
        np.log2(np.maximum(batch.in_degree, 1)),
        np.log2(np.maximum(batch.out_degree, 1)),
    ]


def _first_in_each_graph(batch: GraphBatch, wanted: BoolArray) -> IntArray:
    """The first wanted node of each graph, or its first node where none is wanted."""
    first = batch.node_offsets[:-1].copy()
    nodes = np.flatnonzero(wanted)[::-1]
    first[batch.graph_index[nodes]] = nodes  # the last assignment, the first node, stays
    return first


def _path_features(batch: GraphBatch, multiplying: BoolArray) -> list[FloatArray]:
    """Convolutions on the paths from the input; see `PATH_FEATURES`."""
    longest, shortest, mean = path_depths(batch, multiplying).T
    end = batch.node_offsets[1:] - 1
    total = np.maximum(mean[end], 1)[batch.graph_index]
    return [
        longest,
        shortest,
        mean,
        mean / total,
        (shortest + 1) / (longest + 1),
        (mean + 1) / (longest + 1),
    ]
