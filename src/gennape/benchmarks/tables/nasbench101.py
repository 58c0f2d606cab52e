"""NAS-Bench-101's labelled table and its split."""

from typing import Any

import numpy as np
import pyarrow as pa

from gennape.benchmarks.benchmark import Split
from gennape.benchmarks.labelled_table import LabelledTable, lists
from gennape.spaces import NASBench101

TEST_ROWS = 3_000
VALIDATION_ROWS = 1_000


def split(rows: int) -> Split:
    """Split the table sorted by module hash: the last 3,000 rows are for the test.

    The 1,000 before them are for validation, the rest for training.

    Raises:
        ValueError: The table has no rows left for training.
    """
    if rows <= TEST_ROWS + VALIDATION_ROWS:
        raise ValueError(
            f"a table of {rows} rows is too short to be split: {TEST_ROWS + VALIDATION_ROWS} are "
            "for validation and test; give the whole nasbench101.parquet"
        )
    order = np.arange(rows)
    first_test = rows - TEST_ROWS
    return Split(*np.split(order, [first_test - VALIDATION_ROWS, first_test]))


def parse_cells(table: pa.Table, space: NASBench101) -> list[Any]:
    """Read the columns `adjacency` and `operations`, both JSON."""
    adjacencies = lists(table, "adjacency", lambda value: isinstance(value, list), "lists")
    operations = lists(table, "operations", lambda value: isinstance(value, str), "texts")
    return list(map(space.from_cell, adjacencies, operations))


TABLES = {
    "nasbench101": LabelledTable(
        "nasbench101.parquet",
        "nasbench101",
        parse_cells,
        ("valid_accuracy_108", "valid_accuracy_36", "valid_accuracy_12", "valid_accuracy_4"),
        sort_by="module_hash",
        split_rows=split,
    )
}
