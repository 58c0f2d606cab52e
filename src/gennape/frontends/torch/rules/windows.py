"""Attributes of operations that slide a window."""

from collections.abc import Sequence
from typing import Any

Size = int | Sequence[int]


def sizes(value: Size, count: int) -> tuple[int, ...]:
    """Repeat `value` for each of `count` spatial dimensions."""
    if isinstance(value, int):
        return (value,) * count
    values = tuple(int(size) for size in value)
    return values * count if len(values) == 1 else values


def depth(
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> dict[str, Any]:
    """State the first of three spatial dimensions; nothing where there are fewer."""
    if len(kernel) < 3:
        return {}
    return {"depth": [kernel[0], stride[0], *padding[0], dilation[0]]}


def window(
    kernel: Sequence[int],
    *,
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    groups: int = 1,
    bias: bool = False,
) -> tuple[int, ...]:
    """Return attributes of a window operation with one, two or three spatial dimensions.

    One dimension is the height. Of three, the first two are folded into the height, so
    that the kernel keeps its area.
    """
    if len(kernel) == 1:
        kernel, stride, dilation = ((*values, 1) for values in (kernel, stride, dilation))
        padding = (padding[0], (0, 0))
    elif len(kernel) == 3:
        kernel, stride = ((values[0] * values[1], values[2]) for values in (kernel, stride))
        padding, dilation = padding[1:], dilation[1:]
    (top, bottom), (left, right) = padding
    return (*kernel, *stride, top, left, bottom, right, *dilation, groups, int(bias))
