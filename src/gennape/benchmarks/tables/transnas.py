"""TransNAS-Bench-101's labelled tables, micro and macro: validation scores on seven tasks.

Source: Duan et al., "TransNAS-Bench-101" (CVPR 2021). All labels are the better the higher:
top-1 accuracy in % (`class_object`, `class_scene`, `jigsaw`), pixel accuracy in %
(`segmentsemantic`), structural similarity (`autoencoder`, `normal`) and the negative loss
(`room_layout`). Columns of further tasks, measured on a few of the networks, are left out.
"""

from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, rows_of_lists
from gennape.spaces import TransNASMacro, TransNASMicro
from gennape.spaces.transnas_macro import TransNASMacroArchitecture

LABELS = (
    "class_object",
    "class_scene",
    "jigsaw",
    "room_layout",
    "segmentsemantic",
    "autoencoder",
    "normal",
)


def parse_edges(table: pa.Table, space: TransNASMicro) -> list[Any]:
    """Read the column `architecture`: one digit an edge, as in the strings."""
    return [space.from_digits(digits) for (digits,) in rows_of_lists(table, "architecture")]


def parse_modules(table: pa.Table, space: TransNASMacro) -> list[Any]:
    """Read the column `architecture`: one code a module."""
    rows = rows_of_lists(table, "architecture")
    return [TransNASMacroArchitecture(tuple(modules)) for (modules,) in rows]


TABLES = {
    "transnas_micro": LabelledTable(
        "transnasbench101_micro.parquet", "transnas_micro", parse_edges, LABELS
    ),
    "transnas_macro": LabelledTable(
        "transnasbench101_macro.parquet", "transnas_macro", parse_modules, LABELS
    ),
}
