import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gennape.proxies import Batch, measure
from gennape.proxies.az_nas import expressivity, progressivity, trainability
from gennape.proxies.registry import VOTES
from helpers.proxy_networks import as_in_training, batch, make, prepared


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
    if name == "chain":
        first = network[1](network[0](x)).clamp(min=0)
        return [first, network[4](network[3](first)).clamp(0, 6)]
    stem = network.norm(network.stem(x))
    first = stem + network.first(stem).clamp(min=0)
    return [stem, first, first + network.second(first).clamp(min=0)]


def _entropies(name: str) -> np.ndarray:
    entropies = []
    for features in _features(name):
        rows = features.detach().transpose(0, 1).flatten(1).double().numpy()
        shares = np.linalg.eigvalsh(np.cov(rows))
        shares = shares / shares.sum()
        entropies.append(-(shares * np.log(shares)).sum())
    return np.array(entropies)


def test_expressivity_is_the_entropy_of_the_principal_components(name: str) -> None:
    assert expressivity(prepared(name)) == pytest.approx(_entropies(name).sum(), rel=1e-4)


def test_progressivity_is_the_least_gain(name: str) -> None:
    expected = np.diff(_entropies(name)).min()
    assert progressivity(prepared(name)) == pytest.approx(expected, rel=1e-3, abs=1e-5)


def _largest_singular_values(name: str) -> list[float]:
    """Of the mean products of signs behind a block and their gradients before it.

    A place behind the chain's block, which halves the maps, has four pixels before it.
    """
    features = _features(name)
    generator = torch.Generator().manual_seed(0)
    found = []
    for before, behind in pairwise(features):
        signs = torch.randint(2, behind.shape, generator=generator) * 2.0 - 1
        (reached,) = torch.autograd.grad(behind, before, signs, retain_graph=True)
        images, channels, *size = reached.shape
        step = size[0] // behind.shape[2]
        pixels = reached.reshape(images, channels, size[0] // step, step, size[1] // step, step)
        products = torch.einsum("nchiwj,nohw->cijo", pixels, signs) / signs[:, 0].numel()
        found.append(float(np.linalg.norm(products.flatten(0, 2).numpy(), ord=2)))
    return found


def test_trainability_is_best_for_singular_values_of_one(name: str) -> None:
    expected = np.mean([2 - s - 1 / (s + 1e-6) for s in _largest_singular_values(name)])
    assert trainability(prepared(name)) == pytest.approx(expected, rel=1e-4)
    assert expected <= 1e-6


def test_networks_without_blocks() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    scores = measure(VOTES["az_nas"], network, Batch(torch.randn(4, 3, 2, 2)))
    assert {one.missing for one in scores[:-1]} == {"the network has no two blocks of feature maps"}
    assert scores[-1].value == 24
