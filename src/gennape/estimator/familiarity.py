"""Which networks are like those of a family that training has shown, and which are foreign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.estimator.graph_features import GraphFeatures
from gennape.graph.arrays import BoolArray, IntArray

FloatArray = npt.NDArray[np.float64]

_MARGIN = 0.05
"""How far beyond a family's range of sizes its networks may lie, as a share of the range."""


@dataclass(frozen=True)
class FamilyTraits:
    """What the networks of one family are made of.

    Attributes:
        name: Of the labelled table.
        kinds: Kinds of nodes, sorted, see `node_kinds`.
        widths: Output channels of convolutions, sorted.
        smallest: Of each of the `network_sizes`, `(3,)`.
        largest: Likewise.
    """

    name: str
    kinds: IntArray
    widths: IntArray
    smallest: FloatArray
    largest: FloatArray

    @classmethod
    def of(cls, name: str, features: GraphFeatures) -> "FamilyTraits":
        """Those of a family's networks."""
        low, high = features.sizes.min(axis=0), features.sizes.max(axis=0)
        return cls(
            name,
            np.unique(features.kinds),
            np.unique(features.widths),
            low.astype(np.float64),
            high.astype(np.float64),
        )

    def known_share(self, features: GraphFeatures) -> FloatArray:
        """Share of each network's nodes that are of the family's kinds, `(graphs,)`."""
        return _shares(np.isin(features.kinds, self.kinds), features)

    def is_like(self, features: GraphFeatures) -> BoolArray:
        """Whether all of a network might be the family's: kinds, widths and sizes, `(graphs,)`."""
        margin = _MARGIN * (self.largest - self.smallest) + 1e-6
        inside = (features.sizes >= self.smallest - margin) & (
            features.sizes <= self.largest + margin
        )
        known = np.isin(features.kinds, self.kinds) & np.isin(features.widths, self.widths)
        alike: BoolArray = inside.all(axis=1) & (_shares(known, features) == 1)
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
            np.array(values["widths"], dtype=np.int64),
            np.array(values["smallest"], dtype=np.float64),
            np.array(values["largest"], dtype=np.float64),
        )


@dataclass(frozen=True)
class Familiarity:
    """The families that training has shown.

    What an estimator has learned about one family holds only in part for another. A
    network that no single family could have brought forth, because of its operations, their
    widths, its size or the shape of its input, is foreign.

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


def _shares(known: BoolArray, features: GraphFeatures) -> FloatArray:
    totals = np.concatenate(([0], np.cumsum(known)))
    shares: FloatArray = np.diff(totals[features.node_offsets]) / features.node_counts
    return shares
