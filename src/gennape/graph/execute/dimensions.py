"""How large the tensors of a running graph are, and where they hold the batch.

A graph holds the sizes of one sample. A module runs on a batch of them, so it must know at which
axis each tensor holds the batch, and whether that axis holds more: windows of an image are often
merged with it, and attention that puts the sequence first merges it with its heads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Dimensions:
    """The dimensions of a tensor.

    Attributes:
        sizes: Its dimensions for a batch of one.
        batch: The axis of the batch; none where the tensor is the same for all samples.
        outer: How many elements along this axis come before those of the next sample.
    """

    sizes: Sizes
    batch: int | None = 0
    outer: int = 1

    @property
    def rank(self) -> int:
        """How many dimensions there are."""
        return len(self.sizes)

    def of_batch(self, samples: int) -> Sizes:
        """The dimensions for so many samples."""
        return tuple(
            size * samples if axis == self.batch else size for axis, size in enumerate(self.sizes)
        )

    @property
    def before_batch(self) -> int:
        """How many elements of one sample lie before the first of the next one."""
        return prod(self.sizes[: self.batch]) * self.outer


def reshaped(before: Dimensions, sizes: Sizes) -> Dimensions | None:
    """Find the batch after a reshape, which keeps the order of elements.

    An axis of size 1 is taken for the batch itself. Else it is taken to be merged with what comes
    behind it, but for the last axis, whose elements belong together.

    Args:
        before: The tensor.
        sizes: The dimensions of one sample afterwards.

    Returns:
        The new dimensions; None where the batch would not lie along one axis.
    """
    if before.batch is None:
        return Dimensions(sizes, None)
    places = list(_places(before.before_batch, sizes))
    last = len(sizes) - 1
    if not places:
        return None
    axis, outer = min(
        places, key=lambda place: (sizes[place[0]] != 1, place[0] == last, place[1] != 1, place)
    )
    return Dimensions(sizes, axis, outer)


def unsqueezed(before: Dimensions, sizes: Sizes, inserted: Sequence[int]) -> Dimensions:
    """Find the batch after new axes of size 1."""
    kept = [axis for axis in range(len(sizes)) if axis not in inserted]
    return Dimensions(sizes, None if before.batch is None else kept[before.batch], before.outer)


def _places(before: int, sizes: Sizes) -> Iterator[tuple[int, int]]:
    """Axes with `before` elements before the next sample, and how many of these along the axis."""
    elements = 1
    for axis, size in enumerate(sizes):
        outer = before // elements if before % elements == 0 else 0
        if outer and size % outer == 0:
            yield axis, outer
        elements *= size


def found_again(argument: Dimensions, one: Sizes, two: Sizes) -> Dimensions | None:
    """Find the batch in a result by its sizes for one sample and for two.

    Args:
        argument: What the result was computed from.
        one: The dimensions of the result for one sample.
        two: Those for two samples.

    Returns:
        The dimensions of the result; None where samples are mixed.
    """
    grown = [axis for axis, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    if not grown:
        return Dimensions(one, None)
    axis = grown[0]
    if len(grown) > 1 or two[axis] != 2 * one[axis]:
        return None
    return Dimensions(one, axis, argument.outer)


def joint(arguments: Sequence[Dimensions]) -> Dimensions:
    """The argument that says where the batch is: the first one that has it, else the first."""
    return next((one for one in arguments if one.batch is not None), arguments[0])
