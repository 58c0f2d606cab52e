"""Which networks are made of what training has shown, and which are foreign."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch, Op
from gennape.graph.arrays import BoolArray, IntArray

_LARGEST = 31
"""Kernels, strides and dilations above this count as this."""


def node_kinds(batch: GraphBatch) -> IntArray:
    """One number for each kind of node, `(nodes,)`, int64.

    Nodes are of one kind when operation, kernel, stride, dilation and grouping (none,
    some, depthwise) agree; inputs when their shapes agree.
    """
    columns = batch.attributes.astype(np.int64)
    grouping = (columns[:, 10] > 1).astype(np.int64) + (
        (columns[:, 10] > 1) & (columns[:, 10] == columns[:, 12])
    )
    kinds = batch.operations.astype(np.int64) * 3 + grouping
    for column in (0, 1, 2, 3, 8, 9):  # kernel, stride, dilation
        kinds = kinds * (_LARGEST + 1) + np.minimum(columns[:, column], _LARGEST)
    inputs = batch.operations == Op.INPUT
    channels, height, width = columns[inputs, 15:].T
    kinds[inputs] = -((channels << 40) + (height << 20) + width)
    return kinds


@dataclass(frozen=True)
class Familiarity:
    """The kinds of nodes that training has shown.

    What an estimator has learned about one family holds only in part for another. A
    network with a kind of node that training never showed, or with an input of another
    shape, is foreign: its score is a compromise of the members and of its size, which is
    what ranks every family tolerably.

    Attributes:
        kinds: Known kinds, sorted, `(kinds,)`.
    """

    kinds: IntArray

    @classmethod
    def of(cls, kinds: IntArray) -> "Familiarity":
        """All kinds that occur in `kinds`, `(nodes,)`."""
        return cls(np.unique(kinds))

    def extended(self, kinds: IntArray) -> "Familiarity":
        """The known kinds and those in `kinds`, `(nodes,)`."""
        return Familiarity(np.union1d(self.kinds, kinds))

    def is_foreign(self, kinds: IntArray, node_offsets: IntArray) -> BoolArray:
        """Which networks have a node of an unknown kind.

        Args:
            kinds: Of the nodes of all networks, `(nodes,)`.
            node_offsets: First node of each network, `(graphs + 1,)`.

        Returns:
            `(graphs,)`.
        """
        unknown = ~np.isin(kinds, self.kinds)
        totals = np.concatenate(([0], np.cumsum(unknown)))
        foreign: npt.NDArray[np.bool_] = np.diff(totals[node_offsets]) > 0
        return foreign
