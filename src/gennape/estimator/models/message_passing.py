"""The graph encoder: residual message passing along and against the data flow.

A feature that is constant in training carries no knowledge, so the `FeatureScaler` multiplies it
by zero: random weights must not speak about operations that were never varied.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.compute_graph import FEATURES, PATH_FEATURES
from gennape.estimator.features.graph_features import GraphFeatures

SUM_SCALE = 50.0
"""Nodes of a usual compute graph; a sum over nodes is divided by it, for steps of usual size."""

_CHUNK = 64
"""Networks that are encoded together at inference, which suits the processor's cache."""
_CONSTANT = 1e-4
"""A feature that deviates less than this in training is one that training never varies."""


@dataclass(frozen=True)
class EncoderInput:
    """A batch of graphs as tensors.

    Attributes:
        nodes: Features, `(nodes, features)`.
        edges: Source and target of each edge, `(2, edges)`, int64.
        graph_index: The graph each node belongs to, `(nodes,)`, int64.
        graphs: Number of graphs.
    """

    nodes: Tensor
    edges: Tensor
    graph_index: Tensor
    graphs: int

    @classmethod
    def of(cls, features: GraphFeatures) -> "EncoderInput":
        """Turn the columns into tensors."""
        return cls(
            torch.from_numpy(features.nodes),
            torch.from_numpy(features.edges),
            torch.arange(len(features)).repeat_interleave(torch.from_numpy(features.node_counts)),
            len(features),
        )


def encoder_inputs(features: GraphFeatures) -> list[EncoderInput]:
    """Turn features into tensors, in parts of `_CHUNK` networks at most."""
    count = max(1, -(-len(features) // _CHUNK))
    parts = np.array_split(np.arange(len(features)), count)
    return [EncoderInput.of(features.take(part)) for part in parts]


class FeatureScaler(nn.Module):
    """Standardised features, zero where training never varied.

    Values beyond the range seen in training are taken for its end.

    Args:
        features: Number of columns.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.scale: Tensor
        self.low: Tensor
        self.high: Tensor
        for name in ("mean", "scale", "low", "high"):
            self.register_buffer(name, torch.zeros(features))

    def fit(self, rows: Tensor, used: Tensor) -> None:
        """Learn mean, scale and range of `rows`, `(rows, features)`; unused ones become zero."""
        deviation = rows.std(dim=0)
        varies = used & (deviation > _CONSTANT)
        self.mean.copy_(rows.mean(dim=0))
        self.scale.copy_(torch.where(varies, 1 / deviation.clamp(min=_CONSTANT), 0.0))
        self.low.copy_(rows.amin(dim=0))
        self.high.copy_(rows.amax(dim=0))

    def forward(self, rows: Tensor) -> Tensor:
        """Standardise rows, `(rows, features)`."""
        return (rows.clamp(self.low, self.high) - self.mean) * self.scale


class MessagePassingEncoder(nn.Module):
    """Graph encoder; node features in, one embedding a graph out.

    Each layer adds to a node what a small network makes of the node, the mean of its
    arguments and the mean of its users: `h' = h + W2 relu(W1 [h, mean_in h, mean_out h])`.

    Args:
        config: Width, number of layers and dropout.
        view: Readout, and whether the path features are used.
    """

    def __init__(self, config: EstimatorConfig, view: EncoderView) -> None:
        super().__init__()
        width = config.width
        self.view = view
        self.scaler = FeatureScaler(len(FEATURES))
        self.entrance = nn.Linear(len(FEATURES), width)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Linear(3 * width, width),
                nn.ReLU(),
                nn.Dropout(config.dropout),
                nn.Linear(width, width),
            )
            for _ in range(config.layers)
        )

    def fit_scaler(self, nodes: Tensor) -> None:
        """Learn the scale of the features from training nodes, `(nodes, features)`."""
        used = [self.view.paths or name not in PATH_FEATURES for name in FEATURES]
        self.scaler.fit(nodes, torch.tensor(used))

    def forward(self, batch: EncoderInput) -> Tensor:
        """Embed graphs, `(graphs, width)`, or twice as wide for two readouts."""
        hidden = self.entrance(self.scaler(batch.nodes)).relu()
        sources, targets = batch.edges
        into, out_of = _reciprocal_counts(targets, hidden), _reciprocal_counts(sources, hidden)
        for layer in self.layers:
            arguments = sums(hidden.index_select(0, sources), targets, len(hidden)) * into
            users = sums(hidden.index_select(0, targets), sources, len(hidden)) * out_of
            hidden = hidden + layer(torch.cat([hidden, arguments, users], dim=1))
        return read_out(hidden, batch, self.view.readouts)


def read_out(hidden: Tensor, batch: EncoderInput, readouts: Sequence[str]) -> Tensor:
    """Pool rows of nodes by graph: `(nodes, width)` to `(graphs, width x readouts)`."""
    totals = sums(hidden, batch.graph_index, batch.graphs)
    counts = torch.bincount(batch.graph_index, minlength=batch.graphs)[:, None]
    parts = {"mean": totals / counts, "sum": totals / SUM_SCALE}
    return torch.cat([parts[part] for part in readouts], dim=1)


def sums(rows: Tensor, groups: Tensor, count: int) -> Tensor:
    """Sum rows by group: `(rows, width)` to `(count, width)`."""
    return rows.new_zeros(count, rows.shape[1]).index_add_(0, groups, rows)


def _reciprocal_counts(ends: Tensor, like: Tensor) -> Tensor:
    """One over the number of edges at each node, at least one: `(nodes, 1)`."""
    counts = torch.bincount(ends, minlength=len(like)).clamp(min=1)
    return counts.to(like.dtype).reciprocal()[:, None]
