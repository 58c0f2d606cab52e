"""Where in its row each box stands.

Crossings are reduced by barycentre sweeps (Sugiyama et al., 1981): each row is sorted by
the mean position of its neighbours in the row before, down and up again. Then boxes are
drawn towards their neighbours: isotonic regression gives a row the positions nearest to
the wanted ones that keep order and distance.
"""

from collections import defaultdict
from itertools import pairwise
from statistics import fmean

import numpy as np

from gennape.graph.draw.rows import BOX_GAP, ROW_GAP, Column, Row, Slot

_SWEEPS = 12
_LANE_WEIGHT = 4.0  # lanes stay straight rather than boxes centred


def place(column: Column) -> None:
    """Set the coordinates of all slots of a column; its left and upper border are 0."""
    _order(column)
    for row in column:
        _settle(row, [0.0] * len(row))
    for sweep in range(_SWEEPS):
        lanes = _lane_positions(column)
        for row in column if sweep % 2 == 0 else reversed(column):
            _settle(row, [_wanted(s) if s.is_box else lanes[s.block] for s in row])
    left = min(slot.x - slot.width / 2 for row in column for slot in row)
    top = 0.0
    for row in column:
        height = max(slot.height for slot in row)
        for slot in row:
            slot.x -= left
            slot.y = top + (height - slot.height) / 2
        top += height + ROW_GAP


def _order(column: Column) -> None:
    """Sort the rows so that few links cross; the best order of all sweeps is kept."""
    best, fewest = [list(row) for row in column], _crossings(column)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for before, row in pairwise(column if downwards else column[::-1]):
            _sort(row, before, downwards)
        crossings = _crossings(column)
        if crossings < fewest:
            best, fewest = [list(row) for row in column], crossings
    column[:] = best


def _sort(row: Row, before: Row, downwards: bool) -> None:
    position = {slot: index for index, slot in enumerate(before)}
    centre = {}
    for index, slot in enumerate(row):
        neighbours = slot.above if downwards else slot.below
        centre[slot] = fmean(position[n] for n in neighbours) if neighbours else float(index)
    row.sort(key=centre.__getitem__)


def _crossings(column: Column) -> int:
    """Pairs of links that cross, over all rows."""
    total = 0
    for upper, lower in pairwise(column):
        position = {slot: index for index, slot in enumerate(lower)}
        ends = [
            (start, position[target]) for start, slot in enumerate(upper) for target in slot.below
        ]
        start, end = np.array(ends, dtype=int).reshape(-1, 2).T
        total += int(((start[:, None] < start) & (end[:, None] > end)).sum())
    return total


def _lane_positions(column: Column) -> dict[int, float]:
    """One wanted position for all lanes of a result, so that it runs straight down."""
    wanted = defaultdict(list)
    for slot in (slot for row in column for slot in row if not slot.is_box):
        wanted[slot.block].append(_wanted(slot))
    return {block: fmean(positions) for block, positions in wanted.items()}


def _wanted(slot: Slot) -> float:
    """The mean of the neighbours above and of those below; a box follows boxes first."""
    sides = []
    for side in (slot.above, slot.below):
        boxes = [neighbour.x for neighbour in side if neighbour.is_box]
        if boxes or side:
            sides.append(fmean(boxes if boxes else [neighbour.x for neighbour in side]))
    return fmean(sides) if sides else slot.x


def _settle(row: Row, wanted: list[float]) -> None:
    """Give a row the positions nearest to `wanted` that keep its order and distances."""
    from scipy.optimize import isotonic_regression  # slow to import, and only drawings need it

    steps = [(a.width + b.width) / 2 + BOX_GAP for a, b in pairwise(row)]
    offsets = np.concatenate(([0.0], np.cumsum(steps)))
    weights = np.array([1.0 if slot.is_box else _LANE_WEIGHT for slot in row])
    positions = isotonic_regression(np.array(wanted) - offsets, weights=weights).x + offsets
    for slot, x in zip(row, positions.tolist(), strict=True):
        slot.x = x
