"""NAS-Bench-301's labelled table: accuracies that its surrogate predicts.

Source: Zela et al., "NAS-Bench-301" (ICLR 2022).
"""

import json
from typing import Any

import pyarrow as pa

from gennape.benchmarks.table import Table
from gennape.spaces import NASBench301


def parse_genotypes(table: pa.Table, space: NASBench301) -> list[Any]:
    """Architectures of the columns `normal` and `reduce`: pairs of an operation and a source."""
    cells = (map(_edges, table[column].to_pylist()) for column in ("normal", "reduce"))
    return [space.from_genotype(normal, reduce) for normal, reduce in zip(*cells, strict=True)]


def _edges(text: object) -> list[tuple[str, int]]:
    """The pairs in a cell of the table.

    Raises:
        ValueError: It holds no JSON list of pairs.
    """
    pairs = json.loads(text) if isinstance(text, str) else None
    if not (isinstance(pairs, list) and all(map(_is_edge, pairs))):
        raise ValueError(f"{text!r} is no list of pairs of an operation and a source")
    return [(operation, source) for operation, source in pairs]


def _is_edge(pair: object) -> bool:
    return isinstance(pair, list) and list(map(type, pair)) == [str, int]


TABLES = {
    "nasbench301": Table(
        "nasbench301_surrogate.parquet",
        "nasbench301",
        parse_genotypes,
        ("surrogate_valid_accuracy",),
    )
}
