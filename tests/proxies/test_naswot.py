import numpy as np
import pytest
import torch
from torch import nn

from gennape.proxies import Batch, score
from gennape.proxies.naswot import kernel, naswot
from helpers.proxy_networks import prepared
from helpers.relu_signs import relu_signs


def test_counts_the_units_on_which_images_agree(name: str) -> None:
    signs = relu_signs(name)
    expected = [[(a == b).sum() for b in signs] for a in signs]
    assert naswot(prepared(name)) == pytest.approx(np.linalg.slogdet(expected)[1], rel=1e-6)


def test_three_units_by_hand() -> None:
    """Codes 110 and 011 agree on one unit: the determinant is 9 - 1."""
    network = nn.Sequential(nn.Flatten(), nn.ReLU())
    images = torch.tensor([[1.0, 1, -1], [-1, 1, 1]]).reshape(2, 3, 1, 1)
    assert score("naswot", network, Batch(images)).value == pytest.approx(np.log(8))


def test_many_units_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.random.default_rng(0).integers(256, size=(100, 2), dtype=np.uint8)
    whole = kernel(codes, 11)
    monkeypatch.setattr("gennape.proxies.naswot._UNITS_AT_ONCE", 7)
    np.testing.assert_array_equal(kernel(codes, 11), whole)


def test_other_activations_are_no_relus() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Hardswish(), nn.Hardtanh())
    result = score("naswot", network, Batch(torch.randn(2, 3, 1, 1)))
    assert result.missing == "the network has no ReLU or ReLU6, whose patterns it counts"


def test_images_of_one_code() -> None:
    network = nn.Sequential(nn.Flatten(), nn.ReLU())
    result = score("naswot", network, Batch(torch.ones(2, 3, 1, 1)))
    assert result.missing == "two images make the same ReLUs fire"
