"""Errors of commands: one sentence each, and with `--debug` where they arose.

What is wrong with one network of several is logged where it is read, at the level of debugging.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec

import typer

from gennape.utils.errors import NO_ROOM, GennapeError, one_line
from gennape.utils.terminal import harmless, print_everything

_Arguments = ParamSpec("_Arguments")

DEBUG = ContextVar("DEBUG", default=False)
"""Whether tracebacks are shown."""
SAID_HOW_TO_GO_ON = ContextVar("SAID_HOW_TO_GO_ON", default=False)
"""Whether a command that Ctrl-C has ended said how to go on."""
INTERRUPTED = 130
"""Exit status of what Ctrl-C has ended."""
_EXPECTED = (ValueError, ArithmeticError, OSError, ImportError)


def with_clear_errors(
    command: Callable[_Arguments, None], *, goes_on: bool = False
) -> Callable[_Arguments, None]:
    """The command, which ends in one sentence instead of a traceback.

    Args:
        command: What parses, calls and prints.
        goes_on: Whether it goes on where it was when it is started again.
    """

    @wraps(command)
    def run(*args: _Arguments.args, **options: _Arguments.kwargs) -> None:
        print_everything(sys.stdout, sys.stderr)
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _print_warning
                command(*args, **options)
                sys.stdout.flush()
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt as interrupt:
            raise stopped(goes_on=goes_on) from interrupt
        except BrokenPipeError as error:  # what reads the output has seen enough
            drop_unwritten()
            raise typer.Exit(1) from error
        except (Exception, SystemExit) as error:
            if DEBUG.get():
                traceback.print_exception(error)
            print(f"gennape: {harmless(sentence(error))}", file=sys.stderr)
            drop_unwritten()
            raise typer.Exit(1) from error

    return run


def drop_unwritten() -> None:
    """Drop what cannot be written to standard output, which Python would try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def stopped(*, goes_on: bool = False) -> typer.Exit:
    """Say that Ctrl-C has ended the command, and return what ends it with the status for that."""
    how = "goes on where it was" if goes_on else "begins anew"
    print(f"gennape: stopped; the same command {how}", file=sys.stderr)
    SAID_HOW_TO_GO_ON.set(True)
    return typer.Exit(INTERRUPTED)


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning as one sentence on standard error."""
    print(f"gennape: {harmless(' '.join(str(message).split()))}", file=sys.stderr)


def sentence(error: BaseException) -> str:
    """What is wrong, without the number that the operating system gives it."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OSError) and error.errno in NO_ROOM:  # files that are written are named
        return f"standard output cannot be written ({error.strerror}); make room and start again"
    if isinstance(error, SystemExit):
        return f"code that was called ended the program (status {error.code}); it must return"
    if isinstance(error, GennapeError):
        return str(error)
    if isinstance(error, _EXPECTED):
        return one_line(error)
    return f"an unforeseen error ({one_line(error)}); `gennape --debug ...` shows where it arose"
