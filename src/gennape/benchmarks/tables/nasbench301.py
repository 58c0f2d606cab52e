"""NAS-Bench-301's labelled table: accuracies that its surrogate predicts.

Source: Zela et al., "NAS-Bench-301" (ICLR 2022).
"""

from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, lists
from gennape.spaces import NASBench301


def parse_genotypes(table: pa.Table, space: NASBench301) -> list[Any]:
    """Read the columns `normal` and `reduce`: pairs of an operation and a source."""
    normal, reduce = (
        lists(table, column, _is_edge, "pairs of an operation and a source")
        for column in ("normal", "reduce")
    )
    return list(map(space.from_genotype, normal, reduce))


def _is_edge(pair: object) -> bool:
    return isinstance(pair, list) and list(map(type, pair)) == [str, int]


TABLES = {
    "nasbench301": LabelledTable(
        "nasbench301_surrogate.parquet",
        "nasbench301",
        parse_genotypes,
        ("surrogate_valid_accuracy",),
    )
}
