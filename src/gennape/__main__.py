"""`gennape` and `python -m gennape`."""

import atexit
import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C ends it with status 130 even before a command begins."""
    try:
        from gennape.cli import app

        app()
    except KeyboardInterrupt:
        print("gennape: stopped; the same command begins anew", file=sys.stderr)
        _end_interrupted()
    except SystemExit as end:
        if end.code != _INTERRUPTED:
            raise
        _end_interrupted()


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
