"""What a score rests on: its parts, the nearest measured networks, and what is not certain."""

from collections.abc import Iterator, Mapping

from gennape.network_report.page_network import PageNetwork, breakable
from gennape.reports.markup import Child, Markup, tag
from gennape.reports.numbers import with_unit

_MEANINGS = {
    "average": "the mean of the measured networks",
    "size": "MACs, parameters, activations, sides of input and last feature map",
    "depth": "layers on the longest, shortest and mean path",
    "width": "channels along the network, and how blocks widen",
    "layers": "kinds of layers: kernels, groups, attention, squeeze-and-excitation",
    "operations": "activations, norms, pools, sums, products",
    "stages": "layers, widths and MACs at each resolution",
    "wiring": "what the nodes of the graph are and read",
    "ranker": "what the cross-family ranker changes far from measured networks",
    "family": "where the middle of this family of networks lies",
    "predictors": "how far the predictors put it from that middle",
    "zero_shot": "the score before any label",
    "neighbour_moments": "what kinds of operations follow one another",
}
_SCOPES = {
    "measured": "This very network was measured; its accuracy is that of the published training.",
    "near": "Like measured networks: the interval held nine in ten of families left out.",
    "far": "Unlike every measured network: the interval is wide, and the order more certain than "
    "the accuracy.",
    "outside": "No expected accuracy, and the score is a guess by its size.",
}
_LEAST_POINTS = 0.05
_MOST_DIFFERENCES = 3


def parts(row_parts: Mapping[str, float], score: float) -> Markup:
    """Draw the parts of a score one after another, from zero to the score."""
    steps = [(name, value) for name, value in row_parts.items() if value]
    ends = [0.0]
    for _, value in steps:
        ends.append(ends[-1] + value)
    low, high = min(*ends, score), max(*ends, score)
    span = max(high - low, 1e-9)
    zero = 100 * -low / span

    def row(name: str, start: float, end: float, text: str, class_: str) -> Markup:
        left, right = sorted((100 * (start - low) / span, 100 * (end - low) / span))
        style = f"--from:{left:.1f}%;--to:{right:.1f}%;--zero:{zero:.1f}%"
        meaning = _MEANINGS.get(name.replace(" ", "_"))
        return tag(
            "tr",
            tag("th", name, scope="row", title=meaning),
            tag("td", tag("span", class_=f"step {class_}", style=style), class_="bar"),
            tag("td", text, class_="number"),
            class_="total" if class_ == "sum" else None,
        )

    rows = [
        row(
            name.replace("_", " "),
            start,
            start + value,
            f"{value:+.2f}",
            "up" if value > 0 else "down",
        )
        for (name, value), start in zip(steps, ends[:-1], strict=True)
    ]
    rows.append(row("score", 0.0, score, f"{score:+.2f}", "sum"))
    return tag("table", tag("tbody", rows), class_="parts")


def neighbours(view: PageNetwork) -> Markup | None:
    """Tabulate the nearest measured networks, and what sets the network apart from each."""
    if not view.row.neighbours:
        return None
    head = tag(
        "tr",
        tag("th", "Network", scope="col"),
        tag("th", "Top-1, %", scope="col", class_="number"),
        tag("th", "MACs", scope="col", class_="number"),
        tag("th", "What sets this one apart, points", scope="col", class_="minor"),
    )
    rows = [
        tag(
            "tr",
            tag("th", breakable(one.model), scope="row"),
            tag("td", f"{one.accuracy:.1f}", class_="number strong"),
            tag("td", with_unit(one.macs), class_="number"),
            tag("td", list(_differences(one.difference)) or "nothing", class_="minor"),
        )
        for one in view.row.neighbours
    ]
    return tag("table", tag("thead", head), tag("tbody", rows), class_="neighbours")


def _differences(difference: Mapping[str, float]) -> Iterator[Markup]:
    ordered = sorted(difference.items(), key=lambda group: -abs(group[1]))
    for name, points in ordered[:_MOST_DIFFERENCES]:
        if abs(points) >= _LEAST_POINTS:
            sign = "up" if points > 0 else "down"
            yield tag("span", f"{name} {points:+.1f}", class_=f"chip {sign}")


def doubts(view: PageNetwork) -> list[Child]:
    """All that is uncertain about a network, or not counted, a sentence each."""
    row, graph = view.row, view.graph
    said: list[Child] = [_SCOPES[row.scope]]
    if row.note:
        said.append(f"{row.note[:1].upper()}{row.note[1:]}.")
    if not graph.complete:
        said.append(
            "Not all of its work is counted: MACs, parameters and activations are lower bounds."
        )
    if row.unknown_operations:
        functions = [
            (tag("code", function), f" ({count:,} {'node' if count == 1 else 'nodes'})")
            for function, count in row.unknown_operations.items()
        ]
        listed = [part for function in functions for part in (", ", *function)][1:]
        said.append(("Outside the vocabulary, so that their work is not judged: ", listed, "."))
    if row.family:
        said.append(f"It is in the domain of the labelled table {row.family}.")
    return said
