"""A picture as a list of shapes, which SVG and PNG both render."""

from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    """A filled rectangle; `tooltip` is shown where the mouse rests on it."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    outline: str = "none"
    radius: float = 0.0
    tooltip: str = ""


@dataclass(frozen=True)
class Text:
    """One line of text; `anchor` is start, middle or end, `y` its base line."""

    x: float
    y: float
    content: str
    size: float
    colour: str = "#1f2430"
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True)
class BezierCurve:
    """A line along cubic Bezier segments: a start, then three points each."""

    points: tuple[Point, ...]
    colour: str = "#7b8494"
    width: float = 1.1


@dataclass
class Scene:
    """Shapes from back to front, in pixels from the upper left corner."""

    title: str
    width: float = 0.0
    height: float = 0.0
    shapes: list[Rectangle | Text | BezierCurve] = field(default_factory=list)
