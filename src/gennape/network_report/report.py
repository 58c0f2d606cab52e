"""`gennape.report`: networks on one HTML page for mail and merge requests."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gennape import __version__
from gennape.api import ScoreParts
from gennape.estimator import Estimator, load
from gennape.frontends import Model
from gennape.frontends.network_list import NetworkList, UnreadNetwork, read_networks
from gennape.network_report.comparison import comparison
from gennape.network_report.network_section import network_section
from gennape.network_report.overview import MeasuredNetwork, charts, summary, table
from gennape.network_report.view import NetworkView, dataset_title
from gennape.reports.markup import Child, Markup, joined, tag
from gennape.reports.page import page
from gennape.utils.files import atomic_write

_MOST_DRAWINGS = 2_000_000
"""Bytes of all drawings of a page; the smallest come first."""


@dataclass(frozen=True)
class NetworkReport:
    """A page about some networks.

    Attributes:
        html: The page; needs nothing else.
        failed: Networks that could not be read, in the order given.
    """

    html: str
    failed: tuple[UnreadNetwork, ...]

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the page into a file."""
        atomic_write(Path(path), lambda part: part.write_text(self.html, encoding="utf-8"))

    def _repr_html_(self) -> str:
        """The page in a frame, for notebooks."""
        style = "width:100%;height:45rem;border:0"
        return f'<iframe srcdoc="{escape(self.html)}" style="{style}"></iframe>'


def report(
    models: Model | Iterable[Model],
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | None = None,
    *,
    compare: Model | None = None,
    inputs: Any = None,
    backbone: bool = False,
    dataset: str | None = None,
    recipe: str | None = None,
) -> NetworkReport:
    """Lay out networks on one HTML page: accuracy against cost, what scores rest on, drawings.

    Args:
        models: As `gennape.score` takes them.
        input_shape: Likewise.
        estimator: Likewise.
        compare: A network that the only one of `models` is set beside.
        inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.
        backbone: Whether each network is judged by its backbone.
        dataset: Of the expected accuracies, as `Estimator.predict` takes it.
        recipe: Likewise.

    Raises:
        ValueError: There is no such data set or recipe, or several networks are to be compared
            with one.

    Examples:
        >>> import gennape
        >>> page = gennape.report(["hiaml:a22-src0-t31-z", "no-such-network"])
        >>> page.html[:15], [network.model for network in page.failed]
        ('<!doctype html>', ['no-such-network'])
    """
