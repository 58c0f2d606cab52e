"""A scene as SVG."""

from collections.abc import Iterator
from itertools import groupby

from gennape.graph.draw.scene import BezierCurve, Point, Rectangle, Scene, Text
from gennape.utils.escaping import escaped

_INK = Text(0, 0, "", 0).colour


def to_svg(scene: Scene) -> str:
    """The SVG document of a scene."""
    size = f'width="{scene.width:.0f}" height="{scene.height:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {scene.width:.0f} {scene.height:.0f}" fill="{_INK}" '
            'text-anchor="middle" pointer-events="none" '
            'font-family="Helvetica, Arial, sans-serif">',
            f"<title>{escaped(scene.title)}</title>",
            *_elements(scene),
            "</svg>\n",
        ]
    )


def _elements(scene: Scene) -> Iterator[str]:
    """One element a shape; lines of one look are a group, which states it once."""
    for look, shapes in groupby(scene.shapes, _look):
        if look is not None:
            colour, width = look
            yield f'<g fill="none" stroke="{colour}" stroke-width="{width}">'
        yield from map(_element, shapes)
        if look is not None:
            yield "</g>"


def _look(shape: Rectangle | Text | BezierCurve) -> tuple[str, float] | None:
    return (shape.colour, shape.width) if isinstance(shape, BezierCurve) else None


def _element(shape: Rectangle | Text | BezierCurve) -> str:
    match shape:
        case Rectangle():
            place = (
                f'x="{_number(shape.x)}" y="{_number(shape.y)}" width="{_number(shape.width)}" '
                f'height="{_number(shape.height)}" rx="{_number(shape.radius)}" '
                f'fill="{shape.fill}" stroke="{shape.outline}"'
            )
            if not shape.tooltip:
                return f"<rect {place}/>"
            title = f"<title>{escaped(shape.tooltip)}</title>"
            return f'<rect {place} pointer-events="all">{title}</rect>'
        case Text():
            anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "middle" else ""
            colour = f' fill="{shape.colour}"' if shape.colour != _INK else ""
            weight = ' font-weight="bold"' if shape.bold else ""
            return (
                f'<text x="{_number(shape.x)}" y="{_number(shape.y)}" '
                f'font-size="{shape.size:g}"{anchor}{colour}{weight}>{escaped(shape.content)}</text>'
            )
        case BezierCurve():
            return f'<path d="{"".join(_path(shape.points))}"/>'


def _path(points: tuple[Point, ...]) -> Iterator[str]:
    """Segments whose control points are at their end are straight."""
    here, *rest = points
    yield f"M{_point(here)}"
    for first, second, end in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if first == second == end:
            if end != here:
                yield f"L{_point(end)}"
        else:
            yield f"C{_point(first)} {_point(second)} {_point(end)}"
        here = end


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
