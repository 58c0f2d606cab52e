"""The report's plots, from what was measured and from the estimator's own eyes."""

import re
from collections.abc import Mapping

import numpy as np

from gennape.estimator import load
from gennape.evaluation.transfer.cells import FEW, LABEL_COUNTS
from gennape.evaluation.transfer.methods import FULL, METHODS
from gennape.evaluation.transfer.protocols import COLUMNS, PROTOCOLS, Column, Protocol
from gennape.evaluation.transfer.published import CURVES
from gennape.evaluation.transfer.rankings import ByEstimator
from gennape.evaluation.transfer.report.maps import embedding_map, membership_map
from gennape.evaluation.transfer.report.plots import (
    Curve,
    correlations,
    curves,
    legend,
    prediction,
)
from gennape.evaluation.transfer.report.tables import measured_columns
from gennape.evaluation.transfer.results import Results
from gennape.reports.document import Figure, Gallery

_MAPPED = 250
"""Networks of each table on the maps."""
_DOTS = 2_000
"""Networks of each column in the plots of predictions."""
_COUNTS = tuple(sorted({*LABEL_COUNTS} - {FEW}))
_LINES: tuple[tuple[Protocol, str, str, str, str], ...] = (
    ("nasbench101", FULL, "full, trained on NB-101", "#0072b2", "-o"),
    ("leave-one-out", FULL, "full, every other family", "#009e73", "-s"),
    ("nasbench101", "k-gnn", "k-GNN, trained on NB-101", "#e69f00", "-^"),
)
_SHOWN = ("flops", "parameters", "k-gnn", FULL)


def figures(results: Results, views: Mapping[str, ByEstimator]) -> list[Figure | Gallery]:
    """All plots of a report.

    Args:
        results: What was measured.
        views: The judged networks by table, as the full estimator sees them.
    """
    drawn: list[Figure | Gallery] = [
        _correlations(results, protocol)
        for protocol in PROTOCOLS
        if measured_columns(results, protocol, 0)
    ]
    drawn += _curves(results)
    if views:
        drawn += [_predictions(results, views), *_maps(views)]
    return drawn


def _correlations(results: Results, protocol: Protocol) -> Figure:
    titles = {method.name: method.title for method in METHODS[protocol]}
    columns = measured_columns(results, protocol, 0)
    shown = [name for name in _SHOWN if name in titles]
    values = {
        name: [_mean(results, protocol, name, column) for column in columns] for name in shown
    }
    svg = correlations(
        [column.title for column in columns], {name: titles[name] for name in shown}, values
    )
    return Figure(f"correlations-{protocol}", svg, f"Zero-shot Spearman, {PROTOCOLS[protocol]}.")


def _mean(results: Results, protocol: Protocol, method: str, column: Column) -> float | None:
    value = results.value(protocol, method, column, 0, "spearman")
    return value.mean if value else None


def _curves(results: Results) -> list[Figure | Gallery]:
    drawn: list[Figure] = []
    shown: dict[str, Curve] = {}
    for column in measured_columns(results, _LINES[0][0], 0):
        lines = [
            Curve(title, colour, points, style)
            for protocol, method, title, colour, style in _LINES
            if (points := _points(results, protocol, method, column))
        ]
        if column in CURVES:
            published = {count: (mean, 0.0) for count, mean in CURVES[column].items()}
            lines.append(Curve("FLAN, published", "#cc79a7", published, ":D"))
        shown |= {line.title: line for line in lines}
        svg = curves(column.title, _COUNTS, lines, results.floor(_LINES[0][0], column, 0))
        drawn.append(Figure(_name("labels", column), svg, column.title))
    caption = (
        "Spearman correlation against the number of labels of the family; the bands are one "
        "standard deviation, the dashed line is the better of FLOPs and parameters."
    )
    return [
        Figure("labels-legend", legend(list(shown.values())), caption),
        Gallery(tuple(drawn), ""),
    ]


def _name(plot: str, column: Column) -> str:
    """A file name without spaces, which links in Markdown do not have."""
    return re.sub(r"\W+", "-", f"{plot}-{column.table}-{column.label}")


def _points(
    results: Results, protocol: Protocol, method: str, column: Column
) -> dict[int, tuple[float, float]]:
    values = {
        count: results.value(protocol, method, column, count, "spearman") for count in _COUNTS
    }
    return {count: (value.mean, value.deviation) for count, value in values.items() if value}


def _predictions(results: Results, views: Mapping[str, ByEstimator]) -> Gallery:
    drawn = []
    for column in COLUMNS:
        value = results.value("nasbench101", FULL, column, 0, "spearman")
        if column.table not in views or value is None:
            continue
        view = views[column.table]
        accuracies = view.pool.table.accuracies(column.label)
        known = _some(np.flatnonzero(np.isfinite(accuracies)), _DOTS)
        scores = view.score
        svg = prediction(column.title, column.table, scores[known], accuracies[known], value.mean)
        drawn.append(Figure(_name("prediction", column), svg, column.title))
    return Gallery(
        tuple(drawn),
        "Measured accuracy against the zero-shot score of the full estimator, trained on "
        f"NAS-Bench-101; at most {_DOTS:,} networks each. The axes leave out the lowest fiftieth "
        "of scores and of accuracies.",
    )


def _maps(views: Mapping[str, ByEstimator]) -> list[Figure]:
    chosen = {
        table: _some(np.arange(len(view.pool.table.rows)), _MAPPED) for table, view in views.items()
    }
    embeddings = {table: view.embeddings[chosen[table]] for table, view in views.items()}
    memberships = {}
    for table, view in views.items():
        features = view.pool.features(view.encoder).take(chosen[table])
        memberships[table] = load(view.estimator).memberships(features)
    return [
        Figure(
            "embedding-map",
            embedding_map(embeddings),
            "t-SNE of the full estimator's embeddings, coloured by family; its encoder was trained "
            f"on NAS-Bench-101. At most {_MAPPED} networks of each table.",
        ),
        Figure(
            "membership-map",
            membership_map(memberships),
            "Mean fuzzy membership of the same networks in the clusters of the first member.",
        ),
    ]


def _some(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of some rows, at random."""
    return np.sort(np.random.default_rng(0).permutation(rows)[:most])
