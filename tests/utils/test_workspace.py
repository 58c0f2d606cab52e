import doctest
import json
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from gennape.utils import files, workspace
from gennape.utils.errors import WriteError
from gennape.utils.workspace import Workspace, WorkspaceError

SETTINGS = {"seed": 0, "recipe": {"epochs": 3, "views": ("a", "b")}}


def _begun(folder: Path, *records: Any, **options: Any) -> Workspace:
    with Workspace(folder, SETTINGS, **options) as begun:
        for record in records:
            begun.append(record)
    return begun


def test_the_examples() -> None:
    assert [doctest.testmod(module).failed for module in (files, workspace)] == [0, 0]


def test_records_are_read_again(tmp_path: Path) -> None:
    _begun(tmp_path / "deep" / "folder", {"a": 1}, [2, None])
    with Workspace(tmp_path / "deep" / "folder", SETTINGS) as again:
        assert again.records == [{"a": 1}, [2, None]]
        again.append("three")
        assert again.records == [{"a": 1}, [2, None], "three"]
    assert _begun(tmp_path / "deep" / "folder").records == [{"a": 1}, [2, None], "three"]


def test_the_file_has_settings_and_then_records(tmp_path: Path) -> None:
    _begun(tmp_path, {"a": 1}, file="journal.jsonl")
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    as_json = {"seed": 0, "recipe": {"epochs": 3, "views": ["a", "b"]}}
    assert list(map(json.loads, lines)) == [as_json, {"a": 1}]


@pytest.mark.parametrize(
    ("settings", "difference"),
    [
        ({**SETTINGS, "seed": 1}, r"\(seed was 0, is 1\); give another folder"),
        ({**SETTINGS, "data": "x"}, r'\(data was not set, is "x"\)'),
        ({"recipe": SETTINGS["recipe"]}, r"\(seed was 0, is not set\)"),
        (
            {"seed": "0", "recipe": {"epochs": 4, "views": ("a", "b")}},
            r'\(seed was 0, is "0", recipe.epochs was 3, is 4\)',
        ),
        ({"seed": 0, "recipe": {}}, r"recipe.epochs was 3, is not set.* recipe was not set, is {}"),
        ({"seed": None, "recipe": SETTINGS["recipe"]}, r"\(seed was 0, is null\)"),
    ],
)
def test_other_settings_are_refused(
    tmp_path: Path, settings: dict[str, Any], difference: str
) -> None:
    _begun(tmp_path, {"a": 1})
    written = (tmp_path / "settings.json").read_bytes()
    with pytest.raises(WorkspaceError, match=difference), Workspace(tmp_path, settings):
        pass
    assert (tmp_path / "settings.json").read_bytes() == written
    assert _begun(tmp_path).records == [{"a": 1}]  # the lock was given back


@pytest.mark.parametrize("content", [b"no settings\n", b"[1, 2]\n", b"\x93NUMPY\x01\n", b"{} x\n"])
def test_another_file_of_that_name_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"settings.json holds no settings and records"):
        _begun(tmp_path)
    assert (tmp_path / "settings.json").read_bytes() == content


@pytest.mark.parametrize("content", ["", '{"seed": 0, "rec'])
def test_settings_that_were_cut_off_are_written_again(tmp_path: Path, content: str) -> None:
    (tmp_path / "journal.jsonl").write_text(content)
    assert _begun(tmp_path, "a", file="journal.jsonl").records == ["a"]
    assert _begun(tmp_path, file="journal.jsonl").records == ["a"]


@pytest.mark.parametrize("indent", [None, 2])
def test_settings_may_end_without_a_line(tmp_path: Path, indent: int | None) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS, indent=indent))
    _begun(tmp_path, {"a": 1})
    assert _begun(tmp_path).records == [{"a": 1}]


def test_a_record_that_was_cut_off_is_dropped_and_said(tmp_path: Path) -> None:
    begun = _begun(tmp_path, {"a": 1}, {"b": 2})
    begun.path.write_bytes(begun.path.read_bytes()[:-3])
    with pytest.warns(UserWarning, match=r"the last line of .*settings\.json was cut off"):
        assert _begun(tmp_path, {"c": 3}).records == [{"a": 1}, {"c": 3}]
    assert _begun(tmp_path).records == [{"a": 1}, {"c": 3}]


