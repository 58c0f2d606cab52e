"""Windows of convolutions and poolings along one, two or three spatial axes."""

from math import prod
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gennape.graph.attributes import groups
from gennape.graph.node import Node
from gennape.graph.operations import Op

Sizes = tuple[int, ...]


class Window(NamedTuple):
    """What slides along the spatial axes: one number for each of them.

    Attributes:
        kernel: Its size.
        stride: From one place to the next.
        before: Padding at the beginning.
        after: Padding at the end.
        dilation: From one element to the next.
    """

    kernel: Sizes
    stride: Sizes
    before: Sizes
    after: Sizes
    dilation: Sizes

    def sizes(self, spatial: Sizes, node: Node, extra: Sizes | None, up: bool = False) -> Sizes:
        """The spatial sizes of the result of a node.

        Args:
            spatial: Those of its argument.
            node: The node.
            extra: What a transposed convolution adds at the end.
            up: Whether a last window may hang over.
        """
        columns = list(zip(spatial, *self, strict=True))
        if node.op is Op.CONV_TRANSPOSE:
            grown = [(n - 1) * s - b - a + d * (k - 1) + 1 for n, k, s, b, a, d in columns]
            extra = extra or (0,) * len(grown)
            return tuple(size + more for size, more in zip(grown, extra, strict=True))
        return tuple(
            (n + b + a - d * (k - 1) - 1 + (s - 1) * up) // s + 1 for n, k, s, b, a, d in columns
        )


def window_of(node: Node, depth: Sizes | None, spatial: int) -> Window:
    """The window of a node; of three axes, the first is stated apart.

    Raises:
        KeyError: There are three spatial axes, and the first is not stated.
    """
    top, left, bottom, right = node.padding
    flat = Window(node.kernel, node.stride, (top, left), (bottom, right), node.dilation)
    if spatial < 3:
        return Window(*(values[:spatial] for values in flat))
    if depth is None:
        raise KeyError("depth")
    kernel, stride, before, after, dilation = depth
    height = node.kernel[0] // kernel, node.stride[0] // stride
    return Window(
        (kernel, height[0], node.kernel[1]),
        (stride, height[1], node.stride[1]),
        (before, *flat.before),
        (after, *flat.after),
        (dilation, *flat.dilation),
    )


def pads_unevenly(node: Node, a: groups.ConvAttributes | groups.PoolAttributes) -> bool:
    """Whether a window needs more padding on one side, which layers cannot express."""
    top, left, bottom, right = node.padding
    depth = a.depth or (1, 1, 0, 0, 1)
    return (top, left, depth[2]) != (bottom, right, depth[3])


def pad_window(node: Node, window: Window, x: Tensor) -> Tensor:
    """The input of a window operation with its uneven border added."""
    value = float("-inf") if node.op is Op.MAX_POOL else 0.0
    return F.pad(x, _sides(window), value=value)


def _sides(window: Window) -> list[int]:
    """Padding as PyTorch's `pad` has it, the last axis first."""
    pairs = zip(reversed(window.before), reversed(window.after), strict=True)
    return [size for pair in pairs for size in pair]


def rounds_up(node: Node, window: Window, sizes: Sizes) -> bool:
    """Whether the recorded output is larger than whole windows give."""
    return sizes[0] * prod(window.sizes(sizes[2:], node, None)) != prod(node.output_shape[1:])


class BorderedAvgPool(nn.Module):
    """Means of windows whose uneven border does not count.

    Args:
        window: The window.
        ceil_mode: Whether the last one may hang over.
    """

    def __init__(self, window: Window, ceil_mode: bool) -> None:
        super().__init__()
        layer = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[len(window.kernel) - 1]
        self.pool = layer(window.kernel, window.stride, ceil_mode=ceil_mode)  # type: ignore[arg-type]
        self.sides = _sides(window)

    def forward(self, x: Tensor) -> Tensor:
        """Divide the means of the bordered maps by the share of each window that is no border."""
        inside = F.pad(torch.ones_like(x[:1, :1]), self.sides)
        result: Tensor = self.pool(F.pad(x, self.sides)) / self.pool(inside)
        return result
