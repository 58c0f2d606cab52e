from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape.benchmarks import canonical
from gennape.benchmarks.canonical import SCHEMA, MeasuredValue, families_of, new_table
from helpers.tiny_tables import write_nasbench201

ROW = MeasuredValue(
    "nats_sss", "8:8:8:8:8", "cifar10", "test", "accuracy", 80.5, 90, 777, 2.5, 3, 4
)
BARE = MeasuredValue("nds_darts", "{}", "imagenet", "train", "accuracy", 70.0)


def test_rows_come_back_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_ROWS_IN_MEMORY", 2)
    path = tmp_path / "new folder" / "a.parquet"
    with new_table(path) as table:
        for measurement in (ROW, BARE, ROW):
            table.write(measurement, "a.pth", "ab12")
        assert table.rows == 3
    file = pq.ParquetFile(path)
    assert file.num_row_groups == 2
    assert file.schema_arrow.equals(SCHEMA)
    whole = {**ROW._asdict(), "file": "a.pth", "sha256": "ab12"}
    bare = {**BARE._asdict(), "file": "a.pth", "sha256": "ab12"}
    assert file.read().to_pylist() == [whole, bare, whole]
    assert families_of(path) == ["nats_sss", "nds_darts"]


def test_a_table_that_is_not_finished_does_not_appear(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with pytest.raises(KeyboardInterrupt), new_table(path) as table:
        table.write(ROW, "a.pth", "ab12")
        assert not path.exists()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    assert not table._parquet.is_open


def test_other_files_have_no_families(tmp_path: Path) -> None:
    assert families_of(write_nasbench201(tmp_path)) == []
    (tmp_path / "a.parquet").write_bytes(b"no Parquet")
    assert families_of(tmp_path / "a.parquet") == []
    assert families_of(tmp_path / "absent.parquet") == []
