"""The command line: each command parses, calls one public function and prints its result.

Commands import the library when they run, so that `gennape --help` is quick.
"""

import sys
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

import typer

from gennape import __version__
from gennape.cli import evaluate_families, evaluate_transfer
from gennape.cli.explain import explain
from gennape.cli.families import families
from gennape.cli.fine_tune import fine_tune
from gennape.cli.graph import graph
from gennape.cli.import_ import ImportCommand, import_
from gennape.cli.label import label
from gennape.cli.pretrain import pretrain
from gennape.cli.proxy import proxy
from gennape.cli.proxy_pool import proxy_pool
from gennape.cli.rank import rank
from gennape.cli.score import score
from gennape.cli.search import search
from gennape.cli.suggest import suggest
from gennape.utils.errors import GennapeError

_Arguments = ParamSpec("_Arguments")


def _with_clear_errors(command: Callable[_Arguments, None]) -> Callable[_Arguments, None]:
    """The command, whose bad input ends in one sentence instead of a traceback."""

    @wraps(command)
    def run(*args: _Arguments.args, **options: _Arguments.kwargs) -> None:
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _print_warning
                command(*args, **options)
        except (GennapeError, ValueError, ArithmeticError, OSError, ImportError) as error:
            print(f"gennape: {_sentence(error)}", file=sys.stderr)
            raise typer.Exit(1) from error

    return run


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning as one sentence on standard error."""
    print(f"gennape: {' '.join(str(message).split())}", file=sys.stderr)


def _sentence(error: Exception) -> str:
    """What is wrong, without the number that the operating system gives it."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"gennape {__version__}")
        raise typer.Exit


def _gennape(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Score any neural network without training it."""


app = typer.Typer(no_args_is_help=True, add_completion=False)
app.callback()(_gennape)
_COMMANDS = (
    score,
    explain,
    suggest,
    graph,
    rank,
    pretrain,
    fine_tune,
    proxy,
    proxy_pool,
    label,
    search,
    families,
)
for _command in _COMMANDS:
    app.command()(_with_clear_errors(_command))
app.command("import", cls=ImportCommand)(_with_clear_errors(import_))
_evaluate = typer.Typer(no_args_is_help=True, help="Compare rankings with measured accuracies.")
_evaluate.command()(_with_clear_errors(evaluate_families.families))
_evaluate.command()(_with_clear_errors(evaluate_transfer.transfer))
app.add_typer(_evaluate, name="evaluate")
