"""Architectures as the GENNAPE authors' caches describe them, under `original config`.

Layout as written by `model_src/predictor/gpi_family_data_manager.py` of
github.com/Ascend-Research/GENNAPE and as read by the networks of its `model_src`. Its
OFA-MobileNetV3 networks have width 1.2, unlike ours, so they keep a text of their own.
"""

import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from gennape.benchmarks.formats.benchmark_format import SkipEntry
from gennape.benchmarks.formats.pickle_names import PickledObject
from gennape.spaces import NASBench101, NASBench201, NASBench301, OFAProxylessNAS, OFAResNet50
from gennape.spaces.nasbench201 import NASBench201Architecture
from gennape.spaces.ofa_proxylessnas import OFAProxylessNASArchitecture
from gennape.spaces.ofa_resnet50 import (
    WIDTHS,
    OFAResNet50Architecture,
    OFAResNetStage,
    OFAResNetStem,
)
from gennape.spaces.parts.ofa_mobile import OFABlock

GENOTYPE = "model_src.darts.model_darts.Genotype"

_NASBENCH201_INPUTS = [[0], [0], [1], [0], [1], [2, 3]]
_RESNET_FEWEST, _RESNET_SLOTS = (2, 2, 4, 2), (4, 4, 6, 4)
_RESIDUAL_STEM = 2
_USUAL_RESOLUTION = 224
_LONGEST_BLOCK = 32


class CachedNetwork(NamedTuple):
    """A family and the line of an architecture, with the data set it was measured on."""

    family: str
    line: str
    dataset: str


def read_network(cache: str, config: Any) -> CachedNetwork:
    """Return the network of an entry.

    Args:
        cache: What the name of the cache's file says, such as `nb101`.
        config: The entry's `original config`.

    Raises:
        SkipEntry: There is no such cache.
    """
    if cache in _CACHES:
        return _CACHES[cache](config)
    if cache in _NASBENCH201_DATASETS:
        return CachedNetwork(NASBench201.name, _nasbench201(config), _NASBENCH201_DATASETS[cache])
    raise SkipEntry("is in a file whose name says no family")


def _nasbench101(config: Any) -> CachedNetwork:
    operations, adjacency = config
    space = NASBench101()
    cell = space.from_cell(np.asarray(adjacency).tolist(), operations)
    return CachedNetwork(space.name, space.format(cell), "cifar10")


def _nasbench201(config: Any) -> str:
    operations, inputs = config
    if [list(indices) for indices in inputs] != _NASBENCH201_INPUTS:
        raise SkipEntry("is a NAS-Bench-201 cell of other edges")
    return NASBench201().format(NASBench201Architecture(tuple(operations)))


def _nasbench301(genotype: Any) -> CachedNetwork:
    if not isinstance(genotype, PickledObject):
        raise SkipEntry("has no DARTS genotype")
    normal, _, reduce, _ = genotype.arguments
    space = NASBench301()
    return CachedNetwork(space.name, space.format(space.from_genotype(normal, reduce)), "cifar10")


def _ofa(config: Any) -> CachedNetwork:
    resolution, stages = config
    dataset = _imagenet(resolution)
    if not all(len(block) <= _LONGEST_BLOCK for stage in stages for block in stage):
        raise SkipEntry("has an unknown OFA block")
    if not stages[0][0].startswith("mbconv2"):
        return CachedNetwork("gennape_ofa_mbv3", json.dumps(stages), dataset)
    blocks = tuple(tuple(map(_block, stage)) for stage in stages)
    space = OFAProxylessNAS()
    return CachedNetwork(space.name, space.format(OFAProxylessNASArchitecture(blocks)), dataset)


def _block(name: str) -> OFABlock:
    """Return a block such as `mbconv2_e4_k5`."""
    match = re.fullmatch(r"mbconv2_e(\d)_k(\d)", name)
    if not match:
        raise SkipEntry("has an unknown OFA block")
    expansion, kernel = map(int, match.groups())
    return OFABlock(kernel, expansion)


def _ofa_resnet(config: Any) -> CachedNetwork:
    resolution, settings = config
    stem, *depths = settings["d"]
    first, last, *widths = (WIDTHS[index] for index in settings["w"])
    expansions = [round(100 * expansion) for expansion in settings["e"]]
    ends = list(accumulate(_RESNET_SLOTS))
    stages = [
        OFAResNetStage(width, tuple(expansions[end - slots : end - slots + fewest + depth]))
        for width, end, slots, fewest, depth in zip(
            widths, ends, _RESNET_SLOTS, _RESNET_FEWEST, depths, strict=True
        )
    ]
    space = OFAResNet50()
    network = OFAResNet50Architecture(
        OFAResNetStem(first, stem == _RESIDUAL_STEM, last), tuple(stages)
    )
    return CachedNetwork(space.name, space.format(network), _imagenet(resolution))


def _imagenet(resolution: int) -> str:
    """Return the data set, with the resolution where it is not the family's own."""
    return "imagenet" if resolution == _USUAL_RESOLUTION else f"imagenet at {resolution}"


_CACHES: dict[str, Callable[[Any], CachedNetwork]] = {
    "nb101": _nasbench101,
    "nb301": _nasbench301,
    "ofa": _ofa,
    "ofa_resnet": _ofa_resnet,
}
_NASBENCH201_DATASETS = {
    "nb201c10": "cifar10",
    "nb201c100": "cifar100",
    "nb201imgnet": "ImageNet16-120",
}
