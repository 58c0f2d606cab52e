"""NAS-Bench-201: cells of four nodes with one of five operations on each of six edges.

Source: Dong and Yang, "NAS-Bench-201" (ICLR 2020). The network is a 3x3 convolution to
16 channels, three stages of five cells with 16, 32 and 64 channels, a residual block of
stride 2 before the second and the third stage, batch norm, ReLU, global average pool
and a linear layer. Convolutions in a cell are ReLU-conv-batch norm.
"""

from dataclasses import dataclass

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.spaces.base import ArchitectureError
from gennape.spaces.parts.cell_operations import relu_conv_bn
from gennape.spaces.parts.cells import EDGES, CellArchitecture, CellSpace, cell

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")

_CHANNELS = (16, 32, 64)
_CELLS_PER_STAGE = 5


@dataclass(frozen=True)
class NASBench201Architecture(CellArchitecture):
    """A cell of NAS-Bench-201."""

    family = "NAS-Bench-201"
    choices = OPERATIONS


class NASBench201(CellSpace[NASBench201Architecture]):
    """The family; `classes` is 10 for CIFAR-10, 100 for CIFAR-100, 120 for ImageNet16-120."""

    name = "nasbench201"
    size = len(OPERATIONS) ** len(EDGES)
    architecture = NASBench201Architecture

    def parse(self, text: str) -> NASBench201Architecture:
        """Read `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|...~0|...~1|...~2|`.

        Raises:
            ArchitectureError: The string has another form; shows the right one.
        """
        steps = [[token for token in step.split("|") if token] for step in text.strip().split("+")]
        expected = [[str(source) for source in range(count)] for count in (1, 2, 3)]
        if [[token.rpartition("~")[2] for token in step] for step in steps] != expected:
            example = self.format(NASBench201Architecture(("nor_conv_3x3",) * 6))
            raise ArchitectureError(
                f"{text!r} is no NAS-Bench-201 architecture; they look like {example}"
            )
        return NASBench201Architecture(
            tuple(token.rpartition("~")[0] for step in steps for token in step)
        )

    def format(self, architecture: NASBench201Architecture) -> str:
        """The string used by the benchmark itself."""
        tokens: list[list[str]] = [[], [], []]
        for (source, target), operation in zip(EDGES, architecture.operations, strict=True):
            tokens[target - 1].append(f"{operation}~{source}")
        return "+".join("|" + "|".join(step) + "|" for step in tokens)

    def graph(self, architecture: NASBench201Architecture) -> ComputationGraph:
        """The whole network as a computation graph."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = build.batch_norm(build.conv(x, _CHANNELS[0], kernel=3))
        for stage, channels in enumerate(_CHANNELS):
            if stage > 0:
                x = _reduction(build, x, channels)
            for _ in range(_CELLS_PER_STAGE):
                x = cell(build, x, architecture.operations, channels)
        x = build.global_avg_pool(build.relu(build.batch_norm(x)))
        build.output(build.linear(build.flatten(x), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _reduction(build: GraphBuilder, x: int, channels: int) -> int:
    """A residual block of stride 2 with average pooling on its short cut."""
    short_cut = build.conv(build.avg_pool(x, kernel=2, stride=2), channels)
    y = relu_conv_bn(build, x, channels, kernel=3, stride=2)
    return build.add(short_cut, relu_conv_bn(build, y, channels, kernel=3))
