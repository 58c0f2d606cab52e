import pytest
import torch
from torch import Tensor, nn

from gennape.proxies import Batch, ProxyScore, score
from gennape.proxies.epsinas import epsinas
from helpers.proxy_networks import as_in_training, batch, make, prepared


def test_compares_two_constants(name: str) -> None:
    outputs = []
    for constant in (1e-7, 1.0):
        network = as_in_training(make(name)).double()
        for path, parameter in network.named_parameters():
            nn.init.constant_(parameter, constant if path.endswith("weight") else 0.0)
        with torch.no_grad():
            y = network(batch().images.double())
        outputs.append(((y - y.min()) / (y.max() - y.min())).flatten().tolist())
    differences = [abs(p - q) for p, q in zip(*outputs, strict=True) if p and q]
    sizes = [p for p in outputs[0] + outputs[1] if p]
    expected = (sum(differences) / len(differences)) / (sum(sizes) / len(sizes))
    assert epsinas(prepared(name)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


class Bent(nn.Module):
    """`w x + slope w relu(w x)`: a line for small weights `w`, bent at zero for large ones."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(1, 1), nn.Linear(1, 1)
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x.flatten(1))
        return x + self.slope * self.second(x.relu())


def _bent(slope: float, *numbers: float) -> ProxyScore:
    images = torch.tensor(numbers).reshape(-1, 1, 1, 1)
    return score("epsinas", Bent(slope), Batch(images))


def test_three_numbers_by_hand() -> None:
    """-2, 0, 2 scale to 0, 1/2, 1; at 1 they are -2, 0, 4, which scale to 0, 1/3, 1."""
    difference, mean = (1 / 6 + 0) / 2, (1 / 2 + 1 + 1 / 3 + 1) / 4
    assert _bent(1.0, -2, 0, 2).value == pytest.approx(difference / mean, rel=1e-6)


def test_a_linear_network_does_not_change_its_shape() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    assert score("epsinas", network, input_shape=(3, 1, 1)).value == pytest.approx(0, abs=1e-12)


def test_signals_survive_depths_where_float32_has_none() -> None:
    """Twenty layers with weights of 1e-7 make 1e-140 of an image."""
    layers = [nn.Linear(1, 1) for _ in range(20)]
    network = nn.Sequential(nn.Flatten(), *layers)
    assert score("epsinas", network, input_shape=(1, 1, 1)).value == pytest.approx(0, abs=1e-12)


def test_outputs_that_are_all_the_same() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    result = score("epsinas", network, Batch(torch.ones(4, 3, 1, 1)))
    assert result.missing == "the outputs are all the same when all weights are 1e-07"


def test_no_image_is_above_the_lowest_twice() -> None:
    """0 and 1 stay 0 and 1 for small weights and become 0 and -2 at 1."""
    missing = "each image has the lowest output with one of the weights"
    assert _bent(-3.0, 0, 1).missing == missing
