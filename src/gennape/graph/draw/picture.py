"""The shapes of a network's picture: bands, edges, boxes, title and legend."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import prod

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.blocks import DrawnBlock, blocks_of
from gennape.graph.draw.frames import frames
from gennape.graph.draw.header import legend, right_end, title
from gennape.graph.draw.labels import CATEGORY_COLOURS, description, resolution
from gennape.graph.draw.lines import lines, turns
from gennape.graph.draw.placement import place, sweeps_for
from gennape.graph.draw.references import name_long_edges
from gennape.graph.draw.repeats import Repeat, fold_repeats
from gennape.graph.draw.rows import Column, Slot, arrange, layers_of
from gennape.graph.draw.scene import Rectangle, Scene, Text
from gennape.graph.draw.sizes import (
    COLUMN_GAP,
    COST_COLOUR,
    MAIN_LINE,
    MAIN_SIZE,
    MARGIN,
    OUTLINE,
    ROW_GAP,
    SMALL_LINE,
    SMALL_SIZE,
)
from gennape.graph.operations import POOLINGS, WEIGHTED, Op

_HEADER = 96.0
_BAND_LABEL = 76.0
_BAND_COLOURS = ("#f4f6f9", "#e9edf3")
_WITH_RESOLUTION = WEIGHTED | POOLINGS | {Op.INPUT, Op.RESIZE}
_MANY_BOXES = 60
"""From so many on, what repeats is drawn once unless said otherwise."""


def picture(graph: ComputationGraph, fold: bool | None = None) -> Scene:
    """The scene of a graph.

    Args:
        graph: The network.
        fold: Whether blocks that repeat are drawn once; large networks only if None.
    """
    blocks, edges = blocks_of(graph)
    repeats: list[Repeat] = []
    if fold or (fold is None and len(blocks) > _MANY_BOXES):
        blocks, edges, repeats = fold_repeats(blocks, edges)
    layers = layers_of(blocks, edges)
    blocks, edges = name_long_edges(blocks, edges, layers)
    arrangement = arrange(blocks, edges, layers, repeats)
    columns = arrangement.columns
    sweeps = sweeps_for(columns)
    scene = Scene(graph.name or "computation graph")
    left = MARGIN + _BAND_LABEL
    bottom = 0.0
    bands: list[Rectangle | Text] = []
    for column in columns:
        place(column, sweeps)
        slots = [slot for row in column for slot in row]
        for slot in slots:
            slot.x += left
            slot.y += _HEADER + ROW_GAP
        right = max(slot.x + slot.width / 2 for slot in slots)
        bands += _bands(column, blocks, left, right)
        bottom = max(bottom, *(slot.y + slot.height for slot in slots))
        left = right + COLUMN_GAP
    header = [*title(graph), *legend(blocks, bool(repeats))]
    scene.width = max(left - COLUMN_GAP + MARGIN, *map(right_end, header)) + MARGIN
    scene.height = bottom + ROW_GAP + MARGIN
    scene.shapes = [
        Rectangle(0, 0, scene.width, scene.height, "#ffffff"),
        *bands,
        *lines(columns),
        *turns(columns, arrangement.turns),
        *_boxes(columns, blocks, graph),
        *frames(columns, repeats),
        *header,
    ]
    return scene


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
        yield Text(x + 8, top + 16, sizes[run[0]], 11, OUTLINE, bold=True)


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


def _boxes(
    columns: Sequence[Column], blocks: Sequence[DrawnBlock], graph: ComputationGraph
) -> Iterator[Rectangle | Text]:
    macs = graph.node_macs
    costs = [
        int(macs[[*(node.index for node in block.nodes), *block.others]].sum()) for block in blocks
    ]
    most = max(*costs, 1)
    for slot in (slot for column in columns for row in column for slot in row if slot.is_box):
        yield from _box(slot, blocks[slot.block], costs[slot.block] / most)


def _box(slot: Slot, block: DrawnBlock, share: float) -> Iterator[Rectangle | Text]:
    left = slot.x - slot.width / 2
    is_sign = len(block.lines) == 1 and len(block.lines[0].text) == 1
    yield Rectangle(
        left,
        slot.y,
        slot.width,
        slot.height,
        CATEGORY_COLOURS[block.category],
        OUTLINE,
        slot.height / 2 if is_sign else 4,
        "\n".join([*map(description, block.nodes), *_repeated(block)]),
    )
    bar = (slot.width - 8) * share
    if bar > 1:
        yield Rectangle(left + 4, slot.y + slot.height - 4, bar, 2, COST_COLOUR)
    y = slot.y + 3
    for line in block.lines:
        y += MAIN_LINE if line.main else SMALL_LINE
        size = MAIN_SIZE if line.main else SMALL_SIZE
        yield Text(slot.x, y - 3, line.text, size, anchor="middle", bold=line.main)


def _repeated(block: DrawnBlock) -> list[str]:
    return [f"{block.count:,} times in the network"] if block.count > 1 else []
