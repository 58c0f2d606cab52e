"""A picture of a network that a person can read: boxes in columns, as SVG or PNG."""

from os import PathLike
from pathlib import Path

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.picture import picture
from gennape.graph.draw.png import write_png
from gennape.graph.draw.svg import to_svg
from gennape.graph.validation import GraphError
from gennape.utils.files import atomic_write, check_writable
from gennape.utils.optional_imports import require

__all__ = ["draw", "svg_of"]


def draw(graph: ComputationGraph, path: str | PathLike[str], *, fold: bool | None = None) -> None:
    """Draw a network into a file.

    Args:
        graph: The network.
        path: Where to; ends in `.svg` or `.png`. PNG needs the extra `plot`.
        fold: As `svg_of` takes it.

    Raises:
        GraphError: The path has another ending.
        WriteError: The operating system does not let the file be written.
        MissingExtraError: matplotlib, which PNG needs, is not installed.
    """
    path = Path(path)
    check_drawable(path)
    scene = picture(graph, fold)
    if path.suffix.lower() == ".png":
        atomic_write(path, lambda partial: write_png(scene, partial))
    else:
        text = to_svg(scene).encode("utf-8", "backslashreplace")
        atomic_write(path, lambda partial: partial.write_bytes(text))


def check_drawable(path: Path) -> None:
    """Check that a network can be drawn into a file, before it is read.

    Raises:
        GraphError: The path ends neither in `.svg` nor in `.png`.
        WriteError: The operating system will not let the file be written.
        MissingExtraError: matplotlib, which PNG needs, is not installed.
    """
    if path.suffix.lower() not in (".svg", ".png"):
        raise GraphError(f"cannot draw to {path}: the name must end in .svg or .png")
    if path.suffix.lower() == ".png":
        require("matplotlib", "drawing a PNG", package="gennape[plot]")
    check_writable(path)


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
