"""A chart of accuracy against cost, whose size the page decides: all places are percentages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gennape.reports.axes import Axis
from gennape.reports.markup import Markup, tag

_WIDTH, _HEIGHT = 1000.0, 420.0
"""Pixels for which labels are placed; narrower charts show none."""
_CHARACTER, _LINE = 6.6, 15.0
_FROM_DOT = 13.0
_LONGEST_LABEL = 30
_NARROW_TICKS = 6
"""Ticks that a narrow window has room for."""


@dataclass(frozen=True)
class Dot:
    """A network in a chart.

    Attributes:
        x: Its cost, above 0.
        y: Its accuracy.
        title: All that is to be known of it, a line each; the first is its name.
        number: Its number among the networks of the page; None for those it stands among.
        low: Lower end of the interval of `y`, if there is one.
        high: Upper end.
    """

    x: float
    y: float
    title: str
    number: int | None = None
    low: float | None = None
    high: float | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.title.partition("\n")[0]


def scatter(
    dots: Sequence[Dot], others: Sequence[Dot], x_title: str, y_title: str, others_title: str
) -> Markup:
    """Draw networks among others, with the front of each group.

    Args:
        dots: The networks of the page.
        others: Those that they stand among.
        x_title: Name of the cost.
        y_title: Name of the accuracy.
        others_title: What the others are, in the legend.
    """
    x = Axis.around([dot.x for dot in (*dots, *others)], log=True)
    y = Axis.around(_heights(dots, others))
    others = [dot for dot in others if dot.y >= y.low]
    plot = tag(
        "svg",
        _grid(x, y),
        tag("g", [_other(dot, x, y) for dot in others], class_="others"),
        _front(others, x, y, "others-front"),
        _front(dots, x, y, "own-front"),
        tag("g", [_own(dot, x, y) for dot in dots], class_="own"),
        _labels(dots, x, y),
        role="img",
        aria_label=f"{y_title} against {x_title}",
    )
    return tag(
        "figure",
        tag("div", plot, class_="plot", tabindex="0"),
        tag("figcaption", _legend(dots, y_title, x_title, others_title if others else "")),
        class_="scatter",
    )


def front_of(dots: Sequence[Dot]) -> list[Dot]:
    """Return the dots of which none other costs no more and is more accurate, cheapest first."""
    front: list[Dot] = []
    for dot in sorted(dots, key=lambda dot: (dot.x, -dot.y)):
        if not front or dot.y > front[-1].y:
            front.append(dot)
    return front


def _heights(dots: Sequence[Dot], others: Sequence[Dot]) -> list[float]:
    """What the axis of accuracies is to hold: of the others, all but the lowest twentieth."""
    known = [value for dot in dots for value in (dot.y, dot.low, dot.high) if value is not None]
    ordered = sorted(dot.y for dot in others)
    return known + ordered[len(ordered) // 20 :]


def _grid(x: Axis, y: Axis) -> list[Markup]:
    ticks = x.ticks()
    vertical = [
        (
            tag("line", x1=f"{at}%", x2=f"{at}%", y1="0", y2="100%"),
            tag("text", text, x=f"{at}%", y="100%", dy="19", class_=_tick_class(text, len(ticks))),
        )
        for at, text in ticks
    ]
    horizontal = [
        (
            tag("line", x1="0", x2="100%", y1=_down(at), y2=_down(at)),
            tag("text", text, x="0", y=_down(at), dx="-9", dy="4", class_="y"),
        )
        for at, text in y.ticks()
    ]
    return [tag("g", vertical, horizontal, class_="grid")]


def _tick_class(text: str, ticks: int) -> str:
    """In narrow windows only powers of ten are named where there are many ticks."""
    return "x" if ticks <= _NARROW_TICKS or text.startswith("1") else "x minor"


def _other(dot: Dot, x: Axis, y: Axis) -> Markup:
    return tag("circle", tag("title", dot.title), cx=_across(dot, x), cy=_down(y.place(dot.y)), r=3)


def _own(dot: Dot, x: Axis, y: Axis) -> Markup:
    at, height = _across(dot, x), _down(y.place(dot.y))
    interval = None
    if dot.low is not None and dot.high is not None:
        low, high = _down(y.place(dot.low)), _down(y.place(dot.high))
        interval = tag("line", x1=at, x2=at, y1=low, y2=high)
    title = tag("title", dot.title)
    circle = tag("circle", title, cx=at, cy=height, r=9)
    number = tag("text", str(dot.number), x=at, y=height, dy="3.5")
    return tag("a", interval, circle, number, href=f"#network-{dot.number}", aria_label=dot.name)


def _front(dots: Sequence[Dot], x: Axis, y: Axis, class_: str) -> Markup:
    places = [(x.place(dot.x), 100 - y.place(dot.y)) for dot in front_of(dots)]
    lines = [
        tag("line", x1=f"{a:g}%", y1=f"{b:g}%", x2=f"{c:g}%", y2=f"{d:g}%")
        for (a, b), (c, d) in pairwise(places)
    ]
    return tag("g", lines, class_=class_)


def _labels(dots: Sequence[Dot], x: Axis, y: Axis) -> Markup:
    """Names beside the dots, where they cover no other dot and no other name."""
    centres = [
        (x.place(dot.x) * _WIDTH / 100, (100 - y.place(dot.y)) * _HEIGHT / 100) for dot in dots
    ]
    taken = [(cx - 10, cy - 10, cx + 10, cy + 10) for cx, cy in centres]
    labels = []
    for dot, (cx, cy) in zip(dots, centres, strict=True):
        label = _shortened(dot.name)
        width = _CHARACTER * len(label)
        for side, dx, dy in (("start", 1, 0), ("end", -1, 0), ("start", 0.8, -1), ("end", -0.8, 1)):
            left = cx + dx * _FROM_DOT - (width if side == "end" else 0)
            top = cy + dy * _LINE - _LINE / 2
            box = (left, top, left + width, top + _LINE)
            if left >= 0 and box[2] <= _WIDTH and not any(_meet(box, other) for other in taken):
                taken.append(box)
                labels.append(
                    tag(
                        "text",
                        label,
                        x=_across(dot, x),
                        y=_down(y.place(dot.y)),
                        dx=dx * _FROM_DOT,
                        dy=dy * _LINE + 4,
                        class_=side,
                    )
                )
                break
    return tag("g", labels, class_="names", aria_hidden="true")


def _shortened(name: str) -> str:
    """Leave out the middle of a long name."""
    half = _LONGEST_LABEL // 2
    return name if len(name) <= _LONGEST_LABEL else f"{name[:half]}…{name[-half:]}"


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _legend(
    dots: Sequence[Dot], y_title: str, x_title: str, others_title: str
) -> list[Markup | str]:
    intervals = " with their intervals" if any(dot.low is not None for dot in dots) else ""
    entries: list[Markup | str] = [
        f"{y_title} against {x_title}. ",
        tag("span", f"these networks{intervals}", class_="key own-key"),
    ]
    if len(front_of(dots)) > 1:
        entries.append(tag("span", "their front", class_="key own-line"))
    if others_title:
        entries += [
            tag("span", others_title, class_="key others-key"),
            tag("span", "their front", class_="key others-line"),
        ]
    return entries


def _across(dot: Dot, x: Axis) -> str:
    return f"{x.place(dot.x):g}%"


def _down(place: float) -> str:
    return f"{100 - place:.4g}%"
