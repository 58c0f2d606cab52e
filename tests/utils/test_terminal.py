"""What terminals can say and how wide they are."""

import doctest
import io
import sys

import pytest

from gennape.utils import terminal
from gennape.utils.terminal import harmless, print_everything, printable, terminal_width


def test_examples() -> None:
    assert doctest.testmod(terminal).failed == 0


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "× ≥ ± ─ 網"),
        ("latin-1", "× >= ± - \\u7db2"),
        ("ascii", "x >= +- - \\u7db2"),
        (None, "× ≥ ± ─ 網"),
    ],
)
def test_signs_that_an_encoding_lacks_are_written_by_their_look(
    encoding: str | None, said: str
) -> None:
    assert printable("× ≥ ± ─ 網", encoding) == said


def test_marks_that_turn_text_are_written_as_numbers() -> None:
    shown = harmless("a\u202eb\u2066c\u200fd\u2028e\x9b\r\n\tf")
    assert shown == "a\\u202eb\\u2066c\\u200fd\\u2028e\\x9b\\x0d\\x0a\\x09f"
    assert harmless("Größe 網 😀 e\u0301") == "Größe 網 😀 e\u0301"


def test_file_names_that_are_no_text_can_be_printed() -> None:
    assert printable(b"caf\xe9".decode("utf-8", "surrogateescape"), "utf-8") == "caf\\udce9"


def test_a_stream_prints_any_text() -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="ascii")
    print_everything(stream)
    print("≥ 9.8 M, 網, \udce9", file=stream, flush=True)
    assert buffer.getvalue().decode() == ">= 9.8 M, \\u7db2, \\udce9\n"


def test_the_width_is_that_of_the_environment_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", "60")
    assert terminal_width() == 60
    for absent in ("", "0", "wide"):
        monkeypatch.setenv("COLUMNS", absent)
        assert terminal_width() is None
