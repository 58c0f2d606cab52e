"""The report's plots: correlations by family and by labels, predictions, and embeddings."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gennape.estimator import Estimator
from gennape.estimator.array_scoring import predict_arrays
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.protocols import FULL, PROTOCOLS, Column, Protocol
from gennape.evaluation.transfer.published import FLAN_CURVES
from gennape.evaluation.transfer.results import FEW, LABEL_COUNTS, ProtocolResults, TransferResults
from gennape.reports.drawing import INK, SOFT, drawing
from gennape.reports.markdown import Figure, MarkdownReport
from gennape.utils.optional_imports import require

FloatArray = npt.NDArray[np.floating[Any]]


class LabelCurve(NamedTuple):
    """A line of the plots against the number of labels; one without protocol is published."""

    title: str
    colour: str
    style: str
    protocol: Protocol | None = None
    method: str = ""

    def points(self, results: TransferResults, column: Column) -> FloatArray:
        """Return places on the axis of labels, means and deviations, `(points, 3)`."""
        if self.protocol is None:
            published = FLAN_CURVES.get(column, {})
            return np.array([(_COUNTS.index(n), mean, 0.0) for n, mean in published.items()])
        of_count = [results.of(self.protocol, count) for count in _COUNTS]
        found = enumerate(one.summary(self.method, column) for one in of_count)
        return np.array([(place, one.mean, one.deviation) for place, one in found if one])


_LOOKS = {
    "nasbench101": ("NB-101", "#4d4d4d"),
    "nasbench201": ("NB-201", "#0072b2"),
    "nasbench301": ("NB-301", "#56b4e9"),
    "ofa_mobilenetv3": ("OFA-MBv3", "#d55e00"),
    "ofa_mobilenetv3_kernel7": ("OFA-MBv3 kernel 7", "#e69f00"),
    "accel_nasbench": ("Accel-NASBench", "#cc79a7"),
    "transnas_micro": ("TransNAS micro", "#009e73"),
    "transnas_macro": ("TransNAS macro", "#8bc34a"),
    "nasbench_mr": ("NB-MR", "#882255"),
    "metaqnn": ("MetaQNN", "#999933"),
    "vitbench_pit": ("ViT-Bench PiT", "#44aa99"),
    "hiaml": ("HiAML, quick", "#b22222"),
    "two_path": ("Two-Path, quick", "#6a3d9a"),
    "inception": ("Inception, quick", "#17becf"),
}
"""What plots call a table, and a colour that colour-blind readers tell apart (Okabe and Ito)."""

_MARKERS = {
    "flops": {"marker": "^", "color": "#7d8b99", "mfc": "none"},
    "parameters": {"marker": "v", "color": "#7d8b99", "mfc": "none"},
    "k-gnn": {"marker": "s", "color": "#e69f00"},
    FULL: {"marker": "o", "color": "#0072b2"},
}
_CURVES = (
    LabelCurve("full, trained on NB-101", "#0072b2", "-o", "nasbench101", FULL),
    LabelCurve("full, every other family", "#009e73", "-s", "leave-one-out", FULL),
    LabelCurve("k-GNN, trained on NB-101", "#e69f00", "-^", "nasbench101", "k-gnn"),
    LabelCurve("FLAN, published", "#cc79a7", ":D"),
)
_COUNTS = tuple(count for count in (0, *LABEL_COUNTS) if count != FEW)
_MAPPED, _DOTS = 250, 2_000
"""Networks of each table on the maps, and of each column in the plots of predictions."""
_PREDICTIONS = (
    "Measured accuracy against the zero-shot score of the full estimator, trained on "
    f"NAS-Bench-101; at most {_DOTS:,} networks each. The axes leave out the lowest fiftieth "
    "of scores and of accuracies."
)
_PERPLEXITY = 30.0


def require_plotting() -> None:
    """See to it that plots can be drawn.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    for module in ("matplotlib", "sklearn"):
        require(module, "the report", package="gennape[plot]")


