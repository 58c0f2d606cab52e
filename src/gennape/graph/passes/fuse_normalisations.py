"""Normalisations written out as their formula become one node.

Rules, numbers dropped as in `drop_scalar_arithmetic`:

- `d / sqrt(mean(d^2))` with `d = x - mean(x)` is a layer norm if the means are over the
  channels, else an instance norm;
- `x / sqrt(mean(x^2))` over the channels is an RMS norm, with the sum a normalisation to
  unit length;
- an instance norm of regrouped channels is a group norm.

Before: any batch. After: no such quotient, and no instance norm on other channels than
those of its argument.
"""

from dataclasses import replace

import numpy as np

from gennape.graph.arrays import GROUPS, INPUT_SHAPE, OUTPUT_SHAPE
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import replace_arguments
from gennape.utils.array_types import BoolArray, IntArray

_QUOTIENTS = frozenset({Op.DIV, Op.MUL})
_AROUND_ROOT = frozenset({Op.POWER, Op.CLIP})
_UNIT_NORMS = {Op.MEAN: Op.RMS_NORM, Op.SUM: Op.NORMALIZE}
_NONE = np.zeros(0, dtype=np.int64)


def fuse_layer_norm(batch: GraphBatch) -> GraphBatch:
    """The first rule of this module, for every graph."""
    nodes, centred, _ = _quotients(batch, Op.MEAN)
    if not len(nodes):
        return batch
    op, first, second = batch.operations, batch.argument(0), batch.argument(1)
    mean, x = second[centred], first[centred]
    found = (op[centred] == Op.SUB) & (op[mean] == Op.MEAN) & (first[mean] == x)
    nodes, mean, x = nodes[found], mean[found], x[found]
    if not len(nodes):
        return batch
    operations, over_channels = op.copy(), batch.output_shape[mean, 0] == 1
    operations[nodes] = np.where(over_channels, Op.LAYER_NORM, Op.INSTANCE_NORM)
    return replace_arguments(batch, nodes, x, operations=operations)


def fuse_unit_norms(batch: GraphBatch) -> GraphBatch:
    """The second rule of this module, for every graph."""
    operations = batch.operations.copy()
    changed, argument = [], []
    for reduction, norm in _UNIT_NORMS.items():
        nodes, x, mean = _quotients(batch, reduction)
        fits = (reduction == Op.SUM) | (batch.output_shape[mean, 0] == 1)
        operations[nodes[fits]] = norm
        changed.append(nodes[fits])
        argument.append(x[fits])
    nodes = np.concatenate(changed)
    return (
        replace_arguments(batch, nodes, np.concatenate(argument), operations)
        if len(nodes)
        else batch
    )


def _quotients(batch: GraphBatch, reduction: Op) -> tuple[IntArray, IntArray, IntArray]:
    """Nodes `x / sqrt(r(x^2))` or `x * r(x^2)^-0.5` for a reduction r; with x and r."""
    if not (batch.operations == reduction).any():
        return _NONE, _NONE, _NONE
    first, second = batch.argument(0), batch.argument(1)
    nodes = np.flatnonzero(batch.is_in(_QUOTIENTS) & (batch.in_degree == 2))
    found = np.zeros(len(nodes), dtype=bool)
    x, mean = np.zeros_like(nodes), np.zeros_like(nodes)
    for one, other in ((first, second), (second, first)):
        root_mean = _under_root(batch, other[nodes])
        square = first[root_mean]
        is_mean = batch.operations[root_mean] == reduction
        matches = is_mean & _is_square(batch, square, one[nodes])
        x, mean = np.where(matches, one[nodes], x), np.where(matches, root_mean, mean)
        found |= matches
    return nodes[found], x[found], mean[found]


def _under_root(batch: GraphBatch, node: IntArray) -> IntArray:
    """The argument of a root, perhaps limited or inverted; else the node itself."""
    wrapped = batch.is_in(_AROUND_ROOT)
    for _ in range(2):
        node = np.where(wrapped[node], batch.argument(0)[node], node)
    return node


def _is_square(batch: GraphBatch, node: IntArray, x: IntArray) -> BoolArray:
    """Whether `node` is `x^2` or `x * x`."""
    op, first, second = batch.operations, batch.argument(0), batch.argument(1)
    product = (op[node] == Op.MUL) & (second[node] == x)
    result: BoolArray = (first[node] == x) & ((op[node] == Op.POWER) | product)
    return result


def fuse_group_norm(batch: GraphBatch) -> GraphBatch:
    """The third rule of this module, for every graph."""
    nodes = np.flatnonzero(batch.operations == Op.INSTANCE_NORM)
    shapes = batch.output_shape[batch.argument(0)[nodes]]
    other = (batch.input_shape[nodes] != shapes).any(axis=1)
    if not other.any():
        return batch
    nodes, shapes = nodes[other], shapes[other]
    operations, attributes = batch.operations.copy(), batch.attributes.copy()
    channels = batch.input_shape[:, 0]
    regrouped = nodes[channels[nodes] != shapes[:, 0]]
    operations[regrouped] = Op.GROUP_NORM
    attributes[regrouped, GROUPS] = channels[regrouped]
    attributes[nodes, INPUT_SHAPE] = attributes[nodes, OUTPUT_SHAPE] = shapes
    return replace(batch, operations=operations, attributes=attributes)
