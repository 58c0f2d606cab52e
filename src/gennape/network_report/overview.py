"""The first screen of a page: one sentence, the chart and the table of all networks."""

from collections.abc import Mapping, Sequence

from gennape.network_report.measured import ReferenceNetwork
from gennape.network_report.page_network import PageNetwork, breakable, dataset_title
from gennape.reports.markup import Child, Markup, tag
from gennape.reports.numbers import with_unit
from gennape.reports.scatter import Dot, front_of, scatter

_MOST_LISTED = 6


def summary(views: Sequence[PageNetwork]) -> Markup:
    """Say which networks stand out."""
    placed = [view for view in views if view.accuracy is not None]
    if len(placed) < 2 or len({view.row.dataset for view in placed}) > 1:
        return Markup()
    best = max(placed, key=lambda view: view.accuracy or 0.0)
    front = _front_numbers(placed)
    names = [_link(view) for view in placed if view.number in front]
    return tag(
        "p",
        _link(best),
        " is the most accurate: ",
        tag("strong", f"{_percent(best)} %"),
        " measured. " if best.row.scope == "measured" else " expected. ",
        _front_said(names),
        class_="lead",
    )


def _front_said(names: Sequence[Markup]) -> Child:
    if len(names) > _MOST_LISTED:
        return f"{len(names)} networks are on the front of accuracy and MACs."
    return ("On the front of accuracy and MACs: ", _listed(names), ".") if len(names) > 1 else None


def charts(
    views: Sequence[PageNetwork], measured: Mapping[str, Sequence[ReferenceNetwork]]
) -> list[Markup]:
    """Draw a chart for each data set, to be switched between MACs and parameters.

    Args:
        views: The networks of the page.
        measured: Measured networks of each data set.
    """
    datasets = dict.fromkeys(view.row.dataset for view in views if view.accuracy is not None)
    found = [
        _chart(
            dataset_title(dataset),
            [view for view in views if view.row.dataset == dataset and view.accuracy is not None],
            measured.get(dataset or "", ()),
        )
        for dataset in datasets
    ]
    if not found and views:
        return [_score_chart(views)]
    return found


def _chart(
    title: str, views: Sequence[PageNetwork], measured: Sequence[ReferenceNetwork]
) -> Markup:
    charts = []
    for cost in ("MACs", "parameters"):
        field = cost.lower()
        own = [
            Dot(
                max(getattr(view, field), 1),
                view.accuracy or 0.0,
                _told(view),
                view.number,
                view.row.accuracy_low,
                view.row.accuracy_high,
            )
            for view in views
        ]
        others = [
            Dot(max(getattr(one, field), 1), one.accuracy, _told_measured(one)) for one in measured
        ]
        heading = f"{len(measured):,} measured networks"
        charts.append(scatter(own, others, cost, f"{title} top-1, %", heading))
    return _switched(f"{title} accuracy and cost", charts)


def _score_chart(views: Sequence[PageNetwork]) -> Markup:
    """Scores in place of accuracies, of an estimator that predicts none."""
    charts = [
        scatter(
            [
                Dot(
                    max(getattr(view, cost.lower()), 1),
                    view.row.score,
                    _told(view),
                    view.number,
                )
                for view in views
            ],
            [],
            cost,
            "Score",
            "",
        )
        for cost in ("MACs", "parameters")
    ]
    return _switched("Score and cost", charts)


def _switched(title: str, charts: Sequence[Markup]) -> Markup:
    """Two charts, of which two buttons choose one; they need no script."""
    name = f"cost-{title}"
    switch = tag(
        "fieldset",
        tag("legend", "Against"),
        [
            tag(
                "label",
                tag("input", type="radio", name=name, value=value, checked=value == "macs"),
                tag("span", text),
            )
            for value, text in (("macs", "MACs"), ("parameters", "Parameters"))
        ],
        class_="switch",
    )
    views = [
        tag("div", chart, class_=f"by-{value}")
        for chart, value in zip(charts, ("macs", "parameters"), strict=True)
    ]
    heading = tag("div", tag("h2", title), switch, class_="heading")
    return tag("section", heading, views, class_="card switched")


def table(views: Sequence[PageNetwork]) -> Markup:
    """Tabulate all networks; columns can be sorted."""
    judged = {view.row.dataset for view in views if view.accuracy is not None}
    several, with_accuracy = len(judged) > 1, bool(judged)
    front = _front_numbers([view for view in views if view.accuracy is not None])
    headings = [
        ("#", "number"),
        ("Network", ""),
        *([("Data set", "minor")] if several else []),
        *([("Top-1, %", "number"), ("Interval", "minor")] if with_accuracy else []),
        ("Score", "number minor"),
        ("Percentile", "number least"),
        *([("Scope", "minor")] if with_accuracy else []),
        ("MACs", "number"),
        ("Parameters", "number least"),
    ]
    rows = [_row(view, several, with_accuracy, view.number in front, views) for view in views]
    head = tag("tr", [tag("th", text, scope="col", class_=kind or None) for text, kind in headings])
    kind = "sortable wide several" if several else "sortable wide"
    return tag(
        "section",
        tag("h2", "Networks"),
        tag(
            "div", tag("table", tag("thead", head), tag("tbody", rows), class_=kind), class_="wide"
        ),
        class_="card",
    )


