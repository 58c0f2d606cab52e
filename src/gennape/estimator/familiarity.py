"""Which networks are made of what training has shown, and which are foreign."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch, Op
from gennape.graph.arrays import IntArray

FloatArray = npt.NDArray[np.float64]

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
    kinds: IntArray = batch.operations.astype(np.int64) * 3 + grouping
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
    shape, is foreign: its score is a compromise of the members and of its sizes, which are
    what ranks every family tolerably. The less of it is known, the less the members count.

    Attributes:
        kinds: Known kinds, sorted, `(kinds,)`.
    """

    kinds: IntArray

    @classmethod
    def of(cls, kinds: IntArray) -> "Familiarity":
        """All kinds that occur in `kinds`, `(nodes,)`."""
        return cls(np.unique(kinds))

    def known_share(self, kinds: IntArray, node_offsets: IntArray) -> FloatArray:
        """Share of each network's nodes that are of a known kind; 1 where nothing is foreign.

        Args:
            kinds: Of the nodes of all networks, `(nodes,)`.
            node_offsets: First node of each network, `(graphs + 1,)`.

        Returns:
            `(graphs,)`.
        """
        totals = np.concatenate(([0], np.cumsum(np.isin(kinds, self.kinds))))
        share: FloatArray = np.diff(totals[node_offsets]) / np.diff(node_offsets)
        return share
