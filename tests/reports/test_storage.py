from collections.abc import Callable
from pathlib import Path

import pytest

from gennape.reports.storage import sha256_of, whole_file, write_whole

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def _half_written(error: type[BaseException]) -> Callable[[Path], None]:
    def write(partial: Path) -> None:
        partial.write_text("half")
        raise error("disk full")

    return write


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "deep" / "numbers.txt"
    write_whole(path, lambda partial: partial.write_text("before"))
    with pytest.raises(error, match="disk full"):
        write_whole(path, _half_written(error))
    assert path.read_text() == "before"
    assert list(path.parent.iterdir()) == [path]


def test_two_that_write_at_once_do_not_meet(tmp_path: Path) -> None:
    """Each is whole; the one that ends last stays."""
    path = tmp_path / "numbers.txt"
    with whole_file(path) as one:
        one.write_text("one")
        with whole_file(path) as other:
            other.write_text("other")
        assert path.read_text() == "other"
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_the_digest_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert sha256_of(tmp_path / "empty") == EMPTY_SHA256
