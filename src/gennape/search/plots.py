"""Plots of a search: its front, or the progress of its best candidate."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from gennape.reports.drawing import OTHERS, OWN, drawing
from gennape.search.candidate import Candidate
from gennape.search.objectives import Objective, cost_matrix, format_metric
from gennape.utils.array_types import FloatArray

_RESOLUTION = 160


class Plot(NamedTuple):
    """Drawing as SVG and as PNG."""

    svg: str
    png: bytes


def front_plot(
    candidates: Sequence[Candidate], front: Sequence[Candidate], objectives: Sequence[Objective]
) -> Plot:
    """Plot all candidates by the first two objectives; the front stands out."""
    along, up = objectives[1].metric, objectives[0].metric
    everything, best = (_points(part, along, up) for part in (candidates, front))
    png = BytesIO()
    with drawing(6.4, 4.2) as (figure, axes, svg):
        axes.scatter(*everything.T, s=9, lw=0, alpha=0.45, color=OTHERS, label="candidates")
        axes.plot(*best[np.argsort(best[:, 0])].T, "-o", color=OWN, ms=4, lw=1, label="front")
        _name(axes.xaxis, along)
        _name(axes.yaxis, up)
        axes.legend(fontsize=8)
        figure.savefig(png, format="png", dpi=_RESOLUTION)
    return Plot(svg.getvalue(), png.getvalue())


def progress_plot(candidates: Sequence[Candidate], objective: Objective) -> Plot:
    """Plot the value of each candidate in the order of the search, and the best so far."""
    costs = cost_matrix(candidates, [objective])[:, 0]
    sign = -1 if objective.higher_is_better else 1
    order = np.arange(1, len(costs) + 1)
    png = BytesIO()
    with drawing(6.4, 4.2) as (figure, axes, svg):
        axes.scatter(order, sign * costs, s=9, lw=0, alpha=0.45, color=OTHERS, label="candidates")
        axes.step(order, sign * np.minimum.accumulate(costs), where="post", color=OWN, label="best")
        axes.set_xlabel("candidates")
        _name(axes.yaxis, objective.metric)
        axes.legend(fontsize=8)
        figure.savefig(png, format="png", dpi=_RESOLUTION)
    return Plot(svg.getvalue(), png.getvalue())


def _name(axis: Any, metric: str) -> None:
    """Label an axis of matplotlib, its numbers as tables show them."""
    axis.set_label_text(metric)
    axis.set_major_formatter(lambda value, _: format_metric(metric, value))


def _points(candidates: Sequence[Candidate], along: str, up: str) -> FloatArray:
    """Tabulate two metrics of candidates, `(candidates, 2)`."""
    return np.array([(one.metrics[along], one.metrics[up]) for one in candidates])
