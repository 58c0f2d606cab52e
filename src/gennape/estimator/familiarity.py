"""Which networks are like those of a family that training has shown, and which are foreign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.estimator.graph_features import GraphFeatures
from gennape.graph.arrays import BoolArray, IntArray

FloatArray = npt.NDArray[np.float64]

_MIXERS = (np.uint64(1_000_003), np.uint64(0x9E37_79B9_7F4A_7C15))
"""Odd factors that keep numbers of nodes and of edges apart, modulo 2^64."""
_MARGIN = 0.05
"""How far beyond a family's range of sizes its networks may lie, as a share of the range."""


@dataclass(frozen=True)
class FamilyTraits:
    """What the networks of one family are made of.

    Attributes:
        name: Of the labelled table.
        kinds: Kinds of nodes, sorted, see `node_kinds`.
        joints: Which node leads to which, by kind and width of both, sorted; see `_joints`.
        smallest: Of each of the `network_sizes`, `(4,)`.
        largest: Likewise.
    """

    name: str
    kinds: IntArray
    joints: IntArray
    smallest: FloatArray
    largest: FloatArray

    @classmethod
    def of(cls, name: str, features: GraphFeatures) -> "FamilyTraits":
        """Those of a family's networks."""
        low, high = features.sizes.min(axis=0), features.sizes.max(axis=0)
        return cls(
            name,
            np.unique(features.kinds),
            np.unique(_joints(features)),
            low.astype(np.float64),
            high.astype(np.float64),
        )

    def known_share(self, features: GraphFeatures) -> FloatArray:
        """Share of each network's nodes that are of the family's kinds, `(graphs,)`."""
        totals = np.concatenate(([0], np.cumsum(_are_among(features.kinds, self.kinds))))
        shares: FloatArray = np.diff(totals[features.node_offsets]) / features.node_counts
        return shares

    def is_like(self, features: GraphFeatures) -> BoolArray:
        """Whether all of a network might be the family's: joints and sizes, `(graphs,)`."""
        margin = _MARGIN * (self.largest - self.smallest) + 1e-6
        inside = (features.sizes >= self.smallest - margin) & (
            features.sizes <= self.largest + margin
        )
        foreign = np.concatenate(([0], np.cumsum(~_are_among(_joints(features), self.joints))))
        alike: BoolArray = inside.all(axis=1) & (np.diff(foreign[features.edge_offsets]) == 0)
        return alike

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        arrays = {name: values for name, values in vars(self).items() if name != "name"}
        return {"name": self.name} | {name: array.tolist() for name, array in arrays.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "FamilyTraits":
        """The traits that `to_json` wrote."""
        return cls(
            str(values["name"]),
            np.array(values["kinds"], dtype=np.int64),
            np.array(values["joints"], dtype=np.int64),
            np.array(values["smallest"], dtype=np.float64),
            np.array(values["largest"], dtype=np.float64),
        )


@dataclass(frozen=True)
class Familiarity:
    """The families that training has shown.

    What an estimator has learned about one family holds only in part for another. A
    network that no single family could have brought forth, because of its operations, their
    widths, how they follow one another, its size or the shape of its input, is foreign.

    Attributes:
        families: Traits of each.
    """

    families: Sequence[FamilyTraits]

    @property
    def names(self) -> list[str]:
        """Names of the labelled tables that were learned from."""
        return [family.name for family in self.families]

    def nearest(self, features: GraphFeatures) -> tuple[IntArray, FloatArray, BoolArray]:
        """The family that is most like each network.

        Returns:
            The family's number, the share of the network's nodes that are of its kinds, and
            whether the network is like it in all; each `(graphs,)`.
        """
        shares = np.stack([family.known_share(features) for family in self.families])
        alike = np.stack([family.is_like(features) for family in self.families])
        nearest = (shares + alike).argmax(axis=0)
        columns = np.arange(len(features))
        return nearest, shares[nearest, columns], alike[nearest, columns]


def _are_among(values: IntArray, known: IntArray) -> BoolArray:
    """Which values are known ones; the known ones are sorted, so that it need not be done again."""
    places = np.searchsorted(known, values)
    among: BoolArray = known[np.minimum(places, len(known) - 1)] == values
    return among


def _joints(features: GraphFeatures) -> IntArray:
    """One number for each edge by the kinds and widths of its ends, `(edges,)`, int64."""
    nodes = features.kinds.astype(np.uint64) * _MIXERS[0] + features.widths.astype(np.uint64)
    sources, targets = features.edges
    joints: IntArray = (nodes[sources] * _MIXERS[1] + nodes[targets]).view(np.int64)
    return joints
