import math

import numpy as np
import pytest
import torch
from torch import nn

from gennape.proxies import Batch, score
from gennape.proxies.swap import swap, swap_reg
from helpers.proxy_networks import make, prepared
from helpers.relu_signs import relu_signs


def test_counts_different_patterns(name: str) -> None:
    patterns = {tuple(unit) for unit in relu_signs(name).T}
    assert 10 < len(patterns) < 256
    assert swap(prepared(name)) == len(patterns)


@pytest.mark.parametrize("images", [2, 8, 9, 17, 33, 65])
def test_any_number_of_images(images: int) -> None:
    """Patterns are the columns, whatever width their bits have."""
    network = nn.Sequential(nn.Flatten(), nn.ReLU())
    values = torch.randn(images, 50, 1, 1, generator=torch.Generator().manual_seed(0))
    expected = len(np.unique(values.flatten(1).numpy() > 0, axis=1).T)
    assert score("swap", network, Batch(values)).value == expected


def test_regularisation_prefers_a_size(name: str) -> None:
    millions = sum(p.numel() for p in make(name).parameters()) / 1e6
    expected = math.log(swap(prepared(name))) - (millions - 40) ** 2 / 40
    assert swap_reg(prepared(name)) == pytest.approx(expected)
