"""A disk that is full stops the work with one sentence, and the work goes on later.

The disk is full for a process whose files may not be larger than some size, and on a file system
of so many bytes, where the tests may mount one.
"""

import os
import re
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from gennape import graph_of
from gennape.benchmarks.zoo_graphs import load_zoo_graphs
from gennape.benchmarks.zoo_networks import ZooNetwork
from gennape.cli import app
from gennape.estimator.checkpoint import load, save
from gennape.graph import GraphBatch, store
from gennape.graph.draw import draw
from gennape.utils.errors import WriteError
from gennape.utils.files import append_json_line, atomic_file, read_json_lines
from gennape.utils.progress import no_progress
from helpers.long_work import WORK
from helpers.tiny_tables import random_graphs, tiny_estimator

SIZES = {
    "label": 9_000,
    "pretrain": 10_000,
    "import": 1_000,
    "search": 2_000,
    "guided search": 2_000,
    "proxies": 500,
    "transfer": 200_000,
}
CELL = "nasbench201:|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|"


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@cache
def uninterrupted(kind: str) -> Any:
    with TemporaryDirectory() as folder:
        return WORK[kind](Path(folder) / "out")


@pytest.mark.filterwarnings("ignore:the last line")
@pytest.mark.parametrize("kind", WORK)
def test_work_goes_on_once_there_is_room(kind: str, tmp_path: Path) -> None:
    expected = uninterrupted(kind)
    folder = tmp_path / "out"
    with largest_file(SIZES[kind]), pytest.raises(WriteError) as raised:
        WORK[kind](folder)
    said = str(raised.value)
    assert said.startswith(str(folder))
    assert said.endswith(" cannot be written (File too large); make room and start again")
    assert not list(folder.rglob("*.partial"))
    assert WORK[kind](folder) == expected


def test_a_network_that_was_not_trained_is_no_failure(tmp_path: Path) -> None:
    with largest_file(3_000), pytest.raises(WriteError):
        WORK["label"](tmp_path)
    assert not list(tmp_path.glob("runs/*.json"))


def test_an_estimator_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    save(tiny_estimator(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    changed = tiny_estimator().fine_tune(random_graphs(4), [1, 2, 3, 4])
    sizes = sorted(len(content) for content in before.values())
    for size in (100, sizes[0] - 1, sizes[0] + 1):
        with largest_file(size), pytest.raises(WriteError, match="make room and start again"):
            save(changed, tmp_path)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    save(changed, tmp_path)
    graphs = random_graphs(2, seed=5)
    np.testing.assert_allclose(load(tmp_path).predict(graphs).score, changed.predict(graphs).score)


@pytest.mark.parametrize("name", ["a.svg", "a.png"])
def test_drawings(name: str, tmp_path: Path) -> None:
    graph = graph_of(CELL)
    with largest_file(500), pytest.raises(WriteError, match=rf"{name} cannot be written"):
        draw(graph, tmp_path / name)
    assert not list(tmp_path.iterdir())
    draw(graph, tmp_path / name)


def test_graph_stores(tmp_path: Path) -> None:
    path = tmp_path / "graphs.parquet"
    store.save(GraphBatch.of(random_graphs(1)), path)
    before = path.read_bytes()
    with largest_file(500), pytest.raises(WriteError, match=r"graphs\.parquet cannot be written"):
        store.save(GraphBatch.of(random_graphs(2)), path)
    assert path.read_bytes() == before


def test_a_line_that_was_cut_off_by_a_full_disk_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_json_line(path, [1])
    with largest_file(6), pytest.raises(WriteError, match=r"lines\.jsonl cannot be written"):
        append_json_line(path, ["long"] * 5)
    append_json_line(path, [2])
    assert read_json_lines(path) == [[1], [2]]


def test_a_network_of_the_zoo_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("timm") is None:
        pytest.skip("needs the extra zoo")
    monkeypatch.setenv("GENNAPE_CACHE", str(tmp_path))
    networks = [ZooNetwork("timm:resnet10t", 64, 10)]
    with largest_file(1_000), pytest.raises(WriteError, match="cannot be written"):
        load_zoo_graphs(networks, "0" * 64, no_progress)
    assert len(load_zoo_graphs(networks, "0" * 64, no_progress)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("graph", CELL, "--draw"),
        ("graph", CELL, "--json"),
        ("import", "nds", "DARTS.json", "--out"),
    ],
)
def test_a_folder_that_cannot_be_written(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "DARTS.json").write_text("[]")
    (tmp_path / "taken").write_text("a file")
    result = CliRunner().invoke(app, [*arguments, "taken/a.svg"])
    assert result.exit_code == 1
    assert result.stderr.startswith("gennape: taken/a.svg")
    assert "cannot be written (" in result.stderr
    assert result.stderr.endswith("; give a place that can be written and start again\n")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("mounting is not allowed")
    except FileNotFoundError:
        pytest.skip("there is no mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def locked(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that may only be read, for root too."""
    if os.geteuid():
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o555)
        yield folder
        return
    disk = request.getfixturevalue("small_disk")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield disk


@pytest.mark.parametrize("kind", WORK)
def test_a_folder_that_may_only_be_read(kind: str, locked: Path) -> None:
    out = locked / "out" if kind not in ("pretrain", "import") else locked
    with pytest.raises(WriteError) as raised:
        WORK[kind](out)
    said = str(raised.value)
    assert said.startswith(str(locked))
    assert re.search(r"\((Read-only file system|Permission denied)\); give a place that can", said)


@pytest.mark.filterwarnings("ignore:the last line")
@pytest.mark.parametrize("kind", ["label", "search", "proxies"])
def test_a_small_file_system(kind: str, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(56 << 10))
    folder = small_disk / "out"
    with pytest.raises(WriteError, match=r"\(No space left on device\); make room and start again"):
        WORK[kind](folder)
    ballast.unlink()
    try:
        assert WORK[kind](folder) == uninterrupted(kind)
    except WriteError:  # all of it needs more room than there is
        assert kind == "label"


def test_a_file_without_a_name_appears_with_the_usual_rights(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("a")
    with atomic_file(tmp_path / "atomic") as partial:
        partial.write_text("b")
        assert [path.name for path in tmp_path.iterdir() if "atomic" in path.name] in (
            [],
            [partial.name],
        )
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1
    assert (tmp_path / "atomic").read_text() == "b"
