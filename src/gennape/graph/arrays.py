"""The columns that describe nodes and edges, shared by one graph and by a batch of graphs.

A node is one row; an edge is one data flow from a source node to an argument of a
target node. Everything is a numpy array, so that a pass over one network and over ten
thousand networks is the same vectorised code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from typing import Any

import numpy as np

from gennape.graph.operations import Op
from gennape.utils.array_types import BoolArray, IntArray

Details = Mapping[int, Mapping[str, Any]]
"""Rare attributes of single nodes: plain JSON values by name, by node index."""

KERNEL = slice(0, 2)
STRIDE = slice(2, 4)
PADDING = slice(4, 8)  # top, left, bottom, right
DILATION = slice(8, 10)
GROUPS = 10
BIAS = 11
INPUT_SHAPE = slice(12, 15)  # channels, height, width of the first argument
OUTPUT_SHAPE = slice(15, 18)
ATTRIBUTE_COLUMNS = 18

NO_ATTRIBUTES = (1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0)
"""Kernel, stride, padding, dilation, groups, bias of a node that has none."""

WITH_BIAS = (*NO_ATTRIBUTES[:BIAS], 1)
"""The same of a node that has a bias and nothing else."""


@dataclass(frozen=True, eq=False, repr=False)
class NodeArrays:
    """Columns of nodes and edges.

    Attributes:
        operations: Operation ids (`Op`), shape `(nodes,)`, int16.
        attributes: Kernel, stride, padding, dilation, groups, bias, input shape and
            output shape, `(nodes, 18)`, int32; see the column names of this module.
            A token sequence of N tokens with C channels has the shape (C, N, 1).
        node_parameters: Learned numbers each node owns, `(nodes,)`, int64. A weight
            used twice is owned by its first user.
        edges: Source and target node of each edge, `(2, edges)`, int32, sorted by
            target and, within a target, by argument position. `x + x` is two edges.
        details: Rare attributes of single nodes.
        layers: For each node the part of the network that it stands in, by the name that its
            source gives it, such as `layer1.0.conv1`; empty if the source gives none. Canonical
            form and fingerprint know nothing of it.
    """

    operations: IntArray
    attributes: IntArray
    node_parameters: IntArray
    edges: IntArray
    details: Details = field(default_factory=dict)
    layers: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was computed from them can be computed again."""
        return {column.name: getattr(self, column.name) for column in fields(self)}

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return int(self.operations.shape[0])

    @property
    def num_edges(self) -> int:
        """Number of edges."""
        return int(self.edges.shape[1])

    @property
    def kernel(self) -> IntArray:
        """Kernel height and width, `(nodes, 2)`; the contracted length of a matmul."""
        return self.attributes[:, KERNEL]

    @property
    def stride(self) -> IntArray:
        """Stride along height and width, `(nodes, 2)`."""
        return self.attributes[:, STRIDE]

    @property
    def padding(self) -> IntArray:
        """Zeros added at the top, left, bottom and right, `(nodes, 4)`."""
        return self.attributes[:, PADDING]

    @property
    def dilation(self) -> IntArray:
        """Dilation along height and width, `(nodes, 2)`."""
        return self.attributes[:, DILATION]

    @property
    def groups(self) -> IntArray:
        """Channel groups, `(nodes,)`."""
        return self.attributes[:, GROUPS]

    @property
    def bias(self) -> BoolArray:
        """Whether the node adds a learned bias, `(nodes,)`."""
        return self.attributes[:, BIAS].astype(bool)

    @property
    def input_shape(self) -> IntArray:
        """Channels, height and width of the first argument, `(nodes, 3)`."""
        return self.attributes[:, INPUT_SHAPE]

    @property
    def output_shape(self) -> IntArray:
        """Channels, height and width of the result, `(nodes, 3)`."""
        return self.attributes[:, OUTPUT_SHAPE]

    @cached_property
    def in_degree(self) -> IntArray:
        """Number of arguments of each node, `(nodes,)`."""
        return np.bincount(self.edges[1], minlength=self.num_nodes)

    @cached_property
    def out_degree(self) -> IntArray:
        """Number of uses of each node's result, `(nodes,)`."""
        return np.bincount(self.edges[0], minlength=self.num_nodes)

    @cached_property
    def first_edge(self) -> IntArray:
        """Position of each node's first argument in `edges`, `(nodes + 1,)`."""
        return np.concatenate(([0], np.cumsum(self.in_degree)))

    def argument(self, position: int) -> IntArray:
        """The node that feeds argument `position` of each node, or -1; `(nodes,)`."""
        return self._first_argument if position == 0 else self._argument(position)

    @cached_property
    def _first_argument(self) -> IntArray:
        """What most passes read, computed once."""
        first = self._argument(0)
        first.flags.writeable = False
        return first

    def _argument(self, position: int) -> IntArray:
        result = np.full(self.num_nodes, -1, dtype=np.int64)
        has = self.in_degree > position
        result[has] = self.edges[0][self.first_edge[:-1][has] + position]
        return result

    @cached_property
    def _by_source(self) -> IntArray:
        """Targets of all edges, sorted by source, `(edges,)`."""
        targets: IntArray = self.edges[1][np.argsort(self.edges[0], kind="stable")]
        return targets

    @cached_property
    def _first_use(self) -> IntArray:
        """Position of each node's first use in `_by_source`, `(nodes,)`."""
        return np.cumsum(self.out_degree) - self.out_degree

    def users(self, nodes: IntArray) -> IntArray:
        """The nodes that use the results of some, one for each use."""
        return self._by_source[ranges(self._first_use[nodes], self.out_degree[nodes])]

    def is_in(self, operations: frozenset[Op]) -> BoolArray:
        """Which nodes hold one of `operations`, `(nodes,)`."""
        return _membership_table(operations)[self.operations]


def ranges(starts: IntArray, counts: IntArray) -> IntArray:
    """The ranges `starts[i] .. starts[i] + counts[i]`, one after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    shifts: IntArray = np.repeat(starts - (ends - counts), counts)
    return np.arange(total) + shifts


@cache
def _membership_table(operations: frozenset[Op]) -> BoolArray:
    """A lookup table from operation id to membership."""
    table = np.zeros(max(Op) + 1, dtype=bool)
    table[list(operations)] = True
    return table
