"""Few-shot features: what fine-tuning reads of networks."""

from dataclasses import dataclass

import numpy as np

from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.neighbour_moments import neighbour_moments as moments_of
from gennape.utils.array_types import FloatArray, IntArray


@dataclass(frozen=True)
class FewShotFeatures:
    """Descriptions of the same networks, one for each kernel view.

    Attributes:
        score: By the estimator, before any label, `(networks,)`.
        sizes: See `network_sizes`, `(networks, sizes)`.
        embeddings: By all predictors, and the mean node features, `(networks, columns)`.
        neighbour_moments: See the function of that name, `(networks, columns)`.
    """

    score: FloatArray
    sizes: FloatArray
    embeddings: FloatArray
    neighbour_moments: FloatArray

    @classmethod
    def of(
        cls, features: GraphFeatures, score: FloatArray, embeddings: FloatArray
    ) -> "FewShotFeatures":
        """Describe networks by their scores and embeddings (`Estimator.embed`)."""
        described = np.hstack([embeddings, features.means()])
        return cls(score, features.sizes, described, moments_of(features))

    def __len__(self) -> int:
        return len(self.score)

    def view(self, name: str) -> FloatArray:
        """Return one of the descriptions, `(networks, columns)`."""
        rows: FloatArray = getattr(self, name)
        return rows.reshape(len(self), -1)

    def take(self, networks: IntArray) -> "FewShotFeatures":
        """Take some networks, in the given order."""
        return FewShotFeatures(
            self.score[networks],
            self.sizes[networks],
            self.embeddings[networks],
            self.neighbour_moments[networks],
        )
