"""Activations written out as their formula become one node.

Rules, numbers dropped as in `drop_scalar_arithmetic`:

- `relu6(x + 3)` is a hard sigmoid (times 6);
- `x * sigmoid(x)` is SiLU, `x * hardsigmoid(x)` hard swish, `x * erf(x)` GELU,
  `x * tanh(softplus(x))` Mish;
- `x * tanh(x + x^3)` and `x * tanh(x * (1 + x^2))` are the tangent form of GELU.

Before: any batch. After: no such product is left.
"""

import numpy as np

from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.passes.rewrite import replace_arguments
from gennape.utils.array_types import BoolArray, IntArray

_POWERS = frozenset({Op.POWER, Op.MUL})
_GATES = {Op.SIGMOID: Op.SILU, Op.HARDSIGMOID: Op.HARDSWISH, Op.ERF: Op.GELU}


def fuse_hard_sigmoid(batch: GraphBatch) -> GraphBatch:
    """The first rule of this module, for every graph."""
    shift = batch.argument(0)
    found = (batch.operations == Op.RELU6) & (batch.operations[shift] == Op.SCALE)
    nodes = [n for n in np.flatnonzero(found) if _adds_three(batch, int(shift[n]))]
    if not nodes:
        return batch
    operations = batch.operations.copy()
    operations[nodes] = Op.HARDSIGMOID
    return replace_arguments(
        batch, np.array(nodes), batch.argument(0)[shift[nodes]], operations=operations
    )


def _adds_three(batch: GraphBatch, node: int) -> bool:
    details = batch.details.get(node, {})
    return bool(details.get("scale", 1) == 1 and details.get("shift", 0) == 3)


def fuse_activations(batch: GraphBatch) -> GraphBatch:
    """The rules of this module but the first, for every graph."""
    product = np.flatnonzero((batch.operations == Op.MUL) & (batch.in_degree == 2))
    if not len(product):
        return batch
    arguments = batch.argument(0), batch.argument(1)
    fused = np.zeros(len(product), dtype=np.int16)
    argument = np.zeros(len(product), dtype=np.int64)
    for x, gate in (arguments, arguments[::-1]):
        activation = _activation(batch, x[product], gate[product])
        argument = np.where(activation > 0, x[product], argument)
        fused = np.maximum(fused, activation)
    nodes = product[fused > 0]
    if not len(nodes):
        return batch
    operations = batch.operations.copy()
    operations[nodes] = fused[fused > 0]
    return replace_arguments(batch, nodes, argument[fused > 0], operations=operations)


def _activation(batch: GraphBatch, x: IntArray, gate: IntArray) -> IntArray:
    """The activation that `x * gate` is, or 0."""
    op, inner = batch.operations, batch.argument(0)
    result = np.zeros(len(x), dtype=np.int16)
    for gate_op, activation in _GATES.items():
        result[(op[gate] == gate_op) & (inner[gate] == x)] = activation
    tangent = op[gate] == Op.TANH
    if tangent.any():
        inside = inner[gate]
        result[tangent & (op[inside] == Op.SOFTPLUS) & (inner[inside] == x)] = Op.MISH
        result[tangent & _is_cubic(batch, x, inside)] = Op.GELU
    return result


def _is_cubic(batch: GraphBatch, x: IntArray, node: IntArray) -> BoolArray:
    """Whether `node` is `x + x^3` or `x * (1 + x^2)`, with any factors."""
    first, second = batch.argument(0)[node], batch.argument(1)[node]
    other = np.where(first == x, second, first)
    is_sum = (batch.operations[node] == Op.ADD) & ((first == x) | (second == x))
    result: BoolArray = _is_power(batch, x, node) | (is_sum & _is_power(batch, x, other))
    return result


def _is_power(batch: GraphBatch, x: IntArray, node: IntArray, depth: int = 2) -> BoolArray:
    """Whether `node` multiplies nothing but `x` and powers of `x`."""
    result: BoolArray = batch.is_in(_POWERS)[node] & (batch.in_degree[node] <= 3)
    for position in range(3):
        factor = batch.argument(position)[node]
        fits = (factor == x) | (factor < 0)
        if depth > 1:
            fits |= _is_power(batch, x, factor, depth - 1)
        result &= fits
    return result
