"""Maps of the embeddings: where families lie, and which clusters they belong to."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.evaluation.transfer.protocols import FAMILIES
from gennape.evaluation.transfer.report.colours import COLOURS
from gennape.reports.drawing import INK, drawing
from gennape.utils.optional_imports import require

Array = npt.NDArray[np.floating[Any]]

_PERPLEXITY = 30.0


def require_plotting() -> None:
    """See to it that plots can be drawn.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    for module in ("matplotlib", "sklearn"):
        require(module, "the report", package="'gennape[plot]'")


def embedding_map(embeddings: Mapping[str, Array]) -> str:
    """t-SNE of embeddings, coloured by table.

    Args:
        embeddings: Of each table, `(networks, columns)`.
    """
    points = _t_sne(np.concatenate(list(embeddings.values())))
    ends = np.cumsum([len(rows) for rows in embeddings.values()])
    with drawing(7.2, 5.6) as (_, axes, svg):
        for table, rows in zip(embeddings, np.split(points, ends[:-1]), strict=True):
            axes.scatter(
                *rows.T,
                s=7,
                alpha=0.65,
                lw=0,
                color=COLOURS[table],
                label=FAMILIES[table],
                rasterized=True,
            )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2.4, fontsize=8)
    return svg.getvalue()


def _t_sne(rows: Array) -> Array:
    """Two coordinates a row, `(rows, 2)`."""
    manifold = require("sklearn.manifold", "the report", package="'gennape[plot]'")
    standard = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-6)
    perplexity = min(_PERPLEXITY, (len(rows) - 1) / 3)
    points: Array = manifold.TSNE(perplexity=perplexity, init="pca", random_state=0).fit_transform(
        standard
    )
    return points


def membership_map(memberships: Mapping[str, Array]) -> str:
    """Mean membership of each table's networks in each cluster.

    Args:
        memberships: Of each table, `(networks, clusters)`.
    """
    means = np.stack([rows.mean(axis=0) for rows in memberships.values()])
    tables, clusters = means.shape
    with drawing(2.2 + 0.55 * clusters, 0.9 + 0.36 * tables) as (figure, axes, svg):
        image = axes.imshow(means, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for (row, column), mean in np.ndenumerate(means):
            colour = "white" if mean > 0.6 else INK
            text = f"{mean:.2f}".removeprefix("0")
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=colour)
        axes.set_xticks(range(clusters), [str(number + 1) for number in range(clusters)])
        axes.set_yticks(range(tables), [FAMILIES[table] for table in memberships], color=INK)
        axes.set_xlabel("cluster")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, shrink=0.8, label="mean membership")
    return svg.getvalue()
