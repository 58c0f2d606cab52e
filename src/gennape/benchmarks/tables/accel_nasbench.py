"""Accel-NASBench's labelled networks of the MnasNet space, trained by a short schedule.

Source: Ahmad et al., "Accel-NASBench" (DAC 2024). The parameters of the table are those
of our graphs exactly. Its MACs are the larger by what their counter, `thop`, adds: four
operations for each element that a batch norm reads, and one for each element that a
global average pool reads and for each that it writes.
"""

from itertools import zip_longest
from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, rows_of_lists
from gennape.spaces import MnasNet
from gennape.spaces.mnasnet import MnasNetArchitecture, MnasNetStage


def parse_stages(table: pa.Table, space: MnasNet) -> list[Any]:
    """Read the columns of kernels, expansions, layers and squeeze-and-excitation."""
    rows = rows_of_lists(table, "kernel_sizes", "expand_ratios", "layers", "squeeze_excite")
    return [MnasNetArchitecture(tuple(map(MnasNetStage._make, zip_longest(*row)))) for row in rows]


TABLES = {
    "accel_nasbench": LabelledTable(
        "accel_nasbench.parquet", "mnasnet", parse_stages, ("imagenet_top1", "imagenet_top5")
    )
}
