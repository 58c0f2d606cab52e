"""Errors of networks that cannot be read, and the words for them."""

from gennape.utils.errors import GennapeError


class FrontendError(GennapeError, ValueError):
    """A model that cannot be read; one sentence names it, the reason and the cure."""


def failure(name: str, inputs: object, error: Exception) -> FrontendError:
    """Make the error for a network that raised `error` on its inputs.

    Args:
        name: The network's name.
        inputs: What it was given; its text says the sizes.
        error: What went wrong; an error that says all about it stays.
    """
    if isinstance(error, FrontendError):
        return error
    where = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
    if "does not require grad" in str(error):
        return FrontendError(
            f"{name} computes gradients in its forward{where}, which are not read; give the part "
            "of it that does not"
        )
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return FrontendError(
        f"{name} failed on {inputs}{where} ({reason}); check the network or the inputs given"
    )
