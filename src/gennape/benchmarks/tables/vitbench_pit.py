"""ViT-Bench-101's labelled PiT networks, trained on three data sets for 300 epochs.

Source: Wei et al., "Auto-Prox" (AAAI 2024). Labels are top-1 accuracies in percent on
CIFAR-100, Flowers-102 and Chaoyang, of plain training (`base`) and of distillation (`kd`).
"""

import json
from typing import Any

import pyarrow as pa

from gennape.benchmarks.labelled_table import LabelledTable, texts
from gennape.spaces import ViTBenchPiT
from gennape.spaces.vitbench_pit import PiTArchitecture


def parse_settings(table: pa.Table, space: ViTBenchPiT) -> list[Any]:
    """Architectures of the column `architecture`: the benchmark's settings as JSON.

    Raises:
        ValueError: A row is no network of the family.
    """
    return [_network(**json.loads(text)) for text in texts(table, "architecture")]


def _network(
    space: str, base_dim: int, mlp_ratio: int, depth: list[int], num_heads: list[int]
) -> PiTArchitecture:
    if space != "PiT":
        raise ValueError(f"a network of {space} is no PiT")
    return PiTArchitecture(base_dim, mlp_ratio, tuple(depth), tuple(num_heads))


TABLES = {
    "vitbench_pit": LabelledTable(
        "vitbench_pit.parquet",
        "vitbench_pit",
        parse_settings,
        tuple(
            f"{data}_{training}_top1"
            for data in ("cifar100", "flowers102", "chaoyang")
            for training in ("base", "kd")
        ),
    )
}
