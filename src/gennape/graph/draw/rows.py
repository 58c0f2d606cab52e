"""Which row and which column each box is in.

A box stands one row below the lowest of its arguments (longest-path layering). A result
that is used further down runs through the rows between in a lane; all its users share
the lane. Where few results cross from one row to the next, and best where the
resolution changes, the picture may go on in a new column; of all column heights, that
one is taken that gives the page the best shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from gennape.graph.draw.blocks import DrawnBlock
from gennape.graph.draw.labels import CONSTANTS

ROW_GAP = 24.0
COLUMN_GAP = 110.0
LANE_WIDTH = 4.0
BOX_GAP = 14.0
MAIN_LINE, SMALL_LINE = 15.0, 13.0
MAIN_SIZE, SMALL_SIZE = 11.0, 9.0
CHARACTER = 0.6
"""Width of a character by font size."""

_PAGE_ASPECT = 1.4
_BREAK_COST = 0.1
_MAX_CROSSING = 4
_MAX_COLUMNS = 16


@dataclass(eq=False)
class Slot:
    """A place in a row: a box, or a lane where a result passes through.

    Attributes:
        block: The box's number, or that of the box whose result passes.
        is_box: Whether the box itself stands here.
        width: In pixels.
        height: In pixels; 0 for a lane.
        x: Horizontal centre.
        y: Top.
        above: Slots of the row above that lead here.
        below: Slots of the row below that this one leads to.
    """

    block: int
    is_box: bool
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    above: list["Slot"] = field(default_factory=list)
    below: list["Slot"] = field(default_factory=list)


Row = list[Slot]
Column = list[Row]


@dataclass(frozen=True)
class Arrangement:
    """Rows in columns, and the results that continue from one column to the next."""

    columns: list[Column]
    turns: list[tuple[Slot, Slot]]


def arrange(blocks: Sequence[DrawnBlock], edges: Sequence[tuple[int, int]]) -> Arrangement:
    """Give every box a row and a column, in no particular order within the row."""
    layers = _layers(blocks, edges)
    reach = list(layers)
    for source, target in edges:
        reach[source] = max(reach[source], layers[target])
    starts = _column_starts(blocks, layers, reach)
    rows = [[b for b in range(len(blocks)) if layers[b] == r] for r in range(max(layers) + 1)]
    arguments: list[list[int]] = [[] for _ in blocks]
    for source, target in edges:
        arguments[target].append(source)
    columns: list[Column] = []
    turns: list[tuple[Slot, Slot]] = []
    trunk: dict[int, Slot] = {}  # where each result that is still needed was last seen
    for number, row in enumerate(rows):
        passing = [b for b in trunk if reach[b] > number]
        if number in starts:
            ports = {b: _lane(b) for b in trunk}
            turns += [(trunk[b], port) for b, port in ports.items()]
            trunk = ports
            columns.append([list(ports.values())] if ports else [])
        lanes = [_linked(_lane(b), [trunk[b]]) for b in passing]
        boxes = [_linked(_box(b, blocks[b]), [trunk[a] for a in arguments[b]]) for b in row]
        columns[-1].append(boxes + lanes)
        trunk = {slot.block: slot for slot in boxes + lanes if reach[slot.block] > number}
    return Arrangement(columns, turns)


def box_size(block: DrawnBlock) -> tuple[float, float]:
    """Width and height of a box in pixels."""
    widths = [
        len(line.text) * CHARACTER * (MAIN_SIZE if line.main else SMALL_SIZE)
        for line in block.lines
    ]
    heights = [MAIN_LINE if line.main else SMALL_LINE for line in block.lines]
    return max(max(widths) + 14, MAIN_LINE + 8), sum(heights) + 8


def _box(number: int, block: DrawnBlock) -> Slot:
    return Slot(number, True, *box_size(block))


def _lane(number: int) -> Slot:
    return Slot(number, False, LANE_WIDTH, 0.0)


def _linked(slot: Slot, above: list[Slot]) -> Slot:
    slot.above = above
    for other in above:
        other.below.append(slot)
    return slot


def _layers(blocks: Sequence[DrawnBlock], edges: Sequence[tuple[int, int]]) -> list[int]:
    layers = [0] * len(blocks)
    for source, target in edges:  # sorted by source, and sources are in topological order
        layers[target] = max(layers[target], layers[source] + 1)
    for number in (n for n, block in enumerate(blocks) if block.leader.op in CONSTANTS):
        users = [layers[target] for source, target in edges if source == number]
        layers[number] = min(users, default=1) - 1  # just above the first user
    return layers


def _column_starts(
    blocks: Sequence[DrawnBlock], layers: Sequence[int], reach: Sequence[int]
) -> set[int]:
    """Rows that begin a column, for the best shape of the page."""
    page = _Page(blocks, layers, reach)
    whole = page.height(0, page.rows)
    candidates = [page.starts(whole / parts) for parts in range(1, _MAX_COLUMNS + 1)]
    costs = [page.cost(starts) for starts in candidates]
    return set(candidates[costs.index(min(costs))])


class _Page:
    """Sizes of rows, before their order is known."""

    def __init__(
        self, blocks: Sequence[DrawnBlock], layers: Sequence[int], reach: Sequence[int]
    ) -> None:
        self.rows = max(layers) + 1
        self.heights = [0.0] * self.rows
        self.widths = [0.0] * self.rows
        self.crossing = [0] * (self.rows + 1)  # results that cross into each row
        resolutions = [1] * self.rows
        for block, layer, last in zip(blocks, layers, reach, strict=True):
            width, height = box_size(block)
            self.heights[layer] = max(self.heights[layer], height)
            self.widths[layer] += width + BOX_GAP
            _, rows, columns = block.nodes[-1].output_shape
            resolutions[layer] = max(resolutions[layer], rows * columns)
            for row in range(layer + 1, last + 1):
                self.crossing[row] += 1
                self.widths[row] += LANE_WIDTH + BOX_GAP
        self.same_stage = [True] + [a == b for a, b in pairwise(resolutions)]

    def height(self, start: int, stop: int) -> float:
        return sum(self.heights[start:stop]) + ROW_GAP * (stop - start)

    def starts(self, limit: float) -> list[int]:
        """First rows of columns of about the height `limit`."""
        starts = [0]
        while self.height(starts[-1], self.rows) > 1.2 * limit:
            first = starts[-1]
            allowed = [r for r in range(first + 2, self.rows) if self.crossing[r] <= _MAX_CROSSING]
            near = [r for r in allowed if 0.7 * limit <= self.height(first, r) <= 1.2 * limit]
            later = [r for r in allowed if self.height(first, r) > 1.2 * limit]
            if not near and not later:
                break
            starts.append(min(near, key=self._disturbance) if near else later[0])
        return starts

    def _disturbance(self, row: int) -> tuple[int, bool]:
        return self.crossing[row], self.same_stage[row]

    def cost(self, starts: Sequence[int]) -> float:
        """Distance from the wanted aspect, the empty part, and how much the breaks disturb."""
        parts = list(pairwise([*starts, self.rows]))
        heights = np.array([self.height(a, b) for a, b in parts])
        widths = np.array([max(self.widths[a:b]) + COLUMN_GAP for a, b in parts])
        width, height = widths.sum(), heights.max()
        empty = 1 - (widths * heights).sum() / (width * height)
        broken = sum(self.crossing[row] - 1 + self.same_stage[row] for row in starts[1:])
        return float(abs(np.log(width / height / _PAGE_ASPECT)) + empty + _BREAK_COST * broken)
