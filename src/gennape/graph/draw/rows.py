"""Which row each box is in, and which column each row.

A box stands one row below the lowest of its arguments (longest-path layering). A result
that is used further down runs through the rows between in a lane; all its users share
the lane.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gennape.graph.draw.blocks import DrawnBlock
from gennape.graph.draw.labels import CONSTANTS
from gennape.graph.draw.page import Page
from gennape.graph.draw.repeats import Repeat
from gennape.graph.draw.sizes import LANE_WIDTH, box_size


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


def arrange(
    blocks: Sequence[DrawnBlock],
    edges: Sequence[tuple[int, int]],
    layers: Sequence[int],
    repeats: Sequence[Repeat] = (),
) -> Arrangement:
    """Give every box a row and a column, in no particular order within the row.

    Args:
        blocks: Boxes in topological order.
        edges: Those that are drawn as lines.
        layers: The row of each box; see `layers_of`.
        repeats: Boxes that stay in one column.
    """
    reach = list(layers)
    for source, target in edges:
        reach[source] = max(reach[source], layers[target])
    starts = Page(blocks, layers, reach, repeats).best_starts()
    rows: list[list[int]] = [[] for _ in range(max(layers) + 1)]
    for number, layer in enumerate(layers):
        rows[layer].append(number)
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


def layers_of(blocks: Sequence[DrawnBlock], edges: Sequence[tuple[int, int]]) -> list[int]:
    """The row of each box; constants stand just above their first user."""
    layers = [0] * len(blocks)
    first_user: dict[int, int] = {}
    for source, target in edges:  # sorted by source, and sources are in topological order
        layers[target] = max(layers[target], layers[source] + 1)
    for source, target in edges:
        first_user[source] = min(layers[target], first_user.get(source, layers[target]))
    for number, block in enumerate(blocks):
        if block.leader.op in CONSTANTS:
            layers[number] = first_user.get(number, 1) - 1
    return layers


def _box(number: int, block: DrawnBlock) -> Slot:
    return Slot(number, True, *box_size(block))


def _lane(number: int) -> Slot:
    return Slot(number, False, LANE_WIDTH, 0.0)


def _linked(slot: Slot, above: list[Slot]) -> Slot:
    slot.above = above
    for other in above:
        other.below.append(slot)
    return slot
