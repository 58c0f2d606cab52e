"""Predictors on a shared embedding, one for each fuzzy cluster."""

import torch
from torch import Tensor, nn


class Heads(nn.Module):
    """One small network a cluster on a shared embedding.

    Args:
        clusters: How many.
        width: Numbers of the embedding.
    """

    def __init__(self, clusters: int, width: int) -> None:
        super().__init__()
        bound = width**-0.5
        self.inner = nn.Parameter(torch.empty(clusters, width, width).uniform_(-bound, bound))
        self.inner_bias = nn.Parameter(torch.zeros(clusters, width))
        self.outer = nn.Parameter(torch.zeros(clusters, width))
        self.outer_bias = nn.Parameter(torch.zeros(clusters))

    def forward(self, embeddings: Tensor) -> Tensor:
        """What each head predicts: `(graphs, width)` to `(graphs, clusters)`."""
        hidden = torch.einsum("gi,cio->gco", embeddings, self.inner) + self.inner_bias
        return (hidden.relu() * self.outer).sum(dim=2) + self.outer_bias

    def copies(self, clusters: int) -> "Heads":
        """This single head, once for each of `clusters`."""
        heads = Heads(clusters, self.inner.shape[1])
        state = self.state_dict()
        heads.load_state_dict(
            {name: value.repeat_interleave(clusters, dim=0) for name, value in state.items()}
        )
        return heads
