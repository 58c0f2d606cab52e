"""Two tiny networks whose proxies can be computed by plain autograd, and their batch."""

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.proxies import Batch
from gennape.proxies.proxy import PreparedNetwork


class Branched(nn.Module):
    """A stem and two residual blocks; functions and work in place among its ReLUs."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.first = nn.Conv2d(4, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 1)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.stem(x))
        x = x + F.relu(self.first(x))
        x = x + self.second(x).relu_()
        return self.head(x.mean((2, 3)))


def chain() -> nn.Module:
    """Convolutions in a row."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(6, 5),
    )


NETWORKS: dict[str, Callable[[], nn.Module]] = {"chain": chain, "branched": Branched}


def make(name: str) -> nn.Module:
    """A network with random weights, the same every time."""
    torch.manual_seed(7)
    return NETWORKS[name]()


def batch(size: int = 8) -> Batch:
    """Images of 3x8x8 and labels of 5 classes."""
    generator = torch.Generator().manual_seed(1)
    labels = torch.arange(size) % 5
    return Batch(torch.randn(size, 3, 8, 8, generator=generator), labels)


def prepared(name: str) -> PreparedNetwork:
    return PreparedNetwork(make(name), batch(), seed=0)


def as_in_training(network: nn.Module) -> nn.Module:
    """A copy with batch statistics and without dropout, for independent computations."""
    network = copy.deepcopy(network).train()
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()
    return network


def weights(network: nn.Module) -> list[Tensor]:
    """Weights of convolutions and linear layers."""
    return [p for name, p in network.named_parameters() if name.endswith("weight") and p.ndim > 1]


def loss(network: nn.Module, part: slice = slice(None)) -> Tensor:
    """Cross-entropy, written out."""
    data = batch()
    scores = network(data.images[part])
    chosen = scores.gather(1, data.labels[part, None]).squeeze(1)
    return (scores.logsumexp(dim=1) - chosen).mean()
