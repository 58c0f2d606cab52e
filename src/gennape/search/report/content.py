"""What the report of a search says."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gennape.reports.markdown import Figure, MarkdownReport
from gennape.search.candidate import Candidate
from gennape.search.driver import Found
from gennape.search.objectives import Objective, costs_of, shown
from gennape.search.pareto import hypervolume


def search_report(
    family: str,
    settings: Mapping[str, Any],
    found: Found,
    objectives: Sequence[Objective],
    plot: str,
) -> MarkdownReport:
    """Write the whole report.

    Args:
        family: What was searched.
        settings: How, by name.
        found: What was found.
        objectives: What the front is judged by.
        plot: As SVG.
    """
    report = MarkdownReport(f"Search of {family}")
    report.paragraph(_summary(found, objectives))
    report.figure(Figure("front", plot, _caption(objectives)))
    report.heading("The front" if len(found.front) > 1 else "The best network")
    _add_networks(report, found.front)
    report.heading("How it was found")
    rows = [(name, _said(value)) for name, value in settings.items()]
    report.table(("setting", "value"), rows, numbers=False)
    return report


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


def _add_networks(report: MarkdownReport, front: Sequence[Candidate]) -> None:
    metrics = list(front[0].metrics)
    rows = [
        (
            f"{place}. {candidate.text}",
            *(shown(name, candidate.metrics[name]) for name in metrics),
        )
        for place, candidate in enumerate(front, start=1)
    ]
    report.table(("network", *metrics), rows)
