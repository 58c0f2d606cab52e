import math

import pytest
import torch
from torch import nn

from gennape.proxies import score
from gennape.proxies.zen import zen
from helpers.proxy_networks import as_in_training, make, prepared


def test_is_the_change_of_the_features_and_the_scales(name: str) -> None:
    network = as_in_training(make(name))
    torch.manual_seed(0)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.normal_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    generator = torch.Generator().manual_seed(0)
    x, e = (torch.randn(8, 3, 8, 8, generator=generator) for _ in range(2))
    scales: list[float] = []
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.register_forward_pre_hook(
                lambda layer, given: scales.append(
                    float(given[0].transpose(0, 1).flatten(1).var(1, correction=0).mean().sqrt())
                )
            )
    features = network[:6] if name == "chain" else _branched_features(network)
    with torch.no_grad():
        difference = (features(x) - features(x + 0.01 * e)).abs().sum((1, 2, 3)).mean()
    expected = float(difference.log()) + sum(map(math.log, scales[: len(scales) // 2]))
    assert zen(prepared(name)) == pytest.approx(expected, rel=1e-4)


def _branched_features(network: nn.Module):  # type: ignore[no-untyped-def]
    def features(x: torch.Tensor) -> torch.Tensor:
        x = network.norm(network.stem(x))
        x = x + network.first(x).clamp(min=0)
        return x + network.second(x).clamp(min=0)

    return features


def test_a_single_convolution_by_hand() -> None:
    """A 1x1 convolution of one channel: f moves by |w| 0.01 |e|, and nothing is normalised."""
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    value = score("zen", network, batch_size=4, input_shape=(1, 5, 5)).value
    generator = torch.Generator().manual_seed(0)
    _, e = (torch.randn(4, 1, 5, 5, generator=generator) for _ in range(2))
    torch.manual_seed(0)
    weight = float(torch.empty(1, 1, 1, 1).normal_())
    expected = math.log(abs(weight) * 0.01 * float(e.abs().sum()) / 4)
    assert value == pytest.approx(expected, rel=1e-3)


def test_networks_without_feature_maps() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(27, 2))
    missing = score("zen", network, input_shape=(3, 3, 3)).missing
    assert missing == "the network has no feature maps of more than one pixel"
