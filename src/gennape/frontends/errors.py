"""Errors of networks that cannot be read, and the words for them."""

from collections.abc import Sequence


class FrontendError(ValueError):
    """A model that cannot be read; one sentence names it, the reason and the cure."""


def one_line(error: BaseException) -> str:
    """State an error in one line: its message, after its type where that is not about the input."""
    message = " ".join(str(error).split())
    expected = isinstance(error, ValueError | OSError | ImportError)
    return message if expected and message else f"{type(error).__name__}: {message}"


def failure(name: str, shape: Sequence[int], error: Exception) -> FrontendError:
    """Make the error for a network that raised `error` on an input of `shape`."""
    size = "x".join(str(n) for n in shape)
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return FrontendError(
        f"{name} failed on an input of {size} ({reason}); check the network or the input shape"
    )
