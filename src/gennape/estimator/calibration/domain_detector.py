"""Domain detection: is a network like those of a family in the training set?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.size_prior import SIZES
from gennape.estimator.stored_values import StoredValues, check_rising
from gennape.utils.array_types import BoolArray, FloatArray, IntArray

_MIXERS = (np.uint64(1_000_003), np.uint64(0x9E37_79B9_7F4A_7C15))
"""Odd factors that keep numbers of nodes and of edges apart, modulo 2^64."""
_MARGIN = 0.05
"""How far beyond a family's range of sizes its networks may lie, as a share of the range."""


@dataclass(frozen=True)
class FamilyProfile:
    """Kinds of nodes and edges, and range of sizes, of one family's networks.

    Attributes:
        name: Of the labelled table.
        node_kinds: Sorted, see `features.node_kinds`.
        edge_kinds: Which node leads to which, by kind and width of both, sorted; see `_edge_kinds`.
        smallest: Of each of the `network_sizes`, `(4,)`.
        largest: Likewise.
    """

    name: str
    node_kinds: IntArray
    edge_kinds: IntArray
    smallest: FloatArray
    largest: FloatArray

    @classmethod
    def of(cls, name: str, features: GraphFeatures) -> "FamilyProfile":
        """Profile a family's networks."""
        low, high = features.sizes.min(axis=0), features.sizes.max(axis=0)
        return cls(
            name,
            np.unique(features.kinds),
            np.unique(_edge_kinds(features)),
            low.astype(np.float64),
            high.astype(np.float64),
        )

    def known_share(self, features: GraphFeatures) -> FloatArray:
        """Compute the share of each network's nodes of the family's kinds, `(graphs,)`."""
        totals = np.concatenate(([0], np.cumsum(_are_among(features.kinds, self.node_kinds))))
        shares: FloatArray = np.diff(totals[features.node_offsets]) / features.node_counts
        return shares

    def contains(self, features: GraphFeatures) -> BoolArray:
        """Tell whether all edges and sizes of each network might be the family's, `(graphs,)`."""
        margin = _MARGIN * (self.largest - self.smallest) + 1e-6
        inside = (features.sizes >= self.smallest - margin) & (
            features.sizes <= self.largest + margin
        )
        unknown = np.concatenate(
            ([0], np.cumsum(~_are_among(_edge_kinds(features), self.edge_kinds)))
        )
        in_domain: BoolArray = inside.all(axis=1) & (np.diff(unknown[features.edge_offsets]) == 0)
        return in_domain

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        arrays = {name: values for name, values in vars(self).items() if name != "name"}
        return {"name": self.name} | {name: array.tolist() for name, array in arrays.items()}

    @classmethod
    def read(cls, stored: StoredValues) -> "FamilyProfile":
        """Take the values that `to_json` wrote.

        Raises:
            ValueError: One of them is none of a profile; names it.
        """
        stored.has_only("name", "node_kinds", "edge_kinds", "smallest", "largest")
        node_kinds, edge_kinds = stored.integers("node_kinds"), stored.integers("edge_kinds")
        check_rising(node_kinds=node_kinds, edge_kinds=edge_kinds)
        smallest, largest = (stored.numbers(name, SIZES) for name in ("smallest", "largest"))
        return cls(stored.text("name"), node_kinds, edge_kinds, smallest, largest)


@dataclass(frozen=True)
class DomainDetector:
    """Detector of networks out of domain.

    What an estimator has learned about one family holds only in part for another. A
    network that no single family could have brought forth, because of its operations, their
    widths, how they follow one another, its size or the shape of its input, is out of domain.

    Attributes:
        families: Profiles of the families of the training set.
    """

    families: Sequence[FamilyProfile]

    @property
    def names(self) -> list[str]:
        """Names of the labelled tables that were learned from."""
        return [family.name for family in self.families]

    def nearest(self, features: GraphFeatures) -> tuple[IntArray, FloatArray, BoolArray]:
        """Find the family that is most like each network.

        Returns:
            The family's number, the share of the network's nodes that are of its kinds, and
            whether the network is in the domain of that family; each `(graphs,)`.
        """
        shares = np.stack([family.known_share(features) for family in self.families])
        in_domain = np.stack([family.contains(features) for family in self.families])
        nearest = (shares + in_domain).argmax(axis=0)
        columns = np.arange(len(features))
        return nearest, shares[nearest, columns], in_domain[nearest, columns]


def _are_among(values: IntArray, known: IntArray) -> BoolArray:
    """Which values are known ones; the known ones are sorted, so that it need not be done again."""
    places = np.searchsorted(known, values)
    among: BoolArray = known[np.minimum(places, len(known) - 1)] == values
    return among


def _edge_kinds(features: GraphFeatures) -> IntArray:
    """One number for each edge by the kinds and widths of its ends, `(edges,)`, int64."""
    nodes = features.kinds.astype(np.uint64) * _MIXERS[0] + features.widths.astype(np.uint64)
    sources, targets = features.edges
    edge_kinds: IntArray = (nodes[sources] * _MIXERS[1] + nodes[targets]).view(np.int64)
    return edge_kinds
