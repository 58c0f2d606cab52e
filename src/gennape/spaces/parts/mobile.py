"""The blocks of mobile networks: inverted bottlenecks with squeeze-and-excitation.

Sources: Sandler et al., "MobileNetV2" (CVPR 2018), Howard et al., "Searching for
MobileNetV3" (ICCV 2019).
"""

from dataclasses import dataclass

from gennape.graph import GraphBuilder, Op, cached_block
from gennape.spaces.parts.convolutions import conv_bn

_DIVISOR = 8


@dataclass(frozen=True, kw_only=True)
class InvertedBottleneck:
    """Settings of an inverted bottleneck.

    Attributes:
        channels: Output channels.
        expanded: Channels of the depthwise convolution; where they are those of the input,
            there is no expansion.
        kernel: Kernel size of the depthwise convolution.
        stride: Its stride.
        activation: After expansion and depthwise convolution.
        squeezed: Channels between the two layers of squeeze-and-excitation; 0 for none.
        gate: Activation of its result.
    """

    channels: int
    expanded: int
    kernel: int
    stride: int
    activation: Op
    squeezed: int = 0
    gate: Op = Op.SIGMOID


def make_divisible(channels: float) -> int:
    """Round to the nearest multiple of 8, at least 8, up where down takes more than a tenth."""
    nearest = max(_DIVISOR, int(channels + _DIVISOR / 2) // _DIVISOR * _DIVISOR)
    return nearest if nearest >= 0.9 * channels else nearest + _DIVISOR


@cached_block
def inverted_bottleneck(build: GraphBuilder, x: int, block: InvertedBottleneck) -> int:
    """Expand, filter each channel, weight the channels, project; residual where shapes agree."""
    y = x
    if block.expanded != build.shapes[x][0]:
        y = conv_bn(build, y, block.expanded, activation=block.activation)
    y = conv_bn(
        build,
        y,
        block.expanded,
        kernel=block.kernel,
        stride=block.stride,
        groups=block.expanded,
        activation=block.activation,
    )
    if block.squeezed:
        y = squeeze_excite(build, y, block.squeezed, block.gate)
    y = conv_bn(build, y, block.channels)
    return build.add(x, y) if build.shapes[x] == build.shapes[y] else y


def squeeze_excite(build: GraphBuilder, x: int, squeezed: int, gate: Op) -> int:
    """Weight the channels by two layers on their means."""
    y = build.relu(build.conv(build.global_avg_pool(x), squeezed, bias=True))
    y = build.conv(y, build.shapes[x][0], bias=True)
    return build.mul(x, build.activation(gate, y))