def add_plots(
    report: MarkdownReport,
    results: TransferResults,
    estimator: Estimator,
    tables: Mapping[str, EvalTable],
) -> None:
    """Add all plots to a report.

    Args:
        report: The report.
        results: What was measured.
        estimator: The full estimator.
        tables: The tables that can be read, by name; those in results are drawn.
    """
    report.heading("Plots")
    for protocol in results.protocols:
        report.figure(_correlations(results.of(protocol)))
    _add_curves(report, results)
    predictions, embeddings, memberships = [], {}, {}
    of_full = results.of("nasbench101")
    for name, table in tables.items():
        columns = [one for one in of_full.columns if one.table == name]
        if not columns:
            continue
        rows = _some(len(table.rows), _DOTS)
        features = estimator.features(table.benchmark.graphs(table.rows[rows]))
        scores = predict_arrays(estimator, features).score
        for column in columns:
            accuracies = table.accuracies(column.label)[rows]
            predictions.append(_prediction(of_full, column, scores, accuracies))
        mapped = features.take(_some(len(rows), _MAPPED))
        embeddings[name] = estimator.embed(mapped)
        memberships[name] = estimator.memberships(mapped)
    if predictions:
        report.gallery(predictions, _PREDICTIONS)
        report.figure(_embedding_map(embeddings))
        report.figure(_membership_map(memberships))


def _correlations(results: ProtocolResults) -> Figure:
    """Draw a line a column and a mark a method: how well each ranks without labels."""
    methods = [method for method in results.methods if method.name in _MARKERS]
    heights = -np.arange(len(results.columns))
    with drawing(7.2, 0.8 + 0.32 * len(heights)) as (_, axes, svg):
        for method in methods:
            found = [results.summary(method.name, column) for column in results.columns]
            values = [summary.mean if summary else np.nan for summary in found]
            axes.plot(values, heights, ls="", ms=7, label=method.title, **_MARKERS[method.name])
        axes.axvline(0, color=SOFT, lw=0.8)
        axes.set_yticks(heights, [column.title for column in results.columns], color=INK)
        axes.set_xlim(min(-0.05, axes.get_xlim()[0]), 1.02)
        axes.set_xlabel("Spearman correlation")
        axes.grid(axis="y", visible=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1), ncols=len(methods), fontsize=8)
    caption = f"Zero-shot Spearman, {PROTOCOLS[results.protocol]}."
    return Figure(f"correlations-{results.protocol}", svg.getvalue(), caption)


def _add_curves(report: MarkdownReport, results: TransferResults) -> None:
    """Add a plot a column of correlations against the number of labels, after their legend."""
    shown: set[LabelCurve] = set()
    plots = []
    for column in results.of("nasbench101").columns:
        lines = {curve: points for curve in _CURVES if len(points := curve.points(results, column))}
        plots.append(_curves(column, lines, results.of("nasbench101").baseline(column)))
        shown |= set(lines)
    with drawing(7.2, 0.7) as (figure, axes, svg):
        axes.set_visible(False)
        for curve in (curve for curve in _CURVES if curve in shown):
            axes.plot([], [], curve.style, color=curve.colour, ms=4, label=curve.title)
        figure.legend(loc="center", ncols=2, fontsize=8)
    caption = (
        "Spearman correlation against the number of labels of the family; the bands are one "
        "standard deviation, the dashed line is the better of FLOPs and parameters."
    )
    report.figure(Figure("labels-legend", svg.getvalue(), caption))
    report.gallery(plots)


def _curves(
    column: Column, lines: Mapping[LabelCurve, FloatArray], baseline: float | None
) -> Figure:
    with drawing(3.4, 2.7) as (_, axes, svg):
        for curve, points in lines.items():
            places, means, spreads = points.T
            axes.plot(places, means, curve.style, color=curve.colour, ms=3.5, lw=1.4)
            band = means - spreads, means + spreads
            axes.fill_between(places, *band, color=curve.colour, alpha=0.15, lw=0)
        if baseline is not None:
            axes.axhline(baseline, color=SOFT, lw=1, ls="--")
        axes.set_xticks(range(len(_COUNTS)), list(map(str, _COUNTS)))
        axes.set_ylim(min(axes.get_ylim()[0], 0.4), 1)
        axes.set(title=column.title, xlabel="labels of the family", ylabel="Spearman")
    return Figure(_name("labels", column), svg.getvalue(), column.title)


