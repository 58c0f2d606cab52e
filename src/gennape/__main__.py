"""`gennape` and `python -m gennape`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it with status 130 even before a command begins."""
    try:
        from gennape.cli import app

        app()
    except KeyboardInterrupt:
        print("gennape: stopped; the same command begins anew", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
