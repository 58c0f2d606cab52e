import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError

LABELS = [
    f"{data}_{training}_top1"
    for data in ("cifar100", "flowers102", "chaoyang")
    for training in ("base", "kd")
]


def test_the_measured_table(data_folder: Path) -> None:
    table = benchmarks.load("vitbench_pit", data_folder)
    assert len(table) == len(set(table.architectures)) == 100
    assert table.target == "cifar100_base_top1"
    assert list(table.labels) == LABELS
    best = [values.max() for values in table.labels.values()]
    assert best == pytest.approx([76.54, 78.96, 61.4571, 72.0605, 85.0865, 85.18])


def test_larger_networks_are_better(data_folder: Path) -> None:
    """A sign that rows belong to their networks: MACs and accuracy go together."""
    table = benchmarks.load("vitbench_pit", data_folder)
    macs = np.log([graph.macs for graph in table.graphs()])
    assert np.corrcoef(macs, table.accuracies)[0, 1] > 0.5


def _write(folder: Path, **changes: Any) -> None:
    setting = {
        "space": "PiT",
        "base_dim": 24,
        "mlp_ratio": 6,
        "depth": [1, 6, 2],
        "num_heads": [2, 2, 4],
    }
    columns = {"architecture": [json.dumps(setting | changes)]}
    values = {label: [50.0] for label in LABELS}
    pq.write_table(pa.table(columns | values), folder / "vitbench_pit.parquet")


def test_a_setting_by_hand(tmp_path: Path) -> None:
    _write(tmp_path)
    table = benchmarks.load("vitbench_pit", tmp_path)
    assert [table.space.format(one) for one in table.architectures] == ["w24m6-d1h2-d6h2-d2h4"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"space": "AutoFormer"}, "a network of AutoFormer is no PiT"),
        ({"base_dim": 48}, "head width of .*, not 48"),
        ({"depth": [1, 6]}, "3 stages, not depths of 2"),
        ({"num_heads": [4, 2, 8]}, "at least the heads of the one before"),
        ({"more": 1}, "more"),
    ],
)
def test_a_row_that_is_no_network(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    _write(tmp_path, **changes)
    with pytest.raises(BenchmarkError, match=f"is no table of vitbench_pit: .*{reason}"):
        benchmarks.load("vitbench_pit", tmp_path)
