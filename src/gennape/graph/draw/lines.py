"""Lines of a picture: from row to row, and from one column to the next."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from gennape.graph.draw.rows import Column, Slot
from gennape.graph.draw.scene import BezierCurve, Point
from gennape.graph.draw.sizes import ROW_GAP

_TURN_COLOUR = "#4f74b8"


def lines(columns: Sequence[Column]) -> Iterator[BezierCurve]:
    """The part of each result's line between two rows."""
    for column in columns:
        for upper, lower in pairwise(column):
            leave = max(slot.y + slot.height for slot in upper)
            arrive = min(slot.y for slot in lower)
            middle = (leave + arrive) / 2
            for start in upper:
                for end in start.below:
                    yield BezierCurve(
                        (
                            (start.x, start.y + start.height),
                            *_straight(start.x, leave),
                            (start.x, middle),
                            (end.x, middle),
                            (end.x, arrive),
                            *_straight(end.x, end.y),
                        )
                    )


def _straight(x: float, y: float) -> tuple[Point, Point, Point]:
    """A Bezier segment that is a line to (x, y)."""
    return ((x, y),) * 3


def turns(columns: Sequence[Column], turning: Sequence[tuple[Slot, Slot]]) -> Iterator[BezierCurve]:
    """Results that go on in the next column: down, up between the columns, down."""
    column_of = {slot: column for column in columns for slot in column[-1]}
    for number, (start, port) in enumerate(turning):
        column = column_of[start]
        lane = 5.0 * (number % 4)
        bottom = max(slot.y + slot.height for slot in column[-1]) + ROW_GAP / 2 + 6 + lane
        right = max(slot.x + slot.width / 2 for row in column for slot in row) + 22 + lane
        top = port.y - ROW_GAP / 2 - 6 - lane
        corners = [(start.x, bottom), (right, bottom), (right, top), (port.x, top)]
        yield BezierCurve(
            tuple(_rounded((start.x, start.y + start.height), corners, (port.x, port.y))),
            _TURN_COLOUR,
            1.6,
        )


def _rounded(start: Point, corners: Sequence[Point], end: Point) -> Iterator[Point]:
    """Bezier points of a line with right angles whose corners are rounded."""
    yield start
    path = [start, *corners, end]
    for before, corner, after in zip(path, path[1:], path[2:], strict=False):
        yield from _straight(*_towards(corner, before))
        yield from (corner, corner, _towards(corner, after))
    yield from _straight(*end)


def _towards(corner: Point, other: Point, radius: float = 6.0) -> Point:
    """The point on the way from `corner` to `other`, `radius` away or half way."""
    distance = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    part = min(radius, distance / 2) / distance if distance else 0.0
    return (
        corner[0] + part * (other[0] - corner[0]),
        corner[1] + part * (other[1] - corner[1]),
    )
