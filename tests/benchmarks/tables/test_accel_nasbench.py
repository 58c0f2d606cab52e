from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError
from gennape.graph import ComputationGraph, Op


def _counted_operations(graph: ComputationGraph) -> int:
    """What the benchmark's counter calls MACs: norms and pools count too."""
    norms, pools = graph.operations == Op.BATCH_NORM, graph.operations == Op.GLOBAL_AVG_POOL
    normalised = graph.output_shape[norms].prod(axis=1).sum()
    pooled = graph.input_shape[pools].prod(axis=1).sum() + graph.output_shape[pools].sum(axis=0)[0]
    return int(graph.macs + 4 * normalised + pooled)


def _check(folder: Path, rows: np.ndarray) -> None:
    table = benchmarks.load("accel_nasbench", folder)
    columns = ["macs_millions", "parameters_millions"]
    file = pq.read_table(folder / "accel_nasbench.parquet", columns=columns).take(rows)
    ours = [(_counted_operations(graph), graph.parameters) for graph in table.graphs(rows)]
    theirs = np.stack([file[column].to_numpy() for column in columns], axis=1)
    np.testing.assert_array_equal(ours, np.round(1e6 * theirs).astype(int))


def test_costs_of_some_networks(data_folder: Path) -> None:
    _check(data_folder, np.arange(0, 5_138, 100))


@pytest.mark.slow
def test_costs_of_all_networks(data_folder: Path) -> None:
    _check(data_folder, np.arange(5_138))


def test_the_measured_table(data_folder: Path) -> None:
    table = benchmarks.load("accel_nasbench", data_folder)
    assert table.target == "imagenet_top1"
    assert len(table) == 5_138
    assert len(set(table.architectures)) == 5_138 - 13
    assert (table.labels["imagenet_top5"] > table.accuracies).all()


@pytest.mark.parametrize(
    ("kernels", "reason"),
    [
        ("[3, 3, 3, 3, 3, 3, 4]", "kernel of stage 7 of MnasNet is 3 or 5, not 4"),
        ("[3, 3, 3]", "kernel of stage 4 of MnasNet is 3 or 5, not None"),
        ("[3, 3, 3, 3, 3, 3, 3, 3]", "MnasNet has 7 stages, not 8"),
        ("3", "kernel_sizes of row 0 is '3', no list of integers"),
    ],
)
def test_a_row_that_is_no_network(tmp_path: Path, kernels: str, reason: str) -> None:
    table = pa.table(
        {
            "kernel_sizes": [kernels],
            "expand_ratios": ["[1, 1, 1, 1, 1, 1, 1]"],
            "layers": ["[1, 1, 1, 1, 1, 1, 1]"],
            "squeeze_excite": ["[true, true, true, true, true, true, true]"],
            "imagenet_top1": [60.0],
            "imagenet_top5": [80.0],
        }
    )
    pq.write_table(table, tmp_path / "accel_nasbench.parquet")
    with pytest.raises(BenchmarkError, match=f"is no table of accel_nasbench: .*{reason}"):
        benchmarks.load("accel_nasbench", tmp_path)
