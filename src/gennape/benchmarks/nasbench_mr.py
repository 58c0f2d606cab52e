"""NAS-Bench-MR's labelled networks, trained on subsets of ImageNet and on two other tasks.

Source: Ding et al., "Learning Versatile Neural Architectures by Propagating Network Codes"
(ICLR 2022). Labels are in percent: top-1 accuracy of images of 128 pixels from 50 or 10
classes with 1000 or 100 images each, and after a short training; mean intersection over union
on Cityscapes; top-1 accuracy on HMDB51. The table's parameters are those of our graphs.
"""

import json
from typing import Any

import pyarrow as pa

from gennape.benchmarks.lists import texts
from gennape.benchmarks.table import Table
from gennape.spaces import NASBenchMR
from gennape.spaces.nasbench_mr import STAGES, MultiResolutionStage, NASBenchMRArchitecture


def parse_settings(table: pa.Table, space: NASBenchMR) -> list[Any]:
    """Architectures of the column `architecture`: stem, modules and last channels as JSON.

    Raises:
        ValueError: A row is no network of the family.
    """
    return [_network(**json.loads(text)) for text in texts(table, "architecture")]


def _network(
    stem: list[int], modules: list[tuple[int, list[int], list[int]]], last: int
) -> NASBenchMRArchitecture:
    stages = tuple(
        _stage([tuple(map(tuple, values)) for count, *values in modules if count == branches])
        for branches in range(1, STAGES + 1)
    )
    return NASBenchMRArchitecture(tuple(stem), stages, last)


def _stage(modules: list[Any]) -> MultiResolutionStage:
    """The stage that equal modules make."""
    if len(set(modules)) != 1:
        raise ValueError(f"a stage has the modules {modules}, not some that are all the same")
    return MultiResolutionStage(len(modules), *modules[0])


TABLES = {
    "nasbench_mr": Table(
        "nasbench_mr.parquet",
        "nasbench_mr",
        parse_settings,
        (
            "imagenet50_1000_top1",
            "imagenet10_1000_top1",
            "imagenet50_100_top1",
            "imagenet50_short_top1",
            "cityscapes_miou",
            "hmdb51_top1",
        ),
    )
}
