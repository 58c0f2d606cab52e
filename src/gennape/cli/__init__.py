"""The command line: each command parses, calls one public function and prints its result.

Commands import the library when they run, so that `gennape --help` is quick.
"""

import logging
from typing import Annotated

import typer

from gennape import __version__
from gennape.cli import evaluate_families, evaluate_transfer
from gennape.cli.errors import DEBUG, with_clear_errors
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
from gennape.cli.report import report
from gennape.cli.score import score
from gennape.cli.search import search
from gennape.cli.suggest import suggest


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
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error arose, before its sentence.")
    ] = False,
) -> None:
    """Score any neural network without training it."""
    DEBUG.set(debug)
    if debug:
        logging.basicConfig(format="%(message)s", force=True)
    logging.getLogger("gennape").setLevel(logging.DEBUG if debug else logging.NOTSET)


app = typer.Typer(no_args_is_help=True)
app.callback()(_gennape)
_COMMANDS = (
    score,
    explain,
    report,
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
_THAT_GO_ON = (pretrain, proxy_pool, label, search)
for _command in _COMMANDS:
    app.command()(with_clear_errors(_command, goes_on=_command in _THAT_GO_ON))
app.command("import", cls=ImportCommand)(with_clear_errors(import_))
_evaluate = typer.Typer(no_args_is_help=True, help="Compare rankings with measured accuracies.")
_evaluate.command()(with_clear_errors(evaluate_families.families))
_evaluate.command()(with_clear_errors(evaluate_transfer.transfer, goes_on=True))
app.add_typer(_evaluate, name="evaluate")
