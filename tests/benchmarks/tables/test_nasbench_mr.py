import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError
from gennape.graph import ComputationGraph, Op

LABELS = (
    "imagenet50_1000_top1",
    "imagenet10_1000_top1",
    "imagenet50_100_top1",
    "imagenet50_short_top1",
    "cityscapes_miou",
    "hmdb51_top1",
)
MODULES = [
    [1, [1], [8]],
    [2, [1, 2], [8, 16]],
    [2, [1, 2], [8, 16]],
    [3, [1, 1, 1], [8, 8, 8]],
    [4, [1, 1, 1, 1], [8, 8, 8, 24]],
]


def _counted_operations(graph: ComputationGraph) -> int:
    """What `thop` calls MACs: two for each element of a batch norm and one a class for its bias."""
    norms = graph.operations == Op.BATCH_NORM
    return int(graph.macs + 2 * graph.output_shape[norms].prod(axis=1).sum() + 50)


def test_costs_of_all_networks(data_folder: Path) -> None:
    table = benchmarks.load("nasbench_mr", data_folder)
    file = pq.read_table(data_folder / "nasbench_mr.parquet")
    ours = [(graph.parameters, _counted_operations(graph)) for graph in table.graphs()]
    theirs = [1e6 * file["params_m"].to_numpy(), 1e9 * file["gmacs_thop_128"].to_numpy()]
    np.testing.assert_array_equal(ours, np.round(theirs).T.astype(int))


def test_the_measured_table(data_folder: Path) -> None:
    table = benchmarks.load("nasbench_mr", data_folder)
    assert len(table) == len(set(table.architectures)) == 2_507
    assert table.target == "imagenet50_1000_top1"
    assert tuple(table.labels) == LABELS
    best = [values.max() for values in table.labels.values()]
    assert best == pytest.approx([86.16, 90.4, 57.24, 67.96, 79.1, 28.292])


def _write(folder: Path, **changes: Any) -> None:
    setting = {"stem": [16, 8], "modules": MODULES, "last": 32} | changes
    columns = {"architecture": [json.dumps(setting)]} | {label: [50.0] for label in LABELS}
    pq.write_table(pa.table(columns), folder / "nasbench_mr.parquet")


def test_equal_modules_are_a_stage(tmp_path: Path) -> None:
    _write(tmp_path)
    table = benchmarks.load("nasbench_mr", tmp_path)
    (network,) = table.architectures
    line = "16_8-1_1_1_8-2_2_1_2_8_16-1_3_1_1_1_8_8_8-1_4_1_1_1_1_8_8_8_24-32"
    assert table.space.format(network) == line


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"modules": MODULES[:-1]}, "stages have 1, 2, 3 branches, not 1, 2, 3, 4"),
        ({"modules": [MODULES[0], [1, [2], [8]], *MODULES[1:]]}, "modules .* of a stage differ"),
        ({"modules": [*MODULES, [2, [1, 1], [8, 8]]]}, "stages have 1, 2, 3, 4, 2 branches"),
        ({"modules": [*MODULES, [5, [1] * 5, [8] * 5]]}, "stages have 1, 2, 3, 4, 5 branches"),
        ({"stem": [16]}, "a stem of 2 layers"),
        ({"last": 0}, "channels of NAS-Bench-MR are one of .*, not 0"),
        ({"more": 1}, "more"),
    ],
)
def test_a_row_that_is_no_network(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    _write(tmp_path, **changes)
    with pytest.raises(BenchmarkError, match=f"is no table of nasbench_mr: .*{reason}"):
        benchmarks.load("nasbench_mr", tmp_path)
