from pathlib import Path

import pytest

from gennape.reports.lines import append_line, whole_lines


def test_no_journal_has_no_lines(tmp_path: Path) -> None:
    assert whole_lines(tmp_path / "journal") == []


def test_a_line_that_was_cut_off_is_cut_away(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    append_line(path, {"a": 1})
    append_line(path, [2, None])
    kept = path.read_bytes()
    path.write_bytes(kept + b'{"a": 3')
    assert whole_lines(path) == [{"a": 1}, [2, None]]
    assert path.read_bytes() == kept


def test_a_whole_line_must_be_json(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"no journal\n")
    with pytest.raises(ValueError, match="Expecting value"):
        whole_lines(path)
