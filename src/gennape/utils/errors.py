"""The base of all errors of this package, and the boundary around what reads files."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from os import PathLike, fspath, strerror

NO_ROOM = (ENOSPC, EDQUOT, EFBIG)
"""Numbers of errors of a disk that is full."""

_LONGEST = 400
"""Characters of a reason, of which a file may decide the length."""

_EXTRAS = {"torch": "PyTorch is not installed; run pip install 'gennape[torch]'"}
"""What to do about libraries that are not installed with the package, by their modules."""


class GennapeError(Exception):
    """Something that cannot be done as asked; one sentence says what and how to mend it.

    All errors of the package derive from it, and most from `ValueError` as well.

    Examples:
        >>> import gennape
        >>> try:
        ...     gennape.graph_of("no-such-network")
        ... except gennape.GennapeError as error:
        ...     print(type(error).__name__)
        FrontendError
    """


class WriteError(GennapeError):
    """A file that the operating system does not let be written; names it and what to do."""


def one_line(error: BaseException) -> str:
    r"""State an error in one line: its message, after its type where that is not about the input.

    What a file may have put there, such as control characters and long texts, is made plain.

    >>> one_line(ValueError("no\nnumber")), one_line(KeyError("width"))
    ('no number', "KeyError: 'width'")
    """
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRAS:
        return _EXTRAS[error.name]
    message = plain(" ".join(str(error).split()))
    expected = isinstance(error, GennapeError | ValueError | OSError | ImportError)
    return message if expected and message else f"{type(error).__name__}: {message}".rstrip(": ")


def plain(text: str) -> str:
    r"""Write a text that a file decides for people to read: escaped and shortened.

    >>> plain("ends here\x1b[31m")
    'ends here\\x1b[31m'
    """
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in shown
    )


@contextmanager
def reading(
    path: str | PathLike[str], error: type[GennapeError], what: str, cure: str
) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into one error that names the file.

    Errors of this package that name it already pass unchanged, and so do those of another file
    that cannot be written. The cause stays the error's `__cause__`.

    >>> try:
    ...     with reading("a.toml", GennapeError, "a recipe", "write it again"):
    ...         [][0]
    ... except GennapeError as error:
    ...     print(error)
    a.toml cannot be read as a recipe (IndexError: list index out of range); write it again

    Args:
        path: The file, or the folder that it is in.
        error: What to raise.
        what: What the file should be, with its article.
        cure: What to do.

    Raises:
        GennapeError: Anything was raised; of the type `error` unless it named the file.
    """
    name = fspath(path)
    try:
        yield
    except WriteError:
        raise
    except MemoryError as cause:
        raise error(f"{name} needs more memory than there is; {cure}") from cause
    except RecursionError as cause:
        raise error(f"{name} is nested too deeply for {what}; {cure}") from cause
    except GennapeError as cause:
        text = str(cause)
        if not text.startswith(name):
            raise error(f"{name}: {one_line(cause)}") from cause
        rest = text.removeprefix(name)
        if plain(rest) == rest:
            raise
        raise error(f"{name}{plain(rest)}") from cause
    except Exception as cause:
        reason = getattr(cause, "strerror", None) or one_line(cause)
        raise error(f"{name} cannot be read as {what} ({reason}); {cure}") from cause


@contextmanager
def writing(path: str | PathLike[str]) -> Iterator[None]:
    """Turn what the operating system refuses while a file is written into one sentence.

    Args:
        path: The file or folder.

    Raises:
        WriteError: An `OSError` was raised.
    """
    try:
        yield
    except OSError as cause:
        reason = strerror(cause.errno) if cause.errno else one_line(cause)
        cure = "make room" if cause.errno in NO_ROOM else "give a place that can be written"
        raise WriteError(
            f"{fspath(path)} cannot be written ({reason}); {cure} and start again"
        ) from cause
