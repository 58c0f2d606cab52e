import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest

from gennape.frontends.errors import FrontendError
from gennape.frontends.file_reading import FileOutcome, read_files
from gennape.frontends.network_list import read_networks
from gennape.graph import ComputationGraph
from gennape.utils.processes import can_start
from helpers.small_networks import small_onnx

READERS = """
import os
import time
import warnings
from gennape.frontends import graph_of

def read(file):
    file_name = os.path.basename(file)
    if "abort" in file_name:
        os.abort()
    if "memory" in file_name:
        os.kill(os.getpid(), 9)
    if "hang" in file_name:
        time.sleep(600)
    if "warn" in file_name:
        warnings.warn(f"{file} is odd")
    return graph_of(file)
"""
Reader = Callable[[str], ComputationGraph]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader that the names of files can make crash."""
    (tmp_path / "crashing_readers.py").write_text(READERS)
    monkeypatch.syspath_prepend(tmp_path)
    import crashing_readers  # type: ignore[import-not-found]

    reader: Reader = crashing_readers.read
    return reader


def files(folder: Path, *names: str) -> list[str]:
    paths = [folder / f"{name}.onnx" for name in names]
    for path in paths:
        path.write_bytes(small_onnx())
    return list(map(str, paths))


def outcomes(read: Reader, paths: list[str], **limits: float) -> list[FileOutcome]:
    found = read_files(read, paths, **limits)  # type: ignore[arg-type]
    return sorted(found, key=lambda one: one.place)


def test_networks_come_back_as_they_are(read: Reader, tmp_path: Path) -> None:
    (one, other) = outcomes(read, files(tmp_path, "a", "b"))
    here = read(str(tmp_path / "a.onnx"))
    for outcome in (one, other):
        assert outcome.graph is not None
        assert outcome.graph.fingerprint == here.fingerprint
        assert outcome.graph.parameters == here.parameters == 216
        assert not outcome.graph.operations.flags.writeable
        assert outcome.error == ""
    assert one.graph is not None
    assert one.graph.name == here.name


@pytest.mark.skipif(sys.platform == "win32", reason="ends by signals")
def test_what_ends_its_process_harms_no_other(read: Reader, tmp_path: Path) -> None:
    names = "a", "abort", "b", "memory", "c"
    found = outcomes(read, files(tmp_path, *names))
    assert [one.graph is not None for one in found] == [True, False, True, False, True]
    for place, how in ((1, "SIGABRT"), (3, "SIGKILL")):
        assert found[place].error == (
            f"{tmp_path / names[place]}.onnx was given up, since its process was ended by {how}; "
            "export it again, or make it smaller"
        )


def test_what_never_ends_is_given_up(read: Reader, tmp_path: Path) -> None:
    read_first, hung, read_last = outcomes(read, files(tmp_path, "a", "hang", "b"), seconds=10)
    assert read_first.graph is not None
    assert read_last.graph is not None
    assert "hang.onnx was given up, since it took more than 10 seconds;" in hung.error


def test_warnings_are_told_here(read: Reader, tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcomes(read, files(tmp_path, "warn", "b"))
    assert [str(one.message) for one in caught] == [f"{tmp_path}/warn.onnx is odd"]


def test_a_list_of_many_kinds_keeps_its_order(tmp_path: Path) -> None:
    first, second = files(tmp_path, "first", "second")
    (tmp_path / "broken.onnx").write_bytes(b"none")
    broken = str(tmp_path / "broken.onnx")
    told: list[tuple[object, ...]] = []
    cell = "hiaml:a22-src0-t31-z"
    networks = read_networks(
        [second, cell, broken, "no such", first],
        workers=2,
        report=lambda *what: told.append(what),
    )
    assert networks.names == (second, cell, first)
    assert [graph.parameters for graph in networks.graphs[::2]] == [216, 216]
    assert [one.model for one in networks.failed] == [broken, "no such"]
    assert told[-1] == ("reading", 5, 5)
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5]


def test_several_files_are_read_elsewhere_and_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that ends this process would end the test."""
    paths = files(tmp_path, "a", "b")
    monkeypatch.setattr("gennape.frontends.network_list.graph_of", lambda *_, **__: os._exit(1))
    assert len(read_networks(paths).graphs) == 2
    ended: list[int] = []
    monkeypatch.setattr("gennape.frontends.network_list.graph_of", lambda *_, **__: ended.append(1))
    read_networks(paths[:1])
    assert ended == [1]


def test_where_no_process_can_start_files_are_read_here(
    read: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("Function not implemented")

    monkeypatch.setattr("gennape.utils.processes.ProcessPoolExecutor.__init__", refuse)
    can_start.cache_clear()
    try:
        found = outcomes(read, files(tmp_path, "a", "b"))
    finally:
        can_start.cache_clear()
    assert [one.graph is not None for one in found] == [True, True]


def test_workers_are_one_or_more(tmp_path: Path) -> None:
    with pytest.raises(FrontendError, match=r"^0 workers cannot read files; give 1 or more$"):
        read_networks(files(tmp_path, "a", "b"), workers=0)


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    files(tmp_path, "a", "b")
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import sys\n"
        "from gennape.frontends.network_list import read_networks\n"
        "print('once')\n"
        "print([graph.parameters for graph in read_networks(sys.argv[1]).graphs])\n"
    )
    done = subprocess.run(
        [sys.executable, script, tmp_path],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=300,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["once", "[216, 216]"]


def test_ctrl_c_leaves_no_process(read: Reader, tmp_path: Path) -> None:
    paths = files(tmp_path, "a", "hang")
    results = read_files(read, paths, workers=1)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    assert not active_children()
