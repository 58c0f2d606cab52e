from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError


def _costs(folder: Path, rows: np.ndarray) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """MACs and parameters of our graphs, and those in the table."""
    table = benchmarks.load("ofa_mobilenetv3", folder)
    file = pq.read_table(folder / "ofa_mobilenetv3.parquet", columns=["macs", "parameters"])
    ours = [(graph.macs, graph.parameters) for graph in table.graphs(rows)]
    return ours, list(zip(*file.take(rows).to_pydict().values(), strict=True))


def test_costs_of_some_networks(data_folder: Path) -> None:
    ours, theirs = _costs(data_folder, np.arange(0, 2_162, 50))
    assert ours == theirs


@pytest.mark.slow
def test_costs_of_all_networks(data_folder: Path) -> None:
    ours, theirs = _costs(data_folder, np.arange(2_162))
    assert ours == theirs


def test_the_measured_tables(data_folder: Path) -> None:
    table = benchmarks.load("ofa_mobilenetv3", data_folder)
    assert len(table) == len(set(table.architectures)) == 2_162
    extremes = [table.accuracies.min(), table.accuracies.max()]
    assert extremes == pytest.approx([70.998, 77.466])
    other = benchmarks.load("ofa_mobilenetv3_kernel7", data_folder)
    assert len(other) == len(set(other.architectures)) == 1_000
    blocks = [block for a in other.architectures for stage in a.stages for block in stage]
    assert {kernel for kernel, _ in blocks} == {7}
    assert len(blocks) < 1_000 * 20


def test_a_row_that_is_no_network(tmp_path: Path) -> None:
    columns = {"kernel_sizes": "[3]", "expand_ratios": "[3]", "depths": "[2, 2, 2, 2, 2]"}
    table = pa.table({name: [text] for name, text in columns.items()} | {"imagenet_top1": [70.0]})
    pq.write_table(table, tmp_path / "ofa_mobilenetv3.parquet")
    with pytest.raises(BenchmarkError, match=r"is no table of ofa_mobilenetv3: .* 20 kernels, not"):
        benchmarks.load("ofa_mobilenetv3", tmp_path)
