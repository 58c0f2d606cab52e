import pytest
import torch
from torch import nn

from gennape.proxies import Batch, score
from gennape.proxies.epsinas import epsinas
from proxy_networks import as_in_training, batch, candidate, make


def test_compares_two_constants(name: str) -> None:
    outputs = []
    for constant in (1e-7, 1.0):
        network = as_in_training(make(name))
        for path, parameter in network.named_parameters():
            nn.init.constant_(parameter, constant if path.endswith("weight") else 0.0)
        with torch.no_grad():
            y = network(batch().images)
        outputs.append((y - y.min()) / (y.max() - y.min()))
    p, q = outputs
    expected = (p - q).abs().mean() / torch.cat([p, q]).mean()
    # The chain's outputs keep their shape: its value of 1e-7 is float32's rounding alone.
    assert epsinas(candidate(name)) == pytest.approx(float(expected), rel=1e-3, abs=1e-6)


def test_a_linear_network_does_not_change_its_shape() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    assert score("epsinas", network, input_shape=(3, 1, 1)).value == pytest.approx(0, abs=1e-5)


def test_outputs_that_are_all_the_same() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    result = score("epsinas", network, Batch(torch.ones(4, 3, 1, 1)))
    assert result.missing == "the outputs are all the same when all weights are 1e-07"
