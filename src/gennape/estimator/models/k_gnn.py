"""The k-GNN baseline of GENNAPE, on absolute sizes.

Source: the authors' public code. A node's operation, resolutions, kernel and bias are
embedded in 14, 8, 8 and 2 numbers; six GraphConv layers
`x' = tanh(W1 x + W2 sum_neighbours x_j)` and the mean over nodes make the embedding.
"""

import torch
from torch import Tensor, nn

from gennape.estimator.config import EncoderView, EstimatorConfig
from gennape.estimator.features.k_gnn_features import KERNEL_LIMIT, SIZE_COLUMNS
from gennape.estimator.models.message_passing import EncoderInput, read_out, sums
from gennape.graph import Op


class KGNNEncoder(nn.Module):
    """Encoder of the k-GNN baseline; see this module.

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

    def fit_scaler(self, nodes: Tensor) -> None:
        """Do nothing: the baseline's sizes have fixed scales."""

    def forward(self, batch: EncoderInput) -> Tensor:
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
            messages = sums(hidden[sources], targets, len(hidden))
            hidden = (own(hidden) + neighbours(messages)).tanh()
        return read_out(hidden, batch, self.view.readouts)
