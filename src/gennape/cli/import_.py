"""`gennape import`: turn an official benchmark file into one Parquet table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from gennape.benchmarks import ImportSummary


class ImportCommand(TyperCommand):
    """The command, whose help lists the kinds; the library is loaded when it is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help with one line a kind below it."""
        from gennape.benchmarks import kinds

        self.epilog = "\n\n".join(
            ["Kinds:", *(f"{kind.name} -- {kind.summary}" for kind in kinds())]
        )
        super().format_help(ctx, formatter)


def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What the file is, see below.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file, or its folder or archive.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the table, KIND.parquet.")],
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Stop after so many entries.")
    ] = None,
) -> None:
    """Turn an official benchmark file into a Parquet table; nothing in it is ever run."""
    from gennape.benchmarks import import_official
    from gennape.cli.progress import progress_bar
    from gennape.utils.files import check_writable

    check_writable(out, is_folder=True)
    with progress_bar() as report:
        imported = import_official(kind, file, out, limit, report)
    _show(imported)


def _show(imported: "ImportSummary") -> None:
    from gennape.benchmarks.formats import reasons

    print(f"{imported.rows:,} rows written to {imported.path}")
    if imported.is_published is not None:
        verdict = "" if imported.is_published else "not "
        print(f"the file's checksum is {verdict}the published one")
    skipped = f"{imported.skipped.total():,} skipped"
    if imported.skipped:
        skipped += f" ({reasons(imported)})"
    print(f"{imported.read:,} read, {skipped}")
