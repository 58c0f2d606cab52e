import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import benchmarks, spaces
from gennape.benchmarks import BenchmarkError, canonical, canonical_labels
from gennape.benchmarks.canonical import MeasuredValue, new_table
from gennape.benchmarks.canonical_labels import (
    LabelName,
    find_imported,
    load_imported,
    read_mean_labels,
)
from helpers.custom_families import FAMILIES
from helpers.official_files import NB201_CELLS
from helpers.tiny_tables import write_nasbench201

ONE, OTHER = NB201_CELLS
NAN = float("nan")


def row(
    architecture: str,
    value: float,
    dataset: str = "cifar10",
    split: str = "test",
    epochs: int | None = 200,
    metric: str = "accuracy",
    family: str = "nasbench201",
) -> MeasuredValue:
    return MeasuredValue(family, architecture, dataset, split, metric, value, epochs)


def write(path: Path, rows: Iterable[MeasuredValue]) -> Path:
    with new_table(path) as table:
        for measurement in rows:
            table.write(measurement, "file", "sha")
    return path


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_ROWS_IN_MEMORY", 2)


def test_labels_are_means_over_runs(tmp_path: Path) -> None:
    rows = [row(OTHER, 80), row(ONE, 90), row(OTHER, 81), row(ONE, 92), row(OTHER, 85)]
    table = benchmarks.load(write(tmp_path / "a.parquet", rows))
    assert table.name == "nasbench201"
    assert [table.space.format(cell) for cell in table.architectures] == [OTHER, ONE]
    assert table.target == "cifar10 test accuracy, 200 epochs"
    np.testing.assert_array_equal(table.accuracies, [82, 91])
    assert next(table.graphs()).name == f"nasbench201:{OTHER}"


def test_labels_of_a_family_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_families.py").write_text(FAMILIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_families", raising=False)
    name = "my_families:Widths"
    write(tmp_path / "a.parquet", [row("3", 70, family=name), row("8", 80, family=name)])
    table = benchmarks.load(name, tmp_path)
    assert (table.name, table.architectures) == (name, [3, 8])
    assert table.accuracies.tolist() == [70, 80]


def test_a_file_imports_no_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_families.py").write_text("raise AssertionError('it was imported')")
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "a.parquet", [row("3", 70, family="my_families:Widths")])
    with pytest.raises(BenchmarkError, match=r"a\.parquet is of the family my_families:Widths, wh"):
        benchmarks.load(path)


def test_other_tools_write_texts_as_texts_and_whole_numbers_as_floats(tmp_path: Path) -> None:
    rows = [row(OTHER, 80), row(ONE, 90), row(OTHER, 82), row(ONE, 3, split="train", epochs=None)]
    table = pq.read_table(write(tmp_path / "a.parquet", rows))
    columns = {name: table[name].to_pylist() for name in table.column_names}
    columns["epochs"] = [None if epochs is None else float(epochs) for epochs in columns["epochs"]]
    pq.write_table(pa.table(columns), tmp_path / "b.parquet")
    ours, theirs = (benchmarks.load(tmp_path / name) for name in ("a.parquet", "b.parquet"))
    assert theirs.labels.keys() == ours.labels.keys()
    assert theirs.accuracies.tolist() == ours.accuracies.tolist() == [81, 90]
    assert theirs.architectures == ours.architectures
    assert find_imported(tmp_path / "other", "nasbench201") is None


def test_values_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [row(ONE, float("inf"))])
    with pytest.raises(BenchmarkError, match=r"a\.parquet .*value is no finite number"):
        benchmarks.load(path)


def test_values_whose_sum_is_not_finite_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [row(ONE, 1.5e308), row(ONE, 1.5e308)])
    with pytest.raises(BenchmarkError, match=r"a\.parquet .*too large to take their mean"):
        benchmarks.load(path)


def test_labels_that_would_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canonical_labels, "_MOST_CELLS", 3)
    rows = [row(cell, 1, epochs=epochs) for cell in (ONE, OTHER) for epochs in (1, 2)]
    with pytest.raises(BenchmarkError, match=r"a\.parquet has 2 labels of 2 networks"):
        load_imported(write(tmp_path / "a.parquet", rows))


def test_the_label_to_be_judged_on(tmp_path: Path) -> None:
    """From the last to the first: each is better than those before it."""
    rising = [
        row(ONE, 1, epochs=None, metric="throughput", split="inference"),
        row(ONE, 2, metric="top-5 accuracy"),
        row(ONE, 3, split="unstated"),
        row(ONE, 4, split="validation"),
        row(ONE, 5, dataset="ImageNet16-120"),
        row(ONE, 6, dataset="cifar100"),
        row(ONE, 7, dataset="cifar10-valid"),
        row(ONE, 8, epochs=12),
        row(ONE, 9),
    ]
    for count in range(1, len(rising) + 1):
        path = write(tmp_path / f"{count}.parquet", rising[:count])
        assert load_imported(path).accuracies.tolist() == [count]


