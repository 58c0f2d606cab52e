"""ViT-Bench-101's PiT networks: pooling-based vision transformers of three stages.

Sources: Wei et al., "Auto-Prox: Training-Free Vision Transformer Architecture Search via
Automatic Proxy Discovery" (AAAI 2024), whose benchmark it is; Heo et al., "Rethinking Spatial
Dimensions of Vision Transformers" (ICCV 2021). The heads of a stage are at least those of the
stage before, since the convolution between them widens each channel alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.pooling_transformer import PiTStage, pooling_transformer
from gennape.spaces.parts.stages import NUMBER, numbers, one_changed, split_stages

HEAD_WIDTHS = (16, 24, 32, 40)
"""Channels of a head, in all stages."""

MLP_RATIOS = (2, 4, 6, 8)
"""Channels inside a perceptron for each of its input, in all stages."""

DEPTHS = ((1, 2, 3), (4, 6, 8), (2, 4, 6))
"""How many layers each stage may have."""

HEADS = (2, 4, 8)
"""Heads of a stage."""

_STAGE = f"d{NUMBER}h{NUMBER}"
_LINE = f"w{NUMBER}m{NUMBER}" + f"-{_STAGE}" * len(DEPTHS)


@dataclass(frozen=True)
class PiTArchitecture:
    """A network.

    Attributes:
        head_width: Channels of a head.
        mlp_ratio: Channels inside a perceptron for each of its input.
        depths: Layers of each stage.
        heads: Heads of each stage, never fewer than before.
    """

    head_width: int
    mlp_ratio: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]

    def __post_init__(self) -> None:
        values = (self.head_width, self.mlp_ratio, *self.depths, *self.heads)
        if (len(self.depths), len(self.heads)) != (len(DEPTHS), len(DEPTHS)):
            raise ArchitectureError(
                f"ViT-Bench's PiT has {len(DEPTHS)} stages, "
                f"not depths of {len(self.depths)} and heads of {len(self.heads)}"
            )
        for what, value, allowed in zip(_NAMES, values, _OPTIONS, strict=True):
            if value not in allowed:
                options = " or ".join(map(str, allowed))
                raise ArchitectureError(f"{what} of ViT-Bench's PiT is {options}, not {value}")
        if list(self.heads) != sorted(self.heads):
            raise ArchitectureError(
                "a stage of ViT-Bench's PiT has at least the heads of the one before, "
                f"not {', '.join(map(str, self.heads))}"
            )


_NAMES = (
    "head width",
    "MLP ratio",
    *(f"depth of stage {number}" for number in (1, 2, 3)),
    *(f"number of heads of stage {number}" for number in (1, 2, 3)),
)
_OPTIONS = (HEAD_WIDTHS, MLP_RATIOS, *DEPTHS, *(HEADS,) * len(DEPTHS))


class ViTBenchPiT(SearchSpace[PiTArchitecture]):
    """The family; `classes` is 100, 102 or 4 for CIFAR-100, Flowers-102 and Chaoyang."""

    name = "vitbench_pit"
    size = 4_320
    default_classes = 100
    default_resolution = 224

    def enumerate(self) -> Iterator[PiTArchitecture]:
        """All 4,320 architectures."""
        heads = combinations_with_replacement(HEADS, len(DEPTHS))
        every = product(HEAD_WIDTHS, MLP_RATIOS, product(*DEPTHS), heads)
        return (PiTArchitecture(*values) for values in every)

    def sample(self, rng: np.random.Generator) -> PiTArchitecture:
        """A random architecture, each with equal probability."""
        heads = list(combinations_with_replacement(HEADS, len(DEPTHS)))
        return PiTArchitecture(
            HEAD_WIDTHS[rng.integers(len(HEAD_WIDTHS))],
            MLP_RATIOS[rng.integers(len(MLP_RATIOS))],
            tuple(options[rng.integers(len(options))] for options in DEPTHS),
            heads[rng.integers(len(heads))],
        )

    def neighbours(self, architecture: PiTArchitecture) -> list[PiTArchitecture]:
        """The architectures that differ in one value."""
        values = (
            architecture.head_width,
            architecture.mlp_ratio,
            *architecture.depths,
            *architecture.heads,
        )
        near = map(_of_values, one_changed(values, _OPTIONS))
        return [PiTArchitecture(*parts) for parts in near if list(parts[-1]) == sorted(parts[-1])]

    def parse(self, text: str) -> PiTArchitecture:
        """Read a line such as `w32m4-d2h2-d6h4-d4h8`.

        Raises:
            ArchitectureError: The line has another form or describes no network.
        """
        (line,) = split_stages(
            text,
            _LINE,
            "ViT-Bench PiT",
            "w32m4-d2h2-d6h4-d4h8 (w is the width of a head, m the ratio of the perceptrons, d "
            "the depth and h the heads of a stage)",
        )
        width, ratio, *stages = numbers(line)
        return PiTArchitecture(width, ratio, tuple(stages[::2]), tuple(stages[1::2]))

    def format(self, architecture: PiTArchitecture) -> str:
        """The line that `parse` reads."""
        stages = zip(architecture.depths, architecture.heads, strict=True)
        first = f"w{architecture.head_width}m{architecture.mlp_ratio}"
        return "-".join([first, *(f"d{depth}h{heads}" for depth, heads in stages)])

    def graph(self, architecture: PiTArchitecture) -> ComputationGraph:
        """The whole network as a computation graph."""
        build = GraphBuilder()
        stages = tuple(
            PiTStage(depth, heads, architecture.head_width)
            for depth, heads in zip(architecture.depths, architecture.heads, strict=True)
        )
        pooling_transformer(build, self.resolution, stages, architecture.mlp_ratio, self.classes)
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _of_values(values: tuple[int, ...]) -> tuple[int, int, tuple[int, ...], tuple[int, ...]]:
    """Head width, ratio, depths and heads."""
    width, ratio, *stages = values
    return width, ratio, tuple(stages[: len(DEPTHS)]), tuple(stages[len(DEPTHS) :])
