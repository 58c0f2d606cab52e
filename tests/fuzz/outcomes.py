"""What may become of a file that is read."""

from enum import StrEnum


class Outcome(StrEnum):
    """End of one attempt to read a mutant; only the first two are right."""

    READ = "read"
    CLEAN_ERROR = "clean error"
    """A `GennapeError` of one line that names the file."""
    UNCLEAR_ERROR = "unclear error"
    """A `GennapeError` of several lines, or that does not name the file."""
    TRACEBACK = "traceback"
    HANG = "hang"
    MEMORY = "memory"
    ABORT = "abort"
    """The process ended."""
    NON_FINITE = "non-finite result"
    TOUCHED = "files touched outside"
    EXECUTED = "code executed"


RIGHT = (Outcome.READ, Outcome.CLEAN_ERROR)
