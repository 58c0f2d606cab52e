"""A custom family: plain residual networks of three stages."""

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.spaces import ArchitectureError, SearchSpace

Depths = tuple[int, ...]
"""Blocks of each stage."""

STAGES, DEEPEST = 3, 4


class PlainResNets(SearchSpace[Depths]):
    """Three stages of one to four residual blocks; each later stage has twice the channels."""

    name = "my_families:PlainResNets"  # module and class, so that its networks can be read back
    size = DEEPEST**STAGES

    def sample(self, rng: np.random.Generator) -> Depths:
        """Every depth is equally likely."""
        return tuple(rng.integers(1, DEEPEST + 1, STAGES).tolist())

    def neighbours(self, architecture: Depths) -> list[Depths]:
        """One block more or one less."""
        return [
            (*architecture[:stage], depth, *architecture[stage + 1 :])
            for stage in range(STAGES)
            for depth in (architecture[stage] - 1, architecture[stage] + 1)
            if 1 <= depth <= DEEPEST
        ]

    def parse(self, text: str) -> Depths:
        """Read depths such as `2-1-4`."""
        depths = text.strip().split("-")
        if len(depths) != STAGES or not set(depths) <= set("1234"):
            raise ArchitectureError(f"{text!r} is no PlainResNet; one looks like 2-1-4")
        return tuple(map(int, depths))

    def format(self, architecture: Depths) -> str:
        """The depths, such as `2-1-4`."""
        return "-".join(map(str, architecture))

    def graph(self, architecture: Depths) -> ComputationGraph:
        """The whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        for stage, depth in enumerate(architecture):
            channels = 16 * 2**stage
            x = self._convolution(build, x, channels, stride=2 if stage else 1)
            for _ in range(depth):
                x = build.add(x, self._convolution(build, x, channels))
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")

    def _convolution(self, build: GraphBuilder, x: int, channels: int, stride: int = 1) -> int:
        return build.relu(build.batch_norm(build.conv(x, channels, kernel=3, stride=stride)))
