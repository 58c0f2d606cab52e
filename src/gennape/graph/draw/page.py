"""Which rows begin a column.

Where few results cross from one row to the next, and best where the resolution changes,
the picture may go on in a new column, but not within what repeats. Of all column heights,
that one is taken that gives the page the best shape.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gennape.graph.draw.blocks import DrawnBlock
from gennape.graph.draw.repeats import Repeat
from gennape.graph.draw.sizes import BOX_GAP, COLUMN_GAP, LANE_WIDTH, ROW_GAP, box_size

_ASPECT = 1.4
_BREAK_COST, _FEW_BREAKS = 0.1, 8
_MAX_CROSSING = 4
_MAX_COLUMNS, _ROWS_FOR_ANOTHER = 16, 50
_SHORTEST, _TALLEST = 0.7, 1.2
"""Heights of columns, in those of equal ones."""


class Page:
    """Sizes of rows, before their order is known.

    Args:
        blocks: Boxes.
        layers: The row of each box.
        reach: The last row in which its result is used.
        repeats: Boxes that stay in one column.
    """

    def __init__(
        self,
        blocks: Sequence[DrawnBlock],
        layers: Sequence[int],
        reach: Sequence[int],
        repeats: Sequence[Repeat],
    ) -> None:
        rows = max(layers) + 1
        heights, widths = np.zeros(rows), np.zeros(rows)
        resolutions = [1] * rows
        for block, layer in zip(blocks, layers, strict=True):
            width, height = box_size(block)
            heights[layer] = max(heights[layer], height)
            widths[layer] += width + BOX_GAP
            _, tall, wide = block.nodes[-1].output_shape
            resolutions[layer] = max(resolutions[layer], tall * wide)
        change = np.bincount(layers, minlength=rows) - np.bincount(reach, minlength=rows)
        self._crossing = np.concatenate(([0], np.cumsum(change)))  # results that cross into rows
        self._widths = widths + self._crossing[:-1] * (LANE_WIDTH + BOX_GAP)
        self._top = np.concatenate(([0.0], np.cumsum(heights + ROW_GAP)))
        self._same_stage = np.array([True] + [a == b for a, b in pairwise(resolutions)])
        allowed = self._crossing[:rows] <= _MAX_CROSSING
        for repeat in repeats:
            inside = [layers[block] for block in repeat.blocks]
            allowed[min(inside) + 1 : max(inside) + 1] = False
        self._allowed = np.flatnonzero(allowed)

    def best_starts(self) -> set[int]:
        """First rows of the columns that give the page the best shape."""
        most = _MAX_COLUMNS + len(self._widths) // _ROWS_FOR_ANOTHER
        limits = [self._top[-1] / parts for parts in range(1, most + 1)]
        candidates = list(dict.fromkeys(map(self._starts, limits)))
        costs = list(map(self._cost, candidates))
        return set(candidates[costs.index(min(costs))])

    def _starts(self, limit: float) -> tuple[int, ...]:
        """First rows of columns of about the height `limit`."""
        starts = [0]
        while self._top[-1] - self._top[starts[-1]] > _TALLEST * limit:
            first = starts[-1]
            lowest, highest = self._top[first] + limit * np.array([_SHORTEST, _TALLEST])
            later = self._allowed[np.searchsorted(self._allowed, first + 2) :]
            begin = np.searchsorted(self._top[later], lowest)
            end = np.searchsorted(self._top[later], highest, side="right")
            near = later[begin:end]
            if len(near):
                disturbance = 2 * self._crossing[near] + self._same_stage[near]
                starts.append(int(near[np.argmin(disturbance)]))
            elif end < len(later):
                starts.append(int(later[end]))
            else:
                break
        return tuple(starts)

    def _cost(self, starts: tuple[int, ...]) -> float:
        """Distance from the wanted aspect, the empty part, and how much the breaks disturb."""
        parts = list(pairwise([*starts, len(self._widths)]))
        heights = np.array([self._top[b] - self._top[a] for a, b in parts])
        widths = np.array([self._widths[a:b].max() + COLUMN_GAP for a, b in parts])
        width, height = widths.sum(), heights.max()
        empty = 1 - (widths * heights).sum() / (width * height)
        breaks = list(starts[1:])
        broken = (self._crossing[breaks] - 1 + self._same_stage[breaks]).sum()
        broken *= min(1.0, _FEW_BREAKS / max(len(breaks), 1))
        return float(abs(np.log(width / height / _ASPECT)) + empty + _BREAK_COST * broken)
