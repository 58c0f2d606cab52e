from importlib.util import find_spec
from itertools import pairwise

import pytest
from torch import nn

from gennape import spaces
from gennape.frontends import graph_of
from gennape.graph import Op
from gennape.spaces import ArchitectureError
from gennape.spaces.mnasnet import MnasNetArchitecture, MnasNetStage
from gennape.utils.optional_imports import import_library

SPACE = spaces.get("mnasnet")
EFFICIENTNET_B0 = "k3e1n1se/k3e6n2se/k5e6n2se/k3e6n3se/k5e6n3se/k5e6n4se/k3e6n1se"


@pytest.mark.skipif(find_spec("timm") is None, reason="the other implementation is timm's")
@pytest.mark.parametrize("squeeze_excite", [True, False])
def test_efficientnet_b0_of_timm_with_relu(squeeze_excite: bool) -> None:
    options = {} if squeeze_excite else {"se_layer": nn.Identity}
    model = import_library("timm").create_model("efficientnet_b0", act_layer="relu", **options)
    text = EFFICIENTNET_B0 if squeeze_excite else EFFICIENTNET_B0.replace("se", "")
    graph = SPACE.graph(SPACE.parse(text))
    assert graph.fingerprint == graph_of(model, (3, 224, 224)).fingerprint


def test_published_parameters_of_efficientnet_b0() -> None:
    assert SPACE.graph(SPACE.parse(EFFICIENTNET_B0)).parameters == 5_288_548


def test_parameters_of_the_smallest_network_by_hand() -> None:
    channels = (32, 16, 24, 40, 80, 112, 192, 320)
    blocks = sum(
        9 * before + 2 * before + before * after + 2 * after for before, after in pairwise(channels)
    )
    stem_and_head = 27 * 32 + 64 + 320 * 1280 + 2560 + 1280 * 1000 + 1000
    graph = SPACE.graph(SPACE.parse("/".join(["k3e1n1"] * 7)))
    assert graph.parameters == stem_and_head + blocks
    assert not (graph.operations == Op.ADD).any()


def test_squeeze_excitation_has_a_quarter_of_the_inputs() -> None:
    smallest = "/".join(["k3e1n1"] * 7)
    last = smallest.removesuffix("k3e1n1") + "k3e4n1"
    with_se = SPACE.graph(SPACE.parse(f"{last}se")).parameters
    assert with_se - SPACE.graph(SPACE.parse(last)).parameters == 2 * 768 * 48 + 48 + 768


def test_size_and_neighbours_by_hand() -> None:
    assert SPACE.size == 36**6 * 48
    neighbours = SPACE.neighbours(SPACE.parse(EFFICIENTNET_B0))
    # Another kernel, one of two expansions and two depths, squeeze-and-excitation or not.
    assert len(neighbours) == 7 * (1 + 2 + 2 + 1) + 1
    texts = {SPACE.format(other) for other in neighbours}
    assert EFFICIENTNET_B0.replace("k3e1n1se", "k3e1n1") in texts
    assert EFFICIENTNET_B0.replace("k5e6n4se", "k5e6n1se") in texts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (EFFICIENTNET_B0[:-9], "MnasNet has 7 stages, not 6"),
        (EFFICIENTNET_B0.replace("k3", "k7"), "kernel of stage 1 of MnasNet is 3 or 5, not 7"),
        (EFFICIENTNET_B0.replace("e1", "e3"), "expansion of stage 1 .* is 1 or 4 or 6, not 3"),
        (EFFICIENTNET_B0.replace("n2", "n4"), "layers of stage 2 .* is 1 or 2 or 3, not 4"),
        (EFFICIENTNET_B0.replace("n4", "n5"), "layers of stage 6 .* is 1 or 2 or 3 or 4, not 5"),
        ("k3e4-k5e6", "is no MnasNet architecture; one looks like k3e4n2se/"),
    ],
)
def test_lines_of_no_network(text: str, reason: str) -> None:
    with pytest.raises(ArchitectureError, match=reason):
        SPACE.parse(text)


def test_an_architecture_checks_itself() -> None:
    with pytest.raises(ArchitectureError, match=r"squeeze_excite of stage 1 .* not 2"):
        MnasNetArchitecture((MnasNetStage(3, 1, 1, 2),) * 7)
