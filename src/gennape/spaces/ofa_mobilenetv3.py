"""OFA-MobileNetV3: the sub-networks of Once-for-All's MobileNetV3 supernet, width 1.0.

Source: Cai et al., "Once-for-All" (ICLR 2020) and its supernet `ofa_mbv3_d234_e346_k357`.
The network is a 3x3 convolution of stride 2 and a fixed bottleneck, five stages, a 1x1
convolution to 960 channels, global average pool, a 1x1 convolution to 1280 without batch
norm and a linear layer. Squeeze-and-excitation stands after the activation.
"""

from dataclasses import dataclass
from typing import NamedTuple

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.mobile import InvertedBottleneck, inverted_bottleneck, make_divisible
from gennape.spaces.parts.ofa_mobile import (
    DEPTHS,
    OFAMobileArchitecture,
    OFAMobileSpace,
    family_size,
)


class _Stage(NamedTuple):
    channels: int
    stride: int
    activation: Op
    squeeze: bool


_STEM_CHANNELS = 16
_STAGES = (
    _Stage(24, 2, Op.RELU, False),
    _Stage(40, 2, Op.RELU, True),
    _Stage(80, 2, Op.HARDSWISH, False),
    _Stage(112, 1, Op.HARDSWISH, True),
    _Stage(160, 2, Op.HARDSWISH, True),
)
_FIRST_BLOCK = InvertedBottleneck(
    channels=_STEM_CHANNELS, expanded=_STEM_CHANNELS, kernel=3, stride=1, activation=Op.RELU
)
_LAST_CHANNELS = 960
_HEAD_CHANNELS = 1280
_SQUEEZE = 4


@dataclass(frozen=True)
class OFAMobileNetV3Architecture(OFAMobileArchitecture):
    """An architecture of five stages of two to four blocks."""

    family = "OFA-MobileNetV3"
    depths = (DEPTHS,) * len(_STAGES)


class OFAMobileNetV3(OFAMobileSpace[OFAMobileNetV3Architecture]):
    """OFA-MobileNetV3 for ImageNet images."""

    name = "ofa_mobilenetv3"
    size = family_size(OFAMobileNetV3Architecture.depths)
    architecture = OFAMobileNetV3Architecture

    def graph(self, architecture: OFAMobileNetV3Architecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, stride=2, activation=Op.HARDSWISH)
        x = inverted_bottleneck(build, x, _FIRST_BLOCK)
        for stage, blocks in zip(_STAGES, architecture.stages, strict=True):
            for position, (kernel, expansion) in enumerate(blocks):
                stride = stage.stride if position == 0 else 1
                expanded = build.shapes[x][0] * expansion
                squeezed = make_divisible(expanded // _SQUEEZE) if stage.squeeze else 0
                block = InvertedBottleneck(
                    channels=stage.channels,
                    expanded=expanded,
                    kernel=kernel,
                    stride=stride,
                    activation=stage.activation,
                    squeezed=squeezed,
                    gate=Op.HARDSIGMOID,
                )
                x = inverted_bottleneck(build, x, block)
        x = conv_bn(build, x, _LAST_CHANNELS, activation=Op.HARDSWISH)
        x = build.conv(build.global_avg_pool(x), _HEAD_CHANNELS)
        x = build.flatten(build.activation(Op.HARDSWISH, x))
        build.output(build.linear(x, self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")
