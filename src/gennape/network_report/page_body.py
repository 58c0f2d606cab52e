"""What a page consists of, from its head to its notes."""

from collections.abc import Sequence
from importlib.metadata import version

from gennape.estimator import Estimator
from gennape.frontends.network_list import UnreadNetwork, failure_text
from gennape.network_report.comparison import comparison
from gennape.network_report.measured import measured_networks
from gennape.network_report.network_section import network_section
from gennape.network_report.overview import charts, summary, table
from gennape.network_report.page_network import PageNetwork, breakable, dataset_title
from gennape.reports.markup import Child, Markup, tag

_MOST_DRAWINGS = 2_000_000
"""Characters of all drawings of a page; the smallest come first."""
_NOTES = (
    (
        "Expected top-1",
        "what the network is expected to reach when it is trained by the recipe named above. The "
        "interval is made to hold the truth nine times in ten.",
    ),
    (
        "Score",
        "higher is better, in standard deviations of the reference population; the percentile is "
        "the share of that population which scores lower.",
    ),
    (
        "Scope",
        "what the accuracy rests on: this very network was measured, like measured ones (near), "
        "unlike them (far), or nothing to judge by (outside).",
    ),
    (
        "Front",
        "the networks of which none other is cheaper and more accurate.",
    ),
    (
        "MACs",
        "multiply-accumulates of convolutions, linear layers and matrix products for one input; "
        "activations are the numbers that these layers put out.",
    ),
)


def page_body(
    views: Sequence[PageNetwork],
    failed: Sequence[UnreadNetwork],
    estimator: Estimator,
    side_by_side: bool,
) -> Markup:
    """Compose the page.

    Args:
        views: The networks, in the order of the page.
        failed: Those that could not be read.
        estimator: By which they were scored.
        side_by_side: Whether the first two are compared.
    """
    recipe = next((view.row.recipe for view in views), None)
    datasets = {view.row.dataset for view in views} - {None}
    measured = {name: measured_networks(estimator, name, recipe) for name in datasets if name}
    shown = _drawn(views)
    return tag(
        "main",
        _head(views, failed, recipe),
        charts(views, measured),
        table(views) if len(views) > 1 else None,
        _unread(failed),
        comparison(views[0], views[1], len(shown) == 2) if side_by_side else None,
        [network_section(view, view.number in shown, not side_by_side) for view in views],
        _notes(),
    )


def _head(
    views: Sequence[PageNetwork], failed: Sequence[UnreadNetwork], recipe: str | None
) -> Markup:
    names = sorted({dataset_title(view.row.dataset) for view in views if view.accuracy is not None})
    said = [f"{' and '.join(names)} accuracy expected without training"] if names else []
    said += [f"recipe {recipe}"] if recipe and names else []
    said += [f"gennape {version('gennape')}"]
    unread = f"{len(failed):,} could not be read" if failed else None
    return tag(
        "header",
        tag("p", "gennape report", class_="brand"),
        tag("h1", breakable(title_of(views))),
        tag("p", " · ".join(said), unread and (" · ", tag("a", unread, href="#unread"))),
        summary(views),
    )


def title_of(views: Sequence[PageNetwork]) -> str:
    """The title of a page: the names of one or two networks, or how many there are."""
    if not 1 <= len(views) <= 2:
        return f"{len(views):,} networks"
    return " and ".join(view.name for view in views)


def _unread(failed: Sequence[UnreadNetwork]) -> Markup | None:
    if not failed:
        return None
    rows = [tag("li", breakable(failure_text(one))) for one in failed]
    return tag(
        "section",
        tag("h2", "Could not be read"),
        tag("ul", rows),
        id="unread",
        class_="card unread",
    )


def _notes() -> Markup:
    rows: list[Child] = [(tag("dt", word), tag("dd", meaning)) for word, meaning in _NOTES]
    return tag("footer", tag("h2", "How to read this"), tag("dl", rows))


def _drawn(views: Sequence[PageNetwork]) -> set[int]:
    """Numbers of the networks whose drawings the page has room for."""
    numbers, room = set(), _MOST_DRAWINGS
    for view in sorted(views, key=lambda view: len(view.drawing)):
        room -= len(view.drawing)
        if room >= 0:
            numbers.add(view.number)
    return numbers
