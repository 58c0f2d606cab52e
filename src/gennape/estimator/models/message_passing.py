"""The graph encoder: residual message passing along and against the data flow.

A feature that is constant in training carries no knowledge, so the `FeatureScaler` multiplies it
by zero: random weights must not speak about operations that were never varied.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.compute_graph import FEATURES, PATH_FEATURES
from gennape.estimator.models.encoder_input import EncoderInput
from gennape.estimator.models.layers import LinearLayer, rectified
from gennape.estimator.models.stored_arrays import StoredArrays, named
from gennape.utils.array_types import BoolArray, FloatArray

SUM_SCALE = 50.0
"""Nodes of a usual compute graph; a sum over nodes is divided by it, for steps of usual size."""

_CONSTANT = 1e-4
"""A feature that deviates less than this in training is one that training never varies."""


@dataclass(frozen=True)
class FeatureScaler:
    """Standardised features, zero where training never varied.

    Values beyond the range seen in training are taken for its end.

    Attributes:
        mean: `(features,)`.
        scale: One over the standard deviation, `(features,)`; 0 for features that do not count.
        low: The least in training, `(features,)`.
        high: The greatest.
    """

    mean: FloatArray
    scale: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def fit(cls, rows: FloatArray, used: BoolArray) -> "FeatureScaler":
        """Learn mean, scale and range of `rows`, `(rows, features)`; unused ones become zero."""
        deviation = rows.std(axis=0, ddof=1, dtype=np.float64)
        varies = used & (deviation > _CONSTANT)
        scale = np.where(varies, 1 / np.maximum(deviation, _CONSTANT), 0)
        columns = (rows.mean(axis=0, dtype=np.float64), scale, rows.min(axis=0), rows.max(axis=0))
        return cls(*(column.astype(np.float32) for column in columns))

    @classmethod
    def read(cls, stored: StoredArrays, features: int) -> "FeatureScaler":
        """Take the scaler's arrays."""
        return cls(*(stored.take(name, features) for name in ("mean", "scale", "low", "high")))

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        return dict(vars(self))

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Standardise rows, `(rows, features)`."""
        scaled = np.maximum(rows, self.low)
        np.minimum(scaled, self.high, out=scaled)
        scaled -= self.mean
        scaled *= self.scale
        return scaled


def view_scaler(nodes: FloatArray, view: EncoderView) -> FeatureScaler:
    """Learn the scale of a view's features from training nodes, `(nodes, features)`."""
    used = [view.paths or name not in PATH_FEATURES for name in FEATURES]
    return FeatureScaler.fit(nodes, np.array(used))


@dataclass(frozen=True)
class MessagePassingEncoder:
    """Graph encoder; node features in, one embedding a graph out.

    Each layer adds to a node what a small network makes of the node, the mean of its
    arguments and the mean of its users: `h' = h + W2 relu(W1 [h, mean_in h, mean_out h])`.

    Attributes:
        scaler: Of the features.
        entrance: From features to the width.
        layers: W1 and W2 of each round.
        readouts: How node embeddings become one graph embedding.
    """

    scaler: FeatureScaler
    entrance: LinearLayer
    layers: Sequence[tuple[LinearLayer, LinearLayer]]
    readouts: Sequence[str]

    @classmethod
    def read(
        cls, stored: StoredArrays, config: EstimatorConfig, view: EncoderView
    ) -> "MessagePassingEncoder":
        """Take the encoder's arrays; width and number of layers are those of the config."""
        width = config.width
        return cls(
            FeatureScaler.read(stored.below("scaler"), len(FEATURES)),
            LinearLayer.read(stored.below("entrance"), len(FEATURES), width),
            [
                (
                    LinearLayer.read(stored.below(f"layers.{layer}.0"), 3 * width, width),
                    LinearLayer.read(stored.below(f"layers.{layer}.3"), width, width),
                )
                for layer in range(config.layers)
            ],
            view.readouts,
        )

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        arrays = named("scaler", self.scaler.arrays()) | named("entrance", self.entrance.arrays())
        for number, (first, second) in enumerate(self.layers):
            arrays |= named(f"layers.{number}.0", first.arrays())
            arrays |= named(f"layers.{number}.3", second.arrays())
        return arrays

    def __call__(self, batch: EncoderInput) -> FloatArray:
        """Embed graphs, `(graphs, width)`, or twice as wide for two readouts."""
        runs = batch.runs
        hidden = rectified(self.entrance(self.scaler(batch.nodes), runs))
        for first, second in self.layers:
            means = (batch.arguments.means(hidden), batch.users.means(hidden))
            hidden += second(rectified(first(np.hstack([hidden, *means]), runs)), runs)
        return read_out(hidden, batch, self.readouts)


def read_out(hidden: FloatArray, batch: EncoderInput, readouts: Sequence[str]) -> FloatArray:
    """Pool rows of nodes by graph: `(nodes, width)` to `(graphs, width x readouts)`."""
    totals = np.add.reduceat(hidden, batch.node_offsets[:-1], axis=0)
    counts = np.diff(batch.node_offsets)[:, None].astype(hidden.dtype)
    divisors = {"mean": counts, "sum": hidden.dtype.type(SUM_SCALE)}
    return np.hstack([totals / divisors[readout] for readout in readouts])
