"""Encoders while they are trained: modules whose parameters are the arrays of the models.

A module computes what the model of `estimator/models` with the same arrays does, and has
gradients and dropout. `arrays_of` leads from one to the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.compute_graph import FEATURES
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.k_gnn_features import KERNEL_LIMIT, SIZE_COLUMNS
from gennape.estimator.models.message_passing import SUM_SCALE, view_scaler
from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.graph import Op
from gennape.utils.array_types import FloatArray


@dataclass(frozen=True)
class EncoderBatch:
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
    def of(cls, features: GraphFeatures) -> "EncoderBatch":
        """Turn the columns into tensors."""
        return cls(
            torch.from_numpy(features.nodes),
            torch.from_numpy(features.edges),
            torch.arange(len(features)).repeat_interleave(torch.from_numpy(features.node_counts)),
            len(features),
        )


class ScalerModule(nn.Module):
    """Buffers of a `FeatureScaler`.

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

    def forward(self, rows: Tensor) -> Tensor:
        """Standardise rows, `(rows, features)`."""
        return (rows.clamp(self.low, self.high) - self.mean) * self.scale


class MessagePassingModule(nn.Module):
    """Module of a `MessagePassingEncoder`.

    Args:
        config: Width, number of layers and dropout.
        view: Readout, and whether the path features are used.
    """

    def __init__(self, config: EstimatorConfig, view: EncoderView) -> None:
        super().__init__()
        width = config.width
        self.view = view
        self.scaler = ScalerModule(len(FEATURES))
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

    def fit_scaler(self, nodes: FloatArray) -> None:
        """Learn the scale of the features from training nodes, `(nodes, features)`."""
        arrays = view_scaler(nodes, self.view).arrays()
        self.scaler.load_state_dict({name: torch.from_numpy(one) for name, one in arrays.items()})

    def forward(self, batch: EncoderBatch) -> Tensor:
        """Embed graphs, `(graphs, width)`, or twice as wide for two readouts."""
        hidden = self.entrance(self.scaler(batch.nodes)).relu()
        sources, targets = batch.edges
        into, out_of = _reciprocal_counts(targets, hidden), _reciprocal_counts(sources, hidden)
        for layer in self.layers:
            arguments = _sums(hidden.index_select(0, sources), targets, len(hidden)) * into
            users = _sums(hidden.index_select(0, targets), sources, len(hidden)) * out_of
            hidden = hidden + layer(torch.cat([hidden, arguments, users], dim=1))
        return _read_out(hidden, batch, self.view.readouts)


class KGNNModule(nn.Module):
    """Module of a `KGNNEncoder`.

    Args:
        config: Width, at least 32, and number of layers.
        view: The readout.
    """

    def __init__(self, config: EstimatorConfig, view: EncoderView) -> None:
        super().__init__()
        self.view = view
        self.operation = nn.Embedding(len(Op), 14)
        self.sizes = nn.Linear(SIZE_COLUMNS, 8)
        self.kernel = nn.Embedding(KERNEL_LIMIT, 4)
        self.bias = nn.Embedding(2, 2)
        self.entrance = nn.Linear(32, config.width)
        self.own = nn.ModuleList(
            nn.Linear(config.width, config.width) for _ in range(config.layers)
        )
        self.neighbours = nn.ModuleList(
            nn.Linear(config.width, config.width, bias=False) for _ in range(config.layers)
        )

    def fit_scaler(self, nodes: FloatArray) -> None:
        """Do nothing: the baseline's sizes have fixed scales."""

    def forward(self, batch: EncoderBatch) -> Tensor:
        """Embed graphs, `(graphs, width)`."""
        operation, sizes, kernel, bias = torch.split(batch.nodes, [1, SIZE_COLUMNS, 2, 1], dim=1)
        parts = [
            self.operation(operation[:, 0].long()),
            self.sizes(sizes),
            self.kernel(kernel.long()).flatten(1),
            self.bias(bias[:, 0].long()),
        ]
        hidden = self.entrance(torch.cat(parts, dim=1))
        sources, targets = torch.cat([batch.edges, batch.edges.flip(0)], dim=1)
        for own, neighbours in zip(self.own, self.neighbours, strict=True):
            messages = _sums(hidden[sources], targets, len(hidden))
            hidden = (own(hidden) + neighbours(messages)).tanh()
        return _read_out(hidden, batch, self.view.readouts)


EncoderModule = MessagePassingModule | KGNNModule
_MODULES: Mapping[str, Callable[[EstimatorConfig, EncoderView], EncoderModule]] = {
    "message-passing": MessagePassingModule,
    "k-gnn": KGNNModule,
}


def encoder_module(config: EstimatorConfig, view: EncoderView) -> EncoderModule:
    """Make the encoder that a config names, with random weights."""
    return _MODULES[config.encoder](config, view)


def arrays_of(module: nn.Module) -> StoredArrays:
    """Copy the parameters and buffers of a module, by their names in it."""
    state = module.state_dict()
    return StoredArrays({name: value.numpy().copy() for name, value in state.items()})


def _read_out(hidden: Tensor, batch: EncoderBatch, readouts: Sequence[str]) -> Tensor:
    """Pool rows of nodes by graph: `(nodes, width)` to `(graphs, width x readouts)`."""
    totals = _sums(hidden, batch.graph_index, batch.graphs)
    counts = torch.bincount(batch.graph_index, minlength=batch.graphs)[:, None]
    parts = {"mean": totals / counts, "sum": totals / SUM_SCALE}
    return torch.cat([parts[part] for part in readouts], dim=1)


def _sums(rows: Tensor, groups: Tensor, count: int) -> Tensor:
    """Sum rows by group: `(rows, width)` to `(count, width)`."""
    return rows.new_zeros(count, rows.shape[1]).index_add_(0, groups, rows)


def _reciprocal_counts(ends: Tensor, like: Tensor) -> Tensor:
    """One over the number of edges at each node, at least one: `(nodes, 1)`."""
    counts = torch.bincount(ends, minlength=len(like)).clamp(min=1)
    return counts.to(like.dtype).reciprocal()[:, None]
