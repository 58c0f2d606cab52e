"""A scene as SVG."""

from html import escape

from gennape.graph.draw.scene import BezierCurve, Rectangle, Scene, Text


def to_svg(scene: Scene) -> str:
    """The SVG document of a scene."""
    size = f'width="{scene.width:.0f}" height="{scene.height:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {scene.width:.0f} {scene.height:.0f}" '
            'font-family="Helvetica, Arial, sans-serif">',
            f"<title>{escape(scene.title)}</title>",
            *(_element(shape) for shape in scene.shapes),
            "</svg>\n",
        ]
    )


def _element(shape: Rectangle | Text | BezierCurve) -> str:
    match shape:
        case Rectangle():
            tooltip = f"<title>{escape(shape.tooltip)}</title>" if shape.tooltip else ""
            return (
                f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" '
                f'height="{shape.height:.1f}" rx="{shape.radius:.1f}" fill="{shape.fill}" '
                f'stroke="{shape.outline}">{tooltip}</rect>'
            )
        case Text():
            weight = ' font-weight="bold"' if shape.bold else ""
            return (
                f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}" '
                f'fill="{shape.colour}" text-anchor="{shape.anchor}"{weight} '
                f'pointer-events="none">{escape(shape.content)}</text>'
            )
        case BezierCurve():
            start, *rest = [f"{x:.1f},{y:.1f}" for x, y in shape.points]
            return (
                f'<path d="M{start} C{" ".join(rest)}" fill="none" '
                f'stroke="{shape.colour}" stroke-width="{shape.width}"/>'
            )
