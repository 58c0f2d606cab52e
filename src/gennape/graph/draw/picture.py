"""The shapes of a network's picture: bands, edges, boxes, title and legend."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from math import prod

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.blocks import DrawnBlock, fold
from gennape.graph.draw.labels import CATEGORY_COLOURS, description, resolution
from gennape.graph.draw.placement import place
from gennape.graph.draw.rows import (
    CHARACTER,
    COLUMN_GAP,
    MAIN_LINE,
    MAIN_SIZE,
    ROW_GAP,
    SMALL_LINE,
    SMALL_SIZE,
    Column,
    Slot,
    arrange,
)
from gennape.graph.draw.scene import BezierCurve, Point, Rectangle, Scene, Text
from gennape.graph.operations import POOLINGS, WEIGHTED, Op

_MARGIN = 24.0
_HEADER = 96.0
_BAND_LABEL = 76.0
_BAND_COLOURS = ("#f4f6f9", "#e9edf3")
_OUTLINE = "#5b6473"
_WITH_RESOLUTION = WEIGHTED | POOLINGS | {Op.INPUT, Op.RESIZE}
_COST_COLOUR = "#27364d"
_TURN_COLOUR = "#4f74b8"


def picture(graph: ComputationGraph) -> Scene:
    """The scene of a graph."""
    blocks, edges = fold(graph)
    arrangement = arrange(blocks, edges)
    scene = Scene(graph.name or "computation graph")
    left = _MARGIN + _BAND_LABEL
    bottom = 0.0
    bands: list[Rectangle | Text | BezierCurve] = []
    for column in arrangement.columns:
        place(column)
        slots = [slot for row in column for slot in row]
        for slot in slots:
            slot.x += left
            slot.y += _HEADER + ROW_GAP
        right = max(slot.x + slot.width / 2 for slot in slots)
        bands += _bands(column, blocks, left, right)
        bottom = max(bottom, *(slot.y + slot.height for slot in slots))
        left = right + COLUMN_GAP
    header = [*_title(graph), *_legend(blocks)]
    scene.width = max(left - COLUMN_GAP + _MARGIN, *(_right(shape) for shape in header)) + _MARGIN
    scene.height = bottom + ROW_GAP + _MARGIN
    scene.shapes = [
        Rectangle(0, 0, scene.width, scene.height, "#ffffff"),
        *bands,
        *_edges(arrangement.columns),
        *_turns(arrangement.columns, arrangement.turns),
        *_boxes(arrangement.columns, blocks, graph),
        *header,
    ]
    return scene


def _title(graph: ComputationGraph) -> Iterator[Text]:
    yield Text(_MARGIN, _MARGIN + 14, graph.name or "computation graph", 17, bold=True)
    facts = (
        f"{graph.macs:,} MACs · {graph.parameters:,} parameters · "
        f"{graph.num_nodes} nodes · {graph.num_edges} edges · "
        "read from top to bottom, then column by column"
    )
    yield Text(_MARGIN, _MARGIN + 34, facts, 12, _OUTLINE)


def _legend(blocks: Sequence[DrawnBlock]) -> Iterator[Rectangle | Text]:
    present = {block.category for block in blocks}
    x, y = _MARGIN, _MARGIN + 46
    for category, colour in CATEGORY_COLOURS.items():
        if category in present:
            yield Rectangle(x, y, 14, 12, colour, _OUTLINE, radius=3)
            yield Text(x + 19, y + 10, category, 11)
            x += 19 + CHARACTER * 11 * len(category) + 14
    yield Rectangle(x, y + 5, 14, 2.5, _COST_COLOUR)
    yield Text(x + 19, y + 10, "share of MACs, of the costliest box", 11)


def _right(shape: Rectangle | Text) -> float:
    """Where a shape of the header ends."""
    if isinstance(shape, Text):
        return shape.x + CHARACTER * shape.size * len(shape.content)
    return shape.x + shape.width


def _bands(
    column: Column, blocks: Sequence[DrawnBlock], left: float, right: float
) -> Iterator[Rectangle | Text]:
    """A tinted background for each run of rows of one resolution, with its size."""
    sizes = _row_sizes(column, blocks)
    runs = [list(run) for _, run in groupby(range(len(column)), key=sizes.__getitem__)]
    for number, run in enumerate(runs):
        top = min(slot.y for slot in column[run[0]]) - ROW_GAP / 2
        bottom = max(slot.y + slot.height for slot in column[run[-1]]) + ROW_GAP / 2
        x = left - _BAND_LABEL
        yield Rectangle(x, top, right - x + 14, bottom - top, _BAND_COLOURS[number % 2])
        yield Text(x + 8, top + 16, sizes[run[0]], 11, _OUTLINE, bold=True)


def _row_sizes(column: Column, blocks: Sequence[DrawnBlock]) -> list[str]:
    """The largest resolution in each row, of boxes and of results that pass through.

    Layers that set the resolution tell it; other rows have that of the row before. As
    many positions in another form, such as 196 tokens after 14x14, are no new resolution.
    """
    sizes: list[str] = []
    positions = 0
    for row in column:
        leaders = [blocks[slot.block].leader for slot in row]
        images = [leader for leader in leaders if leader.op in _WITH_RESOLUTION]
        largest = max(images, key=lambda leader: prod(leader.output_shape[1:]), default=None)
        if largest is not None and prod(largest.output_shape[1:]) != positions:
            positions = prod(largest.output_shape[1:])
            sizes.append(resolution(largest))
        else:
            sizes.append(sizes[-1] if sizes else "")
    first = next(filter(None, sizes), "")
    return [size or first for size in sizes]


def _edges(columns: Sequence[Column]) -> Iterator[BezierCurve]:
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


def _turns(columns: Sequence[Column], turns: Sequence[tuple[Slot, Slot]]) -> Iterator[BezierCurve]:
    """Results that go on in the next column: down, up between the columns, down."""
    for number, (start, port) in enumerate(turns):
        column = next(column for column in columns if start in column[-1])
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


def _boxes(
    columns: Sequence[Column], blocks: Sequence[DrawnBlock], graph: ComputationGraph
) -> Iterator[Rectangle | Text]:
    costs = [int(graph.node_macs[[n.index for n in block.nodes]].sum()) for block in blocks]
    for column in columns:
        for slot in (slot for row in column for slot in row if slot.is_box):
            share = costs[slot.block] / max(*costs, 1)
            yield from _box(slot, blocks[slot.block], share)


def _box(slot: Slot, block: DrawnBlock, share: float) -> Iterator[Rectangle | Text]:
    left = slot.x - slot.width / 2
    is_sign = len(block.lines) == 1 and len(block.lines[0].text) == 1
    yield Rectangle(
        left,
        slot.y,
        slot.width,
        slot.height,
        CATEGORY_COLOURS[block.category],
        _OUTLINE,
        slot.height / 2 if is_sign else 4,
        "\n".join(description(node) for node in block.nodes),
    )
    bar = (slot.width - 8) * share
    if bar > 1:
        yield Rectangle(left + 4, slot.y + slot.height - 4, bar, 2, _COST_COLOUR)
    y = slot.y + 3
    for line in block.lines:
        y += MAIN_LINE if line.main else SMALL_LINE
        size = MAIN_SIZE if line.main else SMALL_SIZE
        yield Text(slot.x, y - 3, line.text, size, anchor="middle", bold=line.main)
