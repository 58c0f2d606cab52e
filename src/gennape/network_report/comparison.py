"""Two networks side by side: what differs in figures, in the score and in the layers."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gennape.network_report.layers import LayerCost
from gennape.network_report.network_section import drawing, heading
from gennape.network_report.page_network import PageNetwork, breakable
from gennape.reports.markup import Child, Markup, tag

_MOST_LAYERS = 1_500
"""Of longer lists a comparison may take minutes."""
_CONTEXT = 2

Chunk = tuple[str, Sequence[str], Sequence[str]]
"""Kind of change, and the layers of either network."""


def comparison(first: PageNetwork, second: PageNetwork, with_drawings: bool) -> Markup:
    """Compose the section that sets two networks side by side.

    Args:
        first: The network.
        second: That which it is compared with.
        with_drawings: Whether the drawings are shown.
    """
    names = tag("div", heading(first), heading(second), class_="pair")
    drawings = tag(
        "div",
        drawing(first, with_drawings),
        drawing(second, with_drawings),
        class_="pair",
    )
    return tag(
        "section",
        tag("h2", "Side by side"),
        names,
        tag("div", tag("h3", "Figures"), figures(first, second), class_="panel"),
        tag("div", tag("h3", "Parts of the score"), _parts(first, second), class_="panel"),
        tag("div", tag("h3", "Layers that differ"), layer_changes(first, second), class_="panel"),
        tag("div", tag("h3", "Drawings"), drawings, class_="panel"),
        class_="card comparison",
    )


def figures(first: PageNetwork, second: PageNetwork) -> Markup:
    """Tabulate accuracy, score and costs, with the difference."""
    rows: list[Markup] = []
    if first.accuracy is not None and second.accuracy is not None:
        points = second.accuracy - first.accuracy
        texts = (f"{first.accuracy:.1f} %", f"{second.accuracy:.1f} %")
        rows.append(_figure("Top-1", *texts, f"{points:+.1f} points", points))
    one, other = first.row.score, second.row.score
    rows.append(
        _figure("Score", f"{one:+.2f}", f"{other:+.2f}", f"{other - one:+.2f}", other - one)
    )
    for title, costs in (
        ("MACs", (first.macs, second.macs)),
        ("Parameters", (first.parameters, second.parameters)),
        ("Activations", (first.activations, second.activations)),
    ):
        change = 100 * (costs[1] / max(costs[0], 1) - 1)
        texts = (first.cost(costs[0]), second.cost(costs[1]))
        rows.append(_figure(title, *texts, f"{change:+.1f} %", -change))
    return _table("", first, second, rows)


def _parts(first: PageNetwork, second: PageNetwork) -> Markup:
    """Tabulate the parts of both scores, with the difference."""
    names = dict.fromkeys([*first.row.parts, *second.row.parts])
    rows = []
    for name in names:
        one, other = (view.row.parts.get(name, 0.0) for view in (first, second))
        if one or other:
            difference = other - one
            rows.append(
                _figure(
                    name.replace("_", " "),
                    f"{one:+.2f}",
                    f"{other:+.2f}",
                    f"{difference:+.2f}",
                    difference,
                )
            )
    return _table("Part", first, second, rows)


def _table(title: str, first: PageNetwork, second: PageNetwork, rows: Sequence[Markup]) -> Markup:
    head = [
        tag("th", title, scope="col"),
        *(
            tag("th", tag("span", str(view.number), class_="badge"), scope="col", class_="number")
            for view in (first, second)
        ),
        tag("th", "Difference", scope="col", class_="number"),
    ]
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", rows), class_="compared")


def _figure(title: str, one: str, other: str, difference: str, gain: float) -> Markup:
    tone = "up" if gain > 0.005 else "down" if gain < -0.005 else ""
    return tag(
        "tr",
        tag("th", title, scope="row"),
        tag("td", one, class_="number"),
        tag("td", other, class_="number"),
        tag("td", tag("span", difference, class_=f"chip {tone}"), class_="number"),
    )


def layer_changes(first: PageNetwork, second: PageNetwork) -> Markup:
    """List the layers of both networks where they differ, from input to output."""
    if max(len(first.layers), len(second.layers)) > _MOST_LAYERS:
        return tag("p", f"Networks of more than {_MOST_LAYERS:,} layers are not compared.")
    rows = [row for chunk in changes(first.layers, second.layers) for row in _rows(chunk)]
    if not rows:
        return tag("p", "None: layer by layer, both networks are the same.")
    head = [
        tag(
            "th",
            tag("span", str(view.number), class_="badge"),
            " ",
            breakable(view.name),
            scope="col",
        )
        for view in (first, second)
    ]
    listed = tag("table", tag("thead", tag("tr", head)), tag("tbody", rows), class_="changes")
    return tag("div", listed, class_="scroll", tabindex="0")


def changes(first: Sequence[LayerCost], second: Sequence[LayerCost]) -> list[Chunk]:
    """Return runs of layers that differ, with what surrounds them.

    Returns:
        Kind, layers of the first and of the second: `replace`, `delete`, `insert`; `equal` for
        surroundings; `skipped` for what is equal and left out.
    """
    one, other = ([_named(layer) for layer in layers] for layers in (first, second))
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    if all(kind == "equal" for kind, *_ in codes):
        return []
    found: list[Chunk] = []
    for number, (kind, a, b, c, d) in enumerate(codes):
        same = one[a:b]
        if kind != "equal":
            found.append((kind, same, other[c:d]))
            continue
        before = same[:_CONTEXT] if number else []
        after = same[-_CONTEXT:] if number + 1 < len(codes) else []
        left_out = len(same) - len(before) - len(after)
        if left_out <= 1:
            found.append(("equal", same, same))
        else:
            text = [f"{left_out} equal layers"]
            parts: tuple[Chunk, ...] = (
                ("equal", before, before),
                ("skipped", text, text),
                ("equal", after, after),
            )
            found += [part for part in parts if part[1]]
    return found


def _named(layer: LayerCost) -> str:
    return f"{layer.name} @ {layer.resolution}"


def _rows(chunk: Chunk) -> Iterator[Markup]:
    kind, one, other = chunk
    if kind == "skipped":
        yield tag("tr", tag("td", one[0], colspan=2), class_="skipped")
        return
    for place in range(max(len(one), len(other))):
        cells: list[Child] = []
        for layers, class_ in ((one, "removed"), (other, "added")):
            text = layers[place] if place < len(layers) else ""
            marked = class_ if text and kind != "equal" else None
            cells.append(tag("td", text, class_=marked))
        yield tag("tr", cells)
