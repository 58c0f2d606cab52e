"""Statistics of layers: widths and kernels, kinds of layers, and the stages of resolution."""

import numpy as np

from gennape.estimator.features.network_view import NetworkView
from gennape.graph import Op
from gennape.utils.array_types import BoolArray, FloatArray

STAGES = 7
"""Halvings of the input's side that are told apart; more count as the last."""

LAYER_NAMES = (
    *("width_stem", "width_last", "stem_reduction", "width_max", "last_reduction"),
    *("kernel_mean", "kernel_macs", "num_asym", "num_dilated", "num_strided", "group_width"),
    *("expand_abs", "expand_macs", "fan_in", "matmul_len", "matmul_places"),
    *("width_mean", "width_macs", "side_macs", "num_se", "has_se"),
)
_KINDS = (
    *("dense", "pointwise", "depthwise3", "depthwise_large", "grouped"),
    *("linear", "matmul"),
)
KIND_NAMES = tuple(f"{share}_{kind}" for kind in _KINDS for share in ("macs", "params", "num"))
STAGE_NAMES = tuple(
    f"stage{stage}_{name}" for stage in range(STAGES) for name in ("layers", "macs", "width")
)
_SMALL_DEPTHWISE = 9
"""Places of the largest depthwise kernel that is no large one."""


def layer_columns(view: NetworkView) -> list[FloatArray]:
    """Compute widths, kernels and other means over layers; see `LAYER_NAMES`."""
    return [*_width_columns(view), *_kernel_columns(view), *_product_columns(view)]


def _width_columns(view: NetworkView) -> list[FloatArray]:
    """Widths and reductions of the first and the last layer on a map, and the largest width."""
    first, last = view.first_on_map(), view.last_on_map()
    widest = np.zeros(len(view.batch))
    on_map = np.flatnonzero(view.on_map)
    np.maximum.at(widest, view.batch.graph_index[on_map], view.log_width[on_map])
    return [
        view.log_width[first],
        view.log_width[last],
        view.input_side - view.log_side[first],
        widest,
        view.input_side - view.log_side[last],
    ]


def _kernel_columns(view: NetworkView) -> list[FloatArray]:
    """Kernels, strides, dilations and groups of convolutions."""
    batch, layers = view.batch, view.layers
    log_kernel = np.log2(np.sqrt(view.kernel_area))
    kernel, dilation, stride = batch.kernel, batch.dilation, batch.stride
    group_width = np.log2(np.maximum(batch.input_shape[:, 0] / np.maximum(batch.groups, 1), 1))
    return [
        view.sums(log_kernel * view.on_map) / layers,
        view.sums(log_kernel * view.macs * view.is_conv) / view.total_macs,
        view.sums(view.is_conv & (kernel[:, 0] != kernel[:, 1])) / layers,
        view.sums(view.is_conv & (dilation[:, 0] > 1)) / layers,
        np.log2(1 + view.sums(view.is_conv & (stride[:, 0] > 1))),
        view.mean_of(group_width, view.is_grouped, otherwise=-1.0),
    ]


def _product_columns(view: NetworkView) -> list[FloatArray]:
    """Expansion, fan-in, matrix products, widths, and channel attention (squeeze-excite)."""
    batch, layers = view.batch, view.layers
    outputs = batch.output_shape.astype(np.float64)
    expansion = np.abs(
        np.log2(np.maximum(outputs[:, 0], 1) / np.maximum(batch.input_shape[:, 0], 1))
    )
    fan_in = np.log2(np.maximum(view.macs / np.maximum(outputs.prod(axis=1), 1), 1))
    is_product = batch.operations == Op.MATMUL
    gates = view.sums(_channel_gates(view))
    return [
        view.sums(expansion * view.on_map) / layers,
        view.sums(expansion * view.macs * view.is_conv) / view.total_macs,
        view.sums(fan_in * view.is_layer) / layers,
        view.mean_of(np.log2(np.maximum(view.kernel_area, 1)), is_product, otherwise=0.0),
        view.mean_of(2 * view.log_side, is_product, otherwise=0.0),
        view.sums(view.log_width * view.on_map) / layers,
        view.sums(view.log_width * view.macs) / view.total_macs,
        view.sums(view.log_side * view.macs) / view.total_macs,
        gates / layers,
        np.log2(1 + gates),
    ]


def _channel_gates(view: NetworkView) -> BoolArray:
    """Products of a map with one number for each channel, `(nodes,)`."""
    first, second = view.batch.argument(0), view.batch.argument(1)
    is_gated = (view.batch.operations == Op.MUL) & (second >= 0) & (view.places > 1)
    one_place = view.places == 1
    gates: BoolArray = is_gated & (
        one_place[np.maximum(first, 0)] | one_place[np.maximum(second, 0)]
    )
    return gates


def kind_columns(view: NetworkView) -> list[FloatArray]:
    """Compute each kind's share of MACs, parameters and layers; see `KIND_NAMES`."""
    parameters = view.batch.node_parameters.astype(np.float64)
    total_parameters = np.maximum(view.sums(parameters), 1)
    columns: list[FloatArray] = []
    for is_kind in _kinds(view):
        columns += [
            view.sums(view.macs * is_kind) / view.total_macs,
            view.sums(parameters * is_kind) / total_parameters,
            view.sums(is_kind) / view.layers,
        ]
    return columns


def _kinds(view: NetworkView) -> list[BoolArray]:
    """Nodes of each kind, in the order of `_KINDS`."""
    has_one_group, area = view.batch.groups == 1, view.kernel_area
    spatial = view.places > 1
    is_linear = (view.is_conv | (view.batch.operations == Op.LINEAR)) & (area == 1) & ~spatial
    return [
        view.is_conv & has_one_group & (area > 1) & spatial,
        view.is_conv & has_one_group & (area == 1) & spatial,
        view.is_depthwise & (area <= _SMALL_DEPTHWISE),
        view.is_depthwise & (area > _SMALL_DEPTHWISE),
        view.is_grouped,
        is_linear,
        view.batch.operations == Op.MATMUL,
    ]


def stage_columns(view: NetworkView) -> list[FloatArray]:
    """Compute layers, share of MACs and mean width at each resolution; see `STAGE_NAMES`."""
    reduction = view.input_side[view.batch.graph_index] - view.log_side
    stage = np.clip(np.rint(reduction), 0, STAGES - 1).astype(np.int64)
    stage = np.where(view.places > 1, stage, STAGES)
    cells = view.batch.graph_index * (STAGES + 1) + stage

    def by_stage(values: FloatArray) -> FloatArray:
        sums = np.bincount(cells, weights=values, minlength=len(view.batch) * (STAGES + 1))
        return sums.astype(np.float64).reshape(len(view.batch), STAGES + 1)[:, :STAGES]

    counts = by_stage(view.on_map.astype(np.float64))
    widths = by_stage(view.log_width * view.on_map) / np.maximum(counts, 1)
    shares = by_stage(view.macs) / view.total_macs[:, None]
    table = np.stack([np.log2(1 + counts), shares, widths], axis=2)
    return [*table.reshape(len(view.batch), 3 * STAGES).T]
