import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape.utils.errors import GennapeError, WriteError
from gennape.utils.files import (
    append_json_line,
    atomic_file,
    atomic_write,
    check_writable,
    digest_of,
    file_lock,
    read_json_lines,
    read_text,
    sha256_of,
)
from helpers.limits import limits

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@contextmanager
def process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Another process that imports what this module does; it is killed in the end."""
    lines = "import sys, time\nfrom pathlib import Path\nfrom gennape.utils.files import *\n"
    command = [sys.executable, "-c", lines + code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def told(started: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert started.stdout is not None
    return started.stdout.readline().strip()


def _half_written(error: type[BaseException]) -> Callable[[Path], None]:
    def write(partial: Path) -> None:
        partial.write_text("half")
        raise error("disk full")

    return write


@pytest.mark.parametrize(
    ("error", "seen"), [(OSError, WriteError), (KeyboardInterrupt, KeyboardInterrupt)]
)
def test_a_file_is_there_whole_or_not_at_all(
    tmp_path: Path, error: type[BaseException], seen: type[BaseException]
) -> None:
    path = tmp_path / "deep" / "numbers.txt"
    atomic_write(path, lambda partial: partial.write_text("before"))
    with pytest.raises(seen, match="disk full"):
        atomic_write(path, _half_written(error))
    assert path.read_text() == "before"
    assert list(path.parent.iterdir()) == [path]


_WRITE_HALF = """
def write(partial):
    with partial.open("w") as file:
        print(file.write("half"), file.flush(), flush=True)
        time.sleep(60)
atomic_write(Path(sys.argv[1]), write)
"""


def test_a_process_killed_while_it_writes_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "numbers.txt"
    path.write_text("before")
    with process(_WRITE_HALF, path) as writer:
        assert told(writer) == "4 None"
        writer.kill()
    assert path.read_text() == "before"
    atomic_write(path, lambda partial: partial.write_text("after"))
    assert path.read_text() == "after"


def test_two_that_write_at_once_do_not_meet(tmp_path: Path) -> None:
    """Each is whole; the one that ends last stays."""
    path = tmp_path / "numbers.txt"
    with atomic_file(path) as one:
        one.write_text("one")
        with atomic_file(path) as other:
            other.write_text("other")
        assert path.read_text() == "other"
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_places_are_tried_before_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for path, is_folder in (
        (tmp_path / "new" / "a.csv", False),
        (tmp_path / "file", False),
        (tmp_path / "new" / "folder", True),
        (tmp_path, True),
    ):
        check_writable(path, is_folder=is_folder)
    for path, is_folder, reason in (
        (tmp_path, False, "Is a directory"),
        (tmp_path / "file", True, "Not a directory"),
        (tmp_path / "file" / "a.csv", False, "Not a directory"),
        (tmp_path / "file" / "folder", True, "Not a directory"),
    ):
        with pytest.raises(WriteError, match=reason):
            check_writable(path, is_folder=is_folder)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with file_lock(path) as first, file_lock(path) as second:
        assert (first, second) == (True, False)
    with file_lock(path, wait=True) as third:
        assert third


_HOLD = """
with file_lock(Path(sys.argv[1])) as is_mine:
    print(is_mine, flush=True)
    time.sleep(60)
"""


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with process(_HOLD, path) as holder:
        assert told(holder) == "True"
        with file_lock(path) as is_mine:
            assert not is_mine
        holder.kill()
    with file_lock(path) as is_mine:
        assert is_mine


_COUNT = """
for _ in range(50):
    with file_lock(Path(sys.argv[1] + ".lock"), wait=True):
        count = int(Path(sys.argv[1]).read_text())
        time.sleep(0.0005)
        Path(sys.argv[1]).write_text(str(count + 1))
"""


def test_processes_take_turns(tmp_path: Path) -> None:
    """Three count to 150 together; without the lock they overwrite one another."""
    path = tmp_path / "count"
    path.write_text("0")
    with process(_COUNT, path) as one, process(_COUNT, path) as two, process(_COUNT, path) as three:
        assert [each.wait() for each in (one, two, three)] == [0, 0, 0]
    assert path.read_text() == "150"


def test_no_file_has_no_lines(tmp_path: Path) -> None:
    assert read_json_lines(tmp_path / "records") == []


def test_lines_may_begin_after_something_else(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_text('{"a":\n 1}\n2\n3\n')
    assert read_json_lines(path, start=9) == [2, 3]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(values=st.lists(JSON, max_size=5), lost=st.integers(1, 40), more=JSON)
def test_a_line_that_was_cut_off_is_dropped_and_replaced(
    tmp_path_factory: pytest.TempPathFactory, values: list, lost: int, more: object
) -> None:
    """However many bytes are lost, whole lines are read, and the next value has its own line."""
    path = tmp_path_factory.mktemp("lines") / "records"
    path.touch()
    for value in values:
        append_json_line(path, value)
    assert read_json_lines(path) == values
    os.truncate(path, max(0, path.stat().st_size - lost))
    kept = values[: path.read_bytes().count(b"\n")]
    if path.read_bytes().endswith(b"\n") or not path.stat().st_size:
        assert read_json_lines(path) == kept
    else:
        with pytest.warns(UserWarning, match="records was cut off and is dropped"):
            assert read_json_lines(path) == kept
    append_json_line(path, more)
    assert read_json_lines(path) == [*kept, more]


_APPEND = """
for number in range(10**9):
    append_json_line(Path(sys.argv[1]), {"number": number, "long": "x" * 100_000})
"""


@pytest.mark.filterwarnings("ignore:the last line")
def test_a_process_killed_while_it_appends_loses_one_line_at_most(tmp_path: Path) -> None:
    path = tmp_path / "records"
    with process(_APPEND, path) as writer:
        while not path.exists() or path.stat().st_size < 1_000_000:
            assert writer.poll() is None
            sleep(0.005)
        writer.kill()
    numbers = [line["number"] for line in read_json_lines(path)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 9
    append_json_line(path, {"number": len(numbers)})
    assert read_json_lines(path)[-1] == {"number": len(numbers)}


def test_a_whole_line_must_be_json(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(b"no journal\n")
    with pytest.raises(ValueError, match="Expecting value"):
        read_json_lines(path)


def test_the_digest_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert sha256_of(tmp_path / "empty") == EMPTY_SHA256


@given(values=st.dictionaries(st.text(), JSON))
def test_the_digest_of_a_value_does_not_depend_on_order(values: dict) -> None:
    digest = digest_of(values)
    assert digest == digest_of(dict(reversed(values.items())))
    assert digest == digest_of(json.loads(json.dumps(values)))
    assert len(digest) == 12
    assert digest != digest_of([values])


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_a_text_without_an_end_is_refused() -> None:
    with limits(megabytes=700), pytest.raises(GennapeError, match="/dev/zero has more than"):
        read_text("/dev/zero", GennapeError)
