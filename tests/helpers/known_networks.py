"""Networks whose order everybody knows, in a small file of frozen graphs.

Run `python tests/helpers/known_networks.py` to build the file again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from gennape.frontends import graph_of
from gennape.graph import GraphBatch, canonical, store
from gennape.utils.optional_imports import import_library

FROZEN = Path(__file__).parents[1] / "estimator" / "frozen" / "known-networks.parquet"


@dataclass(frozen=True)
class Chain:
    """Networks from worse to better.

    Attributes:
        names: `LIBRARY:NAME@SIDE`; of the library `plain` are timm's without their shortcuts.
        recipe: One by which all, or the first of them, were trained, as the model zoo has it.
        top1: Accuracies on ImageNet-1k in percent that were measured after it.
    """

    names: Sequence[str]
    recipe: str = ""
    top1: Sequence[float] = ()


def _timm(form: str, *parts: object, side: int = 224) -> list[str]:
    """Names of timm's networks that differ in one part."""
    return [f"timm:{form.format(part)}@{side}" for part in parts]


def _at_sides(name: str) -> list[str]:
    return [f"timm:{name}@{side}" for side in (160, 192, 224, 256)]


_CONVNEXTS = ("tiny", "small", "base", "large")
_FLOPS = ("002", "004", "008", "016", "032", "064", "120", "160")
_MOBILENETS_V3 = ("small_050", "small_075", "small_100", "large_075", "large_100")
_SWIN = "timm:swin_tiny_patch4_window7_224@224"
_OWN = "pytorchcv/gluon-own:imagenet-1k"

CHAINS = (
    Chain(_timm("resnet{}", 18, 34, 50, 101, 152), _OWN, (73.06, 75.16, 77.72, 79.21, 80.71)),
    Chain(
        [f"timm:efficientnet_b{n}@{side}" for n, side in enumerate((224, 240, 260, 300, 380))],
        "pycls/dds-100e:effnet",
        (75.08, 75.93, 76.48, 77.53, 78.63),
    ),
    Chain(
        _timm("vit_{}_patch16_224", "tiny", "small", "base"),
        "timm/augreg_in21k_ft",
        (75.45, 81.40, 84.53),
    ),
    Chain(_timm("convnext_{}", "atto", "femto", "pico", "nano", *_CONVNEXTS)),
    Chain(_timm("convnext_{}", *_CONVNEXTS), "timm/fb:convnext", (82.07, 83.14, 83.84, 84.30)),
    Chain(
        _timm("swin_{}_patch4_window7_224", "tiny", "small", "base"),
        "timm/ms:swin_transformer",
        (81.39, 83.23, 83.60),
    ),
    Chain(
        _timm("regnety_{}", *_FLOPS),
        "pycls/dds-100e",
        (70.34, 74.10, 76.32, 77.93, 78.93, 79.89, 80.33, 80.39),
    ),
    Chain(_timm("mobilenetv3_{}", *_MOBILENETS_V3), "timm/lamb", (57.92, 65.28, 67.64)),
    Chain(_timm("mobilenetv3_{}_100", "small", "large"), "mindcv/own-config", (68.07, 75.59)),
    Chain(_at_sides("resnet50")),
    Chain(["timm:resnet50@160", "timm:resnet50@224"], "timm/a3", (75.99, 78.05)),
    Chain(_at_sides("efficientnet_b0")),
    Chain(_at_sides("efficientnet_b0")[2:], "timm/ra4_e3600_r224", (78.57, 79.36)),
    Chain(_at_sides("mobilenetv3_large_100")),
    Chain(_at_sides("mobilenetv3_large_100")[2:], "timm/ra4_e3600_r224", (76.31, 77.18)),
    Chain(_at_sides("convnext_tiny")),
    Chain(_timm("mobilenetv2_{}", "050", "100", "140"), "cvnets/zoo-basic", (65.28, 72.93)),
    Chain(("torchvision:vgg11@224", "torchvision:vgg16@224"), _OWN, (70.10, 73.02)),
    Chain(("torchvision:alexnet@224", "torchvision:vgg16@224"), "tv/v1", (56.52, 71.59)),
    Chain(("torchvision:vgg16@224", "timm:resnet50@224"), _OWN, (73.02, 77.72)),
    Chain(("torchvision:vgg16_bn@224", "timm:resnet50@224"), "tv/v1", (73.36, 76.13)),
    Chain(("plain:resnet34@224", "timm:resnet34@224")),
    Chain(("plain:resnet50@224", "timm:resnet50@224")),
    Chain(("timm:resnet50@224", _SWIN), "cvnets/range-augment", (80.2, 81.1)),
    Chain(("timm:resnet50@224", "timm:convnext_tiny@224"), "mindcv/own-config", (76.76, 81.28)),
    Chain(
        ("timm:mobilenetv3_large_100@224", "timm:efficientnet_b0@224"), "timm/ra", (75.78, 77.70)
    ),
    Chain(("torchvision:squeezenet1_1@224", "timm:mobilenetv2_100@224")),
)


def pairs() -> list[tuple[str, str]]:
    """The worse and the better network of each pair of a chain, each pair once."""
    both = [
        (worse, better)
        for chain in CHAINS
        for place, worse in enumerate(chain.names)
        for better in chain.names[place + 1 :]
    ]
    return list(dict.fromkeys(both))


@cache
def frozen() -> GraphBatch:
    """The graphs as they are kept, canonical, with their names."""
    return store.load(FROZEN)


def built(name: str) -> GraphBatch:
    """Build a network's canonical graph with timm or torchvision, without weights."""
    model, _, side = name.partition("@")
    with torch.device("meta"):
        module = _module(model).eval()
    return canonical(GraphBatch.of([graph_of(module, (3, int(side), int(side)))]))


def _module(model: str) -> nn.Module:
    library, _, name = model.partition(":")
    if library == "torchvision":
        torchvision = import_library("torchvision")
        return torchvision.models.get_model(name, weights=None)  # type: ignore[no-any-return]
    module: nn.Module = import_library("timm").create_model(name)
    return _without_shortcuts(module) if library == "plain" else module


def _without_shortcuts(resnet: nn.Module) -> nn.Module:
    """Replace the residual blocks of a ResNet by their convolutions alone."""
    from timm.models.resnet import BasicBlock, Bottleneck

    for block in resnet.modules():
        if isinstance(block, BasicBlock | Bottleneck):
            block.downsample = None
            block.forward = _Plain(block).forward
    return resnet


class _Plain:
    """The forward pass of a block without its shortcut."""

    def __init__(self, block: nn.Module) -> None:
        self.block = block

    def forward(self, x: Tensor) -> Tensor:
        for place in (1, 2, 3):
            if hasattr(self.block, f"conv{place}"):
                x = getattr(self.block, f"conv{place}")(x)
                x = getattr(self.block, f"bn{place}")(x)
                x = getattr(self.block, f"act{place}")(x)
        return x


if __name__ == "__main__":
    names = dict.fromkeys(name for chain in CHAINS for name in chain.names)
    store.save(GraphBatch.join([built(name) for name in names]), FROZEN)
