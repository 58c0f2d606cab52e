from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest
from torch import nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.spaces.parts.ofa_mobile import OFABlock
from gennape.utils.optional_imports import import_library
from helpers.timm_networks import block_strings, decoded

SPACE = spaces.get("ofa_mobilenetv3")
LABELLED = "k5e4-k7e3/k3e4-k3e6-k3e3/k5e4-k5e3/k7e3-k3e6-k3e6-k3e6/k5e4-k5e3-k5e4"


def _timm(text: str) -> nn.Module:
    """The network as timm's MobileNetV3 with the settings of Once-for-All."""
    blocks = import_library("timm.models._efficientnet_blocks")
    strings = block_strings(
        SPACE.parse(text).stages,
        channels=(24, 40, 80, 112, 160),
        strides=(2, 2, 2, 1, 2),
        endings=("_nre", "_se0.25_nre", "", "_se0.25", "_se0.25"),
    )
    return import_library("timm.models.mobilenetv3").MobileNetV3(
        decoded([["ds_r1_k3_s1_e1_c16_nre"], *strings, ["cn_r1_k1_s1_c960"]]),
        num_features=1280,
        stem_size=16,
        fix_stem=True,
        head_bias=False,
        act_layer=nn.Hardswish,
        se_layer=partial(
            blocks.SqueezeExcite,
            gate_layer="hard_sigmoid",
            force_act_layer=nn.ReLU,
            rd_round_fn=import_library("timm.layers").make_divisible,
        ),
    )


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
@pytest.mark.parametrize("seed", range(3))
def test_timm_builds_the_same_network(seed: int) -> None:
    text = SPACE.format(SPACE.sample(np.random.default_rng(seed)))
    ours, theirs = SPACE.graph(SPACE.parse(text)), graph_of(_timm(text), (3, 224, 224))
    assert ours.fingerprint == theirs.fingerprint
    assert (ours.macs, ours.parameters) == (theirs.macs, theirs.parameters)


def test_costs_of_a_measured_network() -> None:
    graph = SPACE.graph(SPACE.parse(LABELLED))
    assert (graph.macs, graph.parameters) == (255_502_624, 5_029_656)


def test_the_published_size() -> None:
    assert SPACE.size == (9**2 + 9**3 + 9**4) ** 5
    assert pytest.approx(2e19, rel=0.1) == SPACE.size


def test_activations_and_squeeze_excitation_by_stage() -> None:
    graph = SPACE.graph(SPACE.parse(LABELLED))
    operations = graph.operations.tolist()
    assert operations.count(Op.HARDSIGMOID) == operations.count(Op.MUL) == 3 + 4 + 3
    # Stem and head, then three a block of the last three stages less one of depth alone.
    assert operations.count(Op.HARDSWISH) == 1 + 2 * (2 + 4 + 3) + 2
    assert operations.count(Op.RELU) == 1 + 2 * (2 + 3) + (3 + 4 + 3)


def test_neighbours_by_hand() -> None:
    architecture = SPACE.parse(LABELLED)  # depths 2, 3, 2, 4, 3
    neighbours = SPACE.neighbours(architecture)
    assert len(neighbours) == 4 * 14 + 2 * 9 + 2 * (1 + 9) + 1
    texts = {SPACE.format(other) for other in neighbours}
    assert LABELLED.replace("k5e4-k7e3/", "k5e6-k7e3/") in texts
    assert LABELLED.replace("k5e4-k7e3/", "k5e4-k7e3-k3e3/") in texts
    assert LABELLED.removesuffix("-k5e4") in texts
    assert LABELLED.replace("k5e4-k7e3/", "k3e6-k7e3/") not in texts


def test_unused_slots_do_not_matter() -> None:
    kernels = [5, 7, 0, 9, 3, 3, 3, 0, 5, 5, 0, 0, 7, 3, 3, 3, 5, 5, 5, 0]
    expansions = [4, 3, 6, 1, 4, 6, 3, 0, 4, 3, 0, 0, 3, 6, 6, 6, 4, 3, 4, 0]
    architecture = SPACE.from_slots(kernels, expansions, [2, 3, 2, 4, 3])
    assert SPACE.format(architecture) == LABELLED


@pytest.mark.parametrize(
    ("kernels", "expansions", "depths", "reason"),
    [
        ([3] * 19, [3] * 20, [2] * 5, "has slots for 20 kernels, not 19"),
        ([3] * 20, [3] * 21, [2] * 5, "has slots for 20 expansions, not 21"),
        ([3] * 20, [3] * 20, [2] * 4, "OFA-MobileNetV3 has 5 stages, not 4"),
        ([3] * 20, [3] * 20, [2] * 4 + [5], "stage 5 of .* has 2 or 3 or 4 blocks, not 5"),
        ([0] * 20, [3] * 20, [2] * 5, "has kernel 3, 5 or 7 and expansion 3, 4 or 6, not 0 and 3"),
    ],
)
def test_slots_of_no_network(
    kernels: list[int], expansions: list[int], depths: list[int], reason: str
) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.from_slots(kernels, expansions, depths)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("k3e4-k5e6", "OFA-MobileNetV3 has 5 stages, not 1"),
        (LABELLED.replace("k7e3/", "k7e3-k3e3-k3e3-k3e3/"), "stage 1 of .* 4 blocks, not 5"),
        (LABELLED.replace("k7e3/", "k9e3/"), "kernel 3, 5 or 7 .* not 9 and 3"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_an_architecture_checks_itself() -> None:
    with pytest.raises(ArchitectureError, match="expansion 3, 4 or 6, not 5 and 5"):
        SPACE.architecture(((OFABlock(5, 5),) * 2,) * 5)
