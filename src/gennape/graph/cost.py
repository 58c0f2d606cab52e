"""The cost of a network: multiply-accumulates of its nodes."""

from functools import cached_property
from typing import Any

import numpy as np

from gennape.graph.arrays import NodeArrays
from gennape.graph.operations import Op
from gennape.utils.array_types import FloatArray, IntArray


class CostedArrays(NodeArrays):
    """Columns of nodes and edges that know what the nodes cost."""

    @cached_property
    def node_macs(self) -> IntArray:
        """Multiply-accumulates of each node for one input, `(nodes,)`, int64."""
        return node_macs(self)

    @cached_property
    def node_activations(self) -> IntArray:
        """Elements of the result of each node that has MACs, `(nodes,)`, int64; 0 of others.

        What `fvcore` and timm count as activations.
        """
        elements = self.output_shape.astype(np.int64).prod(axis=1)
        return np.where(self.node_macs > 0, elements, 0)


def node_macs(nodes: NodeArrays) -> IntArray:
    """Count the multiply-accumulates of each node for one input.

    Convolutions, linear layers and matrix products count; the rest is free, as in
    `torch.utils.flop_counter.FlopCounterMode`, which counts two operations for each.

    - convolution: output elements x (input channels / groups) x kernel area
    - transposed convolution: input elements x (output channels / groups) x kernel area
    - linear: output elements x input channels
    - matrix product: output elements x contracted length (kept as kernel height)

    Args:
        nodes: A graph or a batch of graphs.

    Returns:
        Counts, `(nodes,)`, int64.
    """
    macs: IntArray = _macs(nodes, np.int64)
    return macs


def estimated_macs(nodes: NodeArrays) -> FloatArray:
    """Count multiply-accumulates as `node_macs` does, rounded and without limits, `(nodes,)`."""
    macs: FloatArray = _macs(nodes, np.float64)
    return macs


def _macs(nodes: NodeArrays, dtype: Any) -> Any:
    """Count multiply-accumulates in numbers of a type."""
    kernel_area = nodes.kernel.astype(dtype).prod(axis=1)
    groups = nodes.groups.astype(dtype)
    inputs, outputs = nodes.input_shape.astype(dtype), nodes.output_shape.astype(dtype)
    output_elements = outputs.prod(axis=1)
    op = nodes.operations
    macs = np.zeros(nodes.num_nodes, dtype=dtype)
    conv = op == Op.CONV
    macs[conv] = (output_elements * (inputs[:, 0] // groups) * kernel_area)[conv]
    up = op == Op.CONV_TRANSPOSE
    macs[up] = (inputs.prod(axis=1) * (outputs[:, 0] // groups) * kernel_area)[up]
    linear = op == Op.LINEAR
    macs[linear] = (output_elements * inputs[:, 0])[linear]
    product = op == Op.MATMUL
    macs[product] = (output_elements * kernel_area)[product]
    return macs
