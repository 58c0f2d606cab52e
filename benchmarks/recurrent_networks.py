"""Small networks on sequences, for `frontends.py`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Tagger(nn.Module):
    """A label for every word: embeddings, two bidirectional LSTM layers, a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(100, 32)
        self.lstm = nn.LSTM(32, 48, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(96, 9)

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.head(self.lstm(self.words(ids))[0])
        return found


class SpeechClassifier(nn.Module):
    """A label for a spectrogram: a convolution, a GRU, the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(40, 64, 5, stride=2, padding=2)
        self.gru = nn.GRU(64, 64, batch_first=True)
        self.head = nn.Linear(64, 12)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.gru(self.conv(x).relu().transpose(1, 2))
        found: Tensor = self.head(states[:, -1])
        return found


class Encoder(nn.Module):
    """PyTorch's own transformer layers on embeddings."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(100, 64)
        layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.layers(self.words(ids))
        return found


class Pointer(nn.Module):
    """A GRU whose steps attend to one another."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(16, 32, batch_first=True)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.gru(x)
        seen, _ = self.attention(states, states, states, need_weights=False)
        found: Tensor = self.head((states + seen).tanh())
        return found


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[Tensor, ...]]] = {
    "tagger": (Tagger, (torch.zeros(1, 20, dtype=torch.int64),)),
    "speech": (SpeechClassifier, (torch.zeros(1, 40, 100),)),
    "encoder": (Encoder, (torch.zeros(1, 20, dtype=torch.int64),)),
    "pointer": (Pointer, (torch.zeros(1, 20, 16),)),
}
"""Networks by name, and what each is given."""
