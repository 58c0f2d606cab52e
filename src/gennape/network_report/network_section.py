"""The section of one network: what is expected, why, and what it looks like."""

from gennape.network_report.cost_chart import cost_chart, costliest
from gennape.network_report.evidence import doubts, neighbours, parts
from gennape.network_report.page_network import PageNetwork, breakable, dataset_title
from gennape.reports.markup import Child, Markup, tag


def network_section(view: PageNetwork, with_drawing: bool, alone: bool) -> Markup:
    """Compose the section of a network.

    Args:
        view: The network.
        with_drawing: Whether its drawing is shown, or too large for the page.
        alone: Whether the drawing stands here, and not in a comparison.
    """
    near = neighbours(view)
    evidence = [
        _panel("What the score is made of", parts(view.row.parts, view.row.score)),
        _panel("Nearest measured networks", near) if near else None,
        _panel("What is uncertain", tag("ul", [tag("li", one) for one in doubts(view)])),
    ]
    costs = _panel(
        "Cost by layer",
        cost_chart(view),
        tag(
            "details",
            tag("summary", "The layers that cost most"),
            costliest(view),
        ),
    )
    return tag(
        "section",
        heading(view),
        tag("p", view.row.model, class_="path") if view.row.model != view.name else None,
        facts(view),
        tag("div", evidence, class_="columns"),
        costs,
        _panel("Drawing", drawing(view, with_drawing)) if alone else None,
        id=view.anchor,
        class_="card network",
    )


def heading(view: PageNetwork) -> Markup:
    """The network's number and name."""
    return tag(
        "h2", tag("span", str(view.number), class_="badge"), tag("span", breakable(view.name))
    )


def facts(view: PageNetwork) -> Markup:
    """The figures that matter most, as a list."""
    row = view.row
    found: list[tuple[str, Child, str]] = []
    if view.accuracy is not None:
        title = f"{dataset_title(row.dataset)} top-1"
        found.append((title, f"{view.accuracy:.1f} %", _accuracy_note(view)))
    found += [
        ("Score", f"{row.score:+.2f}", f"percentile {row.percentile:.0f}"),
        ("MACs", view.cost(view.macs), f"{view.macs:,}"),
        ("Parameters", view.cost(view.parameters), f"{view.parameters:,}"),
        ("Activations", view.cost(view.activations), f"{view.graph.num_nodes:,} nodes"),
    ]
    tiles = [
        tag("div", tag("dt", title), tag("dd", tag("strong", value), tag("small", note)))
        for title, value, note in found
    ]
    return tag("dl", tiles, class_="facts")


def drawing(view: PageNetwork, shown: bool) -> Markup:
    """The drawing in a frame that a script lets zoom and pan; without one it fits its width."""
    if not shown:
        return tag(
            "p",
            "Its drawing is too large for this page; ",
            tag("code", "gennape graph --draw"),
            " writes it into a file of its own.",
        )
    return tag(
        "div",
        Markup(view.drawing),
        class_="drawing",
        tabindex="0",
        role="group",
        aria_label=f"Drawing of {view.name}",
    )


def _accuracy_note(view: PageNetwork) -> str:
    row = view.row
    interval = ""
    if row.accuracy_low is not None and row.accuracy_high is not None:
        interval = f"{row.accuracy_low:.1f}–{row.accuracy_high:.1f}"
    if row.scope == "measured" and row.accuracy is not None:
        return f"measured; {row.accuracy:.1f} ({interval}) expected"
    return f"expected; nine in ten within {interval}"


def _panel(title: str, *content: Child) -> Markup:
    return tag("div", tag("h3", title), content, class_="panel")
