"""`gennape` and `python -m gennape`."""

import atexit
import os
import signal
import sys
from _thread import interrupt_main, start_new_thread
from threading import main_thread
from time import sleep
from types import FrameType

_INTERRUPTED = 130
_PATIENCE = 3.0
"""Seconds that an interrupted command has to end."""


def main() -> None:
    """Run the command line; Ctrl-C ends it with status 130 even before a command begins."""
    _replace_closed_streams()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        _run()
    except KeyboardInterrupt:
        _say_stopped()
        _end_interrupted()
    except BrokenPipeError:  # what reads the output has seen enough
        os._exit(1)
    except OSError as error:  # while help or the version is printed
        from gennape.cli.errors import sentence

        print(f"gennape: {sentence(error)}", file=sys.stderr)
        os._exit(1)
    except SystemExit as end:
        if end.code != _INTERRUPTED:
            raise
        from gennape.cli.errors import SAID_HOW_TO_GO_ON

        if not SAID_HOW_TO_GO_ON.get():  # while the command line was parsed
            _say_stopped()
        _end_interrupted()


def _run() -> None:
    """Run the command line, and write what it has printed."""
    from gennape.cli import app

    try:
        app()
    finally:
        sys.stdout.flush()


def _replace_closed_streams() -> None:
    """Drop what is printed to a stream that was closed when the program began."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _interrupt(_: int, __: FrameType | None) -> None:
    """Interrupt the command, later again if it goes on.

    Libraries swallow an interrupt that comes while they are imported.
    """
    start_new_thread(_interrupt_later, ())
    raise KeyboardInterrupt


def _interrupt_later() -> None:
    sleep(_PATIENCE)
    ident = main_thread().ident
    if hasattr(signal, "pthread_kill") and ident is not None:
        signal.pthread_kill(ident, signal.SIGINT)  # ends a wait, too
    else:
        interrupt_main()


def _say_stopped() -> None:
    print("gennape: stopped; the same command begins anew", file=sys.stderr)


def _end_interrupted() -> None:
    """End with status 130.

    Where an interrupt has gone through `exec`, as while a dataclass is made, CPython would end by
    the signal after all, though the interrupt was handled.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
