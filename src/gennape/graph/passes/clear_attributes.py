"""Attributes that do not tell networks apart are cleared.

Rules:

- kernel, stride, padding, dilation and groups stay with convolutions, poolings and
  borders, the contracted length with matrix products and the groups with group norms;
  biases are cleared, for exporters drop those that are zero and make them of batch norms;
- of the details stay where a slice starts, what a border holds, whether it counts in an
  average, the exponent of a power and the name of an unknown function.

Before: any batch. After: nodes hold nothing else.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gennape.graph.arrays import BIAS, NO_ATTRIBUTES
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op
from gennape.graph.slices import slice_details, slice_starts

_WITH_ATTRIBUTES = frozenset(
    {Op.CONV, Op.CONV_TRANSPOSE, Op.MAX_POOL, Op.AVG_POOL, Op.PAD, Op.MATMUL, Op.GROUP_NORM}
)
_DETAILS: Mapping[int, tuple[str, ...]] = {
    Op.PAD: ("mode", "value"),
    Op.AVG_POOL: ("count_include_pad",),
    Op.POWER: ("exponent",),
    Op.OTHER: ("function",),
}
_NUMBERS = frozenset({"value", "exponent"})


def clear_attributes(batch: GraphBatch) -> GraphBatch:
    """Apply the rules of this module to every graph."""
    operations = batch.operations[list(batch.details)].tolist()
    known: dict[tuple[int, int], Mapping[str, Any]] = {}  # nodes of one block share their details
    details = {}
    for operation, (node, values) in zip(operations, batch.details.items(), strict=True):
        key = operation, id(values)
        if key not in known:
            known[key] = _kept(operation, values)
        if known[key]:
            details[node] = known[key]
    if details != batch.details:
        batch = replace(batch, details=details)
    attributes = batch.attributes.copy()
    cleared = ~batch.is_in(_WITH_ATTRIBUTES)
    attributes[cleared, : len(NO_ATTRIBUTES)] = NO_ATTRIBUTES
    attributes[:, BIAS] = 0
    if (attributes == batch.attributes).all():
        return batch
    return replace(batch, attributes=attributes)


def _kept(operation: int, values: Mapping[str, Any]) -> dict[str, Any]:
    if operation == Op.SLICE:
        return slice_details(slice_starts(values))
    return {
        name: float(values[name]) if name in _NUMBERS else values[name]
        for name in _DETAILS.get(operation, ())
        if name in values
    }
