"""TransNAS-Bench-101, macro: four to six modules of residual blocks.

Source: Duan et al., "TransNAS-Bench-101" (CVPR 2021) and its public code. Each module
keeps or doubles the channels and keeps or halves the resolution; a network doubles one to
three times and halves one to four times. A block is two 3x3 convolutions, ReLU-conv-batch
norm each, with a 1x1 convolution and batch norm on its short cut where shapes change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.cells import relu_conv_bn
from gennape.spaces.parts.transnas import (
    BASE_CHANNELS,
    CLASSES,
    MODULES,
    RESOLUTION,
    doubles,
    halves,
    write_network,
)

DEPTHS = range(4, 7)
DOUBLINGS = range(1, 4)
HALVINGS = range(1, 5)

_LINE = f"{BASE_CHANNELS}-([0-9]+)-basic"


@dataclass(frozen=True)
class TransNASMacroArchitecture:
    """An architecture: the code of each module, one of `MODULES`."""

    modules: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.modules) not in DEPTHS or not set(self.modules) <= set(MODULES):
            raise ArchitectureError(
                "TransNAS-Bench-101 macro networks have 4 to 6 modules of the codes 1 to 4, "
                f"not {', '.join(map(str, self.modules))}"
            )
        doublings, halvings = sum(map(doubles, self.modules)), sum(map(halves, self.modules))
        if doublings not in DOUBLINGS or halvings not in HALVINGS:
            raise ArchitectureError(
                "TransNAS-Bench-101 macro networks double their channels 1 to 3 times (codes 2 "
                "and 4) and halve their resolution 1 to 4 times (codes 3 and 4), "
                f"not {doublings} and {halvings} times"
            )


class TransNASMacro(SearchSpace[TransNASMacroArchitecture]):
    """TransNAS-Bench-101 macro; `classes` is 75 for `class_object`, 47 for `class_scene`."""

    name = "transnas_macro"
    size = 3_256
    default_classes = CLASSES
    default_resolution = RESOLUTION

    def enumerate(self) -> Iterator[TransNASMacroArchitecture]:
        """Iterate over all 3,256 networks, those of fewer modules first."""
        return iter(_all())

    def sample(self, rng: np.random.Generator) -> TransNASMacroArchitecture:
        """Draw a random network, each with equal probability."""
        return _all()[rng.integers(len(_all()))]

    def neighbours(
        self, architecture: TransNASMacroArchitecture
    ) -> list[TransNASMacroArchitecture]:
        """List the networks with one module changed, left out or put in."""
        found = set(_valid(_changes(architecture.modules)))
        return sorted(found - {architecture}, key=self.format)

    def parse(self, text: str) -> TransNASMacroArchitecture:
        """Read the benchmark's string, such as `64-1234-basic`.

        Raises:
            ArchitectureError: The string has another form or describes no network.
        """
        match = re.fullmatch(_LINE, text.strip())
        if not match:
            raise ArchitectureError(
                f"{text!r} is no TransNAS-Bench-101 macro architecture; one looks like "
                f"{BASE_CHANNELS}-1234-basic (modules: 1 plain, 2 doubles the channels, "
                "3 halves the resolution, 4 does both)"
            )
        return TransNASMacroArchitecture(tuple(map(int, match[1])))

    def format(self, architecture: TransNASMacroArchitecture) -> str:
        """Write the string that the benchmark itself uses."""
        return f"{BASE_CHANNELS}-{''.join(map(str, architecture.modules))}-basic"

    def graph(self, architecture: TransNASMacroArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        block = partial(_residual_block, build)
        write_network(build, self.resolution, self.classes, architecture.modules, block)
        return build.build(name=f"{self.name}:{self.format(architecture)}")


@cache
def _all() -> tuple[TransNASMacroArchitecture, ...]:
    return tuple(_valid(m for depth in DEPTHS for m in product(MODULES, repeat=depth)))


def _valid(candidates: Iterator[tuple[int, ...]]) -> Iterator[TransNASMacroArchitecture]:
    """Iterate over the candidates that belong to the family."""
    for modules in candidates:
        try:
            yield TransNASMacroArchitecture(modules)
        except ArchitectureError:  # outside the family
            continue


def _changes(modules: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Iterate over the modules after each possible change, within the family or not."""
    for place in range(len(modules) + 1):
        before, after = modules[:place], modules[place:]
        yield (*before, *after[1:])
        for module in MODULES:
            yield (*before, module, *after)
            yield (*before, module, *after[1:])


def _residual_block(build: GraphBuilder, x: int, channels: int, stride: int) -> int:
    y = relu_conv_bn(build, x, channels, kernel=3, stride=stride)
    y = relu_conv_bn(build, y, channels, kernel=3)
    if build.shapes[x] != build.shapes[y]:
        x = build.batch_norm(build.conv(x, channels, stride=stride))
    return build.add(x, y)
