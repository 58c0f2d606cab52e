"""`gennape graph`: what a network consists of."""

from pathlib import Path
from typing import Annotated

import typer

from gennape.cli.options import Inputs, parse_inputs
from gennape.cli.output import print_incomplete, show


def graph(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="An ONNX or .pt2 file, or a name such as timm:resnet18."
        ),
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
    """Show what a network consists of, layer by layer: shapes, costs and their totals."""
    import json

    from gennape.frontends import graph_of
    from gennape.graph.description import to_plain
    from gennape.graph.draw import check_drawable, draw
    from gennape.utils.files import atomic_write, check_writable

    if drawing is not None:
        check_drawable(drawing)
    if json_file is not None:
        check_writable(json_file)
    shape, named = parse_inputs(inputs)
    network = graph_of(model, shape, inputs=named)
    if not network.complete:
        print_incomplete([model])
    summary = network.summary()
    show(summary.layers(), "", summary.facts())
    if drawing is not None:
        draw(network, drawing, fold=fold)
    if json_file is not None:
        text = json.dumps(to_plain(network), indent=1) + "\n"
        atomic_write(json_file, lambda partial: partial.write_text(text, encoding="utf-8"))
