"""MetaQNN: plain chains of convolutions, max pools and dense layers, without batch norm.

Source: Baker et al., "Designing Neural Network Architectures using Reinforcement Learning"
(ICLR 2017), appendix B, and its public code, whose grammar for CIFAR-10 this is. Convolutions
and dense layers have a bias and ReLU. Pools have no padding. A chain ends in a linear layer
on all elements of the last map, or in a 1x1 convolution to one channel a class with ReLU, its
mean over the map and a linear layer. Dropout, after every second layer and every dense one,
is left out of graphs, as by the frontends.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np

from gennape.graph import ComputationGraph, GraphBuilder, cached_block
from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.parts.stages import some, split_stages

DEPTH = 18
"""Largest number of layers, the classifier not counted."""

DENSE_LAYERS = 2
"""Largest number of dense layers, the classifier not counted."""

CONVOLUTIONS = {
    f"c{kernel}x{channels}": (kernel, channels)
    for kernel, channels in product((1, 3, 5), (64, 128, 256, 512))
}
"""Kernel size and channels."""

POOLS = {"p5": (5, 3), "p3": (3, 2), "p2": (2, 2)}
"""Kernel size and stride."""

DENSE = {"fc512": 512, "fc256": 256, "fc128": 128}
"""Neurons."""

GLOBAL_POOL = "gap"
LAYERS = (*CONVOLUTIONS, *POOLS, *DENSE, GLOBAL_POOL)

_IMAGE = 32
_SIZES = (8, 4, 1)
"""Sizes that the grammar tells apart: a map counts as the largest one that it is not below."""
_LARGEST_BEFORE_DENSE = 4
_LINE = some(f"(?:{'|'.join(LAYERS)})", "-")
_EXAMPLE = (
    "c3x64-c1x128-p2-c5x256-p5-fc256-fc128 or c5x64-c3x256-gap (cKxN is a KxK convolution to N "
    "channels, p2, p3 and p5 max pools of stride 2, 2 and 3, fcN a dense layer, gap a 1x1 "
    "convolution and its mean over the map)"
)


class _State(NamedTuple):
    """State of the grammar after some layers.

    Attributes:
        depth: Number of layers.
        last: The last layer, or empty.
        size: Height and width of its map.
        dense: Number of dense layers.
    """

    depth: int = 0
    last: str = ""
    size: int = _IMAGE
    dense: int = 0

    def after(self, layer: str) -> "_State":
        size = _pooled(self.size, *POOLS[layer]) if layer in POOLS else self.size
        return _State(self.depth + 1, layer, size, self.dense + (layer in DENSE))


@cache
def _options(state: _State) -> tuple[str, ...]:
    """Return the layers that may follow."""
    if state.depth == DEPTH or state.last == GLOBAL_POOL:
        return ()
    if state.dense:
        neurons = DENSE[state.last] if state.dense < DENSE_LAYERS else 0
        return tuple(layer for layer in DENSE if DENSE[layer] <= neurons)
    size = next(size for size in _SIZES if size <= state.size)
    convolutions = tuple(c for c, (kernel, _) in CONVOLUTIONS.items() if kernel < size)
    if not state.depth:
        return convolutions
    pools = tuple(p for p, (kernel, _) in POOLS.items() if kernel < size)
    dense = tuple(DENSE) if size <= _LARGEST_BEFORE_DENSE else ()
    return (*convolutions, *(pools if state.last not in POOLS else ()), *dense, GLOBAL_POOL)


def _pooled(size: int, kernel: int, stride: int) -> int:
    return (size - kernel) // stride + 1


@dataclass(frozen=True)
class MetaQNNArchitecture:
    """A chain of layers, each one of `LAYERS`; the classifier is not among them."""

    layers: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.layers:
            raise ArchitectureError("MetaQNN begins with a convolution, not with its classifier")
        state = _State()
        for layer in self.layers:
            options = _options(state)
            if layer not in options:
                raise ArchitectureError(
                    f"after {state.depth} layers ({state.last or 'none'} last) of MetaQNN, on a "
                    f"map of size {state.size}, comes {', '.join(options) or 'the classifier'}, "
                    f"not {layer}"
                )
            state = state.after(layer)


class MetaQNN(SearchSpace[MetaQNNArchitecture]):
    """MetaQNN for CIFAR-10 images.

    The grammar is that of images of 32 pixels at any resolution; a pool that is larger than its map
    takes all of it.
    """

    name = "metaqnn"
    size = 282_710_031_500_590_500_768

    def sample(self, rng: np.random.Generator) -> MetaQNNArchitecture:
        """Draw each layer from its options with equal probability, the end among them."""
        layers: list[str] = []
        state = _State()
        while options := _options(state):
            choice = int(rng.integers(len(options) + bool(layers)))
            if choice == len(options):
                break
            layers.append(options[choice])
            state = state.after(options[choice])
        return MetaQNNArchitecture(tuple(layers))

    def neighbours(self, architecture: MetaQNNArchitecture) -> list[MetaQNNArchitecture]:
        """List the chains with one layer changed, left out or put in."""
        changes = dict.fromkeys(_changes(architecture.layers))
        return [MetaQNNArchitecture(layers) for layers in changes if _is_chain(layers)]

    def mutate(
        self, architecture: MetaQNNArchitecture, rng: np.random.Generator
    ) -> MetaQNNArchitecture:
        """Draw a random neighbour; only this one of the hundreds is constructed."""
        changes = list(dict.fromkeys(_changes(architecture.layers)))
        order = rng.permutation(len(changes)).tolist()
        return MetaQNNArchitecture(next(changes[i] for i in order if _is_chain(changes[i])))

    def parse(self, text: str) -> MetaQNNArchitecture:
        """Read a chain such as `c3x64-c1x128-p2-fc128`.

        Raises:
            ArchitectureError: The line has another form or the grammar makes no such chain.
        """
        (line,) = split_stages(text, _LINE, "MetaQNN", _EXAMPLE)
        return MetaQNNArchitecture(tuple(line.split("-")))

    def format(self, architecture: MetaQNNArchitecture) -> str:
        """Write the line that `parse` reads."""
        return "-".join(architecture.layers)

    def graph(self, architecture: MetaQNNArchitecture) -> ComputationGraph:
        """Build the computation graph of the whole network."""
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        for layer in architecture.layers:
            if layer not in DENSE:
                x = _on_map(build, x, layer, self.classes)
        x = build.flatten(x)
        for layer in architecture.layers:
            if layer in DENSE:
                x = build.relu(build.linear(x, DENSE[layer]))
        build.output(build.linear(x, self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


def _is_chain(layers: tuple[str, ...]) -> bool:
    """Tell whether the grammar makes these layers."""
    state = _State()
    for layer in layers:
        if layer not in _options(state):
            return False
        state = state.after(layer)
    return bool(layers)


def _changes(layers: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Iterate over the layers after each possible change, some of them more than once."""
    for place in range(len(layers) + 1):
        before, after = layers[:place], layers[place:]
        for layer in LAYERS:
            yield (*before, layer, *after)
        if after:
            yield before + after[1:]
            yield from ((*before, layer, *after[1:]) for layer in LAYERS if layer != after[0])


@cached_block
def _on_map(build: GraphBuilder, x: int, layer: str, classes: int) -> int:
    """Add a layer that is not dense."""
    if layer in CONVOLUTIONS:
        kernel, channels = CONVOLUTIONS[layer]
        return build.relu(build.conv(x, channels, kernel, bias=True))
    if layer in POOLS:
        kernel, stride = POOLS[layer]
        return build.max_pool(x, min(kernel, build.shapes[x][1]), stride)
    return build.global_avg_pool(build.relu(build.conv(x, classes, bias=True)))
