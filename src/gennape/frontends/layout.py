"""From tensor dimensions to the (C, H, W) of a node.

Frameworks keep channels in different places: second for images, last for tokens. A
frontend follows the channel axis through the network and writes every shape down as
channels, height, width, so that the same network has the same shapes by every frontend.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

Shape = tuple[int, int, int]


def shape_of(dims: Sequence[int], channel_axis: int) -> Shape:
    """Return channels, height and width of a tensor of a batch of one.

    Args:
        dims: All dimensions, the batch among them.
        channel_axis: Position of the channels in `dims`.

    Returns:
        (C, H, W). A leading batch dimension of 1 is left out, and so are further
        dimensions of 1 where more than two remain; W takes all dimensions after H.
        A sequence of N tokens is (C, N, 1).
    """
    if not dims:
        return (1, 1, 1)
    axis = channel_axis % len(dims)
    rest = [size for position, size in enumerate(dims) if position != axis]
    if axis > 0 and rest[0] == 1:
        rest = rest[1:]
    if len(rest) > 2:
        rest = [size for size in rest if size != 1]
    height = rest[0] if rest else 1
    return (dims[axis], height, prod(rest[1:]))


def source_shape(dims: Sequence[int], axis_from_end: int) -> Shape:
    """Return channels, height and width of a stored tensor, which need not have a batch.

    Args:
        dims: All its dimensions.
        axis_from_end: Where the tensors it meets have their channels, as a negative
            number; a tensor of fewer dimensions has its own beside a single channel.
    """
    if len(dims) >= -axis_from_end:
        return shape_of(dims, axis_from_end)
    return shape_of((1, *dims), 0)


def axis_after_reshape(before: Sequence[int], axis: int, after: Sequence[int]) -> int:
    """Find where the channels are after a reshape.

    A reshape cuts both shapes into runs of dimensions with equal products: it splits
    some and merges others. The channels are in the run that came from their own: at
    the dimension of their old size; else first where they were first of several, else
    last.

    Args:
        before: Dimensions of the argument.
        axis: Position of its channels.
        after: Dimensions of the result.

    Returns:
        Position of the channels in `after`, or of its last dimension.
    """
    if not after:
        return 0
    axis %= max(len(before), 1)
    for old, new in runs(before, after):
        if old.start <= axis < old.stop and len(new):
            same = [position for position in new if after[position] == before[axis]]
            leads = len(old) > 1 and axis == old.start
            return same[0] if same else new[0 if leads else -1]
    return len(after) - 1


def reshape_details(before: Sequence[int], after: Sequence[int]) -> dict[str, Any]:
    """Return what a reshape states: its dimensions, but for the plain flattening of each sample."""
    flattens = len(after) == 2 and after[0] == before[0]
    return {} if flattens else {"shape": list(after[1:])}


def cut_details(axis: int, channels: int, *, start: int, length: int, step: int) -> dict[str, Any]:
    """Return what a part along one axis states; of channels in their place only where it starts.

    Args:
        axis: Which is cut.
        channels: Position of the channels.
        start: The first position.
        length: How many there are.
        step: From one to the next.
    """
    details = {"start": start} if start else {}
    if (axis, channels) != (1, 1):
        details |= {"axis": axis, "stop": start + length * step}
    return details if step == 1 else details | {"step": step}


def input_details(dims: Sequence[int], shape: Shape) -> dict[str, Any]:
    """Return what an input states: dimensions of one sample, where its shape has others.

    Args:
        dims: Its dimensions, the batch kept as 1 and first where there is one.
        shape: Its channels, height and width.
    """
    if tuple(dims[:1]) == (1,):
        return {} if tuple(dims[1:]) == shape else {"shape": list(dims[1:])}
    details: dict[str, Any] = {} if tuple(dims) == shape else {"shape": list(dims)}
    return details | {"not_executable": "its first dimension is no batch"}


def source_details(dims: Sequence[int], shape: Shape) -> dict[str, Any]:
    """Return what a stored tensor states: its dimensions, where they are not those of its shape."""
    return {} if tuple(dims) == (1, *shape) else {"shape": list(dims)}


def runs(before: Sequence[int], after: Sequence[int]) -> list[tuple[range, range]]:
    """Return the shortest runs of dimensions that have equal products, pairwise."""
    found: list[tuple[range, range]] = []
    old = new = 0
    while old < len(before) and new < len(after):
        old_end, new_end = old + 1, new + 1
        left, right = before[old], after[new]
        while left != right:
            if left < right and old_end < len(before):
                left *= before[old_end]
                old_end += 1
            elif right < left and new_end < len(after):
                right *= after[new_end]
                new_end += 1
            else:
                return found
        found.append((range(old, old_end), range(new, new_end)))
        old, new = old_end, new_end
    return found


def broadcast_shape(*shapes: Sequence[int]) -> tuple[int, ...] | None:
    """Return the shape of tensors that are repeated to fit one another; None if they do not.

    Examples:
        >>> broadcast_shape((8, 1, 5), (3, 1), ())
        (8, 3, 5)
        >>> broadcast_shape((2,), (3,)) is None
        True
    """
    rank = max(map(len, shapes), default=0)
    result = []
    for place in range(-rank, 0):
        sizes = {dims[place] for dims in shapes if len(dims) >= -place} - {1}
        if len(sizes) > 1:
            return None
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)
