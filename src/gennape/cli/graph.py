"""`gennape graph`: what a network consists of."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gennape.cli.options import Inputs, parse_inputs
from gennape.cli.output import print_incomplete, show

if TYPE_CHECKING:
    from gennape.graph.description import Summary


def graph(
    model: Annotated[
        str, typer.Argument(help="An ONNX or .pt2 file, or a name such as timm:resnet18.")
    ],
    inputs: Inputs = None,
    drawing: Annotated[
        Path | None, typer.Option("--draw", metavar="FILE", help="Draw it as SVG or PNG.")
    ] = None,
    fold: Annotated[
        bool | None,
        typer.Option(
            help="Draw blocks that repeat once, or every one of them.",
            show_default="large networks only",
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all nodes and edges.")
    ] = None,
) -> None:
    """Show the computation graph of a network: its operations, size and fingerprint."""
    import json

    from gennape.frontends import graph_of
    from gennape.graph.description import summarise, to_plain

    shape, named = parse_inputs(inputs)
    network = graph_of(model, shape, inputs=named)
    if not network.complete:
        print_incomplete([model])
    _print_summary(summarise(network))
    if drawing is not None:
        from gennape.graph.draw import draw

        draw(network, drawing, fold=fold)
    if json_file is not None:
        json_file.write_text(json.dumps(to_plain(network), indent=1) + "\n")


def _print_summary(summary: "Summary") -> None:
    from gennape.reports.numbers import with_unit
    from gennape.reports.text_table import TextColumn, TextTable

    facts = TextTable([TextColumn(""), TextColumn("", folds=True)])
    facts.add("fingerprint", summary.fingerprint)
    facts.add("nodes", f"{summary.nodes:,}")
    facts.add("edges", f"{summary.edges:,}")
    facts.add("depth", f"{summary.depth:,}")
    bound = "" if summary.complete else "≥ "
    facts.add("MACs", f"{bound}{summary.macs:,} ({with_unit(summary.macs)})")
    facts.add("parameters", f"{bound}{summary.parameters:,} ({with_unit(summary.parameters)})")
    operations = TextTable([TextColumn("Operation"), TextColumn("Nodes", is_number=True)])
    for operation, count in summary.operations.items():
        operations.add(operation, f"{count:,}")
    for function, count in summary.unknown_operations.items():
        operations.add(f"  outside the vocabulary: {function}", f"{count:,}")
    show(facts, "", operations)
