"""Where in its row each box stands.

Crossings are reduced by barycentre sweeps (Sugiyama et al., 1981): each row is sorted by
the mean position of its neighbours in the row before, down and up again. Then boxes are
drawn towards their neighbours: isotonic regression gives a row the positions nearest to
the wanted ones that keep order and distance.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gennape.graph.draw.rows import Column, Row, Slot
from gennape.graph.draw.sizes import BOX_GAP, ROW_GAP

_SWEEPS = 12
_FEW_SWEEPS, _MANY_SLOTS = 4, 5_000
_LANE_WEIGHT = 4.0  # lanes stay straight rather than boxes centred


def sweeps_for(columns: Sequence[Column]) -> int:
    """How often all rows are gone through: less often in large pictures."""
    slots = sum(len(row) for column in columns for row in column)
    return _SWEEPS if slots < _MANY_SLOTS else _FEW_SWEEPS


def place(column: Column, sweeps: int) -> None:
    """Set the coordinates of all slots of a column; its left and upper border are 0."""
    _order(column, sweeps)
    for row in column:
        _settle(row, [0.0] * len(row))
    for sweep in range(sweeps):
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


def _order(column: Column, sweeps: int) -> None:
    """Sort the rows so that few links cross; the best order of all sweeps is kept."""
    best, fewest = [list(row) for row in column], _crossings(column)
    for sweep in range(sweeps):
        if fewest == 0:
            break
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
        centre[slot] = _mean([position[n] for n in neighbours]) if neighbours else float(index)
    row.sort(key=centre.__getitem__)


def _crossings(column: Column) -> int:
    """Pairs of links that cross, over all rows."""
    total = 0
    for upper, lower in pairwise(column):
        if len(upper) == 1 or len(lower) == 1:
            continue
        position = {slot: index for index, slot in enumerate(lower)}
        passed: list[int] = []  # ends of the links of slots further left, sorted
        for slot in upper:
            ends = [position[target] for target in slot.below]
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total


def _lane_positions(column: Column) -> dict[int, float]:
    """One wanted position for all lanes of a result, so that it runs straight down."""
    wanted = defaultdict(list)
    for slot in (slot for row in column for slot in row if not slot.is_box):
        wanted[slot.block].append(_wanted(slot))
    return {block: _mean(positions) for block, positions in wanted.items()}


def _wanted(slot: Slot) -> float:
    """The mean of the neighbours above and of those below; a box follows boxes first."""
    sides = []
    for side in (slot.above, slot.below):
        boxes = [neighbour.x for neighbour in side if neighbour.is_box]
        if boxes or side:
            sides.append(_mean(boxes if boxes else [neighbour.x for neighbour in side]))
    return _mean(sides) if sides else slot.x


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _settle(row: Row, wanted: list[float]) -> None:
    """Give a row the positions nearest to `wanted` that keep its order and distances."""
    from scipy.optimize import isotonic_regression  # slow to import, and only drawings need it

    steps = [(a.width + b.width) / 2 + BOX_GAP for a, b in pairwise(row)]
    gaps = [right - left for left, right in pairwise(wanted)]
    if any(gap < step for gap, step in zip(gaps, steps, strict=True)):
        offsets = np.concatenate(([0.0], np.cumsum(steps)))
        weights = np.array([1.0 if slot.is_box else _LANE_WEIGHT for slot in row])
        fitted = isotonic_regression(np.array(wanted) - offsets, weights=weights).x
        wanted = (fitted + offsets).tolist()
    for slot, x in zip(row, wanted, strict=True):
        slot.x = x
