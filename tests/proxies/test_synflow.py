import math

import pytest
import torch
from torch import nn

from gennape.proxies import score
from gennape.proxies.synflow import synflow
from helpers.proxy_networks import make, prepared, weights


def test_two_linear_layers_by_hand() -> None:
    """R = |w| |v| x for a chain of numbers, and every weight's share of it is R itself."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False))
    with torch.no_grad():
        network[1].weight.fill_(-3.0)
        network[2].weight.fill_(5.0)
    result = score("synflow", network, input_shape=(1, 1, 1))
    assert result.value == pytest.approx(math.log(2 * 15))


def test_is_the_gradient_of_the_network_without_signs(name: str) -> None:
    network = make(name)
    for path, layer in list(network.named_modules()):
        if isinstance(layer, nn.BatchNorm2d):
            parent, _, leaf = path.rpartition(".")
            setattr(network.get_submodule(parent), leaf, nn.Identity())
    network.eval().double()
    for parameter in network.parameters():
        parameter.data = parameter.data.abs()
    found = torch.autograd.grad(network(torch.ones(1, 3, 8, 8).double()).sum(), weights(network))
    total = sum((w * g).abs().sum() for w, g in zip(weights(network), found, strict=True))
    assert synflow(prepared(name)) == pytest.approx(math.log(total.item()), rel=1e-6)


def test_deep_networks_do_not_overflow() -> None:
    """The flow itself, 2^3000, is beyond float32."""
    layers = [nn.Linear(4, 4, bias=False) for _ in range(150)]
    for layer in layers:
        nn.init.constant_(layer.weight, 4.0)
    network = nn.Sequential(nn.Flatten(), *layers)
    value = score("synflow", network, input_shape=(4, 1, 1)).value
    assert value == pytest.approx(math.log(150 * 4 * 4) + 150 * math.log(16) + math.log(1 / 4) * 1)


def test_no_path() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2, bias=False))
    nn.init.zeros_(network[1].weight)
    result = score("synflow", network, input_shape=(3, 1, 1))
    assert (result.value, result.missing) == (
        None,
        "no signal reaches the output through any weight",
    )
