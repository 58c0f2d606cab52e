"""Boxes that repeat one after another, which a picture of a large network shows once.

Boxes are put into depth-first order, so that equal blocks are equal runs of boxes. A run
whose boxes are those a period before, with arguments from as far back or from the same box,
is one unit and how often it stands there. What was found is searched again, so that units
may hold units.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from gennape.graph.draw.blocks import DrawnBlock
from gennape.graph.draw.labels import content, kind
from gennape.utils.array_types import BoolArray, IntArray

_MAX_PERIODS = 64
_MAX_SPAN = 8
"""Copies back from which a copy may take results."""
_MAX_RESULTS = 2
"""What leaves a run; of more, as of parallel branches, a frame would hold parts of each."""
_MIN_SAVED = 2
_MAX_LEVELS = 4
_TOO_MANY = 250
"""Boxes of which a picture cannot be read at a glance."""

Edge = tuple[int, int]


@dataclass(frozen=True)
class Repeat:
    """Boxes that stand for several copies of themselves.

    Attributes:
        blocks: Numbers of the boxes.
        count: How many copies there are.
        alike: Whether they may differ in their sizes.
    """

    blocks: tuple[int, ...]
    count: int
    alike: bool


class _Run(NamedTuple):
    """`copies` of `period` boxes each, from `start` on."""

    start: int
    period: int
    copies: int

    @property
    def saved(self) -> int:
        return (self.copies - 1) * self.period

    def better_than(self, other: "_Run") -> bool:
        return (self.saved, -self.period) > (other.saved, -other.period)


def fold_repeats(
    blocks: Sequence[DrawnBlock], edges: Sequence[Edge]
) -> tuple[list[DrawnBlock], list[Edge], list[Repeat]]:
    """Keep one copy of what repeats, and of what is alike where too many boxes are left.

    Args:
        blocks: Boxes in topological order.
        edges: Between them.

    Returns:
        The boxes that are left and know for which others they stand, the edges between them,
        and which of them repeat.
    """
    folded = _folded(blocks, edges, alike=False)
    return folded if len(folded[0]) <= _TOO_MANY else _folded(blocks, edges, alike=True)


def _folded(
    blocks: Sequence[DrawnBlock], edges: Sequence[Edge], alike: bool
) -> tuple[list[DrawnBlock], list[Edge], list[Repeat]]:
    order = _depth_first(len(blocks), edges)
    place = {box: position for position, box in enumerate(order)}
    key = kind if alike else content
    kinds = _numbered(tuple(map(key, blocks[box].nodes)) for box in order)
    sequence = _Sequence(kinds, sorted((place[a], place[b]) for a, b in edges))
    members = [[box] for box in order]  # the box at each position, and those it stands for
    repeats: list[Repeat] = []
    for _ in range(_MAX_LEVELS):
        runs = sequence.runs()
        if not runs:
            break
        for start, period, copies in runs:
            unit = tuple(members[position][0] for position in range(start, start + period))
            repeats.append(Repeat(unit, copies, alike))
            for position in range(start + period, start + copies * period):
                members[start + (position - start) % period] += members[position]
        sequence, kept = sequence.folded(runs)
        members = [members[position] for position in kept.tolist()]
    at = [boxes[0] for boxes in members]
    number = _numbers_of(at, sequence.edges)
    members.sort(key=lambda boxes: number[boxes[0]])
    return (
        [_standing_for(blocks, boxes) for boxes in members],
        sorted((number[at[a]], number[at[b]]) for a, b in sequence.edges),
        [
            Repeat(
                tuple(number[box] for box in repeat.blocks if box in number), repeat.count, alike
            )
            for repeat in repeats
            if repeat.blocks[0] in number
        ],
    )


def _numbers_of(boxes: Sequence[int], edges: Sequence[Edge]) -> dict[int, int]:
    """Number the boxes that are left as they were, where edges still lead forward then."""
    in_order = {box: new for new, box in enumerate(sorted(boxes))}
    if all(in_order[boxes[source]] < in_order[boxes[target]] for source, target in edges):
        return in_order
    return {box: new for new, box in enumerate(boxes)}


def _standing_for(blocks: Sequence[DrawnBlock], boxes: Sequence[int]) -> DrawnBlock:
    """The first of some boxes, which stands for all of them."""
    others = tuple(node.index for box in boxes[1:] for node in blocks[box].nodes)
    return replace(blocks[boxes[0]], others=others)


def _depth_first(size: int, edges: Sequence[Edge]) -> list[int]:
    """Boxes so that each comes right after what only it needs."""
    arguments: list[list[int]] = [[] for _ in range(size)]
    for source, target in edges:
        arguments[target].append(source)
    used = {source for source, _ in edges}
    order: list[int] = []
    seen = [False] * size
    open_boxes = [(box, False) for box in reversed(range(size)) if box not in used]
    while open_boxes:
        box, done = open_boxes.pop()
        if done:
            order.append(box)
        elif not seen[box]:
            seen[box] = True
            open_boxes.append((box, True))
            open_boxes += [(source, False) for source in reversed(arguments[box])]
    return order


def _numbered(keys: Iterable[object]) -> IntArray:
    """A number for each key, equal for equal keys."""
    known: dict[object, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys])


class _Sequence:
    """Boxes in a line: a number for what each is, and edges sorted by source."""

    def __init__(self, kinds: IntArray, edges: Sequence[Edge]) -> None:
        self.kinds = kinds
        self.edges = edges
        pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
        self._source, self._target = pairs.T
        by_target = np.lexsort((self._source, self._target))
        self._arguments = self._source[by_target]
        self._owners = self._target[by_target]
        self._degree = np.bincount(self._owners, minlength=len(kinds))
        self._first = np.cumsum(self._degree) - self._degree

    def runs(self) -> list[_Run]:
        """Runs that repeat and do not overlap, from left to right."""
        ends = {period: self._match_ends(period) for period in self._periods()}
        crossing = self._crossing()
        found: list[_Run] = []
        tried: dict[int, int] = {}  # for each period, up to where there is no run for certain
        start = 0
        while start < len(self.kinds):
            best = None
            for period, end in ends.items():
                stop = int(end[start]) if start < len(end) else 0
                if stop - start < period or start < tried.get(period, 0):
                    continue
                run = self._closed(self._aligned(start, period, stop, crossing))
                if run.copies < 2:
                    tried[period] = start + period if run.copies else stop
                elif run.saved >= _MIN_SAVED and (best is None or run.better_than(best)):
                    best = run
            if best is None:
                start += 1
            else:
                found.append(best)
                start = best.start + best.copies * best.period
        return found

    def folded(self, runs: Sequence[_Run]) -> tuple["_Sequence", IntArray]:
        """The sequence with one copy of each run, and the positions that are left."""
        stands_for = np.arange(len(self.kinds))
        counts = np.ones(len(self.kinds), dtype=np.int64)
        for start, period, count in runs:
            copies = np.arange(start, start + count * period)
            stands_for[copies] = start + (copies - start) % period
            counts[copies] = count
        kept = np.flatnonzero(stands_for == np.arange(len(stands_for)))
        number = np.cumsum(stands_for == np.arange(len(stands_for))) - 1
        edges = {
            (int(number[stands_for[source]]), int(number[target]))
            for source, target in self.edges
            if stands_for[target] == target and stands_for[source] != target
        }
        pairs = zip(self.kinds[kept].tolist(), counts[kept].tolist(), strict=True)
        return _Sequence(_numbered(pairs), sorted(edges)), kept

    def _periods(self) -> list[int]:
        """The most frequent distances from a box to the next of its kind."""
        order = np.argsort(self.kinds, kind="stable")
        same = self.kinds[order][1:] == self.kinds[order][:-1]
        one = np.diff(order)[same]
        two = (order[2:] - order[:-2])[same[1:] & same[:-1]]
        three = (order[3:] - order[:-3])[same[2:] & same[1:-1] & same[:-2]]
        distances = Counter(chain(one.tolist(), two.tolist(), three.tolist()))
        return [period for period, _ in distances.most_common(_MAX_PERIODS)]

    def _match_ends(self, period: int) -> IntArray:
        """For each box, the first one from it on that differs from the one a period later."""
        size = len(self.kinds) - period
        equal = (self.kinds[:size] == self.kinds[period:]) & (
            self._degree[:size] == self._degree[period:]
        )
        differs = self._arguments_differ(period, equal)
        positions = np.where(equal & ~differs, size, np.arange(size))
        ends: IntArray = np.minimum.accumulate(positions[::-1])[::-1]
        return ends

    def _arguments_differ(self, period: int, equal: BoolArray) -> BoolArray:
        """Which of the `equal` boxes take results from elsewhere than those a period later."""
        mine = np.flatnonzero(equal[np.minimum(self._owners, len(equal) - 1)])
        mine = mine[self._owners[mine] < len(equal)]
        owners = self._owners[mine]
        theirs = self._first[owners + period] + mine - self._first[owners]
        shift = self._arguments[theirs] - self._arguments[mine]
        elsewhere = (shift != period) & (shift != 0)
        return np.bincount(owners[elsewhere], minlength=len(equal)).astype(bool)

    def _crossing(self) -> IntArray:
        """How many results of boxes before each box are used by it or later."""
        last = np.arange(len(self.kinds))
        np.maximum.at(last, self._source, self._target)
        change = np.zeros(len(self.kinds) + 2, dtype=np.int64)
        np.add.at(change, np.arange(len(self.kinds)) + 1, 1)
        np.add.at(change, last + 1, -1)
        return np.cumsum(change)

    def _aligned(self, start: int, period: int, end: int, crossing: IntArray) -> _Run:
        """The run that begins where the fewest results cross, and holds a copy less at most."""
        shifts = min(period, end - start - period + 1)
        shift = int(np.argmin(crossing[start : start + shifts]))
        return _Run(start + shift, period, (end - start - shift) // period + 1)

    def _closed(self, run: _Run) -> _Run:
        """As many copies as hand their results to the next, and the last to what follows.

        One where this fails at the first copies, none where it does anywhere.
        """
        start, period, count = run
        while count > 1:
            stop = start + count * period
            inside = slice(*np.searchsorted(self._source, (start, stop)).tolist())
            copies = (self._source[inside] - start) // period
            users = (self._target[inside] - start) // period
            within = users < count
            span = int((users - copies)[within].max(initial=1))
            if span > _MAX_SPAN:
                return _Run(start, period, 0)
            early = copies[~within & (copies < count - span)]
            if not len(early):
                results = np.unique(self._source[inside][~within])
                return _Run(start, period, count if len(results) <= _MAX_RESULTS else 1)
            count = int(early.min()) + span
        return _Run(start, period, 1)
