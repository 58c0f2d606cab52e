"""What ranks networks of any family: size, and what was found to hold beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from gennape.estimator.config import EstimatorConfig
from gennape.estimator.encoder import encoder_inputs
from gennape.estimator.generalist import Generalist, train_generalist
from gennape.estimator.graph_features import GraphFeatures
from gennape.estimator.sizes import size_parts, size_scores
from gennape.estimator.stages import Run
from gennape.estimator.training_set import TrainingSet
from gennape.estimator.walk_regression import WalkRegression
from gennape.utils.progress import ProgressCallback

Array = npt.NDArray[np.floating[Any]]

GENERAL_PARTS = ("macs", "parameters", "resolution", "layers", "walks", "encoders")
"""What the general voices are made of: the four sizes, and what several families have taught."""

_WALKS = 0.35
"""A deviation of labels, which the walks speak of, in the unit of the size."""


@dataclass(frozen=True)
class Generalists:
    """What several families together have taught.

    Attributes:
        encoders: They say what they see in the graph, each another voice.
        walks: What walks say, the same for all voices.
    """

    encoders: Sequence[Generalist]
    walks: WalkRegression

    def by_walks(self, features: GraphFeatures) -> Array:
        """What walks add to the size, `(graphs,)`."""
        added: Array = _WALKS * self.walks(features)
        return added

    @torch.no_grad()
    def by_encoders(self, features: GraphFeatures) -> Array:
        """What each encoder adds to the size, `(encoders, graphs)`."""
        parts = encoder_inputs(features)
        said = [torch.cat([encoder(part) for part in parts]).numpy() for encoder in self.encoders]
        return np.stack(said).astype(np.float64)


def general_voices(generalists: Generalists | None, features: GraphFeatures) -> Array:
    """What the generalists say, `(voices, graphs)`; the size alone, `(1, graphs)`, without any."""
    sizes = size_scores(features.sizes)
    if generalists is None:
        return sizes[None]
    voices: Array = sizes + generalists.by_walks(features) + generalists.by_encoders(features)
    return voices


def general_parts(generalists: Generalists | None, features: GraphFeatures) -> Array:
    """What the mean of the general voices is the sum of, `(parts, graphs)`; see `GENERAL_PARTS`."""
    sizes = size_parts(features.sizes).T
    if generalists is None:
        return np.vstack([sizes, np.zeros((2, len(features)))])
    encoders = generalists.by_encoders(features).mean(axis=0)
    return np.vstack([sizes, generalists.by_walks(features), encoders])


def train_generalists(
    data: TrainingSet, config: EstimatorConfig, seed: int, folder: Path, report: ProgressCallback
) -> Generalists | None:
    """Learn what holds in every family; None where there is one family or none is wanted.

    Args:
        data: The families.
        config: The recipe.
        seed: Of all random choices.
        folder: Where states are kept, so that a killed run goes on.
        report: Told of the progress.
    """
    if len(data.family_rows) < 2 or not config.generalists:
        return None
    encoders = []
    for index in range(config.generalists):
        run = Run(
            config,
            seed * 100 + index,
            folder,
            f"generalist {index + 1} of {config.generalists}",
            report,
        )
        torch.manual_seed(run.seed)
        encoders.append(Generalist(config))
        train_generalist(encoders[-1], data, run)
    return Generalists([encoder.eval() for encoder in encoders], WalkRegression.of(data))
