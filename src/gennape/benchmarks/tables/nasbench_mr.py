"""NAS-Bench-MR's labelled networks, trained on subsets of ImageNet and on two other tasks.

Source: Ding et al., "Learning Versatile Neural Architectures by Propagating Network Codes"
(ICLR 2022). Labels are in percent: top-1 accuracy of images of 128 pixels from 50 or 10
classes with 1000 or 100 images each, and after a short training; mean intersection over union
on Cityscapes; top-1 accuracy on HMDB51. The table's parameters are those of our graphs.
"""

import json
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, texts
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
    stages = [list(stage) for _, stage in groupby(modules, itemgetter(0))]
    branches = [stage[0][0] for stage in stages]
    if branches != list(range(1, STAGES + 1)):
        found = ", ".join(map(str, branches))
        raise ValueError(f"the stages have {found} branches, not 1, 2, 3, 4")
    return NASBenchMRArchitecture(tuple(stem), tuple(map(_stage, stages)), last)


def _stage(modules: list[tuple[int, list[int], list[int]]]) -> MultiResolutionStage:
    """The stage that equal modules make."""
    first, *others = modules
    if any(other != first for other in others):
        raise ValueError(f"the modules {modules} of a stage differ")
    _, blocks, channels = first
    return MultiResolutionStage(len(modules), tuple(blocks), tuple(channels))


TABLES = {
    "nasbench_mr": LabelledTable(
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
