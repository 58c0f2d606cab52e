"""What each layer costs: bars from the input to the output, and the costliest layers."""

from collections.abc import Sequence
from itertools import groupby, pairwise

from gennape.graph.draw.labels import CATEGORY_COLOURS
from gennape.network_report.layers import LayerCost
from gennape.network_report.page_network import PageNetwork
from gennape.reports.markup import Markup, tag
from gennape.reports.numbers import with_unit

_MOST_BARS = 160
_COSTS = (("macs", "MACs"), ("parameters", "Parameters"), ("activations", "Activations"))
_COSTLIEST = 8
_GAP = 0.15
"""Of the width of a bar."""


def cost_chart(view: PageNetwork) -> Markup:
    """Draw MACs, parameters and activations of the layers, one row of bars each."""
    layers = [layer for layer in view.layers if _any_cost(layer)]
    groups = _grouped(layers)
    rows = [
        tag(
            "div",
            tag(
                "p",
                tag("strong", title),
                f" {view.cost(sum(getattr(layer, field) for layer in layers))}",
            ),
            _bars(groups, field, title),
        )
        for field, title in _COSTS
    ]
    categories = dict.fromkeys(layer.category for layer in layers)
    keys = [
        tag("span", category, class_="key", style=f"--colour:{CATEGORY_COLOURS[category]}")
        for category in CATEGORY_COLOURS
        if category in categories
    ]
    ends = tag("p", tag("span", "input"), tag("span", "output"), class_="ends")
    return tag("div", rows, ends, tag("p", keys, class_="keys"), class_="costs")


def costliest(view: PageNetwork) -> Markup:
    """Tabulate the layers that cost most; equal ones are one row."""
    total = max(sum(layer.macs for layer in view.layers), 1)
    same = sorted(view.layers, key=lambda layer: (layer.name, layer.resolution, layer.macs))
    kinds = [list(found) for _, found in groupby(same, key=_kind)]
    kinds.sort(key=lambda found: -sum(layer.macs for layer in found))
    head = [
        tag("th", "Layer", scope="col"),
        tag("th", "Times", scope="col", class_="number"),
        tag("th", "At", scope="col", class_="minor"),
        tag("th", "MACs", scope="col", class_="number"),
        tag("th", "Share", scope="col", class_="number"),
        tag("th", "Parameters", scope="col", class_="number least"),
        tag("th", "Activations", scope="col", class_="number least"),
    ]
    rows = [_kind_row(found, total) for found in kinds[:_COSTLIEST] if found[0].macs]
    return tag(
        "table", tag("thead", tag("tr", head)), tag("tbody", rows), class_="sortable wide layers"
    )


def _kind(layer: LayerCost) -> tuple[str, str, int]:
    return layer.name, layer.resolution, layer.macs


def _kind_row(layers: Sequence[LayerCost], total: int) -> Markup:
    first = layers[0]
    macs, parameters, activations = (
        sum(getattr(layer, field) for layer in layers) for field, _ in _COSTS
    )
    share = 100 * macs / total
    return tag(
        "tr",
        tag("th", first.name, scope="row"),
        tag("td", f"{len(layers):,}", class_="number", data_value=len(layers)),
        tag("td", first.resolution, class_="minor"),
        tag("td", with_unit(macs), class_="number", data_value=float(macs)),
        tag(
            "td",
            tag("span", class_="share", style=f"--to:{share:.1f}%", aria_hidden="true"),
            f"{share:.1f} %",
            class_="number",
            data_value=share,
        ),
        tag("td", with_unit(parameters), class_="number least", data_value=float(parameters)),
        tag("td", with_unit(activations), class_="number least", data_value=float(activations)),
    )


def _any_cost(layer: LayerCost) -> bool:
    return bool(layer.macs or layer.parameters or layer.activations)


def _grouped(layers: Sequence[LayerCost]) -> list[list[LayerCost]]:
    """Layers one a bar, or as many as each bar has to hold."""
    bars = min(len(layers), _MOST_BARS)
    ends = [len(layers) * bar // bars for bar in range(bars + 1)] if bars else [0]
    return [list(layers[a:b]) for a, b in pairwise(ends)]


def _bars(groups: Sequence[Sequence[LayerCost]], field: str, title: str) -> Markup:
    costs = [sum(getattr(layer, field) for layer in group) for group in groups]
    most, step = max([*costs, 1]), 100 / max(len(groups), 1)
    bars = []
    for place, (group, cost) in enumerate(zip(groups, costs, strict=True)):
        if cost:
            height = max(100 * cost / most, 1.0)
            costliest = max(group, key=lambda layer: int(getattr(layer, field)))
            bars.append(
                tag(
                    "rect",
                    tag("title", _told(group, cost, sum(costs), title)),
                    x=f"{place * step:.3f}%",
                    width=f"{step * (1 - _GAP):.3f}%",
                    y=f"{100 - height:.1f}%",
                    height=f"{height:.1f}%",
                    fill=CATEGORY_COLOURS[costliest.category],
                )
            )
    return tag("svg", bars, role="img", aria_label=f"{title} from input to output")


def _told(group: Sequence[LayerCost], cost: int, total: int, title: str) -> str:
    first, last = group[0], group[-1]
    name = first.name if len(group) == 1 else f"{len(group)} layers: {first.name} … {last.name}"
    parts = " … ".join(dict.fromkeys(filter(None, (first.part, last.part))))
    name = f"{parts}\n{name}" if parts else name
    share = 100 * cost / max(total, 1)
    return f"{name}\nat {first.resolution}\n{with_unit(cost)} {title}, {share:.1f} %"
