import hashlib
import math
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gennape.benchmarks import BenchmarkError, import_official, kinds
from helpers import official_files as official
from helpers.tiny_tables import write_nasbench201

ADJACENCY, CELL = "010001000", ["input", "conv3x3-bn-relu", "output"]
GOOD = official.nasbench101_record(ADJACENCY, CELL, 108, (0.5, 0.5, 0.5))


@pytest.fixture
def tfrecords(tmp_path: Path) -> Path:
    return official.write_tfrecords(tmp_path / "nasbench_only108.tfrecord", [GOOD] * 7)


def test_rows_name_their_file_and_its_checksum(tfrecords: Path, tmp_path: Path) -> None:
    table = pq.read_table(import_official("nasbench101", tfrecords, tmp_path).path)
    assert set(table["file"].to_pylist()) == {"nasbench_only108.tfrecord"}
    assert set(table["sha256"].to_pylist()) == {hashlib.sha256(tfrecords.read_bytes()).hexdigest()}


def test_the_published_checksum_is_compared(
    tfrecords: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert import_official("nasbench101", tfrecords, tmp_path).is_published is False
    other = tfrecords.rename(tmp_path / "mine.tfrecord")
    assert import_official("nasbench101", other, tmp_path).is_published is None
    (kind,) = (kind for kind in kinds() if kind.name == "nasbench101")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    monkeypatch.setitem(kind.published, "mine.tfrecord", digest)
    assert import_official("nasbench101", other, tmp_path).is_published is True


def test_a_limit_stops_early(tfrecords: Path, tmp_path: Path) -> None:
    result = import_official("nasbench101", tfrecords, tmp_path, limit=3)
    assert (result.read, result.rows) == (3, 9)


def test_progress_ends_with_all_bytes(tfrecords: Path, tmp_path: Path) -> None:
    reports: list[tuple[str, int, int]] = []
    import_official(
        "nasbench101", tfrecords, tmp_path, report=lambda *report: reports.append(report)
    )
    size = tfrecords.stat().st_size
    assert reports == [("checksum", size, size), ("import", size, size)]


def test_an_import_that_fails_leaves_the_table_before_it(tfrecords: Path, tmp_path: Path) -> None:
    path = import_official("nasbench101", tfrecords, tmp_path).path
    before = path.read_bytes()
    tfrecords.write_bytes(tfrecords.read_bytes()[:-1])
    with pytest.raises(BenchmarkError, match=r"tfrecord: the TFRecord file is damaged, it is cut"):
        import_official("nasbench101", tfrecords, tmp_path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "nasbench101.parquet",
        "nasbench_only108.tfrecord",
    ]


def test_a_table_that_was_not_imported_is_not_replaced(tmp_path: Path) -> None:
    table = write_nasbench201(tmp_path)
    file = official.write_torch(tmp_path / "a.pth", official.nasbench201())
    with pytest.raises(BenchmarkError, match=r"nasbench201\.parquet is there and no imported"):
        import_official("nasbench201", file, tmp_path)
    assert pq.read_table(table).num_rows == 40


@pytest.mark.parametrize(
    ("name", "value"),
    [("flops", 1 << 63), ("params", 10**400), ("rng_seed", -(1 << 64)), ("flops", math.inf)],
)
def test_an_entry_with_too_large_a_number(name: str, value: float, tmp_path: Path) -> None:
    good, bad = official.nds_job([30.0]), official.nds_job([30.0])
    bad[name] = value
    file = official.write_json(tmp_path / "DARTS.json", [good, bad])
    imported = import_official("nds", file, tmp_path / "out")
    assert imported.read == 1
    assert dict(imported.skipped) == {"holds a number that is too large": 1}


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(
        BenchmarkError,
        match=r"full\.tfrecord does not exist; .*github\.com/google-research/nasbench.*3d64db81",
    ):
        import_official("nasbench101", tmp_path / "full.tfrecord", tmp_path)


def test_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"no kind is called 'nasbench102'; .*nasbench101"):
        import_official("nasbench102", tmp_path, tmp_path)


def test_a_folder_without_its_files(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"holds no file that is named like results_\*\.json"):
        import_official("nasbench301", tmp_path, tmp_path)


@pytest.mark.parametrize("kind", [kind.name for kind in kinds()])
@pytest.mark.parametrize("content", [b"", b"no official file at all", b"[]", b"{}", b"PK\3\4 cut"])
def test_a_file_of_another_kind(kind: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    with pytest.raises(BenchmarkError, match=r"file\.json") as error:
        import_official(kind, file, tmp_path / "out")
    assert "\n" not in str(error.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_a_damaged_archive(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(BenchmarkError, match=f"{name} is damaged or cut"):
        import_official("nds", tmp_path / name, tmp_path)


class _Hostile:
    def __init__(self, folder: Path) -> None:
        self.command = f"touch {folder / 'run'}"

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self.command,)


@pytest.mark.parametrize("kind", ["nasbench201", "nats-tss", "nats-sss", "transnas", "gennape"])
@pytest.mark.parametrize(
    "write", [official.write_torch, official.write_old_torch, official.write_pickle]
)
def test_hostile_files_run_nothing(kind: str, write: object, tmp_path: Path) -> None:
    assert callable(write)
    file = write(tmp_path / "hostile.pkl", {"arch2infos": [_Hostile(tmp_path)]})
    with pytest.raises(BenchmarkError, match=r"hostile\.pkl: the pickle uses (posix|nt)\.system"):
        import_official(kind, file, tmp_path / "out")
    assert not (tmp_path / "run").exists()
