"""Everything that a search writes at its end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gennape.search.driver import Found
from gennape.search.history import write_history
from gennape.search.objectives import Objective
from gennape.search.report.content import search_report
from gennape.search.report.networks import write_networks
from gennape.search.report.plots import front_plot, progress_plot
from gennape.spaces import SearchSpace
from gennape.utils.files import atomic_write
from gennape.utils.optional_imports import require

HISTORY, PICTURE = "history.parquet", "front.png"


def require_plotting() -> None:
    """See to it that the report can be drawn, before the search and not after it.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    require("matplotlib", "the report of a search", package="'gennape[plot]'")


def write_results(
    folder: Path,
    space: SearchSpace[Any],
    found: Found,
    objectives: Sequence[Objective],
    settings: Mapping[str, Any],
) -> Path:
    """Write history, found networks, plot and report.

    Args:
        folder: Gets `history.parquet`, `architectures.txt`, `networks/`, `front.png`,
            `report.md` and `report.html`.
        space: What was searched.
        found: What was found.
        objectives: What the front is judged by.
        settings: How it was searched, by name, for the report.

    Returns:
        The page.
    """
    write_history(folder / HISTORY, space.name, found.candidates, found.front)
    write_networks(folder, space, found.front)
    if len(objectives) > 1:
        plot = front_plot(found.candidates, found.front, objectives)
    else:
        plot = progress_plot(found.candidates, objectives[0])
    atomic_write(folder / PICTURE, lambda path: path.write_bytes(plot.png))
    return search_report(space.name, settings, found, objectives, plot.svg).write(folder)
