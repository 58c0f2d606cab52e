"""What several statistics of networks need of each node, computed once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.graph import GraphBatch, Op
from gennape.graph.operations import WEIGHTED
from gennape.utils.array_types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class NetworkView:
    """Canonical graphs with derived columns.

    Attributes:
        batch: The graphs.
        places: Positions of each node's result (height times width), `(nodes,)`.
        is_layer: Nodes with weights, `(nodes,)`.
        on_map: Layers whose result has more than one position, `(nodes,)`.
        layers: Layers of each graph, at least 1, `(graphs,)`.
    """

    batch: GraphBatch
    places: FloatArray
    is_layer: BoolArray
    on_map: BoolArray
    layers: FloatArray

    @classmethod
    def of(cls, batch: GraphBatch) -> "NetworkView":
        """Derive the columns."""
        places = batch.output_shape[:, 1:].astype(np.float64).prod(axis=1)
        is_layer = batch.is_in(WEIGHTED)
        counts = np.bincount(batch.graph_index, weights=is_layer, minlength=len(batch))
        return cls(batch, places, is_layer, is_layer & (places > 1), np.maximum(counts, 1))

    def sums(self, values: npt.NDArray[Any]) -> FloatArray:
        """Sum a value of each node over each graph, `(nodes,)` to `(graphs,)`."""
        sums = np.bincount(self.batch.graph_index, weights=values, minlength=len(self.batch))
        return sums.astype(np.float64)

    def mean_of(self, values: FloatArray, wanted: BoolArray, otherwise: float) -> FloatArray:
        """Average a value over the wanted nodes of each graph, `(graphs,)`."""
        counts = self.sums(wanted)
        return np.where(counts > 0, self.sums(values * wanted) / np.maximum(counts, 1), otherwise)

    @cached_property
    def input_side(self) -> FloatArray:
        """Logarithm (base 2) of the side of each network's input, `(graphs,)`."""
        places = self.places[self.batch.node_offsets[:-1]]
        sides: FloatArray = np.log2(np.maximum(places, 1)) / 2
        return sides

    @cached_property
    def log_side(self) -> FloatArray:
        """Logarithm (base 2) of the side of each node's result, `(nodes,)`."""
        sides: FloatArray = np.log2(np.maximum(self.places, 1)) / 2
        return sides

    @cached_property
    def log_width(self) -> FloatArray:
        """Logarithm (base 2) of one more than the channels of each node's result, `(nodes,)`."""
        widths: FloatArray = np.log2(self.batch.output_shape[:, 0].astype(np.float64) + 1)
        return widths

    @cached_property
    def macs(self) -> FloatArray:
        """MACs of each node, `(nodes,)`."""
        return self.batch.node_macs.astype(np.float64)

    @cached_property
    def total_macs(self) -> FloatArray:
        """MACs of each graph, at least 1, `(graphs,)`."""
        return np.maximum(self.sums(self.macs), 1)

    @cached_property
    def kernel_area(self) -> FloatArray:
        """Height times width of each node's kernel, `(nodes,)`."""
        areas: FloatArray = self.batch.kernel.astype(np.float64).prod(axis=1)
        return areas

    @cached_property
    def is_conv(self) -> BoolArray:
        """Convolutions, `(nodes,)`."""
        is_conv: BoolArray = self.batch.operations == Op.CONV
        return is_conv

    @cached_property
    def is_depthwise(self) -> BoolArray:
        """Convolutions with a group for each channel, `(nodes,)`."""
        groups = self.batch.groups
        depthwise: BoolArray = (groups > 1) & (groups == self.batch.input_shape[:, 0])
        return self.is_conv & depthwise

    @cached_property
    def is_grouped(self) -> BoolArray:
        """Convolutions with groups of several channels, `(nodes,)`."""
        grouped: BoolArray = self.is_conv & (self.batch.groups > 1) & ~self.is_depthwise
        return grouped

    def first_on_map(self) -> IntArray:
        """First layer on a map of each graph, else its first node, `(graphs,)`."""
        return self._end_on_map(np.flatnonzero(self.on_map)[::-1])

    def last_on_map(self) -> IntArray:
        """Last layer on a map of each graph, else its first node, `(graphs,)`."""
        return self._end_on_map(np.flatnonzero(self.on_map))

    def _end_on_map(self, nodes: IntArray) -> IntArray:
        """The last of the given nodes of each graph, else its first node, `(graphs,)`."""
        ends = self.batch.node_offsets[:-1].copy()
        ends[self.batch.graph_index[nodes]] = nodes  # the last assignment stays
        return ends
