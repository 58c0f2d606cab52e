"""What is said of errors while a file is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gennape import GennapeError
from gennape.utils.errors import one_line, plain, reading


class _TableError(GennapeError):
    pass


def read_with(error: BaseException) -> str:
    """What is said of an error that arises while `a/b.toml` is read."""
    with (
        pytest.raises(GennapeError) as raised,
        reading("a/b.toml", _TableError, "a table", "write it again"),
    ):
        raise error
    return str(raised.value)


def test_what_is_unforeseen_names_the_file_and_keeps_its_cause() -> None:
    cause = IndexError("7 is\nnot there")
    with (
        pytest.raises(_TableError) as raised,
        reading("a", _TableError, "a table", "write it again"),
    ):
        raise cause
    assert str(raised.value) == (
        "a cannot be read as a table (IndexError: 7 is not there); write it again"
    )
    assert raised.value.__cause__ is cause


def test_errors_that_name_the_file_pass_unchanged() -> None:
    error = GennapeError("a/b.toml, line 3: it has no epochs; add them")
    with pytest.raises(GennapeError) as raised, reading("a/b.toml", _TableError, "a", "b"):
        raise error
    assert raised.value is error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (GennapeError("2 is not in list"), "a/b.toml: 2 is not in list"),
        (MemoryError(), "a/b.toml needs more memory than there is; write it again"),
        (RecursionError("x"), "a/b.toml is nested too deeply for a table; write it again"),
        (
            PermissionError(13, "Permission denied", "elsewhere"),
            "a/b.toml cannot be read as a table (Permission denied); write it again",
        ),
        (KeyError(), "a/b.toml cannot be read as a table (KeyError); write it again"),
    ],
)
def test_each_kind_of_error_has_its_sentence(error: Exception, sentence: str) -> None:
    assert read_with(error) == sentence


@given(text=st.text())
def test_what_a_file_says_is_printable_and_short(text: str) -> None:
    assert plain(text).isprintable()
    assert len(plain(text)) < 5_000
    for error in (GennapeError(text), ValueError(text), KeyError(text)):
        assert one_line(error).isprintable()
        assert read_with(error).isprintable()
    assert len(read_with(GennapeError(text * 1_000))) < 5_000


def test_control_of_the_program_is_no_error_of_a_file() -> None:
    with pytest.raises(KeyboardInterrupt), reading("a", _TableError, "a", "b"):
        raise KeyboardInterrupt
