"""MnasNet: the search space of Accel-NASBench, EfficientNet-B0's stages with free blocks.

Sources: Tan et al., "MnasNet" (CVPR 2019); Ahmad et al., "Accel-NASBench" (DAC 2024),
appendix B. The network is a 3x3 convolution of stride 2 to 32 channels, seven stages, a
1x1 convolution to 1280 channels, global average pool and a linear layer. Activations are
ReLU, as in the networks that the benchmark trained; squeeze-and-excitation has a quarter
of the block's input channels. It reproduces the benchmark's parameters of every row.
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.convolutions import conv_bn
from gennape.spaces.parts.mobile import InvertedBottleneck, inverted_bottleneck
from gennape.spaces.parts.stages import NUMBER, numbers, one_changed, some, split_stages

KERNELS = (3, 5)
EXPANSIONS = (1, 4, 6)
LAYERS = ((1, 2, 3),) * 5 + ((1, 2, 3, 4), (1, 2, 3))
"""Numbers of blocks that each stage may have."""

_LINE = some(f"k{NUMBER}e{NUMBER}n{NUMBER}(?:se)?", "/")
_STEM_CHANNELS = 32
_CHANNELS = (16, 24, 40, 80, 112, 192, 320)
_STRIDES = (1, 2, 2, 2, 1, 2, 1)
_HEAD_CHANNELS = 1280
_SQUEEZE = 4


class MnasNetStage(NamedTuple):
    """Number of blocks in a stage and the settings that all of them share."""

    kernel: int
    expansion: int
    layers: int
    squeeze_excite: bool


@dataclass(frozen=True)
class MnasNetArchitecture:
    """An architecture of seven stages."""

    stages: tuple[MnasNetStage, ...]

    def __post_init__(self) -> None:
        if len(self.stages) != len(LAYERS):
            raise ArchitectureError(f"MnasNet has {len(LAYERS)} stages, not {len(self.stages)}")
        for number, (stage, options) in enumerate(zip(self.stages, _OPTIONS, strict=True), 1):
            for field, value, allowed in zip(stage._fields, stage, options, strict=True):
                if value not in allowed:
                    raise ArchitectureError(
                        f"{field} of stage {number} of MnasNet is "
                        f"{' or '.join(map(str, allowed))}, not {value}"
                    )


_OPTIONS = [(KERNELS, EXPANSIONS, layers, (False, True)) for layers in LAYERS]


class MnasNet(SearchSpace[MnasNetArchitecture]):
    """MnasNet for ImageNet images."""

    name = "mnasnet"
    size = prod(len(values) for options in _OPTIONS for values in options)
    default_classes = 1000
    default_resolution = 224

    def sample(self, rng: np.random.Generator) -> MnasNetArchitecture:
        """Draw a random architecture, each value with equal probability."""
        return MnasNetArchitecture(
            tuple(
                MnasNetStage._make(values[rng.integers(len(values))] for values in options)
                for options in _OPTIONS
            )
        )

    def neighbours(self, architecture: MnasNetArchitecture) -> list[MnasNetArchitecture]:
        """List the 43 architectures that differ in one value of one stage."""
        near = [
            [MnasNetStage._make(changed) for changed in one_changed(stage, options)]
            for stage, options in zip(architecture.stages, _OPTIONS, strict=True)
        ]
        return [MnasNetArchitecture(stages) for stages in one_changed(architecture.stages, near)]

    def parse(self, text: str) -> MnasNetArchitecture:
        """Read seven stages such as `k3e1n1/k5e6n2se/...`.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        example = self.format(MnasNetArchitecture((MnasNetStage(3, 4, 2, True),) * len(LAYERS)))
        stages = split_stages(
            text,
            _LINE,
            "MnasNet",
            f"{example} (k is a kernel size, e an expansion, n the number of blocks of a stage, "
            "se squeeze-and-excitation)",
        )
        return MnasNetArchitecture(
            tuple(MnasNetStage._make([*numbers(stage), stage.endswith("se")]) for stage in stages)
        )

    def format(self, architecture: MnasNetArchitecture) -> str:
        """Write the line that `parse` reads."""
        return "/".join(
            f"k{kernel}e{expansion}n{layers}" + ("se" if squeeze_excite else "")
            for kernel, expansion, layers, squeeze_excite in architecture.stages
        )

    def graph(self, architecture: MnasNetArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = conv_bn(build, x, _STEM_CHANNELS, kernel=3, stride=2, activation=Op.RELU)
        for stage, channels, first_stride in zip(
            architecture.stages, _CHANNELS, _STRIDES, strict=True
        ):
            for position in range(stage.layers):
                inputs = build.shapes[x][0]
                block = InvertedBottleneck(
                    channels=channels,
                    expanded=inputs * stage.expansion,
                    kernel=stage.kernel,
                    stride=first_stride if position == 0 else 1,
                    activation=Op.RELU,
                    squeezed=inputs // _SQUEEZE if stage.squeeze_excite else 0,
                )
                x = inverted_bottleneck(build, x, block)
        x = build.global_avg_pool(conv_bn(build, x, _HEAD_CHANNELS, activation=Op.RELU))
        build.output(build.linear(build.flatten(x), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")
