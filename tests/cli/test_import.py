import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from gennape import benchmarks
from gennape.benchmarks import kinds
from helpers import official_files as official

Run = Callable[..., Result]


def test_an_official_file_becomes_a_benchmark(run: Run, tmp_path: Path) -> None:
    file = official.write_old_torch(tmp_path / "NAS-Bench-201.pth", official.nasbench201())
    result = run("import", "nasbench201", file, "--out", tmp_path / "out")
    assert result.exit_code == 0
    table = tmp_path / "out" / "nasbench201.parquet"
    assert result.stdout == f"36 rows written to {table}\n12 read, 0 skipped\n"
    assert "import" in result.stderr
    assert len(benchmarks.load("nasbench201", tmp_path / "out")) == 2


def test_skipped_entries_are_counted_by_reason(run: Run, tmp_path: Path) -> None:
    cell = ["input", "conv3x3-bn-relu", "output"]
    good = official.nasbench101_record("010001000", cell, 108, (0.5, 0.5, 0.5))
    wrong = [b"[]", b"{}", good.replace(b"conv3x3", b"conv9x9")]
    file = official.write_tfrecords(tmp_path / "nasbench_full.tfrecord", [good, *wrong])
    result = run("import", "nasbench101", file, "--out", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == [
        "the file's checksum is not the published one",
        "1 read, 3 skipped (2 has another layout than the documented one; "
        "1 is no architecture of its family)",
    ]


def test_a_limit(run: Run, tmp_path: Path) -> None:
    for number in range(4):
        official.write_json(
            tmp_path / f"data/result_{number}.json", official.accel_nasbench_result()
        )
    result = run("import", "accel-nasbench", tmp_path / "data", "--out", tmp_path, "--limit", 3)
    assert result.stdout.endswith("\n3 read, 0 skipped\n")
    assert run("import", "nds", tmp_path, "--out", tmp_path, "--limit", 0).exit_code == 2


def test_help_lists_the_kinds(run: Run) -> None:
    shown = " ".join(run("import", "--help").stdout.split())
    for kind in kinds():
        assert f"{kind.name} -- {kind.summary}" in shown


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("nasbench", "a.json", "no kind is called 'nasbench'; did you mean nasbench"),
        ("nds", "absent.zip", "absent.zip does not exist; the official source is data.zip"),
        ("nds", "a.json", "a.json has no usable entry: 1 lacks 'test_ep_top1'"),
    ],
)
def test_failures_are_one_sentence(
    run: Run, tmp_path: Path, kind: str, name: str, reason: str
) -> None:
    job = official.nds_job([10.0])
    del job["test_ep_top1"]
    (tmp_path / "a.json").write_text(json.dumps([job]))
    result = run("import", kind, tmp_path / name, "--out", tmp_path)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert result.stderr.splitlines()[-1].startswith("gennape: ")
    assert result.stdout == ""
