"""Macro-architecture of the networks of TransNAS-Bench-101.

Source: Duan et al., "TransNAS-Bench-101" (CVPR 2021) and its public code. The stem is two
3x3 convolutions of stride 2, to 32 and 64 channels. A module is two blocks of one kind;
some modules double the channels, halve the resolution, or both, in their first block. A
classifier of global average pool and a linear layer is the end, as for its tasks
`class_object` and `class_scene`; the decoders of the other tasks are left out.
"""

from collections.abc import Callable, Sequence

from gennape.graph import GraphBuilder
from gennape.spaces.parts.cells import relu_conv_bn

BASE_CHANNELS = 64
CLASSES = 75
"""Classes of `class_object`: those of Taskonomy's 1000 that the benchmark keeps."""

RESOLUTION = 256
"""Resolution of the training images; the published FLOPs are for 224."""

MODULES = (1, 2, 3, 4)
"""Codes of modules: plain, doubles the channels, halves the resolution, does both."""

AddBlock = Callable[[int, int, int], int]
"""Function that adds a block: (input, channels, stride) -> output."""

_BLOCKS_PER_MODULE = 2


def doubles(module: int) -> bool:
    """Tell whether a module doubles the channels."""
    return module in (2, 4)


def halves(module: int) -> bool:
    """Tell whether a module halves the resolution."""
    return module in (3, 4)


def write_network(
    build: GraphBuilder, resolution: int, classes: int, modules: Sequence[int], block: AddBlock
) -> None:
    """Write a whole network.

    Args:
        build: Builder of the network.
        resolution: Height and width of its images.
        classes: Outputs of its classifier.
        modules: Codes of its modules, from input to output.
        block: Function that adds a block of a module.
    """
    channels = BASE_CHANNELS
    x = build.input((3, resolution, resolution))
    x = build.batch_norm(build.conv(x, channels // 2, kernel=3, stride=2))
    x = relu_conv_bn(build, x, channels, kernel=3, stride=2)
    for module in modules:
        channels *= 2 if doubles(module) else 1
        x = block(x, channels, 2 if halves(module) else 1)
        for _ in range(_BLOCKS_PER_MODULE - 1):
            x = block(x, channels, 1)
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), classes))
