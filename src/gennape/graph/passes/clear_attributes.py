"""What does not tell networks apart is cleared.

Rules:

- kernel, stride, padding, dilation and groups stay with convolutions and poolings, the
  contracted length with matrix products and the groups with group norms; biases are
  cleared, for exporters drop those that are zero and make them of batch norms;
- of the details stay the start of a slice, the exponent of a power and the name of an
  unknown function.

Before: any batch. After: nodes hold nothing else.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gennape.graph.arrays import BIAS, NO_ATTRIBUTES
from gennape.graph.batch import GraphBatch
from gennape.graph.operations import Op

_WITH_ATTRIBUTES = frozenset(
    {Op.CONV, Op.CONV_TRANSPOSE, Op.MAX_POOL, Op.AVG_POOL, Op.MATMUL, Op.GROUP_NORM}
)
_DETAILS: Mapping[int, str] = {Op.SLICE: "start", Op.POWER: "exponent", Op.OTHER: "function"}


def clear_attributes(batch: GraphBatch) -> GraphBatch:
    """Apply the rules of this module to every graph."""
    details = {
        node: kept
        for node, values in batch.details.items()
        if (kept := _kept(int(batch.operations[node]), values))
    }
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
    name = _DETAILS.get(operation, "")
    if name not in values:
        return {}
    value = values[name]
    return {name: float(value) if name == "exponent" else value}
