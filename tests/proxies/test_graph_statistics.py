"""MACs, parameters, depth and receptive field, all by hand for images of 3x8x8."""

import math

import pytest
from torch import nn

from gennape.proxies import score
from gennape.proxies.depth import depth
from gennape.proxies.receptive_field import receptive_field
from gennape.proxies.size import macs, parameters
from helpers.proxy_networks import prepared

CONV3 = 8 / 12  # variance of a window of three pixels


def test_macs(name: str) -> None:
    stem = 8 * 8 * 3 * 4 * 9
    expected = {
        "chain": stem + 4 * 4 * 4 * 6 * 9 + 6 * 5,
        "branched": stem + 8 * 8 * (4 * 4 * 9 + 4 * 4) + 4 * 5,
    }
    assert macs(prepared(name)) == expected[name]


def test_parameters(name: str) -> None:
    expected = {
        "chain": (3 * 4 * 9 + 4) + 8 + 4 * 6 * 9 + 12 + (6 * 5 + 5),
        "branched": 3 * 4 * 9 + 8 + (4 * 4 * 9 + 4) + (4 * 4 + 4) + (4 * 5 + 5),
    }
    assert parameters(prepared(name)) == expected[name]


def test_depth(name: str) -> None:
    """Half of the walks through a residual block take its layer."""
    assert depth(prepared(name)) == {"chain": 3, "branched": 1 + 1 / 2 + 1 / 2 + 1}[name]


def test_receptive_field(name: str) -> None:
    """The stride of the chain's second convolution comes after its window."""
    variance = {"chain": 2 * CONV3, "branched": CONV3 + CONV3 / 2}[name]
    assert receptive_field(prepared(name)) == pytest.approx(math.sqrt(12 * variance + 1))


def test_windows_behind_a_stride_and_with_dilation_are_wider() -> None:
    """Neighbours are two pixels apart behind the stride, and four in the dilated window."""
    network = nn.Sequential(nn.Conv2d(3, 1, 1, stride=2), nn.Conv2d(1, 1, 3, dilation=2))
    value = score("receptive_field", network, input_shape=(3, 16, 16)).value
    assert value == pytest.approx(math.sqrt(12 * CONV3 * 4**2 + 1))
