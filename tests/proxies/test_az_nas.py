import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gennape.proxies import Batch, measure
from gennape.proxies.az_nas import AZ_NAS, expressivity, progressivity, trainability
from proxy_networks import as_in_training, batch, candidate, make


def _features(name: str) -> list[Tensor]:
    """What lies between the blocks, for noise and normal weights by fan-in."""
    network = as_in_training(make(name))
    torch.manual_seed(0)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.weight.data = torch.randn(layer.weight.shape)
            layer.weight.data *= math.sqrt(2 / layer.weight[0].numel())
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    x = torch.randn(batch().images.shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        if name == "chain":
            first = network[1](network[0](x)).clamp(min=0)
            return [first, network[4](network[3](first)).clamp(0, 6)]
        stem = network.norm(network.stem(x))
        first = stem + network.first(stem).clamp(min=0)
        return [stem, first, first + network.second(first).clamp(min=0)]


def _entropies(name: str) -> np.ndarray:
    entropies = []
    for features in _features(name):
        rows = features.transpose(0, 1).flatten(1).double().numpy()
        shares = np.linalg.eigvalsh(np.cov(rows))
        shares = shares / shares.sum()
        entropies.append(-(shares * np.log(shares)).sum())
    return np.array(entropies)


def test_expressivity_is_the_entropy_of_the_principal_components(name: str) -> None:
    assert expressivity(candidate(name)) == pytest.approx(_entropies(name).sum(), rel=1e-4)


def test_progressivity_is_the_least_gain(name: str) -> None:
    expected = np.diff(_entropies(name)).min()
    assert progressivity(candidate(name)) == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_trainability_is_best_for_singular_values_of_one(name: str) -> None:
    values = candidate(name).block_statistics().largest_singular_values
    assert all(value is not None and 0.1 < value < 10 for value in values)
    expected = np.mean([2 - s - 1 / (s + 1e-6) for s in values])
    assert trainability(candidate(name)) == pytest.approx(expected)
    assert expected <= 1e-6


def test_networks_without_blocks() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    scores = measure(AZ_NAS, network, Batch(torch.randn(4, 3, 2, 2)))
    assert {one.missing for one in scores[:-1]} == {"the network has no two blocks of feature maps"}
    assert scores[-1].value == 24