def _row(
    view: PageNetwork,
    several: bool,
    with_accuracy: bool,
    on_front: bool,
    views: Sequence[PageNetwork],
) -> Markup:
    row = view.row
    accuracy = -1.0 if view.accuracy is None else view.accuracy
    return tag(
        "tr",
        tag("td", str(view.number), class_="number"),
        tag(
            "th",
            _link(view),
            tag("span", "front", class_="chip front") if on_front else None,
            scope="row",
        ),
        tag("td", dataset_title(row.dataset), class_="minor") if several else None,
        (
            tag("td", _percent(view), class_="number strong", data_value=accuracy),
            tag("td", _interval(view, views), class_="minor", data_value=row.accuracy_low or -1.0),
        )
        if with_accuracy
        else None,
        tag("td", f"{row.score:+.2f}", class_="number minor", data_value=row.score),
        tag("td", f"{row.percentile:.0f}", class_="number least", data_value=row.percentile),
        tag("td", tag("span", row.scope, class_=f"chip {row.scope}"), class_="minor")
        if with_accuracy
        else None,
        tag("td", view.cost(view.macs), class_="number", data_value=float(view.macs)),
        tag(
            "td",
            view.cost(view.parameters),
            class_="number least",
            data_value=float(view.parameters),
        ),
    )


def _interval(view: PageNetwork, views: Sequence[PageNetwork]) -> Markup | None:
    """The interval as a bar on the scale of all networks of its data set, and in figures."""
    row = view.row
    if row.accuracy_low is None or row.accuracy_high is None or row.accuracy is None:
        return None
    same = [one.row for one in views if one.row.dataset == row.dataset]
    low = min(one.accuracy_low for one in same if one.accuracy_low is not None)
    high = max(one.accuracy_high for one in same if one.accuracy_high is not None)
    span = max(high - low, 1e-9)
    places = [100 * (value - low) / span for value in (row.accuracy_low, row.accuracy_high)]
    at = 100 * (row.accuracy - low) / span
    style = f"--from:{places[0]:.1f}%;--to:{places[1]:.1f}%;--at:{at:.1f}%"
    return tag(
        "span",
        tag("span", class_="range", style=style, aria_hidden="true"),
        f"{row.accuracy_low:.1f}–{row.accuracy_high:.1f}",
        class_="interval",
    )


def _front_numbers(views: Sequence[PageNetwork]) -> set[int]:
    """Numbers of the networks on the front of their data set; none of a single network."""
    numbers: set[int] = set()
    for dataset in {view.row.dataset for view in views}:
        same = [view for view in views if view.row.dataset == dataset]
        if len(same) > 1:
            dots = [Dot(view.macs, view.accuracy or 0.0, "", view.number) for view in same]
            numbers |= {dot.number for dot in front_of(dots) if dot.number is not None}
    return numbers


def _link(view: PageNetwork) -> Markup:
    return tag("a", breakable(view.name), href=f"#{view.anchor}")


def _listed(names: Sequence[Markup]) -> list[Markup | str]:
    """Names with commas and a last `and`."""
    between = ["", *[", "] * (len(names) - 2), " and "] if len(names) > 1 else [""]
    return [part for pair in zip(between, names, strict=True) for part in pair]


def _percent(view: PageNetwork) -> str:
    return "–" if view.accuracy is None else f"{view.accuracy:.1f}"


def _told(view: PageNetwork) -> str:
    row = view.row
    lines = [view.name]
    if view.accuracy is not None:
        said = "measured" if row.scope == "measured" else "expected"
        lines.append(f"{view.accuracy:.1f} % {said}")
    if row.accuracy_low is not None and row.accuracy_high is not None:
        lines.append(f"interval {row.accuracy_low:.1f}–{row.accuracy_high:.1f} %")
    lines.append(f"score {row.score:+.2f}")
    lines.append(f"{view.cost(view.macs)} MACs, {view.cost(view.parameters)} parameters")
    return "\n".join(lines)


def _told_measured(one: ReferenceNetwork) -> str:
    return (
        f"{one.name}\n{one.accuracy:.1f} % measured\n"
        f"{with_unit(one.macs)} MACs, {with_unit(one.parameters)} parameters"
    )
