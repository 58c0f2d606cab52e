"""Plots of correlations: by family, against the number of labels, and their networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.evaluation.transfer.report.colours import COLOURS
from gennape.reports.drawing import INK, SOFT, drawing

Array = npt.NDArray[np.floating[Any]]

_MARKS = {
    "flops": ("^", "#7d8b99"),
    "parameters": ("v", "#7d8b99"),
    "k-gnn": ("s", "#e69f00"),
    "estimator": ("o", "#0072b2"),
}


def correlations(
    columns: Sequence[str], methods: Mapping[str, str], values: Mapping[str, Sequence[float | None]]
) -> str:
    """A line a column and a mark a method: how well each ranks.

    Args:
        columns: Their titles, from the top.
        methods: Names and titles of the methods to show.
        values: Spearman correlations of each method, by column; None where there is none.
    """
    with drawing(7.2, 0.8 + 0.32 * len(columns)) as (_, axes, svg):
        heights = -np.arange(len(columns))
        for name, title in methods.items():
            mark, colour = _MARKS[name]
            numbers = np.array([np.nan if v is None else v for v in values[name]], dtype=float)
            if not np.isnan(numbers).all():
                filling = "none" if mark in "^v" else colour
                axes.plot(numbers, heights, mark, color=colour, mfc=filling, ms=7, label=title)
        axes.axvline(0, color=SOFT, lw=0.8)
        axes.set_yticks(heights, columns, color=INK)
        axes.set_xlim(min(-0.05, axes.get_xlim()[0]), 1.02)
        axes.set_xlabel("Spearman correlation")
        axes.grid(axis="y", visible=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1), ncols=len(methods), fontsize=8)
    return svg.getvalue()


@dataclass(frozen=True)
class Curve:
    """Correlation against the number of labels.

    Attributes:
        title: What the legend calls it.
        colour: Of the line.
        points: Mean and standard deviation by number of labels.
        style: Of the line, in matplotlib's short form.
    """

    title: str
    colour: str
    points: Mapping[int, tuple[float, float]]
    style: str = "-o"


def curves(title: str, counts: Sequence[int], lines: Sequence[Curve], floor: float | None) -> str:
    """One column's correlations against the number of labels, evenly spaced.

    Args:
        title: The column's.
        counts: Numbers of labels.
        lines: What is shown.
        floor: What size alone gives.
    """
    with drawing(3.4, 2.7) as (_, axes, svg):
        for line in lines:
            shown = [count for count in line.points if count in counts]
            places = [counts.index(count) for count in shown]
            means, spreads = np.array([line.points[count] for count in shown]).T
            axes.plot(places, means, line.style, color=line.colour, ms=3.5, lw=1.4)
            axes.fill_between(
                places, means - spreads, means + spreads, color=line.colour, alpha=0.15, lw=0
            )
        if floor is not None:
            axes.axhline(floor, color=SOFT, lw=1, ls="--")
        axes.set_xticks(range(len(counts)), list(map(str, counts)))
        axes.set_ylim(min(axes.get_ylim()[0], 0.4), 1)
        axes.set_title(title)
        axes.set_xlabel("labels of the family")
        axes.set_ylabel("Spearman")
    return svg.getvalue()


def legend(lines: Sequence[Curve]) -> str:
    """What the lines of all columns mean."""
    with drawing(7.2, 0.7) as (figure, axes, svg):
        axes.set_visible(False)
        handles = [
            axes.plot([], [], line.style, color=line.colour, ms=4, label=line.title)[0]
            for line in lines
        ]
        figure.legend(handles=handles, loc="center", ncols=2, fontsize=8)
    return svg.getvalue()


def prediction(title: str, table: str, scores: Array, accuracies: Array, spearman: float) -> str:
    """Measured accuracy against score, a dot a network.

    Args:
        title: The column's.
        table: Name of its table, for the colour.
        scores: Zero-shot, `(networks,)`.
        accuracies: Measured, `(networks,)`, in the unit of the label.
        spearman: Their correlation.
    """
    # The lowest would squeeze the others: networks that failed to train, dead ones.
    left, low = np.quantile(scores, 0.02), np.quantile(accuracies, 0.02)
    with drawing(3.4, 2.9) as (_, axes, svg):
        axes.scatter(
            scores, accuracies, s=4, alpha=0.35, lw=0, color=COLOURS[table], rasterized=True
        )
        axes.set_xlim(left - 0.05 * (scores.max() - left), None)
        axes.set_ylim(low - 0.05 * (accuracies.max() - low), None)
        axes.set_title(title)
        axes.text(0.03, 0.94, f"Spearman {spearman:.3f}", transform=axes.transAxes, va="top")
        axes.set_xlabel("score, zero-shot")
        axes.set_ylabel("measured")
    return svg.getvalue()
