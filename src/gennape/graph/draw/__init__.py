"""A picture of a network that a person can read: boxes in columns, as SVG or PNG."""

from os import PathLike
from pathlib import Path

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.picture import picture
from gennape.graph.draw.png import write_png
from gennape.graph.draw.svg import to_svg
from gennape.graph.validation import GraphError

__all__ = ["draw"]


def draw(graph: ComputationGraph, path: str | PathLike[str]) -> None:
    """Draw a network.

    Chains such as convolution, batch norm, ReLU are one box; all attributes of their
    nodes are in the box's tooltip (SVG).

    Args:
        graph: The network.
        path: Where to; ends in `.svg` or `.png`. PNG needs the extra `plot`.

    Raises:
        GraphError: The path has another ending.
        MissingExtraError: matplotlib is not installed.
    """
    path = Path(path)
    scene = picture(graph)
    if path.suffix.lower() == ".svg":
        path.write_text(to_svg(scene), encoding="utf-8")
    elif path.suffix.lower() == ".png":
        write_png(scene, path)
    else:
        raise GraphError(f"cannot draw to {path}: the name must end in .svg or .png")
