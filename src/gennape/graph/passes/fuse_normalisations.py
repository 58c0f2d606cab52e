"""Normalisations written out as their formula become one node.

Rules, numbers dropped as in `drop_scalar_arithmetic`:

- `d / sqrt(mean(d^2))` with `d = x - mean(x)` is a layer norm if the means are over the
  channels, else an instance norm;
- `x / sqrt(mean(x^2))` is an RMS norm;
- an instance norm of regrouped channels is a group norm.

Before: any batch. After: no such quotient, and no instance norm on other channels than
those of its argument.
"""

import numpy as np

from gennape.graph.arrays import GROUPS, INPUT_SHAPE, OUTPUT_SHAPE, BoolArray, IntArray
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import take_over

_QUOTIENTS = frozenset({Op.DIV, Op.MUL})


def fuse_layer_norm(batch: GraphBatch) -> GraphBatch:
    """The first rule of this module, for every graph."""
    if not (batch.operations == Op.MEAN).any():
        return batch
    op, first, second = batch.operations, batch.argument(0), batch.argument(1)
    nodes, centred, _ = _quotients(batch)
    mean, x = second[centred], first[centred]
    found = (op[centred] == Op.SUB) & (op[mean] == Op.MEAN) & (first[mean] == x)
    nodes, mean, x = nodes[found], mean[found], x[found]
    if not len(nodes):
        return batch
    operations, over_channels = op.copy(), batch.attributes[mean, 15] == 1
    operations[nodes] = np.where(over_channels, Op.LAYER_NORM, Op.INSTANCE_NORM)
    return take_over(batch, nodes, x, operations=operations)


def fuse_rms_norm(batch: GraphBatch) -> GraphBatch:
    """The second rule of this module, for every graph."""
    if not (batch.operations == Op.MEAN).any():
        return batch
    nodes, x, square_mean = _quotients(batch)
    over_channels = batch.attributes[square_mean, 15] == 1
    nodes, x = nodes[over_channels], x[over_channels]
    if not len(nodes):
        return batch
    operations = batch.operations.copy()
    operations[nodes] = Op.RMS_NORM
    return take_over(batch, nodes, x, operations=operations)


def _quotients(batch: GraphBatch) -> tuple[IntArray, IntArray, IntArray]:
    """Nodes `x / sqrt(mean(x^2))` or `x * mean(x^2)^-0.5`; with x and the mean."""
    first, second = batch.argument(0), batch.argument(1)
    nodes = np.flatnonzero(batch.is_in(_QUOTIENTS) & (batch.in_degree == 2))
    found = np.zeros(len(nodes), dtype=bool)
    x, mean = np.zeros_like(nodes), np.zeros_like(nodes)
    for one, other in ((first, second), (second, first)):
        root_mean = _under_root(batch, other[nodes])
        square = first[root_mean]
        is_mean = batch.operations[root_mean] == Op.MEAN
        matches = is_mean & _is_square(batch, square, one[nodes])
        x, mean = np.where(matches, one[nodes], x), np.where(matches, root_mean, mean)
        found |= matches
    return nodes[found], x[found], mean[found]


def _under_root(batch: GraphBatch, node: IntArray) -> IntArray:
    """What a root, or the inverse of a root, is taken of; else the node itself."""
    for _ in range(2):
        is_power = batch.operations[node] == Op.POWER
        node = np.where(is_power, batch.argument(0)[node], node)
    return node


def _is_square(batch: GraphBatch, node: IntArray, x: IntArray) -> BoolArray:
    """Whether `node` is `x^2` or `x * x`."""
    op, first, second = batch.operations, batch.argument(0), batch.argument(1)
    product = (op[node] == Op.MUL) & (second[node] == x)
    result: BoolArray = (first[node] == x) & ((op[node] == Op.POWER) | product)
    return result


def fuse_group_norm(batch: GraphBatch) -> GraphBatch:
    """The third rule of this module, for every graph."""
    x = batch.argument(0)
    found = (batch.operations == Op.INSTANCE_NORM) & (
        batch.attributes[:, INPUT_SHAPE] != batch.attributes[x, OUTPUT_SHAPE]
    ).any(axis=1)
    if not found.any():
        return batch
    operations, attributes = batch.operations.copy(), batch.attributes.copy()
    regrouped = found & (attributes[:, 12] != attributes[x, 15])
    operations[regrouped] = Op.GROUP_NORM
    attributes[regrouped, GROUPS] = attributes[regrouped, 12]
    for shape in (INPUT_SHAPE, OUTPUT_SHAPE):
        attributes[found, shape] = attributes[x[found], OUTPUT_SHAPE]
    nodes = np.flatnonzero(found)
    return take_over(batch, nodes, x[nodes], operations=operations, attributes=attributes)
