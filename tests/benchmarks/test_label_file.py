from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape.benchmarks.canonical import MeasuredValue, new_table
from gennape.benchmarks.label_file import LabelFileError, read_label_file
from gennape.utils.errors import GennapeError

ONE, OTHER = "nasbench101:c1/01-12", "nasbench101:c3-mp/01-02-12-23"
HEAD = "model,accuracy\n"


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return path


def parquet(folder: Path, models: Sequence[object], accuracies: Sequence[object]) -> Path:
    path = folder / "labels.parquet"
    pq.write_table(pa.table({"model": models, "more": models, "accuracy": accuracies}), path)
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{HEAD}{ONE},70\n{OTHER},80.5\n", "utf-8"),
        (f"{HEAD}{ONE},70\n{OTHER},80.5", "utf-8-sig"),
        (f"{HEAD}\r\n{ONE}, 70 \r\n{OTHER},80.5\r\n", "utf-8"),
        (f'note,accuracy,model\n"a, b\nc",70,{ONE}\n,80.5,"{OTHER}"\n', "utf-8"),
    ],
)
def test_csv(tmp_path: Path, text: str, encoding: str) -> None:
    found = read_label_file(csv(tmp_path, text, encoding))
    assert [graph.name for graph in found.graphs] == [ONE, OTHER]
    assert found.accuracies == (70, 80.5)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), "str")])
def test_parquet_of_other_tools(tmp_path: Path, kind: pa.DataType) -> None:
    path = parquet(tmp_path, pa.array([ONE, OTHER, ONE], pa.string()).cast(kind), [70, 80, 90])
    found = read_label_file(path)
    assert [graph.name for graph in found.graphs] == [ONE, OTHER, ONE]
    assert found.accuracies == (70, 80, 90)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{HEAD}{ONE},70\nos:abort,80\n", "line 3: 'os:abort' would run code of os, which a"),
        (f"{HEAD}http.server:test,80\n", "line 2: 'http.server:test' would run code of http.ser"),
        (f"{HEAD}{ONE},70,5\n", "line 2: it has more fields than the first line; write decimals"),
        (f"model;accuracy\n{ONE};70,5\n", "has no column model and no column accuracy"),
        (f'{HEAD}{ONE},"70,5"\n', "line 2: the accuracy '70,5' is no finite number"),
        (f"{HEAD}{ONE},1e999\n", "line 2: the accuracy '1e999' is no finite number"),
        (f"{HEAD}{ONE}\n", "line 2: it has no accuracy"),
        (f"{HEAD}{ONE},\n", "line 2: it has no accuracy"),
        (f"{HEAD}{'x' * 140_000},70\n", "it is no CSV .*field larger than field limit"),
        (f"{HEAD}{'x' * 3_000},70\n", "line 2: .*File name too long"),
        (f"{HEAD}{ONE}\0,70\n", "is no text, as it holds a zero byte"),
        (f'{HEAD}"{ONE},70\n', "is no CSV"),
        ("", "has no column model and no column accuracy"),
    ],
)
def test_csv_that_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = csv(tmp_path, text)
    with pytest.raises(LabelFileError, match=sentence) as raised:
        read_label_file(path)
    said = str(raised.value)
    assert said.startswith(str(path))
    assert said.isprintable()
    assert len(said) < 1_000


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_csv_of_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(LabelFileError, match=r"is no UTF-8 text .*; save it as UTF-8"):
        read_label_file(csv(tmp_path, f"{HEAD}réseau.onnx,70\n", encoding))


@pytest.mark.parametrize(
    ("models", "accuracies", "sentence"),
    [
        (["evil:X"], [70], "row 0: 'evil:X' would run code of evil"),
        ([ONE, "nasbench101:c1"], [70, 80], "row 1: "),
        ([ONE], ["high"], "row 0: the accuracy 'high' is no finite number"),
        ([ONE], [None], "row 0: it has no accuracy"),
        ([ONE], [True], "row 0: the accuracy True is no finite number"),
        ([ONE], [float("nan")], "row 0: the accuracy nan is no finite number"),
        ([ONE], [[70.0]], "row 0: the accuracy .* is no finite number"),
        ([1], [70], "a column of texts holds int64"),
        ([ONE, None], [70, 80], "a column of texts has empty cells"),
    ],
)
def test_parquet_that_is_refused(
    tmp_path: Path, models: Sequence[object], accuracies: Sequence[object], sentence: str
) -> None:
    path = parquet(tmp_path, models, accuracies)
    with pytest.raises(LabelFileError, match=sentence) as raised:
        read_label_file(path)
    assert str(raised.value).startswith(str(path))


def test_parquet_without_a_column_is_told_no_first_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"model": [ONE]}), path)
    with pytest.raises(LabelFileError, match="has no column accuracy; write it with the columns"):
        read_label_file(path)


def test_families_of_ones_own_are_named_by_a_person_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evil_family.py").write_text("raise KeyError('it was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "labels.parquet"
    with new_table(path) as table:
        row = MeasuredValue("evil_family:X", "1", "cifar10", "test", "accuracy", 70)
        table.write(row, "file", "sha")
    with pytest.raises(GennapeError, match=r"labels\.parquet: 'evil_family:X' would run code of"):
        read_label_file(path)
    with pytest.raises(GennapeError, match="it was imported"):
        read_label_file(path, trusted=["evil_family"])


def test_no_file(tmp_path: Path) -> None:
    for name in ("absent.csv", "absent.parquet"):
        with pytest.raises(LabelFileError, match=rf"{name} cannot be read as a"):
            read_label_file(tmp_path / name)
    with pytest.raises(LabelFileError, match=r"cannot be read as a text \(Is a directory\)"):
        read_label_file(tmp_path)