def _prediction(results: ProtocolResults, column: Column, x: FloatArray, y: FloatArray) -> Figure:
    """Draw measured accuracy `y` against score `x`, a dot a network."""
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    # The lowest would squeeze the others: networks that failed to train, dead ones.
    left, low = np.quantile(x, 0.02), np.quantile(y, 0.02)
    with drawing(3.4, 2.9) as (_, axes, svg):
        look = {"s": 4, "alpha": 0.35, "lw": 0, "rasterized": True}
        axes.scatter(x, y, color=_LOOKS[column.table][1], **look)
        axes.set_xlim(left - 0.05 * (x.max() - left), None)
        axes.set_ylim(low - 0.05 * (y.max() - low), None)
        axes.set(title=column.title, xlabel="score, zero-shot", ylabel="measured")
        if summary := results.summary(FULL, column):
            text = f"Spearman {summary.mean:.3f}"
            axes.text(0.03, 0.94, text, transform=axes.transAxes, va="top")
    return Figure(_name("prediction", column), svg.getvalue(), column.title)


def _embedding_map(embeddings: Mapping[str, FloatArray]) -> Figure:
    """Draw t-SNE of the embeddings of each table, `(networks, columns)`, coloured by table."""
    rows = np.concatenate(list(embeddings.values()))
    standard = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-6)
    manifold = require("sklearn.manifold", "the report", package="gennape[plot]")
    perplexity = min(_PERPLEXITY, (len(rows) - 1) / 3)
    t_sne = manifold.TSNE(perplexity=perplexity, init="pca", random_state=0)
    points = t_sne.fit_transform(standard)
    ends = np.cumsum([len(rows) for rows in embeddings.values()])
    with drawing(7.2, 5.6) as (_, axes, svg):
        for table, of_table in zip(embeddings, np.split(points, ends[:-1]), strict=True):
            title, colour = _LOOKS[table]
            look = {"s": 7, "alpha": 0.65, "lw": 0, "rasterized": True}
            axes.scatter(*of_table.T, color=colour, label=title, **look)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2.4, fontsize=8)
    caption = (
        "t-SNE of the full estimator's embeddings, coloured by family; its encoder was trained "
        f"on NAS-Bench-101. At most {_MAPPED} networks of each table."
    )
    return Figure("embedding-map", svg.getvalue(), caption)


def _membership_map(memberships: Mapping[str, FloatArray]) -> Figure:
    """Draw the mean of the memberships of each table, `(networks, clusters)`."""
    means = np.stack([rows.mean(axis=0) for rows in memberships.values()])
    tables, clusters = means.shape
    with drawing(2.2 + 0.55 * clusters, 0.9 + 0.36 * tables) as (figure, axes, svg):
        image = axes.imshow(means, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for (row, column), mean in np.ndenumerate(means):
            text, colour = f"{mean:.2f}".removeprefix("0"), "white" if mean > 0.6 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=colour)
        axes.set_xticks(range(clusters), [str(number + 1) for number in range(clusters)])
        axes.set_yticks(range(tables), [_LOOKS[table][0] for table in memberships], color=INK)
        axes.set_xlabel("cluster")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, shrink=0.8, label="mean membership")
    caption = "Mean fuzzy membership of the same networks in the clusters of the first predictor."
    return Figure("membership-map", svg.getvalue(), caption)


def _name(plot: str, column: Column) -> str:
    """Name a file without spaces, which links in Markdown do not have."""
    return re.sub(r"\W+", "-", f"{plot}-{column.table}-{column.label}")


def _some(count: int, most: int) -> npt.NDArray[np.int64]:
    """Draw at most `most` of the first `count` numbers."""
    return np.sort(np.random.default_rng(0).permutation(count)[:most])
