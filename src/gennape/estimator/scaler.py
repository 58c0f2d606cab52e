"""Standardisation of node features."""

import torch
from torch import Tensor, nn

_CONSTANT = 1e-4
"""A feature that deviates less than this in training is one that training never varies."""


class Scaler(nn.Module):
    """Standardised features, silent where training never varied.

    A feature that is constant in the training family carries no knowledge, so it is
    multiplied by zero: random weights must not speak about unseen operations. Values
    beyond the range seen in training are taken for its end.
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
        """Learn mean, scale and range of `rows`, `(rows, features)`; unused ones are silent."""
        deviation = rows.std(dim=0)
        speaks = used & (deviation > _CONSTANT)
        self.mean.copy_(rows.mean(dim=0))
        self.scale.copy_(torch.where(speaks, 1 / deviation.clamp(min=_CONSTANT), 0.0))
        self.low.copy_(rows.amin(dim=0))
        self.high.copy_(rows.amax(dim=0))

    def forward(self, rows: Tensor) -> Tensor:
        """Standardised rows, `(rows, features)`."""
        return (rows.clamp(self.low, self.high) - self.mean) * self.scale
