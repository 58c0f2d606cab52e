"""A picture of a network that a person can read: boxes in columns, as SVG or PNG."""

from os import PathLike
from pathlib import Path

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.picture import picture
from gennape.graph.draw.png import write_png
from gennape.graph.draw.svg import to_svg
from gennape.graph.validation import GraphError

__all__ = ["draw", "svg_of"]


def draw(graph: ComputationGraph, path: str | PathLike[str], *, fold: bool | None = None) -> None:
    """Draw a network into a file.

    Args:
        graph: The network.
        path: Where to; ends in `.svg` or `.png`. PNG needs the extra `plot`.
        fold: As `svg_of` takes it.

    Raises:
        GraphError: The path has another ending.
        MissingExtraError: matplotlib is not installed.
    """
    path = Path(path)
    scene = picture(graph, fold)
    if path.suffix.lower() == ".svg":
        path.write_text(to_svg(scene), encoding="utf-8", errors="backslashreplace")
    elif path.suffix.lower() == ".png":
        write_png(scene, path)
    else:
        raise GraphError(f"cannot draw to {path}: the name must end in .svg or .png")


def svg_of(graph: ComputationGraph, *, fold: bool | None = None) -> str:
    """Draw a network as SVG.

    Chains such as convolution, batch norm, ReLU are one box; all attributes of their
    nodes are in the box's tooltip.

    Args:
        graph: The network.
        fold: Whether blocks that repeat one after another are drawn once, in a frame that tells
            how often they stand there; large networks only, unless given.
    """
    return to_svg(picture(graph, fold))
