"""Networks as fine-tuning sees them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.walks import walk_moments

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Descriptions:
    """Several descriptions of the same networks.

    Attributes:
        score: By the estimator, before any label, `(networks,)`.
        sizes: See `network_sizes`, `(networks, sizes)`.
        embeddings: Of all members, and the mean node features, `(networks, columns)`.
        walks: See `walk_moments`, `(networks, columns)`.
    """

    score: Array
    sizes: Array
    embeddings: Array
    walks: Array

    @classmethod
    def of(cls, features: GraphFeatures, score: Array, embeddings: Array) -> "Descriptions":
        """Networks whose scores and embeddings, see `Estimator.embed_features`, are at hand."""
        described = np.hstack([embeddings, features.means()])
        return cls(score, features.sizes, described, walk_moments(features))

    def __len__(self) -> int:
        return len(self.score)

    def view(self, name: str) -> Array:
        """One of the descriptions, `(networks, columns)`, float64."""
        rows: Array = getattr(self, name)
        return rows.reshape(len(self), -1).astype(np.float64)

    def take(self, networks: npt.NDArray[np.int64]) -> "Descriptions":
        """Those of some networks, in the given order."""
        return Descriptions(
            self.score[networks],
            self.sizes[networks],
            self.embeddings[networks],
            self.walks[networks],
        )
