from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks, spaces
from gennape.benchmarks import BenchmarkError
from gennape.benchmarks.canonical import MeasuredValue, new_table
from gennape.benchmarks.tables import locate
from helpers.tiny_tables import (
    random_cells,
    synthetic_accuracies,
    write_nasbench101,
    write_nasbench201,
)


def test_rows_of_nasbench101_are_sorted_by_their_hash(tmp_path: Path) -> None:
    write_nasbench101(tmp_path, rows=10)
    table = benchmarks.load("nasbench101", tmp_path)
    order = np.argsort([row * 7 % 10 for row in range(10)])
    cells = random_cells(10)
    assert table.architectures == [cells[row] for row in order]
    assert table.target == "valid_accuracy_108"
    np.testing.assert_array_equal(table.accuracies, np.array(synthetic_accuracies(cells))[order])


def test_graphs_of_some_rows(tmp_path: Path) -> None:
    write_nasbench101(tmp_path, rows=10)
    table = benchmarks.load("nasbench101", tmp_path)
    names = [graph.name for graph in table.graphs(np.array([7, 2]))]
    space = spaces.get("nasbench101")
    assert names == [f"nasbench101:{space.format(table.architectures[row])}" for row in (7, 2)]
    assert sum(1 for _ in table.graphs()) == len(table) == 10


def test_nasbench201_keeps_the_order_of_its_file(tmp_path: Path) -> None:
    write_nasbench201(tmp_path, rows=12)
    table = benchmarks.load("nasbench201", tmp_path)
    rng = np.random.default_rng(0)
    assert table.architectures == [table.space.sample(rng) for _ in range(12)]
    assert list(table.labels) == [
        "cifar10_test_accuracy_200",
        "cifar100_test_accuracy_200",
        "imagenet16_120_test_accuracy_200",
    ]


def test_the_folder_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_nasbench201(tmp_path, rows=3)
    monkeypatch.setenv("GENNAPE_DATA", str(tmp_path))
    assert len(benchmarks.load("nasbench201")) == 3


def test_the_measured_tables(data_folder: Path) -> None:
    cifar = benchmarks.load("nasbench201", data_folder)
    assert len(cifar) == len(set(cifar.architectures)) == 15_625
    best = {label.split("_test")[0]: values.max() for label, values in cifar.labels.items()}
    assert best == pytest.approx(
        {"cifar10": 94.37, "cifar100": 73.51, "imagenet16_120": 47.31}, abs=0.005
    )


def test_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    with pytest.raises(BenchmarkError, match="set the environment variable GENNAPE_DATA"):
        benchmarks.load("nasbench101")
    with pytest.raises(BenchmarkError, match=r"data folder .*absent does not exist"):
        benchmarks.load("nasbench101", tmp_path / "absent")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"nasbench101\.parquet does not exist; is "):
        benchmarks.load("nasbench101", tmp_path)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "nasbench201.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(BenchmarkError, match=r"nasbench201\.parquet cannot be read as a Parq"):
        benchmarks.load("nasbench201", tmp_path)


def test_a_truncated_file(tmp_path: Path) -> None:
    path = write_nasbench201(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BenchmarkError, match="cannot be read as a Parquet file"):
        benchmarks.load("nasbench201", tmp_path)


def test_the_table_of_another_family(tmp_path: Path) -> None:
    write_nasbench201(tmp_path).rename(tmp_path / "nasbench101.parquet")
    with pytest.raises(BenchmarkError, match=r"is no table of nasbench101: .*module_hash"):
        benchmarks.load("nasbench101", tmp_path)
    write_nasbench101(tmp_path).rename(tmp_path / "nasbench201.parquet")
    with pytest.raises(BenchmarkError, match=r"is no table of nasbench201: .*architecture"):
        benchmarks.load("nasbench201", tmp_path)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("adjacency", "[[0, 1]", "delimiter"),
        ("adjacency", "[[0, 0], [0, 0]]", "no path leads"),
        ("adjacency", None, "adjacency of row 0 is None, no text"),
        ("adjacency", "null", "adjacency of row 0 is 'null', no list of lists"),
        ("operations", None, "operations of row 0 is None, no text"),
        ("operations", "3", "operations of row 0 is '3', no list of texts"),
        ("module_hash", [1], r"module_hash of row 0 is \[1\], no text"),
        ("valid_accuracy_108", {"top1": 0.9}, "not 'dict'"),
    ],
)
def test_a_row_that_is_no_labelled_cell(
    tmp_path: Path, column: str, cell: object, reason: str
) -> None:
    good = {"adjacency": ["[[0, 1], [0, 0]]"], "operations": ["[]"]}
    write_nasbench101(tmp_path, rows=1, **good)
    assert len(benchmarks.load("nasbench101", tmp_path)) == 1
    write_nasbench101(tmp_path, rows=1, **good | {column: [cell]})
    with pytest.raises(BenchmarkError, match=f"is no table of nasbench101: .*{reason}"):
        benchmarks.load("nasbench101", tmp_path)


def test_a_row_without_a_line(tmp_path: Path) -> None:
    path = write_nasbench201(tmp_path, rows=2)
    table = pq.read_table(path)
    lines = pa.array([table["architecture"][0].as_py(), None])
    pq.write_table(table.set_column(0, "architecture", lines), path)
    with pytest.raises(BenchmarkError, match="architecture of row 1 is None"):
        benchmarks.load("nasbench201", tmp_path)


def test_near_names_are_suggested() -> None:
    with pytest.raises(BenchmarkError, match=r"no table is called 'nasbench202'; .*nasbench201"):
        benchmarks.load("nasbench202")
    with pytest.raises(BenchmarkError, match="nasbench101, nasbench201"):
        benchmarks.load("#")


@pytest.mark.parametrize(
    ("family", "networks"), [("hiaml", 40), ("inception", 20), ("two_path", 40)]
)
def test_own_labels_need_no_folder(
    family: str, networks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENNAPE_DATA", raising=False)
    table = benchmarks.load(family)
    assert table.space.name == table.name == family
    assert table.target == "cifar10 test accuracy, 1 epoch"
    assert len(table) == len(set(table.architectures)) == networks
    assert all(10 < accuracy < 90 for accuracy in table.accuracies)
    assert sum(1 for _ in table.graphs()) == len(table)


def test_a_folders_labels_come_before_our_own(tmp_path: Path) -> None:
    write_nasbench201(tmp_path).rename(tmp_path / "two_path.parquet")
    ours = locate("two_path", tmp_path)
    assert ours == locate("two_path"), "another file of that name is no table of the family"
    theirs = tmp_path / "mine.parquet"
    with new_table(theirs) as writer:
        architecture = spaces.get("two_path").sample(np.random.default_rng(0))
        line = spaces.get("two_path").format(architecture)
        writer.write(MeasuredValue("two_path", line, "mine", "test", "accuracy", 50.0), "f", "0")
    assert locate("two_path", tmp_path) == theirs
    assert benchmarks.load("two_path", tmp_path).accuracies.tolist() == [50.0]
