"""Heads while they are trained, alone and behind the encoder of the cross-family ranker."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from gennape.estimator.config import EstimatorConfig
from gennape.estimator.models.cross_family_ranker import RESIDUAL_VIEW, RESIDUAL_WIDTH
from gennape.estimator.training.encoder_modules import EncoderBatch, MessagePassingModule


class HeadsModule(nn.Module):
    """Module of `Heads`.

    Args:
        clusters: Number of heads.
        width: Width of the embedding.
    """

    def __init__(self, clusters: int, width: int) -> None:
        super().__init__()
        bound = width**-0.5
        self.inner = nn.Parameter(torch.empty(clusters, width, width).uniform_(-bound, bound))
        self.inner_bias = nn.Parameter(torch.zeros(clusters, width))
        self.outer = nn.Parameter(torch.zeros(clusters, width))
        self.outer_bias = nn.Parameter(torch.zeros(clusters))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Predict by each head: `(graphs, width)` to `(graphs, clusters)`."""
        hidden = torch.einsum("gi,cio->gco", embeddings, self.inner) + self.inner_bias
        return (hidden.relu() * self.outer).sum(dim=2) + self.outer_bias

    def copies(self, clusters: int) -> "HeadsModule":
        """Repeat this single head once for each of `clusters`."""
        heads = HeadsModule(clusters, self.inner.shape[1])
        state = self.state_dict()
        heads.load_state_dict(
            {name: value.repeat_interleave(clusters, dim=0) for name, value in state.items()}
        )
        return heads


class ResidualModule(nn.Module):
    """Module of a `ResidualEncoder`; the limits are fitted after training.

    Args:
        config: Number of layers and dropout.
    """

    def __init__(self, config: EstimatorConfig) -> None:
        super().__init__()
        self.encoder = MessagePassingModule(replace(config, width=RESIDUAL_WIDTH), RESIDUAL_VIEW)
        self.head = HeadsModule(1, len(RESIDUAL_VIEW.readouts) * RESIDUAL_WIDTH)
        self.register_buffer("limits", torch.tensor([-torch.inf, torch.inf]))

    def forward(self, batch: EncoderBatch) -> Tensor:
        """Compute what is to be added to the size prior, `(graphs,)`."""
        residual: Tensor = self.head(self.encoder(batch))
        return residual[:, 0]
