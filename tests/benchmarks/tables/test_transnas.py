from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import spearmanr

from gennape import benchmarks
from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.tables.transnas import LABELS
from gennape.graph import GraphBatch, canonical
from gennape.spaces.parts.cells import EDGES
from gennape.spaces.transnas_micro import TransNASMicroArchitecture


@pytest.mark.parametrize("name", ["transnas_micro", "transnas_macro"])
def test_a_table_holds_its_whole_family(name: str, data_folder: Path) -> None:
    table = benchmarks.load(name, data_folder)
    assert table.target == "class_object"
    assert len(table) == len(set(table.architectures)) == table.space.size
    assert all(np.isfinite(values).all() for values in table.labels.values())


def test_higher_is_better_on_every_task(data_folder: Path) -> None:
    """The network that passes nothing on is among the worst eighth."""
    table = benchmarks.load("transnas_micro", data_folder)
    dead = table.architectures.index(table.space.parse("64-41414-0_00_000"))
    for label in LABELS:
        values = table.labels[label]
        assert values[dead] <= np.quantile(values, 1 / 8), label


def _convolved(cell: TransNASMicroArchitecture) -> int:
    """Areas of the kernels that the cell's input reaches, summed up."""
    reached, area = {0}, 0
    for (source, target), operation in zip(EDGES, cell.operations, strict=True):
        if operation != "none" and source in reached:
            reached.add(target)
            area += {"nor_conv_1x1": 1, "nor_conv_3x3": 9}.get(operation, 0)
    return area


def test_digits_mean_what_they_do_in_the_strings(data_folder: Path) -> None:
    """Where rows and edges have another order, more convolutions are less good."""
    table = benchmarks.load("transnas_micro", data_folder)
    areas = [_convolved(cell) for cell in table.architectures]
    correlations = [spearmanr(areas, table.labels[label]).statistic for label in LABELS[:2]]
    assert correlations == pytest.approx([0.57, 0.77], abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"), [("transnas_micro", [0.62, 0.82]), ("transnas_macro", [0.79, 0.85])]
)
def test_macs_of_what_is_used_tell_good_networks(
    name: str, expected: list[float], data_folder: Path
) -> None:
    table = benchmarks.load(name, data_folder)
    macs = []
    for rows in np.array_split(np.arange(len(table)), 16):
        batch = canonical(GraphBatch.of(list(table.graphs(rows))))
        macs += [batch.graph(position).macs for position in range(len(rows))]
    correlations = [spearmanr(macs, table.labels[label]).statistic for label in LABELS[:2]]
    assert correlations == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("micro", "[0, 1, 2, 3, 4, 0]", "operations of TransNAS-Bench-101 micro are 0 to 3, not 4"),
        ("micro", "[0, 1, 2]", "cell has 6 operations, not 3"),
        ("macro", "[1, 2, 3]", "have 4 to 6 modules"),
        ("macro", "64-1234-basic", "Extra data"),
    ],
)
def test_a_row_that_is_no_network(tmp_path: Path, name: str, row: str, reason: str) -> None:
    table = pa.table({"architecture": [row]} | {label: [1.0] for label in LABELS})
    pq.write_table(table, tmp_path / f"transnasbench101_{name}.parquet")
    with pytest.raises(BenchmarkError, match=f"is no table of transnas_{name}: .*{reason}"):
        benchmarks.load(f"transnas_{name}", tmp_path)
