from pathlib import Path

import pytest

from gennape.reports.storage import write_whole


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "numbers.txt"
    write_whole(path, lambda partial: partial.write_text("before"))

    def fail(partial: Path) -> None:
        partial.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text() == "before"
