from importlib.util import find_spec

import numpy as np
import pytest
from torch import nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.spaces import ArchitectureError
from gennape.utils.optional_imports import import_library
from helpers.timm_networks import block_strings, decoded

SPACE = spaces.get("ofa_proxylessnas")
SMALLEST = "/".join(["k3e3-k3e3"] * 5 + ["k3e3"])
CHANNELS = (32, 56, 104, 128, 248, 416)
STRIDES = (2, 2, 2, 1, 2, 1)


def _timm(text: str) -> nn.Module:
    strings = block_strings(SPACE.parse(text).stages, CHANNELS, STRIDES)
    return import_library("timm.models.efficientnet").EfficientNet(
        decoded([["ds_r1_k3_s1_e1_c24"], *strings]),
        num_features=1664,
        stem_size=40,
        act_layer=nn.ReLU6,
    )


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
@pytest.mark.parametrize("seed", range(3))
def test_timm_builds_the_same_network(seed: int) -> None:
    text = SPACE.format(SPACE.sample(np.random.default_rng(seed)))
    ours, theirs = SPACE.graph(SPACE.parse(text)), graph_of(_timm(text), (3, 224, 224))
    assert ours.fingerprint == theirs.fingerprint
    assert (ours.macs, ours.parameters) == (theirs.macs, theirs.parameters)


def test_parameters_of_the_smallest_network_by_hand() -> None:
    stem = 27 * 40 + 80 + (9 * 40 + 80) + (40 * 24 + 48)
    blocks, before = 0, 24
    for channels, depth in zip(CHANNELS, (2, 2, 2, 2, 2, 1), strict=True):
        for inputs in (before, channels)[:depth]:
            middle = 3 * inputs
            blocks += inputs * middle + 9 * middle + middle * channels + 4 * middle + 2 * channels
        before = channels
    head = 416 * 1664 + 2 * 1664 + 1664 * 1000 + 1000
    assert SPACE.graph(SPACE.parse(SMALLEST)).parameters == stem + blocks + head


def test_the_size_and_the_single_last_block() -> None:
    assert SPACE.size == (9**2 + 9**3 + 9**4) ** 5 * 9
    assert len(SPACE.neighbours(SPACE.parse(SMALLEST))) == 4 * 11 + 9 * 5
    with pytest.raises(ArchitectureError, match="stage 6 of OFA-ProxylessNAS has 1 blocks, not 2"):
        SPACE.parse(f"{SMALLEST}-k3e3")


def test_slots_of_the_supernet() -> None:
    architecture = SPACE.from_slots([3] * 21, [3] * 21, [2] * 5 + [1])
    assert SPACE.format(architecture) == SMALLEST
