"""The 14 kinds of blocks of HiAML.

A block is the ReLU of a sum. Every convolution is followed by batch norm. A split
convolution is a 1x3 convolution, which takes the stride, and a 3x1 convolution, each with
a ReLU. A short cut is the block's input, behind a 1x1 convolution where the block changes
its shape; each has its own. Source: the code of Mills et al., "GENNAPE" (AAAI 2023).
"""

from collections.abc import Callable
from dataclasses import dataclass

from gennape.graph import GraphBuilder, Op, cached_block
from gennape.spaces.parts.convolutions import conv_bn, split_conv


@cached_block
def add_block(build: GraphBuilder, x: int, block: str, widens: bool) -> int:
    """Add a block.

    Args:
        build: Where to add it.
        x: Its input.
        block: Its kind, one of `BLOCKS`.
        widens: Whether it halves the size and doubles the channels.

    Returns:
        Its output: the ReLU of the sum of what the block computes.
    """
    channels = build.shapes[x][0]
    layers = _Layers(build, 2 * channels, 2) if widens else _Layers(build, channels, 1)
    return build.relu(build.add(*_SUMMANDS[block](layers, x)))


@dataclass(frozen=True)
class _Layers:
    """The layers of one block.

    Attributes:
        build: Where they are added.
        channels: Of the block's output; of every layer unless it says otherwise.
        stride: Of the block.
    """

    build: GraphBuilder
    channels: int
    stride: int

    def conv_relu(self, x: int, kernel: int, stride: int = 1, channels: int | None = None) -> int:
        """Convolution, batch norm and ReLU."""
        width = channels or self.channels
        return conv_bn(self.build, x, width, kernel, stride, activation=Op.RELU)

    def conv(self, x: int, kernel: int, stride: int = 1) -> int:
        """Convolution and batch norm."""
        return conv_bn(self.build, x, self.channels, kernel, stride)

    def split(self, x: int, stride: int = 1) -> int:
        """A 1x3 convolution, which takes the stride, then a 3x1 convolution."""
        return split_conv(self.build, x, self.channels, 3, (stride, 1), Op.RELU)

    def short_cut(self, x: int) -> int:
        """The block's input in the shape of its output."""
        is_same = self.stride == 1 and self.build.shapes[x][0] == self.channels
        return x if is_same else self.conv(x, 1, self.stride)


def _a22(to: _Layers, x: int) -> list[int]:
    first = to.conv_relu(x, 3, to.stride)
    return [first, to.conv(to.conv_relu(first, 1), 1)]


def _z(to: _Layers, x: int) -> list[int]:
    first = to.conv_relu(x, 3, to.stride)
    return [first, to.split(first)]


def _b23(to: _Layers, x: int) -> list[int]:
    return [to.short_cut(x), to.split(to.split(x, to.stride))]


def _j30(to: _Layers, x: int) -> list[int]:
    return [to.short_cut(x), to.split(to.conv_relu(x, 3, to.stride))]


def _g30(to: _Layers, x: int) -> list[int]:
    first = to.split(x, to.stride)
    second = to.split(to.build.add(to.short_cut(x), first))
    return [first, to.conv(second, 1)]


def _r30(to: _Layers, x: int) -> list[int]:
    first = to.split(x, to.stride)
    second = to.conv(to.build.add(to.short_cut(x), first), 1)
    return [to.short_cut(x), second, to.split(first)]


def _l20(to: _Layers, x: int) -> list[int]:
    return [to.conv(to.conv_relu(x, 3, to.stride), 1)]


def _t20(to: _Layers, x: int) -> list[int]:
    return [to.conv(x, 1, to.stride), to.split(x, to.stride)]


def _t31(to: _Layers, x: int) -> list[int]:
    second = to.conv_relu(to.split(x, to.stride), 1)
    third = to.split(to.build.add(to.short_cut(x), second))
    return [to.short_cut(x), second, third]


def _src0(to: _Layers, x: int) -> list[int]:
    first = to.conv_relu(x, 1, to.stride)
    return [first, to.conv(to.conv_relu(first, 3), 3)]


def _src1(to: _Layers, x: int) -> list[int]:
    narrow = to.conv_relu(x, 3, channels=to.build.shapes[x][0])
    return [to.conv_relu(x, 1, to.stride), to.conv(narrow, 3, to.stride)]


def _src3(to: _Layers, x: int) -> list[int]:
    narrow = to.conv_relu(x, 1, channels=to.build.shapes[x][0])
    return [to.conv(x, 1, to.stride), to.conv(to.conv_relu(narrow, 3, to.stride), 1)]


def _src7(to: _Layers, x: int) -> list[int]:
    first = to.conv(x, 1, to.stride)
    return [first, to.split(to.split(first))]


def _src8(to: _Layers, x: int) -> list[int]:
    first = to.conv(x, 1, to.stride)
    return [first, to.conv(to.split(first), 1)]


_SUMMANDS: dict[str, Callable[[_Layers, int], list[int]]] = {
    "a22": _a22,
    "z": _z,
    "b23": _b23,
    "j30": _j30,
    "g30": _g30,
    "r30": _r30,
    "l20": _l20,
    "t20": _t20,
    "t31": _t31,
    "src0": _src0,
    "src1": _src1,
    "src3": _src3,
    "src7": _src7,
    "src8": _src8,
}
"""What each block adds up."""

BLOCKS = tuple(_SUMMANDS)
