"""OFA-ProxylessNAS: the sub-networks of Once-for-All's ProxylessNAS supernet, width 1.3.

Source: Cai et al., "Once-for-All" (ICLR 2020) and its supernet
`ofa_proxyless_d234_e346_k357_w1.3`. The network is a 3x3 convolution of stride 2 and a
fixed bottleneck, five stages and one more block, a 1x1 convolution, global average pool
and a linear layer; all activations are ReLU6.
"""

from dataclasses import dataclass

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.mobile import InvertedBottleneck, inverted_bottleneck, make_divisible
from gennape.spaces.parts.ofa_mobile import (
    DEPTHS,
    OFAMobileArchitecture,
    OFAMobileSpace,
    family_size,
)

_WIDTH = 1.3
_STEM_CHANNELS, _FIRST_CHANNELS, _HEAD_CHANNELS = (
    make_divisible(channels * _WIDTH) for channels in (32, 16, 1280)
)
_CHANNELS = tuple(make_divisible(channels * _WIDTH) for channels in (24, 40, 80, 96, 192, 320))
_STRIDES = (2, 2, 2, 1, 2, 1)
_FIRST_BLOCK = InvertedBottleneck(
    channels=_FIRST_CHANNELS, expanded=_STEM_CHANNELS, kernel=3, stride=1, activation=Op.RELU6
)


@dataclass(frozen=True)
class OFAProxylessNASArchitecture(OFAMobileArchitecture):
    """An architecture of five stages of two to four blocks and a sixth of one."""

    family = "OFA-ProxylessNAS"
    depths = (*(DEPTHS,) * 5, (1,))


class OFAProxylessNAS(OFAMobileSpace[OFAProxylessNASArchitecture]):
    """OFA-ProxylessNAS for ImageNet images."""

    name = "ofa_proxylessnas"
    size = family_size(OFAProxylessNASArchitecture.depths)
    architecture = OFAProxylessNASArchitecture

    def graph(self, architecture: OFAProxylessNASArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, stride=2, activation=Op.RELU6)
        x = inverted_bottleneck(build, x, _FIRST_BLOCK)
        for channels, first_stride, blocks in zip(
            _CHANNELS, _STRIDES, architecture.stages, strict=True
        ):
            for position, (kernel, expansion) in enumerate(blocks):
                block = InvertedBottleneck(
                    channels=channels,
                    expanded=build.shapes[x][0] * expansion,
                    kernel=kernel,
                    stride=first_stride if position == 0 else 1,
                    activation=Op.RELU6,
                )
                x = inverted_bottleneck(build, x, block)
        x = build.global_avg_pool(conv_bn(build, x, _HEAD_CHANNELS, activation=Op.RELU6))
        build.output(build.linear(build.flatten(x), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")
