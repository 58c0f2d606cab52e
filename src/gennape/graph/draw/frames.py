"""Frames around what stands in the network several times and in the picture once."""

from collections.abc import Iterator, Sequence

from gennape.graph.draw.repeats import Repeat
from gennape.graph.draw.rows import Column, Slot
from gennape.graph.draw.scene import Rectangle, Text
from gennape.graph.draw.sizes import CHARACTER

FRAME_COLOUR = "#4f74b8"
_PADDING, _NESTED = 6.0, 3.5
_SIGN, _SIGN_HEIGHT = 10.0, 15.0


def frames(columns: Sequence[Column], repeats: Sequence[Repeat]) -> Iterator[Rectangle | Text]:
    """A frame with its count for each repeat in each column.

    Where other boxes lie between those that repeat, each of them has a frame of its own.

    Args:
        columns: With the place of each box.
        repeats: What stands there several times; of two, one may hold the other.
    """
    for column in columns:
        boxes = [slot for row in column for slot in row if slot.is_box]
        for repeat in repeats:
            inside = set(repeat.blocks)
            mine = [slot for slot in boxes if slot.block in inside]
            depth = _depth(repeat, repeats)
            others = [slot for slot in boxes if slot.block not in inside]
            alone = mine and not any(map(_Area.around(mine, depth).meets, others))
            for group in [mine] if alone else [[slot] for slot in mine]:
                yield from _frame(_Area.around(group, depth), repeat)


class _Area:
    """A rectangle around some boxes."""

    def __init__(self, left: float, top: float, right: float, bottom: float) -> None:
        self.left, self.top, self.right, self.bottom = left, top, right, bottom

    @classmethod
    def around(cls, slots: Sequence[Slot], depth: int) -> "_Area":
        gap = _PADDING + _NESTED * depth
        return cls(
            min(slot.x - slot.width / 2 for slot in slots) - gap,
            min(slot.y for slot in slots) - gap,
            max(slot.x + slot.width / 2 for slot in slots) + gap,
            max(slot.y + slot.height for slot in slots) + gap,
        )

    def meets(self, slot: Slot) -> bool:
        """Whether a box is inside, if only in part."""
        return (
            abs(slot.x - (self.left + self.right) / 2) < (self.right - self.left + slot.width) / 2
            and slot.y < self.bottom
            and self.top < slot.y + slot.height
        )


def _depth(repeat: Repeat, repeats: Sequence[Repeat]) -> int:
    """How many repeats are inside of one another in this one."""
    mine = set(repeat.blocks)
    inner = [other for other in repeats if other is not repeat and mine > set(other.blocks)]
    return max((1 + _depth(other, repeats) for other in inner), default=0)


def _frame(area: _Area, repeat: Repeat) -> Iterator[Rectangle | Text]:
    width, height = area.right - area.left, area.bottom - area.top
    yield Rectangle(area.left, area.top, width, height, "none", FRAME_COLOUR, 7)
    of_sizes = " of several sizes" if repeat.alike else ""
    yield from sign(f"× {repeat.count:,}{of_sizes}", area.right - 5, area.top - _SIGN_HEIGHT / 2)


def sign(text: str, right: float, top: float) -> Iterator[Rectangle | Text]:
    """A few characters, white on blue."""
    width = CHARACTER * _SIGN * len(text) + 10
    left = right - width
    yield Rectangle(left, top, width, _SIGN_HEIGHT, FRAME_COLOUR, radius=_SIGN_HEIGHT / 2)
    yield Text(left + width / 2, top + 11, text, _SIGN, "#ffffff", "middle", bold=True)
