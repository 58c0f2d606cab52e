from importlib.util import find_spec

import pytest

from gennape import graph_of
from gennape.benchmarks.zoo_networks import ZooNetwork, canonical_graph
from gennape.frontends import FrontendError
from gennape.graph import GraphBatch

needs_zoo = pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra zoo")
POSITIONS = {64: 16, 160: 100, 224: 196, 384: 576}
"""Patches of 16 pixels."""


def graph(loader: str, side: int | None, classes: int = 1000) -> GraphBatch:
    return canonical_graph(ZooNetwork(loader, side, classes))


@needs_zoo
@pytest.mark.parametrize("library", ["timm", "torchvision", "pytorchcv"])
def test_the_same_network_of_every_library(library: str) -> None:
    batch = graph(f"{library}:resnet18", 224)
    assert batch.parameters.tolist() == [11_689_512]
    assert batch.graph(0).fingerprint == graph_of("timm:resnet18").fingerprint


@needs_zoo
@pytest.mark.parametrize(
    ("loader", "side"),
    [("timm:resnet18", 224), ("torchvision:alexnet", 224), ("pytorchcv:resnet20_cifar10", 32)],
)
def test_networks_have_a_side_of_their_own(loader: str, side: int) -> None:
    own, given = graph(loader, None), graph(loader, side)
    assert own.graph(0).fingerprint == given.graph(0).fingerprint


@needs_zoo
def test_a_smaller_side_takes_less() -> None:
    """Half the side is a quarter of the positions of every convolution; the head is left."""
    whole, half = (graph("timm:resnet18", side).macs - 512_000 for side in (224, 112))
    assert whole.tolist() == [1_813_561_344]
    assert 0.25 <= half[0] / whole[0] < 0.28  # 7 positions become 4


@needs_zoo
def test_classes() -> None:
    """ResNet-18 has 512 features, and a weight of each and a bias for every class."""
    fewer = graph("timm:resnet18", 32).parameters - graph("timm:resnet18", 32, 10).parameters
    assert fewer.tolist() == [990 * 513]


@needs_zoo
@pytest.mark.parametrize(
    ("loader", "own", "side", "width"),
    [("timm:test_vit", 160, 64, 64), ("torchvision:vit_b_16", 224, 384, 768)],
)
def test_transformers_learn_the_positions_of_a_side(
    loader: str, own: int, side: int, width: int
) -> None:
    more = graph(loader, side).parameters - graph(loader, None).parameters
    assert more.tolist() == [(POSITIONS[side] - POSITIONS[own]) * width]


@needs_zoo
@pytest.mark.parametrize(("name", "side"), [("googlenet", 224), ("inception_v3", 299)])
def test_heads_of_the_training_are_left_out(name: str, side: int) -> None:
    assert graph(f"torchvision:{name}", side).parameters.tolist() == [
        {"googlenet": 6_624_904, "inception_v3": 23_834_568}[name]
    ]


@needs_zoo
@pytest.mark.parametrize(
    "loader",
    ["timm:hf-hub:someone/network", "timm:resnet81", "torchvision:fcn_resnet50", "pytorchcv:no"],
)
def test_a_network_that_is_not_there(loader: str) -> None:
    with pytest.raises((FrontendError, ValueError), match=loader.partition(":")[2]):
        graph(loader, None)


def test_names() -> None:
    assert ZooNetwork("timm:resnet18", 224, 1000).name == "timm:resnet18@224/1000"
    assert ZooNetwork("timm:resnet18", None, 10).name == "timm:resnet18/10"
