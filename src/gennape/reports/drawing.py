"""How the reports' plots look, and how they become SVG."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from gennape.utils.optional_imports import require

INK, SOFT, LINE = "#1c2530", "#586575", "#e2e6eb"
OWN, OTHERS = "#c8501e", "#7d93a8"
"""What stands out, and what it stands among; the colours of the page's style."""

_LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": "#9aa7b4",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "legend.frameon": False,
    "svg.hashsalt": "gennape",
}
_RASTER_RESOLUTION = 200


@contextmanager
def drawing(width: float, height: float, **grid: Any) -> Iterator[tuple[Any, Any, StringIO]]:
    """A figure, its axes, and the SVG that it becomes in the end.

    Args:
        width: In inches.
        height: In inches.
        grid: Arguments of `Figure.subplots`.
    """
    matplotlib = require("matplotlib", "the report", package="gennape[plot]")
    figures = require("matplotlib.figure", "the report", package="gennape[plot]")
    svg = StringIO()
    with matplotlib.rc_context(_LOOK):
        figure = figures.Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots(**grid), svg
        figure.savefig(svg, format="svg", dpi=_RASTER_RESOLUTION, metadata={"Date": None})
