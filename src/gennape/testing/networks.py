"""Small PyTorch networks that batteries of tests read and measure."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.proxies import Batch


@dataclass(frozen=True)
class SmallNetwork:
    """A network and its input.

    Attributes:
        name: Name in messages.
        module: The network.
        input_shape: Sizes of one input without the batch, (channels, height, width).
    """

    name: str
    module: nn.Module
    input_shape: tuple[int, ...]


class BranchedNetwork(nn.Module):
    """A stem and two residual blocks; functions and work in place among its ReLUs."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.first = nn.Conv2d(4, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 1)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Compute class scores, `(samples, 5)`, of images, `(samples, 3, height, width)`."""
        x = self.norm(self.stem(x))
        x = x + F.relu(self.first(x))
        x = x + self.second(x).relu_()
        result: Tensor = self.head(x.mean((2, 3)))
        return result


class MobileNetwork(nn.Module):
    """An inverted bottleneck with squeeze-and-excitation."""

    def __init__(self) -> None:
        super().__init__()
        self.expand = nn.Conv2d(3, 12, 1, bias=False)
        self.norm = nn.BatchNorm2d(12)
        self.depthwise = nn.Conv2d(12, 12, 5, stride=2, padding=2, groups=12, bias=False)
        self.squeeze = nn.Conv2d(12, 4, 1)
        self.excite = nn.Conv2d(4, 12, 1)
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Compute class scores, `(samples, 5)`, of images, `(samples, 3, height, width)`."""
        x = self.depthwise(F.hardswish(self.norm(self.expand(x))))
        gate = self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(x, 1))))
        x = x * F.hardsigmoid(gate)
        result: Tensor = self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return result


class AttentionNetwork(nn.Module):
    """Patches of 4 pixels and one layer of attention with two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, stride=4)
        self.norm = nn.LayerNorm(8)
        self.joined = nn.Linear(8, 24)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Compute class scores, `(samples, 5)`, of images, `(samples, 3, height, width)`."""
        x = self.patches(x).flatten(2).transpose(1, 2)
        samples, tokens, channels = x.shape
        joined = self.joined(self.norm(x)).reshape(samples, tokens, 3, 2, channels // 2)
        query, key, value = joined.permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(query, key, value)
        x = x + F.gelu(y.transpose(1, 2).reshape(samples, tokens, channels))
        result: Tensor = self.head(x.mean(1))
        return result


def chain_network(activation: Callable[[], nn.Module] = nn.ReLU) -> nn.Module:
    """Make convolutions in a row with batch norm, work in place and dropout.

    Args:
        activation: Makes the first activation.
    """
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        activation(),
        nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(6, 5),
    )


_SMALL: dict[str, Callable[[], nn.Module]] = {
    "chain": lambda: chain_network(lambda: nn.ReLU(inplace=True)),
    "branched": BranchedNetwork,
    "mobile": MobileNetwork,
    "attention": AttentionNetwork,
}


def small_networks() -> list[SmallNetwork]:
    """Make four classifiers of 3x8x8 images into 5 classes, the same at every call."""
    return [SmallNetwork(name, _seeded(make), (3, 8, 8)) for name, make in _SMALL.items()]


def odd_networks() -> list[SmallNetwork]:
    """Make classifiers for which some proxies have no value, the same at every call.

    One has no ReLU, one gives zeros, and one is a single linear layer.
    """
    odd: dict[str, Callable[[], nn.Module]] = {
        "no ReLU": _smooth,
        "zeros": _zeros,
        "linear": lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 5)),
    }
    return [SmallNetwork(name, _seeded(make), (3, 8, 8)) for name, make in odd.items()]


def small_batch(size: int = 8) -> Batch:
    """Make images of 3x8x8, `(size, 3, 8, 8)`, and labels of 5 classes, `(size,)`."""
    generator = torch.Generator().manual_seed(1)
    return Batch(torch.randn(size, 3, 8, 8, generator=generator), torch.arange(size) % 5)


def _seeded(make: Callable[[], nn.Module]) -> nn.Module:
    """Make a network whose random weights are the same every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return make()


def _smooth() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(4, 4, 3),
        nn.SiLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 5),
    )


def _zeros() -> nn.Module:
    network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 5))
    for parameter in network.parameters():
        nn.init.zeros_(parameter)
    return network
