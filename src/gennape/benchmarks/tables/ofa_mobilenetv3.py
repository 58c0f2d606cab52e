"""Labelled sub-networks of the OFA-MobileNetV3 supernets of width 1.0.

The first table was measured during several searches, so that good networks prevail; its
MACs and parameters are those of our graphs exactly. The second holds random networks of
another supernet in which all kernels are 7.
"""

from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, rows_of_lists
from gennape.spaces import OFAMobileNetV3


def parse_slots(table: pa.Table, space: OFAMobileNetV3) -> list[Any]:
    """Read the columns `kernel_sizes`, `expand_ratios` and `depths`."""
    rows = rows_of_lists(table, "kernel_sizes", "expand_ratios", "depths")
    return [space.from_slots(*row) for row in rows]


TABLES = {
    name: LabelledTable(f"{name}.parquet", "ofa_mobilenetv3", parse_slots, ("imagenet_top1",))
    for name in ("ofa_mobilenetv3", "ofa_mobilenetv3_kernel7")
}
