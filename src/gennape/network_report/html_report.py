"""`gennape.report`: networks on one HTML page, for mail and merge requests."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any, Unpack

from gennape.estimator import Estimator, ScoreParts
from gennape.estimator.accuracy_scoring import checked_recipe
from gennape.estimator.checkpoint import estimator_of
from gennape.estimator.network_scoring import PredictionOptions
from gennape.frontends import Model
from gennape.frontends.network_list import (
    NetworkList,
    Networks,
    UnreadNetwork,
    failure_text,
    read_networks,
)
from gennape.network_report.page_body import page_body, title_of
from gennape.network_report.page_network import PageNetwork, short_names
from gennape.reports.page import page
from gennape.utils.errors import GennapeError
from gennape.utils.files import atomic_write


class ReportError(GennapeError, ValueError):
    """A report that cannot be made; the message says why."""


@dataclass(frozen=True)
class NetworkReport:
    """A page about some networks.

    Attributes:
        html: The page; needs nothing else.
        failed: Networks that could not be read, in the order given.
    """

    html: str = field(repr=False)
    failed: tuple[UnreadNetwork, ...]

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the page into a file."""
        page = self.html.encode("utf-8", "backslashreplace")  # names of files may be no text
        atomic_write(Path(path), lambda part: part.write_bytes(page))

    def _repr_html_(self) -> str:
        """The page in a frame, for notebooks."""
        style = "width:100%;height:45rem;border:0"
        return f'<iframe srcdoc="{escape(self.html)}" style="{style}"></iframe>'


def report(
    networks: Networks,
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | str | os.PathLike[str] | None = None,
    *,
    compare: Model | None = None,
    **options: Unpack[PredictionOptions],
) -> NetworkReport:
    """Lay out networks on one HTML page: accuracy against cost, what scores rest on, drawings.

    Args:
        networks: As `gennape.score` takes them.
        input_shape: Likewise.
        estimator: Likewise.
        compare: A network that the only one of `networks` is set beside.
        options: As `gennape.score` takes them.

    Raises:
        EstimatorError: There is no such data set or recipe.
        ReportError: Not one network each is to be compared, or one of the two cannot be read.

    Examples:
        >>> import gennape
        >>> page = gennape.report(["hiaml:a22-src0-t31-z", "no-such-network"])
        >>> page.html[:15], [network.model for network in page.failed]
        ('<!doctype html>', ['no-such-network'])
    """
    dataset, recipe = options.pop("dataset", None), options.pop("recipe", None)
    checked_recipe(dataset, recipe)
    reading: Any = options
    read = read_networks(networks, input_shape, **reading)
    if compare is not None:
        read = _pair(read, read_networks(compare, input_shape, **reading))
    estimator = estimator_of(estimator)
    rows = _explained(read, estimator, dataset, recipe)
    pairs = list(zip(rows, read.graphs, short_names(read.names), strict=True))
    if compare is None:
        pairs.sort(key=lambda pair: (pair[0].scope == "outside", -pair[0].score))
    views = [PageNetwork(number, *pair) for number, pair in enumerate(pairs, start=1)]
    body = page_body(views, read.failed, estimator, side_by_side=compare is not None)
    return NetworkReport(page(title_of(views), body), read.failed)


def _pair(first: NetworkList, second: NetworkList) -> NetworkList:
    """The two networks that are compared.

    Raises:
        ReportError: There are not one and one of them.
    """
    for failure in (*first.failed, *second.failed):
        raise ReportError(failure_text(failure))
    if len(first.graphs) != 1 or len(second.graphs) != 1:
        raise ReportError(
            f"one network is compared with one, not {len(first.graphs)} with "
            f"{len(second.graphs)}; give one model and one to compare it with"
        )
    return NetworkList((*first.names, *second.names), (*first.graphs, *second.graphs), ())


def _explained(
    read: NetworkList, estimator: Estimator, dataset: str | None, recipe: str | None
) -> list[ScoreParts]:
    """One row a network, in the order given, by the names that they were read from."""
    if not read.graphs:
        return []
    rows = estimator.explain(read.graphs, dataset=dataset, recipe=recipe)
    return [replace(row, model=name) for row, name in zip(rows, read.names, strict=True)]
