"""Report of a search, and its networks as files."""

import os
import warnings
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from gennape.graph import ComputationGraph, GraphError, Op
from gennape.graph.draw import draw
from gennape.reports.markdown import Figure, MarkdownReport
from gennape.search.candidate import Candidate
from gennape.search.objectives import Objective, cost_matrix, format_metric
from gennape.search.pareto import hypervolume
from gennape.search.plots import Plot, front_plot, progress_plot
from gennape.search.result import SearchResult, write_history
from gennape.utils.errors import one_line, writing
from gennape.utils.files import atomic_write

HISTORY, PICTURE, STRINGS, NETWORKS = (
    "history.parquet",
    "front.png",
    "architectures.txt",
    "networks",
)
MOST_EXPORTED = 10
"""Networks that are written as ONNX and drawn; all are named."""
_AGAIN = "and the same search again, which finds its results in its folder"
_WITHOUT_PLOT = (
    f"the report has no plot, which needs matplotlib: run pip install 'gennape[plot]' {_AGAIN}"
)
_WITHOUT_TORCH = (
    "the networks are drawn and not written as ONNX files, which needs PyTorch: run pip install "
    f"'gennape[torch]' {_AGAIN}"
)


def left_out(searched: str | ComputationGraph) -> list[str]:
    """Say what the report of a search will not have, before the search and not after it.

    Args:
        searched: A family, or the network whose changes are searched.

    Returns:
        A sentence each: there is no matplotlib, there is no PyTorch, or PyTorch cannot run the
        network.
    """
    sentences = [] if _has("matplotlib") else [_WITHOUT_PLOT]
    if not _has("torch"):
        return [*sentences, _WITHOUT_TORCH]
    if isinstance(searched, ComputationGraph) and (problem := _problem_of(searched)):
        sentences.append(
            "the networks are scored and drawn, and neither written as ONNX files nor to be "
            f"trained by to_module(): {problem}"
        )
    return sentences


def _has(package: str) -> bool:
    return find_spec(package) is not None


def _problem_of(network: ComputationGraph) -> str:
    """Why PyTorch cannot run a network, or nothing."""
    import torch  # slow to import, and all else does without

    try:
        with torch.device("meta"):
            network.to_module(stand_ins=True)
    except GraphError as error:
        return one_line(error)
    return ""


def write_search_report(result: SearchResult, folder: str | os.PathLike[str]) -> Path:
    """Write history, found networks, plot and report.

    What cannot be written without matplotlib or PyTorch, `left_out`, is told by the report. Warns
    where networks cannot be exported.

    Args:
        result: Of the search.
        folder: Gets `history.parquet`, `architectures.txt`, `networks/`, `front.png`,
            `report.md` and `report.html`.

    Returns:
        The page.
    """
    folder = Path(folder)
    write_history(folder / HISTORY, result)
    without_onnx = write_networks(result, folder)
    if without_onnx not in ("", _WITHOUT_TORCH):
        warnings.warn(without_onnx, stacklevel=2)
    plot = _plot(result) if _has("matplotlib") else None
    if plot is not None:
        png = plot.png
        atomic_write(folder / PICTURE, lambda path: path.write_bytes(png))
    missing = [_WITHOUT_PLOT if plot is None else "", without_onnx]
    return search_report(result, plot and plot.svg, filter(None, missing)).write(folder)


def _plot(result: SearchResult) -> Plot:
    if len(result.objectives) > 1:
        return front_plot(result.candidates, result.front, result.objectives)
    return progress_plot(result.candidates, result.objectives[0])


def write_networks(result: SearchResult, folder: Path) -> str:
    """Write the strings of the front, and its first networks as SVG and ONNX.

    Weights are initial ones.

    Args:
        result: Of the search.
        folder: Gets `architectures.txt` and `networks/01.svg`, `networks/01.onnx` and so on.

    Returns:
        Why networks have no ONNX file, one sentence; empty where all have.
    """
    space, front = result.space, result.front
    lines = "".join(f"{space.name}:{candidate.text}\n" for candidate in front)
    atomic_write(folder / STRINGS, lambda path: path.write_text(lines, encoding="utf-8"))
    with writing(folder / NETWORKS):
        (folder / NETWORKS).mkdir(exist_ok=True)
    graphs = [space.graph(candidate.architecture) for candidate in front[:MOST_EXPORTED]]
    for place, graph in enumerate(graphs, start=1):
        draw(graph, folder / NETWORKS / f"{place:02d}.svg")
    if not _has("torch"):
        return _WITHOUT_TORCH
    try:
        for place, graph in enumerate(graphs, start=1):
            _write_onnx(graph, folder / NETWORKS / f"{place:02d}.onnx")
    except (GraphError, RuntimeError) as error:  # RuntimeError is the base of the exporter's
        return f"not all networks are written as ONNX files: {one_line(error)}"
    return ""


def _write_onnx(graph: ComputationGraph, path: Path) -> None:
    """Export the module of a graph."""
    import torch  # slow to import, and all else does without

    shapes = graph.output_shape[graph.operations == Op.INPUT].tolist()
    images = tuple(torch.zeros(1, *shape) for shape in shapes)
    module = graph.to_module(stand_ins=True).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package warns
        content = BytesIO()
        torch.onnx.export(module, images, content, dynamo=False)  # type: ignore[arg-type]
    atomic_write(path, lambda partial: partial.write_bytes(content.getbuffer()))


def search_report(
    result: SearchResult, plot: str | None, missing: Iterable[str] = ()
) -> MarkdownReport:
    """Compose the report.

    Args:
        result: Of the search.
        plot: As SVG, where there is one.
        missing: What the folder lacks and why, a sentence each.
    """
    report = MarkdownReport(f"Search of {result.space.name}")
    report.paragraph(_summary(result))
    if plot is not None:
        report.figure(Figure("front", plot, _caption(result.objectives)))
    report.heading("The front" if len(result.front) > 1 else "The best network")
    _add_networks(report, result.front)
    for sentence in missing:
        report.paragraph(f"{sentence[0].upper()}{sentence[1:]}.")
    report.heading("How it was found")
    rows = [(name, _in_words(value)) for name, value in result.settings.items()]
    report.table(("setting", "value"), rows, numbers=False)
    return report


def _in_words(setting: Any) -> str:
    """Write a setting in words."""
    several = setting if isinstance(setting, list) else [setting]
    return ", ".join(str(one) for one in several if one is not None) or "none"


def _summary(result: SearchResult) -> str:
    ended = " Nothing new could be found after them." if result.exhausted else ""
    said = f"{len(result.candidates):,} networks were looked at.{ended}"
    costs = cost_matrix(result.candidates, result.objectives)
    finite = costs[np.isfinite(costs).all(axis=1)]
    if len(result.objectives) == 1 or not len(finite):
        return said
    worst, best = finite.max(axis=0), finite.min(axis=0)
    share = hypervolume(finite, worst) / max(float(np.prod(worst - best)), 1e-300)
    return (
        f"{said} No other network is better than one of the {len(result.front)} on the front in "
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
            *(format_metric(name, candidate.metrics[name]) for name in metrics),
        )
        for place, candidate in enumerate(front, start=1)
    ]
    report.table(("network", *metrics), rows)
