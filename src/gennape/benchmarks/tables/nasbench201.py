"""NAS-Bench-201's labelled table."""

from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, texts
from gennape.spaces import NASBench201


def parse_strings(table: pa.Table, space: NASBench201) -> list[Any]:
    """Read the column `architecture`."""
    return list(map(space.parse, texts(table, "architecture")))


TABLES = {
    "nasbench201": LabelledTable(
        "nasbench201.parquet",
        "nasbench201",
        parse_strings,
        (
            "cifar10_test_accuracy_200",
            "cifar100_test_accuracy_200",
            "imagenet16_120_test_accuracy_200",
        ),
    )
}