def test_what_is_no_label_is_left_out(tmp_path: Path) -> None:
    rows = [row(ONE, 1), row(ONE, 2, split="train"), row(ONE, 3, metric="latency")]
    path = write(tmp_path / "a.parquet", rows)
    assert list(load_imported(path).labels) == ["cifar10 test accuracy, 200 epochs"]
    with pytest.raises(BenchmarkError, match="has no labels of nasbench201"):
        load_imported(write(tmp_path / "b.parquet", rows[1:]))


def test_missing_labels_never_enter_a_benchmark(tmp_path: Path) -> None:
    third = ONE.replace("avg_pool_3x3", "none")
    rows = [
        row(OTHER, 1, epochs=12),
        row(ONE, 2),
        row(ONE, 3, dataset="cifar100"),
        row(third, 4),
        row(ONE, 5, epochs=12),
        row(third, 6, epochs=12),
    ]
    path = write(tmp_path / "a.parquet", rows)
    table = load_imported(path)
    assert [table.space.format(cell) for cell in table.architectures] == [ONE, third]
    assert {name: values.tolist() for name, values in table.labels.items()} == {
        "cifar10 test accuracy, 200 epochs": [2, 4],
        "cifar10 test accuracy, 12 epochs": [5, 6],
    }
    architectures, columns = read_mean_labels(path, "nasbench201")
    assert architectures == [OTHER, ONE, third]
    assert list(columns) == [
        LabelName("cifar10", "test", "accuracy", 200),
        LabelName("cifar10", "test", "accuracy", 12),
        LabelName("cifar100", "test", "accuracy", 200),
    ]
    np.testing.assert_array_equal(
        np.stack(list(columns.values())), [[NAN, 2, 4], [1, 5, 6], [NAN, 3, NAN]]
    )


def test_a_family_is_found_in_a_folder(tmp_path: Path) -> None:
    write(
        tmp_path / "some.parquet", [row("64-1234-basic", 1, family="transnas_macro"), row(ONE, 2)]
    )
    assert benchmarks.load("nasbench201", tmp_path).accuracies.tolist() == [2]
    assert benchmarks.load("transnas_macro", tmp_path).accuracies.tolist() == [1]
    write(tmp_path / "zzz.parquet", [row(ONE, 3)])
    with pytest.raises(BenchmarkError, match=r"several tables of nasbench201: some.*, zzz"):
        benchmarks.load("nasbench201", tmp_path)
    write(tmp_path / "nasbench201.parquet", [row(ONE, 4)])
    assert benchmarks.load("nasbench201", tmp_path).accuracies.tolist() == [4]


def test_the_own_table_of_a_folder_comes_first(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [row(ONE, 1)])
    write_nasbench201(tmp_path, rows=3)
    assert benchmarks.load("nasbench201", tmp_path).target == "cifar10_test_accuracy_200"


def test_a_family_without_a_table_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"holds no table of mnasnet; `gennape import` makes"):
        benchmarks.load("mnasnet", tmp_path)
    write_nasbench201(tmp_path).rename(tmp_path / "mnasnet.parquet")
    with pytest.raises(BenchmarkError, match="holds no table of mnasnet"):
        benchmarks.load("mnasnet", tmp_path)
    line = "/".join(["k3e4n1"] * 7)
    write(tmp_path / "a.parquet", [row(line, 60, "imagenet", "validation", None, family="mnasnet")])
    table = benchmarks.load("mnasnet", tmp_path)
    assert table.target == "imagenet validation accuracy"
    assert table.architectures == [spaces.get("mnasnet").parse(line)]


def test_a_path_must_hold_one_family_of_gennape(tmp_path: Path) -> None:
    several = [row(ONE, 1), row("64-1234-basic", 2, family="transnas_macro")]
    path = write(tmp_path / "several.parquet", several)
    with pytest.raises(BenchmarkError, match="the families nasbench201, transnas_macro; load one"):
        benchmarks.load(str(path))
    path = write(tmp_path / "foreign.parquet", [row("8:8:8:8:8", 1, family="nats_sss")])
    with pytest.raises(BenchmarkError, match="cannot be built: no family is called 'nats_sss'"):
        benchmarks.load(path)


def test_a_line_that_is_no_architecture_is_said_with_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [row(ONE, 1), row("|none~0|", 2)])
    with pytest.raises(BenchmarkError, match=r"a\.parquet is no table of nasbench201: .*none~0"):
        load_imported(path)


def test_a_table_is_closed_when_it_has_been_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    class Watched(pq.ParquetFile):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            opened.append(self)

    path = write(tmp_path / "a.parquet", [row(ONE, 1)])
    monkeypatch.setattr(pq, "ParquetFile", Watched)
    load_imported(path)
    assert opened
    assert all(file.closed for file in opened)


def test_paths_that_are_no_imported_table(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"absent\.parquet does not exist"):
        benchmarks.load(tmp_path / "absent.parquet")
    with pytest.raises(BenchmarkError, match="is no table that `gennape import` wrote"):
        benchmarks.load(write_nasbench201(tmp_path))
    with pytest.raises(BenchmarkError, match="or has no rows"):
        benchmarks.load(write(tmp_path / "empty.parquet", []))
