"""Statistics of whole networks: sizes, paths, widths, operations, kinds of layers, stages.

One row of numbers a network, alike for networks of every kind, from canonical graphs: what an
exporter folds (batch norm into convolutions) does not show in them. Logarithms of counts, and
shares of MACs, parameters or layers, so that no number depends on the unit.
"""

import numpy as np

from gennape.estimator.features.compute_graph import FEATURES, PATH_FEATURES
from gennape.estimator.features.layer_statistics import (
    KIND_NAMES,
    LAYER_NAMES,
    STAGE_NAMES,
    kind_columns,
    layer_columns,
    stage_columns,
)
from gennape.estimator.features.network_view import NetworkView
from gennape.graph import GraphBatch, Op
from gennape.utils.array_types import FloatArray

OPERATION_GROUPS: dict[str, tuple[Op, ...]] = {
    "layer_norm": (Op.LAYER_NORM, Op.RMS_NORM, Op.NORMALIZE),
    "group_norm": (Op.GROUP_NORM, Op.INSTANCE_NORM),
    "batch_norm_alone": (Op.BATCH_NORM,),
    "lrn": (Op.LOCAL_RESPONSE_NORM,),
    "relu": (Op.RELU, Op.RELU6, Op.LEAKY_RELU, Op.PRELU),
    "hswish": (Op.HARDSWISH, Op.SILU, Op.MISH),
    "gelu": (Op.GELU, Op.ERF, Op.ELU, Op.SELU, Op.SOFTPLUS),
    "gate": (Op.SIGMOID, Op.HARDSIGMOID, Op.TANH),
    "softmax": (Op.SOFTMAX,),
    "max_pool": (Op.MAX_POOL,),
    "avg_pool": (Op.AVG_POOL,),
    "global_pool": (Op.GLOBAL_AVG_POOL, Op.GLOBAL_MAX_POOL, Op.MEAN, Op.MAX, Op.SUM),
    "add": (Op.ADD, Op.SUB),
    "mul": (Op.MUL, Op.DIV),
    "concat": (Op.CONCAT,),
    "slice": (Op.SLICE, Op.GATHER, Op.ROLL),
    "matmul": (Op.MATMUL,),
    "parameter": (Op.PARAMETER,),
    "pad_resize": (Op.PAD, Op.RESIZE),
    "other": (
        *(Op.OTHER, Op.POWER, Op.EXP, Op.LOG, Op.CLIP, Op.WHERE, Op.VARIANCE),
        *(Op.CUMULATIVE_SUM, Op.FFT, Op.GRID_SAMPLE, Op.UNFOLD, Op.SORT),
    ),
}
"""Operations that do the same for a network; those in none of them do not count."""

SIZE_NAMES = (
    *("log_macs", "log_params_body", "log_side_last", "log_layers"),
    *("log_params", "log_activations"),
)
STATISTICS: tuple[str, ...] = (
    *SIZE_NAMES,
    *("log_input_side", "head_params"),
    *("path_longest", "path_shortest", "path_mean", "path_short_long", "path_mean_long"),
    "layers_per_depth",
    *LAYER_NAMES,
    *(f"count_{name}" for name in OPERATION_GROUPS),
    *(f"rate_{name}" for name in OPERATION_GROUPS),
    *KIND_NAMES,
    *STAGE_NAMES,
    *(f"mean_{name.replace(' ', '_')}" for name in FEATURES),
    *(f"sd_{name.replace(' ', '_')}" for name in FEATURES),
)
"""Names of the columns."""

_NO_GROUP = len(OPERATION_GROUPS)
_GROUP_OF = np.full(max(map(int, Op)) + 1, _NO_GROUP)
for _number, _operations in enumerate(OPERATION_GROUPS.values()):
    _GROUP_OF[[int(op) for op in _operations]] = _number


def graph_statistics(
    batch: GraphBatch, sizes: FloatArray, reduced: GraphBatch, nodes: FloatArray
) -> FloatArray:
    """Compute the statistics of canonical graphs.

    Args:
        batch: Canonical graphs.
        sizes: Their `network_sizes`, `(graphs, 4)`.
        reduced: Their compute graphs.
        nodes: The features of these, `(nodes, features)`.

    Returns:
        `(graphs, len(STATISTICS))`, float32, finite.
    """
    view = NetworkView.of(batch)
    columns = [
        *_size_columns(view, sizes),
        *_path_columns(nodes[reduced.node_offsets[1:] - 1], sizes),
        *layer_columns(view),
        *_operation_columns(view),
        *kind_columns(view),
        *stage_columns(view),
    ]
    table = np.hstack([np.stack(columns, axis=1), _feature_moments(reduced, nodes)])
    finite: FloatArray = np.nan_to_num(table).astype(np.float32)
    return finite


def _size_columns(view: NetworkView, sizes: FloatArray) -> list[FloatArray]:
    """The size prior's four numbers, all parameters, activations, the input, the classifier."""
    batch, wide = view.batch, sizes.astype(np.float64)
    head = np.maximum(batch.parameters - 10 ** wide[:, 1], 0)
    activations = view.sums(view.is_layer * batch.output_shape.astype(np.float64).prod(axis=1))
    return [
        *wide.T,
        np.log10(batch.parameters + 1.0),
        np.log10(activations + 1),
        view.input_side,
        np.log10(head + 1),
    ]


def _path_columns(last: FloatArray, sizes: FloatArray) -> list[FloatArray]:
    """Layers on the longest, the shortest and the mean path from input to output.

    Args:
        last: Features of each network's last node, `(graphs, features)`.
        sizes: The network sizes, `(graphs, 4)`.
    """
    longest, shortest, mean = (last[:, FEATURES.index(name)] for name in PATH_FEATURES[:3])
    return [
        np.log2(1 + longest),
        np.log2(1 + shortest),
        np.log2(1 + mean),
        (shortest + 1) / (longest + 1),
        (mean + 1) / (longest + 1),
        np.log2(2 ** sizes[:, 3].astype(np.float64) / (1 + longest)),
    ]


def _operation_columns(view: NetworkView) -> list[FloatArray]:
    """Logarithms of the number of operations of each group, and their share beside the layers."""
    groups = _NO_GROUP + 1
    cells = view.batch.graph_index * groups + _GROUP_OF[view.batch.operations]
    counts = np.bincount(cells, minlength=len(view.batch) * groups)
    counted = counts.reshape(len(view.batch), groups)[:, :_NO_GROUP].astype(np.float64)
    shares = counted / (view.layers[:, None] + counted)
    return [*np.log2(1 + counted).T, *shares.T]


def _feature_moments(reduced: GraphBatch, nodes: FloatArray) -> FloatArray:
    """Mean and standard deviation of each node feature, `(graphs, 2 x features)`."""
    counts = np.diff(reduced.node_offsets)[:, None]
    wide = np.hstack([nodes, nodes**2])
    starts = reduced.node_offsets[:-1]
    means = np.add.reduceat(wide, starts, axis=0) / counts if len(starts) else wide
    mean, square = np.split(means, 2, axis=1)
    return np.hstack([mean, np.sqrt(np.maximum(square - mean**2, 0))])
