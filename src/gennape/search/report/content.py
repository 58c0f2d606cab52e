"""What the report of a search says."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gennape.reports.document import Block, Document, Entry, Figure, Heading, Paragraph, Table
from gennape.search.candidate import Candidate
from gennape.search.driver import Found
from gennape.search.objectives import Objective, costs_of, shown
from gennape.search.pareto import hypervolume


def document(
    family: str,
    settings: Mapping[str, Any],
    found: Found,
    objectives: Sequence[Objective],
    plot: str,
) -> Document:
    """The whole report.

    Args:
        family: What was searched.
        settings: How, by name.
        found: What was found.
        objectives: What the front is judged by.
        plot: As SVG.
    """
    title = f"Search of {family}"
    number = len(found.front)
    blocks: list[Block] = [
        Heading(title, level=1),
        Paragraph(_summary(found, objectives)),
        Figure("front", plot, _caption(objectives)),
        Heading("The front" if number > 1 else "The best network"),
        _networks(found.front),
        Heading("How it was found"),
        Table(
            ("setting", "value"),
            tuple((Entry(name), Entry(_said(value))) for name, value in settings.items()),
            numbers=False,
        ),
    ]
    return tuple(blocks)


def _said(setting: Any) -> str:
    """A setting in words."""
    several = setting if isinstance(setting, list) else [setting]
    return ", ".join(str(one) for one in several if one is not None) or "none"


def _summary(found: Found, objectives: Sequence[Objective]) -> str:
    ended = " Nothing new could be found after them." if found.exhausted else ""
    said = f"{len(found.candidates):,} networks were looked at.{ended}"
    costs = costs_of(found.candidates, objectives)
    finite = costs[np.isfinite(costs).all(axis=1)]
    if len(objectives) == 1 or not len(finite):
        return said
    worst, best = finite.max(axis=0), finite.min(axis=0)
    share = hypervolume(finite, worst) / max(float(np.prod(worst - best)), 1e-300)
    return (
        f"{said} No other network is better than one of the {len(found.front)} on the front in "
        f"every objective. They dominate {100 * share:.1f} % of the box between the worst and the "
        "best values found (hypervolume)."
    )


def _caption(objectives: Sequence[Objective]) -> str:
    if len(objectives) == 1:
        return f"{objectives[0].metric} of each candidate, in the order of the search."
    return f"{objectives[0].metric} and {objectives[1].metric} of all candidates."


def _networks(front: Sequence[Candidate]) -> Table:
    metrics = list(front[0].metrics)
    rows = tuple(
        (
            Entry(f"{place}. {candidate.text}"),
            *(Entry(shown(name, candidate.metrics[name])) for name in metrics),
        )
        for place, candidate in enumerate(front, start=1)
    )
    return Table(("network", *metrics), rows)
