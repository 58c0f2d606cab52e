"""The cost of a network: multiply-accumulates of its nodes."""

from functools import cached_property

import numpy as np

from gennape.graph.arrays import NodeArrays
from gennape.graph.operations import Op
from gennape.utils.array_types import IntArray


class CostedArrays(NodeArrays):
    """Columns of nodes and edges that know what the nodes cost."""

    @cached_property
    def node_macs(self) -> IntArray:
        """Multiply-accumulates of each node for one input, `(nodes,)`, int64."""
        return node_macs(self)


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
    kernel_area = nodes.kernel.astype(np.int64).prod(axis=1)
    groups = nodes.groups.astype(np.int64)
    inputs, outputs = nodes.input_shape.astype(np.int64), nodes.output_shape.astype(np.int64)
    output_elements = outputs.prod(axis=1)
    op = nodes.operations
    macs = np.zeros(nodes.num_nodes, dtype=np.int64)
    conv = op == Op.CONV
    macs[conv] = (output_elements * (inputs[:, 0] // groups) * kernel_area)[conv]
    up = op == Op.CONV_TRANSPOSE
    macs[up] = (inputs.prod(axis=1) * (outputs[:, 0] // groups) * kernel_area)[up]
    linear = op == Op.LINEAR
    macs[linear] = (output_elements * inputs[:, 0])[linear]
    product = op == Op.MATMUL
    macs[product] = (output_elements * kernel_area)[product]
    return macs
