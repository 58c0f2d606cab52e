"""A scene as PNG, drawn by matplotlib."""

from pathlib import Path
from typing import Any

from gennape.graph.draw.scene import BezierCurve, Rectangle, Scene, Text
from gennape.utils.optional_imports import require

_PIXELS_PER_POINT = 100 / 72  # of a figure of 100 dots per inch, which a scene unit is
_SCALE = 2.0
_MAX_PIXELS = 30_000
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def write_png(scene: Scene, path: Path) -> None:
    """Write a scene at twice its size, for sharp text.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figures = require("matplotlib.figure", "drawing a PNG", package="gennape[plot]")
    figure = figures.Figure(figsize=(scene.width / 100, scene.height / 100))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    axes.axis("off")
    for order, shape in enumerate(scene.shapes):
        _add(axes, shape, order)
    scale = min(_SCALE, _MAX_PIXELS / max(scene.width, scene.height))
    figure.savefig(path, dpi=100 * scale, format="png")


def _add(axes: Any, shape: Rectangle | Text | BezierCurve, order: int) -> None:
    patches = require("matplotlib.patches", "drawing a PNG", package="gennape[plot]")
    paths = require("matplotlib.path", "drawing a PNG", package="gennape[plot]")
    match shape:
        case Rectangle():
            style = f"round,pad=0,rounding_size={shape.radius}" if shape.radius else "square,pad=0"
            patch = patches.FancyBboxPatch(
                (shape.x, shape.y),
                shape.width,
                shape.height,
                boxstyle=style,
                facecolor=shape.fill,
                edgecolor=shape.outline,
                linewidth=1 / _PIXELS_PER_POINT,
                zorder=order,
            )
            axes.add_patch(patch)
        case Text():
            axes.text(
                shape.x,
                shape.y,
                shape.content.replace("$", r"\$"),
                fontsize=0.92 * shape.size / _PIXELS_PER_POINT,
                color=shape.colour,
                ha=_ANCHORS[shape.anchor],
                va="baseline",
                weight="bold" if shape.bold else "normal",
                zorder=order,
            )
        case BezierCurve():
            codes = [paths.Path.MOVETO] + [paths.Path.CURVE4] * (len(shape.points) - 1)
            patch = patches.PathPatch(
                paths.Path(shape.points, codes),
                facecolor="none",
                edgecolor=shape.colour,
                linewidth=shape.width / _PIXELS_PER_POINT,
                zorder=order,
            )
            axes.add_patch(patch)
