"""Modules of networks that keep several resolutions side by side.

Sources: Wang et al., "Deep High-Resolution Representation Learning for Visual Recognition"
(HRNet, TPAMI 2020); Ding et al., "Learning Versatile Neural Architectures by Propagating
Network Codes" (ICLR 2022) and its public code, which fuses neighbours only. Branches are
listed from the highest resolution to the lowest; each has half the height and width of the
one before.
"""

from collections.abc import Sequence

from gennape.graph import GraphBuilder, Op, cached_block
from gennape.spaces.parts.convolutions import conv_bn


def fuse(build: GraphBuilder, branches: Sequence[int], channels: Sequence[int]) -> list[int]:
    """Give each branch the sum of what it and its neighbours bring; begin new branches.

    The branch itself and a finer one bring a 3x3 convolution, of stride 1 and 2, and a coarser
    one a 1x1 convolution that is then enlarged; all have batch norm and ReLU, and so has their
    sum. A new branch is a 3x3 convolution of stride 2 on the last one.

    Args:
        build: Where to add them.
        branches: The branches before.
        channels: Of the branches after, at least as many.

    Returns:
        The branches after.
    """
    fused: list[int] = []
    for place, own in enumerate(branches):
        size = build.shapes[own][1:]
        terms = [_halved(build, branches[place - 1], channels[place])] if place else []
        terms.append(conv_bn(build, own, channels[place], kernel=3, activation=Op.RELU))
        if place + 1 < len(branches):
            terms.append(_enlarged(build, branches[place + 1], channels[place], size))
        fused.append(build.relu(build.add(*terms)))
    for width in channels[len(branches) :]:
        fused.append(_halved(build, fused[-1], width))
    return fused


def parallel(build: GraphBuilder, branches: Sequence[int], blocks: Sequence[int]) -> list[int]:
    """Add residual blocks to each branch.

    Args:
        build: Where to add them.
        branches: The branches before.
        blocks: How many blocks each gets.

    Returns:
        The branches after.
    """
    return [_blocks(build, branch, count) for branch, count in zip(branches, blocks, strict=True)]


def smallest(build: GraphBuilder, branches: Sequence[int]) -> list[int]:
    """All branches at the resolution of the last one, by bilinear interpolation."""
    size = build.shapes[branches[-1]][1:]
    return [build.resize(branch, size, mode="bilinear") for branch in branches]


def _halved(build: GraphBuilder, x: int, channels: int) -> int:
    return conv_bn(build, x, channels, kernel=3, stride=2, activation=Op.RELU)


@cached_block
def _enlarged(build: GraphBuilder, x: int, channels: int, size: tuple[int, int]) -> int:
    return build.resize(conv_bn(build, x, channels, activation=Op.RELU), size)


@cached_block
def _blocks(build: GraphBuilder, x: int, count: int) -> int:
    return build.repeat(lambda y: _basic_block(build, y), x, count)


def _basic_block(build: GraphBuilder, x: int) -> int:
    """Two 3x3 convolutions and a short cut (He et al., CVPR 2016)."""
    channels = build.shapes[x][0]
    y = conv_bn(build, x, channels, kernel=3, activation=Op.RELU)
    return build.relu(build.add(x, conv_bn(build, y, channels, kernel=3)))