def test_a_folder_of_an_earlier_version_is_written_anew(tmp_path: Path) -> None:
    """What is no folder of that version is refused, and stays as it is."""
    with Workspace(tmp_path, {"colour": 1}, "journal.jsonl") as earlier:
        earlier.append("a")
        earlier.append("b")

    def upgrade(known: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        current = {"color": known.get("colour", known.get("color"))}
        return current, lambda records: [[record, 1] for record in records]

    def entered(settings: dict[str, Any]) -> Workspace:
        with Workspace(tmp_path, settings, "journal.jsonl", upgrade=upgrade) as workspace:
            return workspace

    with pytest.raises(WorkspaceError, match=r"\(color was 1, is 2\)"):
        entered({"color": 2})
    assert entered({"color": 1}).records == [["a", 1], ["b", 1]]
    assert entered({"color": 1}).records == [["a", 1], ["b", 1]]
    text = (tmp_path / "journal.jsonl").read_text()
    assert text == '{"color": 1}\n["a", 1]\n["b", 1]\n'
    with pytest.raises(WorkspaceError, match=r"\(color was 1, is 2\)"):
        entered({"color": 2})
    assert (tmp_path / "journal.jsonl").read_text() == text


def test_the_digest_is_of_the_settings(tmp_path: Path) -> None:
    reordered = dict(reversed(SETTINGS.items()))
    assert Workspace(tmp_path, reordered).digest == Workspace(tmp_path, SETTINGS).digest
    assert Workspace(tmp_path, {**SETTINGS, "seed": 1}).digest != Workspace(tmp_path, {}).digest
    assert not list(tmp_path.iterdir())


def test_files_are_written_whole(tmp_path: Path) -> None:
    def half(partial: Path) -> None:
        partial.write_text("half")
        raise OSError("disk full")

    with Workspace(tmp_path, {}) as begun:
        assert begun.write("table.csv", lambda partial: partial.write_text("1,2")).read_text()
        with pytest.raises(WriteError, match=r"table\.csv cannot be written \(disk full\)"):
            begun.write("table.csv", half)
    assert (tmp_path / "table.csv").read_text() == "1,2"
    names = {"settings.json", "table.csv", "workspace.lock"}
    assert {path.name for path in tmp_path.iterdir()} == names


_WORK = """
import sys, time
from gennape.utils.workspace import Workspace
with Workspace(sys.argv[1], {"seed": 0}, wait=sys.argv[2] == "wait") as workspace:
    print("entered", flush=True)
    for number in range(int(sys.argv[3])):
        workspace.append([sys.argv[2], number])
    time.sleep(float(sys.argv[4]))
"""


def _started(folder: Path, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _WORK, str(folder), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_folder_in_use_is_refused_until_its_process_ends(tmp_path: Path) -> None:
    with _started(tmp_path, "alone", 3, 60) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "entered\n"
        with pytest.raises(WorkspaceError, match="another process works in"):
            Workspace(tmp_path, {"seed": 0}).__enter__()
        other.kill()
    with Workspace(tmp_path, {"seed": 0}) as mine:
        assert mine.records == [["alone", number] for number in range(len(mine.records))]


def test_processes_that_wait_lose_no_record(tmp_path: Path) -> None:
    """Each sees all records of those before it; none is written into the line of another."""
    workers = [_started(tmp_path, "wait", 200, 0) for _ in range(3)]
    for worker in workers:
        worker.communicate()
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    with Workspace(tmp_path, {"seed": 0}) as mine:
        assert mine.records == [["wait", number] for number in range(200)] * 3


_GO_ON = """
import sys
from gennape.utils.workspace import Workspace
with Workspace(sys.argv[1], {"seed": 0}) as workspace:
    while True:
        workspace.append([len(workspace.records), "x" * 50_000])
"""


@pytest.mark.filterwarnings("ignore:the last line")
def test_work_that_is_killed_again_and_again_goes_on(tmp_path: Path) -> None:
    """Records are appended in order, whenever the kill comes."""
    path = tmp_path / "settings.json"
    before = 0
    for _ in range(3):
        size = path.stat().st_size if path.exists() else 0
        with subprocess.Popen([sys.executable, "-c", _GO_ON, str(tmp_path)]) as worker:
            while not path.exists() or path.stat().st_size < size + 300_000:
                assert worker.poll() is None
                sleep(0.005)
            worker.kill()
        with Workspace(tmp_path, {"seed": 0}) as mine:
            numbers = [number for number, _ in mine.records]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > before
        before = len(numbers)
