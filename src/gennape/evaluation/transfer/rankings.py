"""What a method makes of the judged networks of a table."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from gennape.estimator import load
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.evaluation.few_shot import Rows, after_labels
from gennape.evaluation.transfer.pools import Pool
from gennape.evaluation.transfer.runs import estimator_version
from gennape.evaluation.transfer.storage import code_digest, digest
from gennape.utils.files import atomic_write

Array = npt.NDArray[np.floating[Any]]

_CODE = "evaluation/transfer/rankings.py"


class Ranking(Protocol):
    """Scores before and after labels are given."""

    @property
    def version(self) -> str:
        """A short name for everything that the scores depend on."""

    @property
    def score(self) -> Array:
        """Without any label, `(networks,)`."""

    def after(self, given: Rows, accuracies: Array, rest: Rows) -> Array:
        """Scores of the networks `rest` when the labels of `given` are known."""


@dataclass(frozen=True)
class BySize:
    """A ranking by size, to which labels mean nothing.

    Attributes:
        size: Which, a key of `Pool.sizes`.
        pool: The networks.
    """

    size: str
    pool: Pool

    @property
    def version(self) -> str:
        """A short name for size and networks."""
        return digest(self.size, self.pool.sizes_version)

    @cached_property
    def score(self) -> Array:
        """The size, `(networks,)`."""
        return self.pool.sizes()[self.size]

    def after(self, given: Rows, accuracies: Array, rest: Rows) -> Array:
        """The sizes of the networks `rest`."""
        return self.score[rest]


@dataclass(frozen=True)
class ByEstimator:
    """A ranking by an estimator; scores and embeddings are kept on disk.

    Attributes:
        estimator: The estimator's folder.
        pool: The networks.
        folder: Where scores and embeddings are kept.
    """

    estimator: Path
    pool: Pool
    folder: Path

    @cached_property
    def encoder(self) -> str:
        """The kind of encoder that the estimator has."""
        return load(self.estimator).config.encoder

    @cached_property
    def version(self) -> str:
        """A short name for estimator, networks and the code that scores them."""
        return digest(
            estimator_version(self.estimator),
            self.pool.version(self.encoder),
            code_digest("estimator", "graph", _CODE),
        )

    @property
    def score(self) -> Array:
        """By the estimator as it is, `(networks,)`."""
        return self._columns["score"]

    @property
    def embeddings(self) -> Array:
        """Of all members side by side, `(networks, members x width)`."""
        return self._columns["embeddings"]

    def after(self, given: Rows, accuracies: Array, rest: Rows) -> Array:
        """Scores of the networks `rest` after fine-tuning on `given`."""
        return after_labels(self._networks, given, accuracies, rest)

    @cached_property
    def _columns(self) -> dict[str, Array]:
        path = self.folder / f"{self.pool.table.name}-{self.version}.safetensors"
        if not path.exists():
            estimator = load(self.estimator)
            features = self.pool.features(self.encoder)
            columns = {
                "score": estimator.predict_features(features).score,
                "embeddings": estimator.embed_features(features),
            }
            atomic_write(path, lambda partial: save_file(columns, partial))
        return load_file(path)

    @cached_property
    def _networks(self) -> FewShotFeatures:
        """As fine-tuning sees them: labels that the estimator has learned before are forgotten."""
        return load(self.estimator).few_shot_features(self.pool.features(self.encoder))
